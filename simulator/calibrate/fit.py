"""The fit: run, learn, look where the figures point, run there, until the stand-in is good enough.

A first cover of the ranges is run. Stand-ins learn from it, and a chain walks through every set of
assumptions that the figures allow. New points are run among those, and all is learnt again, until what the
stand-ins do not know no longer matters beside what the figures do not say.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from scipy.stats import qmc

from ..chance import stream
from ..observe import Figure
from ..scenario.draws import with_values
from . import one_thread
from .emulator import Emulator, train
from .posterior import Likelihood, sample
from .result import ENOUGH, Effort, Fit, Scale
from .runs import Point, Runs

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from ..scenario import Scenario
    from ..workers import Progress
    from .targets import Aim

COUNTED = "counted_by_formula"
MOST_TO_LEARN_FROM = 320
LUCK_THAT_VARIES = 0.25
"""Of the variance that our common luck leaves, the share that differs from point to point."""
CHAIN = 400
"""Sets of assumptions that are looked at in each round."""
UNSEEN_FROM, PREDICTED, LEVEL_FROM = 500, range(1000, 1004), 2000
"""Numbers of the replications that a fit's own, which begin at 0, never reach: luck that it has not seen."""


class Fitting:
    """A fit under way.

    Parameters
    ----------
    ran
        Told how many more replications have been run, each time that some have.
    beat
        Called often while a chain walks, so that whoever waits sees it go on, or may end it.
    """

    def __init__(
        self,
        aim: Aim,
        effort: Effort,
        seed: int,
        workers: int,
        folder: Path | None = None,
        progress: Progress | None = None,
        say: Callable[[str], None] = lambda _: None,
        ran: Callable[[int], None] = lambda _: None,
        beat: Callable[[], None] = lambda: None,
    ):
        self.aim, self.effort, self.seed = aim, effort, seed
        self.progress, self.say, self.ran, self.beat = progress, say, ran, beat
        self.scale = Scale(np.array(aim.low), np.array(aim.high))
        self.world = (
            apart_from_the_rest(aim.scenario) if aim.targets.rest_is_alike else aim.scenario
        )
        groups = tuple(aim.scenario.world.groups)
        self.figures = (*aim.figures, *(Figure(COUNTED, group, 0) for group in groups))
        self.n = len(aim.figures)
        self.workers, self.folder = workers, folder
        self.runs = self._runs(range(effort.replications), "runs.jsonl")
        self.aims = np.array([np.nan if t.value is None else t.value for t in aim.targets.targets])
        self.spread = np.zeros((len(self.figures), len(self.figures)))
        self.below = np.array([np.nan if t.below is None else t.below for t in aim.targets.targets])

    def _runs(self, replications: Sequence[int], name: str) -> Runs:
        file = self.folder / name if self.folder is not None else None
        return Runs(
            self.aim,
            self.world,
            self.figures,
            self.seed,
            replications,
            self.workers,
            file,
            self.ran,
        )

    @property
    def most_replications(self) -> int:
        """Replications that are run at most: each set, what is run again in each round, and the end."""
        effort = self.effort
        beside = self._most_rounds * effort.level_replications + 2 * effort.final_replications
        after = min(effort.draws, effort.predicted_sets) * len(PREDICTED)
        return effort.points * effort.replications + beside + after

    @property
    def most_beats(self) -> int:
        """How often chains call back at most: one in each round, two at the end, twice in each step."""
        return (self._most_rounds + 2) * 2 * self.effort.chain_steps

    @property
    def _most_rounds(self) -> int:
        return 1 + -(-(self.effort.points - len(self._cover())) // self._more)

    @property
    def _more(self) -> int:
        """Sets that are run in each round after the first."""
        return max(20, 4 * len(self.aim.low))

    def numbers(self, point: NDArray[np.float64]) -> Point:
        """A point of the unit cube as values of the assumptions."""
        return tuple(float(f"{x:.6g}") for x in self.scale.values(point))

    def cube(self, numbers: NDArray[np.float64]) -> NDArray[np.float64]:
        """Values of the assumptions as points of the unit cube."""
        return self.scale.cube(numbers)

    def run(self) -> Fit:
        """Fit, and look at what came of it."""
        with one_thread():
            return self._finish(*self._explored())

    def explore(self) -> tuple[Emulator, Likelihood, NDArray[np.float64], int]:
        """Run, learn and run again: the stand-ins, the likelihood, what doubt is left, and the rounds."""
        with one_thread():
            return self._explored()

    def _explored(self) -> tuple[Emulator, Likelihood, NDArray[np.float64], int]:
        points = self._cover()
        rounds = 1
        self.say(f"Round 1: {len(points)} sets of assumptions over the whole ranges")
        self.runs.at(points, self.progress)
        emulator: Emulator | None = None
        while True:
            emulator, likelihood = self._learn(emulator)
            chain = self._sample(likelihood, CHAIN, rounds)
            doubt = self._doubt(emulator, likelihood, chain)
            left = self.effort.points - len(self.runs.known)
            worst = float(doubt.max())
            self.say(f"Round {rounds}: the stand-in's doubt is {worst:.0%} of all other doubt")
            if worst <= ENOUGH or left <= 0:
                break
            rounds += 1
            new = self._spread_out(chain, min(left, self._more))
            self.say(f"Round {rounds}: {len(new)} sets among those that the figures allow")
            self.runs.at([self.numbers(point) for point in new], self.progress)
        return emulator, likelihood, doubt, rounds

    def _cover(self) -> list[Point]:
        d = len(self.aim.low)
        many = max(min(self.effort.points // 2, 10 * d), min(self.effort.points, 3 * d + 4))
        rng = stream(self.seed, "first cover")
        cover = qmc.LatinHypercube(d, optimization="random-cd", rng=rng).random(many)
        return [self.numbers(point) for point in cover]

    def _learn(self, before: Emulator | None = None) -> tuple[Emulator, Likelihood]:
        known, rows = self.runs.all()
        luck, spread = self._level(known, _means(rows))
        means, self.spread = _means(rows) - luck, spread
        chosen = self._nearest(means, spread)
        points = self.cube(np.array([known[i] for i in chosen]))
        noise = np.diag(spread) / len(self.runs.replications) * 0.1
        places = [*self.aim.fitted, *range(self.n, len(self.figures))]
        emulator = train(points, means[chosen], noise, places, before)
        likelihood = Likelihood(
            emulator, self.aims, self.below, self._covariance(spread), self.aim.fitted
        )
        return emulator, likelihood

    def _level(
        self, known: list[Point], means: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """How lucky our replications are, and how far chance moves one, at the point nearest to the figures.

        All points have the same luck, so that they differ by their assumptions alone; but then all of them
        together say no more about chance than one does, and are all off by the same. So one is run again.
        """
        scale = np.nanstd(means, axis=0)
        off = (means[:, : self.n] - self.aims) / np.where(scale > 0, scale, 1.0)[: self.n]
        place = int(np.argmin((np.nan_to_num(off)[:, list(self.aim.fitted)] ** 2).sum(axis=1)))
        again = self._runs(
            range(LEVEL_FROM, LEVEL_FROM + self.effort.level_replications), "level.jsonl"
        )
        rows = again.at([known[place]], self.progress)
        return np.nan_to_num(means[place] - _means(rows)[0]), _chance(rows[0])

    def _own_covariance(self, spread: NDArray[np.float64]) -> NDArray[np.float64]:
        """Of the figures around the model's true means: their own error, and the chance that they hold."""
        own = np.array([target.uncertainty for target in self.aim.targets.targets])
        tiny = 1e-12 + (1e-4 * np.nan_to_num(self.aims)) ** 2
        chance = spread[: self.n, : self.n] / self.aim.targets.mean_of_partnerships
        return np.diag(own**2 + tiny) + chance

    def _covariance(self, spread: NDArray[np.float64]) -> NDArray[np.float64]:
        """Of the figures around the stand-in: besides, what is left of our own luck."""
        ours = 1 / self.effort.level_replications + LUCK_THAT_VARIES / len(self.runs.replications)
        return self._own_covariance(spread) + spread[: self.n, : self.n] * ours

    def _nearest(self, means: NDArray[np.float64], spread: NDArray[np.float64]) -> NDArray[np.intp]:
        """The points to learn from: all, or those nearest to the figures."""
        if len(means) <= MOST_TO_LEARN_FROM:
            return np.arange(len(means))
        sd = np.sqrt(np.diag(self._covariance(spread)))
        off = np.nan_to_num((means[:, : self.n] - self.aims) / sd)[:, list(self.aim.fitted)]
        return np.sort(np.argsort((off**2).sum(axis=1), kind="stable")[:MOST_TO_LEARN_FROM])

    def _sample(self, likelihood: Likelihood, draws: int, round_: int) -> NDArray[np.float64]:
        d = len(self.aim.low)
        free = np.ones(d, dtype=bool)
        return sample(
            likelihood,
            free,
            np.full(d, 0.5),
            draws,
            self.seed + 1000 * round_,
            self.effort.chain_steps,
            self.beat,
        )

    def _doubt(
        self, emulator: Emulator, likelihood: Likelihood, chain: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        fitted = list(self.aim.fitted)
        _, variance = emulator(chain, fitted)
        own = np.sqrt(np.median(variance, axis=0))
        return own / np.sqrt(np.diag(likelihood.covariance)[fitted])

    def _spread_out(self, chain: NDArray[np.float64], many: int) -> NDArray[np.float64]:
        """Sets far from each other and from what has been run, a little beyond where the chain walks."""
        centre = chain.mean(axis=0)
        wider = np.clip(centre + 1.3 * (chain - centre), 0, 1)
        known = self.cube(np.array(self.runs.all()[0]))
        scale = np.maximum(chain.std(axis=0), 0.02)
        near = np.min(_apart(wider / scale, known / scale), axis=1)
        chosen: list[int] = []
        for _ in range(min(many, len(wider))):
            place = int(np.argmax(near))
            chosen.append(place)
            near = np.minimum(near, _apart(wider / scale, wider[[place]] / scale)[:, 0])
        return wider[chosen]

    def _finish(
        self, emulator: Emulator, likelihood: Likelihood, doubt: NDArray[np.float64], rounds: int
    ) -> Fit:
        sets = self._sample(likelihood, 4000, 0)
        point = sets.mean(axis=0)  # the likeliest one stands in a corner where figures say little
        numbers = self.numbers(point)
        draws = self._draws(likelihood, self.cube(np.array(numbers)))
        before, after = self._before_and_after(numbers)
        self.say("Some of the sets that the figures allow, run once more")
        many = self.effort.predicted_sets
        some = [self.numbers(each) for each in draws[:: max(1, len(draws) // many)][:many]]
        predicted = self._runs(PREDICTED, "predicted.jsonl").at(some, self.progress)
        _, known = self.runs.all()
        counted = after[:, self.n :].mean(axis=0)
        return Fit(
            aim=self.aim,
            effort=self.effort,
            seed=self.seed,
            best=numbers,
            sets=self.scale.values(sets),
            draws=np.array([self.numbers(each) for each in draws]),
            before=before[:, : self.n],
            after=after[:, : self.n],
            predicted=predicted[..., : self.n],
            simulated=_means(known)[:, : self.n],
            slopes=self._slopes(emulator, point),
            stand_in_doubt=doubt,
            doubts=np.sqrt(np.diag(self._own_covariance(self.spread))),
            counted_best=counted,
            counted_draws=self._counted(emulator, point, draws) + counted,
            rounds=rounds,
        )

    def _draws(self, likelihood: Likelihood, point: NDArray[np.float64]) -> NDArray[np.float64]:
        free = np.array([not fitted.is_decision for fitted in self.aim.targets.fit])
        if not free.any():
            return np.tile(point, (self.effort.draws, 1))
        return sample(
            likelihood,
            free,
            point,
            self.effort.draws,
            self.seed + 7,
            self.effort.chain_steps,
            self.beat,
        )

    def _before_and_after(self, numbers: Point) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """With luck that the fit has not seen."""
        self.say("The scenario as it was and as fitted, with luck that the fit has not seen")
        many = range(UNSEEN_FROM, UNSEEN_FROM + self.effort.final_replications)
        runs = self._runs(many, "final.jsonl")
        after = runs.at([numbers], self.progress)[0]
        start = Runs(
            _nothing_moves(self.aim),
            self.world,
            self.figures,
            self.seed,
            many,
            self.workers,
            self.folder / "before.jsonl" if self.folder is not None else None,
            self.ran,
        )
        return start.at([()])[0], after

    def _counted(
        self, emulator: Emulator, point: NDArray[np.float64], draws: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """How much more the formula counts at first in each draw than at the best values, by group."""
        places = range(self.n, len(self.figures))
        return emulator(draws, places)[0] - emulator(point[np.newaxis], places)[0]

    def _slopes(self, emulator: Emulator, point: NDArray[np.float64]) -> NDArray[np.float64]:
        """By figure and assumption: how far the figure moves over the whole range, by its slope here."""
        step = 0.05
        up = np.clip(point + step * np.eye(len(point)), 0, 1)
        down = np.clip(point - step * np.eye(len(point)), 0, 1)
        width = np.diag(up - down)
        fitted = list(self.aim.fitted)
        rise = (emulator(up, fitted)[0] - emulator(down, fitted)[0]) / width[:, np.newaxis]
        told = np.zeros((self.n, len(point)))
        told[fitted] = rise.T
        return told


def _nothing_moves(aim: Aim) -> Aim:
    return replace(aim, targets=aim.targets.model_copy(update={"fit": ()}), low=(), high=())


def _chance(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """Covariance of the figures of one replication; correlations are drawn in where replications are few."""
    from sklearn.covariance import ledoit_wolf

    there = np.where(np.isfinite(rows), rows, np.nan_to_num(_means(rows[np.newaxis])))
    sd = there.std(axis=0, ddof=1)
    unit = (there - there.mean(axis=0)) / np.where(sd > 0, sd, 1.0)
    told: NDArray[np.float64] = ledoit_wolf(unit)[0] * len(rows) / (len(rows) - 1)
    told[np.diag_indices_from(told)] = 1.0
    return told * np.outer(sd, sd)


def _means(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """By point and figure, over the replications that have the figure."""
    there = np.isfinite(rows)
    many = there.sum(axis=1)
    total = np.where(there, rows, 0.0).sum(axis=1)
    return np.divide(total, many, out=np.full(total.shape, np.nan), where=many > 0)


def _apart(first: NDArray[np.float64], second: NDArray[np.float64]) -> NDArray[np.float64]:
    square = (first**2).sum(axis=1)[:, np.newaxis] + (second**2).sum(axis=1) - 2 * first @ second.T
    return np.sqrt(np.maximum(square, 0.0))


def apart_from_the_rest(scenario: Scenario) -> Scenario:
    """The partnership with its equal share of the pot: where all are alike, that is what each gets."""
    formula = scenario.formula
    many = formula.rest.partnerships + len(scenario.partnerships)
    pots = formula.pot_gbp if isinstance(formula.pot_gbp, tuple) else (formula.pot_gbp,)
    shares = [round(pot * len(scenario.partnerships) / many) for pot in pots]
    pot = shares if isinstance(formula.pot_gbp, tuple) else shares[0]
    return with_values(scenario, {"formula.rest.partnerships": 0, "formula.pot_gbp": pot})


def fit(
    aim: Aim,
    *,
    effort: Effort | None = None,
    seed: int = 1,
    workers: int = 1,
    folder: Path | None = None,
    progress: Progress | None = None,
    say: Callable[[str], None] = lambda _: None,
) -> Fit:
    """Fit a scenario's assumptions to figures.

    Parameters
    ----------
    folder
        Where points are kept while they are run; the same folder again goes on from there.
    say
        Told what happens.

    Raises
    ------
    MissingExtra
        Without scikit-learn and emcee.
    """
    return Fitting(aim, effort or Effort(), seed, workers, folder, progress, say).run()
