"""The syllabus promises only what the chapters hold: prerequisites, exercises, minutes, goals."""

import re
from functools import cache

import networkx as nx
import pytest
from bs4 import BeautifulSoup

from book import assemble
from book.dependency_map import dependency_map, levels, shortest_needs
from book.editions import exercises
from book.project import BookError, Project
from book.syllabus import exercise_of, homework_minutes, read_plan, reading_minutes, teachers_pages, to_mark
from book.teaching import Exercise, Goal, Lesson, read_goals, read_lesson, with_goals
from tests.book.conftest import ROOT, write_chapter

PROJECT = Project(ROOT, ROOT / "build")
PLAN = read_plan(PROJECT)
WEEKS = PLAN["weeks"]
# Minutes at home, of an ordinary week of a course that is not the only one.
MOST_AT_HOME = 120

each_week = pytest.mark.parametrize("week", WEEKS, ids=[week["title"] for week in WEEKS])


@cache
def lessons() -> dict[str, Lesson]:
    """All chapters, in the order of the book."""
    goals = read_goals(PROJECT)
    found = [read_lesson(chapter, goals) for chapter in assemble._chapters(PROJECT)]
    return {lesson.slug: lesson for lesson in found}


@cache
def pages() -> dict[str, str]:
    """The teacher's pages, filled."""
    return dict(teachers_pages(PROJECT, list(lessons().values()), assemble._parts(PROJECT)))


def lesson(slug: str, needs: tuple[str, ...] = (), **others: object) -> Lesson:
    facts = {"title": slug, "reading": 10, "helped_by": (), "exercises": {}, "headings": (), "goals": ()} | others
    return Lesson(slug=slug, needs=needs, **facts)  # type: ignore[arg-type]


def test_goals_are_of_chapters_and_each_chapter_has_some() -> None:
    goals = read_goals(PROJECT)
    assert set(goals) == set(lessons())
    assert all(len(found) >= 2 for found in goals.values())


@pytest.mark.parametrize("slug", list(lessons()))
def test_a_goal_is_shown_by_what_the_chapter_has_and_each_exercise_serves_one(slug: str) -> None:
    chapter = lessons()[slug]
    by = [goal.by for goal in chapter.goals]
    assert {each for each in by if isinstance(each, int)} == set(chapter.exercises)
    assert {each for each in by if isinstance(each, str)} <= set(chapter.headings)
    assert chapter.exercises, "nothing to do"
    assert all(exercise.minutes for exercise in chapter.exercises.values()), "an exercise says how long it takes"


def test_what_a_chapter_needs_stands_before_it() -> None:
    order = list(lessons())
    for place, slug in enumerate(order):
        assert set(lessons()[slug].needs) <= set(order[:place]), slug


def test_every_chapter_has_a_place_in_the_weeks_and_only_one() -> None:
    placed = [slug for week in WEEKS for slug in (*week["reading"], *week["more"])]
    assert len(placed) == len(set(placed))
    assert set(placed) == set(lessons())


def test_no_week_asks_for_a_chapter_before_what_it_needs() -> None:
    read: set[str] = set()
    for week in WEEKS:
        read |= set(week["reading"])
        for slug in week["reading"]:
            assert set(lessons()[slug].needs) <= read, (week["title"], slug)
        for name in week["homework"]:
            assert name.split()[0] in read | set(week["more"]), (week["title"], name)


@each_week
def test_a_week_fits_into_a_week(week: dict[str, object]) -> None:
    assert sum(step["minutes"] for step in week["lab"]) == PLAN["lab_minutes"]  # type: ignore[attr-defined]
    assert reading_minutes(week, lessons()) + homework_minutes(week, lessons()) <= MOST_AT_HOME
    assert set(week["discuss"]) <= set(PLAN["discussion"])  # type: ignore[call-overload]


@pytest.mark.parametrize("slug", list(lessons()))
def test_an_exercise_is_called_open_if_no_check_judges_it(slug: str) -> None:
    checked = [each.checked for each in exercises(assemble.read_chapter(PROJECT, slug).notebook())]
    assert [not each.open for each in lessons()[slug].exercises.values()] == checked


