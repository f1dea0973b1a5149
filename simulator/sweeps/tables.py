"""Tables as files: Parquet where pyarrow is installed, else CSV; written beside and renamed."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ..beside import put
from ..csv_text import exact_csv, unescaped
from ..errors import SimulatorError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

PARQUET, CSV = ".parquet", ".csv"
UNREADABLE = (OSError, ValueError, KeyError, IndexError, NotImplementedError, csv.Error)
"""What reading a file may end in that is no table of ours, or was damaged."""
_CELLS = b"cells"


@dataclass(frozen=True, slots=True)
class Texts:
    """A column of texts that come again and again: each of them once, and by row its place among them."""

    each: tuple[str, ...]
    places: NDArray[np.int32]

    @staticmethod
    def of(column: Iterable[str]) -> Texts:
        """The same texts, each told once, in the order in which they first come."""
        known: dict[str, int] = {}
        places = [known.setdefault(text, len(known)) for text in column]
        return Texts(tuple(known), np.array(places, dtype=np.int32))

    def tolist(self) -> list[str]:
        """The text of each row."""
        return [self.each[place] for place in self.places.tolist()]


if TYPE_CHECKING:
    Columns = Mapping[str, Sequence[Any] | NDArray[Any] | Texts]


def pyarrow() -> Any:
    """The library that reads and writes Parquet, or None where it is not installed."""
    try:
        import pyarrow as pa  # an optional part
        import pyarrow.parquet  # found as pa.parquet
    except ModuleNotFoundError:
        return None
    return pa


def ending() -> str:
    """How files of tables end here."""
    return CSV if pyarrow() is None else PARQUET


def put_beside(path: Path, content: bytes) -> None:
    """Write a file beside its place and rename it, so that it is never half there."""
    try:
        put(path, content, durable=True)
    except OSError as error:
        told = error.strerror or str(error)
        raise SimulatorError(
            f"{path}: cannot be written: {told.lower()}; what is finished is kept: try again"
        ) from error


def table_bytes(columns: Columns, cells: Sequence[str] = (), kind: str | None = None) -> bytes:
    """A table as the content of a file.

    Parameters
    ----------
    columns
        Values by name; arrays of numbers, or lists of texts.
    cells
        What a reader can ask for without reading the table: which cells it holds.
    """
    if (kind or ending()) == CSV:
        return _csv(columns).encode()
    pa = pyarrow()
    table = _table(pa, columns)
    if cells:
        table = table.replace_schema_metadata({_CELLS: json.dumps(list(cells)).encode()})
    out = io.BytesIO()
    pa.parquet.write_table(table, out, compression="zstd", write_page_checksum=True)
    return out.getvalue()


def _table(pa: Any, columns: Columns) -> Any:
    return pa.table({name: arrow_array(pa, column) for name, column in columns.items()})


def arrow_array(pa: Any, column: Sequence[Any] | NDArray[Any] | Texts) -> Any:
    """A column as Arrow has it.

    Numbers and texts are handed over as they lie in memory: to look at them, `pyarrow.array` would first import
    pandas, which takes a process half a second.
    """
    if isinstance(column, list):
        column = _of_one_kind(column)
    if isinstance(column, Texts):
        places = arrow_array(pa, column.places)
        return pa.DictionaryArray.from_arrays(places, _arrow_texts(pa, column.each))
    if isinstance(column, np.ndarray):
        whole = np.ascontiguousarray(column)
        kind = pa.from_numpy_dtype(whole.dtype)
        return pa.Array.from_buffers(kind, len(whole), [None, pa.py_buffer(whole)])
    return pa.array(column)


def _of_one_kind(column: list[Any]) -> list[Any] | NDArray[Any] | Texts:
    """A list of numbers or of texts as an array or as `Texts`; any other as it is."""
    kinds = set(map(type, column))
    if kinds == {str}:
        return Texts.of(column)
    if kinds == {int}:
        return np.array(column, dtype=np.int64)
    return np.array(column, dtype=np.float64) if kinds and kinds <= {int, float} else column


def _arrow_texts(pa: Any, texts: Sequence[str]) -> Any:
    content = [text.encode() for text in texts]
    ends = np.cumsum([0, *map(len, content)], dtype=np.int32)
    return pa.StringArray.from_buffers(
        len(content), pa.py_buffer(ends), pa.py_buffer(b"".join(content))
    )


def _csv(columns: Columns) -> str:
    return exact_csv(columns, zip(*map(_listed, columns.values()), strict=True))


def _listed(column: Sequence[Any] | NDArray[Any] | Texts) -> list[Any]:
    return column.tolist() if isinstance(column, np.ndarray | Texts) else list(column)


def read_cells(path: Path) -> list[str]:
    """Which cells a file holds, without reading the rest where that can be helped.

    Raises
    ------
    UNREADABLE
        If it cannot be read.
    """
    if path.suffix == CSV:
        with path.open(encoding="utf-8", newline="") as lines:
            reader = csv.reader(lines)
            if next(reader, [""])[:1] != ["cell"]:
                raise ValueError(path.name)
            return list(dict.fromkeys(line[0] for line in reader if line))
    pa = pyarrow()
    if pa is None:
        raise ValueError(path.name)
    told = pa.parquet.read_schema(path).metadata or {}
    return list(json.loads(told[_CELLS])) if _CELLS in told else []


def read_columns(path: Path) -> dict[str, Any]:
    """A table's columns: numbers as arrays, texts as `Texts`; out of CSV, lists of texts."""
    if path.suffix == CSV:
        with path.open(encoding="utf-8", newline="") as lines:
            reader = csv.reader(lines)
            names = next(reader)
            columns: Iterable[tuple[str, ...]] = zip(*reader, strict=True)
            told = ([unescaped(text) for text in column] for column in columns)
            return dict(zip(map(unescaped, names), told, strict=True))
    with pyarrow().parquet.ParquetFile(path, page_checksum_verification=True) as file:
        table = file.read().unify_dictionaries().combine_chunks()
    return {name: _unpacked(table.column(name).chunk(0)) for name in table.column_names}


def _unpacked(chunk: Any) -> Any:
    if str(chunk.type).startswith("dictionary"):
        texts = [text.as_py() for text in chunk.dictionary]
        return Texts(tuple(texts), _unpacked(chunk.indices))
    kind = np.dtype(chunk.type.to_pandas_dtype())
    return np.frombuffer(chunk.buffers()[1], kind, len(chunk), chunk.offset * kind.itemsize)
