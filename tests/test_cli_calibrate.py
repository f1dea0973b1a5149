"""The verb that fits: what it refuses, what it writes, that it goes on where it was, and runs with draws."""

from __future__ import annotations

import json
from importlib.resources import files

import numpy as np
import pytest
import yaml
from typer.testing import CliRunner

import simulator as sim
from simulator import calibrate as room
from simulator import cli
from simulator.calibrate import findings, runs
from simulator.calibrate.targets import read_targets

WORLD = str(files("simulator.validate") / "tiny_queue.yaml")
ONSET = "world.groups.opiate.need.onset_per_year"
STAY = "world.groups.opiate.treatment.drop_out.scale_days"
TARGETS = {
    "title": "A queue",
    "description": "Made up.",
    "fit": [
        {"name": "Onset", "paths": [ONSET], "range": [100, 300]},
        {"name": "Stay", "paths": [STAY], "range": [20, 200]},
    ],
    "targets": [
        {"measure": measure, "year": "2009-10", "value": value, "grade": "assumed", "source": "me"}
        for measure, value in (("new_presentations", 200), ("in_treatment", 60))
    ]
    + [
        {"measure": "deaths", "year": "2009-10", "below": 5, "grade": "assumed", "source": "me"},
        {
            "measure": "unplanned_exits",
            "year": "2010-11",
            "value": 198,
            "use": "test",
            "grade": "assumed",
            "source": "me",
        },
    ],
}


def treatment_sim(*arguments):
    return CliRunner().invoke(cli.app, [str(each) for each in arguments])


