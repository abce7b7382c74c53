"""Triplets in a browser without a network: answered by keys, kept, saved, read again, and learned from as in Python."""

import json
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from playwright.sync_api import Browser, Page

from csdlib.errors import InputError
from csdlib.figures import book
from csdlib.figures.triplets import MOST_BYTES, PARTS, triplets_figure
from csdlib.metrics import wilson
from csdlib.scoring import read_answers
from csdlib.similarity.judgement import ENOUGH, HALVINGS, SPREAD, STEPS, Judgement, learn_judgement
from csdlib.similarity.triplets import FacetDistances, draw_triplets
from csdlib.tables import ImageTable
from tests.book.conftest import ROOT
from tests.book.tabs import Tab
from tests.conftest import stripes
from tests.figures.test_yourself import EVIL, PAGE
from tests.serving import served

pytestmark = pytest.mark.browser

WORKS, TRAINING, TESTING = 12, 40, 6
FACETS = {"palette": "which colours", f"light {EVIL}": f"how bright {EVIL}", "stroke": "how long marks are"}
START = np.array([4.0, 1.0, 2.0])
#: What no answer mends, in degrees.
BLIND = 12.5


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> ImageTable:
    """Twelve pictures; the id and the subject of one are markup, and its id holds a comma, too."""
    root = tmp_path_factory.mktemp("works")
    names = [f'0, "{EVIL}"', *(f"picture-{number}" for number in range(1, WORKS))]
    for number in range(WORKS):
        stripes(number % 4, 3 + number, number).save(root / f"{number}.png")
    frame = pd.DataFrame({"image_id": names, "path": [f"{number}.png" for number in range(WORKS)]})
    frame = frame.assign(split="query", artist="somebody", source="painting", content=[f"s {name}" for name in names])
    return ImageTable(frame.assign(styles=[[] for _ in names]), root)


@pytest.fixture(scope="module")
def apart() -> FacetDistances:
    random = np.random.default_rng(5)
    return FacetDistances.of(list(FACETS), [random.normal(size=(WORKS, 2)) for _ in FACETS])


@pytest.fixture(scope="module")
def where(
    table: ImageTable, apart: FacetDistances, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, Path]]:
    """Where the pages are served, and the folder in which they lie."""
    root = tmp_path_factory.mktemp("triplets")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CSDLIB_BOOK", "1")  # The looks of a notebook are others.
        figure = made(table, apart).data
    for name, theme, ground in (("day", "light", "white"), ("night", "dark", "#121212")):
        (root / f"{name}.html").write_text(PAGE.format(theme=theme, ground=ground, figure=figure))
    shutil.copy(ROOT / "book" / "_static" / "csd.css", root)
    with served(root) as address:
        yield address, root


def made(table: ImageTable, apart: FacetDistances, **options: Any) -> Any:
    given = {
        "start": START,
        "caption": "Triplets.",
        "training": TRAINING,
        "testing": TESTING,
        "meanings": FACETS,
        "unmended": BLIND,
    }
    return triplets_figure(table, apart, **(given | options))


@pytest.fixture
def open_page(browser: Browser, where: tuple[str, Path]) -> Iterator[Callable[..., Page]]:
    """Opens a page in a browser that knows nothing yet; what went wrong with any of them fails the test."""
    tabs: list[Tab] = []

    def opened(name: str = "day.html", *, width: int = 1280) -> Page:
        tabs.append(Tab.new(browser, width=width))
        tabs[-1].open(where[0] + name)
        return tabs[-1].page

    yield opened
    assert [error for tab in tabs for error in tab.errors] == []
    for tab in tabs:
        tab.page.close()


def begin(page: Page, keys: str = "") -> None:
    """Begins by keys alone, and answers."""
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    for key in keys:
        page.keyboard.press(key)


def title(page: Page) -> str:
    return page.locator("h3").inner_text()


def said(page: Page) -> str:
    return page.locator(".csd-yourself-status").inner_text()


def result(page: Page) -> None:
    page.get_by_role("button", name="See the result").click()


def asked(page: Page, table: ImageTable) -> list[int]:
    """The question in the page, by its alternative texts, as rows of the table."""
    texts = page.locator(".csd-yourself-reference img, .csd-yourself-candidate img").evaluate_all(
        "all => all.map((image) => image.alt)"
    )
    labels = list(table.frame["content"])
    return [labels.index(text.partition(": ")[2]) for text in texts]


def saved(page: Page, path: Path, name: str = "") -> Path:
    page.locator(".csd-triplets-name").fill(name)
    with page.expect_download() as saving:
        page.get_by_role("button", name="Save the answers").click()
    assert saving.value.suggested_filename == "triplets.csv"
    saving.value.save_as(path)
    return path


