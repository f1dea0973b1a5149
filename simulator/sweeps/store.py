"""The store: cells that were run, by their key, in files of many cells. What is there is never run again."""

from __future__ import annotations

import hashlib
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from ..beside import PART
from ..measures import MEASURES
from .cell import Lived
from .tables import (
    CSV,
    PARQUET,
    UNREADABLE,
    Texts,
    ending,
    put_beside,
    read_cells,
    read_columns,
    table_bytes,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Places = NDArray[np.int32]

AXES = ("cell", "replication", "partnership", "year", "group")
AT_HAND_BYTES = 64 * 2**20
"""What is kept in memory of files that were read: neighbours are asked for one after another, and again."""
OLD_SECONDS = 3600
"""After so long, a file that was never finished belongs to a run that was killed."""


def batch_name(keys: Sequence[str], kind: str | None = None) -> str:
    """The name of the file of a batch: the same for the same cells."""
    told = hashlib.sha256("".join(keys).encode()).hexdigest()
    return f"{told[:24]}{kind or ending()}"


def batch_bytes(keys: Sequence[str], lived: Sequence[Lived], kind: str | None = None) -> bytes:
    """The content of the file of a batch: a row for each replication, partnership, year and group."""
    names: dict[str, dict[str, int]] = {axis: {} for axis in AXES[2:]}
    places: list[Places] = []
    rows: list[Floats] = []
    for number, each in enumerate(lived):
        told = (each.partnerships, each.years, each.groups)
        shape = (len(each.values), *map(len, told))
        place = np.indices((1, *shape), dtype=np.int32).reshape(len(AXES), -1)
        place[0] = number
        for axis, known, own in zip(place[2:], names.values(), told, strict=True):
            axis[:] = np.array([known.setdefault(name, len(known)) for name in own])[axis]
        places.append(place)
        rows.append(np.moveaxis(each.values, 2, -1).reshape(-1, len(MEASURES)))
    cell, replication, *others = np.concatenate(places, axis=1)
    values = np.concatenate(rows)
    columns: dict[str, Any] = {"cell": Texts(tuple(keys), cell), "replication": replication}
    for name, axis in zip(AXES[2:], others, strict=True):
        columns[name] = Texts(tuple(names[name]), axis)
    columns |= {name: values[:, i] for i, name in enumerate(MEASURES)}
    return table_bytes(columns, keys, kind)


def _read_batch(path: Path) -> dict[str, Lived]:
    columns = read_columns(path)
    texts = {axis: _texts(columns[axis]) for axis in AXES if axis != "replication"}
    cells = texts.pop("cell")
    begins = np.flatnonzero(np.r_[True, cells.places[1:] != cells.places[:-1]])
    ends = np.r_[begins[1:], len(cells.places)]
    values = np.stack([_numbers(columns[name]) for name in MEASURES], axis=1)
    found = {}
    for begin, end in zip(begins.tolist(), ends.tolist(), strict=True):
        axes = [_first_seen(each, begin, end) for each in texts.values()]
        shape = (-1, *(len(axis) for axis in axes), len(MEASURES))
        by_row = values[begin:end].reshape(shape)
        lived = np.ascontiguousarray(np.moveaxis(by_row, -1, 2))
        found[cells.each[cells.places[begin]]] = Lived(axes[0], axes[1], axes[2], lived)
    return found


def _texts(column: Any) -> Texts:
    return column if isinstance(column, Texts) else Texts.of(column)


def _first_seen(texts: Texts, begin: int, end: int) -> tuple[str, ...]:
    """The texts of some rows, each once, in the order in which they first come."""
    places, first = np.unique(texts.places[begin:end], return_index=True)
    return tuple(texts.each[place] for place in places[np.argsort(first)].tolist())


def _numbers(column: Any) -> Floats:
    if isinstance(column, list):
        return np.array([float(text) if text else np.nan for text in column])
    return np.asarray(column, dtype=np.float64)


@dataclass
class Store:
    """Cells that were run.

    Parameters
    ----------
    folder
        Where they are kept; None for this process's memory alone.
    unreadable
        Files that are no files of cells, or were damaged: what they held is run again.
    """

    folder: Path | None = None
    unreadable: list[Path] = field(default_factory=list)
    _where: dict[str, Path] = field(default_factory=dict)
    _at_hand: dict[Path, dict[str, Lived]] = field(default_factory=dict)
    _held_bytes: int = 0
    _in_memory: dict[str, Lived] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.look()

    def look(self) -> None:
        """See which cells there are now."""
        if self.folder is None or not self.folder.is_dir():
            return
        known = set(self._where.values()) | set(self.unreadable)
        for path in sorted(self.folder.iterdir(), key=_written_at):
            if path.name.endswith(PART):
                _remove_if_old(path)
            elif path.suffix in (PARQUET, CSV) and path not in known:
                self._note(path)

    def _note(self, path: Path) -> None:
        try:
            cells = read_cells(path)
        except UNREADABLE:
            self.unreadable.append(path)
            return
        for key in cells:
            self._where[key] = path  # the newest holds, as after --no-resume

    def __contains__(self, key: str) -> bool:
        return key in self._where or key in self._in_memory

    def __len__(self) -> int:
        return len(self._where) + len(self._in_memory)

    def forget_all(self) -> None:
        """Take every cell for not run, so that it is run again; its file stays until then."""
        self._where.clear()
        self._in_memory.clear()

    def add(self, keys: Sequence[str], lived: Sequence[Lived]) -> None:
        """Keep a batch of cells."""
        if self.folder is None:
            self._in_memory |= dict(zip(keys, lived, strict=True))
            return
        self.written(keys, batch_bytes(keys, lived))

    def written(self, keys: Sequence[str], content: bytes | None) -> None:
        """Note a batch that a worker has written, or write what it sent."""
        if self.folder is None:
            return
        path = self.folder / batch_name(keys)
        if content is not None:
            put_beside(path, content)
        self._let_go(path)
        self._where |= dict.fromkeys(keys, path)

    def read(self, key: str) -> Lived:
        """A cell.

        Raises
        ------
        KeyError
            If it is not there, or its file can no longer be read; it is then taken for not run.
        """
        if key in self._in_memory:
            return self._in_memory[key]
        path = self._where[key]
        if path not in self._at_hand:
            try:
                cells = _read_batch(path)
            except UNREADABLE as error:
                self._lose(path)
                raise KeyError(key) from error
            self._hold(path, cells)
        if key not in self._at_hand[path]:
            self._lose(path)
        return self._at_hand[path][key]

    def _hold(self, path: Path, cells: dict[str, Lived]) -> None:
        """Keep a file that was read at hand, and let go of others, the oldest first, that have no room beside it."""
        self._held_bytes += _bytes_of(cells)
        while self._at_hand and self._held_bytes > AT_HAND_BYTES:
            self._let_go(next(iter(self._at_hand)))
        self._at_hand[path] = cells

    def _let_go(self, path: Path) -> None:
        self._held_bytes -= _bytes_of(self._at_hand.pop(path, {}))

    def _lose(self, path: Path) -> None:
        self.unreadable.append(path)
        for key in [key for key, place in self._where.items() if place == path]:
            del self._where[key]

    @property
    def size_bytes(self) -> int:
        """What the files take on the disk."""
        return sum(path.stat().st_size for path in set(self._where.values()))


def _written_at(path: Path) -> tuple[int, str]:
    try:
        return path.stat().st_mtime_ns, path.name
    except OSError:
        return 0, path.name


def _bytes_of(cells: Mapping[str, Lived]) -> int:
    return sum(each.values.nbytes for each in cells.values())


def _remove_if_old(path: Path) -> None:
    with suppress(OSError):
        if time.time() - path.stat().st_mtime > OLD_SECONDS:
            path.unlink()
