"""Formulas that serve better, over uncertain assumptions: a frontier, not one answer. Suggested, not decided.

A search by NSGA-II looks for formulas that no other beats in everything that is asked (`objectives`). It works on
worlds that were lived once, so each formula takes some hundredths of a second.

References
----------
Deb, Pratap, Agarwal and Meyarivan, A fast and elitist multiobjective genetic algorithm: NSGA-II, 2002.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from ..chance import stream
from ..errors import MissingExtra
from ..incentives import Estimate
from ..scenario.formulas import formula_names, load_formula
from .objectives import NAMES, STEPS, Judge, Loser, worst
from .variables import CEILINGS, FLOORS, LAGS, PDU_WEIGHTS, PHASES, Space

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from ..scenario import Scenario
    from ..scenario.schema import SharingRule
    from .confirm import Confirmed
    from .recorded import Recorded

Floats: TypeAlias = "NDArray[np.float64]"
SUGGESTED = "suggested, not decided"
TRIALS = 600
GENERATION = 40
"""Formulas of one generation."""
SHOWN = 8
"""Points of the frontier that are written and told; the table holds all."""


@dataclass(frozen=True, slots=True)
class Point:
    """A formula and what was measured of it.

    Parameters
    ----------
    name
        What it is called: that of its file.
    measured
        Objectives by world and objective.
    known
        Whether it is a formula of the library, not one that was found.
    """

    name: str
    rule: SharingRule = field(repr=False)
    measured: Floats = field(repr=False)
    losers: tuple[Loser, ...] = field(repr=False)
    known: bool = False

    @property
    def means(self) -> Floats:
        """Each objective's mean over the worlds."""
        mean: Floats = self.measured.mean(axis=0)
        return mean

    def mean(self, objective: str) -> float:
        """An objective's mean over the worlds."""
        return float(self.means[NAMES.index(objective)])

    def estimate(self, objective: str) -> Estimate:
        """An objective's mean over the worlds, with its 95% interval."""
        return Estimate.of(self.measured[:, NAMES.index(objective)])

    def worst(self, objective: str) -> float:
        """An objective in the worst tenth of the worlds."""
        return worst(self.measured[:, NAMES.index(objective)])

    def against(self, other: Point, objective: str) -> Estimate:
        """The difference from another formula in the same worlds."""
        place = NAMES.index(objective)
        return Estimate.of(self.measured[:, place] - other.measured[:, place])


@dataclass(frozen=True, slots=True)
class Search:
    """What a search found.

    Parameters
    ----------
    own
        The scenario's own formula.
    frontier
        Formulas that none of those tried beats in every objective, the smallest gap first.
    shown
        Some of them, far from each other: the best in each objective, the most even, and between.
    library
        Formulas of the library, on the same axes.
    tried
        How many different formulas were tried.
    holds
        What makes the worlds differ.
    confirmed
        Some of them by whole runs.
    """

    scenario: Scenario = field(repr=False)
    partnership: str
    terms: tuple[str, ...]
    own: Point = field(repr=False)
    frontier: tuple[Point, ...] = field(repr=False)
    shown: tuple[Point, ...] = field(repr=False)
    library: tuple[Point, ...] = field(repr=False)
    tried: int
    worlds: int
    seed: int
    holds: str
    confirmed: tuple[Confirmed, ...] = field(default=(), repr=False)


def check_installed() -> None:
    """Say if what searches is missing, before anything is run.

    Raises
    ------
    MissingExtra
        If it is.
    """
    if not find_spec("optuna"):
        raise MissingExtra("searching for formulas", "search")


def search(
    recorded: Recorded,
    among: Space,
    *,
    trials: int = TRIALS,
    seed: int = 1,
    holds: str = "chance alone",
    progress: Callable[[int, int], None] | None = None,
) -> Search:
    """Look for formulas that no other beats in every objective.

    Parameters
    ----------
    trials
        How many formulas are tried. The same seed and worlds give the same formulas.
    """
    judge = Judge(recorded)
    tried = _Tried(judge)
    _evolve(among, tried, trials, seed, progress)
    rules = [tried.rules[key] for key in tried.values]
    measured = np.array(list(tried.values.values()))
    best = undominated(measured.mean(axis=1), [len(rule.terms) for rule in rules])
    order = sorted(best, key=lambda at: tuple(measured[at].mean(axis=0)))
    names = [f"suggested_{number:02d}" for number in range(1, len(order) + 1)]
    frontier = tuple(
        Point(name, rules[at], measured[at], judge.losers(rules[at]))
        for name, at in zip(names, order, strict=True)
    )
    return Search(
        scenario=recorded.scenario,
        partnership=recorded.name,
        terms=among.terms,
        own=_point(judge, "own", recorded.scenario.formula, known=True),
        frontier=frontier,
        shown=chosen(frontier),
        library=_library(judge),
        tried=len(tried.values),
        worlds=recorded.worlds,
        seed=seed,
        holds=holds,
    )


