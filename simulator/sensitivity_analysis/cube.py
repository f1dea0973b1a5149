"""The unit cube of what is not known: how its points become values, and worlds drawn from it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.stats import qmc

from ..chance import stream
from .question import listed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .question import Dimension, Floats, Question

WHOLE = (0.0, 1.0)
WITHOUT_TAILS = (0.05, 0.95)
"""Quantiles between which something without ends is moved."""


@dataclass(frozen=True)
class Worlds:
    """A sample of what the world may be like, lived under every scenario with the same luck.

    Parameters
    ----------
    points
        Values, by world and dimension of the study.
    outcomes
        By world, scenario, outcome and replication.
    drawn
        How they were drawn, in words.
    """

    points: Floats
    outcomes: Floats
    drawn: str

    def scaled(self, question: Question) -> Floats:
        """Values by world and assumption, as parts of the way from end to end; of a list, the place."""
        told = [
            scaled(each, self.points[:, place])
            for place, each in enumerate(question.dimensions)
            if not each.is_lever
        ]
        return np.column_stack(told)


def scaled(dimension: Dimension, values: Floats) -> Floats:
    """Values as parts of the way from the lowest that is tried to the highest; of a list, the place."""
    if listed(dimension) or dimension.high <= dimension.low:
        return values
    return (values - dimension.low) / (dimension.high - dimension.low)


def ends(dimension: Dimension) -> tuple[float, float]:
    """Quantiles of the ends of what is tried: all of it, or without the tails that have no end."""
    whole = all(math.isfinite(dimension.at(end)) for end in WHOLE)
    return WHOLE if whole else WITHOUT_TAILS


def values_at(dimensions: Sequence[Dimension], cube: Floats) -> Floats:
    """Values at quantiles, both by point and dimension."""
    columns = [
        [each.at(float(u)) for u in column] for each, column in zip(dimensions, cube.T, strict=True)
    ]
    return np.array(columns, dtype=np.float64).reshape(cube.shape[::-1]).T


def between_ends(dimensions: Sequence[Dimension], cube: Floats) -> Floats:
    """Points of the unit cube as quantiles between the ends of what is tried."""
    told = np.array([ends(each) for each in dimensions]).reshape(len(dimensions), 2)
    quantiles: Floats = told[:, 0] + cube * (told[:, 1] - told[:, 0])
    return quantiles


def inside(dimensions: Sequence[Dimension], cube: Floats) -> Floats:
    """Quantiles that all have a value: what has no end is not asked for its end."""
    least = np.where([ends(each) == WHOLE for each in dimensions], 0.0, 1e-6)
    return np.clip(cube, least, 1 - least)


def draw_worlds(question: Question, number: int) -> Worlds:
    """Worlds by a Latin hypercube: each assumption's range is covered evenly, all of them moved at once."""
    cube = qmc.LatinHypercube(len(question.assumed), rng=stream(question.seed, "worlds")).random(
        number
    )
    return lived(question, cube, f"a Latin hypercube of {number:,} worlds")


def lived(question: Question, cube: Floats, drawn: str) -> Worlds:
    """Worlds at quantiles of what is assumed, evaluated."""
    points = question.with_points(values_at(question.assumed, inside(question.assumed, cube)))
    return Worlds(points, question.evaluate(points), drawn)


def as_salib(question: Question) -> dict[str, Any]:
    """The unit cube as SALib wants it told; it writes into what it is given, so it is made anew each time."""
    names = [each.name for each in question.assumed]
    return {"num_vars": len(names), "names": names, "bounds": [[0.0, 1.0]] * len(names)}
