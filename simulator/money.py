"""From funding streams and a plan to a year's pounds: who pays for what, and what goes back."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations
from typing import TYPE_CHECKING, TypeAlias, TypeVar, get_args

from .scenario.schema import Plan, Scenario, Use
from .years import WEEKS_PER_YEAR

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

T = TypeVar("T")

USES: tuple[Use, ...] = get_args(Use)
"""What money is spent on, in the order in which it is served."""


def in_year(lever: T | tuple[T, ...], year: int) -> T:
    """A lever's value in a year, counted from 0; the last year's value holds ever after."""
    return lever[min(year, len(lever) - 1)] if isinstance(lever, tuple) else lever


Lever: TypeAlias = float | tuple[float, ...] | dict[str, float | tuple[float, ...]]
"""One value, one for each year, or either for each group."""


def for_group(lever: T | dict[str, T], group: str) -> T:
    """A lever's value for a group."""
    return lever[group] if isinstance(lever, dict) else lever


def setting(lever: Lever, group: str, year: int) -> float:
    """A lever's value for a group in a year."""
    own = lever[group] if isinstance(lever, dict) else lever
    return in_year(own, year)


@dataclass(frozen=True, slots=True)
class YearMoney:
    """A partnership's pounds of one year, as planned.

    Parameters
    ----------
    income_gbp
        All that comes in, the allocation among it.
    overhead_gbp, outreach_gbp
        Spent whatever happens.
    treatment_gbp
        Money for people in treatment.
    reintegration_gbp
        Money for support places.
    support_gbp_per_week
        Price of a support place.
    """

    allocation_gbp: int
    income_gbp: int
    overhead_gbp: int
    treatment_gbp: int
    reintegration_gbp: int
    outreach_gbp: int
    support_gbp_per_week: float

    @property
    def weekly_budget_pence(self) -> float:
        """Treatment money a week."""
        return 100 * self.treatment_gbp / WEEKS_PER_YEAR

    @property
    def support_places(self) -> int:
        """How many support places the reintegration money pays for all year."""
        return math.floor(self.reintegration_gbp / (self.support_gbp_per_week * WEEKS_PER_YEAR))


def payable(
    wanted: Mapping[Use, int], streams: Sequence[tuple[int, frozenset[Use]]]
) -> dict[Use, int]:
    """Pounds that each use can have, served in the order of `USES`, from streams that may pay for it.

    No use takes a pound that only an earlier one can have been given: for any set of uses the sum is at
    most the streams that may pay for one of them.

    Parameters
    ----------
    streams
        Each stream's pounds, and the uses that it may pay for.
    """
    paid: dict[Use, int] = {}
    for use in USES:
        earlier = list(paid)
        rooms = [
            sum(gbp for gbp, pays_for in streams if pays_for & {use, *others})
            - sum(paid[other] for other in others)
            for size in range(len(earlier) + 1)
            for others in combinations(earlier, size)
        ]
        paid[use] = min(wanted[use], *rooms)
    return paid


def _part(pounds: int, share: float) -> int:
    """Whole pounds of a share, the share being the decimal that its reader sees."""
    return math.floor(pounds * Fraction(str(share)))


def _wanted(plan: Plan, year: int, income_gbp: int, overhead_gbp: int) -> dict[Use, int]:
    overhead = min(overhead_gbp, income_gbp)
    controllable = income_gbp - overhead
    reintegration = _part(controllable, in_year(plan.reintegration_share, year))
    outreach = _part(controllable, in_year(plan.outreach_share, year))
    return {
        "overhead": overhead,
        "treatment": controllable - reintegration - outreach,
        "reintegration": reintegration,
        "outreach": outreach,
    }


def year_money(scenario: Scenario, plan: Plan, year: int, allocation_gbp: int) -> YearMoney:
    """A year's pounds of one partnership: streams in, uses out by the plan's shares.

    What a stream may not pay for stays unspent and goes back.
    """
    streams = []
    for stream in scenario.funding.streams.values():
        amount = stream.amount_gbp
        gbp = allocation_gbp if amount == "formula" else in_year(amount, year)
        streams.append((int(gbp), frozenset(stream.pays_for)))
    income = sum(gbp for gbp, _ in streams)
    paid = payable(_wanted(plan, year, income, scenario.world.fixed_overhead_gbp), streams)
    return YearMoney(
        allocation_gbp=allocation_gbp,
        income_gbp=income,
        overhead_gbp=paid["overhead"],
        treatment_gbp=paid["treatment"],
        reintegration_gbp=paid["reintegration"],
        outreach_gbp=paid["outreach"],
        support_gbp_per_week=scenario.world.support.cost_gbp_per_week,
    )
