"""What one client is worth under an edited formula: at once by its derivative, in a minute by paired runs.

At once, nothing is simulated: the derivative is taken at what was counted before the first day, the same every year, and
what a client does is what the assumptions expect. There is no chance in it, and so no interval; floor and ceiling are
left out of the pounds and told beside them. The runs have refill, returns, floors and chance.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from .. import funding
from ..funding import Inputs, Slopes
from ..incentives import MOVES, GroupWorth, incentive
from ..incentives.asking import check
from ..incentives.meter import activity_weight, break_even_weight
from ..incentives.moves import TITLES, assumed, by_formula
from ..incentives.result import headline
from ..model import rule
from ..money import in_year
from ..wording import gbp_exact, share, signed
from ..years import WEEKS_PER_YEAR, year_names
from .winners import members_before

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import pandas as pd

    from ..funding import Bound
    from ..incentives import Move
    from ..incentives.moves import Assumed
    from ..scenario import Scenario
    from ..workers import Progress
    from .edited import EditedFormula

REPLICATIONS, SEED = 8, 1
SECONDS_A_GROUP = 1.0
"""Of one replication of the pairs of one group, on a core of 2026."""
NEAR = 0.02
"""A move whose net is within this share of the treatment saved breaks even: no chance is in it, but much is assumed."""
AT_ONCE = (
    (
        "By the formula alone: what one client more counted adds at what was counted before the first day, the same every year."
        " Nothing is simulated, so no place is refilled and there is no interval. Pounds are those of the entitlement, before"
        " floor and ceiling."
    ),
    "Only allocations paid within the run are summed.",
    (
        "A floor that keeps what one good year brought can make the runs say far more: under the rule of 2012-13 a client"
        " moved on brings about £100 without a floor, and £1,800 with one of 90%. So run it before you rely on it."
    ),
)


@dataclass(frozen=True, slots=True)
class MoveByFormula:
    """What one move of one client is worth by the derivative, in pounds over the run.

    Attributes
    ----------
    allocation_gbp
        The allocation's change.
    cost_gbp
        What the client's own treatment costs more.
    """

    move: Move
    allocation_gbp: float
    cost_gbp: float

    @property
    def title(self) -> str:
        """The move in words."""
        return TITLES[self.move]

    @property
    def net_gbp(self) -> float:
        """The allocation's change less the cost."""
        return self.allocation_gbp - self.cost_gbp


@dataclass(frozen=True, slots=True)
class ClientByFormula:
    """What one client of a group is worth by the derivative of the formula.

    Attributes
    ----------
    gross_gbp_per_year
        What a client who stays adds to the entitlement of the last year; missing where nobody is counted, for shares
        leap with the first.
    cost_gbp_per_year
        What a stable client costs.
    break_even_weight
        The weight of people in effective treatment, the rest being need's, at which the two are equal; None where there
        is none from 0 to 1.
    at_bound
        Years in which a floor or ceiling holds the partnership, with the bound; there the allocation hardly moves.
    moves
        The moves that a client of the group can make.
    """

    group: str
    label: str
    gross_gbp_per_year: float
    cost_gbp_per_year: float
    weight: float
    break_even_weight: float | None
    at_bound: tuple[tuple[str, Bound], ...]
    moves: tuple[MoveByFormula, ...]

    @property
    def left_gbp_per_year(self) -> float:
        """What keeping a stable client a year costs beyond what it brings in; below 0 where keeping pays."""
        return self.cost_gbp_per_year - self.gross_gbp_per_year

    @property
    def break_even_gbp_per_week(self) -> float:
        """The weekly cost of a stable client at which keeping one neither gains nor loses."""
        return self.gross_gbp_per_year / WEEKS_PER_YEAR

    @property
    def moved_on(self) -> MoveByFormula | None:
        """The client moved on when ready, rather than kept as the plan says; None where nobody is ever ready."""
        return next((each for each in self.moves if each.move == "moved_on"), None)

    @property
    def message(self) -> str:
        """Whether moving a ready client on pays, in a line that may stand over a chart."""
        move = self.moved_on
        if move is None:
            return f"{self.label}: nobody ever becomes ready, so there is nothing to weigh"
        net = move.net_gbp
        if math.isnan(net):
            return f"{self.label}: what a client counts for cannot be told, for nobody is counted"
        if abs(net) <= NEAR * abs(move.cost_gbp):
            return f"{self.label}: moving a ready client on about breaks even"
        does = "leaves" if net > 0 else "costs"
        return (
            f"{self.label}: moving a ready client on {does} the partnership {gbp_exact(abs(net))}"
        )

    @property
    def sentences(self) -> tuple[str, ...]:
        """What the move does over the run, what a client brings in and costs, and whether a bound holds."""
        return (f"{self.message} over the run, by the formula alone.", self._year, *self._bounds())

    @property
    def _year(self) -> str:
        if math.isnan(self.gross_gbp_per_year):
            return "Shares are equal while nobody is counted, and leap with the first."
        brings = (
            f"brings in {gbp_exact(self.gross_gbp_per_year)} in the last year's allocation"
            if self.gross_gbp_per_year
            else "brings in nothing for being counted"
        )
        weight = self.break_even_weight
        even = (
            "at no weight of numbers in treatment would keeping pay"
            if weight is None
            else f"the two are equal where {share(weight)} of the pot follows numbers in treatment and the rest need"
        )
        return (
            f"Staying another year, the client {brings} and costs {gbp_exact(self.cost_gbp_per_year)}; {even} (it is"
            f" {share(self.weight)} now)."
        )

    def _bounds(self) -> Iterator[str]:
        for bound, name in (("low", "floor"), ("high", "ceiling")):
            years = [year for year, held in self.at_bound if held == bound]
            if years:
                yield (
                    f"Its {name} holds it in {', '.join(years)}, where the allocation hardly moves whatever it does."
                )


