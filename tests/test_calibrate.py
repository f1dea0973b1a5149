"""Calibration: figures from files, stand-ins, what the figures allow, and fits that find what is known."""

from __future__ import annotations

import copy
import importlib
import json
from dataclasses import replace

import numpy as np
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy.stats import binom, chi2, norm
from tiny import tiny_queue

from simulator.calibrate.emulator import train
from simulator.calibrate.findings import assumptions, figures, sentences
from simulator.calibrate.fit import Fitting, fit
from simulator.calibrate.posterior import Likelihood, sample
from simulator.calibrate.result import Effort
from simulator.calibrate.runs import Runs
from simulator.calibrate.targets import Targets, aim, read_targets
from simulator.chance import stream
from simulator.errors import BadInput
from simulator.observe import observed
from simulator.scenario.draws import with_values

runs_module = importlib.import_module("simulator.calibrate.runs")

SHARED_FOLDER = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
ONSET = "world.groups.opiate.need.onset_per_year"
STAY = "world.groups.opiate.treatment.drop_out.scale_days"
STRETCH = "plan.stretch_share"
SOURCED = {"source": "A report, 2009", "grade": "published"}


@pytest.fixture(scope="module")
def small():
    """A queue in which there is a place for everybody."""
    return tiny_queue("years=2", f"{ONSET}=150", f"{STAY}=60")


def target(measure="new_presentations", value=150.0, year="2008-09", **more):
    return {"measure": measure, "year": year, "value": value, **SOURCED, **more}


def fitted(path=ONSET, low=50.0, high=300.0, **more):
    return {"name": path, "paths": [path], "range": [low, high], **more}


def file_of(**changes):
    """A file of targets, whole but for what is changed."""
    whole = {
        "title": "Figures",
        "description": "Made up",
        "fit": [fitted()],
        "targets": [target()],
    }
    return {name: part for name, part in (whole | changes).items() if part is not None}


def told(scenario, **changes):
    return aim(Targets.model_validate(file_of(**changes)), scenario)


# Files of targets


@pytest.fixture
def file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path / "figures.yaml"


def written(file, data):
    text = data if isinstance(data, str) else yaml.safe_dump(data, sort_keys=False)
    file.write_text(text, encoding="utf-8")
    return file.name


def faults_of(file, data, scenario):
    targets, tree = read_targets(written(file, data))
    with pytest.raises(BadInput) as refused:
        aim(targets, scenario, tree)
    return [str(fault) for fault in refused.value.faults]


def test_a_file_is_read_as_it_stands(file, small):
    targets, tree = read_targets(written(file, file_of(mean_of_partnerships=149)))
    read = aim(targets, small, tree)
    assert (read.low, read.high, read.fitted) == ((50.0,), (300.0,), (0,))
    assert read.targets.mean_of_partnerships == 149
    assert read.figures[0].measure == "new_presentations"


def test_every_fault_of_a_file_is_told_at_once_with_its_line(file):
    text = """title: Figures
fit:
- name: onsets
  paths: []
targets:
- measure: planned_exits
  year: 2008
  value: many
  source: A report
  grade: rumoured
- measure: planned_exits
  year: 2008-09
  value: 3
  below: 5
  source: A report
  grade: published
  colour: red
"""
    with pytest.raises(BadInput) as refused:
        read_targets(written(file, text))
    lines = {(f.where, f.name) for f in refused.value.faults}
    assert lines == {
        ("figures.yaml:1", "description"),
        ("figures.yaml:4", "fit.0.paths"),
        ("figures.yaml:7", "targets.0.year"),
        ("figures.yaml:8", "targets.0.value"),
        ("figures.yaml:10", "targets.0.grade"),
        ("figures.yaml:17", "targets.1.colour"),
    }
    assert all(fault.advice for fault in refused.value.faults)


