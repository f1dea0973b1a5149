"""The plan best for clients among those that a partnership may choose: if all choose so, and if one does.

Nobody is pushed out before they are ready more often than the choices make necessary. Among what is left, best is:
the most people in recovery on the last 31 March, without clearly more deaths over the years than now. Where nothing
is clearly better than what is done now, that stays.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from ..incentives import Estimate
from .lives import Lives, kept_in, outcome
from .responses import REPLICATIONS, SEED, horizon_of, responses
from .seats import read, seated, who_chooses

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from ..scenario.schema import Scenario
    from ..workers import Progress
    from .choices import Option
    from .responses import Response
    from .seats import Profile, Table


EARLY = "early_exit_rate_per_year"


@dataclass(frozen=True)
class ClientsFirst:
    """What is best for clients.

    Parameters
    ----------
    profiles
        All that choose do the same: one profile for each thing that can be done, and what is done now.
    together
        What comes of each: by profile, replication, partnership, outcome and year.
    best
        What each does if it puts clients first.
    everybody
        What comes of it if all do: by replication, partnership, outcome and year.
    alone
        What comes of each option if one does it and the others stay as they are.
    """

    table: Table = field(repr=False)
    profiles: tuple[Profile, ...] = field(repr=False)
    together: NDArray[np.float64] = field(repr=False)
    best: Profile
    everybody: NDArray[np.float64] = field(repr=False)
    alone: tuple[Response, ...] = field(repr=False)

    @property
    def options(self) -> tuple[Option, ...]:
        """What each does if it puts clients first."""
        return tuple(
            options[place] for options, place in zip(self.table.options, self.best, strict=True)
        )

    @property
    def as_it_is(self) -> NDArray[np.float64]:
        """What comes of what is done now."""
        return self.together[self.profiles.index(self.table.as_it_is)]


def best_for_clients(values: NDArray[np.float64], present: int, allowed: Sequence[int]) -> int:
    """The place of the option that is best for clients.

    Parameters
    ----------
    values
        Outcomes by option, replication, outcome and year.
    present
        The place of what is done now, which stays where nothing that is allowed is clearly better.
    allowed
        Places of options that push nobody out needlessly.
    """
    well = values[:, :, outcome("in_recovery"), -1]
    better = [
        place
        for place in allowed
        if (present not in allowed or Estimate.of(well[place] - well[present]).low > 0)
        and not _clearly_more_deaths(values[place], values[present])
    ]
    means = well.mean(axis=1)
    return max(better, key=lambda place: (means[place], -place), default=present)


def _clearly_more_deaths(values: NDArray[np.float64], now: NDArray[np.float64]) -> bool:
    more = (values - now)[:, outcome("deaths")].sum(axis=-1)
    return Estimate.of(more).low > 0


def without_early_exits(options: Sequence[Option]) -> tuple[int, ...]:
    """Places of the options that push the fewest people out before they are ready."""
    rates = [option.of_levers.get(EARLY, 0.0) for option in options]
    return tuple(place for place, rate in enumerate(rates) if rate == min(rates))


def alike_profiles(table: Table) -> tuple[Profile, ...]:
    """What is done now, and all that can doing the same, for each thing that is allowed."""
    settings = dict.fromkeys(
        options[place].settings
        for options in table.options
        for place in without_early_exits(options)
    )
    return tuple(dict.fromkeys([table.as_it_is, *(_all_do(table, each) for each in settings)]))


def _all_do(table: Table, settings: tuple[tuple[str, float], ...]) -> Profile:
    """Everybody that can sets its levers so; the others stay as they are."""
    return tuple(
        next((at for at, option in enumerate(options) if option.settings == settings), now)
        for options, now in zip(table.options, table.as_it_is, strict=True)
    )


def put_first(lives: Lives) -> ClientsFirst:
    """What is best for the clients of those that choose, each type for its own."""
    table = lives.table
    profiles = alike_profiles(table)
    together = np.stack(lives.together(profiles))
    names = list(table.scenario.partnerships)
    best = tuple(
        _best(table, profiles, together[:, :, names.index(name)], player)
        for player, name in enumerate(table.players)
    )
    alone = responses(lives, table.as_it_is, horizon_of(table.scenario), range(len(table.players)))
    (everybody,) = lives.together([best])
    return ClientsFirst(table, profiles, together, best, everybody, tuple(alone))


def _best(
    table: Table, profiles: Sequence[Profile], values: NDArray[np.float64], player: int
) -> int:
    """The option of one player that is best for its clients if all do the same."""
    options, now = table.options[player], table.as_it_is[player]
    allowed = without_early_exits(options)
    alike = {place: _all_do(table, options[place].settings) for place in allowed}
    alike[now] = table.as_it_is
    places = list(alike)
    of_option = values[[profiles.index(alike[place]) for place in places]]
    best = best_for_clients(of_option, places.index(now), [places.index(p) for p in allowed])
    return places[best]


def clients_first(
    scenario: str | Path | Scenario,
    *,
    everybody: bool = False,
    only: Sequence[str] = (),
    replications: int = REPLICATIONS,
    seed: int = SEED,
    workers: int | None = 1,
    folder: str | Path | None = None,
    progress: Progress | None = None,
) -> ClientsFirst:
    """What is best for clients among what partnerships may choose, if all choose so and if one does.

    Parameters
    ----------
    everybody, only
        Who chooses: all, or those named; by default those whose behaviour is ``clients_first``, or all where
        nobody's is.
    replications
        Runs of each thing that can be done, at least 2; by default 24.
    seed
        Where chance begins. The same seed gives the same people with the same luck.
    workers
        Processes; None for one on each core. Results do not depend on it.
    folder
        Where results are kept, so that a job that is killed goes on.
    progress
        Told how much of what is run at the moment is done.

    Returns
    -------
    What each does if it puts clients first as ``options`` (their places as ``best``); what comes of it if all do as
    ``everybody``, and of each option if one does it as ``alone``.

    Raises
    ------
    BadInput
        With every fault of what was given.
    """
    whole = read(scenario)
    names = who_chooses(whole, "clients_first", everybody=everybody, only=only)
    lives = Lives(seated(whole, names), seed, replications, workers, kept_in(folder), progress)
    return put_first(lives)
