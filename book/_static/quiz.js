// The quiz at the end of a page. Native buttons and fields are read and operated by everybody; the verdict, a status, is read aloud.
document.addEventListener("DOMContentLoaded", () => {
  for (const question of document.querySelectorAll(".csd-question")) {
    const verdict = question.querySelector(".csd-verdict");
    const field = question.querySelector("input[type=text]");

    const say = (state, text, reason) => {
      question.dataset.state = state;
      const word = document.createElement("strong");
      word.textContent = text;
      verdict.replaceChildren(word, " ", ...(reason ? reason.cloneNode(true).childNodes : []));
    };

    const check = () => {
      if (field) return checkNumber();
      const chosen = question.querySelector("input:checked");
      if (!chosen) return say("open", "Choose an answer first.");
      const right = chosen.dataset.right === "true";
      say(right ? "right" : "wrong", right ? "Right." : "Not right.", chosen.closest("label").nextElementSibling);
    };

    const checkNumber = () => {
      // A comma before exactly three digits parts thousands; any other one is a decimal point.
      const typed = field.value.replace("\u2212", "-").replace(/[%\s]/g, "").replace(/,(?=\d{3}(\D|$))/g, "").replace(",", ".");
      if (typed === "" || !Number.isFinite(Number(typed))) return say("open", "Type a number first.");
      const right = Math.abs(Number(typed) - Number(field.dataset.right)) <= Number(field.dataset.within) + 1e-9;
      say(right ? "right" : "wrong", right ? "Right." : `Not right: it is ${field.dataset.said}.`, field.closest("label").nextElementSibling);
    };

    question.querySelector("button").addEventListener("click", check);
    if (field) field.addEventListener("keydown", (event) => event.key === "Enter" && check());
  }
});
