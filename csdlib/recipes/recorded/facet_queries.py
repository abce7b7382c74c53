"""Whether neighbours by one facet are right, beside the plain descriptor, colour and chance; painters are strangers."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from csdlib.datasets.wikiart.table import wikiart
from csdlib.descriptors.registry import load
from csdlib.embeddings.arrays import Embeddings
from csdlib.embeddings.embed_table import embed
from csdlib.files import AnyPath, cache_folder
from csdlib.metrics.intervals import bootstrap, paired_difference
from csdlib.recipes.recorded.facets_real import Dated, dated, seen_paintings
from csdlib.recipes.recorded.results import Recorded, write_results
from csdlib.recipes.shipped.csd_art import judging_artists
from csdlib.recipes.shipped.facet_spaces import JUDGING, MEASURED, PAINTERS, drawn_works, painting_facets
from csdlib.retrieval.nearest import Neighbours, neighbours
from csdlib.similarity.facet_queries import NEAREST, facet_neighbours, near_by_truth, shipped_space
from csdlib.similarity.facet_spaces import FacetSpace
from csdlib.similarity.facets import Facet

#: Neighbours of a query.
K = 10
#: Descriptors whose spaces know a world's own facets; the last one is fitted on the other world, and knows measures.
SPACES = {"drawn": ("csd-tiny", "clip-tiny", "csd-art"), "paintings": ("csd-art", "csd-tiny")}


@dataclass(frozen=True)
class Judges:
    """Works by painters whom no space has met.

    Attributes:
        name: of the world.
        images: descriptor -> n embeddings; ``colour`` is one.
        facets: what is true of the works.
        painters: (n,) whose each is.
    """

    name: str
    images: Mapping[str, Embeddings]
    facets: Mapping[str, Facet]
    painters: np.ndarray

    def columns(self, space: FacetSpace, group: str) -> np.ndarray:
        """The truth of a group's facets as the space sees it, (n, k)."""
        return np.concatenate([read.columns(self.facets[read.name].truth) for read in space.of(group)], axis=1)

    def taken(self, rows: np.ndarray) -> "Judges":
        """Some of the works."""
        images = {name: each.take(rows) for name, each in self.images.items()}
        facets = {name: facet.taken(rows) for name, facet in self.facets.items()}
        return Judges(self.name, images, facets, self.painters[rows])


def record_facet_queries(output: AnyPath, root: AnyPath | None = None, *, command: str = "") -> Recorded:
    """Records how often neighbours by a facet are right by the truth. A query's own painter is never found.

    Args:
        output: a csv file. Rows with ``question`` ``precision``: the share of right ones among ten neighbours by
            ``facet``, for each ``world``, ``descriptor`` and way ``by`` which neighbours are found (``facet``,
            ``plain``, ``colour``), with an interval over painters; in ``above`` by how much the facet is better,
            paired. Right are the 5 % of others' works that are nearest by the ``truth``, those of the ``same kind``, or
            of the ``same decade``. ``unlike``: of neighbours by ``facet`` unlike ``other`` (``by`` ``both``) or by the
            facet alone, the shares that keep the facet (``keeps``), are in the farther half by the other or of another
            kind (``differs``), and do both (``keeps and differs``); in ``above`` by how much ``both`` is above the
            facet alone. ``overlap``: see ``FacetSpace.overlap``; ``cross-talk``: how well ``other``, a facet's truth,
            is predicted from the projection of ``facet`` alone.
        root: folder with ``wikiart.csv``; without it there are only drawn works.
        command: what makes it again.

    Raises:
        InputError: a picture is missing, or a space has met one of the painters.
    """
    worlds = [drawn_judges()] + ([] if root is None else [painting_judges(dated(wikiart(root)))])
    rows = [row for world in worlds for row in world_rows(world)]
    counts = {each.name: {"works": len(each.painters), "painters": len(np.unique(each.painters))} for each in worlds}
    facts: dict[str, Any] = {"worlds": counts, "k": K, "nearest": NEAREST}
    return write_results(output, facts, pd.DataFrame(rows).round(3), command=command, descriptors=SPACES["drawn"])


def drawn_judges(painters: int = PAINTERS) -> Judges:
    """Works by invented painters whom no space has met."""
    table, facets = drawn_works(JUDGING, painters)
    images = {
        name: embed(table, load(name), cache=cache_folder() / "embeddings", progress=False)
        for name in (*SPACES["drawn"], "colour")
    }
    return Judges("drawn", images, {facet.name: facet for facet in facets}, table.column("artist").astype(str))


def painting_judges(works: Dated) -> Judges:
    """Paintings by the artists whom csd-art has not seen."""
    part = np.flatnonzero(np.isin(works.table.column("artist"), list(judging_artists())))
    own = Dated(works.table.take(part), works.years[part], works.generation[part], 0)
    images = {name: seen_paintings(works.table, name).take(part) for name in (*SPACES["paintings"], "colour")}
    facets = {facet.name: facet for facet in painting_facets(own)}
    return Judges("paintings", images, facets, own.table.column("artist").astype(str))


def world_rows(world: Judges) -> Iterator[dict[str, Any]]:
    """All rows of a world."""
    spaces = {name: shipped_space(world.images[name].fingerprint) for name in SPACES[world.name]}
    for name, space in spaces.items():
        space.require_unmet(world.painters)
        where = {"world": world.name, "descriptor": name}
        guest = name == SPACES[world.name][-1]
        groups = [group for group in space.groups if not guest or group in MEASURED]
        rows = [row for group in groups for row in precision_rows(world, space, group)]
        if not guest:
            rows += [row for group in groups for row in unlike_rows(world, space, group)]
            rows += _between(world, space)
        yield from (where | row for row in rows)


