"""Runs that come at once and then better, and long jobs: fair, shared, cancelled, and told when something breaks."""

from __future__ import annotations

import os
import signal
import threading
import time
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import Pipe

import numpy as np
import pytest
from tiny import a_tenth_of

from simulator import replicate
from simulator.errors import BadInput, SimulatorError
from simulator.explanation import explain
from simulator.jobs import Desk, Pool, Task, Tasks, mark_of
from simulator.jobs import pool as pool_room
from simulator.jobs import tasks as tasks_room
from simulator.jobs.desk import KEPT, LOOKS_WITHIN_SECONDS
from simulator.jobs.pool import lived
from simulator.jobs.worker import GivenUp
from simulator.scenario import load

PATIENCE_SECONDS = 120


@pytest.fixture(scope="module")
def small():
    return a_tenth_of(load("baseline_2008"))


@pytest.fixture(scope="module")
def other():
    return a_tenth_of(load("move_on"))


class HandPool:
    """A pool whose work is done when it is told to, one piece at a time."""

    def __init__(self, workers=2):
        self.workers = workers
        self.given = []
        self.broken = False

    def submit(self, work, *told):
        if self.broken:
            raise BrokenProcessPool
        future = Future()
        self.given.append((future, work, told))
        return future

    def give_up(self, future):
        future.cancel()

    def step(self, error=None):
        """Do the first piece that nobody cancelled."""
        future, work, told = self.given.pop(0)
        if not future.set_running_or_notify_cancel():
            return None
        if error:
            future.set_exception(error)
        else:
            future.set_result(work(*told))
        return told[0].name, told[2]


class Clock:
    def __init__(self):
        self.seconds = 0.0

    def __call__(self):
        return self.seconds


@pytest.fixture
def by_hand(small):
    pool, clock = HandPool(), Clock()
    return pool, clock, Desk(pool, clock)


def test_runs_are_those_of_the_command_line(by_hand, small):
    pool, _, desk = by_hand
    desk.look(small, 1, 3)
    while pool.given:
        pool.step()
    look = desk.look(small, 1, 3)
    (sample,) = replicate.run([small], 3, 1, workers=1)
    assert (look.state, look.done) == ("done", 3)
    assert np.array_equal(look.sample.values, sample.values, equal_nan=True)
    assert np.array_equal(look.sample.accounts, sample.accounts)
    assert np.array_equal(look.explained.steps, explain(sample).steps)
    fewer = look.first(2)
    assert np.array_equal(fewer.sample.values, sample.values[:2], equal_nan=True)
    assert len(fewer.sample.inputs) == len(fewer.steps) == 2


def test_whoever_has_fewest_is_served_first(by_hand, small, other):
    pool, _, desk = by_hand
    desk.look_at([small], 1, 50, "ann")
    for _ in range(10):
        pool.step()
    desk.look_at([other], 1, 50, "ben")
    for _ in range(2):
        pool.step()  # what was under way
    served = [pool.step()[0] for _ in range(8)]
    assert served.count(other.name) == 8


def titled(scenario, name, title):
    return scenario.model_copy(update={"name": name, "title": title, "evidence": {}})


def test_a_plan_that_is_named_is_not_run_again_and_carries_its_name(by_hand, small):
    pool, _, desk = by_hand
    ours, theirs = titled(small, "ours", "Ours"), titled(small, "theirs", "Theirs")
    desk.look_at([ours], 1, 2, "ann")
    while pool.given:
        pool.step()
    looks = desk.look_at([theirs, ours], 1, 2, "ben")
    assert not pool.given
    assert [each.state for each in looks] == ["done", "done"]
    assert [each.sample.scenario.title for each in looks] == ["Theirs", "Ours"]
    assert set(looks[0].sample.table["scenario"]) == {"theirs"}
    assert desk.see([theirs], 1, 2)[0].sample.scenario is theirs
    assert desk.look(ours, 1, 2, "ann").explained.sample.scenario is ours


