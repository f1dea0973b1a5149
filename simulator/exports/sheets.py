"""What stands on each sheet of the workbook: titles, notes, columns, and rows of texts and real numbers."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from ..csv_text import DIGITS
from ..evidence import register
from ..evidence.words import value_in_words
from ..explanation import ORDER_MATTERS
from ..incentives import band_told, the_band
from ..measures import MEASURES
from ..replicate import ALL, FEWEST_OF_BAND
from ..report.sources import differing, title_of, value_told
from ..scenario.tree import dotted
from ..wording import measure_name, sentence_case, unit_of, verdict
from .about import about_rows, prices
from .data import explanation_table
from .dictionary import measures_told, unit_of_difference, unit_told

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    import pandas as pd

    from ..evidence import Assumption
    from ..explanation import Explanation
    from ..replicate import Comparison, Sample
    from ..scenario.tree import Path
    from .about import About

MISSING = "[x]"
"""What stands where there is no number, as public statistics write it."""
NOTHING_THERE = f"{MISSING} stands where there is nothing to take a share or a mean of."
MOST_PARTNERSHIPS = 12
"""More of them than these are told together alone; the CSV files have each."""

GBP, GBP_CHANGE = '"£"#,##0;-"£"#,##0', '+"£"#,##0;-"£"#,##0;"£"0'
COUNT, COUNT_CHANGE = "#,##0.0", "+#,##0.0;-#,##0.0;0.0"
SHARE, SHARE_CHANGE = "0.0%", "+0.0%;-0.0%;0.0%"
WHOLE, PLAIN = "#,##0", "General"


class Number(NamedTuple):
    """A number, and how a spreadsheet shows it."""

    value: float
    shown: str


Cell: TypeAlias = str | Number


class Column(NamedTuple):
    """A column: what heads it, and how wide it is, in characters."""

    head: str
    width: int
    wraps: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: a title, notes, and one table with a row of heads.

    Parameters
    ----------
    name
        What stands on its tab.
    notes
        What a reader must know first, a line each.
    """

    name: str
    title: str
    notes: tuple[str, ...]
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]


def sheets(
    comparison: Comparison, about: About, explanations: Sequence[Explanation]
) -> tuple[Sheet, ...]:
    """Every sheet of the workbook, in order."""
    return (
        _about(comparison, about),
        _summary(comparison),
        _differences(comparison),
        _reasons(comparison, explanations),
        _inputs(comparison),
        _assumptions(comparison),
        _measures(comparison),
    )


def _number(value: float, shown: str) -> Cell:
    """A number to the digits of the CSV files, or what stands where there is none."""
    if math.isnan(value):
        return MISSING
    return Number(float(f"{value:.{DIGITS}g}"), shown)


def _shown(measure: str, *, change: bool = False) -> str:
    kinds = {"£": (GBP, GBP_CHANGE), "%": (SHARE, SHARE_CHANGE)}
    return kinds.get(unit_of(measure), (COUNT, COUNT_CHANGE))[change]


def _about(comparison: Comparison, about: About) -> Sheet:
    told = [*about_rows(comparison, about)]
    runs = the_band(comparison.baseline.replications)
    told += [("Sheet", f"{name}: {holds.format(band=runs)}") for name, holds in _HOLDS.items()]
    return Sheet(
        "About",
        about.title,
        (about.illustrative,),
        (Column("What", 30), Column("What it says", 110, wraps=True)),
        tuple(told),
    )


_HOLDS = {
    "Summary by year": "what each scenario gives in each year, with {band}",
    "Differences": "paired differences from the scenario compared with, and whether their sign can be told",
    "Why the money moved": "why each allocation changed from year to year",
    "Inputs": "what differs between the scenarios",
    "Assumptions": "what the results stand on, the least known first",
    "Measures": "what each measure counts",
}


# Results by year

ENDS = ("5% of runs lie below", "5% of runs lie above")
"""What the columns of a band say, where there are enough runs to tell."""
_NAMED = (
    Column("Scenario", 24),
    Column("Partnership", 24),
    Column("Group", 14),
    Column("Measure", 34),
    Column("Year", 10),
    Column("Unit", 24),
)


