// Writes what stands in a form's fields into a file, and says how many are still empty. "this" is the button.
const box = this.closest(".csd-form");
const rows = [...box.querySelectorAll("textarea")].map((area) => [area.dataset.title, area.value.trim()]);
const markdown = () => rows.map(([title, value]) => `\n**${title}:** ${value || "(empty)"}\n`);
const text = this.dataset.kind === "json"
  ? JSON.stringify(Object.fromEntries(rows), null, 1)
  : ["# " + box.dataset.title + "\n", ...markdown()].join("");
const link = document.createElement("a");
// In a handler "URL" alone is the document's address.
link.href = window.URL.createObjectURL(new Blob([text], { type: "text/plain" }));
link.download = `${box.dataset.name}.${this.dataset.kind}`;
link.click();
window.URL.revokeObjectURL(link.href);
const empty = rows.filter(([, value]) => !value).length;
const left = empty ? `; ${empty} of ${rows.length} fields are empty.` : ".";
box.querySelector("[role=status]").textContent = `Saved ${link.download}${left}`;
