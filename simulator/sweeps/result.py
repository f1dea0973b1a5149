"""What came of a sweep, as tables: cells, measures, summaries, paired differences; also in the form of other tools."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from ..replicate import ends_of_band, paired
from .bench import Failed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pandas as pd
    from numpy.typing import NDArray

    from ..scenario import Scenario
    from ..study import Checked, Dimension, Outcome, Study
    from .bench import Asked, Bench
    from .cell import Lived

    Floats = NDArray[np.float64]

DONE, FAILED = "done", "failed"


@dataclass(frozen=True)
class Sweep:
    """Cells that were asked for, and what came of them.

    Parameters
    ----------
    bench
        What ran them.
    asked
        The points, and a key or a failure for each cell.
    """

    bench: Bench
    asked: Asked

    @property
    def checked(self) -> Checked:
        """The study, checked against its scenarios."""
        return self.bench.checked

    @property
    def study(self) -> Study:
        """What the study says."""
        return self.checked.study

    @property
    def scenarios(self) -> tuple[Scenario, ...]:
        """The scenarios, the first of them the one that others are compared with."""
        return self.checked.scenarios

    @property
    def dimensions(self) -> tuple[Dimension, ...]:
        """What varies."""
        return self.checked.dimensions

    @property
    def outcomes(self) -> tuple[Outcome, ...]:
        """What is read off each replication."""
        return self.checked.outcomes

    @property
    def points(self) -> Floats:
        """By point and dimension; of a dimension with listed values, the place in its list."""
        return self.asked.points

    @property
    def failed(self) -> list[Failed]:
        """Cells that failed."""
        return self.asked.failed

    def lived(self) -> Iterator[tuple[int, int, Lived | Failed]]:
        """Point, scenario and what came of it, one cell at a time."""
        for number, each in enumerate(self.bench.lived(self.asked)):
            yield (*self.asked.place(number), each)

    @cached_property
    def values(self) -> Floats:
        """Outcomes by point, scenario, outcome and replication; nan where a cell failed."""
        return self.bench.outcomes(self.asked)

    def yearly(self, outcome: Outcome) -> Floats:
        """A measure by point, scenario, year and replication; nan where a cell failed."""
        told = [
            None
            if isinstance(each, Failed)
            else each.by_year(outcome.measure, outcome.partnership, outcome.group).T
            for _, _, each in self.lived()
        ]
        most = max((each.shape[1] for each in told if each is not None), default=0)
        years = len(self.checked.years)
        values = np.full((len(told), years, most), np.nan)
        for place, each in enumerate(told):
            if each is not None:
                values[place, :, : each.shape[1]] = each
        return values.reshape(len(self.points), len(self.scenarios), years, most)

    # Tables

    @cached_property
    def cells(self) -> pd.DataFrame:
        """One row for each cell: its point, scenario, the values of what varies, its key, and what came of it."""
        import pandas as pd

        return pd.DataFrame(cell_columns(self))

    @cached_property
    def measures(self) -> pd.DataFrame:
        """The tidy table: a row for each cell, replication, partnership, year, group and measure named."""
        import pandas as pd

        tables = [pd.DataFrame(columns) for columns in measure_columns(self)]
        if not tables:
            return pd.DataFrame(columns=list(MEASURE_COLUMNS))
        return pd.concat(tables, ignore_index=True)

    @cached_property
    def summary(self) -> pd.DataFrame:
        """Mean of each outcome in each cell, the band of nine runs in ten, of few runs of all, and Monte-Carlo error."""
        import pandas as pd

        return pd.DataFrame([*summary_rows(self)])

    @cached_property
    def differences(self) -> pd.DataFrame:
        """Paired differences of each scenario from the first, at each point, with 95% intervals."""
        import pandas as pd

        return pd.DataFrame([*difference_rows(self)], columns=list(DIFFERENCE_COLUMNS))

    # For other tools

    def experiments_outcomes(
        self, *, over: str = "mean"
    ) -> tuple[pd.DataFrame, dict[str, NDArray[np.float64]]]:
        """The sweep as EMA Workbench holds one: experiments, and an array for each outcome.

        Parameters
        ----------
        over
            `mean` for one number an experiment, `replications` for each replication's, `years` for the mean of
            each year.

        Returns
        -------
        A row for each cell that did not fail, with a column for each dimension, `policy` (the scenario) and
        `model`; and arrays by experiment, or by experiment and replication or year.
        """
        table = self.cells
        there = (table["status"] == DONE).to_numpy()
        names = list(self.checked.names)
        experiments = table.loc[there, names].reset_index(drop=True)
        experiments["policy"] = table.loc[there, "scenario"].to_numpy()
        experiments["model"] = "treatment_funding"
        if over == "years":
            arrays = {o.key: means(self.yearly(o), axis=-1) for o in self.outcomes}
            flat = {key: each.reshape(-1, each.shape[-1]) for key, each in arrays.items()}
        else:
            by_cell = self.values.reshape(-1, *self.values.shape[2:])
            flat = {o.key: by_cell[:, i] for i, o in enumerate(self.outcomes)}
            if over == "mean":
                flat = {key: means(each, axis=-1) for key, each in flat.items()}
        return experiments, {key: each[there] for key, each in flat.items()}


def means(values: Floats, axis: int) -> Floats:
    """Means of what there is; nan of nothing."""
    there = ~np.isnan(values)
    many = there.sum(axis=axis)
    total = np.where(there, values, 0.0).sum(axis=axis)
    return np.divide(total, many, out=np.full(total.shape, np.nan), where=many > 0)


def digits(values: Floats) -> list[float]:
    """Numbers to ten significant digits, as all tables have them."""
    return [float(f"{x:.10g}") for x in values.ravel().tolist()]


# Cells


def cell_columns(sweep: Sweep) -> dict[str, Any]:
    """The table of cells, by column."""
    asked, checked = sweep.asked, sweep.checked
    many = len(asked.scenarios)
    places = [asked.place(number) for number in range(asked.cells)]
    columns: dict[str, Any] = {
        "cell": list(range(asked.cells)),
        "point": [point for point, _ in places],
        "scenario": [checked.scenarios[scenario].name for _, scenario in places],
    }
    for place, dimension in enumerate(checked.dimensions):
        told = [dimension.told(number) for number in asked.points[:, place].tolist()]
        if not all(each is None or _is_number(each) for each in told):
            told = [None if each is None else str(each) for each in told]
        columns[dimension.name] = [each for each in told for _ in range(many)]
    columns["status"] = [
        FAILED if number in asked.failures else DONE for number in range(asked.cells)
    ]
    columns["message"] = [asked.failures.get(number, "") for number in range(asked.cells)]
    columns["key"] = [key or "" for key in asked.keys]
    return columns


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


# Measures


MEASURE_COLUMNS = (
    "cell",
    "scenario",
    "partnership",
    "replication",
    "year",
    "group",
    "measure",
    "value",
)


def measure_columns(sweep: Sweep) -> Iterator[Mapping[str, Any]]:
    """The tidy table, cell by cell: what the study names, in every year and replication."""
    named = list(dict.fromkeys((o.measure, o.partnership, o.group) for o in sweep.outcomes))
    for number, (_, scenario, each) in enumerate(sweep.lived()):
        if isinstance(each, Failed):
            continue
        yield _measures_of(number, sweep.scenarios[scenario].name, each, named)


def _measures_of(
    number: int, scenario: str, lived: Lived, named: list[tuple[str, str | None, str]]
) -> Mapping[str, Any]:
    replications, years = len(lived.values), lived.years
    rows = replications * len(years)
    replication = np.repeat(np.arange(replications), len(years)).tolist()
    columns: dict[str, Any] = {name: [] for name in MEASURE_COLUMNS}
    for measure, partnership, group in named:
        whose = partnership or lived.partnerships[-1]
        columns["cell"] += [number] * rows
        columns["scenario"] += [scenario] * rows
        columns["partnership"] += [whose] * rows
        columns["replication"] += replication
        columns["year"] += list(years) * replications
        columns["group"] += [group] * rows
        columns["measure"] += [measure] * rows
        columns["value"] += digits(lived.by_year(measure, partnership, group))
    return columns


# Summaries


SUMMARY_COLUMNS = (
    "cell",
    "point",
    "scenario",
    "outcome",
    "mean",
    "median",
    "low",
    "high",
    "mc_error",
    "replications",
)
DIFFERENCE_COLUMNS = (
    "point",
    "scenario",
    "baseline",
    "outcome",
    "difference",
    "low",
    "high",
    "mc_error",
    "replications",
)


def summary_rows(sweep: Sweep) -> Iterator[dict[str, Any]]:
    """A row for each cell that did not fail, and outcome."""
    for number, (point, scenario, each) in enumerate(sweep.lived()):
        if isinstance(each, Failed):
            continue
        values = _by_outcome(sweep, each)
        mean, _, _, error = paired(values)
        told = np.stack([mean, *_bands(values), error])
        there = (~np.isnan(values)).sum(axis=0)
        for place, outcome in enumerate(sweep.outcomes):
            yield {
                "cell": number,
                "point": point,
                "scenario": sweep.scenarios[scenario].name,
                "outcome": outcome.key,
                **dict(
                    zip(
                        ("mean", "median", "low", "high", "mc_error"),
                        digits(told[:, place]),
                        strict=True,
                    )
                ),
                "replications": int(there[place]),
            }


def _by_outcome(sweep: Sweep, lived: Lived) -> Floats:
    """Outcomes of a cell by replication and outcome."""
    return np.stack([lived.outcome(outcome) for outcome in sweep.outcomes], axis=-1)


def _bands(values: Floats) -> Floats:
    """Median, and the ends of the band, of each column, of what there is."""
    wanted = [0.5, *ends_of_band(len(values))]
    missing = np.isnan(values)
    if not missing.any():
        told: Floats = np.quantile(values, wanted, axis=0)
        return told
    columns = [column[~gone] for column, gone in zip(values.T, missing.T, strict=True)]
    return np.stack(
        [np.quantile(each, wanted) if len(each) else np.full(3, np.nan) for each in columns],
        axis=-1,
    )


def difference_rows(sweep: Sweep) -> Iterator[dict[str, Any]]:
    """A row for each point, scenario but the first, and outcome; none where either failed."""
    first = sweep.scenarios[0].name
    baseline: Lived | Failed | None = None
    for point, scenario, each in sweep.lived():
        if scenario == 0:
            baseline = each
            continue
        if isinstance(each, Failed) or isinstance(baseline, Failed) or baseline is None:
            continue
        theirs, ours = _by_outcome(sweep, each), _by_outcome(sweep, baseline)
        many = min(len(theirs), len(ours))  # a wanted precision may take more of one
        told = np.stack(paired(theirs[:many] - ours[:many]))
        for place, outcome in enumerate(sweep.outcomes):
            yield {
                "point": point,
                "scenario": sweep.scenarios[scenario].name,
                "baseline": first,
                "outcome": outcome.key,
                **dict(
                    zip(
                        ("difference", "low", "high", "mc_error"),
                        digits(told[:, place]),
                        strict=True,
                    )
                ),
                "replications": many,
            }
