"""What comes of a proposal: the sentence, four figures, and lines by year, at once and then better."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import streamlit as st

from .. import wording
from ..charts import lines_for_page
from ..errors import BadInput
from ..explanation import Explanation
from ..findings import (
    HEADLINES,
    levels,
    what_is_proposed,
    what_it_harms,
    what_recovery_costs,
)
from ..incentives import band_told
from ..jobs import mark_of
from . import lever, pieces, runs, state
from .tidy import levels_table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..charts.look import Spec
    from ..findings import Figure, Finding, Harms, Proposed
    from ..replicate import Sample
CHARTS = ("allocation_gbp", "in_treatment", "in_recovery")
NAME, SHOWN = "outcome", "shown"
HARM = "What it does to harm"
HARM_IS = "Differences from the comparison, with their 95% intervals. More of these is worse."
ONE_YEAR_TRANSITION = "The first year is a year of transition: the same people stand there on its first day under every plan."


Sides: TypeAlias = "dict[str, Sample]"
"""What runs, by which side it is on."""
Shown: TypeAlias = tuple[Explanation, Explanation, tuple[str, ...]]
Draw: TypeAlias = Callable[[Explanation, Explanation, tuple[str, ...]], None]
"""Draws what comes of a proposal: of what it is compared with, of itself, and what it changes."""


def show() -> None:
    """Draw the results of what is before the visitor, and better ones for as long as runs come in."""
    st.header("What comes of it", anchor=pieces.RESULTS)
    with_runs(_charts, _answer)
    pieces.leap("Back to the levers", pieces.LEVERS)


def with_runs(draw: Draw, at_once: Draw | None = None) -> None:
    """Draw something of the runs that there are, and again as more come in.

    Parameters
    ----------
    at_once
        Draws what comes above the rest, and before it: little enough to be drawn whenever the page looks for runs.
    """
    try:
        both = state.pair()
    except BadInput as wrong:
        pieces.faults(wrong)
        return
    changed = tuple(lever.changed(state.visit().plan))

    def above(looks: runs.Looks) -> None:
        shown = _shown(looks, changed)
        if at_once and shown:
            at_once(*shown)

    shown = _shown(runs.follow(NAME, both, _said, beneath=above), changed)
    if shown:
        st.session_state[SHOWN] = shown
    elif SHOWN in st.session_state:
        st.info(
            "These are the results of before. Those of your change are on their way.", icon="⏳"
        )
        if at_once:
            at_once(*st.session_state[SHOWN])
    else:
        st.info("The first runs are on their way.", icon="⏳")
    if SHOWN in st.session_state:
        draw(*st.session_state[SHOWN])


def _shown(looks: runs.Looks, changed: tuple[str, ...]) -> Shown | None:
    """What is drawn of the runs that there are, if there are enough."""
    reached = runs.reached(looks)
    if not reached:
        return None
    baseline, plan = (each.first(reached) for each in looks)
    return baseline, plan, changed


def ask() -> None:
    """Have the runs begin, before the page is drawn that shows them."""
    with suppress(BadInput):  # which is told where they would be shown
        runs.look(NAME, state.pair())


def _said(looks: runs.Looks) -> runs.Said:
    done, wanted = min(each.done for each in looks), looks[0].wanted
    ended = (
        f"{wanted} pairs of runs: the same people with the same luck, with the plan and without."
    )
    return runs.Said.counted(done, wanted, "pairs of runs", ended)


def _answer(without: Explanation, with_plan: Explanation, changed: tuple[str, ...]) -> None:
    """The sentence, four figures, and what it does to harm."""
    key = runs.told_apart(without.sample, with_plan.sample)
    told, figures, harm = _answered((*key, *changed), without, with_plan, changed)
    st.subheader(pieces.safe(told.what))
    st.write(pieces.safe(" ".join((told.by_how_much, told.how_sure, told.why))))
    for place in range(0, len(figures), 2):
        for column, figure in zip(st.columns(2), figures[place : place + 2], strict=True):
            with column.container(border=True, height="stretch"):
                st.metric(figure.name, figure.mean)
                st.write(figure.band)
                st.write(figure.difference)
    st.markdown(harm)


@st.cache_resource(show_spinner=False, max_entries=300)
def _answered(
    key: tuple[str, ...],  # noqa: ARG001 # stands for all that follows
    _without: Explanation,
    _with_plan: Explanation,
    _changed: tuple[str, ...],
) -> tuple[Proposed, tuple[_Figure, ...], str]:
    title = f"“{_without.sample.scenario.title}”"
    told = what_is_proposed(_without, _with_plan, _changed, title)
    both = _without.sample, _with_plan.sample
    harm = _harm(what_it_harms(*both), what_recovery_costs(*both))
    return told, tuple(_figures(_with_plan.sample, told)), harm


def _charts(without: Explanation, with_plan: Explanation, _: tuple[str, ...]) -> None:
    """Lines by year."""
    baseline, plan = without.sample, with_plan.sample
    sides, prices = _sides(baseline, plan), _prices(baseline, plan)
    st.caption(f"Pounds are in {prices}.")
    for measure in CHARTS:
        pieces.chart_with_table(
            _drawn((*runs.told_apart(*sides.values()), measure), sides, measure),
            partial(_rows, sides, measure),
            wording.measure_label(measure, prices),
            f"explore {measure}",
            partial(levels_table, sides, measure),
        )
    st.caption(f"{pieces.chance_alone(plan.replications)} {ONE_YEAR_TRANSITION}")


def _sides(baseline: Sample, plan: Sample) -> Sides:
    """Both by what they are here, since their own names and titles may be the same; one, where they do not differ."""
    same = mark_of(baseline.scenario) == mark_of(plan.scenario)
    return {"Your plan": plan} if same else {"Comparison": baseline, "Your plan": plan}


def _prices(*samples: Sample) -> str:
    return wording.prices_of(each.scenario.funding.price_year for each in samples)


class _Figure(NamedTuple):
    """A headline figure in words: its mean, the band of single runs, and what the plan changes."""

    name: str
    mean: str
    band: str
    difference: str


def _figures(plan: Sample, told: Proposed) -> Iterator[_Figure]:
    for measure, figure in zip(HEADLINES, told.figures, strict=True):
        mean, low, high = levels(plan, measure)
        ends = f"{wording.show(measure, low)} to {wording.show(measure, high)}"
        yield _Figure(
            f"{wording.sentence_case(wording.measure_name(measure))}, {plan.years[-1]}",
            wording.show(measure, mean),
            f"{wording.sentence_case(band_told(plan.replications))}: {ends}",
            _difference(figure),
        )


def _difference(figure: Figure) -> str:
    return "No difference" if figure.sign == "same" else f"Difference: {_told(figure)}"


def _told(figure: Figure) -> str:
    if figure.sign == "same":
        return wording.NO_DIFFERENCE
    text = wording.TOO_CLOSE if figure.sign == "open" else pieces.safe(figure.text)
    return f"**{text}** ({pieces.safe(figure.interval)})"


def _harm(harms: Harms, cost: Finding) -> str:
    """What a plan does to harm, and what an extra person in recovery costs, as one text of the page."""
    lines = [f"- {figure.name}: {_told(figure)}" for figure in harms.figures]
    told = (pieces.safe(each) for each in (harms.assumed, cost.sentence) if each)
    return "\n\n".join((f"#### {HARM}", HARM_IS, "\n".join(lines), *told))


@st.cache_resource(show_spinner=False, max_entries=300)
def _drawn(key: tuple[str, ...], _sides: Sides, measure: str) -> Spec:  # noqa: ARG001 # the key stands for the runs
    title = wording.sentence_case(wording.measure_name(measure))
    named = [_named(sample, side) for side, sample in _sides.items()]
    return lines_for_page(named, measure, title, partnership=named[0].partnerships[0])


def _named(sample: Sample, side: str) -> Sample:
    told = {"name": side, "title": side}
    return replace(sample, scenario=sample.scenario.model_copy(update=told))


def _rows(sides: Sides, measure: str) -> dict[str, list[str]]:
    rows: dict[str, list[str]] = {}
    for side, sample in sides.items():
        rows["Year"] = [*sample.years]
        told = [levels(sample, measure, year) for year in range(len(sample.years))]
        rows[f"{side}: mean ({band_told(sample.replications)})"] = [
            f"{wording.show(measure, mean)}"
            f" ({wording.interval(low, high, partial(wording.show, measure))})"
            for mean, low, high in told
        ]
    return rows
