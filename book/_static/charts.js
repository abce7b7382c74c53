// Charts are drawn before the sidebar beside them stands, and it can be folded later: they follow their column's width.
document.addEventListener("DOMContentLoaded", () => {
  const column = document.querySelector(".bd-article-container");
  if (column) new ResizeObserver(() => window.dispatchEvent(new Event("resize"))).observe(column);
});
