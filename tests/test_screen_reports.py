"""Reports: each control changes what is taken away, and that has the bytes that the command line writes."""

from __future__ import annotations

import io
import shlex
from dataclasses import replace
from typing import Any

import openpyxl
import pytest
import streamlit as st
from here import HerePool, here, page_of, words
from streamlit.testing.v1 import AppTest
from typer.testing import CliRunner

from simulator import exports
from simulator.cli import app
from simulator.errors import MissingExtra
from simulator.exports import whole
from simulator.exports.archive import unzipped
from simulator.jobs import Desk, Task
from simulator.jobs.pool import lived
from simulator.proposal import OWN, Proposal
from simulator.report.page import FOOT_OWN_AREA, LIMIT_OWN_AREA, LIMITS, OWN_AREA
from simulator.scenario import fingerprint, load
from simulator.scenario.writing import as_yaml
from simulator.screens import desk as desk_room
from simulator.screens import reports, runs, state, taken
from simulator.visit import Visit, visit_of

__all__ = ["here"]

pytestmark = [pytest.mark.filterwarnings("default"), pytest.mark.usefixtures("here", "jobs")]

MORE = Proposal(title="Less *stretch*", reason="=The board asked").with_changes(
    {"plan.stretch_share": 0.02}
)
LESS = Proposal(title="More stretch", reason="Keyworkers say so").with_changes(
    {"plan.stretch_share": 0.1}
)
PLAN = Visit(plan=MORE, replications=3)
BOTH = replace(PLAN, saved=(LESS,))
CHANGED = {"plan.move_on_delay_days": 0.0}
ASSUMED = {"world.support.cost_gbp_per_week": 33.0}


class AtOnce:
    """Jobs that are done in this process as soon as they are asked for."""

    def __init__(self):
        self.found: dict[str, Task] = {}
        self.asked: list[Any] = []
        self.does = True

    def start(self, key, work, *arguments):
        self.asked.append((key, arguments))
        if not self.does:
            self.found[key] = Task("running", 1, 6)
            return
        heard = []
        result = work(lambda *each: heard.append(each), *arguments)
        self.found[key] = Task("done", *heard[-1], result)

    def look(self, key):
        return self.found.get(key, Task("none"))

    def cancel(self, key):
        self.found[key] = Task("cancelled")


@pytest.fixture
def jobs(monkeypatch):
    st.cache_resource.clear()
    found = AtOnce()
    monkeypatch.setattr(desk_room, "tasks", lambda: found)
    return found


@pytest.fixture
def files(monkeypatch):
    """Files of the page by name: what their buttons would send."""
    found = {}
    real = taken._file

    def kept(place, label, make, name, mime):
        found[name] = make
        real(place, label, make, name, mime)

    monkeypatch.setattr(taken, "_file", kept)
    return found


def page(visit=PLAN):
    at = page_of("reports", visit.link)
    assert not at.exception
    return at


def told(at):
    return words(at).replace("\\", "")


def command(at):
    return at.code[0].value


def make(at):
    at.button(key="reports make").click().run()
    assert not at.exception
    return at


# What is there at once


def test_where_nothing_is_changed_the_page_says_so_and_has_the_command():
    at = page(Visit(replications=3))
    assert "there is nothing to report yet" in told(at)
    assert command(at) == (
        "treatment-sim run baseline_2008 --replications 3 --seed 1 --out results"
    )
    assert not at.get("download_button")


def test_a_plan_has_a_file_a_command_a_link_and_a_finding(here):
    at = page(replace(PLAN, seed=7))
    assert command(at) == (
        "treatment-sim compare baseline_2008 less_stretch.yaml --replications 3 --seed 7 --out results"
    )
    assert visit_of(at.code[1].value.partition("?s=")[2]) == replace(PLAN, seed=7)
    assert (
        "What becomes of money and clients under “Less *stretch*” instead of “An average"
        in told(at)
    )
    assert "Why: =The board asked" in told(at)
    assert "3 runs of each" in told(at)
    labels = [each.proto.label for each in at.get("download_button")]
    assert labels[0] == "Scenario file: less_stretch.yaml"
    assert len(labels) == 4


def test_a_world_that_is_assumed_has_a_file_on_both_sides():
    plan = MORE.with_changes(ASSUMED)
    wanted = exports.chosen(replace(PLAN, plan=plan))
    assert [*wanted.files] == [f"{each.name}.yaml" for each in wanted.scenarios]


