"""A formula of one's own: the bar, what each edit does to the rule that runs, and who gains and who loses."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tiny import a_tenth_of

import simulator as sim
from simulator import funding
from simulator.errors import BadInput
from simulator.model import Run, replicate_once
from simulator.own_formula import (
    RULE_ALONE,
    SETTINGS,
    Bar,
    EditedFormula,
    changes,
    set_options,
    winners,
)
from simulator.own_formula.stored import rule_hash
from simulator.own_formula.winners import members_before

approx = pytest.approx
PRESETS = sim.formula_names()
SEED = 7


@pytest.fixture(scope="module")
def activity():
    return EditedFormula.from_preset("activity_2008")


@pytest.fixture(scope="module")
def england():
    return sim.load("england_2008")


@pytest.fixture(scope="module")
def areas():
    """Three unlike areas, a tenth of the average one, in a pot of their own; four years."""
    three = (
        "partnerships={Big: {size: 1.4, old_share_weight: 1.2, area_cost_factor: 1.1},"
        " Poor: {size: 0.8, need_index: 1.5, old_share_weight: 0.7}, Small: {size: 0.5, population_index: 1.3}}"
    )
    whole = sim.load(
        "baseline_2008",
        ["years=4", three, "formula.rest.partnerships=0", "formula.phase_in_share=1.0",
         "formula.pot_gbp=7000000"],
    )  # fmt: skip
    return a_tenth_of(whole)


# The bar


def test_a_bar_is_added_as_its_decimals_read():
    ten = (0.1,) * 10  # in binary they come to less than 1
    assert Bar(ten).filled_share == 1
    assert Bar(ten).missing_share == 0


@pytest.mark.parametrize(
    ("weights", "says"),
    [
        ((0.75, 0.1), "it comes to 85%; give the missing 15% to a term"),
        ((0.75, 0.5), "it comes to 125%; take 25% away"),
        ((1.1, -0.1), "it comes to 100%; give no term less than 0%"),
        ((0.3333, 0.3333), "it comes to 66.66%; give the missing 33.34% to a term"),
        ((1.0, -0.00001), "give no term less than 0%"),
        ((0.99999,), "it comes to 99.999%; give the missing 0.001% to a term"),
        ((), "it comes to 0%; give the missing 100% to a term"),
    ],
)
def test_a_bar_that_is_not_full_says_what_is_missing(weights, says):
    bar = Bar(weights)
    assert not bar.is_full
    assert says in bar.sentence


@given(st.lists(st.floats(0, 1), min_size=1, max_size=8))
def test_a_stretched_bar_is_full_and_keeps_its_proportions(weights):
    bar = Bar(tuple(weights))
    stretched = bar.stretched
    assert Bar(stretched).is_full
    assert len(stretched) == len(weights)
    if whole := sum(weights):
        assert max(abs(s - w / whole) for s, w in zip(stretched, weights, strict=True)) <= 1e-4
    else:
        assert max(stretched) - min(stretched) <= 1e-4


def test_only_a_full_bar_becomes_a_rule(activity):
    short = activity.with_weight("need", 0.1)
    with pytest.raises(BadInput) as told:
        short.rule()
    assert [str(fault) for fault in told.value.faults] == [
        "your formula: the bar must come to 100%, got 85%; give the missing 15% to a term"
    ]
    assert short.faults == told.value.faults
    assert short.filled().rule().terms["need"].weight == approx(0.1 / 0.85, abs=1e-4)
    assert not activity.faults


def test_all_faults_are_told_at_once_in_plain_words(activity):
    wrong = activity.with_weight("need", 0.1).with_settings(
        lag_years=0, phase_in_share=(1.5,), floor_share=-1.0, observation_delay_days=10
    )
    named = {fault.name for fault in wrong.faults}
    assert named == {
        "the bar",
        "formula.lag_years",
        "formula.phase_in_share.0",
        "formula.floor_share",
        "formula.observation_delay_days",
    }
    assert all(fault.where == "your formula" and fault.advice for fault in wrong.faults)


def test_a_floor_above_a_ceiling_is_a_fault(activity):
    wrong = activity.with_settings(floor_share=1.2, ceiling_share=1.1)
    assert wrong.faults


def test_what_is_not_there_is_named_with_the_nearest(activity):
    with pytest.raises(BadInput, match="did you mean need"):
        activity.with_weight("neeed", 0.1)
    with pytest.raises(BadInput, match="did you mean lag_years"):
        activity.with_settings(lag_year=2)


# The rule that runs

EDITS = {
    "weight": lambda e: e.with_weight("activity", 0.5).with_weight("need", 0.5),
    "group_weights": lambda e: e.with_group_weights(
        "activity", {"opiate": 1.0, "crack": 1.0, "other": 3.0}
    ),
    "counts": lambda e: replace(e, terms=(e.terms[0], replace(e.terms[1], counts="population"))),
    "with_term": lambda e: e.with_weight("need", 0.0).with_term("completions", 0.25),
    "without_term": lambda e: e.without_term("need").filled(),
    "area_cost_share": lambda e: e.with_settings(area_cost_share=0.0),
    "lag_years": lambda e: e.with_settings(lag_years=2),
    "observation_delay_days": lambda e: e.with_settings(observation_delay_days=250),
    "phase_in_share": lambda e: e.with_settings(phase_in_share=0.5),
    "floor_share": lambda e: e.with_settings(floor_share=1.0),
    "ceiling_share": lambda e: e.with_settings(ceiling_share=1.01),
    "rounding_gbp": lambda e: e.with_settings(rounding_gbp=1000),
}


def paid(scenario):
    """Every partnership's pounds by year, as a run pays them."""
    lived = replicate_once(scenario, SEED, 0)
    return [
        {name: sum(each) for name, each in funding.allocate(y.pot_gbp, y.members, y.rule).pounds.items()}
        for y in lived.inputs
    ]  # fmt: skip


