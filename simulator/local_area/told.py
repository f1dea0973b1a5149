"""What was wrong with a file of figures, and what was understood of it, row by row as a page shows them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from ..years import year_name
from .figures import ALL
from .kinds import KINDS, Unit
from .sheet import TAKE_THE_TEMPLATE

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

    from ..errors import Fault
    from .figures import Amount, LocalFigures


_LINE = re.compile(r"\b([Ll])ine(s?)\b")
_ON_THE_PAGE = {
    TAKE_THE_TEMPLATE: "begin from the template: download it on this page, and put your figures into it",
}
_LIST_OF = {
    "measure": "take a name from the list: download what the columns mean on this page",
}
"""What to do where a name is like none that is known, and those that are known are too many to read."""


class RowFault(NamedTuple):
    """One thing that is wrong in a file.

    Parameters
    ----------
    row
        The row of the spreadsheet, counted from 1 with the heading; None where it is the file as a whole.
    what
        The column, or what else is wrong.
    must, found, do
        What it must be, what stands there (empty where nothing does), and what to do.
    """

    row: int | None
    what: str
    must: str
    found: str
    do: str

    @property
    def sentence(self) -> str:
        """All of it: ``Row 3: value must be a number. Found: 'twelve'. Write digits.``"""
        place = (
            f"Row {self.row}: {self.what}"
            if self.row
            else f"{self.what[:1].upper()}{self.what[1:]}"
        )
        found = f" Found: {self.found}." if self.found else ""
        return f"{place} must {self.must}.{found} {self.do[:1].upper()}{self.do[1:].rstrip('.')}."


def faults_by_row(faults: Iterable[Fault]) -> tuple[RowFault, ...]:
    """Faults of a file with the rows in which they stand, in their order."""
    return tuple(
        RowFault(
            _row(fault.where), in_rows(fault.name), in_rows(fault.rule), fault.got, _to_do(fault)
        )
        for fault in faults
    )


def in_rows(text: str) -> str:
    """A text in which lines of a file are called rows, as spreadsheets call them."""
    return _LINE.sub(lambda found: f"{'R' if found[1] == 'L' else 'r'}ow{found[2]}", text)


def _to_do(fault: Fault) -> str:
    """What to do, for somebody who looks at a page: no command, and no list that nobody reads."""
    if fault.advice.startswith("known here: "):
        known = fault.advice.removeprefix("known here: ")
        return _LIST_OF.get(fault.name, f"write one of {known}")
    return in_rows(_ON_THE_PAGE.get(fault.advice, fault.advice))


def _row(where: str) -> int | None:
    _, _, line = where.rpartition(":")
    return int(line) if line.isascii() and line.isdecimal() else None


def understood(figures: LocalFigures) -> pd.DataFrame:
    """What was read, one row for each figure of a year, as a table for reading.

    Returns
    -------
    Columns Figure, Group, Year, Value, Source and Rows (of the file), all text.
    """
    import pandas as pd

    columns = ("Figure", "Group", "Year", "Value", "Source", "Rows")
    rows = [
        (
            title_of(each.of.measure),
            "All" if each.of.group == ALL else each.of.group,
            year_name(each.of.year),
            amount_told(each.of.measure, each.amount),
            each.source or "not given",
            ", ".join(str(line) for line in each.lines),
        )
        for each in figures.figures
    ]
    return pd.DataFrame(rows, columns=columns)


def as_read(figures: LocalFigures) -> pd.DataFrame:
    """What was read in plain numbers, for a download: one row for each figure of a year.

    Returns
    -------
    A suppressed number lies from low to high; value is their middle.
    """
    import pandas as pd

    return pd.DataFrame(
        {
            "partnership": figures.partnership,
            "measure": each.of.measure,
            "figure": title_of(each.of.measure),
            "unit": KINDS[each.of.measure].unit.value,
            "group": each.of.group,
            "year": year_name(each.of.year),
            "value": each.amount.mean,
            "low": each.amount.low,
            "high": each.amount.high,
            "source": each.source,
            "rows": " ".join(str(line) for line in each.lines),
        }
        for each in figures.figures
    )


def title_of(measure: str) -> str:
    """A figure in plain English, without the remark on how it is counted."""
    title = KINDS[measure].title.partition(":")[0]
    return f"{title[:1].upper()}{title[1:]}"


def amount_told(measure: str, amount: Amount) -> str:
    """What is known of a number: ``1,415``, ``76%``, ``below 5``, ``82 to 90 (partly suppressed)``."""
    if amount.is_exact:
        return number_told(measure, amount.mean)
    if amount.is_hidden:
        return f"below {number_told(measure, amount.high + 1)}"
    ends = f"{number_told(measure, amount.low)} to {number_told(measure, amount.high)}"
    return f"{ends} (partly suppressed)"


def number_told(measure: str, number: float) -> str:
    """A number in the unit of its figure, as precise as it is recorded: ``£1,250,000``, ``76.4%``, ``6.3 days``."""
    unit = KINDS[measure].unit
    if unit is Unit.POUNDS:
        return f"£{number:,.0f}"
    if unit is Unit.SHARE:
        return f"{100 * number:.1f}".removesuffix(".0") + "%"
    if unit is Unit.DAYS:
        return f"{number:,.1f} days"
    return f"{number:,.1f}" if unit is Unit.RATIO else f"{number:,.0f}"
