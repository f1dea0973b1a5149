"""A scenario as plain values, as a text that identifies it, and as a file."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Any

import yaml

from ..beside import beside
from ..errors import BadInput, Fault
from ..workers import signals_wait
from .draft import own_changes
from .library import YAML_ENDINGS, as_shown
from .reading import plain
from .tree import shown

if TYPE_CHECKING:
    from .schema import Scenario
    from .tree import Path


def as_dict(scenario: Scenario) -> dict[str, Any]:
    """The whole scenario in plain values that JSON can hold, in the order of the schema."""
    with signals_wait():  # what is raised while pydantic asks for a kind, it loses
        return scenario.model_dump(mode="json")


def canonical_json(scenario: Scenario) -> str:
    """The whole scenario as one line of JSON that depends on nothing but what it says.

    Names are sorted. Funding streams, which are spent in their order, stand in a list.
    """
    whole = as_dict(scenario)
    streams = whole["funding"]["streams"]
    whole["funding"]["streams"] = [{"name": name} | stream for name, stream in streams.items()]
    return json.dumps(whole, sort_keys=True, separators=(",", ":"), allow_nan=False)


def fingerprint(scenario: Scenario) -> str:
    """SHA-256 of the whole scenario: the same for the same scenario, and only for it."""
    return hashlib.sha256(canonical_json(scenario).encode()).hexdigest()


WORDLESS = {"name": "cell", "title": "-", "question": "-", "description": "-", "evidence": {}}


def without_words(scenario: Scenario) -> Scenario:
    """A scenario without words and evidence: no number depends on them."""
    return scenario.model_copy(update=WORDLESS)


class _Dumper(yaml.SafeDumper):
    """Writes what the reader of scenarios reads back, without aliases."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 # PyYAML asks for each value
        return True


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    # Unquoted it would be read as something else, or PyYAML would fold a rare line break to a space.
    needs_escapes = not text.replace("\n", "").isprintable()
    style = '"' if needs_escapes or not isinstance(plain(text), str) else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style)


_Dumper.add_representer(str, _text)


def flow(whole: dict[str, Any]) -> str:
    """Plain values as a file, with what is innermost on one line."""
    text: str = yaml.dump(
        whole,
        Dumper=_Dumper,
        sort_keys=False,
        allow_unicode=True,
        width=100,
        default_flow_style=None,
    )
    return text


def as_yaml(scenario: Scenario) -> str:
    """The whole scenario as a file; its name is left to the file."""
    whole = own_changes(as_dict(scenario))
    del whole["name"]
    return flow(whole)


def extension_yaml(
    extends: str,
    words: dict[str, str],
    differences: dict[Path, Any],
    evidence: dict[str, dict[str, Any]],
) -> str:
    """A file that extends a scenario and says only what differs.

    Parameters
    ----------
    words
        Its own title, question and description.
    differences
        New values by path.
    evidence
        Why they are what they are, by dotted path.
    """
    whole: dict[str, Any] = {"extends": extends} | words
    for path, value in differences.items():
        part: dict[Any, Any] = whole
        for step in path[:-1]:
            part = part.setdefault(step, {})
        part[path[-1]] = value
    if evidence:
        whole["evidence"] = evidence
    return flow(whole)


def write(scenario: Scenario, path: str | FilePath) -> None:
    """Write a complete file that loads back as the same scenario, under the name of the file.

    An older file of this name is replaced at once or not at all.

    Raises
    ------
    BadInput
        Where the file does not end in .yaml or cannot be written.
    """
    path = FilePath(path)
    if path.suffix.lower() not in YAML_ENDINGS:
        rule, advice = f"end in {' or '.join(YAML_ENDINGS)}", "add .yaml"
        raise BadInput([Fault(as_shown(str(path)), "the file", rule, shown(path.name), advice)])
    try:
        with beside(path) as part:
            part.write_text(as_yaml(scenario), encoding="utf-8", newline="\n")
    except (OSError, ValueError) as error:
        got = getattr(error, "strerror", None) or str(error)
        advice = "check the folder and its permissions"
        raise BadInput(
            [Fault(as_shown(str(path)), "the file", "be writable", got, advice)]
        ) from error
