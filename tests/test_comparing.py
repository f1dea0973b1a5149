"""What differs in plans, what that does pair by pair, and a plan under two sets of assumptions."""

from __future__ import annotations

import numpy as np
import pytest
from tiny import a_tenth_of

from simulator.comparing.four import Effect, changed, four_of, four_scenarios, split
from simulator.comparing.headlines import HEADLINES, Headline, headline, outcomes_of
from simulator.comparing.inputs import EACH, what_differs
from simulator.comparing.pairs import pairs_of
from simulator.comparing.words import amount_in_words, difference_in_words, ends_in_words
from simulator.errors import BadInput
from simulator.incentives import Estimate
from simulator.measures import MEASURES
from simulator.replicate import compare, paired, run
from simulator.scenario import as_dict, load, names

READY = "world.groups.opiate.treatment.cost_ready_gbp_per_week"
RELAPSE = "world.groups.opiate.after.relapse.scale_days"
HELD = "plan.move_on_delay_days"


def row(told, title):
    (found,) = [each for each in told.rows if each.title == title]
    return found


# What differs


def test_nothing_differs_between_a_scenario_and_itself(baseline):
    told = what_differs([baseline, baseline.model_copy(update={"title": "Another"})])
    assert told.rows == ()
    assert told.sentence.startswith("Nothing differs")


def test_levers_are_told_in_plain_words_with_their_units(baseline):
    told = what_differs([load("park"), load("move_on"), baseline])
    (only,) = told.rows
    assert (only.part, only.title) == ("Plan", "How long ready clients are kept")
    assert only.told[:2] == ("1,460 days", "0 days")
    assert "Opiates: 614 days" in only.told[2]
    assert list(told.table.columns)[1:] == ["What differs", *told.scenarios]
    assert told.sentence == "1 input differs: plan 1. All else is the same."


def test_what_changes_by_year_is_told_by_year(baseline):
    told = what_differs([baseline, load("reintegration")])
    share = row(told, "Share for reintegration")
    assert share.told == ("0%", "8% in 2008-09, then 4%")


def test_the_words_of_a_null_are_those_of_the_schema(baseline):
    told = what_differs([baseline, changed(baseline, [("formula.floor_share", None)])])
    floor = row(told, "Smallest allocation, as a share of last year's")
    assert floor.told == ("90%", "no floor")


def test_a_stream_that_only_one_has_is_one_row(baseline):
    told = what_differs([baseline, load("many_streams")])
    people = row(told, "Funding stream: Supporting People")
    assert people.told == ("not there", "£120,000 a year; pays for reintegration")


def test_what_is_alike_in_each_partnership_is_told_once():
    told = what_differs([load("eight_park"), load("eight_commission_together")])
    (only,) = told.rows
    assert only.title.startswith(EACH)
    one = what_differs([load("eight_park"), load("eight_one_moves_on")])
    assert [each.title for each in one.rows] == ["Area 1: How long ready clients are kept"]
    assert one.rows[0].told == ("as in the plan", "0 days")


def test_what_four_figures_do_not_tell_apart_is_told_in_detail(baseline):
    told = what_differs([baseline, changed(baseline, [(RELAPSE, 544.41)])])
    assert told.rows[0].told == ("544.4 days (544.4)", "544.4 days (544.41)")


def test_what_others_do_is_an_assumption_and_no_formula(baseline):
    told = what_differs([baseline, changed(baseline, [("formula.rest.growth_per_year", 0.01)])])
    assert told.rows[0].part == "Assumptions"


@pytest.mark.parametrize("name", sorted(set(names()) - {"baseline_2008"}))
def test_every_scenario_of_the_library_differs_in_words_that_differ(baseline, name):
    told = what_differs([baseline, load(name)])
    assert told.rows
    for each in told.rows:
        assert "None" not in each.title + "".join(each.told)
        assert "_" not in each.title
        assert len(set(each.told)) > 1 or "not the same" in each.told[0]


# Pairs


@pytest.fixture(scope="module")
def three():
    base = a_tenth_of(load("park"))
    named = [
        changed(base, [(HELD, days)]).model_copy(update={"name": f"held_{i}", "title": f"Held {i}"})
        for i, days in enumerate((1460.0, 0.0, 400.0))
    ]
    return run(named, 4, 1, 1)


