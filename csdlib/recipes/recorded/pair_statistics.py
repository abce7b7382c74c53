"""What a pair of pictures says: how surely, how well calibrated, and whether a threshold of paintings holds elsewhere.

Every number is about artists whom the descriptor has not seen, where nothing else is said.
"""

from collections.abc import Iterator, Mapping
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd

from csdlib.descriptors.registry import load
from csdlib.embeddings.arrays import Embeddings
from csdlib.errors import InputError
from csdlib.files import AnyPath
from csdlib.metrics.jackknifed import Jackknifed
from csdlib.recipes.recorded.described import read_described
from csdlib.recipes.recorded.results import Recorded, write_results, write_table
from csdlib.recipes.recorded.thresholds import FALSE_ACCEPTS, threshold_rows
from csdlib.recipes.shipped.csd_art import judging_artists
from csdlib.scoring.corpora import shipped_corpus
from csdlib.similarity.calibration import METHODS
from csdlib.similarity.corpus import Corpus
from csdlib.similarity.gaps import REGIMES, negative_share, negative_share_difference
from csdlib.similarity.hubs import hubness
from csdlib.similarity.readouts import READOUTS, readout
from csdlib.similarity.reliability import RELIABILITY_MEASURES, Reliability, judge
from csdlib.similarity.verification import verify, verify_splits

#: The corpora that ship, and the descriptor of each that has not seen its artists.
WORLDS = {"atelier": "csd-tiny", "paintings": "csd-art"}

#: Base rates: as many pairs by one artist as by two, and one in a hundred.
PRIORS = (0.5, 0.01)

#: How many works stand for an artist.
REFERENCES = (1, 4)

#: Artists and works of each, among which negative gaps are counted: shares are comparable at the same numbers only. One
#: that a corpus is too small for is left out.
DESIGNS = ((24, 10), (16, 10))

#: Where a read-out is fitted, if not on others.
ITSELF = "fitted on the judged works"

#: Of the table.
COLUMNS = (
    *("world", "artists", "descriptor", "pictures", "question", "readout", "setting", "references", "prior"),
    *("measure", "value", "low", "high", "n", "unit", "note"),
)

Row = dict[str, object]

#: Method, number of references, base rate.
Setting = tuple[str, int, float]


def record_pair_statistics(
    output: AnyPath, *, worlds: Mapping[str, str] = WORLDS, splits: int = 25, command: str = ""
) -> Recorded:
    """Records what pairs of pictures say, by works of known artists.

    Needs no pictures from outside: real ones enter by the descriptors that ship of them.

    Args:
        output: a csv file with a row for each ``world``, set of ``artists`` (``unseen``: by the descriptor, the main
            one; ``all``), ``descriptor``, ``pictures``, ``question``, ``readout``, ``setting``, number of
            ``references``, base rate (``prior``) and ``measure``, with its interval over artists. A measure that ends
            in ``above`` is a paired difference. The questions:

            - ``verification``, of read-outs that are ``fitted on other artists``, or ``on the judged works``: AUC, EER
              and TAR at FAR 1 %, and how far each is above the cosine's.
            - ``calibration`` of the cosine: Brier score and ECE of the ``raw`` value, and how far a calibration is
              above it.
            - ``hubs``: skewness and orphans, ``on the judged works``.
            - ``gaps``: the share of artists with a negative gap, at so many artists and works.
            - ``threshold``, of the world ``generated``: see ``threshold_rows``.

            Beside it, ``..._reliability.csv`` has the reliability diagrams.
        worlds: names of shipped corpora, and of the descriptor of each.
        splits: of the artists, each used both ways.
        command: what makes it again.

    Raises:
        InputError: a corpus does not ship.
    """
    output = Path(output)
    rows: list[Row] = []
    reliability: list[Row] = []
    facts: dict[str, object] = {"splits": splits, "false_accepts": FALSE_ACCEPTS}
    for world, descriptor in worlds.items():
        corpus = _corpus(world, descriptor)
        images, artists = corpus.embeddings, corpus.artists
        judged = dict(_judged(images, artists))
        found = {"world": world, "artists": "unseen", "descriptor": descriptor, "pictures": "works"}
        rows += [found | row for row in pair_rows(images, artists, judged, splits)]
        reliability += [{"world": world} | row for row in reliability_rows(judged)]
        facts[world] = {"works": len(images), "artists": sorted(set(artists.tolist()))}
    for name in ("unseen", "all"):
        asked = {"world": "generated", "artists": name, "descriptor": "csd-art", "question": "threshold"}
        measured, facts[f"generated, {name}"] = _generated(name)
        rows += [asked | {"readout": "cosine"} | row for row in measured]
    write_table(output.with_name(f"{output.stem}_reliability.csv"), pd.DataFrame(reliability).round(4))
    frame = pd.DataFrame(rows)[[*COLUMNS]].round(4)
    return write_results(output, facts, frame, command=command, descriptors=sorted({*worlds.values(), "csd-art"}))


