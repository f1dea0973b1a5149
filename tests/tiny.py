"""Small worlds and small sums: a queue that theory knows, a tenth of a partnership, a world in balance.

Tolerances come from theory: an interval holds its number in all but one of a thousand repetitions, or in all
but one in a thousand for a whole family of numbers that are looked at together.
"""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
from scipy.stats import t as student

from simulator.journey import clocks
from simulator.model import Run
from simulator.scenario import Scenario, as_dict, load
from simulator.years import WEEKS_PER_YEAR

WORLDS = Path(__file__).parent / "worlds"
CONFIDENCE = 0.999
WEEKLY_GBP = 100
"""What a client of the tiny queue costs."""


def tiny_queue(*changes):
    """The queue of `worlds/tiny_queue.yaml`, with changes such as ``years=3``."""
    return load(WORLDS / "tiny_queue.yaml", changes)


def two_groups(*changes):
    """A tiny world of two groups, one dear and one cheap to treat."""
    return load(WORLDS / "two_groups.yaml", changes)


def pounds_for(places, weekly_gbp=WEEKLY_GBP):
    """A year's pounds that pay for exactly so many clients: half a place more, so rounding is harmless."""
    return round((places + 0.5) * weekly_gbp * WEEKS_PER_YEAR)


def changed(scenario, **values):
    """A scenario with values at dotted paths written with two underscores for each dot."""
    data = as_dict(scenario)
    for name, value in values.items():
        *way, last = name.split("__")
        part = data
        for step in way:
            part = part[step]
        part[last] = value
    return checked(data, scenario)


def checked(data, scenario):
    """Plain values as a scenario again; a change to the plan is everybody's."""
    before = as_dict(scenario)["plan"]
    new = {lever: value for lever, value in data["plan"].items() if value != before[lever]}
    for partnership in data["partnerships"].values():
        partnership["plan"] |= new
    context = {"years": data["years"], "groups": list(data["world"]["groups"])}
    return Scenario.model_validate(data, context=context)


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


def with_frozen_formula(scenario, **values):
    """The pot goes by need alone, is the same every year, and nobody's share is bounded."""
    pot = scenario.formula.pot_gbp
    return changed(
        scenario,
        formula__pot_gbp=pot[0] if isinstance(pot, tuple) else pot,
        formula__weights={"activity": 0.0, "need": 1.0, "completions": 0.0},
        formula__phase_in_share=1.0,
        formula__floor_share=None,
        formula__ceiling_share=None,
        **values,
    )


PLENTY_GBP = 1_000_000_000


def with_places_unlimited(scenario, **values):
    """The formula is frozen, and there is money for everybody."""
    return with_frozen_formula(
        scenario, funding__streams__local_mainstream__amount_gbp=PLENTY_GBP, **values
    )


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


# What chance allows


def interval(samples, family=1):
    """Where the mean of independent samples lies, by Student's t, along the first axis.

    Parameters
    ----------
    family
        How many intervals are looked at together: all of them hold at once with the stated confidence.
    """
    samples = np.asarray(samples, dtype=float)
    n = len(samples)
    error = samples.std(axis=0, ddof=1) / math.sqrt(n)
    reach = student.ppf(1 - (1 - CONFIDENCE) / (2 * family), n - 1) * error
    mean = samples.mean(axis=0)
    return mean - reach, mean + reach


def holds(samples, theory, family=1, slack=0.0):
    """Whether theory lies in the samples' interval, widened by a share of theory where it is inexact."""
    low, high = interval(samples, family)
    theory = np.asarray(theory, dtype=float)
    room = slack * np.abs(theory)
    return bool(np.all((low - room <= theory) & (theory <= high + room)))


# Reading a replication


def finished(scenario, seed, replication=0):
    """A replication lived to its end."""
    run = Run(scenario, seed, replication)
    run.finish()
    return run


def journal(run, partnership=0):
    """The records of one partnership."""
    return run.partnerships[partnership].pathway.journal.records()


def level_of(records, steps, begin, end, at_first=0):
    """Time average of a count that each kind of record changes by a step, between two days."""
    step = np.zeros(len(records.day))
    for what, by in steps.items():
        step[records.what == what] = by
    moved = (step != 0) & (records.day >= 0)
    days, level = records.day[moved], at_first + np.append(0.0, np.cumsum(step[moved]))
    edges = np.clip(np.concatenate([[begin], days, [end]]), begin, end)
    return float(np.dot(level, np.diff(edges)) / (end - begin))
