"""The method of Sobol: which share of a number's variance each assumption makes, alone and with all others.

References
----------
Sobol, Global sensitivity indices for nonlinear mathematical models, Mathematics and Computers in Simulation 55
(2001). Saltelli and others, Variance based sensitivity analysis of model output, Computer Physics
Communications 181 (2010): the estimators.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from ..chance import stream
from ..wording import TOO_CLOSE, verdict
from .cube import Worlds, as_salib, inside, values_at
from .installed import check_installed
from .question import failed, incomplete
from .tabled import VIEW, table_of

if TYPE_CHECKING:
    import pandas as pd

    from .question import Dimension, Floats, Question, View

Index = Literal["S1", "ST", "S2"]
COPIES = 500
CONSTANT = "Constant values encountered"
"""What SALib warns of where copies of the samples happen to be alike."""
STILL = 1e-12
"""A number that moves by less than so much of itself is moved by nothing."""

COLUMNS = (
    *VIEW,
    "dimension",
    "other",
    "index",
    "share",
    "low",
    "high",
    "by_chance",
    "verdict",
    "rank",
    "base_samples",
    "left_out",
)


@dataclass(frozen=True, slots=True)
class VarianceShare:
    """The share of one number's variance that an assumption makes.

    Parameters
    ----------
    other
        The second of a pair of assumptions; None for one by itself.
    index
        `S1`: by itself; `ST`: by itself and with all others; `S2`: by the pair, beyond what each does by itself.
    share
        With the ends of its 95% interval over base samples. An estimate may lie below 0 or above 1.
    by_chance
        How much of a total share luck alone makes, as means are over few replications.
    rank
        1 for the assumption whose total share is largest.
    """

    view: View
    dimension: Dimension
    other: Dimension | None
    index: Index
    share: float
    low: float
    high: float
    by_chance: float
    rank: int
    base_samples: int
    left_out: int

    @property
    def verdict(self) -> str:
        """Why the share cannot be told from none, or from that of luck; empty where it can."""
        if self.share > 0 and self.low <= self.by_chance:
            return TOO_CLOSE
        return verdict(self.low, self.high)


@dataclass(frozen=True)
class Sobol:
    """Shares of the variance of every number that is looked at.

    Parameters
    ----------
    base_samples
        Base samples that were asked for.
    left_out
        Base samples in which some cell failed; they are left out whole.
    worlds
        The independent points among those that were run: a sample of worlds.
    """

    shares: tuple[VarianceShare, ...]
    base_samples: int
    left_out: int
    worlds: Worlds

    def of(self, view: View, index: Index = "ST") -> tuple[VarianceShare, ...]:
        """The shares of one number, the largest total first."""
        return tuple(
            each for each in self.shares if each.view.places == view.places and each.index == index
        )

    @cached_property
    def table(self) -> pd.DataFrame:
        """One row for each number, assumption (or pair) and index (columns: `COLUMNS`)."""
        return table_of(map(_record, self.shares), COLUMNS)


def _record(share: VarianceShare) -> dict[str, Any]:
    told = {name: getattr(share, name) for name in COLUMNS[len(VIEW) + 2 :]}
    other = share.other.name if share.other else ""
    return {**share.view.names, "dimension": share.dimension.name, "other": other, **told}


def size_of_a_sample(question: Question, *, second_order: bool) -> int:
    """How many points belong to one base sample."""
    assumed = len(question.assumed)
    return 2 * assumed + 2 if second_order else assumed + 2


def samples(question: Question, base_samples: int, *, second_order: bool) -> tuple[Floats, Floats]:
    """Points of the unit cube, one base sample after the other, and the same as points of the study.

    Raises
    ------
    MissingExtra
        Without SALib.
    """
    check_installed()
    from SALib.sample import sobol as sampled

    cube = sampled.sample(
        as_salib(question),
        base_samples,
        calc_second_order=second_order,
        seed=stream(question.seed, "sobol"),
    )
    quantiles = inside(question.assumed, cube)
    return cube, question.with_points(values_at(question.assumed, quantiles))


def sobol(question: Question, base_samples: int, *, second_order: bool = False) -> Sobol:
    """Split the variance of each number among the assumptions.

    Means over replications are split. A base sample in which a cell failed is left out whole.

    Parameters
    ----------
    base_samples
        A power of two; each is as many points as there are assumptions and two, or twice as many.
    second_order
        Whether pairs are told as well.

    Raises
    ------
    MissingExtra
        Without SALib.
    """
    cube, points = samples(question, base_samples, second_order=second_order)
    values = question.evaluate(points)
    size = size_of_a_sample(question, second_order=second_order)
    shares: list[VarianceShare] = []
    for view in question.views:
        shares += _of_view(question, view, view.of(values), size, second_order=second_order)
    place = np.arange(len(cube)) % size
    apart = (place == 0) | (place == size - 1)
    drawn = f"the {apart.sum():,} independent points of {base_samples:,} Sobol samples"
    worlds = Worlds(points[apart], values[apart], drawn)
    return Sobol(
        tuple(shares),
        base_samples,
        int(np.any(failed(values).reshape(-1, size), axis=1).sum()),
        worlds,
    )


def _of_view(
    question: Question, view: View, numbers: Floats, size: int, *, second_order: bool
) -> list[VarianceShare]:
    by_sample = numbers.reshape(-1, size, numbers.shape[1])
    spoilt = incomplete(by_sample)
    kept = by_sample[~spoilt]
    told = _analysed(question, view, kept, second_order=second_order)
    chance = _by_chance(kept, len(question.assumed))
    order = np.argsort(-told["ST"], kind="stable").tolist()
    rank = {place: number for number, place in enumerate(order, 1)}
    counts = {"base_samples": len(kept), "left_out": int(spoilt.sum())}

    def share(index: Index, i: int, j: int | None = None) -> VarianceShare:
        place = i if j is None else (i, j)
        middle, reach = float(told[index][place]), float(told[f"{index}_conf"][place])
        return VarianceShare(
            view=view,
            dimension=question.assumed[i],
            other=None if j is None else question.assumed[j],
            index=index,
            share=middle,
            low=middle - reach,
            high=middle + reach,
            by_chance=float(chance[i]) if index == "ST" else np.nan,
            rank=rank[i],
            **counts,
        )

    rows = [share(index, i) for i in order for index in ("S1", "ST")]
    if second_order:
        pairs = [(i, j) for i in range(len(order)) for j in range(i + 1, len(order))]
        rows += [share("S2", i, j) for i, j in pairs]
    return rows


def _analysed(
    question: Question, view: View, kept: Floats, *, second_order: bool
) -> dict[str, Floats]:
    """What SALib makes of means over replications; all missing where nothing moves the number."""
    means = kept.mean(axis=2).ravel() if len(kept) else np.zeros(0)
    assumed = len(question.assumed)
    if len(kept) < 2 or np.ptp(means) <= STILL * np.abs(means).max():
        missing = np.full(assumed, np.nan)
        pairs = np.full((assumed, assumed), np.nan)
        told = dict.fromkeys(("S1", "S1_conf", "ST", "ST_conf"), missing)
        return told | dict.fromkeys(("S2", "S2_conf"), pairs)
    from SALib.analyze import sobol as analysed

    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", CONSTANT)
        found: dict[str, Floats] = analysed.analyze(
            as_salib(question),
            means,
            calc_second_order=second_order,
            num_resamples=COPIES,
            seed=stream(question.seed, f"sobol {view.names}"),
        )
    return found


def _by_chance(kept: Floats, assumed: int) -> Floats:
    """The total share that an assumption without effect would have, from luck that differs by point alone."""
    replications = kept.shape[2]
    if replications < 2 or len(kept) < 2:
        return np.full(assumed, np.nan)
    apart = kept[:, :1] - kept[:, 1 : assumed + 1]
    noise = apart.var(axis=2, ddof=1).mean(axis=0) / replications
    variance = kept[:, [0, -1]].mean(axis=2).var()
    return 0.5 * noise / variance if variance > 0 else np.full(assumed, np.nan)
