"""A partnership of its own size, mix and costs: what scales, what does not, and what stands for several alike."""

from __future__ import annotations

import numpy as np
import pytest
from tiny import a_tenth_of, checked

from simulator import replicate
from simulator.journal import State
from simulator.measures import MEASURES
from simulator.model import Run
from simulator.partnership import Partnership
from simulator.scenario import as_dict, load
from simulator.scenario.own_world import of_partnership


@pytest.fixture(scope="module")
def unlike(baseline):
    """Unlike partnerships that share the baseline's pot."""
    return with_partnerships(
        baseline,
        Average={},
        Large={"size": 2.0},
        Mixed={"mix": {"opiate": 1.5, "crack": 0.0, "other": 0.5}},
        Dear={"area_cost_factor": 1.2},
        Poor={"old_share_weight": 0.5, "size": 2.0},
    )


def with_partnerships(scenario, **partnerships):
    data = as_dict(scenario)
    plan = data["plan"]
    data["partnerships"] = {name: {"plan": plan, **own} for name, own in partnerships.items()}
    return checked(data, scenario)


def per_year(scenario, name):
    """What was counted of each group before day 0."""
    return np.array([getattr(past, name) for past in scenario.history.groups.values()])


def day_0(scenario, name, seed):
    """People by state and group, without those who are to come."""
    return Partnership(scenario, name, seed, 0).pathway.people_by_state()[State.UNTREATED :]


# The world of its own


def test_average_partnership_lives_in_the_scenario_itself(unlike, baseline):
    assert of_partnership(unlike, "Average") is unlike
    name = next(iter(baseline.partnerships))
    assert of_partnership(baseline, name) is baseline


def test_size_doubles_people_who_come_and_what_was_counted_of_them(unlike):
    large = of_partnership(unlike, "Large")
    for name in large.world.groups:
        was, now = unlike.world.groups[name], large.world.groups[name]
        assert now.need.onset_per_year == 2 * was.need.onset_per_year
        assert now.need.moves_in_per_year == 2 * was.need.moves_in_per_year
        assert now.need.first_seeking_per_year == was.need.first_seeking_per_year
        assert now.treatment == was.treatment
    for name in ("effective_clients_per_year", "completions_per_year", "starts_per_year"):
        assert per_year(large, name).tolist() == (2 * per_year(unlike, name)).tolist()
    kept = "leavers_kept_12_weeks_share"
    assert per_year(large, kept).tolist() == per_year(unlike, kept).tolist()


def test_size_doubles_local_money_and_the_allocation_before(unlike):
    large = of_partnership(unlike, "Large")
    assert large.funding.streams["local_mainstream"].amount_gbp == 2 * 1_342_000
    assert large.history.allocation_gbp == 2 * 2_503_355
    assert large.world.outreach_cost_per_referral_gbp == 500


def test_overhead_grows_with_size_but_for_the_part_that_does_not(unlike, seed):
    """650,000 × (0.3 + 0.7 × 2), once: the world of its own has the overhead of size 1."""
    large = Partnership(unlike, "Large", seed, 0)
    large.live(0, 5_000_000)
    assert unlike.world.overhead_fixed_share == 0.3
    assert large.money[0].overhead_gbp == 1_105_000
    assert of_partnership(unlike, "Large").world.fixed_overhead_gbp == 650_000


def test_local_money_by_year_is_scaled_each_year(baseline):
    data = as_dict(baseline)
    data["funding"]["streams"]["local_mainstream"]["amount_gbp"] = [1, 2, 3, 4, 5]
    scenario = with_partnerships(checked(data, baseline), A={"size": 3.0}, B={})
    amounts = of_partnership(scenario, "A").funding.streams["local_mainstream"].amount_gbp
    assert amounts == (3, 6, 9, 12, 15)


def test_size_2_stands_on_day_0_for_two_of_size_1(unlike, seed):
    one, two = day_0(unlike, "Average", seed), day_0(unlike, "Large", seed)
    assert two.tolist() == (2 * one).tolist()


def test_mix_scales_each_group_by_its_own(unlike, seed):
    one, mixed = day_0(unlike, "Average", seed), day_0(unlike, "Mixed", seed)
    opiate, crack, other = mixed.sum(axis=0).tolist()
    assert crack == 0
    assert opiate == pytest.approx(1.5 * one.sum(axis=0)[0], abs=3)  # each state is rounded
    assert other == pytest.approx(0.5 * one.sum(axis=0)[2], abs=3)
    world = of_partnership(unlike, "Mixed")
    assert world.world.groups["opiate"].need.onset_per_year == 1.5 * 46.0
    assert world.funding == unlike.funding  # its size is 1


