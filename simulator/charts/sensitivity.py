"""Which assumptions matter, as bars: a tornado, shares of variance, the value of knowing, luck and leads."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from ..sensitivity_analysis.knowing import ALL, NEEDS_LUCK
from ..sensitivity_analysis.luck import SOURCES
from ..sensitivity_analysis.words import (
    between,
    by_dimension,
    in_pounds,
    percent,
    plain,
    size_of,
    topic,
)
from ..wording import counted, interval, sentence_case
from .look import ILLUSTRATIVE, PALETTE, Chart, Rows, altair, finished
from .rows import DARK, RowsOfBars, label_of, stacked, with_room

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..sensitivity_analysis.ahead import WhoIsAhead
    from ..sensitivity_analysis.knowing import Knowing, ValueOfKnowing
    from ..sensitivity_analysis.luck import ChanceSplit
    from ..sensitivity_analysis.question import Outcome, Question, View
    from ..sensitivity_analysis.sobol import Sobol
    from ..sensitivity_analysis.tornado import Move, Tornado

MOST = 12
"""Assumptions that a chart shows; the tables have them all."""

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
SOURCE_COLOURS = dict(zip(SOURCE_NAMES.values(), (DARK, "#F46A25", "#d9d9d9"), strict=True))
LEADS = {
    "clearly ahead": DARK,
    "too close to call": "#d9d9d9",
    "exactly alike": "#a9a9a9",
    "clearly behind": "#F46A25",
}


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
    plot = RowsOfBars(altair(), rows, ("0", "1"), COLOURS, with_room(rows), view.outcome.unit)
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
    plot = RowsOfBars(altair(), rows, tuple(INDEX.values()), INDEX_COLOURS, domain, "%")
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
            "end": 0.0 if each.verdict else each.between[0],
            "low": each.value.low,
            "high": each.value.high,
            "kind": ALL if each.known == ALL else each.what,
            "pale": bool(each.verdict),
            "text": _worth(each),
        }
        for each in told
        if math.isfinite(each.value.high)
    ]
    most = max([row["high"] for row in rows], default=0.0) or 1.0
    plot = RowsOfBars(altair(), rows, ("0",), KNOWN_COLOURS, (0.0, 1.04 * most), outcome.unit)
    best = next((each for each in found.best if each.outcome.key == outcome.key), None)
    usual = plain(best.scenario) if best else "one of them"
    message = title or _knowing_message(told, labels, outcome)
    subtitle = (
        f"{sentence_case(outcome.label)}: how much better the choice would come out if something were known first,"
        f" against always choosing {usual}. Luck cannot be known. Bars are cautious estimates; rules are 95% intervals over"
        f" {counted(_worlds(told), 'world')} and their luck; where they reach 0 no value was seen. {ILLUSTRATIVE}"
    )
    alt_text = "; ".join(f"{row['name']}: {row['text']}" for row in rows)
    return finished(
        plot.whole(*plot.in_a_column()), message, subtitle, f"Bar chart. {message}. {alt_text}."
    )


def _worth(each: Knowing) -> str:
    """A value as it stands beside its bar: with its interval, and in pounds."""
    if each.verdict:
        return each.verdict
    size = size_of(each.outcome)
    told = f"{between(each, size)} ({interval(each.value.low, each.value.high, size)})"
    if each.outcome.unit == "£" or math.isnan(each.pounds):
        return told
    return f"{told}, {between(each, in_pounds(each))}"


def _worlds(told: Sequence[Knowing]) -> int:
    return max((each.worlds for each in told), default=0)


def _known(each: Knowing, labels: Mapping[str, str]) -> str:
    if each.what == "one assumption":
        return labels[each.known]
    return sentence_case(EVERYTHING if each.known == ALL else f"{plain(each.known)} together")


def _knowing_message(told: Sequence[Knowing], labels: Mapping[str, str], outcome: Outcome) -> str:
    label = sentence_case(outcome.label)
    if all(each.verdict == NEEDS_LUCK for each in told):
        return f"{label}: what it is worth to find something out {NEEDS_LUCK}"
    if all(each.verdict for each in told):
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
    return stacked(parts, SOURCE_COLOURS, message, subtitle, percent)


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
    return stacked(parts, LEADS, message, subtitle, percent)
