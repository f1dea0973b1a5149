"""The best few lived again with luck that the search has not seen, so that luck which chose them does not flatter them."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np

from ..chance import stream
from .frontier import far_apart, undominated
from .interval import by_luck, estimate
from .judging import breach, held, means

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from ..incentives import Estimate
    from ..workers import Progress
    from .question import Bound, EvaluateFrom, Question
    from .search import Tried

Floats: TypeAlias = "NDArray[np.float64]"
Verdict: TypeAlias = Literal["held", "broken", "too close to call"]
Standing: TypeAlias = Literal["on the frontier", "too close to call", "beaten"]
TOO_CLOSE: Literal["too close to call"] = "too close to call"

APART = 0.05
"""A plan that differs from a better one by less than this part of every lever's range is not confirmed beside it."""
BOOTSTRAPS = 1000
SURE = 0.95
"""A plan that stays on the frontier in so many bootstraps of the luck is on it."""


@dataclass(frozen=True, slots=True)
class Kept:
    """Whether a plan holds a limit, by new luck.

    Parameters
    ----------
    value
        The outcome's mean over worlds and luck, with its 95% interval.
    worlds
        In how many worlds the mean over luck holds it.
    verdict
        By the 95% interval of what is broken: too close to call where it holds zero.
    """

    bound: Bound = field(repr=False)
    value: Estimate
    worlds: int
    verdict: Verdict


@dataclass(frozen=True)
class Confirmed:
    """Plans that were lived again.

    Parameters
    ----------
    places
        Which of those tried they are, the scenario's own first, then the best by the search.
    lived
        By plan, world, outcome and replication; further plans after them are those that regret is measured against.
    yardstick
        By objective and world, the place in `lived` of the plan that regret is measured against: the one that was
        best there in the search, with new luck.
    """

    tried: Tried = field(repr=False)
    places: tuple[int, ...]
    lived: Floats = field(repr=False)
    yardstick: NDArray[np.int64] = field(repr=False)

    @property
    def question(self) -> Question:
        """What was asked."""
        return self.tried.question

    @cached_property
    def values(self) -> Floats:
        """Means over luck by plan, world and outcome."""
        return means(self.lived)

    def _score(self, values: Floats) -> Floats:
        return self.tried.judge.scores(values, self.yardstick)[: len(self.places)]

    @cached_property
    def scores(self) -> Floats:
        """By plan and objective, less being better."""
        return self._score(self.values)

    @cached_property
    def luck(self) -> Floats:
        """Pseudo-values of the scores, by plan, objective and replication."""
        return by_luck(self.lived, self._score)

    def score(self, plan: int, objective: int) -> Estimate:
        """A plan's score and its 95% interval."""
        return estimate(float(self.scores[plan, objective]), self.luck[plan, objective])

    def worse(self, plan: int, than: int, objective: int, comparisons: int = 1) -> Estimate:
        """By how much a plan's score is worse than another's, paired."""
        difference = float(self.scores[plan, objective] - self.scores[than, objective])
        luck = self.luck[plan, objective] - self.luck[than, objective]
        return estimate(difference, luck, comparisons)

    def differences(self, plan: int, than: int) -> Floats:
        """By how much a plan's first objective is worse than another's, by world and replication."""
        sign = self.question.objectives[0].sign
        worse: Floats = sign * (self.lived[plan, :, 0] - self.lived[than, :, 0])
        return worse

    @cached_property
    def judged(self) -> NDArray[np.bool_]:
        """Which could be judged."""
        return self.tried.judge.judged(self.values)[: len(self.places)]

    @cached_property
    def limits(self) -> tuple[tuple[Kept, ...], ...]:
        """By plan, how it holds each limit."""
        return tuple(
            tuple(self._kept(plan, which) for which in range(len(self.question.limits)))
            for plan in range(len(self.places))
        )

    def _kept(self, plan: int, which: int) -> Kept:
        bound = self.question.limits[which]
        outcome = len(self.question.objectives) + which
        mine = self.lived[plan : plan + 1, :, outcome : outcome + 1]
        mean = by_luck(mine, lambda some: some.mean(axis=(1, 2)))[0]
        broken = _broken(mine, lambda some: breach(some[..., 0], bound.limit))
        by_world = self.values[plan, :, outcome]
        holds = held(by_world, bound.limit)
        return Kept(
            bound, estimate(float(by_world.mean()), mean), int(holds.sum()), _verdict(broken)
        )

    @cached_property
    def holding(self) -> NDArray[np.bool_]:
        """Which could be judged and are not shown to break a limit."""
        unbroken = [all(kept.verdict != "broken" for kept in each) for each in self.limits]
        return np.array(unbroken) & self.judged

    def _undominated(self, scores: Floats) -> NDArray[np.bool_]:
        return undominated(np.where(self.holding[:, np.newaxis], scores, np.nan))

    @cached_property
    def stays(self) -> Floats:
        """In which part of 1000 bootstraps of the luck no other beats a plan in everything."""
        runs = self.lived.shape[-1]
        draw = stream(self.question.seed, "which plans stay on the frontier")
        counted = np.zeros(len(self.places))
        for _ in range(BOOTSTRAPS):
            again = self.lived[..., draw.integers(runs, size=runs)]
            counted += self._undominated(self._score(means(again)))
        return counted / BOOTSTRAPS

    @property
    def standings(self) -> tuple[Standing, ...]:
        """Whether each plan is beaten in everything by another of those confirmed: in 95 of 100 bootstraps, or not."""
        return tuple(
            "on the frontier" if part >= SURE else "beaten" if part <= 1 - SURE else TOO_CLOSE
            for part in self.stays.tolist()
        )


