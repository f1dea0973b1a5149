"""What is asked, checked against the study: levers, worlds, objectives, limits, and the points that must be run."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from scipy.stats import qmc

from ..chance import stream
from ..errors import BadInput, Fault
from ..scenario.tree import instead, shown
from ..study.shown import AS_IT_IS, with_unit
from .levers import Lever, Levers, lever

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from ..study import Dimension, Outcome
    from .asked import Direction, Limit, Optimise
    from .levers import Plan

Floats: TypeAlias = "NDArray[np.float64]"
EvaluateFrom: TypeAlias = Callable[[Floats, int, int], Floats]
"""Runs points: (points by dimension, number of the first replication, how many) to an array by point, scenario,
outcome and replication, not a number where a cell failed. A lever that is not a number is left as the scenario has
it. Replication r has the same luck at every point."""
Origin: TypeAlias = Callable[[tuple[str | int, ...]], str]
"""Where a part of the section stands, for messages."""

MOST_PLANS_OF_ALL = 100_000
SECTION = "optimise"
SUGGESTED = "suggested, not decided"


@dataclass(frozen=True, slots=True)
class Objective:
    """An outcome that is wanted higher or lower.

    Parameters
    ----------
    place
        Its place among the outcomes.
    """

    outcome: Outcome
    place: int
    direction: Direction

    @property
    def sign(self) -> float:
        """What turns the outcome into a loss, less being better."""
        return 1.0 if self.direction == "lower" else -1.0

    @property
    def told(self) -> str:
        """What is wanted: ``more in recovery on 31 March 2013``."""
        return f"{self.direction} is better: {self.outcome.label}"


@dataclass(frozen=True, slots=True)
class Bound:
    """An outcome that must hold a limit."""

    outcome: Outcome
    place: int
    limit: Limit

    @property
    def told(self) -> str:
        """The limit in words."""
        ends = []
        if self.limit.at_least is not None:
            ends.append(f"at least {self._shown(self.limit.at_least)}")
        if self.limit.at_most is not None:
            ends.append(f"at most {self._shown(self.limit.at_most)}")
        share = self.limit.in_share_of_worlds
        where = "in the mean" if share is None else f"in {100 * share:.3g}% of the worlds"
        return f"{self.outcome.label} {' and '.join(ends)}, {where}"

    def _shown(self, end: float) -> str:
        """An end as it was asked for: ``60``, ``87.5%``, and never ``60.0``."""
        if self.outcome.unit == "%":
            return with_unit(end, "%")
        return re.sub(r"\.0+(?!\d)", "", self.outcome.show(end))


@dataclass(frozen=True, slots=True)
class Question:
    """A search for plans, checked and ready to be run.

    Parameters
    ----------
    own
        The plan of the scenario that levers are laid over.
    worlds
        Values of the study's factors, one row for each world; one empty row where there are none.
    scenario
        The place, in what is evaluated, of the scenario that levers are laid over.
    own_words
        What that scenario has of each lever, where no number tells it; empty where nobody knows.
    """

    asked: Optimise
    dimensions: tuple[Dimension, ...] = field(repr=False)
    levers: Levers = field(repr=False)
    own: Plan
    worlds: Floats = field(repr=False)
    objectives: tuple[Objective, ...] = field(repr=False)
    limits: tuple[Bound, ...] = field(repr=False)
    scenario: int
    scenario_name: str
    seed: int
    replications: int
    own_words: tuple[str, ...] = ()

    @property
    def number_of_worlds(self) -> int:
        """How many worlds each plan lives in."""
        return len(self.worlds)

    @property
    def factors(self) -> tuple[Dimension, ...]:
        """What is not decided."""
        return tuple(each for each in self.dimensions if not each.is_lever)

    @property
    def signs(self) -> Floats:
        """What turns each objective into a loss."""
        return np.array([each.sign for each in self.objectives])

    def told(self, plan: Plan) -> list[str]:
        """Each lever of a plan as it is read; where no number tells it, as the scenario has it."""
        words = self.own_words or (AS_IT_IS,) * len(plan)
        return [
            own if math.isnan(value) else each.told(value)
            for each, value, own in zip(self.levers.levers, plan, words, strict=True)
        ]

    def points(self, plans: Sequence[Plan]) -> Floats:
        """Every plan in every world, plan by plan, in the order of the study's dimensions."""
        found = np.empty((len(plans), self.number_of_worlds, len(self.dimensions)))
        decided = np.array([each.is_lever for each in self.dimensions])
        found[:, :, decided] = np.array(plans, dtype=np.float64)[:, np.newaxis]
        found[:, :, ~decided] = self.worlds
        return found.reshape(-1, len(self.dimensions))

    def read(self, values: Floats, plans: int) -> Floats:
        """Objectives, then limits, of what was evaluated: by plan, world, outcome and replication."""
        places = [each.place for each in self.objectives] + [each.place for each in self.limits]
        mine = values[:, self.scenario][:, places]
        return mine.reshape(plans, self.number_of_worlds, len(places), values.shape[-1])


