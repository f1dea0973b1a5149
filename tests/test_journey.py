"""What happens next to a client, worked out a second way: by hand, or by integrating hazards."""

from __future__ import annotations

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.integrate import quad
from tiny import tiny_queue

from simulator import journey
from simulator.journal import Happened
from simulator.journey import Aftercare, clocks
from simulator.years import DAYS_PER_YEAR

NEVER = math.inf
thresholds = st.floats(0.01, 20)
days_served = st.floats(0, 2_000)
ratios = st.floats(0.1, 5)


@pytest.fixture(scope="module")
def opiate(baseline):
    return clocks(baseline.world.groups["opiate"], baseline.world)


def clocks_where(*changes):
    """Clocks of a group where nothing happens but what is said."""
    scenario = tiny_queue(*(f"world.groups.opiate.{change}" for change in changes))
    return clocks(scenario.world.groups["opiate"], scenario.world)


def weibull_rate(shape, scale_days):
    return lambda day: shape / scale_days * (day / scale_days) ** (shape - 1)


def integral(rate, begin, end):
    """Area under a hazard that may be infinite on day 0."""

    # With day = x⁴ a falling Weibull hazard of a shape above a quarter is finite everywhere,
    # and below any time that a computer can divide by a scale there is no area.
    def in_x(x):
        return 4 * x**3 * rate(x**4) if x**4 > 1e-300 else 0.0

    return quad(in_x, begin**0.25, end**0.25, limit=500)[0]


def test_clocks_turn_rates_a_year_into_rates_a_day(baseline, opiate):
    group = baseline.world.groups["opiate"]
    assert opiate.first_seeking * DAYS_PER_YEAR == pytest.approx(group.need.first_seeking_per_year)
    assert opiate.custody * DAYS_PER_YEAR == pytest.approx(group.treatment.custody_per_year)
    ratio = baseline.world.prison.deaths_first_2_weeks_ratio
    assert opiate.deaths_after_release == pytest.approx(ratio * opiate.deaths_untreated)


def test_clocks_count_costs_in_pence(queue):
    world = queue.world
    priced = world.groups["opiate"].treatment.model_copy(
        update={"cost_first_12_weeks_gbp_per_week": 110.555, "cost_ready_gbp_per_week": 0.29}
    )
    group = world.groups["opiate"].model_copy(update={"treatment": priced})
    assert clocks(group, world).weekly_pence == (11_056, 10_000, 29)


def test_what_has_no_scale_never_happens():
    c = clocks_where()
    assert c.ready_median == NEVER
    assert journey.ready_days(c, 1.2) == NEVER
    assert journey.seeks_again_days(c, 0.01) == NEVER
    assert journey.relapse_days(c, 0.01, 1.0) == NEVER
    assert journey.leaves_list(c, 5.0, 0.01, 0.01)[0] == NEVER


def test_the_first_of_two_ways_out_of_need_is_taken():
    c = clocks_where("need.stops_untreated_per_year=3.65", "need.deaths_untreated_per_year=7.3")
    assert journey.leaves_need(c, 100.0, 1.0, 3.0, 0.0, 0.0, 0.0) == (200.0, Happened.STOPPED)
    assert journey.leaves_need(c, 100.0, 1.0, 1.0, 0.0, 0.0, 0.0) == (
        150.0,
        Happened.DIED_UNTREATED,
    )


def test_deaths_are_higher_in_the_first_weeks_after_an_exit():
    c = clocks_where("need.deaths_untreated_per_year=0.365")
    # 28 days at 0.01 use 0.28; what is left of 0.3 lasts 20 days at 0.001.
    assert journey.leaves_need(c, 0.0, 1.0, 0.3, 0.01, 28.0, 0.0) == (
        pytest.approx(48.0),
        Happened.DIED_UNTREATED,
    )
    assert journey.leaves_need(c, 0.0, 1.0, 0.3, 0.01, 28.0, 28.0)[0] == pytest.approx(300.0)


def test_patience_of_nothing_gives_up_at_once():
    c = clocks_where("waiting.mean_patience_days=0.0")
    assert journey.leaves_list(c, 7.0, 2.0, 5.0) == (7.0, Happened.GAVE_UP)


