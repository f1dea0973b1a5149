"""Pieces of pages in the real thing: drawers that are closed, and parts that draw themselves again until a job ends."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

pytestmark = pytest.mark.filterwarnings("default")


def drawer():
    import streamlit as st

    from simulator.screens import pieces

    def draw():
        st.session_state["made"] = st.session_state.get("made", 0) + 1
        st.write("what is in it")

    st.session_state.setdefault("made", 0)
    pieces.drawer("A drawer", draw, "mine")


def shown(at):
    return [each.value for each in at.markdown]


def test_what_is_in_a_closed_drawer_is_not_even_made():
    at = AppTest.from_function(drawer).run()
    assert [each.label for each in at.expander] == ["A drawer"]
    assert shown(at) == []
    assert at.session_state["made"] == 0


def test_an_open_drawer_is_drawn_and_closed_again_it_is_not():
    at = AppTest.from_function(drawer)
    at.session_state["drawer mine"] = True
    at.run()
    assert [each.value for each in at.expander[0].markdown] == ["what is in it"]
    assert at.session_state["made"] == 1
    at.session_state["drawer mine"] = False
    at.run()
    assert shown(at) == []
    assert at.session_state["made"] == 1


def polled():
    import streamlit as st

    from simulator.screens import pieces

    st.session_state["given"] = pieces.polled(lambda: 7, 0.5)


def test_a_part_that_is_polled_gives_what_it_saw_first():
    at = AppTest.from_function(polled).run()
    assert not at.exception
    assert at.session_state["given"] == 7


def moving(states):
    import streamlit as st

    from simulator.jobs import Task
    from simulator.screens import pieces

    st.session_state["pages"] = page = st.session_state.get("pages", 0) + 1
    left = st.session_state.setdefault("left", [*states])

    def look():
        return Task(left.pop(0) if len(left) > 1 else left[0], done=3, of=10)

    def cancel():
        st.session_state["cancelled"] = True

    if look().moves:
        pieces.moving(look, "Following", cancel, "job")
    else:
        st.write(f"what came of it, on page {page}")


def test_a_job_that_moves_is_told_and_can_be_cancelled():
    at = AppTest.from_function(moving, args=(["running"],)).run()
    assert at.session_state["pages"] == 1
    assert at.get("progress")[0].proto.text == "Following: 3 of 10"
    (button,) = at.button
    assert (button.key, button.label) == ("cancel job", "Cancel")
    button.click().run()
    assert at.session_state["cancelled"]


@pytest.mark.parametrize("end", ["done", "failed", "cancelled"])
def test_the_page_as_a_whole_is_drawn_when_a_job_ends(end):
    at = AppTest.from_function(moving, args=(["running", end],)).run()
    assert not at.exception
    assert at.session_state["pages"] == 2
    assert shown(at) == ["what came of it, on page 2"]
    assert not at.button
