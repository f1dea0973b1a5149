"""Patient rule induction: from all worlds to the densest few, a thin slice at a time.

From the box that holds all worlds, that slice is cut off which leaves the largest share of failing worlds for each
world that is lost: a twentieth at the lower or the upper end of a dimension, or one word of a list. So it goes on
until the box is as small as it may be. The EMA workbench goes the same way, slice by slice, where it is asked for
the largest mean and all values are numbers without ties. By default it goes on only while a slice raises the share,
and so stops at the first plateau.

References
----------
Friedman and Fisher, Bump hunting in high-dimensional data, Statistics and Computing 9, 1999: sections 8 and 9.
Kwakkel and Cunningham, Improving scenario discovery by bagging random boxes, Technological Forecasting and Social
Change 111, 2016: the gain for each world that is lost, where slices are unlike.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from .boxes import Counts, End, Ends, counts

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .axes import Flags, Floats
    from .boxes import Side

PEELED = 0.05
"""The share of the worlds in a box that one slice cuts off."""


class Step(NamedTuple):
    """A box on the way, and the worlds inside."""

    ends: Ends
    found: Counts


class _Cut(NamedTuple):
    """A slice that may be cut off: which worlds it leaves, and the end that it gives the box."""

    leaves: Flags
    end: End


def peeled(
    points: Floats,
    wanted: Flags,
    words: Sequence[bool],
    least_worlds: int,
    places: Sequence[int],
) -> tuple[Step, ...]:
    """Boxes inside each other, from all worlds to as few as a box may hold.

    Parameters
    ----------
    points
        Worlds by dimension.
    wanted
        Which worlds are looked for.
    words
        Which dimensions have words for values, of which a point holds the place.
    least_worlds
        How few a box may hold.
    places
        The dimensions that may be limited.
    """
    ends: dict[tuple[int, Side], End] = {
        (place, "among"): End(place, "among", words=_known(points[:, place]))
        for place in places
        if words[place]
    }
    unlimited = set(ends.values())
    steps = [Step((), counts(np.ones(len(points), dtype=bool), wanted))]
    while True:
        limited = {place for (place, _), end in ends.items() if end not in unlimited}
        cuts = [
            cut
            for place in places
            for cut in _cuts(points[:, place], place, ends.get((place, "among")))
            if least_worlds <= np.count_nonzero(cut.leaves) < len(points)
        ]
        if not cuts:
            return tuple(steps)
        best = max(cuts, key=lambda cut: _worth(cut, wanted, limited))  # of equals the first
        points, wanted = points[best.leaves], wanted[best.leaves]
        ends[best.end.place, best.end.side] = best.end
        told = tuple(end for end in ends.values() if end not in unlimited)
        steps.append(Step(told, Counts(len(wanted), int(wanted.sum()))))


def _known(column: Floats) -> tuple[int, ...]:
    return tuple(int(each) for each in np.unique(column))


def _worth(cut: _Cut, wanted: Flags, limited: set[int]) -> tuple[float, int]:
    """What a cut gains in density for each world that is lost; then, how few dimensions are limited after it.

    A loss is not made small by losing many worlds with it.
    """
    whole, left = len(wanted), np.count_nonzero(cut.leaves)
    lost = whole - left
    gain = np.count_nonzero(wanted & cut.leaves) / left - np.count_nonzero(wanted) / whole
    return round(gain / lost if gain > 0 else gain, 12), -len(limited | {cut.end.place})


def _cuts(column: Floats, place: int, among: End | None) -> Iterator[_Cut]:
    """The slices of one dimension."""
    if among is None:
        low, high = _slices(np.sort(column))
        yield _Cut(column <= high, End(place, "to", high))
        yield _Cut(column >= low, End(place, "from", low))
        return
    for word in among.words if len(among.words) > 1 else ():
        left = tuple(each for each in among.words if each != word)
        yield _Cut(column != word, End(place, "among", words=left))


def _slices(column: Floats) -> tuple[float, float]:
    """Where a slice ends at the lower end and one begins at the upper, halfway between two neighbours.

    Where values are tied, the slice is made thicker until there are two.
    """
    last = len(column) - 1
    at, after = math.floor(last * PEELED), math.ceil(last * PEELED)
    while column[at] == column[after] and after < last:
        after += 1
    low = (column[at] + column[after]) / 2
    before, at = math.floor(last * (1 - PEELED)), math.ceil(last * (1 - PEELED))
    while column[before] == column[at] and before > 0:
        before -= 1
    return float(low), float((column[before] + column[at]) / 2)
