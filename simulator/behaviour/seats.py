"""Who sits at the table: types of partnership, those that choose among them, and a profile of what each does."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from ..errors import BadInput, Fault
from ..scenario import Scenario, load
from ..scenario.tree import instead, shown
from .choices import Option, options_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from ..scenario.schema import Behaviour, Partnership, Plan

MOST_TYPES = 12
"""More types than this would take hours and would be told by no table."""

Profile = tuple[int, ...]
"""What each of those that choose does: the place of its option."""


@dataclass(frozen=True)
class Table:
    """A scenario, and those in it that choose.

    Parameters
    ----------
    scenario
        With at most `MOST_TYPES` types; every partnership in it holds its plan.
    players
        Names of the types that choose.
    type_of
        The type of each partnership of the scenario that was given.
    """

    scenario: Scenario = field(repr=False)
    players: tuple[str, ...]
    type_of: Mapping[str, str] = field(repr=False)

    @cached_property
    def options(self) -> tuple[tuple[Option, ...], ...]:
        """What each may choose."""
        return tuple(options_of(self.scenario, name) for name in self.players)

    @property
    def as_it_is(self) -> Profile:
        """Everybody keeps its plan."""
        return tuple(
            next(place for place, option in enumerate(options) if option.is_present)
            for options in self.options
        )

    @property
    def deciders(self) -> int:
        """How many partnerships choose, copies among them."""
        return sum(self.scenario.partnerships[name].copies for name in self.players)

    def plans(self, profile: Profile) -> dict[str, Plan]:
        """The plan of everybody that chooses."""
        chosen = zip(self.players, self.options, profile, strict=True)
        return {name: options[place].plan for name, options, place in chosen}

    def world(self, profile: Profile) -> Scenario:
        """The scenario in which everybody does so."""
        return with_plans(self.scenario, self.plans(profile))

    def given(self, scenario: Scenario, profile: Profile) -> Scenario:
        """The scenario that was given, in which those that choose do so, and hold it."""
        plans = self.plans(profile)
        each = {name: plans[type_] for name, type_ in self.type_of.items() if type_ in plans}
        return with_plans(scenario, each)


def with_plans(scenario: Scenario, plans: Mapping[str, Plan]) -> Scenario:
    """A scenario in which some partnerships have other plans, and all hold theirs."""
    partnerships = {
        name: own.model_copy(update={"plan": plans.get(name, own.plan), "behaviour": "hold"})
        for name, own in scenario.partnerships.items()
    }
    return scenario.model_copy(update={"partnerships": partnerships})


def read(scenario: str | Path | Scenario) -> Scenario:
    """A scenario that was given, by name or path or itself."""
    return scenario if isinstance(scenario, Scenario) else load(scenario)


def who_chooses(
    scenario: Scenario,
    behaviour: Behaviour = "follow_the_money",
    *,
    everybody: bool = False,
    only: Sequence[str] = (),
) -> tuple[str, ...]:
    """Names of those that choose: those asked for, or those that have a behaviour, or all where nobody has.

    Raises
    ------
    BadInput
        If `only` names somebody unknown.
    """
    known = list(scenario.partnerships)
    faults = [
        Fault("behaviour", "partnership", "be one of the scenario's", shown(n), instead(n, known))
        for n in only
        if n not in known
    ]
    if faults:
        raise BadInput(faults)
    having = [name for name, own in scenario.partnerships.items() if own.behaviour == behaviour]
    return tuple(dict.fromkeys(only)) or tuple(known if everybody or not having else having)


def seated(scenario: Scenario, names: Sequence[str]) -> Table:
    """A table for those that choose.

    Where there are more than `MOST_TYPES`, one stands for all that are alike: the same size, costs and plan.

    Raises
    ------
    BadInput
        If there are still too many, or nothing to choose among.
    """
    if not any(choices := scenario.behaviour.choices.model_dump().values()):
        rule, advice = "give values for a lever", "for example move_on_delay_days: [0, 1460]"
        got = f"{len(choices)} levers without"
        raise BadInput([Fault(scenario.name, "behaviour.choices", rule, got, advice)])
    type_of = {name: name for name in scenario.partnerships}
    if len(names) <= MOST_TYPES:
        return Table(with_plans(scenario, {}), tuple(names), type_of)
    alike = _alike(scenario.partnerships, frozenset(names))
    type_of = {name: members[0] for members in alike for name in members}
    players = tuple(dict.fromkeys(type_of[name] for name in names))
    if len(players) > MOST_TYPES:
        rule = f"fall into at most {MOST_TYPES} types"
        advice = "give alike ones the same size, costs and plan, or one entry with copies"
        raise BadInput([Fault("behaviour", "those that choose", rule, f"{len(players)}", advice)])
    merged = {members[0]: _standing_for(scenario.partnerships, members) for members in alike}
    few = scenario.model_copy(update={"partnerships": merged})
    return Table(with_plans(few, {}), players, type_of)


def _alike(partnerships: Mapping[str, Partnership], choosing: frozenset[str]) -> list[list[str]]:
    """Names of those that are alike in all but how many they stand for, those that choose apart.

    Who commissions with others stands for itself alone: what it pays depends on who they are.
    """
    alike: dict[tuple[bool, str], list[str]] = {}
    for name, own in partnerships.items():
        same = {"copies": 1, "behaviour": "hold"}
        told = own.model_copy(update=same).model_dump_json() if own.cluster is None else name
        alike.setdefault((name in choosing, told), []).append(name)
    return list(alike.values())


def _standing_for(partnerships: Mapping[str, Partnership], names: list[str]) -> Partnership:
    copies = sum(partnerships[name].copies for name in names)
    return partnerships[names[0]].model_copy(update={"copies": copies})
