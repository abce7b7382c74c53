// A curve for each number over the settings of the first control, one small chart a column. A row has a colour and a
// dash; the table below says the same in numbers, so the charts are no news to a screen reader.

const SVG = "http://www.w3.org/2000/svg";
const DASHES = ["", "7 3", "2 3", "9 3 2 3", "12 5", "5 2 1 2"];
const stops = data.controls[0].labels.length;

function draw(tag, attributes, parent) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  parent.appendChild(element);
  return element;
}

const across = (stop) => ((100 * stop) / (stops - 1)).toFixed(2);
const down = (share) => (100 * (100 - share) / (100 - data.bottom)).toFixed(2);

// The pieces of a curve between settings without a number, each a list of [stop, codes].
function pieces(cell) {
  const found = [[]];
  for (let stop = 0; stop < stops; stop++) {
    const codes = codesAt(cell, [stop, ...setting.slice(1)]);
    if (percent(codes[0]) !== null) found[found.length - 1].push([stop, codes]);
    else found.push([]);
  }
  return found.filter((piece) => piece.length);
}

function lineOf(piece, part) {
  return piece.map(([stop, codes]) => `${across(stop)},${down(percent(codes[part]))}`);
}

function lookOf(row) {
  return { stroke: data.colours[row % 8], "stroke-dasharray": DASHES[row % 6], class: "csd-live-line" };
}

function drawCell(svg, cell, row) {
  const look = lookOf(row);
  for (const piece of pieces(cell)) {
    const sure = piece.filter(([, codes]) => percent(codes[1]) !== null && percent(codes[2]) !== null);
    const band = [...lineOf(sure, 1), ...lineOf(sure, 2).reverse()];
    if (band.length) draw("polygon", { points: band.join(" "), fill: look.stroke, class: "csd-live-band" }, svg);
    draw("polyline", { points: lineOf(piece, 0).join(" "), ...look }, svg);
  }
  const here = percent(codesAt(cell, setting)[0]);
  // A line of no length with round ends is a dot, and stays one where the chart is stretched.
  if (here !== null) draw("path", { d: `M${across(setting[0])},${down(here)}h0`, stroke: look.stroke, class: "csd-live-dot" }, svg);
}

function drawColumn(svg, column) {
  svg.replaceChildren();
  for (const share of [0, 50, 100]) draw("path", { d: `M0,${down(share)}H100`, class: "csd-live-grid" }, svg);
  draw("path", { d: `M${across(setting[0])},0V100`, class: "csd-live-here" }, svg);
  cells.forEach((row, number) => row[column] && drawCell(svg, row[column], number));
}

// A row of empty charts above the numbers, and beside each name how its curve looks.
function addCurves() {
  const line = root.querySelector("tbody").insertRow(0);
  line.className = "csd-live-curves";
  line.setAttribute("aria-hidden", "true");
  const { title, labels } = data.controls[0];
  const words = line.insertCell();
  words.className = "csd-words";
  words.textContent = `${data.bottom} to 100 %, over the ${title}, from ${labels[0]} to ${labels[stops - 1]}`;
  root.querySelectorAll("tbody th").forEach((head, row) => {
    const sign = draw("svg", { viewBox: "0 0 30 8", class: "csd-live-sign", "aria-hidden": "true" }, head);
    draw("path", { d: "M0,4H30", ...lookOf(row) }, sign);
    head.prepend(sign);
  });
  return data.columns.map(() =>
    draw("svg", { viewBox: "0 0 100 100", preserveAspectRatio: "none", "aria-hidden": "true" }, line.insertCell()));
}
