"""Figures of a check as text: closer than usual, since theory is exact."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from ..wording import MINUS, MISSING, share

if TYPE_CHECKING:
    from .intervals import Estimate

CLOSE = 0.1
"""A share below this is told with a decimal."""


def plain(number: float, unit: str = "", figures: int = 4) -> str:
    """A number to four figures, with its unit: ``2.513 days``, ``44.21%``."""
    if math.isnan(number):
        return MISSING
    shown = 100 * number if unit == "%" else number
    size = math.floor(math.log10(abs(shown))) if shown else 0
    decimals = min(max(figures - 1 - size, 0), 4)
    text = f"{abs(shown):,.{decimals}f}"
    sign = MINUS if shown < 0 and float(text.replace(",", "")) else ""
    return f"{sign}{text}{unit}" if unit in {"%", ""} else f"{sign}{text} {unit}"


def ends(found: Estimate, unit: str = "", figures: int = 4) -> str:
    """A mean and its interval: ``2.513 days (2.44 to 2.58)``."""
    low, high = (_bare(float(end), unit, figures) for end in (found.low, found.high))
    return f"{plain(float(found.mean), unit, figures)} ({low} to {high})"


def _bare(number: float, unit: str, figures: int) -> str:
    return plain(number, "%" if unit == "%" else "", figures)


def percent(part: float) -> str:
    """A share, with a decimal where it is small: ``3.4%``, ``17%``."""
    small = abs(part) < CLOSE
    return f"{MINUS if part < -0.0005 else ''}{abs(100 * part):.1f}%" if small else share(part)


def signed_percent(part: float) -> str:
    """A share with its sign: ``+3.4%``."""
    text = percent(part)
    return f"+{text}" if part >= 0.0005 else text


def percent_ends(found: Estimate) -> str:
    """A relative difference with its interval: ``+1.2% (+0.8% to +1.6%)``."""
    mean, low, high = (signed_percent(float(each)) for each in found)
    return f"{mean} ({low} to {high})"


def noticed(found: Estimate, scale: float | None = None) -> str:
    """How large a gap the widest interval would have shown, as a share of its mean or of a scale."""
    reach = found.reach_share if scale is None else found.reach / scale
    return f"A gap of {percent(reach)} would have shown."
