"""What published statistics count, read off one replication: the measures, and figures beside them.

The tidy table holds what commissioners ask for. Published statistics also count other things, such as exits
by reason or how long people have been in treatment. Calibration and validation ask for both by name.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from . import measures
from .journal import EXITS, Happened
from .measures import MEASURES, MONEY_MEASURES, TALLIES
from .model import Run
from .years import DAYS_PER_YEAR, first_day

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from .measures import Journeys
    from .partnership import Partnership
    from .scenario.schema import Scenario

ALL = "all"


@dataclass(frozen=True, slots=True)
class Figure:
    """One number of one year, as a statistic would publish it.

    Parameters
    ----------
    measure
        A measure of the tidy table, or a name in `OBSERVED`.
    group
        A substance group, or ``all``.
    year
        Counted from 0.
    """

    measure: str
    group: str
    year: int


Pair = tuple[float, float]
"""What is counted, and out of how many; partnerships add up before one is divided by the other."""


@dataclass(frozen=True)
class _Seen:
    """What became of one partnership's clients."""

    partnership: Partnership
    tallies: NDArray[np.float64]

    @cached_property
    def told(self) -> Journeys:
        return measures.journeys(self.partnership.pathway.journal.records())

    @cached_property
    def by_kind(self) -> NDArray[np.float64]:
        return self.partnership.counter.by_kind(self.partnership.pathway.journal.records())

    @cached_property
    def group_of(self) -> NDArray[np.int64]:
        """The group of each journey's person."""
        return self.partnership.counter.group_of[self.told.person]

    def mine(self, groups: Sequence[int]) -> NDArray[np.bool_]:
        return np.isin(self.group_of, groups)

    def exits(self, kinds: Sequence[Happened], year: int, groups: Sequence[int]) -> Pair:
        chosen = self.by_kind[:, year][:, list(groups)]
        return float(chosen[list(kinds)].sum()), float(chosen[list(EXITS)].sum())

    def stayed(self, years: float, year: int, groups: Sequence[int]) -> Pair:
        """Of those in treatment on 31 March, who began so many years before."""
        day = first_day(year + 1)
        there = self.mine(groups) & (self.told.start < day) & (self.told.end >= day)
        long = there & (self.told.start <= day - years * DAYS_PER_YEAR)
        return float(long.sum()), float(there.sum())

    def back(self, days: float, planned: bool, year: int, groups: Sequence[int]) -> Pair:
        """Of the year's exits, those whose person started again within so many days."""
        told = self.told
        left = self.mine(groups) & (told.end >= first_day(year)) & (told.end < first_day(year + 1))
        left &= told.planned == planned
        again = left & (told.next_start() <= told.end + days)
        return float(again.sum()), float(left.sum())

    def contacts(self, year: int, groups: Sequence[int]) -> float:
        persons = self.told.in_contact(first_day(year), first_day(year + 1))
        return float(self.partnership.counter.by_group(persons)[list(groups)].sum())

    def pdus(self, year: int, groups: Sequence[int], pdu_groups: Sequence[int]) -> Pair:
        among = [group for group in groups if group in pdu_groups]
        return self.contacts(year, among), self.contacts(year, groups)

    def in_need(self, year: int, groups: Sequence[int], pdu_groups: Sequence[int]) -> Pair:
        """Problem drug users on 31 March, in treatment or not."""
        among = [group for group in groups if group in pdu_groups]
        return float(self.tallies[TALLIES.index("need"), year, among].sum()), 1.0

    def counted(self, year: int, groups: Sequence[int]) -> Pair:
        """What the formula counts in the window that it sees on 1 April of the year after."""
        effective = self.partnership.counts(year + 1).effective
        return float(sum(float(effective[group]) for group in groups)), 1.0

    def held(self, year: int, groups: Sequence[int]) -> Pair:
        back, left = self.back(182, True, year, groups)
        return left - back, self.contacts(year, groups)


@dataclass(frozen=True, slots=True)
class _Observed:
    """A figure that the tidy table has not: what it is, and how it is counted."""

    title: str
    counted: Callable[[_Seen, int, Sequence[int], Sequence[int]], Pair]
    follow_up_days: int = 0


