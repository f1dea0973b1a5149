"""From funding streams and a plan to a year's pounds: who pays for what, and what goes back."""

from __future__ import annotations

from functools import lru_cache
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tiny import tiny_queue

from simulator.money import PLAN_USES, Holding, for_group, in_year, payable, year_money
from simulator.years import WEEKS_PER_YEAR


def streams_of(**streams):
    """Changes that give the queue these streams: pounds and uses."""
    told = ", ".join(
        f"{name}: {{label: {name}, amount_gbp: {gbp}, pays_for: [{', '.join(uses)}]}}"
        for name, (gbp, uses) in streams.items()
    )
    return f"funding.streams={{{told}}}"


ALL_USES = list(PLAN_USES)


def money_of(*changes, allocation=1_000, year=0):
    scenario = tiny_queue(*changes)
    return year_money(scenario, "Area", year, allocation)


def shares(treatment, reintegration=0.0, outreach=0.0):
    return (
        f"plan={{treatment_share: {treatment}, reintegration_share: {reintegration}, "
        f"outreach_share: {outreach}}}"
    )


# Levers


def test_a_lever_by_year_has_its_value_in_each_year_and_the_last_ever_after():
    assert [in_year((3, 2, 1), year) for year in range(5)] == [3, 2, 1, 1, 1]
    assert in_year(7, 12) == 7


def test_a_lever_by_group_has_the_value_of_the_group():
    assert for_group({"opiate": 614.0, "other": 30.0}, "other") == 30.0
    assert for_group(90.0, "other") == 90.0


# Who pays for what


@lru_cache
def can_pay(demands, streams):
    """Whether streams can meet all demands, by trying every way to split each stream to the pound."""
    if not streams:
        return not any(demands)
    (gbp, uses), *others = streams
    ranges = [
        range(min(gbp, need) + 1) if use in uses else range(1)
        for use, need in zip(PLAN_USES, demands, strict=True)
    ]
    return any(
        can_pay(
            tuple(need - given for need, given in zip(demands, gives, strict=True)), tuple(others)
        )
        for gives in product(*ranges)
        if sum(gives) <= gbp
    )


few_streams = st.lists(
    st.tuples(st.integers(0, 4), st.frozensets(st.sampled_from(PLAN_USES), min_size=1)), max_size=3
)


@given(st.tuples(*(st.integers(0, 5) for _ in PLAN_USES)), few_streams)
def test_each_use_in_its_turn_gets_all_that_streams_can_pay(wanted, streams):
    """Against the plainest way: one pound more for each use in turn, while all can still be paid."""
    demands = [0] * len(PLAN_USES)
    for place, most in enumerate(wanted):
        while demands[place] < most:
            demands[place] += 1
            if not can_pay(tuple(demands), tuple(streams)):
                demands[place] -= 1
                break
    asked = dict(zip(PLAN_USES, wanted, strict=True))
    assert payable(asked, streams) == dict(zip(PLAN_USES, demands, strict=True))


def test_a_use_that_no_stream_may_pay_for_gets_nothing():
    wanted = dict.fromkeys(PLAN_USES, 10)
    assert payable(wanted, [(100, frozenset({"treatment"}))]) == {
        "overhead": 0,
        "treatment": 10,
        "reintegration": 0,
        "outreach": 0,
    }


def test_streams_that_may_pay_for_more_are_kept_for_those_uses():
    # Only the second stream may pay for reintegration; treatment takes the first.
    wanted = {"overhead": 0, "treatment": 60, "reintegration": 40, "outreach": 0}
    streams = [(60, frozenset({"treatment"})), (40, frozenset({"treatment", "reintegration"}))]
    assert payable(wanted, streams) == wanted
    assert payable(wanted, streams[::-1]) == wanted


# A year's pounds


def test_a_year_by_hand():
    money = money_of(
        streams_of(pot=("formula", ALL_USES), council=(500, ALL_USES)),
        "world.fixed_overhead_gbp=300",
        shares(0.7, 0.2, 0.1),
        allocation=1_003,
    )
    # 1,503 less 300 are 1,203: a fifth is 240 and a tenth 120, whole pounds; treatment has the rest.
    assert (money.allocation_gbp, money.income_gbp) == (1_003, 1_503)
    assert (money.overhead_gbp, money.treatment_gbp) == (300, 843)
    assert (money.reintegration_gbp, money.outreach_gbp) == (240, 120)
    assert money.support_gbp_per_week == 10.0
    uses = frozenset(ALL_USES)
    assert money.streams == (
        Holding("pot", 1_003, 0, uses, 0.0),
        Holding("council", 500, 0, uses, 0.0),
    )


