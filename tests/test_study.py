"""What a study may say, what it means, and what is told where it is wrong."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator import BadInput
from simulator.scenario import as_dict
from simulator.study import check, read_study
from simulator.study.dimension import Spread
from simulator.study.outcome import Outcome
from simulator.study.schema import Distribution

COST = "world.groups.opiate.treatment.cost_ready_gbp_per_week"
DELAY = "plan.move_on_delay_days"
YEARS = ("2008-09", "2009-10", "2010-11", "2011-12", "2012-13")


def study(**parts):
    return {"title": "A study", "scenarios": ["park", "move_on"], **parts}


def checked(**parts):
    return check(study(**parts))


def one(factor, **parts):
    """The study of one factor, and its dimension."""
    found = checked(factors={"it": factor}, **parts)
    return found, found.dimensions[0]


def faults(given):
    with pytest.raises(BadInput) as refused:
        check(given)
    return [str(fault) for fault in refused.value.faults]


# What it means


def test_a_factor_takes_title_unit_range_and_grade_from_the_evidence():
    _, cost = one({"path": COST, "range": "evidence"})
    assert (cost.title, cost.unit) == (
        "Opiates: Cost of a client who is ready to leave",
        "£ a week",
    )
    assert (cost.low, cost.high, cost.base, cost.grade) == (20.0, 50.0, 35.0, "assumed")
    assert not cost.is_lever


def test_values_reach_the_scenario_that_runs():
    found, _ = one({"path": COST, "range": "evidence"})
    world = as_dict(found.world(1, [27.5]))
    assert world["world"]["groups"]["opiate"]["treatment"]["cost_ready_gbp_per_week"] == 27.5


def test_a_lever_reaches_every_partnership():
    found = checked(levers={"delay": {"path": DELAY, "values": [0, 91, 182]}})
    world = found.world(0, [1.0])
    assert found.dimensions[0].is_lever
    assert not one({"path": DELAY, "values": [0]})[1].is_lever  # varied, and not for us to choose
    assert {own.plan.move_on_delay_days for own in world.partnerships.values()} == {91.0}


def test_where_a_point_has_nothing_the_scenario_is_as_it_is():
    found, _ = one({"path": DELAY, "range": [0, 100]})
    for place, scenario in enumerate(found.bare):
        assert found.world(place, [math.nan]) == scenario


def test_no_change_makes_the_same_world():
    found, cost = one({"path": COST, "range": "evidence"})
    assert found.world(0, [cost.base]) == found.bare[0]


def test_a_change_may_multiply_several_places_at_once():
    paths = [f"world.groups.{group}.need.onset_per_year" for group in ("opiate", "crack")]
    found, need = one({"paths": paths, "range": [0.8, 1.2], "change": "multiply"})
    before, after = as_dict(found.bare[0]), as_dict(found.world(0, [0.8]))
    assert need.base == 1.0
    for group in ("opiate", "crack"):
        was, now = (each["world"]["groups"][group]["need"] for each in (before, after))
        assert now["onset_per_year"] == pytest.approx(0.8 * was["onset_per_year"])
    assert after["world"]["groups"]["other"] == before["world"]["groups"]["other"]


def test_a_lever_may_change_in_one_year_or_from_one_on():
    found = checked(levers={"delay": {"path": DELAY, "range": [0, 900], "by_year": True}})
    assert found.names == tuple(f"delay.{year}" for year in YEARS)
    plan = found.world(0, [math.nan, 30.0, math.nan, math.nan, 60.0]).plan
    assert plan.move_on_delay_days == (1460.0, 30.0, 1460.0, 1460.0, 60.0)
    later, _ = one({"path": DELAY, "range": [0, 900], "from_year": "2010-11"})
    assert later.world(1, [90.0]).plan.move_on_delay_days == (0.0, 0.0, 90.0, 90.0, 90.0)


def test_a_share_takes_from_another_so_that_the_plan_still_sums_to_one():
    share = {"path": "plan.reintegration_share", "range": [0, 0.3]}
    found, _ = one(share | {"takes_from": "plan.treatment_share"})
    before, after = found.bare[0].plan, found.world(0, [0.25]).plan
    assert after.reintegration_share == 0.25
    assert after.treatment_share == pytest.approx(before.treatment_share - 0.25)
    assert faults(study(factors={"it": share}))  # alone it cannot


def test_followers_move_with_their_leader_or_against_it():
    group = "world.groups.{}.treatment.cost_ready_gbp_per_week"
    factors = {
        "first": {"path": group.format("opiate"), "range": [20, 50]},
        "second": {"path": group.format("crack"), "range": [10, 40], "follows": "first"},
        "third": {"path": group.format("other"), "range": [0, 30], "follows": "first"}
        | {"backwards": True},
    }
    found = checked(factors=factors)
    assert found.names == ("first",)
    groups = found.world(0, [29.0]).world.groups  # three tenths of the way
    assert groups["crack"].treatment.cost_ready_gbp_per_week == pytest.approx(19.0)
    assert groups["other"].treatment.cost_ready_gbp_per_week == pytest.approx(21.0)


def test_formulas_may_be_a_factor():
    found, formula = one({"path": "formula", "values": ["activity_2008", "need_only_2006"]})
    terms = [found.world(0, [place]).formula.terms for place in (0.0, 1.0)]
    assert {term.counts for term in terms[1].values()} == {"need_index"}
    assert terms[0] != terms[1]
    assert formula.told(1.0) == "need_only_2006"


@pytest.fixture(scope="module")
def every():
    """A study of all assumptions that have a range."""
    return checked(assumptions={}, design={"kind": "latin_hypercube", "points": 40})


def test_every_assumption_with_a_range_can_be_a_factor(every):
    few = checked(assumptions={"grades": ["unverified", "assumed"], "at_most": 5})
    assert len(every.dimensions) > 100
    assert len(few.dimensions) == 5
    assert all(each.grade in ("unverified", "assumed") for each in few.dimensions)
    assert all(each.low < each.high for each in every.dimensions)


def test_ranges_of_the_evidence_go_as_far_as_the_scenario_can_take_them():
    """What a settled client costs is at most what a new one does: £50 of the range of £25 to £60."""
    settled = "world.groups.other.treatment.cost_settled_gbp_per_week"
    _, narrowed = one({"path": settled, "range": "evidence"})
    assert narrowed.high == 50.0
    assert faults(study(factors={"it": {"path": settled, "range": [25, 60]}}))


def test_no_phase_of_treatment_costs_more_than_the_one_before(every):
    points = every.points()
    names = list(every.names)
    phases = ("cost_first_12_weeks", "cost_settled", "cost_ready")
    for group in ("opiate", "crack", "other"):
        paths = [f"world.groups.{group}.treatment.{phase}_gbp_per_week" for phase in phases]
        first, settled, ready = (points[:, names.index(path)] for path in paths)
        assert (first >= settled).all()
        assert (settled >= ready).all()
    for point in points[:10].tolist():
        every.world(0, point)  # would load


def test_whole_pounds_stay_whole_although_they_are_told_by_year():
    found, pot = one({"path": "formula.pot_gbp", "range": "evidence"})
    assert pot.base is None  # it grows
    assert found.world(0, [400_000_000.4]).formula.pot_gbp == 400_000_000


# Distributions


def distributions():
    kinds = [
        {"kind": "uniform", "low": -1, "high": 3},
        {"kind": "log_uniform", "low": 0.5, "high": 50},
        {"kind": "triangular", "low": 1, "mode": 1, "high": 4},
        {"kind": "normal", "mean": 5, "sd": 2},
        {"kind": "normal", "mean": 5, "sd": 2, "low": 4},
        {"kind": "normal", "mean": 5, "sd": 2, "low": 4, "high": 9},
        {"kind": "lognormal", "median": 2, "spread": 1.5},
        {"kind": "lognormal", "median": 2, "spread": 1.5, "high": 3},
        {"kind": "beta", "low": 0, "high": 10, "alpha": 2, "beta": 5},
    ]
    return [Spread(distribution=Distribution(**kind)) for kind in kinds]


SPREADS = [*distributions(), Spread(low=-2.0, high=8.0)]


@pytest.mark.parametrize("spread", SPREADS)
@given(u=st.floats(0.001, 0.999), v=st.floats(0.001, 0.999))
def test_quantiles_rise_and_positions_undo_them(spread, u, v):
    low, high = sorted((u, v))
    assert spread.at(low) <= spread.at(high)
    assert spread.position(spread.at(u)) == pytest.approx(u, abs=2e-4)


def test_quantiles_are_those_of_the_distribution():
    """A normal one of mean 5 and sd 2: 1.96 sd below the mean lie 2.5 in 100."""
    normal = Spread(distribution=Distribution(kind="normal", mean=5, sd=2))
    assert normal.at(0.025) == pytest.approx(5 - 1.96 * 2, abs=1e-3)
    skewed = Spread(distribution=Distribution(kind="lognormal", median=2, spread=1.5))
    assert skewed.at(0.5) == pytest.approx(2)
    assert skewed.at(0.8413447) == pytest.approx(3, abs=1e-4)  # one geometric sd above
    triangle = Spread(distribution=Distribution(kind="triangular", low=0, mode=0, high=1))
    assert triangle.at(0.75) == pytest.approx(0.5)  # half its height at half its width


def test_a_cut_distribution_stays_inside():
    cut = Spread(distribution=Distribution(kind="normal", mean=5, sd=2, low=4, high=9))
    told = [cut.at(u) for u in np.linspace(0, 1, 101)]
    assert min(told) == pytest.approx(4)
    assert max(told) == pytest.approx(9)


def test_listed_values_are_alike_likely():
    listed = Spread(values=("a", "b", "c"))
    places = [listed.at(u) for u in np.linspace(0, 0.9999, 300)]
    assert [places.count(place) for place in (0.0, 1.0, 2.0)] == [100, 100, 100]


# Designs


def test_a_grid_has_every_combination_the_last_changing_fastest():
    factors = {
        "delay": {"path": DELAY, "values": [0, 91, 182]},
        "cost": {"path": COST, "range": [20, 40], "levels": 2},
    }
    found = checked(factors=factors, design={"kind": "grid"})
    assert found.points().tolist() == [[d, c] for d in (0, 1, 2) for c in (20.0, 40.0)]


def test_a_grid_is_what_lists_make_where_nothing_is_said():
    assert len(checked(factors={"delay": {"path": DELAY, "values": [0, 91]}}).points()) == 2
    assert len(checked(factors={"cost": {"path": COST, "range": "evidence"}}).points()) == 100
    assert checked().points().shape == (1, 0)


def test_a_hypercube_puts_one_point_into_each_slice():
    parts = {"cost": {"path": COST, "range": [0, 50]}, "delay": {"path": DELAY, "range": [0, 100]}}
    design = {"kind": "latin_hypercube", "points": 50}
    points = checked(factors=parts, design=design).points()
    slices = np.floor(points / [1.0, 2.0]).astype(int)
    assert all(sorted(column) == list(range(50)) for column in slices.T.tolist())
    other = checked(factors=parts, design=design | {"seed": 2}).points()
    assert not np.array_equal(points, other)
    assert np.array_equal(points, checked(factors=parts, design=design).points())


def test_a_sobol_sequence_fills_each_half_alike():
    parts = {"cost": {"path": COST, "range": [0, 50]}, "delay": {"path": DELAY, "range": [0, 100]}}
    points = checked(factors=parts, design={"kind": "sobol", "points": 64}).points()
    assert (points < [25.0, 50.0]).sum(axis=0).tolist() == [32, 32]


def test_points_come_from_a_file(tmp_path):
    (tmp_path / "points.csv").write_text(f"cost,{DELAY}\n20,0\n35,91.5\n", encoding="utf-8")
    text = f"""
