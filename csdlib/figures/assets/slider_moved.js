// Shows the frame that a slider has come to, and says which. "this" is the slider.
const box = this.closest(".csd-slider");
const label = JSON.parse(this.dataset.labels)[this.value];
[...box.querySelectorAll(":scope > .csd-frame")].forEach((frame, number) => { frame.hidden = number !== Number(this.value); });
box.querySelector("output").textContent = label;
this.setAttribute("aria-valuetext", label);
// A chart that was drawn while it was hidden does not know its width.
window.dispatchEvent(new Event("resize"));
