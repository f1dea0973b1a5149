"""The four moves by paired simulation: the same people with the same luck, one lever moved for one group.

One partnership acts, among others who are as they were. A lever is moved for a while and then stands as it did, so
that all who were moved are followed to the end of the run. Who was moved is read off person by person: a client whose
journey began alike under both plans and ended otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from .. import measures
from ..journal import Happened, State
from ..measures import TALLIES
from ..model import OneAmongOthers, Run
from ..money import setting
from ..scenario.draws import with_values
from ..workers import spread
from ..years import DAYS_PER_YEAR, TWELVE_WEEKS_DAYS, first_day
from .moves import MOVES, Assumed, Move, assumed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from ..funding import Inputs
    from ..scenario.draws import Draws
    from ..scenario.schema import Scenario
    from ..stock import GroupPeople
    from ..workers import Progress

Floats: TypeAlias = "NDArray[np.float64]"
Flags: TypeAlias = "NDArray[np.bool_]"

KEPT_YEARS = 2
"""In the first two years clients are kept 365 days longer: those who were due in the first leave a year later."""
EARLY_MORE_PER_YEAR = 0.05
FOUND_SHARE = 0.1
"""So many of those never treated on day 0 are found in the first year, and start sooner than they would have."""
BATCH = 2

CHANGES = (
    "allocation_gbp",
    "spent_gbp",
    "own_cost_gbp",
    "in_recovery_years",
    "re_presentations",
    "deaths",
    "crime_gbp",
)
"""What is told of each move by year: everybody's, but for the cost, which is of those who were moved alone.

