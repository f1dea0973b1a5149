"""The last part of a search for one thing: plans near the best so far, which a search from afar leaves a little off.

On planted problems of two and three levers whose best lies on a limit this brought plans nearer, up to three times,
in the same number of trials; elsewhere it changed little.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..chance import stream

if TYPE_CHECKING:
    from collections.abc import Container, Mapping

    from numpy.typing import NDArray

    from ..chance import Generator
    from .levers import Levers, Plan

    Floats = NDArray[np.float64]

PART = 0.25
"""Of the trials, the last."""
STEP, SMALLEST, LARGEST = 0.1, 0.015, 0.2
"""How far away plans are drawn, as a part of each lever's range: at first, and the least and the most."""
GROWS, SHRINKS = 1.3, 0.7
"""What becomes of the step after a batch that found a better plan, and after one that did not."""
LENGTHS = (0.3, 1.0, 3.0)
DRAWS = 200


def best_so_far(scores: Mapping[Plan, tuple[Floats, Floats]]) -> Plan | None:
    """The best plan that holds the limits, or else the one that breaks them least; of one objective."""

    def order(plan: Plan) -> tuple[float, float]:
        score, broken = scores[plan]
        return float(np.maximum(broken, 0).sum()), float(score[0])

    return min(scores, key=order) if scores else None


class Nearby:
    """Draws plans near the best so far: nearer where nothing better was found, farther where it was."""

    def __init__(self, levers: Levers, seed: int):
        self._levers, self._seed = levers, seed
        self._step, self._batches = STEP, 0
        self._best: Plan | None = None

    def ask(self, wanted: int, tried: Container[Plan], best: Plan) -> list[Plan]:
        """The next plans, none of them tried; fewer where no more are found near."""
        if self._best is not None:
            grown = self._step * (GROWS if best != self._best else SHRINKS)
            self._step = min(max(grown, SMALLEST), LARGEST)
        self._best = best
        draw = stream(self._seed, f"plans near the best, batch {self._batches}")
        self._batches += 1
        found: list[Plan] = []
        for _ in range(DRAWS):
            plan = self._near(best, draw)
            if plan not in tried and plan not in found:
                found.append(plan)
            if len(found) == wanted:
                break
        return found

    def _near(self, best: Plan, draw: Generator) -> Plan:
        step = self._step * draw.choice(LENGTHS)
        normal = draw.standard_normal(len(best))
        changed, other = draw.random(len(best)), draw.random(len(best))
        plan = []
        for place, lever in enumerate(self._levers.levers):
            many = len(lever.tried)
            if lever.in_order:
                here = lever.nearest(best[place])
                there = round(here + float(normal[place]) * step * (many - 1))
                plan.append(lever.tried[min(max(there, 0), many - 1)])
            else:
                another = min(int(other[place] * many), many - 1)
                keeps = changed[place] > step and best[place] in lever.tried
                plan.append(best[place] if keeps else lever.tried[another])
        return tuple(plan)
