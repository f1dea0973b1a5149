"""From the journal to the measures: what the formula counts, and the tidy table's numbers.

Everything here follows from timestamps alone and is computed on whole arrays. Amounts are kept as tallies,
which add up over groups and partnerships; a share or a mean is one tally over another, made at the end.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from .journal import DEATHS, EXITS, MOVES, PLANNED, UNPLANNED, Happened, Records, State
from .years import DAYS_PER_YEAR, SIX_MONTHS_DAYS, THREE_WEEKS_DAYS, TWELVE_WEEKS_DAYS, first_day

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .money import YearMoney
    from .scenario.schema import Use

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

TALLIES = (
    "allocation_gbp",
    "spent_gbp",
    "unspent_gbp",
    "treatment_spent_gbp",
    "treatment_money_gbp",
    "caseload_clients",
    "caseload_keyworkers",
    "support_place_days_used",
    "support_place_days",
    "in_treatment",
    "waiting",
    "untreated",
    "in_recovery",
    "in_contact",
    "in_effective_treatment",
    "referrals",
    "new_presentations",
    "gave_up_waiting",
    "wait_days",
    "waits",
    "waits_3_weeks_or_less",
    "starts_kept_12_weeks",
    "planned_exits",
    "early_exits",
    "unplanned_exits",
    "all_exits",
    "successful_completions",
    "re_presentations",
    "supported_exits",
    "unmet_need",
    "need",
    "deaths",
)
"""What is added up, by year and group; money and caseload have no group."""

MONEY_TALLIES = TALLIES[:9]

_RATIOS = {
    "treatment_money_used_share": ("treatment_spent_gbp", "treatment_money_gbp"),
    "caseload_per_keyworker": ("caseload_clients", "caseload_keyworkers"),
    "support_places_used_share": ("support_place_days_used", "support_place_days"),
    "mean_wait_days": ("wait_days", "waits"),
    "waited_3_weeks_or_less_share": ("waits_3_weeks_or_less", "waits"),
    "kept_12_weeks_share": ("starts_kept_12_weeks", "new_presentations"),
    "treatment_system_exits_share": ("planned_exits", "all_exits"),
    "unmet_need_share": ("unmet_need", "need"),
}

MEASURES = (
    "allocation_gbp",
    "spent_gbp",
    "unspent_gbp",
    "treatment_money_used_share",
    "caseload_per_keyworker",
    "support_places_used_share",
    "in_treatment",
    "waiting",
    "untreated",
    "in_recovery",
    "in_contact",
    "in_effective_treatment",
    "referrals",
    "new_presentations",
    "gave_up_waiting",
    "mean_wait_days",
    "waited_3_weeks_or_less_share",
    "kept_12_weeks_share",
    "planned_exits",
    "early_exits",
    "unplanned_exits",
    "treatment_system_exits_share",
    "successful_completions",
    "re_presentations",
    "supported_exits",
    "unmet_need_share",
    "deaths",
)
"""The measures of the tidy table, in the order in which they are told."""

MONEY_MEASURES = MEASURES[:6]
"""Measures that exist for all groups together only."""


@dataclass(frozen=True, slots=True)
class Journeys:
    """One row for each journey in treatment: of one person from a start to an exit, if it has come.

    Rows stand by person, then by start.
    """

    person: Ints
    start: Floats
    end: Floats
    planned: Flags
    last: Flags
    """Whether the person has no later journey."""

    def next_start(self) -> Floats:
        """The start of the same person's next journey; infinite where there is none."""
        following = np.append(self.start[1:], np.inf)
        return np.where(self.last, np.inf, following)

    def in_effective_treatment(self, begin: float, end: float, status_day: float) -> Ints:
        """Persons in effective treatment in a period, by their latest journey in it, each once.

        A journey counts if it has lasted 84 days by the status day, or if it has ended as planned.

        References
        ----------
        National Indicator 40, 2008.
        """
        rows = self._latest_in_contact(begin, end)
        start, finish = self.start[rows], self.end[rows]
        kept = np.minimum(finish, status_day) - start >= TWELVE_WEEKS_DAYS
        completed = self.planned[rows] & (finish <= status_day)
        persons: Ints = self.person[rows][kept | completed]
        return persons

    def in_contact(self, begin: float, end: float) -> Ints:
        """Persons in treatment on any day of a period, each once."""
        persons: Ints = self.person[self._latest_in_contact(begin, end)]
        return persons

    def _latest_in_contact(self, begin: float, end: float) -> Ints:
        rows = np.flatnonzero((self.start < end) & (self.end >= begin))
        person = self.person[rows]
        latest = (
            np.append(person[1:] != person[:-1], True) if len(rows) else np.zeros(0, dtype=bool)
        )
        chosen: Ints = rows[latest]
        return chosen

    def planned_exits(self, begin: float, end: float) -> Ints:
        """Persons of planned exits in a period, held or not."""
        persons: Ints = self.person[self.planned & (self.end >= begin) & (self.end < end)]
        return persons

    def started(self, begin: float, end: float) -> Ints:
        """Persons of journeys that began in a period."""
        persons: Ints = self.person[(self.start >= begin) & (self.start < end)]
        return persons

    def kept_12_weeks(self, begin: float, end: float) -> Ints:
        """Persons of journeys that reached 84 days in a period."""
        reached = self.start + TWELVE_WEEKS_DAYS
        persons: Ints = self.person[(reached >= begin) & (reached < end) & (self.end >= reached)]
        return persons

    def completed(self, begin: float, end: float) -> Ints:
        """Persons of planned exits whose 182 days without a return ran out in a period."""
        run_out = self.end + SIX_MONTHS_DAYS
        held = self.planned & (self.next_start() > run_out)
        persons: Ints = self.person[held & (run_out >= begin) & (run_out < end)]
        return persons


