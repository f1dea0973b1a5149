"""What comes of a proposal: the sentence, four figures, and lines by year, at once and then better."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, TypeAlias

import streamlit as st

from .. import wording
from ..charts import lines_by_year
from ..charts.look import Spec, spec_of
from ..errors import BadInput
from ..explanation import Explanation
from ..findings import HEADLINES, levels, what_is_proposed
from ..jobs import first, mark_of
from ..scenario import Scenario
from . import lever, pieces, state
from .desk import desk

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
    pieces.polled(partial(_live, both, draw), any(each.moves for each in _look(both)))


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
    # The page asks again by itself only while something moves, which is settled when it is drawn as a whole.
    if st.session_state.get(POLLS) and not moves:
        st.session_state[POLLS] = False
        st.rerun()
    st.session_state[POLLS] = moves


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
    names = {baseline.scenario.name: "Comparison", plan.scenario.name: "Your plan"}
    for measure in CHARTS:
        pieces.chart_with_table(
            _chart(baseline, plan, measure, names),
            _rows(baseline, plan, measure, names),
            wording.measure_label(measure),
            f"explore {measure}",
        )
    st.caption(f"{pieces.CHANCE_ALONE} {ONE_YEAR_TRANSITION}")


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
            st.write(f"9 runs in 10: {ends}")
            if figure.sign == "same":
                st.write("No difference")
            elif figure.sign == "open":
                st.write(f"Difference: **{wording.TOO_CLOSE}** ({figure.interval})")
            else:
                st.write(f"Difference: **{figure.text}** ({figure.interval})")


@st.cache_resource(show_spinner=False, max_entries=300)
def _drawn(key: str, measure: str, _samples: tuple[Sample, ...], _names: dict[str, str]) -> Spec:  # noqa: ARG001 # the key stands for the samples
    title = wording.sentence_case(wording.measure_name(measure))
    place = _samples[0].partnerships[0]
    return spec_of(lambda: lines_by_year(_samples, measure, title, names=_names, partnership=place))


def _chart(baseline: Sample, plan: Sample, measure: str, names: dict[str, str]) -> Spec:
    keys = [mark_of(each.scenario) for each in (baseline, plan)]
    samples = (plan,) if keys[0] == keys[1] else (baseline, plan)
    return _drawn(
        "|".join([*keys, str(plan.seed), str(plan.replications)]), measure, samples, names
    )


def _rows(
    baseline: Sample, plan: Sample, measure: str, names: dict[str, str]
) -> dict[str, list[str]]:
    rows: dict[str, list[str]] = {"": list(plan.years)}
    for sample in (baseline, plan):
        told = [levels(sample, measure, year) for year in range(len(sample.years))]
        rows[f"{names[sample.scenario.name]}: mean (9 runs in 10)"] = [
            f"{wording.show(measure, mean)} ({wording.show(measure, low)} to {wording.show(measure, high)})"
            for mean, low, high in told
        ]
    return rows
