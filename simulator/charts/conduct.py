"""What partnerships do round by round, and what following the money costs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..findings import what_it_costs
from .bars import bars, measured, plain_ticks, sign_of
from .look import (
    FONT_SIZE,
    ILLUSTRATIVE,
    INK,
    LINE_HEIGHT,
    PALETTE,
    WIDTH,
    Chart,
    Rows,
    altair,
    finished,
    wrapped,
)

if TYPE_CHECKING:
    from ..behaviour import FollowTheMoney, Price

CELL_HEIGHT, CELL_WIDTH = 46, 180
CELL_CHARACTERS = 26
TYPE_PIXELS = 200
PEOPLE = (
    "in_recovery",
    "unmet_need",
    "deaths",
    "planned_exits",
    "successful_completions",
    "re_presentations",
)
FILLS = ("#e8eef5", "#d5efed", "#f1dfe9", "#fde6da", "#e6e6e6", "#f0eaf8")
"""Paler kin of the palette, on which black words can be read."""


def choices_by_round(game: FollowTheMoney, title: str) -> Chart:
    """What each type of partnership does at the start and after each round: its words in a cell.

    Parameters
    ----------
    title
        The message.
    """
    alt = altair()
    rows = _cells(game)
    names = list(dict.fromkeys(str(row["does"]) for row in rows))
    heads = list(dict.fromkeys(str(row["round"]) for row in rows))
    base = alt.Chart(alt.InlineData(values=rows)).encode(
        x=alt.X(
            "round:N",
            sort=heads,
            title=None,
            axis=alt.Axis(
                orient="top", labelAngle=0, ticks=False, domain=False, labelFontSize=FONT_SIZE
            ),
        ),
        y=alt.Y(
            "who:N",
            sort=None,
            title=None,
            axis=alt.Axis(labelLimit=TYPE_PIXELS, ticks=False, domain=False, labelPadding=8),
        ),
    )
    fills = alt.Scale(domain=names, range=[FILLS[i % len(FILLS)] for i in range(len(names))])
    edges = alt.Scale(domain=names, range=[PALETTE[i % len(PALETTE)] for i in range(len(names))])
    boxes = base.mark_rect(strokeWidth=2).encode(
        color=alt.Color("does:N", scale=fills, legend=None),
        stroke=alt.Stroke("does:N", scale=edges, legend=None),
    )
    subtitle = f"What one of each type does at the start and after each round. {ILLUSTRATIVE}"
    told = "; ".join(f"{row['who']}, {row['round']}: {row['does']}" for row in rows)
    height = CELL_HEIGHT * len(game.table.players)
    chart = alt.layer(boxes, *_words(base, rows)).properties(
        width=CELL_WIDTH * len(heads), height=height
    )
    return finished(chart, title, subtitle, f"Table chart. {title}. {told}.")


def _cells(game: FollowTheMoney) -> Rows:
    rows: Rows = []
    for number, profile in enumerate(game.main.path):
        for player, name in enumerate(game.table.players):
            does = game.option(player, profile).name
            copies = game.table.scenario.partnerships[name].copies
            rows.append(
                {
                    "round": f"round {number}" if number else "start",
                    "who": f"{name} (× {copies})" if copies > 1 else name,
                    "does": does,
                }
            )
    return rows


def _words(base: Chart, rows: Rows) -> list[Chart]:
    """What is done, in the middle of its cell: a layer for each place of a line in a cell."""
    lines = [
        row | {"line": text, "down": LINE_HEIGHT * (at - (len(told) - 1) / 2)}
        for row in rows
        for told in [wrapped(str(row["does"]), CELL_CHARACTERS)]
        for at, text in enumerate(told)
    ]
    alt = altair()
    return [
        base.properties(
            data=alt.InlineData(values=[each for each in lines if each["down"] == down])
        )
        .mark_text(fontSize=FONT_SIZE - 1, color=INK, dy=down)
        .encode(text="line:N")
        for down in sorted({float(each["down"]) for each in lines})
    ]


def price_of_following(cost: Price, title: str) -> Chart:
    """People more or fewer where all follow the money than where all put clients first.

    Parameters
    ----------
    title
        The message.
    """
    lines = cost.lines()
    figures = what_it_costs(cost).figures
    rows = [
        measured(figure.name.partition(",")[0], figure, sign_of(figure.estimate.mean))
        for line, figure in zip(lines, figures, strict=True)
        if line.outcome in PEOPLE
    ]
    years = cost.game.at_the_end[0].years
    subtitle = (
        "All follow the money, less all put clients first: people on the last 31 March, or events summed over"
        f" {years[0]} to {years[-1]}, all partnerships together. Rules are 95% intervals over"
        f" {cost.game.clients.together.shape[1]} paired replications. {ILLUSTRATIVE}"
    )
    told = "; ".join(f"{row['name']}: {row['text']}" for row in rows)
    drawn = bars(rows, ticks=plain_ticks).properties(width=WIDTH)
    return finished(drawn, title, subtitle, f"Bar chart. {title}. {told}.")
