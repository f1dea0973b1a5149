"""Paired differences between each two of several scenarios: the same people with the same luck under both."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from ..incentives import Estimate
from ..incentives.estimate import if_few
from ..measures import MEASURES
from ..replicate import paired
from ..wording import interval, measure_label, show_difference, verdict
from .headlines import HEADLINES, Headline, outcomes_of
from .words import difference_in_words, quoted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from ..replicate import Sample
    from ..study import Outcome

COLUMNS = (
    "scenario",
    "against",
    "measure",
    "label",
    "year",
    "difference",
    "low",
    "high",
    "said",
    "interval",
    "verdict",
)


@dataclass(frozen=True)
class Pair:
    """One scenario against another, replication by replication.

    Parameters
    ----------
    scenario, against
        What they are called.
    years
        Names of the years.
    differences
        By replication, measure (in the order of `MEASURES`) and year, all groups together.
    """

    scenario: str
    against: str
    years: tuple[str, ...]
    differences: NDArray[np.float64]

    @property
    def replications(self) -> int:
        """How many paired replications there are."""
        return len(self.differences)

    @property
    def is_alike(self) -> bool:
        """Whether every number is exactly the same in every replication."""
        return not np.nan_to_num(self.differences).any()

    def of(self, outcome: Outcome) -> Estimate:
        """A difference of means, with its 95% interval."""
        by_year = self.differences[:, MEASURES.index(outcome.measure)]
        return Estimate.of(outcome.of_years(by_year))

    def table(self, measures: Sequence[str] = MEASURES) -> pd.DataFrame:
        """One row for each measure and year: difference, interval, and why its sign cannot be told."""
        import pandas as pd

        mean, low, high, _ = paired(self.differences)
        rows = [
            self._row(measure, name, float(mean[place]), float(low[place]), float(high[place]))
            for measure in measures
            for year, name in enumerate(self.years)
            for place in [(MEASURES.index(measure), year)]
            if not np.isnan(mean[place])
        ]
        return pd.DataFrame(rows, columns=COLUMNS)

    def _row(
        self, measure: str, year: str, mean: float, low: float, high: float
    ) -> tuple[object, ...]:
        said = interval(low, high, lambda amount: show_difference(measure, amount))
        return (
            self.scenario,
            self.against,
            measure,
            measure_label(measure),
            year,
            mean,
            low,
            high,
            show_difference(measure, mean),
            said,
            verdict(low, high),
        )


@dataclass(frozen=True)
class Pairs:
    """Each two of several scenarios.

    Parameters
    ----------
    pairs
        The first scenario against each later one comes first, with the earlier one taken off the later.
    outcomes
        What sentences tell.
    """

    pairs: tuple[Pair, ...]
    outcomes: tuple[Outcome, ...]

    @cached_property
    def table(self) -> pd.DataFrame:
        """One row for each pair, measure and year (columns: `COLUMNS`)."""
        import pandas as pd

        return pd.concat([pair.table() for pair in self.pairs], ignore_index=True)

    @property
    def sentences(self) -> tuple[str, ...]:
        """A sentence for each pair, and a warning where there are few replications."""
        told = tuple(sentence(pair, self.outcomes) for pair in self.pairs)
        return (*told, *if_few(min(pair.replications for pair in self.pairs)))


def pairs_of(
    samples: Sequence[Sample],
    names: Mapping[str, str] | None = None,
    headlines: Sequence[Headline] = HEADLINES,
    partnership: str | None = None,
) -> Pairs:
    """Each two of several scenarios that were run with the same seed.

    Parameters
    ----------
    samples
        Two or more; where one has more replications than another, those that both have count.
    names
        Short names by scenario; by default their titles.
    partnership
        By default all together.
    """
    known = names or {}
    titles = [known.get(each.scenario.name, each.scenario.title) for each in samples]
    many = min(each.replications for each in samples)
    together = [_of_all_groups(each, partnership)[:many] for each in samples]
    pairs = tuple(
        Pair(titles[j], titles[i], samples[0].years, together[j] - together[i])
        for i, j in combinations(range(len(samples)), 2)
    )
    return Pairs(pairs, outcomes_of(headlines, samples[0].scenario, partnership))


def _of_all_groups(sample: Sample, partnership: str | None) -> NDArray[np.float64]:
    """By replication, measure and year, all groups together."""
    place = partnership or sample.partnerships[-1]
    return np.stack([sample.of(each, place) for each in MEASURES], axis=1)


def sentence(pair: Pair, outcomes: Sequence[Outcome]) -> str:
    """What differs between two scenarios, in one sentence: first what is clear, then what is too close to call."""
    head = f"{quoted(pair.scenario)} against {quoted(pair.against)}"
    if pair.is_alike:
        return f"{head}: no difference at all in any of {pair.replications} paired runs."
    told = [(each, pair.of(each)) for each in outcomes]
    clear = [
        f"{each.label} {difference_in_words(each, estimate)}"
        for each, estimate in told
        if not verdict(estimate.low, estimate.high)
    ]
    close = [each.label for each, estimate in told if verdict(estimate.low, estimate.high)]
    parts = ["; ".join(clear)] if clear else []
    parts += [f"too close to call: {'; '.join(close)}"] if close else []
    return f"{head}, in {pair.replications} paired runs: {'. '.join(_capital(parts))}."


def _capital(parts: Sequence[str]) -> list[str]:
    return [part if i == 0 else part[:1].upper() + part[1:] for i, part in enumerate(parts)]
