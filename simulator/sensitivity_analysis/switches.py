"""Which assumption would change the decision: the value at which one plan stops beating another.

Each assumption is walked from end to end while all others stay. Where the difference between two plans changes
sign, the place is looked for more closely; its interval is the stretch in which the difference is too close to call.
The same is told with everything else uncertain, from a sample of worlds.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from scipy.special import stdtrit

from ..replicate import CONFIDENCE, paired
from .asked import GRID, STEPS
from .cube import ends, scaled
from .question import failed, incomplete, listed, shown_value
from .smooth import chosen, with_band
from .tabled import VIEW, table_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from .asked import Decision
    from .cube import Worlds
    from .question import Dimension, Floats, Question, View

Others = Literal["as they are", "uncertain"]
Found = Literal["switches", "too close to call", "none in the range", "cannot be told"]
SWITCHES: Found = "switches"
NONE: Found = "none in the range"
CLOSE: Found = "too close to call"
UNKNOWN: Found = "cannot be told"
FEWEST_WORLDS = 12
"""Below so many worlds no curve is put through them."""
FINE = 201
"""Places at which a curve through worlds is looked at."""
GUARD = 0.1
"""A closer look is never nearer to an end of its bracket than this part of it."""

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
class Curve:
    """One number along one assumption, with its 95% interval at each value.

    Parameters
    ----------
    quantiles, tried
        Where it was looked at, in rising order.
    """

    view: View
    dimension: Dimension
    quantiles: Floats
    tried: Floats
    mean: Floats
    low: Floats
    high: Floats


@dataclass(frozen=True, slots=True)
class Switch:
    """Where along one assumption a scenario stops beating the first, or starts to.

    Parameters
    ----------
    others
        Whether all other assumptions are as they are, or uncertain.
    found
        Whether there is a switch; whether the difference has clearly one sign on one side of it and the other on
        the other side, else it is too close to call.
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


class _Along:
    """What was run along each assumption: quantiles, and outcomes at each."""

    def __init__(self, question: Question):
        self.question = question
        self.quantiles: dict[str, Floats] = {}
        self.values: dict[str, Floats] = {}
        self.left_out = 0

    def look(self, wanted: dict[str, Sequence[float]]) -> None:
        """Run quantiles of assumptions, all at once, and keep them in order."""
        moved = [
            {name: self.value(name, u)} for name, quantiles in wanted.items() for u in quantiles
        ]
        if not moved:
            return
        values = self.question.evaluate(self.question.points(moved))
        self.left_out += int(failed(values).sum())
        begin = 0
        for name, quantiles in wanted.items():
            self._keep(name, np.array(quantiles), values[begin : begin + len(quantiles)])
            begin += len(quantiles)

    def _keep(self, name: str, quantiles: Floats, values: Floats) -> None:
        if name in self.quantiles:
            quantiles = np.concatenate([self.quantiles[name], quantiles])
            values = np.concatenate([self.values[name], values])
        order = np.argsort(quantiles, kind="stable")
        self.quantiles[name], self.values[name] = quantiles[order], values[order]

    def value(self, name: str, u: float) -> float:
        """The value of an assumption at a quantile; of a list, its place."""
        return _value(self.question.dimension(name), u)

    def curve(self, view: View, name: str) -> Curve:
        """One number along one assumption; where it is missing in some replication it is left out."""
        numbers = view.of(self.values[name])
        there = ~incomplete(numbers)
        quantiles = self.quantiles[name][there]
        mean, low, high, _ = paired(numbers[there].T)
        values = np.array([self.value(name, float(u)) for u in quantiles])
        return Curve(view, self.question.dimension(name), quantiles, values, mean, low, high)


def grid_of(dimension: Dimension, grid: int) -> list[float]:
    """Quantiles at which an assumption is looked at first; of a list, the places of all its values."""
    if listed(dimension):
        return [float(place) for place in range(len(listed(dimension)))]
    told: list[float] = np.linspace(*ends(dimension), grid).tolist()
    return told


def _value(dimension: Dimension, u: float) -> float:
    return u if listed(dimension) else dimension.at(u)


def switch_points(question: Question, grid: int) -> Floats:
    """The points at which switches are looked for first: each assumption from end to end, all others as they are."""
    return question.points(
        [{each.name: _value(each, u)} for each in question.assumed for u in grid_of(each, grid)]
    )


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
    along = _Along(question)
    along.look({each.name: grid_of(each, grid) for each in question.assumed})
    deciding = decided_by(question, decision)
    at_first = [
        (view, each, len(_changes(along.curve(view, each.name).mean)))
        for view in deciding
        for each in question.assumed
    ]
    for _ in range(steps):
        along.look(_closer(along, [(v, d) for v, d, n in at_first if n and not listed(d)]))
    found: list[Switch] = []
    for view in deciding:
        sign = decision.sign(view.outcome.key) or 1
        for each in question.assumed:
            found += _told(along.curve(view, each.name), sign, "as they are")
            if worlds is not None:
                found += _in_worlds(question, view, each, worlds, sign)
    curves = tuple(along.curve(v, each.name) for v in question.views for each in question.assumed)
    return Switches(tuple(found), curves, along.left_out)


def _changes(mean: Floats) -> list[tuple[int, int]]:
    """Pairs of neighbours, places without a difference left out, between which the sign changes."""
    signs = np.sign(mean)
    there = np.flatnonzero(signs).tolist()
    return [(i, j) for i, j in pairwise(there) if signs[i] != signs[j]]


