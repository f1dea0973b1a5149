"""What to fit an area's scenario to, and which assumptions its figures can say something about."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ..calibrate.targets import Fitted, Target, Targets
from ..scenario import as_dict
from ..scenario.changes import UnknownNameError, resolved
from ..scenario.tree import at
from ..years import year_name
from .by_year import OTHER, PDU
from .figures import ALL, LOCAL_MONEY
from .kinds import ESTIMATED, KINDS, Unit
from .reading import years_told

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..scenario import Scenario
    from .figures import LocalFigure, LocalFigures

RECORDING_ERROR_SHARE = 0.02
"""Assumed: how far a recorded count or average is off, beside chance. Records are closed late and corrected."""
RECORDING_ERROR_POINTS = 0.01
"""Assumed: the same of a share."""
ESTIMATION_ERROR_SHARE, ESTIMATION_ERROR_POINTS = 0.15, 0.05
"""Assumed: how far an estimate of how many need treatment is off, which studies put at 10 to 20%."""
LEAST_ERROR_PEOPLE = 0.5
"""A count is off by less than one when it is right."""
LONGEST_HELD_DAYS = 1000.0


def area_targets(figures: LocalFigures, scenario: Scenario) -> Targets:
    """The area's figures as aims, with the assumptions that they can say something about.

    Chance is left to the fit, which knows that the figures are of one partnership. The uncertainty beside it
    is a recording error, and what suppression hides: a suppressed number is as likely to be any that it may
    be. A figure of which all is suppressed only has to lie below its bound. Money decides the scenario and is
    kept to test the fit; years outside the scenario's are left out.

    Parameters
    ----------
    scenario
        What `area_scenario` made of the same figures.
    """
    told = [each for each in figures.figures if _is_aim(each, scenario)]
    targets = tuple(_target(each, figures) for each in told)
    fitted = _fitted(told, scenario, figures.title)
    enough = sum(target.use == "fit" for target in targets)
    return Targets(
        title=f"{figures.partnership}, {years_told(figures)}",
        description=(
            f"Recorded by the area itself ({figures.title}). Each has a recording error of"
            f" {RECORDING_ERROR_SHARE:.0%}, or {100 * RECORDING_ERROR_POINTS:.0f} point for a share,"
            f" beside chance; an estimate of need {ESTIMATION_ERROR_SHARE:.0%}."
        ),
        mean_of_partnerships=1,
        rest_is_alike=False,
        fit=fitted[:enough],
        targets=targets,
    )


def _is_aim(figure: LocalFigure, scenario: Scenario) -> bool:
    place = figure.of.year - scenario.first_year
    return figure.of.measure != LOCAL_MONEY and 0 <= place < scenario.years


def _target(figure: LocalFigure, figures: LocalFigures) -> Target:
    hidden = figure.amount.is_hidden
    money = KINDS[figure.of.measure].unit is Unit.POUNDS
    return Target(
        measure=figure.of.measure,
        group=figure.of.group,
        year=year_name(figure.of.year),
        value=None if hidden else float(f"{figure.amount.mean:.10g}"),
        below=figure.amount.high + 1 if hidden else None,
        uncertainty=float(f"{_uncertainty(figure):.4g}"),
        source=f"{figure.source}; {figures.title}" if figure.source else figures.title,
        grade="published" if figure.source else "unverified",
        use="test" if money else "fit",
    )


def _uncertainty(figure: LocalFigure) -> float:
    """One standard error: of recording, and of what is suppressed."""
    unit, amount = KINDS[figure.of.measure].unit, figure.amount
    if amount.is_hidden:
        return LEAST_ERROR_PEOPLE
    estimated = figure.of.measure in ESTIMATED
    if unit is Unit.SHARE:
        return ESTIMATION_ERROR_POINTS if estimated else RECORDING_ERROR_POINTS
    least = LEAST_ERROR_PEOPLE if unit is Unit.PEOPLE else 0.0
    share = ESTIMATION_ERROR_SHARE if estimated else RECORDING_ERROR_SHARE
    recording = max(least, share * amount.mean)
    return float((recording**2 + amount.variance) ** 0.5)


# Which assumptions may move

_STARTS = ("new_presentations", "referrals")
_STOCKS = ("in_treatment", "in_contact", "in_effective_treatment")
_PLANNED = ("planned_exits", "successful_completions", "treatment_system_exits_share")
_HOW_LONG = (
    "in_treatment_over_2_years_share",
    "in_treatment_over_4_years_share",
    "in_treatment_over_6_years_share",
)
_LEFT_EARLY = (
    "unplanned_exits",
    "kept_12_weeks_share",
    "treatment_system_exits_share",
    "exits_dropped_out_share",
)
_RETURNS = ("re_presentations", "back_6_months_after_planned_share")
_WAITS = ("waited_3_weeks_or_less_share", "mean_wait_days")


class _Candidate(NamedTuple):
    """An assumption that may move, and the figures of which one must be given.

    Parameters
    ----------
    of
        Groups that it concerns: ``pdu``, ``other`` or ``all``.
    shared
        Whether its groups have one value, so that they move together; else that of the largest moves.
    years
        In how many years a figure must be given.
    """

    name: str
    part: str
    path: str
    of: str
    told_by: tuple[str, ...]
    shared: bool = False
    years: int = 1


_ORDER = (
    _Candidate("In treatment on day 0", "history", "in_treatment.people", PDU, _STOCKS),
    _Candidate("Never treated on day 0", "history", "never_treated", PDU, (*_STARTS, *ESTIMATED)),
    _Candidate("New people in need", "world", "need.onset_per_year", OTHER, (*_STARTS, *_STOCKS)),
    _Candidate("Drop-out", "world", "treatment.drop_out.scale_days", PDU, _LEFT_EARLY),
    _Candidate("First seeking", "world", "need.first_seeking_per_year", PDU, _STARTS, True, 2),
    _Candidate("First seeking", "world", "need.first_seeking_per_year", OTHER, _STARTS, True, 2),
    _Candidate("Readiness", "world", "treatment.ready.median_days", PDU, _HOW_LONG),
    _Candidate("Relapse", "world", "after.relapse.scale_days", PDU, _RETURNS, True),
    _Candidate("Assessment", "world", "waiting.assessment.median_days", ALL, _WAITS, True),
    _Candidate("Drop-out", "world", "treatment.drop_out.scale_days", OTHER, _LEFT_EARLY),
    _Candidate("Readiness", "world", "treatment.ready.median_days", OTHER, _PLANNED),
)
"""What moves the figures most stands first; never more may move than there are figures.

