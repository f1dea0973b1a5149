"""How fast a partnership's sum grows with what is counted of it: the exact derivative of the formula.

With weights w_k that sum to 1 over the terms that count people and areas, s_i = Σ w_k x_ik / X_k and
X_k = Σ n_j x_jk, the formula gives q_i = pot × c_i s_i / C with C = Σ n_j c_j s_j. One more person in term k, who
counts for g there, moves

    ds_i = w_k g (1 - x_ik / X_k) / X_k,    ds_j = -w_k g x_jk / X_k²    for everybody else,
    dt_i = φ (1 - v) pot × (c_i ds_i C - c_i s_i dC) / C²,

with φ the phase-in, v the weight of what was paid before, and dC = Σ n_j c_j ds_j. Bounds come after: where nobody
is held by one, what is paid moves as the entitlement does; where the partnership itself is held, it does not move
at all; where others are held, those who are free share what is left.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Literal, TypeAlias

from .formula import PAID_BEFORE, PEOPLE_COUNTED, Term, allocate, amount, bounds_of, exact, refuse

if TYPE_CHECKING:
    from .explain import Inputs
    from .formula import Allocation, Member

Bound: TypeAlias = Literal["low", "high"]


@dataclass(frozen=True, slots=True)
class Derivative:
    """What one more person counted is worth, in pounds.

    Attributes
    ----------
    entitlement_gbp
        Change of the entitlement t, before bounds and rounding.
    allocation_gbp
        Change of what is paid, within bounds and before rounding: 0 where a bound holds the member.
    at_bound
        The bound that holds the member, if one does: its floor, or its ceiling.
    """

    entitlement_gbp: Fraction
    allocation_gbp: Fraction
    at_bound: Bound | None


def derivatives(inputs: Inputs, name: str) -> dict[tuple[str, int], Derivative | None]:
    """What one more person of each kind and group is worth to one copy of a member.

    Returns
    -------
    By kind of count (a key of `PEOPLE_COUNTED`) and group, counted from 0, for each kind that the rule weighs. None
    where nobody at all is counted in the term: shares are equal there, and leap with the first person.

    Raises
    ------
    ValueError
        If there is no such member.
    """
    slope = Slopes(inputs, name)
    return {
        (kind, group): slope.of(kind, group)
        for kind in slope.kinds
        for group in range(slope.groups(kind))
    }


class Slopes:
    """The derivatives of one member's sum, for one year's inputs.

    Parameters
    ----------
    name
        The member. Of several alike, one has one more person, and the others stay as they are.
    """

    def __init__(self, inputs: Inputs, name: str):
        names = [member.name for member in inputs.members]
        if name not in names:
            refuse("name", f"be one of {', '.join(names)}", name, "name a member")
        self._inputs = inputs
        self._members = inputs.members
        self._own = names.index(name)

    @property
    def kinds(self) -> tuple[str, ...]:
        """Kinds of count that a term weighs."""
        counted = [term.counts for term in self._counted if term.counts in PEOPLE_COUNTED]
        return tuple(kind for kind in PEOPLE_COUNTED if kind in counted)

    def groups(self, kind: str) -> int:
        """How many groups a kind of count has."""
        return len(getattr(self._members[self._own].counts, PEOPLE_COUNTED[kind]))

    def of(self, kind: str, group: int) -> Derivative | None:
        """What one more person is worth; None where it leaps."""
        moved = [self._by_term(term, group) for term in self._counted if term.counts == kind]
        if any(each is None for each in moved):
            return None
        each = [sum(column, Fraction(0)) for column in zip(*(m for m in moved if m), strict=True)]
        changes = each or [Fraction(0)] * (len(self._members) + 1)
        return Derivative(changes[0], self._paid(changes), self.at_bound)

    @cached_property
    def at_bound(self) -> Bound | None:
        """The bound that holds the member, if one does."""
        return self._held[self._own]

    @cached_property
    def _counted(self) -> list[Term]:
        terms = self._inputs.rule.terms
        return [term for term in terms if term.weight and term.counts not in PAID_BEFORE]

    @cached_property
    def _weight(self) -> Fraction:
        """The weight of one unit: terms that count people and areas, over all terms."""
        return sum((Fraction(exact(term.weight)) for term in self._counted), Fraction(0))

    @cached_property
    def _share_of_pot(self) -> Fraction:
        """φ (1 - v): how much of the pot follows what is counted now."""
        rule = self._inputs.rule
        return (
            Fraction(exact(rule.phase_in)) * self._weight / sum(exact(t.weight) for t in rule.terms)
        )

    @cached_property
    def _costs(self) -> list[Fraction]:
        reach = exact(self._inputs.rule.area_cost)
        return [1 + reach * (Fraction(exact(m.area_cost)) - 1) for m in self._members]

    def _column(self, term: Term) -> tuple[list[Fraction], Fraction]:
        """Everybody's x, and Σ n x."""
        column = [Fraction(amount(term, member)) for member in self._members]
        return column, self._summed(column)

    def _summed(self, column: list[Fraction]) -> Fraction:
        pairs = zip(column, self._members, strict=True)
        return sum((part * member.copies for part, member in pairs), Fraction(0))

    @cached_property
    def _adjusted(self) -> tuple[list[Fraction], Fraction]:
        """Everybody's c s, and Σ n c s."""
        shares = [Fraction(0)] * len(self._members)
        for term in self._counted:
            column, whole = self._column(term)
            alike = Fraction(1, sum(member.copies for member in self._members))
            weight = Fraction(exact(term.weight)) / self._weight
            for place, part in enumerate(column):
                shares[place] += weight * (part / whole if whole else alike)
        adjusted = [cost * share for cost, share in zip(self._costs, shares, strict=True)]
        return adjusted, self._summed(adjusted)

    def _by_term(self, term: Term, group: int) -> list[Fraction] | None:
        """Change of t of one copy of the member, then of each member whose copies stay as they are."""
        column, whole = self._column(term)
        counts_for = Fraction(exact(term.group_weights[group]) if term.group_weights else 1)
        adjusted, sum_adjusted = self._adjusted
        if not counts_for:
            return [Fraction(0)] * (len(column) + 1)
        if not whole or not sum_adjusted:
            return None
        unit = Fraction(exact(term.weight)) / self._weight * counts_for / whole
        own_cost = self._costs[self._own]
        stay = [-unit * part / whole * cost for part, cost in zip(column, self._costs, strict=True)]
        gains = stay[self._own] + unit * own_cost
        moves_whole = unit * own_cost + self._summed(stay)
        scale = self._share_of_pot * self._inputs.pot_gbp
        return [
            scale * (change * sum_adjusted - mine * moves_whole) / sum_adjusted**2
            for change, mine in zip([gains, *stay], [adjusted[self._own], *adjusted], strict=True)
        ]

    # What is paid, within bounds

    @cached_property
    def _allocation(self) -> Allocation:
        return allocate(self._inputs.pot_gbp, self._members, self._inputs.rule)

    @cached_property
    def _held(self) -> list[Bound | None]:
        pot, rule = self._inputs.pot_gbp, self._inputs.rule
        bounds = [bounds_of(pot, member.last_gbp, rule) for member in self._members]
        if not any(high for _, high in bounds):
            return [None] * len(bounds)
        return [
            self._bound_of(member, *each)
            for member, each in zip(self._members, bounds, strict=True)
        ]

    def _bound_of(self, member: Member, low: int, high: int) -> Bound | None:
        """Which bound a member stands at. Where bounds alone decide, all stand at one."""
        level = self._allocation.level
        if level is None:
            return "low" if max(self._allocation.pounds[member.name]) <= low else "high"
        wants = level * self._allocation.entitlement[member.name]
        if wants <= low and low > 0:
            return "low"
        return "high" if wants >= high and self._inputs.rule.ceiling is not None else None

    def _paid(self, changes: list[Fraction]) -> Fraction:
        """λ (dt_i - t_i Σ dt / Σ t), the sums over all that no bound holds."""
        level = self._allocation.level
        if self.at_bound or level is None:
            return Fraction(0)
        free = [
            (member, self._allocation.entitlement[member.name], change)
            for member, held, change in zip(self._members, self._held, changes[1:], strict=True)
            if held is None
        ]
        moved = sum((change * member.copies for member, _, change in free), Fraction(0))
        moved += changes[0] - changes[1 + self._own]
        whole = sum((entitled * member.copies for member, entitled, _ in free), Fraction(0))
        if not whole:
            return Fraction(0)
        mine = self._allocation.entitlement[self._members[self._own].name]
        return level * (changes[0] - mine * moved / whole)
