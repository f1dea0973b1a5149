"""What one client is worth: the meter of doing right, and the four moves."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..wording import gbp_exact, signed
from .bars import bar, bars
from .look import FONT_SIZE, ILLUSTRATIVE, INK, Chart, Rows, altair, finished

if TYPE_CHECKING:
    from ..incentive import Estimate, GroupWorth


@dataclass(frozen=True, slots=True)
class _Words:
    client: str
    lost: str
    lost_kind: str
    saved: str
    saved_kind: str
    net: str
    line: str


_WORDS = {
    "moved_on": _Words(
        "moved on",
        "Allocation lost (below 0: gained)",
        "less",
        "Own treatment saved",
        "more",
        "Left (below 0: it costs)",
        "what may be lost before doing right costs money",
    ),
    "kept": _Words(
        "kept another year",
        "Allocation gained (below 0: lost)",
        "more",
        "Own treatment paid for",
        "less",
        "Brought in (below 0: it costs)",
        "what may be gained before keeping the client pays",
    ),
}


def meter(group: GroupWorth, formula: str, title: str, *, replications: int) -> Chart:
    """What moving one ready client on loses of the allocation, against what it saves; or keeping one gains and spends.

    A dashed line stands at the cost that is saved: an allocation that loses as much breaks even, one that loses more
    makes doing right cost money. Where nobody can be moved on sooner than planned, the same is told of clients kept.

    Parameters
    ----------
    formula
        What the formula is called.
    title
        The message.
    replications
        How many the intervals stand on.
    """
    told = group.meter
    if told is None:
        raise ValueError(
            f"meter: {group.group} must have a meter, got none; draw only those with one"
        )
    saved, words = told.saved_gbp.mean, _WORDS[told.move]
    net = told.net_gbp if told.move == "moved_on" else told.net_gbp.turned
    rows = [
        _measured(words.lost, told.lost_gbp, words.lost_kind, with_sign=False),
        _measured(words.saved, told.saved_gbp, words.saved_kind, with_sign=False),
        _measured(words.net, net, "in all"),
    ]
    # the label stands on the side on which there is more room
    ends = [float(row[name]) for row in rows for name in ("begin", "end")]
    side = "right" if saved > (min(ends) + max(ends)) / 2 else "left"
    alt = altair()
    even = alt.Chart(alt.InlineData(values=[{"even": saved}]))
    rule = even.mark_rule(color=INK, strokeWidth=2, strokeDash=[9, 4]).encode(x="even:Q")
    label = even.mark_text(
        align=side,
        baseline="bottom",
        dx=-4 if side == "right" else 4,
        dy=-4,
        fontSize=FONT_SIZE,
        color=INK,
    ).encode(
        x="even:Q",
        y=alt.value(0),
        text=alt.value(f"breaks even at {gbp_exact(saved)}"),
    )
    subtitle = (
        f"{formula}. Pounds for each client {words.client}, over the run; rules are 95% intervals over {replications}"
        f" paired replications. Dashed line: {words.line}. {ILLUSTRATIVE}"
    )
    chart = bars(rows, rule, label)
    return finished(chart, title, subtitle, f"Meter. {title}. {_texts(rows)}.")


def four_moves(group: GroupWorth, formula: str, title: str, *, replications: int) -> Chart:
    """What each of the four moves does to the allocation, to what the client costs, and to the two together.

    Parameters are those of `meter`.
    """
    rows = [
        row
        for worth in group.worth
        if worth.clients
        for row in (
            _by_sign(f"{worth.title}: allocation", worth.total["allocation_gbp"]),
            _by_sign(f"{worth.title}: cost saved", worth.cost_saved_gbp),
            _measured(f"{worth.title}: net", worth.total["net_gbp"], "in all"),
        )
    ]
    subtitle = (
        f"{formula}. Pounds for each client moved, over the run: what the allocation gains, what is saved of the"
        f" client's own treatment (below 0: spent), and net. Rules are 95% intervals over {replications} paired"
        f" replications. {ILLUSTRATIVE}"
    )
    return finished(bars(rows), title, subtitle, f"Bar chart. {title}. {_texts(rows)}.")


def _by_sign(name: str, estimate: Estimate) -> dict[str, Any]:
    return _measured(name, estimate, "more" if estimate.mean >= 0 else "less")


def _measured(
    name: str, estimate: Estimate, kind: str, *, with_sign: bool = True
) -> dict[str, Any]:
    """A bar from zero with its interval, where there is one."""
    amount = estimate.mean
    text = signed(amount, gbp_exact) if with_sign else gbp_exact(amount)
    row = bar(name, 0.0, amount, text, kind)
    if math.isnan(estimate.low):
        return row
    return row | {"low": estimate.low, "high": estimate.high}


def _texts(rows: Rows) -> str:
    return "; ".join(f"{row['name']}: {row['text']}" for row in rows)
