// Neighbours by the whole descriptor beside those by one facet, for the query and the facet that the reader chooses. All
// were found in Python: here they are only looked up. Names and values enter the page as text, never as markup.

const root = document.currentScript.closest("figure").querySelector(".csd-facets");
const data = JSON.parse(root.querySelector("script").textContent);
const chosen = { query: 0, facet: data.groups[0], unlike: "" };

function picture(number, parent) {
  const shown = make("span", "csd-facets-tile", "", parent);
  tile(shown, number, data.side, data, data.sheet);
  shown.setAttribute("role", "img");
  shown.setAttribute("aria-label", data.names[number]);
  return shown;
}

// Radio buttons: the browser's own keys move among them.
function choices(legend, name, options, fill) {
  const field = make("fieldset", `csd-facets-${name}`, "", root);
  make("legend", "", legend, field);
  options.forEach((option, place) => {
    const label = make("label", "", "", field);
    const input = make("input", "", "", label);
    input.type = "radio";
    input.name = `${name} ${data.id}`;
    input.checked = place === 0;
    input.addEventListener("change", () => update({ [name]: option }));
    fill(option, label);
  });
}

choices("A picture", "query", data.queries.map((_, place) => place), (place, label) => picture(data.queries[place].picture, label));
choices("Near to it in", "facet", data.groups, (group, label) => make("span", "", group, label));
const unlikeLabel = make("label", "csd-facets-unlike", "and unlike it in ", root);
const unlike = make("select", "", "", unlikeLabel);
unlike.addEventListener("change", () => update({ unlike: unlike.value }));
const query = make("p", "csd-facets-values", "", root);
const status = make("p", "csd-facets-status", "", root);
status.setAttribute("role", "status");
status.setAttribute("aria-live", "polite");
const stage = make("div", "", "", root);

function update(change) {
  Object.assign(chosen, change);
  if (chosen.unlike === chosen.facet) chosen.unlike = "";
  unlike.replaceChildren();
  for (const group of ["", ...data.groups.filter((each) => each !== chosen.facet)]) {
    const option = make("option", "", group || "nothing: any", unlike);
    option.value = group;
    option.selected = group === chosen.unlike;
  }
  show();
}

function said(number, group) {
  return data.facets[group].map((name) => `${name} ${data.values[number][name]}`).join(", ");
}

function groups() {
  return chosen.unlike ? [chosen.facet, chosen.unlike] : [chosen.facet];
}

function show() {
  const asked = data.queries[chosen.query];
  query.textContent = `The chosen picture: ${groups().map((group) => said(asked.picture, group)).join(", ")}.`;
  stage.replaceChildren();
  const key = chosen.unlike ? `${chosen.facet}|${chosen.unlike}` : chosen.facet;
  const wanted = chosen.unlike ? `${chosen.facet}, unlike ${chosen.unlike}` : chosen.facet;
  const counts = [row("By the whole descriptor", asked, asked.found[""]), row(`By ${wanted}`, asked, asked.found[key])];
  status.textContent = `Right by the truth: ${counts[1]} of ${data.k} by ${wanted}, ${counts[0]} of ${data.k} by the whole descriptor.`;
}

function right(asked, number) {
  const keeps = asked.near[chosen.facet].includes(number);
  return keeps && (!chosen.unlike || asked.far[chosen.unlike].includes(number));
}

function row(title, asked, found) {
  make("h3", "", title, stage);
  const line = make("ol", "csd-facets-found", "", stage);
  let count = 0;
  for (const number of found) {
    const good = right(asked, number);
    count += good ? 1 : 0;
    const cell = make("li", good ? "csd-right" : "csd-wrong", "", line);
    picture(number, cell);
    make("span", "csd-facets-sign", good ? "✓ right" : "✗ wrong", cell);
    for (const group of groups()) make("span", "", said(number, group), cell);
  }
  return count;
}

update({});
