"""The report of a search for plans: what may be said, the plans and their levers, limits, and how it was searched."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..charts.look import to_png
from ..charts.plans_chosen import (
    frontier_of_plans,
    levers_of_plans,
    plans_shown,
    search_history,
)
from ..optimisation.asking import CANDIDATES, STARTING
from ..optimisation.confirm import APART, BOOTSTRAPS
from ..optimisation.nearby import PART
from ..optimisation.question import SUGGESTED
from ..optimisation.words import (
    OWN,
    between,
    drawn_evenly_told,
    from_own,
    in_own_sense,
    is_steered,
    limit_told,
    listed,
    near_the_best,
    plan_name,
    sentences,
    settings,
    shown,
    wanted,
    where,
)
from ..wording import TOO_CLOSE, sentence_case, share, too_close_to_call
from .document import Bullets, Chapter, Command, Document, Drawing
from .drawings import inline
from .table import Cell, Row, Table, cells

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..charts import Chart
    from ..optimisation import Found
    from ..optimisation.choice import Ahead
    from .document import Piece

NOT_DECIDED = (
    "Every plan here is a suggestion, found by a search for what was asked of it and nothing else. What it costs to"
    " change, what is fair, and what was not asked, is for people to weigh."
)


def optimise_document(found: Found, title: str, command: str, *, draw: bool) -> Document:
    """The report of a search for plans.

    Parameters
    ----------
    title
        The study's title.
    draw
        Whether to draw charts, which needs an optional part.
    """
    pictures = [Drawing(inline(each), each.description) for each in charts(found)] if draw else []
    return Document(
        f"Plans {SUGGESTED}: {title}",
        (Bullets(tuple(sentences(found))), NOT_DECIDED, *pictures[:1]),
        (
            Chapter("The plans", (*_plans(found), *pictures[1:])),
            *_confirmed(found),
            Chapter("What was asked", (Bullets(tuple(_asked(found))),)),
            Chapter("How it was searched", (Bullets(tuple(_searched(found))),)),
            Chapter("Make it again", (Command(command),)),
        ),
        banner=f"{SUGGESTED.capitalize()}. Illustrative: no forecast of any real partnership.",
    )


# Charts


def charts(found: Found) -> list[Chart]:
    """The charts that fit what was found, the most important first."""
    drawn = []
    if _has_frontier(found):
        drawn.append(frontier_of_plans(found, frontier_title(found)))
    drawn.append(levers_of_plans(found, levers_title(found)))
    if found.tried.feasible.any():
        drawn.append(search_history(found, history_title(found)))
    return drawn


def _has_frontier(found: Found) -> bool:
    two = len(found.question.objectives) == 2
    return two and found.confirmed is not None and bool(found.confirmed.judged[0])


def pictures(found: Found) -> dict[str, bytes]:
    """The same as PNG, by the name of their file."""
    names = ["frontier.png"] if _has_frontier(found) else []
    return dict(
        zip([*names, "levers.png", "history.png"], map(to_png, charts(found)), strict=False)
    )


def frontier_title(found: Found) -> str:
    """What the chart of the frontier says."""
    assert found.confirmed is not None  # noqa: S101 # there is a chart only of confirmed plans
    told = dict(zip(found.confirmed.places, found.confirmed.standings, strict=True))
    surely = [plan_name(number) for number, each in told.items() if each == "on the frontier"]
    perhaps = [plan_name(number) for number, each in told.items() if each == TOO_CLOSE]
    if not surely:
        return "Which plans no other beats is too close to call" if perhaps else "All break a limit"
    be = "is" if len(surely) == 1 else "are"
    also = f"; of {listed(perhaps)} it is too close to call" if perhaps else ""
    return f"{sentence_case(listed(surely))} {be} beaten by no other in everything{also}"


def levers_title(found: Found) -> str:
    """What the chart of levers says."""
    if found.verdict == "no plan holds the limits":
        return "No plan holds the limits; these come nearest"
    if plans_shown(found) == (0,):
        return f"What {OWN} does"
    if found.choice is None:
        return "What the plans of the frontier do differently"
    if found.choice.first == 0:
        return f"Nothing is shown to beat {OWN}"
    if found.winner is not None:
        return f"What {plan_name(found.winner)} does, and what the next best do"
    return f"{sentence_case(listed([plan_name(n) for n in found.tied]))} do alike well"


def history_title(found: Found) -> str:
    """What the chart of the search says."""
    if len(found.question.objectives) > 1:
        part = share(float(found.progress[-1]))
        return f"After {len(found.progress):,} plans the frontier takes {part} of what was reached"
    best = int(np.flatnonzero(found.progress == found.progress[-1])[0])
    if best == 0:
        return f"No plan that was tried did better than {OWN} by the luck of the search"
    return f"The best by the luck of the search was {plan_name(best)} of {len(found.progress):,}"


# Tables


def _plans(found: Found) -> Iterator[Piece]:
    """Levers of the plans that are shown, one column each."""
    numbers = plans_shown(found)
    told = [settings(found, number) for number in numbers]
    rows = tuple(
        Row(told[0][place][0], cells(*(each[place][1] for each in told)))
        for place in range(len(found.question.levers.levers))
    )
    heads = [sentence_case(plan_name(number)) for number in numbers]
    yield Table("What each plan does", ("Lever", *heads), rows)


def tables(found: Found) -> Iterator[Table]:
    """What new luck says of the plans that were confirmed; no table without rows."""
    if found.confirmed is None:
        return
    yield confirmed_table(found)
    if found.choice is not None and found.choice.ahead:
        yield differences_table(found)
    several = len(found.confirmed.places) > 1
    if found.choice is None and found.confirmed.judged[0] and several:
        yield from_own_table(found)


def _confirmed(found: Found) -> Iterator[Chapter]:
    if found.confirmed is None:
        return
    pieces: list[Piece] = [*tables(found)]
    if found.question.limits:
        pieces.append(Bullets(tuple(_limits(found))))
    yield Chapter("Under new luck", tuple(pieces))


def confirmed_table(found: Found) -> Table:
    """What the confirmed plans reach, with 95% intervals by new luck."""
    confirmed = found.confirmed
    assert confirmed is not None  # noqa: S101 # asked only where plans were confirmed
    heads = ["Plan", *(sentence_case(wanted(each)) for each in found.question.objectives)]
    many = len(found.question.objectives)
    stays = many > 1 and len(confirmed.places) > 1  # one plan alone always does
    rows = []
    for place, number in enumerate(confirmed.places):
        parts = [_value(found, place, at) for at in range(many)]
        if stays:
            parts.append(Cell(share(float(confirmed.stays[place]))))
        rows.append(Row(sentence_case(plan_name(number)), tuple(parts)))
    if stays:
        heads.append("Stays on the frontier")
    runs = found.question.asked.confirm.replications
    return Table(
        f"Plans by {runs} runs with new luck, {where(found.question)}, and 95% intervals",
        tuple(heads),
        tuple(rows),
    )


def _value(found: Found, place: int, at: int) -> Cell:
    assert found.confirmed is not None  # noqa: S101 # as above
    show = shown(found, at)
    known = in_own_sense(found, found.confirmed.score(place, at), at)
    return Cell(show(known.mean), between(known, show))


def from_own_table(found: Found) -> Table:
    """How the confirmed plans differ from the scenario's own in each objective, paired."""
    confirmed = found.confirmed
    assert confirmed is not None  # noqa: S101 # asked only where plans were confirmed
    objectives = found.question.objectives
    return Table(
        f"Differences from {OWN} under the same new luck, and 95% intervals",
        ("Plan", *(sentence_case(wanted(each)) for each in objectives), "Standing"),
        tuple(
            Row(
                sentence_case(plan_name(number)),
                (
                    *(_from_own(found, place, at) for at in range(len(objectives))),
                    Cell(confirmed.standings[place]),
                ),
            )
            for place, number in enumerate(confirmed.places)
            if number
        ),
    )


