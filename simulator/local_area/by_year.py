"""From rows to figures by year: quarters that make a year, and problem drug users who leave the others."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from itertools import groupby
from operator import add
from typing import TYPE_CHECKING, Protocol

from ..years import year_name
from .cells import Period, Wrong
from .figures import ALL, Amount, LocalFigure, Where
from .kinds import KINDS, Quarters, Unit

if TYPE_CHECKING:
    from collections.abc import Iterable

PDU, OTHER = "pdu", "other"
"""Opiate and crack users together, as National Indicator 40 counted them, and everybody else."""
AGREE_SHARE, AGREE_PEOPLE = 0.02, 5.0
"""How far a year and its quarters, or a total and its groups, may differ: figures are rounded and revised."""
_NUMBERS = ("none", "one", "two", "three")


class Tell(Protocol):
    """Takes a fault: a line, the name of what is wrong, what it must be, what it is."""

    def __call__(self, line: int, name: str, wrong: Wrong, got: str = "") -> None:
        """Note it."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the file, understood."""

    line: int
    period: Period
    measure: str
    group: str
    amount: Amount
    source: str

    @property
    def of(self) -> Where:
        """What the row is of, by year."""
        return Where(self.measure, self.group, self.period.year)

    @property
    def what(self) -> str:
        """The row in words."""
        group = "" if self.group == ALL else f", {self.group}"
        return f"{self.measure}{group}, {self.period.name}"


def agree(first: Amount, second: Amount, rounded: int = 1) -> bool:
    """Whether two numbers may be the same but for rounding, so many times, and revision."""
    room = max(AGREE_PEOPLE * rounded, AGREE_SHARE * max(first.high, second.high))
    return first.low <= second.high + room and second.low <= first.high + room


def as_years(
    rows: Iterable[Row], tell: Tell, *, whole_file: bool
) -> tuple[list[LocalFigure], list[str]]:
    """Figures by year, and notes on what was left out.

    Parameters
    ----------
    tell
        Takes what is wrong.
    whole_file
        Whether no line was at fault, so that what is not there was not given.
    """
    notes: list[str] = []
    ordered = sorted(rows, key=lambda row: (row.of, row.line))
    years = [_year([*same], tell, notes) for _, same in groupby(ordered, key=lambda row: row.of)]
    found = {figure.of: figure for figure in years if figure is not None}
    found = _without_pdus(found, tell, whole_file=whole_file)
    return sorted(found.values(), key=lambda figure: figure.lines), notes


def _year(rows: list[Row], tell: Tell, notes: list[str]) -> LocalFigure | None:
    """One figure from a year's row, or from its quarters."""
    whole = [row for row in rows if row.period.quarter is None]
    quarters = [row for row in rows if row.period.quarter is not None]
    added = _from_quarters(quarters, tell, notes, told=not whole) if quarters else None
    if not whole:
        return added
    if added is not None and not agree(whole[0].amount, added.amount):
        got = f"{_words(whole[0].amount)} beside quarters of {_words(added.amount)}"
        wrong = Wrong("agree with its quarters", "check both, or take one of them out")
        tell(whole[0].line, whole[0].what, wrong, got)
    return LocalFigure(whole[0].of, whole[0].amount, whole[0].source, (whole[0].line,))


def _words(amount: Amount) -> str:
    return f"{amount.low:,g}" if amount.is_exact else f"{amount.low:,g} to {amount.high:,g}"


def _from_quarters(
    rows: list[Row], tell: Tell, notes: list[str], *, told: bool
) -> LocalFigure | None:
    how = KINDS[rows[0].measure].quarters
    if how in (Quarters.PERSONS, Quarters.SHARE):
        for row in rows:
            tell(row.line, row.what, Wrong("be of a whole year", how.value), row.period.name)
        return None
    used = rows if how is Quarters.ADD else [row for row in rows if row.period.quarter == 4]
    if len(used) < (4 if how is Quarters.ADD else 1):
        if told:
            notes.append(_left_out(rows, how))
        return None
    total = reduce(add, (row.amount for row in used))
    source = next((row.source for row in used if row.source), "")
    return LocalFigure(rows[0].of, total, source, tuple(row.line for row in used))


def _left_out(rows: list[Row], how: Quarters) -> str:
    row = rows[0]
    group = "" if row.group == ALL else f", {row.group}"
    what = f"{row.measure}{group}, {year_name(row.period.year)}"
    if how is Quarters.LAST:
        return f"{what}: counted on 31 March, and quarter 4 is not given, so left out."
    return f"{what}: {_NUMBERS[len(rows)]} of four quarters, so left out."


def _without_pdus(
    found: dict[Where, LocalFigure], tell: Tell, *, whole_file: bool
) -> dict[Where, LocalFigure]:
    """Problem drug users beside all leave other drug users; beside others they make all.

    The model knows opiate and crack users apart, so their sum is no figure of its own.
    """
    kept = {of: figure for of, figure in found.items() if of.group != PDU}
    for of, pdu in found.items():
        if of.group != PDU:
            continue
        both, rest = kept.get(of._replace(group=ALL)), kept.get(of._replace(group=OTHER))
        if both is not None and rest is None:
            kept[of._replace(group=OTHER)] = _made(pdu, both, OTHER, both.amount.less(pdu.amount))
        elif rest is not None and both is None:
            kept[of._replace(group=ALL)] = _made(pdu, rest, ALL, rest.amount + pdu.amount)
        elif both is None and whole_file:
            wrong = Wrong("be given beside all or other", "the model knows opiate and crack apart")
            tell(pdu.lines[0], f"{of.measure}, {PDU}", wrong, year_name(of.year))
        if both is not None:
            _check_part(pdu, both, tell)
    return kept


def _check_part(pdu: LocalFigure, both: LocalFigure, tell: Tell) -> None:
    if pdu.amount.low > both.amount.high:
        wrong = Wrong(f"be at most all, {both.amount.high:,g}", "check both figures")
        tell(pdu.lines[0], f"{pdu.of.measure}, {PDU}", wrong, f"{pdu.amount.low:,g}")


def _made(pdu: LocalFigure, beside: LocalFigure, group: str, amount: Amount) -> LocalFigure:
    lines = (*pdu.lines, *beside.lines)
    return LocalFigure(pdu.of._replace(group=group), amount, pdu.source or beside.source, lines)


def is_count(measure: str) -> bool:
    """Whether a measure counts people or events, so that groups add up to all."""
    return KINDS[measure].unit is Unit.PEOPLE
