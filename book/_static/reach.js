// What the theme leaves out for those who hear the page, or move on it by keys; each rule is one of axe's.
document.addEventListener("DOMContentLoaded", () => {
  // The arrows that unfold the list of chapters have no words.
  for (const summary of document.querySelectorAll(".bd-sidebar-primary summary:not([aria-label])")) {
    const link = summary.closest("li")?.querySelector("a");
    summary.setAttribute("aria-label", `Pages below ${link ? link.textContent.trim() : "this one"}`);
  }
  // Sphinx sets the parameters of a long signature as a list of definitions that define nothing.
  // The entries of a list of references have a role that is a list's item no longer.
  for (const list of document.querySelectorAll("dt.sig dl, .citation-list")) {
    list.setAttribute("role", "list");
    for (const each of list.children) each.setAttribute("role", "listitem");
  }
  // Where a phone has no room for a table of sentences, it becomes a list (csd.css); to those who hear it, it stays a table.
  const tables = [...document.querySelectorAll(".bd-article table.table")].filter((table) => table.tHead?.rows[0].cells.length > 2);
  for (const table of tables) {
    const columns = [...table.tHead.rows[0].cells].map((head) => head.textContent.trim());
    table.setAttribute("role", "table");
    for (const row of table.tBodies[0].rows) {
      row.setAttribute("role", "row");
      [...row.cells].forEach((cell, place) => {
        cell.setAttribute("role", "cell");
        if (columns[place]) cell.dataset.column = columns[place];
      });
    }
  }
  // What scrolls sideways can be reached, so that the arrow keys scroll it.
  const boxes = ".csd-scroll, .csd-neighbours, .csd-wide, .pst-scrollable-table-container, .csd-artists .csd-figure > div, .bd-article pre, div.math, table.dataframe";
  const [PHONE, TALL] = [640, 180];
  const crowded = (table) =>
    table.scrollWidth > table.clientWidth + 1 || [...table.querySelectorAll("tbody td")].some((cell) => cell.offsetHeight > TALL);
  const list = (table) => {
    table.classList.remove("csd-records");
    table.classList.toggle("csd-records", innerWidth <= PHONE && crowded(table));
  };
  const reach = () => {
    tables.forEach(list);
    for (const box of document.querySelectorAll(boxes))
      if (box.scrollWidth > box.clientWidth + 1 && box.clientWidth) box.tabIndex = 0;
  };
  reach();
  window.addEventListener("load", reach);
  window.addEventListener("resize", reach);
  // Inside a fold nothing has a width until it opens.
  document.addEventListener("toggle", reach, true);
});
