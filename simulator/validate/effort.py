"""How much work a validation is, and how it is spread over processes."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from .. import replicate
from ..workers import spread, workers_by_default

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from contextlib import AbstractContextManager

    from numpy.typing import NDArray

    from ..replicate import Sample
    from ..scenario import Scenario
    from ..workers import Progress

T = TypeVar("T")

SEED = 20080401
QUICK_SHARE = 1 / 5
"""A quick validation takes so many of the replications."""
LEAST = 4
"""Fewer replications give no interval worth reading."""


def _unwatched() -> AbstractContextManager[None]:
    return nullcontext()


@dataclass(frozen=True, slots=True)
class Effort:
    """How many replications, over how many processes.

    Parameters
    ----------
    share
        The share of the usual replications: 1 for a full validation.
    watch
        Opens a piece of work and gives what is told of its progress.
    """

    share: float = 1.0
    workers: int | None = None
    seed: int = SEED
    watch: Callable[[], AbstractContextManager[Progress | None]] = _unwatched

    def replications(self, full: int) -> int:
        """How many replications stand for so many of a full validation."""
        return min(full, max(LEAST, round(full * self.share)))

    def each(self, work: Callable[..., T], tasks: Sequence[tuple[Any, ...]]) -> list[T]:
        """Do a piece of work for each task; results in the order of the tasks."""
        done: dict[int, T] = {}
        workers = workers_by_default() if self.workers is None else self.workers
        with self.watch() as progress:
            for place, result in spread(work, tasks, workers):
                done[place] = result
                if progress:
                    progress(len(done), len(tasks))
        return [done[place] for place in range(len(tasks))]

    def arrays(
        self, work: Callable[..., Any], settings: Sequence[tuple[Any, ...]], full: int
    ) -> list[NDArray[np.float64]]:
        """Replications of each setting, as one array for each.

        Parameters
        ----------
        work
            Called with the setting, the seed and the number of the replication.
        full
            Replications of a full validation.
        """
        n = self.replications(full)
        tasks = [(*setting, self.seed, number) for number in range(n) for setting in settings]
        told = self.each(work, tasks)
        many = len(settings)
        return [np.array(told[place::many], dtype=np.float64) for place in range(many)]

    def samples(self, scenarios: Sequence[Scenario], full: int) -> list[Sample]:
        """Replications of scenarios with the same people and the same luck."""
        n = self.replications(full)
        with self.watch() as progress:
            return replicate.run(scenarios, n, self.seed, self.workers, progress)


FULL = Effort()
QUICK = Effort(share=QUICK_SHARE)
