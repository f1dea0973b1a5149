"""What this visitor has before them, how it changes, and how it comes back after a reload."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from ..errors import BadInput
from ..visit import Visit, usual, visit_of
from .desk import scenario_of

if TYPE_CHECKING:
    from ..proposal import Proposal
    from ..scenario import Scenario

VISIT, BEFORE, AFTER, LINK, TROUBLE = "visit", "before", "after", "link", "trouble"
PARAMETER = "s"
MOST_STEPS = 50
"""Steps that can be taken back."""


def begin() -> None:
    """Take up what the address says, when it says something new; keep it there otherwise."""
    given = st.query_params.get(PARAMETER, "")
    state = st.session_state
    if VISIT not in state:
        state[VISIT], state[BEFORE], state[AFTER], state[LINK] = Visit(), [], [], ""
        if given:
            _open(given)
    elif given and given != state[LINK]:
        _open(given)


def keep() -> None:
    """Let the address say what is before the visitor."""
    link = visit().link if visit() != Visit() else ""
    st.session_state[LINK] = link
    if link:
        if st.query_params.get(PARAMETER) != link:
            st.query_params[PARAMETER] = link
    elif PARAMETER in st.query_params:
        del st.query_params[PARAMETER]


def _open(link: str) -> None:
    state = st.session_state
    state[LINK] = link
    try:
        found = visit_of(link)
    except BadInput as wrong:
        state[TROUBLE] = wrong
        return
    if VISIT in state and state[VISIT] != found and state[VISIT] != Visit():
        state[BEFORE] = [*state[BEFORE], state[VISIT]][-MOST_STEPS:]
    state[VISIT] = found


def trouble() -> BadInput | None:
    """What was wrong with the link, told once."""
    found: BadInput | None = st.session_state.pop(TROUBLE, None)
    return found


def who() -> str:
    """Who this visitor is to the server, for as long as the page is open."""
    context = get_script_run_ctx()
    return context.session_id if context else ""


def visit() -> Visit:
    """What is before the visitor."""
    found: Visit = st.session_state[VISIT]
    return found


def change(new: Visit) -> None:
    """Put something else before the visitor, so that it can be taken back."""
    state = st.session_state
    if new == state[VISIT]:
        return
    state[BEFORE] = [*state[BEFORE], state[VISIT]][-MOST_STEPS:]
    state[AFTER] = []
    state[VISIT] = new


def propose(plan: Proposal) -> None:
    """Put another proposal before the visitor; what it is compared with follows where it must."""
    now = visit()
    against = now.against if plan.base == now.plan.base else usual(plan.base)
    change(replace(now, plan=plan, against=against))


def can_undo() -> bool:
    """Whether there is a step to take back."""
    return bool(st.session_state[BEFORE])


def can_redo() -> bool:
    """Whether there is a step that was taken back."""
    return bool(st.session_state[AFTER])


def undo() -> None:
    """Take the last step back."""
    state = st.session_state
    if state[BEFORE]:
        state[AFTER] = [*state[AFTER], state[VISIT]]
        state[VISIT] = state[BEFORE][-1]
        state[BEFORE] = state[BEFORE][:-1]


def redo() -> None:
    """Take a step again that was taken back."""
    state = st.session_state
    if state[AFTER]:
        state[BEFORE] = [*state[BEFORE], state[VISIT]]
        state[VISIT] = state[AFTER][-1]
        state[AFTER] = state[AFTER][:-1]


def pair(of: Visit | None = None) -> tuple[Scenario, Scenario]:
    """The scenarios that run: what the plan is compared with, and the plan.

    Raises
    ------
    BadInput
        With every fault of either.
    """
    now = of or visit()
    others = scenario_of(replace(now.baseline, acting="alone", title=""))
    return scenario_of(now.baseline, others), scenario_of(now.plan, others)
