"""Asking what one client is worth: run the pairs, read the formula, fill the result."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from ..errors import BadInput, Fault
from ..scenario.tree import instead, shown
from ..years import year_names
from .balance import balance
from .estimate import Estimate, ratio
from .meter import Meter, activity_weight, break_even_weight, gross_of_each, held_years
from .moves import MOVES, Move, by_formula
from .paired import CHANGES, Pairs, pairs
from .result import GroupWorth, Incentive, Paid, Worth

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..scenario.draws import Draws
    from ..scenario.schema import Scenario
    from ..workers import Progress
    from .moves import ByFormula

OWN_FORMULA = "own"
"""What the scenario's own formula is called in the table."""


def incentive(
    scenario: Scenario,
    formulas: Sequence[tuple[str, str, Scenario]] = (),
    *,
    groups: Sequence[str] = (),
    partnership: str | None = None,
    replications: int = 100,
    seed: int = 1,
    workers: int = 1,
    progress: Progress | None = None,
    draws: Draws | None = None,
    with_balance: bool = False,
) -> Incentive:
    """What one client of each group is worth to a partnership, under each formula.

    Parameters
    ----------
    formulas
        Name, title and scenario of each formula; by default the scenario's own.
    groups
        By default all.
    partnership
        By default the first.
    with_balance
        Whether to search for the reintegration share at which the books are as where clients are kept: more runs.

    Raises
    ------
    BadInput
        If there is no such group or partnership, or the run is too short for money to follow.
    """
    named = partnership or next(iter(scenario.partnerships))
    check(scenario, groups, named)
    chosen = tuple(groups) or tuple(scenario.world.groups)
    asked = tuple(formulas) or ((OWN_FORMULA, "the scenario's own formula", scenario),)
    paid = []
    for place, (name, title, each) in enumerate(asked):
        told = _part_of(progress, place, len(asked), replications)
        found = pairs(each, named, chosen, replications, seed, workers, told, draws)
        worth = tuple(_group(each, named, group, found) for group in chosen)
        if with_balance:
            how = (replications, seed, workers, draws)
            worth = tuple(_balanced(each, named, group, how) for group in worth)
        paid.append(Paid(name, title, each, worth))
    return Incentive(scenario, named, replications, seed, tuple(paid), draws)


def _part_of(
    progress: Progress | None, place: int, formulas: int, replications: int
) -> Progress | None:
    if progress is None:
        return None
    return lambda done, _: progress(place * replications + done, formulas * replications)


def check(scenario: Scenario, groups: Sequence[str], partnership: str) -> None:
    """Refuse what cannot be asked, with every fault."""
    faults = [
        Fault("incentive", "group", "be one of the scenario's", shown(group), instead(group, known))
        for known in [[*scenario.world.groups]]
        for group in groups
        if group not in known
    ]
    known = [*scenario.partnerships]
    if partnership not in known:
        advice = instead(partnership, known)
        rule = "be one of the scenario's"
        faults.append(Fault("incentive", "partnership", rule, shown(partnership), advice))
    least = scenario.formula.lag_years + 2
    if scenario.years < least:
        rule, advice = f"be at least {least}", "money follows what is done only after that"
        faults.append(Fault("incentive", "years", rule, str(scenario.years), advice))
    if faults:
        raise BadInput(faults)


def _group(scenario: Scenario, partnership: str, group: str, found: Pairs) -> GroupWorth:
    place = list(scenario.world.groups).index(group)
    lag = scenario.formula.lag_years
    lives = [each.lives for each in found.assumed(group)]
    by_rule = by_formula(lives, found.inputs, partnership, place, lag)
    return GroupWorth(
        group,
        scenario.world.groups[group].label,
        tuple(_worth(found, group, move, by_rule.get(move)) for move in MOVES),
        _meter(scenario, partnership, group, found),
    )


def _balanced(
    scenario: Scenario,
    partnership: str,
    found: GroupWorth,
    how: tuple[int, int, int, Draws | None],
) -> GroupWorth:
    if found.meter is None:
        return found
    books = balance(scenario, partnership, found.group, *how)
    return replace(found, meter=replace(found.meter, balance=books))


def _worth(found: Pairs, group: str, move: Move, by_rule: ByFormula | None) -> Worth:
    clients = found.number("clients", group, move)
    allocation = found.change("allocation_gbp", group, move)
    total = {name: found.change(name, group, move).sum(axis=1) for name in CHANGES}
    total["net_gbp"] = total["allocation_gbp"] - total["own_cost_gbp"]
    return Worth(
        move=move,
        clients=float(clients.mean()),
        client_years=ratio(found.number("client_years", group, move), clients),
        gained_gbp=tuple(ratio(year, clients) for year in allocation.T),
        total={name: ratio(each, clients) for name, each in total.items()},
        by_formula=by_rule,
    )


def _meter(scenario: Scenario, partnership: str, group: str, found: Pairs) -> Meter | None:
    """Read off the clients moved on; where nobody can be moved on sooner, off those kept, the ones wronged then."""
    move: Move = "moved_on" if found.number("clients", group, "moved_on").any() else "kept"
    clients = found.number("clients", group, move)
    if not clients.any():
        return None
    sign = -1.0 if move == "moved_on" else 1.0
    lost = sign * found.change("allocation_gbp", group, move).sum(axis=1)
    saved = sign * found.change("own_cost_gbp", group, move).sum(axis=1)
    years = sign * found.number("client_years", group, move)
    place = list(scenario.world.groups).index(group)
    last = [each[-1] for each in found.inputs]
    counts_for = gross_of_each(last, partnership, place)
    costs = np.array([each.cost_gbp_per_year for each in found.assumed(group)])
    support = [each.support_gbp_per_week for each in found.assumed(group)]
    names = year_names(scenario.first_year, scenario.years)
    return Meter(
        move=move,
        lost_gbp=ratio(lost, clients),
        saved_gbp=ratio(saved, clients),
        net_gbp=ratio(saved - lost, clients),
        lost_per_client_year_gbp=ratio(lost, years),
        net_per_client_year_gbp=ratio(saved - lost, years),
        gross_gbp_per_year=Estimate.of(counts_for),
        cost_gbp_per_year=float(costs.mean()),
        left_gbp_per_year=Estimate.of(costs - counts_for),
        weight=activity_weight(last),
        break_even_weight=break_even_weight(last, partnership, place, float(costs.mean())),
        support_gbp_per_week=float(np.mean(support)),
        at_floor=held_years(found.inputs, partnership, "low", names),
        at_ceiling=held_years(found.inputs, partnership, "high", names),
    )
