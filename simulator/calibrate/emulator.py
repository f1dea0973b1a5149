"""A quick stand-in for the simulator: what each figure would be at assumptions that were not run.

A straight-line trend and a Gaussian process on what is left, for each figure by itself, from the points that
were run. It says how unsure it is, which counts as doubt wherever it is used.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..errors import MissingExtra

Floats = NDArray[np.float64]

FEWEST_POINTS = 4
"""Below this a figure is left to its mean."""


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
        variance = self.height - np.einsum("ij,jk,ik->i", across, self.inverse, across)
        return mean * self.scale, np.maximum(variance, 0.0) * self.scale**2


def _trend(points: Floats) -> Floats:
    return np.column_stack([np.ones(len(points)), points])


def _closeness(first: Floats, second: Floats, lengths: Floats) -> Floats:
    """Squared-exponential correlation between two sets of points."""
    a, b = first / lengths, second / lengths
    apart = (a**2).sum(axis=1)[:, np.newaxis] + (b**2).sum(axis=1) - 2 * a @ b.T
    return np.exp(-0.5 * np.maximum(apart, 0.0))


@dataclass(frozen=True)
class Emulator:
    """Stand-ins for all figures."""

    each: tuple[_One, ...]

    def __call__(self, where: Floats) -> tuple[Floats, Floats]:
        """Mean and variance of each figure at points of the unit cube: two arrays by point and figure."""
        told = [one(where) for one in self.each]
        return np.column_stack([mean for mean, _ in told]), np.column_stack([v for _, v in told])


def train(points: Floats, figures: Floats, noise: Floats) -> Emulator:
    """Learn from points that were run.

    Parameters
    ----------
    points
        Of the unit cube, by point and assumption.
    figures
        What each gave, by point and figure; a missing one is left out.
    noise
        The variance with which chance moves each figure from point to point.

    Raises
    ------
    MissingExtra
        Without scikit-learn.
    """
    return Emulator(
        tuple(_learnt(points, figures[:, i], noise[i]) for i in range(figures.shape[1]))
    )


def _learnt(points: Floats, figure: Floats, noise: float) -> _One:
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
    lengths, height, jitter = _shape_of(points, left, noise / scale**2)
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


def _shape_of(points: Floats, left: Floats, noise: float) -> tuple[Floats, float, float]:
    """Length scales, height and noise by maximum likelihood."""
    try:
        from sklearn.exceptions import ConvergenceWarning
        from sklearn.gaussian_process import GaussianProcessRegressor
        from sklearn.gaussian_process.kernels import RBF, ConstantKernel, WhiteKernel
    except ImportError as error:
        raise MissingExtra("calibrate", "calibrate") from error
    d = points.shape[1]
    start = max(noise, 1e-5)
    kernel = ConstantKernel(max(float(left.var()), 1e-4), (1e-6, 1e2)) * RBF(
        np.ones(d), (0.2, 20.0)
    ) + WhiteKernel(start, (min(1e-6, start / 10), max(1.0, 10 * start)))
    process = GaussianProcessRegressor(kernel, alpha=1e-10, n_restarts_optimizer=0)
    with warnings.catch_warnings():
        # A length at the end of its range means that the figure is straight there, which is no trouble.
        warnings.simplefilter("ignore", ConvergenceWarning)
        process.fit(points, left)
    fitted = process.kernel_
    lengths = np.broadcast_to(fitted.k1.k2.length_scale, (d,)).astype(np.float64)
    return lengths, float(fitted.k1.k1.constant_value), float(fitted.k2.noise_level) + 1e-10
