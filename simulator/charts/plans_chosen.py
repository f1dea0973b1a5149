"""Plans that a search tried: what they reach, how the search went, and what the best of them change."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from ..optimisation.words import (
    OWN,
    difference_told,
    from_own,
    listed,
    plan_name,
    settings,
    shown,
    wanted,
    where,
)
from ..wording import counted, sentence_case, share
from .look import FONT_SIZE, INK, PALETTE, Chart, Rows, altair, finished, tick, wrapped

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..incentives import Estimate
    from ..optimisation import Found

WIDTH, HEIGHT = 620, 400
ROOM = 0.06
LANE = 22
"""Pixels of one plan in a row of the chart of levers."""
MOST_PLANS = 6
NAME_PIXELS = 300
QUIET = "#b1b4b6"
NEAR = 0.07
"""Labels that stand nearer than this part of the plot are written as one."""
TITLE = {"titleFontSize": FONT_SIZE}
LOOKS = (
    ("on the frontier", "circle", PALETTE[0]),
    ("too close to call", "triangle-up", PALETTE[1]),
    ("beaten", "diamond", PALETTE[3]),
    (OWN, "square", PALETTE[2]),
)
HOLDS, BREAKS = "holds the limits", "breaks a limit"


def frontier_of_plans(found: Found, title: str) -> Chart:
    """How plans differ from the scenario's own in two objectives: those confirmed with paired 95% intervals by new luck.

    Parameters
    ----------
    found
        A search for two objectives in which some plan holds the limits, and the scenario's own could be judged.
    """
    alt = altair()
    confirmed = found.confirmed
    assert confirmed is not None  # noqa: S101 # asked only where plans were confirmed
    named = [_confirmed_row(found, place) for place in range(len(confirmed.places))]
    quiet = _tried_rows(found)
    ends = [_domain([*named, *quiet], axis) for axis in ("x", "y")]
    _join_labels(named, ends)
    x, y = (_axis(alt, found, at, ends[at]) for at in (0, 1))
    chart = alt.layer(*_frontier_layers(alt, named, quiet, x, y))
    subtitle = (
        f"Differences from the scenario's own plan under the same luck, {where(found.question)}. Whiskers: 95% intervals"
        f" of {counted(found.question.asked.confirm.replications, 'run')} that did not choose the plans. Grey: other"
        f" plans, by the luck of the search; filled where they hold the limits. {_better(found)}"
    )
    told = "; ".join(
        f"{plan_name(number)}: {difference_told(found, place, 0)} and {difference_told(found, place, 1)}"
        for place, number in enumerate(confirmed.places)
        if number
    )
    chart = chart.properties(width=WIDTH, height=HEIGHT)
    told = f" {told}." if told else ""
    return finished(chart, title, subtitle, f"Chart of points. {title}.{told}")


def _better(found: Found) -> str:
    across, upwards = (
        ("left", "down")[axis] if each.direction == "lower" else ("right", "up")[axis]
        for axis, each in enumerate(found.question.objectives)
    )
    return f"Better is {upwards} and to the {across}."


def _confirmed_row(found: Found, place: int) -> dict[str, Any]:
    confirmed = found.confirmed
    assert confirmed is not None  # noqa: S101 # as above
    number = confirmed.places[place]
    x, y = (from_own(found, place, at) for at in (0, 1))
    kind = confirmed.standings[place] if number else OWN
    label = plan_name(number) if number else "own plan"
    return {**_ends("x", x), **_ends("y", y), "kind": kind, "label": label}


def _ends(axis: str, known: Estimate) -> dict[str, float]:
    low, high = (known.mean if math.isnan(end) else end for end in (known.low, known.high))
    return {axis: known.mean, f"{axis}_low": low, f"{axis}_high": high}


def _tried_rows(found: Found) -> Rows:
    """Plans that were tried and not confirmed, and could be judged, as they differ from the scenario's own."""
    confirmed = found.confirmed.places if found.confirmed else ()
    values = found.shown(found.tried.scores)
    values = values - values[0]
    return [
        {"x": float(values[number, 0]), "y": float(values[number, 1]), "holds": bool(holds)}
        for number, (holds, there) in enumerate(
            zip(found.tried.feasible, found.tried.judged, strict=True)
        )
        if there and number not in confirmed
    ]


