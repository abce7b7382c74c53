// The data of the page: the works that a reader's pictures are shown beside, and for each instrument (a descriptor with all that
// it is read by) their vectors, their places, a scale and lists of people. csdlib.figures.own_pictures_figure writes them before
// the script that it makes of these files, in one scope. What comes from outside enters the page as text only.

const root = document.currentScript.closest("figure").querySelector(".csd-own");
const data = JSON.parse(root.querySelector("script").textContent);
const part = (name) => root.querySelector(`[data-part="${name}"]`);

const makers = decode(data.works.codes, Uint16Array);
const instruments = data.instruments.map((each) => ({
  ...each,
  name: each.record.name,
  vectors: rowsOf(each.vectors, makers.length),
  places: Float64Array.from(decode(each.places, Uint16Array), (number) => number / 65535),
  scale: { ...each.scale, ...opened(each.scale) },
  lists: each.lists.map((list) => ({ ...list, vectors: rowsOf(list.vectors, list.names.length) })),
}));
let instrument = instruments[0];

function rowsOf(text, count) {
  const numbers = decode(text, Int16Array);
  return unitRows(numbers, numbers.length / count);
}

// The curves of a scale, at equal steps of the cosine: shares, and logarithms of the ratio and of half its interval.
function opened({ different, same, ratios, widths }) {
  const shares = (text) => Float64Array.from(decode(text, Uint16Array), (number) => number / 65535);
  const logs = (text) => text && Float64Array.from(decode(text, Int16Array), (number) => number / data.logUnit);
  return { different: shares(different), same: shares(same), ratios: logs(ratios), widths: logs(widths) };
}

const maker = (row) => data.works.makers[makers[row]];
const workLabel = (row) => [maker(row), data.works.contents[row]].filter(Boolean).join(", ") || `work ${row + 1}`;

// All works' thumbnails in one picture; drawn once it is decoded.
const sheet = new Image();
sheet.src = URL.createObjectURL(blobOf(data.works.sheet.source));

function thumbnail(row, side, parent) {
  tile(make("span", "csd-own-picture", "", parent), row, side, data.works.sheet, sheet.src);
}
