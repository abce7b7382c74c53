"""Quizzes: well formed, about what the page teaches, answered by mouse and by keyboard, and safe whatever they say."""

from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest
import yaml
from bs4 import BeautifulSoup
from nbformat import NotebookNode
from playwright.sync_api import Browser, Locator, expect

from book.assemble import check_contents
from book.build import make_book
from book.chapters import find_chapters
from book.notebooks import read
from book.project import BookError, Project
from book.quizzes import Answer, Question, quiz_cell, read_quiz, unprinted
from book.runs import listed_runs
from tests.book.conftest import ROOT
from tests.book.tabs import Tab
from tests.serving import served

PROJECT = Project(ROOT, ROOT / "build")
WITH_QUIZ = [slug for slug in find_chapters(PROJECT) if read_quiz(PROJECT, slug)]
EVIL = "<img src=x onerror=alert(1)> & \"'"

RIGHT = {"right": "two", "because": "It is `1 + 1`."}
WRONG = {"wrong": "three", "because": "It is one *more*."}
CHOICE = {"ask": "What is one and one?", "choices": [RIGHT, WRONG]}
NUMBER = {"ask": "How many?", "number": "1,200", "within": 50, "unit": "pictures", "because": "Counted: 1,200 of 7."}


@cache
def results() -> dict[str, Path | None]:
    """The folder of each chapter's first run: to look whether a result holds takes hashes of all code."""
    return {run.chapter.slug: run.folder for run in listed_runs(PROJECT) if run.page == run.chapter.slug}


def write(project: Project, quiz: object, slug: str = "tiny") -> None:
    path = project.book / "quizzes" / f"{slug}.yml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(yaml.safe_dump(quiz), encoding="utf-8")


def html(quiz: list[Question]) -> str:
    return quiz_cell(quiz).source.partition("```{raw} html\n")[2].removesuffix("\n```")


@pytest.mark.parametrize("slug", WITH_QUIZ)
def test_right_answers_are_not_told_by_their_place_or_their_length(slug: str) -> None:
    asked = [each.answers for each in read_quiz(PROJECT, slug) if each.answers]
    assert len(asked) >= 2
    places = [next(place for place, each in enumerate(answers) if each.right) for answers in asked]
    assert len(set(places)) > 1, "the right answer stands always at one place"


def test_no_place_has_more_right_answers_than_its_share() -> None:
    asked = [each.answers for slug in WITH_QUIZ for each in read_quiz(PROJECT, slug) if len(each.answers) == 3]
    places = Counter(next(place for place, each in enumerate(answers) if each.right) for answers in asked)
    assert max(places.values()) < 0.37 * len(asked), places


@pytest.mark.parametrize("by", [max, min])
def test_whoever_takes_the_longest_or_the_shortest_answer_is_mostly_wrong(by: Callable[..., Answer]) -> None:
    asked = [each.answers for slug in WITH_QUIZ for each in read_quiz(PROJECT, slug) if each.answers]
    assert sum(by(answers, key=lambda each: len(each.text)).right for answers in asked) < 0.5 * len(asked)


def test_every_chapter_has_a_quiz() -> None:
    assert find_chapters(PROJECT) == WITH_QUIZ