@pytest.fixture(scope="module")
def start(activity):
    return activity.with_settings(phase_in_share=1.0)


@pytest.fixture(scope="module")
def paid_at_first(areas, start):
    return paid(start.laid_over(areas))


def test_every_setting_has_an_edit():
    assert set(SETTINGS) <= set(EDITS)


@pytest.mark.parametrize("edit", EDITS)
def test_each_edit_changes_the_pounds_that_a_run_pays(edit, areas, start, paid_at_first):
    edited = EDITS[edit](start)
    now = paid(edited.laid_over(areas))
    assert now != paid_at_first
    assert all(sum(year.values()) == 700_000 or sum(year.values()) == 7_000_000 for year in now)


@pytest.mark.parametrize("edit", EDITS)
def test_changes_on_the_command_line_pay_the_same_pounds(edit, start):
    baseline = sim.load("baseline_2008")
    edited = EDITS[edit](start)
    told = sim.load("baseline_2008", set_options(edited, baseline))
    assert rule_hash(told.formula) == rule_hash(edited.laid_over(baseline).formula)


@pytest.mark.parametrize("name", PRESETS)
def test_every_formula_of_the_library_is_edited_as_it_stands(name):
    edited = EditedFormula.from_preset(name)
    assert edited.rule() == sim.load_formula(name).formula
    assert edited.is_as_it_began
    assert edited.shown_title == sim.load_formula(name).title
    baseline = sim.load("baseline_2008")
    told = sim.load("baseline_2008", set_options(edited, baseline))
    assert rule_hash(told.formula) == rule_hash(sim.with_formula(baseline, name).formula)


def test_a_scenarios_own_formula_changes_nothing(england):
    own = EditedFormula.from_scenario(england)
    assert changes(own, england) == {}
    assert "completions" not in {term.name for term in own.terms}  # it weighs nothing there


def test_only_what_differs_is_changed(activity):
    baseline = sim.load("baseline_2008")
    edited = EditedFormula.from_scenario(baseline).with_weight("activity", 0.5)
    edited = edited.with_weight("need", 0.5)
    assert changes(edited, baseline) == {
        "formula.terms.activity.weight": 0.5,
        "formula.terms.need.weight": 0.5,
    }


def test_a_formula_file_reads_back_as_the_same_rule(activity, tmp_path):
    edited = activity.with_weight("need", 0.1).with_term("starts", 0.15)
    file = tmp_path / "ours.yaml"
    file.write_text(edited.yaml(), encoding="utf-8")
    read = sim.load_formula(file)
    assert read.formula == edited.rule()
    assert read.without_evidence == ()
    assert read.title == "Numbers in treatment, 2008-09 on, edited"


def test_evidence_stays_with_what_is_the_same(activity):
    evidence = activity.with_weight("need", 0.1).with_term("starts", 0.15).preset().evidence
    assert evidence["formula.lag_years"].grade == "derived"
    assert "Chosen" in evidence["formula.terms.need.weight"].source
    assert "Hansard" in evidence["formula.terms.activity.weight"].source


def test_two_terms_may_count_the_same(activity):
    edited = activity.with_term("starts").with_term("starts")
    assert [term.name for term in edited.terms] == ["activity", "need", "starts", "starts_2"]


