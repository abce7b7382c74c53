// On a phone the names of rows and the scale of colours take the chart's room: there they are smaller, long titles of axes fit, and numbers stand upright.
{
  const chart = document.getElementById("{plot_id}");
  if (chart.clientWidth < 520) {
    const smaller = {};
    for (const [name, axis] of Object.entries(chart._fullLayout)) {
      if (!/^[xy]axis\d*$/.test(name)) continue;
      if (name[0] === "y" && (axis.type === "category" || axis.ticktext)) smaller[`${name}.tickfont.size`] = 11;
      if (name[0] === "x" && axis.tickmode !== "array" && ["linear", "log"].includes(axis.type)) {
        smaller[`${name}.tickangle`] = 0;
        smaller[`${name}.nticks`] = Math.max(3, Math.floor(axis._length / 50));
      }
      if ((axis.title?.text || "").length > 16) smaller[`${name}.title.font.size`] = 12;
    }
    Plotly.relayout(chart, smaller);
    const shaded = chart.data.flatMap((trace, place) => (trace.type === "heatmap" ? [place] : []));
    const thin = { "colorbar.thickness": 8, "colorbar.xpad": 4, "colorbar.tickfont.size": 10, "colorbar.title.font.size": 11 };
    if (shaded.length) Plotly.restyle(chart, thin, shaded);
  }
}
