"""A mean by two things that vary: a tile for each pair of values, with what is too close to call hatched."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ..replicate import paired
from ..study.shown import axis_title, shown_value
from ..sweeps.result import means
from ..wording import MISSING, sentence_case, too_close_to_call
from .look import (
    FONT_SIZE,
    ILLUSTRATIVE,
    INK,
    PALETTE,
    Chart,
    Rows,
    altair,
    finished,
    tick_of,
    wrapped,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

    from ..study import Dimension, Outcome
    from ..sweeps import Sweep

    Floats = NDArray[np.float64]

RISING = ("#eaf1f8", "#9db8d2", PALETTE[0])
"""From the lowest to the highest: one hue, told apart by how dark it is."""
EITHER_WAY = ("#8a3a0c", "#f3b48f", "#f7f7f7", "#9db8d2", PALETTE[0])
"""From less to more around nothing: brown and blue, which all kinds of colour blindness tell apart."""
NOTHING = "#ffffff"
WIDEST, NARROWEST, WHOLE_WIDTH = 110.0, 22.0, 620.0
HIGHEST, LOWEST, WHOLE_HEIGHT = 44.0, 22.0, 420.0
"""Sizes of tiles: as large as this while all of them together are no larger than that."""
LETTER = 0.58
"""How wide a letter is, of its height."""
HATCH = 9
"""How many pixels lines of a hatch stand apart."""
TITLE_CHARACTERS, SHORT = 70, 90
DARK = 0.18
"""Below so much light white is told from a colour more easily than black is."""


@dataclass(frozen=True, slots=True)
class Tile:
    """A pair of values, by their places along the axes, with the mean there and its 95% interval."""

    column: int
    line: int
    mean: float
    low: float
    high: float

    @property
    def is_there(self) -> bool:
        """Whether any of its cells has a result."""
        return not math.isnan(self.mean)


def heat_map(
    sweep: Sweep,
    outcome: Outcome,
    across: Dimension,
    up: Dimension,
    scenario: int = 0,
    against: int | None = None,
) -> Chart:
    """A mean by two things that vary, or the paired difference of two scenarios.

    Numbers stand in tiles where they fit. Of differences, colours go either way from zero, and a tile whose
    interval holds zero is hatched. A tile without a result is empty.

    Parameters
    ----------
    across, up
        What goes to the right, and what goes up; all else that varies is averaged over.
    against
        The scenario that it is compared with, at the same point and with the same luck.
    """
    drawn = _Tiles(sweep, outcome, (across, up), scenario, against)
    names = [each.title for each in sweep.scenarios]
    whose = names[scenario] if against is None else f"{names[scenario]}, against: {names[against]}"
    title = f"{sentence_case(outcome.label)}: {short(whose)}"
    told = "; ".join(drawn.told())
    return finished(drawn.whole(), title, drawn.below(), f"Heat map. {title}. {told}.")


def short(text: str) -> str:
    """A title that fits over a chart."""
    return text if len(text) <= SHORT else f"{text[: SHORT - 1]}…"


def _levels(column: Floats) -> list[float]:
    """The values that a dimension takes in a sweep, in order."""
    return [float(each) for each in np.unique(column[~np.isnan(column)])]


def mixed(first: str, second: str, part: float) -> str:
    """A colour between two, so far from the first."""
    pairs = [(int(first[i : i + 2], 16), int(second[i : i + 2], 16)) for i in (1, 3, 5)]
    return "#" + "".join(f"{round(a + (b - a) * part):02x}" for a, b in pairs)


def luminance(colour: str) -> float:
    """How light a colour is to the eye, from 0 to 1 (WCAG 2)."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


