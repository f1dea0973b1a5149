"""A figure, a finding, and the words that a sign decides."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

import numpy as np

from ..incentives import Estimate
from ..wording import NO_INTERVAL, Show, interval, measure_name, sentence_case, signed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from ..replicate import Sample

Sign: TypeAlias = Literal["more", "less", "same", "open"]
"""Which way a difference goes; open where its interval holds zero or there is none."""
Verdict: TypeAlias = Literal["clear", "too close to call"]


@dataclass(frozen=True, slots=True)
class Figure:
    """One number that a finding stands on.

    Parameters
    ----------
    name
        What it is, with its year or period.
    estimate
        Its mean and 95% interval over replications.
    show
        How it is written.
    is_difference
        Whether it is written with its sign.
    """

    name: str
    estimate: Estimate
    show: Show
    is_difference: bool = True

    @property
    def sign(self) -> Sign:
        """Which way it goes, if that can be told."""
        low, high = self.estimate.low, self.estimate.high
        if low == high == 0:
            return "same"
        return "more" if low > 0 else "less" if high < 0 else "open"

    @property
    def text(self) -> str:
        """The number as it is read."""
        return self._written(self.estimate.mean)

    @property
    def interval(self) -> str:
        """Its 95% interval as it is read."""
        return interval(self.estimate.low, self.estimate.high, self._written)

    @property
    def shows_nothing(self) -> bool:
        """Whether all of it rounds to nothing, so that a direction would say too much."""
        ends = (self.estimate.mean, self.estimate.low, self.estimate.high)
        return not any(digit in self.show(end) for end in ends for digit in "123456789")

    def _written(self, amount: float) -> str:
        return signed(amount, self.show) if self.is_difference else self.show(amount)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was found.

    Attributes
    ----------
    title
        The finding in a line.
    sentence
        What was found, in plain sentences.
    verdict
        Whether the sign of what the title says first is clear.
    figures
        The numbers that it stands on, the one that decides the verdict first.
    """

    title: str
    sentence: str
    verdict: Verdict
    figures: tuple[Figure, ...]


class Words(NamedTuple):
    """How an amount is compared: 3 more, 2 less, exactly the same."""

    more: str
    less: str
    same: str


MONEY = Words("more", "less", "the same")
PEOPLE = Words("more", "fewer", "as many")
WAIT = Words("longer", "shorter", "as long")
LEVEL = Words("higher", "lower", "the same")


def amount(figure: Figure, words: Words, noun: str = "") -> str:
    """How much more or less: ``£461,000 less``, or why that cannot be told."""
    after = f" {noun}" if noun else ""
    if figure.sign == "same":
        return f"exactly {words.same}{after}"
    if figure.shows_nothing:
        return f"practically {words.same}{after}"
    if math.isnan(figure.estimate.low):
        return f"{_either(figure.estimate.mean, figure.show, words)}{after} ({NO_INTERVAL})"
    if figure.sign == "open":
        ends = (figure.estimate.low, figure.estimate.high)
        low, high = (_either(end, figure.show, words) for end in ends)
        return f"neither clearly {words.more} nor clearly {words.less}{after} ({low} to {high})"
    return f"{_either(figure.estimate.mean, figure.show, words)}{after}"


def _either(amount: float, show: Show, words: Words) -> str:
    return f"{show(abs(amount))} {words.more if amount >= 0 else words.less}"


def verdict(figure: Figure) -> Verdict:
    """Whether the sign of a figure can be told."""
    return "too close to call" if figure.sign == "open" else "clear"


@dataclass(frozen=True, slots=True)
class Between:
    """Paired differences of one scenario from another."""

    baseline: Sample
    other: Sample

    @property
    def years(self) -> tuple[str, ...]:
        """Names of the years."""
        return self.other.years

    def values(self, measure: str, partnerships: Sequence[str] = ()) -> NDArray[np.float64]:
        """Differences by replication and year, summed over partnerships."""
        names = partnerships or self.other.partnerships[-1:]
        each = [self.other.of(measure, name) - self.baseline.of(measure, name) for name in names]
        summed: NDArray[np.float64] = np.sum(each, axis=0)
        return summed

    def year(self, measure: str, show: Show, year: int = -1, *partnerships: str) -> Figure:
        """The difference in one year; by default the last."""
        estimate = Estimate.of(self.values(measure, partnerships)[:, year])
        return Figure(f"{_named(measure)}, {self.years[year]}", estimate, show)

    def total(self, measure: str, show: Show, first: int = 0, *partnerships: str) -> Figure:
        """The difference summed over the years from one on."""
        estimate = Estimate.of(self.values(measure, partnerships)[:, first:].sum(axis=1))
        return Figure(f"{_named(measure)}, sum of {period(self.years[first:])}", estimate, show)


def _named(measure: str) -> str:
    return sentence_case(measure_name(measure))


def period(years: Sequence[str]) -> str:
    """The first year to the last."""
    return years[0] if len(years) == 1 else f"{years[0]} to {years[-1]}"


def last_two(years: Sequence[str]) -> range:
    """Places of the last two years."""
    return range(max(0, len(years) - 2), len(years))


def last_day(year: str) -> str:
    """``2012-13`` ends on 31 March 2013."""
    return f"31 March {int(year[:4]) + 1}"


def lower(text: str) -> str:
    """A text that begins small, to stand inside a sentence."""
    return text[:1].lower() + text[1:]


def joined(parts: Sequence[str]) -> str:
    """Parts in a row, with *and* before the last."""
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)
