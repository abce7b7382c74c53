// The maps: drawn, looked at, pointed at, and walked through by keys.

const DIRECTIONS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

function hasWebGL() {
  return Boolean(document.createElement("canvas").getContext("webgl"));
}

function addPanel(given) {
  const places = decode(given.places, Uint16Array);
  const panel = {
    ...given,
    x: Float32Array.from({ length: count }, (_, row) => places[2 * row] / 65535),
    y: Float32Array.from({ length: count }, (_, row) => places[2 * row + 1] / 65535),
    neighbours: decode(given.neighbours, Uint16Array),
    scores: decode(given.scores, Int16Array),
  };
  const outside = make("div", "csd-map-panel", "", maps);
  if (data.panels.length > 1) make("p", "csd-map-title", panel.title, outside);
  panel.box = make("div", "csd-map-plot", "", outside);
  panel.box.tabIndex = 0;
  panel.box.setAttribute("role", "application");
  panel.box.setAttribute("aria-label", `Map ${panel.title} of ${count} pictures. Arrow keys go to the nearest picture ` +
    "in their direction, Enter shows its nearest neighbours, plus and minus zoom, 0 shows all, Escape closes.");
  const frame = make("div", "", "", panel.box);
  // No role "img": plotly's buttons in it are to be reached.
  frame.setAttribute("role", "group");
  frame.setAttribute("aria-label", data.alt);
  panel.chart = make("div", "", "", frame);
  panel.chart.style.height = `${height()}px`;
  panel.canvas = make("canvas", "csd-map-pictures", "", panel.box);
  panel.drawn = [];
  panel.rings = make("div", "csd-map-rings", "", panel.box);
  panel.card = make("div", "csd-map-card", "", panel.box);
  panel.card.setAttribute("aria-hidden", "true");
  panel.box.addEventListener("keydown", (event) => onKey(event, panel));
  panel.box.addEventListener("wheel", (event) => onWheel(event, panel), { passive: false });
  panel.box.addEventListener("focus", () => {
    if (current < 0 && panel.box.matches(":focus-visible")) point(middlemost(panel), panel);
  });
  return panel;
}

function draw(panel) {
  measure(panel);
  const [across, up] = wholeView(panel);
  const axis = { visible: false, fixedrange: false };
  const layout = {
    xaxis: { ...axis, range: across },
    yaxis: { ...axis, range: up },
    margin: { l: MARGIN, r: MARGIN, t: MARGIN, b: MARGIN },
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    hovermode: "closest",
    dragmode: dragmode(),
  };
  const type = hasWebGL() ? "scattergl" : "scatter";
  const trace = { type, mode: "markers", x: panel.x, y: panel.y, hoverinfo: "none", marker: marker() };
  const buttons = ["zoom2d", "pan2d", "lasso2d", "select2d", "zoomIn2d", "zoomOut2d", "resetScale2d"];
  Plotly.newPlot(panel.chart, [trace], layout, { responsive: true, displaylogo: false, modeBarButtons: [buttons] });
  panel.view = { x: across, y: up };
  // Where a picture is seen, it is meant, and not the dots below it.
  panel.chart.on("plotly_hover", (event) => panel.over < 0 && point(event.points[0].pointNumber, panel));
  panel.chart.on("plotly_unhover", () => panel.over < 0 && hideCards());
  panel.chart.on("plotly_click", (event) => pictureAt(panel, event.event) < 0 && choose(event.points[0].pointNumber));
  panel.chart.on("plotly_selected", (event) => event && event.points && onSelected(panel, event));
  followPointer(panel);
  panel.chart.on("plotly_relayouting", (event) => look(panel, event));
  panel.chart.on("plotly_relayout", (event) => look(panel, event));
}

// Where fingers scroll the page they must not move the map; its buttons zoom.
function dragmode() {
  return matchMedia("(pointer: coarse)").matches ? false : "pan";
}

function look(panel, event) {
  for (const name of ["x", "y"]) {
    const start = event[`${name}axis.range[0]`];
    const range = event[`${name}axis.range`] || (start === undefined ? null : [start, event[`${name}axis.range[1]`]]);
    if (range) panel.view[name] = range;
  }
  hideCards();
  drawPictures(panel);
  rings();
}

