"""Your area: its scenario before a fit, the fit as a job, and what came of it."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from .. import charts
from ..calibrate import check_installed
from ..charts.look import ILLUSTRATIVE
from ..errors import BadInput, MissingExtra
from ..local_area import FittedArea, quick_effort, quick_fit, starting_area
from ..local_area.template import EXAMPLE_FILE
from ..proposal import OWN, Proposal, of_library
from ..scenario.draws import draws_text
from ..wording import counted, share
from ..years import year_name
from . import doors, pieces, state
from .desk import tasks
from .lab_pieces import chart, job
from .tidy import with_origin

if TYPE_CHECKING:
    import pandas as pd

    from ..local_area import LocalFigures, StartingArea
    from ..visit import Visit

BASE, AVERAGE = "baseline_2008", "an average partnership"
NOT_HERE = "This server cannot do that yet. Whoever looks after it must add a part of the program:"
SECONDS = 90.0
"""What a fit takes on two cores that are free."""


def show(figures: LocalFigures) -> None:
    """Draw what follows from figures that were understood."""
    key = _key(figures)
    try:
        start = _start(key, figures)
    except BadInput as wrong:
        pieces.faults(wrong, "The model cannot take these figures up yet:")
        return
    if start is None:
        return
    _as_it_is(start)
    _fit(key, figures, start)


def _key(figures: LocalFigures) -> str:
    return hashlib.sha256(repr(figures).encode()).hexdigest()[:24]


@st.cache_resource(max_entries=60, show_spinner=False)
def _at_once(key: str, _figures: LocalFigures) -> StartingArea:  # noqa: ARG001 # what it is kept under
    return starting_area(_figures, BASE)


def _start(key: str, figures: LocalFigures) -> StartingArea | None:
    """The area's scenario, or None while it is made."""
    if quick_fit.is_at_once(figures, BASE):
        return _at_once(key, figures)
    name = f"area start {key}"
    task = tasks().look(name)
    if task.state == "done":
        found: StartingArea = task.result
        return found
    if task.state == "none":
        tasks().start(name, quick_fit.start_work, figures, BASE)
    what = "Living through the years of your figures, which takes some seconds"
    job(name, what, 10.0, (quick_fit.start_work, figures, BASE), lambda _: None)
    return None


# Before a fit


def _as_it_is(start: StartingArea) -> None:
    st.header("Your area as it is")
    st.write(pieces.safe(_people(start)))
    st.write(pieces.safe(_size(start)))
    pieces.drawer(
        "How the area was made from your figures, in full",
        lambda: st.write(pieces.safe(start.scenario.description.replace(BASE, AVERAGE))),
        "area made",
    )
    _explore("Explore with these figures as they are", start.file_text, "as it is")


def _people(start: StartingArea) -> str:
    """Who is in treatment when the area's scenario begins."""
    world, past = start.scenario.world.groups, start.scenario.history.groups
    many = {group: past[group].in_treatment.people for group in world}
    told = ", ".join(f"{world[group].label.lower()} {many[group]:,}" for group in world)
    name = start.figures.partnership
    first = year_name(start.scenario.first_year)
    return (
        f"{name} begins {first} with {counted(sum(many.values()), 'client')} in treatment: {told}."
    )


def _size(start: StartingArea) -> str:
    """How large the area is against an average one, and where it stands in the formula."""
    world, past = start.scenario.world.groups, start.scenario.history.groups
    average = of_library(BASE).history.groups
    told = ", ".join(
        f"{world[group].label.lower()}"
        f" {share(past[group].in_treatment.people / average[group].in_treatment.people)}"
        for group in world
        if group in average and average[group].in_treatment.people
    )
    paid = any(each.of.measure == "allocation_gbp" for each in start.figures.figures)
    place = (
        "so that the formula comes as near as it can to the first allocation that you gave"
        if paid
        else "in proportion to its clients, since you gave no allocation"
    )
    return (
        f"That is, of the clients whom an average partnership of England has then: {told}. Its place in the formula is set"
        f" {place}. All other partnerships are as they were."
    )


