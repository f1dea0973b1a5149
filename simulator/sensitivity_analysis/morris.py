"""The method of Morris: walks through all assumptions, one step at a time, that tell which hardly matter.

References
----------
Morris, Factorial sampling plans for preliminary computational experiments, Technometrics 33 (1991).
Campolongo, Cariboni and Saltelli, An effective screening design for sensitivity analysis of large models,
Environmental Modelling & Software 22 (2007): the mean of absolute effects.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from ..chance import stream
from ..replicate import paired
from ..wording import NO_INTERVAL, TOO_CLOSE, too_close_to_call
from .cube import as_salib, between_ends, values_at
from .installed import check_installed
from .question import failed, incomplete
from .tabled import VIEW, table_of

if TYPE_CHECKING:
    import pandas as pd

    from .question import Dimension, Flags, Floats, Question, View

LEVELS = 4
COPIES = 1000
CLEAR = 2.0
"""So many Monte-Carlo errors of one effect must a mean effect exceed to be told from chance."""

COLUMNS = (
    *VIEW,
    "dimension",
    "mu",
    "mu_low",
    "mu_high",
    "mu_star",
    "low",
    "high",
    "sigma",
    "mc_error",
    "verdict",
    "rank",
    "trajectories",
    "left_out",
)


@dataclass(frozen=True, slots=True)
class Effect:
    """What one assumption does to one number, averaged over where all others stand.

    Parameters
    ----------
    mu, mu_low, mu_high
        Mean change of the number for a move over the whole range of the assumption, with its 95% interval over
        replications: what luck leaves open of it.
    mu_star
        The same without regard to sign, with the ends of its 95% interval over walks.
    sigma
        Standard deviation of the change: how far it depends on where it is moved from, and on all others.
    mc_error
        Standard error of one such change over replications: what luck alone gives.
    """

    view: View
    dimension: Dimension
    mu: float
    mu_low: float
    mu_high: float
    mu_star: float
    low: float
    high: float
    sigma: float
    mc_error: float
    rank: int
    trajectories: int
    left_out: int

    @property
    def verdict(self) -> str:
        """Whether luck alone could give both the mean and its size, or that cannot be told."""
        if math.isnan(self.mc_error):
            return NO_INTERVAL
        one_way = not too_close_to_call(self.mu_low, self.mu_high)
        return "" if one_way or self.mu_star > CLEAR * self.mc_error else TOO_CLOSE


@dataclass(frozen=True)
class Morris:
    """Effects of every assumption on every number that is looked at.

    Parameters
    ----------
    trajectories
        Walks that were asked for.
    left_out
        Walks in which some cell failed; they are left out whole.
    """

    effects: tuple[Effect, ...]
    trajectories: int
    left_out: int

    def of(self, view: View) -> tuple[Effect, ...]:
        """The effects on one number, the strongest first."""
        return tuple(each for each in self.effects if each.view.places == view.places)

    @cached_property
    def table(self) -> pd.DataFrame:
        """One row for each number and assumption (columns: `COLUMNS`)."""
        return table_of(map(_record, self.effects), COLUMNS)


def _record(effect: Effect) -> dict[str, Any]:
    told = {name: getattr(effect, name) for name in COLUMNS[len(VIEW) + 1 :]}
    return {**effect.view.names, "dimension": effect.dimension.name, **told}


def walks(question: Question, trajectories: int) -> tuple[Floats, Floats]:
    """Points of the unit cube that the walks visit, and the same as points of the study.

    Raises
    ------
    MissingExtra
        Without SALib.
    """
    check_installed()
    from SALib.sample import morris as sampled

    chance = stream(question.seed, "morris")
    cube = sampled.sample(as_salib(question), trajectories, num_levels=LEVELS, seed=chance)
    quantiles = between_ends(question.assumed, cube)
    return cube, question.with_points(values_at(question.assumed, quantiles))


def morris(question: Question, trajectories: int) -> Morris:
    """Screen assumptions by walks through them.

    A walk in which a cell failed is left out whole.

    Parameters
    ----------
    trajectories
        How many walks; each is as many points as there are assumptions, and one more.

    Raises
    ------
    MissingExtra
        Without SALib.
    """
    cube, points = walks(question, trajectories)
    values = question.evaluate(points)
    length = len(question.assumed) + 1
    effects: list[Effect] = []
    for view in question.views:
        effects += _of_view(question, view, cube, view.of(values))
    return Morris(tuple(effects), trajectories, int(_walks_with(failed(values), length).sum()))


def _walks_with(missing: Flags, length: int) -> Flags:
    """Walks of so many points in which something is missing."""
    return np.any(missing.reshape(-1, length), axis=1)


def _of_view(question: Question, view: View, cube: Floats, numbers: Floats) -> list[Effect]:
    length = len(question.assumed) + 1
    spoilt = _walks_with(incomplete(numbers), length)
    kept = np.repeat(~spoilt, length)
    used = int((~spoilt).sum())
    told = _analysed(question, view, cube[kept], numbers[kept].mean(axis=1)) if used > 1 else None
    missing = np.full(len(question.assumed), np.nan)
    columns = {
        name: missing if told is None else np.asarray(told[name], dtype=np.float64)
        for name in ("mu", "mu_star", "sigma", "mu_star_conf")
    }
    each = _each(cube[kept], numbers[kept])
    _, mu_low, mu_high, _ = paired(each.mean(axis=0).T) if used > 1 else (missing,) * 4
    error = _error(each) if used > 1 else missing
    order = np.argsort(-columns["mu_star"], kind="stable")
    return [
        Effect(
            view=view,
            dimension=question.assumed[i],
            mu=float(columns["mu"][i]),
            mu_low=float(mu_low[i]),
            mu_high=float(mu_high[i]),
            mu_star=float(columns["mu_star"][i]),
            low=max(0.0, float(columns["mu_star"][i] - columns["mu_star_conf"][i])),
            high=float(columns["mu_star"][i] + columns["mu_star_conf"][i]),
            sigma=float(columns["sigma"][i]),
            mc_error=float(error[i]),
            rank=rank,
            trajectories=used,
            left_out=int(spoilt.sum()),
        )
        for rank, i in enumerate(order.tolist(), 1)
    ]


def _analysed(question: Question, view: View, cube: Floats, means: Floats) -> dict[str, Any]:
    from SALib.analyze import morris as analysed

    told: dict[str, Any] = analysed.analyze(
        as_salib(question),
        cube,
        means,
        num_levels=LEVELS,
        num_resamples=COPIES,
        seed=stream(question.seed, f"morris {view.names}"),
    )
    return told


def _each(cube: Floats, numbers: Floats) -> Floats:
    """The effect of each assumption in each walk and replication."""
    length, replications = cube.shape[1] + 1, numbers.shape[1]
    steps = np.diff(cube.reshape(-1, length, length - 1), axis=1)
    changes = np.diff(numbers.reshape(-1, length, replications), axis=1)
    which = np.abs(steps).argmax(axis=2)[..., np.newaxis]
    effects: Floats = changes / np.take_along_axis(steps, which, axis=2)
    return np.take_along_axis(effects, which.argsort(axis=1), axis=1)


def _error(effects: Floats) -> Floats:
    """Standard error over replications of one effect of each assumption, in the mean square."""
    replications = effects.shape[2]
    if replications < 2:
        return np.full(effects.shape[1], np.nan)
    error: Floats = np.sqrt(effects.var(axis=2, ddof=1).mean(axis=0) / replications)
    return error
