"""Why an allocation changed from one year to the next, on average over the replications."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from .funding import EXPLAIN_STEPS, explain_each, window
from .funding import shapley as mean_over_orders
from .replicate import paired
from .wording import TOO_CLOSE, gbp, interval, share, signed, verdict

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from .funding import Inputs
    from .replicate import Sample

ORDER_MATTERS = (
    f"Steps are counted one after the other, in the order {', '.join(EXPLAIN_STEPS)}; "
    "they add up to the whole change, and another order would give other steps."
)
PAID_ON_HISTORY = (
    "paid on the history: on what was counted before day 0, which is the same under every plan"
)
MUCH_SHARE, MUCH_GBP = 0.1, 1000.0
"""A step and its mean over all orders differ much where by more than this share of the year's largest step and more
than these pounds."""
OVER_ALL_ORDERS = (
    "The mean over all orders (Shapley values) is a check: where it differs much from a step, by more than"
    f" {MUCH_SHARE:.0%} of the year's largest step and more than £{MUCH_GBP:,.0f}, the order decides much of it."
)
STILL_ON_HISTORY = "Its clients are still those who were counted before day 0."


@dataclass(frozen=True)
class Explanation:
    """Each partnership's allocation from the second year on, step by step.

    Parameters
    ----------
    sample
        The replications that are explained.
    steps
        Pounds by replication, partnership, year from the second on, and step in the order of
        `funding.EXPLAIN_STEPS`. Over the steps they sum to the change since the year before.
    """

    sample: Sample
    steps: NDArray[np.int64]

    @property
    def partnerships(self) -> tuple[str, ...]:
        """Names of the partnerships that are paid."""
        return tuple(self.sample.scenario.partnerships)

    @cached_property
    def table(self) -> pd.DataFrame:
        """Mean pounds of each step, their 95% interval and Monte-Carlo error."""
        import pandas as pd  # workers do without it

        mean, low, high, error = paired(self.steps.astype(np.float64))
        axes = (self.partnerships, self.sample.years[1:], EXPLAIN_STEPS)
        index = pd.MultiIndex.from_product(axes, names=["partnership", "year", "step"])
        table = index.to_frame(index=False)
        table.insert(0, "scenario", self.sample.scenario.name)
        for name, amounts in (("gbp", mean), ("low", low), ("high", high), ("mc_error", error)):
            table[name] = amounts.ravel()
        table["replications"] = self.sample.replications
        return table

    # A check: the mean over all orders

    def shapley_of(self, partnership: str) -> NDArray[np.float64]:
        """Pounds by replication, year from the second on, and step, as the mean over all orders.

        In each they sum to the change since the year before. It takes as many allocations as there are sets of reasons,
        so it is worked out when it is first asked for.
        """
        if partnership not in self._over_orders:
            self._over_orders[partnership] = np.array(
                [_over_all_orders(years, partnership) for years in self.sample.inputs]
            ).reshape(self.sample.replications, self.sample.scenario.years - 1, len(EXPLAIN_STEPS))
        return self._over_orders[partnership]

    @cached_property
    def _over_orders(self) -> dict[str, NDArray[np.float64]]:
        return {}

    @property
    def checked(self) -> tuple[str, ...]:
        """Partnerships whose mean over all orders has been worked out."""
        return tuple(name for name in self.partnerships if name in self._over_orders)

    @property
    def shapley(self) -> pd.DataFrame:
        """Beside the pounds of each step its mean over all orders, and whether they differ much; of all partnerships."""
        return self.shapley_table(self.partnerships)

    def shapley_table(self, partnerships: Sequence[str]) -> pd.DataFrame:
        """The same of some partnerships."""
        import pandas as pd

        table = self.table[self.table["partnership"].isin(partnerships)].reset_index(drop=True)
        over = np.stack([self.shapley_of(name) for name in partnerships], axis=1)
        mean, low, high, _ = paired(over)
        found = table[["scenario", "partnership", "year", "step", "gbp"]].copy()
        in_order = [self.partnerships.index(name) for name in partnerships]
        differ = _differ_much(self.steps[:, in_order].mean(axis=0), mean)
        columns = {"shapley_gbp": mean, "low": low, "high": high, "differs_much": differ}
        for name, amounts in columns.items():
            found[name] = np.asarray(amounts).ravel()
        return pd.DataFrame(found)

    def order_sentences_of(self, partnership: str) -> tuple[str, ...]:
        """One sentence for each year in which the order of the steps decides much, or one that it never does."""
        place = self.partnerships.index(partnership)
        steps = self.steps[:, place].mean(axis=0)
        over = self.shapley_of(partnership).mean(axis=0)
        differ = _differ_much(steps, over)
        told = tuple(
            f"{self.sample.years[year + 1]}: the order matters much: {_both(steps[year], over[year], differ[year])}."
            for year in range(len(steps))
            if differ[year].any()
        )
        return told or ("In no year does the order of the steps decide much.",)

    # In words

    @property
    def sentences(self) -> tuple[str, ...]:
        """One sentence for each partnership and year, in plain English."""
        several = len(self.partnerships) > 1
        return tuple(
            f"{name}, {sentence}" if several else sentence
            for name in self.partnerships
            for sentence in self.sentences_of(name)
        )

    def sentences_of(self, partnership: str) -> tuple[str, ...]:
        """One sentence for each year of a partnership."""
        allocations = self.sample.of("allocation_gbp", partnership).mean(axis=0)
        steps = self.steps[:, self.partnerships.index(partnership)]
        first = f"{self.sample.years[0]}: {gbp(allocations[0])}, {PAID_ON_HISTORY}."
        later = (
            f"{self.sample.years[year]}: {gbp(allocations[year])}, {_change(steps[:, year - 1])}"
            f"{self._on_history(year)}"
            for year in range(1, len(allocations))
        )
        return (first, *later)

    @property
    def sentences_together(self) -> tuple[str, ...]:
        """For each year from the second on, how many get more or less, and who gains and loses most."""
        return tuple(self._together(year) for year in range(1, self.sample.scenario.years))

    def _together(self, year: int) -> str:
        mean, low, high, _ = paired(self.steps[:, :, year - 1].sum(axis=2).astype(np.float64))
        sums = [self.sample.of("allocation_gbp", name)[:, year - 1] for name in self.partnerships]
        before = np.mean(sums, axis=1)
        shares = np.divide(mean, before, out=np.zeros(len(mean)), where=before > 0)
        most, least = (
            self._changed(int(each), mean, shares) for each in (shares.argmax(), shares.argmin())
        )
        return (
            f"{self.sample.years[year]}: {self._how_many(mean, low, high)}; as a share of its sum {most} "
            f"gains most and {least} least."
        )

    def _how_many(
        self,
        mean: NDArray[np.float64],
        low: NDArray[np.float64],
        high: NDArray[np.float64],
    ) -> str:
        """So many that get more and less; of one replication there is no interval that could hold zero."""
        copies = np.array([own.copies for own in self.sample.scenario.partnerships.values()])
        sure = np.isnan(low) | (low > 0) | (high < 0)
        unclear = copies[~sure].sum()
        told = f"{copies[sure & (mean > 0)].sum()} get more than the year before, "
        told += f"{copies[sure & (mean < 0)].sum()} less"
        return f"{told}, {unclear} {TOO_CLOSE}" if unclear else told

    def _changed(
        self, place: int, changes: NDArray[np.float64], shares: NDArray[np.float64]
    ) -> str:
        return changed(self.partnerships[place], changes[place], shares[place])

    def _on_history(self, year: int) -> str:
        """What is added where a year after the first is still paid on the history."""
        formula = self.sample.scenario.formula
        _, end = window(year, formula.observation_delay_days, formula.lag_years)
        return f" {STILL_ON_HISTORY}" if end <= 0 else ""

    @property
    def note(self) -> str:
        """What a reader must know about the steps."""
        n, seed = self.sample.replications, self.sample.seed
        if n == 1:
            return f"{ORDER_MATTERS} One replication, seed {seed}, so no intervals."
        close = f"{TOO_CLOSE} where the 95% interval holds zero"
        return f"{ORDER_MATTERS} Means of {n} replications, seed {seed}; {close}."


def changed(partnership: str, pounds: float, part: float) -> str:
    """A partnership with what it gains or loses, in pounds and as a share of its sum."""
    return f"{partnership} ({signed(pounds, gbp)}, {signed(part, share)})"


def explain(sample: Sample) -> Explanation:
    """Say why each partnership's allocation changed, from the second year on."""
    names = tuple(sample.scenario.partnerships)
    return Explanation(sample, np.stack([steps_of(years, names) for years in sample.inputs]))


