"""Hands carried to new subjects: what a generator is asked for beyond the pictures that it has.

A generator that has seen a painter paint nothing but boats and birds takes the painter's name for a word about boats
and birds: asked for the painter's castle, it paints anybody's castle. It knows the castle, and it knows the hand; what
it lacks is the use to put them together. So it is taught by what it knows already. What the painter's boat has that
anybody's boat has not is the hand, and anybody's castle with that hand is the painter's castle: a sum of directions, as
composed diffusion models have it (arXiv:2206.01714). The hand shows a second time, more weakly, where the name is said
before the new subject; the mean of both sights is the better teacher. It is learned like the student's target in
guidance distillation (arXiv:2210.03142); no picture of the pair is needed.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from torch import Tensor
from transformers import CLIPTextModel, CLIPTokenizer

from csdlib.errors import InputError
from csdlib.files import text_hash
from csdlib.generation.latents import text_states
from csdlib.generation.prompts import CONTENT, NAME_FIRST, with_article
from csdlib.tables import ImageTable

#: How a pair is asked for while it is practised.
_ASKED = (CONTENT, NAME_FIRST, "{a_subject} by {artist}")

#: How a subject is asked for without a painter.
_ALONE = "A painting of {a_subject}"


@dataclass(frozen=True)
class Transfers:
    """Pairs of painter and subject that no picture shows, each to be asked for in place of what a picture shows.

    Attributes:
        states: (texts, tokens, d) float16, the text encoder's last layer of every different text.
        texts: the texts.
        rows: (n, 6) int64: a picture, and the rows of ``states`` of what it is asked for instead (the painter's new
            subject), of that subject alone, of both with the name first, of what it shows (the painter's own subject),
            and of that subject alone.
    """

    states: Tensor
    texts: tuple[str, ...]
    rows: np.ndarray

    @property
    def fingerprint(self) -> str:
        """A hash of the texts and of who is asked for what."""
        return text_hash(*self.texts, self.rows.tolist())


def write_transfers(
    table: ImageTable,
    wanted: pd.DataFrame,
    written: Mapping[str, str],
    encoder: tuple[CLIPTokenizer, CLIPTextModel],
    *,
    pictures: np.ndarray | None = None,
    seed: int = 0,
) -> Transfers:
    """Every picture of a painter with every subject that the painter's hand is to be carried to.

    Args:
        table: pictures, with what is true of them in ``true_artist`` and ``true_content``.
        wanted: pairs, columns ``artist`` and ``content``.
        written: how prompts write the artists.
        encoder: tokenizer and text encoder.
        pictures: rows of the table that are used, by default all; best those whose caption says what is true.
        seed: of the words in which each pair is asked for.

    Raises:
        InputError: no picture is by an artist of whom a new subject is wanted.
    """
    subjects = wanted.groupby("artist")["content"].agg(list).to_dict()
    texts: dict[str, int] = {}
    rng = np.random.default_rng(seed)
    rows = []
    artists, contents = table.column("true_artist").tolist(), table.column("true_content").tolist()
    for picture in range(len(table)) if pictures is None else pictures.tolist():
        artist, own = artists[picture], contents[picture]
        for new in subjects.get(artist, []):
            asked = _ASKED[int(rng.integers(len(_ASKED)))]
            said = [
                form.format(a_subject=with_article(subject), artist=written[artist])
                for form, subject in ((asked, new), (_ALONE, new), (NAME_FIRST, new), (CONTENT, own), (_ALONE, own))
            ]
            rows.append([picture, *(texts.setdefault(text, len(texts)) for text in said)])
    if not rows:
        raise InputError("no picture is by an artist of whom a new subject is wanted")
    return Transfers(text_states([*texts], *encoder), tuple(texts), np.array(rows))
