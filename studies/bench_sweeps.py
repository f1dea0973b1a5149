"""How fast sweeps are: two processes against one, what is not the cells' own time, and what memory they take.

    python -m studies.bench_sweeps

Others may use the machine, so that seconds mean little: what is compared is run in turns within one run, and told as
medians of ratios with their spread. What a sweep takes beside its cells is also taken within one sweep, whose model
notes its own time: both parts are then slowed alike by whatever else goes on.
"""

from __future__ import annotations

import json
import math
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from multiprocessing import active_children
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import yaml

from simulator.measures import MEASURES
from simulator.study import check
from simulator.sweeps import Lived, bench_of, live, sweep
from simulator.workers import done_alone
from simulator.years import year_names

if TYPE_CHECKING:
    from collections.abc import Callable

    from simulator.study import Checked
    from simulator.sweeps import Cell

ROOT = Path(__file__).parents[1]
PAIRS = 5
POINTS = 200
"""Cells of a tenth of a second each that are run in a round."""
BARE = 5
"""Of so many one is also run with nothing around it."""
MANY = (500, 5_000)
"""Cells of sweeps whose memory is compared."""
STUDY = {
    "title": "A sweep to be timed",
    "scenarios": ["small.yaml"],
    "factors": {
        "cost": {
            "path": "world.groups.opiate.treatment.cost_ready_gbp_per_week",
            "range": "evidence",
        },
        "stretch": {"path": "plan.stretch_share", "range": [0.0, 0.2]},
    },
    "replications": 2,
    "measures": ["in_recovery", "allocation_gbp@last", "in_effective_treatment"],
}
WORLD = {
    "extends": "baseline_2008",
    "title": "A tenth of a partnership",
    "question": "How long does a sweep take?",
    "description": "The baseline with a tenth of its people and money. It describes no place.",
    "partnerships": {"Town": {"size": 0.1}},
}

OWN_SECONDS = [0.0]
"""What the model took in this process."""


def timed(cell: Cell) -> Lived:
    """The simulator, with a note of its own time."""
    begun = time.perf_counter()
    lived = live(cell)
    OWN_SECONDS[0] += time.perf_counter() - begun
    return lived


def cheap(cell: Cell) -> Lived:
    """Numbers that cost nothing to make."""
    scenario = cell.scenario
    groups = (*scenario.world.groups, "all")
    shape = (1, 1, len(MEASURES), scenario.years, len(groups))
    values = np.full(shape, scenario.plan.stretch_share)
    years = year_names(scenario.first_year, scenario.years)
    return Lived(tuple(scenario.partnerships), years, groups, values)


def lay_out(folder: Path, points: int) -> Path:
    """Write the study; where it is."""
    (folder / "small.yaml").write_text(yaml.safe_dump(WORLD, sort_keys=False), encoding="utf-8")
    study = folder / f"of_{points}.yaml"
    told = STUDY | {"design": {"kind": "latin_hypercube", "points": points}}
    study.write_text(yaml.safe_dump(told, sort_keys=False), encoding="utf-8")
    return study


