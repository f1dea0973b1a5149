"""What partnerships choose and what that costs: tables, and one page with charts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .. import charts
from ..behaviour import OUTCOMES, price
from ..findings import (
    Figure,
    all_findings,
    alone_or_together,
    together_of,
    what_it_costs,
    what_one_would_do,
    where_it_ends,
)
from ..findings.choosing import all_are_asked, which_worlds
from ..incentives.estimate import if_few
from ..outputs import model_version
from ..wording import MISSING, count, counted, gbp, sentence_case, verdict
from .document import Bullets, Chapter, Command, Document, Drawing
from .drawings import inline
from .table import Cell, Row, Table, cells

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..behaviour import FollowTheMoney, Price, Response
    from ..incentives import Estimate
    from .document import Piece

BEST_IS = (
    "Putting clients first means: nobody is pushed out before they are ready more often than the choices make"
    " necessary; among what is left, the most people in recovery on the last 31 March if all do the same, without"
    " clearly more deaths than now."
)
LIMITS = (
    "A partnership chooses once, for all years of the run: nobody learns, and nobody answers in the course of it.",
    "It chooses among the plans that are given, and from what the model says will follow.",
    "It sees what one alone gains, the others staying as they are; then all of its type do the same.",
    "Intervals are about chance alone. A gain below the least that counts changes nothing.",
)


# Tables


def responses(response: Response) -> Table:
    """What one partnership gets from each of its options, the others staying as they are."""
    years = response.years[response.horizon.first : response.horizon.last]
    period = years[0] if len(years) == 1 else f"{years[0]} to {years[-1]}"
    aim = {"allocation": "allocations", "balance": "allocations less spending"}[
        response.horizon.aim
    ]
    return Table(
        f"{response.partnership} alone, the others as at present: {aim} of {period} against what it does,"
        " with the 95% interval; and its people, means",
        (
            "Plan",
            "Gain",
            "In recovery at the end",
            "Deaths",
            "Planned exits",
            "Unmet need at the end",
        ),
        tuple(_option_row(response, place) for place in range(len(response.options))),
        label=f"{response.partnership}: options",
    )


def _option_row(response: Response, place: int) -> Row:
    marks = [
        mark
        for mark, there in (
            ("now", place == response.present),
            ("chosen", place == response.chosen),
        )
        if there
    ]
    told = f" ({', '.join(marks)})" if marks else ""
    name = f"{sentence_case(response.options[place].name)}{told}"
    lived = response.lived[place].mean(axis=0)
    people = [
        count(
            float(
                lived[OUTCOMES.index(outcome)][-1] if last else lived[OUTCOMES.index(outcome)].sum()
            )
        )
        for outcome, last in (
            ("in_recovery", True),
            ("deaths", False),
            ("planned_exits", False),
            ("unmet_need", True),
        )
    ]
    gain = _pounds(response.gain(place)) if place != response.present else Cell(MISSING)
    return Row(name, (gain, *cells(*people)))


def _pounds(estimate: Estimate) -> Cell:
    return _cell(Figure("", estimate, gbp))


def _cell(figure: Figure) -> Cell:
    why = verdict(figure.estimate.low, figure.estimate.high)
    below = figure.interval if why != "no difference" else ""
    return Cell(f"{figure.text}{' *' if why and below else ''}", below)


def rounds(game: FollowTheMoney) -> Table:
    """What each type does at the start and after each round."""
    heads = ["start", *(f"round {number}" for number in range(1, len(game.main.path)))]
    return Table(
        "What one of each type does; then the whole type does so",
        ("Partnership", "copies", *heads),
        tuple(
            Row(
                name,
                cells(
                    str(game.table.scenario.partnerships[name].copies),
                    *(game.option(player, profile).name for profile in game.main.path),
                ),
            )
            for player, name in enumerate(game.table.players)
        ),
        words=True,
    )


def starts(game: FollowTheMoney) -> Table:
    """Where it ends from each start."""
    names = {"as_it_is": "what is done now", "clients_first": "everybody putting clients first"}
    return Table(
        "From each start: how it ends, and what they do then",
        ("Start", "ends", "rounds", "then"),
        tuple(
            Row(
                sentence_case(names[start]),
                cells(played.ending, str(len(played.rounds)), game.told(played.last)),
            )
            for start, played in game.played.items()
        ),
        words=True,
    )


def price_table(cost: Price, partnership: str | None = None) -> Table:
    """The price of the perverse incentive, of all or for one of a type."""
    who = f"{partnership}, one of its type"
    if partnership is None:
        alone = len(cost.partnerships) == 1
        who = cost.partnerships[0] if alone else "all partnerships together"
    figures = what_it_costs(cost).figures
    return Table(
        f"The price of the perverse incentive, {who}: means, difference and its 95% interval"
        " (* too close to call)",
        ("", *which_worlds(cost.game), "difference"),
        tuple(
            Row(figure.name, _price_cells(line.money, line.clients, line.difference, line.outcome))
            for figure, line in zip(figures, cost.lines(partnership), strict=True)
        ),
        label=f"Price: {who}",
    )


def _price_cells(
    money: Estimate, clients: Estimate, difference: Estimate, outcome: str
) -> tuple[Cell, ...]:
    show = gbp if outcome.endswith("_gbp") else count
    return (
        *cells(show(money.mean), show(clients.mean)),
        _cell(Figure("", difference, show)),
    )


def side_by_side(game: FollowTheMoney) -> Table:
    """What one of each type loses alone, and what it loses if all put clients first, where that can be asked."""
    found = [together_of(game, player) for player in range(len(game.table.players))]
    year, asked = found[0].years[-1], all_are_asked(game)
    all_ = ("when all do it",) if asked else ()
    against = "all following" if game.table.deciders > 1 else "following"
    return Table(
        f"Putting clients first, change of the allocation of {year} against {against} the money (£)",
        ("One of its type", "alone", *all_, "each of the others, while it is alone"),
        tuple(
            Row(
                each.name,
                (
                    _cell(each.alone[-1]),
                    *((_cell(each.together[-1]),) if asked else ()),
                    _cell(each.others_each),
                ),
            )
            for each in found
        ),
    )


# The page


def document(game: FollowTheMoney, command: str, *, drawings: bool) -> Document:
    """All of it as a page.

    Parameters
    ----------
    command
        What makes it again.
    drawings
        Whether to draw charts, which needs an optional part.
    """
    scenario, cost = game.table.scenario, price(game)
    ends, costs, *_ = all_findings(game)
    return Document(
        f"Following the money: {scenario.title}",
        (Bullets((f"**{ends.title}.** {ends.sentence}", f"**{costs.title}.** {costs.sentence}")),),
        (
            Chapter("Where following the money ends", tuple(_ends(game, drawings))),
            Chapter("The price of the perverse incentive", tuple(_costs(cost, drawings))),
            Chapter("Alone and together", tuple(_together(game, drawings))),
            Chapter("What one would do", tuple(_each(game))),
            Chapter("What is left out", (Bullets(LIMITS),)),
            Chapter("How it was done", tuple(_how(game, command))),
        ),
        banner="Illustrative: partnerships are synthetic. Read directions and sizes, not forecasts.",
    )


def _ends(game: FollowTheMoney, drawings: bool) -> Iterator[Piece]:
    finding = where_it_ends(game)
    yield finding.sentence
    if drawings:
        yield Drawing(inline(charts.choices_by_round(game, finding.title)), "")
    yield rounds(game)
    if len(game.played) > 1:
        yield starts(game)


def _costs(cost: Price, drawings: bool) -> Iterator[Piece]:
    finding = what_it_costs(cost)
    yield f"{finding.sentence} {BEST_IS}"
    if drawings:
        yield Drawing(inline(charts.price_of_following(cost, finding.title)), "")
    yield price_table(cost)
    if len(cost.partnerships) > 1:
        for name in cost.partnerships:
            yield price_table(cost, name)


def _together(game: FollowTheMoney, drawings: bool) -> Iterator[Piece]:
    for player in range(len(game.table.players)):
        finding = alone_or_together(game, player)
        yield finding.sentence
        if drawings and all_are_asked(game):
            found, replications = together_of(game, player), len(game.clients.everybody)
            drawn = charts.alone_against_together(found, finding.title, replications=replications)
            yield Drawing(inline(drawn), "")
    yield side_by_side(game)


def _each(game: FollowTheMoney) -> Iterator[Piece]:
    for answer in game.main.rounds[0].answers:
        finding = what_one_would_do(answer)
        yield f"**{finding.title}.** {finding.sentence}"
        yield responses(answer)


def _how(game: FollowTheMoney, command: str) -> Iterator[Piece]:
    own = game.table.scenario.behaviour
    order = "at once after each round" if game.order == "at_once" else "one after the other"
    luck = (
        f"{len(game.clients.everybody)} replications of each profile and of each option of one, seed"
        f" {game.seed}, the same people and the same luck."
    )
    aim = (
        f"Aim: {own.aim}; {counted(game.horizon.allocations, 'allocation')}, from {_first_year(game)} on;"
        f" least gain that counts: {gbp(own.least_gain_gbp)} a year."
    )
    few = if_few(len(game.clients.everybody))
    yield Bullets((luck, *few, aim, f"All change {order}.", f"Model {model_version()}."))
    yield Command(command)


def _first_year(game: FollowTheMoney) -> str:
    return game.at_the_end[0].years[game.horizon.first]
