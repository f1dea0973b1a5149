"""Your area: its scenario before a fit, the fit as a job, and what came of it."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from .. import charts
from ..calibrate import check_installed
from ..errors import BadInput, MissingExtra
from ..local_area import FittedArea, quick_effort, quick_fit, starting_area
from ..proposal import OWN, Proposal
from ..scenario.draws import draws_text
from ..wording import counted
from ..years import year_name
from . import doors, pieces, state
from .desk import tasks
from .lab_pieces import chart, job

if TYPE_CHECKING:
    from ..local_area import LocalFigures, StartingArea
    from ..visit import Visit

BASE = "baseline_2008"
SECONDS = 90.0
"""What a fit takes on two cores that are free."""


def show(figures: LocalFigures) -> None:
    """Draw what follows from figures that were understood."""
    key = _key(figures)
    try:
        start = _start(key, figures)
    except BadInput as wrong:
        pieces.faults(wrong, "These figures make no scenario yet:")
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
    what = "The years of your figures are simulated, which takes some seconds"
    job(name, what, 10.0, (quick_fit.start_work, figures, BASE), lambda _: None)
    return None


# Before a fit


def _as_it_is(start: StartingArea) -> None:
    st.header("Your area as it is")
    st.write(pieces.safe(_people(start)))
    st.write(pieces.safe(start.scenario.description))
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
    st.header("Fit the model to your figures")
    effort = quick_effort(start.scenario)
    st.write(
        f"Assumptions that your figures can say something about are moved inside their plausible ranges, with up to"
        f" {effort.points} sets of them run {effort.replications} times each, and you see which figures are met."
        " Another file makes another fit. A fit is kept for a while, also where this page is closed."
    )
    try:
        check_installed()
    except MissingExtra as missing:
        pieces.faults(missing)
        return
    job(
        f"area fit {key}",
        "The fit",
        SECONDS,
        (quick_fit.work, figures, BASE, effort),
        partial(_came, key),
    )


def _came(key: str, found: FittedArea) -> None:
    """What came of a fit."""
    for sentence in found.sentences:
        st.write(pieces.safe(sentence))
    st.subheader("Which figures are met")
    chart("area fit", (key,), lambda: charts.fit_shown(found))
    pieces.drawer("Which figures are met: in numbers", partial(_met, found), "area figures")
    st.subheader("How well each assumption is then known")
    chart("area assumptions", (key,), lambda: charts.assumptions_shown(found))
    told = "How well each assumption is known: in numbers"
    pieces.drawer(told, partial(_known, found), "area assumptions")
    st.subheader("Take it along")
    _explore("Explore with the fitted area", found.file_text, "fitted")
    sets = partial(draws_text, found.draws)
    for label, made, name in (
        ("Download the fitted scenario", partial(str, found.file_text), "area_fitted.yaml"),
        ("Download the sets that the figures allow", sets, "area_draws.csv"),
    ):
        pieces.download(label, made, name, "text/plain", f"file {name}")
    st.caption("With both files, bands that hold chance and assumptions:")
    st.code(
        "treatment-sim run area_fitted.yaml --draws area_draws.csv", language=None, wrap_lines=True
    )


def _met(found: FittedArea) -> None:
    told = "Which figures are met"
    pieces.numbers_of(found.figures_table(), told, "area figures", found.as_rows())


def _known(found: FittedArea) -> None:
    table = found.assumptions_table()
    pieces.numbers_of(table, "How well each assumption is known", "area assumptions", table)