def test_a_mark_changes_with_numbers_and_not_with_words(small, other):
    again = titled(small, "another", "Another")
    assert mark_of(small) == mark_of(again)
    assert mark_of(small) != mark_of(other)
    world = small.world
    turned = dict(reversed(list(world.groups.items())))
    order = small.model_copy(update={"world": world.model_copy(update={"groups": turned})})
    assert mark_of(order) != mark_of(small), "results stand in the order of the groups"


def test_visitors_who_close_the_page_are_forgotten(by_hand, small, other):
    _, clock, desk = by_hand
    for each in range(50):
        desk.look_at([small], 1, 2, f"visitor {each}")
    clock.seconds = LOOKS_WITHIN_SECONDS + 1
    desk.look_at([other], 1, 2, "ann")
    assert {who for run in desk._runs.values() for who in run.lookers} == {"ann"}


def test_those_look_whose_runs_are_under_way(by_hand, small, other):
    pool, clock, desk = by_hand
    assert desk.lookers == 0
    desk.look_at([small, other], 1, 2, "ann")
    assert desk.lookers == 1, "one visitor, however many runs"
    desk.look_at([small], 1, 3, "ben")
    desk.look_at([small], 1, 1, "cat")
    assert desk.lookers == 3
    while any(look.done < 2 for look in desk.see([small, other], 1, 2)):
        pool.step()
    assert desk.lookers == 1, "ann and cat have theirs, and ben wants one more"
    clock.seconds = LOOKS_WITHIN_SECONDS + 1
    assert desk.lookers == 0, "ben has closed the page"
    desk.look_at([small], 1, 3, "ben")
    assert desk.lookers == 1
    desk.leave("ben")
    assert desk.lookers == 0, "ben has stopped"


def test_nobody_waits_for_runs_that_failed(by_hand, small):
    pool, _, desk = by_hand
    desk.look_at([small], 1, 2, "ann")
    pool.step(SimulatorError("this went wrong"))
    assert desk.lookers == 0


def test_who_closes_the_page_does_not_hold_up_a_stop(by_hand, small):
    pool, clock, desk = by_hand
    desk.look_at([small], 1, 50, "closed the page")
    clock.seconds = LOOKS_WITHIN_SECONDS + 1
    desk.look_at([small], 1, 50, "ann")
    desk.leave("ann")
    assert all(future.cancelled() for future, _, _ in pool.given)


def test_two_who_ask_the_same_share_it(by_hand, small):
    pool, _, desk = by_hand
    desk.look_at([small], 1, 2, "ann")
    desk.look_at([small], 1, 2, "ben")
    assert len(pool.given) == 2
    while pool.given:
        pool.step()
    assert desk.look_at([small], 1, 2, "ben")[0].state == "done"
    assert not pool.given


def test_a_visitor_who_moves_on_leaves_what_was_before(by_hand, small, other):
    pool, _, desk = by_hand
    desk.look_at([small], 1, 50, "ann")
    desk.look_at([other], 1, 50, "ann")
    served = [pool.step() for _ in range(4)]
    assert all(each is None or each[0] == other.name for each in served)
    assert desk.see([small], 1, 50)[0].state == "stopped"


def test_one_visitor_stops_and_the_other_goes_on(by_hand, small):
    pool, _, desk = by_hand
    desk.look_at([small], 1, 50, "ann")
    desk.look_at([small], 1, 50, "ben")
    desk.leave("ann")
    pool.step()
    assert len(pool.given) == 2
    desk.leave("ben")
    while pool.given:
        pool.step()
    look = desk.see([small], 1, 50)[0]
    assert (look.state, look.moves) == ("stopped", False)
    assert look.done >= 1, "what is there stays"
    assert desk.look_at([small], 1, 50, "ben")[0].state == "running"


