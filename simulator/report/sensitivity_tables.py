"""Tables of which assumptions matter."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from ..sensitivity_analysis.luck import SOURCES
from ..sensitivity_analysis.question import listed
from ..sensitivity_analysis.words import (
    between,
    by_dimension,
    in_pounds,
    listing,
    percent,
    percents,
    plain,
    size_of,
    stretch,
    topic,
)
from ..study.shown import shown_range, shown_value
from ..wording import MISSING, gbp, interval, sentence_case
from .table import Cell, Row, Table, cells

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ..incentives import Estimate
    from ..sensitivity_analysis import Question, Sensitivity
    from ..sensitivity_analysis.ahead import WhoIsAhead
    from ..sensitivity_analysis.knowing import Knowing
    from ..sensitivity_analysis.luck import ChanceSplit
    from ..sensitivity_analysis.morris import Morris
    from ..sensitivity_analysis.question import Dimension, Outcome, View
    from ..sensitivity_analysis.sobol import Sobol
    from ..sensitivity_analysis.switches import Switch, Switches
    from ..sensitivity_analysis.tornado import Move, Tornado


def ahead_table(found: WhoIsAhead, views: Sequence[View]) -> Table:
    """In how many worlds each scenario is ahead of the first."""
    places = {view.places for view in views}
    rows = [
        Row(
            topic(each.view),
            (
                Cell(f"{each.ahead:,} of {each.worlds:,}", percents(each.low, each.high)),
                *cells(
                    f"{each.clearly_ahead:,}",
                    f"{each.clearly_behind:,}",
                    f"{each.too_close + each.alike:,}",
                    percent(each.runs_share),
                    f"{each.left_out:,}",
                ),
            ),
        )
        for each in found.counts
        if each.view.places in places
    ]
    heads = (
        "What",
        "Ahead",
        "Clearly ahead",
        "Clearly behind",
        "Too close",
        "Runs ahead",
        "Failed",
    )
    return Table("Worlds in which each plan is ahead", heads, tuple(rows))


def switch_table(found: Switches, view: View, dimensions: Sequence[Dimension]) -> Table:
    """Where the lead changes along each assumption, all others as they are and uncertain."""
    mine = [each for each in found.switches if each.view.places == view.places]
    rows = [
        Row(
            dimension.title,
            tuple(
                _switch_cell([s for s in mine if _is_of(s, dimension, others)])
                for others in ("as they are", "uncertain")
            ),
        )
        for dimension in dimensions
    ]
    heads = ("Assumption", "All others as they are", "Everything else uncertain")
    return Table(f"Where the lead changes. {topic(view)}", heads, tuple(rows), words=True)


def _is_of(switch: Switch, dimension: Dimension, others: str) -> bool:
    return switch.dimension.name == dimension.name and switch.others == others


def _switch_cell(switches: Sequence[Switch]) -> Cell:
    if not switches:
        return Cell(MISSING)
    first = switches[0]
    if listed(first.dimension):
        ahead = f"{plain(first.view.scenario)} ahead at {listing(first.ahead_at)}"
        return Cell(ahead if first.ahead_at else "none in the range", first.found)
    if not first.number:
        leader = f"{plain(first.ahead_below)} ahead all along" if first.ahead_below else ""
        return Cell(first.found, leader)
    told = "; ".join(shown_value(each.dimension, each.value) for each in switches)
    below = "; ".join(
        f"{plain(each.ahead_below)} below, {plain(each.ahead_above)} above; {stretch(each)}"
        for each in switches
    )
    return Cell(told, below)


def knowing_table(result: Sensitivity, outcome: Outcome) -> Table:
    """What it would be worth to know each assumption, groups of them, and everything."""
    told = result.knowing.of(outcome) if result.knowing else ()
    heads = ("What would be known", "Worth", "In pounds", "Of everything", "Verdict")
    label = sentence_case(outcome.label)
    caption = f"{label} ({outcome.unit}): what it would be worth to know before choosing"
    return Table(caption, heads, tuple(_known_row(result, each) for each in told))


def _known_row(result: Sensitivity, each: Knowing) -> Row:
    size = size_of(each.outcome)
    name = each.known
    if each.what == "one assumption":
        name = result.question.dimension(each.known).title
    elif each.what == "a group":
        members = result.decision.groups[each.known]
        titles = listing([result.question.dimension(member).title for member in members])
        name = f"{sentence_case(plain(each.known))} together: {titles}"
    return Row(
        sentence_case(name),
        (
            _worth_cell(each, each.value, size, size),
            _worth_cell(each, each.gbp, in_pounds(each), gbp),
            *cells(MISSING if each.verdict else percent(each.share_of_all), each.verdict),
        ),
    )


def _worth_cell(
    each: Knowing, told: Estimate, show: Callable[[float], str], show_end: Callable[[float], str]
) -> Cell:
    """A value from cautious to corrected, over its interval; where none was seen, the most that it may be."""
    if math.isnan(told.mean):
        return Cell(MISSING)
    if each.verdict:
        return Cell(f"at most {show_end(told.high)}")
    return Cell(between(each, show), interval(told.low, told.high, show_end))


def luck_table(found: ChanceSplit, views: Sequence[View]) -> Table:
    """Where the variation of each number comes from."""
    rows = []
    for view in views:
        told = found.of(view)
        size = size_of(view.outcome)
        rows.append(
            Row(
                topic(view),
                tuple(
                    Cell(
                        f"{percent(told.share(source).mean)}, {size(spread)}",
                        percents(told.share(source).low, told.share(source).high),
                    )
                    for source, spread in zip(SOURCES, told.spread, strict=True)
                ),
            )
        )
    heads = ("What", "What is not known", "Luck", "Luck that differs by world")
    caption = "Share of the variance of single runs, and standard deviation, by where it comes from"
    return Table(caption, heads, tuple(rows))


def tornado_table(found: Tornado, view: View) -> Table:
    """What each assumption does by itself at either end."""
    rows = tuple(_moved_row(each, own) for each, own in by_dimension(found.of(view)))
    heads = ("Assumption", "At its lowest", "At its highest")
    return Table(f"Change of: {topic(view)}", heads, rows, words=True)


def _moved_row(dimension: Dimension, moves: Sequence[Move]) -> Row:
    told = [_moved_cell(move) for move in moves]
    if len(told) > 2:
        whole = "; ".join(f"{cell.text} ({cell.below})" for cell in told)
        told = [Cell("listed"), Cell(whole)]
    return Row(dimension.title, tuple(told))


def _moved_cell(move: Move) -> Cell:
    show = move.view.outcome.show_difference
    why = f"; {move.verdict}" if move.verdict else ""
    between = interval(move.change.low, move.change.high, show)
    return Cell(f"{show(move.change.mean)} at {move.said}", f"{between}{why}")


def morris_table(found: Morris, view: View) -> Table:
    """How far each assumption moves a number wherever the others stand."""
    heads = ("Assumption", "Moves it by", "One way or the other", "Hangs on others", "Verdict")
    size, show = size_of(view.outcome), view.outcome.show_difference
    rows = [
        Row(
            each.dimension.title,
            (
                Cell(size(each.mu_star), interval(each.low, each.high, size)),
                Cell(show(each.mu), interval(each.mu_low, each.mu_high, show)),
                *cells(size(each.sigma), each.verdict),
            ),
        )
        for each in found.of(view)
    ]
    caption = f"Change for a move over the whole range (mu*, mu, sigma). {topic(view)}"
    return Table(caption, heads, tuple(rows))


def sobol_table(found: Sobol, view: View) -> Table:
    """Which share of a number's variance each assumption makes."""
    heads = ("Assumption", "By itself (S1)", "With others (ST)", "ST by luck alone", "Verdict")
    alone = {each.dimension.name: each for each in found.of(view, "S1")}
    rows = [
        Row(
            each.dimension.title,
            (
                Cell(
                    percent(alone[each.dimension.name].share),
                    percents(alone[each.dimension.name].low, alone[each.dimension.name].high),
                ),
                Cell(percent(each.share), percents(each.low, each.high)),
                *cells(percent(each.by_chance), each.verdict),
            ),
        )
        for each in found.of(view)
    ]
    return Table(f"Share of the variance over worlds. {topic(view)}", heads, tuple(rows))