# Who gains and who loses


@pytest.mark.parametrize("name", PRESETS)
def test_the_pot_is_shared_to_the_pound(name, england):
    told = winners(england, EditedFormula.from_preset(name))
    assert len(told.areas) == 149
    for at, pot in enumerate(told.pots_gbp):
        assert sum(area.present_gbp[at] for area in told.areas) == pot
        assert sum(area.edited_gbp[at] for area in told.areas) == pot


@pytest.mark.parametrize("name", ["completions_2012", "unmet_need_capitation", "tariff_by_step"])
def test_the_first_year_is_what_a_run_pays(name, areas):
    """A run counts the year before day 0 of itself, and the pounds are the same to the pound."""
    edited = EditedFormula.from_preset(name)
    run = Run(edited.laid_over(areas), SEED, 0)
    run.live_year()
    inputs = run.inputs[0]
    lived = funding.allocate(inputs.pot_gbp, inputs.members, inputs.rule).pounds
    told = winners(areas, edited)
    assert {area.name: area.edited_gbp[0] for area in told.areas} == {
        name: sum(each) for name, each in lived.items()
    }


@pytest.mark.slow
def test_the_first_year_of_england_is_what_a_run_pays():
    types = sim.load("england_2008_types")
    edited = EditedFormula.from_preset("completions_2012")
    run = Run(edited.laid_over(types), SEED, 0)
    run.live_year()
    inputs = run.inputs[0]
    lived = funding.allocate(inputs.pot_gbp, inputs.members, inputs.rule).pounds
    told = winners(types, edited)
    assert {area.name: area.edited_gbp[0] for area in told.areas} == {
        name: sum(each) for name, each in lived.items()
    }


def test_two_areas_by_hand():
    """Alike in people and need, but one was paid three times as much; the pot is what both were paid."""
    areas = "partnerships={Rich: {old_share_weight: 1.5}, Poor: {old_share_weight: 0.5}}"
    own = [
        "formula.rest.partnerships=0",
        "formula.pot_gbp=5000000",
        "history.allocation_gbp=2500000",
    ]
    told = winners(
        sim.load("baseline_2008", [areas, *own]), EditedFormula.from_preset("need_only_2006")
    )
    first = told.first_year
    # Present: the floor of 9/10 holds the rich one at 0.675 of the pot. Need alone gives each a half.
    rich, poor = first.gains
    assert (rich.name, rich.before_gbp, rich.present_gbp) == ("Rich", 3_750_000, 3_375_000)
    assert rich.edited_gbp == poor.edited_gbp == 2_500_000
    assert rich.change_share == approx(0.5 / 0.675 - 1)
    assert (first.winners, first.losers, first.by_much(1), first.by_much(-1)) == (1, 1, 1, 1)
    assert first.moved_share == approx(0.175)
    assert told.rule_alone.winners == told.rule_alone.losers == 0  # by both rules, half each


def test_the_rest_of_england_shares_the_pot_and_stands_for_all_of_them():
    told = winners(sim.load("baseline_2008"), EditedFormula.from_preset("need_only_2006"))
    assert told.first_year.partnerships == 149
    assert sum(area.edited_gbp[0] for area in told.areas) == told.pots_gbp[0]


def test_sentences_say_who_by_how_much_and_in_which_pounds(england):
    told = winners(england, EditedFormula.from_preset("need_only_2006")).first_year
    assert (
        told.message == f"{told.winners} of 149 gain, {told.losers} lose; the largest loss is 47%"
    )
    for part in ("In 2008-09", "against the present rule", "changes hands", "prices of 2008-09"):
        assert part in told.sentence
    assert told.worst.name in told.sentence
    same = winners(england, EditedFormula.from_scenario(england)).first_year
    assert same.message == "Nobody gains or loses: all 149 are paid the same"


def test_a_look_has_a_table_and_an_unknown_year_a_message(england):
    told = winners(england, EditedFormula.from_preset("need_only_2006"))
    table = told.rule_alone.table
    assert len(table) == 149
    assert table["change_share"].is_monotonic_increasing
    assert table["edited_rule_gbp"].sum() == told.pots_gbp[0]
    with pytest.raises(BadInput, match="must be a year of the run"):
        told.look("2001-02")
    assert told.looks[-1] == RULE_ALONE


def test_what_any_rule_may_count_is_there(areas):
    for member in members_before(areas):
        for kind in funding.PEOPLE_COUNTED.values():
            assert sum(getattr(member.counts, kind)) > 0
