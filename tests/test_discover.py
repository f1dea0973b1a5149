"""Scenario discovery of a study: what its section may say, cells that are run, files and the verb."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
import yaml
from planted_boxes import FEWER
from pydantic import ValidationError
from tiny import a_tenth_of
from typer.testing import CliRunner

import simulator as sim
from simulator import cli, study
from simulator.discovery import Condition, Discovery, of_sweep, prepare, sentences
from simulator.errors import BadInput
from simulator.measures import MEASURES
from simulator.report.discovery import discovery_document, pictures
from simulator.report.document import markdown, page
from simulator.scenario.faults import rule_and_advice
from simulator.sweeps import Lived
from simulator.wording import share

# What is asked


def test_one_condition_needs_no_list_and_the_rest_has_defaults():
    told = Discovery.model_validate({"fails_when": FEWER})
    assert told.fails_when == (Condition.model_validate(FEWER),)
    assert (told.least_density, told.most_boxes, told.least_mass) == (0.8, 3, 0.05)
    assert Discovery.model_validate(told.model_dump()) == told


@pytest.mark.parametrize("wrong", [{}, {"below": 0, "above": 1}])
def test_a_condition_has_one_limit(wrong):
    given = {"outcome": "a", "scenario": "b"} | wrong
    with pytest.raises(ValidationError) as refused:
        Condition.model_validate(given)
    rule, _ = rule_and_advice(refused.value.errors()[0], ())
    assert rule == "have below or above, and not both"


STUDY = {
    "title": "Where does moving on fail?",
    "scenarios": ["park", "move_on"],
    "factors": {
        "cost": {
            "path": "world.groups.opiate.treatment.cost_ready_gbp_per_week",
            "range": "evidence",
        },
        "delay": {"path": "history.move_on_delay_days", "range": [0.0, 700.0]},
    },
    "design": {"kind": "latin_hypercube", "points": 4},
    "replications": 2,
    "measures": ["in_recovery", "allocation_gbp@last"],
    "discovery": {"fails_when": FEWER},
}


def faults_of(**section):
    with pytest.raises(BadInput) as refused:
        prepare(study.check(STUDY | {"discovery": section}))
    return [str(each) for each in refused.value.faults]


def test_all_that_does_not_fit_the_study_is_told_at_once():
    wrong = [FEWER | {"outcome": "in_recover@last", "scenario": "move_onn"}, FEWER]
    faults = faults_of(fails_when=[*wrong, FEWER | {"against": "move_on"}])
    assert len(faults) == 3
    assert "discovery.fails_when.0.outcome" in faults[0]
    assert "did you mean in_recovery@last?" in faults[0]
    assert "did you mean move_on?" in faults[1]
    assert "discovery.fails_when.2.against" in faults[2]
    assert "another scenario" in faults[2]
    (one,) = faults_of(fails_when=FEWER | {"outcome": "deaths@last"})
    assert "discovery.fails_when.outcome must be one of the study's measures" in one
    assert "add it to measures" in one


def test_a_section_that_is_not_there_or_is_misspelt_is_said_to_be():
    assert "fails_when" in faults_of()[0]
    assert "be a known name" in faults_of(fails_when=FEWER, least_densty=0.8)[0]


def test_a_study_that_varies_nothing_has_nothing_to_discover():
    one = {name: part for name, part in STUDY.items() if name not in ("factors", "design")}
    with pytest.raises(BadInput, match="vary something"):
        prepare(study.check(one | {"factors": {}, "design": {"kind": "grid"}}))


def planted_model(cell):
    """A model of one line: in recovery are 100, and of those moved on fewer where they are cheap to keep."""
    scenario = cell.scenario
    names = tuple(scenario.partnerships)
    cost = scenario.world.groups["opiate"].treatment.cost_ready_gbp_per_week
    moves_on = scenario.plan.move_on_delay_days == 0
    luck = np.arange(cell.first, cell.first + cell.size, dtype=float)
    years = tuple(f"{2008 + i}-{9 + i:02d}" for i in range(scenario.years))
    groups = (*scenario.world.groups, "all")
    shape = (len(luck), len(names), len(MEASURES), scenario.years, len(groups))
    less = (cost < 30) * 20.0 - 10.0 if moves_on else 0.0
    values = np.broadcast_to(100 + luck.reshape(-1, 1, 1, 1, 1) - less, shape).copy()
    return Lived(names, years, groups, values)


@pytest.mark.slow
@pytest.mark.parametrize("design", ["latin_hypercube", "grid"])
def test_a_study_is_run_and_what_was_planted_in_its_model_is_found(tmp_path, design):
    costs = [20.0, 24.0, 27.5, 29.0, 31.0, 35.0, 40.0, 45.0]
    factors = {"cost": {"path": STUDY["factors"]["cost"]["path"], "values": costs}}
    factors |= {"growth": {"path": "formula.rest.growth_per_year", "range": [-0.02, 0.02]}}
    factors["growth"] |= {"levels": 8}
    points = {"kind": design} | ({"points": 64} if design == "latin_hypercube" else {})
    asked_of = STUDY | {"factors": factors, "design": points}
    swept = sim.sweep(asked_of, model=planted_model, out=tmp_path / "swept")
    found = sim.discover(swept, out=tmp_path / "found")
    (box,) = found.boxes
    ((place, side, value),) = [(end.place, end.side, end.value) for end in box.ends]
    assert (place, side, value) == (0, "to", 29.0)
    assert box.density == box.coverage == 1
    told = json.loads((tmp_path / "found" / "discover.json").read_text(encoding="utf-8"))
    assert told["rules"][0]["where"].endswith("is £29 a week or less")
    assert {file.name for file in (tmp_path / "found").iterdir()} == {
        "discover.json",
        "density_and_coverage.csv",
        "rules.csv",
        "rule_limits.csv",
        "worlds.csv",
    }
    worlds = pd.read_csv(tmp_path / "found" / "worlds.csv")
    assert (worlds["fails"] == (worlds["cost"] < 30)).all()


@pytest.mark.slow
def test_a_study_of_the_simulator_itself_runs_to_its_end():
    plans = [a_tenth_of(sim.load(name)) for name in STUDY["scenarios"]]
    swept = sim.sweep(STUDY, scenarios=plans)
    found = of_sweep(swept)
    assert len(found.worlds) == 4
    assert found.verdict in {"none fail", "all fail", "too few"}
    by_hand = swept.differences
    by_hand = by_hand[by_hand["outcome"] == "in_recovery@last"]["difference"]
    assert found.worlds.means[:, 0] == pytest.approx(by_hand.to_numpy())


# The report and the verb


@pytest.fixture(scope="module")
def swept():
    growth = {"path": "formula.rest.growth_per_year", "range": [-0.02, 0.02]}
    factors = STUDY["factors"] | {"growth": growth}
    design = {"kind": "latin_hypercube", "points": 80}
    return sim.sweep(STUDY | {"factors": factors, "design": design}, model=planted_model)


@pytest.mark.slow
@pytest.mark.parametrize("draw", [False, True])
def test_the_report_says_where_it_fails_and_how_well_that_is_known(swept, draw):
    found = of_sweep(swept)
    (box,) = found.boxes
    told = markdown(
        discovery_document(found, swept.checked, "treatment-sim discover ours.yaml", draw=draw)
    )
    for sentence in sentences(found):
        assert f"- {sentence}" in told
    assert "treatment-sim discover ours.yaml" in told
    assert f"{share(box.density)} ({box.within.failing} of {box.within.worlds})" in told
    assert "What is not verified" in told
    assert "£20 to £50 a week (in the first scenario £35 a week) | assumed" in told
    assert ("Chart of points." in told) is draw
    html = page(discovery_document(found, swept.checked, "again", draw=draw))
    assert html.count("<svg") == (2 if draw else 0)


def test_the_report_of_no_rule_says_so(swept):
    asked = Discovery.model_validate({"fails_when": FEWER | {"below": -1000}})
    found = of_sweep(swept, asked)
    told = markdown(discovery_document(found, swept.checked, "again", draw=True))
    assert "It does not fail in any world that was tried" in told
    assert "## The rules" not in told
    assert set(pictures(found)) == {"worlds.png"}


def treatment_sim(*arguments):
    return CliRunner().invoke(cli.app, [str(each) for each in arguments])


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder of one's own with two small scenarios and a study of them."""
    for name in STUDY["scenarios"]:
        sim.write_scenario(a_tenth_of(sim.load(name)), tmp_path / f"small_{name}.yaml")
    own = {"outcome": "in_recovery@last", "scenario": "small_move_on", "against": "small_park"}
    given = STUDY | {
        "scenarios": ["small_park.yaml", "small_move_on.yaml"],
        "discovery": {"fails_when": own | {"below": 1000}},
    }
    (tmp_path / "ours.yaml").write_text(yaml.safe_dump(given), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.slow
def test_the_verb_runs_the_cells_writes_and_says_what_it_found(folder):
    told = treatment_sim("discover", "ours.yaml", "-w", 1)
    assert told.exit_code == 0, told.output
    assert "fails" in told.stdout
    assert "It fails whatever is assumed within these ranges" in told.stdout
    out = folder / "results" / "ours"
    whole = json.loads((out / "discover.json").read_text(encoding="utf-8"))
    assert whole["command"] == "treatment-sim discover ours.yaml"
    assert whole["verdict"] == "all fail"
    for name in ("discover.md", "discover.html", "worlds.csv", "worlds.png"):
        assert (out / name).is_file()
    again = treatment_sim("discover", "ours.yaml", "-w", 1, "--json")
    printed = json.loads(again.stdout)
    assert printed == whole
    swept = treatment_sim("sweep", "ours.yaml", "-w", 1)
    assert "0 cells run now, 8 before" in swept.stdout


def test_the_verb_says_what_it_would_take_and_refuses_what_does_not_fit(folder):
    told = treatment_sim("discover", "ours.yaml", "--dry-run", "-w", 1)
    assert told.exit_code == 0, told.output
    assert "8 cells to run" in told.stdout
    assert not (folder / "results" / "ours").exists()
    file = folder / "ours.yaml"
    file.write_text(
        file.read_text(encoding="utf-8").replace("against: small_park", "against: smal_park"),
        encoding="utf-8",
    )
    refused = treatment_sim("discover", "ours.yaml")
    assert refused.exit_code == 2
    assert "did you mean small_park?" in refused.stderr
    assert "ours.yaml:" in refused.stderr
    without = yaml.safe_load(file.read_text(encoding="utf-8"))
    del without["discovery"]
    file.write_text(yaml.safe_dump(without), encoding="utf-8")
    refused = treatment_sim("discover", "ours.yaml")
    assert refused.exit_code == 2
    assert "fails_when must be given" in refused.stderr
