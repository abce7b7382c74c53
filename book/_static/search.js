// What the search shows of a page is its text: neither code, nor formulas as they are typed, nor how the page was made.
document.addEventListener("DOMContentLoaded", () => {
  if (typeof Search === "undefined") return;
  const whole = Search.htmlToText;
  Search.htmlToText = (html, anchor) => {
    const page = new DOMParser().parseFromString(html, "text/html");
    page.querySelectorAll(".csd-provenance, .math, .cell_input, .toggle-details__summary").forEach((part) => part.remove());
    return whole(page.documentElement.outerHTML, anchor);
  };
});