def _closer(along: _Along, doubtful: list[tuple[View, Dimension]]) -> dict[str, Sequence[float]]:
    """Where to look next: where a straight line through each bracket crosses, not too near its ends."""
    wanted: dict[str, list[float]] = {}
    for view, dimension in doubtful:
        curve = along.curve(view, dimension.name)
        for i, j in _changes(curve.mean):
            left, right = float(curve.quantiles[i]), float(curve.quantiles[j])
            part = curve.mean[i] / (curve.mean[i] - curve.mean[j])
            u = left + float(np.clip(part, GUARD, 1 - GUARD)) * (right - left)
            wanted.setdefault(dimension.name, []).append(round(u, 6))
    known = {name: set(along.quantiles[name].tolist()) for name in wanted}
    told = {name: sorted(set(looked) - known[name]) for name, looked in wanted.items()}
    return {name: looked for name, looked in told.items() if looked}


def _told(curve: Curve, sign: int, others: Others) -> list[Switch]:
    """The switches along a curve, or that there is none."""
    view, dimension = curve.view, curve.dimension
    if not len(curve.mean):
        return [Switch(view, dimension, others, UNKNOWN, 0)]
    changes = _changes(curve.mean)
    names = {1: view.scenario, -1: view.baseline, 0: ""}
    side = np.sign(sign * curve.mean).astype(np.int64)
    ahead_at = _where_ahead(curve, side) if listed(dimension) else ()
    if not changes:
        leader = names[int(side[np.flatnonzero(side)[0]]) if side.any() else 0]
        none = Switch(view, dimension, others, NONE, 0, ahead_at=ahead_at)
        return [replace(none, ahead_below=leader, ahead_above=leader)]
    if listed(dimension):
        found = _how_clear(curve, changes[0])
        return [Switch(view, dimension, others, found, len(changes), ahead_at=ahead_at)]
    return [
        Switch(
            view=view,
            dimension=dimension,
            others=others,
            found=_how_clear(curve, change),
            sign_changes=len(changes),
            number=number,
            value=_at(curve, _root(curve, *change)),
            low=_at(curve, _edge(curve, change[0], -1)),
            high=_at(curve, _edge(curve, change[1], 1)),
            ahead_below=names[int(side[change[0]])],
            ahead_above=names[int(side[change[1]])],
        )
        for number, change in enumerate(changes, 1)
    ]


def _where_ahead(curve: Curve, side: NDArray[np.int64]) -> tuple[str, ...]:
    ahead = curve.tried[side > 0]
    return tuple(shown_value(curve.dimension, float(value)) for value in ahead)


def _how_clear(curve: Curve, change: tuple[int, int]) -> Found:
    """Whether each sign is clear somewhere on its side before the sign changes once more."""
    signs = np.sign(curve.mean)
    clear = np.where((curve.low > 0) | (curve.high < 0), signs, 0)
    i, j = change
    before = _stretch(signs, i, -1)
    after = _stretch(signs, j, 1)
    both = (clear[before] == signs[i]).any() and (clear[after] == signs[j]).any()
    return SWITCHES if both else CLOSE


def _stretch(signs: Floats, begin: int, step: int) -> list[int]:
    """Places from one on, in one direction, until the sign is the other one."""
    told = []
    place = begin
    while 0 <= place < len(signs) and signs[place] != -signs[begin]:
        told.append(place)
        place += step
    return told


def _root(curve: Curve, i: int, j: int) -> float:
    """The quantile at which a curve crosses zero between two places."""
    u, mean = curve.quantiles, curve.mean
    if j - i > 1:  # it is exactly zero between
        return float(u[i + 1 : j].mean())
    return float(u[i] + mean[i] / (mean[i] - mean[j]) * (u[j] - u[i]))


def _at(curve: Curve, quantile: float) -> float:
    """The value at a quantile; missing where that is."""
    return curve.dimension.at(quantile) if math.isfinite(quantile) else quantile


def _edge(curve: Curve, begin: int, step: int) -> float:
    """Where, going away from a change of sign, the interval stops to hold zero; missing if it never does."""
    signs = np.sign(curve.mean)
    clear = curve.low if signs[begin] > 0 else -curve.high
    for outer in _stretch(signs, begin, step):
        if clear[outer] > 0:
            inner = outer - step
            part = clear[outer] / (clear[outer] - clear[inner])
            return float(
                curve.quantiles[outer] + part * (curve.quantiles[inner] - curve.quantiles[outer])
            )
    return math.nan


# All others uncertain


def _in_worlds(
    question: Question, view: View, dimension: Dimension, worlds: Worlds, sign: int
) -> list[Switch]:
    """The switches of the mean difference over worlds, along one assumption."""
    curve = curve_in_worlds(question, view, dimension, worlds)
    return _told(curve, sign, "uncertain")


def curve_in_worlds(question: Question, view: View, dimension: Dimension, worlds: Worlds) -> Curve:
    """What a number is on average along one assumption, with everything else uncertain.

    A spline through worlds, with the 95% interval of its mean.
    """
    numbers = view.of(worlds.outcomes)
    there = ~incomplete(numbers)
    place = [each.name for each in question.assumed].index(dimension.name)
    where, means = worlds.scaled(question)[there][:, [place]], numbers[there].mean(axis=1)
    many = len(listed(dimension))
    at = np.arange(many, dtype=np.float64) if many else np.linspace(*ends(dimension), FINE)
    values = at if many else np.array([dimension.at(float(u)) for u in at])
    if len(means) < FEWEST_WORLDS:
        nothing = np.zeros(0)
        return Curve(view, dimension, nothing, nothing, nothing, nothing, nothing)
    shape = chosen(where, means[:, np.newaxis], (many,))
    mean, error = with_band(where, means, scaled(dimension, values)[:, np.newaxis], shape)
    free = len(means) - shape.columns(where[:1]).shape[1]
    reach = stdtrit(free, (1 + CONFIDENCE) / 2) * error
    return Curve(view, dimension, at, values, mean, mean - reach, mean + reach)
