"""Which assumptions matter, as charts, a report and a verb."""

from __future__ import annotations

import json
import re

import pandas as pd
import pytest
import yaml
from planted import Axis, Read, question
from tiny import a_tenth_of
from typer.testing import CliRunner

import simulator as sim
from simulator import cli
from simulator.charts.look import to_png, to_svg
from simulator.charts.response import response
from simulator.charts.rows import label_of
from simulator.charts.sensitivity import (
    ahead_bars,
    knowing_bars,
    luck_bars,
    sobol_bars,
    tornado_bars,
)
from simulator.charts.walks import morris_points
from simulator.report.document import markdown, page
from simulator.report.sensitivity import document
from simulator.sensitivity_analysis import Decision, Wanted, analyse, write
from simulator.sensitivity_analysis.columns import MEANS, OWN, column_table

LONG = (
    "Cost of a client who is stable, could leave and is kept, all groups that are counted together"
)
OUTCOMES = (
    Read("in_recovery@last", "in recovery on 31 March, 2012-13"),
    Read("spent_gbp@total", "spent, all 5 years together", "£"),
)
BETTER = {"in_recovery@last": "higher", "spent_gbp@total": "lower"}


def plan(extra):
    def of(points):
        cost, rule, inert = points.T
        people = 500 + 3 * (35 - cost) + 40 * rule - 30
        return pd.DataFrame({"a": people, "b": 2e6 - 9e3 * cost + 0 * inert}).to_numpy() + extra

    return of


@pytest.fixture(scope="module")
def result():
    asked = question(
        (
            Axis("cost", 20, 50, LONG, "£ a week"),
            Axis("rule", title="Formula", values=("activity_2008", "need_only")),
            Axis("inert", title="Share of people who like tea"),
        ),
        lambda points: plan(0)(points) * 0 + [500, 1.7e6],
        plan(0),
        outcomes=OUTCOMES,
        luck=4.0,
        noise=6.0,
        as_it_is=(35.0, 0.0, 0.5),
    )
    decision = Decision(
        better=BETTER,
        worth_gbp={"in_recovery@last": 1000.0},
        net=True,
        groups={"money": ("cost", "rule")},
    )
    wanted = Wanted(base_samples=32, second_order=True)
    return analyse(asked, wanted, decision, title="What decides?")


def charts(result):
    view, asked = result.question.differences[0], result.question
    views = asked.differences
    return {
        "tornado": tornado_bars(result.tornado, view),
        "sobol": sobol_bars(result.sobol, view),
        "morris": morris_points(result.morris, view),
        "knowing": knowing_bars(result.knowing, asked.outcomes[0], asked),
        "luck": luck_bars(result.split, views),
        "ahead": ahead_bars(result.ahead, views),
        "curve": response(result.switches, asked.outcomes[0], asked.assumed[0]),
        "list": response(result.switches, asked.outcomes[0], asked.assumed[1]),
    }


def words(svg):
    """All texts of a picture in one line."""
    return " ".join(re.sub(r"<[^>]+>", " ", svg).split())


@pytest.mark.slow
def test_every_chart_is_drawn_with_whole_names_and_told_in_words(result):
    for name, chart in charts(result).items():
        svg = to_svg(chart)
        assert to_png(chart, 1).startswith(b"\x89PNG")
        assert "…" not in svg
        assert "NaN" not in svg
        assert "aria-label" in svg
        if name in ("tornado", "sobol", "knowing", "morris"):
            assert LONG in chart.description
            told = words(svg)
            assert all(word in told for word in LONG.split())


@pytest.mark.slow
def test_a_chart_says_what_was_found(result):
    told = charts(result)
    assert "£20 a week: +45" in told["tornado"].description
    assert "moves it most" in told["tornado"].description
    assert re.search(r"Move on is ahead below £2[45]", told["curve"].description)
    assert "Money together" in told["knowing"].description
    assert "Share of people who like tea: no value seen" in told["knowing"].description
    assert "clearly ahead" in told["ahead"].description


def test_a_chart_of_what_does_nothing_says_so():
    asked = question((Axis("a"), Axis("b")), lambda p: 0 * p[:, 0], noise=1.0)
    told = analyse(asked, Wanted(base_samples=8), Decision())
    view = asked.levels[0]
    assert "no assumption is clearly seen" in tornado_bars(told.tornado, view).description
    assert "aria-label" in to_svg(morris_points(told.morris, view))


def test_assumptions_of_one_title_are_told_apart():
    told = label_of((Axis("a", title="Cost"), Axis("b", title="Cost"), Axis("c", title="Risk")))
    assert told == {"a": "Cost (a)", "b": "Cost (b)", "c": "Risk"}


@pytest.mark.slow
def test_the_report_has_every_chapter_as_text_and_as_a_page(result):
    told = document(result, "treatment-sim sensitivity ours.yaml", draw=True)
    text, html = markdown(told), page(told)
    for chapter in told.chapters:
        assert f"## {chapter.title}" in text
    assert len(told.chapters) == 10
    assert html.count("<svg") >= 12
    assert "treatment-sim sensitivity ours.yaml" in text
    assert "£20 to £50 a week" in text
    for sentence in result.sentences():
        assert sentence in text
    assert "nan" not in re.sub(r"<svg.*?</svg>", "", html, flags=re.S).casefold().split()


