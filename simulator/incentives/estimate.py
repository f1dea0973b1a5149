"""A mean over replications and how well it is known; and the ratio of two means."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import stdtrit

from ..replicate import CONFIDENCE, FEWEST_OF_BAND, ends_of_band, paired
from ..wording import counted

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean over replications, with its 95% interval; missing where one replication allows none."""

    mean: float
    low: float
    high: float

    @classmethod
    def of(cls, by_replication: NDArray[np.float64]) -> Estimate:
        """The mean of one number for each replication."""
        mean, low, high, _ = paired(by_replication)
        return cls(float(mean), float(low), float(high))

    def less(self, amount: float) -> Estimate:
        """The same less an amount that is certain."""
        return Estimate(self.mean - amount, self.low - amount, self.high - amount)

    @property
    def turned(self) -> Estimate:
        """The same with the other sign."""
        return Estimate(0.0 - self.mean, 0.0 - self.high, 0.0 - self.low)

    def over(self, parts: float) -> Estimate:
        """The same shared among so many parts, more than none."""
        return Estimate(self.mean / parts, self.low / parts, self.high / parts)


FEW = 10
"""Below so many replications an interval says little."""
FEW_REPLICATIONS = "Few replications: intervals are rough, and bands cannot be read."


def if_few(replications: int) -> tuple[str, ...]:
    """What to say where there are few replications; nothing where there are enough."""
    return (FEW_REPLICATIONS,) if replications < FEW else ()


def band(by_replication: NDArray[np.float64]) -> tuple[float, float]:
    """Ends between which 9 runs in 10 lie; of few runs the lowest and the highest, and nothing of none.

    Parameters
    ----------
    by_replication
        One number for each; what is missing is left out.
    """
    there = by_replication[~np.isnan(by_replication)]
    if not len(there):
        return math.nan, math.nan
    low, high = np.quantile(there, ends_of_band(len(by_replication)))
    return float(low), float(high)


def band_told(replications: int) -> str:
    """What lies between the ends of a band, in words."""
    if replications >= FEWEST_OF_BAND:
        return "9 runs in 10"
    return f"lowest to highest of {counted(replications, 'run')}"


def the_band(replications: int) -> str:
    """A band, by what it holds: "the band that holds 9 runs in 10", "the lowest to highest of 4 runs"."""
    told = band_told(replications)
    return f"the band that holds {told}" if replications >= FEWEST_OF_BAND else f"the {told}"


def bands_told(replications: int) -> str:
    """What bands are, as a sentence goes: "bands hold 9 runs in 10", "bands are the lowest to highest of 4 runs"."""
    told = band_told(replications)
    return f"bands hold {told}" if replications >= FEWEST_OF_BAND else f"bands are the {told}"


MISSING = Estimate(math.nan, math.nan, math.nan)
"""What cannot be told."""


def ratio(over: NDArray[np.float64], under: NDArray[np.float64]) -> Estimate:
    """The ratio of two means over replications, and its 95% interval by the jackknife."""
    n, over_sum, under_sum = len(over), over.sum(), under.sum()
    left_out = under_sum - under
    if not under_sum or (n > 1 and not left_out.all()):
        return MISSING
    whole = float(over_sum / under_sum)
    if not over.any():  # nothing, exactly
        return Estimate(0.0, 0.0, 0.0) if n > 1 else Estimate(0.0, math.nan, math.nan)
    if n == 1:
        return Estimate(whole, math.nan, math.nan)
    return Estimate.of(n * whole - (n - 1) * (over_sum - over) / left_out)


def ratio_by_fieller(over: NDArray[np.float64], under: NDArray[np.float64]) -> Estimate:
    """The ratio of two means over paired replications where what is divided by is not sure itself.

    Its 95% interval is Fieller's: every ratio r for which the mean of ``over - r under`` may be nothing. It has two
    ends exactly where the 95% interval of the mean of ``under`` does not hold zero, and grows without bound as that
    comes near. `ratio` is quicker and enough where it is far away.

    Returns
    -------
    Missing where the interval has no ends: there may be nothing to divide by, or there is one replication alone.

    References
    ----------
    E. C. Fieller, Some problems in interval estimation, Journal of the Royal Statistical Society B 16, 1954, 175-185.
    """
    n = len(over)
    if n < 2:
        return MISSING
    a, b = float(over.mean()), float(under.mean())
    reach = float(stdtrit(n - 1, (1 + CONFIDENCE) / 2)) ** 2 / n
    (aa, ab), (_, bb) = reach * np.cov(over, under)
    square = b * b - bb
    if square <= 0:
        return MISSING
    middle = (a * b - ab) / square
    half = math.sqrt(max(0.0, middle * middle - (a * a - aa) / square))
    return Estimate(a / b, float(middle - half), float(middle + half))
