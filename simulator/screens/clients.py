"""Clients: where people went under two plans, who gains and who loses, and one client under both."""

from __future__ import annotations

import hashlib
from functools import partial
from typing import TYPE_CHECKING, Any

import streamlit as st

from ..errors import BadInput
from ..flows import RUNGS_IN_WORDS, work
from ..jobs import mark_of
from ..wording import counted
from . import choices, doors, outcome, pieces, state, whereabouts
from .desk import desk, tasks

if TYPE_CHECKING:
    from ..explanation import Explanation
    from ..flows import Whereabouts
    from ..jobs import Task
    from ..scenario import Scenario

    Pair = tuple[Scenario, Scenario]

PAIRS = (4, 10, 20, 40)
USUAL = 10
SECONDS = 2.0
"""A pair of runs takes about so long."""
CHOSEN, SEEN, FOLLOW = "clients pairs", "clients seen", "follow"
ANSWERS = (
    "This follows everybody who needs treatment, one by one, from the first day to the last: who starts, who leaves, who"
    " comes back, and who never came. The same people with the same luck live under both plans, so what differs is the"
    " plan's doing."
)
NOTHING_CHANGED = (
    "Your plan is the same as what it is compared with, so nobody's life differs. Change something on the page Explore,"
    " and come back."
)


def show() -> None:
    """Draw the page."""
    st.title("Where did people go?")
    state.banner()
    st.write(ANSWERS)
    try:
        both = state.pair()
    except BadInput as wrong:
        pieces.faults(wrong)
        return
    _plans(both)
    replications = _pairs()
    key = _key(both, replications)
    task = tasks().look(key)
    if task.state != "done" and not task.moves:
        _at_once(both, key)
    _followed(both, key, replications)


def _plans(both: Pair) -> None:
    """What plan A and plan B are."""
    a, b = (pieces.safe(each.title) for each in both)
    st.markdown(f"- **Plan A**, the comparison: {a}\n- **Plan B**, your plan: {b}")
    if _same(both):
        st.info(NOTHING_CHANGED)
        doors.link("explore", "Change something in Explore")


def _same(both: Pair) -> bool:
    a, b = both
    return mark_of(a) == mark_of(b)


def _pairs() -> int:
    choices.remember(CHOSEN, USUAL, PAIRS)
    return int(
        st.select_slider(
            "Pairs of runs in which people are followed: more give surer numbers and take longer",
            PAIRS,
            key=CHOSEN,
        )
    )


def _key(both: Pair, replications: int) -> str:
    """What names the job: the same people, the same plans under whatever titles, as many runs."""
    told = [mark_of(each) for each in both]
    return " ".join(["clients", *told, str(state.visit().seed), str(replications)])


# What is there at once


def _at_once(both: Pair, key: str) -> None:
    """Where people stand at the end, from the runs that all pages share."""
    last = both[0].first_year + both[0].years
    st.header(f"Where people stand on 31 March {last}")
    seen = st.session_state.get(SEEN, key)
    if seen != key:
        st.info("What was followed before belongs to other choices, so it is not shown.", icon="⏳")
    outcome.with_runs(_stand)


def _stand(without: Explanation, with_plan: Explanation, changed: tuple[str, ...]) -> None:  # noqa: ARG001
    table = whereabouts.stand(without.sample, with_plan.sample)
    pieces.read(table, "Where people stand at the end under both plans")
    st.caption(
        f"{_whose(with_plan.sample.scenario)}Means of {counted(with_plan.sample.replications, 'pair')} of runs;"
        " differences with 95% intervals."
    )


def _whose(plan: Scenario) -> str:
    """Whose people they are, where there are several partnerships."""
    place, *others = plan.partnerships
    return f"People of “{pieces.safe(place)}” alone. " if others else ""


# The job


def _followed(both: Pair, key: str, replications: int) -> None:
    """The button, how far the job is, or what came of it."""
    whose = _whose(both[1])
    if whose:
        st.caption(whose.strip())
    task = tasks().look(key)
    if task.state == "done":
        st.session_state[SEEN] = key
        found: Whereabouts = task.result
        titles = tuple(each.title for each in both)
        drawn = f"{key} {hashlib.sha256(repr(titles).encode()).hexdigest()[:12]}"
        whereabouts.tell(found.called(*titles), drawn, same=_same(both))
    else:
        _ask(both, key, replications, task)


def _begin(key: str, asked: tuple[Any, ...], replications: int) -> None:
    """Start what the button said, and show it, though the choice may have moved on meanwhile."""
    choices.choose(CHOSEN, replications)
    desk().leave(state.who())  # the job has the cores
    tasks().start(key, work, *asked)


def _ask(both: Pair, key: str, replications: int, task: Task) -> None:
    st.header("Follow everybody")
    if not task.moves:
        st.write(
            "See where the people went who stood in each place on the first day, who stands better at the end under which"
            " plan, and single clients under both."
        )
        seconds = round(SECONDS * replications)
        words = f"Follow the people (about {seconds} seconds)"
        asked = (*both, state.visit().seed, replications, next(iter(both[1].partnerships)))
        # As on Compare, the button's key is its job's: it starts what its label says, or nothing.
        st.button(
            words,
            type="primary",
            key=f"{FOLLOW} {key}",
            on_click=partial(_begin, key, asked, replications),
        )
    what, cancel = "Following the people, in runs", partial(tasks().cancel, key)
    if task.moves:
        pieces.moving(partial(tasks().look, key), what, cancel, "clients job")
    elif task.state != "none":
        pieces.job(task, what, cancel, "clients job")
    st.caption(RUNGS_IN_WORDS)
