"""Plans of a study: its section read and checked, its points run as cells, its plans written, drawn and told."""

from __future__ import annotations

import json
import re

import numpy as np
import pandas as pd
import pytest
import yaml
from tiny import a_tenth_of
from typer.testing import CliRunner

import simulator as sim
from simulator import cli
from simulator.chance import stream
from simulator.charts import to_svg
from simulator.charts.plans_chosen import plans_shown
from simulator.errors import BadInput
from simulator.measures import MEASURES
from simulator.optimisation import planned, prepare, run, write
from simulator.optimisation.written import plan_file, plan_yaml
from simulator.report.document import markdown, page
from simulator.report.optimisation import charts, frontier_title, optimise_document, pictures
from simulator.scenario import as_dict, load
from simulator.study import check, read_study
from simulator.sweeps import Lived, bench_of

COST = "world.groups.opiate.treatment.cost_ready_gbp_per_week"
RECOVERED, DIED = "in_recovery@last", "deaths@total"
STUDY = {
    "title": "How long to keep ready clients, and how much for support",
    "scenarios": ["park", "move_on"],
    "factors": {"cost": {"path": COST, "range": [20, 30]}},
    "levers": {
        "held": {"path": "plan.move_on_delay_days", "range": [0, 1460]},
        "support": {
            "path": "plan.reintegration_share",
            "range": [0, 0.2],
            "takes_from": "plan.treatment_share",
        },
    },
    "replications": 4,
    "seed": 5,
    "measures": ["in_recovery"],
    "optimise": {
        "objectives": {RECOVERED: "higher"},
        "limits": {"spent_gbp@total": {"at_most": 5500}},
        "worlds": 3,
        "trials": 40,
        "confirm": {"plans": 3, "replications": 12},
    },
}


def reckoned(cell):
    """A model of a few lines: most recover where clients are kept 400 days and 8% goes to support."""
    plan, cost = cell.scenario.plan, cell.scenario.world.groups["opiate"].treatment
    held = np.mean(plan.move_on_delay_days)
    support = np.mean(plan.reintegration_share)
    luck = np.array(
        [stream(cell.seed, f"luck {r}").normal() for r in range(cell.first, cell.first + cell.size)]
    )
    one = {
        "in_recovery": 100 - ((held - 400) / 200) ** 2 - ((support - 0.08) / 0.02) ** 2 + luck,
        "deaths": 20 + held / 200 + cost.cost_ready_gbp_per_week / 10 + luck,
        "spent_gbp": 1000 + 1000 * support + 0 * luck,
    }
    assert plan.treatment_share == pytest.approx(1 - support)
    values = np.zeros((cell.size, 1, len(MEASURES), cell.scenario.years, 4))
    for name, number in one.items():
        values[:, 0, MEASURES.index(name)] = number[:, np.newaxis, np.newaxis]
    years = tuple(f"{2008 + y}-{9 + y:02d}" for y in range(cell.scenario.years))
    return Lived(("a",), years, (*cell.scenario.world.groups, "all"), values)


def section(**parts):
    return STUDY | {"optimise": STUDY["optimise"] | parts}


def searched(study=STUDY, progress=None, **others):
    prepared = prepare(check(study), **others)
    bench = bench_of(prepared.checked, model=reckoned)
    return run(prepared, bench, progress), prepared


@pytest.fixture(scope="module")
def one():
    return searched()


@pytest.fixture(scope="module")
def two():
    return searched(section(objectives={RECOVERED: "higher", DIED: "lower"}))


# The study


def test_the_best_plan_of_a_study_is_found(one):
    found, prepared = one
    for number in found.tied:
        held, support = found.tried.plans[number]
        assert ((held - 400) / 200) ** 2 + ((support - 0.08) / 0.02) ** 2 < 1  # of 100
    assert found.tried.plans[0] == prepared.question.own == (1460.0, 0.0)
    assert [each.name for each in prepared.question.factors] == ["cost"]
    assert ((prepared.question.worlds >= 20) & (prepared.question.worlds <= 30)).all()


def test_an_outcome_that_the_study_does_not_list_is_read_all_the_same(one):
    found, prepared = one
    assert [each.key for each in prepared.checked.outcomes] == [RECOVERED, "spent_gbp@total"]
    spent = found.table["limit_spent_gbp@total"]
    assert spent.to_numpy() == pytest.approx(5000 + 5000 * found.table["lever_support"].to_numpy())


