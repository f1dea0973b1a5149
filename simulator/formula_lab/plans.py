"""What one partnership might do to bring in more money, beside what its scenario plans and what serves clients first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..errors import BadInput, Fault
from ..money import in_year
from ..scenario.tree import instead, shown

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..scenario import Scenario
    from ..scenario.schema import Plan

HOLD, CLIENTS_FIRST = "hold", "clients_first"
PARK, PUSH_OUT, TAKE_ON = "park", "push_out_early", "take_on_more"
FAVOUR = "favour_"
ADVICE = "plans are tried one by one here; take the behaviour out, or write the plan it leads to"
PARKED_DAYS = 1460.0
"""How much longer ready clients are kept where they are parked: four years."""
PUSHED_PER_YEAR = 0.2
"""Rate of exits before clients are ready, where they are pushed out."""
OUTREACH_SHARE = 0.05
"""Part of the money after overhead that brings more people in, where a partnership takes on more."""


@dataclass(frozen=True, slots=True)
class Way:
    """A plan that a partnership might follow, and what it is called."""

    name: str
    title: str
    plan: Plan


def ways(scenario: Scenario, name: str) -> tuple[Way, ...]:
    """The plans that are tried for a partnership, the scenario's own first.

    - *hold*: as the scenario.
    - *clients_first*: ready clients leave at the first review, nobody before.
    - *park*: ready clients are kept four years longer than the scenario says.
    - *push_out_early*: beside leaving at once when ready, clients are pushed out before.
    - *take_on_more*: a twentieth of the money finds people of all groups.
    - *favour_…*: the same money finds people of the cheapest group alone, who also start first.
    """
    plan = scenario.partnerships[name].plan
    groups = scenario.world.groups
    cheap = cheapest_group(scenario)
    title = f"Take on {groups[cheap].label.lower()} alone"
    favoured = Way(f"{FAVOUR}{cheap}", title, favouring(scenario, plan, cheap))
    return (
        Way(HOLD, "As the scenario", plan),
        Way(CLIENTS_FIRST, "Clients first", clients_first(plan)),
        Way(PARK, "Keep ready clients four years longer", parking(plan)),
        Way(PUSH_OUT, "Push clients out early", pushing_out(plan)),
        Way(TAKE_ON, "Take on more of all groups", taking_on(scenario, plan, tuple(groups))),
        *((favoured,) if len(groups) > 1 else ()),
    )


def check_nobody_chooses(scenario: Scenario) -> None:
    """Refuse a scenario in which somebody chooses a plan: here plans are tried one by one.

    Raises
    ------
    BadInput
        With each partnership that chooses.
    """
    faults = [
        Fault("formula", f"partnerships.{name}.behaviour", "be hold", own.behaviour, ADVICE)
        for name, own in scenario.partnerships.items()
        if own.behaviour != "hold"
    ]
    if faults:
        raise BadInput(faults)


def check_partnership(scenario: Scenario, name: str | None) -> None:
    """Refuse a partnership that the scenario does not have.

    Raises
    ------
    BadInput
        If it is named and not there.
    """
    if name is not None and name not in scenario.partnerships:
        rule, advice = "be one of the scenario's", instead(name, scenario.partnerships)
        raise BadInput([Fault("formula", "partnership", rule, shown(name), advice)])


def clients_first(plan: Plan) -> Plan:
    """Ready clients leave at the first review, and nobody before being ready."""
    return _with(plan, move_on_delay_days=0.0, early_exit_rate_per_year=0.0)


def parking(plan: Plan, days: float = PARKED_DAYS) -> Plan:
    """Ready clients are kept so many days longer."""
    return _with(plan, move_on_delay_days=_each(plan.move_on_delay_days, lambda d: d + days))


def pushing_out(plan: Plan, rate_per_year: float = PUSHED_PER_YEAR) -> Plan:
    """Clients leave at once when ready, and at so high a rate before."""
    return _with(clients_first(plan), early_exit_rate_per_year=rate_per_year)


def taking_on(scenario: Scenario, plan: Plan, groups: tuple[str, ...]) -> Plan:
    """A twentieth of the money, out of that for treatment, finds people of these groups."""
    years = range(scenario.years)
    treatment = [in_year(plan.treatment_share, year) for year in years]
    moved = [min(OUTREACH_SHARE, share) for share in treatment]
    outreach = [in_year(plan.outreach_share, year) for year in years]
    return _with(
        plan,
        treatment_share=_short([round(a - b, 9) for a, b in zip(treatment, moved, strict=True)]),
        outreach_share=_short([round(a + b, 9) for a, b in zip(outreach, moved, strict=True)]),
        outreach_to=groups,
    )


def favouring(scenario: Scenario, plan: Plan, group: str) -> Plan:
    """One group is looked for, and starts before all others."""
    priority = {each: int(each != group) for each in scenario.world.groups}
    return _with(taking_on(scenario, plan, (group,)), priority=priority)


def with_plan(scenario: Scenario, name: str, plan: Plan) -> Scenario:
    """The scenario in which one partnership has another plan."""
    own = scenario.partnerships[name].model_copy(update={"plan": plan})
    return scenario.model_copy(update={"partnerships": {**scenario.partnerships, name: own}})


def cheapest_group(scenario: Scenario) -> str:
    """The group whose clients cost least in their first twelve weeks: what skimming would reach for."""
    groups = scenario.world.groups
    return min(groups, key=lambda g: groups[g].treatment.cost_first_12_weeks_gbp_per_week)


def _with(plan: Plan, **levers: Any) -> Plan:
    return plan.model_copy(update=levers)


def _each(lever: Any, change: Callable[[float], float]) -> Any:
    """A lever with every value changed, by group and by year as it was."""
    if isinstance(lever, dict):
        return {name: _each(value, change) for name, value in lever.items()}
    if isinstance(lever, tuple):
        return tuple(_each(value, change) for value in lever)
    return change(lever)


def _short(by_year: list[float]) -> Any:
    """One value where all years have the same."""
    return by_year[0] if len(set(by_year)) == 1 else tuple(by_year)
