"""The tag bank: which phrases of a caption mean which style tag (arXiv:2404.01292, Section 3.1)."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from csdlib.curation.text import words
from csdlib.errors import InputError, unknown
from csdlib.files import AnyPath
from csdlib.texts import read_csv, read_text

#: What a tag is the name of.
Kind = Literal["artist", "movement", "medium"]

#: A phrase with this tag means nothing, and hides the shorter phrases in it.
NOTHING = ""

_COLUMNS = ("tag", "kind", "aliases", "ambiguous")


@dataclass(frozen=True)
class Phrase:
    """What may stand in a caption, and what it means.

    Attributes:
        text: the phrase as people write it; matched by its words, whatever their case, accents or punctuation.
        tag: the style tag that it means; ``NOTHING`` for a phrase that only hides others ("art print").
        kind: artist, movement or medium.
        ambiguous: whether the phrase is ordinary speech, too, and counts only beside a cue, see ``tagging.CUES``.
    """

    text: str
    tag: str
    kind: Kind
    ambiguous: bool = False


@dataclass(frozen=True)
class TagBank:
    """Phrases and the tags that they mean; banks are joined by ``+``.

    Raises:
        InputError: a phrase without a letter or digit, or an unknown kind.
    """

    phrases: tuple[Phrase, ...]

    def __post_init__(self) -> None:
        for phrase in self.phrases:
            if phrase.kind not in get_args(Kind):
                raise unknown("kind", phrase.kind, list(get_args(Kind)))
            if not words(phrase.text):
                raise InputError(f"tag bank: the phrase {phrase.text!r} of {phrase.tag!r} holds no letter or digit")

    def __add__(self, other: "TagBank") -> "TagBank":
        return TagBank(tuple(dict.fromkeys((*self.phrases, *other.phrases))))

    @property
    def kinds(self) -> dict[str, Kind]:
        """The kind of every tag."""
        return {phrase.tag: phrase.kind for phrase in self.phrases if phrase.tag != NOTHING}

    @classmethod
    def read(cls, path: AnyPath, *, kind: Kind | None = None) -> "TagBank":
        """Reads a bank from a file in UTF-8.

        Args:
            path: a ``.txt`` file with one tag a line, as the lists of CLIP-Interrogator (``artists.txt``,
                ``mediums.txt``, ``movements.txt`` in github.com/pharmapsychotic/clip-interrogator); or a ``.csv`` file
                with the columns tag and kind and, if wanted, aliases (separated by ``|``) and ambiguous (those of
                the names, separated by ``|``, that need a cue). A csv row with an empty tag hides its aliases.
            kind: of the tags of a text file. A name of one word that stands for an artist needs a cue.

        Raises:
            InputError: the file is missing, not UTF-8, empty, or a row lacks what it needs; file and line are named.
        """
        path = Path(path)
        if path.suffix == ".csv":
            rows = read_csv(path, columns=("tag", "kind")).reindex(columns=_COLUMNS, fill_value="")
            cells: dict[Any, Any] = rows.map(str.strip).to_dict("index")
            return cls(tuple(phrase for line, row in cells.items() for phrase in _of_row(path, line, row)))
        if kind is None:
            raise InputError(f"{path}: say what its lines are: kind='artist', 'movement' or 'medium'")
        names = [line.strip() for line in read_text(path).splitlines() if line.strip()]
        if not names:
            raise InputError(f"{path}: no tag in this file")
        return cls(tuple(dict.fromkeys(_of_line(name, kind) for name in names)))


def _of_line(name: str, kind: Kind) -> Phrase:
    """A line of a list: "a watercolor" is the medium watercolor, and a lone word is a doubtful artist."""
    for article in ("a ", "an ", "the "):
        name = name.removeprefix(article) if kind == "medium" else name
    return Phrase(name, name, kind, ambiguous=kind == "artist" and len(words(name)) == 1)


def _of_row(path: Path, number: int, row: dict[str, str]) -> Iterable[Phrase]:
    kind, aliases = row["kind"], [alias.strip() for alias in row["aliases"].split("|") if alias.strip()]
    if kind not in get_args(Kind):
        raise InputError(f"{path}: line {number}: kind {kind!r} is not one of {', '.join(get_args(Kind))}")
    names = [row["tag"], *aliases] if row["tag"] else aliases
    if not names:
        raise InputError(f"{path}: line {number}: neither a tag nor an alias")
    doubtful = {tuple(words(name)) for name in row["ambiguous"].split("|")}
    for name in dict.fromkeys(names):
        if not words(name):
            raise InputError(f"{path}: line {number}: {name!r} holds no letter or digit")
        yield Phrase(name, row["tag"], kind, tuple(words(name)) in doubtful)  # type: ignore[arg-type]
