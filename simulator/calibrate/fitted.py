"""A fit as a scenario that extends the one it began from, and the draws that carry its doubt on."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..scenario import Scenario, as_dict
from ..scenario.changes import resolved
from ..scenario.draws import Draws, with_values
from ..scenario.tree import at
from ..scenario.writing import extension_yaml
from .findings import AssumptionFound, assumptions

if TYPE_CHECKING:
    from .result import Fit

COUNTED_SOURCE = "Mean number that the formula counts in the first window that the model sees"


def written(fit: Fit) -> dict[str, Any]:
    """What the fit writes into the scenario, by dotted path: fitted values, and what is counted then."""
    counted = {
        path: round(number, 1)
        for path, number in zip(_counted_paths(fit), _counted(fit), strict=True)
    }
    return fit.aim.values(fit.best) | counted


def _counted_paths(fit: Fit) -> list[str]:
    """Where it stands what the formula counts at first, here and in a rest of England that is alike.

    A partnership that is not like the rest keeps the history it was given.
    """
    if not fit.aim.targets.rest_is_alike:
        return []
    groups = list(fit.aim.scenario.world.groups)
    history = [f"history.groups.{group}.effective_clients_per_year" for group in groups]
    return history + [f"formula.rest.reference_activity.{group}" for group in groups]


def _counted(fit: Fit) -> list[float]:
    return _in_places(fit, [float(number) for number in fit.counted_best])


def _in_places(fit: Fit, counted: list[float]) -> list[float]:
    growth = 1 + fit.aim.scenario.formula.rest.growth_per_year
    back = [number / growth for number in counted]
    return back + back if fit.aim.targets.rest_is_alike else []


def fitted_scenario(fit: Fit) -> Scenario:
    """The scenario with the fitted values in it."""
    return with_values(fit.aim.scenario, written(fit))


def fitted_whole(fit: Fit, name: str, title: str) -> Scenario:
    """The fitted scenario with words and evidence of its own, complete in itself.

    Parameters
    ----------
    name
        What it is called, as its file will be.
    title
        Its title in one line.
    """
    whole = as_dict(fitted_scenario(fit))
    described = f"{fit.aim.scenario.description} {fit.aim.targets.description}"
    whole |= {
        "name": name,
        "title": title,
        "question": "What does the model give where its assumptions are fitted to figures?",
        "description": f"{described.strip()}{_decisions(fit)}",
    }
    whole["evidence"] |= _evidence(fit)
    context = {"years": whole["years"], "groups": list(whole["world"]["groups"])}
    return Scenario.model_validate(whole, context=context)


def fitted_yaml(fit: Fit, name: str, extends: str) -> str:
    """A scenario file that extends the one the fit began from.

    Parameters
    ----------
    name
        The file's name, without its ending.
    extends
        How the file names the scenario that it extends.
    """
    title = f"{fit.aim.scenario.title}, fitted to: {fit.aim.targets.title}"
    words = {
        "title": title,
        "question": "What does the model give where its assumptions are fitted to figures?",
        "description": (
            f"{fit.aim.targets.description.strip()} Fitted by treatment-sim calibrate; {name}_draws.csv"
            f" holds the sets of assumptions that the figures allow.{_decisions(fit)}"
        ),
    }
    return extension_yaml(extends, words, _differences(fit), _evidence(fit))


def _decisions(fit: Fit) -> str:
    """Why a decision moved, where one did."""
    told = [
        f" {each.name} moved{f' from {each.year} on' if each.year else ''}: {each.why}."
        for each in fit.aim.targets.fit
        if each.is_decision
    ]
    return "".join(told)


def _differences(fit: Fit) -> dict[tuple[str | int, ...], Any]:
    whole = as_dict(fit.aim.scenario)
    return {resolved(name, whole): value for name, value in written(fit).items()}


def _evidence(fit: Fit) -> dict[str, dict[str, Any]]:
    """What supports each fitted value: as before, and what it was fitted to."""
    told = {}
    for found in assumptions(fit):
        for path in found.fitted.paths:
            if not path.startswith("plan."):
                told[path] = _supported(fit, found, path)
    for path in _counted_paths(fit):
        before = fit.aim.scenario.evidence.get(path)
        told[path] = {
            "grade": "derived",
            "range": list(before.range) if before and before.range else None,
            "source": before.source if before else COUNTED_SOURCE,
            "fitted_to": "mean of this scenario",
        }
    return told


def _supported(fit: Fit, found: AssumptionFound, path: str) -> dict[str, Any]:
    before = fit.aim.scenario.evidence.get(path)
    given = before.range if before and before.range else (found.lowest, found.highest)
    return {
        "grade": before.grade if before else "assumed",
        "range": [min(given[0], found.lowest), max(given[1], found.highest)],
        "source": before.source if before else "Range chosen for the fit",
        "fitted_to": (
            f"{fit.aim.targets.title}; nine in ten of the sets that the figures allow lie between"
            f" {found.low:.4g} and {found.high:.4g} ({found.known} determined)"
        ),
    }


def draws(fit: Fit, name: str) -> Draws:
    """Sets of assumptions that the figures allow where the plan is as fitted, for runs that carry doubt on."""
    free = [
        (i, path)
        for i, fitted in enumerate(fit.aim.targets.fit)
        if not fitted.is_decision
        for path in fitted.paths
    ]
    whole = as_dict(fit.aim.scenario)
    paths = [path for _, path in free] + _counted_paths(fit)
    rows = []
    for numbers, counted in zip(fit.draws, fit.counted_draws, strict=True):
        values = [_as_there(whole, path, float(numbers[i])) for i, path in free]
        rows.append((*values, *_in_places(fit, [max(0.0, float(x)) for x in counted])))
    return Draws(name, tuple(paths), tuple(rows))


def _as_there(whole: dict[str, Any], path: str, number: float) -> float:
    """Whole people where whole people stand."""
    return float(round(number)) if isinstance(at(whole, resolved(path, whole)), int) else number


def named_from(scenario: str, folder: Path) -> str:
    """How a file in a folder names the scenario that it extends: a name of the library, or a path."""
    path = Path(scenario)
    if path.suffix.lower() not in (".yaml", ".yml"):
        return scenario
    return Path(os.path.relpath(path.resolve(), folder.resolve())).as_posix()
