"""What a validation was made from: a hash that changes when a scenario, a target or a pinned result does."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from importlib.resources import files
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from ..wording import counted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

PACKAGE = Path(str(files("simulator")))


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """The hash and what went into it.

    Parameters
    ----------
    sha256
        Over names and contents in order of names; line ends count as one character everywhere.
    scenarios, pinned
        How many files of scenarios and targets, and of pinned results.
    """

    sha256: str
    scenarios: int
    pinned: int

    @property
    def told(self) -> str:
        """What went into it, in words."""
        pinned = counted(self.pinned, "file") if self.pinned else "none, since this is no checkout"
        scenarios = counted(self.scenarios, "file")
        return f"scenarios and targets: {scenarios}; pinned results: {pinned}"


def fingerprint(package: Path = PACKAGE) -> Fingerprint:
    """The fingerprint of what is installed, or of a checkout."""
    shipped, pinned = dict(_scenarios(package)), dict(_pinned(package))
    sha256 = _hash(shipped | pinned)
    return Fingerprint(sha256, len(shipped), len(pinned))


def _scenarios(package: Path) -> Iterator[tuple[str, bytes]]:
    """Scenarios and targets, from the checkout where there is one; no validation reads a study."""
    folder = package.parent / "scenarios"
    if not _is_checkout(package):
        folder = package / "_scenarios"
    for name, content in chain(
        _read(folder, "scenarios", "*.yaml"), _read(folder, "scenarios", "*.csv")
    ):
        if not name.startswith("scenarios/studies/"):
            yield name, content
    yield from _read(package / "validate", "worlds", "*.yaml")


def _pinned(package: Path) -> Iterator[tuple[str, bytes]]:
    if _is_checkout(package):
        yield from _read(package.parent / "tests" / "expected", "expected", "*")


def _is_checkout(package: Path) -> bool:
    return (package.parent / "pyproject.toml").is_file()


def _read(folder: Path, name: str, pattern: str) -> Iterator[tuple[str, bytes]]:
    for file in folder.rglob(pattern):
        if file.is_file() and not file.name.startswith("."):
            content = file.read_bytes().replace(b"\r\n", b"\n")
            yield f"{name}/{file.relative_to(folder).as_posix()}", content


def _hash(contents: Mapping[str, bytes]) -> str:
    whole = hashlib.sha256()
    for name in sorted(contents):
        whole.update(f"{name}\n{len(contents[name])}\n".encode())
        whole.update(contents[name])
    return whole.hexdigest()
