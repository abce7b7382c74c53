// The result: the reader beside descriptors, people of the paper, and chance, on the same trials.

function showResult({ own }) {
  const [first, ...others] = [scored(own ? "you" : "this reader", choices), ...descriptors.map((name) => scored(name, truth.chosen[name]))];
  showTitle(own ? "Your result" : "A result that was shared by its link");
  const [low, high] = first.ends;
  make("p", "csd-yourself-headline", `${first.right} of ${trials.length} right: ${percent(first.share)}, with a 95 % interval from ${percent(low)} to ${percent(high)}. ${beside(first)}`, stage);
  addBars([first, ...others]);
  addTable([first, ...others]);
  if (truth.movement.some(Boolean)) addConfusion();
  addActions(own);
  say("");
}

// What an interval of so few trials can say.
function beside({ ends: [low, high] }) {
  const chance = 1 / candidates;
  const guessed = low > chance ? "More than guessing explains." : high < chance ? "Fewer than guessing finds." : "Guessing alone could do that.";
  const { share } = data.people;
  const where = low < share && share < high ? "inside" : high < share ? "above" : "below";
  return `${guessed} The paper's people reached about ${percent(share)}, on other pictures; that lies ${where} this interval.`;
}

// Bars are for the eye only; the table says the same.
function addBars(rows) {
  const bars = make("div", "csd-yourself-bars", "", stage);
  bars.setAttribute("aria-hidden", "true");
  const people = { name: "people (paper)", share: data.people.share, ends: null };
  for (const [number, { name, share, ends }] of [...rows, people].entries()) {
    make("span", "", name, bars);
    const track = make("span", "csd-yourself-track", "", bars);
    make("i", "csd-yourself-chance", "", track).style.left = `${100 / candidates}%`;
    if (ends) {
      const line = make("i", "csd-yourself-ends", "", track);
      line.style.left = `${100 * ends[0]}%`;
      line.style.width = `${100 * (ends[1] - ends[0])}%`;
    }
    const point = make("i", "csd-yourself-point", "", track);
    point.style.left = `${100 * share}%`;
    point.style.background = data.colours[number % data.colours.length];
  }
  make("span", "", "", bars);
  const scale = make("span", "csd-yourself-scale", "", bars);
  for (const text of ["0", "50", "100 %"]) make("span", "", text, scale);
}

function addTable(rows) {
  const lines = rows.map(({ name, right, share, ends, hard, easy }) =>
    [name, String(right), [percent(share), ends.map(percent).join(" to ")], easy.join(" of "), hard.join(" of ")]);
  lines.push(["people in the paper", "–", `about ${percent(data.people.share)}`, "–", "–"]);
  lines.push(["chance", "–", percent(1 / candidates), "–", "–"]);
  const heads = ["who", "right", "share, 95 % interval (Wilson)", "easier: other movements", "harder: with a sibling"];
  tableOf(heads, lines, `The same ${trials.length} trials; of the paper's people (${data.people.source}) other pictures, and no interval.`, stage);
}

function addConfusion() {
  const lines = confusion(choices).map(({ movement, right, count, taken }) =>
    [movement, `${right} of ${count}`, taken.join("; ") || "–"]);
  const table = tableOf(["movement of the reference", "right", "chosen instead"], lines, "By movement: a few trials each, too few for a share.", stage);
  table.classList.add("csd-yourself-confusion");
}
