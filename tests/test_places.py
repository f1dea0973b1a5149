"""The list, strictly in order; pounds committed; support places."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.places import MOST_CASELOAD_RATIO, Places, SupportPlaces


def funded(budget, stretch=0.0, committed=0):
    places = Places()
    places.fund(budget, stretch)
    places.committed_pence = committed
    return places


def all_admitted(places):
    return list(iter(places.admit, None))


def test_an_empty_list_admits_nobody():
    assert funded(1_000).admit() is None


def test_first_come_is_first_served():
    places = funded(300)
    for person, day in ((1, 5.0), (2, 3.0), (3, 4.0)):
        places.join(person, 0, day, 100)
    assert all_admitted(places) == [2, 3, 1]


def test_priority_goes_before_the_day_of_referral():
    places = funded(300)
    for person, priority, day in ((1, 2, 1.0), (2, 1, 9.0), (3, 2, 0.5)):
        places.join(person, priority, day, 100)
    assert all_admitted(places) == [2, 3, 1]


def test_people_referred_at_the_same_moment_start_by_number():
    places = funded(200)
    places.join(8, 0, 3.0, 100)
    places.join(7, 0, 3.0, 100)
    assert all_admitted(places) == [7, 8]


def test_a_client_is_admitted_up_to_the_last_penny():
    places = funded(200)
    for person in range(3):
        places.join(person, 0, float(person), 100)
    assert all_admitted(places) == [0, 1]
    assert places.committed_pence == 200
    assert len(places) == 1


def test_a_head_that_must_wait_holds_up_the_cheaper_client_behind():
    places = funded(250, committed=150)
    places.join(1, 0, 1.0, 110)
    places.join(2, 0, 2.0, 50)
    assert places.admit() is None
    places.committed_pence -= 10
    assert all_admitted(places) == [1]


def test_a_blocked_head_who_leaves_lets_the_next_one_in():
    places = funded(250, committed=150)
    places.join(1, 0, 1.0, 110)
    places.join(2, 0, 2.0, 50)
    places.leave(1)
    assert all_admitted(places) == [2]


def test_who_joins_again_stands_by_the_new_referral():
    places = funded(300)
    places.join(1, 0, 1.0, 100)
    places.join(2, 0, 2.0, 100)
    places.leave(1)
    places.join(1, 0, 3.0, 100)
    assert all_admitted(places) == [2, 1]


def test_leaving_a_list_one_is_not_on_changes_nothing():
    places = funded(300)
    places.join(1, 0, 1.0, 100)
    places.leave(2)
    assert len(places) == 1


def test_stretching_admits_above_the_budget_and_fills_caseloads():
    places = funded(1_000, stretch=0.1)
    for person in range(12):
        places.join(person, 0, float(person), 100)
    assert len(all_admitted(places)) == 11
    assert places.caseload_ratio() == pytest.approx(1.1)


def test_within_the_budget_caseloads_are_the_usual_ones():
    assert funded(1_000, committed=400).caseload_ratio() == 1.0
    assert funded(1_000, committed=1_000).caseload_ratio() == 1.0


def test_without_money_the_caseload_is_at_its_most():
    assert funded(0.0, committed=100).caseload_ratio() == MOST_CASELOAD_RATIO
    assert funded(1.0, committed=100).caseload_ratio() == MOST_CASELOAD_RATIO


def test_without_money_and_clients_the_caseload_is_the_usual_one():
    assert funded(0.0).caseload_ratio() == 1.0


def test_a_cut_puts_nobody_out_and_admits_nobody():
    places = funded(300, committed=300)
    places.join(1, 0, 1.0, 100)
    places.fund(150, 0.0)
    assert places.admit() is None
    assert places.committed_pence == 300


steps = st.lists(
    st.one_of(
        st.tuples(st.just("join"), st.integers(0, 3), st.integers(0, 60), st.integers(1, 120)),
        st.tuples(st.just("leave"), st.integers(0, 40)),
        st.tuples(st.just("fund"), st.integers(0, 1_500)),
        st.tuples(st.just("end"), st.integers(0, 40)),
    ),
    max_size=60,
)


@given(steps)
def test_the_list_does_what_a_sorted_list_does(story):
    """Against the plainest way to keep a list, whatever happens."""
    places = funded(500)
    waiting, treated, budget = {}, {}, 500
    for number, (what, *details) in enumerate(story):
        if what == "join":
            priority, day, pence = details
            places.join(number, priority, float(day), pence)
            waiting[number] = (priority, day, number, pence)
        elif what == "leave":
            places.leave(details[0])
            waiting.pop(details[0], None)
        elif what == "fund":
            budget = details[0]
            places.fund(budget, 0.0)
        elif details[0] in treated:
            places.committed_pence -= treated.pop(details[0])
        expected = []
        while waiting:
            head = min(waiting.values())
            if sum(treated.values()) + head[3] > budget:
                break
            expected.append(head[2])
            treated[head[2]] = waiting.pop(head[2])[3]
        assert all_admitted(places) == expected
        assert places.committed_pence == sum(treated.values())
        assert len(places) == len(waiting)


def test_support_places_are_taken_until_none_is_free():
    support = SupportPlaces()
    support.places = 2
    assert [support.take(person) for person in (1, 2, 3)] == [True, True, False]
    assert support.give_back(1)
    assert support.take(3)
    assert support.holders == {2, 3}


def test_who_has_no_support_place_gives_none_back():
    support = SupportPlaces()
    support.places = 1
    assert not support.give_back(4)


def test_a_cut_in_support_places_takes_none_away():
    support = SupportPlaces()
    support.places = 2
    support.take(1)
    support.take(2)
    support.places = 1
    support.give_back(1)
    assert not support.take(3)
    assert support.holders == {2}
