"""Plans in many worlds: who wins, how sure that is, and what flips it; against contests whose answer is known."""

from __future__ import annotations

import dataclasses
import multiprocessing
import pickle
import time

import numpy as np
import pytest
from planted import Axis
from planted_worlds import contest, cost, flat
from tiny import a_tenth_of

from simulator.comparing import words
from simulator.comparing.drawn import DECIDES, assumptions_drawn, is_circumstance
from simulator.comparing.flips import flips, movers, rounded
from simulator.comparing.four import changed
from simulator.comparing.headlines import HEADLINES
from simulator.comparing.leads import (
    AHEAD,
    ALIKE,
    BEHIND,
    WITHIN_LUCK,
    Luck,
    discoveries,
    lead,
    standing,
)
from simulator.comparing.worlds import LUCKS, in_worlds, lucks_of, work
from simulator.errors import BadInput
from simulator.replicate import run
from simulator.scenario import load
from simulator.scenario.draws import with_values

AXES = (cost(), Axis("b"), Axis("c"))


def slope(by, at):
    """A plan that is better by so much for each pound that a client costs more than some."""
    return lambda points: by * (points[:, 0] - at)


# Who wins


def test_worlds_in_which_a_plan_wins_are_counted():
    told = lead(contest(AXES, flat, slope(1.0, 23.9)), 1, 0, 0)
    assert told.ahead == pytest.approx(87, abs=1)
    assert told.ahead + told.behind == told.worlds == 100
    assert told.share[0] < 0.87 < told.share[1]
    assert told.count(AHEAD) == told.ahead  # nothing is luck here


def test_lower_may_be_better():
    one = contest(AXES, flat, slope(1.0, 23.9))
    other = dataclasses.replace(one, better=("lower",))
    assert lead(other, 1, 0, 0).ahead == lead(one, 1, 0, 0).behind == lead(one, 0, 1, 0).ahead


def test_plans_that_are_alike_are_ahead_nowhere():
    told = lead(contest(AXES, flat, flat), 1, 0, 0)
    assert (told.count(ALIKE), told.ahead, told.behind) == (100, 0, 0)
    assert "exactly alike in all 100 worlds" in next(words.sentences(contest(AXES, flat, flat)))


def test_what_luck_does_is_measured_in_worlds_that_were_lived_twice():
    told = lead(contest(AXES, flat, slope(1.0, 35.0), luck=3.0, worlds=2000), 1, 0, 0)
    assert told.luck.worlds == 500
    assert told.luck.spread == pytest.approx(3.0 * 2**0.5, rel=0.1)
    assert np.isnan(Luck.of(np.array([[1.0, np.nan], [2.0, np.nan]])).spread)


def test_where_no_world_was_lived_twice_nothing_is_clear():
    one = contest(AXES, flat, slope(1.0, 35.0), luck=1.0)
    numbers = one.numbers.copy()
    numbers[..., 1] = np.nan
    told = lead(dataclasses.replace(one, numbers=numbers), 1, 0, 0)
    assert set(told.kinds) == {WITHIN_LUCK}


def test_of_worlds_said_to_be_clear_few_are_wrong():
    """The plan is better above £35 and worse below, by less than luck does near it."""
    wrong = clear = 0
    for seed in range(60):
        one = contest(AXES, flat, slope(1.0, 35.0), luck=2.0, seed=seed)
        told = lead(one, 1, 0, 0)
        truth = np.where(one.points[:, 0] > 35.0, AHEAD, BEHIND)
        said = np.array(told.kinds)
        clear += int((said != WITHIN_LUCK).sum())
        wrong += int(((said != WITHIN_LUCK) & (said != truth)).sum())
    assert clear > 60 * 40
    assert wrong / clear < 0.05


def test_plans_that_differ_by_luck_alone_are_hardly_ever_said_to_differ():
    claims = [
        sum(
            k != WITHIN_LUCK
            for k in lead(contest(AXES, flat, flat, luck=1.0, seed=s), 1, 0, 0).kinds
        )
        for s in range(200)
    ]
    assert np.mean(np.array(claims) > 0) < 0.10
    told = next(words.sentences(contest(AXES, flat, flat, luck=1.0)))
    assert "too close to call" in told
    assert "beats" not in told


def test_discoveries_are_those_of_benjamini_and_hochberg():
    chances = np.array([0.001, 0.008, 0.039, 0.041, 0.042, 0.06, 0.074, 0.205, 0.212, 0.216])
    assert discoveries(chances).sum() == 2  # 0.008 ≤ 2 × 0.05 ÷ 10, and no later one
    assert not discoveries(np.array([0.9, 0.5])).any()
    assert len(discoveries(np.zeros(0))) == 0


