// What of a map is seen: its size on the page, the part of it that is in view, and where a place lies on the screen.

const MARGIN = 10; // pixels between the outermost points and the edge
const FULL_SCREEN_REST = 200; // pixels of a whole screen that the controls have

// Of a map, in pixels: a page of its own leaves it the screen, and so does a reader who asks for the whole screen.
function height() {
  if (fills()) return Math.max(320, window.innerHeight - FULL_SCREEN_REST);
  const most = paths.length ? Math.max(data.height, 0.75 * window.innerHeight) : data.height;
  return Math.min(most, Math.max(320, 1.1 * root.clientWidth));
}

function fills() {
  return document.fullscreenElement === root;
}

// The size that plotly draws to. It is kept: asking the page for it at every place would make it lay itself out anew.
function measure(panel) {
  panel.width = panel.chart.clientWidth;
  panel.height = panel.chart.clientHeight;
}

// To the room that there is now; where that has not changed, the reader's view stays.
function fit(panel) {
  panel.chart.style.height = `${height()}px`;
  const { width, height: tall } = panel;
  measure(panel);
  if (width === panel.width && tall === panel.height) return;
  Plotly.Plots.resize(panel.chart).then(() => showWhole(panel));
}

// Both axes have one scale: a map is not stretched.
function wholeView(panel) {
  const width = Math.max(panel.width - 2 * MARGIN, 1);
  const height = Math.max(panel.height - 2 * MARGIN, 1);
  // A few outliers must not squeeze the rest: one comes to them by moving the map.
  const ends = (numbers) => {
    const sorted = [...numbers].sort((one, other) => one - other);
    const at = (share) => sorted[Math.round(share * (sorted.length - 1))];
    const [low, high] = [at(0.01), at(0.99)];
    const more = 0.1 * (high - low);
    return [Math.max(at(0), low - more), Math.min(at(1), high + more)];
  };
  const [[left, right], [low, high]] = [ends(panel.x), ends(panel.y)];
  const scale = 1.04 * Math.max((right - left) / width, (high - low) / height, 1e-6);
  const around = (middle, pixels) => [middle - (scale * pixels) / 2, middle + (scale * pixels) / 2];
  panel.whole = 1 / scale; // pixels of the screen a unit
  return [around((left + right) / 2, width), around((low + high) / 2, height)];
}

function showWhole(panel) {
  const [across, up] = wholeView(panel);
  Plotly.relayout(panel.chart, { "xaxis.range": across, "yaxis.range": up });
}

// Nearer by a factor, or further below 1; what lies at the middle stays where it is.
function zoom(panel, factor, [x, y]) {
  const around = ([low, high], middle) => [middle - (middle - low) / factor, middle + (high - middle) / factor];
  panel.view = { x: around(panel.view.x, x), y: around(panel.view.y, y) };
  Plotly.relayout(panel.chart, { "xaxis.range": panel.view.x, "yaxis.range": panel.view.y });
}

// The wheel scrolls the page; with Ctrl, as fingers on a touchpad send it, or on the whole screen, it zooms.
function onWheel(event, panel) {
  if (!event.ctrlKey && !fills()) return;
  event.preventDefault();
  const box = panel.chart.getBoundingClientRect();
  const turned = Math.max(-50, Math.min(50, event.deltaY));
  zoom(panel, Math.exp(-turned / 150), place(panel, event.clientX - box.left, event.clientY - box.top));
}

function pixels(panel, row) {
  return pixelsAt(panel, panel.x[row], panel.y[row]);
}

function pixelsAt(panel, right, up) {
  const width = panel.width - 2 * MARGIN;
  const height = panel.height - 2 * MARGIN;
  const { x, y } = panel.view;
  return [
    MARGIN + ((right - x[0]) / (x[1] - x[0])) * width,
    MARGIN + ((y[1] - up) / (y[1] - y[0])) * height,
  ];
}

// The place on the map of a point on the screen.
function place(panel, across, down) {
  const { x, y } = panel.view;
  const width = panel.width - 2 * MARGIN;
  const height = panel.height - 2 * MARGIN;
  return [x[0] + ((across - MARGIN) / width) * (x[1] - x[0]), y[1] - ((down - MARGIN) / height) * (y[1] - y[0])];
}

function isInside(panel, [x, y]) {
  return x >= 0 && y >= 0 && x <= panel.width && y <= panel.height;
}

function centre(panel, right, up) {
  const around = ([low, high], middle) => [middle - (high - low) / 2, middle + (high - low) / 2];
  panel.view = { x: around(panel.view.x, right), y: around(panel.view.y, up) };
  return Plotly.relayout(panel.chart, { "xaxis.range": panel.view.x, "yaxis.range": panel.view.y });
}
