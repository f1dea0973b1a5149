"""Boxes one after the other, each in what the ones before left, and the same again on parts to see what that is worth."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from ..chance import stream
from .axes import is_words, numbers
from .boxes import Counts, Ends, counts, inside, plain, quasi_p, read_out
from .result import Box, Discovered, HeldOut, Verdict
from .searching import Search
from .worlds import lived

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..study import Dimension, Outcome
    from ..workers import Progress
    from .axes import Flags, Floats
    from .peeling import Step
    from .section import Discovery
    from .worlds import Worlds

PARTS = 5
"""Into how many parts worlds are dealt: the search on all but one is tried on that one."""
FEWEST = 5
"""Fewer worlds than these say nothing of the rest: so many must fail, must hold, and must be in a box."""


def find(
    points: object,
    values: Floats,
    dimensions: Sequence[Dimension],
    scenarios: Sequence[str],
    outcomes: Sequence[Outcome],
    asked: Discovery,
    *,
    names: Mapping[str, str] | None = None,
    seed: int = 1,
    progress: Progress | None = None,
) -> Discovered:
    """Look for the assumptions under which a plan fails.

    Parameters
    ----------
    points
        A table with a column for each dimension, by its name, or an array in their order.
    values
        Points by scenario, outcome and replication; what is missing is not a number.
    scenarios
        Their names, in the order of the values.
    names
        What the scenarios are called in sentences; by default their names.
    seed
        Worlds are dealt into parts by it; the boxes do not depend on it.
    progress
        Called with how many of the searches are done, and of how many.
    """
    worlds = lived(
        numbers(points, dimensions), values, scenarios, [each.key for each in outcomes], asked
    )
    sought = _sought(worlds, asked)
    boxes: tuple[Box, ...] = ()
    refused: Box | None = None
    way: tuple[Step, ...] = ()
    verdict = _at_once(worlds)
    if verdict == "found":
        wanted = worlds.fails if sought == "fails" else ~worlds.fails
        searching = _Searching(worlds.points, wanted, worlds.close, tuple(dimensions), asked)
        boxes, refused, way = searching.whole(seed, progress)
        verdict = "found" if boxes else "no rule"
    return Discovered(
        asked=asked,
        dimensions=tuple(dimensions),
        outcomes={each.key: each for each in outcomes},
        names={each: each for each in scenarios} | dict(names or {}),
        worlds=worlds,
        sought=sought,
        verdict=verdict,
        boxes=boxes,
        refused=refused,
        way=way,
        seed=seed,
    )


def _sought(worlds: Worlds, asked: Discovery) -> Literal["fails", "holds"]:
    """What is worth looking for: failing; or, where nearly all fail anyway, holding."""
    nearly_all = len(worlds) > 0 and worlds.failing >= asked.least_density * len(worlds)
    return "holds" if nearly_all and asked.least_density > 0 else "fails"


def _at_once(worlds: Worlds) -> Verdict:
    """What can be said without a search; ``found`` where there is something to look for."""
    if not len(worlds):
        return "no worlds"
    if worlds.failing == 0:
        return "none fail"
    holding = len(worlds) - worlds.failing
    if holding == 0:
        return "all fail"
    return "too few" if min(worlds.failing, holding) < FEWEST else "found"


@dataclass(frozen=True, slots=True)
class _Searching:
    """Worlds in which boxes are looked for."""

    points: Floats
    wanted: Flags
    close: Flags
    dimensions: tuple[Dimension, ...]
    asked: Discovery

    def whole(
        self, seed: int, progress: Progress | None
    ) -> tuple[tuple[Box, ...], Box | None, tuple[Step, ...]]:
        """The boxes that stand up, the first that does not, and the boxes that the first was chosen from."""
        told = progress or (lambda _done, _whole: None)
        everything = np.ones(len(self.points), dtype=bool)
        told(0, PARTS + 1)
        found, way = self._covered(everything, self.asked.most_boxes)
        told(1, PARTS + 1)
        parts = _dealt(self.wanted, seed)
        again = []
        for number in range(PARTS) if found else ():
            again.append(self._covered(parts != number, len(found))[0])
            told(number + 2, PARTS + 1)
        boxes = self._boxes(found, again, self._held_out(again, parts, len(found)))
        stand = [box.held_out.is_better for box in boxes]
        first_not = stand.index(False) if False in stand else len(boxes)
        refused = boxes[first_not] if first_not < len(boxes) else None
        return boxes[:first_not], refused, way

    def _covered(self, among: Flags, most: int) -> tuple[list[Ends], tuple[Step, ...]]:
        """Boxes one after the other, each in what the ones before have left, and the way to the first."""
        boxes: list[Ends] = []
        way: tuple[Step, ...] = ()
        left = among.copy()
        while len(boxes) < most and (search := self._search(left, int(among.sum()))):
            way = way or search.way(range(len(self.dimensions)))
            told = read_out(search.box(), self.dimensions)
            ends = plain(told, search.points, search.wanted)
            if not ends or (boxes and not self._is_dense(ends, left)):
                break
            boxes.append(ends)
            left &= ~inside(ends, self.points)
        return boxes, way

    def _search(self, left: Flags, whole: int) -> Search | None:
        """What is left to search; None where there is nothing to find."""
        points, wanted = self.points[left], self.wanted[left]
        least = max(FEWEST, math.ceil(self.asked.least_mass * whole))
        if not 0 < wanted.sum() < len(wanted) or len(wanted) <= least:
            return None
        words = tuple(is_words(each) for each in self.dimensions)
        return Search(points, wanted, words, self.asked.least_density, least)

    def _is_dense(self, ends: Ends, left: Flags) -> bool:
        found = counts(inside(ends, self.points) & left, self.wanted)
        return found.density >= self.asked.least_density

    def _held_out(
        self, again: Sequence[Sequence[Ends]], parts: Floats, boxes: int
    ) -> list[HeldOut]:
        """By order of the boxes: what the searches on the other parts do in each part, added up."""
        number = np.full(len(self.points), boxes)  # the box that holds each world, from 0
        for part, found in enumerate(again):
            for place, ends in reversed([*enumerate(found)]):
                number[(parts == part) & inside(ends, self.points)] = place
        return [
            HeldOut(counts(number == place, self.wanted), counts(number >= place, self.wanted))
            for place in range(boxes)
        ]

    def _boxes(
        self,
        found: Sequence[Ends],
        again: Sequence[Sequence[Ends]],
        held_out: Sequence[HeldOut],
    ) -> tuple[Box, ...]:
        boxes: list[Box] = []
        left = np.ones(len(self.points), dtype=bool)
        of_all = Counts(len(self.wanted), int(self.wanted.sum()))
        for place, (ends, unseen) in enumerate(zip(found, held_out, strict=True)):
            within = inside(ends, self.points) & left
            inner = counts(within, self.wanted)
            boxes.append(
                Box(
                    ends=ends,
                    chances=quasi_p(ends, self.points[left], self.wanted[left]),
                    within=inner,
                    among=counts(left, self.wanted),
                    of_all=of_all,
                    close=int((within & self.close).sum()),
                    held_out=unseen,
                    is_dense=inner.density >= self.asked.least_density,
                    again=tuple(each[place] if place < len(each) else () for each in again),
                )
            )
            left &= ~within
        return tuple(boxes)


def _dealt(wanted: Flags, seed: int) -> Floats:
    """The part that each world is dealt to, so that each part has its share of both kinds."""
    chance = stream(seed, "worlds held out")
    order = chance.permutation(len(wanted))
    order = order[np.argsort(wanted[order], kind="stable")]
    parts = np.empty(len(wanted))
    parts[order] = np.arange(len(wanted)) % PARTS
    return parts
