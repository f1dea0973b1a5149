"""Rows of bars with whole names at the left: one bar in a row, several, or one cut into parts."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .look import (
    FONT_SIZE,
    INK,
    LINE_HEIGHT,
    Chart,
    Rows,
    altair,
    finished,
    tick_of,
    wrapped,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from ..sensitivity_analysis.question import Dimension

WIDTH = 440
NAME_CHARACTERS = 38
"""How long a line of a name is; a longer name goes on in the next line."""
ROW_GAP = 12
BAR = 15
LETTER = 6.6
"""Pixels of a letter, on average."""
PALE = 0.35
ROUNDS = 12
"""Rounds in which room for texts is found: more room makes a pixel worth more."""
SHORTEST = 0.07
"""The least part of a bar in which a text stands."""
DARK = "#12436D"
"""A colour on which texts are white."""


def label_of(dimensions: Iterable[Dimension]) -> dict[str, str]:
    """A label for each assumption by name: its title, and its name where others have the same title."""
    told = list(dimensions)
    titles = [each.title for each in told]
    return {
        each.name: each.title if titles.count(each.title) == 1 else f"{each.title} ({each.name})"
        for each in told
    }


@dataclass(frozen=True, slots=True)
class RowsOfBars:
    """Rows with names at the left, one or several bars in each, told apart by their slots.

    Parameters
    ----------
    rows
        For each bar `name`, `slot`, `begin`, `end`, `kind`, `pale`, and where it has them `low`, `high`, `text`.
    slots
        Names of the bars within a row, from the top.
    """

    alt: Any
    rows: Rows
    slots: Sequence[str]
    colours: Mapping[str, str]
    domain: tuple[float, float]
    unit: str

    @property
    def names(self) -> list[str]:
        """Names of the rows, from the top."""
        return list(dict.fromkeys(str(row["name"]) for row in self.rows))

    def whole(self, *texts: Chart) -> Chart:
        """The bars with whiskers, a line at zero, names, and texts."""
        zero = self._of([{"zero": 0}]).mark_rule(color=INK, strokeWidth=1.5)
        layers = [
            self._bars(),
            *self._whiskers("white", 3.5),
            *self._whiskers(INK, 1.5),
            zero.encode(x=self.alt.X("zero:Q", scale=self._scale)),
            *self._names(),
            *texts,
        ]
        return self.alt.layer(*layers).properties(width=WIDTH, height=self._height)

    def right_of_bars(self) -> list[Chart]:
        """What each bar comes to, at its end, on the side to which it goes."""
        told = [
            row | {"at": max(row["end"], row.get("high", row["end"]), 0.0)}
            if row["end"] >= 0
            else row | {"at": min(row["end"], row.get("low", row["end"]))}
            for row in self.rows
        ]
        return [
            self._text([row for row in told if (row["end"] >= 0) == up], align, dx)
            for up, align, dx in ((True, "left", 6), (False, "right", -6))
            if any((row["end"] >= 0) == up for row in told)
        ]

    def in_a_column(self) -> list[Chart]:
        """What each bar comes to, in a column at the right."""
        return [self._text([row | {"at": self.domain[1]} for row in self.rows], "left", 8)]

    def within(self) -> list[Chart]:
        """Texts in the middle of their bars, white on dark ones."""
        return [
            self._text([row for row in self.rows if row["dark"] == dark], "center", 0, colour)
            for dark, colour in ((True, "white"), (False, INK))
            if any(row["dark"] == dark for row in self.rows)
        ]

    def _text(self, rows: Rows, align: str, dx: int, colour: str = INK) -> Chart:
        drawn = self._of(rows).mark_text(
            align=align, baseline="middle", dx=dx, fontSize=FONT_SIZE - 1, color=colour
        )
        return drawn.encode(
            x=self.alt.X("at:Q", scale=self._scale), y=self._y, yOffset=self._offset, text="text:N"
        )

    def _bars(self) -> Chart:
        legend = (
            self.alt.Legend(title=None, orient="top", labelFontSize=FONT_SIZE, labelLimit=0)
            if len(self._kinds) > 1
            else None
        )
        return (
            self._of(self.rows)
            .mark_bar()
            .encode(
                x=self.alt.X("begin:Q", title=None, scale=self._scale, axis=self._axis),
                x2="end:Q",
                y=self._y,
                yOffset=self._offset,
                color=self.alt.Color(
                    "kind:N",
                    legend=legend,
                    scale=self.alt.Scale(
                        domain=self._kinds, range=[self.colours[kind] for kind in self._kinds]
                    ),
                ),
                opacity=self.alt.condition("datum.pale", self.alt.value(PALE), self.alt.value(1.0)),
            )
        )

    def _whiskers(self, colour: str, width: float) -> list[Chart]:
        """Intervals, where there are any; a white line below the dark one keeps it in sight on a dark bar."""
        there = [row for row in self.rows if math.isfinite(row.get("low", math.nan))]
        if not there:
            return []
        drawn = self._of(there).mark_rule(color=colour, strokeWidth=width)
        return [
            drawn.encode(
                x=self.alt.X("low:Q", scale=self._scale),
                x2="high:Q",
                y=self._y,
                yOffset=self._offset,
            )
        ]

    def _names(self) -> list[Chart]:
        """Names at the left, each in as many lines as it needs: a layer for each height of a line."""
        return row_names(self.alt, self.names, self._y)

    @property
    def _kinds(self) -> list[str]:
        present = {row["kind"] for row in self.rows}
        return [kind for kind in self.colours if kind in present]

    @property
    def _height(self) -> int:
        lines = max(len(wrapped(name, NAME_CHARACTERS)) for name in self.names)
        row = max(BAR * len(self.slots), LINE_HEIGHT * lines) + ROW_GAP
        return row * len(self.names)

    @property
    def _scale(self) -> Any:
        return self.alt.Scale(domain=list(self.domain), nice=False, zero=False)

    @property
    def _axis(self) -> Any:
        return self.alt.Axis(labelExpr=tick_of(self.unit, self.domain), tickCount=4)

    @property
    def _y(self) -> Any:
        scale = self.alt.Scale(paddingInner=0.3, paddingOuter=0.15)
        return self.alt.Y("name:N", sort=self.names, title=None, axis=None, scale=scale)

    @property
    def _offset(self) -> Any:
        return self.alt.YOffset("slot:N", sort=list(self.slots), scale=self.alt.Scale(padding=0.08))

    def _of(self, rows: Rows) -> Chart:
        return self.alt.Chart(self.alt.InlineData(values=rows))


def row_names(alt: Any, names: Sequence[str], y: Any) -> list[Chart]:
    """Names at the left of rows, each in as many lines as it needs: a layer for each height of a line."""
    lines: Rows = [
        {"name": name, "line": line, "down": LINE_HEIGHT * (place - (len(told) - 1) / 2)}
        for name in names
        for told in [wrapped(name, NAME_CHARACTERS)]
        for place, line in enumerate(told)
    ]
    return [
        alt.Chart(alt.InlineData(values=[each for each in lines if each["down"] == down]))
        .mark_text(align="right", baseline="middle", dy=down, fontSize=FONT_SIZE, color=INK)
        .encode(x=alt.value(-10), y=y, text="line:N")
        for down in sorted({float(each["down"]) for each in lines})
    ]


def with_room(rows: Rows) -> tuple[float, float]:
    """A domain from the lowest to the highest end, and as far beyond as the texts at the ends need."""
    reach = [
        (float(end), float(row["end"]) >= 0, LETTER * len(row["text"]) + 14)
        for row in rows
        for end in (row[side] for side in ("end", "low", "high") if side in row)
    ]
    low, high = min([0.0, *(end for end, _, _ in reach)]), max([0.0, *(end for end, _, _ in reach)])
    if low == high:
        return -1.0, 1.0
    left, right = low, high
    for _ in range(ROUNDS):
        a_pixel = (right - left) / WIDTH
        right = max([high, *(end + text * a_pixel for end, up, text in reach if up)])
        left = min([low, *(end - text * a_pixel for end, up, text in reach if not up)])
    return left, right


def stacked(
    parts: Sequence[tuple[str, Mapping[str, float]]],
    colours: Mapping[str, str],
    message: str,
    subtitle: str,
    show: Callable[[float], str],
) -> Chart:
    """Bars that are cut into parts of a whole, each with its share where there is room."""
    rows: Rows = []
    for name, shares in parts:
        begin = 0.0
        for kind, part in shares.items():
            rows.append(
                {
                    "name": name,
                    "slot": "0",
                    "begin": begin,
                    "end": begin + part,
                    "kind": kind,
                    "pale": False,
                    "at": begin + part / 2,
                    "text": show(part) if part >= SHORTEST else "",
                    "dark": colours[kind] == DARK,
                }
            )
            begin += part
    alt = altair()
    plot = RowsOfBars(alt, rows, ("0",), colours, (0.0, 1.0), "%")
    texts = plot.within()
    told = "; ".join(
        f"{name}: {', '.join(f'{kind} {show(part)}' for kind, part in shares.items())}"
        for name, shares in parts
    )
    return finished(plot.whole(*texts), message, subtitle, f"Stacked bar chart. {message}. {told}.")
