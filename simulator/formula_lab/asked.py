"""What was asked of a formula is checked in one go, in words that fit Python and the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import BadInput, Fault
from ..scenario.tree import nearest, shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

ASKED = "formula"
"""Where a fault is: what was asked of a formula, from whichever door."""


def check(*checks: Callable[[], object]) -> None:
    """Make every check, and tell the faults of all of them at once.

    Raises
    ------
    BadInput
        With every fault found.
    """
    faults: list[Fault] = []
    for each in checks:
        try:
            each()
        except BadInput as wrong:
            faults += wrong.faults
    if faults:
        raise BadInput(faults)


def check_numbers(*numbers: tuple[str, int, int]) -> None:
    """Refuse numbers that are too small: each with its name and the least that it may be.

    Raises
    ------
    BadInput
        With every number that is.
    """
    faults = [
        Fault(
            ASKED,
            name,
            f"be a whole number of at least {least}",
            repr(got),
            f"give {least} or more",
        )
        for name, got, least in numbers
        if not isinstance(got, int) or isinstance(got, bool) or got < least
    ]
    if faults:
        raise BadInput(faults)


def unknown(name: str, got: str, known: Iterable[str]) -> Fault:
    """That something is none of those known, which are named once."""
    known = list(known)
    close = nearest(got, known)
    advice = f"did you mean {close}?" if close else "name one of them"
    return Fault(ASKED, name, f"be one of {', '.join(known)}", shown(got), advice)
