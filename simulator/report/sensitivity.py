"""The report of which assumptions matter, to what happens and to the choice between plans."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from ..outputs import model_version
from ..sensitivity_analysis.knowing import NEEDS_LUCK
from ..sensitivity_analysis.switches import SWITCHES
from ..sensitivity_analysis.words import (
    ahead_sentence,
    few_replications,
    knowing_sentences,
    left_out_sentences,
    listing,
    luck_sentence,
    morris_sentence,
    plain,
    sobol_sentence,
    switch_sentences,
    tornado_sentence,
    views_told,
)
from ..wording import counted
from .document import Bullets, Chapter, Command, Document, Drawing
from .sensitivity_tables import (
    ahead_table,
    assumed_table,
    knowing_table,
    luck_table,
    morris_table,
    pairs_table,
    sobol_table,
    switch_table,
    tornado_table,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ..charts import Chart
    from ..sensitivity_analysis import Sensitivity
    from ..sensitivity_analysis.question import View
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
    " or by a fitted curve, looks better than it is. So the value is told from a cautious to a corrected estimate."
    " Cautious: chosen on one half of the luck (and by curves through one half of the worlds), judged on the other,"
    " which is too low if anything; a value was seen only where its 95% interval lies above 0. Corrected: what copies"
    " of the sample with worlds drawn again and half of the luck add is taken off, which is rather too little."
    " Either is more than finding out is worth in practice, as nothing is ever known perfectly."
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
        ("What was assumed", iter([assumed_table(result.question)])),
        ("What this cannot tell", iter([Bullets((*_left_out(result), *LIMITS))])),
        ("Make it again", _again(result, command)),
    )
    told = [Chapter(title, tuple(pieces)) for title, pieces in chapters]
    return Document(
        f"What matters: {result.title or listing([plain(s) for s in result.question.scenarios])}",
        (Bullets(tuple(_first(result, views))),),
        tuple(chapter for chapter in told if chapter.pieces),
        banner="Illustrative: no forecast of any real partnership. Some assumptions are not verified.",
    )


def _left_out(result: Sensitivity) -> Iterator[str]:
    yield from left_out_sentences(result)
    yield from few_replications(result)


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
    if result.split is not None and _luck_is_told(result):
        told["chance.png"] = luck_bars(result.split, views)
    if result.tornado and views:
        told["tornado.png"] = tornado_bars(result.tornado, views[0])
    if result.knowing and any(e.verdict != NEEDS_LUCK for e in result.knowing.values):
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
    yield ahead_table(result.ahead, views)


def _switches(result: Sensitivity, views: Sequence[View], *, draw: bool) -> Iterator[Piece]:
    if result.switches is None:
        return
    yield CURVES
    if draw:
        yield from _drawn(*_curves(result))
    for view in views:
        yield switch_table(result.switches, view, result.question.assumed)


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


def _knowing(result: Sensitivity, *, draw: bool) -> Iterator[Piece]:
    if result.knowing is None or not result.knowing.values:
        return
    yield KNOWING
    for outcome in result.question.outcomes:
        told = result.knowing.of(outcome)
        if not told:
            continue
        if draw and told[0].verdict != NEEDS_LUCK:
            from ..charts.sensitivity import knowing_bars

            yield from _drawn(knowing_bars(result.knowing, outcome, result.question))
        yield knowing_table(result, outcome)


def _luck_is_told(result: Sensitivity) -> bool:
    """Whether luck could be told from what is not known, which needs two replications."""
    return result.split is not None and any(
        math.isfinite(each.shares[0].mean) for each in result.split.origins
    )


def _luck(result: Sensitivity, views: Sequence[View], *, draw: bool) -> Iterator[Piece]:
    if result.split is None:
        return
    yield LUCK
    yield Bullets(tuple(luck_sentence(result.split.of(view)) for view in views))
    if draw and _luck_is_told(result):
        from ..charts.sensitivity import luck_bars

        yield from _drawn(luck_bars(result.split, views))
    yield luck_table(result.split, views)


# The methods


def _tornado(result: Sensitivity, views: Sequence[View], *, draw: bool) -> Iterator[Piece]:
    if result.tornado is None:
        return
    yield ALONE
    told = result.tornado
    yield Bullets(tuple(tornado_sentence(view, told.of(view)) for view in views))
    for view in views:
        if draw:
            from ..charts.sensitivity import tornado_bars

            yield from _drawn(tornado_bars(told, view))
        yield tornado_table(told, view)


def _morris(result: Sensitivity, views: Sequence[View], *, draw: bool) -> Iterator[Piece]:
    if result.morris is None:
        return
    yield WALKS
    yield Bullets(tuple(morris_sentence(view, result.morris.of(view)) for view in views))
    for view in views:
        if draw:
            from ..charts.walks import morris_points

            yield from _drawn(morris_points(result.morris, view))
        yield morris_table(result.morris, view)


def _sobol(result: Sensitivity, views: Sequence[View], *, draw: bool) -> Iterator[Piece]:
    if result.sobol is None:
        return
    yield VARIANCE
    told = result.sobol
    yield Bullets(tuple(sobol_sentence(view, told.of(view, "S1"), told.of(view)) for view in views))
    for view in views:
        if draw:
            from ..charts.sensitivity import sobol_bars

            yield from _drawn(sobol_bars(told, view))
        yield sobol_table(told, view)
        if result.wanted.second_order:
            yield pairs_table(told, view)


# How it was done


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
