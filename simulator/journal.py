"""What happened: flat records in arrays, and the states that they lead from and to.

Records are written as they happen and read afterwards; nothing in the model reads them but the formula and
the measures. Records with a negative day tell of the stock's past.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


class State(IntEnum):
    """Where a person is."""

    NOT_YET = 0
    UNTREATED = 1
    WAITING = 2
    IN_TREATMENT = 3
    IN_RECOVERY = 4
    PRISON = 5
    GONE = 6


class Happened(IntEnum):
    """What a record tells."""

    ONSET = 0
    REFERRAL = 1
    GAVE_UP = 2
    START = 3
    SETTLED = 4
    READY = 5
    PLANNED_EXIT = 6
    EARLY_EXIT = 7
    DROPPED_OUT = 8
    CUSTODY = 9
    MOVED_AWAY = 10
    DIED_IN_TREATMENT = 11
    RELAPSE = 12
    RELEASE = 13
    STOPPED = 14
    DIED_UNTREATED = 15
    DIED_WAITING = 16
    DIED_IN_RECOVERY = 17
    SUPPORTED_EXIT = 18
    SUPPORTED_LATER = 19
    SUPPORT_ENDED = 20
    ASSESSED = 21
    """Due in the diary; changes no state and is never written."""


MOVES: dict[Happened, tuple[State, State]] = {
    Happened.ONSET: (State.NOT_YET, State.UNTREATED),
    Happened.REFERRAL: (State.UNTREATED, State.WAITING),
    Happened.GAVE_UP: (State.WAITING, State.UNTREATED),
    Happened.START: (State.WAITING, State.IN_TREATMENT),
    Happened.PLANNED_EXIT: (State.IN_TREATMENT, State.IN_RECOVERY),
    Happened.EARLY_EXIT: (State.IN_TREATMENT, State.IN_RECOVERY),
    Happened.DROPPED_OUT: (State.IN_TREATMENT, State.UNTREATED),
    Happened.CUSTODY: (State.IN_TREATMENT, State.PRISON),
    Happened.MOVED_AWAY: (State.IN_TREATMENT, State.GONE),
    Happened.DIED_IN_TREATMENT: (State.IN_TREATMENT, State.GONE),
    Happened.RELAPSE: (State.IN_RECOVERY, State.UNTREATED),
    Happened.RELEASE: (State.PRISON, State.UNTREATED),
    Happened.STOPPED: (State.UNTREATED, State.GONE),
    Happened.DIED_UNTREATED: (State.UNTREATED, State.GONE),
    Happened.DIED_WAITING: (State.WAITING, State.GONE),
    Happened.DIED_IN_RECOVERY: (State.IN_RECOVERY, State.GONE),
}
"""The records that move a person from one state to another; the others happen within a state."""

PLANNED = (Happened.PLANNED_EXIT, Happened.EARLY_EXIT)
UNPLANNED = (
    Happened.DROPPED_OUT,
    Happened.CUSTODY,
    Happened.MOVED_AWAY,
    Happened.DIED_IN_TREATMENT,
)
EXITS = PLANNED + UNPLANNED
DEATHS = (
    Happened.DIED_IN_TREATMENT,
    Happened.DIED_UNTREATED,
    Happened.DIED_WAITING,
    Happened.DIED_IN_RECOVERY,
)


@dataclass(frozen=True, slots=True)
class Records:
    """The journal so far, as arrays of equal length in the order in which it was written.

    Parameters
    ----------
    day
        Days from 1 April of the first year.
    person
        The person's number in the partnership.
    what
        What happened, as a `Happened` number.
    committed
        Standard weekly cost of everybody in treatment after the record, in pence.
    """

    day: NDArray[np.float64]
    person: NDArray[np.int64]
    what: NDArray[np.int64]
    committed: NDArray[np.int64]

    def of(self, *kinds: Happened) -> NDArray[np.bool_]:
        """Which records are of these kinds."""
        wanted = np.zeros(len(Happened), dtype=bool)
        wanted[list(kinds)] = True
        return wanted[self.what]


Write = Callable[[float, int, int, int], None]
"""Adds a record: the day, the person, what happened, and the pence a week that are then committed."""


class Journal:
    """The book in which a partnership's model writes.

    Attributes
    ----------
    write
        Adds a record. A closure, since it is called some twenty thousand times in a replication.
    """

    def __init__(self) -> None:
        self._columns = array("d"), array("q"), array("q"), array("q")
        self.write: Write = self._writer()

    def _writer(self) -> Write:
        days, persons, whats, committed_pence = self._columns
        add_day, add_person = days.append, persons.append
        add_what, add_committed = whats.append, committed_pence.append

        def write(day: float, person: int, what: int, committed: int) -> None:
            add_day(day)
            add_person(person)
            add_what(what)
            add_committed(committed)

        return write

    def __len__(self) -> int:
        return len(self._columns[0])

    def records(self) -> Records:
        """The records so far."""
        return Records(*(np.array(column) for column in self._columns))
