// Pictures instead of dots: drawn from the sheet of thumbnails on a canvas over the map. Only those in view are drawn, and
// so few that none covers another; the others stay dots. A frame of the colour and the symbol of its dot is around each.

const MODES = { zoom: "pictures when near", pictures: "pictures", dots: "dots" };
const LEAST_SIDE = 40; // pixels of the screen that a picture and its frame have at least; they grow as the map comes near
const GROWTH = 0.7; // as fast as the map, at 1: then coming nearer would show larger pictures, and no more of them
const GAP = 3; // between two pictures
const FRAME = 3;
const ENOUGH = 0.1; // where this share of the pictures finds room, pictures take the place of dots
const NEAR = 2; // and at the latest where the map is so many times as large as when it is seen whole
const BADGE = 15; // the side of the symbol's ground, in a corner of the frame
const FINEST = 1 / 65536; // places are no finer
let mode = "zoom";
let sheet = null; // the thumbnails; decoded when the first map is drawn

function addSwitch() {
  const switched = make("label", "", "Show: ", controls);
  const box = make("select", "csd-map-show", "", switched);
  for (const [name, text] of Object.entries(MODES)) make("option", "", text, box).value = name;
  box.addEventListener("change", () => {
    mode = box.value;
    panels.forEach(drawPictures);
    rings();
    say(`${panels[0].drawn.length} of ${count} pictures are shown as pictures, the others as dots.`);
  });
}

async function decodeSheet() {
  sheet = await createImageBitmap(blobOf(data.sheet.source));
  panels.forEach(drawPictures);
  rings();
}

// Pictures are thinned by a rank that does not depend on where one looks: moving the map exchanges none of them, and coming
// nearer takes none away. A picture's room is the largest distance, in both directions of the map, at which it stands
// beside all that have as much or more. Found from far to near: at each distance, those that stand get a cell of a grid.
function measureRoom(panel) {
  const room = new Float32Array(count);
  let waiting = shuffled(Array.from(room.keys()).filter(isLit));
  const standing = [];
  for (let distance = 1; waiting.length && distance >= FINEST; distance *= Math.SQRT1_2) {
    const grid = new Map(standing.map((row) => [cell(panel, row, distance), row]));
    waiting = waiting.filter((row) => {
      if (!isFree(panel, row, distance, grid)) return true;
      grid.set(cell(panel, row, distance), row);
      standing.push(row);
      room[row] = distance;
      return false;
    });
  }
  panel.room = room;
  const most = Math.ceil(ENOUGH * (standing.length + waiting.length));
  panel.near = Float32Array.from(standing, (row) => room[row]).sort().at(-most) || FINEST;
}

const ACROSS = 2 ** 17; // more than there are cells beside each other

function cell(panel, row, distance) {
  return Math.floor(panel.x[row] / distance) * ACROSS + Math.floor(panel.y[row] / distance);
}

function isFree(panel, row, distance, grid) {
  const own = cell(panel, row, distance);
  for (let right = -1; right <= 1; right++) {
    for (let up = -1; up <= 1; up++) {
      const other = grid.get(own + right * ACROSS + up);
      if (other === undefined) continue;
      if (Math.max(Math.abs(panel.x[other] - panel.x[row]), Math.abs(panel.y[other] - panel.y[row])) < distance) return false;
    }
  }
  return true;
}

// By a fixed rule: the same map shows the same pictures.
function shuffled(rows) {
  const rank = (row) => Math.imul(row + 1, 2654435761) >>> 0;
  return rows.sort((one, other) => rank(one) - rank(other));
}

// The side of a picture on the screen in the present view, with its frame, or 0 where dots are shown.
function pictureSide(panel) {
  if (mode === "dots" || !sheet) return 0;
  if (!panel.room) measureRoom(panel);
  const scale = pixelsPerUnit(panel, panel.view);
  const needed = (LEAST_SIDE + GAP) / scale;
  if (mode === "zoom" && needed > panel.near && scale < NEAR * panel.whole) return 0;
  const most = Math.max(LEAST_SIDE, data.sheet.side + 2 * FRAME);
  return Math.round(Math.min(most, LEAST_SIDE * Math.max(1, (panel.near / needed) ** GROWTH)));
}

function pixelsPerUnit(panel, { x, y }) {
  const [width, height] = [panel.width, panel.height].map((each) => each - 2 * MARGIN);
  return Math.min(width / (x[1] - x[0]), height / (y[1] - y[0]));
}

