"""Tables as files: Parquet where pyarrow is installed, else CSV; written beside and renamed."""

from __future__ import annotations

import csv
import io
import json
import os
from contextlib import suppress
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    Columns = Mapping[str, Sequence[Any]]

PARQUET, CSV = ".parquet", ".csv"
PART = ".part"
_CELLS = b"cells"


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
    beside = path.with_name(f".{path.name}.{os.getpid()}{PART}")
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with beside.open("wb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        beside.replace(path)
    finally:
        with suppress(OSError):
            beside.unlink()


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
    pa.parquet.write_table(table, out, compression="zstd")
    return out.getvalue()


def _table(pa: Any, columns: Columns) -> Any:
    arrays = {}
    for name, column in columns.items():
        of_text = len(column) > 0 and isinstance(column[0], str)
        array = pa.array(column)
        arrays[name] = array.dictionary_encode() if of_text else array
    return pa.table(arrays)


def _csv(columns: Columns) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    names = [*columns]
    told = [_plain(columns[name]) for name in names]
    writer.writerows(zip(*told, strict=True))
    return out.getvalue()


def _plain(column: Sequence[Any]) -> list[Any]:
    """Values in the shortest text that reads back as the same number; what is missing stays empty."""
    values = column.tolist() if hasattr(column, "tolist") else list(column)
    return ["" if isinstance(x, float) and x != x else x for x in values]  # noqa: PLR0124 # nan


def read_cells(path: Path) -> list[str]:
    """Which cells a file holds, without reading the rest where that can be helped.

    Raises
    ------
    OSError, ValueError
        If it cannot be read.
    """
    if path.suffix == CSV:
        with path.open(encoding="utf-8", newline="") as lines:
            reader = csv.reader(lines)
            if next(reader, [""])[0] != "cell":
                raise ValueError(path.name)
            return list(dict.fromkeys(line[0] for line in reader))
    pa = pyarrow()
    if pa is None:
        raise ValueError(path.name)
    told = pa.parquet.read_schema(path).metadata or {}
    return list(json.loads(told[_CELLS])) if _CELLS in told else []


def read_columns(path: Path) -> dict[str, Any]:
    """A table's columns: arrays of numbers, lists of texts."""
    if path.suffix == CSV:
        with path.open(encoding="utf-8", newline="") as lines:
            reader = csv.reader(lines)
            names = next(reader)
            columns: Iterable[tuple[str, ...]] = zip(*reader, strict=True)
            return dict(zip(names, map(list, columns), strict=True))
    table = pyarrow().parquet.read_table(path)
    return {name: _unpacked(table.column(name)) for name in table.column_names}


def _unpacked(column: Any) -> Any:
    kind = str(column.type)
    return column.to_pylist() if kind.startswith(("dictionary", "string")) else column.to_numpy()
