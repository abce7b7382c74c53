// What leaves the sitting, and only on wish: a link, a file, a note in this browser. Nothing is sent to anybody.

const KEY = "csdlib-style-test";

function addActions(own) {
  const box = make("div", "csd-yourself-actions", "", stage);
  if (own) {
    addLink(box);
    addFile(box);
    addKept(box);
  }
  button(own ? "Take the test again" : "Take the test yourself", box, begin);
}

// After the "#" stands what a browser keeps for itself: no server gets to see it.
function addLink(box) {
  const line = make("p", "", "", box);
  const label = make("label", "", "A link to this result; the answers stand behind the #, which no server sees: ", line);
  const field = make("input", "csd-yourself-link", "", label);
  field.readOnly = true;
  field.value = `${location.href.split("#")[0]}#style-test=${written()}`;
  field.addEventListener("focus", () => field.select());
  button("Copy the link", line, async () => {
    field.select();
    // A page from the disk may have no clipboard; the old way works there.
    const copied = await navigator.clipboard?.writeText(field.value).then(() => true, () => false) || document.execCommand("copy");
    say(copied ? "The link is copied." : "The link is selected: copy it by hand.");
  });
}

function exported(name) {
  const answers = order.map((trial) => ({ trial, choice: choices[trial] + 1 }));
  const kind = "csdlib: answers to the style test";
  return JSON.stringify({ kind, version: 1, edition: data.edition, attempt, reader: name, answers }, null, 1);
}

function addFile(box) {
  const line = make("p", "", "", box);
  const label = make("label", "", "A file for whoever collects answers. A nickname, if you like (it may stay empty): ", line);
  const field = make("input", "", "", label);
  field.maxLength = 40;
  field.autocomplete = "off";
  button("Save the answers as a file", line, () => {
    // The name must differ from a neighbour's, and tell nothing.
    const file = `style-test-${Math.random().toString(36).slice(2, 8)}.json`;
    download(file, [exported(field.value.trim())], "application/json");
    say(`Saved ${file}.`);
  });
}

function addKept(box) {
  const line = make("p", "", "", box);
  const text = written();
  const isKept = () => stored(KEY)?.sitting === text;
  const act = button("", line, () => {
    const kept = isKept() ? null : { sitting: text, attempt };
    say(!store(KEY, kept) ? "This browser keeps nothing for this page." : kept ? "Kept in this browser." : "Deleted from this browser.");
    name();
  });
  const name = () => { act.textContent = isKept() ? "Delete the result from this browser" : "Keep the result in this browser"; };
  name();
}
