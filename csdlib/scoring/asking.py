"""What somebody means by style: questions for a folder of pictures, and the metric that their answers teach."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from csdlib.descriptors.protocol import Descriptor
from csdlib.embeddings.arrays import Embeddings
from csdlib.errors import InputError
from csdlib.files import AnyPath
from csdlib.metrics.estimate import Estimate
from csdlib.metrics.intervals import bootstrap, paired_difference
from csdlib.scoring.answers import Answers, read_answers
from csdlib.scoring.learned import write_metrics
from csdlib.scoring.searching import chosen_space
from csdlib.scoring.sides import Source, describe, measuring
from csdlib.similarity.facet_spaces import FacetSpace
from csdlib.similarity.judgement import ENOUGH, UNMENDED, Judgement, learn_judgement
from csdlib.similarity.triplets import FacetDistances, draw_triplets, question

#: Questions among which the next is chosen.
_POOL = 2000
#: Groups of anchors, each foretold by what the answers about the others teach.
_FOLDS = 5


@dataclass(frozen=True)
class Pictures:
    """Pictures that questions are about.

    Attributes:
        images: n pictures as a descriptor sees them.
        space: what is read of facets.
        apart: their distances by facets.
        start: (f,) weights of the plain descriptor.
        unmended: how far answers leave weights from the truth, in degrees, see ``UNMENDED``; None: not measured.
    """

    images: Embeddings
    space: FacetSpace
    apart: FacetDistances
    start: np.ndarray
    unmended: float | None = None

    def judged(self, answers: Answers) -> Judgement:
        """What answers teach, see ``learn_judgement``."""
        x = self.apart.differences(answers.triplets)
        return learn_judgement(x, answers.first_nearer, self.apart.groups, start=self.start)


@dataclass(frozen=True)
class Feedback:
    """What the answers of experts taught, expert by expert: nobody is averaged with anybody else.

    Attributes:
        pictures: what was asked about.
        answers: all of them.
        judgements: expert -> what they mean.
        accuracy: expert -> how often answers are foretold by the others, about other anchors.
        gain: expert -> by how much more often than by the plain descriptor's weights, paired.
    """

    pictures: Pictures
    answers: Answers
    judgements: dict[str, Judgement]
    accuracy: dict[str, Estimate]
    gain: dict[str, Estimate]

    def table(self) -> pd.DataFrame:
        """A row for each ``expert`` and ``facet``: the ``weight`` as a share of the sum, and of the plain descriptor's.

        ``times_low`` and ``times_high`` are the ends of the interval of how many times the starting weight it is.
        """
        plain = self.pictures.start / self.pictures.start.sum()
        rows = []
        for expert, judgement in self.judgements.items():
            ends = judgement.intervals() / self.pictures.start[:, None]
            for place, facet in enumerate(judgement.facets):
                row = {"expert": expert, "facet": facet, "weight": judgement.shares[place], "plain": plain[place]}
                row |= {"times": judgement.weights[place] / self.pictures.start[place]}
                rows.append(row | {"times_low": ends[place, 0], "times_high": ends[place, 1]})
        return pd.DataFrame(rows)

    def said(self) -> list[str]:
        """A sentence for each expert, and what a reader should know of the answers."""
        lines = []
        for expert, judgement in self.judgements.items():
            foretold, gain = self.accuracy[expert].percent(), self.gain[expert].percent()
            enough = "enough" if judgement.enough else f"go on until {ENOUGH:g}"
            lines.append(
                f"{expert or 'nameless'}: {judgement.answers} answers; {foretold} % foretold by the others, "
                f"{gain} points above the plain descriptor; of the facets as the descriptor sees them the weights may "
                f"be off by {judgement.expected_angle:.0f} degrees ({enough}), {self._truly_off(judgement)}"
            )
        return lines + self.answers.notes()

    def _truly_off(self, judgement: Judgement) -> str:
        unmended = self.pictures.unmended
        if unmended is None:
            return "and by more where it sees them badly"
        return f"with what it does not see of them by {judgement.angle_off(unmended):.0f}"

    def save(self, path: AnyPath) -> None:
        """Writes the metrics as json, for ``load_metric``."""
        apart, weights = self.pictures.apart, {who: each.weights for who, each in self.judgements.items()}
        write_metrics(path, self.pictures.space, apart.groups, apart.units, weights)


def pictures_to_judge(
    source: Source,
    *,
    space: FacetSpace | AnyPath | None = None,
    descriptor: str | Descriptor = "csd-art",
    progress: bool = True,
) -> Pictures:
    """Pictures as questions are asked about them.

    Args:
        source: a folder, a table, embeddings ...: three pictures or more.
        space: the projections; by default what ships for the descriptor.
        descriptor: what describes pictures.
        progress: show a progress bar on the error stream.

    Raises:
        InputError: fewer than three pictures that can be read, no facet space for the descriptor, or one of one facet.
    """
    images = describe(source, measuring(descriptor), progress=progress).embeddings
    if len(images) < 3:
        raise InputError(f"a question needs three pictures, and {len(images)} can be read")
    chosen = chosen_space(space, images)
    apart = FacetDistances.by_space(chosen, images)
    if len(apart.groups) < 2:
        raise InputError(f"a judgement weighs facets, and this space has one only: {apart.groups[0]}")
    # It was measured in the space that ships.
    unmended = UNMENDED.get(chosen.descriptor) if space is None else None
    return Pictures(images, chosen, apart, apart.plain_weights(images), unmended)


def ask(pictures: Pictures, count: int, answers: Answers | None = None, *, seed: int = 0) -> np.ndarray:
    """The next questions: random ones at first, and then those that teach most.

    Each is chosen as if those before were answered as they are foretold: their answers are open, but that they will
    be given makes the weights surer.

    Args:
        pictures: what is asked about.
        count: questions.
        answers: what is known already, of one expert.
        seed: of the pool from which they are chosen.

    Returns:
        (count, 3) rows of pictures: anchor, first, second.

    Raises:
        InputError: there are not so many questions.
    """
    n = len(pictures.images)
    pool = draw_triplets(n, min(max(_POOL, count), max(1, n * (n - 1) * (n - 2) // 4)), seed=seed)
    if count > len(pool):
        raise InputError(f"{n} pictures make {len(pool)} questions, not {count}")
    if answers is None or not len(answers):
        return pool[:count]
    judgement, x, chosen = pictures.judged(answers), pictures.apart.differences(pool), list[int]()
    met = {question(*row) for row in answers.triplets.tolist()}
    free = np.array([question(*row) not in met for row in pool.tolist()])
    for _ in range(min(count, int(free.sum()))):
        best = int(np.where(free, judgement.teaches(x), -1).argmax())
        chosen.append(best)
        free[best] = False
        judgement = judgement.surer(x[best])
    return pool[chosen]


def feedback(answers: Answers | AnyPath, pictures: Pictures) -> Feedback:
    """What answers teach, expert by expert, and how well that foretells answers about other anchors.

    Args:
        answers: as ``read_answers`` gives them, or their file.
        pictures: what they are about.

    Raises:
        InputError: as ``read_answers``, or nobody answered anything.
    """
    given = answers if isinstance(answers, Answers) else read_answers(answers, pictures.images.ids)
    if not len(given):
        raise InputError(f"there is no answer to learn from: {'; '.join(given.notes()) or 'the file is empty'}")
    parts = {str(expert): given.by(expert) for expert in np.unique(given.experts)}
    right = {expert: _foretold(part, pictures) for expert, part in parts.items()}
    accuracy = {expert: bootstrap(own, groups=groups) for expert, (own, _, groups) in right.items()}
    gain = {expert: paired_difference(own, plain, groups=groups) for expert, (own, plain, groups) in right.items()}
    return Feedback(pictures, given, {who: pictures.judged(part) for who, part in parts.items()}, accuracy, gain)


def _foretold(answers: Answers, pictures: Pictures) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Whether each answer is foretold by answers about other anchors, by the plain weights, and its anchor."""
    x, anchors = pictures.apart.differences(answers.triplets), answers.triplets[:, 0]
    names, of = np.unique(anchors, return_inverse=True)
    fold = np.random.default_rng(0).permutation(np.arange(len(names)) % _FOLDS)[of]
    own = np.empty(len(x))
    for number in np.unique(fold):
        rest, here = fold != number, fold == number
        learned = learn_judgement(x[rest], answers.first_nearer[rest], pictures.apart.groups, start=pictures.start)
        own[here] = (learned.probability(x[here]) > 0.5) == answers.first_nearer[here]
    plain = ((x @ pictures.start > 0) == answers.first_nearer).astype(float)
    return own, plain, anchors


def answered(triplets: Sequence[Sequence[int]] | np.ndarray, first_nearer: Sequence[bool] | np.ndarray) -> Answers:
    """Answers that are no file: of one nameless expert.

    Args:
        triplets: (n, 3) rows of pictures.
        first_nearer: (n,).

    Example:
        >>> len(answered([[0, 1, 2]], [True]))
        1
    """
    said = np.asarray(first_nearer, bool)
    return Answers(np.asarray(triplets, np.int64).reshape(-1, 3), said, np.full(len(said), ""))
