"""The numbers that plans are compared by, and which way each of them is better."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

from ..errors import BadInput, Fault
from ..measures import MEASURES
from ..scenario.tree import instead, shown
from ..study import Outcome
from ..study.outcome import adds_up, ways, year_by_default
from ..years import year_names

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..scenario import Scenario

Better: TypeAlias = Literal["higher", "lower", ""]
"""Which way a number is better; empty where nobody may say so for others."""


class Headline(NamedTuple):
    """A measure that plans are compared by.

    Parameters
    ----------
    measure
        A measure of the tidy table.
    year
        A year, or `last`, `first`, `total`, `mean` of all years.
    better
        Which way it is better; empty for what is neither good nor bad in itself, such as people in treatment.
    """

    measure: str
    year: str
    better: Better = ""


HEADLINES = (
    Headline("in_recovery", "last", "higher"),
    Headline("in_treatment", "last"),
    Headline("allocation_gbp", "last", "higher"),
    Headline("unspent_gbp", "last"),
    Headline("successful_completions", "total", "higher"),
    Headline("deaths", "total", "lower"),
    Headline("unmet_need_share", "last", "lower"),
)
"""What is compared where nothing is said. Pounds left over tell whether a plan pays: what it brings in less what it costs."""


def outcomes_of(
    headlines: Sequence[Headline], scenario: Scenario, partnership: str | None = None
) -> tuple[Outcome, ...]:
    """The numbers as they are read off a replication, for all groups together.

    Parameters
    ----------
    partnership
        By default all together.

    Raises
    ------
    BadInput
        With every measure, year or direction that is not known.
    """
    years = year_names(scenario.first_year, scenario.years)
    faults = [
        Fault(
            "headlines",
            each.measure,
            f"have a {name} that is known",
            shown(got),
            instead(got, known),
        )
        for each in headlines
        for name, got, known in (
            ("measure", each.measure, MEASURES),
            ("year", each.year, ways(years)),
            ("direction", each.better, ("higher", "lower", "")),
        )
        if got not in known
    ]
    faults += [
        Fault(
            "headlines",
            each.measure,
            "not be a total: its years do not add up",
            each.year,
            "use last",
        )
        for each in headlines
        if each.year == "total" and each.measure in MEASURES and not adds_up(each.measure)
    ]
    if faults:
        raise BadInput(faults)
    return tuple(
        Outcome(each.measure, each.year, partnership=partnership, years=years) for each in headlines
    )


def headline(measure: str) -> Headline:
    """A measure as it is compared where nothing else is said."""
    known = {each.measure: each for each in HEADLINES}
    return known.get(measure, Headline(measure, year_by_default(measure)))
