// How a picture of any shape becomes what a network sees. Python resizes with Pillow, which computes in whole numbers: the
// same is done here, step by step, because a browser's canvas has filters of its own, and a descriptor notices.
//
// A picture is { data, width, height }: three bytes a pixel (red, green, blue), row by row.

// RGBA, as a canvas gives it, laid on white, as csdlib opens pictures; Pillow's alpha_composite to the last bit.
function onWhite({ data, width, height }) {
  const out = new Uint8Array(3 * width * height);
  for (let from = 0, to = 0; from < data.length; from += 4, to += 3) {
    const alpha = data[from + 3];
    for (let i = 0; i < 3; i++) {
      const sum = (data[from + i] * alpha + 255 * (255 - alpha) + 128) * 128;
      out[to + i] = ((sum >> 8) + sum) >> 15;
    }
  }
  return { data: out, width, height };
}

// csd-tiny's view, the released evaluation's: short side to side (bicubic), the middle, CLIP's normalisation.
function reference(image, side) {
  const longest = 8 * Math.min(image.width, image.height);
  const seen = middle(image, Math.min(image.width, longest), Math.min(image.height, longest));
  const [short, long] = [seen.width, seen.height].sort((a, b) => a - b);
  const longer = Math.floor((side * long) / short);
  const wide = seen.width > seen.height;
  const small = resized(seen, wide ? longer : side, wide ? side : longer, BICUBIC);
  return normalised(middle(small, side, side), [0.48145466, 0.4578275, 0.40821073], [0.26862954, 0.26130258, 0.27577711]);
}

// csd-art's view: the long side reduced to 224 where it is longer (Lanczos), all squeezed to a square (bicubic).
function squash(image, side) {
  const square = resized(thumbnail(image, 224), side, side, BICUBIC);
  return normalised(square, Array(3).fill(127 / 255), Array(3).fill(128 / 255));
}

// Bytes to (3, height, width) numbers in [0, 1], less the mean and divided by the deviation of each channel.
function normalised({ data, width, height }, mean, deviation) {
  const out = new Float32Array(data.length);
  for (let i = 0; i < data.length; i++) {
    const channel = i % 3;
    out[channel * width * height + (i - channel) / 3] = (data[i] / 255 - mean[channel]) / deviation[channel];
  }
  return out;
}

// The middle of a picture. Halves are rounded to the even number, as Python does.
function middle(image, width, height) {
  if (width === image.width && height === image.height) return image;
  const left = roundedToEven((image.width - width) / 2);
  const top = roundedToEven((image.height - height) / 2);
  const out = new Uint8Array(3 * width * height);
  for (let y = 0; y < height; y++) {
    const from = 3 * ((top + y) * image.width + left);
    out.set(image.data.subarray(from, from + 3 * width), 3 * y * width);
  }
  return { data: out, width, height };
}

function roundedToEven(number) {
  const down = Math.floor(number);
  return number - down === 0.5 ? down + (down % 2) : Math.round(number);
}

// Pillow's thumbnail: at most side on the long side. What is many times larger is first averaged over whole pixels.
function thumbnail(image, side) {
  const { width, height } = image;
  if (width <= side && height <= side) return image;
  const aspect = width / height;
  const [w, h] =
    aspect <= 1
      ? [nearer(side * aspect, (n) => Math.abs(aspect - n / side)), side]
      : [side, nearer(side / aspect, (n) => (n === 0 ? 0 : Math.abs(aspect - side / n)))];
  const [across, down] = [Math.floor(width / w / 2) || 1, Math.floor(height / h / 2) || 1];
  // The borders may hold less than a whole cell of the average: hence sides that are no whole numbers.
  return resized(reduced(image, across, down), w, h, LANCZOS, width / across, height / down);
}

function nearer(number, away) {
  const [down, up] = [Math.floor(number), Math.ceil(number)];
  return Math.max(away(up) < away(down) ? up : down, 1);
}