@dataclass(frozen=True, slots=True)
class AtOnce:
    """What one client of each group is worth by the derivative, worked out while one waits.

    Attributes
    ----------
    title
        What the formula is called.
    """

    title: str
    scenario: str
    partnership: str
    years: tuple[str, ...]
    price_year: str
    clients: tuple[ClientByFormula, ...]

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader must know about the numbers."""
        return (*AT_ONCE, f"Pounds are in prices of {self.price_year}.")

    @property
    def table(self) -> pd.DataFrame:
        """One row for each group and move, in pounds for one client, over the run."""
        import pandas as pd  # takes seconds, and only this needs it

        return pd.DataFrame(
            {
                "group": client.label,
                "move": move.title,
                "allocation_gbp": move.allocation_gbp,
                "own_treatment_gbp": move.cost_gbp,
                "net_gbp": move.net_gbp,
                "reads": signed(move.net_gbp, gbp_exact),
                "price_year": self.price_year,
            }
            for client in self.clients
            for move in client.moves
        )


def at_once(
    scenario: Scenario,
    edited: EditedFormula,
    groups: Sequence[str] = (),
    partnership: str | None = None,
    known: Mapping[str, Assumed] | None = None,
) -> AtOnce:
    """What one client of each group is worth to a partnership under an edited formula, without a run.

    Parameters
    ----------
    groups
        By default all.
    partnership
        By default the first.
    known
        What the scenario's assumptions say of clients by group (`expected_of`), which no formula changes; where it is
        given, the answer takes a tenth of a second.

    Raises
    ------
    BadInput
        Where the formula cannot share this scenario's pot, or there is no such group or partnership.
    """
    changed = edited.laid_over(scenario)
    named = partnership or next(iter(changed.partnerships))
    check(changed, groups, named)
    inputs = held_still(changed)
    chosen = tuple(groups) or tuple(changed.world.groups)
    return AtOnce(
        title=edited.shown_title,
        scenario=scenario.title,
        partnership=named,
        years=year_names(changed.first_year, changed.years),
        price_year=changed.funding.price_year,
        clients=tuple(
            _client(changed, named, group, inputs, (known or {}).get(group)) for group in chosen
        ),
    )


def expected_of(scenario: Scenario, group: str, partnership: str | None = None) -> Assumed:
    """What a scenario's assumptions say of a partnership's clients of a group, by default of the first partnership's."""
    return assumed(scenario, partnership or next(iter(scenario.partnerships)), group)


