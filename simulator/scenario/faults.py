"""What pydantic finds, told in our words: the rule, the value, and what to do."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any

from ..errors import Fault
from .outline import allows_null, field_at, names_in
from .reading import plain
from .tree import LONGEST_SHOWN, Path, Spoilt, at, dotted, has, instead, nearest, shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic import ValidationError
    from pydantic_core import ErrorDetails

    from .draft import Draft
    from .tree import Tree

_RULES = {
    "missing": "be given",
    "extra_forbidden": "be a known name",
    "float_type": "be a number",
    "int_type": "be a whole number",
    "finite_number": "be a finite number",
    "greater_than_equal": "be a number of at least {ge}",
    "greater_than": "be a number above {gt}",
    "less_than_equal": "be a number of at most {le}",
    "bool_type": "be true or false",
    "string_type": "be text",
    "string_too_short": "not be empty",
    "literal_error": "be one of {expected}",
    "tuple_type": "be a list",
    "dict_type": "be a mapping of names to values",
    "model_type": "be a mapping of names to values",
    "too_short": "hold at least {min_length} item",
    "too_long": "hold at most {max_length} items",
    "house_rule": "{rule}",
}
_NUMBERS = frozenset(
    {
        "float_type",
        "int_type",
        "finite_number",
        "greater_than_equal",
        "greater_than",
        "less_than_equal",
    }
)
_ADVICE = {
    "float_type": "write a number",
    "int_type": "write a whole number",
    "finite_number": "write a number",
    "greater_than_equal": "write a larger number",
    "greater_than": "write a larger number",
    "less_than_equal": "write a smaller number",
    "bool_type": "write true or false",
    "string_type": "write text; put a number in quotes",
    "string_too_short": "write what it is",
    "literal_error": "choose one of them",
    "tuple_type": "write it as [first, second]",
    "dict_type": "write the names below it, indented, each with its value",
    "model_type": "write the names below it, indented, each with its value",
    "too_short": "add what is missing",
    "too_long": "take out what is too much",
}
_TAGS = frozenset({"constant", "by year", "for all", "by group", "amount"})
_AMOUNT = "be formula, or a whole number of pounds"

_PERCENT = re.compile(r"(?P<number>[\d,]*\.?\d+)\s*(%|per ?cent)")
_WITH_UNIT = re.compile(r"[£$€]?\s*(?P<number>\d[\d,]*(\.\d+)?)\s*(?P<unit>[A-Za-z][A-Za-z /]*)?")
_TIMES = {"k": 1e3, "m": 1e6, "million": 1e6, "bn": 1e9, "billion": 1e9}


def faults_of(error: ValidationError, draft: Draft) -> Iterator[Fault]:
    """Faults in the words of the house, without those that follow from others told already."""
    for detail in error.errors(include_url=False):
        path = _path(detail, draft.data)
        if not _follows(detail, path, draft):
            yield _fault(detail, path, draft)


def _follows(detail: ErrorDetails, path: Path, draft: Draft) -> bool:
    """Whether a fault is told elsewhere: on the common plan, on what could not be read, on an item."""
    in_missing_file = _lacks(detail) and not draft.tree.whole
    return in_missing_file or not draft.own(path) or draft.spoilt(path) or _has_enough(detail)


def _lacks(detail: ErrorDetails) -> bool:
    return detail["type"] == "missing"


def _has_enough(detail: ErrorDetails) -> bool:
    """Whether items are counted as missing only because each has its own fault."""
    return detail["type"] == "too_short" and len(detail["input"]) >= detail["ctx"]["min_length"]


def _path(detail: ErrorDetails, data: Any) -> Path:
    """Where the fault is, without the marks by which pydantic tells the forms of a lever apart."""
    path: Path = ()
    for step in detail["loc"]:
        here = at(data, path)
        if has(here, step) or not _is_tag(step, here):
            path = (*path, step)
    return path


def _is_tag(step: str | int, here: Any) -> bool:
    return step in _TAGS or (step == "formula" and isinstance(here, str))


def _fault(detail: ErrorDetails, path: Path, draft: Draft) -> Fault:
    kind, context, got = detail["type"], detail.get("ctx", {}), detail["input"]
    if _lacks(detail) and isinstance(path[-1], int):
        return draft.fault(
            path[:-1], "hold two numbers", "give the lowest and the highest", shown(got)
        )
    if kind == "missing":
        return draft.fault(path, _RULES[kind], _advice_to_add(path))
    if kind == "extra_forbidden":
        advice = instead(str(path[-1]), names_in(path[:-1], draft.data))
        return draft.fault(path, _RULES[kind], advice, shown(path[-1]))
    if kind == "house_rule":
        return draft.fault(path, context["rule"], context["advice"], shown(got))
    advice = _nearest_choice(got, context) or _advice(kind, got, path)
    return draft.fault(path, _rule(kind, context, path), advice, shown(got))


def rule_and_advice(detail: ErrorDetails, path: Path) -> tuple[str, str]:
    """What a value must be and what to do, for a part that is not of a scenario."""
    kind, context = detail["type"], detail.get("ctx", {})
    if kind == "house_rule":
        return context["rule"], context["advice"]
    if kind == "missing":
        return _RULES[kind], f"add {detail['loc'][-1]}"
    said = {name: _said(value) for name, value in context.items()}
    rule = _RULES.get(kind, f"be valid ({kind.replace('_', ' ')})").format_map(said)
    if kind == "extra_forbidden":
        return rule, "leave it out, or see how it is spelt"
    return rule, _nearest_choice(detail["input"], context) or _advice(kind, detail["input"], path)


def faults_of_file(error: ValidationError, tree: Tree) -> Iterator[Fault]:
    """Faults of a file that is no scenario, by line; without those that follow from others told already."""
    for detail in error.errors(include_url=False):
        if not _is_told_already(detail):
            yield _fault_of_file(detail, tree)


def _is_told_already(detail: ErrorDetails) -> bool:
    """Whether a value could not even be read, or items are missing only because each has its own fault."""
    items, least = detail["input"], detail.get("ctx", {}).get("min_length", 0)
    counted = detail["type"] == "too_short" and len(items) >= least
    return counted or isinstance(items, Spoilt)


def _fault_of_file(detail: ErrorDetails, tree: Tree) -> Fault:
    path = tuple(detail["loc"])
    rule, advice = rule_and_advice(detail, path or ("the file",))
    missing = detail["type"] == "missing"
    if missing and isinstance(path[-1], int):
        path, rule, advice = path[:-1], "hold two numbers", "give the lowest and the highest"
    got = "" if missing else shown(detail["input"])
    return Fault(str(tree.origin(path)), dotted(path) or "the file", rule, got, advice)


def _nearest_choice(got: Any, context: dict[str, Any]) -> str | None:
    choices = _said(context.get("expected", "")).split(", ")
    found = nearest(got, choices) if isinstance(got, str) else None
    return f"did you mean {found}?" if found else None


def _rule(kind: str, context: dict[str, Any], path: Path) -> str:
    if kind == "literal_error" and path[-1] == "amount_gbp":
        return _AMOUNT
    said = {name: _said(value) for name, value in context.items()}
    rule = _RULES.get(kind, f"be valid ({kind.replace('_', ' ')})").format_map(said)
    return f"{rule}, or null" if kind in _NUMBERS and allows_null(path) else rule


def _said(value: Any) -> str:
    if isinstance(value, int | float):
        return f"{value:,.15g}" if abs(value) >= 10_000 else f"{value:.10g}"
    return str(value).replace("'", "").replace(" or ", ", ")


def _advice_to_add(path: Path) -> str:
    info = field_at(path)
    title = str(info.title) if info else str(path[-1])
    says_more = title.casefold() != str(path[-1]).casefold()
    return f"add {path[-1]} ({title[0].lower()}{title[1:]})" if says_more else f"add {path[-1]}"


def _advice(kind: str, got: Any, path: Path) -> str:
    wants_number = kind in _NUMBERS or path[-1] == "amount_gbp"
    if isinstance(got, str) and wants_number:
        return advice_on_text(got)
    if kind == "less_than_equal" and str(path[-1]).endswith("_share"):
        return _advice_on_share(got)
    if kind == "int_type" and isinstance(got, float) and math.isfinite(got):
        return f"write {round(got)}"
    if kind == "tuple_type" and isinstance(got, str) and len(got) < LONGEST_SHOWN:
        return f"write it as [{got}]"
    if isinstance(got, dict | list) and wants_number:
        return "write one number"
    return _ADVICE.get(kind, "change it")


def _advice_on_share(got: Any) -> str:
    if isinstance(got, int | float) and 2 <= got <= 100:
        return f"a share runs from 0 to 1: write {got:g}% as {got / 100:g}"
    return "a share runs from 0 to 1"


def advice_on_text(text: str) -> str:
    """What to do about a text where a number is needed, which may be a percentage or have a unit."""
    text = text.strip()
    if len(text) > LONGEST_SHOWN:
        return "write a number"
    if not isinstance(plain(text), str):
        return f"write {text} without quotes"
    if match := _PERCENT.fullmatch(text):
        return f"write {text} as {_number(match) / 100:.10g}"
    match = _WITH_UNIT.fullmatch(text)
    if match is None:
        return "write a number"
    number = _number(match) * _TIMES.get((match["unit"] or "").casefold(), 1)
    return f"write the number alone, {number:.15g}: its unit is in the name"


def _number(match: re.Match[str]) -> float:
    return float(match["number"].replace(",", ""))
