"""Where did people go? The whole answer for two plans: flows, who gains and who loses, and clients to follow.

Replications are lived one after the other and read as they end; what is kept of them is counts and a few lives, so
that an answer is small however many there are.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from ..errors import BadInput, Fault
from ..model import Run
from ..replicate import ALL, check_alike
from ..wording import count, interval, verdict
from .choosing import KINDS, Both, chosen, sample
from .flow import Counted, Flow, counted, difference
from .gains import Gains, Pair, paired_people
from .lives import Lives, lives
from .stages import TREATED, Stage

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..incentives import Estimate
    from ..scenario.schema import Scenario
    from ..workers import Progress
    from .choosing import Chosen, Kind
    from .follow import Followed

C = TypeVar("C", Counted, Pair)
REPLICATIONS = 10
"""Enough to see where people go: some eight seconds for two plans of one partnership."""


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Where people went under plan A and under plan B.

    Parameters
    ----------
    a, b
        The flow of each plan.
    gains
        Who gains and who loses.
    followed
        Clients worth following, each with why it was chosen.
    others
        More clients, evenly spread over the first replication.
    partnership
        The partnership that is told, or `all`.
    """

    a: Flow
    b: Flow
    gains: Gains
    followed: tuple[Followed, ...]
    others: tuple[Followed, ...]
    partnership: str
    seed: int

    def called(self, plan_a: str, plan_b: str) -> Whereabouts:
        """The same under other titles of the plans."""
        return replace(self, a=replace(self.a, title=plan_a), b=replace(self.b, title=plan_b))

    @property
    def replications(self) -> int:
        """How many paired replications there are."""
        return self.a.replications

    @property
    def sentences(self) -> tuple[str, ...]:
        """What was found: recovery, treatment, who gains and who loses, deaths; each with how sure it is."""
        end = self.a.period()[1]
        net = self.gains.net()
        _, better_a, better_b, *_ = self.gains.people().mean(axis=0)
        gains = (
            f"On {end} about {count(better_b)} people stand better under plan B and {count(better_a)} under plan A:"
            f" {_more(net, 'stand better under plan B')}."
        )
        return (
            f"In recovery on {end}: {_more(self.more((Stage.IN_RECOVERY,)), 'people under plan B')}.",
            f"In treatment on {end}: {_more(self.more(TREATED), 'people under plan B')}.",
            gains,
            f"Deaths by {end}: {_more(self.gains.deaths()[2], 'under plan B')}.",
        )

    def more(self, stages: Sequence[Stage], group: str = ALL) -> Estimate:
        """How many more stand in some stages at the end under plan B than under plan A."""
        return difference(self.a, self.b, None, stages, group)


def _more(estimate: Estimate, what: str) -> str:
    """How many more or fewer, and how sure that is."""
    if said := verdict(estimate.low, estimate.high):
        certain = estimate.low == estimate.high or math.isnan(estimate.low)
        reach = f" (95% interval {interval(estimate.low, estimate.high)})"
        return said if certain else f"{said}{reach}"
    word, shown = ("more", estimate) if estimate.mean > 0 else ("fewer", estimate.turned)
    reach = f"95% interval {interval(shown.low, shown.high)}"
    return f"{count(shown.mean)} {word} {what} ({reach})"


def work(
    progress: Progress | None,
    plan_a: Scenario,
    plan_b: Scenario,
    seed: int,
    replications: int = REPLICATIONS,
    partnership: str | None = None,
) -> Whereabouts:
    """Where people went under two plans: the same people, the same luck.

    Parameters
    ----------
    progress
        Called after each run with how many are done, and of how many.
    replications
        How many paired replications.
    partnership
        Which partnership is told; by default all together.

    Raises
    ------
    BadInput
        If the plans are not about the same people over the same years, if there is no such partnership or no
        replication, or if somebody in them still chooses what to do.
    """
    check_alike([plan_a, plan_b])
    _check(plan_a, plan_b, seed, replications, partnership)
    found = _Found()
    for number in range(replications):
        both_plans: list[dict[str, Lives]] = []
        for place, plan in enumerate((plan_a, plan_b)):
            both_plans.append(_lived(plan, seed, number, partnership))
            if progress:
                progress(2 * number + place + 1, 2 * replications)
        found.add(plan_a, plan_b, seed, number, both_plans[0], both_plans[1])
    return found.told(plan_a, plan_b, partnership or ALL, seed)


