"""Scenario discovery: planted boxes whose limits are known, noise in which there are none, and words."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from planted_boxes import (
    FEWER,
    NAMES,
    SCENARIOS,
    Dimension,
    Outcome,
    asked,
    axes,
    failing,
    noisily,
    uniform,
    values_of,
)
from scipy.stats import binomtest

from simulator.chance import stream
from simulator.discovery import (
    End,
    HeldOut,
    covering,
    find,
    inside,
    quasi_p,
    record,
    sentences,
)
from simulator.discovery.axes import numbers, readable
from simulator.discovery.boxes import MATTERS, Counts, counts, plain
from simulator.discovery.peeling import peeled
from simulator.discovery.searching import Search
from simulator.discovery.words import amount, failing_when, inside_words, rule
from simulator.wording import share

WORKBENCH = Path(__file__).parent / "expected" / "peeling_of_the_workbench.json"
NO_MORE = 7.0
"""A gap between neighbours is longer than so many mean gaps once in a thousand."""


def found_in(points, fails, dimensions=None, **others):
    told = {"seed": 1, "names": NAMES} | {
        name: others.pop(name) for name in ("seed", "names") if name in others
    }
    return find(
        points,
        failing(fails),
        dimensions or axes(points.shape[1]),
        SCENARIOS,
        [Outcome()],
        asked(**others),
        **told,
    )


def limits_of(found, box=0):
    return {
        (end.place, end.side): end.words or pytest.approx(end.value)
        for end in found.boxes[box].ends
    }


def near(found, planted, worlds):
    """Whether each limit lies where it was planted: within gaps of neighbours beside it, and half a step of writing.

    Beside a limit lie only worlds that are inside all others, so their gaps are wider.
    """
    widths = {}
    for (place, side), value in planted.items():
        widths[place] = widths.get(place, 1.0) - (value if side == "from" else 1 - value)
    told = {(end.place, end.side): end.value for end in found.boxes[0].ends}
    assert told.keys() == planted.keys()
    for (place, side), value in planted.items():
        beside = worlds * math.prod(width for other, width in widths.items() if other != place)
        assert told[place, side] == pytest.approx(value, abs=NO_MORE / beside + 0.01)


def within(points, planted):
    return inside([End(place, side, value) for (place, side), value in planted.items()], points)


# Planted boxes


TWO = {(0, "to"): 0.4, (1, "from"): 0.5}
OF_FIVE = {(0, "to"): 0.7, (2, "from"): 0.2, (2, "to"): 0.8, (4, "from"): 0.4}


@pytest.mark.parametrize("seed", range(1, 6))
def test_a_planted_box_in_two_dimensions_is_found(seed):
    points = uniform(200, 2, seed)
    found = found_in(points, within(points, TWO))
    near(found, TWO, 200)
    (box,) = found.boxes
    assert box.density >= 0.9
    assert box.coverage >= 0.9
    assert box.held_out.is_better


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_a_planted_box_in_five_dimensions_is_found_and_no_other_dimension_is_limited(seed):
    points = uniform(400, 5, seed)
    near(found_in(points, within(points, OF_FIVE)), OF_FIVE, 400)


def test_a_box_in_noise_is_found_about_where_it_is():
    points = uniform(400, 4, 1)
    planted = within(points, TWO)
    (box,) = found_in(points, noisily(planted, 0.9, 0.05, 1), most_boxes=1).boxes
    found = inside(box.ends, points)
    assert (found & planted).sum() / (found | planted).sum() > 0.85
    assert box.places in {(0, 1), (1, 0)}


def test_two_boxes_are_found_one_after_the_other():
    points = uniform(400, 3, 1)
    first, second = within(points, TWO), within(points, {(2, "from"): 0.85, (0, "from"): 0.6})
    found = found_in(points, first | second)
    assert len(found.boxes) == 2
    assert {box.places for box in found.boxes} <= {(0, 1), (1, 0), (2, 0), (0, 2)}
    assert sum(box.coverage for box in found.boxes) > 0.85
    assert found.outside == counts(np.array(found.box_of) == 0, found.worlds.fails)
    one, two = found.boxes
    assert one.among == one.of_all == two.of_all == Counts(400, found.worlds.failing)
    assert two.among == Counts(400 - one.within.worlds, one.of_all.failing - one.within.failing)


def test_a_box_grows_by_an_end_that_matters_and_by_no_other():
    points = uniform(120, 3, 4)
    wanted = within(points, TWO)
    search = Search(points, wanted, (False,) * 3, 0.8, 6)
    told = search.grown((End(0, "to", 0.4),))
    assert {(end.place, end.side) for end in told} == set(TWO)
    assert counts(inside(told, points), wanted).density > 0.9
    assert search.grown(()) == ()


def test_an_end_settles_between_values_and_not_between_worlds_that_are_alike():
    points = np.repeat(np.arange(10.0), 6)[:, np.newaxis]
    wanted = (points[:, 0] < 4) | np.isin(np.arange(60), [24, 25])  # two of six at 4
    (end,) = Search(points, wanted, (False,), 0.8, 5).settled((End(0, "to", 6.5),))
    assert end.value == 3.5


def test_a_box_does_not_grow_by_ends_that_only_fit_the_noise():
    for seed in range(4):
        points = uniform(150, 5, seed)
        wanted = noisily(within(points, TWO), 0.7, 0.15, seed)
        told = Search(points, wanted, (False,) * 5, 0.6, 8).grown((End(0, "to", 0.4),))
        assert len(told) <= 4


@pytest.mark.slow
def test_each_limit_of_a_rule_matters_as_it_is_told():
    told = []
    for seed in range(12):
        points = uniform(150, 5, seed)
        fails = noisily(within(points, TWO), 0.7, 0.15, seed)
        found = found_in(points, fails, most_boxes=1, least_density=0.6)
        told += [box.chances for box in (*found.boxes, found.refused) if box is not None]
    assert len(told) > 6  # in some there is none
    assert max(max(chances) for chances in told) <= MATTERS
    assert max(map(len, told)) <= 4


def test_a_box_grows_until_it_is_dense_even_where_it_tells_less():
    points = uniform(300, 2, 3)
    wanted = (points[:, 0] < 0.5) & (noisily(points[:, 1] < 0.35, 0.95, 0.6, 1))
    search = Search(points, wanted, (False, False), 0.9, 15)
    assert counts(inside(search.grown((End(0, "to", 0.5),)), points), wanted).density >= 0.9


@pytest.mark.slow
def test_dimensions_that_do_not_matter_do_not_lead_the_search_astray():
    """On few dimensions at a time it comes nearer to what was planted than on all twelve at once."""

    def nearness(ends, points, planted):
        found = inside(ends, points)
        return (found & planted).sum() / (found | planted).sum()

    at_once, few = [], []
    for seed in range(6):
        points = uniform(200, 12, seed)
        planted = within(points, TWO)
        search = Search(points, noisily(planted, 0.8, 0.15, seed), (False,) * 12, 0.8, 10)
        all_at_once = search._best_on(tuple(range(12))).ends
        at_once.append(nearness(all_at_once, points, planted))
        few.append(nearness(search.box(), points, planted))
    assert np.mean(few) > np.mean(at_once) + 0.05
    assert np.mean(few) > 0.8


def test_a_second_rule_is_told_only_where_it_is_as_dense_as_was_asked_for():
    points = uniform(400, 2, 2)
    first, weak = points[:, 0] < 0.3, points[:, 0] > 0.7
    fails = first | noisily(weak, 0.5, 0.0, 1)
    found = found_in(points, fails)
    assert len(found.boxes) == 1
    assert found.boxes[0].is_dense
    assert len(found_in(points, fails, least_density=0.4).boxes) == 2


def test_a_rule_that_is_not_as_dense_as_was_asked_for_is_said_to_be_so():
    points = uniform(400, 2, 2)
    found = found_in(points, noisily(points[:, 0] < 0.4, 0.5, 0.05, 1), least_density=0.95)
    (box,) = found.boxes
    assert not box.is_dense
    assert "No rule has 95% of the worlds inside it" in " ".join(sentences(found))


def test_a_world_in_two_boxes_belongs_to_the_first():
    points = uniform(400, 2, 1)
    found = found_in(points, (points[:, 0] < 0.3) | (points[:, 1] < 0.3))
    one, two = found.boxes
    assert (inside(one.ends, points) & inside(two.ends, points)).any()
    assert [found.box_of.count(number) for number in (1, 2)] == [
        one.within.worlds,
        two.within.worlds,
    ]


def test_a_dense_box_is_preferred_to_one_that_tells_more_and_is_not():
    points = uniform(300, 1, 1)
    fails = noisily(points[:, 0] < 0.5, 0.7, 0.05, 1) | (points[:, 0] < 0.15)
    (wide,), (dense,) = (
        found_in(points, fails, most_boxes=1, least_density=each).boxes for each in (0.6, 0.9)
    )
    assert wide.coverage > 0.9
    assert dense.density >= 0.9
    assert dense.coverage < wide.coverage


def test_an_end_settles_halfway_between_the_worlds_that_it_parts():
    points = np.arange(40.0)[:, np.newaxis]
    search = Search(points, points[:, 0] < 12, (False,), 0.8, 5)
    for begin in (8.0, 11.5, 17.0):
        (end,) = search.settled((End(0, "to", begin),))
        assert counts(inside([end], points), search.wanted) == Counts(12, 12)
        assert end.value == (11.5 if begin != 11.5 else begin)


def test_an_end_does_not_settle_where_the_box_would_be_too_small_or_not_dense_enough():
    points = np.arange(40.0)[:, np.newaxis]
    wanted = np.isin(points[:, 0], [0, 1, 2, 4, 5, 9, 13])
    told = {
        (dense, least): counts(
            inside(
                Search(points, wanted, (False,), dense, least).settled((End(0, "to", 6.5),)), points
            ),
            wanted,
        )
        for dense, least in [(0.7, 5), (0.0, 5), (0.7, 7)]
    }
    assert told[0.0, 5] == Counts(14, 7)  # 14 ln 2 is less than the doubt of 5 in 6 and 2 in 34
    assert told[0.7, 5] == Counts(6, 5)
    assert told[0.7, 7].worlds == 7


def test_listed_numbers_have_limits_that_are_listed():
    points = uniform(300, 2, 2)
    points[:, 0] = (4 * points[:, 0]).astype(int)
    delay = Dimension("delay", "Delay", "days", values=(365, 0, 91, 182))  # in any order
    fails = np.isin(points[:, 0], [0, 3]) & (points[:, 1] < 0.5)
    found = found_in(points, fails, (delay, Dimension("other")))
    assert limits_of(found)[0, "from"] == 182
    assert "delay is 182 days or more" in " ".join(sentences(found))


def test_words_are_kept_as_words():
    points = uniform(300, 2, 3)
    points[:, 0] = (4 * points[:, 0]).astype(int)
    words = ("need", "activity", "mixed", "history")
    formula = Dimension("rule", "Formula", values=words)
    fails = np.isin(points[:, 0], [0, 2]) & (points[:, 1] > 0.4)
    found = found_in(points, fails, (formula, Dimension("other")))
    assert limits_of(found)[0, "among"] == (0, 2)
    assert "formula is need or mixed" in " ".join(sentences(found))
    assert found.table.set_index("dimension").loc["rule", "values"] == "need, mixed"


def test_a_table_with_words_in_it_gives_what_an_array_of_their_places_gives():
    points = uniform(200, 2, 3)
    points[:, 0] = (2 * points[:, 0]).astype(int)
    words = ("need", "activity")
    dimensions = (Dimension("rule", values=words), Dimension("other"))
    fails = (points[:, 0] == 1) & (points[:, 1] > 0.4)
    table = pd.DataFrame(
        {"other": points[:, 1], "rule": [words[int(each)] for each in points[:, 0]]}
    )
    one, two = (found_in(each, fails, dimensions) for each in (points, table))
    assert record(one) == record(two)


def test_what_a_point_leaves_as_it_is_has_the_value_of_the_first_scenario():
    nan = math.nan
    given = np.array([[nan, nan, nan], [2.0, 0.0, 1.0]])
    days, formulas = (91, 0, 182), ("need", "activity")
    dimensions = (
        Dimension("cost", base=35.0),
        Dimension("days", values=days, base=2.0),
        Dimension("rule", values=formulas, base=0.0),
    )
    assert numbers(given, dimensions).tolist() == [[35.0, 182.0, 0.0], [2.0, 91.0, 1.0]]
    unknown = [replace(each, base=None) for each in dimensions]
    assert np.isnan(numbers(given, unknown)[0]).all()
    table = pd.DataFrame(
        {"days": [None, 91], "rule": [None, "activity"], "cost": [nan, 2.0]}, dtype=object
    )
    assert numbers(table, dimensions).tolist() == numbers(given, dimensions).tolist()


def test_a_world_of_which_an_assumption_is_not_known_is_left_out():
    points = uniform(60, 2, 1)
    points[:7, 1] = math.nan
    found = found_in(points, np.arange(60) < 3)
    assert len(found.worlds) == 53
    assert "7 points left out: no result, or an assumption left open." in sentences(found)


def test_where_nearly_all_fail_it_is_said_where_it_holds():
    points = uniform(300, 2, 4)
    found = found_in(points, ~within(points, TWO), least_density=0.75)
    assert found.sought == "holds"
    near(found, TWO, 300)
    assert "It holds mostly where" in " ".join(sentences(found))


# Where there is nothing to find


@pytest.mark.slow
def test_in_noise_a_rule_is_told_about_as_seldom_as_the_interval_misses():
    told = 0
    for seed in range(40):
        points = uniform(80, 3, seed)
        fails = stream(seed, "pure noise").random(80) < 0.3
        found = found_in(points, fails, most_boxes=1)
        told += found.verdict == "found"
        if found.verdict == "no rule":
            assert "No simple rule was found" in " ".join(sentences(found))
    # one-sided, an interval of 95% misses once in forty
    assert binomtest(told, 40, 0.025, alternative="greater").pvalue > 0.001


@pytest.mark.parametrize(
    ("fails", "verdict", "told"),
    [
        (np.zeros(50, dtype=bool), "none fail", "does not fail in any world"),
        (np.ones(50, dtype=bool), "all fail", "It fails whatever is assumed"),
        (np.arange(50) < 3, "too few", "it fails in 3 worlds is too few"),
        (np.arange(50) < 49, "too few", "it holds in 1 world is too few"),
    ],
)
def test_what_needs_no_search_is_said_at_once(fails, verdict, told):
    found = found_in(uniform(50, 2, 1), fails)
    assert found.verdict == verdict
    assert not found.boxes
    assert told in " ".join(sentences(found))
    assert json.dumps(record(found), allow_nan=False)


def test_points_without_a_result_are_left_out_and_said_to_be():
    points = uniform(200, 2, 1)
    fails = within(points, TWO)
    values = failing(fails)
    values[:20, 1] = np.nan
    values[20, 1, 0, 0] = np.nan  # one run of four
    dimensions = axes(2)
    found = find(points, values, dimensions, SCENARIOS, [Outcome()], asked())
    assert len(found.worlds) == 180
    assert found.worlds.places[0] == 20
    assert "20 points left out: no result, or an assumption left open." in sentences(found)
    nothing = find(points, values * np.nan, dimensions, SCENARIOS, [Outcome()], asked())
    assert "none of the points has a result" in " ".join(sentences(nothing))


# How well it is known


@pytest.mark.slow
def test_on_small_noisy_samples_unseen_worlds_are_less_dense_than_those_a_rule_was_found_in():
    lost = []
    for seed in range(60):
        points = uniform(80, 4, seed)
        fails = noisily(within(points, TWO), 0.7, 0.25, seed)
        found = found_in(points, fails, most_boxes=1, least_density=0.7)
        for box in (*found.boxes, *filter(None, [found.refused])):
            lost += [box.density - box.held_out.density] if box.held_out.within.worlds else []
    assert len(lost) > 30
    assert np.mean(lost) - 2 * np.std(lost) / math.sqrt(len(lost)) > 0


def test_where_unseen_worlds_do_worse_it_is_said_what_to_expect():
    points = uniform(200, 2, 1)
    found = found_in(points, noisily(within(points, TWO), 0.9, 0.1, 1), most_boxes=1)
    (box,) = found.boxes
    worse = replace(box, held_out=HeldOut(Counts(40, 20), Counts(200, 60)))
    assert f": expect that, and not {share(box.density)}." in rule(found, worse)
    assert "expect that" not in rule(found, replace(box, held_out=HeldOut(box.within, box.of_all)))


def test_unseen_worlds_are_each_tried_once():
    points = uniform(200, 2, 1)
    found = found_in(points, noisily(within(points, TWO), 0.9, 0.1, 1), most_boxes=1)
    (box,) = found.boxes
    assert box.held_out.among == Counts(200, found.worlds.failing)
    assert box.held_out.within.worlds <= 200
    assert len(box.again) == 5
    assert box.found_again(0) == box.found_again(1) == 5


def test_unseen_worlds_are_never_those_of_the_search_that_they_try(monkeypatch):
    """Each search on four fifths sees none of the worlds of the fifth on which its box is tried."""
    points = uniform(100, 2, 3)
    fails = noisily(within(points, TWO), 0.9, 0.1, 3)
    searched = []

    def noted(points, *others):
        searched.append({tuple(point) for point in points})
        return Search(points, *others)

    monkeypatch.setattr(covering, "Search", noted)
    found = found_in(points, fails, most_boxes=1)
    (box,) = found.boxes
    whole, *parts = searched
    assert len(whole) == 100
    assert sorted(map(len, parts)) == [80] * 5
    tried = Counts(0, 0)
    for seen, ends in zip(parts, box.again, strict=True):
        unseen = np.array([tuple(point) not in seen for point in points])
        new = counts(unseen & inside(ends, points), fails)
        tried = Counts(tried.worlds + new.worlds, tried.failing + new.failing)
    assert tried == box.held_out.within


def test_each_part_has_its_share_of_failing_worlds():
    wanted = np.arange(103) < 33
    parts = covering._dealt(wanted, 1)
    by_part = [counts(parts == part, wanted) for part in range(5)]
    assert {each.failing for each in by_part} <= {6, 7}
    assert {each.worlds for each in by_part} <= {20, 21}


def test_a_box_that_does_no_better_on_unseen_worlds_is_told_and_refused():
    for seed in range(200):
        points, fails = uniform(60, 2, seed), stream(seed, "pure noise").random(60) < 0.3
        found = found_in(points, fails, most_boxes=1)
        if found.refused is not None:
            break
    assert found.verdict == "no rule"
    assert not found.refused.held_out.is_better
    assert "is not clearly more than the rate of all worlds" in " ".join(sentences(found))
    assert not HeldOut(Counts(10, 6), Counts(100, 40)).is_better
    assert HeldOut(Counts(10, 9), Counts(100, 40)).is_better
    assert not HeldOut(Counts(0, 0), Counts(100, 40)).is_better


def test_a_world_is_too_close_to_call_where_its_interval_holds_the_limit():
    means = np.array([-5.0, -0.1, 0.1, 5.0, 0.0])
    values = values_of(means, replications=6, spread=1.0)
    values[4, 1] = values[4, 0]  # the same under both plans, to the last digit
    found = find(uniform(5, 1, 1), values, axes(1), SCENARIOS, [Outcome()], asked(), names=NAMES)
    assert found.worlds.fails.tolist() == [True, True, False, False, False]
    assert found.worlds.close.tolist() == [False, True, True, False, False]
    told = " ".join(sentences(found))
    assert "in 2 of 5 worlds" in told
    assert "In 1 of these, and 1 of those where it does not" in told


@pytest.mark.parametrize(
    ("joined_by", "fails", "close"),
    [("any", [True, True, True, False], [False, False, False, True]),
     ("all", [True, False, False, False], [False, False, True, False])],
)  # fmt: skip
def test_of_several_conditions_any_or_all_must_hold(joined_by, fails, close):
    recovery = values_of([-9.0, -9.0, -9.0, 9.0], replications=5)
    deaths = values_of([9.0, -9.0, -0.1, -0.1], replications=5, seed=2)
    both = np.concatenate([recovery, deaths], axis=2)
    outcomes = [Outcome(), Outcome("deaths@total", "deaths", "deaths")]
    more = {"outcome": "deaths@total", "scenario": "move_on", "against": "park", "above": 0}
    found = find(
        uniform(4, 1, 1),
        both,
        axes(1),
        SCENARIOS,
        outcomes,
        asked(fails_when=[FEWER, more], joined_by=joined_by),
    )
    assert found.worlds.fails.tolist() == fails
    assert found.worlds.close.tolist() == close


def test_one_run_of_each_world_has_no_interval_and_says_so():
    points = uniform(60, 1, 1)
    values = values_of(np.where(points[:, 0] < 0.5, -1, 1), replications=1)
    found = find(points, values, axes(1), SCENARIOS, [Outcome()], asked())
    assert not found.worlds.close.any()
    assert "no interval can be told" in " ".join(sentences(found))


def test_an_outcome_alone_is_held_against_its_limit():
    values = values_of([-10.0, 10.0, 30.0])
    high = {"outcome": "in_recovery@last", "scenario": "move_on", "above": 115}
    found = find(uniform(3, 1, 1), values, axes(1), SCENARIOS, [Outcome()], asked(fails_when=high))
    assert found.worlds.fails.tolist() == [False, False, True]
    assert "in recovery on 31 March 2013 above 115" in " ".join(sentences(found))


@pytest.mark.parametrize(
    ("condition", "told"),
    [
        (FEWER, "fewer in recovery on 31 March 2013 than under “Keep them”"),
        (FEWER | {"below": None, "above": 0}, "more in recovery on 31 March 2013 than under"),
        (FEWER | {"below": -20}, "2013: a difference below −20 from “Keep them”"),
        (FEWER | {"against": None, "below": 80}, "in recovery on 31 March 2013 below 80"),
    ],
)
def test_failing_is_told_in_words(condition, told):
    values = values_of([-1.0, 1.0])
    found = find(
        uniform(2, 1, 1),
        values,
        axes(1),
        SCENARIOS,
        [Outcome()],
        asked(fails_when=condition),
        names=NAMES,
    )
    assert told in failing_when(found)


def test_pounds_are_lower_and_not_fewer():
    pounds = Outcome("allocation_gbp@last", "allocation in 2012-13", "£")
    less = FEWER | {"outcome": pounds.key}
    found = find(
        uniform(2, 1, 1),
        values_of([-1.0, 1.0]),
        axes(1),
        SCENARIOS,
        [pounds],
        asked(fails_when=less),
    )
    assert failing_when(found) == "allocation in 2012-13: lower than under “park”"


# The method


def planted_for_the_workbench(seed):
    chance = stream(seed, "beside the workbench")
    points = chance.random((int(chance.integers(60, 200)), int(chance.integers(1, 5))))
    return points, chance.random(len(points)) < np.where(points[:, 0] < 0.5, 0.7, 0.2)


def ways(points, fails):
    """Each step of the peeling: worlds, failing ones, ends with their quasi-p-values."""
    least = max(5, math.ceil(0.05 * len(points)))
    return [
        {
            "worlds": step.found.worlds,
            "failing": step.found.failing,
            "ends": sorted(
                [end.place, end.side, end.value, chance]
                for end, chance in zip(step.ends, quasi_p(step.ends, points, fails), strict=True)
            ),
        }
        for step in peeled(points, fails, [False] * points.shape[1], least, range(points.shape[1]))
    ]


def same(one, two):
    assert len(one) == len(two)
    for mine, theirs in zip(one, two, strict=True):
        assert (mine["worlds"], mine["failing"]) == (theirs["worlds"], theirs["failing"])
        for end, other in zip(mine["ends"], theirs["ends"], strict=True):
            assert end[:2] == other[:2]
            assert end[2:] == pytest.approx(other[2:], rel=1e-9, abs=1e-12)


def by_the_workbench(points, fails):
    """The same by the EMA workbench, up to where it begins to paste."""
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pandas as pd

        prim = pytest.importorskip("ema_workbench.analysis.prim")
        least = max(5, math.ceil(0.05 * len(points)))
        box = prim.Prim(
            pd.DataFrame(points, columns=[f"d{i}" for i in range(points.shape[1])]),
            fails.astype(float),
            threshold=1e-9,
            mass_min=least / len(points),
            obj_function=prim.PRIMObjectiveFunctions.ORIGINAL,
        ).find_box()
    steps = []
    for number, row in box.peeling_trajectory.iterrows():
        if steps and row["n"] >= steps[-1]["worlds"]:
            break
        ends = []
        for name, chances in box.qp[number].items():
            for at, side in enumerate(("from", "to")):
                if chances[at] >= 0:
                    value = float(box.box_lims[number].loc[at, name])
                    ends.append([int(name[1:]), side, value, float(chances[at])])
        steps.append({"worlds": int(row["n"]), "failing": int(row["k"]), "ends": sorted(ends)})
    return steps


@pytest.mark.parametrize("seed", range(4))
def test_peeling_goes_the_way_that_the_workbench_went(seed):
    recorded = json.loads(WORKBENCH.read_text(encoding="utf-8"))
    same(ways(*planted_for_the_workbench(seed)), recorded[seed])


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
def test_the_workbench_still_goes_that_way(seed):
    told = by_the_workbench(*planted_for_the_workbench(seed))
    same(told, json.loads(WORKBENCH.read_text(encoding="utf-8"))[seed])


def test_a_quasi_p_value_is_the_binomial_chance_of_as_many_failures_without_the_end():
    points = np.array([[0.1], [0.2], [0.3], [0.4], [0.5], [0.6], [0.7], [0.8]])
    fails = np.array([True, True, True, False, False, True, False, False])
    (chance,) = quasi_p((End(0, "to", 0.35),), points, fails)
    assert chance == pytest.approx(0.5**3)  # half of all fail, and three of three inside
    assert plain((End(0, "to", 0.35),), points, fails) == ()


def test_an_end_that_keeps_nothing_out_is_dropped_and_one_that_matters_is_not():
    points = uniform(100, 2, 1)
    fails = points[:, 0] < 0.3
    ends = (End(0, "to", 0.3), End(1, "to", 2.0), End(1, "from", 0.05))
    assert plain(ends, points, fails) == (End(0, "to", 0.3),)


@given(st.integers(0, 60), st.integers(0, 60))
def test_the_interval_of_a_share_is_the_exact_one(failing, holding):
    if failing + holding:
        told = binomtest(failing, failing + holding).proportion_ci(method="exact")
        assert Counts(failing + holding, failing).interval == pytest.approx((told.low, told.high))


@settings(deadline=None, max_examples=15)
@given(st.randoms(use_true_random=False))
def test_the_order_of_the_worlds_does_not_matter_to_the_way(random):
    points = uniform(60, 3, 5)
    fails = noisily(within(points, TWO), 0.9, 0.1, 5)
    order = random.sample(range(60), 60)
    words, places = [False] * 3, range(3)
    assert peeled(points, fails, words, 5, places) == peeled(
        points[order], fails[order], words, 5, places
    )


def test_boxes_on_the_way_lie_inside_each_other():
    points = uniform(150, 4, 6)
    points[:, 3] = (5 * points[:, 3]).astype(int)
    fails = noisily(within(points, TWO), 0.8, 0.2, 6)
    way = peeled(points, fails, [False, False, False, True], 8, range(4))
    held = [inside(step.ends, points) for step in way]
    assert [counts(each, fails) for each in held] == [step.found for step in way]
    for wider, narrower in pairwise(held):
        assert not (narrower & ~wider).any()
        assert narrower.sum() < wider.sum()
    assert 8 <= held[-1].sum() < 16


def test_all_alike_in_every_dimension_leaves_nothing_to_cut():
    points = np.ones((30, 2))
    way = peeled(points, np.arange(30) < 10, [False, True], 5, range(2))
    assert len(way) == 1


def test_the_same_worlds_give_the_same_answer():
    points = uniform(120, 3, 7)
    fails = noisily(within(points, TWO), 0.8, 0.15, 7)
    one, two = found_in(points, fails), found_in(points, fails)
    assert json.dumps(record(one)) == json.dumps(record(two))
    other = found_in(points, fails, seed=2)
    assert [box.ends for box in other.boxes] == [box.ends for box in one.boxes]


def test_progress_is_told_to_the_end():
    points = uniform(100, 2, 1)
    told = []
    find(
        points,
        failing(within(points, TWO)),
        axes(2),
        SCENARIOS,
        [Outcome()],
        asked(),
        progress=lambda done, whole: told.append((done, whole)),
    )
    assert told[0] == (0, 6)
    assert told[-1] == (6, 6)


# Limits that can be read out


@pytest.mark.parametrize(
    ("value", "low", "high", "told"),
    [
        (27.38, 20, 50, 27.5),
        (1.2043, 0.7, 1.3, 1.2),
        (733.1, 0, 1460, 740),
        (0.0512, 0.01, 10, 0.052),
        (-3.2, -10, 10, -3.2),
    ],
)
def test_a_limit_is_written_in_steps_that_can_be_read_out(value, low, high, told):
    dimension = Dimension("d", low=low, high=high)
    assert readable(value, dimension, "to") == pytest.approx(told)


@given(st.floats(-1e6, 1e6), st.floats(0.01, 1e6), st.floats(0, 1))
def test_a_written_limit_lies_within_a_hundredth_of_the_range(low, width, part):
    dimension = Dimension("d", low=low, high=low + width)
    value = low + part * width
    assert abs(readable(value, dimension, "to") - value) <= 0.0101 * width + 1e-9 * abs(value)


def test_what_is_told_is_what_was_counted():
    points = uniform(300, 2, 1) * [30, 1] + [20, 0]
    dimensions = (
        Dimension("cost", "Cost", "£ a week", 20.0, 50.0),
        Dimension("other"),
    )
    found = found_in(points, (points[:, 0] < 27.77) & (points[:, 1] > 0.3), dimensions)
    (box,) = found.boxes
    told = found.table.set_index("dimension")
    again = (points[:, 0] <= told.loc["cost", "at_most"]) & (
        points[:, 1] >= told.loc["other", "at_least"]
    )
    assert counts(again, found.worlds.fails) == box.within


@pytest.mark.parametrize(
    ("unit", "value", "told"),
    [
        ("£ a week", 27.0, "£27 a week"),
        ("£ a week", 27.5, "£27.50 a week"),
        ("£", 2500000.0, "£2,500,000"),
        ("£", -20.0, "−£20"),
        ("share", 0.125, "12.5%"),
        ("days", 182.0, "182 days"),
        ("times", 1.2, "1.2 times"),
        ("", -0.5, "−0.5"),
        ("ratio", 2.0, "2"),
    ],
)
def test_an_amount_has_its_unit(unit, value, told):
    assert amount(Dimension("d", unit=unit), value) == told


def test_what_lies_inside_reads_as_people_say_it():
    days = Dimension("d", unit="days", low=0, high=100)
    some = Dimension("d", unit="days", low=0, high=182, values=(0, 91, 182))
    assert inside_words(days, [End(0, "to", 30)]) == "30 days or less"
    assert inside_words(days, [End(0, "from", 30)]) == "30 days or more"
    both = [End(0, "from", 30), End(0, "to", 60)]
    assert inside_words(days, both) == "between 30 and 60 days"
    assert inside_words(some, [End(0, "from", 182)]) == "182 days"


def test_a_rule_says_what_a_commissioner_asks():
    points = uniform(200, 2, 1) * [30, 0.6] + [20, 0.7]
    dimensions = (
        Dimension("cost", "Cost of a stable client", "£ a week", 20, 50, grade="unverified"),
        Dimension("relapse", "Risk of relapse", "times", 0.7, 1.3),
    )
    planted = (points[:, 0] < 32) & (points[:, 1] > 1.0)
    found = found_in(points, noisily(planted, 0.9, 0.05, 2), dimensions)
    told = sentences(found)
    failing_worlds = noisily(planted, 0.9, 0.05, 2).sum()
    assert told[0] == (
        "“Move them on” fails (fewer in recovery on 31 March 2013 than under “Keep them”) in"
        f" {failing_worlds} of 200 worlds."
    )
    whole = " ".join(told)
    (box,) = found.boxes
    assert f"{share(box.density)} of the {box.within.worlds} worlds there fail" in whole
    assert f"and {share(box.coverage)} of all failures lie there." in whole
    assert box.coverage != box.mass
    assert "It fails mostly where " in whole
    assert "cost of a stable client is £3" in whole
    assert "times or more: " in whole
    assert "On worlds that were kept out of the search, " in whole
    assert "Elsewhere it fails in " in whole
    assert "“Cost of a stable client” is unverified here" in whole
