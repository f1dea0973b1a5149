"""An edited formula as changes to a scenario: what ``--set`` and a scenario's file take."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from .edited import SETTINGS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..scenario import Scenario
    from ..scenario.schema import SharingRule
    from .edited import EditedFormula

TERMS = "formula.terms"


def changes(edited: EditedFormula, scenario: Scenario) -> dict[str, Any]:
    """What must be changed in a scenario so that the edited formula shares its pot.

    A term of the scenario that the formula does not have stays in it and weighs nothing; so the same pounds are paid.

    Returns
    -------
    New values by dotted path, in plain values that JSON can hold; only what differs. A new term is one whole value.

    Raises
    ------
    BadInput
        Where the formula cannot share this scenario's pot, with every fault.
    """
    new, old = edited.laid_over(scenario).formula, scenario.formula
    return dict([*_of_terms(new, old), *_of_settings(new, old)])


def set_options(edited: EditedFormula, scenario: Scenario) -> tuple[str, ...]:
    """The same as texts that follow ``--set``, one for each: ``formula.terms.need.weight=0.5``."""
    told = changes(edited, scenario)
    there = {f"{TERMS}.{name}" for name in scenario.formula.terms}
    # A path leads to what is there, so terms that are not there go in together.
    new = {
        path.removeprefix(f"{TERMS}."): told.pop(path)
        for path in [*told]
        if path.rpartition(".")[0] == TERMS and path not in there
    }
    whole = told | ({TERMS: new} if new else {})
    return tuple(f"{path}={json.dumps(value)}" for path, value in whole.items())


def _of_terms(new: SharingRule, old: SharingRule) -> Iterator[tuple[str, Any]]:
    terms = {name: term.model_dump(mode="json") for name, term in new.terms.items()}
    was = {name: term.model_dump(mode="json") for name, term in old.terms.items()}
    for name, before in was.items():
        after = terms.get(name, before | {"weight": 0.0})
        for part, value in after.items():
            if value != before[part]:
                yield f"{TERMS}.{name}.{part}", value
    for name, term in terms.items():
        if name not in was:
            yield f"{TERMS}.{name}", term


def _of_settings(new: SharingRule, old: SharingRule) -> Iterator[tuple[str, Any]]:
    after, before = new.model_dump(mode="json"), old.model_dump(mode="json")
    for name in SETTINGS:
        if after[name] != before[name]:
            yield f"formula.{name}", after[name]