Crime is in pounds, not in offences."""
MOVED = ("clients", "client_years")
"""How many were moved, and how many client-years in treatment they had more (or fewer)."""


@dataclass(frozen=True)
class Pairs:
    """What came of each move, replication by replication.

    Parameters
    ----------
    inputs
        What each year's allocation stood on with no move made, by replication.
    changed
        By replication, group, move, change (`CHANGES`) and year: with the move less without.
    moved
        By replication, group, move and `MOVED`.
    worlds
        By replication and group: what the assumptions say in the world that the replication lives in.
    """

    inputs: tuple[tuple[Inputs, ...], ...]
    groups: tuple[str, ...]
    changed: Floats
    moved: Floats
    worlds: tuple[tuple[Assumed, ...], ...]

    def assumed(self, group: str) -> list[Assumed]:
        """What the assumptions say of a group, by replication."""
        place = self.groups.index(group)
        return [world[place] for world in self.worlds]

    def change(self, name: str, group: str, move: Move) -> Floats:
        """One change by replication and year."""
        place = (self.groups.index(group), MOVES.index(move), CHANGES.index(name))
        chosen: Floats = self.changed[(slice(None), *place)]
        return chosen

    def number(self, name: str, group: str, move: Move) -> Floats:
        """How much was moved, by replication."""
        place = (self.groups.index(group), MOVES.index(move), MOVED.index(name))
        chosen: Floats = self.moved[(slice(None), *place)]
        return chosen


def pairs(
    scenario: Scenario,
    partnership: str,
    groups: Sequence[str],
    replications: int,
    seed: int,
    workers: int = 1,
    progress: Progress | None = None,
    draws: Draws | None = None,
) -> Pairs:
    """Live every replication with no move made and with each of the four, for each group."""
    tasks = [
        (scenario, partnership, tuple(groups), seed, range(n, min(n + BATCH, replications)), draws)
        for n in range(0, replications, BATCH)
    ]
    done: dict[int, list[_Told]] = {}
    for place, batch in spread(_batch, tasks, workers):
        done[place] = batch
        if progress:
            progress(sum(map(len, done.values())), replications)
    told = [each for place in range(len(tasks)) for each in done[place]]
    same = () if draws else _assumed(scenario, partnership, groups)
    return Pairs(
        tuple(each.inputs for each in told),
        tuple(groups),
        np.stack([each.changed for each in told]),
        np.stack([each.moved for each in told]),
        tuple(each.world or same for each in told),
    )


def _assumed(scenario: Scenario, partnership: str, groups: Sequence[str]) -> tuple[Assumed, ...]:
    return tuple(assumed(scenario, partnership, group) for group in groups)


@dataclass(frozen=True)
class _Told:
    inputs: tuple[Inputs, ...]
    changed: Floats
    moved: Floats
    world: tuple[Assumed, ...] = ()


def _batch(
    scenario: Scenario,
    partnership: str,
    groups: Sequence[str],
    seed: int,
    numbers: Sequence[int],
    draws: Draws | None,
) -> list[_Told]:
    if draws is None:
        return [_one(scenario, partnership, groups, seed, n) for n in numbers]
    worlds = [(n, with_values(scenario, draws.of(n))) for n in numbers]
    return [
        replace(
            _one(world, partnership, groups, seed, n), world=_assumed(world, partnership, groups)
        )
        for n, world in worlds
    ]


def _one(
    scenario: Scenario, partnership: str, groups: Sequence[str], seed: int, number: int
) -> _Told:
    run = Run(scenario, seed, number)
    run.finish()
    inputs = tuple(run.inputs)
    without = Lived(OneAmongOthers(scenario, partnership, seed, number, inputs))
    told = [
        [
            _compared(
                without,
                Lived(acting(scenario, partnership, group, move, seed, number, inputs)),
                group,
                move,
            )
            for move in MOVES
        ]
        for group in groups
    ]
    return _Told(
        inputs,
        np.array([[changed for changed, _ in row] for row in told]),
        np.array([[moved for _, moved in row] for row in told]),
    )


# The levers


def acting(
    scenario: Scenario,
    partnership: str,
    group: str,
    move: Move,
    seed: int,
    replication: int,
    among: Sequence[Inputs],
) -> OneAmongOthers:
    """One partnership that makes a move with its clients of a group, among others as they were."""
    plan = with_move(scenario, partnership, group, move)
    run = OneAmongOthers(plan, partnership, seed, replication, among)
    if move == "taken_on":
        pathway = run.partnerships[0].pathway
        pathway.find(*found(next(each for each in pathway.groups if each.name == group)))
    return run


def found(group: GroupPeople) -> tuple[list[int], list[float]]:
    """Who is found, one in ten of those who were never in treatment, and on which days of the first year."""
    standing = group.standing
    new = (standing.state == State.UNTREATED) & ~standing.treated_before
    persons = (group.first + np.flatnonzero(new)[:: round(1 / FOUND_SHARE)]).tolist()
    step = DAYS_PER_YEAR / max(1, len(persons))
    return persons, [step * (place + 0.5) for place in range(len(persons))]


def with_move(scenario: Scenario, partnership: str, group: str, move: Move) -> Scenario:
    """The scenario with a partnership's lever moved for one group; to take people on no lever is moved.

    - *kept*: ready clients are kept 365 days longer in the first two years.
    - *moved on*: they are kept no longer in the first year; where the plan keeps nobody, nothing changes.
    - *early*: in the first year 0.05 a year more of those who are not ready are moved on.
    """
    plan = scenario.partnerships[partnership].plan
    if move == "taken_on":
        return scenario
    name = "early_exit_rate_per_year" if move == "early" else "move_on_delay_days"
    lever = {
        each: tuple(setting(getattr(plan, name), each, year) for year in range(scenario.years))
        for each in scenario.world.groups
    }
    lever[group] = tuple(_moved(move, year, was) for year, was in enumerate(lever[group]))
    own = scenario.partnerships[partnership]
    acts = own.model_copy(update={"plan": plan.model_copy(update={name: lever})})
    return scenario.model_copy(
        update={"partnerships": {**scenario.partnerships, partnership: acts}}
    )


def _moved(move: Move, year: int, was: float) -> float:
    if move == "kept":
        return was + DAYS_PER_YEAR if year < KEPT_YEARS else was
    if year:
        return was
    return was + EARLY_MORE_PER_YEAR if move == "early" else 0.0


# What came of it


class Lived:
    """What became of one partnership in one replication."""

    def __init__(self, run: OneAmongOthers):
        self.tallies = run.finish().tallies[0]
        self.scenario: Scenario = run.scenario
        (self._partnership,) = run.partnerships
        self.inputs = tuple(run.inputs)
        self.records = self._partnership.pathway.journal.records()
        self.journeys = measures.journeys(self.records)

    def of(self, name: str) -> Floats:
        """A tally by year and group; money stands in a last group."""
        tally: Floats = self.tallies[TALLIES.index(name)]
        return tally

    def group(self, name: str) -> GroupPeople:
        """The people of a group."""
        return next(each for each in self._partnership.pathway.groups if each.name == name)

    def keys(self, group: GroupPeople) -> tuple[Floats, NDArray[np.int64]]:
        """A key for each of a group's journeys, by person and start, and the rows in which they stand."""
        told = self.journeys
        mine = (told.person >= group.first) & (told.person < group.first + group.people)
        rows = np.flatnonzero(mine)
        return told.person[rows] * KEY + told.start[rows], rows

    def first_starts(self, persons: NDArray[np.int64]) -> Floats:
        """The day on which each of some persons first starts; infinite for who never does."""
        told = self.journeys
        first = np.full(int(persons.max(initial=0)) + 1, np.inf)
        rows = np.flatnonzero(np.isin(told.person, persons))
        np.minimum.at(first, told.person[rows], told.start[rows])
        starts: Floats = first[persons]
        return starts

    def years_in_treatment(self, persons: NDArray[np.int64]) -> float:
        """Years that some persons are in treatment within the run, all together."""
        told, end = self.journeys, first_day(self.scenario.years)
        rows = np.isin(told.person, persons)
        days = np.minimum(told.end[rows], end) - np.clip(told.start[rows], 0, end)
        return float(np.maximum(days, 0.0).sum() / DAYS_PER_YEAR)

    def cost_by_year(self, group: GroupPeople, persons: NDArray[np.int64]) -> Floats:
        """Standard cost in pounds of some persons of a group, by year."""
        told = self.journeys
        rows = np.flatnonzero(np.isin(told.person, persons))
        start, end = told.start[rows], told.end[rows]
        ready = self._ready_days(group)[rows]
        first_ends = np.minimum(start + TWELVE_WEEKS_DAYS, ready)
        settled_ends = np.maximum(first_ends, ready)
        phases = ((start, first_ends), (first_ends, settled_ends), (settled_ends, end))
        years = self.scenario.years
        cost = np.zeros(years)
        for pence, (begin, until) in zip(group.clocks.weekly_pence, phases, strict=True):
            for year in range(years):
                days = np.minimum(np.minimum(until, end), first_day(year + 1))
                days -= np.maximum(begin, first_day(year))
                cost[year] += np.maximum(days, 0.0).sum() * pence / 700
        return cost

    def _ready_days(self, group: GroupPeople) -> Floats:
        """The day on which the client of each journey was ready; infinite for who never was."""
        told, records = self.journeys, self.records
        ready = np.full(len(told.person), np.inf)
        stock = group.people - group.arrivals
        known = group.standing.ready[:stock]
        for row in np.flatnonzero((told.start <= 0) & (told.end >= 0)).tolist():
            place = int(told.person[row]) - group.first
            if 0 <= place < stock and known[place] <= 0:
                ready[row] = known[place]
        happened = np.flatnonzero(records.of(Happened.READY))
        begun = told.person * KEY + told.start
        when = records.person[happened] * KEY + records.day[happened]
        rows = np.searchsorted(begun, when, side="right") - 1
        ready[rows] = records.day[happened]
        return ready


