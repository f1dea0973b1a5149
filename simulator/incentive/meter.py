"""The meter: does it cost a partnership money to move a ready client on, how much, and when would it break even?"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np
from scipy.optimize import brentq

from ..funding import Rule, Slopes, Term
from ..years import WEEKS_PER_YEAR
from .estimate import Estimate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..funding import Bound, Inputs
    from .balance import Balance
    from .life import Floats
    from .moves import Move

Says: TypeAlias = Literal["costs money", "leaves money", "neither", "too close to call"]


@dataclass(frozen=True)
class Meter:
    """What moving a ready client on, rather than keeping the client, does to a partnership's money under one formula.

    Attributes
    ----------
    move
        The move that it is read off: clients moved on; or, where nobody can be moved on sooner than planned, clients
        kept another year, who then are the ones wronged.
    lost_gbp, saved_gbp
        For each client moved on, over the run: allocation lost, and the client's own treatment not paid for. Read off
        clients kept, for each of them: allocation gained by keeping, and treatment paid for, both of which go where
        clients are not kept.
    net_gbp
        What is saved less what is lost: below 0 where doing right costs the partnership money.
    lost_per_client_year_gbp, net_per_client_year_gbp
        The same for each client-year in treatment between the two.
    gross_gbp_per_year, cost_gbp_per_year
        By the formula in the last year: what a client who stays counts for, and what a ready client costs, on average
        over the replications' worlds.
    left_gbp_per_year
        The cost less what the client counts for, each in its own world: below 0 where keeping pays.
    weight
        The weight of effective clients in the formula, on average.
    break_even_weight
        The weight, the rest being need's, at which a client who stays brings in what a ready client costs, both on
        average; None where there is none from 0 to 1.
    support_gbp_per_week
        What a support place costs, on average.
    at_floor, at_ceiling
        Years in which, with no move made, that bound holds the partnership in most replications.
    balance
        The books where all ready clients are moved on and more goes to reintegration, if that was asked for.
    """

    move: Move
    lost_gbp: Estimate
    saved_gbp: Estimate
    net_gbp: Estimate
    lost_per_client_year_gbp: Estimate
    net_per_client_year_gbp: Estimate
    gross_gbp_per_year: Estimate
    cost_gbp_per_year: float
    left_gbp_per_year: Estimate
    weight: float
    break_even_weight: float | None
    support_gbp_per_week: float
    at_floor: tuple[str, ...] = ()
    at_ceiling: tuple[str, ...] = ()
    balance: Balance | None = None

    @property
    def says(self) -> Says:
        """Whether doing right costs the partnership money."""
        return verdict_of(self.net_gbp)

    @property
    def says_by_formula(self) -> Says:
        """The same by the formula of the last year, for a client-year."""
        return verdict_of(self.left_gbp_per_year)

    @property
    def break_even_gbp_per_week(self) -> Estimate:
        """The weekly cost of a stable client at which keeping one neither gains nor loses."""
        return self.gross_gbp_per_year.over(WEEKS_PER_YEAR)

    @property
    def most_for_support_gbp(self) -> float:
        """The most that support for one client may cost before doing right costs money."""
        return max(0.0, self.net_gbp.mean) if math.isfinite(self.net_gbp.mean) else math.nan

    @property
    def most_support_weeks(self) -> float:
        """The weeks of support that this pays for."""
        return self.most_for_support_gbp / self.support_gbp_per_week


def verdict_of(net: Estimate) -> Says:
    """What a net amount says of doing right, if that can be told."""
    if net.low == net.high == 0:
        return "neither"
    return "leaves money" if net.low > 0 else "costs money" if net.high < 0 else "too close to call"


def held_years(
    inputs: Sequence[Sequence[Inputs]], partnership: str, bound: Bound, years: Sequence[str]
) -> tuple[str, ...]:
    """Years in which a bound holds the partnership in most replications."""
    held = np.array(
        [[Slopes(year, partnership).at_bound == bound for year in each] for each in inputs]
    )
    often = held.mean(axis=0) > 1 / 2
    return tuple(name for name, is_held in zip(years, often, strict=True) if is_held)


def activity_weight(inputs: Sequence[Inputs]) -> float:
    """The weight of effective clients, of all terms, on average over replications."""
    return float(np.mean([_activity_weight(each.rule) for each in inputs]))


def _activity_weight(rule: Rule) -> float:
    whole = sum(float(term.weight) for term in rule.terms)
    return sum(float(t.weight) for t in rule.terms if t.counts == "effective_clients") / whole


def at_weight(rule: Rule, weight: float) -> Rule:
    """The rule with so much weight on effective clients, and all the rest on need."""
    paid = [term for term in rule.terms if term.counts == "effective_clients"]
    weighed = [term for term in paid if term.weight] or [replace(t, weight=1.0) for t in paid[:1]]
    terms = weighed or [Term("effective_clients", 1.0)]
    whole = sum(float(term.weight) for term in terms)
    scaled = [replace(term, weight=weight * float(term.weight) / whole) for term in terms]
    return replace(rule, terms=(*scaled, Term("need_index", 1.0 - weight)))


def gross(inputs: Sequence[Inputs], partnership: str, group: int) -> Estimate:
    """What one effective client more adds to the entitlement of a year, before floor and ceiling."""
    return Estimate.of(gross_of_each(inputs, partnership, group))


def gross_of_each(inputs: Sequence[Inputs], partnership: str, group: int) -> Floats:
    """The same by replication."""
    return np.array([_gross(each, partnership, group) for each in inputs])


def _gross(inputs: Inputs, partnership: str, group: int) -> float:
    slopes = Slopes(inputs, partnership)
    if "effective_clients" not in slopes.kinds:
        return 0.0
    found = slopes.of("effective_clients", group)
    return math.nan if found is None else float(found.entitlement_gbp)


def break_even_weight(
    inputs: Sequence[Inputs], partnership: str, group: int, cost_gbp: float
) -> float | None:
    """The weight of effective clients at which one more brings in what a ready client costs in a year.

    The rest of the weight is need's. None where there is no such weight from 0 to 1.
    """

    def net(weight: float) -> float:
        changed = [replace(each, rule=at_weight(each.rule, weight)) for each in inputs]
        return gross(changed, partnership, group).mean - cost_gbp

    if not cost_gbp:
        return 0.0
    if not net(1.0) > 0:
        return None
    return float(brentq(net, 0.0, 1.0, xtol=1e-4))
