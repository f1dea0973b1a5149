"""Visits and the links that carry them: what goes in comes out, and what is broken is told."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.errors import BadInput
from simulator.link import CHECK, LARGEST_LINK, VERSION, link_of, read_link
from simulator.proposal import BASELINE, OWN, Proposal
from simulator.visit import (
    MOST_SAVED,
    Visit,
    comparable,
    explorable,
    plain,
    usual,
    visit_of,
)

PLAN = Proposal().with_changes({"plan.move_on_delay_days": 90.0})
PLAINS = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inside: st.lists(inside, max_size=4) | st.dictionaries(st.text(), inside, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(st.text(), PLAINS, max_size=5))
def test_a_link_carries_what_was_put_into_it(told):
    assert read_link(link_of(told)) == told


@given(st.text() | st.binary().map(lambda raw: VERSION + raw.hex()))
def test_any_text_is_read_or_refused(text):
    with pytest.raises(BadInput):
        read_link(text)


@given(st.data())
def test_a_link_with_one_character_changed_is_refused(data):
    link = link_of({"plan": {"base": "park"}})
    place = data.draw(st.integers(0, len(link) - 1))
    other = data.draw(st.sampled_from("abcXYZ019-_ "))
    changed = link[:place] + other + link[place + 1 :]
    if changed != link:
        with pytest.raises(BadInput):
            read_link(changed)


@pytest.mark.parametrize(
    ("link", "told"),
    [
        ("", "be of a version"),
        ("9abcdefgh", "be of a version that is known here, got version '9'"),
        (link_of({"a": 1})[:-1], "be whole"),
        (VERSION + "0" * CHECK, "be whole"),
        ("1" * (LARGEST_LINK + 1), "characters long"),
    ],
)
def test_a_broken_link_says_what_is_wrong_and_what_to_do(link, told):
    with pytest.raises(BadInput, match=told) as wrong:
        read_link(link)
    assert wrong.value.faults[0].advice == "ask for the link once more, or start afresh"


def test_a_link_does_not_unfold_without_end():
    with pytest.raises(BadInput, match="unfold"):
        read_link(link_of({"a": "0" * 3_000_000}))


VISITS = [
    Visit(),
    Visit(plan=PLAN),
    Visit(plan=replace(PLAN, title="Näme ✓", reason="Because = 1", acting="all_of_eight"), seed=0),
    Visit(plan=Proposal("move_on"), against="park", replications=20),
    Visit(plan=PLAN, saved=(replace(PLAN, title="a"), replace(PLAN, title="b"))),
    Visit(plan=Proposal(OWN, own_file=PLAN.file_text()), against=OWN),
]


@pytest.mark.parametrize("visit", VISITS)
def test_a_visit_comes_back_from_its_link(visit):
    assert visit_of(visit.link) == visit


def test_a_visit_as_it_always_begins_has_nothing_to_say():
    assert plain(Visit()) == {}


@pytest.mark.parametrize(
    ("told", "name"),
    [
        ({"seed": -1}, "seed"),
        ({"replications": 10**9}, "replications"),
        ({"against": "/etc/passwd"}, "what it is compared with"),
        ({"plan": {"base": "/etc/passwd"}}, "base"),
        ({"plan": {"changes": [["plan.nothing", 1]]}}, "plan.nothing"),
        ({"plan": {"changes": [["plan.stretch_share", "lots"]]}}, "plan.stretch_share"),
        ({"plan": {"acting": "nobody"}}, "plan.acting"),
        ({"plan": {"title": "x" * 3000}}, "title or reason"),
        ({"unknown": 1}, "unknown"),
        ({"plan": {"base": OWN, "own_file": "extends: /etc/passwd.yaml"}}, "extends"),
        ({"plan": []}, "plan"),
        ({"saved": [{}] * (MOST_SAVED + 1)}, "saved"),
    ],
)
def test_a_link_that_holds_what_no_page_wrote_is_refused(told, name):
    with pytest.raises(BadInput) as wrong:
        visit_of(link_of(told))
    assert name in [fault.name for fault in wrong.value.faults]


def test_what_is_assumed_is_assumed_of_the_comparison_too():
    plan = PLAN.with_changes({"world.support.cost_gbp_per_week": 30.0})
    baseline = Visit(plan=plan).baseline
    assert baseline.base == BASELINE
    assert dict(baseline.changes) == {"world.support.cost_gbp_per_week": 30.0}
    assert baseline.title == f"{Proposal().scenario().title}, under your assumptions"
    assert baseline.scenario().name != plan.scenario().name


@pytest.mark.parametrize("acting", ["alone", "all_of_eight"])
def test_a_plan_never_has_the_name_of_what_it_is_compared_with(acting):
    changes = {"world.support.cost_gbp_per_week": 30.0}
    plain_plan = Proposal(acting=acting).with_changes(changes)
    title = Visit(plan=plain_plan).baseline.title
    told = Visit(plan=replace(plain_plan, title=title))
    assert told.baseline.scenario().name != told.plan.scenario().name
    assert Proposal().scenario().title in told.baseline.title


def test_where_one_of_eight_acts_none_does_in_the_comparison():
    visit = Visit(plan=replace(PLAN, acting="one_of_eight"))
    scenario = visit.baseline.scenario()
    plans = [own.plan for own in scenario.partnerships.values()]
    assert plans[0] == plans[1]
    assert list(scenario.partnerships) == list(visit.plan.scenario().partnerships)


def test_a_proposal_that_is_saved_again_replaces_itself():
    once = Visit(plan=PLAN).save("Mine", "why")
    twice = once.save("Mine", "why not")
    assert [each.reason for each in twice.saved] == ["why not"]


def test_scenarios_of_one_partnership_can_be_explored():
    found = explorable()
    assert found[0] == BASELINE
    assert "move_on" in found
    assert not {"eight_park", "england_2008", "eight_follow_the_money"} & set(found)


def test_a_plan_is_compared_within_its_own_world():
    assert usual("move_on") == BASELINE
    assert usual("long_waits_park") == "long_waits_park"
    assert set(comparable("long_waits")) == {"long_waits", "long_waits_move_on", "long_waits_park"}