def questions() -> tuple[np.ndarray, np.ndarray]:
    """Those for testing, and those to learn from."""
    drawn = draw_triplets(WORKS, TRAINING + TESTING)
    return drawn[:TESTING], drawn[TESTING:]


def key_of(triplet: Any) -> tuple[int, ...]:
    anchor, first, second = (int(place) for place in triplet)
    return anchor, min(first, second), max(first, second)


def split(path: Path, table: ImageTable) -> tuple[Any, np.ndarray]:
    """The answers in a saved file, and which of them were for testing."""
    answers = read_answers(path, table.ids)
    testing = {key_of(row) for row in questions()[0]}
    return answers, np.array([key_of(row) in testing for row in answers.triplets])


def taught(path: Path, table: ImageTable, apart: FacetDistances) -> Judgement:
    answers, tests = split(path, table)
    x = apart.differences(answers.triplets)
    return learn_judgement(x[~tests], answers.first_nearer[~tests], apart.groups, start=START)


@pytest.mark.parametrize("count", [0, 1, 7, 60])
def test_weights_angle_and_next_question_are_pythons(page: Page, count: int) -> None:
    random = np.random.default_rng(count)
    x, start = 2 * random.normal(size=(count, 5)), random.uniform(0.2, 4, size=5)
    pool, nearer = random.normal(size=(30, 5)), random.random(count) < 0.5
    found = learn_judgement(x, nearer, list("abcde"), start=start)
    data = {"spread": SPREAD, "steps": STEPS, "halvings": HALVINGS, "start": start.tolist(), "unmended": BLIND}
    answers = [{"row": row.tolist(), "first": bool(said)} for row, said in zip(x, nearer, strict=True)]
    computed = page.evaluate(
        f"""([data, answers, differences]) => {{
          const training = differences.map((_, at) => at), keyOf = (at) => at;
          {book.asset("triplets/estimate.js")}
          const found = estimated(answers);
          const worth = differences.map((row) => teaches(found, row)), next = mostTelling(found, new Set([3]));
          const angle = expectedAngle(found);
          return {{ ...found, worth, next, ends: intervalsOf(found), angle, off: angleOff(angle) }};
        }}""",
        [data, answers, pool.tolist()],
    )
    worth = found.teaches(pool)
    for mine, python in (
        *((computed["weights"], found.weights), (computed["covariance"], found.covariance)),
        *((computed["ends"], found.intervals()), (computed["worth"], worth)),
        (computed["angle"], found.expected_angle),
        (computed["off"], found.angle_off(BLIND)),
    ):
        assert np.allclose(mine, python, rtol=1e-6, atol=1e-6)
    # The fourth was asked before.
    assert computed["next"] == int(np.where(np.arange(len(pool)) == 3, -1, worth).argmax())


