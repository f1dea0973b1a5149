"""How an outcome of each scenario goes along one assumption, and where the lead changes."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from ..sensitivity_analysis.question import listed
from ..sensitivity_analysis.switches import SWITCHES
from ..sensitivity_analysis.words import plain
from ..study.shown import axis_title, shown_value
from ..wording import sentence_case
from .lines import LABEL_CHARACTERS, LABEL_GAP, spread_out
from .look import (
    DASHES,
    FONT_SIZE,
    HEIGHT,
    ILLUSTRATIVE,
    INK,
    LINE_HEIGHT,
    PALETTE,
    WIDTH,
    Chart,
    Rows,
    altair,
    finished,
    tick_of,
    wrapped,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..sensitivity_analysis.curves import Curve
    from ..sensitivity_analysis.question import Dimension, Outcome
    from ..sensitivity_analysis.switches import Switch, Switches


# One assumption against an outcome


def response(found: Switches, outcome: Outcome, dimension: Dimension, title: str = "") -> Chart:
    """An outcome of each scenario along one assumption, all others as they are, with 95% bands.

    Dashed uprights are where a scenario stops beating the first, or starts to; grey is too close to call.
    """
    curves = [
        each
        for each in found.curves
        if each.dimension.name == dimension.name
        and each.view.outcome.key == outcome.key
        and not each.view.is_difference
        and len(each.mean)
    ]
    switches = [
        each
        for each in found.switches
        if each.dimension.name == dimension.name
        and each.view.outcome.key == outcome.key
        and each.others == "as they are"
        and each.found == SWITCHES
        and each.number
    ]
    message = title or _message(outcome, dimension, switches)
    subtitle = (
        f"{sentence_case(outcome.label)} along {dimension.title}, all other assumptions as they are. Bands are 95%"
        f" intervals of the mean.{_dashed(switches)} The scale need not begin at 0. {ILLUSTRATIVE}"
    )
    told = "; ".join(_told(each) for each in curves)
    chart = _Response(curves, switches, outcome, dimension).whole()
    return finished(chart, message, subtitle, f"Line chart. {message}. {told}.")


def _message(outcome: Outcome, dimension: Dimension, switches: Sequence[Switch]) -> str:
    if not switches:
        return f"{sentence_case(outcome.label)} along {dimension.title}"
    first = switches[0]
    return sentence_case(
        f"{plain(first.ahead_below)} is ahead below {shown_value(dimension, first.value)},"
        f" {plain(first.ahead_above)} above"
    )


def _dashed(switches: Sequence[Switch]) -> str:
    if not switches:
        return ""
    return " Dashed upright: where the lead changes; grey: too close to call."


def _told(curve: Curve) -> str:
    show, dimension = curve.view.outcome.show, curve.dimension
    first, last = (
        f"{show(float(curve.mean[i]))} at {shown_value(dimension, float(curve.tried[i]))}"
        for i in (0, -1)
    )
    return f"{plain(curve.view.scenario)}: {first}, {last}"


class _Response:
    """The layers of a response chart."""

    def __init__(
        self,
        curves: Sequence[Curve],
        switches: Sequence[Switch],
        outcome: Outcome,
        dimension: Dimension,
    ):
        self.alt = altair()
        self.curves, self.switches = curves, switches
        self.outcome, self.dimension = outcome, dimension
        self.names = [plain(each.view.scenario) for each in curves]

    def whole(self) -> Chart:
        """All of it."""
        layers = [*self._where_it_switches(), self._bands(), self._lines(), self._names()]
        return self.alt.layer(*layers).properties(width=WIDTH, height=HEIGHT)

    @property
    def _ends(self) -> tuple[float, float]:
        if many := len(listed(self.dimension)):
            return -0.4, many - 0.6
        return float(self.dimension.low), float(self.dimension.high)

    @property
    def _domain(self) -> tuple[float, float]:
        known = np.concatenate([[*each.mean, *each.low, *each.high] for each in self.curves])
        known = known[np.isfinite(known)]
        low, high = (float(known.min()), float(known.max())) if len(known) else (0.0, 1.0)
        room = 0.06 * (high - low) or 0.1 * abs(high) or 1.0
        return low - room, high + room

    def _x(self, column: str) -> Any:
        names = [str(each).replace("_", " ") for each in listed(self.dimension)]
        told = (
            {"values": list(range(len(names))), "labelExpr": f"{names!r}[datum.value]"}
            if names
            else {"labelExpr": f"'{self._before}' + {NUMBER}", "tickCount": 6}
        )
        title = self.dimension.title if names else self._axis_title
        return self.alt.X(
            f"{column}:Q",
            title=wrapped(title, 66),
            scale=self.alt.Scale(domain=list(self._ends), nice=False, zero=False),
            axis=self.alt.Axis(
                grid=False, titleFontSize=FONT_SIZE, titleFontWeight="normal", **told
            ),
        )

    @property
    def _before(self) -> str:
        return "£" if self.dimension.unit.startswith("£") else ""

    @property
    def _axis_title(self) -> str:
        return axis_title(self.dimension)

    def _y(self, column: str) -> Any:
        return self.alt.Y(
            f"{column}:Q",
            title=None,
            scale=self.alt.Scale(domain=list(self._domain), nice=False, zero=False),
            axis=self.alt.Axis(labelExpr=tick_of(self.outcome.unit, self._domain), tickCount=6),
        )

    @property
    def _rows(self) -> Rows:
        return [
            {"name": name, "x": x, "mean": mean, "low": low, "high": high}
            for name, curve in zip(self.names, self.curves, strict=True)
            for x, mean, low, high in np.column_stack(
                [curve.tried, curve.mean, *_banded(curve)]
            ).tolist()
        ]

    def _of(self, rows: Rows) -> Chart:
        return self.alt.Chart(self.alt.InlineData(values=rows))

    def _bands(self) -> Chart:
        base = self._of(self._rows)
        if listed(self.dimension):
            drawn = base.mark_rule(strokeWidth=2)
        else:
            drawn = base.mark_area(opacity=0.18)
        return drawn.encode(
            x=self._x("x"), y=self._y("low"), y2="high:Q", color=self._style("Color", PALETTE)
        )

    def _lines(self) -> Chart:
        base = self._of(self._rows)
        if listed(self.dimension):
            shapes = ("circle", "square", "diamond", "triangle-up", "cross", "triangle-down")
            return base.mark_point(filled=True, size=90, opacity=1).encode(
                x=self._x("x"),
                y=self._y("mean"),
                color=self._style("Color", PALETTE),
                shape=self._style("Shape", shapes),
            )
        return base.mark_line(strokeWidth=2.5).encode(
            x=self._x("x"),
            y=self._y("mean"),
            color=self._style("Color", PALETTE),
            strokeDash=self._style("StrokeDash", DASHES),
        )

    def _style(self, channel: str, known: Sequence[Any]) -> Any:
        scale = self.alt.Scale(
            domain=self.names, range=[known[i % len(known)] for i in range(len(self.names))]
        )
        return getattr(self.alt, channel)("name:N", scale=scale, legend=None)

    def _names(self) -> Chart:
        """The name of each scenario at the right end of its line."""
        low, high = self._domain
        unit = (high - low) / HEIGHT
        texts = [wrapped(name, LABEL_CHARACTERS) for name in self.names]
        places = spread_out(
            [(high - float(each.mean[-1])) / unit for each in self.curves],
            [LINE_HEIGHT * len(text) + LABEL_GAP for text in texts],
            HEIGHT,
        )
        rows = [
            {
                "name": name,
                "text": "\n".join(text),
                "at": high - (place - LINE_HEIGHT * (len(text) - 1) / 2) * unit,
            }
            for name, text, place in zip(self.names, texts, places, strict=True)
        ]
        drawn = self._of(rows).mark_text(
            align="left", baseline="middle", fontSize=FONT_SIZE, lineBreak="\n", fontWeight="bold"
        )
        return drawn.encode(
            x=self.alt.value(WIDTH + 8),
            y=self._y("at"),
            text="text:N",
            color=self._style("Color", PALETTE),
        )

    def _where_it_switches(self) -> list[Chart]:
        if not self.switches:
            return []
        first, last = self._ends
        rows = [
            {
                "at": each.value,
                "from": first if math.isnan(each.low) else each.low,
                "to": last if math.isnan(each.high) else each.high,
            }
            for each in self.switches
        ]
        shade = self._of(rows).mark_rect(color="#d9d9d9", opacity=0.6)
        rule = self._of(rows).mark_rule(color=INK, strokeWidth=1.5, strokeDash=[5, 3])
        return [shade.encode(x=self._x("from"), x2="to:Q"), rule.encode(x=self._x("at"))]


NUMBER = "replace(format(datum.value, ',.3~f'), '-', '−')"


def _banded(curve: Curve) -> tuple[Any, Any]:
    """Ends of a band; nothing wide where there is no interval."""
    there = np.isfinite(curve.low)
    return np.where(there, curve.low, curve.mean), np.where(there, curve.high, curve.mean)
