"""Money: why the plan's money differs, and why each year's allocation moved."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from ..charts import difference_waterfall, waterfall
from ..charts.look import ILLUSTRATIVE
from ..errors import BadInput
from ..findings import step_differences, what_is_proposed, why_it_moved
from ..funding import EXPLAIN_STEPS
from ..incentives import Estimate
from ..jobs import mark_of
from ..own_formula import EditedFormula
from ..scenario import fingerprint
from ..wording import TOO_CLOSE, gbp, sentence_case, signed
from . import lab_client, outcome, pieces, state

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..explanation import Explanation

FIRST_YEAR = "The first year itself"
HOW_STEPS = (
    "One reason after the other is changed from the old to the new, in the order shown; they add up to the whole, and"
    " another order would give other steps."
)


def show() -> None:
    """Draw the page."""
    st.title("Why did the money move?")
    pieces.banner()
    st.write(
        "Next year's money follows what is counted this year. Here is what in the formula makes your plan's allocation"
        " differ, and then why each year's allocation moved."
    )
    outcome.with_runs(_tell)
    _meter()


def _meter() -> None:
    """What one client is worth under the plan's own formula, where one partnership has it."""
    try:
        _, plan = state.pair()
    except BadInput:
        return  # told above
    if len(plan.partnerships) == 1:
        lab_client.show(mark_of(plan), plan.title, EditedFormula.from_scenario(plan), plan)


def _tell(without: Explanation, with_plan: Explanation, changed: tuple[str, ...]) -> None:
    title = without.sample.scenario.title
    st.header("Your plan against the comparison")
    told = what_is_proposed(without, with_plan, changed, f"“{title}”")
    st.write(pieces.safe(" ".join((told.what, told.by_how_much, told.how_sure, told.why))))
    _differences(without, with_plan)
    st.header("Year by year")
    both = ((with_plan, "Your plan"), (without, "Comparison"))
    same = fingerprint(with_plan.sample.scenario) == fingerprint(without.sample.scenario)
    for explanation, name in both[:1] if same else both:
        _years(explanation, name)


def _differences(without: Explanation, with_plan: Explanation) -> None:
    baseline, plan = without.sample, with_plan.sample
    steps = [
        *zip(map(sentence_case, EXPLAIN_STEPS), step_differences(without, with_plan), strict=True)
    ]
    place = plan.partnerships[0]
    begins = plan.of("allocation_gbp", place)[:, 0] - baseline.of("allocation_gbp", place)[:, 0]
    steps = [(FIRST_YEAR, Estimate.of(begins)), *steps]
    moved = [(name, each) for name, each in steps if round(each.mean) or round(each.high)]
    if not moved:
        st.info("No part of the formula gives your plan other money than the comparison.")
        return
    year, price = plan.years[-1], plan.scenario.funding.price_year
    largest, _ = max(moved, key=lambda told: abs(told[1].mean))
    whole = Estimate.of(
        (plan.of("allocation_gbp", place) - baseline.of("allocation_gbp", place))[:, -1]
    )
    title = (
        f"The difference in {year} is {TOO_CLOSE}"
        if whole.low <= 0 <= whole.high
        else f"{signed(whole.mean, gbp)} in {year}; the largest part is {largest.lower()}"
    )
    subtitle = (
        f"Allocation (£) of {year} under your plan less that of the comparison, mean of {plan.replications} pairs of"
        f" runs. Costs are in prices of {price}. {ILLUSTRATIVE}"
    )
    drawn = difference_waterfall([(name, each.mean) for name, each in moved], title, subtitle)
    pieces.chart_with_table(
        drawn, _table(moved, whole), "What makes up the difference", "money difference"
    )
    st.caption(HOW_STEPS)


def _table(moved: Sequence[tuple[str, Estimate]], whole: Estimate) -> dict[str, list[str]]:
    rows = [*moved, ("In all", whole)]
    return {
        "Step": [name for name, _ in rows],
        "Mean": [signed(each.mean, gbp) for _, each in rows],
        "95% interval": [
            f"{signed(each.low, gbp)} to {signed(each.high, gbp)}" for _, each in rows
        ],
        "Verdict": [TOO_CLOSE if each.low <= 0 <= each.high else "clear" for _, each in rows],
    }


def _years(explanation: Explanation, name: str) -> None:
    st.subheader(name)
    place = explanation.partnerships[0]
    for sentence in explanation.sentences_of(place):
        st.markdown(f"- {pieces.safe(sentence)}")
    drawn = waterfall(explanation, place, why_it_moved(explanation, name), name=name)
    pieces.chart_with_table(drawn, _by_year(explanation), f"{name}: steps by year", f"money {name}")


def _by_year(explanation: Explanation) -> dict[str, list[str]]:
    """The steps of the first partnership that move anything, as means by year."""
    means = explanation.steps[:, 0].mean(axis=0)
    moved = [
        place for place in range(len(EXPLAIN_STEPS)) if explanation.steps[:, 0, :, place].any()
    ]
    table = {"Step": [*(sentence_case(EXPLAIN_STEPS[place]) for place in moved), "In all"]}
    for year, name in enumerate(explanation.sample.years[1:]):
        told = [*means[year][moved], np.sum(means[year])]
        table[name] = [signed(float(each), gbp) for each in told]
    return table
