"""What a study asks of a search for plans: the section `optimise` of its file."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import Field, model_validator

from ..scenario.schema import Number, Part, Text, Whole, broken_rule

Direction: TypeAlias = Literal["higher", "lower"]
Robust: TypeAlias = Literal["mean", "worst_tenth", "regret"]
Method: TypeAlias = Literal["auto", "all", "tpe", "nsga2", "random"]

MOST_OBJECTIVES = 4
MOST_TRIALS = 100_000


class Limit(Part):
    """What an outcome must hold, in the mean over the worlds or in a share of them."""

    at_most: Number | None = Field(default=None, title="The outcome may be no more")
    at_least: Number | None = Field(default=None, title="The outcome may be no less")
    in_share_of_worlds: Annotated[Number, Field(gt=0, le=1)] | None = Field(
        default=None,
        title="In which share of the worlds it must hold",
        description="Without it the mean over the worlds must hold.",
    )

    @model_validator(mode="after")
    def _says_something(self) -> Limit:
        if self.at_most is None and self.at_least is None:
            raise broken_rule("have at_most or at_least", "say what the outcome must hold")
        if None not in (self.at_most, self.at_least) and self.low > self.high:
            raise broken_rule("leave room between at_least and at_most", "swap them")
        return self

    @property
    def low(self) -> float:
        """The least that is allowed; minus infinity where there is none."""
        return float("-inf") if self.at_least is None else self.at_least

    @property
    def high(self) -> float:
        """The most that is allowed; infinity where there is none."""
        return float("inf") if self.at_most is None else self.at_most


class Confirm(Part):
    """How the best are lived again, with luck that the search has not seen."""

    plans: Annotated[Whole, Field(ge=1, le=50)] = Field(
        default=5, title="How many, beside the scenario's own plan"
    )
    replications: Annotated[Whole, Field(ge=2)] = Field(default=60, title="How many runs of each")


class Optimise(Part):
    """Which plans are looked for: for what, within which limits, and how long."""

    objectives: Annotated[
        dict[Text, Direction], Field(min_length=1, max_length=MOST_OBJECTIVES)
    ] = Field(
        title="What is wanted of which outcome",
        description="An outcome's key, such as in_recovery@last, and whether higher or lower is better.",
    )
    robust: Robust = Field(
        default="mean",
        title="How worlds are weighed",
        description="The mean over the worlds; the mean of the worst tenth of them; or regret: how far a plan"
        " falls behind the best in the worst tenth of the worlds.",
    )
    worlds: Annotated[Whole, Field(ge=1, le=1000)] = Field(
        default=12, title="How many worlds are drawn from the study's factors"
    )
    limits: dict[Text, Limit] = Field(default={}, title="What outcomes must hold")
    trials: Annotated[Whole, Field(ge=1, le=MOST_TRIALS)] = Field(
        default=100, title="How many plans are tried"
    )
    batch: Annotated[Whole, Field(ge=1, le=1000)] = Field(
        default=8,
        title="How many plans are asked for at a time",
        description="Results depend on it, and never on how many workers run them.",
    )
    method: Method = Field(default="auto", title="How the search chooses what to try next")
    confirm: Confirm = Field(default=Confirm(), title="How the best are confirmed")
    scenario: Text | None = Field(
        default=None, title="Over which scenario the levers are laid; the first of the study"
    )

    @property
    def outcomes(self) -> tuple[str, ...]:
        """Keys of all outcomes that are asked for, objectives first, each once."""
        return tuple(dict.fromkeys([*self.objectives, *self.limits]))
