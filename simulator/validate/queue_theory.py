"""What queueing theory says, and how to read the same off a journal.

References
----------
Gross, Shortle, Thompson and Harris, Fundamentals of Queueing Theory, 2008: M/M/c, M/M/c with impatience,
M/G/∞, Little's law.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.integrate import quad

from ..journal import EXITS, Happened
from ..years import DAYS_PER_YEAR, first_day
from .worlds import MEAN_STAY_DAYS, PATIENCE_DAYS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from ..journal import Records

    Floats = NDArray[np.float64]

WAITING_STEPS = {
    Happened.REFERRAL: 1,
    Happened.START: -1,
    Happened.GAVE_UP: -1,
    Happened.DIED_WAITING: -1,
}
TREATED_STEPS = {Happened.START: 1} | dict.fromkeys(EXITS, -1)
MOST_INSIDE = 300
"""More than so many are never in a small queue of impatient people."""


class Waits(NamedTuple):
    """What Erlang C speaks of: the share that waits, the mean wait, and that of those who wait."""

    share_that_waits: float
    mean_days: float
    mean_days_of_those: float


class Impatience(NamedTuple):
    """What Erlang A speaks of: starts a day, those who give up a day, how many wait."""

    starts_per_day: float
    gave_up_per_day: float
    waiting: float


def erlang_c(places: int, load: float) -> float:
    """The chance that a newcomer to M/M/c must wait; the load is the arrival rate times the mean stay."""
    lost = 1.0  # Erlang B, by its recursion
    for n in range(1, places + 1):
        lost = load * lost / (n + load * lost)
    return lost / (1 - load / places * (1 - lost))


def waits_of_theory(places: int, load: float) -> Waits:
    """Waits for so many places under a load that they can bear."""
    must_wait = erlang_c(places, load)
    of_those = MEAN_STAY_DAYS / (places - load)
    return Waits(must_wait, must_wait * of_those, of_those)


def birth_and_death(arrivals: float, leave: Callable[[int], float], most: int) -> Floats:
    """How often n are inside, where n leave at the rate ``leave(n)``."""
    log = np.cumsum([0.0, *(math.log(arrivals / leave(n)) for n in range(1, most + 1))])
    chance = np.exp(log - log.max())
    return chance / chance.sum()


def erlang_a(places: int, load: float) -> Impatience:
    """Starts, giving up and the list where impatient people compete for places."""
    leaves = 1 / (2 * PATIENCE_DAYS)

    def ends(inside: int) -> float:
        return min(inside, places) / MEAN_STAY_DAYS + max(inside - places, 0) * leaves

    often = birth_and_death(load / MEAN_STAY_DAYS, ends, MOST_INSIDE)
    inside = np.arange(len(often))
    treated = float(often @ np.minimum(inside, places))
    waiting = float(often @ np.maximum(inside - places, 0))
    return Impatience(treated / MEAN_STAY_DAYS, waiting / PATIENCE_DAYS, waiting)


def still_inside(shape: float, scale_days: float, onsets: float, year: int) -> float:
    """M/G/∞ from empty: the arrival rate times the time that a newcomer has stayed by a year's end."""

    def kept(days: float) -> float:
        return math.exp(-((days / scale_days) ** shape))

    return float(onsets / DAYS_PER_YEAR * quad(kept, 0, first_day(year + 1))[0])


# The same, read off a journal


def level_of(
    records: Records, steps: Mapping[Happened, int], begin: float, end: float, at_first: float = 0
) -> float:
    """Time average of a count that each kind of record changes by a step, between two days."""
    step = np.zeros(len(records.day))
    for what, by in steps.items():
        step[records.what == what] = by
    moved = (step != 0) & (records.day >= 0)
    days, level = records.day[moved], at_first + np.append(0.0, np.cumsum(step[moved]))
    edges = np.clip(np.concatenate([[begin], days, [end]]), begin, end)
    return float(np.dot(level, np.diff(edges)) / (end - begin))


def overlap_days(begin: Floats, finish: Floats, first: float, last: float) -> float:
    """Days that stays spend within a period, all together."""
    return float(np.sum(np.maximum(np.minimum(finish, last) - np.maximum(begin, first), 0)))
