"""Formula lab: edit the rule by which the pot is shared; who gains and loses, and what it makes partnerships do."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import streamlit as st

from .. import charts
from ..errors import BadInput
from ..formula_lab.variables import in_words
from ..own_formula import changes, present, winners
from ..own_formula.stored import rule_hash
from ..proposal import Proposal, of_library
from ..wording import gbp_exact, share, signed
from . import choices, doors, lab_client, lab_formula, lab_leads, pieces, state
from .desk import scenario_of
from .lab_formula import ENGLAND, formula
from .lab_pieces import chart, table
from .tidy import with_origin

if TYPE_CHECKING:
    from ..own_formula import EditedFormula, Look, Present, Winners

PUT, LAST_FULL = "lab put", "lab last full"
OF_LAST_FULL = "Results of the last full bar."


def show() -> None:
    """Draw the page."""
    st.title("Formula lab: who would gain, and what would it make people do?")
    pieces.banner("The 149 partnerships are made up, too; none is a real place.")
    st.write(
        "Change the rule by which the national pot is shared out. You see at once who would gain and who would lose, and what"
        " one client is worth to a partnership; and what becomes of it when everybody follows the money."
    )
    lab_formula.begin()
    left, right = st.columns([2, 3], gap="large")
    with left:
        lab_formula.show()
    with right:
        _results()


def _results() -> None:
    edited = formula()
    try:
        told = _winners_of(edited)
    except BadInput as wrong:
        pieces.faults(wrong, "This formula cannot share out a pot yet:")
        _of_before()
        return
    st.session_state[LAST_FULL] = edited
    _all_of(edited, told, "Your formula")
    _take_along(rule_hash(edited.rule()), edited)


def _of_before() -> None:
    """The results of the last formula that could share out a pot, marked as such, while another is being made."""
    last: EditedFormula | None = st.session_state.get(LAST_FULL)
    if last is None:
        return
    st.info(f"{OF_LAST_FULL} Those of your formula come when its bar is full.", icon="⏳")
    _all_of(last, _winners_of(last), "The last full bar")


def _all_of(edited: EditedFormula, told: Winners, whose: str) -> None:
    rule, name = edited.rule(), edited.shown_title
    st.write(
        pieces.safe(f"{whose}, “{name}”: {in_words(rule)}.")
        + "  \n"
        + pieces.safe(f"The present rule: {in_words(of_library(ENGLAND).formula)}.")
    )
    key = rule_hash(rule)
    _who_gains(told, key)
    lab_client.show(key, name, edited)
    lab_leads.show(key, edited)


def _winners_of(edited: EditedFormula) -> Winners:
    return _winners((rule_hash(edited.rule()), edited.shown_title), edited)


# Who gains and who loses


@st.cache_resource(show_spinner=False)
def _present() -> Present:
    return present(of_library(ENGLAND))


@st.cache_data(max_entries=200, show_spinner=False)
def _winners(key: tuple[str, str], _edited: EditedFormula) -> Winners:  # noqa: ARG001 # what it is kept under
    return winners(_present(), _edited)


def _who_gains(told: Winners, key: str) -> None:
    st.header("Who gains and who loses")
    choices.remember("lab when", told.looks[0], told.looks)
    when = st.selectbox(
        "When",
        told.looks,
        key="lab when",
        format_func=lambda look: (
            f"In {look}" if look[0].isdigit() else "Fully phased in, without floor and ceiling"
        ),
    )
    look = told.look(when)
    st.write(pieces.safe(look.sentence))
    figures = st.columns(4)
    loss = min(0.0, look.worst.change_share)
    for column, (label, value) in zip(
        figures,
        (
            ("Gain", f"{look.winners} of {look.partnerships}"),
            ("Lose", f"{look.losers} of {look.partnerships}"),
            ("Of the pot changes hands", share(look.moved_share)),
            ("Largest loss", share(loss)),
        ),
        strict=True,
    ):
        column.metric(label, value)
    chart("lab gains", (key, told.title, when), lambda: charts.gains_and_losses(look, told.title))
    table(
        "What each partnership gains or loses",
        "lab gains",
        _gains_table(look),
        with_origin(look.table.assign(formula=told.title), look.price_year),
    )
    for note in told.notes:
        st.caption(pieces.safe(note))


def _gains_table(look: Look) -> dict[str, list[str]]:
    return {
        "Partnership (made up)": [gain.name for gain in look.gains],
        "Present rule": [gbp_exact(gain.present_gbp) for gain in look.gains],
        "Your formula": [gbp_exact(gain.edited_gbp) for gain in look.gains],
        "Change": [signed(gain.change_gbp, gbp_exact) for gain in look.gains],
        "Change (%)": [signed(gain.change_share, share) for gain in look.gains],
    }


# Take it along


def _take_along(key: str, edited: EditedFormula) -> None:
    st.header("Take it along")
    plan = state.visit().plan
    try:
        start = replace(plan, changes=(), acting="alone", title="")
        told = _changes((key, edited.shown_title), start.base, start.own_file, edited)
    except BadInput as wrong:
        pieces.faults(wrong, "It cannot share the pot of your proposal:")
        return
    st.button(
        "Put it in my proposal",
        key=PUT,
        on_click=partial(_put, told),
        help="Your proposal then runs under this formula in Explore, and its link carries it.",
    )
    if _is_in(told):
        st.success("It is in your proposal, and in its link.")
        doors.link("explore", "See what comes of it in Explore")
    label = "Download the formula as a file"
    pieces.download(label, edited.yaml, "formula.yaml", "application/yaml", "lab file")
    st.code(
        f"treatment-sim run {lab_client.ONE} --formula formula.yaml", language=None, wrap_lines=True
    )


@st.cache_data(max_entries=200, show_spinner=False)
def _changes(
    key: tuple[str, str],  # noqa: ARG001 # as above
    base: str,
    own_file: str,
    _edited: EditedFormula,
) -> dict[str, Any]:
    return changes(_edited, scenario_of(Proposal(base=base, own_file=own_file)))


def _rule(path: str) -> bool:
    return path.startswith("formula.") and path.split(".")[1] not in ("pot_gbp", "rest")


def _is_in(told: dict[str, Any]) -> bool:
    now = {path: value for path, value in state.visit().plan.changes if _rule(path)}
    return now == told


def _put(told: dict[str, Any]) -> None:
    """Lay the rule over the proposal in place of any that is there."""
    plan = state.visit().plan
    kept = [each for each in plan.changes if not _rule(each[0])]
    state.propose(replace(plan, changes=tuple(sorted([*kept, *told.items()], key=lambda e: e[0]))))
