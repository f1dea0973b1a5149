"""How often a difference changes its sign from year to year, and how sure that is."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from scipy.special import stdtrit

from ..incentives import Estimate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from numpy.typing import NDArray

Floats: TypeAlias = "NDArray[np.float64]"
REBOUND = 0.1
"""A swing the other way by less than this part of the largest is no overshoot."""
PENNY = 0.01


def swings(by_year: Floats, noticed_gbp: float) -> Estimate:
    """Changes of sign among the years in which a sign can be told and the difference is large enough.

    The interval holds the number of changes with 95%: the fewest and the most that any course of the difference
    makes that lies within the interval of every year, those intervals holding the true course in all years
    together with 95% (Bonferroni). How large is large enough is taken as known.

    Parameters
    ----------
    by_year
        Differences in pounds by replication and year.
    noticed_gbp
        A difference below this has no sign, nor has one below `REBOUND` of the largest.
    """
    each = [Estimate.of(year) for year in by_year.T]
    largest = max((abs(year.mean) for year in each), default=0.0)
    least = max(noticed_gbp, REBOUND * largest, PENNY)
    seen = _changes([[_sign(year, least)] for year in each], max)
    if len(by_year) == 1:
        return Estimate(float(seen), math.nan, math.nan)
    may_be = [_possible(year, least) for year in _all_together(each, len(by_year))]
    return Estimate(float(seen), float(_changes(may_be, min)), float(_changes(may_be, max)))


def _sign(year: Estimate, least: float) -> int:
    """1 or -1 where the difference is large enough and its sign can be told, else 0."""
    told = year.low > 0 or year.high < 0
    return int(np.sign(year.mean)) if told and abs(year.mean) >= least else 0


def _all_together(each: Sequence[Estimate], replications: int) -> list[Estimate]:
    """The same with intervals so wide that all of them hold together as surely as each did alone."""
    alone, all_years = (stdtrit(replications - 1, 1 - 0.025 / n) for n in (1, len(each)))
    wider = all_years / alone
    return [
        Estimate(
            year.mean,
            year.mean - wider * (year.mean - year.low),
            year.mean + wider * (year.high - year.mean),
        )
        for year in each
    ]


def _possible(year: Estimate, least: float) -> list[int]:
    """Signs that the true difference of a year may have; 0 where it may be too small for one."""
    may_be = {
        -1: year.low <= -least,
        0: year.low < least and year.high > -least,
        1: year.high >= least,
    }
    return [sign for sign, possible in may_be.items() if possible]


def _changes(signs: Sequence[Sequence[int]], choose: Callable[[Iterable[int]], int]) -> int:
    """The fewest or most changes of sign from year to year, each year having one of its signs.

    A year without a sign is passed over.
    """
    so_far = {0: 0}  # by the last sign that was seen
    for year in signs:
        after: dict[int, int] = {}
        for sign in year:
            for last, changes in so_far.items():
                total = changes + int(sign * last < 0)
                after[sign or last] = choose([after.get(sign or last, total), total])
        so_far = after
    return choose(so_far.values())
