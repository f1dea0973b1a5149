"""Worker processes that stay, so that nobody waits for one to start, and that are replaced when they break or hang."""

from __future__ import annotations

import threading
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from dataclasses import dataclass
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any, TypeAlias

from ..explanation import steps_of
from ..model import replicate_once
from ..workers import done_alone, start_method, workers_by_default
from .worker import Worker

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray

    from ..model import Replication
    from ..scenario import Scenario

LIMIT_SECONDS = 120.0
"""Longest that a replication may take; an ordinary one takes half a second."""

Piece: TypeAlias = "tuple[Future[Any], Callable[..., Any], tuple[Any, ...]]"
"""What is to be told of some work, the work, and what it is called with."""


@dataclass(frozen=True, slots=True)
class Lived:
    """One replication, and why its allocations changed.

    Parameters
    ----------
    steps
        Pounds by partnership, year from the second on, and step of the formula.
    """

    replication: Replication
    steps: NDArray[np.int64]


def lived(scenario: Scenario, seed: int, number: int) -> Lived:
    """One replication, in a worker; explained there too, which takes a while and would hold up every page."""
    replication = done_alone(replicate_once, (scenario, seed, number))
    return Lived(replication, steps_of(replication.inputs, tuple(scenario.partnerships)))


class Pool:
    """Some processes, each with a thread that hands it one piece of work after another.

    A process that is ended from outside, or that takes too long, is replaced by itself: the others go on.

    Parameters
    ----------
    workers
        How many; by default one for each core.
    limit_seconds
        How long a piece of work may take.
    """

    def __init__(self, workers: int | None = None, limit_seconds: float = LIMIT_SECONDS):
        self.workers = workers or workers_by_default()
        self._limit_seconds = limit_seconds
        self._lock = threading.Lock()
        self._asked: SimpleQueue[Piece | None] = SimpleQueue()
        self._employed: dict[int, Worker] = {}
        self._doing: dict[int, Future[Any]] = {}
        self._begun = 0
        self._is_closed = False

    def submit(self, work: Callable[..., Any], *told: Any) -> Future[Any]:
        """Have something done; the processes are started when they are first needed.

        Returns
        -------
        What comes of it. It fails with `BrokenProcessPool` where its process is ended from outside, and with a
        `SimulatorError` where it takes too long.

        Raises
        ------
        RuntimeError
            If the pool is closed.
        """
        future: Future[Any] = Future()
        self.warm()
        self._asked.put((future, work, told))
        return future

    def give_up(self, future: Future[Any]) -> None:
        """Let go of a piece of work that nobody wants any more, whether it waits or is being done.

        It is cancelled, or fails with `GivenUp`, or comes to its end where it cannot be stopped.
        """
        if future.cancel():
            return
        with self._lock:
            for place, done in self._doing.items():
                if done is future:
                    self._employed[place].give_up()

    def warm(self) -> None:
        """Have every worker started; they get ready while the program goes on.

        Raises
        ------
        RuntimeError
            If the pool is closed.
        """
        with self._lock:
            if self._is_closed:
                raise RuntimeError("the pool is closed")
            while self._begun < self.workers:
                threading.Thread(target=self._serve, args=(self._begun,), daemon=True).start()
                self._begun += 1

    def close(self) -> None:
        """End the processes; what was not done fails."""
        with self._lock:
            self._is_closed = True
            employed = list(self._employed.values())
        for worker in employed:
            worker.end()
        for _ in range(self.workers):
            self._asked.put(None)

    def _serve(self, place: int) -> None:
        """Hand pieces of work to the worker of a place, until the pool is closed."""
        while True:
            with suppress(BrokenProcessPool):  # it is tried again, and told, when there is work
                self._worker(place)
            piece = self._asked.get()
            if piece is None:
                return
            if piece[0].set_running_or_notify_cancel():
                self._do(place, *piece)

    def _do(
        self, place: int, future: Future[Any], work: Callable[..., Any], told: tuple[Any, ...]
    ) -> None:
        try:
            worker = self._worker(place)
            with self._lock:
                self._doing[place] = future
            try:
                came = worker.do(work, told, self._limit_seconds)
            finally:
                with self._lock:
                    del self._doing[place]
        except BaseException as error:  # which is for whoever asked; this place goes on
            future.set_exception(error)
        else:
            future.set_result(came)

    def _worker(self, place: int) -> Worker:
        """The worker of a place; a new one where there is none that lives."""
        with self._lock:
            known = self._employed.get(place)
            if known is not None and known.is_alive:
                return known
            if self._is_closed:
                raise BrokenProcessPool("the pool is closed")
            try:
                self._employed[place] = Worker(start_method())
            except Exception as error:  # no process can be had, for want of memory or of handles
                raise BrokenProcessPool("a worker process could not be started") from error
            return self._employed[place]
