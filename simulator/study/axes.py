"""From the factors of a study to its axes, each place of each factor checked against the scenarios."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Protocol

from ..errors import BadInput
from ..evidence import assumptions
from ..scenario import as_dict, formula_names, with_formula
from ..scenario.changes import UnknownNameError, resolved
from ..scenario.outline import field_at, unit
from ..scenario.tree import at, instead, shown
from ..years import year_names
from .dimension import Dimension, Follower, Spread
from .schema import FORMULA, GRADES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ..errors import Fault
    from ..scenario import Scenario
    from ..scenario.tree import Path
    from .schema import Factor, Study


RESERVED = ("cell", "point", "scenario", "status", "message", "key", "policy", "model")
"""Columns of the tables of a sweep."""
NOT_VARIED = (
    "extends",
    "first_year",
    "years",
    "name",
    "title",
    "question",
    "description",
    "evidence",
)
"""Parts of a scenario that say what it is about, and when."""


class Checking(Protocol):
    """Who collects the faults of a study."""

    study: Study
    faults: list[Fault]

    def fault(self, path: Path, rule: str, got: str, advice: str) -> None:
        """Note a fault at a place in the study."""


class Axes:
    """Makes dimensions of factors."""

    def __init__(
        self, checking: Checking, scenarios: Sequence[Scenario], factors: Mapping[str, Factor]
    ):
        self.checking, self.scenarios, self.factors = checking, scenarios, factors
        self.whole = [as_dict(each) for each in scenarios]
        first = scenarios[0]
        self.years = year_names(first.first_year, first.years)
        self.known = {each.path: each for each in assumptions(first)}

    def check_names(self) -> None:
        """No factor may have the name of a column that tables have anyway."""
        for name in self.factors:
            if name in RESERVED:
                rule, advice = "have another name: tables have such a column", "rename it"
                self._fault(name, "", rule, shown(name), advice)

    def check_places_apart(self) -> None:
        """No two factors may set the same place: only the later of them would do anything."""
        taken: dict[Path, str] = {}
        for name, factor in self.factors.items():
            for place in (*factor.places, *([factor.takes_from] if factor.takes_from else [])):
                path = self._path(place)
                for other, whose in taken.items():
                    within = path[: len(other)] == other or other[: len(path)] == path
                    relative = factor.change != "set" and self.factors[whose].change != "set"
                    shared = place == factor.takes_from or self._is_taken(whose, other)
                    if whose != name and within and not relative and not shared:
                        rule, advice = f"be apart from that of {whose}", "take one of the two out"
                        self._fault(name, "path", rule, shown(place), advice)
                taken.setdefault(path, name)

    def _path(self, place: str) -> Path:
        try:
            return resolved(place, self.whole[0])
        except UnknownNameError:
            return (place,)

    def _is_taken(self, name: str, path: Path) -> bool:
        """Whether a place is what a factor takes from, which several may."""
        taken = self.factors[name].takes_from
        return taken is not None and self._path(taken) == path

    def check_leaders(self) -> None:
        """Who is followed must be there, and follow nobody."""
        leaders = [name for name, factor in self.factors.items() if factor.follows is None]
        for name, factor in self.factors.items():
            if factor.follows is not None and factor.follows not in leaders:
                rule, advice = "be a factor that follows no other", instead(factor.follows, leaders)
                self._fault(name, "follows", rule, shown(factor.follows), advice)

    def of(self, name: str, factor: Factor) -> list[Dimension]:
        """The axis of a factor, or one for each year."""
        before = len(self.checking.faults)
        self._check_places(name, factor)
        spread = self._spread(name, factor)
        followers = tuple(self._followers(name, factor, spread))
        if len(self.checking.faults) > before:
            return []
        return [
            self._dimension(name, factor, spread, followers, year)
            for year in (self.years if factor.by_year else (None,))
        ]

    def _where(self, name: str, *steps: str) -> Path:
        part = "levers" if name in self.checking.study.levers else "factors"
        there = name in self.checking.study.varied
        return (part, name, *(step for step in steps if step)) if there else ("assumptions",)

    def _fault(self, name: str, step: str, rule: str, got: str, advice: str) -> None:
        self.checking.fault(self._where(name, step), rule, got, advice)

    def _check_places(self, name: str, factor: Factor) -> None:
        for place in factor.places:
            if place == FORMULA:
                self._check_formulas(name, factor)
            else:
                self._check_place(name, factor, place, "path" if factor.path else "paths")
        if factor.takes_from is not None:
            self._check_place(name, factor, factor.takes_from, "takes_from")
        self._check_years(name, factor)

    def _check_place(self, name: str, factor: Factor, place: str, step: str) -> None:
        if place.partition(".")[0] in NOT_VARIED:
            rule = "not vary: what is read off would mean something else"
            self._fault(name, step, rule, shown(place), "make a scenario of each")
            return
        for scenario, whole in zip(self.scenarios, self.whole, strict=True):
            try:
                value = at(whole, resolved(place, whole))
            except UnknownNameError as unknown:
                rule = f"be in {scenario.name}"
                advice = instead(unknown.step, unknown.known)
                self._fault(name, step, rule, shown(place), advice)
                break
            self._check_value(name, factor, place, value)

    def _check_years(self, name: str, factor: Factor) -> None:
        if (year := factor.from_year) is not None and year not in self.years:
            rule, advice = "be a year of the scenarios", instead(year, self.years)
            self._fault(name, "from_year", rule, shown(year), advice)
        by_year = factor.by_year or factor.from_year
        if by_year and not all(place.startswith("plan.") for place in factor.places):
            rule, advice = "be a lever of the plan to change by year", "take it out"
            self._fault(name, "by_year" if factor.by_year else "from_year", rule, "", advice)

    def _check_value(self, name: str, factor: Factor, place: str, value: Any) -> None:
        if factor.change != "set" and not _all_numbers(value):
            rule, advice = "hold numbers to change", "name a number, or set the value"
            self._fault(name, "change", rule, f"{place} is {shown(value)}", advice)
        if isinstance(value, dict) and not _all_numbers(value):
            rule, advice = "name a value, not a part", instead("", list(value))
            self._fault(name, "path", rule, shown(place), advice)

    def _check_formulas(self, name: str, factor: Factor) -> None:
        for each in factor.values or ():
            try:
                with_formula(self.scenarios[0], str(each))
            except BadInput as wrong:
                rule, advice = "be a formula", instead(str(each), formula_names())
                got = shown(each)
                told = advice if str(each) not in formula_names() else str(wrong.faults[0])
                self._fault(name, "values", rule, got, told)

    def _spread(self, name: str, factor: Factor) -> Spread:
        if factor.values is not None:
            if not factor.values:
                self._fault(name, "values", "hold a value", "none", "add one")
            return Spread(values=tuple(factor.values))
        if factor.distribution is not None:
            spread = Spread(distribution=factor.distribution)
            if not all(math.isfinite(spread.at(u)) for u in (0.0, 0.5, 1.0)):
                rule, advice = "have some weight between low and high", "move low and high"
                self._fault(name, "distribution", rule, "", advice)
            return spread
        if isinstance(factor.range, tuple):
            return Spread(low=factor.range[0], high=factor.range[1])
        return self._of_evidence(name, factor)

    def _of_evidence(self, name: str, factor: Factor) -> Spread:
        """What the ranges of all its places have in common."""
        ranges = [self._range(place) for place in factor.places]
        there = [each for each in ranges if each is not None]
        if len(there) < len(ranges):
            place = next(p for p, r in zip(factor.places, ranges, strict=True) if r is None)
            told = self.known[place].no_range_because if place in self.known else ""
            advice = "give range: [lowest, highest]"
            self._fault(name, "range", f"be in the evidence of {place}", told, advice)
            return Spread()
        low, high = max(each[0] for each in there), min(each[1] for each in there)
        if not low < high:
            rule, advice = "have a part that all places share", "give range: [lowest, highest]"
            self._fault(name, "range", rule, shown([low, high]), advice)
        return Spread(low=low, high=high)

    def _range(self, place: str) -> tuple[float, float] | None:
        told = self.known.get(place)
        return told.range if told else None

    def _followers(self, name: str, factor: Factor, spread: Spread) -> Iterable[Follower]:
        for other, following in self.factors.items():
            if following.follows != name:
                continue
            self._check_places(other, following)
            own = self._spread(other, following)
            lists = [
                len(each.values) if each.values is not None else None for each in (own, spread)
            ]
            if lists[0] != lists[1]:
                rule = f"have as many values as {name}, or both ranges"
                self._fault(other, "follows", rule, "", "list as many values in both")
            if following.by_year or factor.by_year:
                rule, advice = (
                    "change by year neither itself nor what it follows",
                    "take by_year out",
                )
                self._fault(other, "follows", rule, "", advice)
            yield Follower(
                other,
                following.places,
                following.change,
                own,
                following.backwards,
                from_year=following.from_year,
                takes_from=following.takes_from,
            )

    def _dimension(
        self,
        name: str,
        factor: Factor,
        spread: Spread,
        followers: tuple[Follower, ...],
        year: str | None,
    ) -> Dimension:
        known = [self.known[place] for place in factor.places if place in self.known]
        grades = sorted((each.grade for each in known), key=GRADES.index)
        title, of = self._title_and_unit(factor)
        return Dimension(
            name=name if year is None else f"{name}.{year}",
            title=title if year is None else f"{title}, {year}",
            unit=of,
            paths=factor.places,
            change=factor.change,
            spread=spread,
            is_lever=name in self.checking.study.levers,
            base=self._base(factor, spread, year),
            grade=grades[0] if grades else "",
            source="; ".join(dict.fromkeys(each.source for each in known)),
            grid=factor.levels,
            year=year,
            from_year=factor.from_year,
            takes_from=factor.takes_from,
            followers=followers,
        )

    def _title_and_unit(self, factor: Factor) -> tuple[str, str]:
        place = factor.places[0]
        if place == FORMULA:
            return factor.title or "Formula", factor.unit or ""
        told = self.known.get(place)
        path = resolved(place, self.whole[0])
        info = field_at(path) or field_at(path[:-1])
        title = told.title if told else str(info.title) if info else place
        of = told.unit if told else unit(str(path[-1]), info) if info else ""
        many = f" ({len(factor.places)} places)" if len(factor.places) > 1 else ""
        relative = {"set": "", "multiply": ", times", "add": ", plus"}[factor.change]
        unit_told = {"multiply": "times"}.get(factor.change, of)
        return (
            factor.title or f"{title}{many}{relative}",
            unit_told if factor.unit is None else factor.unit,
        )

    def _base(self, factor: Factor, spread: Spread, year: str | None) -> float | None:
        if factor.change != "set":
            return 1.0 if factor.change == "multiply" else 0.0
        if factor.places == (FORMULA,):
            return None
        whole = self.whole[0]
        found = [at(whole, resolved(place, whole)) for place in factor.places]
        if year is not None or factor.from_year is not None:
            place = self.years.index(year or factor.from_year or "")
            found = [each[place] if isinstance(each, list) else each for each in found]
        if any(each != found[0] for each in found):
            return None
        if spread.values is not None:
            return float(spread.values.index(found[0])) if found[0] in spread.values else None
        return float(found[0]) if _is_number(found[0]) else None


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _all_numbers(value: Any) -> bool:
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return all(map(_all_numbers, inside)) if isinstance(value, dict | list) else _is_number(value)
