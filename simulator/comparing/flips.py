"""Which assumption turns a plan's lead around, and where along its range; only where worlds say so beyond chance.

The difference between two plans is put down to the assumptions that were drawn: a line or curve along one, straight
lines along all others. Bands along all assumptions together hold 95 times in 100, so that of many assumptions one
that turns nothing is hardly ever said to.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import stdtrit

from ..incentives import Estimate
from ..replicate import CONFIDENCE
from ..sensitivity_analysis.cube import ends, scaled
from ..sensitivity_analysis.curves import FEWEST_WORLDS, Curve, crossings
from ..sensitivity_analysis.smooth import FEWEST_WORLDS_EACH, band_of, bent_in, best_of

if TYPE_CHECKING:
    from ..sensitivity_analysis.curves import Crossing
    from ..sensitivity_analysis.question import Dimension, View
    from .leads import Floats
    from .worlds import Contest

PLACES = 101
"""Places along an assumption at which its curve is looked at."""


@dataclass(frozen=True, slots=True)
class Flip:
    """A value of an assumption at which the lead changes, on average over all others.

    Parameters
    ----------
    value
        Where it changes.
    low, high
        The stretch in which it is too close to call; missing where that goes on to the end of the range.
    ahead_below, ahead_above
        Names of the scenarios that are ahead on either side.
    won_below, won_above
        On either side, in how many worlds the plan came out ahead of the other, and of how many.
    """

    view: View
    dimension: Dimension
    value: float
    low: float
    high: float
    ahead_below: str
    ahead_above: str
    won_below: tuple[int, int]
    won_above: tuple[int, int]


@dataclass(frozen=True)
class Mover:
    """What one assumption does to the difference between two plans, on average over all others.

    Parameters
    ----------
    curve
        The difference along the assumption, in its own unit.
    change
        From the low end of the range to the high end.
    flips
        Where the lead clearly changes; mostly none.
    """

    view: View
    dimension: Dimension
    curve: Curve
    change: Estimate
    flips: tuple[Flip, ...]

    @property
    def is_clear(self) -> bool:
        """Whether it moves the difference beyond chance."""
        return self.change.low > 0 or self.change.high < 0


def movers(
    contest: Contest, scenario: int = 1, baseline: int = 0, outcome: int = 0
) -> tuple[Mover, ...]:
    """What each assumption does to one difference: first those that clearly move it, the largest first.

    Nothing where there are too few worlds to say.
    """
    view = contest.view(scenario, baseline, outcome)
    whole = view.of(contest.numbers)
    there = ~np.isnan(whole).all(axis=1)
    if there.sum() < FEWEST_WORLDS:
        return ()
    differences = np.nanmean(whole[there], axis=1)
    points = contest.points[there]
    where = np.column_stack(
        [scaled(each, column) for each, column in zip(contest.dimensions, points.T, strict=True)]
    )
    sign = contest.sign(outcome)
    found = [
        _mover(view, each, place, where, differences, sign)
        for place, each in enumerate(contest.dimensions)
    ]
    found.sort(key=lambda each: (not each.is_clear, -abs(each.change.mean)))
    return tuple(found)


def flips(
    contest: Contest, scenario: int = 1, baseline: int = 0, outcome: int = 0
) -> tuple[Flip, ...]:
    """Where one plan's lead over another clearly changes, the assumption that moves it most first."""
    told = movers(contest, scenario, baseline, outcome)
    return tuple(flip for each in told for flip in each.flips)


def _mover(
    view: View, dimension: Dimension, place: int, where: Floats, differences: Floats, sign: int
) -> Mover:
    many = where.shape[1]
    own = where[:, place]
    if FEWEST_WORLDS_EACH * (many + 1) > len(where):  # too few worlds to hold all others steady
        where, place = where[:, [place]], 0
    listed = (0,) * where.shape[1]
    shape = best_of(bent_in(where, listed, place), where, differences[:, np.newaxis])
    columns = shape.columns(where)
    at = np.linspace(*ends(dimension), PLACES)
    values = np.array([dimension.at(float(u)) for u in at])
    average = np.tile(
        where.mean(axis=0), (PLACES, 1)
    )  # straight along all others: so is their average
    average[:, place] = scaled(dimension, values)
    wanted = shape.columns(average)
    free = len(where) - columns.shape[1]
    reach = float(stdtrit(free, 1 - (1 - CONFIDENCE) / (2 * many)))
    mean, error = band_of(columns, differences, wanted)
    curve = Curve(view, dimension, at, values, mean, mean - reach * error, mean + reach * error)
    change, unsure = band_of(columns, differences, wanted[[-1]] - wanted[[0]])
    far = reach * float(unsure[0])
    estimate = Estimate(float(change[0]), float(change[0]) - far, float(change[0]) + far)
    found = tuple(
        _flip(curve, crossing, own, sign * differences, sign)
        for crossing in crossings(curve)
        if crossing.is_clear
    )
    return Mover(view, dimension, curve, estimate, found)


def _flip(curve: Curve, crossing: Crossing, own: Floats, leads: Floats, sign: int) -> Flip:
    view, dimension = curve.view, curve.dimension
    names = {1: view.scenario, -1: view.baseline}
    value = dimension.at(crossing.root)
    below = own <= float(scaled(dimension, np.array([value]))[0])
    return Flip(
        view,
        dimension,
        value,
        _at(dimension, crossing.low),
        _at(dimension, crossing.high),
        names[sign * int(np.sign(curve.mean[crossing.before]))],
        names[sign * int(np.sign(curve.mean[crossing.after]))],
        (int((leads[below] > 0).sum()), int(below.sum())),
        (int((leads[~below] > 0).sum()), int((~below).sum())),
    )


def _at(dimension: Dimension, quantile: float) -> float:
    return dimension.at(quantile) if math.isfinite(quantile) else quantile


def rounded(flip: Flip) -> tuple[float, float, float]:
    """Where a lead changes, and the stretch that is too close to call, to as many figures as that allows."""
    ends = [
        end if math.isfinite(end) else edge
        for end, edge in (
            (flip.low, flip.dimension.low),
            (flip.high, flip.dimension.high),
        )
    ]
    width = abs(ends[1] - ends[0])
    decimals = 6 if width == 0 else -math.floor(math.log10(width))
    value, low, high = (round(each, decimals) for each in (flip.value, *ends))
    return value, low, high
