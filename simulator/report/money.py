"""Tables of money: what a client is worth, why an allocation moved, alone and together."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from ..funding import EXPLAIN_STEPS
from ..incentives import Estimate
from ..wording import (
    TOO_CLOSE,
    Show,
    gbp,
    gbp_exact,
    interval,
    sentence_case,
    share,
    signed,
    verdict,
)
from .table import Cell, Row, Table, cells

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ..explanation import Explanation
    from ..findings import Together
    from ..incentives import ClientKept
    from .study import Study


def kept(client: ClientKept) -> Table:
    """What a stable client kept another year brings in and costs, by year."""
    return Table(
        f"One stable client more ({client.group.lower()}) under “{client.scenario}”, £ a year:"
        " mean, and below it the 95% interval",
        ("Year of the allocation", *(year.year for year in client.years)),
        tuple(_kept_rows(client)),
    )


def _kept_rows(client: ClientKept) -> Iterator[Row]:
    years = client.years
    yield Row("How far the formula is phased in", cells(*(share(y.phase_in_share) for y in years)))
    yield Row("Gross: what the client brings in", _estimates(y.gross_gbp for y in years))
    yield Row("What the client costs", cells(*(gbp_exact(y.cost_gbp) for y in years)))
    yield Row("Net", _estimates((y.net_gbp for y in years), with_sign=True))
    ranges = [y.net_range_gbp for y in years]
    costs = client.cost_range_gbp_per_week
    if costs is not None:
        for end, cost in enumerate(costs):
            nets = [both[end].mean for both in ranges if both is not None]
            told = (signed(net, gbp_exact) for net in nets)
            yield Row(f"Net, if the client costs {gbp_exact(cost)} a week", cells(*told))
    yield Row("Break-even: cost a week", _estimates(y.break_even_gbp_per_week for y in years))
    together = (y.together_gbp for y in years)
    yield Row("Gross, if all keep as many more", _estimates(together, with_sign=True))


def _estimates(found: Iterable[Estimate], *, with_sign: bool = False) -> tuple[Cell, ...]:
    def told(amount: float) -> str:
        return signed(amount, gbp_exact) if with_sign else gbp_exact(amount)

    return tuple(Cell(told(each.mean), _ends(each, told)) for each in found)


def _ends(estimate: Estimate, told: Show) -> str:
    """An interval, where there is one and it shows."""
    if math.isnan(estimate.low) or told(estimate.low) == told(estimate.high):
        return ""
    return interval(estimate.low, estimate.high, told)


def steps(study: Study, explanation: Explanation) -> Table:
    """Why the allocation changed from each year to the next, step by step."""
    sample = explanation.sample
    told = [
        [Estimate.of(year[:, place].astype(float)) for place in range(len(EXPLAIN_STEPS))]
        for year in explanation.steps[:, 0].transpose(1, 0, 2)
    ]
    rows = [
        Row(sentence_case(step), tuple(_step(year[place]) for year in told))
        for place, step in enumerate(EXPLAIN_STEPS)
        if explanation.steps[:, 0, :, place].any()
    ]
    whole = [Estimate.of(year) for year in explanation.steps[:, 0].sum(axis=2).T.astype(float)]
    return Table(
        f"“{study.name(sample)}”: steps by which the allocation changed from the year before, means;"
        f" £ in {study.prices}; an asterisk (*) marks what is too close to call",
        ("Step", *sample.years[1:]),
        (*rows, Row("In all", tuple(_step(each) for each in whole))),
    )


def _step(found: Estimate) -> Cell:
    text = signed(found.mean, gbp)
    mark = " *" if verdict(found.low, found.high) == TOO_CLOSE else ""
    return Cell(f"{text}{mark}")


def together(found: Together) -> Table:
    """What one partnership gains or loses alone, and if all do the same."""
    told = [*found.alone, *found.together, found.others_each, found.ratio]
    return Table(
        f"{found.name} alone and together with the others: change of the yearly allocation",
        ("Who acts, and when", "Mean", "95% interval"),
        tuple(Row(each.name, cells(each.text, each.interval)) for each in told),
    )
