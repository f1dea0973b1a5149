"""Harms that a formula may do, each as pairs of scenarios, a number read off both, and a threshold.

Each pair is the same partnership, people and luck; the second scenario differs in one thing. What is read is what the
partnership is paid.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np

from ..incentives import Estimate
from ..money import PLAN_USES, holdings, in_year
from ..scenario.own_world import of_partnership
from ..scenario.schema import Stream
from ..wording import gbp, signed
from . import plans
from .swings import swings

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from ..scenario import Scenario
    from ..scenario.schema import Plan

Floats: TypeAlias = "NDArray[np.float64]"
Verdict: TypeAlias = Literal["found", "not found", "too close to call"]
NOTICED = 0.002
"""A part of the allocation below which nothing is a harm: £5,000 of £2.5m."""
SHOCK_YEAR = 1
"""The year of a shock, counted from 0: the second."""
CUTS = (0.2, 0.4)
"""Parts of the allocation that a one-off cut takes."""
LONG_YEARS = 12
"""Years over which a spiral or an oscillation is looked for."""
PULSE_PER_YEAR = 1.0
"""Rate of early exits in the year of a shock to activity."""
LAGS = (1, 2, 3)


@dataclass(frozen=True, slots=True)
class Pair:
    """Two scenarios that differ in one thing.

    Parameters
    ----------
    told
        The thing, in words.
    where
        The group that it concerns, or all.
    """

    told: str
    where: str
    without: Scenario
    with_it: Scenario


@dataclass(frozen=True, slots=True)
class Read:
    """What was read off a pair.

    Attributes
    ----------
    size
        The number that decides, with its 95% interval.
    threshold
        Above which it is a harm.
    also
        What else was seen, in words.
    """

    size: Estimate
    threshold: float
    also: str = ""

    @property
    def verdict(self) -> Verdict:
        """Found where all of the interval lies above the threshold; open where it holds it, or there is none."""
        if np.isnan(self.size.low):
            return "too close to call"
        if self.size.low > self.threshold:
            return "found"
        return "not found" if self.size.high <= self.threshold else "too close to call"


@dataclass(frozen=True, slots=True)
class Harm:
    """One harm: how it is defined, the pairs that may show it, and what is read off them.

    Parameters
    ----------
    unit
        Of the size: ``£ a year``, ``£ for £1`` or ``swings``.
    years
        The run that is searched; None for that of the scenario.
    least_years
        The shortest run that can show it.
    pairs
        Of a scenario of one partnership.
    read
        From paired differences of the allocation by replication and year, the allocation without, and the pair.
    """

    name: str
    title: str
    definition: str
    unit: str
    years: int | None
    least_years: int
    pairs: Callable[[Scenario], tuple[Pair, ...]]
    read: Callable[[Floats, Floats, Pair], Read]


def _only(scenario: Scenario) -> str:
    return next(iter(scenario.partnerships))


def planned(scenario: Scenario, plan: Plan, words: str) -> Scenario:
    """The scenario of one partnership with another plan, written once."""
    changed = plans.with_plan(scenario, _only(scenario), plan)
    return changed.model_copy(update={"plan": plan, "name": words, "title": words})


def _by_group(scenario: Scenario, value: float) -> list[tuple[str, Any]]:
    """A lever for all groups, then for each group alone."""
    groups = scenario.world.groups
    alone = [
        (group.label, {each: value if each == key else 0.0 for each in groups})
        for key, group in groups.items()
    ]
    return [("all", value), *(alone if len(groups) > 1 else [])]


def _against_clients_first(
    scenario: Scenario, lever: str, settings: list[tuple[str, str, Any]]
) -> tuple[Pair, ...]:
    first = plans.clients_first(_own_plan(scenario))
    without = planned(scenario, first, "Clients first")
    return tuple(
        Pair(told, where, without, planned(scenario, _set(first, lever, value), told))
        for told, where, value in settings
    )


def _own_plan(scenario: Scenario) -> Plan:
    return scenario.partnerships[_only(scenario)].plan


def _set(plan: Plan, lever: str, value: Any) -> Plan:
    return plan.model_copy(update={lever: value})


def _parking(scenario: Scenario) -> tuple[Pair, ...]:
    settings = [
        (f"Ready clients are kept {days:,.0f} days", where, value)
        for days in (365.0, plans.PARKED_DAYS)
        for where, value in _by_group(scenario, days)
        if where == "all" or days == plans.PARKED_DAYS
    ]
    return _against_clients_first(scenario, "move_on_delay_days", settings)


def _premature(scenario: Scenario) -> tuple[Pair, ...]:
    settings = [
        (f"{rate:g} early exits a client-year", where, value)
        for rate in (plans.PUSHED_PER_YEAR, 0.5)
        for where, value in _by_group(scenario, rate)
        if where == "all" or rate == plans.PUSHED_PER_YEAR
    ]
    return _against_clients_first(scenario, "early_exit_rate_per_year", settings)


def _skimming(scenario: Scenario) -> tuple[Pair, ...]:
    """Outreach to one group, who also start first, against the same money for all groups."""
    own = _own_plan(scenario)
    groups = scenario.world.groups
    if len(groups) == 1:
        return ()
    everybody = planned(scenario, plans.taking_on(scenario, own, tuple(groups)), "Take on all")
    return tuple(
        Pair(
            f"Take on {group.label.lower()} alone",
            group.label,
            everybody,
            planned(
                scenario,
                plans.favouring(scenario, own, key),
                f"Take on {group.label.lower()} alone",
            ),
        )
        for key, group in groups.items()
    )


def gain(difference: Floats, without: Floats, _: Pair) -> Read:
    """What the plan brings in a year, over the years after the first."""
    size = Estimate.of(difference[:, 1:].mean(axis=1))
    return Read(size, NOTICED * float(without.mean()))


# A budget spiral


def _cut_once(scenario: Scenario) -> tuple[Pair, ...]:
    return tuple(_cut(scenario, part) for part in CUTS)


def _cut(scenario: Scenario, part: float) -> Pair:
    """Local income is less in one year, by a part of the allocation of the year before day 0."""
    cut = round(part * scenario.history.allocation_gbp)
    whole, name = _with_room_for(scenario, cut)
    stream = whole.funding.streams[name]
    amounts = [_amount(stream, year) for year in range(whole.years)]
    amounts[SHOCK_YEAR] = _amount_that_wins(stream, _income(stream) - cut)
    told = f"A cut of {part:.0%} of an allocation, once"
    with_it = _with_stream(whole, name, stream, tuple(amounts))
    return Pair(
        told,
        "all",
        whole.model_copy(update={"name": "No cut", "title": "No cut"}),
        with_it.model_copy(update={"name": told, "title": told}),
    )


def _with_room_for(scenario: Scenario, cut: int) -> tuple[Scenario, str]:
    """A stream of local money for treatment that can be cut so far; a new one, before and after, where none can.

    Money that may not pay for treatment (beds, young people) is no loss to those who are simulated.
    """
    streams = scenario.funding.streams
    for name, stream in streams.items():
        if "treatment" in stream.pays_for and _income(stream) >= cut > 0:
            return scenario, name
    name = "local_money" if "local_money" not in streams else "more_local_money"
    new = Stream(label="Local money", amount_gbp=cut, pays_for=PLAN_USES)
    return _with_stream(scenario, name, new, cut), name


def _amount(stream: Stream, year: int) -> int:
    amount = stream.amount_gbp
    return 0 if isinstance(amount, str) else int(in_year(amount, year))


def _amount_that_wins(stream: Stream, income_gbp: int) -> int:
    """The least amount of the shock's year of which drug treatment has so much."""
    return math.ceil(income_gbp / Fraction(str(in_year(stream.won_share, SHOCK_YEAR))))


