"""Which way of fitting comes closest to known figures at an equal number of model runs?

    python -m studies.calibration_methods --workers 2           runs, and shows the table
    python -m studies.calibration_methods --workers 2 --write   and writes it into docs/studies/

The model itself makes the figures, at assumptions drawn from their ranges. Each method may then run the model so
many times, always with the same luck, and names its best set of assumptions; this is run again with luck that
no method has seen. Needs optuna beside what calibration needs, and torch for one of its samplers; a method whose
library is missing is left out and said so. What is finished is kept in results/studies/.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import time
import warnings
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.optimize import differential_evolution, least_squares
from scipy.stats import qmc

from simulator.calibrate.fit import Fitting
from simulator.calibrate.posterior import sample
from simulator.calibrate.result import Effort, Scale
from simulator.calibrate.runs import MODEL
from simulator.calibrate.targets import Aim, Targets, aim
from simulator.chance import stream
from simulator.observe import Figure, observed
from simulator.scenario import canonical_json, load
from simulator.scenario.draws import with_values
from simulator.workers import spread
from studies.calibration_recovery import CASES as WORLDS
from studies.calibration_recovery import world

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from simulator.scenario import Scenario

ROOT = Path(__file__).parents[1]
REPORT = ROOT / "docs" / "studies" / "calibration_methods.md"
SCRATCH = ROOT / "results" / "studies" / "calibration_methods.jsonl"
BUDGETS = (30, 60, 120)
FIGURES_FROM, HELD_OUT = 40, 20
"""Replications that make the figures, and those in which the best sets are tried."""
LUCK = 48
"""Replications by which our fit learns of its own luck, once or twice in a fit; they count as runs."""
DATA_SEED, FIT_SEED, HELD_OUT_SEED = 700_000, 710_000, 720_000
OPIATE, OTHER = "world.groups.opiate", "world.groups.other"


@dataclass(frozen=True)
class Problem:
    """Assumptions to find in a world, and the figures to find them by.

    Parameters
    ----------
    unknown
        Path, lowest and highest value of each.
    seen
        Measure and group, in the first year.
    replications
        Of each run of the model.
    seeds
        How often the whole is done, each time with another truth.
    """

    title: str
    unknown: tuple[tuple[str, float, float], ...]
    seen: tuple[tuple[str, str], ...]
    replications: int
    seeds: int


PROBLEMS = {
    "tiny": Problem(
        "a tiny world, 3 assumptions, 5 figures",
        tuple((each.path, each.low, each.high) for each in WORLDS["returns"].unknown),
        tuple((measure, "all") for measure, _ in WORLDS["returns"].seen),
        replications=4,
        seeds=5,
    ),
    "baseline": Problem(
        "the baseline's first year, 6 assumptions, 9 figures",
        (
            (f"{OPIATE}.need.first_seeking_per_year", 0.2, 0.35),
            (f"{OPIATE}.treatment.drop_out.scale_days", 1000, 1570),
            (f"{OPIATE}.treatment.ready.median_days", 400, 1100),
            (f"{OPIATE}.need.seeks_again.scale_days", 300, 2000),
            (f"{OTHER}.need.first_seeking_per_year", 0.1, 0.3),
            (f"{OTHER}.treatment.ready.median_days", 90, 200),
        ),
        (
            ("in_contact", "opiate"),
            ("new_presentations", "opiate"),
            ("planned_exits", "opiate"),
            ("unplanned_exits", "opiate"),
            ("re_presentations", "opiate"),
            ("new_presentations", "other"),
            ("planned_exits", "other"),
            ("in_treatment", "other"),
            ("kept_12_weeks_share", "all"),
        ),
        replications=4,
        seeds=3,
    ),
}


def scenario_of(name: str) -> Scenario:
    """The world of a problem."""
    if name == "tiny":
        return world(WORLDS["returns"])
    first_year = ("years=1", "formula.pot_gbp=373000000", "formula.phase_in_share=0.333333")
    return load("baseline_2008", first_year)


class OutOfRunsError(Exception):
    """All runs that a method may have are done."""


@dataclass
class Search:
    """One problem with one truth, and what a method has run of it."""

    name: str
    seed: int
    tried: list[NDArray[np.float64]] = field(default_factory=list)
    misfits: list[float] = field(default_factory=list)

    @cached_property
    def problem(self) -> Problem:
        """What is to be found."""
        return PROBLEMS[self.name]

    @cached_property
    def scenario(self) -> Scenario:
        """The world of the problem."""
        return scenario_of(self.name)

    @cached_property
    def scale(self) -> Scale:
        """Ranges as the unit cube."""
        _, low, high = zip(*self.problem.unknown, strict=True)
        return Scale(np.array(low, dtype=float), np.array(high, dtype=float))

    @property
    def dimensions(self) -> int:
        """How many assumptions are unknown."""
        return len(self.problem.unknown)

    @cached_property
    def truth(self) -> NDArray[np.float64]:
        """The point that makes the figures, away from the very ends of the ranges."""
        return 0.1 + 0.8 * stream(DATA_SEED + self.seed, self.name).random(self.dimensions)

    @cached_property
    def data(self) -> NDArray[np.float64]:
        """The figures of some replications at the truth."""
        return self.lived(self.truth, DATA_SEED + self.seed, FIGURES_FROM)

    @cached_property
    def unit(self) -> NDArray[np.float64]:
        """The figures' spread from one replication to the next: one unit of misfit."""
        return self.data.std(axis=0, ddof=1)

    @cached_property
    def aim(self) -> Aim:
        """The same for our own fit."""
        source = {"source": "Made by the model itself", "grade": "derived"}
        targets = [
            {"measure": measure, "group": group, "year": "2008-09", "value": value, **source}
            for (measure, group), value in zip(
                self.problem.seen, self.data.mean(axis=0).tolist(), strict=True
            )
        ]
        fit = [
            {"name": path, "paths": (path,), "range": (low, high)}
            for path, low, high in self.problem.unknown
        ]
        given = {
            "title": self.problem.title,
            "description": "A test",
            "mean_of_partnerships": FIGURES_FROM,
            "fit": fit,
            "targets": targets,
        }
        return aim(Targets.model_validate(given), self.scenario)

    def lived(self, point: NDArray[np.float64], seed: int, many: int) -> NDArray[np.float64]:
        """Figures at a point, by replication."""
        paths = [path for path, _, _ in self.problem.unknown]
        there = with_values(
            self.scenario, dict(zip(paths, self.scale.values(point).tolist(), strict=True))
        )
        figures = [Figure(measure, group, 0) for measure, group in self.problem.seen]
        return observed(there, figures, seed, range(many))

    def residuals(self, point: NDArray[np.float64]) -> NDArray[np.float64]:
        """One run of the model: how far each figure is off.

        Raises
        ------
        OutOfRunsError
            When there have been as many as there may be.
        """
        if len(self.tried) >= BUDGETS[-1]:
            raise OutOfRunsError
        point = np.clip(np.asarray(point, dtype=float), 0, 1)
        rows = self.lived(point, FIT_SEED + self.seed, self.problem.replications)
        off = (np.nanmean(rows, axis=0) - self.data.mean(axis=0)) / self.unit
        self.tried.append(point)
        self.misfits.append(float(off @ off))
        return off

    def misfit(self, point: NDArray[np.float64]) -> float:
        """One run of the model: the sum of squares."""
        self.residuals(point)
        return self.misfits[-1]

    def held_out(self, point: NDArray[np.float64]) -> float:
        """The misfit with luck that no method has seen."""
        rows = self.lived(point, HELD_OUT_SEED + self.seed, HELD_OUT)
        off = (np.nanmean(rows, axis=0) - self.data.mean(axis=0)) / self.unit
        return float(off @ off)

    def best_of(self, runs: int) -> NDArray[np.float64]:
        """The best point among the first so many."""
        return self.tried[int(np.argmin(self.misfits[:runs]))]


