// Nearest neighbours among rows of vectors, and the place between the places of some: the same as csdlib computes in Python.

const ROUNDS = 50;

// Rows of whole numbers, each made a vector of length 1: only directions count.
function unitRows(numbers, dim) {
  const rows = new Float32Array(numbers.length);
  for (let start = 0; start < numbers.length; start += dim) {
    let square = 0;
    for (let at = start; at < start + dim; at++) square += numbers[at] ** 2;
    const length = Math.sqrt(square) || 1;
    for (let at = start; at < start + dim; at++) rows[at] = numbers[at] / length;
  }
  return rows;
}

function cosine(one, others, row = 0) {
  let sum = 0;
  for (let i = 0, at = row * one.length; i < one.length; i++, at++) sum += one[i] * others[at];
  return sum;
}

// The k rows that are most alike to a vector, best first. Of equal ones the first row is first.
function nearest(vector, rows, k = Infinity) {
  const found = Array.from({ length: rows.length / vector.length }, (_, row) => ({ row, cosine: cosine(vector, rows, row) }));
  return found.sort((one, other) => other.cosine - one.cosine).slice(0, k);
}

// The point with the least sum of distances to some, by Weiszfeld's method with as many rounds as in Python
// (csdlib.maps.StyleMap.place). No two things are nearer than closest.
function geometricMedian(points, closest) {
  const sum = (numbers) => numbers.reduce((all, each) => all + each, 0);
  const mean = (weights) => [0, 1].map((axis) => sum(points.map((point, at) => weights[at] * point[axis])) / sum(weights));
  let middle = mean(points.map(() => 1));
  for (let round = 0; round < ROUNDS; round++) {
    middle = mean(points.map(([x, y]) => 1 / Math.max(Math.hypot(x - middle[0], y - middle[1]), closest)));
  }
  return middle;
}
