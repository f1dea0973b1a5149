"""What a scenario is like for one partnership: people, prices and local money of its own size.

A scenario says what an average partnership is like. A partnership that is larger, has another mix of groups or
costs more lives in the same world, scaled.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from .schema import Funding, Group, GroupHistory, Scenario, Stream, World

T = TypeVar("T")

_PEOPLE_ON_DAY_0 = ("never_treated", "in_prison")
_PEOPLE_SINCE = ("in_treatment", "waiting", "treated_before", "in_recovery")
_COSTS = (
    "cost_first_12_weeks_gbp_per_week",
    "cost_settled_gbp_per_week",
    "cost_ready_gbp_per_week",
)


def of_partnership(scenario: Scenario, name: str) -> Scenario:
    """The scenario as one partnership lives it; the scenario itself where it is an average one.

    - *size* and *mix*: people on day 0, people who come, and what was counted of them before.
    - *size*: local money, the allocation before day 0, and (in `money.overhead_gbp`) overhead.
    - *area cost factor*: what clients, overhead, support and outreach cost.
    """
    own = scenario.partnerships[name]
    mix = own.mix or {}
    scales = {group: own.size * mix.get(group, 1.0) for group in scenario.world.groups}
    average = all(scale == 1 for scale in scales.values())
    if average and own.size == 1 and own.area_cost_factor == 1:
        return scenario
    return _scaled(scenario, own.size, own.area_cost_factor, tuple(scales.items()))


def _changed(part: T, **values: Any) -> T:
    return part.model_copy(update=values)  # type: ignore[attr-defined]


def _scaled(
    scenario: Scenario, size: float, cost: float, scales: tuple[tuple[str, float], ...]
) -> Scenario:
    by_group = dict(scales)
    history = scenario.history
    past = {name: _past(group, by_group[name]) for name, group in history.groups.items()}
    return _changed(
        scenario,
        world=_world(scenario.world, cost, by_group),
        history=_changed(history, groups=past, allocation_gbp=round(history.allocation_gbp * size)),
        funding=_funding(scenario.funding, size),
    )


def _past(group: GroupHistory, scale: float) -> GroupHistory:
    """A group's history with more or fewer people; shares and durations stay."""
    counted = {
        name: getattr(group, name) * scale
        for name in type(group).model_fields
        if name.endswith("_per_year")
    }
    people: dict[str, Any] = {
        name: round(getattr(group, name) * scale) for name in _PEOPLE_ON_DAY_0
    }
    for name in _PEOPLE_SINCE:
        each = getattr(group, name)
        people[name] = _changed(each, people=round(each.people * scale))
    return _changed(group, **counted, **people)


def _world(world: World, cost: float, scales: dict[str, float]) -> World:
    groups = {name: _group(group, cost, scales[name]) for name, group in world.groups.items()}
    support = world.support
    return _changed(
        world,
        groups=groups,
        support=_changed(support, cost_gbp_per_week=support.cost_gbp_per_week * cost),
        outreach_cost_per_referral_gbp=world.outreach_cost_per_referral_gbp * cost,
        fixed_overhead_gbp=round(world.fixed_overhead_gbp * cost),
    )


def _group(group: Group, cost: float, scale: float) -> Group:
    need, treatment = group.need, group.treatment
    return _changed(
        group,
        need=_changed(
            need,
            onset_per_year=need.onset_per_year * scale,
            moves_in_per_year=need.moves_in_per_year * scale,
        ),
        treatment=_changed(treatment, **{name: getattr(treatment, name) * cost for name in _COSTS}),
    )


def _funding(funding: Funding, size: float) -> Funding:
    streams = {name: _stream(stream, size) for name, stream in funding.streams.items()}
    return _changed(funding, streams=streams)


def _stream(stream: Stream, size: float) -> Stream:
    amount = stream.amount_gbp
    if isinstance(amount, str):
        return stream
    yearly = tuple(round(each * size) for each in amount) if isinstance(amount, tuple) else round(
        amount * size
    )  # fmt: skip
    return _changed(stream, amount_gbp=yearly)
