"""The doors as users meet them: what is printed where, exit statuses, and the Python functions behind."""

import inspect
import json
import os
import signal
import subprocess
import sys
import time
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

import simulator as sim
from simulator import cli, outputs, printing, replicate
from simulator import workers as processes
from simulator.evidence import WORST_FIRST
from simulator.wording import (
    gbp,
    interval,
    measure_label,
    share,
    show_difference,
    signed,
    too_close_to_call,
)

ROOT = Path(__file__).parents[1]
BROKEN = Path(__file__).parent / "broken"
COMPLETE = str(BROKEN / "complete.yaml")
FEW = ("-n", "2", "-w", "1")
OWN = """\
title: Ours
description: Three terms.
formula:
  terms:
    numbers: {counts: effective_clients, weight: 0.5, group_weights: {opiate: 2, other: 1}}
    done: {counts: completions, weight: 0.25}
    need: {counts: need_index, weight: 0.25}
  area_cost_share: 1.0
  lag_years: 1
  observation_delay_days: 90
  phase_in_share: 1.0
  floor_share: null
  ceiling_share: null
  rounding_gbp: 1
evidence: {}
"""
INTERRUPTED = "treatment-sim: interrupted; no file is half-written"


def treatment_sim(*arguments, **how):
    """The command line in this process."""
    return CliRunner().invoke(cli.app, [str(each) for each in arguments], **how)


def started(*command, encoding="utf-8", **how):
    """A Python process that finds the simulator, wherever it is installed."""
    own = {"PYTHONPATH": str(ROOT), "PYTHONIOENCODING": encoding, "PYTHONUNBUFFERED": ""}
    environment = os.environ | own
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "encoding": encoding}
    return subprocess.Popen([sys.executable, *command], env=environment, **(pipes | how))


def ended(*command):
    process = started(*command)
    stdout, stderr = process.communicate(timeout=120)
    return process.returncode, stdout, stderr


def refused(*arguments):
    """The faults that a command tells, each on a line of standard error and nowhere else."""
    told = treatment_sim(*arguments)
    assert told.exit_code == 2, told.output
    assert told.stdout == ""
    assert "Traceback" not in told.stderr
    return told.stderr.splitlines()


@pytest.fixture(scope="module")
def pushed(tmp_path_factory):
    """The complete scenario with clients pushed out, under a name of its own."""
    file = tmp_path_factory.mktemp("scenarios") / "pushed.yaml"
    sim.write_scenario(sim.load(COMPLETE, ["plan.early_exit_rate_per_year=1"]), file)
    return str(file)


@pytest.fixture(scope="module")
def alike(tmp_path_factory):
    """The complete scenario under another name."""
    file = tmp_path_factory.mktemp("scenarios") / "alike.yaml"
    sim.write_scenario(sim.load(COMPLETE), file)
    return str(file)


# Scenarios, check, schema, evidence


def test_scenarios_lists_the_library_with_its_questions():
    told = treatment_sim("scenarios")
    assert told.exit_code == 0
    for name in sim.names():
        assert name in told.stdout
    assert sim.load("park").question in told.stdout
    assert told.stderr == ""


def test_scenarios_as_json_names_title_and_question():
    told = json.loads(treatment_sim("scenarios", "--json").stdout)
    assert [each["name"] for each in told] == [*sim.names()]
    park = sim.load("park")
    assert {"name": "park", "title": park.title, "question": park.question} in told


def test_check_says_ok():
    told = treatment_sim("check", COMPLETE, "baseline_2008")
    assert told.exit_code == 0
    assert told.stdout.splitlines()[0] == (
        f"{COMPLETE}: OK: Two small partnerships (2 partnerships, 3 years, about 885 people)"
    )
    assert "baseline_2008: OK" in told.stdout


def test_check_tells_every_fault_of_every_file():
    several, costs = BROKEN / "several_at_once.yaml", BROKEN / "costs_that_rise.yaml"
    told = treatment_sim("check", several, COMPLETE, costs)
    assert told.exit_code == 2
    assert told.stdout.startswith(f"{COMPLETE}: OK")
    places = [line.rpartition("/")[2].partition(":")[0] for line in told.stderr.splitlines()]
    assert places.count("several_at_once.yaml") == 6
    assert places.count("costs_that_rise.yaml") >= 1
    assert "Traceback" not in told.stderr


def test_check_takes_the_record_of_a_comparison(pushed, tmp_path):
    treatment_sim("compare", COMPLETE, pushed, "-n", 1, "-w", 1, "--out", tmp_path)
    told = treatment_sim("check", tmp_path / "run.json")
    assert told.exit_code == 0
    assert len(told.stdout.splitlines()) == 2


@pytest.fixture(scope="module")
def own_formula(tmp_path_factory):
    """A formula of three terms without evidence, in a file."""
    file = tmp_path_factory.mktemp("formulas") / "own.yaml"
    file.write_text(OWN, encoding="utf-8")
    return str(file)


def test_check_takes_formulas_by_name_and_by_file(own_formula):
    told = treatment_sim("check", "need_only_2006", own_formula, COMPLETE)
    assert told.exit_code == 0, told.output
    first, second, third = told.stdout.splitlines()
    title = sim.load_formula("need_only_2006").title
    assert first == f"need_only_2006: OK: {title} (1 term)"
    assert second == f"{own_formula}: OK: Ours (3 terms)"
    assert third.startswith(f"{COMPLETE}: OK: Two small partnerships")


