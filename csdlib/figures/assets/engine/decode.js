// How a file becomes pixels. The browser decodes it. What kind of picture it is, and how large, is read from its first bytes
// before that, so that a file of a few bytes that would fill the memory is refused unseen. Colours are taken as they are
// written, as Pillow takes them: no colour profile is applied. Of an animation, the first frame counts.
//
// Other than Python: the page refuses what browsers do not read (TIFF, JPEG 2000), a PNG that is damaged (Pillow reads over
// it), a picture longer than a browser draws, and a GIF whose first frame is not the whole picture; it turns no picture by what
// its XMP alone says; and grey of 16 bits is rounded, a grey level at most away.

const SMALLEST_SIDE = 16; // pixels: below, a picture has no visible style
const MOST_PIXELS = 100_000_000;
const LONGEST_SIDE = 65535; // beyond, a browser draws nothing, and does not say so
const TILE = 2048; // the side of what is copied at once: a picture may be larger than the largest canvas

// How the files of each kind begin, and what finds their width and height.
const KINDS = [
  ["JPEG", /^\xff\xd8\xff/, jpegSize],
  ["PNG", /^\x89PNG\r\n\x1a\n/, (view) => [view.getUint32(16), view.getUint32(20)]],
  ["GIF", /^GIF8[79]a/, gifSize],
  ["WebP", /^RIFF....WEBP/s, webpSize],
  ["AVIF", /^....ftyp.*avi[fs]/s, avifSize],
  ["BMP", /^BM/, (view) => [view.getInt32(18, true), Math.abs(view.getInt32(22, true))]],
];
const UNREADABLE = [
  ["HEIC", /^....ftyp(hei|hev|mif|msf)/s],
  ["TIFF", /^(II\*\0|MM\0\*)/],
  ["JPEG 2000", /^\0\0\0\x0cjP|^\xff\x4f\xff\x51/],
  ["JPEG XL", /^\xff\x0a|^\0\0\0\x0cJXL/],
  ["PDF", /^%PDF/],
  ["SVG", /^\s*<(\?xml|svg)/],
];

// The pixels of a file, upright, with transparency laid on white.
async function decoded(file) {
  if (!file.size) throw new Error("The file is empty.");
  const [kind, size] = known(letters(new Uint8Array(await file.slice(0, 64).arrayBuffer())));
  const view = new DataView(await file.arrayBuffer());
  sized(found(kind, size, view));
  const { held, shown } = kind === "WebP" ? webpTurn(view) : kind === "PNG" ? { shown: still(view) } : { shown: file };
  let bitmap;
  try {
    bitmap = await createImageBitmap(new Blob([shown]), { colorSpaceConversion: "none", premultiplyAlpha: "none" });
  } catch {
    throw new Error(`The ${kind} file is cut or broken, or this browser cannot read it.`);
  }
  try {
    return turned(copied(sized(bitmap)), held);
  } finally {
    bitmap.close();
  }
}

function letters(bytes) {
  return String.fromCharCode(...bytes);
}

function known(start) {
  const kind = KINDS.find(([, pattern]) => pattern.test(start));
  if (kind) return [kind[0], kind[2]];
  const other = UNREADABLE.find(([, pattern]) => pattern.test(start));
  if (other) throw new Error(`${other[0]} files cannot be read in this page: save the picture as JPEG or PNG, and take that.`);
  throw new Error("Not a picture that this page can read: JPEG, PNG, WebP, GIF, AVIF and BMP it can.");
}

function found(kind, size, view) {
  try {
    const [width, height] = size(view);
    return { width, height };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error; // a view does not read past its end
    throw new Error(`The ${kind} file is cut or broken: it does not say how large the picture is.`);
  }
}

function sized(picture) {
  const { width, height } = picture;
  if (Math.min(width, height) < SMALLEST_SIDE)
    throw new Error(`The picture is ${width} x ${height} pixels: smaller than ${SMALLEST_SIDE} a side, it shows no style.`);
  if (width * height > MOST_PIXELS)
    throw new Error(`The picture is ${width} x ${height} pixels, more than ${MOST_PIXELS / 1e6} million: scale it down first.`);
  if (Math.max(width, height) > LONGEST_SIDE)
    throw new Error(`The picture is ${width} x ${height} pixels, longer than a browser draws: cut it first.`);
  return picture;
}

// A JPEG is a row of segments; the one of the frame holds its size.
function jpegSize(view) {
  for (let at = 2; ; at += 2 + view.getUint16(at + 2)) {
    while (view.getUint8(at + 1) === 0xff) at++; // segments may be apart
    const marker = view.getUint8(at + 1);
    const frame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (frame) return [view.getUint16(at + 7), view.getUint16(at + 5)];
  }
}

