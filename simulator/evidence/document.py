"""The register as a page: by grade, what other scenarios assume otherwise, every source with what rests on it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from .. import wording
from ..beside import beside
from ..errors import BadInput, Fault
from ..scenario import as_dict, load, names
from ..scenario.library import as_shown
from ..scenario.outline import field_at, unit
from .entries import WORST_FIRST, register
from .influence import MEASURED_IN, numbers, shipped, shipped_numbers
from .words import (
    MEANING,
    NOTHING,
    OUTSIDE,
    counts_in_words,
    influence_in_words,
    notes_in_words,
    range_in_words,
    turned_in_words,
    value_in_words,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ..scenario import Scenario
    from .entries import Assumption

ENDING = ".md"
MOST = 10
COLUMNS = ("Assumption", "Value", "Plausible range", "Influence", "Fitted to", "Source")


def as_markdown(scenario: Scenario, grades: Sequence[str] = WORST_FIRST) -> str:
    """The register of a scenario as Markdown; of the baseline, with what other scenarios assume otherwise."""
    told = [each for each in register(scenario) if each.grade in grades]
    is_whole = tuple(grades) == WORST_FIRST
    is_shipped = scenario.name == MEASURED_IN and numbers(scenario) == shipped_numbers()
    others = _others() if is_shipped and is_whole else []
    sources = _Sources([*told, *(each for _, differing in others for each in differing)])
    parts = [
        *_opening(scenario, told),
        *_what_moves_most(told, sources),
        *(part for grade in grades for part in _of_grade(grade, told, sources)),
        *(_decisions(scenario) if is_whole else []),
        *_differences(others, sources),
        *sources.listed(),
    ]
    return "\n\n".join(parts) + "\n"


def _opening(scenario: Scenario, told: Sequence[Assumption]) -> Iterator[str]:
    yield f"# Evidence: what “{scenario.title}” assumes, and why"
    yield (
        f"Made by `treatment-sim evidence {scenario.name} --out FILE.md`; not written by hand. "
        f"{counts_in_words(told)}. The least known stand first, and of these what moves the headline figures most."
    )
    yield from notes_in_words(scenario, told)


def _what_moves_most(told: Sequence[Assumption], sources: _Sources) -> Iterator[str]:
    """The assumptions on which most hangs, whatever their grade."""
    moving = [each for each in told if each.influence and each.influence.size]
    most = sorted(moving, key=lambda each: -each.influence.size if each.influence else 0.0)[:MOST]
    if most:
        yield "## What moves the findings most"
        yield from turned_in_words(told)
        rows = [(name, each.grade, *rest) for each in most for name, *rest in [_row(each, sources)]]
        yield _table((COLUMNS[0], "Grade", *COLUMNS[1:]), rows)


def _of_grade(grade: str, told: Sequence[Assumption], sources: _Sources) -> Iterator[str]:
    mine = [each for each in told if each.grade == grade]
    if mine:
        yield f"## {wording.sentence_case(grade)} ({len(mine)})"
        yield f"{wording.sentence_case(MEANING[grade])}."
        yield _table(COLUMNS, [_row(each, sources) for each in mine])


def _row(told: Assumption, sources: _Sources) -> tuple[str, ...]:
    outside = f" (the value is {OUTSIDE})" if told.outside_range else ""
    return (
        f"{told.title}<br>`{told.path}`",
        value_in_words(told.value, told.unit),
        f"{range_in_words(told)}{outside}",
        influence_in_words(told),
        told.fitted_to or wording.MISSING,
        sources.link(told),
    )


def _table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [headings, ["---"] * len(headings), *rows]
    return "\n".join(f"| {' | '.join(_cell(text) for text in line)} |" for line in lines)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


# Decisions


def _decisions(scenario: Scenario) -> list[str]:
    """The plan, which is chosen and needs no evidence."""
    rows = [
        (f"{field_at(('plan', name)).title}<br>`plan.{name}`", _lever(name, value))  # type: ignore[union-attr]
        for name, value in as_dict(scenario)["plan"].items()
    ]
    told = "Chosen by a partnership, so there is nothing to be known: this scenario's plan."
    return ["## Decisions", told, _table(("Decision", "Value"), rows)]


def _lever(name: str, value: Any) -> str:
    field = field_at(("plan", name))
    in_unit = unit(name, field) if field else ""
    if isinstance(value, dict):
        return ", ".join(f"{group} {value_in_words(one, in_unit)}" for group, one in value.items())
    if isinstance(value, list | tuple) and all(isinstance(each, str) for each in value):
        return ", ".join(value) or NOTHING
    return value_in_words(value, "" if in_unit == "rank" else in_unit)


# Other scenarios


def _others() -> list[tuple[list[str], list[Assumption]]]:
    """Scenarios of the library by what they assume otherwise than the baseline."""
    there = {each.path: each for each in register(shipped())}
    found: dict[tuple[str, ...], tuple[list[str], list[Assumption]]] = {}
    for name in names():
        if name != MEASURED_IN:
            differing = [each for each in register(load(name)) if _differs(each, there)]
            key = tuple(f"{each.path}={each.value}" for each in differing)
            found.setdefault(key, ([], differing))[0].append(name)
    return sorted(found.values(), key=lambda both: (len(both[1]), both[0]))


def _differs(each: Assumption, there: dict[str, Assumption]) -> bool:
    return each.path not in there or (each.value, each.evidence) != (
        there[each.path].value,
        there[each.path].evidence,
    )


def _differences(
    others: list[tuple[list[str], list[Assumption]]], sources: _Sources
) -> Iterator[str]:
    if others:
        yield "## What other scenarios assume otherwise"
        there = {each.path: each for each in register(shipped())}
    for called, differing in others:
        yield f"### {', '.join(called)}"
        yield from _of_scenarios(differing, there, sources)


def _of_scenarios(
    differing: list[Assumption], there: dict[str, Assumption], sources: _Sources
) -> Iterator[str]:
    if not differing:
        yield f"As {MEASURED_IN}: only decisions differ."
        return
    headings = ("Assumption", "Grade", "Value", f"In {MEASURED_IN}", *COLUMNS[2:])
    rows: list[Sequence[str]] = []
    for each in differing:
        name, value, *rest = _row(each, sources)
        before = there.get(each.path)
        instead = value_in_words(before.value, before.unit) if before else wording.MISSING
        rows.append((name, each.grade, value, instead, *rest))
    yield _table(headings, rows)


# Sources


class _Sources:
    """Every source once, numbered in the order in which assumptions first name it."""

    def __init__(self, told: Iterable[Assumption]):
        self.resting: dict[str, list[str]] = {}
        for each in told:
            paths = self.resting.setdefault(each.source, [])
            if each.path not in paths:
                paths.append(each.path)
        self.number = {source: place for place, source in enumerate(self.resting, 1)}

    def link(self, told: Assumption) -> str:
        """A link from an assumption to its source."""
        number = self.number[told.source]
        return f"[{number}](#source-{number})"

    def listed(self) -> Iterator[str]:
        """The sources with what rests on each."""
        yield "## Sources"
        for source, paths in self.resting.items():
            number = self.number[source]
            names = ", ".join(f"`{path}`" for path in paths)
            yield f"### Source {number}"
            yield f"{_cell(source)}."
            yield f"Rests on it: {names}."


def write_markdown(
    scenario: Scenario, path: str | Path, grades: Sequence[str] = WORST_FIRST
) -> None:
    """Write the register as a page; an older file of this name is replaced at once or not at all.

    Raises
    ------
    BadInput
        Where the file does not end in .md or cannot be written.
    """
    path = Path(path)
    if path.suffix.lower() != ENDING:
        rule, advice = f"end in {ENDING}", f"add {ENDING}"
        raise BadInput([Fault(f"--out {as_shown(str(path))}", "the file", rule, path.name, advice)])
    text = as_markdown(scenario, grades)
    try:
        with beside(path) as part:
            part.write_text(text, encoding="utf-8", newline="\n")
    except (OSError, ValueError) as error:
        got = (getattr(error, "strerror", None) or str(error)).lower()
        where, rule, advice = (
            f"--out {as_shown(str(path))}",
            "be a file that can be written",
            "name another file",
        )
        raise BadInput([Fault(where, "the file", rule, got, advice)]) from error
