"""The formula lab: each control changes the formula, results are those of the formula shown, and jobs say how far they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import streamlit as st
from here import away_and_back, files_of
from streamlit.testing.v1 import AppTest
from tiny import a_tenth_of

import simulator as sim
from simulator.errors import BadInput
from simulator.jobs import Task
from simulator.own_formula import EditedFormula, stored, winners
from simulator.own_formula.stored import rule_hash
from simulator.proposal import Proposal
from simulator.screens import lab, lab_client, lab_formula, lab_leads, lab_pieces
from simulator.visit import Visit, visit_of
from simulator.wording import gbp, signed

if TYPE_CHECKING:
    from simulator.scenario import Scenario

pytestmark = pytest.mark.filterwarnings("default")
FORMULA = lab_formula.FORMULA


class AtOnce:
    """Jobs that are done in this process as soon as they are asked for."""

    def __init__(self) -> None:
        self.found: dict[str, Task] = {}
        self.asked: list[tuple[Any, ...]] = []

    def start(self, key: str, work: Any, *arguments: Any) -> None:
        self.asked.append(arguments)
        heard: list[tuple[int, int]] = []
        told = work(lambda *each: heard.append(each), *arguments)
        self.found[key] = Task("done", *heard[-1], told)

    def look(self, key: str) -> Task:
        return self.found.get(key, Task("none"))

    def cancel(self, key: str) -> None:
        self.found[key] = Task("cancelled")


@pytest.fixture(scope="module")
def worlds() -> dict[str, Scenario]:
    """Three areas for all; a tenth of an average partnership among three others; two plans to choose from."""
    three = (
        "partnerships={Big: {size: 1.4, old_share_weight: 1.2, area_cost_factor: 1.1},"
        " Poor: {size: 0.8, need_index: 1.5, old_share_weight: 0.7}, Small: {size: 0.5}}"
    )
    pot = ["years=4", "formula.phase_in_share=1.0", "formula.pot_gbp=7000000"]
    choices = [
        "behaviour.choices.move_on_delay_days=[0.0, 1460.0]",
        "behaviour.choices.early_exit_rate_per_year=[]",
        "behaviour.horizon_years=3",
    ]
    areas = sim.load("baseline_2008", [*pot, *choices, three, "formula.rest.partnerships=0"])
    one = sim.load("baseline_2008", [*pot, *choices, "formula.rest.partnerships=3"])
    return {lab.ENGLAND: areas, lab_leads.ONE: a_tenth_of(one), lab_leads.TYPES: a_tenth_of(areas)}


@pytest.fixture
def jobs(monkeypatch: pytest.MonkeyPatch, worlds: dict[str, Scenario]) -> AtOnce:
    """Small worlds, and jobs that are done at once."""
    st.cache_data.clear()
    st.cache_resource.clear()
    found = AtOnce()
    for module in (lab_leads, lab_pieces):
        monkeypatch.setattr(module, "tasks", lambda: found)
    for module in (lab, lab_client, lab_formula, lab_leads):
        monkeypatch.setattr(module, "of_library", worlds.__getitem__)
    monkeypatch.setattr(lab_leads.followed, "REPLICATIONS", {"quick": 2, "thorough": 2})
    monkeypatch.setattr(lab_client.metered.work, "__defaults__", ((), 2, 1, None))
    return found


def page() -> None:
    import streamlit as st

    from simulator.screens import lab, state

    state.begin()
    if "elsewhere" not in st.session_state or not st.session_state["elsewhere"]:
        lab.show()


def opened(visit: Visit | None = None) -> AppTest:
    at = AppTest.from_function(page, default_timeout=60)
    if visit is not None:
        at.query_params["s"] = visit.link
    return at.run()


def of(at: AppTest) -> EditedFormula:
    found: EditedFormula = at.session_state[FORMULA]
    return found


def shown(at: AppTest) -> str:
    parts = [str(each.value) for kind in ("markdown", "caption", "info") for each in at.get(kind)]
    return " ".join(parts).replace("\\", "").replace("\u2060", "")


def test_it_opens_with_an_answer(jobs: AtOnce) -> None:
    at = opened()
    assert not at.exception
    assert at.title[0].value.startswith("Formula lab")
    assert at.warning[0].value.startswith("Illustrative")
    assert [each.label for each in at.metric][:2] == ["Gain", "Lose"]
    assert of(at) == EditedFormula.from_preset(lab_formula.FIRST)
    assert not jobs.asked  # nothing slow has been begun


CONTROLS: dict[str, Any] = {
    "lab weight activity": 40.0,
    "lab group activity opiate": 5.0,
    "lab group completions other": 5.0,
    "lab lag_years": 2,
    "lab observation_delay_days": 200,
    "lab phase_in_share": 4,
    "lab floor_share": 70,
    "lab area_cost_share": 0,
    "lab rounding_gbp": 1000,
}


@pytest.mark.parametrize("key", CONTROLS)
def test_each_number_changes_the_formula_and_stays(jobs: AtOnce, key: str) -> None:
    at = opened()
    before = of(at)
    at.number_input(key=key).set_value(CONTROLS[key]).run()
    assert not at.exception
    assert of(at) != before
    assert at.number_input(key=key).value == CONTROLS[key]
    assert not at.button(key="lab afresh").disabled


def test_there_is_no_number_that_was_not_tried(jobs: AtOnce) -> None:
    keys = {each.key for each in opened().number_input if each.key}
    alike = ("lab weight ", "lab group ")
    assert {key for key in keys if not key.startswith(alike)} <= set(CONTROLS)


@pytest.mark.parametrize("key", ["lab has floor_share", "lab has ceiling_share"])
def test_bounds_come_and_go(jobs: AtOnce, key: str) -> None:
    at = opened()
    before, name = of(at), key.removeprefix("lab has ")
    box = at.checkbox(key=key)
    (box.uncheck() if box.value else box.check()).run()
    assert not at.exception
    assert (getattr(of(at), name) is None) != (getattr(before, name) is None)
    assert not of(at).faults


def test_choosing_another_formula_puts_edits_aside_and_taking_them_back_does(jobs: AtOnce) -> None:
    at = opened()
    at.selectbox(key="lab begin").select("need_only_2006").run()
    assert of(at) == EditedFormula.from_preset("need_only_2006")
    at.number_input(key="lab lag_years").set_value(2).run()
    at.button(key="lab afresh").click().run()
    assert of(at) == EditedFormula.from_preset("need_only_2006")


def test_a_bar_that_is_not_full_says_so_and_keeps_the_last_results_as_such(jobs: AtOnce) -> None:
    at = opened()
    before = [each.value for each in at.metric]
    at.number_input(key="lab weight need").set_value(5.0).run()
    assert not at.exception
    assert "the bar must come to 100%" in at.error[0].value.replace("\\", "")
    assert lab.OF_LAST_FULL in shown(at)
    assert "The last full bar, “" in shown(at)
    assert [each.value for each in at.metric] == before
    assert lab.PUT not in [each.key for each in at.button], "nobody takes a stale formula along"
    at.button(key="lab fill").click().run()
    assert not at.error
    assert lab.OF_LAST_FULL not in shown(at)
    assert [each.value for each in at.metric] != before
    assert lab.PUT in [each.key for each in at.button]
    assert of(at).bar.is_full


def test_what_was_chosen_is_there_again_after_another_page(jobs: AtOnce) -> None:
    at = opened()
    at.selectbox(key="lab when").select_index(1).run()
    at.selectbox(key="lab group").select("other").run()
    at.radio(key="lab size").set_value("thorough").run()
    at.selectbox(key="lab add").select_index(2).run()
    at.number_input(key="lab lag_years").set_value(2).run()
    keys = (("selectbox", "lab when"), ("selectbox", "lab group"), ("selectbox", "lab add"))
    before = [getattr(at, kind)(key=key).value for kind, key in (*keys, ("radio", "lab size"))]
    away_and_back(at)
    after = [getattr(at, kind)(key=key).value for kind, key in (*keys, ("radio", "lab size"))]
    assert after == before
    assert at.number_input(key="lab lag_years").value == 2


def test_a_formula_that_was_edited_says_so_above_it(jobs: AtOnce) -> None:
    at = opened()
    assert "Edited: it differs" not in shown(at)
    at.number_input(key="lab lag_years").set_value(3).run()
    began = of(at).began_from
    assert began is not None
    assert f"Edited: it differs from “{began.title}”, from which it began." in shown(at)
    at.button(key="lab afresh").click().run()
    assert "Edited: it differs" not in shown(at)


def test_terms_come_and_go(jobs: AtOnce) -> None:
    at = opened()
    at.selectbox(key="lab add").select("starts").run()
    at.button(key="lab add it").click().run()
    assert [term.name for term in of(at).terms][-1] == "starts"
    at.number_input(key="lab weight starts").set_value(50.0).run()
    at.button(key="lab fill").click().run()
    assert not of(at).faults
    at.button(key="lab out starts").click().run()
    assert "starts" not in {term.name for term in of(at).terms}
    assert not at.exception


def test_figures_are_those_of_the_formula_shown(jobs: AtOnce, worlds: dict[str, Scenario]) -> None:
    at = opened()
    at.selectbox(key="lab begin").select("need_only_2006").run()
    told = winners(worlds[lab.ENGLAND], of(at))
    for look in (told.looks[0], told.looks[-1]):
        at.selectbox(key="lab when").select(look).run()
        found = told.look(look)
        assert at.metric[0].value == f"{found.winners} of 3"
        assert at.metric[1].value == f"{found.losers} of 3"


def test_a_client_of_another_group_is_another_answer(jobs: AtOnce) -> None:
    at = opened()
    before = shown(at)
    at.selectbox(key="lab group").select("other").run()
    assert "Other drugs: moving" in shown(at)
    assert shown(at) != before


def key_of(at: AppTest, begins: str) -> str:
    return next(each.key for each in at.button if each.key and each.key.startswith(begins))


def test_jobs_run_the_formula_shown_and_are_not_shown_of_another(jobs: AtOnce) -> None:
    at = opened()
    at.selectbox(key="lab begin").select("activity_2008").run()
    assert "Of the study that is shipped" in {each.value for each in at.subheader}
    at.number_input(key="lab floor_share").set_value(80).run()
    assert any(each.value.startswith("What you began from") for each in at.subheader)
    for begins, whose in (("start lab meter", 0), ("start lab follow", 1)):
        at.button(key=key_of(at, begins)).click().run()
        assert not at.exception
        assert rule_hash(jobs.asked[whose][1].rule()) == rule_hash(of(at).rule())
    assert "paired replications" in shown(at)
    assert not [each.key for each in at.button if each.key and each.key.startswith("start lab")]
    at.number_input(key="lab floor_share").set_value(85).run()
    assert key_of(at, "start lab meter")  # what was run was of another formula
    assert key_of(at, "start lab follow")


def test_alone_and_together_stand_side_by_side(jobs: AtOnce) -> None:
    at = opened()
    at.selectbox(key="lab begin").select("activity_2008").run()
    told = stored("activity_2008").leads
    metrics = {each.label: each.value for each in at.metric}
    assert metrics["It alone puts clients first"] == signed(told.alone.mean, gbp)
    assert metrics["All put clients first"] == signed(told.together.mean, gbp)
    assert f"95% interval: {told.figures[0].interval}" in shown(at)
    assert "no interval" in shown(at)
    at.button(key=key_of(at, "start lab follow")).click().run()
    assert not at.exception
    labels = [each.label for each in at.metric]
    assert labels.count("It alone puts clients first") == 2, "of the study, and of the run"
    assert "than if it does so alone." in shown(at)


def test_every_file_says_where_its_figures_come_from(
    jobs: AtOnce, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = files_of(monkeypatch)
    at = opened()
    for begins in ("start lab meter", "start lab follow"):
        at.button(key=key_of(at, begins)).click().run()
    at.toggle(key="lab library").set_value(True).run()
    assert not at.exception
    assert {"lab gains", "lab meter at once", "lab moves", "lab price run", "lab library"} <= {
        key.removeprefix("file ") for key in files
    }
    for key, table in files.items():
        assert {"price_year", "replications", "seed", "note"} <= {*table}, key
        assert table["price_year"].astype(bool).all(), key
        assert table["note"].str.startswith("Illustrative").all(), key
        ran = table["replications"] > 0
        assert (table["seed"].astype(str).str.isdigit() == ran).all(), key
        assert (table["note"].str.contains("without runs") != ran).all(), key


def test_sizes_are_jobs_of_their_own(jobs: AtOnce) -> None:
    at = opened()
    quick = key_of(at, "start lab follow")
    at.radio(key="lab size").set_value("thorough").run()
    assert key_of(at, "start lab follow") != quick
    at.button(key=key_of(at, "start lab follow")).click().run()
    assert not at.exception
    assert len(jobs.asked[0][0].partnerships) == 3


def test_a_job_that_moves_can_be_cancelled_and_one_that_failed_says_why(jobs: AtOnce) -> None:
    at = opened()
    key = key_of(at, "start lab follow").removeprefix("start ")
    jobs.found[key] = Task("running", 3, 10)
    at.run()
    assert not at.exception
    at.button(key=f"cancel {key}").click().run()
    assert jobs.found[key].state == "cancelled"
    jobs.found[key] = Task("failed", told="the job's process was ended from outside")
    at.run()
    assert "ended from outside" in at.error[0].value.replace("\\", "")
    assert key_of(at, "start lab follow")


# Take it along


def test_it_goes_into_the_proposal_and_back(jobs: AtOnce) -> None:
    at = opened()
    at.selectbox(key="lab add").select("starts").run()
    at.button(key="lab add it").click().run()
    at.number_input(key="lab weight starts").set_value(50.0).run()
    at.button(key="lab fill").click().run()
    at.checkbox(key="lab has floor_share").uncheck().run()
    at.button(key=lab.PUT).click().run()
    assert not at.exception
    assert at.success
    edited, plan = of(at), at.session_state["visit"].plan
    runs, wanted = plan.scenario().formula, edited.laid_over(sim.load("baseline_2008")).formula
    assert rule_hash(runs) == rule_hash(wanted)
    again = opened(visit_of(at.session_state["visit"].link))  # as by a link, or loaded again
    assert not again.exception
    assert again.selectbox(key="lab begin").value == lab_formula.PROPOSED
    assert rule_hash(of(again).rule()) == rule_hash(wanted)


def test_another_formula_takes_the_place_of_the_first_and_leaves_the_plan(jobs: AtOnce) -> None:
    plan = Proposal().with_changes(
        {"plan.move_on_delay_days": 90.0, "formula.pot_gbp": 370_000_000, "formula.lag_years": 3}
    )
    at = opened(Visit(plan=plan))
    at.selectbox(key="lab begin").select("need_only_2006").run()
    at.button(key=lab.PUT).click().run()
    told = dict(at.session_state["visit"].plan.changes)
    assert told["plan.move_on_delay_days"] == 90.0
    assert told["formula.pot_gbp"] == 370_000_000
    assert "formula.lag_years" not in told  # 1, as in the scenario started from
    scenario = at.session_state["visit"].plan.scenario()
    need = EditedFormula.from_preset("need_only_2006").laid_over(scenario)
    assert rule_hash(scenario.formula) == rule_hash(need.formula)


def test_a_proposal_that_cannot_be_read_leaves_a_page(
    jobs: AtOnce, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> Any:
        raise BadInput([])

    monkeypatch.setattr(lab_formula, "scenario_of", broken)
    at = opened(Visit(plan=Proposal().with_changes({"formula.lag_years": 2})))
    assert not at.exception
    assert of(at) == EditedFormula.from_preset(lab_formula.FIRST)


@pytest.mark.parametrize(
    ("changes", "key", "value"),
    [
        ({"formula.lag_years": 6}, "lab lag_years", 6),
        ({"formula.floor_share": 0.9, "formula.ceiling_share": 2.5}, "lab ceiling_share", 250),
        ({"formula.rounding_gbp": 200_000}, "lab rounding_gbp", 200_000),
    ],
)
def test_a_value_that_a_formula_may_have_can_be_shown(
    jobs: AtOnce, changes: dict[str, Any], key: str, value: float
) -> None:
    at = opened(Visit(plan=Proposal().with_changes(changes)))
    assert not at.exception
    assert at.number_input(key=key).value == value


def test_a_client_may_count_for_more_than_a_hundred(jobs: AtOnce) -> None:
    at = opened()
    term = next(each for each in of(at).terms if each.counts_people)
    heavy = of(at).with_group_weights(term.name, dict.fromkeys(dict(term.group_weights), 150.0))
    at.session_state[lab_formula.FORMULA] = heavy
    at.run()
    assert not at.exception
    shown_now = [each.value for each in at.number_input if each.key.startswith("lab group")]
    assert 150.0 in shown_now


@pytest.mark.parametrize(
    ("seconds", "told"),
    [(3, "about 10 seconds"), (33, "about 30 seconds"), (60, "about 1 minute"), (158, "about 3 minutes")],
)  # fmt: skip
def test_waiting_is_told_in_plain_words(seconds: float, told: str) -> None:
    assert lab_pieces.about(seconds) == told


@pytest.mark.parametrize("years", [1, 2, 3, 10])
def test_phasing_in_is_read_as_it_is_written(years: int) -> None:
    steps = lab_formula.phased_in(years)
    assert lab_formula.years_to_whole(steps) == years
    assert steps == 1.0 or (steps[-1] == 1.0 and list(steps) == sorted(steps))
