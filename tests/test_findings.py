"""What the sentences say, whichever way the numbers go."""

from __future__ import annotations

import re

import numpy as np
import pytest
from tiny import rule_of

from simulator.explanation import Explanation
from simulator.findings import (
    Figure,
    acting_together,
    alone_and_together,
    message,
    money_and_recovery,
    of_comparison,
    support_gbp,
    what_a_client_is_worth,
    what_moves_the_money,
    what_support_buys,
    whether_the_cut_bites,
    why_it_moved,
    year_by_year,
)
from simulator.findings.year_by_year import STEPS_IN_WORDS
from simulator.funding import EXPLAIN_STEPS, Counts, Inputs, Member
from simulator.incentives import ClientKept, Estimate, YearKept
from simulator.measures import MEASURES
from simulator.partnership import STREAM_COLUMNS
from simulator.replicate import Comparison, Sample
from simulator.scenario import load
from simulator.wording import gbp
from simulator.years import WEEKS_PER_YEAR

REPLICATIONS = 8
LEVELS = {"allocation_gbp": 2_500_000.0, "spent_gbp": 3_700_000.0, "unspent_gbp": 100_000.0}
UP, DOWN, NOISE = "up", "down", "noise"
WOBBLE = np.linspace(-1, 1, REPLICATIONS)
"""Sums to nothing, so that its interval holds zero."""


def noise(size):
    return size * WOBBLE


@pytest.fixture(scope="module")
def park():
    return load("park")


@pytest.fixture(scope="module")
def eight():
    return [load(name) for name in ("eight_park", "eight_one_moves_on", "eight_all_move_on")]


def sample(scenario, **changes):
    """A sample in which every measure stands still but for what is changed, by replication and year."""
    partnerships = len(scenario.partnerships)
    places = partnerships + (partnerships > 1)
    shape = (REPLICATIONS, places, len(MEASURES), scenario.years, len(scenario.world.groups) + 1)
    values = np.full(shape, 100.0)
    for measure, level in LEVELS.items():
        values[:, :, MEASURES.index(measure)] = level
    for measure, change in changes.items():
        for place in range(places):
            by = change[place] if isinstance(change, dict) and place in change else change
            if not isinstance(by, dict):
                values[:, place, MEASURES.index(measure)] += np.reshape(by, (-1, 1, 1))
    return Sample(scenario, 1, values, ())


def clearly(size):
    """A difference with a little luck in it."""
    return size + abs(size) / 10 * WOBBLE


def kept(gross=1600.0, weekly=35.0, spread=10.0):
    """What a client is worth, as `client_kept` would say."""

    def about(mean):
        return Estimate(mean, mean - spread, mean + spread)

    years = tuple(
        YearKept(year, phase, about(gross * phase), about(0.0), weekly * WEEKS_PER_YEAR, None, None)
        for year, phase in (("2008-09", 1 / 3), ("2012-13", 1.0))
    )
    return ClientKept("Kept", "Average partnership", "Opiates", weekly, None, years, ())


def moved(park, **changes):
    return money_and_recovery(sample(park), sample(park, **changes), "Moving on", "keeping")


# Money and recovery


@pytest.mark.parametrize(
    ("size", "title", "sentence"),
    [
        (-200_000, "brings in less money", "£200,000 less in 2011-12 and £200,000 less in 2012-13"),
        (200_000, "brings in more money", "£200,000 more in 2011-12 and £200,000 more in 2012-13"),
    ],
)
def test_the_sign_of_the_money_decides_the_words(park, size, title, sentence):
    found = moved(park, allocation_gbp=clearly(size))
    assert title in found.title
    assert sentence in found.sentence
    assert found.verdict == "clear"


@pytest.mark.parametrize(("size", "words"), [(-50, "50 fewer"), (50, "50 more")])
def test_the_sign_of_recovery_decides_the_words(park, size, words):
    found = moved(park, in_recovery=clearly(size))
    assert f"{words.split()[1]} people in recovery" in found.title
    assert f"{words} people in recovery" in found.sentence


