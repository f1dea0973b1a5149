"""Which assumptions matter, as bars: a tornado, shares of variance, the value of knowing, luck and leads."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..sensitivity_analysis.knowing import ALL
from ..sensitivity_analysis.luck import SOURCES
from ..sensitivity_analysis.words import by_dimension, percent, plain, size_of, topic
from ..wording import counted, gbp, interval, sentence_case
from .look import (
    FONT_SIZE,
    ILLUSTRATIVE,
    INK,
    LINE_HEIGHT,
    PALETTE,
    Chart,
    Rows,
    altair,
    finished,
    tick_of,
    wrapped,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ..sensitivity_analysis.ahead import WhoIsAhead
    from ..sensitivity_analysis.knowing import Knowing, ValueOfKnowing
    from ..sensitivity_analysis.luck import ChanceSplit
    from ..sensitivity_analysis.question import Dimension, Outcome, Question, View
    from ..sensitivity_analysis.sobol import Sobol
    from ..sensitivity_analysis.tornado import Move, Tornado

WIDTH = 440
NAME_CHARACTERS = 38
"""How long a line of a name is; a longer name goes on in the next line."""
ROW_GAP = 12
BAR = 15
MOST = 12
"""Assumptions that a chart shows; the tables have them all."""
LETTER = 6.6
"""Pixels of a letter, on average."""
PALE = 0.35
ROUNDS = 12
"""Rounds in which room for texts is found: more room makes a pixel worth more."""
SHORTEST = 0.07
"""The least part of a bar in which a text stands."""

EVERYTHING = "everything but luck"
LOWEST, HIGHEST, LISTED = "at its lowest", "at its highest", "one of a list"
ENDS = {"low": LOWEST, "high": HIGHEST, "listed": LISTED}
COLOURS = {LOWEST: PALETTE[0], HIGHEST: PALETTE[3], LISTED: PALETTE[4]}
ALONE, WITH_OTHERS = "by itself", "with what goes through others"
INDEX = {"S1": ALONE, "ST": WITH_OTHERS}
INDEX_COLOURS = {ALONE: PALETTE[1], WITH_OTHERS: PALETTE[0]}
KNOWN_COLOURS = {ALL: PALETTE[4], "a group": PALETTE[1], "one assumption": PALETTE[0]}
SOURCE_NAMES = {
    "assumptions": "what is not known",
    "luck": "luck",
    "both": "luck that differs by world",
}
SOURCE_COLOURS = dict(zip(SOURCE_NAMES.values(), ("#12436D", "#F46A25", "#d9d9d9"), strict=True))
LEADS = {
    "clearly ahead": "#12436D",
    "too close to call": "#d9d9d9",
    "exactly alike": "#a9a9a9",
    "clearly behind": "#F46A25",
}
DARK = ("#12436D",)


def label_of(dimensions: Iterable[Dimension]) -> dict[str, str]:
    """A label for each assumption by name: its title, and its name where others have the same title."""
    told = list(dimensions)
    titles = [each.title for each in told]
    return {
        each.name: each.title if titles.count(each.title) == 1 else f"{each.title} ({each.name})"
        for each in told
    }


@dataclass(frozen=True, slots=True)
class _Rows:
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
        return list(dict.fromkeys(str(row["name"]) for row in self.rows))

    def whole(self, *texts: Chart) -> Chart:
        """The bars with whiskers, a line at zero, names, and texts."""
        zero = self._of([{"zero": 0}]).mark_rule(color=INK, strokeWidth=1.5)
        layers = [
            self._bars(),
            self._whiskers("white", 3.5),
            self._whiskers(INK, 1.5),
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

    def _whiskers(self, colour: str, width: float) -> Chart:
        """Intervals; a white line below the dark one keeps it in sight on a dark bar."""
        there = [row for row in self.rows if math.isfinite(row.get("low", math.nan))]
        return (
            self._of(there)
            .mark_rule(color=colour, strokeWidth=width)
            .encode(
                x=self.alt.X("low:Q", scale=self._scale),
                x2="high:Q",
                y=self._y,
                yOffset=self._offset,
            )
        )

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


def _with_room(rows: Rows) -> tuple[float, float]:
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


def _left_over(shown: int, whole: int) -> str:
    return f" The {shown} largest of {whole}." if shown < whole else ""


# One at a time


def tornado_bars(found: Tornado, view: View, title: str = "") -> Chart:
    """What each assumption does to one number, moved to each end by itself, the largest on top.

    Parameters
    ----------
    title
        The message; by default which assumption moves it most.
    """
    groups = by_dimension(found.of(view))
    labels = label_of(each for each, _ in groups)
    rows = [
        _move(labels[each.name], move, place)
        for each, moves in groups[:MOST]
        for place, move in enumerate(_two(moves))
    ]
    plot = _Rows(altair(), rows, ("0", "1"), COLOURS, _with_room(rows), view.outcome.unit)
    as_it_is = next(told for each, told in found.as_it_is if each.places == view.places)
    seen = [each.title for each, moves in groups if not all(move.verdict for move in moves)]
    first = f"{seen[0]} moves it most" if seen else "no assumption is clearly seen to move it"
    message = title or f"{sentence_case(view.outcome.label)}: {first}"
    replications = max((move.replications for _, moves in groups for move in moves), default=0)
    subtitle = (
        f"{topic(view)}: change from {_level(view, as_it_is.mean)} when one assumption is moved by itself, all"
        f" others as they are. Rules are 95% intervals over {replications} paired replications; pale bars are too"
        f" close to call.{_left_over(min(len(groups), MOST), len(groups))} {ILLUSTRATIVE}"
    )
    told = "; ".join(f"{row['name']}, {row['text']}" for row in rows)
    return finished(
        plot.whole(*plot.right_of_bars()), message, subtitle, f"Tornado chart. {message}. {told}."
    )


def _level(view: View, value: float) -> str:
    """The number before anything is moved."""
    show = view.outcome.show_difference if view.is_difference else view.outcome.show
    return show(value)


def _two(moves: Sequence[Move]) -> list[Move]:
    """Both ends; of a list, the value that brings least and the one that brings most."""
    told = [move for move in moves if not math.isnan(move.change.mean)]
    if len(told) <= 2:
        return told
    order = sorted(told, key=lambda move: move.change.mean)
    return [order[0], order[-1]]


def _move(name: str, move: Move, place: int) -> dict[str, Any]:
    change = move.change
    row = {
        "name": name,
        "slot": str(place),
        "begin": 0.0,
        "end": change.mean,
        "kind": ENDS[move.end],
        "pale": bool(move.verdict),
        "text": f"{move.said}: {move.view.outcome.show_difference(change.mean)}",
    }
    return row if math.isnan(change.low) else row | {"low": change.low, "high": change.high}


# Variance


def sobol_bars(found: Sobol, view: View, title: str = "") -> Chart:
    """The share of one number's variance that each assumption makes, by itself and with all others."""
    total = found.of(view)
    labels = label_of(each.dimension for each in total)
    names = [each.dimension.name for each in total][:MOST]
    rows: Rows = []
    for name in names:
        for index in ("S1", "ST"):
            told = next(s for s in found.of(view, index) if s.dimension.name == name)
            if math.isnan(told.share):
                continue
            rows.append(
                {
                    "name": labels[name],
                    "slot": INDEX[index],
                    "begin": 0.0,
                    "end": min(max(told.share, -0.1), 1.15),
                    "low": max(told.low, -0.1),
                    "high": min(told.high, 1.15),
                    "kind": INDEX[index],
                    "pale": bool(told.verdict),
                    "text": percent(told.share),
                }
            )
    ends = [end for row in rows for end in (row["low"], row["high"])]
    domain = (min([0.0, *ends]), max([1.0, *ends]))
    plot = _Rows(altair(), rows, tuple(INDEX.values()), INDEX_COLOURS, domain, "%")
    seen = [each.dimension.title for each in total if not each.verdict]
    first = f"{seen[0]} makes most of its variance" if seen else "no assumption stands out"
    message = title or f"{sentence_case(view.outcome.label)}: {first}"
    subtitle = (
        f"{topic(view)}: share of its variance over all worlds. Rules are 95% intervals over {found.base_samples}"
        f" base samples; pale bars cannot be told from none, or from luck."
        f"{_left_over(len(names), len(total))} {ILLUSTRATIVE}"
    )
    told_all = "; ".join(f"{row['name']}, {row['kind']}: {row['text']}" for row in rows)
    return finished(
        plot.whole(*plot.in_a_column()), message, subtitle, f"Bar chart. {message}. {told_all}."
    )


