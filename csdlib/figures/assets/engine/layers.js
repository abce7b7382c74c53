// What both networks are made of. Numbers stand in Float32Arrays row by row: (rows, channels), the channels side by side.

// Every row of x (rows, inner) times every row of weight (outer, inner), plus bias: (rows, outer). Where the time goes: so
// four rows at once meet four others, and each number that is read is used four times.
function linear(x, weight, bias, inner) {
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

function fourByFour(x, weight, bias, inner, outer, row, column, out) {
  let [s00, s01, s02, s03] = [0, 0, 0, 0];
  let [s10, s11, s12, s13] = [0, 0, 0, 0];
  let [s20, s21, s22, s23] = [0, 0, 0, 0];
  let [s30, s31, s32, s33] = [0, 0, 0, 0];
  const [x0, w0] = [row * inner, column * inner];
  const [x1, x2, x3] = [x0 + inner, x0 + 2 * inner, x0 + 3 * inner];
  const [w1, w2, w3] = [w0 + inner, w0 + 2 * inner, w0 + 3 * inner];
  for (let k = 0; k < inner; k++) {
    const [a0, a1, a2, a3] = [x[x0 + k], x[x1 + k], x[x2 + k], x[x3 + k]];
    let b = weight[w0 + k];
    s00 += a0 * b, s10 += a1 * b, s20 += a2 * b, s30 += a3 * b;
    b = weight[w1 + k];
    s01 += a0 * b, s11 += a1 * b, s21 += a2 * b, s31 += a3 * b;
    b = weight[w2 + k];
    s02 += a0 * b, s12 += a1 * b, s22 += a2 * b, s32 += a3 * b;
    b = weight[w3 + k];
    s03 += a0 * b, s13 += a1 * b, s23 += a2 * b, s33 += a3 * b;
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

// A matrix (rows, columns) with rows and columns exchanged.
function transposed(matrix, rows, columns) {
  const out = new Float32Array(matrix.length);
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) out[j * rows + i] = matrix[i * columns + j];
  return out;
}

// A vector of length 1 in the same direction: the descriptor.
function unitNorm(vector) {
  const length = Math.hypot(...vector);
  if (!(length > 0 && length < Infinity)) throw new Error("The weights give no vector: they are damaged. Load them again.");
  return vector.map((number) => number / length);
}
