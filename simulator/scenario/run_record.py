"""Scenarios out of ``run.json``, the record of a run, which holds them whole."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from ..errors import Fault
from .draft import own_changes
from .reading import DEEPEST, MOST_DIGITS, Remark, has_surrogate, read_text
from .tree import Origin, Tree, paths, printable, shown

if TYPE_CHECKING:
    from .library import Source

LARGEST_RECORD_BYTES = 2**26


class _UnreadableError(Exception):
    """The text is JSON, but no record that can be read."""

    def __init__(self, rule: str, got: str, advice: str):
        self.parts = (rule, got, advice)


def read_record(source: Source) -> tuple[list[tuple[str, Tree]], list[Fault]]:
    """The scenarios of a record, each with its name, and what is wrong with the record."""
    text = read_text(source.file, source.shown, LARGEST_RECORD_BYTES)
    if isinstance(text, Fault):
        return [], [text]
    try:
        return _scenarios(_parsed(text), Origin(source.shown)), []
    except json.JSONDecodeError as error:
        rule, advice = "be valid JSON", "use the file as the simulator wrote it"
        return [], [Remark(error.lineno, "the file", rule, error.msg, advice).fault(source.shown)]
    except _UnreadableError as error:
        return [], [Fault(source.shown, "the file", *error.parts)]


def _parsed(text: str) -> Any:
    try:
        record = json.loads(
            text, object_pairs_hook=_each_name_once, parse_int=_whole, parse_float=_number
        )
    except RecursionError:
        record = None
        depth = DEEPEST
    else:
        depth = _depth(record)
    if depth >= DEEPEST:
        raise _UnreadableError(
            f"be nested less than {DEEPEST} deep", "more", "take out the inner parts"
        )
    if has_surrogate(json.dumps(record, ensure_ascii=False)):
        raise _UnreadableError("be text that can be written", "half a character", "mend the text")
    return record


def _each_name_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        again = next(name for name in names if names.count(name) > 1)
        raise _UnreadableError("give each name once", shown(again), "keep one of the two")
    return found


def _whole(digits: str) -> int | float:
    return int(digits) if len(digits) <= MOST_DIGITS else float(digits)


def _number(digits: str) -> float:
    return float(digits) + 0.0  # -0.0 and 0.0 are one number


def _depth(value: Any, above: int = 0) -> int:
    """How deep values are nested, counted no further than it may be."""
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    if above >= DEEPEST:
        return above
    return max((_depth(each, above + 1) for each in inside), default=above)


def _scenarios(record: Any, origin: Origin) -> list[tuple[str, Tree]]:
    scenarios = record.get("scenarios") if isinstance(record, dict) else None
    if not isinstance(scenarios, list) or not scenarios:
        rule, advice = "hold a list of scenarios", "use the run.json that a run wrote"
        raise _UnreadableError(rule, shown(record), advice)
    return [_scenario(each, origin) for each in scenarios]


def _tree(data: dict[str, Any], origin: Origin) -> Tree:
    return Tree(data, dict.fromkeys(paths(data), origin))


def _scenario(whole: Any, origin: Origin) -> tuple[str, Tree]:
    name = whole.get("name") if isinstance(whole, dict) else None
    if not isinstance(name, str) or not name:
        raise _UnreadableError("give each scenario with its name", shown(whole), "add the name")
    data = {key: value for key, value in whole.items() if key != "name"}
    return printable(name), _tree(own_changes(data), origin)
