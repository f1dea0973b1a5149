"""What is asked of a formula, in each world: that clients first pays best, steadiness, few losers, money where need is."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from ..changeover import YEARS as CHANGE_OVER_YEARS
from ..changeover import moved_share
from .plans import CLIENTS_FIRST, FAVOUR, HOLD, PARK, PUSH_OUT, TAKE_ON
from .pounds import Payer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from ..scenario.schema import SharingRule
    from .recorded import Recorded

Floats: TypeAlias = "NDArray[np.float64]"
NOTICED = 0.01
"""A fall by less than this part of a partnership's level makes no loser of it."""
WORST_PART = 0.1
"""The worst worlds, as a part of all."""


@dataclass(frozen=True, slots=True)
class Objective:
    """Something that is asked of a formula, less being better.

    Parameters
    ----------
    name, title
        What it is called in tables, and in words.
    unit
        ``£`` or ``%``.
    meaning
        How it is measured.
    step
        Differences of less than this make no formula better than another.
    """

    name: str
    title: str
    unit: str
    meaning: str
    step: float = 0.001


OBJECTIVES = (
    Objective(
        "gap_gbp_per_year",
        "Incentive gap",
        "£",
        "what one partnership gains a year, alone and before costs, by the plan that gains most on average over"
        " the worlds among those that do not put clients first: holding or parking ready clients or pushing them"
        " out early, against clients first; or taking on the cheapest group alone, against all groups for the"
        " same money; below 0, clients first pays best",
        step=1000.0,
    ),
    Objective(
        "unsteadiness_share",
        "Unsteadiness",
        "%",
        "the mean change of a partnership's share of the pot from year to year, as a part of it, from the third"
        " year on, when the change-over is over: need does not change, so nothing of it follows need",
    ),
    Objective(
        "losses_share",
        "Losses on change-over",
        "%",
        "what partnerships lose in the first three years against last year's share of the pot, as a part of"
        " the pot of those years",
    ),
    Objective(
        "mismatch_share",
        "Money away from need",
        "%",
        "the part of the last year's pot that would have to move for money to follow the cost of treating all"
        " who need it",
    ),
)
NAMES = tuple(each.name for each in OBJECTIVES)
STEPS = np.array([each.step for each in OBJECTIVES])


@dataclass(frozen=True, slots=True)
class Loser:
    """What one kind of partnership loses on the change-over.

    Parameters
    ----------
    copies
        How many partnerships are of the kind.
    change_share
        What it has in the third year against last year's share of the pot, as a part of it; below 0 for a
        loss. By world.
    """

    name: str
    copies: int
    change_share: Floats


def counterparts(plans: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Each plan that does not put clients first, and the one that does with the same money."""
    favouring = [(name, TAKE_ON) for name in plans if name.startswith(FAVOUR)]
    first = [(name, CLIENTS_FIRST) for name in (HOLD, PARK, PUSH_OUT)]
    return (*first, *favouring)


class Judge:
    """Measures formulas on recorded worlds."""

    def __init__(self, recorded: Recorded):
        self.recorded = recorded
        self.payer = Payer(recorded)

    def measured(self, rule: SharingRule) -> Floats:
        """Each objective in each world: an array by world and objective."""
        alone = self.payer.alone(rule)
        held = alone[:, self.recorded.plan(HOLD)]
        return np.stack(
            [self._gap(alone), self._unsteady(held), self._lost(held), self._mismatch(held)],
            axis=-1,
        )

    def gains(self, rule: SharingRule, *, together: bool = False) -> dict[str, Floats]:
        """What each plan brings in a year more than its counterpart that puts clients first, by world."""
        paid = self.payer.together(rule) if together else self.payer.alone(rule)
        return {name: self._gain(paid, name, against) for name, against in self.counterparts}

    @cached_property
    def counterparts(self) -> tuple[tuple[str, str], ...]:
        """`counterparts` of the record's plans."""
        return counterparts([way.name for way in self.recorded.plans])

    def _gain(self, paid: Floats, name: str, against: str) -> Floats:
        """A year, over all years that a plan can have moved: those after the first."""
        own = paid[:, :, 1:, 0].mean(axis=-1)
        difference: Floats = own[:, self.recorded.plan(name)] - own[:, self.recorded.plan(against)]
        return difference

    def _gap(self, alone: Floats) -> Floats:
        gains = [self._gain(alone, name, against) for name, against in self.counterparts]
        return of_the_best(np.array(gains))

    def _shares(self, held: Floats) -> Floats:
        """Each copy's share of the pot by world, year and member."""
        return held / np.maximum(self.recorded.pot_gbp[:, np.newaxis], 1)

    def _unsteady(self, held: Floats) -> Floats:
        by_member = held.swapaxes(1, 2)
        return moved_share(by_member, self.recorded.pot_gbp, self.recorded.copies)

    @cached_property
    def _level(self) -> Floats:
        """Each copy's share of the pot in the year before day 0."""
        last = self.recorded.last_gbp
        return last / max((last * self.recorded.copies).sum(), 1)

    def _fallen(self, held: Floats) -> Floats:
        """By how much a copy's share of the pot lies below its level, by world, year and member."""
        return np.maximum(self._level - self._shares(held)[:, :CHANGE_OVER_YEARS], 0)

    def _lost(self, held: Floats) -> Floats:
        by_year = (self._fallen(held) * self.recorded.copies).sum(axis=-1)
        pot = self.recorded.pot_gbp[:CHANGE_OVER_YEARS]
        lost: Floats = (by_year * pot).sum(axis=-1) / max(pot.sum(), 1)
        return lost

    def _mismatch(self, held: Floats) -> Floats:
        need = self.recorded.need_gbp[:, :, -1]
        whole = (need * self.recorded.copies).sum(axis=-1, keepdims=True)
        wanted = np.divide(need, whole, out=np.zeros_like(need), where=whole > 0)
        away = np.abs(self._shares(held)[:, -1] - wanted) * self.recorded.copies
        return away.sum(axis=-1) / 2

    def losers(self, rule: SharingRule) -> tuple[Loser, ...]:
        """Each kind of partnership and how its share of the pot has changed in the third year."""
        held = self.payer.alone(rule)[:, self.recorded.plan(HOLD)]
        third = self._shares(held)[:, CHANGE_OVER_YEARS - 1]
        level = self._level
        change = np.divide(third, level, out=np.ones_like(third), where=level > 0) - 1
        copies = self.recorded.copies
        return tuple(
            Loser(name, int(copies[place]), change[:, place])
            for place, name in enumerate(self.recorded.names)
        )


def of_the_best(gains: Floats) -> Floats:
    """By world, what the plan gains that gains most on average.

    The best plan of each world would be best by luck in part, and the mean over worlds too high.

    Parameters
    ----------
    gains
        By plan and world.
    """
    best: Floats = gains[gains.mean(axis=1).argmax()]
    return best


def worst(by_world: Floats) -> float:
    """The mean of the worst tenth of the worlds, at least one."""
    count = max(1, round(WORST_PART * len(by_world)))
    return float(np.sort(by_world)[-count:].mean())


def number_of_losers(losers: tuple[Loser, ...]) -> int:
    """How many partnerships lose a hundredth of their level or more."""
    return sum(each.copies for each in losers if each.change_share.mean() <= -NOTICED)
