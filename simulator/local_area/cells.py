"""What a cell says: periods and numbers as people and spreadsheets write them."""

from __future__ import annotations

import re
from typing import NamedTuple

from ..scenario.tree import shown
from ..years import year_name
from .figures import Amount
from .kinds import Unit

FIRST_YEAR, LAST_YEAR = 1990, 2099
MOST_PEOPLE = 1_000_000
"""Three times as many as all of England has in drug treatment."""
MOST_POUNDS = 10**10
MOST_DAYS = 3650
LONGEST = 40
USUAL_BOUND = 5
"""Counts under 5 are the ones that statistics suppress."""
HIGHEST_BOUND = 100

_SPACES = re.compile(r"[\s\u00a0\u2007\u202f]+")
_YEAR = r"(?:FY ?)?(?P<first>\d{4}) ?[-/–—] ?(?P<second>\d{2}|\d{4})"
_PERIOD = re.compile(rf"(?:(?P<before>Q[1-4]) )?{_YEAR}(?: ?(?P<after>Q[1-4]))?", re.ASCII)
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_AS_A_DATE = re.compile(rf"(?P<month>{'|'.join(_MONTHS)})[A-Z]*[- ](?P<year>\d{{2}})", re.ASCII)

_SUPPRESSED = frozenset({"*", "**", "s", "c", "[c]", "[s]", "(c)", "(s)", "suppressed"})
_MISSING = frozenset({"", "n/a", "na", "#n/a", "[x]", "[z]", "not available", "not known"})
_UNDER = re.compile(r"(?P<sign><|<=|≤|under|below|less than|fewer than) ?(?P<bound>\d{1,3})", re.A)
_DIGITS = r"(?:\d+|[1-9]\d{0,2}(?:,\d{3})+)(?:\.\d+)?"
_NUMBER = re.compile(rf"\+?(?P<pound>£ ?)?\+?(?P<digits>{_DIGITS})(?P<percent> ?%)?", re.ASCII)
_NEGATIVE = re.compile(r"[-−–] ?£?[\d.,]+ ?%?|\(£?[\d.,]+%?\)", re.ASCII)
_DASH = re.compile(r"[-−–—.:]+")


class Wrong(NamedTuple):
    """What a cell must be and is not."""

    rule: str
    advice: str


class Period(NamedTuple):
    """A financial year, by the calendar year in which it begins, or one of its quarters."""

    year: int
    quarter: int | None = None
    was_a_date: bool = False
    """Whether a spreadsheet had made a date of it."""

    @property
    def name(self) -> str:
        """The period as it is written."""
        year = year_name(self.year)
        return year if self.quarter is None else f"{year} Q{self.quarter}"


def tidy(text: str) -> str:
    """A cell without spaces around it, and with single ones inside."""
    return _SPACES.sub(" ", text).strip()


def period(text: str) -> Period | Wrong:
    """The period that a cell names."""
    capital = tidy(text).upper()
    if match := _AS_A_DATE.fullmatch(capital):
        return _from_a_date(match)
    match = _PERIOD.fullmatch(capital)
    if match is None or (match["before"] and match["after"]):
        return _no_period(capital)
    first, second = int(match["first"]), match["second"]
    if int(second) != (first + 1) % 10 ** len(second):
        return _no_period(capital)
    if not FIRST_YEAR <= first <= LAST_YEAR:
        rule = f"be a year from {year_name(FIRST_YEAR)} to {year_name(LAST_YEAR)}"
        return Wrong(rule, "check the year")
    quarter = match["before"] or match["after"]
    return Period(first, int(quarter[1]) if quarter else None)


def _from_a_date(match: re.Match[str]) -> Period | Wrong:
    """``Sep-08``: what a spreadsheet makes of 2008-09."""
    month, year = _MONTHS.index(match["month"]) + 1, 2000 + int(match["year"])
    if month == (year + 1) % 100:
        return Period(year, None, was_a_date=True)
    advice = "months are not taken: write the year as 2008-09, or a quarter as 2008-09 Q1"
    return Wrong("be a financial year or a quarter of one", advice)