@pytest.mark.parametrize("slug", WITH_QUIZ)
def test_the_numbers_of_right_answers_are_printed_by_the_chapters_run(slug: str) -> None:
    folder = results()[slug]
    if folder is None:
        pytest.skip("the chapter has no result that holds; make book")
    assert unprinted(read_quiz(PROJECT, slug), read(folder / "notebook.ipynb")) == []


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"ask": None}, "exactly one of choices, number, pictures"),
        ({"ask": "x", "choices": [RIGHT, WRONG], "number": "1"}, "exactly one of"),
        ({"ask": "x", "choices": [RIGHT, WRONG], "hint": "y"}, "may have ask, choices, given"),
        ({"ask": "x", "choices": "two"}, "must be a list of answers"),
        ({"ask": "x", "choices": [WRONG, WRONG]}, "exactly one that is right"),
        ({"ask": "x", "choices": [RIGHT]}, "two answers or more"),
        ({"ask": "x", "choices": [RIGHT, WRONG, WRONG]}, "two answers are the same"),
        ({"ask": "x", "choices": [RIGHT, {"wrong": "three"}]}, "an answer has right or wrong, and because"),
        ({"ask": "x", "choices": [RIGHT, WRONG | {"because": ""}]}, "an answer has right or wrong, and because"),
        ({"ask": "x", "pictures": [RIGHT, WRONG]}, "a picture has painter, subject, scene, and shows"),
        (NUMBER | {"number": 1200}, "a number in quotes"),
        (NUMBER | {"number": "many"}, "a number in quotes"),
        ({"ask": "x", "number": "1"}, "it needs ask, because, number, within"),
    ],
)
def test_a_malformed_question_is_refused_with_its_place(
    project: Project, change: dict[str, object], message: str
) -> None:
    write(project, [CHOICE, CHOICE, CHOICE, change])
    with pytest.raises(BookError, match=rf"book/quizzes/tiny.yml, question 4: .*{message}"):
        read_quiz(project, "tiny")


@pytest.mark.parametrize("quiz", [[CHOICE] * 3, [CHOICE] * 7, {"ask": "x"}, None])
def test_a_quiz_has_four_to_six_questions(project: Project, quiz: object) -> None:
    write(project, quiz)
    with pytest.raises(BookError, match="4 to 6 questions"):
        read_quiz(project, "tiny")


def test_what_is_no_yaml_is_refused_with_its_file(project: Project) -> None:
    write(project, [])
    (project.book / "quizzes" / "tiny.yml").write_text("- ask: `x`")
    with pytest.raises(BookError, match=r"book/quizzes/tiny.yml: not YAML"):
        read_quiz(project, "tiny")


def test_a_quiz_of_no_chapter_is_refused(project: Project) -> None:
    assert read_quiz(project, "tiny") == []
    write(project, [CHOICE] * 4, "lost")
    with pytest.raises(BookError, match="book/quizzes: no chapter lost"):
        check_contents(project)


def test_what_a_right_answer_claims_has_to_be_printed() -> None:
    said = "Not 7 nor 0.25, but 1,200 and 64.4; by 12."
    question = Question("Of 12?", (Answer("2.5", said, True), Answer("99", "98", False)), given=("7",))
    assert question.claims() == {"2.5", "0.25", "1,200", "64.4"}
    outputs = [
        {"text": "64.4 %"},
        {"data": {"text/html": '<td>1,200</td><i aria-label="at 0.25"></i><script>2.5</script>'}},
    ]
    cell = NotebookNode(outputs=[NotebookNode(each) for each in outputs])
    assert unprinted([question], NotebookNode(cells=[cell])) == ["2.5 (Of 12?)"]
    assert unprinted([Question("?", number="4.4")], NotebookNode(cells=[cell])) == ["4.4 (?)"]


def test_nothing_that_a_quiz_says_becomes_markup(project: Project) -> None:
    evil = {name: value if name in ("within", "number") else EVIL for name, value in NUMBER.items()}
    choices = [{"right": EVIL, "because": EVIL}, {"wrong": f"`{EVIL}`", "because": f"*{EVIL}*"}]
    write(project, [{"ask": EVIL, "choices": choices}, evil, CHOICE, CHOICE])
    found = BeautifulSoup(html(read_quiz(project, "tiny")), "html.parser")
    assert found.find_all("img") == []
    assert {tag.name for tag in found.find_all(True)} <= {
        *("div", "noscript", "p", "fieldset", "legend", "label", "input", "span", "button", "code", "em")
    }
    assert found.get_text().count(EVIL) == 8


def test_a_picture_is_drawn_and_told_to_those_who_do_not_see_it() -> None:
    pictures = [(f"a dog, {who}", (who, "dog", 3)) for who in ("noor-felding", "aldous-merrin")]
    answers = tuple(Answer(text, "so", not number, drawn) for number, (text, drawn) in enumerate(pictures))
    first, second = BeautifulSoup(html([Question("Which?", answers)]), "html.parser").find_all("img")
    assert [first["alt"], second["alt"]] == ["a dog, noor-felding", "a dog, aldous-merrin"]
    assert first["src"] != second["src"]
    assert str(first["src"]).startswith("data:image/webp;base64,")


