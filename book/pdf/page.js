({
  // A page as it is printed: light, unfolded, with all its pictures; charts have their final width before they are looked at.
  async open() {
    const root = document.documentElement;
    root.dataset.theme = root.dataset.mode = "light";
    for (const details of document.querySelectorAll("article details:not(.csd-numbers)")) details.open = true;
    for (const image of document.querySelectorAll("article img")) image.loading = "eager";
    await window.MathJax?.startup?.promise;
    await document.fonts.ready;
    window.dispatchEvent(new Event("resize"));
    await Promise.all([...document.images].map((image) => image.decode().catch(() => {})));
    // Charts that are drawn again, and maps that are laid out, need a moment.
    await new Promise((done) => setTimeout(done, 400));
  },

  // What paper needs: solutions gone to the end, a link below what moves, and a name for each place that is led to.
  // What is written for the PDF alone has no page that moves, and keeps its solutions.
  settle({ name, wanted, sheet, written }) {
    const article = document.querySelector("article.bd-article");
    const make = (tag, properties, ...children) => {
      const element = Object.assign(document.createElement(tag), properties);
      element.append(...children);
      return element;
    };
    const textOf = (element) => {
      const copy = element.cloneNode(true);
      copy.querySelectorAll(".headerlink").forEach((link) => link.remove());
      return copy.textContent.trim();
    };
    const title = article.querySelector("h1") ? textOf(article.querySelector("h1")) : "";

    // The section's place, so that a reader finds the figure again.
    const moving = ".js-plotly-plot, .csd-slider, .csd-live, .csd-yourself, .csd-own, .csd-facets, .csd-triplets, input, img[src^='data:image/png']";
    for (const figure of article.querySelectorAll("figure.csd-figure")) {
      if (written || !figure.querySelector(moving)) continue;
      const place = figure.closest("section[id]")?.id ?? "";
      const link = make("a", { href: `${name}.html?alive#${place}` }, "It moves in the book");
      (figure.querySelector("figcaption") ?? figure).append(make("span", { className: "csd-alive" }, link));
    }

    // **3. Its title (10 minutes)?**: the last such words before a cell, without the minutes.
    const exerciseOf = (cell) => {
      for (let place = cell; place; place = place.previousElementSibling) {
        const words = place.matches("p") && place.querySelector("strong")?.textContent;
        if (words && /^\d+\. /.test(words)) return words.replace(/ \([^)]*\)/, "").replace(/\.$/, "");
      }
      return "";
    };

    const solved = make("section", { id: name });
    for (const cell of article.querySelectorAll(".cell.tag_solution")) {
      if (written) break;
      solved.append(make("h3", {}, exerciseOf(cell)), cell.cloneNode(true));
      const link = make("a", { href: `solutions.html#${name}` }, "Its solution stands at the end of the book.");
      cell.replaceWith(make("p", { className: "csd-at-end" }, link));
    }
    const answers = make("ol", {});
    for (const question of article.querySelectorAll(".csd-question")) {
      const right = question.querySelector("[data-right=true]") ?? question.querySelector("[data-said]");
      const label = right.closest("label");
      const said = right.dataset.said ?? label.querySelector("span, img");
      const shown = said instanceof HTMLImageElement ? said.alt : said.textContent ?? said;
      answers.append(make("li", {}, make("strong", {}, shown), " ", ...label.nextElementSibling.cloneNode(true).childNodes));
    }
    if (answers.children.length) solved.append(make("h3", {}, "Quiz"), answers);
    if (solved.children.length) solved.prepend(make("h2", {}, title));

    // A chart or a picture that is taller than a sheet, with its caption, becomes smaller.
    const room = sheet - 120;
    for (const part of article.querySelectorAll(".js-plotly-plot, figure img")) {
      const share = room / part.getBoundingClientRect().height;
      if (share < 1) part.parentElement.style.zoom = share;
    }

    // What is still taller breaks from where it begins, and its caption stays with its last rows.
    for (const figure of article.querySelectorAll("figure.csd-figure")) {
      figure.classList.toggle("csd-tall", figure.getBoundingClientRect().height > room);
    }

    const headings = [];
    for (const heading of article.querySelectorAll("h1, h2")) {
      const id = heading.closest("section[id]")?.id ?? heading.id;
      headings.push({ level: Number(heading.tagName[1]), text: textOf(heading), place: id });
    }
    // Chromium names the places to which a document leads itself.
    const places = [...wanted, ...headings.map((each) => each.place)].filter((id) => id && document.getElementById(id));
    article.append(make("div", { hidden: true }, ...places.map((id) => make("a", { href: `#${id}` }))));
    return { title, headings, solutions: solved.children.length ? solved.outerHTML : "" };
  },
})
