// One view after the other in the place of a figure: what is asked, what was said, and what one acts on.

const head = make("div", "csd-yourself-head", "", root);
// Between the two, so that it is seen wherever one looks. It stays: a screen reader hears what changes in it.
const status = make("p", "csd-yourself-status", "", root);
status.setAttribute("role", "status");
const stage = make("div", "csd-yourself-stage", "", root);

function say(text) {
  status.textContent = text;
}

// A new view. A screen reader says its title, and whoever scrolled away comes back.
function showTitle(text) {
  head.replaceChildren();
  stage.replaceChildren();
  const title = make("h3", "", text, head);
  title.tabIndex = -1;
  title.focus({ preventScroll: true });
  const { top } = root.getBoundingClientRect();
  if (top < 0 || top > innerHeight / 3) root.scrollIntoView({ block: "start" });
}

// One of the pictures that stand in the page once. The same one serves every time that it is shown.
function pictureOf(pictures, number, alt, parent) {
  const image = pictures[number].cloneNode();
  image.alt = alt;
  parent.appendChild(image);
  return image;
}
