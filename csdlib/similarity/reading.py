"""What the score of two pictures says, in words."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Reading:
    """A cosine on the scale of a corpus whose makers are known.

    Attributes:
        corpus: its name and size.
        above_different: the share of its pairs by two artists that the cosine is above, in [0, 1].
        above_same: the same of its pairs by one artist.
        likelihood_ratio: how much more likely such a cosine is of two pictures by one artist than of two by two, above
            0; None where the corpus is too small to tell. It is no probability: see ``posterior``.

    Example:
        >>> print(Reading("paintings: 1,569 pictures by 24 artists", 0.93, 0.42, 7.1))
        above 93 % of the pairs by two artists and 42 % of those by one; 7.1 times as likely of one artist as of two \
(paintings: 1,569 pictures by 24 artists)
        >>> print(Reading("mine", 0.2, 0.01, 0.05))
        above 20 % of the pairs by two artists and 1 % of those by one; 20 times as likely of two artists as of one (mine)
    """

    corpus: str
    above_different: float
    above_same: float
    likelihood_ratio: float | None

    def __str__(self) -> str:
        shares = (
            f"above {self.above_different:.0%} of the pairs by two artists and {self.above_same:.0%} of those by one"
        )
        return f"{shares}{self._likely()} ({self.corpus})".replace("%", " %")

    def _likely(self) -> str:
        if self.likelihood_ratio is None:
            return ""
        if self.likelihood_ratio < 1:
            return f"; {1 / self.likelihood_ratio:.2g} times as likely of two artists as of one"
        return f"; {self.likelihood_ratio:.2g} times as likely of one artist as of two"
