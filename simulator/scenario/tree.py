"""What was read, and where it stood: plain values, with a file and a line for each path."""

from __future__ import annotations

import difflib
import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from ..errors import Fault

Path: TypeAlias = tuple[str | int, ...]

LONGEST_SHOWN = 60
MOST_SHOWN = 20


class Spoilt:
    """Stands where a value could not be read, so that its one fault is not told again."""

    def __repr__(self) -> str:
        return "unreadable"


SPOILT: Final = Spoilt()


class Origin(NamedTuple):
    """Where a value was given.

    Parameters
    ----------
    file
        The file as the user named it, or the option.
    line
        Counted from 1; 0 where there are no lines.
    rank
        How late it came: 0 for the file that extends no other, more for what is laid over it.
    """

    file: str
    line: int = 0
    rank: int = 0

    def __str__(self) -> str:
        return f"{self.file}:{self.line}" if self.line else self.file


@dataclass(frozen=True, slots=True)
class Tree:
    """Plain values with the origin of each path, and the faults met while reading them.

    Parameters
    ----------
    data
        Nested mappings, lists, text, numbers, true or false, null.
    origins
        Origins by path; the root is the empty path.
    faults
        What could not be read.
    whole
        Whether all of it is there: false where a file, or one that it extends, could not be read.
    """

    data: dict[str, Any]
    origins: Mapping[Path, Origin]
    faults: tuple[Fault, ...] = ()
    whole: bool = True

    def origin(self, path: Path) -> Origin:
        """Origin of a path, or of the nearest mapping or list around it."""
        ends = range(len(path), -1, -1)
        return next(
            (self.origins[path[:end]] for end in ends if path[:end] in self.origins), Origin("?")
        )

    def with_faults(self, faults: Iterable[Fault]) -> Tree:
        """The same with more faults."""
        return replace(self, faults=(*self.faults, *faults))


def dotted(path: Path) -> str:
    """A path as users write it: ``plan.stretch_share``."""
    return printable(".".join(str(step) for step in path))


def printable(text: str) -> str:
    """A text with what no screen can show written as escapes."""
    return "".join(each if each.isprintable() else ascii(each)[1:-1] for each in text)


def at(data: Any, path: Path) -> Any:
    """The value at a path, or None where there is none."""
    for step in path:
        if not has(data, step):
            return None
        data = data[step]
    return data


def has(data: Any, step: str | int) -> bool:
    """Whether a mapping or list has something at a step."""
    if isinstance(data, list):
        return isinstance(step, int) and step < len(data)
    return isinstance(data, dict) and step in data


def paths(data: Any, path: Path = ()) -> Iterator[Path]:
    """Every path in nested values, the outer ones first."""
    yield path
    for step, inside in _steps(data):
        yield from paths(inside, (*path, step))


def _steps(data: Any) -> Iterable[tuple[str | int, Any]]:
    if isinstance(data, dict):
        return data.items()
    return enumerate(data) if isinstance(data, list) else ()


def replaced_whole(path: Path) -> bool:
    """Whether a mapping replaces what it is laid over: the partnerships, and a value's evidence."""
    return path == ("partnerships",) or (len(path) == 2 and path[0] == "evidence")


ORDERED: tuple[Path, ...] = (("funding", "streams"),)
"""Mappings whose order counts: one that names all that it is laid over gives them its own order."""


@dataclass(slots=True)
class _Laying:
    """Lays one tree over another and notes which paths it replaced."""

    is_whole: Callable[[Path], bool]
    replaced: set[Path] = field(default_factory=set)

    def merged(self, below: Any, above: Any, path: Path = ()) -> Any:
        if not (isinstance(below, dict) and isinstance(above, dict)) or self.is_whole(path):
            self.replaced.add(path)
            return above
        extra = {name: value for name, value in above.items() if name not in below}
        both = {name: self._one(below, above, name, path) for name in below} | extra
        order = above if path in ORDERED and below.keys() <= above.keys() else both
        return {name: both[name] for name in order}

    def _one(self, below: dict[str, Any], above: dict[str, Any], name: str, path: Path) -> Any:
        if name not in above:
            return below[name]
        return self.merged(below[name], above[name], (*path, name))


def merge(below: Tree, above: Tree, is_whole: Callable[[Path], bool] = replaced_whole) -> Tree:
    """One tree laid over another: mappings merge name by name, anything else replaces."""
    laying = _Laying(is_whole)
    data = laying.merged(below.data, above.data)
    rank = 1 + max((origin.rank for origin in below.origins.values()), default=-1)
    kept = {path: o for path, o in below.origins.items() if not _beneath(path, laying.replaced)}
    added = {path: origin._replace(rank=rank) for path, origin in above.origins.items()}
    return Tree(data, kept | added, below.faults + above.faults, below.whole and above.whole)


def laid_over(below: Any, above: Any) -> Any:
    """Plain values laid over others: mappings merge name by name, anything else replaces."""
    return _Laying(lambda _: False).merged(below, above)


def _beneath(path: Path, tops: set[Path]) -> bool:
    return any(path[:end] in tops for end in range(len(path) + 1))


def shown(value: Any) -> str:
    """A value as a message shows it, shortened."""
    text = repr(value) if isinstance(value, str) else printable(_as_json(value))
    return text if len(text) <= LONGEST_SHOWN else f"{text[: LONGEST_SHOWN - 1]}…"


def _as_json(value: Any) -> str:
    return json.dumps(value, default=repr, ensure_ascii=False)


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name that is most like a given one, if any is."""
    spelt = {each.casefold(): each for each in known}
    close = difflib.get_close_matches(name.casefold(), spelt, n=1)
    return spelt[close[0]] if close else None


def instead(name: str, known: Iterable[str]) -> str:
    """Advice on an unknown name: the nearest known one, or all of them."""
    known = list(known)
    found = nearest(name, known)
    if found is not None:
        return f"did you mean {found}?"
    more = " …" if len(known) > MOST_SHOWN else ""
    return f"known here: {', '.join(known[:MOST_SHOWN])}{more}" if known else "leave it out"