@pytest.mark.parametrize(
    "visit",
    [
        PLAN,
        BOTH,
        replace(PLAN, plan=MORE.with_changes(ASSUMED)),
        replace(PLAN, plan=replace(MORE, acting="one_of_eight"), against="move_on"),
        replace(PLAN, plan=replace(MORE, acting="all_of_eight")),
        Visit(Proposal("park"), "baseline_2008"),
    ],
)
def test_files_are_the_scenarios_that_run(visit, tmp_path):
    wanted = exports.chosen(visit, [each.name for each in visit.saved])
    for name, text in wanted.files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    given = [
        load(tmp_path / f"{each.name}.yaml")
        if f"{each.name}.yaml" in wanted.files
        else load(each.name)
        for each in wanted.scenarios
    ]
    assert [*map(fingerprint, given)] == [*map(fingerprint, wanted.scenarios)]
    assert wanted.scenarios[:2] == state.pair(visit)


def test_tables_are_those_of_the_runs(here, files):
    page()
    wanted = exports.chosen(PLAN)
    looks = here.see(wanted.scenarios, 1, 3)
    expected = exports.csv_files(exports.comparison_of([each.explained for each in looks]))
    assert unzipped(files["less_stretch_tables.zip"]()) == expected
    assert files["less_stretch_differences.csv"]() == expected["differences.csv"]
    assert files["less_stretch_summary.csv"]() == expected["summary.csv"]


# Runs that are not all there


def test_what_is_there_can_be_taken_and_is_named_as_such(here, monkeypatch, files):
    real = here._pool.submit

    def two(work, scenario, seed, number):
        from concurrent.futures import Future

        return real(work, scenario, seed, number) if number < 2 else Future()

    monkeypatch.setattr(here._pool, "submit", two)
    at = page()
    assert at.button(key="outcome stop")
    assert not files
    at.button(key="outcome stop").click().run()
    assert "Stopped at 2 of 3 runs of each. Files and command are of 2 runs" in told(at)
    assert "--replications 2" in command(at)
    assert '"replications": 2' in unzipped(files["less_stretch_tables.zip"]())["run.json"].decode()
    at.button(key="outcome go on").click().run()
    assert "--replications 3" in command(at)
    assert at.button(key="outcome stop")
    assert not at.exception


def test_too_few_runs_are_not_taken(here, monkeypatch, files):
    from concurrent.futures import Future
    from concurrent.futures.process import BrokenProcessPool

    def crashes(*_):
        future = Future()
        future.set_exception(BrokenProcessPool())
        return future

    monkeypatch.setattr(here._pool, "submit", crashes)
    at = page(replace(PLAN, seed=99))
    assert "too few to take away" in told(at)
    assert "ended from outside" in told(at)
    assert not files


# The rest, as a job


@pytest.mark.slow
def test_the_rest_is_made_and_every_control_changes_it(jobs, files):
    at = make(page(BOTH))
    found = unzipped(files["less_stretch_everything.zip"]())
    assert files["less_stretch_report.html"]() == found["report.html"]
    assert "=The board asked" in found["report.html"].decode()
    assert "scenarios/less_stretch.yaml" in found
    assert {f"parquet/{name}" for name in unzipped(files["less_stretch_parquet.zip"]())} <= {*found}
    book = openpyxl.load_workbook(io.BytesIO(files["less_stretch_workbook.xlsx"]()))
    assert "About" in book.sheetnames
    files.clear()
    at.text_input(key=reports.TITLE).set_value("For the board").run()
    assert "less_stretch_everything.zip" not in files, "it has another title"
    at.text_area(key=reports.QUESTION).set_value("What if <b>we</b> stretch less?").run()
    at.multiselect(key=reports.BESIDE).set_value(["more_stretch"]).run()
    make(at)
    html = unzipped(files["more_stretch_everything.zip"]())["report.html"].decode()
    assert "<title>For the board</title>" in html
    assert "What if &lt;b&gt;we&lt;/b&gt; stretch less?" in html
    assert "Keyworkers say so" in html
    assert len({key for key, _ in jobs.asked}) == 2


def test_a_job_that_runs_is_told_and_cancelled(jobs):
    jobs.does = False
    at = make(page())
    assert not [each for each in at.button if each.key == "reports make"]
    at.button(key="cancel reports").click().run()
    assert "cancelled" in told(at)
    assert at.button(key="reports make")


def test_a_job_that_fails_is_told_and_can_be_tried_again(jobs):
    jobs.does = False
    at = make(page())
    ((key, _),) = jobs.asked
    jobs.found[key] = Task("failed", told="no memory [left]")
    at.run()
    assert "no memory [left]" in told(at)
    assert at.button(key="reports make")


def test_what_this_server_cannot_make_is_said(monkeypatch, files):
    def missing():
        raise MissingExtra("writing a workbook", "excel")

    monkeypatch.setattr(whole, "MAKERS", tuple((name, missing) for name, _ in whole.MAKERS))
    at = make(page())
    assert "Not on this server: writing a workbook needs" in told(at)
    assert [name for name in files if name.endswith(("html", "xlsx", "parquet.zip"))] == []
    readme = unzipped(files["less_stretch_everything.zip"]())["README.txt"].decode()
    assert "workbook.xlsx is not here" in readme
    assert "Why “Less *stretch*” was made: =The board asked" in readme


