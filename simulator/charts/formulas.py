"""Formulas side by side: what doing right costs one partnership, and what following the money costs clients."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..findings import Figure
from ..wording import count, gbp
from .bars import bars, measured, plain_ticks, sign_of
from .look import ILLUSTRATIVE, Chart, Rows, finished

if TYPE_CHECKING:
    from ..side_by_side import SideBySide


def lost_alone(told: SideBySide, title: str) -> Chart:
    """Pounds that one partnership gains or loses by putting clients first alone, under each formula."""
    rows = [
        measured(side.preset.title, Figure("", side.alone, gbp), "alone") for side in told.sides
    ]
    subtitle = (
        f"Change of one partnership's allocation in {told.years[-1]} (£) when it alone puts clients first."
        f" {_how(told)}"
    )
    return _drawn(rows, title, subtitle)


def recovery_by_formula(told: SideBySide, title: str) -> Chart:
    """People in recovery more or fewer where all follow the money than where all go on as now."""
    rows = [
        measured(
            side.preset.title, Figure("", side.against_now, count), sign_of(side.against_now.mean)
        )
        for side in told.sides
    ]
    subtitle = (
        "People in recovery on the last 31 March in all: where all follow the money, less where all go on as now."
        f" {_how(told)}"
    )
    return _drawn(rows, title, subtitle, plain_ticks)


def _drawn(rows: Rows, title: str, subtitle: str, ticks: Any = None) -> Chart:
    words = "; ".join(f"{row['name']}: {row['text']}" for row in rows)
    drawn = bars(rows, **({"ticks": ticks} if ticks else {}))
    return finished(drawn, title, subtitle, f"Bar chart. {title}. {words}.")


def _how(told: SideBySide) -> str:
    return f"Rules are 95% intervals over {told.replications} paired replications. {ILLUSTRATIVE}"
