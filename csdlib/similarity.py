"""How alike two pictures, or two bodies of work, are in style; and whose a picture's style is, if anybody's.

The paper's General Style Similarity (arXiv:2404.01292, Section 6) is the cosine of two prototypes: of an artist's
works, and of what a generator made in the artist's name.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd
from PIL import Image
from torch import Tensor

from csdlib.descriptors import Descriptor, encode_images, maker
from csdlib.embeddings import Embeddings
from csdlib.errors import InputError
from csdlib.images import ImageLike, open_image


@dataclass(frozen=True)
class Score:
    """A style similarity.

    Attributes:
        value: in [-1, 1]; higher = more alike. Where a score begins to mean "the same style" depends on the
            descriptor: compare it with the scores of pictures whose makers are known.
        low: lower end of the 95 % bootstrap interval; None when one image was compared with one.
        high: upper end; None when one image was compared with one.
        descriptor: name of the descriptor.
        n_references: images on the second side. Scores of prototypes rise with it: report it.
    """

    value: float
    low: float | None
    high: float | None
    descriptor: str
    n_references: int

    def __float__(self) -> float:
        return self.value

    def __str__(self) -> str:
        interval = "" if self.low is None else f" [{self.low:.3f}, {self.high:.3f}]"
        return f"{self.value:.3f}{interval} ({self.descriptor}, {self.n_references} reference(s))"


Images = ImageLike | Sequence[ImageLike]


def style_similarity(
    a: Images, b: Images, *, descriptor: str | Descriptor = "csd-tiny", n_bootstrap: int = 1000, seed: int = 0
) -> Score:
    """The cosine of the style descriptors of two images, or of the prototypes of two sets.

    Args:
        a: an image (path or PIL image), or several.
        b: the references: an image, or several.
        descriptor: a name of ``list_descriptors()``, or a descriptor whose metric is cosine.
        n_bootstrap: resamples of the interval, drawn from the images of both sides.
        seed: of the resamples.

    Raises:
        InputError: an image that cannot be read, an empty list, an unknown descriptor, or one that has no cosine.
    """
    measure = _made(maker(descriptor)) if isinstance(descriptor, str) else descriptor
    if measure.metric != "cosine":
        raise InputError(f"style_similarity needs a cosine descriptor; {measure.name} uses {measure.metric}")
    first, second = (_encode(measure, images) for images in (a, b))
    value = float(prototype(first) @ prototype(second))
    value = min(1.0, max(-1.0, value))
    low, high = _interval(first, second, value, n_bootstrap, seed)
    return Score(value, low, high, measure.name, len(second))


def prototype(vectors: np.ndarray) -> np.ndarray:
    """The mean direction of descriptors, which stands for an artist.

    Args:
        vectors: (n, d) or (..., n, d), rows of unit norm.

    Returns:
        (d,) or (..., d), unit norm.

    Raises:
        InputError: no rows, or rows that cancel out.

    Example:
        >>> prototype(np.array([[1.0, 0.0], [0.0, 1.0]])).round(3).tolist()
        [0.707, 0.707]
    """
    if vectors.shape[-2] == 0:
        raise InputError("a prototype needs at least one image")
    mean = vectors.mean(axis=-2)
    norm = np.linalg.norm(mean, axis=-1, keepdims=True)
    if (norm == 0).any():
        raise InputError("these descriptors cancel out: they have no mean direction")
    return mean / norm


def prototypes(vectors: np.ndarray, artists: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The prototype of every artist.

    Args:
        vectors: (n, d), rows of unit norm.
        artists: (n,) names; an empty name stands for unknown, and is left out.

    Returns:
        the names, (a,), sorted; the prototypes, (a, d) float32 of unit norm; and how many images each stands on, (a,).

    Raises:
        InputError: no artist.

    Example:
        >>> names, found, counts = prototypes(np.eye(3), np.array(["b", "a", "b"]))
        >>> names.tolist(), np.square(found).round(1).tolist(), counts.tolist()
        (['a', 'b'], [[0.0, 1.0, 0.0], [0.5, 0.0, 0.5]], [1, 2])
    """
    names, counts = np.unique(artists[artists != ""], return_counts=True)
    if not len(names):
        raise InputError("no image has an artist")
    found = [prototype(np.asarray(vectors[artists == name], dtype=np.float64)) for name in names]
    return names, np.stack(found).astype(np.float32), counts


