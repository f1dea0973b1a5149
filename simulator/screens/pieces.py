"""Pieces that every page is made of: the banner, faults in plain English, a chart with its numbers, progress."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, TypeAlias, TypeVar

import streamlit as st

from ..charts.look import Spec, spec_of
from ..csv_text import as_csv
from ..errors import BadInput, SimulatorError
from ..incentives import band_told
from ..report.page import OWN_AREA
from ..wording import counted

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import pandas as pd

    from ..charts import Chart
    from ..jobs import Task

ILLUSTRATIVE = (
    "Illustrative. The partnership is a made-up average of England, and several assumptions about it are not"
    " verified. Read directions and sizes, not forecasts."
)
FITS = """<style>
.stVegaLiteChart svg { max-width: 100%; height: auto; }
[data-testid="stCaptionContainer"], [data-testid="stCaptionContainer"] * { color: #3d3d3d; opacity: 1; }
[data-testid="stAlertContainer"] * { color: #0b0c0c; }
[data-testid="stMainBlockContainer"] { padding-top: 4rem; padding-bottom: 3rem; }
h1 { font-size: 2.2rem !important; }
h2 { font-size: 1.6rem !important; }
h3 { font-size: 1.25rem !important; }
h4 { font-size: 1.1rem !important; }
[data-testid="stTable"] th, [data-testid="stTable"] th * { color: #0b0c0c; }
[data-testid="stMetricValue"] { font-size: 1.7rem; }
[data-testid="stMetricLabel"] p { white-space: normal; }
[class*="st-key-leap-"] a { display: inline-block; padding: 0.6rem 0; text-decoration: underline; }
@media (min-width: 641px) { [data-testid="stLayoutWrapper"]:has(> [class*="st-key-leap-"]) { display: none; } }
.stSlider [data-testid="stTickBarMin"], .stSlider [data-testid="stTickBarMax"] { color: #3d3d3d; }
</style>"""
"""Charts shrink where the page is narrow, links within a page show there alone, and no text is pale."""
LEVERS, RESULTS = "levers", "results"
"""Parts of Explore that links lead to."""
POLL_SECONDS = 0.5


def banner(*more: str, own_area: bool = False) -> None:
    """Say that what is shown is illustrative, and whether it is of an area's own figures."""
    told = f"Illustrative. {OWN_AREA}" if own_area else ILLUSTRATIVE
    st.warning(" ".join((told, *more)), icon="⚠️")


def leap(label: str, anchor: str) -> None:
    """A link to another part of the page, where the page is so narrow that its parts stand one below the other."""
    with st.container(key=f"leap-{anchor}"):
        st.markdown(f"[{label}](#{anchor})")


def chance_alone(replications: int) -> str:
    """What bands of so many runs hold, and that they hold no more."""
    return f"Bands: {band_told(replications)}. They are about chance alone: assumptions may be wrong too."


def faults(error: SimulatorError, begin: str = "That does not work yet:") -> None:
    """Tell what is wrong with something, each fault a line."""
    if not isinstance(error, BadInput):
        st.error(safe(str(error)))
        return
    told = "\n".join(f"- {safe(str(fault))}" for fault in error.faults)
    st.error(f"{begin}\n\n{told}")


SIGN = re.compile(r"([+−])(?=[£\d])")
"""A sign that must not be left alone at the end of a line."""
MARKS = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~$:])")


def safe(text: str) -> str:
    """Text that somebody gave, as it stands: nothing in it means anything to the page."""
    return MARKS.sub(r"\\\1", SIGN.sub("\\1\u2060", text.replace("\n", " ")))


Table: TypeAlias = "Mapping[str, Sequence[str]] | pd.DataFrame"
"""A table as it is read."""


def drawer(label: str, draw: Callable[[], object], key: str) -> None:
    """Something that is made and drawn only while it is open: what nobody reads must not take time from anybody."""
    opened = st.expander(label, key=f"drawer {key}", on_change="rerun")
    if opened.open:
        with opened:
            draw()


@st.cache_resource(max_entries=600, show_spinner=False)
def kept(key: tuple[str, ...], _make: Callable[[], Chart]) -> Spec:  # noqa: ARG001 # what it is kept under
    """A chart as a page sets it, made once for all that it depends on."""
    return spec_of(_make)


def chart_with_table(
    drawn: Spec,
    table: Callable[[], Table],
    told: str,
    key: str,
    numbers: Callable[[], pd.DataFrame],
) -> None:
    """A chart, and below it the same in numbers: a table, and a file of them, both made when somebody opens them.

    Parameters
    ----------
    table
        As it is read.
    told
        What the table is, which is its text alternative.
    numbers
        Of the file, as numbers.
    """
    picture(drawn, f"chart {key}")
    drawer(
        f"{told}: in numbers",
        lambda: numbers_of(table(), told, key, numbers()),
        key,
    )


def picture(spec: Spec, key: str) -> None:
    """A chart as wide as the page has room; its title and subtitle are text of the page, which wraps."""
    if spec.message:
        st.markdown(f"**{safe(spec.message)}**")
    if spec.beneath:
        st.caption(safe(spec.beneath))
    st.vega_lite_chart(spec=spec.vega, theme=None, key=key, width="stretch", alt=spec.alt)


def numbers_of(
    table: Table,
    told: str,
    key: str,
    numbers: pd.DataFrame | None,
) -> None:
    """A table that can be read aloud, and a file of its numbers.

    Parameters
    ----------
    table
        As it is read; no text in it means anything to the page.
    numbers
        Of the file: numbers as numbers. None where the table is of words alone, which are then the file.
    """
    import pandas as pd

    shown = pd.DataFrame(table)
    read(shown, told)
    name = f"{re.sub('[^a-z0-9]+', '_', key.lower()).strip('_')}.csv"
    made = partial(as_csv, shown if numbers is None else numbers)
    download("Download these numbers as CSV", made, name, "text/csv", f"file {key}")


def download(label: str, make: Callable[[], str | bytes], name: str, mime: str, key: str) -> None:
    """A button for a file that is made when somebody asks for it.

    Bytes that a page gives at once are gone when it is drawn anew, and a browser that still shows them is told 404.
    """
    st.download_button(label, make, file_name=name, mime=mime, key=key, on_click="ignore")


def read(table: pd.DataFrame, told: str) -> None:
    """A table that can be read aloud, as it stands: a page would take its texts for marks, and fetch pictures."""
    plain = table.map(lambda cell: safe(cell) if isinstance(cell, str) else cell)
    plain = plain.rename(columns=lambda head: safe(str(head)))
    st.table(plain.set_index(plain.columns[0]), alt=told)


def job(task: Task, what: str, cancel: Callable[[], None], key: str) -> None:
    """How far a long job is, with a button that ends it."""
    if task.state == "waiting":
        st.info(f"{what}: {_waits(task)}")
    elif task.state == "running":
        part = task.done / task.of if task.of else 0.0
        steps = f"{task.done} of {task.of}" if task.of else "starting"
        st.progress(min(1.0, part), text=f"{what}: {steps}")
    elif task.state == "failed":
        st.error(safe(task.told))
    elif task.state == "cancelled":
        st.info(f"{what}: cancelled. Nothing of it was kept.")
    if task.moves:
        st.button("Cancel", key=f"cancel {key}", on_click=cancel)


def _waits(task: Task) -> str:
    """How many jobs come before one that waits, and how far the one that runs is."""
    if not task.before:
        return "waits for another job to end, and begins in a moment."
    are = "is" if task.before == 1 else "are"
    runs = f"has done {task.first_done:,} of {counted(task.first_of, 'step')}"
    told = runs if task.first_of else "has only begun"
    return f"{counted(task.before, 'job')} {are} before it; the one that runs {told}."


Given = TypeVar("Given")


def polled(draw: Callable[[], Given], seconds: float | None) -> Given:
    """Draw a part of the page, again and again by itself where seconds are given.

    Returns
    -------
    What the first time gives.
    """
    return st.fragment(draw, run_every=seconds)()


def moving(look: Callable[[], Task], what: str, cancel: Callable[[], None], key: str) -> None:
    """Draw how far a long job is, again and again until it ends; then the page as a whole."""

    def again() -> None:
        task = look()
        if not task.moves:
            st.rerun()
        job(task, what, cancel, key)

    polled(again, POLL_SECONDS)