def test_check_tells_the_faults_of_a_formula(tmp_path):
    file = tmp_path / "own.yaml"
    file.write_text(OWN.replace("lag_years: 1", "lag_years: 0"), encoding="utf-8")
    (fault,) = refused("check", file)
    assert "own.yaml:9: formula.lag_years must be a number of at least 1" in fault


def test_check_notes_a_cluster_of_one(tmp_path):
    file = tmp_path / "one.yaml"
    words = "title: One\nquestion: Who is with it?\ndescription: x\n"
    file.write_text(f"extends: {COMPLETE}\n{words}partnerships: {{Area 1: {{cluster: Ours}}}}\n")
    ok, note = treatment_sim("check", file).stdout.splitlines()
    assert "OK: One" in ok
    assert note == (
        "  partnerships.Area 1.cluster: nobody else is in Ours, so it changes nothing;"
        " give another partnership the same cluster, or take it out"
    )
    file.write_text(
        f"extends: {COMPLETE}\n{words}partnerships: {{Area 1: {{cluster: Us}}, Area 2: {{cluster: Us}}}}\n"
    )
    assert len(treatment_sim("check", file).stdout.splitlines()) == 1


# Formulas


def test_show_says_which_values_have_no_evidence_and_which_groups_are_weighed(own_formula):
    told = treatment_sim("formula", "show", own_formula)
    assert told.exit_code == 0
    assert (
        "It weighs clients of the groups opiate, other: a scenario must have these and no other"
        in told.stdout
    )
    lines = [line.split() for line in told.stdout.splitlines()]
    assert ["formula.terms.need.weight", "no", "evidence", "given"] in lines
    assert told.stdout.count("no evidence given") == len(
        sim.load_formula(own_formula).without_evidence
    )
    shown = treatment_sim("formula", "show", "activity_2008").stdout
    assert "no evidence given" not in shown


def test_a_missing_part_is_told_with_a_command_for_a_checkout():
    told = str(sim.MissingExtra("searching for formulas", "search"))
    assert "pip install 'treatment-funding-simulator[search]'" in told
    assert "pip install -c constraints.txt '.[search]'" in told


def test_a_shipped_example_follows_the_money():
    scenario = sim.load("eight_follow_the_money")
    assert {own.behaviour for own in scenario.partnerships.values()} == {"follow_the_money"}
    assert scenario.evidence == sim.load("eight_park").evidence


def test_formulas_are_listed_as_their_help_says():
    told = treatment_sim("formula", "list", "--help").stdout
    assert "those that were in force first, by year" in " ".join(told.split())


@pytest.mark.parametrize("verb", ["run", "explain", "evidence", "behaviour", "formula stress"])
def test_only_one_formula_is_taken(verb):
    given = (*verb.split(), COMPLETE)
    (fault,) = refused(*given, "--formula", "need_only_2006", "--formula=activity_2008")
    assert fault == (
        "--formula: formula must be given once, got 2 times; one formula here; several: incentive, or formula compare"
    )


def test_who_pays_is_told_by_the_title_of_the_formula(own_formula):
    told = treatment_sim("run", COMPLETE, "--formula", own_formula, *FEW).stdout
    assert "\nPaid by: Ours\n" in told
    assert f"treatment-sim evidence {COMPLETE} --formula {own_formula}" in told


def test_schema_is_json_on_stdout_or_in_a_file(tmp_path):
    told = treatment_sim("schema")
    assert told.exit_code == 0
    assert json.loads(told.stdout)["title"] == "Scenario file"
    assert treatment_sim("schema", "--out", tmp_path / "schema.json").stdout == ""
    assert (tmp_path / "schema.json").read_text(encoding="utf-8") == told.stdout
    (fault,) = refused("schema", "--out", tmp_path / "none" / "schema.json")
    assert "must be a file that can be written, got no such file or directory" in fault


def test_evidence_tells_the_worst_grade_first_and_marks_what_is_outside():
    change = "world.prison.mean_stay_days=500"
    told = treatment_sim("evidence", COMPLETE, "--set", change)
    assert told.exit_code == 0
    assert "1 outside their plausible range" in told.stdout
    grades = [line.split()[0] for line in told.stdout.splitlines() if line.strip()]
    grades = [each for each in grades if each in WORST_FIRST]
    assert grades == sorted(grades, key=WORST_FIRST.index)
    assert grades[0] == "unverified"
    at = next(i for i, line in enumerate(told.stdout.splitlines()) if "Time in prison" in line)
    first, second = told.stdout.splitlines()[at : at + 2]
    assert all(
        part in first for part in ("assumed", "500 days", "60 to 200", "Modelling assumption")
    )
    assert "world.prison.mean_stay_days" in second
    assert "outside it" in second


def test_evidence_says_what_a_value_was_fitted_to_and_needs_no_value():
    told = treatment_sim("evidence", COMPLETE).stdout
    assert "Fitted to: stock and completions of 2008-09" in told
    assert "none" in told
    assert "2 bands" in told


def test_evidence_as_json_is_the_register():
    told = json.loads(treatment_sim("evidence", COMPLETE, "--json").stdout)
    assert told == outputs.evidence_records(sim.load(COMPLETE))


# Run


