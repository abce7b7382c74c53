// All against all: a table of cosines with a ground that grows denser, and the same as files.

function matrix() {
  const all = described();
  part("all").hidden = all.length < 2;
  const table = make("table", "", "");
  const head = make("tr", "", "", make("thead", "", "", table));
  make("td", "", "", head);
  for (const picture of all) {
    const cell = make("th", "", String(pictures.indexOf(picture) + 1), head);
    cell.scope = "col";
    cell.title = picture.name;
  }
  const body = make("tbody", "", "", table);
  for (const first of all) {
    const row = make("tr", "", "", body);
    make("th", "", title(first), row).scope = "row";
    for (const second of all) row.append(entry(first, second));
  }
  part("matrix").replaceChildren(table);
}

function entry(first, second) {
  if (first === second) return make("td", "csd-own-quiet", "–");
  const value = cosine(resultOf(first).vector, resultOf(second).vector);
  // No number is minus nothing.
  const cell = make("td", "", (Math.round(100 * value) / 100 || 0).toFixed(2));
  cell.style.setProperty("--heat", `${(45 * Math.max(value, 0)).toFixed(0)}%`);
  cell.title = `${first.name} and ${second.name}`;
  cell.onclick = () => {
    pair = [first, second];
    two();
    part("two").scrollIntoView({ block: "nearest" });
  };
  return cell;
}

function pairRows() {
  const all = described();
  const ratios = ["likelihood_ratio", "likelihood_ratio_low", "likelihood_ratio_high"];
  const rows = [["first", "second", "cosine", "above_different", "above_same", ...ratios, "descriptor", "corpus"]];
  all.forEach((first, number) => all.slice(number + 1).forEach((second) => {
    const value = cosine(resultOf(first).vector, resultOf(second).vector);
    const { different, same, ratio, low, high } = read(instrument.scale, value);
    const numbers = [value, different, same, ratio, low, high].map(digits);
    rows.push([first.name, second.name, ...numbers, instrument.name, instrument.scale.said]);
  }));
  return rows;
}

function foundRows() {
  const rows = [["picture", "what", "rank", "name", "cosine", "named", "descriptor", "note"]];
  for (const picture of pictures) {
    const { vector, works, reason } = resultOf(picture);
    const line = (what, rank, name, value, named) => rows.push([picture.name, what, rank, name, digits(value), named, instrument.name, ""]);
    if (reason) rows.push([picture.name, "", "", "", "", "", instrument.name, reason]);
    if (!vector) continue;
    works.slice(0, SHOWN).forEach(({ row, cosine: value }, i) => line("work", i + 1, workLabel(row), value, ""));
    for (const list of instrument.lists) {
      ranked(vector, list, NAMED).forEach(({ name, cosine: value, named }, i) => line(list.people, i + 1, name, value, named));
    }
  }
  return rows;
}

const digits = (value) => (Number.isFinite(value) ? Number(value.toFixed(5)) : "");
