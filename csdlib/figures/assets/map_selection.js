// A selection: the pictures inside a line that is drawn round them, in a box, or in view. It is lit, and below the maps
// stands how many it has of whom; as a file, too.

const grouped = artists || coloured; // by what a selection is counted
let lassoButton = null;

function addTools() {
  const isOn = () => lassoButton.getAttribute("aria-pressed") === "true";
  lassoButton = button("draw a line round pictures", tools, () => setLasso(!isOn()));
  lassoButton.setAttribute("aria-pressed", "false");
  button("select what is in view", tools, () => select(inView(panels[0]), "in view"));
  if (document.fullscreenEnabled) addFullScreen();
}

function addFullScreen() {
  const full = button("whole screen", tools, () => (fills() ? document.exitFullscreen() : root.requestFullscreen()));
  root.addEventListener("fullscreenchange", () => {
    full.textContent = fills() ? "back to the page" : "whole screen";
    panels.forEach(fit);
  });
}

function setLasso(on) {
  lassoButton.setAttribute("aria-pressed", String(on));
  for (const panel of panels) Plotly.relayout(panel.chart, { dragmode: on ? "lasso" : dragmode() });
  if (on) say("Draw on the map, round the pictures that you mean.");
}

function inView(panel) {
  return Array.from(panel.x.keys()).filter((row) => isInside(panel, pixels(panel, row)));
}

// What plotly has found; its own marks go, for the map dims what is outside.
function onSelected(panel, event) {
  Plotly.update(panel.chart, { selectedpoints: [null] }, { selections: [] });
  setLasso(false);
  select(event.points.map((each) => each.pointNumber), "inside");
}

function select(rows, where) {
  // A new selection takes the place of one before; of what a search or a name has lit, it takes a part.
  const found = lit && lit.selected ? rows : rows.filter(isLit);
  if (!found.length) {
    say(`No picture that is lit lies ${where}.`);
    return;
  }
  forgetSearch();
  light({ rows: new Set(found), selected: true });
  listSelection(found);
  say(`${toldSelection(found)} lie ${where}; the others are dimmed. The list is below the map.`);
}

function toldSelection(rows) {
  const all = counts(rows).length;
  const whose = artists ? `, by ${all} ${all === 1 ? "artist" : "artists"}` : "";
  return `${rows.length} of ${count} pictures (${percent(rows.length / count)} of the map${whose})`;
}

function percent(share) {
  return `${(100 * share).toFixed(1)} %`;
}

// Of each artist of some pictures: how many there are, and how many on the whole map; most first.
function counts(rows) {
  const [inside, all] = [new Map(), new Map()];
  for (const row of rows) inside.set(grouped.codes[row], (inside.get(grouped.codes[row]) || 0) + 1);
  for (const code of grouped.codes) all.set(code, (all.get(code) || 0) + 1);
  const line = ([code, number]) => ({ name: grouped.values[code] || "unknown", number, all: all.get(code) });
  return Array.from(inside, line).sort((one, other) => other.number - one.number || one.name.localeCompare(other.name));
}

function listSelection(rows) {
  selection.replaceChildren();
  const listed = counts(rows);
  make("p", "", `Selected: ${toldSelection(rows)}.`, selection);
  const buttons = make("div", "csd-map-tools", "", selection);
  button(`${grouped.name}s as csv`, buttons, () => downloadCsv(`${grouped.name}s.csv`, groupRows(rows, listed)));
  button("pictures as csv", buttons, () => downloadCsv("pictures.csv", pictureRows(rows)));
  button("light all again", buttons, forgetSelection);
  const scrolled = make("div", "csd-scroll csd-map-counts", "", selection);
  scrolled.tabIndex = 0;
  scrolled.setAttribute("role", "group");
  scrolled.setAttribute("aria-label", "What is selected");
  const table = make("table", "csd-table", "", scrolled);
  const head = make("tr", "", "", make("thead", "", "", table));
  const titles = [grouped.name, "selected", "share of the selection", "on the map", "share of these"];
  titles.forEach((title, at) => make("th", at ? "" : "csd-words", title, head));
  const body = make("tbody", "", "", table);
  for (const { name, number, all } of listed) {
    const line = make("tr", "", "", body);
    const cells = [name, String(number), percent(number / rows.length), String(all), percent(number / all)];
    cells.forEach((cell, at) => make("td", at ? "" : "csd-words", cell, line));
  }
}

function forgetSelection() {
  light(null);
  say("All pictures.");
}

function groupRows(rows, listed) {
  const lines = listed.map(({ name, number, all }) => [name, number, number / rows.length, all, number / all]);
  return [[grouped.name, "selected", "share_of_selection", "on_map", "share_of_these"], ...lines];
}

// Numbers are those of the table that the map was made of, from 1.
function pictureRows(rows) {
  const names = [...columns.keys()];
  const file = (text) => (paths.length ? [text] : []);
  const lines = rows.map((row) => [row + 1, ...names.map((name) => value(name, row)), ...file(paths[row])]);
  return [["picture", ...names, ...file("file")], ...lines];
}
