"""What changes by year: lines with bands, and differences with intervals."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from ..incentives import band, bands_told
from ..replicate import ALL
from ..wording import NO_DIFFERENCE, measure_label, prices_of, show, show_difference, verdict
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
    Spec,
    altair,
    filled,
    finished,
    inlined,
    spec_of,
    tick,
    wrapped,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ..replicate import Comparison, Sample

LABEL_CHARACTERS = 27
"""How long a line of a label is; a longer label goes on in the next line."""
LABEL_GAP = 6
YEAR_GAP = 8
"""Pixels between the names of two years; where there is less room, as on a telephone, some are left out."""
TRANSITION = "transition"


@dataclass(frozen=True, slots=True)
class Series:
    """One line of a chart: a value for each year, and how far it reaches down and up.

    Parameters
    ----------
    style
        Which colour and dash it has: a scenario keeps its own from chart to chart.
    """

    name: str
    style: int
    middle: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]

    def known(self) -> Iterator[tuple[int, float, float, float]]:
        """Each year in which there is a value, with it and its ends."""
        for year, (middle, low, high) in enumerate(
            zip(self.middle, self.low, self.high, strict=True)
        ):
            if not math.isnan(middle):
                ends = (middle, middle) if math.isnan(low) else (low, high)
                yield year, middle, *ends

    @property
    def last(self) -> tuple[int, float]:
        """The last year in which there is a value, with it."""
        return [(year, middle) for year, middle, _, _ in self.known()][-1]


def means(
    samples: Sequence[Sample],
    measure: str,
    names: Mapping[str, str],
    partnership: str | None = None,
) -> list[Series]:
    """The means of a measure by year, with the bands that hold nine runs in ten."""
    return [
        Series(
            _name(sample, names),
            place,
            *_by_year(sample, measure, partnership or sample.partnerships[-1]),
        )
        for place, sample in enumerate(samples)
    ]


def _by_year(sample: Sample, measure: str, partnership: str) -> list[tuple[float, ...]]:
    """Means, and the lower and the upper ends of bands; of few runs these are the lowest and the highest."""
    years = sample.of(measure, partnership).T
    middle = (float(np.nanmean(each)) if any(~np.isnan(each)) else math.nan for each in years)
    return [tuple(middle), *(zip(*map(band, years), strict=True))]


def differences(
    comparison: Comparison, measure: str, names: Mapping[str, str], partnership: str | None = None
) -> list[Series]:
    """The paired differences of a measure by year, with their 95% intervals."""
    place = partnership or comparison.baseline.partnerships[-1]
    rows = _of(comparison.differences, measure, place)
    return [
        _series(
            _name(other, names), style, rows[rows["scenario"] == other.scenario.name], "difference"
        )
        for style, other in enumerate(comparison.others, 1)
    ]


def _of(table: Any, measure: str, partnership: str) -> Any:
    chosen = (table["measure"] == measure) & (table["group"] == ALL)
    return table[chosen & (table["partnership"] == partnership)]


def _series(name: str, style: int, rows: Any, middle: str) -> Series:
    columns = [tuple(float(each) for each in rows[column]) for column in (middle, "low", "high")]
    return Series(name, style, *columns)


def _name(sample: Sample, names: Mapping[str, str]) -> str:
    return names.get(sample.scenario.name, sample.scenario.title)


def lines_by_year(
    samples: Sequence[Sample],
    measure: str,
    title: str,
    *,
    names: Mapping[str, str] | None = None,
    partnership: str | None = None,
    brief: bool = False,
) -> Chart:
    """A measure by year under several scenarios, each with the band that holds nine runs in ten.

    Parameters
    ----------
    title
        The message.
    names
        Short names by scenario; by default their titles.
    partnership
        By default all together.
    brief
        Whether the subtitle has only what the whole picture does not say.
    """
    plot = _Plot(samples[0].years, measure, _lines(samples, measure, names, partnership))
    label = measure_label(measure, _prices(samples))
    return finished(
        plot.of_lines(),
        title,
        _lines_subtitle(samples[0], label, plot, brief=brief),
        _alternative(plot, title, label),
    )


def lines_for_page(
    samples: Sequence[Sample], measure: str, title: str, *, partnership: str | None = None
) -> Spec:
    """What `look.spec_of` makes of `lines_by_year`, at a fraction of its cost, for pages that are drawn often.

    Numbers are filled into the outline of such a chart, which is made once for the same measure, years and names, and
    stand in its layers.
    """
    plot = _Plot(samples[0].years, measure, _lines(samples, measure, None, partnership))
    label = measure_label(measure, _prices(samples))
    outline = _outline(plot.years, measure, tuple((each.name, each.style) for each in plot.drawn))
    return Spec(
        title,
        _lines_subtitle(samples[0], label, plot),
        _alternative(plot, title, label),
        filled(outline, plot.numbers()),
    )


@lru_cache(maxsize=100)
def _outline(
    years: tuple[str, ...], measure: str, named: tuple[tuple[str, int], ...]
) -> dict[str, Any]:
    drawn = tuple(Series(name, style, (), (), ()) for name, style in named)
    outline = _Outline(years, measure, drawn)
    return inlined(spec_of(lambda: finished(outline.of_lines(), "", "", "")).vega)


def _lines(
    samples: Sequence[Sample],
    measure: str,
    names: Mapping[str, str] | None,
    partnership: str | None,
) -> tuple[Series, ...]:
    return _told_apart(means(samples, measure, names or {}, partnership))


def _alternative(plot: _Plot, title: str, label: str) -> str:
    told = "; ".join(_line_told(each, plot.measure, plot.years) for each in plot.drawn)
    return f"Line chart. {title}. {label}. {told}."


def _prices(samples: Sequence[Sample]) -> str:
    return prices_of(sample.scenario.funding.price_year for sample in samples)


def _lines_subtitle(sample: Sample, label: str, plot: _Plot, *, brief: bool = False) -> str:
    whole = f"{label}, {sample.years[0]} to {sample.years[-1]}."
    cut_off = "" if plot.shows_zero else " The scale does not begin at 0."
    if brief:
        return f"{whole}{cut_off}"
    return (
        f"{whole} Lines are means of {sample.replications} replications; {bands_told(sample.replications)}."
        f"{cut_off} {ILLUSTRATIVE}"
    )


def _line_told(drawn: Series, measure: str, years: Sequence[str]) -> str:
    ends = sorted({(0, drawn.middle[0]), (len(years) - 1, drawn.middle[-1])})
    told = ", ".join(f"{show(measure, value)} in {years[year]}" for year, value in ends)
    return f"{drawn.name}: {told}"


def differences_by_year(
    comparison: Comparison,
    measure: str,
    title: str,
    *,
    names: Mapping[str, str] | None = None,
    partnership: str | None = None,
) -> Chart:
    """Paired differences from the baseline by year, with their 95% intervals and a line at zero.

    Open circles are too close to call. Parameters are those of `lines_by_year`.
    """
    named = names or {}
    drawn = differences(comparison, measure, named, partnership)
    years = comparison.baseline.years
    label = measure_label(measure, _prices(comparison.samples))
    subtitle = (
        f"{label}: difference from “{_name(comparison.baseline, named)}”,"
        f" {years[0]} to {years[-1]}. Bars are 95% intervals over"
        f" {comparison.baseline.replications} paired replications; open circles are too close to"
        f" call. {ILLUSTRATIVE}"
    )
    told = "; ".join(
        f"{each.name}: {show_difference(measure, each.middle[-1])} in {years[-1]}" for each in drawn
    )
    plot = _Plot(years, measure, _told_apart(drawn), with_zero=True, spread=0.4)
    return finished(
        plot.whole(plot.zero(), plot.intervals(), plot.points(may_be_open=True)),
        title,
        subtitle,
        f"Chart of differences. {title}. {label}. {told}.",
    )


def _told_apart(drawn: Sequence[Series]) -> tuple[Series, ...]:
    """The same without what has no value at all, and with a number where two share a name."""
    shown = [each for each in drawn if any(each.known())]
    names = [each.name for each in shown]
    return tuple(
        each
        if names.count(each.name) == 1
        else replace(each, name=f"{each.name} ({names[: i + 1].count(each.name)})")
        for i, each in enumerate(shown)
    )


@dataclass(frozen=True, slots=True)
class _Plot:
    """The layers of a chart of series by year.

    Parameters
    ----------
    spread
        How far series stand apart within a year.
    """

    years: tuple[str, ...]
    measure: str
    drawn: tuple[Series, ...]
    with_zero: bool = False
    spread: float = 0.0

    @property
    def alt(self) -> Any:
        """Altair."""
        return altair()

    @property
    def shows_zero(self) -> bool:
        """Whether zero lies within the scale."""
        low, high = self._domain
        return low <= 0 <= high

    def numbers(self) -> dict[str, Any]:
        """What fills an outline of this chart, by slot."""
        return {
            VALUES: self._values,
            LABELS: self._labels,
            DOMAIN: self._domain,
            TICKS: self._ticks,
        }

    def of_lines(self) -> Chart:
        """Lines with bands."""
        return self.whole(self.bands(), self.lines(), self.points())

    def whole(self, *layers: Chart) -> Chart:
        """Layers, and the names of the series at their right ends."""
        every = (*layers, self._strokes(), self._names())
        return self.alt.layer(*every).properties(width=WIDTH, height=HEIGHT)

    def bands(self) -> Chart:
        """How far each series reaches."""
        drawn = self._base().mark_area(opacity=0.16)
        return drawn.encode(x=self._x, y=self._y("low"), y2="high:Q", color=self._colour())

    def lines(self) -> Chart:
        """A line through the values of each series."""
        drawn = self._base().mark_line(strokeWidth=2.5)
        return drawn.encode(
            x=self._x, y=self._y("middle"), color=self._colour(), strokeDash=self._dash()
        )

    def points(self, *, may_be_open: bool = False) -> Chart:
        """A circle at each value."""
        drawn = self._base().mark_point(size=55, filled=not may_be_open, opacity=1, strokeWidth=2)
        encoded = {"color": self._colour()}
        if may_be_open:
            white = self.alt.value("white")
            filled = self.alt.Fill("name:N", scale=self._colours, legend=None)
            encoded["fill"] = self.alt.condition("datum.open", white, filled)
        return drawn.encode(x=self._x, y=self._y("middle"), **encoded)

    def intervals(self) -> Chart:
        """A bar from the low to the high end of each value."""
        drawn = self._base().mark_rule(strokeWidth=2.5)
        return drawn.encode(x=self._x, y=self._y("low"), y2="high:Q", color=self._colour())

    def zero(self) -> Chart:
        """The line where nothing differs."""
        rule = self._of([{"zero": 0}]).mark_rule(color=INK, strokeWidth=1.5)
        return rule.encode(y=self.alt.Y("zero:Q"))

    def _strokes(self) -> Chart:
        """A stroke of each line from its end to its name."""
        drawn = self._of(self._labels).mark_rule(strokeWidth=2)
        return drawn.encode(
            x=self.alt.X("from:Q"),
            x2="to:Q",
            y=self.alt.Y("end:Q"),
            y2="at:Q",
            color=self._colour(),
            strokeDash=self._dash(),
        )

    def _names(self) -> Chart:
        drawn = self._of(self._labels).mark_text(
            align="left",
            baseline="middle",
            dx=6,
            fontSize=FONT_SIZE,
            lineHeight=LINE_HEIGHT,
            lineBreak="\n",
            color=INK,
        )
        return drawn.encode(x=self.alt.X("to:Q"), y=self.alt.Y("first_line:Q"), text="text:N")

    @property
    def _labels(self) -> Rows:
        low, high = self._domain
        unit = (high - low) / HEIGHT
        texts = [wrapped(each.name, LABEL_CHARACTERS) for each in self.drawn]
        places = spread_out(
            [(high - each.last[1]) / unit for each in self.drawn],
            [LINE_HEIGHT * len(text) + LABEL_GAP for text in texts],
            HEIGHT,
        )
        return [
            {
                "name": each.name,
                "text": "\n".join(text),
                "from": each.last[0] + self._aside(i),
                "to": len(self.years) - 1 + 0.55,
                "end": each.last[1],
                "at": high - place * unit,
                "first_line": high - (place - LINE_HEIGHT * (len(text) - 1) / 2) * unit,
            }
            for i, (each, text, place) in enumerate(zip(self.drawn, texts, places, strict=True))
        ]

    @property
    def _values(self) -> Rows:
        return [
            {
                "name": each.name,
                "x": year + self._aside(i),
                "middle": middle,
                "low": low,
                "high": high,
                "open": verdict(each.low[year], each.high[year]) not in ("", NO_DIFFERENCE),
            }
            for i, each in enumerate(self.drawn)
            for year, middle, low, high in each.known()
        ]

    def _base(self) -> Chart:
        return self._of(self._values)

    def _of(self, rows: Rows) -> Chart:
        return self.alt.Chart(self.alt.InlineData(values=rows))

    def _aside(self, place: int) -> float:
        """How far a series stands beside its year."""
        return self.spread * ((place + 0.5) / len(self.drawn) - 0.5)

    @property
    def _x(self) -> Any:
        ticks = [f"{year}\n{TRANSITION}" if i == 0 else year for i, year in enumerate(self.years)]
        return self.alt.X(
            "x:Q",
            title=None,
            scale=self.alt.Scale(domain=[-0.3, len(self.years) - 0.45], nice=False, zero=False),
            axis=self.alt.Axis(
                values=list(range(len(self.years))),
                labelExpr=f"split({ticks!r}[datum.value], '\\n')",
                labelOverlap="greedy",
                labelSeparation=YEAR_GAP,
                labelFlush=False,
                grid=False,
            ),
        )

    def _y(self, column: str) -> Any:
        return self.alt.Y(
            f"{column}:Q",
            title=None,
            scale=self.alt.Scale(domain=self._domain, nice=False, zero=False),
            axis=self.alt.Axis(labelExpr=self._ticks, tickCount=6),
        )

    @property
    def _ticks(self) -> str:
        return tick(self.measure, self._domain)

    @property
    def _domain(self) -> list[float]:
        known = [end for each in self.drawn for _, *ends in each.known() for end in ends]
        if self.with_zero or not known:
            known.append(0.0)
        low, high = min(known), max(known)
        room = 0.06 * (high - low) or 0.1 * abs(high) or 1.0
        return [low - room, high + room]

    @property
    def _colours(self) -> Any:
        return self._styles(PALETTE)

    def _colour(self) -> Any:
        return self.alt.Color("name:N", scale=self._colours, legend=None)

    def _dash(self) -> Any:
        return self.alt.StrokeDash("name:N", scale=self._styles(DASHES), legend=None)

    def _styles(self, known: Sequence[Any]) -> Any:
        """What each series has of the known styles, over and over."""
        return self.alt.Scale(
            domain=[each.name for each in self.drawn],
            range=[known[each.style % len(known)] for each in self.drawn],
        )


VALUES, LABELS, DOMAIN, TICKS = "slot: values", "slot: labels", "slot: domain", "slot: ticks"


@dataclass(frozen=True, slots=True)
class _Outline(_Plot):
    """The same with slots where the numbers go."""

    @property
    def _values(self) -> Any:
        return VALUES

    @property
    def _labels(self) -> Any:
        return LABELS

    @property
    def _domain(self) -> Any:
        return DOMAIN

    @property
    def _ticks(self) -> str:
        return TICKS


def spread_out(wanted: Sequence[float], heights: Sequence[float], room: float) -> list[float]:
    """Where labels stand so that none covers another, each as near as may be to where it belongs.

    Parameters
    ----------
    wanted
        The middle of each label, from the top.
    heights
        The height of each.
    room
        How far down they may reach; where they do not fit, they reach further.
    """
    order = sorted(range(len(wanted)), key=lambda i: wanted[i])
    placed = [0.0] * len(wanted)
    edge = 0.0
    for i in order:
        placed[i] = max(wanted[i], edge + heights[i] / 2)
        edge = placed[i] + heights[i] / 2
    edge = max(room, sum(heights))
    for i in reversed(order):
        placed[i] = min(placed[i], edge - heights[i] / 2)
        edge = placed[i] - heights[i] / 2
    return placed
