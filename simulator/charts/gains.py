"""Who stands better at the end under which plan, and how many more gain than lose."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from ..flows import STOOD
from ..replicate import ALL
from ..wording import count, interval, sentence_case, verdict
from .look import FONT_SIZE, INK, LINE_HEIGHT, PALETTE, Chart, Rows, altair, finished, wrapped

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ..flows import Gains
    from ..incentives import Estimate

WIDTH, NARROW_WIDTH = 640, 318
BAR, GAP = 20, 16
LETTER_PIXELS = 6.4
HEAD_PIXELS = 125
"""Room for what stands above the left side."""
ROOM = 0.16
"""How far the axis reaches beyond the longest bar, for the numbers."""
NO_BREAK = "\u00a0"
A_COLOUR, B_COLOUR = PALETTE[3], PALETTE[0]


def who_gains(
    gains: Gains, title: str = "", *, by: str = "group", group: str = ALL, narrow: bool = False
) -> Chart:
    """People who stand better at the end under plan A (leftwards) and under plan B (rightwards), and the net.

    Parameters
    ----------
    by
        ``group``: by substance group; ``stood``: by where they stood on day 0.
    group
        A substance group, where people are told by where they stood.
    """
    alt = altair()
    rows = list(_by_group(gains) if by == "group" else _by_stood(gains, group))
    message = title or _message(gains.net(group=group))
    drawn = _Bars(alt, rows, NARROW_WIDTH if narrow else WIDTH)
    subtitle = (
        f"People who stand better at the end under plan A (left) and under plan B (right), means of"
        f" {len(gains.ends)} paired replications. Diamonds: how many more under B, with 95% intervals; open ones are"
        " too close to call. The same made-up people with the same luck."
    )
    told = "; ".join(
        f"{row['name']}: {count(row['b'])} better under B, {count(row['a'])} under A, {_net(row['net'])}"
        for row in rows
    )
    return finished(
        drawn.whole(), message, subtitle, f"Bar chart. {message}. {told}.", narrow=narrow
    )


def _message(net: Estimate) -> str:
    if verdict(net.low, net.high):
        return "Which plan more people stand better under is too close to call"
    plan, other = ("B", "A") if net.mean > 0 else ("A", "B")
    return (
        f"{count(abs(net.mean))} more people stand better under plan {plan} than under plan {other}"
    )


def _net(net: Estimate) -> str:
    """The net in words, with its interval."""
    said = verdict(net.low, net.high)
    if said:
        return said if net.low == net.high else f"{said} ({_unbroken(net)})"
    more = net if net.mean > 0 else net.turned
    plan = "B" if net.mean > 0 else "A"
    return f"{count(more.mean)} more under {plan} ({_unbroken(more)})"


def _unbroken(estimate: Estimate) -> str:
    """An interval that stays in one line."""
    return interval(estimate.low, estimate.high).replace(" ", NO_BREAK)


def _by_group(gains: Gains) -> Iterator[dict[str, Any]]:
    for group, label in (*gains.groups.items(), (ALL, "All groups")):
        yield _row(gains, label, group, ALL)


def _by_stood(gains: Gains, group: str) -> Iterator[dict[str, Any]]:
    for stood in STOOD:
        if gains.people(group, stood)[:, 0].any():
            name = "Everybody" if stood == ALL else sentence_case(stood)
            yield _row(gains, name, group, stood)


def _row(gains: Gains, name: str, group: str, stood: str) -> dict[str, Any]:
    people, a, b, _, _ = gains.people(group, stood).mean(axis=0)
    return {
        "name": f"{name} ({count(float(people))} people)",
        "a": float(a),
        "b": float(b),
        "net": gains.net(group, stood),
    }


def _ends(row: dict[str, Any]) -> tuple[float, float]:
    """How far a row's bars, net and interval reach to the left and to the right."""
    net = row["net"]
    reach = [end for end in (net.mean, net.low, net.high) if not math.isnan(end)]
    return min([-row["a"], *reach]), max([row["b"], *reach])


