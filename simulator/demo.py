"""The perverse incentive, shown: one command that runs it, says what it found and writes it down."""

from __future__ import annotations

import math
import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from . import charts, findings, outputs, replicate
from .csv_text import as_csv
from .incentives import bands_told, client_kept
from .replicate import paired
from .report import Study, check_installed, html_of, put
from .report import money as money_tables
from .report import results as result_tables
from .report.page import ILLUSTRATIVE
from .report.table import Cell, Row, Table, year_heads
from .scenario import load
from .wording import NO_DIFFERENCE, measure_label, show, show_difference, verdict

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from rich.console import Console

    from .findings import Finding
    from .incentives import ClientKept
    from .replicate import Comparison, Sample
    from .scenario import Scenario
    from .workers import Progress

PLANS = ("park", "baseline_2008", "move_on", "reintegration")
"""The plans that are compared; the first is what the others are compared with."""
EIGHT = ("eight_park", "eight_one_moves_on", "eight_all_move_on")
"""Nobody acts, one acts, all act."""
NAMES = {
    "park": "Keep ready clients for years",
    "baseline_2008": "Keep them as in 2008-09",
    "move_on": "Move on at once",
    "reintegration": "Move on, with support",
}
GROUP = "opiate"
"""The group of the stable client whose worth is told."""

REPLICATIONS = 100
"""Enough for most signs, in about three minutes on two cores."""
EIGHT_SHARE = 0.3
"""Acting together takes eight partnerships a replication, so it gets this share of the replications."""
EIGHT_WEIGHT = 8
"""How much longer a replication of eight partnerships takes, for the progress."""

TITLE = "The perverse incentive: help people finish treatment, and lose your funding?"
QUESTION = (
    "Drug treatment was paid for mostly by how many people a partnership had in treatment. What does a"
    " partnership lose if it helps people finish? Does that cut bite? What does support for those who"
    " leave buy, and what changes if everybody acts together?"
)
MOVING_ON = "Moving ready clients on at once"
KEEPING = "keeping them for years"
AS_USUAL = "Keeping ready clients as long as was usual in 2008-09"
SUPPORTING = "Finding a support place for every planned exit"
WITHOUT_SUPPORT = "moving on without support"


def demo(
    out: Path,
    replications: int,
    seed: int,
    workers: int | None,
    progress: Progress | None,
    console: Console,
) -> None:
    """Run the comparison of the perverse incentive, print what was found, and write a folder.

    Parameters
    ----------
    out
        The folder: ``report.html``, ``picture.svg``, ``picture.png``, ``client_kept.csv``, and the tables
        in ``plans`` and ``eight``. It is made where there is none.
    replications
        Of each of the four plans; acting together has three tenths as many.
    workers
        Processes; by default one for each core.
    progress
        Told how much is done, and of how much.

    Raises
    ------
    BadInput
        If a number or the folder cannot be used.
    MissingExtra
        If the part that draws and writes reports is not installed.
    """
    check_installed()
    outputs.check_writable(out)
    shown = run(replications, seed, workers, progress)
    tell(shown, console)
    for path in write(shown, out):
        console.print(f"  {path}", markup=False, highlight=False, soft_wrap=True)


def eight_replications(replications: int) -> int:
    """Replications of acting alone and together, where the plans have so many."""
    return max(1, math.ceil(EIGHT_SHARE * replications))


# What is run


@dataclass(frozen=True)
class Shown:
    """What the demonstration found.

    Parameters
    ----------
    plans
        The four plans of one partnership.
    eight
        Acting alone and together.
    kept
        What a stable client kept another year is worth.
    found
        The findings, the most important first.
    """

    plans: Comparison
    eight: Comparison
    kept: ClientKept
    found: tuple[Finding, ...]

    @property
    def study(self) -> Study:
        """All of it as a report tells it."""
        return Study(
            title=TITLE,
            question=QUESTION,
            comparison=self.plans,
            findings=self.found,
            command=command(self.plans.baseline.replications, self.plans.baseline.seed),
            names=NAMES,
            kept=self.kept,
            together=self.eight,
            acting=MOVING_ON,
            reference="baseline_2008",
        )


