"""Does calibration find assumptions that are known, and is it as sure of them as it should be?

    python -m studies.calibration_recovery --workers 2           runs, and shows the report
    python -m studies.calibration_recovery --workers 2 --write   and writes it into docs/studies/

In each trial the truth is drawn from its range, the model itself makes one partnership's figures from it, with
luck that the fit never sees, and the fit is told the figures alone. The interval of nine in ten must then hold
the truth nine times in ten. What is finished is kept in results/studies/, so that the study can be stopped and
goes on where it was.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.stats import binom, binomtest, kstest

from simulator.calibrate.fit import Fitting
from simulator.calibrate.posterior import sample
from simulator.calibrate.result import Effort, Scale
from simulator.calibrate.runs import MODEL
from simulator.calibrate.targets import Aim, Targets, aim
from simulator.chance import stream
from simulator.observe import observed
from simulator.scenario import canonical_json, load
from simulator.scenario.draws import with_values
from simulator.workers import spread

if TYPE_CHECKING:
    from collections.abc import Sequence

    from simulator.scenario import Scenario

ROOT = Path(__file__).parents[1]
QUEUE = ROOT / "simulator" / "validate" / "tiny_queue.yaml"
REPORT = ROOT / "docs" / "studies" / "calibration_recovery.md"
SCRATCH = ROOT / "results" / "studies" / "calibration_recovery.jsonl"
TRIALS, ENOUGH, INTERVAL = 30, 23, 0.9
SETS = 999
"""Sets of assumptions that are drawn for an interval and a rank."""
EFFORT = Effort(points=80, replications=4)
DATA_SEED, FIT_SEED = 900_000, 100_000
"""Where the luck of the figures and that of the fits begin: they never meet."""
GROUP = "world.groups.opiate"
SINCE = "{people: %d, since: [{up_to_days: %d, share: 1.0}]}"


@dataclass(frozen=True)
class Unknown:
    """An assumption that is to be found again."""

    name: str
    path: str
    low: float
    high: float


@dataclass(frozen=True)
class Case:
    """A small world, what is not known about it, and what is seen of it."""

    title: str
    world: tuple[str, ...]
    unknown: tuple[Unknown, ...]
    seen: tuple[tuple[str, str], ...]

    @property
    def names(self) -> tuple[str, ...]:
        """What the unknown assumptions are called."""
        return tuple(each.name for each in self.unknown)


CASES = {
    "arrivals": Case(
        "How many come, and how long they stay",
        (
            "years=1",
            f"history.groups.opiate.in_treatment={SINCE % (80, 150)}",
            f"{GROUP}.treatment.drop_out={{shape: 0.8, scale_days: 120.0}}",
        ),
        (
            Unknown("new users a year", f"{GROUP}.need.onset_per_year", 150, 450),
            Unknown("drop-out scale, days", f"{GROUP}.treatment.drop_out.scale_days", 60, 240),
        ),
        (
            ("new_presentations", "2008-09"),
            ("in_treatment", "2008-09"),
            ("kept_12_weeks_share", "2008-09"),
        ),
    ),
    "returns": Case(
        "Who comes back, and how soon",
        (
            "years=1",
            f"{GROUP}.need.onset_per_year=150",
            f"{GROUP}.treatment.drop_out={{shape: 1.0, scale_days: 150.0}}",
            f"{GROUP}.treatment.ready={{median_days: 80.0, sigma: 0.6}}",
            f"{GROUP}.need.seeks_again={{shape: 0.7, scale_days: 100.0}}",
            f"{GROUP}.after.relapse={{shape: 0.6, scale_days: 150.0}}",
            f"history.groups.opiate.in_treatment={SINCE % (100, 150)}",
            f"history.groups.opiate.treated_before={SINCE % (80, 365)}",
            f"history.groups.opiate.in_recovery={SINCE % (80, 365)}",
        ),
        (
            Unknown(
                "scale of seeking again, days", f"{GROUP}.need.seeks_again.scale_days", 30, 200
            ),
            Unknown("scale of relapse, days", f"{GROUP}.after.relapse.scale_days", 40, 300),
            Unknown("median days until ready", f"{GROUP}.treatment.ready.median_days", 50, 140),
        ),
        (
            ("planned_exits", "2008-09"),
            ("re_presentations", "2008-09"),
            ("back_6_months_after_unplanned_share", "2008-09"),
            ("in_treatment", "2008-09"),
            ("in_recovery", "2008-09"),
        ),
    ),
    "waiting list": Case(
        "A list: how long people bear it, how long an assessment takes, what a client costs",
        (
            "years=1",
            "formula.pot_gbp=313000",
            f"{GROUP}.need.onset_per_year=420",
            f"{GROUP}.need.first_seeking_per_year=6",
            f"{GROUP}.need.stops_untreated_per_year=2",
            f"{GROUP}.waiting={{assessment: {{median_days: 10.0, sigma: 0.6}}, mean_patience_days: 60.0}}",
            f"{GROUP}.treatment.drop_out={{shape: 1.0, scale_days: 70.0}}",
            f"history.groups.opiate.in_treatment={SINCE % (55, 70)}",
            "history.groups.opiate.never_treated=60",
        ),
        (
            Unknown("mean patience, days", f"{GROUP}.waiting.mean_patience_days", 15, 120),
            Unknown("median assessment, days", f"{GROUP}.waiting.assessment.median_days", 3, 20),
            Unknown("weekly cost, £", "all three costs", 85, 140),
        ),
        (
            ("mean_wait_days", "2008-09"),
            ("waited_3_weeks_or_less_share", "2008-09"),
            ("gave_up_waiting", "2008-09"),
            ("new_presentations", "2008-09"),
            ("referrals", "2008-09"),
        ),
    ),
}
COSTS = tuple(
    f"{GROUP}.treatment.cost_{phase}_gbp_per_week"
    for phase in ("first_12_weeks", "settled", "ready")
)


def world(case: Case) -> Scenario:
    """The small world of a case, with its assumptions anywhere."""
    return load(QUEUE, case.world)


def told(case: Case, figures: Sequence[float], scenario: Scenario) -> Aim:
    """What a fit is told: which assumptions may move, and the figures."""
    fit = [
        {
            "name": each.name,
            "paths": COSTS if each.path == "all three costs" else (each.path,),
            "range": (each.low, each.high),
        }
        for each in case.unknown
    ]
    source = {"source": "Made by the model itself", "grade": "derived"}
    targets = [
        {"measure": measure, "year": year, "value": float(figure), **source}
        for (measure, year), figure in zip(case.seen, figures, strict=True)
    ]
    given = {"title": case.title, "description": "A trial", "fit": fit, "targets": targets}
    return aim(Targets.model_validate(given), scenario)


@dataclass(frozen=True)
class Found:
    """What a trial found of one assumption.

    Parameters
    ----------
    rank
        Share of the sets whose value lies below the truth.
    """

    truth: float
    low: float
    median: float
    high: float
    rank: float

    @property
    def holds(self) -> bool:
        """Whether the interval of nine in ten holds the truth."""
        return self.low <= self.truth <= self.high


def trial(name: str, number: int, effort: Effort = EFFORT) -> dict[str, Any]:
    """Draw a truth, make figures from it, fit, and say what was found of each assumption."""
    case, began = CASES[name], time.process_time()
    scenario = world(case)
    unseen = told(case, [0.0] * len(case.seen), scenario)
    scale = Scale(np.array(unseen.low), np.array(unseen.high))
    place = stream(DATA_SEED + number, f"truth of {name}").random(len(unseen.low))
    truth = scale.values(place)
    there = with_values(scenario, unseen.values(tuple(truth)))
    figures = observed(there, unseen.figures, DATA_SEED + number, [0])[0]
    fitting = Fitting(told(case, figures, scenario), effort, FIT_SEED + number, workers=1)
    _, likelihood, doubt, rounds = fitting.explore()
    everything = np.ones(len(place), dtype=bool)
    middle = np.full(len(place), 0.5)
    chain = sample(likelihood, everything, middle, SETS, FIT_SEED + number, steps=800)
    sets = scale.values(chain)
    bounds = np.quantile(sets, ((1 - INTERVAL) / 2, 0.5, (1 + INTERVAL) / 2), axis=0).T
    ranks = (sets < truth).mean(axis=0)
    found = [
        asdict(Found(*map(float, (t, *b, r)))) for t, b, r in zip(truth, bounds, ranks, strict=True)
    ]
    return {
        "case": name,
        "trial": number,
        "figures": [float(figure) for figure in figures],
        "found": found,
        "doubt": float(doubt.max()),
        "rounds": rounds,
        "points": len(fitting.runs.known),
        "seconds": round(time.process_time() - began, 1),
    }


class Kept:
    """Trials that are finished, kept in a file; those of another version of the study are left aside."""

    def __init__(self, file: Path, effort: Effort = EFFORT):
        self.file, self.effort = file, effort
        self.trials: dict[tuple[str, int], dict[str, Any]] = {}
        if file.exists():
            for line in file.read_text(encoding="utf-8").splitlines():
                self._read(line)

    def _read(self, line: str) -> None:
        try:
            one = json.loads(line)
        except ValueError:  # the line that was being written when the study was stopped
            return
        if one["case"] in CASES and one["of"] == heading(one["case"], self.effort):
            self.trials[one["case"], one["trial"]] = one

    def add(self, one: dict[str, Any]) -> None:
        """Keep a finished trial."""
        one = {"of": heading(one["case"], self.effort)} | one
        self.trials[one["case"], one["trial"]] = one
        self.file.parent.mkdir(parents=True, exist_ok=True)
        with self.file.open("a", encoding="utf-8", newline="\n") as out:
            out.write(f"{json.dumps(one)}\n")

    def of(self, name: str, trials: int) -> list[dict[str, Any]]:
        """The first trials of a case, those that are finished."""
        return [self.trials[name, i] for i in range(trials) if (name, i) in self.trials]


def heading(name: str, effort: Effort) -> str:
    """A text that changes with whatever a trial depends on."""
    case = CASES[name]
    said = [canonical_json(world(case)), asdict(case), asdict(effort), SETS, MODEL]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()[:16]


def study(kept: Kept, trials: int, workers: int) -> None:
    """Run what is not finished."""
    tasks = [
        (name, number, kept.effort)
        for number in range(trials)
        for name in CASES
        if (name, number) not in kept.trials
    ]
    began = time.monotonic()
    for done, (_, one) in enumerate(spread(trial, tasks, workers), 1):
        kept.add(one)
        minutes = (time.monotonic() - began) / 60
        print(f"{done} of {len(tasks)} trials, {minutes:.1f} min", flush=True)


# What is said about it


def report(kept: Kept, trials: int) -> str:
    """The page: what was done, how often each truth was held, and what that means."""
    cases = {name: kept.of(name, trials) for name in CASES}
    held = [_held(told, i) for name, told in cases.items() for i in range(len(CASES[name].unknown))]
    rule = f"At least {ENOUGH} of {TRIALS} is what is asked."
    return "\n\n".join(
        [
            "# Does calibration find what is known?",
            f"Made by `python -m studies.calibration_recovery --write`. {_how(cases)}",
            f"{rule} {_chances(len(held))}",
            f"**{_verdict(held)}**",
            *(_section(name, told) for name, told in cases.items()),
            _together(cases),
        ]
    )


def _how(cases: dict[str, list[dict[str, Any]]]) -> str:
    every = [one for told in cases.values() for one in told]
    points = np.mean([one["points"] for one in every])
    seconds = np.median([one["seconds"] for one in every])
    return (
        f"Three small worlds, {TRIALS} trials each. In each trial the truth is drawn from its range, the "
        "model makes the figures of one partnership from it with luck that the fit never sees, and the fit "
        f"is told the figures alone. A fit runs {EFFORT.replications} replications of {points:.0f} sets of "
        f"assumptions on average and takes some {seconds:.0f} seconds of one core. Its interval of nine in "
        "ten, from the 5% to the 95% point of the sets that the figures allow, either holds the truth or not."
    )


def _chances(assumptions: int) -> str:
    passes = float(binom.sf(ENOUGH - 1, TRIALS, INTERVAL))
    return (
        f"Where intervals are right, an assumption passes with a chance of {passes:.1%} (binomial, "
        f"{TRIALS} trials at {INTERVAL:.0%}). All {assumptions} pass with {passes**assumptions:.1%} if they "
        f"were independent, and at the least with {max(0.0, 1 - assumptions * (1 - passes)):.1%}. Intervals "
        f"that hold the truth only 7 times of 10 would pass with "
        f"{binom.sf(ENOUGH - 1, TRIALS, 0.7):.0%}."
    )


def _held(told: Sequence[dict[str, Any]], place: int) -> int:
    return sum(Found(**one["found"][place]).holds for one in told)


def _verdict(held: Sequence[int]) -> str:
    misses = sum(times < ENOUGH for times in held)
    return "All pass." if not misses else f"{misses} of {len(held)} miss."


def _section(name: str, told: Sequence[dict[str, Any]]) -> str:
    case = CASES[name]
    seen = ", ".join(f"`{measure}`" for measure, _ in case.seen)
    lines = [
        "| assumption | range | truth held | interval's width, of the range | off by, of the range | |",
        "|---|---|---|---|---|---|",
    ]
    for place, unknown in enumerate(case.unknown):
        found = [Found(**one["found"][place]) for one in told]
        width = np.mean([each.high - each.low for each in found]) / (unknown.high - unknown.low)
        off = np.mean([abs(each.median - each.truth) for each in found])
        times = _held(told, place)
        lines.append(
            f"| {unknown.name} | {unknown.low:g} to {unknown.high:g} | {times} of {len(told)} | "
            f"{width:.0%} | {off / (unknown.high - unknown.low):.0%} | "
            f"{'pass' if times >= ENOUGH else '**miss**'} |"
        )
    misses = [_missed(case, told, place) for place in range(len(case.unknown))]
    return "\n\n".join(
        [f"## {case.title}", f"Seen: {seen}.", "\n".join(lines), *filter(None, misses)]
    )


def _missed(case: Case, told: Sequence[dict[str, Any]], place: int) -> str:
    """The trials that missed, where too many did."""
    if _held(told, place) >= ENOUGH:
        return ""
    lines = [f"Where {case.unknown[place].name} was missed:", ""]
    for one in told:
        found = Found(**one["found"][place])
        if not found.holds:
            lines.append(
                f"- trial {one['trial']}: {found.low:.4g} to {found.high:.4g}, truth {found.truth:.4g}"
            )
    return "\n".join(lines)


def _together(cases: dict[str, list[dict[str, Any]]]) -> str:
    """Where the truths lay among the sets: evenly, if the sets are as spread as they should be."""
    lines = ["## Where the truths lay among the sets that the figures allow", ""]
    lines.append(
        "If a fit says neither too much nor too little, the truth is as likely in each fifth of its sets: "
        f"{TRIALS // 5} times each. Few at both ends would mean intervals too wide, many too narrow; a slope, "
        "a bias. The last column is the chance of so uneven a row from a right method (Kolmogorov-Smirnov)."
    )
    lines += [
        "",
        "| assumption | lowest fifth | 2 | 3 | 4 | highest fifth | chance |",
        "|" + "---|" * 7,
    ]
    for name, told in cases.items():
        for place, unknown in enumerate(CASES[name].unknown):
            ranks = np.array([one["found"][place]["rank"] for one in told])
            counts = np.histogram(ranks, bins=np.linspace(0, 1, 6))[0]
            chance = kstest(ranks, "uniform").pvalue
            row = " | ".join(str(count) for count in counts)
            lines.append(f"| {unknown.name} | {row} | {chance:.0%} |")
    return "\n".join([*lines, "", _even(cases)])


def _even(cases: dict[str, list[dict[str, Any]]]) -> str:
    ranks = [found["rank"] for told in cases.values() for one in told for found in one["found"]]
    inside = sum(0.05 <= rank <= 0.95 for rank in ranks)
    outer = sum(rank < 0.2 or rank > 0.8 for rank in ranks)
    low, high = binomtest(inside, len(ranks)).proportion_ci(0.95, method="wilson")
    return (
        f"Of all {len(ranks)} truths, {inside / len(ranks):.0%} lay in their interval of nine in ten "
        f"({low:.0%} to {high:.0%} by chance alone, were they independent), and {outer / len(ranks):.0%} in "
        "the outer two fifths, where 40% belong."
    )


def main() -> None:
    """Run the study, and show or write its report."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--write", action="store_true", help="write the report into docs/studies/")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--trials", type=int, default=TRIALS, help="fewer, to look sooner")
    given = parser.parse_args()
    for threads in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):  # processes share the cores
        os.environ[threads] = "1"
    os.nice(10)
    kept = Kept(SCRATCH)
    study(kept, given.trials, given.workers)
    page = report(kept, given.trials) + "\n"
    print(page)
    if given.write and given.trials == TRIALS:
        REPORT.parent.mkdir(parents=True, exist_ok=True)
        REPORT.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
