"""Why a proposal's money differs: the cause that is named has the sign of the whole, and is what was changed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tiny import a_tenth_of

from simulator.explanation import explain
from simulator.findings import largest_part, levels, step_differences, what_is_proposed
from simulator.funding import EXPLAIN_STEPS
from simulator.incentives import Estimate, band_told
from simulator.proposal import Proposal
from simulator.replicate import run

REPLICATIONS = 6


def explained(**changes):
    told = {path.replace("__", "."): value for path, value in changes.items()}
    scenario = a_tenth_of(Proposal().with_changes(told).scenario())
    return explain(run([scenario], REPLICATIONS, 1, 1)[0])


@pytest.fixture(scope="module")
def without():
    return explained()


@pytest.fixture(scope="module")
def plans():
    return {
        "pot": explained(formula__pot_gbp=410_000_000),
        "floor": explained(formula__floor_share=1.0),
        "growth": explained(formula__rest__growth_per_year=0.1),
        "delay": explained(plan__move_on_delay_days=0.0),
    }


MOVED = {
    "pot": {"pot"},
    "floor": {"floor and ceiling"},
    "growth": {"others", "floor and ceiling"},  # the floor stands on the year before's pounds
    "delay": {"own number", "own mix"},
}


@pytest.mark.parametrize("lever", MOVED)
def test_what_was_changed_moves_the_money_most_and_all_steps_come_to_the_whole(
    without, plans, lever
):
    plan = plans[lever]
    steps = step_differences(without, plan)
    size = {name: abs(each.mean) for name, each in zip(EXPLAIN_STEPS, steps, strict=True)}
    assert max(size, key=size.__getitem__) in MOVED[lever]
    place = plan.sample.partnerships[0]
    whole = plan.sample.of("allocation_gbp", place) - without.sample.of("allocation_gbp", place)
    assert sum(each.mean for each in steps) == pytest.approx(whole[:, -1].mean(), abs=1e-6)


@pytest.mark.parametrize(
    ("lever", "because"),
    [
        ("pot", "because the pot is another"),
        ("delay", "because fewer clients are counted in effective treatment"),
    ],
)
def test_the_reason_is_what_was_changed_and_has_the_sign_of_the_whole(
    without, plans, lever, because
):
    told = what_is_proposed(without, plans[lever], ["it is changed"], "the baseline")
    assert because in told.why
    sign = "+£" if told.figures[0].sign == "more" else "−£"
    assert f"The largest part, {sign}" in told.why


def test_money_that_is_too_close_to_call_has_no_reason(without, plans):
    told = what_is_proposed(without, plans["floor"], ["it is changed"], "the baseline")
    assert told.figures[0].sign == "open"
    assert told.why == ""


def test_a_part_of_the_other_sign_or_one_that_is_not_clear_is_no_reason():
    clear, other, open_ = Estimate(5, 4, 6), Estimate(-50, -60, -40), Estimate(40, -1, 81)
    assert largest_part([open_, other, clear], "more") == 2
    assert largest_part([open_, other, clear], "less") == 1
    assert largest_part([open_, other], "more") is None
    assert largest_part([clear], "open") is None
    assert largest_part([Estimate(5, np.nan, np.nan)], "more") is None


def test_plans_that_share_with_others_have_no_steps(without):
    eight = a_tenth_of(Proposal(acting="all_of_eight").scenario())
    other = explain(run([eight], REPLICATIONS, 1, 1)[0])
    assert step_differences(without, other) == ()


def test_a_band_of_few_runs_is_all_of_them_and_is_called_so(without):
    sample = without.sample
    values = sample.of("allocation_gbp", sample.partnerships[0])[:, -1]
    assert levels(sample, "allocation_gbp") == pytest.approx(
        (values.mean(), values.min(), values.max())
    )
    assert band_told(REPLICATIONS) == "lowest to highest of 6 runs"
    many = replace(sample, values=np.concatenate([sample.values] * 4))
    mean, low, high = levels(many, "allocation_gbp")
    assert values.min() <= low < mean < high <= values.max()
    assert (low, high) == tuple(np.quantile(np.tile(values, 4), (0.05, 0.95)))
    assert band_told(many.replications) == "9 runs in 10"