@pytest.mark.book
def test_the_chapters_first_page_ends_with_the_quiz_and_no_download_holds_it(project: Project) -> None:
    write(project, [CHOICE] * 4)
    make_book(project)
    found = BeautifulSoup((project.html / "tiny.html").read_text(encoding="utf-8"), "html.parser")
    assert found.select("article h2")[-1].get_text().startswith("Quiz")
    assert len(found.select("article .csd-quiz fieldset")) == 4
    assert found.select('script[src*="quiz.js"]')
    assert "csd-quiz" not in (project.html / "tiny-cubic.html").read_text(encoding="utf-8")
    assert "csd-quiz" not in (project.site / "downloads" / "tiny.ipynb").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def quiz_address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    root = tmp_path_factory.mktemp("quiz")
    quiz = [
        Question("One and one?", (Answer("two", "It is `1 + 1`.", True), Answer("three", "One *more*.", False))),
        Question("How many?", number="1,200", within=50, unit="pictures", because="Counted."),
    ]
    (root / "index.html").write_text(PAGE.format(quiz=html(quiz)), encoding="utf-8")
    for name in ("quiz.js", "csd.css"):
        (root / name).write_bytes((ROOT / "book" / "_static" / name).read_bytes())
    with served(root) as place:
        yield place


PAGE = """<!doctype html><html data-theme="light" lang="en"><head><meta charset="utf-8"><title>Quiz</title>
<link rel="icon" href="data:,"><link rel="stylesheet" href="csd.css"><script src="quiz.js"></script></head>
<body class="bd-article">{quiz}</body></html>"""


@pytest.fixture
def tab(browser: Browser, quiz_address: str) -> Iterator[Tab]:
    tab = Tab.new(browser)
    tab.open(f"{quiz_address}/index.html")
    yield tab
    assert tab.errors == []
    tab.page.close()


def question(tab: Tab, number: int) -> tuple[Locator, Locator]:
    found = tab.page.locator(".csd-question").nth(number)
    return found, found.get_by_role("status")


@pytest.mark.browser
def test_an_answer_is_told_right_or_wrong_with_its_reason(tab: Tab) -> None:
    found, said = question(tab, 0)
    expect(tab.page.get_by_role("group", name="1. One and one?")).to_be_visible()
    found.get_by_role("button").click()
    expect(said).to_have_text("Choose an answer first.")
    for name, text, state in (("three", "Not right. One more.", "wrong"), ("two", "Right. It is 1 + 1.", "right")):
        found.get_by_label(name).check()
        found.get_by_role("button", name="Check").click()
        expect(said).to_have_text(text)
        expect(found).to_have_attribute("data-state", state)
    assert said.locator("code").inner_text() == "1 + 1"


@pytest.mark.browser
def test_the_keyboard_is_enough(tab: Tab) -> None:
    _, said = question(tab, 0)
    tab.page.keyboard.press("Tab")
    tab.page.keyboard.press("Space")
    tab.page.keyboard.press("Tab")
    tab.page.keyboard.press("Enter")
    expect(said).to_have_text("Right. It is 1 + 1.")
    tab.page.keyboard.press("Tab")
    tab.page.keyboard.type("1180")
    tab.page.keyboard.press("Enter")
    expect(question(tab, 1)[1]).to_have_text("Right. Counted.")


@pytest.mark.browser
@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("1,200", "Right. Counted."),
        (" 1 200,0 ", "Right. Counted."),
        ("1250", "Right. Counted."),
        ("1251", "Not right: it is 1,200. Counted."),
        ("\u22121200", "Not right: it is 1,200. Counted."),
        ("", "Type a number first."),
        ("many", "Type a number first."),
    ],
)
def test_numbers_are_read_as_people_write_them(tab: Tab, typed: str, text: str) -> None:
    found, said = question(tab, 1)
    found.get_by_label("Your answer").fill(typed)
    found.get_by_role("button").click()
    expect(said).to_have_text(text)
