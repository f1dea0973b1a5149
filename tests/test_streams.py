"""Funding streams: which of them paid for what, what is kept, what goes back, and what money buys together."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_money import streams_of
from tiny import tiny_queue

from simulator import measures, money, replicate
from simulator.errors import ConservationError
from simulator.model import Run
from simulator.money import (
    ACCOUNT_COLUMNS,
    PLAN_USES,
    USES,
    Holding,
    attributed,
    clustered,
    fenced_by_year,
    holdings,
    overhead_gbp,
    payable,
    settled,
)
from simulator.money.fenced import shared_beds
from simulator.partnership import STREAM_COLUMNS
from simulator.scenario import load

BED_GBP = 62_050


def holding(gbp, *uses, name="grant", carried=0, keeps=0.0):
    return Holding(name, gbp, carried, frozenset(uses), keeps)


def spent_on(**gbp):
    return dict.fromkeys(USES, 0) | gbp


# Which stream paid for what


def test_streams_are_spent_in_their_order():
    streams = [holding(60, *PLAN_USES), holding(60, *PLAN_USES)]
    first, second = attributed({"overhead": 30, "treatment": 50}, streams)
    assert first == spent_on(overhead=30, treatment=30)
    assert second == spent_on(treatment=20)


def test_a_stream_pays_for_another_use_where_one_would_go_short():
    # The first may pay for both; the second for treatment alone, so it must have the treatment.
    streams = [holding(50, "treatment", "reintegration"), holding(50, "treatment")]
    first, second = attributed({"treatment": 50, "reintegration": 50}, streams)
    assert first == spent_on(reintegration=50)
    assert second == spent_on(treatment=50)


def test_money_is_moved_through_a_third_stream_if_need_be():
    streams = [
        holding(10, "treatment", "reintegration"),
        holding(10, "reintegration", "outreach"),
        holding(10, "treatment"),
    ]
    # Only the last can be added for treatment; so the first pays for reintegration, the second for outreach.
    assert attributed({"treatment": 10, "reintegration": 10, "outreach": 10}, streams) == [
        spent_on(reintegration=10),
        spent_on(outreach=10),
        spent_on(treatment=10),
    ]


def test_what_nobody_may_pay_for_was_not_spent():
    with pytest.raises(ConservationError, match=r"nobody may pay for \{'outreach': 5\}"):
        attributed({"outreach": 5}, [holding(10, "treatment")])


few_holdings = st.lists(
    st.builds(
        Holding,
        name=st.just("grant"),
        income_gbp=st.integers(0, 30),
        carried_in_gbp=st.integers(0, 9),
        pays_for=st.frozensets(st.sampled_from(USES), min_size=1),
        carry_over_share=st.sampled_from([0.0, 0.1, 0.5, 1.0]),
    ),
    max_size=5,
)
wishes = st.fixed_dictionaries({use: st.integers(0, 40) for use in USES})


def pounds_and_uses(streams):
    return [(stream.gbp, stream.pays_for) for stream in streams]


@given(wishes, few_holdings)
def test_all_that_is_payable_is_paid_by_streams_that_may(wanted, streams):
    spent = payable(wanted, pounds_and_uses(streams))
    paid = attributed(spent, streams)
    for use in USES:
        assert sum(each[use] for each in paid) == spent[use]
    for stream, each in zip(streams, paid, strict=True):
        assert sum(each.values()) <= stream.gbp
        assert min(each.values()) >= 0
        assert {use for use, gbp in each.items() if gbp} <= stream.pays_for


@given(wishes, wishes, few_holdings)
def test_earlier_streams_are_spent_as_far_as_they_can_be(wanted, less, streams):
    """What the first few spend together is the most that they could: all but what only others may pay for."""
    spent = payable(wanted, pounds_and_uses(streams))
    spent = {use: min(gbp, less[use]) for use, gbp in spent.items()}
    paid = attributed(spent, streams)
    for end in range(len(streams) + 1):
        first = streams[:end]
        most = min(
            sum(spent[use] for use in uses)
            + sum(stream.gbp for stream in first if stream.pays_for - set(uses))
            for size in range(len(USES) + 1)
            for uses in combinations(USES, size)
        )
        assert sum(sum(each.values()) for each in paid[:end]) == most


@given(wishes, few_holdings)
def test_no_pound_of_a_stream_is_lost_at_the_years_end(wanted, streams):
    spent = payable(wanted, pounds_and_uses(streams))
    for account in settled(spent, streams):
        income, carried_in, *out = account.row()
        assert income + carried_in == sum(out)
        assert min(out) >= 0
        assert account.carried_out_gbp <= account.holding.carry_over_share * income


def test_what_is_left_is_kept_as_far_as_the_rule_allows_and_the_rest_goes_back():
    streams = [holding(1_000, "treatment", carried=50, keeps=0.1), holding(200, "reintegration")]
    first, second = settled({"treatment": 700, "reintegration": 150}, streams)
    assert (first.carried_out_gbp, first.returned_gbp) == (100, 250)
    assert (second.carried_out_gbp, second.returned_gbp) == (0, 50)
    assert dict(zip(ACCOUNT_COLUMNS, first.row(), strict=True))["carried_in_gbp"] == 50


def test_a_lost_pound_stops_the_run(monkeypatch):
    streams = [holding(100, "treatment")]

    def losing(_spent, _streams):
        return [spent_on(treatment=59)]

    monkeypatch.setattr(money.streams, "attributed", losing)
    with pytest.raises(ConservationError, match="60 pounds were spent on treatment"):
        settled({"treatment": 60}, streams)


# What comes in


def test_what_other_agendas_win_does_not_come_in():
    scenario = tiny_queue(
        "years=2",
        streams_of(pot=("formula", PLAN_USES), area=("[1_000, 333]", ["treatment"])),
        "funding.streams.area.won_share=[0.8, 0.5]",
    )
    told = [holdings(scenario.funding.streams, year, 500, {"area": 7})[1] for year in (0, 1)]
    assert [(each.income_gbp, each.carried_in_gbp) for each in told] == [(800, 7), (166, 7)]


# Over two years


def two_years(**streams):
    """A queue without clients, of whose money only the outreach and the overhead are spent."""
    scenario = tiny_queue(
        "years=2",
        "world.groups.opiate.need.onset_per_year=0.0",
        "formula.pot_gbp=1_000",
        "world.fixed_overhead_gbp=300",
        streams_of(pot=("formula", ["overhead", "outreach"]), **streams),
        "plan={treatment_share: 0.5, reintegration_share: 0.0, outreach_share: 0.5}",
        "plan.outreach_to=[opiate]",
    )
    own = scenario.funding.streams
    council = own["council"].model_copy(update={"carry_over_share": 0.25})
    funding = scenario.funding.model_copy(update={"streams": own | {"council": council}})
    return scenario.model_copy(update={"funding": funding})


def test_two_years_by_hand_with_money_kept_in_between():
    scenario = two_years(council=(400, ["treatment", "outreach"]))
    (sample,) = replicate.run([scenario], 1, 1, workers=1)
    told = sample.streams.set_index(["year", "stream"])
    # Year 1: 1,400 less 300 are 1,100, half of it for outreach. The pot pays 300 + 550; 150 go back. Nobody is
    # in treatment, so all 400 of the council are left: a quarter is kept, 300 go back.
    pot, council = told.loc[("2008-09", "pot")], told.loc[("2008-09", "council")]
    assert (pot["overhead_gbp"], pot["outreach_gbp"], pot["returned_gbp"]) == (300, 550, 150)
    assert (council["carried_out_gbp"], council["returned_gbp"]) == (100, 300)
    # Year 2: 100 more are there to divide, so outreach has 50 more. Of the council's 500 again 100 are kept.
    pot, council = told.loc[("2009-10", "pot")], told.loc[("2009-10", "council")]
    assert (pot["outreach_gbp"], pot["returned_gbp"]) == (600, 100)
    assert (council["income_gbp"], council["carried_in_gbp"]) == (400, 100)
    assert (council["carried_out_gbp"], council["returned_gbp"]) == (100, 400)
    # What is left of a year is what is kept and what goes back.
    assert sample.of("unspent_gbp")[0].tolist() == [150 + 400, 100 + 500]
    assert sample.of("spent_gbp")[0].tolist() == [850, 900]


def test_what_the_formula_pays_may_be_kept_too(tenth):
    streams = tenth.funding.streams
    name = "pooled_treatment_budget"
    keeps = {name: streams[name].model_copy(update={"carry_over_share": 1.0})}
    funding = tenth.funding.model_copy(update={"streams": streams | keeps})
    # Spent last, so that it is what is left.
    order = funding.model_copy(update={"streams": dict(reversed(list(funding.streams.items())))})
    (sample,) = replicate.run([tenth.model_copy(update={"funding": order})], 2, 1, workers=1)
    told = sample.streams[sample.streams["stream"] == name]
    assert told["carried_in_gbp"].max() > 0
    assert (told["returned_gbp"] == 0).sum() > 0
    assert set(sample.of("allocation_gbp").ravel()) == set(told["income_gbp"])


def test_accounts_at_years_ends_are_those_of_the_whole_journal(tenth, seed):
    """Two ways to one sum: at each year's end, and from the whole journal when all is over."""
    run = Run(tenth, seed, 0)
    run.finish()
    (partnership,) = run.partnerships
    told = measures.money_tallies(
        partnership.pathway.journal.records(),
        partnership.money,
        partnership.pathway.committed_on_day_0,
        40.0,
    )
    spent = told[measures.MONEY_TALLIES.index("spent_gbp")]
    column = STREAM_COLUMNS.index("overhead_gbp")
    by_use = partnership.streams()[:, :, column : column + len(USES)]
    assert np.array_equal(by_use.sum(axis=(1, 2)), spent)
    assert np.allclose(partnership.tallies()[: len(told), :, -1], told, rtol=1e-12)


