// The reader's pictures: how they come in, wait, are described, and go. Each has for every instrument that has looked at it
// either a vector or the reason why there is none.

const pictures = []; // { name, file, canvas, found: instrument's name -> { vector, works, place, milliseconds } or { reason } or { waiting } }
const THUMBNAIL = 96;

const resultOf = (picture) => picture.found.get(instrument.name) ?? {};
const described = () => pictures.filter((picture) => resultOf(picture).vector);
const title = (picture) => `${pictures.indexOf(picture) + 1}. ${picture.name}`;

function say(text) {
  part("status").textContent = text;
}

function add(files) {
  const room = MOST_PICTURES - pictures.length;
  if (files.length > room) {
    const held = pictures.length ? `, and holds ${pictures.length} already` : "";
    say(`${files.length} pictures are too many: the page takes ${MOST_PICTURES} in all${held}. None was taken; choose fewer.`);
    return;
  }
  const added = [...files].map((file) => ({ name: file.name || "pasted picture", file, canvas: null, found: new Map() }));
  pictures.push(...added);
  measure();
}

// Describes what the instrument has not looked at yet. Its weights may have to be loaded first: then the pictures wait.
async function measure() {
  const by = instrument;
  const unseen = pictures.filter((picture) => !picture.found.has(by.name));
  for (const picture of unseen) picture.found.set(by.name, { waiting: true });
  refresh();
  if (!unseen.length) return;
  try {
    await describer(by).describe(unseen.map((picture) => picture.file), ({ number, file, ...result }) => {
      // Sorted once, as it arrives: the page is drawn anew with every picture.
      unseen[number].found.set(by.name, result.vector ? { ...result, ...amongWorks(result.vector, by) } : result);
      if (result.vector && !unseen[number].canvas) draw(unseen[number]);
      refresh();
    });
  } catch (error) {
    for (const picture of unseen) if (picture.found.get(by.name)?.waiting) picture.found.set(by.name, { reason: error.message });
    refresh();
  }
}

function describer(by) {
  if (!by.describer) {
    by.place = make("div", "", "", part("weights"));
    by.describer = new Describer(data.engine, by.record, by.place);
  }
  return by.describer;
}

function stop() {
  describer(instrument).stop();
  for (const picture of pictures) if (resultOf(picture).waiting) picture.found.delete(instrument.name);
  refresh();
}

function remove(picture) {
  pictures.splice(pictures.indexOf(picture), 1);
  refresh();
}

// A small picture of it. What the browser itself cannot show stays without one.
async function draw(picture) {
  const bitmap = await reduced(picture.file, THUMBNAIL).catch(() => null);
  if (!bitmap) return;
  const canvas = make("canvas");
  [canvas.width, canvas.height] = [bitmap.width, bitmap.height];
  canvas.getContext("2d").drawImage(bitmap, 0, 0);
  bitmap.close();
  picture.canvas = canvas;
  refresh();
}

function summary() {
  const waiting = pictures.filter((picture) => resultOf(picture).waiting).length;
  const refused = pictures.filter((picture) => resultOf(picture).reason).length;
  const done = described().length;
  const left = pictures.length - waiting - refused - done;
  const spent = described().map((picture) => resultOf(picture).milliseconds);
  const times = spent.map(({ decoding, computing }) => decoding + computing).sort((a, b) => a - b);
  const speed = times.length ? `, ${Math.round(times[times.length >> 1])} ms each` : "";
  return [
    `${done} of ${pictures.length} described by ${instrument.name}${speed}`,
    refused && `${refused} refused`,
    waiting && (describer(instrument).loaded ? `${waiting} waiting` : `${waiting} waiting for the weights: load them above`),
    left && `${left} not looked at: stopped`,
  ].filter(Boolean).join("; ") + ".";
}

function list() {
  part("list").replaceChildren(...pictures.map(listed));
  const waiting = pictures.some((picture) => resultOf(picture).waiting);
  part("stop").hidden = !waiting;
  part("more").hidden = waiting || pictures.every((picture) => picture.found.has(instrument.name));
  part("clear").hidden = !pictures.length;
  if (pictures.length) say(summary());
}

function listed(picture) {
  const item = make("li", "");
  const { reason, waiting, vector } = resultOf(picture);
  if (picture.canvas) item.append(picture.canvas);
  make("span", "", title(picture), item);
  if (!vector) make("span", "csd-own-quiet", reason ?? (waiting ? "waiting" : "stopped"), item);
  button("×", item, () => remove(picture)).setAttribute("aria-label", `Remove ${picture.name}`);
  return item;
}

function takeSamples() {
  const files = data.samples.map(({ name, bytes }) => new File([decode(bytes, Uint8Array)], name));
  const names = new Set(pictures.map((picture) => picture.name));
  add(files.filter((file) => !names.has(file.name)));
}
