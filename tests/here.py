"""The app in this process: a pool that does its work at once on a tenth of the people, so that pages test quickly."""

from __future__ import annotations

from concurrent.futures import Future
from functools import partial

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest
from tiny import a_tenth_of

from simulator.jobs import Desk
from simulator.jobs.pool import lived
from simulator.screens import desk as desk_room
from simulator.screens import pieces, runs

LIVES = 8
"""Lives that are different; pages are tested here, not what they tell of many runs."""


def files_of(monkeypatch):
    """Tables that pages hand out, by the key of their button, as they come to be drawn."""
    found, asked = {}, pieces.st.download_button

    def kept(label, data, *given, key, **more):
        if isinstance(data, partial) and data.func is pieces.as_csv:
            found[key] = data.args[0]
        return asked(label, data, *given, key=key, **more)

    monkeypatch.setattr(pieces.st, "download_button", kept)
    monkeypatch.setattr(pieces, "drawer", open_drawer)
    return found


class HerePool:
    """A pool whose work is done when it is given, on a tenth of the people."""

    workers = 1

    def __init__(self):
        self.asked = []
        self.kept = {}

    def submit(self, work, scenario, seed, number):
        assert work is lived
        self.asked.append(scenario)
        future = Future()
        life = number % LIVES
        key = (scenario.model_dump_json(), seed, life)
        if key not in self.kept:
            self.kept[key] = lived(a_tenth_of(scenario), seed, life)
        future.set_result(self.kept[key])
        return future

    def give_up(self, future):
        """Nothing is under way."""


KEPT = {}


def open_drawer(label, draw, key):  # called as a closed one is
    """What is drawn only while it is open, as if everybody had opened all of it."""
    with st.expander(label):
        draw()


@pytest.fixture
def here(monkeypatch):
    """The desk of every page, on which all is open that can be opened."""
    pool = HerePool()
    pool.kept = KEPT
    desk = Desk(pool)
    for room in (desk_room, runs):
        monkeypatch.setattr(room, "desk", lambda: desk)
    monkeypatch.setattr(pieces, "drawer", open_drawer)
    return desk


def page_of(room, link=""):
    """A page as a visitor sees it, perhaps through a link."""

    def page(name):
        import importlib

        import streamlit as st

        from simulator.screens import state

        state.begin()
        state.keep()
        state.tell()
        importlib.import_module(f"simulator.screens.{name}").show()
        st.session_state["drawn"] = True

    at = AppTest.from_function(page, default_timeout=60, args=(room,))
    if link:
        at.query_params["s"] = link
    return at.run()


def away_and_back(at):
    """A visit to another page: controls that are not drawn are forgotten by their keys."""
    for elsewhere in (True, False):
        at.session_state["elsewhere"] = elsewhere
        at.run()
        assert not at.exception
    return at


def box(at, begins):
    """The box in which an exact value is typed: what stands in it is the end of its key."""
    return next(each for each in at.number_input if each.key.startswith(f"{begins} = "))


def words(at):
    """All that stands on a page."""
    kinds = (
        "markdown",
        "caption",
        "info",
        "warning",
        "error",
        "title",
        "header",
        "subheader",
        "metric",
    )
    return "\n".join(str(each.value) for kind in kinds for each in getattr(at, kind))
