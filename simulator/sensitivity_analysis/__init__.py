"""Which assumptions matter: to an outcome, to a decision, and what it would be worth to know them.

One assumption is moved at a time, or all at once; chance is told apart from what is not known; and where
plans are compared, it is told where the choice between them would change, and what knowing would be worth.
"""

from .asked import METHODS, Decision, Wanted
from .installed import check_installed
from .question import Question
from .whole import (
    Sensitivity,
    analyse,
    of_bench,
    planned,
    question_of,
    sections,
    sensitivity,
    with_methods,
    worlds_from,
)
from .written import write

__all__ = [
    "METHODS",
    "Decision",
    "Question",
    "Sensitivity",
    "Wanted",
    "analyse",
    "check_installed",
    "of_bench",
    "planned",
    "question_of",
    "sections",
    "sensitivity",
    "with_methods",
    "worlds_from",
    "write",
]
