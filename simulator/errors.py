"""Every error that a user can meet, and the one form in which faults are told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with what was given, and what to do about it.

    Parameters
    ----------
    where
        ``file:line``, or the option or argument that carried the value.
    name
        The dotted name of what is wrong, such as ``plan.stretch_share``.
    rule
        What it must be, to follow the word *must*: ``be at least 0``.
    got
        What was given, as text; empty where nothing was given.
    advice
        What to do.
    """

    where: str
    name: str
    rule: str
    got: str
    advice: str

    def __str__(self) -> str:
        got = f", got {self.got}" if self.got else ""
        return f"{self.where}: {self.name} must {self.rule}{got}; {self.advice}"


class SimulatorError(Exception):
    """Anything that the simulator tells a user has gone wrong."""

    exit_status = 1


class BadInput(SimulatorError):
    """What was given cannot be used. All its faults are told at once.

    Attributes
    ----------
    faults
        The faults, in the order of the file.
    """

    exit_status = 2

    def __init__(self, faults: Iterable[Fault]):
        self.faults = tuple(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))

    def __reduce__(self) -> tuple[type[BadInput], tuple[tuple[Fault, ...]]]:
        return (type(self), (self.faults,))


class MissingExtra(SimulatorError):
    """A part that is installed separately is not there."""

    exit_status = 2

    def __init__(self, what: str, extra: str):
        self.what, self.extra = what, extra
        super().__init__(
            f"{what} needs the optional part {extra!r}; "
            f"install it with: pip install 'treatment-funding-simulator[{extra}]', "
            f"or in a checkout: pip install -c constraints.txt '.[{extra}]'"
        )

    def __reduce__(self) -> tuple[type[MissingExtra], tuple[str, str]]:
        return (type(self), (self.what, self.extra))


class ConservationError(SimulatorError):
    """The model lost or made a client or a pound: a defect in the simulator, never in the input."""