OBSERVED: dict[str, _Observed] = {
    "exits_dropped_out_share": _Observed(
        "Exits by dropping out, of all exits",
        lambda seen, year, groups, _: seen.exits([Happened.DROPPED_OUT], year, groups),
    ),
    "exits_to_custody_share": _Observed(
        "Exits to custody, of all exits",
        lambda seen, year, groups, _: seen.exits([Happened.CUSTODY], year, groups),
    ),
    "exits_moved_away_share": _Observed(
        "Exits by moving away, of all exits",
        lambda seen, year, groups, _: seen.exits([Happened.MOVED_AWAY], year, groups),
    ),
    "exits_died_share": _Observed(
        "Exits by death, of all exits",
        lambda seen, year, groups, _: seen.exits([Happened.DIED_IN_TREATMENT], year, groups),
    ),
    "in_treatment_over_2_years_share": _Observed(
        "In treatment for two years or more, of those there on 31 March",
        lambda seen, year, groups, _: seen.stayed(2, year, groups),
    ),
    "in_treatment_over_4_years_share": _Observed(
        "In treatment for four years or more, of those there on 31 March",
        lambda seen, year, groups, _: seen.stayed(4, year, groups),
    ),
    "in_treatment_over_6_years_share": _Observed(
        "In treatment for six years or more, of those there on 31 March",
        lambda seen, year, groups, _: seen.stayed(6, year, groups),
    ),
    "back_6_months_after_planned_share": _Observed(
        "Back within six months of a planned exit",
        lambda seen, year, groups, _: seen.back(182, True, year, groups),
        182,
    ),
    "back_6_months_after_unplanned_share": _Observed(
        "Back within six months of an unplanned exit",
        lambda seen, year, groups, _: seen.back(182, False, year, groups),
        182,
    ),
    "back_12_months_after_planned_share": _Observed(
        "Back within twelve months of a planned exit",
        lambda seen, year, groups, _: seen.back(365, True, year, groups),
        365,
    ),
    "back_12_months_after_unplanned_share": _Observed(
        "Back within twelve months of an unplanned exit",
        lambda seen, year, groups, _: seen.back(365, False, year, groups),
        365,
    ),
    "pdu_in_contact_share": _Observed(
        "Problem drug users, of those in contact",
        lambda seen, year, groups, pdus: seen.pdus(year, groups, pdus),
    ),
    "pdu_in_need": _Observed(
        "Problem drug users on 31 March, in treatment or not, a partnership",
        lambda seen, year, groups, pdus: seen.in_need(year, groups, pdus),
    ),
    "completed_for_good_share": _Observed(
        "Left as planned in the year and not back within six months, of those in contact",
        lambda seen, year, groups, _: seen.held(year, groups),
        182,
    ),
    "counted_by_formula": _Observed(
        "Effective clients that the formula counts by the following 1 April, a partnership",
        lambda seen, year, groups, _: seen.counted(year, groups),
    ),
}
"""Figures beside the measures, by name."""


def names() -> tuple[str, ...]:
    """Everything that can be observed: the measures, then the figures beside them."""
    return (*MEASURES, *OBSERVED)


def unobservable(figure: Figure, scenario: Scenario) -> str | None:
    """Why a figure cannot be read off a scenario's run, if it cannot."""
    if figure.year >= scenario.years or figure.year < 0:
        return f"the scenario runs for {scenario.years} years"
    if figure.measure in MONEY_MEASURES and figure.group != ALL:
        return "money and caseload are counted for all groups together"
    known = OBSERVED.get(figure.measure)
    follow_up = first_day(figure.year + 1) + (known.follow_up_days if known else 0)
    if known and follow_up > first_day(scenario.years) + 182:
        return "the run ends before everybody has been followed so long"
    return None


def observe(run: Run, figures: Sequence[Figure]) -> NDArray[np.float64]:
    """Figures of one replication, over all its partnerships together; one of nothing is missing.

    Parameters
    ----------
    run
        A replication that has not been finished yet; it is finished here.
    """
    tallies = run.finish().tallies
    table = measures.measures(tallies.sum(axis=0))
    seen = [_Seen(*each) for each in zip(run.partnerships, tallies, strict=True)]
    groups = [*run.scenario.world.groups]
    return np.array([_one(figure, table, seen, groups, run.scenario) for figure in figures])


def _one(
    figure: Figure,
    table: NDArray[np.float64],
    seen: Sequence[_Seen],
    names: Sequence[str],
    scenario: Scenario,
) -> float:
    if figure.measure in MEASURES:
        column = len(names) if figure.group == ALL else names.index(figure.group)
        return float(table[MEASURES.index(figure.measure), figure.year, column])
    groups = range(len(names)) if figure.group == ALL else [names.index(figure.group)]
    pdus = [place for place, name in enumerate(names) if scenario.world.groups[name].is_pdu]
    counted = OBSERVED[figure.measure].counted
    pairs = [counted(each, figure.year, groups, pdus) for each in seen]
    over, under = (sum(each) for each in zip(*pairs, strict=True))
    return over / under if under else float("nan")


def observed(
    scenario: Scenario, figures: Sequence[Figure], seed: int, replications: Sequence[int]
) -> NDArray[np.float64]:
    """Figures of several replications: an array by replication and figure."""
    told = [observe(Run(scenario, seed, number), figures) for number in replications]
    return np.array(told).reshape(len(replications), len(figures))
