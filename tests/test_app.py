"""The app's first page: each control changes what is run, and it tells the numbers of the command line."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from streamlit.testing.v1 import AppTest

import simulator as sim
from simulator.screens import start

if TYPE_CHECKING:
    from collections.abc import Iterator

APP = Path(__file__).parents[1] / "app.py"
ENTRY = start.ENTRY

pytestmark = pytest.mark.filterwarnings("default")


@pytest.fixture(autouse=True)
def main_module_as_it_was() -> Iterator[None]:
    """The page becomes ``__main__`` while it runs; worker processes of later tests must not import it."""
    main = sys.modules["__main__"]
    yield
    sys.modules["__main__"] = main


def page() -> AppTest:
    return AppTest.from_file(APP, default_timeout=60).run()


def told(at: AppTest) -> list[str]:
    return [each.value for each in at.metric]


@pytest.fixture
def quick_runs(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """Runs in this process, on two years, and what was asked for."""
    from simulator import replicate

    asked: list[dict[str, Any]] = []
    whole = replicate.run

    def run(scenarios: Any, replications: int, seed: int, *_: Any, **__: Any) -> Any:
        asked.append({"name": scenarios[0].name, "replications": replications, "seed": seed})
        return whole(scenarios, 2, seed, workers=1)

    monkeypatch.setattr(replicate, "run", run)
    return asked


def test_page_opens_with_a_question_and_a_banner() -> None:
    at = page()
    assert not at.exception
    assert at.title[0].value == "Treatment Funding Simulator"
    assert at.warning[0].value.startswith("Illustrative")
    assert at.header[0].value == sim.load("baseline_2008").question
    assert at.info[0].value == "Nothing has been run yet with these choices."


@pytest.mark.slow
def test_each_control_changes_the_scenario_that_runs(quick_runs: list[dict[str, Any]]) -> None:
    at = page()
    at.button[0].click().run()
    at.selectbox(key="scenario").select("move_on").run()
    assert at.info, "results of another scenario would be stale"
    at.select_slider(key="replications").set_value(10).run()
    at.number_input(key="seed").set_value(7).run()
    at.button[0].click().run()
    assert not at.exception
    assert quick_runs == [
        {"name": "baseline_2008", "replications": 20, "seed": 1},
        {"name": "move_on", "replications": 10, "seed": 7},
    ]
    assert len(told(at)) == 4


@pytest.mark.slow
def test_page_tells_the_numbers_of_the_python_door(quick_runs: list[dict[str, Any]]) -> None:
    from simulator import wording

    at = page()
    at.number_input(key="seed").set_value(3).run()
    at.button[0].click().run()
    sample = sim.run("baseline_2008", replications=2, seed=3, workers=1)
    mean = sample.of("allocation_gbp")[:, -1].mean()
    assert told(at)[0] == wording.show("allocation_gbp", mean)
    assert "treatment-sim run baseline_2008 --replications" in at.code[0].value


def test_both_entries_show_the_same_page() -> None:
    assert APP.read_text().splitlines()[2:] == ENTRY.read_text().splitlines()[2:]


def test_entry_stands_in_a_folder_of_its_own() -> None:
    assert [each.name for each in ENTRY.parent.iterdir() if each.suffix == ".py"] == [ENTRY.name]
