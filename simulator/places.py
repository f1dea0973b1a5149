"""Who gets a place: the waiting list and the pounds committed to those in treatment, and support places.

A treatment place is pounds a week, not a slot: a client is admitted while what everybody in treatment
costs by the standard, with the newcomer, stays within the weekly budget stretched as far as the plan allows.
"""

from __future__ import annotations

from heapq import heappop, heappush
from typing import Final

_Entry = tuple[int, float, int, int]

MOST_CASELOAD_RATIO: Final = 10.0
"""With clients in treatment and next to no money a caseload has no meaning; it is taken as ten times the usual."""


class Places:
    """The list, strictly in order, and the weekly budget.

    Attributes
    ----------
    committed_pence
        Standard weekly cost of everybody in treatment.
    budget_pence
        Treatment money a week.
    waiting
        The list as a heap; empty when nobody waits. Those who have left it are dropped at its head.
    """

    def __init__(self) -> None:
        self.committed_pence = 0
        self.budget_pence = 0.0
        self._limit_pence = 0.0
        self.waiting: list[_Entry] = []
        self._entries: dict[int, _Entry] = {}

    def __len__(self) -> int:
        """How many have been assessed and wait for a place."""
        return len(self._entries)

    def fund(self, budget_pence: float, stretch_share: float) -> None:
        """Set the weekly budget, and how far above it the plan admits clients."""
        self.budget_pence = budget_pence
        self._limit_pence = budget_pence * (1 + stretch_share)

    def join(self, person: int, priority: int, referral_day: float, weekly_pence: int) -> None:
        """Put somebody on the list: by priority, then by the day of referral."""
        entry = (priority, referral_day, person, weekly_pence)
        self._entries[person] = entry
        heappush(self.waiting, entry)

    def leave(self, person: int) -> None:
        """Take somebody off the list, if they are on it."""
        self._entries.pop(person, None)

    def admit(self) -> int | None:
        """The head of the list, if there is money for them; a head that must wait holds up all others."""
        waiting = self.waiting
        while waiting:
            head = waiting[0]
            person = head[2]
            if self._entries.get(person) is not head:
                heappop(waiting)
            elif self.committed_pence + head[3] > self._limit_pence:
                return None
            else:
                heappop(waiting)
                del self._entries[person]
                self.committed_pence += head[3]
                return person
        return None

    def caseload_ratio(self) -> float:
        """How many clients each keyworker has, against the reference: 1 unless money is short."""
        if self.committed_pence <= self.budget_pence:
            return 1.0
        if self.committed_pence >= MOST_CASELOAD_RATIO * self.budget_pence:
            return MOST_CASELOAD_RATIO
        return self.committed_pence / self.budget_pence


class SupportPlaces:
    """Funded places for support after leaving treatment."""

    def __init__(self) -> None:
        self.places = 0
        self.holders: set[int] = set()

    def take(self, person: int) -> bool:
        """Give a person a place, if one is free."""
        if len(self.holders) >= self.places:
            return False
        self.holders.add(person)
        return True

    def give_back(self, person: int) -> bool:
        """Free a person's place; whether they had one."""
        if person in self.holders:
            self.holders.remove(person)
            return True
        return False
