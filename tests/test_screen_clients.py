"""The page of clients: every control changes what is shown, jobs begin, end and are cancelled, nothing is left stale."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest
from here import away_and_back, open_drawer
from streamlit.testing.v1 import AppTest
from tiny import a_tenth_of

from simulator import flows, replicate
from simulator.explanation import explain
from simulator.jobs import Task
from simulator.jobs.desk import Look
from simulator.proposal import Proposal
from simulator.scenario import load
from simulator.screens import clients, pieces, whereabouts
from simulator.screens import runs as runs_of_pages
from simulator.screens import state as screen_state
from simulator.wording import count

pytestmark = pytest.mark.filterwarnings("default")


@dataclass
class FakeTasks:
    """Jobs that are done at once, or stay where they are told to."""

    result: Any
    stuck: Task | None = None
    asked: dict[str, tuple[Any, ...]] = field(default_factory=dict)
    cancelled: list[str] = field(default_factory=list)

    def start(self, key: str, work: Any, *arguments: Any) -> None:
        assert work is flows.work
        self.asked[key] = arguments

    def look(self, key: str) -> Task:
        if key not in self.asked:
            return Task("none")
        if key in self.cancelled:
            return Task("cancelled")
        return self.stuck or Task("done", result=self.result)

    def cancel(self, key: str) -> None:
        self.cancelled.append(key)


class FakeDesk:
    """Runs that are all there."""

    lookers = 1

    def __init__(self, explained: Any):
        self.explained = explained
        self.left: list[str] = []

    def look_at(self, *_: Any) -> tuple[Look, ...]:
        return tuple(Look("done", 3, 3, lambda _, each=each: each) for each in self.explained)

    see = look_at

    def leave(self, who: str) -> None:
        self.left.append(who)


@pytest.fixture(scope="module")
def plans() -> list[Any]:
    return [a_tenth_of(load(name)) for name in ("park", "move_on")]


@pytest.fixture(scope="module")
def found(plans: list[Any]) -> Any:
    return flows.work(None, *plans, 1, 3)


@pytest.fixture(scope="module")
def explained(plans: list[Any]) -> Any:
    return [explain(sample) for sample in replicate.run(plans, 3, 1, workers=1)]


@pytest.fixture
def jobs(
    monkeypatch: pytest.MonkeyPatch, plans: list[Any], found: Any, explained: Any
) -> FakeTasks:
    fake, desk = FakeTasks(found), FakeDesk(explained)
    monkeypatch.setattr(clients, "tasks", lambda: fake)
    monkeypatch.setattr(clients, "desk", lambda: desk)
    monkeypatch.setattr(runs_of_pages, "desk", lambda: desk)
    monkeypatch.setattr(pieces, "drawer", open_drawer)
    monkeypatch.setattr(screen_state, "pair", lambda: tuple(plans))
    return fake


def page() -> None:
    import streamlit as st

    from simulator.screens import clients as shown
    from simulator.screens import state

    state.begin()
    if "elsewhere" not in st.session_state or not st.session_state["elsewhere"]:
        shown.show()


def opened() -> AppTest:
    return AppTest.from_function(page, default_timeout=120).run()


def follow(at: AppTest) -> Any:
    """The button that has everybody followed."""
    (found,) = [each for each in at.button if str(each.key).startswith(clients.FOLLOW)]
    return found


@pytest.fixture
def told(jobs: FakeTasks) -> AppTest:
    at = opened()
    return follow(at).click().run()


def headers(at: AppTest) -> list[str]:
    return [each.value for each in at.header]


def charts(at: AppTest) -> list[str]:
    """The specifications of all charts on the page."""
    return [each.proto.spec for each in at.get("vega_lite_chart")]


def text(at: AppTest) -> str:
    return " ".join(each.value for each in at.markdown)


def test_the_page_says_at_once_where_people_stand(jobs: FakeTasks) -> None:
    at = opened()
    assert not at.exception
    assert at.title[0].value == "Where did people go?"
    assert at.warning[0].value.startswith("Illustrative")
    assert headers(at) == ["Where people stand on 31 March 2013", "Follow everybody"]
    table = at.table[0].value
    assert list(table.index) == ["In recovery", "In treatment", "Waiting", "Untreated"]
    assert "Ready clients are kept for years" in text(at)
    assert not jobs.asked


def test_the_button_asks_for_these_plans_and_as_many_runs(
    jobs: FakeTasks, plans: list[Any]
) -> None:
    at = opened()
    at.select_slider(key="clients pairs").set_value(20).run()
    follow(at).click().run()
    assert not at.exception
    assert list(jobs.asked.values()) == [(*plans, 1, 20, next(iter(plans[1].partnerships)))]


def test_of_eight_ones_own_people_are_followed_and_it_is_said(
    jobs: FakeTasks, monkeypatch: pytest.MonkeyPatch
) -> None:
    eight = [a_tenth_of(Proposal(acting="all_of_eight").scenario())] * 2
    samples = [explain(each) for each in replicate.run(eight, 3, 1, workers=1)]
    monkeypatch.setattr(screen_state, "pair", lambda: tuple(eight))
    monkeypatch.setattr(runs_of_pages, "desk", lambda: FakeDesk(samples))
    at = opened()
    assert not at.exception
    assert "People of “Your area” alone." in " ".join(each.value for each in at.caption)
    own = samples[0].sample.of("in_recovery", "Your area")[:, -1].mean()
    assert at.table[0].value.loc["In recovery", "Plan A"].replace("\\", "") == count(own)
    follow(at).click().run()
    assert next(iter(jobs.asked.values()))[-1] == "Your area"


def test_results_have_everything_and_say_how_sure_they_are(told: AppTest) -> None:
    assert not told.exception
    assert headers(told) == [
        "What differs",
        "Where people went",
        "Who gains and who loses",
        "Follow one client",
    ]
    assert "95% interval" in text(told)
    assert "made up" in text(told)
    # each flow, who gains, and the client: in two sizes
    assert len(charts(told)) == 8
    for table in told.table:
        assert all([table.value.index.name, *table.value.columns]), (
            "a head is read out for each column"
        )


def test_a_plan_under_another_title_finds_who_was_followed_and_has_its_own_title(
    told: AppTest, jobs: FakeTasks, plans: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = charts(told)
    words = {"name": "bold", "title": "A bold plan", "description": "Why not?"}
    named = [plans[0], plans[1].model_copy(update=words)]
    monkeypatch.setattr(screen_state, "pair", lambda: tuple(named))
    told.run()
    assert not told.exception
    assert len(jobs.asked) == 1
    assert "What differs" in headers(told)
    assert any("A bold plan" in each for each in charts(told))
    assert not any(plans[1].title in each for each in charts(told))
    assert any(plans[1].title in each for each in before)
    named[0] = plans[1]
    told.run()
    assert any("nobody's life differs" in each.value for each in told.info)


def test_other_runs_are_asked_anew_and_nothing_stale_is_shown(told: AppTest) -> None:
    told.select_slider(key="clients pairs").set_value(4).run()
    assert not told.exception
    assert "What differs" not in headers(told)
    assert any("not shown" in each.value for each in told.info)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("flow period", "2010-11"),
        ("flow period", whereabouts.BY_YEAR),
        ("flow group", "other"),
        ("flow coloured", "untreated"),
        ("gains by", "where they stood on the first day"),
        ("client", 1),
        ("client", 6),
    ],
)
def test_every_choice_changes_what_is_drawn(told: AppTest, key: str, value: Any) -> None:
    before = charts(told)
    told.selectbox(key=key).select(value).run()
    assert not told.exception
    assert charts(told) != before


@pytest.mark.slow
def test_the_button_follows_as_many_as_its_label_says_though_the_choice_has_moved_on(
    jobs: FakeTasks,
) -> None:
    at = opened()
    old = follow(at)
    assert old.label == "Follow the people (about 20 seconds)"
    at.select_slider(key=clients.CHOSEN).set_value(40)
    old.click().run()
    ((*_, replications, _place),) = jobs.asked.values()
    assert replications == 10
    assert at.select_slider(key=clients.CHOSEN).value == 10


def test_what_was_chosen_is_there_again_after_another_page(told: AppTest) -> None:
    keys = ("flow period", "flow group", "flow coloured", "gains by", "client")
    for key in keys:
        told.selectbox(key=key).select_index(1).run()
    before = [told.selectbox(key=key).value for key in keys]
    away_and_back(told)
    assert [told.selectbox(key=key).value for key in keys] == before
    told.select_slider(key=clients.CHOSEN).set_value(40).run()
    away_and_back(told)
    assert told.select_slider(key=clients.CHOSEN).value == 40


def test_a_group_is_chosen_where_people_are_told_by_where_they_stood(told: AppTest) -> None:
    told.selectbox(key="gains by").select("where they stood on the first day").run()
    before = charts(told)
    told.selectbox(key="gains group").select("crack").run()
    assert not told.exception
    assert charts(told) != before


def test_where_nobody_stood_the_page_says_so(
    jobs: FakeTasks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(whereabouts.COLOURED, "untreated", (flows.Stage.DIED,))
    at = opened()
    follow(at).click().run()
    at.selectbox(key="flow coloured").select("untreated").run()
    assert not at.exception
    assert any(each.value.startswith("Nobody") for each in at.info)


def test_a_job_that_runs_shows_how_far_it_is_and_can_be_cancelled(jobs: FakeTasks) -> None:
    jobs.stuck = Task("running", 3, 20)
    at = opened()
    follow(at).click().run()
    assert not at.exception
    assert headers(at) == ["Follow everybody"]
    at.button(key="cancel clients job").click().run()
    assert len(jobs.cancelled) == 1
    assert any("cancelled" in each.value for each in at.info)
    assert follow(at)


def test_a_job_that_failed_says_why(jobs: FakeTasks) -> None:
    jobs.stuck = Task("failed", told="plan B must have the same people")
    at = opened()
    follow(at).click().run()
    assert not at.exception
    assert "must have the same people" in at.error[0].value
    assert follow(at)


def test_a_plan_that_changes_nothing_is_said_to_and_still_shows_the_flow(
    jobs: FakeTasks, plans: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(screen_state, "pair", lambda: (plans[0], plans[0]))
    jobs.result = flows.work(None, plans[0], plans[0], 1, 2)
    at = opened()
    assert any("nobody's life differs" in each.value for each in at.info)
    follow(at).click().run()
    assert not at.exception
    assert headers(at) == ["Where people went", "Follow one client"]


def test_a_plan_that_cannot_run_is_told_as_a_list(
    jobs: FakeTasks, monkeypatch: pytest.MonkeyPatch
) -> None:
    from simulator.errors import BadInput, Fault

    def wrong() -> Any:
        raise BadInput([Fault("plan", "stretch_share", "be at least 0", "-1", "give 0 or more")])

    monkeypatch.setattr(screen_state, "pair", wrong)
    at = opened()
    assert not at.exception
    assert "be at least 0" in at.error[0].value.replace("\\", "")
