"""What one stable client is worth, in a sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..wording import TOO_CLOSE, gbp_exact, signed
from .figures import Figure, Finding, verdict

if TYPE_CHECKING:
    from ..incentives import ClientKept, YearKept


def what_a_client_is_worth(kept: ClientKept) -> Finding:
    """What a stable client kept another year brings in and costs, and where the two are equal."""
    first, last = kept.years[0], kept.years[-1]
    net = net_worth(last)
    title = {
        "more": "brings in more than the client costs",
        "less": "costs more than the client brings in",
        "same": "costs exactly what the client brings in",
        "open": "may bring in more than the client costs, or less",
    }[net.sign]
    return Finding(
        title=f"A stable client kept for another year {title}",
        sentence=(
            f"Under “{kept.scenario}”, one more stable client ({kept.group.lower()}) brings in"
            f" {gbp_exact(first.gross_gbp.mean)} in {first.year} and {gbp_exact(last.gross_gbp.mean)} in"
            f" {last.year}{_phased(first, last)}, and costs {gbp_exact(last.cost_gbp)} a year"
            f" ({gbp_exact(kept.cost_gbp_per_week)} a week). In {last.year} that is {_net_told(net)}; the two"
            f" are equal at {gbp_exact(last.break_even_gbp_per_week.mean)} a week."
            f"{_where_cost_differs(kept, last)}{_where_weight_differs(last)}"
            f" If every partnership keeps as many more in proportion, it is worth"
            f" {gbp_exact(last.together_gbp.mean)} in {last.year}."
        ),
        verdict=verdict(net),
        figures=(net, *_worth_figures(kept)),
    )


def net_worth(year: YearKept) -> Figure:
    """What a client brings in less what the client costs, in a year's allocation."""
    return Figure(f"Net worth of a client kept, {year.year}", year.net_gbp, gbp_exact)


def _net_told(net: Figure) -> str:
    if net.sign == "same":
        return "nothing either way"
    size = gbp_exact(abs(net.estimate.mean))
    told = f"{size} {'more' if net.estimate.mean > 0 else 'less'} than the cost"
    return f"{told} ({TOO_CLOSE})" if net.sign == "open" else told


def _phased(first: YearKept, last: YearKept) -> str:
    """Why it changes over the years, where the phase-in goes the same way."""
    phased = last.phase_in_share - first.phase_in_share
    grown = last.gross_gbp.mean - first.gross_gbp.mean
    return ", as the formula is phased in" if phased * grown > 0 else ""


def _where_cost_differs(kept: ClientKept, year: YearKept) -> str:
    if year.net_range_gbp is None or kept.cost_range_gbp_per_week is None:
        return ""
    ends = zip(kept.cost_range_gbp_per_week, year.net_range_gbp, strict=True)
    told = [f"at {gbp_exact(cost)} a week {signed(net.mean, gbp_exact)}" for cost, net in ends]
    return f" The cost is uncertain: {' and '.join(told)} a year net."


def _where_weight_differs(year: YearKept) -> str:
    if year.gross_at_weights_gbp is None:
        return ""
    low, high = sorted(each.mean for each in year.gross_at_weights_gbp)
    return (
        f" Over the plausible range of the client's weight in the formula, the client brings in"
        f" {gbp_exact(low)} to {gbp_exact(high)}."
    )


def _worth_figures(kept: ClientKept) -> tuple[Figure, ...]:
    gross = [
        Figure(f"Gross worth of a client kept, {each.year}", each.gross_gbp, gbp_exact)
        for each in kept.years
    ]
    last = kept.years[-1]
    even = Figure(
        f"Break-even cost a week, {last.year}",
        last.break_even_gbp_per_week,
        gbp_exact,
        is_difference=False,
    )
    together = Figure(f"Gross worth if all do the same, {last.year}", last.together_gbp, gbp_exact)
    return (*gross, even, together)