def _by_person(records: Records, rows: NDArray[np.intp]) -> NDArray[np.intp]:
    """Rows by person, each person's in the order in which they were written, which is that of their days."""
    person = records.person[rows]
    if len(person) and person.max() < 2**16:
        person = person.astype(np.uint16)  # sorted by radix: ten times as fast
    return rows[np.argsort(person, kind="stable")]


def journeys(records: Records) -> Journeys:
    """The journeys that a journal tells of; one that has not ended has an infinite end."""
    order = _by_person(records, np.flatnonzero(records.of(Happened.START, *EXITS)))
    person, day, what = records.person[order], records.day[order], records.what[order]
    starts = np.flatnonzero(what == Happened.START)
    following = np.minimum(starts + 1, len(order) - 1)
    ended = (following > starts) & (person[following] == person[starts])
    ended &= what[following] != Happened.START
    end = np.where(ended, day[following], np.inf)
    planned = ended & np.isin(what[following], PLANNED)
    mine = person[starts]
    last = np.append(mine[1:] != mine[:-1], True) if len(mine) else np.zeros(0, dtype=bool)
    return Journeys(mine, day[starts], end, planned, last)


@dataclass(frozen=True, slots=True)
class Waits:
    """One row for each referral during the run that has been settled, and how."""

    referral: Floats
    person: Ints
    days: Floats
    started: Flags
    gave_up: Flags


def waits(records: Records) -> Waits:
    """How referrals of the run ended: a start, giving up, or a death."""
    ends = (Happened.START, Happened.GAVE_UP, Happened.DIED_WAITING)
    order = _by_person(records, np.flatnonzero(records.of(Happened.REFERRAL, *ends)))
    person, day, what = records.person[order], records.day[order], records.what[order]
    referrals = np.flatnonzero((what == Happened.REFERRAL) & (day >= 0))
    referrals = referrals[referrals + 1 < len(order)]
    settled = referrals[person[referrals + 1] == person[referrals]]
    outcome = what[settled + 1]
    return Waits(
        day[settled],
        person[settled],
        day[settled + 1] - day[settled],
        outcome == Happened.START,
        outcome == Happened.GAVE_UP,
    )


def _changes(records: Records, kinds: Sequence[Happened]) -> NDArray[np.intp]:
    return np.flatnonzero(records.of(*kinds) & (records.day >= 0))


def _integral(days: Floats, levels: Floats, begin: float, end: float) -> float:
    """Area under a step function that takes ``levels[i]`` from ``days[i]`` on, between two days."""
    edges = np.clip(np.append(days, end), begin, end)
    return float((levels * np.diff(edges)).sum())


_COSTED = (Happened.START, Happened.SETTLED, Happened.READY, *EXITS)
_SUPPORT_STEP = {
    Happened.SUPPORTED_EXIT: 1,
    Happened.SUPPORTED_LATER: 1,
    Happened.SUPPORT_ENDED: -1,
}


