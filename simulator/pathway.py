"""When it happens: one partnership's clients, from need to recovery, in simpy.

Read it as a client's day from top to bottom: `_falls_into_need`, `_seeks`, `_is_assessed`, `_starts`,
`_changes_phase`, `_leaves`, `_recovers`, `_relapses`. Each person has one entry in a diary, what is due next
and when. The diary is opened each 1 April and 1 October, when levers and caseloads change, and only what
falls before the next of these days becomes an event. Onset, and leaving need untreated, touch nobody else: they
are written down when the diary is opened, without an event.
"""

from __future__ import annotations

import math
from array import array
from dataclasses import dataclass
from operator import itemgetter
from typing import TYPE_CHECKING

import numpy as np
import simpy

from . import journey
from .distributions import exponential_days
from .journal import EXITS, MOVES, Happened, Journal, State
from .journey import FIRST_2_WEEKS_DAYS, FIRST_4_WEEKS_DAYS, Aftercare
from .places import Places, SupportPlaces
from .stock import PAST_DAYS, GroupPeople, people_of
from .years import TWELVE_WEEKS_DAYS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from .chance import Chance
    from .scenario.schema import Scenario

NEVER = math.inf
# Plain numbers: the loop looks at them some ten thousand times in a replication.
UNTREATED, WAITING, IN_TREATMENT = int(State.UNTREATED), int(State.WAITING), int(State.IN_TREATMENT)
IN_RECOVERY, PRISON = int(State.IN_RECOVERY), int(State.PRISON)
ONSET, REFERRAL, ASSESSED = int(Happened.ONSET), int(Happened.REFERRAL), int(Happened.ASSESSED)
GAVE_UP, START, SETTLED = int(Happened.GAVE_UP), int(Happened.START), int(Happened.SETTLED)
PLANNED_EXIT, EARLY_EXIT = int(Happened.PLANNED_EXIT), int(Happened.EARLY_EXIT)
DROPPED_OUT, CUSTODY = int(Happened.DROPPED_OUT), int(Happened.CUSTODY)
RELAPSE, RELEASE, STOPPED = int(Happened.RELAPSE), int(Happened.RELEASE), int(Happened.STOPPED)
DIED_UNTREATED = int(Happened.DIED_UNTREATED)
DIED_IN_RECOVERY = int(Happened.DIED_IN_RECOVERY)
SUPPORT_ENDED = int(Happened.SUPPORT_ENDED)
MOVES_TO = [int(MOVES[what][1]) if what in MOVES else int(State.NOT_YET) for what in Happened]
PAST_EXIT = {UNTREATED: DROPPED_OUT, IN_RECOVERY: PLANNED_EXIT, PRISON: CUSTODY}


class Due(simpy.Event):
    """Something that is due for one person; it stands only while the diary still says so."""

    __slots__ = ("callbacks", "day", "person")

    _ok = True
    _value = None

    def __init__(self, callbacks: list[Callable[..., None]], person: int, day: float):
        self.callbacks = callbacks
        self.person = person
        self.day = day


@dataclass(frozen=True, slots=True)
class Levers:
    """A partnership's decisions for half a year, by group where they differ by group.

    Parameters
    ----------
    weekly_budget_pence
        Treatment money a week.
    support_places
        Funded support places.
    outreach_referrals_per_day
        Referrals that outreach brings in above those that come by themselves.
    """

    move_on_delay_days: tuple[float, ...]
    early_exits_per_day: tuple[float, ...]
    weekly_budget_pence: float
    stretch_share: float
    support_places: int
    support_days: float
    support_reach_back_days: float
    outreach_referrals_per_day: float


