"""Numbers and names as people read them: pounds, shares, counts, days, and what each measure is called.

Three significant figures are enough for what a model says of a year; what must be exact has its own
function. What is missing reads as a dash.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import NamedTuple

MINUS = "−"
MISSING = "–"
TOO_CLOSE = "too close to call"
NO_DIFFERENCE = "no difference"
NO_INTERVAL = "no interval from one replication"

Show = Callable[[float], str]
"""Writes a number of some kind."""


def _with_minus(amount: float, text_of: Show) -> str:
    """A number with a minus sign where it is below zero and does not round to nothing."""
    if math.isnan(amount):
        return MISSING
    text = text_of(abs(amount))
    return f"{MINUS}{text}" if amount < 0 and _says_something(text) else text


def _says_something(text: str) -> bool:
    return any(digit in text for digit in "123456789")


def _significant(amount: float, figures: int = 3) -> float:
    """A number rounded to so many figures."""
    return float(f"{amount:.{figures - 1}e}")


def _pounds(amount: float) -> str:
    rounded = _significant(amount)
    for size, letters in ((10**9, "bn"), (10**6, "m")):
        if rounded >= size:
            decimals = max(0, 2 - math.floor(math.log10(rounded / size)))
            return f"£{rounded / size:,.{decimals}f}{letters}"
    return f"£{rounded:,.0f}"


def gbp(pounds: float) -> str:
    """Pounds to three figures: ``£2.56m``, ``£190,000``."""
    return _with_minus(pounds, _pounds)


def gbp_exact(pounds: float) -> str:
    """Pounds to the pound: ``£2,561,234``."""
    return _with_minus(pounds, lambda amount: f"£{amount:,.0f}")


def _percent(part: float) -> str:
    whole = round(100 * part)
    between = 0 < part < 1 and whole in (0, 100)
    return f"{100 * part:.1f}%" if between else f"{whole}%"


def share(part: float) -> str:
    """A share as a percentage: ``94%``; with a decimal where it would read as none or all."""
    return _with_minus(part, _percent)


def points(part: float) -> str:
    """A difference of two shares: ``1.2 points`` of a percentage."""
    return _with_minus(part, lambda amount: f"{100 * amount:.1f} points")


def _few_or_many(number: float) -> str:
    few = number < 9.95 and number != round(number)
    return f"{number:,.1f}" if few else f"{number:,.0f}"


def count(number: float) -> str:
    """A number of people, or a mean of one: ``1,358``; with a decimal below ten."""
    return _with_minus(number, _few_or_many)


def days(number: float) -> str:
    """A time in days: ``6.3 days``."""
    return _with_minus(number, lambda amount: f"{amount:,.{0 if amount >= 99.95 else 1}f} days")


def decimal(number: float) -> str:
    """A ratio: ``38.4``."""
    return _with_minus(number, lambda amount: f"{amount:,.1f}")


def signed(amount: float, show_as: Show = count) -> str:
    """A change with its sign: ``signed(-190321, gbp)`` is ``−£190,000``; nothing has no sign."""
    text = show_as(amount)
    return f"+{text}" if amount > 0 and _says_something(text) else text


def interval(low: float, high: float, show_as: Show = count) -> str:
    """From the lowest to the highest, the unit once: ``£2.50m to £2.61m``, ``6.1 to 6.5 days``."""
    if math.isnan(low) or math.isnan(high):
        return MISSING
    first, last = show_as(low), show_as(high)
    number, _, unit = first.partition(" ")
    return f"{number if last.endswith(f' {unit}') else first} to {last}"


def too_close_to_call(low: float, high: float) -> bool:
    """Whether an interval holds zero, or there is no interval, so that no sign can be told."""
    return not (low > 0 or high < 0)


def verdict(low: float, high: float) -> str:
    """Why the sign of a difference cannot be told; empty where it can."""
    if math.isnan(low) or math.isnan(high):
        return NO_INTERVAL
    if low == high == 0:
        return NO_DIFFERENCE
    return TOO_CLOSE if too_close_to_call(low, high) else ""


def counted(number: int, noun: str) -> str:
    """So many of something: ``1 partnership``, ``8 partnerships``."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def sentence_case(text: str) -> str:
    """A text that begins with a capital, the rest as it is."""
    return text[:1].upper() + text[1:]


class _Kind(NamedTuple):
    """How values of some unit are written, and how a difference of two of them is."""

    unit: str
    show: Show
    show_difference: Show


