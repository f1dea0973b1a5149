"""In how many worlds one plan beats another, and how many are too close to call."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.stats import binomtest

from ..replicate import paired
from .question import incomplete
from .tabled import VIEW, table_of

if TYPE_CHECKING:
    import pandas as pd

    from .asked import Decision
    from .cube import Worlds
    from .question import Floats, Question, View

COLUMNS = (
    *VIEW,
    "better",
    "worlds",
    "clearly_ahead",
    "clearly_behind",
    "too_close",
    "alike",
    "ahead",
    "share",
    "low",
    "high",
    "runs_share",
    "left_out",
)


@dataclass(frozen=True, slots=True)
class Ahead:
    """In how many worlds a scenario beats the first one in one outcome.

    Parameters
    ----------
    better
        `higher` or `lower`; empty where it was not said, and then ahead means higher.
    clearly_ahead, clearly_behind
        Worlds in which the interval of paired replications lies on one side of zero.
    too_close, alike
        Worlds in which it holds zero; worlds in which both plans come to exactly the same in all replications.
    ahead
        Worlds in which it is ahead on average, clearly or not.
    low, high
        95% interval of the share of worlds, as those that were lived are a sample.
    runs_share
        Share of single runs, a world with its luck, in which it is ahead.
    """

    view: View
    better: str
    worlds: int
    clearly_ahead: int
    clearly_behind: int
    too_close: int
    alike: int
    ahead: int
    low: float
    high: float
    runs_share: float
    left_out: int

    @property
    def share(self) -> float:
        """Share of worlds in which it is ahead on average."""
        return self.ahead / self.worlds if self.worlds else np.nan


@dataclass(frozen=True)
class WhoIsAhead:
    """How often each scenario beats the first, outcome by outcome."""

    counts: tuple[Ahead, ...]

    @cached_property
    def table(self) -> pd.DataFrame:
        """One row for each scenario but the first, and outcome (columns: `COLUMNS`)."""
        return table_of(map(_record, self.counts), COLUMNS)


def _record(each: Ahead) -> dict[str, Any]:
    return {**each.view.names, **{name: getattr(each, name) for name in COLUMNS[len(VIEW) :]}}


def who_is_ahead(question: Question, worlds: Worlds, decision: Decision) -> WhoIsAhead:
    """Count the worlds in which each scenario beats the first.

    A world in which the difference is missing is left out.
    """
    return WhoIsAhead(
        tuple(
            _count(view, view.of(worlds.outcomes), decision.sign(view.outcome.key))
            for view in question.differences
        )
    )


def _count(view: View, differences: Floats, sign: int) -> Ahead:
    kept = (sign or 1) * differences[~incomplete(differences)]
    mean, low, high, _ = paired(kept.T)
    alike = (kept == 0).all(axis=1)
    ahead = int((mean > 0).sum())
    clearly_ahead, clearly_behind = int((low > 0).sum()), int((high < 0).sum())
    interval = binomtest(ahead, len(kept)).proportion_ci(method="wilson") if len(kept) else None
    return Ahead(
        view=view,
        better={1: "higher", -1: "lower"}.get(sign, ""),
        worlds=len(kept),
        clearly_ahead=clearly_ahead,
        clearly_behind=clearly_behind,
        too_close=len(kept) - clearly_ahead - clearly_behind - int(alike.sum()),
        alike=int(alike.sum()),
        ahead=ahead,
        low=float(interval.low) if interval else np.nan,
        high=float(interval.high) if interval else np.nan,
        runs_share=float((kept > 0).mean()) if kept.size else np.nan,
        left_out=len(differences) - len(kept),
    )
