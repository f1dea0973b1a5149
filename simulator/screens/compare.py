"""Compare: what differs in plans, what that does, and whether it holds where the world is other than assumed."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from ..charts import differences_by_year, lines_for_page
from ..charts.contest import four_lines
from ..comparing.four import TITLES, four_of, table_of_effects
from ..comparing.headlines import HEADLINES
from ..comparing.inputs import what_differs
from ..comparing.pairs import pairs_of
from ..comparing.words import difference_in_words, quoted
from ..findings import levels, message
from ..incentives import band_told
from ..replicate import Comparison
from ..wording import interval, measure_label, sentence_case, verdict
from ..wording import show as in_words
from . import choices, compare_worlds, contenders, doors, four_plans, pieces, runs, state
from .tidy import estimates_table, levels_table, outcome_told

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from ..comparing.four import Four
    from ..comparing.pairs import Pairs
    from ..replicate import Sample
    from ..scenario import Scenario
    from .contenders import Contender

    Plans = tuple[Contender, ...]

NAME = "compare"
MEASURES = tuple(each.measure for each in HEADLINES)


def show() -> None:
    """Draw the page."""
    st.title("Compare: which plan, and how sure is that?")
    state.banner()
    st.write(
        "What differs in two to four plans, what that does to money and people, and in how many of the worlds that the"
        " evidence allows one plan beats another."
    )
    plans = contenders.choose()
    doors.link("explore", "Change your plan on Explore")
    if not plans:
        return
    st.header("What differs in them")
    _inputs(plans)
    st.header("What that does")
    four = four_plans.scenarios()
    _results(plans, four)
    st.header("Does it hold in other worlds?")
    compare_worlds.show(plans)


def _inputs(plans: Plans) -> None:
    told = what_differs([each.scenario for each in plans], [each.name for each in plans])
    st.write(told.sentence)
    if told.rows:
        pieces.numbers_of(
            told.table.drop(columns="Part"),
            "What differs in the plans",
            "compare inputs",
            told.table,
        )


# What that does


def _results(plans: Plans, four: tuple[Scenario, ...]) -> None:
    parts = (slice(len(plans)), slice(len(plans), None))
    looks = runs.follow(NAME, [*(each.scenario for each in plans), *four], _said, parts)
    ours, theirs = (looks[part] for part in parts)
    reached = runs.reached(ours)
    if reached:
        _tell(plans, tuple(each.first(reached).sample for each in ours))
    else:
        st.info("The first runs are on their way.", icon="⏳")
    st.header("With other assumptions")
    reached = runs.reached(theirs)
    if not four:
        four_plans.why_not()
    elif reached:
        _four(tuple(each.first(reached).sample for each in theirs), plans[0].place)
    else:
        st.info("The first runs are on their way.", icon="⏳")


def _said(looks: runs.Looks) -> runs.Said:
    done, of = sum(each.done for each in looks), sum(each.wanted for each in looks)
    ended = f"{looks[0].wanted} runs of each plan: the same people with the same luck under each."
    return runs.Said.counted(done, of, "runs of all plans", ended)


def _tell(plans: Plans, samples: tuple[Sample, ...]) -> None:
    samples = _named(samples, [each.name for each in plans])
    place = plans[0].place
    key = runs.told_apart(*samples)
    found = _pairs(key, samples, place)
    for sentence in found.sentences:
        st.markdown(f"- {pieces.safe(sentence)}")
    table = _in_words(found, plans)
    pieces.numbers_of(table, "Each plan against the first", "compare pairs", _numbers(found))
    choices.remember("compare measure", MEASURES[0], MEASURES)
    measure = st.selectbox("By year", MEASURES, format_func=measure_label, key="compare measure")
    comparison = Comparison(samples[0], samples[1:])
    left, right = st.columns(2, gap="large")
    with left:
        title = f"{measure_label(measure)} under each plan"
        pieces.chart_with_table(
            lines_for_page(samples, measure, title, partnership=place),
            lambda: _levels(samples, measure, place),
            title,
            "compare levels",
            lambda: levels_table({each.scenario.title: each for each in samples}, measure, place),
        )
    with right:
        title = (
            message(comparison, measure, {})
            if place is None
            else f"{measure_label(measure)}: difference"
        )
        draw = partial(differences_by_year, comparison, measure, title, partnership=place)
        told = found.table[found.table["measure"] == measure]
        pieces.chart_with_table(
            pieces.kept(("compare differences", *key, measure, str(place)), draw),
            lambda: _by_year(told),
            "Differences by year",
            "compare differences",
            lambda: told,
        )
    st.caption(
        "Ranges are 95% intervals of the mean difference over paired runs: about chance alone, in one world. Below, the"
        " world itself is not known."
    )


def _named(samples: tuple[Sample, ...], names: Sequence[str]) -> tuple[Sample, ...]:
    """The same under the names of the page: of their own, two may share one."""
    return tuple(
        replace(
            each, scenario=each.scenario.model_copy(update={"name": f"plan_{i}", "title": name})
        )
        for i, (each, name) in enumerate(zip(samples, names, strict=True))
    )


@st.cache_resource(show_spinner=False, max_entries=100)
def _pairs(key: tuple[str, ...], _samples: tuple[Sample, ...], place: str | None) -> Pairs:  # noqa: ARG001
    return pairs_of(_samples, partnership=place)


def _numbers(found: Pairs) -> pd.DataFrame:
    return found.table


def _in_words(found: Pairs, plans: Plans) -> dict[str, list[str]]:
    """Every headline of every plan against the first."""
    rows: dict[str, list[str]] = {"Result": [sentence_case(each.label) for each in found.outcomes]}
    for pair in found.pairs[: len(plans) - 1]:
        head = f"{quoted(pair.scenario)} against {quoted(pair.against)}"
        rows[head] = [difference_in_words(each, pair.of(each)) for each in found.outcomes]
    return rows


def _levels(samples: Sequence[Sample], measure: str, place: str | None) -> dict[str, list[str]]:
    """A measure by year under each plan: the mean, and its band."""
    rows: dict[str, list[str]] = {"Year": [*samples[0].years]}
    for sample in samples:
        told = [levels(sample, measure, year, place) for year in range(len(sample.years))]
        rows[f"{sample.scenario.title}: mean ({band_told(sample.replications)})"] = [
            f"{in_words(measure, mean)} ({interval(low, high, partial(in_words, measure))})"
            for mean, low, high in told
        ]
    return rows


def _by_year(told: pd.DataFrame) -> dict[str, list[str]]:
    columns = ("scenario", "against", "year")
    heads = zip(*(told[name].tolist() for name in columns), strict=True)
    ends = zip(told["low"].tolist(), told["high"].tolist(), strict=True)
    return {
        "Plan and year": [f"{plan} against {other}, {year}" for plan, other, year in heads],
        "Difference": told["said"].tolist(),
        "95% interval": told["interval"].tolist(),
        "Can the sign be told?": [sentence_case(verdict(low, high) or "yes") for low, high in ends],
    }


# With other assumptions


def _four(samples: tuple[Sample, ...], place: str | None) -> None:
    told = four_of(_named(samples, TITLES), place)
    st.write(
        "Your plan and the comparison, each under the assumptions as they are written and as you changed them: does the"
        " plan work as well where the world is as you assume?"
    )
    choices.remember("compare four measure", MEASURES[0], MEASURES)
    measure = st.selectbox("What", MEASURES, format_func=measure_label, key="compare four measure")
    headline = next(each for each in HEADLINES if each.measure == measure)
    effect = told.effect(headline)
    st.write(pieces.safe(effect.sentence))
    key = runs.told_apart(*told.samples)
    pieces.chart_with_table(
        pieces.kept(
            ("compare four", *key, measure, str(place)), partial(four_lines, told, measure)
        ),
        lambda: table_of_effects(told.effects()),
        "What the plan does under both",
        "compare four",
        lambda: _effects(told),
    )


def _effects(told: Four) -> pd.DataFrame:
    sample = told.samples[0]
    price_year = sample.scenario.funding.price_year
    runs = {"replications": told.replications, "seed": sample.seed}
    return estimates_table(
        ({"effect": kind} | outcome_told(each.outcome, price_year) | runs, estimate)
        for each in told.effects()
        for kind, estimate in (
            ("the plan, as it is", each.as_it_is),
            ("the plan, changed assumptions", each.changed),
            ("the plan does more by", each.more),
        )
    )
