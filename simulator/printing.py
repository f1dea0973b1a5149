"""Answers as text: tables by year, with bands and intervals, for a terminal or a pipe; and progress."""

from __future__ import annotations

import os
import shlex
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from . import wording
from .funding import EXPLAIN_STEPS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import pandas as pd
    from rich.console import Console
    from rich.text import Text

    from .evidence import Assumption
    from .explanation import Explanation
    from .replicate import Comparison, Sample
    from .scenario import Scenario
    from .workers import Progress

PROGRAM = "treatment-sim"
MAIN_MEASURES = (
    "allocation_gbp",
    "in_treatment",
    "in_contact",
    "in_effective_treatment",
    "new_presentations",
    "mean_wait_days",
    "waited_3_weeks_or_less_share",
    "planned_exits",
    "successful_completions",
    "re_presentations",
    "in_recovery",
    "deaths",
)
"""What is printed; the files hold the rest."""
ALL = "all"
LEAST_KNOWN = ("unverified", "assumed")
PIPE_WIDTH = 250
"""Columns where the output goes to no terminal."""
MOST_EXPLAINED = 12
"""Partnerships that are explained one after the other; of more, all together is told."""
MOST_WINNERS = 3
"""Partnerships named whose allocation grows most, and whose falls most."""
LABEL_WIDTH = 26
"""Columns of a label where space is short; a longer one takes two lines."""


def _console() -> Console:
    """Standard output: the terminal's width, or wide enough for a file or another program."""
    from rich.console import Console

    told = sys.stdout.isatty() or "COLUMNS" in os.environ
    width = None if told else PIPE_WIDTH
    return Console(markup=False, highlight=False, emoji=False, width=width)


@dataclass(frozen=True, slots=True)
class Asked:
    """How a user asked for what is printed.

    Parameters
    ----------
    argument
        The scenario as it was named; of several, the first.
    changes
        Changes that were made to it.
    partnership
        The partnership to print; None for all together.
    formula
        The rule that took the place of its own, if one did, as it was named.
    paid_by
        What that rule is called.
    """

    argument: str
    changes: Sequence[str] = ()
    partnership: str | None = None
    formula: str | None = None
    paid_by: str = ""

    def place(self, sample: Sample) -> str:
        """The partnership to print, or `all` where there are several."""
        return self.partnership or sample.partnerships[-1]


def _say(console: Console, text: str, style: str = "") -> None:
    console.print(text, style=style, soft_wrap=not console.is_terminal)


