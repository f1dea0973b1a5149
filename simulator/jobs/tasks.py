"""Long jobs: each in a process of its own, one after the other, with progress; cancelled by ending the process."""

from __future__ import annotations

import multiprocessing
import os
import threading
import time
import traceback
from collections import OrderedDict
from contextlib import suppress
from dataclasses import dataclass, field, replace
from itertools import count
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
LOOKS_WITHIN_SECONDS = 90.0
"""A job that waits and that nobody has looked at for so long is dropped.

Browsers let a page that is out of sight ask once a minute only, which must be enough.
"""
ENDS_WITHIN_SECONDS = 5.0
"""How long a job's process may take to end once it has told what came of it."""
NOT_STARTED = "the job's process could not be started, often for want of memory; try again later"
NOT_READ = "what came of the job could not be read; please report this"
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
    before
        Where it waits: jobs that come first, with the one that runs; whose they are and what they do is not told.
    first_done, first_of
        Where it waits: steps of the one that runs; `first_of` is 0 before its first is told.
    """

    state: TaskState
    done: int = 0
    of: int = 0
    result: Any = None
    told: str = ""
    before: int = 0
    first_done: int = 0
    first_of: int = 0

    @property
    def moves(self) -> bool:
        """Whether it waits or runs."""
        return self.state in ("waiting", "running")


@dataclass(slots=True, eq=False)
class _Job:
    """A job, when each visitor last looked at it, and who had enough of it."""

    work: Callable[..., Any]
    arguments: tuple[Any, ...]
    number: int
    task: Task = field(default_factory=lambda: Task("waiting"))
    process: Any = None
    lookers: dict[str, float] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)

    def seen_by(self, who: str, now: float) -> None:
        self.drop_stale(now)
        self.gone.discard(who)
        self.lookers[who] = now

    def drop_stale(self, now: float) -> None:
        """Forget those who look no more, as they do who close the page without a word."""
        for who, when in list(self.lookers.items()):
            if now - when >= LOOKS_WITHIN_SECONDS:
                del self.lookers[who]


class Tasks:
    """Where long jobs are asked for and looked at; it may be used by many threads.

    A job belongs to all who look at it. Who cancels it leaves it; it ends when the last one has left. One that waits is
    dropped where nobody has looked at it for a while, and where the only one who did starts another: a visitor has one
    job waiting at most, so that nobody can fill the line.

    Parameters
    ----------
    clock
        Seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._jobs: OrderedDict[str, _Job] = OrderedDict()
        self._numbers = count()
        self._lock = threading.RLock()

    def of(self, who: str) -> VisitorTasks:
        """The jobs as one visitor has them."""
        return VisitorTasks(self, who)

    def start(self, key: str, work: Callable[..., Any], *arguments: Any, who: str = "") -> None:
        """Have a job done, unless it is under way or done under this key.

        Parameters
        ----------
        key
            What names the job: the same for the same work on the same things.
        work
            A function of a module, called with a function that is told progress, then the arguments.
        who
            The visitor, who leaves what of theirs waits.
        """
        with self._lock:
            self._leave_waiting(key, who)
            job = self._jobs.get(key)
            if job is None or job.task.state not in ("waiting", "running", "done"):
                job = self._jobs[key] = _Job(work, arguments, next(self._numbers))
            job.seen_by(who, self._clock())
            self._jobs.move_to_end(key)
            self._forget()
            self._serve()

    def look(self, key: str, who: str = "") -> Task:
        """How far a job is; to those who cancelled it, it is cancelled while it goes on for others."""
        with self._lock:
            self._drop_stale()
            job = self._jobs.get(key)
            if job is None:
                return Task("none")
            if who in job.gone and job.task.moves:
                return Task("cancelled")
            job.seen_by(who, self._clock())
            self._jobs.move_to_end(key)
            return self._in_line(job) if job.task.state == "waiting" else job.task

    def cancel(self, key: str, who: str = "") -> None:
        """Leave a job; where nobody else looks at it, it ends at once, and nothing of it is kept."""
        with self._lock:
            job = self._jobs.get(key)
            if job is None or not job.task.moves:
                return
            job.lookers.pop(who, None)
            job.gone.add(who)
            job.drop_stale(self._clock())
            if not job.lookers:
                self._end(job)

    def close(self) -> None:
        """End every job."""
        with self._lock:
            for job in self._jobs.values():
                self._end(job)

    @staticmethod
    def _end(job: _Job) -> None:
        if not job.task.moves:
            return
        job.task = Task("cancelled")
        if job.process is not None:
            with suppress(ValueError, OSError):
                job.process.terminate()

    def _in_line(self, job: _Job) -> Task:
        """A job that waits, with how many come before it and how far the one that runs is."""
        others = [each for each in self._jobs.values() if each.task.moves]
        runs = [each.task for each in others if each.task.state == "running"]
        earlier = [
            each for each in others if each.task.state == "waiting" and each.number < job.number
        ]
        first = runs[0] if runs else Task("none")
        before = len(runs) + len(earlier)
        return replace(job.task, before=before, first_done=first.done, first_of=first.of)

    def _leave_waiting(self, key: str, who: str) -> None:
        """Let a visitor leave the jobs that wait, but this one; those that nobody else looks at are dropped."""
        for other, job in list(self._jobs.items()):
            if other != key and job.task.state == "waiting" and who in job.lookers:
                del job.lookers[who]
                job.drop_stale(self._clock())
                if not job.lookers:
                    del self._jobs[other]

    def _drop_stale(self) -> None:
        """Drop the jobs that wait and that nobody looks at."""
        for key, job in list(self._jobs.items()):
            job.drop_stale(self._clock())
            if job.task.state == "waiting" and not job.lookers:
                del self._jobs[key]

    def _forget(self) -> None:
        for key in list(self._jobs):
            if len(self._jobs) <= KEPT:
                return
            if not self._jobs[key].task.moves:
                del self._jobs[key]

    def _serve(self) -> None:
        """Begin what waits, in the order in which it was asked for."""
        self._drop_stale()
        waiting = [job for job in self._jobs.values() if job.task.state == "waiting"]
        for job in sorted(waiting, key=lambda each: each.number):
            if sum(each.process is not None for each in self._jobs.values()) >= AT_ONCE:
                return
            self._begin(job)

    def _begin(self, job: _Job) -> None:
        """Start a job's process; where none can be had, it has failed, and the next is begun."""
        try:
            job.process, ours = _started(job.work, job.arguments)
            job.task = Task("running")
            threading.Thread(target=self._follow, args=(job, ours), daemon=True).start()
        except Exception:
            traceback.print_exc()
            if job.process is not None:  # there is no thread to follow it
                job.process.kill()
            job.process, job.task = None, Task("failed", told=NOT_STARTED)

    def _follow(self, job: _Job, ours: Connection) -> None:
        """Hear what a job tells until it ends; whatever happens, the next is begun."""
        otherwise = ENDED
        try:
            self._hear(job, ours)
        except (EOFError, OSError):
            pass
        except Exception:
            traceback.print_exc()
            otherwise = NOT_READ
        finally:
            with suppress(OSError, ValueError):
                _ended(job.process)
            ours.close()
            with self._lock:
                if job.task.moves:
                    job.task = Task("failed", told=otherwise)
                job.process = None
                self._serve()

    def _hear(self, job: _Job, ours: Connection) -> None:
        while True:
            kind, told = ours.recv()
            with self._lock:
                if not job.task.moves:
                    return
                job.task = _heard(kind, told)
                if not job.task.moves:
                    return


