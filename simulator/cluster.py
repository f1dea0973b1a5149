"""Work spread over an existing Dask cluster, by the same rules as over this machine's processes."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar

from .errors import BadInput, Fault, MissingExtra, SimulatorError
from .workers import done_alone

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

T = TypeVar("T")

AHEAD = 3
"""Tasks for each thread of a worker that wait or are done."""
RETRIES = 3
"""How often a task is tried again where it failed for a reason of the cluster's."""
PATIENCE_SECONDS = 30


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


def _client(cluster: Cluster) -> Any:
    dd = _distributed()
    tls = {
        "tls_ca_file": cluster.tls_ca,
        "tls_client_cert": cluster.tls_cert,
        "tls_client_key": cluster.tls_key,
    }
    given = {name: file for name, file in tls.items() if file is not None}
    security = dd.Security(**given, require_encryption=True) if given else None
    try:
        return dd.Client(cluster.address, security=security, timeout=PATIENCE_SECONDS)
    except (OSError, TimeoutError, ValueError, TypeError, RuntimeError) as error:
        rule = "be the address of a Dask scheduler that answers"
        advice = "start one with: dask scheduler; give its address as tcp://host:8786"
        fault = Fault("--scheduler", "the scheduler", rule, cluster.address, advice)
        raise BadInput([fault]) from error


def spread(
    work: Callable[..., T],
    tasks: Iterable[tuple[Any, ...]],
    cluster: Cluster,
    lost: Callable[..., T],
    check: Callable[[], str] | None = None,
) -> Iterator[tuple[int, T]]:
    """Do a piece of work for each task on a cluster, and give each result as soon as it is there.

    A task whose worker dies is given to another one; where several workers die of it, `lost` stands for its
    result.

    Parameters
    ----------
    work, tasks, lost
        As of `workers.spread`.
    check
        Something that must have the same answer on every worker as here, such as the version of the model.

    Raises
    ------
    BadInput
        If the scheduler does not answer, or a worker has another version.
    """
    dd = _distributed()
    client = _client(cluster)
    try:
        if check is not None:
            _check_alike(client, check)
        waiting = enumerate(tasks)
        given: dict[Any, tuple[int, tuple[Any, ...]]] = {}
        ready = dd.as_completed(raise_errors=False)
        while True:
            for place, task in islice(waiting, _ahead(client) - len(given)):
                future = client.submit(done_alone, work, task, pure=False, retries=RETRIES)
                given[future] = (place, task)
                ready.add(future)
            if not given:
                return
            future = next(ready)
            place, task = given.pop(future)
            yield place, _result(dd, future, task, lost)
            future.release()
    finally:
        client.close()


def _ahead(client: Any) -> int:
    return AHEAD * max(1, sum(client.nthreads().values()))


def _result(dd: Any, future: Any, task: tuple[Any, ...], lost: Callable[..., T]) -> T:
    try:
        result: T = future.result()
    except dd.KilledWorker:
        return lost(*task)
    except dd.CancelledError as error:
        raise SimulatorError("The scheduler went away; what was done is kept: try again") from error
    return result


def _check_alike(client: Any, check: Callable[[], str]) -> None:
    """Refuse workers that would make other numbers."""
    here = check()
    try:
        told = client.run(check)
    except Exception as error:
        rule, advice = "have the simulator installed", "install the same version on every worker"
        fault = Fault("--scheduler", "every worker", rule, type(error).__name__, advice)
        raise BadInput([fault]) from error
    if other := {address: each for address, each in told.items() if each != here}:
        rule, advice = f"have version {here}", "install the same version on every worker"
        got = ", ".join(f"{address}: {each}" for address, each in sorted(other.items()))
        raise BadInput([Fault("--scheduler", "every worker", rule, got, advice)])
