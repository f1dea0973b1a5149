"""Many replications: the same for any number of workers and in any order, and paired person by person."""

from __future__ import annotations

import math
from dataclasses import replace
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import ttest_rel
from tiny import a_tenth_of, changed, with_places_unlimited

from simulator import replicate
from simulator.errors import BadInput
from simulator.incentives import band
from simulator.measures import MEASURES, MONEY_MEASURES
from simulator.scenario import load
from simulator.scenario.own_world import of_partnership

MONEY = frozenset(MONEY_MEASURES)


@pytest.fixture(scope="module")
def moved_on():
    return a_tenth_of(load("move_on"))


@pytest.fixture(scope="module")
def sample(tenth, seed):
    return replicate.run([tenth], 7, seed, workers=1)[0]


@pytest.fixture(scope="module")
def eight(seed):
    scenario = a_tenth_of(load("eight_park", ["years=2", *TWO_YEARS]))
    return replicate.run([scenario], 2, seed, workers=1)[0]


TWO_YEARS = ["formula.pot_gbp=20026845", "formula.phase_in_share=1.0"]


def same(ours, theirs):
    alike = ours.values.tobytes() == theirs.values.tobytes() and ours.inputs == theirs.inputs
    return alike and ours.accounts.tobytes() == theirs.accounts.tobytes()


# The same numbers, however they are made


def test_two_workers_give_the_same_bytes_as_one(tenth, moved_on, seed):
    scenarios = [tenth, moved_on]
    one, two = (replicate.run(scenarios, 7, seed, workers=workers) for workers in (1, 2))
    assert all(same(ours, theirs) for ours, theirs in zip(one, two, strict=True))
    text = [[each.table.to_csv() for each in samples] for samples in (one, two)]
    assert text[0] == text[1]


def test_the_order_of_scenarios_does_not_matter(tenth, moved_on, seed):
    there = replicate.run([tenth, moved_on], 3, seed, workers=1)
    back = replicate.run([moved_on, tenth], 3, seed, workers=1)
    assert same(there[0], back[1])
    assert same(there[1], back[0])


def test_a_scenario_alone_is_as_beside_others(tenth, moved_on, seed):
    (alone,) = replicate.run([moved_on], 3, seed, workers=1)
    assert same(alone, replicate.run([tenth, moved_on], 3, seed, workers=1)[1])


def test_more_replications_begin_with_the_fewer(tenth, sample, seed):
    (fewer,) = replicate.run([tenth], 3, seed, workers=1)
    assert np.array_equal(fewer.values, sample.values[:3], equal_nan=True)


def test_replications_and_seeds_differ(tenth, sample, seed):
    assert not np.array_equal(sample.values[0], sample.values[1], equal_nan=True)
    (other,) = replicate.run([tenth], 1, seed + 1, workers=1)
    assert not np.array_equal(sample.values[0], other.values[0], equal_nan=True)


def test_seed_0_is_a_seed_like_any_other(tenth):
    one, two = (replicate.run([tenth], 1, 0, workers=1)[0] for _ in range(2))
    assert same(one, two)


def test_the_name_of_a_scenario_is_not_part_of_anybodys_luck(tenth, sample, seed):
    (renamed,) = replicate.run([tenth.model_copy(update={"name": "renamed"})], 7, seed, workers=1)
    assert same(sample, renamed)


# Paired differences


@pytest.mark.parametrize("name", ["baseline_2008", "move_on", "reintegration_wide", "long_waits"])
def test_a_scenario_does_not_differ_from_itself(name, seed):
    scenario = a_tenth_of(load(name))
    differences = replicate.compare([scenario, scenario], 2, seed, workers=1).differences
    told = differences["difference"].dropna()
    assert len(told) > 300
    assert np.all(told == 0)


