"""An area's own figures beside what its fitted model gives, each kind of figure in a panel with its unit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ..wording import counted
from .look import FONT_SIZE, INK, PALETTE, WIDTH, Chart, Rows, altair, finished, tick_of
from .ranges import ROW_HEIGHT, determined

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..local_area.fitted_area import FittedArea, FittedFigure

NAME_PIXELS = 70
DOUBT = "#d0d0d0"
ROOM = 0.05
"""What is left free to either side, as a share of what is drawn."""
HOW_TO_READ = (
    "Diamond: your figure; grey: twice its doubt. Bar: nine runs in ten of the fitted model, with their mean as a white dot."
    " Upright line: the mean before the fit. Each panel has its own scale, which need not begin at 0."
)


def fit_shown(area: FittedArea, measures: Sequence[str] | None = None) -> Chart:
    """What the area recorded, and what the model gives before and after the fit.

    Parameters
    ----------
    measures
        The figures to show, by name; by default all.
    """
    shown = [each for each in area.figures if measures is None or each.measure in measures]
    names = dict.fromkeys(each.panel for each in shown)
    panels = [_panel(name, [each for each in shown if each.panel == name]) for name in names]
    chart = altair().vconcat(*panels, spacing=14)
    title = _title(area)
    told = "; ".join(
        f"{each.name}: recorded {each.target}, fitted {each.told(each.found.after)}, nine runs in ten"
        f" {each.told(each.low)} to {each.told(each.high)}, {each.verdict}"
        for each in shown
    )
    return finished(chart, title, HOW_TO_READ, f"Chart of intervals. {title}. {told}.")


def _title(area: FittedArea) -> str:
    fitted = [each for each in area.figures if each.found.target.use == "fit"]
    missed = sum(each.found.verdict == "miss" for each in fitted)
    told = str(missed) if missed else "none"
    return (
        f"The fitted model misses {told} of {counted(len(fitted), 'figure')} of {area.partnership}"
    )


def _panel(name: str, figures: list[FittedFigure]) -> Chart:
    alt = altair()
    rows = [_row(each) for each in figures]
    data = alt.Data(values=rows)
    scale = alt.Scale(domain=_domain(rows), nice=False, zero=False)
    axis = alt.Axis(
        labelExpr=tick_of(_unit(name), _domain(rows)), tickCount=6, labelFontSize=FONT_SIZE
    )
    y = alt.Y(
        "name:N",
        sort=[row["name"] for row in rows],
        title=None,
        axis=alt.Axis(
            labelLimit=NAME_PIXELS,
            minExtent=NAME_PIXELS,
            labelFontSize=FONT_SIZE,
            ticks=False,
            domain=False,
        ),
    )

    def x(field: str) -> Any:
        return alt.X(f"{field}:Q", title=None, scale=scale, axis=axis)

    base = alt.Chart(data).encode(y=y)
    layers = [
        base.mark_bar(height=18, color=DOUBT).encode(x=x("doubt_low"), x2="doubt_high:Q"),
        base.mark_bar(height=7, color=PALETTE[0]).encode(x=x("low"), x2="high:Q"),
        base.mark_tick(color=INK, thickness=2.5, size=20).encode(x=x("before")),
        base.mark_point(
            shape="circle", filled=True, size=70, color="white", stroke=INK, opacity=1
        ).encode(x=x("after")),
        base.mark_point(
            shape="diamond", filled=True, size=90, color=PALETTE[3], stroke=INK, opacity=1
        ).encode(x=x("recorded")),
    ]
    heading = alt.TitleParams(name, anchor="start", fontSize=FONT_SIZE + 1, color=INK, offset=4)
    return alt.layer(*layers).properties(width=WIDTH, height=ROW_HEIGHT * len(rows), title=heading)


def _row(each: FittedFigure) -> dict[str, Any]:
    """What is drawn of a figure; of one that is suppressed no diamond, and grey below its bound."""
    target, found = each.found.target, each.found
    if target.value is None:
        recorded, doubt = None, (0.0, target.below or 0.0)
    else:
        recorded = target.value
        doubt = (max(0.0, recorded - 2 * found.doubt), recorded + 2 * found.doubt)
    told = {
        "name": each.found.target.year,
        "recorded": recorded,
        "doubt_low": doubt[0],
        "doubt_high": doubt[1],
        "low": each.low,
        "high": each.high,
        "before": found.before,
        "after": found.after,
    }
    return {
        key: None if isinstance(value, float) and np.isnan(value) else value
        for key, value in told.items()
    }


def _domain(rows: Rows) -> list[float]:
    drawn = [value for row in rows for value in row.values() if isinstance(value, float)]
    low, high = min(drawn), max(drawn)
    room = ROOM * ((high - low) or abs(high) or 1.0)
    return [low - room if low > room else min(0.0, low), high + room]


def _unit(panel: str) -> str:
    return panel.rpartition("(")[2].rstrip(")")


def assumptions_shown(area: FittedArea) -> Chart:
    """Where in its range each assumption of a fitted area lies, and how far the figures let it lie."""
    found = [each.found for each in area.assumptions]
    well = sum(each.known == "well" for each in found)
    hardly = sum(each.known == "hardly" for each in found)
    title = (
        f"Of {counted(len(found), 'assumption')} that moved, the figures determine {well} well"
        f" and {hardly} hardly at all"
    )
    return determined(found, area.scale, title)