def print_table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A plain table of texts."""
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE, leading=int(any("\n" in text for row in rows for text in row)))
    for heading in headings:
        table.add_column(heading, overflow="fold")
    for row in rows:
        table.add_row(*row)
    _console().print(table)


@dataclass(frozen=True, slots=True)
class _Cell:
    """A number, the interval to print beneath it, and whether it says less than others."""

    text: str
    beneath: str = ""
    dim: bool = False

    @property
    def width(self) -> int:
        return max(len(self.text), len(self.beneath))

    @property
    def rich(self) -> Text:
        from rich.text import Text

        text = Text(self.text, style="dim" if self.dim else "")
        return text.append(f"\n{self.beneath}", style="dim") if self.beneath else text


def _print_by_year(
    console: Console, years: Sequence[str], rows: Mapping[str, Sequence[_Cell]]
) -> None:
    """Rows of cells by year, in as many tables beneath each other as the width asks for."""
    from rich import box
    from rich.table import Table

    cell_width = 2 + max((cell.width for cells in rows.values() for cell in cells), default=0)
    label_width = max(map(len, rows), default=0)
    if label_width + 4 + cell_width * len(years) > console.width:
        label_width = min(label_width, LABEL_WIDTH)
    at_once = max(1, (console.width - label_width - 4) // cell_width)
    for first in range(0, len(years), at_once):
        shown = slice(first, first + at_once)
        deep = any(cell.beneath for cells in rows.values() for cell in cells[shown])
        table = Table(box=box.SIMPLE, leading=int(deep))
        table.add_column("", max_width=label_width)
        for year in years[shown]:
            table.add_column(year, justify="right", no_wrap=True)
        for label, cells in rows.items():
            table.add_row(label, *(cell.rich for cell in cells[shown]))
        console.print(table)


def _by_row_and_year(
    table: pd.DataFrame, partnership: str, row: str, columns: Sequence[str]
) -> dict[tuple[str, str], tuple[float, ...]]:
    """Numbers of one partnership and all groups together, by measure or step and year."""
    wanted = table[table["partnership"] == partnership]
    if "group" in wanted:
        wanted = wanted[wanted["group"] == ALL]
    keys = zip(wanted[row], wanted["year"], strict=True)
    return dict(zip(keys, zip(*(wanted[name] for name in columns), strict=True), strict=True))


def _band(measure: str, mean: float, low: float, high: float, *, replications: int) -> _Cell:
    show = partial(wording.show, measure)
    return _Cell(show(mean), wording.interval(low, high, show) if replications > 1 else "")


def _difference(show: wording.Show, difference: float, low: float, high: float) -> _Cell:
    called = wording.verdict(low, high)
    if called == wording.NO_DIFFERENCE:
        return _Cell(called, dim=True)
    if called == wording.NO_INTERVAL:
        return _Cell(show(difference))
    between = wording.interval(low, high, show)
    return _Cell(called, between, dim=True) if called else _Cell(show(difference), between)


def _print_title(console: Console, scenario: Scenario, asked: Asked) -> None:
    _say(console, scenario.title, style="bold")
    _say(console, scenario.question)
    if asked.formula:
        _say(console, f"Paid by: {asked.paid_by or asked.formula}")
    if asked.changes:
        _say(console, f"Changed: {'; '.join(asked.changes)}")


def _print_place(console: Console, sample: Sample, asked: Asked) -> None:
    place = asked.place(sample)
    console.print()
    if place != ALL:
        _say(console, place, style="bold")
        return
    _say(console, f"All {_how_many(sample.scenario)} together", style="bold")
    _say(console, _one_of_them(sample.scenario))


def _how_many(scenario: Scenario) -> str:
    """The partnerships in words; where some stand for several alike, both numbers."""
    simulated = len(scenario.partnerships)
    counted = sum(own.copies for own in scenario.partnerships.values())
    told = f"{counted} partnerships"
    return told if counted == simulated else f"{told} of {simulated} types"


def _one_of_them(scenario: Scenario) -> str:
    """How to see one partnership."""
    return f"One of them: --partnership {shlex.quote(next(iter(scenario.partnerships)))}"


def print_run(sample: Sample, asked: Asked) -> None:
    """The main measures of a scenario by year, with the band of its runs."""
    from .incentives import the_band

    console = _console()
    _print_title(console, sample.scenario, asked)
    _print_place(console, sample, asked)
    columns = ("mean", "low", "high")
    numbers = _by_row_and_year(sample.summary, asked.place(sample), "measure", columns)
    cell = partial(_band, replications=sample.replications)
    rows = {
        wording.measure_label(measure): [cell(measure, *numbers[measure, y]) for y in sample.years]
        for measure in MAIN_MEASURES
    }
    _print_by_year(console, sample.years, rows)
    many = sample.replications
    beneath = f"; beneath, {the_band(many)}" if many > 1 else ""
    _say(console, f"{_made_of(sample)}{beneath}.")
    _print_precision(console, sample)
    _say(console, f"Bands {_held(sample)}")
    _print_transition(console, sample)
    _print_who_wins(console, sample, asked)
    _print_streams(console, (sample,), asked)
    _print_assumptions(console, sample.scenario, asked)


def print_comparison(comparison: Comparison, asked: Asked) -> None:
    """Each scenario's paired differences from the first, by year, with their 95% interval."""
    console = _console()
    baseline = comparison.baseline
    _print_title(console, baseline.scenario, asked)
    tables = 0
    for other in comparison.others:
        differing = _differing(comparison, other, asked)
        console.print()
        _say(console, f"{other.scenario.name} against {baseline.scenario.name}", style="bold")
        _say(console, other.scenario.title)
        _print_place(console, other, asked)
        if set(MAIN_MEASURES) & set(differing):
            _print_by_year(console, other.years, _differences(comparison, other, asked))
            tables += 1
        else:
            _say(console, _nothing_differs(differing))
    several = baseline.replications > 1
    beneath = "; beneath, the 95% interval of the difference" if several else ", so no intervals"
    _say(console, f"Differences of the same people. {_made_of(baseline)}{beneath}.")
    if tables:
        close = "the interval holds zero, so more or less cannot be told."
        _say(console, f'"{wording.TOO_CLOSE}": {close}')
    _print_precision(console, comparison)
    _say(console, f"Intervals {_held(baseline)}")
    _print_transition(console, baseline)
    _print_streams(console, comparison.samples, asked)
    _print_assumptions(console, baseline.scenario, asked)


