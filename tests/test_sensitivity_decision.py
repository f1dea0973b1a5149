"""What would change a decision, and what it is worth to know: against models whose answer is known."""

from __future__ import annotations

import dataclasses
import math
import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from planted import Axis, Normal, Read, axes, line, nothing, question
from scipy.stats import binom, norm

from simulator.errors import BadInput
from simulator.outputs import records
from simulator.sensitivity_analysis import (
    Decision,
    Wanted,
    analyse,
    planned,
    sections,
    worlds_from,
)
from simulator.sensitivity_analysis.ahead import who_is_ahead
from simulator.sensitivity_analysis.asked import check
from simulator.sensitivity_analysis.cube import draw_worlds, ends
from simulator.sensitivity_analysis.curves import curve_in_worlds
from simulator.sensitivity_analysis.halves import random_halves
from simulator.sensitivity_analysis.knowing import value_of_knowing
from simulator.sensitivity_analysis.question import with_net
from simulator.sensitivity_analysis.smooth import (
    _left_out_error,
    chosen,
    curves_of_seen,
    shapes,
    solved,
)
from simulator.sensitivity_analysis.switches import switches
from simulator.study import check as check_study
from simulator.study.shown import shown_range, shown_value

BETTER = Decision(better={"y": "higher"})


# Who is ahead


def test_worlds_in_which_one_plan_beats_another_are_counted():
    asked = question(axes("a"), nothing, line(1.0, at_zero=-0.13), noise=0.05)
    (count,) = who_is_ahead(asked, draw_worlds(asked, 100), BETTER).counts
    assert count.ahead == pytest.approx(87, abs=2)
    assert count.clearly_ahead + count.clearly_behind + count.too_close == 100
    assert 0 < count.too_close < 20
    assert count.low < 0.87 < count.high


def test_lower_may_be_better_and_plans_may_be_alike():
    asked = question(axes("a"), nothing, line(1.0), nothing)
    worlds = draw_worlds(asked, 20)
    better, alike = who_is_ahead(asked, worlds, Decision(better={"y": "lower"})).counts
    assert (better.ahead, better.clearly_behind) == (0, 20)
    assert (alike.alike, alike.too_close, alike.ahead) == (20, 0, 0)


# Where the decision changes


def found_of(result, name, others="as they are"):
    return [s for s in result.switches if s.dimension.name == name and s.others == others]


def test_the_place_at_which_a_plan_stops_beating_another():
    asked = question((Axis("cost", 20, 50), Axis("b")), nothing, line(-3.0, 0.0, at_zero=93.0))
    result = switches(asked, BETTER)
    (switch,) = found_of(result, "cost")
    assert switch.value == pytest.approx(31.0, abs=1e-6)
    assert (switch.found, switch.sign_changes) == ("switches", 1)
    assert (switch.ahead_below, switch.ahead_above) == ("move_on", "park")


def test_nothing_in_the_range_is_said_to_be_nothing():
    asked = question((Axis("cost", 20, 30),), nothing, line(-3.0, at_zero=93.0))
    (switch,) = found_of(switches(asked, BETTER), "cost")
    assert (switch.found, switch.sign_changes) == ("none in the range", 0)
    assert math.isnan(switch.value)
    assert switch.ahead_below == switch.ahead_above == "move_on"
    told = analyse(asked, Wanted(methods=("tornado",), worlds=0), BETTER).sentences()
    assert any("none in the range: move on stays ahead all along The cost" in s for s in told)


def test_a_decision_may_change_more_than_once():
    asked = question(axes("a"), nothing, lambda p: 100 * (p[:, 0] - 0.2) * (p[:, 0] - 0.7))
    told = found_of(switches(asked, BETTER), "a")
    assert [s.value for s in told] == pytest.approx([0.2, 0.7], abs=1e-3)
    assert {s.sign_changes for s in told} == {2}
    assert [s.ahead_below for s in told] == ["move_on", "park"]


