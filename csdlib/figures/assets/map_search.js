// The search of a page that names the pictures' files: what it finds is lit, and listed for the keyboard.

const MOST_FOUND = 30; // pictures that are listed; all that are found are lit

function addSearch() {
  const search = make("label", "", "Search: ", controls);
  const box = make("input", "", "", search);
  box.type = "search";
  box.placeholder = artists && artists.values.some(Boolean) ? "a file or an artist" : "a file";
  const list = make("div", "csd-map-found", "", controls);
  list.setAttribute("role", "group");
  list.setAttribute("aria-label", "Pictures found");
  const texts = Array.from({ length: count }, (_, row) => folded(`${value("artist", row)} ${paths[row]}`));
  const find = () => {
    const words = folded(box.value).split(/\s+/).filter(Boolean);
    const holds = (row) => words.every((word) => texts[row].includes(word));
    const found = words.length ? Array.from(texts.keys()).filter(holds) : [];
    list.replaceChildren(...found.slice(0, MOST_FOUND).map(foundButton));
    light(words.length ? { rows: new Set(found) } : null);
    say(words.length ? told(found.length, box.value.trim()) : "All pictures.");
  };
  forgetSearch = () => {
    box.value = "";
    list.replaceChildren();
  };
  box.addEventListener("input", find);
  search.addEventListener("keydown", (event) => onSearchKey(event, box, list));
  list.addEventListener("keydown", (event) => onSearchKey(event, box, list));
}

function told(found, wanted) {
  if (!found) return `No file or artist holds “${wanted}”.`;
  const listed = found > MOST_FOUND ? ` The first ${MOST_FOUND} are listed.` : "";
  return `${found} of ${count} pictures; the others are dimmed.${listed}`;
}

function foundButton(row) {
  const button = make("button", "", "");
  button.type = "button";
  button.tabIndex = -1; // Tab passes the list, and the arrow keys go through it
  thumbnail(row, 32, button);
  make("span", "", paths[row], button);
  button.addEventListener("click", () => {
    choose(row);
    panels[0].box.focus();
    point(row, panels[0]);
  });
  return button;
}

function onSearchKey(event, box, list) {
  const stops = [box, ...list.children];
  const at = stops.indexOf(document.activeElement);
  if (event.key === "ArrowDown") stops[Math.min(at + 1, stops.length - 1)].focus();
  else if (event.key === "ArrowUp") stops[Math.max(at - 1, 0)].focus();
  else if (event.key === "Enter" && at === 0 && stops.length > 1) stops[1].click();
  else if (event.key === "Escape") {
    light(null);
    say("All pictures.");
    box.focus();
  } else return;
  event.preventDefault();
}
