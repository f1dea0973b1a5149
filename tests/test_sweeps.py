"""Cells of a study: run once, kept by what they are, the same whoever runs them."""

from __future__ import annotations

import csv
import hashlib
import json
import subprocess
import sys
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from counted import COST, DELAY, counting
from tiny import a_tenth_of

import simulator as sim
from simulator.measures import MEASURES
from simulator.scenario import load
from simulator.study import check
from simulator.sweeps import Bench, Cell, Failed, Lived, Store, bench_of, live, write
from simulator.sweeps import cell as cells_room
from simulator.sweeps import store as store_room
from simulator.sweeps import tables as tables_room
from simulator.sweeps.batches import Batch, Done, Pace, live_batch
from simulator.sweeps.cell import MODEL_ROOMS, version_of
from simulator.sweeps.estimate import estimate
from simulator.sweeps.store import batch_bytes, batch_name

ROOT = Path(__file__).parents[1]
STUDY = {
    "title": "Does the cost of a stable client matter?",
    "scenarios": ["park", "move_on"],
    "factors": {"cost": {"path": COST, "range": "evidence"}},
    "levers": {"stretch": {"path": "plan.stretch_share", "values": [0.0, 0.1]}},
    "design": {"kind": "latin_hypercube", "points": 3},
    "replications": 2,
    "measures": ["in_recovery", "allocation_gbp@last", "mean_wait_days", "deaths"],
}


@pytest.fixture(scope="module")
def plans():
    return [a_tenth_of(load(name)) for name in ("park", "move_on")]


@pytest.fixture(scope="module")
def swept(plans):
    return sim.sweep(STUDY, scenarios=plans)


def refusing(cell: Cell) -> Lived:
    """A model that fails where a client costs more than £35 a week."""
    if cell.scenario.world.groups["opiate"].treatment.cost_ready_gbp_per_week > 35:
        raise RuntimeError("more than I can\nreckon")
    return counting(cell)


# What comes of it


def test_a_cell_is_the_run_of_its_scenario(swept, plans):
    """Another way to the same numbers: the scenario changed by hand, and run."""
    for point in range(3):
        cost = swept.points[point, 0]
        stretch = (0.0, 0.1)[int(swept.points[point, 1])]
        for place, plan in enumerate(plans):
            data = sim.scenario.as_dict(plan)
            data["world"]["groups"]["opiate"]["treatment"]["cost_ready_gbp_per_week"] = cost
            data["plan"]["stretch_share"] = stretch
            for own in data["partnerships"].values():
                own["plan"]["stretch_share"] = stretch
            sample = sim.run(sim.Scenario.model_validate(data), replications=2, seed=1)
            for i, outcome in enumerate(swept.outcomes):
                told = outcome.of_years(sample.of(outcome.measure))
                assert swept.values[point, place, i] == pytest.approx(told, nan_ok=True)


def test_tables_say_the_same(swept):
    assert list(swept.cells["scenario"]) == ["park", "move_on"] * 3
    assert list(swept.cells["stretch"].unique()) == sorted(
        set(swept.cells["stretch"]), key=list(swept.cells["stretch"]).index
    )
    tidy = swept.measures
    last = tidy[(tidy["measure"] == "in_recovery") & (tidy["year"] == "2012-13")]
    assert last["value"].to_numpy().reshape(3, 2, 2) == pytest.approx(swept.values[:, :, 0])
    means = swept.summary.query("outcome == 'in_recovery@last'")["mean"].to_numpy()
    assert means == pytest.approx(swept.values[:, :, 0].mean(axis=-1).ravel())
    ends = swept.summary.query("outcome == 'in_recovery@last'")[["low", "high"]].to_numpy()
    assert ends == pytest.approx(np.sort(swept.values[:, :, 0], axis=-1).reshape(6, 2))
    gaps = swept.differences.query("outcome == 'in_recovery@last'")
    paired = swept.values[:, 1, 0] - swept.values[:, 0, 0]
    assert gaps["difference"].to_numpy() == pytest.approx(paired.mean(axis=-1))
    half = 12.7062047 * paired.std(axis=-1, ddof=1) / np.sqrt(2)  # t of 1 degree of freedom
    assert (gaps["high"] - gaps["difference"]).to_numpy() == pytest.approx(half)