def test_run_prints_question_measures_bands_and_what_they_stand_on():
    told = treatment_sim("run", COMPLETE, *FEW, "--seed", 3)
    assert told.exit_code == 0
    sample = sim.run(COMPLETE, replications=2, seed=3)
    scenario = sample.scenario
    assert told.stdout.startswith(f"{scenario.title}\n{scenario.question}\n")
    for measure in printing.MAIN_MEASURES:
        assert measure_label(measure) in " ".join(told.stdout.split())
    for year in sample.years:
        assert year in told.stdout
    allocations = sample.of("allocation_gbp", "all")[:, 1]
    assert gbp(allocations.mean()) in told.stdout
    assert interval(*sorted(allocations), gbp) in told.stdout
    beneath = "beneath, the lowest to highest of 2 runs"
    assert f"Means of 2 replications, seed 3; {beneath}." in told.stdout
    assert "chance only: the assumptions are held fixed" in told.stdout
    assert "2008-09 is a year of transition" in told.stdout
    known = [each.grade for each in sim.evidence.register(scenario)]
    weak = known.count("assumed") + known.count("unverified")
    line = f"{weak} of {len(known)} assumptions are assumed or unverified: treatment-sim evidence {COMPLETE}"
    assert line in told.stdout


def test_main_measures_and_grades_are_known():
    assert len(set(printing.MAIN_MEASURES)) == len(printing.MAIN_MEASURES)
    assert WORST_FIRST[: len(printing.LEAST_KNOWN)] == printing.LEAST_KNOWN


def test_progress_goes_to_stderr_alone():
    told = treatment_sim("run", COMPLETE, "-n", 6, "-w", 1)
    assert told.stderr.splitlines() == ["5 of 6 replications done", "6 of 6 replications done"]
    assert "replications done" not in told.stdout


def test_changes_are_run_and_said():
    change = "history.allocation_gbp=300_000"
    told = treatment_sim("run", COMPLETE, *FEW, "--set", change, "--set", "plan.stretch_share=0.1")
    assert f"Changed: {change}; plan.stretch_share=0.1" in told.stdout
    assert f"--set {change} --set plan.stretch_share=0.1" in told.stdout
    assert told.stdout != treatment_sim("run", COMPLETE, *FEW).stdout


def test_values_outside_their_range_are_counted():
    told = treatment_sim("run", COMPLETE, *FEW, "--set", "world.prison.mean_stay_days=500")
    assert (
        "are assumed or unverified, 1 outside their plausible range: treatment-sim" in told.stdout
    )


def test_one_replication_has_no_band():
    told = treatment_sim("run", COMPLETE, "-n", 1)
    assert "One replication, seed 1." in told.stdout
    assert " to £" not in told.stdout


def test_run_as_json_is_one_document_on_stdout():
    told = treatment_sim("run", COMPLETE, *FEW, "--json")
    document = json.loads(told.stdout)
    assert told.exit_code == 0
    sample = sim.run(COMPLETE, replications=2)
    assert document["summary"] == outputs.records(sample.summary)
    assert document["replications"] == 2
    assert document["seed"] == 1
    assert document["scenario"] == "complete"
    grades = document["assumptions_by_grade"]
    assert sum(grades.values()) == len(sim.evidence.register(sample.scenario))


def test_partnership_that_is_asked_for_is_printed():
    both = treatment_sim("run", COMPLETE, *FEW).stdout
    one = treatment_sim("run", COMPLETE, *FEW, "--partnership", "Area 2").stdout
    assert "All 2 partnerships together\nOne of them: --partnership 'Area 1'\n" in both
    assert "One of them" not in one
    assert "\nArea 2\n" in one
    gbp = sim.run(COMPLETE, replications=2).of("allocation_gbp", "Area 2")[:, 2].mean()
    assert f"£{round(gbp, -3):,.0f}" in one
    rows = json.loads(
        treatment_sim("run", COMPLETE, *FEW, "--partnership", "Area 2", "--json").stdout
    )["summary"]
    assert {row["partnership"] for row in rows} == {"Area 2"}


def test_table_fits_a_narrow_terminal_and_loses_no_year():
    told = treatment_sim("run", "baseline_2008", "-n", 2, "-w", 1, env={"COLUMNS": "80"})
    assert max(map(len, told.stdout.splitlines()[:100])) <= 80
    for year in ("2008-09", "2009-10", "2010-11", "2011-12", "2012-13"):
        assert year in told.stdout


def test_words_of_a_scenario_are_no_markup(tmp_path):
    file = tmp_path / "odd.yaml"
    file.write_text(
        f"extends: {COMPLETE}\ntitle: '[bold]Odd[/bold] :smile:'\nquestion: '[/]?'\ndescription: x\n"
        "partnerships: {'[red]Here': {}}\n"
    )
    told = treatment_sim("run", file, "-n", 1)
    assert told.exit_code == 0
    assert told.stdout.startswith("[bold]Odd[/bold] :smile:\n[/]?\n")
    assert "\n[red]Here\n" in told.stdout


# Compare


def test_compare_prints_paired_differences_from_the_first(pushed):
    told = treatment_sim("compare", COMPLETE, pushed, *FEW)
    assert told.exit_code == 0
    table, _, note = told.stdout.partition("Differences of the same people.")
    assert "pushed against complete" in table
    assert "Means of 2 replications, seed 1; beneath, the 95% interval of the difference." in note
    assert '"too close to call": the interval holds zero' in note
    differences = sim.compare([COMPLETE, pushed], replications=2).differences
    together = differences[(differences["partnership"] == "all") & (differences["group"] == "all")]
    main = together[together["measure"].isin(printing.MAIN_MEASURES)]
    close = [too_close_to_call(row.low, row.high) for row in main.itertuples()]
    unclear = table.count("too close to call") + table.count("no difference")
    assert unclear == sum(close)
    assert 0 < unclear < len(close)
    for row in main[~np.array(close)].itertuples():
        show = partial(show_difference, row.measure)
        assert show(row.difference) in table
        assert interval(row.low, row.high, show) in table