def test_a_run_that_nobody_looks_at_rests(by_hand, small):
    pool, clock, desk = by_hand
    desk.look_at([small], 1, 50, "ann")
    clock.seconds = LOOKS_WITHIN_SECONDS + 1
    while pool.given:
        pool.step()
    assert desk.see([small], 1, 50)[0].done == 2
    assert desk.look_at([small], 1, 50, "ann")[0].moves


def test_more_runs_go_on_from_those_that_are_there(by_hand, small):
    pool, _, desk = by_hand
    desk.look(small, 1, 2)
    while pool.given:
        pool.step()
    assert desk.look(small, 1, 3).done == 2
    assert [told[2] for _, _, told in pool.given] == [2]


def test_results_that_come_out_of_order_wait_for_the_first(by_hand, small):
    pool, _, desk = by_hand
    desk.look(small, 1, 4)
    pool.given.reverse()
    pool.step()
    look = desk.look(small, 1, 4)
    assert (look.done, look.sample) == (0, None)
    pool.given.sort(key=lambda each: each[2][2])
    pool.step()
    assert desk.look(small, 1, 4).done == 2


def test_a_worker_that_is_ended_once_costs_nothing(by_hand, small):
    pool, _, desk = by_hand
    desk.look(small, 1, 2)
    pool.step(BrokenProcessPool())
    while pool.given:
        pool.step()
    assert desk.look(small, 1, 2).state == "done"


def test_a_worker_that_is_ended_again_is_told_and_can_be_tried_again(by_hand, small):
    pool, _, desk = by_hand
    desk.look(small, 1, 2)
    for _ in range(4):
        if pool.given:
            pool.step(BrokenProcessPool())
    look = desk.look(small, 1, 2)
    assert look.state == "failed"
    assert look.told.startswith("run: a worker process was ended from outside")
    desk.again([small], 1)
    desk.look(small, 1, 2)
    while pool.given:
        pool.step()
    assert desk.look(small, 1, 2).state == "done"


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (SimulatorError("run: no"), "run: no"),
        (KeyError("x"), "stopped with KeyError; please report"),
    ],
)
def test_what_goes_wrong_in_a_run_is_told(by_hand, small, error, told):
    pool, _, desk = by_hand
    desk.look(small, 1, 2)
    pool.step(error)
    look = desk.look(small, 1, 2)
    assert look.state == "failed"
    assert told in look.told


def test_a_pool_that_cannot_start_is_told(by_hand, small):
    pool, _, desk = by_hand
    pool.broken = True
    assert desk.look(small, 1, 2).state == "failed"


def test_what_was_looked_at_longest_ago_is_let_go(by_hand, small):
    pool, clock, desk = by_hand
    for seed in range(KEPT + 5):
        clock.seconds = seed * (LOOKS_WITHIN_SECONDS + 1)
        desk.look_at([small], seed, 1, "ann")
        while pool.given:
            pool.step()
    assert desk.see([small], 0, 1)[0].done == 0
    assert desk.see([small], KEPT + 4, 1)[0].done == 1


def test_more_than_there_is_cannot_be_had(by_hand, small):
    pool, _, desk = by_hand
    desk.look(small, 1, 1)
    pool.step()
    with pytest.raises(BadInput, match="be at most 1"):
        desk.look(small, 1, 1).first(2)


# Real processes


def until(done, seconds=PATIENCE_SECONDS):
    ends = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < ends, "waited too long"
        time.sleep(0.02)


@pytest.fixture
def pool():
    pool = Pool(1)
    yield pool
    pool.close()


@pytest.mark.slow
def test_a_pool_whose_worker_is_killed_starts_another(pool, small):
    desk = Desk(pool)
    worker = pool.submit(os.getpid).result()
    desk.look(small, 1, 30)
    os.kill(worker, signal.SIGKILL)
    until(lambda: desk.look(small, 1, 30).state != "running" or desk.look(small, 1, 30).done > 2)
    assert pool.submit(os.getpid).result() != worker
    until(lambda: desk.look(small, 1, 3).state == "done")