def test_the_same_luck_in_every_cell(plans):
    """A factor that changes nothing makes exactly no difference."""
    study = STUDY | {"scenarios": ["park"], "levers": {}}
    study["factors"] = {"cost": {"path": DELAY, "values": [1460.0]}}
    del study["design"]
    changed = sim.sweep(study, scenarios=plans[:1]).values[0, 0]
    plain = sim.sweep({k: v for k, v in study.items() if k != "factors"}, scenarios=plans[:1])
    assert np.array_equal(changed, plain.values[0, 0], equal_nan=True)


def test_an_experiment_is_a_cell_as_ema_workbench_holds_it(swept):
    experiments, outcomes = swept.experiments_outcomes()
    assert list(experiments.columns) == ["cost", "stretch", "policy", "model"]
    assert len(experiments) == 6
    assert outcomes["in_recovery@last"] == pytest.approx(swept.values[:, :, 0].mean(-1).ravel())
    _, each = swept.experiments_outcomes(over="replications")
    assert each["deaths@total"].shape == (6, 2)
    _, by_year = swept.experiments_outcomes(over="years")
    assert by_year["in_recovery@last"].shape == (6, 5)
    assert by_year["in_recovery@last"][:, -1] == pytest.approx(outcomes["in_recovery@last"])


def test_a_study_is_a_problem_of_salib():
    study = STUDY | {"levers": {"delay": {"path": DELAY, "range": [0, 900]}}}
    study["factors"] = study["factors"] | {
        "need": {
            "path": "world.groups.opiate.need.onset_per_year",
            "distribution": {"kind": "triangular", "low": 20, "mode": 30, "high": 60},
        }
    }
    problem = sim.to_salib_problem(study)
    assert problem["names"] == ["cost", "need", "delay"]
    assert problem["bounds"] == [[20.0, 50.0], [20.0, 60.0, 0.25], [0.0, 900.0]]
    assert problem["dists"] == ["unif", "triang", "unif"]
    sample = pytest.importorskip("SALib.sample.latin").sample(problem, 50, seed=1)
    assert sample[:, 0].min() >= 20
    assert sample[:, 1].max() <= 60
    with pytest.raises(sim.BadInput, match="numbers for SALib"):
        sim.to_salib_problem(STUDY)


# Once, by whoever


def contents(folder):
    return {
        str(file.relative_to(folder)): file.read_bytes()
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }


def test_any_number_of_workers_gives_the_same_bytes(plans, tmp_path):
    one = sim.sweep(STUDY, scenarios=plans, out=tmp_path / "a" / "x", workers=1)
    two = sim.sweep(STUDY, scenarios=plans, out=tmp_path / "b" / "x", workers=2)
    assert one.asked.run == two.asked.run == 6
    assert contents(tmp_path / "a" / "x") == contents(tmp_path / "b" / "x")


def test_a_finished_cell_is_never_run_again(plans, tmp_path):
    first = sim.sweep(STUDY, scenarios=plans, out=tmp_path / "first", model=counting)
    again = sim.sweep(STUDY, scenarios=plans, out=tmp_path / "again", model=counting)
    assert (first.asked.found, first.asked.run) == (0, 6)
    assert (again.asked.found, again.asked.run) == (6, 0)
    assert np.array_equal(first.values, again.values)
    fresh = sim.sweep(STUDY, scenarios=plans, out=tmp_path / "x", model=counting, resume=False)
    assert (fresh.asked.found, fresh.asked.run) == (0, 6)


def test_a_wider_sweep_runs_only_what_is_new(plans, tmp_path):
    grid = STUDY | {"levers": {}, "factors": {"cost": {"path": COST, "values": [20, 30]}}}
    del grid["design"]
    sim.sweep(grid, scenarios=plans, cells=tmp_path, model=counting)
    grid["factors"] = {"cost": {"path": COST, "values": [20, 25, 30]}}
    wider = sim.sweep(grid, scenarios=plans, cells=tmp_path, model=counting)
    assert (wider.asked.found, wider.asked.run) == (4, 2)
    grid["measures"] = ["planned_exits"]
    assert sim.sweep(grid, scenarios=plans, cells=tmp_path, model=counting).asked.run == 0


