"""How far a score falls as a picture becomes smaller, blurred, grey, cut or framed: by how strongly it is changed."""

import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from types import MappingProxyType

import numpy as np
import pandas as pd
from PIL import Image, ImageFilter, ImageOps

from csdlib.atelier import UNSEEN, atelier, render
from csdlib.datasets.wikiart.table import wikiart
from csdlib.descriptors.preprocessing import preprocessed
from csdlib.descriptors.protocol import Descriptor
from csdlib.descriptors.registry import load
from csdlib.descriptors.towers import TowerDescriptor
from csdlib.embeddings.arrays import Embedded
from csdlib.embeddings.embed_table import embed, encode_items
from csdlib.errors import lookup, require_range
from csdlib.files import AnyPath, cache_folder
from csdlib.images import thumbnail, without_colour
from csdlib.metrics.intervals import SHARE, SIGNED, Bounds, bootstrap, paired_difference
from csdlib.metrics.roc import roc_area
from csdlib.recipes.recorded.conditions import seen_changed
from csdlib.recipes.recorded.results import Recorded, write_results
from csdlib.recipes.shipped.csd_art import judging_artists
from csdlib.tables import ImageTable

Change = Callable[[Image.Image], Image.Image]

#: Side at which the atelier's queries are painted before they are reduced, in pixels.
LARGE = 512


def saved_as_jpeg(image: Image.Image, quality: int) -> Image.Image:
    """An RGB image after it was saved as JPEG, with colours at half the resolution as usual.

    Args:
        image: RGB.
        quality: 1 to 95, as Pillow counts it; higher = better.

    Example:
        >>> saved_as_jpeg(Image.new("RGB", (16, 16), (200, 30, 30)), 90).size
        (16, 16)
    """
    require_range("quality", quality, 1, 95)
    with io.BytesIO() as file:
        image.save(file, "JPEG", quality=quality, subsampling=2)
        return Image.open(file).convert("RGB")


def cropped(image: Image.Image, share: float) -> Image.Image:
    """The middle of an image, of the same shape, with such a share of its area, in (0, 1].

    Example:
        >>> cropped(Image.new("RGB", (40, 20)), 0.25).size
        (20, 10)
    """
    width, height = (max(1, round(length * share**0.5)) for length in image.size)
    left, top = (image.width - width) // 2, (image.height - height) // 2
    return image.crop((left, top, left + width, top + height))


def bordered(image: Image.Image, share: float) -> Image.Image:
    """An image on white paper, whose margin on every side is such a share of the longer side.

    Example:
        >>> bordered(Image.new("RGB", (40, 20)), 0.1).size
        (48, 28)
    """
    return ImageOps.expand(image, round(share * max(image.size)), "white")


def paled(image: Image.Image, share: float) -> Image.Image:
    """An image that lost such a share of its colour, in [0, 1]; at 1 it is grey.

    Example:
        >>> paled(Image.new("RGB", (1, 1), (255, 0, 0)), 1.0).getpixel((0, 0))
        (76, 76, 76)
    """
    return Image.blend(image, without_colour(image), share)


def blurred(image: Image.Image, share: float) -> Image.Image:
    """An image under a Gaussian whose deviation is such a share of the longer side."""
    return image.filter(ImageFilter.GaussianBlur(share * max(image.size)))


#: What is done to a picture, how, and how strongly: what changes least comes first.
STRENGTHS: Mapping[str, tuple[Callable[..., Image.Image], tuple[float, ...]]] = MappingProxyType(
    {
        "longest side": (thumbnail, (512, 256, 192, 128, 96, 64, 48, 32)),
        "jpeg quality": (saved_as_jpeg, (95, 75, 50, 25, 10)),
        "share kept": (cropped, (0.9, 0.75, 0.5, 0.25, 0.1)),
        "border": (bordered, (0.02, 0.05, 0.1, 0.2)),
        "colour lost": (paled, (0.25, 0.5, 0.75, 1.0)),
        "blur": (blurred, (0.0025, 0.005, 0.01, 0.02, 0.04)),
    }
)


@dataclass(frozen=True)
class _Asked:
    """Queries as they are, as pictures and as descriptors, and the database."""

    descriptor: Descriptor
    pictures: Sequence[Image.Image]
    plain: Embedded
    known: Embedded

    def seen(self, change: Change, pictures: Sequence[Image.Image] | None = None) -> Embedded:
        """The queries, changed. The weights that see them are the same: the numbers may be compared."""
        named = zip(self.plain.ids.tolist(), pictures or self.pictures, strict=True)
        changed = ((name, partial(change, image)) for name, image in named)
        return replace(self.plain, vectors=encode_items(changed, self.descriptor).vectors)

    def rows(self, seen: Embedded) -> list[dict[str, object]]:
        """The ``measure``s of changed queries, over artists."""
        groups = self.plain.table.column("artist")
        now, before = (_told_apart(each, self.known) for each in (seen, self.plain))
        by_query, unchanged = (seen_changed(each, self.plain, self.known) for each in (seen, self.plain))
        numbers: dict[str, tuple[np.ndarray, Bounds]] = {
            "same picture": (by_query["same picture"], SIGNED),
            "recall@1": (by_query["recall@1"], SHARE),
            "told apart": (now, SHARE),
        }
        found = {what: bootstrap(values, groups=groups, bounds=bounds) for what, (values, bounds) in numbers.items()}
        # Of a difference with itself there is no interval.
        if seen is not self.plain:
            found["recall@1 above"] = paired_difference(by_query["recall@1"], unchanged["recall@1"], groups=groups)
            found["told apart above"] = paired_difference(now, before, groups=groups)
        return [{"measure": what} | estimate.row() for what, estimate in found.items()]


