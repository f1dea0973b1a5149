"""What must go up goes up: paired differences whose interval excludes the wrong sign.

The same people live under both scenarios, so a difference is of what was changed and nothing else. An
interval misses its mean once in a thousand times, over all the numbers of one comparison together.
"""

from __future__ import annotations

import numpy as np
import pytest
from tiny import changed, interval, with_frozen_formula, with_places_unlimited

from simulator.scenario import load

pytestmark = pytest.mark.slow

REPLICATIONS = 15
MAINSTREAM = "funding__streams__local_mainstream__amount_gbp"


@pytest.fixture
def difference(sampled):
    """By replication and year, how much more there is of a measure under the second scenario."""

    def difference(base, other, measure, partnership=None, n=REPLICATIONS):
        of_base, of_other = sampled(base, other, replications=n)
        return of_other.of(measure, partnership) - of_base.of(measure, partnership)

    return difference


def assert_rises(differences, times=1):
    """In each year of those that are given, all together."""
    years = differences.shape[1] if differences.ndim > 1 else 1
    low, _ = interval(times * differences, family=years)
    assert np.all(low > 0), low


def assert_falls(differences):
    assert_rises(differences, times=-1)


def assert_is_not_lower(differences):
    low, _ = interval(differences, family=differences.shape[1])
    assert np.all(low >= 0), low


def with_money_times(scenario, share):
    mainstream = scenario.funding.streams["local_mainstream"].amount_gbp
    pot = scenario.formula.pot_gbp
    return changed(
        scenario, formula__pot_gbp=round(share * pot), **{MAINSTREAM: round(share * mainstream)}
    )


def mainstream_of(scenario):
    return scenario.funding.streams["local_mainstream"].amount_gbp


# Money


@pytest.mark.parametrize("name", ["baseline_2008", "long_waits"])
def test_with_less_money_and_the_formula_frozen_more_give_up(name, difference):
    enough = with_frozen_formula(load(name))
    short = with_money_times(enough, 0.7)
    assert_rises(difference(enough, short, "gave_up_waiting"))
    assert_rises(difference(enough, short, "mean_wait_days"))
    assert_falls(difference(enough, short, "new_presentations"))


def test_with_more_money_and_the_formula_frozen_fewer_give_up(difference):
    enough = with_frozen_formula(load("long_waits"))
    assert_falls(difference(enough, with_money_times(enough, 1.2), "gave_up_waiting"))


def test_a_cut_that_lasts_means_fewer_starts_and_longer_waits_for_years(baseline, difference):
    whole = mainstream_of(baseline)
    cut = changed(baseline, **{MAINSTREAM: [whole] + [whole - 500_000] * 4})
    later = slice(2, None)
    assert_falls(difference(baseline, cut, "new_presentations")[:, later])
    assert_rises(difference(baseline, cut, "mean_wait_days")[:, later])
    assert_falls(difference(baseline, cut, "allocation_gbp")[:, later])


def test_a_cut_of_one_year_is_felt_in_that_year_and_paid_for_in_the_next(baseline, difference):
    # The baseline has a little money over, so the years after pay for the cut without a list.
    whole = mainstream_of(baseline)
    cut = changed(baseline, **{MAINSTREAM: [whole, whole - 500_000, whole, whole, whole]})
    assert_falls(difference(baseline, cut, "new_presentations")[:, 1:2])
    assert_rises(difference(baseline, cut, "mean_wait_days")[:, 1:2])
    assert_falls(difference(baseline, cut, "allocation_gbp")[:, 2:])


def test_where_people_wait_a_cut_of_one_year_means_longer_waits_for_years(difference):
    long_waits = load("long_waits")
    whole = mainstream_of(long_waits)
    cut = changed(long_waits, **{MAINSTREAM: [whole, whole - 400_000, whole, whole, whole]})
    assert_rises(difference(long_waits, cut, "mean_wait_days")[:, 2:])


# The incentive


