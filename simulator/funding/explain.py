"""Why one partnership's sum changed from one year to the next, in steps that add up.

The allocation is worked out again and again while last year's inputs are replaced by this year's, one kind at
a time; a step is what that moves.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING, TypeVar

from .formula import (
    PEOPLE_COUNTED,
    Allocation,
    Counts,
    Member,
    Number,
    Rule,
    allocate,
    exact,
    refuse,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

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

    A member that stands for several alike is told by the copy that gets least.

    Returns
    -------
    One step for each of `EXPLAIN_STEPS`. Their pounds sum to this year's less last year's.

    Raises
    ------
    ValueError
        If the members of the two years differ in name or number.
    """
    return explain_each(previous, current, (name,))[name]


def explain_each(
    previous: Inputs, current: Inputs, names: Sequence[str]
) -> dict[str, tuple[Step, ...]]:
    """The steps of several members by name, as `explain` has them of one, in far less time.

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
    way = _Way(previous, current)
    return {name: _steps(way.pounds(name)) for name in names}


def _steps(pounds: Sequence[int]) -> tuple[Step, ...]:
    changes = zip(EXPLAIN_STEPS, pairwise(pounds), strict=True)
    return tuple(Step(step, after - before, after) for step, (before, after) in changes)


class _Way:
    """The way from one year's inputs to the next, for any member; what members share is worked out once.

    At most stages a member's own inputs are those of last year or of this, as everybody else's are. There
    the allocation is the same whoever is explained.
    """

    def __init__(self, previous: Inputs, current: Inputs):
        self._old, self._new = without_unweighed(previous, current)
        order = {member.name: place for place, member in enumerate(self._new.members)}
        self._this_year = [self._new.members[order[member.name]] for member in self._old.members]
        self._place = {member.name: place for place, member in enumerate(self._old.members)}
        self._stages = [Stage(EXPLAIN_STEPS[:done]) for done in range(len(EXPLAIN_STEPS) + 1)]
        self._everybody = [self._members(stage) for stage in self._stages]
        self._shared: dict[int, Allocation] = {}
        self._known: dict[Inputs, Allocation] = {}

    def _members(self, stage: Stage) -> tuple[Member, ...]:
        pairs = zip(self._old.members, self._this_year, strict=True)
        return tuple(stage.member(old, new, stage.other_counts) for old, new in pairs)

    def pounds(self, name: str) -> list[int]:
        """A member's pounds at each stage, last year's first."""
        place = self._place[name]
        old, new = self._old.members[place], self._this_year[place]
        pounds: list[int] = []
        before: tuple[int, Member] | None = None
        for number, stage in enumerate(self._stages):
            own = stage.member(old, new, stage.own_counts)
            if own == self._everybody[number][place]:
                pounds.append(self._of_all(number).least(name))
            elif before and own == before[1] and self._alike(before[0], number):
                pounds.append(pounds[-1])
            else:
                pounds.append(self._with(number, place, own).least(name))
            before = number, own
        return pounds

    def _alike(self, first: int, second: int) -> bool:
        """Whether two stages differ in nothing but a member's own counts."""
        return all(
            step.startswith("own")
            for step in EXPLAIN_STEPS[min(first, second) : max(first, second)]
        )

    def _of_all(self, number: int) -> Allocation:
        if number not in self._shared:
            self._shared[number] = self._share_out(number, self._everybody[number])
        return self._shared[number]

    def _with(self, number: int, place: int, own: Member) -> Allocation:
        """The allocation of a stage where one member has inputs of its own."""
        everybody = self._everybody[number]
        return self._share_out(number, (*everybody[:place], own, *everybody[place + 1 :]))

    def _share_out(self, number: int, members: tuple[Member, ...]) -> Allocation:
        stage = self._stages[number]
        pot = stage.pick("pot", self._old.pot_gbp, self._new.pot_gbp)
        inputs = Inputs(pot, members, stage.rule(self._old.rule, self._new.rule))
        if inputs not in self._known:  # a step that changes nothing costs nothing
            self._known[inputs] = share_out(inputs)
        return self._known[inputs]


