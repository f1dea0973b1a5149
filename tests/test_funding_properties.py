"""What holds of the formula whatever is shared, by whom and under which rule."""

from __future__ import annotations

import math
from dataclasses import astuple, replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from simulator.funding import (
    EXPLAIN_STEPS,
    PEOPLE_COUNTED,
    Counts,
    Inputs,
    Member,
    Rule,
    Term,
    allocate,
    explain,
    explain_each,
)
from simulator.funding.explain import Stage
from simulator.funding.formula import PAID_BEFORE
from simulator.scenario import formula_names, load_formula

NAMES = ("Barnet", "Dudley", "Haringey", "Leeds", "Milton Keynes", "Walsall")
GROUPS = 2


def hundredths(low, high):
    """Decimals as users write them."""
    return st.integers(low, high).map(lambda number: number / 100)


some_people = st.tuples(*[st.integers(0, 40)] * GROUPS)
counts = st.builds(Counts, *[some_people] * 6)


def members_named(names, copies):
    return st.tuples(
        *(
            st.builds(
                Member,
                name=st.just(name),
                counts=counts,
                need=hundredths(0, 300),
                population=hundredths(0, 300),
                area_cost=hundredths(80, 130),
                old_share=st.integers(0, 9),
                last_gbp=st.integers(0, 2000),
                copies=copies,
            )
            for name in names
        )
    )


def some_members(at_least=1):
    copies = st.integers(1, 4)
    return st.integers(at_least, len(NAMES)).flatmap(lambda n: members_named(NAMES[:n], copies))


def some_terms(parts):
    """Terms over what was drawn for each: a weight, and weights of the groups where it counts people."""
    return tuple(
        Term(counts, weight, group_weights if counts in PEOPLE_COUNTED else None)
        for counts, (weight, group_weights) in parts.items()
    )


by_group = st.sampled_from([(1, 1), (2, 1), (2.5, 1), (0, 1), None])
terms = (
    st.dictionaries(
        st.sampled_from([*PEOPLE_COUNTED, "need_index", "population", *PAID_BEFORE]),
        st.tuples(hundredths(0, 100), by_group),
        min_size=1,
        max_size=5,
    )
    .map(some_terms)
    .filter(lambda drawn: any(term.weight for term in drawn))
)
unbounded_rules = st.builds(
    Rule,
    terms=terms,
    phase_in=st.sampled_from([0, Fraction(1, 3), 0.5, Fraction(2, 3), 1]),
    area_cost=st.sampled_from([0, 0.5, 1]),
)
rounded = st.sampled_from([1, 7, 100, 1000])
bounds = st.tuples(
    st.none() | hundredths(0, 110),
    st.none() | hundredths(110, 160),
)
rules = st.builds(
    lambda rule, bound: replace(rule, floor=bound[0], ceiling=bound[1]), unbounded_rules, bounds
)
pots = st.integers(0, 12_000) | st.integers(0, 400_000_000)


def share_out(year):
    return allocate(year.pot_gbp, year.members, year.rule)


def exact(number):
    return Fraction(str(number))


def bounds_of(member, year):
    """Least and most pounds by the words of the rule; without a ceiling, the pot."""
    rule = year.rule
    low = math.ceil(exact(rule.floor or 0) * member.last_gbp)
    if rule.ceiling is None:
        return low, max(low, year.pot_gbp)
    return low, max(low, math.floor(exact(rule.ceiling) * member.last_gbp))


def total_bounds(year):
    each = [(member.copies, *bounds_of(member, year)) for member in year.members]
    return sum(n * low for n, low, _ in each), sum(n * high for n, _, high in each)


@st.composite
def payable(draw):
    """Inputs whose pot lies between the sums of the lows and of the highs."""
    year = Inputs(0, draw(some_members()), draw(rules))
    least, most = total_bounds(year)
    if year.rule.ceiling is None:
        most = least + 10_000
    return replace(year, pot_gbp=draw(st.integers(least, most)))