def general_style_similarity(
    made: Embeddings,
    asked: np.ndarray,
    works: Embeddings,
    artists: np.ndarray,
    *,
    n_bootstrap: int = 1000,
    seed: int = 0,
) -> pd.DataFrame:
    """The General Style Similarity of every artist (arXiv:2404.01292, Section 6).

    Args:
        made: generated images.
        asked: (g,) in whose name each was made.
        works: the artists' own images, by the same descriptor, with metric cosine.
        artists: (n,) whose work each is; an empty name stands for unknown.
        n_bootstrap: resamples of each interval, drawn from the images of both sides.
        seed: of the resamples.

    Returns:
        one row an artist of either side: ``artist``; ``value`` in [-1, 1], higher = more alike, not a number where one
        side is missing; ``low`` and ``high`` of the 95 % bootstrap interval; ``generated`` and ``references``, how many
        images stand behind the value; and ``note``, which says what is wrong with it.

    Raises:
        InputError: embeddings of two descriptors, without cosine, or another number of names than of images.
    """
    _require_pair(made, works)
    for names, embeddings in ((asked, made), (artists, works)):
        if len(names) != len(embeddings):
            raise InputError(f"{len(names)} artists for {len(embeddings)} images")
    rows = []
    for name in sorted({*asked.tolist(), *artists.tolist()} - {""}):
        first, second = made.vectors[asked == name], works.vectors[artists == name]
        row = {"artist": name, "value": np.nan, "low": np.nan, "high": np.nan}
        if len(first) and len(second):
            value = float(np.clip(prototype(first) @ prototype(second), -1, 1))
            low, high = _interval(first, second, value, n_bootstrap, seed)
            row |= {"value": value, "low": np.nan if low is None else low, "high": np.nan if high is None else high}
        rows.append(row | {"generated": len(first), "references": len(second), "note": _note(len(first), len(second))})
    return pd.DataFrame(rows)


@dataclass(frozen=True)
class Candidates:
    """Artists whose a picture's style may be, and where a likeness begins to mean something.

    Attributes:
        names: (a,) the artists.
        vectors: (a, d) their prototypes.
        counts: (a,) images behind each.
        threshold: the cosine from which an artist is named.
        wrong: the share of works by artists who are not on the list that are given to one of it all the same.
        found: the share of works by artists on the list that are given to the right one.
        fingerprint: of the descriptor.
    """

    names: np.ndarray
    vectors: np.ndarray
    counts: np.ndarray
    threshold: float
    wrong: float
    found: float
    fingerprint: str

    def rank(self, images: Embeddings, k: int = 5) -> pd.DataFrame:
        """The artists whose prototypes each image is most like, best first, and whether anybody is named.

        Args:
            images: by the same descriptor. The threshold was set on works: on other kinds of images, photographs say,
                the share of wrong names is not known.
            k: artists an image.

        Returns:
            one row an image and rank: ``image_id, rank, artist, similarity, references`` and ``named``: whether the
            similarity reaches the threshold. An image without a named artist has no match on this list.

        Raises:
            InputError: embeddings of another descriptor.
        """
        if images.fingerprint != self.fingerprint:
            raise InputError("the images and the candidates were embedded by two descriptors: embed both by one")
        scores = images.vectors @ self.vectors.T
        order = np.argsort(-scores, axis=1, kind="stable")[:, :k]
        best = np.take_along_axis(scores, order, axis=1)
        return pd.DataFrame(
            {
                "image_id": np.repeat(images.ids, order.shape[1]),
                "rank": np.tile(np.arange(1, order.shape[1] + 1), len(images)),
                "artist": self.names[order].ravel(),
                "similarity": best.ravel(),
                "references": self.counts[order].ravel(),
                "named": (best >= self.threshold).ravel(),
            }
        )


