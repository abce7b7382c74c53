// The strip: the chosen picture and its nearest neighbours, by each map's descriptor.

function choose(row) {
  chosen = row;
  strips.replaceChildren();
  for (const panel of panels) addStrip(panel, row);
  rings();
  const nearest = panels.map((panel) => `${brief(neighboursOf(panel, row)[0])} (${panel.title})`);
  say(`${label(row)}. Nearest: ${nearest.join("; ")}.`);
}

function addStrip(panel, row) {
  const strip = make("div", "csd-map-strip", "", strips);
  make("p", "", `Nearest in descriptor space, ${panel.title} (${panel.score}); numbers as on the map`, strip);
  const line = make("div", "csd-neighbours", "", strip);
  line.tabIndex = 0;
  line.setAttribute("role", "group");
  line.setAttribute("aria-label", `Nearest neighbours by ${panel.title}`);
  addPicture(line, row, `chosen: ${brief(row)}`, "csd-chosen");
  neighboursOf(panel, row).forEach((other, rank) => {
    const score = (panel.scores[row * panel.shown + rank] / 32767) * panel.largest;
    const same = value("artist", other) && value("artist", other) === value("artist", row);
    addPicture(line, other, `${rank + 1}. ${score.toFixed(2)} ${brief(other)}`, same ? "csd-same" : "");
  });
}

function addPicture(line, row, text, kind) {
  const button = make("button", `csd-map-neighbour ${kind}`, "", line);
  button.type = "button";
  thumbnail(row, 64, button);
  make("span", "", text, button);
  button.addEventListener("click", () => {
    choose(row);
    point(row, panels[0]);
  });
  button.addEventListener("pointerenter", () => {
    current = row;
    rings();
  });
}
