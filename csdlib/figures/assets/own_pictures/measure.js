// What is computed of vectors: the same as csdlib computes in Python, and under the same names.

function cosine(one, others, row = 0) {
  let sum = 0;
  for (let i = 0, at = row * one.length; i < one.length; i++, at++) sum += one[i] * others[at];
  return sum;
}

// The k rows of a matrix that are most alike to a vector, best first. Of equal ones the first row is first.
function nearest(vector, vectors, k) {
  const found = Array.from({ length: vectors.length / vector.length }, (_, row) => ({ row, cosine: cosine(vector, vectors, row) }));
  return found.sort((a, b) => b.cosine - a.cosine).slice(0, k);
}

// What the cosine of two pictures says on the scale of pairs whose makers are known (Corpus.read).
function read({ start, step, different, same, ratios }, value) {
  const at = Math.min(Math.max((value - start) / step, 0), different.length - 1);
  const low = Math.min(Math.floor(at), different.length - 2);
  const between = (curve) => curve[low] + (at - low) * (curve[low + 1] - curve[low]);
  return { different: between(different), same: between(same), ratio: ratios && Math.exp(between(ratios)) };
}

const brief = (number, digits) => String(Number(number.toPrecision(digits)));

// The same in the words of csdlib compare (Reading).
function inWords({ different, same, ratio }, { said }) {
  let likely = "";
  if (ratio) {
    likely = ratio < 1 ? `; ${brief(1 / ratio, 2)} times as frequent by two as by one` : `; ${brief(ratio, 2)} times as frequent by one as by two`;
  }
  const [two, one] = [different, same].map((share) => `${brief(100 * share, 3)} %`);
  return `above ${two} of the pairs by two artists and ${one} of those by one${likely} (${said})`;
}

// People by the likeness of their prototypes, best first, and whether a name may be given (Candidates.rank).
function ranked(vector, { names, counts, vectors, threshold }, k) {
  return nearest(vector, vectors, k).map(({ row, cosine: value }) => (
    { name: names[row], references: counts[row], cosine: value, named: value >= threshold }));
}

// Where a picture belongs on the map: the point with the least sum of distances to its nearest works (StyleMap.place).
function placed(vector, { vectors, places }) {
  const points = nearest(vector, vectors, data.between).map(({ row }) => [places[2 * row], places[2 * row + 1]]);
  let middle = [0, 1].map((axis) => points.reduce((sum, point) => sum + point[axis], 0) / points.length);
  for (let round = 0; round < 50; round++) {
    const weights = points.map(([x, y]) => 1 / Math.max(Math.hypot(x - middle[0], y - middle[1]), 1e-7));
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    middle = [0, 1].map((axis) => points.reduce((sum, point, i) => sum + weights[i] * point[axis], 0) / total);
  }
  return middle;
}
