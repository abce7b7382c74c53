"""Folders in, a table out: how alike generated pictures are in style to their references, and how that was measured."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from csdlib import descriptors  # lazy: torchvision loads where a picture is described
from csdlib.descriptors.protocol import Descriptor
from csdlib.files import AnyPath
from csdlib.metrics.intervals import SHARE, SIGNED, Bounds, bootstrap
from csdlib.scoring.corpora import calibration_said, scale_of
from csdlib.scoring.pairing import Pairing, hint, pair, unasked
from csdlib.scoring.report import NO_SUMMARY, Report
from csdlib.scoring.sides import Side, Source, describe, made_by, measuring, settled
from csdlib.similarity.against_references import against, cosine_blocks
from csdlib.similarity.corpus import RATIO, Corpus
from csdlib.similarity.readouts import NEIGHBOURS, Readout, readout

#: Numbers of a picture, and what each is.
COLUMNS = {
    "mean": "the mean cosine with its references",
    "max": "the largest of them",
    "prototype": "the cosine with the references' prototype",
    "above_different": "the mean share of the corpus' pairs by two artists that its cosines are above",
    "above_same": "the same of the pairs by one artist",
    "csls": "the mean of 2 cosine - crowd - crowd: how crowded the places of both are in the corpus is taken off",
}

#: Above this share a picture's crop has cut away too much to be passed over.
MUCH = 0.2

#: Measures that need no corpus.
PLAIN = ("mean", "max", "prototype")

#: Between which values a measure can lie, where these are not those of a cosine.
BOUNDS: dict[str, Bounds] = {"above_different": SHARE, "above_same": SHARE, "csls": None}

#: The descriptor of published CSD scores.
PUBLISHED = "csd-vit-l"

#: What is said of every other one.
PUBLISHED_SCORES = (
    f"published CSD scores are by {PUBLISHED}, and no other descriptor's can be compared with them: --descriptor "
    f"{PUBLISHED} fetches the authors' weights, --weights FILE.safetensors (or owner/name of a repository with a "
    "model.safetensors in their layout) takes others; of no file anything but tensors is read"
)


@dataclass(frozen=True)
class Scores(Report):
    """Scores of generated pictures.

    Attributes:
        frame: one row a generated picture, in the order of its side: ``generated``, its name; ``group``; ``mean``,
            ``max`` and ``prototype``, cosines in [-1, 1], higher = more alike; with a corpus, ``above_different`` and
            ``above_same``, shares in [0, 1], and ``csls``, see ``COLUMNS``; ``nearest``, the reference with the largest
            cosine; ``n``, its references; ``likelihood_ratio``, how much more likely its mean cosine is if the
            references' artist made it than if another did (no probability, see ``posterior``), where all of them are in
            one group and the corpus is large enough, with its interval over the corpus' artists from
            ``likelihood_ratio_low`` to ``likelihood_ratio_high``; ``crop_loss``, the share of it that the descriptor
            never sees; and ``note``, which says why a number is missing, or what is wrong with it.
        summary: the means over the pictures that have a number, with bootstrap intervals over groups where there are
            several, else over pictures: they are about other pictures against these references.
    """

    def __float__(self) -> float:
        """The mean of the mean cosines."""
        return self.estimate("mean").value


def score(
    generated: Source,
    references: Source,
    *,
    pairing: AnyPath = "all",
    descriptor: str | Descriptor = "csd-art",
    preprocessing: str = "own",
    corpus: AnyPath | None = "auto",
    k: int = NEIGHBOURS,
    batch_size: int = 64,
    progress: bool = True,
    **options: Any,
) -> Scores:
    """How alike in style each generated picture is to its references.

    Each side is a picture, a folder of any depth, a list of pictures, a csv or parquet file with the columns ``path``
    and ``group``, embeddings that were saved, or pictures in memory. Every picture is described once; files are known
    again by their size and time of change, so that a run that was killed goes on.

    Args:
        generated: the pictures that are scored.
        references: what they are measured against. A picture that stands on both sides is no reference of itself,
            except where pairs are named. A file is one picture, whatever leads to it; pictures in memory are the same
            where one object is both sides.
        pairing: ``all``: against all references; ``group``: against those of its own group, which is the first
            subfolder or the table's column; ``name``: against the one of the same name, whatever its suffix; or a csv
            or parquet file with the columns ``generated`` and ``reference``.
        descriptor: a name of ``list_descriptors()``, or a descriptor whose metric is cosine. Published CSD scores are
            those of ``csd-vit-l``, and can be compared with no other's.
        preprocessing: how a picture becomes a square, see ``PREPROCESSING``.
        corpus: on which scores are read: a name (``paintings``, ``atelier``), a folder with one subfolder an artist,
            ``auto`` for the one that ships with the descriptor, or None.
        k: neighbours in the corpus by which CSLS is corrected.
        batch_size: pictures that are encoded together.
        progress: show a progress bar on the error stream.
        options: of ``load``, where the descriptor is given by name: ``device``, ``precision``, ``weights`` ...

    Returns:
        a row a generated picture, a summary with intervals, and how all was made; see ``Scores``.

    Raises:
        InputError: a side without any picture that can be read, a descriptor without cosine, or an unknown name.
    """
    measure = measuring(descriptor, preprocessing, **options)
    made = describe(generated, measure, batch_size=batch_size, progress=progress)
    # One list of pictures in memory on both sides holds the same pictures: nothing else would tell.
    same = references is generated
    known = made if same else describe(references, measure, batch_size=batch_size, progress=progress)
    scale = scale_of(corpus, measure, batch_size=batch_size, progress=progress)
    pairs = pair(made, known, pairing)
    frame = _rows(measure, made, known, pairs, scale, k)
    how = made_by(measure) | {
        "pairing": str(pairing),
        "corpus": None if scale is None else _said(scale, k),
        "generated": made.counts,
        "references": known.counts,
        "without a number": int(frame["mean"].isna().sum()),
        "notes": [
            *filter(None, [hint(made, known, pairing), unasked(known, pairs), _in_corpus(scale, made, known)]),
            *_advice(measure, frame, known),
        ],
    }
    return Scores(frame, _summary(frame), how)


def compare_preprocessing(
    generated: Source, references: Source, *, descriptor: str = "csd-art", **options: Any
) -> Report:
    """How far a score moves with the preprocessing alone: the same pictures, in every way that has a name.

    Args:
        generated: see ``score``.
        references: likewise.
        descriptor: a name.
        options: further ones of ``score``.

    Returns:
        a row a way: ``preprocessing``; ``mean``, the mean of the pictures' mean cosines, with its interval from ``low``
        to ``high``; ``against_own``, the correlation of the pictures' scores with those of the descriptor's own way,
        where there are three or more; and ``crop_loss``, the mean share of a generated picture that is cut away.

    Raises:
        InputError: as ``score``, or a descriptor that is no tower.
    """
    made = settled(generated)
    known = made if references is generated else settled(references)
    found = {
        way: score(made, known, descriptor=descriptor, preprocessing=way, corpus=None, **options)
        for way in descriptors.PREPROCESSING
    }
    own = found["own"].frame["mean"]
    rows = []
    for way, each in found.items():
        mean = each.estimate("mean")
        row = {"preprocessing": way, "mean": mean.value, "low": mean.low, "high": mean.high}
        against_own = own.corr(each.frame["mean"]) if own.notna().sum() > 2 else np.nan
        rows.append(row | {"against_own": against_own, "crop_loss": each.frame["crop_loss"].mean()})
    how = {key: value for key, value in found["own"].how.items() if key not in ("preprocessing", "fingerprint")}
    return Report(pd.DataFrame(rows), NO_SUMMARY, how)


def _rows(measure: Descriptor, made: Side, known: Side, pairs: Pairing, scale: Corpus | None, k: int) -> pd.DataFrame:
    """One row a generated picture; numbers are missing where a note says why."""
    names = [*COLUMNS, *RATIO] if scale else PLAIN
    numbers = {name: np.full(len(made), np.nan) for name in names}
    nearest, n = np.full(len(made), "", dtype=object), np.zeros(len(made), dtype=int)
    own = known.rows_of(made) if pairs.apart else np.full(len(made.embeddings), -1)
    csls = readout("csls", scale.embeddings, k=k) if scale else None
    places = [csls.places(side.embeddings) for side in (made, known)] if csls else []
    for rows, candidates in _same_candidates(made, pairs):
        ours, theirs = made.rows[rows], known.rows[candidates]
        sides = made.embeddings.vectors[ours], known.embeddings.vectors[theirs]
        itself = _among(own[ours], theirs)
        found = against(*sides, itself)
        measured = {"mean": found.mean, "max": found.highest, "prototype": found.prototype}
        if scale and csls:
            measured |= _read_on(scale, csls, sides, itself, (places[0][ours], places[1][theirs]))
            if not scale.uncalibrated and len(set(known.groups[candidates].tolist())) == 1:
                measured |= scale.likelihood_ratios(found.mean, found.n)
        for name, values in measured.items():
            numbers[name][rows] = values
        n[rows] = found.n
        nearest[rows] = np.where(found.nearest >= 0, known.names[candidates][found.nearest], "")
    frame = pd.DataFrame({"generated": made.names, "group": made.groups} | numbers)
    return frame.assign(nearest=nearest, n=n, crop_loss=made.lost(measure), note=_notes(made, pairs, n))


def _read_on(
    scale: Corpus,
    csls: Readout,
    sides: tuple[np.ndarray, np.ndarray],
    itself: np.ndarray,
    places: tuple[np.ndarray, ...],
) -> dict[str, np.ndarray]:
    """What a corpus says of pictures and one set of references: means over the pairs of each picture.

    Args:
        scale: the corpus.
        csls: fitted on it.
        sides: (g, d) pictures and (r, d) references.
        itself: (g,), see ``against``.
        places: of both sides, see ``Readout.places``.
    """
    parts = []
    for rows, cosines in cosine_blocks(*sides, itself):
        pairwise = csls.read(cosines, places[0][rows], places[1])
        parts.append([_mean(each) for each in (scale.above_different(cosines), scale.above_same(cosines), pairwise)])
    return dict(zip(("above_different", "above_same", "csls"), np.concatenate(parts, axis=1), strict=True))


def _notes(made: Side, pairs: Pairing, n: np.ndarray) -> list[str]:
    alone = ["the only reference is the picture itself" if none else "" for none in (n == 0) & (made.rows >= 0)]
    notes = ["; ".join(filter(None, each)) for each in zip(made.notes.tolist(), pairs.notes, strict=True)]
    return [note or itself for note, itself in zip(notes, alone, strict=True)]


def _same_candidates(made: Side, pairs: Pairing) -> list[tuple[np.ndarray, np.ndarray]]:
    """Readable pictures that have the same references, together: their numbers, and the references'."""
    groups: dict[int, tuple[list[int], np.ndarray]] = {}
    for row, candidates in enumerate(pairs.candidates):
        if candidates is not None and made.rows[row] >= 0:
            groups.setdefault(id(candidates), ([], candidates))[0].append(row)
    return [(np.array(rows), candidates) for rows, candidates in groups.values()]


