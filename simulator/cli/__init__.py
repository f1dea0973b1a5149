"""The command line: results on standard output, progress and faults on standard error.

Exit status: 0; 1 where something failed; 2 for bad input, all of it told at once; 130 where interrupted.
Verbs import the heavy parts that they need, so that ``--help`` is quick. Importing a module of verbs here
adds them to the program; `door.VERBS` says in which order help lists them.
"""

from . import (  # noqa: F401
    behaviour,
    calibrate,
    discover,
    files,
    formula,
    formula_lab,
    incentive,
    local,
    opening,
    optimise,
    runs,
    sensitivity,
    sweep,
    validation,
)
from .door import app, main

__all__ = ["app", "main"]
