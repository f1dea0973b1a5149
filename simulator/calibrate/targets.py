"""Published figures to fit to, and the assumptions that may move: read from a file and checked whole."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field, ValidationError, model_validator

from .. import observe
from ..errors import BadInput, Fault
from ..observe import ALL, Figure
from ..scenario import as_dict
from ..scenario.changes import UnknownNameError, resolved
from ..scenario.draws import checked_values
from ..scenario.faults import faults_of_file
from ..scenario.library import YAML_ENDINGS, as_shown, is_path, shipped
from ..scenario.reading import read
from ..scenario.schema import Flag, NotNegative, Number, Part, Positive, Text, Whole, broken_rule
from ..scenario.tree import at, instead, shown
from ..years import year_names

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

    from ..scenario import Scenario
    from ..scenario.tree import Tree

Grade = Literal["published", "derived", "assumed", "unverified"]


class Target(Part):
    """A figure that the model should give."""

    measure: Text = Field(title="A measure, or a figure beside them")
    group: Text = Field(default=ALL, title="A substance group, or all")
    year: Text = Field(title="Financial year, such as 2008-09")
    value: Number | None = Field(default=None, title="The figure")
    below: Positive | None = Field(default=None, title="The figure is suppressed, and below this")
    uncertainty: NotNegative = Field(default=0.0, title="One standard error of the figure")
    source: Text = Field(title="Title and year of the source")
    grade: Grade = Field(title="How well the figure is known")
    use: Literal["fit", "test"] = Field(
        default="fit", title="Whether it is fitted to, or kept to test the fit"
    )

    @model_validator(mode="after")
    def _one_of_two(self) -> Target:
        if (self.value is None) == (self.below is None):
            rule, advice = "have value or below, and not both", "give below where it is suppressed"
            raise broken_rule(rule, advice)
        return self

    @property
    def what(self) -> str:
        """The figure's name in messages and tables."""
        group = "" if self.group == ALL else f", {self.group}"
        return f"{self.measure}{group}, {self.year}"


class Fitted(Part):
    """An assumption that may move, or several that share one value."""

    name: Text = Field(title="What it is called in tables")
    paths: Annotated[tuple[Text, ...], Field(min_length=1)] = Field(title="Where it stands")
    range: tuple[Number, Number] | None = Field(
        default=None, title="Lowest and highest value; else that of the evidence"
    )
    year: Text | None = Field(default=None, title="The year from which on a lever moves")
    why: Text | None = Field(default=None, title="Why a decision may move, with a source")

    @property
    def is_decision(self) -> bool:
        """Whether it is a lever of the plan and not an assumption."""
        return any(path.startswith("plan.") for path in self.paths)


class Targets(Part):
    """What to fit, and to which figures."""

    title: Text = Field(title="Title in one line")
    description: Text = Field(title="What the figures are")
    mean_of_partnerships: Annotated[Whole, Field(ge=1)] = Field(
        default=1, title="Over how many partnerships each figure is a mean"
    )
    rest_is_alike: Flag = Field(
        default=False,
        title="Whether the rest of England counts what this partnership is expected to count",
    )
    fit: Annotated[tuple[Fitted, ...], Field(min_length=1)] = Field(
        title="Assumptions that may move"
    )
    targets: Annotated[tuple[Target, ...], Field(min_length=1)] = Field(title="Figures")


@dataclass(frozen=True, slots=True)
class Aim:
    """Targets that have been checked against the scenario that is to meet them.

    Parameters
    ----------
    figures
        What to read off each replication, in the order of the targets.
    low, high
        The range of each fitted assumption.
    """

    targets: Targets
    scenario: Scenario
    figures: tuple[Figure, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]

    @property
    def fitted(self) -> tuple[int, ...]:
        """Places of the targets that are fitted to."""
        return tuple(i for i, each in enumerate(self.targets.targets) if each.use == "fit")

    def values(self, numbers: tuple[float, ...]) -> dict[str, Any]:
        """What to write into the scenario, by path, for one value of each fitted assumption."""
        written: dict[str, Any] = {}
        years = year_names(self.scenario.first_year, self.scenario.years)
        whole = as_dict(self.scenario)
        pairs = zip(self.targets.fit, numbers, strict=True)
        for fitted, number in sorted(pairs, key=lambda pair: pair[0].year or ""):
            rounded = float(f"{number:.6g}")
            for path in fitted.paths:
                before = written.get(path, at(whole, resolved(path, whole)))
                written[path] = _in_year(before, rounded, fitted.year, years)
        return written


