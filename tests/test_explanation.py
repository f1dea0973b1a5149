"""Why an allocation changed: steps that add up, and sentences that say no more than can be told."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from simulator import explanation
from simulator.explanation import Explanation, explain
from simulator.funding import EXPLAIN_STEPS, allocate
from simulator.replicate import run
from simulator.scenario import load

COMPLETE = Path(__file__).parent / "broken" / "complete.yaml"
POT, OTHERS, OWN_NUMBER = 0, 1, 2


def sample_of(*changes, replications=3):
    return run([load(COMPLETE, changes)], replications, 1, 1)[0]


@pytest.fixture(scope="module")
def explained():
    return explain(sample_of())


@pytest.fixture(scope="module")
def tenths(tenth):
    """A tenth of a partnership beside the rest of England: few people, so much chance."""
    return run([tenth], 3, 1, 1)[0]


def with_steps(explained, pounds):
    """The same explanation with other pounds, by replication and step, of the first partnership's year 2."""
    steps = np.zeros_like(explained.steps)
    for step, amounts in pounds.items():
        steps[:, 0, 0, step] = amounts
    return replace(explained, steps=steps)


def second_year(explained):
    return explained.sentences_of(explained.partnerships[0])[1]


def test_steps_sum_to_the_change_in_every_replication(explained):
    sample = explained.sample
    for place, name in enumerate(explained.partnerships):
        changes = np.diff(sample.of("allocation_gbp", name), axis=1)
        np.testing.assert_array_equal(explained.steps[:, place].sum(axis=2), changes)
        assert np.any(changes)


def test_steps_start_and_end_at_what_was_allocated(explained):
    sample = explained.sample
    for replication, years in enumerate(sample.inputs):
        shared = [allocate(each.pot_gbp, each.members, each.rule)["Area 1"] for each in years]
        assert sample.of("allocation_gbp", "Area 1")[replication].tolist() == shared
        assert explained.steps[replication, 0].sum(axis=1).tolist() == np.diff(shared).tolist()


def test_table_has_every_step_of_every_partnership_from_the_second_year_on(explained):
    table = explained.table
    assert [*table.columns] == [
        "scenario", "partnership", "year", "step", "gbp", "low", "high", "mc_error", "replications",
    ]  # fmt: skip
    rows = [*table[["partnership", "year", "step"]].itertuples(index=False, name=None)]
    assert rows == [
        (name, year, step)
        for name in ("Area 1", "Area 2")
        for year in ("2009-10", "2010-11")
        for step in EXPLAIN_STEPS
    ]
    assert set(table["scenario"]) == {"complete"}
    assert set(table["replications"]) == {3}


def test_means_of_the_table_sum_to_the_mean_change(explained):
    sums = explained.table.groupby(["partnership", "year"])["gbp"].sum()
    for name in explained.partnerships:
        allocation = explained.sample.of("allocation_gbp", name).mean(axis=0)
        assert sums[name].tolist() == pytest.approx(np.diff(allocation).tolist(), abs=1e-6)


def test_interval_is_students_t_of_the_replications(explained):
    own = explained.steps[:, 1, 1, OWN_NUMBER]
    row = explained.table.set_index(["partnership", "year", "step"]).loc[
        ("Area 2", "2010-11", "own number")
    ]
    error = own.std(ddof=1) / np.sqrt(3)
    assert error > 0
    assert row["mc_error"] == pytest.approx(error)
    assert row["low"] == pytest.approx(own.mean() - 4.302652730 * error)
    assert row["high"] == pytest.approx(own.mean() + 4.302652730 * error)


def test_one_year_has_nothing_to_explain_but_the_history():
    explained = explain(
        sample_of(
            "years=1",
            "formula.pot_gbp=37300000",
            "formula.phase_in_share=1",
            "plan.treatment_share=1",
            "plan.reintegration_share=0",
        )
    )
    assert explained.steps.shape == (3, 2, 0, len(EXPLAIN_STEPS))
    assert explained.table.empty
    assert len(explained.sentences) == 2


def test_first_year_is_paid_on_the_history(explained):
    for name in explained.partnerships:
        first = explained.sentences_of(name)[0]
        gbp = explained.sample.of("allocation_gbp", name)[0, 0]
        assert first.startswith(f"2008-09: £{round(gbp, -3):,.0f}, paid on the history")


def test_there_is_one_sentence_for_each_partnership_and_year(explained):
    begins = [sentence.split(":")[0] for sentence in explained.sentences]
    assert begins == [
        f"{name}, {year}"
        for name in ("Area 1", "Area 2")
        for year in ("2008-09", "2009-10", "2010-11")
    ]


def test_partnership_is_left_out_where_there_is_one(tenths):
    sentences = explain(tenths).sentences
    assert [sentence[:8] for sentence in sentences] == [f"{year}:" for year in tenths.years]


