"""What happens to a score when a picture is not as the descriptor knows pictures: grey, small, framed, a detail."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from types import MappingProxyType

import numpy as np
import pandas as pd
from PIL import Image, ImageChops, ImageFilter, ImageOps

from csdlib.datasets.wikiart.table import wikiart
from csdlib.descriptors.altered import Altered
from csdlib.descriptors.registry import load
from csdlib.embeddings.arrays import Embedded
from csdlib.embeddings.embed_table import embed
from csdlib.files import AnyPath, cache_folder
from csdlib.images import thumbnail, without_colour
from csdlib.metrics.intervals import SHARE, SIGNED, bootstrap, paired_difference
from csdlib.recipes.recorded.results import Recorded, write_results
from csdlib.recipes.shipped.csd_art import judging_artists
from csdlib.retrieval.relevance import matches
from csdlib.tables import ImageTable

#: Fields of a colour chart, as scans of archives have one beside the work.
_CHART = ("#000000", "#7f7f7f", "#ffffff", "#c0392b", "#e67e22", "#f1c40f", "#27ae60", "#2980b9", "#8e44ad")


def in_sepia(image: Image.Image) -> Image.Image:
    """In browns, as an old photograph of it."""
    return ImageOps.colorize(image.convert("L"), "#20140a", "#fff3da", "#a5845c")


def detail(image: Image.Image) -> Image.Image:
    """Its middle: half as wide, half as high."""
    width, height = image.size
    return image.crop((width // 4, height // 4, width // 4 + -(-width // 2), height // 4 + -(-height // 2)))


def framed(image: Image.Image) -> Image.Image:
    """In a golden frame on a grey wall, as wide as a tenth of the picture each."""
    width = max(1, max(image.size) // 10)
    return ImageOps.expand(ImageOps.expand(image, width, "#a8842c"), width, "#b9b6af")


def with_chart(image: Image.Image) -> Image.Image:
    """On white paper, with a colour chart below it."""
    side = max(1, image.width // len(_CHART))
    margin = max(1, max(image.size) // 20)
    sheet = Image.new("RGB", (image.width + 2 * margin, image.height + side + 3 * margin), "white")
    sheet.paste(image, (margin, margin))
    for number, colour in enumerate(_CHART):
        sheet.paste(Image.new("RGB", (side, side), colour), (margin + number * side, image.height + 2 * margin))
    return sheet


def drawn(image: Image.Image) -> Image.Image:
    """Its outlines and darks in pencil: brightness divided by that of its surroundings."""
    grey = image.convert("L")
    around = ImageOps.invert(ImageOps.invert(grey).filter(ImageFilter.GaussianBlur(max(image.size) / 40)))
    quotient = np.asarray(grey, np.float32) * 255 / np.maximum(np.asarray(around, np.float32), 1)
    return Image.fromarray(np.clip(quotient, 0, 255).astype(np.uint8)).convert("RGB")


def photographed(image: Image.Image) -> Image.Image:
    """From the side and in the light of a lamp: warm, and darker towards one edge."""
    width, height = image.size
    corners = (-0.12 * width, -0.08 * height, -0.02 * width, 1.05 * height, 1.02 * width, height, width, 0)
    tilted = image.transform(image.size, Image.Transform.QUAD, corners, Image.Resampling.BICUBIC, fillcolor="#6d675f")
    # From 140 at one edge to 255 at the other.
    light = (
        Image.linear_gradient("L")
        .rotate(90)
        .resize(image.size)
        .point([140 + level * 115 // 255 for level in range(256)])
    )
    lamp = Image.merge("RGB", [light.point([level * share // 100 for level in range(256)]) for share in (100, 92, 72)])
    return ImageChops.multiply(tilted, lamp)


#: What is done to a picture, by name.
CONDITIONS: MappingProxyType[str, Callable[[Image.Image], Image.Image]] = MappingProxyType(
    {
        "as it is": lambda image: image,
        "mirrored": ImageOps.mirror,
        "64 pixels": partial(thumbnail, side=64),
        "32 pixels": partial(thumbnail, side=32),
        "a detail": detail,
        "in grey": without_colour,
        "in sepia": in_sepia,
        "in a frame": framed,
        "with a colour chart": with_chart,
        "photographed in a room": photographed,
        "as a pencil drawing": drawn,
    }
)


def record_conditions(
    root: AnyPath,
    output: AnyPath,
    *,
    descriptors: Sequence[str] = ("csd-art", "colour"),
    artists: Sequence[str] = (),
    command: str = "",
) -> Recorded:
    """Records how changed queries are found among paintings as they are.

    Args:
        root: folder with ``wikiart.csv`` and the images.
        output: a csv file with a row for each descriptor, condition and ``measure``: ``recall@1``; how far it is
            ``above`` that of the pictures as they are, paired by query; the cosine with the ``same picture`` as it is;
            and the mean cosine with works by the ``same artist`` and by ``other artists`` in the database. Intervals
            are over artists.
        descriptors: names, with cosine.
        artists: whose paintings; by default those who judge csd-art.
        command: what makes it again.

    Raises:
        InputError: the table or an image is missing.
    """
    table = wikiart(root).where(artist=list(artists or judging_artists()))
    rows = [row for name in descriptors for row in _changed(table, name)]
    facts = {"queries": int((table.frame["split"] == "query").sum()), "works": len(table)}
    facts |= {"artists": table.frame["artist"].nunique()}
    return write_results(output, facts, pd.DataFrame(rows).round(4), command=command, descriptors=descriptors)


def seen_changed(seen: Embedded, plain: Embedded, known: Embedded) -> dict[str, np.ndarray]:
    """What became of each query when its picture was changed.

    Args:
        seen: q queries, changed.
        plain: the same as they are.
        known: the database.

    Returns:
        (q,) numbers each: ``recall@1``, and the cosine with the ``same picture``, and the mean ones with works by the
        ``same artist`` and by ``other artists``.
    """
    same = plain.table.column("artist")[:, None] == known.table.column("artist")
    # Rounding may leave a cosine just beyond 1.
    cosines = np.clip(seen.vectors @ known.vectors.T, -1, 1)
    return {
        "recall@1": matches(seen, known, 1).hits[:, 0].astype(float),
        "same picture": np.clip(np.einsum("qd,qd->q", seen.vectors, plain.vectors), -1, 1),
        "same artist": np.where(same, cosines, 0).sum(axis=1) / same.sum(axis=1),
        "other artists": np.where(same, 0, cosines).sum(axis=1) / (~same).sum(axis=1),
    }


def _changed(table: ImageTable, name: str) -> list[dict[str, object]]:
    """The rows of one descriptor."""
    descriptor, cache = load(name), cache_folder() / "embeddings"
    plain, known = (embed(table.where(split=split), descriptor, cache=cache) for split in ("query", "database"))
    groups = plain.table.column("artist")
    first = matches(plain, known, 1).hits[:, 0].astype(float)
    rows = []
    for condition, change in CONDITIONS.items():
        seen = embed(plain.table, Altered(descriptor, change, condition), cache=cache)
        # Changed or not, the weights that saw them are the same: the numbers may be compared.
        seen = replace(seen, fingerprint=known.fingerprint)
        by_query = seen_changed(seen, plain, known)
        measured = {
            what: bootstrap(values, groups=groups, bounds=SHARE if what == "recall@1" else SIGNED)
            for what, values in by_query.items()
        }
        measured["above"] = paired_difference(by_query["recall@1"], first, groups=groups)
        rows += [
            {"descriptor": name, "condition": condition, "measure": what} | estimate.row()
            for what, estimate in measured.items()
        ]
    return rows
