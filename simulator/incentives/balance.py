"""How much of the money may go to reintegration before moving ready clients on leaves the books worse than keeping them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ..model import OneAmongOthers, Run
from ..money import in_year, setting
from ..scenario.draws import with_values
from ..workers import spread
from .estimate import Estimate
from .paired import BATCH, Lived

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from ..scenario.draws import Draws
    from ..scenario.schema import Scenario

SHARES = (0.0, 0.02, 0.05, 0.1)
"""Shares for reintegration that are tried, more than what the plan gives; between them the balance is read off a line."""


@dataclass(frozen=True)
class Balance:
    """The partnership's balance where ready clients are moved on at once, against where they are kept as planned.

    Attributes
    ----------
    shares
        The shares for reintegration that were tried, more than what the plan gives.
    difference_gbp
        With each: income less spending over the run, less the same where clients are kept.
    even
        The share at which there is no difference; missing where there is none among those tried.
    """

    shares: tuple[float, ...]
    difference_gbp: tuple[Estimate, ...]
    even: Estimate


def balance(
    scenario: Scenario,
    partnership: str,
    group: str,
    replications: int,
    seed: int,
    workers: int = 1,
    draws: Draws | None = None,
) -> Balance:
    """Try several shares, with the same people and the same luck as where clients are kept."""
    plan = scenario.partnerships[partnership].plan
    room = min(in_year(plan.treatment_share, year) for year in range(scenario.years))
    shares = tuple(share for share in SHARES if share < room)
    tasks = [
        (scenario, partnership, group, shares, seed, range(n, min(n + BATCH, replications)), draws)
        for n in range(0, replications, BATCH)
    ]
    done = dict(spread(_batch, tasks, workers))
    found = np.array([row for place in range(len(tasks)) for row in done[place]])
    return Balance(
        shares, tuple(Estimate.of(each) for each in found.T), _even(np.array(shares), found)
    )


def _batch(
    scenario: Scenario,
    partnership: str,
    group: str,
    shares: Sequence[float],
    seed: int,
    numbers: Sequence[int],
    draws: Draws | None,
) -> list[list[float]]:
    rows = []
    for number in numbers:
        world = with_values(scenario, draws.of(number)) if draws else scenario
        run = Run(world, seed, number)
        run.finish()

        def left(plan: Scenario, number: int = number, run: Run = run) -> float:
            lived = Lived(OneAmongOthers(plan, partnership, seed, number, run.inputs))
            money = lived.of("allocation_gbp") - lived.of("spent_gbp")
            return float(money.sum())

        kept = left(world)
        rows.append([left(moving_on(world, partnership, group, s)) - kept for s in shares])
    return rows


def moving_on(scenario: Scenario, partnership: str, group: str, share: float) -> Scenario:
    """The scenario in which a partnership moves ready clients of a group on at once, and so much more is for support."""
    own = scenario.partnerships[partnership]
    plan, years = own.plan, range(scenario.years)
    held = {
        each: tuple(setting(plan.move_on_delay_days, each, year) for year in years)
        for each in scenario.world.groups
    }
    changes: dict[str, Any] = {"move_on_delay_days": held | {group: 0.0}}
    for name, more in (("treatment_share", -share), ("reintegration_share", share)):
        # to twelve places, so that the shares still sum to 1 as they are written
        changes[name] = tuple(
            round(in_year(getattr(plan, name), year) + more, 12) for year in years
        )
    acts = own.model_copy(update={"plan": plan.model_copy(update=changes)})
    return scenario.model_copy(
        update={"partnerships": {**scenario.partnerships, partnership: acts}}
    )


def _even(shares: NDArray[np.float64], found: NDArray[np.float64]) -> Estimate:
    """Where the mean difference is 0, and its interval by the jackknife."""
    whole = _crossing(shares, found.mean(axis=0))
    n = len(found)
    if math.isnan(whole) or n == 1:
        return Estimate(whole, math.nan, math.nan)
    without = np.array(
        [_crossing(shares, np.delete(found, each, axis=0).mean(axis=0)) for each in range(n)]
    )
    if np.isnan(without).any():  # a single replication decides whether there is one
        return Estimate(whole, math.nan, math.nan)
    return Estimate.of(n * whole - (n - 1) * without)


def _crossing(shares: NDArray[np.float64], difference: NDArray[np.float64]) -> float:
    """The first share at which a difference that falls reaches 0; missing where none does."""
    if difference[0] <= 0:
        return 0.0 if difference[0] == 0 else math.nan
    for place in range(1, len(shares)):
        before, after = difference[place - 1], difference[place]
        if after <= 0:
            part = before / (before - after)
            return float(shares[place - 1] + part * (shares[place] - shares[place - 1]))
    return math.nan
