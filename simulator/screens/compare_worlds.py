"""Plans in many worlds, on a page: a job with its time told, who wins in how many, and what flips it."""

from __future__ import annotations

import hashlib
import math
from functools import partial
from typing import TYPE_CHECKING, Any

import streamlit as st

from ..charts.contest import along_assumption, differences_by_world, worlds_won
from ..comparing.drawn import AT_MOST, is_circumstance
from ..comparing.flips import movers
from ..comparing.leads import AHEAD, ALIKE, BEHIND, WITHIN_LUCK, lead, standing
from ..comparing.words import (
    amount_in_words,
    answers,
    difference_in_words,
    how_drawn,
    quoted,
)
from ..comparing.worlds import WORLDS, runs_of, work
from ..incentives import Estimate
from ..jobs import mark_of
from ..sensitivity_analysis.words import named, percents
from ..wording import counted, sentence_case
from . import choices, pieces, state
from .desk import tasks
from .tidy import estimates_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from ..comparing.flips import Mover
    from ..comparing.leads import Lead
    from ..comparing.words import Answer
    from ..comparing.worlds import Contest
    from ..scenario import Scenario
    from ..sensitivity_analysis.question import Outcome
    from .contenders import Contender

    Plans = tuple[Contender, ...]

HOW_MANY, WHICH, GO = "worlds many", "worlds which", "worlds go"
CHOICES = (40, WORLDS, 200, 400)
SECONDS_A_RUN = 0.35
"""About what a run of one partnership takes beside a page that is in use."""
MANY, ALL = f"The {AT_MOST} that move the results most", "All that have a range"
KINDS = (AHEAD, BEHIND, WITHIN_LUCK, ALIKE)


def show(plans: Plans) -> None:
    """Draw the part of the page that is about other worlds."""
    st.write(
        "The results above suppose that every assumption is as it is written. Here assumptions are drawn together within"
        " the ranges of their evidence, and every such world is lived under each plan with the same people and the same"
        f" luck.{' The assumptions that you changed stay as you set them.' if _fixed() else ''}"
    )
    worlds, which = _chosen()
    at_most = None if which == ALL else AT_MOST
    key = key_of(plans, worlds, at_most)
    task = tasks().look(key)
    if task.state in ("none", "failed", "cancelled"):
        time = _time(runs_of(len(plans), worlds) * len(plans[0].scenario.partnerships))
        scenarios, seed = tuple(each.scenario for each in plans), state.visit().seed
        asked = (scenarios, worlds, seed, at_most, _fixed(), plans[0].place)
        # The key of the button is that of the job: one that the browser still shows with the label of another job is
        # another button, so that nothing else is ever started than the label says.
        st.button(
            f"Live in {worlds} worlds ({time})",
            key=f"{GO} {key}",
            type="primary",
            on_click=partial(_begin, key, asked, worlds, which),
        )
    what, cancel = "Runs in other worlds", partial(tasks().cancel, key)
    if task.moves:
        pieces.moving(partial(tasks().look, key), what, cancel, "worlds")
    else:
        pieces.job(task, what, cancel, "worlds")
    if task.state == "done":
        contest: Contest = task.result.named([each.scenario for each in plans])
        _tell(key, contest.called(_names(contest, plans)), plans[0].scenario.funding.price_year)


def _chosen() -> tuple[int, str]:
    """How many worlds, and which assumptions are drawn."""
    left, right = st.columns(2)
    choices.remember(HOW_MANY, WORLDS, CHOICES)
    worlds = int(left.select_slider("How many worlds", CHOICES, key=HOW_MANY))
    choices.remember(WHICH, MANY, (MANY, ALL))
    return worlds, str(right.radio("Which assumptions are drawn", (MANY, ALL), key=WHICH))


def key_of(plans: Plans, worlds: int, at_most: int | None) -> str:
    """The name of the job: the same for whoever asks the same, whatever they call their plans."""
    asked = [
        *(mark_of(each.scenario) for each in plans),
        _known(plans[0].scenario),
        worlds,
        at_most,
        _fixed(),
        state.visit().seed,
    ]
    return f"worlds {hashlib.sha256(repr(asked).encode()).hexdigest()[:24]}"