def test_levers_are_laid_over_the_scenario_that_is_asked_for():
    study = check(section(scenario="move_on"))
    first, second = prepare(check(STUDY)), prepare(study)
    own = [load(name).plan.move_on_delay_days for name in ("park", "move_on")]
    assert (first.question.own[0], second.question.own[0]) == tuple(own)
    assert second.given == "move_on"
    assert [each.name for each in second.checked.scenarios] == ["move_on"]


def test_trials_may_be_told_on_the_way(one):
    found, _ = searched(trials=9)
    assert len(found.tried.plans) == 9
    assert found.tried.plans[0] == one[0].tried.plans[0]


def test_progress_counts_cells_and_never_falls():
    told = []
    searched(section(trials=12), progress=lambda done, whole: told.append((done, whole)))
    done = [each[0] for each in told]
    assert done == sorted(done)
    assert {each[1] for each in told} == {(12 + 3 + 1) * 3}
    assert done[-1] <= told[-1][1]


def faults_of(study):
    with pytest.raises(BadInput) as wrong:
        prepare(check(study))
    return {fault.name: fault for fault in wrong.value.faults}


@pytest.mark.parametrize(
    ("parts", "name", "advice"),
    [
        (
            {"objectives": {"in_recovry@last": "higher"}},
            "objectives.in_recovry@last",
            "in_recovery",
        ),
        ({"objectives": {"in_recovery@lst": "higher"}}, "objectives.in_recovery@lst", "last"),
        ({"limits": {"in_recovery@total": {"at_most": 1}}}, "limits.in_recovery@total", "last"),
        ({"limits": {"deaths@last:opiat": {"at_most": 1}}}, "limits.deaths@last:opiat", "opiate"),
        ({"scenario": "elsewhere"}, "scenario", "park"),
    ],
)
def test_what_is_not_there_is_told_where_it_is_asked_for(parts, name, advice):
    told = faults_of(section(**parts))
    assert list(told) == [f"optimise.{name}"]
    assert advice in told[f"optimise.{name}"].advice


def test_a_fault_says_its_line(tmp_path):
    file = tmp_path / "ours.yaml"
    file.write_text(yaml.safe_dump(section(robust="median"), sort_keys=False), encoding="utf-8")
    with pytest.raises(BadInput) as wrong:
        prepare(check(file))
    (fault,) = wrong.value.faults
    line = 1 + file.read_text(encoding="utf-8").splitlines().index("  robust: median")
    assert fault.where.endswith(f"ours.yaml:{line}")


def test_a_study_without_the_section_says_what_is_missing():
    study = {name: part for name, part in STUDY.items() if name != "optimise"}
    with pytest.raises(BadInput, match="objectives"):
        prepare(check(study))


def test_a_study_without_levers_says_so():
    study = {name: part for name, part in STUDY.items() if name != "levers"}
    assert list(faults_of(study)) == ["optimise"]


def test_outcomes_of_a_group_may_be_wanted():
    prepared = prepare(check(section(objectives={"deaths@total:opiate": "lower"})))
    (objective,) = prepared.question.objectives
    assert (objective.outcome.group, objective.outcome.year) == ("opiate", "total")


def test_a_lever_by_year_has_a_value_for_each():
    levers = {"support": STUDY["levers"]["support"] | {"by_year": True}}
    prepared = prepare(check(STUDY | {"levers": levers}))
    names = [each.dimension.name for each in prepared.question.levers.levers]
    assert names == [f"support.{2008 + y}-{9 + y:02d}" for y in range(5)]
    planned = prepared.planned((0.0, 0.05, 0.1, 0.15, 0.2))
    assert planned.plan.reintegration_share == (0.0, 0.05, 0.1, 0.15, 0.2)
    assert planned.plan.treatment_share == pytest.approx((1.0, 0.95, 0.9, 0.85, 0.8))


def test_a_wanted_precision_is_refused_with_all_other_faults():
    precise = {name: part for name, part in STUDY.items() if name != "replications"}
    precise["precision"] = {"share": 0.05}
    assert list(faults_of(precise)) == ["precision"]
    wrong = precise | section(scenario="elsewhere")
    del wrong["replications"]
    assert set(faults_of(wrong)) == {"precision", "optimise.scenario"}