// The whole picture's size stands first; the first frame may be elsewhere, and larger.
function gifSize(view) {
  const size = [view.getUint16(6, true), view.getUint16(8, true)];
  const colours = (flags) => (flags & 0x80 ? 3 * 2 ** ((flags & 7) + 1) : 0);
  let at = 13 + colours(view.getUint8(10));
  while (view.getUint8(at) === 0x21) {
    for (at += 2; view.getUint8(at); at += 1 + view.getUint8(at)); // an extension: pieces, each after its length
    at++;
  }
  const frame = [1, 3, 5, 7].map((offset) => view.getUint16(at + offset, true));
  if (frame.join() !== [0, 0, ...size].join())
    throw new Error("The GIF's first frame is not the whole picture: save it as PNG, and take that.");
  return size;
}

function webpSize(view) {
  const whole = (at) => view.getUint16(at, true);
  const coding = letters(new Uint8Array(view.buffer, 12, 4));
  if (coding === "VP8X") return [24, 27].map((at) => 1 + whole(at) + 65536 * view.getUint8(at + 2));
  if (coding === "VP8L") return [1 + (view.getUint32(21, true) & 0x3fff), 1 + ((view.getUint32(21, true) >> 14) & 0x3fff)];
  return [whole(26) & 0x3fff, whole(28) & 0x3fff];
}

// Of the sizes of the whole and of its parts, the largest.
function avifSize(view) {
  const start = letters(new Uint8Array(view.buffer, 0, Math.min(view.byteLength, 8192)));
  const sizes = Array.from(start.matchAll(/ispe/g), ({ index }) => [view.getUint32(index + 8), view.getUint32(index + 12)]);
  if (!sizes.length) throw new RangeError();
  return sizes.sort((a, b) => b[0] * b[1] - a[0] * a[1])[0];
}

// A PNG that moves may hold a picture beside its frames: that one is Pillow's. Without the chunk that says that it moves, it
// is the browser's, too.
function still(view) {
  for (let at = 8; at + 12 <= view.byteLength; at += 12 + view.getUint32(at)) {
    const name = letters(new Uint8Array(view.buffer, at + 4, 4));
    if (name === "acTL") return new Blob([view.buffer.slice(0, at), view.buffer.slice(at + 12 + view.getUint32(at))]);
    if (name === "IDAT") break;
  }
  return view;
}

// How a WebP was held, and the file without that: some browsers turn it, some do not.
function webpTurn(view) {
  for (let at = 12; at + 8 <= view.byteLength; at += 8 + 2 * Math.ceil(view.getUint32(at + 4, true) / 2)) {
    if (letters(new Uint8Array(view.buffer, at, 4)) !== "EXIF") continue;
    const held = orientation(view, at + 8);
    view.setUint32(at, 0x6e6f6e65); // a name that no browser knows
    return { held, shown: view };
  }
  return { shown: view };
}

// The orientation in EXIF, itself a small TIFF file: 1 is upright, as is what cannot be read.
function orientation(view, start) {
  try {
    const begin = view.getUint32(start) === 0x45786966 ? start + 6 : start; // "Exif" may stand before it
    const little = view.getUint8(begin) === 0x49;
    const list = begin + view.getUint32(begin + 4, little);
    for (let entry = list + 2; entry < list + 2 + 12 * view.getUint16(list, little); entry += 12) {
      if (view.getUint16(entry, little) === 0x0112) return view.getUint16(entry + 8, little);
    }
  } catch {
    // It ends too early.
  }
  return 1;
}

// The pixels of a bitmap, tile by tile.
function copied(bitmap) {
  const { width, height } = bitmap;
  const data = new Uint8Array(3 * width * height);
  const context = new OffscreenCanvas(TILE, TILE).getContext("2d", { willReadFrequently: true });
  for (let top = 0; top < height; top += TILE) {
    for (let left = 0; left < width; left += TILE) {
      const [across, down] = [Math.min(TILE, width - left), Math.min(TILE, height - top)];
      context.clearRect(0, 0, across, down);
      context.drawImage(bitmap, -left, -top);
      const tile = onWhite(context.getImageData(0, 0, across, down)).data;
      for (let y = 0; y < down; y++) {
        data.set(tile.subarray(3 * y * across, 3 * (y + 1) * across), 3 * ((top + y) * width + left));
      }
    }
  }
  return { data, width, height };
}

// A picture as it was held: mirrored, and from 5 on with rows and columns exchanged.
function turned(picture, held = 1) {
  if (!(held >= 2 && held <= 8)) return picture;
  const { data, width: old, height: rows } = picture;
  const [width, height] = held < 5 ? [old, rows] : [rows, old];
  const out = new Uint8Array(data.length);
  for (let y = 0, to = 0; y < height; y++) {
    for (let x = 0; x < width; x++, to += 3) {
      const [across, down] = held < 5 ? [x, y] : [y, x];
      const column = [2, 3, 7, 8].includes(held) ? old - 1 - across : across;
      const row = [3, 4, 6, 7].includes(held) ? rows - 1 - down : down;
      for (let i = 0; i < 3; i++) out[to + i] = data[3 * (row * old + column) + i];
    }
  }
  return { data: out, width, height };
}
