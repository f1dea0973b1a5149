"""Your area: what is shown is what was given, a bad file gets its rows told, and every control changes something."""

from __future__ import annotations

import re
import sys
from typing import Any

import pytest
import streamlit as st
from here import away_and_back, files_of
from streamlit.testing.v1 import AppTest

from simulator.calibrate.result import Effort
from simulator.charts.look import ILLUSTRATIVE
from simulator.jobs import Task
from simulator.local_area import quick_fit, template
from simulator.proposal import OWN
from simulator.scenario import fingerprint
from simulator.screens import area, area_scenario, lab_pieces
from simulator.visit import Visit, visit_of

pytestmark = pytest.mark.filterwarnings("default")
MINE = b"""partnership,period,measure,group,value
Dudley,2008-09,in_contact,all,700
Dudley,2008-09,new_presentations,all,300
Dudley,2008-09,deaths,all,
"""
LATER = MINE.replace(b"2008-09", b"2015-16")
LITTLE = Effort(
    points=20,
    replications=2,
    final_replications=4,
    draws=20,
    level_replications=4,
    predicted_sets=2,
    chain_steps=60,
)


class Jobs:
    """Jobs that are done when a test says so."""

    def __init__(self) -> None:
        self.found: dict[str, Task] = {}
        self.asked: dict[str, tuple[Any, ...]] = {}
        self.main = sys.modules["__main__"]

    def start(self, key: str, *work: Any) -> None:
        self.asked[key] = work
        self.found[key] = Task("running", 3, 10)

    def look(self, key: str) -> Task:
        return self.found.get(key, Task("none"))

    def cancel(self, key: str) -> None:
        self.found[key] = Task("cancelled")

    def do(self, part: str) -> Any:
        """Do the job that was asked for, as its process would."""
        (key,) = [key for key in self.asked if part in key]
        work, *given = self.asked[key]
        sys.modules["__main__"] = self.main  # and not the page, which its workers would import
        told = work(lambda *_: None, *given)
        self.found[key] = Task("done", 10, 10, told)
        return told


@pytest.fixture
def jobs(monkeypatch: pytest.MonkeyPatch) -> Jobs:
    st.cache_data.clear()
    st.cache_resource.clear()
    found = Jobs()
    for module in (area_scenario, lab_pieces):
        monkeypatch.setattr(module, "tasks", lambda: found)
    monkeypatch.setattr(area_scenario, "quick_effort", lambda _: LITTLE)
    return found


def page() -> None:
    import streamlit as st

    from simulator.screens import area, state

    state.begin()
    if "elsewhere" not in st.session_state or not st.session_state["elsewhere"]:
        area.show()


def opened() -> AppTest:
    return AppTest.from_function(page, default_timeout=60).run()


def with_file(content: bytes, name: str = "ours.csv") -> AppTest:
    at = opened()
    at.radio(area.WHOSE).set_value(area.MINE).run()
    return at.file_uploader(area.UPLOAD).set_value((name, content, "text/csv")).run()


def shown(at: AppTest) -> str:
    kinds = ("markdown", "caption", "info", "error", "success", "warning")
    parts = [str(each.value) for kind in kinds for each in at.get(kind)]
    return " ".join(parts).replace("\\", "")


def headers(at: AppTest) -> list[str]:
    return [each.value for each in at.header]


def visit(at: AppTest) -> Visit:
    found: Visit = at.session_state["visit"]
    return found


def test_it_opens_with_the_made_up_area(jobs: Jobs) -> None:
    at = opened()
    assert not at.exception
    assert at.title[0].value.startswith("Your area")
    assert at.warning[0].value.startswith("Illustrative")
    assert "Marlbridge (made up)" in shown(at)
    assert "an average partnership of England has then: opiates 62%" in shown(at)
    assert "as near as it can to the first allocation that you gave" in shown(at)
    assert headers(at) == [
        "Whose figures?",
        "What was understood",
        "Your area as it is",
        "Bring the model in line with your figures",
    ]
    assert not jobs.asked


