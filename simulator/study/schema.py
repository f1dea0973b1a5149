"""What a study file may say: which scenarios, what varies and how, how many runs, and which numbers are read off."""

from __future__ import annotations

import math
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BeforeValidator, Field, field_validator, model_validator

from ..measures import MEASURES
from ..scenario.faults import advice_on_text
from ..scenario.schema import Flag, Number, Part, Positive, Text, Whole, broken_rule
from ..scenario.tree import instead

Change: TypeAlias = Literal["set", "multiply", "add"]
Kind: TypeAlias = Literal["uniform", "log_uniform", "triangular", "normal", "lognormal", "beta"]
Grade: TypeAlias = Literal["unverified", "assumed", "derived", "published"]
GRADES: tuple[Grade, ...] = ("unverified", "assumed", "derived", "published")
"""From the least to the best known."""
EVIDENCE = "evidence"
FORMULA = "formula"
"""The path of a factor whose values are names of formulas."""

NEEDS: dict[str, tuple[str, ...]] = {
    "uniform": ("low", "high"),
    "log_uniform": ("low", "high"),
    "triangular": ("low", "mode", "high"),
    "normal": ("mean", "sd"),
    "lognormal": ("median", "spread"),
    "beta": ("low", "high", "alpha", "beta"),
}
"""What each kind of distribution is told by; a normal or lognormal one may be cut off at low and high."""
_MAY_BE_CUT = ("normal", "lognormal")


class Distribution(Part):
    """How likely each value of a factor is."""

    kind: Kind = Field(title="Its form")
    low: Number | None = Field(default=None, title="Lowest value")
    high: Number | None = Field(default=None, title="Highest value")
    mode: Number | None = Field(default=None, title="Likeliest value")
    mean: Number | None = Field(default=None, title="Mean")
    sd: Positive | None = Field(default=None, title="Standard deviation")
    median: Positive | None = Field(default=None, title="Median")
    spread: Annotated[float, Field(gt=1)] | None = Field(
        default=None, title="Geometric standard deviation: two in three lie within a factor of it"
    )
    alpha: Positive | None = Field(default=None, title="First shape of a beta distribution")
    beta: Positive | None = Field(default=None, title="Second shape of a beta distribution")

    @model_validator(mode="after")
    def _told_by_what_it_needs(self) -> Distribution:
        needs = NEEDS[self.kind]
        given = {name for name, value in self if name != "kind" and value is not None}
        may = {*needs, *(("low", "high") if self.kind in _MAY_BE_CUT else ())}
        if missing := [name for name in needs if name not in given]:
            raise broken_rule(f"have {' and '.join(missing)}", f"a {self.kind} one has {needs}")
        if extra := sorted(given - may):
            raise broken_rule(f"have no {' or '.join(extra)}", f"a {self.kind} one has {needs}")
        told = [x for x in (self.low, self.mode, self.high) if x is not None]
        if told != sorted(told) or (len(told) > 1 and told[0] == told[-1]):
            raise broken_rule("rise from low to high", "give the lowest first")
        if self.kind == "log_uniform" and told[0] <= 0:
            raise broken_rule("have low above 0", "give a low above 0, or use uniform")
        return self


def _ends(given: Any) -> Any:
    """The lowest and the highest value, or the word that means those of the evidence."""
    if given is None or given == EVIDENCE:
        return given
    numbers = tuple(given) if isinstance(given, list | tuple) else ()
    finite = [type(x) in (int, float) and math.isfinite(x) for x in numbers]
    if len(numbers) != 2 or not all(finite):
        texts = [x for x in given if isinstance(x, str)] if isinstance(given, list | tuple) else []
        advice = f"{texts[-1]!r}: {advice_on_text(texts[-1])}" if texts else "write it as [1, 2]"
        raise broken_rule("be evidence, or a lowest and a highest number", advice)
    return (float(numbers[0]), float(numbers[1]))


Range: TypeAlias = Annotated[Any, BeforeValidator(_ends)]
"""A lowest and a highest number, or `evidence`."""


class Factor(Part):
    """Something that varies: a value of the scenario, or several that move together."""

    title: Text | None = Field(default=None, title="What it is called; else as in the scenario")
    unit: Text | None = Field(default=None, title="Its unit; else as in the scenario")
    path: Text | None = Field(default=None, title="Where it stands in the scenario")
    paths: tuple[Text, ...] = Field(default=(), title="Where it stands, in several places")
    values: tuple[Any, ...] | None = Field(default=None, title="Values, one after another")
    range: Range | None = Field(
        default=None, title="Lowest and highest value, or those of the evidence"
    )
    distribution: Distribution | None = Field(default=None, title="How likely each value is")
    change: Change = Field(
        default="set", title="Whether it is the value, or what the value is multiplied by, or added"
    )
    follows: Text | None = Field(
        default=None, title="Another factor that it moves with, low with low"
    )
    backwards: Flag = Field(default=False, title="Whether it moves low with high")
    takes_from: Text | None = Field(
        default=None, title="A share that goes down by as much as this one goes up"
    )
    levels: Annotated[Whole, Field(ge=2)] = Field(
        default=5, title="How many values a grid takes of a range"
    )
    from_year: Text | None = Field(default=None, title="The year from which on it changes")
    by_year: Flag = Field(default=False, title="Whether each year has a value of its own")

    @property
    def places(self) -> tuple[str, ...]:
        """All paths at which it stands."""
        return ((self.path,) if self.path else ()) + self.paths

    @model_validator(mode="after")
    def _whole(self) -> Factor:
        if not self.places:
            raise broken_rule("have a path", "add path: where it stands in the scenario")
        given = [name for name in ("values", "range", "distribution") if getattr(self, name)]
        if len(given) != 1:
            rule = "have one of values, range and distribution"
            raise broken_rule(rule, "add one of them" if not given else "keep one of them")
        if isinstance(self.range, tuple) and not self.range[0] < self.range[1]:
            raise broken_rule("have a range that rises", "give the lowest, then the highest")
        if self.range == EVIDENCE and self.change != "set":
            rule = "set the value where its range is that of the evidence"
            raise broken_rule(rule, "give the range as numbers to multiply by, or to add")
        if self.by_year and self.from_year:
            raise broken_rule("have by_year or from_year, not both", "take one of them out")
        if self.backwards and self.follows is None:
            raise broken_rule("follow another factor if it goes backwards", "add follows")
        if self.takes_from is not None and len(self.places) > 1:
            raise broken_rule("have one path if it takes from another", "make a factor of each")
        if FORMULA in self.places and (self.values is None or len(self.places) > 1):
            raise broken_rule(
                "list names of formulas", "give values: [activity_2008, need_only_2006]"
            )
        return self