# The value of knowing


def knowing_bars(
    found: ValueOfKnowing, outcome: Outcome, question: Question, title: str = ""
) -> Chart:
    """What it would be worth to know each assumption, groups of them, and everything, before choosing."""
    told = found.of(outcome)[: MOST + 1]
    labels = label_of(question.assumed)
    rows: Rows = [
        {
            "name": _known(each, labels),
            "slot": "0",
            "begin": 0.0,
            "end": each.value.mean,
            "low": each.value.low,
            "high": each.value.high,
            "kind": ALL if each.known == ALL else each.what,
            "pale": bool(each.verdict),
            "text": _worth(each),
        }
        for each in told
    ]
    most = max([row["high"] for row in rows], default=0.0) or 1.0
    plot = _Rows(altair(), rows, ("0",), KNOWN_COLOURS, (0.0, 1.04 * most), outcome.unit)
    best = next((each for each in found.best if each.outcome.key == outcome.key), None)
    usual = plain(best.scenario) if best else "one of them"
    message = title or _knowing_message(told, labels, outcome)
    subtitle = (
        f"{sentence_case(outcome.label)}: how much better the choice would come out if something were known first,"
        f" against always choosing {usual}. Luck cannot be known. Rules are 95% intervals over {counted(_worlds(told), 'world')}"
        f" and their luck; where they reach 0 no value was seen. {ILLUSTRATIVE}"
    )
    alt_text = "; ".join(f"{row['name']}: {row['text']}" for row in rows)
    return finished(
        plot.whole(*plot.in_a_column()), message, subtitle, f"Bar chart. {message}. {alt_text}."
    )