class _Tiles:
    """The layers of a heat map, on a grid whose steps are one tile."""

    def __init__(
        self,
        sweep: Sweep,
        outcome: Outcome,
        axes: tuple[Dimension, Dimension],
        scenario: int,
        against: int | None,
    ):
        self.alt = altair()
        self.sweep, self.outcome, self.axes = sweep, outcome, axes
        self.is_difference = against is not None
        names = [each.name for each in sweep.dimensions]
        self.across, self.up = (sweep.points[:, names.index(each.name)] for each in axes)
        self.columns, self.lines = _levels(self.across), _levels(self.up)
        self.width = min(WIDEST, max(NARROWEST, WHOLE_WIDTH / len(self.columns)))
        self.height = min(HIGHEST, max(LOWEST, WHOLE_HEIGHT / len(self.lines)))
        which = sweep.outcomes.index(outcome)
        values = sweep.values[:, scenario, which]
        if against is not None:
            values = values - sweep.values[:, against, which]
        self.tiles = [*self._found(values)]

    def _found(self, values: Floats) -> Iterator[Tile]:
        for column, level in enumerate(self.columns):
            for line, other in enumerate(self.lines):
                here = values[(self.across == level) & (self.up == other)]
                if np.isnan(here).all():
                    yield Tile(column, line, *[math.nan] * 3)
                else:
                    mean, low, high, _ = (float(each) for each in paired(means(here, axis=0)))
                    yield Tile(column, line, mean, low, high)

    def below(self) -> str:
        """What the numbers are."""
        what = "Mean paired difference" if self.is_difference else "Mean"
        others = len(self.sweep.dimensions) - len({each.name for each in self.axes})
        averaged = ", averaged over all else that varies" if others > 0 else ""
        runs = self.sweep.values.shape[-1]
        close = " Hatched: too close to call." if any(map(self._is_close, self.tiles)) else ""
        empty = " Empty: it failed." if not all(tile.is_there for tile in self.tiles) else ""
        return f"{what} of {runs} runs with the same luck{averaged}.{close}{empty} {ILLUSTRATIVE}"

    def _is_close(self, tile: Tile) -> bool:
        return self.is_difference and tile.is_there and too_close_to_call(tile.low, tile.high)

    @property
    def show(self) -> Callable[[float], str]:
        """How a mean is written."""
        return self.outcome.show_difference if self.is_difference else self.outcome.show

    def text(self, tile: Tile) -> str:
        """The number of a tile."""
        return self.show(tile.mean) if tile.is_there else MISSING

    def told(self) -> list[str]:
        """Each tile in words."""
        columns, lines = self._texts(0), self._texts(1)
        return [
            f"{lines[tile.line]}, {columns[tile.column]}: {self.text(tile)}"
            f"{' (too close to call)' if self._is_close(tile) else ''}"
            for tile in self.tiles
        ]

    def _texts(self, axis: int) -> list[str]:
        levels = (self.columns, self.lines)[axis]
        return [shown_value(self.axes[axis], each) for each in levels]

    def _ticks(self, axis: int) -> list[str]:
        """The same without the unit that the title of the axis tells."""
        after = self.axes[axis].unit.removeprefix("£")
        return [each.removesuffix(after).rstrip() if after else each for each in self._texts(axis)]

    # Layers

    def whole(self) -> Chart:
        """All of it."""
        size = {
            "width": self.width * len(self.columns),
            "height": self.height * len(self.lines),
        }
        layers = [self._boxes(), *self._hatches(), *self._numbers()]
        return self.alt.layer(*layers).properties(**size)

    def _of(self, rows: Rows) -> Chart:
        return self.alt.Chart(self.alt.InlineData(values=rows))

    def _x(self, column: str = "x") -> Any:
        texts = self._ticks(0)
        longest = max(map(len, texts), default=0)
        turned = LETTER * FONT_SIZE * longest > self.width - 4
        title = wrapped(axis_title(self.axes[0]), TITLE_CHARACTERS)
        return self._axis("X", column, texts, title, turned=turned)

    def _y(self, column: str = "y") -> Any:
        room = max(20, int(self.height * len(self.lines) / 7))
        return self._axis("Y", column, self._ticks(1), wrapped(axis_title(self.axes[1]), room))

    def _axis(
        self,
        channel: str,
        column: str,
        texts: Sequence[str],
        title: Sequence[str],
        *,
        turned: bool = False,
    ) -> Any:
        slanted = {"labelAngle": -40, "labelAlign": "right"} if turned else {}
        axis = self.alt.Axis(
            values=[place + 0.5 for place in range(len(texts))],
            labelExpr=f"{json.dumps(texts, ensure_ascii=False)}[floor(datum.value)]",
            labelOverlap=False,
            labelLimit=170,
            title=title,
            titleFontSize=FONT_SIZE,
            ticks=False,
            domain=False,
            grid=False,
            **slanted,
        )
        scale = self.alt.Scale(domain=[0, len(texts)], nice=False, zero=False)
        return getattr(self.alt, channel)(f"{column}:Q", axis=axis, scale=scale)

    def _boxes(self) -> Chart:
        rows: Rows = [
            {
                "x": tile.column,
                "x2": tile.column + 1,
                "y": tile.line,
                "y2": tile.line + 1,
                "mean": tile.mean if tile.is_there else None,
                "close": self._is_close(tile),
            }
            for tile in self.tiles
        ]
        low, high = self.domain
        steps = len(self.colours) - 1
        scale = self.alt.Scale(
            domain=[low + (high - low) * step / steps for step in range(steps + 1)],
            range=list(self.colours),
            interpolate="rgb",
        )
        legend = self.alt.Legend(
            title=None,
            labelExpr=self._tick(),
            gradientLength=min(200, self.height * len(self.lines)),
            labelFontSize=FONT_SIZE,
            tickCount=5,
            gradientOpacity=1,
        )
        colour = self.alt.Color("mean:Q", scale=scale, legend=legend)
        drawn = self._of(rows).mark_rect(stroke="white", strokeWidth=2)
        return drawn.encode(
            x=self._x(),
            x2="x2:Q",
            y=self._y(),
            y2="y2:Q",
            color=self.alt.condition("isValid(datum.mean)", colour, self.alt.value(NOTHING)),
        )

    def _tick(self) -> str:
        plain = tick_of(self.outcome.unit, self.domain)
        return f"(datum.value > 0 ? '+' : '') + ({plain})" if self.is_difference else plain

    def _hatches(self) -> list[Chart]:
        """Rising lines across each tile that is too close to call."""
        rows = [line for tile in self.tiles if self._is_close(tile) for line in self._hatch(tile)]
        if not rows:
            return []
        drawn = self._of(rows).mark_rule(strokeWidth=0.8, strokeOpacity=0.5)
        colour = self.alt.Stroke("ink:N", scale=None)
        return [drawn.encode(x=self._x(), x2="x2:Q", y=self._y(), y2="y2:Q", stroke=colour)]

    def _hatch(self, tile: Tile) -> Rows:
        """Lines from the left and upper edges of a tile down to its upper and right ones, by pixels."""
        wide, high = self.width, self.height
        lines: Rows = []
        for number in range(1, int((wide + high) / HATCH) + 1):
            reach = number * HATCH  # where the line would meet the lower edge
            start = (max(0.0, reach - high), min(reach, high))
            end = (min(reach, wide), max(0.0, reach - wide))
            lines.append(
                {
                    "x": tile.column + start[0] / wide,
                    "y": tile.line + start[1] / high,
                    "x2": tile.column + end[0] / wide,
                    "y2": tile.line + end[1] / high,
                    "ink": self._ink(tile),
                }
            )
        return lines

    def _numbers(self) -> list[Chart]:
        """The number of each tile in which it fits, with a rim where it stands on a hatch."""
        rows: Rows = [
            {
                "x": tile.column + 0.5,
                "y": tile.line + 0.5,
                "text": self.text(tile),
                "ink": self._ink(tile),
                "rim": self.colour(tile),
            }
            for tile in self.tiles
            if LETTER * FONT_SIZE * len(self.text(tile)) <= self.width - 6
        ]
        base = self._of(rows).mark_text(fontSize=FONT_SIZE, baseline="middle")
        rim = self._of(rows).mark_text(
            fontSize=FONT_SIZE, baseline="middle", strokeWidth=5, strokeJoin="round"
        )
        layers = [
            rim.encode(stroke=self.alt.Stroke("rim:N", scale=None)),
            base.encode(color=self.alt.Color("ink:N", scale=None)),
        ]
        return [each.encode(x=self._x(), y=self._y(), text="text:N") for each in layers]

    def _ink(self, tile: Tile) -> str:
        """White on dark tiles, black on others."""
        return "#ffffff" if luminance(self.colour(tile)) < DARK else INK

    # Colours

    @property
    def domain(self) -> list[float]:
        """The ends of the colours: of differences as far to either side of zero."""
        known = [tile.mean for tile in self.tiles if tile.is_there] or [0.0]
        if self.is_difference:
            reach = max(abs(each) for each in known) or 1.0
            return [-reach, reach]
        low, high = min(known), max(known)
        return [low, high] if high > low else [low - 0.5, high + 0.5]

    @property
    def colours(self) -> tuple[str, ...]:
        """The colours between the ends, as far from each other."""
        return EITHER_WAY if self.is_difference else RISING

    def colour(self, tile: Tile) -> str:
        """The colour of a tile, as the scale gives it."""
        if not tile.is_there:
            return NOTHING
        low, high = self.domain
        at = (tile.mean - low) / (high - low) * (len(self.colours) - 1)
        before = min(int(at), len(self.colours) - 2)
        return mixed(self.colours[before], self.colours[before + 1], at - before)
