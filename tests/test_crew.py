"""A replication shared among processes: the same bytes, and nobody left behind when something goes wrong."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from test_workers import gone_within
from tiny import a_tenth_of

from simulator import replicate
from simulator.crew import crew_of
from simulator.errors import SimulatorError
from simulator.model import Run, replicate_once
from simulator.scenario import load

ROOT = Path(__file__).parents[1]
TWO_YEARS = ("years=2", "formula.pot_gbp=20026845", "formula.phase_in_share=1.0")


@pytest.fixture(scope="module")
def eight():
    return a_tenth_of(load("eight_one_moves_on", TWO_YEARS))


@pytest.fixture(scope="module")
def alone(eight, seed):
    """The replication as it lives in one process."""
    return replicate_once(eight, seed, 3)


def same(ours, theirs):
    return ours.tallies.tobytes() == theirs.tallies.tobytes() and ours.inputs == theirs.inputs


def children():
    return {process.pid for process in multiprocessing.active_children()}


# The same bytes


@pytest.mark.parametrize("workers", [1, 2, pytest.param(3, marks=pytest.mark.slow)])
def test_a_crew_gives_the_same_bytes_as_one_process(eight, alone, seed, workers):
    with crew_of(workers) as crew:
        crew.begin(eight, seed, 3)
        assert same(Run(eight, seed, 3, crew).finish(), alone)


@pytest.mark.slow
def test_a_crew_of_more_processes_than_partnerships_gives_the_same(seed):
    two = a_tenth_of(load("eight_park", TWO_YEARS))
    area = two.partnerships["Area 1"]
    two = two.model_copy(update={"partnerships": {"Area 1": area, "Area 2": area}})
    with crew_of(3) as crew:
        crew.begin(two, seed, 0)
        assert same(Run(two, seed, 0, crew).finish(), replicate_once(two, seed, 0))


@pytest.mark.slow
def test_a_crew_lives_one_replication_after_another(eight, alone, seed):
    with crew_of(2) as crew:
        for number in (5, 3):
            crew.begin(eight, seed, number)
            told = Run(eight, seed, number, crew).finish()
    assert same(told, alone)


@pytest.mark.slow
def test_workers_that_share_partnerships_and_those_that_share_replications_agree(
    eight, seed, monkeypatch
):
    """Two workers: one replication at a time between them, or a replication each."""
    samples = []
    for shares in (True, False):
        monkeypatch.setattr(replicate, "_shares_partnerships", lambda *_, shares=shares: shares)
        samples += replicate.run([eight], 2, seed, workers=2)
    shared, spread = samples
    assert shared.values.tobytes() == spread.values.tobytes()
    assert shared.inputs == spread.inputs


def test_partnerships_are_shared_where_replications_are_fewer_than_workers(eight, baseline):
    shares = replicate._shares_partnerships
    assert shares([eight], 1, 2)
    assert not shares([eight], 2, 2)
    assert not shares([eight], 1, 1)
    assert not shares([baseline], 1, 2)  # nothing to share


def test_partnerships_are_shared_where_replications_at_once_would_not_fit(eight, monkeypatch):
    def fits_alone(_scenario, at_once):
        return "too much" if at_once > 1 else None

    monkeypatch.setattr(replicate, "too_large", fits_alone)
    assert replicate._shares_partnerships([eight], 10, 2)


# What goes wrong


def test_nobody_is_left_when_the_block_ends():
    before = children()
    with crew_of(2):
        assert len(children() - before) == 2
    assert children() == before


def test_nobody_is_left_when_the_block_fails():
    before = children()
    with pytest.raises(ZeroDivisionError), crew_of(2):
        _ = 1 // 0
    assert children() == before


def pay_all_but_area_1(eight, seed):
    with crew_of(2) as crew:
        crew.begin(eight, seed, 0)
        crew.live(0, {name: 250_000 for name in eight.partnerships if name != "Area 1"})


def test_an_error_inside_a_worker_is_told_as_itself(eight, seed):
    before = children()
    with pytest.raises(KeyError, match="Area 1"):
        pay_all_but_area_1(eight, seed)
    assert children() == before


def test_after_an_error_in_one_worker_no_answer_of_another_is_left_unread(eight, seed):
    with crew_of(2) as crew:
        crew.begin(eight, seed, 0)
        with pytest.raises(KeyError):
            crew.live(0, {"Area 2": 250_000})
        assert [member.name for member in crew.members(0)] == list(eight.partnerships)


def kill_one_before_it_works(eight, seed):
    before = children()
    with crew_of(2) as crew:
        crew.begin(eight, seed, 0)
        os.kill(min(children() - before), signal.SIGKILL)
        Run(eight, seed, 0, crew).finish()


def kill_one_while_it_works(eight, seed):
    before = children()
    with crew_of(2) as crew:
        crew.begin(eight, seed, 0)
        victim = max(children() - before)
        threading.Timer(0.2, os.kill, (victim, signal.SIGKILL)).start()
        for number in range(10_000):
            crew.begin(eight, seed, number)


@pytest.mark.parametrize(
    "kill",
    [kill_one_before_it_works, pytest.param(kill_one_while_it_works, marks=pytest.mark.slow)],
)
def test_a_worker_that_is_killed_is_told_in_one_clear_message(eight, seed, kill):
    before = children()
    with pytest.raises(SimulatorError, match=r"ended from outside.*fewer workers") as told:
        kill(eight, seed)
    assert "\n" not in str(told.value)
    assert children() == before


LIVES = """
import multiprocessing, sys
from simulator.crew import crew_of
from simulator.scenario import load