@each_week
def test_a_week_hands_out_what_its_exercises_are_done_in(week: dict[str, list[str]]) -> None:
    asked = [name.split() for name in week["homework"]]
    in_kernels = {slug for slug, number in asked if not lessons()[slug].exercises[int(number)].open}
    assert in_kernels <= set(week["notebooks"]) <= {*week["reading"], *week["more"]}
    assert week["predict"]


def test_as_many_open_exercises_are_asked_for_as_are_marked() -> None:
    asked = [name.split() for week in WEEKS for name in week["homework"]]
    assert sum(lessons()[slug].exercises[int(number)].open for slug, number in asked) == 2


def test_what_a_week_gives_to_mark_is_added_up() -> None:
    found = {1: Exercise(1, "Count", 10), 2: Exercise(2, "Think", 30, open=True), 3: Exercise(3, "Sum", 15)}
    known = {"a": lesson("a", exercises=found)}
    assert to_mark({"homework": ["a 1", "a 2", "a 3"]}, known) == (
        "by you, the prediction and *Think*; by machine, the other exercises (25 points, one a minute)"
    )
    assert to_mark({"homework": ["a 2"]}, known) == "by you, the prediction and *Think*"
    assert exercise_of("a 2", known) == "[a](a) 2, *Think* (30 min, open)"


@pytest.mark.parametrize("name", list(PLAN["discussion"]))
def test_no_question_asks_for_a_chapter_before_its_week(name: str) -> None:
    text = pages()["syllabus.md"]
    asked_in = next(number for number, week in enumerate(WEEKS, 1) if name in week["discuss"])
    block = text.partition(f"(discuss-{name})=")[2].partition("(discuss-")[0]
    before = re.findall(
        r"\]\((\w+)\)", block.partition("*Read before:*")[2].partition("Come back")[0].partition("\n")[0]
    )
    known = {slug for week in WEEKS[:asked_in] for slug in (*week["reading"], *week["more"])}
    assert before
    assert set(before) <= known


def test_every_question_is_asked_in_some_week() -> None:
    assert {name for week in WEEKS for name in week["discuss"]} == set(PLAN["discussion"])
    assert {each["theme"] for each in PLAN["discussion"].values()} >= {"Law", "Consent", "Connoisseurship"}


def test_the_lecture_has_the_minutes_of_its_title() -> None:
    assert sum(step["minutes"] for step in PLAN["lecture"]) == 90


@pytest.mark.parametrize("day", PLAN["workshop"], ids=[day["title"] for day in PLAN["workshop"]])
def test_a_day_has_no_gap_and_no_overlap(day: dict[str, list[dict[str, object]]]) -> None:
    starts = [60 * int(str(step["at"])[:2]) + int(str(step["at"])[3:]) for step in day["steps"]]
    ends = [start + int(str(step["minutes"])) for start, step in zip(starts, day["steps"], strict=True)]
    assert ends[:-1] == starts[1:]


def test_prerequisites_exercises_and_minutes_are_read_from_the_text(project: Project) -> None:
    text = """
# %% [markdown]
# # A title
#
# ## Prerequisites
#
# | you should know | how much |
# |---|---|
# | [Tiny](tiny): all of it | needed for the end |
# | [Other](other) and [Third](third) | helpful |
# | [Later](later) | may be read after this one |
# | the bootstrap | helpful; see [Fourth](fourth) |
#
# **Time:** twenty-five minutes to read, about one to run.
#
# ## Exercises
#
# **1. First (10 minutes).** Do it.
#
# **2. Second.** (An hour, open; most of it is waiting.) Do it.
#
# **3. Why** (30 minutes, open) Do it.
"""
    path = project.chapters / "second.py"
    write_chapter(project, 'letter = "#"  # a letter; or none\n')
    head, _, rest = path.read_text().partition("# %% [markdown]\n# # A title\n")
    path.write_text(head + text.lstrip("\n") + rest)
    found = read_lesson(assemble.read_chapter(project, "second"), {"second": [Goal("count", 1)]})
    assert (found.needs, found.helped_by) == (("tiny",), ("other", "third", "fourth"))
    assert found.reading == 25
    assert [(each.title, each.minutes, each.open) for each in found.exercises.values()] == [
        ("First", 10, False),
        ("Second", 60, True),
        ("Why", 30, True),
    ]
    assert found.headings == ("Prerequisites", "Exercises")
    assert found.goals == (Goal("count", 1),)
    path.write_text(path.read_text().replace("twenty-five minutes", "some minutes"))
    with pytest.raises(BookError, match=r"second: its .*Time.* must begin with one of five, ten"):
        read_lesson(assemble.read_chapter(project, "second"), {})


