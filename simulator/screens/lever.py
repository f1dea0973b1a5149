"""Levers and assumptions on a page: a slider in plain words, the exact value, by year, and where it comes from."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import streamlit as st

from .. import wording
from ..errors import BadInput
from ..evidence import register
from ..formula_lab.variables import in_words
from ..levers import NULL, Lever, adjustable, changes, in_unit, levers, standing
from ..proposal import ACTING, ACTING_TOLD
from ..scenario import fingerprint
from . import pieces, state
from .desk import scenario_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ..evidence import Assumption
    from ..levers import Standing
    from ..proposal import Proposal
    from ..scenario import Scenario

    Values = tuple[tuple[float, ...], ...]

FORMULA = "formula."
TROUBLE = state.LEVER
BY_GROUP, BY_YEAR = "by group", "by year"


def plans(plan: Proposal) -> tuple[Scenario | None, Scenario | None]:
    """The scenario started from, and the plan's own before eight share a pot."""
    try:
        return _both(plan)
    except BadInput as wrong:
        pieces.faults(wrong)
        return None, None


def _both(plan: Proposal) -> tuple[Scenario, Scenario]:
    start = scenario_of(replace(plan, changes=(), acting="alone", title=""))
    return start, scenario_of(replace(plan, acting="alone"))


def _scale(lever: Lever) -> float:
    """Shares and rates are read as per cent."""
    return 100.0 if lever.relative or lever.unit in ("share", "a year") else 1.0


def _unit(lever: Lever) -> str:
    if lever.relative:
        return "% against what is planned"
    return {"share": "%", "a year": "% a year"}.get(lever.unit, lever.unit)


def show(where: Standing, plan: Scenario, *, inside: bool = False) -> None:
    """Draw a lever: its slider, and below it, when opened, exact values and their source.

    Parameters
    ----------
    inside
        Whether it stands in something that opens already, so that nothing in it need be opened.
    """
    lever = where.lever
    with st.container(border=True):
        for cluster in range(len(where.clusters)):
            if cluster == 0:
                _slider(where, cluster, plan)
        if inside:
            _exactly(where, plan)
        else:
            pieces.drawer(_more(where), partial(_exactly, where, plan), lever.path)


def _exactly(where: Standing, plan: Scenario) -> None:
    lever = where.lever
    _exact(where, plan)
    _source(where, plan)
    if where.moved:
        st.button(
            f"Put back: {lever.title.lower()}",
            key=f"back {lever.path}",
            on_click=partial(_set, lever, lambda now: now.start),
        )


def _more(where: Standing) -> str:
    by = [
        name
        for name, has in (("by group", len(where.clusters) > 1), ("by year", where.lever.by_year))
        if has
    ]
    return f"Exact value, {', '.join((*by, 'and where it comes from'))}"


def _groups(where: Standing, cluster: int, plan: Scenario) -> str:
    groups = where.clusters[cluster]
    if not groups or len(where.clusters) == 1:
        return ""
    labels = [plan.world.groups[name].label.lower() for name in groups]
    return f" ({'; '.join(labels)})"


def _slider(where: Standing, cluster: int, plan: Scenario) -> None:
    lever, scale = where.lever, _scale(where.lever)
    value = where.slider(cluster)
    low, high = min(lever.low, value), max(lever.high, value)
    key = f"slide {lever.path} {cluster}"
    st.session_state[key] = round(value * scale, 6)
    st.slider(
        f"{lever.question[:-1]}{_groups(where, cluster, plan)}?",
        round(low * scale, 6),
        round(high * scale, 6),
        step=round(lever.step * scale, 6),
        format=f"%.10g {_unit(lever)}".replace("%.10g %", "%.10g%%"),
        key=key,
        help=lever.told,
        on_change=partial(_slid, lever, cluster, key),
    )
    told = []
    if where.differs_by_year(cluster):
        shown = ", ".join(in_unit(each, lever.unit) for each in where.now[cluster])
        told.append(f"Differs by year: {shown}. The slider moves all years.")
    if where.moved:
        told.append(f"It was {_was(where, cluster)}.")
    if told:
        st.caption(" ".join(told))


def _was(where: Standing, cluster: int) -> str:
    start = where.start[cluster]
    if where.lever.relative or len(set(start)) > 1:
        return ", ".join(in_unit(each, where.lever.unit) for each in start)
    return where.lever.shown(start[0])


def _slid(lever: Lever, cluster: int, key: str) -> None:
    value = round(st.session_state[key] / _scale(lever), 10)
    _set(lever, lambda now: now.slid(value, cluster))