def steps_of(years: tuple[Inputs, ...], names: Sequence[str]) -> NDArray[np.int64]:
    """Pounds of one replication by partnership, year from the second on, and step."""
    told = [explain_each(before, after, names) for before, after in pairwise(years)]
    steps = [[[step.gbp for step in year[name]] for year in told] for name in names]
    shape = (len(names), len(years) - 1, len(EXPLAIN_STEPS))
    return np.array(steps, dtype=np.int64).reshape(shape)


def _over_all_orders(years: tuple[Inputs, ...], name: str) -> list[list[float]]:
    return [
        [float(gbp) for gbp in mean_over_orders(before, after, name).values()]
        for before, after in pairwise(years)
    ]


def _differ_much(steps: NDArray[np.float64], over_orders: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which steps differ much from their mean over all orders; the last axis is that of the steps."""
    largest = np.abs(steps).max(axis=-1, keepdims=True)
    differ: NDArray[np.bool_] = np.abs(steps - over_orders) > np.maximum(
        MUCH_SHARE * largest, MUCH_GBP
    )
    return differ


def _both(
    steps: NDArray[np.float64], over_orders: NDArray[np.float64], differ: NDArray[np.bool_]
) -> str:
    return ", ".join(
        f"{EXPLAIN_STEPS[place]} {signed(steps[place], gbp)} counted in order,"
        f" {signed(over_orders[place], gbp)} over all orders"
        for place in np.flatnonzero(differ)
    )


def _change(steps: NDArray[np.int64]) -> str:
    """How one year's allocation differs from the one before, and why, by replication and step."""
    reasons = ", ".join(_told(steps))
    unclear = ", ".join(_unclear(steps))
    told = f": {reasons}" if reasons else ""
    return f"{_in_all(steps)}{told}{f'; {TOO_CLOSE}: {unclear}' if unclear else ''}."


def _in_all(steps: NDArray[np.int64]) -> str:
    mean, low, high = _mean_and_interval(steps.sum(axis=1))
    if verdict(low, high) == TOO_CLOSE:
        return f"much as the year before ({signed(mean, gbp)}, {TOO_CLOSE})"
    if mean == 0:
        return "the same as the year before"
    return f"{gbp(abs(mean))} {'more' if mean > 0 else 'less'} than the year before"


def _told(steps: NDArray[np.int64]) -> Iterator[str]:
    for name, amounts in zip(EXPLAIN_STEPS, steps.T, strict=True):
        mean, low, high = _mean_and_interval(amounts)
        if mean != 0 and verdict(low, high) != TOO_CLOSE:
            yield f"{name} {signed(mean, gbp)}"


def _unclear(steps: NDArray[np.int64]) -> Iterator[str]:
    for name, amounts in zip(EXPLAIN_STEPS, steps.T, strict=True):
        _, low, high = _mean_and_interval(amounts)
        if verdict(low, high) == TOO_CLOSE:
            yield f"{name} ({interval(low, high, lambda pounds: signed(pounds, gbp))})"


def _mean_and_interval(amounts: NDArray[np.int64]) -> tuple[float, float, float]:
    mean, low, high, _ = (float(each) for each in paired(amounts.astype(np.float64)))
    return mean, low, high
