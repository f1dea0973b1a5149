"""Runs that a page shows: how often it looks, in which steps, and when it is drawn anew."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from streamlit.testing.v1 import AppTest

from simulator.jobs import Look
from simulator.screens import pieces, runs
from simulator.visit import Visit

pytestmark = pytest.mark.filterwarnings("default")


def look(done, wanted=100, state="running"):
    return Look(state, done, wanted)


@pytest.mark.parametrize(
    ("done", "steps"),
    [((0,), 0), ((3,), 0), ((4,), 4), ((9,), 4), ((10,), 10), ((99,), 50), ((100,), 100)],
)
def test_steps_are_reached_one_after_another(done, steps):
    assert runs.reached(tuple(look(each) for each in done)) == steps


def test_a_step_is_reached_when_all_have_reached_it():
    assert runs.reached((look(50), look(12))) == 10


def test_the_last_step_is_as_many_as_are_wanted():
    assert runs.reached((look(37, wanted=37, state="done"),)) == 37
    assert runs.reached((look(3, wanted=3, state="done"),)) == 3
    assert runs.reached(()) == 0


def every(monkeypatch, lookers, *, soon):
    monkeypatch.setattr(runs, "desk", lambda: SimpleNamespace(lookers=lookers))
    return runs._every(soon=soon)


@pytest.mark.parametrize("soon", [True, False])
def test_pages_look_less_often_where_many_do(monkeypatch, soon):
    few, more, most = (every(monkeypatch, many, soon=soon) for many in (1, 20, 40))
    assert few < more < most
    assert most == pytest.approx(2 * more)


def test_pages_of_few_look_as_often_as_one_alone_and_sooner_for_their_first_results(monkeypatch):
    assert every(monkeypatch, 0, soon=True) == every(monkeypatch, 3, soon=True) == 0.25
    assert every(monkeypatch, 0, soon=False) == every(monkeypatch, 3, soon=False) == 1.0


class Stand:
    """A desk whose runs come as they are told to."""

    lookers = 1

    def __init__(self, scenarios):
        self.scenarios, self.done, self.state, self.coming = scenarios, 0, "running", []

    def look_at(self, wanted, seed, replications, _):
        assert wanted == self.scenarios
        if self.state == "stopped":
            self.state = "running"
        return self.see(wanted, seed, replications)

    def see(self, wanted, _, replications):
        state = "done" if self.done >= replications else self.state
        return tuple(Look(state, self.done, replications) for _ in wanted)

    def comes(self):
        """The next that is to come: so many runs, or another state of them."""
        what = self.coming.pop(0)
        if isinstance(what, str):
            self.state = what
        else:
            self.done = what

    def leave(self, _):
        self.state = "stopped"

    def again(self, *_):
        """Nothing failed."""


@pytest.fixture
def stand(monkeypatch, baseline):
    found = Stand([baseline])
    monkeypatch.setattr(runs, "desk", lambda: found)
    monkeypatch.setattr(runs.state, "visit", lambda: Visit(replications=100))
    monkeypatch.setattr(runs.state, "who", lambda: "ann")
    return found


class Clock:
    """What has a part of the page drawn again, here when a test says so."""

    def polled(self, draw, seconds):
        self.draw, self.seconds = draw, seconds
        return draw()


@pytest.fixture
def clock(monkeypatch):
    found = Clock()
    monkeypatch.setattr(pieces, "polled", found.polled)
    return found


def followed():
    """A page; once it is drawn, runs come one after another, and the part that follows them is drawn after each."""
    import streamlit as st

    from simulator.screens import pieces, runs

    st.session_state["pages"] = [*st.session_state.get("pages", ()), runs.desk().done]
    runs.follow("mine", runs.desk().scenarios, lambda _: runs.Said.counted(1, 2, "runs", ""))
    clock = pieces.polled.__self__
    st.session_state["seconds"] = clock.seconds
    while runs.desk().coming:
        runs.desk().comes()
        clock.draw()


@pytest.fixture
def drawn_at(stand, clock, monkeypatch):  # which the page finds by itself
    """How many runs there were whenever the page as a whole was drawn, while more came."""
    monkeypatch.setattr(runs, "_say", lambda *_: None)  # buttons, which a page has once

    def told(begins, *coming):
        stand.done, stand.coming = begins, [*coming]
        at = AppTest.from_function(followed).run()
        assert not at.exception
        return at.session_state["pages"]

    return told


def test_a_page_is_drawn_anew_when_a_step_is_reached_and_not_before(drawn_at):
    assert drawn_at(0, 1, 2, 3) == [0]
    assert drawn_at(0, 1, 3, 4, 5, 9, 12, 13, 19) == [0, 4, 12]


def test_a_page_is_drawn_anew_when_all_runs_are_there(drawn_at):
    assert drawn_at(50, 99, 100) == [50, 100]


def test_a_page_is_drawn_anew_when_its_runs_fail(drawn_at):
    assert drawn_at(5, 6, "failed", 7) == [5, 6]


@pytest.mark.parametrize(("done", "seconds"), [(0, 0.25), (4, 1.0), (100, None)])
def test_a_page_looks_soon_for_its_first_results_and_no_more_when_all_are_there(
    stand, clock, done, seconds
):
    stand.done = done
    AppTest.from_function(followed).run()
    assert clock.seconds == seconds


@pytest.mark.usefixtures("clock")
def test_runs_are_stopped_and_go_on_again(stand):
    stand.done = 5
    at = AppTest.from_function(followed).run()
    assert at.get("progress")[0].proto.text == "1 of 2 runs"
    at.button(key="mine stop").click().run()
    assert stand.state == "stopped"
    assert [each.value for each in at.markdown] == ["Stopped at 1 of 2 runs."]
    at.button(key="mine go on").click().run()
    assert stand.state == "running"
    assert at.button(key="mine stop")
