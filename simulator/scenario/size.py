"""How many people a scenario needs, and whether they fit into memory."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from ..years import CLOSE_OUT_DAYS, DAYS_PER_YEAR

if TYPE_CHECKING:
    from .schema import GroupHistory, Scenario

BYTES_PER_PERSON = 4_000
"""Twice the 1,750 measured for each further person in a five-year run: people with many stays need more."""

SHARE_OF_MEMORY = 0.6
WHERE_MEMORY_IS_UNKNOWN_BYTES = 4 * 10**9


def people_expected(scenario: Scenario) -> float:
    """People that a run is expected to hold: those of day 0, and all who come until the close-out."""
    years = scenario.years + CLOSE_OUT_DAYS / DAYS_PER_YEAR
    stock = sum(_people_on_day_0(group) for group in scenario.history.groups.values())
    coming = sum(
        group.need.onset_per_year + group.need.moves_in_per_year
        for group in scenario.world.groups.values()
    )
    return _size_in_all(scenario) * (stock + coming * years)


def _size_in_all(scenario: Scenario) -> float:
    """Sizes of all partnerships that are simulated; a mix of groups is taken as the average one."""
    return sum(own.size for own in scenario.partnerships.values())


def _people_on_day_0(group: GroupHistory) -> int:
    since_a_day = (group.in_treatment, group.waiting, group.treated_before, group.in_recovery)
    return sum(each.people for each in since_a_day) + group.never_treated + group.in_prison


def allowed_bytes() -> int:
    """Memory that a run may use on this machine."""
    try:
        physical = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, OSError, ValueError):  # not every system has or tells these
        return WHERE_MEMORY_IS_UNKNOWN_BYTES
    return int(SHARE_OF_MEMORY * physical) if physical > 0 else WHERE_MEMORY_IS_UNKNOWN_BYTES


def too_large(scenario: Scenario, limit_bytes: int | None = None, at_once: int = 1) -> str | None:
    """What a run, or so many at once, would need, in words, where that is more memory than it may use."""
    people = people_expected(scenario)
    needed = people * BYTES_PER_PERSON * at_once
    if needed <= (allowed_bytes() if limit_bytes is None else limit_bytes):
        return None
    areas = len(scenario.partnerships)
    return (
        f"about {in_words(needed)} for {people:,.0f} people"
        f" in {areas} partnership{'s' if areas > 1 else ''} over {scenario.years} years"
    )


def in_words(n_bytes: float) -> str:
    """An amount of memory as people write it."""
    for size, name in ((10**12, "TB"), (10**9, "GB"), (10**6, "MB"), (10**3, "kB")):
        if n_bytes >= size:
            return f"{n_bytes / size:,.1f} {name}"
    return f"{n_bytes:,.0f} bytes"
