// The data of the questions. csdlib.figures.triplets_figure writes them before the script that it makes of these files, in
// one scope. Names and subjects enter the page as text only, never as markup.

const root = document.currentScript.closest("figure").querySelector(".csd-triplets");
const data = JSON.parse(root.querySelector("script").textContent);
const pictures = [...root.querySelector("template").content.querySelectorAll("img")];
const facets = data.facets;
const placeOf = new Map(data.ids.map((id, place) => [id, place]));

// How far two pictures are apart in each facet: all pairs i < j, row by row, in whole steps of each facet's own size.
const steps = decode(data.distances, Uint16Array);

function apart(one, other) {
  const [low, high] = one < other ? [one, other] : [other, one];
  if (low === high) return facets.map(() => 0);
  const pair = low * pictures.length - (low * (low + 1)) / 2 + (high - low - 1);
  return facets.map(({ step }, facet) => steps[pair * facets.length + facet] * step);
}

// By how much the second picture is farther from the anchor than the first, facet by facet.
function differenceOf([anchor, first, second]) {
  const [near, far] = [apart(anchor, first), apart(anchor, second)];
  return far.map((distance, facet) => distance - near[facet]);
}

// Questions as [anchor, first, second]. Those for testing were set apart when the page was made.
function questionsIn(text) {
  const numbers = [...decode(text, Uint8Array)];
  return Array.from({ length: numbers.length / 3 }, (_, at) => numbers.slice(3 * at, 3 * at + 3));
}

const training = questionsIn(data.training);
const testing = questionsIn(data.testing);
const differences = training.map(differenceOf);
// The same two beside one anchor are the same question, whichever comes first.
const keyOf = ([anchor, first, second]) => [anchor, Math.min(first, second), Math.max(first, second)].join();
const forTesting = new Set(testing.map(keyOf));

// What a picture is called, and what it shows. Never whose it is.
function called(name, place) {
  return data.labels[place] ? `${name}: ${data.labels[place]}` : name;
}
