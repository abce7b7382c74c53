"""The test in a browser without a network: taken by keys alone, shared, kept, deleted, saved, and read by csdlib."""

import json
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Page

from csdlib.errors import InputError
from csdlib.figures.yourself import PARTS, style_test_figure
from csdlib.metrics import wilson
from csdlib.scoring import read_readers
from csdlib.similarity import Choices, Chosen, draw_choices
from csdlib.tables import ImageTable
from tests.book.conftest import ROOT
from tests.book.tabs import Tab
from tests.conftest import stripes
from tests.serving import served
from tests.similarity.test_choices import works

pytestmark = pytest.mark.browser

EVIL = "</script><img src=x onerror=alert(1)>"
TRIALS = 6
PAGE = """<!doctype html><html data-theme="{theme}" lang="en"><head><meta charset="utf-8"><title>A test</title>
<meta name="viewport" content="width=device-width"><link rel="icon" href="data:,"><link rel="stylesheet" href="csd.css">
<style>html {{ background: {ground}; }}</style></head>
<body class="bd-article"><section>{figure}</section></body></html>"""


@pytest.fixture(scope="module")
def trials(tmp_path_factory: pytest.TempPathFactory) -> Choices:
    """Six trials by eight artists in movements of two, one of whom bears markup for a name; a movement does, too."""
    root, table = tmp_path_factory.mktemp("works"), works(subjects=3, each=3)
    for number, path in enumerate(table.frame["path"]):
        stripes(int(path[0]) % 4, 3 + int(path[0]), number).save(root / path)
    frame = table.frame.replace({"artist": {"artist-2": EVIL}, "movement": {"m1": f"m1 {EVIL}"}})
    return draw_choices(ImageTable(frame, root), TRIALS, seed=3)


@pytest.fixture(scope="module")
def chosen(trials: Choices) -> dict[str, Chosen]:
    random = np.random.default_rng(0)
    return {name: Chosen(random.normal(size=(TRIALS, 4)), trials.answer) for name in ("csd-tiny", "colour")}


@pytest.fixture(scope="module")
def where(
    trials: Choices, chosen: dict[str, Chosen], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, Path]]:
    """Where the pages are served, and the folder in which they lie."""
    root = tmp_path_factory.mktemp("yourself")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CSDLIB_BOOK", "1")  # The looks of a notebook are others.
        figure = style_test_figure(trials, chosen, caption="A test.").data
    for name, theme, ground in (("day", "light", "white"), ("night", "dark", "#121212")):
        (root / f"{name}.html").write_text(PAGE.format(theme=theme, ground=ground, figure=figure))
    shutil.copy(ROOT / "book" / "_static" / "csd.css", root)
    with served(root) as address:
        yield address, root


@pytest.fixture
def open_page(browser: Browser, where: tuple[str, Path]) -> Iterator[Callable[..., Page]]:
    """Opens a page in a browser that knows nothing yet; what went wrong with any of them fails the test."""
    tabs: list[Tab] = []

    def opened(name: str = "day.html", *, width: int = 1280) -> Page:
        tabs.append(Tab.new(browser, width=width))
        tabs[-1].open(name if "://" in name else where[0] + name)
        return tabs[-1].page

    yield opened
    assert [error for tab in tabs for error in tab.errors] == []
    for tab in tabs:
        tab.page.close()


def status(page: Page) -> str:
    return page.locator(".csd-yourself-status").inner_text()


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.textContent"))


def take(page: Page, key_of: Callable[[int], int]) -> list[str]:
    """Takes the whole test by keys alone; what the page said after each choice."""
    said = []
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("Tab")
    assert focused(page) == "Begin the test"
    page.keyboard.press("Enter")
    for number in range(TRIALS):
        assert focused(page) == f"Trial {number + 1} of {TRIALS}"
        page.keyboard.press(str(key_of(number)))
        said.append(status(page))
        assert focused(page) == ("See the result" if number + 1 == TRIALS else "Next trial")
        page.keyboard.press("Enter")
    return said


def headline(page: Page) -> str:
    return page.locator(".csd-yourself-headline").inner_text()