KEY = 1e6
"""Days are far fewer: a person's number × this + a day tells a journey."""


def _compared(
    without: Lived, with_it: Lived, group: str, move: Move
) -> tuple[list[Floats], list[float]]:
    """Changes by year in the order of `CHANGES`, and who was moved in the order of `MOVED`."""
    people = without.group(group)
    persons, clients, client_years = _who_was_moved(without, with_it, people, move)
    cost = with_it.cost_by_year(people, persons) - without.cost_by_year(people, persons)

    def more(name: str) -> Floats:
        summed: Floats = (with_it.of(name) - without.of(name)).sum(axis=1)
        return summed

    changed = [
        more("allocation_gbp"),
        more("spent_gbp"),
        cost,
        _person_years(more("in_recovery")),
        more("re_presentations"),
        more("deaths"),
        crime_gbp(with_it) - crime_gbp(without),
    ]
    return changed, [clients, client_years]


def _person_years(on_31_march: Floats) -> Floats:
    """Person-years from what differs at the end of each year: the mean of its two ends, none differing on day 0."""
    before = np.concatenate([[0.0], on_31_march[:-1]])
    years: Floats = (before + on_31_march) / 2
    return years


def crime_gbp(lived: Lived) -> Floats:
    """What the offences of problem drug users cost by year, above what day 0 gives: none where others differ."""
    scenario = lived.scenario
    crime = scenario.world.crime
    pdus = [place for place, each in enumerate(scenario.world.groups.values()) if each.is_pdu]
    untreated = lived.of("untreated") + lived.of("waiting")
    offend = untreated + crime.in_treatment_ratio * lived.of("in_treatment")
    return crime.untreated_pdu_gbp_per_year * _person_years(offend[:, pdus].sum(axis=1))


def _who_was_moved(
    without: Lived, with_it: Lived, group: GroupPeople, move: Move
) -> tuple[NDArray[np.int64], float, float]:
    """Who was moved, how many, and the client-years in treatment that this made more or fewer."""
    if move == "taken_on":
        return _who_was_found(without, with_it, group)
    was, was_rows = without.keys(group)
    now, now_rows = with_it.keys(group)
    end = first_day(without.scenario.years)
    _, left, right = np.intersect1d(was, now, return_indices=True)
    before, after = was_rows[left], now_rows[right]
    old, new_end = without.journeys.end[before], with_it.journeys.end[after]
    if move == "kept":
        moved = without.journeys.planned[before] & (new_end > old)
        moved &= old < first_day(KEPT_YEARS)
    else:
        moved = with_it.journeys.planned[after] & (new_end < old) & (new_end < DAYS_PER_YEAR)
    years = (np.minimum(new_end, end) - np.minimum(old, end))[moved].sum() / DAYS_PER_YEAR
    persons = without.journeys.person[before[moved]]
    return persons, float(moved.sum()), float(years)


def _who_was_found(
    without: Lived, with_it: Lived, group: GroupPeople
) -> tuple[NDArray[np.int64], float, float]:
    """Of those who were found, who started sooner than they would have."""
    persons = np.array(found(group)[0], dtype=np.int64)
    sooner = with_it.first_starts(persons) < without.first_starts(persons)
    taken_on = persons[sooner]
    years = with_it.years_in_treatment(taken_on) - without.years_in_treatment(taken_on)
    return taken_on, float(sooner.sum()), years