@pytest.mark.slow
def test_the_interval_of_the_share_holds_it_as_often_as_it_says():
    held = []
    for seed in range(200):
        chance = np.random.default_rng(seed)
        one = contest(AXES, flat, slope(1.0, 26.0), seed=seed)
        points = one.points.copy()
        points[:, 0] = chance.uniform(20, 50, len(points))  # independent, as the interval supposes
        numbers = one.numbers.copy()
        numbers[:, 1, 0, :] = (points[:, 0] - 26.0)[:, np.newaxis]
        low, high = lead(dataclasses.replace(one, points=points, numbers=numbers), 1, 0, 0).share
        held.append(low <= 0.8 <= high)
    assert 0.90 <= np.mean(held) <= 0.99


# Several


def test_how_several_plans_stand_to_each_other():
    one = contest(AXES, flat, slope(1.0, 41.0), slope(-1.0, 26.0))
    told = standing(one, 0)
    for i, j in ((0, 1), (0, 2), (1, 2)):
        assert told.beats[i][j] + told.beats[j][i] == 100
    assert told.beats[1][0] == pytest.approx(30, abs=1)
    assert sum(told.best) == pytest.approx(100)
    assert told.best == pytest.approx((50, 30, 20), abs=1.5)
    assert list(told.table.columns)[-1] == "Best of all"


def test_plans_that_are_best_together_share_a_world():
    told = standing(contest(AXES, flat, flat), 0)
    assert told.best == (50.0, 50.0)


def test_a_world_that_could_not_be_lived_in_is_left_out_everywhere():
    one = contest(AXES, flat, slope(1.0, 35.0))
    numbers = one.numbers.copy()
    numbers[:7, 1] = np.nan
    told = dataclasses.replace(one, numbers=numbers, failures=("too dear",))
    assert (told.worlds, lead(told, 1, 0, 0).left_out, standing(told, 0).worlds) == (93, 7, 93)
    assert "7 worlds could not be lived in and were left out (too dear)" in words.how_drawn(told)
    assert movers(told)[0].flips


# What flips it


@pytest.mark.parametrize("seed", range(5))
def test_the_value_at_which_a_plan_stops_winning_is_found_in_its_stretch(seed):
    one = contest(AXES, flat, lambda p: 41.0 - p[:, 0] + 8 * (p[:, 1] - 0.5), luck=1.5, seed=seed)
    (flip,) = flips(one)
    assert flip.dimension.name == "cost"
    assert flip.low < 41.0 < flip.high
    assert flip.high - flip.low < 5
    assert (flip.ahead_below, flip.ahead_above) == ("move_on", "park")
    won, of = flip.won_below
    assert won / of > 0.9
    assert of + flip.won_above[1] == 100


def test_lower_and_better_turns_who_is_ahead_below():
    one = contest(AXES, flat, lambda p: 41.0 - p[:, 0], better="lower")
    (flip,) = flips(one)
    assert (flip.ahead_below, flip.ahead_above) == ("park", "move_on")
    assert flip.won_below == (0, 70)


def test_what_moves_the_lead_and_does_not_turn_it_is_no_flip():
    one = contest(AXES, flat, slope(1.0, 10.0), luck=1.0)
    assert flips(one) == ()
    first = movers(one)[0]
    assert (first.dimension.name, first.is_clear) == ("cost", True)
    assert first.change.low < 30.0 < first.change.high
    told = next(words.sentences(one))
    assert "No single assumption flips it beyond chance; it hangs most on" in told
    plain = next(words.sentences(contest(AXES, flat, slope(1.0, 10.0))))
    assert "10 more at £20 a week, 40 more at £50 a week" in plain


def test_the_others_are_held_steady():
    """Another assumption that does far more hides nothing."""
    one = contest(AXES, flat, lambda p: p[:, 0] - 35.0 + 300 * (p[:, 1] - 0.5), luck=1.0)
    by_name = {each.dimension.name: each for each in movers(one)}
    assert by_name["cost"].is_clear
    assert by_name["cost"].change.high - by_name["cost"].change.low < 4
    assert not by_name["c"].is_clear


@pytest.mark.slow
def test_luck_alone_flips_nothing_in_95_of_100_contests():
    axes = tuple(Axis(name) for name in "abcdefghij")
    found = [bool(flips(contest(axes, flat, flat, luck=1.0, seed=seed))) for seed in range(200)]
    assert np.mean(found) <= 0.05


