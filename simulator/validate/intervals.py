"""Where a mean lies: intervals that hold all at once, and what they would have noticed."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.special import stdtrit

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]

CLOSELY = 0.999
"""Confidence of the tests: an interval misses in one of a thousand repetitions."""
SECTION = 0.99
"""Confidence of a section of the page: all its intervals hold at once in 99 of 100 repetitions."""
USUAL = 0.95


class Estimate(NamedTuple):
    """Means with the two ends of their intervals."""

    mean: Floats
    low: Floats
    high: Floats

    def holds(self, expected: ArrayLike, slack: float = 0.0) -> bool:
        """Whether all expected numbers lie inside, room made by a share of each where they are inexact."""
        wanted = np.asarray(expected, dtype=float)
        room = slack * np.abs(wanted)
        return bool(np.all((self.low - room <= wanted) & (wanted <= self.high + room)))

    @property
    def reach(self) -> float:
        """How far the widest interval reaches to either side."""
        return float(np.max(self.high - self.low) / 2)

    @property
    def reach_share(self) -> float:
        """The same as a share of the mean, where that is larger than nothing."""
        mean = np.abs(np.atleast_1d(self.mean))
        reach = np.atleast_1d(self.high - self.low) / 2
        return float(np.max(np.divide(reach, mean, out=np.zeros_like(reach), where=mean > 0)))


def estimate(samples: ArrayLike, family: int = 1, confidence: float = USUAL) -> Estimate:
    """Where the mean of independent samples lies, by Student's t, along the first axis.

    Parameters
    ----------
    family
        How many intervals are looked at together: all of them hold at once with the stated confidence
        (Bonferroni).
    """
    told = np.asarray(samples, dtype=float)
    mean, error = told.mean(axis=0), _error(told)
    reach = _quantile(len(told) - 1, family, confidence) * error
    return Estimate(mean, mean - reach, mean + reach)


def difference(
    ours: ArrayLike, theirs: ArrayLike, family: int = 1, confidence: float = USUAL
) -> Estimate:
    """Where the difference of two means lies, each from samples of its own (Welch)."""
    mine, other = np.asarray(ours, dtype=float), np.asarray(theirs, dtype=float)
    part, rest = _error(mine) ** 2, _error(other) ** 2
    below = part**2 / (len(mine) - 1) + rest**2 / (len(other) - 1)
    whole = np.divide((part + rest) ** 2, below, out=np.full_like(below, 1e9), where=below > 0)
    gap = mine.mean(axis=0) - other.mean(axis=0)
    reach = _quantile(whole, family, confidence) * np.sqrt(part + rest)
    return Estimate(gap, gap - reach, gap + reach)


def _error(samples: Floats) -> Floats:
    return np.asarray(samples.std(axis=0, ddof=1) / np.sqrt(len(samples)))


def _quantile(freedom: float | Floats, family: int, confidence: float) -> float | Floats:
    return np.asarray(stdtrit(freedom, 1 - (1 - confidence) / (2 * family)))


def interval(samples: ArrayLike, family: int = 1) -> tuple[Floats, Floats]:
    """Both ends of the interval that the tests look at."""
    found = estimate(samples, family, CLOSELY)
    return found.low, found.high


def holds(samples: ArrayLike, theory: ArrayLike, family: int = 1, slack: float = 0.0) -> bool:
    """Whether theory lies in the interval that the tests look at."""
    return estimate(samples, family, CLOSELY).holds(theory, slack)
