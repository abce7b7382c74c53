"""The quiz at the end of a page: questions from ``book/quizzes``, as a form that ``quiz.js`` answers."""

import base64
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape, unescape
from typing import Any

import yaml
from nbformat import NotebookNode

from book.notebooks import markdown
from book.project import BookError, Project

#: A quiz is short.
FEWEST, MOST = 4, 6

_KINDS = ("choices", "number", "pictures")
_NUMBER = re.compile(r"(?<![\w.])\d+(?:,\d{3})*(?:\.\d+)?")
# The numbers behind a chart's fold are many, and a claim would find itself among them by chance.
_MARKUP = re.compile(r'<(script|style)\b.*?</\1>|<details class="csd-numbers">.*?</details>|<[^>]+>', re.DOTALL)
_SIDE = 192


@dataclass(frozen=True)
class Answer:
    """One of several answers.

    Attributes:
        text: the answer; of a picture, what it shows, for those who do not see it.
        because: why it is right or wrong.
        right: whether it is right.
        picture: painter, subject and scene of a drawn picture, or nothing.
    """

    text: str
    because: str
    right: bool
    picture: tuple[str, str, int] | None = None


@dataclass(frozen=True)
class Question:
    """One question, with answers to choose from or with a number.

    Attributes:
        ask: the question.
        answers: to choose from; empty where a number is asked for.
        number: as the chapter's run prints it; empty where answers are given.
        within: how far an answer may be from the number.
        unit: what stands behind the number.
        because: why the number is what it is.
        given: numbers of the right answer that no run prints: definitions, or worked out from the question.
    """

    ask: str
    answers: tuple[Answer, ...] = ()
    number: str = ""
    within: float = 0.0
    unit: str = ""
    because: str = ""
    given: tuple[str, ...] = ()

    def claims(self) -> set[str]:
        """The numbers of the right answer and of its reason that the chapter's run has to print."""
        said = [f"{each.text} {each.because}" for each in self.answers if each.right]
        told = set(_NUMBER.findall(self.ask)) | set(self.given)
        return set(_NUMBER.findall(" ".join([self.number, self.because, *said]))) - told


def read_quiz(project: Project, slug: str) -> list[Question]:
    """The quiz of a chapter; empty where it has none.

    Raises:
        BookError: the file is malformed.
    """
    path = project.book / "quizzes" / f"{slug}.yml"
    if not path.is_file():
        return []
    where = f"book/quizzes/{slug}.yml"
    try:
        listed = yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise BookError(f"{where}: not YAML ({error})") from error
    if not isinstance(listed, list) or not FEWEST <= len(listed) <= MOST:
        raise BookError(f"{where}: a quiz is a list of {FEWEST} to {MOST} questions")
    return [_question(f"{where}, question {number}", each) for number, each in enumerate(listed, 1)]


def unprinted(quiz: Sequence[Question], notebook: NotebookNode) -> list[str]:
    """What right answers claim and the executed chapter does not print."""
    printed = set(_NUMBER.findall(_outputs(notebook)))
    return [f"{claim} ({each.ask})" for each in quiz for claim in sorted(each.claims() - printed)]


def quiz_cell(quiz: Sequence[Question]) -> NotebookNode:
    """The quiz as a Markdown cell of a page."""
    asked = "\n".join(_fieldset(number, each) for number, each in enumerate(quiz, 1))
    silent = "<noscript><p>The answers are checked by JavaScript, which is switched off here.</p></noscript>"
    form = f'<div class="csd-quiz">{silent}\n{asked}\n</div>'
    return markdown(f"## Quiz\n\n```{{raw}} html\n{form}\n```", name="quiz")


def _question(where: str, entry: Any) -> Question:
    kinds = [kind for kind in _KINDS if isinstance(entry, dict) and kind in entry]
    if len(kinds) != 1:
        raise BookError(f"{where}: it needs exactly one of {', '.join(_KINDS)}")
    (kind,) = kinds
    needed = {"ask", kind} | ({"within", "because"} if kind == "number" else set())
    allowed = needed | {"given"} | ({"unit"} if kind == "number" else set())
    if not needed <= set(entry) <= allowed:
        raise BookError(f"{where}: it needs {', '.join(sorted(needed))}, and may have {', '.join(sorted(allowed))}")
    given = tuple(map(str, entry.get("given", [])))
    if kind != "number":
        return Question(str(entry["ask"]), _answers(where, kind, entry[kind]), given=given)
    if not isinstance(entry["number"], str) or not re.fullmatch(r"-?[\d,]+(\.\d+)?", entry["number"]):
        raise BookError(f"{where}: number must be a number in quotes, as the run prints it")
    ask, unit, because = (str(entry.get(name, "")) for name in ("ask", "unit", "because"))
    return Question(ask, (), entry["number"], float(entry["within"]), unit, because, given)