def _summary(comparison: Comparison) -> Sheet:
    few = comparison.baseline.replications < FEWEST_OF_BAND
    low, high = ("lowest run", "highest run") if few else ENDS
    rows = [
        (*_named(row, unit_told(row.measure, prices(comparison))), *_band(row))
        for sample in comparison.samples
        for row in _ordered(sample.summary, sample)
    ]
    return Sheet(
        "Summary by year",
        "Summary by year: what each scenario gives",
        (
            f"Pounds are in {prices(comparison)}. Low to high: {band_told(comparison.baseline.replications)}.",
            *_of_which(comparison.baseline),
            NOTHING_THERE,
        ),
        (
            *_NAMED,
            Column("Mean", 14),
            Column(f"Low ({low})", 16),
            Column(f"High ({high})", 16),
            Column("Monte-Carlo error", 14),
            Column("Replications", 13),
        ),
        tuple(rows),
    )


def _band(row: Any) -> Iterator[Cell]:
    shown = _shown(row.measure)
    yield from (_number(value, shown) for value in (row.mean, row.low, row.high, row.mc_error))
    yield _number(row.replications, WHOLE)


def _differences(comparison: Comparison) -> Sheet:
    baseline = comparison.baseline.scenario
    table = comparison.differences
    rows = [
        (*_named(row, unit_of_difference(row.measure, prices(comparison))), *_interval(row))
        for sample in comparison.others
        for row in _ordered(table[table["scenario"] == sample.scenario.name], sample)
    ]
    return Sheet(
        "Differences",
        f"Differences from {baseline.name}",
        (
            f"Each row is the scenario less {baseline.name}: the same people, the same luck.",
            f"Pounds are in {prices(comparison)}.",
            "Where the 95% interval holds zero, the sign is too close to call.",
            *_of_which(comparison.baseline),
            NOTHING_THERE,
        ),
        (
            *_NAMED,
            Column("Difference", 14),
            Column("Low (95% interval)", 14),
            Column("High (95% interval)", 14),
            Column("Verdict", 22),
            Column("Monte-Carlo error", 14),
            Column("Replications", 13),
        ),
        tuple(rows),
    )


def _interval(row: Any) -> Iterator[Cell]:
    shown = _shown(row.measure, change=True)
    yield from (_number(value, shown) for value in (row.difference, row.low, row.high))
    yield _sign(row.difference, row.low, row.high)
    yield _number(row.mc_error, _shown(row.measure))
    yield _number(row.replications, WHOLE)


def _sign(mean: float, low: float, high: float) -> str:
    if math.isnan(mean):
        return MISSING
    return sentence_case(verdict(low, high) or ("more" if mean > 0 else "less"))


def _named(row: Any, unit: str) -> Iterator[str]:
    name = sentence_case(measure_name(row.measure))
    yield from (row.scenario, row.partnership, row.group, name, row.year, unit)


def _told_of(sample: Sample) -> tuple[str, ...]:
    """The partnerships that are told of, all together first; of many only these."""
    names = sample.partnerships
    return names[-1:] if len(names) > MOST_PARTNERSHIPS + 1 else (*names[-1:], *names[:-1])


def _of_which(sample: Sample) -> tuple[str, ...]:
    if len(sample.partnerships) <= MOST_PARTNERSHIPS + 1:
        return ()
    many = len(sample.partnerships) - 1
    return (f"All {many} partnerships are told together; the CSV files have each of them.",)


def _ordered(table: pd.DataFrame, sample: Sample) -> Iterable[Any]:
    """Rows by partnership, group and measure, so that the years of a measure stand below each other."""
    wanted = _told_of(sample)
    groups = (ALL, *sample.groups[:-1])
    chosen = table[table["partnership"].isin(wanted)]

    def place(row: Any) -> tuple[int, int, int, str]:
        which = (wanted.index(row.partnership), groups.index(row.group))
        return (*which, MEASURES.index(row.measure), row.year)

    return sorted(chosen.itertuples(), key=place)


# Why the money moved


def _reasons(comparison: Comparison, explanations: Sequence[Explanation]) -> Sheet:
    table = explanation_table(explanations)
    names = _paid(comparison.baseline)
    rows = [tuple(_step(row)) for row in table[table["partnership"].isin(names)].itertuples()]
    return Sheet(
        "Why the money moved",
        "Why the money moved: from each year to the next, step by step",
        (
            f"£, {prices(comparison)}: mean change of the yearly allocation since the year before.",
            ORDER_MATTERS,
            *_of_which_paid(comparison.baseline),
        ),
        (
            Column("Scenario", 24),
            Column("Partnership", 24),
            Column("Year", 10),
            Column("Step", 22),
            Column("Change (£)", 14),
            Column("Low (95% interval)", 14),
            Column("High (95% interval)", 14),
            Column("Verdict", 22),
            Column("Monte-Carlo error (£)", 14),
        ),
        tuple(rows),
    )


