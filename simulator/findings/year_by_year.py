"""Each year's allocation in a line: what it is, how it changed, and the step that moved it most."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ..funding import EXPLAIN_STEPS
from ..incentives import Estimate
from ..wording import gbp
from .figures import Figure

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from ..explanation import Explanation

STEPS_IN_WORDS = dict(
    zip(
        EXPLAIN_STEPS,
        (
            "the size of the national pot",
            "what is counted of all other partnerships",
            "how many of its own clients are counted",
            "which groups its own clients belong to",
            "how many of its clients complete treatment",
            "how many of its clients leave as planned",
            "how many begin treatment with it",
            "how many of its people need treatment and are not in it",
            "the need and the population of all areas",
            "what things cost in each area",
            "how much each part of the formula weighs",
            "how far the formula has been phased in",
            "the least and the most that anybody may get",
        ),
        strict=True,
    )
)
"""The steps of `funding.EXPLAIN_STEPS` for people who have never seen the formula."""


@dataclass(frozen=True, slots=True)
class YearOfMoney:
    """One year's allocation.

    Parameters
    ----------
    allocation_gbp
        Its mean over the replications.
    change
        Pounds more than in the year before; None in the first year.
    step
        The largest of the steps that clearly moved it, named in plain words; None where there is none.
    moved
        Whether any step moved it at all, clearly or not.
    """

    year: str
    allocation_gbp: float
    change: Figure | None
    step: Figure | None
    moved: bool


def year_by_year(explanation: Explanation, partnership: str) -> Iterator[YearOfMoney]:
    """Every year's allocation of a partnership, with its change and the step that moved it most."""
    sample = explanation.sample
    means = sample.of("allocation_gbp", partnership).mean(axis=0)
    steps = explanation.steps[:, explanation.partnerships.index(partnership)].astype(np.float64)
    yield YearOfMoney(sample.years[0], float(means[0]), None, None, moved=False)
    for year in range(1, len(means)):
        pounds = steps[:, year - 1]
        change = Figure("Change", Estimate.of(pounds.sum(axis=1)), gbp)
        step, moved = _largest(pounds), bool(pounds.any())
        yield YearOfMoney(sample.years[year], float(means[year]), change, step, moved)


def _largest(pounds: NDArray[np.float64]) -> Figure | None:
    """The largest step whose sign is clear, by replication and step."""
    told = (
        Figure(words, Estimate.of(each), gbp)
        for words, each in zip(STEPS_IN_WORDS.values(), pounds.T, strict=True)
    )
    clear = [each for each in told if each.sign in ("more", "less")]
    return max(clear, key=lambda each: abs(each.estimate.mean), default=None)
