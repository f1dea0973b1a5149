"""One assumption at a time, moved to the ends of its range while all others stay: a tornado."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from ..incentives import Estimate
from ..replicate import paired
from ..study.shown import shown_value
from ..wording import verdict
from .question import failed, listed
from .tabled import VIEW, table_of

if TYPE_CHECKING:
    import pandas as pd

    from .question import Dimension, Floats, Question, View

End = Literal["low", "high", "listed"]

COLUMNS = (
    *VIEW,
    "dimension",
    "end",
    "value",
    "said",
    "level",
    "change",
    "low",
    "high",
    "mc_error",
    "replications",
    "verdict",
    "rank",
)


@dataclass(frozen=True, slots=True)
class Move:
    """What one assumption does to one number when it is moved, all others as they are.

    Parameters
    ----------
    end
        Whether it is moved to its lowest or its highest value, or to one of a list.
    level
        The number where it stands.
    change
        Mean paired difference from the number as it is, with its 95% interval over replications.
    rank
        1 for the assumption that moves this number most at either end.
    """

    view: View
    dimension: Dimension
    end: End
    value: float
    level: float
    change: Estimate
    mc_error: float
    replications: int
    rank: int

    @property
    def verdict(self) -> str:
        """Why the sign of the change cannot be told; empty where it can."""
        return verdict(self.change.low, self.change.high)

    @property
    def said(self) -> str:
        """The value as it is read."""
        return shown_value(self.dimension, self.value)


@dataclass(frozen=True)
class Tornado:
    """Every assumption moved by itself, and what that does to every number that is looked at.

    Parameters
    ----------
    moves
        By number looked at; of each the assumption that moves it most first.
    as_it_is
        Each number as it is, before anything is moved, by view, with its interval over replications.
    left_out
        How many of the points that were run failed in some scenario: what hangs on them is missing.
    """

    moves: tuple[Move, ...]
    as_it_is: tuple[tuple[View, Estimate], ...]
    left_out: int

    def of(self, view: View) -> tuple[Move, ...]:
        """The moves of one number, those of the assumption that moves it most first."""
        return tuple(each for each in self.moves if each.view.places == view.places)

    @cached_property
    def table(self) -> pd.DataFrame:
        """One row for each number, assumption and value (columns: `COLUMNS`)."""
        return table_of(map(_record, self.moves), COLUMNS)


def _record(move: Move) -> dict[str, Any]:
    change = move.change
    return {
        **move.view.names,
        "dimension": move.dimension.name,
        "end": move.end,
        "value": move.value,
        "said": move.said,
        "level": move.level,
        "change": change.mean,
        "low": change.low,
        "high": change.high,
        "mc_error": move.mc_error,
        "replications": move.replications,
        "verdict": move.verdict,
        "rank": move.rank,
    }


def ends_tried(dimension: Dimension) -> list[tuple[End, float]]:
    """Where an assumption is moved: both ends of what is tried, or each listed value."""
    if listed(dimension):
        return [("listed", float(place)) for place in range(len(listed(dimension)))]
    return [("low", dimension.low), ("high", dimension.high)]


def tornado_points(question: Question) -> Floats:
    """The points that a tornado needs: nothing moved, then each assumption at each end."""
    moved = [{each.name: value} for each in question.assumed for _, value in ends_tried(each)]
    return question.points([{}, *moved])


def tornado(question: Question) -> Tornado:
    """Move each assumption by itself to both ends of its range.

    The same luck is used at every point, so that differences are paired by replication.
    """
    values = question.evaluate(tornado_points(question))
    moves: list[Move] = []
    for view in question.views:
        moves += _of_view(question, view, view.of(values))
    as_it_is = tuple((view, Estimate.of(view.of(values)[0])) for view in question.views)
    return Tornado(tuple(moves), as_it_is, int(failed(values).sum()))


def _of_view(question: Question, view: View, numbers: Floats) -> list[Move]:
    tried = [(each, end, value) for each in question.assumed for end, value in ends_tried(each)]
    changes = (numbers[1:] - numbers[0]).T
    mean, low, high, error = paired(changes)
    counted = (~np.isnan(changes)).sum(axis=0)
    levels = paired(numbers[1:].T)[0]
    size: dict[str, float] = {}
    for (each, _, _), amount in zip(tried, np.abs(mean), strict=True):
        size[each.name] = max(size.get(each.name, 0.0), 0.0 if math.isnan(amount) else amount)
    order = sorted(size, key=lambda name: -size[name])
    told = [
        Move(
            view=view,
            dimension=each,
            end=end,
            value=value,
            level=float(levels[i]),
            change=Estimate(float(mean[i]), float(low[i]), float(high[i])),
            mc_error=float(error[i]),
            replications=int(counted[i]),
            rank=order.index(each.name) + 1,
        )
        for i, (each, end, value) in enumerate(tried)
    ]
    return sorted(told, key=lambda move: move.rank)
