"""The formula that shares out the pot, and why a partnership's sum changed."""

from .explain import EXPLAIN_STEPS, Inputs, Step, explain
from .formula import Allocation, Counts, Member, Number, Rule, TermWeights, allocate, window

__all__ = [
    "EXPLAIN_STEPS",
    "Allocation",
    "Counts",
    "Inputs",
    "Member",
    "Number",
    "Rule",
    "Step",
    "TermWeights",
    "allocate",
    "explain",
    "window",
]