def _differing(comparison: Comparison, other: Sample, asked: Asked) -> list[str]:
    """Measures of the place that is printed that differ in any replication and year."""
    import numpy as np

    from .measures import MEASURES

    place = asked.place(other)
    pairs = ((m, other.of(m, place), comparison.baseline.of(m, place)) for m in MEASURES)
    return [m for m, mine, first in pairs if not np.array_equal(mine, first, equal_nan=True)]


def _nothing_differs(differing: Sequence[str]) -> str:
    """One sentence where no main measure differs, with what else does."""
    if not differing:
        return "No difference in any measure, in any year."
    others = "; ".join(map(wording.measure_label, differing))
    return f"No difference in any main measure, in any year. What differs: {others}."


def _differences(comparison: Comparison, other: Sample, asked: Asked) -> dict[str, list[_Cell]]:
    table = comparison.differences
    mine = table[table["scenario"] == other.scenario.name]
    columns = ("difference", "low", "high")
    numbers = _by_row_and_year(mine, asked.place(other), "measure", columns)
    return {
        wording.measure_label(measure): [
            _difference(partial(wording.show_difference, measure), *numbers[measure, year])
            for year in other.years
        ]
        for measure in MAIN_MEASURES
    }


def print_explanation(
    explanation: Explanation, names: Sequence[str], asked: Asked, *, over_orders: bool = False
) -> None:
    """Why each partnership's allocation changes: sentences, and for one alone the steps by year.

    Parameters
    ----------
    over_orders
        Whether the mean over all orders is told beside the steps.
    """
    console = _console()
    sample = explanation.sample
    _print_title(console, sample.scenario, asked)
    if len(names) > MOST_EXPLAINED:
        _print_explained_together(console, explanation)
    for name in names if len(names) <= MOST_EXPLAINED else ():
        console.print()
        _say(console, name, style="bold")
        for sentence in explanation.sentences_of(name):
            _say(console, sentence)
        if over_orders:
            for sentence in explanation.order_sentences_of(name):
                _say(console, sentence)
    if len(names) == 1 and sample.scenario.years > 1:
        _print_by_year(console, sample.years[1:], _steps(explanation, names[0], over_orders))
    console.print()
    _say(console, explanation.note)
    if over_orders:
        from .explanation import OVER_ALL_ORDERS

        _say(console, OVER_ALL_ORDERS)
    _print_assumptions(console, sample.scenario, asked)


def _print_explained_together(console: Console, explanation: Explanation) -> None:
    """Who gains and who loses where there are too many to explain each, and how to see one."""
    console.print()
    _say(console, f"All {_how_many(explanation.sample.scenario)} together", style="bold")
    for sentence in explanation.sentences_together:
        _say(console, sentence)
    _say(console, f"{_one_of_them(explanation.sample.scenario)}; --out FOLDER writes all of them.")


