"""How the command line makes a comparison again, to the last digit."""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING

from ..outputs import RECORD
from ..scenario import fingerprint, load, names
from ..scenario.writing import as_yaml

if TYPE_CHECKING:
    from ..replicate import Comparison
    from ..scenario import Scenario

PROGRAM = "treatment-sim"
_FILE_NAME = re.compile(r"\w(?:[\w. -]*\w)?")
"""Names that are those of files everywhere, and lead nowhere else."""


def compare_command(comparison: Comparison, *, folder: str = "", out: str | None = None) -> str:
    """The command that makes a comparison again.

    Scenarios of the library go by their names, others by the files of `scenario_files`. Where that would not do
    (worlds were drawn, a name is that of no file) it starts from the record, ``run.json``.

    Parameters
    ----------
    folder
        Where the files of scenarios stand, as the command names it.
    out
        A folder into which the command writes tables.
    """
    first = comparison.baseline
    scenarios = [sample.scenario for sample in comparison.samples]
    size = ["--replications", str(first.replications), "--seed", str(first.seed)]
    where = [] if out is None else ["--out", out]
    if first.draws is not None or not all(_is_file_name(each.name) for each in scenarios):
        return shlex.join([PROGRAM, "compare", RECORD, *where])
    arguments = [_argument(each, folder) for each in scenarios]
    return shlex.join([PROGRAM, "compare", *arguments, *size, *where])


def _argument(scenario: Scenario, folder: str) -> str:
    if in_library(scenario):
        return scenario.name
    return f"{folder}/{scenario.name}.yaml" if folder else f"{scenario.name}.yaml"


def in_library(scenario: Scenario) -> bool:
    """Whether the library has this very scenario under its name."""
    known = scenario.name in names()
    return known and fingerprint(load(scenario.name)) == fingerprint(scenario)


def _is_file_name(name: str) -> bool:
    return _FILE_NAME.fullmatch(name) is not None


def scenario_files(comparison: Comparison) -> dict[str, bytes]:
    """Each scenario as a complete file that loads back as the same one, by the name of the file."""
    return {
        f"{_as_file(sample.scenario.name, place)}.yaml": as_yaml(sample.scenario).encode()
        for place, sample in enumerate(comparison.samples)
    }


def _as_file(name: str, place: int) -> str:
    return name if _is_file_name(name) else f"scenario_{place + 1}"