def _with_stream(scenario: Scenario, name: str, stream: Stream, amount: Any) -> Scenario:
    changed = stream.model_copy(update={"amount_gbp": amount})
    streams = {**scenario.funding.streams, name: changed}
    funding = scenario.funding.model_copy(update={"streams": streams})
    return scenario.model_copy(update={"funding": funding})


def cut_of(pair: Pair) -> float:
    """Pounds of income that the partnership, as large as it is, loses in the year of the cut."""
    before, after = (_local_income(each) for each in (pair.without, pair.with_it))
    return float(before - after)


def _local_income(scenario: Scenario) -> int:
    own = of_partnership(scenario, _only(scenario))
    return sum(_income(stream) for stream in own.funding.streams.values())


def _income(stream: Stream) -> int:
    """What drug treatment has of a stream in the shock's year; of one that the formula pays, none to cut."""
    (held,) = holdings({"": stream}, SHOCK_YEAR, 0, {})
    return held.income_gbp


def spiral(difference: Floats, without: Floats, pair: Pair) -> Read:
    """Pounds of later allocations that are lost for each pound cut once; above one, the loss feeds itself."""
    cut = cut_of(pair)
    later = difference[:, SHOCK_YEAR + 1 :]
    size = Estimate.of(-later.sum(axis=1) / cut)
    return Read(size, 1.0, _where_it_settles(later, float(without.mean())))


