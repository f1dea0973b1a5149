"""Many replications: bands for one scenario, paired differences between two.

A replication is keyed by its number alone, so any number of workers gives the same bytes, and the same
number under two scenarios is the same people with the same luck.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import stdtrit

from . import measures
from .errors import BadInput, Fault, SimulatorError
from .measures import MEASURES
from .model import Replication, replicate_once
from .years import year_names

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from .funding import Inputs
    from .scenario.schema import Scenario

ALL = "all"
BAND = (0.05, 0.95)
"""The band that holds nine runs in ten."""
CONFIDENCE = 0.95
BATCH = 5
"""Replications that a worker takes at a time."""

Progress = Callable[[int, int], None]
"""Told how many replications are done, and of how many."""


@contextmanager
def _no_collector() -> Iterator[None]:
    """Keep the garbage collector out of a run: it makes no cycles, and looking for them costs much."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def _batch(scenario: Scenario, seed: int, numbers: Sequence[int]) -> list[Replication]:
    with _no_collector():
        return [replicate_once(scenario, seed, number) for number in numbers]


def _start_method() -> str:
    return "forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else "spawn"


def workers_by_default() -> int:
    """As many as the machine has cores for."""
    return max(1, len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1)


@dataclass(frozen=True)
class Sample:
    """All replications of one scenario.

    Parameters
    ----------
    values
        Measures by replication, partnership, measure, year and group; the last group, and the last
        partnership where there are several, are all together.
    inputs
        What each year's allocation stood on, by replication.
    """

    scenario: Scenario
    seed: int
    values: NDArray[np.float64]
    inputs: tuple[tuple[Inputs, ...], ...]

    @property
    def replications(self) -> int:
        """How many replications there are."""
        return len(self.values)

    @property
    def partnerships(self) -> tuple[str, ...]:
        """Names of the partnerships, and `all` where there are several."""
        names = tuple(self.scenario.partnerships)
        return (*names, ALL) if len(names) > 1 else names

    @property
    def years(self) -> tuple[str, ...]:
        """Names of the years."""
        return year_names(self.scenario.first_year, self.scenario.years)

    @property
    def groups(self) -> tuple[str, ...]:
        """Names of the substance groups, and `all`."""
        return (*self.scenario.world.groups, ALL)

    def of(
        self, measure: str, partnership: str | None = None, group: str = ALL
    ) -> NDArray[np.float64]:
        """One measure by replication and year."""
        place = self.partnerships.index(partnership) if partnership else 0
        where = (place, MEASURES.index(measure), slice(None), self.groups.index(group))
        return self.values[(slice(None), *where)]

    @cached_property
    def table(self) -> pd.DataFrame:
        """The tidy table: one row for each partnership, replication, year, group and measure."""
        axes = (range(self.replications), self.partnerships, MEASURES, self.years, self.groups)
        names = ("replication", "partnership", "measure", "year", "group")
        order = ["partnership", "replication", "year", "group", "measure"]
        return _tidy(self.scenario.name, axes, names, {"value": self.values}, order)

    @cached_property
    def summary(self) -> pd.DataFrame:
        """Mean, median and the band of nine runs in ten over the replications."""
        sized = {
            "mean": _mean(self.values),
            "median": _quantile(self.values, 0.5),
            "low": _quantile(self.values, BAND[0]),
            "high": _quantile(self.values, BAND[1]),
            "mc_error": _standard_error(self.values),
            "replications": _counted(self.values),
        }
        return _tidy_summary(self, {"scenario": self.scenario.name}, sized)


@dataclass(frozen=True)
class Comparison:
    """Scenarios against a baseline, replication by replication."""

    baseline: Sample
    others: tuple[Sample, ...]

    @property
    def samples(self) -> tuple[Sample, ...]:
        """The baseline, then the others."""
        return (self.baseline, *self.others)

    def difference(self, other: Sample) -> NDArray[np.float64]:
        """Paired differences from the baseline, shaped as `Sample.values`."""
        return np.subtract(other.values, self.baseline.values)

    @cached_property
    def differences(self) -> pd.DataFrame:
        """Mean paired difference, its 95% interval and Monte-Carlo error."""
        import pandas as pd

        return pd.concat([self._differences(other) for other in self.others], ignore_index=True)

    def _differences(self, other: Sample) -> pd.DataFrame:
        difference = self.difference(other)
        mean, low, high, error = paired(difference)
        sized = {
            "difference": mean,
            "low": low,
            "high": high,
            "mc_error": error,
            "replications": _counted(difference),
        }
        named = {"scenario": other.scenario.name, "baseline": self.baseline.scenario.name}
        return _tidy_summary(other, named, sized)


