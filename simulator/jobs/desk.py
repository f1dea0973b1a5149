"""Replications of scenarios that people look at: a few at once, then more for as long as somebody looks.

The desk hands single replications to the pool. Whoever has fewest is served first, so that twenty people who each
move a lever all see their first runs before anybody sees a hundredth. What has been run is kept under the scenario's
mark and the seed, so that two who ask the same share it, and a page that is loaded again finds it. A mark leaves words
out, so that a plan may be given a name without being run again; each who looks gets the words of their own scenario.
"""

from __future__ import annotations

import hashlib
import json
import threading
import time
from collections import OrderedDict
from concurrent.futures import CancelledError
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Literal

import numpy as np

from ..errors import BadInput, Fault, SimulatorError
from ..explanation import Explanation
from ..replicate import sample_of
from ..scenario import canonical_json
from ..scenario.writing import without_words
from .pool import lived
from .worker import GivenUp

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from concurrent.futures import Future

    from ..replicate import Sample
    from ..scenario import Scenario
    from .pool import Lived, Pool

State = Literal["running", "waiting", "done", "stopped", "failed"]
Key = tuple[str, int]

FIRST = 4
"""Replications after which there is something to show."""
KEPT = 40
"""Scenarios of which runs are kept, the last that were looked at."""
LOOKS_WITHIN_SECONDS = 20.0
"""A run that nobody has looked at for so long rests until somebody does."""
MOST_EXPLAINED = 4
"""Of how many numbers of replications of a scenario it is kept what comes of them."""
MOST_TRIES = 2
"""How often a replication whose process is ended is tried."""
LOST = (
    "run: a worker process was ended from outside, often for want of memory; what was done is kept,"
    " and running again goes on from there"
)


_MARKS: OrderedDict[int, tuple[Scenario, str]] = OrderedDict()
_MARKS_LOCK = threading.Lock()
MOST_MARKS = 500


def mark_of(scenario: Scenario) -> str:
    """A text that changes with whatever a scenario's numbers depend on, and with no words or evidence of it.

    It is worked out once for as long as the same object is used.
    """
    with _MARKS_LOCK:
        known = _MARKS.get(id(scenario))
    if known is not None and known[0] is scenario:
        return known[1]
    mark = _marked(scenario)
    with _MARKS_LOCK:
        _MARKS[id(scenario)] = (scenario, mark)
        if len(_MARKS) > MOST_MARKS:
            _MARKS.popitem(last=False)
    return mark