@dataclass(frozen=True, slots=True)
class Commitments:
    """What was committed to clients, and how many held support places: each from a day on until the next.

    Parameters
    ----------
    committed
        Standard weekly cost of everybody in treatment, in pence.
    """

    days: Floats
    committed: Floats
    support_days: Floats
    holders: Floats

    def spent(self, m: YearMoney, year: int) -> dict[Use, int]:
        """Pounds that a year spent on each use of the plan.

        Each day costs the standard cost of those in treatment, or the budget where that is less; a year is
        rounded once, to whole pounds.
        """
        begin, end = first_day(year), first_day(year + 1)
        paid = np.minimum(self.committed, m.weekly_budget_pence)
        treatment = round(_integral(self.days, paid, begin, end) / 700)
        support = round(min(self._held(year) * m.support_gbp_per_week / 7, m.reintegration_gbp))
        return {
            "overhead": m.overhead_gbp,
            "treatment": min(treatment, m.treatment_gbp),
            "reintegration": support,
            "outreach": m.outreach_gbp,
        }

    def tallies(self, m: YearMoney, year: int, reference_caseload: float) -> Floats:
        """A year's `MONEY_TALLIES`."""
        begin, end = first_day(year), first_day(year + 1)
        spent = self.spent(m, year)
        spent_gbp = sum(spent.values()) + m.fenced.spent_gbp
        full = np.maximum(self.committed, m.weekly_budget_pence)
        told = (
            m.allocation_gbp,
            spent_gbp,
            m.income_gbp - spent_gbp,
            spent["treatment"],
            m.treatment_gbp,
            reference_caseload * _integral(self.days, full, begin, end),
            m.weekly_budget_pence * DAYS_PER_YEAR,
            self._held(year),
            m.support_places * DAYS_PER_YEAR,
        )
        return np.array(told, dtype=np.float64)

    def _held(self, year: int) -> float:
        """Days for which support places were held."""
        return _integral(self.support_days, self.holders, first_day(year), first_day(year + 1))


def commitments(records: Records, committed_on_day_0: int) -> Commitments:
    """What a journal tells of costs and of support places."""
    rows = _changes(records, _COSTED)
    support_rows = _changes(records, tuple(_SUPPORT_STEP))
    steps = np.zeros(len(Happened))
    for what, step in _SUPPORT_STEP.items():
        steps[what] = step
    return Commitments(
        np.append(0.0, records.day[rows]),
        np.append(committed_on_day_0, records.committed[rows]).astype(np.float64),
        np.append(0.0, records.day[support_rows]),
        np.append(0.0, np.cumsum(steps[records.what[support_rows]])),
    )


def money_tallies(
    records: Records, money: Sequence[YearMoney], committed_on_day_0: int, reference_caseload: float
) -> Floats:
    """Pounds, caseload and support places by year: rows as in `MONEY_TALLIES`.

    What was spent is what `Commitments.spent` says. What is not spent goes back, or to the next year.
    """
    told = commitments(records, committed_on_day_0)
    years = [told.tallies(m, year, reference_caseload) for year, m in enumerate(money)]
    return np.stack(years, axis=1) if years else np.zeros((len(MONEY_TALLIES), 0))


class Counter:
    """Counts persons or events by year and group."""

    def __init__(self, group_of: Ints, n_groups: int, years: int):
        self.group_of, self.n_groups, self.years = group_of, n_groups, years

    def by_group(self, persons: Ints) -> Floats:
        """How many, by group."""
        return np.bincount(self.group_of[persons], minlength=self.n_groups).astype(np.float64)

    def by_year(self, days: Floats, persons: Ints, amounts: Floats | None = None) -> Floats:
        """How many, or how much, by year and group; what falls outside the years is left out."""
        year = np.floor(days / DAYS_PER_YEAR).astype(np.int64)
        inside = (year >= 0) & (year < self.years)
        cell = year[inside] * self.n_groups + self.group_of[persons[inside]]
        weights = None if amounts is None else amounts[inside]
        counts = np.bincount(cell, weights, self.years * self.n_groups)
        return counts.reshape(self.years, self.n_groups).astype(np.float64)

    def by_kind(self, records: Records) -> Floats:
        """How many records, by kind, year and group."""
        year = np.floor(records.day / DAYS_PER_YEAR).astype(np.int64)
        inside = (year >= 0) & (year < self.years)
        group = self.group_of[records.person[inside]]
        cell = (records.what[inside] * self.years + year[inside]) * self.n_groups + group
        counts = np.bincount(cell, minlength=len(Happened) * self.years * self.n_groups)
        return counts.reshape(len(Happened), self.years, self.n_groups).astype(np.float64)


def moves_before(records: Records, counter: Counter, day: float) -> Floats:
    """By how much people have changed between day 0 and a day, by state and group."""
    moves = np.zeros((len(State), counter.n_groups))
    for what, (origin, target) in MOVES.items():
        rows = records.of(what) & (records.day >= 0) & (records.day < day)
        moved = counter.by_group(records.person[rows])
        moves[origin] -= moved
        moves[target] += moved
    return moves


def people_by_state(by_kind: Floats, on_day_0: Floats) -> Floats:
    """People on each 31 March, by state, year and group: those on day 0 and the moves since."""
    moves = np.zeros((len(State), *by_kind.shape[1:]))
    for what, (origin, target) in MOVES.items():
        moves[origin] -= by_kind[what]
        moves[target] += by_kind[what]
    return on_day_0[:, np.newaxis, :] + np.cumsum(moves, axis=1)