def command(replications: int, seed: int) -> str:
    """What makes it again."""
    options = ["--replications", str(replications), "--seed", str(seed), "--out", "DIR"]
    return shlex.join(["treatment-sim", "demo", *options])


def run(
    replications: int, seed: int, workers: int | None, progress: Progress | None = None
) -> Shown:
    """Run the four plans and the three ways of acting together."""
    return shown(
        *run_both(
            [load(name) for name in PLANS], [load(name) for name in EIGHT], replications, seed,
            workers, progress,
        )
    )  # fmt: skip


def run_both(
    plans: Sequence[Scenario],
    eight: Sequence[Scenario],
    replications: int,
    seed: int,
    workers: int | None,
    progress: Progress | None = None,
) -> tuple[Comparison, Comparison]:
    """Both comparisons, each of a baseline and others; progress is told of both together."""
    few = eight_replications(replications)
    steps = _Steps(progress, len(plans) * replications, len(eight) * few)
    first = replicate.compare(plans, replications, seed, workers, steps.of_plans)
    return first, replicate.compare(eight, few, seed, workers, steps.of_eight)


@dataclass(frozen=True, slots=True)
class _Steps:
    """Tells progress of both runs as one."""

    tell: Progress | None
    plans: int
    eight: int

    def of_plans(self, done: int, _: int) -> None:
        self._told(done)

    def of_eight(self, done: int, _: int) -> None:
        self._told(self.plans + EIGHT_WEIGHT * done)

    def _told(self, done: int) -> None:
        if self.tell:
            self.tell(done, self.plans + EIGHT_WEIGHT * self.eight)


def shown(plans: Comparison, eight: Comparison) -> Shown:
    """What was found in the two comparisons."""
    park, (usual, move_on, reintegration) = plans.baseline, plans.others
    kept = client_kept(park, GROUP)
    found = (
        findings.money_and_recovery(park, move_on, MOVING_ON, KEEPING),
        findings.whether_the_cut_bites(park, move_on, kept, MOVING_ON),
        findings.what_a_client_is_worth(kept),
        findings.acting_together(eight, MOVING_ON),
        findings.what_support_buys(move_on, reintegration, SUPPORTING, WITHOUT_SUPPORT),
        findings.money_and_recovery(park, usual, AS_USUAL, KEEPING),
    )
    return Shown(plans, eight, kept, found)


# What is printed


def tell(shown: Shown, console: Console) -> None:
    """Print the tables by year and a plain sentence for each finding."""
    study = shown.study
    _say(console, TITLE, style="bold")
    _say(console, f"Illustrative. {ILLUSTRATIVE}")
    _say(console, _how(shown))
    for measure in result_tables.BY_YEAR:
        _print(console, _with_differences(study, measure))
    for sample in study.samples:
        if result_tables.has_support(sample):
            _print(console, result_tables.support(study, sample))
    _print(console, money_tables.kept(shown.kept), intervals=False)
    _print(console, money_tables.together(findings.alone_and_together(shown.eight)))
    for finding in shown.found:
        _say(console, f"{finding.title} ({finding.verdict})", style="bold")
        _say(console, finding.sentence)


def _how(shown: Shown) -> str:
    first = shown.plans.baseline
    return (
        f"{first.replications} replications of each plan, {shown.eight.baseline.replications} of acting"
        f" alone and together, seed {first.seed}. In the tables by year: the mean; below it the difference"
        f" from “{NAMES[PLANS[0]]}”; and how far its 95% interval reaches to either side. An asterisk (*)"
        f" marks what is too close to call. {first.years[0]} is a year of transition."
    )


