"""One number along one assumption: how it goes from end to end, and where it crosses zero."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import stdtrit

from ..replicate import CONFIDENCE, paired
from .cube import ends, scaled
from .question import failed, incomplete, listed
from .smooth import chosen, with_band

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from .cube import Worlds
    from .question import Dimension, Floats, Question, View

FEWEST_WORLDS = 12
"""Below so many worlds no curve is put through them."""
FINE = 201
"""Places at which a curve through worlds is looked at."""
GUARD = 0.1
"""A closer look is never nearer to an end of its bracket than this part of it."""


@dataclass(frozen=True, slots=True)
class Curve:
    """One number along one assumption, with its 95% interval at each value.

    Parameters
    ----------
    quantiles, tried
        Where it was looked at, in rising order.
    """

    view: View
    dimension: Dimension
    quantiles: Floats
    tried: Floats
    mean: Floats
    low: Floats
    high: Floats

    @property
    def clear(self) -> NDArray[np.int64]:
        """Its sign where the interval lies on one side of zero; 0 where it is too close to call."""
        return np.where(self.low > 0, 1, np.where(self.high < 0, -1, 0))


def sign_changes(mean: Floats) -> list[tuple[int, int]]:
    """Pairs of neighbours, places without a difference left out, between which the sign changes."""
    signs = np.sign(mean)
    there = np.flatnonzero(signs).tolist()
    return [(i, j) for i, j in pairwise(there) if signs[i] != signs[j]]


@dataclass(frozen=True, slots=True)
class Crossing:
    """Where a curve crosses zero.

    Parameters
    ----------
    is_clear
        Whether the curve is clearly of one sign before and clearly of the other after it.
    root
        The quantile: the middle, where luck makes the curve cross to and fro.
    low, high
        Quantiles between which its interval holds zero; missing where that goes on to the end.
    before, after
        Places on the curve on either side.
    """

    is_clear: bool
    root: float
    low: float
    high: float
    before: int
    after: int


def crossings(curve: Curve) -> list[Crossing]:
    """Where a curve clearly changes sign; where it never does so clearly, the one place at which it may."""
    changes = sign_changes(curve.mean)
    if not changes:
        return []
    there = np.flatnonzero(curve.clear).tolist()
    opposite = [(i, j) for i, j in pairwise(there) if curve.clear[i] != curve.clear[j]]
    if not opposite:
        first, last = changes[0][0], changes[-1][1]
        low = max((place for place in there if place <= first), default=None)
        high = min((place for place in there if place >= last), default=None)
        return [
            Crossing(
                False,
                _root(curve, changes),
                _edge(curve, low, -1),
                _edge(curve, high, 1),
                first,
                last,
            )
        ]
    return [
        Crossing(
            True,
            _root(curve, [each for each in changes if i <= each[0] and each[1] <= j]),
            _edge(curve, i, -1),
            _edge(curve, j, 1),
            i,
            j,
        )
        for i, j in opposite
    ]


def _root(curve: Curve, changes: Sequence[tuple[int, int]]) -> float:
    """The middle between the first and the last place at which a curve crosses zero."""
    first, last = (_crosses(curve, *changes[place]) for place in (0, -1))
    return (first + last) / 2


def _crosses(curve: Curve, i: int, j: int) -> float:
    """The quantile at which a curve crosses zero between two places."""
    u, mean = curve.quantiles, curve.mean
    if j - i > 1:  # it is exactly zero between
        return float(u[i + 1 : j].mean())
    return float(u[i] + mean[i] / (mean[i] - mean[j]) * (u[j] - u[i]))


def _edge(curve: Curve, outer: int | None, step: int) -> float:
    """Where the interval begins to hold zero, going inwards from the last place where it is clear."""
    if outer is None:
        return math.nan
    inner = outer - step
    clear = curve.low if curve.mean[outer] > 0 else -curve.high
    part = clear[outer] / (clear[outer] - clear[inner])
    u = curve.quantiles
    return float(u[outer] + part * (u[inner] - u[outer]))


def closer(curve: Curve) -> list[float]:
    """Quantiles at which to look next: where a straight line through each clear crossing meets zero."""
    told = []
    for crossing in crossings(curve):
        if crossing.is_clear:
            inside = [
                (i, j)
                for i, j in sign_changes(curve.mean)
                if crossing.before <= i and j <= crossing.after
            ]
            i, j = inside[len(inside) // 2]
            left, right = float(curve.quantiles[i]), float(curve.quantiles[j])
            part = float(curve.mean[i] / (curve.mean[i] - curve.mean[j]))
            u = left + min(max(part, GUARD), 1 - GUARD) * (right - left)
            told.append(round(u, 6))
    return told


# All others as they are


class Along:
    """What was run along each assumption: quantiles, and outcomes at each."""

    def __init__(self, question: Question):
        self.question = question
        self.quantiles: dict[str, Floats] = {}
        self.values: dict[str, Floats] = {}
        self.left_out = 0

    def look(self, wanted: Mapping[str, Sequence[float]]) -> None:
        """Run quantiles of assumptions, all at once, and keep them in order."""
        moved = [
            {name: self.value(name, u)} for name, quantiles in wanted.items() for u in quantiles
        ]
        if not moved:
            return
        values = self.question.evaluate(self.question.points(moved))
        self.left_out += int(failed(values).sum())
        begin = 0
        for name, quantiles in wanted.items():
            self._keep(name, np.array(quantiles), values[begin : begin + len(quantiles)])
            begin += len(quantiles)

    def _keep(self, name: str, quantiles: Floats, values: Floats) -> None:
        if name in self.quantiles:
            quantiles = np.concatenate([self.quantiles[name], quantiles])
            values = np.concatenate([self.values[name], values])
        order = np.argsort(quantiles, kind="stable")
        self.quantiles[name], self.values[name] = quantiles[order], values[order]

    def new(self, wanted: Mapping[str, Sequence[float]]) -> dict[str, list[float]]:
        """Those quantiles of assumptions that were not looked at yet."""
        told = {
            name: sorted(set(quantiles) - set(self.quantiles[name].tolist()))
            for name, quantiles in wanted.items()
        }
        return {name: quantiles for name, quantiles in told.items() if quantiles}

    def value(self, name: str, u: float) -> float:
        """The value of an assumption at a quantile; of a list, its place."""
        return _value(self.question.dimension(name), u)

    def curve(self, view: View, name: str) -> Curve:
        """One number along one assumption; where it is missing in some replication it is left out."""
        numbers = view.of(self.values[name])
        there = ~incomplete(numbers)
        quantiles = self.quantiles[name][there]
        mean, low, high, _ = paired(numbers[there].T)
        values = np.array([self.value(name, float(u)) for u in quantiles])
        return Curve(view, self.question.dimension(name), quantiles, values, mean, low, high)


def grid_of(dimension: Dimension, grid: int) -> list[float]:
    """Quantiles at which an assumption is looked at first; of a list, the places of all its values."""
    if listed(dimension):
        return [float(place) for place in range(len(listed(dimension)))]
    told: list[float] = np.linspace(*ends(dimension), grid).tolist()
    return told


def _value(dimension: Dimension, u: float) -> float:
    return u if listed(dimension) else dimension.at(u)


def switch_points(question: Question, grid: int) -> Floats:
    """The points at which switches are looked for first: each assumption from end to end, all others as they are."""
    return question.points(
        [{each.name: _value(each, u)} for each in question.assumed for u in grid_of(each, grid)]
    )


# All others uncertain


def curve_in_worlds(question: Question, view: View, dimension: Dimension, worlds: Worlds) -> Curve:
    """What a number is on average along one assumption, with everything else uncertain.

    A spline through worlds, with the 95% interval of its mean.
    """
    numbers = view.of(worlds.outcomes)
    there = ~incomplete(numbers)
    place = [each.name for each in question.assumed].index(dimension.name)
    where, means = worlds.scaled(question)[there][:, [place]], numbers[there].mean(axis=1)
    many = len(listed(dimension))
    at = np.arange(many, dtype=np.float64) if many else np.linspace(*ends(dimension), FINE)
    values = at if many else np.array([dimension.at(float(u)) for u in at])
    if len(means) < FEWEST_WORLDS:
        nothing = np.zeros(0)
        return Curve(view, dimension, nothing, nothing, nothing, nothing, nothing)
    shape = chosen(where, means[:, np.newaxis], (many,))
    mean, error = with_band(where, means, scaled(dimension, values)[:, np.newaxis], shape)
    free = len(means) - shape.columns(where[:1]).shape[1]
    reach = stdtrit(free, (1 + CONFIDENCE) / 2) * error
    return Curve(view, dimension, at, values, mean, mean - reach, mean + reach)
