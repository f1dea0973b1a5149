"""What one stable client kept another year is worth to a partnership, before and after the client's cost.

A client who could leave and is kept counts in the formula for one more year. That is the perverse
incentive in pounds: what the client brings in, less what the client costs. It is read off the
inputs of each year's allocation, so it needs no further run.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from ..errors import BadInput, Fault
from ..evidence import Assumption, assumptions
from ..funding import Inputs, Member, Rule, Term, allocate
from ..money import in_year
from ..years import WEEKS_PER_YEAR
from .estimate import Estimate

if TYPE_CHECKING:
    import pandas as pd

    from ..replicate import Sample
    from ..scenario.schema import Scenario

More: TypeAlias = Callable[[Member], Member]
"""Counts more clients of a member."""


@dataclass(frozen=True, slots=True)
class YearKept:
    """What one stable client more is worth in the allocation of one year.

    Attributes
    ----------
    phase_in_share
        How far the formula is phased in.
    gross_gbp
        What the client adds to the entitlement, before floor and ceiling.
    together_gbp
        What is added if every partnership counts as many more in proportion.
    cost_gbp
        What a ready client costs in a year.
    cost_range_gbp
        The same at both ends of what is plausible, where that is known.
    gross_at_weights_gbp
        `gross_gbp` at both ends of the plausible weight of such clients, where that is known.
    """

    year: str
    phase_in_share: float
    gross_gbp: Estimate
    together_gbp: Estimate
    cost_gbp: float
    cost_range_gbp: tuple[float, float] | None
    gross_at_weights_gbp: tuple[Estimate, Estimate] | None

    @property
    def net_gbp(self) -> Estimate:
        """What the client brings in, less what the client costs."""
        return self.gross_gbp.less(self.cost_gbp)

    @property
    def net_range_gbp(self) -> tuple[Estimate, Estimate] | None:
        """`net_gbp` where a ready client is cheapest, and where dearest."""
        if self.cost_range_gbp is None:
            return None
        cheapest, dearest = self.cost_range_gbp
        return self.gross_gbp.less(cheapest), self.gross_gbp.less(dearest)

    @property
    def break_even_gbp_per_week(self) -> Estimate:
        """The weekly cost at which keeping the client neither gains nor loses."""
        return self.gross_gbp.over(WEEKS_PER_YEAR)


@dataclass(frozen=True, slots=True)
class ClientKept:
    """What one stable client of a group, kept another year, is worth to a partnership year by year.

    Attributes
    ----------
    scenario
        Title of the scenario on whose allocations this stands.
    group
        Label of the substance group.
    cost_gbp_per_week
        What a ready client costs.
    cost_range_gbp_per_week
        What is plausible, where that is known.
    rests_on
        The assumptions that decide the result.
    """

    scenario: str
    partnership: str
    group: str
    cost_gbp_per_week: float
    cost_range_gbp_per_week: tuple[float, float] | None
    years: tuple[YearKept, ...]
    rests_on: tuple[Assumption, ...]

    @property
    def table(self) -> pd.DataFrame:
        """One row for each year, in pounds."""
        import pandas as pd  # takes seconds, and only this needs it

        return pd.DataFrame([_row(self, year) for year in self.years])


def client_kept(sample: Sample, group: str, partnership: str | None = None) -> ClientKept:
    """What one stable client kept another year brings in and costs, in each year.

    The client counts in the twelve months that the year's allocation looks back on, so the money
    comes after the cost. The floor and ceiling, which may hold part of it back, are left out.

    Parameters
    ----------
    group
        The substance group of the client.
    partnership
        By default the first.

    Raises
    ------
    BadInput
        If there is no such group or partnership.
    """
    scenario = sample.scenario
    named = partnership or next(iter(scenario.partnerships))
    _check(scenario, group, named)
    known = {each.path: each for each in assumptions(scenario)}
    cost = known[f"world.groups.{group}.treatment.cost_ready_gbp_per_week"]
    activity = _activity_term(scenario)
    weight = known.get(f"formula.terms.{activity}.group_weights.{group}")
    group_cost = scenario.world.groups[group].treatment.cost_ready_gbp_per_week
    worth = _Worth(sample, group, named, group_cost, cost.range, weight.range if weight else None)
    return ClientKept(
        scenario=scenario.title,
        partnership=named,
        group=scenario.world.groups[group].label,
        cost_gbp_per_week=group_cost,
        cost_range_gbp_per_week=cost.range,
        years=tuple(worth.in_year(year) for year in range(scenario.years)),
        rests_on=tuple(
            each
            for path, each in known.items()
            if path
            in (
                cost.path,
                weight and weight.path,
                f"formula.terms.{activity}.weight",
                "formula.pot_gbp",
            )
        ),
    )


def _activity_term(scenario: Scenario) -> str | None:
    """The term that counts clients in effective treatment, where there is one."""
    terms = scenario.formula.terms.items()
    return next((name for name, term in terms if term.counts == "effective_clients"), None)


def _check(scenario: Scenario, group: str, partnership: str) -> None:
    faults = [
        Fault("incentive", name, f"be one of {', '.join(known)}", repr(got), "name one of them")
        for name, got, known in (
            ("group", group, tuple(scenario.world.groups)),
            ("partnership", partnership, tuple(scenario.partnerships)),
        )
        if got not in known
    ]
    if faults:
        raise BadInput(faults)


@dataclass(frozen=True, slots=True)
class _Worth:
    """Counts one client more in every replication's inputs."""

    sample: Sample
    group: str
    partnership: str
    cost_gbp_per_week: float
    cost_range: tuple[float, float] | None
    weight_range: tuple[float, float] | None

    def in_year(self, year: int) -> YearKept:
        inputs = [replication[year] for replication in self.sample.inputs]
        cheap_and_dear = self.cost_range
        return YearKept(
            year=self.sample.years[year],
            phase_in_share=float(in_year(self.sample.scenario.formula.phase_in_share, year)),
            gross_gbp=self._gross(inputs),
            together_gbp=self._together(inputs),
            cost_gbp=self.cost_gbp_per_week * WEEKS_PER_YEAR,
            cost_range_gbp=cheap_and_dear
            and (cheap_and_dear[0] * WEEKS_PER_YEAR, cheap_and_dear[1] * WEEKS_PER_YEAR),
            gross_at_weights_gbp=self.weight_range and self._at_weights(inputs, *self.weight_range),
        )

    def _gross(self, inputs: list[Inputs]) -> Estimate:
        return Estimate.of(np.array([self._change(each, self._alone) for each in inputs]))

    def _together(self, inputs: list[Inputs]) -> Estimate:
        def everybody(each: Inputs) -> More:
            growth = self._growth(each)
            return lambda member: self._times(member, growth)

        return Estimate.of(np.array([self._change(each, everybody(each)) for each in inputs]))

    def _at_weights(
        self, inputs: list[Inputs], low: float, high: float
    ) -> tuple[Estimate, Estimate]:
        def at(weight: float) -> Estimate:
            return self._gross([replace(e, rule=self._weighing(e.rule, weight)) for e in inputs])

        return at(low), at(high)

    def _change(self, inputs: Inputs, more: More) -> float:
        """Pounds by which the partnership's entitlement changes when more clients are counted."""
        members = [more(member) for member in inputs.members]
        before = allocate(inputs.pot_gbp, inputs.members, inputs.rule)
        after = allocate(inputs.pot_gbp, members, inputs.rule)
        return float(after.entitlement[self.partnership] - before.entitlement[self.partnership])

    @property
    def _place(self) -> int:
        return list(self.sample.scenario.world.groups).index(self.group)

    def _alone(self, member: Member) -> Member:
        return self._counting(member, 1) if member.name == self.partnership else member

    def _growth(self, inputs: Inputs) -> Fraction | None:
        """By how much the partnership's clients grow with one more; nothing where it has none."""
        own = next(member for member in inputs.members if member.name == self.partnership)
        clients = self._clients(own)
        return 1 / clients if clients else None

    def _clients(self, member: Member) -> Fraction:
        """The group's clients, exactly as they are written."""
        return Fraction(str(member.counts.effective[self._place]))

    def _times(self, member: Member, growth: Fraction | None) -> Member:
        more = Fraction(1) if growth is None else growth * self._clients(member)
        return self._counting(member, more)

    def _counting(self, member: Member, more: int | Fraction) -> Member:
        clients = list(member.counts.effective)
        clients[self._place] = self._clients(member) + more
        return replace(member, counts=replace(member.counts, effective=tuple(clients)))

    def _weighing(self, rule: Rule, weight: float) -> Rule:
        """The rule with another weight for clients of this kind: problem drug users, or not."""
        groups = self.sample.scenario.world.groups
        kind = groups[self.group].is_pdu

        def weighed(term: Term) -> Term:
            if term.counts != "effective_clients" or term.group_weights is None:
                return term
            pairs = zip(groups.values(), term.group_weights, strict=True)
            changed = tuple(weight if each.is_pdu == kind else old for each, old in pairs)
            return replace(term, group_weights=changed)

        return replace(rule, terms=tuple(map(weighed, rule.terms)))


def _row(kept: ClientKept, year: YearKept) -> dict[str, object]:
    nets = year.net_range_gbp
    row: dict[str, object] = {
        "year": year.year,
        "group": kept.group,
        "phase_in_share": year.phase_in_share,
    }
    for name, estimate in (
        ("gross_gbp", year.gross_gbp),
        ("together_gbp", year.together_gbp),
        ("net_gbp", year.net_gbp),
        ("break_even_gbp_per_week", year.break_even_gbp_per_week),
    ):
        row |= {name: estimate.mean, f"{name}_low": estimate.low, f"{name}_high": estimate.high}
    row["cost_gbp"] = year.cost_gbp
    row["net_where_cheapest_gbp"] = nets[0].mean if nets else None
    row["net_where_dearest_gbp"] = nets[1].mean if nets else None
    return row
