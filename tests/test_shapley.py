"""Why a sum changed, as the mean over all orders of the reasons."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import pairwise, permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_funding_properties import two_years

from simulator.funding import (
    EXPLAIN_STEPS,
    Counts,
    Inputs,
    Member,
    Rule,
    Term,
    allocate,
    explain,
    shapley,
)
from simulator.funding.explain import Stage


def year(own=10, mix=0, other=10, pot=1000, **rule):
    terms = (Term("effective_clients", 1, (2, 1)),)
    members = (Member("A", Counts((own, mix), (0, 0))), Member("B", Counts((other, 0), (0, 0))))
    return Inputs(pot, members, Rule(terms, **rule))


def pounds(inputs):
    return allocate(inputs.pot_gbp, inputs.members, inputs.rule)["A"]


def by_all_orders(previous, current, steps):
    """The same by walking every order."""
    whole = dict.fromkeys(steps, Fraction(0))
    orders = list(permutations(steps))
    for order in orders:
        stages = [Stage(order[:done]) for done in range(len(order) + 1)]
        paid = [pounds(stage.inputs(previous, current, "A")) for stage in stages]
        for step, (before, after) in zip(order, pairwise(paid), strict=True):
            whole[step] += Fraction(after - before, len(orders))
    return whole


def test_one_reason_alone_has_the_whole_change():
    found = shapley(year(), year(pot=2000), "A")
    assert found["pot"] == 500
    assert sum(found.values()) == 500


def test_two_reasons_have_the_mean_of_both_orders():
    # the pot moves 500 if it comes first and 750 if it comes last; the own number 250 or 500
    found = shapley(year(), year(own=30, pot=2000), "A")
    assert found["pot"] == Fraction(500 + 750, 2)
    assert found["own number"] == Fraction(250 + 500, 2)
    assert sum(found.values()) == pounds(year(own=30, pot=2000)) - pounds(year())


def test_it_is_the_mean_over_every_order_walked():
    before, after = year(), year(own=14, mix=9, other=7, pot=1700)
    steps = ("pot", "others", "own number", "own mix")
    assert {step: shapley(before, after, "A")[step] for step in steps} == by_all_orders(
        before, after, steps
    )


def test_mix_alone_keeps_the_old_total():
    before, after = year(own=10, mix=10), year(own=10, mix=30)
    mixed = Stage(("own mix",)).inputs(before, after, "A").members[0].counts.effective
    assert mixed == (5, 15)


def test_what_is_counted_and_not_weighed_moves_nothing():
    before = year()
    members = (replace(before.members[0], counts=Counts((10, 0), (5, 5))), before.members[1])
    assert not any(shapley(before, replace(before, members=members), "A").values())


@settings(max_examples=30)
@given(two_years(), st.sets(st.sampled_from(EXPLAIN_STEPS), max_size=4))
def test_values_sum_exactly_to_the_change(years, changed):
    previous, current = years
    current = Stage(tuple(changed)).inputs(previous, current, previous.members[0].name)
    name = previous.members[0].name
    found = shapley(previous, current, name)
    change = sum(step.gbp for step in explain(previous, current, name))
    assert tuple(found) == EXPLAIN_STEPS
    assert sum(found.values()) == change


@pytest.mark.parametrize("step", EXPLAIN_STEPS)
def test_where_nothing_changes_no_reason_moves_anything(step):
    assert shapley(year(), year(), "A")[step] == 0
