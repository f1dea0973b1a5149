"""Thousands of runs: cells of a study, each run once and kept, on processes or on a cluster."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, overload

from ..cluster import Cluster
from ..errors import BadInput, Fault
from ..study import check
from .bench import Asked, Bench, Failed
from .cell import Cell, Lived, live
from .progress import shown
from .result import Sweep
from .salib import to_salib_problem
from .store import Store
from .written import write

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..scenario import Scenario
    from ..study import Checked, Study, Written
    from ..workers import Progress
    from .cell import Model

__all__ = [
    "Asked",
    "Bench",
    "Cell",
    "Cluster",
    "Failed",
    "Lived",
    "Store",
    "Sweep",
    "bench_of",
    "check_apart",
    "live",
    "run",
    "store_folder",
    "sweep",
    "to_salib_problem",
    "write",
]

CELLS = "cells"
"""The folder beside a sweep's own in which cells are kept, for all sweeps there."""


@overload
def store_folder(out: str | Path, cells: str | Path | None) -> Path: ...


@overload
def store_folder(out: str | Path | None, cells: str | Path | None) -> Path | None: ...


def store_folder(out: str | Path | None, cells: str | Path | None) -> Path | None:
    """Where cells are kept: where it is said, or beside the folder of the result, or in memory."""
    if cells is not None:
        return Path(cells)
    return None if out is None else Path(out).absolute().parent / CELLS


def check_apart(out: str | Path | None, cells: str | Path | None) -> None:
    """Refuse a folder for results that is also the one for cells.

    Raises
    ------
    BadInput
        If they are the same.
    """
    kept = store_folder(out, cells)
    if out is not None and kept is not None and Path(out).absolute() == kept.absolute():
        rule, advice = "be another folder than that of the cells", "name another folder"
        raise BadInput([Fault("sweep", "out", rule, str(out), advice)])


def bench_of(
    study: str | Path | Mapping[str, Any] | Study | Written | Checked,
    *,
    out: str | Path | None = None,
    cells: str | Path | None = None,
    workers: int | None = 1,
    cluster: str | Cluster | None = None,
    changes: Sequence[str] = (),
    scenarios: Sequence[Scenario] | None = None,
    model: Model = live,
    progress: Progress | None = None,
) -> Bench:
    """A study made ready to run; parameters and errors are those of `sweep`."""
    from ..study import Checked

    checked = (
        study if isinstance(study, Checked) else check(study, changes=changes, scenarios=scenarios)
    )
    if workers is not None and (not isinstance(workers, int) or workers < 1):
        rule = "be a whole number of at least 1"
        raise BadInput([Fault("sweep", "workers", rule, repr(workers), "give 1 or more")])
    check_apart(out, cells)
    where = Cluster(cluster) if isinstance(cluster, str) else cluster
    store = Store(store_folder(out, cells))
    return Bench(checked, store, workers, where, model, progress)


def sweep(
    study: str | Path | Mapping[str, Any] | Study | Written | Checked,
    *,
    out: str | Path | None = None,
    cells: str | Path | None = None,
    workers: int | None = 1,
    cluster: str | Cluster | None = None,
    changes: Sequence[str] = (),
    scenarios: Sequence[Scenario] | None = None,
    resume: bool = True,
    model: Model = live,
    progress: Progress | bool | None = None,
    command: str = "",
) -> Sweep:
    """Run every scenario of a study at every point of its design.

    A cell is one scenario at one point, with seed and replications. Each has a text that identifies it, and one
    that has been run is never run again, in this sweep or another one that keeps its cells in the same place.

    Parameters
    ----------
    study
        A path to a ``.yaml`` file, the same as a mapping, or a study that was read or checked.
    out
        A folder for the tables; without it nothing is written.
    cells
        A folder for cells; by default one beside `out`, and without either they stay in memory.
    workers
        Processes; None for one on each core. Results do not depend on it. A script that asks for more than one
        keeps what it does under ``if __name__ == "__main__":``.
    cluster
        A Dask cluster to run on instead: the address of its scheduler, or a `Cluster` with files for TLS.
    changes
        Changes to every scenario, such as ``plan.move_on_delay_days=90``.
    scenarios
        Scenarios to use instead of those that the study names.
    resume
        Whether cells that were run before are taken over; without, all are run again.
    model
        What makes a cell's numbers, where it is not the simulator: a function of a module, from a `Cell` to a
        `Lived`.
    progress
        True for a bar, in a terminal or a notebook; or something to be told how many cells are done, and of how
        many.
    command
        What made it, for the data package.

    Raises
    ------
    BadInput
        With every fault of the study; or if the cluster does not answer.

    Examples
    --------
    >>> import simulator as sim
    >>> result = sim.sweep("study.yaml", out="results/study", workers=None, progress=True)
    >>> table = result.differences
    """
    with shown(progress) as told:
        bench = bench_of(
            study,
            out=out,
            cells=cells,
            workers=workers,
            cluster=cluster,
            changes=changes,
            scenarios=scenarios,
            model=model,
            progress=told,
        )
        result = run(bench, resume=resume)
    if out is not None:
        write(result, Path(out), command)
    return result


def run(bench: Bench, *, resume: bool = True) -> Sweep:
    """Run every scenario of a study at every point of its design."""
    points = bench.checked.points()
    if not resume:
        bench.store.forget_all()
    return Sweep(bench, bench.run(points))
