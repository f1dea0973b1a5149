"""From the bytes of a file to lines of cells, as spreadsheets save them.

UTF-8 with or without a mark at its beginning, or what a spreadsheet calls Unicode text; commas, semicolons
or tabs between cells; any line ends. A cell is text and never evaluated.
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

LARGEST_FILE_BYTES = 10 * 10**6
COLUMNS = ("partnership", "period", "measure", "group", "value", "source")
NEEDED = ("period", "measure", "value")
DELIMITERS = (",", ";", "\t")
TAKE_THE_TEMPLATE = "begin from the file that treatment-sim template --out FILE.csv writes"


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


def read_sheet(file: Path, where: str, faults: list[Fault]) -> Sheet | None:
    """A file's lines, or None where they cannot be read; what is wrong is added to the faults."""
    text = _text(file, where)
    if isinstance(text, Fault):
        faults.append(text)
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


def _text(file: Path, where: str) -> str | Fault:
    try:
        with file.open("rb") as stream:
            content = stream.read(LARGEST_FILE_BYTES + 1)
    except (OSError, ValueError) as error:
        got = (getattr(error, "strerror", None) or str(error)).lower()
        return Fault(where, "the file", "be readable", got, "check the name and the folder")
    if len(content) > LARGEST_FILE_BYTES:
        rule, advice = "be at most 10 MB large", "give the figures of one partnership alone"
        return Fault(where, "the file", rule, "more", advice)
    is_unicode_text = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        text = content.decode("utf-16" if is_unicode_text else "utf-8-sig")
    except UnicodeDecodeError as error:
        return _not_unicode(content, error, where)
    return text if "\0" not in text else _no_table(where)


def _not_unicode(content: bytes, error: UnicodeDecodeError, where: str) -> Fault:
    if content.startswith((b"PK", b"\xd0\xcf\x11\xe0")):
        return _no_table(where)
    line = content.count(b"\n", 0, error.start) + 1
    got = f"byte 0x{content[error.start]:02x}"
    advice = "in the spreadsheet choose Save As, CSV UTF-8"
    return Fault(f"{where}:{line}", "the file", "be text in UTF-8", got, advice)


def _no_table(where: str) -> Fault:
    advice = "in the spreadsheet choose Save As, CSV UTF-8"
    return Fault(where, "the file", "be a table in text", "another kind of file", advice)


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
        except csv.Error:
            rule, advice = "be a table", "check the quotes here: a cell in quotes needs both"
            faults.append(Fault(f"{where}:{number}", "the line", rule, "", advice))
            return
        if cells:
            yield Line(number, tuple(cells))


# The heading


def _name(cell: str) -> str:
    return tidy(cell).casefold().replace(" ", "_").replace("-", "_")


def _columns(line: Line, where: str, faults: list[Fault]) -> dict[str, int]:
    names, here = [_name(cell) for cell in line.cells], f"{where}:{line.number}"
    missing = [name for name in NEEDED if name not in names]
    if not set(names) & set(COLUMNS):
        rule = f"name the columns {', '.join(COLUMNS)}"
        got = shown(", ".join(tidy(cell) for cell in line.cells))
        faults.append(Fault(here, "the first line", rule, got, TAKE_THE_TEMPLATE))
        return {}
    if missing:
        rule, advice = f"have the column {' and the column '.join(missing)}", TAKE_THE_TEMPLATE
        faults.append(Fault(here, "the first line", rule, "", advice))
    for place, name in enumerate(names):
        _check_column(name, tidy(line.cells[place]), names[:place], here, faults)
    if missing:
        return {}
    return {name: names.index(name) for name in COLUMNS if name in names}


def _check_column(name: str, cell: str, before: list[str], here: str, faults: list[Fault]) -> None:
    if name and name not in COLUMNS:
        advice = instead(name, COLUMNS)
        faults.append(Fault(here, "a column", "have a known name", shown(cell), advice))
    elif name and name in before:
        rule, advice = "be named once", "take out the second"
        faults.append(Fault(here, "a column", rule, shown(cell), advice))
