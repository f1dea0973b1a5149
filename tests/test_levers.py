"""Levers: made from the schema, and moved as people move them."""

from __future__ import annotations

from typing import Annotated

import pytest
from pydantic import Field, Strict

from simulator.evidence import register
from simulator.levers import MOST_SHOWN, adjustable, changes, in_unit, levers, standing
from simulator.proposal import Proposal
from simulator.scenario import load
from simulator.scenario.schema import Part, Plan, Scenario

BASE = load("baseline_2008")
LEVERS = {lever.path: lever for lever in levers()}


def moved(path, value, cluster=0, base=BASE):
    """The scenario once a slider stands elsewhere."""
    where = standing(LEVERS[path], base, base)
    return Proposal().with_changes(changes(where, where.slid(value, cluster), base)).scenario()


def test_there_are_at_most_eight_with_who_acts():
    assert len(LEVERS) + 1 == MOST_SHOWN
    assert [lever.whose for lever in levers()] == ["yours"] * 4 + ["others"] * 3


@pytest.mark.parametrize("path", LEVERS)
def test_every_lever_says_what_it_is(path):
    lever = LEVERS[path]
    assert lever.question.endswith("?")
    assert lever.told
    assert lever.unit
    assert lever.low < lever.high
    assert 0 < lever.step < lever.high - lever.low


@pytest.mark.parametrize("path", LEVERS)
@pytest.mark.parametrize("part", [0.0, 0.37, 1.0])
def test_every_slider_changes_the_scenario_to_what_it_shows(path, part):
    lever = LEVERS[path]
    value = lever.low + part * (lever.high - lever.low)
    now = moved(path, value)
    found = standing(lever, BASE, now)
    assert found.slider() == pytest.approx(value, abs=1e-6)
    assert found.moved == (value != standing(lever, BASE, BASE).slider())
    assert not found.differs_by_year()


def test_a_lever_that_is_added_to_the_schema_appears_by_itself():
    class MorePlan(Plan):
        music_share: Annotated[float, Strict()] = Field(
            title="Share for music",
            description="What it does.",
            json_schema_extra={
                "unit": "share",
                "lever": {
                    "question": "How much music?",
                    "low": 0,
                    "high": 1,
                    "step": 0.1,
                    "order": 0,
                },
            },
        )

    class MoreScenario(Scenario):
        plan: MorePlan

    first = levers(MoreScenario)[0]
    assert (first.path, first.question, first.unit) == (
        "plan.music_share",
        "How much music?",
        "share",
    )


def test_groups_that_stand_apart_at_the_start_are_moved_apart():
    where = standing(LEVERS["plan.move_on_delay_days"], BASE, BASE)
    assert where.clusters == (("opiate", "crack"), ("other",))
    now = moved("plan.move_on_delay_days", 30.0)
    assert now.plan.move_on_delay_days == {"opiate": 30.0, "crack": 30.0, "other": 30.0}
    again = standing(LEVERS["plan.move_on_delay_days"], BASE, now)
    assert again.clusters == where.clusters, "else the two could not be told apart any more"


def test_groups_that_stand_together_at_the_start_are_moved_together():
    start = load("move_on")
    where = standing(LEVERS["plan.move_on_delay_days"], start, start)
    assert where.clusters == (("opiate", "crack", "other"),)
    found = changes(where, where.slid(90.0), start)
    assert found == {"plan.move_on_delay_days": 90.0}


def test_money_for_reintegration_comes_out_of_treatment():
    now = moved("plan.reintegration_share", 0.08)
    assert now.plan.reintegration_share == 0.08
    assert now.plan.treatment_share == 0.92


def test_shares_of_more_than_the_whole_are_refused_with_what_is_possible():
    start = load("engage_other_drugs")
    outreach = start.plan.outreach_share
    assert outreach != 0
    where = standing(LEVERS["plan.reintegration_share"], start, start)
    with pytest.raises(
        ValueError, match=r"can be at most .*%: the shares of the money come to 100%"
    ):
        changes(where, where.slid(1.0), start)


def test_the_pot_moves_every_year_in_proportion():
    now = moved("formula.pot_gbp", -0.1)
    assert now.formula.pot_gbp == (335_700_000, 335_700_000, 343_170_000, 343_170_000, 343_170_000)


def test_a_floor_of_nothing_is_no_floor():
    frozen = moved("formula.floor_share", 0.0).formula
    assert frozen.floor_share == 0
    assert LEVERS["formula.floor_share"].shown(0) == "none"


def test_one_year_may_differ():
    where = standing(LEVERS["plan.stretch_share"], BASE, BASE)
    values = where.typed(2, 0.1)
    found = changes(where, values, BASE)
    assert found == {"plan.stretch_share": [0.05, 0.05, 0.1, 0.05, 0.05]}
    now = Proposal().with_changes(found).scenario()
    assert standing(LEVERS["plan.stretch_share"], BASE, now).differs_by_year()


def test_a_lever_that_is_put_back_leaves_no_change():
    where = standing(
        LEVERS["plan.reintegration_share"], BASE, moved("plan.reintegration_share", 0.1)
    )
    assert changes(where, where.start, BASE) == {
        "plan.reintegration_share": None,
        "plan.treatment_share": None,
    }


def test_where_nobody_else_shares_the_pot_their_growth_is_no_lever():
    paths = [lever.path for lever in levers(given=load("eight_park"))]
    assert "formula.rest.growth_per_year" not in paths
    assert "formula.pot_gbp" in paths


def test_assumptions_are_numbers_with_a_range_and_no_levers_the_most_influential_first():
    found = adjustable(register(BASE))
    assert len(found) > 50
    assert not {each.path for each in found} & set(LEVERS)
    sizes = [each.influence.size if each.influence else -1 for each in found]
    assert sizes == sorted(sizes, reverse=True)
    assert all(each.range[0] < each.range[1] for each in found)


@pytest.mark.parametrize(
    ("value", "unit", "told"),
    [
        (0.075, "share", "7.5%"),
        (-0.006, "a year", "−0.6% a year"),
        (90, "days", "90 days"),
        (373_000_000, "£", "£373m"),
        (35, "£ a week", "£35 a week"),
        (1.25, "ratio", "1.25"),
    ],
)
def test_numbers_are_told_with_their_unit(value, unit, told):
    assert in_unit(value, unit) == told


def test_a_field_without_lever_is_none():
    class Nothing(Part):
        plain: float = Field(title="Plain")

    assert levers(Nothing) == ()
