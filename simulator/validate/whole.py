"""Everything that is checked, in the order of the page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from . import backtest, engine, facts, fluid, theory, warm_up
from .effort import FULL, Effort
from .fingerprint import Fingerprint, fingerprint

if TYPE_CHECKING:
    from collections.abc import Callable

    from .checks import Check, Section

SECTIONS: dict[str, Callable[[Effort], Section]] = {
    "queueing theory": theory.section,
    "the limit of a large partnership": fluid.section,
    "an independent engine": engine.section,
    "stylised facts": facts.section,
    "day 0 against a long warm-up": warm_up.section,
    "published years": backtest.section,
}


@dataclass(frozen=True, slots=True)
class Validation:
    """All sections, and what they were made from.

    Parameters
    ----------
    share
        The share of the usual replications: less than 1 is a quick one.
    """

    sections: tuple[Section, ...]
    made_from: Fingerprint
    seed: int
    share: float

    @property
    def checks(self) -> tuple[Check, ...]:
        """The checks of all sections."""
        return tuple(check for section in self.sections for check in section.checks)


def validate(effort: Effort = FULL, tell: Callable[[str], None] | None = None) -> Validation:
    """Run all checks.

    Parameters
    ----------
    tell
        Told what is looked at next.
    """
    made_from, found = fingerprint(), []
    for place, (name, section) in enumerate(SECTIONS.items(), 1):
        if tell:
            tell(f"{place} of {len(SECTIONS)}: {name}")
        found.append(section(effort))
    return Validation(tuple(found), made_from, effort.seed, effort.share)
