// What is computed of vectors: the same as csdlib computes in Python, and under the same names.

// What the cosine of two pictures says on the scale of pairs whose makers are known (Corpus.read).
function read({ start, step, different, same, ratios, widths }, value) {
  const at = Math.min(Math.max((value - start) / step, 0), different.length - 1);
  const low = Math.min(Math.floor(at), different.length - 2);
  const between = (curve) => curve[low] + (at - low) * (curve[low + 1] - curve[low]);
  const found = { different: between(different), same: between(same) };
  if (!ratios) return found;
  const ratio = Math.exp(between(ratios));
  const known = widths[low] >= 0 && widths[low + 1] >= 0;
  const factor = known ? Math.exp(between(widths)) : NaN;
  return { ...found, ratio, low: ratio / factor, high: ratio * factor };
}

const brief = (number, digits) => String(Number(number.toPrecision(digits)));

// The same in the words of csdlib compare (Reading).
function inWords({ different, same, ratio, low, high }, { said }) {
  let likely = "";
  if (ratio) {
    const [value, least, most] = ratio < 1 ? [1 / ratio, 1 / high, 1 / low] : [ratio, low, high];
    const interval = Number.isNaN(least) ? "" : ` [${brief(least, 2)}, ${brief(most, 2)}]`;
    likely = `; ${brief(value, 2)}${interval} times as frequent ${ratio < 1 ? "by two as by one" : "by one as by two"}`;
  }
  const [two, one] = [different, same].map((share) => `${brief(100 * share, 3)} %`);
  return `above ${two} of the pairs by two artists and ${one} of those by one${likely} (${said})`;
}

// People by the likeness of their prototypes, best first, and whether a name may be given (Candidates.rank).
function ranked(vector, { names, counts, vectors, threshold }, k) {
  return nearest(vector, vectors, k).map(({ row, cosine: value }) => (
    { name: names[row], references: counts[row], cosine: value, named: value >= threshold }));
}

// All works by their likeness to a vector, and the picture's place on the map between the first of them.
function amongWorks(vector, { vectors, places }) {
  const works = nearest(vector, vectors);
  const points = works.slice(0, data.between).map(({ row }) => [places[2 * row], places[2 * row + 1]]);
  return { works, place: geometricMedian(points, 1e-7) };
}
