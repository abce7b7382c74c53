// What the answers say about the reader's weights, and which question would say most. The same as in Python.
//
// A picture is the nearer one with probability 1 / (1 + exp(-weights . difference)). Before any answer the weights are
// normal about the plain descriptor's, with one deviation for all; the estimate is the likeliest one, and its covariance the
// inverse of the curvature there (Laplace's approximation).

const logistic = (value) => 1 / (1 + Math.exp(-value));
const dot = (one, other) => one.reduce((sum, value, at) => sum + value * other[at], 0);
const times = (rows, vector) => rows.map((row) => dot(row, vector));

// The inverse of a symmetric positive definite matrix, by Gauss and Jordan.
function inverse(matrix) {
  const size = matrix.length;
  const rows = matrix.map((row, at) => [...row, ...row.map((_, column) => Number(column === at))]);
  for (let pivot = 0; pivot < size; pivot++) {
    const scale = rows[pivot][pivot];
    rows[pivot] = rows[pivot].map((value) => value / scale);
    for (let other = 0; other < size; other++) {
      const factor = rows[other][pivot];
      if (other !== pivot) rows[other] = rows[other].map((value, column) => value - factor * rows[pivot][column]);
    }
  }
  return rows.map((row) => row.slice(size));
}

// Differences, signed so that the chosen picture counts as the first one.
function signed(some) {
  return some.map(({ question, nearer }) => differenceOf(question).map((value) => (nearer === "first" ? value : -value)));
}

function cost(weights, rows) {
  const away = weights.map((weight, facet) => weight - data.start[facet]);
  const surprise = rows.reduce((sum, row) => sum + Math.log1p(Math.exp(-dot(weights, row))), 0);
  return surprise + dot(away, away) / (2 * data.deviation ** 2);
}

// Gradient and curvature of the cost.
function slopes(weights, rows) {
  const precision = data.deviation ** -2;
  const gradient = weights.map((weight, facet) => precision * (weight - data.start[facet]));
  const curvature = weights.map((_, facet) => weights.map((_, other) => (facet === other ? precision : 0)));
  for (const row of rows) {
    const share = logistic(dot(weights, row));
    row.forEach((value, facet) => {
      gradient[facet] -= (1 - share) * value;
      row.forEach((beside, other) => { curvature[facet][other] += share * (1 - share) * value * beside; });
    });
  }
  return { gradient, curvature };
}

// Newton's method; a step that would not help is halved.
function estimated(rows) {
  let weights = [...data.start];
  for (let round = 0; round < 100; round++) {
    const { gradient, curvature } = slopes(weights, rows);
    const step = times(inverse(curvature), gradient);
    const moved = (size) => weights.map((weight, facet) => weight - size * step[facet]);
    let size = 1;
    while (size > 1e-6 && cost(moved(size), rows) > cost(weights, rows)) size /= 2;
    weights = moved(size);
    if (Math.max(...step.map(Math.abs)) < 1e-10) break;
  }
  return { weights, covariance: inverse(slopes(weights, rows).curvature) };
}

// How far an answer would narrow the weights down: its share of the determinant (Bayesian D-optimality). A question whose
// answer is known teaches nothing, nor does one about what is known.
function lesson({ weights, covariance }, difference) {
  const share = logistic(dot(weights, difference));
  return share * (1 - share) * dot(difference, times(covariance, difference));
}

// How far the direction of the weights is uncertain, in degrees: the root of the mean squared part across it.
function uncertainty({ weights, covariance }) {
  const square = dot(weights, weights);
  const along = dot(weights, times(covariance, weights)) / square;
  const all = covariance.reduce((sum, row, at) => sum + row[at], 0);
  return (Math.atan(Math.sqrt(Math.max(0, all - along) / square)) * 180) / Math.PI;
}

// The unasked training question that teaches most; of equal ones the first.
function mostTelling(estimate, asked) {
  let best = -1;
  let most = -Infinity;
  differences.forEach((difference, at) => {
    const worth = asked.has(keyOf(training[at])) ? -Infinity : lesson(estimate, difference);
    if (worth > most) [best, most] = [at, worth];
  });
  return best;
}
