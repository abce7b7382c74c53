// What the scripts of all pages begin with: numbers out of text, and elements whose text is never markup.

function decode(text, Numbers) {
  return new Numbers(Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)).buffer);
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
