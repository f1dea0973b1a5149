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