def test_pairs_against_the_first_are_those_of_a_comparison(three):
    table = pairs_of(three).table
    known = compare([sample.scenario for sample in three], 4, 1, 1).differences
    known = known[known["group"] == "all"].set_index(["scenario", "measure", "year"])
    assert set(zip(table["scenario"], table["against"], strict=True)) == {
        ("Held 1", "Held 0"),
        ("Held 2", "Held 0"),
        ("Held 2", "Held 1"),
    }
    for each in table[table["against"] == "Held 0"].itertuples():
        other = known.loc[(each.scenario.lower().replace(" ", "_"), each.measure, each.year)]
        assert (each.difference, each.low) == pytest.approx((other["difference"], other["low"]))


def test_pairs_add_up(three):
    first, second, third = (each.differences for each in pairs_of(three).pairs)
    assert np.allclose(first + third, second, equal_nan=True)
    assert np.nan_to_num(third).any()


def test_a_pair_that_is_the_same_is_said_to_be(three):
    told = pairs_of([three[0], three[0]])
    assert "no difference at all in any of 4 paired runs" in told.sentences[0]
    assert set(told.table["verdict"]) == {"no difference"}


def test_a_sentence_tells_what_is_clear_and_what_is_not(three):
    told = pairs_of(three, {"held_0": "Now"})
    assert told.sentences[0].startswith("“Held 1” against “Now”, in 4 paired runs: ")
    assert "too close to call" in " ".join(told.sentences).lower()
    assert told.sentences[-1].startswith("Few replications")


def test_fewer_replications_of_one_are_the_first_of_the_other(three):
    short = run([three[0].scenario], 2, 1, 1)[0]
    (pair,) = pairs_of([short, three[1]]).pairs
    assert pair.replications == 2
    assert np.array_equal(
        pair.differences, pairs_of(three).pairs[0].differences[:2], equal_nan=True
    )


def test_amounts_are_written_without_signs(baseline):
    people, pounds, need = outcomes_of(
        [
            Headline("in_recovery", "last"),
            Headline("allocation_gbp", "last"),
            Headline("unmet_need_share", "last"),
        ],
        baseline,
    )
    assert amount_in_words(people, -12.0) == "12 fewer"
    assert amount_in_words(pounds, 453_210.0) == "£453,000 more"
    assert amount_in_words(need, 0.012) == "1.2 points higher"
    assert ends_in_words(people, -9.0, -120.0) == "9 to 120"
    assert ends_in_words(people, -3.0, 4.0) == "3 fewer to 4 more"
    assert difference_in_words(people, Estimate(1.0, -3.0, 5.0)).startswith(
        "too close to call (3 fewer"
    )
    assert difference_in_words(people, Estimate(-20.0, -30.0, -10.0)) == "20 fewer (10 to 30)"
    nothing = Estimate(0.0, 0.0, 0.0)
    assert "no difference" in difference_in_words(people, nothing)


# What is compared


def test_headlines_are_checked_all_at_once(baseline):
    wrong = [
        Headline("people", "last"),
        Headline("in_recovery", "total"),
        Headline("deaths", "1999-00"),
    ]
    with pytest.raises(BadInput) as caught:
        outcomes_of(wrong, baseline)
    assert [fault.name for fault in caught.value.faults] == ["people", "deaths", "in_recovery"]


def test_a_measure_has_its_usual_year():
    assert headline("deaths") == Headline("deaths", "total", "lower")
    assert headline("waiting").year == "last"
    assert {each.measure for each in HEADLINES} <= set(MEASURES)


# A plan under two sets of assumptions


def test_changes_are_told_apart_by_what_they_are():
    told = split(
        [
            (HELD, 0.0),
            (READY, 20.0),
            ("formula.floor_share", 0.8),
            ("formula.rest.growth_per_year", 0.0),
            ("funding.streams.local_mainstream.amount_gbp", 9),
            ("partnerships.Area 1.plan.stretch_share", 0.1),
            ("history.groups.other.never_treated", 400),
        ]
    )
    assert [path.partition(".")[0] for path, _ in told.plan] == ["plan", "formula", "partnerships"]
    assert len(told.assumptions) == 4


