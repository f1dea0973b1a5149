"""Read a partnership's own figures and check them whole: every fault is told at once, by line."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, NamedTuple

from ..errors import BadInput, Fault
from ..scenario import load
from ..scenario.library import as_shown
from ..scenario.loading import in_order
from ..scenario.rules import LONGEST_NAME
from ..scenario.tree import LONGEST_SHOWN, instead, printable, shown
from ..years import year_name
from . import cells
from .by_year import OTHER, PDU, Row, as_years
from .cells import Wrong, as_given, tidy
from .contradictions import contradictions
from .figures import ALL, LocalFigures
from .kinds import FOR_ALL_ALONE, KINDS, Unit
from .sheet import COLUMNS, TAKE_THE_TEMPLATE, Line, Sheet, bytes_of, read_sheet

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from .figures import Amount

USUAL_BASE = "baseline_2008"
ANY_NAME = "Our area"
EXAMPLE = "EXAMPLE"
LONGEST_SOURCE = 300
MOST_FAULTS = 200
MOST_NOTES = 50
NO_NAME = "your file"
SIZES = ("in_contact", "in_treatment", "in_effective_treatment", "new_presentations")
"""Figures that say how large an area is."""

_BEGINS_LIKE_A_FORMULA = ("=", "+", "-", "@")
_SAME_GROUP = {"": ALL, "total": ALL, "pdus": PDU, "opiates": "opiate", "opiate_users": "opiate"}


@lru_cache
def usual_groups() -> tuple[str, ...]:
    """The substance groups of the scenario from which areas usually begin."""
    return tuple(load(USUAL_BASE).world.groups)


def read_local(file: str | Path, groups: Sequence[str] | None = None) -> LocalFigures:
    """Read a CSV of a partnership's own yearly or quarterly figures.

    Parameters
    ----------
    file
        As ``treatment-sim template`` writes it, with the area's figures.
    groups
        Substance groups of the scenario that the figures are for; by default those of baseline_2008.

    Returns
    -------
    Figures by year. Quarters have been added up, figures of problem drug users have become those of other
    drug users, and what is not a whole year is left out and noted.

    Raises
    ------
    BadInput
        With every fault of the file, by line.
    """
    file = Path(file)
    where = as_shown(str(file))
    content = bytes_of(file, where)
    if isinstance(content, Fault):
        raise BadInput([content])
    return _read(content, where, file.name, groups)


def read_upload(content: bytes, name: str, groups: Sequence[str] | None = None) -> LocalFigures:
    """Read figures that somebody sent: the content of a file, with the name that they gave it.

    Nothing is written or evaluated, and no content takes longer than some seconds to be refused.

    Parameters
    ----------
    content
        What the file holds.
    name
        What it is called, for messages; a partnership without a name is called after it.
    groups
        As in `read_local`.

    Returns
    -------
    Figures by year, as of `read_local`.

    Raises
    ------
    BadInput
        With every fault of the file, by line.
    """
    plain = _file_name(name)
    return _read(content, plain, plain, groups)


def _file_name(name: str) -> str:
    """A file's name without its folders, as it can be shown."""
    last = printable(tidy(re.split(r"[/\\]", name)[-1]))
    if len(last) > LONGEST_SHOWN:
        last = f"{last[: LONGEST_SHOWN - 1]}…"
    return last or NO_NAME


def _read(content: bytes, where: str, name: str, groups: Sequence[str] | None) -> LocalFigures:
    reading = _Reading(where, groups or usual_groups())
    found = reading.figures(content, name)
    if reading.faults or found is None:
        raise BadInput(_told(reading.faults, reading.where))
    return found


def _told(faults: Iterable[Fault], where: str) -> list[Fault]:
    """Faults by line; of very many the first, and how many more there are."""
    ordered = in_order(faults)
    more = len(ordered) - MOST_FAULTS
    if more <= 0:
        return ordered
    rule, advice = f"have no more than {MOST_FAULTS} faults to tell", "mend these first"
    return [*ordered[:MOST_FAULTS], Fault(where, "the file", rule, f"{more:,} more", advice)]


class _Names(NamedTuple):
    """What stands in the columns that are text."""

    partnership: str
    source: str


