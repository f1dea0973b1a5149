"""What partnerships choose, where following the money ends, and what that costs clients."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..behaviour import Price, alone_and_together, price
from ..incentives import Estimate, ratio
from ..scenario.schema import Plan
from ..wording import count, counted, gbp, share, signed
from .figures import (
    MONEY,
    PEOPLE,
    Figure,
    Finding,
    Sign,
    Verdict,
    amount,
    joined,
    last_day,
    last_two,
    lower,
    period,
    verdict,
)
from .together import ALL, ALONE, Together, moves, part

if TYPE_CHECKING:
    from ..behaviour import FollowTheMoney, Response
    from ..behaviour.price import Line

AIMS = {"allocation": "its allocations", "balance": "its allocations less what is spent"}
OUTCOME_NAMES = {
    "in_recovery": "People in recovery",
    "unmet_need": "People who need treatment and are not in it",
    "in_treatment": "Clients in treatment",
    "deaths": "Deaths",
    "planned_exits": "Planned exits",
    "early_exits": "Planned exits before clients were ready",
    "successful_completions": "Successful completions",
    "re_presentations": "Re-presentations within six months",
    "allocation_gbp": "Allocation",
    "spent_gbp": "Spent",
    "unspent_gbp": "Unspent and returned",
}


# One


def what_one_would_do(response: Response) -> Finding:
    """What one partnership would choose if the others stay, and how sure that is."""
    gain = _gain(response)
    does, would = (response.options[at].name for at in (response.present, response.chosen))
    title = (
        f"{response.partnership} would follow the money to “{would}”"
        if response.changes
        else f"{response.partnership} would stay with “{does}”"
    )
    looks = f"{AIMS[response.horizon.aim]} of {_years(response)}"
    told = (
        f"The others staying as they are, it has {amount(gain, MONEY)} in {looks} together than with"
        f" “{does}” (95% interval {gain.interval})."
        if response.changes
        else f"The others staying as they are, nothing else brings clearly more in {looks} together."
    )
    return Finding(title, f"{told}{_next_best(response)}", _whether(response, gain), (gain,))


def _whether(response: Response, gain: Figure) -> Verdict:
    return verdict(gain) if response.changes or gain.sign != "same" else _stays(response)


def _stays(response: Response) -> Verdict:
    """Whether it is clear that what it does is best: nothing else might be better."""
    others = [place for place in range(len(response.options)) if place != response.present]
    clear = all(response.gain(place).high <= response.horizon.least_gain for place in others)
    return "clear" if clear else "too close to call"


def _gain(response: Response) -> Figure:
    name = f"{response.partnership}: what changing brings, {_years(response)}"
    return Figure(name, response.gain(response.chosen), gbp)


def _years(response: Response) -> str:
    return period(response.years[response.horizon.first : response.horizon.last])


def _next_best(response: Response) -> str:
    if response.runner_up is None:
        return ""
    name = response.options[response.runner_up].name
    over = Figure("", response.gain(response.chosen, response.runner_up), gbp)
    if over.sign in ("same", "open") or over.shows_nothing:
        return f" Against the next best, “{name}”, it is too close to call."
    return f" The next best, “{name}”, brings {gbp(abs(over.estimate.mean))} {'less' if over.estimate.mean > 0 else 'more'}."


# Everybody


def where_it_ends(game: FollowTheMoney) -> Finding:
    """Whether it settles, cycles or spirals, what they do then, and whether anybody has more for it."""
    together = Figure("All that choose: end against start", game.gain_together, gbp)
    each = tuple(
        Figure(f"{name}, one of its type: end against start", game.gain(name), gbp)
        for name in game.table.players
    )
    return Finding(
        title=_TITLES[game.verdict].format(n=_who(game), rounds=_rounds(game)),
        sentence=f"{_ENDS[game.verdict].format(end=_end(game), start=game.told(game.start))}{_race(game)} {_better(game)}",
        verdict=verdict(together) if game.end != game.start else "clear",
        figures=(together, *each) if game.table.deciders > 1 else each,
    )


_TITLES = {
    "settles": "Following the money settles {rounds}",
    "cycles": "Following the money goes round in a circle and never settles",
    "spirals": "Following the money spirals to the limit, and together they have no more for it",
    "unfinished": "Following the money has not settled {rounds}",
}
_ENDS = {
    "settles": "They begin with “{start}”; in the end nobody gains clearly by changing from {end}.",
    "cycles": "They begin with “{start}”, and what they do comes back in turn: {end}.",
    "spirals": "They begin with “{start}” and end with {end}.",
    "unfinished": "They begin with “{start}”; last they do {end}, and somebody still gains by changing.",
}


def _who(game: FollowTheMoney) -> str:
    return counted(game.table.deciders, "partnership")


def _rounds(game: FollowTheMoney) -> str:
    moved = len(game.main.path) - 1
    if game.verdict == "settles":
        return "at once: nobody changes" if not moved else f"after {counted(moved, 'round')}"
    return f"after {counted(len(game.main.rounds), 'round')}"


def _end(game: FollowTheMoney) -> str:
    profiles = game.main.cycle or (game.end,)
    return ", then ".join(f"“{game.told(profile)}”" for profile in profiles)


def _race(game: FollowTheMoney) -> str:
    if game.verdict != "spirals" or game.race is None:
        return ""
    lever = Plan.model_fields[game.race].title
    return f" All move one lever the same way, and none goes back: {lower(str(lever))}."


def _better(game: FollowTheMoney) -> str:
    if game.end == game.start:
        return ""
    whole = Figure("", game.gain_together, gbp)
    told = f"Against the start, those that choose have {amount(whole, MONEY)} together"
    gained = [f"{name} {signed(game.gain(name).mean, gbp)}" for name in game.better_off]
    return (
        f"{told}; clearly more each: {joined(gained)}."
        if gained
        else f"{told}, and none clearly more."
    )


# What it costs


def what_it_costs(cost: Price) -> Finding:
    """The price of the perverse incentive: following the money against everybody putting clients first."""
    lines = {line.outcome: line for line in cost.lines()}
    figures = tuple(figure_of(line, cost) for line in lines.values())
    by_outcome = dict(zip(lines, figures, strict=True))
    well, back, dead = (by_outcome[n] for n in ("in_recovery", "re_presentations", "deaths"))
    spent, unmet = by_outcome["spent_gbp"], by_outcome["unmet_need"]
    day = last_day(cost.game.at_the_end[0].years[-1])
    money, clients = which_worlds(cost.game)
    return Finding(
        title=_COSTS[well.sign],
        sentence=(
            f"Where {money} there are {amount(well, PEOPLE, 'people in recovery')} on {day}"
            f" than where {clients} ({_best(cost)}), and"
            f" {amount(unmet, PEOPLE, 'people who need treatment and are not in it')}. Over the years together"
            f" there are {amount(dead, PEOPLE, 'deaths')} and {amount(back, PEOPLE, 're-presentations')}, and"
            f" {amount(spent, MONEY)} is spent.{_early(by_outcome['early_exits'])}"
        ),
        verdict=verdict(well),
        figures=figures,
    )


def which_worlds(game: FollowTheMoney) -> tuple[str, str]:
    """The two worlds that are compared, in words: all that choose do the one, or the other."""
    if game.table.deciders > 1:
        return "all follow the money", "all put clients first"
    return f"{game.table.players[0]} follows the money", "it puts clients first"


def _early(figure: Figure) -> str:
    """That people are pushed out, where more or fewer are."""
    if figure.sign == "same":
        return ""
    return f" Of the planned exits, {amount(figure, PEOPLE)} come before clients are ready."


_COSTS: dict[Sign, str] = {
    "less": "Following the money leaves fewer people in recovery than putting clients first",
    "more": "Following the money leaves more people in recovery than putting clients first",
    "same": "Following the money leaves as many people in recovery as putting clients first",
    "open": "Whether following the money costs people their recovery is too close to call",
}


def _best(cost: Price) -> str:
    return cost.game.told(cost.game.clients.best)


def figure_of(line: Line, cost: Price) -> Figure:
    """A line of the price as a figure: following the money less putting clients first."""
    years = cost.game.at_the_end[0].years
    when = last_day(years[-1]) if line.when == "last" else f"sum of {period(years)}"
    show = gbp if line.outcome.endswith("_gbp") else count
    return Figure(f"{OUTCOME_NAMES[line.outcome]}, {when}", line.difference, show)


# Alone and together


def together_of(game: FollowTheMoney, player: int = 0) -> Together:
    """What one of a type loses by putting clients first while others follow the money, and if all do."""
    found = alone_and_together(game, player)
    years = last_two(found.years)
    alone, together = (found.of(which, "allocation_gbp") for which in ("alone", "together"))
    name, last = found.partnership, found.years[-1]
    others = np.zeros(len(alone)) if not found.others else -alone[:, -1] / found.others

    def moved(who: str, change: np.ndarray, year: int) -> Figure:
        return Figure(f"{who}: allocation, {found.years[year]}", Estimate.of(change[:, year]), gbp)

    return Together(
        name=name,
        years=found.years[-len(years) :],
        alone=tuple(moved(f"{name} alone", alone, year) for year in years),
        together=tuple(moved(f"{name} when all do it", together, year) for year in years),
        others_each=Figure(f"{_who_else(found.others)}, {last}", Estimate.of(others), gbp),
        ratio=Figure(
            f"Together as a share of alone, {last}",
            ratio(together[:, -1], alone[:, -1]),
            share,
            False,
        ),
    )


def still(game: FollowTheMoney) -> int:
    """How many others share the pot and keep their plans, whoever chooses what."""
    table = game.table
    members = sum(own.copies for own in table.scenario.partnerships.values())
    return members + table.scenario.formula.rest.partnerships - table.deciders


def all_are_asked(game: FollowTheMoney) -> bool:
    """Whether it can be asked what happens when all do the same: several choose, and no rest stands still."""
    return game.table.deciders > 1 and not game.table.scenario.formula.rest.partnerships


def _who_else(others: int) -> str:
    return "The other one" if others == 1 else f"Each of the {others:,} others"


def alone_or_together(game: FollowTheMoney, player: int = 0) -> Finding:
    """What it costs to be the only one that puts clients first, against what it costs if all do."""
    found, raw = together_of(game, player), alone_and_together(game, player)
    alone, together = found.alone[-1], found.together[-1]
    year = found.years[-1]
    well = Figure(
        f"{found.name} alone: people in recovery, {last_day(year)}",
        Estimate.of(raw.of("alone", "in_recovery")[:, -1]),
        count,
    )
    now = Estimate.of(raw.of("from_now", "allocation_gbp")[:, -1])
    from_now = Figure(f"{found.name} alone, against what is done now, {year}", now, gbp)
    asked, others = all_are_asked(game), _others(found, raw.others)
    told = f"{moves(alone)} in {year}, and has {amount(well, PEOPLE, 'people in recovery')} on {last_day(year)}."
    if not asked:
        who = f"{found.name}{_others_do(game)}"
        return Finding(
            title=f"Putting clients first {ALONE[alone.sign]}",
            sentence=f"{who} {told} {others}{_not_asked(game)}",
            verdict=verdict(alone),
            figures=(alone, found.others_each, well, from_now),
        )
    who = f"{found.name}, alone in putting clients first while the others follow the money,"
    return Finding(
        title=f"Putting clients first {ALONE[alone.sign]}, and {ALL[together.sign]}",
        sentence=(
            f"{who} {told} If all put clients first, it {moves(together)}{_part(found)}. {others}"
        ),
        verdict=verdict(alone),
        figures=(alone, together, found.ratio, found.others_each, well, from_now),
    )


def _others_do(game: FollowTheMoney) -> str:
    """What those do beside whom one puts clients first."""
    if game.table.deciders > 1:
        return ", alone in putting clients first while those that choose follow the money,"
    return ", putting clients first instead of following the money,"


def _not_asked(game: FollowTheMoney) -> str:
    """Why it is not told what happens when all do it."""
    many = still(game)
    if not many:
        return ""
    who = "The other one stands" if many == 1 else f"The {many:,} others stand"
    return f" {who} still, so what happens when all do it cannot be asked here."


def _part(found: Together) -> str:
    """How much of what it loses alone, where it is clear that it gains or loses."""
    return part(found) if found.together[-1].sign in ("more", "less") else ""


def _others(found: Together, others: int) -> str:
    if not others:
        return "Nobody shares the pot with it."
    if others == 1:
        return f"While it is alone, the other one {moves(found.others_each)}."
    return (
        f"While it is alone, each of the {others:,} others {moves(found.others_each)} on average."
    )


def who_shows_it(game: FollowTheMoney) -> int:
    """The first of those that choose which would do something else if it put clients first."""
    places = range(len(game.end))
    return next((at for at in places if game.end[at] != game.clients.best[at]), 0)


def all_findings(game: FollowTheMoney) -> tuple[Finding, ...]:
    """Everything that is found: where it ends, what it costs, alone and together, and what each would do."""
    return (
        where_it_ends(game),
        what_it_costs(price(game)),
        *(alone_or_together(game, player) for player in range(len(game.table.players))),
        *(what_one_would_do(answer) for answer in game.main.rounds[0].answers),
    )
