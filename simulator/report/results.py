"""Tables of results: by year, against the baseline, and behind each finding."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..findings import support_gbp
from ..incentives import the_band
from ..replicate import ALL
from ..wording import (
    MISSING,
    NO_DIFFERENCE,
    gbp,
    gbp_exact,
    interval,
    measure_label,
    sentence_case,
    show,
    show_difference,
    verdict,
)
from .table import Cell, Row, Table, cells, year_heads

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..findings import Finding
    from ..replicate import Comparison, Sample
    from .study import Study

BY_YEAR = (
    "allocation_gbp",
    "in_treatment",
    "planned_exits",
    "successful_completions",
    "in_recovery",
)
"""The measures that are told by year for each scenario."""
COMPARED = (
    "allocation_gbp",
    "spent_gbp",
    "unspent_gbp",
    "treatment_money_used_share",
    "caseload_per_keyworker",
    "referrals",
    "new_presentations",
    "mean_wait_days",
    "gave_up_waiting",
    "in_treatment",
    "planned_exits",
    "successful_completions",
    "re_presentations",
    "in_recovery",
    "unmet_need_share",
    "deaths",
)
"""The measures of which differences are told."""


def by_year(study: Study, measure: str) -> Table:
    """A measure by year under each scenario: mean, and the band of its runs."""
    runs = the_band(study.comparison.baseline.replications)
    return Table(
        f"{measure_label(measure, study.prices)} by year: mean, and below it {runs}",
        ("Scenario", *year_heads(study.years)),
        tuple(
            Row(study.name(sample), tuple(_with_band(sample, measure))) for sample in study.samples
        ),
    )


def _with_band(sample: Sample, measure: str) -> Iterator[Cell]:
    for row in _all_clients(sample.summary, measure, sample.partnerships[-1]):
        band = interval(row.low, row.high, lambda value: show(measure, value))
        yield Cell(show(measure, row.mean), band if show(measure, row.mean) != MISSING else "")


def _all_clients(table: Any, measure: str, partnership: str, scenario: str | None = None) -> Any:
    chosen = (table["measure"] == measure) & (table["group"] == ALL)
    chosen &= table["partnership"] == partnership
    if scenario is not None:
        chosen &= table["scenario"] == scenario
    return table[chosen].itertuples()


def differences(study: Study, other: Sample, year: str) -> Table:
    """What differs in one year from the baseline, with interval, error and verdict."""
    baseline = study.name(study.comparison.baseline)
    return Table(
        f"“{study.name(other)}” less “{baseline}”, {year}; £ in {study.prices}",
        ("Measure", "Difference", "95% interval", "Monte-Carlo error", "Can the sign be told?"),
        tuple(
            Row(measure_label(measure), _difference(row, measure))
            for measure in COMPARED
            for row in _differences_of(study.comparison, other, measure)
            if row.year == year and show(measure, row.difference) != MISSING
        ),
    )


def _differences_of(comparison: Comparison, other: Sample, measure: str) -> Any:
    place = comparison.baseline.partnerships[-1]
    return _all_clients(comparison.differences, measure, place, other.scenario.name)


def _difference(row: Any, measure: str) -> tuple[Cell, ...]:
    def told(amount: float) -> str:
        return show_difference(measure, amount)

    error = told(row.mc_error).removeprefix("+")
    return cells(
        told(row.difference),
        interval(row.low, row.high, told),
        error,
        sentence_case(verdict(row.low, row.high) or "yes"),
    )


def every_difference(study: Study, other: Sample) -> Table:
    """What differs from the baseline in every year."""
    baseline = study.name(study.comparison.baseline)
    return Table(
        f"“{study.name(other)}” less “{baseline}” by year: difference, and below it its 95%"
        f" interval; an asterisk (*) marks what is too close to call; £ in {study.prices}",
        ("Measure", *year_heads(study.years)),
        tuple(
            Row(measure_label(measure), tuple(_marked(study.comparison, other, measure)))
            for measure in COMPARED
        ),
    )


def _marked(comparison: Comparison, other: Sample, measure: str) -> Iterator[Cell]:
    for row in _differences_of(comparison, other, measure):
        text = show_difference(measure, row.difference)
        if text == MISSING:
            yield Cell(MISSING)
            continue
        mark = " *" if verdict(row.low, row.high) not in ("", NO_DIFFERENCE) else ""
        ends = interval(row.low, row.high, lambda amount: show_difference(measure, amount))
        yield Cell(f"{text}{mark}", ends)


def figures(finding: Finding, prices: str) -> Table:
    """The numbers that a finding stands on."""
    money = any(each.show in (gbp, gbp_exact) for each in finding.figures)
    return Table(
        f"The numbers behind it; £ in {prices}" if money else "The numbers behind it",
        ("Number", "Mean", "95% interval"),
        tuple(Row(each.name, cells(each.text, each.interval)) for each in finding.figures),
        label=f"Numbers behind: {finding.title}",
    )


def has_support(sample: Sample) -> bool:
    """Whether a scenario has support places at all."""
    return any(row.mean > 0 for row in _support_rows(sample, "support_places_used_share"))


def _support_rows(sample: Sample, measure: str) -> list[Any]:
    return list(_all_clients(sample.summary, measure, sample.partnerships[0]))


def support(study: Study, sample: Sample) -> Table:
    """How far support places are taken up by year, and what they cost."""
    planned, spent = (pounds.mean(axis=0) for pounds in support_gbp(sample))
    told = {
        measure: [show(measure, row.mean) for row in _support_rows(sample, measure)]
        for measure in ("planned_exits", "supported_exits", "support_places_used_share")
    }
    rows = [
        *(Row(measure_label(measure), cells(*texts)) for measure, texts in told.items()),
        Row("Set aside for support (£)", cells(*map(gbp, planned))),
        Row("Spent on places in use (£)", cells(*map(gbp, spent))),
    ]
    several = len(sample.scenario.partnerships) > 1
    of = f" of {sample.partnerships[0]}" if several else ""
    return Table(
        f"“{study.name(sample)}”: support places{of} by year, means; £ in {study.prices}",
        ("Measure", *year_heads(study.years)),
        tuple(rows),
    )
