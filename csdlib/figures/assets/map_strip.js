// The strip: the chosen picture, or one of the reader's own, and its nearest neighbours, by each map's descriptor.

function choose(row) {
  chosen = row;
  guest = null;
  strips.replaceChildren();
  for (const panel of panels) {
    const rows = neighboursOf(panel, row);
    const scores = rows.map((_, rank) => (panel.scores[row * panel.shown + rank] / 32767) * panel.largest);
    addStrip(panel, (line) => addPicture(line, row, `chosen: ${brief(row)}`, "csd-chosen"), rows, scores, value("artist", row));
  }
  if (guests.length) panels.forEach(drawPictures);
  rings();
  const nearest = panels.map((panel) => `${brief(neighboursOf(panel, row)[0])} (${panel.title})`);
  say(`${label(row)}. Nearest: ${nearest.join("; ")}.`);
}

// addFirst puts the picture itself before its neighbours; those by the given artist are marked.
function addStrip(panel, addFirst, rows, scores, artist) {
  const strip = make("div", "csd-map-strip", "", strips);
  make("p", "", `Nearest in descriptor space, ${panel.title} (${panel.score}); numbers as on the map`, strip);
  const line = make("div", "csd-neighbours", "", strip);
  line.tabIndex = 0;
  line.setAttribute("role", "group");
  line.setAttribute("aria-label", `Nearest neighbours by ${panel.title}`);
  addFirst(line);
  rows.forEach((other, rank) => {
    const same = artist && value("artist", other) === artist;
    addPicture(line, other, `${rank + 1}. ${scores[rank].toFixed(2)} ${brief(other)}`, same ? "csd-same" : "");
  });
}

function addPicture(line, row, text, kind) {
  const made = button("", line, () => {
    choose(row);
    point(row, panels[0]);
  });
  made.className = `csd-map-neighbour ${kind}`;
  thumbnail(row, 64, made);
  make("span", "", text, made);
  made.addEventListener("pointerenter", () => {
    current = row;
    rings();
  });
}