def _broken(mine: Floats, by: Callable[[Floats], Floats]) -> Estimate:
    return estimate(float(by(means(mine))[0]), by_luck(mine, by)[0])


def _verdict(broken: Estimate) -> Verdict:
    if math.isnan(broken.low):
        return "held" if broken.mean <= 0 else "broken"
    if broken.high <= 0:
        return "held"
    return "broken" if broken.low > 0 else TOO_CLOSE


def confirm(
    tried: Tried, evaluate: EvaluateFrom, progress: Progress | None = None
) -> Confirmed | None:
    """Live the best few again with new luck, beside the scenario's own plan; nothing where none holds the limits.

    Replications are numbered after those of the search. Where regret is asked for, the plan that was best in each
    world is lived again too.
    """
    question = tried.question
    if not tried.feasible.any():
        return None
    places = (0, *best_few(tried))
    measured = (
        tried.judge.yardstick(tried.by_world)
        if question.asked.robust == "regret"
        else np.zeros((len(question.objectives), question.number_of_worlds), dtype=np.int64)
    )
    run = tuple(dict.fromkeys([*places, *measured.ravel().tolist()]))
    values = evaluate(
        question.points([tried.plans[place] for place in run]),
        question.replications,
        question.asked.confirm.replications,
    )
    if progress:
        progress(len(run), len(run))
    where = {place: at for at, place in enumerate(run)}
    yardstick = np.vectorize(where.__getitem__, otypes=[np.int64])(measured)
    return Confirmed(tried, places, question.read(values, len(run)), yardstick)


def best_few(tried: Tried) -> list[int]:
    """Which plans are lived again beside the scenario's own: the best, none of them nearly the same as a better one.

    Of several objectives: plans of the frontier that lie far from each other.
    """
    scores, many = tried.scores, tried.question.asked.confirm.plans
    distance = [tried.distance(place) for place in range(len(tried.plans))]
    places = np.flatnonzero(tried.feasible).tolist()
    if scores.shape[1] > 1:
        front = undominated(scores[places], [distance[place] for place in places])
        others = [place for place, stays in zip(places, front, strict=True) if stays and place]
        return [others[at] for at in far_apart(scores[others], many)]
    ranked = sorted(places, key=lambda place: (float(scores[place, 0]), distance[place], place))
    return _unlike(tried, ranked)[:many]


def _unlike(tried: Tried, ranked: Sequence[int]) -> list[int]:
    """Of plans from the best on, those that differ from every better one; not the scenario's own."""
    levers, found = tried.question.levers, list[int]()
    for place in ranked:
        plan = tried.plans[place]
        if all(levers.farthest(plan, tried.plans[other]) >= APART for other in found):
            found.append(place)
    return [place for place in found if place]