def test_costs_are_those_that_clients_really_cost(unlike, seed):
    """In pence a week, as the pathway commits them: 110, 75 and 35 pounds × 1.2."""
    average, dear = (Partnership(unlike, name, seed, 0).pathway for name in ("Average", "Dear"))
    assert average.groups[0].clocks.weekly_pence == (11_000, 7_500, 3_500)
    assert dear.groups[0].clocks.weekly_pence == (13_200, 9_000, 4_200)
    clients = day_0(unlike, "Average", seed)[State.IN_TREATMENT - State.UNTREATED].sum()
    # The same clients, but each has its own luck in each partnership, so phases differ a little.
    assert clients == day_0(unlike, "Dear", seed)[State.IN_TREATMENT - State.UNTREATED].sum()
    assert dear.committed_on_day_0 / average.committed_on_day_0 == pytest.approx(1.2, rel=0.03)


def test_dear_partnership_pays_more_for_everything_it_buys_and_has_the_same_money(unlike):
    dear = of_partnership(unlike, "Dear")
    assert dear.world.fixed_overhead_gbp == 780_000
    assert dear.world.support.cost_gbp_per_week == 24
    assert dear.world.outreach_cost_per_referral_gbp == 600
    assert dear.funding == unlike.funding
    assert dear.history.allocation_gbp == unlike.history.allocation_gbp


def test_what_was_paid_before_goes_by_size_and_old_share(unlike, seed):
    poor = Partnership(unlike, "Poor", seed, 0)
    assert poor.last_gbp == 2_503_355
    assert poor.member(0).old_share == 1.0
    assert poor.member(0).last_gbp == 2_503_355


def test_need_and_population_are_for_its_size(baseline, seed):
    scenario = with_partnerships(
        baseline, A={"size": 3.0, "need_index": 1.5, "population_index": 0.5}, B={}
    )
    member = Partnership(scenario, "A", seed, 0).member(0)
    assert (member.need, member.population, member.copies) == (4.5, 1.5, 1)


def test_first_window_counts_what_was_there_before_day_0(unlike, seed):
    counts = Partnership(unlike, "Mixed", seed, 0).counts(0)
    assert counts.effective == pytest.approx((1.5 * 1053.8, 0.0, 0.5 * 152.7))


# Several alike


def test_copies_are_paid_as_so_many_partnerships_with_the_same_counts(baseline, seed):
    """Before anything has happened, counts are those of the history."""
    types = with_partnerships(baseline, Twins={"size": 0.5, "copies": 3}, Other={"need_index": 2.0})
    named = with_partnerships(
        baseline, A={"size": 0.5}, B={"size": 0.5}, C={"size": 0.5}, Other={"need_index": 2.0}
    )
    pounds = []
    for scenario in (types, named):
        run = Run(scenario, seed, 0)
        run.live_year()
        pounds.append({each.name: each.last_gbp for each in run.partnerships})
    assert pounds[0]["Twins"] == pytest.approx(pounds[1]["B"], abs=1)
    assert pounds[0]["Other"] == pytest.approx(pounds[1]["Other"], abs=1)


def test_all_together_counts_a_type_as_often_as_it_has_copies(seed):
    eight = a_tenth_of(load("eight_park", ["years=1", "formula.pot_gbp=20026845", ONE]))
    types = with_partnerships(eight, Five={"copies": 5}, Three={"size": 2.0, "copies": 3})
    sample = replicate.run([types], 2, seed, workers=1)[0]
    assert sample.partnerships == ("Five", "Three", "all")
    for measure in ("in_treatment", "in_contact", "deaths", "planned_exits", "spent_gbp"):
        five, three, everybody = (sample.of(measure, name) for name in sample.partnerships)
        assert everybody.tolist() == (5 * five + 3 * three).tolist()
    paid = sample.values[:, -1, MEASURES.index("allocation_gbp"), 0, -1]
    assert np.all(np.abs(paid - 2_002_684) <= 8)  # each copy of a type is told as its first


ONE = "formula.phase_in_share=1.0"


def test_share_of_all_together_is_a_share_of_people_not_a_mean_of_shares(seed):
    """By hand: 5 times the kept over 5 times the starts, and 3 times of the others."""
    eight = a_tenth_of(load("eight_park", ["years=1", "formula.pot_gbp=20026845", ONE]))
    types = with_partnerships(eight, Five={"copies": 5}, Three={"size": 3.0, "copies": 3})
    sample = replicate.run([types], 1, seed, workers=1)[0]
    copies = {"Five": 5, "Three": 3}

    def whole(measure):
        return sum(n * sample.of(measure, name)[0, 0] for name, n in copies.items())

    planned, unplanned = whole("planned_exits"), whole("unplanned_exits")
    share = sample.of("treatment_system_exits_share", "all")[0, 0]
    assert share == pytest.approx(planned / (planned + unplanned))
