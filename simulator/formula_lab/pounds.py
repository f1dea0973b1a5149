"""What any formula would have paid in the worlds that were recorded: for a partnership alone, and if all do the same."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from ..funding import PEOPLE_COUNTED
from ..funding.fast import Bounds, entitled, settle
from ..funding.formula import PAID_BEFORE
from ..money import in_year
from .recorded import KINDS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ..scenario.schema import SharingRule, Term
    from .recorded import Recorded

Floats: TypeAlias = "NDArray[np.float64]"


class Payer:
    """Pays the members of recorded worlds by any formula.

    Pounds stand by world, plan, year and member; the partnership is member 0, the plans are the record's.
    """

    def __init__(self, recorded: Recorded):
        self.recorded = recorded

    def alone(self, rule: SharingRule) -> Floats:
        """Pounds where the partnership follows each plan and all others go on as they are."""
        return self._paid(rule, self._counted_alone)

    def together(self, rule: SharingRule) -> Floats:
        """Pounds where all do: the others' counts change in the proportion in which the partnership's do."""
        return self._paid(rule, self._counted_together)

    @cached_property
    def _counted_alone(self) -> Floats:
        """Counts by kind, group, year, world, plan and member."""
        own = self.recorded.own[:, :, :, np.newaxis]
        others = self.recorded.others[:, np.newaxis]
        shape = (*own.shape[:3], others.shape[3], *own.shape[4:])
        whole = np.concatenate([own, np.broadcast_to(others, shape)], axis=3)
        return np.ascontiguousarray(whole.transpose(4, 5, 2, 0, 1, 3))

    @cached_property
    def _counted_together(self) -> Floats:
        own = self._counted_alone[..., :1]
        held = own[..., :1, :]
        change = np.divide(own, held, out=np.ones_like(own), where=held > 0)
        others = self._counted_alone[..., 1:] * change
        return np.concatenate([own, others], axis=-1)

    def _paid(self, rule: SharingRule, counts: Floats) -> Floats:
        """Year after year: floors, ceilings and last year's pounds stand on what the formula paid itself."""
        recorded = self.recorded
        columns = {
            name: _people(recorded, term, counts)
            for name, term in rule.terms.items()
            if term.weight and term.counts in PEOPLE_COUNTED
        }
        shape = counts.shape[3:]
        last = np.broadcast_to(recorded.last_gbp, shape)
        pounds = np.empty((*shape[:2], recorded.years, shape[2]))
        for year in range(recorded.years):
            parts = self._entitled(rule, columns, year, last)
            last = self._bounded(rule, year, parts, last)
            pounds[:, :, year] = last
        return pounds

    def _entitled(
        self, rule: SharingRule, columns: dict[str, Floats], year: int, last: Floats
    ) -> Floats:
        recorded = self.recorded
        areas = {
            "need_index": recorded.need,
            "population": recorded.population,
            "historic_share": recorded.old_share,
            "last_allocation": last,
        }

        def amounts(name: str, term: Term) -> Floats:
            if name in columns:
                return self._seen(columns[name], year, rule.lag_years)
            return np.broadcast_to(areas[term.counts], last.shape)

        weighed = [(term, name) for name, term in rule.terms.items() if term.weight]
        return entitled(
            [(t.weight, amounts(n, t)) for t, n in weighed if t.counts not in PAID_BEFORE],
            [(t.weight, amounts(n, t)) for t, n in weighed if t.counts in PAID_BEFORE],
            np.broadcast_to(recorded.old_share, last.shape),
            1 + rule.area_cost_share * (recorded.area_cost - 1),
            in_year(rule.phase_in_share, year),
            recorded.copies,
        )

    def _seen(self, people: Floats, year: int, lag_years: int) -> Floats:
        """What is counted for a year: of earlier years by the lag, but for members that are a forecast."""
        earlier: Floats = people[max(0, year - lag_years + 1)]
        if lag_years == 1 or not self.recorded.forecast.any():
            return earlier
        return np.where(self.recorded.forecast, people[year], earlier)

    def _bounded(self, rule: SharingRule, year: int, parts: Floats, last: Floats) -> Floats:
        floor, ceiling = in_year(rule.floor_share, year), in_year(rule.ceiling_share, year)
        pot = self.recorded.pot_gbp[year]
        if floor is None and ceiling is None:
            return pot * parts
        whole = np.full((1, 1, 1), pot)
        low, high = Bounds(floor, ceiling).within(whole, last)
        return settle(whole, parts, self.recorded.copies, low, high)


def _people(recorded: Recorded, term: Term, counts: Floats) -> Floats:
    """What a term counts of people, by year, world, plan and member."""
    people = counts[KINDS.index(PEOPLE_COUNTED[term.counts])]
    if term.group_weights is None:
        return people.sum(axis=0)
    weights = [term.group_weights[group] for group in recorded.scenario.world.groups]
    return np.tensordot(np.array(weights), people, axes=(0, 0))
