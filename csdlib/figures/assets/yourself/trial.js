// One trial: a reference, candidates, a choice, and what the choice was worth.

function subject(text) {
  return text ? `: ${text}` : "";
}

function showTrial(place) {
  at = place;
  const trial = order[place];
  const { pictures: numbers, reference, candidates: asked } = trials[trial];
  showTitle(`Trial ${place + 1} of ${trials.length}`);
  const shown = make("div", "csd-yourself-reference", "", head);
  // What it says must not tell whose it is.
  pictureOf(pictures, numbers[0], `The reference${subject(reference)}`, shown);
  const aside = make("div", "", "", shown);
  make("p", "", "Which of the pictures below is by the painter of this one?", aside);
  next = make("div", "csd-yourself-next", "", aside);
  const row = make("div", "csd-yourself-candidates", "", stage);
  asked.forEach((text, number) => addCandidate(row, trial, number, numbers[number + 1], text));
  say("");
}

function addCandidate(row, trial, number, shown, text) {
  const choice = button("", row, () => chooseOne(trial, number));
  choice.className = "csd-yourself-candidate";
  pictureOf(pictures, shown, `Candidate ${number + 1}${subject(text)}`, choice);
  make("span", "csd-yourself-number", String(number + 1), choice).setAttribute("aria-hidden", "true");
}

function chooseOne(trial, number) {
  if (choices[trial] !== undefined) return;
  choices[trial] = number;
  const answer = truth.answer[trial];
  [...stage.querySelectorAll(".csd-yourself-candidate")].forEach((choice, place) => {
    choice.disabled = true;
    reveal(choice, trial, place);
  });
  const by = `candidate ${answer + 1} is by ${truth.artist[trial]}, as the reference is`;
  const others = descriptors.map((name) => `${name} ${truth.chosen[name][trial] + 1}`).join(", ");
  say(`${number === answer ? "Right" : "No"}: ${by}. You chose ${number + 1}; ${others}.`);
  const on = button(at + 1 === trials.length ? "See the result" : "Next trial", next, goOn);
  make("span", "csd-yourself-hint", "or press Enter", next);
  on.focus({ preventScroll: true });
}

// What is written below a candidate once the choice is made.
function reveal(choice, trial, place) {
  const right = place === truth.answer[trial];
  const mine = place === choices[trial];
  choice.classList.add(right ? "csd-right" : "csd-wrong");
  choice.classList.toggle("csd-chosen", mine);
  const words = make("span", "csd-yourself-words", "", choice);
  make("strong", "", `${right ? "✓" : "✗"} ${truth.artists[trial][place]}`, words);
  if (truth.movements[trial][place]) make("span", "", truth.movements[trial][place], words);
  const names = [...(mine ? ["you"] : []), ...descriptors.filter((name) => truth.chosen[name][trial] === place)];
  if (names.length) make("span", "csd-yourself-who", `chosen by ${names.join(", ")}`, words);
}

function goOn() {
  if (at + 1 < trials.length) showTrial(at + 1);
  else showResult({ own: true });
}

// The candidates' numbers choose. Enter is what the browser makes of a focused button, so here it has nothing to do.
function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.tagName === "INPUT") return;
  const choice = stage.querySelectorAll(".csd-yourself-candidate")[Number(event.key) - 1];
  if (choice && !choice.disabled) {
    event.preventDefault();
    choice.click();
  }
}
