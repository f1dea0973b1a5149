"""Visits and the links that carry them: what goes in comes out, and what is broken is told."""

from __future__ import annotations

import random
import string
from contextlib import suppress
from dataclasses import fields, replace

import pytest
from hostile import FINE, REFUSED
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.errors import BadInput
from simulator.link import CHECK, LARGEST_LINK, VERSION, link_of, read_link
from simulator.proposal import BASELINE, OWN, Proposal
from simulator.scenario import fingerprint, load
from simulator.visit import (
    MOST_SAVED,
    Visit,
    check,
    comparable,
    explorable,
    opened,
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


def test_a_link_says_everything_so_that_it_keeps_its_meaning():
    told = plain(Visit())
    assert set(told) == {
        "plan", "against", "seed", "replications", "saved", "files", "made_with",
    }  # fmt: skip
    assert set(told["plan"]) == {field.name for field in fields(Proposal)}
    assert told["made_with"] == {BASELINE: fingerprint(load(BASELINE))[:8]}


KEPT_LINK = "1d8e5f22beNpVj9FuAiEQRX-luc_EYFNt5TfqmzFkdndYSdnBANUY47932Le-ATPn3MsTNFOU2uBwpfIDgxATV7jT2WChif09tgvcEwNVTlHYv1v7pet7CmEfDoMiK-kQPrYcrN3hpU-JpFM0tiizDillYd3tGr3-txmMF5J5zT2t7GbJN_ZZ_MSJHn6iR4U52I09ay_5XQYuPMFtDfJdfO-sUvUUppo1Gcf8VrkHttjW4XfWAqV3K3xNcaQWs2jgzhpUunVb_7NCevp8_QHK_FpC"


def test_a_link_of_the_first_version_still_says_what_it_said():
    assert visit_of(KEPT_LINK) == Visit(
        plan=replace(PLAN, title="Sooner", reason="To see"), against="park", seed=7, replications=50
    )


def test_a_link_that_says_less_still_opens():
    told = {"plan": {"changes": [["plan.move_on_delay_days", 90.0]]}}
    assert visit_of(link_of(told)) == Visit(plan=PLAN)


def test_a_scenario_that_has_changed_since_a_link_was_made_is_noticed():
    told = plain(Visit(plan=PLAN, against="park"))
    assert opened(link_of(told)).notices == ()
    told["made_with"]["park"] = "00000000"
    found = opened(link_of(told))
    assert found.visit == Visit(plan=PLAN, against="park")
    (notice,) = found.notices
    assert load("park").title in notice
    assert "another version" in notice


def test_an_area_s_file_stands_in_a_link_once():
    own = Proposal(OWN, own_file=PLAN.file_text())
    saved = tuple(replace(own, title=title) for title in "abc")
    told = plain(Visit(plan=own, against=OWN, saved=saved))
    assert told["files"] == [own.own_file]
    assert [each["own_file"] for each in (told["plan"], *told["saved"])] == [0, 0, 0, 0]
    assert visit_of(link_of(told)).saved == saved


def test_what_no_link_could_carry_is_refused_before_it_is_written():
    noise = "".join(random.Random(1).choices(string.ascii_letters, k=95_000))
    own = Proposal(OWN, own_file=f"{PLAN.file_text()}# {noise}\n")
    with pytest.raises(BadInput, match="fit into a link"):
        check(Visit(plan=own, against=OWN))


@pytest.mark.parametrize(("told", "name"), REFUSED)
def test_a_link_that_holds_what_no_page_wrote_is_refused(told, name):
    with pytest.raises(BadInput) as wrong:
        visit_of(link_of(told))
    assert name in [fault.name for fault in wrong.value.faults]


@pytest.mark.parametrize("told", FINE)
def test_a_strange_link_that_a_page_could_have_written_opens(told):
    assert visit_of(link_of(told))


@pytest.mark.parametrize("text", ['{"seed": NaN}', '{"plan": {"title": "\\ud800"}}'])
def test_what_is_no_value_of_a_file_is_no_value_of_a_link(text, monkeypatch):
    monkeypatch.setattr("simulator.link.json.dumps", lambda *_, **__: text)
    link = link_of({})
    monkeypatch.undo()
    with pytest.raises(BadInput, match="hold a proposal"):
        read_link(link)


STEPS = st.sampled_from(
    ["plan", "world", "partnerships", "A", "stretch_share", "groups", "opiate", "need", "years", "evidence",
     "formula", "terms", "extends", "title", "x", "", "0"]
)  # fmt: skip
PATHS = st.lists(STEPS, min_size=1, max_size=4).map(".".join)


@pytest.mark.slow
@pytest.mark.parametrize("base", [BASELINE, OWN])
@given(st.lists(st.tuples(PATHS, PLAINS), min_size=1, max_size=3))
@settings(max_examples=60, deadline=None)
def test_any_changes_are_made_or_refused(base, changes):
    own_file = PLAN.file_text() if base == OWN else ""
    told = {"plan": {"base": base, "changes": changes, "own_file": own_file}, "against": base}
    with suppress(BadInput):
        assert visit_of(link_of(told)).plan.scenario()


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


def test_titles_that_make_one_name_are_told_apart():
    visit = Visit(plan=PLAN)
    titles = ["一", "二", "A+", "A-", "x" * 60 + "1", "x" * 60 + "2"]
    for title in titles:
        visit = visit.save(title, "")
    assert [each.title for each in visit.saved] == titles
    assert [each.name for each in visit.saved[:4]] == ["my_plan", "my_plan_2", "a", "a_2"]
    assert len({each.name for each in visit.saved}) == len(titles)
    assert visit_of(visit.link) == visit
    again = visit.save("二", "better")
    assert len(again.saved) == len(titles)
    assert (again.plan.reason, again.plan.name) == ("better", "my_plan_2")


def test_nothing_is_put_aside_where_there_is_no_room_and_one_is_taken_out():
    visit = Visit(plan=PLAN)
    for place in range(MOST_SAVED):
        visit = visit.save(f"Plan {place}", "")
    with pytest.raises(BadInput, match="be at most 12"):
        visit.save("One more", "")
    assert visit.save("Plan 3", "again").saved[-1].reason == "again"
    fewer = visit.take_out(0)
    assert [each.title for each in fewer.saved] == [f"Plan {n}" for n in range(1, MOST_SAVED)]
    assert len(fewer.save("One more", "").saved) == MOST_SAVED


def test_scenarios_of_one_partnership_can_be_explored():
    found = explorable()
    assert found[0] == BASELINE
    assert "move_on" in found
    assert not {"eight_park", "england_2008", "eight_follow_the_money"} & set(found)


def test_a_plan_is_compared_within_its_own_world():
    assert usual("move_on") == BASELINE
    assert usual("long_waits_park") == "long_waits_park"
    assert set(comparable("long_waits")) == {"long_waits", "long_waits_move_on", "long_waits_park"}
