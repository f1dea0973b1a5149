"""What a proposal does, in one breath: what is changed, what comes of it, how sure that is, and why."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from ..funding import EXPLAIN_STEPS, explain
from ..incentives import Estimate, band
from ..wording import TOO_CLOSE, count, counted, gbp, interval, measure_name, sentence_case, signed
from .figures import MONEY, PEOPLE, Between, Figure, amount, joined, last_day, lower

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..explanation import Explanation
    from ..funding import Inputs
    from ..replicate import Sample
    from .figures import Sign

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
    "own planned exits": "the number of planned exits counted is another",
    "own starts": "the number of journeys counted that began is another",
    "own unmet need": "the number counted who need treatment and are not in it is another",
    "need": "the share for need is another",
    "area cost": "what the formula makes up for costs is another",
    "formula weights": "the formula counts other things, or weighs them otherwise",
    "phase-in": "the formula is phased in differently",
    "floor and ceiling": (
        "what it may lose or gain in a year is bounded otherwise, by the floor and ceiling or by the pounds of the"
        " year before that they stand on"
    ),
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
    """The step of the formula through which most of the money comes or goes, where one clearly does."""
    if money.sign in ("same", "open"):
        return ""
    steps = step_differences(without, with_plan)
    largest = largest_part(steps, money.sign)
    if largest is None:
        return ""
    step = EXPLAIN_STEPS[largest]
    why = _BECAUSE[step]
    if step == "own number":
        more = "more" if money.sign == "more" else "fewer"
        why = f"{more} clients are counted in effective treatment"
    return f"The largest part, {signed(steps[largest].mean, gbp)}, comes because {why}."


def largest_part(steps: Sequence[Estimate], sign: Sign) -> int | None:
    """The place of the largest step that clearly goes the way of the whole; None where none does."""
    way = {"more": 1, "less": -1}.get(sign, 0)
    there = [
        place
        for place, each in enumerate(steps)
        if way and min(way * each.low, way * each.high) > 0  # nothing is clear without an interval
    ]
    return max(there, key=lambda place: abs(steps[place].mean), default=None)


def step_differences(without: Explanation, with_plan: Explanation) -> tuple[Estimate, ...]:
    """By how much each step of the formula makes the last year's allocation differ from the baseline's.

    In each pair of runs the baseline's inputs of that year are replaced by the plan's, kind by kind, as
    `funding.explain` does from one year to the next. So the steps come to the whole difference to the pound, and what
    is the same under both moves nothing.

    Returns
    -------
    Paired means and intervals in the order of `funding.EXPLAIN_STEPS`; none where the pot is shared by others under
    the plan than without it, so that they cannot be told apart.
    """
    place = with_plan.sample.partnerships[0]
    both = [
        (before[-1], after[-1])
        for before, after in zip(without.sample.inputs, with_plan.sample.inputs, strict=True)
    ]
    if not all(_sharers(before) == _sharers(after) for before, after in both):
        return ()
    pounds = np.array([_steps(*each, place) for each in both], dtype=np.float64)
    return tuple(Estimate.of(each) for each in pounds.T)


def _sharers(year: Inputs) -> dict[str, int]:
    return {member.name: member.copies for member in year.members}


@lru_cache(maxsize=2000)  # a page asks again for the same runs each time more of them have come in
def _steps(before: Inputs, after: Inputs, place: str) -> tuple[int, ...]:
    return tuple(step.gbp for step in explain(before, after, place))


def levels(
    sample: Sample, measure: str, year: int = -1, place: str | None = None
) -> tuple[float, float, float]:
    """Mean of a measure in a year for a partnership, by default the first, and the ends of its band.

    Where there are few runs these are the lowest and the highest: `incentives.band_told` says which.
    """
    values = sample.of(measure, place or sample.partnerships[0])[:, year]
    there = values[~np.isnan(values)]
    low, high = band(values)
    return float(there.mean()) if len(there) else math.nan, low, high


def figure_name(measure: str, year: str) -> str:
    """What a headline figure is called."""
    return f"{sentence_case(measure_name(measure))}, {year}"