def test_what_is_lower_and_better_turns_who_is_ahead():
    asked = question(axes("a"), nothing, line(1.0, at_zero=-0.4))
    (switch,) = found_of(switches(asked, Decision(better={"y": "lower"})), "a")
    assert (switch.ahead_below, switch.ahead_above) == ("move_on", "park")


def test_a_change_within_luck_is_no_switch():
    asked = question(axes("a"), nothing, line(0.01, at_zero=-0.005), luck=5.0, noise=2.0)
    told = found_of(switches(asked, BETTER), "a")
    assert {s.found for s in told} <= {"too close to call", "none in the range"}
    assert len(told) == 1


def test_a_lead_that_is_clear_nowhere_is_too_close_to_call():
    asked = question(axes("a"), nothing, line(0.0, at_zero=0.01), noise=5.0, luck=5.0)
    (switch,) = found_of(switches(asked, BETTER), "a")
    assert switch.found == "too close to call"
    told = analyse(asked, Wanted(methods=("tornado",), worlds=0), BETTER).sentences()
    assert any("too close to call along The a" in sentence for sentence in told)


def test_a_change_that_is_clear_on_one_side_only_is_too_close_to_call():
    asked = question(axes("a"), nothing, line(1.0, at_zero=-0.05), luck=0.4, seed=5)
    (switch,) = found_of(switches(asked, BETTER), "a")
    assert switch.found == "too close to call"
    assert math.isnan(switch.low)
    assert switch.high > switch.value


@pytest.mark.parametrize("seed", range(5))
def test_the_interval_of_a_switch_holds_it_with_luck(seed):
    asked = question(axes("a"), nothing, line(1.0, at_zero=-0.6), luck=0.2, noise=0.1, seed=seed)
    (switch,) = found_of(switches(asked, BETTER), "a")
    assert switch.low < switch.value < switch.high
    assert switch.high - switch.low == pytest.approx(4.2 * math.hypot(0.2, 0.1) / 20**0.5, rel=0.6)


@pytest.mark.slow
def test_intervals_of_switches_hold_the_truth_about_as_often_as_they_say():
    held = []
    for seed in range(100):
        asked = question(
            axes("a"), nothing, line(1.0, at_zero=-0.6), luck=0.2, noise=0.1, seed=seed
        )
        (switch,) = found_of(switches(asked, BETTER), "a")
        held.append(switch.low <= 0.6 <= switch.high)
    assert 0.88 <= np.mean(held) <= 0.99


def test_a_list_tells_at_which_values_a_plan_is_ahead():
    rule = Axis("rule", values=("activity", "need_only", "mixed"))
    asked = question((rule,), nothing, lambda p: np.array([1.0, -1.0, 2.0])[p[:, 0].astype(int)])
    (switch,) = found_of(switches(asked, BETTER), "rule")
    assert (switch.found, switch.sign_changes) == ("switches", 2)
    assert switch.ahead_at == ("activity", "mixed")


def test_a_switch_with_everything_else_uncertain_is_that_of_the_mean():
    asked = question((Axis("a"), Axis("b", 0, 4)), nothing, line(1.0, 0.2, at_zero=-1.0))
    worlds = draw_worlds(asked, 256)
    result = switches(asked, BETTER, worlds=worlds)
    (as_is,) = found_of(result, "a")
    (uncertain,) = found_of(result, "a", "uncertain")
    assert as_is.value == pytest.approx(0.9, abs=1e-6)  # b stays at 0.5
    assert uncertain.low < 0.6 < uncertain.high  # b is 2 on average
    assert uncertain.value == pytest.approx(0.6, abs=0.06)


def test_few_worlds_tell_no_curve():
    asked = question(axes("a"), nothing, line(1.0))
    view = asked.differences[0]
    assert not len(curve_in_worlds(asked, view, asked.assumed[0], draw_worlds(asked, 5)).mean)


