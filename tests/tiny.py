"""Small worlds and small sums: a queue that theory knows, a tenth of a partnership, a world in balance.

Tolerances come from theory: an interval holds its number in all but one of a thousand repetitions, or in all
but one in a thousand for a whole family of numbers that are looked at together.
"""

from __future__ import annotations

from pathlib import Path

from simulator.funding import Rule, Term
from simulator.journey import clocks
from simulator.scenario import as_dict, load
from simulator.validate.intervals import CLOSELY as CONFIDENCE
from simulator.validate.intervals import holds, interval
from simulator.validate.queue_theory import level_of
from simulator.validate.worlds import (
    changed,
    checked,
    finished,
    journal,
    pounds_for,
    tiny_queue,
    with_frozen_formula,
    with_places_unlimited,
)

__all__ = [
    "CONFIDENCE",
    "a_tenth_of",
    "balances",
    "changed",
    "checked",
    "finished",
    "holds",
    "in_balance",
    "interval",
    "journal",
    "level_of",
    "pounds_for",
    "rule_of",
    "terms_of",
    "tiny_queue",
    "two_groups",
    "with_frozen_formula",
    "with_places_unlimited",
]

WORLDS = Path(__file__).parent / "worlds"


def rule_of(activity=0, need=0, completions=0, group_weights=(1,), **others):
    """A rule of the terms of 2008-09 to 2012-13."""
    return Rule(terms_of(activity, need, completions, group_weights), **others)


def terms_of(activity=0, need=0, completions=0, group_weights=(1,)):
    return (
        Term("effective_clients", activity, group_weights),
        Term("need_index", need),
        Term("completions", completions),
    )


def two_groups(*changes):
    """A tiny world of two groups, one dear and one cheap to treat."""
    return load(WORLDS / "two_groups.yaml", changes)


def a_tenth_of(scenario):
    """The same world with a tenth of the people and a tenth of the money."""
    data = as_dict(scenario)
    for past in data["history"]["groups"].values():
        for name, number in past.items():
            if isinstance(number, dict):
                number["people"] = round(number["people"] / 10)
            elif not name.endswith("_share"):
                past[name] = round(number / 10) if isinstance(number, int) else number / 10
    for group in data["world"]["groups"].values():
        for name in ("onset_per_year", "moves_in_per_year"):
            group["need"][name] /= 10
    rest = data["formula"]["rest"]
    for counted in (rest["reference_activity"], rest["reference_completions"]):
        counted.update({name: number / 10 for name, number in counted.items()})
    pot = data["formula"]["pot_gbp"]
    data["formula"]["pot_gbp"] = pot // 10 if isinstance(pot, int) else [gbp // 10 for gbp in pot]
    data["history"]["allocation_gbp"] //= 10
    data["world"]["fixed_overhead_gbp"] //= 10
    for stream in data["funding"]["streams"].values():
        if isinstance(stream["amount_gbp"], int):
            stream["amount_gbp"] //= 10
    return checked(data, scenario)


def balances(scenario, starts):
    """`studies.balance.Balance` of each group at so many starts a year."""
    from studies.balance import Balance

    prison, held = scenario.world.prison, scenario.history.move_on_delay_days
    return {
        name: Balance(
            clocks(group, scenario.world),
            starts,
            held[name],
            prison.picked_up_share,
            prison.mean_stay_days,
        )
        for name, group in scenario.world.groups.items()
    }


def in_balance(scenario, starts):
    """The scenario's groups in balance, each with so many starts a year and places for all."""
    from studies.fit_baseline import day_0

    data = as_dict(with_places_unlimited(scenario))
    for name, balance in balances(scenario, starts).items():
        data["history"]["groups"][name] |= day_0(balance)
        need = data["world"]["groups"][name]["need"]
        need["onset_per_year"], need["moves_in_per_year"] = balance.solve()["onsets"], 0.0
    return checked(data, scenario)
