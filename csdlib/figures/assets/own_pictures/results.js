// What is said of one picture, and of two.

const SHOWN = 6; // nearest works
const NAMED = 5; // people of a list
const told = {}; // what stands in a part: it is not said anew when it is the same
let chosen = null; // the picture that is asked about
let pair = [null, null]; // those that the reader has chosen; otherwise the first two

// Whether a part has something new to say.
function anew(name, shown) {
  const key = [instrument.name, ...shown.map(title)].join("\n");
  const changed = told[name] !== key;
  told[name] = key;
  return changed;
}

// Puts the described pictures into a box, and chooses one: what was chosen before, or the one of a number.
function fill(box, before, number) {
  const all = described();
  const now = all.includes(before) ? before : all[Math.min(number, all.length - 1)];
  box.replaceChildren(...all.map((picture) => {
    const option = make("option", "", title(picture));
    option.selected = picture === now;
    return option;
  }));
  return now;
}

function one() {
  chosen = fill(part("chosen"), chosen, 0);
  part("one").hidden = !chosen;
  if (!chosen || !anew("found", [chosen])) return;
  const place = part("found");
  place.replaceChildren();
  const result = resultOf(chosen);
  make("p", "csd-own-quiet", `Nearest works by ${instrument.name}, with their cosines`, place);
  const strip = make("ul", "csd-own-strip", "", place);
  for (const { row, cosine: value } of result.works.slice(0, SHOWN)) {
    const item = make("li", "", "", strip);
    thumbnail(row, 72, item);
    make("span", "", `${value.toFixed(2)} ${workLabel(row)}`, item);
  }
  for (const list of instrument.lists) people(list, result, place);
}

function people(list, { vector, works }, place) {
  const rank = ranked(vector, list, NAMED);
  const [first] = rank;
  const reached = `${first.name} is the likest with a cosine of ${first.cosine.toFixed(2)}, and a name is given from ${list.threshold.toFixed(2)} on`;
  make("p", "", `${list.people}: ${first.named ? first.name : "nobody on this list"}.`, place).classList.add("csd-own-answer");
  make("p", "", `${reached}. ${list.trust}`, place);
  const table = make("table", "csd-table", "", make("div", "csd-own-scroll", "", place));
  const head = make("tr", "", "", make("thead", "", "", table));
  for (const text of ["", "painter", "cosine", "works", "named"]) make("th", text === "painter" ? "csd-words" : "", text, head).scope = "col";
  const body = make("tbody", "", "", table);
  for (const { name, cosine: value, references, named } of rank) {
    const row = make("tr", "", "", body);
    const work = works.find((each) => maker(each.row) === name);
    const cell = make("td", "", "", row);
    if (work) thumbnail(work.row, 40, cell);
    make("td", "csd-words", name, row);
    for (const text of [value.toFixed(2), references, named ? "yes" : "no"]) make("td", "", String(text), row);
  }
}

function two() {
  const [first, second] = ["first", "second"].map((name, number) => fill(part(name), pair[number], number));
  part("two").hidden = described().length < 2;
  if (described().length < 2 || !anew("score", [first, second])) return;
  const place = part("score");
  place.replaceChildren();
  if (first === second) {
    make("p", "", "Choose two different pictures.", place);
    return;
  }
  const value = cosine(resultOf(first).vector, resultOf(second).vector);
  const reading = read(instrument.scale, value);
  const line = make("p", "csd-own-answer", "", place);
  make("strong", "", value.toFixed(3), line);
  line.append(` is the cosine of ${title(first)} and ${title(second)}, by ${instrument.name}: ${inWords(reading, instrument.scale)}.`);
  bar("pairs by two artists below it", reading.different, place);
  bar("pairs by one artist below it", reading.same, place);
}

function bar(text, share, place) {
  const line = make("div", "csd-own-bar", "", place);
  make("span", "", text, line);
  const whole = make("span", "csd-own-whole", "", line);
  make("span", "", "", whole).style.width = `${100 * share}%`;
  make("span", "", `${brief(100 * share, 3)} %`, line);
}
