"""Plans that serve better under limits, robust over what is not known: suggested, not decided.

Levers are chosen by a search; the few best are lived again with luck that the search has not seen, and what lies
within the noise is said to.
"""

from .asked import Confirm, Limit, Optimise
from .asking import check_installed
from .found import Found, find
from .of_study import Prepared, optimise, prepare, run
from .planned import Planned, planned
from .question import Question, question
from .written import write

__all__ = [
    "Confirm",
    "Found",
    "Limit",
    "Optimise",
    "Planned",
    "Prepared",
    "Question",
    "check_installed",
    "find",
    "optimise",
    "planned",
    "prepare",
    "question",
    "run",
    "write",
]
