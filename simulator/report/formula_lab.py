"""Reports of a formula under stress, and of a search for formulas."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..charts import gained_by_harm, in_pounds, worth_by_day
from ..charts.frontier import frontier
from ..charts.look import to_png, to_svg
from ..formula_lab.objectives import OBJECTIVES
from ..formula_lab.search import SUGGESTED
from ..formula_lab.words import (
    known_points,
    objective_interval,
    percent,
    plain_name,
    point_sentences,
    search_sentences,
    shown,
    size,
    size_interval,
    stress_sentences,
)
from ..formula_lab.written import smallest_files
from .document import Bullets, Chapter, Command, Document, Drawing
from .drawings import inline
from .table import Cell, Row, Table, cells

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ..formula_lab.search import Point, Search
    from ..formula_lab.stress import Stress, Stressed

LEFT_OUT = (
    "Worlds are lived once and kept; each formula is worked out on what was counted there. So money's effect back on"
    " activity is left out: who is paid less would have fewer in treatment the year after. Whole runs of some"
    " points say how much that is."
)
SOME = f"Some of the frontier, far apart; {SUGGESTED}"
KNOWN = "Known formulas on the same axes"
NOT_DECIDED = (
    "Every formula here is a suggestion, found by a search for what was asked of it and nothing else. What is"
    " fair, and what is worth paying for, is for people to decide."
)


def harms_table(result: Stress) -> Table:
    """Which harms were found, how large, where, and what shows them."""
    return Table(
        f"Harms that the formula of “{result.scenario.title}” may do to {result.partnership}",
        ("Harm", "Found", "How large", "Where", "Seen with", "Smallest case"),
        tuple(Row(each.title, _harm(each)) for each in result.harms),
        words=True,
    )


def _harm(harm: Stressed) -> tuple[Cell, ...]:
    files = ", ".join(smallest_files(harm)) or "–"
    return (
        Cell(harm.verdict),
        Cell(size(harm), size_interval(harm)),
        *cells("all groups" if harm.where == "all" else harm.where, harm.told, files),
    )


def _stress_drawings(result: Stress) -> Iterator[Drawing]:
    """What the harms bring in, and the worth of a client by day where there is a cliff."""
    gains = in_pounds(result)
    if gains:
        found = sum(each.verdict == "found" for each in gains)
        title = f"{found} of {len(gains)} harms that are told in pounds bring money in"
        yield Drawing(inline(gained_by_harm(result, title)), "")
    for each in result.harms:
        if each.cliff is not None and each.verdict == "found":
            yield Drawing(inline(worth_by_day(each.cliff)), "")


def stress_document(result: Stress, command: str, *, draw: bool) -> Document:
    """The report of a formula under stress.

    Parameters
    ----------
    draw
        Whether to draw charts, which needs an optional part.
    """
    definitions = tuple(f"**{each.title}**: {each.definition}" for each in result.harms)
    searched = tuple(
        f"**{each.title}**: {'; '.join(each.searched)}" for each in result.harms if each.searched
    )
    return Document(
        f"Formula under stress: {result.scenario.title}",
        (
            Bullets(tuple(stress_sentences(result))),
            harms_table(result),
            *(_stress_drawings(result) if draw else ()),
        ),
        (
            Chapter("How each harm is defined", (Bullets(definitions),)),
            Chapter(
                "What was searched",
                (
                    Bullets(searched),
                    (
                        "Of several the largest was chosen; its size is that under luck that the choice had not"
                        " seen. One partnership acts, the others are a forecast."
                    ),
                ),
            ),
            Chapter("Make it again", (Command(command),)),
        ),
    )


def frontier_rows(points: Sequence[Point], caption: str) -> Table:
    """Formulas by name and what is asked of them, each with its interval; what they are stands below."""
    return Table(
        caption,
        ("Formula", *(each.title for each in OBJECTIVES)),
        tuple(Row(plain_name(each.name), _objectives(each)) for each in points),
        words=True,
    )


def _objectives(point: Point) -> tuple[Cell, ...]:
    return tuple(
        Cell(
            shown(each, point.estimate(each.name).mean),
            f"{objective_interval(point, each)}; worst tenth {shown(each, point.worst(each.name))}",
        )
        for each in OBJECTIVES
    )


def _losers(result: Search) -> Table:
    points = (*result.shown, result.own)
    kinds = [each.name for each in result.own.losers]
    rows = []
    for place, kind in enumerate(kinds):
        change = [percent(float(point.losers[place].change_share.mean())) for point in points]
        rows.append(Row(f"{kind} ({result.own.losers[place].copies})", cells(*change)))
    return Table(
        "Share of the pot in the third year against last year's, by kind of partnership (how many)",
        ("Kind", *(point.name.replace("suggested_", "") for point in points)),
        tuple(rows),
    )


def drawing(result: Search) -> Drawing:
    """The frontier as a chart."""
    chart = frontier(result, chart_title(result))
    return Drawing(to_svg(chart), chart.description)


def picture(result: Search) -> bytes:
    """The frontier as PNG."""
    return to_png(frontier(result, chart_title(result)))


def chart_title(result: Search) -> str:
    """What the chart says."""
    best = min(point.mean("gap_gbp_per_year") for point in result.frontier)
    told = "close the incentive gap" if best <= 0 else "narrow the incentive gap"
    return f"Formulas that {told} pay for it in steadiness, losses or need ({SUGGESTED})"


def search_document(result: Search, command: str, *, draw: bool) -> Document:
    """The report of a search."""
    meanings = tuple(f"**{each.title}**: {each.meaning}" for each in OBJECTIVES)
    charts, known = (drawing(result),) if draw else (), known_points(result)
    return Document(
        f"Formulas {SUGGESTED}: {result.scenario.title}",
        (Bullets(tuple(search_sentences(result))), NOT_DECIDED, *charts),
        (
            Chapter(
                "The frontier",
                (
                    frontier_rows(result.shown, SOME),
                    Bullets(tuple(point_sentences(result, result.shown))),
                    frontier_rows(known, KNOWN),
                    Bullets(tuple(point_sentences(result, known))),
                ),
            ),
            Chapter("Who loses on the change-over", (_losers(result),)),
            Chapter("What is asked of a formula", (Bullets(meanings), LEFT_OUT)),
            Chapter("Make it again", (Command(command),)),
        ),
        banner=f"{SUGGESTED.capitalize()}. Illustrative: no forecast of any real partnership.",
    )
