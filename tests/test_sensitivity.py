"""Which assumptions matter: against models whose answer is known."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from planted import Axis, Normal, Read, question
from scipy.stats import norm

from simulator.errors import BadInput, MissingExtra
from simulator.outputs import records
from simulator.sensitivity_analysis import Decision, Wanted, analyse, planned, sections
from simulator.sensitivity_analysis.ahead import who_is_ahead
from simulator.sensitivity_analysis.asked import check
from simulator.sensitivity_analysis.cube import draw_worlds, ends
from simulator.sensitivity_analysis.curves import curve_in_worlds
from simulator.sensitivity_analysis.knowing import value_of_knowing
from simulator.sensitivity_analysis.luck import chance_split, components, split
from simulator.sensitivity_analysis.morris import morris
from simulator.sensitivity_analysis.question import shown_range, shown_value, with_net
from simulator.sensitivity_analysis.smooth import _left_out_error, chosen, shapes, solved
from simulator.sensitivity_analysis.sobol import sobol
from simulator.sensitivity_analysis.switches import switches
from simulator.sensitivity_analysis.tornado import tornado
from simulator.study import check as check_study

BETTER = Decision(better={"y": "higher"})


def nothing(points):
    return np.zeros(len(points))


def line(*slopes, at_zero=0.0):
    return lambda points: at_zero + points[:, : len(slopes)] @ np.array(slopes)


def axes(*names, **told):
    return tuple(Axis(name, **told) for name in names)


def only(result, view=0):
    """What is told of the first number that is looked at."""
    return {each.dimension.name: each for each in result.of(view)}


# One at a time


def test_a_tornado_moves_each_assumption_to_its_ends_and_sorts_by_size():
    asked = question((Axis("small", 1, 3), Axis("large", -1, 5)), line(1.0, -2.0), as_it_is=2.0)
    found = tornado(asked)
    told = [(m.dimension.name, m.end, m.change.mean, m.rank) for m in found.moves]
    assert told == [
        ("large", "low", 6.0, 1),
        ("large", "high", -6.0, 1),
        ("small", "low", -1.0, 2),
        ("small", "high", 1.0, 2),
    ]
    assert found.as_it_is[0][1].mean == -2.0


def test_luck_that_is_the_same_everywhere_leaves_a_tornado_exact():
    exact = tornado(question(axes("a"), nothing, line(3.0), luck=0.0))
    lucky = tornado(question(axes("a"), nothing, line(3.0), luck=50.0))
    for one, other in zip(exact.moves, lucky.moves, strict=True):
        for part in ("mean", "low", "high"):
            told = getattr(other.change, part)
            assert told == pytest.approx(one.change.mean, abs=1e-9)


def test_a_tornado_tells_what_luck_alone_could_do():
    asked = question(axes("inert", "works"), line(0.0, 100.0), noise=1.0)
    verdict = {m.dimension.name: m.verdict for m in tornado(asked).moves}
    assert verdict["works"] == ""
    assert verdict["inert"] == "too close to call"


def test_a_tornado_takes_each_value_of_a_list():
    rule = Axis("rule", values=("activity", "need_only", "mixed"))
    found = tornado(question((rule,), lambda p: p[:, 0] ** 2, as_it_is=0.0))
    assert [(m.end, m.said, m.change.mean) for m in found.moves] == [
        ("listed", "activity", 0.0),
        ("listed", "need only", 1.0),
        ("listed", "mixed", 4.0),
    ]


def test_levers_stay_as_each_scenario_has_them():
    asked = question((Axis("a"), Axis("lever", is_lever=True)), line(1.0, 1.0))
    assert {m.dimension.name for m in tornado(asked).moves} == {"a"}
    assert all(np.isnan(points[:, 1]).all() for points in planned(asked, Wanted()).values())


def test_what_failed_is_missing_and_counted():
    asked = question(axes("a", "b"), line(1.0, 2.0), broken=lambda p: p[:, 0] > 0.9)
    found = tornado(asked)
    missing = [(m.dimension.name, m.end) for m in found.moves if math.isnan(m.change.mean)]
    assert missing == [("a", "high")]
    assert found.left_out == 1


# Walks


@given(st.lists(st.floats(-100, 100), min_size=1, max_size=4), st.integers(0, 50))
@settings(max_examples=20)
def test_walks_through_a_plane_find_its_slopes(slopes, seed):
    names = "abcd"[: len(slopes)]
    asked = question(axes(*names, low=-1, high=3), line(*slopes), seed=seed)
    for name, slope in zip(names, slopes, strict=True):
        effect = next(e for e in morris(asked, 4).effects if e.dimension.name == name)
        assert effect.mu == pytest.approx(4 * slope, abs=1e-9)
        assert effect.mu_star == pytest.approx(abs(4 * slope), abs=1e-9)
        assert effect.sigma == pytest.approx(0, abs=1e-9)


def test_walks_see_that_two_assumptions_work_through_each_other():
    asked = question(axes("a", "b", "c"), lambda p: (p[:, 0] - 0.5) * (p[:, 1] - 0.5))
    effects = {e.dimension.name: e for e in morris(asked, 30).effects}
    assert effects["a"].sigma > effects["a"].mu_star > abs(effects["a"].mu)
    assert effects["c"].mu_star == 0
    assert effects["c"].verdict == "too close to call"


def test_walks_tell_what_luck_alone_could_do():
    alarms = []
    for seed in range(40):
        asked = question(axes("inert", "works"), line(0.0, 100.0), noise=5.0, seed=seed)
        effects = {e.dimension.name: e for e in morris(asked, 20).effects}
        assert effects["inert"].mu_star > 0
        assert effects["works"].verdict == ""
        assert effects["works"].mu_low < effects["works"].mu < effects["works"].mu_high
        # a step of 2/3 of the range: the difference of two means of 20, scaled up
        assert effects["inert"].mc_error == pytest.approx(5 * math.sqrt(2 / 20) * 1.5, rel=0.4)
        alarms.append(effects["inert"].verdict == "")
    assert sum(alarms) <= 6  # a 95% interval errs in 2 of 40; more than 6 come once in 300 times


def test_a_walk_with_a_failed_cell_is_left_out_whole():
    asked = question(axes("a", "b"), line(1.0, 2.0), broken=lambda p: p[:, 0] > 0.9)
    found = morris(asked, 30)
    assert 0 < found.left_out < 30
    assert {(e.trajectories, e.left_out) for e in found.effects} == {
        (30 - found.left_out, found.left_out)
    }
    assert [e.mu for e in found.effects] == pytest.approx([2.0, 1.0])


# Variance


def ishigami(points):
    x, y, z = points.T
    return np.sin(x) + 7 * np.sin(y) ** 2 + 0.1 * z**4 * np.sin(x)


FIRST, TOTAL = (0.3139, 0.4424, 0.0), (0.5576, 0.4424, 0.2437)


@pytest.mark.parametrize("noise", [0.0, 1.0])
def test_sobol_shares_of_ishigami(noise):
    asked = question(
        axes("x", "y", "z", low=-math.pi, high=math.pi), ishigami, luck=2.0, noise=noise
    )
    found = sobol(asked, 1024)
    for index, known in (("S1", FIRST), ("ST", TOTAL)):
        told = {s.dimension.name: s for s in found.shares if s.index == index}
        for name, share in zip("xyz", known, strict=True):
            assert told[name].share == pytest.approx(share, abs=0.05)
            assert told[name].low - 0.02 < share < told[name].high + 0.02


def test_sobol_says_how_much_of_a_total_share_is_luck():
    asked = question(axes("inert", "works"), line(0.0, 10.0), noise=3.0, replications=10)
    told = {s.dimension.name: s for s in sobol(asked, 256).shares if s.index == "ST"}
    variance = 100 / 12 + 9 / 10
    assert told["inert"].by_chance == pytest.approx(0.9 / variance, rel=0.15)
    assert told["inert"].share == pytest.approx(told["inert"].by_chance, abs=0.03)
    assert told["inert"].verdict == "too close to call"
    assert told["works"].verdict == ""


def test_sobol_tells_pairs():
    asked = question(axes("a", "b", "c"), lambda p: (p[:, 0] - 0.5) * (p[:, 1] - 0.5))
    pairs = {
        (s.dimension.name, s.other.name): s.share
        for s in sobol(asked, 512, second_order=True).shares
        if s.other
    }
    assert pairs["a", "b"] == pytest.approx(1.0, abs=0.1)
    assert pairs["a", "c"] == pytest.approx(0.0, abs=0.1)


def test_a_base_sample_with_a_failed_cell_is_left_out_whole():
    asked = question(axes("a", "b"), line(1.0, 2.0), broken=lambda p: p[:, 0] > 0.97)
    found = sobol(asked, 256)
    assert 0 < found.left_out < 64
    assert {(s.base_samples, s.left_out) for s in found.shares} == {
        (256 - found.left_out, found.left_out)
    }
    told = {s.dimension.name: s.share for s in found.shares if s.index == "S1"}
    assert told["b"] == pytest.approx(0.8, abs=0.08)


def test_a_number_that_nothing_moves_has_no_shares():
    found = sobol(question(axes("a"), nothing), 16)
    assert all(math.isnan(share.share) for share in found.shares)


def test_seed_zero_is_a_seed_like_any_other():
    tables = [sobol(question(axes("a", "b"), line(1, 2), seed=0), 16).table for _ in range(2)]
    assert tables[0].equals(tables[1])


def test_what_screens_says_if_it_is_not_installed(monkeypatch):
    monkeypatch.setattr(
        "simulator.sensitivity_analysis.installed.find_spec", lambda name: None if name else 1
    )
    for method in (lambda q: morris(q, 4), lambda q: sobol(q, 4)):
        with pytest.raises(MissingExtra, match=r"treatment-funding-simulator\[sensitivity\]"):
            method(question(axes("a"), nothing))


# Chance and assumptions


def crossed(seed, worlds=128, lucks=20, spread=(3.0, 1.0, 1.0)):
    chance = np.random.default_rng(seed)
    shapes = ((worlds, 1), (1, lucks), (worlds, lucks))
    return sum(s * chance.normal(size=shape) for s, shape in zip(spread, shapes, strict=True))


def test_chance_is_told_from_assumptions():
    spread, shares = split(crossed(3), seed=1)
    assert spread == pytest.approx((3, 1, 1), rel=0.3)
    for share, known in zip(shares, (9 / 11, 1 / 11, 1 / 11), strict=True):
        assert share.low < known < share.high
    assert sum(share.mean for share in shares) == pytest.approx(1)


@given(st.integers(0, 10_000), st.integers(2, 9), st.integers(2, 9))
def test_components_are_those_of_the_analysis_of_variance(seed, worlds, lucks):
    y = crossed(seed, worlds, lucks)
    told = components(y, np.ones((1, worlds)), np.ones((1, lucks)))[0]
    left = y - y.mean(1, keepdims=True) - y.mean(0) + y.mean()
    ms_left = (left**2).sum() / ((worlds - 1) * (lucks - 1))
    ms_worlds = lucks * y.mean(1).var(ddof=1)
    ms_luck = worlds * y.mean(0).var(ddof=1)
    known = ((ms_worlds - ms_left) / lucks, (ms_luck - ms_left) / worlds, ms_left)
    assert told == pytest.approx(known, rel=1e-9, abs=1e-9)


@given(st.integers(0, 10_000))
@settings(max_examples=20)
def test_copies_of_a_sample_count_no_copy_twice(seed):
    """Components of a copy are those over pairs of different worlds and lucks, one by one."""
    y = crossed(seed, 4, 4)
    chance = np.random.default_rng(seed)
    w, v = chance.multinomial(4, [0.25] * 4), chance.multinomial(4, [0.25] * 4)
    if (w > 0).sum() < 2 or (v > 0).sum() < 2:
        return
    both = known = pairs = 0.0
    for p, q in np.ndindex(4, 4):
        for r, s in np.ndindex(4, 4):
            if p != q and r != s:
                times = w[p] * w[q] * v[r] * v[s]
                both += times * (y[p, r] - y[q, r] - y[p, s] + y[q, s]) ** 2 / 4
                known += times * (y[p, r] - y[q, r]) * (y[p, s] - y[q, s]) / 2
                pairs += times
    told = components(y, w[np.newaxis].astype(float), v[np.newaxis].astype(float))[0]
    assert told[[0, 2]] == pytest.approx((known / pairs, both / pairs), abs=1e-9)


@pytest.mark.slow
def test_intervals_of_the_split_hold_the_truth_about_as_often_as_they_say():
    known = (9 / 11, 1 / 11, 1 / 11)
    told = [split(crossed(seed), seed)[1] for seed in range(120)]
    held = [[s.low <= k <= s.high for s, k in zip(each, known, strict=True)] for each in told]
    held = np.mean(held, axis=0)
    assert (held > 0.85).all()


def test_the_split_of_a_question_leaves_out_worlds_that_failed():
    asked = question(axes("a"), line(10.0), luck=1.0, broken=lambda p: p[:, 0] > 0.9)
    origins = chance_split(asked, draw_worlds(asked, 100)).origins[0]
    assert (origins.worlds, origins.left_out) == (90, 10)
    assert origins.share("assumptions").mean > 0.8
    assert origins.share("both").mean == pytest.approx(0, abs=1e-12)


def test_one_replication_tells_nothing_of_luck():
    asked = question(axes("a"), line(10.0), replications=1)
    origins = chance_split(asked, draw_worlds(asked, 20)).origins[0]
    assert math.isnan(origins.share("luck").mean)


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
    assert "no value was seen in finding out The b and The inert" in told


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
    assert shown_value(cost, 31.5) == "£31.5 a week"
    assert shown_range(cost, 20.0, 50.0) == "£20 to £50 a week"
    assert shown_value(cost, -3.0) == "−£3 a week"
    assert shown_value(share, 0.7) == "0.7"
    assert shown_range(Axis("days", unit="days"), 91, 182) == "91 to 182 days"
    assert shown_value(cost, 1_800_000.0) == "£1,800,000 a week"
    assert shown_value(share, 0.00012) == "0.00012"
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