def test_without_a_list_holding_clients_longer_does_not_lower_activity(baseline, difference):
    plenty = with_places_unlimited(baseline)
    longer = changed(plenty, plan__move_on_delay_days=1460.0)
    effective = difference(plenty, longer, "in_effective_treatment")
    assert_is_not_lower(effective[:, 1:])
    assert_rises(effective[:, 3:])
    assert_is_not_lower(difference(plenty, longer, "in_contact"))


def test_moving_on_alone_loses_money_and_more_people_leave_as_planned(difference):
    park, move_on = load("park"), load("move_on")
    assert_falls(difference(park, move_on, "allocation_gbp")[:, -2:])
    assert_rises(difference(park, move_on, "planned_exits"))


def test_the_baseline_lies_between_parking_and_moving_on(baseline, difference):
    last = difference(load("park"), baseline, "allocation_gbp")[:, -2:]
    assert_falls(last)
    assert_falls(difference(baseline, load("move_on"), "allocation_gbp")[:, -2:])


def test_under_a_formula_by_need_moving_on_changes_no_allocation(difference):
    need = load("need_only_formula")
    hold, move = (changed(need, plan__move_on_delay_days=days) for days in (1460.0, 0.0))
    assert np.all(difference(hold, move, "allocation_gbp", n=3) == 0)
    assert np.any(difference(hold, move, "planned_exits", n=3) > 0)


def test_with_the_formula_frozen_moving_on_changes_no_allocation(baseline, difference):
    frozen = with_frozen_formula(baseline)
    move = changed(frozen, plan__move_on_delay_days=0.0)
    assert np.all(difference(frozen, move, "allocation_gbp", n=3) == 0)


def test_moving_on_together_costs_far_less_than_moving_on_alone(difference):
    """The last two years of one of eight partnerships: the loss together is under 40% of the loss alone."""
    park = load("eight_park")
    alone, together = (
        -difference(park, load(name), "allocation_gbp", "Area 1", n=6)[:, -2:].sum(axis=1)
        for name in ("eight_one_moves_on", "eight_all_move_on")
    )
    assert_rises(alone)
    assert_rises(0.4 * alone - together)


def test_what_one_of_eight_loses_the_others_gain(difference):
    park, alone = load("eight_park"), load("eight_one_moves_on")
    others = sum(
        difference(park, alone, "allocation_gbp", f"Area {number}", n=6) for number in range(2, 9)
    )
    assert np.array_equal(others, -difference(park, alone, "allocation_gbp", "Area 1", n=6))
    assert_rises(others[:, -2:])


# People


def test_a_higher_hazard_of_relapse_leaves_fewer_in_recovery(baseline, difference):
    plenty = with_places_unlimited(baseline)
    sooner = changed(
        plenty,
        **{
            f"world__groups__{name}__after__relapse__scale_days": group.after.relapse.scale_days / 2
            for name, group in plenty.world.groups.items()
        },
    )
    assert_falls(difference(plenty, sooner, "in_recovery"))


def test_early_exits_raise_re_presentations(baseline, difference):
    pushed = changed(baseline, plan__early_exit_rate_per_year=0.3)
    assert_rises(difference(baseline, pushed, "re_presentations"))
    assert_rises(difference(baseline, pushed, "early_exits"))


def test_support_keeps_more_people_in_recovery(baseline, difference):
    plenty = with_places_unlimited(baseline, plan__move_on_delay_days=0.0)
    supported = changed(plenty, plan__treatment_share=0.99, plan__reintegration_share=0.01)
    assert_rises(difference(plenty, supported, "in_recovery"))
    assert_falls(difference(plenty, supported, "re_presentations").sum(axis=1))


def test_outreach_brings_in_other_drug_users(baseline, difference):
    reaching = load("engage_other_drugs")
    assert_rises(difference(baseline, reaching, "referrals"))


def test_fuller_caseloads_make_clients_drop_out(baseline, difference):
    short = with_money_times(with_frozen_formula(baseline), 0.7)
    gentle = changed(short, world__caseload__drop_out_exponent=0.0)
    assert_rises(difference(gentle, short, "unplanned_exits")[:, :1])


def test_stretched_definitions_bring_in_money(baseline, difference):
    assert_rises(difference(baseline, load("stretch_definitions"), "allocation_gbp")[:, 2:])
