// How much each facet counts for the reader so far, and how well that foretells what was never learned from.

// Bars reach from a sixteenth of the plain descriptor's weight to sixteen times it, by logarithm.
const REACH = Math.log(16);
const onBar = (ratio) => 50 + 50 * Math.max(-1, Math.min(1, Math.log(ratio) / REACH));
const sumOf = (numbers) => numbers.reduce((all, each) => all + each, 0);
const twoDigits = (number) => (number >= 10 ? String(Math.round(number)) : number.toPrecision(2));

// A row for each facet: shares of both sums, and how many times the plain weight with its interval.
function weighed(estimate) {
  const [all, plain] = [sumOf(estimate.weights), sumOf(data.start)];
  const ends = intervalsOf(estimate);
  return facets.map(({ name }, facet) => {
    const times = [estimate.weights[facet], ...ends[facet]].map((weight) => weight / data.start[facet]);
    return { name, share: estimate.weights[facet] / all, plain: data.start[facet] / plain, times };
  });
}

function addWeights(estimate, parent) {
  const rows = weighed(estimate);
  const lines = rows.map(({ name, share, plain, times: [middle, low, high] }) =>
    [name, percent(share), percent(plain), [`× ${twoDigits(middle)}`, `${twoDigits(low)} to ${twoDigits(high)}`]]);
  const heads = ["facet", "your share", "the descriptor's", "times its weight, 95 % interval"];
  const table = tableOf(heads, lines, "Weights of the facets. On a bar the line in the middle is the plain descriptor's weight; right of it a facet counts more for you, left of it less. The scale is logarithmic.", parent);
  [...table.tBodies[0].rows].forEach((line, at) => addBar(rows[at].times, line.cells[0]));
  addMeanings(parent);
}

// A bar is for the eye only; the row says the same.
function addBar([middle, low, high], cell) {
  const track = make("span", "csd-yourself-track csd-triplets-bar", "", cell);
  track.setAttribute("aria-hidden", "true");
  make("i", "csd-yourself-chance", "", track).style.left = "50%";
  const line = make("i", "csd-yourself-ends", "", track);
  line.style.left = `${onBar(low)}%`;
  line.style.width = `${onBar(high) - onBar(low)}%`;
  make("i", "csd-yourself-point", "", track).style.left = `${onBar(middle)}%`;
}

function addMeanings(parent) {
  const box = make("details", "", "", parent);
  make("summary", "", "What the facets are", box);
  const list = make("ul", "", "", box);
  for (const { name, meaning } of facets) make("li", "", `${name}: ${meaning}`, list);
}

function accuracy(estimate) {
  const asked = tested();
  if (!asked.length) return "No question for testing is answered yet.";
  const said = [["your weights", estimate.weights], ["the plain descriptor's", data.start]].map(([whose, weights]) => {
    const right = foretold(weights, asked);
    const [low, high] = wilson(right, asked.length);
    return `${whose} ${right} (${percent(right / asked.length)}, 95 % interval ${percent(low)} to ${percent(high)})`;
  });
  return `Of ${asked.length} answered for testing only, ${said[0]} would have foretold; ${said[1]}. Guessing: half.`;
}

function sureness(estimate) {
  const off = expectedAngle(estimate);
  const degrees = `If these facets, as the descriptor sees them, are what you look at, your weights may be off by ${off.toFixed(0)} degrees`;
  const stop = off < data.enough ? `That is below ${data.enough}: the page would stop here. You may go on.` : `Below ${data.enough} the page would stop asking.`;
  return `${degrees}${trulyOff(off)}. ${stop}`;
}

// What no answer mends: the descriptor does not see all of a facet.
function trulyOff(off) {
  if (data.unmended === null) return "";
  return `; with what it does not see of them, by ${angleOff(off).toFixed(0)}`;
}