# The methods


def _finite_differences(search: Search) -> None:
    """Least squares from the middle of the ranges, again from elsewhere when it has settled."""
    rng = stream(FIT_SEED + search.seed, "starts")
    begin = np.full(search.dimensions, 0.5)
    while True:
        least_squares(search.residuals, begin, bounds=(0, 1), diff_step=0.05, x_scale=1.0)
        begin = rng.random(search.dimensions)


def _differential_evolution(search: Search) -> None:
    differential_evolution(
        search.misfit,
        [(0.0, 1.0)] * search.dimensions,
        popsize=4,
        maxiter=10_000,
        tol=0.0,
        polish=False,
        rng=stream(FIT_SEED + search.seed, "evolution"),
    )


def _with_optuna(search: Search, kind: str) -> None:
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
    sampler = {
        "tree": lambda: optuna.samplers.TPESampler(seed=search.seed, multivariate=True),
        "gaussian": lambda: optuna.samplers.GPSampler(
            seed=search.seed, deterministic_objective=True
        ),
    }[kind]()
    names = [str(i) for i in range(search.dimensions)]
    optuna.create_study(sampler=sampler).optimize(
        lambda trial: search.misfit(np.array([trial.suggest_float(n, 0, 1) for n in names])),
        n_trials=BUDGETS[-1],
    )


