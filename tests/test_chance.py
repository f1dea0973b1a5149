"""Random numbers that belong to people: the right distributions, and nobody else's luck."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import expon, kstest, norm, poisson, uniform

from simulator.chance import RECOVER, SEEK, SERVE, TREAT, WAIT, Chance, Spells

ENOUGH = 20_000
LEAST_P = 0.001
KEY = {"seed": 1, "replication": 0, "partnership": "Area"}
ROW = {"group": "opiate", "purpose": "drop out", "spell": 0, "people": 500}


def row(**changes):
    key = {name: changes.pop(name, value) for name, value in KEY.items()}
    return Chance(**key).row(**(ROW | changes))


@pytest.mark.parametrize(
    ("purpose", "known"),
    [
        *((purpose, expon) for purpose in ("drop out", "seek", "patience", "relapse", "onset")),
        *((purpose, norm) for purpose in ("assessment", "ready")),
        ("picked up", uniform),
    ],
)
def test_each_purpose_has_its_distribution(purpose, known):
    assert kstest(row(purpose=purpose, people=ENOUGH), known.cdf).pvalue > LEAST_P


def test_a_purpose_may_be_drawn_as_another_kind():
    assert kstest(row(kind="uniform", people=ENOUGH), uniform.cdf).pvalue > LEAST_P


@pytest.mark.parametrize("kind", ["exponential", "normal", "uniform"])
@given(few=st.integers(0, 200), more=st.integers(0, 2_000))
def test_a_longer_row_begins_with_the_shorter_one(kind, few, more):
    longer = row(kind=kind, people=few + more)
    assert np.array_equal(longer[:few], row(kind=kind, people=few))


def test_the_same_key_gives_the_same_row_whatever_was_drawn_between():
    chance = Chance(**KEY)
    before = chance.row(**ROW)
    chance.row("crack", "ready", 3, 17)
    chance.arrivals("opiate", 0.5, 300.0)
    assert np.array_equal(chance.row(**ROW), before)


@pytest.mark.parametrize(
    "other",
    [
        {"seed": 2},
        {"replication": 1},
        {"partnership": "Area 2"},
        {"group": "crack"},
        {"purpose": "custody"},
        {"spell": 1},
    ],
)
def test_a_key_that_differs_in_one_part_gives_other_luck(other):
    ours, theirs = row(people=ENOUGH), row(people=ENOUGH, **other)
    assert not np.any(ours == theirs)
    # Independent exponentials: the correlation is normal about 0 with variance 1/n.
    correlation = np.corrcoef(ours, theirs)[0, 1]
    assert abs(correlation) < norm.ppf(1 - LEAST_P / 2) / math.sqrt(ENOUGH)


def test_parts_of_a_key_cannot_run_into_each_other():
    assert not np.array_equal(row(seed=1, replication=11), row(seed=11, replication=1))
    assert not np.array_equal(
        row(group="opiate", purpose="ready", kind="normal"),
        row(group="opiater", purpose="eady", kind="normal"),
    )


def test_purposes_and_spells_of_a_person_are_not_correlated():
    chance = Chance(**KEY)
    rows = [
        chance.row("opiate", purpose, spell, ENOUGH)
        for purpose in (*SEEK, *WAIT, *TREAT, *RECOVER, *SERVE)
        for spell in range(2)
    ]
    correlations = np.corrcoef(rows)[np.triu_indices(len(rows), 1)]
    most = norm.ppf(1 - LEAST_P / (2 * len(correlations))) / math.sqrt(ENOUGH)
    assert np.all(np.abs(correlations) < most)


def test_every_purpose_has_a_name_of_its_own():
    purposes = (*SEEK, *WAIT, *TREAT, *RECOVER, *SERVE)
    assert len(set(purposes)) == len(purposes)


def test_spells_give_each_stay_its_own_row():
    chance = Chance(**KEY)
    spells = Spells(chance, "opiate", TREAT, 40)
    third = [list(one) for one in spells[2]]
    assert third == [chance.row("opiate", purpose, 2, 40).tolist() for purpose in TREAT]
    assert [list(one) for one in spells[0]] == [
        chance.row("opiate", purpose, 0, 40).tolist() for purpose in TREAT
    ]


def test_arrivals_are_a_poisson_stream():
    rate, until, n = 0.3, 400.0, 400
    streams = [Chance(1, number, "Area").arrivals("opiate", rate, until) for number in range(n)]
    counts = np.array([len(days) for days in streams])
    every = np.concatenate(streams)
    assert all(np.all(np.diff(days) > 0) for days in streams)
    assert every.min() > 0
    assert every.max() < until
    # Given how many, they are spread evenly; how many is Poisson.
    assert kstest(every, uniform(0, until).cdf).pvalue > LEAST_P
    low, high = poisson(rate * until * n).interval(1 - LEAST_P)
    assert low <= counts.sum() <= high
    dispersion = np.sum((counts - rate * until) ** 2) / (rate * until)
    # Chi-square with so many degrees of freedom is near normal.
    assert abs(dispersion - n) < norm.ppf(1 - LEAST_P / 2) * math.sqrt(2 * n)


@given(st.floats(0.001, 3), st.floats(1, 2_000), st.floats(1, 2_000))
def test_a_longer_horizon_adds_arrivals_and_changes_none(rate, horizon, more):
    chance = Chance(**KEY)
    shorter = chance.arrivals("opiate", rate, horizon)
    longer = chance.arrivals("opiate", rate, horizon + more)
    assert np.array_equal(longer[: len(shorter)], shorter)
    assert np.all(longer[len(shorter) :] >= horizon)


def test_nobody_arrives_at_a_rate_of_nothing():
    assert len(Chance(**KEY).arrivals("opiate", 0.0, 1_000.0)) == 0
