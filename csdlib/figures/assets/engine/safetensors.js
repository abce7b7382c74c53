// A file of weights (.safetensors): eight bytes that say how long its header is, the header in JSON, and then the numbers
// one tensor after another. Nothing in such a file is executed. What is cut or does not fit is refused in one sentence.

const BYTES = { F64: 8, F32: 4, F16: 2, BF16: 2, I64: 8, I32: 4, I16: 2, I8: 1, U8: 1, BOOL: 1 };

class Weights {
  // buffer: an ArrayBuffer that holds the whole file.
  constructor(buffer) {
    if (buffer.byteLength < 8) throw new Error("The file of weights is cut: it has no header. Load it again.");
    const length = Number(new DataView(buffer).getBigUint64(0, true));
    this.start = 8 + length;
    this.buffer = buffer;
    if (this.start > buffer.byteLength)
      throw new Error("The file of weights is cut, or is no .safetensors file. Load it again.");
    this.header = parsed(new Uint8Array(buffer, 8, length));
    delete this.header.__metadata__;
    let end = 0;
    for (const [name, entry] of Object.entries(this.header)) end = Math.max(end, this.checked(name, entry));
    const there = buffer.byteLength - this.start;
    if (end !== there)
      throw new Error(`The file of weights is cut: ${there} bytes of numbers instead of ${end}. Load it again.`);
  }

  // Where a tensor ends; its place and its shape have to say the same.
  checked(name, entry) {
    const { dtype, shape, data_offsets: place } = entry || {};
    const lists = Array.isArray(shape) && Array.isArray(place) && [...shape, ...place].every(Number.isSafeInteger);
    const fits = lists && Object.hasOwn(BYTES, dtype);
    if (!fits || place[0] < 0 || place[1] - place[0] !== elements(shape) * BYTES[dtype])
      throw new Error(`The file of weights is damaged: the header's entry ${name} does not add up. Load it again.`);
    return place[1];
  }

  has(name) {
    return Object.hasOwn(this.header, name);
  }

  // How many numbered parts there are: names that begin with prefix, and then have 0, 1, 2 ...
  count(prefix) {
    const names = Object.keys(this.header);
    let number = 0;
    while (names.some((name) => name.startsWith(`${prefix}${number}.`))) number++;
    return number;
  }

  shape(name) {
    if (!this.has(name)) throw new Error(`The weights lack ${name}: they are not this descriptor's.`);
    return this.header[name].shape;
  }

  // A tensor as Float32Array, row by row; its shape has to be the given one.
  tensor(name, ...shape) {
    const found = this.shape(name);
    if (found.join() !== shape.join())
      throw new Error(`The weights do not fit: ${name} has the shape [${found}], and this descriptor needs [${shape}].`);
    const { dtype, data_offsets: place } = this.header[name];
    // A copy: numbers of 16 or 32 bits have to begin at an even place, and in the file they need not.
    const bytes = this.buffer.slice(this.start + place[0], this.start + place[1]);
    if (dtype === "F32") return new Float32Array(bytes);
    if (dtype === "F16") return new Float32Array(new Uint16Array(bytes)).map((bits) => HALVES[bits]);
    if (dtype === "BF16") return new Float32Array(new Uint32Array(new Uint16Array(bytes)).map((bits) => bits << 16).buffer);
    throw new Error(`The weights do not fit: ${name} is of the type ${dtype}, and not F32, F16 or BF16.`);
  }
}

function parsed(bytes) {
  try {
    const header = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    if (header && typeof header === "object" && !Array.isArray(header)) return header;
  } catch {
    // Said below.
  }
  throw new Error("The file of weights is damaged, or is no .safetensors file: its header cannot be read. Load it again.");
}

// A number of 16 bits: a sign, five bits of exponent, ten of fraction.
function half(bits) {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (1024 + fraction) * 2 ** (exponent - 25);
}

const HALVES = Float32Array.from({ length: 65536 }, (_, bits) => half(bits));

function elements(shape) {
  return shape.reduce((all, length) => all * length, 1);
}

// The SHA-256 of a buffer in hexadecimal; null where the browser has none: it computes hashes on https and localhost only.
async function sha256(buffer) {
  if (!globalThis.crypto?.subtle) return null;
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", buffer));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
