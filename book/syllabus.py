"""The syllabus: prose from ``book/syllabus.md``, plans from ``book/syllabus.yml``, all else from the chapters."""

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from statistics import median
from typing import Any

import yaml

from book.dependency_map import dependency_map
from book.project import BookError, Project
from book.teaching import Exercise, Goal, Lesson

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
    yield "in_the_classroom.md", _fill(project, "in_the_classroom.md", _classroom(project, lessons))


def _plans(project: Project, lessons: Sequence[Lesson], parts: Mapping[str, str]) -> dict[str, str]:
    plan, known = read_plan(project), {lesson.slug: lesson for lesson in lessons}
    chaptered = dict.fromkeys(parts[lesson.slug] for lesson in lessons)
    costs = {row["chapter"]: f"{float(row['seconds']):.0f} s, {_gigabytes(row):.1f} GB" for row in _measured(project)}
    try:
        return {
            "map": dependency_map(lessons, parts),
            "needs": _needs(lessons, known),
            "overview": _overview(plan["weeks"], known),
            "weeks": "\n\n".join(_week(n, week, plan, known, costs) for n, week in enumerate(plan["weeks"], 1)),
            "workshop": "\n\n".join(_day(day) for day in plan["workshop"]),
            "lecture": _steps(plan["lecture"]),
            "goals": "\n\n".join(_goals(part, lessons, parts) for part in chaptered),
            "discussion": _discussion(plan, known),
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
    exercise = _exercise(name, known)
    aside = ", open" if exercise.open else ""
    return f"{_link(known[slug])} {number}, *{exercise.title}* ({exercise.minutes} min{aside})"


def to_mark(week: Plan, known: Mapping[str, Lesson]) -> str:
    """What a week gives to mark: by you, and by machine, a point a minute."""
    asked = [_exercise(name, known) for name in week["homework"]]
    by_you = ["the prediction", *(f"*{each.title}*" for each in asked if each.open)]
    points = sum(each.minutes for each in asked if not each.open)
    by_machine = f"; by machine, the other exercises ({points} points, one a minute)" if points else ""
    return f"by you, {' and '.join(by_you)}{by_machine}"


def _exercise(name: str, known: Mapping[str, Lesson]) -> Exercise:
    slug, _, number = name.partition(" ")
    return known[slug].exercises[int(number)]


def homework_minutes(week: Plan, known: Mapping[str, Lesson]) -> int:
    """Minutes of a week's exercises at home."""
    return sum(_exercise(name, known).minutes for name in week["homework"])


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


def _week(number: int, week: Plan, plan: Plan, known: Mapping[str, Lesson], costs: Mapping[str, str]) -> str:
    lasts = sum(step["minutes"] for step in week["lab"])
    reading = ", ".join(f"{_link(known[slug])} ({known[slug].reading} min)" for slug in week["reading"])
    notebooks = ", ".join(f"`{slug}.ipynb` ({costs[slug]})" for slug in week["notebooks"])
    questions = {name: plan["discussion"][name]["question"] for name in week["discuss"]}
    asked = [f"{question} ([what to listen for](discuss-{name}))" for name, question in questions.items()]
    lines = [
        f"(week-{number})=",
        f"### Week {number}: {week['title']}",
        "",
        f"**{week['question']}**",
        "",
        f"- **Read before:** {reading}.",
        f"- **Predict**, in writing: {week['predict']}",
        *([f"- **Bring:** {week['bring']}"] if "bring" in week else []),
        f"- **Hand out:** {notebooks}.",
        f"- **In class** ({lasts} minutes):",
        *(f"  {row}. {step['minutes']} min. {step['do']}" for row, step in enumerate(week["lab"], 1)),
        f"- **At home:** {'; '.join(exercise_of(name, known) for name in week['homework'])}.",
        f"- **To mark:** {to_mark(week, known)}.",
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


def _classroom(project: Project, lessons: Sequence[Lesson]) -> dict[str, str]:
    known = {lesson.slug: lesson for lesson in lessons}
    homework = [
        (number, name) for number, week in enumerate(read_plan(project)["weeks"], 1) for name in week["homework"]
    ]
    marked = [
        f"{exercise_of(name, known)} of week {number}" for number, name in homework if _exercise(name, known).open
    ]
    return {"machine": _machine(project), "open": " and ".join(marked)}


def _machine(project: Project) -> str:
    """What the runs of the book took, from ``book/times.csv``."""
    rows = _measured(project)
    seconds, memory = [float(row["seconds"]) for row in rows], [_gigabytes(row) for row in rows]
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


def _measured(project: Project) -> list[dict[str, str]]:
    """The rows of ``book/times.csv`` that are of a chapter."""
    with (project.book / "times.csv").open(encoding="utf-8", newline="") as file:
        return [row for row in csv.DictReader(file) if row["peak_mb"]]


def _gigabytes(row: Mapping[str, str]) -> float:
    return float(row["peak_mb"]) / 1000


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


def _discussion(plan: Plan, known: Mapping[str, Lesson]) -> str:
    blocks, questions = [], plan["discussion"]
    for theme in dict.fromkeys(each["theme"] for each in questions.values()):
        for name, each in ((name, each) for name, each in questions.items() if each["theme"] == theme):
            told = [f"*Listen for:* {each['listen_for'].rstrip('.')}.", f"*Read before:* {_read(name, plan, known)}."]
            blocks.append(f"(discuss-{name})=\n" + "\n: ".join([f"**{theme}.** {each['question']}", *told]))
    return "\n\n".join(blocks)


def _read(name: str, plan: Plan, known: Mapping[str, Lesson]) -> str:
    """What a question needs: what has been read in its week, and where one comes back to it in a later one."""
    first = next(number for number, week in enumerate(plan["weeks"], 1) if name in week["discuss"])
    read_in = {
        slug: number for number, week in enumerate(plan["weeks"], 1) for slug in (*week["reading"], *week["more"])
    }
    listed = plan["discussion"][name]["read"]
    before = ", ".join(_link(known[slug]) for slug in listed if read_in[slug] <= first)
    later = ", ".join(f"{_link(known[slug])} (week {read_in[slug]})" for slug in listed if read_in[slug] > first)
    return f"{before}. Come back to it after {later}" if later else before


def _link(lesson: Lesson) -> str:
    return f"[{lesson.title}]({lesson.slug})"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