def flow_of(
    progress: Progress | None,
    plan: Scenario,
    seed: int,
    replications: int = REPLICATIONS,
    partnership: str | None = None,
) -> Flow:
    """Where people went under one plan.

    Parameters and errors are those of `work`.
    """
    _check(plan, plan, seed, replications, partnership)
    runs = []
    for number in range(replications):
        lived = _lived(plan, seed, number, partnership)
        runs.append(_together(plan, {name: _counted(plan, each) for name, each in lived.items()}))
        if progress:
            progress(number + 1, replications)
    return Flow.of(plan.title, plan.first_year, labels(plan), runs)


def follow(
    plan_a: Scenario, plan_b: Scenario, seed: int, replication: int, group: str, number: int
) -> Followed:
    """One client of the first partnership under two plans, found again by who they are.

    Parameters
    ----------
    group, number
        The substance group, and the person's number in it, from 1.

    Raises
    ------
    BadInput
        If there is no such client, or the plans are not about the same people.
    """
    check_alike([plan_a, plan_b])
    name = next(iter(plan_a.partnerships))
    a, b = (_lived(plan, seed, replication, name)[name] for plan in (plan_a, plan_b))
    both = _both(plan_a, a, b, seed, replication, name)
    groups = list(both.groups)
    if group not in groups:
        rule = f"be one of {', '.join(groups)}"
        raise BadInput([Fault("follow", "group", rule, repr(group), "choose one of these")])
    place = groups.index(group)
    there = int(np.count_nonzero(a.group_of == place))
    if not 1 <= number <= there:
        rule = f"be between 1 and {there}"
        raise BadInput([Fault("follow", "number", rule, repr(number), "choose another client")])
    return both.followed(a.first[place] + number - 1)


def labels(plan: Scenario) -> dict[str, str]:
    """The substance groups of a scenario and what they are called."""
    return {name: group.label for name, group in plan.world.groups.items()}


class _Found:
    """What has been counted so far."""

    def __init__(self) -> None:
        self.a: list[Counted] = []
        self.b: list[Counted] = []
        self.pairs: list[Pair] = []
        self.chosen: dict[Kind, Chosen] = {}
        self.others: tuple[Followed, ...] = ()

    def add(
        self,
        plan_a: Scenario,
        plan_b: Scenario,
        seed: int,
        number: int,
        a: dict[str, Lives],
        b: dict[str, Lives],
    ) -> None:
        """Count one replication."""
        years, n_groups = plan_a.years, len(plan_a.world.groups)
        for name, each in a.items():
            check_same_people(plan_b, each, b[name])
        for runs, lived in ((self.a, a), (self.b, b)):
            runs.append(
                _together(plan_a, {name: _counted(plan_a, each) for name, each in lived.items()})
            )
        pairs = {name: paired_people(a[name], b[name], years, n_groups) for name in a}
        self.pairs.append(_together(plan_a, pairs))
        name = next(iter(a))
        both = _both(plan_a, a[name], b[name], seed, number, name)
        missing = [kind for kind in KINDS if kind not in self.chosen]
        self.chosen |= {each.kind: each for each in (chosen(both, missing) if missing else [])}
        if not number:
            self.others = sample(both)

    def told(self, plan_a: Scenario, plan_b: Scenario, partnership: str, seed: int) -> Whereabouts:
        """The whole answer."""
        groups = labels(plan_a)
        gains = Gains.of(groups, self.pairs)
        followed = tuple(
            replace(each.followed, kind=kind, why=why(each, gains.better))
            for kind in KINDS
            if (each := self.chosen.get(kind))
        )
        return Whereabouts(
            Flow.of(plan_a.title, plan_a.first_year, groups, self.a),
            Flow.of(plan_b.title, plan_b.first_year, groups, self.b),
            gains,
            followed,
            self.others,
            partnership,
            seed,
        )


