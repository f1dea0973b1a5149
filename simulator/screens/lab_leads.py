"""Where the formula of the lab leads: what is stored, and runs that are asked for."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import streamlit as st

from .. import charts
from ..findings import Figure
from ..own_formula import all_stored, followed, stored, stored_like, stored_names
from ..proposal import of_library
from ..wording import TOO_CLOSE, count, gbp
from . import choices, pieces
from .desk import tasks
from .lab_pieces import chart, figure_told, job, table
from .tidy import with_origin

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from ..jobs import Task
    from ..own_formula import EditedFormula, StoredResult, WhereItLeads

ONE, TYPES = "baseline_2008", "england_2008_types"
SIZES: dict[followed.Size, str] = {
    "quick": "Quick: all partnerships alike",
    "thorough": "Thorough: twelve kinds of partnership",
}


def show(key: str, edited: EditedFormula) -> None:
    """Draw where it leads.

    Parameters
    ----------
    key
        The hash of the rule.
    """
    st.header("What if everybody follows the money?")
    st.write(
        "One partnership that puts clients first, alone and when all do; and where it ends when each does what brings in"
        " most, until nobody gains by changing."
    )
    found = _stored_like(key, edited)
    if found is not None:
        st.subheader("Of the study that is shipped")
        _of_leads(found.leads, "stored", found.leads.name, found.sentences, found.notes)
    else:
        _began(edited)
    st.subheader("Run it for this formula")
    choices.remember("lab size", next(iter(SIZES)), SIZES)
    choices.remember("lab library", usual=False)
    size = st.radio(
        "How", list(SIZES), key="lab size", format_func=lambda each: SIZES[each], horizontal=True
    )
    scenario = of_library(ONE if size == "quick" else TYPES)
    job(
        f"lab follow {key} {size}",
        "Runs of one partnership",
        followed.seconds(scenario, size),
        (followed.work, scenario, edited, size),
        lambda told: _of_leads(told, "run", f"{key} {size}", told.sentences, told.notes),
    )
    if st.toggle("Hold it against all formulas of the library", key="lab library"):
        _library(tasks().look(f"lab follow {key} {size}"), f"{key} {size}")


def _began(edited: EditedFormula) -> None:
    """What the study says of the formula that was edited, so that there is something to hold it against."""
    began = edited.began_from
    if began is None or began.name not in stored_names():
        st.info("The study has no results of this formula: run it below.")
        return
    st.info(
        "The study has no results of your formula: run it below. These are of the one that you began from."
    )
    st.subheader(pieces.safe(f"What you began from: {began.title}"))
    found = stored(began.name)
    _of_leads(found.leads, "began", found.leads.name, found.sentences, found.notes)


def _of_leads(
    told: WhereItLeads,
    which: str,
    under: str,
    sentences: Sequence[str],
    notes: Sequence[str],
) -> None:
    for sentence in sentences:
        st.markdown(f"- {pieces.safe(sentence)}")
    _alone_against_together(told)
    key = (which, under)
    chart(f"lab alone {which}", key, lambda: charts.alone_and_together(told))
    title = f"Following the money, against putting clients first: {told.ends}"
    chart(f"lab price {which}", key, lambda: charts.price_by_rule(told, title))
    table(
        "Alone, together, and the price",
        f"lab price {which}",
        {
            "What": [figure.name for figure in told.figures],
            "Difference": [figure.text for figure in told.figures],
            "95% interval": [figure.interval for figure in told.figures],
            "Verdict": [
                "too close to call" if figure.sign == "open" else "clear" for figure in told.figures
            ],
        },
        _numbers([told]),
    )
    for note in notes:
        st.caption(pieces.safe(note))


def _alone_against_together(told: WhereItLeads) -> None:
    """What one partnership is paid more if it alone puts clients first, beside what it is if all do."""
    last = told.asked.years[-1]
    told_of = f"One partnership's allocation in {last}, against everybody going on as now"
    st.markdown(f"**{pieces.safe(told_of)}**")
    for column, name, estimate in zip(
        st.columns(2),
        ("It alone puts clients first", "All put clients first"),
        (told.alone, told.together),
        strict=True,
    ):
        figure = Figure(name, estimate, gbp)
        with column.container(border=True):
            st.metric(name, "–" if math.isnan(estimate.mean) else figure.text)
            st.write(pieces.safe(_how_sure(figure)))
    st.write(pieces.safe(told.apart_sentence))


def _how_sure(figure: Figure) -> str:
    if math.isnan(figure.estimate.mean):
        return "It cannot be told: others share the pot who stand still."
    if figure.sign == "same":
        return "No difference in any run"
    told = f"95% interval: {figure.interval}"
    return f"{told}; {TOO_CLOSE}" if figure.sign == "open" else told


@st.cache_resource(max_entries=200, show_spinner=False)
def _stored_like(key: str, _edited: EditedFormula) -> StoredResult | None:  # noqa: ARG001 # as above
    return stored_like(_edited)


@st.cache_resource(show_spinner=False)
def _all_stored() -> tuple[WhereItLeads, ...]:
    return tuple(result.leads for result in all_stored())


def _library(own: Task, under: str) -> None:
    leads = list(_all_stored())
    chosen = ""
    if own.state == "done":
        mine: WhereItLeads = own.result
        chosen = mine.title
        known = [each.title for each in leads]
        leads.append(replace(mine, title=f"{chosen}, run now") if chosen in known else mine)
    key = (under, own.state)
    loses = sum(each.alone.high < 0 for each in leads)
    costs = f"Under {loses} of {len(leads)} formulas putting clients first alone costs money"
    chart("lab library alone", key, lambda: charts.alone_by_formula(leads, costs, chosen))
    fewer = sum(each.against_now.high < 0 for each in leads)
    title = f"Under {fewer} of {len(leads)} following the money leaves fewer people in recovery"
    chart("lab library recovery", key, lambda: charts.recovery_by_rule(leads, title, chosen))
    alone = [Figure("", each.alone, gbp) for each in leads]
    well = [Figure("", each.against_now, count) for each in leads]
    pieces.numbers_of(
        {
            "Formula": [each.title for each in leads],
            "Clients first, alone": [figure_told(figure) for figure in alone],
            "In recovery if all follow the money": [figure_told(figure) for figure in well],
            "They end by": [each.ends for each in leads],
        },
        "All formulas of the library",
        "lab library",
        _numbers(leads),
    )


def _numbers(leads: Sequence[WhereItLeads]) -> pd.DataFrame:
    import pandas as pd

    return pd.concat(
        [
            with_origin(each.table, each.asked.price_year, each.asked.seed, each.asked.replications)
            for each in leads
        ],
        ignore_index=True,
    )