function drawPictures(panel) {
  const side = pictureSide(panel);
  panel.drawn = [];
  panel.canvas.hidden = !side && !guests.length; // an empty canvas costs time, too
  if (panel.canvas.hidden) return;
  const pen = cleared(panel);
  drawLines(panel, pen);
  if (side) {
    const least = (side + GAP) / pixelsPerUnit(panel, panel.view);
    for (let row = 0; row < count; row++) {
      if (panel.room[row] < least) continue;
      const place = pixels(panel, row);
      if (isInside(panel, place)) panel.drawn.push(framed(panel, row, place, side));
    }
    pen.lineWidth = FRAME;
    for (const each of panel.drawn) drawPicture(pen, each);
  }
  drawGuests(panel, pen);
}

// A canvas of the map's size, in the screen's own pixels, and empty.
function cleared(panel) {
  const { canvas, width, height } = panel;
  const scale = window.devicePixelRatio || 1;
  const size = [width, height].map((each) => Math.round(each * scale));
  if (canvas.width !== size[0] || canvas.height !== size[1]) {
    [canvas.width, canvas.height] = size;
    canvas.style.width = `${width}px`;
    canvas.style.height = `${height}px`;
  }
  const pen = canvas.getContext("2d");
  pen.setTransform(scale, 0, 0, scale, 0, 0);
  pen.clearRect(0, 0, width, height);
  return pen;
}

// Where a picture stands on the screen: the longer side has the given length, with the frame.
function framed(panel, row, [x, y], side) {
  const [width, height] = [data.sheet.sizes[2 * row], data.sheet.sizes[2 * row + 1]];
  const scale = (side - 2 * FRAME) / Math.max(width, height);
  const [across, down] = [width * scale + 2 * FRAME, height * scale + 2 * FRAME];
  return { row, x: x - across / 2, y: y - down / 2, width: across, height: down };
}

function drawPicture(pen, { row, x, y, width, height }) {
  const { columns: across, side: cellSide, sizes } = data.sheet;
  const [own, tall] = [sizes[2 * row], sizes[2 * row + 1]];
  const left = (row % across) * cellSide + Math.floor((cellSide - own) / 2);
  const top = Math.floor(row / across) * cellSide + Math.floor((cellSide - tall) / 2);
  pen.drawImage(sheet, left, top, own, tall, x + FRAME, y + FRAME, width - 2 * FRAME, height - 2 * FRAME);
  const code = coloured.codes[row];
  pen.strokeStyle = colourOf(code);
  pen.setLineDash(isMade(row) ? [4, 3] : []);
  pen.strokeRect(x + FRAME / 2, y + FRAME / 2, width - FRAME, height - FRAME);
  if (coloured.values.length <= MOST_GROUPS) pen.drawImage(badge(code), x - 1, y - 1, BADGE, BADGE);
}

// The symbol on a ground of its own; drawn once, and copied.
const badges = new Map();
function badge(code) {
  const name = colourOf(code) + symbolOf(code);
  if (!badges.has(name)) badges.set(name, drawnBadge(colourOf(code), SIGNS[symbolOf(code)]));
  return badges.get(name);
}

function drawnBadge(colour, sign) {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 3 * BADGE;
  const pen = canvas.getContext("2d");
  pen.scale(3, 3);
  pen.fillStyle = "#ffffff";
  pen.fillRect(0, 0, BADGE, BADGE);
  pen.fillStyle = colour;
  pen.font = `${BADGE - 2}px system-ui, sans-serif`;
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  pen.fillText(sign, BADGE / 2, BADGE / 2 + 0.5);
  return canvas;
}

// The picture under the pointer, or -1: the one that is seen, though dots may lie below it.
function pictureAt(panel, event) {
  const box = panel.chart.getBoundingClientRect();
  const [x, y] = [event.clientX - box.left, event.clientY - box.top];
  const holds = (each) => x >= each.x && y >= each.y && x <= each.x + each.width && y <= each.y + each.height;
  const under = panel.drawn.find(holds);
  return under ? under.row : -1;
}

function followPointer(panel) {
  panel.over = -1;
  panel.box.addEventListener("pointermove", (event) => {
    if (event.buttons) return;
    const row = pictureAt(panel, event);
    if (row >= 0 && row !== panel.over) point(row, panel);
    if (row < 0 && panel.over >= 0) hideCards();
    panel.over = row;
  });
  panel.box.addEventListener("pointerleave", (event) => {
    if (pictureAt(panel, event) >= 0) return; // plotly lays a cover over the page while a button is down
    if (panel.over >= 0) hideCards();
    panel.over = -1;
  });
  panel.box.addEventListener("click", (event) => {
    const row = pictureAt(panel, event);
    if (row >= 0) choose(row);
  });
}
