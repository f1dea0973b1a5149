"""Where scenarios are found: by name in the library, or by path."""

from __future__ import annotations

import io
import os
from contextlib import suppress
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Any

from ..errors import Fault
from .tree import instead, printable, shown

if TYPE_CHECKING:
    from collections.abc import Iterator

YAML_ENDINGS = (".yaml", ".yml")
RUN_ENDING = ".json"

_PACKAGE = files("simulator")


class TextFile(Traversable):
    """A file that is nowhere but in memory."""

    def __init__(self, name: str, text: str):
        self._name, self._content = name, text.encode()

    @property
    def name(self) -> str:
        """Its name."""
        return self._name

    def __str__(self) -> str:
        return self._name

    def is_file(self) -> bool:
        """Always."""
        return True

    def is_dir(self) -> bool:
        """Never."""
        return False

    def iterdir(self) -> Iterator[Traversable]:
        """Nothing."""
        return iter(())

    def open(self, mode: str = "r", *_: Any, **__: Any) -> Any:
        """Its bytes, or its text where the mode is not binary."""
        whole = io.BytesIO(self._content)
        return whole if "b" in mode else io.TextIOWrapper(whole, encoding="utf-8")

    def read_bytes(self) -> bytes:
        """Its bytes."""
        return self._content

    def read_text(self, encoding: str | None = None) -> str:
        """Its text."""
        return self._content.decode(encoding or "utf-8")

    def joinpath(self, *_: str | os.PathLike[str]) -> Traversable:
        """Refused: there is nothing below it.

        Raises
        ------
        FileNotFoundError
            Always.
        """
        raise FileNotFoundError(self._name)

    def __truediv__(self, child: str | os.PathLike[str]) -> Traversable:
        return self.joinpath(child)


@dataclass(frozen=True, slots=True)
class Source:
    """A file that holds a scenario.

    Parameters
    ----------
    file
        The file.
    shown
        The file as messages name it.
    """

    file: Traversable
    shown: str

    @property
    def name(self) -> str:
        """The scenario's name: the file's, without its ending."""
        return printable(FilePath(self.file.name).stem)

    @property
    def is_run(self) -> bool:
        """Whether it is the record of a run, which holds whole scenarios."""
        return self.file.name.lower().endswith(RUN_ENDING)

    @property
    def exists(self) -> bool:
        """Whether there is such a file; where even that cannot be told, reading it will say why."""
        try:
            return self.file.is_file()
        except OSError:
            return True

    @property
    def identity(self) -> str:
        """The same text for the same file, by whatever way it was named."""
        return os.path.realpath(str(self.file))


def _folders() -> Iterator[Traversable]:
    """Folders of the library: the package's own, then the checkout's beside the package."""
    yield _PACKAGE.joinpath("_scenarios")
    checkout = FilePath(str(_PACKAGE)).parent
    if (checkout / "pyproject.toml").is_file():
        yield checkout / "scenarios"


def shipped(kind: str) -> Iterator[Traversable]:
    """Folders of the library that hold something besides scenarios, such as ``targets``, where they are."""
    for folder in _folders():
        if (inside := folder.joinpath(kind)).is_dir():
            yield inside


def _library() -> dict[str, Source]:
    found: dict[str, Source] = {}
    for folder in _folders():
        for file in folder.iterdir() if folder.is_dir() else ():
            if file.name.endswith(YAML_ENDINGS):
                source = Source(file, as_shown(str(file)))
                found.setdefault(source.name, source)
    return found


def names() -> tuple[str, ...]:
    """Names of the scenarios of the library, the baseline first."""
    return tuple(sorted(_library(), key=lambda name: (not name.startswith("baseline"), name)))


def as_shown(path: str) -> str:
    """A path as messages name it: from the working folder where the file lies below it."""
    # The file may lie elsewhere, and the working folder may be gone.
    with suppress(OSError, ValueError):
        path = str(FilePath(path).relative_to(FilePath.cwd()))
    return printable(path)


def is_path(scenario: str) -> bool:
    """Whether an argument is a path and not a name."""
    separators = [each for each in (os.sep, os.altsep) if each]
    has_ending = scenario.lower().endswith((*YAML_ENDINGS, RUN_ENDING))
    return has_ending or any(each in scenario for each in separators)


def find(
    scenario: str | FilePath, where: str, name: str, beside: Source | None = None
) -> Source | Fault:
    """The file that a name or path means.

    Parameters
    ----------
    scenario
        The name or path.
    where, name
        How a fault says where the name or path was given.
    beside
        A file whose folder a relative path starts from; else the working folder.
    """
    if isinstance(scenario, FilePath) or is_path(scenario):
        return _file(FilePath(scenario), where, name, beside)
    library = _library()
    if scenario in library:
        return library[scenario]
    advice = instead(scenario, [*names()])
    if FilePath(f"{scenario}.yaml").is_file():
        advice = f"for the file here write {scenario}.yaml"
    rule = "be a scenario of the library, or a path to a .yaml or run.json file"
    return Fault(where, name, rule, shown(scenario), advice)


def _file(path: FilePath, where: str, name: str, beside: Source | None) -> Source | Fault:
    endings = YAML_ENDINGS if beside else (*YAML_ENDINGS, RUN_ENDING)
    if path.suffix.lower() not in endings or "\0" in str(path):
        rule, advice = f"end in {' or '.join(endings)}", "name a scenario file"
        return Fault(where, name, rule, shown(str(path)), advice)
    if beside is not None:
        path = FilePath(str(beside.file)).parent / path
    return Source(path, as_shown(os.path.normpath(path)))
