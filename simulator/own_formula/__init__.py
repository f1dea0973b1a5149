"""A formula of one's own: edited, held against the present rule, and followed to where it leads.

What needs no run is worked out at once: who gains and who loses, and what a client is worth by the formula's derivative.
What needs runs is stored for the library's formulas, and for an edited one it is a job that tells its progress:
`followed.work` and `metered.work`.
"""

from .as_changes import changes, set_options
from .bar import Bar
from .edited import SETTINGS, EditedFormula, EditedTerm
from .leads import Asked, ClientWorth, WhereItLeads
from .metered import AtOnce, ClientByFormula, Metered, MoveByFormula, at_once
from .stored import StoredResult, all_stored, stored, stored_like, stored_names
from .winners import RULE_ALONE, Area, Gain, Look, Present, Winners, present, winners

__all__ = [
    "RULE_ALONE",
    "SETTINGS",
    "Area",
    "Asked",
    "AtOnce",
    "Bar",
    "ClientByFormula",
    "ClientWorth",
    "EditedFormula",
    "EditedTerm",
    "Gain",
    "Look",
    "Metered",
    "MoveByFormula",
    "Present",
    "StoredResult",
    "WhereItLeads",
    "Winners",
    "all_stored",
    "at_once",
    "changes",
    "present",
    "set_options",
    "stored",
    "stored_like",
    "stored_names",
    "winners",
]