def test_closer_looks_are_few():
    asked = question(axes("a"), nothing, line(1.0, at_zero=-0.6))
    counted = []

    def evaluate(points):
        counted.append(len(points))
        return asked.evaluate(points)

    switches(dataclasses.replace(asked, evaluate=evaluate), BETTER, grid=9, steps=4)
    assert counted[0] == 9
    assert sum(counted) <= 13


# Curves through worlds


def test_leaving_a_world_out_needs_no_second_fit():
    chance = np.random.default_rng(1)
    where, y = chance.random((30, 1)), chance.normal(size=(30, 2))
    for shape in shapes(where, (0,)):
        columns = shape.columns(where)
        errors = []
        for i in range(30):
            kept = np.arange(30) != i
            errors.append(y[i] - columns[i] @ solved(columns[kept], y[kept]))
        known = (np.mean(np.square(errors), axis=0) / y.var(axis=0)).sum()
        assert _left_out_error(columns, y, y.var(axis=0)) == pytest.approx(known, rel=1e-4)


def test_a_straight_line_stays_straight_and_a_bend_is_seen():
    where = np.linspace(0, 1, 60)[:, np.newaxis]
    noise = 0.01 * np.random.default_rng(1).normal(size=(60, 1))
    assert chosen(where, where + noise, (0,)).knots == ((),)
    assert len(chosen(where, np.sin(6 * where) + noise, (0,)).knots[0]) > 2


def test_a_list_has_a_level_for_each_value():
    where = np.array([0.0, 1, 2, 0, 1, 2, 2, 1, 0, 1, 2, 0])[:, np.newaxis]
    y = np.array([5.0, -1.0, 3.0])[where[:, 0].astype(int)][:, np.newaxis]
    columns = chosen(where, y, (3,)).columns(where)
    assert columns @ solved(columns, y) == pytest.approx(y, abs=1e-6)


# The value of knowing


def closed(mean, spread):
    """E max(0, N(mean, spread²)) − max(0, mean)."""
    if spread == 0:
        return 0.0
    at = mean / spread
    return mean * norm.cdf(at) + spread * norm.pdf(at) - max(0.0, mean)


GAUSS = (Normal("a"), Normal("b"), Normal("c"))
KNOWN = {
    "everything": closed(0.5, math.hypot(1.0, 0.5)),
    "a": closed(0.5, 1.0),
    "b": closed(0.5, 0.5),
    "c": 0.0,
    "both": closed(0.5, math.hypot(1.0, 0.5)),
}
GROUPS = Decision(better={"y": "higher"}, groups={"both": ("a", "b")})


@pytest.mark.slow
@pytest.mark.parametrize("noise", [0.0, 1.0])
def test_the_value_of_knowing_is_that_of_the_closed_form(noise):
    asked = question(GAUSS, nothing, line(1.0, 0.5, 0.0, at_zero=0.5), noise=noise)
    told = value_of_knowing(asked, draw_worlds(asked, 512), GROUPS).values
    for each in told:
        assert each.value.mean == pytest.approx(KNOWN[each.known], abs=0.03)
        assert each.value.low <= KNOWN[each.known] <= each.value.high
        assert each.value.mean <= KNOWN["everything"] + 0.03


def test_what_does_nothing_has_no_value_seen():
    asked = question(GAUSS, nothing, line(1.0, 0.5, 0.0, at_zero=0.5), noise=1.0)
    told = {e.known: e for e in value_of_knowing(asked, draw_worlds(asked, 128), GROUPS).values}
    assert told["c"].verdict == "no value seen"
    assert told["a"].verdict == ""
    assert told["a"].share_of_all == pytest.approx(KNOWN["a"] / KNOWN["everything"], abs=0.1)


