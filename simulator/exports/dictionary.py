"""What every measure and every column means: the data dictionary."""

from __future__ import annotations

from typing import NamedTuple

from ..measures import MEASURES, MONEY_MEASURES
from ..sweeps.written import FIELDS
from ..wording import measure_name, sentence_case, unit_of

MEANINGS = {
    "allocation_gbp": "Pounds from the pot",
    "spent_gbp": (
        "Overhead, outreach, treatment and support that were spent, and what was spent outside the plan"
    ),
    "unspent_gbp": (
        "Income, and what was kept from the year before, less what was spent; it goes back, or to the next year"
    ),
    "treatment_money_used_share": "Treatment spent over treatment money",
    "caseload_per_keyworker": (
        "Clients of one keyworker, the year's mean: higher where more is committed than the budget"
    ),
    "support_places_used_share": "Support-place days in use over those paid for",
    "in_treatment": "Clients in treatment on 31 March",
    "waiting": "People referred and not started on 31 March, those being assessed among them",
    "untreated": "People in need, not waiting and not in treatment, on 31 March",
    "in_recovery": "People in recovery on 31 March",
    "in_contact": "People in treatment on any day of the year, each once",
    "in_effective_treatment": (
        "Of those in contact, by their latest journey: 84 days since its start by 84 days after the year's end,"
        " or a planned exit by then"
    ),
    "referrals": "Referrals in the year, those on release from prison among them",
    "new_presentations": "Journeys that start in the year",
    "gave_up_waiting": "Referrals of the year that ended in giving up",
    "mean_wait_days": "Mean days from referral to start, of the year's referrals that led to one",
    "waited_3_weeks_or_less_share": "Of the same, the share that waited 21 days or less",
    "kept_12_weeks_share": (
        "Of the year's starts, the share that lasted 84 days or ended as planned sooner"
    ),
    "planned_exits": "Exits as planned in the year, early ones among them",
    "early_exits": "Planned exits that were pushed before the client was ready",
    "unplanned_exits": "Dropping out, custody, moving away, and death in treatment",
    "treatment_system_exits_share": "Planned exits over all exits",
    "successful_completions": "Planned exits of the year with no new start within 182 days",
    "re_presentations": "Planned exits of the year with a new start within 182 days",
    "supported_exits": "Planned exits that got a support place on the day",
    "unmet_need_share": (
        "Untreated and waiting over these and those in treatment, on 31 March; of other drugs need is assumed"
    ),
    "deaths": "Deaths untreated, waiting, in treatment and in recovery; none in prison",
}
"""What each measure counts."""

COLUMNS = {
    **FIELDS,
    "stream": ("string", "Name of the funding stream"),
    "income_gbp": ("integer", "What the stream brings in a year"),
    "carried_in_gbp": ("integer", "What was kept from the year before"),
    "overhead_gbp": ("integer", "What it paid for overhead"),
    "treatment_gbp": ("integer", "What it paid for treatment"),
    "reintegration_gbp": ("integer", "What it paid for support after treatment"),
    "outreach_gbp": ("integer", "What it paid for outreach"),
    "detox_gbp": ("integer", "What it paid for inpatient detox"),
    "young_people_gbp": ("integer", "What it paid for young people"),
    "carried_out_gbp": ("integer", "What is kept for the next year"),
    "returned_gbp": ("integer", "What goes back"),
    "detox_beds": ("number", "Inpatient beds that it pays for"),
    "detox_episodes": ("number", "Stays that they have room for in the year"),
    "step": ("string", "Why the allocation changed, in the order in which reasons are counted"),
    "gbp": ("number", "Mean pounds by which this changed the allocation from the year before"),
    "name": ("string", "Name of the measure in plain English"),
    "unit": ("string", "Unit, of pounds with their price year"),
    "meaning": ("string", "What the measure counts"),
    "groups": ("string", "Whether it is told by substance group or for all together alone"),
}
"""What the columns of tables hold: kind, and meaning."""


class Measure(NamedTuple):
    """A measure as the data dictionary tells it.

    Parameters
    ----------
    measure
        Its name in tables.
    name
        Its name in plain English.
    unit
        Its unit, of pounds with their price year.
    meaning
        What it counts.
    groups
        Whether it is told by substance group.
    """

    measure: str
    name: str
    unit: str
    meaning: str
    groups: str


def unit_told(measure: str, prices: str) -> str:
    """The unit of a measure, of pounds with their price year: ``£, prices of 2008-09``."""
    unit = unit_of(measure)
    return f"£, {prices}" if unit == "£" else unit


def unit_of_difference(measure: str, prices: str) -> str:
    """The unit of a difference of two values of a measure; shares differ by points of a percentage."""
    told = unit_told(measure, prices)
    return "percentage points" if told == "%" else told


def unit_of_column(column: str, prices: str) -> str:
    """The unit of a column that has one and the same in every row, else empty."""
    return f"£, {prices}" if column == "gbp" or column.endswith("_gbp") else ""


def measures_told(prices: str) -> list[Measure]:
    """Every measure, in the order in which tables tell them."""
    return [
        Measure(
            measure,
            sentence_case(measure_name(measure)),
            unit_told(measure, prices),
            MEANINGS[measure],
            "all together" if measure in MONEY_MEASURES else "by group, and all together",
        )
        for measure in MEASURES
    ]