title: Points of our own
scenarios: [park]
factors: {{cost: {{path: {COST}, range: evidence}}}}
design: {{kind: file, file: points.csv}}
"""
    (tmp_path / "ours.yaml").write_text(text, encoding="utf-8")
    found = check(tmp_path / "ours.yaml")
    assert found.names == ("cost", DELAY)
    assert found.points().tolist() == [[20.0, 0.0], [35.0, 91.5]]


def test_draws_of_a_fit_are_a_design():
    design = {"kind": "file", "file": "england_2008_fitted"}
    found = check(study(scenarios=["england_2008_fitted"], design=design))
    assert found.points().shape == (len(found.listed.rows), len(found.names))
    assert len(found.points()) >= 40


# Outcomes


BY_YEAR = np.array([[1.0, 2.0, 3.0, 6.0, 5.0], [np.nan, 2.0, np.nan, 4.0, np.nan]])


@pytest.mark.parametrize(
    ("year", "first", "second"),
    [
        ("last", 5, np.nan),
        ("first", 1, np.nan),
        ("total", 17, np.nan),
        ("mean", 3.4, 3.0),
        ("highest", 6, 4),
        ("lowest", 1, 2),
        ("2009-10", 2, 2),
    ],
)
def test_an_outcome_is_read_off_the_years(year, first, second):
    told = Outcome("in_recovery", year, years=YEARS).of_years(BY_YEAR)
    assert told == pytest.approx([first, second], nan_ok=True)


def test_people_on_a_day_are_told_of_the_last_year_and_flows_in_total():
    found = checked(measures=["in_recovery", "deaths", "mean_wait_days", "in_recovery@first"])
    assert [each.key for each in found.outcomes] == [
        "in_recovery@last",
        "deaths@total",
        "mean_wait_days@mean",
        "in_recovery@first",
    ]
    assert found.outcomes[1].label == "deaths, all 5 years together"
    assert found.outcomes[0].label == "in recovery on 31 March, 2012-13"


# What is wrong is told


@pytest.mark.parametrize(
    ("parts", "told"),
    [
        ({"scenarios": ["prak"]}, "did you mean park?"),
        ({"scenarios": ["park", "park"]}, "be named once"),
        ({"scenarios": ["park", "eight_park"]}, "have the partnerships of park"),
        ({"measures": ["in_recovry"]}, "did you mean in_recovery?"),
        ({"measures": ["in_recovery@total"]}, "do not add up"),
        ({"measures": ["in_recovery@2015-16"]}, "have a year of the scenarios"),
        ({"measures": [{"measure": "spent_gbp", "group": "opiate"}]}, "have no group"),
        ({"measures": ["deaths", "deaths@total"]}, "be named once"),
        ({"factors": {"it": {"path": "plan.move_on", "range": [0, 1]}}}, "move_on_delay_days"),
        ({"factors": {"it": {"path": DELAY}}}, "one of values, range and distribution"),
        ({"factors": {"it": {"path": DELAY, "range": [5, 1]}}}, "a range that rises"),
        ({"factors": {"it": {"path": DELAY, "range": "wide"}}}, "evidence, or a lowest"),
        ({"factors": {"it": {"path": DELAY, "range": "evidence"}}}, "in the evidence of plan"),
        ({"factors": {"it": {"path": DELAY, "range": [-5, 10]}}}, "may have"),
        ({"factors": {"it": {"path": "formula", "values": ["need"]}}}, "be a formula"),
        ({"factors": {"it": {"path": COST, "range": [1, 2], "follows": "x"}}}, "follows no other"),
        ({"factors": {"it": {"path": "plan", "values": [1]}}}, "name a value, not a part"),
        (
            {"factors": {"it": {"path": COST, "range": [1, 2], "by_year": True}}},
            "lever of the plan",
        ),
        (
            {"factors": {each: {"path": COST, "range": [20, 30]} for each in "ab"}},
            "be apart from that of a",
        ),
        (
            {
                "factors": {
                    "all": {"path": DELAY, "range": [0, 9]},
                    "one": {"path": f"{DELAY}.opiate", "range": [0, 9]},
                }
            },
            "be apart from that of all",
        ),
        ({"factors": {"cell": {"path": COST, "range": [20, 30]}}}, "have another name"),
        ({"factors": {"it": {"path": "years", "values": [3, 5]}}}, "not vary"),
        ({"factors": {"it": {"path": "title", "values": ["a"]}}}, "not vary"),
        (
            {
                "factors": {
                    "it": {
                        "path": COST,
                        "distribution": {
                            "kind": "normal",
                            "mean": 0,
                            "sd": 1,
                            "low": 50,
                            "high": 60,
                        },
                    }
                }
            },
            "have some weight",
        ),
        (
            {"factors": {"it": {"path": "plan.reintegration_share", "range": ["0%", "10%"]}}},
            "write 10% as 0.1",
        ),
        (
            {"factors": {"it": {"path": "plan.reintegration_share", "range": [0, 0.1]}}},
            "takes_from",
        ),
        ({"design": {"kind": "sobol", "points": 100}}, "power of two"),
        ({"design": {"kind": "latin_hypercube"}}, "have points"),
        ({"design": {"kind": "file", "file": "nowhere.csv"}}, "nowhere.csv"),
        ({"replications": 5, "precision": {"share": 0.1}}, "not both"),
        ({"replicatoins": 5}, "known name"),
    ],
)
def test_a_fault_says_what_must_be_and_what_to_do(parts, told):
    assert told in "\n".join(faults(study(**parts)))


@pytest.mark.parametrize(
    "distribution",
    [
        {"kind": "normal", "mean": 1},
        {"kind": "normal", "mean": 1, "sd": 0},
        {"kind": "uniform", "low": 1, "high": 1},
        {"kind": "triangular", "low": 1, "mode": 5, "high": 4},
        {"kind": "log_uniform", "low": 0, "high": 4},
        {"kind": "uniform", "low": 0, "high": 4, "sd": 1},
        {"kind": "gaussian", "mean": 1, "sd": 1},
    ],
)
def test_a_distribution_that_is_none_is_refused(distribution):
    assert faults(study(factors={"it": {"path": COST, "distribution": distribution}}))


def test_all_faults_of_a_file_are_told_at_once_with_their_lines(tmp_path):
    text = """title: Wrong