@pytest.mark.slow
def test_noise_is_not_taken_for_something_that_could_be_known():
    """With few replications the best of noisy means flatters; half of the luck cannot be known beforehand."""
    values = []
    for seed in range(12):
        asked = question(
            GAUSS, nothing, line(1.0, at_zero=0.5), noise=2.0, replications=8, seed=seed
        )
        values.append(value_of_knowing(asked, draw_worlds(asked, 128), BETTER).values[0])
    truth = closed(0.5, 1.0)
    flattered = np.mean([each.uncorrected for each in values])
    corrected = np.mean([each.value.mean for each in values])
    cautious = np.mean([each.cautious for each in values])
    assert flattered > truth + 0.04
    assert abs(corrected - truth) < (flattered - truth) / 2
    assert cautious < truth


def test_two_uniform_assumptions_have_the_value_of_their_integral():
    """The difference is uniform in [−1, 2]: E max(0, D) = 4 ÷ 6, less its mean of one half."""
    asked = question((Axis("a", -1, 2), Axis("b")), nothing, line(1.0, 0.0))
    whole = value_of_knowing(asked, draw_worlds(asked, 512), BETTER).values[0]
    assert whole.value.mean == pytest.approx(2 / 3 - 1 / 2, abs=0.01)


def test_plans_that_are_alike_are_worth_no_knowledge():
    asked = question(axes("a"), line(1.0), line(1.0), noise=0.5)
    exact = question(axes("a"), line(1.0), line(1.0))
    assert all(
        each.verdict == "no value seen"
        for q in (asked, exact)
        for each in value_of_knowing(q, draw_worlds(q, 64), BETTER).values[1:]
    )
    assert value_of_knowing(exact, draw_worlds(exact, 64), BETTER).values[0].value.high == 0


def test_a_list_may_be_worth_knowing():
    rule = Axis("rule", values=("x", "y"))
    asked = question((rule,), nothing, lambda p: np.where(p[:, 0] > 0, 1.0, -3.0))
    (whole, one) = value_of_knowing(asked, draw_worlds(asked, 64), BETTER).values
    assert whole.value.mean == pytest.approx(0.5, abs=1e-6)
    assert one.value.mean == pytest.approx(0.5, abs=1e-6)


def seen_in(worlds, *plans, **told):
    """How often a value is seen in each thing that might be known, over 30 seeds."""
    seen = {}
    for seed in range(30):
        asked = question(axes("a", "b", low=-1.0), *plans, noise=1.0, seed=seed, **told)
        for each in value_of_knowing(asked, draw_worlds(asked, worlds), BETTER).values:
            seen[each.known] = seen.get(each.known, 0) + (each.verdict == "")
    return seen


MOST_FALSE = int(binom.ppf(0.999, 30, 0.025))
"""False claims of 30 that 2.5% of chance would pass once in a thousand times."""


@pytest.mark.slow
@pytest.mark.parametrize("replications", [2, 4, 20])
def test_no_value_is_claimed_for_plans_that_only_luck_tells_apart(replications):
    seen = seen_in(128, line(1.0), line(1.0), replications=replications)
    assert all(times <= MOST_FALSE for times in seen.values())


@pytest.mark.slow
def test_no_value_is_claimed_for_an_assumption_that_does_nothing():
    """Plans are equal on average, so that the least thing would change the choice."""
    seen = seen_in(128, nothing, line(1.0))
    assert seen["b"] <= MOST_FALSE
    assert seen["a"] == seen["everything"] == 30


@pytest.mark.slow
@pytest.mark.parametrize("replications", [4, 20])
def test_no_value_is_claimed_for_what_only_the_luck_that_all_worlds_share_makes_of_it(replications):
    seen = 0
    for seed in range(30):
        luck = np.random.default_rng(1000 + seed).normal(size=replications)
        asked = question(
            axes("a", low=-1.0), nothing, nothing, replications=replications, seed=seed
        )
        worlds = draw_worlds(asked, 128)
        worlds.outcomes[:, 1, 0] += worlds.points * luck
        seen += value_of_knowing(asked, worlds, BETTER).values[1].verdict == ""
    assert seen <= MOST_FALSE


