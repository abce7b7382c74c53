// What both networks are made of. Numbers stand in Float32Arrays row by row: (rows, channels), the channels side by side.

// Every row of x (rows, inner) times every row of weight (outer, inner), plus bias: (rows, outer), cut to [low, high]. Where
// the time goes: so simd.js does it where the browser can.
function linear(x, weight, bias, inner, low = -Infinity, high = Infinity) {
  if (simd && (weight.length / inner) % 8 === 0) return simd.linear(x, weight, bias, inner, low, high);
  return cut(product(x, weight, bias, inner), low, high);
}

// The same in plain loops. Four rows meet four others at once, so that each number that is read is used four times.
function product(x, weight, bias, inner) {
  const rows = x.length / inner;
  const outer = weight.length / inner;
  const out = new Float32Array(rows * outer);
  for (let row = 0; row < rows; row += 4) {
    for (let column = 0; column < outer; column += 4) {
      if (row + 4 <= rows && column + 4 <= outer) fourByFour(x, weight, bias, inner, outer, row, column, out);
      else remainder(x, weight, bias, inner, outer, row, column, out);
    }
  }
  return out;
}

function cut(x, low, high) {
  if (low > -Infinity) for (let i = 0; i < x.length; i++) x[i] = Math.min(Math.max(x[i], low), high);
  return x;
}

function fourByFour(x, weight, bias, inner, outer, row, column, out) {
  let s00 = 0, s01 = 0, s02 = 0, s03 = 0;
  let s10 = 0, s11 = 0, s12 = 0, s13 = 0;
  let s20 = 0, s21 = 0, s22 = 0, s23 = 0;
  let s30 = 0, s31 = 0, s32 = 0, s33 = 0;
  const x0 = row * inner, x1 = x0 + inner, x2 = x1 + inner, x3 = x2 + inner;
  const w0 = column * inner, w1 = w0 + inner, w2 = w1 + inner, w3 = w2 + inner;
  for (let k = 0; k < inner; k++) {
    const a0 = x[x0 + k], a1 = x[x1 + k], a2 = x[x2 + k], a3 = x[x3 + k];
    const b0 = weight[w0 + k], b1 = weight[w1 + k], b2 = weight[w2 + k], b3 = weight[w3 + k];
    s00 += a0 * b0, s01 += a0 * b1, s02 += a0 * b2, s03 += a0 * b3;
    s10 += a1 * b0, s11 += a1 * b1, s12 += a1 * b2, s13 += a1 * b3;
    s20 += a2 * b0, s21 += a2 * b1, s22 += a2 * b2, s23 += a2 * b3;
    s30 += a3 * b0, s31 += a3 * b1, s32 += a3 * b2, s33 += a3 * b3;
  }
  const sums = [s00, s01, s02, s03, s10, s11, s12, s13, s20, s21, s22, s23, s30, s31, s32, s33];
  for (let i = 0; i < 16; i++) {
    const to = column + (i & 3);
    out[(row + (i >> 2)) * outer + to] = sums[i] + (bias ? bias[to] : 0);
  }
}

// The same where fewer than four rows or columns are left.
function remainder(x, weight, bias, inner, outer, row, column, out) {
  const rows = out.length / outer;
  for (let i = row; i < Math.min(row + 4, rows); i++) {
    for (let j = column; j < Math.min(column + 4, outer); j++) {
      let sum = bias ? bias[j] : 0;
      for (let k = 0; k < inner; k++) sum += x[i * inner + k] * weight[j * inner + k];
      out[i * outer + j] = sum;
    }
  }
}

// The squares of a picture (3, side, side) that a convolution sees, a row each: (places, 3 * size * size). Outside is 0.
function patches(image, side, size, stride, before) {
  const across = Math.ceil(side / stride);
  const inner = 3 * size * size;
  const out = new Float32Array(across * across * inner);
  for (let place = 0; place < across * across; place++) {
    const top = Math.floor(place / across) * stride - before;
    const left = (place % across) * stride - before;
    let to = place * inner;
    for (let channel = 0; channel < 3; channel++) {
      for (let y = top; y < top + size; y++) {
        for (let x = left; x < left + size; x++, to++) {
          if (y >= 0 && y < side && x >= 0 && x < side) out[to] = image[(channel * side + y) * side + x];
        }
      }
    }
  }
  return out;
}

function addTo(x, more) {
  for (let i = 0; i < x.length; i++) x[i] += more[i];
  return x;
}

// Some columns of a matrix that has width of them: (rows, count).
function columns(matrix, width, from, count) {
  const out = new Float32Array((matrix.length / width) * count);
  for (let row = 0; row < out.length / count; row++) {
    out.set(matrix.subarray(row * width + from, row * width + from + count), row * count);
  }
  return out;
}

// A matrix (rows, width) with rows and columns exchanged.
function transposed(matrix, rows, width) {
  const out = new Float32Array(matrix.length);
  for (let i = 0; i < rows; i++) for (let j = 0; j < width; j++) out[j * rows + i] = matrix[i * width + j];
  return out;
}

// A vector of length 1 in the same direction: the descriptor.
function unitNorm(vector) {
  const length = Math.hypot(...vector);
  if (!(length > 0 && length < Infinity)) throw new Error("The weights give no vector: they are damaged. Load them again.");
  return vector.map((number) => number / length);
}
