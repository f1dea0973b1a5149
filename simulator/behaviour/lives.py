"""What comes of everybody doing something, and of one doing something else: run once, kept on disk.

Each is a file of its own, written beside and renamed, so that a job that is killed goes on where it was and ends
with the same bytes.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..beside import put
from ..errors import BadInput, Fault
from ..measures import TALLIES
from ..model import OneAmongOthers, replicate_once
from ..scenario import as_dict
from ..workers import spread, workers_by_default
from .seats import with_plans

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from ..funding import Inputs
    from ..scenario.schema import Plan, Scenario
    from ..workers import Progress
    from .seats import Profile, Table

OUTCOMES = (
    "allocation_gbp",
    "spent_gbp",
    "unspent_gbp",
    "in_treatment",
    "in_effective_treatment",
    "in_recovery",
    "new_presentations",
    "planned_exits",
    "early_exits",
    "successful_completions",
    "re_presentations",
    "supported_exits",
    "unmet_need",
    "need",
    "deaths",
)
"""What is kept of every run: tallies by year, all groups together."""
MODEL = 2
"""Raised when the model's numbers change, so that what was kept before is run again."""
WORDS = ("name", "title", "question", "description", "evidence", "behaviour")
"""Parts of a scenario on which nothing that comes of a plan depends."""

_KEPT = [TALLIES.index(outcome) for outcome in OUTCOMES]


def outcome(name: str) -> int:
    """The place of an outcome."""
    return OUTCOMES.index(name)


def _outcomes(tallies: NDArray[np.float64]) -> NDArray[np.float64]:
    """By partnership, outcome and year; groups together."""
    kept: NDArray[np.float64] = tallies[:, _KEPT].sum(axis=-1)
    return kept


def _together(
    scenario: Scenario, seed: int, number: int
) -> tuple[NDArray[np.float64], tuple[Inputs, ...]]:
    """One replication of everybody: outcomes, and what each year's allocation stood on.

    One that stands for several lives on the least of their pounds. What some copies have beyond that is shared
    among them, unspent, so that all together hold the pot to the pound, as in a run's table.
    """
    lived = replicate_once(scenario, seed, number)
    values = _outcomes(lived.tallies)
    if lived.odd_gbp is not None:
        copies = [[own.copies] for own in scenario.partnerships.values()]
        for name in ("allocation_gbp", "unspent_gbp"):
            values[:, outcome(name)] += lived.odd_gbp / copies
    return values, lived.inputs


def _alone(
    scenario: Scenario, name: str, seed: int, among: Sequence[Sequence[Inputs]]
) -> NDArray[np.float64]:
    """One partnership among others as they were, by replication, outcome and year."""
    runs = (
        OneAmongOthers(scenario, name, seed, number, inputs) for number, inputs in enumerate(among)
    )
    return np.stack([_outcomes(run.finish().tallies)[0] for run in runs])


def kept_in(folder: str | Path | None) -> Path | None:
    """The folder in which results are kept, if there is one."""
    return None if folder is None else Path(folder)


