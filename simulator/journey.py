"""What happens next to a client: which exit, on which day, at what cost.

Plain functions of a group's clocks and a person's luck, without simpy and without chance, so that whatever
runs the events shares them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .distributions import (
    exponential_days,
    lognormal_days,
    scale,
    two_step_days,
    weibull_days,
    weibull_hazard,
)
from .journal import Happened
from .years import DAYS_PER_YEAR, REVIEW_EVERY_DAYS, TWELVE_WEEKS_DAYS

if TYPE_CHECKING:
    from .scenario.schema import Group, World

FIRST_4_WEEKS_DAYS = 28
FIRST_2_WEEKS_DAYS = 14
SETTLED_AFTER_DAYS = TWELVE_WEEKS_DAYS

# Plain numbers: the functions below are called some ten thousand times in a replication.
PLANNED_EXIT, EARLY_EXIT = int(Happened.PLANNED_EXIT), int(Happened.EARLY_EXIT)
DROPPED_OUT, CUSTODY = int(Happened.DROPPED_OUT), int(Happened.CUSTODY)
MOVED_AWAY, DIED_IN_TREATMENT = int(Happened.MOVED_AWAY), int(Happened.DIED_IN_TREATMENT)
DIED_UNTREATED, STOPPED = int(Happened.DIED_UNTREATED), int(Happened.STOPPED)
DIED_WAITING, GAVE_UP = int(Happened.DIED_WAITING), int(Happened.GAVE_UP)
SETTLES, BECOMES_READY = int(Happened.SETTLED), int(Happened.READY)

FIRST_WEEKS, SETTLED, READY = range(3)
"""The phases of treatment, each with its weekly cost."""

Next = tuple[float, int]
"""The day on which something happens, and what, as a `Happened` number."""


@dataclass(frozen=True, slots=True)
class Clocks:
    """The hazards of one group a day, its durations in days, its weekly costs in pence."""

    first_seeking: float
    seeks_again_shape: float
    seeks_again_scale: float
    stops: float
    deaths_untreated: float
    deaths_after_release: float
    deaths_after_exit: float
    deaths_in_recovery: float
    assessment_median: float
    assessment_sigma: float
    mean_patience: float
    drop_out_shape: float
    drop_out_scale: float
    deaths_in_treatment: float
    custody: float
    moves_away: float
    ready_median: float
    ready_sigma: float
    relapse_shape: float
    relapse_scale: float
    early_exit_relapse_ratio: float
    weekly_pence: tuple[int, int, int]


def clocks(group: Group, world: World) -> Clocks:
    """A group's clocks, read from its assumptions."""
    need, waiting, treatment, after = group.need, group.waiting, group.treatment, group.after
    costs = (
        treatment.cost_first_12_weeks_gbp_per_week,
        treatment.cost_settled_gbp_per_week,
        treatment.cost_ready_gbp_per_week,
    )
    untreated_deaths = need.deaths_untreated_per_year / DAYS_PER_YEAR
    first, settled, ready = (round(100 * pounds) for pounds in costs)
    return Clocks(
        first_seeking=need.first_seeking_per_year / DAYS_PER_YEAR,
        seeks_again_shape=need.seeks_again.shape,
        seeks_again_scale=scale(need.seeks_again.scale_days),
        stops=need.stops_untreated_per_year / DAYS_PER_YEAR,
        deaths_untreated=untreated_deaths,
        deaths_after_release=untreated_deaths * world.prison.deaths_first_2_weeks_ratio,
        deaths_after_exit=after.deaths_first_4_weeks_per_year / DAYS_PER_YEAR,
        deaths_in_recovery=after.deaths_in_recovery_per_year / DAYS_PER_YEAR,
        assessment_median=scale(waiting.assessment.median_days),
        assessment_sigma=waiting.assessment.sigma,
        mean_patience=scale(waiting.mean_patience_days),
        drop_out_shape=treatment.drop_out.shape,
        drop_out_scale=scale(treatment.drop_out.scale_days),
        deaths_in_treatment=treatment.deaths_per_year / DAYS_PER_YEAR,
        custody=treatment.custody_per_year / DAYS_PER_YEAR,
        moves_away=treatment.moves_away_per_year / DAYS_PER_YEAR,
        ready_median=scale(treatment.ready.median_days),
        ready_sigma=treatment.ready.sigma,
        relapse_shape=after.relapse.shape,
        relapse_scale=scale(after.relapse.scale_days),
        early_exit_relapse_ratio=world.early_exit_relapse_hazard_ratio,
        weekly_pence=(first, settled, ready),
    )


def first_seeking_days(c: Clocks, luck: float) -> float:
    """Days until somebody who has never been in treatment seeks it."""
    return exponential_days(luck, c.first_seeking)


def seeks_again_days(
    c: Clocks,
    luck: float,
    served_days: float = 0.0,
    support_days: float = 0.0,
    support_ratio: float = 1.0,
) -> float:
    """Days until somebody who has been in treatment seeks it again; support may hasten it while it lasts."""
    shape, scale_days = c.seeks_again_shape, c.seeks_again_scale
    if support_days:
        used = support_ratio * weibull_hazard(support_days, shape, scale_days)
        if luck < used:
            return weibull_days(luck / support_ratio, shape, scale_days)
        return support_days + weibull_days(luck - used, shape, scale_days, support_days)
    return weibull_days(luck, shape, scale_days, served_days)