@pytest.mark.parametrize(
    ("changes", "faults"),
    [
        (
            {"targets": [target("planned_exit"), target(year="2019-20"), target(group="alcohol")]},
            ["targets.0.measure", "did you mean planned_exits?", "targets.1.year", "2.group"],
        ),
        ({"targets": [target("spent_gbp", group="opiate")]}, ["all groups together"]),
        (
            {"targets": [target("back_12_months_after_planned_share", year="2009-10")]},
            ["followed so long"],
        ),
        (
            {"fit": [fitted("world.nothing"), fitted("world.groups"), fitted(STAY, 9, 3)]},
            ["fit.0.paths.0 must be in the scenario", "fit.1.paths.0 must be a number", "rise"],
        ),
        ({"fit": [fitted(range=None)]}, ["be given where the evidence has none"]),
        ({"fit": [fitted(), fitted()]}, ["move each assumption once"]),
        ({"fit": [fitted(STRETCH, 0, 1)]}, ["fit.0.why must be given for a decision"]),
        ({"fit": [fitted(STRETCH, 0, 1, why="It rose", year="2030-31")]}, ["be a year of"]),
        ({"targets": [target(use="test")]}, ["hold a figure to fit to"]),
    ],
)
def test_what_the_scenario_has_not_is_told_at_once(file, small, changes, faults):
    seen = "\n".join(faults_of(file, file_of(**changes), small))
    for fault in faults:
        assert fault in seen
    assert "figures.yaml:" in seen


def test_a_value_and_a_bound_are_not_given_together(file):
    for one in (target(below=5), {**target(), "value": None}):
        with pytest.raises(BadInput, match=r"targets\.0 must have value or below"):
            read_targets(written(file, file_of(targets=[one])))


scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12)
structures = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)
WHOLE = file_of(
    fit=[fitted(), fitted(STRETCH, 0.0, 0.5, why="It rose", year="2009-10")],
    targets=[target(), target("gave_up_waiting", None, below=5)],
)
PLACES = [
    (name, *rest)
    for name in WHOLE
    for rest in [()]
    + [(i, *inner) for i, one in enumerate(WHOLE[name]) for inner in [(), *((k,) for k in one)]]
    * isinstance(WHOLE[name], list)
]


def read_or_refuse(file, text, scenario):
    try:
        targets, tree = read_targets(written(file, text))
        assert aim(targets, scenario, tree).targets == targets
    except BadInput as refused:
        for fault in refused.faults:
            assert fault.where.startswith("figures.yaml")
            assert fault.name
            assert fault.advice
            str(fault).encode()


@settings(SHARED_FOLDER, max_examples=60)
@given(
    text=st.text(max_size=80)
    | st.lists(st.sampled_from([*"[]{}:,-?&*!|>'\" \n", "fit", "targets", "1"]), max_size=30).map(
        "".join
    )
)
def test_any_text_is_a_file_of_targets_or_refused(file, small, text):
    read_or_refuse(file, text, small)


@settings(SHARED_FOLDER, max_examples=120)
@given(place=st.sampled_from(PLACES), there=structures)
def test_anything_in_the_place_of_a_part_is_read_or_refused(file, small, place, there):
    whole = copy.deepcopy(WHOLE)
    around = whole
    for step in place[:-1]:
        around = around[step]
    around[place[-1]] = there
    read_or_refuse(file, json.dumps(whole), small)


# What is written into the scenario


def test_a_decision_moves_from_its_year_on_until_the_next(small):
    decided = told(
        small,
        fit=[
            fitted(STRETCH, 0.0, 0.5, why="It rose", year="2009-10"),
            {**fitted(STRETCH, 0.0, 0.5, why="It rose", year="2008-09"), "name": "before"},
        ],
    )
    assert decided.values((0.25, 0.1)) == {STRETCH: [0.1, 0.25]}
    moved = with_values(small, decided.values((0.25, 0.1)))
    (partnership,) = moved.partnerships.values()
    assert partnership.plan.stretch_share == moved.plan.stretch_share == (0.1, 0.25)


def test_several_paths_share_one_value(small):
    costs = [
        f"world.groups.opiate.treatment.cost_{phase}_gbp_per_week"
        for phase in ("first_12_weeks", "settled", "ready")
    ]
    both = told(small, fit=[{"name": "costs", "paths": costs, "range": [50, 90]}])
    assert both.values((61.5,)) == dict.fromkeys(costs, 61.5)


# Stand-ins

RNG = stream(1, "points of the tests")
POINTS = RNG.random((40, 2))
ELSEWHERE = RNG.random((200, 2))


def bent(x):
    return 3 + 2 * x[:, 0] - 4 * x[:, 1] + 5 * (x[:, 0] - 0.4) ** 2 + 3 * x[:, 0] * x[:, 1]


def test_a_stand_in_learns_a_quadratic():
    learnt = train(POINTS, bent(POINTS)[:, np.newaxis], np.array([1e-8]), [0])
    mean, variance = learnt(ELSEWHERE, [0])
    off = mean[:, 0] - bent(ELSEWHERE)
    assert np.abs(off).max() < 0.02 * bent(ELSEWHERE).std()
    assert np.sqrt(variance).max() < 0.1 * bent(ELSEWHERE).std()


