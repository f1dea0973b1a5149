"""The search for one box: which of many boxes tells failing worlds from others best.

Patient rule induction is led astray by dimensions that do not matter: each takes slices now and then. So it is done
on all dimensions, and again on few: on the one that does best alone, then on that with the one that helps most, and
so on while it helps. Of all boxes on all these ways one is chosen; ends that do not matter are dropped, those that are left are
moved to where they tell worlds apart best, and further ends are added while they matter.

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
    from .boxes import Side

MOST_LIMITED = 5
"""How many dimensions are taken together, one after the other."""
MOST_ENDS = 8
SIDES: tuple[Side, ...] = ("from", "to")
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
        return self.grown(max(self._candidates(), key=_merit).ends)

    def _candidates(self) -> Iterator[Judged]:
        """The best box on all dimensions, then on one, on two, and so on while it helps."""
        every = range(len(self.words))
        yield self._best_on(tuple(every))
        chosen: tuple[int, ...] = ()
        best = NOTHING
        while len(chosen) < min(MOST_LIMITED, len(every)):
            wider = [(*chosen, place) for place in every if place not in chosen]
            judged = {places: self._best_on(places) for places in wider}
            chosen = max(judged, key=lambda places: _merit(judged[places]))
            if _merit(judged[chosen]) <= _merit(best):
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
            key=_merit,
        )

    def _judged(self, ends: Ends) -> Judged:
        found, whole = counts(inside(ends, self.points), self.wanted), self.whole
        if not ends or found.worlds < self.least_worlds or found.density <= whole.density:
            return NOTHING
        told = round(float(told_apart(*found, whole)), 9)
        return Judged(found.density >= self.least_density, told, -len(ends), ends)

    def grown(self, ends: Ends) -> Ends:
        """The box with further ends, one after another, as long as each makes it better and matters."""
        now = self._judged(self.settled(ends))
        while now.ends and len(now.ends) < MOST_ENDS:
            more = max((self._judged(each) for each in self._with_one_more(now.ends)), key=_merit)
            if _merit(more) <= _merit(now):
                break
            now = more
        return now.ends

    def _with_one_more(self, ends: Ends) -> Iterator[Ends]:
        """The box with each end that it could have and has not, where it would do best."""
        there = {(end.place, end.side) for end in ends}
        for place, is_word in enumerate(self.words):
            for side in () if is_word else SIDES:
                if (place, side) not in there:
                    end = self._best_end(ends, place, side)
                    yield self.settled(plain((*ends, end), self.points, self.wanted))
        yield ends

    def settled(self, ends: Ends) -> Ends:
        """The box with each end moved to where it tells worlds apart best, as long as that helps.

        The box stays as large as it must be, and as dense as was asked for or as it was.
        """
        for _ in range(ROUNDS):
            moved = ends
            for at, end in enumerate(moved):
                if end.side != "among":
                    others = (*moved[:at], *moved[at + 1 :])
                    better = self._better_end(others, end)
                    moved = (*moved[:at], better, *moved[at + 1 :])
            if moved == ends:
                break
            ends = moved
        return ends

    def _better_end(self, others: Ends, end: End) -> End:
        """One end where it tells best beside the others; as it is where no other place is better."""
        now = counts(inside((*others, end), self.points), self.wanted)
        cuts = self._cuts(others, end.place, end.side)
        allowed = cuts.allowed & (cuts.density >= min(self.least_density, now.density))
        told = np.where(allowed, cuts.told, -np.inf)
        best = int(np.argmax(told))
        better = told[best] > told_apart(*now, self.whole) + 1e-9
        return End(end.place, end.side, cuts.value(best)) if better else end

    def _best_end(self, others: Ends, place: int, side: Side) -> End:
        """An end where it tells best, of the places where the box is dense enough if there are any."""
        cuts = self._cuts(others, place, side)
        dense = cuts.allowed & (cuts.density >= self.least_density)
        told = np.where(dense if dense.any() else cuts.allowed, cuts.told, -np.inf)
        return End(place, side, cuts.value(int(np.argmax(told))))

    def _cuts(self, others: Ends, place: int, side: Side) -> _Cuts:
        """Every place where an end could stand beside others, from the inner side outwards."""
        among = inside(others, self.points)
        column, wanted = self.points[among, place], self.wanted[among]
        order = np.argsort(column if side == "to" else -column, kind="stable")
        column, inner = column[order], np.arange(1, len(order) + 1)
        failing = np.cumsum(wanted[order])
        last_of_tied = np.append(column[1:] != column[:-1], True)
        return _Cuts(
            column,
            failing / inner,
            told_apart(inner, failing, self.whole),
            last_of_tied & (inner >= self.least_worlds),
        )


class _Cuts(NamedTuple):
    """Places where an end could stand, from the inner side outwards: behind each world of a column.

    Parameters
    ----------
    column
        The worlds' values.
    density, told
        What the box would be.
    allowed
        Whether it may stand there: not between worlds that are alike, and with enough of them inside.
    """

    column: Floats
    density: Floats
    told: Floats
    allowed: Flags

    def value(self, at: int) -> float:
        """Halfway to the next world; at the outermost one, there."""
        return float(self.column[at : at + 2].mean())


def _merit(box: Judged) -> tuple[bool, float, int]:
    """What is compared: dense enough, then how well it tells, then how plain it is."""
    return box[:3]
