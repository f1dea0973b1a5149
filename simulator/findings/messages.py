"""One line that says what a chart shows, decided by the numbers that it shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..funding import EXPLAIN_STEPS
from ..incentives import Estimate
from ..wording import TOO_CLOSE, count, gbp, measure_name, sentence_case, signed
from .figures import MONEY, Between, Figure, Sign, amount, joined

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..explanation import Explanation
    from ..replicate import Comparison

_IS: dict[Sign, str] = {
    "more": "higher under",
    "less": "lower under",
    "same": "the same under",
    "open": f"{TOO_CLOSE} under",
}
_ALL: dict[Sign, str] = {
    "more": "higher under every other plan than under",
    "less": "lower under every other plan than under",
    "same": "the same under every other plan as under",
    "open": "too close to call under every other plan, against",
}


def message(comparison: Comparison, measure: str, names: Mapping[str, str]) -> str:
    """Under which scenarios a measure ends higher or lower than under the baseline.

    Parameters
    ----------
    names
        Short names by scenario; others go by their titles.
    """
    baseline = comparison.baseline
    by_sign: dict[Sign, list[str]] = {}
    for other in comparison.others:
        figure = Between(baseline, other).year(measure, count)
        name = names.get(other.scenario.name, other.scenario.title)
        by_sign.setdefault(figure.sign, []).append(f"“{name}”")
    measured = sentence_case(measure_name(measure))
    than = f"“{names.get(baseline.scenario.name, baseline.scenario.title)}”"
    if len(by_sign) == 1 and len(comparison.others) > 1:
        return f"{measured}: {_ALL[next(iter(by_sign))]} {than}"
    told = [f"{_IS[sign]} {joined(found)}" for sign, found in by_sign.items()]
    return f"{measured}, against {than}: {joined(told)}"


def why_it_moved(explanation: Explanation, name: str) -> str:
    """By how much an allocation differs from the first year to the last, and its largest step."""
    sample = explanation.sample
    steps = explanation.steps[:, 0].sum(axis=1).astype(np.float64)
    whole = Figure("Change", Estimate.of(steps.sum(axis=1)), gbp)
    means = steps.mean(axis=0)
    largest = int(np.argmax(np.abs(means)))
    told = f"“{name}”: {amount(whole, MONEY)} in {sample.years[-1]} than in {sample.years[0]}"
    if whole.sign in ("same", "open"):
        told = f"“{name}”: {sample.years[-1]} against {sample.years[0]}, {amount(whole, MONEY)}"
    if not means[largest]:
        return told
    return f"{told}; largest step: {EXPLAIN_STEPS[largest]}, {signed(means[largest], gbp)}"
