"""Why each assumption is what it is, and how much hangs on it."""

from .document import as_markdown, write_markdown
from .entries import (
    NO_SOURCE,
    WORST_FIRST,
    Assumption,
    Gap,
    assumptions,
    gaps,
    missing_evidence,
    outside_range,
    records,
    register,
    with_borrowed_evidence,
)
from .influence import Effect, Figure, Influence

__all__ = [
    "NO_SOURCE",
    "WORST_FIRST",
    "Assumption",
    "Effect",
    "Figure",
    "Gap",
    "Influence",
    "as_markdown",
    "assumptions",
    "gaps",
    "missing_evidence",
    "outside_range",
    "records",
    "register",
    "with_borrowed_evidence",
    "write_markdown",
]
