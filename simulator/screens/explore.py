"""Explore: move a lever, see what it does to money and people, how sure that is, and why."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from ..errors import BadInput
from ..levers import MOST_SHOWN, levers, standing
from ..proposal import OWN, Proposal, of_library
from ..visit import CHOICES_OF_REPLICATIONS, LARGEST_SEED, MOST_SAVED
from . import lever, outcome, pieces, state
from .desk import comparable, explorable, scenario_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..levers import Lever
    from ..scenario import Scenario

LINK_HOLDS = (
    "Whoever opens this link sees what you see: your plan, what it is compared with, your own area's figures if you gave"
    " them, what you put aside and why, how many runs, and whose luck. All of it is in the link itself."
)


def show() -> None:
    """Draw the page."""
    st.title("Explore: what happens if…?")
    state.banner()
    pieces.leap("Go to the results", pieces.RESULTS)
    outcome.ask()
    left, right = st.columns([2, 3], gap="large")
    with left:
        _choices()
    with right:
        outcome.show()


# What is chosen


def _choices() -> None:
    st.header("What would you change?", anchor=pieces.LEVERS)
    _steps()
    _start()
    now = state.visit()
    start, plan = lever.plans(now.plan)
    lever.tell_trouble()
    if start is None or plan is None:
        return
    found = levers(given=plan)
    shown, more = found[: MOST_SHOWN - 1], found[MOST_SHOWN - 1 :]  # who acts is one of them
    st.subheader("What you decide")
    _levers([each for each in shown if each.whose == "yours"], start, plan)
    lever.acting(start)
    st.subheader("What others decide")
    _levers([each for each in shown if each.whose == "others"], start, plan)
    if more:
        pieces.drawer("More levers", partial(_levers, more, start, plan, inside=True), "more")
    pieces.drawer(
        "What is assumed about the world", partial(lever.assumptions, start), "assumptions"
    )
    pieces.drawer("How many runs, and whose luck", _runs, "runs")
    pieces.drawer("Name this proposal and put it aside", _save, "save")
    pieces.drawer("Share this", _share, "share")


def _levers(
    found: Sequence[Lever], start: Scenario, plan: Scenario, *, inside: bool = False
) -> None:
    for each in found:
        lever.show(standing(each, start, plan), plan, inside=inside)


def _steps() -> None:
    back, forth, afresh = st.columns(3)
    back.button("Undo", on_click=state.undo, disabled=not state.can_undo(), width="stretch")
    forth.button("Redo", on_click=state.redo, disabled=not state.can_redo(), width="stretch")
    plan = state.visit().plan
    afresh.button(
        "Start afresh",
        on_click=lambda: state.propose(Proposal(base=plan.base, own_file=plan.own_file)),
        disabled=not plan.is_changed,
        width="stretch",
        help="Take every change back. Undo brings them again.",
    )


def _start() -> None:
    now = state.visit()
    bases = (*explorable(), *((OWN,) if now.plan.own_file else ()))
    st.session_state["base"] = now.plan.base
    st.selectbox(
        "Start from",
        bases,
        format_func=lambda name: _title(name, now.plan),
        key="base",
        on_change=_rebase,
    )
    alike = comparable(now.plan.base)
    st.session_state["against"] = now.against if now.against in alike else alike[0]
    st.selectbox(
        "Compare with",
        alike,
        format_func=lambda name: (
            f"{_title(name, now.plan)}{'' if name != now.plan.base else ', unchanged'}"
        ),
        key="against",
        on_change=_compare_with,
        help="Scenarios of the same people in the same world.",
    )
    try:
        start = scenario_of(replace(now.plan, changes=(), acting="alone", title=""))
    except BadInput:  # told below, where its levers would stand
        return
    st.caption(pieces.safe(start.description))


def _compare_with() -> None:
    state.change(replace(state.visit(), against=st.session_state["against"]))


def _rebase() -> None:
    plan = state.visit().plan
    state.propose(Proposal(base=st.session_state["base"], own_file=plan.own_file))


def _title(name: str, plan: Proposal) -> str:
    if name != OWN:
        return of_library(name).title
    try:
        return scenario_of(Proposal(base=OWN, own_file=plan.own_file)).title
    except BadInput:
        return "Your area, whose file has faults"


def _runs() -> None:
    now = state.visit()
    st.session_state["replications"] = now.replications
    options = sorted({*CHOICES_OF_REPLICATIONS, now.replications})
    st.select_slider(
        "Runs of each in the end: more give a surer mean and take longer",
        options,
        key="replications",
        on_change=lambda: state.change(
            replace(state.visit(), replications=int(st.session_state["replications"]))
        ),
    )
    st.session_state["seed"] = now.seed
    st.number_input(
        "Seed: the same seed gives the same people with the same luck",
        min_value=0,
        max_value=LARGEST_SEED,
        step=1,
        key="seed",
        on_change=lambda: state.change(
            replace(state.visit(), seed=int(st.session_state["seed"] or 0))
        ),
    )


def _save() -> None:
    now = state.visit()
    with st.form("save", border=False):
        title = st.text_input("What do you call it?", now.plan.title, max_chars=100)
        reason = st.text_area("Why do you propose it?", now.plan.reason, max_chars=1000)
        if st.form_submit_button("Put aside") and title.strip():
            state.put_aside(title, reason)
            st.rerun()
    for place, each in enumerate(now.saved):
        opens, out = st.columns([3, 1], vertical_alignment="center")
        opens.button(
            f"Open: {pieces.safe(each.title)}",
            key=f"open {place}",
            on_click=partial(state.propose, each),
            help=pieces.safe(each.reason) or "No reason was given.",
        )
        out.button(
            "Take out",
            key=f"take out {place}",
            on_click=partial(_take_out, place),
            help=f"Put {pieces.safe(each.title)} aside no more. Undo brings it again.",
        )
    if len(now.saved) >= MOST_SAVED:
        st.info(f"{MOST_SAVED} proposals are put aside, which is as many as there is room for.")


def _share() -> None:
    st.write(LINK_HOLDS)
    st.code(state.address(), language=None, wrap_lines=True)


def _take_out(place: int) -> None:
    state.change(state.visit().take_out(place))
