"""What a plan does to harm, and what an extra person in recovery costs: whichever way money and people go."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from simulator.findings import HARMS, what_it_harms, what_recovery_costs
from simulator.incentives import Estimate, ratio_by_fieller
from simulator.measures import MEASURES
from simulator.replicate import Sample
from simulator.scenario import load
from simulator.wording import gbp

REPLICATIONS = 8
WOBBLE = np.linspace(-1, 1, REPLICATIONS)
"""Sums to nothing, so that its interval holds zero."""
LUCK = np.array([0.3, -1.2, 0.8, 1.1, -0.4, 0.2, -1.5, 0.7])


@pytest.fixture(scope="module")
def park():
    return load("park")


def sample(scenario, **changes):
    """A sample in which every measure stands at 100 but for what is changed in every year, by replication."""
    groups = len(scenario.world.groups) + 1
    values = np.full((REPLICATIONS, 1, len(MEASURES), scenario.years, groups), 100.0)
    for measure, change in changes.items():
        values[:, 0, MEASURES.index(measure)] += np.reshape(change, (-1, 1, 1))
    return Sample(scenario, 1, values, ())


def clearly(size):
    return size + abs(size) / 10 * WOBBLE


# Harms


def test_what_happens_is_summed_over_the_years_and_who_stands_is_of_the_last_day(park):
    plan = sample(park, deaths=clearly(2.0), untreated=clearly(-30.0), re_presentations=WOBBLE)
    harms = what_it_harms(sample(park), plan)
    died, untreated, back = harms.figures
    assert tuple(HARMS) == ("deaths", "untreated", "re_presentations")
    assert died.estimate.mean == pytest.approx(2.0 * park.years)
    assert died.name == "Deaths, sum of 2008-09 to 2012-13"
    assert untreated.estimate.mean == pytest.approx(-30.0)
    assert untreated.name == "Untreated on 31 March, 2012-13"
    assert [figure.sign for figure in (died, untreated, back)] == ["more", "less", "open"]
    assert not harms.none


@pytest.mark.parametrize(("deaths", "told"), [(2.0, True), (-2.0, True), (0.0, False)])
def test_what_is_assumed_of_death_is_told_where_deaths_clearly_differ(park, deaths, told):
    plan = sample(park, deaths=clearly(deaths) if deaths else WOBBLE)
    assert bool(what_it_harms(sample(park), plan).assumed) == told


def test_a_plan_that_changes_nothing_harms_nobody(park):
    assert what_it_harms(sample(park), sample(park)).none


# What an extra person in recovery costs

MONEY = {"more": clearly(5000.0), "less": clearly(-5000.0), "same": 0.0, "open": 900.0 * WOBBLE}
PEOPLE = {"more": clearly(50.0), "less": clearly(-50.0), "same": 0.0, "open": 9.0 * WOBBLE}
TOLD = {
    ("more", "more"): "Each extra person in recovery costs £500 (95% interval £500 to £500).",
    ("more", "less"): "It saves money and leaves more people in recovery: £",
    ("more", "same"): "Extra people in recovery cost nothing.",
    ("more", "open"): "costs money or saves it is too close to call (95% interval −£",
    ("less", "less"): "It saves money, but leaves fewer people in recovery: £500 less for each",
    ("less", "more"): "It costs more and leaves fewer people in recovery.",
    ("less", "same"): "It leaves fewer people in recovery for the same money.",
    ("less", "open"): "It leaves fewer people in recovery, and whether it saves money is too close",
    ("same", "more"): "It costs more and leaves no more people in recovery.",
    ("same", "less"): "It saves money and leaves as many people in recovery.",
    ("same", "same"): "As much is spent, and as many people are in recovery.",
    (
        "same",
        "open",
    ): "As many people are in recovery; whether it saves money is too close to call.",
    **{("open", money): "cannot be told: whether there are more of them" for money in MONEY},
}


@pytest.mark.parametrize(("people", "money"), TOLD)
def test_the_sentence_follows_the_signs_of_people_and_money(park, people, money):
    plan = sample(park, in_recovery=PEOPLE[people], spent_gbp=MONEY[money])
    found = what_recovery_costs(sample(park), plan)
    assert TOLD[people, money] in found.sentence
    others = [
        told for key, told in TOLD.items() if key[0] != people and TOLD[people, money] != told
    ]
    assert not any(told in found.sentence for told in others)
    assert (found.verdict == "clear") == ("open" not in (people, money))


def test_pounds_of_all_years_are_divided_by_people_of_the_last_day(park):
    plan = sample(park, in_recovery=clearly(50.0), spent_gbp=clearly(-1000.0))
    each, spent, well = what_recovery_costs(sample(park), plan).figures
    assert spent.estimate.mean == pytest.approx(-1000.0 * park.years)
    assert well.estimate.mean == pytest.approx(50.0)
    assert each.estimate.mean == pytest.approx(-1000.0 * park.years / 50.0)
    assert each.estimate.low < each.estimate.mean < each.estimate.high


def test_money_that_is_saved_is_told_without_a_minus_and_from_less_to_more(park):
    plan = sample(park, in_recovery=clearly(50.0), spent_gbp=clearly(-1000.0))
    found = what_recovery_costs(sample(park), plan)
    each = found.figures[0].estimate.turned
    assert f"{gbp(each.mean)} less for each" in found.sentence
    assert f"{gbp(each.low)} to {gbp(each.high)}" in found.sentence
    assert "−" not in found.sentence


def test_one_pair_of_runs_says_that_it_has_no_interval(park):
    both = [sample(park), sample(park, in_recovery=clearly(50.0), spent_gbp=clearly(9.0))]
    one = [Sample(each.scenario, 1, each.values[:1], ()) for each in both]
    told = what_recovery_costs(*one)
    assert "no interval from one replication" in told.sentence
    assert math.isnan(told.figures[0].estimate.mean)


# Fieller's interval


def test_a_ratio_that_never_varies_is_sure():
    people = 3 + LUCK
    found = ratio_by_fieller(2000 * people, people)
    assert (found.mean, found.low, found.high) == pytest.approx((2000, 2000, 2000))


amounts = st.lists(st.floats(-10, 10), min_size=4, max_size=12)


@given(amounts, st.randoms(use_true_random=False), st.floats(1.5, 20), st.floats(-2000, 2000))
def test_a_ratio_lies_in_the_interval_where_nothing_may_be_left(noise, luck, people, at):
    under = people + np.array(noise)
    over = np.array([each * 500 + luck.uniform(-300, 300) for each in noise])
    assume(np.ptp(under) > 0.01)
    found = ratio_by_fieller(over, under)
    of_people = Estimate.of(under)
    assert math.isnan(found.mean) == (of_people.low <= 0 <= of_people.high)
    assume(not math.isnan(found.mean))
    left = Estimate.of(over - at * under)
    edge = min(abs(left.low), abs(left.high)) < 1e-6 * (1 + abs(left.high - left.low))
    assert edge or (found.low <= at <= found.high) == (left.low <= 0 <= left.high)


def test_the_interval_grows_as_what_is_divided_by_comes_near_nothing():
    money = 1000 + 100 * LUCK[::-1]
    widths = []
    for people in (10.0, 3.0, 1.0):
        found = ratio_by_fieller(money, people + LUCK)
        widths.append(people * (found.high - found.low))
    assert widths == sorted(widths)
    assert math.isnan(ratio_by_fieller(money, 0.5 + LUCK).mean)


def test_the_interval_holds_the_ratio_nineteen_times_in_twenty():
    chance = np.random.default_rng(1)  # one draw for all, and wide enough bounds for it
    held = total = 0
    for _ in range(4000):
        people = chance.normal(3.2 / math.sqrt(20), 1, 20)
        money = 2000 * people + chance.normal(0, 500, 20) + 1000 * 3.2 / math.sqrt(20)
        found = ratio_by_fieller(money, people)
        if not math.isnan(found.mean):
            total += 1
            held += found.low <= 3000 <= found.high
    assert total > 3000
    assert 0.93 < held / total < 0.99