def _from_own(found: Found, place: int, at: int) -> Cell:
    known = from_own(found, place, at)
    show = found.question.objectives[at].outcome.show_difference
    noise = f"; {TOO_CLOSE}" if too_close_to_call(known.low, known.high) else ""
    return Cell(show(known.mean), f"{between(known, show)}{noise}")


def differences_table(found: Found) -> Table:
    """How far the plan that comes out best is ahead of each other, paired."""
    choice, confirmed = found.choice, found.confirmed
    assert choice is not None  # noqa: S101 # asked only where there is one
    assert confirmed is not None  # noqa: S101 # as above
    assert choice.leader is not None  # noqa: S101 # as above
    leader = plan_name(confirmed.places[choice.leader])
    return Table(
        f"By how much {leader} is better, paired; the intervals of a column hold together in 95 of 100 cases",
        ("Than", "Better by", "In other worlds", "Worlds in which better", "Told apart"),
        tuple(
            Row(sentence_case(plan_name(confirmed.places[each.place])), _ahead(found, each))
            for each in choice.ahead
        ),
    )


def _ahead(found: Found, each: Ahead) -> tuple[Cell, ...]:
    outcome = found.question.objectives[0].outcome

    def show(amount: float) -> str:
        return outcome.show_difference(amount).removeprefix("+")

    elsewhere = between(each.other_worlds, show) if each.other_worlds else "–"
    return (
        Cell(show(each.better.mean), between(each.better, show)),
        *cells(elsewhere, f"{each.worlds} of {found.question.number_of_worlds}"),
        Cell("no" if each.within_noise else "yes"),
    )


