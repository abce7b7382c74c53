// A table of texts and numbers, whose first column names the rows.

function tableOf(heads, rows, caption, parent) {
  const scroll = make("div", "csd-scroll", "", parent);
  const table = make("table", "csd-table", "", scroll);
  make("caption", "", caption, table);
  const head = make("tr", "", "", make("thead", "", "", table));
  for (const [number, text] of heads.entries()) {
    const cell = make("th", number ? "" : "csd-words", text, head);
    cell.scope = "col";
  }
  const body = make("tbody", "", "", table);
  for (const row of rows) {
    const line = make("tr", "", "", body);
    row.forEach((text, number) => addCell(text, number, line));
    line.firstChild.scope = "row";
  }
  return table;
}

// A text, or a number with its interval, which stands below it.
function addCell(content, number, line) {
  const [text, interval] = [content].flat();
  const cell = make(number ? "td" : "th", number ? "" : "csd-words", text, line);
  if (interval) make("span", "csd-interval", interval, cell);
}
