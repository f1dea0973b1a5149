"""What it costs to act alone, and what it costs when all do the same."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ..incentives import Estimate, ratio
from ..wording import NO_INTERVAL, count, gbp, share
from .figures import PEOPLE, Between, Figure, Finding, amount, last_day, last_two, lower, verdict

if TYPE_CHECKING:
    from ..replicate import Comparison, Sample


@dataclass(frozen=True, slots=True)
class Together:
    """What one partnership gets if it acts alone, and if all do the same.

    Attributes
    ----------
    name
        The partnership that acts alone.
    years
        The years that are looked at: the last two.
    alone, together
        The change of its allocation in each of them, in pounds.
    others_each
        What each of the others gets more while it acts alone, in the last year.
    ratio
        The change together as a share of the change alone, in the last year.
    """

    name: str
    years: tuple[str, ...]
    alone: tuple[Figure, ...]
    together: tuple[Figure, ...]
    others_each: Figure
    ratio: Figure


def alone_and_together(comparison: Comparison) -> Together:
    """Read acting alone and acting together off a comparison.

    Parameters
    ----------
    comparison
        A baseline in which nobody acts; a scenario in which one partnership has another plan; and one
        in which all have.
    """
    nobody, (one, everybody) = comparison.baseline, comparison.others
    name = _who_acts(nobody, one)
    alone, together = Between(nobody, one), Between(nobody, everybody)
    others = [each for each in nobody.scenario.partnerships if each != name]
    moved = [between.values("allocation_gbp", [name])[:, -1] for between in (together, alone)]
    last = nobody.years[-1]
    years = last_two(nobody.years)
    gained = alone.values("allocation_gbp", others)[:, -1] / len(others)
    return Together(
        name=name,
        years=nobody.years[-len(years) :],
        alone=tuple(_moved(f"{name} alone", alone, year, name) for year in years),
        together=tuple(_moved(f"{name} when all do it", together, year, name) for year in years),
        others_each=Figure(f"Each of the {len(others)} others, {last}", Estimate.of(gained), gbp),
        ratio=Figure(f"Together as a share of alone, {last}", ratio(*moved), share, False),
    )


def _moved(who: str, between: Between, year: int, name: str) -> Figure:
    allocation = between.year("allocation_gbp", gbp, year, name)
    return replace(allocation, name=f"{who}: {lower(allocation.name)}")


def _who_acts(nobody: Sample, one: Sample) -> str:
    """The partnership whose plan differs."""
    plans = nobody.scenario.partnerships
    acting = (
        name for name, own in one.scenario.partnerships.items() if own.plan != plans[name].plan
    )
    return next(acting, next(iter(plans)))


ALONE = {
    "more": "brings in money when one does it alone",
    "less": "costs money when one does it alone",
    "same": "makes no difference to the money when one does it alone",
    "open": "has no clear effect on the money when one does it alone",
}
ALL = {
    "more": "brings in money when all do it",
    "less": "costs money when all do it",
    "same": "makes no difference to the money when all do it",
    "open": "has no clear effect on the money when all do it",
}


def acting_together(comparison: Comparison, subject: str) -> Finding:
    """What it costs to be the only one, against what it costs when all do the same."""
    found = alone_and_together(comparison)
    nobody, (_, everybody) = comparison.baseline, comparison.others
    alone, together = found.alone[-1], found.together[-1]
    well = Between(nobody, everybody).year("in_recovery", count)
    others = len(nobody.scenario.partnerships) - 1
    return Finding(
        title=f"{subject} {ALONE[alone.sign]}, and {ALL[together.sign]}",
        sentence=(
            f"{found.name} alone {moves(alone)} in {found.years[-1]}. If all {others + 1} do the same,"
            f" it {moves(together)}{part(found)}.{_one_pot(nobody)} While {found.name} is alone, each of the {others} others"
            f" {moves(found.others_each)}. If all do it, there are"
            f" {amount(well, PEOPLE, 'people in recovery')} on {last_day(found.years[-1])}"
            f" in the {others + 1} areas together."
        ),
        verdict=verdict(alone),
        figures=(alone, together, found.ratio, found.others_each, *found.alone[:-1], well),
    )


def _one_pot(sample: Sample) -> str:
    """That nothing can be gained together, where nobody else shares the pot."""
    if sample.scenario.formula.rest.partnerships:
        return ""
    return " They share one pot and nobody else does, so together they can neither gain nor lose."


def moves(figure: Figure) -> str:
    """``loses £376,000``, or why that cannot be told."""
    if figure.sign == "same":
        return "neither gains nor loses"
    size = figure.show(abs(figure.estimate.mean))
    verb = "gains" if figure.estimate.mean > 0 else "loses"
    if math.isnan(figure.estimate.low):
        return f"{verb} {size} ({NO_INTERVAL})"
    if figure.sign == "open":
        return f"neither clearly gains nor clearly loses ({figure.interval})"
    return f"{verb} {size}"


def part(found: Together) -> str:
    """How large the change together is against the change alone, where that says something."""
    verb = {"more": "gains", "less": "loses"}.get(found.alone[-1].sign)
    if verb is None or math.isnan(found.ratio.estimate.low):
        return ""
    size = found.ratio.interval if found.ratio.sign == "open" else found.ratio.text
    return f", which is {size} of what it {verb} alone"
