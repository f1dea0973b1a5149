"""Figures that cannot be true together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..years import year_name
from .by_year import agree, is_count
from .cells import Wrong
from .figures import ALL, Amount, LocalFigure, Where

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Told = tuple[int, str, Wrong, str]

_AT_MOST = (
    ("in_effective_treatment", "in_contact"),
    ("in_treatment", "in_contact"),
    ("new_presentations", "in_contact"),
    ("planned_exits", "in_contact"),
    ("gave_up_waiting", "referrals"),
    ("early_exits", "planned_exits"),
    ("supported_exits", "planned_exits"),
    ("successful_completions", "planned_exits"),
    ("re_presentations", "planned_exits"),
    ("in_treatment_over_4_years_share", "in_treatment_over_2_years_share"),
    ("in_treatment_over_6_years_share", "in_treatment_over_4_years_share"),
    ("back_6_months_after_planned_share", "back_12_months_after_planned_share"),
    ("back_6_months_after_unplanned_share", "back_12_months_after_unplanned_share"),
)
"""What is part of something else. Official figures count a person's presentations and exits once a year."""


def contradictions(figures: Sequence[LocalFigure], groups: Sequence[str]) -> Iterator[Told]:
    """What is wrong between figures: line, name, what it must be, what it is."""
    known = {figure.of: figure for figure in figures}
    for figure in figures:
        for part, whole in _AT_MOST:
            if figure.of.measure == part:
                yield from _above(figure, known.get(figure.of._replace(measure=whole)), whole)
        if figure.of.group != ALL and is_count(figure.of.measure):
            yield from _above(figure, known.get(figure.of._replace(group=ALL)), ALL)
    yield from _groups_that_do_not_add_up(known, groups)


def _name(of: Where) -> str:
    group = "" if of.group == ALL else f", {of.group}"
    return f"{of.measure}{group}, {year_name(of.year)}"


def _above(part: LocalFigure, whole: LocalFigure | None, name: str) -> Iterator[Told]:
    if whole is not None and part.amount.low > whole.amount.high:
        rule = f"be at most {name}, {whole.amount.high:,g} (line {whole.lines[0]})"
        yield (
            part.lines[0],
            _name(part.of),
            Wrong(rule, "check both"),
            f"{part.amount.low:,g}",
        )


def _groups_that_do_not_add_up(
    known: dict[Where, LocalFigure], groups: Sequence[str]
) -> Iterator[Told]:
    for of, figure in known.items():
        if of.group != ALL or not is_count(of.measure):
            continue
        parts = [known.get(of._replace(group=group)) for group in groups]
        given = [part.amount for part in parts if part is not None]
        total = sum(given, start=Amount.exactly(0.0))
        if len(given) == len(parts) and not agree(figure.amount, total, rounded=len(parts)):
            rule, advice = f"be the sum of its groups, {total.low:,g}", "check them"
            yield figure.lines[0], _name(of), Wrong(rule, advice), f"{figure.amount.low:,g}"