@pytest.mark.parametrize(
    ("delay", "told"),
    [
        ({"opiate": 614.0, "crack": 614.0, "other": 30.0}, "differs by group"),
        ({"opiate": 614.0, "crack": 614.0, "other": 614.0}, "614 days for all"),
        ((614.0, 614.0, 0.0, 0.0, 0.0), "differs by year"),
        (90.0, "90 days"),
    ],
)
def test_what_the_scenario_has_of_a_lever_is_told_where_no_number_tells_it(delay, told):
    plan = {"move_on_delay_days": delay}
    scenario = sim.load("park").model_copy(
        update={"plan": sim.load("park").plan.model_copy(update=plan)}
    )
    prepared = prepare(check(STUDY, scenarios=[scenario, sim.load("move_on")]))
    assert prepared.question.told(prepared.question.own)[0] == told


def test_a_limit_is_told_as_it_was_asked_for():
    limits = {
        "caseload_per_keyworker@highest": {"at_most": 60},
        "waited_3_weeks_or_less_share@lowest": {"at_least": 0.875},
    }
    first, second = prepare(check(section(limits=limits))).question.limits
    assert "at most 60, in" in first.told
    assert "at least 87.5%, in" in second.told


def test_too_few_trials_for_a_search_are_said_to_be(one):
    few, _ = searched(section(objectives={RECOVERED: "higher", DIED: "lower"}), trials=16)
    enough, _ = searched(section(objectives={RECOVERED: "higher", DIED: "lower"}), trials=17)
    said = "Plans were drawn evenly: too few trials for a search."
    for found, told in ((few, True), (enough, False)):
        assert (said in found.sentences()) == told
        assert (said in markdown(optimise_document(found, "A study", "x", draw=False))) == told
    assert not any("too few trials" in each for each in one[0].sentences())


def alone():
    """Both objectives are best at the scenario's own plan, where no other is left to confirm."""
    asked = section(objectives={DIED: "higher"}, limits={"deaths@total": {"at_least": 0}})
    asked["optimise"] |= {"objectives": {DIED: "higher", "spent_gbp@total": "lower"}, "trials": 8}
    return searched(asked)[0]


def test_a_frontier_of_one_plan_is_told_in_the_singular():
    found = alone()
    assert found.confirmed.places == (0,)
    first = found.sentences()[0]
    assert first.startswith("8 plans were tried. All of them hold the limits; 1 of these is beaten")
    assert "The scenario's own plan alone was confirmed" in first
    text = markdown(optimise_document(found, "A study", "x", draw=True))
    assert "Stays on the frontier" not in text
    assert "Differences from" not in text
    assert ". ." not in text
    assert "Suggested, not decided: 8" not in text


def test_plans_are_numbered_from_the_own_one_along_the_history(one):
    drawn = charts(one[0])[-1].to_dict()
    (domain,) = {
        tuple(each["encoding"]["x"]["scale"]["domain"])
        for each in drawn["layer"]
        if "scale" in each["encoding"]["x"]
    }
    assert domain == (-0.5, 39.5)


def test_what_a_search_would_take_is_an_upper_bound(one):
    _, prepared = one
    bench = bench_of(prepared.checked, model=reckoned)
    told = planned(prepared, bench)
    assert told.whole.cells == (40 + 3 + 1) * 3
    assert told.whole.seconds[0] > 0
    run(prepared, bench)
    assert len(bench.store) <= told.whole.cells
    again = planned(prepared, bench)  # and of cells that were run before there is still a time
    assert again.whole.seconds[0] > 0


# Files


def test_a_plan_is_a_scenario_that_changes_the_levers_alone(one, tmp_path):
    found, prepared = one
    files = write(found, prepared, tmp_path, "treatment-sim optimise ours.yaml")
    number = found.suggested[0]
    assert plan_file(number) in files
    scenario, park = sim.load(tmp_path / plan_file(number)), sim.load("park")
    held, support = found.tried.plans[number]
    assert scenario.plan.move_on_delay_days == held
    assert scenario.plan.reintegration_share == support
    assert scenario.plan.treatment_share == pytest.approx(park.plan.treatment_share - support)
    for own in scenario.partnerships.values():
        assert own.plan == scenario.plan
    before, after = as_dict(park), as_dict(scenario)
    changed = {name for name in after if after[name] != before[name]}
    assert changed == {"name", "title", "question", "description", "plan", "partnerships"}
    levers = {name for name in after["plan"] if after["plan"][name] != before["plan"][name]}
    assert levers == {"move_on_delay_days", "reintegration_share", "treatment_share"}
    text = (tmp_path / plan_file(number)).read_text(encoding="utf-8")
    assert text.startswith("extends: park\n")
    for words in ("Suggested, not decided", "in recovery on 31 March", "Found by a search"):
        assert words in " ".join(text.split())