@pytest.mark.parametrize(
    "change",
    [
        {"plan__stretch_share": [0.05] * 5},
        {"plan__move_on_delay_days": {"opiate": [614.0] * 5, "crack": 614.0, "other": 30.0}},
        {"plan__early_exit_rate_per_year": [0.0] * 5},
        {"formula__floor_share": [0.9] * 5},
        {"plan__outreach_to": ["opiate"]},  # where nothing is spent on outreach
        {
            "plan__support_open_to": ["planned", "unplanned", "in_recovery"]
        },  # and nothing on support
        {"world__early_exit_relapse_hazard_ratio": 5.0},  # and nobody is pushed out
        {"plan__priority": {"opiate": 4, "crack": 4, "other": 4}},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_change_that_changes_nothing_makes_no_difference(change, tenth, sample, seed):
    delays = tenth.plan.move_on_delay_days
    if "plan__move_on_delay_days" in change:
        change = {"plan__move_on_delay_days": {group: [days] * 5 for group, days in delays.items()}}
    (changed_,) = replicate.run([changed(tenth, **change)], 7, seed, workers=1)
    assert np.array_equal(changed_.values, sample.values, equal_nan=True)


def test_support_that_does_nothing_changes_money_and_support_and_nothing_else(tenth, seed):
    plain = with_places_unlimited(tenth, world__support__relapse_hazard_ratio=1.0)
    supported = changed(
        plain,
        plan__treatment_share=0.9999,
        plan__reintegration_share=0.0001,
        plan__support_open_to=["planned", "in_recovery"],
    )
    compared = replicate.compare([plain, supported], 2, seed, workers=1)
    difference = compared.difference(compared.others[0])
    for place, name in enumerate(MEASURES):
        if name not in MONEY and name != "supported_exits":
            assert np.all(np.nan_to_num(difference[:, 0, place]) == 0), name
    assert np.all(compared.others[0].of("supported_exits") > 0)


def test_differences_are_paired_by_replication(tenth, moved_on, seed):
    compared = replicate.compare([tenth, moved_on], 7, seed, workers=1)
    base, other = (each.of("planned_exits")[:, 0] for each in compared.samples)
    row = compared.differences.query(
        "measure == 'planned_exits' and group == 'all' and year == '2008-09'"
    ).iloc[0]
    assert row["difference"] == pytest.approx((other - base).mean())
    expected = ttest_rel(other, base).confidence_interval(0.95)
    assert (row["low"], row["high"]) == (pytest.approx(expected.low), pytest.approx(expected.high))
    assert row["mc_error"] == pytest.approx((other - base).std(ddof=1) / math.sqrt(7))
    assert (row["scenario"], row["baseline"]) == ("move_on", "baseline_2008")
    assert row["replications"] == 7


def test_the_same_people_make_differences_less_uncertain(tenth, moved_on, seed):
    compared = replicate.compare([tenth, moved_on], 20, seed, workers=1)
    base, other = (each.of("untreated")[:, 2] for each in compared.samples)
    assert (other - base).var() < base.var() + other.var()
    assert np.corrcoef(base, other)[0, 1] > 0.3


# Summaries


@given(
    st.lists(st.one_of(st.just(math.nan), st.floats(-1e6, 1e6)), min_size=1, max_size=30),
)
def test_summaries_leave_out_what_is_missing(values):
    column = np.array(values)[:, np.newaxis]
    mean, low, high, error = (float(one[0]) for one in replicate.paired(column))
    there = [value for value in values if not math.isnan(value)]
    if not there:
        assert math.isnan(mean)
        return
    assert mean == pytest.approx(np.mean(there))
    if len(there) == 1:
        assert math.isnan(error)
        assert math.isnan(low)
        return
    assert error == pytest.approx(np.std(there, ddof=1) / math.sqrt(len(there)), abs=1e-6)
    assert mean - low == pytest.approx(high - mean, abs=1e-6)
    assert mean - low >= NormalDist().inv_cdf(0.975) * error * (1 - 1e-9)


@pytest.mark.parametrize(
    ("replications", "ends"), [(7, (0.0, 1.0)), (19, (0.0, 1.0)), (20, (0.05, 0.95))]
)
def test_the_band_holds_nine_runs_in_ten_and_of_few_runs_all_of_them(sample, replications, ends):
    values = np.concatenate([sample.values * more for more in (1.0, 1.1, 0.9)])[:replications]
    many = replace(sample, values=values)
    row = many.summary.query(
        "measure == 'in_contact' and group == 'all' and year == '2010-11'"
    ).iloc[0]
    told = many.of("in_contact")[:, 2]
    assert row["mean"] == pytest.approx(told.mean())
    assert row["median"] == pytest.approx(np.median(told))
    assert (row["low"], row["high"]) == pytest.approx(tuple(np.quantile(told, ends)))
    assert (row["low"], row["high"]) == pytest.approx(band(told)), "as pages and charts have it"


def test_quantiles_leave_out_replications_where_a_measure_is_missing(sample):
    row = sample.summary.query("measure == 'early_exits' and group == 'opiate'").iloc[0]
    assert (row["mean"], row["low"], row["high"]) == (0, 0, 0)
    missing = sample.summary.query("measure == 'support_places_used_share'")
    assert missing["mean"].isna().all()
    assert (missing["replications"] == 0).all()


def test_one_replication_has_a_mean_and_no_error(tenth, seed):
    (one,) = replicate.run([tenth], 1, seed, workers=1)
    row = one.summary.query("measure == 'in_contact' and group == 'all'").iloc[0]
    assert row["mean"] == row["low"] == row["high"]
    assert np.isnan(row["mc_error"])


# The tidy table


def test_the_table_is_tidy(sample):
    table = sample.table
    assert list(table.columns) == [
        "scenario",
        "partnership",
        "replication",
        "year",
        "group",
        "measure",
        "value",
    ]
    keys = list(table.columns[:-1])
    assert not table.duplicated(keys).any()
    assert set(table["year"]) == {"2008-09", "2009-10", "2010-11", "2011-12", "2012-13"}
    assert set(table["measure"]) == set(MEASURES)
    assert set(table["group"]) == {"opiate", "crack", "other", "all"}
    per_year = len(MEASURES) - len(MONEY) + (len(MEASURES) - len(MONEY)) * 3 + len(MONEY)
    assert len(table) == 7 * 5 * per_year
    assert not table["measure"].isin(MONEY)[table["group"] != "all"].any()


def test_every_value_stands_in_its_row(sample):
    indexed = sample.table.set_index(["replication", "year", "group", "measure"])["value"]
    for measure in ("planned_exits", "mean_wait_days"):
        for group in sample.groups:
            told = sample.of(measure, group=group)
            for replication in (0, 6):
                row = [indexed[replication, year, group, measure] for year in sample.years]
                assert row == pytest.approx(told[replication].tolist(), nan_ok=True)


def test_all_partnerships_together_are_their_sum(eight):
    assert eight.partnerships == (*(f"Area {n}" for n in range(1, 9)), "all")
    for name in ("allocation_gbp", "in_contact", "planned_exits", "deaths"):
        parts = sum(eight.of(name, partnership) for partnership in eight.partnerships[:-1])
        assert np.array_equal(eight.of(name, "all"), parts)


def test_a_share_over_all_partnerships_is_of_the_sums(eight):
    exits, planned = (
        sum(eight.of(name, partnership) for partnership in eight.partnerships[:-1])
        for name in ("unplanned_exits", "planned_exits")
    )
    assert eight.of("treatment_system_exits_share", "all") == pytest.approx(
        planned / (planned + exits)
    )


# Progress and refusals


def test_progress_is_told_up_to_the_end(tenth, moved_on, seed):
    told = []
    replicate.run(
        [tenth, moved_on], 6, seed, workers=1, progress=lambda done, of: told.append((done, of))
    )
    assert told == [(5, 12), (10, 12), (11, 12), (12, 12)]


@pytest.mark.parametrize(
    ("given_", "names"),
    [
        ({"replications": 0}, ["replications"]),
        ({"seed": -1}, ["seed"]),
        ({"workers": 0}, ["workers"]),
        ({"replications": 2.5}, ["replications"]),
        ({"replications": True}, ["replications"]),
        ({"replications": 0, "seed": -1, "workers": 0}, ["replications", "seed", "workers"]),
    ],
)
def test_what_cannot_be_run_is_refused_with_every_fault(given_, names, tenth):
    with pytest.raises(BadInput) as refused:
        replicate.run([tenth], **({"replications": 1, "seed": 1, "workers": 1} | given_))
    assert [fault.name for fault in refused.value.faults] == names


def test_scenarios_of_other_years_or_partnerships_are_not_compared(tenth):
    eight_areas = load("eight_park")
    with pytest.raises(BadInput) as refused:
        replicate.compare([tenth, eight_areas], 1, 1, workers=1)
    assert [fault.name for fault in refused.value.faults] == ["partnerships of eight_park"]


def test_one_scenario_is_not_a_comparison(tenth):
    with pytest.raises(BadInput, match="two or more"):
        replicate.compare([tenth], 1, 1, workers=1)


def test_a_fault_lists_few_partnerships_whole_and_of_many_the_first_and_the_last(tenth):
    own = next(iter(tenth.partnerships.values()))
    many = {f"Area {number:03d}": own for number in range(1, 150)}
    england = tenth.model_copy(update={"partnerships": many})
    with pytest.raises(BadInput) as told:
        replicate.compare([tenth, england], 1, 1)
    [fault] = told.value.faults
    assert fault.got == "Area 001, Area 002 … Area 149 (149 in all)"
    assert fault.rule.endswith(", Average partnership")


def test_all_together_have_the_pot_to_the_pound_whatever_copies_and_rounding(baseline, seed):
    """One that stands for several lives on the least of their pounds; what is odd is everybody's."""
    areas = "partnerships={A: {copies: 3}, B: {copies: 2, size: 0.7}}"
    for unit in (1, 1000):
        scenario = a_tenth_of(
            load(
                "baseline_2008",
                [areas, "formula.rest.partnerships=0", f"formula.rounding_gbp={unit}"],
            )
        )
        pots = [9_999_777, 9_999_776, 9_999_775, 9_999_774, 9_999_773]
        scenario = changed(scenario, formula__pot_gbp=pots)
        (sample,) = replicate.run([scenario], 2, seed, workers=1)
        whole = sample.of("allocation_gbp", "all")
        assert whole.tolist() == [pots, pots]
        spent, unspent = sample.of("spent_gbp", "all"), sample.of("unspent_gbp", "all")
        local = sum(
            own.copies
            * of_partnership(scenario, name).funding.streams["local_mainstream"].amount_gbp
            for name, own in scenario.partnerships.items()
        )
        assert (spent + unspent == whole + local).all()