def test_an_interval_that_holds_zero_is_too_close_to_call(park):
    found = moved(park, allocation_gbp=noise(50_000), in_recovery=noise(9))
    assert found.verdict == "too close to call"
    assert "may bring in more money or less" in found.title
    assert "may leave more people in recovery or fewer" in found.title
    assert "neither clearly more nor clearly less (£" in found.sentence


def test_no_difference_is_said_to_be_none(park):
    found = moved(park)
    assert found.verdict == "clear"
    assert "brings in the same money and leaves as many people in recovery" in found.title
    assert "exactly the same in 2012-13" in found.sentence
    assert not re.search(r"\d+ (more|fewer|less)", found.sentence)


def test_money_is_told_for_the_last_two_years_and_the_transition_is_named(park):
    found = moved(park, planned_exits=clearly(30))
    assert "in 2011-12 and" in found.sentence
    assert "Over the 5 years together it means 150 more planned exits" in found.sentence
    assert "in 2008-09 alone, the year of transition, 30 more" in found.sentence
    assert "On 31 March 2013" in found.sentence


def test_one_replication_calls_nothing_clear(park):
    alone = Sample(park, 1, sample(park).values[:1], ())
    other = Sample(park, 1, sample(park, allocation_gbp=-9_000.0).values[:1], ())
    found = money_and_recovery(alone, other, "Moving on", "keeping")
    assert found.verdict == "too close to call"
    assert "£9,000 less (no interval from one replication)" in found.sentence


def test_any_comparison_gets_a_finding_for_each_other_scenario(park):
    other = sample(load("move_on"), allocation_gbp=clearly(-1_000))
    (found,) = of_comparison(Comparison(sample(park), (other,)))
    assert found.title.startswith("“Ready clients are moved on at once” brings in less money")
    assert "against “Ready clients are kept for years”" in found.sentence


# Whether the cut bites


def bite(park, worth=None, **changes):
    other = sample(park, **changes)
    return whether_the_cut_bites(sample(park), other, worth or kept(), "Moving on")


SAVED = {
    "allocation_gbp": clearly(-400_000),
    "spent_gbp": clearly(-450_000),
    "unspent_gbp": clearly(50_000),
}
NOT_SAVED = SAVED | {"spent_gbp": clearly(-350_000), "unspent_gbp": clearly(-50_000)}


def test_a_cut_that_is_smaller_than_the_saving_does_not_bite(park):
    found = bite(park, **SAVED)
    assert found.title == "The cut does not bite: more is saved than lost"
    assert (
        "£400,000 less in 2012-13, and £450,000 less is spent; £50,000 more is left over"
        in found.sentence
    )


def test_a_cut_that_is_larger_than_the_saving_is_said_to_be(park):
    found = bite(park, **NOT_SAVED)
    assert found.title.startswith("The cut is larger than the saving")
    assert "£50,000 less is left over" in found.sentence


@pytest.mark.parametrize(
    "squeeze", [{"mean_wait_days": clearly(5)}, {"caseload_per_keyworker": clearly(3)}]
)
def test_a_cut_that_is_felt_bites(park, squeeze):
    assert bite(park, **NOT_SAVED, **squeeze).title.startswith("The cut bites")
    assert "worse served" in bite(park, **SAVED, **squeeze).title


@pytest.mark.parametrize(
    "hardly", [{"mean_wait_days": clearly(0.2)}, {"mean_wait_days": clearly(-5)}]
)
def test_a_wait_that_is_hardly_longer_or_shorter_is_no_squeeze(park, hardly):
    assert "bites" not in bite(park, **SAVED, **hardly).title
    assert "worse" not in bite(park, **SAVED, **hardly).title


def test_too_close_a_saving_is_not_called(park):
    found = bite(park, **SAVED | {"unspent_gbp": noise(50_000)})
    assert found.verdict == "too close to call"
    assert found.title.startswith("Whether more is saved than lost is too close to call")