def test_a_plan_over_a_changed_scenario_is_written_with_the_changes(tmp_path):
    checked = check(STUDY, changes=["plan.stretch_share=0.11", f"{COST}=24"])
    prepared = prepare(checked, trials=4)
    found = run(prepared, bench_of(prepared.checked, model=reckoned))
    text = plan_yaml(found, 1, prepared, tmp_path)
    (tmp_path / "ours.yaml").write_text(text, encoding="utf-8")
    scenario = sim.load(tmp_path / "ours.yaml")
    assert scenario.plan.stretch_share == 0.11
    assert scenario.world.groups["opiate"].treatment.cost_ready_gbp_per_week == 24
    assert scenario.plan.move_on_delay_days == found.tried.plans[1][0]


def test_a_plan_over_a_scenario_in_a_file_extends_the_file(tmp_path):
    sim.write_scenario(a_tenth_of(sim.load("park")), tmp_path / "small.yaml")
    out = tmp_path / "results"
    (tmp_path / "study.yaml").write_text(
        yaml.safe_dump(STUDY | {"scenarios": ["small.yaml"]}), encoding="utf-8"
    )
    prepared = prepare(check(tmp_path / "study.yaml"), trials=4)
    found = run(prepared, bench_of(prepared.checked, model=reckoned))
    out.mkdir()
    (out / "plan.yaml").write_text(plan_yaml(found, 1, prepared, out), encoding="utf-8")
    assert (out / "plan.yaml").read_text(encoding="utf-8").startswith("extends: ../small.yaml\n")
    scenario = sim.load(out / "plan.yaml")
    assert scenario.plan.move_on_delay_days == found.tried.plans[1][0]
    assert len(as_dict(scenario)["partnerships"]) == 1


def test_plans_of_an_earlier_search_are_taken_away_and_other_files_stay(one, tmp_path):
    found, prepared = one
    (tmp_path / "plan_999.yaml").write_text("title: 'Suggested, not decided: x'", encoding="utf-8")
    (tmp_path / "plan_ours.yaml").write_text("title: ours", encoding="utf-8")
    write(found, prepared, tmp_path)
    assert not (tmp_path / "plan_999.yaml").exists()
    assert (tmp_path / "plan_ours.yaml").exists()


def test_the_same_files_come_out_of_kept_cells_to_the_byte(tmp_path):
    asked = section(trials=16)
    for name in ("one", "two"):
        prepared = prepare(check(asked))
        bench = bench_of(prepared.checked, model=reckoned, cells=tmp_path / "cells")
        write(run(prepared, bench), prepared, tmp_path / name)
    for file in sorted((tmp_path / "one").iterdir()):
        assert file.read_bytes() == (tmp_path / "two" / file.name).read_bytes()


def test_the_record_and_the_table_say_the_same(one, tmp_path):
    found, prepared = one
    write(found, prepared, tmp_path)
    record = json.loads((tmp_path / "optimise.json").read_text(encoding="utf-8"))
    table = pd.read_csv(tmp_path / "plans.csv", keep_default_na=False, na_values=[""])
    assert len(record["plans"]) == len(table) == 40
    assert record["verdict"] == found.verdict
    assert record["winner"] == found.winner
    assert [row[RECOVERED] for row in record["plans"]] == pytest.approx(table[RECOVERED].tolist())
    assert len(record["worlds"]) == 3
    assert record["status"] == "suggested, not decided"


# Charts and the report


@pytest.mark.slow
def test_each_case_is_drawn_and_told(one, two):
    nobody, _ = searched(section(limits={"spent_gbp@total": {"at_most": 10}}, trials=8))
    for found, many in ((one[0], 2), (two[0], 3), (nobody, 1)):
        drawn = charts(found)
        assert len(drawn) == many
        for chart in drawn:
            assert to_svg(chart).startswith("<svg ")
            assert chart.description
        document = optimise_document(found, "A study", "treatment-sim optimise x", draw=True)
        text = markdown(document)
        assert "suggested, not decided" in text
        assert "treatment-sim optimise x" in text
        assert page(document).count("<figure") == many
        assert not re.search(r"\bnan\b|\binf\b", text)
    assert set(pictures(two[0])) == {"frontier.png", "levers.png", "history.png"}
    assert set(pictures(one[0])) == {"levers.png", "history.png"}


