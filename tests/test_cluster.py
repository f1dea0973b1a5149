"""A sweep on a Dask cluster: the same bytes, nothing lost, one clear message for whatever goes wrong."""

from __future__ import annotations

import io
import json
import logging
import os
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import yaml
from tiny import a_tenth_of
from typer.testing import CliRunner

import simulator as sim
from simulator import cli
from simulator import cluster as cluster_room
from simulator.cluster import Cluster, OtherVersionError, spread
from simulator.errors import BadInput, MissingExtra, SimulatorError
from simulator.measures import MEASURES
from simulator.sweeps import Lived, Store, bench_of
from simulator.sweeps import batches as batches_room
from simulator.years import year_names

pytest.importorskip("distributed")
pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[1]
COST = "world.groups.opiate.treatment.cost_ready_gbp_per_week"
NOBODY = "tcp://127.0.0.1:1"
POINTS = 40
STUDY = {
    "title": "Does the cost of a stable client matter?",
    "scenarios": ["small_park.yaml", "small_move_on.yaml"],
    "factors": {"cost": {"path": COST, "values": [20 + n / 2 for n in range(POINTS)]}},
    "replications": 1,
    "measures": ["in_recovery", "allocation_gbp@last"],
}


# Models


def counting(cell):
    """Numbers that can be reckoned, in a twentieth of a second."""
    time.sleep(0.05)
    scenario = cell.scenario
    cost = scenario.world.groups["opiate"].treatment.cost_ready_gbp_per_week
    shape = (cell.size, 1, len(MEASURES), scenario.years, 1 + len(scenario.world.groups))
    years = year_names(scenario.first_year, scenario.years)
    groups = (*scenario.world.groups, "all")
    return Lived(tuple(scenario.partnerships), years, groups, np.full(shape, cost))


def ending(cell):
    """The same, but where a client costs £20 a week and is moved on the process is ended."""
    own = cell.scenario
    cheap = own.world.groups["opiate"].treatment.cost_ready_gbp_per_week == 20
    if cheap and own.plan.move_on_delay_days == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    return counting(cell)


# Clusters in processes of their own


SCRIPT = """
import json, os, sys
from distributed import Client, LocalCluster, Security

if __name__ == "__main__":
    workers, tls = json.loads(sys.argv[1])
    ends = ("scheduler", "worker", "client")
    files = {f"tls_{end}_{what}": tls[1] if what == "cert" else tls[2] for end in ends for what in ("cert", "key")} if tls else {}
    security = Security(tls_ca_file=tls[0], require_encryption=True, **files) if tls else None
    with LocalCluster(n_workers=workers, threads_per_worker=1, processes=True, host="127.0.0.1",
                      dashboard_address=None, security=security) as cluster:
        with Client(cluster) as client:
            pids = list(client.run(os.getpid).values())
        print(json.dumps([cluster.scheduler_address, pids]), flush=True)
        for wanted in sys.stdin:
            cluster.scale(int(wanted))
"""


@dataclass(frozen=True)
class Outside:
    """A cluster of two workers that has no process in common with the tests."""

    process: subprocess.Popen
    address: str
    pids: tuple[int, ...]

    def scale(self, workers):
        """Have so many workers from now on."""
        self.process.stdin.write(f"{workers}\n")
        self.process.stdin.flush()

    def end(self):
        """Nothing is left of it."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


@contextmanager
def outside(folder, workers=2, tls=()):
    script = folder / "cluster.py"
    script.write_text(SCRIPT, encoding="utf-8")
    path = os.pathsep.join([str(ROOT), str(ROOT / "tests")])
    with (folder / "log").open("w", encoding="utf-8") as log:
        process = subprocess.Popen(
            [sys.executable, script, json.dumps([workers, [str(file) for file in tls]])],
            cwd=folder,
            env=os.environ
            | {"PYTHONPATH": path, "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "1"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            start_new_session=True,
        )
    try:
        told = process.stdout.readline()
        assert told, (folder / "log").read_text(encoding="utf-8")
        address, pids = json.loads(told)
        yield Outside(process, address, tuple(pids))
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


@pytest.fixture(scope="module")
def there(tmp_path_factory):
    """A cluster for all the tests that leave one as it was."""
    with outside(tmp_path_factory.mktemp("cluster")) as found:
        yield found


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """A study of two small plans, in files."""
    folder = tmp_path_factory.mktemp("files")
    for name in ("park", "move_on"):
        sim.write_scenario(a_tenth_of(sim.load(name)), folder / f"small_{name}.yaml")
    (folder / "ours.yaml").write_text(yaml.safe_dump(STUDY), encoding="utf-8")
    return folder


@pytest.fixture
def study(files):
    return files / "ours.yaml"


def few(study, points=3):
    """The study at so many points."""
    told = yaml.safe_load(study.read_text(encoding="utf-8"))
    told["factors"]["cost"]["values"] = told["factors"]["cost"]["values"][:points]
    told["scenarios"] = [str(study.parent / name) for name in told["scenarios"]]
    return told


def content(folder):
    return {
        str(file.relative_to(folder)): file.read_bytes()
        for file in folder.rglob("*")
        if file.is_file()
    }


def treatment_sim(*arguments, cwd):
    """The program, in a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "simulator", *map(str, arguments)],
        cwd=cwd,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def ended(process):
    """Exit status, and what was said beside results and progress."""
    _, errors = process.communicate(timeout=300)
    said = [line for line in errors.splitlines() if not line.endswith("cells done")]
    return process.returncode, said


