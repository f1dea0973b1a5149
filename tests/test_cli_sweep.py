"""The verb that runs a study: what it says, what it writes, how it ends."""

from __future__ import annotations

import json

import pandas as pd
import pytest
import yaml
from tiny import a_tenth_of
from typer.testing import CliRunner

import simulator as sim
from simulator import cli

COST = "world.groups.opiate.treatment.cost_ready_gbp_per_week"


def treatment_sim(*arguments):
    return CliRunner().invoke(cli.app, [str(each) for each in arguments])


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder of one's own with two small scenarios and a study of them."""
    for name in ("park", "move_on"):
        sim.write_scenario(a_tenth_of(sim.load(name)), tmp_path / f"small_{name}.yaml")
    study = {
        "title": "Does the cost of a stable client matter?",
        "scenarios": ["small_park.yaml", "small_move_on.yaml"],
        "factors": {"cost": {"path": COST, "values": [25, 35]}},
        "replications": 2,
        "measures": ["in_recovery", "allocation_gbp@last"],
    }
    (tmp_path / "ours.yaml").write_text(yaml.safe_dump(study), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def undrawn(monkeypatch):
    """As where nothing can be drawn: drawing takes longer than the runs do."""
    monkeypatch.setattr("simulator.cli.sweep.can_draw", lambda: False)


def test_sweep_writes_tables_and_prints_what_came_of_it(folder, undrawn):
    told = treatment_sim("sweep", "ours.yaml", "-w", 1)
    assert told.exit_code == 0, told.output
    assert "4 cells run now, 0 before, 0 failed" in told.stdout
    assert "In recovery on 31 March, 2012-13" in told.stdout
    out = folder / "results" / "ours"
    package = json.loads((out / "datapackage.json").read_text(encoding="utf-8"))
    assert package["made_by"]["command"] == "treatment-sim sweep ours.yaml"
    assert len(pd.read_parquet(out / "cells.parquet")) == 4
    assert len(list((folder / "results" / "cells").iterdir())) >= 1
    again = treatment_sim("sweep", "ours.yaml", "--out", "results/again", "-w", 1)
    assert "0 cells run now, 4 before" in again.stdout
    fresh = treatment_sim("sweep", "ours.yaml", "--no-resume", "-w", 1)
    assert "4 cells run now, 0 before" in fresh.stdout


def test_a_report_and_its_first_charts_lie_beside_the_tables(folder):
    told = treatment_sim("sweep", "ours.yaml", "-w", 1)
    out = folder / "results" / "ours"
    assert "<svg" in (out / "sweep.html").read_text(encoding="utf-8")
    for number in (1, 2):
        assert (out / f"chart_{number}.png").read_bytes().startswith(b"\x89PNG")
        assert f"chart_{number}.png" in told.stderr


@pytest.mark.slow
def test_command_of_the_package_gives_the_same_bytes(folder):
    first = treatment_sim(
        "sweep", "ours.yaml", "-n", 3, "--seed", 7, "--set", "plan.stretch_share=0.1", "-w", 1
    )
    assert first.exit_code == 0, first.output
    out = folder / "results" / "ours"
    before = {file.name: file.read_bytes() for file in out.iterdir() if file.is_file()}
    command = json.loads(before["datapackage.json"])["made_by"]["command"]
    assert (
        command
        == "treatment-sim sweep ours.yaml --set plan.stretch_share=0.1 --replications 3 --seed 7"
    )
    again = treatment_sim(*command.split()[1:], "--no-resume", "-w", 2)
    assert again.exit_code == 0, again.output
    assert {f.name: f.read_bytes() for f in out.iterdir() if f.is_file()} == before


def test_json_is_the_same_numbers(folder, undrawn):
    told = json.loads(treatment_sim("sweep", "ours.yaml", "-w", 1, "--json").stdout)
    assert (told["cells"], told["run"], told["failed"]) == (4, 4, [])
    swept = sim.sweep(folder / "ours.yaml")
    means = [row["mean"] for row in told["summary"] if row["outcome"] == "in_recovery@last"]
    assert means == swept.summary.query("outcome == 'in_recovery@last'")["mean"].tolist()
    assert len(told["differences"]) == len(swept.differences) == 4


def test_dry_run_runs_nothing(folder):
    told = treatment_sim("sweep", "ours.yaml", "--dry-run")
    assert told.exit_code == 0
    assert "4 cells: 2 points of 2 scenarios." in told.stdout
    assert "seconds" in told.stdout
    assert not (folder / "results").exists()
    plain = json.loads(treatment_sim("sweep", "ours.yaml", "--dry-run", "--json").stdout)
    assert plain["left"] == 4


def test_cells_that_fail_are_told_and_the_exit_says_so(folder, undrawn):
    study = yaml.safe_load((folder / "ours.yaml").read_text(encoding="utf-8"))
    study |= {"scenarios": ["small_park.yaml"]}
    study["factors"] = {
        name: {"path": path, "takes_from": "plan.treatment_share", "values": [0.0, 0.6]}
        for name, path in (
            ("support", "plan.reintegration_share"),
            ("outreach", "plan.outreach_share"),
        )
    }
    (folder / "ours.yaml").write_text(yaml.safe_dump(study), encoding="utf-8")
    told = treatment_sim("sweep", "ours.yaml", "-w", 1)
    assert told.exit_code == 1, told.output
    assert "3 cells run now, 0 before, 1 failed" in told.stdout
    assert "point 3, small_park" in told.stderr
    assert (folder / "results" / "ours" / "failed" / "point_3_small_park.yaml").is_file()


def test_every_fault_is_told_before_anything_runs(folder):
    (folder / "results").write_text("a file where a folder should be", encoding="utf-8")
    told = treatment_sim("sweep", "ours.yaml", "--set", "plan.nothing=1", "--tls-key", "key.pem")
    assert told.exit_code == 2
    assert told.stdout == ""
    lines = told.stderr.splitlines()
    assert any("plan.nothing" in line for line in lines)
    assert any("--tls-key" in line for line in lines)
    assert any("results" in line for line in lines)


@pytest.mark.parametrize(
    ("study", "said"),
    [
        ("nothing.yaml", "nothing.yaml"),
        ("suport_or_hold", "did you mean support_or_hold?"),
        ("small_park.yaml", "scenarios must be given"),
        ("ours.csv", "be a name of the library, or a .yaml file"),
    ],
)
def test_what_is_no_study_is_refused(study, said, folder):
    (folder / "ours.csv").write_text("a,b\n", encoding="utf-8")
    told = treatment_sim("sweep", study)
    assert told.exit_code == 2
    assert said in told.stderr
    assert "Traceback" not in told.stderr


def test_a_damaged_file_of_cells_is_said_and_run_again(folder, undrawn):
    treatment_sim("sweep", "ours.yaml", "-w", 1)
    for file in (folder / "results" / "cells").iterdir():
        file.write_bytes(b"not what it was")
    told = treatment_sim("sweep", "ours.yaml", "-w", 1)
    assert told.exit_code == 0
    assert "damaged; what it held is run again" in told.stderr
    assert "4 cells run now" in told.stdout


def test_check_reads_studies(folder):
    told = treatment_sim("check", "ours.yaml", "support_or_hold")
    assert told.exit_code == 0, told.output
    assert "2 scenarios, 1 dimension, 2 points" in told.stdout
    assert "support_or_hold: OK" in told.stdout


def test_check_reads_the_parts_that_other_verbs_use(folder):
    study = yaml.safe_load((folder / "ours.yaml").read_text(encoding="utf-8"))
    study |= {
        "sensitivity": {"methods": ["sobel"]},
        "optimise": {"objectives": {"in_recovery@last": "more"}},
        "discovery": {"fails_when": {"outcome": "in_recovry@last", "below": 0}},
    }
    (folder / "ours.yaml").write_text(yaml.safe_dump(study, sort_keys=False), encoding="utf-8")
    told = treatment_sim("check", "ours.yaml")
    assert told.exit_code == 2
    for part in ("sobol", "higher", "in_recovery@last"):
        assert part in told.stderr


@pytest.mark.parametrize("name", sim.study_names())
def test_studies_of_the_library_are_listed_and_load(name):
    assert name in treatment_sim("studies").stdout
    assert treatment_sim("check", name).exit_code == 0
    told = json.loads(treatment_sim("studies", "--json").stdout)
    assert name in [each["name"] for each in told]