def test_a_frontier_says_which_plans_are_on_it_and_which_may_be(two):
    found, _ = two
    confirmed = found.confirmed
    assert set(confirmed.standings) <= {"on the frontier", "too close to call", "beaten"}
    for number, standing in zip(confirmed.places, confirmed.standings, strict=True):
        assert (number in found.suggested) == (bool(number) and standing != "beaten")
    title = frontier_title(found)
    assert "beaten by no other" in title or "too close to call" in title


def test_the_plans_that_are_shown_begin_with_the_own_one_and_are_few(one, two):
    for found, _ in (one, two):
        shown = plans_shown(found)
        assert shown[0] == 0
        assert 2 <= len(shown) <= 6


# The verb


def treatment_sim(*arguments):
    return CliRunner().invoke(cli.app, [str(each) for each in arguments])


@pytest.fixture
def folder(tmp_path, monkeypatch):
    sim.write_scenario(a_tenth_of(sim.load("park")), tmp_path / "small.yaml")
    asked = {"objectives": {RECOVERED: "higher"}, "worlds": 2, "trials": 6}
    study = STUDY | {
        "scenarios": ["small.yaml"],
        "replications": 2,
        "optimise": asked | {"batch": 3, "confirm": {"plans": 2, "replications": 3}},
    }
    (tmp_path / "ours.yaml").write_text(yaml.safe_dump(study), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.slow
def test_the_verb_writes_and_prints_what_was_found(folder):
    told = treatment_sim("optimise", "ours.yaml", "-w", 1)
    assert told.exit_code == 0, told.output
    assert "6 plans were tried, each with 2 runs in 2 worlds." in told.stdout
    out = folder / "results" / "ours"
    names = {file.name for file in out.iterdir()}
    assert {"plans.csv", "optimise.json", "optimise.md", "optimise.html", "levers.png"} <= names
    for plan in out.glob("plan_*.yaml"):
        assert treatment_sim("check", plan).exit_code == 0
    before = {file.name: file.read_bytes() for file in out.iterdir()}
    again = treatment_sim("optimise", "ours.yaml", "-w", 2, "--no-resume")
    assert again.exit_code == 0, again.output
    assert {f.name: f.read_bytes() for f in out.iterdir()} == {
        name: content.replace(b"--no-resume ", b"") for name, content in before.items()
    }
    shown = treatment_sim("optimise", "ours.yaml", "-w", 1, "--json")
    record = json.loads(shown.stdout)
    assert record["verb"] == "optimise"
    assert len(record["plans"]) == 6
    assert "cells done" not in shown.stdout


@pytest.mark.slow
def test_python_and_the_verb_find_the_same(folder):
    told = treatment_sim("optimise", "ours.yaml", "-w", 1, "--trials", 4, "--json")
    found = sim.optimise("ours.yaml", trials=4, out="results/again")
    plans = json.loads(told.stdout)["plans"]
    assert plans == json.loads(json.dumps(found.as_record()))["plans"]
    assert (folder / "results" / "again" / "plans.csv").is_file()


def test_a_dry_run_says_what_it_would_take_and_writes_nothing(folder):
    told = treatment_sim("optimise", "ours.yaml", "-w", 1, "--dry-run")
    assert told.exit_code == 0, told.output
    assert "At most 18 cells: 6 plans in 2 worlds with 2 runs each" in told.stdout
    assert "at most 3 plans again with 3 runs of new luck" in told.stdout
    assert not (folder / "results").exists()


def test_faults_end_the_verb_with_2_and_no_traceback(folder):
    study = yaml.safe_load((folder / "ours.yaml").read_text(encoding="utf-8"))
    study["optimise"] |= {"objectives": {"in_recovry": "higher"}, "scenario": None}
    (folder / "ours.yaml").write_text(yaml.safe_dump(study), encoding="utf-8")
    told = treatment_sim("optimise", "ours.yaml")
    assert told.exit_code == 2
    assert "did you mean in_recovery?" in told.stderr
    assert "Traceback" not in told.output
    assert not (folder / "results").exists()


def test_the_study_of_the_library_asks_for_plans():
    prepared = prepare(check(read_study("best_plan")))
    assert len(prepared.question.objectives) == 2
    assert len(prepared.question.levers.levers) == 3
