"""The section of a study that says when a plan fails, and how plain a rule must be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from ..errors import BadInput, Fault
from ..scenario.schema import Number, Part, Share, Text, Whole, broken_rule
from ..scenario.tree import instead, shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .axes import Dimension, Outcome


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


def check(
    asked: Discovery,
    scenarios: Sequence[str],
    outcomes: Sequence[Outcome],
    dimensions: Sequence[Dimension],
    where: str,
) -> None:
    """Say everything in the section that does not fit its study.

    Parameters
    ----------
    where
        The file, to begin each message.

    Raises
    ------
    BadInput
        With every fault.
    """
    faults = [*_faults(asked, scenarios, [each.key for each in outcomes], where)]
    if not dimensions:
        rule, advice = "vary something", "name factors in the study"
        faults.append(Fault(where, "discovery", rule, "", advice))
    if faults:
        raise BadInput(faults)


def _faults(
    asked: Discovery, scenarios: Sequence[str], outcomes: Sequence[str], where: str
) -> Iterator[Fault]:
    for condition in asked.fails_when:
        known = {
            "outcome": (condition.outcome, outcomes),
            "scenario": (condition.scenario, scenarios),
            "against": (condition.against, scenarios),
        }
        for name, (given, among) in known.items():
            if given is not None and given not in among:
                path = f"discovery.fails_when.{name}"
                yield Fault(
                    where, path, "be in the study", shown(given), instead(given, list(among))
                )
        if condition.against == condition.scenario:
            rule, advice = "be another scenario", "leave it out, or name the baseline"
            yield Fault(
                where, "discovery.fails_when.against", rule, shown(condition.against), advice
            )
