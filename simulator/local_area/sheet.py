"""From the bytes of a file to lines of cells, as spreadsheets save them.

UTF-8 with or without a mark at its beginning, or what a spreadsheet calls Unicode text; commas, semicolons
or tabs between cells; any line ends. A cell is text and never evaluated. What is too large to be one partnership's
figures is refused before it is looked at, so that no file takes long.
"""

from __future__ import annotations

import codecs
import csv
import io
from typing import TYPE_CHECKING, NamedTuple

from ..errors import Fault
from ..scenario.tree import instead, shown
from .cells import tidy

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LARGEST_FILE_BYTES = 2 * 10**6
MOST_LINES = 10_000
"""Every figure that the model knows, for each group, by quarter for a dozen years, is fewer."""
MOST_CELLS = 100
LONGEST_CELL = 1_000
"""Characters; a longer cell is mostly a quote that was opened and not closed."""
COLUMNS = ("partnership", "period", "measure", "group", "value", "source")
NEEDED = ("period", "measure", "value")
DELIMITERS = (",", ";", "\t")
TAKE_THE_TEMPLATE = (
    "begin from the template, which the app offers and treatment-sim template --out FILE.csv writes"
)
SAVE_AS = (
    "open it in a spreadsheet, choose Save As, and there the kind of file that is called CSV UTF-8"
)


class Line(NamedTuple):
    """One line of a file.

    Parameters
    ----------
    number
        As editors count: the first is 1. A cell that runs over several lines stands at its first.
    """

    number: int
    cells: tuple[str, ...]

    @property
    def is_empty(self) -> bool:
        """Whether nothing stands in it, as in the lines that spreadsheets leave at the end."""
        return not any(tidy(cell).strip(",;") for cell in self.cells)

    @property
    def is_remark(self) -> bool:
        """Whether it begins with ``#``, so that it is no figure."""
        return tidy(self.cells[0]).startswith("#")


class Sheet(NamedTuple):
    """The lines of a file below its heading, and the place of each column."""

    columns: dict[str, int]
    width: int
    lines: tuple[Line, ...]


def bytes_of(file: Path, where: str) -> bytes | Fault:
    """What a file holds, or why it cannot be read; of one that is too large, no more than shows that it is."""
    try:
        with file.open("rb") as stream:
            return stream.read(LARGEST_FILE_BYTES + 1)
    except (OSError, ValueError) as error:
        got = (getattr(error, "strerror", None) or str(error)).lower()
        return Fault(where, "the file", "be readable", got, "check the name and the folder")


def read_sheet(content: bytes, where: str, faults: list[Fault]) -> Sheet | None:
    """A file's lines, or None where they cannot be read; what is wrong is added to the faults."""
    text = _text(content, where)
    if isinstance(text, Fault):
        faults.append(text)
        return None
    if max(text.count("\n"), text.count("\r")) > MOST_LINES:
        rule = f"have at most {MOST_LINES:,} lines"
        advice = "give the figures of one partnership alone, and delete empty lines at the end"
        faults.append(Fault(where, "the file", rule, "more", advice))
        return None
    lines = [
        line
        for line in _lines(text, _delimiter(text), where, faults)
        if not (line.is_empty or line.is_remark or _names_the_delimiter(line))
    ]
    if not lines:
        if not faults:
            faults.append(Fault(where, "the file", "not be empty", "", TAKE_THE_TEMPLATE))
        return None
    columns = _columns(lines[0], where, faults)
    return Sheet(columns, len(lines[0].cells), tuple(lines[1:])) if columns else None


# Bytes to text

_NOT_TEXT = (
    (b"PK", "an Excel workbook, or another file that is packed"),
    (b"\xd0\xcf\x11\xe0", "an Excel workbook of an older kind"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"%PDF", "a PDF"),
    (b"\x1f\x8b", "a file that is packed"),
    (b"{\\rtf", "a document"),
    (b"<", "a web page, or another file with marks between < and >"),
)
"""How files begin that are no table in text."""


def _text(content: bytes, where: str) -> str | Fault:
    if len(content) > LARGEST_FILE_BYTES:
        rule = f"be at most {LARGEST_FILE_BYTES // 10**6} MB large"
        return Fault(where, "the file", rule, "more", "give the figures of one partnership alone")
    for beginning, kind in _NOT_TEXT:
        if content.startswith(beginning):
            return _no_table(where, kind)
    is_unicode_text = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        text = content.decode("utf-16" if is_unicode_text else "utf-8-sig")
    except UnicodeDecodeError as error:
        return _not_unicode(content, error, where)
    return text if "\0" not in text else _no_table(where, "another kind of file")


