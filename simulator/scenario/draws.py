"""Draws: many sets of values that a scenario's assumptions may have together, one set a row.

A file of draws is a table: the first line names assumptions by their dotted paths, each further line is one
draw. Replication r lives in the world of draw r, counted round and round, under every plan.
"""

from __future__ import annotations

import csv
import io
import math
from dataclasses import dataclass
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from ..errors import BadInput, Fault
from .changes import UnknownNameError, resolved
from .library import as_shown
from .reading import read_text
from .schema import Scenario
from .tree import at, instead, shown
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

    def first(self, replications: int) -> Draws:
        """The draws that so many replications use, and no more."""
        return Draws(self.name, self.paths, self.rows[:replications])


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
        got = shown(values.get(name, detail["input"]))
        told.append(Fault("draws", name, "be allowed there", got, "change the draw"))
    return told


def _path(name: str, whole: dict[str, Any]) -> Path:
    try:
        return resolved(name, whole)
    except UnknownNameError as unknown:
        advice = instead(unknown.step, unknown.known)
        raise BadInput([Fault("draws", name, "be an assumption", shown(name), advice)]) from unknown


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
    lines = [line for line in csv.reader(io.StringIO(text)) if line]
    if len(lines) < 2:
        rule, advice = "have a line of names and at least one draw", "write paths, then values"
        raise BadInput([Fault(where, "the file", rule, f"{len(lines)} lines", advice)])
    names = [name.strip() for name in lines[0]]
    faults = [*_name_faults(where, names, scenario), *_row_faults(where, names, lines[1:])]
    if faults:
        raise BadInput(faults[:MOST_FAULTS])
    rows = tuple(tuple(float(cell) for cell in line) for line in lines[1:])
    draws = Draws(file.stem, tuple(names), rows)
    with_values(scenario, draws.of(0))
    return draws


def _name_faults(where: str, names: Sequence[str], scenario: Scenario) -> list[Fault]:
    whole, faults = as_dict(scenario), []
    for column, name in enumerate(names, 1):
        here, advice = f"{where}:1", f"see column {column}"
        if names.index(name) != column - 1:
            faults.append(Fault(here, name, "be named once", shown(name), advice))
            continue
        try:
            path = resolved(name, whole)
        except UnknownNameError as unknown:
            rule, advice = "be an assumption of the scenario", instead(unknown.step, unknown.known)
            faults.append(Fault(here, name or "a name", rule, shown(name), advice))
            continue
        value = at(whole, path)
        if path[0] in ("plan", "partnerships", "evidence"):
            rule, advice = "be an assumption, not a decision", "leave the column out"
            faults.append(Fault(here, name, rule, shown(name), advice))
        elif isinstance(value, bool) or not isinstance(value, int | float):
            rule, advice = "be a number in the scenario", "name one number"
            faults.append(Fault(here, name, rule, shown(value), advice))
    return faults


def _row_faults(where: str, names: Sequence[str], lines: Sequence[Sequence[str]]) -> list[Fault]:
    faults = []
    for number, line in enumerate(lines, 2):
        here = f"{where}:{number}"
        if len(line) != len(names):
            rule, advice = f"have {len(names)} values", "give one for each name"
            faults.append(Fault(here, "the draw", rule, str(len(line)), advice))
        for name, cell in zip(names, line, strict=False):
            if not _is_number(cell):
                faults.append(Fault(here, name, "be a number", shown(cell), "write a number"))
    return faults


def _is_number(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False


def draws_text(draws: Draws) -> str:
    """The draws as a file, to 10 significant digits."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(draws.paths)
    writer.writerows([f"{value:.10g}" for value in row] for row in draws.rows)
    return out.getvalue()
