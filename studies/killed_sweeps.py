"""What a sweep loses where it is killed: ten sweeps of 500 cells, each ended by SIGKILL and run again.

    python -m studies.killed_sweeps --write

Each is killed at a random moment, all of its processes or the one that was started, while cells are run or while
tables are written. The model notes each cell when it begins and when it ends, so that what is run twice is counted
and not inferred. What is finished is what is in the store: a cell that ended in a batch that was never written counts
as unfinished. In the end every file is compared with those of a sweep that nobody killed.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
import yaml

from simulator.measures import MEASURES
from simulator.sweeps import Lived, Store, live, sweep
from simulator.sweeps.cell import version_of
from simulator.wording import counted
from simulator.years import year_names

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from simulator.sweeps import Cell

ROOT = Path(__file__).parents[1]
REPORT = ROOT / "docs" / "studies" / "killed_sweeps.md"
LOG = "SWEEP_LOG"
"""The variable of the environment that names the file in which cells are noted."""
SEED = 1
WORKERS = 2
IN_TABLES = {3: "cells.parquet", 6: "measures.parquet", 9: "summary.csv"}
"""Which of the ten are killed while tables are written, and which table is whole then."""
KILLS = 10
PATIENCE_SECONDS = 60
LOOKS_A_SECOND = 200
AFTER_LAST_BEGIN_SECONDS = 0.2
QUICK_SECONDS = 0.003

Whom = Literal["all", "parent"]

WORLD = {
    "question": "Does a sweep that is killed lose anything?",
    "description": "One year of the baseline with few people, so that a cell takes little time. No place.",
    "years": 1,
    "formula": {"pot_gbp": 373_000_000, "phase_in_share": 1.0},
}
STUDY = {
    "title": "A sweep to be killed",
    "scenarios": ["kept.yaml", "moved_on.yaml"],
    "factors": {
        "cost": {
            "path": "world.groups.opiate.treatment.cost_ready_gbp_per_week",
            "values": [float(gbp) for gbp in range(21, 46)],
        },
        "stretch": {"path": "plan.stretch_share", "values": [n / 100 for n in range(10)]},
    },
    "design": {"kind": "grid"},
    "replications": 1,
    "measures": ["in_recovery", "allocation_gbp@last", "mean_wait_days"],
}


def logged(cell: Cell) -> Lived:
    """The simulator, with a note when a cell begins and when it ends."""
    with _noted(cell.key(version_of(logged))):
        return live(cell)


def quick(cell: Cell) -> Lived:
    """Numbers that depend on the cell without being run, with the same notes: for tests, which have less time."""
    with _noted(cell.key(version_of(quick))):
        scenario = cell.scenario
        cost = scenario.world.groups["opiate"].treatment.cost_ready_gbp_per_week
        shape = (1, 1, len(MEASURES), scenario.years, 1 + len(scenario.world.groups))
        own = cost + scenario.plan.stretch_share * np.arange(np.prod(shape)).reshape(shape)
        time.sleep(QUICK_SECONDS)
        years = year_names(scenario.first_year, scenario.years)
        return Lived(tuple(scenario.partnerships), years, (*scenario.world.groups, "all"), own)


@contextmanager
def _noted(key: str) -> Iterator[None]:
    _note("begins", key)
    yield
    _note("ends", key)


def _note(what: str, key: str) -> None:
    """One line, written at once and whole, whoever else writes."""
    line = f"{what} {key} {os.getpid()}\n".encode()
    log = os.open(os.environ[LOG], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    os.write(log, line)
    os.close(log)


@dataclass(frozen=True)
class Place:
    """Where a sweep has its study, its store and its tables.

    Parameters
    ----------
    study
        The file of the study.
    folder
        What is under it belongs to this sweep alone.
    model
        What makes the numbers.
    """

    study: Path
    folder: Path
    model: Literal["logged", "quick"] = "logged"

    @property
    def out(self) -> Path:
        """The folder of tables."""
        return self.folder / "swept"

    @property
    def log(self) -> Path:
        """Which cells began and ended in the run that is on, or was the last."""
        return self.folder / "log"

    @property
    def cells(self) -> Path:
        """The store."""
        return self.folder / "cells"

    def begun(self) -> dict[int, list[str]]:
        """Keys of the cells that began, in their order, by process."""
        told: dict[int, list[str]] = {}
        for what, key, process in self._notes():
            if what == "begins":
                told.setdefault(int(process), []).append(key)
        return told

    def many_begun(self) -> int:
        """How many cells began."""
        return sum(what == "begins" for what, *_ in self._notes())

    def _notes(self) -> list[list[str]]:
        text = self.log.read_text(encoding="utf-8") if self.log.exists() else ""
        return [line.split() for line in text.splitlines()]

    def finished(self, keys: Sequence[str]) -> set[str]:
        """Which of some cells are in the store, as whoever comes next finds it."""
        store = Store(self.cells)
        return {key for key in keys if key in store}

    @property
    def stored(self) -> int:
        """How many cells are in the store."""
        return len(Store(self.cells))

    def has(self, table: str) -> bool:
        """Whether a table has been written."""
        return (self.out / table).exists()

    def fingerprints(self) -> dict[str, str]:
        """A hash of every file under the folder of tables."""
        return {
            str(file.relative_to(self.out)): hashlib.sha256(file.read_bytes()).hexdigest()
            for file in sorted(self.out.rglob("*"))
            if file.is_file()
        }


def lay_out(folder: Path, size: float) -> Path:
    """Write a study of two plans in a small world of such a size, against the average partnership; where it is."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, delay in (("kept", 1460), ("moved_on", 0)):
        world = {"extends": "baseline_2008", "title": name.replace("_", " "), **WORLD}
        world["partnerships"] = {"Town": {"size": size}}
        world["plan"] = {"move_on_delay_days": delay}
        text = yaml.safe_dump(world, sort_keys=False)
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    file = folder / "study.yaml"
    file.write_text(yaml.safe_dump(STUDY, sort_keys=False), encoding="utf-8")
    return file


