"""Your area: an area's own figures, read and checked; its scenario at once, and fitted to them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from ..csv_text import as_csv
from ..errors import BadInput
from ..local_area import as_read, faults_by_row, in_rows, read_upload, template, understood
from ..wording import counted
from . import area_scenario, choices, pieces

if TYPE_CHECKING:
    from ..local_area import LocalFigures

WHOSE, UPLOAD, GIVEN = "area whose", "area upload", "area given"
MADE_UP, MINE = "The made-up example", "Figures of my own"
MOST_ROWS_TOLD = 25
"""Rows of faults that stand on the page; there is a file of all."""


@dataclass(frozen=True, slots=True)
class Given:
    """A file that somebody gave: what it holds, and its name."""

    content: bytes
    name: str


def show() -> None:
    """Draw the page."""
    st.title("Your area: what do your own figures say?")
    given = _given()
    if given is None or given.name == template.EXAMPLE_FILE:
        pieces.banner("The area that this page opens with is made up, too.")
    else:
        st.warning(
            "Your figures set the size of the area. Whatever they do not tell is assumed as for an average of England,"
            " and several of these assumptions are not verified.",
            icon="⚠️",
        )
    st.write(
        "Give your yearly or quarterly figures. The model then stands for an area as large as yours, which you can explore"
        " at once. After that its assumptions can be brought in line with your figures, and you see how near it comes."
    )
    _choice()
    if given is None:
        st.info("No file has been given yet. Take the template, fill it in, and give it above.")
        return
    _results(given)


# Whose figures


def _given() -> Given | None:
    choices.remember(WHOSE, MADE_UP, (MADE_UP, MINE))
    if st.session_state[WHOSE] == MADE_UP:
        return Given(template.filled_in(), template.EXAMPLE_FILE)
    found: Given | None = st.session_state.get(GIVEN)
    return found


def _choice() -> None:
    st.header("Whose figures?")
    st.radio("Show", (MADE_UP, MINE), key=WHOSE, horizontal=True)
    if st.session_state[WHOSE] == MINE:
        st.file_uploader(
            "Your file: the template with your figures, saved as CSV (at most 2 MB)",
            key=UPLOAD,
            on_change=_take,
            help="Counts and averages only, never a list of clients. CSV is a plain kind of table that every spreadsheet can"
            " save: in Excel choose Save As, and there CSV UTF-8.",
        )
        _has()
    _files()


def _take() -> None:
    """Keep what was given, so that it is there when somebody comes back from another page."""
    file = st.session_state.get(UPLOAD)
    if file is not None:
        st.session_state[GIVEN] = Given(file.getvalue(), file.name)


def _has() -> None:
    given: Given | None = st.session_state.get(GIVEN)
    if given is None:
        return
    told, button = st.columns([4, 1])
    told.caption(
        pieces.safe(f"In use: {given.name}.")
        + " The server keeps it only while it runs, and saves it nowhere. A link to your proposal carries what the model"
        " takes from it (how many clients and how much money your area has), not the file."
    )
    button.button("Take it out", key="area out", on_click=lambda: st.session_state.pop(GIVEN, None))


def _files() -> None:
    with st.expander("The template, what its columns mean, and an example"):
        for label, made, name in (
            ("Download the template", _template, "our_area.csv"),
            ("Download what its columns mean", template.guide, "our_area_columns.txt"),
            ("Download the example", template.filled_in, template.EXAMPLE_FILE),
        ):
            pieces.download(label, made, name, "text/plain", f"file {name}")
        st.code(template.guide(), language=None, wrap_lines=True)


def _template() -> str:
    return f"\ufeff{template.template()}"  # the mark by which spreadsheets tell its letters


# What was read


@st.cache_data(max_entries=60, show_spinner=False)
def _read(content: bytes, name: str) -> LocalFigures | BadInput:
    try:
        return read_upload(content, name)
    except BadInput as wrong:
        return wrong


def _results(given: Given) -> None:
    found = _read(given.content, given.name)
    if isinstance(found, BadInput):
        _told(found)
        return
    _understood(found)
    area_scenario.show(found)


def _told(wrong: BadInput) -> None:
    """Every fault of a file, by row."""
    import pandas as pd

    faults = faults_by_row(wrong.faults)
    st.header("The file cannot be used yet")
    many = counted(len(faults), "thing")
    st.error(f"{many} must be put right. Nothing was changed, and what you had is still there.")
    rows = pd.DataFrame(
        [(str(each.row or "file"), each.what, each.must, each.found, each.do) for each in faults],
        columns=("Row", "What", "Must", "Found", "What to do"),
    )
    pieces.read(rows.head(MOST_ROWS_TOLD), "What must be put right, by row of the file")
    if len(rows) > MOST_ROWS_TOLD:
        st.caption(f"The first {MOST_ROWS_TOLD} are shown; the file holds all that were found.")
    label, made = "Download this list as CSV", partial(as_csv, rows)
    pieces.download(label, made, "to_put_right.csv", "text/csv", "area faults")


def _understood(figures: LocalFigures) -> None:
    st.header("What was understood")
    years = counted(len(figures.years), "year")
    st.write(
        pieces.safe(
            f"{counted(len(figures.figures), 'figure')} of {figures.partnership}, of {years}."
        )
    )
    for note in figures.notes:
        st.info(pieces.safe(in_rows(note)))
    told = "The figures as they were read"
    pieces.drawer(f"{told}: in numbers", partial(_as_read, figures, told), "area read")


def _as_read(figures: LocalFigures, told: str) -> None:
    numbers = as_read(figures).assign(note=area_scenario.note_of(figures))
    pieces.numbers_of(understood(figures), told, "area read", numbers)