@pytest.fixture
def targets(tmp_path):
    file = tmp_path / "queue.yaml"
    file.write_text(yaml.safe_dump(TARGETS), encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def fitted(tmp_path_factory):
    folder = tmp_path_factory.mktemp("fit")
    file = folder / "queue.yaml"
    file.write_text(yaml.safe_dump(TARGETS), encoding="utf-8")
    told = fit(folder, file)
    assert told.exit_code == 0, told.output
    return folder


def fit(folder, file):
    small = ("--points", 24, "-n", 2, "--draws", 40, "-w", 1, "--name", "mine")
    return treatment_sim("calibrate", WORLD, file, "--out", folder, *small)


def test_unknown_figures_get_the_nearest_name():
    told = treatment_sim("calibrate", "baseline_2008", "england_2007")
    assert told.exit_code == 2
    assert "did you mean england_2008?" in told.output


def test_all_faults_are_told_at_once(tmp_path):
    wrong = TARGETS | {
        "targets": [
            TARGETS["targets"][0] | {"measure": "in_treatmnt"},
            TARGETS["targets"][1] | {"year": "2030-31"},
        ]
    }
    file = tmp_path / "wrong.yaml"
    file.write_text(yaml.safe_dump(wrong), encoding="utf-8")
    told = treatment_sim("calibrate", WORLD, file, "--out", tmp_path, "--name", "a/b")
    assert told.exit_code == 2
    for each in ("--name", "in_treatment", "2030-31", "it runs from"):
        assert each in told.output
    assert "Traceback" not in told.output
    assert not (tmp_path / "runs").exists()


def test_a_missing_part_is_told_before_anything_runs(monkeypatch, targets):
    monkeypatch.setattr(room, "NEEDED", ("no_such_library",))
    told = treatment_sim("calibrate", WORLD, targets)
    assert told.exit_code == 2
    assert "treatment-funding-simulator[calibrate]" in told.output


@pytest.mark.parametrize(
    ("scenario", "name", "said"),
    [
        ("mine.yaml", "mine", "be another file than the scenario"),
        ("run.json", "mine", "be a name or a .yaml file"),
        ("baseline_2008", "area", "differ from that of the area's own scenario"),
    ],
)
def test_a_fit_never_writes_over_what_it_extends(tmp_path, targets, scenario, name, said):
    base = tmp_path / scenario if "." in scenario else scenario
    if "." in scenario:
        base.write_text("extends: baseline_2008\n", encoding="utf-8")
    told = treatment_sim("calibrate", base, targets, "--out", tmp_path, "--name", name)
    assert told.exit_code == 2
    assert said in told.output


def test_a_range_whose_end_no_scenario_may_have_is_refused(tmp_path):
    wrong = TARGETS | {"fit": [{"name": "Stay", "paths": [STAY], "range": [-5, 200]}]}
    file = tmp_path / "wrong.yaml"
    file.write_text(yaml.safe_dump(wrong), encoding="utf-8")
    told = treatment_sim("calibrate", WORLD, file, "--out", tmp_path)
    assert told.exit_code == 2
    assert "hold values that are allowed, got -5.0" in told.output


def test_a_year_is_for_levers_alone(tmp_path):
    wrong = TARGETS | {"fit": [TARGETS["fit"][0] | {"year": "2009-10"}]}
    file = tmp_path / "wrong.yaml"
    file.write_text(yaml.safe_dump(wrong), encoding="utf-8")
    told = treatment_sim("calibrate", WORLD, file, "--out", tmp_path)
    assert told.exit_code == 2
    assert "assumptions do not change by year" in told.output


def test_luck_that_all_draws_share_is_not_counted_between_them():
    rng = np.random.default_rng(5)
    draws, luck = rng.normal(0, 3, (400, 1)), rng.normal(0, 50, (1, 4))
    own = rng.normal(0, 2, (400, 4))
    _, between = findings.split_by_luck(draws + luck + own)
    assert between == pytest.approx(3.0, rel=0.15)


def test_a_figure_is_near_within_twice_its_doubt():
    assert findings.nearness(104, 100, 0.05, 0.1) == "pass"
    assert findings.nearness(108, 100, 0.05, 4.5) == "near"
    assert findings.nearness(92, 100, 0.05, 3.5) == "miss"


def test_a_chart_of_nothing_that_can_be_drawn_has_no_fault():
    from simulator import charts

    assert "<svg" in charts.to_svg(charts.met([], [], "Nothing"))


def test_the_shipped_figures_fit_the_baseline():
    from simulator.calibrate.targets import aim

    targets, tree = read_targets("england_2008")
    found = aim(targets, sim.load("baseline_2008"), tree)
    assert len(found.figures) == len(targets.targets)
    assert {each.use for each in targets.targets} == {"fit", "test"}


@pytest.mark.slow
def test_a_fit_writes_a_scenario_that_loads_with_evidence_for_what_moved(fitted):
    scenario = sim.load(fitted / "mine.yaml")
    before = sim.load(WORLD)
    moved = scenario.world.groups["opiate"].need.onset_per_year
    assert moved != before.world.groups["opiate"].need.onset_per_year
    assert 100 <= moved <= 300
    assert "A queue" in scenario.evidence[ONSET].fitted_to
    told = json.loads((fitted / "mine.json").read_text(encoding="utf-8"))
    assert [each["use"] for each in told["figures"]] == ["fit", "fit", "fit", "test"]
    assert {each["name"] for each in told["assumptions"]} == {"Onset", "Stay"}


@pytest.mark.slow
def test_a_report_says_how_near_each_figure_is(fitted):
    page = (fitted / "mine.html").read_text(encoding="utf-8")
    text = (fitted / "mine.md").read_text(encoding="utf-8")
    for told in (page, text):
        assert "New presentations" in told
        assert "below 5" in told
        assert "Nine in ten lie between" in told
    assert page.count("<svg") == 2


@pytest.mark.slow
def test_a_fit_that_was_killed_goes_on_and_gives_the_same_bytes(fitted, monkeypatch):
    names = ("mine.yaml", "mine_draws.csv", "mine.json")
    before = {name: (fitted / name).read_bytes() for name in names}
    kept = fitted / "runs" / "runs.jsonl"
    lines = kept.read_text(encoding="utf-8").splitlines(keepends=True)
    kept.write_text("".join(lines[:-1]) + lines[-1][:40], encoding="utf-8")
    again = []
    work = runs.spread
    monkeypatch.setattr(
        runs, "spread", lambda w, tasks, n: again.extend(tasks) or work(w, tasks, n)
    )
    assert fit(fitted, fitted / "queue.yaml").exit_code == 0
    assert len(again) == 1
    assert {name: (fitted / name).read_bytes() for name in names} == before


@pytest.mark.slow
def test_runs_with_draws_hold_chance_and_assumptions_and_run_again_from_their_record(
    fitted, tmp_path
):
    out = tmp_path / "out"
    scenario, draws = fitted / "mine.yaml", fitted / "mine_draws.csv"
    told = treatment_sim("run", scenario, "--draws", draws, "-n", 4, "-w", 1, "--out", out)
    assert told.exit_code == 0, told.output
    assert "hold chance and assumptions" in told.output
    record = json.loads((out / "run.json").read_text(encoding="utf-8"))
    assert record["bands_hold"] == "chance and assumptions"
    assert len(record["draws"]["rows"]) == 40  # all, so that more replications live in more worlds
    measures = (out / "measures.csv").read_bytes()
    told = treatment_sim("run", out / "run.json", "-w", 1, "--out", tmp_path / "again")
    assert told.exit_code == 0, told.output
    assert (tmp_path / "again" / "measures.csv").read_bytes() == measures
    plain = treatment_sim("run", scenario, "-n", 4, "-w", 1, "--out", tmp_path / "plain")
    assert "chance only" in plain.output
    assert (tmp_path / "plain" / "measures.csv").read_bytes() != measures


@pytest.mark.slow
def test_an_area_is_fitted_from_its_own_table(tmp_path):
    rows = (
        "partnership,period,measure,group,value,source",
        "Ours,2008-09,in_contact,all,980,us",
        "Ours,2008-09,new_presentations,all,400,us",
        "Ours,2008-09,planned_exits,all,95,us",
        "Ours,2008-09,re_presentations,other,<5,us",
    )
    file = tmp_path / "ours.csv"
    file.write_text("\n".join(rows), encoding="utf-8")
    out = tmp_path / "fit"
    small = ("--points", 20, "-n", 2, "--draws", 40, "-w", 1, "--name", "ours")
    told = treatment_sim("calibrate", "baseline_2008", file, "--out", out, *small)
    assert told.exit_code == 0, told.output
    area, fitted = sim.load(out / "area.yaml"), sim.load(out / "ours.yaml")
    assert area.partnerships.keys() == fitted.partnerships.keys() == {"Ours"}
    assert fitted.formula.rest == area.formula.rest
    found = json.loads((out / "ours.json").read_text(encoding="utf-8"))["figures"]
    contacts = next(each for each in found if each["measure"] == "in_contact")
    assert contacts["after"] == pytest.approx(980, rel=0.1)
