"""A year's pounds of one partnership: streams in, uses out by the plan's shares."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from ..years import WEEKS_PER_YEAR
from .fenced import Fenced, clustered
from .levers import in_year
from .streams import Account, Holding, holdings, is_fenced, part_of, payable, settled

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..scenario.schema import Plan, Scenario, Use

NOTHING_CARRIED: Mapping[str, int] = {}
NOTHING_FENCED = Fenced()


@dataclass(frozen=True, slots=True)
class YearMoney:
    """A partnership's pounds of one year, as planned.

    Parameters
    ----------
    income_gbp
        All that can be spent: the allocation, the other streams, and what was carried in.
    overhead_gbp, outreach_gbp
        Spent whatever happens.
    treatment_gbp
        Money for people in treatment.
    reintegration_gbp
        Money for support places.
    support_gbp_per_week
        Price of a support place.
    streams
        What each stream that the plan may spend holds.
    fenced
        The streams outside the plan, whose year is known from the start.
    """

    allocation_gbp: int
    income_gbp: int
    overhead_gbp: int
    treatment_gbp: int
    reintegration_gbp: int
    outreach_gbp: int
    support_gbp_per_week: float
    streams: tuple[Holding, ...] = ()
    fenced: Fenced = NOTHING_FENCED

    @property
    def weekly_budget_pence(self) -> float:
        """Treatment money a week."""
        return 100 * self.treatment_gbp / WEEKS_PER_YEAR

    @property
    def support_places(self) -> int:
        """How many support places the reintegration money pays for all year."""
        return math.floor(self.reintegration_gbp / (self.support_gbp_per_week * WEEKS_PER_YEAR))

    def accounts(self, spent: Mapping[Use, int]) -> tuple[Account, ...]:
        """The year of every stream when it is over, those of the plan first.

        Parameters
        ----------
        spent
            What was spent on the uses of the plan.

        Raises
        ------
        ConservationError
            If a pound is lost or made.
        """
        return (*settled(spent, self.streams), *self.fenced.accounts)


def overhead_gbp(
    fixed_overhead_gbp: int, fixed_share: float, size: float = 1.0, members: int = 1
) -> int:
    """What commissioning, open access and needle exchange cost a partnership a year.

    A part costs the same however large a partnership is, and those who commission together pay it once
    between them; the rest grows with size.

    Parameters
    ----------
    fixed_overhead_gbp
        What a partnership of size 1 pays that commissions alone.
    fixed_share
        The part that does not grow with size.
    size
        Against the average partnership.
    members
        How many commission together.
    """
    fixed = Fraction(str(fixed_share))
    return round(fixed_overhead_gbp * (fixed / members + (1 - fixed) * Fraction(str(size))))


def _overhead_of(scenario: Scenario, name: str) -> int:
    world = scenario.world
    size, members = scenario.partnerships[name].size, len(clustered(scenario, name))
    return overhead_gbp(world.fixed_overhead_gbp, world.overhead_fixed_share, size, members)


def _wanted(plan: Plan, year: int, income_gbp: int, overhead_gbp: int) -> dict[Use, int]:
    overhead = min(overhead_gbp, income_gbp)
    controllable = income_gbp - overhead
    reintegration = part_of(controllable, in_year(plan.reintegration_share, year))
    outreach = part_of(controllable, in_year(plan.outreach_share, year))
    return {
        "overhead": overhead,
        "treatment": controllable - reintegration - outreach,
        "reintegration": reintegration,
        "outreach": outreach,
    }


def year_money(
    scenario: Scenario,
    name: str,
    year: int,
    allocation_gbp: int,
    carried: Mapping[str, int] = NOTHING_CARRIED,
    fenced: Fenced = NOTHING_FENCED,
) -> YearMoney:
    """A year's pounds of one partnership: streams in, uses out by the plan's shares.

    What a stream may not pay for stays unspent. Streams outside the plan are no part of what its shares
    divide.

    Parameters
    ----------
    name
        The partnership.
    carried
        Pounds kept from the year before, by stream.
    fenced
        Its year of money outside the plan (`fenced_by_year`).
    """
    mine = {each: s for each, s in scenario.funding.streams.items() if not is_fenced(s)}
    streams = holdings(mine, year, allocation_gbp, carried)
    income = sum(stream.gbp for stream in streams)
    plan = scenario.partnerships[name].plan
    wanted = _wanted(plan, year, income, _overhead_of(scenario, name))
    paid = payable(wanted, [(stream.gbp, stream.pays_for) for stream in streams])
    return YearMoney(
        allocation_gbp=allocation_gbp,
        income_gbp=income + fenced.held_gbp,
        overhead_gbp=paid["overhead"],
        treatment_gbp=paid["treatment"],
        reintegration_gbp=paid["reintegration"],
        outreach_gbp=paid["outreach"],
        support_gbp_per_week=scenario.world.support.cost_gbp_per_week,
        streams=streams,
        fenced=fenced,
    )
