"""Many replications: bands for one scenario, paired differences between two.

A replication is keyed by its number alone, so any number of workers gives the same bytes, and the same
number under two scenarios is the same people with the same luck.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import stdtrit

from . import measures
from .crew import crew_of
from .errors import BadInput, Fault
from .measures import MEASURES
from .model import Replication, replicate_once
from .partnership import STREAM_COLUMNS
from .scenario.draws import with_values
from .scenario.size import too_large
from .workers import spread, workers_by_default
from .years import year_names

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from .funding import Inputs
    from .scenario.draws import Draws
    from .scenario.schema import Scenario
    from .workers import Progress

ALL = "all"
BAND = (0.05, 0.95)
"""The band that holds nine runs in ten."""
FEWEST_OF_BAND = 20
"""Below so many runs, 9 in 10 of them cannot be told from all of them."""
CONFIDENCE = 0.95
BATCH = 5
"""Replications that a worker takes at a time, and partnerships that make a replication a task of its own."""
ONE_AT_A_TIME = 1
MOST_LISTED = 12
"""Names that a fault lists one by one."""


def _batch(
    scenario: Scenario, seed: int, numbers: Sequence[int], draws: Draws | None
) -> list[Replication]:
    return [replicate_once(_world(scenario, number, draws), seed, number) for number in numbers]


def _world(scenario: Scenario, replication: int, draws: Draws | None) -> Scenario:
    """The scenario in the world that a replication lives in."""
    return with_values(scenario, draws.of(replication)) if draws else scenario


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
    draws
        The worlds that the replications lived in, where they were not all the scenario's own.
    accounts
        Each stream's year by replication, partnership, year, stream and column (`STREAM_COLUMNS`).
    """

    scenario: Scenario
    seed: int
    values: NDArray[np.float64]
    inputs: tuple[tuple[Inputs, ...], ...]
    draws: Draws | None = None
    accounts: NDArray[np.float64] | None = None

    @property
    def holds(self) -> str:
        """What makes the replications differ, and so what a band over them holds."""
        return "chance and assumptions" if self.draws else "chance alone"

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
    def streams(self) -> pd.DataFrame:
        """Who paid for what: one row for each partnership, replication, year and funding stream."""
        names = tuple(self.scenario.funding.streams)
        shape = (
            0,
            len(self.scenario.partnerships),
            len(self.years),
            len(names),
            len(STREAM_COLUMNS),
        )
        accounts = np.zeros(shape) if self.accounts is None else self.accounts
        axes = (tuple(self.scenario.partnerships), range(len(accounts)), self.years, names)
        return _tidy_streams(self.scenario.name, axes, np.swapaxes(accounts, 0, 1))

    @cached_property
    def summary(self) -> pd.DataFrame:
        """Mean, median and the band of nine runs in ten over the replications; of few, the lowest and the highest."""
        lowest, highest = ends_of_band(self.replications)
        sized = {
            "mean": _mean(self.values),
            "median": _quantile(self.values, 0.5),
            "low": _quantile(self.values, lowest),
            "high": _quantile(self.values, highest),
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


def ends_of_band(replications: int) -> tuple[float, float]:
    """The quantiles at the ends of a band: those between which 9 runs in 10 lie, and of few runs all of them."""
    return BAND if replications >= FEWEST_OF_BAND else (0.0, 1.0)


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


def _tidy_streams(
    scenario: str, axes: Sequence[Sequence[object]], accounts: NDArray[np.float64]
) -> pd.DataFrame:
    """Accounts by partnership, replication, year, stream and column as one table."""
    import pandas as pd

    places = np.indices(accounts.shape[:-1]).reshape(len(axes), -1)
    names = ("partnership", "replication", "year", "stream")
    columns: dict[str, object] = {"scenario": [scenario] * places.shape[1]}
    for name, axis, place in zip(names, axes, places, strict=True):
        columns[name] = np.array(axis, dtype=object)[place]
    for name, column in zip(STREAM_COLUMNS, np.moveaxis(accounts, -1, 0), strict=True):
        pounds = name.endswith("_gbp")
        columns[name] = column.ravel().astype(np.int64) if pounds else column.ravel()
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


def _values(scenario: Scenario, replications: Sequence[Replication]) -> NDArray[np.float64]:
    """Measures of every replication; a last partnership is all together where there are several.

    A partnership that stands for several alike counts as many times in all together.
    """
    tallies = np.stack([replication.tallies for replication in replications])
    if tallies.shape[1] > 1:
        tallies = np.concatenate([tallies, _together(scenario, replications, tallies)], axis=1)
    return measures.measures(tallies)


def _together(
    scenario: Scenario, replications: Sequence[Replication], tallies: NDArray[np.float64]
) -> NDArray[np.float64]:
    """All partnerships together; pounds that only some copies get are theirs, and stay unspent."""
    copies = np.array([own.copies for own in scenario.partnerships.values()], dtype=np.float64)
    whole = np.tensordot(copies, tallies, axes=(0, 1))[:, np.newaxis]
    for place, replication in enumerate(replications):
        if replication.odd_gbp is not None:
            for name in ("allocation_gbp", "unspent_gbp"):
                whole[place, 0, measures.TALLIES.index(name), :, -1] += replication.odd_gbp.sum(0)
    return whole


def run(
    scenarios: Sequence[Scenario],
    replications: int,
    seed: int,
    workers: int | None = None,
    progress: Progress | None = None,
    *,
    first: int = 0,
    draws: Draws | None = None,
) -> list[Sample]:
    """Run every replication of every scenario.

    Parameters
    ----------
    workers
        Processes; by default one for each core. Results do not depend on it.
    progress
        Called after each batch.
    first
        The number of the first replication: those from 100 on continue a run of 100.
    draws
        Worlds that the assumptions may make, one for each replication; without them every
        replication lives in the scenario's own.

    Raises
    ------
    BadInput
        If there is no replication or no worker, or the seed is negative.
    """
    chosen = workers_by_default() if workers is None else workers
    _check(replications, seed, chosen)
    size = ONE_AT_A_TIME if _many_partnerships(scenarios) else BATCH
    end = first + replications
    tasks = [
        (scenario, seed, range(begin, min(begin + size, end)), draws)
        for begin in range(first, end, size)
        for scenario in scenarios
    ]
    done: dict[int, list[Replication]] = {}
    total = replications * len(scenarios)
    shared = _shares_partnerships(scenarios, replications, chosen)
    for place, batch in _shared(tasks, chosen) if shared else spread(_batch, tasks, chosen):
        done[place] = batch
        if progress:
            progress(sum(len(finished) for finished in done.values()), total)
    samples = []
    for place, scenario in enumerate(scenarios):
        mine = [r for each in range(place, len(tasks), len(scenarios)) for r in done[each]]
        samples.append(sample_of(scenario, seed, mine, draws))
    return samples


def sample_of(
    scenario: Scenario, seed: int, replications: Sequence[Replication], draws: Draws | None = None
) -> Sample:
    """Replications of one scenario, in the order of their numbers, as one sample."""
    inputs = tuple(each.inputs for each in replications)
    accounts = np.stack([each.streams for each in replications])
    values = _values(scenario, replications)
    return Sample(scenario, seed, values, inputs, draws, accounts)


def _many_partnerships(scenarios: Sequence[Scenario]) -> bool:
    return max(len(scenario.partnerships) for scenario in scenarios) > BATCH


def _shares_partnerships(scenarios: Sequence[Scenario], replications: int, workers: int) -> bool:
    """Whether workers share the partnerships of one replication, rather than replications.

    So they do where there are more workers than replications, or where several replications at once
    would not fit into memory.
    """
    if workers == 1 or not _many_partnerships(scenarios):
        return False
    at_once = min(workers, replications * len(scenarios))
    return at_once < workers or any(too_large(each, at_once=at_once) for each in scenarios)


def _shared(
    tasks: Sequence[tuple[Scenario, int, Sequence[int], Draws | None]], workers: int
) -> Iterator[tuple[int, list[Replication]]]:
    with crew_of(workers) as crew:
        for place, (scenario, seed, numbers, draws) in enumerate(tasks):
            batch = []
            for number in numbers:
                world = _world(scenario, number, draws)
                crew.begin(world, seed, number)
                batch.append(replicate_once(world, seed, number, crew))
            yield place, batch


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
    *,
    draws: Draws | None = None,
) -> Comparison:
    """Run scenarios with the same people and the same luck; the first is the baseline.

    Raises
    ------
    BadInput
        If there are fewer than two scenarios, or they differ in years, groups or partnerships.
    """
    check_alike(scenarios)
    first, *others = run(scenarios, replications, seed, workers, progress, draws=draws)
    return Comparison(first, tuple(others))


def _listed(names: Sequence[str]) -> str:
    """Names, of many the first and the last."""
    if len(names) <= MOST_LISTED:
        return ", ".join(names)
    return f"{names[0]}, {names[1]} … {names[-1]} ({len(names)} in all)"


def check_alike(scenarios: Sequence[Scenario]) -> None:
    """Refuse to compare scenarios that differ in years, groups or partnerships, or fewer than two.

    Raises
    ------
    BadInput
        With every fault.
    """
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
                        f"be those of {scenarios[0].name}, {_listed(of(scenarios[0]))}",
                        _listed(of(other)),
                        "compare scenarios of the same people over the same years",
                    )
                )
    if faults:
        raise BadInput(faults)