def _typed(lever: Lever, cluster: int, year: int | None, key: str) -> None:
    value = st.session_state[key]
    if value is None:
        return
    scale = 1.0 if lever.relative else _scale(lever)
    value = round(value / scale, 10)
    _set(lever, lambda now: _with_typed(now, cluster, year, value))


def _with_typed(now: Standing, cluster: int, year: int | None, value: float) -> Values:
    if year is not None:
        return now.typed(year, value, cluster)
    values = list(now.now)
    values[cluster] = (value,) * len(now.years)
    return tuple(values)


def _set(lever: Lever, values: Callable[[Standing], Values]) -> None:
    """Lay a lever's new values over the proposal, where they can be.

    They are made from what is before the visitor now, which may be more than was when the page was drawn: somebody who
    types fast changes one year before the page has shown the other.
    """
    try:
        start, plan = _both(state.visit().plan)
        where = standing(lever, start, plan)
        proposed = state.visit().plan.with_changes(changes(where, values(where), plan))
        scenario_of(replace(proposed, acting="alone"))
    except (BadInput, ValueError) as wrong:
        st.session_state[TROUBLE] = wrong
        return
    state.propose(proposed)


def tell_trouble() -> None:
    """Say why what was asked for last could not be, until something else is changed."""
    wrong = st.session_state.get(TROUBLE)
    if isinstance(wrong, BadInput):
        pieces.faults(wrong, "That cannot be, so nothing was changed:")
    elif wrong is not None:
        st.error(f"That cannot be, so nothing was changed: {pieces.safe(str(wrong))}.")


def _exact(where: Standing, plan: Scenario) -> None:
    lever = where.lever
    for cluster in range(len(where.clusters)):
        groups = _groups(where, cluster, plan)
        if not lever.relative:
            _number(where, cluster, None, f"All years{groups}, in {_unit(lever)}")
        if lever.by_year:
            for year, name in enumerate(where.years):
                unit = lever.unit if lever.relative else _unit(lever)
                _number(where, cluster, year, f"{name}{groups}, in {unit}")


def _number(where: Standing, cluster: int, year: int | None, label: str) -> None:
    lever = where.lever
    scale = 1.0 if lever.relative else _scale(lever)
    value = round(where.now[cluster][year or 0] * scale, 8)
    # The value is part of the key: a browser that is behind sends what stood in a box before, which nobody typed.
    key = f"type {lever.path} {cluster} {'all' if year is None else year} = {value:.10g}"
    st.number_input(
        label,
        value=value,
        step=1_000_000.0 if lever.relative else round(lever.step * scale, 8),
        format="%.10g",
        key=key,
        on_change=partial(_typed, lever, cluster, year, key),
    )


def _source(where: Standing, plan: Scenario) -> None:
    lever = where.lever
    if lever.nothing is not None:
        st.caption(f"{in_unit(lever.nothing, lever.unit)} is none.")
    known = plan.evidence.get(lever.path)
    if known is None:
        st.caption(f"A decision: {lever.title.lower()}. It starts at {_was(where, 0)}.")
        return
    ends = (
        f", plausible from {in_unit(known.range[0], lever.unit)} to {in_unit(known.range[1], lever.unit)}"
        if known.range
        else ""
    )
    st.caption(pieces.safe(f"{known.grade.capitalize()}{ends}. Source: {known.source}"))


def acting(start: Scenario) -> None:
    """Let somebody say how many partnerships do it, where one shares a pot with others."""
    if len(start.partnerships) > 1 or not start.formula.rest.partnerships:
        return
    now = state.visit().plan
    st.session_state["acting"] = now.acting
    with st.container(border=True):
        st.radio(
            "Who does this?",
            ACTING,
            format_func=lambda each: wording.sentence_case(ACTING_TOLD[each]),
            key="acting",
            on_change=lambda: state.propose(
                replace(state.visit().plan, acting=st.session_state["acting"])
            ),
            help="Alone, you change your share of a pot that others share. Where all who share it do the same, shares"
            " stay. The seven others are simulated as one that stands for seven, and runs take twice as long.",
        )


# Assumptions


