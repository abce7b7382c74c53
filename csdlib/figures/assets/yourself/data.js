// The data of the test, and what the reader has done so far. csdlib.figures.style_test_figure writes the data before the
// script that it makes of these files, in one scope. Names and subjects enter the page as text only, never as markup.

const root = document.currentScript.closest("figure").querySelector(".csd-yourself");
const data = JSON.parse(root.querySelector("script").textContent);
const pictures = [...root.querySelector("template").content.querySelectorAll("img")];
const truth = unhidden(data.truth);
const trials = data.trials;
const descriptors = Object.keys(truth.chosen);
const candidates = trials[0].candidates.length;

// One sitting: the trials in the order in which they are met, and what was chosen in each, by the trial's number.
let order = [];
let choices = [];
let at = 0; // the place in the order
let next = null; // where the button to the next trial comes
// Whoever has seen the answers once has learned them: only a first attempt says something.
let attempt = 0;

function unhidden(text) {
  return JSON.parse(new TextDecoder().decode(decode(text, Uint8Array)));
}

// An order that nobody could foresee: so a trial's place says nothing about the trial.
function shuffled(count) {
  const all = Array.from({ length: count }, (_, number) => number);
  for (let last = count - 1; last > 0; last--) {
    const other = Math.floor(Math.random() * (last + 1));
    [all[last], all[other]] = [all[other], all[last]];
  }
  return all;
}

// A finished sitting as text: a letter a trial in its order, and the place that was chosen, from 1.
function written() {
  const answers = order.map((trial) => String.fromCharCode(97 + trial) + (choices[trial] + 1));
  return `1.${data.edition}.${answers.join("")}`;
}

// The sitting in a text from outside; null where it is none, and "other" where it is of another edition of the test.
function read(text) {
  const [version, edition, answers] = text.split(".");
  if (version !== "1" || !/^[0-9a-f]{12}$/.test(edition) || !/^([a-z][1-9])+$/.test(answers || "")) return null;
  if (edition !== data.edition) return "other";
  const pairs = answers.match(/../g).map((pair) => [pair.charCodeAt(0) - 97, Number(pair[1]) - 1]);
  const met = new Set(pairs.map(([trial]) => trial));
  const whole = pairs.length === trials.length && met.size === trials.length;
  if (!whole || pairs.some(([trial, choice]) => trial >= trials.length || choice >= candidates)) return null;
  const found = { order: pairs.map(([trial]) => trial), choices: [] };
  for (const [trial, choice] of pairs) found.choices[trial] = choice;
  return found;
}
