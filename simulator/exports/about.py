"""What a reader must know of a comparison that has left the program: what it is, of what, and how sure."""

from __future__ import annotations

import platform
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ..outputs import identity, model_version, versions
from ..report.page import BANDS_ARE_CHANCE, FOOT, FOOT_OWN_AREA, illustrative, limits, what_is_sure
from ..wording import prices_of
from .again import compare_command

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ..replicate import Comparison, Sample

WHAT_IT_IS = (
    "Results of a simulation of how drug treatment money is shared out in England, and of what that does"
    " to people: scenarios lived through by the same people with the same luck."
)
NOT_A_FORECAST = "It is no forecast for any real place, and no judgement on any person's care."
WITH_ASSUMPTIONS = (
    "{bands}, and intervals say how well the mean of the runs is known. Both hold chance and the assumptions that"
    " figures allow."
)
APOSTROPHE = (
    "A text that a spreadsheet might take for a formula, since it begins with =, +, - or @, has an apostrophe"
    " in front of it."
)


@dataclass(frozen=True, slots=True)
class About:
    """What people say of a comparison.

    Parameters
    ----------
    title
        What it is called.
    question
        The question that it answers, in plain sentences.
    reasons
        Why a scenario was made, by its name, where somebody said so.
    names
        Short names of scenarios, for charts and tables; by default their titles.
    own_area
        Whether it is of an area's own figures, fitted to an average's structure, and not of an average alone.
    """

    title: str
    question: str = ""
    reasons: Mapping[str, str] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    own_area: bool = False

    @property
    def illustrative(self) -> str:
        """What a reader must know of the place that is shown."""
        return illustrative(own_area=self.own_area)

    @property
    def foot(self) -> str:
        """The same, at the foot of a printed page."""
        return FOOT_OWN_AREA if self.own_area else FOOT


def prices(comparison: Comparison) -> str:
    """In which prices the pounds of a comparison are."""
    return prices_of(sample.scenario.funding.price_year for sample in comparison.samples)


def about_rows(comparison: Comparison, about: About) -> Iterator[tuple[str, str]]:
    """What a comparison is, line by line: what each line is about, and what it says."""
    first = comparison.baseline
    yield "Title", about.title
    if about.question:
        yield "Question", about.question
    yield "What this is", WHAT_IT_IS
    yield "Illustrative", about.illustrative
    yield "What this is not", NOT_A_FORECAST
    for limit in limits(own_area=about.own_area):
        yield "What it cannot tell", limit
    yield "Prices", f"Every pound is in {prices(comparison)}. Nothing is corrected for inflation."
    yield "Years", f"{first.years[0]} to {first.years[-1]}, each from 1 April to 31 March"
    yield "Year of transition", f"{first.years[0]}: the same people stand there under every plan"
    sure = WITH_ASSUMPTIONS if first.draws else BANDS_ARE_CHANCE
    yield "How sure this is", what_is_sure(sure, first.replications)
    yield "Compared with", _shown(first)
    for sample in comparison.samples:
        yield from _scenario(sample, about)
    yield from _how_made(comparison)
    yield "Apostrophes", APOSTROPHE


def _shown(sample: Sample) -> str:
    return f"{sample.scenario.name}: {sample.scenario.title}"


def _scenario(sample: Sample, about: About) -> Iterator[tuple[str, str]]:
    scenario = sample.scenario
    yield "Scenario", f"{_shown(sample)}. {scenario.question} {scenario.description}".strip()
    if reason := about.reasons.get(scenario.name):
        yield f"Why {scenario.name} was made", reason


def _how_made(comparison: Comparison) -> Iterator[tuple[str, str]]:
    first = comparison.baseline
    scenarios = [sample.scenario for sample in comparison.samples]
    packages = ", ".join(f"{name} {version}" for name, version in versions().items())
    yield "Replications", str(first.replications)
    yield "Seed", str(first.seed)
    yield "Bands hold", first.holds
    yield "Made by", f"Treatment Funding Simulator {model_version()}"
    yield "Versions", f"Python {platform.python_version()}, {packages}"
    yield "Identity (SHA-256)", identity(scenarios, first.seed, first.replications, first.draws)
    yield "Command that makes it again", compare_command(comparison)
