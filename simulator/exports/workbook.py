"""The workbook of a comparison: sheets that anybody can read, sort and print, with real numbers in them.

Each sheet has a title, notes, and one table with a row of heads that stays in view and comes again on each printed
page. No cells are merged. Every text is a text: none is a formula, however it begins.
"""

from __future__ import annotations

import datetime as dt
import io
import re
import textwrap
from functools import cache
from typing import TYPE_CHECKING, Any

from ..csv_text import escaped
from ..errors import MissingExtra
from .archive import unzipped, zipped
from .data import explained
from .sheets import PLAIN, Number, sheets

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..explanation import Explanation
    from ..replicate import Comparison
    from .about import About
    from .sheets import Cell, Column, Sheet

FONT, FONT_SIZE, TITLE_SIZE = "Arial", 11, 16
A4 = 9
NOTE_CHARACTERS = 110
"""As many characters of a note as stand in a line that is printed whole."""
FIRST_DAY = dt.datetime(2008, 4, 1)  # noqa: DTZ001 # no moment: the same in every workbook
PROPERTIES = "docProps/core.xml"
NOTHING = "Nothing to tell"
FOOT_RIGHT = "Page &P of &N"
_CHANGED = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*")


def workbook(
    comparison: Comparison, about: About, explanations: Sequence[Explanation] = ()
) -> bytes:
    """The workbook of a comparison, with the same bytes whenever it is made.

    Parameters
    ----------
    explanations
        Why the money moved under each scenario, where that has been worked out already.

    Raises
    ------
    MissingExtra
        Where the part that writes workbooks is not installed.
    """
    openpyxl = _openpyxl()
    book = openpyxl.Workbook()
    book.remove(book.active)
    _say_what_it_is(book, about)
    for sheet in sheets(comparison, about, explanations or explained(comparison)):
        _write(book.create_sheet(sheet.name), sheet, about.foot)
    whole = io.BytesIO()
    book.save(whole)
    return _without_dates(whole.getvalue())


def check_installed() -> None:
    """Say at once if the part that writes workbooks is missing.

    Raises
    ------
    MissingExtra
        If it is.
    """
    _openpyxl()


def _openpyxl() -> Any:
    try:
        import openpyxl  # an optional part
    except ModuleNotFoundError as error:
        raise MissingExtra("writing a workbook", "excel") from error
    return openpyxl


def _say_what_it_is(book: Any, about: About) -> None:
    told = book.properties
    told.creator = "Treatment Funding Simulator"
    told.title = _text(about.title)
    told.description = about.illustrative
    told.language = "en-GB"
    told.created = FIRST_DAY


def _without_dates(content: bytes) -> bytes:
    """The same workbook, of which nothing says when it was saved."""
    files = unzipped(content)
    files[PROPERTIES] = _CHANGED.sub(
        rb"\g<1>" + FIRST_DAY.isoformat().encode() + b"Z", files[PROPERTIES]
    )
    return zipped(files)


# A sheet


def _write(page: Any, sheet: Sheet, foot: str) -> None:
    notes = [line for note in sheet.notes for line in textwrap.wrap(note, NOTE_CHARACTERS)]
    head = len(notes) + 2
    _write_title(page, sheet.title, notes)
    _write_heads(page, sheet, head)
    rows = sheet.rows or ((NOTHING, *[""] * (len(sheet.columns) - 1)),)
    looks: dict[tuple[str, bool], Any] = {}
    for down, row in enumerate(rows, head + 1):
        for across, (cell, column) in enumerate(zip(row, sheet.columns, strict=True), 1):
            _put(page.cell(down, across), cell, column, looks)
    _make_table(page, sheet, head, head + len(rows))
    _make_printable(page, head, foot)


@cache  # one look for all cells that share it: a workbook has a hundred thousand
def _font(size: int = FONT_SIZE, *, bold: bool = False) -> Any:
    from openpyxl.styles import Font

    return Font(name=FONT, size=size, bold=bold)


@cache
def _alignment(vertical: str = "top", *, wraps: bool = False) -> Any:
    from openpyxl.styles import Alignment

    return Alignment(vertical=vertical, wrap_text=wraps)


def _write_title(page: Any, title: str, notes: Sequence[str]) -> None:
    _put_text(page.cell(1, 1), title, _font(TITLE_SIZE, bold=True))
    for down, note in enumerate(notes, 2):
        _put_text(page.cell(down, 1), note, _font())


def _write_heads(page: Any, sheet: Sheet, head: int) -> None:
    from openpyxl.utils import get_column_letter

    for across, column in enumerate(sheet.columns, 1):
        cell = page.cell(head, across)
        _put_text(cell, column.head, _font(bold=True))
        cell.alignment = _alignment("bottom", wraps=True)
        page.column_dimensions[get_column_letter(across)].width = column.width
    page.freeze_panes = page.cell(head + 1, 1)


def _put(place: Any, cell: Cell, column: Column, looks: dict[tuple[str, bool], Any]) -> None:
    """Write a cell that looks as others of its kind do: to work a look out anew takes longer than all else."""
    shown = cell.shown if isinstance(cell, Number) else PLAIN
    if isinstance(cell, Number):
        place.value = cell.value
    else:
        place.value, place.data_type = _text(cell), "s"
    kind = (shown, column.wraps)
    if kind in looks:
        place._style = looks[kind]  # what openpyxl has no other way for
        return
    place.font, place.alignment, place.number_format = _font(), _alignment(wraps=kind[1]), shown
    looks[kind] = place._style


def _put_text(place: Any, text: str, font: Any) -> None:
    """A text as a text: never a formula, a date or an error, whatever it looks like."""
    place.value = _text(text)
    place.data_type = "s"
    place.font = font


def _text(text: str) -> str:
    """A text that no spreadsheet runs, without what no workbook can hold."""
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    return escaped(ILLEGAL_CHARACTERS_RE.sub("", text))


def _make_table(page: Any, sheet: Sheet, head: int, last: int) -> None:
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.table import Table, TableStyleInfo

    reach = f"A{head}:{get_column_letter(len(sheet.columns))}{last}"
    table = Table(displayName=sheet.name.replace(" ", "_"), ref=reach)
    table.tableStyleInfo = TableStyleInfo(name="TableStyleLight1", showRowStripes=True)
    page.add_table(table)


def _make_printable(page: Any, head: int, foot: str) -> None:
    """On A4, as wide as the page, the heads on each, and each with its number."""
    page.page_setup.orientation = "landscape"
    page.page_setup.paperSize = A4
    page.page_setup.fitToWidth, page.page_setup.fitToHeight = 1, 0
    page.sheet_properties.pageSetUpPr.fitToPage = True
    page.print_title_rows = f"{head}:{head}"
    page.oddFooter.left.text, page.oddFooter.right.text = foot, FOOT_RIGHT
    page.oddFooter.center.text = "&A"
