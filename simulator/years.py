"""Days, financial years and quarters: the model's calendar.

Time is in days from 1 April of the first year. A year has 365 days; leap days do not exist.
"""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate

DAYS_PER_YEAR = 365
WEEKS_PER_YEAR = DAYS_PER_YEAR / 7
OCTOBER = 183
"""Days from 1 April to 1 October."""
REVIEW_EVERY_DAYS = 91
"""A client's care plan is reviewed each quarter."""
TWELVE_WEEKS_DAYS = 84
"""Kept so long, a client counts as in effective treatment (National Indicator 40)."""
SIX_MONTHS_DAYS = 182
"""Not back within this time, a planned exit counts as a successful completion."""
CLOSE_OUT_DAYS = 182
"""A run goes on for so long after its last 31 March, so that six-month measures are complete."""
THREE_WEEKS_DAYS = 21
"""The national standard for waiting."""


def first_day(year: int) -> int:
    """Day of 1 April of a year, counted from 0."""
    return year * DAYS_PER_YEAR


MONTHS = {
    "April": 30,
    "May": 31,
    "June": 30,
    "July": 31,
    "August": 31,
    "September": 30,
    "October": 31,
    "November": 30,
    "December": 31,
    "January": 31,
    "February": 28,
    "March": 31,
}
"""The months of a financial year and their days."""
_MONTHS_END = tuple(accumulate(MONTHS.values()))
_MONTHS_OF_THE_OLD_CALENDAR_YEAR = 9


def month_name(day: float, first_year: int) -> str:
    """The month that a day lies in, such as ``June 2010``.

    Parameters
    ----------
    day
        Counted from 1 April of the first year; negative before it.
    first_year
        The calendar year of that 1 April.
    """
    year, within = divmod(day, DAYS_PER_YEAR)
    place = bisect_right(_MONTHS_END, within)
    new_year = place >= _MONTHS_OF_THE_OLD_CALENDAR_YEAR
    return f"{list(MONTHS)[place]} {first_year + int(year) + new_year}"


def half_year_starts(year: int) -> tuple[int, int]:
    """Days of 1 April and 1 October of a year, counted from 0."""
    return first_day(year), first_day(year) + OCTOBER


def year_name(calendar_year: int) -> str:
    """The financial year that starts in April of a calendar year: 2008 gives ``2008-09``."""
    return f"{calendar_year}-{(calendar_year + 1) % 100:02d}"


def year_names(first: int, years: int) -> tuple[str, ...]:
    """Names of so many financial years in a row."""
    return tuple(year_name(first + year) for year in range(years))