def _among(own: np.ndarray, places: np.ndarray) -> np.ndarray:
    """Where each picture stands among some references, by its row among all; -1 where it is none of them."""
    where = {place: number for number, place in enumerate(places.tolist())}
    return np.array([where.get(row, -1) if row >= 0 else -1 for row in own.tolist()])


def _mean(values: np.ndarray) -> np.ndarray:
    """The mean of each row without what is not a number; not a number where nothing is left."""
    there = ~np.isnan(values)
    count = there.sum(axis=1)
    total = np.where(there, values, 0).sum(axis=1)
    return np.divide(total, count, out=np.full(len(values), np.nan), where=count > 0)


def _summary(frame: pd.DataFrame) -> pd.DataFrame:
    """Means over pictures, with intervals over groups where there are several, and over pictures elsewhere."""
    rows = []
    for name in (name for name in COLUMNS if name in frame and frame[name].notna().any()):
        scored = frame[frame[name].notna()]
        groups = scored["group"].to_numpy(dtype=str)
        several = len(set(groups)) > 1 and (groups != "").all()
        options: dict[str, Any] = {"groups": groups} if several else {"unit": "picture"}
        estimate = bootstrap(scored[name].to_numpy(), bounds=BOUNDS.get(name, SIGNED), **options)
        rows.append({"measure": name} | estimate.row())
    return pd.DataFrame(rows, columns=NO_SUMMARY.columns)


def _said(scale: Corpus, k: int) -> dict[str, Any]:
    same, different = scale.pairs
    sizes = {"pictures": len(scale.embeddings), "pairs by one artist": same, "pairs by two artists": different}
    calibrated = calibration_said(scale)
    return {"name": scale.name} | sizes | {"k of csls": k, "likelihood ratio": calibrated, "left out": scale.left_out}


def _in_corpus(scale: Corpus | None, made: Side, known: Side) -> str:
    """What has to be said where pictures stand in the corpus on which they are read."""
    count = sum(int(scale.holds(side.embeddings).sum()) for side in (made, known)) if scale else 0
    said = f"{count} of the pictures stand in the corpus: it knows them, and reads them too surely"
    return said if count else ""


def _advice(measure: Descriptor, frame: pd.DataFrame, known: Side) -> list[str]:
    """What somebody who quotes the numbers has to know of the crops, and of the descriptor."""
    cut = int((frame["crop_loss"] > MUCH).sum() + (known.lost(measure) > MUCH).sum())
    crops = f"{cut} pictures lose more than {MUCH:.0%} to the crop: see crop_loss, and compare_preprocessing"
    return [crops] * bool(cut) + [PUBLISHED_SCORES] * (measure.name != PUBLISHED)
