"""What one client more is worth, on sums small enough to do by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tiny import rule_of

from simulator import replicate
from simulator.errors import BadInput
from simulator.funding import Counts, Inputs, Member, allocate
from simulator.incentives import Estimate, client_kept
from simulator.replicate import Sample

approx = pytest.approx
OWN = "Average partnership"


def inputs(own=(30, 0, 0), other=(10, 0, 0), phase_in=1, pot_gbp=10_000, weights=(1, 1, 1)):
    """A year in which two members share a pot."""
    none = (0, 0, 0)
    members = (Member(OWN, Counts(own, none)), Member("Other", Counts(other, none)))
    return Inputs(pot_gbp, members, rule_of(0.75, 0.25, group_weights=weights, phase_in=phase_in))


def sample_of(scenario, *replications):
    """A sample that holds no measures, but what each year's allocation stood on."""
    years = scenario.years
    told = tuple(each if isinstance(each, tuple) else (each,) * years for each in replications)
    return Sample(scenario, 1, np.zeros((len(told), 1, 27, years, 4)), told)


def test_one_client_more_is_worth_the_hand_worked_sum(baseline):
    # before: 0.75 × 30/40 + 0.25 × 1/2 = 0.6875 of £10,000; after: 0.75 × 31/41 + 0.25 × 1/2
    year = client_kept(sample_of(baseline, inputs()), "opiate").years[0]
    assert year.gross_gbp.mean == approx(10_000 * 0.75 * (31 / 41 - 30 / 40))
    assert year.gross_gbp.mean == approx(45.7317, abs=1e-4)


def test_cost_net_and_break_even_follow_from_the_weekly_cost(baseline):
    kept = client_kept(sample_of(baseline, inputs(), inputs()), "opiate")
    year = kept.years[0]
    assert kept.cost_gbp_per_week == 35
    assert year.cost_gbp == approx(1825)  # £35 × 365/7
    assert year.net_gbp.mean == approx(year.gross_gbp.mean - 1825)
    assert year.break_even_gbp_per_week.mean == approx(45.7317 * 7 / 365, abs=1e-5)


def test_net_is_given_where_a_ready_client_is_cheapest_and_dearest(baseline):
    kept = client_kept(sample_of(baseline, inputs()), "opiate")
    assert kept.cost_range_gbp_per_week == (20, 50)
    cheapest, dearest = kept.years[0].net_range_gbp
    assert cheapest.mean == approx(45.7317 - 20 * 365 / 7, abs=1e-4)
    assert dearest.mean == approx(45.7317 - 50 * 365 / 7, abs=1e-4)


def test_without_evidence_no_range_is_made_up(baseline):
    bare = baseline.model_copy(update={"evidence": {}})
    kept = client_kept(sample_of(bare, inputs()), "opiate")
    assert kept.cost_range_gbp_per_week is None
    assert kept.years[0].net_range_gbp is None
    assert kept.years[0].gross_at_weights_gbp is None


def test_nothing_is_gained_if_all_keep_as_many_more_in_proportion(baseline):
    year = client_kept(sample_of(baseline, inputs()), "opiate").years[0]
    assert year.together_gbp.mean == 0


def test_together_each_counts_as_many_more_of_the_group_as_its_own_number_allows(baseline):
    uneven = inputs(own=(30, 0, 0), other=(10, 30, 0))
    year = client_kept(sample_of(baseline, uneven), "opiate").years[0]
    # 1 more of 30 is a thirtieth, so a third of a client more of the other's 10
    assert year.together_gbp.mean == approx(7_500 * (31 / (71 + 1 / 3) - 30 / 70))


def test_a_first_client_of_a_group_is_one_more_for_everybody(baseline):
    alike = inputs(own=(0, 5, 0), other=(0, 5, 0))
    year = client_kept(sample_of(baseline, alike), "opiate").years[0]
    assert year.gross_gbp.mean == approx(10_000 * 0.75 * (6 / 11 - 1 / 2))
    assert year.together_gbp.mean == 0


def test_a_client_brings_in_a_third_where_the_formula_is_phased_in_by_a_third(baseline):
    phased = tuple(inputs(phase_in=phase) for phase in baseline.formula.phase_in_share)
    years = client_kept(sample_of(baseline, phased), "opiate").years
    assert [year.phase_in_share for year in years] == list(baseline.formula.phase_in_share)
    assert years[0].gross_gbp.mean == approx(years[2].gross_gbp.mean * 0.333333)
    assert years[0].gross_gbp.mean < years[1].gross_gbp.mean < years[2].gross_gbp.mean


