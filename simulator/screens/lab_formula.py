"""The formula on the page of the formula lab: its terms, the bar that must fill, its settings."""

from __future__ import annotations

from functools import cache, partial
from typing import TYPE_CHECKING, get_args

import streamlit as st

from ..errors import BadInput
from ..own_formula import EditedFormula
from ..proposal import of_library
from ..scenario import formula_names, load_formula
from ..scenario.schema import Counted
from ..wording import counted_name, sentence_case
from . import choices, pieces, state
from .desk import scenario_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..own_formula import EditedTerm

ENGLAND = "england_2008"
FORMULA, BEGAN = "lab formula", "lab began"
PROPOSED = "proposed"
FIRST = "completions_2012"
"""What the page opens with: another rule than the one in force, so that there is something to see."""
WHOLE_YEARS = 10
"""A formula is phased in over at most so many years."""


def formula() -> EditedFormula:
    """The formula that is being edited."""
    found: EditedFormula = st.session_state[FORMULA]
    return found


def begin() -> None:
    """Take up the visitor's own formula where the proposal has one, and the first otherwise."""
    if FORMULA not in st.session_state:
        _start(PROPOSED if _is_proposed() else FIRST)


def _is_proposed() -> bool:
    return any(path.startswith("formula.") for path, _ in state.visit().plan.changes)


def _start(name: str) -> None:
    try:
        found = (
            EditedFormula.from_scenario(scenario_of(state.visit().plan))
            if name == PROPOSED
            else EditedFormula.from_preset(name)
        )
    except BadInput:  # the proposal has a fault, which its own page tells
        name, found = FIRST, EditedFormula.from_preset(FIRST)
    st.session_state[BEGAN], st.session_state[FORMULA] = name, found


def _change(changed: EditedFormula) -> None:
    st.session_state[FORMULA] = changed


def show() -> None:
    """Draw the formula, every part of which can be edited."""
    st.header("The formula")
    _begins()
    st.subheader("What is counted, and how much of the pot follows it")
    _bar()
    for term in formula().terms:
        _term(term)
    _add()
    st.subheader("When it pays, and how far it may move anybody")
    _timing()
    _bounds()
    with st.expander("Costs of an area, and rounding"):
        _small_print()


def _begins() -> None:
    names = [*formula_names(), *([PROPOSED] if _is_proposed() else [])]
    began = st.session_state[BEGAN]
    st.session_state["lab begin"] = began if began in names else FIRST
    st.selectbox(
        "Begin from",
        names,
        format_func=_title,
        key="lab begin",
        on_change=lambda: _start(st.session_state["lab begin"]),
        help="Formulas that were in force, and some that never were. Choosing one puts your edits aside.",
    )
    now = formula()
    st.caption(pieces.safe(_about(now)))
    st.button(
        "Take my edits back",
        key="lab afresh",
        on_click=partial(_start, began),
        disabled=now.is_as_it_began,
    )


def _about(now: EditedFormula) -> str:
    """What the formula is; what it began from where it has been edited."""
    if now.began_from is None:
        return ""
    about = now.began_from.description.strip()
    if now.is_as_it_began:
        return about
    return (
        f"Edited: it differs from “{now.began_from.title}”, from which it began. That one: {about}"
    )


@cache
def _title(name: str) -> str:
    return "The formula of my proposal" if name == PROPOSED else load_formula(name).title


# Terms


def _bar() -> None:
    bar = formula().bar
    st.progress(min(1.0, max(0.0, bar.filled_share)), text=bar.sentence)
    if not bar.is_full:
        st.button(
            "Fill the bar: stretch or shrink all alike",
            key="lab fill",
            on_click=lambda: _change(formula().filled()),
        )


def _term(term: EditedTerm) -> None:
    key = f"lab weight {term.name}"
    with st.container(border=True):
        st.session_state[key] = percent = round(100 * term.weight, 6)
        st.number_input(
            f"{term.label} (% of the pot)",
            min_value=min(0.0, percent),
            max_value=max(100.0, percent),
            step=5.0,
            format="%.2f",
            key=key,
            on_change=partial(_weigh, term.name, key),
        )
        if term.counts_people:
            with st.expander(f"What one client counts for: {_weights(term)}"):
                _groups(term)
        if len(formula().terms) > 1:
            st.button(
                f"Take out: {term.label.lower()}",
                key=f"lab out {term.name}",
                on_click=lambda: _change(formula().without_term(term.name)),
            )


def _weigh(name: str, key: str) -> None:
    _change(formula().with_weight(name, round(float(st.session_state[key] or 0.0) / 100, 10)))


def _group_names() -> dict[str, str]:
    return {name: group.label for name, group in of_library(ENGLAND).world.groups.items()}


