"""Work spread over processes: in any order, with the same results, and nobody left behind."""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sized
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from itertools import islice
from operator import itemgetter
from typing import TYPE_CHECKING, Any, TypeVar

from .errors import SimulatorError

if TYPE_CHECKING:
    from types import FrameType

T = TypeVar("T")

ENDING = [
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
]
"""Signals that end a program."""
YOUNGEST = 0
"""What the garbage collector calls those things that were made since it last looked."""

Progress = Callable[[int, int], None]
"""Told how many replications are done, and of how many."""


def workers_by_default() -> int:
    """As many as the machine has cores for."""
    return max(1, len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1)


def spread(
    work: Callable[..., T],
    tasks: Iterable[tuple[Any, ...]],
    workers: int,
    lost: Callable[..., T] | None = None,
) -> Iterator[tuple[int, T]]:
    """Do a piece of work for each task, and give each result as soon as it is there.

    Tasks are taken as they are needed, a few ahead, so that there may be any number of them.

    Parameters
    ----------
    work
        A function of a module, so that other processes find it.
    tasks
        The arguments of each call.
    workers
        Processes; with one, everything happens here, in order.
    lost
        What stands for the result of a task whose process is ended from outside, and ended again when it is tried
        once more by itself; called as the work would be.

    Returns
    -------
    The task's place in the sequence, and its result.

    Raises
    ------
    SimulatorError
        If a process is ended from outside, and nothing can stand for a result.
    """
    if isinstance(tasks, Sized):
        workers = min(workers, len(tasks))
    if workers <= 1:
        for place, task in enumerate(tasks):
            yield place, done_alone(work, task)
        return
    waiting = enumerate(tasks)
    while True:
        broken: list[tuple[int, tuple[Any, ...]]] = []
        try:
            yield from _in_pool(work, waiting, workers, broken)
        except BrokenProcessPool as error:
            if lost is None:
                raise _ended() from error
        if not broken or lost is None:
            return
        yield from _one_by_one(work, broken, lost)


AHEAD = 3
"""Tasks for each process that wait or are done: enough that none is idle."""


def _in_pool(
    work: Callable[..., T],
    waiting: Iterator[tuple[int, tuple[Any, ...]]],
    workers: int,
    broken: list[tuple[int, tuple[Any, ...]]],
) -> Iterator[tuple[int, T]]:
    """Results of tasks until there are no more; where the pool breaks, those that it had are noted."""
    with _pool(workers) as pool:
        given: dict[Future[T], tuple[int, tuple[Any, ...]]] = {}

        def give(many: int) -> None:
            for place, task in islice(waiting, many):
                with interrupts_held():  # which a process that starts now takes over
                    try:
                        given[pool.submit(done_alone, work, task)] = (place, task)
                    except BrokenProcessPool:
                        broken.append((place, task))
                        raise

        try:
            give(AHEAD * workers)
            while given:
                ready, _ = wait(given, return_when=FIRST_COMPLETED)
                for future in ready:
                    result = future.result()
                    place, _ = given.pop(future)
                    yield place, result
                    give(AHEAD * workers - len(given))
        except BrokenProcessPool:
            for future in [each for each in given if _succeeded(each)]:
                place, _ = given.pop(future)
                yield place, future.result()
            broken.extend(sorted(given.values(), key=itemgetter(0)))
            raise


def _succeeded(future: Future[T]) -> bool:
    """Whether its result had come when the pool broke."""
    return future.done() and not future.cancelled() and future.exception() is None


def _one_by_one(
    work: Callable[..., T], broken: list[tuple[int, tuple[Any, ...]]], lost: Callable[..., T]
) -> Iterator[tuple[int, T]]:
    """Tasks that were lost, once more, each the only one that its process has."""
    left = deque(broken)
    while left:
        try:
            with _pool(1) as pool:
                while left:
                    with interrupts_held():
                        once_more = pool.submit(done_alone, work, left[0][1])
                    result = once_more.result()
                    place, _ = left.popleft()
                    yield place, result
        except BrokenProcessPool:
            place, task = left.popleft()
            yield place, lost(*task)


def _ended() -> SimulatorError:
    return SimulatorError(
        "run: a worker process was ended from outside, often for want of memory; "
        "try again with fewer workers"
    )


def done_alone(work: Callable[..., T], task: tuple[Any, ...]) -> T:
    """Work done with the garbage collector kept out of it, since looking for cycles all the time costs much.

    What the work left in cycles goes when it is done: a replication leaves some megabytes, and by itself the collector
    might not come by between one task and the next.
    """
    was = gc.isenabled()
    gc.disable()
    try:
        return work(*task)
    finally:
        if was:
            gc.enable()
            gc.collect(YOUNGEST)


@contextmanager
def garbage_collected() -> Iterator[None]:
    """Let the garbage collector in for a part of such work that is long, and is itself done in parts."""
    was = gc.isenabled()
    gc.enable()
    try:
        yield
    finally:
        if not was:
            gc.disable()


def start_method() -> str:
    """How worker processes start: never by a fork of a process that has threads."""
    return "forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else "spawn"


@contextmanager
def _pool(workers: int) -> Iterator[ProcessPoolExecutor]:
    """Worker processes, which end at once where anything goes wrong or the user interrupts."""
    context = multiprocessing.get_context(start_method())
    pool = ProcessPoolExecutor(workers, context, initializer=serve)
    try:
        yield pool
    except BaseException:
        for process in list((pool._processes or {}).values()):  # no public way before Python 3.14
            process.terminate()
        raise
    finally:
        pool.shutdown(cancel_futures=True)


def serve() -> None:
    """Leave Ctrl-C, which a terminal sends to every process, to the one that runs; end when it ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    if parent := multiprocessing.parent_process():
        parent.join()
        os._exit(1)


@contextmanager
def interrupts_held() -> Iterator[None]:
    """Keep Ctrl-C waiting for a moment, so that processes which start now never hear it; nothing is lost."""
    if threading.current_thread() is not threading.main_thread():  # where signals cannot be set
        yield
    elif hasattr(signal, "pthread_sigmask"):
        was = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            yield
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, was)
    else:
        before = signal.signal(signal.SIGINT, signal.SIG_IGN)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, before)


@contextmanager
def signals_wait() -> Iterator[None]:
    """Keep the exceptions that signals raise waiting, for a moment in which one would be lost."""
    if threading.current_thread() is not threading.main_thread():  # which alone hears them
        yield
        return
    came: list[tuple[int, FrameType | None]] = []
    handlers = {each: signal.getsignal(each) for each in ENDING}
    before = {each: handler for each, handler in handlers.items() if callable(handler)}
    for each in before:
        signal.signal(each, lambda number, frame: came.append((number, frame)))
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
        for number, frame in came[:1]:
            before[signal.Signals(number)](number, frame)
