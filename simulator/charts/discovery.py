"""Where a plan fails: the limits of rules inside what was tried, and worlds on the two that matter most."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ..discovery.axes import ends
from ..discovery.words import failing_when, inside_words, limits
from ..wording import counted, sentence_case, share
from .along import Along
from .look import (
    FONT_SIZE,
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

    from ..discovery import Box, Discovered, End
    from ..study import Dimension

GREY, PALE = "#e3e3e3", "#767676"
BAR = 16
ROW = 50
HEAD = 34
NAME_PIXELS, NAME_CHARACTERS = 250, 36
SQUARE = 380
FAILS, HOLDS, CLOSE = "fails", "does not fail", "too close to call"
KINDS = {
    FAILS: ("cross", PALETTE[3]),
    HOLDS: ("circle", PALETTE[0]),
    CLOSE: ("diamond", "#8a8a8a"),
}
"""The shape and the colour of a world."""
SPREAD = 0.6
"""How far worlds of one word are drawn apart."""
GOLDEN = 0.618034
LETTER = 7.5
"""How many pixels a bold letter is wide."""


# Limits inside what was tried


def rule_ranges(found: Discovered, title: str = "") -> Chart:
    """The limits of each rule: what lies inside, in the whole range that was tried."""
    alt = altair()
    drawn = _Ranges(found)
    subtitle = (
        "Grey: all that was tried. Coloured: inside the rule; all limits of a rule hold at once. The share"
        f" on unseen worlds is of those that were kept out of the search. {ILLUSTRATIVE}"
    )
    told = "; ".join(
        f"Rule {number}: {limits(found.dimensions, box)}"
        for number, box in enumerate(found.boxes, 1)
    )
    message = title or headline(found)
    chart = alt.layer(*drawn.layers(alt)).properties(width=WIDTH, height=drawn.height)
    return finished(chart, message, subtitle, f"Chart of ranges. {message}. {told or 'No rule'}.")


def headline(found: Discovered) -> str:
    """What the charts of a discovery say."""
    if not found.boxes:
        return "No simple rule tells where it fails"
    verb = "fails" if found.sought == "fails" else "holds"
    box = found.boxes[0]
    first = limits(found.dimensions, box)
    mostly = "mostly" if box.is_dense else "more often"
    return f"It {verb} {mostly} where {first}"


class _Ranges:
    """The rows of a chart of ranges: a heading for each rule, and a bar for each dimension that it limits."""

    def __init__(self, found: Discovered):
        self.heads: Rows = []
        self.names: Rows = []
        self.whole: Rows = []
        self.within: Rows = []
        self.marks: Rows = []
        self.down = 0.0
        for number, box in enumerate(found.boxes, 1):
            self._head(found, number, box)
            for place in box.places:
                own = [end for end in box.ends if end.place == place]
                self._row(found.dimensions[place], own)

    @property
    def height(self) -> int:
        """How high all rows are together."""
        return max(int(self.down), ROW)

    def _head(self, found: Discovered, number: int, box: Box) -> None:
        kind = "fail" if found.sought == "fails" else "hold"
        text = (
            f"Rule {number}: {share(box.density)} of {counted(box.within.worlds, 'world')} {kind};"
            f" {share(box.held_out.density)} on unseen worlds"
        )
        self.heads.append({"text": text, "down": self.down + HEAD / 2})
        self.down += HEAD

    def _row(self, dimension: Dimension, own: Sequence[End]) -> None:
        along, middle = Along(dimension), self.down + ROW / 2 - 6
        lines = wrapped(sentence_case(dimension.title), NAME_CHARACTERS)
        top = middle - LINE_HEIGHT * (len(lines) - 1) / 2
        self.names.append({"text": "\n".join(lines), "down": top})
        if along.is_words:
            self._words(along, own[0], middle)
        else:
            self._numbers(along, own, middle)
        self.down += ROW

    def _words(self, along: Along, end: End, middle: float) -> None:
        many = len(along.dimension.values or ())
        for place in range(many):
            row = {"from": place / many + 0.004, "to": (place + 1) / many - 0.004, "down": middle}
            (self.within if place in end.words else self.whole).append(row)
            text = along.shown(place)
            short = text if len(text) * many < 70 else f"{text[: max(3, 66 // many)]}…"
            self._mark((place + 0.5) / many, middle, short, "center")

    def _numbers(self, along: Along, own: Sequence[End], middle: float) -> None:
        low, high = ends(along.dimension)
        width = (high - low) or 1.0
        at = {end.side: min(1.0, max(0.0, (end.value - low) / width)) for end in own}
        begin, finish = at.get("from", 0.0), at.get("to", 1.0)
        self.whole.append({"from": 0.0, "to": 1.0, "down": middle})
        self.within.append({"from": begin, "to": finish, "down": middle})
        self._mark(
            begin, middle, along.shown(low + begin * width), "left" if begin < 0.12 else "right"
        )
        self._mark(
            finish, middle, along.shown(low + finish * width), "right" if finish > 0.88 else "left"
        )
        if begin > 0.3:
            self._mark(0.0, middle, along.shown(low), "left", PALE)
        if finish < 0.7:
            self._mark(1.0, middle, along.shown(high), "right", PALE)

    def _mark(self, at: float, middle: float, text: str, align: str, colour: str = INK) -> None:
        down = middle + BAR / 2 + LINE_HEIGHT / 2 + 2
        self.marks.append({"at": at, "down": down, "text": text, "align": align, "colour": colour})

    def layers(self, alt: Any) -> list[Chart]:
        """All of it."""
        scale = alt.Scale(domain=[self.height, 0], nice=False)

        def of(rows: Rows) -> Any:
            return alt.Chart(alt.InlineData(values=rows or [{}])).encode(
                y=alt.Y("down:Q", axis=None, scale=scale)
            )

        x = alt.X("from:Q", axis=None, scale=alt.Scale(domain=[0, 1], nice=False))
        text = {"fontSize": FONT_SIZE, "baseline": "middle", "lineBreak": "\n"}
        head = of(self.heads).mark_text(align="left", fontWeight="bold", color=INK, **text)
        name = of(self.names).mark_text(align="right", lineHeight=LINE_HEIGHT, color=INK, **text)
        bars = [
            of(rows).mark_bar(height=BAR, color=colour).encode(x=x, x2="to:Q")
            for rows, colour in ((self.whole, GREY), (self.within, PALETTE[0]))
        ]
        marks = [
            of([each for each in self.marks if each["align"] == align])
            .mark_text(align=align, **text)
            .encode(
                x=alt.X("at:Q", axis=None, scale=alt.Scale(domain=[0, 1], nice=False)),
                text="text:N",
                color=alt.Color("colour:N", scale=None),
            )
            for align in ("left", "center", "right")
        ]
        return [
            *bars,
            *marks,
            head.encode(x=alt.value(-NAME_PIXELS), text="text:N"),
            name.encode(x=alt.value(-10), text="text:N"),
        ]


# Worlds


class _Axis(NamedTuple):
    """One axis of the chart of worlds: where each world stands, and how ticks are written."""

    at: list[float]
    domain: list[float]
    axis: Any


def failures(found: Discovered, title: str = "") -> Chart:
    """Worlds on the two dimensions that matter most, those that fail marked, with the rules as frames."""
    alt = altair()
    across, upwards = most_limiting(found)
    x, y = _axis(alt, found, across), _axis(alt, found, upwards)
    worlds = found.worlds
    rows: Rows = [
        {"x": a, "y": b, "kind": _kind(bool(fails), bool(close))}
        for a, b, fails, close in zip(x.at, y.at, worlds.fails, worlds.close, strict=True)
    ]
    rows.sort(key=lambda row: [HOLDS, CLOSE, FAILS].index(row["kind"]))
    frames = _frames(found, across, upwards, x, y)
    message = title or headline(found)
    chart = alt.layer(*_frame_layers(alt, frames, x, y), _world_layer(alt, rows, x, y)).properties(
        width=WIDTH, height=SQUARE
    )
    return finished(chart, message, _below(found, across, upwards), _worlds_told(found, message))


def most_limiting(found: Discovered) -> tuple[int, int | None]:
    """The two dimensions that matter most: of the rules, then by how failing goes along with them.

    With one dimension alone the second is None: then upwards stands what is compared.
    """
    limited = [place for box in found.boxes for place in box.places]
    strength = [_goes_along(column, found.wanted) for column in found.worlds.points.T]
    others = sorted(range(len(strength)), key=lambda place: -strength[place])
    order = [*dict.fromkeys([*limited, *others])]
    return order[0], order[1] if len(order) > 1 else None


def _goes_along(column: Any, wanted: Any) -> float:
    """How far failing goes along with a dimension: the size of their correlation."""
    if np.ptp(column) == 0 or wanted.all() or not wanted.any():
        return 0.0
    return abs(float(np.corrcoef(column, wanted)[0, 1]))


def _kind(fails: bool, close: bool) -> str:
    return CLOSE if close else FAILS if fails else HOLDS


def _axis(alt: Any, found: Discovered, place: int | None) -> _Axis:
    if place is None:
        return _of_amounts(alt, found)
    along = Along(found.dimensions[place])
    at = [float(each) for each in found.worlds.points[:, place]]
    if along.is_words:  # drawn apart, always in the same way
        at = [each + SPREAD * ((number * GOLDEN) % 1 - 0.5) for number, each in enumerate(at)]
    return _Axis(at, [*along.domain], along.axis(alt, title=along.titled()))


def _of_amounts(alt: Any, found: Discovered) -> _Axis:
    """What the first condition compares, where there is no second dimension."""
    condition = found.asked.fails_when[0]
    outcome = found.outcomes[condition.outcome]
    at = [float(each) for each in found.worlds.means[:, 0]]
    low, high = min([*at, condition.limit]), max([*at, condition.limit])
    room = 0.06 * (high - low) or 1.0
    domain = [low - room, high + room]
    told = sentence_case(outcome.label)
    against = f": difference from “{found.names[condition.against]}”" if condition.against else ""
    axis = alt.Axis(
        labelExpr=tick_of(outcome.unit, domain),
        tickCount=6,
        title=wrapped(f"{told}{against}", 44),
        titleFontSize=FONT_SIZE,
        titleFontWeight="normal",
        grid=False,
    )
    return _Axis(at, domain, axis)


def _frames(found: Discovered, across: int, upwards: int | None, x: _Axis, y: _Axis) -> Rows:
    """Each rule as a frame, as wide as the plot where it does not limit a dimension."""
    rows: Rows = []
    for number, box in enumerate(found.boxes, 1):
        for left, right in _spans(box, across, x.domain):
            for low, high in _spans(box, upwards, y.domain):
                room = WIDTH * (right - left) / (x.domain[1] - x.domain[0])
                whole = f"rule {number}" if len(found.boxes) > 1 else "inside the rule"
                text = whole if len(whole) * LETTER < room - 10 else f"{number}"
                rows.append({"x": left, "x2": right, "y": low, "y2": high, "text": text})
    return rows


def _spans(box: Box, place: int | None, domain: Sequence[float]) -> list[tuple[float, float]]:
    """What of an axis lies inside a rule: one span, or one for each word."""
    own = [end for end in box.ends if end.place == place]
    words = [each for end in own for each in end.words]
    if words:
        return [(each - 0.5, each + 0.5) for each in words]
    low = next((end.value for end in own if end.side == "from"), domain[0])
    high = next((end.value for end in own if end.side == "to"), domain[1])
    return [(max(low, domain[0]), min(high, domain[1]))]


def _scaled(alt: Any, channel: str, column: str, axis: _Axis) -> Any:
    scale = alt.Scale(domain=axis.domain, nice=False, zero=False)
    return getattr(alt, channel)(f"{column}:Q", scale=scale, axis=axis.axis)


def _frame_layers(alt: Any, frames: Rows, x: _Axis, y: _Axis) -> list[Chart]:
    if not frames:
        return []
    base = alt.Chart(alt.InlineData(values=frames))
    left, low = _scaled(alt, "X", "x", x), _scaled(alt, "Y", "y", y)
    box = base.mark_rect(fill="#fde6da", fillOpacity=0.55, stroke=INK, strokeWidth=1.5)
    name = base.mark_text(
        align="left", baseline="top", dx=5, dy=5, fontSize=FONT_SIZE, fontWeight="bold", color=INK
    )
    return [
        box.encode(x=left, x2="x2:Q", y=low, y2="y2:Q"),
        name.encode(x=left, y=_scaled(alt, "Y", "y2", y), text="text:N"),
    ]


def _limit_layers(alt: Any, found: Discovered, upwards: int | None, y: _Axis) -> list[Chart]:
    """Where failing begins, on an axis of what is compared."""
    if upwards is not None:
        return []
    rows = [{"y": found.asked.fails_when[0].limit}]
    rule = alt.Chart(alt.InlineData(values=rows)).mark_rule(color=INK, strokeDash=[5, 3])
    return [rule.encode(y=_scaled(alt, "Y", "y", y))]


def _world_layer(alt: Any, rows: Rows, x: _Axis, y: _Axis) -> Chart:
    there = [kind for kind in KINDS if any(row["kind"] == kind for row in rows)]
    legend = alt.Legend(title=None, orient="top", labelFontSize=FONT_SIZE, symbolSize=90)
    shapes = alt.Scale(domain=there, range=[KINDS[kind][0] for kind in there])
    colours = alt.Scale(domain=there, range=[KINDS[kind][1] for kind in there])
    drawn = alt.Chart(alt.InlineData(values=rows)).mark_point(
        filled=True, opacity=0.9, stroke="white", strokeWidth=0.5
    )
    return drawn.encode(
        x=_scaled(alt, "X", "x", x),
        y=_scaled(alt, "Y", "y", y),
        shape=alt.Shape("kind:N", scale=shapes, legend=legend),
        color=alt.Color("kind:N", scale=colours, legend=legend),
        size=alt.condition(f"datum.kind == '{FAILS}'", alt.value(85), alt.value(40)),
    )


def _below(found: Discovered, across: int, upwards: int | None) -> str:
    worlds = found.worlds
    shown = {across, upwards}
    hidden = [place for box in found.boxes for place in box.places if place not in shown]
    more = (
        " A rule also limits what is not drawn here, so that not all in the frame need fail."
        if hidden
        else ""
    )
    return (
        f"Each mark is a world, {len(worlds):,} in all; failing is: {failing_when(found)}; in the mean"
        f" of {counted(worlds.replications, 'run')}.{more} {ILLUSTRATIVE}"
    )


def _worlds_told(found: Discovered, message: str) -> str:
    worlds = found.worlds
    told = "; ".join(
        f"{found.dimensions[place].title}: {inside_words(found.dimensions[place], own)}"
        for box in found.boxes[:1]
        for place in box.places
        for own in [[end for end in box.ends if end.place == place]]
    )
    return (
        f"Chart of points. {message}. {worlds.failing} of {len(worlds)} worlds fail."
        f"{f' Inside the first rule: {told}.' if told else ''}"
    )
