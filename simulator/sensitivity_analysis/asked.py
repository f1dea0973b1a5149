"""Sections of a study that ask which assumptions matter, and what a decision between its plans is for."""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias

from pydantic import Field, model_validator

from ..errors import BadInput, Fault
from ..scenario.schema import Flag, Part, Positive, Text, Whole, broken_rule
from ..scenario.tree import dotted, instead, shown
from .question import NET

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ..scenario.tree import Path, Tree
    from .question import Dimension, Outcome

Method = Literal["tornado", "morris", "sobol"]
METHODS: tuple[Method, ...] = ("tornado", "morris", "sobol")
Direction = Literal["higher", "lower"]
Problem: TypeAlias = "tuple[Path, str, str, str]"
"""Where in the study something is wrong, the rule, what was given, and what to do."""

GRID, STEPS = 9, 4


class Wanted(Part):
    """How assumptions are moved, and how much is run for it."""

    methods: Annotated[tuple[Method, ...], Field(min_length=1)] = Field(
        default=METHODS, title="How assumptions are moved"
    )
    trajectories: Annotated[Whole, Field(ge=2, le=10_000)] = Field(
        default=20, title="Walks through the assumptions by the method of Morris"
    )
    base_samples: Annotated[Whole, Field(ge=4, le=65_536)] = Field(
        default=64, title="Samples that the method of Sobol begins from, a power of two"
    )
    second_order: Flag = Field(
        default=False, title="Whether the method of Sobol tells pairs of assumptions as well"
    )
    worlds: Annotated[Whole, Field(ge=0, le=100_000)] | None = Field(
        default=None,
        title="Worlds drawn where the method of Sobol does not draw them, for chance against assumptions"
        " and the value of knowing; 0 for none. By default the points of a design of random points, else 128",
    )
    grid: Annotated[Whole, Field(ge=3, le=101)] = Field(
        default=GRID,
        title="Values of each assumption at which a switch of the decision is looked for",
    )

    @model_validator(mode="after")
    def _a_power_of_two(self) -> Wanted:
        if self.base_samples & (self.base_samples - 1):
            near = 2 ** round(math.log2(self.base_samples))
            rule = "be a power of two, as its samples are balanced only then"
            raise broken_rule(rule, f"for example {near}", "base_samples")
        return self


class Decision(Part):
    """What is better, what it is worth, and what might be found out together."""

    better: dict[Text, Direction] = Field(
        default_factory=dict, title="For each outcome, whether higher or lower is better"
    )
    worth_gbp: dict[Text, Positive] = Field(
        default_factory=dict,
        title="What one unit of an outcome is worth in pounds, as you say; outcomes in pounds count as they are",
    )
    net: Flag = Field(
        default=False, title="Whether the net benefit, the sum of all in pounds, is told as well"
    )
    groups: dict[Text, Annotated[tuple[Text, ...], Field(min_length=1)]] = Field(
        default_factory=dict, title="Assumptions that might be found out together, by name"
    )

    def sign(self, key: str) -> int:
        """1 where higher is better, -1 where lower is, 0 where nothing is said."""
        if key == NET:
            return 1
        return {"higher": 1, "lower": -1}.get(self.better.get(key, ""), 0)

    def pounds(self, outcome: Outcome) -> float:
        """What one unit more of an outcome is worth in pounds; missing where nothing is said of it."""
        if outcome.key == NET:
            return 1.0
        worth = 1.0 if outcome.unit == "£" else self.worth_gbp.get(outcome.key, math.nan)
        sign = self.sign(outcome.key)
        return sign * worth if sign else math.nan


def check(
    decision: Decision,
    outcomes: Sequence[Outcome],
    dimensions: Sequence[Dimension],
    tree: Tree | None = None,
) -> None:
    """Check what a decision says against the outcomes and assumptions that a study has.

    Parameters
    ----------
    tree
        The study as it was read, for the line of each fault.

    Raises
    ------
    BadInput
        With every outcome and every assumption that is not there, and every worth that cannot count.
    """
    problems = [
        *_outcomes(decision, outcomes),
        *_net(decision, outcomes),
        *_groups(decision, dimensions),
    ]
    if problems:
        raise BadInput([_fault(each, tree) for each in problems])


def _fault(problem: Problem, tree: Tree | None) -> Fault:
    path, rule, got, advice = problem
    where = str(tree.origin(path)) if tree else "study"
    return Fault(where, dotted(path), rule, got, advice)


def _outcomes(decision: Decision, outcomes: Sequence[Outcome]) -> Iterator[Problem]:
    units = {each.key: each.unit for each in outcomes}
    for section, told in (("better", decision.better), ("worth_gbp", decision.worth_gbp)):
        for key in told:
            if key not in units:
                path = ("decision", section, key)
                yield path, "be an outcome of the study", shown(key), instead(key, units)
    for key in decision.worth_gbp:
        path = ("decision", "worth_gbp", key)
        if units.get(key) == "£":
            yield path, "be left out, as pounds count as they are", shown(key), "take the line out"
        elif key in units and key not in decision.better:
            advice = f"write {key}: higher or {key}: lower under better"
            yield path, "have a direction that is better", "none", advice


def _net(decision: Decision, outcomes: Sequence[Outcome]) -> Iterator[Problem]:
    if decision.net and not any(math.isfinite(decision.pounds(each)) for each in outcomes):
        advice = "say under worth_gbp what one unit is worth, or under better which pounds count"
        yield ("decision", "net"), "have an outcome that is worth pounds", "none", advice


def _groups(decision: Decision, dimensions: Sequence[Dimension]) -> Iterator[Problem]:
    assumed = [each.name for each in dimensions if not each.is_lever]
    for name, members in decision.groups.items():
        path: Path = ("decision", "groups", name)
        if name in assumed:
            advice = "choose another name"
            yield path, "have a name that no assumption has", shown(name), advice
        for place, member in enumerate(members):
            if member not in assumed:
                rule = "be a factor of the study"
                yield (*path, place), rule, shown(member), instead(member, assumed)
        twice = [each for each, times in Counter(members).items() if times > 1]
        if twice:
            yield path, "hold each factor once", ", ".join(twice), "leave one of them out"
