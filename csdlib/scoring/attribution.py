"""Whose style the pictures of a folder show, if anybody's: candidates in order, and a threshold against strangers."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from csdlib.descriptors.protocol import Descriptor
from csdlib.embeddings.arrays import Embeddings
from csdlib.errors import InputError
from csdlib.files import AnyPath
from csdlib.scoring.corpora import calibration_said, scale_of
from csdlib.scoring.report import Report
from csdlib.scoring.sides import Side, Source, describe, made_by, measuring
from csdlib.similarity.attribution import Candidates, candidates
from csdlib.similarity.corpus import Corpus

#: What is said of a picture that stands among the references.
AMONG = "one of the references itself: its likeness to their artist is too high"

#: What is said of the likelihood ratio of the first of many.
SELECTED = "Each artist is read alone: the first of many candidates is the likest by selection"


def attribute(
    pictures: Source,
    references: Source,
    *,
    k: int = 5,
    wrong: float = 0.05,
    strangers: Sequence[str] = (),
    corpus: AnyPath | None = "auto",
    descriptor: str | Descriptor = "csd-art",
    preprocessing: str = "own",
    batch_size: int = 64,
    progress: bool = True,
    **options: Any,
) -> Report:
    """Ranks the artists whose style each picture may show.

    Args:
        pictures: those that are asked about.
        references: works with one group (a subfolder) an artist.
        k: artists that are named for each picture.
        wrong: the share of strangers' works that may be given to somebody, in (0, 1); see ``candidates``.
        strangers: artists among the references whom the descriptor has not seen; by default all set the threshold.
        corpus: on which likelihood ratios stand, see ``score``.
        descriptor: see ``score``.
        preprocessing: likewise.
        batch_size: likewise.
        progress: show a progress bar on the error stream.
        options: of ``load``, where the descriptor is given by name.

    Returns:
        a row a picture and rank: ``picture, rank, artist, similarity, references``, ``named`` (whether it is more than
        a stranger's likeness: a picture whose first artist is not named shows nobody's style on this list),
        ``likelihood_ratio`` (with a corpus: how much more likely its mean cosine with the artist's works is if the
        artist made it than if another did, with its interval over the corpus' artists; of each artist by itself, not
        knowing that others were compared; a picture that is among the works is none of them here), and ``note`` (why it
        cannot be read, or that it is among the references); the summary has the share of strangers' works that are
        ``given to somebody`` all the same, and of works that are ``found``.

    Raises:
        InputError: as ``score`` and ``candidates``.
    """
    if k < 1:
        raise InputError(f"k must be 1 or more, got {k}")
    measure = measuring(descriptor, preprocessing, **options)
    asked, works = (
        describe(side, measure, batch_size=batch_size, progress=progress) for side in (pictures, references)
    )
    known = candidates(works.embeddings, works.groups[works.in_order], wrong=wrong, strangers=strangers)
    among = np.repeat(works.rows_of(asked), min(k, len(known.names)))
    ranked = known.rank(asked.embeddings, k).rename(columns={"image_id": "picture"})
    scale = scale_of(corpus, measure, batch_size=batch_size, progress=progress)
    if scale and not scale.uncalibrated:
        ranked = ranked.assign(**_ratios(ranked, among, asked.embeddings, works, scale))
    ranked = ranked.assign(note=np.where(among >= 0, AMONG, ""))
    broken = pd.DataFrame({"picture": asked.names, "note": asked.notes})[asked.rows < 0]
    summary = [{"measure": "given to somebody"} | known.wrong.row(), {"measure": "found"} | known.found.row()]
    how = made_by(measure) | {
        "threshold": known.threshold,
        "wrong, as aimed at": wrong,
        "set by": list(strangers) or "all artists of the references",
        "likelihood ratio": "none: no corpus" if scale is None else f"{calibration_said(scale)}. {SELECTED}",
        "pictures": asked.counts,
        "references": works.counts | {"left out": works.missing | works.ungrouped},
        "without a number": len(broken),
        "notes": _doubts(known),
    }
    frame = pd.concat([ranked, broken], ignore_index=True) if len(broken) else ranked
    texts = {"artist": "", "named": False}
    return Report(frame.fillna(texts).astype({"named": bool}), pd.DataFrame(summary), how)


def _doubts(known: Candidates) -> list[str]:
    """What is wrong with the threshold, or with the list."""
    notes, alone = [], int((known.counts == 1).sum())
    if known.wrong.value > 2 * known.aimed:
        notes.append(
            f"works by artists who did not set the threshold are given to somebody in {known.wrong.percent()} % of the "
            f"cases instead of {100 * known.aimed:g} %: it does not hold; give more artists, and more works of each"
        )
    if alone:
        notes.append(
            f"{alone} of {len(known.names)} artists have one work: their prototype is that work, and they are never "
            "found again"
        )
    return notes


def _ratios(
    ranked: pd.DataFrame, among: np.ndarray, asked: Embeddings, works: Side, scale: Corpus
) -> dict[str, np.ndarray]:
    """Of every picture and artist what the mean cosine with the artist's works says, the picture itself left out."""
    names, whose = np.unique(works.groups[works.in_order], return_inverse=True)
    sums = np.zeros((len(names), asked.vectors.shape[1]))
    np.add.at(sums, whose, works.embeddings.vectors)
    rows = pd.Index(asked.ids).get_indexer(ranked["picture"])
    artists, counts = np.searchsorted(names, ranked["artist"].to_numpy(dtype=str)), np.bincount(whose)
    # Its cosine with itself is 1.
    itself = (among >= 0) & (whose[among] == artists)
    others = counts[artists] - itself
    totals = np.einsum("nd,nd->n", asked.vectors[rows], sums[artists]) - itself
    return scale.likelihood_ratios(np.where(others > 0, totals / np.maximum(others, 1), np.nan), others)