def test_twins_are_run_once(plans):
    grid = STUDY | {"levers": {}, "factors": {"cost": {"path": COST, "values": [20, 20.0, 30]}}}
    del grid["design"]
    swept = sim.sweep(grid, scenarios=plans, model=counting)
    assert swept.asked.run == 4
    assert swept.values.shape[0] == 3


def test_a_key_changes_with_all_that_numbers_depend_on_and_nothing_else(plans):
    cell = Cell(plans[0], 1, 2)
    told = {
        cell.key("v"),
        replace(cell, seed=2).key("v"),
        replace(cell, size=3).key("v"),
        replace(cell, first=2).key("v"),
        replace(cell, scenario=plans[1]).key("v"),
        replace(cell, size=sim.Precision(0.1)).key("v"),
        cell.key("w"),
    }
    assert len(told) == 7
    checked = check(STUDY, scenarios=plans)
    named = [plans[0].model_copy(update={"title": "Another title"}), plans[1]]
    renamed = check(STUDY, scenarios=named)
    point = checked.points()[0]
    assert bench_of(checked).cell(0, point).key("v") == bench_of(renamed).cell(0, point).key("v")


def test_the_version_of_the_model_holds_every_room_that_makes_numbers():
    """Whatever `replicate` imports at run time, down to the ground, but for errors, words and files."""
    from test_architecture import PACKAGE, imports

    ground = {"beside", "csv_text", "errors", "wording", "workers", "cluster"}
    form = {"scenario"}  # of its rooms those that change numbers are listed
    seen, todo = set(), ["replicate"]
    while todo:
        room = todo.pop()
        if room in seen:
            continue
        seen.add(room)
        folder = PACKAGE / room
        files = sorted(folder.glob("*.py")) if folder.is_dir() else [PACKAGE / f"{room}.py"]
        for file in files:
            for name in imports(file):
                top, *rest = name.split(".")
                if (
                    top == "simulator"
                    and rest
                    and (PACKAGE / rest[0]).with_suffix(".py").exists()
                    | (PACKAGE / rest[0]).is_dir()
                ):
                    todo.append(rest[0])
    listed = {room.removesuffix(".py").partition("/")[0] for room in MODEL_ROOMS}
    assert seen - ground - form <= listed
    assert {"scenario/schema.py", "scenario/own_world.py", "scenario/draws.py"} <= set(MODEL_ROOMS)


def test_groups_in_another_order_are_another_cell(plans):
    """People come group by group, so their order is theirs; names in a file are sorted."""
    groups = dict(reversed(plans[0].world.groups.items()))
    turned = plans[0].model_copy(
        update={"world": plans[0].world.model_copy(update={"groups": groups})}
    )
    assert Cell(turned, 1, 2).key("v") != Cell(plans[0], 1, 2).key("v")


def test_a_model_that_cannot_be_told_from_another_is_refused(plans):
    def made_here(cell):
        return counting(cell)

    for model in (made_here, partial(counting), print):
        with pytest.raises(sim.BadInput, match="function of a module"):
            sim.sweep(STUDY, scenarios=plans, model=model)


def test_other_code_is_another_model():
    assert version_of(counting) != version_of(refusing)
    assert version_of(counting) == version_of(counting)
    assert version_of(live).startswith(sim.__version__)
    assert len({version_of(live), version_of(counting)}) == 2


def test_replications_may_begin_later_with_new_luck(plans):
    bench = bench_of(STUDY, scenarios=plans)
    points = bench.checked.points()[:1]
    four = bench.evaluate(points, 0, 4)
    last = bench.evaluate(points, 2, 2)
    assert np.array_equal(four[..., 2:], last, equal_nan=True)