def why(each: Chosen, better: str) -> str:
    """Why a client was chosen, and how usual that is.

    Parameters
    ----------
    better
        The plan under which more people stand better at the end, ``A`` or ``B``; empty where it cannot be told.
    """
    usual = f"{each.like:,} of {each.among:,} people in this run"
    if each.kind == "most":
        return f"Chosen because no client's months differ more between the plans; they differ for {usual}."
    if each.kind == "same":
        return (
            f"Nothing differs for this client, as for {usual}; chosen because most happens to them."
        )
    plan = "A" if each.kind == "better_a" else "B"
    other = "B" if plan == "A" else "A"
    like = f"The middle one, by months, of {usual} who stand better at the end under plan {plan}"
    if not better:
        return f"{like}; which plan more people stand better under is too close to call."
    if plan == better:
        return f"{like}, as more people do than under plan {other}."
    return f"{like}, although more people stand better under plan {better}: it is not better for everybody."


def check_same_people(plan_b: Scenario, a: Lives, b: Lives) -> None:
    """Refuse plans that are not about the same people.

    Raises
    ------
    BadInput
        Where people on day 0, or those who come, are not the same.
    """
    ready = Stage.READY
    stood_a, stood_b = (
        np.where(each.on_day_0 == ready, Stage.IN_TREATMENT, each.on_day_0) for each in (a, b)
    )
    same = np.array_equal(stood_a, stood_b) and np.array_equal(a.since, b.since)
    if not same:
        rule = "have the same people: those of day 0, and those who come to need treatment"
        advice = "follow people under plans or assumptions that leave history, onset and sizes as they are"
        raise BadInput([Fault(plan_b.name, "plan B", rule, "other people", advice)])


def _both(
    plan: Scenario, a: Lives, b: Lives, seed: int, replication: int, partnership: str
) -> Both:
    return Both(a, b, seed, replication, partnership, labels(plan), plan.first_year, plan.years)


def _lived(plan: Scenario, seed: int, number: int, partnership: str | None) -> dict[str, Lives]:
    """Everybody's life by partnership, in one replication."""
    run = Run(plan, seed, number)
    run.finish()
    return {each.name: lives(each) for each in run.partnerships if partnership in (None, each.name)}


def _counted(plan: Scenario, lived: Lives) -> Counted:
    return counted(lived, plan.years, len(plan.world.groups))


def _together(plan: Scenario, by_name: dict[str, C]) -> C:
    """All partnerships together, one that stands for several alike as many times; one by itself as it is."""
    if len(by_name) == 1 and len(plan.partnerships) > 1:
        return next(iter(by_name.values()))
    parts = [each.times(plan.partnerships[name].copies) for name, each in by_name.items()]
    whole = parts[0]
    for other in parts[1:]:
        whole = whole.plus(other)
    return whole


def _check(
    plan_a: Scenario, plan_b: Scenario, seed: int, replications: int, partnership: str | None
) -> None:
    faults = [
        Fault(
            "where people went", name, f"be a whole number of at least {least}", repr(got), advice
        )
        for name, got, least, advice in (
            ("seed", seed, 0, "give 0 or more"),
            ("replications", replications, 1, "give 1 or more"),
        )
        if not isinstance(got, int) or isinstance(got, bool) or got < least
    ]
    if partnership is not None and partnership not in plan_a.partnerships:
        rule = f"be one of {', '.join(plan_a.partnerships)}"
        faults.append(
            Fault(
                "where people went", "partnership", rule, repr(partnership), "choose one of these"
            )
        )
    copies = [
        {name: own.copies for name, own in plan.partnerships.items()} for plan in (plan_a, plan_b)
    ]
    if copies[0] != copies[1]:
        rule = "stand for as many partnerships in both plans"
        faults.append(
            Fault(plan_b.name, "copies", rule, str(copies[1]), "leave the copies as they are")
        )
    if faults:
        raise BadInput(faults)
