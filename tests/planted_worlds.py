"""Contests whose answer is known: a plain function of the assumptions, and luck, in the place of the simulator."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from planted import Axis, Read

from simulator.comparing.worlds import LUCKS, Contest, lucks_of


@dataclass(frozen=True)
class Assumed(Axis):
    """An assumption with its source."""

    source: str = "A report, 2008"


def contest(
    axes,
    *plans,
    worlds=100,
    luck=0.0,
    seed=1,
    better="higher",
    names=("park", "move_on", "detox", "reintegration"),
):
    """Plans are functions from points to means; luck is the standard deviation of each plan's number in a world."""
    chance = np.random.default_rng(seed)
    order = [chance.permutation(worlds) for _ in axes]
    cube = (np.column_stack(order) + chance.random((worlds, len(axes)))) / worlds
    low, high = (np.array([getattr(axis, end) for axis in axes]) for end in ("low", "high"))
    points = low + cube * (high - low)
    means = np.stack([np.broadcast_to(plan(points), worlds) for plan in plans], axis=1)
    numbers = np.repeat(means[:, :, np.newaxis, np.newaxis], LUCKS, axis=3).astype(float)
    numbers += luck * chance.normal(size=numbers.shape)
    for world, lived in enumerate(lucks_of(worlds)):
        numbers[world, :, :, lived:] = np.nan
    used = names[: len(plans)]
    titles = tuple(name.replace("_", " ").capitalize() for name in used)
    return Contest(used, titles, tuple(axes), (Read(),), (better,), points, numbers)


def flat(points):
    return np.zeros(len(points))


def cost(low=20.0, high=50.0):
    return Assumed("cost", low, high, title="What a stable client costs", unit="£ a week")
