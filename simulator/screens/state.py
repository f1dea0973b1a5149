"""What this visitor has before them, how it changes, and how it comes back after a reload."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from ..errors import BadInput, Fault
from ..proposal import OWN
from ..replicate import check_alike
from ..visit import Visit, check, opened, usual
from . import pieces
from .desk import scenario_of

if TYPE_CHECKING:
    from ..proposal import Proposal
    from ..scenario import Scenario

VISIT, BEFORE, AFTER, OURS, TROUBLE = "visit", "before", "after", "our links", "trouble"
COMES = "link that comes"
LEVER = "lever trouble"
"""Where a lever says what could not be."""
REFUSED, NOTICES, LINK = "refused", "notices", "link of the visit"
PARAMETER = "s"
MOST_STEPS = 50
"""Steps that can be taken back."""
MOST_OURS = 200


@dataclass(frozen=True, slots=True)
class Step:
    """A step that can be taken back: what was before the visitor.

    Parameters
    ----------
    link
        What its link carries; empty for how every visit begins.
    visit
        The visit itself; None where only the browser remembered its link.
    """

    link: str
    visit: Visit | None = None


def begin() -> None:
    """Take up what the address says, where it is a link that did not come from this very visit."""
    state = st.session_state
    if VISIT not in state:
        state[VISIT], state[BEFORE], state[AFTER], state[OURS] = Visit(), [], [], []
    given = st.query_params.get(PARAMETER, "")
    # A browser that is behind still sends a link of a moment ago, which must not undo what came after it.
    if given and given not in state[OURS]:
        state[COMES] = given
    # Kept until it is open: who goes on to another page meanwhile has an address there that says nothing.
    if state.get(COMES):
        open_link(state[COMES])
        state[COMES] = ""


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
    now, known = visit(), st.session_state.get(LINK)
    if known is None or known[0] is not now:
        known = st.session_state[LINK] = (now, now.link if now != Visit() else "")
    told: str = known[1]
    return told


def address() -> str:
    """The whole link to all this, as it is shared."""
    page = re.split("[?#]", st.context.url or "")[0]
    now = link()
    return f"{page}?{PARAMETER}={now}" if now else page or "?"


def banner(*more: str) -> None:
    """Say what kind of place is before the visitor, and that it is illustrative."""
    pieces.banner(*more, own_area=visit().plan.base == OWN)


def open_link(given: str) -> None:
    """Put what a link carries before the visitor; where it is broken, say so when the page is drawn."""
    _ours(given)
    try:
        found = opened(given)
    except BadInput as wrong:
        st.session_state[TROUBLE] = wrong
        return
    change(found.visit)
    if visit() == found.visit:
        st.session_state[NOTICES] = found.notices


def tell() -> None:
    """Say what was wrong with a link or with what was asked for last, and what a link's reader should know.

    It stands until the visitor changes something: pages are drawn again by themselves, and nobody reads so fast.
    """
    wrong = st.session_state.get(TROUBLE)
    if wrong is not None:
        pieces.faults(wrong, "The link could not be opened, so nothing was taken from it:")
    refused = st.session_state.get(REFUSED)
    if refused is not None:
        pieces.faults(refused, "That cannot be, so nothing was changed:")
    for notice in st.session_state.get(NOTICES, ()):
        st.info(pieces.safe(notice))


def _forget_troubles() -> None:
    for told in (TROUBLE, REFUSED, NOTICES, LEVER):
        st.session_state.pop(told, None)


def who() -> str:
    """Who this visitor is to the server, for as long as the page is open."""
    context = get_script_run_ctx()
    return context.session_id if context else ""


def visit() -> Visit:
    """What is before the visitor."""
    found: Visit = st.session_state[VISIT]
    return found


def change(new: Visit) -> None:
    """Put something else before the visitor, so that it can be taken back.

    What a link could not carry, or a page could not run, is refused, since the address holds what is before the
    visitor, and a page that is loaded again has nothing else; `tell` says why.
    """
    state = st.session_state
    if new == state[VISIT]:
        return
    try:
        check(new)
        pair(new)
    except BadInput as wrong:
        state[REFUSED] = wrong
        return
    state[BEFORE] = [*state[BEFORE], Step(link(), visit())][-MOST_STEPS:]
    state[AFTER] = []
    state[VISIT] = new
    _forget_troubles()


def put_aside(title: str, reason: str) -> None:
    """Name what is proposed and put it aside, where there is room."""
    try:
        change(visit().save(title, reason))
    except BadInput as wrong:
        st.session_state[REFUSED] = wrong


def propose(plan: Proposal) -> None:
    """Put another proposal before the visitor; what it is compared with follows where it must."""
    now = visit()
    against = now.against if plan.base == now.plan.base else usual(plan.base)
    change(replace(now, plan=plan, against=against))


# Steps that can be taken back


def steps() -> tuple[list[str], list[str]]:
    """Links of what was before, the last being the step before this, and of what was taken back."""
    told = st.session_state
    return [each.link for each in told[BEFORE]], [each.link for each in told[AFTER]]


def take_up(before: list[str], after: list[str]) -> None:
    """Take up the steps of this tab from before it was loaded again."""
    told = st.session_state
    if not told[BEFORE] and not told[AFTER]:
        told[BEFORE] = [Step(each) for each in before]
        told[AFTER] = [Step(each) for each in after]


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
        found = _visit(wanted)
    except BadInput as wrong:
        state[from_here], state[REFUSED] = rest, wrong
        return
    state[to_there] = [*state[to_there], Step(link(), visit())]
    state[from_here], state[VISIT] = rest, found
    _forget_troubles()


def _visit(step: Step) -> Visit:
    if step.visit is not None:
        return step.visit
    return opened(step.link).visit if step.link else Visit()


def pair(of: Visit | None = None) -> tuple[Scenario, Scenario]:
    """The scenarios that run: what the plan is compared with, and the plan.

    Raises
    ------
    BadInput
        With every fault of either, or where they are not about the same people in the same world.
    """
    now = of or visit()
    others = scenario_of(replace(now.baseline, acting="alone", title=""))
    baseline, plan = scenario_of(now.baseline, others), scenario_of(now.plan, others)
    check_alike((baseline, plan))
    if (baseline.world, baseline.history) != (plan.world, plan.history):
        rule, advice = f"be that of {baseline.name}", "compare plans for the same people"
        raise BadInput([Fault("compare", f"world of {plan.name}", rule, "another", advice)])
    return baseline, plan
