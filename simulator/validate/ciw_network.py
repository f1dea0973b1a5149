"""The pathway again, written for Ciw: another event list, another random generator, nothing shared.

Ciw is a library for queueing networks (Palmer, Knight, Harper and Hawa, Journal of Simulation 13:68, 2019).
Five nodes: untreated, being assessed, the list with its places, in recovery, in prison. Rival clocks are one
stay that ends with the first of them. Nothing of this package but a scenario's plain values is used here.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

import ciw
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

UNTREATED, ASSESSED, TREATED, RECOVERING, IMPRISONED = range(1, 6)
GONE = -1
YEAR_DAYS = 365
Sampler = Any
"""A distribution of Ciw."""


class Place(NamedTuple):
    """What the network must know: groups, places, people with the need on day 0, days to live."""

    groups: Mapping[str, Any]
    prison: Any
    people: Mapping[str, int]
    held_days: Mapping[str, float]
    places: int
    years: int
    close_out_days: int


class Event(NamedTuple):
    """Something that happened: the day by which it is counted, and an amount."""

    day: float
    what: str
    days: float = 0.0


Log = list[Event]


def _exponential(per_year: float) -> Sampler:
    return ciw.dists.Exponential(rate=per_year / YEAR_DAYS)


def _weibull(given: Any) -> Sampler:
    return ciw.dists.Weibull(scale=given.scale_days, shape=given.shape)


def _lognormal(given: Any) -> Sampler:
    return ciw.dists.Lognormal(mean=math.log(given.median_days), sd=given.sigma)


def _two_step(first_per_year: float, first_days: float, then_per_year: float) -> float:
    """Days until a hazard that changes once strikes."""
    days = _exponential(first_per_year).sample() if first_per_year else math.inf
    if days < first_days:
        return float(days)
    return first_days + float(_exponential(then_per_year).sample())


class Stay(ciw.dists.Distribution):  # type: ignore[misc] # Ciw has no types
    """A stay that ends with the first of several clocks; the individual remembers which."""

    def __init__(self, clocks: Callable[[Any, float], dict[str, float]], log: Log):
        self.clocks, self.log = clocks, log

    def __deepcopy__(self, memo: object) -> Stay:
        """The network copies its distributions; the log must stay one."""
        return self

    def sample(self, t: float = 0.0, ind: Any = None) -> float:
        """The length of a stay that begins now."""
        rivals = self.clocks(ind, t)
        way = min(rivals, key=lambda name: rivals[name])
        ind.way = way
        self.log.append(Event(t + rivals[way], way))
        return rivals[way]


class Patience(ciw.dists.Distribution):  # type: ignore[misc]
    """What is left of somebody's patience, which began with the referral."""

    def sample(self, t: float = 0.0, ind: Any = None) -> float:
        """Days until they leave the list."""
        return float(ind.leaves_day - t)


class Arrivals(ciw.dists.Distribution):  # type: ignore[misc]
    """People who begin to need treatment; the first come on day 0."""

    def __init__(self, per_year: float):
        self.between, self.begun = _exponential(per_year), False

    def sample(self, t: float = 0.0, ind: Any = None) -> float:  # noqa: ARG002 # Ciw passes them
        """Days until the next."""
        begun, self.begun = self.begun, True
        return float(self.between.sample()) if begun else 0.0


class Crowd(ciw.dists.Distribution):  # type: ignore[misc]
    """How many come at once: all who have the need on day 0, then one by one."""

    def __init__(self, people: int):
        self.people, self.begun = people, False

    def sample(self, t: float = 0.0, ind: Any = None) -> int:  # noqa: ARG002 # Ciw passes them
        """People."""
        begun, self.begun = self.begun, True
        return 1 if begun else self.people


class Way(ciw.routing.NodeRouting):  # type: ignore[misc]
    """Where somebody goes by the way in which the stay ended."""

    def __init__(self, leads_to: Mapping[str, int], log: Log):
        self.leads_to, self.log = leads_to, log

    def next_node(self, ind: Any) -> Any:
        """The next node."""
        ind.came_by = ind.way
        return self.simulation.nodes[self.leads_to[ind.way]]

    def next_node_for_jockeying(self, ind: Any) -> Any:
        """Where somebody goes who leaves the list."""
        ind.way = ind.leaves_by
        day = ind.referral_day if ind.way == "gave up" else self.simulation.current_time
        self.log.append(Event(day, ind.way))
        return self.next_node(ind)


