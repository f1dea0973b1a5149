"""A plan that was found, as a scenario in a file that says it is not decided."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, TypeAlias

from ..calibrate.fitted import named_from
from ..csv_text import as_csv
from ..scenario import as_dict
from ..scenario.draft import own_changes
from ..scenario.tree import dotted
from ..scenario.writing import as_yaml, extension_yaml
from ..sweeps.tables import put_beside
from .question import SUGGESTED
from .words import changes, plan_name, wanted, where

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ..scenario import Scenario
    from .found import Found
    from .of_study import Prepared

Steps: TypeAlias = tuple[str | int, ...]
"""A path in a scenario, step by step."""
WORDS = ("name", "title", "question", "description", "evidence", "partnerships")
"""Parts of a scenario that are no values a search may change, or that are compared on their own."""


def write(found: Found, prepared: Prepared, folder: Path, command: str = "") -> list[str]:
    """Write the table of all plans, the record, and each plan that is suggested as a scenario.

    Plans that an earlier search suggested there are taken away.

    Returns
    -------
    Names of the files.
    """
    import pandas as pd

    folder.mkdir(parents=True, exist_ok=True)
    _remove_older(folder)
    texts = {
        plan_file(number): plan_yaml(found, number, prepared, folder) for number in found.suggested
    }
    texts["plans.csv"] = as_csv(pd.DataFrame(found.rows()))
    told = {"verb": "optimise", "command": command, "title": prepared.checked.title}
    texts["optimise.json"] = (
        json.dumps(told | found.as_record(), indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    )
    for name, text in texts.items():
        put_beside(folder / name, text.encode())
    return [*texts]


def plan_file(number: int) -> str:
    """The file of a plan."""
    return f"plan_{number}.yaml"


def _remove_older(folder: Path) -> None:
    for file in sorted(folder.glob("plan_*.yaml")):
        if SUGGESTED in file.read_text(encoding="utf-8", errors="replace").casefold():
            file.unlink()


def plan_yaml(found: Found, number: int, prepared: Prepared, folder: Path) -> str:
    """A plan that was found, as a scenario file that changes the levers and says that it is not decided.

    Parameters
    ----------
    number
        Which of those tried.
    folder
        Where the file will stand, for how it names the scenario that it extends.
    """
    words = _words(found, number)
    planned = prepared.planned(found.tried.plans[number])
    if prepared.given.lower().endswith(".json"):  # a run, which no file can extend
        return as_yaml(planned.model_copy(update=words))
    differences = dict(_changed(prepared.scenario, planned))
    extends = named_from(prepared.given, folder)
    return extension_yaml(extends, words, differences, _evidence(differences))


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
        return (
            f"It is {name} there, one of several of which none is shown to be better in everything."
        )
    return f"It is {name} there."


def _changed(scenario: Scenario, planned: Scenario) -> Iterator[tuple[Steps, Any]]:
    """What differs, by path. Partnerships are written whole, as a file replaces them whole."""
    before, after = own_changes(as_dict(scenario)), own_changes(as_dict(planned))
    for part in after:
        if part not in WORDS:
            yield from _parts(before.get(part), after[part], (part,))
    if before["partnerships"] != after["partnerships"]:
        yield ("partnerships",), after["partnerships"]


def _parts(before: Any, after: Any, path: Steps) -> Iterator[tuple[Steps, Any]]:
    if isinstance(before, dict) and isinstance(after, dict):
        for name in after:
            yield from _parts(before.get(name), after[name], (*path, name))
    elif before != after:
        yield path, after


def _evidence(differences: dict[Steps, Any]) -> dict[str, dict[str, Any]]:
    """Why a value outside the plan is what it is: chosen, not known."""
    reason = f"{SUGGESTED.capitalize()}: found by a search. No range: it is chosen, not uncertain"
    return {
        dotted(path): {"grade": "assumed", "range": None, "source": reason}
        for path in differences
        if path[0] not in ("plan", "partnerships")
    }
