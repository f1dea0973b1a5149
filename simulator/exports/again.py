"""How the command line makes numbers again, to the last digit."""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING

from ..outputs import RECORD
from ..proposal import of_library
from ..scenario import fingerprint, names
from ..scenario.writing import as_yaml

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..replicate import Comparison
    from ..scenario import Scenario

PROGRAM = "treatment-sim"
_FILE_NAME = re.compile(r"\w(?:[\w. -]*\w)?")
"""Names that are those of files everywhere, and lead nowhere else."""


def command(
    scenarios: Sequence[Scenario],
    replications: int,
    seed: int,
    *,
    folder: str = "",
    out: str | None = None,
) -> str:
    """The command that gives the numbers of scenarios again: of one it runs it, several it compares.

    Scenarios of the library go by their names, others by files.

    Parameters
    ----------
    folder
        Where the files of scenarios stand, as the command names it.
    out
        A folder into which the command writes tables.
    """
    verb = "compare" if len(scenarios) > 1 else "run"
    given = [as_given(each, folder) for each in scenarios]
    size = ["--replications", str(replications), "--seed", str(seed)]
    return shlex.join([PROGRAM, verb, *given, *size, *_into(out)])


def compare_command(comparison: Comparison, *, folder: str = "", out: str | None = None) -> str:
    """The `command` that makes a comparison again, with the files of `scenario_files`.

    Where that would not do (worlds were drawn, a name is that of no file) it starts from the record, ``run.json``.
    """
    first = comparison.baseline
    scenarios = [sample.scenario for sample in comparison.samples]
    if first.draws is not None or not all(_is_file_name(each.name) for each in scenarios):
        return shlex.join([PROGRAM, "compare", RECORD, *_into(out)])
    return command(scenarios, first.replications, first.seed, folder=folder, out=out)


def _into(out: str | None) -> list[str]:
    return [] if out is None else ["--out", out]


def as_given(scenario: Scenario, folder: str = "") -> str:
    """How a scenario is named on the command line: by its name in the library, or by its file."""
    if in_library(scenario):
        return scenario.name
    return f"{folder}/{scenario.name}.yaml" if folder else f"{scenario.name}.yaml"


def in_library(scenario: Scenario) -> bool:
    """Whether the library has this very scenario under its name."""
    known = scenario.name in names()
    return known and fingerprint(of_library(scenario.name)) == fingerprint(scenario)


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