def test_a_stand_in_sees_through_noise_and_its_doubt_is_about_right():
    sd = 0.3
    seen = bent(POINTS) + sd * RNG.standard_normal(len(POINTS))
    learnt = train(POINTS, seen[:, np.newaxis], np.array([sd**2]), [0])
    mean, variance = learnt(ELSEWHERE, [0])
    off = (mean[:, 0] - bent(ELSEWHERE)) / np.sqrt(variance[:, 0])
    assert np.abs(mean[:, 0] - bent(ELSEWHERE)).mean() < sd
    assert 0.3 < np.sqrt((off**2).mean()) < 3


def test_a_stand_in_is_less_sure_away_from_its_points():
    corner = POINTS * 0.3
    learnt = train(corner, np.sin(12 * corner[:, [0]]), np.array([1e-8]), [0])
    _, near = learnt(corner, [0])
    _, far = learnt(np.array([[1.0, 0.1], [0.9, 0.9]]), [0])
    assert far.min() > 100 * near.max()


def test_a_figure_that_nothing_moves_is_flat_and_sure():
    learnt = train(POINTS, np.full((40, 1), 7.0), np.array([0.1]), [0])
    mean, variance = learnt(ELSEWHERE, [0])
    assert np.allclose(mean, 7.0)
    assert not variance.any()


@pytest.mark.slow
def test_a_missing_figure_is_left_out_and_spoils_no_other():
    both = np.column_stack([bent(POINTS), bent(POINTS)])
    both[:5, 1] = np.nan
    whole = train(POINTS, both, np.full(2, 1e-8), [0, 1])
    part = train(POINTS[5:], both[5:], np.full(2, 1e-8), [0, 1])
    assert np.array_equal(whole(ELSEWHERE, [1])[0], part(ELSEWHERE, [1])[0])
    assert np.isfinite(whole(ELSEWHERE, [0, 1])[0]).all()


# What the figures allow


class Line:
    """A stand-in that is a straight line and sure of it."""

    def __init__(self, slopes, level=0.0):
        self.slopes, self.level = np.array(slopes, dtype=float), level

    def __call__(self, where, figures):
        told = self.level + where @ self.slopes[list(figures)].T
        return told, np.zeros_like(told)


SLOPES = [[2.0, 1.0], [0.5, -1.5], [1.0, 1.0]]
COVARIANCE = np.array([[0.010, 0.004, 0.0], [0.004, 0.012, -0.003], [0.0, -0.003, 0.008]])
NO_BOUND = np.full(3, np.nan)
FREE = np.ones(2, dtype=bool)
MIDDLE = np.full(2, 0.5)


@pytest.mark.slow
def test_sets_are_those_that_theory_knows_for_straight_lines():
    """Gaussian figures of straight lines: the sets are Gaussian, by generalised least squares."""
    slopes = np.array(SLOPES)
    aims = slopes @ np.array([0.45, 0.55]) + np.array([0.03, -0.05, 0.02])
    inside = Likelihood(Line(SLOPES), aims, NO_BOUND, COVARIANCE, (0, 1, 2))
    weight = np.linalg.inv(COVARIANCE)
    spread = np.linalg.inv(slopes.T @ weight @ slopes)
    middle = spread @ slopes.T @ weight @ aims
    assert ((middle - 5 * np.sqrt(np.diag(spread)) > 0) & (middle < 0.8)).all()  # far from the ends
    sets = sample(inside, FREE, MIDDLE, 4000, seed=3)
    independent = 400  # of 4,000 sets of a chain that moves one time in three
    sd = np.sqrt(np.diag(spread))
    assert (np.abs(sets.mean(axis=0) - middle) < 3.5 * sd / np.sqrt(independent)).all()
    assert sets.std(axis=0) == pytest.approx(sd, rel=3.5 / np.sqrt(2 * independent))
    correlation = spread[0, 1] / sd.prod()
    assert np.corrcoef(sets.T)[0, 1] == pytest.approx(correlation, abs=3.5 / np.sqrt(independent))