def test_one_replication_tells_no_value_of_knowing():
    asked = question(axes("a"), nothing, line(1.0, at_zero=-0.5), replications=1)
    result = analyse(asked, Wanted(methods=("tornado",), worlds=32), BETTER)
    assert {e.verdict for e in result.knowing.values} == {"needs two or more replications"}
    assert all(math.isnan(e.value.mean) for e in result.knowing.values)
    assert any("first needs two or more replications" in s for s in result.sentences())


@pytest.mark.slow
def test_a_value_is_told_from_the_cautious_estimate_to_the_corrected_one():
    asked = question(GAUSS, nothing, line(1.0, 0.5, 0.0, at_zero=0.5), noise=1.0)
    for each in value_of_knowing(asked, draw_worlds(asked, 512), GROUPS).values:
        first, last = each.between
        assert each.value.low <= first <= last == each.value.mean <= each.value.high
    large = question(GAUSS, nothing, line(100.0, 50.0, 0.0, at_zero=50.0), noise=100.0)
    told = "\n".join(analyse(large, Wanted(methods=("tornado",), worlds=512), GROUPS).sentences())
    assert re.search(
        r"before choosing would be worth between 2\d and 2\d people \(1\d to 2\d\)", told
    )


def test_curves_see_nothing_of_the_worlds_that_they_are_judged_in():
    chance = np.random.default_rng(1)
    where, numbers = chance.random((40, 1)), chance.normal(size=(3, 40, 2))
    seen = random_halves(1, "a test", 40, 3)
    changed = np.where(seen[..., np.newaxis], numbers, 1e6)
    told = curves_of_seen(where, numbers, seen, (0,))
    np.testing.assert_allclose(curves_of_seen(where, changed, seen, (0,)), told)


@given(st.integers(0, 1000), st.floats(-2, 2), st.floats(0, 2))
@settings(max_examples=10)
def test_the_value_of_knowing_is_never_below_none(seed, level, noise):
    asked = question(axes("a", "b"), nothing, line(1.0, at_zero=level), noise=noise, seed=seed)
    for each in value_of_knowing(asked, draw_worlds(asked, 32), BETTER).values:
        assert 0 <= each.value.low <= each.value.mean <= each.value.high


@pytest.mark.slow
def test_intervals_of_the_value_of_knowing_hold_the_truth_at_least_as_often_as_they_say():
    held = {name: [] for name in KNOWN}
    for seed in range(60):
        asked = question(
            GAUSS, nothing, line(1.0, 0.5, 0.0, at_zero=0.5), luck=0.5, noise=1.0, seed=seed
        )
        for each in value_of_knowing(asked, draw_worlds(asked, 128), GROUPS).values:
            held[each.known].append(each.value.low <= KNOWN[each.known] <= each.value.high)
    assert all(np.mean(told) >= 0.88 for told in held.values())


def test_pounds_are_what_somebody_says_a_unit_is_worth():
    outcomes = (Read("well", "people well"), Read("spent_gbp", "spent", "£"))
    plan = lambda p: np.column_stack([10 * p[:, 0] - 4, 2000 + 0 * p[:, 0]])  # noqa: E731
    first = lambda p: np.zeros((len(p), 2))  # noqa: E731
    asked = question(axes("a"), first, plan, outcomes=outcomes)
    decision = Decision(
        better={"well": "higher", "spent_gbp": "lower"}, worth_gbp={"well": 1000.0}, net=True
    )
    netted = with_net(asked, decision)
    values = netted.evaluate(netted.points([{"a": 1.0}]))
    assert values[0, 1, -1] == pytest.approx(6 * 1000 - 2000)
    told = value_of_knowing(netted, draw_worlds(netted, 128), decision)
    well = told.of(outcomes[0])[0]
    assert well.gbp.mean == pytest.approx(1000 * well.value.mean)
    assert {best.outcome.key: best.scenario for best in told.best} == {
        "well": "move_on",
        "spent_gbp": "park",
        "net": "park",
    }


