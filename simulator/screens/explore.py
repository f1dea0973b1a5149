"""Explore: move a lever, see what it does to money and people, how sure that is, and why."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import streamlit as st

from .. import wording
from ..charts import lines_by_year
from ..errors import BadInput
from ..evidence import register
from ..findings import HEADLINES, levels, what_is_proposed
from ..jobs import first
from ..levers import Lever, adjustable, changes, in_unit, levers, standing
from ..proposal import ACTING, ACTING_TOLD, OWN, Proposal
from ..visit import CHOICES_OF_REPLICATIONS, LARGEST_SEED
from . import pieces, state
from .desk import comparable, desk, explorable, library, scenario_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..evidence import Assumption
    from ..jobs import Look
    from ..levers import Standing
    from ..replicate import Sample
    from ..scenario import Scenario

MILESTONES = (4, 6, 10, 20, 35, 50, 75, 100, 150, 200, 300, 400, 500)
"""Runs after which the results are drawn again."""
CHARTS = ("allocation_gbp", "in_treatment", "in_recovery")
SHOWN = "shown"
TROUBLE = "explore trouble"
ONE_YEAR_TRANSITION = (
    "The first year is a year of transition: the same people stand there on its first day under every plan."
)


def show() -> None:
    """Draw the page."""
    st.title("Explore: what happens if…?")
    pieces.banner()
    left, right = st.columns([2, 3], gap="large")
    with left:
        _choices()
    with right:
        _results()


# What is chosen


def _choices() -> None:
    st.header("What would you change?")
    _steps()
    _start()
    now = state.visit()
    start, plan = _plans(now.plan)
    _told_trouble()
    if start is None or plan is None:
        return
    found = levers(given=plan)
    st.subheader("What you decide")
    for lever in found:
        if lever.whose == "yours":
            _lever(standing(lever, start, plan), plan)
    _acting(start)
    st.subheader("What others decide")
    for lever in found:
        if lever.whose == "others":
            _lever(standing(lever, start, plan), plan)
    with st.expander("What is assumed about the world"):
        _assumptions(start, plan)
    with st.expander("How many runs, and whose luck"):
        _runs()
    with st.expander("Name this proposal and put it aside"):
        _save()


def _plans(plan: Proposal) -> tuple[Scenario | None, Scenario | None]:
    """The scenario started from, and the plan's own before eight share a pot."""
    try:
        start = scenario_of(replace(plan, changes=(), acting="alone", title=""))
        return start, scenario_of(replace(plan, acting="alone"))
    except BadInput as wrong:
        pieces.faults(wrong)
        return None, None


def _steps() -> None:
    back, forth, afresh = st.columns(3)
    back.button("Undo", on_click=state.undo, disabled=not state.can_undo(), width="stretch")
    forth.button("Redo", on_click=state.redo, disabled=not state.can_redo(), width="stretch")
    plan = state.visit().plan
    afresh.button(
        "Start afresh",
        on_click=lambda: state.propose(Proposal(base=plan.base, own_file=plan.own_file)),
        disabled=not plan.is_changed,
        width="stretch",
        help="Take every change back. Undo brings them again.",
    )


def _start() -> None:
    now = state.visit()
    bases = (*explorable(), *((OWN,) if now.plan.own_file else ()))
    st.session_state["base"] = now.plan.base
    st.selectbox(
        "Start from",
        bases,
        format_func=lambda name: _title(name, now.plan),
        key="base",
        on_change=_rebase,
    )
    alike = comparable(now.plan.base)
    st.session_state["against"] = now.against if now.against in alike else alike[0]
    st.selectbox(
        "Compare with",
        alike,
        format_func=lambda name: f"{_title(name, now.plan)}{'' if name != now.plan.base else ', unchanged'}",
        key="against",
        on_change=lambda: state.change(
            replace(state.visit(), against=st.session_state["against"])
        ),
        help="Scenarios of the same people in the same world.",
    )
    st.caption(pieces.safe(scenario_of(replace(now.plan, changes=(), acting="alone", title="")).description))


def _rebase() -> None:
    plan = state.visit().plan
    state.propose(Proposal(base=st.session_state["base"], own_file=plan.own_file))


def _title(name: str, plan: Proposal) -> str:
    if name == OWN:
        return scenario_of(Proposal(base=OWN, own_file=plan.own_file)).title
    return library(name).title


# Levers


def _scale(lever: Lever) -> float:
    """Shares and rates are read as per cent."""
    return 100.0 if lever.relative or lever.unit in ("share", "a year") else 1.0