def _wall(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


@dataclass(frozen=True)
class Taken:
    """What a sweep took, with keys, store and tables.

    Parameters
    ----------
    seconds, until_first
        By the clock: all of it, and until its first cell was done.
    here, workers
        Processor time of the process that was started, and of its workers, their start among it.
    """

    seconds: float
    until_first: float
    here: float
    workers: float


def _swept(study: Checked, workers: int, model: Callable[[Cell], Lived]) -> Taken:
    """What a sweep takes in an empty folder."""
    first: list[float] = []
    theirs = [0.0]
    begun, own = time.perf_counter(), time.process_time()

    def told(done: int, _: int) -> None:
        if done and not first:
            first.append(time.perf_counter() - begun)
        theirs[0] = sum(_processor_seconds(each.pid) for each in active_children())

    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "x"
        seconds = _wall(lambda: sweep(study, out=out, workers=workers, model=model, progress=told))
    return Taken(seconds, first[0], time.process_time() - own, theirs[0])


def _processor_seconds(process: int | None) -> float:
    """What a process has taken so far, where Linux tells; else nothing."""
    try:
        fields = (
            Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        )
    except OSError:
        return math.nan
    return sum(map(int, fields[11:13])) / os.sysconf("SC_CLK_TCK")


def _bare(cells: list[Cell]) -> float:
    """Seconds of a cell with nothing around it."""

    def run() -> None:
        for cell in cells:
            done_alone(live, (cell,))

    return _wall(run) / len(cells)


def throughput(study: Checked) -> None:
    """Two processes against one, and what one takes beside its cells, in turns."""
    bench = bench_of(study)
    cells = [bench.cell(0, point) for point in study.points().tolist()]
    many = len(cells)
    _bare(cells[:2])
    bare, one, two, beside = [], [], [], []
    for _ in range(PAIRS):
        bare.append(_bare(cells[::BARE]))
        OWN_SECONDS[0] = 0.0
        one.append(_swept(study, 1, timed))
        beside.append(one[-1].seconds / OWN_SECONDS[0] - 1)
        two.append(_swept(study, 2, live))
    load = " ".join(f"{each:.1f}" for each in os.getloadavg())
    cell = 1000 * statistics.median(bare)
    print(f"\nsweeps of {many} cells of {cell:.0f} ms, {PAIRS} rounds in turns: median (range)")
    print(f"load of the machine meanwhile          {load}")
    for name, told in (("one process", one), ("two processes", two)):
        print(f"{name:38s} {_spread([many / each.seconds for each in told])} cells a second")
    print(f"until the first cell of two processes  {_spread([each.until_first for each in two])} s")
    both = [*zip(one, two, strict=True)]
    print(
        f"two against one                        {_spread([a.seconds / b.seconds for a, b in both])}; 1.6 is asked"
    )
    at_best = [2 * a.here / (b.here + b.workers) for a, b in both]
    print(f"by processor time, on two free cores   {_spread(at_best)} at best")
    for name, each in (
        ("one", [a.here for a, _ in both]),
        ("two, where it was started", [b.here for _, b in both]),
        ("two, workers", [b.workers for _, b in both]),
    ):
        print(f"processor time, {name:23s}{_spread(each, 1000 / many)} ms a cell")
    print(f"beside the cells, within one sweep     {_spread(beside, 100)}%; under 10 is asked")
    apart = [each.seconds / many / alone - 1 for each, alone in zip(one, bare, strict=True)]
    print(f"the same, against bare cells in turns  {_spread(apart, 100)}%")


def _spread(told: list[float], times: float = 1) -> str:
    low, middle, high = (times * each for each in (min(told), statistics.median(told), max(told)))
    return f"{middle:8.2f} ({low:.2f} to {high:.2f})"


# Memory


def child(study: str, folder: str) -> None:
    """A sweep of cells that cost nothing, and the most memory that this process held."""
    swept = sweep(study, out=Path(folder) / "x", workers=2, model=cheap)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    print(json.dumps([swept.asked.run, peak]))


def memory(folder: Path) -> None:
    """The most that the process holds that was started, for few cells and for ten times as many."""
    print("\ncells of a sweep    peak memory of the process that was started, MB")
    peaks = []
    for many in MANY:
        asks = "import sys; from studies.bench_sweeps import child; child(*sys.argv[1:])"
        with tempfile.TemporaryDirectory() as out:
            told = subprocess.run(
                [sys.executable, "-c", asks, str(lay_out(folder, many)), out],
                cwd=ROOT,
                stdout=subprocess.PIPE,
                check=True,
            )
        run, peak = json.loads(told.stdout)
        peaks.append(peak)
        print(f"{run:16,d} {peak:12,.0f}")
    more = 1000 * (peaks[1] - peaks[0]) / (MANY[1] - MANY[0])
    print(f"{more:.1f} kB for each further cell")


def main() -> None:
    """Speed, then memory."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        throughput(check(lay_out(folder, POINTS)))
        memory(folder)


if __name__ == "__main__":
    main()
