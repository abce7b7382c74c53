// The first view: what is asked, and what becomes of the answers.

root.addEventListener("keydown", onKey);

function showStart(words = "") {
  now = null;
  head.replaceChildren();
  stage.replaceChildren();
  make("p", "", `You see a picture, the anchor, and below it two others. Which is nearer to it in style? Look at how they are made, not at what they show. Each answer is a click, or a key: 1 or 2. There is no right answer. The page learns how much each of ${facets.length} facets counts for you, and asks next what would teach it most; every fourth question is drawn at random, and only tests what was learned.`, stage);
  make("p", "", "Your answers are kept in this browser and nowhere else. Nothing is sent; you may save them as a file, and delete them.", stage);
  button(answers.length ? `Go on after ${answers.length} questions` : "Begin", stage, () => showQuestion());
  button("Result and files", stage, () => showResult());
  say(words);
}

showStart();
