"""Tables of what results stand on: scenarios, assumptions and their evidence, versions."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from ..comparing.inputs import what_differs
from ..evidence import WORST_FIRST, Assumption, register
from ..scenario import fingerprint
from ..wording import MISSING, sentence_case
from .table import Cell, Row, Table, cells

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..incentives import ClientKept
    from ..scenario import Scenario

MOST_CHANGES = 40


def changes(scenario: Scenario, baseline: Scenario) -> Table | None:
    """What differs between two scenarios; nothing where only their words do."""
    found = what_differs([baseline, scenario])
    rows = [Row(f"{each.title} ({each.path})", cells(*each.told)) for each in found.rows]
    if not rows:
        return None
    shown = rows[:MOST_CHANGES]
    if more := len(rows) - len(shown):
        shown.append(Row(f"and {more} more", cells("", "")))
    columns = ("What differs", f"In “{baseline.title}”", "Here")
    return Table(f"How “{scenario.title}” differs", columns, tuple(shown), words=True)


def _value(value: Any) -> str:
    if value is None:
        return "none"
    if isinstance(value, dict):
        return "; ".join(f"{name}: {_value(each)}" for name, each in value.items())
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return f"{len(value)} bands"
    if isinstance(value, list):
        return "; ".join(_value(each) for each in value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return f"{value:,.0f}" if value == round(value) else f"{value:,.6g}"
    return str(value)


def grades(scenario: Scenario) -> Table:
    """How many assumptions there are of each grade."""
    counted = Counter(each.grade for each in register(scenario))
    meaning = {
        "unverified": "recalled, not checked against a source",
        "assumed": "chosen for the model, with a range",
        "derived": "worked out from published figures",
        "published": "read in the source named",
    }
    return Table(
        f"Assumptions of “{scenario.title}” by grade, the least known first",
        ("Grade", "Assumptions", "Meaning"),
        tuple(
            Row(sentence_case(grade), cells(str(counted[grade]), meaning[grade]))
            for grade in WORST_FIRST
        ),
        words=True,
    )


def evidence(scenario: Scenario, wanted: str) -> Table:
    """Assumptions of one grade: value, unit, range, grade, source, what they were fitted to."""
    return _evidence_table(
        f"{sentence_case(wanted)} assumptions of “{scenario.title}”",
        [each for each in register(scenario) if each.grade == wanted],
    )


def rests_on(kept: ClientKept) -> Table:
    """The assumptions that decide what a client is worth."""
    return _evidence_table("What this rests on", kept.rests_on)


def _evidence_table(caption: str, found: Iterable[Assumption]) -> Table:
    columns = ("Assumption", "Value", "Unit", "Plausible range", "Grade", "Source", "Fitted to")
    return Table(caption, columns, tuple(Row(each.title, _evidence(each)) for each in found), True)


def _evidence(each: Assumption) -> tuple[Cell, ...]:
    ends = each.range
    outside = " (the value lies outside)" if each.outside_range else ""
    return cells(
        _value(each.value),
        each.unit or MISSING,
        f"{_value(ends[0])} to {_value(ends[1])}{outside}" if ends else MISSING,
        sentence_case(each.grade),
        each.source,
        (each.evidence.fitted_to if each.evidence else None) or MISSING,
    )


def fingerprints(scenarios: Iterable[Scenario]) -> Table:
    """What identifies each scenario."""
    return Table(
        "Scenarios and their fingerprints (SHA-256 of the whole scenario)",
        ("Scenario", "Fingerprint"),
        tuple(Row(each.name, cells(fingerprint(each))) for each in scenarios),
        words=True,
    )


def versions(told: Iterable[tuple[str, str]]) -> Table:
    """Versions of what the report was made with."""
    rows = tuple(Row(name, cells(version)) for name, version in told)
    return Table("Versions", ("Part", "Version"), rows, words=True)
