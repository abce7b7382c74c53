// Puts everything into the page.

const controls = make("div", "csd-map-controls", "", root);
const colourLabel = make("label", "", "Colour: ", controls);
const colourBox = make("select", "", "", colourLabel);
for (const name of columns.keys()) make("option", "", name, colourBox).value = name;
colourBox.value = data.colour;
if (data.highlight.length) lit = { column: coloured, codes: data.highlight.map((name) => coloured.values.indexOf(name)) };
colourBox.addEventListener("change", () => {
  coloured = columns.get(colourBox.value);
  light(lit && lit.rows ? lit : null);
  legend();
});

addSwitch();
if (paths.length) addSearch();
else if (artists) addFinder();
const status = make("p", "csd-map-status", "", root);
status.setAttribute("aria-live", "polite");
const key = make("div", "csd-map-legend", "", root);
const maps = make("div", "csd-map-panels", "", root);
const tools = make("div", "csd-map-tools", "", root);
const guestBox = make("div", "", "", root);
const guestList = make("div", "csd-map-guest-list", "", root);
const selection = make("div", "csd-map-selection", "", root);
const strips = make("div", "csd-map-strips", "", root);
// All boxes first: a map is drawn to the width that its neighbours leave it.
const panels = data.panels.map(addPanel);
panels.forEach(draw);
let waiting = 0;
window.addEventListener("resize", () => {
  clearTimeout(waiting);
  waiting = setTimeout(() => panels.forEach(fit), 200);
});
legend();
addTools();
addGuests();
decodeSheet();
say("Point at a picture, or use the arrow keys on the map; a click, or Enter, shows its nearest neighbours.");
