"""The section of a study that says when a plan fails, and how plain a rule must be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from ..errors import BadInput
from ..scenario.schema import Number, Part, Share, Text, Whole, broken_rule
from ..scenario.tree import at, instead, shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..errors import Fault
    from ..scenario.tree import Path
    from ..study import Checked

SECTION = "discovery"


class Condition(Part):
    """An outcome on the wrong side of a limit, in the mean over luck."""

    outcome: Text = Field(title="An outcome of the study, such as in_recovery@last")
    scenario: Text = Field(title="The plan that may fail")
    against: Text | None = Field(
        default=None, title="The plan that it is paired with; then the difference is meant"
    )
    below: Number | None = Field(default=None, title="It fails below this")
    above: Number | None = Field(default=None, title="It fails above this")

    @model_validator(mode="after")
    def _one_of_two(self) -> Condition:
        if (self.below is None) == (self.above is None):
            rule, advice = "have below or above, and not both", "say on which side the plan fails"
            raise broken_rule(rule, advice)
        return self

    @property
    def limit(self) -> float:
        """The limit, on whichever side failing lies."""
        return float(self.below if self.below is not None else self.above or 0.0)


def _several(given: Any) -> Any:
    """One condition as a list of one."""
    return [given] if isinstance(given, dict) else given


class Discovery(Part):
    """Under which assumptions a plan fails: what failing is, and what a rule must be."""

    fails_when: Annotated[tuple[Condition, ...], BeforeValidator(_several), Field(min_length=1)] = (
        Field(title="When a world counts as failed: one condition, or a list")
    )
    joined_by: Literal["any", "all"] = Field(
        default="any", title="Of a list: whether any or all of it must hold for a world to fail"
    )
    least_density: Share = Field(
        default=0.8, title="Share of the worlds inside a rule that must fail"
    )
    most_boxes: Annotated[Whole, Field(ge=1, le=10)] = Field(
        default=3, title="How many rules to look for at most"
    )
    least_mass: Annotated[Share, Field(gt=0)] = Field(
        default=0.05, title="Share of all worlds that a rule must hold"
    )


def check(asked: Discovery, study: Checked) -> None:
    """Say everything in the section that does not fit its study.

    Raises
    ------
    BadInput
        With every fault, by line.
    """
    faults = [*_faults(asked, study)]
    if not study.dimensions:
        rule, advice = "vary something", "name factors in the study"
        faults.append(study.written.fault((SECTION,), rule, "", advice))
    if faults:
        raise BadInput(faults)


def _faults(asked: Discovery, study: Checked) -> Iterator[Fault]:
    scenarios = [each.name for each in study.scenarios]
    outcomes = [each.key for each in study.outcomes]
    for number, condition in enumerate(asked.fails_when):
        path = _path(study, number)
        if condition.outcome not in outcomes:
            rule = "be one of the study's measures, with its year"
            advice = f"{instead(condition.outcome, outcomes)}; or add it to measures"
            yield study.written.fault((*path, "outcome"), rule, shown(condition.outcome), advice)
        for name, given in (("scenario", condition.scenario), ("against", condition.against)):
            if given is not None and given not in scenarios:
                rule, advice = "be a scenario of the study", instead(given, scenarios)
                yield study.written.fault((*path, name), rule, shown(given), advice)
        if condition.against == condition.scenario:
            rule, advice = "be another scenario", "leave it out, or name the baseline"
            given = shown(condition.against)
            yield study.written.fault((*path, "against"), rule, given, advice)


def _path(study: Checked, number: int) -> Path:
    """Where a condition stands, which is no list where there is one."""
    path = (SECTION, "fails_when")
    return path if isinstance(at(study.written.tree.data, path), dict) else (*path, number)
