"""What one client is worth under the formula of the lab: at once, and by runs."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from .. import charts
from ..errors import BadInput
from ..findings import Figure
from ..jobs import mark_of
from ..own_formula import at_once, metered
from ..proposal import of_library
from ..wording import gbp_exact, signed
from . import choices, pieces
from .lab_pieces import chart, figure_told, job, table
from .tidy import with_origin

if TYPE_CHECKING:
    from ..incentives import GroupWorth
    from ..incentives.moves import Assumed
    from ..own_formula import AtOnce, EditedFormula, Metered
    from ..scenario import Scenario

ONE = "baseline_2008"


@st.cache_resource(max_entries=60, show_spinner=False)
def _expected(mark: str, group: str, _scenario: Scenario) -> Assumed:  # noqa: ARG001 # kept under the mark
    return metered.expected_of(_scenario, group)


@st.cache_data(max_entries=200, show_spinner=False)
def _at_once(
    key: tuple[str, str, str],
    group: str,
    _edited: EditedFormula,
    _scenario: Scenario,
) -> AtOnce:
    known = {group: _expected(key[-1], group, _scenario)}
    return at_once(_scenario, _edited, [group], known=known)


def show(key: str, name: str, edited: EditedFormula, scenario: Scenario | None = None) -> None:
    """Draw what one client is worth.

    Parameters
    ----------
    key
        The hash of the rule.
    name
        What the formula is called.
    scenario
        The world and plan in which the client lives; by default an average partnership's.
    """
    st.header("Does it pay to do right by one client?")
    one = scenario or of_library(ONE)
    mark = mark_of(one)
    groups = one.world.groups
    choices.remember("lab group", next(iter(groups)), groups)
    group = st.selectbox(
        "A client of", list(groups), key="lab group", format_func=lambda each: groups[each].label
    )
    try:
        told = _at_once((key, name, mark), group, edited, one)
    except BadInput as wrong:  # as where money follows later than the years that are looked at
        pieces.faults(wrong, "This cannot be told of this formula:")
        return
    client = told.clients[0]
    st.write(pieces.safe(" ".join(client.sentences)))
    if client.moved_on is not None:
        chart(
            "lab meter at once",
            (key, name, mark, group),
            lambda: charts.meter_by_formula(client, told.title, told.years),
        )
        table(
            "What one client is worth by the formula alone",
            "lab meter at once",
            {
                "One client": [move.title for move in client.moves],
                "Allocation": [signed(move.allocation_gbp, gbp_exact) for move in client.moves],
                "Own treatment costs": [signed(move.cost_gbp, gbp_exact) for move in client.moves],
                "Net": [signed(move.net_gbp, gbp_exact) for move in client.moves],
            },
            with_origin(told.table.assign(formula=told.title), told.price_year),
        )
    for note in told.notes:
        st.caption(pieces.safe(note))
    st.subheader("Surer: with refill, returns, floors and chance")
    job(
        f"lab meter {mark} {key} {group}",
        "Runs of one client's worth",
        metered.seconds(one, [group]),
        (metered.work, one, edited, (group,)),
        partial(_metered, (key, name, mark, group)),
    )


def _metered(under: tuple[str, ...], told: Metered) -> None:
    group: GroupWorth = told.groups[0]
    st.write(pieces.safe(" ".join(told.sentences)))
    runs = told.replications
    numbers = with_origin(told.table, told.price_year, told.seed, runs)
    if group.meter is not None:
        message = told.message(group)
        chart(
            "lab meter",
            under,
            lambda: charts.meter(group, told.title, message, replications=runs),
        )
    title = "What each of four moves is worth"
    chart(
        "lab moves", under, lambda: charts.four_moves(group, told.title, title, replications=runs)
    )
    table("What each move is worth, by runs", "lab moves", _moves_table(group), numbers)
    for note in told.notes:
        st.caption(pieces.safe(note))


def _moves_table(group: GroupWorth) -> dict[str, list[str]]:
    asked = [worth for worth in group.worth if worth.clients]
    names = ("allocation_gbp", "own_cost_gbp", "net_gbp")
    figures = [[Figure("", worth.total[name], gbp_exact) for name in names] for worth in asked]
    heads = ("Allocation", "Own treatment costs", "Net")
    return {"One client": [worth.title for worth in asked]} | {
        head: [figure_told(row[at]) for row in figures] for at, head in enumerate(heads)
    }