def _limits(found: Found) -> Iterator[str]:
    assert found.confirmed is not None  # noqa: S101 # as above
    for number, limits in zip(found.confirmed.places, found.confirmed.limits, strict=True):
        for kept in limits:
            yield f"**{sentence_case(plan_name(number))}**: {limit_told(found, kept)}."


# What was asked, and how it was searched


def _asked(found: Found) -> Iterator[str]:
    question = found.question
    for each in question.objectives:
        yield f"**Wanted**: {wanted(each)}, {where(question)}."
    for bound in question.limits:
        yield f"**Limit**: {bound.told}."
    for lever in question.levers.levers:
        listed_ = lever.listed is not None
        ends = [
            lever.told(value)
            for value in (lever.tried if listed_ else (lever.tried[0], lever.tried[-1]))
        ]
        told = f"one of {', '.join(ends)}" if listed_ else f"from {ends[0]} to {ends[1]}"
        yield f"**Decided**: {lever.dimension.title}, {told}."
    for factor in question.factors:
        grade = f", {factor.grade}" if factor.grade else ""
        yield (
            f"**Not known**: {factor.title}{grade}; drawn from all that the study allows, the same"
            f" {question.number_of_worlds} worlds for every plan."
        )


def _searched(found: Found) -> Iterator[str]:
    question, method = found.question, found.tried.method
    yield (
        f"The scenario's own plan was tried first. Plans were asked for {question.asked.batch} at a time and lived in"
        f" all worlds with the same luck ({question.replications} runs, seed {question.seed}); so differences"
        " between plans are none of luck's that both share."
    )
    yield _METHODS[method] if is_steered(found) else drawn_evenly_told(found)
    if near_the_best(found):
        yield f"The last {share(PART)} of the trials were drawn near the best so far."
    if question.asked.robust == "regret":
        yield (
            "Regret is measured against the best plan that was tried in each world; meanwhile the search was steered"
            " by regret against the best so far, and all plans were judged anew as better ones were found."
        )
    yield (
        f"The best were lived again with luck that the search had not seen (runs from number"
        f" {question.replications} on), since what is chosen as best by some luck looks better than it is. A plan that"
        f" differs from a better one by less than {share(APART)} of every lever's range was not confirmed beside it."
    )
    if len(question.objectives) > 1 and found.confirmed and len(found.confirmed.places) > 1:
        yield f"How often a plan stays on the frontier is counted over {BOOTSTRAPS:,} bootstraps of that luck."
    yield (
        "Intervals hold luck, in the worlds as they are drawn: each replication is left out in turn, in all worlds at"
        " once (the jackknife), and Student's t is taken. “In other worlds” adds how the difference varies from world"
        " to world."
    )


_METHODS = {
    "all": "Plans were few enough for all to be tried.",
    "tpe": (
        f"What to try next was chosen by a Parzen estimator (the best of {CANDIDATES} candidates), after {STARTING} plans"
        " drawn evenly; plans that break a limit count as worse than any that holds it."
    ),
    "nsga2": "What to try next was bred from the best so far (NSGA-II).",
    "random": "Plans were drawn evenly.",
}
