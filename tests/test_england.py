"""England in 149 made-up partnerships: published totals and extremes, worked out again from what is shipped."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from simulator import replicate
from simulator.funding import Member, Rule, allocate
from simulator.model import rule
from simulator.money import in_year
from simulator.partnership import counted_before
from simulator.scenario import load
from simulator.scenario.own_world import of_partnership
from studies import draw_england

N = 149
REAL = ("Hertfordshire", "Haringey", "Milton Keynes")


@pytest.fixture(scope="module")
def england():
    return load("england_2008")


@pytest.fixture(scope="module")
def types():
    return load("england_2008_types")


@pytest.fixture(scope="module")
def pounds(england):
    """By year, from the one before day 0, each partnership's pounds on what is counted before day 0."""
    return paid(england)


def paid(scenario, years=3):
    """The rule at work without a run: each year pays the counts of the first window."""
    members = [member(scenario, name) for name in scenario.partnerships]
    pounds = [[each.last_gbp for each in members]]
    for year in range(years):
        now = [replace(each, last_gbp=gbp) for each, gbp in zip(members, pounds[-1], strict=True)]
        told = allocate(in_year(scenario.formula.pot_gbp, year), now, rule(scenario, year))
        pounds.append([told.pounds[each.name][0] for each in members])
    return np.array(pounds, dtype=float)


def member(scenario, name):
    own, world = scenario.partnerships[name], of_partnership(scenario, name)
    return Member(
        name,
        counted_before(world),
        need=own.need_index * own.size,
        population=own.population_index * own.size,
        area_cost=own.area_cost_factor,
        old_share=own.old_share_weight * own.size,
        last_gbp=round(world.history.allocation_gbp * own.old_share_weight),
        copies=own.copies,
    )


def counted(scenario, name):
    """What was counted of everybody before day 0, times copies."""
    return sum(
        own.copies * np.array(getattr(counted_before(of_partnership(scenario, each)), name))
        for each, own in scenario.partnerships.items()
    )


def column(scenario, name):
    """A characteristic that is told for its size, times size and copies."""
    return [own.copies * own.size * getattr(own, name) for own in scenario.partnerships.values()]


# What is shipped


def test_files_are_what_the_study_draws(baseline):
    for name, text in draw_england.drawn(baseline).items():
        assert (draw_england.SCENARIOS / f"{name}.yaml").read_text(encoding="utf-8") == text


def test_149_share_the_whole_pot_and_nobody_else(england, baseline):
    assert len(england.partnerships) == N
    assert england.formula.rest.partnerships == 0
    assert england.formula.pot_gbp == baseline.formula.pot_gbp


def test_they_are_said_to_be_made_up_and_bear_no_real_name(england, types):
    for scenario in (england, types):
        assert "made" in scenario.description.lower()
        text = (draw_england.SCENARIOS / f"{scenario.name}.yaml").read_text(encoding="utf-8")
        assert "MADE UP" in text or "made-up" in text
        assert not any(name in scenario.partnerships for name in REAL)


def test_all_keep_the_plan_of_the_baseline(england, baseline):
    assert all(own.plan == baseline.plan for own in england.partnerships.values())


# Published totals


def test_sizes_sum_to_149(england, types):
    for scenario in (england, types):
        total = sum(own.copies * own.size for own in scenario.partnerships.values())
        assert total == pytest.approx(N, abs=1e-4)


def test_people_counted_are_149_times_the_baselines(england, baseline):
    for name in ("effective", "completions", "starts", "unmet_need"):
        once = np.array(getattr(counted_before(baseline), name))
        # people on day 0 are rounded in each partnership
        assert counted(england, name) == pytest.approx(N * once, rel=0.005)


def test_what_was_paid_before_is_149_times_the_baselines(england, baseline):
    assert paid(england, 0)[0].sum() == pytest.approx(N * baseline.history.allocation_gbp, rel=1e-5)


def test_need_population_and_old_shares_are_average_over_size(england):
    for name in ("need_index", "population_index", "old_share_weight"):
        assert sum(column(england, name)) == pytest.approx(N, rel=1e-4)


