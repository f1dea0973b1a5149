"""Which assumption would change the decision: the value at which one plan stops beating another.

Each assumption is walked from end to end while all others stay. Where the difference between two plans changes
sign, the place is looked for more closely; its interval is the stretch in which the difference is too close to call.
The same is told with everything else uncertain, from a sample of worlds.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from ..study.shown import shown_value
from .asked import GRID, STEPS
from .curves import Along, closer, crossings, curve_in_worlds, grid_of, sign_changes
from .question import listed
from .tabled import VIEW, table_of

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from .asked import Decision
    from .cube import Worlds
    from .curves import Curve
    from .question import Dimension, Question, View

Others = Literal["as they are", "uncertain"]
Found = Literal["switches", "too close to call", "none in the range", "cannot be told"]
SWITCHES: Found = "switches"
NONE: Found = "none in the range"
CLOSE: Found = "too close to call"
UNKNOWN: Found = "cannot be told"
COLUMNS = (
    *VIEW,
    "dimension",
    "others",
    "found",
    "sign_changes",
    "number",
    "value",
    "said",
    "low",
    "high",
    "ahead_below",
    "ahead_above",
    "ahead_at",
)
CURVE_COLUMNS = (*VIEW, "dimension", "value", "said", "mean", "low", "high")


@dataclass(frozen=True, slots=True)
class Switch:
    """Where along one assumption a scenario stops beating the first, or starts to.

    Parameters
    ----------
    others
        Whether all other assumptions are as they are, or uncertain.
    found
        Whether there is a switch, with clearly one sign on one side of it and the other on the other; without
        that, or where the difference is clear nowhere, it is too close to call.
    sign_changes
        How often the difference changes sign along the range.
    number
        Which of them this is, from 1; 0 where there is none.
    value, low, high
        Where it is, and the stretch around it in which the difference is too close to call; missing where the
        stretch goes on to the end of the range.
    ahead_below, ahead_above
        Who is ahead on either side; both the same where there is no switch.
    ahead_at
        Of a list, the values at which the scenario is ahead of the first, as they are read.
    """

    view: View
    dimension: Dimension
    others: Others
    found: Found
    sign_changes: int
    number: int = 0
    value: float = math.nan
    low: float = math.nan
    high: float = math.nan
    ahead_below: str = ""
    ahead_above: str = ""
    ahead_at: tuple[str, ...] = ()


@dataclass(frozen=True)
class Switches:
    """Every switch of the decision, and the curves along which they were looked for.

    Parameters
    ----------
    curves
        Every number along every assumption, all others as they are.
    left_out
        Points that were run and failed in some scenario; curves go on without them.
    """

    switches: tuple[Switch, ...]
    curves: tuple[Curve, ...]
    left_out: int

    @cached_property
    def table(self) -> pd.DataFrame:
        """One row for each switch, or for none (columns: `COLUMNS`)."""
        return table_of(map(_record, self.switches), COLUMNS)

    @cached_property
    def curve_table(self) -> pd.DataFrame:
        """One row for each number, assumption and value (columns: `CURVE_COLUMNS`)."""
        return table_of(
            (row for each in self.curves for row in _curve_records(each)), CURVE_COLUMNS
        )


def _record(switch: Switch) -> dict[str, Any]:
    told = {name: getattr(switch, name) for name in COLUMNS[len(VIEW) + 1 :] if name != "said"}
    said = shown_value(switch.dimension, switch.value) if switch.number else ""
    return {
        **switch.view.names,
        **told,
        "dimension": switch.dimension.name,
        "said": said,
        "ahead_at": "; ".join(switch.ahead_at),
    }


def _curve_records(curve: Curve) -> list[dict[str, Any]]:
    return [
        {
            **curve.view.names,
            "dimension": curve.dimension.name,
            "value": value,
            "said": shown_value(curve.dimension, value),
            "mean": mean,
            "low": low,
            "high": high,
        }
        for value, mean, low, high in np.column_stack(
            [curve.tried, curve.mean, curve.low, curve.high]
        ).tolist()
    ]


# All others as they are


def decided_by(question: Question, decision: Decision) -> tuple[View, ...]:
    """The differences that decide: of outcomes of which it was said what is better, or else of all."""
    told = tuple(
        v for v in question.differences if decision.sign(v.outcome.key) and decision.better
    )
    return told or question.differences


def switches(
    question: Question,
    decision: Decision,
    *,
    grid: int = GRID,
    steps: int = STEPS,
    worlds: Worlds | None = None,
) -> Switches:
    """Look for the values of each assumption at which the decision changes.

    Parameters
    ----------
    grid
        Values of each assumption that are looked at first, from end to end.
    steps
        Closer looks at each change of sign.
    worlds
        A sample of worlds, for the switch with everything else uncertain.
    """
    along = Along(question)
    along.look({each.name: grid_of(each, grid) for each in question.assumed})
    deciding = decided_by(question, decision)
    ranges = [each for each in question.assumed if not listed(each)]
    for _ in range(steps):
        wanted: dict[str, list[float]] = {}
        for view in deciding:
            for each in ranges:
                wanted.setdefault(each.name, []).extend(closer(along.curve(view, each.name)))
        along.look(along.new(wanted))
    found: list[Switch] = []
    for view in deciding:
        sign = decision.sign(view.outcome.key) or 1
        for each in question.assumed:
            found += _told(along.curve(view, each.name), sign, "as they are")
            if worlds is not None:
                found += _told(curve_in_worlds(question, view, each, worlds), sign, "uncertain")
    curves = tuple(along.curve(v, each.name) for v in question.views for each in question.assumed)
    return Switches(tuple(found), curves, along.left_out)


def _told(curve: Curve, sign: int, others: Others) -> list[Switch]:
    """The switches along a curve, or that there is none."""
    view, dimension = curve.view, curve.dimension
    if not len(curve.mean):
        return [Switch(view, dimension, others, UNKNOWN, 0)]
    if listed(dimension):
        return [_of_list(curve, sign, others)]
    side = np.sign(sign * curve.mean).astype(np.int64)
    changes = len(sign_changes(curve.mean))
    names = {1: view.scenario, -1: view.baseline, 0: ""}
    if not changes:
        if side.any() and not curve.clear.any():
            return [Switch(view, dimension, others, CLOSE, 0)]
        leader = names[_first(side)]
        none = Switch(view, dimension, others, NONE, 0)
        return [replace(none, ahead_below=leader, ahead_above=leader)]
    return [
        Switch(
            view=view,
            dimension=dimension,
            others=others,
            found=SWITCHES if crossing.is_clear else CLOSE,
            sign_changes=changes,
            number=number,
            value=_at(dimension, crossing.root),
            low=_at(dimension, crossing.low),
            high=_at(dimension, crossing.high),
            ahead_below=names[int(side[crossing.before])],
            ahead_above=names[int(side[crossing.after])],
        )
        for number, crossing in enumerate(crossings(curve), 1)
    ]


def _first(side: NDArray[np.int64]) -> int:
    """The first side that is taken; 0 where none is."""
    return int(side[np.flatnonzero(side)[0]]) if side.any() else 0


def _at(dimension: Dimension, quantile: float) -> float:
    """The value at a quantile; missing where that is."""
    return dimension.at(quantile) if math.isfinite(quantile) else quantile


def _of_list(curve: Curve, sign: int, others: Others) -> Switch:
    """At which of its listed values a scenario is ahead of the first."""
    side = np.sign(sign * curve.mean).astype(np.int64)
    both = {1, -1} <= set(side.tolist())
    clear = {1, -1} <= set(curve.clear.tolist())
    leader = {1: curve.view.scenario, -1: curve.view.baseline, 0: ""}[_first(side)]
    return Switch(
        view=curve.view,
        dimension=curve.dimension,
        others=others,
        found=SWITCHES if clear else CLOSE if both else NONE,
        sign_changes=len(sign_changes(curve.mean)),
        ahead_below="" if both else leader,
        ahead_above="" if both else leader,
        ahead_at=tuple(
            shown_value(curve.dimension, float(value)) for value in curve.tried[side > 0]
        ),
    )