def _steps(
    explanation: Explanation, partnership: str, over_orders: bool = False
) -> dict[str, list[_Cell]]:
    """Steps by year, without those that change nothing in any year."""
    columns = ("gbp", "low", "high")
    numbers = _by_row_and_year(explanation.table, partnership, "step", columns)
    moved = {step for (step, _), (gbp, *_) in numbers.items() if gbp}
    signed = partial(wording.signed, show_as=wording.gbp)
    rows = {
        wording.sentence_case(step): [
            _difference(signed, *numbers[step, year]) for year in explanation.sample.years[1:]
        ]
        for step in EXPLAIN_STEPS
        if step in moved
    }
    if not over_orders:
        return rows
    means = explanation.shapley_of(partnership).mean(axis=0).T
    beside = {
        f"{wording.sentence_case(step)}, over all orders": [
            _Cell(signed(float(gbp)), dim=True) for gbp in by_year
        ]
        for step, by_year in zip(EXPLAIN_STEPS, means, strict=True)
        if step in moved
    }
    pairs = zip(rows.items(), beside.items(), strict=True)
    return dict(row for pair in pairs for row in pair)


def _print_who_wins(console: Console, sample: Sample, asked: Asked) -> None:
    """Where many share the pot: whose allocation grows and whose falls most over the years of the run."""
    if (
        asked.place(sample) != ALL
        or len(sample.scenario.partnerships) < 2 * MOST_WINNERS
        or sample.scenario.years < 2
    ):
        return
    grows, falls = _winners_and_losers(sample)
    between = f"From {sample.years[0]} to {sample.years[-1]}"
    as_share = "as a share of it, in"
    console.print()
    _say(console, f"{between} the allocation grows most, {as_share} {'; '.join(grows) or 'none'}")
    _say(console, f"{between} it falls most, {as_share} {'; '.join(falls) or 'none'}")


def _winners_and_losers(sample: Sample) -> tuple[list[str], list[str]]:
    """The few whose allocation grows most, and falls most, each with how much and how sure that is."""
    import numpy as np

    from .explanation import changed
    from .replicate import paired

    names = tuple(sample.scenario.partnerships)
    sums = np.stack([sample.of("allocation_gbp", name)[:, [0, -1]] for name in names])
    mean, low, high, _ = paired((sums[..., 1] - sums[..., 0]).T)
    first = sums[..., 0].mean(axis=1)
    parts = np.divide(mean, first, out=np.zeros(len(names)), where=first > 0)

    def told(place: int) -> str:
        close = wording.verdict(low[place], high[place]) == wording.TOO_CLOSE
        text = changed(names[place], float(mean[place]), float(parts[place]))
        return f"{text}, {wording.TOO_CLOSE}" if close else text

    ranked = [int(place) for place in np.argsort(parts, kind="stable")]
    grows = [told(place) for place in ranked[: -MOST_WINNERS - 1 : -1] if mean[place] > 0]
    falls = [told(place) for place in ranked[:MOST_WINNERS] if mean[place] < 0]
    return grows, falls


def _print_streams(console: Console, samples: Sequence[Sample], asked: Asked) -> None:
    """What each stream brings, and what goes back, of every scenario, where one has streams with rules."""
    from .stream_means import has_rules

    if not any(has_rules(sample.scenario) for sample in samples):
        return
    for sample in samples:
        of = f": {sample.scenario.name}" if len(samples) > 1 else ""
        console.print()
        _say(console, f"Funding streams, means a year{of}", style="bold")
        _print_stream_table(sample, asked)
    _say(console, "What is kept is spent or given back in the year after, beside its income.")


def _print_stream_table(sample: Sample, asked: Asked) -> None:
    from .stream_means import stream_means

    place = asked.place(sample)
    found = stream_means(sample, None if place == ALL else place)
    streams = sample.scenario.funding.streams
    has_beds = any("detox" in each.pays_for for each in streams.values())
    rows = []
    for each in found:
        pounds = (each.income_gbp, each.spent_gbp, each.kept_gbp, each.goes_back_gbp)
        row = [each.label, *map(wording.gbp, pounds)]
        if has_beds:
            buys = "detox" in streams[each.stream].pays_for
            beds = (each.detox_beds, each.detox_episodes)
            row += map(wording.count, beds) if buys else ("", "")
        rows.append(row)
    headings = ["Stream", "Income", "Spent", "Kept", "Goes back"]
    print_table(headings + ["Detox beds", "Detox stays"] * has_beds, rows)


