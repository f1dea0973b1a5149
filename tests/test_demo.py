"""The demonstration: what it runs, prints and writes."""

from __future__ import annotations

import csv
import io
import sys

import pytest
from rich.console import Console
from tiny import a_tenth_of

from simulator import charts, demo
from simulator.errors import BadInput, MissingExtra
from simulator.scenario import load

FILES = ["client_kept.csv", "eight", "picture.png", "picture.svg", "plans", "report.html"]


@pytest.fixture(scope="module")
def told():
    """What is told of progress."""
    return []


@pytest.fixture(scope="module")
def shown(seed, told):
    plans = [a_tenth_of(load(name)) for name in demo.PLANS]
    eight = [a_tenth_of(load(name)) for name in demo.EIGHT]
    both = demo.run_both(plans, eight, 3, seed, 1, lambda done, total: told.append((done, total)))
    return demo.shown(*both)


def printed(shown, width=100):
    console = Console(width=width, file=io.StringIO(), force_terminal=False)
    demo.tell(shown, console)
    return console.file.getvalue()


@pytest.mark.slow
def test_eight_partnerships_get_three_tenths_of_the_replications(shown):
    assert [demo.eight_replications(n) for n in (1, 2, 10, 100)] == [1, 1, 3, 30]
    assert shown.plans.baseline.replications == 3
    assert shown.eight.baseline.replications == 1


def test_progress_rises_to_the_whole_of_both_runs(shown, told):
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert {total for _, total in told} == {4 * 3 + 8 * 3 * 1}
    assert told[-1] == (36, 36)


def test_every_question_has_a_finding(shown):
    titles = [finding.title for finding in shown.found]
    assert len(titles) == 6
    assert titles[0].startswith("Moving ready clients on at once")
    assert "saved" in titles[1] or "cut" in titles[1]
    assert "stable client" in titles[2]
    assert "when all do it" in titles[3]
    assert "support place" in titles[4]
    assert titles[5].startswith("Keeping ready clients")


def test_the_tables_and_every_finding_are_printed(shown):
    text = printed(shown)
    together = " ".join(text.split())
    for measure in (
        "Allocation (£, prices of 2008-09)",
        "In treatment",
        "Planned exits",
        "Successful completions",
        "In recovery",
    ):
        assert measure in text
    for plan in demo.NAMES.values():
        assert plan in text
    for finding in shown.found:
        assert " ".join(finding.sentence.split()) in together
    assert "Support places used" in text
    assert "Break-even" in text
    assert "Illustrative" in text
    assert "3 replications of each plan, 1 of acting alone and together" in together


def test_it_reads_at_a_hundred_columns_and_without_a_terminal(shown):
    text = printed(shown)
    assert max(len(line.rstrip()) for line in text.splitlines()) <= 100
    assert "\x1b" not in text
    assert "…" not in text


def test_differences_carry_the_reach_of_their_interval(shown):
    assert "±" in printed(shown)
    assert "no difference" in printed(shown)  # the first year's money stands on the same history


@pytest.mark.slow
def test_the_folder_holds_report_picture_and_tables(shown, tmp_path, monkeypatch):
    monkeypatch.setattr(demo, "html_of", lambda study: f"{study.title} " * 9)
    monkeypatch.setattr(charts, "to_png", lambda _: b"x" * 200)
    files = demo.write(shown, tmp_path / "new")
    assert sorted(each.name for each in (tmp_path / "new").iterdir()) == FILES
    assert all(each.stat().st_size > 100 for each in files)
    with (tmp_path / "new" / "client_kept.csv").open(encoding="utf-8") as file:
        assert next(csv.DictReader(file))["year"] == "2008-09"
    assert (tmp_path / "new" / "plans" / "differences.csv").is_file()
    assert (tmp_path / "new" / "eight" / "run.json").is_file()


def test_the_command_that_made_it_is_in_the_report(shown, seed):
    assert demo.command(100, 3) == "treatment-sim demo --replications 100 --seed 3 --out DIR"
    assert str(seed) in shown.study.command


@pytest.mark.slow
def test_the_picture_says_how_much_it_stands_on(shown):
    description = demo.picture(shown).description
    assert "Allocation" in description
    assert "In recovery" in description
    assert "Area 1 alone" in description


def never(*_):
    pytest.fail("it ran")


def test_a_missing_part_is_told_before_anything_is_run(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "vl_convert", None)
    monkeypatch.setattr(demo, "run", never)
    with pytest.raises(MissingExtra):
        demo.demo(tmp_path, 1, 1, 1, None, Console(file=io.StringIO()))


def test_a_folder_that_cannot_be_written_is_told_before_anything_is_run(tmp_path, monkeypatch):
    monkeypatch.setattr(demo, "run", never)
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(BadInput):
        demo.demo(tmp_path / "file", 1, 1, 1, None, Console(file=io.StringIO()))


@pytest.mark.slow
def test_the_demonstration_runs_from_beginning_to_end(tmp_path):
    console = Console(width=100, file=io.StringIO())
    demo.demo(tmp_path / "out", 2, 1, 2, None, console)
    assert sorted(each.name for each in (tmp_path / "out").iterdir()) == FILES
    assert "report.html" in console.file.getvalue()
    assert "Moving ready clients on at once" in (tmp_path / "out" / "report.html").read_text(
        encoding="utf-8"
    )