def test_somebody_who_waits_gives_up_or_dies():
    c = clocks_where("waiting.mean_patience_days=10.0", "need.deaths_untreated_per_year=73.0")
    assert journey.leaves_list(c, 7.0, 2.0, 5.0) == (27.0, Happened.GAVE_UP)
    assert journey.leaves_list(c, 7.0, 2.0, 3.0) == (22.0, Happened.DIED_WAITING)


@pytest.mark.parametrize(
    ("lucks", "expected"),
    [
        ((1.0, 9.0, 9.0), (110.0, Happened.DIED_IN_TREATMENT)),
        ((9.0, 1.0, 9.0), (120.0, Happened.CUSTODY)),
        ((9.0, 9.0, 1.0), (140.0, Happened.MOVED_AWAY)),
    ],
)
def test_the_first_of_death_custody_and_moving_is_taken(lucks, expected):
    c = clocks_where(
        "treatment.deaths_per_year=36.5",
        "treatment.custody_per_year=18.25",
        "treatment.moves_away_per_year=9.125",
    )
    assert journey.leaves_otherwise(c, 100.0, *lucks) == expected


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        ((50.0, 60.0, 70.0, 80.0), (50.0, Happened.DROPPED_OUT)),
        ((90.0, 60.0, 70.0, 80.0), (60.0, Happened.CUSTODY)),
        ((90.0, 80.0, 70.0, 80.0), (70.0, Happened.EARLY_EXIT)),
        ((90.0, 85.0, NEVER, 80.0), (80.0, Happened.PLANNED_EXIT)),
    ],
)
def test_the_first_of_all_exits_is_taken(days, expected):
    drop_out, otherwise, early, planned = days
    assert (
        journey.leaves_treatment(drop_out, (otherwise, Happened.CUSTODY), early, planned)
        == expected
    )


@pytest.mark.parametrize(
    ("not_before", "day"),
    [
        (0, 91),
        (10, 101),
        (100.9, 101),
        (101, 101),
        (101.1, 192),
        (192, 192),
        (-500, 101),
        (NEVER, NEVER),
    ],
)
def test_reviews_are_each_quarter_from_the_start(not_before, day):
    start = 0.0 if not_before == 0 else 10.0
    assert journey.review_day(start, not_before) == day


@given(st.floats(-3_000, 3_000), st.floats(-3_000, 3_000))
def test_a_review_is_the_first_on_or_after_a_day(start, not_before):
    review = journey.review_day(start, not_before)
    number = (review - start) / 91
    assert number == pytest.approx(round(number))
    assert round(number) >= 1
    assert review >= not_before - 1e-6
    assert round(number) == 1 or review - 91 < not_before


def test_a_client_settles_after_12_weeks_and_is_ready_later():
    assert journey.next_phase(journey.FIRST_WEEKS, 10.0, 300.0) == (94.0, Happened.SETTLED)
    assert journey.next_phase(journey.SETTLED, 10.0, 300.0) == (300.0, Happened.READY)


def test_who_is_ready_within_12_weeks_never_settles():
    assert journey.next_phase(journey.FIRST_WEEKS, 10.0, 50.0) == (50.0, Happened.READY)


@given(thresholds, ratios, days_served)
def test_drop_out_uses_up_the_threshold_at_its_hazard(opiate, luck, ratio, served):
    days = journey.drop_out_days(opiate, luck, ratio, served)
    assume(days < 1e6)
    rate = weibull_rate(opiate.drop_out_shape, opiate.drop_out_scale)
    used = ratio * integral(rate, served, served + days)
    assert used == pytest.approx(luck, rel=1e-5)


