"""The worlds in which formulas are tried: assumptions drawn from their ranges, and partnerships of several types."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from ..chance import stream
from ..errors import BadInput
from ..evidence import Assumption, register
from ..scenario.draws import Draws, checked_values

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray

    from ..scenario import Scenario

MOST_ASSUMPTIONS = 10
"""How many assumptions are drawn: those that move the headline figures most."""
BY_RATIO = 8
"""A range that spans so many times its low end is drawn by ratio."""
TRIES = 50
RANGES = "ranges of the evidence"


def sampled(scenario: Scenario, worlds: int, seed: int) -> Draws:
    """Worlds drawn from the ranges of the assumptions that matter most, each on its own.

    The assumptions of the world with a range that move the headline figures most (`evidence.Influence`). Each is
    drawn evenly over its range, or by ratio where that is wide, independently of the others; history stays. So
    these worlds are wider than what published figures allow together; draws of a fit hold that.
    """
    chosen = _most_influential(scenario)
    parts = stream(seed, "worlds in which formulas are tried").random
    rows = tuple(_drawn(scenario, chosen, parts) for _ in range(worlds))
    return Draws(RANGES, tuple(each.path for each in chosen), rows)


def _most_influential(scenario: Scenario) -> list[Assumption]:
    known = [each for each in register(scenario) if _can_be_drawn(each)]
    known.sort(key=lambda each: (-(each.influence.size if each.influence else 0.0), each.path))
    return known[:MOST_ASSUMPTIONS]


def _can_be_drawn(each: Assumption) -> bool:
    plain = isinstance(each.value, float) and not isinstance(each.value, bool)
    return plain and each.range is not None and each.path.startswith("world.")


def _drawn(
    scenario: Scenario, chosen: list[Assumption], draw: Callable[[int], NDArray[np.float64]]
) -> tuple[float, ...]:
    """One world that the rules of a scenario allow: costs that do not rise, and so on."""
    for _ in range(TRIES):
        parts = draw(len(chosen))
        row = tuple(_within(each, float(part)) for each, part in zip(chosen, parts, strict=True))
        try:
            checked_values(scenario, {each.path: v for each, v in zip(chosen, row, strict=True)})
        except BadInput:
            continue
        return row
    return tuple(float(each.value) for each in chosen)


def _within(each: Assumption, part: float) -> float:
    low, high = each.range or (each.value, each.value)
    if low > 0 and high / low >= BY_RATIO:
        return float(f"{low * math.exp(part * math.log(high / low)):.10g}")
    return float(f"{low + part * (high - low):.10g}")


TYPES: dict[str, dict[str, Any]] = {
    "Large, high need": {"size": 1.8, "need_index": 1.15, "population_index": 0.85, "copies": 12},
    "Small, low need": {"size": 0.5, "need_index": 0.85, "population_index": 1.3, "copies": 40},
    "Was paid much": {"old_share_weight": 1.35, "copies": 18},
    "Was paid little": {"old_share_weight": 0.7, "copies": 22},
    "Many in treatment": {"mix": 1.2, "need_index": 0.9, "copies": 14},
    "Few in treatment": {"mix": 0.8, "need_index": 1.1, "copies": 14},
    "Dear area": {"size": 1.2, "area_cost_factor": 1.15, "population_index": 0.9, "copies": 14},
    "Mostly other drugs": {"mix": 0.85, "mix_other": 1.8, "population_index": 1.15, "copies": 21},
}
"""Partnerships that differ as England's did: an assumption, for who wins and loses on a change-over.

Old shares from 0.7 to 1.35 of the average are what the published change-over implies: nine partnerships were to
fall to 70% of their level over three years, the largest winner to gain 78% (Hansard 7 July 2009).
"""


def with_types(scenario: Scenario) -> Scenario:
    """The scenario's first partnership among others of several types, where it has only one kind.

    The rest of England, all alike, gives way to the types. A scenario that has several partnerships of its own
    stays as it is.
    """
    if len(scenario.partnerships) > 1 or not scenario.formula.rest.partnerships:
        return scenario
    ((name, first),) = scenario.partnerships.items()
    others = {told: first.model_copy(update=_own(scenario, parts)) for told, parts in TYPES.items()}
    rest = scenario.formula.rest.model_copy(update={"partnerships": 0})
    formula = scenario.formula.model_copy(update={"rest": rest})
    return scenario.model_copy(update={"partnerships": {name: first, **others}, "formula": formula})


def _own(scenario: Scenario, parts: dict[str, Any]) -> dict[str, Any]:
    mix, other = parts.get("mix", 1.0), parts.get("mix_other")
    plain = {key: value for key, value in parts.items() if not key.startswith("mix")}
    plain["cluster"] = None  # the first commissions with none of them
    groups = scenario.world.groups
    return plain | {
        "mix": {
            key: mix if group.is_pdu or other is None else other for key, group in groups.items()
        }
    }
