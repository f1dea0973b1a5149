"""Several processes that share the partnerships of one replication.

Partnerships meet at the allocation alone. So each process keeps some of them and lets them live a year; between
the years only counts and pounds travel. A partnership's luck hangs on its name, so results do not depend on which
process it lives in.
"""

from __future__ import annotations

import gc
import multiprocessing
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from .errors import SimulatorError
from .model import Here
from .workers import interrupts_held, serve, start_method

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from multiprocessing.connection import Connection
    from multiprocessing.process import BaseProcess

    from .funding import Member
    from .model import Closed
    from .scenario.schema import Scenario


class SharedCrew:
    """Partnerships of one replication, spread over processes.

    Parameters
    ----------
    connections
        One to each process, in which `_work` answers.
    """

    def __init__(self, connections: list[Connection]):
        self._connections = connections
        self._names: list[str] = []

    def begin(self, scenario: Scenario, seed: int, replication: int) -> None:
        """Let the partnerships of a replication stand on day 0, the k-th in process k modulo their number."""
        self._names = list(scenario.partnerships)
        self._ask(
            [
                ("begin", scenario, self._names[place :: len(self._connections)], seed, replication)
                for place in range(len(self._connections))
            ]
        )

    def members(self, year: int) -> list[Member]:
        """Each partnership as the formula sees it in a year, in the scenario's order."""
        return self._in_order(self._ask_all("members", year))

    def live(self, year: int, allocation_gbp: Mapping[str, int]) -> None:
        """Let each spend its pounds of a year."""
        self._ask_all("live", year, dict(allocation_gbp))

    def close(self) -> list[Closed]:
        """Close out, and give what came of each, in the scenario's order."""
        return self._in_order(self._ask_all("close"))

    def _in_order(self, told: list[list[Any]]) -> list[Any]:
        n = len(told)
        return [told[place % n][place // n] for place in range(len(self._names))]

    def _ask_all(self, *question: Any) -> list[Any]:
        return self._ask([question] * len(self._connections))

    def _ask(self, questions: list[tuple[Any, ...]]) -> list[Any]:
        """Put a question to each process, then hear all answers."""
        try:
            for connection, question in zip(self._connections, questions, strict=True):
                connection.send(question)
            answers = [connection.recv() for connection in self._connections]
        except (EOFError, OSError) as error:
            raise SimulatorError(
                "run: a worker process was ended from outside, often for want of memory; "
                "try again with fewer workers"
            ) from error
        for failed in (each for each in answers if isinstance(each, BaseException)):
            raise failed
        return answers


def _work(connection: Connection) -> None:
    """Answer what is asked about some partnerships, until nobody asks any more."""
    serve()
    gc.disable()  # a run makes no cycles, and looking for them costs much
    here = None
    while True:
        try:
            verb, *told = connection.recv()
        except EOFError:
            return
        try:
            here = Here(*told) if verb == "begin" else here
            answer = None if verb == "begin" else getattr(here, verb)(*told)
        except Exception as error:  # it is raised again where the question was asked
            answer = error
        connection.send(answer)


@contextmanager
def crew_of(workers: int) -> Iterator[SharedCrew]:
    """A crew of so many processes, which end with the block, whatever happens in it."""
    context = multiprocessing.get_context(start_method())
    connections: list[Connection] = []
    processes: list[BaseProcess] = []
    try:
        for _ in range(workers):
            ours, theirs = context.Pipe()
            process = context.Process(  # type: ignore[attr-defined] # not in the stubs of a context
                target=_work, args=(theirs,), daemon=True
            )
            with interrupts_held():  # which a process that starts now takes over
                process.start()
            theirs.close()
            connections.append(ours)
            processes.append(process)
        yield SharedCrew(connections)
    finally:
        for connection in connections:
            connection.close()
        for process in processes:
            process.terminate()
            process.join()
