"""What queueing theory says lies inside the simulation's intervals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.stats import chi2

from .. import measures
from ..journal import Happened
from ..scenario import load
from ..wording import counted
from ..years import first_day
from .checks import Check, Section, passed
from .figures import ends, noticed, plain
from .intervals import SECTION, estimate
from .queue_theory import (
    TREATED_STEPS,
    WAITING_STEPS,
    erlang_a,
    level_of,
    overlap_days,
    still_inside,
    waits_of_theory,
)
from .worlds import finished, impatient_queue, journal, queue_of, unlimited_queue

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from .effort import Effort
    from .queue_theory import Impatience, Waits

    Floats = NDArray[np.float64]

YEARS = 30
"""Long, since means of short queues are skewed, and an interval by Student's t then misses too often."""
WARM_DAYS = first_day(1)
"""What happens before is left out, so that the queue has forgotten that it began empty."""
PATIENT = ((1, 0.5), (5, 0.75), (10, 0.8))
IMPATIENT = ((1, 0.5), (5, 0.9), (5, 1.2))
"""Places, and how busy they would be if nobody gave up."""
UNLIMITED = {"shape": 0.6, "scale_days": 120.0, "onsets": 150.0, "years": 3}
WITH_A_LIST = "long_waits"
FULL = 40
EXACTLY = 1e-9
BOOK = "Gross et al., Fundamentals of Queueing Theory, 2008"
HOW = (
    "A world is stripped until only one queue is left, of which theory knows the answer. Each interval is"
    " wide enough that all in this section hold together in 99 of 100 repetitions. A figure of theory"
    " inside its interval is a pass, outside it a miss."
)


@dataclass(frozen=True, slots=True)
class Figure:
    """A number that theory gives, and what the simulation gave in each replication."""

    part: str
    claim: str
    unit: str
    expected: float
    samples: Floats
    source: str

    def check(self, family: int) -> Check:
        """The verdict, at a confidence that holds for a family of figures at once."""
        found = estimate(self.samples, family, SECTION)
        verdict = passed(found.holds(self.expected))
        told = (plain(self.expected, self.unit), ends(found, self.unit))
        return Check(self.part, self.claim, *told, verdict, self.source, noticed(found))


def section(
    effort: Effort,
    waits: Callable[[int, float], Waits] = waits_of_theory,
    impatience: Callable[[int, float], Impatience] = erlang_a,
) -> Section:
    """Theory against simulation."""
    checks = theory_checks(effort, waits, impatience)
    return Section("theory", "Queueing theory", HOW, tuple(checks))


def theory_checks(
    effort: Effort,
    waits: Callable[[int, float], Waits] = waits_of_theory,
    impatience: Callable[[int, float], Impatience] = erlang_a,
) -> list[Check]:
    """Erlang C, Erlang A, M/G/∞ and Little's law.

    Parameters
    ----------
    waits, impatience
        What theory says of places and load; others are for tests that a wrong theory is a miss.
    """
    crowd = crowds(effort)
    figures = [
        *erlang_c_figures(effort, waits),
        *erlang_a_figures(effort, impatience),
        *unlimited_figures(crowd),
        little_in_the_mean(effort),
    ]
    family = len(figures) + 1
    told = [figure.check(family) for figure in figures]
    return [*told, spread_of_the_crowd(crowd, family), *little_checks(effort)]


# Erlang C


def waited(places: int, busy_share: float, seed: int, replication: int) -> tuple[float, ...]:
    """Of one replication: the share that waits, the mean wait, and the mean wait of those who wait."""
    records = journal(finished(queue_of(places, busy_share, YEARS), seed, replication))
    told = measures.waits(records)
    days = told.days[(told.referral >= WARM_DAYS) & told.started]
    return float(np.mean(days > 0)), float(days.mean()), float(days[days > 0].mean())


def erlang_c_figures(
    effort: Effort, theory: Callable[[int, float], Waits] = waits_of_theory
) -> Iterator[Figure]:
    """Waits for a place where nobody gives up."""
    for (places, busy), told in zip(PATIENT, effort.arrays(waited, PATIENT, FULL), strict=True):
        expected = theory(places, busy * places)
        head = f"{counted(places, 'place')}, busy {100 * busy:.0f}% of the time"
        for row, (claim, unit) in enumerate(
            (
                ("the share of people who must wait", "%"),
                ("the average wait of everybody", "days"),
                ("the average wait of those who must wait", "days"),
            )
        ):
            samples = told[:, row]
            part, source = "Waits where nobody gives up (Erlang C)", f"M/M/c; {BOOK}"
            yield Figure(part, f"{head}: {claim}", unit, expected[row], samples, source)


# Erlang A


def gave_up(places: int, busy_share: float, seed: int, replication: int) -> tuple[float, ...]:
    """Of one replication: starts a day, those who give up a day, and how many wait on average."""
    records = journal(finished(impatient_queue(places, busy_share, YEARS), seed, replication))
    end = first_day(YEARS)
    inside = (records.day >= WARM_DAYS) & (records.day < end)
    starts, gave = (
        float(np.sum(inside & records.of(what)) / (end - WARM_DAYS))
        for what in (Happened.START, Happened.GAVE_UP)
    )
    return starts, gave, level_of(records, WAITING_STEPS, WARM_DAYS, end)


