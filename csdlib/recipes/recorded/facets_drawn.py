"""What descriptors know of drawn pictures, facet by facet, layer by layer; and whether facets are what they say."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

import numpy as np
import pandas as pd

from csdlib.descriptors.csd import CSD
from csdlib.descriptors.layers import Layers
from csdlib.descriptors.registry import load
from csdlib.embeddings.embed_table import embed
from csdlib.files import AnyPath, cache_folder
from csdlib.metrics.intervals import correlation
from csdlib.recipes.recorded.facet_worlds import DrawnWorlds, World
from csdlib.recipes.recorded.results import Recorded, write_results
from csdlib.similarity.facets import Facet, Probed, summary
from csdlib.similarity.measured import PICTURE_MEASURES
from csdlib.similarity.probes import probe

DESCRIPTORS = ("csd-tiny", "clip-tiny", "random-tiny", "colour", "gram", "csd-art")
LAYERED = ("csd-tiny", "clip-tiny", "random-tiny")

#: A facet, what it should change in a picture, and in which direction: 1 more of it, -1 less. Of a kind, its name.
_SHOWS = (
    ("chroma", "", "chroma", 1),
    ("redness", "", "redness", 1),
    ("yellowness", "", "yellowness", 1),
    ("saturation", "", "chroma", 1),
    ("harmony", "monochrome", "hue spread", -1),
    ("contrast", "", "contrast", 1),
    ("key", "", "lightness", 1),
    ("spot", "", "pool", 1),
    ("stroke width", "", "fineness", -1),
    ("stroke length", "", "coherence", 1),
    ("jitter", "", "fineness", 1),
    ("direction", "vertical", "upright", 1),
    ("direction", "horizontal", "upright", -1),
    ("direction", "diagonal", "slanted", 1),
    ("line", "", "thin darks", 1),
    ("grain", "", "fineness", 1),
    ("margin", "", "rim", -1),
    ("scale", "", "figure size", 1),
    ("shift", "", "figure across", 1),
)


def record_shown(worlds: DrawnWorlds, output: AnyPath, *, command: str = "") -> Recorded:
    """Records what each habit changes in a picture: the check that a facet's name says what it is.

    Args:
        worlds: of which the invented one is measured.
        output: a csv file. Rows with ``check`` ``changed``: the mean change of a pixel in [0, 1] where one habit is
            changed in one ``medium``, 0 where the medium does not use it. Rows with ``measured``: over invented
            painters, the correlation of a ``facet`` with a ``measure`` of the pictures that does not know it, both
            averaged over a painter's works and less the mean of the medium's painters, times the ``sign`` that it
            should have.
        command: what makes it again.
    """
    world = worlds.invented
    rows = [
        {"check": "changed", "facet": habit, "medium": medium, "value": value}
        for habit, mediums in worlds.shown.items()
        for medium, value in mediums.items()
    ]
    rows += [{"check": "measured"} | row for row in measured_rows(world)]
    facts = {"measures": dict(PICTURE_MEASURES) | _OF_FIGURES} | _counts(world)
    return write_results(output, facts, pd.DataFrame(rows).round(4), command=command)


_OF_FIGURES = {"figure size": "share of the picture that is the subject", "figure across": "its middle, from 0 left"}


def measured_rows(world: World) -> Iterator[dict[str, Any]]:
    """The rows ``measured`` of ``record_shown``."""
    figures = [made.figure for made in world.made]
    sizes, across = zip(*((figure.mean(), np.nonzero(figure)[1].mean() / 63) for figure in figures), strict=True)
    measures = world.measured.assign(**{"figure size": sizes, "figure across": across})
    facets = {facet.name: facet for facet in world.facets}
    mediums = [made.painter.medium for made in world.made]
    for name, kind, measure, sign in _SHOWS:
        facet = facets[name]
        values = facet.truth if facet.numeric else np.where(facet.known, (facet.truth == kind).astype(float), np.nan)
        works = pd.DataFrame(
            {"x": values, "y": measures[measure], "painter": world.painters, "medium": mediums}
        ).dropna()
        means = works.groupby(["painter", "medium"]).mean()
        both = means - means.groupby("medium").transform("mean")
        found = correlation(both["x"].to_numpy(), sign * both["y"].to_numpy())
        row = {"facet": name, "kind": kind, "measure": measure, "sign": sign}
        yield row | {"value": found.value, "low": found.low, "high": found.high, "painters": found.n}


def record_probes(
    worlds: DrawnWorlds,
    output: AnyPath,
    *,
    descriptors: Sequence[str] = DESCRIPTORS,
    exchanges: int = 99,
    command: str = "",
) -> Recorded:
    """Records what each descriptor knows of each facet.

    Args:
        worlds: whose works are described.
        output: a csv file with a row for each ``world``, ``descriptor``, ``way`` (``linear``, ``kernel``; ``shared``:
            linear, with painters on both sides, as one should not, for three descriptors) and ``facet``: the score, its
            interval over painters, the means of chance and control task, p, and in ``above`` (with its interval) by how
            much the first descriptor's score is higher, paired. The json beside it holds the facets' groups, meanings,
            metrics and counts.
        descriptors: names; the first is the one that others are compared with.
        exchanges: see ``probe``; of linear probes only.
        command: what makes it again.
    """
    ways_of = ((worlds.invented, ("linear", "kernel", "shared")), (worlds.catalogue, ("linear",)))
    rows: list[dict[str, Any]] = []
    for world, ways in ways_of:
        for way in ways:
            names = descriptors[:3] if way == "shared" else descriptors
            results = {name: _probed(world, name, way, exchanges if way == "linear" else 0) for name in names}
            rows += _compared(results, world.name, way)
    facts = {"worlds": {world.name: _counts(world) for world, _ in ways_of}, "exchanges": exchanges}
    facts |= {"facets": {facet.name: _said(facet) for facet in worlds.invented.facets}}
    frame = pd.DataFrame(rows).round(3)
    return write_results(output, facts, frame, command=command, descriptors=descriptors)


def _probed(world: World, descriptor: str, way: str, exchanges: int) -> dict[str, Probed]:
    shared = way == "shared"
    options: dict[str, Any] = {"way": "linear" if shared else way, "share_painters": shared}
    return probe(world.vectors(descriptor), world.facets, world.painters, exchanges=exchanges, **options)


def _compared(results: Mapping[str, dict[str, Probed]], world: str, way: str) -> Iterator[dict[str, Any]]:
    first = next(iter(results))
    for name, found in results.items():
        for facet, probed in found.items():
            row = summary(probed, world=world, way=way, descriptor=name)
            for column in ("metric", "n", "unit", "note", "selectivity"):
                del row[column]
            if name != first:
                row |= results[first][facet].above(probed).columns("above")
            yield row


def record_layers(worlds: DrawnWorlds, output: AnyPath, *, command: str = "") -> Recorded:
    """Records what each layer of the small towers knows of each facet of works by invented painters.

    Args:
        worlds: of which the invented one is described.
        output: a csv file with a row for each ``descriptor`` (``random-tiny`` is the same tower untrained), ``layer``
            and ``facet``: the score of a linear probe with its interval over painters, and in ``lost`` (with its
            interval) by how much the tower's best layer is above the ``style`` that leaves it, paired. Which layer is
            best is seen on the same painters, so this is a little too high.
        command: what makes it again.
    """
    world = worlds.invented
    rows = [row for name in LAYERED for row in layer_rows(world, name)]
    facts = {"worlds": {world.name: _counts(world)}}
    return write_results(output, facts, pd.DataFrame(rows).round(3), command=command, descriptors=LAYERED)


def layer_rows(world: World, descriptor: str) -> Iterator[dict[str, Any]]:
    """The rows of one descriptor of ``record_layers``."""
    layers = Layers(cast(CSD, load(descriptor)))
    seen = embed(world.table, layers, cache=cache_folder() / "embeddings", progress=False).vectors
    found = {
        layer: probe(seen[:, place], world.facets, world.painters, exchanges=0, controls=0)
        for layer, place in layers.parts.items()
    }
    for facet in (facet.name for facet in world.facets):
        best = max(found, key=lambda layer: found[layer][facet].score)
        lost = found[best][facet].above(found["style"][facet])
        for layer, probed in found.items():
            estimate = probed[facet].estimate()
            row: dict[str, Any] = {"descriptor": descriptor, "layer": layer, "facet": facet}
            row |= {"value": estimate.value, "low": estimate.low, "high": estimate.high}
            yield row | (lost.columns("lost") if layer == best else {})


def _counts(world: World) -> dict[str, int]:
    return {"works": len(world.table), "painters": len(np.unique(world.painters))}


def _said(facet: Facet) -> dict[str, Any]:
    """What is to be known of a facet."""
    values = facet.truth[facet.known]
    kinds = {} if facet.numeric else {"kinds": len(np.unique(values))}
    about = {"group": facet.group, "meaning": facet.meaning, "metric": facet.metric, "works": len(values)}
    return about | kinds | {"of": facet.of}