def _step(row: Any) -> Iterator[Cell]:
    yield from (row.scenario, row.partnership, row.year, sentence_case(row.step))
    yield from (_number(value, GBP_CHANGE) for value in (row.gbp, row.low, row.high))
    yield _sign(row.gbp, row.low, row.high)
    yield _number(row.mc_error, GBP)


def _paid(sample: Sample) -> tuple[str, ...]:
    """The partnerships whose steps are told."""
    return tuple(sample.scenario.partnerships)[:MOST_PARTNERSHIPS]


def _of_which_paid(sample: Sample) -> tuple[str, ...]:
    many = len(sample.scenario.partnerships)
    if many <= MOST_PARTNERSHIPS:
        return ()
    return (f"The first {MOST_PARTNERSHIPS} of {many} partnerships; explanation.csv has each.",)


# What goes in


def _inputs(comparison: Comparison) -> Sheet:
    baseline = comparison.baseline.scenario
    rows = [
        (sample.scenario.name, _titled(path), dotted(path), _given(was), _given(now))
        for sample in comparison.others
        for path, was, now in differing(sample.scenario, baseline)
    ]
    return Sheet(
        "Inputs",
        f"Inputs: what differs from {baseline.name}",
        (
            "Everything else is the same. The unit is in the name: _days, _gbp, _share (0 to 1), _per_year.",
            f"Pounds are in {prices(comparison)}. A list has one value for each year.",
        ),
        (
            Column("Scenario", 24),
            Column("What differs", 60, wraps=True),
            Column("Where it stands in the scenario", 46, wraps=True),
            Column(f"In {baseline.name}", 30, wraps=True),
            Column("Here", 30, wraps=True),
        ),
        tuple(rows),
    )


def _titled(path: Path) -> str:
    """What differs, in words; of one partnership by its name."""
    title = title_of(path) or dotted(path)
    return f"{path[1]}: {title}" if path[0] == "partnerships" and len(path) > 1 else title


def _given(value: Any) -> Cell:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return Number(value, PLAIN)
    return value_told(value)


def _assumptions(comparison: Comparison) -> Sheet:
    scenario = comparison.baseline.scenario
    return Sheet(
        "Assumptions",
        f"Assumptions of {scenario.name}, the least known first",
        (
            "Unverified: recalled, not checked against a source. Assumed: chosen for the model.",
            "Derived: worked out from published figures. Published: read in the source named.",
            f"Pounds are in {prices(comparison)}. What other scenarios assume else stands on the sheet Inputs.",
        ),
        (
            Column("Assumption", 60, wraps=True),
            Column("Value", 22, wraps=True),
            Column("Unit", 32),
            Column("Grade", 12),
            Column("Low end of the range", 14),
            Column("High end of the range", 14),
            Column("Source", 80, wraps=True),
            Column("Fitted to", 40, wraps=True),
            Column("Where it stands in the scenario", 46, wraps=True),
        ),
        tuple(tuple(_assumption(each, prices(comparison))) for each in register(scenario)),
    )


def _assumption(each: Assumption, told: str) -> Iterator[Cell]:
    low, high = each.range or (math.nan, math.nan)
    yield each.title
    single = isinstance(each.value, int | float) and not isinstance(each.value, bool)
    yield Number(each.value, PLAIN) if single else value_in_words(each.value, each.unit)
    yield f"{each.unit}, {told}" if each.unit.startswith("£") else each.unit or MISSING
    yield sentence_case(each.grade)
    yield from (_number(end, PLAIN) for end in (low, high))
    yield each.source if each.range else f"{each.source}. No range: {each.no_range_because}"
    yield each.fitted_to or MISSING
    yield each.path


def _measures(comparison: Comparison) -> Sheet:
    return Sheet(
        "Measures",
        "Measures: what each one counts",
        (f"Pounds are in {prices(comparison)}. A share or a mean of nothing is missing, never 0.",),
        (
            Column("Measure", 34),
            Column("Name in the CSV files", 30),
            Column("Unit", 24),
            Column("What it counts", 90, wraps=True),
            Column("Told by", 28),
        ),
        tuple(
            (each.name, each.measure, each.unit, each.meaning, each.groups)
            for each in measures_told(prices(comparison))
        ),
    )
