"""What is decided: each lever and the values that are tried of it, in round numbers."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from ..study.shown import shown_value

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ..study import Dimension

FINE = 100
"""A lever's range is tried in at least so many steps."""
Plan: TypeAlias = tuple[float, ...]
"""One value of each lever; not a number where the scenario's own stands, which no number tells."""


@dataclass(frozen=True, slots=True)
class Lever:
    """A lever and the values that may be tried.

    Parameters
    ----------
    tried
        Values that rise, in the lever's unit; of a list, the places in it.
    in_order
        Whether a value between two others lies between them: words have no order.
    """

    dimension: Dimension
    tried: tuple[float, ...]
    in_order: bool

    @property
    def listed(self) -> tuple[Any, ...] | None:
        """The listed values, or None for a range."""
        return self.dimension.values

    @property
    def span(self) -> float:
        """From the lowest to the highest; at least something, to divide by."""
        return (self.tried[-1] - self.tried[0]) or 1.0

    def apart(self, one: float, other: float) -> float:
        """How far two values are apart, as a part of the range; a change of what has no order is a whole."""
        if math.isnan(one) or math.isnan(other):
            return float(math.isnan(one) != math.isnan(other))
        return abs(one - other) / self.span if self.in_order else float(one != other)

    def nearest(self, value: float) -> int:
        """The place of the value that may be tried and lies nearest; of what no number tells, the middle."""
        if math.isnan(value):
            return len(self.tried) // 2
        return min(range(len(self.tried)), key=lambda place: abs(self.tried[place] - value))

    def told(self, value: float) -> str:
        """A value as it is read, with its unit."""
        return shown_value(self.dimension, value)


def lever(dimension: Dimension) -> Lever:
    """A lever with what is tried of it: all of a list, or its range in round steps and both ends."""
    if dimension.values is not None:
        listed = dimension.values
        numbers = all(isinstance(v, int | float) and not isinstance(v, bool) for v in listed)
        rising = numbers and list(listed) == sorted(listed)
        return Lever(dimension, tuple(float(place) for place in range(len(listed))), rising)
    return Lever(dimension, _in_steps(dimension.low, dimension.high), in_order=True)


def _in_steps(low: float, high: float) -> tuple[float, ...]:
    if not high > low:
        return (low,)
    step = _round_step((high - low) / FINE)
    places = range(math.floor(low / step) + 1, math.ceil(high / step))
    decimals = max(0, -math.floor(math.log10(step)))
    within = (round(place * step, decimals) for place in places)
    return tuple(dict.fromkeys([low, *(value for value in within if low < value < high), high]))


def _round_step(most: float) -> float:
    """The largest of 1, 2, 5, 10, 20 … that is no larger; and so with decimals."""
    power = 10.0 ** math.floor(math.log10(most))
    return power * max(each for each in (1, 2, 5) if each * power <= most * (1 + 1e-9))


@dataclass(frozen=True, slots=True)
class Levers:
    """All levers together: the plans that may be tried."""

    levers: tuple[Lever, ...]

    @property
    def plans(self) -> int:
        """How many different plans there are."""
        return math.prod(len(each.tried) for each in self.levers)

    def all(self) -> Iterator[Plan]:
        """Every plan."""
        return product(*(each.tried for each in self.levers))

    def corners(self) -> Iterator[Plan]:
        """Plans in which each lever stands at one of its ends; of a list, each of it."""
        ends = (
            tuple(dict.fromkeys((each.tried[0], each.tried[-1]))) if each.in_order else each.tried
            for each in self.levers
        )
        return product(*ends)

    @property
    def number_of_corners(self) -> int:
        """How many corners there are."""
        return math.prod(min(len(e.tried), 2) if e.in_order else len(e.tried) for e in self.levers)

    def holds(self, plan: Plan) -> bool:
        """Whether a plan is among those that may be tried."""
        return all(value in each.tried for each, value in zip(self.levers, plan, strict=True))

    def distance(self, plan: Plan, other: Plan) -> float:
        """How much is changed between two plans: parts of each lever's range, added up."""
        values = zip(self.levers, plan, other, strict=True)
        return float(sum(each.apart(one, another) for each, one, another in values))

    def farthest(self, plan: Plan, other: Plan) -> float:
        """By which part of its range the lever that differs most does."""
        values = zip(self.levers, plan, other, strict=True)
        return max(each.apart(one, another) for each, one, another in values)

    def drawn(self, parts: Sequence[float]) -> Plan:
        """The plan at so many parts, from 0 to 1, of the way through each lever's values."""
        return tuple(
            each.tried[min(int(part * len(each.tried)), len(each.tried) - 1)]
            for each, part in zip(self.levers, parts, strict=True)
        )

    def places(self, plan: Plan) -> tuple[int, ...]:
        """Each value's place among those that may be tried."""
        return tuple(each.tried.index(value) for each, value in zip(self.levers, plan, strict=True))

    def parts(self, plan: Plan) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        """Where each value lies between the lever's lowest and highest, from 0 to 1."""
        return np.array(
            [
                (value - each.tried[0]) / each.span
                for each, value in zip(self.levers, plan, strict=True)
            ]
        )
