"""What moves one scenario's allocation over the years, when nothing is compared."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..funding import EXPLAIN_STEPS
from ..incentives import Estimate
from ..money import in_year
from ..wording import TOO_CLOSE, count, gbp, sentence_case, share, signed
from .figures import MONEY, Figure, Finding, amount, joined, verdict

if TYPE_CHECKING:
    from ..explanation import Explanation
    from ..replicate import Sample

_CHANGES = {
    "more": "brings in more at the end than at the beginning",
    "less": "brings in less at the end than at the beginning",
    "same": "brings in as much at the end as at the beginning",
    "open": "brings in about as much at the end as at the beginning",
}


def what_moves_the_money(explanation: Explanation) -> Finding:
    """Why an allocation is another in the last year than in the first: pot, others, own clients.

    Of the first partnership, summed over the years.
    """
    sample = explanation.sample
    own = sample.partnerships[0]
    steps = explanation.steps[:, 0].sum(axis=1).astype(np.float64)
    figures = {
        step: Figure(f"{sentence_case(step)}, sum of the years", Estimate.of(steps[:, place]), gbp)
        for place, step in enumerate(EXPLAIN_STEPS)
        if steps[:, place].any()
    }
    whole = Figure(f"Change, {_first_to_last(sample)}", Estimate.of(steps.sum(axis=1)), gbp)
    paid = sample.of("allocation_gbp", own).mean(axis=0)
    told = [
        f"{_reason(step, sample)} {signed(figure.estimate.mean, gbp)}{_unclear(figure)}"
        for step, figure in figures.items()
    ]
    return Finding(
        title=f"“{sample.scenario.title}” {_CHANGES[whole.sign]}",
        sentence=(
            f"Its allocation goes from {gbp(paid[0])} in {sample.years[0]} to {gbp(paid[-1])} in"
            f" {sample.years[-1]}, {amount(whole, MONEY)}. {_pot(sample)} {_others(sample)}"
            f" {_own(sample)} Summed over the years this means: {joined(told)}."
        ),
        verdict=verdict(whole),
        figures=(whole, *figures.values()),
    )


def _first_to_last(sample: Sample) -> str:
    return f"{sample.years[0]} to {sample.years[-1]}"


def _unclear(figure: Figure) -> str:
    return f" ({TOO_CLOSE})" if figure.sign == "open" else ""


def _reason(step: str, sample: Sample) -> str:
    """A step in the words of its reader."""
    return {
        "own number": "its own number of clients",
        "own mix": "its own mix of groups",
        "own completions": "its own completions",
        "pot": "the pot",
        "others": "the others" if not _rest(sample) else "the rest of England",
        "phase-in": "the phase-in of the formula",
    }.get(step, step)


def _rest(sample: Sample) -> int:
    return sample.scenario.formula.rest.partnerships


def _pot(sample: Sample) -> str:
    pots = [
        in_year(sample.scenario.formula.pot_gbp, year) for year in (0, sample.scenario.years - 1)
    ]
    if pots[0] == pots[1]:
        return f"The pot is {gbp(pots[0])} in the last year as in the first."
    return f"The pot {'grows' if pots[1] > pots[0] else 'shrinks'} from {gbp(pots[0])} to {gbp(pots[1])}."


def _others(sample: Sample) -> str:
    rest = sample.scenario.formula.rest
    if not rest.partnerships:
        return "Nobody else shares it but the partnerships of the scenario."
    if not rest.growth_per_year:
        return f"The {rest.partnerships} others are assumed to count as many clients every year."
    way = "more" if rest.growth_per_year > 0 else "fewer"
    by = share(abs(rest.growth_per_year)) if abs(rest.growth_per_year) >= 0.01 else (
        f"{100 * abs(rest.growth_per_year):.1f}%"
    )  # fmt: skip
    return f"The {rest.partnerships} others are assumed to count {by} {way} clients every year."


def _own(sample: Sample) -> str:
    """How many clients the formula counts of the partnership, first and last."""
    own = sample.partnerships[0]
    counted = [
        [
            sum(float(n) for n in member.counts.effective)
            for year in replication
            for member in year.members
            if member.name == own
        ]
        for replication in sample.inputs
    ]
    mean = np.mean(counted, axis=0)
    return (
        f"The formula counts {count(mean[0])} clients of the partnership for {sample.years[0]} and"
        f" {count(mean[-1])} for {sample.years[-1]}."
    )
