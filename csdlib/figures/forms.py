"""A form in the page: fields that a reader fills in, and keeps as a file; nothing is sent anywhere."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from IPython.display import HTML

from csdlib.errors import InputError
from csdlib.figures.book import asset, framed


@dataclass(frozen=True)
class Field:
    """One question of a form.

    Attributes:
        title: what is asked for, in a few words; the name of the answer in the file.
        question: the whole question.
        answer: what stands in the field at first.
    """

    title: str
    question: str
    answer: str = ""


def form(fields: Sequence[Field], *, title: str, name: str, caption: str) -> HTML:
    """Fields that a reader fills in, with buttons that keep the answers as Markdown or as JSON.

    Args:
        fields: the questions, in order, with different titles.
        title: heading of the Markdown file.
        name: of the file, without suffix.
        caption: what it is for.

    Raises:
        InputError: no field, or two of one title.
    """
    titles = [field.title for field in fields]
    if not titles or len(set(titles)) < len(titles):
        raise InputError("a form needs one field or more, each with a title of its own")
    saved = escape(asset("form_saved.js"))
    buttons = "".join(
        f'<button type="button" data-kind="{kind}" onclick="{saved}">Save as {said}</button>'
        for kind, said in (("md", "Markdown"), ("json", "JSON"))
    )
    opened = f'<div class="csd-form" data-title="{escape(title)}" data-name="{escape(name)}">'
    body = f'{opened}{"".join(map(_asked, fields))}{buttons}<span role="status"></span></div>'
    return framed(body, caption)


def _asked(field: Field) -> str:
    title = escape(field.title)
    area = f'<textarea rows="2" autocomplete="off" data-title="{title}">{escape(field.answer)}</textarea>'
    return f"<label><strong>{title}</strong> {escape(field.question)}{area}</label>"