class Assumptions(Part):
    """Every assumption that has a range in the evidence, each a factor of its own."""

    grades: Annotated[tuple[Grade, ...], Field(min_length=1)] = Field(
        default=GRADES, title="Which grades"
    )
    at_most: Annotated[Whole, Field(ge=1)] | None = Field(
        default=None, title="How many: those that move the headline figures most"
    )


class Design(Part):
    """Which points are run."""

    kind: Literal["grid", "latin_hypercube", "sobol", "file"] = Field(title="How they are chosen")
    points: Annotated[Whole, Field(ge=1, le=10_000_000)] | None = Field(
        default=None, title="How many"
    )
    seed: Whole = Field(default=1, title="Where the choice of points begins")
    file: Text | None = Field(
        default=None, title="A .csv of points, one column a factor or a path, or shipped draws"
    )

    @model_validator(mode="after")
    def _whole(self) -> Design:
        wants_points = self.kind in ("latin_hypercube", "sobol")
        if wants_points != (self.points is not None):
            rule = f"have points: {self.kind}" if wants_points else f"have no points: {self.kind}"
            raise broken_rule(rule, "say how many" if wants_points else "take points out")
        if (self.kind == "file") != (self.file is not None):
            raise broken_rule("have a file if, and only if, its kind is file", "change one of them")
        if self.kind == "sobol" and self.points is not None and self.points & (self.points - 1):
            near = 2 ** (self.points.bit_length())
            raise broken_rule("have points that are a power of two", f"give {near // 2} or {near}")
        return self


class WantedPrecision(Part):
    """How well means are to be known in each cell, instead of a number of replications."""

    share: Annotated[Number, Field(gt=0, lt=1)] = Field(title="Half the interval, of the mean")
    measures: tuple[Text, ...] = Field(default=(), title="Of which measures")
    max_replications: Annotated[Whole, Field(ge=10)] = Field(default=1000, title="Where to stop")


class Measure(Part):
    """A number that is read off each replication."""

    measure: Text = Field(title="A measure of the tidy table")
    year: Text | None = Field(
        default=None, title="A year, or last, first, total, mean, highest or lowest of all years"
    )
    group: Text = Field(default="all", title="A substance group, or all")
    partnership: Text | None = Field(default=None, title="A partnership; else all together")

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, given: Any) -> Any:
        if not isinstance(given, str):
            return given
        name, _, year = given.partition("@")
        return {"measure": name.strip(), **({"year": year.strip()} if year.strip() else {})}

    @field_validator("measure")
    @classmethod
    def _known(cls, name: str) -> str:
        if name not in MEASURES:
            raise broken_rule("be a measure", instead(name, MEASURES))
        return name


class Study(Part):
    """A study: scenarios, what varies, which points, how many runs, what is read off."""

    title: Text = Field(title="Title in one line")
    description: Text = Field(default="A study.", title="What it is about")
    scenarios: Annotated[tuple[Text, ...], Field(min_length=1)] = Field(
        title="Names or files; the first is what the others are compared with"
    )
    factors: dict[str, Factor] = Field(
        default_factory=dict, title="What is not known, or is varied"
    )
    levers: dict[str, Factor] = Field(default_factory=dict, title="What is decided")
    assumptions: Assumptions | None = Field(
        default=None, title="Every assumption with a range, as factors"
    )
    design: Design | None = Field(
        default=None, title="Which points; else a grid of listed values, or 100 of a hypercube"
    )
    replications: Annotated[Whole, Field(ge=1, le=100_000)] | None = Field(
        default=None, title="Runs of each cell"
    )
    precision: WantedPrecision | None = Field(default=None, title="How well means are to be known")
    seed: Whole = Field(default=1, title="Where chance begins")
    measures: Annotated[tuple[Measure, ...], Field(min_length=1)] = Field(
        default=(
            Measure(measure="allocation_gbp", year="last"),
            Measure(measure="in_effective_treatment", year="last"),
            Measure(measure="in_recovery", year="last"),
        ),
        title="What is read off",
    )
    sensitivity: dict[str, Any] | None = Field(default=None, title="For the verb sensitivity")
    decision: dict[str, Any] | None = Field(default=None, title="What is better, and its worth")
    optimise: dict[str, Any] | None = Field(default=None, title="For the verb optimise")
    discovery: dict[str, Any] | None = Field(default=None, title="For the verb discover")

    @model_validator(mode="after")
    def _one_size(self) -> Study:
        if self.replications is not None and self.precision is not None:
            raise broken_rule("have replications or precision, not both", "take one of them out")
        return self

    @property
    def varied(self) -> dict[str, Factor]:
        """Factors, then levers."""
        return {**self.factors, **self.levers}
