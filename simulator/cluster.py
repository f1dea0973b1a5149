"""Work spread over an existing Dask cluster, by the same rules as over this machine's processes."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from concurrent.futures import CancelledError, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import chain, islice
from typing import TYPE_CHECKING, Any, TypeVar
from weakref import WeakSet

from .errors import BadInput, Fault, MissingExtra, SimulatorError
from .workers import done_alone

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

T = TypeVar("T")

AHEAD = 3
"""Tasks for each thread of a worker that wait or are done."""
RETRIES = 3
"""How often a task is tried again where it failed for a reason of the cluster's."""
PATIENCE_SECONDS = 10
"""How long a scheduler may take to answer."""
WORKERS_WITHIN_SECONDS = 60
"""How long it may take until there is a worker; a cluster that grows when it is asked has been asked."""
HELD_BACK = ("asyncio", "distributed", "tornado")
"""Families of loggers that tell, with tracebacks, of connections that are told of here in one message."""
LOOKS_EVERY_SECONDS = 5
"""How often workers are counted while nothing is done."""
WHERE = "--scheduler"
GOES_ON = "what was done is kept, and the same command goes on from there"


@dataclass(frozen=True, slots=True)
class Cluster:
    """An existing Dask cluster.

    Parameters
    ----------
    address
        Of its scheduler: ``tcp://host:8786``, or ``tls://host:8786``.
    tls_ca, tls_cert, tls_key
        Files for TLS, handed to Dask as they are.
    """

    address: str
    tls_ca: str | None = None
    tls_cert: str | None = None
    tls_key: str | None = None


class OtherVersionError(SimulatorError):
    """A worker would make other numbers."""


def check_installed() -> None:
    """Say at once if the optional part that talks to a cluster is missing.

    Raises
    ------
    MissingExtra
        If it is.
    """
    _distributed()


def _distributed() -> Any:
    try:
        import distributed  # an optional part
    except ModuleNotFoundError as error:
        raise MissingExtra("running on a Dask cluster", "cluster") from error
    return distributed


def spread(
    work: Callable[..., T],
    tasks: Iterable[tuple[Any, ...]],
    cluster: Cluster,
    lost: Callable[..., T],
    check: Callable[[], str],
    threads_are: Callable[[int], None] | None = None,
    *,
    one_at_a_time: bool = False,
) -> Iterator[tuple[int, T]]:
    """Do a piece of work for each task on a cluster, and give each result as soon as it is there.

    A task whose worker dies is given to another one; where several workers die of it, `lost` stands for its
    result. Where there is no task the cluster is not asked.

    Parameters
    ----------
    work, tasks, lost
        As of `workers.spread`.
    check
        Something that must have the same answer on every worker as here, such as the version of the model.
    threads_are
        Told how many tasks can be done at once, whenever that is looked at.
    one_at_a_time
        Whether to have no other task on the cluster beside one: where a worker dies, all that it had count as what
        may have ended it.

    Raises
    ------
    BadInput
        If the scheduler does not answer, has no worker, or a worker has another version.
    SimulatorError
        If the scheduler goes away, or all workers.
    """
    waiting = enumerate(tasks)
    first = [*islice(waiting, 1)]
    if not first:
        return
    _distributed()  # which sets its loggers when it is imported
    with _quiet(), _client(cluster) as client:
        here = check()
        _check_alike(client, check, here, cluster)
        begin = partial(client.submit, _done, work, check, here, pure=False, retries=RETRIES)
        there = _There(client, threads_are)
        ahead = None if one_at_a_time else AHEAD
        yield from _results(there, begin, chain(first, waiting), lost, ahead)


@dataclass(frozen=True, slots=True)
class _There:
    """A cluster that answered."""

    client: Any
    threads_are: Callable[[int], None] | None

    def threads(self) -> int:
        """How many tasks can be done at once now."""
        threads = sum(self.client.nthreads().values())
        if threads and self.threads_are is not None:
            self.threads_are(threads)
        return threads

    def first_of(self, given: Iterable[Any]) -> Any:
        """The first task that is done, or one of them.

        Raises
        ------
        SimulatorError
            If for a while there is no worker.
        """
        futures = [*given]
        last_seen = time.monotonic()
        while True:
            try:
                done = _distributed().wait(futures, LOOKS_EVERY_SECONDS, "FIRST_COMPLETED").done
            except TimeoutError:
                if self.threads():
                    last_seen = time.monotonic()
                elif time.monotonic() - last_seen > WORKERS_WITHIN_SECONDS:
                    raise SimulatorError(f"{WHERE}: no worker is left; {GOES_ON}") from None
            else:
                return next(iter(done))


def _results(
    there: _There,
    begin: Callable[[tuple[Any, ...]], Any],
    waiting: Iterator[tuple[int, tuple[Any, ...]]],
    lost: Callable[..., T],
    ahead: int | None,
) -> Iterator[tuple[int, T]]:
    given: dict[Any, tuple[int, tuple[Any, ...]]] = {}
    while True:
        with _scheduler_there():
            room = 1 if ahead is None else ahead * max(1, there.threads())
        for place, task in islice(waiting, max(0, room - len(given))):  # workers may have gone
            with _scheduler_there():
                given[begin(task)] = (place, task)
        if not given:
            return
        with _scheduler_there():
            future = there.first_of(given)
            place, task = given.pop(future)
            result = _result(future, task, lost)
            future.release()
        yield place, result


def _done(
    work: Callable[..., T], check: Callable[[], str], wanted: str, task: tuple[Any, ...]
) -> T:
    """A task, done by a worker that may have come when the others had been asked for their version."""
    if (mine := check()) != wanted:
        raise OtherVersionError(mine)
    return done_alone(work, task)