def share_out(inputs: Inputs) -> Allocation:
    """What everybody gets."""
    return allocate(inputs.pot_gbp, inputs.members, inputs.rule)


def without_unweighed(previous: Inputs, current: Inputs) -> tuple[Inputs, Inputs]:
    """Both years without the counts of people that no term of either weighs, so that they make no stages unlike."""
    weighed = {t.counts for year in (previous, current) for t in year.rule.terms if t.weight}
    unseen = [field for kind, field in PEOPLE_COUNTED.items() if kind not in weighed]
    return _blanked(previous, unseen), _blanked(current, unseen)


def _blanked(year: Inputs, unseen: Sequence[str]) -> Inputs:
    blank: dict[str, tuple[Number, ...]] = dict.fromkeys(unseen, ())
    members = (replace(each, counts=replace(each.counts, **blank)) for each in year.members)
    return replace(year, members=tuple(members))


@dataclass(frozen=True, slots=True)
class Stage:
    """A point on the way from one year to the next: what is done is this year's already."""

    done: tuple[str, ...]

    def inputs(self, old: Inputs, new: Inputs, name: str) -> Inputs:
        """What the allocation stands on here, for the steps of one member."""
        this_year = {member.name: member for member in new.members}
        return Inputs(
            pot_gbp=self.pick("pot", old.pot_gbp, new.pot_gbp),
            members=tuple(
                self.member(
                    was,
                    this_year[was.name],
                    self.own_counts if was.name == name else self.other_counts,
                )
                for was in old.members
            ),
            rule=self.rule(old.rule, new.rule),
        )

    def pick(self, step: str, old: T, new: T) -> T:
        """The value of this year where the step is done, of last year where it is not."""
        return new if step in self.done else old

    def rule(self, old: Rule, new: Rule) -> Rule:
        """The rule as it stands here."""
        return Rule(
            terms=self.pick("formula weights", old.terms, new.terms),
            phase_in=self.pick("phase-in", old.phase_in, new.phase_in),
            floor=self.pick("floor and ceiling", old.floor, new.floor),
            ceiling=self.pick("floor and ceiling", old.ceiling, new.ceiling),
            area_cost=self.pick("area cost", old.area_cost, new.area_cost),
            rounding_gbp=self.pick("floor and ceiling", old.rounding_gbp, new.rounding_gbp),
        )

    def member(
        self, old: Member, new: Member, counts: Callable[[Counts, Counts], Counts]
    ) -> Member:
        """A member as it stands here, by its own counts or as one of the others."""
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
        """What is counted of all but the member that is explained."""
        return self.pick("others", old, new)

    def own_counts(self, old: Counts, new: Counts) -> Counts:
        """What is counted of the member that is explained, kind by kind."""
        return Counts(
            effective=self._own_clients(old.effective, new.effective),
            completions=self.pick("own completions", old.completions, new.completions),
            planned_exits=self.pick("own planned exits", old.planned_exits, new.planned_exits),
            starts=self.pick("own starts", old.starts, new.starts),
            kept_12_weeks=self.pick("own starts", old.kept_12_weeks, new.kept_12_weeks),
            unmet_need=self.pick("own unmet need", old.unmet_need, new.unmet_need),
        )

    def _own_clients(self, old: tuple[Number, ...], new: tuple[Number, ...]) -> tuple[Number, ...]:
        """Clients of the total and of the mix of groups that are this year's already, or not yet."""
        if "own mix" in self.done:
            return self.pick("own number", _old_mix(new, old), new)
        return self.pick("own number", old, _old_mix(old, new))


def _old_mix(old: tuple[Number, ...], new: tuple[Number, ...]) -> tuple[Number, ...]:
    """The new total in the old mix of groups; the new mix where there was none."""
    before = sum(map(exact, old))
    if not before:
        return new
    growth = Fraction(sum(map(exact, new))) / before
    return tuple(exact(number) * growth for number in old)
