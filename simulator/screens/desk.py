"""What the server shares between visitors: the runs that are under way or done, and the long jobs."""

from __future__ import annotations

import gc
import hashlib
import threading
from functools import lru_cache
from typing import TYPE_CHECKING

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from ..jobs import Desk, Pool, Tasks, VisitorTasks, mark_of
from ..visit import check_size
from ..visit import comparable as comparable_with
from ..visit import explorable as that_can_be_explored

if TYPE_CHECKING:
    from ..proposal import Proposal
    from ..scenario import Scenario

MOST_SCENARIOS = 400


@st.cache_resource(show_spinner=False)
def desk() -> Desk:
    """The runs; the pool starts at once, so that the first visitor finds it warm."""
    pool = Pool()
    pool.warm()
    # All that is heavy is imported: the collector, which comes after every run of a page, need not look at it.
    gc.collect()
    gc.freeze()
    return Desk(pool)


@st.cache_resource(show_spinner=False)
def _tasks() -> Tasks:
    return Tasks()


def tasks() -> VisitorTasks:
    """The long jobs, as this visitor has them."""
    context = get_script_run_ctx()
    return _tasks().of(context.session_id if context else "")


_SCENARIOS: dict[str, Scenario] = {}
_LOCK = threading.Lock()


def scenario_of(plan: Proposal, others: Scenario | None = None) -> Scenario:
    """The scenario of a proposal; made once.

    Raises
    ------
    BadInput
        With every fault of it, or where its runs would keep everybody else waiting.
    """
    told = repr((plan, mark_of(others) if others else ""))
    key = hashlib.sha256(told.encode()).hexdigest()
    with _LOCK:
        known = _SCENARIOS.get(key)
    if known is not None:
        return known
    made = plan.scenario(others)
    check_size(made)
    with _LOCK:
        # Who was first is kept: runs and charts know a scenario by the object that they were given.
        made = _SCENARIOS.setdefault(key, made)
        while len(_SCENARIOS) > MOST_SCENARIOS:
            del _SCENARIOS[next(iter(_SCENARIOS))]
    return made


@lru_cache(maxsize=1)
def explorable() -> tuple[str, ...]:
    """Scenarios of the library that may be explored."""
    return that_can_be_explored()


@lru_cache(maxsize=64)
def comparable(base: str) -> tuple[str, ...]:
    """Scenarios that a plan which starts from this one may be compared with."""
    return comparable_with(base)