class Pathway:
    """One partnership's clients over time.

    Attributes
    ----------
    journal
        What has happened so far.
    state
        Where each person is now, as a `State` number.
    """

    __slots__ = (
        "_after_support",
        "_aftercare",
        "_calls",
        "_drop_out_day",
        "_due_day",
        "_due_what",
        "_early_day",
        "_early_left",
        "_env",
        "_exit",
        "_exit_ratio",
        "_hazard_ratio",
        "_open_to",
        "_otherwise",
        "_outreach_to",
        "_phase",
        "_reach_back_days",
        "_ready_day",
        "_relapse_luck",
        "_schedule",
        "_seek_day",
        "_since",
        "_spells",
        "_treated_before",
        "_unsupported",
        "_until",
        "_weekly_pence",
        "_world",
        "_write",
        "committed_on_day_0",
        "group_of",
        "groups",
        "journal",
        "people",
        "places",
        "state",
        "support",
    )

    def __init__(self, scenario: Scenario, partnership: str, chance: Chance, until_day: float):
        self._world = scenario.world
        plan = scenario.partnerships[partnership].plan
        self._open_to = frozenset(plan.support_open_to)
        self._outreach_to = frozenset(plan.outreach_to)
        self.groups = people_of(scenario, partnership, chance, until_day)
        self.people = sum(group.people for group in self.groups)
        self.group_of = [group for group in self.groups for _ in range(group.people)]
        self.journal = Journal()
        self._write = self.journal.write
        self._env = simpy.Environment()
        self._schedule = self._env.schedule
        self._until = 0.0
        self.places, self.support = Places(), SupportPlaces()
        self._aftercare, self._reach_back_days = journey.NO_SUPPORT, 0.0
        self._hazard_ratio = 1.0
        self._calls = self._callbacks()
        self._lay_out_people()
        self._place_stock()
        self.committed_on_day_0 = self.places.committed_pence

    def _callbacks(self) -> list[list[Callable[[Due], None]]]:
        calls: dict[int, Callable[[Due], None]] = {
            REFERRAL: self._seeks,
            ASSESSED: self._is_assessed,
            GAVE_UP: self._leaves_list,
            Happened.DIED_WAITING: self._leaves_list,
            SETTLED: self._changes_phase,
            Happened.READY: self._changes_phase,
            RELAPSE: self._relapses,
            RELEASE: self._is_released,
            STOPPED: self._goes_for_good,
            DIED_UNTREATED: self._goes_for_good,
            DIED_IN_RECOVERY: self._goes_for_good,
            SUPPORT_ENDED: self._support_ends,
        }
        calls |= dict.fromkeys(EXITS, self._leaves)
        return [[calls[what]] if what in calls else [] for what in Happened]

    def _lay_out_people(self) -> None:
        """What is known of each person, by the person's number."""
        n = self.people
        self.state = array("q", np.concatenate([g.standing.state for g in self.groups]).tolist())
        treated = np.concatenate([g.standing.treated_before for g in self.groups])
        self._treated_before: list[bool] = treated.tolist()
        self._due_day = array("d", [NEVER]) * n
        self._due_what = array("b", [ONSET]) * n
        self._spells = [[0] * n for _ in State]
        self._since = [0.0] * n
        self._otherwise = [(NEVER, STOPPED)] * n
        self._seek_day, self._ready_day = [NEVER] * n, [NEVER] * n
        self._drop_out_day, self._early_day, self._early_left = [NEVER] * n, [NEVER] * n, [0.0] * n
        self._exit = [(NEVER, DROPPED_OUT)] * n
        self._phase, self._weekly_pence = [0] * n, array("q", [0]) * n
        self._exit_ratio, self._relapse_luck = [1.0] * n, [0.0] * n
        self._after_support: dict[int, journey.Next] = {}
        self._unsupported: list[tuple[int, float]] = []

    # The calendar

    def begin_half_year(self, levers: Levers, until_day: float) -> None:
        """Set the levers on 1 April or 1 October, and put what is due until a day on simpy's list."""
        now = self._env.now
        self.places.fund(levers.weekly_budget_pence, levers.stretch_share)
        self.support.places = levers.support_places
        effects = self._world.support
        self._reach_back_days = levers.support_reach_back_days
        self._aftercare = Aftercare(
            levers.support_days,
            effects.relapse_hazard_ratio,
            effects.relapse_hazard_ratio_afterwards,
        )
        self._set_exits(now, levers)
        self._set_outreach(now, levers.outreach_referrals_per_day)
        self._open_diary(now, until_day)
        self._admit(now)
        self._offer_support(now)

    def live_until(self, day: float) -> None:
        """Let time pass."""
        self._env.run(until=day)

    def people_by_state(self) -> NDArray[np.int64]:
        """People by state and group, as they stand now."""
        state = np.frombuffer(self.state, dtype=np.int64)
        return np.stack(
            [
                np.bincount(state[g.first : g.first + g.people], minlength=len(State))
                for g in self.groups
            ],
            axis=1,
        )

    def committed_anew(self) -> int:
        """Standard weekly cost of everybody in treatment in pence, summed again from each client."""
        in_treatment = np.frombuffer(self.state, dtype=np.int64) == IN_TREATMENT
        return int(np.frombuffer(self._weekly_pence, dtype=np.int64)[in_treatment].sum())

    def _set_exits(self, now: float, levers: Levers) -> None:
        """Where caseload or plan have changed, choose anew how and when those in treatment will leave."""
        ratio = self.places.caseload_ratio() ** self._world.caseload.drop_out_exponent
        change, self._hazard_ratio = ratio / self._hazard_ratio, ratio
        for g, held, early in zip(
            self.groups, levers.move_on_delay_days, levers.early_exits_per_day, strict=True
        ):
            was_early = g.early_per_day
            if change == 1.0 and held == g.held_days and early == was_early:
                continue
            g.held_days, g.early_per_day = held, early
            for person in self._all_in(g, IN_TREATMENT):
                self._drop_out_day[person] = journey.rescaled_drop_out_day(
                    g.clocks, self._since[person], now, self._drop_out_day[person], change
                )
                if early != was_early:
                    self._rescale_early_exit(person, now, was_early, early)
                self._choose_exit(person, g, now)
                self._next_in_treatment(person, now)

    def _all_in(self, g: GroupPeople, where: int) -> list[int]:
        state = self.state
        return [person for person in range(g.first, g.first + g.people) if state[person] == where]

    def _rescale_early_exit(self, person: int, now: float, was: float, per_day: float) -> None:
        if was:
            self._early_left[person] = (self._early_day[person] - now) * was
        self._early_day[person] = now + exponential_days(self._early_left[person], per_day)

    def _set_outreach(self, now: float, referrals_per_day: float) -> None:
        """Outreach hastens the seeking of those who have never been in treatment, by so much in all."""
        reached = [
            (g, [p for p in self._all_in(g, UNTREATED) if not self._treated_before[p]])
            for g in self.groups
            if g.name in self._outreach_to
        ]
        by_themselves = sum(len(people) * g.clocks.first_seeking for g, people in reached)
        ratio = 1 + referrals_per_day / by_themselves if by_themselves else 1.0
        for g, people in reached:
            change, g.outreach_ratio = ratio / g.outreach_ratio, ratio
            for person in people if change != 1.0 else ():
                self._seek_day[person] = now + (self._seek_day[person] - now) / change
                self._next_untreated(person, now)

    def _open_diary(self, now: float, until_day: float) -> None:
        """Make events of what is due until a day; what touches nobody else is written down at once."""
        due = np.frombuffer(self._due_day, dtype=np.float64)
        what = np.frombuffer(self._due_what, dtype=np.int8)
        quiet = (what == ONSET) | (what == STOPPED) | (what == DIED_UNTREATED)
        for person in np.flatnonzero(quiet & (due >= now) & (due < until_day)).tolist():
            if self._due_what[person] == ONSET:
                self._falls_into_need(person, self._due_day[person])
            elif person not in self.support.holders:
                self._is_gone(person, self._due_day[person])
        self._until = until_day
        for person in np.flatnonzero((due >= now) & (due < until_day)).tolist():
            day = self._due_day[person]
            self._schedule(Due(self._calls[self._due_what[person]], person, day), delay=day - now)

    def _note(self, person: int, day: float, what: int, now: float) -> None:
        """Write in the diary what is due next for a person; it replaces whatever stood there."""
        self._due_day[person] = day
        self._due_what[person] = what
        if day < self._until:
            self._schedule(Due(self._calls[what], person, day), delay=day - now)

    # Day 0

    def _place_stock(self) -> None:
        for g in self.groups:
            stock = g.people - g.arrivals
            for person, since in enumerate(g.standing.since[:stock].tolist(), g.first):
                self._place(person, g, since)
            come = slice(g.first + stock, g.first + g.people)
            self._due_day[come] = array("d", g.standing.since[stock:].tolist())
            self._remember(g)
        self._unsupported.sort(key=itemgetter(1))

    def _place(self, person: int, g: GroupPeople, since: float) -> None:
        where = self.state[person]
        if where == UNTREATED:
            first_days = FIRST_4_WEEKS_DAYS if self._treated_before[person] else 0.0
            self._is_untreated(person, g, 0.0, since, g.clocks.deaths_after_exit, first_days)
        elif where == WAITING:
            self._waits(person, g, 0.0, since)
        elif where == IN_TREATMENT:
            self._is_treated(person, g, 0.0, since)
            self._ready_day[person] = g.standing.ready[person - g.first]
            self._phase[person] = self._phase_on_day_0(person)
            self._weekly_pence[person] = g.clocks.weekly_pence[self._phase[person]]
            self.places.committed_pence += self._weekly_pence[person]
        elif where == IN_RECOVERY:
            self._recovers(person, g, 0.0, since)
        else:
            self._serves(person, g, 0.0)

    def _phase_on_day_0(self, person: int) -> int:
        if self._ready_day[person] <= 0:
            return journey.READY
        served = -self._since[person]
        return journey.SETTLED if served >= journey.SETTLED_AFTER_DAYS else journey.FIRST_WEEKS

    def _remember(self, g: GroupPeople) -> None:
        """Write down the journeys of the stock as far back as the formula may read."""
        standing = g.standing
        for i in np.flatnonzero(standing.since <= 0).tolist():
            day, person, write = float(standing.since[i]), g.first + i, self._write
            where = standing.state[i]
            if where == IN_TREATMENT:
                write(day, person, START, 0)
            elif where == WAITING:
                write(day, person, REFERRAL, 0)
            elif standing.treated_before[i] and day > -PAST_DAYS:
                kept = standing.kept_12_weeks[i] or where == IN_RECOVERY
                write(day - (TWELVE_WEEKS_DAYS + 1 if kept else 1), person, START, 0)
                write(day, person, PAST_EXIT[where], 0)

    def find(self, persons: Sequence[int], days: Sequence[float]) -> None:
        """Let some who stand untreated on day 0 seek treatment by a day of their own, if not sooner by themselves.

        No plan does so: it is how `incentive` asks what one client more is worth.
        """
        for person, day in zip(persons, days, strict=True):
            if day < self._seek_day[person]:
                self._seek_day[person] = day
                self._next_untreated(person, 0.0)

    # A client's day

    def _falls_into_need(self, person: int, day: float) -> None:
        self._move(person, ONSET, day)
        self._is_untreated(person, self.group_of[person], day, day, 0.0, 0.0)

    def _is_untreated(
        self,
        person: int,
        g: GroupPeople,
        now: float,
        since: float,
        first_deaths: float,
        first_days: float,
        support_days: float = 0.0,
    ) -> None:
        """Somebody needs treatment and is not in it: will they seek it, stop, or die?"""
        c, i, spells = g.clocks, person - g.first, self._spells[UNTREATED]
        seek, stop, die = g.untreated[spells[person]]
        spells[person] += 1
        if self._treated_before[person]:
            ratio = self._world.support.seeks_again_hazard_ratio
            days = journey.seeks_again_days(c, seek[i], now - since, support_days, ratio)
        else:
            days = journey.first_seeking_days(c, seek[i]) / g.outreach_ratio
        self._seek_day[person] = now + days
        self._otherwise[person] = journey.leaves_need(
            c, now, stop[i], die[i], first_deaths, first_days, now - since
        )
        self._next_untreated(person, now)

    def _next_untreated(self, person: int, now: float) -> None:
        day, what = self._otherwise[person]
        if self._seek_day[person] < day:
            day, what = self._seek_day[person], REFERRAL
        if self.support.holders:
            self._note_after_support(person, day, what, now)
        else:
            self._note(person, day, what, now)

    def _seeks(self, due: Due) -> None:
        person, now = due.person, due.day
        if self.support.holders:
            self._give_support_back(person, now)
        self._move(person, REFERRAL, now)
        self._waits(person, self.group_of[person], now, now)

    def _waits(self, person: int, g: GroupPeople, now: float, referral_day: float) -> None:
        """Somebody is referred: assessed in some days, unless they give up before."""
        c, i, spells = g.clocks, person - g.first, self._spells[WAITING]
        assessment, patience, die = g.waiting[spells[person]]
        spells[person] += 1
        self._since[person] = referral_day
        leaves = journey.leaves_list(c, now, patience[i], die[i])
        assessed_day = referral_day + journey.assessment_days(c, assessment[i])
        if assessed_day < now:
            assessed_day = now
        if leaves[0] < assessed_day:
            self._note(person, leaves[0], leaves[1], now)
        else:
            self._otherwise[person] = leaves
            self._note(person, assessed_day, ASSESSED, now)

    def _is_assessed(self, due: Due) -> None:
        person, now = due.person, due.day
        g = self.group_of[person]
        self.places.join(person, g.priority, self._since[person], g.clocks.weekly_pence[0])
        self._admit(now)
        if self.state[person] == WAITING:
            self._note(person, *self._otherwise[person], now)

    def _leaves_list(self, due: Due) -> None:
        person, now = due.person, due.day
        if due.day != self._due_day[person]:
            return
        what = self._due_what[person]
        self.places.leave(person)
        self._move(person, what, now)
        if what == GAVE_UP:
            self._is_untreated(person, self.group_of[person], now, now, 0.0, 0.0)
        else:
            self._due_day[person] = NEVER
        if self.places.waiting:
            self._admit(now)

    def _admit(self, now: float) -> None:
        while (person := self.places.admit()) is not None:
            self._starts(person, now)

    def _starts(self, person: int, now: float) -> None:
        g = self.group_of[person]
        self._move(person, START, now)
        self._treated_before[person] = True
        self._is_treated(person, g, now, now)
        self._phase[person], self._weekly_pence[person] = (
            journey.FIRST_WEEKS,
            g.clocks.weekly_pence[0],
        )
        self._choose_exit(person, g, now)
        self._next_in_treatment(person, now)

    def _is_treated(self, person: int, g: GroupPeople, now: float, since: float) -> None:
        """A client is in treatment: set the clocks that run against each other."""
        c, i, spells = g.clocks, person - g.first, self._spells[IN_TREATMENT]
        drop, die, custody, move, early, ready = g.treated[spells[person]]
        spells[person] += 1
        self._since[person] = since
        self._drop_out_day[person] = now + journey.drop_out_days(
            c, drop[i], self._hazard_ratio, now - since
        )
        self._otherwise[person] = journey.leaves_otherwise(c, now, die[i], custody[i], move[i])
        self._ready_day[person] = since + journey.ready_days(c, ready[i])
        self._early_left[person] = early[i]
        if g.early_per_day:
            self._early_day[person] = now + early[i] / g.early_per_day
        else:
            self._early_day[person] = NEVER

    def _choose_exit(self, person: int, g: GroupPeople, now: float) -> None:
        ready_day, early_day = self._ready_day[person], self._early_day[person]
        could_leave = ready_day + g.held_days
        self._exit[person] = journey.leaves_treatment(
            self._drop_out_day[person],
            self._otherwise[person],
            early_day if early_day < ready_day else NEVER,
            journey.review_day(self._since[person], could_leave if could_leave > now else now),
        )

    def _next_in_treatment(self, person: int, now: float) -> None:
        day, what = self._exit[person]
        phase = self._phase[person]
        if phase != journey.READY:
            sooner = journey.next_phase(phase, self._since[person], self._ready_day[person])
            if sooner[0] < day:
                day, what = sooner
        self._note(person, day, what, now)

    def _changes_phase(self, due: Due) -> None:
        """A client settles or becomes ready, and costs less from now on."""
        person, now = due.person, due.day
        what = self._due_what[person]
        self._phase[person] = journey.SETTLED if what == SETTLED else journey.READY
        weekly = self.group_of[person].clocks.weekly_pence[self._phase[person]]
        self.places.committed_pence += weekly - self._weekly_pence[person]
        self._weekly_pence[person] = weekly
        self._write(now, person, what, self.places.committed_pence)
        self._next_in_treatment(person, now)
        if self.places.waiting:
            self._admit(now)

    def _leaves(self, due: Due) -> None:
        """A client leaves treatment, in whichever way was first."""
        person, now = due.person, due.day
        what, g = self._due_what[person], self.group_of[person]
        self.places.committed_pence -= self._weekly_pence[person]
        self._move(person, what, now)
        if what == PLANNED_EXIT or what == EARLY_EXIT:
            ratio = g.clocks.early_exit_relapse_ratio if what == EARLY_EXIT else 1.0
            self._exit_ratio[person] = ratio
            self._recovers(person, g, now, now, "planned" in self._open_to)
        elif what == DROPPED_OUT:
            self._drops_out(person, g, now)
        elif what == CUSTODY:
            self._serves(person, g, now)
        else:
            self._due_day[person] = NEVER
        if self.places.waiting:
            self._admit(now)

    def _drops_out(self, person: int, g: GroupPeople, now: float) -> None:
        supported = "unplanned" in self._open_to and self._take_support(person, now)
        days = self._aftercare.days if supported else 0.0
        self._is_untreated(
            person, g, now, now, g.clocks.deaths_after_exit, FIRST_4_WEEKS_DAYS, support_days=days
        )

    def _serves(self, person: int, g: GroupPeople, now: float) -> None:
        """A client is in prison."""
        stay, _ = g.serving[self._spells[PRISON][person]]
        self._spells[PRISON][person] += 1
        days = stay[person - g.first] * self._world.prison.mean_stay_days
        self._note(person, now + days, RELEASE, now)

    def _is_released(self, due: Due) -> None:
        """Out of prison: picked up by community treatment at once, or back to untreated need."""
        person, now = due.person, due.day
        g = self.group_of[person]
        _, picked_up = g.serving[self._spells[PRISON][person] - 1]
        self._move(person, RELEASE, now)
        if picked_up[person - g.first] < self._world.prison.picked_up_share:
            self._move(person, REFERRAL, now)
            self._waits(person, g, now, now)
        else:
            self._is_untreated(
                person, g, now, now, g.clocks.deaths_after_release, FIRST_2_WEEKS_DAYS
            )

    def _recovers(
        self, person: int, g: GroupPeople, now: float, since: float, may_have_support: bool = False
    ) -> None:
        """Somebody has left treatment as planned: will it hold?"""
        c, i, spells = g.clocks, person - g.first, self._spells[IN_RECOVERY]
        relapse, die = g.recovering[spells[person]]
        spells[person] += 1
        self._since[person] = since
        supported = may_have_support and self._take_support(person, now)
        support = self._aftercare if supported else journey.NO_SUPPORT
        relapse_luck = relapse[i]
        days = journey.relapse_days(c, relapse_luck, self._exit_ratio[person], now - since, support)
        died = journey.dies_in_recovery(c, now, die[i], now - since)
        self._otherwise[person] = (died, DIED_IN_RECOVERY)
        if not supported:
            used = journey.relapse_luck_used(c, self._exit_ratio[person], now - since)
            self._relapse_luck[person] = relapse_luck + used
            self._unsupported.append((person, since))
        self._next_in_recovery(person, now + days, now)

    def _next_in_recovery(self, person: int, relapse_day: float, now: float) -> None:
        day, what = self._otherwise[person]
        if relapse_day < day:
            day, what = relapse_day, RELAPSE
        self._note_after_support(person, day, what, now)

    def _relapses(self, due: Due) -> None:
        person, now = due.person, due.day
        if due.day != self._due_day[person]:
            return
        self._exit_ratio[person] = 1.0
        if self.support.holders:
            self._give_support_back(person, now)
        self._move(person, RELAPSE, now)
        self._is_untreated(person, self.group_of[person], now, now, 0.0, 0.0)

    def _goes_for_good(self, due: Due) -> None:
        """Somebody stops without treatment, or dies outside it."""
        person, now = due.person, due.day
        if now == self._due_day[person]:
            if self.support.holders:
                self._give_support_back(person, now)
            self._is_gone(person, now)

    def _is_gone(self, person: int, day: float) -> None:
        self._due_day[person] = NEVER
        self._move(person, self._due_what[person], day)

    def _move(self, person: int, what: int, now: float) -> None:
        self.state[person] = MOVES_TO[what]
        self._write(now, person, what, self.places.committed_pence)

    # Support places

    def _take_support(self, person: int, now: float) -> bool:
        if not self.support.take(person):
            return False
        planned = self.state[person] == IN_RECOVERY
        what = Happened.SUPPORTED_EXIT if planned else Happened.SUPPORTED_LATER
        self._write(now, person, what, self.places.committed_pence)
        return True

    def _note_after_support(self, person: int, day: float, what: int, now: float) -> None:
        """Note what is due next; for the holder of a support place, its end if that is sooner."""
        if person in self.support.holders:
            end = now + self._aftercare.days
            if end < day:
                self._after_support[person] = (day, what)
                day, what = end, SUPPORT_ENDED
        self._note(person, day, what, now)

    def _support_ends(self, due: Due) -> None:
        person, now = due.person, due.day
        self._note(person, *self._after_support.pop(person), now)
        if self.support.holders:
            self._give_support_back(person, now)

    def _give_support_back(self, person: int, now: float) -> None:
        if self.support.give_back(person):
            self._after_support.pop(person, None)
            self._write(now, person, SUPPORT_ENDED, self.places.committed_pence)
            self._offer_support(now)

    def _offer_support(self, now: float) -> None:
        """Offer free places to people already in recovery, those who left treatment last first."""
        if "in_recovery" not in self._open_to:
            return
        earliest = now - self._reach_back_days
        while self._unsupported and len(self.support.holders) < self.support.places:
            person, since = self._unsupported[-1]
            if since < earliest:
                return
            self._unsupported.pop()
            if self.state[person] == IN_RECOVERY and self._since[person] == since:
                self._supports_later(person, now, since)

    def _supports_later(self, person: int, now: float, since: float) -> None:
        c, ratio = self.group_of[person].clocks, self._exit_ratio[person]
        self.support.take(person)
        self._write(now, person, Happened.SUPPORTED_LATER, self.places.committed_pence)
        left = self._relapse_luck[person] - journey.relapse_luck_used(c, ratio, now - since)
        days = journey.relapse_days(c, left, ratio, now - since, self._aftercare)
        self._next_in_recovery(person, now + days, now)
