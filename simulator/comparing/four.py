"""A plan under the assumptions as they are and under changed ones: four scenarios, and whether the plan works differently."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ..errors import BadInput, Fault
from ..incentives.estimate import if_few
from ..scenario import as_dict, with_formula
from ..scenario.changes import UnknownNameError, resolved
from ..scenario.draws import checked_values
from ..scenario.tree import at, dotted, instead, shown
from ..wording import NO_INTERVAL, sentence_case, verdict
from .drawn import is_circumstance
from .headlines import HEADLINES, Headline, headline, outcomes_of
from .pairs import Pair, pairs_of
from .words import difference_in_words, ends_in_words, quoted

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from ..incentives import Estimate
    from ..replicate import Sample
    from ..scenario import Scenario
    from ..study import Outcome

    Changes = Sequence[tuple[str, object]]

DECISIONS = ("plan", "formula", "partnerships", "behaviour")
"""Parts of a scenario that are decided."""
NEW_FORMULA = "formula"
"""A change of the whole formula, to one of the library by its name."""
NAMES = ("as_it_is", "with_the_plan", "other_assumptions", "plan_and_other_assumptions")
TITLES = (
    "As it is",
    "With the plan",
    "Changed assumptions, no plan",
    "Changed assumptions, with the plan",
)


class Split(NamedTuple):
    """Changes told apart.

    Parameters
    ----------
    plan
        What is decided: levers, formula, partnerships.
    assumptions
        What the world, its past, the money of others, and the rest of England are like.
    """

    plan: tuple[tuple[str, object], ...]
    assumptions: tuple[tuple[str, object], ...]


def split(changes: Changes) -> Split:
    """Tell decisions from assumptions by their paths.

    Raises
    ------
    BadInput
        With every change that is neither, such as to the years.
    """
    circumstances = tuple(each for each in changes if is_circumstance(_path(each)))
    decisions = tuple(
        each for each in changes if each not in circumstances and _path(each)[0] in DECISIONS
    )
    rule = "be of the plan, the formula, partnerships, or an assumption"
    faults = [
        Fault("changes", each[0], rule, shown(each[1]), "leave it out, or change it in both")
        for each in changes
        if each not in circumstances and each not in decisions
    ]
    if faults:
        raise BadInput(faults)
    return Split(decisions, circumstances)


def _path(change: tuple[str, object]) -> tuple[str, ...]:
    return tuple(change[0].split("."))


def four_scenarios(base: Scenario, changes: Changes, plan: str = "") -> tuple[Scenario, ...]:
    """The scenario as it is, with the plan, with changed assumptions, and with both.

    Parameters
    ----------
    changes
        Dotted paths and values; those of a plan and those of assumptions, at least one of each.
    plan
        What the plan is called in titles.

    Raises
    ------
    BadInput
        If there is nothing of one kind, a path is not there, or a value is not allowed.
    """
    told = split(changes)
    faults = [
        Fault("changes", name, "hold a change", "none", advice)
        for name, own, advice in (
            ("the plan", told.plan, "move a lever first"),
            ("the assumptions", told.assumptions, "change an assumption first"),
        )
        if not own
    ]
    if faults:
        raise BadInput(faults)
    each = ((), told.plan, told.assumptions, (*told.plan, *told.assumptions))
    titles = [title.replace("the plan", quoted(plan)) if plan else title for title in TITLES]
    return tuple(
        changed(base, own).model_copy(update={"name": name, "title": title})
        for own, name, title in zip(each, NAMES, titles, strict=True)
    )


def changed(base: Scenario, changes: Changes) -> Scenario:
    """A scenario with values at dotted paths replaced; a value of `formula` is the name of one of the library.

    Raises
    ------
    BadInput
        If a path is not there, or values are not allowed.
    """
    values: dict[str, Any] = dict(changes)
    try:
        if NEW_FORMULA in values:
            base = with_formula(base, str(values.pop(NEW_FORMULA)))
        return checked_values(base, _by_group(base, values)) if values else base
    except UnknownNameError as unknown:
        name, advice = dotted((*unknown.path, unknown.step)), instead(unknown.step, unknown.known)
        raise BadInput(
            [Fault("changes", name, "be in the scenario", shown(unknown.step), advice)]
        ) from unknown
    except BadInput as wrong:
        raise BadInput([replace(fault, where="changes") for fault in wrong.faults]) from wrong


def _by_group(base: Scenario, values: dict[str, Any]) -> dict[str, Any]:
    """The same where a lever that is one for all groups is changed for one of them: it becomes one for each."""
    whole = as_dict(base)
    told: dict[str, Any] = {}
    for name, value in values.items():
        path = resolved(name, whole)
        around = at(whole, path[:-1])
        if not path or isinstance(around, dict | list):
            told[name] = value
            continue
        lever = dotted(path[:-1])
        each = told.get(lever, dict.fromkeys(base.world.groups, around))
        told[lever] = each | {path[-1]: value}
    return told


@dataclass(frozen=True)
class Effect:
    """What the plan does to one number under each set of assumptions.

    Parameters
    ----------
    as_it_is, changed
        The plan less no plan, under the assumptions as they are and as they are changed.
    more
        How much more the plan does under changed assumptions than as it is.
    """

    outcome: Outcome
    as_it_is: Estimate
    changed: Estimate
    more: Estimate

    @property
    def verdict(self) -> str:
        """Why it cannot be told whether the plan works differently; empty where it can."""
        return verdict(self.more.low, self.more.high)

    @property
    def sentence(self) -> str:
        """What the plan does under both, and whether that differs."""
        both = (
            f"{sentence_case(self.outcome.label)}: with the plan {self._told(self.as_it_is)} as it is, and"
            f" {self._told(self.changed)} under changed assumptions."
        )
        if self.verdict == NO_INTERVAL:
            return f"{both} Whether the plan works differently cannot be told from one run."
        if self.verdict:
            return f"{both} Whether the plan works differently is {self._told(self.more)}."
        apart = self.outcome.show_difference(abs(self.more.mean)).removeprefix("+")
        ends = ends_in_words(self.outcome, self.more.low, self.more.high)
        return f"{both} So {self.in_short}. The two effects differ by {apart} ({ends})."

    def _told(self, estimate: Estimate) -> str:
        return difference_in_words(self.outcome, estimate)

    @property
    def in_short(self) -> str:
        """Whether the plan does more, less, or the opposite under changed assumptions."""
        first, other = self.as_it_is, self.changed
        if self.verdict:
            return f"whether the plan works differently is {self.verdict}"
        if verdict(first.low, first.high) or verdict(other.low, other.high):
            return "the plan works differently under changed assumptions"
        if first.mean * other.mean < 0:
            return "the plan does the opposite under changed assumptions"
        does = "more" if abs(other.mean) > abs(first.mean) else "less"
        return f"the plan does {does} under changed assumptions"


@dataclass(frozen=True)
class Four:
    """Four scenarios, run with the same people and the same luck.

    Parameters
    ----------
    samples
        As it is, with the plan, with changed assumptions, with both.
    partnership
        By default all together.
    """

    samples: tuple[Sample, Sample, Sample, Sample]
    partnership: str | None = None

    @cached_property
    def _effects(self) -> tuple[Pair, Pair]:
        base, plan, other, both = self.samples
        first, second = (
            pairs_of(each, partnership=self.partnership).pairs[0]
            for each in ((base, plan), (other, both))
        )
        return first, second

    @property
    def replications(self) -> int:
        """Paired replications that all four have."""
        return min(each.replications for each in self.samples)

    def effect(self, headline: Headline) -> Effect:
        """What the plan does to one number under each set of assumptions, and how that differs."""
        (outcome,) = outcomes_of([headline], self.samples[0].scenario, self.partnership)
        return self._effect(outcome)

    def _effect(self, outcome: Outcome) -> Effect:
        first, other = self._effects
        more = Pair("", "", first.years, self._more)
        return Effect(outcome, first.of(outcome), other.of(outcome), more.of(outcome))

    @cached_property
    def _more(self) -> np.ndarray[Any, np.dtype[np.float64]]:
        first, other = (each.differences[: self.replications] for each in self._effects)
        return np.subtract(other, first)

    def effects(self, headlines: Sequence[Headline] = HEADLINES) -> tuple[Effect, ...]:
        """The same of several numbers."""
        return tuple(map(self.effect, headlines))

    def by_year(self, measure: str) -> tuple[Effect, ...]:
        """What the plan does to one measure in each year."""
        better = headline(measure).better
        years = self.samples[0].years
        return tuple(self.effect(Headline(measure, year, better)) for year in years)

    def table(self, headlines: Sequence[Headline] = HEADLINES) -> pd.DataFrame:
        """One row for each number: the effect of the plan under each set of assumptions, and how that differs."""
        return table_of_effects(self.effects(headlines))

    def sentences(self, headlines: Sequence[Headline] = HEADLINES) -> tuple[str, ...]:
        """One for each number, and a warning where there are few replications."""
        told = tuple(each.sentence for each in self.effects(headlines))
        return (*told, *if_few(self.replications))


def table_of_effects(effects: Sequence[Effect]) -> pd.DataFrame:
    """One row for each number, in words; every difference with its 95% interval."""
    import pandas as pd

    columns = [
        "What",
        "The plan, as it is",
        "The plan, changed assumptions",
        "The plan does more by",
        "Does it work differently?",
    ]
    rows = [
        (
            sentence_case(each.outcome.label),
            difference_in_words(each.outcome, each.as_it_is),
            difference_in_words(each.outcome, each.changed),
            difference_in_words(each.outcome, each.more),
            sentence_case(each.verdict or "yes"),
        )
        for each in effects
    ]
    return pd.DataFrame(rows, columns=columns)


def four_of(samples: Sequence[Sample], partnership: str | None = None) -> Four:
    """Four samples as they belong together; of one partnership, or by default of all together.

    Raises
    ------
    BadInput
        If there are not four.
    """
    if len(samples) != len(NAMES):
        rule, advice = "be four, in the order of four_scenarios", "run all four"
        raise BadInput([Fault("four", "samples", rule, str(len(samples)), advice)])
    base, plan, other, both = samples
    return Four((base, plan, other, both), partnership)
