"""What a search found: the plans that were tried, those that were confirmed, and what may be said of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np

from .choice import Choice, choose
from .confirm import Confirmed, confirm
from .frontier import reached, undominated
from .interval import estimate
from .search import Tried, search
from .table import record, rows

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from ..workers import Progress
    from .question import EvaluateFrom, Question

Floats: TypeAlias = "NDArray[np.float64]"
Verdict: TypeAlias = Literal[
    "one plan is best",
    "nothing beats the scenario's own plan",
    "several plans cannot be told apart",
    "a frontier",
    "no plan holds the limits",
]


@dataclass(frozen=True)
class Found:
    """What a search found.

    Parameters
    ----------
    confirmed
        The best few under new luck; none where no plan that was tried holds the limits.
    choice
        What that says of them, where there is one objective.
    """

    tried: Tried = field(repr=False)
    confirmed: Confirmed | None = field(repr=False)
    choice: Choice | None

    @property
    def question(self) -> Question:
        """What was asked."""
        return self.tried.question

    @property
    def verdict(self) -> Verdict:
        """What may be said, in few words."""
        if self.confirmed is None or not self.confirmed.holding.any():
            return "no plan holds the limits"
        if self.choice is None:
            return "a frontier"
        if self.choice.first == 0:
            return "nothing beats the scenario's own plan"
        if self.choice.winner is None:
            return "several plans cannot be told apart"
        return "one plan is best"

    @property
    def winner(self) -> int | None:
        """The number of the plan that is shown to be best; none where two cannot be told apart, or of a frontier."""
        place = self.choice.winner if self.choice else None
        return None if place is None or self.confirmed is None else self.confirmed.places[place]

    @property
    def tied(self) -> tuple[int, ...]:
        """Numbers of the plans that cannot be told from the best, those first that change least.

        One, where there is a winner.
        """
        if self.choice is None or self.confirmed is None:
            return ()
        return tuple(self.confirmed.places[place] for place in self.choice.tied)

    @property
    def suggested(self) -> tuple[int, ...]:
        """Numbers of the plans that are written: the first to look at, or all that are or may be on the frontier.

        Never the scenario's own.
        """
        if self.confirmed is None:
            return ()
        if self.choice is None:
            pairs = zip(self.confirmed.places, self.confirmed.standings, strict=True)
            return tuple(number for number, told in pairs if number and told != "beaten")
        return self.tied[:1] if self.tied and self.tied[0] else ()

    @property
    def least_broken(self) -> int | None:
        """The number of the plan that breaks the limits least, as a part of each, added up."""
        broken = np.maximum(self.tried.breaches, 0).sum(axis=1)
        broken = np.where(self.tried.judged, broken, np.inf)
        return int(broken.argmin()) if self.tried.judged.any() else None

    @cached_property
    def on_frontier(self) -> NDArray[np.bool_]:
        """Which of those tried hold the limits and are beaten by no other in everything, by the luck of the search."""
        there = self.tried.feasible
        distance = [self.tried.distance(place) for place in range(len(there))]
        scores = np.where(there[:, np.newaxis], self.tried.scores, np.nan)
        return undominated(scores, distance)

    @cached_property
    def progress(self) -> Floats:
        """After each trial, the best so far of those that hold the limits, in the objective's own unit.

        Of several objectives, how much of what can be reached the frontier takes (`frontier.reached`).
        """
        scores = np.where(self.tried.feasible[:, np.newaxis], self.tried.scores, np.nan)
        if scores.shape[1] > 1:
            return reached(scores)
        best: Floats = self.shown(np.fmin.accumulate(scores))[:, 0]
        return best

    def shown(self, scores: Floats) -> Floats:
        """Scores in the objectives' own units and sense, as people read them; regret is what is lost."""
        if self.question.asked.robust == "regret":
            return scores
        return np.asarray(scores * self.question.signs)

    @cached_property
    def within_noise(self) -> int:
        """How many plans cannot be told from the best by the luck of the search, the best among them.

        Of those that hold the limits, by the first objective.
        """
        places = np.flatnonzero(self.tried.feasible)
        scores, luck = self.tried.scores[:, 0], self.tried.luck[:, 0]
        best = places[scores[places].argmin()]
        found = [
            estimate(float(scores[place] - scores[best]), luck[place] - luck[best])
            for place in places
        ]
        return sum(not each.low > 0 for each in found)

    @cached_property
    def table(self) -> pd.DataFrame:
        """One row for each plan that was tried, in the order of the trials."""
        import pandas as pd

        return pd.DataFrame(self.rows())

    def rows(self) -> list[dict[str, Any]]:
        """One row for each plan that was tried, in plain values."""
        return rows(self)

    def sentences(self) -> list[str]:
        """What was found, in plain English, the most important first; nothing of it is decided."""
        from .words import sentences

        return sentences(self)

    def as_record(self) -> dict[str, Any]:
        """All of it in plain values that JSON can hold."""
        return record(self)


def find(question: Question, evaluate: EvaluateFrom, progress: Progress | None = None) -> Found:
    """Look for plans, and confirm the best few with luck that the search has not seen.

    Parameters
    ----------
    evaluate
        Runs points. What it has run before it need not run again: all results are the same to the digit.
    progress
        Told how many plans were tried, and of how many; then of those confirmed.

    Raises
    ------
    MissingExtra
        If what searches is not installed.
    """
    tried = search(question, evaluate, progress)
    confirmed = confirm(tried, evaluate, progress)
    one = len(question.objectives) == 1
    return Found(tried, confirmed, choose(confirmed) if confirmed and one else None)
