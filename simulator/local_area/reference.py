"""What the scenario counts that an area is compared with: as it was counted once, or else counted now.

What baseline_2008 counts stands in ``reference.csv`` beside this file, with a hash of the numbers that it belongs to;
``python -m studies.local_area`` makes it. So an area whose figures lie in the baseline's years has a scenario without
a run. Any other scenario is run.
"""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from ..evidence.influence import numbers
from ..observe import Figure, observed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..scenario import Scenario

SEED, REPLICATIONS = 2008, 8
"""Chance in a mean of eight is below 2% of any figure of all groups; the fit takes up what is left."""
COLUMNS = ("measure", "group", "year", "mean", "numbers")
DIGITS = 10

_FILE = files(__package__).joinpath("reference.csv")


def means(scenario: Scenario, wanted: Sequence[Figure]) -> list[float]:
    """What a scenario counts on average, for each figure that is wanted."""
    told = numbers(scenario)
    known = stored().get(told, {})
    return [known[each] for each in wanted] if known.keys() >= {*wanted} else _run(scenario, wanted)


def is_stored(scenario: Scenario) -> bool:
    """Whether what a scenario counts is kept."""
    return numbers(scenario) in stored()


def _run(scenario: Scenario, wanted: Sequence[Figure]) -> list[float]:
    found = observed(scenario, list(wanted), SEED, range(REPLICATIONS)).mean(axis=0)
    return [float(mean) for mean in found]


@cache
def stored() -> Mapping[str, dict[Figure, float]]:
    """The figures that were counted once, by the numbers of their scenario."""
    found: dict[str, dict[Figure, float]] = {}
    if _FILE.is_file():
        for row in csv.DictReader(_FILE.read_text(encoding="utf-8").splitlines()):
            figure = Figure(row["measure"], row["group"], int(row["year"]))
            found.setdefault(row["numbers"], {})[figure] = float(row["mean"])
    return found


def as_text(scenario: Scenario, wanted: Sequence[Figure]) -> str:
    """The file that keeps what a scenario counts."""
    told = numbers(scenario)
    rows = (
        f"{each.measure},{each.group},{each.year},{mean:.{DIGITS}g},{told}"
        for each, mean in zip(wanted, _run(scenario, wanted), strict=True)
    )
    return "\n".join((",".join(COLUMNS), *rows, ""))
