// One question: an anchor, two pictures, and an answer by a click or by a key.

const EVERY = 4; // of so many questions one is for testing
let now = null; // the question that is asked
let since = 0;

function nextQuestion(estimate) {
  const done = new Set(answers.map(({ question }) => keyOf(question)));
  const test = testing.find((question) => !done.has(keyOf(question)));
  if (test && answers.length % EVERY === EVERY - 1) return test;
  return mostTelling(estimate, done) ?? test ?? null;
}

function showQuestion(words = "") {
  const estimate = estimated(taught());
  now = nextQuestion(estimate);
  if (!now) return showResult("Every question of this page is answered.");
  since = performance.now();
  showTitle(`Question ${answers.length + 1}`);
  const [anchor, ...others] = now;
  const shown = make("div", "csd-yourself-reference", "", head);
  pictureOf(pictures, anchor, called("The anchor", anchor), shown);
  addAsked(make("div", "", "", shown));
  const row = make("div", "csd-yourself-candidates csd-triplets-two", "", stage);
  others.forEach((place, number) => addCandidate(row, place, number));
  addProgress(estimate);
  say(words);
}

function addAsked(aside) {
  make("p", "", "Which of the two below is nearer to this one in style?", aside);
  make("p", "csd-yourself-hint", "Keys: 1 or ←, 2 or →, s to skip, u to undo.", aside);
  button("Skip", aside, () => give("skipped"));
  const back = button("Undo", aside, undo);
  back.disabled = !answers.length;
  button("See the result", aside, () => showResult());
}

function addCandidate(row, place, number) {
  const choice = button("", row, () => give(NEARER[number]));
  choice.className = "csd-yourself-candidate";
  pictureOf(pictures, place, called(`Picture ${number + 1}`, place), choice);
  make("span", "csd-yourself-number", String(number + 1), choice).setAttribute("aria-hidden", "true");
}

function addProgress(estimate) {
  const box = make("div", "csd-triplets-progress", "", stage);
  const skipped = answers.length - judged(answers).length;
  make("p", "", `${judged(answers).length} answers${skipped ? `, ${skipped} skipped` : ""}. ${sureness(estimate)}`, box);
  make("p", "", accuracy(estimate), box);
  addWeights(estimate, box);
}

// What an answer changed, in a few words; which questions are for testing is told when they are answered.
function noted(given) {
  if (given.nearer === "skipped") return "Skipped.";
  const what = `Noted: ${given.nearer === "first" ? 1 : 2} is nearer.`;
  if (isTest(given)) return `${what} This question was for testing: nothing is learned from it.`;
  const most = weighed(estimated(taught())).reduce((best, each) => (each.times[0] > best.times[0] ? each : best));
  return `${what} Most above the plain descriptor now: ${most.name}, ${twoDigits(most.times[0])} times (${twoDigits(most.times[1])} to ${twoDigits(most.times[2])}).`;
}

function give(nearer) {
  const given = { question: now, nearer, seconds: Math.round((performance.now() - since) / 100) / 10 };
  answers.push(given);
  const kept = keep();
  showQuestion(kept ? noted(given) : `${noted(given)} This browser keeps nothing for this page: save your answers as a file.`);
}

function undo() {
  if (!answers.pop()) return;
  keep();
  showQuestion("The last answer is taken back.");
}

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.tagName === "INPUT" || !now) return;
  const places = { 1: "first", ArrowLeft: "first", 2: "second", ArrowRight: "second", s: "skipped" };
  const act = event.key === "u" ? undo : places[event.key] && (() => give(places[event.key]));
  if (!act) return;
  event.preventDefault();
  act();
}
