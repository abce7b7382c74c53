"""Learned metrics as a file: how each expert weighs the facets of style."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from csdlib.embeddings.arrays import Embeddings
from csdlib.errors import InputError
from csdlib.files import AnyPath, atomic_path, text_hash
from csdlib.similarity.facet_spaces import FacetSpace

#: How a file says what it is.
FORMAT = "csdlib judgement 1"


@dataclass(frozen=True)
class Metric:
    """A learned metric, as it stands in a file.

    Attributes:
        space: identity of the facet space that it was learned in.
        facets: (f,) groups of that space.
        weights: (f,) of squared distances, in the units of ``units``.
        units: (f,) what a distance of 1 is.
    """

    space: str
    facets: tuple[str, ...]
    weights: np.ndarray
    units: np.ndarray

    def embedded(self, images: Embeddings, space: FacetSpace) -> Embeddings:
        """Pictures as the metric sees them, with metric l2: for ``csdlib.retrieval.neighbours`` and all others.

        Raises:
            InputError: another facet space than the metric's, or another descriptor than the space's.
        """
        if space.identity != self.space:
            raise InputError("the metric was learned in another facet space: give the one that csdlib feedback fit had")
        scaled = np.sqrt(self.weights / self.units)
        places = [space.project(images, facet) * scale for facet, scale in zip(self.facets, scaled, strict=True)]
        vectors = np.concatenate(places, axis=1).astype(np.float32)
        of = text_hash(self.space, scaled.tolist())
        return Embeddings(vectors, images.ids, of, "l2", images.skipped, checked=True, collections=images.collections)


def write_metrics(
    path: AnyPath, space: FacetSpace, facets: Sequence[str], units: np.ndarray, weights: Mapping[str, np.ndarray]
) -> None:
    """Writes the metrics of experts, for ``load_metric``.

    Args:
        path: a json file.
        space: in which they were learned.
        facets: (f,) groups of it.
        units: (f,) what a distance of 1 is.
        weights: expert -> (f,).
    """
    about: dict[str, Any] = {"format": FORMAT, "descriptor": space.descriptor, "space": space.identity}
    about |= {"facets": list(facets), "units": units.tolist()}
    about["weights"] = {expert: each.tolist() for expert, each in weights.items()}
    with atomic_path(path) as temporary:
        temporary.write_text(json.dumps(about, indent=1), encoding="utf-8")


def load_metric(path: AnyPath, expert: str | None = None) -> Metric:
    """A metric that ``csdlib feedback fit`` wrote.

    Args:
        path: the json file.
        expert: whose; may be left out where there is one only.

    Raises:
        InputError: no such file, no metric in it, or nobody of that name; the message says who is there.
    """
    try:
        held: dict[str, Any] = json.loads(Path(path).read_text(encoding="utf-8"))
        facets, units = tuple(map(str, held["facets"])), np.array(held["units"], np.float64)
        experts = {str(name): np.array(each, np.float64) for name, each in held["weights"].items()}
        known, space = held["format"] == FORMAT, str(held["space"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(f"{path}: no metric that csdlib feedback fit wrote ({error})") from error
    whole = [each for each in (units, *experts.values()) if each.shape == (len(facets),) and (each > 0).all()]
    if not known or len(whole) < 1 + len(experts) or not np.isfinite(whole).all():
        raise InputError(f"{path}: no metric that this csdlib knows")
    if expert is None and len(experts) == 1:
        expert = next(iter(experts))
    if expert not in experts:
        raise InputError(f"{path}: name the expert whose metric is wanted: {', '.join(map(repr, experts))}")
    return Metric(space, facets, experts[expert], units)