@st.composite
def unpayable(draw):
    """Inputs whose pot lies below all lows or above all highs."""
    rule = replace(draw(rules), floor=0.9, ceiling=1.2)
    year = Inputs(0, draw(some_members()), rule)
    least, most = total_bounds(year)
    assume(least > 0)
    outside = st.integers(0, least - 1) | st.integers(most + 1, 3 * most)
    return replace(year, pot_gbp=draw(outside))


inputs = (
    st.builds(Inputs, pot_gbp=pots, members=some_members(), rule=rules) | payable() | unpayable()
)


def two_years():
    """Two years of the same members; the first has one copy."""

    def pair(n):
        members = st.tuples(
            members_named(NAMES[:1], st.just(1)), members_named(NAMES[1:n], st.just(2))
        ).map(lambda both: both[0] + both[1])
        year = st.builds(Inputs, pot_gbp=pots, members=members, rule=rules)
        return st.tuples(year, year)

    return st.integers(1, len(NAMES)).flatmap(pair)


@settings(deadline=None)
@given(inputs)
def test_allocation_spends_exactly_the_pot(year):
    allocation = share_out(year)
    assert sum(map(sum, allocation.pounds.values())) == year.pot_gbp
    assert min(map(min, allocation.pounds.values())) >= 0


FORMULAS = {name: load_formula(name).formula for name in formula_names()}


def of_library(name, year):
    """A formula of the library as it stands in a year, for the groups of the baseline."""

    def in_year(lever):
        return lever[min(year, len(lever) - 1)] if isinstance(lever, tuple) else lever

    formula = FORMULAS[name]
    terms = tuple(
        Term(term.counts, term.weight, term.group_weights and tuple(term.group_weights.values()))
        for term in formula.terms.values()
    )
    levers = (formula.phase_in_share, formula.floor_share, formula.ceiling_share)
    return Rule(terms, *map(in_year, levers), area_cost=formula.area_cost_share)


def england(seed):
    """149 partnerships of any size, some with nobody, nothing or no past."""
    chance = np.random.default_rng(seed)
    sizes = chance.lognormal(0, 0.8, 149) * (chance.random(149) > 0.02)
    return tuple(
        Member(
            f"Area {place:03d}",
            Counts(*(tuple(map(int, chance.poisson(size * 40, 3))) for _ in range(6))),
            need=round(size * chance.uniform(0.5, 2), 3),
            population=round(size * chance.uniform(0.5, 2), 3),
            area_cost=round(chance.uniform(0.8, 1.3), 3),
            old_share=round(size * chance.uniform(0.3, 2), 3),
            last_gbp=int(size * chance.uniform(0.2, 3) * 1e6),
        )
        for place, size in enumerate(sizes)
    )


@settings(deadline=None, max_examples=60)
@given(
    st.integers(0, 2**32 - 1),
    st.integers(1, 500_000_000),
    st.sampled_from(sorted(FORMULAS)),
    st.integers(0, 4),
)
def test_every_formula_of_the_library_spends_the_pot_on_149_partnerships(seed, pot, name, year):
    members = england(seed)
    allocation = allocate(pot, members, of_library(name, year))
    assert sum(map(sum, allocation.pounds.values())) == pot
    assert min(map(min, allocation.pounds.values())) >= 0


@settings(deadline=None, max_examples=8)
@given(st.integers(0, 2**32 - 1), st.sampled_from(sorted(FORMULAS)), st.integers(0, 148))
def test_the_steps_of_one_of_149_sum_to_its_change(seed, name, place):
    old, new = (
        Inputs(pot, england(seed + n), of_library(name, n))
        for n, pot in ((0, 373_000_000), (1, 381_300_000))
    )
    own = old.members[place].name
    steps = explain(old, new, own)
    before, after = (share_out(year)[own] for year in (old, new))
    assert sum(step.gbp for step in steps) == after - before


