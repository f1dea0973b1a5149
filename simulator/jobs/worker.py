"""A process that stays and does one piece of work after another; one that takes too long is ended."""

from __future__ import annotations

import multiprocessing
import os
import signal
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from ..errors import SimulatorError
from ..model import replicate_once
from ..scenario import load
from ..workers import interrupts_held, serve

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.connection import Connection

WARM_UP = "baseline_2008"
_ONE_YEAR = (
    "years=1",
    "formula.pot_gbp=373000000",
    "formula.phase_in_share=1.0",
)
STARTS_WITHIN_SECONDS = 120.0
"""Longest that a process may take to load what it needs, which a busy machine does in some seconds."""
NOT_READY = (
    f"run: a worker process did not start within {STARTS_WITHIN_SECONDS:g} seconds; try again later"
)
GIVES_WAY = 5
"""How much less a worker's claim to a core is, in the steps of `os.nice`."""
ENDS_WITHIN_SECONDS = 5.0
BROKEN = "a worker process was ended from outside"
GIVE_UP = getattr(signal, "SIGUSR1", None)
"""What tells a worker to let go of what it does, where a system has such signals."""


class GivenUp(Exception):
    """Nobody wants what was being done any more."""


class Worker:
    """A process that waits for work.

    Parameters
    ----------
    start_method
        How it starts: `forkserver` or `spawn`.
    """

    def __init__(self, start_method: str):
        context = multiprocessing.get_context(start_method)
        self._ours, theirs = context.Pipe()
        self._process = context.Process(  # type: ignore[attr-defined] # not in the stubs of a context
            target=_work, args=(theirs,), daemon=True
        )
        try:
            with interrupts_held():  # which a process that starts now takes over
                self._process.start()
        except BaseException:
            self._ours.close()
            raise
        finally:
            theirs.close()
        self._is_ready = self._is_ended = False

    def do(self, work: Callable[..., Any], told: tuple[Any, ...], limit_seconds: float) -> Any:
        """Have something done, and wait for what comes of it.

        Parameters
        ----------
        limit_seconds
            How long it may take from when the process is ready for it.

        Raises
        ------
        BrokenProcessPool
            If the process is ended from outside; it is of no more use.
        SimulatorError
            If it takes too long; the process is ended.
        """
        try:
            if not self._is_ready:
                self._heard(STARTS_WITHIN_SECONDS, NOT_READY)
                self._is_ready = True
            self._ours.send((work, told))
            went_well, came = self._heard(limit_seconds, _too_long(limit_seconds))
        except (EOFError, OSError) as error:
            self.end()
            raise BrokenProcessPool(BROKEN) from error
        if not went_well:
            raise came
        return came

    def _heard(self, within_seconds: float, otherwise: str) -> Any:
        if not self._ours.poll(within_seconds):
            self.end()
            raise SimulatorError(otherwise)
        return self._ours.recv()

    def give_up(self) -> None:
        """Have it let go of what it does, if it does anything; what waits for that gets `GivenUp`.

        The call may come too late and hit the next piece of work, so whoever gets `GivenUp` may have to ask again.
        """
        pid = self._process.pid
        if GIVE_UP is not None and pid is not None and self._is_ready and self.is_alive:
            with suppress(ProcessLookupError):
                os.kill(pid, GIVE_UP)

    @property
    def is_alive(self) -> bool:
        """Whether its process runs and may be given work."""
        return not self._is_ended and bool(self._process.is_alive())

    def end(self) -> None:
        """End its process, whatever it does."""
        self._is_ended = True
        self._process.kill()
        self._process.join(ENDS_WITHIN_SECONDS)


def _too_long(seconds: float) -> str:
    return (
        f"run: a replication was ended since it took more than {seconds:g} seconds; what was done is kept;"
        " choose fewer people, years or partnerships"
    )


def _work(theirs: Connection) -> None:
    """Do what is asked, until nobody asks any more."""
    serve()
    _give_way()
    # It lives once, so that the first who asks does not wait for all that is loaded and made ready by that.
    replicate_once(load(WARM_UP, [*_ONE_YEAR]), 0, 0)
    doing = _Doing()
    if GIVE_UP is not None:
        signal.signal(GIVE_UP, doing.let_go)
    theirs.send("ready")
    while True:
        try:
            told = theirs.recv()
        except EOFError:
            return
        try:
            answer = True, doing.do(*told)
        except Exception as error:  # it is raised again where the work was asked for
            answer = False, error
        _send(theirs, answer)


class _Doing:
    """What a worker does now, if anything: only that is let go of when it is told to."""

    def __init__(self) -> None:
        self._is_doing = False

    def do(self, work: Callable[..., Any], told: tuple[Any, ...]) -> Any:
        self._is_doing = True
        try:
            return work(*told)
        finally:
            self._is_doing = False

    def let_go(self, *_: Any) -> None:
        if self._is_doing:
            self._is_doing = False
            raise GivenUp


def _give_way() -> None:
    """Let the program that draws the pages go first where both want a core: it takes little, and people wait for it."""
    if hasattr(os, "nice"):
        os.nice(GIVES_WAY)


def _send(theirs: Connection, answer: tuple[bool, Any]) -> None:
    try:
        theirs.send(answer)
    except OSError:
        raise
    except Exception as error:  # it cannot be sent, but what is wrong with it can
        theirs.send((False, TypeError(f"{type(error).__name__}: {error}")))
