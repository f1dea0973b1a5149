"""The unit cube of what is not known: how its points become values, and worlds drawn from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.stats import qmc

from ..chance import stream
from ..wording import counted
from .question import listed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .question import Dimension, Floats, Question

WORLDS = 128
"""Worlds that are drawn where nothing is said."""
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


def world_points(question: Question, number: int | None = None) -> Floats:
    """Points at which all assumptions are moved at once, each range being covered evenly.

    Parameters
    ----------
    number
        How many, by a Latin hypercube; by default the random points of the study's own design, if it has any.
    """
    if number is None and question.random is not None:
        own = [not each.is_lever for each in question.dimensions]
        return question.with_points(question.random[:, own])
    number = WORLDS if number is None else number
    chance = stream(question.seed, "worlds")
    cube = qmc.LatinHypercube(len(question.assumed), rng=chance).random(number)
    return question.with_points(values_at(question.assumed, inside(question.assumed, cube)))


def how_drawn(question: Question, number: int | None = None) -> str:
    """Where worlds come from, in words."""
    if number is None and question.random is not None:
        return f"the {counted(len(question.random), 'point')} of the study's own design"
    return f"a Latin hypercube of {counted(WORLDS if number is None else number, 'world')}"


def draw_worlds(question: Question, number: int | None = None) -> Worlds:
    """Worlds, lived; by default those of the study's own design, if its points are random."""
    points = world_points(question, number)
    return Worlds(points, question.evaluate(points), how_drawn(question, number))


def as_salib(question: Question) -> dict[str, Any]:
    """The unit cube as SALib wants it told; it writes into what it is given, so it is made anew each time."""
    names = [each.name for each in question.assumed]
    return {"num_vars": len(names), "names": names, "bounds": [[0.0, 1.0]] * len(names)}
