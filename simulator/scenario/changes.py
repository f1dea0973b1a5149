"""Changes to a scenario from the command line: ``plan.move_on_delay_days=90``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..errors import Fault
from .outline import may_be_by_group, names_in
from .reading import compose
from .tree import (
    Origin,
    Path,
    Tree,
    at,
    dotted,
    instead,
    merge,
    paths,
    printable,
    replaced_whole,
    shown,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

OPTION = "--set"


class UnknownNameError(Exception):
    """A change names something that is not there."""

    def __init__(self, path: Path, step: str, known: list[str]):
        self.path, self.step, self.known = path, step, known


@dataclass(frozen=True, slots=True)
class _Change:
    text: str

    @property
    def parts(self) -> tuple[str, str, str]:
        name, sign, value = self.text.partition("=")
        return name.strip(), sign, value.strip()

    @property
    def where(self) -> str:
        return f"{OPTION} {printable(self.parts[0])}" if self.parts[0] else OPTION

    def fault(self, name: str, rule: str, got: str, advice: str) -> Fault:
        return Fault(self.where, printable(name), rule, got, advice)

    def syntax_faults(self) -> list[Fault]:
        name, sign, value = self.parts
        if name and sign and value:
            return [
                self.fault(name, remark.rule, remark.got, remark.advice)
                for remark in compose(value).remarks
            ]
        rule, advice = "be written name=value", "for example plan.move_on_delay_days=90"
        return [self.fault(name or "the change", rule, shown(self.text), advice)]


def apply(tree: Tree, changes: Iterable[str]) -> Tree:
    """Lay changes over a scenario, in their order."""
    for text in changes:
        tree = _applied(tree, _Change(text))
    return tree


def _applied(tree: Tree, change: _Change) -> Tree:
    faults = change.syntax_faults()
    if faults:
        return tree.with_faults(faults)
    name, _, value = change.parts
    try:
        path = resolved(name, tree.data)
    except UnknownNameError as unknown:
        return tree.with_faults([_unknown_name(change, unknown)])
    return _set(tree, path, compose(value).data, Origin(change.where))


def _unknown_name(change: _Change, unknown: UnknownNameError) -> Fault:
    name = dotted((*unknown.path, unknown.step))
    if not unknown.known:
        rule, advice = "be a known name", f"{dotted(unknown.path)} has no parts"
        return change.fault(name, rule, shown(unknown.step), advice)
    advice = instead(unknown.step, unknown.known)
    return change.fault(name, "be a known name", shown(unknown.step), advice)


def resolved(name: str, data: dict[str, Any]) -> Path:
    """The path that a dotted name means. A name in a scenario may itself hold dots and spaces."""
    path: Path = ()
    rest = name
    while rest:
        known = _known(path, data)
        begins = [each for each in known if rest == each or rest.startswith(f"{each}.")]
        if not begins:
            raise UnknownNameError(path, rest.partition(".")[0], known)
        step = max(begins, key=len)
        path = (*path, int(step) if step.isdecimal() and _is_list(path, data) else step)
        rest = rest[len(step) + 1 :]
    return path


def _known(path: Path, data: dict[str, Any]) -> list[str]:
    here = _standing(path, data)
    known = [name for name in names_in(path, data) if name != "extends"]
    if isinstance(here, list):
        known += [str(i) for i in range(len(here))]
    if isinstance(here, dict):
        return list(dict.fromkeys([*known, *here]))
    return [*known, *_groups(data)] if may_be_by_group(path) else known


def _standing(path: Path, data: dict[str, Any]) -> Any:
    """The value at a path, which a partnership may have from the common plan."""
    here = at(data, path)
    if here is None and path[0:1] == ("partnerships",) and path[2:3] == ("plan",):
        return at(data, path[2:])
    return here


def _is_list(path: Path, data: dict[str, Any]) -> bool:
    return isinstance(_standing(path, data), list)


def _groups(data: dict[str, Any]) -> list[str]:
    groups = at(data, ("world", "groups"))
    return list(groups) if isinstance(groups, dict) else []


def _set(tree: Tree, path: Path, value: Any, origin: Origin) -> Tree:
    origins = dict.fromkeys(paths(value, path), origin)
    for end in range(len(path) - 1, -1, -1):
        around, step = _standing(path[:end], tree.data), path[end]
        if isinstance(step, int):
            value = [*around[:step], value, *around[step + 1 :]]
        elif around is None or isinstance(around, dict) or not may_be_by_group(path[:end]):
            value = {step: value}
            continue
        else:  # one value for all groups becomes one for each
            value = dict.fromkeys(_groups(tree.data), around) | {step: value}
        origins[path[:end]] = origin
    return merge(tree, Tree(value, origins), lambda each: each == path and replaced_whole(path))