def _unit(lever: Lever) -> str:
    if lever.relative:
        return "% against what is planned"
    return {"share": "%", "a year": "% a year"}.get(lever.unit, lever.unit)


def _lever(where: Standing, plan: Scenario) -> None:
    lever = where.lever
    with st.container(border=True):
        for cluster in range(len(where.clusters)):
            if cluster == 0:
                _slider(where, cluster, plan)
        with st.expander(_more(where)):
            _exact(where, plan)
            _source(where, plan)
            if where.moved:
                st.button(
                    f"Put back: {lever.title.lower()}",
                    key=f"back {lever.path}",
                    on_click=partial(_set, where, where.start, plan),
                )


def _more(where: Standing) -> str:
    by = [name for name, has in (("by group", len(where.clusters) > 1), ("by year", where.lever.by_year)) if has]
    return f"Exact value, {', '.join((*by, 'and where it comes from'))}"


def _groups(where: Standing, cluster: int, plan: Scenario) -> str:
    groups = where.clusters[cluster]
    if not groups or len(where.clusters) == 1:
        return ""
    labels = [plan.world.groups[name].label.lower() for name in groups]
    return f" ({' and '.join(labels)})"


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
        on_change=partial(_slid, where, cluster, plan, key),
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


def _slid(where: Standing, cluster: int, plan: Scenario, key: str) -> None:
    value = st.session_state[key] / _scale(where.lever)
    _set(where, where.slid(round(value, 10), cluster), plan)


def _typed(where: Standing, cluster: int, year: int | None, plan: Scenario, key: str) -> None:
    value = st.session_state[key]
    if value is None:
        return
    scale = 1.0 if where.lever.relative else _scale(where.lever)
    value = round(value / scale, 10)
    if year is not None:
        _set(where, where.typed(year, value, cluster), plan)
        return
    values = [list(each) for each in where.now]
    values[cluster] = [value] * len(where.years)
    _set(where, tuple(map(tuple, values)), plan)


def _set(where: Standing, values: Any, plan: Scenario) -> None:
    """Lay a lever's new values over the proposal, where they can be."""
    try:
        proposed = state.visit().plan.with_changes(changes(where, values, plan))
        scenario_of(replace(proposed, acting="alone"))
    except (BadInput, ValueError) as wrong:
        st.session_state[TROUBLE] = wrong
        return
    state.propose(proposed)


def _told_trouble() -> None:
    wrong = st.session_state.pop(TROUBLE, None)
    if isinstance(wrong, BadInput):
        pieces.faults(wrong, "That cannot be, so nothing was changed:")
    elif wrong is not None:
        st.error(f"That cannot be, so nothing was changed: {pieces.safe(str(wrong))}.")


def _exact(where: Standing, plan: Scenario) -> None:
    lever = where.lever
    for cluster in range(len(where.clusters)):
        groups = _groups(where, cluster, plan)
        if not lever.relative:
            _number(where, cluster, None, plan, f"All years{groups}, in {_unit(lever)}")
        if lever.by_year:
            for year, name in enumerate(where.years):
                unit = lever.unit if lever.relative else _unit(lever)
                _number(where, cluster, year, plan, f"{name}{groups}, in {unit}")


def _number(where: Standing, cluster: int, year: int | None, plan: Scenario, label: str) -> None:
    lever = where.lever
    scale = 1.0 if lever.relative else _scale(lever)
    key = f"type {lever.path} {cluster} {'all' if year is None else year}"
    st.session_state[key] = round(where.now[cluster][year or 0] * scale, 8)
    st.number_input(
        label,
        step=1_000_000.0 if lever.relative else round(lever.step * scale, 8),
        format="%.10g",
        key=key,
        on_change=partial(_typed, where, cluster, year, plan, key),
    )


def _source(where: Standing, plan: Scenario) -> None:
    lever = where.lever
    if lever.nothing is not None:
        st.caption(f"{in_unit(lever.nothing, lever.unit)} is none.")
    known = plan.evidence.get(lever.path)
    if known is None:
        st.caption(f"A decision: {lever.title.lower()}. It starts at {_was(where, 0)}.")
        return
    ends = f", plausible from {in_unit(known.range[0], lever.unit)} to {in_unit(known.range[1], lever.unit)}" if known.range else ""
    st.caption(pieces.safe(f"{known.grade.capitalize()}{ends}. Source: {known.source}"))


