"""What was found, as tables, scenarios and formulas in files."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ..beside import put
from ..csv_text import as_csv
from ..incentives import Estimate
from ..scenario import write
from ..scenario.formulas import formula_yaml
from .objectives import NAMES, number_of_losers
from .recorded import KINDS
from .search import SUGGESTED
from .variables import in_words
from .words import size, size_interval, worst_loser

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from ..scenario import Scenario
    from .search import Point, Search
    from .stress import Stress, Stressed


def stress_table(result: Stress) -> pd.DataFrame:
    """One row for each harm."""
    import pandas as pd

    return pd.DataFrame([_row(each) for each in result.harms])


def _row(harm: Stressed) -> dict[str, Any]:
    return {
        "harm": harm.name,
        "verdict": harm.verdict,
        "size": harm.size.mean,
        "low": harm.size.low,
        "high": harm.size.high,
        "unit": harm.unit,
        "threshold": harm.threshold,
        "where": harm.where,
        "seen_with": harm.told,
        "searched": len(harm.searched),
        "smallest": ", ".join(smallest_files(harm)),
    }


def smallest_files(harm: Stressed) -> tuple[str, ...]:
    """Names of the files that show a harm."""
    if harm.smallest:
        return (f"{harm.name}_without.yaml", f"{harm.name}_with.yaml")
    return (f"{harm.name}_example.csv",) if harm.example else ()


def write_smallest(result: Stress, folder: Path) -> list[str]:
    """Write the smallest scenarios, and the worth of a client by day where there is a cliff."""
    files = []
    for harm in result.harms:
        if harm.smallest:
            pair = harm.smallest.pair
            for scenario, file in zip(
                (pair.without, pair.with_it), smallest_files(harm), strict=True
            ):
                write(_told(result, harm, scenario), folder / file)
                files.append(file)
        if harm.cliff:
            put(folder / f"{harm.name}.csv", as_csv(_by_day(harm)).encode())
            files.append(f"{harm.name}.csv")
        if harm.example:
            put(folder / smallest_files(harm)[0], as_csv(_example(harm)).encode())
            files += smallest_files(harm)
    return files


def _told(result: Stress, harm: Stressed, scenario: Scenario) -> Scenario:
    """The scenario with words of its own: what it shows and by how much."""
    assert harm.smallest is not None  # noqa: S101 # only called where there is one
    without = scenario is harm.smallest.pair.without
    seen = harm.smallest.read.size
    much = _much(harm, seen.mean, seen.low, seen.high)
    left = "; ".join(harm.smallest.left_out) or "nothing could be left out"
    role = "what the other is compared with" if without else "what shows it"
    return scenario.model_copy(
        update={
            "name": f"{harm.name}_{'without' if without else 'with'}",
            "title": f"{harm.title}, smallest case: {scenario.title[:1].lower()}{scenario.title[1:]}",
            "question": f"{harm.definition} Does the formula do that?",
            "description": (
                f"One of two scenarios, {role}. Between them the difference is {much}, over"
                f" {result.replications} replications from seed {result.seed}. Made out of"
                f" {result.scenario.name} by leaving out what could be left out: {left}. It describes no"
                " place, and the evidence for its numbers is that of the scenario it was made of."
            ),
        }
    )


def _much(harm: Stressed, mean: float, low: float, high: float) -> str:
    told = replace(harm, size=Estimate(mean, low, high))
    return f"{size(told)} ({size_interval(told)})"


def _by_day(harm: Stressed) -> pd.DataFrame:
    import pandas as pd

    assert harm.cliff is not None  # noqa: S101 # only called where there is one
    worth = harm.cliff.worth_gbp
    return pd.DataFrame(
        {
            "day": harm.cliff.days,
            "group": harm.cliff.group,
            "worth_gbp": worth.mean(axis=0),
            "lowest_gbp": worth.min(axis=0),
            "highest_gbp": worth.max(axis=0),
        }
    )


def _example(harm: Stressed) -> pd.DataFrame:
    import pandas as pd

    assert harm.example is not None  # noqa: S101 # only called where there is one
    rows = [
        {"day": day, **dict(zip(KINDS, seen, strict=True)), "first_gbp": a, "second_gbp": b}
        for day, seen, a, b in harm.example.rows
    ]
    return pd.DataFrame(rows)


# A search


def frontier_table(result: Search) -> pd.DataFrame:
    """One row for each formula of the frontier, then of the library, then the scenario's own."""
    import pandas as pd

    chosen = {point.name for point in result.shown}
    points = [*result.frontier, *result.library, result.own]
    return pd.DataFrame(
        [_point(each, shown=each.name in chosen) | {"file": _file(each, result)} for each in points]
    )


def _file(point: Point, result: Search) -> str:
    """The file of a formula, or why there is none."""
    if point is result.own:
        return "none: it is the scenario's own"
    if point.known:
        return "none: it is in the library"
    shown = any(point is each for each in result.shown)
    return f"{point.name}.yaml" if shown else "none: only formulas that are shown have one"


def _point(point: Point, *, shown: bool) -> dict[str, Any]:
    row: dict[str, Any] = {
        "formula": point.name,
        "status": "known" if point.known else SUGGESTED,
        "shown": shown,
        "in_words": in_words(point.rule),
    }
    for name in NAMES:
        known = point.estimate(name)
        row |= {name: known.mean, f"{name}_low": known.low, f"{name}_high": known.high}
        row[f"{name}_worst_tenth"] = point.worst(name)
    name, change = worst_loser(point)
    losers = number_of_losers(point.losers)
    return row | {"losers": losers, "worst_loser": name, "worst_loser_change_share": change}


def losers_table(result: Search) -> pd.DataFrame:
    """Who loses on the change-over: one row for each formula that is shown and kind of partnership."""
    import pandas as pd

    rows = [
        {
            "formula": point.name,
            "partnership": each.name,
            "copies": each.copies,
            "change_share": float(each.change_share.mean()),
            "lowest": float(each.change_share.min()),
            "highest": float(each.change_share.max()),
        }
        for point in (*result.shown, *result.library, result.own)
        for each in point.losers
    ]
    return pd.DataFrame(rows)


def suggested_yaml(point: Point, result: Search) -> str:
    """A formula that was found, as a file of the library that says it is not decided."""
    told = in_words(point.rule)
    description = (
        f"{SUGGESTED.capitalize()}. Found by a search over {result.tried:,} formulas in {result.worlds} worlds of"
        f" {result.scenario.name} (seed {result.seed}; worlds differ by {result.holds}). In words: {told}."
    )
    title = f"{SUGGESTED.capitalize()}: {told}"
    return formula_yaml(title, description, point.rule, _evidence(point))


def _evidence(point: Point) -> dict[str, dict[str, Any]]:
    reason = f"{SUGGESTED.capitalize()}: found by a search. No range: it is chosen, not uncertain"
    rule = point.rule
    fields = [name for name in type(rule).model_fields if name != "terms"]
    paths = [f"formula.terms.{name}.weight" for name in rule.terms]
    for name, term in rule.terms.items():
        paths += [f"formula.terms.{name}.group_weights.{g}" for g in term.group_weights or ()]
    paths += [f"formula.{name}" for name in fields]
    return {path: {"grade": "assumed", "range": None, "source": reason} for path in paths}
