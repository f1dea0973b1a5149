"""Worker processes that stay, so that nobody waits for one to start, and that are started anew when they break."""

from __future__ import annotations

import multiprocessing
import threading
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..explanation import steps_of
from ..model import replicate_once
from ..scenario import load
from ..workers import done_alone, interrupts_held, serve, start_method, workers_by_default

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future

    import numpy as np
    from numpy.typing import NDArray

    from ..model import Replication
    from ..scenario import Scenario

WARM_UP = "baseline_2008"


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


def _begin() -> None:
    """Begin a worker: load what it needs, and live once, so that the first who asks does not wait for that."""
    serve()
    replicate_once(load(WARM_UP, ["years=1", *_ONE_YEAR]), 0, 0)


_ONE_YEAR = (
    "formula.pot_gbp=373000000",
    "formula.phase_in_share=1.0",
)


class Pool:
    """Some processes.

    Parameters
    ----------
    workers
        How many; by default one for each core.
    """

    def __init__(self, workers: int | None = None):
        self.workers = workers or workers_by_default()
        self._lock = threading.Lock()
        self._processes: ProcessPoolExecutor | None = None

    def submit(self, work: Callable[..., Any], *told: Any) -> Future[Any]:
        """Have something done; the pool is started when it is first needed, and anew where it broke."""
        with self._lock, interrupts_held():
            for _ in range(2):
                if self._processes is None:
                    context = multiprocessing.get_context(start_method())
                    self._processes = ProcessPoolExecutor(self.workers, context, initializer=_begin)
                try:
                    return self._processes.submit(work, *told)
                except BrokenProcessPool:
                    self._processes.shutdown(wait=False, cancel_futures=True)
                    self._processes = None
            raise BrokenProcessPool("worker processes end as soon as they start")

    def warm(self) -> list[Future[Any]]:
        """Have every worker started."""
        return [self.submit(_nothing, place) for place in range(self.workers)]

    def close(self) -> None:
        """End the processes."""
        with self._lock:
            if self._processes is not None:
                self._processes.shutdown(wait=False, cancel_futures=True)
                self._processes = None


def _nothing(place: int) -> int:
    return place