def tallies(records: Records, counter: Counter, on_day_0: Floats, money: Floats) -> Floats:
    """All tallies of a partnership: an array by tally, year and group; money stands in a last group.

    Parameters
    ----------
    on_day_0
        People by state and group.
    money
        What `money_tallies` gives.

    Returns
    -------
    Shape ``(len(TALLIES), years, groups + 1)``: the last column holds what has no group.
    """
    by_kind = counter.by_kind(records)
    people = people_by_state(by_kind, on_day_0)
    told = journeys(records)
    waited = waits(records)
    in_need = people[State.UNTREATED] + people[State.WAITING]
    began = told.start >= 0
    kept = (told.end - told.start >= TWELVE_WEEKS_DAYS) | told.planned
    left = told.planned & (told.end >= 0)
    back = told.next_start() <= told.end + SIX_MONTHS_DAYS
    back &= left
    started, person = waited.started, waited.person
    in_time = started & (waited.days <= THREE_WEEKS_DAYS)

    def many(kinds: Sequence[Happened]) -> Floats:
        return by_kind[list(kinds)].sum(axis=0)

    def exits_with(chosen: Flags) -> Floats:
        return counter.by_year(told.end[chosen], told.person[chosen])

    def referrals_with(chosen: Flags, amounts: Floats | None = None) -> Floats:
        picked = None if amounts is None else amounts[chosen]
        return counter.by_year(waited.referral[chosen], person[chosen], picked)

    found = {
        "in_treatment": people[State.IN_TREATMENT],
        "waiting": people[State.WAITING],
        "untreated": people[State.UNTREATED],
        "in_recovery": people[State.IN_RECOVERY],
        **_yearly_contacts(told, counter),
        "referrals": many([Happened.REFERRAL]),
        "new_presentations": many([Happened.START]),
        "gave_up_waiting": referrals_with(waited.gave_up),
        "wait_days": referrals_with(started, waited.days),
        "waits": referrals_with(started),
        "waits_3_weeks_or_less": referrals_with(in_time),
        "starts_kept_12_weeks": counter.by_year(
            told.start[began & kept], told.person[began & kept]
        ),
        "planned_exits": many(PLANNED),
        "early_exits": many([Happened.EARLY_EXIT]),
        "unplanned_exits": many(UNPLANNED),
        "all_exits": many(EXITS),
        "successful_completions": exits_with(left & ~back),
        "re_presentations": exits_with(left & back),
        "supported_exits": many([Happened.SUPPORTED_EXIT]),
        "unmet_need": in_need,
        "need": in_need + people[State.IN_TREATMENT],
        "deaths": many(DEATHS),
    }
    out = np.zeros((len(TALLIES), counter.years, counter.n_groups + 1))
    out[: len(MONEY_TALLIES), :, -1] = money
    for row, name in enumerate(TALLIES[len(MONEY_TALLIES) :], len(MONEY_TALLIES)):
        out[row, :, :-1] = found[name]
    return out


def _yearly_contacts(told: Journeys, counter: Counter) -> dict[str, Floats]:
    contact, effective = [], []
    for year in range(counter.years):
        begin, end = first_day(year), first_day(year + 1)
        contact.append(counter.by_group(told.in_contact(begin, end)))
        effective.append(
            counter.by_group(told.in_effective_treatment(begin, end, end + TWELVE_WEEKS_DAYS))
        )
    return {"in_contact": np.array(contact), "in_effective_treatment": np.array(effective)}


def measures(tally: Floats) -> Floats:
    """Measures by year and group from tallies; the last group is all together.

    Parameters
    ----------
    tally
        Shape ``(..., len(TALLIES), years, groups + 1)``, as `tallies` gives it, or a sum of such arrays.

    Returns
    -------
    Shape ``(..., len(MEASURES), years, groups + 1)``; missing where a share is of nothing, and for money in
    a single group.
    """
    whole = tally.copy()
    whole[..., -1] = tally.sum(axis=-1)
    row = {name: whole[..., TALLIES.index(name), :, :] for name in TALLIES}
    out = np.empty((*tally.shape[:-3], len(MEASURES), *tally.shape[-2:]))
    for i, name in enumerate(MEASURES):
        out[..., i, :, :] = (
            _ratio(*(row[part] for part in _RATIOS[name])) if name in _RATIOS else row[name]
        )
        if name in MONEY_MEASURES:
            out[..., i, :, :-1] = np.nan
    return out


def _ratio(over: Floats, under: Floats) -> Floats:
    return np.divide(over, under, out=np.full(over.shape, np.nan), where=under > 0)
