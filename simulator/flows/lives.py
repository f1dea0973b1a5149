"""Everybody's life in one partnership of one replication: what happened to whom, and where they stood when.

Read off the journal after the run, whole arrays at a time. An ordinary run keeps nothing of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ..journal import Happened, State
from .stages import LEADS_TO, STAGES, Stage

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from ..journal import Records
    from ..partnership import Partnership
    from ..pathway import Pathway

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Flags = NDArray[np.bool_]

_TO_STAGE = np.full(len(Happened), -1)
for _what, _stage in LEADS_TO.items():
    _TO_STAGE[_what] = _stage


@dataclass(frozen=True, slots=True)
class Lives:
    """Everybody of one partnership, by the person's number, and what happened to them from day 0 on.

    Parameters
    ----------
    group_of
        Each person's group, as a place among the world's groups.
    first
        The number of each group's first person.
    on_day_0
        Where each stood on day 0, as a `Stage` number.
    since
        The day on which each entered that stage, negative for the stock; of those to come, the day of onset.
    treated_before
        Whether each had been in treatment by day 0.
    person, day, what, stage
        One row for each record, by person and then in order: who, when, what (as a `Happened` number), and where
        they stand after it.
    """

    group_of: Ints
    first: tuple[int, ...]
    on_day_0: Ints
    since: Floats
    treated_before: Flags
    person: Ints
    day: Floats
    what: Ints
    stage: Ints

    @property
    def people(self) -> int:
        """How many, those among them who come to need treatment during the run or its close-out."""
        return len(self.on_day_0)

    @property
    def before(self) -> Ints:
        """Where each row's person stood before it."""
        previous = np.append(0, self.stage[:-1])
        begins = self.begins
        previous[begins] = self.on_day_0[self.person[begins]]
        return previous

    @property
    def begins(self) -> Flags:
        """Which rows are their person's first."""
        return np.append(True, self.person[1:] != self.person[:-1])[: len(self.person)]

    def at(self, day: float) -> Ints:
        """Where everybody stood when a day began, as `Stage` numbers."""
        stood = self.on_day_0.copy()
        past = self.day < day
        stood[self.person[past]] = self.stage[past]  # of several rows of one person the last stays
        return stood

    def on(self, days: Sequence[float]) -> Ints:
        """Where everybody stood when each of some days began: by day and person."""
        return np.stack([self.at(day) for day in days])

    def days_in(self, until: float) -> Floats:
        """Days that each person spent in each stage between day 0 and a day: by person and stage."""
        n = len(STAGES)
        inside = self.day < until
        person, day, stage = self.person[inside], self.day[inside], self.stage[inside]
        last = np.append(person[1:] != person[:-1], True)[: len(person)]
        ends = np.where(last, until, np.append(day[1:], until)[: len(day)])
        spent = np.bincount(person * n + stage, ends - day, self.people * n)
        first_ends = np.full(self.people, float(until))
        begins = np.append(True, person[1:] != person[:-1])[: len(person)]
        first_ends[person[begins]] = day[begins]
        spent += np.bincount(np.arange(self.people) * n + self.on_day_0, first_ends, len(spent))
        days: Floats = spent.astype(np.float64).reshape(self.people, n)
        return days

    def rows_of(self, person: int) -> slice:
        """The rows of one person."""
        begin, end = np.searchsorted(self.person, [person, person + 1])
        return slice(int(begin), int(end))


def lives(partnership: Partnership) -> Lives:
    """Everybody's life in a partnership, once its run has ended."""
    pathway = partnership.pathway
    on_day_0 = _on_day_0(pathway)
    person, day, what = _rows(pathway.journal.records())
    return Lives(
        group_of=partnership.counter.group_of,
        first=tuple(group.first for group in pathway.groups),
        on_day_0=on_day_0,
        since=np.concatenate([group.standing.since for group in pathway.groups]),
        treated_before=np.concatenate([group.standing.treated_before for group in pathway.groups]),
        person=person,
        day=day,
        what=what,
        stage=_stages_after(person, what, on_day_0),
    )


def _on_day_0(pathway: Pathway) -> Ints:
    state = np.concatenate([group.standing.state for group in pathway.groups])
    ready = np.concatenate([group.standing.ready for group in pathway.groups]) <= 0
    stage = state.astype(np.int64)
    stage[state == State.IN_RECOVERY] = Stage.IN_RECOVERY
    stage[state == State.PRISON] = Stage.PRISON
    stage[(state == State.IN_TREATMENT) & ready] = Stage.READY
    return stage


def _rows(records: Records) -> tuple[Ints, Floats, Ints]:
    """Records from day 0 on by person; a person's own are written in the order of their days."""
    seen = np.flatnonzero(records.day >= 0)
    rows = seen[np.argsort(records.person[seen], kind="stable")]
    return records.person[rows], records.day[rows], records.what[rows]


def _stages_after(person: Ints, what: Ints, on_day_0: Ints) -> Ints:
    """Where each row leaves its person: a row that changes no stage leaves them where the row before did."""
    told = _TO_STAGE[what]
    begins = np.append(True, person[1:] != person[:-1])[: len(person)]
    told = np.where(begins & (told < 0), on_day_0[person], told)
    latest = np.maximum.accumulate(np.where(told >= 0, np.arange(len(told)), 0))
    after: Ints = told[latest]
    return after
