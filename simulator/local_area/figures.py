"""A partnership's own figures, by year: what each says, and how much of it was suppressed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

ALL = "all"
LOCAL_MONEY = "local_money_gbp"
"""Money beside the allocation: an input of the model, which is no measure."""


@dataclass(frozen=True, slots=True)
class Amount:
    """A recorded number, or what is known of one of which a part was suppressed.

    Parameters
    ----------
    low, high
        The lowest and highest number that it may be.
    mean, variance
        Where each suppressed number is as likely to be any that it may be.
    """

    low: float
    high: float
    mean: float
    variance: float

    @classmethod
    def exactly(cls, number: float) -> Amount:
        """A number that was not suppressed."""
        return cls(number, number, number, 0.0)

    @classmethod
    def below(cls, bound: int) -> Amount:
        """A suppressed count under a bound: any of 0 to ``bound - 1``."""
        return cls(0.0, bound - 1.0, (bound - 1) / 2, (bound**2 - 1) / 12)

    @property
    def is_exact(self) -> bool:
        """Whether nothing of it was suppressed."""
        return self.low == self.high

    @property
    def is_hidden(self) -> bool:
        """Whether all that is known is a bound above it."""
        return self.low == 0 < self.high

    def __add__(self, other: Amount) -> Amount:
        return Amount(
            self.low + other.low,
            self.high + other.high,
            self.mean + other.mean,
            self.variance + other.variance,
        )

    def less(self, part: Amount) -> Amount:
        """What is left beside a part, which is never less than nothing."""
        low, high = max(0.0, self.low - part.high), max(0.0, self.high - part.low)
        mean = min(max(self.mean - part.mean, low), high)
        return Amount(low, high, mean, self.variance + part.variance)


class Where(NamedTuple):
    """What a figure is of: a measure, a group, and a year by the calendar year in which it begins."""

    measure: str
    group: str
    year: int


@dataclass(frozen=True, slots=True)
class LocalFigure:
    """One figure of one year.

    Parameters
    ----------
    of
        Measure, group and year.
    amount
        What was recorded.
    source
        What the row names as its source; empty where it names none.
    lines
        Lines of the file that it came from.
    """

    of: Where
    amount: Amount
    source: str
    lines: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class LocalFigures:
    """A partnership's own figures, checked.

    Parameters
    ----------
    partnership
        Its name.
    title
        What the figures are called where they are a source.
    figures
        Figures by year, in the order of the file.
    notes
        What was left out, or understood in a way that should be looked at.
    """

    partnership: str
    title: str
    figures: tuple[LocalFigure, ...]
    notes: tuple[str, ...]

    @property
    def years(self) -> tuple[int, ...]:
        """Calendar years in which the years begin, in order."""
        return tuple(sorted({each.of.year for each in self.figures}))

    def of(self, measure: str, group: str = ALL) -> dict[int, Amount]:
        """Amounts of a measure by year."""
        return {
            each.of.year: each.amount
            for each in self.figures
            if each.of.measure == measure and each.of.group == group
        }
