// What a page of the book shows, as lists of what is wrong and as counts. Called with the least contrast of texts.
(leastContrast) => {
  const all = (selector) => [...document.querySelectorAll(selector)];
  const start = (element) => element.outerHTML.slice(0, 200);

  const silentOrLost = (image) =>
    !(image.getAttribute("alt") || "").trim() || (image.complete && !image.naturalWidth);

  const overflows = (element) => {
    if (element.getBoundingClientRect().right <= innerWidth + 1) return false;
    for (let box = element.parentElement; box; box = box.parentElement)
      if (getComputedStyle(box).overflowX !== "visible" && box.closest(".bd-article")) return false;
    return true;
  };

  const numbers = (colour) => colour.match(/[0-9.]+/g).map(Number);
  const luminance = ([r, g, b]) =>
    [r, g, b]
      .map((v) => v / 255)
      .map((v) => (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
      .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const ground = (element) => {
    const bar = element.classList.contains("bartext-inside") && element.parentElement.querySelector("path");
    if (bar) return numbers(getComputedStyle(bar).fill);
    for (let box = element; box; box = box.parentElement) {
      const colour = numbers(getComputedStyle(box).backgroundColor);
      if (colour.length === 3 || colour[3] > 0.5) return colour;
    }
    return [255, 255, 255];
  };
  const contrast = (element) => {
    const style = getComputedStyle(element);
    const text = luminance(numbers(element instanceof SVGElement ? style.fill : style.color));
    const below = luminance(ground(element));
    return (Math.max(text, below) + 0.05) / (Math.min(text, below) + 0.05);
  };
  const texts = ".bd-article p, .bd-article a:not(.headerlink), .bd-article td, .bd-article th, .bd-article dt, figcaption, .csd-picture span, .main-svg text";
  // A link inside a drawing has its texts for colours, not its own.
  const shown = (element) =>
    element.textContent.trim() && !element.closest(".hoverlayer, details:not([open])") && !(element.localName === "a" && element.closest("svg"));

  return {
    theme: document.documentElement.dataset.theme,
    titles: all("h1").map((title) => title.textContent.trim()),
    bad_images: [...document.images].filter(silentOrLost).map(start),
    formulas: all(".bd-article .math").length,
    formulas_drawn: all(".bd-article .math mjx-container svg").length,
    formulas_broken: all("mjx-merror").length,
    // For each chart how many marks and how many texts it has.
    charts: all(".plotly-graph-div").map((chart) =>
      [".trace, .point, image", "text"].map((parts) => chart.querySelectorAll(parts).length)),
    // As it was drawn, and the room that it has.
    chart_widths: all(".js-plotly-plot").map((chart) =>
      [Number(chart.querySelector(".main-svg").getAttribute("width")), chart.clientWidth]),
    charts_without_description: all(".plotly-graph-div")
      .filter((chart) => !chart.closest("[role=img]")?.getAttribute("aria-label")?.trim()).map((chart) => chart.id),
    figures_without_caption: all("figure.csd-figure")
      .filter((figure) => !figure.querySelector("figcaption")?.textContent.trim()).map(start),
    provenance: all("details.csd-provenance").length,
    solutions_are_open: all("details.hide")
      .filter((details) => details.textContent.includes("Show the solution")).map((details) => details.open),
    wide_elements: all(".bd-article *").filter(overflows).map(start),
    // What is wider than its box, so that a reader has to scroll sideways: code, what it prints, tables.
    cut: all(".bd-article pre, .bd-article .csd-scroll, .bd-article .pst-scrollable-table-container, .bd-article .output")
      .filter((box) => box.checkVisibility({ contentVisibilityAuto: true }) && !box.closest("details:not([open])"))
      .filter((box) => box.scrollWidth > box.clientWidth + 2)
      // A wide figure leaves its column on purpose, and nothing scrolls.
      .filter((box) => !box.querySelector("figure.full-width") || getComputedStyle(box).overflowX !== "visible").map(start),
    width: document.documentElement.scrollWidth,
    poor_contrasts: all(texts).filter(shown).map((element) => [contrast(element), start(element)])
      .filter(([ratio]) => ratio < leastContrast),
  };
}
