"""From a name or a file to a checked scenario: read, extend, change, check."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from ..errors import BadInput, Fault
from .changes import apply
from .draft import Draft, draft
from .faults import faults_of
from .library import Source, TextFile, find, is_path
from .reading import read
from .rules import broken_rules
from .run_record import read_record
from .schema import Scenario
from .size import allowed_bytes, in_words, too_large
from .tree import Tree, merge, shown
from .writing import flow

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path as FilePath

OWN_WORDS = ("title", "question", "description")


def load(
    scenario: str | FilePath, changes: Sequence[str] = (), *, memory_limit_bytes: int | None = None
) -> Scenario:
    """Read one scenario and check it.

    Parameters
    ----------
    scenario
        A name of the library, or a path to a ``.yaml`` file or to a ``run.json`` of one scenario.
    changes
        Changes such as ``plan.move_on_delay_days=90``, in their order.
    memory_limit_bytes
        Memory that a run may use; by default a share of the machine's.

    Raises
    ------
    BadInput
        With every fault found.
    """
    found = load_all(scenario, changes, memory_limit_bytes=memory_limit_bytes)
    if len(found) == 1:
        return found[0]
    names = ", ".join(each.name for each in found)
    advice = "give it where several scenarios are taken"
    raise BadInput([Fault(str(scenario), "scenarios", "hold one scenario", names, advice)])


def load_all(
    scenario: str | FilePath, changes: Sequence[str] = (), *, memory_limit_bytes: int | None = None
) -> tuple[Scenario, ...]:
    """Read every scenario of a ``run.json``, or the one of a name or ``.yaml`` file.

    Parameters and errors are those of `load`.
    """
    source = find(scenario, "scenario", "name")
    if isinstance(source, Fault):
        raise BadInput([source])
    drafts, faults = _drafts(source, changes)
    found = []
    for each in drafts:
        checked = _checked(each, memory_limit_bytes)
        if isinstance(checked, Scenario):
            found.append(checked)
        else:
            faults += checked
    if faults:
        raise BadInput(in_order(faults))
    return tuple(found)


def load_text(text: str, name: str, *, memory_limit_bytes: int | None = None) -> Scenario:
    """Read a scenario file that is given as text, such as one that came through a link or was uploaded.

    Parameters
    ----------
    text
        The file. It may extend scenarios of the library, and no file.
    name
        The scenario's name, and how messages name the file.
    memory_limit_bytes
        As in `load`.

    Raises
    ------
    BadInput
        With every fault found.
    """
    source = Source(TextFile(f"{name}.yaml", text), f"{name}.yaml")
    tree = read(source.file, source.shown)
    extends = tree.data.get("extends")
    if isinstance(extends, str) and is_path(extends):
        where, advice = str(tree.origin(("extends",))), "extend a scenario of the library"
        rule = "be the name of a scenario of the library"
        raise BadInput([Fault(where, "extends", rule, shown(extends), advice)])
    checked = _checked(draft(_extended(source, ()), source.name), memory_limit_bytes)
    if isinstance(checked, Scenario):
        return checked
    raise BadInput(in_order(checked))


def checked_dict(data: dict[str, Any], name: str) -> Scenario:
    """Check plain values, as `as_dict` gives them, as a scenario of this name.

    Raises
    ------
    BadInput
        With every fault found.
    """
    whole = {key: value for key, value in data.items() if key != "name"}
    return load_text(flow(whole), name)


def in_order(faults: Iterable[Fault]) -> list[Fault]:
    """Faults by file and line, each told once."""
    return sorted(dict.fromkeys(faults), key=_file_and_line)


def _file_and_line(fault: Fault) -> tuple[str, int]:
    file, _, line = fault.where.rpartition(":")
    return (file, int(line)) if line.isdecimal() else (fault.where, 0)


def _drafts(source: Source, changes: Sequence[str]) -> tuple[list[Draft], list[Fault]]:
    if not source.is_run:
        return [draft(apply(_extended(source, ()), changes), source.name)], []
    scenarios, faults = read_record(source)
    drafts = [
        draft(apply(tree, changes), name, ("scenarios", i))
        for i, (name, tree) in enumerate(scenarios)
    ]
    return drafts, faults


def _checked(given: Draft, limit_bytes: int | None) -> Scenario | list[Fault]:
    faults = [*given.tree.faults, *broken_rules(given)]
    context = {"years": given.years, "groups": given.groups}
    try:
        scenario = Scenario.model_validate(given.data, context=context)
    except ValidationError as error:
        faults += faults_of(error, given)
        return faults or [_unexplained(error, given)]
    return faults or _size_faults(given, scenario, limit_bytes) or scenario


def _unexplained(error: ValidationError, given: Draft) -> Fault:
    """What is told where every fault found was taken to follow from another: never nothing."""
    first = error.errors(include_url=False)[0]
    return given.fault(first["loc"], "be valid", "check this part", first["msg"])


def _size_faults(given: Draft, scenario: Scenario, limit_bytes: int | None) -> list[Fault]:
    needs = too_large(scenario, limit_bytes)
    if needs is None:
        return []
    limit = allowed_bytes() if limit_bytes is None else limit_bytes
    rule, advice = (
        f"need at most {in_words(limit)} of memory",
        "take fewer years, partnerships or people",
    )
    return [given.fault((), rule, advice, needs, [("years",), ("partnerships",)])]


def _extended(source: Source, below: tuple[Source, ...]) -> Tree:
    """A file laid over the files that it extends.

    Parameters
    ----------
    source
        The file.
    below
        The files that extend this one, the outermost first.
    """
    tree = _without_name(read(source.file, source.shown))
    if "extends" not in tree.data:
        return tree
    parent = _parent(tree, source, (*below, source))
    tree = _without("extends", tree).with_faults(_own_words_missing(tree))
    if isinstance(parent, Fault):
        return replace(tree.with_faults([parent]), whole=False)
    return merge(_extended(parent, (*below, source)), tree)


def _parent(tree: Tree, source: Source, chain: tuple[Source, ...]) -> Source | Fault:
    name, where = tree.data["extends"], str(tree.origin(("extends",)))
    if not isinstance(name, str):
        rule, advice = "be the name of a scenario, or a path", "for example extends: baseline_2008"
        return Fault(where, "extends", rule, shown(name), advice)
    parent = find(name, where, "extends", beside=source)
    if isinstance(parent, Fault):
        return parent
    if not parent.exists:
        rule, advice = "name a file that exists", "give its path from this file"
        return Fault(where, "extends", rule, shown(name), advice)
    if parent.identity in [each.identity for each in chain]:
        names = " → ".join(each.name for each in (*chain, parent))
        return Fault(where, "extends", "lead to a complete scenario", names, "break the circle")
    return parent


def _own_words_missing(tree: Tree) -> list[Fault]:
    where = str(tree.origin(()))
    advice = "a scenario that extends another says what it is itself"
    return [
        Fault(where, name, "be given", "", advice) for name in OWN_WORDS if name not in tree.data
    ]


def _without_name(tree: Tree) -> Tree:
    if "name" not in tree.data:
        return tree
    where, got = str(tree.origin(("name",))), shown(tree.data["name"])
    advice = "a scenario has the name of its file"
    fault = Fault(where, "name", "be left out", got, advice)
    return _without("name", tree).with_faults([fault])


def _without(name: str, tree: Tree) -> Tree:
    data = {key: value for key, value in tree.data.items() if key != name}
    return replace(tree, data=data)
