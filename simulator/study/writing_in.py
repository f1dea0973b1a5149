"""Writing the values of a point into a scenario."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from ..scenario import as_dict, with_formula
from ..scenario.changes import resolved
from ..scenario.draws import checked_values
from ..scenario.tree import at
from ..scenario.writing import without_words
from ..workers import signals_wait
from ..years import year_names
from .schema import FORMULA

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ..scenario import Scenario
    from .dimension import Dimension, Follower


def with_point(
    scenario: Scenario, dimensions: Sequence[Dimension], point: Sequence[float]
) -> Scenario:
    """A scenario with the values of a point; where the point has nan it is left alone.

    Parameters
    ----------
    scenario
        Without words and evidence.
    point
        A value for each dimension.

    Raises
    ------
    BadInput
        If the values together are not allowed.
    """
    changes = [*_changes(dimensions, point)]
    for place, _, value in changes:
        if place.paths == (FORMULA,):
            scenario = _paid_by(scenario, str(value))
    values: dict[str, Any] = {}
    whole = as_dict(scenario)
    years = year_names(scenario.first_year, scenario.years)

    def standing(path: str) -> Any:
        return values[path] if path in values else at(whole, resolved(path, whole))

    for place, year, value in changes:
        for path in place.paths:
            if path != FORMULA:
                before = standing(path)
                values[path] = _changed(before, place, year, value, years)
                if place.takes_from is not None:
                    other = standing(place.takes_from)
                    values[place.takes_from] = _less(other, before, values[path])
    return checked_values(scenario, values) if values else scenario


def _changes(
    dimensions: Sequence[Dimension], point: Sequence[float]
) -> Iterator[tuple[Dimension | Follower, str | None, Any]]:
    """Each place that changes, the year that it changes alone, and the value."""
    for dimension, number in zip(dimensions, point, strict=True):
        if math.isnan(number):
            continue
        yield dimension, dimension.year, dimension.told(number)
        for follower in dimension.followers:
            u = dimension.spread.position(number)
            own = follower.spread.at(1 - u if follower.backwards else u)
            listed = follower.spread.values
            yield follower, follower.year, own if listed is None else listed[int(own)]


def _changed(
    before: Any,
    place: Dimension | Follower,
    year: str | None,
    value: Any,
    years: tuple[str, ...],
) -> Any:
    begin = year or place.from_year
    if begin is None:
        return _one(before, place.change, value)
    by_year = list(before) if isinstance(before, list) else [before] * len(years)
    first = years.index(begin)
    end = first + 1 if year else len(years)
    changed = [_one(each, place.change, value) for each in by_year[first:end]]
    return by_year[:first] + changed + by_year[end:]


def _one(before: Any, change: str, value: Any) -> Any:
    """A value, or each of a list or mapping, changed."""
    if change == "set":
        return round(value) if isinstance(value, float) and is_whole(before) else value
    if isinstance(before, list):
        return [_one(each, change, value) for each in before]
    if isinstance(before, dict):
        return {name: _one(each, change, value) for name, each in before.items()}
    told = before * value if change == "multiply" else before + value
    return float(f"{told:.10g}") if isinstance(before, float) else round(told)


def is_whole(before: Any) -> bool:
    """Whether whole numbers stand here, such as people or pounds of the pot."""
    inside = before if isinstance(before, list) else [before]
    return all(isinstance(each, int) and not isinstance(each, bool) for each in inside)


def _less(other: Any, before: Any, after: Any) -> Any:
    """Another share less what this one went up by, in each year."""
    told = [other, before, after]
    if not any(isinstance(each, list) for each in told):
        return float(f"{other - (after - before):.10g}")
    many = max(len(each) for each in told if isinstance(each, list))
    by_year = [each if isinstance(each, list) else [each] * many for each in told]
    return [_less(*each) for each in zip(*by_year, strict=True)]


@lru_cache(maxsize=256)
def _by_name(text: str, formula: str) -> Scenario:
    from ..scenario import Scenario

    return without_words(with_formula(Scenario.model_validate_json(text), formula))


def _paid_by(scenario: Scenario, formula: str) -> Scenario:
    """The scenario under another formula; each is worked out once."""
    with signals_wait():
        told = scenario.model_dump_json()
    return _by_name(told, formula)
