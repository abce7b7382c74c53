// The engine's door, in a thread of its own (a Web Worker), so that the page stays usable while it computes.
//
// The page sends                                     and gets
//   { kind: "load", name, config, weights, sha256 }    "progress" { name, loaded }, then "loaded" { name, dim, checked, fast }
//   { kind: "describe", id, name, pictures }           for each picture "described" { id, number, vector } or
//                                                      "refused" { id, number, reason }, and at the end "done" { id }
// and where a request fails as a whole, "failed" { id, name, reason }. weights is an ArrayBuffer, or an address in full; sha256
// what its hash has to be. A picture is a file (a Blob), or pixels { data, width, height }, four bytes a pixel (RGBA).
// What is refused says why in one sentence. checked is false where the browser computes no hash, and fast is false where
// simd.js does not run.

const SMALLEST_SIDE = 16; // pixels: below, a picture has no visible style
const MOST_PIXELS = 100_000_000;
const models = new Map();

// The network that the weights are made for, with its weights.
function model(buffer, config) {
  const weights = new Weights(buffer);
  if (weights.has("backbone.conv1.weight")) return new VisionTransformer(weights, config ?? {});
  if (weights.has("backbone.network.conv_stem.weight")) return new ConvolutionalNetwork(weights, config ?? {});
  throw new Error("The weights are of no network that this page knows: it computes csd-tiny and csd-art.");
}

async function load({ name, config, weights, sha256: wanted }, send) {
  const given = weights instanceof ArrayBuffer;
  const report = (loaded) => send({ kind: "progress", name, loaded });
  let buffer = given ? weights : await fetched(weights, "force-cache", report);
  let hash = await sha256(buffer);
  // What the browser has kept may be of an earlier edition.
  if (!given && hash && hash !== wanted) {
    buffer = await fetched(weights, "reload", report);
    hash = await sha256(buffer);
  }
  if (hash && hash !== wanted)
    throw new Error(`The weights of ${name} are not the published ones: their SHA-256 differs. Load them again.`);
  models.set(name, model(buffer, config));
  send({ kind: "loaded", name, dim: models.get(name).dim, checked: Boolean(hash), fast: Boolean(simd) });
}

// The bytes at an address; report is told how many have arrived.
async function fetched(address, cache, report) {
  const pieces = [];
  let loaded = 0;
  try {
    let answer = await fetch(address, { cache });
    // The browser keeps failures as well.
    if (!answer.ok) answer = await fetch(address, { cache: "reload" });
    if (!answer.ok) throw new Error(`the server answered ${answer.status}`);
    const reader = answer.body.getReader();
    for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
      pieces.push(piece.value);
      report((loaded += piece.value.length));
    }
  } catch (error) {
    throw new Error(`The weights could not be loaded (${error.message}). Try again, or choose the file model.safetensors.`);
  }
  return new Blob(pieces).arrayBuffer();
}

async function describe({ id, name, pictures }, send) {
  const known = models.get(name);
  if (!known) throw new Error(`${name} is not loaded: load its weights first.`);
  for (const [number, picture] of pictures.entries()) {
    try {
      const vector = known.describe(known.view(onWhite(sized(picture instanceof Blob ? await decoded(picture) : picture))));
      send({ kind: "described", id, number, vector });
    } catch (error) {
      send({ kind: "refused", id, number, reason: sentence(error) });
    }
  }
  send({ kind: "done", id });
}

// The pixels of a file, upright. Its colours are taken as they are written, as Pillow takes them.
async function decoded(file) {
  if (!file.size) throw new Error("The file is empty.");
  let bitmap;
  try {
    bitmap = await createImageBitmap(file, { colorSpaceConversion: "none", premultiplyAlpha: "none" });
  } catch {
    throw new Error("Not a picture that this browser can read: JPEG, PNG, WebP and GIF it can.");
  }
  try {
    const { width, height } = sized(bitmap);
    const context = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
    context.drawImage(bitmap, 0, 0);
    return context.getImageData(0, 0, width, height);
  } finally {
    bitmap.close();
  }
}

function sized(picture) {
  const { width, height } = picture;
  if (Math.min(width, height) < SMALLEST_SIDE)
    throw new Error(`The picture is ${width} x ${height} pixels: smaller than ${SMALLEST_SIDE} a side, it shows no style.`);
  if (width * height > MOST_PIXELS)
    throw new Error(`The picture is ${width} x ${height} pixels, more than ${MOST_PIXELS / 1e6} million: scale it down first.`);
  return picture;
}

function sentence(error) {
  if (error instanceof RangeError) return "Too large for this browser's memory: close other pages, or scale the picture down.";
  return error.message;
}

// Requests are answered one after the other: a picture waits until its weights are there.
let queue = Promise.resolve();

function answer(request, send) {
  queue = queue.then(async () => {
    try {
      await { load, describe }[request.kind](request, send);
    } catch (error) {
      send({ kind: "failed", id: request.id, name: request.name, reason: sentence(error) });
    }
  });
  return queue;
}

globalThis.onmessage = ({ data }) => answer(data, (reply) => postMessage(reply));
