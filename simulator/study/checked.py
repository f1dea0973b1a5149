"""A study checked against its scenarios: every path is there, every end of every range makes a world that would load."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

from ..errors import BadInput, Fault
from ..evidence import assumptions
from ..evidence.influence import measured
from ..measures import MONEY_MEASURES
from ..precision import Precision
from ..precision.wanted import HEADLINES
from ..replicate import ALL
from ..scenario import as_dict, load
from ..scenario.changes import resolved
from ..scenario.library import is_path
from ..scenario.tree import at, instead, shown
from ..scenario.writing import without_words
from ..years import year_names
from .axes import Axes
from .designs import Listed, points_of, read_points
from .outcome import Outcome, adds_up, ways, year_by_default
from .possible import in_whole_numbers, narrowed, possible, would_load
from .reading import Written, read_study
from .schema import EVIDENCE, Design, Factor, Measure, Study
from .writing_in import is_whole, with_point

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path as FilePath

    import numpy as np
    from numpy.typing import NDArray

    from ..scenario import Scenario
    from ..scenario.tree import Path
    from .dimension import Dimension

    Floats = NDArray[np.float64]

REPLICATIONS = 20
"""Runs of each cell, where nothing is said."""
POINTS = 100
"""Points of the hypercube, where nothing is said."""
MOST_TRIED = 12
"""Listed values that are tried in a scenario before anything runs."""


@dataclass(frozen=True)
class Checked:
    """A study, its scenarios, its axes and what is read off.

    Parameters
    ----------
    written
        The study as it was written.
    scenarios
        The scenarios, the first of them the one that others are compared with.
    dimensions
        Axes: factors, then levers, in their order.
    outcomes
        What is read off each replication.
    listed
        The points, where they stand in a file.
    changes
        What was changed in every scenario.
    """

    written: Written
    scenarios: tuple[Scenario, ...]
    dimensions: tuple[Dimension, ...]
    outcomes: tuple[Outcome, ...]
    listed: Listed | None = None
    changes: tuple[str, ...] = ()

    @property
    def study(self) -> Study:
        """What the study says."""
        return self.written.study

    @property
    def title(self) -> str:
        """The study's title."""
        return self.study.title

    @property
    def seed(self) -> int:
        """Where chance begins."""
        return self.study.seed

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the dimensions."""
        return tuple(each.name for each in self.dimensions)

    @property
    def years(self) -> tuple[str, ...]:
        """Names of the years of the scenarios."""
        return year_names(self.scenarios[0].first_year, self.scenarios[0].years)

    @property
    def size(self) -> int | Precision:
        """Runs of each cell, or how well its means are to be known."""
        wanted = self.study.precision
        if wanted is None:
            return self.study.replications or REPLICATIONS
        return Precision(wanted.share, wanted.measures or HEADLINES, wanted.max_replications)

    @property
    def design(self) -> Design:
        """Which points are run; where nothing is said, a grid of lists, or a hypercube."""
        if self.study.design is not None:
            return self.study.design
        if all(each.values is not None for each in self.dimensions):
            return Design(kind="grid")
        return Design(kind="latin_hypercube", points=POINTS)

    def points(self) -> Floats:
        """The points of the design, by point and dimension."""
        return self.possible(points_of(self.design, self.dimensions, self.listed))

    def possible(self, points: Floats) -> Floats:
        """Points as they are run: whole people and pounds, and no phase of treatment that costs more than the last."""
        whole = in_whole_numbers(points, self._in_whole_numbers)
        return possible(whole, self.dimensions, self.scenarios[0])

    @cached_property
    def _in_whole_numbers(self) -> tuple[int, ...]:
        """Places of the dimensions that are counted in whole numbers."""
        whole = as_dict(self.scenarios[0])
        return tuple(
            place
            for place, each in enumerate(self.dimensions)
            if each.change == "set"
            and each.values is None
            and all(is_whole(at(whole, resolved(path, whole))) for path in each.paths)
        )

    @cached_property
    def bare(self) -> tuple[Scenario, ...]:
        """The scenarios without words and evidence, on which no number depends."""
        return tuple(without_words(each) for each in self.scenarios)

    def world(self, scenario: int, point: Sequence[float]) -> Scenario:
        """A scenario at a point, without words and evidence; where the point has nan it is left alone.

        Raises
        ------
        BadInput
            If the values together are not allowed.
        """
        return with_point(self.bare[scenario], self.dimensions, point)

    def outcome(self, key: str) -> Outcome:
        """An outcome by its key."""
        return self.outcomes[[each.key for each in self.outcomes].index(key)]

    def told(self, point: Sequence[float]) -> dict[str, Any]:
        """Values by name, as they stand in a table."""
        pairs = zip(self.dimensions, point, strict=True)
        return {each.name: each.told(number) for each, number in pairs}


def check(
    given: str | FilePath | Mapping[str, Any] | Study | Written,
    *,
    changes: Sequence[str] = (),
    scenarios: Sequence[Scenario] | None = None,
) -> Checked:
    """Read a study and check it whole.

    Parameters
    ----------
    given
        A path, a mapping, or a `Study`.
    changes
        Changes to every scenario, such as ``plan.move_on_delay_days=90``.
    scenarios
        Scenarios to use instead of those that the study names.

    Raises
    ------
    BadInput
        With every fault of the study, its scenarios and its file of points.
    """
    written = read_study(given)
    checking = _Checking(written)
    found = tuple(scenarios) if scenarios is not None else checking.scenarios(changes)
    if checking.faults:
        raise BadInput(dict.fromkeys(checking.faults))
    checking.alike(found)
    listed = checking.listed()
    dimensions = checking.dimensions(found, listed)
    outcomes = checking.outcomes(found[0])
    checked = Checked(written, found, dimensions, outcomes, listed, tuple(changes))
    checking.precise(checked)
    if not checking.faults:
        checked = replace(checked, dimensions=checking.narrowed(checked))
    if not checking.faults:
        checking.allowed(checked)
    if not checking.faults and checked.design.kind == "grid":
        checked.points()
    if checking.faults:
        raise BadInput(dict.fromkeys(checking.faults))
    return checked


class _Checking:
    """Checks a study and collects what is wrong with it."""

    def __init__(self, written: Written):
        self.written = written
        self.study = written.study
        self.faults: list[Fault] = []

    def fault(self, path: Path, rule: str, got: str, advice: str) -> None:
        self.faults.append(self.written.fault(path, rule, got, advice))

    # Scenarios

    def scenarios(self, changes: Sequence[str]) -> tuple[Scenario, ...]:
        found = []
        for i, name in enumerate(self.study.scenarios):
            beside = self.written.folder / name
            given: str | FilePath = beside if is_path(name) else name
            try:
                found.append(load(given, changes))
            except BadInput as wrong:
                for fault in wrong.faults:
                    unfound = fault.where == name
                    where = str(self.written.tree.origin(("scenarios", i)))
                    told = Fault(where, *_parts(fault)) if unfound else fault
                    self.faults.append(told)
        return tuple(found)

    def alike(self, scenarios: Sequence[Scenario]) -> None:
        """All scenarios must have the same years, groups and partnerships, and names of their own."""
        first = scenarios[0]
        for i, other in enumerate(scenarios):
            for what, of in (
                ("years", lambda s: year_names(s.first_year, s.years)),
                ("groups", lambda s: tuple(s.world.groups)),
                ("partnerships", lambda s: tuple(s.partnerships)),
            ):
                if of(other) != of(first):
                    rule = f"have the {what} of {first.name}"
                    advice = "choose scenarios of the same people over the same years"
                    self.fault(("scenarios", i), rule, other.name, advice)
            if other.name in [each.name for each in scenarios[:i]]:
                advice = "name each scenario once; to vary one, use factors"
                self.fault(("scenarios", i), "be named once", other.name, advice)

    # Outcomes

    def outcomes(self, scenario: Scenario) -> tuple[Outcome, ...]:
        found = tuple(
            self._outcome(i, each, scenario) for i, each in enumerate(self.study.measures)
        )
        keys = [each.key for each in found]
        for i, key in enumerate(keys):
            if key in keys[:i]:
                self.fault(("measures", i), "be named once", key, "take one of them out")
        return found

    def _outcome(self, i: int, told: Measure, scenario: Scenario) -> Outcome:
        years = year_names(scenario.first_year, scenario.years)
        year = told.year or year_by_default(told.measure)
        groups = (*scenario.world.groups, ALL)
        names = tuple(scenario.partnerships)
        if year not in ways(years):
            self.fault(
                ("measures", i), "have a year of the scenarios", year, instead(year, ways(years))
            )
        elif year == "total" and not adds_up(told.measure):
            rule = f"not be a total: years of {told.measure} do not add up"
            self.fault(("measures", i), rule, year, "use last, or mean")
        if told.group not in groups:
            advice = instead(told.group, groups)
            self.fault(("measures", i), "have a group of the scenarios", told.group, advice)
        elif told.group != ALL and told.measure in MONEY_MEASURES:
            rule = f"have no group: {told.measure} is of all groups together"
            self.fault(("measures", i), rule, told.group, "take the group out")
        if told.partnership is not None and told.partnership not in names:
            advice = instead(told.partnership, names)
            self.fault(
                ("measures", i), "be of a partnership of the scenarios", told.partnership, advice
            )
        return Outcome(told.measure, year, told.group, told.partnership, years)

    def precise(self, checked: Checked) -> None:
        try:
            _ = checked.size
        except BadInput as wrong:
            for fault in wrong.faults:
                self.fault(("precision",), fault.rule, fault.got, fault.advice)

    # Points out of a file

    def listed(self) -> Listed | None:
        design = self.study.design
        if design is None or design.file is None:
            return None
        try:
            return read_points(design.file, self.written.folder)
        except BadInput as wrong:
            self.faults += wrong.faults
            return None

    # Dimensions

    def dimensions(
        self, scenarios: Sequence[Scenario], listed: Listed | None
    ) -> tuple[Dimension, ...]:
        factors = [*self._given(), *self._assumed(scenarios[0]), *self._columns(listed)]
        axes = Axes(self, scenarios, dict(factors))
        axes.check_names()
        axes.check_leaders()
        dimensions = [
            dimension
            for name, factor in factors
            if factor.follows is None
            for dimension in axes.of(name, factor)
        ]
        if not self.faults:
            axes.check_places_apart()
        if listed is not None and not self.faults:
            dimensions = self._in_order_of(listed, dimensions)
        return tuple(dimensions)

    def _given(self) -> Iterable[tuple[str, Factor]]:
        yield from self.study.varied.items()
        for name in self.study.factors:
            if name in self.study.levers:
                self.fault(
                    ("levers", name), "have a name of its own", name, "rename one of the two"
                )

    def _assumed(self, scenario: Scenario) -> Iterable[tuple[str, Factor]]:
        """A factor for each assumption that has a range, those first that move most."""
        wanted = self.study.assumptions
        if wanted is None:
            return
        named = {path for factor in self.study.varied.values() for path in factor.places}
        found = [
            each
            for each in assumptions(scenario)
            if each.grade in wanted.grades
            and each.range is not None
            and each.range[0] < each.range[1]
            and _holds_numbers(each.value)
            and each.path not in named
        ]
        known = measured()
        if wanted.at_most is not None:
            found.sort(key=lambda each: -known[each.path].size if each.path in known else 0.0)
            found = found[: wanted.at_most]
        if not found:
            self.fault(("assumptions",), "leave an assumption", "none", "name other grades")
        for each in found:
            yield each.path, Factor(path=each.path, range=EVIDENCE)

    def _columns(self, listed: Listed | None) -> Iterable[tuple[str, Factor]]:
        """A factor for each column of a file that is named by a path."""
        if listed is None:
            return
        for place, name in enumerate(listed.names):
            if name not in self.study.varied:
                if not self._is_path(name, listed):
                    continue
                column = listed.rows[:, place]
                low, high = float(column.min()), float(column.max())
                yield name, Factor(path=name, range=(low, high if high > low else low + 1.0))

    def _is_path(self, name: str, listed: Listed) -> bool:
        """Whether a column that is no factor has a path for its name; told where it has not."""
        if "." in name:
            return True
        known = [*self.study.varied] or ["a factor, or a path such as plan.stretch_share"]
        rule, advice = "be a factor of the study, or a path", instead(name, known)
        self.faults.append(Fault(f"{listed.where}:1", name, rule, shown(name), advice))
        return False

    def _in_order_of(self, listed: Listed, dimensions: list[Dimension]) -> list[Dimension]:
        """The dimensions that a file has columns for; every one must have a column."""
        by_name = {each.name: each for each in dimensions}
        missing = [name for name in by_name if name not in listed.names]
        for name in missing:
            rule, advice = "have a column for each factor", "add the column, or take the factor out"
            self.faults.append(Fault(listed.where, "the file", rule, f"none for {name}", advice))
        return [by_name[name] for name in listed.names if name in by_name]

    # Values

    def narrowed(self, checked: Checked) -> tuple[Dimension, ...]:
        """Ranges of the evidence as far as every scenario can take them; what is given in numbers stays."""
        nothing = [math.nan] * len(checked.dimensions)

        def world(place: int, number: float) -> None:
            point = [*nothing]
            point[place] = number
            for scenario in range(len(checked.scenarios)):
                checked.world(scenario, point)

        return tuple(
            narrowed(each, would_load(partial(world, place))) if self._of_evidence(each) else each
            for place, each in enumerate(checked.dimensions)
        )

    def _of_evidence(self, dimension: Dimension) -> bool:
        factor = self.study.varied.get(dimension.name)
        if factor is None:
            return self.study.assumptions is not None
        return factor.range == EVIDENCE

    def allowed(self, checked: Checked) -> None:
        """Each end of each dimension, all others as they are, must make a scenario that would load."""
        nothing = [math.nan] * len(checked.dimensions)
        for place, dimension in enumerate(checked.dimensions):
            tried = {dimension.low, dimension.high}
            if dimension.values is not None:
                tried |= set(dimension.levels[:MOST_TRIED])
            for number in sorted(tried):
                point = [*nothing]
                point[place] = number
                for scenario in range(len(checked.scenarios)):
                    self._tried(checked, scenario, point, dimension)

    def _tried(
        self, checked: Checked, scenario: int, point: list[float], dimension: Dimension
    ) -> None:
        try:
            checked.world(scenario, point)
        except BadInput as wrong:
            name = dimension.name.partition(".")[0] if dimension.year else dimension.name
            where = "levers" if dimension.is_lever else "factors"
            number = next(number for number in point if not math.isnan(number))
            rule = f"hold values that {checked.scenarios[scenario].name} may have"
            told = shown(dimension.told(number))
            first = wrong.faults[0]
            advice = f"{first.name} must {first.rule}"
            if "sum to 1" in first.rule:
                advice += "; takes_from: plan.treatment_share makes another share give way"
            self.fault((where, name), rule, told, advice)


def _holds_numbers(value: Any) -> bool:
    """Whether a value is a number, or one for each year, and so can be moved."""
    numbers = value if isinstance(value, list) else [value]
    return all(isinstance(each, int | float) and not isinstance(each, bool) for each in numbers)


def _parts(fault: Fault) -> tuple[str, str, str, str]:
    return fault.name, fault.rule, fault.got, fault.advice
