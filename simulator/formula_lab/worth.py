"""What one client is worth under a formula: by group, and by the day on which the client leaves."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from ..funding import Counts, Inputs, Member, Rule, allocate, window
from ..incentives import Estimate
from ..measures import Journeys
from ..years import SIX_MONTHS_DAYS, TWELVE_WEEKS_DAYS, WEEKS_PER_YEAR, first_day
from .recorded import KINDS

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from ..replicate import Sample

Seen: TypeAlias = tuple[int, ...]
"""What one client adds to each count, in the order of `KINDS`."""
LONG_AGO = 400.0
"""Days before the counted year: who started then has long been kept 12 weeks."""
AROUND = 14
"""Days on either side of the twelve weeks and of the six months that are looked at."""


@dataclass(frozen=True, slots=True)
class GroupWorth:
    """What a group's clients bring in.

    Attributes
    ----------
    per_client_gbp
        Pounds a year for each effective client, all that the formula counts of the group among it.
    per_pound_gbp
        The same for each pound of a settled client's year.
    """

    group: str
    per_client_gbp: Estimate
    per_pound_gbp: Estimate


def by_group(sample: Sample) -> tuple[GroupWorth, ...]:
    """What one per cent more of each group brings in, in the last year, for each client and for each pound.

    All that is counted of the group grows in proportion: clients, starts, completions, and people in need.
    """
    inputs = [replication[-1] for replication in sample.inputs]
    name = next(iter(sample.scenario.partnerships))
    groups = sample.scenario.world.groups
    cost = sample.scenario.partnerships[name].area_cost_factor
    told = []
    for place, group in enumerate(groups.values()):
        worth = np.array([_one_per_cent(each, name, place) for each in inputs])
        yearly = group.treatment.cost_settled_gbp_per_week * cost * WEEKS_PER_YEAR
        estimate = Estimate.of(worth)
        told.append(
            GroupWorth(group.label, estimate, estimate.over(yearly) if yearly else estimate)
        )
    return tuple(told)


def _one_per_cent(inputs: Inputs, name: str, place: int) -> float:
    """Pounds for each effective client of a group when all that is counted of it grows by 1%."""
    own = next(member for member in inputs.members if member.name == name)
    clients = float(own.counts.effective[place])
    if not clients:
        return 0.0
    more = _counting(own, lambda at, number: number * (Fraction(101, 100) if at == place else 1))
    return _change(inputs, own, more) / (0.01 * clients)


def _counting(member: Member, change: Callable[[int, Fraction], Fraction]) -> Member:
    counts = {
        kind: tuple(
            change(at, Fraction(str(number)))
            for at, number in enumerate(getattr(member.counts, kind))
        )
        for kind in KINDS
    }
    return replace(member, counts=Counts(**counts))


def _change(inputs: Inputs, own: Member, more: Member) -> float:
    """Pounds of entitlement that a member has more when it is counted otherwise."""
    members = [more if each is own else each for each in inputs.members]
    before = allocate(inputs.pot_gbp, inputs.members, inputs.rule)
    after = allocate(inputs.pot_gbp, members, inputs.rule)
    return float(after.entitlement[own.name] - before.entitlement[own.name])


# Cliffs


@dataclass(frozen=True, slots=True)
class Cliff:
    """What one client of a group is worth by the day of an event, and the largest jump from a day to the next.

    Attributes
    ----------
    group
        Label of the group with the largest jump.
    days
        The days that were looked at.
    worth_gbp
        On each, by replication.
    jump_at
        The day on which the jump is complete: 84 where 83 days bring less.
    jump
        In pounds; below 0 where the later day brings less.
    """

    name: str
    title: str
    group: str
    days: tuple[int, ...]
    worth_gbp: NDArray[np.float64]
    jump_at: int
    jump: Estimate


def cliffs(sample: Sample) -> tuple[Cliff, Cliff]:
    """The worth of a client by the day of dropping out, and by the day of a return after a planned exit.

    The days are counted by the same functions that count clients in a run; which day matters is found, not given.
    """
    twelve = tuple(range(TWELVE_WEEKS_DAYS - AROUND, TWELVE_WEEKS_DAYS + AROUND + 1))
    months = tuple(range(SIX_MONTHS_DAYS - AROUND, SIX_MONTHS_DAYS + AROUND + 1))
    return (
        _cliff(sample, "cliff_12_weeks", "Cliff at 12 weeks", twelve, _dropped_out),
        _cliff(sample, "cliff_six_months", "Cliff at six months", months, _came_back),
    )


def _cliff(
    sample: Sample, name: str, title: str, days: tuple[int, ...], seen: Callable[..., Seen]
) -> Cliff:
    formula = sample.scenario.formula
    year = sample.scenario.years - 1
    begin, end = window(year, formula.observation_delay_days, formula.lag_years)
    counted = [seen(day, begin, end, first_day(year)) for day in days]
    labels = [group.label for group in sample.scenario.world.groups.values()]
    told = [_worth(sample, place, counted) for place in range(len(labels))]
    jumps = [np.diff(worth, axis=1) for worth in told]
    at = [int(np.abs(jump.mean(axis=0)).argmax()) for jump in jumps]
    sizes = [abs(jump[:, day].mean()) for jump, day in zip(jumps, at, strict=True)]
    place = int(np.argmax(sizes))
    jump = Estimate.of(jumps[place][:, at[place]])
    return Cliff(name, title, labels[place], days, told[place], days[at[place] + 1], jump)


def _worth(sample: Sample, place: int, counted: list[Seen]) -> NDArray[np.float64]:
    """Pounds that one client more of a group brings in, by replication and by what is counted of the client."""
    name = next(iter(sample.scenario.partnerships))
    rows = []
    for replication in sample.inputs:
        inputs = replication[-1]
        own = next(member for member in inputs.members if member.name == name)
        worth = {one: _change(inputs, own, _with_one(own, place, one)) for one in set(counted)}
        rows.append([worth[one] for one in counted])
    return np.array(rows)


def _with_one(member: Member, place: int, one: Seen) -> Member:
    counts = {}
    for kind, more in zip(KINDS, one, strict=True):
        people = list(getattr(member.counts, kind))
        if people:
            people[place] = Fraction(str(people[place])) + more
        counts[kind] = tuple(people)
    return replace(member, counts=Counts(**counts))


def _dropped_out(day: int, begin: int, end: int, known: int) -> Seen:
    """One who starts when the counted year begins and drops out after so many days."""
    start = begin + 1.0
    return _counted(_journeys([(start, start + day, False)]), begin, end, known)


def _came_back(day: int, begin: int, end: int, known: int) -> Seen:
    """One who leaves as planned at the beginning of the counted year and starts again so many days later.

    What the return itself brings in is left out, so that the days differ in what happened to the first journey.
    """
    left = begin + 1.0
    first, back = (left - LONG_AGO, left, True), (left + day, np.inf, False)
    both = _counted(_journeys([first, back]), begin, end, known)
    again = _counted(_journeys([back]), begin, end, known)
    return tuple(max(0, a - b) for a, b in zip(both, again, strict=True))


def _journeys(told: list[tuple[float, float, bool]]) -> Journeys:
    starts, ends, planned = zip(*told, strict=True)
    last = [False] * (len(told) - 1) + [True]
    return Journeys(
        np.zeros(len(told), dtype=np.int64),
        np.array(starts),
        np.array(ends),
        np.array(planned),
        np.array(last),
    )


def _counted(told: Journeys, begin: int, end: int, known: int) -> Seen:
    return (
        len(told.in_effective_treatment(begin, end, known)),
        len(told.completed(begin, end)),
        len(told.planned_exits(begin, end)),
        len(told.started(begin, end)),
        len(told.kept_12_weeks(begin, end)),
        0,
    )


# The smallest case: two partnerships, one client each


@dataclass(frozen=True, slots=True)
class Example:
    """Two partnerships that share a small pot, by the day of what happens to the one client of the first.

    Attributes
    ----------
    rows
        Day, what is counted of the client by kind, pounds of the first, pounds of the second.
    """

    pot_gbp: int
    rows: tuple[tuple[int, Seen, int, int], ...]


EXAMPLE_GBP = 10_000


def example(cliff: Cliff, rule: Rule) -> Example:
    """Each partnership has one client of the first group; that of the second has done all that can be counted.

    The rule is the formula's, in force at once and without bounds.
    """
    seen = _dropped_out if cliff.name == "cliff_12_weeks" else _came_back
    bare = replace(rule, phase_in=1, floor=None, ceiling=None, rounding_gbp=1)
    begin, end, known = 0, 365, 455
    best = seen(cliff.days[-1], begin, end, known)
    groups = max((len(t.group_weights) for t in rule.terms if t.group_weights), default=1)
    rows = []
    for day in range(cliff.jump_at - 2, cliff.jump_at + 2):
        one = seen(day, begin, end, known)
        members = [_member("First", one, groups), _member("Second", best, groups)]
        pounds = allocate(EXAMPLE_GBP, members, bare)
        rows.append((day, one, pounds["First"], pounds["Second"]))
    return Example(EXAMPLE_GBP, tuple(rows))


def _member(name: str, one: Seen, groups: int) -> Member:
    counts = {kind: (more, *[0] * (groups - 1)) for kind, more in zip(KINDS, one, strict=True)}
    return Member(name, Counts(**counts), last_gbp=EXAMPLE_GBP // 2)
