// What the answers say about the reader's weights, and which question would teach most: step by step as
// csdlib.similarity.judgement says it.

const logistic = (value) => 0.5 * (1 + Math.tanh(value / 2));
const dot = (one, other) => one.reduce((sum, value, at) => sum + value * other[at], 0);
const times = (rows, vector) => rows.map((row) => dot(row, vector));
const scaled = (row, weights) => row.map((value, facet) => value * weights[facet]);

// The inverse of a symmetric positive definite matrix, by Gauss and Jordan.
function inverse(matrix) {
  const rows = matrix.map((row, at) => [...row, ...row.map((_, column) => Number(column === at))]);
  matrix.forEach((_, pivot) => {
    const scale = rows[pivot][pivot];
    rows[pivot] = rows[pivot].map((value) => value / scale);
    rows.forEach((row, other) => {
      const factor = row[pivot];
      if (other !== pivot) rows[other] = row.map((value, column) => value - factor * rows[pivot][column]);
    });
  });
  return rows.map((row) => row.slice(matrix.length));
}

// The log posterior of logarithms of weights, up to a constant. An answer is { row, first }.
function height(logs, asked, before) {
  const away = logs.map((value, facet) => value - before[facet]);
  const weights = logs.map(Math.exp);
  return asked.reduce((sum, { row, first }) => {
    const sure = (first ? 1 : -1) * dot(row, weights);
    return sum - Math.log1p(Math.exp(-Math.abs(sure))) - Math.max(0, -sure);
  }, -dot(away, away) / (2 * data.spread ** 2));
}

// Its gradient, and Gauss's Hessian with its sign turned.
function slope(logs, asked, before) {
  const precision = data.spread ** -2;
  const gradient = logs.map((value, facet) => -precision * (value - before[facet]));
  const hessian = logs.map((_, facet) => logs.map((_, other) => (facet === other ? precision : 0)));
  const weights = logs.map(Math.exp);
  for (const { row, first } of asked) {
    const pull = scaled(row, weights);
    const share = logistic(pull.reduce((sum, value) => sum + value, 0));
    pull.forEach((value, facet) => {
      gradient[facet] += value * (Number(first) - share);
      pull.forEach((beside, other) => { hessian[facet][other] += share * (1 - share) * value * beside; });
    });
  }
  return { gradient, hessian };
}

function estimated(asked) {
  const before = data.start.map(Math.log);
  let logs = before;
  for (let round = 0; round < data.steps; round++) {
    const { gradient, hessian } = slope(logs, asked, before);
    const step = times(inverse(hessian), gradient).map((value) => Math.min(1, Math.max(-1, value)));
    const reached = height(logs, asked, before);
    const tries = Array.from({ length: data.halvings + 1 }, (_, halved) => logs.map((value, facet) => value + step[facet] / 2 ** halved));
    const further = tries.find((tried) => height(tried, asked, before) >= reached);
    if (!further) break;
    logs = further;
  }
  return { logs, weights: logs.map(Math.exp), covariance: inverse(slope(logs, asked, before).hessian) };
}

// How much an answer would teach: how far it is open, times how far the weights that decide it are.
function teaches({ weights, covariance }, difference) {
  const pull = scaled(difference, weights);
  const share = logistic(pull.reduce((sum, value) => sum + value, 0));
  return share * (1 - share) * dot(pull, times(covariance, pull));
}

// How far the direction of the weights may be from the truth, in degrees, to first order.
function expectedAngle({ weights, covariance }) {
  const square = dot(weights, weights);
  const spread = covariance.map((row, facet) => scaled(row, weights).map((value) => value * weights[facet]));
  const across = spread.reduce((sum, row, facet) => sum + row[facet], 0) - dot(weights, times(spread, weights)) / square;
  return (Math.sqrt(Math.max(0, across) / square) * 180) / Math.PI;
}

// The same with what no answer mends, which was measured where the truth is known.
const angleOff = (expected) => Math.min(90, Math.hypot(expected, data.unmended));

// 95 % intervals of the weights, by the normal distribution of their logarithms.
function intervalsOf({ logs, covariance }) {
  return logs.map((value, facet) => {
    const half = 1.959964 * Math.sqrt(covariance[facet][facet]);
    return [Math.exp(value - half), Math.exp(value + half)];
  });
}

// The training question that nobody has answered and that teaches most; of equal ones the first.
function mostTelling(estimate, done) {
  const worth = training.map((question, at) => (done.has(keyOf(question)) ? -1 : teaches(estimate, differences[at])));
  const most = Math.max(...worth);
  return most < 0 ? null : training[worth.indexOf(most)];
}