def test_a_wanted_precision_takes_what_it_takes(plans):
    study = {k: v for k, v in STUDY.items() if k != "replications"}
    study |= {"precision": {"share": 0.2, "measures": ["in_recovery"], "max_replications": 12}}
    study |= {"design": {"kind": "latin_hypercube", "points": 1}, "scenarios": ["park"]}
    swept = sim.sweep(study, scenarios=plans[:1])
    assert 10 <= swept.values.shape[-1] <= 12


# What fails


def test_a_cell_that_fails_is_told_and_the_rest_goes_on(plans, tmp_path):
    swept = sim.sweep(STUDY, scenarios=plans, out=tmp_path / "x", model=refusing)
    costs = swept.points[:, 0]
    assert 0 < (costs > 35).sum() < 3
    assert {each.point for each in swept.failed} == set(np.flatnonzero(costs > 35).tolist())
    assert swept.failed[0].message == "RuntimeError: more than I can reckon"
    assert np.isnan(swept.values[costs > 35]).all()
    assert not np.isnan(swept.values[costs <= 35]).any()
    assert (swept.cells["status"] == "failed").sum() == 2 * (costs > 35).sum()
    files = sorted((tmp_path / "x" / "failed").iterdir())
    assert len(files) == len(swept.failed)
    again = load(files[0])  # the scenario of a failed cell can be run by itself
    cost = again.world.groups["opiate"].treatment.cost_ready_gbp_per_week
    assert cost in costs
    assert "RuntimeError" in files[0].read_text(encoding="utf-8")


def test_failed_cells_are_tried_again_and_their_files_go(plans, tmp_path):
    sim.sweep(STUDY, scenarios=plans, out=tmp_path / "x", model=refusing)
    mended = sim.sweep(STUDY, scenarios=plans, out=tmp_path / "x", model=counting)
    assert not mended.failed
    assert not (tmp_path / "x" / "failed").exists()


def test_values_that_make_no_scenario_fail_one_by_one(plans, tmp_path):
    """Two shares that together are more than there is: each end alone may be, both at once may not."""
    share = {"takes_from": "plan.treatment_share", "values": [0.0, 0.6]}
    study = STUDY | {
        "factors": {},
        "levers": {
            "support": {"path": "plan.reintegration_share", **share},
            "outreach": {"path": "plan.outreach_share", **share},
        },
    }
    del study["design"]
    swept = sim.sweep(study, scenarios=plans, out=tmp_path / "x", model=counting)
    assert [(each.point, each.scenario) for each in swept.failed] == [(3, 0), (3, 1)]
    assert "treatment_share" in swept.failed[0].message
    assert len(list((tmp_path / "x" / "failed").iterdir())) == 2
    assert swept.asked.run == 6


def ending(cell: Cell) -> Lived:
    """A model whose process is ended from outside where a client costs more than £35 a week."""
    if cell.scenario.world.groups["opiate"].treatment.cost_ready_gbp_per_week > 35:
        import os
        import signal

        os.kill(os.getpid(), signal.SIGKILL)
    return counting(cell)


@pytest.mark.slow
def test_a_cell_that_ends_its_process_takes_no_other_with_it(plans):
    study = STUDY | {"design": {"kind": "latin_hypercube", "points": 4}}
    swept = sim.sweep(study, scenarios=plans, model=ending, workers=2)
    costs = swept.points[:, 0]
    assert {each.point for each in swept.failed} == set(np.flatnonzero(costs > 35).tolist())
    assert all("ended from outside" in each.message for each in swept.failed)
    assert swept.asked.run == 2 * (costs <= 35).sum()


# The store


def lived(replications, partnerships=("A",), seed=0):
    """Numbers of every kind, some of them missing."""
    from simulator.chance import stream

    shape = (replications, len(partnerships), len(MEASURES), 2, 3)
    values = stream(seed, "numbers").normal(size=shape) * 10.0 ** stream(seed, "size").integers(
        -9, 9, shape
    )
    values[0, 0, 3] = np.nan
    return Lived(partnerships, ("2008-09", "2009-10"), ("opiate", "all", 'ödd, "name"'), values)