@pytest.mark.slow
def test_a_worker_explains_what_it_lived(pool, small):
    found = pool.submit(lived, small, 1, 0).result()
    (sample,) = replicate.run([small], 1, 1, workers=1)
    assert np.array_equal(found.steps, explain(sample).steps[0])


@pytest.mark.slow
def test_work_that_hangs_is_ended_and_its_worker_alone_replaced():
    pool = Pool(2, limit_seconds=2)
    try:
        begins = pool.submit(time.sleep, 0.5), pool.submit(time.sleep, 0.5)
        until(lambda: all(each.done() for each in begins))
        before = {worker._process.pid for worker in pool._employed.values()}
        hangs = pool.submit(time.sleep, 600)
        with pytest.raises(SimulatorError, match="it took more than 2 seconds"):
            hangs.result(PATIENCE_SECONDS)
        until(lambda: all(worker.is_alive for worker in pool._employed.values()))
        after = {worker._process.pid for worker in pool._employed.values()}
        assert len(before) == len(after) == 2
        assert len(before & after) == 1, "the other goes on"
        assert pool.submit(os.getpid).result(PATIENCE_SECONDS) in after
    finally:
        pool.close()


class WithoutEnd(Pool):
    """A pool in which the replications of one scenario never end."""

    def submit(self, work, *told):
        if getattr(told[0], "name", "") == "endless":
            return super().submit(time.sleep, 600)
        return super().submit(work, *told)


@pytest.mark.slow
def test_a_replication_that_takes_too_long_is_told_and_the_next_scenario_runs(small, other):
    pool = WithoutEnd(1, limit_seconds=5)
    try:
        desk = Desk(pool)
        endless = titled(small, "endless", "Endless")
        desk.look(endless, 1, 2)
        until(lambda: not desk.look(endless, 1, 2).moves)
        look = desk.look(endless, 1, 2)
        assert look.state == "failed"
        assert "it took more than 5 seconds" in look.told
        until(lambda: desk.look(other, 1, 1).state == "done")
    finally:
        pool.close()


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(signal, "SIGUSR1"), reason="a system without such signals")
def test_what_nobody_wants_is_let_go_of_and_the_worker_does_what_comes_next(small):
    pool = Pool(1)
    try:
        assert pool.submit(lived, small, 1, 0).result(PATIENCE_SECONDS)
        (worker,) = pool._employed.values()
        for _ in range(20):
            begun = time.monotonic()
            sleeps, waits = pool.submit(time.sleep, 600), pool.submit(time.sleep, 600)
            until(sleeps.running)
            pool.give_up(waits)
            assert waits.cancelled()
            while (
                not sleeps.done()
            ):  # told again, since a call may come before the worker has begun
                pool.give_up(sleeps)
                time.sleep(0.01)
            assert isinstance(sleeps.exception(), GivenUp)
            assert time.monotonic() - begun < PATIENCE_SECONDS
        pool.give_up(sleeps)  # which is over
        assert np.isfinite(pool.submit(lived, small, 1, 0).result(PATIENCE_SECONDS).steps).all()
        assert pool._employed == {0: worker}
    finally:
        pool.close()


@pytest.mark.slow
def test_a_pool_that_spawns_gives_the_same(small, monkeypatch):
    monkeypatch.setattr(pool_room, "start_method", lambda: "spawn")
    pool = Pool(1)
    try:
        found = pool.submit(lived, small, 1, 0).result(PATIENCE_SECONDS)
    finally:
        pool.close()
    assert type(pool._employed[0]._process).__name__ == "SpawnProcess"
    here = lived(small, 1, 0)
    assert np.array_equal(found.replication.tallies, here.replication.tallies, equal_nan=True)
    assert np.array_equal(found.steps, here.steps)


