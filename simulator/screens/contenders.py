"""Which plans are held against each other: the visitor's own, what it is compared with, what was put aside, others."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import streamlit as st

from ..errors import BadInput
from ..proposal import of_library
from ..scenario import fingerprint
from ..visit import without
from ..years import year_names
from . import pieces, state
from .desk import comparable, scenario_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..proposal import Proposal
    from ..scenario import Scenario
    from ..visit import Visit

MOST = 4
YOURS, COMPARISON = "yours", "comparison"
CHOSEN, KEPT = "contenders", "contenders kept"
SHOWN_FIRST = ("library park", "library move_on")
"""What is compared where nothing is proposed yet."""
WORDS = {YOURS: "Your plan", COMPARISON: "Comparison"}


@dataclass(frozen=True)
class Contender:
    """A plan that is held against others.

    Parameters
    ----------
    key
        What the choice of it is called.
    name
        What it is called on the page.
    """

    key: str
    name: str
    scenario: Scenario

    @property
    def place(self) -> str | None:
        """Whose numbers are told: where several act, those of the first; of one, its own."""
        names = tuple(self.scenario.partnerships)
        return names[0] if len(names) > 1 else None


def choose() -> tuple[Contender, ...]:
    """Let two to four be chosen; nothing where fewer can be compared."""
    now = state.visit()
    options = _options(now)
    kept = [key for key in st.session_state.get(KEPT, ()) if key in options]
    st.session_state[CHOSEN] = kept if KEPT in st.session_state else _usual(now, options)
    chosen = st.multiselect(
        "Which plans? Two to four; the first is what the others are held against",
        [*options],
        format_func=lambda key: options[key],
        key=CHOSEN,
        max_selections=MOST,
        on_change=_keep,
        help="Plans that you put aside on Explore are here by their names. All live in the world that your plan assumes,"
        " but those put aside keep their own assumptions.",
    )
    if len(chosen) < 2:
        st.info("Choose at least two plans.")
        return ()
    return _alike([*_made(now, chosen, options)])


def _keep() -> None:
    """Hold on to what was chosen when another page is looked at."""
    st.session_state[KEPT] = [*st.session_state[CHOSEN]]


def _options(now: Visit) -> dict[str, str]:
    """What may be chosen, and what each is called."""
    alike = [*comparable(now.plan.base)]
    library_names = {
        f"library {name}": of_library(name).title for name in alike if name != "your_area"
    }
    saved = {f"saved {each.name}": each.title for each in now.saved}
    told = {COMPARISON: WORDS[COMPARISON], YOURS: WORDS[YOURS], **saved, **library_names}
    told[COMPARISON] = f"{WORDS[COMPARISON]}: {_comparison(now)}"
    return told


def _comparison(now: Visit) -> str:
    try:
        return scenario_of(replace(now.baseline, changes=(), acting="alone", title="")).title
    except BadInput:
        return "not to be had"


def _usual(now: Visit, options: dict[str, str]) -> list[str]:
    """The comparison and the plan; where there is no plan yet, two of the library, so that there is something to see."""
    if now.plan.is_changed or now.plan.base != (now.against or now.plan.base):
        return [COMPARISON, YOURS]
    shipped = [key for key in SHOWN_FIRST if key in options]
    others = [key for key in options if key.startswith("library")]
    return shipped if len(shipped) == len(SHOWN_FIRST) else [COMPARISON, *others[:1]]


def _made(now: Visit, chosen: list[str], options: dict[str, str]) -> Iterator[Contender]:
    for key in chosen:
        try:
            scenario = _scenario(now, key)
        except BadInput as wrong:
            pieces.faults(wrong, f"{pieces.safe(options[key])} cannot be compared:")
            continue
        yield Contender(key, WORDS.get(key, options[key]), scenario)


def _scenario(now: Visit, key: str) -> Scenario:
    if key in (YOURS, COMPARISON):
        baseline, plan = state.pair()
        return plan if key == YOURS else baseline
    kind, _, name = key.partition(" ")
    if kind == "saved":
        found = next(each for each in now.saved if each.name == name)
        return state.pair(replace(now, plan=found))[1]
    proposal: Proposal = without(now.plan, name)
    return scenario_of(proposal, scenario_of(replace(proposal, acting="alone", title="")))


def _alike(found: list[Contender]) -> tuple[Contender, ...]:
    """Those that are about the same people and years as the first; of those that are one and the same, one."""
    kept: dict[str, Contender] = {}
    for each in found:
        if _people(each.scenario) != _people(found[0].scenario):
            st.warning(
                f"{pieces.safe(each.name)} is about other people, years or partnerships than"
                f" {pieces.safe(found[0].name)}, and is left out."
            )
            continue
        twin = kept.setdefault(fingerprint_of(each), each)
        if twin is not each:
            st.info(
                f"{pieces.safe(each.name)} is the same as {pieces.safe(twin.name)}: nothing differs in what decides"
                " anything, so it is shown once."
            )
    if len(kept) < 2:
        st.info(
            "There are no two different plans to compare. Move a lever on Explore, or choose others."
        )
        return ()
    return tuple(kept.values())


def fingerprint_of(each: Contender) -> str:
    """What tells a plan apart by all but its words."""
    plain = {"name": "x", "title": "x", "question": "x", "description": "x", "evidence": {}}
    return fingerprint(each.scenario.model_copy(update=plain))


def _people(scenario: Scenario) -> tuple[object, ...]:
    years = year_names(scenario.first_year, scenario.years)
    return years, tuple(scenario.world.groups), tuple(scenario.partnerships)
