"""How much need and old share an area must have for the formula to pay what it was paid."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from ..funding import Counts, Member, allocate
from ..model import rest_of_england, rule
from ..money import in_year

if TYPE_CHECKING:
    from ..scenario import Scenario

LOWEST, HIGHEST = 0.1, 10.0
"""Need and old share against what the area's activity says: beyond these something else explains the sum."""
STEPS = 40
NAME = "area"


def share_for(
    scenario: Scenario, year: int, allocation_gbp: int, thought: float
) -> tuple[float, int]:
    """The need index, and the old share with it, at which the formula gives an allocation.

    Floor and ceiling are left out: what they add in a year is gone when they no longer bind. What is counted
    of the area is what its history says.

    Parameters
    ----------
    year
        The year of the allocation, from 0.
    thought
        What the area's activity says of its need, against the average partnership.

    Returns
    -------
    The need index, at most ten times smaller or larger than was thought, and the pounds that it gives.
    """
    low, high = math.log(max(thought, 1e-6) * LOWEST), math.log(max(thought, 1e-6) * HIGHEST)
    for _ in range(STEPS):
        middle = (low + high) / 2
        if _allocation(scenario, year, math.exp(middle)) < allocation_gbp:
            low = middle
        else:
            high = middle
    found = math.exp((low + high) / 2)
    return found, _allocation(scenario, year, found)


def _allocation(scenario: Scenario, year: int, need: float) -> int:
    past = scenario.history.groups.values()
    counts = Counts(
        tuple(each.effective_clients_per_year for each in past),
        tuple(each.completions_per_year for each in past),
    )
    last = scenario.history.allocation_gbp
    member = Member(NAME, counts, need=round(need, 6), old_share=round(need, 6), last_gbp=last)
    members = [member, *rest_of_england(scenario, year, last)]
    unbound = replace(rule(scenario, year), floor=None, ceiling=None)
    return allocate(in_year(scenario.formula.pot_gbp, year), members, unbound)[NAME]