def _acting(start: Scenario) -> None:
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


def _assumptions(start: Scenario, plan: Scenario) -> None:
    st.caption(
        "An assumption that you change is changed in what you compare with too, so that the difference is still"
        " your plan's. Those that move results most come first."
    )
    known = {each.path: each for each in _adjustable(start.name, start)}
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
        _assumption(known[path], plan)


@st.cache_resource(show_spinner=False, max_entries=20)
def _adjustable(name: str, _scenario: Scenario) -> tuple[Assumption, ...]:  # noqa: ARG001 # the name is the key
    return adjustable(register(_scenario))


def _assumption(told: Assumption, plan: Scenario) -> None:
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


def _runs() -> None:
    now = state.visit()
    st.session_state["replications"] = now.replications
    options = sorted({*CHOICES_OF_REPLICATIONS, now.replications})
    st.select_slider(
        "Runs of each in the end: more give a surer mean and take longer",
        options,
        key="replications",
        on_change=lambda: state.change(
            replace(state.visit(), replications=int(st.session_state["replications"]))
        ),
    )
    st.session_state["seed"] = now.seed
    st.number_input(
        "Seed: the same seed gives the same people with the same luck",
        min_value=0,
        max_value=LARGEST_SEED,
        step=1,
        key="seed",
        on_change=lambda: state.change(
            replace(state.visit(), seed=int(st.session_state["seed"] or 0))
        ),
    )


def _save() -> None:
    now = state.visit()
    with st.form("save", border=False):
        title = st.text_input("What do you call it?", now.plan.title, max_chars=100)
        reason = st.text_area("Why do you propose it?", now.plan.reason, max_chars=1000)
        if st.form_submit_button("Put aside") and title.strip():
            state.change(now.save(title, reason))
            st.rerun()
    for each in now.saved:
        st.button(
            f"Open: {pieces.safe(each.title)}",
            key=f"open {each.name}",
            on_click=partial(state.propose, each),
            help=pieces.safe(each.reason) or "No reason was given.",
        )


# Results


def _results() -> None:
    st.header("What comes of it")
    try:
        baseline, plan = state.pair()
    except BadInput as wrong:
        pieces.faults(wrong)
        return
    looks = _look(baseline, plan)
    pieces.polled(partial(_live, baseline, plan), any(each.moves for each in looks))


def _look(baseline: Scenario, plan: Scenario) -> tuple[Look, Look]:
    now = state.visit()
    # Both a few at once, then both better: whoever has fewer is served first.
    return (
        desk().look(baseline, now.seed, now.replications),
        desk().look(plan, now.seed, now.replications),
    )


def _live(baseline: Scenario, plan: Scenario) -> None:
    looks = _look(baseline, plan)
    _progress(baseline, plan, looks)
    done = min(each.done for each in looks)
    reached = max((each for each in (*MILESTONES, looks[0].wanted) if each <= done), default=0)
    if reached:
        there = tuple(first(each.sample, reached) for each in looks if each.sample)
        st.session_state[SHOWN] = there
        _tell(*there)
    elif SHOWN in st.session_state:
        st.info("These are the results of before. Those of your change are on their way.", icon="⏳")
        _tell(*st.session_state[SHOWN])
    else:
        st.info("The first runs are on their way.", icon="⏳")
    if not any(each.moves for each in looks) and st.session_state.get("polling"):
        st.session_state["polling"] = False
        st.rerun()
    st.session_state["polling"] = any(each.moves for each in looks)


def _progress(baseline: Scenario, plan: Scenario, looks: tuple[Look, Look]) -> None:
    now = state.visit()
    done, wanted = sum(each.done for each in looks), sum(each.wanted for each in looks)
    for told in dict.fromkeys(each.told for each in looks if each.told):
        st.error(pieces.safe(told))
    bar, button = st.columns([4, 1], vertical_alignment="bottom")
    moves = any(each.moves for each in looks)
    if moves:
        bar.progress(done / wanted, text=f"{done // 2} of {now.replications} pairs of runs")
        button.button("Stop", key="stop", on_click=partial(_stop, baseline, plan))
    elif done < wanted:
        bar.write(f"Stopped at {min(each.done for each in looks)} of {now.replications} pairs of runs.")
        button.button("Go on", key="go on", on_click=partial(_again, baseline, plan))


def _stop(baseline: Scenario, plan: Scenario) -> None:
    for each in (baseline, plan):
        desk().cancel(each, state.visit().seed)