def rows(page: Page, number: int = 0) -> dict[str, list[str]]:
    """A table of the result: the first cell of each row, and the others."""
    lines = page.locator(".csd-yourself table").nth(number).locator("tbody tr").all()
    cells = [line.locator("th, td").all_inner_texts() for line in lines]
    return {first: others for first, *others in cells}


def test_a_whole_test_by_keys_alone_gives_shares_that_python_gives_too(
    open_page: Callable[..., Page], chosen: dict[str, Chosen], trials: Choices
) -> None:
    page = open_page()
    said = take(page, lambda number: number % 4 + 1)
    right = sum(text.startswith("Right: ") for text in said)
    assert right + sum(text.startswith("No: ") for text in said) == TRIALS
    assert focused(page) == "Your result"
    assert headline(page).startswith(f"{right} of {TRIALS} right: ")
    table = rows(page)
    for name, count in {"you": right, **{n: int(each.right.sum()) for n, each in chosen.items()}}.items():
        share = wilson(count, TRIALS)
        ends = f"{round(100 * share.low)} % to {round(100 * share.high)} %"
        assert table[name][:2] == [str(count), f"{round(100 * share.value)} %\n{ends}"]
        parts = [int(text.split(" of ")[0]) for text in table[name][2:]]
        assert sum(parts) == count
    hard = chosen["csd-tiny"].right[trials.related]
    assert table["csd-tiny"][3] == f"{hard.sum()} of {len(hard)}"
    assert table["people in the paper"][1] == "about 55 %"
    assert table["chance"][1] == "25 %"
    confused = rows(page, 1)
    assert set(confused) == set(trials.of("movement")[0])
    assert sum(int(cells[0].split(" of ")[0]) for cells in confused.values()) == right


def test_what_is_said_after_a_choice_is_true(
    open_page: Callable[..., Page], chosen: dict[str, Chosen], trials: Choices
) -> None:
    page = open_page()
    said = take(page, lambda number: 2)
    link = page.locator(".csd-yourself-link").input_value()
    met = [ord(letter) - ord("a") for letter in link.rpartition(".")[2][::2]]
    for trial, text in zip(met, said, strict=True):
        answer = trials.answer[trial]
        name = trials.table.name_of(trials.of("artist")[0][trial])
        others = ", ".join(f"{name} {each.choice[trial] + 1}" for name, each in chosen.items())
        verdict = "Right" if answer == 1 else "No"
        assert text == (f"{verdict}: candidate {answer + 1} is by {name}, as the reference is. You chose 2; {others}.")


def test_no_choice_can_be_changed_and_clicks_do_what_keys_do(open_page: Callable[..., Page]) -> None:
    page = open_page()
    page.get_by_role("button", name="Begin the test").click()
    page.locator(".csd-yourself-candidate").nth(2).click()
    first = status(page)
    assert "You chose 3" in first
    page.keyboard.press("1")
    assert status(page) == first
    assert page.locator(".csd-yourself-candidate.csd-chosen").count() == 1
    assert page.locator(".csd-yourself-candidate.csd-right").count() == 1
    # Names are text, and no element was made of one.
    assert page.locator(".csd-yourself img").count() == 5
    page.get_by_role("button", name="Next trial").click()
    assert status(page) == ""


def test_before_the_choice_nothing_gives_the_painter_away(open_page: Callable[..., Page], trials: Choices) -> None:
    page = open_page()
    page.get_by_role("button", name="Begin the test").click()
    names = {*trials.table.column("artist"), *map(trials.table.name_of, trials.table.column("artist"))}
    parts = "root => [...root.children].slice(2).map((part) => part.outerHTML).join()"
    told = re.sub('base64,[^"]*', "", page.locator(".csd-yourself").evaluate(parts))
    assert not [name for name in names if name in told or name.lower() in told.lower()]
    texts = page.locator(".csd-yourself img").evaluate_all("all => all.map((image) => image.alt)")
    assert texts[0].startswith("The reference: ")
    asked = {text.partition(": ")[2] for text in texts[1:]}
    assert [text.partition(":")[0] for text in texts[1:]] == [f"Candidate {n}" for n in (1, 2, 3, 4)]
    assert len(asked) == 1
    assert texts[0].partition(": ")[2] not in asked
    # In the page's source the pictures lie in an order that says nothing, without a word.
    assert page.content().count('alt=""') == 5 * TRIALS