def test_where_nothing_is_lost_there_is_no_cut(park):
    assert bite(park).title == "There is no cut that could bite"
    assert bite(park, allocation_gbp=clearly(5_000)).title == "There is no cut that could bite"
    assert "too close to call" in bite(park, allocation_gbp=noise(5_000)).title


@pytest.mark.parametrize(
    ("changes", "gross", "begins"),
    [
        (SAVED, 1600.0, "One client's own numbers say why"),  # costs more than is brought in
        (NOT_SAVED, 2000.0, "One client's own numbers say why"),
        (SAVED, 2000.0, "One client's own numbers point the other way"),
        (NOT_SAVED, 1600.0, "One client's own numbers point the other way"),
        (SAVED, 1825.0, "One client's own numbers are close"),
        (SAVED | {"unspent_gbp": noise(9_000)}, 1600.0, "One client's own numbers are clearer"),
    ],
)
def test_one_clients_numbers_are_said_to_agree_only_where_they_do(park, changes, gross, begins):
    assert begins in bite(park, kept(gross), **changes).sentence


def test_the_break_even_cost_is_told(park):
    sentence = bite(park, kept(gross=1600.0), **SAVED).sentence
    assert "costs £1,825, or £35 a week, and brings in £1,600" in sentence
    assert "equal at £31 a week" in sentence


def test_what_rounds_to_nothing_has_no_direction(park):
    found = bite(park, **SAVED, caseload_per_keyworker=clearly(0.001))
    assert "the caseload of a keyworker is practically the same" in found.sentence


# Support


def support(baseline, scenario, **changes):
    other = sample(scenario, **{"support_places_used_share": -99.4} | changes)
    return what_support_buys(sample(baseline), other, "Support", "no support")


def test_support_is_told_by_its_signs(park):
    reintegration = load("reintegration")
    better = support(park, reintegration, in_recovery=clearly(20), re_presentations=clearly(-2))
    assert "leaves more people in recovery, and fewer come back" in better.title
    assert "10 fewer re-presentations over the 5 years together" in better.sentence
    worse = support(park, reintegration, in_recovery=clearly(-20), re_presentations=clearly(2))
    assert "leaves fewer people in recovery, and more come back" in worse.title
    unclear = support(park, reintegration, in_recovery=noise(20), re_presentations=noise(2))
    assert unclear.verdict == "too close to call"
    assert "may leave more people in recovery or fewer; whether fewer come back" in unclear.title


def test_what_support_is_assumed_to_do_is_said(park):
    sentence = support(park, load("reintegration")).sentence
    assert "risk of relapse is 0.75 times as high as without it" in sentence


