"""What one more person counted is worth: by calculus, and by sharing out the pot again."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.funding import (
    PEOPLE_COUNTED,
    Counts,
    Inputs,
    Member,
    Rule,
    Term,
    allocate,
    derivatives,
)

KINDS = tuple(PEOPLE_COUNTED)
TINY = Fraction(1, 10**9)


def counting_more(member, kind, group, more):
    people = list(getattr(member.counts, PEOPLE_COUNTED[kind]))
    people[group] = Fraction(str(people[group])) + more
    return replace(member, counts=replace(member.counts, **{PEOPLE_COUNTED[kind]: tuple(people)}))


def changed(inputs, name, kind, group, more):
    """The inputs with more people counted of one copy of a member, the other copies apart."""
    members = []
    for member in inputs.members:
        if member.name != name:
            members.append(member)
            continue
        members.append(counting_more(replace(member, copies=1), kind, group, more))
        if member.copies > 1:
            members.append(replace(member, name="its likes", copies=member.copies - 1))
    return replace(inputs, members=tuple(members))


def entitlement(inputs, name):
    return allocate(inputs.pot_gbp, inputs.members, inputs.rule).entitlement[name]


people = st.tuples(st.integers(0, 300), st.integers(1, 50))
counts = st.builds(Counts, people, people, people, people, people, people)
members = st.builds(
    Member,
    name=st.just("one"),
    counts=counts,
    need=st.integers(1, 20),
    population=st.integers(1, 20),
    area_cost=st.sampled_from([0.9, 1, 1.2]),
    old_share=st.integers(1, 5),
    last_gbp=st.integers(0, 10**6),
    copies=st.integers(1, 20),
)
terms = st.lists(
    st.builds(
        Term,
        st.sampled_from([*KINDS, "need_index", "population", "historic_share", "last_allocation"]),
        st.sampled_from([0.1, 0.25, 0.5, 1.0]),
    ),
    min_size=1,
    max_size=4,
)
rules = st.builds(
    Rule,
    terms.map(tuple),
    phase_in=st.sampled_from([0, 0.333333, 1]),
    area_cost=st.sampled_from([0, 0.5, 1]),
)
worlds = st.builds(
    lambda pot, several, rule: Inputs(
        pot, tuple(replace(m, name=f"member {i}") for i, m in enumerate(several)), rule
    ),
    st.integers(10**6, 10**9),
    st.lists(members, min_size=1, max_size=4),
    rules,
)


@given(worlds)
def test_the_derivative_is_the_limit_of_exact_differences(inputs):
    for (kind, group), each in derivatives(inputs, "member 0").items():
        before = entitlement(inputs, "member 0")
        after = entitlement(changed(inputs, "member 0", kind, group, TINY), "member 0")
        by_difference = (after - before) / TINY
        assert each is not None
        assert float(by_difference) == pytest.approx(
            float(each.entitlement_gbp), rel=1e-5, abs=1e-4
        )


@given(worlds, st.integers(0, 1))
def test_what_is_not_weighed_is_worth_nothing(inputs, group):
    weighed = {term.counts for term in inputs.rule.terms}
    found = derivatives(inputs, "member 0")
    assert {kind for kind, _ in found} == weighed & set(KINDS)


def year(own=1000, other=1000, copies=148, last=2_500_000, pot=373_000_000, **rule):
    terms = (Term("effective_clients", 0.75, (2, 1)), Term("need_index", 0.25))
    return Inputs(
        pot,
        (
            Member("own", Counts((own, 200), (0, 0)), last_gbp=last),
            Member("others", Counts((other, 200), (0, 0)), last_gbp=2_500_000, copies=copies),
        ),
        Rule(terms, **rule),
    )


def test_one_client_more_in_a_hundred_and_forty_nine_is_worth_the_hand_worked_sum():
    # x = 2,200 of 149 × 2,200: dt = 0.75 × 373m × 2 / 327,800 × (1 - 1/149)
    found = derivatives(year(), "own")["effective_clients", 0]
    assert float(found.entitlement_gbp) == pytest.approx(0.75 * 373e6 * 2 / 327_800 * 148 / 149)
    assert found.allocation_gbp == found.entitlement_gbp
    assert found.at_bound is None


@pytest.mark.parametrize("more", [1, 5, 20])
def test_a_small_change_is_told_within_five_percent(more):
    found = derivatives(year(), "own")["effective_clients", 0].entitlement_gbp
    moved = entitlement(changed(year(), "own", "effective_clients", 0, more), "own") - entitlement(
        year(), "own"
    )
    assert float(moved) == pytest.approx(float(found) * more, rel=0.05)


def test_who_stands_at_the_floor_gains_nothing_by_one_more():
    held = derivatives(year(own=500, floor=0.9), "own")["effective_clients", 0]
    assert held.at_bound == "low"
    assert held.allocation_gbp == 0
    assert held.entitlement_gbp > 0
    paid = [
        allocate(each.pot_gbp, each.members, each.rule)["own"]
        for each in (
            year(own=500, floor=0.9),
            changed(year(own=500, floor=0.9), "own", "effective_clients", 0, 1),
        )
    ]
    assert paid[0] == paid[1] == 2_250_000


def test_who_stands_at_the_ceiling_gains_nothing_by_one_more():
    held = derivatives(year(own=2000, ceiling=1.1), "own")["effective_clients", 0]
    assert held.at_bound == "high"
    assert held.allocation_gbp == 0


def test_where_others_are_held_what_is_paid_moves_as_the_exact_difference():
    inputs = Inputs(
        10**9,
        (
            Member("own", Counts((300,), (0,)), last_gbp=3 * 10**8),
            Member("held", Counts((10,), (0,)), last_gbp=3 * 10**8),
            Member("free", Counts((200,), (0,)), last_gbp=10**8),
        ),
        Rule((Term("effective_clients", 1),), floor=0.9),
    )
    found = derivatives(inputs, "own")["effective_clients", 0]
    small = Fraction(1, 1000)
    paid = [
        allocate(each.pot_gbp, each.members, each.rule)["own"]
        for each in (inputs, changed(inputs, "own", "effective_clients", 0, small))
    ]
    assert found.at_bound is None
    assert float(found.allocation_gbp) != pytest.approx(float(found.entitlement_gbp))
    assert (paid[1] - paid[0]) / small == pytest.approx(float(found.allocation_gbp), rel=1e-2)


def test_the_first_person_of_all_is_a_leap_and_has_no_derivative():
    nobody = Counts((0,), (0,))
    inputs = Inputs(
        100, (Member("own", nobody), Member("other", nobody)), Rule((Term("completions", 1),))
    )
    assert derivatives(inputs, "own") == {("completions", 0): None}


def test_an_unknown_member_is_refused():
    with pytest.raises(ValueError, match="name must be one of own, others"):
        derivatives(year(), "nobody")
