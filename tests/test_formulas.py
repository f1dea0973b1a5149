"""Formulas of the library: each is whole, has its sources, and takes the place of a scenario's own."""

from __future__ import annotations

import pytest
import yaml

from simulator import scenario as scenarios
from simulator.errors import BadInput
from simulator.evidence import assumptions
from simulator.model import rule
from simulator.replicate import run
from simulator.scenario.formulas import KEPT, formula_yaml

WRONG = """\
title: A broken one
description: It should be refused.
formula:
  terms:
    activity: {counts: efective_clients, weight: 0.9}
    need: {counts: need_index, weight: 0.2, group_weights: {opiate: 2}}
  area_cost_share: 2
  lag_years: 0
  observation_delay_days: 90
  phase_in_share: 1.0
  floor_share: 0.9
  ceiling_share: null
  rounding_gbp: 1
  pot_gbp: 1000
evidence:
  plan.stretch_share: {grade: assumed, range: null, source: Nobody}
"""

OWN = """\
title: Ours
description: Three terms.
formula:
  terms:
    numbers: {counts: effective_clients, weight: 0.5, group_weights: {opiate: 2, crack: 2, other: 1}}
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


@pytest.fixture(params=scenarios.formula_names())
def name(request):
    return request.param


def test_formulas_are_listed_as_they_were_in_force():
    names = scenarios.formula_names()
    dated = [name for name in names if name[-4:].isdecimal()]
    assert names[: len(dated)] == tuple(dated)
    assert dated == sorted(dated, key=lambda name: name[-4:])


def test_every_value_of_a_formula_has_evidence(name, baseline):
    paid = scenarios.with_formula(baseline, name)
    for told in assumptions(paid):
        if told.path.startswith("formula."):
            assert told.evidence is not None, told.path
            assert told.range is not None or told.no_range_because, told.path
            assert not told.outside_range, told.path


def test_evidence_of_a_formula_is_of_its_own_values(name, baseline):
    known = {told.path for told in assumptions(scenarios.with_formula(baseline, name))}
    assert set(scenarios.load_formula(name).evidence) <= known


def test_pot_and_members_stay_those_of_the_scenario(name, baseline):
    paid = scenarios.with_formula(baseline, name)
    for part in KEPT:
        assert getattr(paid.formula, part) == getattr(baseline.formula, part)
    assert paid.world == baseline.world
    assert paid.plan == baseline.plan


def test_every_formula_runs(name, tenth, seed):
    (sample,) = run([scenarios.with_formula(tenth, name)], 1, seed, workers=1)
    for year in sample.inputs[0]:
        assert year.rule == rule(sample.scenario, sample.inputs[0].index(year))
    assert (sample.of("allocation_gbp") > 0).all()


def test_the_rule_of_2008_is_that_of_the_baseline(baseline):
    own, shipped = baseline.formula, scenarios.load_formula("activity_2008").formula
    assert shipped.terms == {name: own.terms[name] for name in ("activity", "need")}
    assert own.terms["completions"].weight == 0
    paid = scenarios.with_formula(baseline, "activity_2008").formula
    for name in ("phase_in_share", "floor_share", "ceiling_share", "lag_years", "area_cost_share"):
        assert getattr(paid, name) == getattr(own, name)


def test_a_list_by_year_goes_on_as_it_ends():
    longer = scenarios.load(
        "baseline_2008", ["years=3", "formula.pot_gbp=1000000", "formula.phase_in_share=1.0"]
    )
    assert scenarios.with_formula(longer, "activity_2008").formula.phase_in_share == (
        0.333333,
        0.666667,
        1.0,
    )
    shorter = longer.model_copy(update={"years": 2})
    assert scenarios.with_formula(shorter, "activity_2008").formula.phase_in_share == (
        0.333333,
        0.666667,
    )


def test_a_formula_that_is_written_reads_back(name, tmp_path):
    given = scenarios.load_formula(name)
    evidence = {key: told.model_dump(mode="json") for key, told in given.evidence.items()}
    text = formula_yaml(given.title, given.description, given.formula, evidence)
    file = tmp_path / f"{name}.yaml"
    file.write_text(text, encoding="utf-8")
    assert scenarios.load_formula(file).told == given.told
    assert not set(yaml.safe_load(text)["formula"]) & set(KEPT)


def test_every_fault_of_a_formula_is_told_at_once(tmp_path):
    file = tmp_path / "wrong.yaml"
    file.write_text(WRONG, encoding="utf-8")
    with pytest.raises(BadInput) as refused:
        scenarios.load_formula(file)
    told = str(refused.value)
    for words in (
        "wrong.yaml:5: formula.terms.activity.counts must be one of",
        "did you mean effective_clients?",
        "wrong.yaml:6: formula.terms.need must have no group_weights where it counts need_index",
        "formula.area_cost_share must be a number of at most 1",
        "formula.lag_years must be a number of at least 1",
        "formula.pot_gbp must be left to the scenario",
        "evidence.plan.stretch_share must begin with formula.",
    ):
        assert words in told, told


def test_a_formula_that_weighs_other_groups_is_refused(baseline, tmp_path):
    text = yaml.safe_load(
        scenarios.formulas._shipped()["activity_2008"].read_text(encoding="utf-8")
    )
    text["formula"]["terms"]["activity"]["group_weights"] = {"opiate": 2.0, "alcohol": 1.0}
    del text["evidence"]["formula.terms.activity.group_weights.crack"]
    del text["evidence"]["formula.terms.activity.group_weights.other"]
    file = tmp_path / "other_groups.yaml"
    file.write_text(yaml.safe_dump(text), encoding="utf-8")
    with pytest.raises(BadInput, match=r"name the groups opiate, crack, other"):
        scenarios.with_formula(baseline, file)


def test_an_unknown_formula_is_refused_with_those_that_are_known():
    with pytest.raises(BadInput, match=r"did you mean completions_2012\?"):
        scenarios.load_formula("completion_2012")


def test_a_file_that_is_not_there_is_told(tmp_path):
    with pytest.raises(BadInput, match=r"nowhere\.yaml"):
        scenarios.load_formula(tmp_path / "nowhere.yaml")


# Your own


def own(folder, *changes, name="own.yaml"):
    """A formula of three terms without evidence, with texts of it changed."""
    text = OWN
    for before, after in changes:
        assert before in text
        text = text.replace(before, after)
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file


def faults_of(file):
    with pytest.raises(BadInput) as refused:
        scenarios.load_formula(file)
    return [str(fault).rpartition(f"{file.name}:")[2] for fault in refused.value.faults]


def test_a_formula_without_evidence_is_whole_and_says_which_values_have_none(tmp_path):
    found = scenarios.load_formula(own(tmp_path))
    assert found.without_evidence[:3] == (
        "formula.terms.numbers.weight",
        "formula.terms.numbers.group_weights.opiate",
        "formula.terms.numbers.group_weights.crack",
    )
    assert "formula.rounding_gbp" in found.without_evidence
    assert found.weighed_groups == ("opiate", "crack", "other")


def test_evidence_for_all_groups_at_once_is_enough(tmp_path):
    told = (
        "evidence: {formula.terms.numbers.group_weights: {grade: assumed, range: null, source: Us}}"
    )
    found = scenarios.load_formula(own(tmp_path, ("evidence: {}", told)))
    assert not any("group_weights" in path for path in found.without_evidence)
    assert "formula.terms.numbers.weight" in found.without_evidence


def test_no_value_of_the_library_is_without_evidence(name):
    assert scenarios.load_formula(name).without_evidence == ()


def test_evidence_for_a_term_that_is_not_there_is_a_fault(tmp_path):
    told = "evidence: {formula.terms.nmbers.weight: {grade: assumed, range: null, source: Us}}"
    (fault,) = faults_of(own(tmp_path, ("evidence: {}", told)))
    assert "evidence.formula.terms.nmbers.weight must name an assumption by its place" in fault
    assert "did you mean formula.terms.numbers.weight?" in fault


def test_evidence_for_what_is_the_scenarios_is_a_fault(tmp_path):
    told = "evidence: {formula.pot_gbp: {grade: assumed, range: null, source: Us}}"
    (fault,) = faults_of(own(tmp_path, ("evidence: {}", told)))
    assert "evidence.formula.pot_gbp must not be of pot_gbp or rest" in fault


@pytest.mark.parametrize(
    ("floor", "ceiling"),
    [("0.95", "0.9"), ("[0.8, 0.95]", "0.9"), ("[0.8, 1.2]", "[0.9, 0.9, 1.3]")],
)
def test_a_floor_above_its_ceiling_is_a_fault(floor, ceiling, tmp_path):
    changes = [("floor_share: null", f"floor_share: {floor}")]
    changes += [("ceiling_share: null", f"ceiling_share: {ceiling}")]
    (fault,) = faults_of(own(tmp_path, *changes))
    assert fault.split(": ")[1].startswith("formula.floor_share must be at most ceiling_share")


def test_faults_of_a_formula_hide_no_others(tmp_path):
    file = own(
        tmp_path,
        ("counts: completions, weight: 0.25", "counts: completion, weight: 0.5"),
        (
            "counts: need_index, weight: 0.25",
            "counts: need_index, group_weights: {opiate: 1}, weight: 0.25",
        ),
        ("floor_share: null", "floor_share: 0.95"),
        ("ceiling_share: null", "ceiling_share: 0.9"),
        ("lag_years: 1", "lag_years: 0"),
    )
    told = faults_of(file)
    assert [fault.split(" must")[0].partition(": ")[2] for fault in told] == [
        "formula.terms",
        "formula.terms.done.counts",
        "formula.terms.need",
        "formula.lag_years",
        "formula.floor_share",
    ], told
    assert "have weights that sum to 1 (they sum to 1.25)" in told[0]


def test_a_file_is_a_formula_where_it_tells_no_world(tmp_path, monkeypatch):
    assert scenarios.formulas.is_formula(str(own(tmp_path)))
    assert scenarios.formulas.is_formula("activity_2008")
    world = own(tmp_path, ("evidence: {}", "extends: baseline_2008"), name="scenario.yaml")
    for other in (
        str(world),
        "baseline_2008",
        "nobody",
        str(tmp_path / "nowhere.yaml"),
        "run.json",
    ):
        assert not scenarios.formulas.is_formula(other), other