def _in_year(before: Any, number: float, year: str | None, years: tuple[str, ...]) -> Any:
    if year is None:
        return round(number) if isinstance(before, int) else number  # whole people stay whole
    by_year = list(before) if isinstance(before, list) else [before] * len(years)
    begin = years.index(year)
    return by_year[:begin] + [number] * (len(years) - begin)


def names() -> tuple[str, ...]:
    """Names of the files of figures that are shipped."""
    found = {
        FilePath(file.name).stem
        for folder in shipped("targets")
        for file in folder.iterdir()
        if file.name.endswith(YAML_ENDINGS)
    }
    return tuple(sorted(found))


def read_targets(given: str | FilePath) -> tuple[Targets, Tree]:
    """Read figures from a name of the library or a ``.yaml`` file.

    Raises
    ------
    BadInput
        With every fault of the file, by line.
    """
    file, where = _found(given)
    tree = read(file, where)
    if not tree.whole:
        raise BadInput(tree.faults)
    try:
        targets = Targets.model_validate(tree.data)
    except ValidationError as error:
        raise BadInput([*tree.faults, *faults_of_file(error, tree)]) from error
    if tree.faults:
        raise BadInput(tree.faults)
    return targets, tree


def _found(given: str | FilePath) -> tuple[Traversable, str]:
    if isinstance(given, FilePath) or is_path(given):
        return FilePath(given), as_shown(str(given))
    for folder in shipped("targets"):
        file = folder.joinpath(f"{given}.yaml")
        if file.is_file():
            return file, as_shown(str(file))
    rule = "be a name of the library, or a path to a .yaml or .csv file"
    raise BadInput([Fault("targets", "name", rule, shown(str(given)), instead(given, names()))])


def aim(targets: Targets, scenario: Scenario, tree: Tree | None = None) -> Aim:
    """Targets checked against a scenario.

    Raises
    ------
    BadInput
        With every figure that the scenario cannot give and every assumption that it has not.
    """
    checking = _Checking(targets, scenario, tree)
    figures = [checking.figure(i, each) for i, each in enumerate(targets.targets)]
    ranges = [checking.range(i, each) for i, each in enumerate(targets.fit)]
    checking.enough_to_fit_to()
    if checking.faults:
        raise BadInput(checking.faults)
    low, high = zip(*ranges, strict=True) if ranges else ((), ())
    return Aim(targets, scenario, tuple(figures), low, high)