def _made_of(sample: Sample) -> str:
    if sample.replications == 1:
        return f"One replication, seed {sample.seed}"
    return f"Means of {sample.replications} replications, seed {sample.seed}"


def _held(sample: Sample) -> str:
    """What a band or an interval holds."""
    if sample.draws is None:
        return "are chance only: the assumptions are held fixed."
    many = min(len(sample.draws.rows), sample.replications)
    return (
        f"hold {sample.holds}: {many} sets of assumptions that figures allow ({sample.draws.name})."
    )


def _print_precision(console: Console, result: Sample | Comparison) -> None:
    """How well the means are known, where a precision was wanted."""
    from .precision import attained_by

    if attained := attained_by(result):
        _say(console, " ".join(attained.sentences))


def _print_transition(console: Console, sample: Sample) -> None:
    first = sample.years[0]
    _say(console, f"{first} is a year of transition: the same people stand there under every plan.")


def _print_assumptions(console: Console, scenario: Scenario, asked: Asked) -> None:
    from .evidence import register

    told = register(scenario)
    weak = sum(each.grade in LEAST_KNOWN for each in told)
    outside = sum(each.outside_range for each in told)
    also = f", {outside} outside their plausible range" if outside else ""
    changes = [part for change in asked.changes for part in ("--set", change)]
    formula = ["--formula", asked.formula] if asked.formula else []
    command = shlex.join([PROGRAM, "evidence", asked.argument, *formula, *changes])
    _say(console, f"{weak} of {len(told)} assumptions are assumed or unverified{also}: {command}")


def print_evidence(scenario: Scenario, grades: Sequence[str] = ()) -> None:
    """Every assumption and what supports it, the least known first, then what moves most.

    Parameters
    ----------
    grades
        The grades to print; by default all.
    """
    from .evidence import register
    from .evidence.words import counts_in_words, notes_in_words

    console, whole = _console(), register(scenario)
    told = [each for each in whole if not grades or each.grade in grades]
    _say(console, f"{scenario.title}: {counts_in_words(whole)}.")
    headings = ("Grade", "Assumption", "Value", "Plausible range", "Influence", "Source")
    print_table(headings, [_evidence_row(each) for each in told])
    for note in notes_in_words(scenario, whole):
        _say(console, note)


def _evidence_row(told: Assumption) -> list[str]:
    from .evidence.words import OUTSIDE, influence_in_words, range_in_words, value_in_words

    between, fitted = range_in_words(told), told.fitted_to
    return [
        told.grade,
        f"{told.title}\n{told.path}",
        value_in_words(told.value, told.unit),
        f"{between}\n{OUTSIDE}" if told.outside_range else between,
        influence_in_words(told),
        f"{told.source}\nFitted to: {fitted}" if fitted else told.source,
    ]


@contextmanager
def progress_on_stderr(what: str = "replications") -> Iterator[Progress]:
    """Progress on standard error: a bar on a terminal, else a line for each quarter."""
    if not sys.stderr.isatty():
        yield _Quarters(what)
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    columns = (
        TextColumn(what.capitalize()),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


@dataclass(slots=True)
class _Quarters:
    what: str
    told: int = 0
    total: int = 0

    def __call__(self, done: int, total: int) -> None:
        if total > self.total:  # more than there were to be at first
            self.total, self.told = total, 4 * self.total // total
        elif total < self.total:  # another round of work
            self.total, self.told = total, 0
        if (quarter := 4 * done // total) > self.told:
            self.told = quarter
            sys.stderr.write(f"{done} of {total} {self.what} done\n")
