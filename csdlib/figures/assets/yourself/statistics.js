// How often somebody was right, and what was taken for what.

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