def test_figures_that_only_test_do_not_count():
    aims = np.array([1.5, -0.5, 99.0])
    with_two = Likelihood(Line(SLOPES), aims, NO_BOUND, COVARIANCE, (0, 1))
    places = stream(2, "places").random((20, 2))
    for other in (0.0, 1e6):
        moved = replace(with_two, aims=np.array([1.5, -0.5, other]))
        assert np.array_equal(with_two(places), moved(places))


def test_nothing_outside_the_ranges_is_allowed():
    one = Likelihood(Line(SLOPES), np.ones(3), NO_BOUND, COVARIANCE, (0, 1, 2))
    outside = np.array([[-0.01, 0.5], [0.5, 1.01], [0.5, 0.5]])
    assert np.isneginf(one(outside)).tolist() == [True, True, False]
    sets = sample(one, FREE, MIDDLE, 500, seed=4, steps=300)
    assert ((sets >= 0) & (sets <= 1)).all()


@pytest.mark.slow
def test_where_figures_say_nothing_all_of_the_range_is_left():
    nothing = Likelihood(Line([[0.0, 0.0]]), np.ones(1), NO_BOUND[:1], np.eye(1), (0,))
    sets = sample(nothing, FREE, MIDDLE, 3000, seed=5)
    assert sets.mean(axis=0) == pytest.approx([0.5, 0.5], abs=0.04)
    assert sets.std(axis=0) == pytest.approx(np.full(2, 12**-0.5), rel=0.06)


@pytest.mark.slow
def test_a_suppressed_figure_counts_by_its_chance_of_being_so_small():
    """A count below 5 is at most 4, and so below 4.5; against integration over the range."""
    hidden = Likelihood(
        Line([[12.0]]), np.array([np.nan]), np.array([5.0]), np.array([[2.25]]), (0,)
    )
    x = np.linspace(0, 1, 20_001)
    weight = norm.cdf((4.5 - 12 * x) / 1.5)
    mean = np.trapezoid(x * weight, x) / np.trapezoid(weight, x)
    sd = np.sqrt(np.trapezoid((x - mean) ** 2 * weight, x) / np.trapezoid(weight, x))
    sets = sample(hidden, np.ones(1, dtype=bool), np.full(1, 0.5), 4000, seed=6)
    assert sets.mean() == pytest.approx(mean, abs=3.5 * sd / np.sqrt(400))
    assert sets.std() == pytest.approx(sd, rel=0.12)
    assert np.allclose(np.exp(hidden(x[:5, np.newaxis])), weight[:5])


def test_a_suppressed_share_is_below_its_bound():
    hidden = Likelihood(
        Line([[1.0]]), np.array([np.nan]), np.array([0.3]), np.array([[0.01]]), (0,)
    )
    assert np.exp(hidden(np.array([[0.3]]))) == pytest.approx([0.5])


def test_decisions_stay_where_they_are_put_when_asked():
    one = Likelihood(Line(SLOPES), np.array([1.5, -0.5, 1.0]), NO_BOUND, COVARIANCE, (0, 1, 2))
    sets = sample(one, np.array([True, False]), np.array([0.9, 0.25]), 300, seed=7, steps=300)
    assert set(sets[:, 1]) == {0.25}
    assert sets[:, 0].std() > 0


@pytest.mark.slow
def test_the_same_seed_gives_the_same_sets():
    one = Likelihood(Line(SLOPES), np.array([1.5, -0.5, 1.0]), NO_BOUND, COVARIANCE, (0, 1, 2))
    first, again, other = (sample(one, FREE, MIDDLE, 100, seed, steps=200) for seed in (8, 8, 9))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_a_figure_that_was_never_there_stops_nothing():
    """A figure that no point gave has no stand-in; the others still count."""
    learnt = train(POINTS, np.full((40, 1), np.nan), np.array([1.0]), [0])
    one = Likelihood(learnt, np.ones(1), NO_BOUND[:1], np.eye(1), (0,))
    assert np.isfinite(one(ELSEWHERE)).all()


# Runs


@pytest.fixture
def counted(monkeypatch):
    """How often the simulator is run."""
    calls = []

    def counting(*task):
        calls.append(task)
        return observed(*task)

    monkeypatch.setattr(runs_module, "observed", counting)
    return calls


def some_runs(goal, file=None, scenario=None, seed=5, replications=2):
    return Runs(goal, scenario or goal.scenario, goal.figures, seed, range(replications), 1, file)


def test_a_point_is_run_with_its_values_and_its_replications(small):
    goal = told(small)
    rows = some_runs(goal).at([(120.0,), (240.0,)])
    assert rows.shape == (2, 2, 1)
    there = with_values(small, {ONSET: 240.0})
    assert np.array_equal(rows[1], observed(there, goal.figures, 5, [0, 1]))