scenarios: [park]
measures: [deaths, deths]
factors:
  cost: {path: world.nothing, range: [1, 2]}
  delay: {path: plan.move_on_delay_days, range: [3, 1]}
"""
    file = tmp_path / "wrong.yaml"
    file.write_text(text, encoding="utf-8")
    told = faults(file)
    assert len(told) == 2  # of form, before the scenario is looked at
    assert all(any(f"wrong.yaml:{line}" in each for each in told) for line in (3, 6))
    file.write_text(
        text.replace("deths", "in_contact@2001-02").replace("[3, 1]", "[-3, 1]"), encoding="utf-8"
    )
    told = faults(file)
    assert all(any(f"wrong.yaml:{line}" in each for each in told) for line in (3, 5))


def test_a_point_file_tells_each_wrong_line(tmp_path):
    (tmp_path / "points.csv").write_text("cost\n20\nmany\n30,1\n", encoding="utf-8")
    text = f"title: T\nscenarios: [park]\ndesign: {{kind: file, file: points.csv}}\nfactors: {{cost: {{path: {COST}, range: evidence}}}}\n"
    (tmp_path / "ours.yaml").write_text(text, encoding="utf-8")
    told = faults(tmp_path / "ours.yaml")
    assert len(told) == 2
    assert "points.csv:3" in told[0]
    assert "points.csv:4" in told[1]


def test_columns_that_are_nothing_and_semicolons_are_told_once(tmp_path):
    text = "title: T\nscenarios: [park]\ndesign: {kind: file, file: points.csv}\n"
    text += f"factors: {{cost: {{path: {COST}, range: evidence}}}}\n"
    (tmp_path / "ours.yaml").write_text(text, encoding="utf-8")
    (tmp_path / "points.csv").write_text("cots\n20\n30\n", encoding="utf-8")
    told = faults(tmp_path / "ours.yaml")
    assert any("points.csv:1" in each and "did you mean cost?" in each for each in told)
    (tmp_path / "points.csv").write_text("cost;note\n20;1\n30;2\n", encoding="utf-8")
    (told,) = faults(tmp_path / "ours.yaml")
    assert "save it as CSV, comma delimited" in told


def test_whole_people_are_told_as_they_are_run():
    people = "history.groups.opiate.never_treated"
    found, _ = one({"path": people, "range": [200, 700]})
    points = found.points()
    assert np.array_equal(points, np.round(points))


def test_a_narrow_range_keeps_its_digits():
    narrow = Spread(low=1_000_000.0, high=1_000_001.0)
    assert len({narrow.at(u) for u in np.linspace(0, 1, 101)}) == 101


def test_a_study_in_python_is_the_one_in_a_file(tmp_path):
    text = f"title: T\nscenarios: [park]\nfactors:\n  cost: {{path: {COST}, range: [20, 30]}}\n"
    (tmp_path / "t.yaml").write_text(text, encoding="utf-8")
    same = {
        "title": "T",
        "scenarios": ["park"],
        "factors": {"cost": {"path": COST, "range": (20, 30)}},
    }
    assert read_study(tmp_path / "t.yaml").study == read_study(same).study
    again = read_study(read_study(same).study)
    assert again.study == read_study(same).study
