"""Day 0: who stands where, and since when.

The people come from the scenario's history alone, so the same people stand there under every plan. Persons
are numbered group by group: the stock first, then those who come to need treatment during the run.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtr, ndtri

from .chance import RECOVER, SEEK, SERVE, TREAT, WAIT, Spells
from .distributions import NEVER
from .journal import State
from .journey import clocks
from .money import for_group
from .years import DAYS_PER_YEAR, REVIEW_EVERY_DAYS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .chance import Chance, Row
    from .journey import Clocks
    from .scenario.schema import Group, GroupHistory, People, Prison, Scenario

NO_LEVERS_YET = -1.0
PAST_DAYS = DAYS_PER_YEAR
"""How far back the journeys of people in the stock are remembered: no window of the formula reads further."""


@dataclass(frozen=True, slots=True)
class Standing:
    """The people of one group, in order.

    Parameters
    ----------
    state
        Where each stands on day 0; `State.NOT_YET` for those to come.
    since
        The day on which they entered that state, negative for the stock; the day of onset for those to come.
    treated_before
        Whether they have been in treatment.
    ready
        For those in treatment, the day on which a planned exit would hold; infinite for all others.
    kept_12_weeks
        For those who have left, whether their last journey lasted 12 weeks.
    """

    state: NDArray[np.int64]
    since: Row
    treated_before: NDArray[np.bool_]
    ready: Row
    kept_12_weeks: NDArray[np.bool_]


def _since(people: People, uniform: Row) -> Row:
    """Days before day 0, spread evenly within the scenario's bands."""
    ends = [0.0, *(band.up_to_days for band in people.since)]
    cumulative = np.concatenate([[0.0], np.cumsum([band.share for band in people.since])])
    return -np.interp(uniform * cumulative[-1], cumulative, ends)


def _ready_days(served: Row, normal: Row, c: Clocks, held_days: float) -> Row:
    """Days from start to readiness, given that the client had not yet been moved on.

    Who is still here at the last review before day 0 was not then ready for as long as ``held_days``: the
    lognormal is cut off there, at the same place of the person's own luck.
    """
    if c.ready_median == NEVER:
        return np.full(len(served), NEVER)
    last_review = REVIEW_EVERY_DAYS * np.floor(served / REVIEW_EVERY_DAYS)
    earliest = np.maximum(last_review - held_days, 0.0)
    if c.ready_sigma == 0 or c.ready_median == 0:
        return np.maximum(earliest, c.ready_median)
    with np.errstate(divide="ignore"):
        cut = np.log(earliest / c.ready_median) / c.ready_sigma
    beyond = ndtr(-cut) * ndtr(-normal)
    return np.asarray(c.ready_median * np.exp(-c.ready_sigma * ndtri(beyond)))


def stand(
    chance: Chance,
    name: str,
    group: Group,
    c: Clocks,
    past: GroupHistory,
    held_days: float,
    prison: Prison,
    until_day: float,
) -> Standing:
    """Place a group's people on day 0 and line up those to come until a day.

    Parameters
    ----------
    held_days
        For how long ready clients were kept before day 0 (``history.move_on_delay_days``).
    """
    blocks = (
        (State.IN_TREATMENT, past.in_treatment.people, True),
        (State.WAITING, past.waiting.people, False),
        (State.UNTREATED, past.never_treated, False),
        (State.UNTREATED, past.treated_before.people, True),
        (State.IN_RECOVERY, past.in_recovery.people, True),
        (State.PRISON, past.in_prison, True),
    )
    per_year = group.need.onset_per_year + group.need.moves_in_per_year
    onsets = chance.arrivals(name, per_year / DAYS_PER_YEAR, until_day)
    sizes = [size for _, size, _ in blocks] + [len(onsets)]
    state = np.repeat([int(block[0]) for block in blocks] + [int(State.NOT_YET)], sizes)
    treated = np.repeat([block[2] for block in blocks] + [False], sizes)
    stock = sum(sizes[:-1])
    luck = chance.row(name, "since", 0, stock, "uniform")
    parts = np.split(luck, np.cumsum(sizes[:-1]))
    since = np.concatenate(
        [
            _since(past.in_treatment, parts[0]),
            _since(past.waiting, parts[1]),
            np.zeros(past.never_treated),
            _since(past.treated_before, parts[3]),
            _since(past.in_recovery, parts[4]),
            prison.mean_stay_days * np.log1p(-parts[5]),
            onsets,
        ]
    )
    served = -since[: past.in_treatment.people]
    normal = chance.row(name, "ready", 0, past.in_treatment.people)
    ready = np.full(len(state), NEVER)
    ready[: len(served)] = _ready_days(served, normal, c, held_days) - served
    kept = np.zeros(len(state), dtype=bool)
    kept[:stock] = (
        chance.row(name, "kept 12 weeks", 0, stock, "uniform") < past.leavers_kept_12_weeks_share
    )
    return Standing(state, since, treated, ready, kept)


class GroupPeople:
    """The people of one group: their numbers, their clocks, their luck, and the levers as they stand.

    Attributes
    ----------
    first
        The number of the first person; the others follow.
    arrivals
        How many are still to come on day 0; they are the last.
    luck
        The rows of each state (`Spells`), those of `untreated` first.
    held_days, early_per_day, outreach_ratio
        What the plan makes of this half-year.
    """

    def __init__(
        self, chance: Chance, name: str, first: int, c: Clocks, standing: Standing, priority: int
    ):
        self.name, self.first, self.clocks, self.standing = name, first, c, standing
        self.people = len(standing.state)
        self.arrivals = int(np.count_nonzero(standing.state == State.NOT_YET))
        self.priority = priority
        self.luck = [
            Spells(chance, name, purposes, self.people)
            for purposes in (SEEK, WAIT, TREAT, RECOVER, SERVE)
        ]
        self.untreated, self.waiting, self.treated, self.recovering, self.serving = self.luck
        self.held_days = NO_LEVERS_YET
        self.early_per_day = 0.0
        self.outreach_ratio = 1.0


def people_of(
    scenario: Scenario, partnership: str, chance: Chance, until_day: float
) -> list[GroupPeople]:
    """Everybody in a partnership by group: the stock on day 0, and those to come."""
    world, history = scenario.world, scenario.history
    priority = scenario.partnerships[partnership].plan.priority
    groups: list[GroupPeople] = []
    for name, group in world.groups.items():
        c = clocks(group, world)
        held_days = for_group(history.move_on_delay_days, name)
        standing = stand(
            chance, name, group, c, history.groups[name], held_days, world.prison, until_day
        )
        first = groups[-1].first + groups[-1].people if groups else 0
        groups.append(GroupPeople(chance, name, first, c, standing, for_group(priority, name)))
    return groups
