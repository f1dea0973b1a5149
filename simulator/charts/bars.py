"""Pounds as bars: why money moved, alone against together, what one client is worth."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from ..funding import EXPLAIN_STEPS
from ..wording import gbp, gbp_exact, prices_of, sentence_case, signed
from .look import (
    FONT_SIZE,
    ILLUSTRATIVE,
    INK,
    PALETTE,
    WIDTH,
    Chart,
    Rows,
    altair,
    finished,
    tick_gbp,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ..explanation import Explanation
    from ..findings import Figure, Together
    from ..incentives import ClientKept

ROW_HEIGHT, BAR_HEIGHT = 30, 18
NAME_PIXELS = 260
COLOURS = {
    "more": PALETTE[0],
    "less": PALETTE[2],
    "in all": PALETTE[4],
    "alone": PALETTE[2],
    "together": PALETTE[0],
}


def waterfall(
    explanation: Explanation, partnership: str, title: str, *, first: int = 0, name: str = ""
) -> Chart:
    """Why an allocation changed from one year to the last, step by step.

    Parameters
    ----------
    first
        The year, counted from 0, whose allocation it begins from.
    name
        What the scenario is called; by default its title.
    """
    sample = explanation.sample
    place = explanation.partnerships.index(partnership)
    summed = explanation.steps[:, place, first:].sum(axis=1).mean(axis=0)
    steps = [
        (step, float(amount))
        for step, amount in zip(EXPLAIN_STEPS, summed, strict=True)
        if round(amount)
    ]
    subtitle = (
        f"“{name or sample.scenario.title}”: change of the yearly allocation (£,"
        f" {prices_of([sample.scenario.funding.price_year])}) from"
        f" {sample.years[first]} to {sample.years[-1]}, mean of {sample.replications} replications."
        f" Steps are counted in this order; another order would give other steps. {ILLUSTRATIVE}"
    )
    rows = _falling(steps)
    told = "; ".join(f"{row['name']}: {row['text']}" for row in rows)
    return finished(bars(rows), title, subtitle, f"Waterfall chart. {title}. {told}.")


def difference_waterfall(steps: Sequence[tuple[str, float]], title: str, subtitle: str) -> Chart:
    """What makes up the difference between two allocations, step by step.

    Parameters
    ----------
    steps
        Names and pounds, in their order; what is nothing is left out.
    """
    rows = _falling([(name, amount) for name, amount in steps if round(amount)])
    told = "; ".join(f"{row['name']}: {row['text']}" for row in rows)
    return finished(bars(rows), title, subtitle, f"Waterfall chart. {title}. {told}.")


def _falling(steps: Sequence[tuple[str, float]]) -> Rows:
    """Bars that each begin where the one before ended, and the whole change at last."""
    rows: Rows = []
    level = 0.0
    for step, amount in steps:
        kind = "more" if amount > 0 else "less"
        rows.append(bar(sentence_case(step), level, level + amount, signed(amount, gbp), kind))
        level += amount
    return [*rows, bar("In all", 0.0, level, signed(level, gbp), "in all")]


def bar(name: str, begin: float, end: float, text: str, kind: str) -> dict[str, Any]:
    """A bar from one amount to another, its text, and the kind that decides its colour (`COLOURS`)."""
    return {"name": name, "begin": begin, "end": end, "text": text, "kind": kind}


def alone_against_together(
    found: Together, title: str, *, replications: int, brief: bool = False
) -> Chart:
    """What one partnership gains or loses if it acts alone, and if all do the same.

    Parameters
    ----------
    title
        The message.
    replications
        How many the intervals stand on.
    brief
        Whether the subtitle has only what the whole picture does not say.
    """
    rows = [
        row
        for year, alone, together in zip(found.years, found.alone, found.together, strict=True)
        for row in (
            measured(f"{year}: {found.name} alone", alone, "alone"),
            measured(f"{year}: all do the same", together, "together"),
        )
    ]
    subtitle = f"Change of the yearly allocation of {found.name} (£)."
    if not brief:
        subtitle += (
            f" Rules are 95% intervals over {replications} paired replications. {ILLUSTRATIVE}"
        )
    told = "; ".join(f"{row['name']}: {row['text']}" for row in rows)
    return finished(bars(rows), title, subtitle, f"Bar chart. {title}. {told}.")


def measured(name: str, figure: Figure, kind: str) -> dict[str, Any]:
    """A bar from zero with its interval, where there is one."""
    estimate = figure.estimate
    row = bar(name, 0.0, estimate.mean, figure.text, kind)
    if math.isnan(estimate.low):
        return row
    return row | {"low": estimate.low, "high": estimate.high}


def client_worth(kept: ClientKept, title: str, *, brief: bool = False) -> Chart:
    """What a stable client kept another year brings in by year, against what the client costs.

    Parameters
    ----------
    title
        The message.
    brief
        Whether the subtitle has only what the whole picture does not say.
    """
    alt = altair()
    rows = [
        bar(year.year, 0.0, year.gross_gbp.mean, gbp_exact(year.gross_gbp.mean), "together")
        for year in kept.years
    ]
    cost = kept.years[-1].cost_gbp
    low, high = kept.years[-1].cost_range_gbp or (cost, cost)
    costs = alt.Chart(alt.InlineData(values=[{"low": low, "high": high, "cost": cost}]))
    band = costs.mark_rect(color=PALETTE[3], opacity=0.22).encode(x="low:Q", x2="high:Q")
    rule = costs.mark_rule(color=INK, strokeWidth=2, strokeDash=[9, 4]).encode(x="cost:Q")
    subtitle = (
        f"Pounds a year that one more stable client ({kept.group.lower()}) brings in, before cost."
        f" Dashed line: what the client costs, {gbp_exact(cost)}"
        f" ({gbp_exact(kept.cost_gbp_per_week)} a week); the shade is what is plausible,"
        f" {gbp_exact(low)} to {gbp_exact(high)}."
    )
    told = "; ".join(f"{row['name']}: {row['text']}" for row in rows)
    return finished(
        bars(rows, band, rule, reaching=high),
        title,
        subtitle if brief else f"{subtitle} {ILLUSTRATIVE}",
        f"Bar chart. {title}. A client costs {gbp_exact(cost)} a year and brings in {told}.",
    )


def bars(
    rows: Rows,
    *behind: Chart,
    reaching: float = 0.0,
    ticks: Callable[[Sequence[float]], str] = tick_gbp,
) -> Chart:
    """Horizontal bars from one amount to another, with their texts in a column at the right.

    Parameters
    ----------
    behind
        Layers that are drawn behind the bars.
    reaching
        An amount that the axis must reach.
    ticks
        How the ticks of the axis are written; by default as pounds.
    """
    alt = altair()
    domain = _domain(rows, reaching)
    base = alt.Chart(alt.InlineData(values=[row | {"right": domain[1]} for row in rows]))
    y = alt.Y(
        "name:N",
        sort=None,
        title=None,
        axis=alt.Axis(labelLimit=NAME_PIXELS, ticks=False, domain=False, labelPadding=8),
    )
    x = alt.X(
        "begin:Q",
        title=None,
        scale=alt.Scale(domain=domain, nice=False),
        axis=alt.Axis(labelExpr=ticks(domain), tickCount=5),
    )
    colours = alt.Scale(domain=list(COLOURS), range=list(COLOURS.values()))
    colour = alt.Color("kind:N", scale=colours, legend=None)
    zero = alt.Chart(alt.InlineData(values=[{"zero": 0}])).mark_rule(color=INK, strokeWidth=1.5)
    text = base.mark_text(align="left", baseline="middle", dx=8, fontSize=FONT_SIZE, color=INK)
    interval = base.transform_filter("isValid(datum.low)").mark_rule(color=INK, strokeWidth=2)
    layers = [
        *behind,
        base.mark_bar(height=BAR_HEIGHT).encode(x=x, x2="end:Q", y=y, color=colour),
        zero.encode(x=alt.X("zero:Q")),
        text.encode(x=alt.X("right:Q"), y=y, text="text:N"),
    ]
    if any("low" in row for row in rows):
        layers.insert(-2, interval.encode(x=alt.X("low:Q"), x2="high:Q", y=y))
    return alt.layer(*layers).properties(width=WIDTH, height=ROW_HEIGHT * len(rows))


def _domain(rows: Rows, reaching: float) -> list[float]:
    sides = ("begin", "end", "low", "high")
    ends = [0.0, reaching, *(row[side] for row in rows for side in sides if side in row)]
    room = 0.04 * (max(ends) - min(ends)) or 1.0
    below = room if min(ends) < 0 else 0.0
    return [min(ends) - below, max(ends) + room]


def sign_of(amount: float) -> str:
    """The kind of a bar that is told by its sign alone (`COLOURS`)."""
    return "more" if amount > 0 else "less"


def plain_ticks(_: Sequence[float]) -> str:
    """Ticks as plain numbers, with a true minus."""
    return "replace(format(datum.value, ',.3~f'), '-', '−')"