@given(thresholds, st.floats(1, 800), ratios, st.floats(1, 800), ratios)
def test_a_changed_caseload_changes_only_what_is_left_of_the_threshold(
    opiate, luck, first_days, first_ratio, later_days, later_ratio
):
    """The hazard changes twice; all the hazard up to the day of dropping out is the client's threshold."""
    start, changes = 100.0, [100.0 + first_days, 100.0 + first_days + later_days]
    due = start + journey.drop_out_days(opiate, luck, 1.0)
    levels = [1.0]
    for now, ratio in zip(changes, (first_ratio, later_ratio), strict=True):
        if due <= now:
            break
        due = journey.rescaled_drop_out_day(opiate, start, now, due, ratio / levels[-1])
        levels.append(ratio)
    assume(due < 1e6)
    edges = [start, *changes[: len(levels) - 1], due]
    rate = weibull_rate(opiate.drop_out_shape, opiate.drop_out_scale)
    used = sum(
        level * integral(rate, begin - start, end - start)
        for level, begin, end in zip(levels, edges, edges[1:], strict=False)
    )
    assert used == pytest.approx(luck, rel=1e-5)


def test_who_never_drops_out_still_never_does_when_caseloads_change(opiate):
    assert journey.rescaled_drop_out_day(opiate, 0.0, 100.0, NEVER, 2.0) == NEVER


@given(thresholds, ratios, days_served, st.floats(0, 400), ratios, ratios)
def test_relapse_uses_up_the_threshold_at_the_hazards_of_support(
    opiate, luck, exit_ratio, served, support_days, during, after
):
    support = Aftercare(support_days, during, after)
    days = journey.relapse_days(opiate, luck, exit_ratio, served, support)
    assume(days < 1e6)
    rate = weibull_rate(opiate.relapse_shape, opiate.relapse_scale)
    until, end = served + support_days, served + days
    used = exit_ratio * (
        during * integral(rate, served, min(until, end))
        + after * integral(rate, min(until, end), end)
    )
    assert used == pytest.approx(luck, rel=1e-4)


def test_support_without_effect_changes_no_relapse(opiate):
    support = Aftercare(182.0, 1.0, 1.0)
    for luck in (0.01, 0.5, 2.0):
        plain = journey.relapse_days(opiate, luck, 1.5, 30.0)
        assert journey.relapse_days(opiate, luck, 1.5, 30.0, support) == pytest.approx(plain)


def test_support_that_prevents_all_relapse_puts_it_off(opiate):
    assert journey.relapse_days(opiate, 0.01, 1.0, 0.0, Aftercare(182.0, 0.0, 1.0)) > 182
    assert journey.relapse_days(opiate, 0.01, 1.0, 0.0, Aftercare(182.0, 0.0, 0.0)) == NEVER


@given(thresholds, ratios, days_served)
def test_the_luck_that_recovery_has_used_adds_up(opiate, luck, exit_ratio, served):
    whole = luck + journey.relapse_luck_used(opiate, exit_ratio, served)
    from_exit = journey.relapse_days(opiate, whole, exit_ratio)
    assert served + journey.relapse_days(opiate, luck, exit_ratio, served) == pytest.approx(
        from_exit
    )


@given(thresholds, days_served)
def test_seeking_again_uses_up_the_threshold(opiate, luck, served):
    days = journey.seeks_again_days(opiate, luck, served)
    assume(days < 1e6)
    rate = weibull_rate(opiate.seeks_again_shape, opiate.seeks_again_scale)
    assert integral(rate, served, served + days) == pytest.approx(luck, rel=1e-5)


@given(thresholds, st.floats(1, 400), st.floats(0.2, 5))
def test_support_hastens_seeking_while_it_lasts(opiate, luck, support_days, ratio):
    days = journey.seeks_again_days(opiate, luck, 0.0, support_days, ratio)
    assume(days < 1e6)
    rate = weibull_rate(opiate.seeks_again_shape, opiate.seeks_again_scale)
    change = min(support_days, days)
    used = ratio * integral(rate, 0, change) + integral(rate, change, days)
    assert used == pytest.approx(luck, rel=1e-5)


def test_deaths_in_recovery_are_higher_in_the_first_four_weeks():
    c = clocks_where(
        "after.deaths_first_4_weeks_per_year=3.65", "after.deaths_in_recovery_per_year=0.365"
    )
    assert journey.dies_in_recovery(c, 50.0, 0.2) == pytest.approx(70.0)
    assert journey.dies_in_recovery(c, 50.0, 0.3) == pytest.approx(50 + 28 + 20)
    assert journey.dies_in_recovery(c, 50.0, 0.3, 100.0) == pytest.approx(350.0)
