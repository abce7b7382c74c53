"""Learned projections from a descriptor's vectors to facets: distances in them are distances in predicted facets.

For each facet the ridge regression of a linear probe is kept (``csdlib.similarity.probes``). Where vectors say little,
its best guess stays near the mean: what cannot be read hardly moves a distance. What cannot be read at all, by painters
whom the probe has not met, is left out, and a group of which nothing is left is refused by name.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from csdlib.embeddings.arrays import Embeddings
from csdlib.errors import InputError, unknown
from csdlib.files import AnyPath, atomic_path, text_hash
from csdlib.similarity.facets import Facet, Probed
from csdlib.similarity.probes import linear_map, probe

#: How a file says what it is, and by which rules it is read.
FORMAT = "csdlib facet space 1"

#: Directions whose length is below this share of a group's longest are rounding, and no part of its subspace.
_LEAST = 1e-2


@dataclass(frozen=True)
class ReadFacet:
    """A facet, how its values become columns, and how well it was read off painters whom the probe had not met.

    Every facet's truth has the same total variance, 1: a group's distance counts its facets alike.

    Attributes:
        name: of the facet.
        group: what it is a part of.
        meaning: what the number or the kind says.
        metric: of the score, see ``Facet.metric``.
        kinds: its kinds, sorted; empty for a number.
        level: the mean; of kinds the share of each.
        spread: the deviation; of kinds 1.
        score: on painters whom the probe had not met.
        low: the lower end of its interval over painters. The interval is wider where many facets were tried, so that
            all of them hold at once in 95 % of draws (Bonferroni's correction).
        high: the upper end.
        chance: the best score with exchanged records.
    """

    name: str
    group: str
    meaning: str
    metric: str
    kinds: tuple[str, ...]
    level: tuple[float, ...]
    spread: float
    score: float
    low: float
    high: float
    chance: float

    @property
    def width(self) -> int:
        """How many columns it has."""
        return len(self.level)

    @property
    def readable(self) -> bool:
        """Whether the lower end of the interval is above the best of chance, and for a number above the mean's 0."""
        return bool(self.low > (max(self.chance, 0.0) if self.metric == "R2" else self.chance))

    def columns(self, truth: np.ndarray) -> np.ndarray:
        """Values as columns, (n, width) float64: standardised; of kinds, centred; not a number where there is none.

        A kind's column is divided by the root of its share, so that distances are chi-squared ones.
        """
        if not self.kinds:
            return ((truth - self.level[0]) / self.spread)[:, None]
        share = np.array(self.level)
        each = (truth[:, None] == np.array(self.kinds)) - share
        each = each / np.sqrt(share * (len(share) - 1))
        return np.where(np.isin(truth, self.kinds)[:, None], each, np.nan)

    def said(self) -> str:
        """The score in words.

        Example:
            >>> ReadFacet("line", "edge", "", "R2", (), (0.0,), 1.0, 0.083, -0.013, 0.178, -0.03).said()
            'line: R2 0.08 [-0.01, 0.18], by chance up to -0.03'
        """
        score = f"{self.metric} {self.score:.2f} [{self.low:.2f}, {self.high:.2f}]"
        return f"{self.name}: {score}, by chance up to {self.chance:.2f}"


@dataclass(frozen=True)
class FacetSpace:
    """For each group of facets a linear projection from a descriptor's vectors.

    Attributes:
        descriptor: its name.
        fingerprint: of the descriptor; vectors of another are refused.
        facets: those that can be read, in the order of their columns.
        unread: those that cannot.
        weights: (d, m) float32.
        offset: (m,) float32.
        painters: whose works it is fitted on; it may not be judged on them.
        works: what these works are, in a few words.

    Raises:
        InputError: shapes that do not fit the facets, or numbers that are not finite.
    """

    descriptor: str
    fingerprint: str
    facets: tuple[ReadFacet, ...]
    unread: tuple[ReadFacet, ...]
    weights: np.ndarray
    offset: np.ndarray
    painters: tuple[str, ...]
    works: str = ""

    def __post_init__(self) -> None:
        wide = sum(facet.width for facet in self.facets)
        if self.weights.ndim != 2 or self.weights.shape[1] != wide or self.offset.shape != (wide,):
            raise InputError(f"{wide} columns of facets need weights (d, {wide}), got {self.weights.shape}")
        if not np.isfinite(self.weights).all() or not np.isfinite(self.offset).all():
            raise InputError("weights that are not finite")

    @property
    def groups(self) -> tuple[str, ...]:
        """The groups that can be asked for."""
        return tuple(dict.fromkeys(facet.group for facet in self.facets))

    @property
    def identity(self) -> str:
        """A name of these very projections; what was computed in another space cannot be compared."""
        return text_hash(FORMAT, self.fingerprint, self.groups, self.weights.tobytes(), self.offset.tobytes())

    def of(self, group: str) -> tuple[ReadFacet, ...]:
        """The facets of a group that can be read.

        Raises:
            InputError: there is no such group, or nothing of it can be read; the message says which groups there are.
        """
        found = tuple(facet for facet in self.facets if facet.group == group)
        if found:
            return found
        lost = [facet for facet in self.unread if facet.group == group]
        if not lost:
            raise unknown("facet", group, list(self.groups))
        best = max(lost, key=lambda facet: facet.low - facet.chance)
        raise InputError(
            f"facet {group!r}: {self.descriptor} does not show it beyond chance ({best.said()}); "
            f"choose one of {', '.join(self.groups)}"
        )

    def project(self, images: Embeddings, group: str) -> np.ndarray:
        """What is predicted of a group's facets.

        Args:
            images: n pictures, by the space's descriptor.
            group: one of ``groups``.

        Returns:
            (n, k) float32; a facet's truth would have variance 1 in its columns together, a weak guess varies less.

        Raises:
            InputError: another descriptor's vectors, or as ``of``.
        """
        self.require(images)
        columns = self._columns(group)
        return self._mapped(images, columns)

    def embedded(self, images: Embeddings, group: str) -> Embeddings:
        """The same as embeddings with metric l2, for all that compares pictures.

        Raises:
            InputError: as ``project``.
        """
        of = text_hash(self.identity, group)
        vectors = self.project(images, group)
        return Embeddings(vectors, images.ids, of, "l2", images.skipped, checked=True, collections=images.collections)

    def require(self, images: Embeddings) -> None:
        """Refuses vectors that are not the descriptor's.

        Raises:
            InputError: they are another's.
        """
        if images.fingerprint != self.fingerprint or images.vectors.shape[1] != len(self.weights):
            raise InputError(
                f"this facet space is of {self.descriptor} (fingerprint {self.fingerprint[:8]}), and the pictures were "
                f"described by another descriptor ({images.fingerprint[:8]}): describe them by {self.descriptor}, or "
                "fit a space of yours"
            )

    def overlap(self) -> pd.DataFrame:
        """How far the groups' subspaces of the descriptor's space are from orthogonal to each other.

        Returns:
            a row for each two groups: ``group``, ``other``, ``largest`` cosine of their principal angles in [0, 1] (0:
            orthogonal; 1: a direction in common), ``mean square`` of the cosines, and ``by chance``, what random
            subspaces of such dimensions have in the mean.
        """
        axes = {group: _axes(self.weights[:, self._columns(group)]) for group in self.groups}
        pairs = [(a, b) for place, a in enumerate(self.groups) for b in self.groups[place + 1 :]]
        rows = []
        for group, other in pairs:
            cosines = np.linalg.svd(axes[group].T @ axes[other], compute_uv=False)
            wider = max(axes[group].shape[1], axes[other].shape[1])
            numbers = (float(min(cosines.max(), 1)), float(np.mean(cosines**2)), min(1.0, wider / len(self.weights)))
            rows.append((group, other, *numbers))
        return pd.DataFrame(rows, columns=["group", "other", "largest", "mean square", "by chance"])

    def cross_talk(self, images: Embeddings, facets: Sequence[Facet], painters: np.ndarray) -> pd.DataFrame:
        """How well each group's projection alone predicts every facet: what one group gives away of another.

        Args:
            images: n works by painters whom the space has not met.
            facets: of these works.
            painters: (n,) whose each is.

        Returns:
            a row for each ``group`` and ``facet`` (with the group that it is ``of``): the score of a linear probe on
            the projection with its interval over painters.

        Raises:
            InputError: the space is fitted on one of the painters, or as ``probe``.
        """
        self.require_unmet(painters)
        rows = []
        for group in self.groups:
            found = probe(self.project(images, group), facets, painters, exchanges=0, controls=0)
            for facet in facets:
                estimate = found[facet.name].estimate()
                row = {"group": group, "facet": facet.name, "of": facet.group, "metric": facet.metric}
                rows.append(row | {"value": estimate.value, "low": estimate.low, "high": estimate.high})
        return pd.DataFrame(rows)

    def require_unmet(self, painters: np.ndarray) -> None:
        """Refuses to judge by works of painters that the space is fitted on.

        Raises:
            InputError: one of them is.
        """
        met = sorted(set(np.asarray(painters).astype(str)) & set(self.painters))
        if met:
            raise InputError(
                f"the facet space is fitted on works by {met[0]!r} and {len(met) - 1} others: judge others"
            )

    def save(self, path: AnyPath, *, dtype: str = "float16") -> None:
        """Writes weights and all that is known of them into one safetensors file.

        Args:
            path: ends in ``.safetensors``.
            dtype: of the weights; ``float16`` or ``float32``.

        Raises:
            InputError: another ending.
        """
        from safetensors.numpy import save_file

        if Path(path).suffix != ".safetensors":
            raise InputError(f"{path}: a facet space is written to a file that ends in .safetensors")
        about = {name: getattr(self, name) for name in ("descriptor", "fingerprint", "painters", "works")}
        about |= {name: [asdict(each) for each in getattr(self, name)] for name in ("facets", "unread")}
        with atomic_path(path) as temporary:
            tensors = {"weights": np.ascontiguousarray(self.weights, dtype), "offset": self.offset.astype(np.float32)}
            save_file(tensors, temporary, {"format": FORMAT, "about": json.dumps(about)})

    @classmethod
    def load(cls, path: AnyPath) -> "FacetSpace":
        """Reads what ``save`` wrote; nothing in it is executed.

        Raises:
            InputError: there is no such file, or it is no whole facet space.
        """
        from safetensors import SafetensorError, safe_open

        if not Path(path).is_file():
            raise InputError(f"{path}: there is no such file of a facet space")
        try:
            with safe_open(str(path), "numpy") as stored:
                known = stored.metadata() or {}
                if known.get("format") != FORMAT:
                    raise InputError(f"{path}: no facet space that this csdlib knows: make it with FacetSpace.save")
                tensors = {name: stored.get_tensor(name).astype(np.float32) for name in ("weights", "offset")}
            about = json.loads(known["about"])
            reads = {name: tuple(map(_read, about.pop(name))) for name in ("facets", "unread")}
            return cls(**about | reads | tensors | {"painters": tuple(about["painters"])})
        except InputError as error:
            raise InputError(str(error) if str(path) in str(error) else f"{path}: {error}") from error
        except (SafetensorError, OSError, KeyError, TypeError, ValueError, AttributeError) as error:
            raise InputError(f"{path}: no whole facet space ({error})") from error

    def _columns(self, group: str) -> np.ndarray:
        """The places of a group's columns."""
        own = {facet.name for facet in self.of(group)}
        return np.flatnonzero(np.repeat([facet.name in own for facet in self.facets], [f.width for f in self.facets]))

    def _mapped(self, images: Embeddings, columns: np.ndarray) -> np.ndarray:
        weights = self.weights[:, columns]
        said = [piece @ weights for _, piece in images.pieces()]
        return np.asarray(np.concatenate([*said, np.empty((0, len(columns)))]) + self.offset[columns], np.float32)


def fit_facets(
    images: Embeddings,
    facets: Sequence[Facet],
    painters: np.ndarray,
    *,
    descriptor: str = "your descriptor",
    works: str = "",
    exchanges: int = 19,
    seed: int = 0,
) -> FacetSpace:
    """Learns a projection for each group of facets.

    First each facet is probed, by painters who are held out: what cannot be read beyond chance is not offered. Then
    those that can be read are fitted on all painters.

    Args:
        images: n works.
        facets: what is true of them; their groups become the groups of the space.
        painters: (n,) whose each work is.
        descriptor: name of what made the vectors, for messages.
        works: what the works are, in a few words.
        exchanges: of records, to know chance; 19 or more.
        seed: of folds and exchanges.

    Raises:
        InputError: nothing can be read beyond chance, a name that stands twice, or as ``probe``.

    Example:
        >>> rng = np.random.default_rng(0)
        >>> painters, bright = np.repeat(np.arange(40), 5), np.repeat(rng.normal(size=40), 5)
        >>> vectors = np.column_stack([bright, rng.normal(size=(200, 3))]).astype(np.float32)
        >>> works = Embeddings(vectors, np.arange(200).astype(str), "x", "l2")
        >>> space = fit_facets(works, [Facet("key", "light", "planted", bright)], painters)
        >>> space.groups, space.project(works, "light").shape
        (('light',), (200, 1))
    """
    painters = np.asarray(painters).astype(str)
    if len({facet.name for facet in facets}) < len(facets):
        raise InputError("a facet's name stands twice: each needs one of its own")
    vectors = np.asarray(images.vectors, np.float32)
    found = probe(vectors, facets, painters, exchanges=exchanges, controls=0, seed=seed)
    level = 1 - 0.05 / max(1, len(facets))
    reads = {facet.name: _found(facet, found[facet.name], level) for facet in facets}
    # In the order of their groups, so that a group's columns stand together.
    order = sorted(facets, key=lambda facet: [each.group for each in facets].index(facet.group))
    offered = [facet for facet in order if reads[facet.name].readable]
    if not offered:
        raise InputError(f"nothing can be read beyond chance: {'; '.join(read.said() for read in reads.values())}")
    maps = [_fitted(vectors, facet, reads[facet.name], painters, seed) for facet in offered]
    weights = np.concatenate([each[0] for each in maps], axis=1).astype(np.float32)
    offset = np.concatenate([each[1] for each in maps]).astype(np.float32)
    unread = tuple(reads[facet.name] for facet in order if not reads[facet.name].readable)
    names = tuple(np.unique(painters).tolist())
    kept = tuple(reads[facet.name] for facet in offered)
    return FacetSpace(descriptor, images.fingerprint, kept, unread, weights, offset, names, works)


def _found(facet: Facet, probed: Probed, confidence: float) -> ReadFacet:
    values, estimate = facet.truth[facet.known], probed.estimate(level=confidence)
    kinds: tuple[str, ...] = ()
    level: tuple[float, ...]
    if facet.numeric:
        level = (float(values.mean()),)
    else:
        names, counts = np.unique(values, return_counts=True)
        kinds, level = tuple(names.tolist()), tuple((counts / len(values)).tolist())
    spread = float(values.std()) if facet.numeric else 1.0
    scores = (estimate.value, estimate.low, estimate.high, float(probed.chance.max()))
    about = (facet.name, facet.group, facet.meaning, facet.metric)
    return ReadFacet(*about, kinds, level, spread, *(round(score, 4) for score in scores))


def _fitted(
    vectors: np.ndarray, facet: Facet, read: ReadFacet, painters: np.ndarray, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    known = facet.known
    columns = read.columns(facet.truth[known]).astype(np.float32)
    return linear_map(vectors[known], columns, np.zeros(read.width, int), painters[known], seed=seed)


def _read(stored: dict[str, Any]) -> ReadFacet:
    return ReadFacet(**stored | {name: tuple(stored[name]) for name in ("kinds", "level")})


def _axes(weights: np.ndarray) -> np.ndarray:
    """An orthonormal basis of the space that columns span."""
    left, lengths, _ = np.linalg.svd(weights.astype(np.float64), full_matrices=False)
    return np.asarray(left[:, lengths > _LEAST * lengths[0]])
