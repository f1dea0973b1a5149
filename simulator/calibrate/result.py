"""What a fit is asked for and what comes of it: how much to run, the ranges as a cube, the result."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .runs import Point
    from .targets import Aim

ENOUGH = 0.3
"""The stand-in's doubt, as a share of all other doubt about a figure, at which the fit stops."""


@dataclass(frozen=True, slots=True)
class Effort:
    """How much may be run.

    Parameters
    ----------
    points
        Sets of assumptions to run at most.
    replications
        Replications of each.
    final_replications
        Replications of the best set and of the scenario as it was.
    draws
        Sets of assumptions to hand on.
    level_replications
        Replications, with luck of their own, of the point nearest to the figures.
    predicted_sets
        Sets, of those handed on, that are run once more, to tell chance and assumptions apart.
    chain_steps
        Steps of each chain that walks through the sets that the figures allow.
    """

    points: int = 300
    replications: int = 8
    final_replications: int = 50
    draws: int = 200
    level_replications: int = 48
    predicted_sets: int = 40
    chain_steps: int = 1500


@dataclass(frozen=True, slots=True)
class Scale:
    """Ranges of assumptions as the unit cube: by ratio where a range spans eightfold or more."""

    low: NDArray[np.float64]
    high: NDArray[np.float64]

    @property
    def by_ratio(self) -> NDArray[np.bool_]:
        """Which ranges are walked by ratio."""
        return (self.low > 0) & (self.high >= 8 * self.low)

    def values(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """Points of the cube as values."""
        low = np.where(self.by_ratio, self.low, 1.0)
        ratio = np.where(self.by_ratio, self.high / np.where(low > 0, low, 1.0), 1.0)
        straight = self.low + points * (self.high - self.low)
        return np.where(self.by_ratio, low * ratio**points, straight)

    def cube(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Values as points of the cube."""
        low = np.where(self.by_ratio, self.low, 1.0)
        ratio = np.where(self.by_ratio, self.high / low, 2.0)
        logs = np.log(np.where(self.by_ratio, values, 1.0) / low) / np.log(ratio)
        return np.where(self.by_ratio, logs, (values - self.low) / (self.high - self.low))


@dataclass(frozen=True)
class Fit:
    """What came of a fit.

    Parameters
    ----------
    best
        The value taken for each fitted assumption: the centre of the sets that the figures allow.
    sets
        Sets of values that the figures allow, by set and assumption.
    draws
        The same with decisions held at their best: the worlds in which the fitted plan may be.
    before, after
        Figures of each replication of the scenario as it was and at the best values.
    predicted
        Figures of some draws, by draw, replication and figure.
    simulated
        The mean figures of every point that was run, by point and figure.
    slopes
        How each figure moves with each assumption at the best values, over its whole range.
    stand_in_doubt
        The stand-in's doubt about each fitted figure, as a share of all other doubt.
    doubts
        Standard deviation of each figure around the model: its own error, and the chance that it holds.
    counted_best, counted_draws
        What the formula counts at first by group, at the best values and in each draw.
    """

    aim: Aim
    effort: Effort
    seed: int
    best: Point
    sets: NDArray[np.float64]
    draws: NDArray[np.float64]
    before: NDArray[np.float64]
    after: NDArray[np.float64]
    predicted: NDArray[np.float64]
    simulated: NDArray[np.float64]
    slopes: NDArray[np.float64]
    stand_in_doubt: NDArray[np.float64]
    doubts: NDArray[np.float64]
    counted_best: NDArray[np.float64]
    counted_draws: NDArray[np.float64]
    rounds: int

    @property
    def scale(self) -> Scale:
        """The ranges as the unit cube."""
        return Scale(np.array(self.aim.low), np.array(self.aim.high))

    @property
    def settled(self) -> bool:
        """Whether the stand-in was good enough when the fit stopped."""
        return bool(np.all(self.stand_in_doubt <= ENOUGH))
