"""A quick stand-in for the simulator: what each figure would be at assumptions that were not run.

A straight-line trend and a Gaussian process on what is left, for each figure by itself, from the points that
were run. It says how unsure it is, which counts as doubt wherever it is used.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from ..errors import MissingExtra

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Floats = NDArray[np.float64]

FEWEST_POINTS = 4
"""Below this a figure is left to its mean."""
SHORTEST_AND_LONGEST = (0.2, 20.0)
"""Lengths over which a figure may bend, in ranges of an assumption."""
MOST_STEPS = 25
FEW = 64
"""Points up to which all figures are told at once: a chain asks for few, thousands of times."""


@dataclass(frozen=True)
class _One:
    """The stand-in for one figure, in units of the spread of what its points gave."""

    slope: Floats
    scale: float
    inverse: Floats
    weights: Floats
    points: Floats
    lengths: Floats
    height: float

    def __call__(self, where: Floats) -> tuple[Floats, Floats]:
        across = self.height * _closeness(where, self.points, self.lengths)
        mean = _trend(where) @ self.slope + across @ self.weights
        variance = self.height - ((across @ self.inverse) * across).sum(axis=1)
        return mean * self.scale, np.maximum(variance, 0.0) * self.scale**2


def _trend(points: Floats) -> Floats:
    return np.column_stack([np.ones(len(points)), points])


def _closeness(first: Floats, second: Floats, lengths: Floats) -> Floats:
    """Squared-exponential correlation between two sets of points."""
    a, b = first / lengths, second / lengths
    apart = (a**2).sum(axis=1)[:, np.newaxis] + (b**2).sum(axis=1) - 2 * a @ b.T
    return np.exp(-0.5 * np.maximum(apart, 0.0))


class _Stack(NamedTuple):
    """Stand-ins that learnt from the same points, in arrays whose first axis is the figure."""

    columns: list[int]
    slope: Floats
    scale: Floats
    inverse: Floats
    weights: Floats
    points: Floats
    lengths: Floats
    height: Floats

    def __call__(self, where: Floats) -> tuple[Floats, Floats]:
        lengths = self.lengths[:, np.newaxis]
        a, b = where / lengths, self.points / lengths
        apart = (a**2).sum(axis=2)[..., np.newaxis] + (b**2).sum(axis=2)[:, np.newaxis]
        apart = apart - 2 * a @ b.swapaxes(1, 2)
        height = self.height[:, np.newaxis]
        across = height[..., np.newaxis] * np.exp(-0.5 * np.maximum(apart, 0.0))
        mean = (_trend(where) @ self.slope)[..., 0] + (across @ self.weights)[..., 0]
        variance = height - ((across @ self.inverse) * across).sum(axis=2)
        scale = self.scale[:, np.newaxis]
        return mean * scale, np.maximum(variance, 0.0) * scale**2


def _stacks(each: Sequence[_One]) -> list[_Stack]:
    alike: dict[bytes, list[int]] = {}
    for column, one in enumerate(each):
        alike.setdefault(one.points.tobytes(), []).append(column)
    return [_stack(columns, [each[i] for i in columns]) for columns in alike.values()]


def _stack(columns: list[int], ones: Sequence[_One]) -> _Stack:
    return _Stack(
        columns,
        np.array([one.slope for one in ones])[..., np.newaxis],
        np.array([one.scale for one in ones]),
        np.array([one.inverse for one in ones]),
        np.array([one.weights for one in ones])[..., np.newaxis],
        ones[0].points,
        np.array([one.lengths for one in ones]),
        np.array([one.height for one in ones]),
    )


@dataclass(frozen=True)
class Emulator:
    """Stand-ins for some of the figures, by their place."""

    each: dict[int, _One]
    _stacked: dict[tuple[int, ...], list[_Stack]] = field(default_factory=dict, repr=False)

    def __call__(self, where: Floats, figures: Sequence[int]) -> tuple[Floats, Floats]:
        """Mean and variance of figures at points of the unit cube: two arrays by point and figure."""
        if len(where) > FEW:
            return self._one_by_one(where, figures)
        mean, variance = np.zeros((2, len(where), len(figures)))
        for stack in self._stacks_of(tuple(figures)):
            told = stack(where)
            mean[:, stack.columns], variance[:, stack.columns] = told[0].T, told[1].T
        return mean, variance

    def _one_by_one(self, where: Floats, figures: Sequence[int]) -> tuple[Floats, Floats]:
        """The same for many points, in less memory."""
        told = [self.each[place](where) for place in figures]
        if not told:
            return np.zeros((len(where), 0)), np.zeros((len(where), 0))
        return np.column_stack([mean for mean, _ in told]), np.column_stack([v for _, v in told])

    def _stacks_of(self, figures: tuple[int, ...]) -> list[_Stack]:
        if figures not in self._stacked:
            self._stacked[figures] = _stacks([self.each[place] for place in figures])
        return self._stacked[figures]


def train(
    points: Floats,
    figures: Floats,
    noise: Floats,
    places: Sequence[int],
    before: Emulator | None = None,
) -> Emulator:
    """Learn from points that were run.

    Parameters
    ----------
    points
        Of the unit cube, by point and assumption.
    figures
        What each gave, by point and figure; a missing one is left out.
    noise
        The variance with which chance moves each figure from point to point.
    places
        The figures to learn.
    before
        What was learnt from fewer points, to begin from.

    Raises
    ------
    MissingExtra
        Without scikit-learn.
    """
    known = before.each if before else {}
    return Emulator(
        {i: _learnt(points, figures[:, i], float(noise[i]), known.get(i)) for i in places}
    )


def _learnt(points: Floats, figure: Floats, noise: float, before: _One | None) -> _One:
    there = np.isfinite(figure)
    points, figure = points[there], figure[there]
    scale = float(figure.std()) if len(figure) >= FEWEST_POINTS else 0.0
    if scale <= 1e-12 * max(1.0, float(np.abs(figure).max(initial=0.0))):
        return _flat(points, float(figure.mean()) if len(figure) else np.nan)
    told = figure / scale
    trend = _trend(points)
    ridge = 1e-6 * len(points) * np.eye(trend.shape[1])
    slope = _solved(trend.T @ trend + ridge, trend.T @ told)
    left = told - trend @ slope
    lengths, height, jitter = _shape_of(points, left, noise / scale**2, before)
    own = height * _closeness(points, points, lengths) + jitter * np.eye(len(points))
    inverse = _solved(own, np.eye(len(points)))
    return _One(slope, scale, inverse, inverse @ left, points, lengths, height)


def _solved(left: Floats, right: Floats) -> Floats:
    return np.asarray(np.linalg.solve(left, right), dtype=np.float64)


def _flat(points: Floats, level: float) -> _One:
    """A figure that no assumption moves."""
    n, d = len(points), points.shape[1]
    slope = np.zeros(d + 1)
    slope[0] = level
    return _One(slope, 1.0, np.zeros((n, n)), np.zeros(n), points, np.ones(d), 0.0)


def _shape_of(
    points: Floats, left: Floats, noise: float, before: _One | None
) -> tuple[Floats, float, float]:
    """Length scales, height and noise by maximum likelihood, from what was learnt before if anything was."""
    try:
        from sklearn.exceptions import ConvergenceWarning
        from sklearn.gaussian_process import GaussianProcessRegressor
        from sklearn.gaussian_process.kernels import RBF, ConstantKernel, WhiteKernel
    except ImportError as error:
        raise MissingExtra("calibrate", "calibrate") from error
    d = points.shape[1]
    start = max(noise, 1e-5)
    height = before.height if before and before.height > 0 else max(float(left.var()), 1e-4)
    lengths = before.lengths if before else np.ones(d)
    kernel = ConstantKernel(height, (1e-7, 1e3)) * RBF(lengths, SHORTEST_AND_LONGEST) + WhiteKernel(
        start, (min(1e-6, start / 10), max(1.0, 10 * start))
    )
    process = GaussianProcessRegressor(kernel, alpha=1e-10, optimizer=_climb)
    with warnings.catch_warnings():
        # A length at the end of its range means that the figure is straight there, which is no trouble.
        warnings.simplefilter("ignore", ConvergenceWarning)
        process.fit(points, left)
    fitted = process.kernel_
    found = np.broadcast_to(fitted.k1.k2.length_scale, (d,)).astype(np.float64)
    return found, float(fitted.k1.k1.constant_value), float(fitted.k2.noise_level) + 1e-10


def _climb(
    misfit: Callable[..., tuple[float, Floats]], begin: Floats, bounds: Floats
) -> tuple[Floats, float]:
    """A climb that stops after some steps: lengths that hardly matter need not be exact."""
    found = minimize(
        misfit, begin, method="L-BFGS-B", jac=True, bounds=bounds, options={"maxiter": MOST_STEPS}
    )
    return found.x, float(found.fun)