def _result(future: Any, task: tuple[Any, ...], lost: Callable[..., T]) -> T:
    if future.status == "error":
        error = future.exception()
        if isinstance(error, _distributed().KilledWorker):
            return lost(*task)
        told = str(error) if isinstance(error, OtherVersionError) else _root(error)
        raise _unlike(told) from error
    result: T = future.result()
    return result


# The cluster


@contextmanager
def _client(cluster: Cluster) -> Iterator[Any]:
    """A connection to the scheduler, which ends with what is done on it."""
    security = _security(cluster)
    with _answering(cluster):
        _ask(cluster, security)
        client = _distributed().Client(cluster.address, security=security, timeout=PATIENCE_SECONDS)
    try:
        yield client
    finally:
        client.close()


@contextmanager
def _answering(cluster: Cluster) -> Iterator[None]:
    try:
        yield
    except (OSError, ValueError, TypeError, RuntimeError) as error:
        rule = "be the address of a Dask scheduler that answers"
        advice = "start one with: dask scheduler; give its address as tcp://host:8786"
        if cluster.address.startswith("tls:"):
            advice = "give --tls-ca, --tls-cert and --tls-key as the scheduler has them"
        got = f"{cluster.address or 'nothing'} ({_root(error)})"
        raise BadInput([Fault(WHERE, "the scheduler", rule, got, advice)]) from error


def _root(error: BaseException) -> str:
    """What was behind an error, in a line; that waiting for it was ended is no reason."""
    while before := error.__cause__ or error.__context__:
        if isinstance(before, asyncio.CancelledError):
            break
        error = before
    return " ".join(f"{type(error).__name__}: {error}".split())


def _ask(cluster: Cluster, security: Any) -> None:
    """See whether anybody answers: a client that finds nobody would still be trying when Python ends."""
    kind = security or _distributed().Security()
    arguments = kind.get_connection_args("client")

    async def asked() -> None:
        from distributed.comm import connect

        comm = await connect(cluster.address, timeout=PATIENCE_SECONDS, **arguments)
        await comm.close()

    with ThreadPoolExecutor(1) as aside:  # a notebook has an event loop of its own
        aside.submit(asyncio.run, asked()).result()


def _security(cluster: Cluster) -> Any:
    """Files for TLS in Dask's own form; None where there are none."""
    tls = {
        "tls_ca_file": cluster.tls_ca,
        "tls_client_cert": cluster.tls_cert,
        "tls_client_key": cluster.tls_key,
    }
    given = {name: file for name, file in tls.items() if file is not None}
    return _distributed().Security(**given, require_encryption=True) if given else None


class _Silence(logging.Filter):
    """Keeps Dask's own messages about our connections from the terminal; a user's files of them are theirs.

    Their connections are closed by other threads, some of them when Python ends: so what was begun for us stays
    silent, and so does the end.
    """

    def __init__(self) -> None:
        super().__init__()
        self.times_on = 0
        self.threads: WeakSet[threading.Thread] = WeakSet()

    def filter(self, record: logging.LogRecord) -> bool:
        if record.name.partition(".")[0] not in HELD_BACK:
            return True
        ours = self.times_on > 0 or threading.current_thread() in self.threads
        return not ours and threading.main_thread().is_alive()


_silence = _Silence()


@contextmanager
def _quiet() -> Iterator[None]:
    """Be silent about connections for a while, and about what is left of them for good."""
    for handler in _to_the_terminal():
        handler.addFilter(_silence)
    before = WeakSet(threading.enumerate())
    _silence.times_on += 1
    try:
        yield
    finally:
        _silence.threads.update(each for each in threading.enumerate() if each not in before)
        _silence.times_on -= 1


def _to_the_terminal() -> Iterator[logging.Handler]:
    """Where messages of Dask come out, but for files."""
    loggers = [*logging.Logger.manager.loggerDict.items()]  # another thread may add one
    heard = [each for name, each in loggers if name.partition(".")[0] in HELD_BACK]
    for logger in (logging.getLogger(), *heard):
        if isinstance(logger, logging.Logger):  # and no name that only has others below it
            yield from (
                each for each in logger.handlers if not isinstance(each, logging.FileHandler)
            )
    if logging.lastResort is not None:
        yield logging.lastResort


@contextmanager
def _scheduler_there() -> Iterator[None]:
    """Say in one message that the scheduler went away, whatever it is that notices."""
    try:
        yield
    except (CancelledError, OSError) as error:
        raise SimulatorError(f"{WHERE}: the scheduler went away; {GOES_ON}") from error


def _check_alike(client: Any, check: Callable[[], str], here: str, cluster: Cluster) -> None:
    """Refuse workers that would make other numbers."""
    with _scheduler_there():
        try:
            client.submit(check, pure=False).result(timeout=WORKERS_WITHIN_SECONDS)
            told = client.run(check)
        except TimeoutError as error:
            advice = f"start one with: dask worker {cluster.address}"
            raise BadInput(
                [Fault(WHERE, "the scheduler", "have a worker", "none", advice)]
            ) from error
        except (CancelledError, OSError):
            raise
        except Exception as error:
            raise _unlike(_root(error)) from error
    if other := {address: each for address, each in told.items() if each != here}:
        raise _unlike(", ".join(f"{at}: {each}" for at, each in sorted(other.items())), here)


def _unlike(got: str, here: str = "") -> BadInput:
    rule = f"have the version of the model that is here{here and f', {here}'}"
    advice = "install the same version on the scheduler and on every worker"
    return BadInput([Fault(WHERE, "every worker", rule, got, advice)])
