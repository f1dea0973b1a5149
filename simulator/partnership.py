"""One partnership in one replication: its clients, its pounds, and what the formula counts of it."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from . import funding, measures
from .chance import Chance
from .errors import ConservationError
from .funding import PEOPLE_COUNTED, Counts, Member
from .journal import State
from .money import (
    ACCOUNT_COLUMNS,
    Account,
    YearMoney,
    detox_beds,
    detox_episodes,
    fenced_by_year,
    in_year,
    setting,
    year_money,
)
from .pathway import Levers, Pathway
from .scenario.own_world import of_partnership
from .stock import PAST_DAYS
from .years import CLOSE_OUT_DAYS, DAYS_PER_YEAR, SIX_MONTHS_DAYS, first_day, half_year_starts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from .measures import Journeys
    from .scenario.schema import Scenario

STREAM_COLUMNS = (*ACCOUNT_COLUMNS, "detox_beds", "detox_episodes")
"""What is told of a stream's year in one partnership; of a cluster's beds, the part that its money paid for."""


class Partnership:
    """One partnership in one replication: its clients, its pounds, what the formula counts of it."""

    def __init__(self, whole: Scenario, name: str, seed: int, replication: int):
        self._before = member_before(whole, name)
        self._scenario = scenario = of_partnership(whole, name)
        self.name = name
        self.plan = scenario.partnerships[name].plan
        chance = Chance(seed, replication, name)
        until = first_day(scenario.years) + CLOSE_OUT_DAYS
        self.pathway = Pathway(scenario, name, chance, until)
        self._on_day_0 = self.pathway.people_by_state()
        self._at_year_ends: list[NDArray[np.int64]] = []
        self.money: list[YearMoney] = []
        self.accounts: list[tuple[Account, ...]] = []
        self._fenced = fenced_by_year(whole, name)
        self._money_tallies: list[NDArray[np.float64]] = []
        self.last_gbp = self._before.last_gbp
        self._recording = {
            group.name: chance.row(group.name, "recorded as a PDU", 0, group.people, "uniform")
            for group in self.pathway.groups
        }
        numbers = np.arange(len(self.pathway.groups))
        self.counter = measures.Counter(
            np.repeat(numbers, [group.people for group in self.pathway.groups]),
            len(numbers),
            scenario.years,
        )

    # What the formula counts

    def counts(self, year: int, kinds: Sequence[str] | None = None) -> Counts:
        """What the terms of the formula count by group in the year's window, as known on its 1 April.

        Parameters
        ----------
        kinds
            What to count beside effective clients and completions; by default what the formula needs.
        """
        formula = self._scenario.formula
        begin, end = funding.window(year, formula.observation_delay_days, formula.lag_years)
        if end <= 0:
            return counted_before(self._scenario)
        told = measures.journeys(self.pathway.journal.records())
        needed = needed_counts(self._scenario) if kinds is None else kinds
        return Counts(
            self._effective(told, begin, end, year),
            self._completions(told, begin, end),
            **{name: getattr(self, f"_{name}")(told, begin, end) for name in needed},
        )

    def _effective(self, told: Journeys, begin: int, end: int, year: int) -> tuple[float, ...]:
        persons = told.in_effective_treatment(max(begin, -PAST_DAYS), end, first_day(year))
        counted = self.counter.by_group(self._as_recorded(persons, year))
        before = max(0, -begin) / DAYS_PER_YEAR
        past = self._scenario.history.groups.values()
        return tuple(
            float(number) + group.effective_leavers_for_good_per_year * before
            for number, group in zip(counted, past, strict=True)
        )

    def _as_recorded(self, persons: NDArray[np.int64], year: int) -> NDArray[np.int64]:
        """Some clients who are not PDUs are recorded as PDUs: they stand for the first PDU of all."""
        share = in_year(self.plan.recorded_as_pdu_share, year)
        groups = self._scenario.world.groups
        pdus = [people for people in self.pathway.groups if groups[people.name].is_pdu]
        if not share or not pdus:
            return persons
        stretched = persons.copy()
        for people in self.pathway.groups:
            if not groups[people.name].is_pdu:
                mine = (persons >= people.first) & (persons < people.first + people.people)
                recorded = self._recording[people.name][persons[mine] - people.first] < share
                stretched[mine] = np.where(recorded, pdus[0].first, persons[mine])
        return stretched

    def _completions(self, told: Journeys, begin: int, end: int) -> tuple[float, ...]:
        """Planned exits that held for six months; those from before day 0 as the history says."""
        seen = max(begin, SIX_MONTHS_DAYS)
        counted = self.counter.by_group(told.completed(seen, max(seen, end)))
        before = max(0, min(end, SIX_MONTHS_DAYS) - begin) / DAYS_PER_YEAR
        past = self._scenario.history.groups.values()
        return tuple(
            float(number) + group.completions_per_year * before
            for number, group in zip(counted, past, strict=True)
        )

    def _planned_exits(self, told: Journeys, begin: int, end: int) -> tuple[float, ...]:
        return self._in_window(told.planned_exits(max(begin, 0), end), begin, "planned_exits")

    def _starts(self, told: Journeys, begin: int, end: int) -> tuple[float, ...]:
        return self._in_window(told.started(max(begin, 0), end), begin, "starts")

    def _kept_12_weeks(self, told: Journeys, begin: int, end: int) -> tuple[float, ...]:
        return self._in_window(told.kept_12_weeks(max(begin, 0), end), begin, "kept_12_weeks")

    def _in_window(self, persons: NDArray[np.int64], begin: int, name: str) -> tuple[float, ...]:
        """Those seen since day 0, and for the part of the window before it as the history says."""
        before = max(0, -begin) / DAYS_PER_YEAR
        past = self._scenario.history.groups.values()
        return tuple(
            float(number) + getattr(group, f"{name}_per_year") * before
            for number, group in zip(self.counter.by_group(persons), past, strict=True)
        )

    def _unmet_need(self, _told: Journeys, _begin: int, end: int) -> tuple[float, ...]:
        """People untreated or waiting when the window ends."""
        records = self.pathway.journal.records()
        moves = measures.moves_before(records, self.counter, end)
        people = self._on_day_0 + moves
        return tuple((people[State.UNTREATED] + people[State.WAITING]).tolist())

    def member(self, year: int) -> Member:
        """The partnership as the formula sees it in a year."""
        before = self._before
        return replace(before, counts=self.counts(year), last_gbp=self.last_gbp)

    # A year

    def live(self, year: int, allocation_gbp: int) -> None:
        """Spend a year's pounds on a year of clients."""
        self.last_gbp = allocation_gbp
        money = year_money(
            self._scenario, self.name, year, allocation_gbp, self._carried(), self._fenced[year]
        )
        self.money.append(money)
        _april, october = half_year_starts(year)
        self._half_year(year, october)
        self._half_year(year, first_day(year + 1))
        self._at_year_ends.append(self.pathway.people_by_state())
        self._check_committed()
        self._close_accounts(year)

    def _carried(self) -> dict[str, int]:
        """Pounds kept from the year before, by stream."""
        before = self.accounts[-1] if self.accounts else ()
        return {account.holding.name: account.carried_out_gbp for account in before}

    def _close_accounts(self, year: int) -> None:
        """On 31 March: what was spent, which stream paid for it, and what is kept or goes back."""
        records, money = self.pathway.journal.records(), self.money[year]
        told = measures.commitments(records, self.pathway.committed_on_day_0)
        reference = self._scenario.world.caseload.reference_clients_per_keyworker
        self._money_tallies.append(told.tallies(money, year, reference))
        self.accounts.append(money.accounts(told.spent(money, year)))

    def close_out(self) -> None:
        """Live on for half a year as before, so that the last year's measures are complete."""
        years = self._scenario.years
        self._half_year(years, first_day(years) + CLOSE_OUT_DAYS)

    def _half_year(self, year: int, until_day: float) -> None:
        self.pathway.begin_half_year(self._levers(year), until_day)
        self.pathway.live_until(until_day)

    def _levers(self, year: int) -> Levers:
        plan, money = self.plan, self.money[-1]
        groups = self._scenario.world.groups
        cost = self._scenario.world.outreach_cost_per_referral_gbp
        return Levers(
            move_on_delay_days=tuple(setting(plan.move_on_delay_days, g, year) for g in groups),
            early_exits_per_day=tuple(
                setting(plan.early_exit_rate_per_year, g, year) / DAYS_PER_YEAR for g in groups
            ),
            weekly_budget_pence=money.weekly_budget_pence,
            stretch_share=in_year(plan.stretch_share, year),
            support_places=money.support_places,
            support_days=7 * in_year(plan.support_weeks, year),
            support_reach_back_days=in_year(plan.support_reach_back_days, year),
            outreach_referrals_per_day=money.outreach_gbp / cost / DAYS_PER_YEAR,
        )

    def _check_committed(self) -> None:
        kept, anew = self.pathway.places.committed_pence, self.pathway.committed_anew()
        if kept != anew:
            raise ConservationError(
                f"{self.name}: {kept} pence a week are committed, but clients cost {anew}"
            )

    # What came of it

    def tallies(self) -> NDArray[np.float64]:
        """Tallies by year and group (`measures.tallies`), with nobody and no pound lost."""
        records = self.pathway.journal.records()
        money = np.stack(self._money_tallies, axis=1)
        on_day_0 = self._on_day_0.astype(np.float64)
        self._check_people(measures.people_by_state(self.counter.by_kind(records), on_day_0))
        return measures.tallies(records, self.counter, on_day_0, money)

    def streams(self) -> NDArray[np.float64]:
        """Each stream's year, by year and stream, as `STREAM_COLUMNS` name it, with no pound lost."""
        names = list(self._scenario.funding.streams)
        years = [
            sorted(year, key=lambda account: names.index(account.holding.name))
            for year in self.accounts
        ]
        self._check_pounds()
        return np.array([[self._row(account) for account in year] for year in years], dtype=float)

    def _row(self, account: Account) -> tuple[float, ...]:
        detox, gbp = self._scenario.world.detox, account.spent.get("detox", 0)
        return (*account.row(), detox_beds(detox, gbp), detox_episodes(detox, gbp))

    def _check_pounds(self) -> None:
        """What streams spent is what the measures say, and each begins with what it kept."""
        for year, accounts in enumerate(self.accounts):
            spent = sum(account.spent_gbp for account in accounts)
            told = self._money_tallies[year][measures.MONEY_TALLIES.index("spent_gbp")]
            if spent != told:
                raise ConservationError(
                    f"{self.name}: streams spent {spent} pounds, but {told:g} were spent"
                )
        for before, after in pairwise(self.accounts):
            kept = {account.holding.name: account.carried_out_gbp for account in before}
            if kept != {account.holding.name: account.holding.carried_in_gbp for account in after}:
                raise ConservationError(f"{self.name}: pounds were lost between two years")

    def _check_people(self, told: NDArray[np.float64]) -> None:
        stood = np.stack(self._at_year_ends, axis=1)
        for state in State:
            if not np.array_equal(told[state], stood[state]):
                raise ConservationError(
                    f"{self.name}: the journal counts {told[state].tolist()} people "
                    f"{state.name.lower()}, but {stood[state].tolist()} stand there"
                )


