"""Scenario discovery: under which assumptions a plan fails, as a few plain limits.

A plan is run in many worlds, each a set of assumptions. A world fails where what was asked does not hold on the
mean over its luck. The search looks for boxes: limits on a few assumptions within which most worlds fail. What is
found is tried on worlds that the search has not seen, and where it does no better there than the rate at which
all worlds fail, it is said that no simple rule was found.

References
----------
Friedman and Fisher, Bump hunting in high-dimensional data, 1999.
Bryant and Lempert, Thinking inside the box, 2010.
"""

from .boxes import End, inside, quasi_p
from .covering import find
from .of_study import discover, of_sweep, prepare, run
from .result import Box, Discovered, HeldOut
from .section import Condition, Discovery, check
from .words import sentences
from .worlds import Worlds
from .written import record, write

__all__ = [
    "Box",
    "Condition",
    "Discovered",
    "Discovery",
    "End",
    "HeldOut",
    "Worlds",
    "check",
    "discover",
    "find",
    "inside",
    "of_sweep",
    "prepare",
    "quasi_p",
    "record",
    "run",
    "sentences",
    "write",
]
