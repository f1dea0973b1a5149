"""Method and evidence: the model, what it stands on, how far to trust it, its limits, words and help."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from ..errors import BadInput
from ..evidence import register
from ..levers import NULL, in_unit
from ..papers import chapters, paper
from ..scenario import fingerprint
from . import pieces, state
from .desk import scenario_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from ..evidence import Assumption
    from ..scenario import Scenario

MOST_ROWS = 40
"""Assumptions shown at once; the file has all."""
ALL_GRADES = "all grades"
GRADES = (ALL_GRADES, "published", "derived", "assumed", "unverified")
MODEL_ALT = (
    "People fall into need, are referred, wait, and are treated in three phases; they leave into recovery or back to need."
    " The people counted decide a share of the pot, which comes back as treatment places, support places and outreach."
)


def show() -> None:
    """Draw the page."""
    st.title("Method and evidence")
    pieces.banner()
    parts: dict[str, Callable[[], None]] = {
        "Help": partial_of("help.md"),
        "The model": _model,
        "Assumptions": _assumptions,
        "How far to trust it": _validation,
        "Limits": partial_of("limits.md"),
        "Words": partial_of("glossary.md"),
        "Accessibility": partial_of("accessibility.md"),
    }
    chosen = st.radio(
        "What would you read?", list(parts), horizontal=True, key="part", bind="query-params"
    )
    st.header(chosen)
    parts[chosen]()


def partial_of(name: str) -> Callable[[], None]:
    """Draws a whole document."""

    def draw() -> None:
        begins, found = chapters(name)
        st.markdown(begins)
        for title, text in found.items():
            st.subheader(title)
            st.markdown(text)

    return draw


def _model() -> None:
    st.image(paper("pictures/model.svg"), caption="The model in one picture", alt=MODEL_ALT)
    begins, found = chapters("model.md")
    st.markdown(begins)
    for title, text in found.items():
        with st.expander(title):
            st.markdown(text)


def _validation() -> None:
    begins, found = chapters("validation.md")
    st.markdown(begins)
    for title, text in found.items():
        with st.expander(title):
            st.markdown(text)
    page = "validation.html"
    pieces.download("Download the whole page", partial(paper, page), page, "text/html", "file page")


# Assumptions


def _assumptions() -> None:
    try:
        scenario = scenario_of(replace(state.visit().plan, acting="alone"))
    except BadInput as wrong:
        pieces.faults(wrong)
        return
    st.write(
        f"What “{pieces.safe(scenario.title)}” takes to be so: each with the range that is plausible, how well it is known,"
        " and where it comes from. The least known come first, and of these what moves the headline figures most."
    )
    left, right = st.columns([3, 1])
    wanted = (
        left.text_input("Search", placeholder="relapse, cost, opiates…", key="search")
        .lower()
        .split()
    )
    grade = right.selectbox("How well known", GRADES, key="grade")
    found = [each for each in _register(scenario) if _fits(each, wanted, grade)]
    _table(found)


def _register(scenario: Scenario) -> list[Assumption]:
    return _registered(fingerprint(scenario), scenario)


@st.cache_resource(show_spinner=False, max_entries=20)
def _registered(key: str, _scenario: Scenario) -> list[Assumption]:  # noqa: ARG001 # it is kept under the key
    return register(_scenario)


def _fits(told: Assumption, wanted: Sequence[str], grade: str) -> bool:
    text = f"{told.title} {told.path} {told.source} {told.unit}".lower()
    return grade in (ALL_GRADES, told.grade) and all(word in text for word in wanted)


def _table(found: list[Assumption]) -> None:
    import pandas as pd

    if not found:
        st.info("No assumption has all of these words. Try fewer, or other ones.")
        return
    more = f"; the first {MOST_ROWS} are shown" if len(found) > MOST_ROWS else ""
    st.caption(f"{len(found)} found{more}. The file has all of them.")
    shown = pd.DataFrame([_row(each) for each in found[:MOST_ROWS]])
    whole = pd.DataFrame([_row(each) | {"Path": each.path} for each in found])
    pieces.numbers_of(
        shown, "Assumptions, with value, range, grade and source", "assumptions", whole
    )


def _row(told: Assumption) -> dict[str, str]:
    moves = f"{100 * told.influence.size:.0f}%" if told.influence else "not measured"
    return {
        "Assumption": NULL.sub("", told.title),
        "Value": ", ".join(_values(told)),
        "Plausible": _range(told),
        "Grade": told.grade,
        "Moves a headline figure by up to": moves,
        "Source": told.source,
    }


def _values(told: Assumption) -> Iterator[str]:
    listed = told.value if isinstance(told.value, list) else [told.value]
    if listed and isinstance(listed[0], dict):
        yield f"{len(listed)} bands"
        return
    for each in listed:
        number = isinstance(each, int | float) and not isinstance(each, bool)
        yield in_unit(float(each), told.unit) if number else "none" if each is None else str(each)


def _range(told: Assumption) -> str:
    if told.range is None:
        return told.no_range_because or "no range given"
    low, high = told.range
    return f"{in_unit(low, told.unit)} to {in_unit(high, told.unit)}"
