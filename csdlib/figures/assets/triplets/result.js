// What the answers came to: weights, the nearest pictures by both metrics, where both disagree; and the answers as a file.

const ALIKE = 5; // pictures in a row of the gallery

function showResult(words = "") {
  now = null;
  const estimate = estimated(taught());
  showTitle("What you mean by style, so far");
  make("p", "csd-yourself-headline", `${judged(answers).length} answers. ${sureness(estimate)}`, stage);
  make("p", "", accuracy(estimate), stage);
  const box = make("div", "csd-yourself-actions", "", stage);
  button(answers.length ? "Go on" : "Begin", box, () => showQuestion());
  addFiles(box);
  addWeights(estimate, stage);
  addGallery(estimate);
  addDisagreements();
  say(words);
}

// Pictures in the order of their distance from one, by some weights.
function nearestTo(query, weights) {
  const others = pictures.map((_, place) => place).filter((place) => place !== query);
  const far = new Map(others.map((place) => [place, dot(apart(query, place), weights)]));
  return others.sort((one, other) => far.get(one) - far.get(other));
}

function addGallery(estimate) {
  make("h3", "", "Most alike, by you and by the descriptor", stage);
  const line = make("p", "", "", stage);
  const label = make("label", "", "Query: picture ", line);
  const field = make("input", "", "", label);
  Object.assign(field, { type: "number", min: 1, max: pictures.length, value: 1 });
  const shown = make("div", "csd-triplets-gallery", "", stage);
  const show = () => showAlike(shown, Math.min(pictures.length, Math.max(1, Math.round(Number(field.value)) || 1)) - 1, estimate);
  field.addEventListener("input", show);
  // A click on a picture asks for its own neighbours.
  shown.addEventListener("click", ({ target }) => {
    const asked = target.closest("button");
    if (!asked) return;
    field.value = Number(asked.dataset.place) + 1;
    show();
    field.focus({ preventScroll: true });
  });
  show();
}

function showAlike(shown, query, estimate) {
  shown.replaceChildren();
  const [mine, plain] = [estimate.weights, data.start].map((weights) => nearestTo(query, weights).slice(0, ALIKE));
  addRow(shown, "the query", [query], () => "");
  addRow(shown, "by your weights", mine, (place) => (plain.includes(place) ? "" : "only by you"));
  addRow(shown, "by the plain descriptor's", plain, (place) => (mine.includes(place) ? "" : "only by it"));
}

function addRow(shown, name, places, noteOf) {
  const row = make("div", "csd-triplets-row", "", shown);
  make("p", "", name, row);
  for (const place of places) {
    const one = make("button", "csd-yourself-candidate", "", row);
    one.type = "button";
    one.dataset.place = place;
    pictureOf(pictures, place, called(`Picture ${place + 1}`, place), one);
    const note = noteOf(place);
    if (note) make("span", "csd-yourself-words", note, one);
  }
}

// A small probability is not none.
const probable = (share) => (share < 0.01 ? "less than 1 %" : percent(share));

// Answers that the plain descriptor was surest would be the other way round.
function addDisagreements() {
  const rows = rowsOf(judged(answers));
  const against = judged(answers)
    .map(({ question, nearer }, at) => ({ question, nearer, sure: (rows[at].first ? -1 : 1) * dot(rows[at].row, data.start) }))
    .filter(({ sure }) => sure > 0)
    .sort((one, other) => other.sure - one.sure);
  make("h3", "", "Where you disagreed most with the descriptor", stage);
  make("p", "", against.length ? `In ${against.length} of ${rows.length} answers it would have chosen the other picture.` : "In no answer so far.", stage);
  for (const { question: [anchor, ...others], nearer, sure } of against.slice(0, 3)) {
    const row = make("div", "csd-triplets-row", "", stage);
    make("p", "", `By the descriptor's weights your answer had a probability of ${probable(logistic(-sure))}.`, row);
    const mine = nearer === "first" ? 0 : 1;
    const texts = [[anchor, "anchor"], [others[mine], "you chose this"], [others[1 - mine], "it would choose this"]];
    for (const [place, text] of texts) {
      const one = make("span", "csd-yourself-candidate", "", row);
      pictureOf(pictures, place, called(text, place), one);
      make("span", "csd-yourself-words", text, one);
    }
  }
}

function addFiles(box) {
  const line = make("p", "", "", box);
  const label = make("label", "", "A nickname for the file, if you like: ", line);
  const name = make("input", "csd-triplets-name", "", label);
  name.maxLength = 40;
  name.autocomplete = "off";
  button("Save the answers", line, () => {
    downloadCsv("triplets.csv", answerRows(name.value.trim()));
    say("Saved triplets.csv.");
  });
  addOpening(make("p", "", "", box), name);
  button("Delete all answers", box, () => {
    answers = [];
    keep();
    showStart("All answers are deleted.");
  });
}

function addOpening(line, name) {
  const label = make("label", "", "Open a saved file (its answers take the place of those here): ", line);
  const field = make("input", "csd-triplets-file", "", label);
  Object.assign(field, { type: "file", accept: ".csv,text/csv" });
  field.addEventListener("change", async () => {
    try {
      const found = readAnswers(await field.files[0].text());
      answers = found.answers;
      const kept = keep() ? "" : " This browser keeps nothing for this page.";
      name.value = found.expert;
      showResult(`${answers.length} answers are read.${kept}`);
    } catch (error) {
      field.value = "";
      say(error.message);
    }
  });
}
