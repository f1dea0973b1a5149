"""Figures as the rows of a file: numbers, each with its unit, its prices, its runs and what it is good for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..charts.look import ILLUSTRATIVE
from ..findings import levels
from ..incentives import band_told
from ..wording import unit_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import pandas as pd

    from ..incentives import Estimate
    from ..replicate import Sample
    from ..study import Outcome

COLUMNS = (
    "scenario",
    "measure",
    "unit",
    "price_year",
    "year",
    "mean",
    "low",
    "high",
    "low_and_high",
    "replications",
    "seed",
    "note",
)
INTERVAL = "95% interval"
"""What low and high are of a mean or of a difference."""


def levels_table(
    sides: Mapping[str, Sample], measure: str, place: str | None = None
) -> pd.DataFrame:
    """A measure by year under each of some scenarios: one row each.

    Parameters
    ----------
    sides
        Runs by what they are called on the page.
    place
        Which partnership's; by default the first's.
    """
    import pandas as pd

    rows = [
        {"side": side} | _level(sample, measure, year, place)
        for side, sample in sides.items()
        for year in range(len(sample.years))
    ]
    return pd.DataFrame(rows, columns=["side", *COLUMNS])


def _level(sample: Sample, measure: str, year: int, place: str | None) -> dict[str, Any]:
    figures, ends = levels(sample, measure, year, place), band_told(sample.replications)
    return row(sample, measure, sample.years[year], figures, ends)


def steps_table(
    sample: Sample, steps: Sequence[tuple[str, str, Estimate]], against: str = ""
) -> pd.DataFrame:
    """What makes up a change of the allocation, in pounds: one row for each year and step.

    Parameters
    ----------
    steps
        The year, the step, and its paired mean and interval.
    against
        The scenario that it is a difference from, where it is none from the year before.
    """
    import pandas as pd

    rows = [_step(sample, *each, against) for each in steps]
    return pd.DataFrame(rows, columns=[*COLUMNS[:2], "step", "against", *COLUMNS[2:]])


def _step(sample: Sample, year: str, name: str, each: Estimate, against: str) -> dict[str, Any]:
    told = row(sample, "allocation_gbp", year, (each.mean, each.low, each.high), INTERVAL)
    return told | {"step": name, "against": against or "the year before"}


def estimates_table(rows: Iterable[tuple[Mapping[str, Any], Estimate]]) -> pd.DataFrame:
    """Means with their 95% intervals, each with what is told of it."""
    import pandas as pd

    return pd.DataFrame(
        {
            **told,
            "mean": each.mean,
            "low": each.low,
            "high": each.high,
            "low_and_high": INTERVAL,
            "note": ILLUSTRATIVE,
        }
        for told, each in rows
    )


def with_origin(
    table: pd.DataFrame,
    price_year: str,
    seed: int | None = None,
    replications: int = 0,
    note: str = ILLUSTRATIVE,
) -> pd.DataFrame:
    """A table of figures with what its reader must know of where they come from, where it does not say so itself.

    Parameters
    ----------
    seed, replications
        Of the runs; where there are none, that is said in the note.
    """
    none = "" if replications else " Worked out without runs."
    told: dict[str, str | int] = {
        "price_year": price_year,
        "replications": replications,
        "seed": "" if seed is None else seed,
        "note": f"{note}{none}",
    }
    return table.assign(**{name: value for name, value in told.items() if name not in table})


def outcome_told(outcome: Outcome, price_year: str) -> dict[str, str]:
    """What an outcome is, for a row."""
    return {
        "measure": outcome.measure,
        "unit": outcome.unit,
        "price_year": price_year if outcome.unit == "£" else "",
        "year": outcome.when,
    }


def row(
    sample: Sample, measure: str, year: str, figures: tuple[float, float, float], ends: str
) -> dict[str, Any]:
    """One figure with all that its reader must know.

    Parameters
    ----------
    figures
        Its mean, and the ends of what lies around it.
    ends
        What the ends are.
    """
    unit = unit_of(measure)
    mean, low, high = figures
    told = (
        sample.scenario.title,
        measure,
        unit,
        sample.scenario.funding.price_year if unit == "£" else "",
        year,
        mean,
        low,
        high,
        ends,
        sample.replications,
        sample.seed,
        ILLUSTRATIVE,
    )
    return dict(zip(COLUMNS, told, strict=True))
