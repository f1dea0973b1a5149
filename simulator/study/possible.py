"""Values that can be together: costs of treatment do not rise from one phase to the next.

Ranges of the evidence are told one by one, and those of two phases may overlap. Where a point would have a later
phase cost more than an earlier one, the later costs as much as the earlier; so a table shows what was run.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from ..errors import BadInput
from ..scenario.rules import COSTS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from ..scenario import Scenario
    from .dimension import Dimension

    Floats = NDArray[np.float64]

STEPS = 40
"""Halvings until an end of a range is known to six digits."""


@dataclass(frozen=True, slots=True)
class _Pair:
    """Two phases of treatment, one after the other: places among the dimensions, and the values they have else."""

    earlier: int | None
    later: int | None
    earlier_gbp: float
    later_gbp: float


def _pairs(dimensions: Sequence[Dimension], scenario: Scenario) -> list[_Pair]:
    places = {
        each.paths[0]: place
        for place, each in enumerate(dimensions)
        if each.change == "set" and len(each.paths) == 1 and each.values is None
    }
    found = []
    for name, group in scenario.world.groups.items():
        for before, after in pairwise(COSTS):
            paths = [f"world.groups.{name}.treatment.{cost}" for cost in (before, after)]
            earlier, later = (places.get(path) for path in paths)
            if earlier is not None or later is not None:
                costs = [getattr(group.treatment, cost) for cost in (before, after)]
                found.append(_Pair(earlier, later, *costs))
    return found


def in_whole_numbers(points: Floats, places: Sequence[int]) -> Floats:
    """Points with the values of some dimensions rounded: people, or pounds of the pot."""
    told = points.copy()
    for place in places:
        told[:, place] = np.round(told[:, place])
    return told


def possible(points: Floats, dimensions: Sequence[Dimension], scenario: Scenario) -> Floats:
    """Points in which no phase of treatment costs more than the one before it.

    Parameters
    ----------
    points
        By point and dimension; nan where the scenario is left as it is.
    scenario
        What holds where a point says nothing.
    """
    told = points.copy()
    for pair in _pairs(dimensions, scenario):
        earlier = _column(told, pair.earlier, pair.earlier_gbp)
        later = _column(told, pair.later, pair.later_gbp)
        over = later > earlier
        if pair.later is not None:
            moved = over & ~np.isnan(told[:, pair.later])
            told[moved, pair.later] = earlier[moved]
        elif pair.earlier is not None:
            moved = over & ~np.isnan(told[:, pair.earlier])
            told[moved, pair.earlier] = later[moved]
    return told


def _column(points: Floats, place: int | None, else_gbp: float) -> Floats:
    if place is None:
        return np.full(len(points), else_gbp)
    return np.where(np.isnan(points[:, place]), else_gbp, points[:, place])


def narrowed(dimension: Dimension, allowed: Callable[[float], bool]) -> Dimension:
    """A range of the evidence, as far as the scenarios can take it with all else as it is.

    Parameters
    ----------
    allowed
        Whether the scenarios would load with a value.
    """
    spread, base = dimension.spread, dimension.base
    if base is None or not spread.low <= base <= spread.high or not allowed(base):
        return dimension
    low, high = (_end(base, end, allowed) for end in (spread.low, spread.high))
    if (low, high) == (spread.low, spread.high) or not low < high:
        return dimension
    return replace(dimension, spread=replace(spread, low=low, high=high))


def _end(base: float, end: float, allowed: Callable[[float], bool]) -> float:
    """The end, or the farthest value on the way to it that is allowed."""
    if allowed(end):
        return end
    inside, outside = base, end
    for _ in range(STEPS):
        middle = (inside + outside) / 2
        if allowed(middle):
            inside = middle
        else:
            outside = middle
    for digits in range(1, 7):  # a round number, where that is what it is
        near = float(f"{inside:.{digits}g}")
        if abs(near - inside) <= 1e-6 * max(1.0, abs(inside)) and allowed(near):
            return near
    return inside


def would_load(world: Callable[[float], object]) -> Callable[[float], bool]:
    """Whether a value makes a scenario that would load."""

    def allowed(number: float) -> bool:
        try:
            world(number)
        except BadInput:
            return False
        return True

    return allowed
