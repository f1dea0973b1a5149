"""Formulas by what they bring: incentive against steadiness, with who loses by size and need by colour."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from ..formula_lab.objectives import OBJECTIVES
from ..formula_lab.words import percent
from ..wording import gbp
from .look import FONT_SIZE, INK, PALETTE, Chart, Rows, altair, finished, tick_gbp

if TYPE_CHECKING:
    from ..formula_lab.search import Point, Search

WIDTH, HEIGHT = 620, 420
ROOM = 0.08
LINEAR = 0.01
"""Unsteadiness below which the axis is linear."""
KINDS = ("suggested, not decided", "formula of the library", "the scenario's own")
SHAPES = ("circle", "diamond", "square")
COLOURS = (PALETTE[0], PALETTE[3], PALETTE[2])


def frontier(result: Search, title: str) -> Chart:
    """The formulas that none beats, and known ones on the same axes.

    Across: the incentive gap; upwards: unsteadiness; size: losses on the change-over. Those that are told are
    named.
    """
    alt = altair()
    named = {point.name for point in result.shown}
    rows = [
        *(_row(each, KINDS[0], named) for each in result.frontier),
        *(_row(each, KINDS[1], named) for each in result.library),
        _row(result.own, KINDS[2], named),
    ]
    gaps = [row["gap"] for row in rows]
    reach = (max(gaps) - min(gaps)) * ROOM or 1.0
    domain = [min(gaps) - reach, max(gaps) + 2.5 * reach]
    x = alt.X(
        "gap:Q",
        title="Incentive gap, £ a year (left of 0: clients first pays best)",
        scale=alt.Scale(domain=domain, nice=False),
        axis=alt.Axis(labelExpr=tick_gbp(domain), tickCount=6),
    )
    y = alt.Y(
        "unsteady:Q",
        title="Unsteadiness, % of an allocation a year",
        scale=alt.Scale(type="symlog", constant=LINEAR),
        axis=alt.Axis(labelExpr="format(100 * datum.value, ',.3~f') + '%'", values=_ticks(rows)),
    )
    _join_labels(rows, domain)
    chart = alt.layer(*_layers(alt, rows, x, y)).properties(width=WIDTH, height=HEIGHT)
    return finished(chart, title, _subtitle(result), _told(result, title))


def _row(point: Point, kind: str, named: set[str]) -> dict[str, Any]:
    gap, unsteady, lost, away = (float(mean) for mean in point.means)
    label = point.name.replace("suggested_", "") if point.name in named else ""
    if kind == KINDS[1]:
        label = point.name.replace("_", " ")
    return {
        "gap": gap,
        "unsteady": unsteady,
        "lost": 100 * lost,
        "away": 100 * away,
        "kind": kind,
        "told": 0.85 if kind != KINDS[0] or point.name in named else 0.3,
        "label": "own formula" if kind == KINDS[2] else label,
    }


NEAR = 0.05
"""Labels that stand nearer than this part of the plot are written as one."""


def _join_labels(rows: Rows, domain: list[float]) -> None:
    """Points that lie on each other have one label that names them all."""
    top = max(_height(row) for row in rows) or 1.0
    named = [row for row in rows if row["label"]]
    for place, row in enumerate(named):
        for other in named[place + 1 :]:
            across = abs(row["gap"] - other["gap"]) / (domain[1] - domain[0])
            upwards = abs(_height(row) - _height(other)) / top
            both = row["label"] and other["label"]
            if both and across < NEAR and upwards < NEAR / 2:
                row["label"] += f", {other['label']}"
                other["label"] = ""


def _height(row: dict[str, Any]) -> float:
    """Where a point stands on the axis of unsteadiness, which is linear near 0 and by ratio above."""
    return math.log1p(row["unsteady"] / LINEAR)


def _ticks(rows: Rows) -> list[float]:
    largest = max(row["unsteady"] for row in rows)
    return [step for step in (0, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5) if step <= 1.3 * largest]


def _layers(alt: Any, rows: Rows, x: Any, y: Any) -> list[Any]:
    base = alt.Chart(alt.Data(values=rows)).encode(x=x, y=y)
    zero = alt.Chart(alt.Data(values=[{"gap": 0}])).mark_rule(color=INK, strokeDash=[4, 3])
    legend = alt.Legend(title=None, orient="top", labelFontSize=FONT_SIZE, labelLimit=260)
    points = base.mark_point(filled=True, stroke=INK, strokeWidth=0.5).encode(
        opacity=alt.Opacity("told:Q", scale=None),
        shape=alt.Shape(
            "kind:N", scale=alt.Scale(domain=list(KINDS), range=list(SHAPES)), legend=legend
        ),
        color=alt.Color(
            "kind:N", scale=alt.Scale(domain=list(KINDS), range=list(COLOURS)), legend=legend
        ),
        size=alt.Size(
            "lost:Q",
            scale=alt.Scale(range=[30, 420]),
            legend=alt.Legend(
                title="Losses on change-over, % of the pot",
                orient="bottom",
                direction="horizontal",
                titleLimit=400,
                titleFontSize=FONT_SIZE,
                labelFontSize=FONT_SIZE,
                tickCount=4,
                symbolFillColor="#d9d9d9",
            ),
        ),
    )
    where = {"align": "left", "dx": 10, "dy": -7, "fontSize": FONT_SIZE - 2}
    halo = base.mark_text(**where, stroke="white", strokeWidth=4, strokeJoin="round")
    labels = base.mark_text(**where, color=INK)
    written = [each.encode(text="label:N") for each in (halo, labels)]
    return [zero.encode(x=x), points, *written]


def _subtitle(result: Search) -> str:
    return (
        f"Each point is a formula, {result.tried:,} tried in {result.worlds} worlds that differ by {result.holds};"
        " circles are those that none beats in everything asked. Down and left is better; a small point"
        " makes few lose. How far money lies from need is in the table."
    )


def _told(result: Search, title: str) -> str:
    told = "; ".join(
        f"{point.name}: {OBJECTIVES[0].title.lower()} {gbp(float(point.means[0]))}, unsteadiness"
        f" {percent(float(point.means[1]))}, losses {percent(float(point.means[2]))}, away from need"
        f" {percent(float(point.means[3]))}"
        for point in (*result.shown, *result.library, result.own)
    )
    return f"Chart of points. {title}. {told}."