def test_pounds_that_are_carried_into_nothing_stop_the_run(tenth, seed):
    run = Run(tenth, seed, 0)
    run.finish()
    (partnership,) = run.partnerships
    account, *others = partnership.accounts[0]
    partnership.accounts[0] = (replace(account, carried_out_gbp=1), *others)
    with pytest.raises(ConservationError, match="lost between two years"):
        partnership.streams()


def test_the_table_says_who_paid_for_all_that_was_spent():
    (sample,) = replicate.run([load("many_streams")], 2, 1, workers=1)
    told = sample.streams
    paid = told[[f"{use}_gbp" for use in USES]].sum(axis=1)
    out = told["carried_out_gbp"] + told["returned_gbp"]
    assert (told["income_gbp"] + told["carried_in_gbp"] == paid + out).all()
    by_year = paid.groupby([told["replication"], told["year"]]).sum()
    assert by_year.tolist() == sample.of("spent_gbp").ravel().tolist()
    fenced = told[told["stream"].isin(["young_people_pooled", "youth_justice_board"])]
    assert (fenced["young_people_gbp"] == fenced["income_gbp"]).all()
    area = told[(told["stream"] == "area_based_grant") & (told["replication"] == 0)]
    assert area["income_gbp"].tolist() == [120_000, 105_000, 90_000, 75_000, 75_000]


