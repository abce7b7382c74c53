// The data of one map, or of several that are linked, and their thumbnails. csdlib.figures.map_figure writes the data before
// the script that it makes of these files, in one scope. What a label says enters the page as text only, never as markup.

const root = document.currentScript.closest("figure").querySelector(".csd-map");
const data = JSON.parse(root.querySelector("script").textContent);
const count = data.count;
const columns = new Map(data.columns.map((column) => [column.name, { ...column, codes: decode(column.codes, Uint16Array) }]));
const artists = columns.get("artist");
let coloured = columns.get(data.colour);
data.sheet.sizes = decode(data.sheet.sizes, Uint8Array);
const paths = data.paths || []; // the pictures' files; a page of the book does not name them
let lit = null; // a column and the numbers of some of its values, or rows that were searched for: all other points are dimmed
let current = -1; // the point under the pointer or the arrow keys
let chosen = -1; // the point whose neighbours are shown

function value(name, row) {
  const column = columns.get(name);
  return column ? column.values[column.codes[row]] : "";
}

function facts(row) {
  return [...["artist", "movement", "medium", "content"].map((name) => value(name, row)), paths[row]].filter(Boolean);
}

function label(row) {
  return facts(row).join(", ") || `picture ${row + 1}`;
}

function brief(row) {
  const file = paths.length ? paths[row].split("/").pop() : "";
  return [value("artist", row), value("content", row), file].filter(Boolean).join(", ") || `picture ${row + 1}`;
}

// Thumbnails: decoded when the first one is asked for.

let address = "";
function sheetAddress() {
  if (!address) address = URL.createObjectURL(blobOf(data.sheet.source));
  return address;
}

function thumbnail(row, side, parent) {
  const picture = make("span", "csd-map-picture", "", parent);
  tile(picture, row, side, data.sheet, sheetAddress());
  if (!data.sheet.missing.includes(row)) return;
  picture.style.backgroundImage = "none";
  picture.textContent = "no picture";
}
