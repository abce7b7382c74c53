// The controls, and what follows them.

const knobs = [...root.querySelectorAll(".csd-live-control")].map((label) => ({
  input: label.querySelector("input"),
  output: label.querySelector("output"),
}));
const shown = [...root.querySelectorAll("tbody tr")].map((line) => [...line.querySelectorAll("td")]);
const charts = addCurves();
const said = root.querySelector(".csd-live-said");

function follow() {
  knobs.forEach(({ input, output }, axis) => {
    setting[axis] = Number(input.value);
    output.textContent = data.controls[axis].labels[setting[axis]];
    input.setAttribute("aria-valuetext", output.textContent);
  });
  cells.forEach((row, line) => row.forEach((cell, column) => {
    const [value, ends] = shown[line][column].children;
    [value.textContent, ends.textContent] = texts(cell);
  }));
  charts.forEach(drawColumn);
}

// All numbers as one sentence, for those who do not see them change.
function sentence() {
  const where = data.controls.map((control, axis) => `${control.title} ${control.labels[setting[axis]]}`).join(", ");
  const parts = data.columns.map((name, column) => {
    const numbers = data.rows.map((row, line) => `${row} ${texts(cells[line][column]).join(" ")}`);
    return `${name}: ${numbers.join(", ")}`;
  });
  return `At ${where}, in percent. ${parts.join(". ")}.`;
}

// Said once a moment after the last step, or a key held down would talk for minutes.
let waiting = 0;
function tell() {
  clearTimeout(waiting);
  waiting = setTimeout(() => { said.textContent = sentence(); }, 400);
}

for (const { input } of knobs) {
  input.hidden = false;
  input.addEventListener("input", () => { follow(); tell(); });
}
button("Back to where it began", root.querySelector(".csd-live-controls"), () => {
  knobs.forEach(({ input }, axis) => { input.value = data.controls[axis].start; });
  follow();
  tell();
});
follow();