def test_four_scenarios_hold_each_change_where_it_belongs(baseline):
    four = four_scenarios(baseline, [(HELD, 0.0), (READY, 20.0)], "Move on")
    told = [
        (
            each.plan.move_on_delay_days == 0.0,
            each.world.groups["opiate"].treatment.cost_ready_gbp_per_week,
        )
        for each in four
    ]
    assert told == [(False, 35.0), (True, 35.0), (False, 20.0), (True, 20.0)]
    assert [each.title for each in four][1] == "With “Move on”"
    assert len({each.name for each in four}) == 4
    assert as_dict(four[0])["world"] == as_dict(baseline)["world"]


def test_one_group_of_a_lever_that_is_one_for_all(baseline):
    told = changed(baseline, [("plan.early_exit_rate_per_year.opiate", 0.2)])
    assert told.plan.early_exit_rate_per_year == {"opiate": 0.2, "crack": 0.0, "other": 0.0}


def test_a_formula_of_the_library_is_a_decision(baseline):
    told = changed(baseline, [("formula", "need_only_2006")])
    assert told.formula.terms != baseline.formula.terms
    assert told.formula.pot_gbp == baseline.formula.pot_gbp
    assert split([("formula", "need_only_2006")]).plan


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ([(HELD, 0.0)], "the assumptions"),
        ([(READY, 20.0)], "the plan"),
        ([("years", 3), (HELD, 0.0)], "years"),
        ([("plan.move_on", 0.0), (READY, 20.0)], "plan.move_on"),
        ([(HELD, -5.0), (READY, 20.0)], HELD),
        ([("formula", "nobodys"), (READY, 20.0)], ""),
    ],
)
def test_what_cannot_be_split_is_said_in_plain_words(baseline, changes, named):
    with pytest.raises(BadInput) as caught:
        four_scenarios(baseline, changes)
    assert named in caught.value.faults[0].name


@pytest.fixture(scope="module")
def four():
    base = a_tenth_of(load("park"))
    changes = [(HELD, 0.0), (RELAPSE, 100.0)]
    return four_of(run(four_scenarios(base, changes), 4, 1, 1))


def test_the_difference_of_effects_is_that_of_all_four(four):
    base, plan, other, both = (
        sample.of("in_recovery", sample.partnerships[-1])[:, -1] for sample in four.samples
    )
    told = four.effect(headline("in_recovery"))
    assert (plan != base).all()
    assert (both - other != plan - base).any()
    assert told.as_it_is.mean == pytest.approx((plan - base).mean())
    mean, low, high, _ = map(float, paired((both - other) - (plan - base)))
    assert (told.more.mean, told.more.low, told.more.high) == pytest.approx((mean, low, high))


def test_assumptions_that_do_nothing_leave_the_plan_as_it_is():
    base = a_tenth_of(load("park"))
    path = "world.groups.opiate.waiting.mean_patience_days"
    same = base.world.groups["opiate"].waiting.mean_patience_days
    told = four_of(run(four_scenarios(base, [(HELD, 0.0), (path, same)]), 3, 1, 1))
    assert told.effect(headline("in_recovery")).as_it_is.mean > 0
    for effect in told.effects():
        assert effect.verdict == "no difference"
        assert "no difference" in effect.in_short


def test_effects_are_told_in_tables_by_year_and_in_sentences(four):
    assert len(four.by_year("in_recovery")) == len(four.samples[0].years)
    assert next(iter(four.table()["What"])).startswith("In recovery")
    assert four.sentences()[0].startswith("In recovery on 31 March")
    assert four.sentences()[-1].startswith("Few replications")
    with pytest.raises(BadInput):
        four_of(four.samples[:3])


def test_an_effect_that_turns_is_said_to():
    told = Effect(
        outcomes_of([headline("in_recovery")], load("park"))[0],
        Estimate(10.0, 5.0, 15.0),
        Estimate(-10.0, -15.0, -5.0),
        Estimate(-20.0, -25.0, -15.0),
    )
    assert "the opposite" in told.sentence
    assert "differ by 20 (15 to 25)" in told.sentence
