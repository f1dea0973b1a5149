"""How well the means are known, and in words."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..wording import counted, measure_name

if TYPE_CHECKING:
    from .wanted import Precision


LEAST_TOLD = 1e-6
"""A share below which a precision is told as this."""


@dataclass(frozen=True, slots=True)
class Known:
    """How well the mean of a measure in a year is known.

    Parameters
    ----------
    scenario
        Whose mean; of a comparison, whose difference from the baseline.
    share
        Half its 95% interval as a share of the mean, or of the larger of two; infinite where that cannot be
        told.
    """

    scenario: str
    measure: str
    year: str
    share: float


@dataclass(frozen=True, slots=True)
class Attained:
    """The precision that was wanted, and what came of it.

    Parameters
    ----------
    replications
        How many it took.
    known
        By scenario, measure and year; without those that have no value at all.
    baseline
        What the others differ from; None for the means of one scenario.
    holds
        What makes the replications differ.
    """

    precision: Precision
    replications: int
    known: tuple[Known, ...]
    baseline: str | None
    holds: str

    @property
    def relative_to(self) -> str:
        """What half an interval is measured against."""
        return "the larger of the two means" if self.baseline else "the mean"

    @property
    def worst(self) -> Known:
        """What is known least."""
        return max(self.known, key=lambda each: each.share)

    @property
    def reached(self) -> bool:
        """Whether everything is known as well as was wanted."""
        return self.worst.share <= self.precision.share

    @property
    def would_need(self) -> int | None:
        """About how many replications it would have taken, to two figures; None where enough were run."""
        if self.reached or math.isinf(self.worst.share):
            return None
        return _to_two_figures(self.replications * (self.worst.share / self.precision.share) ** 2)

    @property
    def sentences(self) -> list[str]:
        """How many replications were run, and how well that makes the means known."""
        told = f"{self._number} are enough for {self._wanted}." if self.reached else self._short
        return [told, self._by_measure, self._meaning]

    @property
    def _number(self) -> str:
        return counted(self.replications, "replication")

    @property
    def _wanted(self) -> str:
        return f"±{_percent(self.precision.share)}"

    @property
    def _short(self) -> str:
        worst = self.worst
        of = f" under {worst.scenario}" if self.baseline else ""
        known = f"{_within(worst.share)} for {measure_name(worst.measure)} in {worst.year}{of}"
        more = f"; that would take about {self.would_need:,}" if self.would_need else ""
        return (
            f"Stopped at {self._number}, the most allowed, short of {self._wanted}: {known}{more}."
        )

    @property
    def _by_measure(self) -> str:
        worst: dict[str, float] = {}
        for each in self.known:
            worst[each.measure] = max(each.share, worst.get(each.measure, 0.0))
        told = [f"{measure_name(name)} {_within(share)}" for name, share in worst.items()]
        return f"Known in every year: {', '.join(told)}."

    @property
    def _meaning(self) -> str:
        what = "mean difference" if self.baseline else "mean"
        of = self.relative_to
        return f"± is half the 95% interval of the {what}, as a share of {of}: {self.holds}."


def _to_two_figures(number: float) -> int:
    """Rounded up to two figures."""
    unit = 10 ** max(0, math.floor(math.log10(number)) - 1)
    return unit * math.ceil(number / unit)


def _percent(share: float) -> str:
    return f"{100 * share:.10g}%"


def _within(share: float) -> str:
    """A precision as it is read, rounded up to two figures, so that it says no more than is known."""
    if math.isinf(share):
        return "no better than nothing"
    if not share:
        return "±0%"
    told = max(share, LEAST_TOLD)
    unit = 10.0 ** (math.floor(math.log10(told)) - 1)
    just_below = 1 - 1e-9  # 0.02 is two hundredths, whatever its last binary digit
    return f"±{_percent(math.ceil(told / unit * just_below) * unit)}"
