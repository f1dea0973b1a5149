"""What comes of fitting an area: its scenario as a file, each figure and each assumption, and what to say of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ..calibrate.findings import assumptions, figures
from ..calibrate.fitted import draws, fitted_whole
from ..scenario import as_dict
from ..scenario.changes import resolved
from ..scenario.tree import at
from .kinds import KINDS, Unit
from .short_file import short_file
from .told import number_told, title_of

if TYPE_CHECKING:
    import pandas as pd

    from ..calibrate.findings import AssumptionFound, FigureFound
    from ..calibrate.result import Effort, Fit, Scale
    from ..scenario import Scenario
    from ..scenario.draws import Draws
    from .figures import LocalFigures

FITTED_NAME = "area_fitted"
RUNS_HELD = (0.05, 0.95)
"""The band that holds nine runs in ten."""
VERDICTS = {"pass": "met", "near": "near", "miss": "missed"}
"""Met within 5% of the figure (10% of one kept to test), near within twice its doubt, else missed."""


@dataclass(frozen=True, slots=True)
class StartingArea:
    """An area before it is fitted: the scenario that it begins from, as large as the area's figures say.

    Parameters
    ----------
    figures
        What the area gave.
    scenario
        Its scenario, which runs as it stands.
    file_text
        The scenario as a file that loads back as the same, where it is called as the scenario is.
    """

    figures: LocalFigures
    scenario: Scenario
    file_text: str

    @property
    def sentences(self) -> tuple[str, ...]:
        """How large the area is, and what was left out of its figures."""
        return (self.scenario.description, *self.figures.notes)


@dataclass(frozen=True, slots=True)
class FittedFigure:
    """One figure of the area, and what the model gives before and after the fit.

    Parameters
    ----------
    found
        What the fit says of it: the figure, means before and after, verdict, and whether it can be met.
    group
        The group as people read it; empty for all.
    low, high
        Nine runs in ten of the fitted area lie between; what chance does, and no more.
    """

    found: FigureFound
    group: str
    low: float
    high: float

    @property
    def measure(self) -> str:
        """Which figure it is."""
        return self.found.target.measure

    @property
    def of(self) -> str:
        """Of whom, in which year."""
        year = self.found.target.year
        return f"{self.group}, {year}" if self.group else year

    @property
    def name(self) -> str:
        """In plain English: what, of whom, in which year."""
        return f"{title_of(self.measure)}, {self.of}"

    @property
    def panel(self) -> str:
        """What it counts, of whom, and in which unit: figures of one panel differ by year alone."""
        unit = {Unit.POUNDS: "£", Unit.SHARE: "%", Unit.DAYS: "days"}.get(
            KINDS[self.measure].unit, "number"
        )
        group = f", {self.group}" if self.group else ""
        return f"{title_of(self.measure)}{group} ({unit})"

    @property
    def target(self) -> str:
        """What the area recorded."""
        told = self.found.target
        if told.value is None:
            return f"below {number_told(self.measure, told.below or 0.0)}"
        return number_told(self.measure, told.value)

    @property
    def verdict(self) -> str:
        """Whether the figure is met, in plain words."""
        return VERDICTS[self.found.verdict]

    @property
    def out_of_reach(self) -> bool:
        """Whether it was fitted to, is missed, and no set of assumptions that was run comes near it."""
        found = self.found
        return found.target.use == "fit" and found.verdict == "miss" and not found.can_be_met

    def told(self, number: float) -> str:
        """A number in the figure's unit."""
        return "–" if np.isnan(number) else number_told(self.measure, number)


@dataclass(frozen=True, slots=True)
class MovedAssumption:
    """One assumption that the fit moved.

    Parameters
    ----------
    found
        What the fit says of it: the value taken, what the figures allow, and how well they determine it.
    before
        Its value in the scenario from which the fit began.
    """

    found: AssumptionFound
    before: float

    @property
    def unit(self) -> str:
        """The unit that its name in the scenario carries; empty where it is a number of people."""
        path = self.found.fitted.paths[0]
        if "_days" in path:
            return "days"
        return "a year" if path.endswith("_per_year") else ""

    def told(self, number: float) -> str:
        """A value of it as people read it."""
        text = f"{number:,.0f}" if abs(number) >= 100 else f"{number:.3g}"
        return f"{text} {self.unit}".rstrip()

    @property
    def is_moved(self) -> bool:
        """Whether the value before lies outside what the figures allow."""
        return not self.found.low <= self.before <= self.found.high


