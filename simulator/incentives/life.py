"""What is expected of one client after one thing is done: what will be counted, and what the client will cost.

The scenario's own durations on a grid of 52 steps a year, without simpy and without chance: how long a stay lasts
and how it ends, how soon somebody is back, and the whole again for the journey that then begins. Nothing stands in
the way of a start but the days of assessment and patience, so a place is always free; caseloads are those that the
money suffices for; nobody is pushed out early. What waiting lists, money and bounds make of it, the paired simulation
tells.

Time begins when the one thing is done, somewhere in a window of the formula that is the first of five. What is counted
is a mean over four places in it, one in each quarter.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from scipy.special import ndtr, ndtri

from ..funding import PEOPLE_COUNTED
from ..years import DAYS_PER_YEAR, REVIEW_EVERY_DAYS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ..journey import Clocks
    from ..scenario.schema import Prison

Floats: TypeAlias = "NDArray[np.float64]"

YEAR = 52
"""Steps in a year."""
STEP_DAYS = DAYS_PER_YEAR / YEAR
WINDOWS = 5
STEPS = YEAR * WINDOWS
LEFT_OF_WINDOW = (6, 19, 32, 45)
"""Steps from what is done to the end of the window in which it is done: the middle of each quarter."""
TWELVE_WEEKS, SIX_MONTHS, REVIEW = 12, 26, 13
"""In steps: 84, 182 and 91 days, each within two days."""
RETURNS = 8
"""So many journeys of one person are followed; hardly anybody has more in four years."""
AGES = 16
EDGES: Floats = np.arange(STEPS + 1, dtype=np.float64) * STEP_DAYS


@dataclass(frozen=True)
class Life:
    """What is expected of one client in five windows of the formula, one after the other.

    Parameters
    ----------
    counted
        By kind of count (a key of `funding.PEOPLE_COUNTED`), people in each window; unmet need on its last day.
    cost_gbp
        What the client's treatment costs in each window.
    years_in_treatment
        Years in treatment over all of them.
    """

    counted: dict[str, Floats]
    cost_gbp: Floats
    years_in_treatment: float

    def less(self, other: Life) -> Life:
        """What this life has more than another."""
        return Life(
            {kind: self.counted[kind] - other.counted[kind] for kind in self.counted},
            self.cost_gbp - other.cost_gbp,
            self.years_in_treatment - other.years_in_treatment,
        )

    def plus(self, other: Life, weight: float) -> Life:
        """The two together, the other with a weight."""
        return Life(
            {kind: self.counted[kind] + weight * other.counted[kind] for kind in self.counted},
            self.cost_gbp + weight * other.cost_gbp,
            self.years_in_treatment + weight * other.years_in_treatment,
        )


def nothing() -> Life:
    """No life at all: what others are added to."""
    none = np.zeros(WINDOWS)
    return Life({kind: none.copy() for kind in PEOPLE_COUNTED}, none.copy(), 0.0)


def _survival(days: Floats, shape: float, scale_days: float) -> Floats:
    return np.exp(-((np.maximum(days, 0.0) / scale_days) ** shape))


def _masses(survival: Floats) -> Floats:
    """The chance that it ends in each step."""
    return survival[:-1] - survival[1:]


def _then(first: Floats, second: Floats) -> Floats:
    """The chance of each step for one duration after another."""
    return np.convolve(first, second)[:STEPS]


@dataclass(frozen=True)
class Stay:
    """One stay in treatment: the chance of being there at the start of each step, and how it ends.

    Parameters
    ----------
    served_steps
        How long it had lasted when time began.
    """

    still: Floats
    planned: Floats
    dropped_out: Floats
    custody: Floats
    cost_gbp: Floats
    served_steps: int = 0


class Expected:
    """What is expected of the clients of one group.

    Parameters
    ----------
    held_days
        How long ready clients are kept.
    """

    def __init__(self, clocks: Clocks, prison: Prison, held_days: float):
        self._c, self._prison, self._held = clocks, prison, held_days
        self.new_stay = self._stay(0, 0.0)

    # Stays

    def _ready(self, days: Floats) -> Floats:
        """The chance of being ready so many days after the start."""
        c = self._c
        if c.ready_median == math.inf:
            return np.zeros_like(days)
        with np.errstate(divide="ignore"):
            z = np.log(np.maximum(days, 0.0) / c.ready_median) if c.ready_median else np.inf
        if not c.ready_sigma:
            return np.asarray(days >= c.ready_median, dtype=np.float64)
        chance: Floats = ndtr(z / c.ready_sigma)
        return chance

    def _others(self) -> float:
        c = self._c
        return c.deaths_in_treatment + c.custody + c.moves_away

    @cached_property
    def _after_new_stay(self) -> Floats:
        return self._after(self.new_stay)

    def _by_other_exits(self, served_days: float) -> Floats:
        """The chance of neither dropping out, dying, prison nor moving away, from now on."""
        c = self._c
        begun = _survival(np.array(served_days), c.drop_out_shape, c.drop_out_scale)
        later = _survival(EDGES + served_days, c.drop_out_shape, c.drop_out_scale)
        return later / begun * np.exp(-self._others() * EDGES)

    def _stay(self, served_steps: int, not_ready_before: float) -> Stay:
        """A stay from now on of somebody who was not ready so many days after the start."""
        served = served_steps * STEP_DAYS
        known = float(self._ready(np.array([not_ready_before]))[0])
        reviews = (np.arange(STEPS + 1) + served_steps) // REVIEW
        since = np.asarray(reviews * REVIEW_EVERY_DAYS - self._held, dtype=np.float64)
        could = np.where(reviews >= 1, self._ready(since), 0.0)
        left = np.clip((could - known) / (1 - known), 0.0, 1.0)
        ready = np.clip((self._ready(EDGES + served) - known) / (1 - known), 0.0, 1.0)
        return self._ends(served_steps, left, ready)

    def ready_stay(self, served_days: float, kept_days: float) -> Stay:
        """A stay from now on of a ready client who is kept so long."""
        steps = max(1, round(kept_days / STEP_DAYS)) if math.isfinite(kept_days) else STEPS + 1
        left = (np.arange(STEPS + 1) >= steps).astype(np.float64)
        return self._ends(round(served_days / STEP_DAYS), left, np.ones(STEPS + 1))

    def _ends(self, served_steps: int, left: Floats, ready: Floats) -> Stay:
        c = self._c
        stays = self._by_other_exits(served_steps * STEP_DAYS)
        lost = _masses(stays) * (1 - left[1:])
        days = EDGES + served_steps * STEP_DAYS
        hazard = np.diff((days / c.drop_out_scale) ** c.drop_out_shape)
        whole = hazard + self._others() * STEP_DAYS
        part = np.divide(hazard, whole, out=np.zeros(STEPS), where=whole > 0)
        jailed = np.divide(c.custody * STEP_DAYS, whole, out=np.zeros(STEPS), where=whole > 0)
        new = np.arange(STEPS) + served_steps < TWELVE_WEEKS
        first, settled, ready_price = (pence / 100 for pence in c.weekly_pence)
        waits = np.minimum(ready, 1.0)[:-1]
        price = (1 - waits) * np.where(new, first, settled)
        price += np.clip(waits - left[:-1], 0.0, 1.0) * ready_price
        return Stay(
            still=stays * (1 - left),
            planned=stays[:-1] * np.diff(left),
            dropped_out=lost * part,
            custody=lost * jailed,
            cost_gbp=stays[:-1] * price * STEP_DAYS / 7,
            served_steps=served_steps,
        )

    # Ways back

    @cached_property
    def _seeks_again(self) -> Floats:
        c = self._c
        seeks = _masses(_survival(EDGES, c.seeks_again_shape, c.seeks_again_scale))
        return seeks * np.exp(-(c.stops + c.deaths_untreated) * EDGES[:-1])

    def _starts_after_seeking(self, seeks: Floats) -> Floats:
        """From seeking treatment to a start a week later, unless patience ends first; then again."""
        starts, tried = np.zeros(STEPS), seeks
        patient = self._patient
        again = self._seeks_again
        for _ in range(4):
            starts[1:] += patient * tried[:-1]
            tried = (1 - patient) * _then(tried, again)
        return starts

    @cached_property
    def _patient(self) -> float:
        """The chance that patience outlasts the assessment."""
        c = self._c
        if c.mean_patience == math.inf:
            return 1.0
        if not c.mean_patience:
            return 0.0
        z = np.linspace(-4, 4, 161)
        density = np.exp(-(z**2) / 2)
        days = c.assessment_median * np.exp(c.assessment_sigma * z)
        return float((density * np.exp(-days / c.mean_patience)).sum() / density.sum())

    @cached_property
    def back_untreated(self) -> Floats:
        """The chance of a start in each step after a dropping out or a relapse."""
        return self._starts_after_seeking(self._seeks_again)

    def relapse(self, exit_ratio: float) -> Floats:
        """The chance of a relapse in each step after a planned exit."""
        c = self._c
        well = _survival(EDGES, c.relapse_shape, c.relapse_scale) ** exit_ratio
        return _masses(well) * np.exp(-c.deaths_in_recovery * EDGES[:-1])

    def back_planned(self, exit_ratio: float) -> Floats:
        """The chance of a start in each step after a planned exit."""
        return _then(self.relapse(exit_ratio), self.back_untreated)

    def holds(self, exit_ratio: float) -> float:
        """The chance that a planned exit counts as a completion: no start within six months."""
        return float(1 - self.back_planned(exit_ratio)[:SIX_MONTHS].sum())

    @cached_property
    def _released(self) -> Floats:
        return _masses(np.exp(-EDGES / self._prison.mean_stay_days))

    @cached_property
    def _back_from_prison(self) -> Floats:
        at_once = np.zeros(STEPS)
        at_once[0] = 1.0
        picked = self._prison.picked_up_share
        ways = picked * self._starts_after_seeking(at_once)
        ways += (1 - picked) * self.back_untreated
        return _then(self._released, ways)

    def _stays_untreated(self, seeks: Floats) -> Floats:
        c = self._c
        left = np.exp(-(c.stops + c.deaths_untreated) * EDGES)
        return np.maximum(left - np.concatenate([[0.0], np.cumsum(seeks)]), 0.0)

    # Lives

    def life(
        self,
        stay: Stay | None = None,
        *,
        exits_now: float = 0.0,
        exit_ratio: float = 1.0,
        starts_now: bool = False,
        never_treated: bool = False,
    ) -> Life:
        """The life of somebody from now on.

        Parameters
        ----------
        stay
            The stay that somebody is in, if any.
        exits_now
            1 for somebody who leaves as planned today.
        exit_ratio
            The hazard ratio of relapse after that exit.
        starts_now
            Whether somebody starts today.
        never_treated
            Whether somebody is untreated and never was in treatment.
        """
        first = self.new_stay if starts_now else stay
        begins = self._first_starts(exits_now, exit_ratio, never_treated)
        again = self._after_new_stay
        own = begins + (self._after(first) if first else 0.0)
        starts = newer = own
        for _ in range(RETURNS):
            newer = _then(newer, again)
            starts = starts + newer
        return self._told(first, starts, exits_now, exit_ratio, starts_now, never_treated)

    def _first_starts(self, exits_now: float, exit_ratio: float, never_treated: bool) -> Floats:
        starts = exits_now * self.back_planned(exit_ratio)
        if never_treated:
            starts = starts + self._starts_after_seeking(self._first_seeking)
        return starts

    @cached_property
    def _first_seeking(self) -> Floats:
        c = self._c
        away = np.exp(-(c.stops + c.deaths_untreated) * EDGES[:-1])
        return _masses(np.exp(-c.first_seeking * EDGES)) * away

    def _after(self, stay: Stay) -> Floats:
        """Starts that follow from the ends of a stay."""
        return (
            _then(stay.planned, self.back_planned(1.0))
            + _then(stay.dropped_out, self.back_untreated)
            + _then(stay.custody, self._back_from_prison)
        )

    def _told(
        self,
        first: Stay | None,
        starts: Floats,
        exits_now: float,
        exit_ratio: float,
        starts_now: bool,
        never_treated: bool,
    ) -> Life:
        new = self.new_stay
        planned = _then(starts, new.planned) + (first.planned if first else 0.0)
        completed = np.zeros(STEPS)
        completed[SIX_MONTHS:] = self.holds(1.0) * planned[:-SIX_MONTHS]
        completed[SIX_MONTHS - 1] += exits_now * self.holds(exit_ratio)
        kept = np.zeros(STEPS)
        kept[TWELVE_WEEKS:] = starts[:-TWELVE_WEEKS] * new.still[TWELVE_WEEKS]
        if first and first.served_steps < TWELVE_WEEKS:
            wait = TWELVE_WEEKS - first.served_steps
            kept[wait] += first.still[wait]
        cost = _then(starts, new.cost_gbp) + (first.cost_gbp if first else 0.0)
        there = _then(starts, new.still[:-1]) + (first.still[:-1] if first else 0.0)
        now = float(starts_now)
        counted = {
            "effective_clients": self._effective(first, starts, exits_now),
            "completions": _by_window(0.0, completed),
            "planned_exits": _by_window(exits_now, planned),
            "starts": _by_window(now, starts),
            "kept_12_weeks": _by_window(0.0, kept),
            "unmet_need": self._unmet(first, starts, exits_now, exit_ratio, never_treated),
        }
        return Life(counted, _by_window(0.0, cost), float(_by_window(0.0, there).sum()) / YEAR)

    def _effective(self, first: Stay | None, starts: Floats, exits_now: float) -> Floats:
        """Who counts in each window: in contact in it, and kept 12 weeks by the day that status is known."""
        told = [self._effective_after(left, first, starts, exits_now) for left in LEFT_OF_WINDOW]
        mean: Floats = np.mean(told, axis=0)
        return mean

    def _effective_after(
        self, left: int, first: Stay | None, starts: Floats, exits_now: float
    ) -> Floats:
        counted = np.zeros(WINDOWS)
        for window in range(WINDOWS):
            end = left + window * YEAR
            begin = max(0, end - YEAR)
            known = 0.0 if window else exits_now
            if first:
                known += float(first.still[max(begin, TWELVE_WEEKS - first.served_steps)])
            needed = np.maximum(TWELVE_WEEKS, begin - np.arange(end))
            again = float((starts[:end] * self.new_stay.still[needed]).sum())
            counted[window] = known + (1 - known) * again  # each person once in a window
        return counted

    def _unmet(
        self,
        first: Stay | None,
        starts: Floats,
        exits_now: float,
        exit_ratio: float,
        never_treated: bool,
    ) -> Floats:
        """The chance of being in need and not in treatment on the last day of each window."""
        falls = exits_now * self.relapse(exit_ratio)
        for planned, dropped, jailed in self._ended(first, starts):
            falls = falls + dropped + _then(planned, self.relapse(1.0))
            falls = falls + _then(jailed, (1 - self._prison.picked_up_share) * self._released)
        stays = self._stays_untreated(self.back_untreated)
        there = np.concatenate([[0.0], np.convolve(falls, stays)[:STEPS]])
        if never_treated:
            there += self._stays_untreated(self._starts_after_seeking(self._first_seeking))
        ends = np.array(
            [[left + window * YEAR for window in range(WINDOWS)] for left in LEFT_OF_WINDOW]
        )
        mean: Floats = there[ends].mean(axis=0)
        return mean

    def _ended(self, first: Stay | None, starts: Floats) -> list[tuple[Floats, Floats, Floats]]:
        new = self.new_stay
        ways = (new.planned, new.dropped_out, new.custody)
        later = tuple(_then(starts, each) for each in ways)
        ended = [(later[0], later[1], later[2])]
        if first:
            ended.append((first.planned, first.dropped_out, first.custody))
        return ended

    # Who the client is

    def ready_clients(self) -> list[tuple[float, float]]:
        """Days served when clients become ready, and how many of those who do have served so long."""
        middles = (np.arange(AGES, dtype=np.float64) + 0.5) / AGES
        c = self._c
        if c.ready_median == math.inf:
            return []
        days: Floats = c.ready_median * np.exp(c.ready_sigma * ndtri(middles))
        there = _survival(days, c.drop_out_shape, c.drop_out_scale) * np.exp(-self._others() * days)
        return list(zip(days.tolist(), (there / there.sum()).tolist(), strict=True))

    def clients_not_ready(self) -> list[tuple[Stay, float]]:
        """Stays from now on of clients who are not ready, by how long they have served, and their shares."""
        stays = self._by_other_exits(0.0) * (1 - self._ready(EDGES))
        steps = np.unique(np.linspace(0, STEPS, AGES + 1).astype(int)[:-1])
        mass = np.add.reduceat(stays[:-1], steps)
        middles = [int(step + YEAR // 8) for step in steps]
        shares = (mass / mass.sum()).tolist()
        return [
            (self._stay(middle, middle * STEP_DAYS), share)
            for middle, share in zip(middles, shares, strict=True)
            if share > 1e-6
        ]


def _by_window(now: float, masses: Floats) -> Floats:
    """What happens at once and later, in each window: a mean over the places in the first."""
    summed = np.concatenate([[0.0], np.cumsum(masses)])
    told = [
        np.diff(summed[[0, *(left + YEAR * window for window in range(WINDOWS))]])
        for left in LEFT_OF_WINDOW
    ]
    by_window: Floats = np.mean(told, axis=0)
    by_window[0] += now
    return by_window
