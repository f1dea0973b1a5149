"""The people of day 0 make no transient that matters: the first year against the same world warmed up.

The baseline drifts by design: need falls a little each year, and the pot and the rest of England move. What is
comparable is a world without these: the pot is the same every year and shared by need, and as many people come
to need treatment as leave it for good. Whatever still moves in that world comes from where people stand on
day 0, or from states that have no balance.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ..journal import PLANNED, Happened
from ..scenario import load
from ..wording import measure_name, sentence_case
from .checks import Check, Section, within
from .facts import mean_age, pdu_share
from .figures import percent, percent_ends, plain
from .intervals import estimate
from .worlds import changed, finished, journal, with_frozen_formula

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ..replicate import Sample
    from ..scenario import Scenario
    from .effort import Effort
    from .intervals import Estimate

    Floats = NDArray[np.float64]

SCENARIO = "baseline_2008"
YEARS = 25
SETTLED = slice(20, 25)
"""Years after the warm-up, counted from 0."""
FULL = 40
PASSES, NEAR = 0.02, 0.05
MEASURED = (
    "in_contact",
    "in_effective_treatment",
    "in_treatment",
    "new_presentations",
    "planned_exits",
    "unplanned_exits",
    "successful_completions",
    "kept_12_weeks_share",
    "untreated",
    "deaths",
    "treatment_money_used_share",
)
BY_GROUP = ("in_treatment", "new_presentations")
LEAVE_NEED = (
    Happened.STOPPED,
    Happened.DIED_UNTREATED,
    Happened.DIED_WAITING,
    Happened.DIED_IN_TREATMENT,
    Happened.MOVED_AWAY,
    *PLANNED,
)
"""Moves out of need; a relapse is the one way back."""
SOON = slice(3, 8)
"""Years by which whatever day 0 set off would be over, but for what takes decades."""
SOURCE = "The same world, in later years of its own"
HOW = (
    "The baseline is made to stand still: the pot is the same each year and shared by need, and as many people"
    " begin to need treatment as leave need for good. Then it is run for 25 years from its day 0. If the"
    " people of day 0 stood where the model itself would put them, the first year would look like later ones:"
    " soon, where a transient of months is over; and after 20 years, where also slow states have moved, such"
    " as recovery, which gathers people for decades and sends some of them back. A mean difference of at most"
    f" {percent(PASSES)} passes, at most {percent(NEAR)} is near, more is a miss. Intervals are 95%, from the"
    " same runs at both ends."
)


@dataclass(frozen=True, slots=True)
class Level:
    """A figure by replication and year."""

    name: str
    by_year: Floats

    def check(self, later: slice) -> Check:
        """How far the first year lies from some later ones."""
        first, after = self.by_year[:, 0], self.by_year[:, later].mean(axis=1)
        gap = estimate((first - after) / after.mean())
        verdict = within(float(gap.mean), PASSES, NEAR)
        return Check(
            f"The first year against years {later.start + 1} to {later.stop}",
            f"{self.name}: as in later years",
            self._show(float(after.mean())),
            f"{self._show(float(first.mean()))}: {percent_ends(gap)}",
            verdict,
            SOURCE,
            "" if verdict == "pass" else self._note(gap),
        )

    def _note(self, gap: Estimate) -> str:
        chance = gap.low <= PASSES and gap.high >= -PASSES
        told = ", ".join(self._show(float(mean)) for mean in self.by_year.mean(axis=0)[1:6])
        unsure = " Chance alone could make this of a pass." if chance else ""
        return f"Years 2 to 6: {told}.{unsure}"

    @staticmethod
    def _show(number: float) -> str:
        return plain(number, "%" if number <= 1 else "", 3)


def section(effort: Effort) -> Section:
    """Day 0 against a long warm-up."""
    return Section("warm-up", "Day 0 against a long warm-up", HOW, tuple(warm_up_checks(effort)))


def warm_up_checks(effort: Effort, name: str = SCENARIO) -> list[Check]:
    """The first year against years 4 to 8, and against the last five of 25."""
    scenario = standing_still(effort, load(name))
    (sample,) = effort.samples([changed(scenario, years=YEARS)], FULL)
    told = (*levels(sample), *by_group(sample), age(effort, scenario))
    return [level.check(later) for later in (SOON, SETTLED) for level in told]


def levels(sample: Sample) -> list[Level]:
    """Measures of all groups together."""
    told = [Level(sentence_case(measure_name(name)), sample.of(name)) for name in MEASURED]
    return [*told, Level("Share of problem drug users among those in contact", pdu_share(sample))]


def by_group(sample: Sample) -> list[Level]:
    """Measures of each group."""
    return [
        Level(
            f"{sentence_case(measure_name(name))}, {group.label.lower()}",
            sample.of(name, group=key),
        )
        for name in BY_GROUP
        for key, group in sample.scenario.world.groups.items()
    ]


def age(effort: Effort, scenario: Scenario) -> Level:
    """How long those in treatment have been there."""
    (told,) = effort.arrays(ages, [(changed(scenario, years=YEARS),)], FULL)
    return Level("Mean years since the start, of those in treatment on 31 March", told)


def ages(scenario: Scenario, seed: int, replication: int) -> list[float]:
    """Of one replication: years since the start, of those in treatment at the end of each year."""
    run = finished(scenario, seed, replication)
    return [mean_age(run, year) for year in range(1, scenario.years + 1)]


# A world that stands still


def standing_still(effort: Effort, scenario: Scenario) -> Scenario:
    """The same money every year, and as many who begin to need treatment as leave need for good."""
    frozen = with_frozen_formula(scenario)
    (left,) = effort.arrays(left_for_good, [(frozen,)], FULL)
    onsets = {
        f"world__groups__{name}__need__{flow}": amount
        for name, leave in zip(frozen.world.groups, left.mean(axis=0), strict=True)
        for flow, amount in (("onset_per_year", float(leave)), ("moves_in_per_year", 0.0))
    }
    return changed(frozen, **onsets)


def left_for_good(scenario: Scenario, seed: int, replication: int) -> Floats:
    """Of one replication, by group: people who leave need in a year, less those who relapse."""
    run = finished(scenario, seed, replication)
    records, counter = journal(run), run.partnerships[0].counter
    kinds = counter.by_kind(records)
    left = kinds[list(LEAVE_NEED)].sum(axis=0) - kinds[Happened.RELAPSE]
    return np.asarray(left.mean(axis=0))