def _weights(term: EditedTerm) -> str:
    weights = dict(term.group_weights or ())
    if len(set(weights.values())) < 2:
        return "all alike"
    names = _group_names()
    return ", ".join(f"{names.get(name, name)} {weight:g}" for name, weight in weights.items())


def _groups(term: EditedTerm) -> None:
    weights = dict(term.group_weights or ())
    for name, label in _group_names().items():
        key = f"lab group {term.name} {name}"
        st.session_state[key] = weight = float(weights.get(name, 1.0))
        st.number_input(
            f"{label}: one client counts for",
            min_value=min(0.0, weight),
            max_value=max(100.0, weight),
            step=0.5,
            format="%.2f",
            key=key,
            on_change=partial(_weigh_group, term.name, name, key),
        )


def _weigh_group(term: str, group: str, key: str) -> None:
    weights = dict.fromkeys(_group_names(), 1.0) | dict(formula().term(term).group_weights or ())
    weights[group] = float(st.session_state[key] or 0.0)
    _change(formula().with_group_weights(term, weights))


def _add() -> None:
    counted = [each for each in get_args(Counted) if each not in _counted()]
    if not counted:
        return
    choices.remember("lab add", counted[0], counted)
    st.selectbox(
        "Count something else as well",
        counted,
        format_func=lambda each: sentence_case(counted_name(each)),
        key="lab add",
    )
    st.button("Add it, with no weight yet", key="lab add it", on_click=_added)


def _added() -> None:
    wanted = st.session_state["lab add"]
    if wanted not in _counted():
        _change(formula().with_term(wanted))


def _counted() -> set[str]:
    return {term.counts for term in formula().terms}


# Settings


def _number(
    label: str, name: str, value: float, low: float, high: float, to: Callable[[float], object]
) -> None:
    """A whole number that sets a setting; a value that a file gave may lie outside its usual ends."""
    key = f"lab {name}"
    st.session_state[key] = now = round(value)
    st.number_input(
        label,
        min_value=min(round(low), now),
        max_value=max(round(high), now),
        step=1,
        key=key,
        on_change=lambda: _change(
            formula().with_settings(**{name: to(float(st.session_state[key] or 0))})
        ),
    )


def _timing() -> None:
    now = formula()
    _number("Lag: years from what is counted to the money", "lag_years", now.lag_years, 1, 5, round)
    _number(
        "Days from the end of the counted year to 1 April",
        "observation_delay_days",
        now.observation_delay_days,
        84,
        365,
        round,
    )
    _number(
        "Phased in over so many years, in equal steps (1: all at once)",
        "phase_in_share",
        years_to_whole(now.phase_in_share),
        1,
        WHOLE_YEARS,
        lambda years: phased_in(round(years)),
    )


def years_to_whole(phase_in: float | tuple[float, ...]) -> int:
    """In which year a formula is first phased in as far as it ever is."""
    if not isinstance(phase_in, tuple):
        return 1
    return min(WHOLE_YEARS, phase_in.index(max(phase_in)) + 1)


def phased_in(years: int) -> float | tuple[float, ...]:
    """How far a formula is phased in by year, in equal steps to the whole."""
    return 1.0 if years < 2 else tuple(round(year / years, 6) for year in range(1, years + 1))


def _bounds() -> None:
    for name, label, usual in (
        ("floor_share", "Nobody gets less than this share of last year's pounds (%)", 90),
        ("ceiling_share", "Nobody gets more than this share of last year's pounds (%)", 110),
    ):
        _bound(name, label, usual)


def _bound(name: str, label: str, usual: int) -> None:
    bound, key = getattr(formula(), name), f"lab has {name}"
    word = "floor" if name == "floor_share" else "ceiling"
    st.session_state[key] = bound is not None
    st.checkbox(
        f"There is a {word}",
        key=key,
        on_change=lambda: _change(
            formula().with_settings(**{name: usual / 100 if st.session_state[key] else None})
        ),
    )
    if isinstance(bound, tuple):
        told = ", ".join("none" if each is None else f"{each:.1%}" for each in bound)
        st.caption(f"By year: {told}. A number below holds for every year.")
        bound = bound[0]
    if bound is not None:
        _number(label, name, 100 * bound, 0, 200, lambda percent: percent / 100)


def _small_print() -> None:
    now = formula()
    _number(
        "How far the costs of an area are made up for (%)",
        "area_cost_share",
        100 * now.area_cost_share,
        0,
        100,
        lambda percent: percent / 100,
    )
    _number(
        "Sums are rounded to so many pounds", "rounding_gbp", now.rounding_gbp, 1, 100_000, round
    )
