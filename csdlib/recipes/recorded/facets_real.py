"""What descriptors know of real paintings beside the artist: movement, year, generation, light and colour; and time."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from csdlib.datasets.wikiart.table import wikiart
from csdlib.datasets.wikiart.years import year_of
from csdlib.descriptors.registry import load
from csdlib.embeddings.arrays import Embedded
from csdlib.embeddings.embed_table import embed
from csdlib.files import AnyPath, cache_folder
from csdlib.metrics.intervals import bootstrap, correlation, paired_difference
from csdlib.metrics.jackknifed import jackknife
from csdlib.recipes.recorded.described import read_described
from csdlib.recipes.recorded.facet_worlds import measure_pictures, seen_facets
from csdlib.recipes.recorded.results import Recorded, write_results
from csdlib.recipes.shipped.csd_art import judging_artists
from csdlib.similarity.artists import prototypes
from csdlib.similarity.facets import Facet, Probed, summary
from csdlib.similarity.probes import probe
from csdlib.similarity.times import Exchanged, found_by, mantel, precedence
from csdlib.tables import ImageTable

DESCRIPTORS = ("csd-art", "csd-tiny", "colour")

#: A year further from the artist's middle one belongs to a title: "the-first-sejm-in-leczyca-recording-of-laws-1182".
_LIFE = 50
#: An artist with fewer dated works has no generation.
_DATED = 3


@dataclass(frozen=True)
class Dated:
    """Paintings and when they were made, as far as their files' names say so.

    Attributes:
        table: the paintings.
        years: (n,) not a number where no year is known.
        generation: (n,) the middle year of the artist's dated works; not a number below three of them.
        dropped: works whose year is too far from their artist's to be one.
    """

    table: ImageTable
    years: np.ndarray
    generation: np.ndarray
    dropped: int


def dated(table: ImageTable) -> Dated:
    """Reads the years out of the names of a table's files, see ``year_of``.

    A title may end in the year that it tells of. A year more than 50 from the middle one of its artist's is not used.
    """
    years = pd.Series([year_of(path) for path in table.column("path")], dtype="float64")
    by_artist = years.groupby(table.column("artist"))
    far = (years - by_artist.transform("median")).abs() > _LIFE
    kept = years.mask(far)
    again = kept.groupby(table.column("artist"))
    generation = again.transform("median").where(again.transform("count") >= _DATED)
    return Dated(table, kept.to_numpy(), generation.to_numpy(), int(far.sum()))


def record_real(
    root: AnyPath,
    output: AnyPath,
    *,
    descriptors: Sequence[str] = DESCRIPTORS,
    exchanges: int = 99,
    command: str = "",
) -> Recorded:
    """Records what each descriptor knows of real paintings by artists whom its probe has not met.

    Args:
        root: folder with ``wikiart.csv`` and the images.
        output: a csv file with a row for each set of ``artists`` (``all``; ``aside``: those of them whom csd-art has
            not seen), ``descriptor``, ``way`` and ``facet``, as ``record_probes``. The facets are the ``movement``
            (WikiArt's style), the ``year``, the ``generation`` of the artist, and what can be measured on a picture.
            With ``metric`` ``years off`` how many years the probe of ``year`` and ``generation`` (the mean over an
            artist's works) errs, in ``chance`` how many the middle of all others' years would, and in ``above`` by how
            many more than the first descriptor's.
        descriptors: names; the first is the one that others are compared with.
        exchanges: see ``probe``.
        command: what makes it again.

    Raises:
        InputError: the table or an image is missing.
    """
    works = dated(wikiart(root))
    facets, artists = real_facets(works), works.table.column("artist")
    rows: list[dict[str, Any]] = []
    for way in ("linear", "kernel"):
        results = {}
        for name in descriptors:
            vectors = np.asarray(seen_paintings(works.table, name).vectors)
            results[name] = probe(vectors, facets, artists, way=way, exchanges=exchanges)
        rows += _result_rows(results, works, way)
    facts = _facts(works) | {"exchanges": exchanges, "facets": {facet.name: facet.meaning for facet in facets}}
    return write_results(output, facts, pd.DataFrame(rows).round(3), command=command, descriptors=descriptors)


def real_facets(works: Dated) -> list[Facet]:
    """The facets of ``record_real``."""
    movement = works.table.column("movement").astype(str)
    return [
        Facet("movement", "history", "WikiArt's folder of a style", movement),
        Facet("year", "history", "of the painting", works.years),
        Facet("generation", "history", "middle year of the artist's dated works", works.generation),
        *seen_facets(measure_pictures(works.table)),
    ]


def _result_rows(results: Mapping[str, dict[str, Probed]], works: Dated, way: str) -> Iterator[dict[str, Any]]:
    first = next(iter(results))
    artists = works.table.column("artist")
    for name, found in results.items():
        for facet, probed in found.items():
            row = summary(probed, way=way, descriptor=name)
            if name != first:
                row |= results[first][facet].above(probed).columns("above")
            yield {"artists": "all"} | row
            yield summary(probed.among(list(judging_artists())), artists="aside", way=way, descriptor=name)
        where = {"artists": "all", "way": way, "descriptor": name, "metric": "years off"}
        for facet, truth in (("year", works.years), ("generation", works.generation)):
            off, level, groups = years_off(found[facet].said, truth, artists, of_artists=facet == "generation")
            base = results[first][facet].said
            gain = paired_difference(
                off, years_off(base, truth, artists, of_artists=facet == "generation")[0], groups=groups, bounds=None
            )
            estimate = bootstrap(off, groups=groups, bounds=None)
            row = where | {"facet": facet} | estimate.row() | {"chance": float(level.mean())}
            yield row | (gain.columns("above") if name != first else {})


def years_off(
    said: np.ndarray, truth: np.ndarray, artists: np.ndarray, *, of_artists: bool
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """By how many years a probe errs, and by how many the middle of all other artists' years would.

    Args:
        said: (n,) years.
        truth: (n,) years; not a number where unknown.
        artists: (n,) names.
        of_artists: the mean over an artist's works is what counts, once for each artist.

    Returns:
        (m,) years off; (m,) years off by the middle; (m,) the artists.

    Example:
        >>> said, truth = np.array([1900.0, 1910.0, 1700.0]), np.array([1910.0, 1910.0, 1710.0])
        >>> [part.tolist() for part in years_off(said, truth, np.array(["a", "a", "b"]), of_artists=True)]
        [[5.0, 10.0], [200.0, 200.0], ['a', 'b']]
    """
    works = pd.DataFrame({"said": said, "truth": truth, "artist": artists}).dropna()
    if of_artists:
        works = works.groupby("artist", as_index=False).mean()
    others = [works.loc[works["artist"] != artist, "truth"].median() for artist in works["artist"].unique()]
    middle = works["artist"].map(dict(zip(works["artist"].unique(), others, strict=True)))
    off, level = (works["said"] - works["truth"]).abs(), (middle - works["truth"]).abs()
    return off.to_numpy(), level.to_numpy(), works["artist"].to_numpy(dtype=str)


def record_times(
    root: AnyPath,
    output: AnyPath,
    *,
    descriptors: Sequence[str] = DESCRIPTORS,
    permutations: int = 999,
    command: str = "",
) -> Recorded:
    """Records whether neighbours in time are neighbours in style, and whether the later find the earlier.

    Args:
        root: folder with ``wikiart.csv`` and the images.
        output: a csv file with a row for each ``descriptor``, set of ``artists`` (``all`` with a generation; ``aside``:
            those of them whom csd-art has not seen) and ``question``, with what exchanged dates give 95 % of the time
            in ``low`` and ``high``, and p. ``time``: Mantel's correlation of the distance of prototypes with the years
            between artists; ``time in movement``: the same, dates exchanged within an artist's main movement only.
            ``later finds earlier``: see ``precedence``; ``within 75 years``: of such pairs; ``not popularity``: without
            how much more each artist is found than finds; ``as many works``: with eight works of each artist, drawn
            five times; ``popularity``: correlation of year and how often an artist is found (interval over artists).
            And ``distance``: one less the cosine of works by two artists, by ``years`` apart: the
            mean over all such pairs, each once, with an interval from leaving out each artist with all its pairs.
        descriptors: names.
        permutations: exchanges of dates.
        command: what makes it again.

    Raises:
        InputError: the table or an image is missing.
    """
    works = dated(wikiart(root))
    known = np.isfinite(works.generation)
    aside = np.isin(works.table.column("artist"), list(judging_artists()))
    rows: list[dict[str, Any]] = []
    for name in descriptors:
        seen = seen_paintings(works.table, name)
        for artists, keep in (("all", known), ("aside", known & aside)):
            part = np.flatnonzero(keep)
            where, own = {"descriptor": name, "artists": artists}, seen.of(seen.table.take(part))
            rows += [where | row for row in time_rows(own, works.generation[part], permutations)]
        rows += [{"descriptor": name, "artists": "all"} | row for row in distance_rows(seen, works.years)]
    facts = _facts(works) | {"permutations": permutations}
    return write_results(output, facts, pd.DataFrame(rows).round(4), command=command, descriptors=descriptors)


def time_rows(seen: Embedded, generation: np.ndarray, permutations: int) -> Iterator[dict[str, Any]]:
    """The rows of ``record_times`` that are about artists."""
    artists = seen.table.column("artist").astype(str)
    by_artist = pd.DataFrame({"artist": artists, "year": generation, "movement": seen.table.column("movement")})
    years = by_artist.groupby("artist")["year"].first().to_numpy()
    main = by_artist.groupby("artist")["movement"].agg(lambda each: each.mode()[0]).to_numpy(dtype=str)
    centres = prototypes(np.asarray(seen.vectors), artists)[1]
    apart = 1 - centres @ centres.T
    options: dict[str, Any] = {"permutations": permutations}
    yield _row("time", mantel(apart, years, **options), len(years))
    yield _row("time in movement", mantel(apart, years, within=main, **options), len(years))
    lifts = found_by(seen, artists)[1]
    yield _row("later finds earlier", precedence(lifts, years, **options), len(years))
    yield _row("within 75 years", precedence(lifts, years, reach=75, **options), len(years))
    yield _row("not popularity", precedence(lifts, years, popularity=False, **options), len(years))
    even = np.mean([_even(seen, artists, seed) for seed in range(5)], axis=0)
    yield _row("as many works", precedence(even, years, **options), len(years))
    popular = correlation(np.nanmean(lifts, axis=0), years)
    yield {"question": "popularity", "value": popular.value, "low": popular.low, "high": popular.high, "n": popular.n}


def _even(seen: Embedded, artists: np.ndarray, seed: int, works: int = 8) -> np.ndarray:
    """``found_by`` of as many works of each artist; who has fewer is there with all."""
    random = np.random.default_rng(seed)
    rows = [random.permutation(np.flatnonzero(artists == name))[:works] for name in np.unique(artists)]
    drawn = np.concatenate(rows)
    return found_by(seen.take(drawn), artists[drawn])[1]


def _row(question: str, found: Exchanged, artists: int) -> dict[str, Any]:
    low, high = found.by_chance
    return {"question": question, "value": found.value, "low": low, "high": high, "p": found.p, "n": artists}


def distance_rows(seen: Embedded, years: np.ndarray, step: int = 25, most: int = 300) -> Iterator[dict[str, Any]]:
    """The rows ``distance`` of ``record_times``.

    The value is a mean over pairs of dated works by two artists: every pair counts once, so that prolific artists count
    more. A pair belongs to both its artists, and is gone without either (see ``jackknife``).
    """
    rows = np.flatnonzero(np.isfinite(years))
    artists = seen.table.column("artist")[rows]
    sums, counts = _by_years_apart(np.asarray(seen.vectors)[rows], artists, years[rows], step, most // step)
    for place in np.flatnonzero(counts.sum(axis=0)):
        total, pairs = (each[counts[:, place] > 0, place] for each in (sums, counts))
        # Every pair came with each of its artists.
        with np.errstate(invalid="ignore"):
            left_out = (total.sum() / 2 - total) / (pairs.sum() / 2 - pairs)
        mean = jackknife(float(total.sum() / pairs.sum()), left_out, bounds=None)
        row = {"question": "distance", "years": int(place) * step, "value": mean.value}
        yield row | {"low": mean.low, "high": mean.high, "n": mean.n}


def _by_years_apart(
    vectors: np.ndarray, artists: np.ndarray, years: np.ndarray, step: int, places: int
) -> tuple[np.ndarray, np.ndarray]:
    """Of each artist's pairs with works by others the sums of one less the cosine, and how many: (a, places) each."""
    names = np.unique(artists)
    sums, counts = np.zeros((len(names), places)), np.zeros((len(names), places))
    for number, name in enumerate(names):
        own = artists == name
        apart = (np.abs(years[own][:, None] - years[~own]) // step).astype(int)
        near = apart < places
        distances = 1 - vectors[own] @ vectors[~own].T
        sums[number] = np.bincount(apart[near], weights=distances[near], minlength=places)
        counts[number] = np.bincount(apart[near], minlength=places)
    return sums, counts


def seen_paintings(table: ImageTable, descriptor: str) -> Embedded:
    """What a descriptor says of paintings; csd-art's numbers of the project's own table ship."""
    if descriptor == "csd-art" and np.array_equal((shipped := read_described()[0]).ids, table.ids):
        return shipped
    return embed(table, load(descriptor), cache=cache_folder() / "embeddings", progress=False)


def _facts(works: Dated) -> dict[str, Any]:
    frame = works.table.frame
    alone = pd.Series(works.generation).groupby(works.table.column("artist")).first()
    there = np.isfinite(works.years)
    facts: dict[str, Any] = {"works": len(frame), "artists": frame["artist"].nunique(), "with_year": int(there.sum())}
    facts |= {"share_with_year": round(float(there.mean()), 3), "years_of_titles": works.dropped}
    return facts | {"artists_with_generation": int(alone.notna().sum()), "movements": frame["movement"].nunique()}