def held_still(scenario: Scenario) -> tuple[Inputs, ...]:
    """What each year's allocation stands on where all is counted as before the first day, every year."""
    members = members_before(scenario)
    found: list[Inputs] = []
    for year in range(scenario.years):
        pot = in_year(scenario.formula.pot_gbp, year)
        found.append(Inputs(pot, members, rule(scenario, year)))
        paid = funding.allocate(pot, members, found[-1].rule)
        members = tuple(replace(each, last_gbp=paid.least(each.name)) for each in members)
    return tuple(found)


def _client(
    scenario: Scenario,
    partnership: str,
    group: str,
    inputs: tuple[Inputs, ...],
    known: Assumed | None,
) -> ClientByFormula:
    place = list(scenario.world.groups).index(group)
    told = known or assumed(scenario, partnership, group)
    worth = by_formula([told.lives], [inputs], partnership, place, scenario.formula.lag_years)
    last = [inputs[-1]]
    held = [Slopes(each, partnership).at_bound for each in inputs]
    years = year_names(scenario.first_year, scenario.years)
    return ClientByFormula(
        group=group,
        label=scenario.world.groups[group].label,
        gross_gbp_per_year=_gross(inputs[-1], partnership, place),
        cost_gbp_per_year=told.cost_gbp_per_year,
        weight=activity_weight(last),
        break_even_weight=break_even_weight(last, partnership, place, told.cost_gbp_per_year),
        at_bound=tuple(
            (year, bound) for year, bound in zip(years, held, strict=True) if bound is not None
        ),
        moves=tuple(
            MoveByFormula(move, worth[move].total_gbp.mean, worth[move].cost_gbp.mean)
            for move in MOVES
            if move in worth
        ),
    )


def _gross(inputs: Inputs, partnership: str, group: int) -> float:
    """What one client who is in effective treatment adds to the entitlement; 0 where they are not counted."""
    slopes = Slopes(inputs, partnership)
    if "effective_clients" not in slopes.kinds:
        return 0.0
    found = slopes.of("effective_clients", group)
    return math.nan if found is None else float(found.entitlement_gbp)


@dataclass(frozen=True)
class Metered:
    """What one client is worth by paired runs: small, so that it can be kept and sent.

    Attributes
    ----------
    title
        What the formula is called.
    groups
        The moves and the meter of each group, which `charts.meter` and `charts.four_moves` draw.
    table, meters
        Every quantity with its interval; and one row for each meter.
    """

    title: str
    scenario: str
    partnership: str
    replications: int
    seed: int
    years: tuple[str, ...]
    price_year: str
    groups: tuple[GroupWorth, ...] = field(repr=False)
    sentences: tuple[str, ...]
    notes: tuple[str, ...]
    table: pd.DataFrame = field(repr=False, compare=False)
    meters: pd.DataFrame = field(repr=False, compare=False)

    def message(self, group: GroupWorth) -> str:
        """What the meter of a group says, in a line that may stand over a chart."""
        return headline(group)


def work(
    progress: Progress,
    scenario: Scenario,
    edited: EditedFormula,
    groups: Sequence[str] = (),
    replications: int = REPLICATIONS,
    seed: int = SEED,
    partnership: str | None = None,
) -> Metered:
    """Run what one client is worth to a partnership under an edited formula: kept, moved on, moved on early, taken on.

    Parameters
    ----------
    progress
        Told how many replications are done.
    groups
        By default all; one group takes a third of the time of three.
    partnership
        By default the first.

    Raises
    ------
    BadInput
        Where the formula cannot share this scenario's pot, or there is no such group or partnership.
    """
    changed = edited.laid_over(scenario)
    title = edited.shown_title
    progress(0, replications)
    found = incentive(
        changed,
        [("edited", title, changed)],
        groups=groups,
        partnership=partnership,
        replications=replications,
        seed=seed,
        workers=1,
        progress=progress,
    )
    return Metered(
        title=title,
        scenario=scenario.title,
        partnership=found.partnership,
        replications=replications,
        seed=seed,
        years=found.years,
        price_year=changed.funding.price_year,
        groups=found.paid[0].groups,
        sentences=found.sentences,
        notes=found.notes,
        table=found.table,
        meters=found.meters,
    )


def seconds(
    scenario: Scenario, groups: Sequence[str] = (), replications: int = REPLICATIONS
) -> float:
    """About how long the runs take on one core."""
    return SECONDS_A_GROUP * replications * (len(groups) or len(scenario.world.groups))
