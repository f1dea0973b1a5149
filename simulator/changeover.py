"""Who gains and who loses when a formula comes into force, and how steady what it pays is.

Change-over is worked out with what was counted before day 0, the same every year, and with last year's pot, so
that nothing but the rule moves an allocation. Steadiness is read off runs in which nobody changes anything.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from . import funding
from .incentives import Estimate
from .model import rest_of_england, rule
from .partnership import member_before

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from .funding import Allocation, Member
    from .scenario import Scenario

YEARS = 3
"""How long change-over is followed: the rule of 2008-09 was phased in over three years."""


@dataclass(frozen=True, slots=True)
class Place:
    """One partnership, or so many alike, before and after.

    Parameters
    ----------
    before_gbp
        Pounds of the year before.
    by_year_gbp
        Pounds of the first years of the new rule, with everything counted as before.
    settled_gbp
        What the rule alone would give: fully phased in, without bounds.
    """

    name: str
    copies: int
    before_gbp: int
    by_year_gbp: tuple[int, ...]
    settled_gbp: float

    @property
    def change_share(self) -> float:
        """Its pounds after three years against the year before."""
        return self.by_year_gbp[-1] / self.before_gbp - 1 if self.before_gbp else 0.0

    @property
    def settled_share(self) -> float:
        """What the rule alone would give against the year before."""
        return self.settled_gbp / self.before_gbp - 1 if self.before_gbp else 0.0


@dataclass(frozen=True, slots=True)
class Changeover:
    """Every partnership before and after a formula comes into force.

    Attributes
    ----------
    places
        One for each partnership of the scenario.
    """

    places: tuple[Place, ...]

    @property
    def partnerships(self) -> int:
        """How many there are."""
        return sum(place.copies for place in self.places)

    @property
    def losers(self) -> int:
        """How many are paid less after three years than in the year before."""
        return sum(place.copies for place in self.places if place.change_share < 0)

    @property
    def winners(self) -> int:
        """How many are paid more."""
        return sum(place.copies for place in self.places if place.change_share > 0)

    @property
    def moved_share(self) -> float:
        """The part of the pot that changes hands within three years: the sum of what losers lose."""
        lost = sum(
            place.copies * max(0, place.before_gbp - place.by_year_gbp[-1]) for place in self.places
        )
        pot = sum(place.copies * place.before_gbp for place in self.places)
        return lost / pot if pot else 0.0

    @property
    def worst(self) -> Place:
        """Who loses most against the year before."""
        return min(self.places, key=lambda place: place.change_share)

    @property
    def best(self) -> Place:
        """Who gains most."""
        return max(self.places, key=lambda place: place.change_share)

    @property
    def table(self) -> pd.DataFrame:
        """One row for each partnership, in pounds and shares of the year before."""
        import pandas as pd

        return pd.DataFrame(
            {
                "partnership": place.name,
                "copies": place.copies,
                "before_gbp": place.before_gbp,
                **{f"year_{year}_gbp": gbp for year, gbp in enumerate(place.by_year_gbp, 1)},
                "rule_alone_gbp": round(place.settled_gbp),
                "change_share": place.change_share,
                "rule_alone_share": place.settled_share,
            }
            for place in self.places
        )


def changeover(scenario: Scenario) -> Changeover:
    """Who gains and who loses when the scenario's formula takes the place of what was paid before.

    The rest of England, where there is one, shares the pot and is not told.
    """
    names = tuple(scenario.partnerships)
    members = [member_before(scenario, name) for name in names]
    rest = rest_of_england(scenario, 0, scenario.history.allocation_gbp)
    pot = sum(member.last_gbp * member.copies for member in [*members, *rest])
    paid = _by_year(scenario, [*members, *rest], pot)
    alone = replace(rule(scenario, scenario.years), phase_in=1, floor=None, ceiling=None)
    settled = funding.allocate(pot, [*members, *rest], alone).entitlement
    return Changeover(
        tuple(
            Place(
                name=member.name,
                copies=member.copies,
                before_gbp=member.last_gbp,
                by_year_gbp=tuple(year.least(member.name) for year in paid),
                settled_gbp=float(settled[member.name]),
            )
            for member in members
        )
    )


def _by_year(scenario: Scenario, members: list[Member], pot_gbp: int) -> list[Allocation]:
    """Allocations of the first years of the rule, each year's bounds standing on the year before."""
    paid: list[Allocation] = []
    for year in range(YEARS):
        paid.append(funding.allocate(pot_gbp, members, rule(scenario, year)))
        members = [replace(each, last_gbp=paid[-1].least(each.name)) for each in members]
    return paid


def unsteadiness(paid: NDArray[np.float64], pots: Sequence[int], copies: Sequence[int]) -> Estimate:
    """By how much a partnership's part of the pot changes from one year to the next, on average.

    A share of what it had, up or down, over partnerships and the years after the first three, when a rule is
    phased in. Where nobody changes anything this is what chance, drift and the rule make of one another.

    Parameters
    ----------
    paid
        Pounds by replication, partnership and year.
    pots
        The pot of each year.
    copies
        How many partnerships each stands for.
    """
    return Estimate.of(moved_share(paid, pots, copies))


def moved_share(
    paid: NDArray[np.float64],
    pots: Sequence[int] | NDArray[np.float64],
    copies: Sequence[int] | NDArray[np.float64],
) -> NDArray[np.float64]:
    """`unsteadiness` by replication."""
    shares = paid / np.array(pots, dtype=np.float64)
    before = shares[..., :-1]
    changes = np.divide(
        np.diff(shares, axis=-1), before, out=np.zeros_like(before), where=before > 0
    )
    first = min(YEARS - 1, len(pots) - 2)
    moved = np.abs(changes)[..., first:].mean(axis=-1)
    mean: NDArray[np.float64] = np.average(
        moved, axis=1, weights=np.array(copies, dtype=np.float64)
    )
    return mean
