"""What a number is on average, given some of the assumptions and nothing of the others: a curve through worlds.

Natural cubic splines by least squares, with as many bends as predict left-out worlds best. A list of values has a
level for each; several assumptions add up, with products of pairs where those predict better.

References
----------
Hastie, Tibshirani and Friedman, The Elements of Statistical Learning (2009), section 5.2.1: natural cubic splines.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .question import Flags, Floats

KNOTS = (2, 3, 4, 6)
"""Numbers of knots that are tried; two knots are a straight line."""
OUTER = (0.05, 0.95)
"""Quantiles of the worlds between which knots stand; beyond them a curve goes on straight."""
FEWEST_WORLDS_EACH = 4
"""Worlds that each number to be found needs at least."""
RIDGE = 1e-10
ALMOST_ALL = 1 - 1e-9
"""The most leverage that a world may have before it is left out of itself."""


@dataclass(frozen=True, slots=True)
class Shape:
    """How values of some assumptions become the columns of a regression.

    Parameters
    ----------
    listed
        For each assumption the number of its listed values; 0 where it has a range.
    knots
        For each assumption the values at which its curve may bend; none for a straight line.
    pairs
        Whether products of pairs count.
    """

    listed: tuple[int, ...]
    knots: tuple[tuple[float, ...], ...]
    pairs: bool = False

    def columns(self, where: Floats) -> Floats:
        """The columns for values by world and assumption; the first is 1."""
        each = [
            _levels(column, many) if many else _spline(column, at)
            for column, many, at in zip(where.T, self.listed, self.knots, strict=True)
        ]
        products = [
            (where[:, i] - 0.5) * (where[:, j] - 0.5)
            for i, j in combinations(range(len(self.listed)), 2)
            if self.pairs
        ]
        return np.column_stack([np.ones(len(where)), *each, *products])


def _levels(column: Floats, many: int) -> Floats:
    """One column for each listed value but the first."""
    return (column[:, np.newaxis] == np.arange(1, many)).astype(np.float64)


def _spline(column: Floats, knots: tuple[float, ...]) -> Floats:
    """Natural cubic spline without its constant: straight beyond the first and the last knot."""
    straight = column - 0.5
    if not knots:
        return straight[:, np.newaxis]
    at = np.array(knots)
    cubes = np.maximum(column[:, np.newaxis] - at, 0.0) ** 3
    bends = (cubes[:, :-1] - cubes[:, -1:]) / (at[-1] - at[:-1])
    return np.column_stack([straight, bends[:, :-1] - bends[:, -1:]])


def shapes(where: Floats, listed: Sequence[int], worlds: int = 0) -> list[Shape]:
    """Shapes that so many worlds, or by default all that there are, can tell apart, the plainest first."""
    pairs = (False, True) if len(listed) > 1 else (False,)
    told = [
        Shape(tuple(listed), tuple(_knots(column, knots) for column in where.T), pair)
        for pair in pairs
        for knots in KNOTS
    ]
    most = max((worlds or len(where)) // FEWEST_WORLDS_EACH, 2)
    return [each for each in told if each.columns(where[:1]).shape[1] <= most] or told[:1]


def bent_in(where: Floats, listed: Sequence[int], place: int) -> list[Shape]:
    """Shapes that bend along one assumption and go straight along all others, the plainest first."""
    told = []
    for knots in KNOTS:
        own: list[tuple[float, ...]] = [()] * len(listed)
        own[place] = _knots(where[:, place], knots)
        told.append(Shape(tuple(listed), tuple(own)))
    most = max(len(where) // FEWEST_WORLDS_EACH, 2)
    return [each for each in told if each.columns(where[:1]).shape[1] <= most] or told[:1]


def _knots(column: Floats, number: int) -> tuple[float, ...]:
    """Knots evenly spread over the worlds; none where that leaves no bend, as where few values occur."""
    if number < 3:
        return ()
    at = np.quantile(column, np.linspace(*OUTER, number))
    room = 1e-6 * float(np.ptp(column))
    return tuple(at.tolist()) if np.all(np.diff(at) > room) else ()


def solved(columns: Floats, numbers: Floats) -> Floats:
    """Least squares."""
    return fitted(columns, numbers, np.ones(len(columns)))


def fitted(columns: Floats, numbers: Floats, weights: Floats) -> Floats:
    """Weighted least squares, with a ridge so small that it only keeps what is alike apart.

    Parameters
    ----------
    numbers, weights
        By world and curve, and by world; or by copy as well.
    """
    inner, turned = _normal(columns, weights)
    return np.asarray(np.linalg.solve(inner, turned @ numbers), dtype=np.float64)


def _normal(columns: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """The sides of the normal equations: columns by themselves, with their ridge, and what numbers come under."""
    turned = np.swapaxes(columns * weights[..., np.newaxis], -1, -2)
    inner = turned @ columns
    size = np.diagonal(inner, axis1=-2, axis2=-1)
    ridge = RIDGE * np.maximum(size, RIDGE * size.max(axis=-1, keepdims=True))
    return inner + ridge[..., np.newaxis] * np.eye(size.shape[-1]), turned


def curves_of_seen(where: Floats, numbers: Floats, seen: Flags, listed: Sequence[int]) -> Floats:
    """Curves through the worlds that each copy has seen, told in all worlds; each copy chooses its own shape.

    Nothing of a world that was not seen goes into a curve, not even how many bends it has.

    Parameters
    ----------
    numbers
        By copy, world and curve.
    seen
        By copy and world.
    """
    weights = seen.astype(np.float64)
    many = weights.sum(axis=1)[:, np.newaxis]
    middle = (weights[..., np.newaxis] * numbers).sum(axis=1) / many
    around = weights[..., np.newaxis] * (numbers - middle[:, np.newaxis]) ** 2
    scale = around.sum(axis=1) / many
    scale = np.where(scale > 0, scale, 1.0)
    told, least = np.zeros_like(numbers), np.full(len(numbers), np.inf)
    for shape in shapes(where, listed, int(many.min())):
        columns = shape.columns(where)
        inner, turned = _normal(columns, weights)
        curves = columns @ np.linalg.solve(inner, turned @ numbers)
        leverage = np.minimum(((columns @ np.linalg.inv(inner)) * columns).sum(axis=-1), ALMOST_ALL)
        errors = ((numbers - curves) / (1 - leverage)[..., np.newaxis]) ** 2
        error = ((weights[..., np.newaxis] * errors).sum(axis=1) / many / scale).sum(axis=1)
        better = error < least * (1 - 1e-9)
        told[better], least[better] = curves[better], error[better]
    return told


def chosen(where: Floats, numbers: Floats, listed: Sequence[int]) -> Shape:
    """The shape whose curves predict left-out worlds best.

    Each world is left out once, which for least squares needs no second fit: its error is its residual ÷ (1 − its
    leverage). Numbers count by their own spread.

    Parameters
    ----------
    where
        Values by world and assumption.
    numbers
        By world and curve.
    """
    return best_of(shapes(where, listed), where, numbers)


def best_of(tried: Sequence[Shape], where: Floats, numbers: Floats) -> Shape:
    """Of some shapes the one whose curves predict left-out worlds best, the plainest where several do."""
    scale = numbers.var(axis=0)
    scale = np.where(scale > 0, scale, 1.0)
    errors = [_left_out_error(each.columns(where), numbers, scale) for each in tried]
    plain_enough = [error <= min(errors) * (1 + 1e-9) for error in errors]
    return tried[plain_enough.index(True)]


def _left_out_error(columns: Floats, numbers: Floats, scale: Floats) -> float:
    residual = numbers - columns @ solved(columns, numbers)
    basis, _ = np.linalg.qr(columns)
    errors = (residual / (1 - _leverage(basis))[:, np.newaxis]) ** 2
    return float((errors.mean(axis=0) / scale).sum())


def _leverage(basis: Floats) -> Floats:
    return np.minimum((basis**2).sum(axis=1), ALMOST_ALL)


def with_band(where: Floats, numbers: Floats, there: Floats, shape: Shape) -> tuple[Floats, Floats]:
    """One curve at some places, and its standard error, which allows scatter to differ from place to place.

    Parameters
    ----------
    where
        Values by world and assumption.
    numbers
        By world.
    there
        Values at which the curve is wanted, by place and assumption.
    """
    return band_of(shape.columns(where), numbers, shape.columns(there))


def band_of(columns: Floats, numbers: Floats, wanted: Floats) -> tuple[Floats, Floats]:
    """Sums of the columns of a regression and their standard errors, which allow scatter to differ.

    Parameters
    ----------
    columns
        By world and column.
    numbers
        By world.
    wanted
        How often each column counts, by sum and column: a place on the curve, a change along it, an average.

    References
    ----------
    MacKinnon and White, Journal of Econometrics 29 (1985): the estimator HC3.
    """
    found = solved(columns, numbers[:, np.newaxis])[:, 0]
    basis, turn = np.linalg.qr(columns)
    residual = (numbers - columns @ found) / (1 - _leverage(basis))
    across = np.linalg.lstsq(turn.T, wanted.T, rcond=None)[0].T @ basis.T
    return wanted @ found, np.sqrt(((across * residual) ** 2).sum(axis=1))
