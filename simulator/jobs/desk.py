"""Replications of scenarios that people look at: a few at once, then more for as long as somebody looks.

The desk hands single replications to the pool. Whoever has fewest is served first, so that twenty people who each
move a lever all see their first runs before anybody sees a hundredth. What has been run is kept under the scenario's
fingerprint and the seed, so that two who ask the same share it, and a page that is loaded again finds it.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from concurrent.futures import CancelledError
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from ..errors import BadInput, Fault, SimulatorError
from ..replicate import sample_of
from ..scenario import fingerprint
from .pool import replication

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future

    from ..model import Replication
    from ..replicate import Sample
    from ..scenario import Scenario
    from .pool import Pool

State = Literal["running", "waiting", "done", "cancelled", "failed"]
Key = tuple[str, int]

FIRST = 4
"""Replications after which there is something to show."""
KEPT = 40
"""Scenarios of which runs are kept, the last that were looked at."""
LOOKS_WITHIN_SECONDS = 20.0
"""A run that nobody has looked at for so long rests until somebody does."""
MOST_TRIES = 2
"""How often a replication whose process is ended is tried."""
LOST = (
    "run: a worker process was ended from outside, often for want of memory; what was done is kept,"
    " and running again goes on from there"
)


@dataclass(frozen=True, slots=True)
class Look:
    """How far the runs of a scenario are.

    Parameters
    ----------
    done, wanted
        Replications that are there, and that were asked for.
    sample
        Those that are there, from the first on; None before there is one.
    told
        What went wrong, where something did.
    """

    state: State
    done: int
    wanted: int
    sample: Sample | None = None
    told: str = ""

    @property
    def moves(self) -> bool:
        """Whether more is to come by itself."""
        return self.state in ("running", "waiting")


@dataclass(slots=True, eq=False)
class _Run:
    scenario: Scenario
    seed: int
    wanted: int
    looked: float
    there: dict[int, Replication] = field(default_factory=dict)
    given: dict[int, Future[Replication]] = field(default_factory=dict)
    tries: dict[int, int] = field(default_factory=dict)
    cancelled: bool = False
    failed: str = ""
    sample: Sample | None = None

    @property
    def whole(self) -> int:
        """Replications from the first on, without a gap."""
        number = 0
        while number in self.there:
            number += 1
        return number

    @property
    def begun(self) -> int:
        return len(self.there) + len(self.given)

    def next(self) -> int | None:
        """The first replication that nobody has begun."""
        for number in range(self.wanted):
            if number not in self.there and number not in self.given:
                return number
        return None


class Desk:
    """Where runs are asked for and looked at; it may be used by many threads.

    Parameters
    ----------
    pool
        Who does the work.
    clock
        Seconds.
    """

    def __init__(self, pool: Pool, clock: Callable[[], float] = time.monotonic):
        self._pool, self._clock = pool, clock
        self._runs: OrderedDict[Key, _Run] = OrderedDict()
        self._lock = threading.RLock()

    def look(self, scenario: Scenario, seed: int, replications: int, *, begin: bool = True) -> Look:
        """See how far the runs of a scenario are; where there are too few, have more.

        Parameters
        ----------
        begin
            Whether to have more; otherwise it is only looked. Runs that were cancelled stay so until they are asked
            for again by `again`.
        """
        key = (fingerprint(scenario), seed)
        with self._lock:
            run = self._runs.get(key)
            if run is None:
                if not begin:
                    return Look("waiting", 0, replications)
                run = self._runs[key] = _Run(scenario, seed, replications, self._now())
                self._forget()
            self._runs.move_to_end(key)
            run.looked = self._now()
            run.wanted = replications if begin else run.wanted
            self._serve()
            return self._seen(run, replications)

    def again(self, scenario: Scenario, seed: int) -> None:
        """Take back that a run was cancelled or has failed."""
        with self._lock:
            run = self._runs.get((fingerprint(scenario), seed))
            if run is not None:
                run.cancelled, run.failed = False, ""
                run.tries.clear()

    def cancel(self, scenario: Scenario, seed: int) -> None:
        """Have no more of a run; what is under way comes to its end, what is there stays."""
        with self._lock:
            run = self._runs.get((fingerprint(scenario), seed))
            if run is not None:
                run.cancelled = True
                for number, future in list(run.given.items()):
                    if future.cancel():
                        run.given.pop(number, None)

    def _now(self) -> float:
        return self._clock()

    def _seen(self, run: _Run, wanted: int) -> Look:
        done = min(run.whole, wanted)
        if done and (run.sample is None or run.sample.replications != done):
            there = [run.there[number] for number in range(done)]
            run.sample = sample_of(run.scenario, run.seed, there)
        sample = run.sample if done else None
        return Look(self._state(run, done, wanted), done, wanted, sample, run.failed)

    @staticmethod
    def _state(run: _Run, done: int, wanted: int) -> State:
        if done >= wanted:
            return "done"
        if run.failed:
            return "failed"
        if run.cancelled:
            return "cancelled"
        return "running" if run.given else "waiting"

    def _forget(self) -> None:
        """Let go of what was looked at longest ago and does not run."""
        for key in list(self._runs):
            if len(self._runs) <= KEPT:
                return
            if not self._runs[key].given:
                del self._runs[key]

    def _serve(self) -> None:
        """Give the pool as much as it has processes for, to those first who have least."""
        while sum(len(run.given) for run in self._runs.values()) < self._pool.workers:
            run = self._hungriest()
            if run is None:
                return
            number = run.next()
            assert number is not None  # noqa: S101 # the hungriest has one
            if not self._give(run, number):
                return

    def _hungriest(self) -> _Run | None:
        now = self._now()
        hungry = [
            run
            for run in self._runs.values()
            if not run.cancelled
            and not run.failed
            and now - run.looked < LOOKS_WITHIN_SECONDS
            and run.next() is not None
        ]
        return min(hungry, key=lambda run: run.begun, default=None)

    def _give(self, run: _Run, number: int) -> bool:
        try:
            future = self._pool.submit(replication, run.scenario, run.seed, number)
        except BrokenProcessPool:
            run.failed = LOST
            return False
        run.given[number] = future
        future.add_done_callback(lambda done: self._came(run, number, done))
        return True

    def _came(self, run: _Run, number: int, future: Future[Replication]) -> None:
        """A replication is there, or will not be."""
        with self._lock:
            if run.given.get(number) is future:
                del run.given[number]
            self._take(run, number, future)
            self._serve()

    @staticmethod
    def _take(run: _Run, number: int, future: Future[Replication]) -> None:
        try:
            run.there[number] = future.result()
        except CancelledError:
            return
        except BrokenProcessPool:
            run.tries[number] = run.tries.get(number, 0) + 1
            if run.tries[number] >= MOST_TRIES:
                run.failed = LOST
        except SimulatorError as error:
            run.failed = str(error)
        except Exception as error:  # a defect is told where it is looked at, and the desk goes on
            run.failed = f"run: the model stopped with {type(error).__name__}; please report this"


def first(sample: Sample, replications: int) -> Sample:
    """The first replications of a sample.

    Raises
    ------
    BadInput
        If it has not so many.
    """
    from dataclasses import replace

    if replications > sample.replications:
        rule, got = f"be at most {sample.replications}", str(replications)
        raise BadInput([Fault("runs", "replications", rule, got, "wait for more runs")])
    if replications == sample.replications:
        return sample
    accounts = None if sample.accounts is None else sample.accounts[:replications]
    return replace(
        sample,
        values=sample.values[:replications],
        inputs=sample.inputs[:replications],
        accounts=accounts,
    )