function middlemost(panel) {
  const far = (row) => (panel.x[row] - 0.5) ** 2 + (panel.y[row] - 0.5) ** 2;
  let best = 0;
  for (let row = 1; row < count; row++) if (far(row) < far(best)) best = row;
  return best;
}

function neighboursOf(panel, row) {
  return Array.from(panel.neighbours.subarray(row * panel.shown, (row + 1) * panel.shown));
}

// Of the chosen picture, or of the reader's own.
function shownNeighbours(panel) {
  if (guest) return guest.on.has(panel) ? guest.on.get(panel).rows : [];
  return chosen >= 0 ? neighboursOf(panel, chosen) : [];
}

// Rings around the current point, the chosen one and its neighbours; the same pictures on every map.

function rings() {
  for (const panel of panels) {
    panel.rings.replaceChildren();
    const ring = (row, kind, text) => {
      const place = pixels(panel, row);
      if (!isInside(panel, place)) return;
      const element = make("span", kind, "", panel.rings);
      if (text) make("b", "", text, element);
      element.style.left = `${place[0]}px`;
      element.style.top = `${place[1]}px`;
      const picture = panel.drawn.find((each) => each.row === row);
      if (picture) {
        element.classList.add("csd-framed");
        element.style.width = `${picture.width}px`;
        element.style.height = `${picture.height}px`;
      }
    };
    shownNeighbours(panel).forEach((row, rank) => ring(row, "csd-near", String(rank + 1)));
    if (chosen >= 0) ring(chosen, "csd-chosen", "");
    if (current >= 0) ring(current, "csd-current", "");
  }
}

function point(row, panel) {
  current = row;
  hideCards();
  const place = pixels(panel, row);
  if (!isInside(panel, place)) return centre(panel, panel.x[row], panel.y[row]).then(() => point(row, panel));
  rings();
  const card = panel.card;
  card.replaceChildren();
  const room = panel.width;
  thumbnail(row, Math.max(72, Math.min(data.sheet.side, Math.round(0.3 * room))), card);
  for (const fact of facts(row)) make("span", "", fact, card);
  card.style.display = "flex";
  // In the far corner it hides neither the picture's neighbours nor their rings.
  const far = (at, room, own) => `${at > room / 2 ? 0 : Math.max(0, room - own)}px`;
  card.style.left = far(place[0], room, card.offsetWidth);
  card.style.top = far(place[1], panel.height, card.offsetHeight);
}

function hideCards() {
  for (const panel of panels) panel.card.style.display = "none";
}

// Keys.

function onKey(event, panel) {
  const direction = DIRECTIONS[event.key];
  if (event.key === "Escape") close();
  else if (event.key === "Enter" && current >= 0) choose(current);
  else if (event.key === "+" || event.key === "-") zoom(panel, event.key === "+" ? 1.5 : 1 / 1.5, middle(panel));
  else if (event.key === "0") showWhole(panel);
  else if (direction) step(panel, direction, event.key.slice("Arrow".length).toLowerCase());
  else return;
  event.preventDefault();
}

// Keys zoom around the picture that they are at.
function middle(panel) {
  if (current >= 0 && isInside(panel, pixels(panel, current))) return [panel.x[current], panel.y[current]];
  return [(panel.view.x[0] + panel.view.x[1]) / 2, (panel.view.y[0] + panel.view.y[1]) / 2];
}

// The nearest point within 45 degrees of the direction; dimmed ones are passed over.
function step(panel, [right, up], name) {
  if (current < 0) current = middlemost(panel);
  let best = -1;
  let least = Infinity;
  for (let row = 0; row < count; row++) {
    if (!isLit(row)) continue;
    const x = panel.x[row] - panel.x[current];
    const y = panel.y[row] - panel.y[current];
    const along = x * right + y * up;
    const aside = Math.abs(x * up) + Math.abs(y * right);
    if (along > 0 && aside <= along && along + aside < least) [best, least] = [row, along + aside];
  }
  if (best >= 0) point(best, panel);
  say(best >= 0 ? label(best) : `No picture further ${name}.`);
}

function close() {
  current = chosen = -1;
  guest = null;
  strips.replaceChildren();
  hideCards();
  panels.forEach(drawPictures);
  rings();
  say("Closed.");
}
