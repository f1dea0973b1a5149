"""Strict reading of scenario files: text, numbers, true or false, null, lists and mappings.

YAML has more than a scenario needs, and some of it surprises or harms. Tags, anchors, aliases and several
documents are refused; only ``true`` and ``false`` are flags; ``1e3`` is a number, ``010`` is ten and
``1:30`` is text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

import yaml

from ..errors import Fault
from .tree import SPOILT, Origin, Path, Tree, dotted, shown

if TYPE_CHECKING:
    from collections.abc import Iterator
    from importlib.resources.abc import Traversable

LARGEST_FILE_BYTES = 2**20
DEEPEST = 20
MOST_REMARKS = 100
MOST_DIGITS = 40
"""A longer whole number is a slip, and Python refuses to read some of them."""

_WHOLE = re.compile(r"[-+]?(\d+|\d{1,3}(_\d{3})+)", re.ASCII)
_NUMBER = re.compile(r"[-+]?((\d+|\d{1,3}(_\d{3})+)(\.\d*)?|\.\d+)([eE][-+]?\d+)?", re.ASCII)
_NOT_FINITE = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_WORDS: dict[str, bool | None] = (
    dict.fromkeys(("", "~", "null", "Null", "NULL"))
    | dict.fromkeys(("true", "True", "TRUE"), True)
    | dict.fromkeys(("false", "False", "FALSE"), False)
)
_SURROGATE = re.compile("[\ud800-\udfff]")

_WRITE_OUT = "write the value out; files share values with extends"
_YAML_ADVICE = {
    "\\t": "indent with spaces, never with tabs",
    "mapping values are not allowed here": "put text that has a colon in it in quotes",
    "could not find expected ':'": "write a name, a colon, a space and the value",
    "special characters": "take out the character",
}


def has_surrogate(text: str) -> bool:
    """Whether a text holds half a character, which no file or screen can take."""
    return _SURROGATE.search(text) is not None


def plain(text: str) -> str | int | float | bool | None:
    """What an unquoted word means: a number, true, false, null, or text."""
    if text in _WORDS:
        return _WORDS[text]
    if _WHOLE.fullmatch(text) and len(text) <= MOST_DIGITS:
        return int(text)
    if _NUMBER.fullmatch(text):
        return float(text) + 0.0  # -0.0 and 0.0 are one number
    if _NOT_FINITE.fullmatch(text):
        return float(text.replace(".", ""))
    return text


class Remark(NamedTuple):
    """A fault that does not know its file yet."""

    line: int
    name: str
    rule: str
    got: str
    advice: str

    def fault(self, file: str) -> Fault:
        """The fault, once the file is known."""
        return Fault(str(Origin(file, self.line)), self.name, self.rule, self.got, self.advice)


@dataclass(frozen=True, slots=True)
class Composed:
    """What a text holds, with the line of each path. The data are shared: never change them."""

    data: Any
    lines: dict[Path, int]
    remarks: tuple[Remark, ...]
    readable: bool

    def faults(self, file: str) -> tuple[Fault, ...]:
        """The remarks as faults of a file."""
        return tuple(remark.fault(file) for remark in self.remarks)


class _StopReadingError(Exception):
    """Reading further makes no sense."""


@dataclass(slots=True)
class _Composer:
    """Reads a text event by event. Its recursion is as deep as the text, which is bounded."""

    loader: yaml.SafeLoader
    lines: dict[Path, int] = field(default_factory=dict)
    remarks: list[Remark] = field(default_factory=list)

    def remark(self, line: int, path: Path, rule: str, got: str, advice: str) -> None:
        self.remarks.append(Remark(line, dotted(path) or "the file", rule, got, advice))
        if len(self.remarks) >= MOST_REMARKS:
            raise _StopReadingError

    def document(self) -> Any:
        self._next()
        if isinstance(self._next(), yaml.StreamEndEvent):
            return None
        data = self.node(self._next(), ())
        self._next()
        after = self._next()
        if not isinstance(after, yaml.StreamEndEvent):
            rule, advice = "hold one document", "make a file for each, without ---"
            self.remark(_line(after), (), rule, "a second one", advice)
        return data

    def node(self, event: Any, path: Path) -> Any:
        self.lines.setdefault(path, _line(event))
        self._refuse_marks(event, path)
        if isinstance(event, yaml.AliasEvent):
            self.remark(_line(event), path, "have no alias", f"*{event.anchor}", _WRITE_OUT)
            return SPOILT
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event, path)
        self._refuse_depth(event, path)
        is_list = isinstance(event, yaml.SequenceStartEvent)
        inside = self._list(path) if is_list else self._mapping(path)
        return inside if event.tag is None else SPOILT

    def _list(self, path: Path) -> list[Any]:
        return [self.node(each, (*path, i)) for i, each in enumerate(self._until_end())]

    def _mapping(self, path: Path) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key in self._until_end():
            name = self._name(key, path)
            inside = (*path, name) if isinstance(name, str) else path
            if not isinstance(name, str):
                self._discard(path)
            elif name in found:
                self._refuse_again(key, inside)
                self._discard(inside)
            else:
                self.lines[inside] = _line(key)
                found[name] = self.node(self._next(), inside)
        return found

    def _name(self, event: yaml.Event, path: Path) -> Any:
        """A key, which must be text; anything else is refused and is not text."""
        elsewhere, self.lines = self.lines, {}
        name = self.node(event, (*path, "?"))
        self.lines = elsewhere
        if not isinstance(name, str) and name is not SPOILT:
            rule, advice = "have names that are text", "put the name in quotes"
            self.remark(_line(event), path, rule, shown(name), advice)
        return name

    def _discard(self, path: Path) -> None:
        """Read a value that has no place, for its faults alone."""
        elsewhere, self.lines = self.lines, {}
        self.node(self._next(), path)
        self.lines = elsewhere

    def _scalar(self, event: yaml.ScalarEvent, path: Path) -> Any:
        if event.tag is not None:
            return SPOILT
        value = plain(event.value) if event.implicit[0] else event.value
        if isinstance(value, str) and has_surrogate(value):
            rule, advice = "be text that can be written", "write the character itself"
            self.remark(_line(event), path, rule, shown(value), advice)
            return SPOILT
        return value

    def _refuse_marks(self, event: Any, path: Path) -> None:
        tag = getattr(event, "tag", None)
        if tag is not None:
            rule, advice = "have no tag", "write the plain value"
            self.remark(_line(event), path, rule, tag.replace("tag:yaml.org,2002:", "!!"), advice)
        if event.anchor is not None and not isinstance(event, yaml.AliasEvent):
            self.remark(_line(event), path, "have no anchor", f"&{event.anchor}", _WRITE_OUT)

    def _refuse_depth(self, event: yaml.Event, path: Path) -> None:
        if len(path) >= DEEPEST:
            rule, got = f"be nested at most {DEEPEST} deep", "more"
            self.remark(_line(event), path[:1], rule, got, "take out the inner brackets or indents")
            raise _StopReadingError

    def _refuse_again(self, event: yaml.Event, path: Path) -> None:
        got = f"a second one (the first is at line {self.lines[path]})"
        self.remark(_line(event), path, "be given once", got, "keep one of the two")

    def _until_end(self) -> Iterator[yaml.Event]:
        while not isinstance(event := self._next(), yaml.CollectionEndEvent):
            yield event

    def _next(self) -> Any:
        return self.loader.get_event()  # type: ignore[no-untyped-call]


def _line(event: Any) -> int:
    return int(event.start_mark.line) + 1


@lru_cache(maxsize=64)
def compose(text: str) -> Composed:
    """Read a text. What it holds depends on the text alone, so it is read once."""
    try:
        loader = yaml.SafeLoader(text)
    except yaml.reader.ReaderError as error:
        return Composed(None, {}, (_not_yaml(error, text, 0),), readable=False)
    composer = _Composer(loader)
    try:
        data = composer.document()
    except _StopReadingError:
        return Composed(None, composer.lines, tuple(composer.remarks), readable=False)
    # PyYAML lets "\UFFFFFFFF" and a long version number through to Python's own errors.
    except (yaml.YAMLError, ValueError, OverflowError) as error:
        remarks = (*composer.remarks, _not_yaml(error, text, loader.line))
        return Composed(None, composer.lines, remarks, readable=False)
    return Composed(data, composer.lines, tuple(composer.remarks), readable=True)


def _not_yaml(error: Exception, text: str, line: int) -> Remark:
    if isinstance(error, yaml.MarkedYAMLError):
        problem, mark = error.problem, error.problem_mark or error.context_mark
        line = mark.line if mark else line
    elif isinstance(error, yaml.reader.ReaderError):
        problem = f"{error.reason}: #x{ord(text[error.position]):04x}"
        line = text.count("\n", 0, error.position)
    else:
        problem = "a number or character that cannot be read"
    advice = next((_YAML_ADVICE[each] for each in _YAML_ADVICE if each in str(problem)), None)
    return Remark(
        line + 1,
        "the file",
        "be valid YAML",
        str(problem),
        advice or "check indents, quotes and brackets here and in the line above",
    )


def read(source: Traversable, file: str) -> Tree:
    """Read one scenario file as it stands. Whatever its bytes, what is wrong comes back as faults."""
    given = read_text(source, file, LARGEST_FILE_BYTES)
    if isinstance(given, Fault):
        return Tree({}, {(): Origin(file)}, (given,), whole=False)
    composed = compose(given)
    origins = {path: Origin(file, line) for path, line in composed.lines.items()}
    faults = composed.faults(file)
    if composed.readable and not isinstance(composed.data, dict):
        faults += (_not_a_mapping(composed, file),)
    if not isinstance(composed.data, dict):
        return Tree({}, origins, faults, whole=False)
    return Tree(composed.data, origins, faults)


def _not_a_mapping(composed: Composed, file: str) -> Fault:
    line = composed.lines.get((), 1)
    if composed.data is None:
        return Remark(line, "the file", "not be empty", "", "write a scenario").fault(file)
    rule, advice = "be a mapping of names to values", "start with title: and question:"
    return Remark(line, "the file", rule, shown(composed.data), advice).fault(file)


def read_text(source: Traversable, file: str, largest: int) -> str | Fault:
    """The text of a file in UTF-8, or what is wrong with it."""
    try:
        with source.open("rb") as stream:
            content = stream.read(largest + 1)
    except (OSError, ValueError) as error:
        return _unreadable(error, file)
    if len(content) > largest:
        rule, advice = f"be at most {largest:,} bytes long", "name a scenario file"
        return Fault(file, "the file", rule, "more", advice)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        got = f"byte 0x{content[error.start]:02x}"
        return Remark(line, "the file", "be text in UTF-8", got, "save it as UTF-8").fault(file)


def _unreadable(error: OSError | ValueError, file: str) -> Fault:
    if isinstance(error, FileNotFoundError):
        return Fault(file, "the file", "exist", "no such file", "check the name and the folder")
    if isinstance(error, IsADirectoryError):
        return Fault(file, "the file", "be a file", "a folder", "name a file in it")
    if isinstance(error, PermissionError):
        return Fault(file, "the file", "be readable", "no permission", "change its permissions")
    got = getattr(error, "strerror", None) or str(error)
    return Fault(file, "the file", "be readable", got, "check the name and the folder")
