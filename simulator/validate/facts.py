"""Stylised facts: directions that the history of English drug treatment shows and the model must too."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import measures
from ..scenario import load
from ..wording import gbp, interval, points, share, signed
from ..years import DAYS_PER_YEAR, first_day
from .checks import Check, Section, Verdict, passed, within
from .figures import percent, percent_ends, plain
from .intervals import Estimate, estimate
from .worlds import changed, finished, journal

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from ..replicate import Sample
    from ..scenario import Scenario
    from .effort import Effort

    Floats = NDArray[np.float64]

FULL = 30
FULL_OF_EIGHT = 12
MORE_PLACES = 1.15
"""Local money of a partnership with a list, over what it is."""
MOST_TOGETHER, NEAR_TOGETHER = 0.02, 0.05
"""A change of the allocation when all act alike, as a share of it, that counts as none."""
WAITS = "Waits fall as places grow"
AGEING = "A stock ages as people are kept"
MIX = "More users of other drugs change the mix"
MONEY = "The perverse incentive"
HOW = (
    "Each claim is a direction, tested on pairs of runs with the same people and the same luck. It passes"
    " where the 95% interval of the mean difference lies on the right side of nothing, is near where the mean"
    " does but the interval does not, and is a miss otherwise. Sizes are not tested here."
)
WAITS_SOURCE = (
    "Hansard 13 March 2002: average waits of 3 to 10 weeks in 1999-2000, maxima of 2 to 4 weeks set for the"
    " years to 2003-04. That more places do this is the claim tested here, not a published finding"
)
AGEING_SOURCE = (
    "A direction that follows from keeping people; no published figure of these years is used, and those of"
    " about 2012 are unverified"
)
MIX_SOURCE = "Making it Local, London Drug Policy Forum, 2009, on users of other drugs who were not engaged; a direction"
MONEY_SOURCE = "Making it Local, London Drug Policy Forum, 2009, Resources: fewer people in treatment meant less money"
LAST = -1


@dataclass(frozen=True, slots=True)
class Direction:
    """A difference that should have a sign.

    Parameters
    ----------
    rises
        Whether the second should be above the first.
    first, second
        The two sides, by replication.
    """

    part: str
    claim: str
    rises: bool
    first: Floats
    second: Floats
    source: str
    show: Callable[[float], str]
    show_difference: Callable[[float], str]
    note: str = ""

    def check(self) -> Check:
        """The verdict."""
        found = estimate(self.second - self.first)
        sides = (
            f"{self.show(float(self.first.mean()))} against {self.show(float(self.second.mean()))}"
        )
        ends = interval(float(found.low), float(found.high), self._signed)
        return Check(
            self.part,
            self.claim,
            "rises" if self.rises else "falls",
            f"{self._signed(float(found.mean))} ({ends}): {sides}",
            sign(found, 1 if self.rises else -1),
            self.source,
            self.note,
        )

    def _signed(self, amount: float) -> str:
        return signed(amount, self.show_difference)


def sign(found: Estimate, wanted: int) -> Verdict:
    """The verdict on a difference that should have a sign."""
    if (found.low if wanted > 0 else -found.high) > 0:
        return "pass"
    return "near" if wanted * found.mean > 0 else "miss"


def section(effort: Effort) -> Section:
    """Stylised facts."""
    return Section("facts", "Stylised facts", HOW, tuple(fact_checks(effort)))


def fact_checks(effort: Effort) -> list[Check]:
    """Waits, age of the stock, mix, and the incentive."""
    samples = effort.samples(list(scenarios().values()), FULL)
    told = dict(zip(scenarios(), samples, strict=True))
    eight = effort.samples([load(name) for name in EIGHT], FULL_OF_EIGHT)
    directions = [*waits(told), *ageing(effort), *mix(told), *alone(told, eight)]
    return [*(each.check() for each in directions), together(eight), need_only(told)]


EIGHT = ("eight_park", "eight_one_moves_on", "eight_all_move_on")
ONE = "Area 1"


def scenarios() -> dict[str, Scenario]:
    """What the facts are looked at in, by a name of its own."""
    by_need = load("need_only_formula")
    return {
        **{name: load(name) for name in ("baseline_2008", "park", "move_on", "engage_other_drugs")},
        "long_waits": load("long_waits"),
        "more places": with_local_money(load("long_waits"), MORE_PLACES),
        "need only, kept": changed(by_need, plan__move_on_delay_days=_delay("park")),
        "need only, moved on": changed(by_need, plan__move_on_delay_days=_delay("move_on")),
    }


def _delay(name: str) -> Any:
    return load(name).plan.move_on_delay_days


def with_local_money(scenario: Scenario, times: float) -> Scenario:
    """A scenario with so many times the local money: more places, whatever the formula pays."""
    amount = scenario.funding.streams["local_mainstream"].amount_gbp
    constant = amount[0] if isinstance(amount, tuple) else amount
    more = round(float(constant) * times)
    return changed(scenario, funding__streams__local_mainstream__amount_gbp=more)


# Waits


def waits(told: Mapping[str, Sample]) -> list[Direction]:
    """What more places do to a list."""
    few, many = told["long_waits"], told["more places"]
    more = f"{percent(MORE_PLACES - 1)} more local money where there is a list"

    def later(sample: Sample, measure: str) -> Floats:
        return sample.of(measure)[:, 1:].mean(axis=1)

    def of(measure: str) -> tuple[Floats, Floats]:
        return later(few, measure), later(many, measure)

    return [
        Direction(
            WAITS,
            f"{more}: the average wait, second to last year",
            False,
            *of("mean_wait_days"),
            WAITS_SOURCE,
            _days,
            _days,
        ),
        Direction(
            WAITS,
            f"{more}: the share that waits three weeks or less",
            True,
            *of("waited_3_weeks_or_less_share"),
            WAITS_SOURCE,
            share,
            points,
        ),
        Direction(
            WAITS,
            f"{more}: people who give up waiting, a year",
            False,
            *of("gave_up_waiting"),
            WAITS_SOURCE,
            _people,
            _people,
        ),
    ]


def _days(number: float) -> str:
    return plain(number, "days", 3)


def _people(number: float) -> str:
    return plain(number, "", 3)


# Age


def years_since_start(name: str, seed: int, replication: int) -> float:
    """Of one replication: how long those in treatment on the last 31 March have been there, in years."""
    run = finished(load(name), seed, replication)
    return mean_age(run, run.scenario.years)


def mean_age(run: Any, years: int) -> float:
    """Mean years since the start, of those in treatment when so many years have passed."""
    told, day = measures.journeys(journal(run)), first_day(years)
    there = (told.start < day) & (told.end >= day)
    return float((day - told.start[there]).mean() / DAYS_PER_YEAR)


def ageing(effort: Effort) -> list[Direction]:
    """What keeping people does to the age of the stock."""
    names = [("move_on",), ("baseline_2008",), ("park",)]
    moved, usual, kept = effort.arrays(years_since_start, names, FULL)

    def years(number: float) -> str:
        return plain(number, "years", 3)

    def aged(claim: str, first: Floats, second: Floats) -> Direction:
        return Direction(AGEING, claim, True, first, second, AGEING_SOURCE, years, years)

    last = "mean time since the start on the last 31 March"
    return [
        aged(f"Ready clients kept as usual, against moved on at once: {last}", moved, usual),
        aged(f"Ready clients kept four years, against as usual: {last}", usual, kept),
    ]


# Mix


def mix(told: Mapping[str, Sample]) -> list[Direction]:
    """What outreach to users of other drugs does to the mix."""
    usual, reached = told["baseline_2008"], told["engage_other_drugs"]
    first, second = (sample.of("new_presentations", group="other") for sample in (usual, reached))
    return [
        Direction(
            MIX,
            "Outreach to users of other drugs: their new presentations, a year",
            True,
            first.mean(axis=1),
            second.mean(axis=1),
            MIX_SOURCE,
            _people,
            _people,
        ),
        Direction(
            MIX,
            "With it, the share of problem drug users among those in contact in the last year",
            False,
            pdu_share(usual)[:, LAST],
            pdu_share(reached)[:, LAST],
            MIX_SOURCE,
            share,
            points,
        ),
    ]


def pdu_share(sample: Sample) -> Floats:
    """The share of problem drug users among those in contact, by replication and year."""
    groups = sample.scenario.world.groups
    pdus = [sample.of("in_contact", group=name) for name, group in groups.items() if group.is_pdu]
    return np.asarray(sum(pdus) / sample.of("in_contact"))


# Money


def alone(told: Mapping[str, Sample], eight: list[Sample]) -> list[Direction]:
    """What a partnership loses that moves people on when others do not."""
    park, one, _ = eight

    def lost(claim: str, first: Floats, second: Floats) -> Direction:
        last = first[:, LAST], second[:, LAST]
        return Direction(MONEY, claim, False, *last, MONEY_SOURCE, gbp, gbp)

    year = "its allocation in the last year"
    return [
        lost(
            f"One partnership moves ready clients on, England goes on as it is: {year}",
            told["park"].of("allocation_gbp"),
            told["move_on"].of("allocation_gbp"),
        ),
        lost(
            f"One of eight that share a pot moves ready clients on: {year}",
            park.of("allocation_gbp", ONE),
            one.of("allocation_gbp", ONE),
        ),
    ]


def together(eight: list[Sample]) -> Check:
    """What a partnership loses when all that share the pot move people on."""
    park, _, everybody = eight
    first, second = (sample.of("allocation_gbp", ONE)[:, LAST] for sample in (park, everybody))
    found = estimate((second - first) / first.mean())
    widest = float(max(abs(found.low), abs(found.high)))
    return Check(
        MONEY,
        "All eight that share a pot move ready clients on: the allocation of one of them does not change",
        "no change",
        percent_ends(found),
        within(widest, MOST_TOGETHER, NEAR_TOGETHER),
        "The shares sum to the pot, so what all do cancels out",
        f"Passes where the whole interval lies within {percent(MOST_TOGETHER)}, near within"
        f" {percent(NEAR_TOGETHER)}.",
    )


def need_only(told: Mapping[str, Sample]) -> Check:
    """What moving on costs where the formula counts nobody."""
    kept, moved = told["need only, kept"], told["need only, moved on"]
    gap = moved.of("allocation_gbp") - kept.of("allocation_gbp")
    return Check(
        MONEY,
        "With a formula by need alone, moving ready clients on does not change the allocation",
        "£0 in every year and replication",
        f"{gbp(float(np.abs(gap).max()))} at most",
        passed(not gap.any()),
        "The formula of need_only_formula counts nobody",
        "Exact, to the pound.",
    )
