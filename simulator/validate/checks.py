"""What a check of the model says: a claim, what should be, what is, and a verdict."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, get_args

if TYPE_CHECKING:
    from collections.abc import Sequence

Verdict = Literal["pass", "near", "miss", "not run"]
"""Whether the figure is where it should be, close to it, not there, or could not be looked at."""
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)


@dataclass(frozen=True, slots=True)
class Check:
    """One claim about the model and what became of it.

    Parameters
    ----------
    part
        The heading that it stands under.
    claim
        What should hold, in a sentence that a commissioner could read.
    expected, found
        Both figures as text, with unit and interval.
    source
        Where the expected figure comes from.
    note
        What a reader must know besides, or nothing.
    """

    part: str
    claim: str
    expected: str
    found: str
    verdict: Verdict
    source: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """Checks of one kind.

    Parameters
    ----------
    anchor
        Its name in links and messages.
    how
        How its verdicts are reached, in plain sentences.
    """

    anchor: str
    title: str
    how: str
    checks: tuple[Check, ...]

    @property
    def parts(self) -> tuple[str, ...]:
        """Headings in the order of the checks."""
        return tuple(dict.fromkeys(check.part for check in self.checks))

    def under(self, part: str) -> tuple[Check, ...]:
        """The checks under a heading."""
        return tuple(check for check in self.checks if check.part == part)


def tally(checks: Sequence[Check]) -> dict[Verdict, int]:
    """How many checks came to each verdict."""
    return {verdict: sum(c.verdict == verdict for c in checks) for verdict in VERDICTS}


def within(gap: float, passes: float, near: float) -> Verdict:
    """The verdict on a gap, told without its sign, that should be small; one that is unknown is a miss."""
    size = abs(gap)
    if size <= passes:
        return "pass"
    return "near" if size <= near else "miss"


def passed(holds: bool) -> Verdict:
    """The verdict where there is nothing between right and wrong."""
    return "pass" if holds else "miss"


def noted(check: Check, note: str) -> Check:
    """A check with something more to know about it."""
    return replace(check, note=" ".join(filter(None, (check.note, note))))
