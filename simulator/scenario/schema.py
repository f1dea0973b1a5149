"""What a scenario is: what the world is like, what happened before, and what is decided.

Assumptions stand in ``world``, ``history``, ``formula`` and ``funding``; decisions in ``plan``. Units are
in the names. A lever is one value for all years, or a list with one value for each year.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeAlias, TypeVar, get_args

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
    return PydanticCustomError(
        "house_rule", "{rule}", {"rule": rule, "advice": advice, "name": name}
    )


Text = Annotated[str, Strict(), Field(min_length=1)]
Flag = Annotated[bool, Strict()]
Pounds = Annotated[int, Strict(), Field(ge=0, le=10**12)]
Whole = Annotated[int, Strict(), Field(ge=0)]
Number = Annotated[float, Strict()]
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

PlanUse: TypeAlias = Literal["overhead", "treatment", "reintegration", "outreach"]
FencedUse: TypeAlias = Literal["detox", "young_people"]
Use: TypeAlias = Literal[PlanUse, FencedUse]
Leaver: TypeAlias = Literal["planned", "unplanned", "in_recovery"]

_PEOPLE: dict[str, Any] = {"unit": "people"}
_PEOPLE_A_YEAR: dict[str, Any] = {"unit": "people a year"}
_CLIENTS_A_YEAR: dict[str, Any] = {"unit": "clients a year"}
_SHARE: dict[str, Any] = {"unit": "share"}


def _slider(unit: str, low: float, high: float) -> dict[str, Any]:
    return {"unit": unit, "range": [low, high]}


def _lever(question: str, low: float, high: float, step: float, **more: Any) -> dict[str, Any]:
    """What makes a value a lever of the app: a plain question, and the ends and steps of its slider.

    ``relative`` sliders move every year in proportion; ``rest`` is the value that takes what is left; ``nothing`` is
    the value that stands where there is none.
    """
    return {"lever": {"question": question, "low": low, "high": high, "step": step} | more}


class Weibull(Part):
    """A duration whose hazard rises (shape above 1) or falls (below 1). No scale: it never ends."""

    shape: Annotated[float, Strict(), Field(ge=0.1, le=10)] = Field(
        title="shape (below 1: mostly early, above 1: mostly late)",
        json_schema_extra={"unit": "ratio"},
    )
    scale_days: Annotated[float, Strict(), Field(gt=0)] | None = Field(
        title="days by which 63% have done so (null: never)"
    )


class Lognormal(Part):
    """A duration with a long right tail. No median: it never ends."""

    median_days: Annotated[float, Strict(), Field(ge=0)] | None = Field(
        title="days by which half have done so (null: never)"
    )
    sigma: Annotated[float, Strict(), Field(ge=0, le=5)] = Field(
        title="spread (0: everybody alike)", json_schema_extra={"unit": "ratio"}
    )


class Need(Part):
    """How people come to need treatment, seek it, and stop without it."""

    onset_per_year: PerYear = Field(
        title="People who begin to need treatment", json_schema_extra=_PEOPLE_A_YEAR
    )
    moves_in_per_year: PerYear = Field(
        title="People with the need who move in", json_schema_extra=_PEOPLE_A_YEAR
    )
    first_seeking_per_year: PerYear = Field(
        title="Rate at which people who were never in treatment seek it"
    )
    seeks_again: Weibull = Field(
        title="Time from a relapse or an unplanned exit to seeking treatment"
    )
    stops_untreated_per_year: PerYear = Field(title="Rate at which people stop without treatment")
    deaths_untreated_per_year: PerYear = Field(title="Death rate out of treatment")


class Waiting(Part):
    """From referral to the first appointment."""

    assessment: Lognormal = Field(title="Time from referral to start where a place is free")
    mean_patience_days: NotNegative | None = Field(
        title="How long people wait on average before they give up (null: for ever)"
    )


class Treatment(Part):
    """The clocks that run while a client is in treatment, and what a client costs."""

    drop_out: Weibull = Field(title="Time from the start until a client drops out")
    ready: Lognormal = Field(title="Time from the start until a planned exit would hold")
    deaths_per_year: PerYear = Field(title="Death rate in treatment")
    custody_per_year: PerYear = Field(title="Rate at which clients are taken into custody")
    moves_away_per_year: PerYear = Field(title="Rate at which clients move away")
    cost_first_12_weeks_gbp_per_week: WeeklyPounds = Field(
        title="Cost of a client in the first 12 weeks"
    )
    cost_settled_gbp_per_week: WeeklyPounds = Field(title="Cost of a settled client")
    cost_ready_gbp_per_week: WeeklyPounds = Field(title="Cost of a client who is ready to leave")


class After(Part):
    """What follows a planned exit, and the weeks after any exit."""

    relapse: Weibull = Field(title="Time from a planned exit to relapse, without support")
    deaths_first_4_weeks_per_year: PerYear = Field(title="Death rate in the 4 weeks after an exit")
    deaths_in_recovery_per_year: PerYear = Field(title="Death rate in recovery")


class Group(Part):
    """A substance group: one way through treatment."""

    label: Text = Field(title="Name of the group in reports")
    is_pdu: Flag = Field(title="Whether they are problem drug users (opiates, crack or both)")
    need: Need = Field(title="Need")
    waiting: Waiting = Field(title="Waiting")
    treatment: Treatment = Field(title="In treatment")
    after: After = Field(title="After treatment")


class Prison(Part):
    """Custody out of treatment, and the way back."""

    mean_stay_days: Positive = Field(title="Time in prison, on average")
    picked_up_share: Share = Field(title="Share picked up by treatment on release")
    deaths_first_2_weeks_ratio: NotNegative = Field(
        title="Death rate in the 2 weeks after release, against out of treatment"
    )


class Support(Part):
    """What a reintegration place costs, and what it is assumed to do."""

    cost_gbp_per_week: Annotated[float, Strict(), Field(gt=0, le=100_000)] = Field(
        title="Cost of a support place"
    )
    relapse_hazard_ratio: NotNegative = Field(
        title="Risk of relapse while supported, against without support"
    )
    relapse_hazard_ratio_afterwards: NotNegative = Field(
        title="Risk of relapse once support has ended, against without support",
        json_schema_extra={"unit": "ratio"},
    )
    seeks_again_hazard_ratio: Positive = Field(
        title="Rate of seeking treatment again while supported, against without support"
    )


class Caseload(Part):
    """How full caseloads make clients drop out sooner."""

    reference_clients_per_keyworker: Positive = Field(
        title="Clients for each keyworker where the money suffices",
        json_schema_extra={"unit": "clients"},
    )
    drop_out_exponent: Annotated[float, Strict(), Field(ge=0, le=5)] = Field(
        title="How strongly fuller caseloads make clients drop out (0: not at all)",
        json_schema_extra={"unit": "ratio"},
    )


class Crime(Part):
    """What the offences of heroin and crack users cost society; the partnership pays nothing of it."""

    untreated_pdu_gbp_per_year: NotNegative = Field(
        title="Cost of crime of a problem drug user out of treatment, a year",
        json_schema_extra={"unit": "£ a year"},
    )
    in_treatment_ratio: NotNegative = Field(
        title="Cost of crime in treatment, against out of treatment"
    )


class Detox(Part):
    """What inpatient detox costs. It is bought in whole beds, and does nothing to clients in the model."""

    bed_gbp_per_year: Annotated[int, Strict(), Field(gt=0, le=10**9)] = Field(
        title="Price of an inpatient detox bed"
    )
    episode_days: Positive = Field(title="Length of a stay in inpatient detox")


class World(Part):
    """What the world is like: assumptions, the same under every plan."""

    groups: Annotated[dict[str, Group], Field(min_length=1)] = Field(title="Substance groups")
    prison: Prison = Field(title="Prison")
    support: Support = Field(title="Support after an exit")
    early_exit_relapse_hazard_ratio: Positive = Field(
        title="Risk of relapse after an exit that came too early, against after a timely one"
    )
    caseload: Caseload = Field(title="Caseloads")
    crime: Crime = Field(title="Crime")
    outreach_cost_per_referral_gbp: Positive = Field(title="Cost of one more referral by outreach")
    fixed_overhead_gbp: Pounds = Field(
        title="Fixed overhead a year: commissioning, open access, needle exchange"
    )
    overhead_fixed_share: Share = Field(
        title="Share of the overhead that does not grow with size, paid once by those who commission"
        " together"
    )
    detox: Detox = Field(title="Inpatient detox")


class Band(Part):
    """A share of the people, spread evenly from the band before up to so many days."""

    up_to_days: Positive = Field(title="Up to so many days ago")
    share: Share = Field(title="Share of the people")


def _bands_in_order(bands: tuple[Band, ...]) -> tuple[Band, ...]:
    ends = [band.up_to_days for band in bands]
    if ends != sorted(set(ends)):
        raise broken_rule(
            "have bands in rising order of up_to_days", "sort the bands and drop repeats"
        )
    total = sum(band.share for band in bands)
    if abs(total - 1) > 1e-6:
        raise broken_rule(
            f"have shares that sum to 1 (they sum to {total:.10g})",
            "change the shares so that they sum to 1",
        )
    return bands


Bands = Annotated[tuple[Band, ...], Field(min_length=1), AfterValidator(_bands_in_order)]


class People(Part):
    """So many people in a state on day 0, and how long they have been in it."""

    people: Whole = Field(title="people on day 0", json_schema_extra=_PEOPLE)
    since: Bands = Field(title="how long they have been there", json_schema_extra={"unit": "bands"})


class GroupHistory(Part):
    """Where the people of a group are on day 0, and what the formula has counted of them."""

    in_treatment: People = Field(title="In treatment")
    waiting: People = Field(title="Waiting")
    never_treated: Whole = Field(
        title="Untreated on day 0, never in treatment before", json_schema_extra=_PEOPLE
    )
    treated_before: People = Field(title="Untreated, in treatment before")
    in_recovery: People = Field(title="In recovery")
    in_prison: Whole = Field(title="In prison on day 0", json_schema_extra=_PEOPLE)
    leavers_kept_12_weeks_share: Share = Field(
        title="Share of the leavers before day 0 who were kept 12 weeks"
    )
    effective_clients_per_year: NotNegative = Field(
        title="Clients in effective treatment in the year before day 0",
        json_schema_extra=_CLIENTS_A_YEAR,
    )
    effective_leavers_for_good_per_year: NotNegative = Field(
        title="Effective clients who left before day 0 and did not come back",
        json_schema_extra=_CLIENTS_A_YEAR,
    )
    completions_per_year: NotNegative = Field(
        title="Successful completions in the year before day 0",
        json_schema_extra=_CLIENTS_A_YEAR,
    )
    planned_exits_per_year: NotNegative = Field(
        title="Planned exits in the year before day 0, held or not",
        json_schema_extra=_CLIENTS_A_YEAR,
    )
    starts_per_year: NotNegative = Field(
        title="Journeys that began in the year before day 0", json_schema_extra=_CLIENTS_A_YEAR
    )
    kept_12_weeks_per_year: NotNegative = Field(
        title="Journeys that reached 12 weeks in the year before day 0",
        json_schema_extra=_CLIENTS_A_YEAR,
    )


class History(Part):
    """What lies before day 0. The same people stand there under every plan."""

    groups: dict[str, GroupHistory] = Field(title="Substance groups")
    move_on_delay_days: ByGroup[NotNegative] = Field(
        title="How long ready clients were kept before day 0"
    )
    allocation_gbp: Pounds = Field(
        title="An average partnership's allocation in the year before day 0"
    )


Counted: TypeAlias = Literal[
    "effective_clients",
    "completions",
    "planned_exits",
    "starts",
    "kept_12_weeks",
    "unmet_need",
    "need_index",
    "population",
    "historic_share",
    "last_allocation",
]
"""What a term of the formula may count, of people and of areas."""

COUNTED_IN_PEOPLE: tuple[Counted, ...] = get_args(Counted)[:6]


class Term(Part):
    """One term of the formula: what it counts, and how much of the pot follows it."""

    counts: Counted = Field(title="What it counts")
    weight: Share = Field(title="weight in the formula", json_schema_extra=_SHARE)
    group_weights: EachGroup[NotNegative] | None = Field(
        default=None,
        title="what a client of the group counts for",
        json_schema_extra={"unit": "ratio"},
    )

    @model_validator(mode="after")
    def _weighs_people_alone(self) -> Term:
        if self.group_weights is not None and self.counts not in COUNTED_IN_PEOPLE:
            raise broken_rule(
                f"have no group_weights where it counts {self.counts}",
                "take them out: this is counted of areas, not of people",
            )
        return self


def _weights_sum_to_one(terms: dict[str, Term]) -> dict[str, Term]:
    total = sum(term.weight for term in terms.values())
    if abs(total - 1) > 1e-9:
        raise broken_rule(
            f"have weights that sum to 1 (they sum to {total:.10g})",
            "change the weights so that they sum to 1",
        )
    return terms


Terms = Annotated[dict[str, Term], Field(min_length=1), AfterValidator(_weights_sum_to_one)]


class Rest(Part):
    """The other partnerships that share the pot: all alike, with activity from a plan-free forecast."""

    partnerships: Whole = Field(
        title="Other partnerships that share the pot", json_schema_extra={"unit": "partnerships"}
    )
    reference_activity: dict[str, NotNegative] = Field(
        title="Effective clients that each of the others has", json_schema_extra=_CLIENTS_A_YEAR
    )
    reference_completions: dict[str, NotNegative] = Field(
        title="Successful completions that each of the others has",
        json_schema_extra=_CLIENTS_A_YEAR,
    )
    growth_per_year: Growth = Field(
        title="Growth of the others' activity",
        description="By how much the effective clients of every other partnership change each year. Where theirs"
        " grow and yours do not, your share of the pot falls.",
        json_schema_extra=_lever(
            "How fast do the numbers of the rest of England grow?", -0.05, 0.1, 0.001, order=6
        ),
    )


class SharingRule(Part):
    """How a pot is shared out each 1 April, whatever the pot and whoever shares it."""

    terms: Terms = Field(title="Terms of the formula")
    area_cost_share: Share = Field(title="How far the formula makes up for the costs of an area")
    lag_years: Annotated[int, Strict(), Field(ge=1, le=10)] = Field(
        title="Years between the activity and the money it brings",
        json_schema_extra={"unit": "years"},
    )
    observation_delay_days: Annotated[int, Strict(), Field(ge=84, le=365)] = Field(
        title="Time from the end of the counted year to 1 April"
    )
    phase_in_share: ByYear[Share] = Field(title="How far the formula is phased in")
    floor_share: ByYear[NotNegative | None] = Field(
        title="Smallest allocation, as a share of last year's (null: no floor)",
        description="What a partnership gets at least, whatever the formula says. At 1 no budget can fall; 0 is no"
        " floor. What a floor gives to one, the others pay.",
        json_schema_extra=_lever(
            "What share of last year's money is safe?", 0, 1, 0.01, order=7, nothing=0
        ),
    )
    ceiling_share: ByYear[NotNegative | None] = Field(
        title="Largest allocation, as a share of last year's (null: no ceiling)"
    )
    rounding_gbp: Annotated[int, Strict(), Field(ge=1, le=1_000_000)] = Field(
        title="What allocations are rounded to"
    )


class Formula(SharingRule):
    """The rule by which the pot is shared, the pot, and who else shares it."""

    pot_gbp: ByYear[Pounds] = Field(
        title="The pot that all partnerships share, a year",
        description="The Pooled Treatment Budget of England. The slider moves every year in proportion.",
        json_schema_extra=_lever(
            "How large is the national pot?", -0.3, 0.3, 0.01, order=5, relative=True
        ),
    )
    rest: Rest = Field(title="The rest of England")


class Stream(Part):
    """Money from one source, the uses that it may pay for, and what becomes of what is not spent.

    A stream pays for uses that the plan divides money between, or for uses outside the plan (inpatient detox,
    young people). Those take what it holds, and do nothing to the simulated adults.
    """

    label: Text = Field(title="Name of the stream in reports")
    amount_gbp: Amount = Field(title="Amount a year")
    won_share: ByYear[Share] = Field(
        default=1.0, title="Share of the amount that drug treatment wins against other agendas"
    )
    pays_for: Annotated[tuple[Use, ...], Field(min_length=1)] = Field(title="Uses it may pay for")
    carry_over_share: Share = Field(
        default=0.0,
        title="Share of the year's money that may be kept for the next year; what else is left goes back",
    )


class Funding(Part):
    """The funding streams of a partnership, in the order in which they are spent."""

    price_year: Text = Field(title="Year in whose prices the pounds are")
    streams: Annotated[dict[str, Stream], Field(min_length=1)] = Field(title="Funding streams")


class Plan(Part):
    """What a partnership decides: every lever is one value, or a list with one for each year."""

    move_on_delay_days: ByGroup[ByYear[NotNegative]] = Field(
        title="How long ready clients are kept",
        description="A client who is ready leaves at the first quarterly review once this long has "
        "passed. Long protects the numbers that the formula pays for; 0 moves people on at once.",
        json_schema_extra=_slider("days", 0, 1000)
        | _lever("How long are clients kept who are ready to leave?", 0, 1460, 1, order=1),
    )
    early_exit_rate_per_year: ByGroup[ByYear[PerYear]] = Field(
        title="Rate of exits pushed before clients are ready",
        description="Exits so early look like success and relapse more. 0.1 pushes out about one "
        "in ten clients a year.",
        json_schema_extra=_slider("a year", 0, 1)
        | _lever("How many exits are pushed before clients are ready?", 0, 0.5, 0.01, order=3),
    )
    treatment_share: ByYear[Share] = Field(
        title="Share for treatment",
        description="Of the money after the fixed overhead, what buys treatment places. The shares "
        "for treatment, reintegration and outreach sum to 1.",
        json_schema_extra=_slider("share", 0, 1),
    )
    reintegration_share: ByYear[Share] = Field(
        title="Share for reintegration",
        description="Of the money after the fixed overhead, what buys support places: housing, "
        "employment, aftercare and family.",
        json_schema_extra=_slider("share", 0, 0.5)
        | _lever(
            "How much of the money goes to reintegration?",
            0,
            0.3,
            0.01,
            order=2,
            rest="treatment_share",
        ),
    )
    outreach_share: ByYear[Share] = Field(
        title="Share for outreach",
        description="Of the money after the fixed overhead, what brings in people who would not "
        "have come by themselves.",
        json_schema_extra=_slider("share", 0, 0.3),
    )
    outreach_to: tuple[str, ...] = Field(
        title="Groups that outreach seeks",
        description="The substance groups among which outreach finds people.",
        json_schema_extra={"unit": "groups", "choices": "groups"},
    )
    support_weeks: ByYear[Positive] = Field(
        title="Length of support",
        description="How long a client keeps a support place. Longer helps each one for longer, "
        "and fewer find a place free.",
        json_schema_extra=_slider("weeks", 4, 104),
    )
    support_reach_back_days: ByYear[NotNegative] = Field(
        title="How far back support reaches",
        description="How long ago somebody in recovery may have left treatment and still be offered a "
        "support place that is free, where places are open to people in recovery.",
        json_schema_extra=_slider("days", 0, 1825),
    )
    support_open_to: tuple[Leaver, ...] = Field(
        title="Who may have a support place",
        description="Clients after a planned exit, after an unplanned exit, or already in recovery.",
        json_schema_extra={"unit": "leavers", "choices": list(get_args(Leaver))},
    )
    stretch_share: ByYear[Share] = Field(
        title="How far caseloads may be stretched",
        description="Clients are taken on until standard costs pass the money for treatment by this "
        "share. Above 0 keyworkers have more clients, and more clients drop out.",
        json_schema_extra=_slider("share", 0, 0.5)
        | _lever("How far are caseloads stretched?", 0, 0.3, 0.01, order=4),
    )
    recorded_as_pdu_share: ByYear[Share] = Field(
        title="Other clients recorded as problem drug users",
        description="The share of clients who are not problem drug users that is counted as such, "
        "and so brings in more money under the formula.",
        json_schema_extra=_slider("share", 0, 0.5),
    )
    priority: ByGroup[Annotated[int, Strict(), Field(ge=0, le=99)]] = Field(
        title="Place in the queue",
        description="The lowest number on the waiting list starts first; equal numbers by the day "
        "of referral.",
        json_schema_extra=_slider("rank", 0, 9),
    )


Behaviour: TypeAlias = Literal["hold", "clients_first", "follow_the_money"]


class Partnership(Part):
    """One partnership: what is its own. Its plan is the scenario's plan with its own changes."""

    size: Positive = Field(
        default=1.0,
        title="People and local money, against the average partnership",
        json_schema_extra={"unit": "ratio"},
    )
    mix: EachGroup[NotNegative] | None = Field(
        default=None,
        title="People of each group for its size, against the average (null: as there)",
        json_schema_extra={"unit": "ratio"},
    )
    need_index: NotNegative = Field(
        default=1.0,
        title="Need for its size, against the average partnership",
        json_schema_extra={"unit": "ratio"},
    )
    population_index: NotNegative = Field(
        default=1.0,
        title="Population for its size, against the average partnership",
        json_schema_extra={"unit": "ratio"},
    )
    area_cost_factor: Positive = Field(
        default=1.0,
        title="Costs of the area, against the average",
        json_schema_extra={"unit": "ratio"},
    )
    old_share_weight: NotNegative = Field(
        default=1.0,
        title="Share under the old rule for its size, against the average",
        json_schema_extra={"unit": "ratio"},
    )
    copies: Annotated[int, Strict(), Field(ge=1, le=1000)] = Field(
        default=1,
        title="How many partnerships alike it stands for",
        json_schema_extra={"unit": "partnerships"},
    )
    behaviour: Behaviour = Field(
        default="hold",
        title="What it does about its levers",
        description="hold: its plan as it is written. clients_first: whatever is best for clients "
        "within its limits. follow_the_money: whatever brings in most within its limits.",
        json_schema_extra={"unit": "behaviour", "choices": list(get_args(Behaviour))},
    )
    cluster: Text | None = Field(
        default=None,
        title="Partnerships that commission together",
        description="The name that they share. They pay the fixed part of the overhead once between them,"
        " and put their money for inpatient detox together.",
    )
    plan: Plan = Field(title="Its own changes to the plan")


