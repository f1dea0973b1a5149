"""One replication: partnerships live a year, the pot is shared out by what was counted, and again.

Partnerships meet at the allocation alone, so each has its own simpy environment and is run a year at a time.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Protocol, TypeAlias

import numpy as np

from . import funding
from .errors import BadInput, ConservationError, Fault
from .funding import Counts, Inputs, Member, Rule, Term
from .money import (
    in_year,
)
from .partnership import STREAM_COLUMNS, Partnership, counted_before, needed_counts

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from .scenario import schema
    from .scenario.schema import Scenario

REST = "Rest of England"


def _in_order(by_group: dict[str, float], scenario: Scenario) -> tuple[float, ...]:
    return tuple(by_group[name] for name in scenario.world.groups)


def rest_of_england(
    scenario: Scenario, year: int, last_gbp: int, kinds: Sequence[str] | None = None
) -> list[Member]:
    """The other members that share the pot: all alike, their activity a forecast made beforehand.

    Parameters
    ----------
    kinds
        What to count beside effective clients and completions; by default what the formula needs.
    """
    rest = scenario.formula.rest
    if not rest.partnerships:
        return []
    growth = (1 + rest.growth_per_year) ** year
    before = counted_before(scenario)
    needed = needed_counts(scenario) if kinds is None else kinds
    people_of = {name: getattr(before, name) for name in needed}
    people_of["effective"] = _in_order(rest.reference_activity, scenario)
    people_of["completions"] = _in_order(rest.reference_completions, scenario)
    grown = {name: tuple(each * growth for each in people) for name, people in people_of.items()}
    return [Member(REST, Counts(**grown), last_gbp=last_gbp, copies=rest.partnerships)]


def rule(scenario: Scenario, year: int) -> Rule:
    """The formula as it stands in a year."""
    formula = scenario.formula
    return Rule(
        tuple(_term(term, scenario) for term in formula.terms.values()),
        phase_in=in_year(formula.phase_in_share, year),
        floor=in_year(formula.floor_share, year),
        ceiling=in_year(formula.ceiling_share, year),
        area_cost=formula.area_cost_share,
        rounding_gbp=formula.rounding_gbp,
    )


def _term(term: schema.Term, scenario: Scenario) -> Term:
    weights = term.group_weights
    by_group = None if weights is None else _in_order(weights, scenario)
    return Term(term.counts, term.weight, by_group)


def _no_streams() -> NDArray[np.float64]:
    return np.zeros((0, 0, 0, len(STREAM_COLUMNS)))


@dataclass(frozen=True, slots=True)
class Replication:
    """What came of one replication.

    Parameters
    ----------
    tallies
        By partnership, tally, year and group (`measures.tallies`).
    inputs
        What each year's allocation stood on.
    streams
        By partnership, year, stream and column (`STREAM_COLUMNS`).
    odd_gbp
        By partnership and year: pounds that copies of it get beyond the least of them, which is what it lives
        on; only all together has them.
    """

    tallies: NDArray[np.float64]
    inputs: tuple[Inputs, ...]
    streams: NDArray[np.float64] = field(default_factory=_no_streams)
    odd_gbp: NDArray[np.float64] | None = None


Closed: TypeAlias = "tuple[NDArray[np.float64], NDArray[np.float64]]"
"""What came of a partnership: its tallies, and the years of its streams."""


class Here:
    """All partnerships of one replication, living in this process."""

    def __init__(self, scenario: Scenario, names: Sequence[str], seed: int, replication: int):
        self.partnerships = [Partnership(scenario, name, seed, replication) for name in names]

    def members(self, year: int) -> list[Member]:
        """Each partnership as the formula sees it in a year."""
        return [partnership.member(year) for partnership in self.partnerships]

    def live(self, year: int, allocation_gbp: Mapping[str, int]) -> None:
        """Let each spend its pounds of a year."""
        for partnership in self.partnerships:
            partnership.live(year, allocation_gbp[partnership.name])

    def close(self) -> list[Closed]:
        """Close out, and count."""
        for partnership in self.partnerships:
            partnership.close_out()
        return [(partnership.tallies(), partnership.streams()) for partnership in self.partnerships]


class Crew(Protocol):
    """Whoever lets the partnerships of a replication live: this process, or several."""

    def members(self, year: int) -> list[Member]:
        """Each partnership as the formula sees it in a year, in order."""

    def live(self, year: int, allocation_gbp: Mapping[str, int]) -> None:
        """Let each spend its pounds of a year."""

    def close(self) -> list[Closed]:
        """Close out, and give what came of each, in order."""


def _odd(allocation: funding.Allocation, name: str) -> int:
    """Pounds that the copies of a member get beyond the least of them."""
    pounds = allocation.pounds[name]
    return sum(pounds) - len(pounds) * min(pounds)


class Run:
    """One replication of a scenario, a year at a time.

    Parameters
    ----------
    crew
        Who lets the partnerships live; by default all of them live here.
    """

    def __init__(self, scenario: Scenario, seed: int, replication: int, crew: Crew | None = None):
        _check_everybody_holds(scenario)
        self.scenario = scenario
        self._crew = crew or Here(scenario, tuple(scenario.partnerships), seed, replication)
        self._names = tuple(scenario.partnerships)
        self.inputs: list[Inputs] = []
        self._odd_gbp: list[list[int]] = []
        self._rest_gbp = scenario.history.allocation_gbp

    @property
    def partnerships(self) -> list[Partnership]:
        """The partnerships, where they live in this process."""
        return self._crew.partnerships if isinstance(self._crew, Here) else []

    @property
    def year(self) -> int:
        """The year that comes next, counted from 0."""
        return len(self.inputs)

    def live_year(self) -> None:
        """Share out the pot on 1 April, then let everybody live a year."""
        year = self.year
        members = [*self._crew.members(year), *self._others(year)]
        pot = in_year(self.scenario.formula.pot_gbp, year)
        inputs = Inputs(pot, tuple(members), rule(self.scenario, year))
        allocation = funding.allocate(inputs.pot_gbp, inputs.members, inputs.rule)
        self._check_pot(pot, allocation)
        self.inputs.append(inputs)
        self._paid(allocation)
        each = {name: allocation.least(name) for name in allocation.pounds}
        self._odd_gbp.append([_odd(allocation, name) for name in self._names])
        self._crew.live(year, each)

    def _others(self, year: int) -> list[Member]:
        """Who shares the pot and does not live in the run."""
        return rest_of_england(self.scenario, year, self._rest_gbp)

    def _paid(self, allocation: funding.Allocation) -> None:
        self._rest_gbp = min(allocation.pounds.get(REST, (0,)))

    @staticmethod
    def _check_pot(pot_gbp: int, allocation: funding.Allocation) -> None:
        shared = sum(sum(pounds) for pounds in allocation.pounds.values())
        if shared != pot_gbp:
            raise ConservationError(f"a pot of {pot_gbp} pounds was shared out as {shared}")

    def finish(self) -> Replication:
        """Live the years that are left, close out, and count."""
        while self.year < self.scenario.years:
            self.live_year()
        closed = self._crew.close()
        tallies, streams = (np.stack(each) for each in zip(*closed, strict=True))
        odd = np.array(self._odd_gbp, dtype=np.float64).reshape(self.scenario.years, -1).T
        return Replication(tallies, tuple(self.inputs), streams, odd)


def _check_everybody_holds(scenario: Scenario) -> None:
    """Refuse a scenario in which somebody still chooses, so that no behaviour is read and left undone."""
    choosing = [name for name, own in scenario.partnerships.items() if own.behaviour != "hold"]
    if choosing:
        rule, got = "hold their plans once a run begins", f"{', '.join(choosing)} choose"
        advice = "run it through run, compare or explain, or give it to behaviour.resolved first"
        raise BadInput([Fault(scenario.name, "all partnerships", rule, got, advice)])


class OneAmongOthers(Run):
    """One partnership lives again, among others as they were counted before.

    What it does moves its own money and that of the others, but not what the others do: their clients are
    those of the inputs, their pounds are worked out again.

    Parameters
    ----------
    scenario
        In which the partnership may have another plan than in the run that the inputs are from.
    name
        The partnership. If it stands for several alike, one of them acts and the others stay.
    among
        What each year's allocation stood on, of the same replication.
    """

    def __init__(
        self,
        scenario: Scenario,
        name: str,
        seed: int,
        replication: int,
        among: Sequence[Inputs],
    ):
        super().__init__(
            scenario, seed, replication, _OneCopy(scenario, (name,), seed, replication)
        )
        self._names = (name,)
        self._name = name
        self._among = among
        self._last_gbp: dict[str, int] = {}

    def _others(self, year: int) -> list[Member]:
        members = [self._as_before(member) for member in self._among[year].members]
        return [
            replace(member, last_gbp=self._last_gbp.get(member.name, member.last_gbp))
            for member in members
            if member is not None
        ]

    def _as_before(self, member: Member) -> Member | None:
        if member.name != self._name:
            return member
        left = member.copies - 1
        return replace(member, name=f"{member.name}, the others", copies=left) if left else None

    def _paid(self, allocation: funding.Allocation) -> None:
        self._last_gbp = {name: allocation.least(name) for name in allocation.pounds}


class _OneCopy(Here):
    def members(self, year: int) -> list[Member]:
        return [replace(member, copies=1) for member in super().members(year)]


def replicate_once(
    scenario: Scenario, seed: int, replication: int, crew: Crew | None = None
) -> Replication:
    """Run one replication from beginning to end."""
    return Run(scenario, seed, replication, crew).finish()
