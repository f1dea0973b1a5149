"""Which assumptions matter: against models whose answer is known."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from planted import Axis, axes, line, nothing, question

from simulator.errors import MissingExtra
from simulator.sensitivity_analysis import Decision, Wanted, analyse, planned
from simulator.sensitivity_analysis.cube import draw_worlds
from simulator.sensitivity_analysis.luck import chance_split, components, split
from simulator.sensitivity_analysis.morris import morris
from simulator.sensitivity_analysis.sobol import sobol
from simulator.sensitivity_analysis.tornado import tornado

BETTER = Decision(better={"y": "higher"})


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


def test_few_replications_give_no_interval_of_luck():
    asked = question(axes("a"), line(10.0), luck=1.0, replications=3)
    share = chance_split(asked, draw_worlds(asked, 20)).origins[0].share("luck")
    assert 0 < share.mean < 1
    assert math.isnan(share.low)
    told = analyse(asked, Wanted(methods=("tornado",), worlds=20), Decision()).sentences()
    assert any("no interval from so few replications" in sentence for sentence in told)
    assert told[-1].startswith("Few replications")