Whose: TypeAlias = Literal["problem_drug_users", "everybody"]
Aim: TypeAlias = Literal["allocation", "balance"]


class Choices(Part):
    """For each lever the values among which a partnership chooses; none: its lever stays as it is."""

    move_on_delay_days: tuple[NotNegative, ...] = Field(
        default=(0.0, 182.0, 614.0, 1460.0),
        title="How long ready clients may be kept",
        json_schema_extra={"unit": "days"},
    )
    early_exit_rate_per_year: tuple[PerYear, ...] = Field(
        default=(0.0, 0.2),
        title="Rates at which exits may be pushed before clients are ready",
        json_schema_extra={"unit": "a year"},
    )
    reintegration_share: tuple[Share, ...] = Field(
        default=(),
        title="Shares that may go to reintegration; treatment has what is left",
        json_schema_extra=_SHARE,
    )
    outreach_share: tuple[Share, ...] = Field(
        default=(),
        title="Shares that may go to outreach; treatment has what is left",
        json_schema_extra=_SHARE,
    )
    stretch_share: tuple[Share, ...] = Field(
        default=(), title="How far caseloads may be stretched", json_schema_extra=_SHARE
    )
    recorded_as_pdu_share: tuple[Share, ...] = Field(
        default=(),
        title="Shares of other clients that may be recorded as problem drug users",
        json_schema_extra=_SHARE,
    )
    support_weeks: tuple[Positive, ...] = Field(
        default=(), title="How long support may last", json_schema_extra={"unit": "weeks"}
    )
    support_reach_back_days: tuple[NotNegative, ...] = Field(
        default=(), title="How far back support may reach", json_schema_extra={"unit": "days"}
    )