@pytest.mark.slow
def test_what_goes_wrong_in_a_worker_is_raised_where_it_was_asked_for_and_the_worker_stays(pool):
    before = pool.submit(os.getpid).result(PATIENCE_SECONDS)
    with pytest.raises(KeyError, match="x"):
        pool.submit(failing, nothing, KeyError("x")).result(PATIENCE_SECONDS)
    with pytest.raises(TypeError, match="pickle"):
        pool.submit(threading.Lock).result(PATIENCE_SECONDS)
    with pytest.raises(TypeError, match="pickle"):
        pool.submit(os.stat, threading.Lock()).result(PATIENCE_SECONDS)
    assert pool.submit(os.getpid).result(PATIENCE_SECONDS) == before


def nothing(*_):
    """Progress that nobody hears."""


def test_a_pool_for_which_no_process_can_be_had_is_told(small, monkeypatch):
    def none_left(_):
        raise OSError("out of processes")

    monkeypatch.setattr(pool_room, "Worker", none_left)
    pool = Pool(1)
    desk = Desk(pool)
    desk.look(small, 1, 2)
    until(lambda: desk.look(small, 1, 2).state == "failed")
    assert "worker process" in desk.look(small, 1, 2).told
    pool.close()
    with pytest.raises(RuntimeError, match="closed"):
        pool.submit(os.getpid)


def counting(progress, many, seconds):
    for each in range(many):
        progress(each + 1, many)
        time.sleep(seconds)
    return many


def failing(progress, error):
    progress(1, 2)
    raise error


def ended_from_outside(progress):
    progress(1, 2)
    os.kill(os.getpid(), signal.SIGKILL)


@pytest.fixture
def tasks():
    tasks = Tasks()
    yield tasks
    tasks.close()


@pytest.mark.slow
def test_a_job_tells_progress_and_gives_what_came_of_it(tasks):
    tasks.start("a", counting, 4, 0.05)
    seen = set()
    until(lambda: seen.add(tasks.look("a").done) or tasks.look("a").state == "done")
    assert tasks.look("a").result == 4
    assert len(seen) > 1
    tasks.start("a", counting, 5, 0)
    assert tasks.look("a").result == 4, "what is done under a name is not done again"


@pytest.mark.slow
def test_jobs_wait_for_each_other_and_are_cancelled_at_once(tasks):
    tasks.start("long", counting, 1000, 0.1)
    tasks.start("next", counting, 1, 0)
    until(lambda: tasks.look("long").state == "running")
    assert tasks.look("next").state == "waiting"
    begins = time.monotonic()
    tasks.cancel("long")
    assert tasks.look("long").state == "cancelled"
    until(lambda: tasks.look("next").state == "done")
    assert time.monotonic() - begins < 60, "it did not wait for the long one's hundred seconds"
    tasks.start("long", counting, 1, 0)
    until(lambda: tasks.look("long").state == "done")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("work", "arguments", "told"),
    [
        (failing, (BadInput([]),), ""),
        (failing, (SimulatorError("calibrate: no"),), "calibrate: no"),
        (failing, (KeyError("x"),), "stopped with KeyError"),
        (ended_from_outside, (), "ended from outside"),
    ],
)
def test_what_goes_wrong_in_a_job_is_told_and_the_next_goes_on(tasks, work, arguments, told, capfd):
    tasks.start("wrong", work, *arguments)
    tasks.start("next", counting, 1, 0)
    until(lambda: tasks.look("next").state == "done")
    assert tasks.look("wrong").state == "failed"
    assert told in tasks.look("wrong").told


class HandProcess:
    """A process of a job that tells what it is told to tell."""

    def __init__(self):
        self.ours, self.theirs = Pipe(duplex=False)

    def terminate(self):
        self.theirs.close()

    kill = terminate

    def join(self, timeout=None):
        """It ends at once."""

    def is_alive(self):
        return False