def test_area_cost_adjustment_is_neutral_in_total(england):
    """Σ c s = Σ s: money that follows dear areas comes from cheap ones, none from the level of all."""
    members = [member(england, name) for name in england.partnerships]
    without = allocate(373_000_000, members, Rule(rule(england, 0).terms, area_cost=0)).entitlement
    costs = {each.name: each.area_cost for each in members}
    adjusted = sum(float(gbp) * costs[name] for name, gbp in without.items())
    assert adjusted == pytest.approx(373_000_000, rel=1e-4)


def test_share_of_pdus_varies(england):
    shares = []
    for name in england.partnerships:
        opiate, crack, other = counted_before(of_partnership(england, name)).effective
        shares.append((opiate + crack) / (opiate + crack + other))
    assert min(shares) < 0.8
    assert max(shares) > 0.92
    assert np.average(shares) == pytest.approx(0.88, abs=0.01)


# Published extremes


def test_nine_fall_to_70_in_100_of_their_level_over_three_years(pounds):
    ratio = pounds[3] / pounds[0]
    assert (np.abs(ratio - 0.70) < 0.0005).sum() == 9
    assert (ratio > 0.71).sum() == N - 9


def test_the_largest_winner_gains_78_in_100(pounds):
    assert (pounds[3] / pounds[0]).max() == pytest.approx(1.78, abs=0.002)


def test_60_in_100_stay_level_or_gain_in_the_first_year(pounds):
    assert (pounds[1] >= pounds[0]).sum() == 89  # of 149


def test_spending_a_head_runs_from_1134_to_3370_pounds_in_2007_08(england, pounds):
    heads = [
        sum(counted_before(of_partnership(england, name)).effective)
        for name in england.partnerships
    ]
    a_head = pounds[0] / heads
    assert a_head.min() == pytest.approx(1134, abs=3)
    assert a_head.max() == pytest.approx(3370, abs=3)


def test_floor_takes_a_tenth_of_the_first_level_each_year(england):
    """0.9 × 0.888889 × 0.875 = 0.70; nine tenths of each last year would leave 0.729."""
    floors = england.formula.floor_share
    assert np.cumprod(floors[:3]) == pytest.approx([0.9, 0.8, 0.7], abs=1e-5)


def test_every_pot_is_spent(england, pounds):
    assert pounds[1:].sum(axis=1).tolist() == [373_000_000, 373_000_000, 381_300_000]


# Types


def test_at_most_12_types_stand_for_149(types):
    assert len(types.partnerships) <= 12
    assert sum(own.copies for own in types.partnerships.values()) == N


def test_types_have_the_totals_of_the_149(england, types):
    for name in ("effective", "completions", "starts"):
        assert counted(types, name) == pytest.approx(counted(england, name), rel=1e-4)
    for name in ("need_index", "population_index", "old_share_weight"):
        assert sum(column(types, name)) == pytest.approx(sum(column(england, name)), rel=1e-4)
    before = paid(types, 0)[0]
    copies = [own.copies for own in types.partnerships.values()]
    assert before @ copies == pytest.approx(paid(england, 0)[0].sum(), rel=1e-5)


def test_a_types_allocation_is_close_to_the_mean_of_its_members(england, types, pounds, baseline):
    """Within 1 in 100,000: those whom the floor holds are a type of their own, and the rest is linear."""
    drawn = draw_england.with_old_shares(baseline, draw_england.without_old_shares(baseline))
    kind = draw_england.type_of(baseline, drawn)
    of_types = paid(types)
    for year in range(4):
        means = np.bincount(kind, pounds[year]) / np.bincount(kind)
        assert of_types[year] == pytest.approx(means, rel=1e-5)


@pytest.mark.slow
def test_national_totals_of_the_types_are_near_those_of_the_149(england, types, seed):
    """Within 2 in 100 for people in treatment, within 5 in 100 for rarer things, in the fifth year."""
    ours, theirs = (
        replicate.run([scenario], replications, seed)[0]
        for scenario, replications in ((england, 1), (types, 2))
    )
    for measure, within in (
        ("allocation_gbp", 1e-6),
        ("spent_gbp", 0.02),
        ("in_contact", 0.02),
        ("in_effective_treatment", 0.02),
        ("new_presentations", 0.03),
        ("planned_exits", 0.05),
        ("in_recovery", 0.02),
        ("unmet_need_share", 0.02),
    ):
        ratio = theirs.of(measure, "all").mean(axis=0) / ours.of(measure, "all").mean(axis=0)
        assert np.all(np.abs(ratio - 1) < within), (measure, ratio)
