"""The axes of a study as boxes have them: numbers as they are, words by their places, limits that can be read out."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..study import Dimension

Floats: TypeAlias = NDArray[np.float64]
Flags: TypeAlias = NDArray[np.bool_]

PARTS = 50
"""A limit is written in steps of at most a fiftieth of the range that was tried, so within a hundredth of it."""
PARTS_OF_VALUE = 20
"""Near zero the steps are finer: at most a twentieth of the limit itself."""


def is_words(dimension: Dimension) -> bool:
    """Whether its values are not all numbers, so that one is told by its place among them."""
    return dimension.values is not None and not all(map(_is_number, dimension.values))


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def word(dimension: Dimension, place: float) -> str:
    """The word at a place among its values."""
    return str((dimension.values or ())[int(place)]).replace("_", " ")


def listed(dimension: Dimension) -> Floats | None:
    """Its listed numbers in order; None where it is a range or a list of words."""
    if dimension.values is None or is_words(dimension):
        return None
    return np.unique(np.array(dimension.values, dtype=np.float64))


def ends(dimension: Dimension) -> tuple[float, float]:
    """The lowest and the highest number that is tried; of words, their first and last place."""
    known = listed(dimension)
    return (dimension.low, dimension.high) if known is None else (float(known[0]), float(known[-1]))


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
    lowest, highest = ends(dimension)
    widest = abs(highest - lowest) / PARTS or 1.0
    step = _step(min(widest, abs(value) / PARTS_OF_VALUE or widest))
    return float(f"{round(value / step) * step:.12g}")


def _step(most: float) -> float:
    """The largest of 1, 2 and 5 times a power of ten that is no larger."""
    power = 10.0 ** math.floor(math.log10(most))
    return power * max(times for times in (1, 2, 5) if times * power <= most * (1 + 1e-9))


def numbers(points: Any, dimensions: Sequence[Dimension]) -> Floats:
    """Points as boxes have them: a number as it is, of words the place of each among the values.

    Where a point leaves a dimension as the scenarios have it, it is the value that the first of them has; not a
    number where that is not known.

    Parameters
    ----------
    points
        An array in the order of the dimensions, with the place of each listed value; or a table with a column for
        each dimension by its name, with the values themselves.
    """
    if isinstance(points, np.ndarray):
        return np.column_stack(
            [_of_places(points[:, at], each) for at, each in enumerate(dimensions)]
        )
    return np.column_stack([_of_values(points[each.name], each) for each in dimensions])


def _of_places(column: Floats, dimension: Dimension) -> Floats:
    base = math.nan if dimension.base is None else dimension.base
    places = np.where(np.isnan(column), base, column)
    if dimension.values is None or is_words(dimension):
        return places
    known = np.array([*dimension.values, math.nan], dtype=np.float64)
    return known[np.where(np.isnan(places), len(known) - 1, places).astype(int)]


def _of_values(column: Any, dimension: Dimension) -> Floats:
    told = [math.nan if _is_missing(each) else _place(each, dimension) for each in column]
    return _of_places(np.array(told, dtype=np.float64), dimension)


def _is_missing(value: Any) -> bool:
    return value is None or (isinstance(value, float) and math.isnan(value))


def _place(value: Any, dimension: Dimension) -> float:
    """A number as it is; of a list, the place of the value, which a table may hold as text."""
    if dimension.values is None:
        return float(value)
    alike = (at for at, known in enumerate(dimension.values) if known == value)
    as_text = (at for at, known in enumerate(dimension.values) if str(known) == str(value))
    return float(next(alike, next(as_text, math.nan)))
