"""An area for a page: its scenario at once, and a fit that is small enough to wait for.

The fit is what ``treatment-sim calibrate`` does, with fewer sets of assumptions and fewer runs of each. Both take a
function that is told how far they are; where it raises, they stop, and leave nothing behind.
"""

from __future__ import annotations

import multiprocessing
from typing import TYPE_CHECKING

from ..calibrate import check_installed
from ..calibrate.fit import Fitting
from ..calibrate.result import Effort
from ..calibrate.targets import aim
from ..scenario import load, people_expected
from ..workers import workers_by_default
from .aims import area_targets
from .area import area_scenario
from .fitted_area import FittedArea, StartingArea, fitted_area
from .moved import years_needed
from .reading import USUAL_BASE
from .reference import is_stored
from .short_file import short_file

if TYPE_CHECKING:
    from ..scenario import Scenario
    from ..workers import Progress
    from .figures import LocalFigures

REPLICATIONS = 4
PERSON_RUNS = 1_200_000
"""People times runs of the sets of assumptions: what two cores live through in about a minute."""
FEWEST_POINTS, MOST_POINTS = 40, 100
BEATS = 40
"""So many beats of a chain take about as long as a replication."""


def is_at_once(figures: LocalFigures, base: Scenario | str = USUAL_BASE) -> bool:
    """Whether an area's scenario needs no run: its figures lie in the years of a base whose counts are kept."""
    known = _base(base)
    return years_needed(figures, known) == (known.first_year, known.years) and is_stored(known)


def starting_area(figures: LocalFigures, base: Scenario | str = USUAL_BASE) -> StartingArea:
    """The scenario of an area before it is fitted.

    Without a run where `is_at_once` says so; else the base is run over the area's years, for some seconds.

    Raises
    ------
    BadInput
        As `area_scenario`.
    """
    known = _base(base)
    scenario = area_scenario(figures, known)
    return StartingArea(figures, scenario, short_file(scenario, known.name))


def start_work(
    progress: Progress, figures: LocalFigures, base: Scenario | str = USUAL_BASE
) -> StartingArea:
    """The scenario of an area before it is fitted, as a job."""
    progress(0, 1)
    found = starting_area(figures, base)
    progress(1, 1)
    return found


def _base(base: Scenario | str) -> Scenario:
    return load(base) if isinstance(base, str) else base


def quick_effort(scenario: Scenario) -> Effort:
    """How much to run for an area of its size: fewer sets where each run takes longer."""
    points = round(PERSON_RUNS / (REPLICATIONS * max(1.0, people_expected(scenario))))
    return Effort(
        points=min(max(points, FEWEST_POINTS), MOST_POINTS),
        replications=REPLICATIONS,
        final_replications=24,
        draws=100,
        level_replications=24,
        predicted_sets=10,
        chain_steps=600,
    )


def work(
    progress: Progress,
    figures: LocalFigures,
    base: Scenario | str = USUAL_BASE,
    effort: Effort | None = None,
    seed: int = 1,
    workers: int | None = None,
) -> FittedArea:
    """Fit an area's scenario to its figures.

    Parameters
    ----------
    progress
        Told how far the fit is, and of how much at most: replications, and the chains' steps in their measure. It
        is told at least once in some seconds; where it raises, the fit ends.
    figures
        What the area gave.
    base
        The scenario from which the area begins.
    effort
        How much to run; by default what `quick_effort` says.
    seed
        Where chance begins. The same figures, base, effort and seed give the same result, whatever the workers.
    workers
        Processes; by default as many as there are cores, and one where this process may have none of its own.

    Raises
    ------
    BadInput
        Where the base cannot be an area's, or the figures say nothing of any assumption.
    MissingExtra
        Without what fits.
    """
    check_installed()
    start = starting_area(figures, base)
    goal = aim(area_targets(figures, start.scenario), start.scenario)
    steps = _Steps(progress)
    fitting = Fitting(
        goal,
        effort or quick_effort(start.scenario),
        seed,
        workers or _workers(),
        ran=steps.ran,
        beat=steps.beat,
    )
    steps.begin(fitting)
    found = fitted_area(fitting.run(), figures, _base(base).name)
    steps.end()
    return found


class _Steps:
    """How far a fit is: replications, and beats of its chains, of which many are worth one."""

    def __init__(self, progress: Progress):
        self._progress = progress
        self._replications = self._beats = self._most = 0

    def begin(self, fitting: Fitting) -> None:
        self._most = fitting.most_replications + fitting.most_beats // BEATS
        self._tell()

    def ran(self, more: int) -> None:
        self._replications += more
        self._tell()

    def beat(self) -> None:
        self._beats += 1
        if self._beats % BEATS == 0:
            self._tell()

    def end(self) -> None:
        self._progress(self._most, self._most)

    def _tell(self) -> None:
        done = self._replications + self._beats // BEATS
        self._progress(min(done, self._most), self._most)


def _workers() -> int:
    return 1 if multiprocessing.current_process().daemon else workers_by_default()
