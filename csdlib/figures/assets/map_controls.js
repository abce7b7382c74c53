// The controls above the maps: which points are lit, in which colours, and the box that finds an artist.

const SIGNS = { circle: "●", square: "■", diamond: "◆", cross: "✚", x: "✖", "triangle-up": "▲", star: "★", hexagon: "⬢" };
const MOST_SYMBOLS = 5000; // of more, dots are circles: symbols are too small to see, and slow to draw
const MOST_GROUPS = 64; // pairs of colour and symbol
let forgetSearch = () => {}; // empties the search box, when something else is lit

function say(text) {
  status.textContent = text;
}

// "Bocklin", "böcklin" and a slug's hyphens all find Böcklin.
function folded(text) {
  return text.trim().toLowerCase().normalize("NFD").replace(/[\u0300-\u036f]/g, "").replaceAll("-", " ");
}

function addFinder() {
  const finder = make("label", "", "Find an artist: ", controls);
  const box = make("input", "", "", finder);
  const list = make("datalist", "", "", controls);
  list.id = `csd-artists-${document.querySelectorAll(".csd-map datalist").length}`;
  box.type = "search";
  box.setAttribute("list", list.id);
  for (const name of artists.values) if (name) make("option", "", "", list).value = name;
  const names = artists.values.map(folded);
  const find = () => {
    const wanted = folded(box.value);
    let found = names.indexOf(wanted);
    if (found < 0 && wanted) found = names.findIndex((name) => name.includes(wanted));
    if (!wanted) light(null);
    else if (found >= 0) showArtist(found);
    else say(`No artist's name holds “${box.value.trim()}”.`);
  };
  box.addEventListener("input", find);
  box.addEventListener("keydown", (event) => {
    if (event.key === "Enter") find();
    if (event.key !== "Escape") return;
    box.value = "";
    find();
  });
}

function showArtist(code) {
  const rows = [];
  for (let row = 0; row < count; row++) if (artists.codes[row] === code) rows.push(row);
  light({ column: artists, codes: [code] });
  point(rows[0], panels[0]);
  say(`${artists.values[code]}: ${rows.length} of ${count} pictures; the others are dimmed.`);
}

// Colours, symbols, and which points are lit.

function colourOf(code) {
  return data.palette.colours[code % 8];
}

function symbolOf(code) {
  return data.palette.symbols[(code + Math.floor(code / 8)) % 8];
}

function isLit(row) {
  return !lit || (lit.rows ? lit.rows.has(row) : lit.codes.includes(lit.column.codes[row]));
}

// Made by a generator: an open symbol, and a dashed frame.
function isMade(row) {
  return value("source", row) === "generated";
}

function marker() {
  const codes = coloured.codes;
  const style = {
    size: count > MOST_SYMBOLS ? 4 : count > 1000 ? 7 : 9,
    color: Array.from(codes, colourOf),
    opacity: lit ? Array.from(codes, (_, row) => (isLit(row) ? 1 : 0.07)) : 0.85,
    line: { width: 0 },
  };
  if (count > MOST_SYMBOLS) return style;
  return { ...style, symbol: Array.from(codes, (code, row) => symbolOf(code) + (isMade(row) ? "-open" : "")) };
}

function light(what) {
  lit = what;
  if (!lit || !lit.rows) forgetSearch();
  if (!lit || !lit.selected) selection.replaceChildren();
  const style = marker();
  for (const panel of panels) {
    Plotly.restyle(panel.chart, { marker: [style] });
    panel.room = null; // only what is lit is shown as pictures
    drawPictures(panel);
  }
  rings();
  press();
}

function press() {
  for (const button of key.querySelectorAll("button")) {
    const on = Boolean(lit) && lit.column === coloured && lit.codes.includes(Number(button.dataset.code));
    button.setAttribute("aria-pressed", String(on));
  }
}

function legend() {
  key.replaceChildren();
  if (coloured.values.length > MOST_GROUPS) {
    make("span", "", `${coloured.values.length} values of ${coloured.name}, more than colours can tell apart.`, key);
    return;
  }
  coloured.values.forEach((name, code) => {
    const button = make("button", "", "", key);
    button.type = "button";
    button.dataset.code = code;
    button.setAttribute("aria-pressed", "false");
    const sign = make("span", "", SIGNS[symbolOf(code)], button);
    sign.style.color = colourOf(code);
    sign.setAttribute("aria-hidden", "true");
    make("span", "", name || "unknown", button);
    button.addEventListener("click", () => {
      const again = button.getAttribute("aria-pressed") === "true";
      light(again ? null : { column: coloured, codes: [code] });
      say(again ? "All pictures." : `${coloured.name} ${name || "unknown"}; the others are dimmed.`);
    });
  });
  press();
}
