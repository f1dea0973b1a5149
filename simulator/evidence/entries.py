"""Why each assumption is what it is: its source, its grade, the range that is plausible, what hangs on it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple

from ..scenario import as_dict
from ..scenario.outline import leaves
from ..scenario.tree import dotted
from .influence import influences, shipped

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..scenario import Scenario
    from ..scenario.schema import Evidence
    from .influence import Effect, Influence

WORST_FIRST = ("unverified", "assumed", "derived", "published")
NO_SOURCE = "no source given"
NOT_MEASURED = "not measured"
NO_RANGE = "No range: "
"""Words in a source after which it says why there is no range."""


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
    influence
        How far it moves the headline figures, where that has been measured.
    """

    path: str
    title: str
    value: Any
    unit: str
    evidence: Evidence | None
    influence: Influence | None = None

    @property
    def grade(self) -> str:
        """How well the value is known; without evidence it is unverified."""
        return self.evidence.grade if self.evidence else WORST_FIRST[0]

    @property
    def source(self) -> str:
        """Title and year of the source."""
        return self._told[0] if self.evidence else NO_SOURCE

    @property
    def range(self) -> tuple[float, float] | None:
        """Lowest and highest value that is plausible, where they are given."""
        return self.evidence.range if self.evidence else None

    @property
    def no_range_because(self) -> str:
        """Why there is no range, where that is said."""
        return self._told[1]

    @property
    def fitted_to(self) -> str | None:
        """What the value was fitted to, if it was."""
        return self.evidence.fitted_to if self.evidence else None

    @property
    def outside_range(self) -> bool:
        """Whether a value, in any year, lies outside the range."""
        if self.range is None:
            return False
        low, high = self.range
        return any(not low <= number <= high for number in _numbers(self.value))

    @property
    def _told(self) -> tuple[str, str]:
        """The source, and apart from it the reason for which there is no range."""
        source, _, reason = (self.evidence.source if self.evidence else "").partition(NO_RANGE)
        return (source.strip().removesuffix(".") if reason else source), reason


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


def register(scenario: Scenario) -> list[Assumption]:
    """Every assumption with its influence: the least known first, and of these what moves most."""
    known = influences(scenario)
    told = [replace(each, influence=known.get(each.path)) for each in assumptions(scenario)]
    return sorted(told, key=_order)


def _order(told: Assumption) -> tuple[int, float, str]:
    moves = told.influence.size if told.influence else -1.0
    return WORST_FIRST.index(told.grade), -moves, told.path


def records(scenario: Scenario) -> list[dict[str, Any]]:
    """The register in plain values that JSON can hold, in its order."""
    return [_record(each) for each in register(scenario)]


def _record(told: Assumption) -> dict[str, Any]:
    known = told.influence
    return {
        "path": told.path,
        "title": told.title,
        "value": told.value,
        "unit": told.unit,
        "grade": told.grade,
        "low": told.range[0] if told.range else None,
        "high": told.range[1] if told.range else None,
        "no_range_because": told.no_range_because or None,
        "outside_range": told.outside_range,
        "source": told.source,
        "fitted_to": told.fitted_to,
        "influence": known.size if known else None,
        "influence_on": f"{known.figure.plan}: {known.figure.measure}" if known else None,
        "influence_state": known.state if known else NOT_MEASURED,
        "effects": [_effect(each) for each in known.effects] if known else [],
    }


def _effect(told: Effect) -> dict[str, Any]:
    return {
        "plan": told.figure.plan,
        "measure": told.figure.measure,
        "moved_to": told.moved_to,
        "level": told.level,
        "difference": told.difference,
        "low": told.low,
        "high": told.high,
        "share": told.share if told.level else None,
        "seen": told.seen,
    }


# What is wanting


class Gap(NamedTuple):
    """Something that an assumption does not say of itself.

    Parameters
    ----------
    path
        The assumption.
    wanting
        What is not said.
    """

    path: str
    wanting: str


def missing_evidence(scenario: Scenario) -> list[Assumption]:
    """Assumptions for which no evidence is given."""
    return [each for each in assumptions(scenario) if each.evidence is None]


def outside_range(scenario: Scenario) -> list[Assumption]:
    """Assumptions with a value outside the range that is plausible."""
    return [each for each in assumptions(scenario) if each.outside_range]


def gaps(scenario: Scenario) -> list[Gap]:
    """What assumptions do not say: unit, grade and source, a range or why there is none, their own evidence.

    A value that is not the baseline's has evidence of its own where this is not the baseline's either.
    """
    borrowed = {each.path for each in with_borrowed_evidence(scenario)}
    return [
        Gap(each.path, wanting)
        for each in assumptions(scenario)
        for wanting, is_wanting in (
            ("a unit", not each.unit),
            ("grade and source", each.evidence is None),
            ("a source beside the reason for no range", not each.source),
            ("a range, or why there is none", _no_range_and_no_reason(each)),
            ("evidence of its own value", each.path in borrowed),
        )
        if is_wanting
    ]


def _no_range_and_no_reason(each: Assumption) -> bool:
    return each.evidence is not None and each.range is None and not each.no_range_because


def with_borrowed_evidence(scenario: Scenario) -> list[Assumption]:
    """Assumptions with another value than in the baseline, and yet with the baseline's evidence for it."""
    there = {each.path: each for each in assumptions(shipped())}
    return [
        each
        for each in assumptions(scenario)
        if each.path in there
        and each.evidence is not None
        and each.value != there[each.path].value
        and each.evidence == there[each.path].evidence
    ]
