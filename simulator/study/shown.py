"""Values of what varies as people read them: with their unit, words as words."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import Any, Protocol

from ..wording import MINUS

AS_IT_IS = "as it is"
_PERCENT = ("share", "%")
_WITHOUT = ("", "ratio")


class Axis(Protocol):
    """Something that varies, with a title, a unit and perhaps a list of values."""

    @property
    def title(self) -> str:
        """What it is called."""

    @property
    def unit(self) -> str:
        """Its unit, in words."""

    @property
    def values(self) -> tuple[Any, ...] | None:
        """Its listed values, where it has them."""


def with_unit(value: float, unit: str) -> str:
    """A number with its unit, to four figures: ``£35 a week``, ``12.5%``, ``182 days``, ``0.7``."""
    if unit in _PERCENT:
        return f"{_figures(100 * value)}%"
    number = _figures(abs(value))
    sign = MINUS if value < 0 and number.strip("0.,") else ""
    if unit.startswith("£"):
        pence = "." in number and abs(value) >= 0.1  # £27.50, and never £27.5
        return f"{sign}£{f'{abs(value):,.2f}' if pence else number}{unit[1:]}"
    return f"{sign}{number}" if unit in _WITHOUT else f"{sign}{number} {unit}"


def _figures(value: float) -> str:
    """A number to four figures, never with a power of ten behind it."""
    rounded = float(f"{value:.4g}")
    whole = abs(rounded) >= 1000
    told = f"{rounded:,.0f}" if whole else f"{Decimal(str(rounded)).normalize():f}"
    return told.replace("-", MINUS)


def shown_value(dimension: Axis, value: float) -> str:
    """A value of a dimension as it is read; of a list, the value at a place."""
    if not math.isfinite(value):
        return AS_IT_IS
    if dimension.values:
        listed = dimension.values[round(value)]
        number = isinstance(listed, int | float) and not isinstance(listed, bool)
        return with_unit(listed, dimension.unit) if number else str(listed).replace("_", " ")
    return with_unit(value, dimension.unit)


def shown_range(dimension: Axis, low: float, high: float) -> str:
    """From one value to another, the unit once: ``£20 to £50 a week``."""
    first, last = shown_value(dimension, low), shown_value(dimension, high)
    after = dimension.unit.removeprefix("£").strip()
    return f"{first.removesuffix(after).rstrip() if after else first} to {last}"


def axis_title(dimension: Axis) -> str:
    """What an axis of a chart is called: with the unit, where numbers stand along it."""
    unit = dimension.unit
    plain = unit in (*_WITHOUT, *_PERCENT) or unit in dimension.title
    return dimension.title if plain else f"{dimension.title} ({unit})"
