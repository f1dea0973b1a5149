"""A partnership in balance: the stocks and flows that a group's assumptions imply.

One group without competition for places is a network of waiting times, and in balance its stocks are flows
times mean stays. This works them out on a grid of days, without simulating: it sets the scenario's day 0, and
tells the tests what the simulation should give.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from simulator.journey import FIRST_2_WEEKS_DAYS, FIRST_4_WEEKS_DAYS, Clocks
from simulator.years import DAYS_PER_YEAR, REVIEW_EVERY_DAYS, SIX_MONTHS_DAYS, TWELVE_WEEKS_DAYS

Floats = NDArray[np.float64]

GRID_DAYS = 40 * DAYS_PER_YEAR
RECOVERY_HISTORY_DAYS = 10 * DAYS_PER_YEAR
"""Planned exits of the last ten years make the stock in recovery; recovery itself has no balance."""
SINCE_DAYS = (7, 14, 28, 56, 84, 133, 182, 273, 365, 547, 730, 1095, 1460, 2190, 3650, 7300, 14600)


def _lognormal_reached(days: Floats, median: float, sigma: float) -> Floats:
    if math.isinf(median):
        return np.zeros_like(days)
    with np.errstate(divide="ignore"):
        return ndtr(np.log(np.maximum(days, 0) / median) / sigma)


def _hazard(mean_days: float) -> float:
    return 1 / mean_days if mean_days else math.inf


@dataclass(frozen=True)
class Stay:
    """How long people stay in a state: who is left at the end of each day, and where the others went."""

    left: Floats
    exits: dict[str, Floats]

    @property
    def mean_days(self) -> float:
        """Mean stay in days."""
        return float((self.left.sum() + np.append(1.0, self.left[:-1]).sum()) / 2)

    def share(self, way: str, until: int | None = None) -> float:
        """The share that leaves in a way, within so many days."""
        return float(self.exits[way][:until].sum())

    def since(self, until: int = GRID_DAYS) -> list[dict[str, float]]:
        """How long those who are there have been there, as bands whose shares sum to 1."""
        density = np.append(0.0, np.cumsum((self.left + np.append(1.0, self.left[:-1])) / 2))
        used = [edge for edge in SINCE_DAYS if edge <= until]
        heights = np.round(density[used] / density[used[-1]], 5)
        heights[-1] = 1.0
        shares = np.diff(np.append(0.0, heights))
        return [
            {"up_to_days": float(edge), "share": round(float(share), 5)}
            for edge, share in zip(used, shares, strict=True)
        ]


def compete(
    hazards: dict[str, Floats], steps: dict[str, tuple[Floats, Floats]] | None = None
) -> Stay:
    """Rival exits: cumulative hazards at the end of each day, and exits that happen on given days.

    Parameters
    ----------
    steps
        For each way, the days and the chance of still being untouched by it at the end of each day.
    """
    total = sum(hazards.values(), np.zeros(GRID_DAYS))
    left = np.exp(-total)
    for untouched, _ in (steps or {}).values():
        left = left * untouched
    before = np.append(1.0, left[:-1])
    exits: dict[str, Floats] = {}
    remaining = before.copy()
    gone = before - left
    for way, (_, chance) in (steps or {}).items():
        exits[way] = remaining * np.exp(-np.diff(np.append(0.0, total))) * chance
        gone = gone - exits[way]
    growth = {way: np.diff(np.append(0.0, hazard)) for way, hazard in hazards.items()}
    all_growth = sum(growth.values(), np.zeros(GRID_DAYS))
    for way, grown in growth.items():
        exits[way] = np.divide(
            gone * grown, all_growth, out=np.zeros(GRID_DAYS), where=all_growth > 0
        )
    return Stay(left, exits)


DAYS = np.arange(1, GRID_DAYS + 1, dtype=np.float64)


def _two_step(first: float, first_days: float, later: float) -> Floats:
    return first * np.minimum(DAYS, first_days) + later * np.maximum(DAYS - first_days, 0)


@dataclass(frozen=True)
class Balance:
    """One group in balance at so many starts a year. Flows are a year; stocks are people."""

    c: Clocks
    starts: float
    held_days: float
    picked_up_share: float
    prison_days: float
    wait_days: float | None = None
    """A wait that everybody has, in place of the assessment alone, where places are short."""

    @property
    def treatment(self) -> Stay:
        """Stays in treatment."""
        c = self.c
        hazards = {
            "dropped out": (DAYS / c.drop_out_scale) ** c.drop_out_shape,
            "died": c.deaths_in_treatment * DAYS,
            "custody": c.custody * DAYS,
            "moved": c.moves_away * DAYS,
        }
        reviews = REVIEW_EVERY_DAYS * np.floor(DAYS / REVIEW_EVERY_DAYS)
        untouched = 1 - np.where(
            reviews > 0,
            _lognormal_reached(reviews - self.held_days, c.ready_median, c.ready_sigma),
            0.0,
        )
        before = np.append(1.0, untouched[:-1])
        chance = 1 - np.divide(untouched, before, out=np.ones(GRID_DAYS), where=before > 0)
        return compete(hazards, {"planned": (untouched, chance)})

    @property
    def recovery(self) -> Stay:
        """Stays in recovery."""
        c = self.c
        return compete(
            {
                "relapse": (DAYS / c.relapse_scale) ** c.relapse_shape,
                "died": _two_step(c.deaths_after_exit, FIRST_4_WEEKS_DAYS, c.deaths_in_recovery),
            }
        )

    def untreated(self, first_deaths: float = 0.0, first_days: float = 0.0) -> Stay:
        """Stays of those who have been in treatment and need it again."""
        c = self.c
        return compete(
            {
                "seek": (DAYS / c.seeks_again_scale) ** c.seeks_again_shape,
                "stop": c.stops * DAYS,
                "died": _two_step(first_deaths, first_days, c.deaths_untreated),
            }
        )

    @property
    def waiting(self) -> tuple[float, float, float]:
        """Share that starts, share that gives up, mean days on the list."""
        c = self.c
        leaving = _hazard(c.mean_patience) + c.deaths_untreated
        fine = np.arange(0.0, 730.0, 0.05)
        reached = _lognormal_reached(fine, c.assessment_median, c.assessment_sigma)
        if self.wait_days is not None:
            reached = reached * (fine >= self.wait_days)
        stay = np.exp(-leaving * fine)
        starts = float(np.sum(np.diff(reached) * stay[1:]))
        mean = float(np.sum((1 - reached) * stay) * 0.05)
        return starts, _hazard(c.mean_patience) * mean, mean

    def waiting_since(self) -> list[dict[str, float]]:
        """How long those who wait have waited, as bands whose shares sum to 1."""
        days = np.arange(1.0, 366.0)
        reached = _lognormal_reached(days, self.c.assessment_median, self.c.assessment_sigma)
        if self.wait_days is not None:
            reached = reached * (days >= self.wait_days)
        leaving = (_hazard(self.c.mean_patience) + self.c.deaths_untreated) * days
        return Stay((1 - reached) * np.exp(-leaving), {}).since(until=84)

    def solve(self) -> dict[str, float]:
        """All flows and stocks, and the onsets that keep them so."""
        b, c = self.starts, self.c
        treatment, recovery = self.treatment, self.recovery
        p_start, p_gives_up, wait = self.waiting
        planned, custody = b * treatment.share("planned"), b * treatment.share("custody")
        relapses = planned * recovery.share("relapse", RECOVERY_HISTORY_DAYS)
        entries = {
            "after exit": (b * treatment.share("dropped out"), self.after_exit),
            "after release": (
                custody * (1 - self.picked_up_share),
                self.untreated(c.deaths_after_release, FIRST_2_WEEKS_DAYS),
            ),
            "after relapse": (relapses, self.untreated()),
        }
        plain = self.untreated()
        seeking = sum(flow * stay.share("seek") for flow, stay in entries.values())
        picked = custody * self.picked_up_share
        referred = (seeking + picked) / (1 - p_gives_up * plain.share("seek"))
        gave_up = referred * p_gives_up
        first = b / p_start - referred
        never = first / c.first_seeking * DAYS_PER_YEAR**-1 if c.first_seeking else 0.0
        onsets = (
            never
            * DAYS_PER_YEAR
            * (c.first_seeking * (1 - p_gives_up) + c.stops + c.deaths_untreated)
        )
        treated_before = sum(flow * stay.mean_days for flow, stay in entries.values())
        treated_before += gave_up * plain.mean_days
        phases = self._phases()
        left = treatment.left
        kept = {
            way: treatment.share(way) - treatment.share(way, TWELVE_WEEKS_DAYS)
            for way in treatment.exits
        }
        unplanned = ("dropped out", "custody", "moved", "died")
        recovering = recovery.left[:RECOVERY_HISTORY_DAYS].sum()
        return {
            "onsets": onsets,
            "starts": b,
            "referrals": b / p_start,
            "first_starts": first * p_start,
            "planned_exits": planned,
            "unplanned_exits": b - planned,
            "dropped_out": b * treatment.share("dropped out"),
            "custody": custody,
            "moved": b * treatment.share("moved"),
            "relapses": relapses,
            "in_treatment": b * treatment.mean_days / DAYS_PER_YEAR,
            "waiting": b / p_start * wait / DAYS_PER_YEAR,
            "never_treated": never,
            "treated_before": treated_before / DAYS_PER_YEAR,
            "in_recovery": planned * recovering / DAYS_PER_YEAR,
            "in_prison": custody * self.prison_days / DAYS_PER_YEAR,
            "weekly_gbp": b / DAYS_PER_YEAR * float(np.dot(phases, self.c.weekly_pence)) / 100,
            "ready": b / DAYS_PER_YEAR * phases[2],
            "kept_12_weeks": float(left[TWELVE_WEEKS_DAYS])
            + treatment.share("planned", TWELVE_WEEKS_DAYS),
            "leavers_kept_12_weeks_share": sum(kept[way] for way in unplanned[:2])
            / sum(treatment.share(way) for way in unplanned[:2]),
            "effective_leavers_for_good": b * (kept["moved"] + kept["died"]),
            "completions": planned * (1 - self.returned("planned", SIX_MONTHS_DAYS)),
        }

    @property
    def after_exit(self) -> Stay:
        """Stays in untreated need after an unplanned exit."""
        return self.untreated(self.c.deaths_after_exit, FIRST_4_WEEKS_DAYS)

    def _phases(self) -> Floats:
        """Mean days in the first weeks, settled and ready."""
        treatment = self.treatment
        c = self.c
        not_ready = 1 - _lognormal_reached(DAYS, c.ready_median, c.ready_sigma)
        other = np.exp(
            -((DAYS / c.drop_out_scale) ** c.drop_out_shape)
            - (c.deaths_in_treatment + c.custody + c.moves_away) * DAYS
        )
        waiting_to_be = not_ready * other
        first = waiting_to_be[:TWELVE_WEEKS_DAYS].sum()
        settled = waiting_to_be[TWELVE_WEEKS_DAYS:].sum()
        return np.array([first, settled, treatment.left.sum() - first - settled])

    def returned(self, way: str, days: int) -> float:
        """Share back in treatment so many days after an exit, planned or unplanned."""
        return float(self.returns(way, days)[-1])

    def returns(self, way: str, days: int) -> Floats:
        """Share back in treatment by the end of each day after an exit, planned or unplanned."""
        c, reached = (
            self.c,
            _lognormal_reached(DAYS[:days], self.c.assessment_median, self.c.assessment_sigma),
        )
        patient = np.exp(-(_hazard(c.mean_patience) + c.deaths_untreated) * (DAYS[:days] - 0.5))
        wait_pdf = np.diff(np.append(0.0, reached)) * patient
        give_up_pdf = _hazard(c.mean_patience) * patient * (1 - reached)
        seek = (self.after_exit if way == "unplanned" else self.untreated()).exits["seek"][:days]
        again = self.untreated().exits["seek"][:days]
        flow = seek
        if way == "planned":
            flow = np.convolve(self.recovery.exits["relapse"][:days], seek)[:days]
        total = np.zeros(days)
        for _ in range(4):
            total += np.convolve(flow, wait_pdf)[:days]
            flow = np.convolve(np.convolve(flow, give_up_pdf)[:days], again)[:days]
        return np.cumsum(total)
