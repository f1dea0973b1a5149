"""The formula: how one pot is shared out to the pound.

From 2008-09 three quarters of the Pooled Treatment Budget followed the people in effective
treatment and a quarter followed need, adjusted for area cost and phased in over three years.
Arithmetic here is exact. A decimal means what its reader sees: 0.55 is 55/100, so the floor on
£100 is £55 and not the £56 that binary fractions give. Until the pot is shared only proportions
matter, so a column of numbers is kept as whole numbers in the same proportion.

References
----------
Hansard, 7 July 2009 and 9 September 2009, written answers: the formula of 2008-09 to 2010-11.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache
from itertools import compress, groupby
from operator import attrgetter, index, itemgetter, mul
from typing import TYPE_CHECKING, NoReturn, TypeAlias

from ..errors import Fault
from ..years import first_day

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Number: TypeAlias = int | float | Fraction
"""A float means the decimal that it is written as."""


PEOPLE_COUNTED = {
    "effective_clients": "effective",
    "completions": "completions",
    "planned_exits": "planned_exits",
    "starts": "starts",
    "kept_12_weeks": "kept_12_weeks",
    "unmet_need": "unmet_need",
}
"""What a term may count of people, and where it stands in `Counts`."""
PAID_BEFORE = ("historic_share", "last_allocation")
"""What a term may take from the past. The costs of an area are in it already."""


@dataclass(frozen=True, slots=True)
class Counts:
    """What the formula counts of one partnership in the 12 months of its window, by group.

    What no term of the rule counts may be left out.

    Parameters
    ----------
    effective
        Clients in effective treatment in each substance group.
    completions
        Planned exits whose six months without a return have passed, in each group.
    planned_exits
        Planned exits, whether they held or not.
    starts
        Journeys that began.
    kept_12_weeks
        Journeys that reached 12 weeks.
    unmet_need
        People who need treatment and are not in it, on the last day of the window.
    """

    effective: tuple[Number, ...]
    completions: tuple[Number, ...]
    planned_exits: tuple[Number, ...] = ()
    starts: tuple[Number, ...] = ()
    kept_12_weeks: tuple[Number, ...] = ()
    unmet_need: tuple[Number, ...] = ()


@dataclass(frozen=True, slots=True)
class Member:
    """One partnership that shares the pot, or so many identical ones.

    Parameters
    ----------
    name
        The partnership's name, which decides ties.
    counts
        What is counted, for each copy.
    need
        The need index.
    population
        Its population; only proportions matter.
    area_cost
        The area cost factor c, 1 on average.
    old_share
        The share o of the pot under the old rule, for each copy; only proportions matter.
    last_gbp
        Last year's pounds L, for each copy: what the floor and ceiling stand on.
    copies
        So many identical members, named ``name 001`` and so on.
    """

    name: str
    counts: Counts
    need: Number = 1
    population: Number = 1
    area_cost: Number = 1
    old_share: Number = 1
    last_gbp: int = 0
    copies: int = 1

    def __post_init__(self) -> None:
        if self.last_gbp < 0:
            refuse(f"{self.name}.last_gbp", "be 0 or more", self.last_gbp, "give pounds")
        if self.copies < 1:
            refuse(f"{self.name}.copies", "be 1 or more", self.copies, "leave it out for one")

    @property
    def names(self) -> tuple[str, ...]:
        """The name of each copy, in order; a member with one copy keeps its own name."""
        if self.copies == 1:
            return (self.name,)
        width = max(3, len(str(self.copies)))
        return tuple(f"{self.name} {number:0{width}d}" for number in range(1, self.copies + 1))


@dataclass(frozen=True, slots=True)
class Term:
    """One term of the formula.

    Parameters
    ----------
    counts
        What it counts: a key of `PEOPLE_COUNTED`, ``need_index``, ``population``, or one of
        `PAID_BEFORE`.
    weight
        The part of the pot that follows it; only proportions matter.
    group_weights
        What one person of each substance group counts for; None where each counts as one.
    """

    counts: str
    weight: Number
    group_weights: tuple[Number, ...] | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """How one year's pot is shared.

    Parameters
    ----------
    terms
        What is counted, and how much of the pot follows it.
    phase_in
        The part φ of the new rule, 0 to 1; the old shares have the rest.
    floor
        Nobody gets less than this times last year's pounds; None for no floor.
    ceiling
        Nobody gets more than this times last year's pounds; None for no ceiling.
    area_cost
        How far the costs of an area are made up for: the factor c counts as 1 + area_cost (c - 1).
    rounding_gbp
        Sums are so many pounds, or a multiple. What of the pot is no multiple goes to one member.

    Raises
    ------
    ValueError
        If no weight is above 0, a weight or bound is below 0, a term counts what is not known, φ or
        area_cost is not within 0 and 1, sums are rounded to less than a pound, or the ceiling is below
        the floor.
    """

    terms: tuple[Term, ...]
    phase_in: Number = 1
    floor: Number | None = None
    ceiling: Number | None = None
    area_cost: Number = 1
    rounding_gbp: int = 1

    def __post_init__(self) -> None:
        weights = tuple(term.weight for term in self.terms)
        if min(weights, default=0) < 0 or max(weights, default=0) <= 0:
            refuse("weights", "be 0 or more, one of them above", weights, "weigh a term")
        for term in self.terms:
            _check_term(term)
        for name, share in (("phase_in", self.phase_in), ("area_cost", self.area_cost)):
            if not 0 <= share <= 1:
                refuse(name, "be within 0 and 1", share, "give 1 for all of it")
        if self.rounding_gbp < 1:
            refuse("rounding_gbp", "be 1 or more", self.rounding_gbp, "give 1 for whole pounds")
        self._check_bounds()

    def _check_bounds(self) -> None:
        floor = self.floor or 0
        if floor < 0:
            refuse("floor", "be 0 or more", floor, "leave it out for no floor")
        if self.ceiling is not None and exact(self.ceiling) < exact(floor):
            refuse("ceiling", f"be {floor} or more", self.ceiling, "lower the floor or raise it")


@dataclass(frozen=True, slots=True)
class Allocation:
    """Who gets what.

    Attributes
    ----------
    pounds
        By member: the pounds of each copy, in the order of their names.
    entitlement
        By member: t, what the formula gives each copy before bounds and rounding.
    level
        λ, by which the entitlements of all that no bound holds were multiplied; None where the
        bounds alone decided, or the pot was empty.
    """

    pounds: dict[str, tuple[int, ...]]
    entitlement: dict[str, Fraction]
    level: Fraction | None

    def __getitem__(self, name: str) -> int:
        """Pounds of a member that has one copy."""
        if len(pounds := self.pounds[name]) > 1:
            refuse(name, "have one copy", len(pounds), "read all of them in .pounds")
        return pounds[0]

    def least(self, name: str) -> int:
        """Pounds of a member; of several copies, what the one with least gets."""
        return min(self.pounds[name])


def _check_term(term: Term) -> None:
    known = (*PEOPLE_COUNTED, "need_index", "population", *PAID_BEFORE)
    if term.counts not in known:
        refuse("counts", f"be one of {', '.join(known)}", term.counts, "name one of them")
    if min(term.group_weights or (), default=0) < 0:
        refuse("group_weights", "be 0 or more", term.group_weights, "give 0 for no money")


def window(year: int, observation_delay_days: int, lag_years: int) -> tuple[int, int]:
    """First day of the 12 months that are counted for a year's allocation, and the day after them.

    They end so many days before the year's 1 April, less a year for each year of lag after the
    first.

    Parameters
    ----------
    year
        The year that is paid for, from 0.
    observation_delay_days
        From the end of the window to 1 April.
    lag_years
        1 or more.
    """
    if lag_years < 1:
        refuse("lag_years", "be 1 or more", lag_years, "give 1 for the latest year seen")
    end = first_day(year - lag_years + 1) - observation_delay_days
    return end - first_day(1), end


def allocate(pot_gbp: int, members: Sequence[Member], rule: Rule) -> Allocation:
    """Share a pot among its members, to the pound.

    Each member i has a share x_i / Σx of each term: of people, each × the weight of their group, of
    need or of population. Where a sum is 0, shares are equal. Weighted together the terms give s_i, and

        q_i = pot × c_i s_i / Σ c_j s_j
        t_i = φ q_i + (1 - φ) pot × o_i / Σo

    Terms of what was paid before (the historic share o_i, or last year's pounds) have the costs of an
    area in them already: with weight v in all they are mixed with the others as (1 - v) q_i + v h_i.

    The bounds are low_i = ceil(floor × L_i) and high_i = floor(ceiling × L_i), or low_i where no
    whole pound lies between. λ is such that Σ clip(λ t_i, low_i, high_i) = pot; rounding is by
    the largest remainder, ties by name. Sums rounded to more than a pound may pass a bound by less
    than that.

    The pot is always spent, to the pound. If the lows exceed it, each gets its low in proportion;
    if the highs fall short of it, each gets its high in proportion, and with no highs at all each
    gets its entitlement. If all with an entitlement have their highs and money is left, those
    without share it as equals, within their bounds.

    Raises
    ------
    ValueError
        If the pot, or what any term counts of a member, is below 0; if a member counts more or fewer
        groups than there are group weights; if there are no members, or two have one name.
    """
    _check(pot_gbp, members)
    shares = _entitled(members, rule)
    claims = _claims(pot_gbp, shares, members, rule)
    amounts, rate = _settle(pot_gbp, claims)
    return Allocation(
        pounds=_whole_pounds(pot_gbp, members, amounts, rule.rounding_gbp),
        entitlement={
            member.name: Fraction(pot_gbp * part, shares.whole)
            for member, part in zip(members, shares.parts, strict=True)
        },
        level=rate * shares.whole / pot_gbp if rate else None,
    )


@dataclass(frozen=True, slots=True)
class _Shares:
    """Each member, and each of its copies, has its part of the whole."""

    parts: list[int]
    whole: int


def exact(number: Number) -> int | Fraction:
    """A number as arithmetic has it: a float as the decimal that it is written as."""
    if isinstance(number, float):
        return _decimal(number)
    return number if isinstance(number, Fraction) else index(number)


@lru_cache(maxsize=2**16)
def _decimal(number: float) -> int | Fraction:
    decimal = Fraction(str(number))
    return decimal.numerator if decimal.denominator == 1 else decimal


def _in_whole_numbers(amounts: Sequence[int | Fraction]) -> list[int]:
    """Whole numbers in the same proportion."""
    unit = math.lcm(*(amount.denominator for amount in amounts))
    return [amount.numerator * (unit // amount.denominator) for amount in amounts]


def _shares(amounts: Iterable[Number], copies: Sequence[int]) -> _Shares:
    """Shares in proportion to some amounts; equal shares where they sum to 0."""
    parts = _in_whole_numbers([exact(amount) for amount in amounts])
    if min(parts) < 0:
        refuse("what is counted", "be 0 or more", min(parts), "correct the members")
    if whole := sum(map(mul, parts, copies)):
        return _Shares(parts, whole)
    return _Shares([1] * len(parts), sum(copies))


def _blend(weighted: Sequence[tuple[Number, _Shares]], copies: Sequence[int]) -> _Shares:
    """The weighted mean of several columns of shares."""
    units = _in_whole_numbers(
        [Fraction(exact(weight)) / shares.whole for weight, shares in weighted]
    )
    rows = zip(*(shares.parts for _, shares in weighted), strict=True)
    return _shares([sum(map(mul, units, row)) for row in rows], copies)


def _entitled(members: Sequence[Member], rule: Rule) -> _Shares:
    """Each member's t as a share of the pot."""
    copies = [member.copies for member in members]
    new = _new_rule(members, rule, copies)
    old = _shares((member.old_share for member in members), copies)
    phase_in = exact(rule.phase_in)
    return _blend([(phase_in, new), (1 - phase_in, old)], copies)


def _new_rule(members: Sequence[Member], rule: Rule, copies: Sequence[int]) -> _Shares:
    """Each member's q as a share of the pot, mixed with what was paid before where that has a weight."""
    weighed = [(term.weight, term) for term in rule.terms if term.weight]
    counted = [(w, term) for w, term in weighed if term.counts not in PAID_BEFORE]
    before = [(w, _term_shares(term, members, copies)) for w, term in weighed
              if term.counts in PAID_BEFORE]  # fmt: skip
    if not counted:
        return _blend(before, copies)
    blend = _blend([(w, _term_shares(term, members, copies)) for w, term in counted], copies)
    costs = [_cost(member.area_cost, rule.area_cost) for member in members]
    adjusted = _shares(map(mul, _in_whole_numbers(costs), blend.parts), copies)
    if not before:
        return adjusted
    return _blend([(sum(exact(w) for w, _ in counted), adjusted), *before], copies)


@lru_cache(maxsize=2**16, typed=True)
def _cost(factor: Number, share: Number) -> int | Fraction:
    """An area cost factor c as it counts: 1 + share (c - 1)."""
    return 1 + exact(share) * (exact(factor) - 1)


def _term_shares(term: Term, members: Sequence[Member], copies: Sequence[int]) -> _Shares:
    return _shares((amount(term, member) for member in members), copies)


def amount(term: Term, member: Member) -> int | Fraction:
    """What a term counts of a member, x_i: people × the weights of their groups, or an area's number."""
    if term.counts in PEOPLE_COUNTED:
        return _people(term, member)
    areas = {
        "need_index": member.need,
        "population": member.population,
        "historic_share": member.old_share,
        "last_allocation": member.last_gbp,
    }
    return exact(areas[term.counts])


def _people(term: Term, member: Member) -> int | Fraction:
    name = PEOPLE_COUNTED[term.counts]
    people: tuple[Number, ...] = getattr(member.counts, name)
    weights = term.group_weights
    if weights is None:
        return sum(map(exact, people))
    if len(people) != len(weights):
        refuse(f"{member.name}.{name}", f"have {len(weights)} groups", people, "add weights")
    return sum(
        exact(weight) * exact(number) for weight, number in zip(weights, people, strict=True)
    )


@dataclass(frozen=True, slots=True)
class _Claim:
    """What one member, and each of its copies, may get: its part at some rate, within bounds."""

    part: int
    low: int
    high: int
    copies: int

    def at(self, pounds: int, parts: int) -> int:
        """Its pounds, times the parts, at so many pounds for so many parts."""
        return min(max(pounds * self.part, self.low * parts), self.high * parts)


@dataclass(frozen=True, slots=True)
class _Amounts:
    """Exact pounds as whole numbers over one denominator, which spares a fraction for each of many."""

    numerators: list[int]
    denominator: int


def _claims(pot: int, shares: _Shares, members: Sequence[Member], rule: Rule) -> list[_Claim]:
    bounds = [bounds_of(pot, member.last_gbp, rule) for member in members]
    if not any(high for _, high in bounds):
        bounds = [(0, pot)] * len(members)
    return [
        _Claim(part, low, high, member.copies)
        for part, (low, high), member in zip(shares.parts, bounds, members, strict=True)
    ]


def bounds_of(pot: int, last_gbp: int, rule: Rule) -> tuple[int, int]:
    """Least and most pounds; without a ceiling, the pot, which nobody can exceed."""
    low = 0 if rule.floor is None else math.ceil(exact(rule.floor) * last_gbp)
    high = pot if rule.ceiling is None else math.floor(exact(rule.ceiling) * last_gbp)
    return low, max(low, high)


def _settle(pot: int, claims: list[_Claim]) -> tuple[_Amounts, Fraction | None]:
    """Exact pounds of each claim and, where they follow from it, the pounds for one part."""
    lows = sum(claim.low * claim.copies for claim in claims)
    highs = sum(claim.high * claim.copies for claim in claims)
    if lows > pot:
        return _Amounts([pot * claim.low for claim in claims], lows), None
    if highs < pot:
        return _Amounts([pot * claim.high for claim in claims], highs), None
    return _settle_within_bounds(pot, claims)


def _settle_within_bounds(pot: int, claims: list[_Claim]) -> tuple[_Amounts, Fraction | None]:
    most = sum((claim.high if claim.part else claim.low) * claim.copies for claim in claims)
    if most < pot:
        heirs = [_heir(claim) for claim in claims]
        return _at(_rate(pot, heirs), heirs), None
    rate = _rate(pot, claims)
    return _at(rate, claims), rate


def _at(rate: Fraction, claims: list[_Claim]) -> _Amounts:
    pounds, parts = rate.as_integer_ratio()
    return _Amounts([claim.at(pounds, parts) for claim in claims], parts)


def _heir(claim: _Claim) -> _Claim:
    """All with a part have their highs; those without share what is left as equals."""
    return replace(claim, low=claim.high) if claim.part else replace(claim, part=1)


def _rate(pot: int, claims: list[_Claim]) -> Fraction:
    """The pounds for one part at which the claims, within their bounds, come to the pot.

    Try the rate at which the parts alone come to it. If the bounds add to that, the true rate is
    lower and all at their low stay there; if they take from it, all at their high do. Settle
    those, and try again with the rest.
    """
    left, free = pot, claims
    while True:
        rate = Fraction(left, sum(claim.part * claim.copies for claim in free))
        pounds, parts = rate.as_integer_ratio()
        amounts = [claim.at(pounds, parts) for claim in free]
        copies = (claim.copies for claim in free)
        excess = sum(map(mul, amounts, copies)) - left * parts
        if not excess:
            return rate
        bound = attrgetter("low" if excess > 0 else "high")
        settled = [each == bound(claim) * parts for each, claim in zip(amounts, free, strict=True)]
        left -= sum(bound(claim) * claim.copies for claim in compress(free, settled))
        free = [claim for claim, done in zip(free, settled, strict=True) if not done]


def _whole_pounds(
    pot: int, members: Sequence[Member], amounts: _Amounts, unit: int
) -> dict[str, tuple[int, ...]]:
    """Round down to whole units, then give the units left over by the largest remainder, ties by name.

    Where the pot is no multiple of the unit, the odd pounds go to the first in that order.
    """
    divided = [divmod(amount, amounts.denominator * unit) for amount in amounts.numerators]
    units, remainders = [n for n, _ in divided], [left for _, left in divided]
    spare = pot // unit - sum(n * member.copies for n, member in zip(units, members, strict=True))
    more = _one_unit_more(spare, members, remainders)
    pounds = {
        member.name: [unit * (n + (copy < more[member.name])) for copy in range(member.copies)]
        for member, n in zip(members, units, strict=True)
    }
    if odd := pot % unit:
        pounds[next(iter(_one_unit_more(1, members, remainders)))][0] += odd
    return {name: tuple(each) for name, each in pounds.items()}


def _one_unit_more(
    spare: int, members: Sequence[Member], remainders: Sequence[int]
) -> Counter[str]:
    """How many copies of each member, the first by name, get one more unit."""
    more: Counter[str] = Counter()
    ranked = sorted(zip(remainders, members, strict=True), key=itemgetter(0), reverse=True)
    for _, tied in groupby(ranked, key=itemgetter(0)):
        if left := spare - more.total():
            more += _first_by_name(left, [member for _, member in tied])
    return more


def _first_by_name(spare: int, tied: Sequence[Member]) -> Counter[str]:
    if len(tied) == 1:
        return Counter({tied[0].name: min(spare, tied[0].copies)})
    ranked = sorted((name, member.name) for member in tied for name in member.names)
    return Counter(member for _, member in ranked[:spare])


def _check(pot: int, members: Sequence[Member]) -> None:
    if pot < 0:
        refuse("pot_gbp", "be 0 or more", pot, "give pounds")
    names = [member.name for member in members]
    if not names or len(set(names)) < len(names):
        refuse("members", "have a name each, and be one or more", names, "rename them")


def refuse(name: str, rule: str, got: object, advice: str) -> NoReturn:
    """Raise the fault of something that the formula cannot use, in the one form of faults."""
    raise ValueError(str(Fault("funding", name, rule, repr(got), advice)))