def _domain(rows: Rows, axis: str) -> list[float]:
    values = [
        row[key] for row in rows for key in (axis, f"{axis}_low", f"{axis}_high") if key in row
    ]
    room = ROOM * (max(values) - min(values)) or 1.0
    return [min(values) - room, max(values) + room]


def _join_labels(rows: Rows, ends: list[list[float]]) -> None:
    """Points that lie on each other have one label that names them all."""
    for place, row in enumerate(rows):
        for other in rows[place + 1 :]:
            away = [
                abs(row[axis] - other[axis]) / (high - low)
                for axis, (low, high) in zip("xy", ends, strict=True)
            ]
            if row["label"] and other["label"] and away[0] < NEAR and away[1] < NEAR / 2:
                row["label"] += f", {other['label']}"
                other["label"] = ""


def _axis(alt: Any, found: Found, at: int, domain: list[float]) -> Any:
    objective = found.question.objectives[at]
    kind = (alt.X, alt.Y)[at]
    return kind(
        f"{'xy'[at]}:Q",
        title=f"{sentence_case(wanted(objective))}, difference",
        scale=alt.Scale(domain=domain, nice=False, zero=False),
        axis=alt.Axis(
            labelExpr=_signed(tick(objective.outcome.measure, domain)), tickCount=6, **TITLE
        ),
    )


def _signed(ticks: str) -> str:
    """Ticks of differences, those above nothing with a plus."""
    return f"(datum.value > 0 ? '+' : '') + ({ticks})"


def _frontier_layers(alt: Any, named: Rows, quiet: Rows, x: Any, y: Any) -> list[Any]:
    behind = alt.Chart(alt.Data(values=quiet)).encode(x=x, y=y)
    filled = behind.transform_filter("datum.holds").mark_point(
        filled=True, color=QUIET, size=26, opacity=0.8
    )
    hollow = behind.transform_filter("!datum.holds").mark_point(
        filled=False, color=QUIET, size=22, opacity=0.6
    )
    base = alt.Chart(alt.Data(values=named)).encode(x=x, y=y)
    legend = alt.Legend(title=None, orient="top", labelFontSize=FONT_SIZE, labelLimit=260)
    looks = [look for look in LOOKS if look[0] in {row["kind"] for row in named}]
    kinds, shapes, colours = (list(each) for each in zip(*looks, strict=True))
    colour = alt.Color("kind:N", scale=alt.Scale(domain=kinds, range=colours), legend=legend)
    across = base.mark_rule(strokeWidth=1.5).encode(x=alt.X("x_low:Q"), x2="x_high:Q", color=colour)
    upwards = base.mark_rule(strokeWidth=1.5).encode(
        y=alt.Y("y_low:Q"), y2="y_high:Q", color=colour
    )
    shape = alt.Shape("kind:N", scale=alt.Scale(domain=kinds, range=shapes), legend=legend)
    points = base.mark_point(filled=True, size=110, stroke=INK, strokeWidth=0.6, opacity=1).encode(
        color=colour, shape=shape
    )
    place = {"align": "left", "dx": 9, "dy": -9, "fontSize": FONT_SIZE - 1}
    halo = base.mark_text(**place, stroke="white", strokeWidth=4, strokeJoin="round")
    labels = base.mark_text(**place, color=INK)
    texts = [each.encode(text="label:N") for each in (halo, labels)]
    return [hollow, filled, across, upwards, points, *texts]


# How the search went


