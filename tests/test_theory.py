"""What queueing theory says lies inside the simulation's interval."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import chi2
from tiny import (
    CONFIDENCE,
    balances,
    changed,
    finished,
    holds,
    in_balance,
    interval,
    journal,
    level_of,
    with_places_unlimited,
)

from simulator import measures, replicate
from simulator.journal import PLANNED, Happened
from simulator.validate.queue_theory import (
    TREATED_STEPS,
    WAITING_STEPS,
    erlang_a,
    erlang_c,
    overlap_days,
    still_inside,
    waits_of_theory,
)
from simulator.validate.worlds import impatient_queue, queue_of, unlimited_queue
from simulator.years import first_day

WARM_DAYS = first_day(1)
"""What happens before is left out, so that the queue has forgotten that it began empty."""


def test_erlang_c_is_the_known_number():
    # M/M/1 waits as often as it is busy; M/M/2 at load 1 waits a third of the time.
    assert erlang_c(1, 0.6) == pytest.approx(0.6)
    assert erlang_c(2, 1.0) == pytest.approx(1 / 3)


def waits_of_a_queue(places, busy_share, replications, seed):
    """By replication: the share that waits, the mean wait, and the mean wait of those who wait."""
    scenario = queue_of(places, busy_share, years=5)
    told = []
    for replication in range(replications):
        waited = measures.waits(journal(finished(scenario, seed, replication)))
        days = waited.days[(waited.referral >= WARM_DAYS) & waited.started]
        told.append((np.mean(days > 0), days.mean(), days[days > 0].mean()))
    return np.array(told)


def test_waits_are_those_of_erlang_c(seed):
    told = waits_of_a_queue(5, 0.75, 16, seed)
    assert holds(told, waits_of_theory(5, 3.75), family=3)


@pytest.mark.slow
@pytest.mark.parametrize(("places", "busy_share"), [(1, 0.5), (3, 0.6), (10, 0.8)])
def test_waits_are_those_of_erlang_c_closely(places, busy_share, seed):
    told = waits_of_a_queue(places, busy_share, 50, seed)
    assert holds(told, waits_of_theory(places, busy_share * places), family=3)


def what_an_impatient_queue_does(places, busy_share, replications, seed):
    scenario = impatient_queue(places, busy_share, 5)
    end = first_day(scenario.years)
    told = []
    for replication in range(replications):
        records = journal(finished(scenario, seed, replication))
        inside = (records.day >= WARM_DAYS) & (records.day < end)
        starts, gave_up = (
            np.sum(inside & records.of(what)) / (end - WARM_DAYS)
            for what in (Happened.START, Happened.GAVE_UP)
        )
        told.append((starts, gave_up, level_of(records, WAITING_STEPS, WARM_DAYS, end)))
    return np.array(told)


def test_starts_giving_up_and_the_list_are_those_of_erlang_a(seed):
    told = what_an_impatient_queue_does(5, 0.9, 12, seed)
    assert holds(told, erlang_a(5, 4.5), family=3)


@pytest.mark.slow
@pytest.mark.parametrize(("places", "busy_share"), [(1, 0.5), (5, 1.2), (15, 1.0)])
def test_starts_giving_up_and_the_list_are_those_of_erlang_a_closely(places, busy_share, seed):
    told = what_an_impatient_queue_does(places, busy_share, 30, seed)
    assert holds(told, erlang_a(places, busy_share * places), family=3)


def test_with_places_unlimited_the_number_in_treatment_is_poisson(seed):
    # M/G/inf from empty: Poisson, with the arrival rate times the time that a newcomer has stayed so far.
    law = {"shape": 0.6, "scale_days": 120.0, "onsets": 150.0}
    scenario = unlimited_queue(**law, years=3)
    inside = replicate.run([scenario], 40, seed, workers=1)[0].of("in_treatment")
    n, years = inside.shape

    for year in range(years):
        expected = still_inside(**law, year=year)
        assert holds(inside[:, year], expected, family=years)
        dispersion = np.sum((inside[:, year] - expected) ** 2) / expected
        tail = (1 - CONFIDENCE) / (2 * years)
        assert chi2.ppf(tail, n) < dispersion < chi2.ppf(1 - tail, n)


@pytest.mark.parametrize("world", ["tenth", pytest.param("baseline", marks=pytest.mark.slow)])
def test_little_holds_for_treatment_and_for_the_list(world, seed, request):
    """Over any period the mean number inside is the stays within it over its length: no sampling error."""
    scenario = request.getfixturevalue(world)
    records = journal(finished(scenario, seed))
    first, last = first_day(1), first_day(scenario.years)
    stays = measures.journeys(records)
    past = scenario.history.groups.values()
    mean_inside = level_of(
        records, TREATED_STEPS, first, last, sum(group.in_treatment.people for group in past)
    )
    days = overlap_days(stays.start, stays.end, first, last)
    assert mean_inside == pytest.approx(days / (last - first))
    waits = measures.waits(records)
    mean_waiting = level_of(
        records, WAITING_STEPS, first, last, sum(group.waiting.people for group in past)
    )
    days = overlap_days(waits.referral, waits.referral + waits.days, first, last)
    assert mean_waiting == pytest.approx(days / (last - first))


def test_in_balance_the_list_is_referrals_times_the_mean_wait(seed):
    """Little's law in the mean: what the measures say of waits against how many wait."""
    scenario = queue_of(5, 0.75, 5)
    end = first_day(scenario.years)
    gaps = []
    for replication in range(12):
        records = journal(finished(scenario, seed, replication))
        waited = measures.waits(records)
        mine = (waited.referral >= WARM_DAYS) & (waited.referral < end)
        waiting = level_of(records, WAITING_STEPS, WARM_DAYS, end)
        gaps.append(mine.sum() / (end - WARM_DAYS) * waited.days[mine].mean() - waiting)
    assert holds(gaps, 0.0)