def _where_it_settles(later: Floats, allocation: float) -> str:
    """Whether the allocation comes back, in the last two years of the run."""
    end = Estimate.of(later[:, -2:].mean(axis=1))
    middle = Estimate.of(later[:, -2:].mean(axis=1) - later[:, :-2].mean(axis=1))
    noticed = NOTICED * allocation
    if end.low > -noticed:
        return "the allocation returns"
    if end.high >= -noticed:
        return "whether the allocation returns is too close to call"
    if middle.high < -noticed:
        return "the allocation keeps falling"
    return "the allocation settles lower"


# Oscillation


def _pulses(scenario: Scenario) -> tuple[Pair, ...]:
    return tuple(_pulse(scenario, lag) for lag in LAGS)


def _pulse(scenario: Scenario, lag: int) -> Pair:
    """In one year many clients are pushed out early: a shock to activity, and to nothing else."""
    formula = scenario.formula.model_copy(update={"lag_years": lag})
    lagged = scenario.model_copy(update={"formula": formula})
    own = _own_plan(lagged)
    rates = [0.0] * scenario.years
    rates[SHOCK_YEAR] = PULSE_PER_YEAR
    still = _set(own, "early_exit_rate_per_year", 0.0)
    told = f"Many early exits in one year, lag {lag}"
    return Pair(
        told,
        "all",
        planned(lagged, still, f"No shock, lag {lag}"),
        planned(lagged, _set(own, "early_exit_rate_per_year", tuple(rates)), told),
    )


def oscillation(difference: Floats, without: Floats, _: Pair) -> Read:
    """How often the difference of the shock changes its sign, among years in which a sign can be told."""
    size = swings(difference[:, SHOCK_YEAR + 1 :], NOTICED * float(without.mean()))
    return Read(size, 1.0, _first_and_back(difference))


def _first_and_back(difference: Floats) -> str:
    means = difference[:, SHOCK_YEAR + 1 :].mean(axis=0)
    low, high = signed(means.min(), gbp), signed(means.max(), gbp)
    return f"the allocation differs by {low} to {high} a year from what it would have been"


HARMS: dict[str, Harm] = {
    each.name: each
    for each in (
        Harm(
            "parking",
            "Parking",
            "Keeping ready clients brings in more a year than letting them leave when they are ready.",
            "£ a year",
            None,
            3,
            _parking,
            gain,
        ),
        Harm(
            "premature_exits",
            "Premature exits",
            "Pushing clients out before they are ready brings in more a year than keeping them until they"
            " are.",
            "£ a year",
            None,
            3,
            _premature,
            gain,
        ),
        Harm(
            "skimming",
            "Cream-skimming by group",
            "Taking on people of one group, who then start first, brings in more a year than taking on"
            " people of all groups for the same money.",
            "£ a year",
            None,
            3,
            _skimming,
            gain,
        ),
        Harm(
            "spiral",
            "Budget spiral",
            "One pound cut in one year takes more than one pound from later allocations.",
            "£ for £1",
            LONG_YEARS,
            5,
            _cut_once,
            spiral,
        ),
        Harm(
            "oscillation",
            "Oscillation from lag",
            "After a shock to activity in one year the allocation swings below and above what it would have"
            " been, and back.",
            "swings",
            LONG_YEARS,
            6,
            _pulses,
            oscillation,
        ),
    )
}
CLIFFS = ("cliff_12_weeks", "cliff_six_months")
ALL_HARMS = (*HARMS, *CLIFFS)