def _random_forest(search: Search) -> None:
    """A forest learns the misfit; the next run is where its trees say least, or agree least."""
    from sklearn.ensemble import RandomForestRegressor

    rng = stream(FIT_SEED + search.seed, "forest")
    d = search.dimensions
    for point in qmc.LatinHypercube(d, rng=rng).random(max(10, 2 * d)):
        search.misfit(point)
    while True:
        forest = RandomForestRegressor(200, min_samples_leaf=2, random_state=len(search.tried))
        forest.fit(np.array(search.tried), np.log(np.array(search.misfits) + 0.01))
        near = search.best_of(len(search.tried)) + 0.1 * rng.standard_normal((500, d))
        candidates = np.vstack([rng.random((500, d)), np.clip(near, 0, 1)])
        told = np.array([tree.predict(candidates) for tree in forest.estimators_])
        search.misfit(candidates[np.argmin(told.mean(axis=0) - told.std(axis=0))])


METHODS: dict[str, tuple[str, Callable[[Search], None], tuple[str, ...]]] = {
    "least squares": ("scipy least squares, finite differences", _finite_differences, ()),
    "evolution": ("scipy differential evolution", _differential_evolution, ()),
    "tree": ("optuna, tree-structured Parzen", lambda s: _with_optuna(s, "tree"), ("optuna",)),
    "gaussian": (
        "optuna, Gaussian process",
        lambda s: _with_optuna(s, "gaussian"),
        ("optuna", "torch"),
    ),
    "forest": ("random forest, one run at a time", _random_forest, ("sklearn",)),
}
OURS = "stand-ins"
TITLES = {OURS: "**stand-ins for each figure (used)**"} | {
    name: title for name, (title, _, _) in METHODS.items()
}


def measured(problem: str, seed: int, method: str) -> dict[str, Any]:
    """What a method finds after each number of runs, tried with luck that it has not seen."""
    began = time.process_time()
    search = Search(problem, seed)
    if method == OURS:
        told = [_ours(search, budget) for budget in BUDGETS]
    else:
        with suppress(OutOfRunsError):
            METHODS[method][1](search)
        told = [(search.held_out(search.best_of(budget)), budget) for budget in BUDGETS]
    misfits, runs = zip(*told, strict=True)
    return {
        "problem": problem,
        "seed": seed,
        "method": method,
        "misfits": misfits,
        "runs": runs,
        "floor": search.held_out(search.truth),
        "seconds": round(time.process_time() - began, 1),
    }


def _ours(search: Search, budget: int) -> tuple[float, int]:
    """Our fit within as many runs, those that tell it of its luck among them."""
    each = search.problem.replications
    beside = LUCK // each * (1 if budget == BUDGETS[0] else 2)
    effort = Effort(points=budget - beside, replications=each)
    with TemporaryDirectory() as folder:
        kept_in = Path(folder)
        fitting = Fitting(search.aim, effort, FIT_SEED + search.seed, workers=1, folder=kept_in)
        _, likelihood, _, _ = fitting.explore()
        runs = _replications(kept_in) / each
    d = search.dimensions
    sets = sample(likelihood, np.ones(d, dtype=bool), np.full(d, 0.5), 1000, search.seed, steps=600)
    return search.held_out(sets.mean(axis=0)), round(runs)


def _replications(folder: Path) -> int:
    """All that a fit has run, whatever for."""
    lines = [line for file in folder.iterdir() for line in file.read_text().splitlines() if line]
    return sum(len(json.loads(line)["figures"]) for line in lines)


# Run, keep and tell


def heading(problem: str) -> str:
    """A text that changes with whatever a measurement depends on."""
    said = [canonical_json(scenario_of(problem)), asdict(PROBLEMS[problem]), BUDGETS, MODEL]
    said += [FIGURES_FROM, HELD_OUT]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()[:16]


def installed() -> list[str]:
    """The methods whose libraries are there."""
    there = [name for name, (_, _, needs) in METHODS.items() if all(map(find_spec, needs))]
    return [OURS, *there]


def kept() -> list[dict[str, Any]]:
    """What is finished; what was measured on other problems is left aside."""
    if not SCRATCH.exists():
        return []
    of = {name: heading(name) for name in PROBLEMS}
    told = []
    for line in SCRATCH.read_text(encoding="utf-8").splitlines():
        try:
            one = json.loads(line)
        except ValueError:  # the line that was being written when the study was stopped
            continue
        if one["of"] == of.get(one["problem"]):
            told.append(one)
    return told


def study(workers: int) -> None:
    """Measure what is not finished."""
    done = {(one["problem"], one["seed"], one["method"]) for one in kept()}
    tasks = [
        (name, seed, method)
        for name, problem in PROBLEMS.items()
        for seed in range(problem.seeds)
        for method in installed()
        if (name, seed, method) not in done
    ]
    SCRATCH.parent.mkdir(parents=True, exist_ok=True)
    for number, (_, one) in enumerate(spread(measured, tasks, workers), 1):
        with SCRATCH.open("a", encoding="utf-8", newline="\n") as out:
            out.write(json.dumps({"of": heading(one["problem"])} | one) + "\n")
        print(f"{number} of {len(tasks)}: {one}", flush=True)


