"""Start: what this is and is not, and where to go."""

from __future__ import annotations

import streamlit as st

from . import pieces


def show() -> None:
    """Draw the page."""
    st.title("Treatment Funding Simulator")
    st.write(
        "This is a model of how money for drug treatment was shared out in England from 2008, and of what that does"
        " to people. Move a lever, such as how long clients are kept who are ready to leave, and see what becomes of"
        " next year's money and of the people, how sure that is, and why. It is not a forecast for a real place, and"
        " nobody's care should be decided by it."
    )
    pieces.banner()
