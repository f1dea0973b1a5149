"""Which assumptions move a number, against how far what they do hangs on all others: walks of Morris."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from ..sensitivity_analysis.words import size_of, topic
from ..wording import sentence_case
from .lines import LABEL_GAP
from .look import (
    FONT_SIZE,
    ILLUSTRATIVE,
    INK,
    LINE_HEIGHT,
    PALETTE,
    Chart,
    Rows,
    altair,
    finished,
    tick_of,
    wrapped,
)
from .rows import label_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..sensitivity_analysis.morris import Effect, Morris
    from ..sensitivity_analysis.question import View

KEY_CHARACTERS = 44
SQUARE = 300
MOST = 12
NEAR = 0.02
"""Points nearer than this part of the plot lie on each other."""
SEEN, LUCK = "moves it", "no more than luck could do"


def morris_points(found: Morris, view: View, title: str = "") -> Chart:
    """Which assumptions move one number, against how far what they do hangs on all others.

    Points are numbered by how much they move it; what the numbers mean stands beside the plot. Above the dashed line
    an assumption does more or less, or the opposite, depending on the others.
    """
    alt = altair()
    effects = [each for each in found.of(view) if not math.isnan(each.mu_star)]
    shown = effects[:MOST]
    labels = label_of(each.dimension for each in effects)
    rows: Rows = [
        {
            "number": str(each.rank),
            "mu_star": each.mu_star,
            "low": each.low,
            "high": each.high,
            "sigma": each.sigma,
            "kind": LUCK if each.verdict else SEEN,
        }
        for each in shown
    ]
    message = title or (
        f"{sentence_case(view.outcome.label)}: {shown[0].dimension.title} moves it most"
        if shown and not shown[0].verdict
        else f"{sentence_case(view.outcome.label)}: no assumption is clearly seen to move it"
    )
    _number_together(rows)
    more = f" The {len(shown)} strongest of {len(effects)}." if len(shown) < len(effects) else ""
    subtitle = (
        f"{topic(view)}. Across: change of it when an assumption moves over its whole range, wherever all others"
        f" stand (rules: 95% intervals over {_walks(shown)} walks). Upwards: how far that change differs with the"
        f" others; above the dashed line by more than its own size.{more} {ILLUSTRATIVE}"
    )
    told = "; ".join(
        f"{labels[each.dimension.name]}: {size_of(view.outcome)(each.mu_star)}, differing by"
        f" {size_of(view.outcome)(each.sigma)}"
        for each in shown
    )
    plot = _scatter(alt, rows, view).properties(width=SQUARE, height=SQUARE)
    key = _key(alt, shown, labels, view)
    chart = alt.hconcat(plot, key, spacing=20).resolve_scale(color="shared", shape="shared")
    return finished(chart, message, subtitle, f"Chart of points. {message}. {told}.")


def _number_together(rows: Rows) -> None:
    """Points that lie on each other are numbered once, from the first to the last of them."""
    most = max([max(row["high"], row["sigma"]) for row in rows], default=1.0) or 1.0
    for place, row in enumerate(rows):
        near = [
            other
            for other in rows[place:]
            if other["number"]
            and abs(other["mu_star"] - row["mu_star"]) < NEAR * most
            and abs(other["sigma"] - row["sigma"]) < NEAR * most
        ]
        if row["number"] and len(near) > 1:
            row["number"] = f"{row['number']}–{near[-1]['number']}"
            for other in near[1:]:
                other["number"] = ""


def _walks(effects: Sequence[Effect]) -> int:
    return max((each.trajectories for each in effects), default=0)


def _scatter(alt: Any, rows: Rows, view: View) -> Chart:
    most = max([max(row["high"], row["sigma"]) for row in rows], default=1.0) or 1.0
    domain = [-0.06 * most, 1.08 * most]
    ticks = alt.Axis(
        labelExpr=tick_of(view.outcome.unit, domain),
        tickCount=4,
        titleFontSize=FONT_SIZE,
        titleFontWeight="normal",
    )
    scale = alt.Scale(domain=domain, nice=False)

    def across(column: str) -> Any:
        return alt.X(f"{column}:Q", title="How far it moves it", scale=scale, axis=ticks)

    def upwards(column: str) -> Any:
        return alt.Y(
            f"{column}:Q", title="How far that differs with the others", scale=scale, axis=ticks
        )

    base = alt.Chart(alt.InlineData(values=rows))
    kinds = alt.Scale(domain=[SEEN, LUCK], range=[PALETTE[0], "#ffffff"])
    even = alt.Chart(alt.InlineData(values=[{"a": 0.0}, {"a": domain[1]}]))
    return alt.layer(
        even.mark_line(color="#767676", strokeDash=[5, 3], strokeWidth=1).encode(
            x=across("a"), y=upwards("a")
        ),
        base.mark_rule(color=INK, strokeWidth=1.2).encode(
            x=across("low"), x2="high:Q", y=upwards("sigma")
        ),
        base.mark_point(
            filled=True, size=330, opacity=1, stroke=PALETTE[0], strokeWidth=1.5
        ).encode(
            x=across("mu_star"),
            y=upwards("sigma"),
            fill=alt.Fill(
                "kind:N",
                scale=kinds,
                legend=alt.Legend(title=None, orient="top", labelFontSize=FONT_SIZE, labelLimit=0),
            ),
        ),
        base.mark_text(fontSize=FONT_SIZE - 2, fontWeight="bold").encode(
            x=across("mu_star"),
            y=upwards("sigma"),
            text="number:N",
            color=alt.condition(f"datum.kind == '{SEEN}'", alt.value("white"), alt.value(INK)),
        ),
    )


def _key(alt: Any, effects: Sequence[Effect], labels: dict[str, str], view: View) -> Chart:
    """What the numbers mean: name and size, one below the other."""
    size = size_of(view.outcome)
    rows: Rows = []
    down = float(LINE_HEIGHT)
    for each in effects:
        text = f"{each.rank}  {labels[each.dimension.name]}: {size(each.mu_star)}"
        lines = wrapped(text, KEY_CHARACTERS)
        rows.append({"text": "\n".join(lines), "down": down})
        down += LINE_HEIGHT * len(lines) + LABEL_GAP
    height = max(SQUARE, int(down))
    drawn = alt.Chart(alt.InlineData(values=rows)).mark_text(
        align="left", baseline="top", fontSize=FONT_SIZE, lineBreak="\n", color=INK
    )
    y = alt.Y("down:Q", axis=None, scale=alt.Scale(domain=[height, 0], nice=False))
    return drawn.encode(x=alt.value(0), y=y, text="text:N").properties(width=10, height=height)