# A sweep in processes of its own


def child(study: str, folder: str, model: Literal["logged", "quick"], workers: str) -> None:
    """Run the sweep here and say what was found and run."""
    place = Place(Path(study), Path(folder), model)
    makes = {"logged": logged, "quick": quick}[model]
    swept = sweep(study, out=place.out, cells=place.cells, workers=int(workers), model=makes)
    print(json.dumps({"found": swept.asked.found, "run": swept.asked.run}))


def start(place: Place, workers: int = WORKERS) -> subprocess.Popen[str]:
    """Begin the sweep in a process of its own, with a log of its own."""
    place.folder.mkdir(parents=True, exist_ok=True)
    place.log.unlink(missing_ok=True)
    asks = "import sys; from studies.killed_sweeps import child; child(*sys.argv[1:])"
    told = (place.study, place.folder, place.model, workers)
    return subprocess.Popen(
        [sys.executable, "-c", asks, *map(str, told)],
        cwd=ROOT,
        env=os.environ | {LOG: str(place.log), "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def told(process: subprocess.Popen[str]) -> dict[str, int]:
    """What a sweep that was left alone says at its end."""
    out, said = process.communicate()
    if process.returncode:
        raise RuntimeError(f"the sweep ended with {process.returncode}: {said}")
    found: dict[str, int] = json.loads(out)
    return found


def wait_for(moment: Callable[[], bool], process: subprocess.Popen[str]) -> None:
    """Wait until it is the moment, while the sweep goes on."""
    end = time.monotonic() + PATIENCE_SECONDS
    while not moment():
        if process.poll() is not None or time.monotonic() > end:
            raise RuntimeError("the sweep ended, or nothing happened, before the moment came")
        time.sleep(1 / LOOKS_A_SECOND)


def kill(process: subprocess.Popen[str], whom: Whom, place: Place) -> None:
    """End all processes of the sweep, or the one that was started; wait until none is left."""
    if whom == "all":
        os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
    process.communicate()
    end = time.monotonic() + PATIENCE_SECONDS
    while any(map(_is_there, place.begun())):
        if time.monotonic() > end:
            raise RuntimeError("a worker outlived the sweep")
        time.sleep(1 / LOOKS_A_SECOND)


def _is_there(process: int) -> bool:
    """Whether a process is alive and no mere entry in the table."""
    try:
        return "\nState:\tZ" not in Path(f"/proc/{process}/status").read_text(encoding="utf-8")
    except OSError:
        return False


@dataclass(frozen=True)
class Killed:
    """What became of a sweep that was killed and run again.

    Parameters
    ----------
    whom
        All processes, or the one that was started.
    moment
        When.
    begun
        Cells that had begun.
    before
        Of them, those that were in the store.
    most_unfinished
        The most that a process had begun without bringing it to the store.
    in_one_batch
        Whether those were the last that each process had begun, one after another, so that they were one batch.
    found
        Cells that the next run found.
    run
        Cells that it ran.
    finished_again, unfinished_again
        Cells that it ran although they had been finished, and those that had begun and not been finished.
    after
        Cells in the store in the end.
    same
        Whether every file is the same, to the byte, as that of a sweep that nobody killed.
    """

    whom: Whom
    moment: str
    begun: int
    before: int
    most_unfinished: int
    in_one_batch: bool
    found: int
    run: int
    finished_again: int
    unfinished_again: int
    after: int
    same: bool

    def holds(self, cells: int) -> bool:
        """Whether nothing was lost, nothing finished was run again, and no more than a batch a process was."""
        kept = self.found == self.before and self.found + self.run == self.after == cells
        return kept and not self.finished_again and self.in_one_batch and self.same


@dataclass(frozen=True)
class Interrupted:
    """A sweep that was killed, and what it had done.

    Parameters
    ----------
    begun
        Keys of the cells that had begun, by process.
    before
        How many cells were in the store.
    finished
        Of those that had begun, the ones in the store.
    """

    place: Place
    whom: Whom
    moment: str
    begun: dict[int, list[str]]
    before: int
    finished: set[str]

    def again(self, whole: dict[str, str], workers: int = WORKERS) -> Killed:
        """Run it again, and compare its files with those of a sweep that nobody killed."""
        said = told(start(self.place, workers))
        second = _all(self.place.begun())
        first = _all(self.begun)
        unfinished = [_left(keys, self.finished) for keys in self.begun.values()]
        return Killed(
            whom=self.whom,
            moment=self.moment,
            begun=len(first),
            before=self.before,
            most_unfinished=max((many for many, _ in unfinished), default=0),
            in_one_batch=all(last for _, last in unfinished),
            found=said["found"],
            run=said["run"],
            finished_again=len(second & self.finished),
            unfinished_again=len(second & first - self.finished),
            after=self.place.stored,
            same=self.place.fingerprints() == whole,
        )


def killed_at(place: Place, whom: Whom, moment: Callable[[], bool], name: str) -> Interrupted:
    """Begin a sweep and kill it at a moment."""
    process = start(place)
    wait_for(moment, process)
    kill(process, whom, place)
    if place.has("datapackage.json"):
        raise RuntimeError("the sweep was done before it was killed")
    begun = place.begun()
    return Interrupted(place, whom, name, begun, place.stored, place.finished([*_all(begun)]))


def _all(begun: dict[int, list[str]]) -> set[str]:
    return {key for keys in begun.values() for key in keys}


def _left(keys: Sequence[str], finished: set[str]) -> tuple[int, bool]:
    """How many a process left unfinished, and whether these are the last that it began."""
    left = [key not in finished for key in keys]
    return sum(left), left == sorted(left)


# The study


def main() -> None:
    """Ten sweeps that are killed, and one that is not."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=KILLS)
    parser.add_argument("--write", action="store_true", help=f"write {REPORT.relative_to(ROOT)}")
    asked = parser.parse_args()
    chance = np.random.default_rng(SEED)
    with tempfile.TemporaryDirectory() as scratch:
        study = lay_out(Path(scratch) / "study", size=0.02)
        whole = Place(study, Path(scratch) / "whole")
        begin = time.monotonic()
        cells = told(start(whole))["run"]
        seconds = time.monotonic() - begin
        print(f"{cells} cells, left alone: {seconds:.0f} s")
        kills = []
        for number in range(asked.kills):
            place = Place(study, Path(scratch) / f"kill_{number}")
            killed = _one(place, number, cells, chance, whole.fingerprints())
            print(killed)
            kills.append(killed)
    text = report(kills, cells, seconds)
    print(text)
    if asked.write:
        REPORT.write_text(text, encoding="utf-8")


def _one(
    place: Place, number: int, cells: int, chance: np.random.Generator, whole: dict[str, str]
) -> Killed:
    whom: Whom = "parent" if number % 2 else "all"
    wanted = int(chance.integers(1, cells))
    wait = float(chance.uniform(0, AFTER_LAST_BEGIN_SECONDS))
    if table := IN_TABLES.get(number + 1):
        name = f"while tables are written, after `{table}`"
        return killed_at(place, whom, lambda: place.has(table), name).again(whole)

    def moment() -> bool:
        if place.many_begun() < wanted:
            return False
        time.sleep(wait)
        return True

    name = f"{1000 * wait:.0f} ms after cell {wanted} began"
    return killed_at(place, whom, moment, name).again(whole)


def report(kills: Sequence[Killed], cells: int, seconds: float) -> str:
    """The page."""
    good = sum(each.holds(cells) for each in kills)
    verdict = "All hold." if good == len(kills) else f"{len(kills) - good} do not hold."
    rows = [
        f"| {number} | {_WHOM[each.whom]} | {each.moment} | {each.begun} | {each.before} | {each.found} "
        f"| {each.finished_again} | {each.unfinished_again} | {each.most_unfinished} | {each.after} "
        f"| {'yes' if each.same else 'no'} |"
        for number, each in enumerate(kills, 1)
    ]
    made = (
        "Made by `python -m studies.killed_sweeps --write`. "
        f"{counted(len(kills), 'sweep')} of {cells} cells on {WORKERS} processes, {seconds:.0f} seconds each where "
        "nobody interferes, each ended by SIGKILL: all of its processes at once, or the one that was started, whose "
        "workers must then end by themselves. Moments are random. The same command then runs again."
    )
    asked = (
        "What is asked: a cell that is in the store is never lost and never run again; of what was being run, "
        "at most one batch for each process is run again (a batch takes about two seconds, and is at most 64 cells); "
        "and every file of the result, the data package among them, has the same bytes as that of a sweep "
        "that nobody killed."
    )
    how = (
        "Cells are noted by the model itself when they begin and when they end, in each process, so that what "
        "is run twice is counted. In each process what was left unfinished was the last that it had begun, without "
        "a gap: one batch. Counts differ from one run of this study to the next; what is asked must not."
    )
    heads = (
        "",
        "killed",
        "when",
        "cells begun",
        "in the store then",
        "found again",
        "finished, run again",
        "unfinished, run again",
        "most of one process",
        "in the store at the end",
        "bytes equal",
    )
    lines = ["# What a sweep loses where it is killed", made, asked, f"**{verdict}**"]
    table = [f"| {' | '.join(heads)} |", "|" + "---|" * len(heads), *rows]
    return "\n\n".join([*lines, "\n".join(table), how]) + "\n"


_WHOM = {"all": "all processes", "parent": "the one started"}


if __name__ == "__main__":
    main()
