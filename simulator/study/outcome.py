"""A number that is read off each replication: a measure, in a year or over all years, of a group and a partnership."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from .. import wording
from ..replicate import ALL

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

STOCKS = ("in_treatment", "waiting", "untreated", "in_recovery")
"""Counted on a day: the last one is what a plan comes to."""
_NOT_NAMED = ("last", "first", "total", "mean", "highest", "lowest")
_WORDS = {
    "total": "all {n} years together",
    "mean": "average of {n} years",
    "highest": "highest of {n} years",
    "lowest": "lowest of {n} years",
}
_RATES = ("_share", "_per_keyworker", "_days")


def year_by_default(measure: str) -> str:
    """Of people on a day the last year, of a share or mean the average, of all else the total."""
    if measure in STOCKS:
        return "last"
    return "mean" if measure.endswith(_RATES) else "total"


def adds_up(measure: str) -> bool:
    """Whether the years of a measure may be added: not people on a day, not shares."""
    return measure not in STOCKS and not measure.endswith(_RATES)


def ways(years: tuple[str, ...]) -> tuple[str, ...]:
    """What the year of an outcome may be."""
    return (*_NOT_NAMED, *years)


def _over(reduce: Callable[[Floats], Floats]) -> Callable[[Floats], Floats]:
    def over(by_year: Floats) -> Floats:
        there = ~np.isnan(by_year).all(axis=-1)
        told = np.full(by_year.shape[:-1], np.nan)
        told[there] = reduce(by_year[there])
        return told

    return over


_REDUCE: dict[str, Callable[[Floats], Floats]] = {
    "last": lambda by_year: by_year[..., -1],
    "first": lambda by_year: by_year[..., 0],
    "total": lambda by_year: by_year.sum(axis=-1),
    "mean": _over(lambda by_year: np.nanmean(by_year, axis=-1)),
    "highest": _over(lambda by_year: np.nanmax(by_year, axis=-1)),
    "lowest": _over(lambda by_year: np.nanmin(by_year, axis=-1)),
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """A number read off each replication.

    Parameters
    ----------
    measure
        A measure of the tidy table.
    year
        A year, or `last`, `first`, `total`, `mean`, `highest` or `lowest` of all years.
    group
        A substance group, or `all`.
    partnership
        A partnership; None for all together.
    years
        Names of all years of the study.
    """

    measure: str
    year: str
    group: str = ALL
    partnership: str | None = None
    years: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """What it is called in files: `in_recovery@last`, `planned_exits@total:opiate`."""
        group = "" if self.group == ALL else f":{self.group}"
        whose = "" if self.partnership is None else f" of {self.partnership}"
        return f"{self.measure}@{self.year}{group}{whose}"

    @property
    def label(self) -> str:
        """What it is in a sentence: `in recovery on 31 March, 2012-13`."""
        group = "" if self.group == ALL else f" ({self.group})"
        whose = "" if self.partnership is None else f", {self.partnership}"
        return f"{wording.measure_name(self.measure)}{group}{whose}, {self.when}"

    @property
    def when(self) -> str:
        """The year in words."""
        if self.year in ("first", "last"):
            return self.years[0 if self.year == "first" else -1]
        return _WORDS.get(self.year, self.year).format(n=len(self.years))

    @property
    def unit(self) -> str:
        """Its unit: `£`, `%`, `people`."""
        return wording.unit_of(self.measure)

    def show(self, number: float) -> str:
        """A value as it is read."""
        return wording.show(self.measure, number)

    def show_difference(self, number: float) -> str:
        """A difference of two values, with its sign."""
        return wording.show_difference(self.measure, number)

    def of_years(self, by_year: Floats) -> Floats:
        """The number out of values by year, which are the last axis."""
        if self.year in _REDUCE:
            return _REDUCE[self.year](by_year)
        return by_year[..., self.years.index(self.year)]
