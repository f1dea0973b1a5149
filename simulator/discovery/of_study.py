"""Scenario discovery as a study asks for it: its section read, its points run as cells."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..study import Checked
from ..study import check as check_study
from ..sweeps import Sweep, bench_of
from ..sweeps import run as run_cells
from ..sweeps.progress import shown
from .covering import find
from .section import SECTION, Discovery, check
from .written import write

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..cluster import Cluster
    from ..study import Study, Written
    from ..sweeps import Bench
    from ..workers import Progress
    from .result import Discovered


def prepare(checked: Checked) -> Discovery:
    """Read what a study asks of scenario discovery, and check it.

    Raises
    ------
    BadInput
        With every fault of the section, by line.
    """
    asked = checked.written.section(SECTION, Discovery)
    check(asked, checked)
    return asked


def of_sweep(result: Sweep, asked: Discovery | None = None) -> Discovered:
    """The assumptions under which a plan fails, out of a sweep that was run.

    Parameters
    ----------
    asked
        What failing is; by default what the study says.

    Raises
    ------
    BadInput
        With every fault of what was asked.
    """
    if asked is None:
        asked = prepare(result.checked)
    else:
        check(asked, result.checked)
    return find(
        result.points,
        result.values,
        result.dimensions,
        [each.name for each in result.scenarios],
        result.outcomes,
        asked,
        names={each.name: each.title for each in result.scenarios},
        seed=result.checked.seed,
    )


def run(bench: Bench, *, resume: bool = True) -> Discovered:
    """Run every cell of a study on a bench, which keeps them, and look where a plan fails."""
    asked = prepare(bench.checked)
    return of_sweep(run_cells(bench, resume=resume), asked)


def discover(
    study: str | Path | Mapping[str, Any] | Study | Written | Checked | Sweep,
    *,
    out: str | Path | None = None,
    cells: str | Path | None = None,
    workers: int | None = 1,
    cluster: str | Cluster | None = None,
    changes: Sequence[str] = (),
    progress: Progress | bool | None = None,
) -> Discovered:
    """Look for the assumptions under which a plan fails: a few plain limits, tried on worlds not used to find them.

    Parameters
    ----------
    study
        A study with a section `discovery`: a name of the library, a path to a ``.yaml`` file, the same as a mapping,
        a study that was read or checked, or a sweep of it that was run.
    out
        A folder for tables and the record; without it nothing is written.
    cells
        A folder for cells; by default one beside `out`, and without either they stay in memory.
    workers
        Processes; None for one on each core. Results do not depend on it.
    cluster
        A Dask cluster to run on instead.
    changes
        Changes to every scenario, such as ``plan.stretch_share=0.1``.
    progress
        True for a bar; or something to be told how many cells are done, and of how many.

    Raises
    ------
    BadInput
        With every fault of the study.

    Examples
    --------
    >>> import simulator as sim
    >>> found = sim.discover("study.yaml", out="results/fails", workers=None, progress=True)
    >>> found.verdict, len(found.boxes)
    >>> table = found.table
    """
    if isinstance(study, Sweep):
        found = of_sweep(study)
    else:
        checked = study if isinstance(study, Checked) else check_study(study, changes=changes)
        prepare(checked)
        with shown(progress) as told:
            found = run(
                bench_of(
                    checked, out=out, cells=cells, workers=workers, cluster=cluster, progress=told
                )
            )
    if out is not None:
        write(found, Path(out))
    return found
