"""Tables of what results stand on: scenarios, assumptions and their evidence, versions."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from ..comparing.inputs import AS_ALL, values_of, what_differs
from ..evidence import WORST_FIRST, Assumption, register
from ..scenario import fingerprint
from ..scenario.outline import field_at
from ..wording import MISSING, sentence_case
from .table import Cell, Row, Table, cells

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..incentives import ClientKept
    from ..scenario import Scenario
    from ..scenario.tree import Path

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


def differing(scenario: Scenario, baseline: Scenario) -> list[tuple[Path, Any, Any]]:
    """Every value that differs between two scenarios: its path, what it is in the baseline, and here."""
    was, now = (values_of(each) for each in (baseline, scenario))
    return [
        (path, was.get(path, AS_ALL), now.get(path, AS_ALL))
        for path in was | now
        if was.get(path, AS_ALL) != now.get(path, AS_ALL)
    ]


def title_of(path: Path) -> str:
    """A value's title in the schema; empty where it has none."""
    lever = path[path.index("plan") :] if "plan" in path else path
    found = field_at(lever)
    return sentence_case(found.title or "") if found is not None else ""


def value_told(value: Any) -> str:
    """A value of a scenario as a table tells it."""
    if value is None:
        return "none"
    if isinstance(value, dict):
        return "; ".join(f"{name}: {value_told(each)}" for name, each in value.items())
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return f"{len(value)} bands"
    if isinstance(value, list):
        return "; ".join(value_told(each) for each in value)
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
        value_told(each.value),
        each.unit or MISSING,
        f"{value_told(ends[0])} to {value_told(ends[1])}{outside}" if ends else MISSING,
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
