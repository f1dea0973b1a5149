"""The unit cube of what is not known: how its points become values, and worlds drawn from it."""

from __future__ import annotations

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
TAIL = 0.05
"""What is left out at an end that something has not."""
ROUNDING = 1e-4
"""Values agree where they are nearer than this part of the range."""


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
    room = ROUNDING * abs(dimension.high - dimension.low)
    return (
        0.0 if dimension.at(0.0) >= dimension.low - room else TAIL,
        1.0 if dimension.at(1.0) <= dimension.high + room else 1 - TAIL,
    )


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


def world_points(question: Question, number: int) -> Floats:
    """Points by a Latin hypercube: each assumption's range is covered evenly, all of them moved at once."""
    chance = stream(question.seed, "worlds")
    cube = qmc.LatinHypercube(len(question.assumed), rng=chance).random(number)
    return question.with_points(values_at(question.assumed, inside(question.assumed, cube)))


def draw_worlds(question: Question, number: int) -> Worlds:
    """Worlds by a Latin hypercube, lived."""
    points = world_points(question, number)
    return Worlds(points, question.evaluate(points), f"a Latin hypercube of {number:,} worlds")


def as_salib(question: Question) -> dict[str, Any]:
    """The unit cube as SALib wants it told; it writes into what it is given, so it is made anew each time."""
    names = [each.name for each in question.assumed]
    return {"num_vars": len(names), "names": names, "bounds": [[0.0, 1.0]] * len(names)}
