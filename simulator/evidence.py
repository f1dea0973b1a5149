"""Why each assumption is what it is: its source, its grade, and the range that is plausible."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .scenario import as_dict
from .scenario.outline import leaves
from .scenario.tree import dotted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .scenario import Scenario
    from .scenario.schema import Evidence

WORST_FIRST = ("unverified", "assumed", "derived", "published")
NO_SOURCE = "no source given"


@dataclass(frozen=True, slots=True)
class Assumption:
    """One assumption of a scenario and what supports it.

    Parameters
    ----------
    path
        Its place in the scenario.
    title
        What it is, for a commissioner.
    value
        A number, null, a list by year, or the bands of a history.
    unit
        Its unit, in words.
    evidence
        What supports it, if anything is said to.
    """

    path: str
    title: str
    value: Any
    unit: str
    evidence: Evidence | None

    @property
    def grade(self) -> str:
        """How well the value is known; without evidence it is unverified."""
        return self.evidence.grade if self.evidence else WORST_FIRST[0]

    @property
    def source(self) -> str:
        """Title and year of the source."""
        return self.evidence.source if self.evidence else NO_SOURCE

    @property
    def range(self) -> tuple[float, float] | None:
        """Lowest and highest value that is plausible, where they are given."""
        return self.evidence.range if self.evidence else None

    @property
    def outside_range(self) -> bool:
        """Whether a value, in any year, lies outside the range."""
        if self.range is None:
            return False
        low, high = self.range
        return any(not low <= number <= high for number in _numbers(self.value))


def _numbers(value: Any) -> Iterator[float]:
    for each in value if isinstance(value, list) else [value]:
        if isinstance(each, int | float):
            yield each


def assumptions(scenario: Scenario) -> list[Assumption]:
    """Every assumption of a scenario, in the order of the schema."""
    return [
        Assumption(
            dotted(leaf.path), leaf.title, leaf.value, leaf.unit, _evidence(scenario, leaf.path)
        )
        for leaf in leaves(as_dict(scenario))
    ]


def _evidence(scenario: Scenario, path: tuple[str | int, ...]) -> Evidence | None:
    """The evidence of a value, or that which is given for all groups at once."""
    keys = (dotted(path), dotted(path[:-1]))
    return next((scenario.evidence[key] for key in keys if key in scenario.evidence), None)


def missing_evidence(scenario: Scenario) -> list[Assumption]:
    """Assumptions for which no evidence is given."""
    return [each for each in assumptions(scenario) if each.evidence is None]


def outside_range(scenario: Scenario) -> list[Assumption]:
    """Assumptions with a value outside the range that is plausible."""
    return [each for each in assumptions(scenario) if each.outside_range]


def register(scenario: Scenario) -> list[Assumption]:
    """Every assumption, the least known first."""
    return sorted(
        assumptions(scenario), key=lambda each: (WORST_FIRST.index(each.grade), each.path)
    )
