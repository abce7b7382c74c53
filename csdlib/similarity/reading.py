"""What the score of two pictures says, in words."""

from dataclasses import dataclass

import numpy as np

from csdlib.metrics.estimate import Estimate


@dataclass(frozen=True)
class Reading:
    """A cosine on the scale of a corpus whose makers are known.

    Attributes:
        corpus: its name and size.
        above_different: the share of its pairs by two artists that the cosine is above, in [0, 1].
        above_same: the same of its pairs by one artist.
        likelihood_ratio: how much more likely such a cosine is of two pictures by one artist than of two by two, above
            0, with its interval over the artists of the corpus; None where the corpus is too small to tell. It is no
            probability: see ``posterior``.

    Example:
        >>> ratio = Estimate(7.1, 3.2, 15.8, 24, "artist")
        >>> print(Reading("mine", 0.993, 0.42, ratio))  # doctest: +NORMALIZE_WHITESPACE
        above 99.3 % of the pairs by two artists and 42 % of those by one; 7.1 [3.2, 16] times as frequent by one as by
        two (mine)
        >>> ratio = Estimate(0.05, 0.02, 0.1, 24, "artist")
        >>> print(Reading("mine", 0.2, 0.01, ratio))  # doctest: +NORMALIZE_WHITESPACE
        above 20 % of the pairs by two artists and 1 % of those by one; 20 [10, 50] times as frequent by two as by one
        (mine)
    """

    corpus: str
    above_different: float
    above_same: float
    likelihood_ratio: Estimate | None

    def __str__(self) -> str:
        different, same = (f"{100 * share:.3g} %" for share in (self.above_different, self.above_same))
        return (
            f"above {different} of the pairs by two artists and {same} of those by one{self._likely()} ({self.corpus})"
        )

    def _likely(self) -> str:
        if self.likelihood_ratio is None:
            return ""
        ratio, low, high = self.likelihood_ratio.value, self.likelihood_ratio.low, self.likelihood_ratio.high
        # How frequent the score is, and not how probable the artist: the reader has to bring the base rate.
        order = "by one as by two"
        if ratio < 1:
            ratio, low, high, order = 1 / ratio, 1 / high, 1 / low, "by two as by one"
        interval = "" if np.isnan(low) else f" [{low:.2g}, {high:.2g}]"
        return f"; {ratio:.2g}{interval} times as frequent {order}"
