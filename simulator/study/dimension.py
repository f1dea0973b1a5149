"""One axis of a study: which values it takes, how likely each is, and what it does to a scenario."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .schema import Change, Distribution, Grade

SIX_DIGITS = ".6g"
TAIL = 0.05
"""What is cut off at each end where an unbounded distribution must have ends."""


@dataclass(frozen=True, slots=True)
class Follower:
    """Another place that moves with a dimension.

    Parameters
    ----------
    name
        The factor that follows.
    paths, change, year, from_year, takes_from
        As of a `Dimension`.
    spread
        Its own values.
    backwards
        Whether it is low where the other is high.
    """

    name: str
    paths: tuple[str, ...]
    change: Change
    spread: Spread
    backwards: bool = False
    year: str | None = None
    from_year: str | None = None
    takes_from: str | None = None


@dataclass(frozen=True, slots=True)
class Spread:
    """Values that something may take: a list, a range, or a distribution.

    Parameters
    ----------
    values
        Listed values, which stand for themselves; a number is then the place in the list.
    low, high
        Ends of a range, each value as likely as any other.
    distribution
        How likely each value is, where they are not alike.
    """

    values: tuple[Any, ...] | None = None
    low: float = 0.0
    high: float = 1.0
    distribution: Distribution | None = None

    def at(self, u: float) -> float:
        """The value below which a share u of all lies; of a list, the place in it."""
        if self.values is not None:
            return float(min(int(u * len(self.values)), len(self.values) - 1))
        if self.distribution is None:
            number = self.low + u * (self.high - self.low)
            return round(number, _decimals(self.high - self.low))
        return float(f"{_quantile(self.distribution, u):{SIX_DIGITS}}")

    def position(self, number: float) -> float:
        """The share of all values that lie below a number: from 0 at the lowest to 1 at the highest."""
        if self.values is not None:
            return (number + 0.5) / len(self.values)
        if self.distribution is None:
            return min(1.0, max(0.0, (number - self.low) / (self.high - self.low)))
        return _share_below(self.distribution, number)

    @property
    def ends(self) -> tuple[float, float]:
        """Lowest and highest; of a distribution without ends, what nine in ten lie between."""
        if self.values is not None:
            return 0.0, float(len(self.values) - 1)
        if self.distribution is None:
            return self.low, self.high
        low, high = self.distribution.low, self.distribution.high
        return (
            self.at(TAIL) if low is None else low,
            self.at(1 - TAIL) if high is None else high,
        )

    def levels(self, many: int) -> tuple[float, ...]:
        """So many values for a grid: all of a list; of a range from end to end; of a distribution the middles of equal shares."""
        if self.values is not None:
            return tuple(float(place) for place in range(len(self.values)))
        if self.distribution is None:
            return tuple(self.at(i / (many - 1)) for i in range(many))
        return tuple(self.at((i + 0.5) / many) for i in range(many))


def _decimals(width: float) -> int:
    """Decimals that tell a millionth of a range."""
    return max(0, 6 - math.floor(math.log10(width)))


@lru_cache(maxsize=256)
def _frozen(told: Distribution) -> Any:
    """The distribution in scipy's form."""
    from scipy import stats  # slow to import, and most studies have none

    low, high = told.low or 0.0, told.high or 0.0
    if told.kind == "uniform":
        return stats.uniform(low, high - low)
    if told.kind == "log_uniform":
        return stats.loguniform(low, high)
    if told.kind == "triangular":
        width = high - low
        return stats.triang(((told.mode or 0.0) - low) / width, low, width)
    if told.kind == "beta":
        return stats.beta(told.alpha, told.beta, low, high - low)
    if told.kind == "normal":
        return stats.norm(told.mean, told.sd)
    return stats.lognorm(math.log(told.spread or math.e), scale=told.median)


def _cut(told: Distribution, whole: Any) -> tuple[float, float]:
    """Shares of the whole distribution at which it is cut off."""
    low = 0.0 if told.low is None else float(whole.cdf(told.low))
    high = 1.0 if told.high is None else float(whole.cdf(told.high))
    return low, high


def _quantile(told: Distribution, u: float) -> float:
    whole = _frozen(told)
    low, high = _cut(told, whole)
    tiny = 1e-9  # never infinite
    share = low + u * (high - low)
    if told.low is None or told.high is None:
        share = min(max(share, tiny), 1 - tiny)
    return float(whole.ppf(share))


def _share_below(told: Distribution, number: float) -> float:
    whole = _frozen(told)
    low, high = _cut(told, whole)
    return min(1.0, max(0.0, (float(whole.cdf(number)) - low) / (high - low)))


@dataclass(frozen=True, slots=True)
class Dimension:
    """One axis of a study.

    Parameters
    ----------
    name
        The factor, and the year where each year is an axis of its own.
    title, unit
        For readers.
    paths
        Where it stands in the scenarios.
    change
        Whether a value is set, multiplied by, or added.
    spread
        Which values it takes.
    is_lever
        Whether it is decided and not assumed.
    base
        The value in the first scenario; None where its places differ. Of a list, the place of it.
    grade
        How well the value is known: the worst grade of its places; empty of a lever.
    source
        Titles of the evidence.
    grid
        How many values a grid takes of a range.
    year, from_year
        The year that it changes alone, or from which on.
    takes_from
        A share that goes down by as much as this one goes up.
    followers
        What moves with it.
    """

    name: str
    title: str
    unit: str
    paths: tuple[str, ...]
    change: Change
    spread: Spread
    is_lever: bool = False
    base: float | None = None
    grade: Grade | str = ""
    source: str = ""
    grid: int = 5
    year: str | None = None
    from_year: str | None = None
    takes_from: str | None = None
    followers: tuple[Follower, ...] = ()

    @property
    def low(self) -> float:
        """The lowest value that is tried."""
        return self.spread.ends[0]

    @property
    def high(self) -> float:
        """The highest value that is tried."""
        return self.spread.ends[1]

    @property
    def values(self) -> tuple[Any, ...] | None:
        """Listed values, or None."""
        return self.spread.values

    def at(self, u: float) -> float:
        """The value below which a share u of all lies; of a list, the place in it."""
        return self.spread.at(u)

    @property
    def levels(self) -> tuple[float, ...]:
        """What a grid takes."""
        return self.spread.levels(self.grid)

    def told(self, number: float) -> Any:
        """A value as it stands in a table: of a list, the listed value itself."""
        if math.isnan(number):
            return None
        return number if self.values is None else self.values[int(number)]
