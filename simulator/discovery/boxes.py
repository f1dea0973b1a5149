"""Boxes: limits on a few dimensions, which worlds lie inside, and which of the limits matter.

A box is a list of its ends. Each is tried by its quasi-p-value: how likely so many failures were inside the box
if this end kept out nothing but by chance.

References
----------
Bryant and Lempert, Thinking inside the box: a participatory, computer-assisted approach to scenario discovery,
Technological Forecasting and Social Change 77, 2010: quasi-p-values (section 3.2).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

import numpy as np
from scipy.special import bdtrc, betaincinv, xlogy

from ..replicate import CONFIDENCE
from .axes import is_words, readable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike

    from ..study import Dimension
    from .axes import Flags, Floats

Side: TypeAlias = Literal["from", "to", "among"]
MATTERS = 0.05
"""An end stays where its quasi-p-value is no larger."""


@dataclass(frozen=True, slots=True)
class End:
    """One end of a box: the lowest or the highest value inside, or the words that are inside.

    Parameters
    ----------
    place
        The dimension, counted from 0.
    value
        The lowest or highest value that lies inside.
    words
        Places of the words that lie inside, where the dimension's values are words.
    """

    place: int
    side: Side
    value: float = float("nan")
    words: tuple[int, ...] = ()

    def holds(self, points: Floats) -> Flags:
        """Which points are on the inner side."""
        column = points[:, self.place]
        if self.side == "among":
            return np.isin(column, self.words)
        return column >= self.value if self.side == "from" else column <= self.value


Ends: TypeAlias = tuple[End, ...]


def inside(ends: Sequence[End], points: Floats) -> Flags:
    """Which points lie inside all ends."""
    within = np.ones(len(points), dtype=bool)
    for end in ends:
        within &= end.holds(points)
    return within


def quasi_p(ends: Ends, points: Floats, fails: Flags) -> tuple[float, ...]:
    """How likely so many failures are in the box if each end in turn were not there.

    With an end taken away a share p of the worlds inside fail. The quasi-p-value is the chance that of as many
    worlds as the box holds at least as many fail, when each fails with chance p.
    """
    within = inside(ends, points)
    found = []
    for left_out in range(len(ends)):
        wider = fails[inside(ends[:left_out] + ends[left_out + 1 :], points)]
        p = wider.mean() if wider.size else 0.0
        found.append(_so_many(int(fails[within].sum()), int(within.sum()), float(p)))
    return tuple(found)


def _so_many(failing: int, worlds: int, p: float) -> float:
    """The chance that so many or more fail, when each fails with chance p."""
    return float(bdtrc(failing - 1, worlds, p)) if failing else 1.0


def plain(ends: Ends, points: Floats, fails: Flags) -> Ends:
    """The box without ends that do not matter: that with the largest quasi-p-value goes first."""
    while ends:
        chances = quasi_p(ends, points, fails)
        worst = int(np.argmax(chances))
        if chances[worst] <= MATTERS:
            break
        ends = ends[:worst] + ends[worst + 1 :]
    return ends


def read_out(ends: Ends, dimensions: Sequence[Dimension]) -> Ends:
    """The box with limits that can be read out, so that what is told is what was counted."""
    return tuple(
        end
        if is_words(dimensions[end.place])
        else End(end.place, end.side, readable(end.value, dimensions[end.place], end.side))
        for end in ends
    )


class Counts(NamedTuple):
    """How many worlds there are somewhere, and how many of them fail."""

    worlds: int
    failing: int

    @property
    def density(self) -> float:
        """The share that fails; missing where there are no worlds."""
        return self.failing / self.worlds if self.worlds else float("nan")

    @property
    def interval(self) -> tuple[float, float]:
        """The exact 95% interval of that share (Clopper and Pearson, 1934)."""
        n, k, tail = self.worlds, self.failing, (1 - CONFIDENCE) / 2
        low = betaincinv(k, n - k + 1, tail) if k else 0.0
        high = betaincinv(k + 1, n - k, 1 - tail) if k < n else 1.0
        return float(low), float(high)


def counts(within: Flags, fails: Flags) -> Counts:
    """Worlds within, and those of them that fail."""
    return Counts(int(within.sum()), int(fails[within].sum()))


def told_apart(inner: ArrayLike, failing: ArrayLike, whole: Counts) -> Floats:
    """How well boxes tell failing worlds from others: the log likelihood of one rate inside and one outside.

    Parameters
    ----------
    inner, failing
        How many worlds each box holds, and how many of those fail.
    whole
        All worlds, and how many of them fail.
    """
    n, k = np.asarray(inner, dtype=np.float64), np.asarray(failing, dtype=np.float64)
    return _log_likelihood(n, k) + _log_likelihood(whole.worlds - n, whole.failing - k)


def _log_likelihood(n: Floats, k: Floats) -> Floats:
    rate = k / np.maximum(n, 1)
    return xlogy(k, rate) + xlogy(n - k, 1 - rate)