def _no_period(text: str) -> Wrong:
    rule = "be a financial year or a quarter of one"
    quarter = re.search(r"Q ?([1-4])\b", text, re.ASCII)
    year = re.search(r"\d{4}", text, re.ASCII) or re.match(r"\d{2}(?=[-/]\d{2}\b)", text, re.ASCII)
    if year is None:
        return Wrong(rule, "write it as 2008-09, or 2008-09 Q1 for April to June 2008")
    first = int(year[0]) if len(year[0]) == 4 else 2000 + int(year[0])
    meant = Period(first, int(quarter[1]) if quarter else None)
    return Wrong(rule, f"did you mean {meant.name}? Quarters are Q1 (April to June) to Q4")


def amount(text: str, unit: Unit) -> Amount | Wrong | None:
    """What a cell in the column of values says, or None where it says that there is nothing."""
    plain = tidy(text)
    lower = plain.casefold()
    if lower in _MISSING:
        return None
    if lower in _SUPPRESSED:
        return Amount.below(USUAL_BOUND) if unit is Unit.PEOPLE else None
    if match := _UNDER.fullmatch(lower):
        return _under(match, unit)
    return _number(plain, unit)


def _under(match: re.Match[str], unit: Unit) -> Amount | Wrong:
    if unit is not Unit.PEOPLE:
        return Wrong(f"be a number ({unit.value})", "leave the row out where it is suppressed")
    bound = int(match["bound"]) + (match["sign"] in ("<=", "≤"))
    if not 0 < bound <= HIGHEST_BOUND:
        rule = f"be suppressed under a number from 1 to {HIGHEST_BOUND}"
        return Wrong(rule, "leave the row out, or write <5")
    return Amount.below(bound) if bound > 1 else Amount.exactly(0.0)


def _number(text: str, unit: Unit) -> Amount | Wrong:
    match = _NUMBER.fullmatch(text) if len(text) <= LONGEST else None
    if match is None:
        return _no_number(text)
    if match["pound"] and unit is not Unit.POUNDS:
        return Wrong(f"have no £: it is a {unit.value}", f"write {match['digits']}")
    if match["percent"] and unit is not Unit.SHARE:
        return Wrong(f"have no %: it is a {unit.value}", "write the number itself")
    if "," in match["digits"] and unit not in (Unit.PEOPLE, Unit.POUNDS):
        return Wrong("have no comma", "write the decimals after a point: 0.93, 12.5")
    number = float(match["digits"].replace(",", ""))
    return _bounded(number / 100 if match["percent"] else number, unit)


def _bounded(number: float, unit: Unit) -> Amount | Wrong:
    if unit is Unit.SHARE and number > 1:
        advice = f"write {number:g}% or {number / 100:g}" if number <= 100 else "check the number"
        return Wrong("be a share from 0 to 1, or have a % sign", advice)
    if unit is Unit.PEOPLE and number != int(number):
        return Wrong("be a whole number", "count people or events, and write no decimals")
    most = {Unit.PEOPLE: MOST_PEOPLE, Unit.POUNDS: MOST_POUNDS}.get(unit, MOST_DAYS)
    if number > most:
        return Wrong(f"be at most {most:,}", "check the number")
    return Amount.exactly(float(f"{number:.12g}"))


_NO_NUMBERS = (
    (_NEGATIVE, Wrong("be 0 or more", "write it without minus or brackets, or leave the row out")),
    (
        _DASH,
        Wrong(
            "be a number",
            "write 0, or * where it is suppressed; leave the row out where it is not known",
        ),
    ),
    (
        re.compile(r"[=+@#].*", re.DOTALL),
        Wrong("be a number", "write what the formula gives, in digits"),
    ),
    (
        re.compile(r"£? ?\d[\d.,]*[eE][-+]?\d+", re.ASCII),
        Wrong("be a number", "write all its digits, such as 1342000 or 1,342,000"),
    ),
    (
        re.compile(r"£? ?\d[\d.,]*", re.ASCII),
        Wrong("be a number", "write 1342 or 1,342, and decimals after a point: 0.93"),
    ),
)
"""What is written instead of a number, and what to do about it."""


def _no_number(text: str) -> Wrong:
    if len(text) > LONGEST:
        return Wrong("be a number", "write digits")
    told = next((wrong for kind, wrong in _NO_NUMBERS if kind.fullmatch(text)), None)
    inside = re.findall(r"\d[\d,.]*", text, re.ASCII)
    if told is None and len(inside) == 1 and re.fullmatch(_DIGITS, inside[0], re.ASCII):
        return Wrong("be a number", f"write digits alone, such as {inside[0]}")
    return told or Wrong("be a number", "write digits")


def as_given(text: str) -> str:
    """A cell as a message shows it."""
    return shown(tidy(text))