def test_goals_with_other_keys_are_refused(project: Project) -> None:
    assert read_goals(project) == {}
    (project.book / "goals.yml").write_text("tiny:\n  - {can: count, with: fingers}\n")
    with pytest.raises(BookError, match="each goal of tiny must have exactly can and by"):
        read_goals(project)


def test_levels_and_lines_are_those_of_the_graph() -> None:
    graph = nx.DiGraph((need, slug) for slug, each in lessons().items() for need in each.needs)
    graph.add_nodes_from(lessons())
    expected = {slug: level for level, layer in enumerate(nx.topological_generations(graph)) for slug in layer}
    assert levels(list(lessons().values())) == expected
    lines = {(need, slug) for slug, needs in shortest_needs(list(lessons().values())).items() for need in needs}
    assert lines == set(nx.transitive_reduction(graph).edges)


def test_the_map_shows_every_chapter_once_and_says_what_it_shows() -> None:
    parts = dict.fromkeys(lessons(), "A part")
    html = dependency_map(list(lessons().values()), parts)
    soup = BeautifulSoup(html, "html.parser")
    assert [link["href"] for link in soup.select("svg a")] == [f"{slug}.html" for slug in lessons()]
    assert f"A map of {len(lessons())} chapters" in str(soup.svg["aria-label"])
    assert all("\n\n" not in part for part in [html]), "MyST would end the figure there"
    # No two boxes in one place, and every title whole.
    boxes = [(box["x"], box["y"]) for box in soup.select("rect.csd-part")]
    assert len(boxes) == len(set(boxes))
    for link, each in zip(soup.select("svg a"), lessons().values(), strict=True):
        assert " ".join(text.text for text in link.select("text")) == each.title
        assert len(link.select("text")) <= 3


def test_a_box_stands_right_of_what_it_needs() -> None:
    found = [lesson("a"), lesson("b", ("a",)), lesson("c", ("a", "b"))]
    soup = BeautifulSoup(dependency_map(found, dict.fromkeys("abc", "P")), "html.parser")
    xs = [int(str(box["x"])) for box in soup.select("rect.csd-part")]
    assert xs == sorted(set(xs))
    assert len(soup.select("svg > path")) == 2, "a and c are joined by way of b"


def test_the_pages_are_filled() -> None:
    assert set(pages()) == {"syllabus.md", "in_the_classroom.md"}
    for text in pages().values():
        assert "<!--" not in text
    for week in WEEKS:
        assert week["title"] in pages()["syllabus.md"]
    for goal in (goal for each in lessons().values() for goal in each.goals):
        assert goal.can in pages()["syllabus.md"]


def test_a_reference_that_leads_nowhere_is_named() -> None:
    known = {"a": lesson("a")}
    for name in ("b 1", "a 1"):
        with pytest.raises(KeyError):
            exercise_of(name, known)
    with pytest.raises(BookError, match=r"book/syllabus.yml names"):
        dict(teachers_pages(PROJECT, [lesson("quickstart")], {"quickstart": "P"}))


def test_a_page_shows_its_goals_below_its_title() -> None:
    page = assemble.read_chapter(PROJECT, "quickstart").notebook()
    count = len(page.cells)
    shown = with_goals(page, [Goal("count", 2), Goal("read", "A section")])
    assert "count (exercise 2)" in shown.cells[1].source
    assert "read (section *A section*)" in shown.cells[1].source
    assert len(shown.cells) == count + 1
    plain = assemble.read_chapter(PROJECT, "quickstart").notebook()
    assert len(with_goals(plain, ()).cells) == count