class _Bars:
    """Rows with a name and its net above a bar to the left and to the right; people across, pixels down."""

    def __init__(self, alt: Any, rows: Sequence[dict[str, Any]], width: int):
        self.alt, self.rows, self.width = alt, rows, width
        self.texts = [
            wrapped(f"{row['name']}: {_net(row['net'])}", int(width / LETTER_PIXELS))
            for row in rows
        ]
        self.bars = self._places()
        self.height = self.bars[-1] + BAR + 10
        most = max([max(row["a"], row["b"]) for row in rows] + [1.0])
        self.right = max(_ends(row)[1] for row in rows) + ROOM * most
        left = min(_ends(row)[0] for row in rows) - ROOM * most
        self.left = min(left, -self.right * HEAD_PIXELS / (width - HEAD_PIXELS))

    def _places(self) -> list[float]:
        """The upper edge of each row's bar."""
        places, down = [], 24.0
        for text in self.texts:
            down += LINE_HEIGHT * len(text) + 3
            places.append(down)
            down += BAR + GAP
        return places

    def whole(self) -> Chart:
        """Bars, numbers at their ends, names above them, the net, and a line at nothing."""
        layers = [*self._both(), self._zero(), *self._nets(), self._names(), *self._heads()]
        return self.alt.layer(*layers).properties(width=self.width, height=self.height)

    def _x(self, name: str = "x") -> Any:
        scale = self.alt.Scale(domain=[self.left, self.right], nice=False, zero=False)
        return self.alt.X(f"{name}:Q", axis=None, scale=scale)

    def _y(self, name: str = "y") -> Any:
        scale = self.alt.Scale(domain=[self.height, 0], nice=False, zero=False)
        return self.alt.Y(f"{name}:Q", axis=None, scale=scale)

    def _of(self, rows: Rows) -> Chart:
        return self.alt.Chart(self.alt.InlineData(values=rows))

    def _both(self) -> list[Chart]:
        drawn = []
        for plan, colour, sign, align in (("a", A_COLOUR, -1, "right"), ("b", B_COLOUR, 1, "left")):
            base = self._of(
                [
                    {
                        "x": 0,
                        "x2": sign * row[plan],
                        "y": top,
                        "y2": top + BAR,
                        "number": _ends(row)[plan == "b"],
                        "middle": top + BAR / 2,
                        "text": count(row[plan]),
                    }
                    for row, top in zip(self.rows, self.bars, strict=True)
                ]
            )
            bars = base.mark_rect(fill=colour)
            words = base.mark_text(
                align=align, dx=9 * sign, baseline="middle", fontSize=FONT_SIZE, color=INK
            )
            drawn += [
                bars.encode(x=self._x(), x2="x2:Q", y=self._y(), y2="y2:Q"),
                words.encode(x=self._x("number"), y=self._y("middle"), text="text:N"),
            ]
        return drawn

    def _zero(self) -> Chart:
        rows = [{"x": 0, "y": top - 4, "y2": top + BAR + 4} for top in self.bars]
        rule = self._of(rows).mark_rule(color=INK, strokeWidth=1.5)
        return rule.encode(x=self._x(), y=self._y(), y2="y2:Q")

    def _nets(self) -> list[Chart]:
        rows = [
            {
                "x": row["net"].mean,
                "low": row["net"].low,
                "high": row["net"].high,
                "y": top + BAR / 2,
                "fill": "white" if verdict(row["net"].low, row["net"].high) else "#ffdd00",
            }
            for row, top in zip(self.rows, self.bars, strict=True)
        ]
        known = self._of([row for row in rows if not math.isnan(row["low"])])  # not with one run
        look = {"x": self._x("low"), "x2": "high:Q", "y": self._y()}
        points = self._of(rows).mark_point(
            shape="diamond", filled=True, size=110, stroke=INK, strokeWidth=1.5, opacity=1
        )
        return [
            known.mark_rule(color="white", strokeWidth=5).encode(**look),
            known.mark_rule(color=INK, strokeWidth=2).encode(**look),
            points.encode(x=self._x(), y=self._y(), fill=self.alt.Fill("fill:N", scale=None)),
        ]

    def _names(self) -> Chart:
        rows = [
            {"x": self.left, "y": top - 5, "text": "\n".join(text)}
            for text, top in zip(self.texts, self.bars, strict=True)
        ]
        for row, text in zip(rows, self.texts, strict=True):
            row["y"] -= LINE_HEIGHT * (len(text) - 1)
        mark = self._of(rows).mark_text(
            align="left",
            baseline="bottom",
            fontSize=FONT_SIZE,
            lineHeight=LINE_HEIGHT,
            lineBreak="\n",
            color=INK,
        )
        return mark.encode(x=self._x(), y=self._y(), text="text:N")

    def _heads(self) -> list[Chart]:
        """Which side is which."""
        drawn = []
        for text, align, dx in (("← better under A", "right", -8), ("better under B →", "left", 8)):
            mark = self._of([{"x": 0, "y": 10, "text": text}]).mark_text(
                align=align, dx=dx, baseline="middle", fontSize=FONT_SIZE, fontWeight="bold"
            )
            drawn.append(mark.encode(x=self._x(), y=self._y(), text="text:N"))
        return drawn
