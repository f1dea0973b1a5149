"""Where people went: ribbons from where they stood when a time began to where the same people stand when it ended.

Drawn as areas between columns, so that no other library is needed. Those who are followed have colour, all others are
pale; every stage has its name and its number beside it.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np

from ..flows import TREATED, Stage
from ..flows.flow import Spread
from ..incentives import band_told
from ..wording import count, interval
from .lines import spread_out
from .look import FONT_SIZE, ILLUSTRATIVE, INK, LINE_HEIGHT, Chart, Rows, altair, finished, wrapped
from .stages import COLOURS, LONG, ORDER, SHORT

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from ..flows import Flow

    Floats = NDArray[np.float64]

POINTS = 20
"""How many points each edge of a ribbon has."""
PALE = "#e3e3e3"
NODE_GAP, LABEL_GAP = 7.0, 4
SMALLEST = 0.5
"""Ribbons of fewer people than this are not drawn; they are in the table."""
SMALLEST_TOLD = 12.0
"""Pixels that a ribbon must be high for its number to stand on it."""


@dataclass(frozen=True, slots=True)
class _Size:
    """How large a chart of ribbons is, in pixels."""

    left: float
    right: float
    between: float
    bar: float
    height: float
    characters: int
    narrow: bool

    def width(self, columns: int) -> float:
        return self.left + self.right + columns * self.bar + (columns - 1) * self.between

    def at(self, column: int) -> float:
        """Where a column begins."""
        return self.left + column * (self.bar + self.between)


WIDE = _Size(156, 156, 226, 14, 470, 24, narrow=False)
NARROW = _Size(88, 92, 132, 9, 460, 14, narrow=True)
BY_YEAR = _Size(128, 148, 68, 9, 430, 20, narrow=False)


def where_people_went(
    flow: Flow,
    title: str = "",
    *,
    year: str | None = None,
    group: str = "all",
    follow: Sequence[Stage] = TREATED,
    narrow: bool = False,
) -> Chart:
    """From where people stood when a time began to where they stand when it ended, under one plan.

    Parameters
    ----------
    title
        The message; by default how many of those who are followed are in recovery at the end.
    year
        A year such as ``2009-10``; by default the whole run.
    follow
        Where those stood who have colour.
    narrow
        Whether it is for a telephone.
    """
    people = flow.people(year, group)
    drawn = _Drawn(NARROW if narrow else WIDE, [people], tuple(follow))
    dates = flow.period(year)
    message = title or _message(people, follow, dates)
    chart = drawn.whole(altair(), [dates[0], dates[1]])
    return finished(
        chart,
        message,
        _subtitle(flow, group, narrow=narrow),
        _told(flow, message, people, dates),
        narrow=narrow,
    )


def where_people_went_by_year(
    flow: Flow, title: str = "", *, group: str = "all", follow: Sequence[Stage] = TREATED
) -> Chart:
    """The same from each 1 April to the next.

    Colour follows where people stood when each year began, so it begins anew each year.
    """
    people = [_with_those_to_come(flow, place, group) for place in range(len(flow.years))]
    dates = [flow.period(year)[0] for year in flow.years] + [flow.period()[1]]
    message = title or _message(flow.people(group=group), follow, flow.period())
    chart = _Drawn(BY_YEAR, people, tuple(follow)).whole(altair(), dates)
    told = _told(flow, message, flow.people(group=group), flow.period())
    return finished(chart, message, _subtitle(flow, group), told)


def _with_those_to_come(flow: Flow, year: int, group: str) -> Floats:
    """People of a year by stage then and after, and those who come later in the run."""
    people = flow.people(flow.years[year], group).copy()
    people[:, Stage.NOT_YET, Stage.NOT_YET] = flow.stocks(group)[:, year + 1, Stage.NOT_YET]
    return people


def _message(people: Floats, follow: Sequence[Stage], dates: tuple[str, str]) -> str:
    of = people[:, list(follow)].sum(axis=1)
    stood, recovered = Spread.of(of.sum(axis=1)), Spread.of(of[:, Stage.IN_RECOVERY])
    where = "in treatment" if tuple(follow) == TREATED else "told in colour"
    if len(follow) == 1:
        where = LONG[follow[0]][:1].lower() + LONG[follow[0]][1:]
    what = "who were" if follow[0] != Stage.NOT_YET else "who"
    begin = f" on {dates[0]}" if follow[0] != Stage.NOT_YET else ""
    return (
        f"Of {count(stood.mean)} people {what} {where}{begin},"
        f" {count(recovered.mean)} ({interval(recovered.low, recovered.high)}) are in recovery on {dates[1]}"
    )


def _subtitle(flow: Flow, group: str, *, narrow: bool = False) -> str:
    who = (
        "all groups" if group == "all" else flow.groups[group][:1].lower() + flow.groups[group][1:]
    )
    means = f"means of {flow.replications} replications"
    runs = band_told(flow.replications)
    if narrow:
        return f"“{flow.title}”: people, {who}, {means}; {runs} are in the table. {ILLUSTRATIVE}"
    return (
        f"“{flow.title}”: people, {who}, {means}; in brackets {runs}."
        f" A ribbon is as high as it has people. {ILLUSTRATIVE}"
    )


def _told(flow: Flow, message: str, people: Floats, dates: tuple[str, str]) -> str:
    mean = people.mean(axis=0)
    ends = [
        ", ".join(
            f"{LONG[stage].lower()} {count(number[stage])}" for stage in ORDER if number[stage]
        )
        for number in (mean.sum(axis=1), mean.sum(axis=0))
    ]
    return f"Flow chart of the plan {flow.title}. {message}. On {dates[0]}: {ends[0]}. On {dates[1]}: {ends[1]}."


class _Drawn:
    """Where everything stands, in pixels from the upper left."""

    def __init__(self, size: _Size, people: Sequence[Floats], follow: tuple[Stage, ...]):
        self.size, self.people, self.follow = size, people, follow
        self.means = [each.mean(axis=0) for each in people]
        stocks = [mean.sum(axis=1) for mean in self.means] + [self.means[-1].sum(axis=0)]
        self.stocks = stocks
        most = max(int(np.count_nonzero(stock)) for stock in stocks)
        room = size.height - NODE_GAP * (most - 1)
        self.per_person = room / max(stock.sum() for stock in stocks)
        self.tops = [self._stacked(stock) for stock in stocks]

    def _stacked(self, stock: Floats) -> dict[Stage, float]:
        """The upper edge of each stage of a column."""
        tops, down = {}, 0.0
        for stage in ORDER:
            if stock[stage]:
                tops[stage] = down
                down += stock[stage] * self.per_person + NODE_GAP
        return tops

    def whole(self, alt: Any, dates: Sequence[str]) -> Chart:
        """Bars, ribbons, names and numbers, and the dates above them."""
        width = self.size.width(len(self.stocks))
        ribbons, numbers = self._ribbons()
        layers = [
            *[self._areas(alt, rows, colour) for colour, rows in ribbons.items()],
            self._bars(alt),
            self._leaders(alt),
            self._texts(alt, self._names(0), "right"),
            self._texts(alt, self._names(len(self.stocks) - 1), "left"),
            self._texts(alt, numbers, "right", halo=True),
            *self._dates(alt, dates),
        ]
        return alt.layer(*layers).properties(width=width, height=self.size.height + self._above)

    @property
    def _above(self) -> float:
        return 2.0 * LINE_HEIGHT + 6

    def _across(self, alt: Any, name: str = "x") -> Any:
        scale = alt.Scale(domain=[0, self.size.width(len(self.stocks))], nice=False, zero=False)
        return alt.X(f"{name}:Q", axis=None, scale=scale)

    def _down(self, alt: Any, name: str = "y") -> Any:
        scale = alt.Scale(domain=[self.size.height, -self._above], nice=False, zero=False)
        return alt.Y(f"{name}:Q", axis=None, scale=scale)

    def _ribbons(self) -> tuple[dict[str, Rows], Rows]:
        """Points of the edges of all ribbons by colour, and the numbers that stand on those that are followed."""
        rows: dict[str, Rows] = {PALE: [], **{COLOURS[stage]: [] for stage in self.follow}}
        numbers: Rows = []
        for place, (column, a, b, leaves, enters) in enumerate(self._links()):
            people = float(self.means[column][a, b])
            high, followed = people * self.per_person, a in self.follow
            if people >= SMALLEST:
                colour = COLOURS[a] if followed else PALE
                rows[colour].append(self._ribbon(place, column, leaves, enters, high))
            if followed and high >= SMALLEST_TOLD and len(self.means) == 1:
                right, middle = self.size.at(column + 1) - 5, enters + high / 2
                numbers.append({"x": right, "y": middle, "text": count(people)})
        return rows, numbers

    def _links(self) -> Iterator[tuple[int, Stage, Stage, float, float]]:
        """Each ribbon: its column, from where, to where, and its upper edge where it leaves and where it enters."""
        for column, mean in enumerate(self.means):
            leaves, enters = dict(self.tops[column]), dict(self.tops[column + 1])
            for a, b in product(ORDER, ORDER):
                if mean[a, b]:
                    yield column, a, b, leaves[a], enters[b]
                    leaves[a] += mean[a, b] * self.per_person
                    enters[b] += mean[a, b] * self.per_person

    def _ribbon(
        self, place: int, column: int, leaves: float, enters: float, high: float
    ) -> dict[str, float]:
        """A ribbon: where it begins, from which height to which, and how high it is."""
        begin = self.size.at(column) + self.size.bar
        numbers = {"begin": begin, "leaves": leaves, "enters": enters, "high": high}
        return {"n": place} | {name: round(float(each), 1) for name, each in numbers.items()}

    def _areas(self, alt: Any, rows: Rows, colour: str) -> Chart:
        """Ribbons of one colour; the picture itself works out the points of their edges."""
        opacity = 1.0 if colour == PALE else 0.62
        part = f"datum.point / {POINTS - 1}"
        areas = alt.Chart(alt.InlineData(values=rows)).mark_area(fill=colour, opacity=opacity)
        return (
            areas.transform_calculate(point=f"sequence(0, {POINTS})")
            .transform_flatten(["point"])
            .transform_calculate(x=f"datum.begin + {part} * {self.size.between}")
            .transform_calculate(eased=f"pow({part}, 2) * (3 - 2 * {part})")
            .transform_calculate(y="datum.leaves + (datum.enters - datum.leaves) * datum.eased")
            .transform_calculate(y2="datum.y + datum.high")
            .encode(x=self._across(alt), y=self._down(alt), y2="y2:Q", detail="n:N")
        )

    def _bars(self, alt: Any) -> Chart:
        rows: Rows = []
        for column, (stock, tops) in enumerate(zip(self.stocks, self.tops, strict=True)):
            x = self.size.at(column)
            rows += [
                {
                    "x": x,
                    "x2": x + self.size.bar,
                    "y": top,
                    "y2": top + max(1.0, float(stock[stage]) * self.per_person),
                    "colour": COLOURS[stage],
                }
                for stage, top in tops.items()
            ]
        bars = alt.Chart(alt.InlineData(values=rows)).mark_rect(opacity=1)
        return bars.encode(
            x=self._across(alt),
            x2="x2:Q",
            y=self._down(alt),
            y2="y2:Q",
            fill=alt.Fill("colour:N", scale=None),
        )

    def _labels(self, column: int) -> list[tuple[Stage, list[str], float, float]]:
        """Each stage of an outer column: its lines of text, its middle, and where its label stands."""
        stock, tops = self.stocks[column], self.tops[column]
        stages = list(tops)
        texts = [self._lines(stage, column) for stage in stages]
        middles = [tops[stage] + float(stock[stage]) * self.per_person / 2 for stage in stages]
        heights = [LINE_HEIGHT * len(text) + LABEL_GAP for text in texts]
        places = spread_out(middles, heights, self.size.height)
        return list(zip(stages, texts, middles, places, strict=True))

    def _lines(self, stage: Stage, column: int) -> list[str]:
        last = column == len(self.stocks) - 1
        by_replication = (
            self.people[-1][:, :, stage].sum(axis=1)
            if last
            else self.people[0][:, stage].sum(axis=1)
        )
        spread = Spread.of(by_replication)
        name = (SHORT if self.size.narrow or len(self.means) > 1 else LONG)[stage]
        told = count(spread.mean)
        if spread.low != spread.high and not self.size.narrow:
            told = f"{told} ({interval(spread.low, spread.high)})"
        return [*wrapped(name, self.size.characters), told]

    def _names(self, column: int) -> Rows:
        outer = self.size.at(column) + (self.size.bar + 16 if column else -16)
        return [
            {
                "x": outer,
                "y": place - LINE_HEIGHT * (len(text) - 1) / 2,
                "text": "\n".join(text),
            }
            for _, text, _, place in self._labels(column)
        ]

    def _leaders(self, alt: Any) -> Chart:
        """Strokes from the outer columns to their names."""
        last = len(self.stocks) - 1
        rows = [
            {
                "x": self.size.at(column) + (self.size.bar if column else 0),
                "y": middle,
                "x2": self.size.at(column) + (self.size.bar + 13 if column else -13),
                "y2": place,
            }
            for column in (0, last)
            for _, _, middle, place in self._labels(column)
        ]
        drawn = alt.Chart(alt.InlineData(values=rows)).mark_rule(color="#767676", strokeWidth=1)
        return drawn.encode(x=self._across(alt), x2="x2:Q", y=self._down(alt), y2="y2:Q")

    def _texts(self, alt: Any, rows: Rows, align: str, *, halo: bool = False) -> Chart:
        look = {
            "align": align,
            "baseline": "middle",
            "fontSize": FONT_SIZE - self.size.narrow,
            "lineHeight": LINE_HEIGHT,
            "lineBreak": "\n",
        }
        base = alt.Chart(alt.InlineData(values=rows)).encode(
            x=self._across(alt), y=self._down(alt), text="text:N"
        )
        ink = base.mark_text(color=INK, **look)
        if not halo:
            return ink
        return alt.layer(base.mark_text(stroke="white", strokeWidth=3, **look), ink)

    def _dates(self, alt: Any, dates: Sequence[str]) -> list[Chart]:
        """Above each column its date; the outer ones stand over their names."""
        drawn = []
        for column, date in enumerate(dates):
            first, last = not column, column == len(dates) - 1
            middle = self.size.at(column) + self.size.bar / 2
            x, align = middle, "center"
            if first or last:
                x = self.size.at(column) + (0 if last else self.size.bar)
                align = "left" if last else "right"
            words = date.rsplit(" ", 1)
            text = "\n".join(words) if first or last else words[-1]
            row = {"x": x, "y": -self._above + 8, "text": text}
            mark = alt.Chart(alt.InlineData(values=[row])).mark_text(
                align=align,
                baseline="middle",
                fontWeight="bold",
                fontSize=FONT_SIZE,
                lineHeight=LINE_HEIGHT,
                lineBreak="\n",
                color=INK,
            )
            drawn.append(mark.encode(x=self._across(alt), y=self._down(alt), text="text:N"))
        return drawn
