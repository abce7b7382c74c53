// What the reader answered: in this browser, and in a file that the reader saves and opens.

const KEY = `csdlib-triplets-${data.edition}`;
const COLUMNS = ["expert", "anchor", "first", "second", "nearer", "seconds"];
const NEARER = ["first", "second", "skipped"];

// In the order in which they were given: { question, nearer, seconds }.
let answers = recalled();

function recalled() {
  const kept = stored(KEY);
  const whole = ({ question, nearer }) => Array.isArray(question) && question.length === 3 && question.every((place) => pictures[place]) && NEARER.includes(nearer);
  return Array.isArray(kept) && kept.every((each) => each && whole(each)) ? kept : [];
}

// Whether they are kept. Where a browser forbids it, they live as long as the page is open.
function keep() {
  return store(KEY, answers.length ? answers : null);
}

function judged(some) {
  return some.filter(({ nearer }) => nearer !== "skipped");
}

const rowsOf = (some) => some.map(({ question, nearer }) => ({ row: differenceOf(question), first: nearer === "first" }));
const isTest = ({ question }) => forTesting.has(keyOf(question));
const taught = () => rowsOf(judged(answers).filter((each) => !isTest(each)));
const tested = () => rowsOf(judged(answers).filter(isTest));

// How many answers some weights foretell.
function foretold(weights, some) {
  return some.filter(({ row, first }) => dot(row, weights) > 0 === first).length;
}

function answerRows(expert) {
  const lines = answers.map(({ question, nearer, seconds }) => [expert, ...question.map((place) => data.ids[place]), nearer, seconds ?? ""]);
  return [COLUMNS, ...lines];
}

// The answers in a file. What is wrong with it is one sentence.
function readAnswers(text) {
  const [header = [], ...lines] = parsedCsv(text);
  const missing = COLUMNS.slice(0, 5).filter((column) => !header.includes(column));
  if (missing.length) throw new Error(`This is no file of triplets: it has no column "${missing[0]}".`);
  const rows = lines.map((cells) => Object.fromEntries(header.map((column, at) => [column, cells[at] ?? ""])));
  const experts = new Set(rows.map(({ expert }) => expert));
  if (experts.size > 1) throw new Error(`This file holds the answers of ${experts.size} people; the page shows those of one.`);
  return { expert: rows[0]?.expert || "", answers: rows.map(readRow).filter(({ nearer }) => nearer) };
}

function readRow(row, at) {
  const question = ["anchor", "first", "second"].map((column) => placeOf.get(row[column]));
  if (question.some((place) => place === undefined)) throw new Error(`Row ${at + 1} of the file asks about a picture that is not in this page.`);
  if (new Set(question).size < 3) throw new Error(`Row ${at + 1} of the file names a picture twice.`);
  // Empty: not answered yet.
  if (row.nearer && !NEARER.includes(row.nearer)) throw new Error(`Row ${at + 1} of the file says neither first, second nor skipped.`);
  const seconds = Number(row.seconds);
  return { question, nearer: row.nearer, seconds: row.seconds && seconds >= 0 ? seconds : null };
}
