"""Neighbours by one facet of a style: the same palette, say; or the same palette by another hand."""

from collections.abc import Mapping

import numpy as np

from csdlib.embeddings.arrays import Embeddings
from csdlib.errors import InputError
from csdlib.files import data_path
from csdlib.retrieval.nearest import Neighbours, neighbours
from csdlib.similarity.facet_spaces import FacetSpace
from csdlib.similarity.facets import Facet

#: Of a number those works are right that are the nearest by the truth: this share of all that could be found.
NEAREST = 0.05

#: Distances that are in memory at once.
_AT_ONCE = 2**24


def shipped_space(fingerprint: str) -> FacetSpace:
    """The facet space that ships for a descriptor.

    Args:
        fingerprint: of the descriptor.

    Raises:
        InputError: there is none; the message says for which there is.
    """
    spaces = [FacetSpace.load(path) for path in sorted(data_path("models/facets").glob("*.safetensors"))]
    found = next((space for space in spaces if space.fingerprint == fingerprint), None)
    if found is None:
        raise InputError(
            f"no facet space ships for this descriptor (fingerprint {fingerprint[:8]}): describe the pictures by "
            f"{' or '.join(space.descriptor for space in spaces)}, or give a space of yours, made with "
            "csdlib.similarity.fit_facets"
        )
    return found


def facet_neighbours(
    query: Embeddings,
    database: Embeddings,
    k: int,
    space: FacetSpace,
    *,
    facet: str | None = None,
    unlike: str | None = None,
    own: np.ndarray | None = None,
) -> Neighbours:
    """The k nearest database images of every query by one facet, and if wanted not by another.

    The rule of ``unlike``: for each query only that half of the database can be found which is farther from it by the
    other facet; the nearest are taken in it.

    Args:
        query: (q, d) embeddings by the space's descriptor.
        database: (n, d) likewise.
        k: neighbours a query.
        space: the projections.
        facet: a group of the space; by default the descriptor itself decides who is near.
        unlike: another group.
        own: see ``neighbours``.

    Returns:
        as ``neighbours``; scores are minus the squared distance of predicted facets, or cosines without ``facet``.

    Raises:
        InputError: neither facet, twice the same, one that the space does not have, or as ``neighbours``.

    Example:
        >>> from csdlib.similarity import Facet, fit_facets
        >>> rng = np.random.default_rng(0)
        >>> habits, painters = np.repeat(rng.normal(size=(40, 2)), 5, axis=0), np.repeat(np.arange(40), 5)
        >>> works = Embeddings(habits.astype(np.float32), np.arange(200).astype(str), "x", "l2")
        >>> facets = [Facet(name, name, "planted", habits[:, place]) for place, name in enumerate(("light", "hand"))]
        >>> space = fit_facets(works, facets, painters)
        >>> found = facet_neighbours(works, works, 1, space, facet="light", unlike="hand")
        >>> bool((painters[found.rows[:, 0]] != painters).all())
        True
    """
    if facet is None and unlike is None:
        raise InputError(f"neither facet nor unlike is given: choose from {', '.join(space.groups)}")
    if facet == unlike:
        raise InputError(f"facet and unlike are both {facet!r}: nothing is near and far by the same")
    space.require(query)
    space.require(database)
    near = [images if facet is None else space.embedded(images, facet) for images in (query, database)]
    if unlike is None:
        return neighbours(near[0], near[1], k, own=own)
    if k < 1 or not len(query) or not len(database):
        raise InputError(f"nothing to search: k {k}, {len(query)} queries, {len(database)} images")
    itself = database.rows_of(query) if own is None else own
    far = [space.embedded(images, unlike) for images in (query, database)]
    rows, scores = _among_the_farther(near, far, min(k, len(database)), itself)
    return Neighbours(rows, scores)


def near_by_truth(
    space: FacetSpace,
    group: str,
    facets: Mapping[str, Facet],
    queries: np.ndarray,
    others: np.ndarray,
    *,
    share: float = NEAREST,
) -> np.ndarray:
    """Which works are near to each query by the truth: of its kind, or among the nearest in the group's numbers.

    Args:
        space: which says what a group holds, and how its facets are weighed: each alike.
        group: one of its groups.
        facets: the truth of n works, by name.
        queries: (q,) rows.
        others: (m,) rows that could be found.
        share: of the others that are near, where a group is no kind.

    Returns:
        (q, m) bool.
    """
    reads = space.of(group)
    if len(reads) == 1 and reads[0].kinds:
        truth = facets[reads[0].name].truth
        return np.asarray(truth[queries][:, None] == truth[others])
    columns = np.concatenate([read.columns(facets[read.name].truth) for read in reads], axis=1)
    apart = np.linalg.norm(columns[queries][:, None] - columns[others], axis=2)
    return np.asarray(apart <= np.quantile(apart, share, axis=1, keepdims=True))


def _among_the_farther(
    near: list[Embeddings], far: list[Embeddings], k: int, itself: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """The k nearest of every query among those of the database that are in the farther half: rows and scores (q, k)."""
    step = max(1, _AT_ONCE // len(near[1]))
    found = []
    for start in range(0, len(itself), step):
        block = slice(start, start + step)
        likeness, apart = (_likeness(pair[0], pair[1], block) for pair in (near, far))
        queries = np.flatnonzero(itself[block] >= 0)
        # A picture is no neighbour of itself, nor one of those who decide what is far.
        apart[queries, itself[block][queries]] = np.nan
        with np.errstate(invalid="ignore"):
            farther = apart <= np.nanmedian(apart, axis=1, keepdims=True)
        likeness[~farther] = -np.inf
        rows = np.argsort(-likeness, axis=1, kind="stable")[:, :k]
        scores = np.take_along_axis(likeness, rows, axis=1)
        found.append((np.where(np.isfinite(scores), rows, -1), scores.astype(np.float32)))
    return np.concatenate([each[0] for each in found]), np.concatenate([each[1] for each in found])


def _likeness(query: Embeddings, database: Embeddings, block: slice) -> np.ndarray:
    """Cosines, or minus the squared distances, of some queries to the database, (b, n) float64."""
    asked = query.take(block).vectors.astype(np.float64)
    products = np.concatenate([asked @ piece.T for _, piece in database.pieces()], axis=1)
    if query.metric == "cosine":
        return products
    lengths = np.concatenate([np.square(piece.astype(np.float64)).sum(axis=1) for _, piece in database.pieces()])
    return np.asarray(2 * products - lengths - np.square(asked).sum(axis=1, keepdims=True))
