"""The report of why allocations changed: sentences, a chart, the steps, and the check over all orders."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .. import charts
from ..explanation import OVER_ALL_ORDERS
from ..funding import EXPLAIN_STEPS
from ..outputs import model_version
from ..wording import counted, gbp, sentence_case, signed
from . import drawings
from .document import Bullets, Chapter, Command, Document, Drawing
from .page import ILLUSTRATIVE
from .table import Cell, Row, Table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..explanation import Explanation
    from .document import Piece


def document(
    explanation: Explanation, partnership: str, command: str, with_charts: bool
) -> Document:
    """The report of why allocations changed.

    Parameters
    ----------
    partnership
        The one whose chart is drawn; of the others it has the sentences, and the files have all.
    command
        What makes it again.
    with_charts
        Whether to draw charts, which needs an optional part.
    """
    scenario = explanation.sample.scenario
    others = [name for name in explanation.partnerships if name != partnership]
    chapters = [Chapter(partnership, tuple(_pieces(explanation, partnership, with_charts)))]
    if others:
        chapters.append(Chapter("The others", tuple(_others(explanation, others))))
    chapters.append(
        Chapter(
            "Make it again", (Command(command), f"Treatment Funding Simulator {model_version()}.")
        )
    )
    return Document(
        f"Why the money changed: {scenario.title}",
        (explanation.note,),
        tuple(chapters),
        banner=ILLUSTRATIVE,
    )


def _pieces(explanation: Explanation, name: str, with_charts: bool) -> Iterator[Piece]:
    yield Bullets(explanation.sentences_of(name))
    if explanation.sample.scenario.years == 1:
        return
    if with_charts:
        chart = charts.waterfall(explanation, name, _title(explanation, name))
        yield Drawing(drawings.inline(chart), "")
    yield steps(explanation, name)
    if name in explanation.checked:
        yield Bullets(explanation.order_sentences_of(name))
        yield OVER_ALL_ORDERS


def _title(explanation: Explanation, name: str) -> str:
    sample = explanation.sample
    change = explanation.steps[:, explanation.partnerships.index(name)].sum(axis=(1, 2)).mean()
    return f"{name}: {signed(change, gbp)} in {sample.years[-1]} against {sample.years[0]}"


def _others(explanation: Explanation, names: list[str]) -> Iterator[Piece]:
    yield f"Of {counted(len(names), 'other partnership')}, the sentences; explanation.csv has their steps."
    for name in names:
        yield f"**{name}**"
        yield Bullets(explanation.sentences_of(name))


def steps(explanation: Explanation, name: str) -> Table:
    """The steps of each year that move anything, and beside them the mean over all orders where it was asked for."""
    sample, place = explanation.sample, explanation.partnerships.index(name)
    in_order = explanation.steps[:, place].mean(axis=0)
    over = explanation.shapley_of(name).mean(axis=0) if name in explanation.checked else None
    rows = [
        Row(
            sentence_case(step),
            tuple(
                Cell(
                    signed(float(in_order[year, at]), gbp),
                    "" if over is None else f"over all orders {signed(float(over[year, at]), gbp)}",
                )
                for year in range(len(in_order))
            ),
        )
        for at, step in enumerate(EXPLAIN_STEPS)
        if explanation.steps[:, place, :, at].any()
    ]
    whole = tuple(Cell(signed(float(each), gbp)) for each in np.sum(in_order, axis=1))
    return Table(
        f"{name}: steps by which the allocation changed from the year before, £, means",
        ("Step", *sample.years[1:]),
        (*rows, Row("In all", whole)),
    )
