"""Which worlds fail, in the mean over their luck, and in which of them that is too close to call."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from ..replicate import paired

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .axes import Flags, Floats
    from .section import Condition, Discovery


@dataclass(frozen=True, slots=True)
class Worlds:
    """Worlds that were run, and whether the plan fails in each.

    Parameters
    ----------
    points
        Worlds by dimension.
    places
        Which of the points that were given each world is.
    means, low, high
        Of each world and condition: the mean that is compared, and its 95% interval over luck.
    fails
        Whether a world fails, going by its means.
    close
        Whether that is too close to call: the interval of a mean that decides it holds the limit.
    left_out
        How many points have no result, or leave open what is assumed there.
    replications
        How many runs each world has at most.
    """

    points: Floats = field(repr=False)
    places: tuple[int, ...] = field(repr=False)
    means: Floats = field(repr=False)
    low: Floats = field(repr=False)
    high: Floats = field(repr=False)
    fails: Flags = field(repr=False)
    close: Flags = field(repr=False)
    left_out: int
    replications: int

    def __len__(self) -> int:
        return len(self.places)

    @property
    def failing(self) -> int:
        """How many fail."""
        return int(self.fails.sum())


def lived(
    points: Floats,
    values: Floats,
    scenarios: Sequence[str],
    outcomes: Sequence[str],
    asked: Discovery,
) -> Worlds:
    """The worlds that have a result, and whether the plan fails in each.

    Parameters
    ----------
    points
        Points by dimension.
    values
        Points by scenario, outcome and replication; what is missing is not a number.
    outcomes
        Their keys.
    """
    amounts = np.stack(
        [_amount(values, scenarios, outcomes, each) for each in asked.fails_when], axis=1
    )
    known: Flags = np.all(np.any(np.isfinite(amounts), axis=2), axis=1)
    known &= np.isfinite(points).all(axis=1)
    mean, low, high, _ = paired(np.moveaxis(amounts[known], 2, 0))
    fails, close = _verdicts(mean, low, high, asked)
    return Worlds(
        points=points[known],
        places=tuple(int(each) for each in np.flatnonzero(known)),
        means=mean,
        low=low,
        high=high,
        fails=fails,
        close=close,
        left_out=int((~known).sum()),
        replications=values.shape[-1],
    )


def _amount(
    values: Floats, scenarios: Sequence[str], outcomes: Sequence[str], condition: Condition
) -> Floats:
    """What a condition compares, by point and replication: an outcome, or a paired difference."""
    outcome = outcomes.index(condition.outcome)
    own: Floats = values[:, scenarios.index(condition.scenario), outcome]
    if condition.against is None:
        return own
    return own - values[:, scenarios.index(condition.against), outcome]


def _verdicts(mean: Floats, low: Floats, high: Floats, asked: Discovery) -> tuple[Flags, Flags]:
    """Whether each world fails, and whether other luck could turn that."""
    limits = np.array([each.limit for each in asked.fails_when])
    below = np.array([each.below is not None for each in asked.fails_when])
    holds = np.where(below, mean < limits, mean > limits)
    unsure = (low <= limits) & (limits <= high) & (low < high)
    decides = np.any if asked.joined_by == "any" else np.all
    fails: Flags = decides(holds, axis=1)
    surely, perhaps = decides(holds & ~unsure, axis=1), decides(holds | unsure, axis=1)
    close: Flags = np.asarray(surely != perhaps)
    return fails, close
