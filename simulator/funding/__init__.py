"""The formula that shares out the pot, and why a partnership's sum changed."""

from .derivative import Bound, Derivative, Slopes, derivatives
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
from .shapley import shapley

__all__ = [
    "EXPLAIN_STEPS",
    "PEOPLE_COUNTED",
    "Allocation",
    "Bound",
    "Counts",
    "Derivative",
    "Inputs",
    "Member",
    "Number",
    "Rule",
    "Slopes",
    "Step",
    "Term",
    "allocate",
    "derivatives",
    "explain",
    "explain_each",
    "shapley",
    "window",
]
