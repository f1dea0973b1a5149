"""Models whose answers are known, in the place of the simulator: plain functions of points and luck."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import norm

from simulator.sensitivity_analysis import Question
from simulator.wording import count, gbp, signed


@dataclass(frozen=True)
class Axis:
    """An assumption that is uniform between its ends, or one of a list."""

    name: str
    low: float = 0.0
    high: float = 1.0
    title: str = ""
    unit: str = ""
    is_lever: bool = False
    base: float | None = None
    grade: str = "assumed"
    values: tuple[object, ...] | None = None

    def __post_init__(self):
        object.__setattr__(self, "title", self.title or f"The {self.name}")
        if self.values is not None:
            object.__setattr__(self, "high", len(self.values) - 1.0)

    def at(self, u):
        if self.values is not None:
            return float(min(int(u * len(self.values)), len(self.values) - 1))
        return self.low + u * (self.high - self.low)


@dataclass(frozen=True)
class Normal(Axis):
    """An assumption without ends, of which nine tenths are tried."""

    low: float = float(norm.ppf(0.05))
    high: float = float(norm.ppf(0.95))

    def at(self, u):
        return float(norm.ppf(u))


@dataclass(frozen=True)
class Read:
    """An outcome."""

    key: str = "y"
    label: str = "people in recovery"
    unit: str = "people"

    def show(self, value):
        return gbp(value) if self.unit == "£" else count(value)

    def show_difference(self, value):
        return signed(value, self.show)


def question(
    axes,
    *plans,
    replications=20,
    luck=0.0,
    noise=0.0,
    seed=1,
    outcomes=(Read(),),
    as_it_is=0.5,
    broken=None,
    names=("park", "move_on", "detox"),
):
    """A question whose answer is known.

    `plans` are functions from points, a value for each axis, to means by point (and outcome, if there are several);
    what a scenario leaves alone is `as_it_is`. `luck` is the same at every point and counts for all but the first
    plan; `noise` differs from point to point, as it does for the same people in another world. Points at which
    `broken` is true fail.
    """

    def evaluate(points):
        full = np.where(np.isnan(points), as_it_is, points)
        told = np.stack([np.reshape(plan(full), (len(full), -1)) for plan in plans], axis=1)
        values = np.repeat(told[..., np.newaxis], replications, axis=-1).astype(float)
        common = np.random.default_rng(seed).normal(size=replications)
        values[:, 1:] += luck * common
        if len(plans) == 1:
            values += luck * common
        for row, point in zip(values, full, strict=True):
            own = np.random.default_rng(abs(hash((seed, *point.tolist()))))
            row[-1] += noise * own.normal(size=(row.shape[1], replications))
        if broken is not None:
            values[broken(full)] = np.nan
        return values

    return Question(tuple(axes), tuple(outcomes), names[: len(plans)], evaluate, seed=seed)


def nothing(points):
    return np.zeros(len(points))


def line(*slopes, at_zero=0.0):
    """A plane: the same slope along each axis everywhere."""
    return lambda points: at_zero + points[:, : len(slopes)] @ np.array(slopes)


def axes(*names, **told):
    return tuple(Axis(name, **told) for name in names)
