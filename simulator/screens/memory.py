"""What the visitor's own browser remembers: the steps of this tab, and where it was last. Nothing leaves it but that.

The server forgets a visitor when a page is loaded again. The address has what is before them; the browser's own store
keeps the steps that can be taken back, and for the next visit the last proposal.
"""

from __future__ import annotations

import json
from typing import Any

import streamlit as st

from . import state

ASKED, LAST = "memory asked", "last link"
MOST_STEPS = 20
LONGEST = 400_000
"""Characters of what a browser may send; of more, nothing is taken."""
LONGEST_STEPS = 200_000
"""Characters of the steps that a browser is given to remember: what it sends has the last link beside them."""
SCRIPT = """
export default function({ data, setTriggerValue }) {
  try {
    const tab = window.sessionStorage, always = window.localStorage;
    if (data.asks) {
      const told = { steps: tab.getItem("treatment-sim-steps") || "", last: always.getItem("treatment-sim-last") || "" };
      setTriggerValue("told", JSON.stringify(told));
    } else {
      tab.setItem("treatment-sim-steps", data.steps);
      if (data.link) always.setItem("treatment-sim-last", data.link);
    }
  } catch (error) {
    // A browser may forbid its store: then nothing is remembered, and all else works.
  }
}
"""


@st.cache_resource(show_spinner=False)
def _component() -> Any:
    return st.components.v2.component("treatment_sim_memory", js=SCRIPT)


def remember() -> None:
    """Ask the browser once what it remembers; from then on, have it remember."""
    asks = not st.session_state.get(ASKED)
    link = state.link()
    before, after = that_fit(*state.steps())
    steps = {"link": link, "before": before, "after": after}
    told = _component()(
        key="memory",
        data={"asks": asks, "steps": json.dumps(steps), "link": link},
        on_told_change=lambda: None,
    )
    given = getattr(told, "told", None)
    if asks and given is not None:
        st.session_state[ASKED] = True
        if isinstance(given, str) and len(given) <= LONGEST:
            _hear(given)
        st.rerun()


def that_fit(before: list[str], after: list[str]) -> tuple[list[str], list[str]]:
    """Of the steps before and after, the nearest that a browser is given to remember."""
    before, after = before[-MOST_STEPS:], after[-MOST_STEPS:]
    while sum(map(len, (*before, *after))) > LONGEST_STEPS:
        if len(before) >= len(after):
            before = before[1:]
        else:
            after = after[1:]
    return before, after


def _hear(given: str) -> None:
    """Take up what the browser remembers, as far as it fits what the address says."""
    try:
        told = json.loads(given)
        steps = json.loads(told.get("steps") or "{}")
        last = told.get("last", "")
        same = steps.get("link") == state.link()
        before, after = steps.get("before", []), steps.get("after", [])
    except (ValueError, AttributeError, RecursionError):
        return  # what somebody wrote into their own store is their own affair
    if isinstance(last, str):
        st.session_state[LAST] = last
    if same and _are_links(before) and _are_links(after):
        state.take_up(before, after)


def _are_links(told: Any) -> bool:
    return isinstance(told, list) and all(isinstance(each, str) for each in told)


def last() -> str:
    """The link of the last visit that this browser remembers, or nothing."""
    found: str = st.session_state.get(LAST, "")
    return found
