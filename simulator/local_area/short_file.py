"""An area's scenario as a short file: what differs from a scenario of the library, so that a link can carry it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..errors import BadInput
from ..scenario import Scenario, as_dict, fingerprint, load, names
from ..scenario.draft import own_changes
from ..scenario.loading import load_text
from ..scenario.writing import as_yaml, flow

if TYPE_CHECKING:
    from collections.abc import Iterator

_WORDS = ("title", "question", "description")


def short_file(scenario: Scenario, extends: str) -> str:
    """A file that loads as the scenario does, under the same name.

    Parameters
    ----------
    extends
        The scenario of the library that it began from. Where a file that says what differs from it would load as
        anything else, or there is none of that name, the file is whole.
    """
    if extends in names():
        text = _extension(scenario, load(extends))
        if _is(text, scenario):
            return text
    return as_yaml(scenario)


def _extension(scenario: Scenario, base: Scenario) -> str:
    here, there = (own_changes(as_dict(each)) for each in (scenario, base))
    del here["name"]
    words = {name: here.pop(name) for name in _WORDS}
    return flow({"extends": base.name} | words | _differing(here, there))


def _differing(here: dict[str, Any], there: dict[str, Any], part: str = "") -> dict[str, Any]:
    return dict(_parts(here, there, part))


def _parts(here: dict[str, Any], there: dict[str, Any], part: str) -> Iterator[tuple[str, Any]]:
    """What differs, name by name; an entry of evidence and the partnerships stand or fall as a whole."""
    for name, value in here.items():
        before = there.get(name)
        whole = part == "evidence" or name == "partnerships"
        if isinstance(value, dict) and isinstance(before, dict) and not whole:
            if inside := _differing(value, before, name):
                yield name, inside
        elif name not in there or value != before:
            yield name, value


def _is(text: str, scenario: Scenario) -> bool:
    try:
        return fingerprint(load_text(text, scenario.name)) == fingerprint(scenario)
    except BadInput:
        return False
