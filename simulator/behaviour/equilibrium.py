"""Everybody follows the money, round by round, until nobody gains by changing."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, get_args

import numpy as np

from ..errors import BadInput, Fault
from ..incentives import Estimate
from .clients import ClientsFirst, put_first
from .lives import OUTCOMES, Lives, kept_in
from .responses import REPLICATIONS, SEED, Horizon, Response, horizon_of, responses
from .rounds import Order, Played, one_way, play
from .seats import read, seated, who_chooses

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import pandas as pd
    from numpy.typing import NDArray

    from ..scenario.schema import Scenario
    from ..workers import Progress
    from .choices import Option
    from .seats import Profile, Table

MOST_ROUNDS = 12

Start: TypeAlias = Literal["as_it_is", "clients_first"]
Verdict: TypeAlias = Literal["settles", "cycles", "spirals", "unfinished"]


@dataclass(frozen=True)
class FollowTheMoney:
    """What comes of everybody following the money.

    Parameters
    ----------
    played
        The rounds from the first start, by name of the start.
    lived
        What comes of each profile on the way and of everybody putting clients first: by replication,
        partnership, outcome and year.
    clients
        What is best for clients, among the same options.
    at_the_end
        What each would do at the end of the first start's rounds, with what comes of every option for one.
    """

    table: Table = field(repr=False)
    horizon: Horizon
    order: Order
    seed: int
    played: Mapping[str, Played[Response]] = field(repr=False)
    lived: Mapping[Profile, NDArray[Any]] = field(repr=False)
    clients: ClientsFirst = field(repr=False)
    at_the_end: tuple[Response, ...] = field(repr=False)

    @property
    def main(self) -> Played[Response]:
        """The rounds from the first start."""
        return next(iter(self.played.values()))

    @property
    def start(self) -> Profile:
        """What everybody does at first."""
        return self.main.path[0]

    @property
    def end(self) -> Profile:
        """What everybody does in the end; where it cycles or is not finished, what it does last."""
        return self.main.last

    @property
    def verdict(self) -> Verdict:
        """How it goes: ``settles``, ``cycles``, ``spirals``, or ``unfinished``.

        It spirals if all move a lever one way and never back, until they stand at its limit or the rounds are
        over, and together they have not clearly more money for it: on average over those that choose, at least
        what one would change for.
        """
        ending = self.main.ending
        each = self.gain_together.over(self.table.deciders)
        gained = each.low > 0 and each.mean >= self.horizon.least_gain
        if ending != "cycles" and self.race is not None and not gained:
            return "spirals"
        return ending

    @cached_property
    def race(self) -> str | None:
        """The lever that all move one way and, where the rounds have ended by themselves, to its limit."""
        if self.table.deciders < 2:
            return None
        levers = self.table.options[0][0].of_levers
        return next((lever for lever in levers if self._is_race(lever)), None)

    def _is_race(self, lever: str) -> bool:
        paths = [
            [options[profile[player]].of_levers[lever] for profile in self.main.path]
            for player, options in enumerate(self.table.options)
        ]
        way = one_way(paths)
        limits = [
            max(way * option.of_levers[lever] for option in options)
            for options in self.table.options
        ]
        at_limit = all(way * path[-1] == end for path, end in zip(paths, limits, strict=True))
        return way != 0 and (at_limit or self.main.ending == "unfinished")

    @cached_property
    def better_off(self) -> tuple[str, ...]:
        """Those that clearly have more money at the end than at the start, by what they look at."""
        return tuple(
            name
            for name in self.table.players
            if (gain := self.gain(name)).low > 0 and gain.mean >= self.horizon.least_gain
        )

    def gain(self, name: str) -> Estimate:
        """Pounds that a partnership, one of its type, has more at the end than at the start."""
        return Estimate.of(self._gained(name))

    @cached_property
    def gain_together(self) -> Estimate:
        """Pounds that all that choose have more at the end than at the start, copies counted."""
        partnerships = self.table.scenario.partnerships
        each = [partnerships[name].copies * self._gained(name) for name in self.table.players]
        return Estimate.of(np.sum(each, axis=0))

    def _gained(self, name: str) -> NDArray[np.float64]:
        """By replication."""
        place = list(self.table.scenario.partnerships).index(name)
        before, after = (self.lived[profile][:, place] for profile in (self.start, self.end))
        return self.horizon.payoff(after) - self.horizon.payoff(before)

    def option(self, player: int, profile: Profile) -> Option:
        """What a player does in a profile."""
        return self.table.options[player][profile[player]]

    @property
    def rounds(self) -> pd.DataFrame:
        """One row for each start, round and type: what it does, what it would do, what it would gain."""
        import pandas as pd  # takes seconds, and only this needs it

        return pd.DataFrame(
            [
                _answer(start, number, answer)
                for start, played in self.played.items()
                for number, round_ in enumerate(played.rounds, 1)
                for answer in round_.answers
            ]
        )

    @property
    def outcomes(self) -> pd.DataFrame:
        """Means by profile, partnership, outcome and year; of one of each type."""
        import pandas as pd  # takes seconds, and only this needs it

        rows = []
        for profile, values in self.lived.items():
            means = values.mean(axis=0)
            for at, name in enumerate(self.table.scenario.partnerships):
                rows += [
                    {
                        "profile": self.told(profile),
                        "partnership": name,
                        "copies": self.table.scenario.partnerships[name].copies,
                        "outcome": outcome,
                        "year": year,
                        "mean": float(means[at, place, when]),
                    }
                    for place, outcome in enumerate(OUTCOMES)
                    for when, year in enumerate(self.at_the_end[0].years)
                ]
        return pd.DataFrame(rows)

    def told(self, profile: Profile) -> str:
        """A profile in words: what each does, or all do."""
        does: dict[str, list[str]] = {}
        for player, name in enumerate(self.table.players):
            does.setdefault(self.option(player, profile).name, []).append(name)
        if len(does) == 1:
            return f"{'all: ' if self.table.deciders > 1 else ''}{next(iter(does))}"
        return "; ".join(f"{', '.join(who)}: {what}" for what, who in does.items())


def _answer(start: str, number: int, answer: Response) -> dict[str, Any]:
    gain = answer.gain(answer.chosen)
    runner_up = answer.runner_up
    over = None if runner_up is None else answer.gain(answer.chosen, runner_up)
    return {
        "start": start,
        "round": number,
        "partnership": answer.partnership,
        "does": answer.options[answer.present].name,
        "would_do": answer.options[answer.chosen].name,
        "gain_gbp": gain.mean,
        "low": gain.low,
        "high": gain.high,
        "runner_up": None if runner_up is None else answer.options[runner_up].name,
        "over_runner_up_gbp": None if over is None else over.mean,
        "over_low": None if over is None else over.low,
        "over_high": None if over is None else over.high,
    }


def rounds_from(lives: Lives, start: Profile, order: Order, most_rounds: int) -> Played[Response]:
    """Ask everybody round by round; everybody is run anew after each."""
    horizon = horizon_of(lives.table.scenario)

    def ask(profile: Profile, players: Sequence[int]) -> list[Response]:
        lives.together([profile])
        return responses(lives, profile, horizon, players)

    return play(start, ask, most_rounds, order)


def settle(lives: Lives, starts: Sequence[Start], order: Order, most_rounds: int) -> FollowTheMoney:
    """Play from each start, and beside it find what is best for clients."""
    table, horizon = lives.table, horizon_of(lives.table.scenario)
    clients = put_first(lives)
    begins = {"as_it_is": table.as_it_is, "clients_first": clients.best}
    played: dict[str, Played[Response]] = {
        start: rounds_from(lives, begins[start], order, most_rounds) for start in starts
    }
    ways = [profile for each in played.values() for profile in (*each.path, *each.cycle)]
    profiles = list(dict.fromkeys([*ways, table.as_it_is, clients.best]))
    lived = dict(zip(profiles, lives.together(profiles), strict=True))
    end = played[starts[0]].last
    at_the_end = responses(lives, end, horizon, range(len(table.players)))
    return FollowTheMoney(
        table, horizon, order, lives.seed, played, lived, clients, tuple(at_the_end)
    )


def follow_the_money(
    scenario: str | Path | Scenario,
    *,
    everybody: bool = False,
    only: Sequence[str] = (),
    order: Order = "at_once",
    starts: Sequence[Start] = ("as_it_is",),
    most_rounds: int = MOST_ROUNDS,
    replications: int = REPLICATIONS,
    seed: int = SEED,
    workers: int | None = 1,
    folder: str | Path | None = None,
    progress: Progress | None = None,
) -> FollowTheMoney:
    """Let partnerships follow the money until nobody gains by changing, and tell what that costs clients.

    In each round one of each type is asked what it would do while all the others stay; then the whole type does
    it, and everybody is run anew.

    Parameters
    ----------
    everybody, only
        Who chooses: all, or those named; by default those whose behaviour is ``follow_the_money``, or all where
        nobody's is. The others hold their plans.
    order
        ``at_once``: all change after each round. ``in_turn``: one after the other, each seeing the change.
    starts
        From what they start: what is done now, or everybody putting clients first. The first is what is told.
    most_rounds
        When to stop, at the latest.
    replications
        Runs of each profile and of each option of one, at least 2; by default 24.
    seed
        Where chance begins. The same seed gives the same people with the same luck.
    workers
        Processes; None for one on each core. Results do not depend on it.
    folder
        Where results are kept as they come, so that a job that is killed goes on.
    progress
        Told how much of what is run at the moment is done.

    Returns
    -------
    How it goes as ``verdict``; what they do at first and in the end as ``start`` and ``end``, which ``told`` puts
    into words; ``rounds`` and ``outcomes`` as tables; ``gain(name)`` and ``gain_together`` in pounds. What is best for
    clients is ``clients``, and `simulator.behaviour.price` says what following the money costs them.

    Raises
    ------
    BadInput
        With every fault of what was given.
    """
    _check_starts(starts, order, most_rounds)
    whole = read(scenario)
    names = who_chooses(whole, everybody=everybody, only=only)
    lives = Lives(seated(whole, names), seed, replications, workers, kept_in(folder), progress)
    return settle(lives, starts, order, most_rounds)


def _check_starts(starts: Sequence[str], order: str, most_rounds: int) -> None:
    known = get_args(Start)
    faults = [
        Fault("behaviour", name, rule, got, advice)
        for name, rule, got, advice, wrong in (
            (
                "starts",
                f"name one or more of {', '.join(known)}, each once",
                ", ".join(starts) or "none",
                "begin with as_it_is",
                not starts or len(set(starts)) < len(starts) or not set(starts) <= set(known),
            ),
            (
                "order",
                f"be one of {', '.join(get_args(Order))}",
                repr(order),
                "choose one of them",
                order not in get_args(Order),
            ),
            ("most_rounds", "be 1 or more", repr(most_rounds), "give 1 or more", most_rounds < 1),
        )
        if wrong
    ]
    if faults:
        raise BadInput(faults)