def test_nothing_that_is_known_is_run_again(small, counted, tmp_path):
    goal, file = told(small), tmp_path / "new" / "runs.jsonl"
    first = some_runs(goal, file)
    rows = first.at([(120.0,), (240.0,), (120.0,)])
    assert len(counted) == 2
    assert np.array_equal(rows[0], rows[2])
    first.at([(240.0,)])
    assert len(counted) == 2
    again = some_runs(goal, file)
    assert np.array_equal(again.at([(120.0,), (240.0,)]), rows[:2])
    assert len(counted) == 2


def test_a_file_whose_last_line_is_torn_goes_on_and_ends_the_same(small, counted, tmp_path):
    goal, file = told(small), tmp_path / "runs.jsonl"
    points = [(120.0,), (180.0,), (240.0,)]
    whole = some_runs(goal, file).at(points)
    complete = file.read_bytes()
    file.write_bytes(complete[:-40])
    counted.clear()
    again = some_runs(goal, file)
    assert np.array_equal(again.at(points), whole)
    assert len(counted) == 1
    counted.clear()
    assert np.array_equal(some_runs(goal, file).at(points), whole)
    assert not counted


@pytest.mark.parametrize("torn", [b"{}\n", b"3\n", b"[]\n", b"\xff\xfe\n", b"null\n"])
def test_lines_that_are_not_of_a_fit_are_left_aside(small, counted, tmp_path, torn):
    file = tmp_path / "runs.jsonl"
    some_runs(told(small), file).at([(120.0,)])
    file.write_bytes(torn + file.read_bytes())
    some_runs(told(small), file).at([(120.0,)])
    assert len(counted) == 1


def test_points_of_anything_else_are_not_used(small, counted, tmp_path):
    goal, file = told(small), tmp_path / "runs.jsonl"
    some_runs(goal, file).at([(120.0,)])
    longer_stays = with_values(small, {STAY: 61.0})
    others = [
        some_runs(goal, file, scenario=longer_stays),
        some_runs(goal, file, seed=6),
        some_runs(goal, file, replications=3),
        some_runs(told(small, targets=[target("in_contact")]), file),
        some_runs(told(small, fit=[fitted(STAY)]), file),
    ]
    for many, other in enumerate(others, 2):
        other.at([(120.0,)])
        assert len(counted) == many


def test_points_are_used_again_whatever_the_range_or_the_words(small, counted, tmp_path):
    file = tmp_path / "runs.jsonl"
    some_runs(told(small), file).at([(120.0,)])
    wider = told(small, fit=[fitted(high=400.0)])
    renamed = small.model_copy(update={"title": "Renamed"})
    for goal in (wider, told(renamed)):
        some_runs(goal, file).at([(120.0,)])
    assert len(counted) == 1


def test_a_fit_that_goes_on_knows_only_what_it_asks_for_in_an_order_of_its_own(small, tmp_path):
    """So it takes the same way as one that was never stopped."""
    goal, file = told(small), tmp_path / "runs.jsonl"
    some_runs(goal, file).at([(240.0,), (120.0,), (180.0,)])
    again = some_runs(goal, file)
    assert not again.known
    rows = again.at([(180.0,), (120.0,)])
    points, figures_ = again.all()
    assert points == [(120.0,), (180.0,)]
    assert np.array_equal(figures_, rows[::-1])


def test_a_missing_figure_is_kept_as_missing(small, tmp_path):
    goal = told(small, targets=[target("treatment_system_exits_share", 0.5, group="all")])
    file = tmp_path / "runs.jsonl"
    first = some_runs(goal, file).at([(0.0,)])
    assert np.isnan(first).all()
    assert np.isnan(some_runs(goal, file).at([(0.0,)])).all()


# Whole fits

LITTLE = Effort(points=30, replications=4, final_replications=8, draws=20, chain_steps=200)
"""With chains long enough to see where they lead, and not how far exactly."""


def quick_fit(goal, **more):
    return fit(goal, effort=LITTLE, seed=3, **more)


