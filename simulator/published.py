"""What real, named areas were paid, and what the rule of 2008-09 to 2010-11 would have made of it.

These figures stand apart from every scenario: no partnership that is simulated is one of these areas.

References
----------
Hansard, 7 July 2009 and 9 September 2009, written answers.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import TYPE_CHECKING, Literal, cast

from .errors import BadInput, Fault
from .scenario.library import shipped
from .scenario.tree import instead, shown

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

FILE = "ptb_by_area.csv"
NATION = "England"
BASE_YEAR = "2007-08"
"""The last year of the old rule alone."""
PHASED_IN = {"2008-09": Fraction(1, 3), "2009-10": Fraction(2, 3), "2010-11": Fraction(1)}
"""The part φ of the new rule; equal steps are assumed."""
UNKNOWN = (
    "How many clients in effective treatment were counted, and of which groups",
    "Its need and its area cost factor",
    "Whether a bound on losses or gains held",
    "How much of its money was for young people, which came by another rule",
    "Whether the pot of 2009-10 was the indicative £398m or about £406m, as recalled",
)
"""What nobody has published of an area, and what a difference from the rule may be made of."""

Kind = Literal["published", "projected"]


@dataclass(frozen=True, slots=True)
class Paid:
    """What was published of one area's Pooled Treatment Budget in one year.

    Parameters
    ----------
    gbp
        Pounds of the year, in its own prices; None where only a change is known.
    change_share
        Change against the year before, as a share of that; None where pounds are known.
    kind
        ``published``, or ``projected`` before the year.
    source
        Title and date.
    grade
        How well it is known.
    """

    area: str
    year: str
    gbp: int | None
    change_share: float | None
    kind: Kind
    source: str
    grade: str


@dataclass(frozen=True, slots=True)
class BesideTheRule:
    """One year of an area: what was published, and what the phase-in gives.

    Parameters
    ----------
    phase_in
        The part φ of the new rule.
    by_rule_gbp
        φ q + (1 - φ) o, to the pound: q its part of the pot by the new rule, o by the old one.
    difference_gbp
        Published less that. 0 in the year from which q is told.
    """

    year: str
    kind: Kind
    phase_in: Fraction
    published_gbp: int
    by_rule_gbp: int

    @property
    def difference_gbp(self) -> int:
        """Pounds published beyond what the rule gives."""
        return self.published_gbp - self.by_rule_gbp


@cache
def published_sums() -> tuple[Paid, ...]:
    """Every published sum of a named area and of England, in the order of the file."""
    with _file().open(encoding="utf-8") as text:
        return tuple(_paid(row) for row in csv.DictReader(text))


def _file() -> Traversable:
    return next(folder.joinpath(FILE) for folder in shipped("published"))


def _paid(row: dict[str, str]) -> Paid:
    return Paid(
        row["area"],
        row["year"],
        int(row["gbp"]) if row["gbp"] else None,
        float(row["change_share"]) if row["change_share"] else None,
        cast("Kind", row["kind"]),
        row["source"],
        row["grade"],
    )


def published_of(area: str) -> dict[str, Paid]:
    """What was published of an area, by year.

    Raises
    ------
    BadInput
        If nothing was.
    """
    names = [*dict.fromkeys(paid.area for paid in published_sums())]
    if area not in names:
        rule = "be an area of which something was published"
        raise BadInput([Fault("published", "area", rule, shown(area), instead(area, names))])
    return {paid.year: paid for paid in published_sums() if paid.area == area}


def beside_the_rule(area: str) -> tuple[BesideTheRule, ...]:
    """What the phase-in of 2008-09 to 2010-11 gives an area, beside what was published.

    With o its pounds of 2007-08 as a part of that year's pot, the sum t of 2008-09 tells its part q of
    the pot by the new rule: t = φ q + (1 - φ) o with φ a third. If its part of what is counted stays as
    it was, the years after follow. `UNKNOWN` says what this cannot see.

    Raises
    ------
    BadInput
        If the area's pounds of 2007-08 or 2008-09 are not published.
    """
    sums, pots = _pounds(area), _pounds(NATION)
    first, phase_in = next(iter(PHASED_IN.items()))
    missing = [year for year in (BASE_YEAR, first) if year not in sums]
    if missing:
        rule, advice = f"have pounds of {BASE_YEAR} and {first}", "name an area that has them"
        raise BadInput([Fault("published", area, rule, f"none of {', '.join(missing)}", advice)])
    old = Fraction(sums[BASE_YEAR], pots[BASE_YEAR])
    new = (Fraction(sums[first], pots[first]) - (1 - phase_in) * old) / phase_in
    kinds = published_of(area)
    return tuple(
        BesideTheRule(
            year,
            kinds[year].kind,
            part,
            sums[year],
            round(pots[year] * (part * new + (1 - part) * old)),
        )
        for year, part in PHASED_IN.items()
        if year in sums
    )


def _pounds(area: str) -> dict[str, int]:
    return {year: paid.gbp for year, paid in published_of(area).items() if paid.gbp is not None}
