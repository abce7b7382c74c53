// The first view, and what a link or an earlier visit brings along.

root.addEventListener("keydown", onKey);

function begin() {
  order = shuffled(trials.length);
  choices = [];
  attempt += 1;
  forgetLink();
  showTrial(0);
}

// A link that was opened must not come back with every reload once the reader's own test has begun.
function forgetLink() {
  if (location.hash.startsWith("#style-test=")) history.replaceState(null, "", location.href.split("#")[0]);
}

function resume(sitting) {
  ({ order, choices } = sitting);
}

function showStart(words) {
  head.replaceChildren();
  stage.replaceChildren();
  if (words) make("p", "", words, stage);
  make("p", "", `${trials.length} trials. You see one picture, and below it ${candidates} others. One of them is by the same painter: choose it by a click, or by the keys 1 to ${candidates}; Enter goes on. Every choice counts at once. Nothing that you do here leaves your machine.`, stage);
  button("Begin the test", stage, begin);
  const kept = stored(KEY);
  const sitting = kept && read(String(kept.sitting));
  if (sitting && sitting !== "other") addEarlier(sitting, kept);
  else if (kept) addForget("A result of another edition of this test is kept in this browser.");
}

function addEarlier(sitting, kept) {
  const line = addForget("A result of yours is kept in this browser.");
  // The answers were shown then, too.
  attempt = Math.max(attempt, Number(kept.attempt) || 1);
  button("Show it", line, () => {
    resume(sitting);
    showResult({ own: true });
  });
}

function addForget(text) {
  const line = make("p", "csd-yourself-kept", `${text} `, stage);
  button("Delete it", line, () => {
    store(KEY, null);
    line.remove();
    say("Deleted from this browser.");
  });
  return line;
}

function arrive() {
  if (!location.hash.startsWith("#style-test=")) return showStart("");
  const found = read(location.hash.slice("#style-test=".length));
  if (found === "other") return showStart("The link belongs to another edition of this test: its answers say nothing about these pictures.");
  if (!found) return showStart("The link holds no whole result: a part of it was lost.");
  resume(found);
  return showResult({ own: false });
}

window.addEventListener("hashchange", () => location.hash.startsWith("#style-test=") && arrive());
arrive();
