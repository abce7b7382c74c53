"""What the score of two pictures says, in words."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Reading:
    """A cosine on the scale of a corpus whose makers are known.

    Attributes:
        corpus: its name and size.
        above_different: the share of its pairs by two artists that the cosine is above, in [0, 1].
        above_same: the same of its pairs by one artist.
        likelihood_ratio: how much more likely such a cosine is if two pictures are by one artist than if they are by
            two, above 0; None where the corpus is too small to tell. It is no probability: see ``posterior``.

    Example:
        >>> print(Reading("mine", 0.993, 0.42, 7.1))
        above 99.3 % of the pairs by two artists and 42 % of those by one; 7.1 times as likely if by one artist (mine)
        >>> print(Reading("mine", 0.2, 0.01, 0.05))
        above 20 % of the pairs by two artists and 1 % of those by one; 20 times as likely if by two artists (mine)
    """

    corpus: str
    above_different: float
    above_same: float
    likelihood_ratio: float | None

    def __str__(self) -> str:
        different, same = (f"{100 * share:.3g} %" for share in (self.above_different, self.above_same))
        return (
            f"above {different} of the pairs by two artists and {same} of those by one{self._likely()} ({self.corpus})"
        )

    def _likely(self) -> str:
        # Of the cosine, not of the artist: "likelier by one artist" would be the prosecutor's fallacy.
        if self.likelihood_ratio is None:
            return ""
        if self.likelihood_ratio < 1:
            return f"; {1 / self.likelihood_ratio:.2g} times as likely if by two artists"
        return f"; {self.likelihood_ratio:.2g} times as likely if by one artist"
