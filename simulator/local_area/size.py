"""How large an area is against the scenario that it begins from, by group and by kind of number."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ..observe import Figure
from . import reference
from .figures import ALL

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..scenario import Scenario
    from .figures import LocalFigures

FEWEST_LEFT = 100
"""Contacts less presentations tell the people on day 0, where there are enough of them."""

STARTED_BEFORE = "in_contact less new_presentations"
STOCK = ("in_treatment", STARTED_BEFORE, "in_contact", "in_effective_treatment")
STOCK_OR_FLOW = (*STOCK, "new_presentations")
CONTACT = ("in_effective_treatment", "in_contact")
NEED = ("new_presentations", "referrals")
COMPLETIONS = ("successful_completions", "planned_exits")
UNTREATED = ("untreated",)
WAITING = ("waiting",)
MEASURES = tuple(
    dict.fromkeys((*STOCK_OR_FLOW, *CONTACT, *NEED, *COMPLETIONS, *UNTREATED, *WAITING))
)
"""What is compared, but for the difference of two."""

Ratios = dict[str, float]
"""By group: the area's number over the number in the scenario that it begins from."""


@dataclass(frozen=True, slots=True)
class Size:
    """By how much each kind of number is multiplied, by group.

    Parameters
    ----------
    stock
        People in treatment on day 0, and those who left it before.
    contact
        Clients that the formula has counted.
    need
        People who come to need treatment.
    untreated, waiting
        People on day 0.
    completions
        Planned exits before day 0.
    """

    stock: Ratios
    contact: Ratios
    need: Ratios
    untreated: Ratios
    waiting: Ratios
    completions: Ratios


def size_of(figures: LocalFigures, scenario: Scenario) -> Size:
    """How large an area is against a scenario of one partnership that has the area's years."""
    sizes = _Sizes(figures, scenario)
    stock = sizes.ratios(STOCK_OR_FLOW)
    need = sizes.ratios(NEED, stock)
    return Size(
        stock=stock,
        contact=sizes.ratios(CONTACT, stock),
        need=need,
        untreated=sizes.ratios(UNTREATED, need),
        waiting=sizes.ratios(WAITING, need),
        completions=sizes.ratios(COMPLETIONS, stock),
    )


class _Sizes:
    """An area's figures beside those of the scenario that it begins from."""

    def __init__(self, figures: LocalFigures, scenario: Scenario):
        self.figures = figures
        self.groups = tuple(scenario.world.groups)
        self._first = scenario.first_year
        self._theirs = self._reference(scenario)

    def _reference(self, scenario: Scenario) -> dict[tuple[str, str, int], float]:
        """What the scenario counts on average, by measure, group and calendar year."""
        given = {each.of.measure for each in self.figures.figures}
        wanted = [
            Figure(measure, group, year - self._first)
            for measure in MEASURES
            if measure in given
            for group in (*self.groups, ALL)
            for year in self.figures.years
            if 0 <= year - self._first < scenario.years
        ]
        means = zip(wanted, reference.means(scenario, wanted), strict=True)
        return {(f.measure, f.group, f.year + self._first): mean for f, mean in means}

    # What is compared

    def _years(self, quantity: str, group: str) -> list[int]:
        """Years in which a quantity of a group is known of the area; of the people before, the first."""
        if quantity == STARTED_BEFORE:
            both = (self.figures.of(each, group) for each in ("in_contact", "new_presentations"))
            return sorted(set.intersection(*(set(each) for each in both)))[:1]
        known = self.figures.of(quantity, group)
        return [year for year in known if (quantity, group, year) in self._theirs]

    def _ours(self, quantity: str, group: str) -> float:
        def total(measure: str) -> float:
            known = self.figures.of(measure, group)
            return sum(known[year].mean for year in self._years(quantity, group))

        if quantity == STARTED_BEFORE:
            return total("in_contact") - total("new_presentations")
        return total(quantity)

    def _of_the_scenario(self, quantity: str, group: str, years: Sequence[int]) -> float:
        def total(measure: str) -> float:
            return float(np.sum([self._theirs[measure, group, year] for year in years]))

        if quantity == STARTED_BEFORE:
            return total("in_contact") - total("new_presentations")
        return total(quantity)

    def _told(self, quantity: str, group: str) -> bool:
        """Whether a quantity tells how large a group is."""
        years = self._years(quantity, group)
        fewest = FEWEST_LEFT if quantity == STARTED_BEFORE else 0
        theirs = self._of_the_scenario(quantity, group, years)
        return bool(years) and theirs > 0 and min(theirs, self._ours(quantity, group)) >= fewest

    # How large

    def ratios(self, quantities: Sequence[str], otherwise: Ratios | None = None) -> Ratios:
        """How large each group is: by its own figures, else by what these leave of all groups together.

        Parameters
        ----------
        quantities
            The best first.
        otherwise
            How large groups are thought to be that no figure tells apart: where there is a figure for all
            groups, up to one factor; by default they are like those that are known.
        """
        known = self._by_their_own(quantities)
        missing = [group for group in self.groups if group not in known]
        thought = otherwise or dict.fromkeys(self.groups, self._like(known))
        left = self._by_what_is_left(quantities, known, thought)
        return {group: left[group] if group in missing else known[group] for group in self.groups}

    def _by_their_own(self, quantities: Sequence[str]) -> Ratios:
        found: Ratios = {}
        for quantity in quantities:
            for group in self.groups:
                if group not in found and self._told(quantity, group):
                    found[group] = self._ratio(quantity, group)
        return found

    def _ratio(self, quantity: str, group: str) -> float:
        theirs = self._of_the_scenario(quantity, group, self._years(quantity, group))
        return self._ours(quantity, group) / theirs

    def _like(self, known: Ratios) -> float:
        """The groups without figures are as large as those with figures, one with another."""
        return sum(known.values()) / len(known) if known else 1.0

    def _by_what_is_left(self, quantities: Sequence[str], known: Ratios, thought: Ratios) -> Ratios:
        """All groups together less those that are known, in proportion to how large the others are thought."""
        quantity = next((each for each in quantities if self._told(each, ALL)), None)
        if quantity is None:
            return thought
        years = self._years(quantity, ALL)
        theirs = {group: self._of_the_scenario(quantity, group, years) for group in self.groups}
        taken = sum(known[group] * theirs[group] for group in known)
        expected = sum(
            thought[group] * theirs[group] for group in self.groups if group not in known
        )
        factor = max(0.0, self._ours(quantity, ALL) - taken) / expected if expected > 0 else 1.0
        return {group: thought[group] * factor for group in self.groups}
