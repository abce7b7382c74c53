// Starts reveal.js, and makes what a slide shows as tall as the slide has room for: charts are drawn again, all else is made smaller.
(() => {
  const [WIDTH, HEIGHT, FOOT, LEAST] = [1280, 720, 22, 240];

  const over = (slide) => slide.offsetHeight - (HEIGHT - FOOT);

  const fitted = new WeakSet();
  const fit = (slide) => {
    if (!slide || fitted.has(slide)) return;
    fitted.add(slide);
    for (const chart of slide.querySelectorAll(".js-plotly-plot")) {
      const tall = Math.max(LEAST, chart.offsetHeight - Math.max(0, over(slide)));
      chart.parentElement.style.height = `${tall}px`;
      Plotly.relayout(chart, { height: tall, width: chart.parentElement.clientWidth });
    }
    const figures = slide.querySelectorAll("figure.csd-figure, .jp-InputArea, .jp-OutputArea pre");
    for (let step = 0, zoom = 1; over(slide) > 0 && step < 30; step += 1) {
      zoom -= 0.025;
      for (const figure of figures) figure.style.zoom = zoom;
    }
  };

  for (const slide of document.querySelectorAll("section section"))
    if (!slide.querySelector("h1, figure, pre")) slide.classList.add("deck-words");

  Reveal.on("ready", (event) => fit(event.currentSlide));
  Reveal.on("slidechanged", (event) => fit(event.currentSlide));
  Reveal.initialize({
    width: WIDTH, height: HEIGHT, margin: 0.02, center: false, hash: true, slideNumber: "c/t",
    transition: "none", backgroundTransition: "none", plugins: [RevealNotes],
  });
})();