# An independent way to the same numbers: integration on a grid of days

STARTS = 300.0
SAME = {
    "starts": "new_presentations",
    "referrals": "referrals",
    "planned_exits": "planned_exits",
    "unplanned_exits": "unplanned_exits",
    "in_treatment": "in_treatment",
    "waiting": "waiting",
}


@pytest.fixture(scope="module")
def world_in_balance(baseline, seed):
    scenario = in_balance(baseline, STARTS)
    return replicate.run([scenario], 30, seed)[0]


@pytest.mark.slow
@pytest.mark.parametrize("group", ["opiate", "crack", "other"])
def test_flows_and_stocks_are_those_that_integration_gives(group, world_in_balance):
    """Day 0, all clocks and all ways back, worked out twice.

    The grid of whole days, and bands of time since a start, leave half a per cent.
    """
    balance = balances(world_in_balance.scenario, STARTS)[group]
    solved = balance.solve()
    simulated = [world_in_balance.of(name, group=group).mean(axis=1) for name in SAME.values()]
    theory = [solved[name] for name in SAME]
    simulated += [
        world_in_balance.of("untreated", group=group)[:, 0],
        world_in_balance.of("kept_12_weeks_share", group=group).mean(axis=1),
        world_in_balance.of("re_presentations", group=group).sum(axis=1)
        / world_in_balance.of("planned_exits", group=group).sum(axis=1),
    ]
    theory += [
        solved["never_treated"] + solved["treated_before"],
        solved["kept_12_weeks"],
        balance.returned("planned", 182),
    ]
    for one, expected in zip(simulated, theory, strict=True):
        assert holds(one, expected, family=3 * len(theory), slack=0.01), (one.mean(), expected)


@pytest.mark.slow
def test_as_many_are_back_after_an_unplanned_exit_as_integration_gives(baseline, seed):
    scenario = in_balance(baseline, STARTS)
    back = []
    for replication in range(8):
        run = finished(scenario, seed, replication)
        groups = run.partnerships[0].pathway.groups
        group_of = np.repeat(np.arange(len(groups)), [group.people for group in groups])
        records = journal(run)
        stays = measures.journeys(records)
        moved = records.of(Happened.DROPPED_OUT) & (records.day >= 0)
        dropped = {*zip(records.person[moved].tolist(), records.day[moved].tolist(), strict=True)}
        left = [
            (person, end) in dropped and end < first_day(scenario.years)
            for person, end in zip(stays.person.tolist(), stays.end.tolist(), strict=True)
        ]
        again = stays.next_start() <= stays.end + 182
        group = group_of[stays.person]
        back.append([again[left & (group == place)].mean() for place in range(len(groups))])
    theory = [balance.returned("unplanned", 182) for balance in balances(scenario, STARTS).values()]
    assert holds(back, theory, family=len(theory), slack=0.01)


# Where as many come as leave for good

LEAVE_NEED = (
    Happened.STOPPED,
    Happened.DIED_UNTREATED,
    Happened.DIED_WAITING,
    Happened.DIED_IN_TREATMENT,
    Happened.MOVED_AWAY,
    *PLANNED,
)
"""Moves out of need; a relapse is the one way back."""
STANDS_STILL = ("in_contact", "in_treatment", "new_presentations", "planned_exits", "untreated")


def leave_for_good_per_year(scenario, seed, replications):
    """By group, how many leave need for good in a year of the run: those who leave, less relapses."""
    left = np.zeros(len(scenario.world.groups))
    for replication in range(replications):
        run = finished(scenario, seed, replication)
        records = journal(run)
        groups = run.partnerships[0].pathway.groups
        group_of = np.repeat(np.arange(len(groups)), [group.people for group in groups])
        mine = group_of[records.person]
        inside = (records.day >= 0) & (records.day < first_day(scenario.years))
        for kinds, sign in ((LEAVE_NEED, 1), ((Happened.RELAPSE,), -1)):
            left += sign * np.bincount(mine[inside & records.of(*kinds)], minlength=len(groups))
    return left / replications / scenario.years


@pytest.mark.slow
def test_where_as_many_come_as_leave_for_good_nothing_drifts(baseline, seed):
    """The last year is as the first, within 2% and what chance allows.

    Not so in recovery: there the recovered gather, year after year, until they die.
    """
    scenario = with_places_unlimited(baseline)
    for name, leave in zip(
        scenario.world.groups, leave_for_good_per_year(scenario, seed, 12), strict=True
    ):
        need = {f"world__groups__{name}__need__onset_per_year": leave}
        need[f"world__groups__{name}__need__moves_in_per_year"] = 0.0
        scenario = changed(scenario, **need)
    (sample,) = replicate.run([scenario], 60, seed)
    for measure in STANDS_STILL:
        first, last = sample.of(measure)[:, 0], sample.of(measure)[:, -1]
        low, high = interval(last - first, family=len(STANDS_STILL))
        assert low <= 0.02 * first.mean(), measure
        assert high >= -0.02 * first.mean(), measure