def test_take_up_and_cost_follow_from_places_and_prices():
    scenario = load("reintegration", ["plan.reintegration_share=0.1", "plan.treatment_share=0.9"])
    planned, spent = support_gbp(sample(scenario, support_places_used_share=-99.5))
    local = scenario.funding.streams["local_mainstream"].amount_gbp
    tenth = (2_500_000 + local - scenario.world.fixed_overhead_gbp) // 10
    assert planned[0, 0] == tenth
    price = 20 * WEEKS_PER_YEAR
    assert spent[0, 0] == pytest.approx(0.5 * (tenth // price) * price)  # half of the places used
    found = support(scenario, scenario)
    assert "100% of planned exits get a support place. 60% of the places are used" in found.sentence


def test_money_kept_from_the_year_before_is_set_aside_for_support_too():
    scenario = load("reintegration", ["plan.reintegration_share=0.1", "plan.treatment_share=0.9"])
    told = sample(scenario)
    accounts = np.zeros((REPLICATIONS, 1, scenario.years, 2, len(STREAM_COLUMNS)))
    accounts[:, 0, 1, 0, STREAM_COLUMNS.index("carried_in_gbp")] = 50_000
    kept = Sample(scenario, 1, told.values, (), accounts=accounts)
    more = support_gbp(kept)[0] - support_gbp(told)[0]
    assert more[0].tolist() == [0, 5_000, 0, 0, 0]


def test_where_no_support_is_paid_for_it_is_said(park):
    nothing = sample(park, support_places_used_share=np.nan)
    assert (
        "No support places are paid for" in what_support_buys(nothing, nothing, "A", "b").sentence
    )


# Alone and together


def together(eight, alone, all_together, others=0.0):
    nobody, one, everybody = eight
    each = dict.fromkeys(range(1, 8), others)
    return Comparison(
        sample(nobody),
        (
            sample(one, allocation_gbp={0: alone, 8: 0.0} | each),
            sample(everybody, allocation_gbp={0: all_together, 8: 0.0} | dict.fromkeys(each, 0.0)),
        ),
    )


def test_a_loss_alone_that_is_no_loss_together(eight):
    found = acting_together(
        together(eight, clearly(-350_000), noise(30_000), clearly(50_000)), "Moving on"
    )
    assert found.title == (
        "Moving on costs money when one does it alone,"
        " and has no clear effect on the money when all do it"
    )
    assert "Area 1 alone loses £350,000 in 2012-13" in found.sentence
    assert "each of the 7 others gains £50,000" in found.sentence
    assert found.verdict == "clear"


def test_a_gain_alone_and_a_loss_together(eight):
    found = acting_together(
        together(eight, clearly(200_000), clearly(-20_000), clearly(-30_000)), "Moving on"
    )
    assert "brings in money when one does it alone, and costs money when all do it" in found.title
    assert "Area 1 alone gains £200,000" in found.sentence
    assert "each of the 7 others loses £30,000" in found.sentence


def test_together_as_a_share_of_alone(eight):
    found = alone_and_together(together(eight, clearly(-400_000), clearly(-40_000)))
    assert found.ratio.text == "10%"
    assert (
        "which is 10% of what it loses alone"
        in acting_together(
            together(eight, clearly(-400_000), clearly(-40_000)), "Moving on"
        ).sentence
    )


def test_too_close_alone_gives_no_share(eight):
    found = acting_together(together(eight, noise(4_000), noise(40_000)), "Moving on")
    assert found.verdict == "too close to call"
    assert "of what it" not in found.sentence
    assert "neither clearly gains nor clearly loses" in found.sentence


def test_that_nothing_can_be_gained_together_is_said_only_of_a_pot_of_their_own(eight, park):
    assert "neither gain nor lose" in acting_together(together(eight, 1.0, 1.0), "A").sentence
    rest = park.formula.rest
    open_pot = [
        each.model_copy(update={"formula": each.formula.model_copy(update={"rest": rest})})
        for each in eight
    ]
    assert (
        "neither gain nor lose" not in acting_together(together(open_pot, 1.0, 1.0), "A").sentence
    )


def test_who_acts_alone_is_the_one_whose_plan_differs(eight):
    nobody, one, everybody = eight
    swapped = {
        name: one.partnerships["Area 1" if name == "Area 3" else "Area 2"]
        for name in one.partnerships
    }
    third = one.model_copy(update={"partnerships": swapped})
    assert alone_and_together(together([nobody, third, everybody], -1.0, 0.0)).name == "Area 3"


# One client


@pytest.mark.parametrize(
    ("gross", "title", "told"),
    [
        (1600.0, "costs more than the client brings in", "£225 less than the cost"),
        (2000.0, "brings in more than the client costs", "£175 more than the cost"),
        (1826.0, "may bring in more than the client costs, or less", "too close to call"),
    ],
)
def test_net_worth_decides_the_words(gross, title, told):
    found = what_a_client_is_worth(kept(gross))
    assert title in found.title
    assert told in found.sentence


def test_growth_is_put_down_to_the_phase_in_only_where_both_grow():
    assert "as the formula is phased in" in what_a_client_is_worth(kept()).sentence
    shrinking = kept()
    turned = ClientKept(
        *[getattr(shrinking, n) for n in ("scenario", "partnership", "group")],
        35.0,
        None,
        (shrinking.years[1], shrinking.years[1]),
        (),
    )
    assert "phased in" not in what_a_client_is_worth(turned).sentence


def test_ends_of_the_ranges_are_told_where_there_are_any():
    plain = kept()
    year = YearKept(
        "2012-13", 1.0, Estimate(1600.0, 1590.0, 1610.0), Estimate(0.0, 0.0, 0.0), 1825.0,
        (20 * WEEKS_PER_YEAR, 50 * WEEKS_PER_YEAR),
        (Estimate(1500.0, 1490.0, 1510.0), Estimate(1650.0, 1640.0, 1660.0)),
    )  # fmt: skip
    ranged = ClientKept("Kept", "A", "Opiates", 35.0, (20.0, 50.0), (plain.years[0], year), ())
    sentence = what_a_client_is_worth(ranged).sentence
    assert "at £20 a week +£557 and at £50 a week −£1,007 a year net" in sentence
    assert "the client brings in £1,500 to £1,650" in sentence
    assert "uncertain" not in what_a_client_is_worth(plain).sentence


# Messages and what moves the money


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ([clearly(9), clearly(5)], "higher under every other plan than under “Kept”"),
        ([clearly(-9), clearly(-5)], "lower under every other plan than under “Kept”"),
        ([0, 0], "the same under every other plan as under “Kept”"),
        ([noise(9), noise(5)], "too close to call under every other plan, against “Kept”"),
        ([clearly(9), clearly(-5)], "higher under “A” and lower under “B”"),
        ([noise(9), clearly(-5)], "too close to call under “A” and lower under “B”"),
    ],
)
def test_a_chart_says_what_its_numbers_say(park, changes, says):
    others = [load(name) for name in ("move_on", "baseline_2008")]
    compared = Comparison(
        sample(park),
        tuple(sample(o, in_recovery=by) for o, by in zip(others, changes, strict=True)),
    )
    names = {"park": "Kept", "move_on": "A", "baseline_2008": "B"}
    assert says in message(compared, "in_recovery", names)