def test_shares_and_streams_may_differ_by_year():
    changes = [
        "years=2",
        streams_of(pot=("formula", ALL_USES), council=("[100, 300]", ALL_USES)),
        shares("[1.0, 0.5]", "[0.0, 0.5]", "[0.0, 0.0]"),
    ]
    assert money_of(*changes, year=0).treatment_gbp == 1_100
    assert money_of(*changes, year=1).reintegration_gbp == 650
    # The close-out after the last year goes on as before.
    assert money_of(*changes, year=2).reintegration_gbp == 650


def test_an_overhead_above_the_income_leaves_nothing():
    money = money_of("world.fixed_overhead_gbp=5000", allocation=1_000)
    assert (money.overhead_gbp, money.treatment_gbp, money.income_gbp) == (1_000, 0, 1_000)
    assert money.weekly_budget_pence == 0


def test_what_a_stream_may_not_pay_for_is_not_spent():
    money = money_of(
        streams_of(pot=("formula", ["overhead", "treatment"]), grant=(100, ["reintegration"])),
        shares(0.5, 0.5),
        allocation=900,
    )
    # Half of 1,000 is wanted for reintegration, which only the grant may pay for.
    assert (money.treatment_gbp, money.reintegration_gbp) == (500, 100)
    assert money.income_gbp == 1_000


def test_a_stream_that_may_pay_for_one_use_frees_another_for_the_rest():
    money = money_of(
        streams_of(pot=("formula", ALL_USES), grant=(400, ["treatment"])),
        shares(0.5, 0.5),
        allocation=600,
    )
    assert (money.treatment_gbp, money.reintegration_gbp) == (500, 500)


def test_the_weekly_budget_in_pence_pays_for_all_weeks_of_a_year():
    money = money_of(allocation=52_143)
    assert money.weekly_budget_pence * WEEKS_PER_YEAR == pytest.approx(5_214_300)


@pytest.mark.parametrize(("gbp", "places"), [(521, 0), (522, 1), (1_042, 1), (1_043, 2)])
def test_support_places_are_those_that_can_be_paid_for_all_year(gbp, places):
    # A place at £10 a week costs £521.43 a year.
    money = money_of(shares(0.0, 1.0), allocation=gbp)
    assert money.support_places == places


TWO_STREAMS = tiny_queue(
    streams_of(
        pot=("formula", ["overhead", "treatment", "outreach"]),
        council=(0, ["treatment", "reintegration"]),
    )
)


@given(
    allocation=st.integers(0, 3_000),
    council_gbp=st.integers(0, 2_000),
    overhead=st.integers(0, 1_000),
    reintegration=st.integers(0, 100),
    outreach=st.integers(0, 100),
)
def test_no_more_is_planned_than_comes_in(
    allocation, council_gbp, overhead, reintegration, outreach
):
    plan = TWO_STREAMS.plan.model_copy(
        update={
            "treatment_share": 1 - (reintegration + outreach) / 200,
            "reintegration_share": reintegration / 200,
            "outreach_share": outreach / 200,
        }
    )
    streams = TWO_STREAMS.funding.streams
    council = streams["council"].model_copy(update={"amount_gbp": council_gbp})
    scenario = TWO_STREAMS.model_copy(
        update={
            "world": TWO_STREAMS.world.model_copy(update={"fixed_overhead_gbp": overhead}),
            "partnerships": {
                "Area": TWO_STREAMS.partnerships["Area"].model_copy(update={"plan": plan})
            },
            "funding": TWO_STREAMS.funding.model_copy(
                update={"streams": streams | {"council": council}}
            ),
        }
    )
    money = year_money(scenario, "Area", 0, allocation)
    uses = (money.overhead_gbp, money.treatment_gbp, money.reintegration_gbp, money.outreach_gbp)
    assert min(uses) >= 0
    assert sum(uses) <= money.income_gbp == allocation + council_gbp
    assert money.reintegration_gbp <= council_gbp
    assert money.overhead_gbp + money.outreach_gbp <= allocation
