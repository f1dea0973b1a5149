"""What recorded worlds leave out: the same formulas by whole runs, in which money moves activity in turn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ..incentives import Estimate
from ..measures import TALLIES
from ..model import OneAmongOthers, Run
from ..scenario.draws import with_values
from ..workers import spread
from .objectives import NAMES, counterparts, of_the_best
from .plans import Way, ways, with_plan

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from ..funding import Inputs
    from ..scenario import Scenario
    from ..scenario.draws import Draws
    from ..scenario.schema import SharingRule
    from ..workers import Progress
    from .recorded import Recorded
    from .search import Point

GAP = NAMES.index("gap_gbp_per_year")


@dataclass(frozen=True, slots=True)
class Confirmed:
    """A formula's incentive gap by whole runs, and how far that is from the recorded worlds.

    Attributes
    ----------
    gap
        The gap, £ a year, over the worlds that were run: that of the plan that gains most on average.
    recorded
        The same worlds, recorded; under the plan that gains most on average there.
    difference
        By whole runs less recorded, paired.
    by
        The plan that gains most on average, by whole runs.
    """

    name: str
    gap: Estimate
    recorded: Estimate
    difference: Estimate
    by: str


def confirm(
    recorded: Recorded,
    points: Sequence[Point],
    worlds: int,
    seed: int,
    workers: int,
    *,
    draws: Draws | None = None,
    progress: Progress | None = None,
) -> tuple[Confirmed, ...]:
    """Run some formulas whole in the first worlds.

    All live under the formula as the scenario plans; then one partnership lives each plan again among the others.
    """
    count = min(worlds, recorded.worlds)
    tasks = [
        (recorded.scenario, recorded.name, point.rule, seed, number, draws)
        for point in points
        for number in range(count)
    ]
    told: dict[int, NDArray[np.float64]] = {}
    for done, (place, gains) in enumerate(spread(_by_whole_runs, tasks, workers), 1):
        told[place] = gains
        if progress:
            progress(done, len(tasks))
    names = [name for name, _ in counterparts([way.name for way in recorded.plans])]
    return tuple(
        _confirmed(point, np.array([told[at * count + number] for number in range(count)]), names)
        for at, point in enumerate(points)
    )


def _confirmed(point: Point, gains: NDArray[np.float64], names: Sequence[str]) -> Confirmed:
    gap = of_the_best(gains.T)
    before = point.measured[: len(gap), GAP]
    return Confirmed(
        name=point.name,
        gap=Estimate.of(gap),
        recorded=Estimate.of(before),
        difference=Estimate.of(gap - before),
        by=names[int(gains.mean(axis=0).argmax())],
    )


def paid_by(scenario: Scenario, rule: SharingRule) -> Scenario:
    """The scenario with another rule for its pot, for a run of any length."""
    parts = {name: getattr(rule, name) for name in type(rule).model_fields if name not in _KEPT}
    return scenario.model_copy(update={"formula": scenario.formula.model_copy(update=parts)})


_KEPT = ("pot_gbp", "rest")


def _by_whole_runs(
    scenario: Scenario,
    name: str,
    rule: SharingRule,
    seed: int,
    number: int,
    draws: Draws | None,
) -> NDArray[np.float64]:
    """What each plan gains a year on its counterpart, in the order of `Judge.counterparts`."""
    here = paid_by(with_values(scenario, draws.of(number)) if draws else scenario, rule)
    run = Run(here, seed, number)
    among = run.finish().inputs
    tried = ways(here, name)
    paid = {way.name: _pounds(here, way, name, seed, number, among) for way in tried}
    return np.array(
        [paid[each] - paid[against] for each, against in counterparts([way.name for way in tried])]
    )


def _pounds(
    scenario: Scenario,
    way: Way,
    name: str,
    seed: int,
    number: int,
    among: Sequence[Inputs],
) -> float:
    """What the partnership is paid a year, over all years but the first, in which no plan can have moved it."""
    planned = with_plan(scenario, name, way.plan)
    told = OneAmongOthers(planned, name, seed, number, among).finish().tallies
    return float(told[0, TALLIES.index("allocation_gbp"), 1:, -1].mean())