def stepping(scenario, **steps):
    """Why the money moved, by steps that are the same in all four later years."""
    shape = (REPLICATIONS, 1, scenario.years - 1, len(EXPLAIN_STEPS))
    amounts = np.zeros(shape, dtype=np.int64)
    for name, by in steps.items():
        amounts[..., EXPLAIN_STEPS.index(name)] = np.reshape(by, (-1, 1, 1))
    member = Member("Average partnership", Counts((900, 50, 150), (0, 0, 0)))
    inputs = Inputs(1, (member,), rule_of(activity=1, group_weights=(2, 2, 1)))
    told = sample(scenario)
    paid = Sample(scenario, 1, told.values, ((inputs,) * scenario.years,) * REPLICATIONS)
    return Explanation(paid, amounts)


@pytest.mark.parametrize(
    ("by", "says"),
    [
        (clearly(-1000), "£4,000 less in 2012-13 than in 2008-09; largest step: pot, −£4,000"),
        (clearly(1000), "£4,000 more in 2012-13 than in 2008-09; largest step: pot, +£4,000"),
        (noise(1000), "2012-13 against 2008-09, neither clearly more nor clearly less"),
        (0, "2012-13 against 2008-09, exactly the same"),
    ],
)
def test_a_waterfall_says_where_it_falls_to(park, by, says):
    assert says in why_it_moved(stepping(park, pot=by), "Kept")


def test_each_year_names_the_largest_step_that_is_clear(park):
    steps = {"pot": noise(9000), "others": clearly(-2000), "phase-in": clearly(500)}
    first, *later = year_by_year(stepping(park, **steps), "Average partnership")
    assert (first.year, first.change, first.step) == ("2008-09", None, None)
    assert len(later) == 4
    for each in later:
        assert each.step.name == "what is counted of all other partnerships"
        assert each.step.text == "−£2,000", "noise moves more pounds and does not count"
        assert each.change.sign == "open"
        assert each.change.estimate.mean == pytest.approx(-1500 + np.mean(noise(9000)), abs=1)


