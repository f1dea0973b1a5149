"""How far the headline figures move when each assumption of the baseline moves through its range.

    python -m studies.influence

Each assumption alone is set to the low end of its range, then to the high end, and the same people live through
three plans: the baseline, keeping ready clients for four years more, and moving them on at once. An assumption
that differs by group is moved for one group at a time; one that differs by year stands at the end in every year.
Nothing is fitted anew, so day 0 no longer balances: a part of each effect is the way to another balance.

What is finished is kept in simulator/evidence/influence.csv, so that the study can be stopped and goes on where
it was; the least known are measured first. It begins with the shipped numbers: where these give other figures
than those that are kept, all is measured again; where they give the same to ten digits, what is kept holds for
this version of the model and these numbers as well. To measure all again whatever they give, delete the file.
"""

from __future__ import annotations

import argparse
import csv
import io
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.special import stdtrit

from simulator import replicate
from simulator import scenario as scenarios
from simulator.beside import put
from simulator.evidence import WORST_FIRST, Assumption, assumptions
from simulator.evidence.influence import (
    COLUMNS,
    CONFIDENCE,
    FIGURES,
    GAP,
    MEASURED_IN,
    model_version,
    numbers,
    rows_of,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from simulator.replicate import Sample

FILE = Path(__file__).parents[1] / "simulator" / "evidence" / "influence.csv"
REPLICATIONS, SEED, DIGITS = 12, 1, 10
PLANS = (
    (),
    ("plan.move_on_delay_days=1460.0",),
    ("plan.move_on_delay_days=0.0",),
)
"""The baseline's own plan, that of `park` and that of `move_on`."""
SAME = ("replications", "seed")
"""What must not have changed for a row to be kept."""
COSTS = (
    "cost_first_12_weeks_gbp_per_week",
    "cost_settled_gbp_per_week",
    "cost_ready_gbp_per_week",
)

Rows = list[dict[str, Any]]


def figures(changes: Sequence[str], workers: int) -> NDArray[np.float64]:
    """The headline figures of the last year, by figure and replication."""
    plans = [scenarios.load(MEASURED_IN, (*changes, *plan)) for plan in PLANS]
    own, park, move_on = replicate.run(plans, REPLICATIONS, SEED, workers)
    return np.array(
        [
            _last(move_on, figure.measure) - _last(park, figure.measure)
            if figure.plan == GAP
            else _last(own, figure.measure)
            for figure in FIGURES
        ]
    )


def _last(sample: Sample, measure: str) -> NDArray[np.float64]:
    return sample.of(measure)[:, -1]


def ends(assumption: Assumption, known: dict[str, Assumption]) -> tuple[float, float]:
    """Where an assumption is moved to: the ends of its range, or the cost of the phase beside it."""
    assert assumption.range is not None
    low, high = assumption.range
    above, below = (_beside(assumption.path, step) for step in (-1, 1))
    if below in known:
        low = max(low, known[below].value)
    if above in known:
        high = min(high, known[above].value)
    return low, high


def _beside(path: str, step: int) -> str:
    """The cost of the phase before or after, since a client may not cost more as treatment goes on."""
    way, _, name = path.rpartition(".")
    place = COSTS.index(name) + step if name in COSTS else -1
    return f"{way}.{COSTS[place]}" if 0 <= place < len(COSTS) else ""


def effects(
    assumption: Assumption,
    moved_to: tuple[float, float],
    shipped: NDArray[np.float64],
    workers: int,
) -> Rows:
    """Every effect of one assumption, at both ends."""
    moved = [
        shipped
        if end == assumption.value
        else figures([f"{assumption.path}={end:.{DIGITS}g}"], workers)
        for end in moved_to
    ]
    return [
        {"path": assumption.path, "end": end, "moved_to": value} | row
        for end, value, there in zip(("low", "high"), moved_to, moved, strict=True)
        for row in told(there, shipped)
    ]


def told(moved: NDArray[np.float64], shipped: NDArray[np.float64]) -> Rows:
    """Paired differences with intervals that hold, all effects of an assumption together, 95 times in 100."""
    difference = moved - shipped
    mean, error = difference.mean(1), difference.std(1, ddof=1) / REPLICATIONS**0.5
    reach = stdtrit(REPLICATIONS - 1, 1 - (1 - CONFIDENCE) / (2 * 2 * len(FIGURES)))
    low, high, level = mean - reach * error, mean + reach * error, shipped.mean(1)
    return [
        {
            "plan": figure.plan,
            "measure": figure.measure,
            "level": level[place],
            "difference": mean[place],
            "low": low[place],
            "high": high[place],
        }
        for place, figure in enumerate(FIGURES)
    ]


def stamp() -> dict[str, Any]:
    """What every row says of how it was made."""
    scenario = scenarios.load(MEASURED_IN)
    return {
        "year": replicate.year_names(scenario.first_year, scenario.years)[-1],
        "replications": REPLICATIONS,
        "seed": SEED,
        "model": model_version(),
        "numbers": numbers(scenario),
    }


def as_csv(rows: Rows) -> str:
    """Rows as the text of the file."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: plain(value) for name, value in row.items()} for row in rows)
    return text.getvalue()


def plain(value: Any) -> Any:
    """A value as the file holds it."""
    return f"{value:.{DIGITS}g}" if isinstance(value, float) else value


def kept(
    wanted: dict[str, tuple[float, float]], shipped: NDArray[np.float64], made: dict[str, Any]
) -> dict[str, Rows]:
    """Finished assumptions, if the shipped numbers still give the figures that they were measured against."""
    rows = rows_of(FILE.read_text(encoding="utf-8")) if FILE.is_file() else []
    levels = [plain(float(level)) for level in shipped.mean(1)]
    found: dict[str, Rows] = {}
    for path, moved_to in wanted.items():
        mine = [row for row in rows if row["path"] == path]
        said = [plain(float(end)) for end in moved_to for _ in FIGURES]
        if (
            [row["level"] for row in mine] == levels * 2
            and [row["moved_to"] for row in mine] == said
            and all(row[name] == str(made[name]) for row in mine for name in SAME)
        ):
            found[path] = [row | made for row in mine]
    return found


def write(done: dict[str, Rows], order: Sequence[str]) -> None:
    """Write the finished assumptions in the order of the schema, at once or not at all."""
    rows = list(chain.from_iterable(done[path] for path in order if path in done))
    put(FILE, as_csv(rows).encode())


def measure(workers: int) -> None:
    """Measure what is not yet measured, and keep each assumption as soon as it is finished."""
    known = {each.path: each for each in assumptions(scenarios.load(MEASURED_IN))}
    wanted = {path: ends(each, known) for path, each in known.items() if each.range is not None}
    shipped, made = figures([], workers), stamp()
    done = kept(wanted, shipped, made)
    write(done, list(wanted))
    print(f"{len(done)} of {len(wanted)} assumptions are measured already", flush=True)
    missing = [path for path in wanted if path not in done]
    for path in sorted(missing, key=lambda path: WORST_FIRST.index(known[path].grade)):
        found = effects(known[path], wanted[path], shipped, workers)
        if stamp() != made:
            raise SystemExit(f"{MEASURED_IN} has changed meanwhile: begin again")
        done[path] = [row | made for row in found]
        write(done, list(wanted))
        most = max(abs(row["difference"] / row["level"]) for row in found)
        print(f"{len(done):4d} of {len(wanted)}  {path}: up to {most:.1%}", flush=True)


def main() -> None:
    """Measure, as far as it is not done."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workers", type=int, default=1, help="processes; results are the same")
    measure(parser.parse_args().workers)


if __name__ == "__main__":
    main()