WAYS = (
    {"seeks": ASSESSED, "stopped": GONE, "died": GONE},
    {"assessed": TREATED, "gave up": UNTREATED, "died": GONE},
    {
        "planned": RECOVERING,
        "dropped out": UNTREATED,
        "custody": IMPRISONED,
        "moved": GONE,
        "died in treatment": GONE,
        "gave up": UNTREATED,
        "died": GONE,
    },
    {"relapsed": UNTREATED, "died": GONE},
    {"picked up": ASSESSED, "released": UNTREATED},
)


class Clocks:
    """The rival clocks of one group at each node."""

    def __init__(self, place: Place, name: str, log: Log):
        self.group, self.prison = place.groups[name], place.prison
        self.held_days, self.log = place.held_days[name], log

    def untreated(self, ind: Any, t: float) -> dict[str, float]:  # noqa: ARG002 # as all clocks
        """Seeks treatment, stops or dies."""
        need, after = self.group.need, self.group.after
        treated, came_by = getattr(ind, "treated", False), getattr(ind, "came_by", "")
        first, days = need.deaths_untreated_per_year, 0.0
        if came_by == "dropped out":
            first, days = after.deaths_first_4_weeks_per_year, 28.0
        if came_by == "released":
            first, days = first * self.prison.deaths_first_2_weeks_ratio, 14.0
        seeks = _weibull(need.seeks_again) if treated else _exponential(need.first_seeking_per_year)
        return {
            "seeks": seeks.sample(),
            "stopped": _exponential(need.stops_untreated_per_year).sample(),
            "died": _two_step(first, days, need.deaths_untreated_per_year),
        }

    def assessed(self, ind: Any, t: float) -> dict[str, float]:
        """Is assessed, or gives up or dies before."""
        waiting = self.group.waiting
        ind.referral_day = t
        self.log.append(Event(t, "referral"))
        leaves = {
            "gave up": _exponential(YEAR_DAYS / waiting.mean_patience_days).sample(),
            "died": _exponential(self.group.need.deaths_untreated_per_year).sample(),
        }
        ind.leaves_by = min(leaves, key=lambda name: leaves[name])
        ind.leaves_day = t + leaves[ind.leaves_by]
        return leaves | {"assessed": _lognormal(waiting.assessment).sample()}

    def treated(self, ind: Any, t: float) -> dict[str, float]:
        """Leaves treatment in the first of five ways."""
        ind.treated = True
        self.log.append(Event(t, "start"))
        self.log.append(Event(ind.referral_day, "waited", t - ind.referral_day))
        treatment = self.group.treatment
        could_leave = _lognormal(treatment.ready).sample() + self.held_days
        return {
            "planned": 91.0 * max(1, math.ceil(could_leave / 91)),
            "dropped out": _weibull(treatment.drop_out).sample(),
            "custody": _exponential(treatment.custody_per_year).sample(),
            "moved": _exponential(treatment.moves_away_per_year).sample(),
            "died in treatment": _exponential(treatment.deaths_per_year).sample(),
        }

    def recovering(self, ind: Any, t: float) -> dict[str, float]:  # noqa: ARG002 # as all clocks
        """Relapses or dies."""
        after = self.group.after
        deaths = after.deaths_first_4_weeks_per_year, 28.0, after.deaths_in_recovery_per_year
        return {"relapsed": _weibull(after.relapse).sample(), "died": _two_step(*deaths)}

    def imprisoned(self, ind: Any, t: float) -> dict[str, float]:  # noqa: ARG002 # as all clocks
        """Is released, to treatment or to none."""
        picked_up = ciw.dists.Uniform(0.0, 1.0).sample() < self.prison.picked_up_share
        days = _exponential(YEAR_DAYS / self.prison.mean_stay_days).sample()
        return {"picked up" if picked_up else "released": days}

    def stays(self) -> list[Stay]:
        """The stay at each node."""
        order = (self.untreated, self.assessed, self.treated, self.recovering, self.imprisoned)
        return [Stay(clocks, self.log) for clocks in order]


