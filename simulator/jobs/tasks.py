"""Long jobs: each in a process of its own, one after the other, with progress; cancelled by ending the process."""

from __future__ import annotations

import multiprocessing
import os
import threading
import traceback
from collections import OrderedDict
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from ..errors import SimulatorError
from ..workers import interrupts_held, serve, start_method

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.connection import Connection

TaskState = Literal["none", "waiting", "running", "done", "failed", "cancelled"]

KEPT = 40
"""Jobs that are kept with what came of them, the last that were looked at."""
AT_ONCE = 1
"""Jobs that run at the same time; the runs that people look at have the cores first."""
NICE = 5
ENDED = "the job's process was ended from outside, often for want of memory; start it again, or with less"


@dataclass(frozen=True, slots=True)
class Task:
    """How far a job is, and what came of it.

    Parameters
    ----------
    done, of
        Steps; `of` is 0 before the first is told.
    result
        What the work returned, once it is done.
    told
        What went wrong, where something did.
    """

    state: TaskState
    done: int = 0
    of: int = 0
    result: Any = None
    told: str = ""

    @property
    def moves(self) -> bool:
        """Whether it waits or runs."""
        return self.state in ("waiting", "running")


@dataclass(slots=True, eq=False)
class _Job:
    work: Callable[..., Any]
    arguments: tuple[Any, ...]
    task: Task = field(default_factory=lambda: Task("waiting"))
    process: Any = None


class Tasks:
    """Where long jobs are asked for and looked at; it may be used by many threads."""

    def __init__(self) -> None:
        self._jobs: OrderedDict[str, _Job] = OrderedDict()
        self._lock = threading.RLock()

    def start(self, key: str, work: Callable[..., Any], *arguments: Any) -> None:
        """Have a job done, unless it is under way or done under this key.

        Parameters
        ----------
        key
            What names the job: the same for the same work on the same things.
        work
            A function of a module, called with a function that is told progress, then the arguments.
        """
        with self._lock:
            job = self._jobs.get(key)
            if job is not None and job.task.state in ("waiting", "running", "done"):
                return
            self._jobs[key] = _Job(work, arguments)
            self._jobs.move_to_end(key)
            self._forget()
            self._serve()

    def look(self, key: str) -> Task:
        """How far a job is."""
        with self._lock:
            job = self._jobs.get(key)
            return job.task if job else Task("none")

    def cancel(self, key: str) -> None:
        """End a job at once; nothing of it is kept."""
        with self._lock:
            job = self._jobs.get(key)
            if job is None or not job.task.moves:
                return
            job.task = Task("cancelled")
            process = job.process
        if process is not None:
            with suppress(ValueError, OSError):
                process.terminate()

    def close(self) -> None:
        """End every job."""
        for key in list(self._jobs):
            self.cancel(key)

    def _forget(self) -> None:
        for key in list(self._jobs):
            if len(self._jobs) <= KEPT:
                return
            if not self._jobs[key].task.moves:
                del self._jobs[key]

    def _serve(self) -> None:
        running = [job for job in self._jobs.values() if job.process is not None]
        waiting = [job for job in self._jobs.values() if job.task.state == "waiting"]
        for job in waiting[: max(0, AT_ONCE - len(running))]:
            self._begin(job)

    def _begin(self, job: _Job) -> None:
        context = multiprocessing.get_context(start_method())
        ours, theirs = context.Pipe(duplex=False)
        job.process = context.Process(  # type: ignore[attr-defined] # not in the stubs of a context
            target=_do, args=(theirs, job.work, job.arguments)
        )
        with interrupts_held():  # which a process that starts now takes over
            job.process.start()
        theirs.close()
        job.task = Task("running")
        threading.Thread(target=self._follow, args=(job, ours), daemon=True).start()

    def _follow(self, job: _Job, ours: Connection) -> None:
        """Hear what a job tells until it ends."""
        while True:
            try:
                kind, told = ours.recv()
            except (EOFError, OSError):
                break
            with self._lock:
                if not job.task.moves:
                    continue
                job.task = _heard(kind, told)
        job.process.join()
        with self._lock:
            if job.task.moves:
                job.task = Task("failed", told=ENDED)
            job.process = None
            self._serve()


def _heard(kind: str, told: Any) -> Task:
    if kind == "progress":
        return Task("running", *told)
    if kind == "done":
        return Task("done", result=told)
    return Task("failed", told=told)


def _do(theirs: Connection, work: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
    """Do a job and tell how it goes, in a process of its own."""
    serve()
    with suppress(AttributeError, OSError):
        os.nice(NICE)

    def progress(done: int, of: int) -> None:
        theirs.send(("progress", (done, of)))

    try:
        theirs.send(("done", work(progress, *arguments)))
    except SimulatorError as error:
        theirs.send(("failed", str(error)))
    except Exception as error:  # a defect is told on the page, and its trace where the server runs
        traceback.print_exc()
        theirs.send(("failed", f"the job stopped with {type(error).__name__}; please report this"))
