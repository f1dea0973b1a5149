"""Pieces of the formula lab: a chart kept as it is sent, its numbers, and a long job."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import streamlit as st

from . import pieces
from .desk import tasks

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from ..charts import Chart
    from ..findings import Figure


def chart(name: str, under: tuple[str, ...], make: Callable[[], Chart]) -> None:
    """A chart, which carries its text alternative; made once.

    Parameters
    ----------
    under
        Whatever it depends on.
    """
    pieces.picture(pieces.kept((name, *under), make), f"chart {name}")


def table(told: str, name: str, shown: dict[str, list[str]], numbers: pd.DataFrame | None) -> None:
    """The numbers of a chart, when opened, and a file of them."""
    pieces.drawer(
        f"{told}: in numbers", lambda: pieces.numbers_of(shown, told, name, numbers), name
    )


def job(
    key: str,
    what: str,
    seconds: float,
    work: tuple[Callable[..., Any], *tuple[Any, ...]],
    draw: Callable[[Any], None],
) -> None:
    """A long job: a button that starts it, how far it is, and what came of it."""
    with st.container():  # what follows keeps its place while this grows and shrinks
        task = tasks().look(key)
        if task.moves:
            pieces.moving(partial(tasks().look, key), what, partial(tasks().cancel, key), key)
        elif task.state == "done":
            draw(task.result)
        else:
            pieces.job(task, what, partial(tasks().cancel, key), key)
            st.button(
                f"Run it: {about(seconds)} on a machine that is free",
                key=f"start {key}",
                on_click=partial(tasks().start, key, *work),
            )


def about(seconds: float) -> str:
    """A time to wait, as people say it."""
    if seconds < 45:
        return f"about {max(10, round(seconds, -1)):.0f} seconds"
    minutes = max(1, round(seconds / 60))
    return f"about {minutes} minute{'s' if minutes > 1 else ''}"


def figure_told(figure: Figure) -> str:
    """A number with its interval, and whether its sign can be told."""
    close = ", too close to call" if figure.sign == "open" else ""
    return f"{figure.text} ({figure.interval}{close})"
