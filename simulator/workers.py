"""Work spread over processes: in any order, with the same results, and nobody left behind."""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from typing import Any, TypeVar

from .errors import SimulatorError

T = TypeVar("T")

Progress = Callable[[int, int], None]
"""Told how many replications are done, and of how many."""


def workers_by_default() -> int:
    """As many as the machine has cores for."""
    return max(1, len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1)


def spread(
    work: Callable[..., T], tasks: Sequence[tuple[Any, ...]], workers: int
) -> Iterator[tuple[int, T]]:
    """Do a piece of work for each task, and give each result as soon as it is there.

    Parameters
    ----------
    work
        A function of a module, so that other processes find it.
    tasks
        The arguments of each call.
    workers
        Processes; with one, everything happens here, in order.

    Returns
    -------
    The task's place in the sequence, and its result.

    Raises
    ------
    SimulatorError
        If a process is ended from outside.
    """
    if min(workers, len(tasks)) <= 1:
        for place, task in enumerate(tasks):
            yield place, _alone(work, task)
        return
    with _pool(min(workers, len(tasks))) as pool:
        with interrupts_held():  # which a process that starts now takes over
            waiting: dict[Future[T], int] = {
                pool.submit(_alone, work, task): place for place, task in enumerate(tasks)
            }
        while waiting:
            ready, _ = wait(waiting, return_when=FIRST_COMPLETED)
            for future in ready:
                yield waiting.pop(future), future.result()


def _alone(work: Callable[..., T], task: tuple[Any, ...]) -> T:
    """Keep the garbage collector out of a run: it makes no cycles, and looking for them costs much."""
    was = gc.isenabled()
    gc.disable()
    try:
        return work(*task)
    finally:
        if was:
            gc.enable()


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
    except BrokenProcessPool as error:
        raise SimulatorError(
            "run: a worker process was ended from outside, often for want of memory; "
            "try again with fewer workers"
        ) from error
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