if __name__ == "__main__":
    scenario = load("eight_park")
    with crew_of(2) as crew:
        for process in multiprocessing.active_children():
            print(process.pid, flush=True)
        number = 0
        while True:
            crew.begin(scenario, 1, number)
            number += 1
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="looks at processes as Linux shows them")
@pytest.mark.parametrize("how", ["terminate", "kill", "interrupt"])
def test_no_worker_outlives_the_process_that_started_it(tmp_path, how):
    script = tmp_path / "lives.py"
    script.write_text(LIVES, encoding="utf-8")
    with subprocess.Popen(
        [sys.executable, script],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        start_new_session=True,
    ) as parent:
        workers = [int(parent.stdout.readline()) for _ in range(2)]
        time.sleep(0.5)
        if how == "interrupt":
            os.killpg(parent.pid, signal.SIGINT)  # as a terminal does: to every process
        else:
            getattr(parent, how)()
        assert all(gone_within(pid, 30) for pid in workers)
        parent.wait(timeout=30)
        assert parent.returncode != 0
        errors = parent.stderr.read()
    assert errors.count("Traceback") <= (how == "interrupt")


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="sends signals as Linux does")
def test_ctrl_c_ends_a_shared_run_with_status_130_and_one_line():
    with subprocess.Popen(
        [sys.executable, "-m", "simulator", "run", "eight_park", "-n", "1", "--workers", "2"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        start_new_session=True,
    ) as run:
        time.sleep(4)
        os.killpg(run.pid, signal.SIGINT)
        told, errors = run.communicate(timeout=60)
    if run.returncode != 0:  # on a very fast machine it is done by then
        assert run.returncode == 130
        assert "Traceback" not in errors
        assert told == ""


@pytest.mark.slow
def test_tallies_come_in_the_order_of_the_scenario(eight, alone, seed):
    """Area 1 alone moves people on, so it is the one with most planned exits in its row."""
    with crew_of(3) as crew:
        crew.begin(eight, seed, 3)
        told = Run(eight, seed, 3, crew).finish()
    for place in range(8):
        assert np.array_equal(told.tallies[place], alone.tallies[place])
