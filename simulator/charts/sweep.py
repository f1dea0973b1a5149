"""What a sweep found: a curve along one thing that varies, trajectories over the years."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ..replicate import FEWEST_OF_BAND, ends_of_band, paired
from ..study.shown import axis_title, shown_value
from ..sweeps.result import means
from ..wording import sentence_case
from .heat_map import short
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
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from ..study import Dimension, Outcome
    from ..sweeps import Sweep

    Floats = NDArray[np.float64]

MOST_LINES = 60
BINS = 8
"""Parts of a range for which means are told where points lie anywhere in it."""


def _levels(column: Floats) -> list[float]:
    """The values that a dimension takes in a sweep, in order."""
    there = column[~np.isnan(column)]
    return sorted({float(x) for x in there})


def _place(sweep: Sweep, dimension: Dimension) -> int:
    return [each.name for each in sweep.dimensions].index(dimension.name)


# One thing that varies


FEW_VALUES = 5
"""From fewer values an interval that is wider than the band of runs says nothing that can be drawn."""
MOST_OF_BAND = 3
"""Intervals are drawn no farther than so many times what the bands of runs take."""
APART = 0.012
"""How far marks of two scenarios stand beside each other, as a part of the axis."""


@dataclass(frozen=True, slots=True)
class Along:
    """A scenario's outcome along one thing that varies, or how it differs from another's.

    Parameters
    ----------
    at
        Values of what varies; of a list the places in it.
    mean, low, high
        Means of runs and points there, and the band that holds nine in ten of them, of few all.
    sure_low, sure_high
        The 95% interval of the mean.
    values
        Of how many values each mean is: points, or runs where there is one point.
    """

    scenario: int
    at: tuple[float, ...]
    mean: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    sure_low: tuple[float, ...]
    sure_high: tuple[float, ...]
    values: tuple[int, ...]

    def has_interval(self, place: int) -> bool:
        """Whether the interval at a place is worth drawing: of one value there is none."""
        few, several = self.values[place] < FEW_VALUES, self.values[place] > 1
        wide = self.sure_high[place] - self.sure_low[place] > self.high[place] - self.low[place]
        return several and not (few and wide)


def along(
    sweep: Sweep, outcome: Outcome, dimension: Dimension, against: int | None = None
) -> list[Along]:
    """Each scenario's outcome along one thing that varies, in parts where points lie anywhere.

    Parameters
    ----------
    against
        The scenario that the others are compared with, at the same point and with the same luck.
    """
    column = sweep.points[:, _place(sweep, dimension)]
    which = sweep.outcomes.index(outcome)
    found = []
    for scenario in range(len(sweep.scenarios)):
        if scenario == against:
            continue
        values = sweep.values[:, scenario, which]
        if against is not None:
            values = values - sweep.values[:, against, which]
        parts = [_part(level, values[here]) for level, here in _parts(dimension, column)]
        there = [each for each in parts if each is not None]
        if there:
            found.append(Along(scenario, *map(tuple, zip(*there, strict=True))))
    return found


def _parts(dimension: Dimension, column: Floats) -> Iterator[tuple[float, NDArray[np.bool_]]]:
    """Where the outcome is told, and which points lie there."""
    levels = _levels(column)
    if dimension.values is not None or len(levels) <= BINS:
        for level in levels:
            yield level, column == level
        return
    ends = np.quantile(column, np.linspace(0, 1, BINS + 1))
    for low, high in itertools.pairwise(ends):
        last = high == ends[-1]
        here = (column >= low) & ((column <= high) if last else (column < high))
        if here.any():
            yield float(column[here].mean()), here


def _part(level: float, values: Floats) -> tuple[float, ...] | None:
    there = values[~np.isnan(values)]
    if not len(there):
        return None
    by_point = means(values, axis=1)
    told = by_point if len(by_point) > 1 else values[0]
    mean, low, high, _ = (float(x) for x in paired(told))
    band = [float(x) for x in np.quantile(there, ends_of_band(len(there)))]
    sure = (mean, mean) if math.isnan(low) else (low, high)
    return level, mean, *band, *sure, int((~np.isnan(told)).sum())


def curve(
    sweep: Sweep, outcome: Outcome, dimension: Dimension, against: int | None = None
) -> Chart:
    """An outcome along one thing that varies: a line for each scenario, with bands.

    Where other things vary at the same time and not in a grid, means are points that no line joins.

    Parameters
    ----------
    against
        The scenario that the others are compared with, paired; none for the outcome itself.
    """
    found = along(sweep, outcome, dimension, against)
    names = [each.title for each in sweep.scenarios]
    is_difference = against is not None
    show = outcome.show_difference if is_difference else outcome.show
    about = sentence_case(outcome.label)
    whose = "" if against is None else f", difference from: {short(names[against])}"
    title = f"{about}, by {_lower(dimension.title)}{whose}"
    told = "; ".join(
        f"{names[each.scenario]}: {show(each.mean[0])} at {shown_value(dimension, each.at[0])},"
        f" {show(each.mean[-1])} at {shown_value(dimension, each.at[-1])}"
        for each in found
    )
    drawing = _Curves(sweep, outcome, dimension, found, is_difference=is_difference)
    kind = "Chart of points" if drawing.has_points else "Line chart"
    return finished(drawing.whole(), title, drawing.subtitle, f"{kind}. {title}. {told}.")


def others_vary(sweep: Sweep, dimension: Dimension) -> bool:
    """Whether anything else takes several values too."""
    return any(
        len(_levels(sweep.points[:, place])) > 1
        for place, each in enumerate(sweep.dimensions)
        if each.name != dimension.name
    )


def _lower(text: str) -> str:
    """A title that goes on in a sentence; names of groups keep their capital."""
    return text if ":" in text else text[:1].lower() + text[1:]


class _Curves:
    """The layers of curves along one thing that varies."""

    def __init__(
        self,
        sweep: Sweep,
        outcome: Outcome,
        dimension: Dimension,
        found: Sequence[Along],
        *,
        is_difference: bool,
    ):
        self.alt = altair()
        self.sweep, self.outcome, self.dimension, self.found = sweep, outcome, dimension, found
        self.names = [each.title for each in sweep.scenarios]
        self.is_difference = is_difference
        self.others = others_vary(sweep, dimension)

    @property
    def has_points(self) -> bool:
        """Whether means stand alone: what else varies differs from one to the next."""
        return self.others and self.sweep.checked.design.kind != "grid"

    def whole(self) -> Chart:
        marks = self._whiskers() if self.has_points else self._lines()
        layers = (*self._nothing(), *marks, *self._labels())
        return self.alt.layer(*layers).properties(width=WIDTH, height=HEIGHT)

    @property
    def subtitle(self) -> str:
        """What is drawn, and what is not."""
        over = "runs and points" if self.others else "runs"
        of = "the mean paired difference" if self.is_difference else "the mean"
        pale = "bar" if self.has_points else "band"
        sure = "Thin whisker" if self.has_points else "Dashed outline"
        mark = "Point" if self.has_points else "Line"
        if not self.others and self.sweep.values.shape[-1] == 1:
            return f"Line: one run, of which no band or interval can be told. {ILLUSTRATIVE}"
        holds = f"nine {over} in ten, or all of them where they are fewer than {FEWEST_OF_BAND}"
        parts = [f"{mark}: {of}. Pale {pale}: {holds}."]
        if any(self._intervals):
            parts.append(f"{sure}: 95% interval of {of}.")
        if not all(self._intervals):
            where = " in places" if any(self._intervals) else ""
            parts.append(
                f"The 95% interval is not drawn{where}: of fewer than {FEW_VALUES} values it says too little."
            )
        if self.has_points:
            parts.append("Other things vary too.")
        parts += [] if self.is_difference else ["The scale need not begin at 0."]
        return " ".join([*parts, ILLUSTRATIVE])

    @property
    def _intervals(self) -> list[bool]:
        return [each.has_interval(i) for each in self.found for i in range(len(each.at))]

    def _lines(self) -> Iterator[Chart]:
        yield self._base().mark_area(opacity=0.13, clip=True).encode(
            x=self._x(), y=self._y("low"), y2="high:Q", color=self._colour()
        )  # fmt: skip
        for end in ("sure_low", "sure_high"):
            outline = self._base().mark_line(strokeWidth=1, strokeDash=[3, 3], clip=True)
            yield outline.encode(x=self._x(), y=self._y(end), color=self._colour())
        yield self._base().mark_line(strokeWidth=2.5, clip=True).encode(
            x=self._x(), y=self._y("mean"), color=self._colour(), strokeDash=self._dash()
        )  # fmt: skip
        yield self._dots()

    def _whiskers(self) -> Iterator[Chart]:
        bars = self._base().mark_rule(strokeWidth=9, opacity=0.2, clip=True)
        yield bars.encode(x=self._x(), y=self._y("low"), y2="high:Q", color=self._colour())
        whiskers = self._base().transform_filter("isValid(datum.sure_low)")
        yield whiskers.mark_rule(strokeWidth=1.5, clip=True).encode(
            x=self._x(), y=self._y("sure_low"), y2="sure_high:Q", color=self._colour()
        )  # fmt: skip
        yield self._dots()

    def _dots(self) -> Chart:
        points = self._base().mark_point(size=45, filled=True, opacity=1, clip=True)
        return points.encode(x=self._x(), y=self._y("mean"), color=self._colour())

    def _nothing(self) -> Iterator[Chart]:
        """Where there is no difference."""
        if self.is_difference:
            row = self.alt.Chart(self.alt.Data(values=[{"mean": 0}]))
            yield row.mark_rule(color=INK, strokeWidth=1).encode(y=self._y("mean"))

    @property
    def _rows(self) -> Rows:
        middle = (len(self.found) - 1) / 2
        low, high = self._across
        return [
            {
                "name": self.names[each.scenario],
                "at": each.at[i]
                + (APART * (high - low) * (place - middle) if self.has_points else 0),
                "mean": each.mean[i],
                "low": each.low[i],
                "high": each.high[i],
                "sure_low": each.sure_low[i] if each.has_interval(i) else None,
                "sure_high": each.sure_high[i] if each.has_interval(i) else None,
            }
            for place, each in enumerate(self.found)
            for i in range(len(each.at))
        ]

    def _base(self) -> Chart:
        return self.alt.Chart(self.alt.Data(values=self._rows))

    @property
    def _ends(self) -> tuple[float, float]:
        """The lowest and the highest of the axis: bands of runs whole, and intervals as far as may be."""
        nothing = [0.0] if self.is_difference else []
        low = min([x for each in self.found for x in each.low] + nothing)
        high = max([x for each in self.found for x in each.high] + nothing)
        beyond = (MOST_OF_BAND - 1) / 2 * (high - low)
        rows = [row for row in self._rows if row["sure_low"] is not None]
        low = max(low - beyond, min([low, *(row["sure_low"] for row in rows)]))
        high = min(high + beyond, max([high, *(row["sure_high"] for row in rows)]))
        room = 0.05 * ((high - low) or abs(high) or 1.0)
        return low - room, high + room

    def _y(self, name: str) -> Any:
        scale = self.alt.Scale(domain=list(self._ends), nice=False, zero=False)
        axis = self.alt.Axis(labelExpr=self._told_ticks, title=None, tickCount=6)
        return self.alt.Y(f"{name}:Q", scale=scale, axis=axis)

    @property
    def _told_ticks(self) -> str:
        ticks = tick_of(self.outcome.unit, self._ends)
        return f"(datum.value > 0 ? '+' : '') + ({ticks})" if self.is_difference else ticks

    @property
    def _across(self) -> tuple[float, float]:
        """The ends of the axis of what varies."""
        at = [x for each in self.found for x in each.at]
        room = 0.03 * ((max(at) - min(at)) or 1.0)
        return min(at) - room, max(at) + room

    def _x(self) -> Any:
        at = sorted({x for each in self.found for x in each.at})
        scale = self.alt.Scale(domain=list(self._across), nice=False, zero=False)
        title = wrapped(axis_title(self.dimension), 70)
        if self.dimension.values is None:
            axis = self.alt.Axis(
                title=title, tickCount=6, titleFontSize=FONT_SIZE, labelExpr=self._ticks(at)
            )
        else:
            words = [shown_value(self.dimension, x) for x in at]
            told = "".join(
                f"datum.value == {x:g} ? '{w}' : " for x, w in zip(at, words, strict=True)
            )
            axis = self.alt.Axis(
                title=title, values=at, labelExpr=f"{told}''", titleFontSize=FONT_SIZE
            )
        return self.alt.X("at:Q", scale=scale, axis=axis)

    def _ticks(self, at: Sequence[float]) -> str:
        unit = self.dimension.unit
        if unit in ("share", "%") or unit.startswith("£"):
            return tick_of("£" if unit.startswith("£") else "%", (at[0], at[-1]))
        return _NUMBER

    def _colour(self) -> Any:
        scale = self.alt.Scale(domain=self.names, range=_cycled(PALETTE, len(self.names)))
        return self.alt.Color("name:N", scale=scale, legend=None)

    def _dash(self) -> Any:
        scale = self.alt.Scale(domain=self.names, range=_cycled(DASHES, len(self.names)))
        return self.alt.StrokeDash("name:N", scale=scale, legend=None)

    def _labels(self) -> Iterator[Chart]:
        """The name of each line at its right end, none over another."""
        low, high = self._ends
        lines = [wrapped(self.names[each.scenario], LABEL_CHARACTERS) for each in self.found]
        wanted = [HEIGHT * (high - each.mean[-1]) / (high - low) for each in self.found]
        heights = [len(each) * LINE_HEIGHT + LABEL_GAP for each in lines]
        placed = spread_out(wanted, heights, HEIGHT)
        for each, words, at in zip(self.found, lines, placed, strict=True):
            row = [{"name": self.names[each.scenario], "told": "\n".join(words)}]
            yield (
                self.alt.Chart(self.alt.Data(values=row))
                .mark_text(
                    align="left",
                    baseline="middle",
                    fontSize=FONT_SIZE,
                    lineBreak="\n",
                    lineHeight=LINE_HEIGHT,
                    dx=8,
                )
                .encode(
                    x=self.alt.value(WIDTH),
                    y=self.alt.value(at),
                    text="told:N",
                    color=self._colour(),
                )
            )


_NUMBER = "replace(format(datum.value, ',.4~f'), '-', '−')"


def _cycled(some: Sequence[Any], many: int) -> list[Any]:
    return [some[i % len(some)] for i in range(many)]


# Over the years


def trajectories(sweep: Sweep, outcome: Outcome) -> Chart:
    """A measure by year: a thin line for each point, a thick one for the mean over all of them."""
    alt = altair()
    values = means(sweep.yearly(outcome), axis=-1)  # point, scenario, year
    names = [each.title for each in sweep.scenarios]
    shown = np.unique(np.linspace(0, len(values) - 1, min(len(values), MOST_LINES)).astype(int))
    thin, thick = _trajectory_rows(values, shown.tolist(), names, sweep.checked.years)
    low, high = np.nanmin(values), np.nanmax(values)
    room = 0.05 * ((high - low) or abs(high) or 1.0)
    ends = (float(low - room), float(high + room))
    drawing = _Trajectories(alt, sweep, outcome, ends, names)
    about = sentence_case(_by_year(outcome))
    title = f"{about}: every point of the study"
    many = (
        f"{len(shown)} of {len(values):,} points"
        if len(shown) < len(values)
        else f"{len(values):,} points"
    )
    told = "; ".join(
        f"{name}: between {outcome.show(float(np.nanmin(values[:, i, -1])))} and"
        f" {outcome.show(float(np.nanmax(values[:, i, -1])))} in the last year"
        for i, name in enumerate(names)
        if not np.isnan(values[:, i, -1]).all()
    )
    return finished(
        drawing.whole(thin, thick),
        title,
        f"Thin: the mean of the runs at a point ({many}). Thick: the mean over all points. {ILLUSTRATIVE}",
        f"Line chart. {title}. {told}.",
    )


def _by_year(outcome: Outcome) -> str:
    from ..wording import measure_name

    return measure_name(outcome.measure)


def _trajectory_rows(
    values: Floats, shown: Sequence[int], names: Sequence[str], years: Sequence[str]
) -> tuple[Rows, Rows]:
    thin: Rows = [
        {"point": f"{point} {name}", "name": name, "year": year, "mean": float(values[point, i, y])}
        for point in shown
        for i, name in enumerate(names)
        for y, year in enumerate(years)
        if not np.isnan(values[point, i, y])
    ]
    middle = means(values, axis=0)
    thick: Rows = [
        {"name": name, "year": year, "mean": float(middle[i, y])}
        for i, name in enumerate(names)
        for y, year in enumerate(years)
        if not np.isnan(middle[i, y])
    ]
    return thin, thick


@dataclass(frozen=True, slots=True)
class _Trajectories:
    """The layers of trajectories."""

    alt: Any
    sweep: Sweep
    outcome: Outcome
    ends: tuple[float, float]
    names: Sequence[str]

    def whole(self, thin: Rows, thick: Rows) -> Chart:
        colour = self._colour
        few = self._base(thin).mark_line(strokeWidth=1, opacity=0.3)
        bold = self._base(thick).mark_line(strokeWidth=3.5)
        layers = (
            few.encode(x=self._x, y=self._y, detail="point:N", color=colour),
            bold.encode(x=self._x, y=self._y, color=colour, strokeDash=self._dash),
            *self._labels(thick),
        )
        return self.alt.layer(*layers).properties(width=WIDTH, height=HEIGHT)

    def _base(self, rows: Rows) -> Chart:
        return self.alt.Chart(self.alt.Data(values=rows))

    @property
    def _x(self) -> Any:
        axis = self.alt.Axis(title=None, labelAngle=0, ticks=False)
        return self.alt.X("year:N", axis=axis, scale=self.alt.Scale(type="point", padding=0.2))

    @property
    def _y(self) -> Any:
        scale = self.alt.Scale(domain=list(self.ends), nice=False, zero=False)
        axis = self.alt.Axis(labelExpr=tick_of(self.outcome.unit, self.ends), title=None)
        return self.alt.Y("mean:Q", scale=scale, axis=axis)

    @property
    def _colour(self) -> Any:
        scale = self.alt.Scale(domain=[*self.names], range=_cycled(PALETTE, len(self.names)))
        return self.alt.Color("name:N", scale=scale, legend=None)

    @property
    def _dash(self) -> Any:
        scale = self.alt.Scale(domain=[*self.names], range=_cycled(DASHES, len(self.names)))
        return self.alt.StrokeDash("name:N", scale=scale, legend=None)

    def _labels(self, thick: Rows) -> Iterator[Chart]:
        last = {row["name"]: row["mean"] for row in thick}
        lines = [wrapped(name, LABEL_CHARACTERS) for name in last]
        low, high = self.ends
        wanted = [HEIGHT * (high - mean) / (high - low) for mean in last.values()]
        heights = [len(each) * LINE_HEIGHT + LABEL_GAP for each in lines]
        placed = spread_out(wanted, heights, HEIGHT)
        for name, words, at in zip(last, lines, placed, strict=True):
            row = [{"name": name, "told": "\n".join(words)}]
            yield (
                self._base(row)
                .mark_text(
                    align="left",
                    baseline="middle",
                    fontSize=FONT_SIZE,
                    lineBreak="\n",
                    lineHeight=LINE_HEIGHT,
                    dx=8,
                )
                .encode(
                    x=self.alt.value(WIDTH),
                    y=self.alt.value(at),
                    text="told:N",
                    color=self._colour,
                )
            )