def test_the_report_of_one_scenario_tells_of_no_decision():
    asked = question((Axis("a"), Axis("b")), lambda p: p[:, 0] + 2 * p[:, 1], noise=0.1)
    told = document(analyse(asked, Wanted(base_samples=8), Decision()), "make it", draw=False)
    titles = [chapter.title for chapter in told.chapters]
    assert "What would change the decision" not in titles
    assert "One assumption at a time" in titles
    assert "most moved by The b" in markdown(told)


def test_every_column_of_every_table_has_a_meaning(result):
    told = column_table(result.tables)
    assert len(told) == sum(len(table.columns) for table in result.tables.values())
    for name, own in OWN.items():
        assert set(own) <= set(result.tables[name].columns)
    assert set(MEANS) <= {c for table in result.tables.values() for c in table.columns}


# The verb

COST = "world.groups.opiate.treatment.cost_ready_gbp_per_week"


def treatment_sim(*arguments):
    return CliRunner().invoke(cli.app, [str(each) for each in arguments])


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder of one's own with two small scenarios and a study of them."""
    for name in ("park", "move_on"):
        sim.write_scenario(a_tenth_of(sim.load(name)), tmp_path / f"small_{name}.yaml")
    study = {
        "title": "Does the cost of a stable client matter?",
        "scenarios": ["small_park.yaml", "small_move_on.yaml"],
        "factors": {"cost": {"path": COST, "range": [20, 50]}},
        "replications": 3,
        "measures": ["in_recovery", "allocation_gbp@last"],
        "sensitivity": {"methods": ["tornado"], "worlds": 16, "grid": 3},
        "decision": {"better": {"in_recovery@last": "higher", "allocation_gbp@last": "higher"}},
    }
    (tmp_path / "ours.yaml").write_text(yaml.safe_dump(study), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.slow
def test_the_verb_writes_tables_a_report_and_says_what_was_found(folder):
    told = treatment_sim("sensitivity", "ours.yaml", "-w", 1)
    assert told.exit_code == 0, told.output
    assert "move on beats" in told.stdout or "beats small park" in told.stdout
    out = folder / "results" / "ours"
    assert len(pd.read_csv(out / "tornado.csv")) == 2 * 6
    assert {*pd.read_csv(out / "columns.csv")["table"]} == {
        *("tornado", "chance", "ahead", "switches", "knowing", "curves")
    }
    whole = json.loads((out / "sensitivity.json").read_text(encoding="utf-8"))
    assert whole["sentences"][0] in told.stdout
    assert "sensitivity.html" in told.stderr
    before = (out / "sensitivity.md").read_bytes()
    again = treatment_sim("sensitivity", "ours.yaml", "-w", 2, "--json")
    assert json.loads(again.stdout)["tornado"] == whole["tornado"]
    assert (out / "sensitivity.md").read_bytes() == before
    found = sim.sensitivity("ours.yaml", out="results/ours")
    assert found.sentences() == whole["sentences"]
    assert {"ahead.png", "tornado.png", "chance.png", "knowing.png"} <= {
        file.name for file in out.iterdir()
    }


def test_tables_of_an_earlier_analysis_do_not_stay(tmp_path):
    asked = question((Axis("a"),), lambda p: p[:, 0])
    both = Wanted(methods=("tornado", "morris"), worlds=0)
    assert "morris.csv" in write(analyse(asked, both, Decision()), tmp_path)
    write(analyse(asked, Wanted(methods=("tornado",), worlds=0), Decision()), tmp_path)
    assert {file.name for file in tmp_path.iterdir()} == {
        *("tornado.csv", "columns.csv", "sensitivity.json")
    }


@pytest.mark.slow
def test_what_it_would_take_is_told_before_it_is_run(folder):
    told = treatment_sim("sensitivity", "ours.yaml", "--dry-run", "-w", 1, "--method", "morris")
    assert told.exit_code == 0, told.output
    assert "morris: 40 points; worlds: 16 points; switches: 3 points." in told.stdout
    assert not (folder / "results" / "ours").exists()


def test_every_fault_is_told_before_anything_runs(folder):
    text = (folder / "ours.yaml").read_text(encoding="utf-8")
    wrong = text.replace("higher", "highest").replace("tornado", "tornados")
    (folder / "wrong.yaml").write_text(wrong, encoding="utf-8")
    told = treatment_sim("sensitivity", "wrong.yaml", "-w", 1)
    assert told.exit_code == 2
    assert told.stderr.count("wrong.yaml:") == 3
    unknown = treatment_sim("sensitivity", "ours.yaml", "--method", "sobel")
    assert unknown.exit_code == 2
    assert "did you mean sobol?" in unknown.stderr
