// Shares, and how sure they are.

// Wilson's score interval at 95 %, as csdlib.metrics.wilson has it.
function wilson(right, count) {
  const z = 1.959963984540054;
  const share = right / count;
  const middle = (share + (z * z) / (2 * count)) / (1 + (z * z) / count);
  const reach = (z / (1 + (z * z) / count)) * Math.sqrt((share * (1 - share)) / count + (z * z) / (4 * count * count));
  return [Math.max(0, middle - reach), Math.min(1, middle + reach)];
}

function rightOf(chosen, some) {
  return some.filter((trial) => chosen[trial] === truth.answer[trial]).length;
}

// A row of the result: how often somebody was right, in all trials and in both halves of them.
function scored(name, chosen) {
  const all = trials.map((_, trial) => trial);
  const [hard, easy] = [true, false].map((kind) => all.filter((trial) => truth.related[trial] === kind));
  const right = rightOf(chosen, all);
  return {
    name, right, share: right / all.length, ends: wilson(right, all.length),
    hard: [rightOf(chosen, hard), hard.length], easy: [rightOf(chosen, easy), easy.length],
  };
}

// Whose movement each reference is of, how often the reader was right, and which movements were taken for it.
function confusion(chosen) {
  const rows = new Map();
  trials.forEach((_, trial) => {
    const movement = truth.movement[trial];
    const row = rows.get(movement) || { movement, right: 0, count: 0, taken: [] };
    const wrong = chosen[trial] !== truth.answer[trial];
    row.count += 1;
    row.right += wrong ? 0 : 1;
    const other = truth.movements[trial][chosen[trial]];
    if (wrong) row.taken.push(other === movement ? "another painter of the same movement" : other);
    rows.set(movement, row);
  });
  return [...rows.values()].sort((one, other) => one.movement.localeCompare(other.movement));
}

function percent(share) {
  return `${Math.round(100 * share)} %`;
}
