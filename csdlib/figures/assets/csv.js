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