def test_the_order_of_the_trials_is_drawn_anew(open_page: Callable[..., Page]) -> None:
    page = open_page()
    orders = set()
    for _ in range(6):
        orders.add(tuple(link_order(page)))
        page.reload()
    assert len(orders) > 1


def link_order(page: Page) -> list[str]:
    take(page, lambda number: 1)
    return list(page.locator(".csd-yourself-link").input_value().rpartition(".")[2][::2])


def test_a_link_gives_back_the_same_result_and_keeps_the_answers_from_the_server(
    open_page: Callable[..., Page],
) -> None:
    page = open_page()
    take(page, lambda number: (3 * number) % 4 + 1)
    link, shown = page.locator(".csd-yourself-link").input_value(), rows(page)
    before, _, fragment = link.partition("#")
    assert before == page.url.partition("#")[0]
    assert re.fullmatch(r"style-test=1\.[0-9a-f]{12}\.([a-f][1-4]){6}", fragment)
    other = open_page(link)
    assert other.locator("h3").inner_text() == "A result that was shared by its link"
    assert rows(other)["this reader"] == shown["you"]
    assert rows(other, 1) == rows(page, 1)
    # Who got a link has taken no test, and has nothing to save.
    assert other.locator(".csd-yourself input").count() == 0
    other.get_by_role("button", name="Take the test yourself").click()
    assert other.url == before
    other.reload()
    assert other.get_by_role("button", name="Begin the test").count() == 1


@pytest.mark.parametrize(
    ("fragment", "said"),
    [
        ("1.000000000000.a1b1c1d1e1f1", "another edition"),
        ("1.{edition}.a1b1c1", "no whole result"),
        ("1.{edition}.a1a1c1d1e1f1", "no whole result"),
        ("1.{edition}.a1b1c1d1e1f9", "no whole result"),
        ("1.{edition}.a1b1c1d1e1z1", "no whole result"),
        ("2.{edition}.a1b1c1d1e1f1", "no whole result"),
        ("<img src=x onerror=alert(1)>", "no whole result"),
        ("", "no whole result"),
    ],
)
def test_a_spoilt_link_says_so_and_the_test_can_be_taken(
    open_page: Callable[..., Page], trials: Choices, fragment: str, said: str
) -> None:
    page = open_page(f"day.html#style-test={fragment.format(edition=trials.edition)}")
    assert said in page.locator(".csd-yourself-stage p").first.inner_text()
    assert page.get_by_role("button", name="Begin the test").count() == 1


def test_a_saved_file_read_by_csdlib_has_the_same_share(
    open_page: Callable[..., Page], trials: Choices, tmp_path: Path
) -> None:
    page = open_page()
    take(page, lambda number: number % 3 + 2)
    name = f"Ada {EVIL}"[:40]
    page.locator(".csd-yourself-actions input").nth(1).fill(name)
    for reader in (name, ""):
        page.locator(".csd-yourself-actions input").nth(1).fill(reader)
        with page.expect_download() as saving:
            page.get_by_role("button", name="Save the answers as a file").click()
        assert re.fullmatch(r"style-test-\w+\.json", saving.value.suggested_filename)
        saving.value.save_as(tmp_path / saving.value.suggested_filename)
    found = read_readers(tmp_path, trials)
    # Saved twice, it is one sitting.
    assert len(found) == 1
    assert list(found.problems.values()) == [f"the same answers as in {found.files[0]}"]
    assert found.names.tolist() in ([""], [name.strip()])
    share = (found.choices == trials.answer).mean()
    assert headline(page).startswith(f"{round(TRIALS * share)} of {TRIALS} right")
    assert set(json.loads((tmp_path / found.files[0]).read_text())) == {
        *("kind", "version", "edition", "attempt", "reader", "answers")
    }


