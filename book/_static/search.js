// What the search shows of a page is its text: neither code, nor formulas as they are typed, nor lists of links, nor how it was made.
document.addEventListener("DOMContentLoaded", () => {
  if (typeof Search === "undefined") return;
  const whole = Search.htmlToText;
  Search.htmlToText = (html, anchor) => {
    const page = new DOMParser().parseFromString(html, "text/html");
    page.querySelectorAll(".csd-provenance, .csd-names, .csd-quiz, .bd-sidebar-secondary, .math, .cell_input, .toggle-details__summary").forEach((part) => part.remove());
    return whole(page.documentElement.outerHTML, anchor);
  };
});
