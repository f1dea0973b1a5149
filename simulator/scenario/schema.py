"""What a scenario is: what the world is like, what happened before, and what is decided.

Assumptions stand in ``world``, ``history``, ``formula`` and ``funding``; decisions in ``plan``. Units are
in the names. A lever is one value for all years, or a list with one value for each year.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeAlias, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    Strict,
    Tag,
    ValidationInfo,
    model_validator,
)
from pydantic_core import PydanticCustomError

T = TypeVar("T")


class Part(BaseModel):
    """A part of a scenario: no unknown names, no infinite numbers, never changed in place."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


def broken_rule(rule: str, advice: str, name: str = "") -> PydanticCustomError:
    """A house rule that is broken, in the words in which faults are told."""
    return PydanticCustomError("house_rule", "{rule}", {"rule": rule, "advice": advice, "name": name})


Text = Annotated[str, Strict(), Field(min_length=1)]
Flag = Annotated[bool, Strict()]
Pounds = Annotated[int, Strict(), Field(ge=0, le=10**12)]
Whole = Annotated[int, Strict(), Field(ge=0)]
Share = Annotated[float, Strict(), Field(ge=0, le=1)]
NotNegative = Annotated[float, Strict(), Field(ge=0)]
Positive = Annotated[float, Strict(), Field(gt=0)]
Growth = Annotated[float, Strict(), Field(gt=-1, le=1)]
WeeklyPounds = Annotated[float, Strict(), Field(ge=0, le=100_000)]
PerYear = Annotated[float, Strict(), Field(ge=0, le=100_000_000)]


def _shape(given: object) -> str:
    return "by year" if isinstance(given, list | tuple) else "constant"


def _as_long_as_the_run(lever: Any, info: ValidationInfo) -> Any:
    years = (info.context or {}).get("years")
    if isinstance(lever, tuple) and years is not None and len(lever) != years:
        raise broken_rule(
            f"have one value for each of the {years} years",
            "give one value for all years, or a list with one for each",
        )
    return lever


ByYear: TypeAlias = Annotated[
    Annotated[T, Tag("constant")] | Annotated[tuple[T, ...], Tag("by year")],
    Discriminator(_shape),
    AfterValidator(_as_long_as_the_run),
]


def _kind(given: object) -> str:
    return "by group" if isinstance(given, dict) else "for all"


def _for_every_group(lever: Any, info: ValidationInfo) -> Any:
    groups = (info.context or {}).get("groups")
    if isinstance(lever, dict) and groups is not None and set(lever) != set(groups):
        raise broken_rule(
            f"name the groups {', '.join(groups)}", "give one value for all groups, or one for each"
        )
    return lever


ByGroup: TypeAlias = Annotated[
    Annotated[T, Tag("for all")] | Annotated[dict[str, T], Tag("by group")],
    Discriminator(_kind),
    AfterValidator(_for_every_group),
]


def _source(given: object) -> str:
    return "formula" if isinstance(given, str) else "amount"


Amount: TypeAlias = Annotated[
    Annotated[Literal["formula"], Tag("formula")] | Annotated[ByYear[Pounds], Tag("amount")],
    Discriminator(_source),
]
EachGroup: TypeAlias = Annotated[dict[str, T], AfterValidator(_for_every_group)]

Use: TypeAlias = Literal["overhead", "treatment", "reintegration", "outreach"]
Leaver: TypeAlias = Literal["planned", "unplanned", "in_recovery"]


class Weibull(Part):
    """A duration whose hazard rises (shape above 1) or falls (below 1). No scale: it never ends."""

    shape: Annotated[float, Strict(), Field(ge=0.1, le=10)]
    scale_days: Annotated[float, Strict(), Field(gt=0)] | None


class Lognormal(Part):
    """A duration with a long right tail. No median: it never ends."""

    median_days: Annotated[float, Strict(), Field(ge=0)] | None
    sigma: Annotated[float, Strict(), Field(ge=0, le=5)]


class Need(Part):
    """How people come to need treatment, seek it, and stop without it."""

    onset_per_year: PerYear
    moves_in_per_year: PerYear
    first_seeking_per_year: PerYear
    seeks_again: Weibull
    stops_untreated_per_year: PerYear
    deaths_untreated_per_year: PerYear


class Waiting(Part):
    """From referral to the first appointment."""

    assessment: Lognormal
    mean_patience_days: NotNegative | None


class Treatment(Part):
    """The clocks that run while a client is in treatment, and what a client costs."""

    drop_out: Weibull
    ready: Lognormal
    deaths_per_year: PerYear
    custody_per_year: PerYear
    moves_away_per_year: PerYear
    cost_first_12_weeks_gbp_per_week: WeeklyPounds
    cost_settled_gbp_per_week: WeeklyPounds
    cost_ready_gbp_per_week: WeeklyPounds


class After(Part):
    """What follows a planned exit, and the weeks after any exit."""

    relapse: Weibull
    deaths_first_4_weeks_per_year: PerYear
    deaths_in_recovery_per_year: PerYear


class Group(Part):
    """A substance group: one way through treatment."""

    label: Text
    is_pdu: Flag
    need: Need
    waiting: Waiting
    treatment: Treatment
    after: After


class Prison(Part):
    """Custody out of treatment, and the way back."""

    mean_stay_days: Positive
    picked_up_share: Share
    deaths_first_2_weeks_ratio: NotNegative


