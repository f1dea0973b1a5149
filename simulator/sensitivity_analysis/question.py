"""What is asked: axes along which assumptions move, outcomes, scenarios, and what evaluates points of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ..wording import gbp, signed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .asked import Decision

Floats: TypeAlias = NDArray[np.float64]
Flags: TypeAlias = NDArray[np.bool_]
Evaluate: TypeAlias = Callable[[Floats], Floats]
"""Points by dimension, in their own units, to outcomes by point, scenario, outcome and replication.

A missing value in a point leaves the dimension as each scenario has it; a cell that failed is missing."""

NET = "net"
"""Key of the net benefit among the outcomes."""


class Dimension(Protocol):
    """One axis of a study: an assumption, or a lever, with the values that are tried."""

    @property
    def name(self) -> str:
        """What it is called in tables."""

    @property
    def title(self) -> str:
        """What it is called by people."""

    @property
    def unit(self) -> str:
        """Its unit; may be empty."""

    @property
    def is_lever(self) -> bool:
        """Whether it is decided, not assumed."""

    @property
    def low(self) -> float:
        """The lowest value that is tried."""

    @property
    def high(self) -> float:
        """The highest value that is tried."""

    @property
    def base(self) -> float | None:
        """The value in the first scenario; None where its places differ. Of a list, the place of it."""

    @property
    def grade(self) -> str:
        """How well the value is known: published, derived, assumed, unverified; may be empty."""

    @property
    def values(self) -> tuple[object, ...] | None:
        """Listed values, where it has no range."""

    def at(self, u: float) -> float:
        """The value at a quantile from 0 to 1; of a list, the place in it."""


class Outcome(Protocol):
    """A number that is read off each replication."""

    @property
    def key(self) -> str:
        """What it is called in tables: ``in_recovery@last``."""

    @property
    def label(self) -> str:
        """What it is called by people, to stand in a sentence."""

    @property
    def unit(self) -> str:
        """Its unit: ``£``, ``people``."""

    def show(self, value: float, /) -> str:
        """A value as it is read."""

    def show_difference(self, value: float, /) -> str:
        """A difference of two values as it is read, with its sign."""


@dataclass(frozen=True, slots=True)
class NetBenefit:
    """What all outcomes that have a worth in pounds come to."""

    key: str = NET
    label: str = "net benefit"
    unit: str = "£"

    def show(self, value: float) -> str:
        """Pounds to three figures."""
        return gbp(value)

    def show_difference(self, value: float) -> str:
        """Pounds to three figures, with their sign."""
        return signed(value, gbp)


@dataclass(frozen=True, slots=True)
class View:
    """One number that is looked at: an outcome of a scenario, or of its difference from the first.

    Parameters
    ----------
    baseline
        The scenario that is taken off; empty where the outcome itself is looked at.
    places
        Places of the scenario, of the baseline (-1 for none) and of the outcome.
    """

    scenario: str
    baseline: str
    outcome: Outcome
    places: tuple[int, int, int]

    @property
    def is_difference(self) -> bool:
        """Whether it is what one scenario does against another."""
        return bool(self.baseline)

    @property
    def names(self) -> dict[str, str]:
        """The first columns of every table."""
        return {
            "scenario": self.scenario,
            "baseline": self.baseline,
            "outcome": self.outcome.key,
        }

    def of(self, values: Floats) -> Floats:
        """Its numbers by point and replication, out of those of all scenarios and outcomes."""
        scenario, baseline, outcome = self.places
        told = values[:, scenario, outcome]
        return told - values[:, baseline, outcome] if self.is_difference else told


@dataclass(frozen=True)
class Question:
    """What is asked of a model.

    Parameters
    ----------
    dimensions
        Every axis of the study, in the order of a point's numbers. Levers stay as each scenario has them.
    scenarios
        Names of the scenarios; the first is what the others are told apart from.
    titles
        What people call them, where that is something else.
    seed
        Where the choice of points, and of copies in a bootstrap, begins.
    random
        Points of its own design, where that is one of random points: worlds that need not be drawn.
    """

    dimensions: tuple[Dimension, ...]
    outcomes: tuple[Outcome, ...]
    scenarios: tuple[str, ...]
    evaluate: Evaluate
    titles: tuple[str, ...] = ()
    seed: int = 1
    random: Floats | None = field(default=None, repr=False)

    @property
    def assumed(self) -> tuple[Dimension, ...]:
        """What is not known: every dimension that is no lever."""
        return tuple(each for each in self.dimensions if not each.is_lever)

    def dimension(self, name: str) -> Dimension:
        """One of its dimensions by name."""
        return next(each for each in self.dimensions if each.name == name)

    def title(self, scenario: str) -> str:
        """What people call a scenario."""
        return dict(zip(self.scenarios, self.titles or self.scenarios, strict=True))[scenario]

    @property
    def levels(self) -> tuple[View, ...]:
        """Each outcome of each scenario."""
        return tuple(
            View(name, "", outcome, (s, -1, o))
            for s, name in enumerate(self.scenarios)
            for o, outcome in enumerate(self.outcomes)
        )

    @property
    def differences(self) -> tuple[View, ...]:
        """Each outcome of each scenario but the first, less that of the first: the decision."""
        first = self.scenarios[0]
        return tuple(
            replace(view, baseline=first, places=(view.places[0], 0, view.places[2]))
            for view in self.levels
            if view.places[0] > 0
        )

    @property
    def views(self) -> tuple[View, ...]:
        """All that is looked at."""
        return self.levels + self.differences

    def points(self, moved: Sequence[Mapping[str, float]]) -> Floats:
        """Points with some dimensions moved, by name, and all others as each scenario has them."""
        names = [each.name for each in self.dimensions]
        told = np.full((len(moved), len(names)), np.nan)
        for row, values in zip(told, moved, strict=True):
            for name, value in values.items():
                row[names.index(name)] = value
        return told

    def with_points(self, values: Floats) -> Floats:
        """Points from values of what is assumed, by point and dimension; levers stay as they are."""
        told = np.full((len(values), len(self.dimensions)), np.nan)
        told[:, [i for i, each in enumerate(self.dimensions) if not each.is_lever]] = values
        return told


def with_net(question: Question, decision: Decision) -> Question:
    """The question with one outcome more, the net benefit, where it was asked for."""
    if not decision.net:
        return question
    weights = np.array([decision.pounds(each) for each in question.outcomes])
    counted = np.isfinite(weights)

    def evaluate(points: Floats) -> Floats:
        values = question.evaluate(points)
        net = np.tensordot(values[:, :, counted], weights[counted], axes=([2], [0]))
        return np.concatenate([values, net[:, :, np.newaxis]], axis=2)

    return replace(question, outcomes=(*question.outcomes, NetBenefit()), evaluate=evaluate)


def failed(values: Floats) -> Flags:
    """Points at which a cell failed, in whichever scenario."""
    cells = np.isnan(values).reshape(*values.shape[:2], -1)
    return np.any(np.all(cells, axis=2), axis=1)


def incomplete(numbers: Floats) -> Flags:
    """Points, or worlds, in which a number is missing in some replication."""
    return np.isnan(numbers).reshape(len(numbers), -1).sum(axis=1) > 0


def listed(dimension: Dimension) -> tuple[object, ...]:
    """The values that are listed for a dimension; nothing where it has a range."""
    return dimension.values or ()