@pytest.mark.parametrize("kind", [".parquet", ".csv"])
def test_what_is_kept_is_what_was_run_to_the_last_bit(kind, tmp_path):
    batch = {"a" * 64: lived(2), "b" * 64: lived(3, ("A", "B", "all"), 1)}
    content = batch_bytes([*batch], [*batch.values()], kind)
    (tmp_path / batch_name([*batch], kind)).write_bytes(content)
    store = Store(tmp_path)
    assert len(store) == 2
    for key, each in batch.items():
        found = store.read(key)
        assert (found.partnerships, found.years, found.groups) == (
            each.partnerships,
            each.years,
            each.groups,
        )
        assert np.array_equal(found.values, each.values, equal_nan=True)


def test_what_is_kept_at_hand_of_files_is_bounded(tmp_path, monkeypatch):
    one = lived(2)
    monkeypatch.setattr(store_room, "AT_HAND_BYTES", 3 * one.values.nbytes)
    store = Store(tmp_path)
    for key in "abcde":
        store.add([key], [one])
    read = []
    whole = store_room._read_batch
    monkeypatch.setattr(store_room, "_read_batch", lambda path: read.append(path) or whole(path))
    for key in "abcde":
        store.read(key)
    assert len(read) == 5
    for key in "cde":
        store.read(key)
    assert len(read) == 5
    assert len(store._at_hand) == 3
    assert store._held_bytes == 3 * one.values.nbytes


