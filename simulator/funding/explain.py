"""Why one partnership's sum changed from one year to the next, in steps that add up.

The allocation is worked out again and again while last year's inputs are replaced by this year's, one kind at
a time; a step is what that moves.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import TypeVar

from .formula import Allocation, Counts, Member, Number, Rule, allocate, exact, refuse

T = TypeVar("T")

EXPLAIN_STEPS = (
    "pot",
    "others",
    "own number",
    "own mix",
    "own completions",
    "own planned exits",
    "own starts",
    "own unmet need",
    "need",
    "area cost",
    "formula weights",
    "phase-in",
    "floor and ceiling",
)
"""What changed between two years, in the order in which `explain` replaces it."""


@dataclass(frozen=True, slots=True)
class Inputs:
    """Everything that one year's allocation stands on."""

    pot_gbp: int
    members: tuple[Member, ...]
    rule: Rule


@dataclass(frozen=True, slots=True)
class Step:
    """One reason why an allocation changed: its pounds, and the allocation once it is counted."""

    name: str
    gbp: int
    allocation_after_gbp: int


def explain(previous: Inputs, current: Inputs, name: str) -> tuple[Step, ...]:
    """Say why one member's allocation differs from last year's, in steps that add up.

    Last year's inputs are replaced by this year's in the order of `EXPLAIN_STEPS`, and a step is
    the difference between two whole-pound allocations. Another order gives other steps.

    - *others*: what is counted of all other members.
    - *own number*: its effective clients change in total and keep last year's mix of groups; if
      there were none, they come in this year's mix.
    - *own starts*: its journeys that began, and those that reached 12 weeks.
    - *need*: everybody's need index and population.
    - *area cost*: everybody's, and how far it counts.
    - *formula weights*: the terms and their weights, and those of the groups.
    - *phase-in*: φ and everybody's old shares.
    - *floor and ceiling*: both bounds, last year's pounds, on which they and a term may stand, and
      rounding.

    A member that stands for several alike is told by its first copy.

    Returns
    -------
    One step for each of `EXPLAIN_STEPS`. Their pounds sum to this year's less last year's.

    Raises
    ------
    ValueError
        If the members of the two years differ in name or number.
    """
    was, now = (
        {member.name: member.copies for member in year.members} for year in (previous, current)
    )
    if was != now:
        refuse("members", "be the same in both years", now, f"last year they were {was}")
    stages = [_Stage(EXPLAIN_STEPS[:done]) for done in range(len(EXPLAIN_STEPS) + 1)]
    pounds = [_share_out(stage.inputs(previous, current, name)).pounds[name][0] for stage in stages]
    changes = zip(EXPLAIN_STEPS, pairwise(pounds), strict=True)
    return tuple(Step(step, after - before, after) for step, (before, after) in changes)


def _share_out(inputs: Inputs) -> Allocation:
    return allocate(inputs.pot_gbp, inputs.members, inputs.rule)


@dataclass(frozen=True, slots=True)
class _Stage:
    """A point on the way from one year to the next: what is done is this year's already."""

    done: tuple[str, ...]

    def pick(self, step: str, old: T, new: T) -> T:
        return new if step in self.done else old

    def inputs(self, old: Inputs, new: Inputs, name: str) -> Inputs:
        this_year = {member.name: member for member in new.members}
        return Inputs(
            pot_gbp=self.pick("pot", old.pot_gbp, new.pot_gbp),
            members=tuple(self.member(was, this_year[was.name], name) for was in old.members),
            rule=self.rule(old.rule, new.rule),
        )

    def rule(self, old: Rule, new: Rule) -> Rule:
        return Rule(
            terms=self.pick("formula weights", old.terms, new.terms),
            phase_in=self.pick("phase-in", old.phase_in, new.phase_in),
            floor=self.pick("floor and ceiling", old.floor, new.floor),
            ceiling=self.pick("floor and ceiling", old.ceiling, new.ceiling),
            area_cost=self.pick("area cost", old.area_cost, new.area_cost),
            rounding_gbp=self.pick("floor and ceiling", old.rounding_gbp, new.rounding_gbp),
        )

    def member(self, old: Member, new: Member, name: str) -> Member:
        counts = self.own_counts if old.name == name else self.other_counts
        return Member(
            name=old.name,
            counts=counts(old.counts, new.counts),
            need=self.pick("need", old.need, new.need),
            population=self.pick("need", old.population, new.population),
            area_cost=self.pick("area cost", old.area_cost, new.area_cost),
            old_share=self.pick("phase-in", old.old_share, new.old_share),
            last_gbp=self.pick("floor and ceiling", old.last_gbp, new.last_gbp),
            copies=old.copies,
        )

    def other_counts(self, old: Counts, new: Counts) -> Counts:
        return self.pick("others", old, new)

    def own_counts(self, old: Counts, new: Counts) -> Counts:
        number = self.pick("own number", old.effective, _old_mix(old.effective, new.effective))
        return Counts(
            effective=self.pick("own mix", number, new.effective),
            completions=self.pick("own completions", old.completions, new.completions),
            planned_exits=self.pick("own planned exits", old.planned_exits, new.planned_exits),
            starts=self.pick("own starts", old.starts, new.starts),
            kept_12_weeks=self.pick("own starts", old.kept_12_weeks, new.kept_12_weeks),
            unmet_need=self.pick("own unmet need", old.unmet_need, new.unmet_need),
        )


def _old_mix(old: tuple[Number, ...], new: tuple[Number, ...]) -> tuple[Number, ...]:
    """The new total in the old mix of groups; the new mix where there was none."""
    before = sum(map(exact, old))
    if not before:
        return new
    growth = Fraction(sum(map(exact, new))) / before
    return tuple(exact(number) * growth for number in old)