# Outside the plan


def test_money_outside_the_plan_is_no_part_of_what_the_plan_divides():
    grants = {"young": (500, ["young_people"]), "pot": ("formula", PLAN_USES)}
    scenario = tiny_queue(streams_of(**grants))
    fenced = fenced_by_year(scenario, "Area")
    year = money.year_money(scenario, "Area", 0, 1_000, fenced=fenced[0])
    assert (year.treatment_gbp, year.fenced.spent_gbp, year.income_gbp) == (1_000, 500, 1_500)


def test_a_stream_for_both_buys_beds_first_and_young_people_have_the_rest():
    both = (BED_GBP + 1_000, ["young_people", "detox"])
    scenario = tiny_queue(streams_of(pot=("formula", PLAN_USES), both=both))
    (account,) = fenced_by_year(scenario, "Area")[0].accounts
    assert (account.spent["detox"], account.spent["young_people"]) == (BED_GBP, 1_000)


def test_eight_grants_buy_nothing_alone_and_seven_beds_together():
    alone, together = load("detox_alone"), load("detox_pooled")
    for name in alone.partnerships:
        assert clustered(alone, name) == (name,)
        assert [year.spent_gbp for year in fenced_by_year(alone, name)] == [0] * 5
    assert clustered(together, "Area 3") == tuple(together.partnerships)
    years = [fenced_by_year(together, name) for name in together.partnerships]
    for year in range(together.years):
        assert sum(each[year].spent_gbp for each in years) == 7 * BED_GBP
        assert all(each[year].held_gbp == 58_000 for each in years)