def search_history(found: Found, title: str) -> Chart:
    """What each trial brought, and the best so far; of several objectives how much the frontier takes."""
    alt = altair()
    rows = _history_rows(found)
    several = len(found.question.objectives) > 1
    values = [row["value"] for row in rows] + [row["best"] for row in rows]
    there = [value for value in values if value is not None]
    room = ROOM * (max(there) - min(there)) or 1.0
    domain = [0.0, 1.0] if several else [min(there) - room, max(there) + room]
    x = alt.X(
        "plan:Q",
        title="Plan, in the order in which they were tried",
        scale=alt.Scale(domain=[-0.5, len(rows) - 0.5], nice=False),
        axis=alt.Axis(tickMinStep=1, format="d", **TITLE),
    )
    measure = "unmet_need_share" if several else found.question.objectives[0].outcome.measure
    axis = alt.Axis(labelExpr=tick(measure, domain), tickCount=6, **TITLE)
    y = alt.Y("best:Q", title=_history_unit(found), scale=_plain(alt, domain), axis=axis)
    base = alt.Chart(alt.Data(values=rows)).encode(x=x)
    line = (
        base.transform_filter("isValid(datum.best)")
        .mark_line(interpolate="step-after", color=PALETTE[0], strokeWidth=2.5)
        .encode(y=y)
    )
    kinds = {row["kind"] for row in rows}
    chart = line if several else alt.layer(*_history_points(alt, base, domain, kinds), line)
    what = "the frontier so far" if several else "the best so far of those that hold the limits"
    subtitle = f"Line: {what}. {_history_says(found)}"
    told = f"Chart of lines. {title}. {_history_says(found)}"
    chart = chart.properties(width=WIDTH, height=HEIGHT * 3 // 4)
    return finished(chart, title, subtitle, told)


def _plain(alt: Any, domain: list[float]) -> Any:
    return alt.Scale(domain=domain, nice=False, zero=False)


def _history_rows(found: Found) -> Rows:
    values = found.shown(found.tried.scores)[:, 0]
    holds = found.tried.feasible
    return [
        {
            "plan": number,
            "value": _there(values[number]),
            "best": _there(found.progress[number]),
            "kind": OWN if number == 0 else HOLDS if holds[number] else BREAKS,
        }
        for number in range(len(values))
    ]


def _there(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def _history_unit(found: Found) -> str:
    if len(found.question.objectives) > 1:
        return "How much of what was reached the frontier takes"
    return sentence_case(wanted(found.question.objectives[0]))


def _history_points(alt: Any, base: Any, domain: list[float], there: set[str]) -> list[Any]:
    looks = {
        HOLDS: (PALETTE[1], "circle", 36),
        BREAKS: (QUIET, "cross", 30),
        OWN: (PALETTE[2], "square", 90),
    }
    kinds = [kind for kind in looks if kind in there]
    colours, shapes, sizes = (
        list(each) for each in zip(*map(looks.__getitem__, kinds), strict=True)
    )
    legend = alt.Legend(title=None, orient="top", labelFontSize=FONT_SIZE, labelLimit=260)
    points = base.transform_filter("isValid(datum.value)").mark_point(filled=True, opacity=0.9)
    return [
        points.encode(
            y=alt.Y("value:Q", scale=_plain(alt, domain)),
            color=alt.Color(
                "kind:N",
                scale=alt.Scale(domain=kinds, range=colours),
                legend=legend,
            ),
            shape=alt.Shape(
                "kind:N",
                scale=alt.Scale(domain=kinds, range=shapes),
                legend=legend,
            ),
            size=alt.Size("kind:N", scale=alt.Scale(domain=kinds, range=sizes), legend=None),
        )
    ]


def _history_says(found: Found) -> str:
    """When the last step forward was made."""
    best = np.where(np.isnan(found.progress), -np.inf, found.progress)
    steps = np.flatnonzero(np.diff(best, prepend=-np.inf) != 0)
    if not np.isfinite(best).any():
        return "No plan that was tried holds the limits."
    last, many = int(steps[-1]), counted(len(best), "plan")
    if len(found.question.objectives) > 1:
        part = share(float(found.progress[-1]))
        return f"After {many} it takes {part}; the last to move it was {plan_name(last)}."
    told = shown(found, 0)(float(found.progress[-1]))
    return f"The best of {many} by the luck of the search is {plan_name(last)}: {told}."


# What the best plans change


def levers_of_plans(found: Found, title: str) -> Chart:
    """Where in its range each lever of the best plans stands, beside the scenario's own."""
    alt = altair()
    numbers = plans_shown(found)
    rows = _lever_rows(found, numbers)
    names = ["own plan" if number == 0 else plan_name(number) for number in numbers]
    titles = list(dict.fromkeys(row["lever"] for row in rows))
    colours = [PALETTE[2], PALETTE[0], PALETTE[1], PALETTE[3], PALETTE[5], PALETTE[4]]
    colour = alt.Color(
        "plan:N",
        scale=alt.Scale(domain=names, range=colours[: len(names)]),
        legend=alt.Legend(title=None, orient="top", labelFontSize=FONT_SIZE),
    )
    y = alt.Y(
        "lever:N",
        sort=titles,
        title=None,
        axis=alt.Axis(
            labelLimit=NAME_PIXELS,
            labelFontSize=FONT_SIZE,
            labelExpr="split(datum.label, '|')",
            ticks=False,
            domain=False,
        ),
    )
    lane = alt.YOffset("plan:N", sort=names)
    x = alt.X(
        "part:Q",
        title=None,
        scale=alt.Scale(domain=[-0.02, 1.02], nice=False),
        axis=alt.Axis(
            values=[0, 0.5, 1],
            labelExpr="datum.value == 0 ? 'lowest tried' : datum.value == 1 ? 'highest tried' : 'middle'",
        ),
    )
    base = alt.Chart(alt.Data(values=rows)).encode(y=y, yOffset=lane)
    line = base.mark_rule(color="#e3e3e3", strokeWidth=1).encode(x=alt.X("zero:Q"), x2="one:Q")
    points = (
        base.transform_filter("isValid(datum.part)")
        .mark_point(filled=True, size=90, stroke=INK, strokeWidth=0.5, opacity=1)
        .encode(x=x, color=colour)
    )
    text = base.mark_text(align="left", baseline="middle", fontSize=FONT_SIZE - 1, color=INK)
    values = text.encode(x=alt.X("right:Q"), text="value:N")
    height = (LANE * len(numbers) + 14) * len(titles)
    chart = (line + points + values).properties(width=WIDTH - 220, height=height)
    told = "; ".join(f"{row['title']}: {row['value']}" for row in rows)
    subtitle = f"Each lever from the lowest to the highest that was tried. {_who(found, numbers)}"
    subtitle = subtitle.strip()
    return finished(chart, title, subtitle, f"Chart of dots. {title}. {told}.")


def plans_shown(found: Found) -> tuple[int, ...]:
    """The scenario's own plan, then those suggested or tied, then the next of those confirmed; a few."""
    confirmed = found.confirmed.places if found.confirmed else ()
    if not confirmed and found.least_broken is not None:
        confirmed = (found.least_broken,)
    numbers = (0, *found.suggested, *found.tied, *confirmed)
    return tuple(dict.fromkeys(numbers))[:MOST_PLANS]


def _lever_rows(found: Found, numbers: Sequence[int]) -> Rows:
    rows: Rows = []
    for number in numbers:
        plan = found.tried.plans[number]
        told = settings(found, number)
        for lever, value, (title, text, _) in zip(
            found.question.levers.levers, plan, told, strict=True
        ):
            part = (value - lever.tried[0]) / lever.span
            rows.append(
                {
                    "lever": "|".join(wrapped(title, 34)),
                    "title": title,
                    "plan": "own plan" if number == 0 else plan_name(number),
                    "part": min(max(part, -0.02), 1.02) if math.isfinite(part) else None,
                    "value": f"{text}, {'own plan' if number == 0 else plan_name(number)}",
                    "zero": 0,
                    "one": 1,
                    "right": 1.05,
                }
            )
    return rows


def _who(found: Found, numbers: Sequence[int]) -> str:
    """What the plans that are shown are."""
    if len(numbers) == 1:
        return ""
    if found.choice is None:
        return "Plans of the frontier differ in what they favour."
    if found.winner:
        return f"{sentence_case(plan_name(found.winner))} is the best of those confirmed."
    tied = [plan_name(number) for number in found.tied if number in numbers]
    return f"{sentence_case(listed(tied))} cannot be told apart." if len(tied) > 1 else ""
