"""The bench: points of a study run as cells, each once, on this machine's processes or on a cluster."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np

from .. import cluster
from ..errors import BadInput, Fault
from ..precision import Precision
from ..workers import spread, workers_by_default
from .batches import Batch, Done, Pace, in_batches, live_batch, lost, suspected, version_there
from .cell import Cell, Lived, live, version_of
from .store import Store
from .tables import ending

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from ..cluster import Cluster
    from ..study import Checked
    from ..workers import Progress
    from .cell import Model

    Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Failed:
    """A cell that could not be run.

    Parameters
    ----------
    point, scenario
        Which one.
    message
        What went wrong.
    """

    point: int
    scenario: int
    message: str


@dataclass
class Asked:
    """What was asked for and what came of it: a key for each cell, or what went wrong.

    Parameters
    ----------
    points
        By point and dimension.
    keys
        By cell, which are in the order of points and then of scenarios; None where no world could be made.
    failures
        What went wrong, by cell.
    found
        How many cells had been run before.
    run
        How many were run now.
    first, size
        The number of the first replication, and how many, where they are not the study's.
    """

    points: Floats
    scenarios: tuple[int, ...]
    first: int = 0
    size: int | Precision | None = None
    keys: list[str | None] = field(default_factory=list)
    failures: dict[int, str] = field(default_factory=dict)
    found: int = 0
    run: int = 0

    @property
    def cells(self) -> int:
        """How many cells there are."""
        return len(self.points) * len(self.scenarios)

    def place(self, cell: int) -> tuple[int, int]:
        """The point of a cell, and its scenario."""
        point, scenario = divmod(cell, len(self.scenarios))
        return point, self.scenarios[scenario]

    @property
    def failed(self) -> list[Failed]:
        """The cells that failed, in order."""
        return [
            Failed(*self.place(cell), message) for cell, message in sorted(self.failures.items())
        ]


@dataclass
class Bench:
    """Runs points of a study.

    Parameters
    ----------
    checked
        The study.
    store
        Where cells are kept.
    workers
        Processes; None for one on each core. Results do not depend on it.
    cluster
        A Dask cluster to run on instead.
    model
        What makes a cell's numbers; the simulator where nothing else is given.
    progress
        Told how many cells are done, and of how many.
    """

    checked: Checked
    store: Store = field(default_factory=Store)
    workers: int | None = None
    cluster: Cluster | None = None
    model: Model = live
    progress: Progress | None = None
    _pace: Pace = field(default_factory=Pace)
    _threads: int | None = None

    @property
    def version(self) -> str:
        """What identifies the model."""
        return version_of(self.model)

    def cell(
        self,
        scenario: int,
        point: Sequence[float],
        first: int = 0,
        size: int | Precision | None = None,
    ) -> Cell:
        """The cell of a scenario at a point.

        Raises
        ------
        BadInput
            If the values together are not allowed.
        """
        world = self.checked.world(scenario, point)
        wanted = self.checked.size if size is None else size
        return Cell(world, self.checked.seed, wanted, first)

    def run(
        self,
        points: Floats,
        first: int = 0,
        size: int | Precision | None = None,
        scenarios: Sequence[int] | None = None,
    ) -> Asked:
        """Run every scenario at every point; what was run before, here or elsewhere, is not run again.

        Parameters
        ----------
        points
            By point and dimension; nan where a scenario is left as it is.
        first
            The number of the first replication.
        size
            Replications, or a precision; by default the study's.
        scenarios
            Places of the scenarios; by default all.
        """
        if first and isinstance(self.checked.size if size is None else size, Precision):
            rule, advice = "be 0 where a precision is wanted", "give a number of replications"
            raise BadInput([Fault("sweep", "first", rule, str(first), advice)])
        chosen = tuple(range(len(self.checked.scenarios)) if scenarios is None else scenarios)
        asked = Asked(self.checked.possible(points), chosen, first, size)
        left = [asked.cells]
        wanted = self._wanted(asked, left)
        where: dict[str, int] = {}
        by_key = self._noting(wanted, where)
        again: list[Batch] = []
        batches = in_batches(by_key, self._pace, left, lambda: self.hands, self._like)
        self._heard(batches, asked, where, again)
        singles = ((single,) for batch in again for single in batch.singles())
        if again:
            self._heard(singles, asked, where, [], suspect=True)
        self._share_failures(asked)
        return asked

    def _wanted(self, asked: Asked, left: list[int]) -> Iterator[tuple[int, str, Cell]]:
        """The cells that must be run, each once."""
        pending: set[str] = set()
        version = self.version
        for point in asked.points.tolist():
            for scenario in asked.scenarios:
                number = len(asked.keys)
                left[0] -= 1
                try:
                    cell = self.cell(scenario, point, asked.first, asked.size)
                except BadInput as wrong:
                    asked.keys.append(None)
                    asked.failures[number] = str(wrong)
                    self._tell(asked)
                    continue
                key = cell.key(version)
                asked.keys.append(key)
                if key in self.store:
                    asked.found += 1
                    self._tell(asked)
                elif key not in pending:
                    pending.add(key)
                    yield number, key, cell

    @staticmethod
    def _noting(
        wanted: Iterator[tuple[int, str, Cell]], where: dict[str, int]
    ) -> Iterator[tuple[str, Cell]]:
        for number, key, cell in wanted:
            where[key] = number
            yield key, cell

    @property
    def hands(self) -> int:
        """How many cells are run at once, as far as is known."""
        if self._threads is not None:
            return self._threads
        return workers_by_default() if self.workers is None else self.workers

    def _threads_are(self, threads: int) -> None:
        self._threads = threads

    @property
    def _like(self) -> Batch:
        """How batches are run: written by whoever runs them where all share the disk, else sent back."""
        here = self.store.folder if self.cluster is None else None
        sent = self.cluster is not None and self.store.folder is not None
        return Batch((), (), self.model, here, ending(), sent)

    def _heard(
        self,
        batches: Iterator[tuple[Batch]],
        asked: Asked,
        where: dict[str, int],
        again: list[Batch],
        *,
        suspect: bool = False,
    ) -> None:
        """Run batches and keep what comes of them; those of which one ends its process where it is run with care."""
        for _, done in self._spread(batches, suspect):
            self._pace.heard(done)
            if done.lost is not None:
                again.append(done.lost)
            if done.lived:
                self.store.add(done.keys, done.lived)
            elif done.keys:
                self.store.written(done.keys, done.content)
            asked.run += len(done.keys)
            asked.failures |= {where[key]: message for key, message in done.failures.items()}
            for key in chain(done.keys, done.failures):
                where.pop(key, None)
            self._tell(asked)

    def _spread(self, batches: Iterator[tuple[Batch]], suspect: bool) -> Iterator[tuple[int, Done]]:
        if self.cluster is not None:
            version = partial(version_there, self.model, ending())
            return cluster.spread(
                live_batch,
                batches,
                self.cluster,
                lost if suspect else suspected,
                version,
                self._threads_are,
                one_at_a_time=suspect,
            )
        return spread(live_batch, batches, self.hands, lost)

    def _share_failures(self, asked: Asked) -> None:
        """A cell that is another one's twin failed where that did."""
        messages = {asked.keys[number]: text for number, text in asked.failures.items()}
        for number, key in enumerate(asked.keys):
            if key is not None and key in messages:
                asked.failures.setdefault(number, messages[key])

    def _tell(self, asked: Asked) -> None:
        if self.progress is not None:
            done = min(asked.cells, asked.found + asked.run + len(asked.failures))
            self.progress(done, asked.cells)

    # What came of it

    def lived(self, asked: Asked) -> Iterator[Lived | Failed]:
        """What came of each cell, in their order, one at a time."""
        for number, key in enumerate(asked.keys):
            if number in asked.failures or key is None:
                yield Failed(*asked.place(number), asked.failures.get(number, ""))
            else:
                yield self._read(asked, number, key)

    def _read(self, asked: Asked, number: int, key: str) -> Lived | Failed:
        """A cell out of the store; run once more where its file turns out to be damaged."""
        try:
            return self.store.read(key)
        except KeyError:
            point, scenario = asked.place(number)
            cell = self.cell(scenario, asked.points[point].tolist(), asked.first, asked.size)
            done = live_batch(Batch((key,), (cell,), self.model, None, ending()))
            if key in done.failures:
                asked.failures[number] = done.failures[key]
                return Failed(point, scenario, done.failures[key])
            self.store.add(done.keys, done.lived)
            return done.lived[0]

    def evaluate(self, points: Floats, first: int = 0, replications: int | None = None) -> Floats:
        """Outcomes at points, by point, scenario, outcome and replication; nan where a cell failed.

        A replication's number gives it the same luck at every point and in every scenario. Where a precision
        is wanted, cells have as many replications as each took, and nan behind them.
        """
        asked = self.run(points, first, replications)
        return self.outcomes(asked)

    def outcomes(self, asked: Asked) -> Floats:
        """Outcomes by point, scenario, outcome and replication; nan where there is none."""
        told = [
            None
            if isinstance(each, Failed)
            else np.stack([each.outcome(outcome) for outcome in self.checked.outcomes])
            for each in self.lived(asked)
        ]
        most = max((each.shape[1] for each in told if each is not None), default=0)
        values = np.full((len(told), len(self.checked.outcomes), most), np.nan)
        for place, each in enumerate(told):
            if each is not None:
                values[place, :, : each.shape[1]] = each
        return values.reshape(len(asked.points), len(asked.scenarios), *values.shape[1:])
