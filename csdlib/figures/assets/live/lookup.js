// The numbers of a live table, looked up. csdlib.figures.live_table writes the data before the script that it makes of
// these files, in one scope. Python has measured every number at every setting: nothing is computed here.

const root = document.currentScript.closest("figure").querySelector(".csd-live");
const data = JSON.parse(root.querySelector("script").textContent);
const cells = data.cells.map((row) => row.map((cell) => cell && { strides: cell.strides, codes: decode(cell.codes, Int16Array) }));
const setting = data.controls.map((control) => control.start); // where each control stands, as the number of a stop

// A value and the ends of its interval, in steps of the last digit. A number that does not follow a control has the
// stride 0 there.
function codesAt(cell, where) {
  const place = cell.strides.reduce((sum, stride, axis) => sum + stride * where[axis], 0);
  return cell.codes.subarray(place, place + 3);
}

// In percent, or null where there is no number.
function percent(code) {
  return code === data.missing ? null : code / 10 ** data.digits;
}

function texts(cell) {
  if (!cell) return ["–", ""];
  const [value, low, high] = [...codesAt(cell, setting)].map(percent);
  const written = (number) => number.toFixed(data.digits);
  if (value === null) return ["–", ""];
  return [written(value), low === null || high === null ? "no interval" : `[${written(low)}, ${written(high)}]`];
}