def test_a_second_attempt_is_said_to_be_one(open_page: Callable[..., Page], trials: Choices, tmp_path: Path) -> None:
    page = open_page()
    take(page, lambda number: 1)
    page.get_by_role("button", name="Take the test again").click()
    for _ in range(TRIALS):
        page.keyboard.press("2")
        page.keyboard.press("Enter")
    with page.expect_download() as saving:
        page.get_by_role("button", name="Save the answers as a file").click()
    saving.value.save_as(tmp_path / "again.json")
    with pytest.raises(InputError, match="a further attempt"):
        read_readers(tmp_path, trials)


def test_a_result_is_kept_on_wish_only_and_deleted_on_wish(open_page: Callable[..., Page]) -> None:
    page = open_page()
    take(page, lambda number: 4)
    assert page.evaluate("localStorage.length + sessionStorage.length + document.cookie.length") == 0
    shown = rows(page)
    page.get_by_role("button", name="Keep the result in this browser").click()
    assert page.evaluate("localStorage.length") == 1
    page.reload()
    page.get_by_role("button", name="Show it").click()
    assert rows(page) == shown
    page.get_by_role("button", name="Delete the result from this browser").click()
    assert page.evaluate("localStorage.length") == 0
    page.get_by_role("button", name="Keep the result in this browser").click()
    page.reload()
    page.get_by_role("button", name="Delete it").click()
    assert page.evaluate("localStorage.length") == 0
    assert page.locator(".csd-yourself-kept").count() == 0


def test_a_page_from_the_disk_and_a_browser_that_keeps_nothing_work_too(
    browser: Browser, where: tuple[str, Path]
) -> None:
    tab = Tab.new(browser)
    tab.keep_nothing()
    tab.open((where[1] / "day.html").as_uri())
    take(tab.page, lambda number: 1)
    tab.page.get_by_role("button", name="Keep the result in this browser").click()
    assert status(tab.page) == "This browser keeps nothing for this page."
    assert tab.page.locator(".csd-yourself-link").input_value().startswith("file:///")
    assert tab.errors == []


@pytest.mark.parametrize("name", ["day.html", "night.html"])
def test_on_a_phone_nothing_is_wider_than_the_page_and_texts_can_be_read(
    open_page: Callable[..., Page], name: str
) -> None:
    page = open_page(name, width=390)
    facts = (ROOT / "tests" / "book" / "facts.js").read_text()
    page.get_by_role("button", name="Begin the test").click()
    looks = [page.evaluate(facts, 4.5)]
    page.keyboard.press("1")
    looks.append(page.evaluate(facts, 4.5))
    for _ in range(TRIALS):
        page.keyboard.press("1")
        page.keyboard.press("Enter")
    looks.append(page.evaluate(facts, 4.5))
    for look in looks:
        assert look["width"] <= 390
        assert look["wide_elements"] == look["cut"] == look["bad_images"] == look["poor_contrasts"] == []


def test_who_wants_no_motion_gets_none(browser: Browser, where: tuple[str, Path]) -> None:
    page = browser.new_page(reduced_motion="reduce")
    page.goto(f"{where[0]}day.html")
    page.get_by_role("button", name="Begin the test").click()
    moved = "all => all.map((each) => getComputedStyle(each).transitionDuration)"
    assert set(page.locator(".csd-yourself *").evaluate_all(moved)) == {"0s"}


def test_too_many_trials_and_other_descriptors_are_refused(trials: Choices, chosen: dict[str, Chosen]) -> None:
    with pytest.raises(InputError, match="other trials"):
        style_test_figure(trials, {"x": Chosen(np.ones((2, 4)), np.zeros(2, int))}, caption="")
    many = Choices(trials.table, np.zeros(30, int), np.ones(30, bool))
    with pytest.raises(InputError, match="room for 26"):
        style_test_figure(many, {}, caption="")


def test_every_script_of_the_test_is_in_the_page() -> None:
    folder = ROOT / "csdlib" / "figures" / "assets" / "yourself"
    assert {path.stem for path in folder.glob("*.js")} == set(PARTS)
