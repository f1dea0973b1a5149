"""How sure a judgement is: luck by the jackknife, in the worlds as they are drawn, and in other worlds.

A plan's score is a mean over worlds, or of the worst of them, of means over luck. Replication r is the same luck in
every world and under every plan, so replications are what varies: each is left out in turn, in all worlds at once,
and Student's t is taken on the pseudo-values. For a mean over worlds that is the paired t interval of the means by
replication, exactly. The worlds are taken as they are drawn; where a mean is asked for, a second, wider interval
says what other worlds from the same assumptions might bring.

References
----------
Miller, The jackknife: a review, 1974.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from scipy.special import stdtrit

from ..incentives import Estimate
from .judging import means

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

Floats: TypeAlias = "NDArray[np.float64]"
DOUBT = 0.05
"""How often an interval may miss; shared among comparisons that are made together (Bonferroni)."""


def by_luck(lived: Floats, score: Callable[[Floats], Floats]) -> Floats:
    """Pseudo-values of a score, one for each replication; their mean is the score, but for what luck bends.

    Parameters
    ----------
    lived
        By plan, world, outcome and replication.
    score
        Of means over luck, by plan, world and outcome, to an array whose first axis is the plan.

    Returns
    -------
    As the score, with the replications on a new last axis; missing where one is incomplete, or there is only one.
    """
    whole = score(means(lived))
    there = ~np.isnan(lived)
    counted, total = there.sum(axis=-1), np.nansum(lived, axis=-1)
    complete: NDArray[np.bool_] = np.asarray(there.all(axis=(1, 2)))
    runs = _column(complete[: len(whole)].sum(axis=-1), whole)
    found = []
    for run in range(lived.shape[-1]):
        left = counted - there[..., run]
        rest = total - np.where(there[..., run], lived[..., run], 0.0)
        without = np.divide(rest, left, out=np.full(rest.shape, np.nan), where=left > 0)
        pseudo = runs * whole - (runs - 1) * score(without)
        kept = _column(complete[: len(whole), run], whole) & (runs > 1)
        found.append(np.where(kept, pseudo, np.nan))
    return np.stack(found, axis=-1)


def _column(by_plan: NDArray[Any], like: Floats) -> NDArray[Any]:
    """One number for each plan, against a score that may have objectives beside."""
    return by_plan.reshape((-1,) + (1,) * (like.ndim - 1))


def estimate(score: float, luck: Floats, comparisons: int = 1) -> Estimate:
    """A score and its interval by luck; of so many that are made together, all hold in 95 of 100 cases."""
    known = luck[~np.isnan(luck)]
    if len(known) < 2:
        return Estimate(score, math.nan, math.nan)
    reach = _reach(float(known.std(ddof=1)) / math.sqrt(len(known)), len(known) - 1, comparisons)
    return Estimate(score, score - reach, score + reach)


def _reach(error: float, freedom: float, comparisons: int) -> float:
    return float(stdtrit(freedom, 1 - DOUBT / comparisons / 2)) * error


def in_other_worlds(differences: Floats, comparisons: int = 1) -> Estimate:
    """A mean difference and its interval where both the luck and the worlds might have been others.

    The variance is that of the means by world and that of the means by replication, each over its number; freedom by
    Satterthwaite. A Latin hypercube covers better than worlds drawn one by one, so the interval is rather wide.

    Parameters
    ----------
    differences
        By world and replication.
    """
    worlds, luck = means(differences), means(differences.T)
    mean = float(worlds.mean())
    parts = [(each.var(ddof=1) / len(each), len(each) - 1) for each in (worlds, luck)]
    variance = sum(part for part, _ in parts)
    if not variance:
        return Estimate(mean, mean, mean)
    freedom = variance**2 / sum(part**2 / free for part, free in parts)
    reach = _reach(math.sqrt(variance), freedom, comparisons)
    return Estimate(mean, mean - reach, mean + reach)
