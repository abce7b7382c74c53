// What the search shows of a page is its text: neither code, nor tables, nor formulas as they are typed, nor buttons, nor lists of links, nor how it was made.
// Besides pages it finds figures, by their captions and by what they say to those who do not see them, and terms (book/search.py).
// Whoever asks in a sentence is answered as one who names its nouns: a page need not hold "how", "do" and "my", too.
if (DOCUMENTATION_OPTIONS.pagename === "search") document.write('<script src="figures.js"></script><script src="terms.js"></script>');
document.addEventListener("DOMContentLoaded", () => {
  if (typeof Search === "undefined") return;
  const whole = Search.htmlToText;
  Search.htmlToText = (html, anchor) => {
    const page = new DOMParser().parseFromString(html, "text/html");
    page.querySelectorAll(".bd-header-article, #jb-print-docs-body, .csd-provenance, .csd-names, .csd-quiz, .csd-links, .csd-version, .bd-sidebar-secondary, .math, .cell_input, summary, svg, table").forEach((part) => part.remove());
    return whole(page.documentElement.outerHTML, anchor);
  };
  // From the disk no page may be fetched, so nothing is shown of it.
  if (location.protocol === "file:") DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false;

  const stemmer = new Stemmer();
  const asking = "an can could did do does how i me my our should us we what when where which who whom whose why you your".split(" ");
  const unlessAll = (words, dropped) => (words.every((word) => dropped.includes(word)) ? words : words.filter((word) => !dropped.includes(word)));
  const parsed = Search._parseQuery;
  Search._parseQuery = (query) => {
    const [asked, wanted, excluded, marked, objects] = parsed(query);
    const stems = asking.map((word) => stemmer.stemWord(word));
    return [asked, new Set(unlessAll([...wanted], stems)), excluded, new Set(unlessAll([...marked], asking)), objects];
  };
  const words = (text, dropped = []) =>
    unlessAll(text.toLowerCase().replace(/(\d),(?=\d{3})/g, "$1").match(/\d+(?:\.\d+)?|[\p{L}_][\p{L}\p{N}_]*/gu) || [], dropped)
      .filter((word) => !stopwords.includes(word))
      .map((word) => (/^\d/.test(word) ? word : stemmer.stemWord(word)));
  // Sphinx gives a word of a page 5, a word of its title 15, and a name of the module 16 and more.
  const scored = (wanted, said) => {
    if (!wanted.every((word) => said.includes(word))) return 0;
    const share = wanted.length / said.length;
    const inOrder = ` ${said.join(" ")} `.includes(` ${wanted.join(" ")} `);
    // A number tells more than a word.
    const weight = wanted.length + 2 * wanted.filter((word) => /^\d/.test(word)).length;
    if (weight < 2) return 4 + share;
    return (weight < 3 ? (inOrder ? 13 : 8) : inOrder ? 30 : 17) + share;
  };
  const shown = (text) => new Option(text).innerHTML;
  const figures = (wanted) =>
    CSD_FIGURES.map(([page, title, place, caption, said]) => {
      const score = scored(wanted, words(`${caption} ${said}`));
      return [page, `${shown(title)}: a figure`, `#${place}`, shown(caption || said), score, `${page}.ipynb`];
    });
  const terms = (wanted) =>
    CSD_TERMS.map(([place, term, definition]) => {
      const score = words(term).join(" ") === wanted.join(" ") ? 40 : 0;
      return ["glossary", `Glossary: ${shown(term)}`, `#${place}`, shown(definition), score, "glossary.md"];
    });
  const pages = Search._performSearch;
  // Where hardly a page holds all words of three or more: those that lack one, below.
  const lackingOne = (query, [wanted, ...others], found) => {
    if (found.length > 2 || wanted.size < 3) return [];
    const known = new Set(found.map(([page]) => page));
    const more = [...wanted].flatMap((word) => pages(query, new Set([...wanted].filter((other) => other !== word)), ...others));
    return more.filter(([page]) => !known.has(page) && known.add(page)).map((each) => [...each.slice(0, 4), 1, ...each.slice(5)]);
  };
  Search._performSearch = (query, ...parsed) => {
    const wanted = words(query, asking);
    // Sphinx gives a page what its best word has. Of as good ones that is better whose title says more of the words; a page
    // of the reference, where all words stand, comes after those that explain.
    const titled = ([page, title, , , score]) => words(title).filter((word) => wanted.includes(word)).length - (page.startsWith("api-") && score < 6);
    const whole = pages(query, ...parsed).map((each) => [...each.slice(0, 4), each[4] + titled(each), ...each.slice(5)]);
    whole.sort((a, b) => a[4] - b[4]);
    const places = wanted.length ? [...figures(wanted), ...terms(wanted)].filter((place) => place[4]) : [];
    // Sphinx knows the terms, too, as names.
    const again = ([page, , anchor]) => places.some((place) => place[0] === page && place[2] === anchor);
    const found = [...lackingOne(query, parsed, whole).sort((a, b) => titled(a) - titled(b)), ...whole].filter((each) => !again(each));
    for (const place of places.sort((a, b) => b[4] - a[4]).slice(0, 8).reverse()) {
      // The best stand last.
      let at = found.length;
      while (at && found[at - 1][4] > place[4]) at--;
      found.splice(at, 0, place);
    }
    return found;
  };
});
