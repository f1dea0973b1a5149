"""Figures that a fit is held to, in plain words."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from ..observe import ALL, OBSERVED
from ..wording import MISSING, measure_label, sentence_case
from ..wording import show as show_measure

if TYPE_CHECKING:
    from .targets import Target


def named(target: Target, groups: dict[str, str]) -> str:
    """A figure in plain English: what, of whom, in which year."""
    observed = OBSERVED.get(target.measure)
    what = observed.title if observed else measure_label(target.measure)
    group = "" if target.group == ALL else f", {groups[target.group].lower()}"
    return f"{sentence_case(what)}{group}, {target.year}"


def shown(measure: str, value: float | None) -> str:
    """A figure as it is read."""
    if value is None or math.isnan(value):
        return MISSING
    if measure not in OBSERVED:
        exact = measure.endswith("_share")
        return f"{value:.1%}" if exact else show_measure(measure, value)
    return f"{value:.1%}" if measure.endswith("_share") else f"{value:,.0f}"