def test_a_year_in_which_nothing_is_clear_says_whether_anything_moved(park):
    within = [*year_by_year(stepping(park, pot=noise(1000)), "Average partnership")][1]
    assert (within.step, within.moved) == (None, True)
    still = [*year_by_year(stepping(park), "Average partnership")][1]
    assert (still.step, still.moved, still.change.sign) == (None, False, "same")


def test_every_step_has_plain_words():
    assert tuple(STEPS_IN_WORDS) == EXPLAIN_STEPS
    assert len(set(STEPS_IN_WORDS.values())) == len(EXPLAIN_STEPS)


def test_what_moves_the_money_is_told_by_its_signs(park):
    rising = what_moves_the_money(stepping(park, pot=clearly(5000), others=noise(10)))
    assert "brings in more at the end" in rising.title
    assert "the pot +£20,000" in rising.sentence
    assert re.search(r"the rest of England \S+ \(too close to call\)", rising.sentence)
    assert (
        "counts 1,100 clients of the partnership for 2008-09 and 1,100 for 2012-13"
        in rising.sentence
    )
    falling = what_moves_the_money(stepping(park, pot=clearly(-5000)))
    assert "brings in less at the end" in falling.title
    unclear = what_moves_the_money(stepping(park, pot=noise(5000)))
    assert unclear.verdict == "too close to call"


def test_the_pot_and_the_others_are_told_as_they_are(park, eight):
    assert "The pot grows from £373m to £381m." in what_moves_the_money(stepping(park)).sentence
    assert "count 0.6% fewer clients every year" in what_moves_the_money(stepping(park)).sentence
    rest = park.formula.rest.model_copy(update={"growth_per_year": 0.02})
    formula = park.formula.model_copy(update={"pot_gbp": (9, 8, 7, 6, 5), "rest": rest})
    other = what_moves_the_money(stepping(park.model_copy(update={"formula": formula}))).sentence
    assert "The pot shrinks from £9 to £5." in other
    assert "count 2% more clients every year" in other


@pytest.mark.parametrize(("by", "told"), [(clearly(3), True), (noise(3), False), (0, False)])
def test_the_risk_of_death_is_told_where_deaths_differ(park, by, told):
    sentence = moved(park, deaths=by).sentence
    assert ("45 in 1,000 a year in the four weeks after leaving" in sentence) is told
    assert ("15 more deaths" in sentence) is told


# Figures


@pytest.mark.parametrize(
    ("low", "high", "sign"),
    [
        (1, 3, "more"),
        (-3, -1, "less"),
        (0, 0, "same"),
        (-1, 1, "open"),
        (0, 1, "open"),
        (np.nan, np.nan, "open"),
    ],
)
def test_a_sign_needs_an_interval_without_zero(low, high, sign):
    assert Figure("A", Estimate((low + high) / 2, low, high), gbp).sign == sign


def test_a_figure_is_written_with_its_sign_only_as_a_difference():
    estimate = Estimate(-1200.0, -1500.0, -900.0)
    assert Figure("A", estimate, gbp).text == "−£1,200"
    assert Figure("A", estimate, gbp).interval == "−£1,500 to −£900"
    assert Figure("A", Estimate(0.5, 0.4, 0.6), gbp, is_difference=False).text == "£0"


def test_no_sentence_is_left_half_finished(park, eight):
    found = [
        moved(park, allocation_gbp=noise(9_000), planned_exits=noise(4)),
        bite(park, **SAVED),
        support(park, load("reintegration")),
        acting_together(together(eight, noise(4_000), noise(40_000)), "Moving on"),
        what_a_client_is_worth(kept()),
    ]
    for finding in found:
        assert finding.sentence.endswith(".")
        assert "  " not in finding.sentence
        assert "nan" not in finding.sentence
        assert "addict" not in finding.sentence.lower()