def _marked(scenario: Scenario) -> str:
    # Names are sorted in the text, and results stand in the scenario's own order.
    order = [[*scenario.world.groups], [*scenario.partnerships]]
    told = json.dumps([canonical_json(without_words(scenario)), order])
    return hashlib.sha256(told.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Look:
    """How far the runs of a scenario are.

    Parameters
    ----------
    done, wanted
        Replications that are there, and that were asked for.
    explains
        What comes of the first so many of them, and why their allocations changed; None before there is one.
    told
        What went wrong, where something did.
    """

    state: State
    done: int
    wanted: int
    explains: Callable[[int], Explanation] | None = None
    told: str = ""

    def first(self, replications: int) -> Explanation:
        """The first of those that are there, and why their allocations changed.

        Raises
        ------
        BadInput
            If there are not so many.
        """
        if self.explains is None or replications > self.done:
            rule, got = f"be at most {self.done}", str(replications)
            raise BadInput([Fault("runs", "replications", rule, got, "wait for more runs")])
        return self.explains(replications)

    @property
    def explained(self) -> Explanation | None:
        """All that are there, from the first on, and why their allocations changed."""
        return self.first(self.done) if self.done else None

    @property
    def sample(self) -> Sample | None:
        """The replications that are there."""
        return self.explained.sample if self.explained else None

    @property
    def moves(self) -> bool:
        """Whether more is to come by itself."""
        return self.state in ("running", "waiting")


@dataclass(slots=True, eq=False)
class _Run:
    """Replications of one scenario, and who looks at them: when they last did, and how many they want."""

    scenario: Scenario
    seed: int
    lookers: dict[str, tuple[float, int]] = field(default_factory=dict)
    there: dict[int, Lived] = field(default_factory=dict)
    given: dict[int, Future[Lived]] = field(default_factory=dict)
    tries: dict[int, int] = field(default_factory=dict)
    failed: str = ""
    explained: OrderedDict[int, Explanation] = field(default_factory=OrderedDict)

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

    def wanted(self, now: float) -> int:
        """How many those who still look want."""
        self.drop_stale(now)
        return 0 if self.failed else max((n for _, n in self.lookers.values()), default=0)

    def drop_stale(self, now: float) -> None:
        """Forget those who look no more, as they do who close the page without a word."""
        for who, (when, _) in list(self.lookers.items()):
            if now - when >= LOOKS_WITHIN_SECONDS:
                del self.lookers[who]

    def waiting(self, now: float) -> list[str]:
        """Those who still look, and want more than there are."""
        self.drop_stale(now)
        whole = self.whole
        return [] if self.failed else [who for who, (_, n) in self.lookers.items() if n > whole]

    def next(self, now: float) -> int | None:
        """The first replication that is wanted and that nobody has begun."""
        for number in range(self.wanted(now)):
            if number not in self.there and number not in self.given:
                return number
        return None

    def leave(self, who: str, now: float) -> list[Future[Lived]]:
        """Somebody looks no more; where nobody does, what is begun is of no more use, and given back."""
        there = self.lookers.pop(who, None)
        self.drop_stale(now)
        return list(self.given.values()) if there and not self.lookers else []


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

    def look_at(
        self, scenarios: Sequence[Scenario], seed: int, replications: int, who: str
    ) -> tuple[Look, ...]:
        """See how far the runs of some scenarios are and have more of them, and of nothing else that one looked at.

        Parameters
        ----------
        replications
            How many are wanted of each in the end.
        who
            The visitor. More are run for as long as any visitor looks.
        """
        keys = [(mark_of(scenario), seed) for scenario in scenarios]
        with self._lock:
            self._leave(who, keys)
            for key, scenario in zip(keys, scenarios, strict=True):
                run = self._runs.setdefault(key, _Run(scenario, seed))
                run.lookers[who] = (self._clock(), replications)
                self._runs.move_to_end(key)
            self._forget()
            self._serve()
            return tuple(
                self._seen(self._runs[key], scenario, replications)
                for key, scenario in zip(keys, scenarios, strict=True)
            )

    def look(self, scenario: Scenario, seed: int, replications: int, who: str = "") -> Look:
        """The same of one scenario alone, whatever else is looked at."""
        key = (mark_of(scenario), seed)
        with self._lock:
            run = self._runs.setdefault(key, _Run(scenario, seed))
            run.lookers[who] = (self._clock(), replications)
            self._runs.move_to_end(key)
            self._forget()
            self._serve()
            return self._seen(run, scenario, replications)

    def see(self, scenarios: Sequence[Scenario], seed: int, replications: int) -> tuple[Look, ...]:
        """See how far runs are, and have no more of them."""
        with self._lock:
            found = [self._runs.get((mark_of(each), seed)) for each in scenarios]
            return tuple(
                self._seen(run, each, replications) if run else Look("stopped", 0, replications)
                for run, each in zip(found, scenarios, strict=True)
            )

    def leave(self, who: str) -> None:
        """Have no more for a visitor; what is there stays.

        What is under way and nobody else looks at is let go of, so that cores are free at once; where a system has no
        signals for that it comes to its end, at the latest at the limit of the pool.
        """
        with self._lock:
            self._leave(who, ())

    def _leave(self, who: str, but: Sequence[Key]) -> None:
        for key, run in self._runs.items():
            if key not in but:
                for future in run.leave(who, self._clock()):
                    self._pool.give_up(future)

    @property
    def lookers(self) -> int:
        """How many visitors look at runs of which they want more than there are."""
        with self._lock:
            now = self._clock()
            return len({who for run in self._runs.values() for who in run.waiting(now)})

    def again(self, scenarios: Sequence[Scenario], seed: int) -> None:
        """Try once more where something failed."""
        with self._lock:
            for each in scenarios:
                run = self._runs.get((mark_of(each), seed))
                if run is not None:
                    run.failed = ""
                    run.tries.clear()

    def _seen(self, run: _Run, asked: Scenario, wanted: int) -> Look:
        done = min(run.whole, wanted)
        explains = partial(_explained, run, asked) if done else None
        return Look(self._state(run, done, wanted), done, wanted, explains, run.failed)

    def _state(self, run: _Run, done: int, wanted: int) -> State:
        if done >= wanted:
            return "done"
        if run.failed:
            return "failed"
        if not run.wanted(self._clock()):
            return "stopped"
        return "running" if run.given else "waiting"

    def _forget(self) -> None:
        """Let go of what was looked at longest ago and does not run, and of those who look no more."""
        for run in self._runs.values():
            run.drop_stale(self._clock())
        for key in list(self._runs):
            if len(self._runs) <= KEPT:
                return
            if not self._runs[key].given and not self._runs[key].wanted(self._clock()):
                del self._runs[key]

    def _serve(self) -> None:
        """Give the pool as much as it has processes for, to those first who have least."""
        while sum(len(run.given) for run in self._runs.values()) < self._pool.workers:
            now = self._clock()
            hungry = [run for run in self._runs.values() if run.next(now) is not None]
            if not hungry:
                return
            run = min(hungry, key=lambda each: each.begun)
            number = run.next(now)
            if number is None or not self._give(run, number):
                return

    def _give(self, run: _Run, number: int) -> bool:
        try:
            future = self._pool.submit(lived, run.scenario, run.seed, number)
        except BrokenProcessPool:
            run.failed = LOST
            return False
        except RuntimeError:  # the server ends
            return False
        run.given[number] = future
        future.add_done_callback(lambda done: self._came(run, number, done))
        return True

    def _came(self, run: _Run, number: int, future: Future[Lived]) -> None:
        """A replication is there, or will not be."""
        with self._lock:
            if run.given.get(number) is future:
                del run.given[number]
            self._take(run, number, future)
            self._serve()

    @staticmethod
    def _take(run: _Run, number: int, future: Future[Lived]) -> None:
        try:
            run.there[number] = future.result()
        except (CancelledError, GivenUp):
            return
        except BrokenProcessPool:
            run.tries[number] = run.tries.get(number, 0) + 1
            if run.tries[number] >= MOST_TRIES:
                run.failed = LOST
        except SimulatorError as error:
            run.failed = str(error)
        except Exception as error:  # a defect is told where it is looked at, and the desk goes on
            run.failed = f"run: the model stopped with {type(error).__name__}; please report this"


def _explained(run: _Run, asked: Scenario, replications: int) -> Explanation:
    """The first replications of a run, which are there; told with the words and evidence of what was asked for."""
    known = run.explained.get(replications)
    if known is None:
        there = [run.there[number] for number in range(replications)]
        sample = sample_of(run.scenario, run.seed, [each.replication for each in there])
        known = Explanation(sample, np.stack([each.steps for each in there]))
        run.explained[replications] = known
        if len(run.explained) > MOST_EXPLAINED:
            with suppress(KeyError):  # another thread was as fast
                run.explained.popitem(last=False)
    if known.sample.scenario is asked:
        return known
    return replace(known, sample=replace(known.sample, scenario=asked))