@pytest.mark.slow
def test_three_trials_find_what_is_known():
    """A right method holds at least four of the six truths with a chance of 98 in 100."""
    from studies.calibration_recovery import EFFORT, Found, trial

    effort = replace(EFFORT, chain_steps=LITTLE.chain_steps)
    trials = [trial("arrivals", number, effort) for number in range(3)]
    found = [Found(**each) for told in trials for each in told["found"]]
    assert binom.sf(3, 6, 0.9) > 0.98
    assert sum(each.holds for each in found) >= 4
    for each in found:  # and it has learnt something
        assert each.high - each.low < 150


@pytest.mark.slow
def test_a_target_that_cannot_be_met_is_said(small):
    goal = told(
        small,
        targets=[
            target(value=180.0, uncertainty=5.0),
            target("in_contact", 5000.0, uncertainty=10.0, year="2009-10"),
        ],
    )
    done = quick_fit(goal)
    assert [each.can_be_met for each in figures(done)] == [True, False]
    assert any("in_contact, 2009-10 cannot be met" in said for said in sentences(done))
    (onset,) = assumptions(done)
    assert onset.at_an_end


@pytest.mark.slow
def test_a_fit_finds_a_decision_in_its_year_and_hands_on_worlds_that_hold_it_still(small):
    """Money for 15 of the 25 who would be there, and caseloads stretched in the second year alone."""
    scarce = with_values(small, {"formula.pot_gbp": 80_000})
    moved = [fitted(), fitted(STRETCH, 0.0, 1.0, why="It rose", year="2009-10")]
    asked = [target("referrals"), target("in_treatment", year="2009-10")]
    figures_ = told(scarce, fit=moved, targets=asked).figures
    true = with_values(scarce, {STRETCH: [0.0, 0.4]})
    seen = observed(true, figures_, 77, range(10)).mean(axis=0)
    asked = [each | {"value": float(value)} for each, value in zip(asked, seen, strict=True)]
    done = quick_fit(told(scarce, fit=moved, mean_of_partnerships=10, targets=asked))
    _, stretch = assumptions(done)
    assert stretch.low <= 0.4 <= stretch.high
    assert stretch.high - stretch.low < 0.3
    assert set(done.draws[:, 1]) == {done.best[1]}
    assert len(set(done.draws[:, 0])) > 10
    assert done.sets[:, 1].std() > 0


@pytest.mark.slow
def test_a_fit_that_was_killed_goes_on_and_ends_the_same(small, counted, tmp_path):
    goal = told(small, targets=[target(), target("in_contact", 160.0)])
    whole = quick_fit(goal, folder=tmp_path / "whole")
    runs = len(counted)
    for file in (tmp_path / "whole").iterdir():
        lines = file.read_text().splitlines(keepends=True)
        keep = "".join(lines[: len(lines) // 2]) + lines[-1][:20]
        (tmp_path / "torn").mkdir(exist_ok=True)
        (tmp_path / "torn" / file.name).write_text(keep)
    counted.clear()
    again = quick_fit(goal, folder=tmp_path / "torn")
    assert 0 < len(counted) < runs
    assert again.best == whole.best
    assert np.array_equal(again.sets, whole.sets)
    assert np.array_equal(again.after, whole.after)
    counted.clear()
    quick_fit(goal, folder=tmp_path / "torn")
    assert not counted


@pytest.mark.slow
def test_the_chance_of_a_figure_is_told_from_luck_of_its_own(small):
    """All points of a fit have the same luck, so all together tell of chance as little as one does.

    The count of those who come is a Poisson number: its variance is its mean, within what chi-squared allows
    48 replications in all but one of a thousand families of eight fits with other luck. What is left of the
    fit's own luck may add to it, at most as much as three replications leave.
    """
    goal = told(small, fit=[fitted(low=140.0, high=160.0)])
    ratios = []
    for seed in range(8):
        fitting = Fitting(goal, Effort(points=6, replications=3), seed, 1)
        fitting.runs.at(fitting._cover())
        _, likelihood = fitting._learn()
        ratios.append(likelihood.covariance[0, 0] / 150.0)
    low, high = chi2.ppf([0.0005 / 8, 1 - 0.0005 / 8], 47) / 47
    assert min(ratios) > low
    assert max(ratios) < high * (1 + 1 / 3)


def test_the_first_sets_cover_each_range_evenly(small):
    goal = told(small, fit=[fitted(), fitted(STAY, 10.0, 100.0)])
    fitting = Fitting(goal, LITTLE, 1, 1)
    for column in fitting.cube(np.array(fitting._cover())).T:
        places = np.sort(column) * len(column)
        assert (np.floor(places) == np.arange(len(places))).mean() > 0.9
