"""How a plan is judged over the worlds: its mean, its worst tenth, or its regret; and by how much it breaks limits."""

from __future__ import annotations

import math
import warnings
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .asked import Limit, Robust
    from .question import Question

Floats: TypeAlias = "NDArray[np.float64]"
WORST_PART = 0.1
"""The worst worlds, as a part of all."""
NOTHING = 1e-9
"""A limit that is broken by so small a part of it is broken by rounding alone."""


def means(values: Floats) -> Floats:
    """Means over the last axis, the luck; what is missing in all of it stays missing."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # numpy warns where all is missing
        mean: Floats = np.nanmean(values, axis=-1)
    return mean


def over_worlds(losses: Floats, robust: Robust) -> Floats:
    """One number for each plan, less being better.

    Parameters
    ----------
    losses
        By world on the last axis; for regret, what is lost against the best plan of each world.

    Returns
    -------
    The mean over the worlds; or the mean of the worst tenth of them, at least one. So in up to 14 worlds regret is
    the largest regret (Savage's minimax), and the worst tenth the worst world.

    References
    ----------
    Savage, The theory of statistical decision, 1951. Rockafellar and Uryasev, Optimization of conditional
    value-at-risk, 2000.
    """
    if robust == "mean":
        return losses.mean(axis=-1)
    count = max(1, round(WORST_PART * losses.shape[-1]))
    worst: Floats = np.sort(losses, axis=-1)[..., -count:].mean(axis=-1)
    return worst


def breach(by_world: Floats, limit: Limit) -> Floats:
    """By how much a limit is broken, as a part of it; 0 or less where it holds.

    Parameters
    ----------
    by_world
        The outcome by world on the last axis.

    Returns
    -------
    Of the mean over the worlds. Where the limit must hold in a share of them: of the world that must still hold it,
    counted from the best, so that it holds where enough worlds do.
    """
    share = limit.in_share_of_worlds
    if share is None:
        return _beyond(by_world.mean(axis=-1), limit)
    count = math.ceil(share * by_world.shape[-1] - 1e-9)
    at: Floats = np.sort(_beyond(by_world, limit), axis=-1)[..., count - 1]
    return at


def held(by_world: Floats, limit: Limit) -> NDArray[np.bool_]:
    """In which worlds a limit holds."""
    return np.asarray(_beyond(by_world, limit) <= 0)


def _beyond(value: Floats, limit: Limit) -> Floats:
    above = (value - limit.high) / (abs(limit.high) or 1.0) if limit.at_most is not None else None
    below = (limit.low - value) / (abs(limit.low) or 1.0) if limit.at_least is not None else None
    if above is None or below is None:
        only = below if above is None else above
        assert only is not None  # noqa: S101 # a limit has one end at least
        return only - NOTHING
    both: Floats = np.maximum(above, below) - NOTHING
    return both


class Judge:
    """Judges plans by the means over their luck: arrays by plan, world and outcome (objectives, then limits)."""

    def __init__(self, question: Question):
        self._question = question
        self._many = len(question.objectives)

    def losses(self, values: Floats) -> Floats:
        """Objectives by plan, objective and world, less being better."""
        turned = values[..., : self._many] * self._question.signs
        return np.moveaxis(turned, -1, -2)

    def breaches(self, values: Floats) -> Floats:
        """By how much each limit is broken, by plan and limit; 0 or less where it holds."""
        found = [
            breach(values[..., self._many + place], each.limit)
            for place, each in enumerate(self._question.limits)
        ]
        return np.stack(found, axis=-1) if found else np.zeros((*values.shape[:-2], 0))

    def judged(self, values: Floats) -> NDArray[np.bool_]:
        """Whether a plan could be judged: nothing is missing in any world."""
        return np.asarray(~np.isnan(values).any(axis=(-1, -2)))

    def feasible(self, values: Floats) -> NDArray[np.bool_]:
        """Whether a plan could be judged and holds all limits."""
        holds = (self.breaches(values) <= 0).all(axis=-1)
        return np.asarray(holds & self.judged(values))

    def yardstick(self, values: Floats) -> NDArray[np.int64]:
        """By objective and world, the place of the best plan: of those that hold the limits, if any does.

        What regret is measured against.
        """
        among = self.feasible(values)
        if not among.any():
            among = self.judged(values)
        losses = np.where(among[:, np.newaxis, np.newaxis], self.losses(values), np.inf)
        best: NDArray[np.int64] = losses.argmin(axis=0)
        return best

    def scores(self, values: Floats, yardstick: NDArray[np.int64] | None = None) -> Floats:
        """What is asked of each plan as one number for each objective, less being better.

        Parameters
        ----------
        yardstick
            For regret, the places of the plans that it is measured against; by default the best of these plans.
        """
        losses = self.losses(values)
        robust = self._question.asked.robust
        if robust == "regret":
            places = self.yardstick(values) if yardstick is None else yardstick
            losses = losses - np.take_along_axis(losses, places[np.newaxis], axis=0)
        return over_worlds(losses, robust)
