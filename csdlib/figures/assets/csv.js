// Rows as a csv file that the reader keeps.

// A spreadsheet would compute a text that begins like a formula. With an apostrophe before it, it is a text there, too.
function csvCell(value) {
  if (typeof value === "number") return String(value);
  const text = String(value);
  const safe = /^\s*[=+\-@\t\r\n]/.test(text) ? `'${text}` : text;
  return `"${safe.replaceAll('"', '""')}"`;
}

function csvText(rows) {
  return rows.map((cells) => `${cells.map(csvCell).join(",")}\r\n`).join("");
}

// The mark at the start tells a spreadsheet that the text is UTF-8.
function downloadCsv(name, rows) {
  download(name, ["\ufeff", csvText(rows)], "text/csv");
}

// The rows of a csv text, as texts. The marks that csvText sets before a text are taken off again.
function parsedCsv(text) {
  const rows = [[]];
  const pattern = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|\r|\n|$)/gy;
  const source = text.replace(/^\ufeff/, "");
  while (pattern.lastIndex < source.length) {
    const found = pattern.exec(source);
    if (!found) throw new Error("This file is no csv: a quotation mark stands where none may stand.");
    const cell = found[1] === undefined ? found[2] : found[1].replaceAll('""', '"');
    rows.at(-1).push(cell.replace(/^'(?=\s*[=+\-@\t\r\n])/, ""));
    if (found[3] !== ",") rows.push([]);
    else if (pattern.lastIndex === source.length) rows.at(-1).push("");
  }
  return rows.filter((cells) => cells.length > 1 || cells[0]);
}
