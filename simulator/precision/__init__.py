"""How many replications a wanted precision takes: go on until the means are known that well, and say so.

The precision of a mean is half its 95% interval as a share of the mean. A difference that is near zero has no
precision of its own, so a paired difference is measured against the larger of the two means: known to ±2%
says that the interval reaches 2% of that figure up and down. The baseline's own would not do: who keeps
everybody has hardly any planned exits, and a share of hardly any says nothing.
"""

from .attained import Attained, Known
from .growing import PreciseComparison, PreciseSample, attained_by, compare, run
from .stopping import PILOT
from .wanted import Precision, asked, instead_of

__all__ = [
    "PILOT",
    "Attained",
    "Known",
    "PreciseComparison",
    "PreciseSample",
    "Precision",
    "asked",
    "attained_by",
    "compare",
    "instead_of",
    "run",
]
