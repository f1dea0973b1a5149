"""Runs that come at once and then better, and long jobs: fair, shared, cancelled, and told when something breaks."""

from __future__ import annotations

import os
import signal
import threading
import time
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool

import numpy as np
import pytest
from tiny import a_tenth_of

from simulator import replicate
from simulator.errors import BadInput, SimulatorError
from simulator.explanation import explain
from simulator.jobs import Desk, Pool, Tasks, first, mark_of
from simulator.jobs.desk import KEPT, LOOKS_WITHIN_SECONDS
from simulator.jobs.pool import lived
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
    fewer = first(look.explained, 2)
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
        first(desk.look(small, 1, 1).explained, 2)


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
