"""What an area may give: each figure's unit, and how quarters of it make a year."""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple

from .. import observe
from ..measures import MEASURES
from ..observe import OBSERVED
from ..wording import measure_name
from .figures import LOCAL_MONEY


class Unit(Enum):
    """What a figure counts, in words."""

    PEOPLE = "whole number"
    POUNDS = "pounds"
    SHARE = "share, 0 to 1 or with %"
    DAYS = "days"
    RATIO = "number"


class Quarters(Enum):
    """How quarters make a year."""

    ADD = "four quarters add up to the year"
    LAST = "on 31 March, so quarter 4 is the year's"
    PERSONS = "counts a person once a year, so quarters do not add up: give the year"
    SHARE = "quarters of a share or an average do not add up: give the year"


class Kind(NamedTuple):
    """A figure that an area may give.

    Parameters
    ----------
    title
        What it is, for a commissioner.
    """

    title: str
    unit: Unit
    quarters: Quarters


ESTIMATED = ("untreated", "pdu_in_need", "unmet_need_share")
"""What nobody counts: prevalence studies estimate it."""
FOR_ALL_ALONE = ("caseload_per_keyworker", "pdu_in_need", "pdu_in_contact_share")
"""What is of all groups together by its nature; so is money."""
_ON_31_MARCH = ("in_treatment", "waiting", "in_recovery", *ESTIMATED)
_PERSONS = ("in_contact", "in_effective_treatment")
_NOT_RECORDED = ("counted_by_formula",)
"""What only the model can count."""
_REMARKS = {
    "in_contact": "in treatment on any day of the year",
    "in_effective_treatment": "of those in contact: kept 12 weeks, or left as planned sooner",
    "new_presentations": "journeys that start",
    "planned_exits": "completed, or left as planned",
    "unplanned_exits": "all other exits: dropped out, custody, moved away, died",
    "successful_completions": "planned exits of the year without a return within six months",
    "re_presentations": "planned exits of the year with a return within six months",
    "deaths": (
        "of everybody who needs treatment or is in recovery, in treatment or not;"
        " for deaths in treatment alone give exits_died_share"
    ),
    "allocation_gbp": "Pooled Treatment Budget; the year before the first may be given too",
}


def _unit(measure: str) -> Unit:
    if measure.endswith("_gbp"):
        return Unit.POUNDS
    if measure.endswith("_share"):
        return Unit.SHARE
    if measure.endswith("_days"):
        return Unit.DAYS
    return Unit.RATIO if measure == "caseload_per_keyworker" else Unit.PEOPLE


def _quarters(measure: str) -> Quarters:
    if measure in _ON_31_MARCH or measure.startswith("in_treatment_over_"):
        return Quarters.LAST
    if measure in _PERSONS:
        return Quarters.PERSONS
    adds = _unit(measure) in (Unit.PEOPLE, Unit.POUNDS)
    return Quarters.ADD if adds else Quarters.SHARE


def _title(measure: str) -> str:
    named = measure_name(measure) if measure in MEASURES else OBSERVED[measure].title
    remark = _REMARKS.get(measure)
    return f"{named}: {remark}" if remark else named


def _kinds() -> dict[str, Kind]:
    names = [name for name in observe.names() if name not in _NOT_RECORDED]
    found = {name: Kind(_title(name), _unit(name), _quarters(name)) for name in names}
    money = "money beside the allocation that pays for treatment: council, health and other"
    return found | {LOCAL_MONEY: Kind(money, Unit.POUNDS, Quarters.ADD)}


KINDS = _kinds()
"""Everything that an area may give, by name."""
