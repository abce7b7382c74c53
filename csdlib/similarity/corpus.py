"""A corpus whose makers are known, as the scale on which a score is read."""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from csdlib.embeddings.arrays import Embeddings
from csdlib.errors import InputError
from csdlib.metrics.estimate import Estimate
from csdlib.similarity.calibration import Calibration, calibrate
from csdlib.similarity.pairs import pair_cosines
from csdlib.similarity.reading import Reading
from csdlib.similarity.readouts import readout

#: Numbers of references by one artist that are calibrated at most; beyond the first a mean cosine says hardly more.
MOST_REFERENCES = (12, 8, 4, 2, 1)

#: A likelihood ratio in a table, and its interval.
RATIO = ("likelihood_ratio", "likelihood_ratio_low", "likelihood_ratio_high")


@dataclass(frozen=True)
class Corpus:
    """Pictures whose makers are known, described.

    Attributes:
        name: how it is called.
        embeddings: of n images, with metric cosine.
        artists: (n,) whose work each is; empty for nobody's, which is in no pair.
        left_out: what could not be described, or is in no pair: reason -> count.

    Raises:
        InputError: no cosine, another number of names than of images, or no pair of one of the two kinds.
    """

    name: str
    embeddings: Embeddings
    artists: np.ndarray
    left_out: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not all(map(len, self._cosines)):
            raise InputError(f"corpus {self.name}: needs two pictures by one artist, and two by different artists")

    @cached_property
    def _cosines(self) -> tuple[np.ndarray, np.ndarray]:
        """The cosines of its pairs by one artist, and by two, each sorted."""
        same, different = pair_cosines(self.embeddings, self.artists)
        return np.sort(same), np.sort(different)

    @property
    def pairs(self) -> tuple[int, int]:
        """How many pairs by one artist there are, and by two."""
        same, different = self._cosines
        return len(same), len(different)

    def above_same(self, cosines: np.ndarray) -> np.ndarray:
        """The share of the pairs by one artist that each cosine is above, in [0, 1]; a tie counts half."""
        return _share_below(self._cosines[0], cosines)

    def above_different(self, cosines: np.ndarray) -> np.ndarray:
        """The share of the pairs by two artists that each cosine is above, in [0, 1]; a tie counts half."""
        return _share_below(self._cosines[1], cosines)

    def calibration(self, references: int = 1) -> Calibration:
        """What the mean cosine of a picture with so many works by one artist says, see ``calibrate``; made once.

        Raises:
            InputError: too few works or artists.
        """
        if references not in self._calibrations:
            made = calibrate(self.embeddings, self.artists, references=references, collection=self.name)
            self._calibrations[references] = made
        return self._calibrations[references]

    @cached_property
    def _calibrations(self) -> dict[int, Calibration]:
        return {}

    def likelihood_ratios(self, means: np.ndarray, references: np.ndarray) -> dict[str, np.ndarray]:
        """How much more likely each picture's mean cosine is if one artist made it and its references than if two did.

        Args:
            means: (m,) mean cosines of a picture with works by one artist.
            references: (m,) how many works; more than ``most_references`` are read as so many.

        Returns:
            ``likelihood_ratio``, (m,) above 0, above 1 speaks for one artist; and its 95 % interval over the artists of
            the corpus, from ``likelihood_ratio_low`` to ``likelihood_ratio_high``. Not a number where there is no mean.

        Raises:
            InputError: too few works or artists.
        """
        if self.uncalibrated:
            raise InputError(self.uncalibrated)
        found, counts = np.full((3, len(means)), np.nan), np.minimum(references, self.most_references)
        for count in np.unique(counts[counts > 0]).tolist():
            made, asked = self.calibration(count), counts == count
            found[:, asked] = made.likelihood_ratio(means[asked]), *made.interval(means[asked])
        return dict(zip(RATIO, found, strict=True))

    @property
    def most_references(self) -> int:
        """The number of references by one artist up to which likelihood ratios are calibrated; 0 where none are."""
        return self._most[0]

    @property
    def uncalibrated(self) -> str:
        """Why there are no likelihood ratios; empty where there are."""
        return self._most[1]

    @cached_property
    def _most(self) -> tuple[int, str]:
        why = ""
        for count in MOST_REFERENCES:
            try:
                self.calibration(count)
            except InputError as error:
                why = str(error)
            else:
                return count, ""
        return 0, why

    def read(self, cosine: float) -> Reading:
        """What the cosine of two pictures says.

        Args:
            cosine: in [-1, 1].
        """
        one, ratio = np.array([cosine]), None
        if not self.uncalibrated:
            value, low, high = (float(each[0]) for each in self.likelihood_ratios(one, np.ones(1, int)).values())
            ratio = Estimate(value, low, high, self.calibration().artists, "artist")
        sizes = f"{self.name}: {len(self.embeddings):,} pictures by {len(set(self.artists.tolist()) - {''}):,} artists"
        return Reading(sizes, float(self.above_different(one)[0]), float(self.above_same(one)[0]), ratio)

    def holds(self, images: Embeddings) -> np.ndarray:
        """Whether each picture is one of the corpus, (m,) bool: of these it knows too much.

        Raises:
            InputError: another descriptor.
        """
        return readout("cosine", self.embeddings).own(images) >= 0


def _share_below(known: np.ndarray, cosines: np.ndarray) -> np.ndarray:
    """Of each number the share of the sorted ones below it; not a number stays none."""
    below, upto = (np.searchsorted(known, cosines, side=side) for side in ("left", "right"))
    return np.where(np.isnan(cosines), np.nan, (below + upto) / (2 * len(known)))
