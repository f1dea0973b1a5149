"""A batch of cells, run in one process and written there: what is finished is on the disk at once."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from ..errors import SimulatorError
from ..workers import garbage_collected
from .cell import live, version_of
from .store import batch_bytes, batch_name
from .tables import PARQUET, put_beside, pyarrow

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from .cell import Cell, Lived, Model

ENDED = "its process was ended from outside, each time; often for want of memory"
FIRST_SIZE = 1
LARGEST = 64
SECONDS = 2.0
"""How long a batch should take: little is lost where it is killed, and starting it costs little beside it."""
SMOOTHED_BY = 0.5


@dataclass(frozen=True, slots=True)
class Batch:
    """Some cells to run together.

    Parameters
    ----------
    keys, cells
        The cells.
    model
        What makes their numbers.
    folder
        Where a file of them is written by whoever runs them; None where it is sent back.
    kind
        How the file is written: `.parquet` or `.csv`.
    as_bytes
        Whether what is sent back is the content of that file, rather than the numbers.
    """

    keys: tuple[str, ...]
    cells: tuple[Cell, ...]
    model: Model
    folder: Path | None
    kind: str
    as_bytes: bool = False

    def singles(self) -> Iterator[Batch]:
        """Each of its cells alone."""
        for key, cell in zip(self.keys, self.cells, strict=True):
            yield replace(self, keys=(key,), cells=(cell,))


@dataclass(frozen=True, slots=True)
class Done:
    """What came of a batch.

    Parameters
    ----------
    keys
        The cells that finished.
    content
        The file of them, where it was not written already.
    lived
        Their numbers, where they are kept in memory.
    failures
        What went wrong, by cell.
    seconds
        How long it took.
    lost
        The batch itself, where its process was ended and another one too.
    """

    keys: tuple[str, ...]
    content: bytes | None = None
    lived: tuple[Lived, ...] = ()
    failures: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0
    lost: Batch | None = None


def live_batch(batch: Batch) -> Done:
    """Run the cells of a batch; one that fails takes no other with it."""
    begun = time.perf_counter()
    keys: list[str] = []
    lived: list[Lived] = []
    failures: dict[str, str] = {}
    for key, cell in zip(batch.keys, batch.cells, strict=True):
        try:
            with garbage_collected():
                lived.append(batch.model(cell))
            keys.append(key)
        except SimulatorError as error:
            failures[key] = str(error)
        except Exception as error:  # a defect in one cell is told with it, and the sweep goes on
            failures[key] = " ".join(f"{type(error).__name__}: {error}".split())
    content = None
    if keys and batch.folder is not None:
        put_beside(
            batch.folder / batch_name(keys, batch.kind), batch_bytes(keys, lived, batch.kind)
        )
    elif keys and batch.as_bytes:
        content = batch_bytes(keys, lived, batch.kind)
    in_memory = batch.folder is None and not batch.as_bytes
    seconds = time.perf_counter() - begun
    return Done(tuple(keys), content, tuple(lived) if in_memory else (), failures, seconds)


def lost(batch: Batch) -> Done:
    """What stands for a batch whose process was ended, twice: its cells are tried alone, or given up."""
    if len(batch.keys) > 1:
        return Done((), lost=batch)
    return Done((), failures={batch.keys[0]: ENDED})


def suspected(batch: Batch) -> Done:
    """What stands for a batch that some workers died with, beside others: all its cells are tried alone."""
    return Done((), lost=batch)


def version_there(model: Model, kind: str) -> str:
    """What identifies the code that runs a batch, where this is asked.

    A function of the script that is run, or of a notebook, is sent with its code, and is the same everywhere.
    """
    told = [version_of(live)]
    if model is not live and model.__module__ != "__main__":
        told.append(version_of(model))
    if kind == PARQUET and pyarrow() is None:
        told.append("without pyarrow")
    return ", ".join(told)


class Pace:
    """How many cells make a batch of the right length."""

    def __init__(self) -> None:
        self._per_cell: float | None = None

    def heard(self, done: Done) -> None:
        """Learn from a batch."""
        many = len(done.keys) + len(done.failures)
        if many and done.seconds:
            now = done.seconds / many
            before = now if self._per_cell is None else self._per_cell
            self._per_cell = SMOOTHED_BY * now + (1 - SMOOTHED_BY) * before

    def size(self, left: int, hands: int) -> int:
        """How many cells to take, of so many that are left, for so many processes."""
        if self._per_cell is None:
            return FIRST_SIZE
        share = max(1, left // (2 * hands))  # so that none is idle at the end
        return max(1, min(LARGEST, share, int(SECONDS / self._per_cell)))


def in_batches(
    cells: Iterator[tuple[str, Cell]],
    pace: Pace,
    left: Sequence[int],
    hands: Callable[[], int],
    like: Batch,
) -> Iterator[tuple[Batch]]:
    """Cells in batches, each as large as the pace says when it is taken.

    Parameters
    ----------
    left
        One number, which is brought up to date: how many cells are still to come.
    hands
        How many cells are run at once now.
    like
        How each batch is run and written.
    """
    keys: list[str] = []
    taken: list[Cell] = []
    size = pace.size(left[0], hands())
    for key, cell in cells:
        keys.append(key)
        taken.append(cell)
        if len(keys) >= size:
            yield (replace(like, keys=tuple(keys), cells=tuple(taken)),)
            keys, taken = [], []
            size = pace.size(left[0], hands())
    if keys:
        yield (replace(like, keys=tuple(keys), cells=tuple(taken)),)
