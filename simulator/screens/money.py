"""Money: why the plan's money differs, and why each year's allocation moved."""

from __future__ import annotations

import math
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from ..charts import difference_waterfall, waterfall
from ..charts.look import ILLUSTRATIVE
from ..errors import BadInput
from ..findings import (
    Between,
    largest_part,
    step_differences,
    what_is_proposed,
    why_it_moved,
    year_by_year,
)
from ..funding import EXPLAIN_STEPS
from ..incentives import Estimate
from ..jobs import mark_of
from ..own_formula import EditedFormula
from ..wording import TOO_CLOSE, counted, gbp, interval, sentence_case, signed, verdict
from . import lab_client, outcome, pieces, runs, state
from .tidy import steps_table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pandas as pd

    from ..explanation import Explanation
    from ..findings import Figure, YearOfMoney

IN_ALL, LARGEST = "In all", "The largest step that is clear"
BEFORE = (
    "None: it is paid on what was counted before the first day, which is the same under every plan"
)
NOT_TOLD = "The two plans do not share the pot with the same others, so no part of the difference can be told."
HOW_STEPS = (
    "One reason after the other is changed from the comparison's to your plan's, in the order shown; they add up to the"
    " whole, and another order would give other steps. The floor and ceiling stand on the pounds of the year before."
)


def show() -> None:
    """Draw the page."""
    st.title("Why did the money move?")
    state.banner()
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
    same = mark_of(with_plan.sample.scenario) == mark_of(without.sample.scenario)
    for explanation, name in both[:1] if same else both:
        _years(explanation, name)


def _differences(without: Explanation, with_plan: Explanation) -> None:
    baseline, plan = without.sample, with_plan.sample
    steps = step_differences(without, with_plan)
    if not steps:
        st.info(NOT_TOLD)
        return
    named = zip(map(sentence_case, EXPLAIN_STEPS), steps, strict=True)
    moved = [(name, each) for name, each in named if _moves(each)]
    if not moved:
        st.info("No part of the formula gives your plan other money than the comparison.")
        return
    year, price = plan.years[-1], plan.scenario.funding.price_year
    whole = Between(baseline, plan).year("allocation_gbp", gbp, -1, plan.partnerships[0])
    subtitle = (
        f"Allocation (£) of {year} under your plan less that of the comparison, mean of {plan.replications} pairs of"
        f" runs. Costs are in prices of {price}. {ILLUSTRATIVE}"
    )
    means = [(name, each.mean) for name, each in moved]
    draw = partial(difference_waterfall, means, _title(whole, steps, year), subtitle)
    rows = [*moved, (IN_ALL, whole.estimate)]
    pieces.chart_with_table(
        pieces.kept(("money difference", *runs.told_apart(baseline, plan)), draw),
        lambda: _table(rows),
        "What makes up the difference",
        "money difference",
        lambda: steps_table(plan, [(year, *each) for each in rows], baseline.scenario.title),
    )
    st.caption(HOW_STEPS)


def _moves(step: Estimate) -> bool:
    return any(round(end) for end in (step.mean, step.low, step.high) if not math.isnan(end))


def _title(whole: Figure, steps: Sequence[Estimate], year: str) -> str:
    """The difference, and its largest part where one is clear."""
    close = verdict(whole.estimate.low, whole.estimate.high)
    if close:
        return f"The difference in {year}: {close}"
    largest = largest_part(steps, whole.sign)
    part = "" if largest is None else f"; the largest part is {EXPLAIN_STEPS[largest]}"
    return f"{whole.text} in {year}{part}"


def _table(rows: Sequence[tuple[str, Estimate]]) -> dict[str, list[str]]:
    return {
        "Step": [name for name, _ in rows],
        "Mean": [signed(each.mean, gbp) for _, each in rows],
        "95% interval": [
            interval(each.low, each.high, lambda end: signed(end, gbp)) for _, each in rows
        ],
        "Verdict": [verdict(each.low, each.high) or "clear" for _, each in rows],
    }


def _years(explanation: Explanation, name: str) -> None:
    st.subheader(name)
    place = explanation.partnerships[0]
    pieces.read(_each_year(explanation, place), f"{name}: each year's allocation and what moved it")
    prices = explanation.sample.scenario.funding.price_year
    st.caption(
        f"Means of {counted(explanation.sample.replications, 'run')}, changes and steps with 95% intervals. Costs are in"
        f" prices of {prices}."
    )
    pieces.drawer("In words", partial(_in_words, explanation, place), f"money words {name}")
    why = why_it_moved(explanation, name)
    draw = partial(waterfall, explanation, place, why, name=name)
    told = f"{name}: steps by year"
    pieces.chart_with_table(
        pieces.kept(("money years", *runs.told_apart(explanation.sample), name), draw),
        lambda: _by_year(explanation),
        told,
        f"money {name}",
        lambda: steps_table(explanation.sample, [*_each_step(explanation)]),
    )


def _each_year(explanation: Explanation, place: str) -> pd.DataFrame:
    """A row for each year: the allocation, its change, and the largest step that moved it."""
    import pandas as pd

    return pd.DataFrame(
        {
            "Year": each.year,
            "Allocation": gbp(each.allocation_gbp),
            "Change on the year before": _changed(each),
            LARGEST: _moved_by(each),
        }
        for each in year_by_year(explanation, place)
    )


def _changed(year: YearOfMoney) -> str:
    change = year.change
    if change is None:
        return "–"
    if change.sign == "same":
        return "None"
    told = sentence_case(TOO_CLOSE) if change.sign == "open" else change.text
    return f"{told} ({change.interval})"


def _moved_by(year: YearOfMoney) -> str:
    """The largest step in plain words, or why there is none."""
    if year.change is None:
        return BEFORE
    if not year.moved:
        return "Nothing"
    if year.step is None:
        return "No step can be told from chance"
    return f"{sentence_case(year.step.name)}: {year.step.text} ({year.step.interval})"


def _in_words(explanation: Explanation, place: str) -> None:
    for sentence in explanation.sentences_of(place):
        st.markdown(f"- {pieces.safe(sentence)}")


def _by_year(explanation: Explanation) -> dict[str, list[str]]:
    """The steps of the first partnership that move anything, as means by year."""
    means = explanation.steps[:, 0].mean(axis=0)
    moved = [
        place for place in range(len(EXPLAIN_STEPS)) if explanation.steps[:, 0, :, place].any()
    ]
    table = {"Step": [*(sentence_case(EXPLAIN_STEPS[place]) for place in moved), IN_ALL]}
    for year, name in enumerate(explanation.sample.years[1:]):
        told = [*means[year][moved], np.sum(means[year])]
        table[name] = [signed(float(each), gbp) for each in told]
    return table


def _each_step(explanation: Explanation) -> Iterator[tuple[str, str, Estimate]]:
    """Every step of the first partnership in every year, and what they come to."""
    for year, name in enumerate(explanation.sample.years[1:]):
        pounds = explanation.steps[:, 0, year].astype(np.float64)
        for step, each in zip(map(sentence_case, EXPLAIN_STEPS), pounds.T, strict=True):
            yield name, step, Estimate.of(each)
        yield name, IN_ALL, Estimate.of(pounds.sum(axis=1))
