"""Money outside the plan: what streams ring-fenced to young people or inpatient detox buy, alone or together.

What is bought here reaches none of the simulated adults; it is counted in pounds, beds and episodes. How much
is bought follows from the scenario alone, so it is known before the first day.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from ..scenario.own_world import of_partnership
from ..years import DAYS_PER_YEAR
from .streams import FENCED_USES, Account, Holding, holdings, is_fenced, payable, settled

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..scenario.schema import Detox, Scenario, Stream, Use


@dataclass(frozen=True, slots=True)
class Fenced:
    """A partnership's year of money outside the plan: the account of each stream that holds some."""

    accounts: tuple[Account, ...] = ()

    @property
    def held_gbp(self) -> int:
        """Pounds that could have been spent."""
        return sum(account.holding.gbp for account in self.accounts)

    @property
    def spent_gbp(self) -> int:
        """Pounds that were spent."""
        return sum(account.spent_gbp for account in self.accounts)


def clustered(scenario: Scenario, name: str) -> tuple[str, ...]:
    """The partnerships that commission together with one, itself among them."""
    cluster = scenario.partnerships[name].cluster
    if cluster is None:
        return (name,)
    others = scenario.partnerships.items()
    return tuple(other for other, own in others if own.cluster == cluster)


def detox_beds(detox: Detox, gbp: float) -> float:
    """Beds for a year that so much money is the price of."""
    return gbp / detox.bed_gbp_per_year


def detox_episodes(detox: Detox, gbp: float) -> float:
    """Stays that the beds of so much money have room for."""
    return detox_beds(detox, gbp) * DAYS_PER_YEAR / detox.episode_days


def fenced_by_year(scenario: Scenario, name: str) -> tuple[Fenced, ...]:
    """A partnership's money outside the plan in each year of the run.

    Members of a cluster put their detox money together, buy whole beds with it, and share the cost in
    proportion to what each put in.
    """
    members = clustered(scenario, name)
    streams = {member: _fenced_streams(of_partnership(scenario, member)) for member in members}
    kept: dict[str, dict[str, int]] = {member: {} for member in members}
    years = []
    for year in range(scenario.years):
        held = {member: holdings(streams[member], year, 0, kept[member]) for member in members}
        closed = _year(held, scenario.world.detox)
        kept = {member: _kept(accounts) for member, accounts in closed.items()}
        years.append(Fenced(closed[name]))
    return tuple(years)


def _fenced_streams(scenario: Scenario) -> dict[str, Stream]:
    return {name: each for name, each in scenario.funding.streams.items() if is_fenced(each)}


def _kept(accounts: Sequence[Account]) -> dict[str, int]:
    return {account.holding.name: account.carried_out_gbp for account in accounts}


def _year(held: Mapping[str, tuple[Holding, ...]], detox: Detox) -> dict[str, tuple[Account, ...]]:
    """One year of a cluster, by member: beds first, since they are bought together."""
    pool = {member: _most(mine)["detox"] for member, mine in held.items()}
    costs = shared_beds(pool, detox.bed_gbp_per_year)
    return {member: settled(_spent(mine, costs[member]), mine) for member, mine in held.items()}


def _most(mine: Sequence[Holding], **at_most: int) -> dict[Use, int]:
    """The most that each use can have, the earlier ones first, where some may have no more than so much."""
    everything = sum(holding.gbp for holding in mine)
    wanted: dict[Use, int] = {use: at_most.get(use, everything) for use in FENCED_USES}
    return payable(wanted, [(holding.gbp, holding.pays_for) for holding in mine])


def _spent(mine: Sequence[Holding], detox_gbp: int) -> dict[Use, int]:
    """Beds for so much; every other use takes all that it can have."""
    return _most(mine, detox=detox_gbp)


def shared_beds(pool: Mapping[str, int], bed_gbp: int) -> dict[str, int]:
    """What each member pays for the whole beds that their money buys together, to the pound.

    In proportion to what each put in; pounds left over by rounding down go to the largest remainders, ties
    by name. Nobody pays more than it put in.
    """
    total = sum(pool.values())
    cost = total // bed_gbp * bed_gbp
    exact = {member: Fraction(cost * gbp, total or 1) for member, gbp in pool.items()}
    paid = {member: int(gbp) for member, gbp in exact.items()}
    over = sorted(pool, key=lambda member: (paid[member] - exact[member], member))
    for member in over[: cost - sum(paid.values())]:
        paid[member] += 1
    return paid
