"""The value of knowing: how much better the choice between plans would be if something were found out first.

Luck cannot be found out. What a plan brings in a world is therefore its mean over luck, which is estimated from
some replications; a choice of the best of noisy means looks better than it is, and so does a choice by a fitted
curve; and the plan that is best on average over a sample of worlds flatters what it is measured against. So there
are two estimates. The cautious one chooses on one half and judges on the other (`halves`): it is too low if
anything, and only where it lies clearly above 0 was a value seen. The corrected one does the same on copies of
the sample that hold worlds drawn again and one half of the luck, in which noise is twice as large, and takes off
what the value changed by: where plans are nearly equal that leaves about half of the flattery, so it is rather
too high. The value lies between them.

References
----------
Raiffa and Schlaifer, Applied Statistical Decision Theory (1961): the expected value of perfect information.
Strong, Oakley and Brennan, Estimating multiparameter partial expected value of perfect information from a
probabilistic sensitivity analysis sample: a nonparametric regression approach, Medical Decision Making 34 (2014).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np

from ..chance import stream
from ..incentives.estimate import MISSING, Estimate
from .halves import Halves, random_halves, shared_out
from .question import incomplete, listed
from .smooth import chosen, fitted
from .tabled import table_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from .asked import Decision
    from .cube import Worlds
    from .question import Floats, Outcome, Question

What = Literal["everything", "one assumption", "a group"]
COPIES = 500
ENDS = (0.025, 0.975)
FEWEST_WORLDS = 16
NO_VALUE = "no value seen"
NEEDS_LUCK = "needs two or more replications"
ALL = "everything"

COLUMNS = (
    "outcome",
    "unit",
    "what",
    "known",
    "value",
    "low",
    "high",
    "value_gbp",
    "low_gbp",
    "high_gbp",
    "share_of_all",
    "cautious",
    "uncorrected",
    "verdict",
    "worlds",
    "left_out",
    "replications",
)


@dataclass(frozen=True, slots=True)
class Knowing:
    """What it would be worth, in one outcome, to know something before a plan is chosen.

    Parameters
    ----------
    known
        What would be found out: `everything`, the name of an assumption, or that of a group.
    value
        How much better the choice would be, in the outcome's own unit, corrected for noise, which is rather too
        much; its interval goes from the lower end of the cautious estimate's 95% interval to the upper end of its
        own, and holds 0 where no value was seen. Missing where there is one replication.
    pounds
        What one unit is worth; missing where it was not said.
    share_of_all
        Of the value of knowing everything.
    cautious
        The value where the choice is made on one half of the sample and judged on the other: too low if anything.
        That a value was seen is said only where this one lies clearly above 0.
    uncorrected
        The value where the choice is judged on what it was made on, with the flattery still in it.
    """

    outcome: Outcome
    what: What
    known: str
    value: Estimate
    pounds: float
    share_of_all: float
    cautious: float
    uncorrected: float
    worlds: int
    left_out: int
    replications: int

    @property
    def verdict(self) -> str:
        """Whether a value was seen; empty where it was."""
        if math.isnan(self.value.mean):
            return NEEDS_LUCK
        return "" if self.value.low > 0 else NO_VALUE

    @property
    def between(self) -> tuple[float, float]:
        """The value from the cautious estimate to the corrected one."""
        return min(max(self.cautious, self.value.low), self.value.mean), self.value.mean

    @property
    def gbp(self) -> Estimate:
        """The value in pounds; missing where nothing was said of it."""
        told = (self.value.mean, self.value.low, self.value.high)
        return Estimate(*(each * self.pounds for each in told))


@dataclass(frozen=True, slots=True)
class Best:
    """Which plan is best on average over the worlds, in one outcome.

    Parameters
    ----------
    means
        The outcome of each scenario on average.
    """

    outcome: Outcome
    scenario: str
    means: tuple[float, ...]


@dataclass(frozen=True)
class ValueOfKnowing:
    """The value of knowing each assumption, groups of them, and everything, outcome by outcome."""

    values: tuple[Knowing, ...]
    best: tuple[Best, ...]
    drawn: str

    def of(self, outcome: Outcome) -> tuple[Knowing, ...]:
        """The values in one outcome: everything first, then the largest."""
        return tuple(each for each in self.values if each.outcome.key == outcome.key)

    @cached_property
    def table(self) -> pd.DataFrame:
        """One row for each outcome and what might be known (columns: `COLUMNS`)."""
        return table_of(map(_record, self.values), COLUMNS)


def _record(each: Knowing) -> dict[str, Any]:
    plain = ("what", "known", "share_of_all", "cautious", "uncorrected", "verdict")
    counts = ("worlds", "left_out", "replications")
    return {
        "outcome": each.outcome.key,
        "unit": each.outcome.unit,
        **{name: getattr(each, name) for name in (*plain, *counts)},
        **dict(zip(("value", "low", "high"), _ends_of(each.value), strict=True)),
        **dict(zip(("value_gbp", "low_gbp", "high_gbp"), _ends_of(each.gbp), strict=True)),
    }


def _ends_of(told: Estimate) -> tuple[float, float, float]:
    return told.mean, told.low, told.high


def value_of_knowing(question: Question, worlds: Worlds, decision: Decision) -> ValueOfKnowing:
    """What it would be worth to know each assumption, each group, and everything, before choosing a scenario.

    For every outcome of which it was said what is better. A world in which the outcome is missing anywhere is
    left out.
    """
    values: list[Knowing] = []
    best: list[Best] = []
    for place, outcome in enumerate(question.outcomes):
        sign = decision.sign(outcome.key)
        if sign and len(question.scenarios) > 1:
            benefits = worlds.outcomes[:, :, place]
            there = ~incomplete(benefits)
            sample = _Sample(question, sign * benefits[there], worlds.scaled(question)[there])
            if len(sample.benefits) >= FEWEST_WORLDS:
                left_out = len(there) - len(sample.benefits)
                values += _of_outcome(question, sample, outcome, decision, left_out)
                best.append(_best(question, outcome, sample, sign))
    return ValueOfKnowing(tuple(values), tuple(best), worlds.drawn)


def _best(question: Question, outcome: Outcome, sample: _Sample, sign: int) -> Best:
    means = sample.benefits.mean(axis=(0, 2))
    name = question.scenarios[int(means.argmax())]
    return Best(outcome, name, tuple((sign * means).tolist()))


def _of_outcome(
    question: Question, sample: _Sample, outcome: Outcome, decision: Decision, left_out: int
) -> list[Knowing]:
    names = [each.name for each in question.assumed]
    asked: list[tuple[What, str, tuple[str, ...]]] = [
        *(("one assumption", name, (name,)) for name in names),
        *(("a group", name, members) for name, members in decision.groups.items()),
    ]
    whole = sample.everything()
    told = [
        Knowing(
            outcome=outcome,
            what=what,
            known=known,
            value=each.value,
            pounds=abs(decision.pounds(outcome)),
            share_of_all=each.value.mean / whole.value.mean if whole.value.low > 0 else math.nan,
            cautious=each.cautious.mean,
            uncorrected=each.uncorrected,
            worlds=len(sample.benefits),
            left_out=left_out,
            replications=sample.replications,
        )
        for what, known, each in (
            ("everything", ALL, whole),
            *((what, known, sample.some(members)) for what, known, members in asked),
        )
    ]
    return [told[0], *sorted(told[1:], key=lambda each: (bool(each.verdict), -each.value.mean))]


class _Told(NamedTuple):
    """A value corrected for noise, one that is too low if anything, and the value before it was corrected."""

    corrected: Estimate
    cautious: Estimate
    uncorrected: float

    @property
    def value(self) -> Estimate:
        """From what is certain not to be flattery to what it may be at most; nothing where luck cannot be cut."""
        if math.isnan(self.cautious.mean):
            return MISSING
        mean = self.corrected.mean
        return Estimate(mean, min(mean, max(0.0, self.cautious.low)), self.corrected.high)


class _Sample:
    """What each scenario brings in each world, and copies of that in which worlds and luck were drawn again.

    Parameters
    ----------
    benefits
        By world, scenario and replication; more is better.
    scaled
        Values by world and assumption (`cube.scaled`).
    """

    def __init__(self, question: Question, benefits: Floats, scaled: Floats):
        self.benefits, self.scaled = benefits, scaled
        self._assumed = question.assumed
        worlds, _, self.replications = benefits.shape
        seed = question.seed
        self._weights = _drawn_again(seed, worlds)
        drawn = random_halves(seed, "half of the luck of a copy", self.replications, COPIES)
        self._copies = np.einsum("pdr,br->bpd", benefits, shared_out(drawn))
        self._means = benefits.mean(axis=2)
        self._usual = int(self._means.mean(axis=0).argmax())
        self._halves = Halves(seed, benefits - benefits[:, [self._usual]])

    def everything(self) -> _Told:
        """The value of knowing the whole world, but not the luck."""
        plain = float(_gain(self._means, np.ones(len(self._means))))
        corrected = _corrected(plain, _gain(self._copies, self._weights))
        return _Told(corrected, self._halves.everything(), plain)

    def some(self, members: Sequence[str]) -> _Told:
        """The value of knowing some assumptions, by name."""
        places = [[each.name for each in self._assumed].index(name) for name in members]
        many = tuple(len(listed(self._assumed[place])) for place in places)
        where = self.scaled[:, places]
        more = np.delete(self._means - self._means[:, [self._usual]], self._usual, axis=1)
        columns = chosen(where, more, many).columns(where)
        once = np.ones(len(columns))
        plain = float(_gain(columns @ fitted(columns, self._means, once), once))
        copies = columns @ fitted(columns, self._copies, self._weights)
        corrected = _corrected(plain, _gain(copies, self._weights))
        return _Told(corrected, self._halves.some(where, many), plain)


def _drawn_again(seed: int, number: int) -> Floats:
    """How often each of so many is in each copy; over all copies as often as any other, so that no mean moves."""
    each = np.repeat(np.arange(number), COPIES)
    every = stream(seed, "worlds drawn again").permutation(each).reshape(COPIES, number)
    return np.stack([np.bincount(copy, minlength=number) for copy in every]).astype(np.float64)


def _gain(benefits: Floats, weights: Floats) -> Floats:
    """What the best of each world brings more than the one that is best on average: by copy, if there are any.

    Parameters
    ----------
    benefits, weights
        By world and scenario, and by world; or by copy as well.
    """
    average = (weights[..., np.newaxis] * benefits).sum(axis=-2)
    usual = average.argmax(axis=-1)[..., np.newaxis, np.newaxis]
    more = benefits.max(axis=-1) - np.take_along_axis(benefits, usual, axis=-1)[..., 0]
    gain: Floats = (weights * more).sum(axis=-1) / weights.sum(axis=-1)
    return gain


def _corrected(plain: float, copies: Floats) -> Estimate:
    """What is left once the flattery is taken off, and the 95% interval of copies around it; never below 0."""
    middle = float(copies.mean())
    value = 2 * plain - middle
    low, high = np.quantile(copies, ENDS) - middle
    return Estimate(*(max(0.0, float(each)) for each in (value, value + low, value + high)))