def record_strengths(
    output: AnyPath,
    root: AnyPath | None = None,
    *,
    descriptors: Sequence[str] = ("csd-tiny", "clip-tiny", "colour", "gram"),
    real: Sequence[str] = ("csd-art", "colour"),
    artists: Sequence[str] = (),
    painters: Sequence[str] = UNSEEN,
    queries: int = 4,
    conditions: Sequence[str] = tuple(STRENGTHS),
    command: str = "",
) -> Recorded:
    """Records scores, retrieval and verification of changed queries by how strongly they were changed.

    Args:
        output: a csv file with a row for each ``world`` (``atelier``, ``paintings``), ``descriptor``, ``condition``,
            ``strength`` and ``measure``: the cosine with the ``same picture`` as it is; ``recall@1`` among works as
            they are; ``told apart``: how often a work by the query's artist scores above one by another, the area under
            the ROC curve of each query; and how far the last two are ``above`` those of the unchanged, paired by query.
            ``unchanged`` pictures are of 128 pixels in the atelier, of 224 in the paintings. ``reference crop`` is what
            the released preprocessing leaves of a picture, its strength the mean share that is lost. Intervals are
            over artists.
        root: folder with ``wikiart.csv`` and the paintings; without it there is the atelier alone.
        descriptors: of the atelier.
        real: of the paintings.
        artists: whose paintings; by default those who judge csd-art.
        painters: of the atelier, whose works are the queries; by default those whom no descriptor has seen.
        queries: paintings of each artist that are changed.
        conditions: keys of ``STRENGTHS``.
        command: what makes it again.

    Raises:
        InputError: the table or an image is missing.
    """
    cache = cache_folder() / "embeddings"
    works = atelier(progress=False)
    asked, known = works.where(split="query", artist=list(painters)), works.where(split="database")
    large = [Image.fromarray(render(*scene, LARGE)) for scene in _scenes(asked)]
    rows = []
    for name in descriptors:
        whole = embed(works, load(name), cache=cache, progress=False)
        rows += _graded("atelier", _asked(load(name), asked, whole.of(known)), conditions, large)
    facts = {"atelier": {"queries": len(asked), "works": len(known)}}
    if root is not None:
        paintings = wikiart(root).where(artist=list(artists or judging_artists()))
        few, database = _some_of_each(paintings.where(split="query"), queries), paintings.where(split="database")
        for name in real:
            whole = embed(paintings, load(name), cache=cache, progress=False)
            rows += _graded("paintings", _asked(load(name), few, whole.of(database)), conditions)
        facts["paintings"] = {"queries": len(few), "works": len(database)}
    used = sorted({*descriptors, *(real if root is not None else ())})
    return write_results(output, facts, pd.DataFrame(rows).round(4), command=command, descriptors=used)


def _graded(
    world: str, asked: _Asked, conditions: Sequence[str], large: Sequence[Image.Image] | None = None
) -> list[dict[str, object]]:
    """The rows of one descriptor: every condition in every strength, and the reference's crop."""
    rows = [{"condition": "unchanged", "strength": 0.0} | row for row in asked.rows(asked.plain)]
    longest = max(max(image.size) for image in large or asked.pictures)
    for condition in conditions:
        change, strengths = lookup("condition", condition, STRENGTHS)
        pictures = large if condition == "longest side" else None
        for strength in strengths:
            # No picture is made larger.
            if condition == "longest side" and strength > longest:
                continue
            seen = asked.seen(_at(change, strength), pictures)
            rows += [{"condition": condition, "strength": strength} | row for row in asked.rows(seen)]
    if world == "paintings" and isinstance(asked.descriptor, TowerDescriptor):
        rows += _reference_crop(asked)
    return [{"world": world, "descriptor": asked.descriptor.name} | row for row in rows]


def _at(change: Callable[..., Image.Image], strength: float) -> Change:
    return lambda image: change(image, strength)


def _reference_crop(asked: _Asked) -> list[dict[str, object]]:
    """What the released preprocessing leaves: the middle square."""
    lost = float(np.mean([1 - min(image.size) / max(image.size) for image in asked.pictures]))
    cut = replace(asked, descriptor=preprocessed(asked.descriptor, "reference"))
    rows = asked.rows(cut.seen(lambda image: image))
    return [{"condition": "reference crop", "strength": round(lost, 3)} | row for row in rows]


def _asked(descriptor: Descriptor, table: ImageTable, known: Embedded) -> _Asked:
    pictures = [table.open(row) for row in range(len(table))]
    return _Asked(descriptor, pictures, embed(table, descriptor, progress=False), known)


def _scenes(table: ImageTable) -> list[tuple[str, str, int]]:
    frame = table.frame
    return list(zip(frame["artist"], frame["content"], frame["seed"].astype(int), strict=True))


def _some_of_each(table: ImageTable, count: int) -> ImageTable:
    """The first images of each artist."""
    return table.take(np.flatnonzero(table.frame.groupby("artist").cumcount().to_numpy() < count))


def _told_apart(seen: Embedded, known: Embedded) -> np.ndarray:
    """How often a work by the query's artist scores above one by another, (q,) in [0, 1]; a tie counts half."""
    cosines = seen.vectors @ known.vectors.T
    same = seen.table.column("artist")[:, None] == known.table.column("artist")
    return np.array([roc_area(row, own) for row, own in zip(cosines, same, strict=True)])