def test_the_page_asks_and_learns_as_python_does(
    open_page: Callable[..., Page], table: ImageTable, apart: FacetDistances, tmp_path: Path
) -> None:
    page = open_page()
    begin(page)
    testing, training = questions()
    keys = [*"121s22", "ArrowLeft", "ArrowRight", *"12211"]
    met: set[tuple[int, ...]] = set()
    x, given = [], []
    for number, key in enumerate(keys):
        shown = asked(page, table)
        found = learn_judgement(np.array(x).reshape(-1, 3), np.array(given, bool), apart.groups, start=START)
        if number % 4 == 3:
            assert shown == testing[number // 4].tolist()
        else:
            worth = found.teaches(apart.differences(training))
            worth[[key_of(row) in met for row in training]] = -1
            assert shown == training[int(worth.argmax())].tolist()
        met.add(key_of(shown))
        if key != "s" and number % 4 != 3:
            x.append(apart.differences(np.array([shown]))[0])
            given.append(key in ("1", "ArrowLeft"))
        page.keyboard.press(key)
    assert title(page) == f"Question {len(keys) + 1}"
    result(page)
    answers, tests = split(saved(page, tmp_path / "mine.csv", "Ada"), table)
    assert set(answers.experts) == {"Ada"}
    assert (answers.skipped, len(answers), tests.sum()) == (1, len(keys) - 1, 2)
    found = taught(tmp_path / "mine.csv", table, apart)
    lines = page.locator(".csd-triplets table tbody tr").all()
    for place, line in enumerate(lines):
        name, own, plain, times = line.locator("th, td").all_inner_texts()
        assert name.strip() == list(FACETS)[place]
        assert abs(float(own.split()[0]) - 100 * found.shares[place]) <= 0.51
        assert plain == f"{round(100 * START[place] / START.sum())} %"
        numbers = [float(text) for text in re.findall(r"[\d.]+", times)]
        expected = np.array([found.weights[place], *found.intervals()[place]]) / START[place]
        assert np.allclose(numbers, expected, rtol=0.06)
    # Accuracy only of what was never learned from.
    right = ((apart.differences(answers.triplets[tests]) @ found.weights > 0) == answers.first_nearer[tests]).sum()
    share = wilson(int(right), 2)
    assert f"Of 2 answered for testing only, your weights {right} ({round(100 * share.value)} %" in page.content()


def test_undo_takes_back_the_last_answer_and_asks_it_again(open_page: Callable[..., Page], table: ImageTable) -> None:
    page = open_page()
    begin(page)
    assert page.get_by_role("button", name="Undo").is_disabled()
    first = asked(page, table)
    page.keyboard.press("u")
    assert title(page) == "Question 1"
    page.keyboard.press("1")
    assert asked(page, table) != first
    page.keyboard.press("u")
    assert asked(page, table) == first
    assert said(page) == "The last answer is taken back."
    # A finger does what keys do.
    page.locator(".csd-yourself-candidate").nth(1).click()
    assert said(page).startswith("Noted: 2 is nearer.")
    page.get_by_role("button", name="Skip").click()
    assert said(page) == "Skipped."
    assert title(page) == "Question 3"


def test_answers_are_kept_in_this_browser_until_they_are_deleted(open_page: Callable[..., Page]) -> None:
    page = open_page()
    assert page.evaluate("localStorage.length") == 0
    begin(page, "12s1")
    page.reload()
    page.get_by_role("button", name="Go on after 4 questions").click()
    assert title(page) == "Question 5"
    result(page)
    page.get_by_role("button", name="Delete all answers").click()
    assert page.evaluate("localStorage.length + sessionStorage.length + document.cookie.length") == 0
    assert page.get_by_role("button", name="Begin").count() == 1


@pytest.mark.parametrize("kept", ["nonsense", "{}", "[null]", '[{"question": [0, 1, 99], "nearer": "first"}]'])
def test_what_is_spoilt_in_the_browser_is_not_used(open_page: Callable[..., Page], kept: str) -> None:
    page = open_page()
    begin(page, "1")
    page.evaluate("text => localStorage.setItem(localStorage.key(0), text)", kept)
    page.reload()
    assert page.get_by_role("button", name="Begin").count() == 1


def test_a_browser_that_keeps_nothing_and_a_page_from_the_disk_work_too(
    browser: Browser, where: tuple[str, Path]
) -> None:
    tab = Tab.new(browser)
    tab.keep_nothing()
    tab.open((where[1] / "day.html").as_uri())
    begin(tab.page, "12")
    assert "This browser keeps nothing for this page: save your answers as a file." in said(tab.page)
    result(tab.page)
    assert tab.page.locator(".csd-yourself-headline").inner_text().startswith("2 answers.")
    assert tab.errors == []


def test_a_saved_file_read_again_is_the_same(open_page: Callable[..., Page], table: ImageTable, tmp_path: Path) -> None:
    page = open_page()
    begin(page, "1221s12112")
    result(page)
    path = saved(page, tmp_path / "one.csv", "=Ada")
    assert path.read_text("utf-8-sig").splitlines()[0].replace('"', "") == "expert,anchor,first,second,nearer,seconds"
    shown = page.locator("tbody").first.inner_text()
    other = open_page()
    other.get_by_role("button", name="Result and files").click()
    other.locator(".csd-triplets-file").set_input_files(path)
    other.get_by_text("10 answers are read.").wait_for()
    assert other.locator("tbody").first.inner_text() == shown
    again = saved(other, tmp_path / "two.csv", "=Ada")
    assert again.read_text() == path.read_text()
    assert len(read_answers(again, table.ids)) == 9


HEADER = "expert,anchor,first,second,nearer\n"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", 'no file of triplets: it has no column "expert"'),
        ("a,b\n1,2\n", 'no file of triplets: it has no column "expert"'),
        (HEADER + "x,picture-1,picture-2,elsewhere,first\n", "Row 1 of the file asks about a picture that is not"),
        (HEADER + "x,picture-1,picture-2,picture-2,first\n", "Row 1 of the file names a picture twice"),
        (HEADER + "x,picture-1,picture-2,picture-3,third\n", "Row 1 of the file says neither first"),
        (HEADER + "x,picture-1,picture-2,picture-3,first\ny,picture-1,picture-2,picture-3,first\n", "of 2 people"),
        ('"x" y,\n', "This file is no csv"),
    ],
)
def test_a_wrong_file_is_one_sentence_and_changes_nothing(
    open_page: Callable[..., Page], tmp_path: Path, text: str, reason: str
) -> None:
    page = open_page()
    begin(page, "12")
    result(page)
    (tmp_path / "wrong.csv").write_text(text)
    page.locator(".csd-triplets-file").set_input_files(tmp_path / "wrong.csv")
    page.locator(".csd-yourself-status:not(:empty)").wait_for()
    assert reason in said(page)
    assert page.locator(".csd-yourself-headline").inner_text().startswith("2 answers.")


