"""A search for plans as a study asks for it: its section read, its outcomes found, its points run as cells."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import BadInput, Fault
from ..measures import MEASURES
from ..precision import Precision
from ..scenario import load
from ..scenario.library import is_path
from ..scenario.tree import instead, shown
from ..study import check
from ..study.schema import Measure
from ..sweeps import bench_of
from ..sweeps.progress import shown as bar
from .asked import Optimise
from .asking import check_installed
from .found import Found, find
from .own import own_words
from .question import SECTION, question

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from ..cluster import Cluster
    from ..scenario import Scenario
    from ..study import Checked, Study, Written
    from ..sweeps import Bench
    from ..workers import Progress
    from .levers import Plan
    from .question import Question

    Floats = NDArray[np.float64]

REPLICATIONS = 20
"""Runs of each plan in each world, where the study does not say how many."""
_KEY = re.compile(
    r"(?P<measure>\w+)(@(?P<year>[\w-]+))?(:(?P<group>\S+))?( of (?P<partnership>.+))?"
)
_MEASURE = re.compile(r"measures\.(\d+)(\.|$)")


@dataclass(frozen=True)
class Prepared:
    """A search for plans, ready to be run.

    Parameters
    ----------
    checked
        The study with the one scenario that levers are laid over, and all outcomes that are asked for.
    given
        That scenario as the study names it: a name of the library, or a path.
    """

    checked: Checked = field(repr=False)
    question: Question
    given: str

    @property
    def scenario(self) -> Scenario:
        """The scenario as its file has it, without changes."""
        return load(Path(self.given) if is_path(self.given) else self.given)

    def planned(self, plan: Plan) -> Scenario:
        """The scenario with a plan's levers, without words and evidence."""
        levers = iter(plan)
        nothing = float("nan")
        point = [next(levers) if each.is_lever else nothing for each in self.checked.dimensions]
        return self.checked.world(0, point)


def prepare(checked: Checked, *, trials: int | None = None) -> Prepared:
    """Read what a study asks of a search for plans, and check it.

    Parameters
    ----------
    trials
        How many plans are tried, where it is not as the study says.

    Raises
    ------
    BadInput
        With every fault of the section, by line.
    MissingExtra
        If what searches is not installed.
    """
    check_installed()
    faults: list[Fault] = []
    if isinstance(checked.size, Precision):
        rule = "be left out, as plans are compared luck by luck and need as many replications each"
        advice = "write replications: 20, or give --replications"
        faults.append(checked.written.fault(("precision",), rule, "", advice))
    try:
        prepared = _prepared(checked, trials)
    except BadInput as wrong:
        raise BadInput([*faults, *wrong.faults]) from wrong
    if faults:
        raise BadInput(faults)
    return prepared


def _prepared(checked: Checked, trials: int | None) -> Prepared:
    written = checked.written
    asked = written.section(SECTION, Optimise)
    if trials is not None:
        asked = asked.model_copy(update={"trials": trials})
    names = [each.name for each in checked.scenarios]
    if asked.scenario is not None and asked.scenario not in names:
        rule, advice = "be a scenario of the study", instead(asked.scenario, names)
        fault = written.fault((SECTION, "scenario"), rule, shown(asked.scenario), advice)
        raise BadInput([fault])
    place = 0 if asked.scenario is None else names.index(asked.scenario)
    one = _of_one_scenario(checked, asked, place)
    found = question(
        asked,
        one.dimensions,
        one.outcomes,
        [names[place]],
        seed=checked.seed,
        replications=checked.study.replications or REPLICATIONS,
        possible=one.possible,
        origin=lambda path: str(written.tree.origin((SECTION, *path))),
    )
    found = replace(found, own_words=own_words(found.levers, one))
    name = checked.study.scenarios[place]
    return Prepared(one, found, str(written.folder / name) if is_path(name) else name)


def _of_one_scenario(checked: Checked, asked: Optimise, place: int) -> Checked:
    """The study of one of its scenarios, with the outcomes that are asked for beside its own."""
    study, written = checked.study, checked.written
    own = {each.key for each in checked.outcomes}
    paths = [("objectives", key) for key in asked.objectives]
    paths += [("limits", key) for key in asked.limits if key not in asked.objectives]
    paths = [path for path in paths if path[1] not in own]
    measures, faults = [*study.measures], []
    for path in paths:
        try:
            measures.append(_measure(path[1]))
        except ValueError:
            rule = "be a measure, and a year after an @"
            advice = instead(re.split("[@: ]", path[1])[0], MEASURES)
            faults.append(written.fault((SECTION, *path), rule, shown(path[1]), advice))
    if faults:
        raise BadInput(faults)
    changed = {"scenarios": (study.scenarios[place],), "measures": tuple(measures)}
    own_written = replace(written, study=study.model_copy(update=changed))
    try:
        return check(own_written, scenarios=[checked.scenarios[place]])
    except BadInput as wrong:
        raise BadInput(
            _where_asked(fault, written, paths, len(study.measures)) for fault in wrong.faults
        ) from wrong