@dataclass(frozen=True, slots=True)
class VisitorTasks:
    """The long jobs as one visitor has them."""

    tasks: Tasks
    who: str

    def start(self, key: str, work: Callable[..., Any], *arguments: Any) -> None:
        """Have a job done, unless it is under way or done under this key."""
        self.tasks.start(key, work, *arguments, who=self.who)

    def look(self, key: str) -> Task:
        """How far a job is."""
        return self.tasks.look(key, self.who)

    def cancel(self, key: str) -> None:
        """Leave a job, which ends where nobody else looks at it."""
        self.tasks.cancel(key, self.who)


def _started(work: Callable[..., Any], arguments: tuple[Any, ...]) -> tuple[Any, Connection]:
    """A process that does a job, and where it is heard."""
    context = multiprocessing.get_context(start_method())
    ours, theirs = context.Pipe(duplex=False)
    try:
        process = context.Process(  # type: ignore[attr-defined] # not in the stubs of a context
            target=_do, args=(theirs, work, arguments)
        )
        with interrupts_held():  # which a process that starts now takes over
            process.start()
    except BaseException:
        ours.close()
        raise
    finally:
        theirs.close()
    return process, ours


def _ended(process: Any) -> None:
    """Wait for a process that has told all, and end it where it stays."""
    process.join(ENDS_WITHIN_SECONDS)
    if process.is_alive():
        process.kill()
        process.join()


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
