"""Change-over and steadiness, on sums small enough to do by hand."""

from __future__ import annotations

import numpy as np
import pytest

from simulator import changeover as asked
from simulator.scenario import load, with_formula

approx = pytest.approx


@pytest.fixture(scope="module")
def two_areas():
    """Two areas of the same people; one was paid three times as much for its need as the other."""
    areas = "partnerships={Rich: {old_share_weight: 1.5}, Poor: {old_share_weight: 0.5}}"
    return load("baseline_2008", [areas, "formula.rest.partnerships=0"])


def test_by_need_alone_two_areas_alike_end_alike(two_areas):
    told = asked.changeover(with_formula(two_areas, "need_only_2006"))
    rich, poor = told.places
    assert rich.before_gbp == round(1.5 * two_areas.history.allocation_gbp)
    assert (
        set(rich.by_year_gbp) == set(poor.by_year_gbp) == {(rich.before_gbp + poor.before_gbp) // 2}
    )
    assert rich.change_share == approx(-1 / 3, abs=1e-6)
    assert poor.change_share == approx(1.0, abs=1e-6)
    assert (told.losers, told.winners, told.partnerships) == (1, 1, 2)
    # 2.5m of 5m is half a pot each; the rich one gives a quarter of the pot away.
    assert told.moved_share == approx(0.25, abs=1e-6)
    assert (told.worst.name, told.best.name) == ("Rich", "Poor")


def test_a_floor_slows_change_over_and_the_rule_alone_says_where_it_leads(two_areas):
    rich, poor = asked.changeover(with_formula(two_areas, "activity_2008")).places
    steps = np.array(rich.by_year_gbp) / np.array([rich.before_gbp, *rich.by_year_gbp[:-1]])
    assert (steps >= 0.9 - 1e-6).all()
    assert rich.by_year_gbp[-1] > rich.settled_gbp
    assert rich.settled_share == approx(-1 / 3, abs=1e-6)
    assert sum(p.by_year_gbp[-1] for p in (rich, poor)) == rich.before_gbp + poor.before_gbp


def test_one_that_stands_for_three_counts_three_times(two_areas):
    areas = "partnerships={Rich: {old_share_weight: 1.5}, Poor: {old_share_weight: 0.5, copies: 3}}"
    told = asked.changeover(
        with_formula(
            load("baseline_2008", [areas, "formula.rest.partnerships=0"]), "need_only_2006"
        )
    )
    assert (told.losers, told.winners, told.partnerships) == (1, 3, 4)
    assert told.table["copies"].tolist() == [1, 3]


def test_what_was_paid_before_is_nobodys_loss(baseline):
    told = asked.changeover(with_formula(baseline, "need_only_2006"))
    assert (told.losers, told.winners, told.moved_share) == (0, 0, 0)


def test_unsteadiness_is_the_mean_change_of_a_part_of_the_pot():
    paid = np.array([[[100.0, 100, 100, 110, 99], [100, 100, 100, 90, 101]]])
    by_hand = np.mean([0.1, 0.1, 11 / 110, 11 / 90])
    assert asked.unsteadiness(paid, [200] * 5, [1, 1]).mean == approx(by_hand)
    weighed = np.mean([0.1, 11 / 110]) / 4 + 3 * np.mean([0.1, 11 / 90]) / 4
    assert asked.unsteadiness(paid, [200] * 5, [1, 3]).mean == approx(weighed)


def test_a_pot_that_grows_for_all_alike_is_steady():
    paid = np.array([[[100.0, 110, 120, 130, 140], [200, 220, 240, 260, 280]]])
    assert asked.unsteadiness(paid, [300, 330, 360, 390, 420], [1, 1]).mean == approx(0)