@pytest.mark.slow
def test_stretches_hold_the_flip_at_least_as_often_as_they_say():
    held = []
    for seed in range(100):
        one = contest(AXES, flat, lambda p: p[:, 0] - 33.0 + 5 * p[:, 1] - 2.5, luck=3.0, seed=seed)
        held += [
            each.low <= 33.0 <= each.high for each in flips(one) if each.dimension.name == "cost"
        ]
    assert len(held) > 90
    assert np.mean(held) >= 0.95


def test_many_assumptions_and_few_worlds_are_looked_at_one_by_one():
    axes = (cost(), *(Axis(f"x{i}") for i in range(40)))
    one = contest(axes, flat, slope(1.0, 35.0), luck=1.0, worlds=60)
    (flip,) = flips(one)
    assert flip.low < 35.0 < flip.high
    assert movers(contest(axes, flat, slope(1.0, 35.0), worlds=10)) == ()


def test_a_flip_is_told_to_as_many_figures_as_its_stretch_allows():
    one = contest(AXES, flat, lambda p: 41.0 - p[:, 0], luck=2.0)
    (flip,) = flips(one)
    value, low, high = rounded(flip)
    assert value == pytest.approx(flip.value, abs=flip.high - flip.low)
    told = next(words.sentences(one))
    assert f"It flips if “What a stable client costs” passes £{value:,.4g} a week" in told
    assert f"too close to call from £{low:,.4g} to £{high:,.4g} a week" in told.replace(".0", "")


def test_the_short_answer_says_on_which_side_the_winner_stops_winning():
    short = [
        next(words.answers(contest(AXES, flat, plan, better=better))).in_short
        for plan, better in (
            (lambda p: 41.0 - p[:, 0], "higher"),  # move on is ahead where it is cheap, in 70
            (lambda p: p[:, 0] - 41.0, "higher"),  # park is ahead where it is cheap, in 70
            (lambda p: p[:, 0] - 29.0, "higher"),  # move on is ahead where it is dear, in 70
            (lambda p: p[:, 0] - 29.0, "lower"),  # park is ahead where it is dear, in 70
        )
    ]
    what = "“What a stable client costs” is"
    ends = "People in recovery: {} in 70 of 100 worlds; it flips if " + what + " {} a week."
    assert short == [
        ends.format("“Move on” beats “Park”", "above £41"),
        ends.format("“Park” beats “Move on”", "above £41"),
        ends.format("“Move on” beats “Park”", "below £29"),
        ends.format("“Park” beats “Move on”", "below £29"),
    ]


def test_the_short_answer_says_where_nothing_flips_it_or_nothing_is_known():
    never = next(words.answers(contest(AXES, flat, slope(1.0, 10.0), luck=1.0)))
    assert never.in_short.endswith("in 100 of 100 worlds; no single assumption flips it.")
    assert never.flips == ""
    axes = (cost(), *(Axis(f"x{i}") for i in range(40)))
    few = next(words.answers(contest(axes, flat, slope(1.0, 10.0), worlds=10)))
    assert few.in_short == "People in recovery: “Move on” beats “Park” in 10 of 10 worlds."
    close = next(words.answers(contest(AXES, flat, flat, luck=1.0)))
    assert close.in_short == close.whole
    assert "too close to call" in close.in_short


def test_sentences_tell_of_the_plan_that_wins():
    told = next(words.sentences(contest(AXES, flat, slope(-1.0, 23.9))))
    assert told.startswith("People in recovery: “Park” beats “Move on” in 87 of 100 worlds")
    undirected = contest(AXES, flat, slope(-1.0, 10.0), better="")
    assert "“Move on” is lower than “Park” in 100 of 100 worlds" in words.in_short(undirected)
    named = undirected.called({"move_on": "At once"})
    assert "“At once”" in words.in_short(named)


# With the simulator


@pytest.fixture(scope="module")
def plans():
    return tuple(a_tenth_of(load(name)) for name in ("park", "move_on"))


@pytest.fixture(scope="module")
def lived(plans):
    return in_worlds(plans, 20, 3, at_most=4)


def test_what_is_drawn_is_circumstance_and_what_moves_most_comes_first(plans):
    drawn = assumptions_drawn([load("park"), load("move_on")], 6)
    assert len(drawn) == 7
    assert drawn[-1].path.endswith(DECIDES)
    assert all(is_circumstance(each.path.split(".")) for each in drawn)
    assert len(assumptions_drawn([load("park"), load("move_on")], None)) > 100


