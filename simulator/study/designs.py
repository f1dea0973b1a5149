"""Which points of a study are run: a grid, a hypercube, a Sobol sequence, or a file of points."""

from __future__ import annotations

import csv
import io
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ..chance import stream
from ..errors import BadInput, Fault
from ..scenario.draws import shipped_draws
from ..scenario.library import as_shown
from ..scenario.reading import read_text
from ..scenario.tree import instead, shown

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path as FilePath

    from numpy.typing import NDArray

    from .dimension import Dimension
    from .schema import Design

    Floats = NDArray[np.float64]

LARGEST_FILE_BYTES = 256 * 2**20
MOST_POINTS = 10_000_000
MOST_FAULTS = 50


def grid(dimensions: Sequence[Dimension]) -> Floats:
    """Every combination of the levels of all dimensions, the last one changing fastest.

    Raises
    ------
    BadInput
        If there are more than can be run in anybody's lifetime.
    """
    levels = [each.levels for each in dimensions]
    many = math.prod(len(each) for each in levels)
    if many > MOST_POINTS:
        rule, advice = (
            f"have at most {MOST_POINTS:,} points",
            "use latin_hypercube, or fewer levels",
        )
        raise BadInput([Fault("design", "the grid", rule, f"{many:,}", advice)])
    if not levels:
        return np.zeros((1, 0))
    axes = np.meshgrid(*levels, indexing="ij")
    return np.stack([axis.ravel() for axis in axes], axis=1)


def in_values(dimensions: Sequence[Dimension], cube: Floats) -> Floats:
    """Points of the unit cube as values of the dimensions."""
    points = np.empty(cube.shape)
    for place, dimension in enumerate(dimensions):
        points[:, place] = [dimension.at(u) for u in cube[:, place]]
    return points


def latin_hypercube(dimensions: Sequence[Dimension], many: int, seed: int) -> Floats:
    """So many points, each dimension's values spread evenly."""
    from scipy.stats import qmc

    if not dimensions:
        return np.zeros((1, 0))
    sampler = qmc.LatinHypercube(len(dimensions), rng=stream(seed, "hypercube"))
    return in_values(dimensions, sampler.random(many))


def sobol(dimensions: Sequence[Dimension], many: int, seed: int) -> Floats:
    """A scrambled Sobol sequence of a power of two."""
    from scipy.stats import qmc

    if not dimensions:
        return np.zeros((1, 0))
    sampler = qmc.Sobol(len(dimensions), scramble=True, rng=stream(seed, "sobol"))
    return in_values(dimensions, sampler.random_base2(round(math.log2(many))))


def points_of(design: Design, dimensions: Sequence[Dimension], listed: Listed | None) -> Floats:
    """The points of a design, by point and dimension."""
    if listed is not None:
        return listed.rows
    if design.kind == "grid":
        return grid(dimensions)
    sampled = latin_hypercube if design.kind == "latin_hypercube" else sobol
    return sampled(dimensions, design.points or 1, design.seed)


# A file of points


@dataclass(frozen=True, slots=True)
class Listed:
    """Points out of a file.

    Parameters
    ----------
    names
        Factors, or dotted paths.
    rows
        By point and name.
    where
        The file as messages name it.
    """

    names: tuple[str, ...]
    rows: Floats
    where: str


def read_points(name: str, folder: FilePath) -> Listed:
    """Points out of a ``.csv`` file, or from draws of the library.

    Raises
    ------
    BadInput
        With every fault of the file, by line.
    """
    file = _found(name, folder)
    where = as_shown(str(file))
    text = read_text(file, where, LARGEST_FILE_BYTES)
    if isinstance(text, Fault):
        raise BadInput([text])
    reader = csv.reader(io.StringIO(text))
    try:
        lines = [(reader.line_num, line) for line in reader if line]
    except csv.Error as error:
        advice = "save it as plain CSV"
        fault = Fault(f"{where}:{reader.line_num}", "the file", "be CSV", str(error), advice)
        raise BadInput([fault]) from error
    if len(lines) < 2:
        rule, advice = "have a line of names and a point", "write names, then values below them"
        raise BadInput([Fault(where, "the file", rule, f"{len(lines)} lines", advice)])
    (_, heads), *rest = lines
    if len(heads) == 1 and ";" in heads[0]:
        rule, advice = "have commas between its columns", "save it as CSV, comma delimited"
        raise BadInput([Fault(f"{where}:1", "the file", rule, "semicolons", advice)])
    names = tuple(head.strip() for head in heads)
    faults = [
        Fault(f"{where}:1", each or "a name", "be named once", shown(each), "rename the column")
        for each in dict.fromkeys(name for name in names if names.count(name) > 1 or not name)
    ]
    rows = np.full((len(rest), len(names)), np.nan)
    for place, (number, line) in enumerate(rest):
        faults += _row_faults(f"{where}:{number}", names, line, rows[place])
    if faults:
        raise BadInput(faults[:MOST_FAULTS])
    return Listed(names, rows, where)


def _found(name: str, folder: FilePath) -> FilePath:
    if name.lower().endswith(".csv"):
        return folder / name
    known = shipped_draws()
    if name not in known:
        rule, advice = "be a .csv file or draws of the library", instead(name, known)
        raise BadInput([Fault("design.file", "the file", rule, shown(name), advice)])
    return known[name]


def _row_faults(
    where: str, names: tuple[str, ...], line: Sequence[str], row: Floats
) -> list[Fault]:
    """Read a line into its row, and tell what is wrong with it."""
    if len(line) != len(names):
        rule, advice = f"have {len(names)} values", "give one for each name"
        return [Fault(where, "the point", rule, str(len(line)), advice)]
    faults = []
    for place, (name, cell) in enumerate(zip(names, line, strict=True)):
        try:
            row[place] = float(cell)
        except ValueError:
            row[place] = math.nan
        if not math.isfinite(row[place]):
            faults.append(Fault(where, name, "be a number", shown(cell), "write a number"))
    return faults
