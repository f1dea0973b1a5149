"""Four things that a partnership may do with one client, and what each is worth by the formula's derivative."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias, get_args

import numpy as np

from ..funding import Slopes
from ..journey import clocks
from ..money import setting
from ..scenario.own_world import of_partnership
from ..years import DAYS_PER_YEAR
from .estimate import MISSING, Estimate
from .life import WINDOWS, Expected, Life, nothing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from ..funding import Inputs
    from ..scenario.schema import Scenario

Move: TypeAlias = Literal["kept", "moved_on", "early", "taken_on"]
MOVES: tuple[Move, ...] = get_args(Move)
"""The four moves, in the order in which they are told."""
TITLES: dict[Move, str] = {
    "kept": "Kept another year",
    "moved_on": "Moved on when ready",
    "early": "Moved on early",
    "taken_on": "Taken on from unmet need",
}


@dataclass(frozen=True)
class ByFormula:
    """What a move is worth by the derivative of the formula, on average over the replications' inputs.

    Attributes
    ----------
    life
        What is counted of the client more, or less, in each of five windows, and what the client costs.
    gained_gbp
        By window: the allocation's change, before floor and ceiling.
    total_gbp
        The five together.
    """

    life: Life
    gained_gbp: tuple[Estimate, ...]
    total_gbp: Estimate

    @property
    def cost_gbp(self) -> float:
        """What the client costs more over the five years."""
        return float(self.life.cost_gbp.sum())


def expected(scenario: Scenario, partnership: str, group: str) -> Expected:
    """What is expected of a partnership's clients of a group under its own plan."""
    own = of_partnership(scenario, partnership)
    held = setting(scenario.partnerships[partnership].plan.move_on_delay_days, group, 0)
    return Expected(clocks(own.world.groups[group], own.world), own.world.prison, held)


def changes(scenario: Scenario, partnership: str, group: str) -> dict[Move, Life]:
    """What each move changes in what is expected of one client.

    A client who is moved on is told from one who is kept as long as the plan says; where the plan keeps nobody, from
    one who is kept a year.
    """
    who = expected(scenario, partnership, group)
    held = setting(scenario.partnerships[partnership].plan.move_on_delay_days, group, 0)
    ready, fresh = who.ready_clients(), who.clients_not_ready()
    ratio = scenario.world.early_exit_relapse_hazard_ratio
    leaves = who.life(exits_now=1.0)

    def ready_kept(days: float) -> Life:
        return _mean([(who.life(who.ready_stay(served, days)), share) for served, share in ready])

    stays = _mean([(who.life(stay), share) for stay, share in fresh])
    found = {
        "early": who.life(exits_now=1.0, exit_ratio=ratio).less(stays),
        "taken_on": who.life(starts_now=True).less(who.life(never_treated=True)),
    }
    if not ready:  # nobody ever becomes ready
        return found  # type: ignore[return-value]
    year = ready_kept(DAYS_PER_YEAR)
    longer = ready_kept(held) if held else year
    return {"kept": year.less(leaves), "moved_on": leaves.less(longer), **found}  # type: ignore[dict-item]


def _mean(lives: Sequence[tuple[Life, float]]) -> Life:
    whole = nothing()
    for life, share in lives:
        whole = whole.plus(life, share)
    return whole


def by_formula(
    lives: dict[Move, Life],
    inputs: Sequence[Sequence[Inputs]],
    partnership: str,
    group: int,
    lag_years: int,
) -> dict[Move, ByFormula]:
    """What each move is worth: what it changes in the counts × what one more of each is worth in that year.

    The first window pays for the first year that what is done today can still move; years after the run are as its
    last.
    """
    years = [min(lag_years + window, len(inputs[0]) - 1) for window in range(WINDOWS)]
    slopes = {year: [Slopes(each[year], partnership) for each in inputs] for year in set(years)}
    worth = {
        (kind, year): np.array([_slope(slope, kind, group) for slope in each])
        for year, each in slopes.items()
        for kind in each[0].kinds
    }
    return {move: _worth(life, worth, years, len(inputs)) for move, life in lives.items()}


def _slope(slope: Slopes, kind: str, group: int) -> float:
    found = slope.of(kind, group)
    return float("nan") if found is None else float(found.entitlement_gbp)


def _worth(
    life: Life,
    worth: dict[tuple[str, int], NDArray[np.float64]],
    years: Sequence[int],
    replications: int,
) -> ByFormula:
    gained = np.zeros((WINDOWS, replications))
    for window, year in enumerate(years):
        for (kind, paid), each in worth.items():
            if paid == year:
                gained[window] += life.counted[kind][window] * each
    if np.isnan(gained).any():
        return ByFormula(life, (MISSING,) * WINDOWS, MISSING)
    total = gained.sum(axis=0)
    return ByFormula(life, tuple(Estimate.of(each) for each in gained), Estimate.of(total))
