// A style map, or several that are linked, in the page. csdlib.map_figures writes the data before this script.
// What a label says enters the page as text only, never as markup.
(function () {
  "use strict";
  const MARGIN = 10; // pixels between the outermost points and the edge
  const SIGNS = { circle: "●", square: "■", diamond: "◆", cross: "✚", x: "✖", "triangle-up": "▲", star: "★", hexagon: "⬢" };
  const MOST_SYMBOLS = 5000; // with more points, symbols are too small to see and slow to draw
  const MOST_GROUPS = 64; // pairs of colour and symbol

  const root = document.currentScript.closest("figure").querySelector(".csd-map");
  const data = JSON.parse(root.querySelector("script").textContent);
  const count = data.count;
  const columns = new Map(data.columns.map((column) => [column.name, { ...column, codes: decode(column.codes, Uint16Array) }]));
  let coloured = columns.get(data.colour);
  let lit = null; // a column and the number of its value: all other points are dimmed
  let current = -1; // the point under the pointer or the arrow keys
  let chosen = -1; // the point whose neighbours are shown

  function decode(text, Numbers) {
    return new Numbers(Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)).buffer);
  }

  function make(tag, className, text, parent) {
    const element = document.createElement(tag);
    if (className) element.className = className;
    if (text) element.textContent = text;
    if (parent) parent.appendChild(element);
    return element;
  }

  function value(name, row) {
    const column = columns.get(name);
    return column ? column.values[column.codes[row]] : "";
  }

  function label(row) {
    return ["artist", "movement", "medium", "content"].map((name) => value(name, row)).filter(Boolean).join(", ") ||
      `picture ${row + 1}`;
  }

  function brief(row) {
    return ["artist", "content"].map((name) => value(name, row)).filter(Boolean).join(", ") || `picture ${row + 1}`;
  }

  // Thumbnails: decoded when the first one is asked for.

  let address = "";
  function sheetAddress() {
    if (!address) {
      const [kind, text] = data.sheet.source.split(";base64,");
      address = URL.createObjectURL(new Blob([decode(text, Uint8Array)], { type: kind.slice("data:".length) }));
    }
    return address;
  }

  function thumbnail(row, side, parent) {
    const picture = make("span", "csd-map-picture", "", parent);
    const { columns: across, missing } = data.sheet;
    picture.style.width = picture.style.height = `${side}px`;
    if (missing.includes(row)) {
      picture.textContent = "no picture";
      return;
    }
    picture.style.backgroundImage = `url(${sheetAddress()})`;
    picture.style.backgroundSize = `${across * side}px`;
    picture.style.backgroundPosition = `${-(row % across) * side}px ${-Math.floor(row / across) * side}px`;
  }

  // The controls.

  const controls = make("div", "csd-map-controls", "", root);
  const colourLabel = make("label", "", "Colour: ", controls);
  const colourBox = make("select", "", "", colourLabel);
  for (const name of columns.keys()) make("option", "", name, colourBox).value = name;
  colourBox.value = data.colour;
  colourBox.addEventListener("change", () => {
    coloured = columns.get(colourBox.value);
    light(null);
    legend();
  });

  const artists = columns.get("artist");
  if (artists) addFinder();
  const status = make("p", "csd-map-status", "", root);
  status.setAttribute("aria-live", "polite");
  const key = make("div", "csd-map-legend", "", root);
  const maps = make("div", "csd-map-panels", "", root);
  const strips = make("div", "csd-map-strips", "", root);
  // All boxes first: a map is drawn to the width that its neighbours leave it.
  const panels = data.panels.map(addPanel);
  panels.forEach(draw);
  let waiting = 0;
  window.addEventListener("resize", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => panels.forEach(showWhole), 200);
  });
  legend();
  say("Point at a picture, or use the arrow keys on the map; a click, or Enter, shows its nearest neighbours.");

  function say(text) {
    status.textContent = text;
  }

  function addFinder() {
    const finder = make("label", "", "Find an artist: ", controls);
    const box = make("input", "", "", finder);
    const list = make("datalist", "", "", controls);
    list.id = `csd-artists-${document.querySelectorAll(".csd-map datalist").length}`;
    box.type = "search";
    box.setAttribute("list", list.id);
    for (const name of artists.values) if (name) make("option", "", "", list).value = name;
    const find = (partly) => {
      const wanted = box.value.trim().toLowerCase();
      const names = artists.values.map((name) => name.toLowerCase());
      let found = names.indexOf(wanted);
      if (found < 0 && partly) found = names.findIndex((name) => name.includes(wanted));
      if (!wanted) light(null);
      else if (found >= 0) showArtist(found);
      else if (partly) say(`No artist's name holds “${box.value.trim()}”.`);
    };
    box.addEventListener("input", () => find(false));
    box.addEventListener("keydown", (event) => {
      if (event.key === "Enter") find(true);
      if (event.key !== "Escape") return;
      box.value = "";
      find(false);
    });
  }

  function showArtist(code) {
    const rows = [];
    for (let row = 0; row < count; row++) if (artists.codes[row] === code) rows.push(row);
    light({ column: artists, code });
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

  function marker() {
    const codes = coloured.codes;
    const sources = columns.get("source");
    const made = sources ? sources.values.indexOf("generated") : -1;
    const opacity = (row) => (!lit ? 0.85 : lit.column.codes[row] === lit.code ? 1 : 0.07);
    const style = {
      size: count > MOST_SYMBOLS ? 4 : count > 1000 ? 7 : 9,
      color: Array.from(codes, colourOf),
      opacity: lit ? Array.from(codes, (_, row) => opacity(row)) : 0.85,
      line: { width: 0 },
    };
    if (count > MOST_SYMBOLS) return style;
    const open = (row) => (made >= 0 && sources.codes[row] === made ? "-open" : "");
    return { ...style, symbol: Array.from(codes, (code, row) => symbolOf(code) + open(row)) };
  }

  function light(what) {
    lit = what;
    const style = marker();
    for (const panel of panels) Plotly.restyle(panel.chart, { marker: [style] });
    for (const button of key.querySelectorAll("button")) {
      const on = Boolean(lit) && lit.column === coloured && Number(button.dataset.code) === lit.code;
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
      const sign = make("span", "", count > MOST_SYMBOLS ? SIGNS.circle : SIGNS[symbolOf(code)], button);
      sign.style.color = colourOf(code);
      sign.setAttribute("aria-hidden", "true");
      make("span", "", name || "unknown", button);
      button.addEventListener("click", () => {
        const again = lit && lit.column === coloured && lit.code === code;
        light(again ? null : { column: coloured, code });
        say(again ? "All pictures." : `${coloured.name} ${name || "unknown"}; the others are dimmed.`);
      });
    });
  }

  // The maps.

  function hasWebGL() {
    return Boolean(document.createElement("canvas").getContext("webgl"));
  }

  function addPanel(given) {
    const places = decode(given.places, Uint16Array);
    const panel = {
      ...given,
      x: Float32Array.from({ length: count }, (_, row) => places[2 * row] / 65535),
      y: Float32Array.from({ length: count }, (_, row) => places[2 * row + 1] / 65535),
      neighbours: decode(given.neighbours, Uint16Array),
      scores: decode(given.scores, Int16Array),
    };
    const outside = make("div", "csd-map-panel", "", maps);
    if (data.panels.length > 1) make("p", "csd-map-title", panel.title, outside);
    panel.box = make("div", "csd-map-plot", "", outside);
    panel.box.tabIndex = 0;
    panel.box.setAttribute("role", "application");
    panel.box.setAttribute("aria-label", `Map ${panel.title} of ${count} pictures. Arrow keys go to the nearest picture ` +
      "in their direction, Enter shows its nearest neighbours, Escape closes.");
    const frame = make("div", "", "", panel.box);
    frame.setAttribute("role", "img");
    frame.setAttribute("aria-label", data.alt);
    panel.chart = make("div", "", "", frame);
    panel.chart.style.height = `${Math.min(data.height, Math.max(320, 1.1 * root.clientWidth))}px`;
    panel.rings = make("div", "csd-map-rings", "", panel.box);
    panel.card = make("div", "csd-map-card", "", panel.box);
    panel.card.setAttribute("aria-hidden", "true");
    panel.box.addEventListener("keydown", (event) => onKey(event, panel));
    panel.box.addEventListener("focus", () => {
      if (current < 0 && panel.box.matches(":focus-visible")) point(middlemost(panel), panel);
    });
    return panel;
  }

  function draw(panel) {
    const [across, up] = wholeView(panel);
    const axis = { visible: false, fixedrange: false };
    const layout = {
      xaxis: { ...axis, range: across },
      yaxis: { ...axis, range: up },
      margin: { l: MARGIN, r: MARGIN, t: MARGIN, b: MARGIN },
      paper_bgcolor: "rgba(0,0,0,0)",
      plot_bgcolor: "rgba(0,0,0,0)",
      hovermode: "closest",
      // Where fingers scroll the page they must not move the map; its buttons zoom.
      dragmode: matchMedia("(pointer: coarse)").matches ? false : "pan",
    };
    const trace = { type: hasWebGL() ? "scattergl" : "scatter", mode: "markers", x: panel.x, y: panel.y, hoverinfo: "none", marker: marker() };
    const buttons = ["zoom2d", "pan2d", "zoomIn2d", "zoomOut2d", "resetScale2d"];
    Plotly.newPlot(panel.chart, [trace], layout, { responsive: true, displaylogo: false, modeBarButtons: [buttons] });
    panel.view = { x: across, y: up };
    panel.chart.on("plotly_hover", (event) => point(event.points[0].pointNumber, panel));
    panel.chart.on("plotly_unhover", () => hideCards());
    panel.chart.on("plotly_click", (event) => choose(event.points[0].pointNumber));
    panel.chart.on("plotly_relayouting", (event) => look(panel, event));
    panel.chart.on("plotly_relayout", (event) => look(panel, event));
  }

  // Both axes have one scale: a map is not stretched.
  function wholeView(panel) {
    const width = Math.max(panel.chart.clientWidth - 2 * MARGIN, 1);
    const height = Math.max(panel.chart.clientHeight - 2 * MARGIN, 1);
    const ends = (numbers) => numbers.reduce(([low, high], each) => [Math.min(low, each), Math.max(high, each)], [1, 0]);
    const [[left, right], [low, high]] = [ends(panel.x), ends(panel.y)];
    const scale = 1.04 * Math.max((right - left) / width, (high - low) / height, 1e-6);
    const around = (middle, pixels) => [middle - (scale * pixels) / 2, middle + (scale * pixels) / 2];
    return [around((left + right) / 2, width), around((low + high) / 2, height)];
  }

  function showWhole(panel) {
    const [across, up] = wholeView(panel);
    Plotly.relayout(panel.chart, { "xaxis.range": across, "yaxis.range": up });
  }

  function look(panel, event) {
    for (const name of ["x", "y"]) {
      const start = event[`${name}axis.range[0]`];
      const range = event[`${name}axis.range`] || (start === undefined ? null : [start, event[`${name}axis.range[1]`]]);
      if (range) panel.view[name] = range;
    }
    hideCards();
    rings();
  }

  function middlemost(panel) {
    const far = (row) => (panel.x[row] - 0.5) ** 2 + (panel.y[row] - 0.5) ** 2;
    let best = 0;
    for (let row = 1; row < count; row++) if (far(row) < far(best)) best = row;
    return best;
  }

  function pixels(panel, row) {
    const width = panel.chart.clientWidth - 2 * MARGIN;
    const height = panel.chart.clientHeight - 2 * MARGIN;
    const { x, y } = panel.view;
    return [
      MARGIN + ((panel.x[row] - x[0]) / (x[1] - x[0])) * width,
      MARGIN + ((y[1] - panel.y[row]) / (y[1] - y[0])) * height,
    ];
  }

  function isInside(panel, [x, y]) {
    return x >= 0 && y >= 0 && x <= panel.chart.clientWidth && y <= panel.chart.clientHeight;
  }

  function neighboursOf(panel, row) {
    return Array.from(panel.neighbours.subarray(row * panel.shown, (row + 1) * panel.shown));
  }

  // Rings around the current point, the chosen one and its neighbours; the same pictures on every map.

  function rings() {
    for (const panel of panels) {
      panel.rings.replaceChildren();
      const ring = (row, kind, text) => {
        const place = pixels(panel, row);
        if (!isInside(panel, place)) return;
        const element = make("span", kind, text, panel.rings);
        element.style.left = `${place[0]}px`;
        element.style.top = `${place[1]}px`;
      };
      if (chosen >= 0) {
        neighboursOf(panel, chosen).forEach((row, rank) => ring(row, "csd-near", String(rank + 1)));
        ring(chosen, "csd-chosen", "");
      }
      if (current >= 0) ring(current, "csd-current", "");
    }
  }

  function point(row, panel) {
    current = row;
    hideCards();
    const place = pixels(panel, row);
    if (!isInside(panel, place)) return recentre(panel, row);
    rings();
    const card = panel.card;
    card.replaceChildren();
    thumbnail(row, Math.max(72, data.sheet.side), card);
    for (const name of ["artist", "movement", "medium", "content"]) if (value(name, row)) make("span", "", value(name, row), card);
    card.style.display = "flex";
    const room = panel.chart.clientWidth;
    card.style.left = `${place[0] > room / 2 ? Math.max(0, place[0] - card.offsetWidth - 14) : Math.min(place[0] + 14, room - card.offsetWidth)}px`;
    card.style.top = `${Math.max(0, Math.min(place[1] - card.offsetHeight / 2, panel.chart.clientHeight - card.offsetHeight))}px`;
  }

  function recentre(panel, row) {
    const around = ([low, high], middle) => [middle - (high - low) / 2, middle + (high - low) / 2];
    panel.view = { x: around(panel.view.x, panel.x[row]), y: around(panel.view.y, panel.y[row]) };
    Plotly.relayout(panel.chart, { "xaxis.range": panel.view.x, "yaxis.range": panel.view.y }).then(() => point(row, panel));
  }

  function hideCards() {
    for (const panel of panels) panel.card.style.display = "none";
  }

  // Keys.

  const DIRECTIONS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

  function onKey(event, panel) {
    const direction = DIRECTIONS[event.key];
    if (event.key === "Escape") close();
    else if (event.key === "Enter" && current >= 0) choose(current);
    else if (direction) step(panel, direction, event.key.slice("Arrow".length).toLowerCase());
    else return;
    event.preventDefault();
  }

  // The nearest point within 45 degrees of the direction; dimmed ones are passed over.
  function step(panel, [right, up], name) {
    if (current < 0) current = middlemost(panel);
    let best = -1;
    let least = Infinity;
    for (let row = 0; row < count; row++) {
      if (lit && lit.column.codes[row] !== lit.code) continue;
      const x = panel.x[row] - panel.x[current];
      const y = panel.y[row] - panel.y[current];
      const along = x * right + y * up;
      const aside = Math.abs(x * up) + Math.abs(y * right);
      if (along > 0 && aside <= along && along + aside < least) [best, least] = [row, along + aside];
    }
    if (best >= 0) point(best, panel);
    say(best >= 0 ? label(best) : `No picture further ${name}.`);
  }

  function close() {
    current = chosen = -1;
    strips.replaceChildren();
    hideCards();
    rings();
    say("Closed.");
  }

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
})();