def test_without_a_file_it_says_what_to_do(jobs: Jobs) -> None:
    at = opened()
    at.radio(area.WHOSE).set_value(area.MINE).run()
    assert not at.exception
    assert "No file has been given yet" in shown(at)
    assert headers(at) == ["Whose figures?"]


def test_a_file_is_read_and_what_was_left_out_is_said(jobs: Jobs) -> None:
    at = with_file(MINE)
    assert not at.exception
    assert "in proportion to its clients, since you gave no allocation" in shown(at)
    assert "2 figures of Dudley, of 1 year" in shown(at)
    assert "Row 4: no number is given" in shown(at)
    assert "Your figures set the size of the area" in at.warning[0].value
    at.button("area out").click().run()
    assert not at.exception


PROGRAMMERS = re.compile(
    r"scenario|yaml|encod|\bpars|\bbyte|\bstring\b|snake|delimiter|separator|0x|treatment-sim|baseline_2008|UTF-8 text|in UTF-8",
    re.IGNORECASE,
)
"""Words that say nothing to those who decide about money; the kind of file that a spreadsheet calls CSV UTF-8 is none."""

BAD = {
    "text": (MINE.replace(b"300", b"about 300"), "3", "write digits alone, such as 300"),
    "negative": (MINE.replace(b"300", b"-300"), "3", "write it without minus or brackets"),
    "workbook": (b"PK\x03\x04" + bytes(50), "file", "the kind of file that is called CSV UTF-8"),
    "empty": (b"", "file", "begin from the template"),
    "too large": (b"x" * 3 * 10**6, "file", "give the figures of one partnership alone"),
    "formula": (MINE.replace(b"Dudley", b"=cmd|x"), "2", "rename it"),
    "markup": (
        MINE.replace(b"deaths", b"<script>alert(1)</script>"),
        "4",
        "take a name from the list",
    ),
}