def _point(judge: Judge, name: str, rule: SharingRule, *, known: bool = False) -> Point:
    return Point(name, rule, judge.measured(rule), judge.losers(rule), known)


def _library(judge: Judge) -> tuple[Point, ...]:
    """Formulas of the library that weigh only groups that the scenario has."""
    groups = set(judge.recorded.scenario.world.groups)
    rules = {name: load_formula(name).formula for name in formula_names()}
    fitting = {
        name: rule
        for name, rule in rules.items()
        if all(set(t.group_weights or groups) == groups for t in rule.terms.values())
    }
    return tuple(_point(judge, name, rule, known=True) for name, rule in fitting.items())


class _Tried:
    """Formulas that were measured, each once."""

    def __init__(self, judge: Judge):
        self._judge = judge
        self.rules: dict[str, SharingRule] = {}
        self.values: dict[str, Floats] = {}

    def means(self, rule: SharingRule) -> list[float]:
        key = rule.model_dump_json()
        if key not in self.values:
            self.rules[key] = rule
            self.values[key] = self._judge.measured(rule)
        means: list[float] = self.values[key].mean(axis=0).tolist()
        return means


def _evolve(
    among: Space,
    tried: _Tried,
    trials: int,
    seed: int,
    progress: Callable[[int, int], None] | None,
) -> None:
    """Generations of formulas: the corners first, then what the search makes of the best so far."""
    check_installed()
    import optuna

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    begin = int(stream(seed, "search for formulas").integers(2**32))
    sampler = optuna.samplers.NSGAIISampler(population_size=GENERATION, seed=begin)
    study = optuna.create_study(directions=["minimize"] * len(NAMES), sampler=sampler)
    for corner in among.corners():
        study.enqueue_trial(_numbered(corner))
    for done in range(1, trials + 1):
        trial = study.ask()
        study.tell(trial, tried.means(among.rule(_values(trial, among))))
        if progress:
            progress(done, trials)


_CHOICES: dict[str, tuple[Any, ...]] = {
    "lag_years": LAGS,
    "floor_share": FLOORS,
    "ceiling_share": CEILINGS,
    "phase_in_years": PHASES,
}


def _values(trial: Any, among: Space) -> Mapping[str, Any]:
    weights = {f"weigh_{t}": trial.suggest_float(f"weigh_{t}", 0, 1) for t in among.terms}
    chosen = {
        name: options[trial.suggest_int(name, 0, len(options) - 1)]
        for name, options in _CHOICES.items()
    }
    return weights | chosen | {"pdu_weight": trial.suggest_float("pdu_weight", *PDU_WEIGHTS)}


def _numbered(values: Mapping[str, Any]) -> dict[str, Any]:
    """The same with each choice as its place among the options, which are in order."""
    return {
        name: _CHOICES[name].index(value) if name in _CHOICES else value
        for name, value in values.items()
    }


def undominated(means: Floats, terms: Sequence[int] | None = None) -> list[int]:
    """Places of the points that no other beats: none is as good in everything and better in something.

    Objectives are compared in their steps. Of points that are alike one stays: that with the fewest terms, then
    the first.
    """
    parts = np.round(means / STEPS)
    simple = np.zeros(len(means)) if terms is None else np.asarray(terms)
    found = []
    for place, point in enumerate(parts):
        as_good = (parts <= point).all(axis=1)
        better = (parts < point).any(axis=1)
        alike = as_good & ~better
        plainer = alike & (simple < simple[place])
        before = alike[:place] & (simple[:place] == simple[place])
        if not ((as_good & better) | plainer).any() and not before.any():
            found.append(place)
    return found


def chosen(frontier: Sequence[Point], most: int = SHOWN) -> tuple[Point, ...]:
    """Some points of a frontier, far from each other: the best of each kind, the most even, then those between."""
    if len(frontier) <= most:
        return tuple(frontier)
    ranks = _ranks(np.array([point.means for point in frontier]))
    places = [int(np.argmin(ranks.max(axis=1)))]
    places += [int(np.argmin(ranks[:, axis])) for axis in range(ranks.shape[1])]
    places = list(dict.fromkeys(places))
    while len(places) < most:
        distance = np.abs(ranks[:, np.newaxis] - ranks[places]).sum(axis=2).min(axis=1)
        places.append(int(np.argmax(distance)))
    return tuple(frontier[place] for place in sorted(places))


def _ranks(means: Floats) -> Floats:
    """Each objective as a rank from 0 to 1, so that none counts for more because of its unit."""
    order = means.argsort(axis=0, kind="stable").argsort(axis=0, kind="stable")
    return order / max(len(means) - 1, 1)
