// Charts are drawn before the sidebar beside them stands, and it can be folded later: they follow their column's width.
document.addEventListener("DOMContentLoaded", () => {
  const column = document.querySelector(".bd-article-container");
  if (column) new ResizeObserver(() => window.dispatchEvent(new Event("resize"))).observe(column);
  // A legend that has fewer lines in its new width stays where more of them ended, on the marks, until it is drawn again.
  for (const chart of document.querySelectorAll(".js-plotly-plot"))
    chart.on("plotly_relayout", (changed) => { if ("autosize" in changed) Plotly.redraw(chart); });
});