def paired(
    difference: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Mean over the first axis, its 95% interval by Student's t, and its standard error."""
    mean, error = _mean(difference), _standard_error(difference)
    counted = _counted(difference)
    reach = np.where(counted > 1, stdtrit(np.maximum(counted - 1, 1), (1 + CONFIDENCE) / 2), np.nan)
    return mean, mean - reach * error, mean + reach * error, error


def _counted(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.sum(~np.isnan(values), axis=0, dtype=np.float64)


def _mean(values: NDArray[np.float64]) -> NDArray[np.float64]:
    counted = _counted(values)
    total = np.nansum(values, axis=0)
    return np.divide(total, counted, out=np.full(total.shape, np.nan), where=counted > 0)


def _standard_error(values: NDArray[np.float64]) -> NDArray[np.float64]:
    counted = _counted(values)
    squares = np.nansum((values - _mean(values)) ** 2, axis=0)
    variance = np.divide(
        squares, counted - 1, out=np.full(squares.shape, np.nan), where=counted > 1
    )
    return np.sqrt(variance / np.maximum(counted, 1))


def _quantile(values: NDArray[np.float64], share: float) -> NDArray[np.float64]:
    ranked = np.sort(values, axis=0)  # missing ones last
    place = share * np.maximum(_counted(values) - 1, 0)
    below = np.floor(place).astype(np.int64)
    above = np.ceil(place).astype(np.int64)
    low = np.take_along_axis(ranked, below[np.newaxis], axis=0)[0]
    high = np.take_along_axis(ranked, above[np.newaxis], axis=0)[0]
    return low + (high - low) * (place - below)


def _tidy(
    scenario: str,
    axes: Sequence[Sequence[object]],
    names: Sequence[str],
    values: dict[str, NDArray[np.float64]],
    order: Sequence[str],
) -> pd.DataFrame:
    """Arrays by axes as one long table; rows that no measure has (money by group) are left out."""
    import pandas as pd

    shape = tuple(len(axis) for axis in axes)
    wanted = [names.index(name) for name in order]
    first = np.transpose(next(iter(values.values())), wanted).ravel()
    row = np.indices([shape[axis] for axis in wanted]).reshape(len(wanted), -1)
    there = ~_without_group(row, wanted, axes, names) if len(first) else np.zeros(0, dtype=bool)
    columns: dict[str, object] = {"scenario": [scenario] * int(there.sum())}
    for place, axis in enumerate(wanted):
        columns[names[axis]] = np.array(axes[axis], dtype=object)[row[place][there]]
    for name, array in values.items():
        columns[name] = np.transpose(array, wanted).ravel()[there]
    return pd.DataFrame(columns)


def _without_group(
    row: NDArray[np.int64],
    wanted: Sequence[int],
    axes: Sequence[Sequence[object]],
    names: Sequence[str],
) -> NDArray[np.bool_]:
    measure, group = names.index("measure"), names.index("group")
    money = np.array([name in measures.MONEY_MEASURES for name in axes[measure]])
    one_group = np.array([name != ALL for name in axes[group]])
    found: NDArray[np.bool_] = (
        money[row[wanted.index(measure)]] & one_group[row[wanted.index(group)]]
    )
    return found


def _tidy_summary(
    sample: Sample, named: dict[str, str], sized: dict[str, NDArray[np.float64]]
) -> pd.DataFrame:
    axes = (sample.partnerships, MEASURES, sample.years, sample.groups)
    names = ("partnership", "measure", "year", "group")
    order = ["partnership", "year", "group", "measure"]
    told = _tidy(named["scenario"], axes, names, sized, order)
    for place, (name, value) in enumerate(list(named.items())[1:], 1):
        told.insert(place, name, value)
    return told


def _values(replications: Sequence[Replication]) -> NDArray[np.float64]:
    """Measures of every replication; a last partnership is all together where there are several."""
    tallies = np.stack([replication.tallies for replication in replications])
    if tallies.shape[1] > 1:
        tallies = np.concatenate([tallies, tallies.sum(axis=1, keepdims=True)], axis=1)
    return measures.measures(tallies)


def run(
    scenarios: Sequence[Scenario],
    replications: int,
    seed: int,
    workers: int | None = None,
    progress: Progress | None = None,
) -> list[Sample]:
    """Run every replication of every scenario.

    Parameters
    ----------
    workers
        Processes; by default one for each core. Results do not depend on it.
    progress
        Called after each batch.

    Raises
    ------
    BadInput
        If there is no replication or no worker, or the seed is negative.
    """
    chosen = workers_by_default() if workers is None else workers
    _check(replications, seed, chosen)
    tasks = [
        (place, range(begin, min(begin + BATCH, replications)))
        for begin in range(0, replications, BATCH)
        for place in range(len(scenarios))
    ]
    done: dict[tuple[int, int], list[Replication]] = {}
    total = replications * len(scenarios)
    for place, numbers, batch in _finished(scenarios, seed, tasks, min(chosen, len(tasks))):
        done[place, numbers.start] = batch
        if progress:
            progress(sum(len(finished) for finished in done.values()), total)
    samples = []
    for place, scenario in enumerate(scenarios):
        mine = [r for begin in range(0, replications, BATCH) for r in done[place, begin]]
        samples.append(Sample(scenario, seed, _values(mine), tuple(r.inputs for r in mine)))
    return samples


def _finished(
    scenarios: Sequence[Scenario], seed: int, tasks: Sequence[tuple[int, range]], workers: int
) -> Iterator[tuple[int, range, list[Replication]]]:
    if workers == 1:
        for place, numbers in tasks:
            yield place, numbers, _batch(scenarios[place], seed, numbers)
        return
    with _pool(workers) as pool:
        with _interrupts_ignored():  # which a process that starts now takes over
            waiting: dict[Future[list[Replication]], tuple[int, range]] = {
                pool.submit(_batch, scenarios[place], seed, numbers): (place, numbers)
                for place, numbers in tasks
            }
        while waiting:
            ready, _ = wait(waiting, return_when=FIRST_COMPLETED)
            for future in ready:
                yield *waiting.pop(future), future.result()


@contextmanager
def _pool(workers: int) -> Iterator[ProcessPoolExecutor]:
    """Worker processes, which end at once where anything goes wrong or the user interrupts."""
    context = multiprocessing.get_context(_start_method())
    pool = ProcessPoolExecutor(workers, context, initializer=_serve)
    try:
        yield pool
    except BrokenProcessPool as error:
        raise SimulatorError(
            "run: a worker process was ended from outside, often for want of memory; "
            "try again with fewer workers"
        ) from error
    except BaseException:
        for process in list((pool._processes or {}).values()):  # no public way before Python 3.14
            process.terminate()
        raise
    finally:
        pool.shutdown(cancel_futures=True)


def _serve() -> None:
    """Leave Ctrl-C, which a terminal sends to every process, to the one that runs; end when it ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    if parent := multiprocessing.parent_process():
        parent.join()
        os._exit(1)


@contextmanager
def _interrupts_ignored() -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():  # where signals cannot be set
        yield
        return
    was = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, was)


def _check(replications: int, seed: int, workers: int) -> None:
    faults = [
        Fault("run", name, f"be a whole number of at least {least}", repr(got), advice)
        for name, got, least, advice in (
            ("replications", replications, 1, "give 1 or more"),
            ("seed", seed, 0, "give 0 or more"),
            ("workers", workers, 1, "give 1 or more"),
        )
        if not isinstance(got, int) or isinstance(got, bool) or got < least
    ]
    if faults:
        raise BadInput(faults)


def compare(
    scenarios: Sequence[Scenario],
    replications: int,
    seed: int,
    workers: int | None = None,
    progress: Progress | None = None,
) -> Comparison:
    """Run scenarios with the same people and the same luck; the first is the baseline.

    Raises
    ------
    BadInput
        If there are fewer than two scenarios, or they differ in years, groups or partnerships.
    """
    _check_alike(scenarios)
    first, *others = run(scenarios, replications, seed, workers, progress)
    return Comparison(first, tuple(others))


def _check_alike(scenarios: Sequence[Scenario]) -> None:
    faults = []
    if len(scenarios) < 2:
        faults.append(
            Fault(
                "compare",
                "scenarios",
                "be two or more",
                str(len(scenarios)),
                "name another scenario",
            )
        )
    for other in scenarios[1:]:
        for name, of in (
            ("years", lambda s: year_names(s.first_year, s.years)),
            ("groups", lambda s: tuple(s.world.groups)),
            ("partnerships", lambda s: tuple(s.partnerships)),
        ):
            if of(other) != of(scenarios[0]):
                faults.append(
                    Fault(
                        "compare",
                        f"{name} of {other.name}",
                        f"be those of {scenarios[0].name}, {', '.join(of(scenarios[0]))}",
                        ", ".join(of(other)),
                        "compare scenarios of the same people over the same years",
                    )
                )
    if faults:
        raise BadInput(faults)
