"""The levers of a scenario: what somebody may decide about it, each with a plain question, a unit and a range.

They are made from the schema's own metadata: a field of it that says ``lever`` is one, so that a lever added there
appears wherever levers are shown. Whatever is no lever is an assumption, which `evidence` tells of.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from .scenario import as_dict
from .scenario.outline import annotation_at, may_be_by_group, members, unit
from .scenario.schema import Part, Scenario
from .wording import counted, decimal, gbp, share, signed
from .years import year_names

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pydantic.fields import FieldInfo

    from .evidence import Assumption

MOST_SHOWN = 8
"""Levers that a page shows before it is asked for more; who acts is one of them."""
DECIDED = ("plan",)
"""Parts of a scenario that a partnership decides about; of the rest, others do."""
ALL_YEARS = "all"
NULL = re.compile(r" \(null: [^)]*\)")
"""What a title says of a file, and of nothing else."""

Whose = Literal["yours", "others"]


@dataclass(frozen=True, slots=True)
class Lever:
    """Something that may be decided.

    Parameters
    ----------
    path
        Its place in a scenario.
    question, title, told
        As a plain question, in short, and what it does.
    unit
        In words; of a relative lever, the unit of what it moves.
    low, high, step
        Ends and steps of a slider, in its unit; of a relative lever as a share of what stands there.
    order
        Its place among the levers.
    relative
        Whether a slider moves every year in proportion, as the pot's does.
    rest
        The path of what takes the rest where this takes more, as treatment does.
    nothing
        The value that means that there is none, as no floor does.
    by_group, by_year
        Whether groups, and years, may differ.
    """

    path: str
    question: str
    title: str
    told: str
    unit: str
    low: float
    high: float
    step: float
    order: int
    relative: bool = False
    rest: str | None = None
    nothing: float | None = None
    by_group: bool = False
    by_year: bool = False

    @property
    def whose(self) -> Whose:
        """Whether the partnership decides, or others do."""
        return "yours" if self.path.split(".")[0] in DECIDED else "others"

    def shown(self, value: float) -> str:
        """A value of the slider with its unit."""
        if self.relative:
            return signed(value, share) if value else "as it is"
        if self.nothing is not None and value == self.nothing:
            return "none"
        return in_unit(value, self.unit)


def in_unit(value: float, of: str) -> str:
    """A number with its unit, as people read it: ``182 days``, ``4.5%``, ``£373m``."""
    if of in ("share", "a year"):
        text = f"{100 * value:.3g}%{of.removeprefix('share') and ' a year'}"
        return text.replace("-", "−")
    if of == "days":
        return f"{float(f'{value:.4g}'):,.10g} days"
    if of.startswith("£"):
        return f"{gbp(value)}{of[1:]}"
    if of.startswith("people") and value != round(value):
        return f"{decimal(value)} {of}"
    if of == "people":
        return counted(round(value), "person") if abs(value) == 1 else f"{value:,.0f} people"
    number = decimal(value) if abs(value) >= 10 else f"{value:.3g}".replace("-", "−")
    return f"{number} {of}" if of not in ("", "ratio") else number


def levers(model: type[Part] = Scenario, given: Scenario | None = None) -> tuple[Lever, ...]:
    """Every lever, in the order in which they are shown.

    Parameters
    ----------
    model
        The schema that says which there are.
    given
        A scenario whose formula alone shares the pot leaves out what has no meaning there: where there is no
        rest of England, its growth.
    """
    found = sorted(_levers(model, ()), key=lambda lever: (lever.order, lever.path))
    if given is not None and not given.formula.rest.partnerships:
        return tuple(each for each in found if not each.path.startswith("formula.rest."))
    return tuple(found)


def _levers(model: type[Part], path: tuple[str, ...]) -> Iterator[Lever]:
    for name, info in model.model_fields.items():
        extra = info.json_schema_extra
        if isinstance(extra, dict) and "lever" in extra:
            yield _lever((*path, name), info, extra["lever"])
        for inside in members(info.annotation):
            if isinstance(inside, type) and issubclass(inside, Part):
                yield from _levers(inside, (*path, name))


_ORDERED: dict[str, Any] = {"order": 99}


def _lever(path: tuple[str, ...], info: FieldInfo, told: Any) -> Lever:
    more = dict(told)
    if "rest" in more:
        more["rest"] = ".".join((*path[:-1], more["rest"]))
    return Lever(
        path=".".join(path),
        title=NULL.sub("", str(info.title)),
        told=info.description or "",
        unit=unit(path[-1], info),
        by_group=may_be_by_group(path),
        by_year=_may_be_by_year(path),
        **_ORDERED | more,
    )


def _may_be_by_year(path: tuple[str, ...]) -> bool:
    return any("tuple" in str(each) for each in members(annotation_at(path))) or any(
        "tuple" in str(each)
        for item in members(annotation_at(path))
        for each in members(getattr(item, "__args__", (None,))[-1])
    )


# What stands there, and what would


@dataclass(frozen=True)
class Standing:
    """The value of a lever in a scenario, by cluster of groups and by year.

    Groups that have one value in the scenario that somebody started from are moved together.

    Parameters
    ----------
    lever
        The lever.
    clusters
        Groups that are moved together, the one with most people first; one empty cluster where groups have no
        say.
    start, now
        Values by cluster and year where it was started from, and as they stand.
    years
        Names of the years.
    """

    lever: Lever
    clusters: tuple[tuple[str, ...], ...]
    start: tuple[tuple[float, ...], ...]
    now: tuple[tuple[float, ...], ...]
    years: tuple[str, ...]

    @cached_property
    def moved(self) -> bool:
        """Whether it stands elsewhere than at the start."""
        return self.start != self.now

    def slider(self, cluster: int = 0) -> float:
        """Where the slider stands: the first year's value, or the change in proportion."""
        now = self.now[cluster][0]
        if not self.lever.relative:
            return now
        start = self.start[cluster][0]
        return now / start - 1 if start else 0.0

    def differs_by_year(self, cluster: int = 0) -> bool:
        """Whether years differ by more than they did at the start in proportion."""
        now, start = self.now[cluster], self.start[cluster]
        if self.lever.relative:
            ratios = {round(a / b, 6) for a, b in zip(now, start, strict=True) if b}
            return len(ratios) > 1
        return len(set(now)) > 1

    def slid(self, value: float, cluster: int = 0) -> tuple[tuple[float, ...], ...]:
        """All values once the slider of a cluster stands elsewhere."""
        if self.lever.relative:
            moved = tuple(float(round(each * (1 + value))) for each in self.start[cluster])
        else:
            moved = (float(value),) * len(self.years)
        return self._with(cluster, moved)

    def typed(self, year: int, value: float, cluster: int = 0) -> tuple[tuple[float, ...], ...]:
        """All values once one year of a cluster has another."""
        kept = list(self.now[cluster])
        kept[year] = float(value)
        return self._with(cluster, tuple(kept))

    def _with(self, cluster: int, moved: tuple[float, ...]) -> tuple[tuple[float, ...], ...]:
        return tuple(moved if place == cluster else each for place, each in enumerate(self.now))