@pytest.mark.slow
def test_a_sweep_is_run_kept_and_written_without_pandas():
    """It takes a worker half a second and much memory: seen from outside, in a process of its own."""
    asks = """
import sys, tempfile
from pathlib import Path
import numpy as np
from simulator.sweeps import Store, sweep
with tempfile.TemporaryDirectory() as folder:
    study = {"title": "One", "scenarios": ["park", "move_on"], "replications": 2}
    swept = sweep(study, out=Path(folder) / "out", cells=Path(folder) / "cells")
    assert np.array_equal(Store(Path(folder) / "cells").read(swept.asked.keys[1]).values,
                          list(swept.lived())[1][2].values, equal_nan=True)
print("pandas" in sys.modules)
"""
    told = subprocess.run(
        [sys.executable, "-c", asks], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert told.stdout.split() == ["False"]


@pytest.mark.slow
@pytest.mark.parametrize("harm", ["cut short", "emptied", "other text"])
@pytest.mark.parametrize("kind", [".parquet", ".csv"])
def test_a_damaged_file_is_told_and_its_cells_are_run_again(
    harm, kind, plans, tmp_path, monkeypatch
):
    if kind == ".csv":
        monkeypatch.setattr(tables_room, "pyarrow", lambda: None)
    first = sim.sweep(STUDY, scenarios=plans, cells=tmp_path, model=counting)
    for file in tmp_path.iterdir():
        content = file.read_bytes()
        told = {"cut short": content[: len(content) // 2], "emptied": b"", "other text": b"1,2\n3"}
        file.write_bytes(told[harm])
    again = sim.sweep(STUDY, scenarios=plans, cells=tmp_path, model=counting)
    assert np.array_equal(first.values, again.values)
    third = sim.sweep(STUDY, scenarios=plans, cells=tmp_path, model=counting)
    assert third.asked.run == 0


def test_a_flipped_bit_is_noticed(tmp_path):
    """Of 200 files with one bit flipped anywhere, none reads as other numbers."""
    from simulator.chance import stream

    batch = {"a" * 64: lived(3)}
    content = batch_bytes([*batch], [*batch.values()], ".parquet")
    path = tmp_path / batch_name([*batch], ".parquet")
    draw = stream(1, "bits")
    for _ in range(200):
        torn = bytearray(content)
        torn[draw.integers(len(torn))] ^= 1 << int(draw.integers(8))
        path.write_bytes(bytes(torn))
        store = Store(tmp_path)
        try:
            found = store.read("a" * 64)
        except KeyError:
            continue
        same = found.values.shape == batch["a" * 64].values.shape
        assert same
        assert np.array_equal(found.values, batch["a" * 64].values, equal_nan=True)


def test_what_was_run_again_holds(tmp_path):
    """After --no-resume the newer numbers are read, however the batches fell."""
    old, new = lived(1, seed=1), lived(1, seed=2)
    store = Store(tmp_path)
    store.add(["a" * 64, "b" * 64], [old, old])
    store.forget_all()
    store.add(["b" * 64], [new])
    store.add(["a" * 64], [new])
    again = Store(tmp_path)
    for key in ("a" * 64, "b" * 64):
        assert np.array_equal(again.read(key).values, new.values, equal_nan=True)


def test_results_and_cells_have_folders_of_their_own(plans, tmp_path):
    for how in ({"out": tmp_path / "cells"}, {"out": tmp_path, "cells": tmp_path}):
        with pytest.raises(sim.BadInput, match="another folder"):
            sim.sweep(STUDY, scenarios=plans, model=counting, **how)


def test_other_files_among_the_cells_harm_nobody(plans, tmp_path):
    for name, text in (
        ("a.csv", ""),
        ("b.csv", "\n"),
        ("c.csv", "cell\n\n"),
        ("d.csv", "x,y\n1,2\n"),
    ):
        (tmp_path / name).write_text(text, encoding="utf-8")
    (tmp_path / "e.parquet").write_bytes(b"PAR1")
    assert sim.sweep(STUDY, scenarios=plans, cells=tmp_path, model=counting).asked.run == 6
    assert sim.sweep(STUDY, scenarios=plans, cells=tmp_path, model=counting).asked.found == 6


def test_where_pyarrow_is_missing_tables_are_csv(plans, tmp_path, monkeypatch):
    whole = sim.sweep(STUDY, scenarios=plans, out=tmp_path / "p" / "x", model=counting)
    monkeypatch.setattr(tables_room, "pyarrow", lambda: None)
    plain = sim.sweep(STUDY, scenarios=plans, out=tmp_path / "c" / "x", model=counting)
    names = {file.name for file in (tmp_path / "c" / "x").iterdir()}
    assert {"cells.csv", "measures.csv", "summary.csv", "datapackage.json"} <= names
    assert not any(name.endswith(".parquet") for name in names)
    table = pd.read_csv(tmp_path / "c" / "x" / "measures.csv")
    pd.testing.assert_frame_equal(table, whole.measures, check_dtype=False)
    assert np.array_equal(plain.values, whole.values)


def test_tables_of_one_kind_replace_those_of_the_other(plans, tmp_path, monkeypatch):
    with monkeypatch.context() as without:
        without.setattr(tables_room, "pyarrow", lambda: None)
        sim.sweep(STUDY, scenarios=plans, out=tmp_path / "x", model=counting)
    sim.sweep(STUDY, scenarios=plans, out=tmp_path / "x", model=counting)
    names = {file.name for file in (tmp_path / "x").iterdir()}
    assert "cells.parquet" in names
    assert "cells.csv" not in names


# The data package


def test_the_package_says_what_every_file_is(plans, tmp_path):
    out = tmp_path / "x"
    swept = sim.sweep(
        STUDY, scenarios=plans, out=out, model=counting, command="treatment-sim sweep x"
    )
    package = json.loads((out / "datapackage.json").read_text(encoding="utf-8"))
    assert package["made_by"]["command"] == "treatment-sim sweep x"
    assert package["made_by"]["code"] == version_of(counting)
    for each in package["resources"]:
        content = (out / each["path"]).read_bytes()
        assert each["bytes"] == len(content)
        assert each["hash"] == f"sha256:{hashlib.sha256(content).hexdigest()}"
        fields = [field["name"] for field in each["schema"]["fields"]]
        table = (
            pd.read_parquet(out / each["path"])
            if each["format"] == "parquet"
            else pd.read_csv(out / each["path"])
        )
        assert list(table.columns) == fields
        assert all(field["description"] for field in each["schema"]["fields"])
    assert {each["path"] for each in package["resources"]} == {
        "cells.parquet",
        "measures.parquet",
        "summary.csv",
        "differences.csv",
    }
    pd.testing.assert_frame_equal(
        pd.read_parquet(out / "measures.parquet").astype(object), swept.measures.astype(object)
    )
    again = sim.sweep(out / "study.yaml", scenarios=plans, model=counting)
    assert np.array_equal(again.values, swept.values)


def test_a_package_stands_only_beside_whole_tables(plans, tmp_path, monkeypatch):
    out = tmp_path / "x"
    swept = sim.sweep(STUDY, scenarios=plans, out=out, model=counting)

    def breaks(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("simulator.sweeps.written.difference_rows", breaks)
    with pytest.raises(KeyboardInterrupt):
        write(swept, out)
    assert not (out / "datapackage.json").exists()
    assert not [file for file in out.iterdir() if file.name.endswith(".part")]


def test_numbers_are_written_to_ten_digits(plans, tmp_path):
    sim.sweep(STUDY, scenarios=plans, out=tmp_path / "x")
    with (tmp_path / "x" / "summary.csv").open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            digits = row["mean"].replace(".", "").replace("-", "").lstrip("0").partition("e")[0]
            assert len(digits) <= 10


# What it would take


def test_a_dry_run_counts_cells_and_runs_none(plans, tmp_path):
    bench = bench_of(STUDY, scenarios=plans, cells=tmp_path, model=counting)
    told = estimate(bench)
    assert (told.points, told.cells, told.found, told.left) == (3, 6, 0, 6)
    assert told.replications == (2, 2)
    assert not list(tmp_path.iterdir())
    sim.sweep(
        STUDY | {"design": {"kind": "latin_hypercube", "points": 3}},
        scenarios=plans[:2],
        cells=tmp_path,
        model=counting,
    )
    after = estimate(bench_of(STUDY, scenarios=plans, cells=tmp_path, model=counting))
    assert after.left == 0
    assert "Nothing is left to run." in after.sentences()


@pytest.mark.slow
def test_disk_is_estimated_within_a_factor_of_two(plans, tmp_path):
    study = STUDY | {"replications": 40, "design": {"kind": "latin_hypercube", "points": 4}}
    told = estimate(bench_of(study, scenarios=plans))
    sim.sweep(study, scenarios=plans, cells=tmp_path)
    taken = Store(tmp_path).size_bytes
    assert told.disk_bytes[0] / 2 < taken < told.disk_bytes[0] * 2 + 40_000  # fixed parts of a file


# Batches


def test_batches_are_as_long_as_they_should_be():
    pace = Pace()
    assert pace.size(1000, 2) == 1
    pace.heard(Done(("a",), seconds=0.1))
    assert pace.size(1000, 2) == 20
    assert pace.size(12, 2) == 3  # so that none is idle at the end
    pace.heard(Done(("a",), seconds=100.0))
    assert pace.size(1000, 2) == 1


def test_a_batch_keeps_what_finished_beside_what_failed(plans):
    checked = check(STUDY, scenarios=plans)
    bench = Bench(checked)
    points = [[30.0, 0.0], [40.0, 0.0]]
    cells = tuple(bench.cell(0, point) for point in points)
    done = live_batch(Batch(("good", "bad"), cells, refusing, None, ".csv"))
    assert done.keys == ("good",)
    assert list(done.failures) == ["bad"]


def test_what_came_of_a_cell_is_told_in_order(plans):
    bench = bench_of(STUDY, scenarios=plans, model=refusing)
    told = list(bench.lived(bench.run(bench.checked.points())))
    assert [isinstance(each, Failed) for each in told] == [
        cost > 35 for cost in bench.checked.points()[:, 0] for _ in range(2)
    ]


def test_progress_is_told_to_the_end(plans):
    told = []
    sim.sweep(STUDY, scenarios=plans, model=counting, progress=lambda *each: told.append(each))
    assert told[-1] == (6, 6)
    assert [done for done, _ in told] == sorted(done for done, _ in told)


def test_source_is_hashed_alike_on_every_system():
    assert cells_room._hash("a\r\nb") == cells_room._hash("a\nb")
