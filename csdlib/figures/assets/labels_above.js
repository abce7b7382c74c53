// A phone has no room beside the marks: there each label stands above its row, and the chart is as much higher.
const chart = document.getElementById("{plot_id}");
const { ticktext, tickvals } = chart.layout.yaxis;
if (chart.clientWidth < 520) {
  const labels = ticktext.map((text, row) => ({
    text, x: 0, xref: "paper", xanchor: "left", y: tickvals[row] - 0.5, yanchor: "top", showarrow: false, font: { size: 12 },
  }));
  const annotations = [...(chart.layout.annotations || []), ...labels];
  const height = chart.layout.height + 34 * (tickvals.length + 1);
  // Plotly's frame around the chart has a height of its own.
  chart.parentElement.style.height = chart.style.height = `${height}px`;
  // Half a row more on top: what a line is called stands there.
  const range = [tickvals.length - 0.5, -1];
  Plotly.relayout(chart, { "yaxis.showticklabels": false, "yaxis.range": range, "margin.l": 10, annotations, height });
}
