"""Reports: a comparison to take away, as report, workbook and tables, with the files and the command that make it again."""

from __future__ import annotations

import hashlib
from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from .. import exports
from ..errors import BadInput
from ..exports.chosen import MOST
from ..jobs import mark_of
from . import choices, desk, doors, outcome, pieces, runs, state, taken

if TYPE_CHECKING:
    from ..exports import About, Chosen
    from ..jobs import Look
    from ..visit import Visit

FEWEST = 2
"""Runs of each scenario without which nothing can be said of how sure a number is."""
MOST_CHARACTERS, MOST_WORDS = 150, 1000
TITLE, QUESTION, BESIDE = "reports title", "reports question", "reports beside"
GIVES = (
    "What you have found, to take to a meeting, to check, and to make again: a report that prints, a workbook, the"
    " numbers, the scenario as a file, and the command that gives the same numbers to the last digit."
)
NOTHING_CHANGED = (
    "Your plan is the same as what it is compared with, so there is nothing to report yet. Change something on the page"
    " Explore, or choose a proposal that you put aside, and come back."
)
WITH_FILES = "Put the files into one folder on a computer that has this program, open a terminal in that folder and run this."
WITHOUT_FILES = "On a computer that has this program, open a terminal in any folder and run this."
SAME_BYTES = "The tables come into the folder `results`: with the same version of the program the same bytes as here."
SHARE = (
    "Whoever opens this sees the same comparison, with your proposals and their reasons. It is all in the link itself; a"
    " title that you gave the report is not."
)


def show() -> None:
    """Draw the page."""
    st.title("Reports and data")
    state.banner()
    st.write(GIVES)
    st.header("What it is about")
    try:
        beside = _beside()
        wanted = _chosen(repr((state.visit(), beside)), state.visit(), beside)
    except BadInput as wrong:
        pieces.faults(wrong)
        return
    _scenarios(wanted)
    about = wanted.about(*_words(wanted))
    looks = runs.look(outcome.NAME, wanted.scenarios) if len(wanted.scenarios) > 1 else ()
    _to_make_again(wanted, looks)
    st.header("Report, workbook and tables")
    if not looks:
        st.info(NOTHING_CHANGED)
        doors.link("explore", "Change something in Explore")
        return
    looks = runs.follow(outcome.NAME, wanted.scenarios, _said, parts=())
    found = _taken(wanted, about, looks)
    if found is not None:
        taken.show(found)


# What it is about


@st.cache_resource(show_spinner=False, max_entries=200)
def _chosen(key: str, _visit: Visit, _beside: list[str]) -> Chosen:  # noqa: ARG001 # the key stands for both
    return exports.chosen(_visit, _beside, desk.scenario_of)


@st.cache_resource(show_spinner=False, max_entries=200)
def _why_not(key: str, _visit: Visit) -> dict[str, str]:  # noqa: ARG001 # the key stands for the visit
    """Of each proposal that was put aside, why it cannot stand beside the plan; empty where it can."""
    return {each.name: exports.why_not(_visit, each, desk.comparable) for each in _visit.saved}


def _beside() -> list[str]:
    """Proposals that were put aside and stand beside the plan; those that cannot are named with the reason."""
    now = state.visit()
    reasons = _why_not(repr(now), now)
    titles = {each.name: each.title for each in now.saved}
    fit = [name for name, reason in reasons.items() if not reason]
    choices.remember(BESIDE, [])
    st.session_state[BESIDE] = [name for name in st.session_state[BESIDE] if name in fit]
    if fit:
        st.multiselect(
            "Proposals that you put aside, to stand beside your plan",
            fit,
            key=BESIDE,
            format_func=titles.__getitem__,
            max_selections=MOST - 2,
        )
    told = [
        f"“{titles[name]}” cannot stand beside it: {why}." for name, why in reasons.items() if why
    ]
    if told:
        st.caption(pieces.safe(" ".join(told)))
    return list(st.session_state[BESIDE])


def _scenarios(wanted: Chosen) -> None:
    baseline, *others = wanted.scenarios
    lines = [f"- Compared with: **{pieces.safe(baseline.title)}**"]
    for each in others:
        why = wanted.reasons.get(each.name, "")
        told = f" Why: {pieces.safe(why)}" if why else ""
        lines.append(f"- Proposed: **{pieces.safe(each.title)}**.{told}")
    st.markdown("\n".join(lines))


def _words(wanted: Chosen) -> tuple[str, str]:
    """The title and the question of the report, where somebody wants others."""
    choices.remember(TITLE, "")
    choices.remember(QUESTION, "")
    with st.expander("Title and question of the report"):
        title = st.text_input(
            "Title", key=TITLE, max_chars=MOST_CHARACTERS, placeholder=wanted.title
        )
        asked = st.text_area(
            "The question that it answers",
            key=QUESTION,
            max_chars=MOST_WORDS,
            placeholder=wanted.question,
        )
    return title or "", asked or ""


# What makes it again


def _to_make_again(wanted: Chosen, looks: tuple[Look, ...]) -> None:
    st.header("To make it again, or to share it")
    for name, text in wanted.files.items():
        made, key = partial(str, text), f"file {name}"
        pieces.download(f"Scenario file: {name}", made, name, "application/yaml", key)
    now = state.visit()
    st.subheader("Command line")
    st.markdown(f"{WITH_FILES if wanted.files else WITHOUT_FILES} {SAME_BYTES}")
    many = _runs_there(looks) or now.replications
    st.code(wanted.command(many, now.seed), language=None, wrap_lines=True)
    if many < now.replications:
        st.caption(f"Of the {many} runs of each that are there, not of {now.replications}.")
    st.subheader("Link")
    st.write(SHARE)
    st.code(state.address(), language=None, wrap_lines=True)


# Runs


def _runs_there(looks: tuple[Look, ...]) -> int:
    """Runs of each that can be taken; none while more are on their way."""
    if not looks or any(each.moves for each in looks):
        return 0
    done = min(each.done for each in looks)
    return done if done >= FEWEST else 0


def _taken(wanted: Chosen, about: About, looks: tuple[Look, ...]) -> taken.Taken | None:
    many = _runs_there(looks)
    if not many:
        return None
    explained = tuple(each.first(many) for each in looks)
    now = state.visit()
    told = repr((*map(mark_of, wanted.scenarios), now.seed, now.replications, many, about))
    key = f"reports {hashlib.sha256(told.encode()).hexdigest()}"
    return taken.Taken(exports.comparison_of(explained), explained, about, key)


def _said(looks: runs.Looks) -> runs.Said:
    done, wanted = min(each.done for each in looks), looks[0].wanted
    stopped = f"Stopped at {done} of {wanted} runs of each"
    return runs.Said(
        done,
        wanted,
        moving=f"{done} of {wanted} runs of each. The files come when all are there.",
        stopped=f"{stopped}. Files and command are of {done} runs, so they are less sure."
        if done >= FEWEST
        else f"{stopped}: too few to take away.",
        ended=f"{wanted} runs of each: the same people with the same luck in all of them.",
        stop="Stop, and take what is there",
        may_stop=done >= FEWEST,
    )
