"""Series of measurements, and their ratios with the spread."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median, quantiles
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class Series:
    """What was measured of one thing, turn by turn."""

    values: Sequence[float]

    @property
    def least(self) -> float:
        """The least value, which other load on the machine has disturbed least."""
        return min(self.values)

    @property
    def median(self) -> float:
        """The median."""
        return median(self.values)

    def compare(self, base: Series) -> Ratio:
        """Compare with what was measured in the same turns.

        Args:
            base: The series of the same length that this one is divided by.
        """
        pairs = [value / other for value, other in zip(self.values, base.values, strict=True)]
        low, _, high = quantiles(pairs, n=4, method="inclusive") if pairs[1:] else 3 * pairs
        return Ratio(
            least=self.least / base.least, median=self.median / base.median, low=low, high=high
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratio:
    """A series by another one.

    Attributes:
        least: The ratio of the least values.
        median: The ratio of the medians.
        low: The lower quartile of the ratios turn by turn.
        high: The upper quartile.
    """

    least: float
    median: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.least:.2f} / {self.median:.2f} ({self.low:.2f} to {self.high:.2f})"