def pair_rows(images: Embeddings, artists: np.ndarray, judged: Mapping[Setting, Reliability], splits: int) -> list[Row]:
    """What the pairs of one corpus say, see ``record_pair_statistics``.

    Args:
        images: of n works.
        artists: (n,) whose work each is.
        judged: probabilities, by method, number of references and base rate.
        splits: of the artists.
    """
    itself = {name: verify(images, artists, readout(name, images)) for name in READOUTS}
    fitted = {"fitted on other artists": verify_splits(images, artists, splits=splits)} | {ITSELF: itself}
    rows = [{"question": "verification", "setting": where} | row for where, by in fitted.items() for row in _beside(by)]
    rows += [{"question": "calibration"} | row for row in _calibrated(judged)]
    for name in READOUTS:
        found = hubness(images, readout(name, images), groups=artists)
        for measure, estimate in (("skewness", found.skewness), ("orphans", found.orphans)):
            rows.append({"question": "hubs", "readout": name, "setting": ITSELF, "measure": measure} | estimate.row())
    counts = np.unique(artists, return_counts=True)[1]
    some = [design for design in DESIGNS if (counts >= design[1]).sum() >= design[0]]
    return rows + [{"question": "gaps"} | row for design in some for row in _gaps(images, artists, *design)]


def reliability_rows(judged: Mapping[Setting, Reliability]) -> list[Row]:
    """The bins of reliability diagrams, see ``Reliability.table``; of the raw value and of the first calibration."""
    return [
        {"method": method, "references": references, "prior": prior} | {str(key): value for key, value in row.items()}
        for (method, references, prior), found in judged.items()
        if method != "logistic"
        for row in found.table.to_dict("records")
    ]


def _corpus(world: str, descriptor: str) -> Corpus:
    found = shipped_corpus(world, load(descriptor))
    if found is None:
        raise InputError(f"corpus {world!r} does not ship for {descriptor}")
    return found


def _judged(images: Embeddings, artists: np.ndarray) -> Iterator[tuple[Setting, Reliability]]:
    """The probabilities that the cosine makes, judged: by every method, number of references and base rate."""
    for method, references, prior in product(("raw", *METHODS), REFERENCES, PRIORS):
        found = judge(images, artists, method=method, references=references, prior=prior)
        yield (method, references, prior), found


def _beside(found: Mapping[str, Jackknifed]) -> Iterator[Row]:
    """Every read-out, and how far it is above the cosine."""
    for name, each in found.items():
        for measure in each.measures:
            yield {"readout": name, "measure": measure} | each.estimate(measure).row()
            if name != "cosine":
                above = each.above(found["cosine"], measure)
                yield {"readout": name, "measure": f"{measure} above"} | above.row()


def _calibrated(judged: Mapping[Setting, Reliability]) -> Iterator[Row]:
    """Every method, and how far its errors are above those of the raw value."""
    for (method, references, prior), found in judged.items():
        where = {"readout": "cosine", "setting": method, "references": references, "prior": prior}
        for measure in RELIABILITY_MEASURES:
            yield where | {"measure": measure} | found.estimate(measure).row()
            if method != "raw":
                above = found.above(judged["raw", references, prior], measure)
                yield where | {"measure": f"{measure} above"} | above.row()


def _gaps(images: Embeddings, artists: np.ndarray, n_artists: int, n_works: int) -> Iterator[Row]:
    """The share of negative gaps by the cosine and by CSLS, and how far CSLS is above."""
    for regime in REGIMES:
        where = {"setting": f"{regime}, {n_artists} x {n_works}"}
        for name in ("cosine", "csls"):
            found = negative_share(images, artists, n_artists, n_works, name=name, regime=regime)
            yield where | {"readout": name, "measure": "negative"} | found.row()
        above = negative_share_difference(images, artists, n_artists, n_works, regime=regime)
        yield where | {"readout": "csls", "measure": "negative above"} | above.row()


def _generated(who: str) -> tuple[list[Row], Row]:
    """Thresholds of the artists whom csd-art has not seen, or of all whose numbers ship; and who they are."""
    works, made = read_described()
    unseen = judging_artists()
    if who == "unseen":
        works = works.of(works.table.where(artist=unseen))
    artists, asked = works.table.column("artist"), made.table.column("artist")
    both = sorted(set(asked.tolist()) & set(artists.tolist()))
    subjects = made.table.column("content")
    # Where csd-art knows most of the works, their ratios would say nothing of others.
    rows = threshold_rows(works, artists, made, asked, subjects=subjects, ratios=who == "unseen")
    known: Row = {"works": len(works), "generated": int(np.isin(asked, both).sum())}
    known |= {"artists": len(set(artists.tolist())), "seen by csd-art": len(set(artists.tolist()) - set(unseen))}
    return rows, known | {"asked for": len(both), "asked for and unseen": [name for name in both if name in unseen]}
