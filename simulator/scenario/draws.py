"""Draws: many sets of values that a scenario's assumptions may have together, one set a row.

A file of draws is a table: the first line names assumptions by their dotted paths, each further line is one
draw. Replication r lives in the world of draw r, counted round and round, under every plan.
"""

from __future__ import annotations

import csv
import io
import math
from dataclasses import dataclass, replace
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Any, TypeAlias

from pydantic import ValidationError

from ..csv_text import rows_as_csv
from ..errors import BadInput, Fault
from .changes import UnknownNameError, resolved
from .draft import draft, own_changes
from .faults import rule_and_advice
from .library import as_shown, shipped
from .outline import ASSUMED_PARTS
from .reading import read_text
from .rules import broken_rules
from .schema import Scenario
from .tree import Origin, Tree, at, instead, printable, shown
from .writing import as_dict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .tree import Path

LARGEST_FILE_BYTES = 32 * 2**20
MOST_FAULTS = 50


@dataclass(frozen=True, slots=True)
class Draws:
    """Sets of values that assumptions may have together.

    Parameters
    ----------
    name
        What they are called: the file's name.
    paths
        Dotted paths of the assumptions.
    rows
        One tuple of values for each draw, in the order of the paths.
    """

    name: str
    paths: tuple[str, ...]
    rows: tuple[tuple[float, ...], ...]

    def of(self, replication: int) -> dict[str, float]:
        """Values by path in the world of a replication."""
        return dict(zip(self.paths, self.rows[replication % len(self.rows)], strict=True))

    def as_record(self) -> dict[str, Any]:
        """The draws in plain values that JSON can hold."""
        return {
            "name": self.name,
            "paths": list(self.paths),
            "rows": [list(row) for row in self.rows],
        }


def with_values(scenario: Scenario, values: dict[str, Any]) -> Scenario:
    """The scenario with the values at some dotted paths replaced, checked again.

    Raises
    ------
    BadInput
        If a path is not in the scenario, or a value is not allowed there.
    """
    whole = as_dict(scenario)
    for name, value in values.items():
        path = _path(name, whole)
        if path[0] == "plan":
            _decide_for_all(whole, path[1:], at(whole, path), value)
        _put(whole, path, value)
    try:
        return Scenario.model_validate(whole)
    except ValidationError as error:
        raise BadInput(_not_allowed(error, values)) from error


def checked_values(scenario: Scenario, values: dict[str, Any]) -> Scenario:
    """The same, and with the rules that hold between parts checked too, as for a file that is loaded.

    Raises
    ------
    BadInput
        If a path is not in the scenario, a value is not allowed there, or a rule of the house is broken.
    """
    changed = with_values(scenario, values)
    whole = {name: part for name, part in own_changes(as_dict(changed)).items() if name != "name"}
    given = draft(Tree(whole, {(): Origin("draws")}), changed.name)
    if faults := tuple(broken_rules(given)):
        raise BadInput(faults)
    return changed


def _put(data: Any, path: Path, value: Any) -> None:
    """Write a value; where whole numbers stand, such as people, the nearest one."""
    *way, last = path
    around = at(data, tuple(way))
    whole = isinstance(around[last], int) and isinstance(value, float)
    around[last] = round(value) if whole else value


def _decide_for_all(whole: dict[str, Any], path: Path, before: Any, value: Any) -> None:
    """A lever moves in every partnership that has no value of its own."""
    for partnership in whole["partnerships"].values():
        if at(partnership["plan"], path) == before:
            _put(partnership["plan"], path, value)


def _not_allowed(error: ValidationError, values: dict[str, Any]) -> list[Fault]:
    """Faults of the values that were put in, or else of what they make impossible together."""
    told = []
    for detail in error.errors(include_url=False):
        place = ".".join(str(step) for step in detail["loc"])
        name = next((each for each in values if place.startswith(each)), place)
        rule, advice = rule_and_advice(detail, tuple(detail["loc"]))
        got = shown(values.get(name, detail["input"]))
        told.append(Fault("draws", name, rule, got, advice))
    return told


def _path(name: str, whole: dict[str, Any]) -> Path:
    try:
        path = resolved(name, whole)
    except UnknownNameError as unknown:
        advice = instead(unknown.step, unknown.known)
        raise BadInput([Fault("draws", name, "be an assumption", shown(name), advice)]) from unknown
    if not path:
        advice = instead(name, whole)
        raise BadInput([Fault("draws", "a name", "be an assumption", shown(name), advice)])
    return path


def read_draws(file: str | FilePath, scenario: Scenario) -> Draws:
    """Read a file of draws and check it against a scenario.

    Raises
    ------
    BadInput
        With every fault of the file, by line.
    """
    file = FilePath(file)
    where = as_shown(str(file))
    text = read_text(file, where, LARGEST_FILE_BYTES)
    if isinstance(text, Fault):
        raise BadInput([text])
    lines = _lines(text, where)
    if len(lines) < 2:
        rule, advice = "have a line of names and at least one draw", "write paths, then values"
        raise BadInput([Fault(where, "the file", rule, f"{len(lines)} lines", advice)])
    (first, cells), *rest = lines
    names = [name.strip() for name in cells]
    faults = [*_name_faults(f"{where}:{first}", names, scenario), *_row_faults(where, names, rest)]
    faults = faults or _value_faults(where, names, rest, scenario)
    if faults:
        raise BadInput(faults[:MOST_FAULTS])
    rows = tuple(tuple(float(cell) for cell in line) for _, line in rest)
    draws = Draws(file.stem, tuple(names), rows)
    check_draws(draws, scenario, where)
    return draws


