"""Chance told apart from what is not known: of how a number varies, what comes of assumptions, and what of luck.

The same luck is lived in every world, so worlds and luck are crossed: a two-way split with random effects. In a
simulator nothing is left over: what neither the world nor the luck explains by itself is luck that does
something else in another world.

References
----------
Searle, Casella and McCulloch, Variance Components (1992), chapter 4: the crossed classification.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from ..chance import stream
from ..incentives import Estimate
from .question import incomplete
from .tabled import VIEW, table_of

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from .cube import Worlds
    from .question import Floats, Question, View

Source = Literal["assumptions", "luck", "both"]
SOURCES: tuple[Source, ...] = ("assumptions", "luck", "both")
COPIES = 1000
FEWEST_LUCKS = 4
"""Below so many replications copies of luck are too alike for an interval."""
ROUNDING = 1e-12
ENDS = (0.025, 0.975)

COLUMNS = (
    *VIEW,
    "source",
    "spread",
    "share",
    "low",
    "high",
    "worlds",
    "left_out",
    "replications",
)


@dataclass(frozen=True, slots=True)
class Origins:
    """Where the variation of one number comes from.

    Parameters
    ----------
    spread
        Standard deviation by source, in the number's own unit.
    shares
        Of the variance, by source: what is not known (`assumptions`), `luck` that is the same in every world,
        and luck that does something else in another world (`both`); with 95% intervals.
    """

    view: View
    spread: tuple[float, float, float]
    shares: tuple[Estimate, Estimate, Estimate]
    worlds: int
    left_out: int
    replications: int

    def share(self, source: Source) -> Estimate:
        """The share of one source."""
        return self.shares[SOURCES.index(source)]


@dataclass(frozen=True)
class ChanceSplit:
    """Where the variation of every number that is looked at comes from."""

    origins: tuple[Origins, ...]

    def of(self, view: View) -> Origins:
        """The origins of one number's variation."""
        return next(each for each in self.origins if each.view.places == view.places)

    @cached_property
    def table(self) -> pd.DataFrame:
        """One row for each number and source (columns: `COLUMNS`)."""
        return table_of((row for each in self.origins for row in _records(each)), COLUMNS)


def _records(each: Origins) -> list[dict[str, Any]]:
    return [
        {
            **each.view.names,
            "source": source,
            "spread": spread,
            "share": share.mean,
            "low": share.low,
            "high": share.high,
            "worlds": each.worlds,
            "left_out": each.left_out,
            "replications": each.replications,
        }
        for source, spread, share in zip(SOURCES, each.spread, each.shares, strict=True)
    ]


def chance_split(question: Question, worlds: Worlds) -> ChanceSplit:
    """Split the variation of each number over worlds and luck.

    A world in which the number is missing in some replication is left out whole.
    """
    return ChanceSplit(
        tuple(_origins(view, view.of(worlds.outcomes), question.seed) for view in question.views)
    )


def _origins(view: View, numbers: Floats, seed: int) -> Origins:
    kept = numbers[~incomplete(numbers)]
    worlds, replications = kept.shape
    spread, shares = split(kept, seed)
    return Origins(view, spread, shares, worlds, len(numbers) - worlds, replications)


def split(
    numbers: Floats, seed: int
) -> tuple[tuple[float, float, float], tuple[Estimate, Estimate, Estimate]]:
    """Spread by source, and shares of the variance with bootstrap intervals.

    Parameters
    ----------
    numbers
        By world and replication, none missing.

    Returns
    -------
    tuple
        Standard deviations, and shares, each for assumptions, luck, and both; missing where there are not two
        worlds and two replications, or nothing varies. Intervals need four replications.
    """
    worlds, replications = numbers.shape
    if min(worlds, replications) < 2 or np.ptp(numbers) == 0:
        nothing = Estimate(math.nan, math.nan, math.nan)
        return (math.nan,) * 3, (nothing,) * 3
    few = replications < FEWEST_LUCKS
    once = components(numbers, np.ones((1, worlds)), np.ones((1, replications)))[0]
    shares = _shares(once[np.newaxis])[0]
    copies = np.full((1, len(shares)), np.nan) if few else _shares(_copies(numbers, seed))
    low, high = np.quantile(copies, ENDS, axis=0)
    first, second, third = (
        Estimate(*map(float, told)) for told in zip(shares, low, high, strict=True)
    )
    a, b, c = np.sqrt(np.maximum(once, 0.0)).tolist()
    return (a, b, c), (first, second, third)


def _shares(parts: Floats) -> Floats:
    """Components as shares of their sum; an estimate below zero, or of rounding alone, counts as none."""
    told = np.maximum(parts, 0.0)
    told = np.where(told > ROUNDING * told.max(axis=1, keepdims=True), told, 0.0)
    total = told.sum(axis=1, keepdims=True)
    return np.divide(told, total, out=np.full(told.shape, np.nan), where=total > 0)


def _copies(numbers: Floats, seed: int) -> Floats:
    """Components in copies of the sample in which worlds, and luck, were drawn again.

    Both are drawn anew (Owen, The pigeonhole bootstrap, Annals of Applied Statistics 1, 2007); copies of one
    world, or of one luck, are never taken for two.
    """
    chance = stream(seed, "bootstrap of worlds and luck")
    times_world, times_luck = (
        chance.multinomial(n, np.full(n, 1 / n), size=COPIES).astype(np.float64)
        for n in numbers.shape
    )
    enough = ((times_world > 0).sum(axis=1) > 1) & ((times_luck > 0).sum(axis=1) > 1)
    return components(numbers, times_world[enough], times_luck[enough])


def components(
    numbers: Floats, times_world: NDArray[np.float64], times_luck: NDArray[np.float64]
) -> Floats:
    """Variance of assumptions, of luck, and of both together, in each copy of a sample.

    With all weights 1 these are the estimates of the analysis of variance: with mean squares MA over worlds, MB
    over luck and ME of what is left, (MA − ME) ÷ R, (MB − ME) ÷ P and ME. In a copy that holds a world or a luck
    several times only pairs of different ones count, so that nothing is lost or gained by copying.

    Parameters
    ----------
    times_world, times_luck
        By copy, how often each world and each luck is in it.
    """
    y = numbers - numbers.mean()
    w, v = times_world, times_luck
    p, r = w.sum(axis=1), v.sum(axis=1)
    worlds, lucks = (y @ v.T).T / r[:, np.newaxis], (w @ y) / p[:, np.newaxis]
    grand = (w * worlds).sum(axis=1) / p
    squares_w, squares_v = w @ y**2, (y**2 @ v.T).T
    over_worlds = (w * worlds**2).sum(axis=1) - p * grand**2
    over_luck = (v * lucks**2).sum(axis=1) - r * grand**2
    whole = (squares_w * v).sum(axis=1) - p * r * grand**2
    left = whole - r * over_worlds - p * over_luck
    same_luck = (v**2 * (squares_w - p[:, np.newaxis] * lucks**2)).sum(axis=1)
    same_world = (w**2 * (squares_v - r[:, np.newaxis] * worlds**2)).sum(axis=1)
    pairs = (p**2 - (w**2).sum(axis=1)) * (r**2 - (v**2).sum(axis=1))
    return np.column_stack(
        [
            p * (r**2 * over_worlds - same_luck) / pairs,
            r * (p**2 * over_luck - same_world) / pairs,
            p * r * left / pairs,
        ]
    )
