"""Which assumptions are drawn together: what is not known of the world, and is the same under every plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import BadInput, Fault
from ..evidence import assumptions
from ..evidence.influence import measured
from ..scenario import as_dict
from ..scenario.tree import at
from ..study import check
from ..study.schema import EVIDENCE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..evidence import Assumption
    from ..scenario import Scenario
    from ..study import Checked

AT_MOST = 12
"""Assumptions that are drawn where nothing is said: those that move the headline figures most."""
CIRCUMSTANCES = ("world", "history", "funding")
"""Parts of a scenario that are not decided by those who plan."""
OTHERS = ("formula", "rest")
"""What others do who share the pot: written beside the formula, and decided by nobody here."""
DECIDES = "cost_ready_gbp_per_week"
"""What a stable client costs is always drawn: whether keeping clients pays turns on it, and no headline shows that."""


def is_circumstance(path: Sequence[str | int]) -> bool:
    """Whether a value is what the world is like, and not what is decided."""
    return path[0] in CIRCUMSTANCES or tuple(path[:2]) == OTHERS


def assumptions_drawn(
    scenarios: Sequence[Scenario], at_most: int | None = AT_MOST, fixed: Sequence[str] = ()
) -> tuple[Assumption, ...]:
    """Assumptions that are drawn within the ranges of the evidence, those first that move most.

    Left as they are: rules and levers; what is not the same in all scenarios, as its difference is what is
    compared; and what was set beyond its range on purpose.

    Parameters
    ----------
    scenarios
        Those that are compared.
    at_most
        How many; None for all. The cost of a stable client comes on top where it is not among them.
    fixed
        Dotted paths of what somebody has set, and stays so.
    """
    whole = [as_dict(each) for each in scenarios]
    moves = {path: told.size for path, told in measured().items()}
    found = [
        each
        for each in assumptions(scenarios[0])
        if each.path not in fixed and _may_be_drawn(each, whole)
    ]
    found.sort(key=lambda each: -moves.get(each.path, 0.0))
    chosen = found if at_most is None else found[:at_most]
    deciding = [each for each in found if each.path.endswith(DECIDES)][:1]
    return tuple(dict.fromkeys([*chosen, *deciding]))


def _may_be_drawn(each: Assumption, whole: Sequence[dict[str, object]]) -> bool:
    path = tuple(each.path.split("."))
    if each.range is None or not each.range[0] < each.range[1] or each.outside_range:
        return False
    if isinstance(each.value, bool) or not isinstance(each.value, int | float):
        return False
    return is_circumstance(path) and all(at(other, path) == each.value for other in whole)


def worlds_of(
    scenarios: Sequence[Scenario], drawn: Sequence[Assumption], worlds: int, seed: int
) -> Checked:
    """A study of worlds: each assumption of its own range, in a Latin hypercube.

    Raises
    ------
    BadInput
        If there is nothing to draw, or scenarios differ in years, groups or partnerships.
    """
    if not drawn:
        rule, advice = "leave an assumption with a range to draw", "compare plans in one world"
        raise BadInput([Fault("worlds", "scenarios", rule, "none", advice)])
    return check(
        {
            "title": "Worlds",
            "scenarios": [each.name for each in scenarios],
            "factors": {each.path: {"path": each.path, "range": EVIDENCE} for each in drawn},
            "design": {"kind": "latin_hypercube", "points": worlds, "seed": seed},
            "seed": seed,
        },
        scenarios=scenarios,
    )