# The whole


def whole(**told):
    asked = question(
        (Axis("cost", 20, 50, unit="£ a week"), Axis("b"), Axis("inert")),
        nothing,
        line(-3.0, 10.0, 0.0, at_zero=93.0),
        luck=1.0,
        noise=1.0,
        as_it_is=(30.0, 0.5, 0.5),
        **told,
    )
    return analyse(asked, Wanted(base_samples=32), BETTER, title="A study")


def test_the_whole_is_the_same_each_time():
    first, second = whole(), whole()
    assert first.sentences() == second.sentences()
    for name, table in first.tables.items():
        assert table.equals(second.tables[name])


def test_tables_have_stable_columns_and_make_json():
    result = whole()
    one = analyse(question(axes("a"), line(1.0)), Wanted(base_samples=4), Decision())
    assert {*result.tables} == {
        *("tornado", "morris", "sobol", "chance", "ahead", "switches", "knowing", "curves")
    }
    for name, table in one.tables.items():
        assert list(table.columns) == list(result.tables[name].columns)
        assert list(table.columns[:2]) in (["scenario", "baseline"], ["outcome", "unit"])
    assert records(result.tables["switches"])[0]["said"].startswith("£")


def test_the_decision_is_told_in_plain_english():
    told = "\n".join(whole().sentences())
    assert "move on is ahead below, and park above, The cost of £3" in told
    assert "of 64 worlds" in told
    assert "comes from what is not known" in told
    assert "before choosing would be worth" in told
    assert "No value was seen in finding out The b and The inert" in told


def test_what_failed_is_told():
    told = whole(broken=lambda p: p[:, 1] > 0.95).sentences()
    assert any("base sample" in s and "because a cell of it failed" in s for s in told)


def test_worlds_are_drawn_where_sobol_draws_none():
    asked = question(axes("a"), nothing, line(1.0))
    told = analyse(asked, Wanted(methods=("tornado",), worlds=40), BETTER)
    assert len(told.worlds.points) == 40
    assert told.split
    assert told.knowing
    none = analyse(asked, Wanted(methods=("tornado",), worlds=0), BETTER)
    assert none.worlds is None
    assert none.split is None
    assert none.switches is not None


def test_random_points_of_the_studys_design_are_the_worlds():
    points = np.random.default_rng(1).random((24, 2))
    lever = Axis("b", is_lever=True)
    asked = dataclasses.replace(question((Axis("a"), lever), nothing, line(1.0)), random=points)
    wanted = Wanted(methods=("tornado",))
    told = analyse(asked, wanted, BETTER)
    np.testing.assert_array_equal(told.worlds.points[:, 0], points[:, 0])
    assert np.isnan(told.worlds.points[:, 1]).all()
    assert (
        told.worlds.drawn == worlds_from(asked, wanted) == "the 24 points of the study's own design"
    )
    np.testing.assert_array_equal(planned(asked, wanted)["worlds"], told.worlds.points)
    more = wanted.model_copy(update={"worlds": 40})
    assert len(planned(asked, more)["worlds"]) == 40
    assert worlds_from(asked, more) == "a Latin hypercube of 40 worlds"


def test_what_a_field_may_hold_is_not_told_in_sentences():
    title = "Opiates: days by which half have done so (null: never)"
    told = analyse(question((Axis("a", title=title),), nothing, line(1.0)), Wanted(), BETTER)
    assert "days by which half have done so" in " ".join(told.sentences())
    assert "null" not in " ".join(told.sentences())


def test_what_is_planned_is_what_is_run():
    counted = []
    asked = question(axes("a", "b"), nothing, line(1.0, 5.0, at_zero=9.0))

    def evaluate(points):
        counted.append(points)
        return asked.evaluate(points)

    wanted = Wanted(base_samples=8, trajectories=3)
    analyse(dataclasses.replace(asked, evaluate=evaluate), wanted, BETTER)
    told = [*planned(asked, wanted).values()]
    assert len(told) == len(counted)
    for one, other in zip(told, counted, strict=True):
        np.testing.assert_array_equal(one, other)


