"""Intervals inside ranges: how well figures determine assumptions, and how near figures are met."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np

from .look import FONT_SIZE, INK, LINE_HEIGHT, PALETTE, WIDTH, Chart, Rows, altair, finished

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ..calibrate.findings import AssumptionFound, FigureFound
    from ..calibrate.result import Scale

ROW_HEIGHT = 26
NAME_PIXELS = 520
BREAKS = ": |, "
"""Where a name may be broken into lines."""


def determined(
    found: list[AssumptionFound], scale: Scale, title: str, *, narrow: bool = False
) -> Chart:
    """Where in its range each fitted assumption lies, and how far the figures allow it to lie.

    Parameters
    ----------
    narrow
        Whether names are broken into lines, so that there is room on a narrow page.
    """
    alt = altair()
    rows: Rows = []
    lows, highs, bests = (scale.cube(_column(found, name)) for name in ("low", "high", "best"))
    for each, low, high, best in zip(found, lows, highs, bests, strict=True):
        kind = "a decision" if each.fitted.is_decision else "an assumption"
        rows.append(
            {"name": each.fitted.name, "low": low, "high": high, "best": best, "kind": kind}
        )
    base = alt.Chart(alt.Data(values=rows)).encode(y=_names(alt, rows, narrow=narrow))
    lines = max((len(re.split(BREAKS, row["name"])) for row in rows), default=1) if narrow else 1
    height = max(ROW_HEIGHT, (lines + 1) * LINE_HEIGHT) if narrow else ROW_HEIGHT
    x = alt.X("low:Q", title=None, scale=alt.Scale(domain=[0, 1]), axis=_ends(alt))
    whole = (
        base.mark_bar(height=14, color="#e3e3e3")
        .encode(
            x=alt.X("zero:Q", scale=alt.Scale(domain=[0, 1]), axis=_ends(alt), title=None),
            x2="one:Q",
        )
        .transform_calculate(zero="0", one="1")
    )
    bars = base.mark_bar(height=14, color=PALETTE[0]).encode(x=x, x2="high:Q")
    dots = base.mark_point(
        shape="diamond", filled=True, size=90, color=PALETTE[3], stroke=INK, opacity=1
    ).encode(x="best:Q")
    told = "; ".join(
        f"{each.fitted.name}: {each.low:.4g} to {each.high:.4g}, best {each.best:.4g}, range"
        f" {each.lowest:g} to {each.highest:g}"
        for each in found
    )
    subtitle = (
        "Grey: the range that is plausible. Bar: nine in ten of the sets that the figures allow. Diamond: the"
        " value taken. Ranges that span eightfold or more are drawn by ratio."
    )
    chart = (whole + bars + dots).properties(width=WIDTH, height=height * len(rows))
    return finished(chart, title, subtitle, f"Chart of intervals. {title}. {told}.")


def _column(found: list[AssumptionFound], name: str) -> NDArray[np.float64]:
    return np.array([getattr(each, name) for each in found], dtype=np.float64)


def _ends(alt: Any) -> Any:
    return alt.Axis(
        values=[0, 0.5, 1],
        labelExpr="datum.value == 0 ? 'lowest' : datum.value == 1 ? 'highest' : 'middle'",
        labelFontSize=FONT_SIZE,
    )


def _names(alt: Any, rows: Rows, *, narrow: bool = False) -> Any:
    broken = {"labelExpr": f"split(datum.label, /{BREAKS}/)", "labelOffset": -10} if narrow else {}
    return alt.Y(
        "name:N",
        sort=[row["name"] for row in rows],
        title=None,
        axis=alt.Axis(
            labelLimit=NAME_PIXELS, labelFontSize=FONT_SIZE, ticks=False, domain=False, **broken
        ),
    )


def met(found: list[FigureFound], names: list[str], title: str) -> Chart:
    """How far each figure of the model is from the published one, as a share of it."""
    alt = altair()
    rows: Rows = []
    for each, name in zip(found, names, strict=True):
        value = each.target.value
        if value:
            doubt = 2 * each.doubt / abs(value)
            use = "fitted" if each.target.use == "fit" else "kept to test"
            rows.append({"name": name, "off": each.off, "low": -doubt, "high": doubt, "use": use})
    reach = max([0.12, *(abs(row["off"]) for row in rows), *(row["high"] for row in rows)])
    domain = alt.Scale(domain=[-reach * 1.05, reach * 1.05])
    axis = alt.Axis(labelExpr="replace(format(datum.value, '+.0%'), '-', '−')", tickCount=7)
    base = alt.Chart(alt.Data(values=rows)).encode(y=_names(alt, rows))
    doubt_bars = base.mark_bar(height=10, color="#d0d0d0").encode(
        x=alt.X("low:Q", scale=domain, axis=axis, title=None), x2="high:Q"
    )
    dots = base.mark_point(filled=True, size=90, stroke=INK, opacity=1).encode(
        x=alt.X("off:Q", scale=domain),
        shape=alt.Shape(
            "use:N",
            scale=alt.Scale(domain=["fitted", "kept to test"], range=["circle", "triangle-up"]),
            legend=alt.Legend(title=None, orient="top", labelFontSize=FONT_SIZE),
        ),
        color=alt.Color(
            "use:N",
            scale=alt.Scale(domain=["fitted", "kept to test"], range=[PALETTE[0], PALETTE[3]]),
            legend=alt.Legend(title=None, orient="top", labelFontSize=FONT_SIZE),
        ),
    )
    nothing = alt.Chart(alt.Data(values=[{"at": 0}])).mark_rule(color=INK).encode(x="at:Q")
    told = "; ".join(f"{row['name']}: {row['off']:+.1%}" for row in rows)
    subtitle = "Model after the fit against the published figure. Grey: twice the figure's doubt, which is its own error and the chance that it holds."
    chart = (doubt_bars + nothing + dots).properties(width=WIDTH, height=ROW_HEIGHT * len(rows))
    return finished(chart, title, subtitle, f"Chart of differences. {title}. {told}.")
