"""What comes of a proposal: the sentence, four figures, and lines by year, at once and then better."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from .. import wording
from ..charts import lines_by_year
from ..errors import BadInput
from ..findings import HEADLINES, levels, what_is_proposed
from ..jobs import first
from ..scenario import fingerprint
from . import lever, pieces, state
from .desk import desk

if TYPE_CHECKING:
    from ..charts import Chart
    from ..findings import Proposed
    from ..jobs import Look
    from ..replicate import Sample
    from ..scenario import Scenario

MILESTONES = (4, 6, 10, 20, 35, 50, 75, 100, 150, 200, 300, 400, 500)
"""Runs after which the results are drawn again."""
CHARTS = ("allocation_gbp", "in_treatment", "in_recovery")
SHOWN = "shown"
ONE_YEAR_TRANSITION = "The first year is a year of transition: the same people stand there on its first day under every plan."


def show() -> None:
    """Draw the results of what is before the visitor, and better ones for as long as runs come in."""
    st.header("What comes of it")
    try:
        baseline, plan = state.pair()
    except BadInput as wrong:
        pieces.faults(wrong)
        return
    looks = _look(baseline, plan)
    pieces.polled(partial(_live, baseline, plan), any(each.moves for each in looks))


def _look(baseline: Scenario, plan: Scenario) -> tuple[Look, Look]:
    now = state.visit()
    # Both a few at once, then both better: whoever has fewer is served first.
    return (
        desk().look(baseline, now.seed, now.replications),
        desk().look(plan, now.seed, now.replications),
    )


def _live(baseline: Scenario, plan: Scenario) -> None:
    looks = _look(baseline, plan)
    _progress(baseline, plan, looks)
    done = min(each.done for each in looks)
    reached = max((each for each in (*MILESTONES, looks[0].wanted) if each <= done), default=0)
    if reached:
        there = tuple(first(each.sample, reached) for each in looks if each.sample)
        st.session_state[SHOWN] = there
        _tell(*there)
    elif SHOWN in st.session_state:
        st.info(
            "These are the results of before. Those of your change are on their way.", icon="⏳"
        )
        _tell(*st.session_state[SHOWN])
    else:
        st.info("The first runs are on their way.", icon="⏳")
    if not any(each.moves for each in looks) and st.session_state.get("polling"):
        st.session_state["polling"] = False
        st.rerun()
    st.session_state["polling"] = any(each.moves for each in looks)


def _progress(baseline: Scenario, plan: Scenario, looks: tuple[Look, Look]) -> None:
    now = state.visit()
    done, wanted = sum(each.done for each in looks), sum(each.wanted for each in looks)
    for told in dict.fromkeys(each.told for each in looks if each.told):
        st.error(pieces.safe(told))
    bar, button = st.columns([4, 1], vertical_alignment="bottom")
    moves = any(each.moves for each in looks)
    if moves:
        bar.progress(done / wanted, text=f"{done // 2} of {now.replications} pairs of runs")
        button.button("Stop", key="stop", on_click=partial(_stop, baseline, plan))
    elif done < wanted:
        bar.write(
            f"Stopped at {min(each.done for each in looks)} of {now.replications} pairs of runs."
        )
        button.button("Go on", key="go on", on_click=partial(_again, baseline, plan))


def _stop(baseline: Scenario, plan: Scenario) -> None:
    for each in (baseline, plan):
        desk().cancel(each, state.visit().seed)


def _again(baseline: Scenario, plan: Scenario) -> None:
    for each in (baseline, plan):
        desk().again(each, state.visit().seed)


def _tell(baseline: Sample, plan: Sample) -> None:
    told = _told(baseline, plan)
    st.markdown(f"#### {pieces.safe(told.what)}")
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


def _told(baseline: Sample, plan: Sample) -> Proposed:
    now = state.visit()
    changed = list(lever.changed(now.plan))
    return what_is_proposed(baseline, plan, changed, f"“{baseline.scenario.title}”")


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


@st.cache_resource(show_spinner=False, max_entries=200)
def _drawn(key: str, _samples: tuple[Sample, ...], measure: str, _names: dict[str, str]) -> Chart:  # noqa: ARG001
    title = wording.sentence_case(wording.measure_name(measure))
    place = _samples[0].partnerships[0]
    return lines_by_year(_samples, measure, title, names=_names, partnership=place)


def _chart(baseline: Sample, plan: Sample, measure: str, names: dict[str, str]) -> Chart:
    samples = (
        (plan,)
        if fingerprint(plan.scenario) == fingerprint(baseline.scenario)
        else (baseline, plan)
    )
    key = "|".join(
        [*(fingerprint(each.scenario) for each in samples), str(plan.seed), str(plan.replications)]
    )
    return _drawn(key, samples, measure, names)


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