def _begin(key: str, asked: tuple[Any, ...], worlds: int, which: str) -> None:
    """Start what the button said, and show it, though the choices may have moved on meanwhile."""
    choices.choose(HOW_MANY, worlds)
    choices.choose(WHICH, which)
    tasks().start(key, work, *asked)


def _fixed() -> tuple[str, ...]:
    """Assumptions that the visitor has set."""
    return tuple(path for path, _ in state.visit().plan.assumptions)


def _known(scenario: Scenario) -> tuple[str, ...]:
    """What is known of assumptions, of whose ranges worlds are drawn; not why those are proposed that are not drawn."""
    fixed = _fixed()
    return tuple(
        f"{path} {each!r}"
        for path, each in sorted(scenario.evidence.items())
        if path not in fixed and is_circumstance(path.split("."))
    )


def _time(runs: int) -> str:
    minutes = math.ceil(runs * SECONDS_A_RUN / 60)
    return f"about {counted(minutes, 'minute')}"


def _names(contest: Contest, plans: Plans) -> dict[str, str]:
    return dict(zip(contest.scenarios, [each.name for each in plans], strict=True))


def _tell(key: str, contest: Contest, prices: str) -> None:
    st.caption(pieces.safe(how_drawn(contest)))
    scenario, baseline = _pair(contest)
    about = ("worlds", key, repr(contest.titles), f"{scenario} {baseline}")
    told = _told(f"{key} {contest.titles}", contest, scenario, baseline)
    choices.remember("worlds outcome", 0, range(len(contest.outcomes)))
    outcome = st.selectbox(
        "What",
        range(len(contest.outcomes)),
        format_func=lambda place: sentence_case(contest.outcomes[place].label),
        key="worlds outcome",
    )
    st.subheader("The answer")
    st.markdown(f"**{pieces.safe(told[outcome].in_short)}**")
    if told[outcome].whole != told[outcome].in_short:
        st.write(pieces.safe(told[outcome].whole))
    pieces.chart_with_table(
        pieces.kept(
            (*about, "differences", str(outcome)),
            lambda: differences_by_world(contest, lead(contest, scenario, baseline, outcome)),
        ),
        lambda: _leads([told[outcome]]),
        "In how many worlds",
        "worlds differences",
        lambda: contest.table,
    )
    _assumptions(contest, (scenario, baseline, outcome), prices, about)
    if len(contest.scenarios) > 2:
        _everybody(contest, outcome)
    st.subheader("All results at a glance")
    pieces.chart_with_table(
        pieces.kept((*about, "won"), lambda: worlds_won(contest, [each.lead for each in told])),
        lambda: _leads(told),
        "In how many worlds, for each result",
        "worlds leads",
        lambda: _leads_in_numbers([each.lead for each in told], prices),
    )
    pieces.drawer(
        "The answer for every result, in words",
        lambda: st.markdown("\n".join(f"- {pieces.safe(each.whole)}" for each in told)),
        "worlds words",
    )
    pieces.drawer(
        "Which assumptions were drawn, and from where", partial(_drawn, contest), "worlds drawn"
    )


def _drawn(contest: Contest) -> None:
    told = "Assumptions that were drawn together"
    pieces.numbers_of(contest.drawn, told, "worlds drawn", contest.drawn)


def _pair(contest: Contest) -> tuple[int, int]:
    if len(contest.scenarios) == 2:
        return 1, 0
    pairs = contest.pairs
    choices.remember("worlds pair", 0, range(len(pairs)))
    place = st.selectbox(
        "Which two",
        range(len(pairs)),
        format_func=lambda each: (
            f"{contest.titles[pairs[each][0]]} against {contest.titles[pairs[each][1]]}"
        ),
        key="worlds pair",
    )
    return pairs[place]


@st.cache_resource(show_spinner=False, max_entries=50)
def _told(
    key: str,  # noqa: ARG001
    _contest: Contest,
    scenario: int,
    baseline: int,
) -> tuple[Answer, ...]:
    return tuple(answers(_contest, scenario, baseline))


