"""What a scenario has of a lever that no one number tells: by group, by year, or of a list that lacks it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..scenario import as_dict
from ..scenario.changes import resolved
from ..scenario.tree import at
from ..study.schema import FORMULA
from ..study.shown import AS_IT_IS, with_unit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..study import Checked, Dimension
    from .levers import Levers

DIFFERS = "differs"


def own_words(levers: Levers, checked: Checked) -> tuple[str, ...]:
    """What the first scenario of a study has of each lever: ``614 days for all``, ``differs by group``."""
    return tuple(_told(each.dimension, checked) for each in levers.levers)


def _told(dimension: Dimension, checked: Checked) -> str:
    if dimension.change != "set" or FORMULA in dimension.paths:
        return AS_IT_IS
    whole = as_dict(checked.scenarios[0])
    values = [at(whole, resolved(path, whole)) for path in dimension.paths]
    if (year := dimension.year or dimension.from_year) is not None:
        values = [_of_year(each, checked.years.index(year)) for each in values]
    inside = [*_inside(values)]
    if all(each == inside[0] for each in inside):
        one = inside[0]
        number = isinstance(one, int | float) and not isinstance(one, bool)
        told = with_unit(one, dimension.unit) if number else str(one).replace("_", " ")
        return told if len(inside) == 1 else f"{told} for all"
    if len(values) > 1:
        return f"{DIFFERS} by place"
    return f"{DIFFERS} by {'group' if isinstance(values[0], dict) else 'year'}"


def _of_year(value: Any, year: int) -> Any:
    if isinstance(value, dict):
        return {name: _of_year(each, year) for name, each in value.items()}
    return value[year] if isinstance(value, list) else value


def _inside(value: Any) -> Iterator[Any]:
    """All that stands in lists and mappings."""
    if isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _inside(each)
    else:
        yield value
