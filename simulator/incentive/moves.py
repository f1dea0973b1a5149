"""Four things that a partnership may do with one client, and what each is worth by the formula's derivative."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias, get_args

import numpy as np

from ..funding import Slopes
from ..journey import clocks
from ..money import setting
from ..scenario.own_world import of_partnership
from ..years import DAYS_PER_YEAR, WEEKS_PER_YEAR
from .estimate import MISSING, Estimate
from .life import WINDOWS, Expected, Life, nothing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..funding import Inputs
    from ..scenario.schema import Scenario
    from .life import Floats

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
    """What a move is worth by the derivative of the formula, on average over the replications and their worlds.

    Attributes
    ----------
    gained_gbp
        By window that is paid for within the run, five at most: the allocation's change, before floor and ceiling.
    total_gbp
        These together.
    cost_gbp
        What the client costs more over five years.
    net_gbp
        The allocation's change less that cost.
    """

    gained_gbp: tuple[Estimate, ...]
    total_gbp: Estimate
    cost_gbp: Estimate
    net_gbp: Estimate


@dataclass(frozen=True)
class Assumed:
    """What the assumptions of one world say of a partnership's clients of a group.

    Attributes
    ----------
    lives
        What each move changes in what is expected of one client.
    cost_gbp_per_year
        What a ready client costs.
    support_gbp_per_week
        What a support place costs.
    """

    lives: dict[Move, Life]
    cost_gbp_per_year: float
    support_gbp_per_week: float


def assumed(scenario: Scenario, partnership: str, group: str) -> Assumed:
    """Read off a scenario what its assumptions say of a partnership's clients of a group."""
    own = of_partnership(scenario, partnership).world
    weekly = own.groups[group].treatment.cost_ready_gbp_per_week
    lives = changes(scenario, partnership, group)
    return Assumed(lives, weekly * WEEKS_PER_YEAR, own.support.cost_gbp_per_week)


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
    lives: Sequence[dict[Move, Life]],
    inputs: Sequence[Sequence[Inputs]],
    partnership: str,
    group: int,
    lag_years: int,
) -> dict[Move, ByFormula]:
    """What each move is worth: what it changes in the counts × what one more of each is worth in that year.

    The first window pays for the first year that what is done today can still move. Windows that pay for years after
    the run are left out, as they are in the simulation.

    Parameters
    ----------
    lives
        What each move changes, by replication: in the world that the replication lives in.
    inputs
        What each year's allocation stands on, by replication.
    """
    years = range(lag_years, min(lag_years + WINDOWS, len(inputs[0])))
    slopes = [[Slopes(each[year], partnership) for each in inputs] for year in years]
    kinds = {kind for each in slopes for slope in each for kind in slope.kinds}
    worth = {
        kind: np.array([[_slope(slope, kind, group) for slope in each] for each in slopes])
        for kind in kinds
    }
    known = [move for move in MOVES if all(move in each for each in lives)]
    return {move: _worth([each[move] for each in lives], worth, len(years)) for move in known}


def _slope(slope: Slopes, kind: str, group: int) -> float:
    found = slope.of(kind, group)
    return float("nan") if found is None else float(found.entitlement_gbp)


def _worth(lives: Sequence[Life], worth: dict[str, Floats], windows: int) -> ByFormula:
    """Sum over what is counted; arrays are by window and replication."""
    gained = np.zeros((windows, len(lives)))
    for kind, each in worth.items():
        gained += np.array([life.counted[kind][:windows] for life in lives]).T * each
    cost = np.array([life.cost_gbp.sum() for life in lives])
    if np.isnan(gained).any():
        return ByFormula((MISSING,) * windows, MISSING, Estimate.of(cost), MISSING)
    total = gained.sum(axis=0)
    by_window = tuple(Estimate.of(each) for each in gained)
    return ByFormula(by_window, *(Estimate.of(each) for each in (total, cost, total - cost)))
