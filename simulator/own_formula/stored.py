"""Where each formula of the library leads: read off the study that is shipped, so that nobody waits for it.

``make study-formulas`` writes docs/formulas.csv and docs/formulas.md, and then ``python -m studies.stored_formulas``
writes ``stored.json`` beside this file out of them, with a hash of each rule and each scenario that they were made with.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from ..errors import BadInput, Fault
from ..scenario import as_dict, load_formula
from ..scenario.schema import SharingRule
from ..scenario.tree import instead, shown
from .leads import Asked, WhereItLeads, of_record

if TYPE_CHECKING:
    from ..scenario import Scenario
    from .edited import EditedFormula

FILE = "stored.json"
WORDS = ("name", "title", "question", "description", "evidence")
"""Parts of a scenario on which no number depends."""


@dataclass(frozen=True, slots=True)
class StoredResult:
    """What the study found of one formula.

    Attributes
    ----------
    leads
        Where it leads.
    command
        What makes the study again.
    model
        The version of the model.
    is_current
        Whether the formula's rule still is what the study was made with.
    """

    leads: WhereItLeads
    command: str
    model: str
    is_current: bool

    @property
    def sentences(self) -> tuple[str, ...]:
        """What was found; before it, that the rule has been changed since, if it has."""
        stale = () if self.is_current else ("The rule has been changed since: run it anew.",)
        return (*stale, *self.leads.sentences)

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader must know about the numbers."""
        return (
            *self.leads.notes,
            f"Read off a study that is shipped: {self.command}, model {self.model}.",
        )


@cache
def _whole() -> dict[str, Any]:
    told: dict[str, Any] = json.loads(files(__package__).joinpath(FILE).read_text(encoding="utf-8"))
    return told


def stored_names() -> tuple[str, ...]:
    """Names of the formulas that there are results of, in the order of the library."""
    return tuple(record["name"] for record in _whole()["formulas"])


def stored(name: str) -> StoredResult:
    """What the study found of a formula of the library.

    Raises
    ------
    BadInput
        Where it has nothing of this formula.
    """
    whole = _whole()
    found = {record["name"]: record for record in whole["formulas"]}
    if name not in found:
        rule, advice = "be one that the study told", instead(name, [*found])
        raise BadInput([Fault("stored results", "formula", rule, shown(name), advice)])
    asked = Asked(**whole["asked"] | {"years": tuple(whole["asked"]["years"])})
    now = rule_hash(load_formula(name).formula)
    return StoredResult(
        of_record(found[name], asked, "stored"),
        whole["command"],
        whole["model"],
        now == whole["made_with"]["formulas"][name],
    )


def all_stored() -> tuple[StoredResult, ...]:
    """What the study found of each formula."""
    return tuple(stored(name) for name in stored_names())


def stored_like(edited: EditedFormula) -> StoredResult | None:
    """What the study found of the formula of the library that is the same rule as an edited one, if one is.

    Raises
    ------
    BadInput
        Where the edited formula is no rule, with every fault.
    """
    wanted = rule_hash(edited.rule())
    hashes = _whole()["made_with"]["formulas"]
    return next((stored(name) for name, each in hashes.items() if each == wanted), None)


def rule_hash(rule: SharingRule) -> str:
    """A text that changes with whatever a rule pays by; names of terms, terms without weight, and the pot are left out."""
    told = rule.model_dump(mode="json", include=set(SharingRule.model_fields))
    told["terms"] = sorted(
        (json.dumps(term, sort_keys=True) for term in told["terms"].values() if term["weight"]),
    )
    return _hash(told)


def scenario_hash(scenario: Scenario) -> str:
    """A text that changes with whatever the numbers of a scenario depend on, but its formula's rule."""
    whole = {name: part for name, part in as_dict(scenario).items() if name not in WORDS}
    whole["formula"] = {name: whole["formula"][name] for name in ("pot_gbp", "rest")}
    return _hash(whole)


def _hash(told: Any) -> str:
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:16]