def wait_for_cells(folder, many=2):
    for _ in range(6000):  # a machine may be busy with other tests
        if len([*folder.glob("[!.]*")]) >= many:
            return
        time.sleep(0.05)
    raise AssertionError("no cell was run")


# The same bytes


def test_a_cluster_gives_the_bytes_of_one_process(there, study, tmp_path):
    told = few(study)
    sim.sweep(told, out=tmp_path / "one" / "x")
    swept = sim.sweep(told, out=tmp_path / "many" / "x", cluster=there.address)
    assert swept.asked.run == 6
    assert content(tmp_path / "many" / "x") == content(tmp_path / "one" / "x")
    in_memory = sim.sweep(told, cluster=there.address)
    assert np.array_equal(in_memory.values, swept.values, equal_nan=True)


def test_the_program_gives_the_same_bytes_on_a_cluster(there, files, tmp_path):
    (files / "three.yaml").write_text(yaml.safe_dump(few(files / "ours.yaml")), encoding="utf-8")
    for where, how in (("one", ("-w", 1)), ("many", ("--scheduler", there.address))):
        (tmp_path / where).mkdir()
        process = treatment_sim(
            "sweep", files / "three.yaml", "--out", "x", *how, cwd=tmp_path / where
        )
        status, said = ended(process)
        assert status == 0
        assert [line for line in said if not line.startswith("Wrote")] == []
    assert content(tmp_path / "many" / "x") == content(tmp_path / "one" / "x")


def test_a_cluster_that_is_not_needed_is_not_asked(study, tmp_path):
    told = few(study)
    sim.sweep(told, cells=tmp_path, model=counting)
    again = sim.sweep(told, cells=tmp_path, model=counting, cluster=NOBODY)
    assert again.asked.found == 6


# Workers that go


def test_a_worker_that_is_killed_loses_nothing(study, tmp_path):
    (tmp_path / "cluster").mkdir()
    killed = []
    with outside(tmp_path / "cluster") as mine:

        def told(done, total):
            if done >= total // 3 and not killed:
                killed.append(mine.pids[0])
                os.kill(mine.pids[0], signal.SIGKILL)

        swept = sim.sweep(
            study, cells=tmp_path / "cells", model=counting, cluster=mine.address, progress=told
        )
    assert killed
    assert not swept.failed
    assert swept.asked.run == 2 * POINTS
    alone = sim.sweep(study, model=counting)
    assert np.array_equal(swept.values, alone.values)


