// The engine's door, in a thread of its own (a Web Worker), so that the page stays usable while it computes.
//
// The page sends                                     and gets
//   { kind: "load", name, config, weights, sha256 }    "progress" { name, loaded }, then "loaded" { name, dim, checked, fast }
//   { kind: "describe", id, name, pictures }           for each picture "described" { id, number, vector, milliseconds } or
//                                                      "refused" { id, number, reason }, at the end "done" { id, cancelled }
//   { kind: "cancel", id }                             nothing, but the pictures of this request that wait are left out
// and where a request fails as a whole, "failed" { id, name, reason }. weights is an ArrayBuffer, or an address in full; sha256
// what its hash has to be. A picture is a file (a Blob), or pixels { data, width, height }, four bytes a pixel (RGBA).
// What is refused says why in one sentence. checked is false where the browser computes no hash, and fast is false where
// simd.js does not run.

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

async function describe(request, send) {
  const { id, name, pictures } = request;
  const descriptor = models.get(name);
  if (!descriptor) throw new Error(`${name} is not loaded: load its weights first.`);
  for (const [number, picture] of pictures.entries()) {
    await othersHeard();
    if (request.cancelled) break;
    try {
      send({ kind: "described", id, number, ...(await oneDescribed(descriptor, picture)) });
    } catch (error) {
      send({ kind: "refused", id, number, reason: sentence(error) });
    }
  }
  send({ kind: "done", id, cancelled: Boolean(request.cancelled) });
}

async function oneDescribed(descriptor, picture) {
  const start = performance.now();
  const pixels = picture instanceof Blob ? await decoded(picture) : onWhite(sized(picture));
  const there = performance.now();
  const vector = descriptor.describe(descriptor.view(pixels));
  return { vector, milliseconds: { decoding: there - start, computing: performance.now() - there } };
}

// Lets the messages in that have arrived meanwhile. (A timer would wait four milliseconds each time.)
function othersHeard() {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => resolve(port1.close());
    port2.postMessage(null);
  });
}

function sentence(error) {
  if (error instanceof RangeError) return "Too large for this browser's memory: close other pages, or scale the picture down.";
  return error.message;
}

// Requests are answered one after the other: a picture waits until its weights are there. Only a cancellation does not wait.
let queue = Promise.resolve();
const open = new Set();

function answer(request, send) {
  if (request.kind === "cancel") {
    for (const each of open) each.cancelled ||= each.kind === "describe" && each.id === request.id;
    return queue;
  }
  open.add(request);
  queue = queue.then(async () => {
    try {
      await { load, describe }[request.kind](request, send);
    } catch (error) {
      send({ kind: "failed", id: request.id, name: request.name, reason: sentence(error) });
    }
    open.delete(request);
  });
  return queue;
}

globalThis.onmessage = ({ data }) => answer(data, (reply) => postMessage(reply));
