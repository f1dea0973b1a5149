"""Many people at once in the app: the study times what it says, and the app answers them all."""

from __future__ import annotations

import argparse
import asyncio
import sys

import pytest

pytest.importorskip("streamlit")
pytest.importorskip("websockets")

from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from studies import app_load
from studies.app_load_people import EARLY, FRAGMENT, Person

WHOLE = ForwardMsg.FINISHED_SUCCESSFULLY


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


def begins(*fragments):
    message = ForwardMsg()
    message.new_session.name = "app"
    message.metadata.run.fragment_ids.extend(fragments)
    return message


def ends(how, *fragments):
    message = ForwardMsg(script_finished=how)
    message.metadata.run.fragment_ids.extend(fragments)
    return message


def took(*story):
    """What a person is told to have waited: each step is a moment, and what they ask or the server says then."""
    clock = Clock()

    async def sent(_):
        return None

    async def lived():
        person = Person(sent, clock)
        for clock.now, said in story:
            if isinstance(said, tuple):
                await person.ask(*said)
            else:
                await person.hear(said.SerializeToString())
        return dict(person.took)

    return asyncio.run(lived())


def test_a_move_takes_from_its_request_to_the_end_of_the_run_that_was_not_cut_short():
    story = [(1, ("moved",)), (2, begins()), (3, ends(EARLY)), (4, begins()), (6, ends(WHOLE))]
    assert took(*story) == {"moved": [5]}


def test_a_fragment_that_is_asked_for_twice_before_it_runs_counts_from_the_first_request():
    story = [(1, ("asked", "a")), (2, ("asked", "a")), (3, begins("a")), (4, ends(FRAGMENT, "a"))]
    assert took(*story) == {"asked": [3]}


def test_a_request_while_its_fragment_runs_waits_for_the_next_run():
    story = [
        (1, ("asked", "a")),
        (2, begins("a")),
        (3, ("asked", "a")),
        (4, ends(FRAGMENT, "a")),
        (5, begins("a")),
        (7, ends(FRAGMENT, "a")),
    ]
    assert took(*story) == {"asked": [3, 4]}


def test_a_page_that_a_fragment_has_drawn_as_a_whole_is_told_apart_from_a_move():
    story = [
        (1, ("asked", "a")),
        (2, begins("a")),
        (3, ends(EARLY)),
        (4, begins()),
        (8, ends(WHOLE)),
    ]
    assert took(*story) == {"redrawn": [7]}


@pytest.mark.slow
@pytest.mark.xdist_group("browser")  # one server at a time
@pytest.mark.skipif(sys.platform != "linux", reason="looks at processes as Linux shows them")
def test_three_people_are_all_answered(tmp_path):
    asked = argparse.Namespace(people=3, seconds=20.0, own_luck=False, no_browser=True)
    met, seen, alone = app_load.measured(tmp_path, asked, every=2.0)
    assert [fault for person in met for fault in person.faults] == []
    assert all(person.rests for person in met)
    times = app_load.taken(met)
    assert (
        3 <= times["opened"][0] <= 6
    )  # a page is asked for again once the browser has said what it remembers
    assert times["moved"][0] >= 2
    assert times["asked"][0] > 0
    assert all(0 < middle <= high for _, middle, high in times.values())
    assert all(look.server > 50 and look.workers > 50 for look in seen)
    assert "lever moved (full run)" in app_load.report(met, seen, alone, asked)
