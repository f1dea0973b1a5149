"""Tables as CSV: ten significant digits, and no text that a spreadsheet would run.

A spreadsheet that opens a CSV file takes a cell that begins with ``=``, ``+``, ``-`` or ``@`` for a formula and
runs it. Names, titles and reasons come from people, so a text that begins so gets an apostrophe in front; a number
never does, also where it is below zero.
"""

from __future__ import annotations

import csv
import io
import math
import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import TextIO

    import pandas as pd

DIGITS = 10
"""Significant digits of a value."""
_RUN = re.compile(r"'*[=+\-@\t\r\n]")
"""How a text begins that a spreadsheet runs, or that is such a text with an apostrophe in front."""
_ESCAPED = re.compile(r"'+[=+\-@\t\r\n]")
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?", re.ASCII)


@lru_cache(maxsize=4096)  # the same names come again in millions of rows
def escaped(text: str) -> str:
    """A text that no spreadsheet runs; a number written as text stays as it is.

    References
    ----------
    OWASP, CSV Injection.
    """
    runs = _RUN.match(text) is not None and _NUMBER.fullmatch(text) is None
    return f"'{text}" if runs else text


def unescaped(text: str) -> str:
    """The text that was escaped: what `escaped` made of it and nothing else reads back as it."""
    return text[1:] if text[:1] == "'" and _ESCAPED.match(text) else text


def as_csv(table: pd.DataFrame) -> str:
    """A table of results as it is written."""
    safe = _escaped_table(table)
    text: str = safe.to_csv(index=False, float_format=f"%.{DIGITS}g", lineterminator="\n")
    return text


def _escaped_table(table: pd.DataFrame) -> pd.DataFrame:
    """The same table where nothing in it would run, and that is nearly always; else a copy."""
    changed = {str(name): _escaped_column(table[name]) for name in table if _runs(table[name])}
    return table.assign(**changed).rename(columns=_cell)


def _runs(column: pd.Series[Any]) -> bool:
    if column.dtype.kind != "O":
        return False
    return any(escaped(text) != text for text in {*_texts(column)})


def _texts(column: Iterable[Any]) -> Iterator[str]:
    return (each for each in column if isinstance(each, str))


def _escaped_column(column: pd.Series[Any]) -> list[Any]:
    return [_cell(each) for each in column]


def _cell(value: Any) -> Any:
    return escaped(value) if isinstance(value, str) else value


def write_rows(out: TextIO, columns: Iterable[str], rows: Iterable[Iterable[Any]]) -> None:
    """Write a table row by row, for one that is too large to hold; what is missing stays empty."""
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(map(_cell, columns))
    writer.writerows(map(_to_digits, row) for row in rows)


def rows_as_csv(columns: Iterable[str], rows: Iterable[Iterable[Any]]) -> str:
    """A table that is given row by row, as text."""
    out = io.StringIO()
    write_rows(out, columns, rows)
    return out.getvalue()


def exact_csv(columns: Iterable[str], rows: Iterable[Iterable[Any]], *, ending: str = "\n") -> str:
    """The same with every number in the shortest text that reads back as it."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator=ending)
    writer.writerow(map(_cell, columns))
    writer.writerows(map(_exact, row) for row in rows)
    return out.getvalue()


def _to_digits(value: Any) -> Any:
    if isinstance(value, float):
        return "" if math.isnan(value) else f"{value:.{DIGITS}g}"
    return _cell(value)


def _exact(value: Any) -> Any:
    if isinstance(value, float) and math.isnan(value):
        return ""
    return _cell(value)
