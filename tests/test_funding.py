"""The formula, on examples small enough to work by hand."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
from tiny import rule_of, terms_of

from simulator.funding import (
    EXPLAIN_STEPS,
    Counts,
    Inputs,
    Member,
    Rule,
    Term,
    allocate,
    explain,
    window,
)

ACTIVITY_ONLY = rule_of(activity=1)
NEED_ONLY = rule_of(need=1)
OLD_RULE = rule_of(need=1, phase_in=0)
QUARTER_NEED = rule_of(activity=0.75, need=0.25)


def member(name, *effective, completions=0, **others):
    return Member(name, Counts(effective or (0,), (completions,)), **others)


def by_need(**last_gbp):
    """Members A, B and C whose entitlements are 5, 3 and 2 tenths of the pot."""
    return [
        member(name, need=need, last_gbp=last_gbp.get(name, 0))
        for name, need in (("A", 5), ("B", 3), ("C", 2))
    ]


def pounds(allocation):
    return {name: gbp for name, (gbp,) in allocation.pounds.items()}


def test_two_members_share_three_quarters_by_activity_and_one_by_need():
    # A: 0.75 × 30/40 + 0.25 × 1/2 = 0.5625 + 0.125 = 0.6875
    allocation = allocate(10_000, [member("A", 30), member("B", 10)], QUARTER_NEED)
    assert pounds(allocation) == {"A": 6875, "B": 3125}
    assert allocation.entitlement == {"A": 6875, "B": 3125}
    assert allocation.level == 1


def test_three_members_share_by_activity_need_and_completions():
    members = [
        member("A", 10, 5, need=1, completions=3),
        member("B", 5, 5, need=2, completions=1),
        member("C", 0, 10, need=1, completions=0),
    ]
    rule = rule_of(activity=0.5, need=0.3, completions=0.2, group_weights=(2, 1))
    # Activity 25 + 15 + 10 = 50, need 4, completions 4.
    # A: 0.5 × 25/50 + 0.3 × 1/4 + 0.2 × 3/4 = 0.25 + 0.075 + 0.15 = 0.475
    # B: 0.5 × 15/50 + 0.3 × 2/4 + 0.2 × 1/4 = 0.15 + 0.15 + 0.05 = 0.35
    # C: 0.5 × 10/50 + 0.3 × 1/4 = 0.1 + 0.075 = 0.175
    assert pounds(allocate(1000, members, rule)) == {"A": 475, "B": 350, "C": 175}


def test_completions_of_all_groups_count_the_same():
    members = [Member("A", Counts((0, 0), (3, 1))), Member("B", Counts((0, 0), (0, 4)))]
    rule = rule_of(completions=1, group_weights=(2, 1))
    assert pounds(allocate(1000, members, rule)) == {"A": 500, "B": 500}


def test_sums_are_rounded_to_hundreds_and_the_odd_pounds_go_to_the_largest_remainder():
    # 6,875 × 1.0010 and 3,125 × 1.0010 of £10,010: 6,881.9 and 3,128.1; 68 and 31 hundreds, 1 to spare.
    rule = replace(QUARTER_NEED, rounding_gbp=100)
    assert pounds(allocate(10_010, [member("A", 30), member("B", 10)], rule)) == {
        "A": 6900 + 10,
        "B": 3100,
    }


def test_other_terms_by_hand():
    counts = Counts(
        (0, 0),
        (0, 0),
        planned_exits=(2, 1),
        starts=(6, 4),
        kept_12_weeks=(3, 2),
        unmet_need=(50, 30),
    )
    more = Counts(
        (0, 0),
        (0, 0),
        planned_exits=(0, 6),
        starts=(0, 10),
        kept_12_weeks=(5, 0),
        unmet_need=(0, 40),
    )
    members = [Member("A", counts, population=3), Member("B", more)]
    for counted, weights, share in (
        ("planned_exits", None, Fraction(3, 9)),
        ("starts", (2, 1), Fraction(16, 26)),
        ("kept_12_weeks", None, Fraction(5, 10)),
        ("unmet_need", (2, 1), Fraction(130, 170)),
        ("population", None, Fraction(3, 4)),
    ):
        rule = Rule((Term(counted, 1, weights),))
        assert allocate(1_000_000, members, rule).entitlement["A"] == 1_000_000 * share, counted


def test_what_was_paid_before_has_area_costs_in_it_already():
    members = [
        member("A", 1, need=1, area_cost=1.5, old_share=1, last_gbp=600),
        member("B", 1, need=1, area_cost=0.5, old_share=3, last_gbp=400),
    ]
    # Need with area cost: 1.5 to 0.5, so A has 3/4 of it; before, A had 1/4 or 6/10.
    for counted, part in (("historic_share", Fraction(1, 4)), ("last_allocation", Fraction(6, 10))):
        rule = Rule((Term("need_index", 0.5), Term(counted, 0.5)))
        entitlement = allocate(1000, members, rule).entitlement["A"]
        assert entitlement == 1000 * (Fraction(3, 4) + part) / 2
        assert allocate(1000, members, Rule((Term(counted, 1),))).entitlement["A"] == 1000 * part


def test_area_costs_may_count_in_part():
    members = [member("A", area_cost=1.5), member("B", area_cost=0.5)]
    rule = Rule((Term("need_index", 1),), area_cost=0.5)
    # 1 + 0.5 × 0.5 = 1.25 to 0.75
    assert pounds(allocate(1000, members, rule)) == {"A": 625, "B": 375}


def test_the_new_rule_is_phased_in():
    # 1/3 × 6,875 + 2/3 × 10,000 × 1/2 = 2,291.67 + 3,333.33 = 5,625
    rule = replace(QUARTER_NEED, phase_in=Fraction(1, 3))
    assert pounds(allocate(10_000, [member("A", 30), member("B", 10)], rule)) == {
        "A": 5625,
        "B": 4375,
    }


def test_only_the_proportions_of_old_shares_matter():
    members = [member("A", old_share=0.3), member("B", old_share=0.1)]
    assert pounds(allocate(1000, members, OLD_RULE)) == {"A": 750, "B": 250}


def test_area_cost_raises_a_share_of_the_same_pot():
    # 2,200 × 1.2 / (1.2 + 1)
    members = [member("A", 10, area_cost=1.2), member("B", 10)]
    assert pounds(allocate(2200, members, ACTIVITY_ONLY)) == {"A": 1200, "B": 1000}


def test_area_cost_leaves_the_old_shares_alone():
    members = [member("A", area_cost=1.2), member("B")]
    assert pounds(allocate(2200, members, OLD_RULE)) == {"A": 1100, "B": 1100}


def test_a_floor_that_binds_is_paid_for_by_the_others():
    # Entitled to 500, 300, 200; C has 0.9 × 300 = 270 at least. A and B share 730 as 5 to 3:
    # 456.25 and 273.75.
    allocation = allocate(1000, by_need(A=400, B=300, C=300), replace(NEED_ONLY, floor=0.9))
    assert pounds(allocation) == {"A": 456, "B": 274, "C": 270}
    assert allocation.level == Fraction(730, 800)


def test_a_floor_can_push_another_member_to_its_floor():
    # As above, but B has 0.9 × 310 = 279 at least, more than 273.75: A has 1000 - 270 - 279.
    allocation = allocate(1000, by_need(A=400, B=310, C=300), replace(NEED_ONLY, floor=0.9))
    assert pounds(allocation) == {"A": 451, "B": 279, "C": 270}
    assert allocation.level == Fraction(451, 500)


def test_what_a_ceiling_holds_back_goes_to_the_others():
    # A has 1.1 × 400 = 440 at most. B and C share 560 as 3 to 2.
    allocation = allocate(1000, by_need(A=400, B=900, C=900), replace(NEED_ONLY, ceiling=1.1))
    assert pounds(allocation) == {"A": 440, "B": 336, "C": 224}
    assert allocation.level == Fraction(560, 500)


def test_floor_and_ceiling_bind_together():
    # A at most 1.1 × 420 = 462, C at least 0.9 × 260 = 234: B has 1000 - 462 - 234 = 304.
    rule = replace(NEED_ONLY, floor=0.9, ceiling=1.1)
    allocation = allocate(1000, by_need(A=420, B=310, C=260), rule)
    assert pounds(allocation) == {"A": 462, "B": 304, "C": 234}
    assert allocation.level == Fraction(304, 300)


def test_the_floor_is_rounded_up_and_the_ceiling_down():
    # C: 0.9 × 301 = 270.9; A: 1.1 × 401 = 441.1
    floored = allocate(1000, by_need(A=400, B=300, C=301), replace(NEED_ONLY, floor=0.9))
    capped = allocate(1000, by_need(A=401, B=900, C=900), replace(NEED_ONLY, ceiling=1.1))
    assert (floored["C"], capped["A"]) == (271, 441)


def test_a_decimal_means_what_its_reader_sees():
    # In binary fractions 0.55 × 100 is above 55, so its ceiling would be 56.
    members = [member("A", 0, last_gbp=100), member("B", 1)]
    assert allocate(1000, members, replace(ACTIVITY_ONLY, floor=0.55))["A"] == 55


def test_where_no_whole_pound_lies_between_the_bounds_the_floor_holds():
    # A and B: 0.95 × 10 = 9.5 at least, 0.96 × 10 = 9.6 at most. C has the rest, within
    # 950 and 960.
    members = [member("A", last_gbp=10), member("B", last_gbp=10), member("C", last_gbp=1000)]
    rule = replace(NEED_ONLY, floor=0.95, ceiling=0.96)
    assert pounds(allocate(975, members, rule)) == {"A": 10, "B": 10, "C": 955}


def test_lows_above_the_pot_are_paid_in_proportion():
    # Lows of 600 and 400, and 900 to share.
    members = [member("A", need=1, last_gbp=600), member("B", need=9, last_gbp=400)]
    allocation = allocate(900, members, replace(NEED_ONLY, floor=1))
    assert pounds(allocation) == {"A": 540, "B": 360}
    assert allocation.level is None


def test_highs_below_the_pot_are_raised_in_proportion():
    # Highs of 600 and 400, and 1,100 to share.
    members = [member("A", need=1, last_gbp=600), member("B", need=9, last_gbp=400)]
    allocation = allocate(1100, members, replace(NEED_ONLY, ceiling=1))
    assert pounds(allocation) == {"A": 660, "B": 440}
    assert allocation.level is None


def test_without_a_last_year_there_is_no_ceiling():
    allocation = allocate(1000, by_need(), replace(NEED_ONLY, floor=0.9, ceiling=1.1))
    assert pounds(allocation) == {"A": 500, "B": 300, "C": 200}


@pytest.mark.parametrize(
    ("last_gbp", "expected"),
    [
        ((400, 500, 500), {"A": 400, "B": 300, "C": 300}),
        ((400, 200, 500), {"A": 400, "B": 200, "C": 400}),
        ((800, 500, 500), {"A": 800, "B": 100, "C": 100}),
    ],
)
def test_members_without_entitlement_share_as_equals_what_ceilings_leave(last_gbp, expected):
    members = [
        member(name, clients, last_gbp=gbp)
        for name, clients, gbp in zip("ABC", (1, 0, 0), last_gbp, strict=True)
    ]
    allocation = allocate(1000, members, replace(ACTIVITY_ONLY, ceiling=1))
    assert pounds(allocation) == expected
    assert allocation.level is None


def test_the_largest_remainder_has_the_last_pound():
    # 101 × 5/10, 3/10, 2/10 = 50.5, 30.3, 20.2
    assert pounds(allocate(101, by_need(), NEED_ONLY)) == {"A": 51, "B": 30, "C": 20}
    # 104 × the same = 52, 31.2, 20.8
    assert pounds(allocate(104, by_need(), NEED_ONLY)) == {"A": 52, "B": 31, "C": 21}


def test_equal_remainders_go_by_name():
    members = [member(name) for name in ("Walsall", "Dudley", "Sandwell")]
    assert pounds(allocate(11, members, NEED_ONLY)) == {"Dudley": 4, "Sandwell": 4, "Walsall": 3}


def test_copies_have_numbered_names():
    assert member("Dudley").names == ("Dudley",)
    assert member("rest", copies=3).names == ("rest 001", "rest 002", "rest 003")
    assert member("rest", copies=1200).names[::1199] == ("rest 0001", "rest 1200")


def test_copies_get_what_the_same_members_written_out_get():
    rest = member("rest", 7, need=2, last_gbp=150, old_share=0.1, copies=12)
    own = member("Dudley", 30, last_gbp=900, old_share=0.2)
    written_out = [replace(rest, name=name, copies=1) for name in rest.names]
    rule = replace(QUARTER_NEED, phase_in=0.5, floor=0.9, ceiling=1.2)
    short = allocate(3001, [own, rest], rule)
    long = allocate(3001, [own, *written_out], rule)
    assert short.pounds["rest"] == tuple(long[name] for name in rest.names)
    assert short["Dudley"] == long["Dudley"]
    assert short.entitlement["rest"] == long.entitlement["rest 001"]


def test_a_tie_between_copies_and_another_member_goes_by_name():
    # 14 pounds for four: three each, and the first two names have one more.
    members = [member("a", copies=3), member("a 0015")]
    assert allocate(14, members, NEED_ONLY).pounds == {"a": (4, 3, 3), "a 0015": (4,)}


def test_shares_are_equal_where_nobody_has_any_activity():
    members = [member("A", 0, need=3), member("B", 0, need=1)]
    # A: 0.75 × 1/2 + 0.25 × 3/4
    assert pounds(allocate(10_000, members, QUARTER_NEED)) == {"A": 5625, "B": 4375}


def test_equal_shares_count_copies():
    members = [member("A", 0, need=3), member("rest", 0, need=1, copies=3)]
    # A: 0.75 × 1/4 + 0.25 × 3/6 = 0.3125; the rest share 0.6875.
    allocation = allocate(4800, members, QUARTER_NEED)
    assert allocation.pounds == {"A": (1500,), "rest": (1100, 1100, 1100)}


def test_an_empty_pot_gives_everybody_nothing():
    allocation = allocate(0, by_need(A=100), replace(NEED_ONLY, floor=0.5, ceiling=1.5))
    assert pounds(allocation) == {"A": 0, "B": 0, "C": 0}
    assert pounds(allocate(0, by_need(), NEED_ONLY)) == {"A": 0, "B": 0, "C": 0}


def test_a_member_alone_has_the_pot():
    assert pounds(allocate(1000, [member("A", 5)], QUARTER_NEED)) == {"A": 1000}


def test_the_pot_of_2008_09_shared_equally():
    # 373,000,000 = 149 × 2,503,355 + 105
    england = member("England", 1113, 193, copies=149)
    shares = allocate(373_000_000, [england], average_rule()).pounds["England"]
    assert shares == (2_503_356,) * 105 + (2_503_355,) * 44


def average_rule():
    """2008-09: problem drug users (PDUs) count twice; 75% activity."""
    return replace(QUARTER_NEED, terms=terms_of(0.75, 0.25, group_weights=(2, 1)))


def average_partnership_with(pdus):
    members = [member("Dudley", pdus, 193), member("rest of England", 1113, 193, copies=148)]
    return allocate(373_000_000, members, average_rule())


def test_one_more_effective_pdu_in_2008_09_is_worth_about_1542_pounds():
    # Points: 2 × 1,113 + 193 = 2,419 each, 149 × 2,419 = 360,431 in all. From 2,419 / 360,431 to
    # 2,421 / 360,433 of 0.75 × 373,000,000 = 279,750,000: 776.15 a point, so 1,552.3 for two, less
    # the partnership's own 149th share of what all get for it.
    before, after = average_partnership_with(1113), average_partnership_with(1114)
    gained = after.entitlement["Dudley"] - before.entitlement["Dudley"]
    assert gained == 279_750_000 * (Fraction(2421, 360_433) - Fraction(2419, 360_431))
    assert float(gained) == pytest.approx(1552.306 * 148 / 149, abs=0.01)
    assert after["Dudley"] - before["Dudley"] == 1542


def test_pounds_of_copies_are_not_one_number():
    allocation = allocate(10, [member("rest", copies=2)], NEED_ONLY)
    with pytest.raises(ValueError, match=r"rest must have one copy, got 2"):
        allocation["rest"]


def last_year_and_this():
    previous = Inputs(
        1000,
        (member("A", 10, 20, last_gbp=500), member("B", 20, 0, last_gbp=500)),
        rule_of(0.5, 0.25, 0.25, group_weights=(2, 1)),
    )
    current = Inputs(
        1200,
        (
            member("A", 45, 0, completions=30, need=3, area_cost=1.3, last_gbp=600),
            member("B", 30, 0, completions=10, area_cost=2.7, old_share=3, last_gbp=400),
        ),
        rule_of(need=1, group_weights=(2, 1), phase_in=0.5, floor=0.9),
    )
    return previous, current


def test_explain_by_hand():
    # Last year activity 40 and 40, all else equal: A has 500.
    expected = (
        # All equal still: half of 1,200.
        ("pot", 100, 600),
        # B: activity 60, completions 10. A: 0.5 × 40/100 + 0.25 × 1/2 + 0 = 0.325
        ("others", -210, 390),
        # 45 clients as 15 and 30, activity 60: 0.5 × 60/120 + 0.125 = 0.375
        ("own number", 60, 450),
        # 45 and 0, activity 90: 0.5 × 90/150 + 0.125 = 0.425
        ("own mix", 60, 510),
        # 0.425 + 0.25 × 30/40 = 0.6125
        ("own completions", 225, 735),
        ("own planned exits", 0, 735),
        ("own starts", 0, 735),
        ("own unmet need", 0, 735),
        # Need 3 to 1: 0.6125 + 0.25 × (3/4 - 1/2) = 0.675
        ("need", 75, 810),
        # 1.3 × 0.675 = 2.7 × 0.325: half
        ("area cost", -210, 600),
        # Need alone: 1.3 × 0.75 / (1.3 × 0.75 + 2.7 × 0.25) = 0.975 / 1.65; 709.09
        ("formula weights", 109, 709),
        # 709.09 / 2 + 1,200 / 4 / 2 = 504.55; B 695.45
        ("phase-in", -204, 505),
        # 0.9 × 600
        ("floor and ceiling", 35, 540),
    )
    previous, current = last_year_and_this()
    steps = explain(previous, current, "A")
    assert tuple((step.name, step.gbp, step.allocation_after_gbp) for step in steps) == expected
    assert tuple(step.name for step in steps) == EXPLAIN_STEPS


def test_explain_ends_at_this_years_allocation():
    previous, current = last_year_and_this()
    for name in ("A", "B"):
        last = explain(previous, current, name)[-1]
        assert last.allocation_after_gbp == allocate(*parts(current))[name]


def parts(inputs):
    return inputs.pot_gbp, inputs.members, inputs.rule


def test_first_clients_come_in_this_years_mix():
    rule = rule_of(activity=1, group_weights=(2, 1))
    previous = Inputs(900, (member("A", 0, 0), member("B", 5, 5)), rule)
    current = replace(previous, members=(member("A", 12, 6), member("B", 5, 5)))
    gbp = {step.name: step.gbp for step in explain(previous, current, "A")}
    # From 0 to 30 of 45 points.
    assert (gbp["own number"], gbp["own mix"]) == (600, 0)


def test_a_change_in_a_group_weight_is_the_formulas_doing():
    rule = rule_of(activity=1, group_weights=(2, 1))
    previous = Inputs(1000, (member("A", 0, 10), member("B", 10, 0)), rule)
    current = replace(previous, rule=rule_of(activity=1, group_weights=(4, 1)))
    gbp = {step.name: step.gbp for step in explain(previous, current, "A")}
    # From 10 of 30 points, 333.33, to 10 of 50.
    assert gbp == dict.fromkeys(EXPLAIN_STEPS, 0) | {"formula weights": 200 - 333}


@pytest.mark.parametrize(
    ("step", "member_change", "rule_change"),
    [
        ("need", {"need": 2}, {}),
        ("area cost", {"area_cost": 1.1}, {}),
        ("formula weights", {}, {"terms": terms_of(activity=1)}),
        ("phase-in", {"old_share": 2}, {}),
        ("phase-in", {}, {"phase_in": 1}),
        ("floor and ceiling", {"last_gbp": 900}, {}),
        ("floor and ceiling", {}, {"floor": 0.9}),
        ("floor and ceiling", {}, {"ceiling": 1.01}),
    ],
)
def test_one_change_alone_has_its_own_step(step, member_change, rule_change):
    # A is entitled to 656 and B to 344, well within their bounds.
    members = (member("A", 50, need=3, last_gbp=600), member("B", 10, last_gbp=400))
    rule = replace(QUARTER_NEED, phase_in=0.5, floor=0.8, ceiling=1.4)
    previous = Inputs(1000, members, rule)
    changed = (replace(members[0], **member_change), members[1])
    current = Inputs(1000, changed, replace(rule, **rule_change))
    moved = [each.name for each in explain(previous, current, "A") if each.gbp]
    assert moved == [step]


def test_explain_needs_the_same_members_in_both_years():
    previous, current = last_year_and_this()
    alone = replace(current, members=current.members[:1])
    with pytest.raises(ValueError, match="members must be the same in both years"):
        explain(previous, alone, "A")


@pytest.mark.parametrize(
    ("year", "delay", "lag", "expected"),
    [
        (0, 90, 1, (-455, -90)),
        (1, 90, 1, (-90, 275)),
        (2, 90, 2, (-90, 275)),
        (3, 84, 1, (646, 1011)),
        (0, 90, 3, (-1185, -820)),
    ],
)
def test_twelve_months_are_counted_before_the_delay(year, delay, lag, expected):
    assert window(year, delay, lag) == expected


def test_nothing_later_than_the_year_before_can_be_counted():
    with pytest.raises(ValueError, match="lag_years must be 1 or more, got 0"):
        window(1, 90, 0)


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ({"terms": terms_of()}, "weights must be 0 or more, one of them above"),
        ({"terms": terms_of(1, -0.1)}, "weights must be 0 or more"),
        ({"terms": terms_of(1, group_weights=(2, -1))}, "group_weights must be 0 or more"),
        ({"terms": (Term("clients", 1),)}, "counts must be one of effective_clients"),
        ({"area_cost": 1.5}, "area_cost must be within 0 and 1, got 1.5"),
        ({"rounding_gbp": 0}, "rounding_gbp must be 1 or more, got 0"),
        ({"phase_in": 1.1}, "phase_in must be within 0 and 1, got 1.1"),
        ({"phase_in": -0.1}, "phase_in must be within 0 and 1, got -0.1"),
        ({"floor": -0.1}, "floor must be 0 or more, got -0.1"),
        ({"ceiling": -0.1}, "ceiling must be 0 or more, got -0.1"),
        ({"floor": 0.9, "ceiling": 0.8}, "ceiling must be 0.9 or more, got 0.8"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(rule, message):
    with pytest.raises(ValueError, match=message):
        replace(QUARTER_NEED, **rule)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"last_gbp": -1}, "A.last_gbp must be 0 or more, got -1"),
        ({"copies": 0}, "A.copies must be 1 or more, got 0"),
    ],
)
def test_a_member_that_makes_no_sense_is_refused(wrong, message):
    with pytest.raises(ValueError, match=message):
        member("A", **wrong)


@pytest.mark.parametrize(
    ("pot", "members", "message"),
    [
        (-1, [member("A")], "pot_gbp must be 0 or more, got -1"),
        (1, [], "members must have a name each, and be one or more"),
        (1, [member("A"), member("A")], "members must have a name each"),
        (1, [member("A", -1), member("B", 3)], "what is counted must be 0 or more"),
        (1, [member("A", 1, 2)], r"A.effective must have 1 groups, got \(1, 2\)"),
    ],
)
def test_a_pot_that_cannot_be_shared_is_refused(pot, members, message):
    with pytest.raises(ValueError, match=message):
        allocate(pot, members, QUARTER_NEED)
