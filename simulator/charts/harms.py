"""A formula under stress: what harms bring in, and what one client is worth by the day of leaving or coming back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..findings import Figure
from ..wording import gbp, gbp_exact, signed
from .bars import bars, measured, sign_of
from .look import ILLUSTRATIVE, INK, PALETTE, WIDTH, Chart, altair, finished, tick_gbp

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..formula_lab.stress import Stress, Stressed
    from ..formula_lab.worth import Cliff

A_YEAR = "£ a year"
"""The unit of harms that are told in pounds which a partnership gains by doing them."""
HEIGHT = 200


def in_pounds(result: Stress) -> tuple[Stressed, ...]:
    """The harms that were looked for and are told in pounds a year."""
    return tuple(each for each in result.harms if each.unit == A_YEAR and each.searched)


def gained_by_harm(result: Stress, title: str) -> Chart:
    """Pounds a year that a partnership gains or loses by each harm that is told so."""
    rows = [
        measured(each.title, Figure("", each.size, gbp), sign_of(each.size.mean))
        for each in in_pounds(result)
    ]
    subtitle = (
        f"What {result.partnership} gains a year by it (£), before costs. Rules are 95% intervals over"
        f" {result.replications} paired replications. {ILLUSTRATIVE}"
    )
    told = "; ".join(f"{row['name']}: {row['text']}" for row in rows)
    return finished(bars(rows), title, subtitle, f"Bar chart. {title}. {told}.")


def worth_by_day(cliff: Cliff) -> Chart:
    """What one client is worth by the day of dropping out, or of coming back: a cliff where it jumps."""
    alt = altair()
    worth = [float(each) for each in cliff.worth_gbp.mean(axis=0)]
    rows = [{"day": day, "gbp": gbp} for day, gbp in zip(cliff.days, worth, strict=True)]
    domain = _domain(worth)
    x = alt.X(
        "day:Q",
        title=_DAYS[cliff.name],
        scale=alt.Scale(domain=[cliff.days[0], cliff.days[-1]], nice=False),
        axis=alt.Axis(tickMinStep=1),
    )
    y = alt.Y(
        "gbp:Q",
        title=None,
        scale=alt.Scale(domain=domain, nice=False),
        axis=alt.Axis(labelExpr=tick_gbp(domain), tickCount=5),
    )
    base = alt.Chart(alt.InlineData(values=rows))
    line = base.mark_line(interpolate="step-after", color=PALETTE[0], strokeWidth=3)
    zero = alt.Chart(alt.InlineData(values=[{"gbp": 0}])).mark_rule(color=INK)
    jump = signed(cliff.jump.mean, gbp_exact)
    title = f"{cliff.title}: {jump} from day {cliff.jump_at - 1} to day {cliff.jump_at}"
    subtitle = (
        f"What one client ({cliff.group.lower()}) brings in (£), by the formula. {ILLUSTRATIVE}"
    )
    drawn = alt.layer(zero.encode(y=y), line.encode(x=x, y=y)).properties(
        width=WIDTH, height=HEIGHT
    )
    return finished(drawn, title, subtitle, f"Line chart. {title}.")


_DAYS = {
    "cliff_12_weeks": "Day after the start on which a client drops out",
    "cliff_six_months": "Day after a planned exit on which the client comes back",
}


def _domain(worth: Sequence[float]) -> list[float]:
    low, high = min(0.0, *worth), max(0.0, *worth)
    room = 0.08 * (high - low) or 1.0
    return [low - (room if low < 0 else 0.0), high + room]
