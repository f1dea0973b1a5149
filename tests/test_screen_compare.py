"""The page that compares plans: every control changes what is shown, and what cannot be compared is said to be so."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import pytest
from here import away_and_back, open_drawer
from planted_worlds import Assumed, contest, cost, flat
from streamlit.testing.v1 import AppTest
from tiny import a_tenth_of

from simulator import replicate
from simulator.comparing import worlds
from simulator.explanation import explain
from simulator.jobs import Task
from simulator.jobs.desk import Look
from simulator.proposal import Proposal
from simulator.scenario import fingerprint
from simulator.screens import compare_worlds, pieces
from simulator.screens import runs as runs_of_pages
from simulator.screens.contenders import Contender
from simulator.visit import Visit

if TYPE_CHECKING:
    from simulator.scenario import Scenario

pytestmark = pytest.mark.filterwarnings("default")

HELD, RELAPSE = "plan.move_on_delay_days", "world.groups.opiate.after.relapse.scale_days"
PLAN = Proposal(changes=((HELD, 0.0),))
ASSUMING = Proposal(changes=((HELD, 0.0), (RELAPSE, 200.0)))
AXES = (cost(), Assumed("b"))


RUN: dict[str, Any] = {}


@dataclass
class FakeDesk:
    """Runs that are there at once, of a tenth of the people where one partnership is alone."""

    state: str = "done"
    done: int = 4
    asked: list[list[Any]] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    lookers: int = 1

    def look_at(self, scenarios: Any, seed: int, *_: Any) -> tuple[Look, ...]:
        self.asked.append([*scenarios])
        return tuple(self._look(each, seed) for each in scenarios)

    def see(self, scenarios: Any, seed: int, *_: Any) -> tuple[Look, ...]:
        return tuple(replace(self._look(each, seed), state="stopped") for each in scenarios)

    def _look(self, scenario: Any, seed: int) -> Look:
        key = f"{fingerprint(scenario)} {seed} {self.done}"
        if self.done and key not in RUN:
            small = a_tenth_of(scenario) if len(scenario.partnerships) == 1 else scenario
            (sample,) = replicate.run([small], self.done, seed, workers=1)
            RUN[key] = explain(sample)
        explains = (lambda _: RUN[key]) if self.done else None
        return Look(self.state, self.done, self.done or 4, explains)

    def leave(self, who: str) -> None:
        self.left.append(who)

    def again(self, *_: Any) -> None:
        self.left.append("again")


@dataclass
class FakeTasks:
    """Jobs that are done at once, or stay where they are told to."""

    results: dict[int, Any]
    stuck: Task | None = None
    asked: dict[str, tuple[Any, ...]] = field(default_factory=dict)
    cancelled: list[str] = field(default_factory=list)

    def start(self, key: str, work: Any, *arguments: Any) -> None:
        assert work is worlds.work
        self.asked[key] = arguments

    def look(self, key: str) -> Task:
        if key not in self.asked:
            return Task("none")
        if key in self.cancelled:
            return Task("cancelled")
        return self.stuck or Task("done", result=self.results[len(self.asked[key][0])])

    def cancel(self, key: str) -> None:
        self.cancelled.append(key)


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> FakeDesk:
    fake = FakeDesk()
    monkeypatch.setattr(runs_of_pages, "desk", lambda: fake)
    monkeypatch.setattr(pieces, "drawer", open_drawer)
    return fake


@pytest.fixture
def jobs(monkeypatch: pytest.MonkeyPatch, runs: FakeDesk) -> FakeTasks:
    def wins(points: Any) -> Any:
        return 41.0 - points[:, 0]

    two = contest(AXES, flat, wins, luck=2.0)
    three = contest(AXES, flat, wins, lambda points: points[:, 0] - 30.0, luck=2.0)
    fake = FakeTasks({2: two, 3: three})
    monkeypatch.setattr(compare_worlds, "tasks", lambda: fake)
    return fake


def page() -> None:
    import streamlit as st

    from simulator.screens import compare as shown
    from simulator.screens import state

    state.begin()
    if "elsewhere" not in st.session_state or not st.session_state["elsewhere"]:
        shown.show()


def opened(visit: Visit | None = None) -> AppTest:
    at = AppTest.from_function(page, default_timeout=120)
    if visit is not None:
        at.query_params["s"] = visit.link
    at.run()
    assert not at.exception
    return at


def go(at: AppTest) -> Any:
    """The button that has the worlds lived in."""
    (found,) = [each for each in at.button if str(each.key).startswith(compare_worlds.GO)]
    return found


def words(at: AppTest) -> str:
    told = [*at.markdown, *at.info, *at.caption, *at.subheader, *at.header, *at.error, *at.warning]
    return "\n".join(each.value for each in told).replace("\\", "")


def test_there_is_something_to_see_before_anything_is_proposed(jobs: FakeTasks) -> None:
    at = opened()
    assert at.title[0].value.startswith("Compare")
    assert at.warning[0].value.startswith("Illustrative")
    assert at.multiselect(key="contenders").value == ["library park", "library move_on"]
    assert "1 input differs" in words(at)
    assert "in 4 paired runs" in words(at)
    assert "change an assumption and move a lever on Explore" in words(at)


def test_a_plan_is_held_against_its_comparison(runs: FakeDesk, jobs: FakeTasks) -> None:
    at = opened(Visit(plan=PLAN))
    assert at.multiselect(key="contenders").value == ["comparison", "yours"]
    assert "“Your plan” against “Comparison”" in words(at)
    assert runs.asked[-1][1].plan.move_on_delay_days == 0.0


def test_choosing_plans_changes_what_runs_and_stays_chosen(runs: FakeDesk, jobs: FakeTasks) -> None:
    at = opened(Visit(plan=PLAN).save("Quick <b>exits</b>", "why not"))
    at.multiselect(key="contenders").set_value(["library park", "comparison", "yours"]).run()
    assert not at.exception
    assert [each.plan.move_on_delay_days for each in runs.asked[-1]][::2] == [1460.0, 0.0]
    assert len(runs.asked[-1]) == 3
    assert "“Comparison” against “Ready clients are kept for years”" in words(at)
    assert "Which two" not in words(at)
    at.run()
    assert at.multiselect(key="contenders").value == ["library park", "comparison", "yours"]


def test_one_plan_is_asked_for_another(jobs: FakeTasks) -> None:
    at = opened()
    at.multiselect(key="contenders").set_value(["library park"]).run()
    assert not at.exception
    assert "Choose at least two plans." in words(at)


def test_plans_that_are_the_same_are_said_to_be(jobs: FakeTasks) -> None:
    at = opened()
    at.multiselect(key="contenders").set_value(["comparison", "yours"]).run()
    assert not at.exception
    assert "the same as Comparison" in words(at)
    assert "no two different plans" in words(at)


def test_plans_of_other_partnerships_are_left_out_with_a_word(jobs: FakeTasks) -> None:
    now = Visit(plan=PLAN).save("Alone", "")
    eight = replace(now, plan=Proposal(changes=((HELD, 0.0),), acting="all_of_eight"))
    at = opened(eight)
    at.multiselect(key="contenders").set_value(["comparison", "yours", "saved alone"]).run()
    assert not at.exception
    assert "is left out" in words(at)


def test_of_several_partnerships_ones_own_is_told(runs: FakeDesk, jobs: FakeTasks) -> None:
    runs.done = 2
    at = opened(Visit(plan=replace(PLAN, acting="one_of_eight")))
    assert "In recovery on 31 March, Your area, 2012-13" in " ".join(
        at.table[1].value.index
    ).replace("\\", "")
    go(at).click().run()
    (asked,) = jobs.asked.values()
    assert asked[-1] == "Your area"
    assert not at.exception


def test_the_measure_by_year_is_chosen(jobs: FakeTasks) -> None:
    at = opened()
    assert "In recovery on 31 March (people) under each plan" in words(at)
    at.selectbox(key="compare measure").select("deaths").run()
    assert not at.exception
    assert "Deaths under each plan" in words(at)


def test_four_lines_come_with_an_assumption_that_was_changed(
    runs: FakeDesk, jobs: FakeTasks
) -> None:
    at = opened(Visit(plan=ASSUMING))
    scales = [each.world.groups["opiate"].after.relapse.scale_days for each in runs.asked[-1]]
    assert [scale == 200.0 for scale in scales] == [True, True, False, False, True, True]
    assert "under changed assumptions" in words(at)
    at.selectbox(key="compare four measure").select("allocation_gbp").run()
    assert "Allocation, 2012-13: with the plan" in words(at)
    assert "The assumptions that you changed stay as you set them." in words(at)
    go(at).click().run()
    (asked,) = jobs.asked.values()
    assert asked[4] == (RELAPSE,)
    assert not at.exception


def test_what_is_to_be_done_to_see_four_lines_is_said(runs: FakeDesk, jobs: FakeTasks) -> None:
    at = opened(Visit(plan=PLAN))
    assert "another world, change an assumption on Explore" in words(at)
    at = opened(Visit(plan=Proposal(changes=((RELAPSE, 200.0),))))
    at.multiselect(key="contenders").set_value(["comparison", "library park"]).run()
    assert "your plan decides the same" in words(at)
    assert "move a lever on Explore" in words(at)
    assert not at.exception


def test_runs_can_be_stopped_and_gone_on_with(runs: FakeDesk, jobs: FakeTasks) -> None:
    runs.state, runs.done = "running", 0
    at = opened()
    assert "The first runs are on their way." in words(at)
    at.button(key="compare stop").click().run()
    assert len(runs.left) == 1
    assert "Stopped at 0 of" in words(at)
    at.button(key="compare go on").click().run()
    assert runs.left[-1] == "again"
    assert not at.exception


def test_worlds_are_lived_in_when_they_are_asked_for(jobs: FakeTasks) -> None:
    at = opened()
    assert not jobs.asked
    at.select_slider(key="worlds many").set_value(40).run()
    at.radio(key="worlds which").set_value(compare_worlds.ALL).run()
    assert go(at).label == "Live in 40 worlds (about 1 minute)"
    go(at).click().run()
    assert not at.exception
    (asked,) = jobs.asked.values()
    assert asked[1:] == (40, 1, None, (), None)
    assert "worlds; it flips if “What a stable client costs” is above £4" in words(at)
    assert "It flips if “What a stable client costs” passes" in words(at)
    assert "Along which assumption" in [each.label for each in at.selectbox]
    at.select_slider(key="worlds many").set_value(100).run()
    assert "It flips if" not in words(at), "results of another choice would be stale"


def test_what_was_chosen_is_there_again_after_another_page(jobs: FakeTasks) -> None:
    at = opened()
    at.multiselect(key="contenders").set_value(
        ["library park", "library move_on", "comparison"]
    ).run()
    at.select_slider(key="worlds many").set_value(40).run()
    at.radio(key="worlds which").set_value(compare_worlds.ALL).run()
    at.selectbox(key="compare measure").select("deaths").run()
    go(at).click().run()
    for key in ("worlds pair", "worlds assumption"):
        at.selectbox(key=key).select_index(1).run()
    away_and_back(at)
    assert at.select_slider(key="worlds many").value == 40
    assert at.radio(key="worlds which").value == compare_worlds.ALL
    assert at.selectbox(key="compare measure").value == "deaths"
    assert at.selectbox(key="worlds pair").value == 1
    assert at.selectbox(key="worlds assumption").value == 1
    assert len(jobs.asked) == 1


def test_a_button_starts_what_its_label_says_though_the_choices_have_moved_on(
    jobs: FakeTasks,
) -> None:
    at = opened()
    old = go(at)
    assert old.label.startswith("Live in 100 worlds")
    at.select_slider(key="worlds many").set_value(400)
    at.radio(key="worlds which").set_value(compare_worlds.ALL)
    old.click().run()  # the click comes with choices that the label does not know yet
    ((_, worlds_asked, _, at_most, *_),) = jobs.asked.values()
    assert (worlds_asked, at_most) == (100, compare_worlds.AT_MOST)
    assert at.select_slider(key="worlds many").value == 100, "what runs is what is shown"
    assert at.radio(key="worlds which").value == compare_worlds.MANY
    assert "It flips if" in words(at)


def test_a_button_of_other_choices_is_another_button(jobs: FakeTasks) -> None:
    at = opened()
    seen = {go(at).key}
    at.select_slider(key="worlds many").set_value(40).run()
    seen.add(go(at).key)
    at.radio(key="worlds which").set_value(compare_worlds.ALL).run()
    seen.add(go(at).key)
    at.multiselect(key="contenders").set_value(["library park", "comparison"]).run()
    seen.add(go(at).key)
    assert len(seen) == 4, "a click on one that is still on the screen must not start another's job"


def test_the_same_question_finds_its_answer_again(jobs: FakeTasks) -> None:
    go(opened()).click().run()
    assert "It flips if" in words(opened())


def test_a_plan_under_another_name_finds_its_worlds_and_has_its_own_name(
    jobs: FakeTasks, monkeypatch: pytest.MonkeyPatch
) -> None:
    files: dict[str, Any] = {}

    def kept(label: str, make: Any, name: str, *more: str) -> None:
        files[name] = make.args[0]

    monkeypatch.setattr(pieces, "download", kept)
    plan = replace(PLAN, title="Bold", reason="It saves")
    go(opened(Visit(plan=plan))).click().run()
    at = opened(Visit(plan=replace(plan, title="Bolder still", reason="It helps")))
    assert len(jobs.asked) == 1
    assert "It flips if" in words(at)
    columns = [*files["worlds_differences.csv"].columns]
    assert any(column.endswith(" bolder_still") for column in columns)
    assert not any(column.endswith(" bold") for column in columns)


def test_worlds_are_lived_in_anew_where_assumptions_have_other_ranges(
    baseline: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compare_worlds.state, "visit", Visit)
    path = "world.support.cost_gbp_per_week"
    known = baseline.evidence[path]
    wider = known.model_copy(update={"range": (0.0, 1000.0)})
    other = baseline.model_copy(update={"evidence": baseline.evidence | {path: wider}})
    named = baseline.model_copy(update={"title": "Another", "description": "In other words"})
    asked = [(Contender("a", "A", each), Contender("b", "B", other)) for each in (baseline, named)]
    again = (Contender("a", "A", other), Contender("b", "B", other))
    one, same, another = (compare_worlds.key_of(each, 40, None) for each in (*asked, again))
    assert one == same
    assert one != another


def test_which_assumption_and_which_two_are_chosen(jobs: FakeTasks) -> None:
    at = opened()
    at.multiselect(key="contenders").set_value(
        ["library park", "library move_on", "comparison"]
    ).run()
    go(at).click().run()
    assert not at.exception
    assert "is the best of all in" in words(at)
    before = words(at)
    at.selectbox(key="worlds pair").select_index(1).run()
    assert words(at) != before
    at.selectbox(key="worlds assumption").select_index(1).run()
    assert not at.exception
    assert "does not flip it" in words(at)


def test_a_job_tells_how_far_it_is_and_is_cancelled(jobs: FakeTasks) -> None:
    jobs.stuck = Task("running", 30, 250)
    at = opened()
    go(at).click().run()
    assert not at.exception
    at.button(key="cancel worlds").click().run()
    assert jobs.cancelled
    jobs.stuck = None
    at.run()
    assert "cancelled. Nothing of it was kept." in words(at)
    assert go(at)


@pytest.mark.parametrize(
    ("task", "told"),
    [
        (
            Task("waiting", before=2, first_done=34, first_of=100),
            "2 jobs are before it; the one that runs has done 34 of 100 steps.",
        ),
        (
            Task("waiting", before=1, first_done=1, first_of=1),
            "1 job is before it; the one that runs has done 1 of 1 step.",
        ),
        (Task("waiting", before=1), "1 job is before it; the one that runs has only begun."),
        (Task("waiting"), "waits for another job to end, and begins in a moment."),
    ],
)
def test_a_job_that_waits_tells_its_place(jobs: FakeTasks, task: Task, told: str) -> None:
    jobs.stuck = task
    at = opened()
    go(at).click().run()
    assert f"Runs in other worlds: {told}" in words(at)


def test_a_job_that_failed_says_why_and_can_be_asked_for_again(jobs: FakeTasks) -> None:
    jobs.stuck = Task("failed", told="worlds: there is <nothing> to draw")
    at = opened()
    go(at).click().run()
    assert not at.exception
    assert "there is <nothing> to draw" in words(at)
    assert go(at)


def test_a_seed_is_part_of_the_question(jobs: FakeTasks) -> None:
    go(opened()).click().run()
    at = opened(Visit(seed=7))
    assert go(at)
    go(at).click().run()
    assert [asked[2] for asked in jobs.asked.values()] == [1, 7]