def test_sentence_names_the_change_and_its_steps_in_order(explained):
    told = with_steps(explained, {OWN_NUMBER: [-150_100] * 3, POT: [20_000] * 3})
    gbp = explained.sample.of("allocation_gbp", "Area 1")[:, 1].mean()
    assert second_year(told) == (
        f"2009-10: £{round(gbp, -3):,.0f}, £130,000 less than the year before: "
        "pot +£20,000, own number −£150,000."
    )


def test_more_reads_as_more(explained):
    assert "£20,000 more than the year before" in second_year(
        with_steps(explained, {POT: [20_000] * 3})
    )


def test_value_whose_interval_holds_zero_is_too_close_to_call(explained):
    told = with_steps(explained, {POT: [50_000] * 3, OTHERS: [-900, 100, 1_100]})
    sentence = second_year(told)
    assert (
        "£50,100 more than the year before: pot +£50,000; too close to call: others (" in sentence
    )
    assert "others (−£2,380 to +£2,580)." in sentence


def test_change_whose_interval_holds_zero_is_no_more_and_no_less(explained):
    sentence = second_year(with_steps(explained, {OTHERS: [-900, 100, 1_100]}))
    assert (
        "much as the year before (+£100, too close to call); too close to call: others ("
        in sentence
    )
    assert "more than" not in sentence


def test_no_change_is_the_same(explained):
    assert second_year(with_steps(explained, {})).endswith(", the same as the year before.")


def test_one_replication_has_values_and_no_intervals():
    explained = explain(sample_of(replications=1))
    assert "too close to call" not in " ".join(explained.sentences)
    assert "own number" in second_year(explained)
    assert "no intervals" in explained.note
    assert explained.table["low"].isna().all()


def test_note_says_that_the_order_matters_and_what_is_close(explained):
    assert "another order would give other steps" in explained.note
    assert ", ".join(EXPLAIN_STEPS) in explained.note
    assert "Means of 3 replications, seed 1; too close to call where" in explained.note


def test_year_that_is_still_paid_on_the_history_says_so(explained):
    lagged = explain(sample_of("formula.lag_years=2", replications=1)).sentences_of("Area 1")
    assert lagged[1].endswith(explanation.STILL_ON_HISTORY)
    assert explanation.STILL_ON_HISTORY not in lagged[0] + lagged[2]
    assert explanation.STILL_ON_HISTORY not in " ".join(explained.sentences)


def test_explanation_is_frozen(explained):
    assert isinstance(explained, Explanation)
    with pytest.raises(AttributeError):
        explained.steps = None


def test_many_partnerships_are_told_together_by_who_gains_and_who_loses(explained):
    """By hand: the change of each over its sum of the year before, and whether its interval holds zero."""
    first, second = explained.sentences_together
    changes = explained.steps.sum(axis=3)  # by replication, partnership, year
    before = [explained.sample.of("allocation_gbp", name)[:, 1] for name in explained.partnerships]
    shares = changes[:, :, 1].mean(axis=0) / np.mean(before, axis=1)
    best, worst = (explained.partnerships[place(shares)] for place in (np.argmax, np.argmin))
    assert second.startswith("2010-11: ")
    assert f"its sum {best} (" in second
    assert f"gains most and {worst} (" in second
    assert first.startswith("2009-10: ")


def test_a_partnership_counts_as_often_as_it_has_copies_where_all_are_told(explained):
    data = explained.sample.scenario
    own = data.partnerships["Area 1"].model_copy(update={"copies": 148})
    twice = data.model_copy(update={"partnerships": {**data.partnerships, "Area 1": own}})
    told = replace(explained, sample=replace(explained.sample, scenario=twice)).sentences_together
    for sentence in told:
        many = sentence.split(": ")[1].split(";")[0].split()
        counts = [int(word) for word in many if word.isdigit()]
        assert sum(counts) == 149


# The mean over all orders


def test_means_over_all_orders_sum_to_the_change_of_each_year(explained):
    over, steps = explained.shapley_of(explained.partnerships[0]), explained.steps[:, 0]
    assert over.shape == steps.shape
    assert over.sum(axis=2) == pytest.approx(steps.sum(axis=2))


def test_a_table_has_steps_and_means_over_all_orders_side_by_side(explained):
    table = explained.shapley
    assert list(table["gbp"]) == list(explained.table["gbp"])
    assert {"shapley_gbp", "low", "high", "differs_much"} < set(table.columns)
    assert explained.checked == explained.partnerships


@pytest.mark.parametrize(
    ("step", "over", "much"),
    [
        (20_000, 20_900, False),  # less than £1,000
        (20_000, 22_100, False),  # less than a tenth of the largest, £40,000
        (20_000, 24_100, True),
        (0, 0, False),
    ],
)
def test_much_is_a_tenth_of_the_largest_step_and_a_thousand_pounds(step, over, much):
    steps, means = np.array([40_000.0, step]), np.array([40_000.0, over])
    assert explanation._differ_much(steps, means).tolist() == [False, much]


def test_it_says_where_the_order_decides_much(explained):
    sentences = explained.order_sentences_of(explained.partnerships[0])
    differ = explained.shapley["differs_much"]
    assert all(": the order matters much: " in each for each in sentences) == bool(differ.any())