def _with_differences(study: Study, measure: str) -> Table:
    """A measure by year under each plan, with differences from the first."""
    first, *others = study.samples
    rows = [Row(study.name(first), tuple(Cell(mean) for mean in _means(first, measure)))]
    for other in others:
        told = zip(_means(other, measure), _differences(study, other, measure), strict=True)
        rows.append(Row(study.name(other), tuple(Cell(*pair) for pair in told)))
    return Table(measure_label(measure, study.prices), ("", *year_heads(study.years)), tuple(rows))


def _means(sample: Sample, measure: str) -> list[str]:
    return [show(measure, mean) for mean in np.nanmean(sample.of(measure), axis=0)]


def _differences(study: Study, other: Sample, measure: str) -> list[str]:
    """Differences from the baseline by year, each with the reach of its interval."""
    between = other.of(measure) - study.comparison.baseline.of(measure)
    return [
        _difference(measure, *(float(each) for each in year))
        for year in zip(*paired(between), strict=True)
    ]


def _difference(measure: str, mean: float, low: float, high: float, _: float) -> str:
    why = verdict(low, high)
    if why == NO_DIFFERENCE:
        return why
    reach = "" if math.isnan(low) else f"\n± {show_difference(measure, high - mean).lstrip('+')}"
    return f"{show_difference(measure, mean)}{' *' if why else ''}{reach}"


def _print(console: Console, table: Table, *, intervals: bool = True) -> None:
    """A table as plain text: the second line of a cell is dim."""
    from rich import box  # only where something is printed
    from rich.table import Table as Printed
    from rich.text import Text

    printed = Printed(
        box=box.SIMPLE,
        title=Text(_caption(table, intervals=intervals)),
        title_justify="left",
        title_style="",
    )
    for place, column in enumerate(table.columns):
        heading = Text(column.replace(" (", "\n("))
        printed.add_column(heading, justify="right" if place else "left", overflow="fold")
    for row in table.rows:
        cells = [
            Text(cell.text).append(f"\n{cell.below}" if cell.below and intervals else "", "dim")
            for cell in row.cells
        ]
        printed.add_row(Text(row.head), *cells)
    console.print(printed)


def _caption(table: Table, *, intervals: bool) -> str:
    return table.caption if intervals else table.caption.partition(", and below it")[0]


def _say(console: Console, text: str, style: str = "") -> None:
    console.print(text, style=style, markup=False, highlight=False, soft_wrap=False)
    if not style:
        console.print()


# What is written


def write(shown: Shown, out: Path) -> tuple[Path, ...]:
    """Write the report, the picture and the tables, each beside its place and then renamed."""
    drawn = picture(shown)
    return (
        put(out / "report.html", html_of(shown.study).encode()),
        put(out / "picture.svg", charts.to_svg(drawn).encode()),
        put(out / "picture.png", charts.to_png(drawn)),
        put(out / "client_kept.csv", as_csv(shown.kept.table).encode()),
        *outputs.write(out / "plans", shown.plans),
        *outputs.write(out / "eight", shown.eight),
    )


def picture(shown: Shown) -> charts.Chart:
    """One picture that tells the story: money, recovery, alone and together, what a client is worth."""
    samples, names = shown.plans.samples, NAMES
    lines = [
        charts.lines_by_year(
            samples, measure, findings.message(shown.plans, measure, names), names=names, brief=True
        )
        for measure in ("allocation_gbp", "in_recovery")
    ]
    few = shown.eight.baseline.replications
    first, _, worth, acting, *_ = shown.found
    alone = charts.alone_against_together(
        findings.alone_and_together(shown.eight), acting.title, replications=few, brief=True
    )
    client = charts.client_worth(shown.kept, worth.title, brief=True)
    subtitle = (
        f"Four plans of one partnership, {samples[0].replications} replications each: lines are means,"
        f" {bands_told(samples[0].replications)}. Eight partnerships that share a pot, {few} replications: black lines"
        f" are 95% intervals. {ILLUSTRATIVE}"
    )
    return charts.picture([*lines, alone, client], first.title, subtitle)