class Conduct(Part):
    """What a partnership that follows the money, or puts clients first, may choose among, and for what."""

    aim: Aim = Field(
        default="allocation",
        title="What following the money makes as large as it can",
        description="allocation: what the pot pays. balance: that less all that is spent.",
        json_schema_extra={"unit": "aim", "choices": list(get_args(Aim))},
    )
    horizon_years: Annotated[int, Strict(), Field(ge=1, le=30)] = Field(
        default=5,
        title="Allocations that it looks at, from the first that what it does can move",
        description="1 is next year's money only. No longer than the run.",
        json_schema_extra={"unit": "years"},
    )
    least_gain_gbp: Pounds = Field(
        default=1000,
        title="A gain for which it changes what it does, a year at least",
        json_schema_extra={"unit": "£ a year"},
    )
    clients: Whose = Field(
        default="problem_drug_users",
        title="Whose clients a lever by group is chosen for; the others' stays as it is",
        description="problem_drug_users: groups that are, or all where none is. everybody: all groups.",
        json_schema_extra={"unit": "clients", "choices": list(get_args(Whose))},
    )
    choices: Choices = Field(default_factory=Choices, title="Levers and their values")


class Evidence(Part):
    """Why a value is what it is."""

    grade: Literal["published", "derived", "assumed", "unverified"] = Field(
        title="How well the value is known"
    )
    source: Text = Field(title="Title and year of the source")
    range: tuple[Number, Number] | None = Field(title="Lowest and highest value that is plausible")
    fitted_to: Text | None = Field(default=None, title="What the value was fitted to")