def _worth(each: Knowing) -> str:
    """A value as it stands beside its bar: with its interval, and in pounds."""
    if each.verdict:
        return each.verdict
    size, pounds = size_of(each.outcome), each.gbp.mean
    told = f"{size(each.value.mean)} ({interval(each.value.low, each.value.high, size)})"
    return told if each.outcome.unit == "£" or math.isnan(pounds) else f"{told}, {gbp(pounds)}"


def _worlds(told: Sequence[Knowing]) -> int:
    return max((each.worlds for each in told), default=0)


def _known(each: Knowing, labels: Mapping[str, str]) -> str:
    if each.what == "one assumption":
        return labels[each.known]
    return sentence_case(EVERYTHING if each.known == ALL else f"{plain(each.known)} together")


def _knowing_message(told: Sequence[Knowing], labels: Mapping[str, str], outcome: Outcome) -> str:
    label = sentence_case(outcome.label)
    if not told or told[0].verdict:
        return f"{label}: no value was seen in finding anything out before choosing"
    single = [each for each in told if each.what == "one assumption" and not each.verdict]
    if not single:
        return f"{label}: no single assumption is seen to be worth finding out"
    first = single[0]
    return f"{label}: {labels[first.known]} is most worth finding out"


# Luck, and who is ahead


def luck_bars(found: ChanceSplit, views: Sequence[View], title: str = "") -> Chart:
    """How much of each number's variation comes of what is not known, and how much of luck."""
    parts = []
    for view in views:
        shares = [found.of(view).share(source).mean for source in SOURCES]
        if not any(math.isnan(share) for share in shares):
            names = [SOURCE_NAMES[source] for source in SOURCES]
            parts.append((topic(view), dict(zip(names, shares, strict=True))))
    message = title or "Where the variation of single runs comes from"
    worlds = max((each.worlds for each in found.origins), default=0)
    subtitle = (
        f"Share of the variance over {counted(worlds, 'world')} and their luck. Intervals stand in the table."
        f" {ILLUSTRATIVE}"
    )
    return _stacked(parts, SOURCE_COLOURS, message, subtitle, percent)


def ahead_bars(found: WhoIsAhead, views: Sequence[View], title: str = "") -> Chart:
    """In how many worlds each scenario is clearly ahead of the first, clearly behind, or too close to call."""
    places = [view.places for view in views]
    counts = [each for each in found.counts if each.view.places in places]
    parts = []
    for each in counts:
        told = {
            "clearly ahead": each.clearly_ahead,
            "too close to call": each.too_close,
            "exactly alike": each.alike,
            "clearly behind": each.clearly_behind,
        }
        if each.worlds:
            parts.append(
                (topic(each.view), {name: n / each.worlds for name, n in told.items() if n})
            )
    message = title or "In how many worlds each plan is ahead"
    subtitle = (
        f"Share of {counted(max((e.worlds for e in counts), default=0), 'world')}. Too close to call: the 95%"
        f" interval over replications holds zero. {ILLUSTRATIVE}"
    )
    return _stacked(parts, LEADS, message, subtitle, percent)


def _stacked(
    parts: Sequence[tuple[str, Mapping[str, float]]],
    colours: Mapping[str, str],
    message: str,
    subtitle: str,
    show: Any,
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
                    "dark": colours[kind] in DARK,
                }
            )
            begin += part
    alt = altair()
    plot = _Rows(alt, rows, ("0",), colours, (0.0, 1.0), "%")
    texts = plot.within()
    told = "; ".join(
        f"{name}: {', '.join(f'{kind} {show(part)}' for kind, part in shares.items())}"
        for name, shares in parts
    )
    return finished(plot.whole(*texts), message, subtitle, f"Stacked bar chart. {message}. {told}.")