def _explore(label: str, file_text: str, key: str) -> None:
    """A button that puts an area before the visitor, and a door to it."""
    st.button(label, key=f"area explore {key}", on_click=partial(_propose, file_text))
    if state.visit().plan.own_file == file_text:
        st.success("Your proposal now starts from this area, and its link carries it.")
        doors.link("explore", "Move a lever in Explore")


def _propose(file_text: str) -> None:
    state.change(_with_area(state.visit(), file_text))


def _with_area(now: Visit, file_text: str) -> Visit:
    """A visit that starts from an area, compared with the area itself."""
    return replace(now, plan=Proposal(base=OWN, own_file=file_text), against=OWN)


# The fit


def _fit(key: str, figures: LocalFigures, start: StartingArea) -> None:
    st.header("Bring the model in line with your figures")
    effort = quick_effort(start.scenario)
    st.write(
        "Much that the model assumes nobody knows exactly, such as how soon people relapse. What your figures can say"
        " something about is tried with other values, each within what the evidence allows: up to"
        f" {effort.points} combinations, {effort.replications} runs of each. You then see which of your figures the model"
        " comes near to, and which it misses. This is called a fit. Another file needs another one. What came of it stays"
        " here for a while, also where you close this page."
    )
    try:
        check_installed()
    except MissingExtra as missing:
        st.info(NOT_HERE)
        pieces.faults(missing)
        return
    job(
        f"area fit {key}",
        "The fit",
        SECONDS,
        (quick_fit.work, figures, BASE, effort),
        partial(_came, key, note_of(figures)),
    )


def note_of(figures: LocalFigures) -> str:
    """What a file must say of figures: whose they are, and whether they are made up."""
    if figures.title.endswith(EXAMPLE_FILE):
        return ILLUSTRATIVE
    return f"Of {figures.title}. What they do not tell is assumed as for an average of England."


def _came(key: str, note: str, found: FittedArea) -> None:
    """What came of a fit."""
    for sentence in found.sentences:
        st.write(pieces.safe(sentence))
    st.subheader("Which figures are met")
    chart("area fit", (key,), lambda: charts.fit_shown(found))
    pieces.drawer("Which figures are met: in numbers", partial(_met, found, note), "area figures")
    st.subheader("How well each assumption is then known")
    chart("area assumptions", (key,), lambda: charts.assumptions_shown(found))
    told = "How well each assumption is known: in numbers"
    pieces.drawer(told, partial(_known, found, note), "area assumptions")
    st.subheader("Take it along")
    _explore("Explore with the fitted area", found.file_text, "fitted")
    sets = partial(draws_text, found.draws)
    for label, made, name in (
        (
            "Download your fitted area, for the program",
            partial(str, found.file_text),
            "area_fitted.yaml",
        ),
        (
            "Download the combinations of assumptions that your figures allow",
            sets,
            "area_draws.csv",
        ),
    ):
        pieces.download(label, made, name, "text/plain", f"file {name}")
    st.caption(
        "For whoever has the program on a computer: with both files in one folder, this command gives results whose bands"
        " hold chance and what your figures leave open of the assumptions."
    )
    st.code(
        "treatment-sim run area_fitted.yaml --draws area_draws.csv", language=None, wrap_lines=True
    )


def _met(found: FittedArea, note: str) -> None:
    told = "Which figures are met"
    numbers = _with_runs(found.as_rows(), found, found.effort.final_replications, note)
    pieces.numbers_of(found.figures_table(), told, "area figures", numbers)


def _known(found: FittedArea, note: str) -> None:
    told = "How well each assumption is known"
    numbers = _with_runs(found.assumption_rows(), found, found.effort.replications, note)
    pieces.numbers_of(found.assumptions_table(), told, "area assumptions", numbers)


def _with_runs(rows: pd.DataFrame, found: FittedArea, replications: int, note: str) -> pd.DataFrame:
    return with_origin(rows, found.scenario.funding.price_year, found.seed, replications, note)