def test_scenarios_that_do_the_same_have_no_difference(alike):
    told = treatment_sim("compare", COMPLETE, alike, *FEW)
    table = told.stdout[: told.stdout.index("Differences of the same people")]
    assert "No difference in any measure, in any year." in table
    assert "2008-09" not in table
    assert "+" not in table
    assert "too close to call" not in told.stdout


def test_compare_as_json_holds_the_differences(pushed):
    document = json.loads(treatment_sim("compare", COMPLETE, pushed, *FEW, "--json").stdout)
    comparison = sim.compare([COMPLETE, pushed], replications=2)
    assert document["differences"] == outputs.records(comparison.differences)
    assert document["scenario"] == "complete"
    assert document["compared"] == ["pushed"]


def test_scenarios_of_one_name_cannot_be_compared(alike):
    (fault,) = refused("compare", COMPLETE, alike, COMPLETE, *FEW)
    assert fault.startswith("compare: scenarios must differ in name, got complete; ")


def test_one_scenario_cannot_be_compared():
    (fault,) = refused("compare", COMPLETE, *FEW)
    assert fault.startswith("compare: scenarios must be two or more, got 1; ")


# Streams, and who wins

ONE_YEAR = (
    *(
        "--set",
        "years=1",
        "--set",
        "formula.phase_in_share=1.0",
        "--set",
        "formula.pot_gbp=20026845",
    ),
    *("--set", "behaviour.horizon_years=1"),
)


def streams_of(document):
    return {row["stream"]: row for row in document["streams"]}


def test_run_prints_what_each_stream_brings_and_what_goes_back():
    told = treatment_sim("run", "many_streams", *FEW)
    assert told.exit_code == 0
    _, _, table = told.stdout.partition("Funding streams, means a year")
    heading = next(line for line in table.splitlines() if "Stream" in line)
    assert heading.split() == ["Stream", "Income", "Spent", "Kept", "Goes", "back"]
    streams = sim.run("many_streams", replications=2).streams
    for name, stream in sim.load("many_streams").funding.streams.items():
        mine = streams[streams["stream"] == name]
        line = next(line for line in table.splitlines() if stream.label in line)
        assert gbp(mine["income_gbp"].mean()) in line
        assert gbp(mine["returned_gbp"].mean()) in line


def test_streams_are_in_the_json_of_a_run_and_every_pound_is_told():
    document = json.loads(treatment_sim("run", "many_streams", *FEW, "--json").stdout)
    streams = streams_of(document)
    assert list(streams) == list(sim.load("many_streams").funding.streams)
    for row in streams.values():
        held = row["income_gbp"] + row["carried_in_gbp"]
        assert held == pytest.approx(row["spent_gbp"] + row["kept_gbp"] + row["goes_back_gbp"])
    assert streams["youth_justice_board"]["spent_gbp"] == 100_000
    assert sum(row["goes_back_gbp"] for row in streams.values()) > 0


def test_two_plain_streams_are_no_news():
    told = treatment_sim("run", COMPLETE, *FEW)
    assert "Funding streams" not in told.stdout
    assert len(json.loads(treatment_sim("run", COMPLETE, *FEW, "--json").stdout)["streams"]) == 2


def test_copies_count_in_the_streams_of_all_together(tmp_path):
    file = tmp_path / "copies.yaml"
    words = "title: Copies\nquestion: How much?\ndescription: x\n"
    parts = "partnerships: {Area 1: {copies: 3}, Area 2: {}}\n"
    file.write_text(f"extends: {COMPLETE}\n{words}{parts}")
    one, all_ = (
        streams_of(json.loads(treatment_sim("run", file, *FEW, "--json", *place).stdout))
        for place in (("--partnership", "Area 2"), ())
    )
    local = next(
        name for name, s in sim.load(COMPLETE).funding.streams.items() if s.amount_gbp != "formula"
    )
    assert all_[local]["income_gbp"] == 4 * one[local]["income_gbp"]


def test_compare_tells_streams_of_each_and_in_one_sentence_that_nothing_differs():
    told = treatment_sim("compare", "detox_alone", "detox_pooled", "-n", "1", *ONE_YEAR)
    assert told.exit_code == 0, told.output
    assert told.stdout.count("no difference") == 0
    assert told.stdout.count("No difference in any main measure, in any year. What differs: ") == 1
    assert "Allocation (£)" not in told.stdout
    assert "too close to call" not in told.stdout
    alone, pooled = told.stdout.split("Funding streams, means a year")[1:]
    assert alone.startswith(": detox_alone")
    assert pooled.startswith(": detox_pooled")
    beds = [
        next(line for line in part.splitlines() if "etox" in line and "£" in line).split()[-2:]
        for part in (alone, pooled)
    ]
    assert beds == [["0", "0"], ["7", "182"]]