def counted_before(scenario: Scenario) -> Counts:
    """What is counted of an average partnership in the year before day 0."""
    past = scenario.history.groups.values()
    return Counts(
        effective=tuple(group.effective_clients_per_year for group in past),
        completions=tuple(group.completions_per_year for group in past),
        planned_exits=tuple(group.planned_exits_per_year for group in past),
        starts=tuple(group.starts_per_year for group in past),
        kept_12_weeks=tuple(group.kept_12_weeks_per_year for group in past),
        unmet_need=tuple(
            float(group.never_treated + group.treated_before.people + group.waiting.people)
            for group in past
        ),
    )


def member_before(scenario: Scenario, name: str) -> Member:
    """A partnership as the formula sees it on day 0, by what was counted before; nobody has to live for it."""
    own = scenario.partnerships[name]
    local = of_partnership(scenario, name)
    return Member(
        name,
        counted_before(local),
        need=own.need_index * own.size,
        population=own.population_index * own.size,
        area_cost=own.area_cost_factor,
        old_share=own.old_share_weight * own.size,
        last_gbp=round(local.history.allocation_gbp * own.old_share_weight),
        copies=own.copies,
    )


def needed_counts(scenario: Scenario) -> tuple[str, ...]:
    """What a formula counts beside effective clients and completions, which are always counted."""
    counted = {term.counts for term in scenario.formula.terms.values() if term.weight}
    others = [name for name in PEOPLE_COUNTED if name not in ("effective_clients", "completions")]
    return tuple(name for name in others if name in counted)