def report(told: Sequence[dict[str, Any]]) -> str:
    """The page: a table for each problem, and what is used and why."""
    how = (
        "Made by `python -m studies.calibration_methods --write`. The model itself makes the figures, at "
        f"assumptions drawn from their ranges: means of {FIGURES_FROM} replications. Each method may then "
        "run the model so many times, always with the same luck, and names its best set of assumptions; "
        f"this is run {HELD_OUT} times more with luck that no method has seen."
    )
    unit = (
        "Told is the misfit there: the sum over figures of squares, in units of the spread of a figure from "
        "one replication to the next. Median over truths, and from the best to the worst. `truth` is what the "
        "truth itself leaves by chance, so nothing much below it can be expected. Seconds are of one core, "
        "for all three numbers of runs together."
    )
    by_problem = {name: [one for one in told if one["problem"] == name] for name in PROBLEMS}
    tables = [_table(name, mine) for name, mine in by_problem.items()]
    return "\n\n".join(["# Which way of fitting comes closest?", how, unit, *tables, _said(told)])


def _table(name: str, told: Sequence[dict[str, Any]]) -> str:
    problem = PROBLEMS[name]
    heading = f"## {problem.title[0].upper()}{problem.title[1:]}"
    if not told:
        return f"{heading}\n\nNot measured yet: it takes about an hour."
    lines = [
        heading,
        "",
        f"Truths: {len({one['seed'] for one in told})}. Replications of each run: {problem.replications}.",
        "",
        "| method | " + " | ".join(f"{budget} runs" for budget in BUDGETS) + " | seconds |",
        "|---|" + "---|" * (len(BUDGETS) + 1),
    ]
    for method, title in TITLES.items():
        mine = [one for one in told if one["method"] == method]
        if not mine:
            lines.append(f"| {title} |" + " not measured |" * len(BUDGETS) + " |")
            continue
        cells = [_cell([one["misfits"][i] for one in mine]) for i in range(len(BUDGETS))]
        seconds = np.median([one["seconds"] for one in mine])
        lines.append(f"| {title} | {' | '.join(cells)} | {seconds:.0f} |")
    floors = {one["seed"]: one["floor"] for one in told}
    lines.append(f"| truth | {_cell(list(floors.values()))} |" + " |" * len(BUDGETS))
    stopped = [one["runs"] for one in told if one["method"] == OURS]
    many = [round(float(np.median(runs))) for runs in zip(*stopped, strict=True)]
    words = ", ".join(f"{used} of {budget}" for used, budget in zip(many, BUDGETS, strict=True))
    return "\n".join(
        [
            *lines,
            "",
            f"The stand-ins stop when they are sure. With what tells them of their luck they used {words} runs (median).",
        ]
    )


def _cell(misfits: Sequence[float]) -> str:
    low, middle, high = np.quantile(misfits, (0, 0.5, 1))
    return f"{middle:.2g} ({low:.2g} to {high:.2g})"


def _medians(told: Sequence[dict[str, Any]], name: str, budget: int) -> dict[str, float]:
    place = BUDGETS.index(budget)
    return {
        method: float(np.median(misfits))
        for method in TITLES
        if (
            misfits := [
                one["misfits"][place]
                for one in told
                if (one["problem"], one["method"]) == (name, method)
            ]
        )
    }


def _said(told: Sequence[dict[str, Any]]) -> str:
    parts = []
    for name, problem in PROBLEMS.items():
        each = [_medians(told, name, budget) for budget in BUDGETS]
        if not all(each):
            continue
        first = [min(medians, key=medians.__getitem__) for medians in each]
        words = ", ".join(
            f"{TITLES[winner].strip('*')} at {budget}"
            for winner, budget in zip(first, BUDGETS, strict=True)
        )
        parts.append(f"In {problem.title}, closest at each number of runs: {words}.")
    return (
        "## What is used and why\n\n"
        + " ".join(parts)
        + " Calibration uses stand-ins for each figure "
        "because they alone also say how well each assumption is known, which needs every set that the "
        "figures allow and not one best point; runs are spread over processes, a round at a time."
    )


def main() -> None:
    """Run the study, and show or write its report."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--write", action="store_true", help="write the report into docs/studies/")
    parser.add_argument("--workers", type=int, default=1)
    given = parser.parse_args()
    for threads in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):  # processes share the cores
        os.environ[threads] = "1"
    os.nice(10)
    study(given.workers)
    page = report(kept()) + "\n"
    print(page)
    if given.write:
        REPORT.parent.mkdir(parents=True, exist_ok=True)
        REPORT.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