class _Checking:
    def __init__(self, targets: Targets, scenario: Scenario, tree: Tree | None):
        self.targets, self.scenario, self.tree = targets, scenario, tree
        self.faults: list[Fault] = []
        self.years = year_names(scenario.first_year, scenario.years)
        self.whole = as_dict(scenario)

    def fault(self, path: tuple[str | int, ...], rule: str, got: str, advice: str) -> None:
        where = str(self.tree.origin(path)) if self.tree else "targets"
        name = ".".join(str(step) for step in path) or "the file"
        self.faults.append(Fault(where, name, rule, got, advice))

    def figure(self, i: int, target: Target) -> Figure:
        before = len(self.faults)
        known = observe.names()
        if target.measure not in known:
            advice = instead(target.measure, known)
            self._wrong(i, "measure", "be a figure of the model", target.measure, advice)
        groups = (*self.scenario.world.groups, ALL)
        if target.group not in groups:
            rule, advice = "be a substance group, or all", instead(target.group, groups)
            self._wrong(i, "group", rule, target.group, advice)
        if target.year not in self.years:
            rule = f"be a year of {self.scenario.name}"
            advice = f"it runs from {self.years[0]} to {self.years[-1]}"
            self._wrong(i, "year", rule, target.year, advice)
            return Figure(target.measure, target.group, 0)
        figure = Figure(target.measure, target.group, self.years.index(target.year))
        why = observe.unobservable(figure, self.scenario) if len(self.faults) == before else None
        if why:
            self._wrong(i, "year", "be one that can be observed", target.year, why)
        return figure

    def _wrong(self, i: int, name: str, rule: str, got: str, advice: str) -> None:
        self.fault(("targets", i, name), rule, shown(got), advice)

    def range(self, i: int, fitted: Fitted) -> tuple[float, float]:
        for j, name in enumerate(fitted.paths):
            self._path(i, j, name, fitted)
        if fitted.year is not None and fitted.year not in self.years:
            rule, advice = f"be a year of {self.scenario.name}", f"for example {self.years[0]}"
            self.fault(("fit", i, "year"), rule, shown(fitted.year), advice)
        if fitted.year is not None and not all(path.startswith("plan.") for path in fitted.paths):
            rule, advice = (
                "be given for a lever of the plan alone",
                "assumptions do not change by year",
            )
            self.fault(("fit", i, "year"), rule, shown(fitted.year), advice)
        if fitted.is_decision and not fitted.why:
            rule, advice = "be given for a decision", "say why it moved, with a source"
            self.fault(("fit", i, "why"), rule, "", advice)
        low, high = fitted.range or self._evidence_range(i, fitted)
        if not low < high:
            advice = "give the lowest, then the highest"
            self.fault(("fit", i, "range"), "rise", shown([low, high]), advice)
        elif not self.faults:
            self._allowed(i, fitted, (low, high))
        return low, high

    def _allowed(self, i: int, fitted: Fitted, ends: tuple[float, float]) -> None:
        """Both ends of a range must make a scenario that would load."""
        one = Targets.model_construct(**(dict(self.targets) | {"fit": (fitted,)}))
        for end in ends:
            try:
                checked_values(self.scenario, Aim(one, self.scenario, (), (), ()).values((end,)))
            except BadInput as wrong:
                rule, advice = "hold values that are allowed", str(wrong.faults[0])
                self.fault(("fit", i, "range"), rule, shown(end), advice)

    def _path(self, i: int, j: int, name: str, fitted: Fitted) -> None:
        place = ("fit", i, "paths", j)
        try:
            value = at(self.whole, resolved(name, self.whole))
        except UnknownNameError as unknown:
            advice = instead(unknown.step, unknown.known)
            self.fault(place, "be in the scenario", shown(name), advice)
            return
        if isinstance(value, list) and fitted.year is not None:
            return
        if isinstance(value, bool) or not isinstance(value, int | float):
            advice = "name one number; for a lever by year give the year"
            self.fault(place, "be a number", shown(value), advice)

    def _evidence_range(self, i: int, fitted: Fitted) -> tuple[float, float]:
        """What the ranges of all its paths have in common."""
        told = [self.scenario.evidence.get(path) for path in fitted.paths]
        ranges = [each.range for each in told if each is not None and each.range is not None]
        if len(ranges) < len(fitted.paths):
            advice = "give range: [lowest, highest]"
            self.fault(("fit", i, "range"), "be given where the evidence has none", "", advice)
            return 0.0, 1.0
        return max(low for low, _ in ranges), min(high for _, high in ranges)

    def enough_to_fit_to(self) -> None:
        names = [
            f"{path}{f' from {each.year} on' if each.year else ''}"
            for each in self.targets.fit
            for path in each.paths
        ]
        for name in dict.fromkeys(name for name in names if names.count(name) > 1):
            self.fault(("fit",), "move each assumption once", shown(name), "leave one of them out")
        if self.targets.fit and not any(each.use == "fit" for each in self.targets.targets):
            advice = "write use: fit beside the figures to fit to"
            self.fault(("targets",), "hold a figure to fit to", "none", advice)