def test_no_word_of_a_programmer_stands_on_the_page(
    jobs: Jobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    pages = [opened(), with_file(MINE), *(with_file(content) for content, *_ in BAD.values())]
    pages.append(with_file(MINE.replace(b"300", b"\xa3300")))
    for at in pages:
        labels = [
            each.label for kind in ("button", "file_uploader", "radio") for each in at.get(kind)
        ]
        told = [shown(at), *labels, *(table.value.to_string() for table in at.table)]
        found = PROGRAMMERS.findall(" ".join(told))
        assert not found


def test_a_file_that_was_given_is_there_again_after_another_page(jobs: Jobs) -> None:
    at = away_and_back(with_file(MINE))
    assert at.radio(key=area.WHOSE).value == area.MINE
    assert "Dudley" in shown(at)


@pytest.mark.parametrize(("content", "row", "advice"), BAD.values(), ids=BAD)
def test_a_bad_file_is_told_by_row_and_the_page_lives_on(
    jobs: Jobs, content: bytes, row: str, advice: str
) -> None:
    at = with_file(content)
    assert not at.exception
    assert "must be put right" in at.error[0].value
    told = at.table[0].value.reset_index()
    assert row in list(told["Row"])
    assert any(advice in each.replace("\\", "") for each in told["What to do"])
    assert "Bring the model in line with your figures" not in headers(at)
    at.file_uploader(area.UPLOAD).set_value(("ours.csv", MINE, "text/csv")).run()
    assert not at.error
    assert "2 figures of Dudley" in shown(at)


def test_the_area_as_it_is_goes_into_the_proposal_and_its_link(jobs: Jobs) -> None:
    at = with_file(MINE)
    at.button("area explore as it is").click().run()
    assert not at.exception
    assert "starts from this area" in shown(at)
    now = visit(at)
    assert (now.plan.base, now.against) == (OWN, OWN)
    assert list(now.plan.scenario().partnerships) == ["Dudley"]
    assert visit_of(now.link) == now
    assert len(now.link) < 6000
    assert fingerprint(now.baseline.scenario()) == fingerprint(now.plan.scenario())


def test_years_that_are_not_kept_are_simulated_as_a_job(
    jobs: Jobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("simulator.local_area.reference.REPLICATIONS", 1)
    at = with_file(LATER)
    assert not at.exception
    assert len(jobs.asked) == 1
    assert "Your area as it is" not in headers(at)
    assert jobs.do("area start").scenario.first_year == 2015
    at.run()
    assert not at.exception
    assert "Your area as it is" in headers(at)


def test_a_fit_starts_tells_how_far_it_is_and_can_be_cancelled(jobs: Jobs) -> None:
    at = with_file(MINE)
    (start,) = [each for each in at.button if each.label.startswith("Run it")]
    assert "minute" in start.label
    start.click().run()
    (key,) = jobs.asked
    work, figures, *_ = jobs.asked[key]
    assert work is quick_fit.work
    assert figures.partnership == "Dudley"
    (cancel,) = [each for each in at.button if each.label == "Cancel"]
    cancel.click().run()
    assert not at.exception
    assert jobs.look(key).state == "cancelled"
    assert "Nothing of it was kept" in shown(at)


def test_a_fit_that_failed_is_told_and_can_be_started_again(jobs: Jobs) -> None:
    at = with_file(MINE)
    key = next(each.key for each in at.button if each.label.startswith("Run it")).removeprefix(
        "start "
    )
    jobs.found[key] = Task("failed", told="the job's process was ended from outside")
    at.run()
    assert not at.exception
    assert "ended from outside" in at.error[0].value.replace("\\", "")
    assert [each for each in at.button if each.label.startswith("Run it")]


def test_another_file_is_another_fit(jobs: Jobs) -> None:
    at = with_file(MINE)
    one = next(each.key for each in at.button if each.label.startswith("Run it"))
    at.file_uploader(area.UPLOAD).set_value(
        ("ours.csv", MINE.replace(b"700", b"800"), "text/csv")
    ).run()
    assert next(each.key for each in at.button if each.label.startswith("Run it")) != one


def test_without_what_fits_the_page_says_how_to_get_it(
    jobs: Jobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("simulator.calibrate.find_spec", lambda _: None)
    at = opened()
    assert not at.exception
    assert "calibrate" in at.error[0].value
    assert not [each for each in at.button if each.label.startswith("Run it")]


@pytest.mark.slow
def test_what_came_of_a_fit_is_shown_and_goes_into_the_proposal(
    jobs: Jobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = files_of(monkeypatch)
    at = with_file(MINE)
    next(each for each in at.button if each.label.startswith("Run it")).click().run()
    found = jobs.do("area fit")
    at.run()
    assert not at.exception
    assert all(sentence.replace("−", "") in shown(at) for sentence in found.sentences[:1])
    assert len(at.get("vega_lite_chart")) == 2
    assert {"file area figures", "file area assumptions"} <= {*files}
    for key, runs in (("figures", LITTLE.final_replications), ("assumptions", LITTLE.replications)):
        table = files[f"file area {key}"]
        assert set(table["replications"]) == {runs}
        assert set(table["seed"]) == {found.seed}
        assert table["price_year"].astype(bool).all()
        assert table["note"].str.startswith("Of the area's own figures, ours.csv.").all()
    at.button("area explore fitted").click().run()
    assert visit(at).plan.own_file == found.file_text
    assert "Fitted" not in visit(at).plan.scenario().title
    assert visit(at).plan.scenario().title.endswith("fitted to its figures")


def test_figures_that_were_read_go_out_as_numbers_with_whose_they_are(
    jobs: Jobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = files_of(monkeypatch)
    opened()
    assert (files["file area read"]["note"] == ILLUSTRATIVE).all()
    with_file(MINE)
    table = files["file area read"]
    assert [*table["value"]] == [700.0, 300.0]
    assert [*table["measure"]] == ["in_contact", "new_presentations"]
    assert table["note"].str.startswith("Of the area's own figures, ours.csv.").all()


def test_the_example_that_can_be_downloaded_is_what_is_shown(jobs: Jobs) -> None:
    assert area.Given(template.filled_in(), template.EXAMPLE_FILE).content.startswith(
        b"\xef\xbb\xbf#"
    )
