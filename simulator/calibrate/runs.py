"""Points that were run, kept in a file as they come, so that a fit that is killed goes on where it was."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from ..observe import observed
from ..scenario import as_dict
from ..scenario.draws import with_values
from ..workers import spread

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from ..observe import Figure
    from ..scenario import Scenario
    from ..workers import Progress
    from .targets import Aim

Point = tuple[float, ...]
WORDS = ("title", "question", "description", "evidence")
"""Parts of a scenario on which no number depends."""
MODEL = 1
"""Raised when the model's numbers change, so that older points are run again."""


@dataclass
class Runs:
    """What the simulator gave at each point.

    Parameters
    ----------
    aim
        What is fitted, in which scenario.
    figures
        What is read off each replication.
    replications
        Numbers of the replications at each point: the same luck everywhere.
    file
        Where points are kept, if anywhere.
    ran
        Told how many more replications have been run, each time that some have.
    known
        The points that have been asked for. A point that an earlier run kept is not known until it is asked
        for again, so that a fit that goes on takes the same way as one that was never stopped.
    """

    aim: Aim
    scenario: Scenario
    figures: tuple[Figure, ...]
    seed: int
    replications: Sequence[int]
    workers: int
    file: Path | None = None
    ran: Callable[[int], None] = lambda _: None
    known: dict[Point, NDArray[np.float64]] = field(default_factory=dict)
    _kept: dict[Point, NDArray[np.float64]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.file is not None and self.file.exists():
            self._read(self.file)

    def _heading(self) -> str:
        """A text that changes with whatever the points depend on."""
        whole = as_dict(self.scenario)
        told = [
            {name: part for name, part in whole.items() if name not in WORDS},
            [[f.measure, f.group, f.year] for f in self.figures],
            [[*each.paths, each.year] for each in self.aim.targets.fit],
            self.seed,
            list(self.replications),
            MODEL,
        ]
        return hashlib.sha256(json.dumps(told).encode()).hexdigest()

    def _read(self, file: Path) -> None:
        text = file.read_text(encoding="utf-8", errors="replace")
        if text and not text.endswith("\n"):
            # Torn when the run was killed: the next has a line of its own.
            with file.open("a", encoding="utf-8", newline="\n") as out:
                out.write("\n")
        heading = self._heading()
        for line in text.splitlines():
            try:
                told = json.loads(line)
            except ValueError:  # the line that was being written then
                continue
            if isinstance(told, dict) and told.get("of") == heading:
                rows = np.array(told["figures"], dtype=np.float64)
                self._kept[tuple(told["point"])] = rows

    def _keep(self, point: Point, rows: NDArray[np.float64]) -> None:
        self._kept[point] = rows
        if self.file is None:
            return
        plain = [[None if np.isnan(x) else x for x in row] for row in rows.tolist()]
        told = {"of": self._heading(), "point": list(point), "figures": plain}
        with self.file.open("a", encoding="utf-8", newline="\n") as out:
            out.write(f"{json.dumps(told)}\n")

    def _parts(self, many: int) -> list[Sequence[int]]:
        """The replications of a point in parts, where there are fewer points than processes to run them."""
        pieces = min(len(self.replications), -(-self.workers // max(1, many)))
        each = -(-len(self.replications) // pieces)
        return [self.replications[i : i + each] for i in range(0, len(self.replications), each)]

    def all(self) -> tuple[list[Point], NDArray[np.float64]]:
        """Every point that was run, in an order that does not hang on which came first, with its figures."""
        points = sorted(self.known)
        return points, np.array([self.known[point] for point in points])

    def at(self, points: Sequence[Point], progress: Progress | None = None) -> NDArray[np.float64]:
        """Figures at points, by point, replication and figure; only those that are new are run."""
        new = [point for point in dict.fromkeys(points) if point not in self._kept]
        parts = self._parts(len(new))
        tasks = [
            (with_values(self.scenario, self.aim.values(point)), self.figures, self.seed, part)
            for point in new
            for part in parts
        ]
        if self.file is not None:
            self.file.parent.mkdir(parents=True, exist_ok=True)
        come: dict[int, dict[int, NDArray[np.float64]]] = {}
        done = 0
        for task, rows in spread(observed, tasks, self.workers):
            place, part = divmod(task, len(parts))
            here = come.setdefault(place, {})
            here[part] = rows
            self.ran(len(rows))
            if len(here) == len(parts):
                self._keep(new[place], np.concatenate([here[i] for i in range(len(parts))]))
                done += 1
                if progress:
                    progress(done, len(new))
        self.known |= {point: self._kept[point] for point in points}
        return np.array([self.known[point] for point in points])