@pytest.mark.parametrize("where", ["here", "cluster"])
def test_a_cell_that_always_ends_its_process_fails_and_the_rest_goes_on(
    where, study, tmp_path, monkeypatch, request
):
    (tmp_path / "ours.yaml").write_text(yaml.safe_dump(few(study, 4)), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("simulator.sweeps.bench_of", partial(bench_of, model=ending))
    how = ["--workers", "2"]
    if where == "cluster":
        how = ["--scheduler", request.getfixturevalue("there").address]
    told = CliRunner().invoke(cli.app, ["sweep", "ours.yaml", *how])
    assert told.exit_code == 1, told.output
    assert "7 cells run now, 0 before, 1 failed" in told.stdout
    assert "point 0, small_move_on: its process was ended from outside" in told.stderr
    assert [file.name for file in Path("results/ours/failed").iterdir()] == [
        "point_0_small_move_on.yaml"
    ]


def test_workers_that_all_go_and_stay_away_are_told(study, tmp_path, monkeypatch):
    monkeypatch.setattr(cluster_room, "LOOKS_EVERY_SECONDS", 1)
    (tmp_path / "cluster").mkdir()
    sent_away = []
    with outside(tmp_path / "cluster") as mine:

        def told(done, total):
            if done >= 4 and not sent_away:
                mine.scale(0)
                sent_away.append(done)
                monkeypatch.setattr(cluster_room, "WORKERS_WITHIN_SECONDS", 1)

        with pytest.raises(SimulatorError, match="no worker is left; what was done is kept"):
            sim.sweep(
                study, cells=tmp_path / "x", model=counting, cluster=mine.address, progress=told
            )
    assert 4 <= len(Store(tmp_path / "x")) < 2 * POINTS


# A scheduler that goes


def test_a_scheduler_that_goes_is_told_in_one_message_and_a_later_run_goes_on(files, tmp_path):
    (tmp_path / "cluster").mkdir()
    cells = tmp_path / "cells"
    command = ("sweep", files / "ours.yaml", "--replications", 3, "--out", "x")
    with outside(tmp_path / "cluster") as mine:
        process = treatment_sim(*command, "--scheduler", mine.address, cwd=tmp_path)
        wait_for_cells(cells)
        mine.end()
        status, said = ended(process)
    assert status == 1
    assert len(said) == 1
    assert said[0].startswith("--scheduler: the scheduler went away; what was done is kept")
    kept = len(Store(cells))
    assert 2 <= kept < 2 * POINTS
    assert not (tmp_path / "x" / "datapackage.json").exists()
    again = yaml.safe_load((files / "ours.yaml").read_text(encoding="utf-8")) | {"replications": 3}
    again["scenarios"] = [str(files / name) for name in again["scenarios"]]
    swept = sim.sweep(again, out=tmp_path / "x", cells=cells, workers=2)
    assert swept.asked.found == kept
    assert swept.asked.run == 2 * POINTS - kept
    assert not swept.failed


CLOSING = """
import atexit, logging, threading
import distributed
from simulator import cluster

gone = threading.Event()

def closes(name):
    gone.wait()
    logging.getLogger(name).error("closed, and this is why", exc_info=OSError("gone"))

loops = [threading.Thread(target=closes, args=[name], daemon=True) for name in %r]
with cluster._quiet():
    for each in loops:
        each.start()
    logging.getLogger("distributed.batched").info("Batched Comm Closed")
    logging.getLogger("tornado.application").critical("Future exception was never retrieved")

def ends():
    gone.set()
    for each in loops:
        each.join()
    logging.getLogger("asyncio").error("Task was destroyed but it is pending!")

%s
"""
LOGGERS = ("distributed.batched", "distributed.client", "tornado.application", "asyncio")


@pytest.mark.parametrize("when", ["ends()", "atexit.register(ends)"])
def test_what_another_thread_of_ours_tells_later_or_at_the_end_stays_off_the_terminal(when):
    told = subprocess.run(
        [sys.executable, "-c", CLOSING % (LOGGERS, when)],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    late = ["Task was destroyed but it is pending!"] if when == "ends()" else []
    assert told.stderr.splitlines() == late  # by another's thread, while Python goes on
    assert told.stdout == ""


def test_only_the_terminal_is_silent_and_only_while_ours_goes_on(tmp_path):
    terminal, kept = io.StringIO(), tmp_path / "dask.log"
    handlers = [logging.StreamHandler(terminal), logging.FileHandler(kept, encoding="utf-8")]
    dask, other = logging.getLogger("distributed"), logging.getLogger("ours")
    for each in handlers:
        dask.addHandler(each)
        other.addHandler(each)
    try:
        with cluster_room._quiet():
            dask.getChild("batched").warning("closed")
            other.warning("heard")
        dask.getChild("batched").warning("somebody else's")
    finally:
        for each in handlers:
            dask.removeHandler(each)
            other.removeHandler(each)
            each.close()
    assert terminal.getvalue().split("\n") == ["heard", "somebody else's", ""]
    assert kept.read_text(encoding="utf-8").startswith("closed\n")


def test_an_interrupted_sweep_on_a_cluster_keeps_what_was_done(there, files, tmp_path):
    long = ("sweep", files / "ours.yaml", "--replications", 6, "--out", "x")
    process = treatment_sim(*long, "--scheduler", there.address, cwd=tmp_path)
    wait_for_cells(tmp_path / "cells")
    process.send_signal(signal.SIGINT)
    status, said = ended(process)
    assert status == 130
    assert said == ["treatment-sim: interrupted; no file is half-written"]
    assert 2 <= len(Store(tmp_path / "cells")) < 2 * POINTS


# Clusters that will not do


@pytest.mark.parametrize(
    ("address", "why"),
    # A machine that is busy may stop waiting before it is refused.
    [(NOBODY, "ConnectionRefusedError TimeoutError OSError"), ("nonsense", "ValueError")],
)
def test_a_wrong_address_is_told_in_one_message(address, why, files, tmp_path):
    begun = time.monotonic()
    process = treatment_sim(
        "sweep", files / "ours.yaml", "--scheduler", address, "--out", "x", cwd=tmp_path
    )
    status, said = ended(process)
    assert status == 2
    assert len(said) == 1
    assert "--scheduler: the scheduler must be the address of a Dask scheduler" in said[0]
    assert any(f"got {address} ({each}" in said[0] for each in why.split())
    assert time.monotonic() - begun < 60


def test_a_scheduler_without_workers_is_told(study, tmp_path, monkeypatch):
    monkeypatch.setattr(cluster_room, "WORKERS_WITHIN_SECONDS", 1)
    with (
        outside(tmp_path, workers=0) as empty,
        pytest.raises(BadInput, match="must have a worker, got none; start one with: dask worker"),
    ):
        sim.sweep(few(study), model=counting, cluster=empty.address)


def test_a_worker_with_another_version_of_the_model_is_refused(there, study, monkeypatch):
    monkeypatch.setattr(batches_room, "version_of", lambda _: "0.0.0+of_old")
    with pytest.raises(BadInput) as told:
        sim.sweep(few(study), model=counting, cluster=there.address)
    (fault,) = told.value.faults
    assert fault.rule.startswith("have the version of the model that is here, 0.0.0+of_old")
    assert fault.got.count("tcp://127.0.0.1") == 2


ASKED = Counter()


def turning():
    """A version that each process tells alike twice, and then no longer."""
    ASKED["times"] += 1
    return "same" if ASKED["times"] <= 2 else "other"


def test_a_worker_that_comes_later_is_asked_too(there):
    with pytest.raises(BadInput, match=r"every worker must have the version.*, got other;"):
        list(spread(abs, [(-n,) for n in range(20)], Cluster(there.address), abs, turning))


def test_work_that_no_worker_can_find_is_told(there):
    """As where the simulator is not installed there."""
    moved = type(sys)("only_here")
    exec("def twice(n):\n    return 2 * n", moved.__dict__)
    sys.modules["only_here"] = moved
    moved.twice.__module__ = "only_here"
    try:
        with pytest.raises(BadInput, match="No module named 'only_here'"):
            list(spread(moved.twice, [(1,)], Cluster(there.address), abs, str))
    finally:
        del sys.modules["only_here"]


def test_a_version_names_the_model_that_is_given_and_what_files_need(monkeypatch):
    told = batches_room.version_there(counting, ".parquet")
    assert told.startswith(batches_room.version_there(sim.sweeps.live, ".parquet"))
    assert "test_cluster.counting+" in told
    monkeypatch.setattr(batches_room, "pyarrow", lambda: None)
    assert batches_room.version_there(counting, ".parquet") == f"{told}, without pyarrow"
    assert batches_room.version_there(counting, ".csv") == told
    with pytest.raises(OtherVersionError, match="mine"):
        cluster_room._done(abs, lambda: "mine", "yours", (-1,))


def test_without_the_optional_part_it_says_what_to_install(study, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(MissingExtra, match=r"treatment-funding-simulator\[cluster\]"):
        sim.sweep(few(study), model=counting, cluster=NOBODY)


# TLS


def test_files_for_tls_are_handed_on(tmp_path):
    names = ("ca.pem", "cert.pem", "key.pem")
    security = cluster_room._security(Cluster("tls://somewhere:8786", *names))
    assert security.require_encryption
    told = (security.tls_ca_file, security.tls_client_cert, security.tls_client_key)
    assert told == names
    assert cluster_room._security(Cluster("tcp://somewhere:8786")) is None


@pytest.fixture
def certificate(tmp_path):
    """A certificate that signs itself, for an hour or so, and its key."""
    if shutil.which("openssl") is None:
        pytest.skip("there is nothing here to make a certificate with")
    cert, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    wanted = ["-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=localhost"]
    subprocess.run(
        ["openssl", "req", *wanted, "-keyout", key, "-out", cert], check=True, capture_output=True
    )
    return cert, key


def test_a_cluster_behind_tls_answers_who_has_the_files(certificate, files, study, tmp_path):
    cert, key = certificate
    (tmp_path / "cluster").mkdir()
    (files / "three.yaml").write_text(yaml.safe_dump(few(study)), encoding="utf-8")
    with outside(tmp_path / "cluster", tls=(cert, cert, key)) as mine:
        assert mine.address.startswith("tls://")
        tls = ("--tls-ca", cert, "--tls-cert", cert, "--tls-key", key)
        command = ("sweep", files / "three.yaml", "--scheduler", mine.address, "--out", "x")
        status, said = ended(treatment_sim(*command, *tls, cwd=tmp_path))
        assert status == 0, said
        assert (tmp_path / "x" / "datapackage.json").exists()
        with pytest.raises(SimulatorError) as told:
            sim.sweep(few(study), model=counting, cluster=mine.address)
        assert "give --tls-ca, --tls-cert and --tls-key" in str(told.value)
