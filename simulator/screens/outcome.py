"""What comes of a proposal: the sentence, four figures, and lines by year, at once and then better."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, TypeAlias

import streamlit as st

from .. import wording
from ..charts import lines_by_year
from ..charts.look import Spec, spec_of
from ..errors import BadInput
from ..explanation import Explanation
from ..findings import HEADLINES, levels, what_is_proposed
from ..incentives import band_told
from ..jobs import first, mark_of
from ..scenario import Scenario
from . import lever, pieces, state
from .desk import desk
from .tidy import levels_table

if TYPE_CHECKING:
    from ..findings import Proposed
    from ..jobs import Look
    from ..replicate import Sample
MILESTONES = (4, 10, 20, 50, 100, 200, 300, 400, 500)
"""Runs after which the results are drawn again."""
CHARTS = ("allocation_gbp", "in_treatment", "in_recovery")
SHOWN, STOPPED, POLLS = "shown", "stopped", "polls"
ONE_YEAR_TRANSITION = "The first year is a year of transition: the same people stand there on its first day under every plan."


Pair: TypeAlias = tuple[Scenario, Scenario]
Sides: TypeAlias = "dict[str, Sample]"
"""What runs, by which side it is on."""
Draw: TypeAlias = Callable[[Explanation, Explanation, tuple[str, ...]], None]
"""Draws what comes of a proposal: of what it is compared with, of itself, and what it changes."""


def show() -> None:
    """Draw the results of what is before the visitor, and better ones for as long as runs come in."""
    st.header("What comes of it")
    with_runs(_tell)


def with_runs(draw: Draw) -> None:
    """Draw something of the runs that there are, and again as more come in."""
    try:
        both = state.pair()
    except BadInput as wrong:
        pieces.faults(wrong)
        return
    moves = any(each.moves for each in _look(both))
    st.session_state[POLLS] = moves
    pieces.polled(partial(_live, both, draw), moves)


def _look(both: Pair) -> tuple[Look, ...]:
    now = state.visit()
    if st.session_state.get(STOPPED) == _key(both):
        return desk().see(both, now.seed, now.replications)
    return desk().look_at(both, now.seed, now.replications, state.who())


def _key(both: Pair) -> tuple[object, ...]:
    now = state.visit()
    return (*(mark_of(each) for each in both), now.seed, now.replications)


def _live(both: Pair, draw: Draw) -> None:
    looks = _look(both)
    moves = any(each.moves for each in looks)
    _progress(both, looks, moves)
    done = min(each.done for each in looks)
    reached = max((each for each in (*MILESTONES, looks[0].wanted) if each <= done), default=0)
    if reached:
        changed = tuple(lever.changed(state.visit().plan))
        baseline, plan = (first(each.explained, reached) for each in looks if each.explained)
        st.session_state[SHOWN] = (baseline, plan, changed)
    elif SHOWN in st.session_state:
        st.info(
            "These are the results of before. Those of your change are on their way.", icon="⏳"
        )
    else:
        st.info("The first runs are on their way.", icon="⏳")
    if SHOWN in st.session_state:
        draw(*st.session_state[SHOWN])
    # Whether the page asks again by itself is settled when it is drawn as a whole.
    if st.session_state.get(POLLS) != moves:
        st.rerun()


def _progress(both: Pair, looks: tuple[Look, ...], moves: bool) -> None:
    done, wanted = min(each.done for each in looks), looks[0].wanted
    for told in dict.fromkeys(each.told for each in looks if each.told):
        st.error(pieces.safe(told))
    if not moves and done >= wanted:
        st.caption(
            f"{wanted} pairs of runs: the same people with the same luck, with the plan and without."
        )
        return
    bar, button = st.columns([4, 1], vertical_alignment="bottom")
    if moves:
        bar.progress(done / wanted, text=f"{done} of {wanted} pairs of runs")
        button.button("Stop", key="stop", on_click=partial(_stop, both))
    else:
        bar.write(f"Stopped at {done} of {wanted} pairs of runs.")
        button.button("Go on", key="go on", on_click=partial(_again, both))


def _stop(both: Pair) -> None:
    st.session_state[STOPPED] = _key(both)
    desk().leave(state.who())


def _again(both: Pair) -> None:
    st.session_state.pop(STOPPED, None)
    desk().again(both, state.visit().seed)


def _tell(without: Explanation, with_plan: Explanation, changed: tuple[str, ...]) -> None:
    baseline, plan = without.sample, with_plan.sample
    told = what_is_proposed(without, with_plan, changed, f"“{baseline.scenario.title}”")
    st.subheader(pieces.safe(told.what))
    st.write(pieces.safe(" ".join((told.by_how_much, told.how_sure, told.why))))
    _figures(plan, told)
    sides, prices = _sides(baseline, plan), _prices(baseline, plan)
    st.caption(f"Pounds are in {prices}.")
    for measure in CHARTS:
        pieces.chart_with_table(
            _drawn(_mark(sides), measure, sides),
            _rows(sides, measure),
            wording.measure_label(measure, prices),
            f"explore {measure}",
            levels_table(sides, measure),
        )
    st.caption(f"{pieces.chance_alone(plan.replications)} {ONE_YEAR_TRANSITION}")


def _sides(baseline: Sample, plan: Sample) -> Sides:
    """Both by what they are here, since their own names and titles may be the same; one, where they do not differ."""
    same = mark_of(baseline.scenario) == mark_of(plan.scenario)
    return {"Your plan": plan} if same else {"Comparison": baseline, "Your plan": plan}


def _prices(*samples: Sample) -> str:
    return wording.prices_of(each.scenario.funding.price_year for each in samples)


def _figures(plan: Sample, told: Proposed) -> None:
    year = plan.years[-1]
    columns = st.columns(2)
    for place, (measure, figure) in enumerate(zip(HEADLINES, told.figures, strict=True)):
        mean, low, high = levels(plan, measure)
        with columns[place % 2].container(border=True):
            st.metric(
                f"{wording.sentence_case(wording.measure_name(measure))}, {year}",
                wording.show(measure, mean),
            )
            ends = f"{wording.show(measure, low)} to {wording.show(measure, high)}"
            st.write(f"{wording.sentence_case(band_told(plan.replications))}: {ends}")
            if figure.sign == "same":
                st.write("No difference")
            elif figure.sign == "open":
                st.write(f"Difference: **{wording.TOO_CLOSE}** ({pieces.safe(figure.interval)})")
            else:
                st.write(
                    f"Difference: **{pieces.safe(figure.text)}** ({pieces.safe(figure.interval)})"
                )


@st.cache_resource(show_spinner=False, max_entries=300)
def _drawn(key: str, measure: str, _sides: Sides) -> Spec:  # noqa: ARG001 # the key stands for the samples
    title = wording.sentence_case(wording.measure_name(measure))
    named = [_named(sample, side) for side, sample in _sides.items()]
    return spec_of(
        lambda: lines_by_year(named, measure, title, partnership=named[0].partnerships[0])
    )


def _named(sample: Sample, side: str) -> Sample:
    told = {"name": side, "title": side}
    return replace(sample, scenario=sample.scenario.model_copy(update=told))


def _mark(sides: Sides) -> str:
    runs = [f"{mark_of(each.scenario)} {each.seed} {each.replications}" for each in sides.values()]
    return "|".join(runs)


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
