"""Everybody answers everybody, round by round, until nobody changes: a game that knows nothing of treatment."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Generic, Literal, Protocol, TypeAlias, TypeVar

from .seats import Profile

Order: TypeAlias = Literal["at_once", "in_turn"]
"""Whether all change at once after each round, or one after the other."""
Ending: TypeAlias = Literal["settles", "cycles", "unfinished"]


class Answer(Protocol):
    """What a player would do."""

    @property
    def chosen(self) -> int:
        """The place of its choice."""


A = TypeVar("A", bound=Answer)

Ask = Callable[[Profile, Sequence[int]], Sequence[A]]
"""What some players answer to a profile."""


@dataclass(frozen=True, slots=True)
class Round(Generic[A]):
    """One round.

    Parameters
    ----------
    before, after
        What everybody does at its beginning and its end.
    answers
        What each would do.
    """

    before: Profile
    answers: tuple[A, ...] = field(repr=False)
    after: Profile


@dataclass(frozen=True, slots=True)
class Played(Generic[A]):
    """All rounds and how they end.

    Parameters
    ----------
    ending
        ``settles``: nobody changes any more. ``cycles``: what everybody does comes back, so it goes on for ever.
        ``unfinished``: neither, in so many rounds.
    cycle
        What everybody does in turn, where that comes back.
    """

    rounds: tuple[Round[A], ...] = field(repr=False)
    ending: Ending
    cycle: tuple[Profile, ...] = ()

    @property
    def path(self) -> tuple[Profile, ...]:
        """What everybody does at the start and after each round in which something changed."""
        changed = [round_.after for round_ in self.rounds if round_.after != round_.before]
        return (self.rounds[0].before, *changed)

    @property
    def last(self) -> Profile:
        """What everybody does in the end."""
        return self.rounds[-1].after


def play(start: Profile, ask: Ask[A], most_rounds: int, order: Order = "at_once") -> Played[A]:
    """Ask everybody round by round, from a start on.

    Parameters
    ----------
    most_rounds
        When to stop, 1 or more.
    """
    seen = [start]
    rounds: list[Round[A]] = []
    while len(rounds) < most_rounds:
        rounds.append(_round(seen[-1], ask, order))
        after = rounds[-1].after
        if after == seen[-1]:
            return Played(tuple(rounds), "settles")
        if after in seen:
            return Played(tuple(rounds), "cycles", tuple(seen[seen.index(after) :]))
        seen.append(after)
    return Played(tuple(rounds), "unfinished")


def _round(before: Profile, ask: Ask[A], order: Order) -> Round[A]:
    players = range(len(before))
    if order == "at_once":
        answers = tuple(ask(before, players))
        return Round(before, answers, tuple(answer.chosen for answer in answers))
    after = before
    told: list[A] = []
    for player in players:
        told += ask(after, [player])
        after = (*after[:player], told[-1].chosen, *after[player + 1 :])
    return Round(before, tuple(told), after)


def one_way(paths: Sequence[Sequence[float]]) -> int:
    """Which way every player's setting moves over the rounds: 1 up, -1 down; 0 where not all go one way.

    Parameters
    ----------
    paths
        For each player its setting at the start and after each round.
    """
    for way in (1, -1):
        steps = [[way * (b - a) for a, b in pairwise(p)] for p in paths]
        if steps and all(each and min(each) >= 0 and max(each) > 0 for each in steps):
            return way
    return 0
