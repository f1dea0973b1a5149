"""Whether one plan is shown to be the best of those confirmed, or which of them cannot be told apart."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from .interval import in_other_worlds
from .judging import means

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ..incentives import Estimate
    from .confirm import Confirmed

Floats: TypeAlias = "NDArray[np.float64]"


@dataclass(frozen=True, slots=True)
class Ahead:
    """By how much the leading plan is better than another, paired.

    Parameters
    ----------
    place
        The other's place among the confirmed.
    better
        Above 0 where the leader is better, with an interval; all intervals of a choice hold together in 95 of 100
        cases.
    other_worlds
        The same where the worlds might have been others; only where a mean over worlds is asked for.
    worlds
        In how many worlds the leader is better.
    """

    place: int
    better: Estimate
    other_worlds: Estimate | None
    worlds: int

    @property
    def within_noise(self) -> bool:
        """Whether the two cannot be told apart."""
        return not self.better.low > 0


@dataclass(frozen=True, slots=True)
class Choice:
    """What new luck says of the confirmed plans: places are those among the confirmed, 0 the scenario's own.

    Parameters
    ----------
    leader
        The best by new luck of those that are not shown to break a limit; none where all are.
    ahead
        How far it is ahead of the others of them, the next first.
    tied
        The leader and all that cannot be told from it, those first that change least of the scenario's own.
    """

    leader: int | None
    ahead: tuple[Ahead, ...] = field(repr=False)
    tied: tuple[int, ...]

    @property
    def winner(self) -> int | None:
        """The one plan that is shown to be better than all others confirmed; none where two cannot be told apart."""
        return self.leader if len(self.tied) == 1 else None

    @property
    def first(self) -> int | None:
        """The plan to look at first: the winner, or of those that cannot be told apart the one that changes least."""
        return self.tied[0] if self.tied else None


def choose(confirmed: Confirmed) -> Choice:
    """Compare the plans by their first objective, paired, with luck that did not choose them."""
    entered = np.flatnonzero(confirmed.holding).tolist()
    if not entered:
        return Choice(None, (), ())
    distance = {place: confirmed.tried.distance(confirmed.places[place]) for place in entered}

    def order(place: int) -> tuple[float, float, int]:
        return (float(confirmed.scores[place, 0]), distance[place], place)

    leader, *others = sorted(entered, key=order)
    ahead = tuple(_ahead(confirmed, leader, other, len(others)) for other in others)
    alike = [leader, *(each.place for each in ahead if each.within_noise)]
    return Choice(leader, ahead, tuple(sorted(alike, key=lambda place: (distance[place], place))))


def _ahead(confirmed: Confirmed, leader: int, other: int, comparisons: int) -> Ahead:
    by_world = confirmed.differences(other, leader)
    return Ahead(
        other,
        confirmed.worse(other, leader, 0, comparisons),
        _elsewhere(confirmed, by_world, comparisons),
        int((means(by_world) > 0).sum()),
    )


def _elsewhere(confirmed: Confirmed, by_world: Floats, comparisons: int) -> Estimate | None:
    several = min(by_world.shape) > 1
    if confirmed.question.asked.robust != "mean" or not several:
        return None
    return in_other_worlds(by_world, comparisons)
