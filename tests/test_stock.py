"""Day 0: the same people under every plan, standing as the history says."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binom, expon, kstest, lognorm
from tiny import finished, journal, tiny_queue, two_groups, with_places_unlimited

from simulator.chance import Chance
from simulator.journal import EXITS, Happened, State
from simulator.model import Run
from simulator.scenario import load
from simulator.stock import PAST_DAYS, people_of
from simulator.years import first_day

LEAST_P = 0.001
MANY = 20_000


FIVE_YEARS = first_day(5)


def standing_of(scenario, seed, until=FIVE_YEARS):
    """By group, how everybody stands on day 0 or is to come."""
    name = next(iter(scenario.partnerships))
    groups = people_of(scenario, name, Chance(seed, 0, name), until)
    return {group.name: group.standing for group in groups}


def stock_of(people, *changes):
    changes = [f"history.groups.opiate.{change}" for change in (*people, *changes)]
    return tiny_queue("world.groups.opiate.need.onset_per_year=0.0", *changes)


def assert_same_people(ours, theirs):
    for field in ("state", "since", "treated_before", "ready", "kept_12_weeks"):
        assert np.array_equal(getattr(ours, field), getattr(theirs, field)), field


@pytest.mark.parametrize("plan", ["park", "move_on", "need_only_formula", "engage_other_drugs"])
def test_the_same_people_stand_there_under_every_plan(plan, baseline, seed):
    ours, theirs = standing_of(baseline, seed), standing_of(load(plan), seed)
    assert list(ours) == list(theirs)
    for group in ours:
        assert_same_people(ours[group], theirs[group])


@pytest.mark.parametrize("plan", ["park", "move_on"])
def test_the_journal_of_the_past_is_the_same_under_every_plan(plan, baseline, seed):
    ours, theirs = (journal_of_the_past(scenario, seed) for scenario in (baseline, load(plan)))
    assert ours == theirs


def journal_of_the_past(scenario, seed):
    records = Run(scenario, seed, 0).partnerships[0].pathway.journal.records()
    return [records.day.tolist(), records.person.tolist(), records.what.tolist()]


def test_other_replications_and_partnerships_have_other_people(baseline, seed):
    one, other = (
        people_of(baseline, "Average partnership", Chance(*key), 100.0)[0].standing
        for key in ((seed, 0, "Average partnership"), (seed, 1, "Average partnership"))
    )
    assert not np.array_equal(one.since, other.since)


def test_a_longer_run_has_the_same_people_and_more_to_come(baseline, seed):
    short, long = (
        standing_of(baseline, seed, first_day(2)),
        standing_of(baseline, seed, first_day(6)),
    )
    for group, standing in short.items():
        n = len(standing.state)
        assert np.array_equal(long[group].since[:n], standing.since)
        assert np.array_equal(long[group].ready[:n], standing.ready)
        assert np.all(long[group].state[n:] == State.NOT_YET)
        assert np.all(long[group].since[n:] >= first_day(2))


def test_a_longer_run_lives_the_same_first_years(tenth, seed):
    """Nobody's luck depends on how long the run is: with money and levers the same, nor does their life."""
    scenario = with_places_unlimited(tenth)
    short, long = (
        journal(finished(scenario.model_copy(update={"years": years}), seed)) for years in (2, 4)
    )
    # Persons are numbered group by group, and more are to come in the longer run.
    for group in range(3):
        ours, theirs = (
            numbered_within(group, scenario, years, records, seed)
            for years, records in ((2, short), (4, long))
        )
        assert ours == theirs


def numbered_within(group, scenario, years, records, seed):
    name = next(iter(scenario.partnerships))
    until = first_day(years) + 182
    first = [g.first for g in people_of(scenario, name, Chance(seed, 0, name), until)] + [10**9]
    mine = (records.person >= first[group]) & (records.person < first[group + 1])
    mine &= records.day < first_day(2)
    order = np.lexsort((records.what[mine], records.person[mine], records.day[mine]))
    return [
        (float(day), int(person) - first[group], int(what))
        for day, person, what in zip(
            records.day[mine][order],
            records.person[mine][order],
            records.what[mine][order],
            strict=True,
        )
    ]


def test_as_many_stand_in_each_state_as_the_history_says(baseline, seed):
    for group, standing in standing_of(baseline, seed).items():
        past = baseline.history.groups[group]
        counts = np.bincount(standing.state, minlength=len(State))
        assert counts[State.IN_TREATMENT] == past.in_treatment.people
        assert counts[State.WAITING] == past.waiting.people
        assert counts[State.UNTREATED] == past.never_treated + past.treated_before.people
        assert counts[State.IN_RECOVERY] == past.in_recovery.people
        assert counts[State.PRISON] == past.in_prison
        untreated = standing.state == State.UNTREATED
        assert np.sum(standing.treated_before & untreated) == past.treated_before.people


def test_time_since_is_spread_evenly_within_the_bands(seed):
    bands = "[{up_to_days: 10.0, share: 0.5}, {up_to_days: 110.0, share: 0.2}, {up_to_days: 1000.0, share: 0.3}]"
    standing = standing_of(stock_of([f"treated_before={{people: {MANY}, since: {bands}}}"]), seed)[
        "opiate"
    ]

    def cumulative(days):
        return np.interp(days, [0, 10, 110, 1000], [0, 0.5, 0.7, 1])

    assert kstest(-standing.since, cumulative).pvalue > LEAST_P