@pytest.fixture
def line(monkeypatch):
    """Jobs whose processes are worked by hand, in the order in which they were begun."""
    begun, clock = [], Clock()

    def started(work, arguments):
        process = HandProcess()
        begun.append((arguments[0], process))
        return process, process.ours

    monkeypatch.setattr(tasks_room, "_started", started)
    tasks = Tasks(clock)
    yield tasks, begun, clock
    clock.seconds += (
        10 * tasks_room.LOOKS_WITHIN_SECONDS
    )  # nobody looks at what waits, so none of it begins
    for _, process in begun:
        process.terminate()


def ended(tasks, begun):
    """Let the job that runs come to its end, and the next begin."""
    many = len(begun)
    begun[-1][1].theirs.send(("done", "found"))
    until(lambda: len(begun) > many)


def names(begun):
    return [name for name, _ in begun]


def test_a_job_goes_on_for_the_others_when_one_cancels_it(line):
    tasks, begun, _ = line
    ann, ben = tasks.of("ann"), tasks.of("ben")
    ann.start("a", counting, "a")
    assert ben.look("a").state == "running"
    ann.cancel("a")
    assert ben.look("a").state == "running"
    assert ann.look("a").state == "cancelled"
    ann.start("a", counting, "a")
    assert ann.look("a").state == "running", "she thought better of it"
    ann.cancel("a")
    ben.cancel("a")
    assert ben.look("a").state == "cancelled"
    assert names(begun) == ["a"]


def test_a_job_ends_when_all_others_have_closed_the_page(line):
    tasks, _, clock = line
    tasks.start("a", counting, "a", who="ben")
    clock.seconds = tasks_room.LOOKS_WITHIN_SECONDS
    tasks.look("a", "ann")
    tasks.cancel("a", "ann")
    assert tasks.look("a", "ben").state == "cancelled"


def test_a_job_that_waits_and_that_nobody_looks_at_is_dropped(line):
    tasks, begun, clock = line
    for who in ("ann", "ben", "closed the page", "cat"):
        tasks.start(who, counting, who, who=who)
    clock.seconds = tasks_room.LOOKS_WITHIN_SECONDS - 1
    tasks.look("ben", "ben")
    tasks.look("cat", "cat")
    clock.seconds = tasks_room.LOOKS_WITHIN_SECONDS + 1
    ended(tasks, begun)
    ended(tasks, begun)
    assert names(begun) == ["ann", "ben", "cat"]
    assert tasks.look("closed the page", "x").state == "none"
    assert tasks.look("cat", "cat").state == "running"


def test_a_visitor_has_one_job_waiting(line):
    tasks, begun, _ = line
    for key in ("runs", "first", "second", "third"):
        tasks.start(key, counting, key, who="ann")
    tasks.start("ben's", counting, "ben's", who="ben")
    assert [tasks.look(key, "ann").state for key in ("runs", "first", "second", "third")] == [
        "running",
        "none",
        "none",
        "waiting",
    ]
    ended(tasks, begun)
    assert names(begun) == ["runs", "third"]


def test_jobs_are_done_in_the_order_in_which_they_were_asked_for_whoever_looks(line):
    tasks, begun, _ = line
    for who in ("ann", "ben", "cat"):
        tasks.start(who, counting, who, who=who)
    tasks.look("ben", "ben")
    ended(tasks, begun)
    assert names(begun) == ["ann", "ben"]


def test_a_job_that_waits_knows_its_place_and_how_far_the_one_is_that_runs(line):
    tasks, begun, _ = line
    for who in ("ann", "ben", "cat"):
        tasks.start(who, counting, who, who=who)
    assert tasks.look("cat", "cat") == Task("waiting", before=2), "nothing is told of steps yet"
    begun[0][1].theirs.send(("progress", (34, 100)))
    until(lambda: tasks.look("ann", "ann").done == 34)
    assert tasks.look("ben", "ben") == Task("waiting", before=1, first_done=34, first_of=100)
    assert tasks.look("cat", "cat") == Task("waiting", before=2, first_done=34, first_of=100)
    assert tasks.look("ann", "ann") == Task("running", 34, 100)
    ended(tasks, begun)
    assert tasks.look("cat", "cat") == Task("waiting", before=1), (
        "steps are of the one that runs now"
    )


