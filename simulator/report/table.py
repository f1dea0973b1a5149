"""A table of a report: rows with heads, cells with a quieter second line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands in a table: a text, and what is said more quietly below it."""

    text: str
    below: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table, with the text that heads it."""

    head: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table with its caption.

    Parameters
    ----------
    caption
        What the table shows, with unit and period.
    columns
        Heads of the columns, that of the row heads first.
    words
        Whether cells are words, which stand at the left, and not numbers.
    label
        What tells it apart where captions are alike.
    """

    caption: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    words: bool = False
    label: str = ""


def cells(*texts: str) -> tuple[Cell, ...]:
    """Cells of one text each."""
    return tuple(Cell(text) for text in texts)


def year_heads(years: Sequence[str]) -> tuple[str, ...]:
    """Names of the years as heads of columns, the first marked as that of transition."""
    first, *others = years
    return (f"{first} (transition)", *others)
