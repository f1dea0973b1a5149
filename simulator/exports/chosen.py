"""What of a visit to the app is taken away: which scenarios are told of together, their files, and why they were made."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

from ..errors import BadInput, Fault
from ..proposal import OWN, Proposal
from ..replicate import Comparison, check_alike
from ..visit import comparable
from .about import About
from .again import as_given, command

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ..explanation import Explanation
    from ..scenario import Scenario
    from ..visit import Visit

MOST = 4
"""Scenarios that are told of together; more are hard to read side by side."""
NAMES = 2
"""Titles that stand in the title of a report; where there are more, their number does."""
MakeScenario: TypeAlias = "Callable[[Proposal, Scenario | None], Scenario]"


@dataclass(frozen=True)
class Chosen:
    """Scenarios that are told of together.

    Parameters
    ----------
    scenarios
        What is compared with, and what is proposed; one alone where nothing differs.
    files
        The scenario files of those that are in no library, by name.
    reasons
        Why proposals were made, by the scenario's name, where somebody said so.
    own_area
        Whether they are of an area's own figures.
    """

    scenarios: tuple[Scenario, ...]
    files: Mapping[str, str]
    reasons: Mapping[str, str]
    own_area: bool = False

    @property
    def title(self) -> str:
        """What a report of them is called unless somebody calls it otherwise."""
        baseline = self.scenarios[0]
        return f"{self._proposed} against “{baseline.title}”" if self._proposed else baseline.title

    @property
    def question(self) -> str:
        """What a report of them answers unless somebody asks otherwise."""
        baseline = self.scenarios[0]
        if not self._proposed:
            return baseline.question
        return f"What becomes of money and clients under {self._proposed} instead of “{baseline.title}”?"

    @property
    def _proposed(self) -> str:
        others = self.scenarios[1:]
        if len(others) > NAMES:
            return f"{len(others)} proposals"
        return " and ".join(f"“{each.title}”" for each in others)

    def about(self, title: str = "", question: str = "") -> About:
        """What is said of them.

        Parameters
        ----------
        title, question
            What somebody calls the report, and asks; by default `title` and `question`.
        """
        told = (title.strip() or self.title, question.strip() or self.question)
        return About(*told, self.reasons, own_area=self.own_area)

    def command(self, replications: int, seed: int) -> str:
        """The command that gives the same numbers, in a folder that holds the files."""
        return command(self.scenarios, replications, seed, out="results")


def chosen(
    visit: Visit, saved: Sequence[str] = (), make: MakeScenario = Proposal.scenario
) -> Chosen:
    """What a visitor takes away: what they compare with, their plan, and proposals that were put aside.

    Parameters
    ----------
    saved
        Names of the proposals that were put aside and are wanted too.
    make
        Makes a scenario of a proposal; a page has one that keeps what it has made.

    Raises
    ------
    BadInput
        With every fault of a proposal, where two have one name, and where there are too many.
    """
    others = make(replace(visit.baseline, acting="alone", title=""), None)
    wanted = [each for each in visit.saved if each.name in saved]
    proposals = (visit.baseline, visit.plan, *wanted)
    made = [(each, make(each, others)) for each in proposals]
    if made[0][1] == made[1][1]:  # nothing is changed
        del made[1]
    scenarios = tuple(scenario for _, scenario in made)
    _check(scenarios)
    files = {
        as_given(scenario): proposal.file_text(others)
        for proposal, scenario in made
        if as_given(scenario) != scenario.name
    }
    reasons = {
        scenario.name: proposal.reason.strip()
        for proposal, scenario in made
        if proposal.reason.strip()
    }
    return Chosen(scenarios, files, reasons, visit.plan.base == OWN)


def _check(scenarios: Sequence[Scenario]) -> None:
    names = [each.name for each in scenarios]
    advice = "name your plan otherwise on the page Explore, or leave one out"
    faults = [
        Fault("the report", name, "be the name of one scenario alone", "two of them", advice)
        for name in dict.fromkeys(names)
        if names.count(name) > 1
    ]
    if len(scenarios) > MOST:
        rule, got = f"be at most {MOST}", str(len(scenarios))
        faults.append(Fault("the report", "scenarios", rule, got, "leave some out"))
    if faults:
        raise BadInput(faults)
    if len(scenarios) > 1:
        check_alike(scenarios)


def why_not(
    visit: Visit, saved: Proposal, alike: Callable[[str], Sequence[str]] = comparable
) -> str:
    """Why a proposal that was put aside cannot be told of beside the plan; empty where it can.

    Parameters
    ----------
    alike
        The scenarios of the same people as one; a page has what it has found.
    """
    plan = visit.plan
    if saved == plan:
        return "it is the plan that is before you"
    if saved.name in (plan.name, visit.baseline.name):
        return "another scenario of the report has its name"
    if _people(saved) != _people(plan) and (
        OWN in (saved.base, plan.base) or saved.base not in alike(plan.base)
    ):
        return "it is about other people"
    if saved.assumptions != plan.assumptions:
        return "it assumes another world than your plan does"
    if (saved.acting == "alone") != (plan.acting == "alone"):
        return "it shares its pot with others than your plan does"
    return ""


def _people(proposal: Proposal) -> tuple[str, str]:
    """What says whose lives a proposal is about."""
    return proposal.base, proposal.own_file if proposal.base == OWN else ""


def comparison_of(explained: Sequence[Explanation]) -> Comparison:
    """Runs that are there as a comparison, the first being what the others are compared with."""
    baseline, *others = (each.sample for each in explained)
    return Comparison(baseline, tuple(others))
