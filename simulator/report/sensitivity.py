"""The report of which assumptions matter, to what happens and to the choice between plans."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from ..outputs import model_version
from ..sensitivity_analysis.luck import SOURCES
from ..sensitivity_analysis.question import listed, shown_range, shown_value
from ..sensitivity_analysis.switches import SWITCHES
from ..sensitivity_analysis.words import (
    ahead_sentence,
    by_dimension,
    knowing_sentences,
    left_out_sentences,
    listing,
    luck_sentence,
    morris_sentence,
    percent,
    percents,
    plain,
    size_of,
    sobol_sentence,
    stretch,
    switch_sentences,
    topic,
    tornado_sentence,
    views_told,
)
from ..wording import MISSING, counted, gbp, interval, sentence_case
from .document import Bullets, Chapter, Command, Document, Drawing
from .table import Cell, Row, Table, cells

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ..charts import Chart
    from ..sensitivity_analysis import Sensitivity
    from ..sensitivity_analysis.knowing import Knowing
    from ..sensitivity_analysis.question import Dimension, View
    from ..sensitivity_analysis.switches import Switch
    from ..sensitivity_analysis.tornado import Move
    from .document import Piece

MOST_CURVES = 6
ALONE = (
    "Each assumption is moved to both ends of its range while all others stay as they are. What two assumptions do"
    " only together is not seen here."
)
WALKS = (
    "Walks through all assumptions, one step at a time (Morris): how far an assumption moves a number wherever the"
    " others stand, and how much that hangs on them. It is for telling what hardly matters."
)
VARIANCE = (
    "Of the variance of means over all worlds (Sobol): what an assumption makes by itself, and with what goes through"
    " others. Estimates by few samples may lie below 0 or above 1 and are cut there in text."
)
CURVES = (
    "Each assumption goes from end to end while all others stay as they are; where the lead changes, it was looked"
    " for more closely. The stretch in which the difference is too close to call is the interval. With everything"
    " else uncertain, a curve through all worlds says the same of the mean."
)
KNOWING = (
    "What would be gained if something were found out before a plan is chosen, against always choosing the plan that is"
    " best on average. Luck cannot be found out: plans are compared by their means over luck. A choice by noisy means,"
    " or by a fitted curve, looks better than it is; what is told is corrected for that by copies of the sample with"
    " worlds drawn again and half of the luck. Cautious: chosen on one half of worlds and luck, judged on the other,"
    " which is too low if anything. It is an upper bound of what finding out is worth: nothing is known perfectly."
)
LUCK = (
    "All worlds are lived with the same luck, so the variance of single runs falls into three: what is not known,"
    " luck that is the same in every world, and luck that does something else in another world."
)
AHEAD = (
    "In each world both plans are lived with the same luck. Too close to call: the 95% interval of the paired"
    " difference over replications holds zero."
)
LIMITS = (
    (
        "Assumptions are moved within the ranges that the study gives them, and as if they were independent unless it"
        " says that one follows another. A range that is too narrow makes an assumption look harmless."
    ),
    "What the model leaves out cannot be seen here, however wide the ranges are.",
    "About one in twenty 95% intervals misses by chance; of many that are looked at, some do.",
    "Worlds are spread more evenly than by chance, so intervals over worlds are wide rather than narrow.",
)


def document(result: Sensitivity, command: str, *, draw: bool) -> Document:
    """The report of a sensitivity analysis.

    Parameters
    ----------
    command
        What makes it again.
    draw
        Whether to draw charts, which needs an optional part.
    """
    views = views_told(result.question, result)
    chapters = (
        ("Who is ahead, and in how many worlds", _ahead(result, views, draw=draw)),
        ("What would change the decision", _switches(result, views, draw=draw)),
        ("What it would be worth to know", _knowing(result, draw=draw)),
        ("Chance, and what is not known", _luck(result, views, draw=draw)),
        ("One assumption at a time", _tornado(result, views, draw=draw)),
        ("All assumptions at once: what hardly matters", _morris(result, views, draw=draw)),
        ("All assumptions at once: shares of the variance", _sobol(result, views, draw=draw)),
        ("What was assumed", _assumed(result)),
        ("What this cannot tell", iter([Bullets((*left_out_sentences(result), *LIMITS))])),
        ("Make it again", _again(result, command)),
    )
    told = [Chapter(title, tuple(pieces)) for title, pieces in chapters]
    return Document(
        f"What matters: {result.title or listing([plain(s) for s in result.question.scenarios])}",
        (Bullets(tuple(_first(result, views))),),
        tuple(chapter for chapter in told if chapter.pieces),
        banner="Illustrative: no real partnership is shown. Some assumptions are not verified.",
    )


def _first(result: Sensitivity, views: Sequence[View]) -> Iterator[str]:
    """What a reader must know first: of the decision, or of what moves each outcome."""
    places = {view.places for view in views}
    if result.ahead:
        yield from (ahead_sentence(e) for e in result.ahead.counts if e.view.places in places)
    if result.switches:
        for view in views:
            yield from switch_sentences(view, result.switches.switches)
    for outcome in result.question.outcomes:
        yield from knowing_sentences(result, outcome)
    if not result.ahead and result.tornado:
        yield from (tornado_sentence(view, result.tornado.of(view)) for view in views)


def pictures(result: Sensitivity) -> dict[str, bytes]:
    """Charts of the decision, or of the first outcome, as PNG by the name of their file."""
    from ..charts.look import to_png
    from ..charts.sensitivity import ahead_bars, knowing_bars, luck_bars, tornado_bars

    views = views_told(result.question, result)
    told: dict[str, Chart] = {}
    if result.ahead:
        told["ahead.png"] = ahead_bars(result.ahead, views)
    if result.split:
        told["chance.png"] = luck_bars(result.split, views)
    if result.tornado and views:
        told["tornado.png"] = tornado_bars(result.tornado, views[0])
    if result.knowing and result.knowing.best:
        outcome = result.knowing.best[-1].outcome
        told["knowing.png"] = knowing_bars(result.knowing, outcome, result.question)
    return {name: to_png(chart) for name, chart in told.items()}


def _drawn(*drawn: Chart) -> Iterator[Drawing]:
    from .drawings import inline

    for chart in drawn:
        yield Drawing(inline(chart), "")


# The decision


def _ahead(result: Sensitivity, views: Sequence[View], *, draw: bool) -> Iterator[Piece]:
    if result.ahead is None:
        return
    yield AHEAD
    if draw:
        from ..charts.sensitivity import ahead_bars

        yield from _drawn(ahead_bars(result.ahead, views))
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
        for each in result.ahead.counts
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
    yield Table("Worlds in which each plan is ahead", heads, tuple(rows))


def _switches(result: Sensitivity, views: Sequence[View], *, draw: bool) -> Iterator[Piece]:
    if result.switches is None:
        return
    yield CURVES
    if draw:
        yield from _drawn(*_curves(result))
    heads = ("Assumption", "All others as they are", "Everything else uncertain")
    for view in views:
        mine = [each for each in result.switches.switches if each.view.places == view.places]
        rows = [
            Row(
                dimension.title,
                tuple(
                    _switch_cell([s for s in mine if _is_of(s, dimension, others)])
                    for others in ("as they are", "uncertain")
                ),
            )
            for dimension in result.question.assumed
        ]
        yield Table(f"Where the lead changes. {topic(view)}", heads, tuple(rows), words=True)


def _curves(result: Sensitivity) -> Iterator[Chart]:
    """Curves along the assumptions that would change the decision."""
    from ..charts.response import response

    if result.switches is None:
        return
    told = {
        (each.view.outcome.key, each.dimension.name): (each.view.outcome, each.dimension)
        for each in result.switches.switches
        if each.found == SWITCHES and each.others == "as they are"
    }
    for outcome, dimension in [*told.values()][:MOST_CURVES]:
        yield response(result.switches, outcome, dimension)


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


def _knowing(result: Sensitivity, *, draw: bool) -> Iterator[Piece]:
    if result.knowing is None or not result.knowing.values:
        return
    yield KNOWING
    heads = ("What would be known", "Worth", "In pounds", "Of everything", "Cautious", "Verdict")
    for outcome in result.question.outcomes:
        told = result.knowing.of(outcome)
        if not told:
            continue
        if draw:
            from ..charts.sensitivity import knowing_bars

            yield from _drawn(knowing_bars(result.knowing, outcome, result.question))
        label = sentence_case(outcome.label)
        caption = f"{label} ({outcome.unit}): what it would be worth to know before choosing"
        yield Table(caption, heads, tuple(_known_row(result, each) for each in told))


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
            Cell(size(each.value.mean), interval(each.value.low, each.value.high, size)),
            Cell(gbp(each.gbp.mean), interval(each.gbp.low, each.gbp.high, gbp)),
            *cells(
                percent(each.share_of_all),
                each.outcome.show_difference(each.cautious),
                each.verdict,
            ),
        ),
    )


def _luck(result: Sensitivity, views: Sequence[View], *, draw: bool) -> Iterator[Piece]:
    if result.split is None:
        return
    yield LUCK
    yield Bullets(tuple(luck_sentence(result.split.of(view)) for view in views))
    if draw:
        from ..charts.sensitivity import luck_bars

        yield from _drawn(luck_bars(result.split, views))
    rows = []
    for view in views:
        told = result.split.of(view)
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
    yield Table(caption, heads, tuple(rows))


# The methods


def _tornado(result: Sensitivity, views: Sequence[View], *, draw: bool) -> Iterator[Piece]:
    if result.tornado is None:
        return
    yield ALONE
    told = result.tornado
    yield Bullets(tuple(tornado_sentence(view, told.of(view)) for view in views))
    heads = ("Assumption", "At its lowest", "At its highest")
    for view in views:
        moves = told.of(view)
        if draw:
            from ..charts.sensitivity import tornado_bars

            yield from _drawn(tornado_bars(told, view))
        rows = [_moved_row(each, own) for each, own in by_dimension(moves)]
        yield Table(f"Change of: {topic(view)}", heads, tuple(rows), words=True)


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


def _morris(result: Sensitivity, views: Sequence[View], *, draw: bool) -> Iterator[Piece]:
    if result.morris is None:
        return
    yield WALKS
    yield Bullets(tuple(morris_sentence(view, result.morris.of(view)) for view in views))
    heads = ("Assumption", "Moves it by", "One way or the other", "Hangs on others", "Verdict")
    for view in views:
        if draw:
            from ..charts.response import morris_points

            yield from _drawn(morris_points(result.morris, view))
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
            for each in result.morris.of(view)
        ]
        caption = f"Change for a move over the whole range (mu*, mu, sigma). {topic(view)}"
        yield Table(caption, heads, tuple(rows))


def _sobol(result: Sensitivity, views: Sequence[View], *, draw: bool) -> Iterator[Piece]:
    if result.sobol is None:
        return
    yield VARIANCE
    told = result.sobol
    yield Bullets(tuple(sobol_sentence(view, told.of(view, "S1"), told.of(view)) for view in views))
    heads = ("Assumption", "By itself (S1)", "With others (ST)", "ST by luck alone", "Verdict")
    for view in views:
        if draw:
            from ..charts.sensitivity import sobol_bars

            yield from _drawn(sobol_bars(told, view))
        alone = {each.dimension.name: each for each in told.of(view, "S1")}
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
            for each in told.of(view)
        ]
        yield Table(f"Share of the variance over worlds. {topic(view)}", heads, tuple(rows))
        pairs = sorted(told.of(view, "S2"), key=lambda each: -each.share)
        if pairs:
            yield Table(
                f"Pairs, beyond what each does by itself (S2). {topic(view)}",
                ("Pair", "Share"),
                tuple(
                    Row(
                        listing([each.dimension.title, each.other.title if each.other else ""]),
                        (Cell(percent(each.share), percents(each.low, each.high)),),
                    )
                    for each in pairs
                ),
            )


# How it was done


def _assumed(result: Sensitivity) -> Iterator[Piece]:
    rows = [
        Row(
            each.title,
            cells(_tried(each), _as_it_is(each), each.grade or MISSING, f"`{each.name}`"),
        )
        for each in result.question.assumed
    ]
    heads = ("Assumption", "Tried", "As it is", "How well known", "Called in tables")
    first = plain(result.question.scenarios[0])
    yield Table(f"What was moved, and its value in {first}", heads, tuple(rows), words=True)


def _tried(dimension: Dimension) -> str:
    if told := listed(dimension):
        return listing([str(each).replace("_", " ") for each in told])
    return shown_range(dimension, dimension.low, dimension.high)


def _as_it_is(dimension: Dimension) -> str:
    if dimension.base is None or math.isnan(dimension.base):
        return "as each place has it"
    return shown_value(dimension, dimension.base)


def _again(result: Sensitivity, command: str) -> Iterator[Piece]:
    wanted, told = result.wanted, []
    if result.worlds is not None:
        told.append(f"Worlds: {result.worlds.drawn}.")
    if result.morris is not None:
        told.append(f"{counted(wanted.trajectories, 'walk')} of Morris, on four levels.")
    if result.sobol is not None:
        told.append(f"{counted(wanted.base_samples, 'base sample')} of Sobol, scrambled.")
    runs = max((o.replications for o in result.split.origins), default=0) if result.split else 0
    if runs:
        told.append(f"{counted(runs, 'replication')} of each cell, with the same luck everywhere.")
    yield Bullets((*told, f"Seed {result.question.seed}; model {model_version()}."))
    yield Command(command)