def assumptions(start: Scenario) -> None:
    """Let somebody find assumptions and change them, apart from what is decided."""
    st.caption(
        "An assumption that you change is changed in what you compare with too, so that the difference is still"
        " your plan's. Those that move results most come first."
    )
    known = {each.path: each for each in _adjustable(fingerprint(start), start)}
    changed = [path for path, _ in state.visit().plan.assumptions if path in known]
    chosen = st.multiselect(
        "Assumptions to look at",
        list(known),
        default=changed,
        format_func=lambda path: known[path].title,
        key="assumptions",
        placeholder="Type a word, such as relapse",
    )
    for path in dict.fromkeys((*changed, *chosen)):
        _assumption(known[path])


@st.cache_resource(show_spinner=False, max_entries=20)
def _adjustable(mark: str, _scenario: Scenario) -> tuple[Assumption, ...]:  # noqa: ARG001 # it is kept under the mark
    return adjustable(register(_scenario))


def _assumption(told: Assumption) -> None:
    now = dict(state.visit().plan.assumptions).get(told.path, told.value)
    key = f"assume {told.path}"
    st.session_state[key] = float(now)
    low, high = told.range or (0.0, 0.0)
    st.number_input(
        f"{told.title} ({told.unit})",
        step=_step(low, high),
        format="%.10g",
        key=key,
        on_change=partial(_assume, told, key),
        help=pieces.safe(told.source),
    )
    outside = "" if low <= float(now) <= high else " This lies outside."
    st.caption(
        f"{told.grade.capitalize()}; plausible from {in_unit(low, told.unit)} to {in_unit(high, told.unit)};"
        f" usually {in_unit(float(told.value), told.unit)}.{outside}"
    )


def _step(low: float, high: float) -> float:
    """A round step of about a twentieth of a range."""
    width = (high - low) / 20
    return float(f"{width:.0e}") or 1.0


def _assume(told: Assumption, key: str) -> None:
    value = st.session_state[key]
    if value is None:
        return
    whole = isinstance(told.value, int)
    given = round(value) if whole else float(value)
    proposed = state.visit().plan.with_changes({told.path: None if given == told.value else given})
    try:
        scenario_of(replace(proposed, acting="alone"))
    except BadInput as wrong:
        st.session_state[TROUBLE] = wrong
        return
    state.propose(proposed)


# What is changed, in words


def changed(plan: Proposal) -> Iterator[str]:
    """What is changed, each in a clause."""
    start, now = plans(plan)
    if start is None or now is None:
        return
    found = {lever.path: lever for lever in levers(given=now)}
    taken = {lever.rest for lever in found.values() if lever.rest}
    others = [(path, value) for path, value in plan.changes if path not in {*found, *taken}]
    for path, _ in plan.changes:
        if path in found:
            where = standing(found[path], start, now)
            for cluster in range(len(where.clusters)):
                if where.start[cluster] != where.now[cluster]:
                    yield _clause(where, cluster, now)
    if any(path.startswith(FORMULA) for path, _ in others):
        yield f"the formula is {in_words(now.formula)}"
    for path, value in others:
        if not path.startswith(FORMULA):
            yield _assumed(path, value, start)
    if plan.acting != "alone":
        yield f"who acts: {ACTING_TOLD[plan.acting]}"


def _assumed(path: str, value: Any, start: Scenario) -> str:
    """A changed assumption by its title, with its unit and what it is usually."""
    told = _assumptions_of(fingerprint(start), start).get(path)
    if told is None:
        return f"{path.rpartition('.')[2].replace('_', ' ')}: {value}"
    title = NULL.sub("", told.title)
    now, usual = (_with_unit(each, told.unit) for each in (value, told.value))
    return f"{title[:1].lower()}{title[1:]}: {now}, instead of {usual}"


def _with_unit(value: Any, unit: str) -> str:
    listed = value if isinstance(value, list | tuple) else [value]
    return ", ".join(
        in_unit(float(each), unit)
        if isinstance(each, int | float) and not isinstance(each, bool)
        else "none"
        if each is None
        else str(each)
        for each in listed
    )


@st.cache_resource(show_spinner=False, max_entries=20)
def _assumptions_of(mark: str, _scenario: Scenario) -> dict[str, Assumption]:  # noqa: ARG001 # it is kept under the mark
    return {each.path: each for each in register(_scenario)}


def _clause(where: Standing, cluster: int, plan: Scenario) -> str:
    lever = where.lever
    groups = _groups(where, cluster, plan)
    if where.differs_by_year(cluster):
        return f"{lever.title.lower()}{groups} differs by year, from {_was(where, cluster)}"
    now = lever.shown(where.slider(cluster))
    was = "" if lever.relative else f", instead of {_was(where, cluster)}"
    return f"{lever.title.lower()}{groups}: {now}{was}"
