"""The formula in floating point: the same pounds as the exact one, before it rounds."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from test_funding_properties import inputs, payable, unpayable

from simulator.funding import Counts, Inputs, Member, Rule, Term, allocate
from simulator.funding.fast import allocate_nearly, settle
from simulator.funding.formula import _claims, _entitled, _settle


def member(name, clients, last=0, copies=1):
    return Member(name, Counts((clients,), (0,)), last_gbp=last, copies=copies)


def year(pot, *members, **rule):
    return Inputs(pot, members, Rule((Term("effective_clients", 1, (1,)),), **rule))


def exactly(case):
    claims = _claims(case.pot_gbp, _entitled(case.members, case.rule), case.members, case.rule)
    amounts, _ = _settle(case.pot_gbp, claims)
    return [float(Fraction(pounds, amounts.denominator)) for pounds in amounts.numerators]


@given(st.one_of(inputs, payable(), unpayable()))
@example(year(100, member("a", 1, 100), member("b", 0, 100), floor=0.55))  # 0.55 × 100 is 55
@example(year(100, member("a", 0), member("b", 0)))  # nobody counts
@example(year(0, member("a", 1), member("b", 2)))  # no pot
@example(year(100, member("a", 3, 80), member("b", 1, 80), floor=0.9))  # lows beyond the pot
@example(year(500, member("a", 3, 80), member("b", 1, 80), ceiling=1.1))  # highs short of it
@example(year(500, member("a", 3), member("b", 1), ceiling=1.1))  # no highs at all
@example(year(300, member("a", 3, 100), member("b", 0, 300), ceiling=1.1))  # heirs without a part
@example(year(10**9, member("a", 1, 0, 148), member("b", 10**-6, 0)))
def test_the_fast_formula_says_what_the_exact_one_says(case):
    nearly = allocate_nearly(case.pot_gbp, case.members, case.rule)
    np.testing.assert_allclose(nearly, exactly(case), rtol=1e-9, atol=1e-6)
    rounded = allocate(case.pot_gbp, case.members, case.rule).pounds
    odd = case.rule.rounding_gbp if case.rule.rounding_gbp == 1 else 2 * case.rule.rounding_gbp
    for pounds, each in zip(nearly, case.members, strict=True):
        assert all(abs(pounds - got) <= odd + 1e-6 for got in rounded[each.name])


@settings(max_examples=20)
@given(st.lists(payable(), min_size=2, max_size=4))
def test_many_worlds_at_once_get_what_each_gets_alone(cases):
    most = max(len(case.members) for case in cases)

    def row(values, empty):
        return [*values, *[empty] * (most - len(values))]

    drawn = np.random.default_rng(len(cases)).random((len(cases), most))
    pot = np.array([[float(case.pot_gbp)] for case in cases])
    low, high = np.zeros_like(drawn), pot + np.zeros_like(drawn)
    copies = np.array(row([1.0, 3.0], 2.0)[:most])
    together = settle(pot, drawn, copies, low, high)
    for place in range(len(cases)):
        alone = settle(pot[place], drawn[place], copies, low[place], high[place])
        np.testing.assert_array_equal(together[place], alone)
    np.testing.assert_allclose((together * copies).sum(axis=-1), pot[:, 0], rtol=1e-9)


def test_a_hand_worked_floor_leaves_the_rest_in_proportion():
    # £1,000 for 6, 3 and 1 clients would be 600, 300, 100; the floor keeps the last at 180.
    case = year(1000, member("a", 6, 100), member("b", 3, 100), member("c", 1, 200), floor=0.9)
    assert allocate_nearly(case.pot_gbp, case.members, case.rule) == pytest.approx(
        [820 * 6 / 9, 820 * 3 / 9, 180]
    )
