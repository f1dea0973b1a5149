"""What a run of a scenario is really run with, where partnerships choose."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..scenario.writing import fingerprint
from .clients import put_first
from .equilibrium import MOST_ROUNDS, rounds_from
from .lives import Lives
from .seats import read, seated

if TYPE_CHECKING:
    from pathlib import Path

    from ..scenario.schema import Behaviour, Scenario
    from ..workers import Progress

REPLICATIONS = 8
"""Enough for gains of tens of thousands of pounds; what is closer stays as it is."""
SEED = 0
"""Those that choose do so on luck of their own, whatever the seed of the run."""

_known: dict[str, Resolved] = {}


@dataclass(frozen=True, slots=True)
class Resolved:
    """A scenario in which everybody holds what it chose, and what that is.

    Parameters
    ----------
    told
        What each that chooses does, in plain sentences.
    """

    scenario: Scenario
    told: tuple[str, ...] = ()


def resolved(
    scenario: str | Path | Scenario,
    *,
    replications: int = REPLICATIONS,
    seed: int = SEED,
    workers: int | None = 1,
    progress: Progress | None = None,
) -> Resolved:
    """The scenario with the plans that its partnerships choose; it stays the same where all hold theirs.

    Those that put clients first choose first, the others being as they are; then those that follow the money, from
    what is done then. Where following the money cycles or does not end, they do what they do last. They choose in
    the scenario's own world, whatever worlds a run draws. A scenario is worked out once in a process.

    Raises
    ------
    BadInput
        If too many types of partnership choose, or they have nothing to choose among.
    """
    whole = read(scenario)
    if all(own.behaviour == "hold" for own in whole.partnerships.values()):
        return Resolved(whole)
    key = f"{fingerprint(whole)} {replications} {seed}"
    if key not in _known:
        _known[key] = _chosen(whole, replications, seed, workers, progress)
    return _known[key]


def _chosen(
    scenario: Scenario,
    replications: int,
    seed: int,
    workers: int | None,
    progress: Progress | None,
) -> Resolved:
    first, then = _having(scenario, "clients_first"), _having(scenario, "follow_the_money")
    told: list[str] = []
    if first:
        table = seated(scenario, first)
        clients = put_first(Lives(table, seed, replications, workers, None, progress))
        does = dict(zip(table.players, (option.name for option in clients.options), strict=True))
        told += [f"{name} puts clients first: {does[table.type_of[name]]}" for name in first]
        scenario = table.given(scenario, clients.best)
    if then:
        table = seated(scenario, then)
        lives = Lives(table, seed, replications, workers, None, progress)
        played = rounds_from(lives, table.as_it_is, "at_once", MOST_ROUNDS)
        chosen = zip(table.options, played.last, strict=True)
        names = [options[place].name for options, place in chosen]
        does = dict(zip(table.players, names, strict=True))
        told += [f"{name} follows the money: {does[table.type_of[name]]}" for name in then]
        if played.ending != "settles":
            told.append(_UNSETTLED[played.ending])
        scenario = table.given(scenario, played.last)
    return Resolved(scenario, tuple(told))


_UNSETTLED = {
    "cycles": "Following the money goes round in a circle; what they did last is run",
    "unfinished": f"Following the money has not settled in {MOST_ROUNDS} rounds; what they did last is run",
}


def _having(scenario: Scenario, behaviour: Behaviour) -> tuple[str, ...]:
    partnerships = scenario.partnerships.items()
    return tuple(name for name, own in partnerships if own.behaviour == behaviour)
