// What the scripts of all pages begin with: numbers and files out of text, elements whose text is never markup, pictures
// made small, and files that the reader keeps.

function decode(text, Numbers) {
  return new Numbers(Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)).buffer);
}

function blobOf(source) {
  const [kind, letters] = source.split(";base64,");
  return new Blob([decode(letters, Uint8Array)], { type: kind.slice("data:".length) });
}

function make(tag, className, text, parent) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text) element.textContent = text;
  if (parent) parent.appendChild(element);
  return element;
}

function button(text, parent, onClick) {
  const made = make("button", "", text, parent);
  made.type = "button";
  made.addEventListener("click", onClick);
  return made;
}

// One picture of a sheet of square ones, as the ground of an element.
function tile({ style }, number, side, { columns }, address) {
  style.width = style.height = `${side}px`;
  style.backgroundImage = `url(${address})`;
  style.backgroundSize = `${columns * side}px`;
  style.backgroundPosition = `${-(number % columns) * side}px ${-Math.floor(number / columns) * side}px`;
}

// A picture of the reader's, its longer side of so many pixels. It is reduced while it is decoded: of a large photograph the
// page would stand still otherwise.
async function reduced(file, longest) {
  const sides = await sidesOf(file);
  const scale = longest / Math.max(...sides);
  const [resizeWidth, resizeHeight] = sides.map((side) => Math.max(1, Math.round(scale * side)));
  return createImageBitmap(file, { resizeWidth, resizeHeight, resizeQuality: "high" });
}

// An image that nobody looks at knows its size, and is not decoded.
async function sidesOf(file) {
  const image = new Image();
  const address = URL.createObjectURL(file);
  try {
    await new Promise((loaded, failed) => {
      image.onload = loaded;
      image.onerror = () => failed(new Error(`${file.name}: this browser does not show it.`));
      image.src = address;
    });
    return [image.naturalWidth, image.naturalHeight];
  } finally {
    URL.revokeObjectURL(address);
  }
}

// A file made in the page, asked of no server. Its address lives until even a slow browser has read it.
function download(name, parts, type) {
  const link = make("a");
  link.href = URL.createObjectURL(new Blob(parts, { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
