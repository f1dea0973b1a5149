"""What a check of the model says: a claim, what should be, what is, and a verdict."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Verdict = Literal["pass", "near", "miss", "not run"]
"""Whether the figure is where it should be, close to it, not there, or could not be looked at."""


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