// The averages of cells of across x down pixels, of fewer at the right and lower border (Pillow's Reduce.c).
function reduced(image, across, down) {
  if (across === 1 && down === 1) return image;
  const [width, height] = [Math.ceil(image.width / across), Math.ceil(image.height / down)];
  const out = new Uint8Array(3 * width * height);
  for (let y = 0; y < height; y++) {
    const bottom = Math.min((y + 1) * down, image.height);
    for (let x = 0; x < width; x++) {
      const right = Math.min((x + 1) * across, image.width);
      const count = (bottom - y * down) * (right - x * across);
      const factor = Math.floor(Math.fround(2 ** 24 / count)); // a division in whole numbers, as 32 bits have it
      const sums = [count >> 1, count >> 1, count >> 1];
      for (let v = y * down; v < bottom; v++) {
        for (let from = 3 * (v * image.width + x * across); from < 3 * (v * image.width + right); from += 3) {
          sums[0] += image.data[from];
          sums[1] += image.data[from + 1];
          sums[2] += image.data[from + 2];
        }
      }
      for (let i = 0; i < 3; i++) out[3 * (y * width + x) + i] = (sums[i] * factor) / 2 ** 24;
    }
  }
  return { data: out, width, height };
}

const BICUBIC = {
  support: 2,
  at(x) {
    const a = -0.5;
    x = Math.abs(x);
    if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
    return x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0;
  },
};

const LANCZOS = {
  support: 3,
  at: (x) => (-3 <= x && x < 3 ? sinc(x) * sinc(x / 3) : 0),
};

function sinc(x) {
  return x === 0 ? 1 : Math.sin(x * Math.PI) / (x * Math.PI);
}

// A picture resampled (Pillow's Resample.c): along one side, rounded to bytes, and then along the other. spanX and spanY are
// how much of it, from its upper left corner, becomes the new picture.
function resized(image, width, height, filter, spanX = image.width, spanY = image.height) {
  const across = (seen) => (width === seen.width && spanX === width ? seen : resizedAcross(seen, width, spanX, filter));
  const down = (seen) => (height === seen.height && spanY === height ? seen : resizedDown(seen, height, spanY, filter));
  // Along the rows first; but, since Pillow 13, not where the height shrinks by more than twice as many pixels as the width.
  const shrinksMore = height < image.height && image.height - height > 2 * (image.width - width);
  return shrinksMore ? across(down(image)) : down(across(image));
}

function resizedAcross({ data, width: old, height }, width, span, filter) {
  const out = new Uint8Array(3 * width * height);
  const taps = coefficients(old, span, width, filter);
  for (let y = 0; y < height; y++) along(data, 3 * y * old, 3, taps, out, 3 * y * width, 3);
  return { data: out, width, height };
}

function resizedDown({ data, width, height: old }, height, span, filter) {
  const out = new Uint8Array(3 * width * height);
  const taps = coefficients(old, span, height, filter);
  for (let x = 0; x < width; x++) along(data, 3 * x, 3 * width, taps, out, 3 * x, 3 * width);
  return { data: out, width, height };
}

// For each new pixel of a line: the first old one that counts, and how much each counts, in units of 2 ** -22.
function coefficients(old, span, count, { support, at }) {
  const scale = Math.fround(span) / count; // Pillow keeps the span in 32 bits
  const wider = Math.max(scale, 1); // what becomes smaller is blurred first
  return Array.from({ length: count }, (_, number) => {
    const centre = (number + 0.5) * scale;
    const first = Math.max(Math.trunc(centre - support * wider + 0.5), 0);
    const last = Math.min(Math.trunc(centre + support * wider + 0.5), old);
    const weights = Array.from({ length: last - first }, (_, i) => at((i + first - centre + 0.5) * (1 / wider)));
    const total = weights.reduce((all, weight) => all + weight, 0);
    const whole = (weight) => Math.trunc((weight / total) * 2 ** 22 + (weight / total < 0 ? -0.5 : 0.5));
    return { first, weights: Int32Array.from(weights, total ? whole : () => 0) };
  });
}

// One line of pixels, step bytes apart, to one of new pixels; all three channels.
function along(data, start, step, taps, out, begin, stride) {
  for (let number = 0; number < taps.length; number++) {
    const { first, weights } = taps[number];
    let from = start + first * step;
    let red = 2 ** 21, green = 2 ** 21, blue = 2 ** 21; // a half, so that what is cut off below is rounded
    for (let i = 0; i < weights.length; i++, from += step) {
      const weight = weights[i];
      red += data[from] * weight;
      green += data[from + 1] * weight;
      blue += data[from + 2] * weight;
    }
    const to = begin + number * stride;
    out[to] = byte(red >> 22);
    out[to + 1] = byte(green >> 22);
    out[to + 2] = byte(blue >> 22);
  }
}

function byte(number) {
  return number < 0 ? 0 : number > 255 ? 255 : number;
}