def _longest_referred(waiting: list[Any], t: float) -> Any:  # noqa: ARG001 # Ciw passes it
    return min(waiting, key=lambda ind: ind.referral_day)


def network(place: Place, log: Log) -> Any:
    """The network, ready to be simulated once."""
    groups = place.groups
    nowhere = [None] * (len(WAYS) - 1)

    def routing() -> Any:
        return ciw.routing.NetworkRouting(routers=[Way(leads_to, log) for leads_to in WAYS])

    return ciw.create_network(
        arrival_distributions={
            name: [Arrivals(group.need.onset_per_year + group.need.moves_in_per_year), *nowhere]
            for name, group in groups.items()
        },
        batching_distributions={
            name: [Crowd(place.people[name]), *[ciw.dists.Deterministic(1)] * len(nowhere)]
            for name in groups
        },
        service_distributions={name: Clocks(place, name, log).stays() for name in groups},
        reneging_time_distributions={name: [None, None, Patience(), None, None] for name in groups},
        number_of_servers=[math.inf, math.inf, place.places, math.inf, math.inf],
        service_disciplines=[
            *[ciw.disciplines.FIFO] * 2,
            _longest_referred,
            *[ciw.disciplines.FIFO] * 2,
        ],
        routing={name: routing() for name in groups},
    )


def replicate(place: Place, seed: int) -> NDArray[np.float64]:
    """One replication: what `COUNTED` names, by year."""
    log: Log = []
    ciw.seed(seed)
    simulation = ciw.Simulation(network(place, log))
    simulation.simulate_until_max_time(place.years * YEAR_DAYS + place.close_out_days)
    stays = simulation.get_all_records(include_incomplete=True)
    return np.stack([*_stocks(stays, place.years), *_flows(log, place.years)])


COUNTED = (
    "in_treatment",
    "waiting",
    "untreated",
    "in_recovery",
    "referrals",
    "new_presentations",
    "gave_up_waiting",
    "mean_wait_days",
    "planned_exits",
    "unplanned_exits",
    "deaths",
)
FLOWS = {
    "referral": ("referral",),
    "start": ("start",),
    "gave up": ("gave up",),
    "planned": ("planned",),
    "unplanned": ("dropped out", "custody", "moved", "died in treatment"),
    "died": ("died", "died in treatment"),
}


def _stocks(stays: list[Any], years: int) -> list[NDArray[np.float64]]:
    """People in treatment, waiting, untreated and in recovery at the end of each year."""
    told = [
        (
            stay.node,
            stay.arrival_date,
            _or_never(stay.service_start_date),
            _or_never(stay.exit_date),
        )
        for stay in stays
    ]
    node, came, began, left = (np.array(column, dtype=float) for column in zip(*told, strict=True))
    ends = np.arange(1, years + 1)[:, np.newaxis] * YEAR_DAYS
    there, started = (came <= ends) & (left > ends), began <= ends
    kinds = (
        (node == TREATED) & started,
        (node == ASSESSED) | ((node == TREATED) & ~started),
        node == UNTREATED,
        node == RECOVERING,
    )
    return [np.sum(there & kind, axis=1).astype(float) for kind in kinds]


def _or_never(day: float | None) -> float:
    return math.inf if day is None or math.isnan(day) else float(day)


def _flows(log: Log, years: int) -> list[NDArray[np.float64]]:
    """What happened in each year, in the order of `COUNTED`."""

    def by_year(ways: tuple[str, ...], amounts: bool = False) -> NDArray[np.float64]:
        mine = [event for event in log if event.what in ways]
        days = [event.days for event in mine] if amounts else None
        edges = np.arange(years + 1) * YEAR_DAYS
        counts, _ = np.histogram([event.day for event in mine], edges, weights=days)
        return np.asarray(counts, dtype=float)

    counted = {name: by_year(ways) for name, ways in FLOWS.items()}
    waited = by_year(("waited",), amounts=True) / np.maximum(by_year(("waited",)), 1)
    return [
        counted["referral"],
        counted["start"],
        counted["gave up"],
        waited,
        counted["planned"],
        counted["unplanned"],
        counted["died"],
    ]