def _leads(told: Sequence[Answer]) -> dict[str, list[str]]:
    found = [each.lead for each in told]
    return {
        "What": [sentence_case(each.view.outcome.label) for each in found],
        "Ahead": [f"{each.ahead} of {each.worlds} ({percents(*each.share)})" for each in found],
        "Ahead beyond luck": [str(each.count(AHEAD)) for each in found],
        "Behind beyond luck": [str(each.count(BEHIND)) for each in found],
        "Within luck": [str(each.count(WITHIN_LUCK)) for each in found],
        "Exactly alike": [str(each.count(ALIKE)) for each in found],
        "On average": [difference_in_words(each.view.outcome, each.average) for each in found],
        "It flips if": [sentence_case(each.flips) or "nothing is seen to flip it" for each in told],
    }


def _told_of(outcome: Outcome, prices: str) -> dict[str, str]:
    price_year = prices if outcome.unit == "£" else ""
    return {"outcome": outcome.key, "unit": outcome.unit, "price_year": price_year}


def _leads_in_numbers(found: Sequence[Lead], prices: str) -> pd.DataFrame:
    return estimates_table(
        (
            _told_of(each.view.outcome, prices)
            | {
                "worlds": each.worlds,
                "worlds_ahead": each.ahead,
                **{f"worlds_{kind.replace(' ', '_')}": each.count(kind) for kind in KINDS},
                "seed": state.visit().seed,
            },
            each.average,
        )
        for each in found
    )


def _movers_in_numbers(found: Sequence[Mover], prices: str) -> pd.DataFrame:
    return estimates_table(
        (
            {"assumption": each.dimension.title, "assumption_unit": each.dimension.unit}
            | _told_of(each.view.outcome, prices)
            | {"assumption_at": value, "flips": bool(each.flips), "seed": state.visit().seed},
            Estimate(*map(float, ends)),
        )
        for each in found
        for value, *ends in zip(
            each.curve.tried, each.curve.mean, each.curve.low, each.curve.high, strict=True
        )
    )


def _assumptions(
    contest: Contest, pair: tuple[int, int, int], prices: str, about: tuple[str, ...]
) -> None:
    found = movers(contest, *pair)
    if not found:
        return
    st.subheader("What it hangs on")
    ordered = sorted(found, key=lambda each: not each.flips)  # those that flip it first
    choices.remember("worlds assumption", 0, range(len(ordered)))
    place = st.selectbox(
        "Along which assumption",
        range(len(ordered)),
        format_func=lambda each: named(ordered[each].dimension),
        key="worlds assumption",
    )
    chosen = ordered[place]
    pieces.chart_with_table(
        pieces.kept(
            (*about, "along", str(pair), named(chosen.dimension)),
            lambda: along_assumption(contest, chosen),
        ),
        lambda: _movers(ordered),
        "What each assumption does to the difference",
        "worlds movers",
        lambda: _movers_in_numbers(ordered, prices),
    )


def _movers(found: Sequence[Mover]) -> dict[str, list[str]]:
    return {
        "Assumption": [named(each.dimension) for each in found],
        "At its lowest": [
            amount_in_words(each.view.outcome, float(each.curve.mean[0])) for each in found
        ],
        "At its highest": [
            amount_in_words(each.view.outcome, float(each.curve.mean[-1])) for each in found
        ],
        "Does it move the difference?": [
            "Yes" if each.is_clear else "Too close to call" for each in found
        ],
        "Does it flip it?": ["Yes" if each.flips else "No" for each in found],
    }


def _everybody(contest: Contest, outcome: int) -> None:
    told = standing(contest, outcome)
    st.subheader("Who beats whom")
    best = max(range(len(told.best)), key=lambda place: told.best[place])
    if contest.better[outcome]:
        st.write(
            pieces.safe(
                f"{quoted(told.titles[best])} is the best of all in {told.best[best]:,.3g} of"
                f" {counted(told.worlds, 'world')}."
            )
        )
    else:
        st.write("Nobody may say for others what is better here; “beats” means higher.")
    what = "In how many worlds the plan at the left beats each other"
    pieces.numbers_of(told.table, what, "worlds standing", told.table)