def test_an_assumption_without_ends_is_moved_without_its_tails():
    assert ends(Normal("a")) == (0.05, 0.95)
    assert ends(Axis("a", 2, 5)) == (0.0, 1.0)


def test_values_are_read_with_their_units():
    cost, share = Axis("cost", unit="£ a week"), Axis("share", unit="ratio")
    assert shown_value(cost, 31.5) == "£31.50 a week"
    assert shown_range(cost, 20.0, 50.0) == "£20 to £50 a week"
    assert shown_value(cost, -3.0) == "−£3 a week"
    assert shown_value(share, 0.7) == "0.7"
    assert shown_range(Axis("days", unit="days"), 91, 182) == "91 to 182 days"
    assert shown_value(cost, 1_800_000.0) == "£1,800,000 a week"
    assert shown_value(share, 0.00012) == "0.00012"
    assert shown_value(Axis("part", unit="share"), 0.125) == "12.5%"
    assert shown_value(cost, math.nan) == "as it is"


# What a study asks


OUTCOMES = (Read("well@last"), Read("spent@total", unit="£"))


def faults(decision):
    with pytest.raises(BadInput) as wrong:
        check(decision, OUTCOMES, axes("cost", "relapse"))
    return [str(fault) for fault in wrong.value.faults]


def test_every_fault_of_a_decision_is_told_at_once():
    told = faults(
        Decision(
            better={"wel@last": "higher"},
            worth_gbp={"well@last": 10.0, "spent@total": 2.0},
            groups={"cost": ("relapse",), "all": ("costs", "relapse", "relapse")},
        )
    )
    assert len(told) == 6
    assert "did you mean well@last?" in told[0]
    assert "decision.worth_gbp.well@last must have a direction that is better" in told[1]
    assert "pounds count as they are" in told[2]
    assert "have a name that no assumption has" in told[3]
    assert "did you mean cost?" in told[4]
    assert "hold each factor once" in told[5]


def test_net_benefit_needs_something_in_pounds():
    assert "have an outcome that is worth pounds" in faults(Decision(net=True))[0]
    check(Decision(net=True, better={"spent@total": "lower"}), OUTCOMES, axes("cost"))


STUDY = {
    "title": "What decides?",
    "scenarios": ["park", "move_on"],
    "replications": 2,
    "measures": ["in_recovery", "allocation_gbp"],
    "factors": {
        "stable_cost": {
            "path": "world.groups.opiate.treatment.cost_ready_gbp_per_week",
            "range": "evidence",
        }
    },
}


def test_a_study_may_ask_for_nothing_in_particular():
    wanted, decision = sections(check_study(STUDY))
    assert wanted == Wanted()
    assert decision == Decision()


def test_faults_of_both_sections_are_told_together():
    asked = {"sensitivity": {"base_samples": 50}, "decision": {"better": {"in_recovry@last": "up"}}}
    with pytest.raises(BadInput) as wrong:
        sections(check_study(STUDY | asked))
    told = [str(fault) for fault in wrong.value.faults]
    assert len(told) == 2
    assert "power of two" in told[0]
    assert "64" in told[0]
    assert "in_recovry@last" in told[1]


def test_a_study_of_levers_alone_or_of_a_precision_is_refused():
    levers = {"delay": {"path": "plan.move_on_delay_days", "range": [0, 365]}}
    given = STUDY | {"factors": {}, "levers": levers, "precision": {"share": 0.1}}
    del given["replications"]
    with pytest.raises(BadInput) as wrong:
        sections(check_study(given))
    told = "\n".join(str(fault) for fault in wrong.value.faults)
    assert "hold an assumption" in told
    assert "as many replications each" in told
