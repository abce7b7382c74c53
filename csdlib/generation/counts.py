"""Who gives how many pictures to a training: drawn at random, and not by what makes an artist easy or hard."""

from collections.abc import Mapping, Sequence

import numpy as np

from csdlib.errors import InputError

#: The largest share of how places vary that groups may explain.
BETWEEN = 0.25

#: Orders that are tried until one is balanced.
TRIES = 100_000


def draw_counts(
    artists: Sequence[str],
    levels: Sequence[int],
    facts: Mapping[str, np.ndarray],
    *,
    groups: Sequence[str] | None = None,
    seed: int = 0,
    most: float = 0.1,
) -> dict[str, int]:
    """How many pictures each artist gives: the same number of artists at every level, balanced over what is known.

    Artists are drawn in random order until no fact is correlated with the level's place (Morgan and Rubin 2012,
    "Rerandomization to improve covariate balance in experiments", Annals of Statistics 40). A fact of two values, such
    as whether a name was read, is besides spread over the levels as evenly as its numbers allow.

    Args:
        artists: as many as levels, or a multiple.
        levels: numbers of pictures, rising.
        facts: name -> (artists,) a number of each artist, for example how easily it is found.
        groups: of each artist, for example its movement: no group is to have few pictures, or many. So groups explain
            at most BETWEEN of how places vary, about half of what they would by chance.
        seed: of the order; the same one gives the same counts.
        most: the largest correlation of a fact with the level's place that is accepted, in (0, 1].

    Returns:
        artist -> count.

    Raises:
        InputError: artists that do not fill the levels, levels that do not rise from 0, facts of another length or that
            do not vary, or no balanced order: then ``most`` is too small.

    Example:
        >>> draw_counts(["a", "b", "c", "d"], [0, 8], {"found": np.array([0.1, 0.9, 0.2, 0.8])}, seed=1)
        {'a': 0, 'b': 0, 'c': 8, 'd': 8}
    """
    if list(levels) != sorted(set(levels)) or len(levels) < 2 or levels[0] < 0:
        raise InputError(f"levels must rise from 0 or more, got {list(levels)}")
    if not artists or len(artists) % len(levels):
        raise InputError(f"{len(artists)} artists do not fill {len(levels)} levels evenly")
    known = {name: _varying(name, each, len(artists)) for name, each in facts.items()}
    random, places = np.random.default_rng(seed), np.repeat(np.arange(len(levels)), len(artists) // len(levels))
    for _ in range(TRIES):
        order = random.permutation(places)
        balanced = all(abs(np.corrcoef(each, order)[0, 1]) <= most and _even(each, order) for each in known.values())
        if balanced and (groups is None or _between(np.asarray(groups), order) <= BETWEEN):
            return {name: int(levels[place]) for name, place in zip(artists, order, strict=True)}
    raise InputError(f"no order of {TRIES} has correlations of at most {most} with {', '.join(facts)}: raise most")


def _varying(name: str, values: np.ndarray, count: int) -> np.ndarray:
    values = np.asarray(values, dtype=float)
    if values.shape != (count,) or not np.isfinite(values).all() or np.ptp(values) == 0:
        raise InputError(f"{name} must be {count} finite numbers that are not all the same")
    return values


def _even(values: np.ndarray, places: np.ndarray) -> bool:
    """Whether artists with one of two values are spread evenly over the levels; any other fact is."""
    if len(np.unique(values)) != 2:
        return True
    rarer = np.bincount(places[values == values.max()], minlength=int(places.max()) + 1)
    return bool(np.ptp(rarer) <= 1)


def _between(groups: np.ndarray, places: np.ndarray) -> float:
    """The share of how places vary that lies between groups, in [0, 1]."""
    centred = places - places.mean()
    means = [(int((groups == group).sum()), float(centred[groups == group].mean())) for group in np.unique(groups)]
    return float(sum(count * mean**2 for count, mean in means) / np.square(centred).sum())
