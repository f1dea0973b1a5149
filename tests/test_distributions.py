"""Durations against their closed forms, against scipy, and against integration of the hazard."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import expon, kstest, lognorm, weibull_min

from simulator.distributions import (
    NEVER,
    exponential_days,
    lognormal_days,
    scale,
    two_step_days,
    weibull_days,
    weibull_hazard,
)

ENOUGH = 20_000
LEAST_P = 0.001

thresholds = st.floats(1e-6, 50)
shapes = st.floats(0.3, 3)
scales = st.floats(1, 5_000)
days_served = st.floats(0, 3_000)
rates = st.floats(1e-5, 1)


def unit_exponentials(n=ENOUGH, seed=1):
    return np.random.default_rng(seed).standard_exponential(n).tolist()


def test_nothing_given_means_never():
    assert scale(None) == NEVER
    assert scale(12.0) == 12.0


@given(thresholds, rates)
def test_exponential_uses_up_the_threshold(threshold, rate):
    assert exponential_days(threshold, rate) * rate == pytest.approx(threshold)


def test_without_a_hazard_nothing_happens():
    assert exponential_days(1.0, 0.0) == NEVER
    assert weibull_days(1.0, 0.6, NEVER) == NEVER
    assert weibull_days(1.0, 0.6, NEVER, 100.0) == NEVER
    assert two_step_days(1.0, 0.0, 28.0, 0.0) == NEVER


@given(thresholds, shapes, scales, days_served)
def test_weibull_uses_up_the_threshold_beyond_what_is_served(threshold, shape, scale_days, served):
    days = weibull_days(threshold, shape, scale_days, served)
    used = weibull_hazard(served + days, shape, scale_days) - weibull_hazard(
        served, shape, scale_days
    )
    assert days >= 0
    assert used == pytest.approx(threshold, rel=1e-6, abs=1e-6)


@given(thresholds, shapes, scales)
def test_weibull_from_the_start_is_that_with_nothing_served(threshold, shape, scale_days):
    again = weibull_days(threshold, shape, scale_days, 0)
    assert weibull_days(threshold, shape, scale_days) == pytest.approx(again)


def test_weibull_is_that_of_scipy():
    days = [weibull_days(threshold, 0.6, 1255.0) for threshold in unit_exponentials()]
    assert kstest(days, weibull_min(0.6, scale=1255.0).cdf).pvalue > LEAST_P


def test_weibull_is_that_of_scipy_given_that_some_days_have_been_served():
    whole, served = weibull_min(0.6, scale=1255.0), 400.0

    def left_given_served(days):
        return 1 - whole.sf(days + served) / whole.sf(served)

    days = [weibull_days(threshold, 0.6, 1255.0, served) for threshold in unit_exponentials()]
    assert kstest(days, left_given_served).pvalue > LEAST_P


def test_a_constant_weibull_hazard_forgets_what_is_served():
    assert weibull_days(1.5, 1.0, 90.0, 1000.0) == pytest.approx(135.0)


def test_exponential_is_that_of_scipy():
    days = [exponential_days(threshold, 0.02) for threshold in unit_exponentials()]
    assert kstest(days, expon(scale=50).cdf).pvalue > LEAST_P


def test_lognormal_is_that_of_scipy():
    normals = np.random.default_rng(1).standard_normal(ENOUGH).tolist()
    days = [lognormal_days(normal, 750.0, 0.9) for normal in normals]
    assert kstest(days, lognorm(0.9, scale=750.0).cdf).pvalue > LEAST_P


@pytest.mark.parametrize("normal", [-2.0, 0.0, 1.0])
def test_lognormal_lies_as_many_sigmas_from_the_median_as_the_luck(normal):
    days = lognormal_days(normal, 750.0, 0.9)
    assert math.log(days / 750.0) == pytest.approx(0.9 * normal)


def test_lognormal_without_spread_is_its_median():
    assert lognormal_days(2.3, 5.0, 0.0) == 5.0
    assert lognormal_days(2.3, 0.0, 1.0) == 0.0
    assert lognormal_days(-2.3, NEVER, 0.5) == NEVER


@given(thresholds, rates, st.floats(0, 60), rates, st.floats(0, 200))
def test_two_steps_use_up_the_threshold(threshold, first_rate, first_days, later_rate, served):
    def hazard(day):
        return first_rate if day < first_days else later_rate

    days = two_step_days(threshold, first_rate, first_days, later_rate, served)
    change = min(max(first_days, served), served + days)
    used = quad(hazard, served, change)[0] + quad(hazard, change, served + days)[0]
    assert used == pytest.approx(threshold, rel=1e-6, abs=1e-9)


def test_two_steps_by_hand():
    # 0.01 a day for 28 days uses 0.28; what is left of 0.5 lasts 220 days at 0.001 a day.
    assert two_step_days(0.5, 0.01, 28.0, 0.001) == pytest.approx(28 + 220)
    assert two_step_days(0.2, 0.01, 28.0, 0.001) == pytest.approx(20)
    # Eight of the first days are left: they use 0.08.
    assert two_step_days(0.5, 0.01, 28.0, 0.001, 20.0) == pytest.approx(8 + 420)
    assert two_step_days(0.5, 0.01, 28.0, 0.001, 90.0) == pytest.approx(500)


def test_two_steps_with_the_later_hazard_at_nothing_may_never_come():
    assert two_step_days(0.5, 0.01, 28.0, 0.0) == NEVER
