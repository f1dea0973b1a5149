"""Where did people go? Stocks and flows, one client under two plans, and who gains and who loses."""

from .flow import Flow, Spread
from .follow import Client, Entry, Followed, Life
from .gains import STOOD, TIME_IN, Gains
from .stages import NAMES, RUNGS_IN_WORDS, STAGES, TREATED, Stage
from .whole import REPLICATIONS, Whereabouts, flow_of, follow, work

__all__ = [
    "NAMES",
    "REPLICATIONS",
    "RUNGS_IN_WORDS",
    "STAGES",
    "STOOD",
    "TIME_IN",
    "TREATED",
    "Client",
    "Entry",
    "Flow",
    "Followed",
    "Gains",
    "Life",
    "Spread",
    "Stage",
    "Whereabouts",
    "flow_of",
    "follow",
    "work",
]
