"""The search: plans asked for in batches, each lived in every world; the scenario's own first."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from .asking import Asking, method_for
from .interval import by_luck
from .judging import Judge, means
from .nearby import PART, Nearby, best_so_far

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from ..workers import Progress
    from .asked import Method
    from .levers import Plan
    from .question import EvaluateFrom, Question

Floats: TypeAlias = "NDArray[np.float64]"

MOST_CORNERS = 16
"""Corners are tried first where there are no more, and where they are a quarter of the trials at most."""


@dataclass(frozen=True)
class Tried:
    """Every plan that was tried, in the order of the trials; the first is the scenario's own.

    Parameters
    ----------
    by_world
        Means over luck by plan, world and outcome: objectives, then limits, in their own units.
    luck
        Scores by plan, objective and replication, for how much of a score is luck (`interval.by_luck`).
    """

    question: Question = field(repr=False)
    plans: tuple[Plan, ...]
    by_world: Floats = field(repr=False)
    luck: Floats = field(repr=False)
    method: Method

    @property
    def judge(self) -> Judge:
        """What judges them."""
        return Judge(self.question)

    @property
    def scores(self) -> Floats:
        """What each is judged by, by plan and objective, less being better."""
        return self.judge.scores(self.by_world)

    @property
    def breaches(self) -> Floats:
        """By how much each breaks each limit, as a part of it; 0 or less where it holds."""
        return self.judge.breaches(self.by_world)

    @property
    def judged(self) -> NDArray[np.bool_]:
        """Which could be judged."""
        return self.judge.judged(self.by_world)

    @property
    def feasible(self) -> NDArray[np.bool_]:
        """Which hold all limits, by the luck of the search."""
        return self.judge.feasible(self.by_world)

    def distance(self, place: int) -> float:
        """How much a plan changes of the scenario's own."""
        return self.question.levers.distance(self.plans[place], self.plans[0])


def search(question: Question, evaluate: EvaluateFrom, progress: Progress | None = None) -> Tried:
    """Try plans: the scenario's own, the corners where there are few levers, then what the search asks for.

    Plans are asked for in batches of a fixed size and lived in all worlds, with the same luck. What is asked depends
    on the seed and on what was tried, never on workers or time; so a search that was killed tries the same plans
    again, whose runs are kept, and goes on to the same end.

    Where the study asks for regret, the search is steered by regret against the best plan so far in each world, and
    every plan that was tried before is judged anew as better ones are found; in the end it is regret against the
    best of all that were tried.

    Parameters
    ----------
    progress
        Told after each batch how many plans were tried, and of how many.
    """
    trying = _Trying(question, evaluate)
    asked = question.asked
    many = min(asked.trials, question.levers.plans + (not question.levers.holds(question.own)))
    method = method_for(asked.method, question.levers.plans, asked.trials)
    for batch in _batches(question, trying, method, many):
        trying.live(batch)
        if progress:
            progress(len(trying.plans), many)
    return trying.tried(method)


def _batches(
    question: Question, trying: _Trying, method: Method, many: int
) -> Iterator[list[Plan]]:
    """Batches of plans that were not tried before; no more than asked for."""
    size = question.asked.batch
    if method == "all":
        every = (plan for plan in question.levers.all() if plan != question.own)
        plans = iter([question.own, *every][: question.asked.trials])
        while batch := list(islice(plans, size)):
            yield batch
        return
    yield from _steered(question, trying, method, many)


def _steered(
    question: Question, trying: _Trying, method: Method, many: int
) -> Iterator[list[Plan]]:
    """The first plans, then what the search asks for; the last part near the best, where one thing is wanted."""
    size, levers = question.asked.batch, question.levers
    counts = (len(question.objectives), len(question.limits))
    asking = Asking(levers, *counts, method, question.asked.trials, question.seed)
    nearby = Nearby(levers, question.seed)
    first = iter(first_plans(question)[:many])
    while batch := list(islice(first, size)):
        wanted = min(size, many - len(trying.plans))
        yield asking.ask(wanted, trying.places, trying.scores(), batch)
    far = many if counts[0] > 1 or method != "tpe" else many - int(PART * many)
    while len(trying.plans) < many:
        scores, batch = trying.scores(), []
        wanted = min(size, many - len(trying.plans))
        best = best_so_far(scores) if len(trying.plans) >= far else None
        if best is not None:
            batch = nearby.ask(wanted, trying.places, best)
        batch = batch or asking.ask(wanted, trying.places, scores)
        if not batch:
            return
        yield batch


def first_plans(question: Question) -> list[Plan]:
    """The scenario's own plan, then the corners of what may be tried where they are few."""
    levers = question.levers
    corners: Sequence[Plan] = ()
    if levers.number_of_corners <= min(MOST_CORNERS, question.asked.trials / 4):
        corners = [corner for corner in levers.corners() if corner != question.own]
    return [question.own, *corners]


class _Trying:
    """Plans as they are lived."""

    def __init__(self, question: Question, evaluate: EvaluateFrom):
        self._question, self._evaluate = question, evaluate
        self._judge = Judge(question)
        self.places: dict[Plan, int] = {}
        self._lived: list[Floats] = []
        self._means: list[Floats] = []

    @property
    def plans(self) -> tuple[Plan, ...]:
        """All that were lived, in order."""
        return tuple(self.places)

    def live(self, batch: Sequence[Plan]) -> None:
        """Live some plans in every world, all at once."""
        question = self._question
        values = self._evaluate(question.points(batch), 0, question.replications)
        for plan, lived in zip(batch, question.read(values, len(batch)), strict=True):
            self.places[plan] = len(self._lived)
            self._lived.append(lived)
            self._means.append(means(lived))

    def scores(self) -> dict[Plan, tuple[Floats, Floats]]:
        """What each plan that could be judged is judged by now, and by how much it breaks limits."""
        if not self._lived:
            return {}
        values = np.array(self._means)
        scores, breaches = self._judge.scores(values), self._judge.breaches(values)
        there = self._judge.judged(values)
        return {
            plan: (scores[place], breaches[place])
            for plan, place in self.places.items()
            if there[place]
        }

    def tried(self, method: Method) -> Tried:
        """All of it, judged."""
        lived = np.array(self._lived)
        values = np.array(self._means)
        best = self._judge.yardstick(values)
        luck = by_luck(lived, lambda some: self._judge.scores(some, best))
        return Tried(self._question, self.plans, values, luck, method)