def check_draws(draws: Draws, scenario: Scenario, where: str = "draws") -> None:
    """Refuse draws that a scenario cannot take: unknown assumptions, decisions, values not allowed.

    Raises
    ------
    BadInput
        With every fault of the names, and of the first draw that is not allowed.
    """
    if faults := _name_faults(where, draws.paths, scenario):
        raise BadInput(faults)
    for number in range(len(draws.rows)):
        checked_values(scenario, draws.of(number))


def find_draws(given: str | FilePath | Draws, scenario: Scenario) -> Draws:
    """Draws as they are, from a file, or from a name of the library.

    Raises
    ------
    BadInput
        Where there are none of that name, or the file has faults.
    """
    if isinstance(given, Draws):
        return given
    if isinstance(given, FilePath) or given.lower().endswith(".csv"):
        return read_draws(given, scenario)
    found = shipped_draws()
    if given not in found:
        rule, advice = "be a .csv file or a name of the library", instead(given, found)
        raise BadInput([Fault("--draws", "draws", rule, shown(given), advice)])
    return read_draws(found[given], scenario)


def shipped_draws() -> dict[str, FilePath]:
    """Files of draws of the library, by name."""
    return {
        file.name.removesuffix(".csv"): FilePath(str(file))
        for folder in shipped("draws")
        for file in folder.iterdir()
        if file.name.endswith(".csv")
    }


_Line: TypeAlias = tuple[int, list[str]]
"""A line of the file: its number, counted from 1, and its cells."""


def _lines(text: str, where: str) -> list[_Line]:
    """The lines that hold something."""
    reader = csv.reader(io.StringIO(text))
    try:
        return [(reader.line_num, line) for line in reader if line]
    except csv.Error as error:
        here, advice = f"{where}:{reader.line_num}", "save it as plain CSV"
        raise BadInput([Fault(here, "the file", "be CSV", str(error), advice)]) from error


def recorded_draws(told: Any, where: str) -> Draws:
    """Draws as a record of a run holds them.

    Raises
    ------
    BadInput
        If they are not in the form in which a run writes them.
    """
    table = told if isinstance(told, dict) else {}
    paths: Any = table.get("paths")
    rows: Any = table.get("rows")
    if not _is_table(paths, rows):
        rule, advice = "hold paths and rows of numbers", "use the run.json that a run wrote"
        raise BadInput([Fault(where, "draws", rule, shown(told), advice)])
    numbers = tuple(tuple(float(number) for number in row) for row in rows)
    return Draws(str(table.get("name", "draws")), tuple(paths), numbers)


def _is_table(paths: Any, rows: Any) -> bool:
    if not (isinstance(paths, list) and isinstance(rows, list) and paths and rows):
        return False
    named = all(isinstance(path, str) for path in paths)
    return named and all(_is_row(row, len(paths)) for row in rows)


def _is_row(row: Any, width: int) -> bool:
    numbers = isinstance(row, list) and len(row) == width
    return numbers and all(type(number) in (int, float) and math.isfinite(number) for number in row)


def _name_faults(here: str, names: Sequence[str], scenario: Scenario) -> list[Fault]:
    whole, faults = as_dict(scenario), []
    for column, name in enumerate(names, 1):
        named = printable(name) or "a name"
        if names.index(name) != column - 1:
            advice = f"see column {column}"
            faults.append(Fault(here, named, "be named once", shown(name), advice))
            continue
        try:
            path = resolved(name, whole)
        except UnknownNameError as unknown:
            rule, advice = "be an assumption of the scenario", instead(unknown.step, unknown.known)
            faults.append(Fault(here, named, rule, shown(name), advice))
            continue
        value = at(whole, path)
        if path[:1] not in {(part,) for part in ASSUMED_PARTS}:
            rule, advice = "be an assumption of the scenario", "leave the column out"
            faults.append(Fault(here, named, rule, shown(name), advice))
        elif isinstance(value, bool) or not isinstance(value, int | float):
            rule, advice = "be a number in the scenario", "name one number"
            faults.append(Fault(here, named, rule, shown(value), advice))
    return faults


def _row_faults(where: str, names: Sequence[str], lines: Sequence[_Line]) -> list[Fault]:
    faults = []
    for number, line in lines:
        here = f"{where}:{number}"
        if len(line) != len(names):
            rule, advice = f"have {len(names)} values", "give one for each name"
            faults.append(Fault(here, "the draw", rule, str(len(line)), advice))
        for name, cell in zip(names, line, strict=False):
            if not _is_number(cell):
                named = printable(name) or "a value"
                faults.append(Fault(here, named, "be a number", shown(cell), "write a number"))
    return faults


def _value_faults(
    where: str, names: Sequence[str], lines: Sequence[_Line], scenario: Scenario
) -> list[Fault]:
    """Values that may not stand there. What is allowed is an interval, so its ends are tried first."""
    faults: list[Fault] = []
    for column, name in enumerate(names):
        values = [float(line[column]) for _, line in lines]
        if any(_refused(scenario, name, end) for end in (min(values), max(values))):
            for (number, _), value in zip(lines, values, strict=True):
                told = _refused(scenario, name, value)
                faults += [replace(fault, where=f"{where}:{number}") for fault in told]
    return faults


def _refused(scenario: Scenario, name: str, value: float) -> tuple[Fault, ...]:
    try:
        with_values(scenario, {name: value})
    except BadInput as refused:
        return refused.faults
    return ()


def _is_number(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False


def draws_text(draws: Draws) -> str:
    """The draws as a file, to 10 significant digits."""
    return rows_as_csv(draws.paths, draws.rows)