def test_run_of_many_says_whose_allocation_grows_and_falls_most(tmp_path):
    file = tmp_path / "many.yaml"
    lines = "".join(
        f"  Area {number}: {{size: 0.2, old_share_weight: {number}}}\n" for number in range(1, 8)
    )
    words = "title: Many\nquestion: Who wins?\ndescription: x\n"
    formula = "formula: {pot_gbp: [300000, 320000, 330000], rest: {partnerships: 0}}\n"
    file.write_text(f"extends: {COMPLETE}\n{words}{formula}partnerships:\n{lines}")
    told = treatment_sim("run", file, *FEW).stdout
    sample = sim.run(file, replications=2)
    sums = {
        name: sample.of("allocation_gbp", name).mean(axis=0)
        for name in sample.scenario.partnerships
    }
    ranked = sorted(sums, key=lambda name: sums[name][-1] / sums[name][0])
    grows = next(line for line in told.splitlines() if "grows most" in line)
    falls = next(line for line in told.splitlines() if "falls most" in line)
    assert grows.startswith(
        "From 2008-09 to 2010-11 the allocation grows most, as a share of it, in "
    )
    assert [part.split(" (")[0] for part in grows.split(" in ")[1].split("; ")] == [
        name for name in ranked[:-4:-1] if sums[name][-1] > sums[name][0]
    ]
    assert [part.split(" (")[0] for part in falls.split(" in ")[1].split("; ")] == [
        name for name in ranked[:3] if sums[name][-1] < sums[name][0]
    ]
    last = sums[ranked[-1]]
    assert f"({signed(last[-1] - last[0], gbp)}, {signed(last[-1] / last[0] - 1, share)}" in grows
    assert "grows most" not in treatment_sim("run", COMPLETE, *FEW).stdout
    assert "grows most" not in treatment_sim("run", file, *FEW, "--partnership", "Area 1").stdout


# Explain


def test_explain_prints_the_sentences_of_every_partnership():
    told = treatment_sim("explain", COMPLETE, *FEW)
    assert told.exit_code == 0
    explanation = sim.explain(COMPLETE, replications=2)
    for name in ("Area 1", "Area 2"):
        lines = "\n".join((name, *explanation.sentences_of(name)))
        assert f"\n{lines}\n" in told.stdout
    assert explanation.note in told.stdout
    assert "Own number" not in told.stdout


def test_explain_of_very_many_tells_them_together_and_how_to_see_one(tmp_path):
    file = tmp_path / "many.yaml"
    lines = "".join(f"  Area {number:02d}: {{size: 0.1}}\n" for number in range(1, 14))
    words = "title: Many\nquestion: Who wins?\ndescription: x\n"
    file.write_text(f"extends: {COMPLETE}\n{words}partnerships:\n{lines}")
    told = treatment_sim("explain", file, "-n", 1, "-w", 1).stdout
    assert "All 13 partnerships together" in told
    for sentence in sim.explain(file, replications=1).sentences_together:
        assert sentence in told
    assert "One of them: --partnership 'Area 01'; --out FOLDER writes all of them." in told
    assert told.count("paid on the history") == 0


def test_types_are_told_with_the_partnerships_that_they_stand_for(tmp_path):
    file = tmp_path / "types.yaml"
    words = "title: Types\nquestion: x\ndescription: x\n"
    lines = "  Small: {size: 0.1, copies: 4}\n  Large: {size: 0.3}\n"
    file.write_text(f"extends: {COMPLETE}\n{words}partnerships:\n{lines}")
    told = treatment_sim("run", file, "-n", 1, "-w", 1).stdout
    assert "All 5 partnerships of 2 types together" in told


def test_explain_prints_the_steps_of_one_partnership_in_order():
    told = treatment_sim("explain", COMPLETE, *FEW, "--partnership", "Area 2").stdout
    assert "Area 1" not in told
    assert 0 < told.index("\n  Pot ") < told.index("\n  Own number ") < told.index("\n  Phase-in ")


def test_explain_tells_the_mean_over_all_orders_beside_the_steps_where_it_is_asked_for():
    told = treatment_sim("explain", COMPLETE, *FEW, "--partnership", "Area 2", "--shapley").stdout
    explanation = sim.explain(COMPLETE, replications=2)
    assert 0 < told.index("\n  Own number ") < told.index("\n  Own number, over all orders ")
    for sentence in explanation.order_sentences_of("Area 2"):
        assert sentence in told
    document = json.loads(treatment_sim("explain", COMPLETE, *FEW, "--shapley", "--json").stdout)
    assert document["shapley"] == outputs.records(explanation.shapley)


def test_the_mean_over_all_orders_is_refused_for_many_partnerships():
    (fault,) = refused("explain", "england_2008", "--shapley")
    assert "be asked of one partnership where there are more than 12" in fault
    assert "--partnership" in fault


def test_incentive_prints_the_four_moves_and_the_meter(tmp_path):
    told = treatment_sim("incentive", COMPLETE, *FEW, "--group", "opiate", "--out", tmp_path)
    assert told.exit_code == 0
    for title in ("Kept another year", "Moved on when ready", "Moved on early", "Taken on"):
        assert f"  {title}" in told.stdout
    assert "Everybody's change, by client moved" in told.stdout
    assert "in the twelve months in which they leave" in told.stdout
    files = {each.name for each in tmp_path.iterdir()}
    assert files == {"incentive.csv", "meters.csv", "run.json", "incentive.html"}


def test_incentive_as_json_holds_worth_and_meters():
    asked = ("incentive", COMPLETE, *FEW, "--group", "opiate", "--formula", "young_people_index")
    document = json.loads(treatment_sim(*asked, "--json").stdout)
    found = sim.incentive(COMPLETE, ["young_people_index"], groups=["opiate"], replications=2)
    assert document["formulas"][0]["name"] == "young_people_index"
    assert document["worth"] == outputs.records(found.table)
    assert document["sentences"] == [*found.sentences]


def test_incentive_refuses_what_is_not_there():
    (fault,) = refused("incentive", COMPLETE, "--group", "opiat")
    assert "group must be one of the scenario's, got 'opiat'" in fault
    (fault,) = refused("incentive", COMPLETE, "--formula", "activity")
    assert "be a formula of the library" in fault


