"""The visitor's plan and what it is compared with, under the assumptions as written and as changed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import streamlit as st

from ..errors import BadInput
from . import doors, pieces, state

if TYPE_CHECKING:
    from ..scenario import Scenario


def scenarios() -> tuple[Scenario, ...]:
    """As it is, with the plan, with changed assumptions, with both; nothing where either is not changed."""
    now = state.visit()
    if not now.plan.assumptions:
        return ()
    try:
        as_written = replace(now, plan=replace(now.plan, changes=now.plan.decisions))
        base, plan = state.pair(as_written)
        other, both = state.pair(now)
    except BadInput as wrong:
        pieces.faults(wrong, "The plan cannot be run under the assumptions as they are written:")
        return ()
    if _decides_nothing(base, plan):
        return ()
    return base, plan, other, both


def _decides_nothing(base: Scenario, plan: Scenario) -> bool:
    parts = ("plan", "formula", "funding", "partnerships")
    return all(getattr(base, part) == getattr(plan, part) for part in parts)


def why_not() -> None:
    """Say in a sentence what is to be done to see the four, with the way there."""
    plan = state.visit().plan
    if not plan.assumptions:
        also = "" if plan.decisions else " and move a lever"
        st.warning(
            f"To see here whether your plan does as well in another world, change an assumption{also} on Explore: open"
            " “What is assumed about the world”, below the levers.",
        )
        doors.link("explore", "Go to Explore and change an assumption")
        return
    st.warning(
        "You changed an assumption, but your plan decides the same as what it is compared with: move a lever on Explore,"
        " and this shows whether your plan does as well in the world that you assume.",
    )
    doors.link("explore", "Go to Explore and move a lever")