_GBP = _Kind("£", gbp, gbp)
_SHARE = _Kind("%", share, points)
_DAYS = _Kind("days", days, days)
_PEOPLE = _Kind("people", count, count)
_CLIENTS = _Kind("clients", count, count)
_REFERRALS = _Kind("referrals", count, count)
_JOURNEYS = _Kind("journeys", count, count)
_EXITS = _Kind("exits", count, count)
_DEATHS = _Kind("deaths", count, count)
_CASELOAD = _Kind("clients", decimal, decimal)

_WORDS: dict[str, tuple[str, _Kind]] = {
    "allocation_gbp": ("allocation", _GBP),
    "spent_gbp": ("spent", _GBP),
    "unspent_gbp": ("unspent and returned", _GBP),
    "treatment_money_used_share": ("treatment money used", _SHARE),
    "caseload_per_keyworker": ("caseload of a keyworker", _CASELOAD),
    "support_places_used_share": ("support places used", _SHARE),
    "in_treatment": ("in treatment on 31 March", _CLIENTS),
    "waiting": ("waiting on 31 March", _PEOPLE),
    "untreated": ("untreated on 31 March", _PEOPLE),
    "in_recovery": ("in recovery on 31 March", _PEOPLE),
    "in_contact": ("in contact in the year", _CLIENTS),
    "in_effective_treatment": ("in effective treatment", _CLIENTS),
    "referrals": ("referrals", _REFERRALS),
    "new_presentations": ("new presentations", _JOURNEYS),
    "gave_up_waiting": ("gave up waiting", _REFERRALS),
    "mean_wait_days": ("average wait", _DAYS),
    "waited_3_weeks_or_less_share": ("waited three weeks or less", _SHARE),
    "kept_12_weeks_share": ("kept 12 weeks or finished sooner", _SHARE),
    "planned_exits": ("planned exits", _EXITS),
    "early_exits": ("early planned exits", _EXITS),
    "unplanned_exits": ("unplanned exits", _EXITS),
    "treatment_system_exits_share": ("planned among all exits", _SHARE),
    "successful_completions": ("successful completions", _EXITS),
    "re_presentations": ("re-presentations within six months", _EXITS),
    "supported_exits": ("planned exits with a support place", _EXITS),
    "unmet_need_share": ("unmet need", _SHARE),
    "deaths": ("deaths", _DEATHS),
}


def measure_name(measure: str) -> str:
    """A measure in plain English, to stand in a sentence: ``average wait``."""
    return _WORDS[measure][0]


def unit_of(measure: str) -> str:
    """The unit of a measure: ``£``, ``%``, ``days``, ``clients``."""
    return _WORDS[measure][1].unit


def measure_label(measure: str, prices: str = "") -> str:
    """A measure in plain English with its unit: ``Average wait (days)``.

    Parameters
    ----------
    prices
        The prices of pounds, as `prices_of` says them: ``Allocation (£, prices of 2008-09)``.
    """
    name, unit = measure_name(measure), unit_of(measure)
    if unit == "£" and prices:
        unit = f"{unit}, {prices}"
    said = unit in name.split()
    return sentence_case(name if said else f"{name} ({unit})")


def prices_of(years: Iterable[str]) -> str:
    """In which prices pounds are: ``prices of 2008-09``, or of several years where scenarios differ."""
    return f"prices of {' and '.join(dict.fromkeys(years))}"


def show(measure: str, value: float) -> str:
    """A value of a measure as it is read: ``show("allocation_gbp", 2561234)`` is ``£2.56m``."""
    return _WORDS[measure][1].show(value)


def show_difference(measure: str, difference: float) -> str:
    """A difference between two values of a measure, with its sign; shares differ by points."""
    return signed(difference, _WORDS[measure][1].show_difference)


_COUNTED = {
    "effective_clients": "people in effective treatment",
    "completions": "people who completed and did not come back within six months",
    "planned_exits": "planned exits, held or not",
    "starts": "people who began treatment",
    "kept_12_weeks": "people kept for 12 weeks",
    "unmet_need": "people who need treatment and are not in it",
    "need_index": "the need index of the area",
    "population": "the population of the area",
    "historic_share": "the area's share under the old rule",
    "last_allocation": "last year's pounds",
}


def counted_name(counts: str) -> str:
    """What a term of a formula counts, as people say it."""
    return _COUNTED[counts]
