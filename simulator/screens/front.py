"""Start: what this is and is not, and where to go."""

from __future__ import annotations

from functools import partial

import streamlit as st

from ..visit import Visit
from . import doors, memory, pieces, state

WHAT = (
    (
        "This is a model of how money for drug treatment was shared out in England from 2008, and of what that does to"
        " people: partnerships are paid next year for the numbers they have in treatment this year, so one that helps"
        " people finish may lose its money."
    ),
    (
        "You move a lever, such as how long clients are kept who are ready to leave, and see what becomes of money and"
        " people, how sure that is, and why."
    ),
    (
        "It is not a forecast for a real place, and nobody's care should be decided by it: use it to learn directions and"
        " sizes, for an average, or with your own figures for a place of your size."
    ),
)
QUESTIONS = (
    ("explore", "Explore: what happens if…?", "Move a lever and see what it does, in a minute."),
    ("money", "Why did the money move?", "The formula, step by step and year by year."),
    ("clients", "Where did people go?", "The flow of clients, and one client under two plans."),
    ("compare", "Which plan is better?", "Two to four plans, in worlds that may be otherwise."),
    ("formula-lab", "What if the formula were another?", "Terms, weights, winners and losers."),
    ("area", "What about your own area?", "Send its figures and explore from there."),
    ("reports", "Take it with you", "A report that prints, a workbook, the numbers, the command."),
    (
        "method",
        "How does it work, and what is it worth?",
        "The model, its evidence and its limits.",
    ),
)


def show() -> None:
    """Draw the page."""
    st.title("Treatment Funding Simulator")
    for sentence in WHAT:
        st.write(sentence)
    pieces.banner()
    _continue()
    st.header("Where would you begin?")
    columns = st.columns(2)
    known = [each for each in QUESTIONS if doors.has(each[0])]
    for place, (address, question, told) in enumerate(known):
        with columns[place % 2].container(border=True):
            doors.link(address, question)
            st.write(told)


def _continue() -> None:
    """A way back to where this browser was last, or to where the address already is."""
    left = memory.last()
    if state.visit() != Visit():
        doors.link("explore", "Continue with your proposal")
    elif left:
        st.button(
            "Continue where you left off",
            type="primary",
            on_click=partial(state.open_link, left),
            help="This browser remembers your last proposal. Nobody else's does.",
        )