def precision_rows(world: Judges, space: FacetSpace, group: str) -> Iterator[dict[str, Any]]:
    """The rows ``precision`` of one group."""
    known = world.taken(np.flatnonzero(np.isfinite(world.columns(space, group)).all(axis=1)))
    own, painters = known.images[space.descriptor], known.painters
    ways: dict[str, Callable[[np.ndarray, np.ndarray], Neighbours]] = {
        "facet": lambda few, others: facet_neighbours(own.take(few), own.take(others), K, space, facet=group),
        "plain": lambda few, others: neighbours(own.take(few), own.take(others), K),
        "colour": lambda few, others: neighbours(
            known.images["colour"].take(few), known.images["colour"].take(others), K
        ),
    }
    found = {by: nearest(way, painters) for by, way in ways.items()}
    truths = {"same kind" if _is_kind(space, group) else "5 % nearest": right(known, space, group)}
    if group == "time":
        truths["same decade"] = _alike(known.facets["year"].truth // 10, painters)
    for truth, relevant in truths.items():
        hits = {by: np.take_along_axis(relevant, rows, axis=1).mean(axis=1) for by, rows in found.items()}
        chance = float((relevant.sum(axis=1) / _others(painters).sum(axis=1)).mean())
        for by, values in hits.items():
            row = {"question": "precision", "facet": group, "truth": truth, "by": by, "chance": chance}
            row |= _estimated(values, painters)
            if by != "facet":
                row |= paired_difference(hits["facet"], values, groups=painters).columns("above")
            yield row


def unlike_rows(world: Judges, space: FacetSpace, group: str) -> Iterator[dict[str, Any]]:
    """The rows ``unlike`` of one group and each other one."""
    for other in space.groups:
        if other == group:
            continue
        truth = np.concatenate([world.columns(space, name) for name in (group, other)], axis=1)
        known = world.taken(np.flatnonzero(np.isfinite(truth).all(axis=1)))
        kept, apart = right(known, space, group), ~right(known, space, other, 0.5)
        said = {
            by: _kept(known, space, group, found, (kept, apart)) for by, found in (("both", other), ("facet", None))
        }
        for what, values in said["both"].items():
            row: dict[str, Any] = {"question": "unlike", "facet": group, "other": other, "truth": what}
            alone = said["facet"][what]
            yield (
                row
                | {"by": "both"}
                | _estimated(values, known.painters)
                | paired_difference(values, alone, groups=known.painters).columns("above")
            )
            yield row | {"by": "facet"} | _estimated(alone, known.painters)


def _kept(
    known: Judges, space: FacetSpace, group: str, other: str | None, truths: tuple[np.ndarray, np.ndarray]
) -> dict[str, np.ndarray]:
    """Of each query the shares of its neighbours that keep one facet, differ in the other, and both, (n,) each."""
    own = known.images[space.descriptor]
    rows = nearest(
        lambda few, others: facet_neighbours(own.take(few), own.take(others), K, space, facet=group, unlike=other),
        known.painters,
    )
    kept, apart = (np.take_along_axis(each, rows, axis=1) for each in truths)
    shares = {"keeps": kept, "differs": apart, "keeps and differs": kept & apart}
    return {name: each.mean(axis=1) for name, each in shares.items()}


def nearest(search: Callable[[np.ndarray, np.ndarray], Neighbours], painters: np.ndarray) -> np.ndarray:
    """The rows of the ``K`` nearest works by others to each work, (n, K).

    Args:
        search: the rows of queries, and of a database, to neighbours in it.
        painters: (n,) whose each work is.
    """
    found = np.empty((len(painters), K), int)
    for own, others in _strangers(painters):
        found[own] = others[search(own, others).rows]
    return found


def right(known: Judges, space: FacetSpace, group: str, share: float = NEAREST) -> np.ndarray:
    """Which works are near to each by the truth of a group, (n, n) bool; its own painter's are not."""
    found = np.zeros((len(known.painters), len(known.painters)), bool)
    for own, others in _strangers(known.painters):
        found[np.ix_(own, others)] = near_by_truth(space, group, known.facets, own, others, share=share)
    return found


def _strangers(painters: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """The rows of each painter's works, and those of all others'."""
    for painter in np.unique(painters):
        yield np.flatnonzero(painters == painter), np.flatnonzero(painters != painter)


def _is_kind(space: FacetSpace, group: str) -> bool:
    return len(space.of(group)) == 1 and bool(space.of(group)[0].kinds)


def _alike(truth: np.ndarray, painters: np.ndarray) -> np.ndarray:
    return np.asarray((truth[:, None] == truth) & _others(painters))


def _others(painters: np.ndarray) -> np.ndarray:
    return np.asarray(painters[:, None] != painters)


def _estimated(values: np.ndarray, painters: np.ndarray) -> dict[str, Any]:
    found = bootstrap(values, groups=painters)
    return {"value": found.value, "low": found.low, "high": found.high, "painters": found.n}


def _between(world: Judges, space: FacetSpace) -> Iterator[dict[str, Any]]:
    """The rows ``overlap`` and ``cross-talk``."""
    for row in space.overlap().to_dict("records"):
        where = {"question": "overlap", "facet": row["group"], "other": row["other"]}
        yield where | {"truth": "largest cosine", "value": row["largest"]}
        yield where | {"truth": "mean squared cosine", "value": row["mean square"], "chance": row["by chance"]}
    facets = [world.facets[read.name] for read in space.facets]
    for row in space.cross_talk(world.images[space.descriptor], facets, world.painters).to_dict("records"):
        where = {"question": "cross-talk", "facet": row["group"], "other": row["facet"], "truth": row["metric"]}
        yield where | {name: row[name] for name in ("value", "low", "high")}
