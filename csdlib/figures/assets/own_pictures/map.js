// The map of the works, and the reader's pictures at their places on it.

const MARGIN = 30; // pixels around the map, so that no thumbnail is cut
const REACH = 30; // pixels from a work's middle, within which one points at it

function map() {
  const shown = described();
  part("placed").hidden = !shown.length;
  part("places").replaceChildren(...shown.map(inPlace));
  if (shown.length) paint();
}

// The same in words: whose works lie around it.
function inPlace(picture) {
  const counts = new Map();
  for (const { row } of resultOf(picture).works.slice(0, data.between)) {
    counts.set(maker(row), (counts.get(maker(row)) ?? 0) + 1);
  }
  const names = [...counts].sort((a, b) => b[1] - a[1]).map(([name, count]) => `${name} (${count})`);
  return make("li", "", `${title(picture)}: between works by ${names.join(", ")}`);
}

// From a place on the map to a pixel of the canvas.
function pixel([x, y]) {
  const { clientWidth: width, clientHeight: height } = part("map");
  const { wide, high } = instrument;
  const scale = Math.min((width - 2 * MARGIN) / wide, (height - 2 * MARGIN) / high);
  return [width / 2 + (x - wide / 2) * scale, height / 2 - (y - high / 2) * scale];
}

function paint() {
  const canvas = part("map");
  const { devicePixelRatio: dense = 1 } = window;
  canvas.width = canvas.clientWidth * dense;
  canvas.height = canvas.clientHeight * dense;
  const pen = canvas.getContext("2d");
  pen.scale(dense, dense);
  const side = Math.max(14, canvas.clientWidth / 32);
  const { side: tile, columns } = data.works.sheet;
  if (sheet.complete && sheet.naturalWidth) {
    for (let row = 0; row < makers.length; row++) {
      const [x, y] = pixel(instrument.places.subarray(2 * row, 2 * row + 2));
      pen.drawImage(sheet, (row % columns) * tile, Math.floor(row / columns) * tile, tile, tile, x - side / 2, y - side / 2, side, side);
    }
  }
  // The chosen one last, so that it lies on top.
  for (const picture of [...described()].sort((a, b) => (a === chosen) - (b === chosen))) mark(pen, picture, 1.7 * side);
}

function mark(pen, picture, side) {
  const [x, y] = pixel(resultOf(picture).place);
  if (picture === chosen) {
    for (const { row } of resultOf(picture).works.slice(0, data.between)) {
      lines(pen, [[x, y], pixel(instrument.places.subarray(2 * row, 2 * row + 2))]);
    }
  }
  const [width, height] = picture.canvas ? [picture.canvas.width, picture.canvas.height].map((each) => (each / THUMBNAIL) * side) : [side, side];
  const corner = [x - width / 2, y - height / 2];
  if (picture.canvas) pen.drawImage(picture.canvas, ...corner, width, height);
  pen.lineWidth = 5;
  pen.strokeStyle = "#ffffff";
  pen.strokeRect(...corner, width, height);
  pen.lineWidth = 2.5;
  pen.strokeStyle = "#d55e00";
  pen.strokeRect(...corner, width, height);
  numeral(pen, String(pictures.indexOf(picture) + 1), corner);
}

function lines(pen, points) {
  for (const [width, colour] of [[4, "#ffffff"], [1.5, "#d55e00"]]) {
    pen.lineWidth = width;
    pen.strokeStyle = colour;
    pen.beginPath();
    for (const [x, y] of points) pen.lineTo(x, y);
    pen.stroke();
  }
}

function numeral(pen, text, [x, y]) {
  pen.font = "bold 12px system-ui, sans-serif";
  const width = pen.measureText(text).width + 8;
  pen.fillStyle = "#8a3c00";
  pen.fillRect(x - 4, y - 8, width, 17);
  pen.fillStyle = "#ffffff";
  pen.fillText(text, x, y + 5);
}

// Whose the work under the pointer is: the nearest one, if it is near.
function under(event) {
  const { left, top } = part("map").getBoundingClientRect();
  let [found, least] = [-1, REACH];
  for (let row = 0; row < makers.length; row++) {
    const [x, y] = pixel(instrument.places.subarray(2 * row, 2 * row + 2));
    const away = Math.hypot(x + left - event.clientX, y + top - event.clientY);
    if (away < least) [found, least] = [row, away];
  }
  part("under").textContent = found < 0 ? "Point at a work to read whose it is." : workLabel(found);
}