def _measure(key: str) -> Measure:
    """A measure out of an outcome's key: ``planned_exits@total:opiate of Town``.

    Raises
    ------
    ValueError
        If it is not one.
    """
    told = _KEY.fullmatch(key)
    if told is None:
        raise ValueError
    return Measure.model_validate({name: part for name, part in told.groupdict().items() if part})


def _where_asked(
    fault: Fault, written: Written, paths: Sequence[tuple[str, str]], measures: int
) -> Fault:
    """A fault of an outcome that the section asks for, told where it is asked for."""
    told = _MEASURE.match(fault.name)
    if told is None or int(told[1]) < measures:
        return fault
    path = paths[int(told[1]) - measures]
    return written.fault((SECTION, *path), fault.rule, fault.got, fault.advice)


def run(prepared: Prepared, bench: Bench, progress: Progress | None = None) -> Found:
    """Look for plans on a bench, whose cells are kept: killed, it goes on where it was.

    Parameters
    ----------
    bench
        Runs the cells of `prepared.checked`.
    progress
        Told how many cells are done, and of how many at most.
    """
    return find(prepared.question, _Cells(prepared.question, bench, progress).evaluate)


class _Cells:
    """Runs points as cells, and says how far the whole search is."""

    def __init__(self, asked: Question, bench: Bench, progress: Progress | None):
        self._bench, self._progress = bench, progress
        plans = asked.asked.trials + asked.asked.confirm.plans + 1
        self._done, self._whole = 0, plans * asked.number_of_worlds

    def evaluate(self, points: Floats, first: int, replications: int) -> Floats:
        self._bench.progress = self._told if self._progress else None
        found = self._bench.evaluate(points, first, replications)
        self._done += len(points)
        return found

    def _told(self, done: int, _: int) -> None:
        if self._progress is not None:
            so_far = self._done + done
            self._progress(so_far, max(self._whole, so_far))


def optimise(
    study: str | Path | Mapping[str, Any] | Study | Written | Checked,
    *,
    out: str | Path | None = None,
    cells: str | Path | None = None,
    workers: int | None = 1,
    cluster: str | Cluster | None = None,
    changes: Sequence[str] = (),
    trials: int | None = None,
    resume: bool = True,
    progress: Progress | bool | None = None,
) -> Found:
    """Look for plans that serve better, within limits and robust over what is not known; suggested, not decided.

    Parameters
    ----------
    study
        A study with levers and a section `optimise`: a path to a ``.yaml`` file, the same as a mapping, or a study
        that was read or checked.
    out
        A folder for the table, the record and the plans as scenario files; without it nothing is written.
    cells
        A folder for cells; by default one beside `out`, and without either they stay in memory. A search that was
        killed takes its cells from there and comes to the same end.
    workers
        Processes; None for one on each core. Results do not depend on it.
    cluster
        A Dask cluster to run on instead.
    changes
        Changes to the scenario, such as ``plan.stretch_share=0.1``.
    trials
        How many plans are tried, where it is not as the study says.
    resume
        Whether cells that were run before are taken over; without, all are run again.
    progress
        True for a bar; or something to be told how many cells are done, and of how many at most.

    Raises
    ------
    BadInput
        With every fault of the study.
    MissingExtra
        If what searches is not installed.

    Examples
    --------
    >>> import simulator as sim
    >>> found = sim.optimise("study.yaml", out="results/plans", workers=None, progress=True)
    >>> found.verdict, found.winner, found.tied
    >>> table = found.table
    """
    from ..study import Checked
    from .written import write

    checked = study if isinstance(study, Checked) else check(study, changes=changes)
    prepared = prepare(checked, trials=trials)
    with bar(progress) as told:
        bench = bench_of(prepared.checked, out=out, cells=cells, workers=workers, cluster=cluster)
        if not resume:
            bench.store.forget_all()
        found = run(prepared, bench, told)
    if out is not None:
        write(found, prepared, Path(out))
    return found