def test_a_client_of_a_group_that_weighs_half_brings_in_about_half(baseline):
    weighed = sample_of(
        baseline, inputs(own=(900, 60, 150), other=(9000, 600, 1500), weights=(2, 2, 1))
    )
    opiate = client_kept(weighed, "opiate").years[0].gross_gbp.mean
    other = client_kept(weighed, "other").years[0].gross_gbp.mean
    assert other == approx(opiate / 2, rel=1e-3)


def test_worth_is_given_at_both_ends_of_the_plausible_weight(baseline):
    weighed = inputs(own=(10, 0, 10), other=(10, 0, 10), weights=(2, 2, 1))
    low, high = client_kept(sample_of(baseline, weighed), "opiate").years[0].gross_at_weights_gbp
    # weight 1: 21 of 41 against a half; weight 4: 54 of 104 against a half
    assert low.mean == approx(7_500 * (21 / 41 - 1 / 2))
    assert high.mean == approx(7_500 * (54 / 104 - 1 / 2))


def test_the_interval_is_that_of_the_mean_over_replications(baseline):
    told = [inputs(own=(number, 0, 0)) for number in (25, 30, 35)]
    by_hand = [7_500 * ((n + 1) / (n + 11) - n / (n + 10)) for n in (25, 30, 35)]
    gross = client_kept(sample_of(baseline, *told), "opiate").years[0].gross_gbp
    reach = 4.302653 * np.std(by_hand, ddof=1) / np.sqrt(3)  # Student's t for two degrees, 97.5%
    assert gross.mean == approx(np.mean(by_hand))
    assert (gross.low, gross.high) == approx((np.mean(by_hand) - reach, np.mean(by_hand) + reach))


def test_one_replication_gives_no_interval(baseline):
    gross = client_kept(sample_of(baseline, inputs()), "opiate").years[0].gross_gbp
    assert np.isnan(gross.low)
    assert np.isnan(gross.high)


def test_it_names_what_it_rests_on_with_grade_and_range(baseline):
    known = {
        each.path: each for each in client_kept(sample_of(baseline, inputs()), "opiate").rests_on
    }
    assert known["formula.terms.activity.group_weights.opiate"].grade == "unverified"
    assert known["world.groups.opiate.treatment.cost_ready_gbp_per_week"].grade == "assumed"


def test_unknown_group_and_partnership_are_both_refused(baseline):
    with pytest.raises(BadInput) as refused:
        client_kept(sample_of(baseline, inputs()), "alcohol", "Nowhere")
    assert [fault.name for fault in refused.value.faults] == ["group", "partnership"]


def test_on_a_real_run_it_agrees_with_allocating_again(tenth, seed):
    (sample,) = replicate.run([tenth], 2, seed, workers=1)
    year = client_kept(sample, "opiate").years[4]

    def added(told):
        own, *others = told.members
        opiate, *more = own.counts.effective
        one_more = replace(own, counts=Counts((opiate + 1, *more), own.counts.completions))
        # a pot a million times as large shows the fraction of a pound that whole pounds hide
        scale = 10**6
        free = replace(told.rule, floor=None)
        paid = [
            allocate(told.pot_gbp * scale, [first, *others], free)[own.name]
            for first in (own, one_more)
        ]
        return (paid[1] - paid[0]) / scale

    assert year.gross_gbp.mean == approx(
        np.mean([added(each[4]) for each in sample.inputs]), abs=1e-5
    )


def test_the_table_has_a_row_for_each_year(baseline):
    table = client_kept(sample_of(baseline, inputs(), inputs()), "opiate").table
    assert list(table["year"]) == ["2008-09", "2009-10", "2010-11", "2011-12", "2012-13"]
    assert (table["net_gbp"] == table["gross_gbp"] - table["cost_gbp"]).all()
    assert (table["net_where_dearest_gbp"] < table["net_where_cheapest_gbp"]).all()


def test_an_estimate_moves_and_shrinks_with_its_interval():
    estimate = Estimate(10.0, 8.0, 12.0)
    assert estimate.less(3) == Estimate(7.0, 5.0, 9.0)
    assert estimate.over(2) == Estimate(5.0, 4.0, 6.0)