@dataclass
class Lives:
    """Runs what is asked for, once.

    Parameters
    ----------
    table
        Those that choose, and what they may choose.
    folder
        Where results are kept, if anywhere.
    progress
        Told how much of what is run at the moment is done.
    """

    table: Table
    seed: int
    replications: int
    workers: int | None = 1
    folder: Path | None = None
    progress: Progress | None = None
    _known: dict[str, NDArray[np.float64]] = field(default_factory=dict)
    _inputs: dict[Profile, tuple[tuple[Inputs, ...], ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        _check(self.replications, self.seed, self.workers)
        self._world = self._hash(_numbers(self.table.scenario))

    # Everybody

    def together(self, profiles: Sequence[Profile]) -> list[NDArray[np.float64]]:
        """Everybody does something: by replication, partnership, outcome and year."""
        keys = {profile: self._key(profile) for profile in profiles}
        new = [profile for profile in keys if not self._has(keys[profile])]
        for profile, values in self._run_together(new) if new else ():
            self._keep(keys[profile], values, {"profile": list(profile)})
        return [self._known[keys[profile]] for profile in profiles]

    def _run_together(
        self, profiles: Sequence[Profile]
    ) -> Iterator[tuple[Profile, NDArray[np.float64]]]:
        worlds = [self.table.world(profile) for profile in profiles]
        tasks = [(world, self.seed, n) for world in worlds for n in range(self.replications)]
        done: dict[int, tuple[NDArray[np.float64], tuple[Inputs, ...]]] = {}
        for place, lived in self._spread(_together, tasks):
            done[place] = lived
            which = place // self.replications
            mine = range(which * self.replications, (which + 1) * self.replications)
            if all(each in done for each in mine):
                lives = [done.pop(each) for each in mine]
                self._inputs[profiles[which]] = tuple(inputs for _, inputs in lives)
                yield profiles[which], np.stack([values for values, _ in lives])

    def _inputs_of(self, profile: Profile) -> tuple[tuple[Inputs, ...], ...]:
        """What allocations stood on; run again where only the outcomes were kept."""
        if profile not in self._inputs:
            for _ in self._run_together([profile]):
                pass
        return self._inputs[profile]

    # One among others

    def alone(
        self, profile: Profile, asked: Sequence[tuple[int, int]]
    ) -> list[NDArray[np.float64]]:
        """One of a type does something else, the others as in a profile: by replication, outcome and year.

        Parameters
        ----------
        asked
            The place of the type among those that choose, and that of the option.
        """
        keys = [self._key(profile, *each) for each in asked]
        new = {key: each for key, each in zip(keys, asked, strict=True) if not self._has(key)}
        if new:
            among = self._inputs_of(profile)
            tasks = [
                (self._world_of(profile, *each), self.table.players[each[0]], self.seed, among)
                for each in new.values()
            ]
            places = list(new)
            for place, values in self._spread(_alone, tasks):
                player, option = new[places[place]]
                told = {"profile": list(profile), "player": player, "option": option}
                self._keep(places[place], values, told)
        return [self._known[key] for key in keys]

    def _world_of(self, profile: Profile, player: int, option: int) -> Scenario:
        plan: Plan = self.table.options[player][option].plan
        return with_plans(self.table.world(profile), {self.table.players[player]: plan})

    def _spread(self, work: Any, tasks: Sequence[tuple[Any, ...]]) -> Iterator[tuple[int, Any]]:
        workers = workers_by_default() if self.workers is None else self.workers
        for done, found in enumerate(spread(work, tasks, workers), 1):
            yield found
            if self.progress:
                self.progress(done, len(tasks))

    # What is kept

    def _key(self, profile: Profile, *deviation: int) -> str:
        """A text that changes with whatever the numbers depend on."""
        plans = {
            name: plan.model_dump(mode="json") for name, plan in self.table.plans(profile).items()
        }
        whose: list[Any] = []
        if deviation:
            player, option = deviation
            plan = self.table.options[player][option].plan
            whose = [self.table.players[player], plan.model_dump(mode="json")]
        return self._hash([self._world, plans, whose, self.seed, self.replications, MODEL])

    @staticmethod
    def _hash(told: Any) -> str:
        return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()

    def _has(self, key: str) -> bool:
        if key not in self._known and self.folder is not None:
            self._read(self.folder / _file(key), key)
        return key in self._known

    def _read(self, file: Path, key: str) -> None:
        try:
            told = json.loads(file.read_text(encoding="utf-8"))
        except (OSError, ValueError):  # not there, or not ours
            return
        if isinstance(told, dict) and told.get("of") == key:
            self._known[key] = np.array(told["values"], dtype=np.float64)

    def _keep(self, key: str, values: NDArray[np.float64], told: dict[str, Any]) -> None:
        self._known[key] = values
        if self.folder is None:
            return
        file = self.folder / _file(key)
        whole = {"of": key, **told, "outcomes": list(OUTCOMES), "values": values.tolist()}
        put(file, f"{json.dumps(whole)}\n".encode())


def _file(key: str) -> str:
    return f"{key[:24]}.json"


def _numbers(scenario: Scenario) -> dict[str, Any]:
    """All of a scenario on which what comes of a plan depends."""
    whole = as_dict(scenario)
    streams = list(whole["funding"]["streams"].items())  # spent in their order
    return {name: part for name, part in whole.items() if name not in WORDS} | {
        "streams": streams,
        "order": list(whole["partnerships"]),
    }


def _check(replications: int, seed: int, workers: int | None) -> None:
    faults = [
        Fault("behaviour", name, f"be a whole number of at least {least}", repr(got), advice)
        for name, got, least, advice in (
            ("replications", replications, 2, "give 2 or more, so that intervals can be told"),
            ("seed", seed, 0, "give 0 or more"),
            ("workers", 1 if workers is None else workers, 1, "give 1 or more"),
        )
        if not isinstance(got, int) or isinstance(got, bool) or got < least
    ]
    if faults:
        raise BadInput(faults)
