"""Readers who do not exist: a stated model of people who compare what descriptors compare, and are distracted."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from csdlib.errors import InputError, require_range
from csdlib.scoring.readers import Readers
from csdlib.similarity.choices import Chosen


@dataclass(frozen=True)
class ReaderModel:
    """How a simulated reader chooses.

    Each weighs what several descriptors see, by weights of their own; adds noise, which practice makes smaller; takes
    the best candidate; and now and then does not look (a lapse).

    Attributes:
        noise: scale of the noise (Gumbel) in the first trial, beside similarities of standard deviation 1; above 0.
        practice: by how much of itself the noise shrinks until the last trial, in [0, 1).
        lapses: share of the trials in which a reader does not look, in [0, 1].
        likeness: how alike the readers' weights are (concentration of a Dirichlet distribution), above 0.
    """

    noise: float = 0.9
    practice: float = 0.2
    lapses: float = 0.05
    likeness: float = 2.0

    def __post_init__(self) -> None:
        if self.noise <= 0 or self.likeness <= 0:
            raise InputError(f"noise and likeness must be above 0, got {self.noise} and {self.likeness}")
        require_range("practice", self.practice, 0, 0.99)
        require_range("lapses", self.lapses, 0, 1)


def simulated_readers(
    chosen: Sequence[Chosen], readers: int = 24, *, model: ReaderModel | None = None, seed: int = 0
) -> Readers:
    """Readers of a test by a stated model, see ``ReaderModel``; whatever is found of them says nothing about people.

    Args:
        chosen: what descriptors see in the same trials.
        readers: how many, 1 to 10,000.
        model: by default ``ReaderModel()``.
        seed: of all draws.

    Raises:
        InputError: a number out of range, no descriptor, or descriptors of different trials.

    Example:
        >>> saw = Chosen(np.array([[0.9, 0.1, 0.1, 0.1]] * 20), np.zeros(20, int))
        >>> found = simulated_readers([saw], 100, model=ReaderModel(noise=0.1, lapses=0.2))
        >>> bool(0.80 < (found.choices == 0).mean() < 0.90)  # of the lapses a quarter is right
        True
    """
    require_range("readers", readers, 1, 10_000)
    if not chosen or len({each.similarities.shape for each in chosen}) > 1:
        raise InputError("simulated readers need one descriptor or more, all of the same trials")
    model, random = model or ReaderModel(), np.random.default_rng(seed)
    seen = np.stack([_standard(each.similarities) for each in chosen])
    trials, candidates = seen.shape[1:]
    order = np.stack([random.permutation(trials) for _ in range(readers)])
    weights = random.dirichlet(np.full(len(seen), model.likeness), size=readers)
    # A trial's place in the reader's order decides how practised the reader is.
    place = np.argsort(order, axis=1) / max(trials - 1, 1)
    noise = model.noise * (1 - model.practice * place)[:, :, None] * random.gumbel(size=(readers, trials, candidates))
    choices = (np.einsum("rd,dtc->rtc", weights, seen) + noise).argmax(axis=2)
    lapsed = random.random((readers, trials)) < model.lapses
    choices[lapsed] = random.integers(candidates, size=int(lapsed.sum()))
    names = np.array([f"simulated {number + 1}" for number in range(readers)])
    return Readers(choices, order, names, names)


def _standard(similarities: np.ndarray) -> np.ndarray:
    """Similarities as the eye may weigh them: within a trial around 0, and of standard deviation 1 over all."""
    around = similarities - similarities.mean(axis=1, keepdims=True)
    spread = float(around.std())
    return around / spread if spread > 0 else around