def test_explain_as_json_holds_steps_and_sentences():
    document = json.loads(treatment_sim("explain", COMPLETE, *FEW, "--json").stdout)
    explanation = sim.explain(COMPLETE, replications=2)
    assert document["explanation"] == outputs.records(explanation.table)
    assert document["sentences"]["Area 1"] == [*explanation.sentences_of("Area 1")]
    assert document["note"] == explanation.note


# Files


@pytest.mark.slow
@pytest.mark.parametrize("verb", ["run", "compare", "explain", "incentive"])
def test_record_replays_to_identical_bytes(verb, pushed, tmp_path):
    first, again = tmp_path / "first", tmp_path / "again"
    named = [COMPLETE, pushed] if verb == "compare" else [COMPLETE]
    changed = ("--set", "plan.stretch_share=0.1", "--seed", 4)
    made = treatment_sim(verb, *named, *FEW, *changed, "--out", first)
    assert any(line.endswith(f" and run.json to {first}") for line in made.stderr.splitlines())
    replayed = treatment_sim(verb, first / "run.json", "-w", 1, "--out", again)
    assert replayed.exit_code == 0
    assert sorted(each.name for each in again.iterdir()) == sorted(
        each.name for each in first.iterdir()
    )
    for file in first.iterdir():
        assert (again / file.name).read_bytes() == file.read_bytes(), file.name


def test_one_worker_and_two_give_identical_bytes(tmp_path):
    for workers in (1, 2):
        out = tmp_path / str(workers)
        told = treatment_sim("run", COMPLETE, "-n", 7, "-w", workers, "--out", out)
        assert told.exit_code == 0
    for name in ("measures.csv", "summary.csv", "run.json"):
        assert (tmp_path / "1" / name).read_bytes() == (tmp_path / "2" / name).read_bytes()


def test_settings_of_a_record_can_be_overridden(tmp_path):
    treatment_sim("run", COMPLETE, *FEW, "--out", tmp_path)
    told = treatment_sim("run", tmp_path / "run.json", "-n", 1, "--seed", 9)
    assert "One replication, seed 9." in told.stdout


def test_record_of_another_version_is_replayed_and_said(tmp_path):
    treatment_sim("run", COMPLETE, *FEW, "--out", tmp_path)
    file = tmp_path / "run.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | {"model": "0.0.9"}))
    told = treatment_sim("run", file)
    assert told.exit_code == 0
    assert f"was made with model 0.0.9, this is {sim.__version__}" in told.stderr
    assert "may differ" in told.stderr


def test_record_of_several_scenarios_is_for_compare(pushed, tmp_path):
    treatment_sim("compare", COMPLETE, pushed, "-n", 1, "-w", 1, "--out", tmp_path)
    for verb in ("run", "explain", "evidence"):
        (fault,) = refused(verb, tmp_path / "run.json")
        assert "scenarios must hold one scenario, got complete, pushed; give it to compare" in fault


# Bad input


@pytest.mark.parametrize("verb", ["run", "explain", "evidence", "check", "compare"])
def test_unknown_scenario_suggests_the_nearest(verb):
    (fault,) = refused(verb, "baseline_2080")
    assert fault.startswith("scenario: name must be a scenario of the library")
    assert fault.endswith("got 'baseline_2080'; did you mean baseline_2008?")


def test_every_fault_of_a_command_is_told_at_once(tmp_path):
    (tmp_path / "file").write_text("mine")
    faults = refused(
        "run",
        COMPLETE,
        "--set",
        "plan.strech_share=1",
        "--set",
        "years=none",
        "--out",
        tmp_path / "file",
    )
    assert len(faults) == 3
    assert faults[0].endswith("did you mean stretch_share?")
    assert faults[1].startswith("--set years: years must be a whole number")
    assert faults[2].startswith(f"--out {tmp_path / 'file'}: the folder must be")


def test_faults_of_every_scenario_are_told_at_once():
    faults = refused("compare", "prak", "moove_on", BROKEN / "costs_that_rise.yaml")
    assert "did you mean park?" in faults[0]
    assert "did you mean move_on?" in faults[1]
    assert "costs_that_rise.yaml" in faults[2]


def test_partnership_that_is_not_there_suggests_the_nearest():
    (fault,) = refused("run", COMPLETE, "--partnership", "Aera 2")
    assert fault == (
        "--partnership: partnership must be one of the scenario's, got 'Aera 2'; did you mean Area 2?"
    )


def test_folder_is_tried_before_the_run(tmp_path, monkeypatch):
    monkeypatch.setattr(sim, "run", lambda *_, **__: pytest.fail("it ran"))
    (tmp_path / "file").write_text("mine")
    (fault,) = refused("run", COMPLETE, "--out", tmp_path / "file" / "out")
    assert "the folder must be a folder that can be written, got not a directory" in fault


@pytest.mark.parametrize(
    "arguments",
    [
        ["run"],
        ["runn", "park"],
        ["run", "park", "--sed", "1"],
        ["run", "park", "-n", "0"],
        ["run", "park", "-w", "0"],
        ["run", "park", "--seed", "-1"],
        ["run", "park", "-n", "many"],
        ["check"],
    ],
)
def test_command_that_is_mistyped_is_bad_input(arguments):
    told = treatment_sim(*arguments)
    assert told.exit_code == 2
    assert told.stdout == ""
    assert "Usage: " in told.stderr
    assert "Traceback" not in told.stderr


