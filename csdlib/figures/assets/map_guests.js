// Pictures of the reader's own on the map. The engine describes them in the page; each goes where csdlib.maps.StyleMap.place
// would put it, and lines lead to its nearest works, which are found in descriptor space.

const GUEST_SIDE = 64; // pixels
const GUEST_PIXELS = 192; // of the longer side, that are kept of a picture
const CLOSEST = 1e-6; // in the units of Python's map
const guests = [];
let guest = null; // the one whose neighbours are shown
let describer = null;
let arrivals = Promise.resolve(); // one after the other, in the order of the files

function addGuests() {
  if (!data.descriptor) return;
  const chooser = make("label", "csd-map-guests", "Place pictures of your own: ", tools);
  const box = make("input", "", "", chooser);
  box.type = "file";
  box.accept = "image/*";
  box.multiple = true;
  box.addEventListener("change", () => receive([...box.files]));
  make("span", "", "or drop them on the map; they stay in this page.", chooser);
  root.addEventListener("dragover", (event) => event.preventDefault());
  root.addEventListener("drop", (event) => {
    event.preventDefault();
    receive([...event.dataTransfer.files]);
  });
  root.addEventListener("paste", (event) => receive([...event.clipboardData.files]));
}

async function receive(files) {
  if (!files.length) return;
  say(`${files.length === 1 ? files[0].name : `${files.length} pictures`}: waiting for ${data.descriptor.name}.`);
  describer = describer || startDescriber();
  try {
    await describer.describe(files, (found) => {
      arrivals = arrivals.then(() => arrived(found, files.length)).catch((error) => say(error.message));
    });
  } catch (error) {
    say(error.message);
  }
}

// The panel that asks for the weights stands below the tools. Weights that stand in the page itself need no asking.
function startDescriber() {
  const started = new Describer(data.descriptor.engine, data.descriptor, make("div", "", "", guestBox));
  const inside = root.querySelector(".csd-map-weights");
  if (inside) started.load(decode(inside.textContent, Uint8Array).buffer);
  return started;
}

async function arrived({ number, file, vector, reason }, all) {
  if (reason) {
    const refused = `${file.name}: ${reason}`;
    make("p", "", refused, guestBox);
    say(refused);
    return;
  }
  const found = { name: file.name, bitmap: await reduced(file, GUEST_PIXELS), on: new Map() };
  for (const panel of panels) if (panel.vectors) found.on.set(panel, placed(panel, vector));
  guests.push(found);
  listGuests();
  showGuest(found, all > 1 ? `${number + 1} of ${all}: ` : "");
}

// Among the works of a map: the nearest ones in descriptor space, and a place on the map.
function placed(panel, vector) {
  panel.units = panel.units || unitRows(decode(panel.vectors, Int16Array), vector.length);
  const found = nearest(vector, panel.units);
  const fitted = found.filter(({ row }) => row < panel.fitted).slice(0, data.descriptor.between);
  const place = panel.projection ? projected(panel.projection, vector)
    : geometricMedian(fitted.map(({ row }) => unscaled(panel, row)), CLOSEST);
  const [x, y] = place.map((each, axis) => (each - panel.low[axis]) / panel.size);
  const first = found.slice(0, panel.shown);
  return { x, y, rows: first.map(({ row }) => row), scores: first.map((each) => each.cosine) };
}

// A work's place in the units of Python's map.
function unscaled(panel, row) {
  return [panel.low[0] + panel.x[row] * panel.size, panel.low[1] + panel.y[row] * panel.size];
}

function projected({ mean, components }, vector) {
  const moved = vector.map((each, at) => each - mean[at]);
  const along = (axis) => moved.reduce((sum, each, at) => sum + each * components[axis * vector.length + at], 0);
  return [along(0), along(1)];
}

function showGuest(shown, before = "") {
  guest = shown;
  chosen = current = -1;
  strips.replaceChildren();
  for (const [panel, { rows, scores }] of guest.on) {
    addStrip(panel, (line) => guestButton(line, guest, `yours: ${guest.name}`), rows, scores, "");
  }
  // What is outside the view is brought in; else the map stays as it is, and only the canvas is drawn anew.
  for (const [panel, at] of guest.on) if (!isInside(panel, pixelsAt(panel, at.x, at.y))) centre(panel, at.x, at.y);
  panels.forEach(drawPictures);
  rings();
  const [panel, { rows, scores }] = [...guest.on][0];
  const told = rows.map((row, rank) => `${brief(row)} (${scores[rank].toFixed(2)})`);
  say(`${before}${guest.name} is on the map. Nearest works by ${panel.title}, with their cosine: ${told.join("; ")}.`);
}

function listGuests() {
  guestList.replaceChildren();
  make("p", "", "Yours:", guestList);
  for (const each of guests) guestButton(guestList, each, each.name);
  button("take them away", guestList, () => {
    guests.length = 0;
    guestList.replaceChildren();
    close();
  });
}

function guestButton(parent, shown, text) {
  const made = button("", parent, () => showGuest(shown));
  made.className = "csd-map-neighbour csd-chosen";
  const { width, height } = shown.bitmap;
  const canvas = make("canvas", "csd-map-picture", "", made);
  const scale = GUEST_SIDE / Math.max(width, height);
  [canvas.width, canvas.height] = [Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale))];
  canvas.getContext("2d").drawImage(shown.bitmap, 0, 0, canvas.width, canvas.height);
  make("span", "", text, made);
}

// On the canvas: lines below the pictures, and the reader's own above them.

function drawLines(panel, pen) {
  const shown = guest && guest.on.get(panel);
  if (!shown) return;
  const start = pixelsAt(panel, shown.x, shown.y);
  pen.strokeStyle = getComputedStyle(panel.box).color;
  pen.setLineDash([]);
  shown.rows.forEach((row, rank) => {
    pen.lineWidth = rank < data.descriptor.between ? 2 : 1;
    pen.beginPath();
    pen.moveTo(...start);
    pen.lineTo(...pixels(panel, row));
    pen.stroke();
  });
}

function drawGuests(panel, pen) {
  for (const each of guests) {
    const shown = each.on.get(panel);
    if (!shown) continue;
    const [x, y] = pixelsAt(panel, shown.x, shown.y);
    const { width, height } = each.bitmap;
    const scale = (each === guest ? GUEST_SIDE : 0.6 * GUEST_SIDE) / Math.max(width, height);
    const [across, down] = [width * scale, height * scale];
    pen.fillStyle = getComputedStyle(panel.box).color;
    pen.fillRect(x - across / 2 - FRAME, y - down / 2 - FRAME, across + 2 * FRAME, down + 2 * FRAME);
    pen.drawImage(each.bitmap, x - across / 2, y - down / 2, across, down);
  }
}