class _Reading:
    """One file under way, with the faults found so far."""

    def __init__(self, where: str, groups: Sequence[str]):
        self.where, self.groups = where, groups
        self.known_groups = (*groups, *([PDU] if OTHER in groups else []), ALL)
        self.faults: list[Fault] = []
        self.notes: list[str] = []
        self.partnerships: dict[str, int] = {}
        self.was_a_date: dict[str, int] = {}

    def wrong(self, line: int, name: str, wrong: Wrong, got: str = "") -> None:
        where = f"{self.where}:{line}" if line else self.where
        self.faults.append(Fault(where, name, wrong.rule, got, wrong.advice))

    def figures(self, content: bytes, file_name: str) -> LocalFigures | None:
        sheet = read_sheet(content, self.where, self.faults)
        if sheet is None:
            return None
        rows = [row for line in sheet.lines for row in self._row(line, sheet)]
        self._one_partnership()
        self._tell_dates()
        rows = self._each_once(rows)
        found, notes = as_years(rows, self.wrong, whole_file=not self.faults)
        self.notes += notes
        for figure in contradictions(found, self.groups):
            self.wrong(*figure)
        if not self.faults:
            self._enough({each.of.measure for each in found}, many_rows=len(rows))
        name = next(iter(self.partnerships), _name_of(file_name))
        title = f"the area's own figures, {printable(file_name)}"
        return LocalFigures(name, title, tuple(found), self._notes())

    def _notes(self) -> tuple[str, ...]:
        """Notes; of very many the first, and how many more there are."""
        more = len(self.notes) - MOST_NOTES
        told = [f"{more:,} more lines were left out or read so."] if more > 0 else []
        return (*self.notes[:MOST_NOTES], *told)

    def _instead(self, name: str, known: Iterable[str]) -> str:
        """The nearest name that is known, while faults are still told: looking for it is slow."""
        return instead(name, known) if len(self.faults) < MOST_FAULTS else TAKE_THE_TEMPLATE

    # One line

    def _row(self, line: Line, sheet: Sheet) -> list[Row]:
        """The row of a line, or none where it is at fault or has no value."""
        before = len(self.faults)
        cell = _cells(line, sheet)
        if any(tidy(extra) for extra in line.cells[sheet.width :]):
            rule = f"have {sheet.width} cells, as the first line has"
            advice = 'write numbers without commas (1415 for 1,415), and text that holds a comma in quotes: "so, and so"'
            self.wrong(line.number, "the line", Wrong(rule, advice), str(len(line.cells)))
            return []
        names = self._names(line.number, cell)
        period = self._period(line.number, cell["period"])
        measure = self._measure(line.number, cell["measure"])
        group = self._group(line.number, cell["group"], measure)
        amount = self._amount(line.number, cell["value"], measure)
        if period is None or measure is None or amount is None or len(self.faults) > before:
            return []
        return [Row(line.number, period, measure, group, amount, names.source)]

    def _names(self, line: int, cell: dict[str, str]) -> _Names:
        partnership, source = tidy(cell["partnership"]), tidy(cell["source"])
        for column, text in (("partnership", partnership), ("source", source)):
            if not text.isprintable():
                advice = "type it again: it holds a sign that cannot be seen, shown here with \\"
                self.wrong(line, column, Wrong("be letters and signs", advice), shown(text))
        if partnership.upper() == EXAMPLE:
            wrong = Wrong("be your own figure", "take out the examples of the template")
            self.wrong(line, "the line", wrong, shown(partnership))
        elif partnership.isprintable() and partnership:
            self.partnerships.setdefault(partnership, line)
        if len(source) > LONGEST_SOURCE:
            wrong = Wrong(f"have at most {LONGEST_SOURCE} characters", "give title and year alone")
            self.wrong(line, "source", wrong, str(len(source)))
        if source.startswith(_BEGINS_LIKE_A_FORMULA):
            rule = "begin with none of = + - @, which spreadsheets take for a formula"
            self.wrong(line, "source", Wrong(rule, "begin with the title"), shown(source))
        return _Names(partnership, source)

    def _period(self, line: int, text: str) -> cells.Period | None:
        found = cells.period(text)
        if isinstance(found, Wrong):
            self.wrong(line, "period", found, as_given(text))
            return None
        if found.was_a_date:
            self.was_a_date.setdefault(f"{tidy(text)} was read as {found.name}", line)
        return found

    def _measure(self, line: int, text: str) -> str | None:
        name = tidy(text).casefold().replace(" ", "_").replace("-", "_")
        if name in KINDS:
            return name
        wrong = Wrong("be the name of a measure on the list", self._instead(name, KINDS))
        self.wrong(line, "measure", wrong, as_given(text))
        return None

    def _group(self, line: int, text: str, measure: str | None) -> str:
        name = tidy(text).casefold().replace(" ", "_")
        name = _SAME_GROUP.get(name, name)
        if name not in self.known_groups:
            wrong = Wrong("be a substance group", self._instead(name, self.known_groups))
            self.wrong(line, "group", wrong, as_given(text))
        elif measure is None or name == ALL:
            return name
        elif KINDS[measure].unit is Unit.POUNDS or measure in FOR_ALL_ALONE:
            wrong = Wrong(f"be all for {measure}", "write all, or leave it empty")
            self.wrong(line, "group", wrong, as_given(text))
        elif name == PDU and KINDS[measure].unit is not Unit.PEOPLE:
            advice = f"give the groups apart: {', '.join(self.groups)}"
            wrong = Wrong("be a group of the model for a share or an average", advice)
            self.wrong(line, "group", wrong, as_given(text))
        return name

    def _amount(self, line: int, text: str, measure: str | None) -> Amount | None:
        unit = KINDS[measure].unit if measure else Unit.PEOPLE
        found = cells.amount(text, unit)
        if isinstance(found, Wrong):
            # What a number must be depends on the measure; that it is one does not.
            if measure or found.rule in ("be a number", "be 0 or more"):
                self.wrong(line, "value", found, as_given(text))
            return None
        if found is None:
            self.notes.append(f"Line {line}: no number is given ({as_given(text)}), so left out.")
        return found

    # The lines together

    def _one_partnership(self) -> None:
        for name, line in self.partnerships.items():
            fit = len(name) <= LONGEST_NAME and name != ALL
            if not fit or name.startswith(_BEGINS_LIKE_A_FORMULA):
                rule = (
                    f"be a name of 1 to {LONGEST_NAME} characters that begins with none of = + - @"
                )
                self.wrong(line, "partnership", Wrong(rule, "rename it"), shown(name))
        first, *others = self.partnerships or [""]
        for name in others:
            wrong = Wrong(f"be {shown(first)}, as before", "make a file for each partnership")
            self.wrong(self.partnerships[name], "partnership", wrong, shown(name))

    def _tell_dates(self) -> None:
        self.notes += [
            f"Line {line}: {told}; a spreadsheet had made a date of it."
            for told, line in self.was_a_date.items()
        ]

    def _each_once(self, rows: list[Row]) -> list[Row]:
        """Rows without those that were given before."""
        first: dict[tuple[str, str, str], Row] = {}
        for row in rows:
            key = (row.measure, row.group, row.period.name)
            if key in first:
                advice = f"keep this line or line {first[key].line}"
                got = f"a second {row.what}"
                self.wrong(row.line, "the line", Wrong("be given once", advice), got)
            first.setdefault(key, row)
        return list(first.values())

    def _enough(self, measures: set[str], many_rows: int) -> None:
        if not many_rows:
            self.wrong(0, "the file", Wrong("hold a figure", TAKE_THE_TEMPLATE), "none")
        elif not measures & set(SIZES):
            rule = f"hold a whole year of at least one of {', '.join(SIZES)}"
            advice = "give one of them: they say how large the area is"
            self.wrong(0, "the file", Wrong(rule, advice), "none")


def _cells(line: Line, sheet: Sheet) -> dict[str, str]:
    """Cells by column; of a column that is not there, or a line that ends early, empty."""
    places = {name: sheet.columns.get(name, len(line.cells)) for name in COLUMNS}
    return {name: line.cells[i] if i < len(line.cells) else "" for name, i in places.items()}


def _name_of(file_name: str) -> str:
    """A partnership's name from its file's, where that can be one."""
    stem = printable(tidy(re.sub(r"[_]+", " ", PurePosixPath(file_name).stem)))
    fit = 0 < len(stem) <= LONGEST_NAME and stem != ALL
    return stem if fit and stem[0].isalnum() else ANY_NAME


def years_told(figures: LocalFigures) -> str:
    """The years of the figures as people read them: ``2010-11 to 2012-13``."""
    names = [year_name(year) for year in figures.years]
    return names[0] if len(names) == 1 else f"{names[0]} to {names[-1]}"
