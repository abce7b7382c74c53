// Puts everything in motion. However often something changes, the page is drawn anew once a frame.

let asked = 0;

function refresh() {
  cancelAnimationFrame(asked);
  asked = requestAnimationFrame(() => [list, one, two, map, matrix].forEach((draws) => draws()));
}

function choose(by) {
  instrument = by;
  describer(by);
  for (const each of instruments) if (each.place) each.place.hidden = each !== by;
  measure();
}

for (const each of instruments) {
  const label = make("label", "csd-own-instrument", "", part("instruments"));
  const button = make("input", "", "", label);
  button.type = "radio";
  button.name = `csd-own-${document.querySelectorAll(".csd-own").length}`;
  button.checked = each === instrument;
  button.onchange = () => choose(each);
  make("strong", "", each.name, label);
  label.append(` ${each.purpose}`);
}
choose(instrument);

part("files").onchange = (event) => {
  add(event.target.files);
  event.target.value = ""; // so that the same file may be chosen again
};
part("samples").hidden = !data.samples.length;
part("samples").onclick = takeSamples;
part("stop").onclick = stop;
part("more").onclick = measure;
part("clear").onclick = () => {
  stop();
  pictures.length = 0;
  refresh();
  say("All pictures are removed.");
};
part("pairs").onclick = () => downloadCsv("style_pairs.csv", pairRows());
part("found-csv").onclick = () => downloadCsv("style_neighbours.csv", foundRows());
part("chosen").onchange = (event) => {
  chosen = described()[event.target.selectedIndex];
  refresh();
};
["first", "second"].forEach((name, number) => {
  part(name).onchange = (event) => {
    pair[number] = described()[event.target.selectedIndex];
    two();
  };
});

const drop = part("drop");
root.addEventListener("dragover", (event) => {
  event.preventDefault();
  drop.classList.add("csd-own-over");
});
root.addEventListener("dragleave", () => drop.classList.remove("csd-own-over"));
root.addEventListener("drop", (event) => {
  event.preventDefault();
  drop.classList.remove("csd-own-over");
  if (event.dataTransfer.files.length) add(event.dataTransfer.files);
  else say("What was dropped holds no file. Save the picture first, then drop the file.");
});
document.addEventListener("paste", (event) => {
  if (event.clipboardData?.files.length) add(event.clipboardData.files);
});
part("map").addEventListener("pointermove", under);
sheet.onload = refresh;
new ResizeObserver(refresh).observe(root);