@settings(deadline=None)
@given(inputs, rounded)
def test_rounding_to_more_than_a_pound_spends_exactly_the_pot(year, unit):
    coarse = replace(year.rule, rounding_gbp=unit)
    fine = share_out(year)
    allocation = allocate(year.pot_gbp, year.members, coarse)
    assert sum(map(sum, allocation.pounds.values())) == year.pot_gbp
    odd = [gbp % unit for pounds in allocation.pounds.values() for gbp in pounds if gbp % unit]
    assert odd == [year.pot_gbp % unit][: len(odd)]
    for name, pounds in allocation.pounds.items():
        for gbp, exact_gbp in zip(sorted(pounds), sorted(fine.pounds[name]), strict=True):
            assert abs(gbp - exact_gbp) < 2 * unit + 1


@settings(deadline=None)
@given(inputs)
def test_entitlements_sum_to_the_pot(year):
    entitlement = share_out(year).entitlement
    assert sum(entitlement[member.name] * member.copies for member in year.members) == year.pot_gbp


@settings(deadline=None)
@given(inputs, st.randoms())
def test_the_order_of_members_does_not_matter(year, random):
    shuffled = list(year.members)
    random.shuffle(shuffled)
    assert allocate(year.pot_gbp, shuffled, year.rule) == share_out(year)


@settings(deadline=None)
@given(inputs, st.fractions(Fraction(1, 1000), 1000))
def test_counting_in_another_unit_changes_nothing(year, unit):
    def scaled(numbers):
        return tuple(number * unit for number in numbers)

    members = [
        replace(
            member,
            counts=Counts(*(scaled(people) for people in astuple(member.counts))),
        )
        for member in year.members
    ]
    assert allocate(year.pot_gbp, members, year.rule) == share_out(year)


@settings(deadline=None)
@given(some_members(at_least=2), unbounded_rules, pots, st.tuples(*[st.integers(0, 20)] * GROUPS))
def test_more_own_activity_never_means_less_money(members, rule, pot, more):
    own, *others = members
    effective = tuple(map(sum, zip(own.counts.effective, more, strict=True)))
    busier = replace(own, counts=replace(own.counts, effective=effective))
    before, after = (allocate(pot, [member, *others], rule) for member in (own, busier))
    assert after.entitlement[own.name] >= before.entitlement[own.name]
    # The others' remainders move too, so the last pound can go elsewhere.
    assert max(after.pounds[own.name]) >= max(before.pounds[own.name]) - 1


@settings(deadline=None)
@given(payable())
def test_floors_hold_where_the_pot_can_pay_for_them(year):
    allocation = share_out(year)
    for member in year.members:
        assert min(allocation.pounds[member.name]) >= bounds_of(member, year)[0]


@settings(deadline=None)
@given(payable())
def test_ceilings_hold_where_they_leave_room_for_the_pot(year):
    allocation = share_out(year)
    for member in year.members:
        assert max(allocation.pounds[member.name]) <= bounds_of(member, year)[1]


@settings(deadline=None)
@given(unpayable())
def test_bounds_that_cannot_hold_are_missed_in_proportion(year):
    lows, highs = total_bounds(year)
    which, total = (0, lows) if lows > year.pot_gbp else (1, highs)
    for member in year.members:
        share = Fraction(year.pot_gbp * bounds_of(member, year)[which], total)
        assert all(abs(gbp - share) < 1 for gbp in share_out(year).pounds[member.name])


@settings(deadline=None)
@given(payable())
def test_within_bounds_pounds_are_near_the_real_valued_solution(year):
    allocation = share_out(year)
    assume(allocation.level is not None)
    level = level_by_bisection(year, allocation.entitlement)
    for member in year.members:
        near = clipped(level * float(allocation.entitlement[member.name]), bounds_of(member, year))
        assert all(
            gbp == pytest.approx(near, rel=1e-9, abs=1.001)
            for gbp in allocation.pounds[member.name]
        )