def test_who_leaves_the_line_is_no_longer_before_others(line):
    tasks, _, clock = line
    for who in ("ann", "ben", "cat", "closed the page", "dan"):
        tasks.start(who, counting, who, who=who)
    assert tasks.look("dan", "dan").before == 4
    tasks.cancel("ben", "ben")
    assert tasks.look("dan", "dan").before == 3
    clock.seconds = tasks_room.LOOKS_WITHIN_SECONDS - 1
    tasks.look("cat", "cat")
    tasks.look("dan", "dan")
    clock.seconds = tasks_room.LOOKS_WITHIN_SECONDS + 1
    assert tasks.look("dan", "dan").before == 2
    assert tasks.look("cat", "cat").before == 1


def test_jobs_that_are_looked_at_are_kept(line):
    tasks, begun, _ = line
    tasks.start("looked at", counting, "looked at", who="ann")
    for number in range(tasks_room.KEPT + 3):
        tasks.start(f"{number}", counting, f"{number}", who=f"visitor {number}")
        ended(tasks, begun)
        assert tasks.look("looked at", "ann").result == "found"
    assert tasks.look("0", "ann").state == "none"


def test_visitors_who_looked_at_a_job_are_forgotten(line):
    tasks, _, clock = line
    tasks.start("a", counting, "a", who="ann")
    for each in range(50):
        tasks.look("a", f"visitor {each}")
    clock.seconds = tasks_room.LOOKS_WITHIN_SECONDS + 1
    tasks.look("a", "ben")
    assert set(tasks._jobs["a"].lookers) == {"ben"}


def test_a_job_whose_process_cannot_be_had_is_told_and_the_next_goes_on(line, monkeypatch, capfd):
    tasks, begun, _ = line
    tasks.start("ann", counting, "ann", who="ann")
    tasks.start("ben", counting, "ben", who="ben")
    tasks.start("cat", counting, "cat", who="cat")
    by_hand = tasks_room._started

    def none_left_for_ben(work, arguments):
        if arguments[0] == "ben":
            raise OSError("out of processes")
        return by_hand(work, arguments)

    monkeypatch.setattr(tasks_room, "_started", none_left_for_ben)
    ended(tasks, begun)
    assert tasks.look("ben", "ben").state == "failed"
    assert "could not be started" in tasks.look("ben", "ben").told
    assert tasks.look("cat", "cat").state == "running"


def test_a_job_whose_answer_cannot_be_read_is_told_and_the_next_goes_on(line, capfd):
    tasks, begun, _ = line
    tasks.start("ann", counting, "ann", who="ann")
    tasks.start("ben", counting, "ben", who="ben")
    begun[0][1].theirs.send_bytes(b"no pickle")
    until(lambda: tasks.look("ben", "ben").state == "running")
    assert tasks.look("ann", "ann").state == "failed"
    assert "could not be read" in tasks.look("ann", "ann").told


@pytest.mark.slow
def test_a_job_that_cannot_be_handed_over_is_told(tasks, capfd):
    tasks.start("wrong", counting, threading.Lock(), who="ann")
    assert tasks.look("wrong", "ann").state == "failed"
    tasks.start("next", counting, 1, 0, who="ann")
    until(lambda: tasks.look("next", "ann").state == "done")


def test_a_job_that_nobody_asked_for_is_none():
    assert Tasks().look("x").state == "none"
    Tasks().cancel("x")


@pytest.mark.slow
def test_many_threads_may_look(pool, small):
    desk = Desk(pool)
    found = []

    def watch(who):
        until(lambda: desk.look_at([small], 1, 4, who)[0].state == "done")
        found.append(desk.look_at([small], 1, 4, who)[0].sample.values)

    threads = [threading.Thread(target=watch, args=(str(each),)) for each in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(np.array_equal(each, found[0], equal_nan=True) for each in found)
    assert len(found) == 6
