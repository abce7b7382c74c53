// A phone has no room beside the marks: there the labels stand above their rows, where the rows are high enough.
const chart = document.getElementById("{plot_id}");
const { ticktext, tickvals } = chart.layout.yaxis;
if (chart.clientWidth < 520 && chart.layout.height > 130 + 28 * tickvals.length) {
  const labels = ticktext.map((text, row) => ({
    text, x: 0, xref: "paper", xanchor: "left", y: tickvals[row] - 0.5, yanchor: "top", showarrow: false, font: { size: 12 },
  }));
  const annotations = [...(chart.layout.annotations || []), ...labels];
  Plotly.relayout(chart, { "yaxis.showticklabels": false, "margin.l": 10, annotations });
}