def candidates(works: Embeddings, artists: np.ndarray, *, wrong: float = 0.05) -> Candidates:
    """Artists to be ranked, with a threshold that keeps names away from strangers.

    Every work is compared with the prototypes of all other artists, as if its own were not on the list: the threshold
    is what the likest of them reaches for a share ``wrong`` of the works. Then every work is compared with all, its own
    artist's prototype made without it, to see how often the right one is named.

    Args:
        works: the artists' images, with metric cosine; not the images that will be asked about.
        artists: (n,) names; an empty name stands for unknown, and is left out.
        wrong: the share of strangers' works that may be given to somebody, in (0, 1).

    Raises:
        InputError: fewer than two artists, no cosine, or a share outside (0, 1).
    """
    if not 0 < wrong < 1:
        raise InputError(f"wrong must be in (0, 1), got {wrong}")
    _require_pair(works, works)
    known = artists != ""
    vectors, artists = np.asarray(works.vectors[known], dtype=np.float64), artists[known]
    names, means, counts = prototypes(vectors, artists)
    if len(names) < 2:
        raise InputError("candidates need two artists or more: with one of them nobody could be mistaken")
    own = np.searchsorted(names, artists)
    scores, rows = vectors @ means.T, np.arange(len(vectors))
    without = np.stack([vectors[artists == name].sum(axis=0) for name in names])[own] - vectors
    norms = np.linalg.norm(without, axis=1)
    # An artist with a single work has no prototype without it, and cannot be found.
    mine = np.where(counts[own] > 1, (without * vectors).sum(axis=1) / np.maximum(norms, 1e-12), -np.inf)
    scores[rows, own] = -np.inf
    stranger = scores.max(axis=1)
    threshold = float(np.quantile(stranger, 1 - wrong))
    found = float(((mine > stranger) & (mine >= threshold)).mean())
    return Candidates(names, means, counts, threshold, wrong, found, works.fingerprint)


def _require_pair(first: Embeddings, second: Embeddings) -> None:
    if first.fingerprint != second.fingerprint:
        raise InputError("these images were embedded by two descriptors: their similarity means nothing")
    if first.metric != "cosine":
        raise InputError("prototypes need a cosine descriptor")


def _note(generated: int, references: int) -> str:
    """What is wrong with a number that stands on so many images."""
    if not generated:
        return "nothing was generated in this name"
    if not references:
        return "no work by this artist"
    few = [
        f"one {kind}: the interval does not know how much others differ"
        for kind, n in (("generated image", generated), ("work", references))
        if n == 1
    ]
    return "; ".join(few)


@lru_cache(maxsize=4)
def _made(make: Callable[..., Descriptor]) -> Descriptor:
    """What a registered function makes, kept: comparing a hundred pairs must not load the weights a hundred times."""
    return make()


def _encode(descriptor: Descriptor, images: Images) -> np.ndarray:
    single = isinstance(images, (str, Image.Image)) or hasattr(images, "__fspath__")
    listed = [images] if single else list(images)  # type: ignore[arg-type]
    if not listed:
        raise InputError("style_similarity was given an empty list of images")
    vectors: Tensor = encode_images(descriptor, [open_image(image) for image in listed])  # type: ignore[arg-type]
    return vectors.numpy().astype(np.float64)


def _interval(
    first: np.ndarray, second: np.ndarray, value: float, n_bootstrap: int, seed: int
) -> tuple[float | None, float | None]:
    if len(first) == len(second) == 1:
        return None, None
    random = np.random.default_rng(seed)
    drawn = [_resampled_prototypes(side, n_bootstrap, random) for side in (first, second)]
    scores = (drawn[0] * drawn[1]).sum(axis=1)
    # A resample holds fewer distinct images than the sample, so its cosines lie nearer to 0: the shift is taken out.
    low, high = np.clip(np.quantile(scores, [0.025, 0.975]) + value - scores.mean(), -1, 1)
    return float(low), float(high)


def _resampled_prototypes(vectors: np.ndarray, n_bootstrap: int, random: np.random.Generator) -> np.ndarray:
    """(n_bootstrap, d): the prototype of every resample. How often each image was drawn is one matrix."""
    n = len(vectors)
    counts = random.multinomial(n, np.full(n, 1 / n), size=n_bootstrap)
    sums = counts @ vectors
    return sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-12)
