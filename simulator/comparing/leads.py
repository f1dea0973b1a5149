"""In how many worlds one plan beats another, how sure that is, and what is within luck."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np
from scipy.special import stdtr
from scipy.stats import binomtest

from ..incentives import Estimate
from ..incentives.estimate import MISSING
from ..replicate import BAND, CONFIDENCE

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from ..sensitivity_analysis.question import View
    from .headlines import Better
    from .worlds import Contest

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]

Kind: TypeAlias = Literal["ahead", "behind", "within luck", "alike"]
AHEAD: Kind = "ahead"
BEHIND: Kind = "behind"
WITHIN_LUCK: Kind = "within luck"
ALIKE: Kind = "alike"


@dataclass(frozen=True, slots=True)
class Luck:
    """What luck alone does to the difference of two plans, from worlds that were lived twice.

    Parameters
    ----------
    spread
        Standard deviation of the difference in one world, from one luck to another; missing where none was lived twice.
    worlds
        How many were lived twice.
    """

    spread: float
    worlds: int

    @classmethod
    def of(cls, differences: Floats) -> Luck:
        """Pooled over all worlds that were lived with every luck.

        Parameters
        ----------
        differences
            By world and luck; missing where a world was not lived with it.
        """
        again = differences[~np.isnan(differences).any(axis=1)]
        if not len(again) or differences.shape[1] < 2:
            return cls(np.nan, 0)
        within = again.var(axis=1, ddof=1)
        return cls(float(np.sqrt(within.mean())), len(again) * (differences.shape[1] - 1))


@dataclass(frozen=True)
class Lead:
    """In how many worlds a plan beats another in one number.

    Parameters
    ----------
    better
        Which way the number is better; where that is not said, ahead means higher.
    differences
        Of the plan from the other, by world, in the number's own unit; the mean where a world was lived twice.
    kinds
        What is to be said of each world: `ahead`, `behind`, `within luck`, or `alike` where all is exactly the same.
    luck
        What luck alone does.
    left_out
        Worlds in which the number is missing.
    """

    view: View
    better: Better
    differences: tuple[float, ...]
    kinds: tuple[Kind, ...]
    luck: Luck
    left_out: int

    @property
    def worlds(self) -> int:
        """Worlds that count."""
        return len(self.differences)

    @property
    def ahead(self) -> int:
        """Worlds in which it came out ahead, clearly or not."""
        return self._worlds_on(1)

    @property
    def behind(self) -> int:
        """Worlds in which it came out behind, clearly or not; in all others nothing differs."""
        return self._worlds_on(-1)

    def _worlds_on(self, side: int) -> int:
        way = -side if self.better == "lower" else side
        return sum(way * difference > 0 for difference in self.differences)

    def count(self, kind: Kind) -> int:
        """Worlds of a kind."""
        return self.kinds.count(kind)

    @property
    def share(self) -> tuple[float, float]:
        """95% interval of the share of all worlds in which it comes out ahead, as those that were lived are a sample."""
        return self._interval(self.ahead)

    @property
    def share_behind(self) -> tuple[float, float]:
        """The same of worlds in which it comes out behind."""
        return self._interval(self.behind)

    def _interval(self, many: int) -> tuple[float, float]:
        if not self.worlds:
            return np.nan, np.nan
        told = binomtest(many, self.worlds).proportion_ci(CONFIDENCE, method="wilson")
        return float(told.low), float(told.high)

    @property
    def average(self) -> Estimate:
        """The difference on average over all worlds, with its 95% interval as those that were lived are a sample."""
        if not self.worlds:
            return MISSING
        return Estimate.of(np.array(self.differences))

    @property
    def band(self) -> tuple[float, float]:
        """The band that holds the difference in nine worlds in ten, luck among it."""
        if not self.worlds:
            return np.nan, np.nan
        low, high = np.quantile(self.differences, BAND)
        return float(low), float(high)


def lead(contest: Contest, scenario: int, baseline: int, outcome: int) -> Lead:
    """Count the worlds in which one plan beats another in one number."""
    view = contest.view(scenario, baseline, outcome)
    whole = view.of(contest.numbers)
    there = ~np.isnan(whole).all(axis=1)
    kept = whole[there]
    luck = Luck.of(kept)
    return Lead(
        view=view,
        better=contest.better[outcome],
        differences=tuple(_means(kept).tolist()),
        kinds=kinds_of(kept * contest.sign(outcome), luck),
        luck=luck,
        left_out=int((~there).sum()),
    )


def leads(contest: Contest, scenario: int = 1, baseline: int = 0) -> tuple[Lead, ...]:
    """The same of every number."""
    return tuple(lead(contest, scenario, baseline, o) for o in range(len(contest.outcomes)))


def kinds_of(differences: Floats, luck: Luck) -> tuple[Kind, ...]:
    """What is to be said of each world, so that of the worlds said to be clear one in twenty at most is not.

    Parameters
    ----------
    differences
        By world and luck, above zero where the plan is ahead.

    References
    ----------
    Benjamini and Hochberg, Journal of the Royal Statistical Society B 57 (1995): the false discovery rate.
    """
    many = (~np.isnan(differences)).sum(axis=1)
    total = np.nansum(differences, axis=1)
    alike = np.nanmax(np.abs(differences), axis=1, initial=0.0) == 0
    if np.isnan(luck.spread):
        clear = np.zeros(len(total), dtype=bool)
    elif luck.spread == 0:
        clear = ~alike
    else:
        size = np.abs(total / many) / (luck.spread / np.sqrt(many))
        clear = discoveries(2 * stdtr(luck.worlds, -size))
    return tuple(
        ALIKE if same else WITHIN_LUCK if not sure else AHEAD if way > 0 else BEHIND
        for same, sure, way in zip(alike, clear, total, strict=True)
    )


def discoveries(chances: Floats, rate: float = 1 - CONFIDENCE) -> Flags:
    """Which of many tests are passed so that of those passed only a small share is passed by chance."""
    many = len(chances)
    order = np.argsort(chances)
    passed = np.flatnonzero(chances[order] <= rate * np.arange(1, many + 1) / max(many, 1))
    told = np.zeros(many, dtype=bool)
    if len(passed):
        told[order[: passed[-1] + 1]] = True
    return told


# Several plans


@dataclass(frozen=True)
class Standing:
    """How plans stand to each other in one number over all worlds.

    Parameters
    ----------
    beats, clearly
        By row and column: in how many worlds the row's plan beats the column's; and in how many beyond luck.
    best
        In how many worlds each is the best of all; where several are best together, each has its part.
    """

    outcome: int
    titles: tuple[str, ...]
    worlds: int
    beats: tuple[tuple[int, ...], ...]
    clearly: tuple[tuple[int, ...], ...]
    best: tuple[float, ...]

    @property
    def table(self) -> pd.DataFrame:
        """A row for each plan: in how many worlds it beats each other one, and in how many it is best."""
        import pandas as pd

        told = [
            [
                "" if i == j else f"{self.beats[i][j]} (clearly {self.clearly[i][j]})"
                for j in range(len(self.titles))
            ]
            for i in range(len(self.titles))
        ]
        table = pd.DataFrame(told, columns=[f"beats {title}" for title in self.titles])
        table.insert(0, "Plan", self.titles)
        table["Best of all"] = [f"{each:,.3g}" for each in self.best]
        return table


def standing(contest: Contest, outcome: int) -> Standing:
    """Who beats whom in one number, and who is best of all, in how many worlds."""
    many = range(len(contest.scenarios))
    told = {(i, j): lead(contest, i, j, outcome) for i in many for j in many if i != j}
    means = contest.sign(outcome) * _means(contest.numbers[contest.lived][:, :, outcome])
    means = means[~np.isnan(means).any(axis=1)]
    most = means == means.max(axis=1, keepdims=True, initial=-np.inf)
    return Standing(
        outcome,
        contest.titles,
        len(means),
        _square(many, lambda i, j: told[i, j].ahead if i != j else 0),
        _square(many, lambda i, j: told[i, j].count(AHEAD) if i != j else 0),
        tuple((most / most.sum(axis=1, keepdims=True)).sum(axis=0).tolist()),
    )


def _square(many: Sequence[int], count: Callable[[int, int], int]) -> tuple[tuple[int, ...], ...]:
    return tuple(tuple(count(i, j) for j in many) for i in many)


def _means(values: Floats) -> Floats:
    """Means over the lucks that there are; missing where there is none."""
    counted = (~np.isnan(values)).sum(axis=-1)
    total = np.nansum(values, axis=-1)
    return np.divide(total, counted, out=np.full(total.shape, np.nan), where=counted > 0)
