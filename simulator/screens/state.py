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

VISIT, BEFORE, AFTER, OURS, TROUBLE = "visit", "before", "after", "our links", "trouble"
PARAMETER = "s"
MOST_STEPS = 50
"""Steps that can be taken back."""
MOST_OURS = 200


def begin() -> None:
    """Take up what the address says, where it is a link that did not come from this very visit."""
    state = st.session_state
    if VISIT not in state:
        state[VISIT], state[BEFORE], state[AFTER], state[OURS] = Visit(), [], [], []
    given = st.query_params.get(PARAMETER, "")
    # A browser that is behind still sends a link of a moment ago, which must not undo what came after it.
    if given and given not in state[OURS]:
        open_link(given)


def keep() -> None:
    """Let the address say what is before the visitor."""
    now = link()
    if now and st.query_params.get(PARAMETER) != now:
        st.query_params[PARAMETER] = now
    elif not now and PARAMETER in st.query_params:
        del st.query_params[PARAMETER]
    _ours(now)


def _ours(now: str) -> None:
    ours = st.session_state[OURS]
    if now and now not in ours:
        st.session_state[OURS] = [*ours, now][-MOST_OURS:]


def link() -> str:
    """What a link to all this carries; nothing where all is as at the start."""
    now = visit()
    return now.link if now != Visit() else ""


def open_link(given: str) -> None:
    """Put what a link carries before the visitor; where it is broken, say so when the page is drawn."""
    _ours(given)
    try:
        change(visit_of(given))
    except BadInput as wrong:
        st.session_state[TROUBLE] = wrong


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
    state[BEFORE] = [*state[BEFORE], link()][-MOST_STEPS:]
    state[AFTER] = []
    state[VISIT] = new


def propose(plan: Proposal) -> None:
    """Put another proposal before the visitor; what it is compared with follows where it must."""
    now = visit()
    against = now.against if plan.base == now.plan.base else usual(plan.base)
    change(replace(now, plan=plan, against=against))


# Steps that can be taken back, as links


def steps() -> tuple[list[str], list[str]]:
    """Links of what was before, the last being the step before this, and of what was taken back."""
    return st.session_state[BEFORE], st.session_state[AFTER]


def take_up(before: list[str], after: list[str]) -> None:
    """Take up the steps of this tab from before it was loaded again."""
    if not st.session_state[BEFORE] and not st.session_state[AFTER]:
        st.session_state[BEFORE], st.session_state[AFTER] = before, after


def can_undo() -> bool:
    """Whether there is a step to take back."""
    return bool(st.session_state[BEFORE])


def can_redo() -> bool:
    """Whether there is a step that was taken back."""
    return bool(st.session_state[AFTER])


def undo() -> None:
    """Take the last step back."""
    _step(BEFORE, AFTER)


def redo() -> None:
    """Take a step again that was taken back."""
    _step(AFTER, BEFORE)


def _step(from_here: str, to_there: str) -> None:
    state = st.session_state
    if not state[from_here]:
        return
    *rest, wanted = state[from_here]
    try:
        found = visit_of(wanted) if wanted else Visit()
    except BadInput as wrong:
        state[from_here], state[TROUBLE] = rest, wrong
        return
    state[to_there] = [*state[to_there], link()]
    state[from_here], state[VISIT] = rest, found


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
