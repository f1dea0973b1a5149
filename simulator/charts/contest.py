"""Plans in many worlds: differences world by world, along an assumption, and in how many worlds which plan wins."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from ..comparing.flips import Mover, rounded
from ..comparing.leads import AHEAD, ALIKE, BEHIND, WITHIN_LUCK, Kind, Lead, lead
from ..comparing.words import quoted
from ..sensitivity_analysis.words import named, percent
from ..study.shown import axis_title, shown_value
from ..wording import TOO_CLOSE, counted, sentence_case
from .lines import lines_by_year
from .look import (
    FONT_SIZE,
    HEIGHT,
    ILLUSTRATIVE,
    INK,
    PALETTE,
    WIDTH,
    Chart,
    Rows,
    altair,
    finished,
    tick_of,
    wrapped,
)
from .rows import DARK, stacked

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..comparing.four import Four
    from ..comparing.worlds import Contest

COLOURS: dict[Kind, str] = {
    AHEAD: PALETTE[0],
    WITHIN_LUCK: "#ffffff",
    ALIKE: "#ffffff",
    BEHIND: PALETTE[3],
}
SHAPES: dict[Kind, str] = {
    AHEAD: "circle",
    WITHIN_LUCK: "circle",
    ALIKE: "cross",
    BEHIND: "square",
}
PARTS = {
    "ahead beyond luck": DARK,
    "within luck": "#d9d9d9",
    "exactly alike": "#a9a9a9",
    "behind beyond luck": PALETTE[3],
}
"""What a bar of worlds is cut into."""
AXIS_CHARACTERS = 36
"""How long a line below an axis is, so that it is whole on a narrow page."""
_BETTER = {"higher": "higher is better", "lower": "lower is better", "": "neither is better"}
NUMBER = "replace(format(datum.value, ',.3~f'), '-', '−')"


def _key(told: Lead) -> str:
    ahead, behind = ("ahead", "behind") if told.better else ("higher", "lower")
    return (
        f"Filled circles are {ahead} beyond luck, squares {behind}; open circles are within luck."
        f" {_of_luck(told)}"
    )


def _of_luck(told: Lead) -> str:
    if math.isnan(told.luck.spread):
        return ""
    size = told.view.outcome.show_difference(told.luck.spread).removeprefix("+")
    return f"Luck alone moves a world by {size} (standard deviation)."


def _less(contest: Contest, told: Lead | Mover) -> str:
    view = told.view
    return f"{quoted(contest.title(view.scenario))} less {quoted(contest.title(view.baseline))}"


def differences_by_world(contest: Contest, told: Lead, title: str = "") -> Chart:
    """The difference between two plans in each world, from the lowest to the highest, with a line at zero.

    Parameters
    ----------
    title
        The message; by default in how many worlds which plan is ahead.
    """
    outcome = told.view.outcome
    message = title or _who_wins(contest, told)
    subtitle = (
        f"{sentence_case(outcome.label)}: {_less(contest, told)}, in each of {counted(told.worlds, 'world')},"
        f" in order. {_key(told)} {ILLUSTRATIVE}"
    )
    plot = _Dots(told, range(told.worlds), sorted_too=True)
    low, high = (outcome.show_difference(end) for end in told.band)
    alt_text = f"Chart of points. {message}. Nine worlds in ten lie between {low} and {high}."
    return finished(
        plot.whole(*plot.zero(), plot.dots(), *plot.sides()), message, subtitle, alt_text
    )


def _who_wins(contest: Contest, told: Lead) -> str:
    first, other = (quoted(contest.title(n)) for n in (told.view.scenario, told.view.baseline))
    label = sentence_case(told.view.outcome.label)
    if not told.count(AHEAD) + told.count(BEHIND):
        return f"{label}: {TOO_CLOSE} between {first} and {other}"
    loses = told.behind > told.ahead
    won = told.behind if loses else told.ahead
    worlds = f"in {won:,} of {counted(told.worlds, 'world')}"
    if not told.better:
        return f"{label}: {first} is {'lower' if loses else 'higher'} than {other} {worlds}"
    return f"{label}: {other if loses else first} beats {first if loses else other} {worlds}"


def along_assumption(contest: Contest, found: Mover, title: str = "") -> Chart:
    """The difference between two plans in each world along one assumption, with its curve and where the lead flips.

    Parameters
    ----------
    title
        The message; by default where the lead flips.
    """
    view = found.view
    told = lead(contest, *view.places)
    dimension = found.dimension
    message = title or _what_it_does(contest, found)
    subtitle = (
        f"{sentence_case(view.outcome.label)}: {_less(contest, found)}, in each of {counted(told.worlds, 'world')},"
        f" along “{named(dimension)}”. The curve is the average over all other assumptions; bands along all"
        f" {len(contest.dimensions)} assumptions together hold 95 times in 100.{_dashed(found)} {_key(told)} {ILLUSTRATIVE}"
    )
    column = contest.points[:, contest.dimensions.index(dimension)]
    there = ~np.all(np.isnan(view.of(contest.numbers)), axis=1)
    plot = _Dots(told, column[there].tolist(), found)
    layers = [*plot.flips(), plot.band(), *plot.zero(), plot.dots(), plot.curve(), *plot.sides()]
    ends = "; ".join(
        f"{view.outcome.show_difference(float(found.curve.mean[i]))} at"
        f" {shown_value(dimension, float(found.curve.tried[i]))}"
        for i in (0, -1)
    )
    alt_text = f"Chart of points with a curve. {message}. On average {ends}."
    return finished(plot.whole(*layers), message, subtitle, alt_text)


def _dashed(found: Mover) -> str:
    return " Dashed upright: where the lead flips; grey: too close to call." if found.flips else ""


def _what_it_does(contest: Contest, found: Mover) -> str:
    label = sentence_case(found.view.outcome.label)
    if found.flips:
        flip = found.flips[0]
        where = shown_value(found.dimension, rounded(flip)[0])
        below, above = (quoted(contest.title(n)) for n in (flip.ahead_below, flip.ahead_above))
        way = "ahead" if contest.better[found.view.places[2]] else "higher"
        return f"{label}: {below} is {way} below {where}, {above} above"
    does = "moves the difference, and does not flip it" if found.is_clear else "does not flip it"
    return f"{label}: “{named(found.dimension)}” {does}"


def worlds_won(contest: Contest, told: Sequence[Lead], title: str = "") -> Chart:
    """For each number the part of worlds in which a plan is ahead beyond luck, behind, or neither."""
    parts = []
    for each in told:
        counts = {
            "ahead beyond luck": each.count(AHEAD),
            "within luck": each.count(WITHIN_LUCK),
            "exactly alike": each.count(ALIKE),
            "behind beyond luck": each.count(BEHIND),
        }
        if each.worlds:
            shares = {name: n / each.worlds for name, n in counts.items() if n}
            parts.append(
                (f"{sentence_case(each.view.outcome.label)} ({_BETTER[each.better]})", shares)
            )
    view = told[0].view
    first, other = (quoted(contest.title(n)) for n in (view.scenario, view.baseline))
    message = title or f"In how many worlds {first} is ahead of {other}"
    subtitle = (
        f"Share of {counted(max(each.worlds for each in told), 'world')}. Dark blue: ahead beyond luck;"
        " light grey: within luck; darker grey: exactly alike; orange: behind beyond luck. Where neither is better,"
        f" ahead means higher. {ILLUSTRATIVE}"
    )
    return stacked(parts, PARTS, message, subtitle, percent)


def four_lines(
    four: Four, measure: str, title: str = "", names: Mapping[str, str] | None = None
) -> Chart:
    """A measure by year with and without the plan, under the assumptions as they are and as they are changed.

    Parameters
    ----------
    title
        The message; by default whether the plan works differently.
    """
    effect = four.by_year(measure)[-1]
    message = title or f"{sentence_case(effect.outcome.label)}: {effect.in_short}"
    return lines_by_year(four.samples, measure, message, names=names, partnership=four.partnership)


class _Dots:
    """The layers of a chart of differences by world."""

    def __init__(
        self,
        told: Lead,
        across: Sequence[float],
        found: Mover | None = None,
        *,
        sorted_too: bool = False,
    ):
        self.alt = altair()
        self.told, self.found = told, found
        rows = [
            {"difference": difference, "kind": kind}
            for difference, kind in zip(told.differences, told.kinds, strict=True)
        ]
        if sorted_too:
            rows.sort(key=lambda row: float(row["difference"]))
        self.rows: Rows = [row | {"x": x} for row, x in zip(rows, across, strict=True)]

    def whole(self, *layers: Chart) -> Chart:
        """All of it."""
        return self.alt.layer(*layers).properties(width=WIDTH, height=HEIGHT)

    def dots(self) -> Chart:
        """One for each world."""
        kinds = [kind for kind in COLOURS if any(row["kind"] == kind for row in self.rows)]
        edges = [PALETTE[4] if COLOURS[kind] == "#ffffff" else COLOURS[kind] for kind in kinds]
        drawn = self._of(self.rows).mark_point(size=42, opacity=0.9, strokeWidth=1.5)
        return drawn.encode(
            x=self._x("x"),
            y=self._y("difference"),
            shape=self._style("Shape", kinds, [SHAPES[kind] for kind in kinds]),
            fill=self._style("Fill", kinds, [COLOURS[kind] for kind in kinds]),
            stroke=self._style("Stroke", kinds, edges),
        )

    def _style(self, channel: str, kinds: Sequence[str], known: Sequence[str]) -> Any:
        scale = self.alt.Scale(domain=list(kinds), range=list(known))
        return getattr(self.alt, channel)("kind:N", scale=scale, legend=None)

    def zero(self) -> list[Chart]:
        """The line where nothing differs."""
        rule = self._of([{"zero": 0}]).mark_rule(color=INK, strokeWidth=1.5)
        return [rule.encode(y=self._y("zero"))]

    def sides(self) -> list[Chart]:
        """At the right, how many worlds came out on which side of zero."""
        above = sum(row["difference"] > 0 for row in self.rows)
        below = sum(row["difference"] < 0 for row in self.rows)
        low, high = self._domain
        rows = [
            {"at": at, "text": f"{way} in {counted(many, 'world')}"}
            for at, many, way in (
                (high - 0.06 * (high - low), above, "Higher"),
                (low + 0.06 * (high - low), below, "Lower"),
            )
            if many
        ]
        drawn = self._of(rows).mark_text(
            align="left", fontSize=FONT_SIZE, color=INK, fontWeight="bold"
        )
        return [
            drawn.encode(
                x=self.alt.value(self.alt.ExprRef("width + 8")), y=self._y("at"), text="text:N"
            )
        ]

    def band(self) -> Chart:
        """Where the curve may be."""
        drawn = self._of(self._curve).mark_area(opacity=0.2, color=PALETTE[1])
        return drawn.encode(x=self._x("x"), y=self._y("low"), y2="high:Q")

    def curve(self) -> Chart:
        """The average difference along the assumption."""
        drawn = self._of(self._curve).mark_line(strokeWidth=3, color=PALETTE[1])
        return drawn.encode(x=self._x("x"), y=self._y("mean"))

    def flips(self) -> list[Chart]:
        """Where the lead changes, and the stretch that is too close to call."""
        if self.found is None or not self.found.flips:
            return []
        first, last = self.found.dimension.low, self.found.dimension.high
        rows = [
            {
                "at": each.value,
                "from": first if math.isnan(each.low) else each.low,
                "to": last if math.isnan(each.high) else each.high,
            }
            for each in self.found.flips
        ]
        shade = self._of(rows).mark_rect(color="#d9d9d9", opacity=0.6)
        rule = self._of(rows).mark_rule(color=INK, strokeWidth=1.5, strokeDash=[5, 3])
        return [shade.encode(x=self._x("from"), x2="to:Q"), rule.encode(x=self._x("at"))]

    @property
    def _curve(self) -> Rows:
        if self.found is None:
            return []
        each = self.found.curve
        columns = np.column_stack([each.tried, each.mean, each.low, each.high])
        return [
            {"x": x, "mean": mean, "low": low, "high": high}
            for x, mean, low, high in columns.tolist()
        ]

    def _x(self, column: str) -> Any:
        if self.found is None:
            ends = [-1.0, float(len(self.rows))]
            scale = self.alt.Scale(domain=ends, nice=False, zero=False)
            return self.alt.X(f"{column}:Q", title=None, scale=scale, axis=None)
        dimension = self.found.dimension
        pounds = "£" if dimension.unit.startswith("£") else ""
        unit = axis_title(dimension).removeprefix(dimension.title)
        room = 0.02 * (dimension.high - dimension.low)
        return self.alt.X(
            f"{column}:Q",
            title=wrapped(f"{named(dimension)}{unit}", AXIS_CHARACTERS),
            scale=self.alt.Scale(
                domain=[dimension.low - room, dimension.high + room], nice=False, zero=False
            ),
            axis=self.alt.Axis(
                grid=False,
                titleFontSize=FONT_SIZE,
                titleFontWeight="normal",
                labelExpr=f"'{pounds}' + {NUMBER}",
                tickCount=6,
            ),
        )

    def _y(self, column: str) -> Any:
        domain = list(self._domain)
        ticks = tick_of(self.told.view.outcome.unit, domain)
        return self.alt.Y(
            f"{column}:Q",
            title=None,
            scale=self.alt.Scale(domain=domain, nice=False, zero=False),
            axis=self.alt.Axis(labelExpr=ticks, tickCount=6),
        )

    @property
    def _domain(self) -> tuple[float, float]:
        known = [0.0, *(float(row["difference"]) for row in self.rows)]
        known += [float(row[end]) for row in self._curve for end in ("low", "high")]
        low, high = min(known), max(known)
        room = 0.06 * (high - low) or 1.0
        return low - room, high + room

    def _of(self, rows: Rows) -> Chart:
        return self.alt.Chart(self.alt.InlineData(values=rows))