def leaves_need(
    c: Clocks,
    day: float,
    stop: float,
    die: float,
    first_deaths: float,
    first_days: float,
    served_days: float,
) -> Next:
    """When an untreated person stops using or dies, whichever is first."""
    stops = stop / c.stops if c.stops else math.inf
    if first_days > served_days:
        dies = two_step_days(die, first_deaths, first_days, c.deaths_untreated, served_days)
    else:
        dies = die / c.deaths_untreated if c.deaths_untreated else math.inf
    if dies < stops:
        return day + dies, DIED_UNTREATED
    return day + stops, STOPPED


def assessment_days(c: Clocks, luck: float) -> float:
    """Days from referral until a first appointment could be kept, a place being free."""
    return lognormal_days(luck, c.assessment_median, c.assessment_sigma)


def leaves_list(c: Clocks, day: float, patience: float, die: float) -> Next:
    """When somebody who waits gives up or dies, whichever is first."""
    gives_up = patience * c.mean_patience
    dies = die / c.deaths_untreated if c.deaths_untreated else math.inf
    if dies < gives_up:
        return day + dies, DIED_WAITING
    return day + gives_up, GAVE_UP


def leaves_otherwise(c: Clocks, day: float, die: float, custody: float, move: float) -> Next:
    """When a client in treatment dies, goes to prison or moves away, whichever is first."""
    dies = die / c.deaths_in_treatment if c.deaths_in_treatment else math.inf
    arrested = custody / c.custody if c.custody else math.inf
    moves = move / c.moves_away if c.moves_away else math.inf
    if dies < arrested and dies < moves:
        return day + dies, DIED_IN_TREATMENT
    return (day + arrested, CUSTODY) if arrested < moves else (day + moves, MOVED_AWAY)


def drop_out_days(c: Clocks, luck: float, hazard_ratio: float, served_days: float = 0.0) -> float:
    """Days until a client drops out, at a hazard ratio that stays as it is."""
    return weibull_days(luck / hazard_ratio, c.drop_out_shape, c.drop_out_scale, served_days)


def rescaled_drop_out_day(c: Clocks, start: float, now: float, due: float, change: float) -> float:
    """The new day of dropping out when the hazard is multiplied by ``change`` from now on.

    What is left of the client's threshold stays; it is used up faster or more slowly.
    """
    if due == math.inf:
        return due
    shape, scale_days = c.drop_out_shape, c.drop_out_scale
    used = weibull_hazard(now - start, shape, scale_days)
    left = weibull_hazard(due - start, shape, scale_days) - used
    return now + weibull_days(left / change, shape, scale_days, now - start)


def ready_days(c: Clocks, luck: float) -> float:
    """Days from the start until a planned exit would hold."""
    return lognormal_days(luck, c.ready_median, c.ready_sigma)


def review_day(start: float, not_before: float) -> float:
    """The first quarterly review, counted from the start, on or after a day."""
    if not_before == math.inf:
        return math.inf
    reviews = math.ceil((not_before - start) / REVIEW_EVERY_DAYS)
    return start + REVIEW_EVERY_DAYS * max(1, reviews)


def leaves_treatment(
    drop_out_day: float, otherwise: Next, early_day: float, planned_day: float
) -> Next:
    """How and when a client leaves treatment, as things stand: the first of the rival exits."""
    day, what = otherwise
    if drop_out_day < day:
        day, what = drop_out_day, DROPPED_OUT
    if early_day < day:
        day, what = early_day, EARLY_EXIT
    if planned_day < day:
        day, what = planned_day, PLANNED_EXIT
    return day, what


def next_phase(phase: int, start: float, ready_day: float) -> Next:
    """When a client in treatment who is not yet ready settles or becomes ready, whichever is next."""
    if phase == FIRST_WEEKS and start + SETTLED_AFTER_DAYS < ready_day:
        return start + SETTLED_AFTER_DAYS, SETTLES
    return ready_day, BECOMES_READY


@dataclass(frozen=True, slots=True)
class Aftercare:
    """A support place: how long it lasts, and the hazard ratios of relapse while it does and after."""

    days: float
    ratio_during: float
    ratio_after: float


NO_SUPPORT = Aftercare(0.0, 1.0, 1.0)


def relapse_days(
    c: Clocks,
    luck: float,
    exit_ratio: float,
    served_days: float = 0.0,
    support: Aftercare = NO_SUPPORT,
) -> float:
    """Days still to come until relapse, for somebody whose recovery has lasted some days already.

    Parameters
    ----------
    luck
        What is left of the person's threshold.
    exit_ratio
        Hazard ratio of the way in which they left: 1 for a planned exit when ready.
    support
        The place that begins now, if any.
    """
    shape, scale_days = c.relapse_shape, c.relapse_scale
    during, after = exit_ratio * support.ratio_during, exit_ratio * support.ratio_after
    supported_until = served_days + support.days
    begun = weibull_hazard(served_days, shape, scale_days)
    used = during * (weibull_hazard(supported_until, shape, scale_days) - begun)
    if luck < used:
        return weibull_days(luck / during, shape, scale_days, served_days)
    if not after:
        return math.inf
    return support.days + weibull_days((luck - used) / after, shape, scale_days, supported_until)


def relapse_luck_used(c: Clocks, exit_ratio: float, served_days: float) -> float:
    """How much of the threshold of relapse a recovery without support has used up."""
    return exit_ratio * weibull_hazard(served_days, c.relapse_shape, c.relapse_scale)


def dies_in_recovery(c: Clocks, day: float, luck: float, served_days: float = 0.0) -> float:
    """The day on which somebody in recovery dies."""
    return day + two_step_days(
        luck, c.deaths_after_exit, FIRST_4_WEEKS_DAYS, c.deaths_in_recovery, served_days
    )
