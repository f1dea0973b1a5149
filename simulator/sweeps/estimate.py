"""What a sweep would take, before it is run: cells, time and disk, from a few replications of each scenario."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from .. import wording
from ..errors import BadInput
from ..precision import Precision
from ..precision.stopping import PILOT
from ..scenario.size import in_words
from .batches import Batch, live_batch
from .store import batch_bytes
from .tables import ending

if TYPE_CHECKING:
    from .bench import Bench, Floats
    from .cell import Cell, Lived

TRIED = 4
"""Replications that are tried; one more comes before them, since the first of a process is slower."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a sweep would take.

    Parameters
    ----------
    points, scenarios, cells
        How many there are.
    found
        Cells that have been run before.
    twins
        Cells that are the same as another one of the study.
    impossible
        Cells whose values make no scenario that would load.
    replications
        Of each cell: how many, or fewest and most where a precision is wanted.
    seconds
        Lowest and highest estimate of the time that is left.
    disk_bytes
        The same of what the store would take.
    workers
        Processes that it was reckoned for.
    """

    points: int
    scenarios: int
    cells: int
    found: int
    twins: int
    impossible: int
    replications: tuple[int, int]
    seconds: tuple[float, float]
    disk_bytes: tuple[float, float]
    workers: int

    @property
    def left(self) -> int:
        """Cells that are still to run."""
        return self.cells - self.found - self.twins - self.impossible

    def sentences(self) -> list[str]:
        """The same in words."""
        points = wording.counted(self.points, "point")
        scenarios = wording.counted(self.scenarios, "scenario")
        told = [f"{wording.counted(self.cells, 'cell')}: {points} of {scenarios}."]
        if self.found:
            told.append(f"{wording.counted(self.found, 'cell')} of them were run before.")
        if self.twins:
            told.append(f"{wording.counted(self.twins, 'cell')} the same as another, and run once.")
        if self.impossible:
            verb = "makes" if self.impossible == 1 else "make"
            cells = wording.counted(self.impossible, "cell")
            told.append(f"{cells} {verb} no scenario that would load, and would be told as failed.")
        if not self.left:
            return [*told, "Nothing is left to run."]
        least, most = self.replications
        runs = f"{least:,}" if least == most else f"{least:,} to {most:,}"
        told.append(f"{wording.counted(self.left, 'cell')} to run, {runs} replications each.")
        words = _between([_time(each) for each in self.seconds])
        processes = wording.counted(self.workers, "process").replace("processs", "processes")
        told.append(f"About {words} with {processes}, by a few replications of each scenario.")
        told.append(f"About {_between([in_words(each) for each in self.disk_bytes])} of disk.")
        return told


def _between(words: list[str]) -> str:
    return words[0] if words[0] == words[1] else f"{words[0]} to {words[1]}"


def _time(seconds: float) -> str:
    for size, name in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds >= 2 * size:
            return f"{seconds / size:,.0f} {name}s"
    return f"{max(1.0, seconds):,.0f} seconds"


def estimate(bench: Bench, points: Floats | None = None) -> Estimate:
    """What a sweep would take; a few replications of each scenario are run, and none is kept.

    Parameters
    ----------
    points
        By point and dimension; by default those of the study's design.
    """
    checked = bench.checked
    points = checked.points() if points is None else points
    scenarios = len(checked.scenarios)
    found = twins = impossible = 0
    tried: dict[int, Cell] = {}
    pending: set[str] = set()
    for point in points.tolist():
        for scenario in range(scenarios):
            try:
                cell = bench.cell(scenario, point)
            except BadInput:
                impossible += 1
                continue
            key = cell.key(bench.version)
            if key in bench.store:
                found += 1
                continue
            if key in pending:
                twins += 1
                continue
            pending.add(key)
            tried.setdefault(scenario, bench.cell(scenario, point, size=1))
    seconds, size = _of_one(bench, [*tried.values()])
    wanted = checked.size
    least, most = (
        (PILOT, wanted.max_replications) if isinstance(wanted, Precision) else (wanted, wanted)
    )
    left = len(points) * scenarios - found - twins - impossible
    hands = bench.hands
    return Estimate(
        points=len(points),
        scenarios=scenarios,
        cells=len(points) * scenarios,
        found=found,
        twins=twins,
        impossible=impossible,
        replications=(least, most),
        seconds=(left * least * seconds / hands, left * most * seconds / hands),
        disk_bytes=(left * least * size, left * most * size),
        workers=hands,
    )


def _of_one(bench: Bench, cells: list[Cell]) -> tuple[float, float]:
    """Seconds and bytes of one replication, on average over the scenarios."""
    if not cells:
        return 0.0, 0.0
    seconds = size = 0.0
    for cell in cells:
        live_batch(_tried(bench, cell))
        begun = time.perf_counter()
        done = live_batch(_tried(bench, replace(cell, size=TRIED)))
        seconds += (time.perf_counter() - begun) / TRIED
        if done.lived:
            size += _bytes_of_one(done.lived[0])
    return seconds / len(cells), size / len(cells)


def _tried(bench: Bench, cell: Cell) -> Batch:
    return Batch(("tried",), (cell,), bench.model, None, ending())


def _bytes_of_one(lived: Lived) -> float:
    """What one replication more adds to a file, which has parts of a fixed size besides."""
    first = replace(lived, values=lived.values[:1])
    one, all_of_them = (len(batch_bytes(["tried"], [each])) for each in (first, lived))
    return (all_of_them - one) / max(1, len(lived.values) - 1)
