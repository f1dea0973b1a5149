"""What a search for plans would take, before it is run."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ..sweeps.estimate import Estimate, estimate
from ..sweeps.store import Store
from ..wording import counted

if TYPE_CHECKING:
    from ..sweeps import Bench
    from .of_study import Prepared


@dataclass(frozen=True, slots=True)
class Planned:
    """What a search would take at most.

    Parameters
    ----------
    tried, worlds, replications
        Plans that are tried, each in so many worlds with so many runs.
    confirmed, confirm_replications
        Plans that are lived again at most, and with how many runs; for regret, those it is measured against too.
    whole
        Cells, time and disk of both, if no cell was run before; time and disk by a few runs of the scenario's own
        plan.
    """

    tried: int
    worlds: int
    replications: int
    confirmed: int
    confirm_replications: int
    whole: Estimate

    def sentences(self) -> list[str]:
        """The same in words."""
        worlds = counted(self.worlds, "world")
        first = (
            f"At most {counted(self.whole.cells, 'cell')}: {counted(self.tried, 'plan')} in {worlds} with"
            f" {counted(self.replications, 'run')} each, then at most {counted(self.confirmed, 'plan')} again with"
            f" {counted(self.confirm_replications, 'run')} of new luck."
        )
        *_, time, disk = self.whole.sentences()
        measured = self.whole.seconds[1] > 0
        unknown = (
            "The scenario's own plan makes no scenario that would load, so its time is not known."
        )
        again = "Cells that were run before are not run again."
        return [first, *([time, disk] if measured else [unknown]), again]


def planned(prepared: Prepared, bench: Bench) -> Planned:
    """What a search would take at most: a few replications are run, and none is kept."""
    question = prepared.question
    asked, worlds = question.asked, question.number_of_worlds
    there = question.levers.plans + (not question.levers.holds(question.own))
    tried = min(asked.trials, there)
    yardsticks = worlds if asked.robust == "regret" else 0
    confirmed = min(asked.confirm.plans + 1 + yardsticks, tried)
    own = question.points([question.own])[:1]
    # an empty store, so that there is a cell to try where all were run before
    one = estimate(replace(bench, store=Store()), own)
    runs = worlds * (tried * question.replications + confirmed * asked.confirm.replications)
    times = runs / (one.left * question.replications) if one.left else 0.0
    cells = worlds * (tried + confirmed)
    sizes = sorted((question.replications, asked.confirm.replications))
    whole = replace(
        one,
        points=cells,
        cells=cells,
        impossible=0,
        replications=(sizes[0], sizes[1]),
        seconds=(one.seconds[0] * times, one.seconds[1] * times),
        disk_bytes=(one.disk_bytes[0] * times, one.disk_bytes[1] * times),
    )
    return Planned(
        tried, worlds, question.replications, confirmed, asked.confirm.replications, whole
    )
