"""Worlds that are lived once and kept: what a partnership under each plan, and all others, would be counted for.

Any formula can then be worked out on what was counted, without another run. Every plan lives on the same pounds,
those of the scenario's own formula, so a difference between two plans is what the plan does. Left out is what
money does back to activity: who is paid less would have fewer in treatment the year after. `confirm` says how
much that is, by whole runs.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from ..funding import PEOPLE_COUNTED, Counts, Member
from ..journal import State
from ..measures import MONEY_TALLIES, money_tallies
from ..model import REST, Run, rest_of_england
from ..money import in_year
from ..partnership import Partnership, member_before
from ..scenario import as_dict
from ..scenario.draws import with_values
from ..scenario.own_world import of_partnership
from ..workers import spread
from ..years import WEEKS_PER_YEAR
from .plans import Way, ways, with_plan

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from ..scenario import Scenario
    from ..scenario.draws import Draws
    from ..workers import Progress

Floats: TypeAlias = "NDArray[np.float64]"
KINDS = tuple(PEOPLE_COUNTED.values())
"""What is counted of people, in the order of the arrays."""
BESIDE = KINDS[2:]
"""What `Partnership.counts` counts only where it is asked to."""
YEARS = 8
"""Years that are lived, so that a formula is seen after its change-over."""
MODEL = 2
"""Raised when the numbers change, so that worlds kept earlier are lived again."""


@dataclass(frozen=True, slots=True)
class World:
    """What was counted in one world, as nested lists that JSON can hold.

    Parameters
    ----------
    own
        Of the partnership by plan, year, kind and group, as if one year's lag.
    spent_gbp
        What it spent, by plan and year.
    others
        Of each other member by year, kind and group.
    need_gbp
        What a year's treatment of all who need it would cost, by member and year, the partnership first.
    """

    own: Any
    spent_gbp: Any
    others: Any
    need_gbp: Any


@dataclass(frozen=True, slots=True)
class Recorded:
    """Several worlds of one scenario. Arrays begin with an axis of worlds; the partnership is member 0.

    Parameters
    ----------
    plans
        Names of its plans; the first is the scenario's own.
    names, copies, need, population, area_cost, old_share, last_gbp
        Of each member, as the formula sees it; `last_gbp` is that of the year before day 0.
    forecast
        Which members are a forecast by year of payment, which no lag shifts.
    """

    scenario: Scenario
    name: str
    plans: tuple[Way, ...]
    own: Floats
    spent_gbp: Floats
    others: Floats
    need_gbp: Floats
    pot_gbp: Floats
    names: tuple[str, ...]
    copies: Floats
    need: Floats
    population: Floats
    area_cost: Floats
    old_share: Floats
    last_gbp: Floats
    forecast: NDArray[np.bool_]

    @property
    def worlds(self) -> int:
        """How many worlds there are."""
        return len(self.own)

    @property
    def years(self) -> int:
        """How many years were lived."""
        return len(self.pot_gbp)

    def plan(self, name: str) -> int:
        """The place of a plan."""
        return [way.name for way in self.plans].index(name)


def longer(scenario: Scenario, years: int) -> Scenario:
    """The same scenario for at least so many years; levers and pot go on as they end."""
    return scenario.model_copy(update={"years": max(years, scenario.years)})


def record(
    scenario: Scenario,
    worlds: int,
    seed: int,
    workers: int,
    *,
    draws: Draws | None = None,
    partnership: str | None = None,
    years: int = YEARS,
    file: Path | None = None,
    progress: Progress | None = None,
) -> Recorded:
    """Live so many worlds of a scenario, and keep what was counted.

    Parameters
    ----------
    draws
        Assumptions of each world; without them all worlds are the scenario's own and differ by luck.
    partnership
        Who follows the plans; by default the first. All others go on as they are.
    file
        Where worlds are kept as they are done, so that a record that is killed goes on.
    """
    scenario = longer(scenario, years)
    name = partnership or next(iter(scenario.partnerships))
    kept = _Kept(file, _heading(scenario, name, seed, draws))
    missing = [number for number in range(worlds) if number not in kept.worlds]
    tasks = [(scenario, name, seed, number, draws) for number in missing]
    for done, (place, world) in enumerate(spread(_live, tasks, workers), 1):
        kept.keep(missing[place], world)
        if progress:
            progress(done, len(missing))
    return _together(scenario, name, [kept.worlds[number] for number in range(worlds)])


def _heading(scenario: Scenario, name: str, seed: int, draws: Draws | None) -> str:
    """A text that changes with whatever a world depends on."""
    words = ("title", "question", "description", "evidence")
    whole = {key: part for key, part in as_dict(scenario).items() if key not in words}
    told = [whole, name, seed, draws and draws.as_record(), MODEL]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()


class _Kept:
    """Worlds that were lived, in a file of one line each."""

    def __init__(self, file: Path | None, heading: str):
        self._file, self._heading = file, heading
        self.worlds: dict[int, World] = {}
        if file is not None and file.exists():
            self._read(file)

    def _read(self, file: Path) -> None:
        text = file.read_text(encoding="utf-8", errors="replace")
        if text and not text.endswith("\n"):  # torn when it was killed
            with file.open("a", encoding="utf-8", newline="\n") as out:
                out.write("\n")
        for line in text.splitlines():
            try:
                told = json.loads(line)
            except ValueError:
                continue
            if isinstance(told, dict) and told.get("of") == self._heading:
                self.worlds[told["world"]] = World(**told["counted"])

    def keep(self, number: int, world: World) -> None:
        self.worlds[number] = world
        if self._file is None:
            return
        self._file.parent.mkdir(parents=True, exist_ok=True)
        told = {"of": self._heading, "world": number, "counted": asdict(world)}
        with self._file.open("a", encoding="utf-8", newline="\n") as out:
            out.write(f"{json.dumps(told)}\n")


# One world


def _live(scenario: Scenario, name: str, seed: int, number: int, draws: Draws | None) -> World:
    here = with_values(scenario, draws.of(number)) if draws else scenario
    run = Run(here, seed, number)
    counted: list[list[Counts]] = []
    need: list[list[float]] = []
    for year in range(here.years):
        counted.append([_counts(each, here, year) for each in run.partnerships])
        run.live_year()
        need.append([_need_gbp(each, here) for each in run.partnerships])
    place = list(here.partnerships).index(name)
    own = run.partnerships[place]
    paid = [money.allocation_gbp for money in own.money]
    tried = [_under(here, way, name, seed, number, paid) for way in ways(here, name)[1:]]
    return World(
        own=[[_rows(year[place]) for year in counted], *(rows for rows, _ in tried)],
        spent_gbp=[_spent(own, here), *(spent for _, spent in tried)],
        others=[[_rows(each) for each in _others(here, year, row, place)]
                for year, row in enumerate(counted)],
        need_gbp=_by_member(here, need, place),
    )  # fmt: skip


def _counts(partnership: Partnership, scenario: Scenario, year: int) -> Counts:
    """What is counted for a year if it follows the year before: a longer lag looks at earlier ones."""
    return partnership.counts(year + scenario.formula.lag_years - 1, BESIDE)


def _under(
    scenario: Scenario, way: Way, name: str, seed: int, number: int, paid: Sequence[int]
) -> tuple[list[Any], list[float]]:
    """What is counted under another plan on the same pounds, and what is spent."""
    planned = with_plan(scenario, name, way.plan)
    partnership = Partnership(planned, name, seed, number)
    rows = []
    for year, pounds in enumerate(paid):
        rows.append(_rows(_counts(partnership, planned, year)))
        partnership.live(year, pounds)
    return rows, _spent(partnership, planned)


def _spent(partnership: Partnership, scenario: Scenario) -> list[float]:
    reference = scenario.world.caseload.reference_clients_per_keyworker
    pathway = partnership.pathway
    told = money_tallies(
        pathway.journal.records(), partnership.money, pathway.committed_on_day_0, reference
    )
    spent: list[float] = told[MONEY_TALLIES.index("spent_gbp")].tolist()
    return spent


def _rows(counts: Counts) -> list[list[float]]:
    return [[float(number) for number in getattr(counts, kind)] for kind in KINDS]


def _need_gbp(partnership: Partnership, whole: Scenario) -> float:
    """What a settled year in treatment of everybody who needs it costs there."""
    people = partnership.pathway.people_by_state()[_IN_NEED].sum(axis=0)
    groups = of_partnership(whole, partnership.name).world.groups.values()
    weekly = np.array([group.treatment.cost_settled_gbp_per_week for group in groups])
    return float((people * weekly).sum() * WEEKS_PER_YEAR)


_IN_NEED = [State.UNTREATED, State.WAITING, State.IN_TREATMENT]


def _others(scenario: Scenario, year: int, counted: Sequence[Counts], place: int) -> list[Counts]:
    """Counts of the other members, in the order of `_members`."""
    names = list(scenario.partnerships)
    alike = [counted[place]] if scenario.partnerships[names[place]].copies > 1 else []
    rest = [member.counts for member in rest_of_england(scenario, year, 0, BESIDE)]
    return [*alike, *(each for at, each in enumerate(counted) if at != place), *rest]


def _by_member(scenario: Scenario, need: list[list[float]], place: int) -> list[list[float]]:
    """Need by member and year; the rest of England, whom nobody lived, needs what the average does."""
    rows = [list(row) for row in zip(*need, strict=True)]
    own, others = rows[place], [row for at, row in enumerate(rows) if at != place]
    alike = [own] if list(scenario.partnerships.values())[place].copies > 1 else []
    rest = [_average(scenario, rows)] if scenario.formula.rest.partnerships else []
    return [own, *alike, *others, *rest]


def _average(scenario: Scenario, rows: list[list[float]]) -> list[float]:
    sizes = [own.size for own in scenario.partnerships.values()]
    return [sum(year) / sum(sizes) for year in zip(*rows, strict=True)]


# All worlds


def _members(scenario: Scenario, name: str) -> list[Member]:
    """The members of the formula: the partnership, those alike, the others, the rest of England."""
    own = [_member(scenario, each) for each in scenario.partnerships]
    place = list(scenario.partnerships).index(name)
    copies = scenario.partnerships[name].copies
    alike = [_member(scenario, name, f"{name}, the others", copies - 1)] if copies > 1 else []
    others = [each for at, each in enumerate(own) if at != place]
    rest = rest_of_england(scenario, 0, scenario.history.allocation_gbp, BESIDE)
    return [_member(scenario, name, name, 1), *alike, *others, *rest]


def _member(
    scenario: Scenario, name: str, called: str | None = None, copies: int | None = None
) -> Member:
    own = member_before(scenario, name)
    return replace(own, name=called or name, copies=copies or own.copies)


def _together(scenario: Scenario, name: str, worlds: Sequence[World]) -> Recorded:
    members = _members(scenario, name)

    def column(what: str) -> Floats:
        return np.array([float(getattr(member, what)) for member in members])

    def stack(what: str) -> Floats:
        return np.array([getattr(world, what) for world in worlds], dtype=np.float64)

    groups, years = len(scenario.world.groups), scenario.years
    shape = (len(worlds), years, len(members) - 1, len(KINDS), groups)
    pots = [in_year(scenario.formula.pot_gbp, year) for year in range(years)]
    return Recorded(
        scenario=scenario,
        name=name,
        plans=ways(scenario, name),
        own=stack("own"),
        spent_gbp=stack("spent_gbp"),
        others=stack("others").reshape(shape),
        need_gbp=stack("need_gbp"),
        pot_gbp=np.array(pots, dtype=np.float64),
        names=tuple(member.name for member in members),
        copies=column("copies"),
        need=column("need"),
        population=column("population"),
        area_cost=column("area_cost"),
        old_share=column("old_share"),
        last_gbp=column("last_gbp"),
        forecast=np.array([member.name == REST for member in members]),
    )