def test_the_table_tells_beds_and_stays():
    changes = ["years=1", "formula.phase_in_share=1.0", "formula.pot_gbp=20_026_845"]
    (sample,) = replicate.run([load("detox_pooled", changes)], 1, 1, workers=2)
    told = sample.streams
    grants = told[told["stream"] == "detox_grant"]
    assert grants["detox_beds"].sum() == pytest.approx(7)
    assert grants["detox_episodes"].sum() == pytest.approx(7 * 365 / 14)
    assert grants["returned_gbp"].sum() == 464_000 - 7 * BED_GBP
    assert told.loc[told["stream"] != "detox_grant", "detox_beds"].sum() == 0


def test_a_grant_that_may_be_kept_is_saved_up_for_a_bed():
    keeps = load("detox_alone", ["funding.streams.detox_grant.carry_over_share=1.0"])
    bought = [year.spent_gbp for year in fenced_by_year(keeps, "Area 1")]
    # £58,000, then £116,000, of which £53,950 are left, then £111,950, and so on; never more than one is kept.
    assert bought == [0, BED_GBP, BED_GBP, BED_GBP, BED_GBP]


@given(st.dictionaries(st.sampled_from("abcdef"), st.integers(0, 200)), st.integers(1, 90))
def test_beds_are_whole_and_nobody_pays_more_than_it_put_in(pool, bed_gbp):
    paid = shared_beds(pool, bed_gbp)
    assert sum(paid.values()) == sum(pool.values()) // bed_gbp * bed_gbp
    assert all(0 <= paid[member] <= gbp for member, gbp in pool.items())
    share = sum(paid.values()) / max(sum(pool.values()), 1)
    assert all(abs(paid[member] - share * gbp) < 1 for member, gbp in pool.items())


# Clusters


@pytest.mark.parametrize(
    ("size", "members", "gbp"),
    [(1.0, 1, 650_000), (1.0, 8, 479_375), (0.5, 1, 422_500), (2.0, 4, 958_750)],
)
def test_overhead_by_hand(size, members, gbp):
    # £195,000 between the members, and £455,000 for each average partnership.
    assert overhead_gbp(650_000, 0.3, size, members) == gbp


@given(st.integers(0, 10**9), st.floats(0, 1))
def test_one_average_partnership_alone_pays_the_whole_overhead(pounds, share):
    assert overhead_gbp(pounds, share) == pounds


def test_those_who_commission_together_have_more_for_treatment():
    alone, together = load("eight_park"), load("eight_commission_together")
    before, after = (money.year_money(each, "Area 1", 0, 2_500_000) for each in (alone, together))
    assert (before.overhead_gbp, after.overhead_gbp) == (650_000, 479_375)
    assert after.treatment_gbp - before.treatment_gbp == 650_000 - 479_375
