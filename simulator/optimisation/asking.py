"""What to try next, given what was tried: the one place that knows the library that searches.

References
----------
Watanabe, Tree-structured Parzen estimator, 2023. Deb, Pratap, Agarwal and Meyarivan, A fast and elitist
multiobjective genetic algorithm: NSGA-II, 2002.
"""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, TypeAlias

from ..chance import stream
from ..errors import MissingExtra

if TYPE_CHECKING:
    from collections.abc import Container, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from ..chance import Generator
    from .asked import Method
    from .levers import Levers, Plan

Floats: TypeAlias = "NDArray[np.float64]"

MOST_FOR_TPE = 1000
"""Up to so many trials `auto` takes the Parzen estimator, whose time grows with what was tried.

On planted problems of two to six levers and one to three objectives it came nearer than NSGA-II in 100 and in 300
trials.
"""
CANDIDATES = 64
"""Of so many candidates the Parzen estimator takes the best."""
STARTING = 16
"""Plans that are drawn evenly before the search is steered."""
POPULATION = (8, 40)
"""The least and the most plans of a generation; a sixth of the trials between them."""
ASKS = 3
"""How often a plan is asked for before one is drawn evenly, where it was tried already."""
DRAWS = 1000


def check_installed() -> None:
    """Say if what searches is missing, before anything is run.

    Raises
    ------
    MissingExtra
        If it is.
    """
    if not find_spec("optuna"):
        raise MissingExtra("optimise", "search")


def method_for(method: Method, plans: int, trials: int) -> Method:
    """What `auto` means: try all where they are no more than the trials; else the Parzen estimator."""
    if method != "auto":
        return method
    if plans <= trials:
        return "all"
    return "tpe" if trials <= MOST_FOR_TPE else "nsga2"


def population(trials: int) -> int:
    """Plans of a generation of NSGA-II."""
    least, most = POPULATION
    return min(max(trials // 6, least), most)


def drawn_evenly(method: Method, trials: int) -> int:
    """How many plans there must be before any is chosen by what was tried before."""
    return {"tpe": STARTING, "nsga2": population(trials)}.get(method, 0)


class Asking:
    """Asks for plans that were not tried, steered by those that were.

    Each batch is asked anew from all that was tried and a seed of its own, so what is asked depends on nothing
    else; and losses that change as more is known, as regret does, are always those of now.

    Parameters
    ----------
    objectives
        How many numbers each plan is judged by.
    limits
        How many limits it must hold.
    """

    def __init__(
        self, levers: Levers, objectives: int, limits: int, method: Method, trials: int, seed: int
    ):
        check_installed()
        self._levers, self._objectives, self._limits = levers, objectives, limits
        self._method, self._trials, self._seed = method, trials, seed
        self._asked: list[Any] = []
        self._told: list[Plan] = []
        self._batches = 0

    def ask(
        self,
        wanted: int,
        tried: Container[Plan],
        scores: dict[Plan, tuple[Floats, Floats]],
        given: Sequence[Plan] = (),
    ) -> list[Plan]:
        """The next plans, none of them tried; fewer, or none, where no more are found.

        Parameters
        ----------
        scores
            What each plan that could be judged was judged by, less being better, and by how much it breaks limits.
        given
            Plans to begin with, which are not in doubt.
        """
        study = self._study(scores)
        evenly = stream(self._seed, f"plans drawn evenly, batch {self._batches}")
        self._batches += 1
        found: list[Plan] = []
        for plan in given:
            self._take(study, plan)
            found.append(plan)
        while len(found) < wanted:
            new = self._new(study, found, tried, evenly)
            if new is None:
                break
            found.append(new)
        return found

    def _study(self, scores: dict[Plan, tuple[Floats, Floats]]) -> Any:
        """A study that holds all that was tried, as it is judged now."""
        import optuna

        optuna.logging.set_verbosity(optuna.logging.WARNING)
        seed = int(stream(self._seed, f"plans, batch {self._batches}").integers(2**32))
        study = optuna.create_study(
            directions=["minimize"] * self._objectives, sampler=self._sampler(seed)
        )
        for trial, plan in zip(self._asked, self._told, strict=True):
            if plan in scores:
                study.add_trial(_finished(trial, *scores[plan]))
        return study

    def _sampler(self, seed: int) -> Any:
        from optuna import samplers

        if self._method == "nsga2":
            return samplers.NSGAIISampler(population_size=population(self._trials), seed=seed)
        if self._method == "random":
            return samplers.RandomSampler(seed=seed)
        return samplers.TPESampler(
            multivariate=True,
            n_startup_trials=STARTING,
            n_ei_candidates=CANDIDATES,
            constant_liar=True,
            seed=seed,
        )

    def _space(self) -> dict[str, Any]:
        """Each lever as the place of its value among those that may be tried."""
        from optuna.distributions import CategoricalDistribution, IntDistribution

        return {
            each.dimension.name: (
                IntDistribution(0, len(each.tried) - 1)
                if each.in_order
                else CategoricalDistribution(tuple(range(len(each.tried))))
            )
            for each in self._levers.levers
        }

    def _take(self, study: Any, plan: Plan) -> None:
        """Ask for a certain plan, where it is among those that may be tried."""
        if self._levers.holds(plan):
            names = [each.dimension.name for each in self._levers.levers]
            study.enqueue_trial(dict(zip(names, self._levers.places(plan), strict=True)))
            self._keep(study, study.ask(self._space()), plan)

    def _keep(self, study: Any, trial: Any, plan: Plan) -> None:
        self._asked.append(study.get_trials(deepcopy=False)[trial.number])
        self._told.append(plan)

    def _plan(self, trial: Any) -> Plan:
        return tuple(each.tried[trial.params[each.dimension.name]] for each in self._levers.levers)

    def _new(
        self, study: Any, found: list[Plan], tried: Container[Plan], evenly: Generator
    ) -> Plan | None:
        for _ in range(ASKS):
            trial = study.ask(self._space())
            plan = self._plan(trial)
            if plan not in tried and plan not in found:
                self._keep(study, trial, plan)
                return plan
            study.tell(trial, state=_failed())
        for _ in range(DRAWS):
            plan = self._levers.drawn(evenly.random(len(self._levers.levers)).tolist())
            if plan not in tried and plan not in found:
                self._take(study, plan)
                return plan
        return None


def _failed() -> Any:
    from optuna.trial import TrialState

    return TrialState.FAIL


def _finished(trial: Any, scores: Floats, breaches: Floats) -> Any:
    """A trial that was asked for, with what it was judged by."""
    from optuna.trial import TrialState, create_trial

    return create_trial(
        state=TrialState.COMPLETE,
        values=scores.tolist(),
        params=trial.params,
        distributions=trial.distributions,
        system_attrs=dict(trial.system_attrs),
        constraints={str(place): value for place, value in enumerate(breaches.tolist())},
    )
