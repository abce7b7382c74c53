// Starts reveal.js, and gives what a slide shows the room that the slide has: charts are drawn again in larger letters,
// pictures and tables are made smaller or larger.
(() => {
  const [WIDTH, HEIGHT, FOOT, LEAST, LETTERS, LARGEST] = [1280, 720, 30, 240, 1.35, 1.5];

  const over = (slide) => slide.offsetHeight - (HEIGHT - FOOT);

  const redraw = (slide, chart) => {
    const box = chart.parentElement;
    const tall = Math.max(LEAST, chart.offsetHeight - over(slide));
    // Where charts share the height, larger letters would run into each other.
    const letters = chart.layout.yaxis2 ? 1 : LETTERS;
    box.style.zoom = letters;
    box.style.height = `${tall / letters}px`;
    Plotly.relayout(chart, { height: tall / letters, width: box.clientWidth });
  };

  // Pictures follow the width of their figure, letters do not: where that does not help, labels go.
  const narrow = (slide, figures) => {
    for (const least of [0.45, 0.15]) {
      for (let share = 1; over(slide) > 0 && share > least; share -= 0.02)
        for (const figure of figures) figure.style.width = `${100 * share}%`;
      if (over(slide) > 0) figures.forEach((figure) => figure.classList.add("deck-dense"));
    }
  };

  // Rows of neighbours are examples: two that one can see are worth more than four that one cannot.
  const drop = (slide, rows) => {
    while (over(slide) > 0 && rows.length > 2) rows.pop().remove();
  };

  const zoom = (slide, parts) => {
    const set = (factor) => parts.forEach((part) => (part.style.zoom = factor));
    const wide = () => parts.some((part) => part.scrollWidth > part.clientWidth + 1);
    let factor = 1;
    while (over(slide) > 0 && factor > 0.5) set((factor -= 0.02));
    while (over(slide) < 0 && factor >= 1 && factor < LARGEST && !wide()) set((factor += 0.02));
    if (factor > 1 && (over(slide) > 0 || wide())) set(factor - 0.02);
  };

  const fitted = new WeakSet();
  const fit = (slide) => {
    if (!slide || fitted.has(slide)) return;
    fitted.add(slide);
    const all = (selector) => [...slide.querySelectorAll(selector)];
    all(".js-plotly-plot").forEach((chart) => redraw(slide, chart));
    drop(slide, all(".csd-neighbours"));
    narrow(slide, all(".csd-gallery, .csd-neighbours"));
    zoom(slide, all(".csd-slider, .csd-scroll:not(.csd-slider *), .jp-CodeCell pre"));
  };

  for (const slide of document.querySelectorAll("section section"))
    if (!slide.querySelector("h1, figure, pre")) slide.classList.add("deck-words");

  Reveal.on("ready", (event) => fit(event.currentSlide));
  Reveal.on("slidechanged", (event) => fit(event.currentSlide));
  // Charts look at the room that they have when they are drawn, so until then every slide is laid out.
  addEventListener("load", () => requestAnimationFrame(() => requestAnimationFrame(() => {
    document.documentElement.classList.add("deck-ready");
    Reveal.initialize({
      width: WIDTH, height: HEIGHT, margin: 0.02, center: false, hash: true, slideNumber: "c/t",
      transition: "none", backgroundTransition: "none", plugins: [RevealNotes],
    });
  })));
})();
