// Shares, and how sure they are.

// Wilson's score interval at 95 %, as csdlib.metrics.wilson has it.
function wilson(right, count) {
  const z = 1.959963984540054;
  const share = right / count;
  const middle = (share + (z * z) / (2 * count)) / (1 + (z * z) / count);
  const reach = (z / (1 + (z * z) / count)) * Math.sqrt((share * (1 - share)) / count + (z * z) / (4 * count * count));
  return [Math.max(0, middle - reach), Math.min(1, middle + reach)];
}

function percent(share) {
  return `${Math.round(100 * share)} %`;
}
