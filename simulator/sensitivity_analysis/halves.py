"""A choice that is made on one half of what was lived and judged on the other, many times over.

Chance in one half says nothing of chance in the other, so what a choice gains in the half that it has not seen is
no flattery. Random halves of the worlds and of the luck differ among themselves as much as another sample of
either would differ from this one, which gives the interval.

References
----------
Shao and Wu, A general theory for jackknife variance estimation, Annals of Statistics 17 (1989): leaving out half.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.stats import norm
from scipy.stats import t as students_t

from ..chance import stream
from ..incentives.estimate import MISSING, Estimate
from .smooth import curves_of_seen

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .question import Flags, Floats

TIMES = 200
"""Cuts in halves; each is used both ways round."""
AT_ONCE = 50
"""Halves through which curves are laid at the same time, for the sake of memory."""
LEVEL = 0.025
ENDS = (LEVEL, 1 - LEVEL)
FEWEST_LUCKS = 2


class Halves:
    """What each scenario brings more than the usual one, by random halves of the luck, and halves of the worlds.

    Parameters
    ----------
    more
        By world, scenario and replication; more is better, and the scenario that is best on average has 0.
    """

    def __init__(self, seed: int, more: Floats):
        worlds, _, self._replications = more.shape
        if self._replications >= FEWEST_LUCKS:
            luck = both_ways(random_halves(seed, "half of the luck", self._replications, TIMES))
            self._seen = both_ways(random_halves(seed, "half of the worlds", worlds, TIMES))
            self._chosen_by = np.einsum("pdr,br->bpd", more, shared_out(luck))
            self._judged_by = np.roll(self._chosen_by, TIMES, axis=0)

    def everything(self) -> Estimate:
        """What a choice in each world gains, made by one half of the luck and judged by the other.

        Worlds count each for itself, so their spread and that of the luck which they share make the interval.
        """
        if self._replications < FEWEST_LUCKS:
            return MISSING
        gains = self._gains(self._chosen_by)
        by_world = gains.mean(axis=0)
        mean = float(by_world.mean())
        variance = by_world.var(ddof=1) / len(by_world) + self._wider**2 * _of_luck(gains)
        half = float(norm.isf(LEVEL) * variance**0.5)
        return Estimate(mean, mean - half, mean + half)

    def some(self, where: Floats, listed: Sequence[int]) -> Estimate:
        """What a choice by curves gains: laid through half of the worlds, judged in the others by the other luck.

        Parameters
        ----------
        where
            Values by world and assumption.
        listed
            For each assumption the number of its listed values; 0 where it has a range.
        """
        if self._replications < FEWEST_LUCKS:
            return MISSING
        parts = [slice(first, first + AT_ONCE) for first in range(0, len(self._seen), AT_ONCE)]
        curves = [
            curves_of_seen(where, self._chosen_by[part], self._seen[part], listed) for part in parts
        ]
        gains = self._gains(np.concatenate(curves))
        unseen = ~self._seen
        judged = (gains * unseen).sum(axis=1) / unseen.sum(axis=1)
        shared = min(1.0, _of_luck(gains) / judged.var()) if judged.var() > 0 else 0.0
        wider = (1 + (self._wider**2 - 1) * shared) ** 0.5
        mean = float(judged.mean())
        low, high = (mean + wider * float(end - mean) for end in np.quantile(judged, ENDS))
        return Estimate(mean, low, high)

    def _gains(self, chosen_by: Floats) -> Floats:
        """What choices bring more than the usual one, judged by the other luck, by cut and world."""
        choice = chosen_by.argmax(axis=2)[..., np.newaxis]
        told: Floats = np.take_along_axis(self._judged_by, choice, axis=2)[..., 0]
        return told

    @property
    def _wider(self) -> float:
        """How much wider what comes of luck is to be, as there is so little luck to cut."""
        return float(students_t.isf(LEVEL, self._replications - 1) / norm.isf(LEVEL))


def _of_luck(gains: Floats) -> float:
    """The variance of the mean over worlds that comes of luck which all worlds share, by cut and world."""
    own = gains.var(axis=0).mean() / gains.shape[1]
    return max(0.0, float(gains.mean(axis=1).var() - own))


def both_ways(half: Flags) -> Flags:
    """Each half, and then each other half."""
    return np.concatenate([half, ~half])


def random_halves(seed: int, purpose: str, number: int, times: int) -> Flags:
    """Random halves of so many, as flags; of an odd number the larger and the smaller half in turn."""
    if number == 1:
        return np.ones((times, 1), dtype=np.bool_)
    ranks = stream(seed, purpose).random((times, number)).argsort(axis=1).argsort(axis=1)
    larger = np.arange(times) % 2
    size = np.where(larger, (number + 1) // 2, number // 2)
    return ranks < size[:, np.newaxis]


def shared_out(half: Flags) -> Floats:
    """Equal weights for what is in a half."""
    told: Floats = half / half.sum(axis=-1, keepdims=True)
    return told