# What stands beside the plan


def test_proposals_that_were_put_aside_stand_beside_the_plan():
    at = page(BOTH)
    assert "more_stretch" not in command(at)
    at.multiselect(key=reports.BESIDE).set_value(["more_stretch"]).run()
    assert not at.exception
    assert "baseline_2008 less_stretch.yaml more_stretch.yaml" in command(at)
    assert "“More stretch”" in told(at)


def test_what_was_chosen_and_typed_is_there_again_after_another_page():
    def pages():
        import streamlit as st

        from simulator.screens import reports, state

        state.begin()
        if not st.session_state.get("elsewhere"):
            reports.show()

    at = AppTest.from_function(pages, default_timeout=60)
    at.query_params["s"] = BOTH.link
    at.run()
    at.text_input(key=reports.TITLE).set_value("For the board").run()
    at.multiselect(key=reports.BESIDE).set_value(["more_stretch"]).run()
    for elsewhere in (True, False):
        at.session_state["elsewhere"] = elsewhere
        at.run()
    assert at.text_input(key=reports.TITLE).value == "For the board"
    assert at.multiselect(key=reports.BESIDE).value == ["more_stretch"]
    assert not at.exception


@pytest.mark.parametrize(
    ("saved", "why"),
    [
        (LESS, ""),
        (MORE, "it is the plan"),
        (replace(LESS, title=MORE.title), "its name"),
        (LESS.with_changes(ASSUMED), "another world"),
        (replace(LESS, acting="all_of_eight"), "shares its pot"),
        (replace(LESS, base="tiny_queue"), "other people"),
        (replace(LESS, base=OWN, own_file="x"), "other people"),
        (replace(LESS, base="park"), ""),
    ],
)
def test_what_cannot_be_compared_says_why(saved, why):
    assert why in exports.why_not(PLAN, saved)
    assert bool(exports.why_not(PLAN, saved)) == bool(why)


def test_what_cannot_stand_beside_the_plan_is_told_on_the_page():
    at = page(replace(PLAN, saved=(LESS.with_changes(ASSUMED),)))
    assert "“More stretch” cannot stand beside it: it assumes another world" in told(at)
    assert not [each for each in at.multiselect if each.key == reports.BESIDE]


# An area's own figures


@pytest.fixture(scope="module")
def own():
    file = as_yaml(load("baseline_2008"))
    plan = Proposal(OWN, title="Ours", own_file=file).with_changes(CHANGED)
    return Visit(plan=plan, against=OWN, replications=2)


def test_an_own_area_is_told_as_such_on_the_page(own):
    at = page(own)
    assert OWN_AREA in told(at)
    assert "your_area.yaml" in command(at)
    assert "made-up average" not in at.warning[0].value


@pytest.mark.slow
def test_an_own_area_is_told_as_such_in_what_is_taken_away(own, files):
    make(page(own))
    found = unzipped(files["ours_everything.zip"]())
    html = found["report.html"].decode()
    for text in (OWN_AREA, LIMIT_OWN_AREA):
        assert text in html.replace("&#39;", "'")
    assert LIMITS[0] not in html
    assert FOOT_OWN_AREA in html
    assert "none of it is a real place" not in html
    assert OWN_AREA in found["README.txt"].decode()
    assert OWN_AREA in found["datapackage.json"].decode()
    book = openpyxl.load_workbook(io.BytesIO(found["workbook.xlsx"]))
    assert book["About"].oddFooter.left.text == FOOT_OWN_AREA
    assert book["About"]["A2"].value.startswith(OWN_AREA[:40])


# The command line has the same bytes


class WholePool(HerePool):
    """A pool that runs the scenario that it is given."""

    def submit(self, work, scenario, seed, number):
        from concurrent.futures import Future

        future = Future()
        future.set_result(lived(scenario, seed, number))
        return future


@pytest.mark.slow
def test_the_command_line_writes_the_bytes_of_the_page(monkeypatch, files, tmp_path):
    whole_desk = Desk(WholePool())
    for room in (desk_room, runs):
        monkeypatch.setattr(room, "desk", lambda: whole_desk)
    at = page(replace(PLAN, seed=5, replications=2))
    for name, text in exports.chosen(PLAN).files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    program, *arguments = shlex.split(command(at))
    assert program == "treatment-sim"
    ran = CliRunner().invoke(app, [*arguments, "--workers", "1"])
    assert ran.exit_code == 0, ran.output
    written = {each.name: each.read_bytes() for each in (tmp_path / "results").iterdir()}
    assert written == unzipped(files["less_stretch_tables.zip"]())
