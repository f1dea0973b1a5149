"""What a partnership may choose: values of its levers, laid over its plan."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from itertools import product
from typing import TYPE_CHECKING, Any

from ..money import for_group, in_year
from ..scenario.outline import may_be_by_group
from ..scenario.schema import Choices, Plan
from ..wording import count, share

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ..scenario.schema import Scenario

LEVERS = tuple(Choices.model_fields)
"""Levers that may be chosen."""
_SPENT = ("reintegration_share", "outreach_share")
"""Shares that are taken from, or given back to, treatment."""


@dataclass(frozen=True, slots=True)
class Option:
    """One plan that a partnership may choose.

    Parameters
    ----------
    name
        What it is, in a few words.
    plan
        The whole plan.
    settings
        The value of each lever that may be chosen, in the first year, of the clients it is chosen for.
    is_present
        Whether it is the plan that the partnership has.
    """

    name: str
    plan: Plan = field(repr=False)
    settings: tuple[tuple[str, float], ...]
    is_present: bool = False

    @property
    def of_levers(self) -> dict[str, float]:
        """Settings by lever."""
        return dict(self.settings)


def options_of(scenario: Scenario, name: str) -> tuple[Option, ...]:
    """The plans among which a partnership may choose; its own is always one of them.

    Every value of each lever with every value of the others, in the order of the scenario. Where a choice would
    leave less than nothing for treatment it is left out. Where the plan that it has is none of them, it comes
    first.
    """
    present = _plain(scenario.partnerships[name].plan)
    clients = chosen_for(scenario)
    found: list[Option] = []
    for levers in _products(scenario):
        plan = laid_over(present, levers, clients, tuple(scenario.world.groups))
        if plan is not None and plan not in [each.plan for each in found]:
            settings = tuple(levers.items())
            found.append(Option(_told(levers), plan, settings, is_present=plan == present))
    if not any(option.is_present for option in found):
        settings = _settings(present, tuple(_chosen(scenario)), clients)
        found.insert(0, Option("its plan as it is", present, settings, is_present=True))
    return tuple(found)


def chosen_for(scenario: Scenario) -> tuple[str, ...]:
    """Groups whose clients a lever by group is chosen for."""
    groups = scenario.world.groups
    if scenario.behaviour.clients == "everybody":
        return tuple(groups)
    return tuple(name for name, group in groups.items() if group.is_pdu) or tuple(groups)


def _chosen(scenario: Scenario) -> dict[str, tuple[float, ...]]:
    """Levers that have values to choose among, with them."""
    given = {lever: getattr(scenario.behaviour.choices, lever) for lever in LEVERS}
    return {lever: values for lever, values in given.items() if values}


def _products(scenario: Scenario) -> Iterator[dict[str, float]]:
    chosen = _chosen(scenario)
    for values in product(*chosen.values()):
        if values:
            yield dict(zip(chosen, values, strict=True))


def laid_over(
    plan: Plan, levers: Mapping[str, float], clients: tuple[str, ...], groups: tuple[str, ...]
) -> Plan | None:
    """A plan with levers set, in every year; None where that leaves less than nothing for treatment.

    What goes to reintegration or outreach comes from treatment, so that the three shares sum to 1.

    Parameters
    ----------
    clients
        Groups for which a lever by group is set.
    groups
        All groups.
    """
    values: dict[str, Any] = {}
    for lever, value in levers.items():
        if may_be_by_group(("plan", lever)):
            old = getattr(plan, lever)
            values[lever] = {g: value if g in clients else for_group(old, g) for g in groups}
        else:
            values[lever] = value
    changed = plan.model_copy(update=values)
    if any(share in levers for share in _SPENT):
        left = _for_treatment(changed)
        if min(left) < 0:
            return None
        constant = len(set(left)) == 1
        changed = changed.model_copy(update={"treatment_share": left[0] if constant else left})
    return _plain(changed)


def _for_treatment(plan: Plan) -> tuple[float, ...]:
    shares = [getattr(plan, share) for share in _SPENT]
    years = max(len(each) if isinstance(each, tuple) else 1 for each in shares)
    return tuple(
        float(1 - sum(Fraction(str(in_year(each, year))) for each in shares))
        for year in range(years)
    )


def _plain(plan: Plan) -> Plan:
    """The same plan, with one value where all groups or all years have the same."""
    values = {name: _one_where_alike(getattr(plan, name)) for name in LEVERS}
    values["treatment_share"] = _one_where_alike(plan.treatment_share)
    return plan.model_copy(update=values)


def _one_where_alike(lever: Any) -> Any:
    if isinstance(lever, dict):
        inside = {group: _one_where_alike(value) for group, value in lever.items()}
        each = list(inside.values())
        return each[0] if all(one == each[0] for one in each) else inside
    if isinstance(lever, tuple):
        return lever[0] if len(set(lever)) == 1 else lever
    return lever


def _settings(
    plan: Plan, levers: tuple[str, ...], clients: tuple[str, ...]
) -> tuple[tuple[str, float], ...]:
    return tuple(
        (lever, float(in_year(for_group(getattr(plan, lever), clients[0]), 0))) for lever in levers
    )


_WORDS = {
    "reintegration_share": "{} to reintegration",
    "outreach_share": "{} to outreach",
    "stretch_share": "caseloads stretched by {}",
    "recorded_as_pdu_share": "{} of others recorded as PDUs",
    "support_weeks": "{} weeks of support",
    "support_reach_back_days": "support back to {} days",
}


def _told(levers: Mapping[str, float]) -> str:
    """Levers in a few words: ``keep 1,460 days, early exits 0.2 a year``."""
    parts = [_said(lever, value) for lever, value in levers.items()]
    return ", ".join(part for part in parts if part) or "no early exits"


def _said(lever: str, value: float) -> str:
    if lever == "move_on_delay_days":
        return f"keep {count(value)} days" if value else "move on at once"
    if lever == "early_exit_rate_per_year":
        return f"early exits {value:g} a year" if value else ""
    return _WORDS[lever].format(share(value) if lever.endswith("_share") else f"{value:g}")
