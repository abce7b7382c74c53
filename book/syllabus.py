"""The syllabus: prose from ``book/syllabus.md``, plans from ``book/syllabus.yml``, all else from the chapters."""

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from statistics import median
from typing import Any

import yaml

from book.dependency_map import dependency_map
from book.project import BookError, Project
from book.teaching import Goal, Lesson

Plan = dict[str, Any]


def read_plan(project: Project) -> Plan:
    """What ``book/syllabus.yml`` holds."""
    plan: Plan = yaml.safe_load((project.book / "syllabus.yml").read_text(encoding="utf-8"))
    return plan


def teachers_pages(project: Project, lessons: Sequence[Lesson], parts: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """The syllabus and the page about the classroom: name of the file, and MyST's Markdown.

    Args:
        project: the book.
        lessons: all chapters, in the order of the book.
        parts: slug -> the part of the book in which a chapter stands.

    Raises:
        BookError: a plan names what is not there, or a page has no place for something.
    """
    yield "syllabus.md", _fill(project, "syllabus.md", _plans(project, lessons, parts))
    yield "in_the_classroom.md", _fill(project, "in_the_classroom.md", {"machine": _machine(project)})


def _plans(project: Project, lessons: Sequence[Lesson], parts: Mapping[str, str]) -> dict[str, str]:
    plan, known = read_plan(project), {lesson.slug: lesson for lesson in lessons}
    chaptered = dict.fromkeys(parts[lesson.slug] for lesson in lessons)
    try:
        return {
            "map": dependency_map(lessons, parts),
            "needs": _needs(lessons, known),
            "overview": _overview(plan["weeks"], known),
            "weeks": "\n\n".join(_week(n, week, plan, known) for n, week in enumerate(plan["weeks"], 1)),
            "workshop": "\n\n".join(_day(day) for day in plan["workshop"]),
            "lecture": _steps(plan["lecture"]),
            "goals": "\n\n".join(_goals(part, lessons, parts) for part in chaptered),
            "discussion": _discussion(plan["discussion"], known),
        }
    except KeyError as error:
        raise BookError(f"book/syllabus.yml names {error}, and there is no such thing") from error


def _fill(project: Project, name: str, texts: Mapping[str, str]) -> str:
    page = (project.book / name).read_text(encoding="utf-8")
    for place, text in texts.items():
        if f"<!-- {place} -->" not in page:
            raise BookError(f"book/{name} has no place for {place}: a line <!-- {place} -->")
        page = page.replace(f"<!-- {place} -->", text)
    return page


def exercise_of(name: str, known: Mapping[str, Lesson]) -> str:
    """An exercise that a plan calls ``slug number``, as a link with its title and its minutes.

    Raises:
        KeyError: there is no such chapter or exercise.
    """
    slug, _, number = name.partition(" ")
    exercise = known[slug].exercises[int(number)]
    return f"{_link(known[slug])} {number}, *{exercise.title}* ({exercise.minutes} min)"


def homework_minutes(week: Plan, known: Mapping[str, Lesson]) -> int:
    """Minutes of a week's exercises at home."""
    pairs = [name.split() for name in week["homework"]]
    return sum(known[slug].exercises[int(number)].minutes for slug, number in pairs)


def reading_minutes(week: Plan, known: Mapping[str, Lesson]) -> int:
    """Minutes of a week's reading."""
    return sum(known[slug].reading for slug in week["reading"])


def _overview(weeks: Sequence[Plan], known: Mapping[str, Lesson]) -> str:
    rows = [
        [
            f"[{number}](week-{number})",
            week["title"],
            ", ".join(_link(known[slug]) for slug in week["reading"]),
            f"{reading_minutes(week, known)} + {homework_minutes(week, known)}",
        ]
        for number, week in enumerate(weeks, 1)
    ]
    return _table(["Week", "Subject", "Reading", "Minutes at home: reading + exercises"], rows)


def _week(number: int, week: Plan, plan: Plan, known: Mapping[str, Lesson]) -> str:
    lasts = sum(step["minutes"] for step in week["lab"])
    reading = ", ".join(f"{_link(known[slug])} ({known[slug].reading} min)" for slug in week["reading"])
    asked = [f"{plan['discussion'][name]['question']} ([what to listen for](discussion))" for name in week["discuss"]]
    lines = [
        f"(week-{number})=",
        f"### Week {number}: {week['title']}",
        "",
        f"**{week['question']}**",
        "",
        f"- **Read before:** {reading}.",
        f"- **In class** ({lasts} minutes):",
        *(f"  {row}. {step['minutes']} min. {step['do']}" for row, step in enumerate(week["lab"], 1)),
        f"- **At home:** {'; '.join(exercise_of(name, known) for name in week['homework'])}.",
        *(f"- **Discuss:** {text}" for text in asked),
        *([f"- **Slides:** {_deck(week['slides'])}."] if "slides" in week else []),
        *([f"- **Due:** {week['due']}"] if "due" in week else []),
        f"- **Short of time?** {week['short']}",
        *([f"- **To go on:** {', '.join(_link(known[slug]) for slug in week['more'])}."] if week["more"] else []),
    ]
    return "\n".join(lines)


def _day(day: Plan) -> str:
    rows = [[step["at"], str(step["minutes"]), _with_slides(step)] for step in day["steps"]]
    return f"**{day['title']}**\n\n{_table(['At', 'Minutes', 'What'], rows)}"


def _steps(steps: Iterable[Plan]) -> str:
    return _table(["Minutes", "What"], [[str(step["minutes"]), _with_slides(step)] for step in steps])


def _with_slides(step: Plan) -> str:
    return f"{step['do']} {_deck(step['slides'])}" if "slides" in step else str(step["do"])


def _deck(name: str) -> str:
    return f'<a href="slides/{name}.html">The slides</a>'


def _machine(project: Project) -> str:
    """What the runs of the book took, from ``book/times.csv``."""
    with (project.book / "times.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["peak_mb"]]
    seconds, memory = [float(row["seconds"]) for row in rows], [float(row["peak_mb"]) / 1000 for row in rows]
    longest, largest = (max(rows, key=lambda row: float(row[of]))["chapter"] for of in ("seconds", "peak_mb"))
    all_kernels = f"{30 * median(memory):.0f} GB for ordinary chapters, {30 * max(memory):.0f} GB for the largest"
    facts = {
        "Half of the chapters run in less than": f"{median(seconds):.0f} s",
        "The longest": f"{max(seconds):.0f} s (`{longest}`)",
        "Memory of a kernel, half of the chapters": f"less than {median(memory):.1f} GB",
        "Memory of a kernel, at most": f"{max(memory):.1f} GB (`{largest}`)",
        "Thirty kernels at once": all_kernels,
    }
    return _table(["Measured on two cores, one thread a chapter", ""], facts.items())


def _needs(lessons: Sequence[Lesson], known: Mapping[str, Lesson]) -> str:
    def links(slugs: Sequence[str]) -> str:
        return ", ".join(_link(known[slug]) for slug in slugs) or "–"

    rows = [[_link(each), links(each.needs), links(each.helped_by)] for each in lessons]
    return _table(["Chapter", "Needs", "Is helped by"], rows)


def _goals(part: str, lessons: Sequence[Lesson], parts: Mapping[str, str]) -> str:
    """The goals of a part's chapters, folded: all of them together are longer than the rest of the page."""
    lines = []
    for lesson in (each for each in lessons if parts[each.slug] == part):
        if not lesson.goals:
            raise BookError(f"book/goals.yml has no goals for {lesson.slug}")
        lines += ["", _link(lesson), "", *(f"- {goal.can} ({_shown(goal, lesson)})" for goal in lesson.goals)]
    return "\n".join([f":::{{dropdown}} {part}", *lines, ":::"])


def _shown(goal: Goal, lesson: Lesson) -> str:
    return f"exercise {lesson.exercises[goal.by].number}" if isinstance(goal.by, int) else f"section *{goal.by}*"


def _discussion(questions: Mapping[str, Plan], known: Mapping[str, Lesson]) -> str:
    blocks = []
    for theme in dict.fromkeys(each["theme"] for each in questions.values()):
        for each in (each for each in questions.values() if each["theme"] == theme):
            read = ", ".join(_link(known[slug]) for slug in each["read"])
            told = [f"*Listen for:* {each['listen_for'].rstrip('.')}.", f"*Read before:* {read}."]
            blocks.append("\n: ".join([f"**{theme}.** {each['question']}", *told]))
    return "\n\n".join(blocks)


def _link(lesson: Lesson) -> str:
    return f"[{lesson.title}]({lesson.slug})"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