def erlang_a_figures(
    effort: Effort, theory: Callable[[int, float], Impatience] = erlang_a
) -> Iterator[Figure]:
    """A list that impatient people leave."""
    for (places, busy), told in zip(
        IMPATIENT, effort.arrays(gave_up, IMPATIENT, FULL), strict=True
    ):
        expected = theory(places, busy * places)
        head = f"{counted(places, 'place')}, and work for {100 * busy:.0f}% of what can be done"
        for row, (claim, unit) in enumerate(
            (
                ("people who start", "a day"),
                ("people who give up", "a day"),
                ("people on the list, on average", "people"),
            )
        ):
            samples = told[:, row]
            part, source = "Waits that people give up (Erlang A)", f"M/M/c+M; {BOOK}"
            yield Figure(part, f"{head}: {claim}", unit, expected[row], samples, source)


# M/G/∞

CROWD = "Places for everybody (M/G/∞)"


def crowds(effort: Effort) -> Floats:
    """People in treatment on each 31 March, by replication."""
    (sample,) = effort.samples([unlimited_queue(**UNLIMITED)], 3 * FULL)  # type: ignore[arg-type]
    return sample.of("in_treatment")


def expected_crowds() -> list[float]:
    """What theory says of each 31 March."""
    law = {name: UNLIMITED[name] for name in ("shape", "scale_days", "onsets")}
    return [still_inside(**law, year=year) for year in range(int(UNLIMITED["years"]))]


def unlimited_figures(crowd: Floats) -> Iterator[Figure]:
    """The mean number in treatment where there is a place for everybody."""
    for year, expected in enumerate(expected_crowds()):
        claim = f"People in treatment {counted(year + 1, 'year')} after the first came"
        yield Figure(CROWD, claim, "people", expected, crowd[:, year], f"M/G/∞; {BOOK}")


def spread_of_the_crowd(crowd: Floats, family: int) -> Check:
    """How much the number in treatment differs from run to run."""
    expected = np.array(expected_crowds())
    freedom = crowd.size
    observed = float(np.sum((crowd - expected) ** 2 / expected))
    tail = (1 - SECTION) / (2 * family)
    low, high = (float(observed / chi2.ppf(each, freedom)) for each in (1 - tail, tail))
    return Check(
        CROWD,
        "The number in treatment varies from run to run as a Poisson number does",
        "1 (variance over mean)",
        f"{plain(observed / freedom)} ({plain(low)} to {plain(high)})",
        passed(low < 1 < high),
        f"M/G/∞; {BOOK}",
    )


# Little

LITTLE = "People inside are arrivals times stays (Little)"


def little_checks(effort: Effort) -> list[Check]:
    """In one run of a whole partnership with a list, without any sampling error."""
    records = journal(finished(load(WITH_A_LIST), effort.seed))
    scenario = load(WITH_A_LIST)
    first, last = first_day(1), first_day(scenario.years)
    past = scenario.history.groups.values()
    stays, waits = measures.journeys(records), measures.waits(records)
    treated = sum(group.in_treatment.people for group in past)
    listed = sum(group.waiting.people for group in past)
    return [
        _little(
            "In a whole partnership with a list, people in treatment",
            level_of(records, TREATED_STEPS, first, last, treated),
            overlap_days(stays.start, stays.end, first, last) / (last - first),
        ),
        _little(
            "In the same partnership, people on the list",
            level_of(records, WAITING_STEPS, first, last, listed),
            overlap_days(waits.referral, waits.referral + waits.days, first, last) / (last - first),
        ),
    ]


def _little(claim: str, inside: float, stays: float) -> Check:
    return Check(
        LITTLE,
        f"{claim}: as many as their stays add up to",
        plain(stays, "people", 6),
        plain(inside, "people", 6),
        passed(abs(inside - stays) <= EXACTLY * stays),
        "Little, Operations Research 9:383, 1961",
        "Exact, to nine figures.",
    )


def arrivals_times_waits(places: int, busy_share: float, seed: int, replication: int) -> float:
    """Of one replication: referrals times the mean wait, over how many wait on average."""
    records = journal(finished(queue_of(places, busy_share, YEARS), seed, replication))
    told, end = measures.waits(records), first_day(YEARS)
    mine = (told.referral >= WARM_DAYS) & (told.referral < end)
    waiting = level_of(records, WAITING_STEPS, WARM_DAYS, end)
    return float(told.days[mine].sum() / (end - WARM_DAYS) / waiting)


def little_in_the_mean(effort: Effort) -> Figure:
    """What the measures say of waits, against how many wait."""
    (told,) = effort.arrays(arrivals_times_waits, [(5, 0.75)], FULL // 2)
    claim = "Referrals a day times the mean wait, over the mean number waiting"
    return Figure(LITTLE, claim, "", 1.0, told, "Little, Operations Research 9:383, 1961")
