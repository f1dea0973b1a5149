"""What is said of a fitted area: sentences and tables for a commissioner, rows for a download."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from ..calibrate.findings import CLOSE
from ..wording import counted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pandas as pd

    from .fitted_area import FittedArea, FittedFigure

FULL_POINTS, FULL_REPLICATIONS = 300, 8
"""What treatment-sim calibrate runs at most where nothing else is said."""
MOST_NAMED = 3


def sentences(area: FittedArea) -> Iterator[str]:
    """The findings, the most important first."""
    yield _met(area)
    yield from _beyond(area)
    yield from _tested(area)
    yield from _moved(area)
    yield from _hardly(area)
    yield _how_sure(area)


def _of_use(area: FittedArea, use: str) -> list[FittedFigure]:
    return [each for each in area.figures if each.found.target.use == use]


def _met(area: FittedArea) -> str:
    mine = _of_use(area, "fit")
    met = sum(each.found.verdict == "pass" for each in mine)
    near = sum(each.found.verdict == "near" for each in mine)
    missed = len(mine) - met - near
    return (
        f"Of {counted(len(mine), 'figure')} of {area.partnership}, the fitted model gives {met} within"
        f" {CLOSE['fit']:.0%}, {near} further off but within twice their doubt, and misses {missed}."
    )


def _beyond(area: FittedArea) -> Iterator[str]:
    missed = [each for each in _of_use(area, "fit") if each.found.verdict == "miss"]
    if missed:
        told = [
            f"{each.name} (recorded {each.target}, model {each.told(each.found.after)})"
            for each in missed
        ]
        yield f"Missed: {_listed(told)}."
    if area.out_of_reach:
        names = _listed([each.name for each in area.out_of_reach])
        yield (
            f"No combination of assumptions that was tried comes near: {names}. Check these figures; if they are right,"
            " the model does not tell this part of the area."
        )


def _tested(area: FittedArea) -> Iterator[str]:
    mine = _of_use(area, "test")
    if mine:
        met = sum(each.found.verdict == "pass" for each in mine)
        yield (
            f"{counted(len(mine), 'figure')} of money decided how the area stands in the formula and were no aim"
            f" of the fit: {met} within {CLOSE['test']:.0%}."
        )


def _moved(area: FittedArea) -> Iterator[str]:
    far = [each for each in area.assumptions if each.is_moved]
    if far:
        told = [
            f"{each.found.fitted.name}, from {each.told(each.before)} to {each.told(each.found.best)}"
            for each in far
        ]
        yield f"What stood outside what the figures allow, and moved: {_listed(told)}."
    ends = [each.found.fitted.name for each in area.assumptions if each.found.at_an_end]
    if ends:
        yield (
            f"The figures would take {_listed(ends)} further than its range allows; the model may lack"
            " something that the area has."
        )


def _hardly(area: FittedArea) -> Iterator[str]:
    names = [each.found.fitted.name for each in area.assumptions if each.found.known == "hardly"]
    if names:
        yield f"The figures say hardly anything of: {_listed(names)}. There the range decides."


def _how_sure(area: FittedArea) -> str:
    ran = (
        f"This is a quick fit: {counted(area.sets_run, 'combination')} of assumptions, {area.effort.replications} runs"
        f" of each. The command treatment-sim calibrate takes longer: up to {FULL_POINTS} combinations,"
        f" {FULL_REPLICATIONS} runs of each."
    )
    if area.settled:
        return f"{ran} The fit knew enough when it stopped."
    return f"{ran} The fit stopped for want of runs, so what the figures allow is told wider than it is."


def _listed(names: Sequence[str]) -> str:
    """Names in a sentence, the first few by name."""
    more = len(names) - MOST_NAMED
    if more > 0:
        return f"{'; '.join(names[:MOST_NAMED])}; and {more} more"
    return "; ".join(names)


def figures_table(area: FittedArea) -> pd.DataFrame:
    """Each figure for reading."""
    import pandas as pd

    columns = (
        "Figure",
        "Recorded",
        "Before the fit",
        "Fitted, mean",
        "Nine runs in ten",
        "Verdict",
        "Use",
    )
    rows = [
        (
            each.name,
            each.target,
            each.told(each.found.before),
            each.told(each.found.after),
            f"{each.told(each.low)} to {each.told(each.high)}",
            f"{each.verdict}{', out of reach' if each.out_of_reach else ''}",
            "fitted to" if each.found.target.use == "fit" else "kept to test",
        )
        for each in area.figures
    ]
    return pd.DataFrame(rows, columns=columns)


def assumptions_table(area: FittedArea) -> pd.DataFrame:
    """Each assumption for reading."""
    import pandas as pd

    columns = (
        "Assumption",
        "Before",
        "Fitted",
        "Nine in ten of what the figures allow",
        "Range",
        "How well known",
    )
    rows = [
        (
            each.found.fitted.name,
            each.told(each.before),
            each.told(each.found.best),
            f"{each.told(each.found.low)} to {each.told(each.found.high)}",
            f"{each.told(each.found.lowest)} to {each.told(each.found.highest)}",
            f"{each.found.known}{'; at an end of its range' if each.found.at_an_end else ''}",
        )
        for each in area.assumptions
    ]
    return pd.DataFrame(rows, columns=columns)


def as_rows(area: FittedArea) -> pd.DataFrame:
    """The fit by figure in plain numbers, to 10 digits; what is missing is empty."""
    import pandas as pd

    rows = [
        {
            "measure": each.measure,
            "group": each.found.target.group,
            "year": each.found.target.year,
            "use": each.found.target.use,
            "recorded": each.found.target.value,
            "recorded_below": each.found.target.below,
            "before": _digits(each.found.before),
            "fitted": _digits(each.found.after),
            "runs_low": _digits(each.low),
            "runs_high": _digits(each.high),
            "mc_error": _digits(each.found.error),
            "verdict": each.found.verdict,
            "can_be_met": each.found.can_be_met,
        }
        for each in area.figures
    ]
    return pd.DataFrame(rows)


def assumption_rows(area: FittedArea) -> pd.DataFrame:
    """The fit by assumption in plain numbers, to 10 digits."""
    import pandas as pd

    return pd.DataFrame(
        {
            "assumption": each.found.fitted.name,
            "path": " ".join(each.found.fitted.paths),
            "before": _digits(each.before),
            "fitted": _digits(each.found.best),
            "low": _digits(each.found.low),
            "high": _digits(each.found.high),
            "low_and_high": "nine in ten of what the figures allow",
            "range_low": _digits(each.found.lowest),
            "range_high": _digits(each.found.highest),
            "known": each.found.known,
            "at_an_end": each.found.at_an_end,
        }
        for each in area.assumptions
    )


def _digits(number: float) -> float:
    return number if math.isnan(number) else float(f"{number:.10g}")
