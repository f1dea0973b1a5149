"""Work spread over processes: every result once, in any order, and nobody left behind."""

from __future__ import annotations

import gc
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from simulator.errors import BadInput, Fault, SimulatorError
from simulator.scenario import as_dict
from simulator.workers import AHEAD, garbage_collected, signals_wait, spread, workers_by_default

ROOT = Path(__file__).parents[1]


def twice(number):
    return 2 * number


def place_of_work(_):
    return os.getpid()


def collecting(_):
    return gc.isenabled()


def refuse(number):
    raise BadInput([Fault("here", "it", "be even", str(number), "add one")])


def end_at_once(_):
    os._exit(9)


def test_each_task_is_done_once_and_told_with_its_place():
    done = dict(spread(twice, [(n,) for n in range(7)], workers=2))
    assert done == {n: 2 * n for n in range(7)}


@pytest.mark.parametrize("workers", [1, 5])
def test_with_one_worker_or_one_task_everything_happens_here_in_order(workers):
    tasks = [(3,)] if workers > 1 else [(3,), (1,), (2,)]
    assert list(spread(twice, tasks, workers)) == [(i, 2 * n) for i, (n,) in enumerate(tasks)]
    assert {pid for _, pid in spread(place_of_work, tasks, workers)} == {os.getpid()}


def test_two_workers_are_other_processes():
    assert os.getpid() not in {pid for _, pid in spread(place_of_work, [(1,), (2,)], workers=2)}


def test_nothing_to_do_is_nothing_done():
    assert list(spread(twice, [], workers=2)) == []


def test_results_come_as_soon_as_they_are_there():
    """Nothing later has begun when the first result is read."""
    begun = []
    for place, _ in spread(begun.append, [(1,), (2,)], workers=1):
        assert begun == [1, 2][: place + 1]


def test_the_garbage_collector_rests_while_work_is_done_and_is_as_it_was_afterwards():
    assert gc.isenabled()
    assert [told for _, told in spread(collecting, [(1,)], workers=1)] == [False]
    assert gc.isenabled()
    gc.disable()
    try:
        list(spread(collecting, [(1,)], workers=1))
        assert not gc.isenabled()
    finally:
        gc.enable()


class Cycle:
    """Something that refers to itself, as a process of simpy does, and so stays until it is collected."""

    there = 0

    def __init__(self):
        self.own = self
        Cycle.there += 1

    def __del__(self):
        Cycle.there -= 1


def leave_behind(number):
    for _ in range(number):
        Cycle()


def in_parts(number):
    """Work that is itself done in parts; how much of the parts is still there behind each."""
    with garbage_collected():
        return [Cycle.there for _ in spread(leave_behind, [(number,)] * 3, workers=1)]


def test_what_work_leaves_behind_is_gone_before_the_next():
    Cycle.there = 0
    assert [Cycle.there for _ in spread(leave_behind, [(10,), (10,)], workers=1)] == [0, 0]


def test_long_work_may_let_the_garbage_collector_in():
    Cycle.there = 0
    assert [told for _, told in spread(in_parts, [(10,)], workers=1)] == [[0, 0, 0]]
    assert gc.isenabled()


@pytest.mark.parametrize("workers", [1, 2])
def test_a_fault_in_a_worker_is_told_as_it_was(workers):
    with pytest.raises(BadInput) as told:
        list(spread(refuse, [(1,), (1,)], workers))
    assert [fault.got for fault in told.value.faults] == ["1"]
    assert gc.isenabled()


def test_a_worker_that_is_ended_from_outside_is_said_so():
    with pytest.raises(SimulatorError, match="ended from outside"):
        list(spread(end_at_once, [(1,), (2,)], workers=2))


def noted(log, number):
    """Work that is noted when it begins; the first piece ends its process when all others have been done."""
    with Path(log).open("a", encoding="utf-8") as out:
        out.write(f"{number}\n")
    if number == 0:
        while len(Path(log).read_text(encoding="utf-8").split()) < 2 * AHEAD:
            time.sleep(0.01)
        time.sleep(0.3)
        os._exit(9)
    return number


def given_up(log, number):
    return -number - 1


def test_what_was_done_when_a_worker_is_ended_is_not_done_again(tmp_path):
    log = tmp_path / "log"
    many = 2 * AHEAD + 1  # one more than wait at once
    tasks = [(str(log), n) for n in range(many)]
    told = {}
    for place, result in spread(noted, tasks, workers=2, lost=given_up):
        told[place] = result
        time.sleep(1 if len(told) == 1 else 0)  # until the other worker has gone
    assert told == {0: -1} | {n: n for n in range(1, many)}
    begun = [int(number) for number in log.read_text(encoding="utf-8").split()]
    assert sorted(begun) == [0, *range(many)]


def test_there_is_at_least_one_worker_by_default():
    assert 1 <= workers_by_default() <= (os.cpu_count() or 1)


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_a_signal_waits_until_it_is_heard(name):
    """Also where another thread takes it from the system."""
    number = getattr(signal, name)

    def heard(*_):
        raise InterruptedError(name)

    def waits():
        with signals_wait():
            os.kill(os.getpid(), number)
            time.sleep(0.1)
            went_on.append(True)

    before = signal.signal(number, heard)
    went_on = []
    try:
        with ThreadPoolExecutor(1) as other:
            other.submit(int).result()
            with pytest.raises(InterruptedError, match=name):
                waits()
        assert signal.getsignal(number) is heard
    finally:
        signal.signal(number, before)
    assert went_on


def test_a_scenario_told_as_values_loses_no_interrupt(baseline, monkeypatch):
    """Pydantic swallows what is raised while it asks of which kind a value is."""
    whole = type(baseline).model_dump
    asked = []

    def interrupted(scenario, **how):
        def of_kind(frame, *_):
            if frame.f_code.co_name == "_kind" and not asked:
                asked.append(True)
                os.kill(os.getpid(), signal.SIGINT)
                time.sleep(0.01)

        sys.setprofile(of_kind)
        try:
            return whole(scenario, **how)
        finally:
            sys.setprofile(None)

    monkeypatch.setattr(type(baseline), "model_dump", interrupted)
    with pytest.raises(KeyboardInterrupt):
        as_dict(baseline)
    assert asked


WAITS = """
import multiprocessing, os, sys, time
from simulator.workers import spread

def wait(_):
    print(os.getpid(), flush=True)
    time.sleep(600)

if __name__ == "__main__":
    list(spread(wait, [(1,), (2,)], workers=2))
"""


def is_there(pid):
    """Whether a process is alive and no mere entry in the table."""
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    except OSError:
        return False


def gone_within(pid, seconds):
    import time

    for _ in range(10 * seconds):
        if not is_there(pid):
            return True
        time.sleep(0.1)
    return False


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="looks at processes as Linux shows them")
@pytest.mark.parametrize("how", ["terminate", "kill", "interrupt"])
def test_no_worker_outlives_the_process_that_started_it(tmp_path, how):
    script = tmp_path / "waits.py"
    script.write_text(WAITS, encoding="utf-8")
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        [sys.executable, script],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=env,
    ) as parent:
        workers = [int(parent.stdout.readline()) for _ in range(2)]
        if how == "interrupt":
            parent.send_signal(signal.SIGINT)
        else:
            getattr(parent, how)()
        assert all(gone_within(pid, 30) for pid in workers)
        parent.wait(timeout=30)
        assert parent.returncode != 0
