"""When there are enough replications: on arrays, whatever they count.

Who looks after every replication stops on a lucky streak too soon. So nothing is decided before a pilot, and
what was enough must stay enough while more replications come in. This is the replications algorithm of Hoad,
Robinson and Davies (2010), with a longer pilot and in steps that double at most. The steps look at results
alone, so the number does not depend on workers.

References
----------
Hoad, K., Robinson, S. and Davies, R. (2010), Automated selection of the number of replications for a
discrete-event simulation, Journal of the Operational Research Society 61, 1632-1644.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from ..replicate import paired

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

PILOT = 10
"""Replications before anything is decided."""
CONFIRMED_BY = 5
"""More replications for which what was enough must stay enough; beyond 100, as many in each 100."""
GROWTH = 2
"""How many times as many there may be after a step: what few say of many is not worth much."""
MOST = 1000
"""Replications, where no other maximum is given."""


def half_width_shares(values: Floats, levels: Sequence[Floats]) -> Floats:
    """How well means are known: half their 95% intervals as shares of mean levels.

    Parameters
    ----------
    values
        By replication and column; nan where a replication has none.
    levels
        Each of the same shape, whose means the half widths are measured against, the largest in each column:
        for a mean the values themselves, for differences the two that differ.

    Returns
    -------
    By column; 0 where nothing varies, infinite where it cannot be told, nan where there is no value.
    """
    mean, _, high, _ = paired(values)
    half = np.where(np.isnan(high), np.inf, high - mean)
    level = np.fmax.reduce([np.abs(paired(each)[0]) for each in levels])
    share = np.divide(half, level, out=np.full(half.shape, np.inf), where=level > 0)
    return np.where(np.isnan(mean), np.nan, np.where(half == 0, 0.0, share))


def enough_after(count: int) -> int:
    """How many replications there must be to confirm a precision that was met after some."""
    return count + math.ceil(CONFIRMED_BY * max(count, 100) / 100)


def next_count(values: Floats, levels: Sequence[Floats], share: float, most: int = MOST) -> int:
    """How many replications there should be, as many as there are where those are enough.

    Parameters
    ----------
    values, levels
        As for `half_width_shares`, with the replications so far.
    share
        The precision that is wanted, in every column.
    most
        Where to stop.
    """
    count = len(values)
    worst = _worst(values, levels)
    if worst <= share:
        goal = enough_after(_met_since(values, levels, share))
    else:
        needed = count * min(worst / share, GROWTH) ** 2
        goal = min(GROWTH * count, enough_after(math.ceil(needed)))
    return max(count, min(most, goal))


def _worst(values: Floats, levels: Sequence[Floats]) -> float:
    return float(np.nanmax(half_width_shares(values, levels), initial=0.0))


def _met_since(values: Floats, levels: Sequence[Floats], share: float) -> int:
    """The number of replications from which on a precision was met, as far back as must be known."""
    since = count = len(values)
    while since > PILOT and enough_after(since) > count:
        fewer = [each[: since - 1] for each in levels]
        if _worst(values[: since - 1], fewer) > share:
            break
        since -= 1
    return since