def _not_unicode(content: bytes, error: UnicodeDecodeError, where: str) -> Fault:
    line = content.count(b"\n", 0, error.start) + 1
    byte = content[error.start : error.start + 1]
    meant = byte.decode("cp1252", errors="ignore")
    read_as = f", perhaps {meant}" if meant.isprintable() and meant else ""
    rule = "be saved as CSV UTF-8, so that signs such as £ can be read"
    return Fault(
        f"{where}:{line}", "the file", rule, f"a sign that cannot be read{read_as}", SAVE_AS
    )


def _no_table(where: str, kind: str) -> Fault:
    return Fault(where, "the file", "be a table that is saved as CSV", kind, SAVE_AS)


# Text to lines


def _names_the_delimiter(line: Line) -> bool:
    """Whether it is the line ``sep=;``, with which some programs tell spreadsheets what to do."""
    first = line.cells[0].casefold()
    return line.number == 1 and first.startswith("sep=") and not any(line.cells[1:])


def _delimiter(text: str) -> str:
    """What stands between cells: the sign that makes most known names of a line near the beginning."""
    beginning = text[:5000].splitlines()[:20]

    def known(delimiter: str) -> int:
        return max((_known_names(line.split(delimiter)) for line in beginning), default=0)

    return max(DELIMITERS, key=known)


def _known_names(cells: list[str]) -> int:
    return sum(_name(cell.strip('"')) in COLUMNS for cell in cells)


def _lines(text: str, delimiter: str, where: str, faults: list[Fault]) -> Iterator[Line]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    while True:
        number = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            faults.append(_torn(f"{where}:{number}", error))
            return
        wrong = _out_of_bounds(cells)
        if wrong:
            faults.append(Fault(f"{where}:{number}", "the line", *wrong))
        elif cells:
            yield Line(number, tuple(cells))


def _torn(here: str, error: csv.Error) -> Fault:
    """Why the cells of a line could not be told apart."""
    if "field limit" in str(error):
        return Fault(here, "the line", *_too_long("more than 100,000"))
    rule = "have its quotes in pairs"
    advice = "check the quotes here: text that begins with a quote must end with one"
    return Fault(here, "the line", rule, "", advice)


def _out_of_bounds(cells: list[str]) -> tuple[str, str, str] | None:
    """What a line must be, is, and what to do, where no figure's line is so long."""
    if len(cells) > MOST_CELLS:
        rule, advice = f"have at most {MOST_CELLS} cells", f"keep the columns {', '.join(COLUMNS)}"
        return rule, f"{len(cells):,}", advice
    longest = max(map(len, cells), default=0)
    return _too_long(f"{longest:,}") if longest > LONGEST_CELL else None


def _too_long(got: str) -> tuple[str, str, str]:
    rule = f"have at most {LONGEST_CELL:,} characters in a cell"
    return rule, got, "shorten it, or close a quote that was left open"


# The heading


def _name(cell: str) -> str:
    return tidy(cell).casefold().replace(" ", "_").replace("-", "_")


def _columns(line: Line, where: str, faults: list[Fault]) -> dict[str, int]:
    names, here = [_name(cell) for cell in line.cells], f"{where}:{line.number}"
    missing = [name for name in NEEDED if name not in names]
    if not set(names) & set(COLUMNS):
        rule = f"hold the names of the columns: {', '.join(COLUMNS)}"
        got = shown(", ".join(tidy(cell) for cell in line.cells))
        faults.append(Fault(here, "the first line", rule, got, TAKE_THE_TEMPLATE))
        return {}
    if missing:
        rule, advice = (
            f"have a column that is called {' and one that is called '.join(missing)}",
            TAKE_THE_TEMPLATE,
        )
        faults.append(Fault(here, "the first line", rule, "", advice))
    for place, name in enumerate(names):
        _check_column(name, tidy(line.cells[place]), names[:place], here, faults)
    if missing:
        return {}
    return {name: names.index(name) for name in COLUMNS if name in names}


def _check_column(name: str, cell: str, before: list[str], here: str, faults: list[Fault]) -> None:
    if name and name not in COLUMNS:
        advice = instead(name, COLUMNS)
        rule = f"be called one of {', '.join(COLUMNS)}"
        faults.append(Fault(here, "a column", rule, shown(cell), advice))
    elif name and name in before:
        rule, advice = "be named once", "take out the second"
        faults.append(Fault(here, "a column", rule, shown(cell), advice))
