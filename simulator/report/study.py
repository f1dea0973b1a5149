"""What a report is about: a comparison, what was found in it, and what else is told."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from ..explanation import Explanation, explain
from ..wording import prices_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..findings import Finding
    from ..incentives import ClientKept
    from ..replicate import Comparison, Sample


@dataclass(frozen=True)
class Study:
    """A comparison and what is told of it.

    Parameters
    ----------
    title
        What the report is called.
    question
        The question that it answers, in plain sentences.
    comparison
        The scenarios, the first being the one that the others are compared with.
    findings
        What was found, the most important first.
    command
        The exact command that makes the report again.
    names
        Short names by scenario, for charts and tables; by default their titles.
    kept
        What a stable client kept another year is worth, if it is told.
    together
        Nobody acts, one acts, all act: if that is told.
    acting
        What is done alone or together, to begin a sentence.
    reference
        The name of the scenario that shows how the world goes if nothing changes; by default the baseline.
    explained
        Why the money moved under each scenario, where that has been worked out already.
    own_area
        Whether it is of an area's own figures, fitted to an average's structure, and not of an average alone.
    """

    title: str
    question: str
    comparison: Comparison
    findings: tuple[Finding, ...]
    command: str
    names: Mapping[str, str] = field(default_factory=dict)
    kept: ClientKept | None = None
    together: Comparison | None = None
    acting: str = "The other plan"
    reference: str | None = None
    explained: tuple[Explanation, ...] = ()
    own_area: bool = False

    @property
    def samples(self) -> tuple[Sample, ...]:
        """The baseline of the comparison, then the others."""
        return self.comparison.samples

    @cached_property
    def explanations(self) -> tuple[Explanation, ...]:
        """Why the money moved under each scenario."""
        return self.explained or tuple(explain(sample) for sample in self.samples)

    @property
    def reference_sample(self) -> Sample:
        """The sample of the reference scenario."""
        named = {sample.scenario.name: sample for sample in self.samples}
        return named.get(self.reference or "", self.comparison.baseline)

    def name(self, sample: Sample) -> str:
        """What a scenario is called in charts and tables."""
        return self.names.get(sample.scenario.name, sample.scenario.title)

    @property
    def prices(self) -> str:
        """In which prices its pounds are."""
        return prices_of(sample.scenario.funding.price_year for sample in self.samples)

    @property
    def years(self) -> tuple[str, ...]:
        """Names of the years."""
        return self.comparison.baseline.years