class Support(Part):
    """What a reintegration place costs, and what it is assumed to do."""

    cost_gbp_per_week: Annotated[float, Strict(), Field(gt=0, le=100_000)]
    relapse_hazard_ratio: NotNegative
    relapse_hazard_ratio_afterwards: NotNegative
    seeks_again_hazard_ratio: Positive


class Caseload(Part):
    """How full caseloads make clients drop out sooner."""

    reference_clients_per_keyworker: Positive
    drop_out_exponent: Annotated[float, Strict(), Field(ge=0, le=5)]


class World(Part):
    """What the world is like: assumptions, the same under every plan."""

    groups: Annotated[dict[str, Group], Field(min_length=1)]
    prison: Prison
    support: Support
    early_exit_relapse_hazard_ratio: Positive
    caseload: Caseload
    outreach_cost_per_referral_gbp: Positive
    fixed_overhead_gbp: Pounds


class Band(Part):
    """A share of the people, spread evenly from the band before up to so many days."""

    up_to_days: Positive
    share: Share


def _bands_in_order(bands: tuple[Band, ...]) -> tuple[Band, ...]:
    ends = [band.up_to_days for band in bands]
    if ends != sorted(set(ends)):
        raise broken_rule("have bands in rising order of up_to_days", "sort the bands and drop repeats")
    total = sum(band.share for band in bands)
    if abs(total - 1) > 1e-6:
        raise broken_rule(
            f"have shares that sum to 1 (they sum to {total:.10g})", "change the shares so that they sum to 1"
        )
    return bands


Bands = Annotated[tuple[Band, ...], Field(min_length=1), AfterValidator(_bands_in_order)]


class People(Part):
    """So many people in a state on day 0, and how long they have been in it."""

    people: Whole
    since: Bands


class GroupHistory(Part):
    """Where the people of a group are on day 0, and what the formula has counted of them."""

    in_treatment: People
    waiting: People
    never_treated: Whole
    treated_before: People
    in_recovery: People
    in_prison: Whole
    leavers_kept_12_weeks_share: Share
    effective_clients_per_year: NotNegative
    effective_leavers_for_good_per_year: NotNegative
    completions_per_year: NotNegative


class History(Part):
    """What lies before day 0. The same people stand there under every plan."""

    groups: dict[str, GroupHistory]
    move_on_delay_days: ByGroup[NotNegative]
    allocation_gbp: Pounds


class TermWeights(Part):
    """How much each term of the formula counts."""

    activity: Share
    need: Share
    completions: Share

    @model_validator(mode="after")
    def _sum_to_one(self) -> TermWeights:
        total = self.activity + self.need + self.completions
        if abs(total - 1) > 1e-9:
            raise broken_rule(
                f"have weights that sum to 1 (they sum to {total:.10g})",
                "change the weights so that they sum to 1",
            )
        return self


class Rest(Part):
    """The other partnerships that share the pot: all alike, with activity from a plan-free forecast."""

    partnerships: Whole
    reference_activity: dict[str, NotNegative]
    reference_completions: dict[str, NotNegative]
    growth_per_year: Growth


class Formula(Part):
    """How the pot is shared out each 1 April."""

    pot_gbp: ByYear[Pounds]
    weights: TermWeights
    group_weights: EachGroup[NotNegative]
    lag_years: Annotated[int, Strict(), Field(ge=1, le=10)]
    observation_delay_days: Annotated[int, Strict(), Field(ge=84, le=365)]
    phase_in_share: ByYear[Share]
    floor_share: ByYear[NotNegative | None]
    ceiling_share: ByYear[NotNegative | None]
    rest: Rest


class Stream(Part):
    """Money from one source, and the uses that it may pay for."""

    label: Text
    amount_gbp: Amount
    pays_for: Annotated[tuple[Use, ...], Field(min_length=1)]


class Funding(Part):
    """The funding streams of a partnership, in the order in which they are spent."""

    price_year: Text
    streams: Annotated[dict[str, Stream], Field(min_length=1)]


class Plan(Part):
    """What a partnership decides: every lever is one value, or a list with one for each year."""

    move_on_delay_days: ByGroup[ByYear[NotNegative]]
    early_exit_rate_per_year: ByGroup[ByYear[PerYear]]
    treatment_share: ByYear[Share]
    reintegration_share: ByYear[Share]
    outreach_share: ByYear[Share]
    outreach_to: tuple[str, ...]
    support_weeks: ByYear[Positive]
    support_open_to: tuple[Leaver, ...]
    stretch_share: ByYear[Share]
    recorded_as_pdu_share: ByYear[Share]
    priority: ByGroup[Annotated[int, Strict(), Field(ge=0, le=99)]]


class Partnership(Part):
    """One partnership: what is its own. Its plan is the scenario's plan with its own changes."""

    need_index: NotNegative = 1.0
    area_cost_factor: Positive = 1.0
    old_share_weight: NotNegative = 1.0
    plan: Plan


class Evidence(Part):
    """Why a value is what it is."""

    grade: Literal["published", "derived", "assumed", "unverified"]
    source: Text
    range: tuple[float, float] | None
    fitted_to: Text | None = None


class Scenario(Part):
    """A whole scenario, complete and checked.

    Its name is that of its file; the reader fills it in, and each partnership's complete plan.
    """

    name: Text
    title: Text
    question: Text
    description: Text
    first_year: Annotated[int, Strict(), Field(ge=1990, le=2100)]
    years: Annotated[int, Strict(), Field(ge=1, le=30)]
    world: World
    history: History
    formula: Formula
    funding: Funding
    plan: Plan
    partnerships: Annotated[dict[str, Partnership], Field(min_length=1)]
    evidence: dict[str, Evidence]