def test_time_in_prison_has_no_memory(seed):
    standing = standing_of(stock_of([f"in_prison={MANY}"]), seed)["opiate"]
    assert kstest(-standing.since, expon(scale=100.0).cdf).pvalue > LEAST_P


def test_as_many_leavers_were_kept_12_weeks_as_the_history_says(seed):
    people = f"treated_before={{people: {MANY}, since: [{{up_to_days: 300.0, share: 1.0}}]}}"
    standing = standing_of(stock_of([people], "leavers_kept_12_weeks_share=0.7"), seed)["opiate"]
    low, high = binom(MANY, 0.7).interval(1 - LEAST_P)
    assert low <= standing.kept_12_weeks.sum() <= high


def clients_for_long(held_days, *ready):
    """Clients in treatment for up to ten years, and how long ready ones were kept."""
    people = f"in_treatment={{people: {MANY}, since: [{{up_to_days: 3650.0, share: 1.0}}]}}"
    return tiny_queue(
        "world.groups.opiate.need.onset_per_year=0.0",
        f"world.groups.opiate.treatment.ready={{{', '.join(ready)}}}",
        f"history.groups.opiate.{people}",
        f"history.move_on_delay_days={held_days}",
    )


@pytest.mark.parametrize("held_days", [0, 614, 10_000])
def test_readiness_is_lognormal_given_that_nobody_has_been_moved_on(held_days, seed):
    """Who is still here at the last review had not then been ready for as long as clients were kept."""
    standing = standing_of(clients_for_long(held_days, "median_days: 750.0", "sigma: 0.9"), seed)[
        "opiate"
    ]
    served = -standing.since
    ready = served + standing.ready
    last_review = 91 * np.floor(served / 91)
    assert np.all(ready >= last_review - held_days - 1e-6)
    whole = lognorm(0.9, scale=750.0)
    earliest = np.maximum(last_review - held_days, 0)
    place = (whole.cdf(ready) - whole.cdf(earliest)) / whole.sf(earliest)
    assert kstest(place, "uniform").pvalue > LEAST_P


def test_some_of_the_stock_is_ready_and_held(seed):
    standing = standing_of(clients_for_long(614, "median_days: 750.0", "sigma: 0.9"), seed)[
        "opiate"
    ]
    held = np.mean(standing.ready <= 0)
    assert 0.1 < held < 0.6


def test_readiness_without_spread_is_the_median_or_as_early_as_it_can_have_been(seed):
    standing = standing_of(clients_for_long(100, "median_days: 200.0", "sigma: 0.0"), seed)[
        "opiate"
    ]
    served = -standing.since
    earliest = np.maximum(91 * np.floor(served / 91) - 100, 0)
    assert served + standing.ready == pytest.approx(np.maximum(earliest, 200.0))


def test_where_nobody_is_ever_ready_the_stock_is_not(seed):
    standing = standing_of(clients_for_long(100, "median_days: null", "sigma: 0.0"), seed)["opiate"]
    assert np.all(np.isinf(standing.ready))


def test_an_empty_history_has_nobody_but_those_to_come(queue, seed):
    standing = standing_of(queue, seed)["opiate"]
    assert np.all(standing.state == State.NOT_YET)
    assert np.all(np.diff(standing.since) > 0)


def test_groups_have_luck_of_their_own(seed):
    people = "in_treatment={people: 50, since: [{up_to_days: 365.0, share: 1.0}]}"
    scenario = two_groups(f"history.groups.opiate.{people}", f"history.groups.other.{people}")
    standing = standing_of(scenario, seed)
    assert not np.any(standing["opiate"].since[:50] == standing["other"].since[:50])


def test_journeys_of_the_last_year_are_remembered(tenth, seed):
    run = Run(tenth, seed, 0)
    records = run.partnerships[0].pathway.journal.records()
    standing = standing_of(tenth, seed)
    told = {}
    for day, person, what in zip(records.day, records.person, records.what, strict=True):
        told.setdefault(int(person), []).append((float(day), Happened(what)))
    first = 0
    for group in people_of(
        tenth, "Average partnership", Chance(seed, 0, "Average partnership"), 2007.0
    ):
        for i, (state, since) in enumerate(
            zip(group.standing.state, group.standing.since, strict=True)
        ):
            past = told.get(first + i, [])
            if state == State.IN_TREATMENT:
                assert past == [(since, Happened.START)]
            elif state == State.WAITING:
                assert past == [(since, Happened.REFERRAL)]
            elif state != State.NOT_YET and group.standing.treated_before[i] and since > -PAST_DAYS:
                (began, start), (ended, exit_) = past
                assert (start, ended) == (Happened.START, since)
                assert exit_ in EXITS
                assert (ended - began >= 84) == (
                    state == State.IN_RECOVERY or bool(standing[group.name].kept_12_weeks[i])
                )
            else:
                assert past == []
        first += len(group.standing.state)
