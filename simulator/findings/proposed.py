"""What a proposal does, in one breath: what is changed, what comes of it, how sure that is, and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ..funding import EXPLAIN_STEPS
from ..incentives import Estimate
from ..wording import TOO_CLOSE, count, counted, gbp, interval, measure_name, sentence_case, signed
from .figures import MONEY, PEOPLE, Between, Figure, amount, joined, last_day, lower

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..explanation import Explanation
    from ..replicate import Sample

HEADLINES = ("allocation_gbp", "in_treatment", "successful_completions", "in_recovery")
"""Measures that are told first, of the last year."""
FEW = 10
"""Replications below which it is said that they are few."""
_BECAUSE = {
    "pot": "the pot is another",
    "others": "the other partnerships' numbers, and so their share of the pot, are others",
    "own number": "the number of clients counted in effective treatment is another",
    "own mix": "the mix of substance groups among those counted is another",
    "own completions": "the number of successful completions counted is another",
    "need": "the share for need is another",
    "area cost": "what the formula makes up for costs is another",
    "phase-in": "the formula is phased in differently",
    "floor and ceiling": "the floor or ceiling holds it",
}


@dataclass(frozen=True, slots=True)
class Proposed:
    """What a proposal does against what it is compared with.

    Parameters
    ----------
    what, by_how_much, how_sure, why
        The four parts of the sentence.
    figures
        Differences in the last year, in the order of `HEADLINES`.
    """

    what: str
    by_how_much: str
    how_sure: str
    why: str
    figures: tuple[Figure, ...]

    @property
    def sentence(self) -> str:
        """All of it."""
        return " ".join(
            each for each in (self.what, self.by_how_much, self.how_sure, self.why) if each
        )

    @property
    def is_close(self) -> bool:
        """Whether neither money nor recovery has a clear sign."""
        return {self.figures[0].sign, self.figures[-1].sign} <= {"open", "same"}


def what_is_proposed(
    without: Explanation, with_plan: Explanation, changed: Sequence[str], against: str
) -> Proposed:
    """Say what a proposal does to one partnership's money and clients.

    Parameters
    ----------
    without, with_plan
        The same replications with and without it; the first partnership is the one whose plan it is.
    changed
        What is changed, each a clause without a full stop.
    against
        What it is compared with, to follow the word *against*.
    """
    baseline, plan = without.sample, with_plan.sample
    between = Between(baseline, plan)
    place = plan.partnerships[0]
    shows = {"allocation_gbp": gbp}
    figures = tuple(
        between.year(measure, shows.get(measure, count), -1, place) for measure in HEADLINES
    )
    what = f"{sentence_case(joined(list(changed)))}." if changed else "Nothing is changed yet."
    if all(figure.sign == "same" for figure in figures):
        told = (
            f"Against {against} nothing in the four figures changes, in any run." if changed else ""
        )
        return Proposed(what, told, "", "", figures)
    return Proposed(
        what,
        _by_how_much(baseline, figures, against, place),
        _how_sure(figures, plan.replications),
        _why(without, with_plan, figures[0]),
        figures,
    )


def _by_how_much(baseline: Sample, figures: Sequence[Figure], against: str, place: str) -> str:
    money, treated, _, well = figures
    year = baseline.years[-1]
    now = float(np.nanmean(baseline.of("allocation_gbp", place)[:, -1]))
    return (
        f"Against {against}, that brings {amount(money, MONEY)} in {year} (of {gbp(now)}),"
        f" with {amount(treated, PEOPLE, 'people in treatment')} and"
        f" {amount(well, PEOPLE, 'people in recovery')} on {last_day(year)}."
    )


def _how_sure(figures: Sequence[Figure], replications: int) -> str:
    close = [lower(figure.name.rpartition(",")[0]) for figure in figures if figure.sign == "open"]
    few = "Only " if replications < FEW else ""
    runs = f"{few}{counted(replications, 'pair')} of runs so far stand behind it"
    if replications < 2:
        return f"{sentence_case(runs)}: no interval yet."
    money = figures[0]
    ends = interval(money.estimate.low, money.estimate.high, lambda x: signed(x, gbp))
    told = f"{sentence_case(runs)}; the 95% interval for the money is {ends}"
    told += f"; {TOO_CLOSE}: {joined(close)}." if close else ", and every sign is clear."
    return f"{told} That is chance alone: assumptions may be wrong too."


def _why(without: Explanation, with_plan: Explanation, money: Figure) -> str:
    """The step of the formula through which most of the money comes or goes."""
    if money.sign in ("same", "open"):
        return ""
    steps = step_differences(without, with_plan)
    means = [each.mean for each in steps]
    largest = int(np.argmax(np.abs(means)))
    if not means[largest]:
        return ""
    name = EXPLAIN_STEPS[largest]
    why = _BECAUSE.get(name, f"of the step “{name}”")
    return f"The largest part, {signed(means[largest], gbp)}, comes because {why}."


def step_differences(without: Explanation, with_plan: Explanation) -> tuple[Estimate, ...]:
    """By how much each step of the formula moves the last year's allocation, against the baseline.

    Steps from the first year to the last are summed; with the difference of the first year itself they make the
    whole difference.

    Returns
    -------
    Paired means and intervals in the order of `funding.EXPLAIN_STEPS`.
    """
    both = [each.steps[:, 0].sum(axis=1).astype(np.float64) for each in (without, with_plan)]
    between = both[1] - both[0]
    return tuple(Estimate.of(between[:, step]) for step in range(len(EXPLAIN_STEPS)))


def levels(sample: Sample, measure: str, year: int = -1) -> tuple[float, float, float]:
    """Mean of a measure in a year for the first partnership, and the ends between which 9 runs in 10 lie."""
    values = sample.of(measure, sample.partnerships[0])[:, year]
    low, high = np.nanquantile(values, (0.05, 0.95)) if len(values) else (np.nan, np.nan)
    return float(np.nanmean(values)), float(low), float(high)


def figure_name(measure: str, year: str) -> str:
    """What a headline figure is called."""
    return f"{sentence_case(measure_name(measure))}, {year}"