def test_names_are_text_and_the_gallery_is_pythons(
    open_page: Callable[..., Page], table: ImageTable, apart: FacetDistances, tmp_path: Path
) -> None:
    page = open_page()
    begin(page, "12212112212")
    result(page)
    found = taught(saved(page, tmp_path / "mine.csv"), table, apart)
    page.locator("input[type=number]").fill("4")
    labels, rows = list(table.frame["content"]), page.locator(".csd-triplets-gallery .csd-triplets-row")
    others = [row for row in range(WORKS) if row != 3]
    for at, weights in ((1, found.weights), (2, START)):
        texts = rows.nth(at).locator("img").evaluate_all("all => all.map((image) => image.alt)")
        shown = [labels.index(text.partition(": ")[2]) for text in texts]
        far = apart.between([3] * len(others), others) @ weights
        assert shown == [others[place] for place in np.argsort(far)[:5]]
    # No element was made of a name, and every picture is one of the page's.
    sources = page.locator(".csd-triplets img").evaluate_all("all => all.map((image) => image.src)")
    assert all(source.startswith("data:image/webp") for source in sources)


def test_it_says_when_it_would_stop(
    open_page: Callable[..., Page], table: ImageTable, apart: FacetDistances, tmp_path: Path
) -> None:
    page = open_page()
    begin(page)
    assert f"Below {ENOUGH:g} the page would stop asking" in page.locator(".csd-triplets-progress").inner_text()
    for _ in range(TRAINING + TESTING):
        first, second = apart.differences(np.array([asked(page, table)]))[0][[0, 2]]
        page.keyboard.press("1" if first + second > 0 else "2")
    assert said(page) == "Every question of this page is answered."
    found = taught(saved(page, tmp_path / "all.csv"), table, apart)
    assert f"off by {found.expected_angle:.0f} degrees" in page.locator(".csd-yourself-headline").inner_text()
    whole = f"with what it does not see of them, by {found.angle_off(BLIND):.0f}"
    assert whole in page.locator(".csd-yourself-headline").inner_text()
    assert ("would stop here" in page.locator(".csd-yourself-headline").inner_text()) == found.enough


@pytest.mark.parametrize("name", ["day.html", "night.html"])
def test_on_a_phone_nothing_is_wider_than_the_page_and_texts_can_be_read(
    open_page: Callable[..., Page], name: str
) -> None:
    page = open_page(name, width=390)
    facts = (ROOT / "tests" / "book" / "facts.js").read_text()
    looks = [page.evaluate(facts, 4.5)]
    begin(page, "1121")
    looks.append(page.evaluate(facts, 4.5))
    result(page)
    looks.append(page.evaluate(facts, 4.5))
    for look in looks:
        assert look["width"] <= 390
        assert look["wide_elements"] == look["cut"] == look["bad_images"] == look["poor_contrasts"] == []


def test_what_does_not_belong_together_is_refused(
    table: ImageTable, apart: FacetDistances, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(InputError, match="distances of 12 pictures, and 11 in the table"):
        made(table.take(range(11)), apart)
    with pytest.raises(InputError, match="say what these facets mean: palette"):
        made(table, apart, meanings={})
    for start in (START[:2], -START, START * np.nan):
        with pytest.raises(InputError, match="needs 3 weights, finite and above 0"):
            made(table, apart, start=start)
    monkeypatch.setattr("csdlib.figures.triplets.MOST_BYTES", 10_000)
    with pytest.raises(InputError, match="give fewer pictures"):
        made(table, apart)
    monkeypatch.setattr("csdlib.figures.triplets.MOST_PICTURES", 10)
    with pytest.raises(InputError, match="room for 10 pictures, not 12"):
        made(table, apart)


def test_the_page_is_small_and_holds_every_script(table: ImageTable, apart: FacetDistances) -> None:
    assert len(made(table, apart).data) < MOST_BYTES
    folder = ROOT / "csdlib" / "figures" / "assets" / "triplets"
    assert {path.stem for path in folder.glob("*.js")} == set(PARTS)
    data = json.loads(re.findall(r'json">(.*?)</script>', made(table, apart).data)[0])
    assert data["labels"] == list(table.frame["content"])
    assert "somebody" not in json.dumps(data)
