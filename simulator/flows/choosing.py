"""Whom to follow: clients chosen by a rule that is told, so that they are never success stories alone.

One whose months differ most, one who does better under each plan (the middle one of all who do, not the most
striking), and one for whom nothing differs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np

from ..years import DAYS_PER_YEAR, first_day
from .follow import Client, Followed, life
from .stages import STAGES, Stage, rung

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from .lives import Lives

Kind: TypeAlias = Literal["most", "better_a", "better_b", "same"]
KINDS: tuple[Kind, ...] = ("most", "better_a", "better_b", "same")
MONTHS = 12
SAMPLED = 24
"""How many other lives are kept for who wants to follow more."""
_RUNG = np.array([np.nan if (each := rung(stage)) is None else each for stage in STAGES])


@dataclass(frozen=True, slots=True)
class Chosen:
    """Somebody chosen, and what it was chosen among.

    Parameters
    ----------
    like
        How many people of the replication the same is true of.
    among
        How many people there were.
    """

    kind: Kind
    followed: Followed
    like: int
    among: int


@dataclass(frozen=True, slots=True)
class Both:
    """One partnership's people under both plans, in one replication."""

    a: Lives
    b: Lives
    seed: int
    replication: int
    partnership: str
    groups: dict[str, str]
    first_year: int
    years: int

    def followed(self, person: int, why: str = "") -> Followed:
        """One person under both plans."""
        group = int(self.a.group_of[person])
        name = list(self.groups)[group]
        client = Client(
            self.seed,
            self.replication,
            self.partnership,
            name,
            self.groups[name],
            person - self.a.first[group] + 1,
        )
        a, b = (life(each, person, self.years) for each in (self.a, self.b))
        return Followed(client, why, a, b, self.first_year, self.years)

    def months(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Where everybody stands at the end of each month, under A and under B: by month and person."""
        many = MONTHS * self.years
        days = [DAYS_PER_YEAR * (month + 1) / MONTHS for month in range(many)]
        return self.a.on(days), self.b.on(days)

    def same(self) -> NDArray[np.bool_]:
        """Whom exactly the same happens to under both plans, as far as the run is told."""
        until = first_day(self.years)
        told = [
            np.stack([each.person, each.what, each.day.view(np.int64)], axis=1)[each.day < until]
            for each in (self.a, self.b)
        ]
        many = [np.bincount(rows[:, 0], minlength=self.a.people) for rows in told]
        alike: NDArray[np.bool_] = many[0] == many[1]
        kept = [rows[alike[rows[:, 0]]] for rows in told]
        other = (kept[0] != kept[1]).any(axis=1)
        alike[kept[0][other, 0]] = False
        return alike


def chosen(both: Both, kinds: Sequence[Kind] = KINDS) -> list[Chosen]:
    """Somebody of each kind, where there is anybody."""
    a, b = both.months()
    there = (a[-1] != Stage.NOT_YET) | (b[-1] != Stage.NOT_YET)
    same = both.same() & there
    with np.errstate(invalid="ignore"):
        ahead = _RUNG[b[-1]] - _RUNG[a[-1]]
    differ = (a != b).sum(axis=0)
    months_ahead = np.nansum(_RUNG[b] - _RUNG[a], axis=0)
    things = np.bincount(both.a.person, minlength=both.a.people)
    found: dict[Kind, tuple[NDArray[np.intp], NDArray[np.float64]]] = {
        "most": (np.flatnonzero(there & (differ > 0)), -differ.astype(float)),
        "better_a": (np.flatnonzero(ahead < 0), -months_ahead),
        "better_b": (np.flatnonzero(ahead > 0), months_ahead),
        "same": (np.flatnonzero(same), -things.astype(float)),
    }
    picked = []
    for kind in kinds:
        people, score = found[kind]
        if len(people):
            order = people[np.argsort(score[people], kind="stable")]
            person = int(order[0] if kind in ("most", "same") else order[len(order) // 2])
            told = both.followed(person)
            picked.append(Chosen(kind, told, len(people), int(there.sum())))
    return picked


def sample(both: Both, many: int = SAMPLED) -> tuple[Followed, ...]:
    """Some others, evenly spread over all to whom anything happens: no choice but by number."""
    until = first_day(both.years)
    people = np.unique(both.a.person[both.a.day < until])
    places = np.unique(np.linspace(0, len(people) - 1, min(many, len(people))).astype(int))
    return tuple(both.followed(int(person)) for person in people[places])
