"""What discovery needs to know of a study: its dimensions and its outcomes."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Sequence

Floats: TypeAlias = NDArray[np.float64]
Flags: TypeAlias = NDArray[np.bool_]

PARTS = 50
"""A limit is written in steps of at most a fiftieth of the range that was tried, so within a hundredth of it."""
PARTS_OF_VALUE = 20
"""Near zero the steps are finer: at most a twentieth of the limit itself."""


class Dimension(Protocol):
    """One axis of a study: an assumption or a lever, and what was tried of it."""

    @property
    def name(self) -> str:
        """What the study calls it."""

    @property
    def title(self) -> str:
        """What readers call it."""

    @property
    def unit(self) -> str:
        """Its unit, such as ``£ a week``; may be empty."""

    @property
    def low(self) -> float:
        """The lowest that is tried."""

    @property
    def high(self) -> float:
        """The highest that is tried."""

    @property
    def values(self) -> tuple[object, ...] | None:
        """What is tried where it is a list; may be words."""

    @property
    def grade(self) -> str:
        """How well it is known: published, derived, assumed or unverified."""


class Outcome(Protocol):
    """A number that is read off each replication."""

    @property
    def key(self) -> str:
        """What the study calls it: ``in_recovery@last``."""

    @property
    def label(self) -> str:
        """What readers call it: ``in recovery on 31 March 2013``."""

    @property
    def unit(self) -> str:
        """Its unit."""

    def show(self, value: float) -> str:
        """A value as it is read."""

    def show_difference(self, value: float) -> str:
        """A difference of two values, with its sign."""


def is_words(dimension: Dimension) -> bool:
    """Whether its values are words, so that a point holds the place of one among them."""
    return dimension.values is not None and not all(
        isinstance(each, int | float) and not isinstance(each, bool) for each in dimension.values
    )


def word(dimension: Dimension, place: float) -> str:
    """The word at a place among its values."""
    return str((dimension.values or ())[int(place)])


def listed(dimension: Dimension) -> Floats | None:
    """Its listed numbers in order; None where it is a range or a list of words."""
    if dimension.values is None or is_words(dimension):
        return None
    return np.unique(np.array([float(str(each)) for each in dimension.values]))


def readable(value: float, dimension: Dimension, side: str) -> float:
    """A limit that can be read out: one of the listed numbers, or rounded to steps of 1, 2 or 5.

    Parameters
    ----------
    side
        ``from`` where the limit is the lowest value inside, ``to`` where it is the highest.
    """
    known = listed(dimension)
    if known is not None:
        among = known[known >= value] if side == "from" else known[known <= value]
        return float((among.min() if side == "from" else among.max()) if among.size else value)
    widest = abs(dimension.high - dimension.low) / PARTS or 1.0
    step = _step(min(widest, abs(value) / PARTS_OF_VALUE or widest))
    return float(f"{round(value / step) * step:.12g}")


def _step(most: float) -> float:
    """The largest of 1, 2 and 5 times a power of ten that is no larger."""
    power = 10.0 ** math.floor(math.log10(most))
    return power * max(times for times in (1, 2, 5) if times * power <= most * (1 + 1e-9))


def numbers(points: object, dimensions: Sequence[Dimension]) -> Floats:
    """Points as an array: of words the place of each among the values of its dimension.

    Parameters
    ----------
    points
        An array in the order of the dimensions, or a table with a column for each by its name.
    """
    if isinstance(points, np.ndarray):
        return points.astype(np.float64)
    columns = [_column(points[each.name], each) for each in dimensions]  # type: ignore[index]
    return np.column_stack(columns)


def _column(column: object, dimension: Dimension) -> Floats:
    told = list(column)  # type: ignore[call-overload]
    if is_words(dimension) and any(each in (dimension.values or ()) for each in told):
        return np.array([(dimension.values or ()).index(each) for each in told], dtype=np.float64)
    return np.array(told, dtype=np.float64)