def _answers(where: str, kind: str, listed: Any) -> tuple[Answer, ...]:
    if not isinstance(listed, list) or not all(isinstance(each, dict) for each in listed):
        raise BookError(f"{where}: {kind} must be a list of answers")
    answers = tuple(_answer(where, kind, each) for each in listed)
    if len(answers) < 2 or sum(each.right for each in answers) != 1:
        raise BookError(f"{where}: it needs two answers or more, and exactly one that is right")
    if len({(each.text, each.picture) for each in answers}) < len(answers):
        raise BookError(f"{where}: two answers are the same")
    return answers


def _answer(where: str, kind: str, entry: Mapping[str, Any]) -> Answer:
    right = "right" in entry
    wanted = {"right" if right else "wrong", "because"}
    if set(entry) != wanted or not all(entry.values()):
        raise BookError(f"{where}: an answer has right or wrong, and because; found {', '.join(map(str, entry))}")
    value, because = entry["right" if right else "wrong"], str(entry["because"])
    if kind == "choices":
        return Answer(str(value), because, right)
    if not isinstance(value, dict) or set(value) != {"painter", "subject", "scene", "shows"}:
        raise BookError(f"{where}: a picture has painter, subject, scene, and shows, what it looks like in words")
    return Answer(value["shows"], because, right, (value["painter"], value["subject"], int(value["scene"])))


def _outputs(notebook: NotebookNode) -> str:
    """All that a chapter prints and draws, as text; of charts their alternative text and captions."""
    found: list[str] = []
    for output in (output for cell in notebook.cells for output in cell.get("outputs", [])):
        data = output.get("data", {})
        html = data.get("text/html", "")
        said = re.findall(r'(?:aria-label|alt)="([^"]*)"', html)
        found += [output.get("text", ""), "" if html else data.get("text/plain", ""), *said, _MARKUP.sub(" ", html)]
    return unescape(" ".join(found))


def _fieldset(number: int, question: Question) -> str:
    body = _number_field(question) if question.number else "\n".join(_choices(number, question))
    kind = " csd-pictures" if any(each.picture for each in question.answers) else ""
    return (
        f'<fieldset class="csd-question{kind}"><legend>{number}. {_inline(question.ask)}</legend>\n{body}\n'
        f'<button type="button">Check</button><div class="csd-verdict" role="status"></div></fieldset>'
    )


def _choices(number: int, question: Question) -> Iterator[str]:
    for place, each in enumerate(question.answers):
        shown = _image(each.text, each.picture) if each.picture else f"<span>{_inline(each.text)}</span>"
        yield (
            f'<label><input type="radio" name="quiz-{number}" value="{place}" data-right="{str(each.right).lower()}">'
            f"{shown}</label><p hidden>{_inline(each.because)}</p>"
        )


def _number_field(question: Question) -> str:
    right = question.number.replace(",", "")
    return (
        f'<label><span>Your answer</span> <input type="text" inputmode="decimal" autocomplete="off" size="8" '
        f'data-right="{escape(right)}" data-within="{question.within:g}" data-said="{escape(question.number)}"> '
        f"{escape(question.unit)}</label><p hidden>{_inline(question.because)}</p>"
    )


def _image(text: str, picture: tuple[str, str, int]) -> str:
    # Drawn when a book has such a question, and not before: the drawn world takes a second to import.
    from csdlib.recipes import painted

    painter, subject, scene = picture
    buffer = io.BytesIO()
    painted(painter, subject, scene, size=_SIDE)[0].save(buffer, "WEBP", quality=80)
    encoded = base64.b64encode(buffer.getvalue()).decode()
    source = f"data:image/webp;base64,{encoded}"
    return f'<img src="{source}" width="{_SIDE}" height="{_SIDE}" alt="{escape(text)}">'


def _inline(text: str) -> str:
    """A line of text as HTML, in which only code and stress have a meaning."""
    text = re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(" ".join(text.split())))
    return re.sub(r"\*([^*]+)\*", r"<em>\1</em>", text)