@dataclass(frozen=True, slots=True)
class FittedArea:
    """An area as fitted: small, and the same wherever it is sent.

    Parameters
    ----------
    partnership
        The area.
    scenario, file_text
        The fitted scenario, and the same as a file; it loads back as the same scenario where the file is called
        ``area_fitted.yaml``.
    figures
        Each figure of the area, those fitted to and those kept to test the fit.
    assumptions
        Each assumption that moved.
    draws
        Sets of assumptions that the figures allow, for runs whose bands hold more than chance.
    effort, seed
        How much was run, and where chance began.
    sets_run
        How many sets of assumptions were run.
    settled
        Whether the fit stopped because it knew enough, and not for want of runs.
    notes
        What was left out of the area's figures.
    """

    partnership: str
    scenario: Scenario
    file_text: str
    figures: tuple[FittedFigure, ...]
    assumptions: tuple[MovedAssumption, ...]
    draws: Draws
    effort: Effort
    seed: int
    sets_run: int
    settled: bool
    notes: tuple[str, ...]

    @property
    def scale(self) -> Scale:
        """The ranges of the assumptions, as charts draw them."""
        from ..calibrate.result import Scale

        ends = ("lowest", "highest")
        low, high = (
            np.array([getattr(each.found, end) for each in self.assumptions]) for end in ends
        )
        return Scale(low, high)

    @property
    def sentences(self) -> tuple[str, ...]:
        """What a reader must not miss."""
        from .fitted_words import sentences

        return tuple(sentences(self))

    @property
    def out_of_reach(self) -> tuple[FittedFigure, ...]:
        """Figures that were fitted to and that no set of assumptions that was run comes near."""
        return tuple(each for each in self.figures if each.out_of_reach)

    def figures_table(self) -> pd.DataFrame:
        """Each figure for reading: recorded, before, after with nine runs in ten, verdict."""
        from .fitted_words import figures_table

        return figures_table(self)

    def assumptions_table(self) -> pd.DataFrame:
        """Each assumption for reading: before, after, what the figures allow, how well it is known."""
        from .fitted_words import assumptions_table

        return assumptions_table(self)

    def assumption_rows(self) -> pd.DataFrame:
        """The fit by assumption in plain numbers, for a download."""
        from .fitted_words import assumption_rows

        return assumption_rows(self)

    def as_rows(self) -> pd.DataFrame:
        """The fit by figure in plain numbers, for a download."""
        from .fitted_words import as_rows

        return as_rows(self)


def fitted_area(fit: Fit, figures_given: LocalFigures, extends: str) -> FittedArea:
    """What came of a fit of an area that began from a scenario of the library, or of no library."""
    scenario = fitted_whole(fit, FITTED_NAME, f"{figures_given.partnership}, fitted to its figures")
    return FittedArea(
        partnership=figures_given.partnership,
        scenario=scenario,
        file_text=short_file(scenario, extends),
        figures=tuple(_figures(fit)),
        assumptions=tuple(_assumptions(fit)),
        draws=draws(fit, f"{FITTED_NAME}_draws"),
        effort=fit.effort,
        seed=fit.seed,
        sets_run=len(fit.simulated),
        settled=fit.settled,
        notes=figures_given.notes,
    )


def _figures(fit: Fit) -> list[FittedFigure]:
    labels = {key: group.label for key, group in fit.aim.scenario.world.groups.items()}
    found = []
    for place, each in enumerate(figures(fit)):
        runs = fit.after[:, place]
        there = runs[np.isfinite(runs)]
        low, high = np.quantile(there, RUNS_HELD) if len(there) else (np.nan, np.nan)
        group = labels.get(each.target.group, "").lower()
        found.append(FittedFigure(each, group, float(low), float(high)))
    return found


def _assumptions(fit: Fit) -> list[MovedAssumption]:
    whole = as_dict(fit.aim.scenario)
    return [
        MovedAssumption(each, float(at(whole, resolved(each.fitted.paths[0], whole))))
        for each in assumptions(fit)
    ]