def clipped(amount, low_and_high):
    low, high = low_and_high
    return min(max(amount, low), high)


def level_by_bisection(year, entitlement):
    """λ in ordinary floating-point numbers, found by halving."""
    each = [
        (member.copies, float(entitlement[member.name]), bounds_of(member, year))
        for member in year.members
    ]
    low, high = 0.0, max(1 + bound[1] / amount for _, amount, bound in each if amount)
    for _ in range(100):
        middle = (low + high) / 2
        spent = sum(n * clipped(middle * amount, bound) for n, amount, bound in each)
        low, high = (middle, high) if spent < year.pot_gbp else (low, middle)
    return high


@settings(deadline=None)
@given(inputs)
def test_copies_get_what_the_same_members_written_out_get(year):
    written_out = [
        replace(member, name=name, copies=1) for member in year.members for name in member.names
    ]
    short, long = share_out(year), allocate(year.pot_gbp, written_out, year.rule)
    for member in year.members:
        assert short.pounds[member.name] == tuple(long[name] for name in member.names)
    assert short.level == long.level


@settings(deadline=None)
@given(two_years())
def test_the_steps_of_explain_sum_to_the_change(years):
    previous, current = years
    start, end = (share_out(year)["Barnet"] for year in years)
    steps = explain(previous, current, "Barnet")
    assert sum(step.gbp for step in steps) == end - start
    running = start
    for step in steps:
        running += step.gbp
        assert step.allocation_after_gbp == running


@settings(deadline=None)
@given(two_years())
def test_nothing_changed_explains_nothing(years):
    _, year = years
    assert [step.gbp for step in explain(year, year, "Barnet")] == [0] * len(EXPLAIN_STEPS)


@settings(deadline=None)
@given(two_years(), st.sampled_from(["pot", "need", "area cost", "others", "own completions"]))
def test_one_change_alone_has_its_own_step(years, what):
    previous, other = years
    own, *others = previous.members
    new_own, *new_others = other.members
    completions = replace(own.counts, completions=new_own.counts.completions)
    changed = {
        "pot": replace(previous, pot_gbp=other.pot_gbp),
        "need": taking(previous, other, "need"),
        "area cost": taking(previous, other, "area_cost"),
        "others": replace(
            previous,
            members=(
                own,
                *(replace(m, counts=n.counts) for m, n in zip(others, new_others, strict=True)),
            ),
        ),
        "own completions": replace(previous, members=(replace(own, counts=completions), *others)),
    }[what]
    moved = [step.name for step in explain(previous, changed, "Barnet") if step.gbp]
    assert moved in ([], [what])


def taking(year, other, field):
    pairs = zip(year.members, other.members, strict=True)
    return replace(
        year, members=tuple(replace(old, **{field: getattr(new, field)}) for old, new in pairs)
    )


def walked(previous, current, name):
    """Every stage of one member worked out from the start: the plain way, which is slow for many."""
    this_year = {member.name: member for member in current.members}
    pounds = []
    for done in range(len(EXPLAIN_STEPS) + 1):
        stage = Stage(EXPLAIN_STEPS[:done])
        members = [
            stage.member(
                old,
                this_year[old.name],
                stage.own_counts if old.name == name else stage.other_counts,
            )
            for old in previous.members
        ]
        pot = stage.pick("pot", previous.pot_gbp, current.pot_gbp)
        pounds.append(allocate(pot, members, stage.rule(previous.rule, current.rule)).least(name))
    return pounds


@pytest.mark.slow
@settings(deadline=None)
@given(two_years())
def test_explaining_all_at_once_walks_every_stage_of_each(years):
    previous, current = years
    names = [member.name for member in previous.members]
    told = explain_each(previous, current, names)
    for name in names:
        start, *after = walked(previous, current, name)
        assert [step.allocation_after_gbp for step in told[name]] == after
        assert told[name][0].gbp == after[0] - start