def pairs_table(found: Sobol, view: View) -> Table:
    """Which share pairs of assumptions make beyond what each does by itself."""
    pairs = sorted(found.of(view, "S2"), key=lambda each: -each.share)
    rows = tuple(
        Row(
            listing([each.dimension.title, each.other.title if each.other else ""]),
            (Cell(percent(each.share), percents(each.low, each.high)),),
        )
        for each in pairs
    )
    return Table(
        f"Pairs, beyond what each does by itself (S2). {topic(view)}", ("Pair", "Share"), rows
    )


def assumed_table(question: Question) -> Table:
    """What was moved, from where to where, and how well it is known."""
    rows = [
        Row(
            each.title,
            cells(_tried(each), _as_it_is(each), each.grade or MISSING, f"`{each.name}`"),
        )
        for each in question.assumed
    ]
    heads = ("Assumption", "Tried", "As it is", "How well known", "Called in tables")
    first = plain(question.scenarios[0])
    return Table(f"What was moved, and its value in {first}", heads, tuple(rows), words=True)


def _tried(dimension: Dimension) -> str:
    if told := listed(dimension):
        return listing([str(each).replace("_", " ") for each in told])
    return shown_range(dimension, dimension.low, dimension.high)


def _as_it_is(dimension: Dimension) -> str:
    if dimension.base is None or math.isnan(dimension.base):
        return "as each place has it"
    return shown_value(dimension, dimension.base)