class FormulaPreset(Part):
    """A rule that may take the place of a scenario's own, and why it is as it is."""

    title: Text = Field(title="Title in one line")
    description: Text = Field(title="What it is about")
    formula: SharingRule = Field(title="How a pot is shared out")
    evidence: dict[str, Evidence] = Field(title="Why the values are what they are")


class Scenario(Part):
    """A whole scenario, complete and checked.

    Its name is that of its file; the reader fills it in, and each partnership's complete plan.
    """

    name: Text = Field(title="Name")
    title: Text = Field(title="Title in one line")
    question: Text = Field(title="The question that the scenario asks")
    description: Text = Field(title="What it is about")
    first_year: Annotated[int, Strict(), Field(ge=1990, le=2100)] = Field(
        title="Calendar year in whose April the run starts"
    )
    years: Annotated[int, Strict(), Field(ge=1, le=30)] = Field(title="Number of years")
    world: World = Field(title="What the world is like")
    history: History = Field(title="What lies before day 0")
    formula: Formula = Field(title="How the pot is shared out")
    funding: Funding = Field(title="Funding streams")
    plan: Plan = Field(title="What is decided")
    behaviour: Conduct = Field(
        default_factory=Conduct, title="What partnerships that choose may choose among"
    )
    partnerships: Annotated[dict[str, Partnership], Field(min_length=1)] = Field(
        title="Partnerships"
    )
    evidence: dict[str, Evidence] = Field(title="Why the values are what they are")
