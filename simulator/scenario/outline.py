"""The outline of a scenario: which names there are, what they are called and in which unit they are."""

from __future__ import annotations

import types
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple, TypeAlias, Union, get_args, get_origin

from pydantic import BaseModel

from .schema import Lognormal, People, Scenario, Weibull
from .tree import Path, at

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pydantic.fields import FieldInfo

Model: TypeAlias = type[BaseModel]

ASSUMED_PARTS = ("world", "history", "formula", "funding")
NOT_ASSUMED = frozenset({"label", "is_pdu", "pays_for", "price_year", "counts"})
"""Names and kinds: nothing that the world could prove wrong."""

_TITLED_TOGETHER: tuple[Model, ...] = (Weibull, Lognormal, People)
_UNITS = {
    "_gbp_per_week": "£ a week",
    "_gbp_per_year": "£ a year",
    "_gbp": "£",
    "_days": "days",
    "_weeks": "weeks",
    "_per_year": "a year",
    "_share": "share",
    "_ratio": "ratio",
}


class Leaf(NamedTuple):
    """One assumption as it stands in a scenario.

    Parameters
    ----------
    path
        Its place.
    title
        What it is, for a commissioner.
    unit
        Its unit, in words.
    value
        A number, null, a list by year, or the bands of a history.
    """

    path: Path
    title: str
    unit: str
    value: Any


def members(annotation: Any) -> Iterator[Any]:
    """The kinds of value that an annotation allows, without its wrappings."""
    origin = get_origin(annotation)
    if origin is Annotated:
        yield from members(get_args(annotation)[0])
    elif origin in (Union, types.UnionType):
        for each in get_args(annotation):
            yield from members(each)
    else:
        yield annotation


def _models(annotation: Any) -> Iterator[Model]:
    yield from (m for m in members(annotation) if isinstance(m, type) and issubclass(m, BaseModel))


def _model(annotation: Any) -> Model | None:
    return next(_models(annotation), None)


def _item(annotation: Any, kind: type) -> Any:
    """What a mapping or list of this annotation holds, or None where it is neither."""
    holders = (each for each in members(annotation) if get_origin(each) is kind)
    return next((get_args(each)[-1 if kind is dict else 0] for each in holders), None)


def _inside(annotation: Any, step: str | int) -> Any:
    if isinstance(step, int):
        return _item(annotation, tuple)
    model = _model(annotation)
    if model is None:
        return _item(annotation, dict)
    return model.model_fields[step].annotation if step in model.model_fields else None


@lru_cache(maxsize=4096)  # asked for each piece of evidence, whenever a scenario is checked
def annotation_at(path: Path) -> Any:
    """What may stand at a path of a scenario, or None where nothing may."""
    annotation: Any = Scenario
    for step in path:
        annotation = _inside(annotation, step)
    return annotation


def field_at(path: Path) -> FieldInfo | None:
    """The field of the schema at a path, or None where it is an item of a mapping or list."""
    model = _model(annotation_at(path[:-1])) if path else None
    return model.model_fields.get(str(path[-1])) if model else None


def names_in(path: Path, data: Any) -> list[str]:
    """Names that may stand in the mapping at a path of a scenario file."""
    model = _model(annotation_at(path))
    if model is None:
        mapping = at(data, path)
        return list(mapping) if isinstance(mapping, dict) else []
    names = list(model.model_fields)
    return ["extends", *names[1:]] if model is Scenario else names


def allows_null(path: Path) -> bool:
    """Whether null may stand at a path."""
    return type(None) in members(annotation_at(path))


def may_be_by_group(path: Path) -> bool:
    """Whether a mapping from groups to values may stand at a path."""
    item = _item(annotation_at(path), dict)
    return item is not None and _model(item) is None


def is_assumption(key: str, data: Mapping[str, Any]) -> bool:
    """Whether a dotted key names an assumption, or all groups of one that is given by group."""
    path = tuple(key.split("."))
    return (
        path[0] in ASSUMED_PARTS
        and path[-1] not in NOT_ASSUMED
        and all(_may_step(path[:end], path[end], data) for end in range(len(path)))
        and _value_at(path)
    )


def _may_step(path: Path, step: str, data: Mapping[str, Any]) -> bool:
    """Whether a mapping has a name. What cannot be read is given the benefit of the doubt."""
    mapping = at(data, path)
    if _model_at(path) is None and isinstance(mapping, dict):
        return step in mapping
    return annotation_at((*path, step)) is not None


@lru_cache(maxsize=4096)
def _model_at(path: Path) -> Model | None:
    return _model(annotation_at(path))


@lru_cache(maxsize=4096)
def _value_at(path: Path) -> bool:
    return _is_value(annotation_at(path))


def _is_value(annotation: Any) -> bool:
    return _model(annotation) is None and _model(_item(annotation, dict)) is None


def leaves(data: Mapping[str, Any]) -> Iterator[Leaf]:
    """Every assumption in plain data, in the order of the schema."""
    outline = _Outline(_labels(at(data, ("world", "groups"))))
    for part in ASSUMED_PARTS:
        yield from outline.field(Scenario.model_fields[part], data.get(part), (part,), ())


def _labels(groups: Any) -> dict[str, str]:
    items = groups.items() if isinstance(groups, dict) else ()
    return {name: _label(name, group) for name, group in items}


def _label(name: str, item: Any) -> str:
    label = item.get("label") if isinstance(item, dict) else None
    return label if isinstance(label, str) else name.replace("_", " ").capitalize()


@dataclass(frozen=True, slots=True)
class _Outline:
    """Walks plain data beside the schema.

    Parameters
    ----------
    labels
        What the groups are called in reports.
    """

    labels: Mapping[str, str]

    def field(
        self, info: FieldInfo, value: Any, path: Path, heads: tuple[str, ...]
    ) -> Iterator[Leaf]:
        if not isinstance(value, dict):
            yield from self._leaf(info, value, path, heads)
        elif (model := _model(info.annotation)) is not None:
            own = (str(info.title),) if model in _TITLED_TOGETHER else ()
            yield from self._fields(model, value, path, heads + own)
        elif (model := _model(_item(info.annotation, dict))) is not None:
            for name, item in value.items():
                label = self.labels.get(name, _label(name, item))
                yield from self._fields(model, item, (*path, name), (label,))
        else:
            for name, item in value.items():
                head = (*heads, self.labels.get(name, name))
                yield from self._leaf(info, item, (*path, name), head)

    def _fields(
        self, model: Model, value: Any, path: Path, heads: tuple[str, ...]
    ) -> Iterator[Leaf]:
        for name, info in model.model_fields.items():
            if isinstance(value, dict) and name in value and name not in NOT_ASSUMED:
                yield from self.field(info, value[name], (*path, name), heads)

    def _leaf(
        self, info: FieldInfo, value: Any, path: Path, heads: tuple[str, ...]
    ) -> Iterator[Leaf]:
        left_out = value is None and not info.is_required() and info.default is None
        if value != "formula" and not left_out:
            name = next(str(step) for step in reversed(path) if step not in self.labels)
            yield Leaf(path, ": ".join((*heads, str(info.title))), unit(name, info), value)


def unit(name: str, info: FieldInfo) -> str:
    """Unit of a field: what the schema says, or what its name ends with."""
    extra = info.json_schema_extra
    if isinstance(extra, dict) and "unit" in extra:
        return str(extra["unit"])
    return next((words for suffix, words in _UNITS.items() if name.endswith(suffix)), "")