# What fails


@pytest.fixture
def defective(monkeypatch):
    def fail(*_, **__):
        raise ZeroDivisionError("a lot\nof it")

    monkeypatch.setattr(sim, "run", fail)


@pytest.mark.usefixtures("defective")
def test_defect_is_one_line_that_says_so():
    told = treatment_sim("run", COMPLETE, "-n", 1)
    assert told.exit_code == 1
    assert told.stdout == ""
    (line,) = told.stderr.splitlines()
    assert (
        "a defect in the simulator, not in what was given: ZeroDivisionError: a lot of it" in line
    )
    assert "--debug" in line


@pytest.mark.usefixtures("defective")
def test_debug_shows_where_a_defect_arose():
    told = treatment_sim("--debug", "run", COMPLETE, "-n", 1)
    assert told.exit_code == 1
    assert "Traceback" in told.stderr
    assert told.stdout == ""


def test_model_that_loses_a_client_fails_without_a_traceback(monkeypatch):
    def fail(*_, **__):
        raise sim.ConservationError("Area 1: one client is lost")

    monkeypatch.setattr(sim, "run", fail)
    told = treatment_sim("run", COMPLETE)
    assert (told.exit_code, told.stderr) == (1, "Area 1: one client is lost\n")


def test_interrupt_while_writing_leaves_nothing_half_written(tmp_path, monkeypatch):
    def interrupted(_):
        raise KeyboardInterrupt

    monkeypatch.setattr(outputs, "record", interrupted)
    told = treatment_sim("run", COMPLETE, "-n", 1, "--out", tmp_path / "out")
    assert told.exit_code == 130
    assert told.stderr.splitlines()[-1] == INTERRUPTED
    assert [*tmp_path.iterdir()] == []


WATCHED = """
import multiprocessing, os, signal, sys, threading, time
from pathlib import Path
from simulator.cli import main

pids, number, to = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
sys.argv[1:] = sys.argv[4:]

def send():
    while len(workers := multiprocessing.active_children()) < 2:
        time.sleep(0.01)
    pids.write_text(" ".join(str(each.pid) for each in workers))
    if to == "all":
        os.killpg(0, number)
    elif to == "the run":
        os.kill(os.getpid(), number)
    else:
        for each in workers:
            os.kill(each.pid, number)

signal.signal(signal.SIGINT, signal.default_int_handler)
threading.Thread(target=send, daemon=True).start()
main()
"""
"""The program, and a thread that sends a signal as soon as there are two worker processes."""

on_linux = pytest.mark.skipif(
    sys.platform != "linux", reason="asks /proc which processes are alive"
)