def standing(lever: Lever, start: Scenario, now: Scenario) -> Standing:
    """What a lever's value is, against where somebody started from."""
    years = year_names(now.first_year, now.years)
    groups = tuple(now.world.groups)
    if not lever.by_group:
        both = (_by_year(lever, start, None), _by_year(lever, now, None))
        return Standing(lever, ((),), (both[0],), (both[1],), years)
    clusters: dict[tuple[float, ...], list[str]] = {}
    for group in sorted(groups, key=lambda name: -now.history.groups[name].in_treatment.people):
        clusters.setdefault(_by_year(lever, start, group), []).append(group)
    return Standing(
        lever,
        tuple(tuple(sorted(each, key=groups.index)) for each in clusters.values()),
        tuple(clusters),
        tuple(_by_year(lever, now, each[0]) for each in clusters.values()),
        years,
    )


def _by_year(lever: Lever, scenario: Scenario, group: str | None) -> tuple[float, ...]:
    told: Any = scenario
    for part in lever.path.split("."):
        told = told[part] if isinstance(told, Mapping) else getattr(told, part)
    if isinstance(told, Mapping):
        told = told[group]
    listed = told if isinstance(told, list | tuple) else [told] * scenario.years
    return tuple(float(lever.nothing or 0.0) if each is None else float(each) for each in listed)


def changes(where: Standing, values: Sequence[Sequence[float]], now: Scenario) -> Mapping[str, Any]:
    """What is written into a scenario so that a lever has these values, by cluster and year.

    Returns
    -------
    Whole values by path; where another lever takes the rest, its too. None at a path means that the scenario that
    was started from has the value already.

    Raises
    ------
    ValueError
        Where shares that must make one whole would be below nothing.
    """
    lever = where.lever
    found: dict[str, Any] = {lever.path: _plain(where, values)}
    if tuple(map(tuple, values)) == where.start:
        found[lever.path] = None
    if lever.rest:
        left = _rest(lever, values[0], now)
        found[lever.rest] = None if found[lever.path] is None else _shortened(left)
    return found


def _plain(where: Standing, values: Sequence[Sequence[float]]) -> Any:
    lever = where.lever
    told = [_shortened([_value(lever, each) for each in mine]) for mine in values]
    if not where.clusters[0]:
        return told[0]
    if len(told) == 1:
        return told[0]
    return {
        group: value for groups, value in zip(where.clusters, told, strict=True) for group in groups
    }


def _value(lever: Lever, value: float) -> float | int:
    return round(value) if lever.unit.startswith("£") else value


def _shortened(by_year: Sequence[Any]) -> Any:
    """One value where all years have it."""
    return by_year[0] if len(set(by_year)) == 1 else list(by_year)


def _rest(lever: Lever, values: Sequence[float], now: Scenario) -> list[float]:
    """What is left for another share, year by year, the shares that are neither staying as they are."""
    own, rest = lever.path.split(".")[-1], str(lever.rest).split(".")[-1]
    plan = as_dict(now)["plan"]
    others = [
        name for name in ("treatment_share", "reintegration_share", "outreach_share")
        if name not in (own, rest)
    ]  # fmt: skip
    left = []
    for year, value in enumerate(values):
        taken = sum(
            plan[name][year] if isinstance(plan[name], list) else plan[name] for name in others
        )
        left.append(round(1 - value - taken, 10))
    if min(left) < 0:
        raise ValueError(
            f"{lever.title} can be at most {in_unit(max(values) + min(left), lever.unit)}:"
            " the shares of the money come to 100%"
        )
    return left


# Assumptions beside the levers


def adjustable(assumptions: Sequence[Assumption]) -> tuple[Assumption, ...]:
    """Assumptions that are one number with a range, and no lever, the most influential first."""
    paths = {lever.path for lever in levers()}
    found = [
        each
        for each in assumptions
        if each.range is not None
        and isinstance(each.value, int | float)
        and not isinstance(each.value, bool)
        and each.path not in paths
        and each.range[0] < each.range[1]
    ]
    return tuple(sorted(found, key=lambda each: -(each.influence.size if each.influence else -1)))
