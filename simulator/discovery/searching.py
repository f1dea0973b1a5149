"""The search for one box: which of many boxes tells failing worlds from others best.

Patient rule induction is led astray by dimensions that do not matter: each takes slices now and then. So it is done
on all dimensions, and again on few: on the one that does best alone, then on that with the one that helps most, and
so on while it helps. Of all boxes on all these ways one is chosen, ends that do not matter are dropped, and each end
that is left is moved to where it tells worlds apart best.

References
----------
Kwakkel, A generalized many-objective optimization approach for scenario discovery, Futures & Foresight Science 1,
2019: patient rule induction on few dimensions.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from .boxes import Counts, End, Ends, counts, inside, plain, told_apart
from .peeling import Step, peeled

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .axes import Flags, Floats

MOST_LIMITED = 5
"""How many dimensions are taken together, one after the other."""
ROUNDS = 10
"""How often the ends are gone through at most."""


class Judged(NamedTuple):
    """A box, and how good it is; the better of two is the larger."""

    is_dense: bool
    told: float
    plainness: int
    ends: Ends


NOTHING = Judged(False, float("-inf"), 0, ())


@dataclass(frozen=True, slots=True)
class Search:
    """Worlds in which a box is looked for.

    Parameters
    ----------
    points
        Worlds by dimension.
    wanted
        Which of them are looked for.
    words
        Which dimensions have words for values, of which a point holds the place.
    least_density
        The share of the worlds inside that should be of those looked for.
    least_worlds
        How many a box must hold.
    """

    points: Floats
    wanted: Flags
    words: tuple[bool, ...]
    least_density: float
    least_worlds: int

    @property
    def whole(self) -> Counts:
        """All worlds, and how many of them are looked for."""
        return Counts(len(self.wanted), int(self.wanted.sum()))

    def way(self, places: Sequence[int]) -> tuple[Step, ...]:
        """The boxes from all worlds to the densest few, with limits on these dimensions alone."""
        return peeled(self.points, self.wanted, self.words, self.least_worlds, places)

    def box(self) -> Ends:
        """The box that tells best, of those that are dense enough if there are any; no ends where there is none."""
        best = max(self._candidates(), key=lambda each: each[:3])
        return self.settled(best.ends)

    def _candidates(self) -> Iterator[Judged]:
        """The best box on all dimensions, then on one, on two, and so on while it helps."""
        every = range(len(self.words))
        yield self._best_on(tuple(every))
        chosen: tuple[int, ...] = ()
        best = NOTHING
        while len(chosen) < min(MOST_LIMITED, len(every)):
            wider = [(*chosen, place) for place in every if place not in chosen]
            judged = {places: self._best_on(places) for places in wider}
            chosen = max(judged, key=lambda places: judged[places][:3])
            if judged[chosen][:3] <= best[:3]:
                return
            best = judged[chosen]
            yield best

    def _best_on(self, places: tuple[int, ...]) -> Judged:
        """The best box on the way with limits on these dimensions, without ends that do not matter."""
        way = self.way(places)
        inner, failing = np.array([step.found for step in way]).T
        told = told_apart(inner, failing, self.whole)
        dense = failing / inner >= self.least_density
        chosen = [int(np.argmax(told))]
        if dense.any():
            chosen.append(int(np.argmax(np.where(dense, told, -np.inf))))
        return max(
            (self._judged(plain(way[at].ends, self.points, self.wanted)) for at in chosen),
            key=lambda each: each[:3],
        )

    def _judged(self, ends: Ends) -> Judged:
        found, whole = counts(inside(ends, self.points), self.wanted), self.whole
        if not ends or found.worlds < self.least_worlds or found.density <= whole.density:
            return NOTHING
        told = round(float(told_apart(*found, whole)), 9)
        return Judged(found.density >= self.least_density, told, -len(ends), ends)

    def settled(self, ends: Ends) -> Ends:
        """The box with each end moved to where it tells worlds apart best, as long as that helps.

        The box stays as large as it must be, and as dense as was asked for or as it was.
        """
        for _ in range(ROUNDS):
            moved = ends
            for at, end in enumerate(moved):
                if end.side != "among":
                    moved = (*moved[:at], self._moved(moved, at), *moved[at + 1 :])
            if moved == ends:
                break
            ends = moved
        return ends

    def _moved(self, ends: Ends, at: int) -> End:
        """One end where it tells best, with the others where they are."""
        end, now = ends[at], counts(inside(ends, self.points), self.wanted)
        among = inside((*ends[:at], *ends[at + 1 :]), self.points)
        column, wanted = self.points[among, end.place], self.wanted[among]
        turn = 1 if end.side == "to" else -1  # from the inner side outwards
        order = np.argsort(turn * column, kind="stable")
        column, inner = column[order], np.arange(1, len(order) + 1)
        failing = np.cumsum(wanted[order])
        last_of_tied = np.append(column[1:] != column[:-1], True)
        allowed = last_of_tied & (inner >= self.least_worlds)
        allowed &= failing / inner >= min(self.least_density, now.density)
        told = np.where(allowed, told_apart(inner, failing, self.whole), -np.inf)
        best = int(np.argmax(told))
        if told[best] <= told_apart(*now, self.whole) + 1e-9 or best == len(column) - 1:
            return end
        return End(end.place, end.side, float(column[best] + column[best + 1]) / 2)