def is_alive(pid):
    """Whether a process runs; one that has ended, and that nobody has taken note of, does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def watched(tmp_path, number, to, *arguments):
    """Status, standard output and error of a run that is sent a signal, and which workers live on."""
    pids = tmp_path / "pids"
    program = ("-c", WATCHED, pids, int(number), to, "run", *arguments, "-w", 2)
    with started(*map(str, program), start_new_session=True) as process:
        try:
            stdout, stderr = process.communicate(timeout=60)
            workers = [int(pid) for pid in pids.read_text().split()]
            assert len(workers) == 2
            give_up = time.monotonic() + 20
            while any(map(is_alive, workers)) and time.monotonic() < give_up:
                time.sleep(0.05)
            return process.returncode, stdout, stderr, [*filter(is_alive, workers)]
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


@pytest.mark.slow
@on_linux
@pytest.mark.parametrize(
    ("number", "to", "expected"),
    [
        (signal.SIGINT, "all", (130, "", f"{INTERRUPTED}\n")),
        (signal.SIGINT, "the run", (130, "", f"{INTERRUPTED}\n")),
        (signal.SIGTERM, "the run", (143, "", "")),
    ],
)
def test_run_that_is_ended_ends_its_workers_and_leaves_no_file(number, to, expected, tmp_path):
    out = tmp_path / "out"
    *told, alive = watched(tmp_path, number, to, "eight_park", "--out", out)
    assert tuple(told) == expected
    assert not alive
    assert not out.exists()


@pytest.mark.slow
@on_linux
def test_run_that_is_killed_takes_its_workers_along(tmp_path):
    status, stdout, _, alive = watched(tmp_path, signal.SIGKILL, "the run", "eight_park")
    assert (status, stdout) == (-signal.SIGKILL, "")
    assert not alive


@pytest.mark.slow
@on_linux
def test_workers_leave_an_interrupt_to_the_run(tmp_path):
    status, stdout, stderr, _ = watched(tmp_path, signal.SIGINT, "its workers", COMPLETE, "-n", 6)
    assert status == 0, stderr
    assert "Means of 6 replications" in stdout
    assert stderr.splitlines()[-1] == "6 of 6 replications done"


def test_worker_that_is_ended_from_outside_is_told_in_plain_words(monkeypatch):
    def broken(*_, **__):
        raise BrokenProcessPool("A process in the process pool was terminated abruptly")

    monkeypatch.setattr(processes, "wait", broken)
    told = treatment_sim("run", COMPLETE, "-n", 6, "-w", 2)
    assert told.exit_code == 1
    assert told.stderr.splitlines()[-1].startswith("run: a worker process was ended from outside")


@pytest.mark.slow
@pytest.mark.parametrize(
    "arguments", [["schema"], ["--version"], ["check", COMPLETE], ["evidence", COMPLETE]]
)
def test_reader_that_goes_away_is_no_reason_to_complain(arguments):
    with started("-m", "simulator", *arguments) as process:
        process.stdout.close()
        assert process.stderr.read() == ""
    assert process.returncode == 1


# The program


def test_program_is_also_a_module():
    status, stdout, stderr = ended("-m", "simulator", "--version")
    assert (status, stdout, stderr) == (0, f"treatment-sim {sim.__version__}\n", "")


@pytest.mark.slow
def test_program_tells_bad_input_with_status_2():
    status, stdout, stderr = ended("-m", "simulator", "run", "prak")
    assert (status, stdout) == (2, "")
    assert stderr.endswith("did you mean park?\n")


@pytest.mark.slow
def test_screen_that_cannot_write_a_pound_sign_gets_the_rest():
    process = started("-m", "simulator", "run", COMPLETE, *FEW, encoding="ascii")
    stdout, _ = process.communicate(timeout=120)
    assert process.returncode == 0
    assert "Two small partnerships" in stdout
    assert "?" in stdout


@pytest.mark.parametrize(
    ("imported", "not_needed"),
    [
        ("simulator", {"numpy", "pandas", "pydantic", "scipy", "simpy", "typer", "yaml"}),
        ("simulator.replicate", {"pandas", "rich", "typer", "streamlit", "altair"}),
        ("simulator.cli", {"numpy", "pandas", "pydantic", "rich", "scipy", "simpy", "yaml"}),
    ],
)
def test_parts_that_are_not_needed_are_not_imported(imported, not_needed):
    status, stdout, _ = ended("-c", f"import sys, {imported}; print(*sys.modules)")
    assert status == 0
    assert not not_needed & set(stdout.split())


def test_help_names_every_verb():
    told = treatment_sim("--help")
    assert told.exit_code == 0
    for verb in (
        "scenarios",
        "check",
        "schema",
        "run",
        "compare",
        "explain",
        "incentive",
        "evidence",
    ):
        assert f"\n  {verb} " in told.stdout
        assert treatment_sim(verb, "--help").exit_code == 0


# The Python functions


def test_public_names_are_sorted_and_there():
    assert sim.__all__ == sorted(sim.__all__)
    for name in sim.__all__:
        assert getattr(sim, name) is not None
        assert name in dir(sim)
    with pytest.raises(AttributeError, match="has no attribute 'park'"):
        sim.park  # noqa: B018 # asking is the test


def test_every_public_name_has_a_home():
    written_here = {name for name in sim.__all__ if inspect.isfunction(vars(sim).get(name))}
    homes = {"BadInput", "Fault", "evidence", *sim._LIVES_IN, *sim._CALLED_THERE}
    assert homes | written_here == set(sim.__all__)


def test_run_takes_a_name_a_path_or_a_scenario():
    by_path = sim.run(COMPLETE, replications=1)
    by_scenario = sim.run(sim.load(COMPLETE), replications=1, seed=1)
    assert by_path.table.equals(by_scenario.table)
    assert sim.run("baseline_2008", replications=1).scenario.name == "baseline_2008"


def test_run_makes_changes_and_tells_progress():
    told = []
    change = "plan.stretch_share=0.1"
    sample = sim.run(
        Path(COMPLETE),
        replications=2,
        changes=[change],
        progress=lambda done, total: told.append((done, total)),
    )
    assert sample.scenario == sim.load(COMPLETE, [change])
    assert told == [(2, 2)]


def test_seed_0_is_a_seed():
    zero, one = (sim.run(COMPLETE, replications=1, seed=seed) for seed in (0, 1))
    assert zero.seed == 0
    assert not zero.table.equals(one.table)


def test_changes_to_a_scenario_that_is_read_are_refused():
    with pytest.raises(sim.BadInput) as wrong:
        sim.run(sim.load(COMPLETE), replications=1, changes=["years=1"])
    assert str(wrong.value).startswith(
        "complete: changes must go with a name or a path, got years=1"
    )


def test_defaults_are_100_replications_from_seed_1(monkeypatch):
    given = {}

    def note(scenarios, *how, draws):
        assert draws is None
        given[scenarios[0].name] = how
        return ["a sample"]

    monkeypatch.setattr(replicate, "run", note)
    assert sim.run(COMPLETE) == "a sample"
    assert given == {"complete": (100, 1, 1, None)}


def test_compare_and_explain_take_what_run_takes(pushed):
    comparison = sim.compare([sim.load(COMPLETE), pushed], replications=2)
    assert [each.scenario.name for each in comparison.samples] == ["complete", "pushed"]
    explanation = sim.explain(COMPLETE, replications=2)
    assert sim.explain(comparison.baseline).table.equals(explanation.table)


def test_read_tells_the_faults_of_all():
    with pytest.raises(sim.BadInput) as wrong:
        sim.read(["prak", sim.load("park"), "moove_on"])
    assert len(wrong.value.faults) == 2


def test_assumptions_are_a_table_worst_grade_first():
    table = sim.assumptions("baseline_2008")
    assert len(table) == len(sim.evidence.register(sim.load("baseline_2008")))
    assert table["grade"].iloc[0] == "unverified"
    assert table.set_index("path").loc["formula.terms.activity.weight", "value"] == 0.75


def test_results_of_the_functions_are_what_the_command_writes(tmp_path):
    treatment_sim("run", COMPLETE, *FEW, "--out", tmp_path / "command")
    sim.write_results(tmp_path / "function", sim.run(COMPLETE, replications=2))
    for file in (tmp_path / "command").iterdir():
        assert (tmp_path / "function" / file.name).read_bytes() == file.read_bytes()
