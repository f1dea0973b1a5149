"""A plan that was found, as a scenario in a file that says it is not decided."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..scenario import as_dict
from ..scenario.draft import own_changes
from ..scenario.tree import dotted
from ..scenario.writing import extension_yaml
from .question import SUGGESTED
from .words import changes, plan_name, wanted, where

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..scenario import Scenario
    from ..scenario.tree import Path
    from .found import Found

WORDS = ("name", "title", "question", "description", "evidence", "partnerships")
"""Parts of a scenario that are no values a search may change, or that are compared on their own."""


def plan_yaml(
    found: Found, number: int, extends: str, scenario: Scenario, planned: Scenario
) -> str:
    """A plan that was found, as a scenario file that changes the levers and says that it is not decided.

    Parameters
    ----------
    number
        Which of those tried.
    extends
        How the file names the scenario that levers are laid over.
    scenario
        That scenario.
    planned
        The same with the plan's levers.
    """
    differences = dict(_changed(scenario, planned))
    return extension_yaml(extends, _words(found, number), differences, _evidence(differences))


def _words(found: Found, number: int) -> dict[str, str]:
    question = found.question
    sought = "; ".join(wanted(each) for each in question.objectives)
    limits = "; ".join(each.told for each in question.limits)
    within = f" Limits: {limits}." if limits else ""
    return {
        "title": f"{SUGGESTED.capitalize()}: {changes(found, number)}",
        "question": f"Does this plan serve better: {sought}?",
        "description": (
            f"{SUGGESTED.capitalize()}. Found by a search over {len(found.tried.plans):,} plans for:"
            f" {sought}, {where(question)}.{within} {_said(found, number)} Seed {question.seed},"
            f" {question.replications} runs of each plan in the search and"
            f" {question.asked.confirm.replications} with new luck to confirm."
        ),
    }


def _said(found: Found, number: int) -> str:
    """How far the plan is shown to be the best."""
    name = plan_name(number)
    if number == found.winner:
        return f"It is {name} there, the best of those confirmed."
    if number in found.tied:
        others = len(found.tied) - 1
        alike = f"{others} other{'s' if others > 1 else ''}"
        return f"It is {name} there and cannot be told from {alike}; it changes least."
    if number in found.suggested:
        return f"It is {name} there, one of several that no other beats in everything."
    return f"It is {name} there."


def _changed(scenario: Scenario, planned: Scenario) -> Iterator[tuple[Path, Any]]:
    """What differs, by path. Partnerships are written whole, as a file replaces them whole."""
    before, after = own_changes(as_dict(scenario)), own_changes(as_dict(planned))
    for part in after:
        if part not in WORDS:
            yield from _parts(before.get(part), after[part], (part,))
    if before["partnerships"] != after["partnerships"]:
        yield ("partnerships",), after["partnerships"]


def _parts(before: Any, after: Any, path: Path) -> Iterator[tuple[Path, Any]]:
    if isinstance(before, dict) and isinstance(after, dict):
        for name in after:
            yield from _parts(before.get(name), after[name], (*path, name))
    elif before != after:
        yield path, after


def _evidence(differences: dict[Path, Any]) -> dict[str, dict[str, Any]]:
    """Why a value outside the plan is what it is: chosen, not known."""
    reason = f"{SUGGESTED.capitalize()}: found by a search. No range: it is chosen, not uncertain"
    return {
        dotted(path): {"grade": "assumed", "range": None, "source": reason}
        for path in differences
        if path[0] not in ("plan", "partnerships")
    }
