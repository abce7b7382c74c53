"""What a teacher asks of a chapter: what it needs, how long it takes, and what one can do afterwards."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import yaml
from nbformat import NotebookNode

from book.chapters import Chapter
from book.notebooks import markdown
from book.project import BookError, Project

_LINK = re.compile(r"\]\(([\w-]+)\)")
_TIME = re.compile(r"\*\*Time:\*\* ([\w-]+) minutes")
# An exercise begins with a bold title. How long it takes stands in the title or behind it.
_EXERCISE = re.compile(r"^\*\*(\d+)\. (.*?)\*\*(.{0,40})", re.MULTILINE)
_LASTS = re.compile(r"(\d+) minutes|an? (hour|afternoon)", re.IGNORECASE)
_ASIDE = re.compile(r"\s*\((?:open, )?(?:\d+ minutes|an hour|an afternoon)\.?(?:, open)?\)")
# In the brackets with the minutes.
_OPEN = re.compile(r"[^(]*\([^)]*\bopen\b", re.IGNORECASE)
_HEADING = re.compile(r"^## (.+)$", re.MULTILINE)
_LONG = {"hour": 60, "afternoon": 180}
_NUMBERS = ("five", "ten", "fifteen", "twenty", "twenty-five", "thirty", "thirty-five", "forty", "forty-five")
_WORDS = {word: 5 * count for count, word in enumerate(_NUMBERS, 1)}


@dataclass(frozen=True)
class Exercise:
    """An exercise of a chapter.

    Attributes:
        number: in the chapter.
        title: without its minutes.
        minutes: for a student; 0 where the chapter does not say.
        open: whether somebody has to read the answer; a check judges all others.
    """

    number: int
    title: str
    minutes: int
    open: bool = False


@dataclass(frozen=True)
class Goal:
    """What a student can do after a chapter.

    Attributes:
        can: goes on after "Afterwards you can".
        by: number of the exercise, or heading of the section, that shows it.
    """

    can: str
    by: int | str


@dataclass(frozen=True)
class Lesson:
    """A chapter as a teacher sees it.

    Attributes:
        slug: of the chapter.
        title: from its header.
        reading: minutes to read it.
        needs: chapters that have to be read before, by its table of prerequisites.
        helped_by: chapters that help.
        exercises: number -> exercise.
        headings: of its sections.
        goals: from ``book/goals.yml``.
    """

    slug: str
    title: str
    reading: int
    needs: tuple[str, ...]
    helped_by: tuple[str, ...]
    exercises: dict[int, Exercise]
    headings: tuple[str, ...]
    goals: tuple[Goal, ...]


def read_goals(project: Project) -> dict[str, tuple[Goal, ...]]:
    """Slug -> goals, as ``book/goals.yml`` has them; empty where a book has no such file.

    Raises:
        BookError: an entry has other keys than ``can`` and ``by``.
    """
    path = project.book / "goals.yml"
    if not path.is_file():
        return {}
    found = {}
    for slug, entries in (yaml.safe_load(path.read_text(encoding="utf-8")) or {}).items():
        if not isinstance(entries, list) or any(set(entry) != {"can", "by"} for entry in entries):
            raise BookError(f"book/goals.yml: each goal of {slug} must have exactly can and by")
        found[slug] = tuple(Goal(**entry) for entry in entries)
    return found


def read_lesson(chapter: Chapter, goals: Mapping[str, Sequence[Goal]]) -> Lesson:
    """Read off a chapter what a teacher asks.

    Raises:
        BookError: the chapter does not say how long one reads it.
    """
    text = "\n\n".join(cell.source for cell in chapter.notebook().cells if cell.cell_type == "markdown")
    time = _TIME.search(text)
    if time is None or time[1] not in _WORDS:
        raise BookError(f"chapter {chapter.slug}: its **Time:** must begin with one of {', '.join(_WORDS)} minutes")
    needs, helped_by = _prerequisites(text)
    exercises = [_exercise(*found.groups()) for found in _EXERCISE.finditer(text)]
    return Lesson(
        slug=chapter.slug,
        title=chapter.title,
        reading=_WORDS[time[1]],
        needs=needs,
        helped_by=helped_by,
        exercises={each.number: each for each in exercises},
        headings=tuple(_HEADING.findall(text)),
        goals=tuple(goals.get(chapter.slug, ())),
    )


def with_goals(notebook: NotebookNode, goals: Sequence[Goal]) -> NotebookNode:
    """A page with the chapter's goals, folded, below its title."""
    if goals:
        lines = [f"- {goal.can} ({_shown_by(goal)})" for goal in goals]
        text = "\n".join([":::{dropdown} What you can do afterwards", ":class-container: csd-goals", *lines, ":::"])
        notebook.cells.insert(1, markdown(text, name="goals"))
    return notebook


def _shown_by(goal: Goal) -> str:
    return f"exercise {goal.by}" if isinstance(goal.by, int) else f"section *{goal.by}*"


def _prerequisites(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The chapters that are needed and those that help, by the rows of the table of prerequisites."""
    table = text.partition("## Prerequisites")[2].partition("**Time:**")[0]
    rows = [[cell.strip() for cell in line.split("|")[1:3]] for line in table.splitlines() if line.startswith("| ")]
    needed: list[str] = []
    helpful: list[str] = []
    for what, how_much in rows:
        if "after this one" not in how_much:
            (needed if how_much.startswith("needed") else helpful).extend(_LINK.findall(what))
        helpful += _LINK.findall(how_much)
    return tuple(dict.fromkeys(needed)), tuple(each for each in dict.fromkeys(helpful) if each not in needed)


def _exercise(number: str, title: str, behind: str) -> Exercise:
    lasts = _LASTS.search(title) or _LASTS.search(behind)
    minutes = 0 if lasts is None else int(lasts[1]) if lasts[1] else _LONG[lasts[2].lower()]
    marked = _OPEN.search(title) or _OPEN.match(behind)
    return Exercise(int(number), _ASIDE.sub("", title).rstrip("."), minutes, marked is not None)
