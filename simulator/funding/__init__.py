"""The formula that shares out the pot, and why a partnership's sum changed."""

from .explain import EXPLAIN_STEPS, Inputs, Step, explain, explain_each
from .formula import (
    PEOPLE_COUNTED,
    Allocation,
    Counts,
    Member,
    Number,
    Rule,
    Term,
    allocate,
    window,
)

__all__ = [
    "EXPLAIN_STEPS",
    "PEOPLE_COUNTED",
    "Allocation",
    "Counts",
    "Inputs",
    "Member",
    "Number",
    "Rule",
    "Step",
    "Term",
    "allocate",
    "explain",
    "explain_each",
    "window",
]