def test_what_plans_differ_in_is_left_as_it_is():
    base = load("park")
    path = assumptions_drawn([base], 1)[0].path
    low, _ = assumptions_drawn([base], 1)[0].range
    other = changed(base, [(path, low)])
    assert path not in [each.path for each in assumptions_drawn([base, other])]


def test_what_somebody_has_set_stays_so():
    plans = [load("park"), load("move_on")]
    first = assumptions_drawn(plans, 1)[0].path
    assert first not in [each.path for each in assumptions_drawn(plans, 3, [first])]
    assert len(assumptions_drawn(plans, 3, [first])) == 4


def test_what_was_set_beyond_its_range_is_left_as_it_is():
    base = load("park")
    first = assumptions_drawn([base], 1)[0]
    beyond = changed(base, [(first.path, first.range[0] - 0.1 * abs(first.range[0]))])
    assert first.path not in [each.path for each in assumptions_drawn([beyond, beyond])]


def test_a_number_is_that_of_a_run_of_its_world(plans, lived):
    """The world written by hand and run by itself, as `run` would."""
    for world in (0, 15):
        values = dict(
            zip([each.name for each in lived.dimensions], lived.points[world], strict=True)
        )
        for place, plan in enumerate(plans):
            many = lucks_of(20)[world]
            (sample,) = run([with_values(plan, values)], many, 3, 1, first=LUCKS * world)
            alone = sample.of("in_recovery")[:, -1]
            assert np.array_equal(lived.numbers[world, place, 0, :many], alone)


@pytest.mark.slow
def test_worlds_are_the_same_for_any_number_of_workers_and_cover_each_range(plans, lived):
    again = work(lambda done, of: None, plans, 20, 3, 4, (), None, 2)
    assert np.array_equal(again.numbers, lived.numbers, equal_nan=True)
    for dimension, column in zip(lived.dimensions, lived.points.T, strict=True):
        where = (column - dimension.low) / (dimension.high - dimension.low)
        if not dimension.name.endswith(("gbp_per_week",)):  # costs are kept in order
            assert sorted(np.clip(where * 20, 0, 19.99).astype(int)) == list(range(20))


@pytest.mark.slow
def test_the_same_plan_twice_is_exactly_alike(plans):
    told = in_worlds((plans[0], plans[0]), 20, 1, at_most=2)
    assert len(set(told.scenarios)) == 2
    assert all(lead(told, 1, 0, o).count(ALIKE) == 20 for o in range(len(HEADLINES)))


def test_progress_ends_and_the_result_is_small(plans, lived):
    heard = []
    in_worlds(plans, 20, 1, at_most=1, progress=lambda done, of: heard.append((done, of)))
    assert heard[-1] == (60, 60)
    assert [done for done, _ in heard] == sorted({done for done, _ in heard})
    sent = pickle.dumps(lived)
    assert len(sent) < 100_000
    assert np.array_equal(pickle.loads(sent).numbers, lived.numbers, equal_nan=True)


@pytest.mark.slow
def test_a_job_that_is_ended_is_gone_within_a_second(plans):
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    job = context.Process(target=_job, args=(theirs, plans))
    job.start()
    try:
        assert ours.poll(120)
        begun = time.perf_counter()
        job.terminate()
        job.join(10)
        assert time.perf_counter() - begun < 2
        assert not job.is_alive()
    finally:
        job.kill()


def _job(pipe, plans):
    work(lambda done, of: pipe.send((done, of)), plans, 1000, 1, 2)


def test_tables_tell_what_was_drawn_and_every_run(lived):
    assert len(lived.drawn) == len(lived.dimensions)
    table = lived.table
    assert len(table) == sum(lucks_of(20))
    assert {"world", "luck", "in_recovery@last park"} <= set(table.columns)
    assert lived.runs == 2 * len(table)
    assert "20 worlds: 5 assumptions drawn together" in words.how_drawn(lived)
    assert len(list(words.sentences(lived))) == len(HEADLINES)


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ({"worlds": 5}, "worlds"),
        ({"seed": -1}, "seed"),
        ({"workers": 0}, "workers"),
        ({"worlds": True}, "worlds"),
    ],
)
def test_numbers_out_of_range_are_refused(plans, given, name):
    with pytest.raises(BadInput) as caught:
        in_worlds(plans, **{"worlds": 20, "seed": 1} | given)
    assert [fault.name for fault in caught.value.faults] == [name]


def test_one_plan_is_no_contest(plans):
    with pytest.raises(BadInput):
        in_worlds(plans[:1], 20, 1)
