"""From a file, a mapping or a `Study` to a study that has been read, with the line of each of its values."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel, ValidationError

from ..errors import BadInput, Fault
from ..scenario.faults import faults_of_file
from ..scenario.library import YAML_ENDINGS, as_shown, is_path, shipped
from ..scenario.reading import read
from ..scenario.tree import Origin, Tree, instead, paths, shown
from .schema import Study

if TYPE_CHECKING:
    from ..scenario.tree import Path

M = TypeVar("M", bound=BaseModel)

SECTIONS = ("sensitivity", "decision", "optimise", "discovery")
"""Parts of a study that the verbs read themselves."""


@dataclass(frozen=True, slots=True)
class Written:
    """A study as it was written.

    Parameters
    ----------
    study
        What it says.
    tree
        Where it says it.
    name
        The file's name without its ending.
    folder
        Where its relative paths start from.
    """

    study: Study
    tree: Tree
    name: str
    folder: FilePath

    def fault(self, path: Path, rule: str, got: str, advice: str) -> Fault:
        """A fault at a place in the study."""
        name = ".".join(str(step) for step in path) or "the study"
        return Fault(str(self.tree.origin(path)), name, rule, got, advice)

    def section(self, name: str, model: type[M]) -> M:
        """A part of the study in its own form; as if it were empty where it is not there.

        Raises
        ------
        BadInput
            With every fault of it, by line.
        """
        part = self.tree.data.get(name)
        given = {} if part is None else part
        try:
            return model.model_validate(given)
        except ValidationError as error:
            raise BadInput(faults_of_file(error, _within(self.tree, name, given))) from error


def _within(tree: Tree, name: str, given: Any) -> Tree:
    """A part of a tree as a tree of its own, whose origins know their lines."""
    origins = {path[1:]: origin for path, origin in tree.origins.items() if path[:1] == (name,)}
    return Tree(given, {(): tree.origin((name,)), **origins})


def study_names() -> tuple[str, ...]:
    """Names of the studies of the library."""
    return tuple(sorted(_shipped()))


def _shipped() -> dict[str, FilePath]:
    return {
        FilePath(file.name).stem: FilePath(str(file))
        for folder in shipped("studies")
        for file in folder.iterdir()
        if file.name.endswith(YAML_ENDINGS)
    }


def is_study(file: str) -> bool:
    """Whether a name or file is a study and not a scenario: a file is where it names scenarios."""
    if not is_path(file):
        return file in _shipped()
    if not file.lower().endswith(YAML_ENDINGS):
        return False
    data = read(FilePath(file), file).data
    return isinstance(data, dict) and "scenarios" in data


def read_study(given: str | FilePath | Mapping[str, Any] | Study | Written) -> Written:
    """Read a study.

    Parameters
    ----------
    given
        A name of the library, a path to a ``.yaml`` file, the same as a mapping, or a `Study`.

    Raises
    ------
    BadInput
        With every fault of its form, by line.
    """
    if isinstance(given, Written):
        return given
    if isinstance(given, Study):
        return read_study(given.model_dump(mode="json", exclude_defaults=True))
    tree, name, folder = _tree(given)
    if not tree.whole:
        raise BadInput(tree.faults)
    try:
        study = Study.model_validate(tree.data)
    except ValidationError as error:
        raise BadInput([*tree.faults, *faults_of_file(error, tree)]) from error
    if tree.faults:
        raise BadInput(tree.faults)
    return Written(study, tree, name, folder)


def _tree(given: str | FilePath | Mapping[str, Any]) -> tuple[Tree, str, FilePath]:
    if isinstance(given, Mapping):
        data = _plain(given)
        return Tree(data, dict.fromkeys(paths(data), Origin("study"))), "study", FilePath()
    file = FilePath(given)
    if isinstance(given, str) and not is_path(given):
        known = _shipped()
        if given not in known:
            rule, advice = "be a name of the library, or a .yaml file", instead(given, known)
            raise BadInput([Fault("study", "the study", rule, shown(given), advice)])
        file = known[given]
    elif file.suffix.lower() not in YAML_ENDINGS:
        rule, advice = "be a name of the library, or a .yaml file", "name the file of a study"
        raise BadInput([Fault("study", "the study", rule, shown(str(given)), advice)])
    return read(file, as_shown(str(file))), file.stem, file.parent


def _plain(given: Mapping[str, Any]) -> dict[str, Any]:
    """The same in lists and mappings alone, as a file would hold it.

    Raises
    ------
    BadInput
        If it holds what no file can.
    """
    try:
        plain: dict[str, Any] = json.loads(json.dumps(given))
    except (TypeError, ValueError) as error:
        rule, advice = "hold what a file can hold", "use numbers, text, lists and mappings"
        raise BadInput([Fault("study", "the study", rule, str(error), advice)]) from error
    return plain
