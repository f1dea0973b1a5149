"""A scenario that runs over the years of an area's figures.

What is given by year keeps its calendar years: the rule of 2010-11 stays that of 2010-11. Before the first
year and after the last that the scenario knows, the nearest holds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..scenario import as_dict
from ..years import year_name, year_names

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..scenario import Scenario
    from .figures import LocalFigures

Data = dict[str, Any]

_FOLLOWED_FOR_A_YEAR = "back_12_months"
"""Figures that need another year of the run after their own."""
_NOT_BY_YEAR = ("outreach_to", "support_open_to")


def years_needed(figures: LocalFigures, base: Scenario) -> tuple[int, int]:
    """The first calendar year of the area's run, and the number of its years.

    The scenario's own where all figures lie in them; else the run starts with the first year of the figures,
    so that day 0 lies near what is known.
    """
    given = [each.of for each in figures.figures]
    last = max(each.year + each.measure.startswith(_FOLLOWED_FOR_A_YEAR) for each in given)
    first = min(each.year for each in given if not _is_money(each.measure))
    if base.first_year <= first and last < base.first_year + base.years:
        return base.first_year, base.years
    return first, max(base.years, last + 1 - first)


def _is_money(measure: str) -> bool:
    return measure.endswith("_gbp")


def moved(base: Scenario, first_year: int, years: int) -> tuple[Data, dict[str, str]]:
    """The scenario over other years, and why the assumptions that changed with them are what they are.

    Returns
    -------
    The whole scenario in plain values; by path, what to say of an assumption's source.
    """
    whole = as_dict(base)
    if (first_year, years) == (base.first_year, base.years):
        return whole, {}
    known = year_names(base.first_year, base.years)
    places = [min(max(first_year + i - base.first_year, 0), base.years - 1) for i in range(years)]
    changed = [*_lists_by_year(whole, base.years)]
    for path in changed:
        _by_calendar(whole, path, places)
    whole["first_year"], whole["years"] = first_year, years
    why = f"by calendar year; outside {known[0]} to {known[-1]} the nearest year's"
    told = {".".join(path): why for path in changed if path[0] in ("formula", "funding")}
    return whole, told | _grown(whole, base, first_year - base.first_year)


def _by_calendar(whole: Data, path: tuple[str, ...], places: list[int]) -> None:
    *way, last = path
    around: Any = whole
    for step in way:
        around = around[step]
    around[last] = [around[last][place] for place in places]


def _lists_by_year(whole: Data, years: int) -> Iterator[tuple[str, ...]]:
    """Paths of whatever has one value for each year."""
    for part in ("formula", "funding", "plan", "partnerships"):
        yield from _lists(whole[part], (part,), years)


def _lists(data: Any, path: tuple[str, ...], years: int) -> Iterator[tuple[str, ...]]:
    if isinstance(data, dict):
        for name, inside in data.items():
            if name not in (*_NOT_BY_YEAR, "pays_for"):
                yield from _lists(inside, (*path, name), years)
    elif isinstance(data, list) and len(data) == years:
        yield path


def _grown(whole: Data, base: Scenario, later: int) -> dict[str, str]:
    """The rest of England's activity, and everybody's last allocation, so many years later or earlier."""
    rest = whole["formula"]["rest"]
    growth = (1 + rest["growth_per_year"]) ** later
    why = f"grown as the rest of England from {year_name(base.first_year)}"
    told: dict[str, str] = {}
    for name in ("reference_activity", "reference_completions") if growth != 1 else ():
        rest[name] = {group: float(f"{n * growth:.6g}") for group, n in rest[name].items()}
        told |= {f"formula.rest.{name}.{group}": why for group in rest[name]}
    pots = base.formula.pot_gbp
    if isinstance(pots, tuple) and later > 0:
        many = rest["partnerships"] + len(base.partnerships)
        before = pots[min(later, base.years) - 1]
        whole["history"]["allocation_gbp"] = round(before / many)
        told["history.allocation_gbp"] = "an equal share of the pot of the year before"
    return told