def _section(_: tuple[str | int, ...]) -> str:
    return SECTION


def question(
    asked: Optimise,
    dimensions: Sequence[Dimension],
    outcomes: Sequence[Outcome],
    scenarios: Sequence[str],
    *,
    seed: int = 1,
    replications: int,
    own: Plan | None = None,
    possible: Callable[[Floats], Floats] | None = None,
    origin: Origin = _section,
) -> Question:
    """Check what is asked against the study, and draw the worlds.

    Parameters
    ----------
    scenarios
        Names of the scenarios, in the order in which they are evaluated.
    replications
        How many runs of each plan in each world the search makes; what is confirmed begins after them.
    own
        The plan of the scenario that levers are laid over; by default each lever's base. A lever that has none is
        left as it is.
    possible
        Makes points into such as can be run, where a study knows how.

    Raises
    ------
    BadInput
        With every outcome, scenario or lever that is not there, and what cannot be done.
    """
    checking = _Checking(origin)
    objectives = tuple(
        Objective(outcomes[place], place, direction)
        for key, direction in asked.objectives.items()
        if (place := checking.outcome("objectives", key, outcomes)) is not None
    )
    limits = tuple(
        Bound(outcomes[place], place, limit)
        for key, limit in asked.limits.items()
        if (place := checking.outcome("limits", key, outcomes)) is not None
    )
    levers = Levers(tuple(lever(each) for each in dimensions if each.is_lever))
    checking.levers(levers, asked)
    scenario = checking.scenario(asked.scenario, scenarios)
    if checking.faults:
        raise BadInput(checking.faults)
    worlds = drawn_worlds([each for each in dimensions if not each.is_lever], asked.worlds, seed)
    return Question(
        asked,
        tuple(dimensions),
        levers,
        own or tuple(_base(each) for each in levers.levers),
        _as_run(worlds, dimensions, possible) if possible else worlds,
        objectives,
        limits,
        scenario,
        scenarios[scenario],
        seed,
        replications,
    )


def _base(decided: Lever) -> float:
    base = decided.dimension.base
    return math.nan if base is None else float(base)


def drawn_worlds(factors: Sequence[Dimension], worlds: int, seed: int) -> Floats:
    """Worlds that cover what the factors may be: a Latin hypercube, the same for the same seed.

    Returns
    -------
    One row for each world. One world is the middle of every factor; without factors it is the scenario's own.
    """
    if not factors:
        return np.empty((1, 0))
    if worlds == 1:
        return np.array([[each.at(0.5) for each in factors]])
    parts = qmc.LatinHypercube(len(factors), rng=stream(seed, "worlds of plans")).random(worlds)
    return np.array(
        [[each.at(float(u)) for each, u in zip(factors, row, strict=True)] for row in parts]
    )


def _as_run(
    worlds: Floats, dimensions: Sequence[Dimension], possible: Callable[[Floats], Floats]
) -> Floats:
    """Worlds as they can be run, all that is decided left as it is."""
    factors = np.array([not each.is_lever for each in dimensions])
    points = np.full((len(worlds), len(dimensions)), np.nan)
    points[:, factors] = worlds
    return possible(points)[:, factors]


class _Checking:
    """Faults of what is asked, each with where it stands."""

    def __init__(self, origin: Origin):
        self._origin = origin
        self.faults: list[Fault] = []

    def _fault(self, path: tuple[str | int, ...], rule: str, got: str, advice: str) -> None:
        name = ".".join(str(step) for step in (SECTION, *path))
        self.faults.append(Fault(self._origin(path), name, rule, got, advice))

    def outcome(self, part: str, key: str, outcomes: Sequence[Outcome]) -> int | None:
        keys = [each.key for each in outcomes]
        if key in keys:
            return keys.index(key)
        self._fault((part, key), "be an outcome of the study", shown(key), instead(key, keys))
        return None

    def levers(self, levers: Levers, asked: Optimise) -> None:
        if not levers.levers:
            advice = "name what is decided under levers"
            self._fault((), "have levers to choose", "none", advice)
        elif asked.method == "all" and levers.plans > MOST_PLANS_OF_ALL:
            rule = f"have at most {MOST_PLANS_OF_ALL:,} plans to try all of"
            advice = "list fewer values of each lever, or leave method out"
            self._fault(("method",), rule, f"{levers.plans:,}", advice)

    def scenario(self, name: str | None, scenarios: Sequence[str]) -> int:
        if name is None or name in scenarios:
            return 0 if name is None else list(scenarios).index(name)
        rule, advice = "be a scenario of the study", instead(name, scenarios)
        self._fault(("scenario",), rule, shown(name), advice)
        return 0