With figures of one year, how many need treatment and how soon they seek it cannot be told apart: the first
moves. Readiness and how long ready clients are kept both delay planned exits: the second moves, unless it is
known how long people have been in treatment.
"""


def _fitted(told: Sequence[LocalFigure], scenario: Scenario, title: str) -> tuple[Fitted, ...]:
    chosen = [each for each in _ORDER if _say_something(each, told, scenario)]
    found = [_assumption(each, told, scenario) for each in chosen]
    held = _held(told, scenario, title)
    return (*found[:2], *held, *found[2:])


def _groups(of: str, scenario: Scenario) -> list[str]:
    """Groups with people in treatment, the largest first."""
    past, world = scenario.history.groups, scenario.world.groups
    there = [
        name
        for name in world
        if past[name].in_treatment.people and of in (ALL, PDU if world[name].is_pdu else OTHER)
    ]
    return sorted(there, key=lambda name: -past[name].in_treatment.people)


def _say_something(candidate: _Candidate, told: Sequence[LocalFigure], scenario: Scenario) -> bool:
    """Whether figures of these groups are given; of all together they tell of PDUs, who are most."""
    groups = _groups(candidate.of, scenario)
    seen = groups if candidate.of == OTHER else [*groups, ALL]
    years = {
        each.of.year
        for each in told
        if each.of.measure in candidate.told_by and each.of.group in seen
    }
    return bool(groups) and len(years) >= candidate.years


def _assumption(candidate: _Candidate, told: Sequence[LocalFigure], scenario: Scenario) -> Fitted:
    seen = {each.of.group for each in told if each.of.measure in candidate.told_by}
    whole = _groups(candidate.of, scenario)
    groups = whole if ALL in seen else [group for group in whole if group in seen]
    moving = groups if candidate.shared else groups[:1]
    paths = tuple(f"{candidate.part}.groups.{group}.{candidate.path}" for group in moving)
    return Fitted(name=f"{candidate.name}: {_labels(moving, scenario)}", paths=paths)


def _labels(groups: Sequence[str], scenario: Scenario) -> str:
    told = [g.label.lower() for name, g in scenario.world.groups.items() if name in groups]
    return ", ".join(told)


def _held(told: Sequence[LocalFigure], scenario: Scenario, title: str) -> list[Fitted]:
    """How long ready clients are kept: a decision, which no statistic counts and planned exits show."""
    groups = _groups(PDU, scenario)
    shown = any(each.of.measure in _PLANNED and each.of.group in (*groups, ALL) for each in told)
    whole = as_dict(scenario)
    names = [f"{part}.move_on_delay_days.{g}" for part in ("plan", "history") for g in groups]
    if not shown or not groups or not all(_is_number(name, whole) for name in names):
        return []
    why = (
        "How long the area keeps ready clients is its own practice, the same before day 0 and after, and"
        f" no statistic counts it: the planned exits of {title} show it"
    )
    return [
        Fitted(
            name=f"Ready clients are kept: {_labels(groups, scenario)}",
            paths=tuple(names),
            range=(0.0, LONGEST_HELD_DAYS),
            why=why,
        )
    ]


def _is_number(name: str, whole: dict[str, object]) -> bool:
    try:
        value = at(whole, resolved(name, whole))
    except UnknownNameError:
        return False
    return isinstance(value, int | float) and not isinstance(value, bool)
