"""How drug treatment money is shared out in England, and what that does to people.

>>> import simulator as sim
>>> sample = sim.run("baseline_2008", replications=20)
>>> comparison = sim.compare(["park", "move_on"], replications=20)
>>> differences = comparison.differences

What the command line does, as functions on frozen objects that return DataFrames. A part is imported when
it is first asked for, so that worker processes load what they need and no more.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from .errors import BadInput, Fault

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    import pandas as pd

    from . import evidence
    from .behaviour import best_response, clients_first, follow_the_money
    from .discovery import discover
    from .errors import ConservationError, MissingExtra, SimulatorError
    from .explanation import Explanation
    from .formula_lab.search import Search
    from .formula_lab.stress import Stress
    from .funding import Allocation, Counts, Member, Rule, Term, allocate
    from .incentives import Incentive
    from .optimisation import optimise
    from .outputs import Settings
    from .outputs import write as write_results
    from .precision import Precision
    from .replicate import Comparison, Sample
    from .scenario import (
        Scenario,
        formula_names,
        load,
        load_all,
        load_formula,
        names,
        with_formula,
    )
    from .scenario import write as write_scenario
    from .scenario.draws import Draws
    from .sensitivity_analysis import Sensitivity, sensitivity
    from .side_by_side import SideBySide
    from .study import Study, study_names
    from .sweeps import Sweep, sweep, to_salib_problem
    from .workers import Progress

    __version__: str

__all__ = [
    "Allocation",
    "BadInput",
    "Comparison",
    "ConservationError",
    "Counts",
    "Explanation",
    "Fault",
    "Incentive",
    "Member",
    "MissingExtra",
    "Precision",
    "Rule",
    "Sample",
    "Scenario",
    "Sensitivity",
    "SimulatorError",
    "Study",
    "Sweep",
    "Term",
    "__version__",
    "allocate",
    "assumptions",
    "best_response",
    "clients_first",
    "compare",
    "compare_formulas",
    "discover",
    "evidence",
    "explain",
    "follow_the_money",
    "formula_names",
    "incentive",
    "load",
    "load_all",
    "load_formula",
    "names",
    "optimise",
    "read",
    "run",
    "search_formulas",
    "sensitivity",
    "stress_formula",
    "study_names",
    "sweep",
    "to_salib_problem",
    "with_formula",
    "write_results",
    "write_scenario",
]

_LIVES_IN = {
    "Allocation": "funding",
    "Comparison": "replicate",
    "ConservationError": "errors",
    "Counts": "funding",
    "Explanation": "explanation",
    "Incentive": "incentives",
    "Member": "funding",
    "MissingExtra": "errors",
    "Precision": "precision",
    "Rule": "funding",
    "Sample": "replicate",
    "Scenario": "scenario",
    "Sensitivity": "sensitivity_analysis",
    "SimulatorError": "errors",
    "Study": "study",
    "Sweep": "sweeps",
    "Term": "funding",
    "allocate": "funding",
    "best_response": "behaviour",
    "clients_first": "behaviour",
    "discover": "discovery",
    "follow_the_money": "behaviour",
    "formula_names": "scenario",
    "load": "scenario",
    "load_all": "scenario",
    "load_formula": "scenario",
    "names": "scenario",
    "optimise": "optimisation",
    "sensitivity": "sensitivity_analysis",
    "study_names": "study",
    "sweep": "sweeps",
    "to_salib_problem": "sweeps",
    "with_formula": "scenario",
}
_CALLED_THERE = {
    "__version__": ("outputs", "model_version"),
    "write_results": ("outputs", "write"),
    "write_scenario": ("scenario", "write"),
}


def __getattr__(name: str) -> Any:
    """A public name, out of the room in which it lives."""
    if name == "evidence":
        return import_module(".evidence", __name__)
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    room, there = _CALLED_THERE.get(name) or (_LIVES_IN[name], name)
    found = getattr(import_module(f".{room}", __name__), there)
    globals()[name] = found() if name == "__version__" else found
    return globals()[name]


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


def read(
    scenarios: Iterable[str | Path | Scenario], changes: Sequence[str] = ()
) -> tuple[Scenario, ...]:
    """Read several scenarios and tell the faults of all of them at once.

    Parameters
    ----------
    scenarios
        Names of the library, paths to ``.yaml`` or ``run.json`` files, or scenarios, which stay as they
        are.
    changes
        Changes to each, such as ``plan.move_on_delay_days=90``.

    Raises
    ------
    BadInput
        With every fault found.
    """
    found: list[Scenario] = []
    faults: list[Fault] = []
    for each in scenarios:
        try:
            found += _read_one(each, changes)
        except BadInput as wrong:
            faults += wrong.faults
    if faults:
        raise BadInput(dict.fromkeys(faults))
    return tuple(found)


def _read_one(scenario: str | Path | Scenario, changes: Sequence[str]) -> tuple[Scenario, ...]:
    from .scenario import Scenario, load_all

    return (
        (_as_is(scenario, changes),)
        if isinstance(scenario, Scenario)
        else load_all(scenario, changes)
    )


def _as_is(scenario: Scenario, changes: Sequence[str]) -> Scenario:
    if changes:
        rule, advice = "go with a name or a path", "give them to load, which reads the scenario"
        raise BadInput([Fault(scenario.name, "changes", rule, ", ".join(changes), advice)])
    return scenario


def run(
    scenario: str | Path | Scenario,
    *,
    replications: int | None = None,
    precision: float | Precision | None = None,
    seed: int | None = None,
    workers: int | None = 1,
    changes: Sequence[str] = (),
    draws: str | Path | Draws | None = None,
    progress: Progress | None = None,
) -> Sample:
    """Run a scenario many times.

    Parameters
    ----------
    scenario
        A name of the library, a path to a ``.yaml`` file or to a ``run.json``, or a scenario. Where partnerships
        follow the money or put clients first, what they choose is worked out first and is in the result's
        scenario.
    replications, seed
        By default those of the ``run.json``, or 100 and 1.
    precision
        Instead of a number of replications, how well means are to be known: 0.02 for ±2% of the headline
        measures in every year, or a `Precision` that names measures and a maximum. The sample then has
        ``attained``, which says what it took and what came of it.
    workers
        Processes; None for one on each core. Results do not depend on it. A script that asks for more than
        one keeps what it does under ``if __name__ == "__main__":``.
    changes
        Changes such as ``plan.move_on_delay_days=90``, in their order.
    draws
        Sets of assumptions that figures allow, one for each replication: a file that ``treatment-sim
        calibrate`` wrote, or a name of the library. Bands then hold chance and assumptions; without, chance
        alone.
    progress
        Told how many replications are done, and of how many.

    Raises
    ------
    BadInput
        With every fault of what was given.
    """
    from . import replicate
    from .outputs import settings
    from .scenario import Scenario, load

    given = _as_is(scenario, changes) if isinstance(scenario, Scenario) else load(scenario, changes)
    whole = _resolved(given, workers)
    if precision is not None:
        from . import precision as precise

        wanted = precise.instead_of(replications, precision)
        begun = settings([scenario], seed, precise.PILOT, draws_given=draws is not None)
        worlds = _worlds(draws, begun, [whole])
        return precise.run(whole, wanted, begun.seed, workers, progress, draws=worlds)
    chosen = settings([scenario], seed, replications, draws_given=draws is not None)
    worlds = _worlds(draws, chosen, [whole])
    number, begin = chosen.replications, chosen.seed
    return replicate.run([whole], number, begin, workers, progress, draws=worlds)[0]


def _resolved(scenario: Scenario, workers: int | None) -> Scenario:
    """The scenario with the plans that its partnerships choose."""
    from .behaviour import resolved

    return resolved(scenario, workers=workers).scenario


def _worlds(
    given: str | Path | Draws | None, chosen: Settings, scenarios: Sequence[Scenario]
) -> Draws | None:
    """The draws that were given, or else those of a record, checked against every scenario."""
    from .scenario.draws import check_draws, find_draws

    draws = chosen.draws if given is None else find_draws(given, scenarios[0])
    if draws is None:
        return None
    for scenario in scenarios:
        check_draws(draws, scenario)
    return draws


def compare(
    scenarios: Sequence[str | Path | Scenario],
    *,
    replications: int | None = None,
    precision: float | Precision | None = None,
    seed: int | None = None,
    workers: int | None = 1,
    changes: Sequence[str] = (),
    draws: str | Path | Draws | None = None,
    progress: Progress | None = None,
) -> Comparison:
    """Run scenarios with the same people and the same luck, each against the first.

    Parameters are those of `run`; changes are made to every scenario. A precision is that of each paired
    difference, as a share of the larger of the two means.

    Raises
    ------
    BadInput
        With every fault of what was given; if there are fewer than two scenarios, two have one name, or
        they differ in years, groups or partnerships.
    """
    from . import replicate
    from .outputs import settings

    given = read(scenarios, changes)
    told_apart(given)
    whole = tuple(_resolved(each, workers) for each in given)
    if precision is not None:
        from . import precision as precise

        wanted = precise.instead_of(replications, precision)
        begun = settings(scenarios, seed, precise.PILOT, draws_given=draws is not None)
        worlds = _worlds(draws, begun, whole)
        return precise.compare(whole, wanted, begun.seed, workers, progress, draws=worlds)
    chosen = settings(scenarios, seed, replications, draws_given=draws is not None)
    worlds = _worlds(draws, chosen, whole)
    number, begin = chosen.replications, chosen.seed
    return replicate.compare(whole, number, begin, workers, progress, draws=worlds)


def told_apart(scenarios: Sequence[Scenario]) -> None:
    """Refuse scenarios that share a name, since their results could not be told apart.

    Raises
    ------
    BadInput
        With the names that come more than once.
    """
    names = [scenario.name for scenario in scenarios]
    again = list(dict.fromkeys(name for name in names if names.count(name) > 1))
    if again:
        rule, advice = "differ in name", "write one of them to a file of another name"
        raise BadInput([Fault("compare", "scenarios", rule, ", ".join(again), advice)])


def explain(
    scenario: str | Path | Scenario | Sample,
    *,
    replications: int | None = None,
    seed: int | None = None,
    workers: int | None = 1,
    changes: Sequence[str] = (),
    draws: str | Path | Draws | None = None,
    progress: Progress | None = None,
) -> Explanation:
    """Say why each partnership's allocation changes from year to year.

    Parameters are those of `run`; or a sample that `run` has returned, and nothing else.
    """
    from . import explanation
    from .replicate import Sample

    if isinstance(scenario, Sample):
        return explanation.explain(scenario)
    sample = run(
        scenario,
        replications=replications,
        seed=seed,
        workers=workers,
        changes=changes,
        draws=draws,
        progress=progress,
    )
    return explanation.explain(sample)


def incentive(
    scenario: str | Path | Scenario,
    formulas: Sequence[str | Path] = (),
    *,
    groups: Sequence[str] = (),
    partnership: str | None = None,
    replications: int | None = None,
    seed: int | None = None,
    workers: int | None = 1,
    changes: Sequence[str] = (),
    draws: str | Path | Draws | None = None,
    balance: bool = False,
    progress: Progress | None = None,
) -> Incentive:
    """Say what one client is worth to a partnership: kept, moved on, moved on early, taken on.

    Each move is worth what the formula makes of it, by its derivative and by paired simulation: the allocation's
    change, the client's own cost, and what becomes of people. The meter says whether doing right costs money.

    Parameters
    ----------
    formulas
        Formulas of the library or paths to ``.yaml`` files, each in the place of the scenario's own; by default its
        own.
    groups
        Substance groups; by default all.
    partnership
        The one that acts, among the others as they are; by default the first.
    balance
        Whether to search, by more runs, for the share for reintegration at which the books are as where ready clients are
        kept.

    The other parameters are those of `run`.

    Returns
    -------
    ``table`` and ``meters`` as DataFrames, ``sentences`` and ``notes`` in plain English; and by formula and group
    ``paid[0].of("opiate")``, with its ``meter`` and the worth ``of("kept")`` and of the other moves.

    Raises
    ------
    BadInput
        With every fault of what was given.
    """
    from .incentives.asking import incentive as ask
    from .outputs import settings
    from .scenario import Scenario, load
    from .scenario.formulas import load_formula, with_formula
    from .workers import workers_by_default

    whole = _as_is(scenario, changes) if isinstance(scenario, Scenario) else load(scenario, changes)
    presets = [load_formula(each) for each in formulas]
    paid = [(each.name, each.title, with_formula(whole, each)) for each in presets]
    chosen = settings([scenario], seed, replications, draws_given=draws is not None)
    return ask(
        whole,
        paid,
        groups=groups,
        partnership=partnership,
        replications=chosen.replications,
        seed=chosen.seed,
        workers=workers_by_default() if workers is None else workers,
        progress=progress,
        draws=_worlds(draws, chosen, [whole, *(each for _, _, each in paid)]),
        with_balance=balance,
    )


def stress_formula(
    scenario: str | Path | Scenario,
    *,
    formula: str | Path | None = None,
    harms: Sequence[str] = (),
    partnership: str | None = None,
    replications: int = 12,
    seed: int = 1,
    workers: int | None = 1,
    changes: Sequence[str] = (),
    smallest: bool = True,
) -> Stress:
    """Look for the harms that a formula does, each with its size, and the smallest scenario that shows it.

    Parameters
    ----------
    formula
        A formula of the library or a ``.yaml`` file, in place of the scenario's own.
    harms
        Among ``parking``, ``premature_exits``, ``skimming``, ``spiral``, ``oscillation``, ``cliff_12_weeks`` and
        ``cliff_six_months``; by default all.
    partnership
        Who acts, the others being a forecast; by default the first.
    replications
        How many runs of each scenario.
    seed
        Where chance begins. The same seed gives the same people with the same luck.
    workers
        Processes; None for one on each core. Results do not depend on it.
    changes
        Changes such as ``plan.move_on_delay_days=90``, in their order.
    smallest
        Whether to look for the smallest scenario of each harm that is found.

    Returns
    -------
    ``harms``, each with its ``name``, ``verdict``, ``size`` (in its ``unit``), ``where``, ``told`` and ``smallest``,
    the pair of scenarios that shows it.

    Raises
    ------
    BadInput
        With every fault of what was given.
    """
    from .formula_lab.stress import stress
    from .workers import workers_by_default

    (whole,) = read([scenario], changes)
    if formula is not None:
        from .scenario import with_formula

        whole = with_formula(whole, formula)
    return stress(
        whole,
        harms=harms,
        partnership=partnership,
        replications=replications,
        seed=seed,
        workers=workers_by_default() if workers is None else workers,
        shrink=smallest,
    )


def search_formulas(
    scenario: str | Path | Scenario,
    *,
    terms: Sequence[str] = (),
    partnership: str | None = None,
    trials: int = 600,
    worlds: int = 10,
    confirmed_worlds: int = 3,
    seed: int = 1,
    workers: int | None = 1,
    changes: Sequence[str] = (),
    draws: str | Path | Draws | None = None,
    out: str | Path | None = None,
    progress: Progress | None = None,
) -> Search:
    """Look for formulas that no other beats in everything that is asked: suggested, not decided.

    Parameters
    ----------
    terms
        Terms that may be weighed, such as ``need`` and ``activity``; by default all.
    partnership
        Who acts, the others going on as they are; by default the first.
    trials
        How many formulas are tried.
    worlds
        How many worlds are lived, each with its own luck and assumptions.
    confirmed_worlds
        In how many of them some formulas are run whole.
    seed
        Where chance begins, in the worlds and in what is tried.
    workers
        Processes; None for one on each core. Results do not depend on it.
    changes
        Changes such as ``plan.move_on_delay_days=90``, in their order.
    draws
        Assumptions of each world; by default drawn from the ranges of the evidence.
    out
        A folder in which worlds are kept, so that a search that was killed goes on.
    progress
        Told how many worlds are lived, and of how many.

    Returns
    -------
    ``frontier``, ``shown`` (some of it, far apart), ``library`` and ``own``: formulas, each with its ``name``, its
    ``rule`` and the ``estimate`` of what is asked, such as ``gap_gbp_per_year``; and ``confirmed``, by whole runs.

    Raises
    ------
    BadInput
        With every fault of what was given.
    MissingExtra
        If what searches is not installed.
    """
    from pathlib import Path

    from .formula_lab.whole import find
    from .scenario.draws import find_draws
    from .workers import workers_by_default

    (whole,) = read([scenario], changes)
    return find(
        whole,
        terms=terms,
        partnership=partnership,
        trials=trials,
        worlds=worlds,
        confirmed_worlds=confirmed_worlds,
        seed=seed,
        workers=workers_by_default() if workers is None else workers,
        draws=None if draws is None else find_draws(draws, whole),
        file=None if out is None else Path(out) / "worlds.jsonl",
        progress=progress,
    )


def compare_formulas(
    formulas: Sequence[str | Path] = (),
    *,
    one: str | Path | Scenario = "baseline_2008",
    types: str | Path | Scenario = "england_2008_types",
    areas: str | Path | Scenario = "england_2008",
    groups: Sequence[str] = (),
    replications: int = 6,
    seed: int = 1,
    workers: int | None = 1,
    folder: str | Path | None = None,
) -> SideBySide:
    """Lay formulas side by side: what each makes partnerships do, and what that costs clients.

    Parameters
    ----------
    formulas
        Names of the library or ``.yaml`` files; by default the whole library.
    one
        A scenario whose first partnership is asked what one client is worth.
    types
        Partnerships that follow the money, of at most twelve kinds.
    areas
        All partnerships, for who gains and who loses.
    groups
        Substance groups whose clients are asked about; by default all.
    replications
        Of each plan that is tried.
    folder
        Where runs are kept as they come, so that a job that was killed goes on.

    Raises
    ------
    BadInput
        With every fault of what was given.
    """
    from contextlib import nullcontext
    from pathlib import Path

    from .scenario.formulas import formula_names, load_formula
    from .side_by_side import Asked, side_by_side
    from .workers import workers_by_default

    first, second, third = read([one, types, areas])
    return side_by_side(
        [load_formula(each) for each in formulas or formula_names()],
        Asked(first, second, third, tuple(groups)),
        replications=replications,
        seed=seed,
        workers=workers_by_default() if workers is None else workers,
        folder=None if folder is None else Path(folder),
        watch=lambda _: nullcontext(_nobody_watches),
    )


def _nobody_watches(done: int, of: int) -> None:
    """Progress that is told to nobody."""


def assumptions(scenario: str | Path | Scenario) -> pd.DataFrame:
    """Every assumption of a scenario and what supports it, the least known first, then what moves most.

    Returns
    -------
    Its path, title, value and unit; its grade, the lowest and highest value that is plausible or why there
    is no range, whether it lies outside, its source, and what it was fitted to. Its influence: the largest
    share by which a headline figure moves over the range, which figure, and whether that was measured here.
    """
    import pandas as pd

    from .outputs import evidence_records

    (whole,) = read([scenario])
    return pd.DataFrame(evidence_records(whole)).drop(columns="effects")
