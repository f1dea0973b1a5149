"""How fast sweeps are: two processes against one, what is not the cells' own time, and what memory they take.

    python -m studies.bench_sweeps

Others may use the machine, so that seconds mean little: what is compared is run in turns within one run, and told as
medians of ratios with their spread. What a sweep takes beside its cells is also taken within one sweep, whose model
notes its own time: both parts are then slowed alike by whatever else goes on.
"""

from __future__ import annotations

import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
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
POINTS = 60
"""Cells of a tenth of a second each that are run in a round."""
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


def _swept(study: Checked, workers: int = 1, model: Callable[[Cell], Lived] = live) -> float:
    """Seconds of a sweep with keys, store and tables, in an empty folder."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "x"
        return _wall(lambda: sweep(study, out=out, workers=workers, model=model))


def _bare(cells: list[Cell]) -> float:
    """Seconds of the same cells with nothing around them."""

    def run() -> None:
        for cell in cells:
            done_alone(live, (cell,))

    return _wall(run)


def throughput(study: Checked) -> None:
    """Two processes against one, and what one takes beside its cells, in turns."""
    bench = bench_of(study)
    cells = [bench.cell(0, point) for point in study.points().tolist()]
    _bare(cells[:2])
    found: dict[str, list[float]] = {"bare": [], "one": [], "two": [], "beside": []}
    for _ in range(PAIRS):
        found["bare"].append(_bare(cells))
        found["one"].append(_swept(study))
        found["two"].append(_swept(study, workers=2))
        OWN_SECONDS[0] = 0.0
        whole = _swept(study, model=timed)
        found["beside"].append(whole / OWN_SECONDS[0] - 1)
    many = len(cells)
    own = statistics.median(found["bare"]) / many
    load = " ".join(f"{each:.1f}" for each in os.getloadavg())
    print(
        f"\nsweeps of {many} cells of {1000 * own:.0f} ms, medians of {PAIRS} rounds in turns; load {load}"
    )
    for name, told in (("one process", "one"), ("two processes", "two")):
        print(f"{name:38s} {many / statistics.median(found[told]):8.2f} cells a second")
    faster = [one / two for one, two in zip(found["one"], found["two"], strict=True)]
    print(f"two against one                        {_spread(faster)}; 1.6 is asked")
    beside = [one / bare - 1 for one, bare in zip(found["one"], found["bare"], strict=True)]
    print(
        f"beside the cells, within one sweep     {_spread(found['beside'], 100)}% of their time; under 10 is asked"
    )
    print(f"the same, against bare cells in turns  {_spread(beside, 100)}%")


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