def _again(baseline: Scenario, plan: Scenario) -> None:
    for each in (baseline, plan):
        desk().again(each, state.visit().seed)


def _tell(baseline: Sample, plan: Sample) -> None:
    told = _told(baseline, plan)
    st.markdown(f"#### {pieces.safe(told.what)}")
    st.write(pieces.safe(" ".join((told.by_how_much, told.how_sure, told.why))))
    _figures(baseline, plan, told)
    names = {baseline.scenario.name: "Comparison", plan.scenario.name: "Your plan"}
    for measure in CHARTS:
        pieces.chart_with_table(
            _chart(baseline, plan, measure, names),
            _rows(baseline, plan, measure, names),
            wording.measure_label(measure),
            f"explore {measure}",
        )
    st.caption(f"{pieces.CHANCE_ALONE} {ONE_YEAR_TRANSITION}")


def _told(baseline: Sample, plan: Sample) -> Any:
    now = state.visit()
    changed = list(_changed(now.plan))
    return what_is_proposed(baseline, plan, changed, f"“{baseline.scenario.title}”")


def _changed(plan: Proposal) -> Iterator[str]:
    """What is changed, each in a clause."""
    start, now = _plans(plan)
    if start is None or now is None:
        return
    found = {lever.path: lever for lever in levers(given=now)}
    taken = {lever.rest for lever in found.values() if lever.rest}
    for path, value in plan.changes:
        if path in found:
            where = standing(found[path], start, now)
            for cluster, groups in enumerate(where.clusters):
                if where.start[cluster] != where.now[cluster]:
                    yield _clause(where, cluster, now)
        elif path not in taken:
            yield f"{path.rpartition('.')[2].replace('_', ' ')} is {value}"
    if plan.acting != "alone":
        yield f"who acts: {ACTING_TOLD[plan.acting]}"


def _clause(where: Standing, cluster: int, plan: Scenario) -> str:
    lever = where.lever
    groups = _groups(where, cluster, plan)
    if where.differs_by_year(cluster):
        return f"{lever.title.lower()}{groups} differs by year, from {_was(where, cluster)}"
    now = lever.shown(where.slider(cluster))
    was = "" if lever.relative else f", instead of {_was(where, cluster)}"
    return f"{lever.title.lower()}{groups}: {now}{was}"


def _figures(baseline: Sample, plan: Sample, told: Any) -> None:
    year = plan.years[-1]
    columns = st.columns(2)
    for place, (measure, figure) in enumerate(zip(HEADLINES, told.figures, strict=True)):
        mean, low, high = levels(plan, measure)
        with columns[place % 2].container(border=True):
            st.metric(f"{wording.sentence_case(wording.measure_name(measure))}, {year}", wording.show(measure, mean))
            ends = f"{wording.show(measure, low)} to {wording.show(measure, high)}"
            st.write(f"9 runs in 10: {ends}")
            if figure.sign == "same":
                st.write("No difference")
            elif figure.sign == "open":
                st.write(f"Difference: **{wording.TOO_CLOSE}** ({figure.interval})")
            else:
                st.write(f"Difference: **{figure.text}** ({figure.interval})")


@st.cache_resource(show_spinner=False, max_entries=200)
def _drawn(key: str, _samples: tuple[Sample, ...], measure: str, _names: dict[str, str]) -> Any:  # noqa: ARG001
    title = wording.sentence_case(wording.measure_name(measure))
    place = _samples[0].partnerships[0]
    return lines_by_year(_samples, measure, title, names=_names, partnership=place)


def _chart(baseline: Sample, plan: Sample, measure: str, names: dict[str, str]) -> Any:
    from ..scenario import fingerprint

    samples = (plan,) if fingerprint(plan.scenario) == fingerprint(baseline.scenario) else (baseline, plan)
    key = "|".join([*(fingerprint(each.scenario) for each in samples), str(plan.seed), str(plan.replications)])
    return _drawn(key, samples, measure, names)


def _rows(baseline: Sample, plan: Sample, measure: str, names: dict[str, str]) -> dict[str, list[str]]:
    rows: dict[str, list[str]] = {"": list(plan.years)}
    for sample in (baseline, plan):
        told = [levels(sample, measure, year) for year in range(len(sample.years))]
        rows[f"{names[sample.scenario.name]}: mean (9 runs in 10)"] = [
            f"{wording.show(measure, mean)} ({wording.show(measure, low)} to {wording.show(measure, high)})"
            for mean, low, high in told
        ]
    return rows
