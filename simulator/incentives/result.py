"""What one client is worth under each formula: the numbers, a table, sentences."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from ..wording import TOO_CLOSE, gbp_exact, interval, share, signed
from ..years import year_names
from .estimate import Estimate, if_few
from .moves import TITLES, Move
from .paired import CHANGES

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from ..scenario.draws import Draws
    from ..scenario.schema import Scenario
    from .balance import Balance
    from .meter import Meter, Says
    from .moves import ByFormula

A_YEAR_LATER = (
    "A client who leaves still counts in the twelve months in which they leave, so money paid by numbers in treatment"
    " follows a year later."
)
NET = (
    "Net is the change of the allocation less the cost of the client's own treatment, at standard prices. Crime is in"
    " pounds, not in offences: society's, not the partnership's; and a client in treatment is taken to offend alike"
    " whether stable or not."
)
IN_DRAWN_WORLDS = (
    "Each replication lives in the world of its own draw. What a client is expected to do, and what a client and support"
    " cost, are worked out in each of them: weekly costs, weights and the break-even weight are of the mean over these"
    " worlds and have no interval."
)
EVERYBODYS = (
    "Only who was moved, their client-years and their own cost are read off those clients. Years in recovery, returns,"
    " deaths, crime, spending and the allocation are everybody's difference in the partnership, divided by the clients"
    " moved: they hold what becomes of those who take the free places, or wait longer, and are not those clients' own."
)
BY_FORMULA = (
    "By the formula: only allocations paid within the run are summed, as in the simulation. It takes a client at any time"
    " of the first window that is counted, with a place for everybody and no bounds; the simulation moves many, some of"
    " them later, for whom less is paid within the run."
)


@dataclass(frozen=True)
class Worth:
    """What one move is worth for each client of a group, under one formula.

    Attributes
    ----------
    clients
        Clients moved in a replication, on average.
    client_years
        Client-years in treatment more for each.
    gained_gbp
        By year: the allocation's change for each client moved, with refill, returns, floor and ceiling.
    total
        Over the run, for each client moved: by name of `paired.CHANGES`, with ``net_gbp``, the allocation's change less
        the client's own cost. All but that cost is everybody's difference, not those clients' own.
    by_formula
        The same by the derivative of the formula; None where nobody of the group ever becomes ready.
    """

    move: Move
    clients: float
    client_years: Estimate
    gained_gbp: tuple[Estimate, ...]
    total: dict[str, Estimate]
    by_formula: ByFormula | None

    @property
    def title(self) -> str:
        """The move in words."""
        return TITLES[self.move]

    @property
    def cost_saved_gbp(self) -> Estimate:
        """What is not spent on the client's own treatment."""
        return self.total["own_cost_gbp"].turned


@dataclass(frozen=True)
class GroupWorth:
    """The four moves and the meter of one group, under one formula."""

    group: str
    label: str
    worth: tuple[Worth, ...]
    meter: Meter | None

    def of(self, move: Move) -> Worth:
        """One move."""
        return next(each for each in self.worth if each.move == move)


@dataclass(frozen=True)
class Paid:
    """What the moves are worth under one formula.

    Attributes
    ----------
    name, title
        The formula's; the scenario's own where no other was asked for.
    """

    name: str
    title: str
    scenario: Scenario = field(repr=False)
    groups: tuple[GroupWorth, ...] = field(repr=False)

    def of(self, group: str) -> GroupWorth:
        """One group."""
        return next(each for each in self.groups if each.group == group)


@dataclass(frozen=True)
class Incentive:
    """What one client is worth to a partnership under each formula."""

    scenario: Scenario = field(repr=False)
    partnership: str
    replications: int
    seed: int
    paid: tuple[Paid, ...] = field(repr=False)
    draws: Draws | None = field(default=None, repr=False)

    @property
    def holds(self) -> str:
        """What makes the replications differ, and so what an interval holds."""
        return "chance and assumptions" if self.draws else "chance alone"

    @property
    def years(self) -> tuple[str, ...]:
        """Names of the years."""
        return year_names(self.scenario.first_year, self.scenario.years)

    @cached_property
    def table(self) -> pd.DataFrame:
        """One row for each formula, group, move and quantity, for each client moved."""
        import pandas as pd

        return pd.DataFrame(self._rows())

    def _rows(self) -> Iterator[dict[str, object]]:
        for paid in self.paid:
            for group in paid.groups:
                for worth in group.worth:
                    told = {"formula": paid.name, "group": group.group, "move": worth.move}
                    for row in _quantities(worth, self.years):
                        yield told | row | {"replications": self.replications}

    @cached_property
    def meters(self) -> pd.DataFrame:
        """One row for each formula and group: does doing right cost money, and where would it break even?"""
        import pandas as pd

        return pd.DataFrame(
            [
                {"formula": paid.name, "group": group.group} | _meter_row(group.meter)
                for paid in self.paid
                for group in paid.groups
                if group.meter
            ]
        )

    @property
    def sentences(self) -> tuple[str, ...]:
        """What the meters say, in plain English."""
        return tuple(
            sentence
            for paid in self.paid
            for group in paid.groups
            for sentence in told(paid, group)
        )

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader must know about the numbers."""
        last = self.years[-1]
        return (
            (
                f"Each is for one client moved, in {self.partnership}: the same people with the same luck, means of"
                f" {self.replications} paired replications, seed {self.seed}; intervals are 95% and hold"
                f" {self.holds}. Over the run, {self.years[0]} to {last}: nothing after it is counted."
            ),
            A_YEAR_LATER,
            NET,
            EVERYBODYS,
            BY_FORMULA,
            *((IN_DRAWN_WORLDS,) if self.draws else ()),
            *if_few(self.replications),
        )


def _quantities(worth: Worth, years: tuple[str, ...]) -> Iterator[dict[str, object]]:
    for year, estimate in zip(years, worth.gained_gbp, strict=True):
        yield _row("allocation_gbp", year, "simulation", estimate)
    for name in (*CHANGES, "net_gbp"):
        yield _row(name, "all", "simulation", worth.total[name])
    yield _row("client_years", "all", "simulation", worth.client_years)
    yield _row("clients_moved", "all", "simulation", Estimate(worth.clients, math.nan, math.nan))
    if found := worth.by_formula:
        for window, estimate in enumerate(found.gained_gbp, 1):
            yield _row("allocation_gbp", f"allocation {window}", "formula", estimate)
        yield _row("allocation_gbp", "all", "formula", found.total_gbp)
        yield _row("own_cost_gbp", "all", "formula", found.cost_gbp)
        yield _row("net_gbp", "all", "formula", found.net_gbp)


def _row(quantity: str, year: str, by: str, estimate: Estimate) -> dict[str, object]:
    ends = {"for_each_client": estimate.mean, "low": estimate.low, "high": estimate.high}
    return {"quantity": quantity, "year": year, "by": by, **ends}


def _meter_row(meter: Meter) -> dict[str, object]:
    row: dict[str, object] = {
        "read_off": meter.move,
        "says": meter.says,
        "says_by_formula": meter.says_by_formula,
    }
    for name in ("lost_gbp", "saved_gbp", "net_gbp", "lost_per_client_year_gbp",
                 "net_per_client_year_gbp", "gross_gbp_per_year", "left_gbp_per_year"):  # fmt: skip
        estimate: Estimate = getattr(meter, name)
        row |= {name: estimate.mean, f"{name}_low": estimate.low, f"{name}_high": estimate.high}
    return row | {
        "cost_gbp_per_year": meter.cost_gbp_per_year,
        "break_even_gbp_per_week": meter.break_even_gbp_per_week.mean,
        "weight": meter.weight,
        "break_even_weight": meter.break_even_weight,
        "most_for_support_gbp": meter.most_for_support_gbp,
        "most_support_weeks": meter.most_support_weeks,
        "years_at_floor": ", ".join(meter.at_floor),
        "years_at_ceiling": ", ".join(meter.at_ceiling),
    }


# Sentences, decided by the numbers


_SAYS: dict[Move, dict[Says, str]] = {
    "moved_on": {
        "costs money": "moving a ready client on costs the partnership money",
        "leaves money": "moving a ready client on leaves the partnership money",
        "neither": "moving a ready client on neither costs nor saves the partnership anything",
        "too close to call": "moving a ready client on may cost the partnership money or save it",
    },
    "kept": {
        "costs money": "keeping a ready client another year brings the partnership money",
        "leaves money": "keeping a ready client another year costs the partnership money",
        "neither": "keeping a ready client another year neither brings nor costs the partnership anything",
        "too close to call": "keeping a ready client another year may bring the partnership money or cost it",
    },
}
"""What a meter says of doing right, in words of the move that it is read off."""
NOBODY = "nobody was moved on or kept longer"


def headline(group: GroupWorth) -> str:
    """What the meter of a group says, in a line."""
    if group.meter is None:
        return f"{group.label}: {NOBODY}"
    return f"{group.label}: {_SAYS[group.meter.move][group.meter.says]}"


def told(paid: Paid, group: GroupWorth) -> Iterator[str]:
    """What one meter says: the money now, and where it would break even."""
    meter = group.meter
    if meter is None:
        yield f"{group.label}, {paid.title}: {NOBODY}, so there is nothing to weigh."
        return
    yield f"{group.label}, {paid.title}: {_SAYS[meter.move][meter.says]}. {_sum(meter)}{_support(meter)}"
    if meter.move == "kept":
        yield "Nobody can be moved on sooner than the plan does, so this is read off the clients kept another year."
    yield f"{_year(meter)} {_break_even(meter)}"
    for years, bound in ((meter.at_floor, "floor"), (meter.at_ceiling, "ceiling")):
        if years:
            yield f"It stands at its {bound} in {', '.join(years)}, where the allocation hardly moves whatever it does."
    if meter.balance:
        yield _books(meter.balance)


def _sum(meter: Meter) -> str:
    """What the move does to the money, for each client."""
    if meter.move == "moved_on":
        return (
            f"{_allocation(meter.lost_gbp, 'loses', 'gains')}, {_treatment(meter.saved_gbp, 'saved', 'spent more')}:"
            f" {_net(meter.net_gbp)} for each client moved on"
        )
    return (
        f"{_allocation(meter.lost_gbp, 'gains', 'loses')}, {_treatment(meter.saved_gbp, 'spent more', 'saved')}:"
        f" {_net(meter.net_gbp.turned)} for each client kept another year"
    )


def _books(books: Balance) -> str:
    """At which share for reintegration the books are as where clients are kept, if at any that was tried."""
    first, tried = books.difference_gbp[0], ", ".join(share(each) for each in books.shares)
    if first.mean == first.low == first.high == 0:
        return (
            "Moving all ready clients on at once changes nothing, since the plan does so already: with nothing more for"
            " reintegration the books of the run end as planned."
        )
    begin = (
        "If all ready clients are moved on at once and nothing more goes to reintegration, the books of the run end"
        f" {_amount(first)} {'better' if first.mean >= 0 else 'worse'} than where they are kept."
    )
    if not math.isnan(books.even.mean):
        ends = "" if math.isnan(books.even.low) else (
            f" (95% interval {books.even.low:.1%} to {books.even.high:.1%})".replace("-", "−")
        )  # fmt: skip
        return f"{begin} They are as good with {books.even.mean:.1%} more for reintegration{ends}."
    if first.mean < 0:
        return f"{begin} No share for reintegration makes up for that."
    least = min(books.difference_gbp, key=lambda each: each.mean)
    at = books.shares[books.difference_gbp.index(least)]
    return (
        f"{begin} With none of the shares tried ({tried}) do they fall to what keeping leaves; they come nearest with {share(at)}"
        f" more for reintegration: {_amount(least)} better. Money for support that finds nobody to support is not spent."
    )


def _allocation(lost: Estimate, above: str, below: str) -> str:
    if lost.low == lost.high == 0:
        return "The allocation does not move"
    return f"The allocation {above if lost.mean >= 0 else below} {_amount(lost)}"


def _amount(estimate: Estimate) -> str:
    """Its size and interval, to follow a word that tells its sign: both are turned where it is below 0."""
    told = estimate.turned if estimate.mean < 0 else estimate
    size = gbp_exact(told.mean)
    if math.isnan(told.low):
        return size
    close = f", {TOO_CLOSE}" if told.low <= 0 <= told.high else ""
    return f"{size} ({interval(told.low, told.high, gbp_exact)}{close})"


def _treatment(saved: Estimate, above: str, below: str) -> str:
    verb = above if saved.mean >= 0 else below
    return f"and {_amount(saved)} of the client's own treatment is {verb}"


def _net(net: Estimate) -> str:
    close = f" ({TOO_CLOSE})" if not (net.low > 0 or net.high < 0) and net.mean else ""
    return f"net {signed(net.mean, gbp_exact)}{close}"


def _support(meter: Meter) -> str:
    without = meter.move == "kept"
    if meter.says != "leaves money":
        clearly = "clearly " if meter.says == TOO_CLOSE else ""
        by = " by moving the client on" if without else ""
        return f"; nothing is {clearly}left{by} to pay for support with."
    before = "moving the client on" if without else "it"
    return (
        f"; support of up to {gbp_exact(meter.most_for_support_gbp)}, {meter.most_support_weeks:,.0f} weeks at"
        f" {gbp_exact(meter.support_gbp_per_week)}, could be paid before {before} costs anything."
    )


def _year(meter: Meter) -> str:
    gross, cost = meter.gross_gbp_per_year.mean, meter.cost_gbp_per_year
    if math.isnan(gross):
        return "What a client who stays counts for cannot be told: nobody is counted."
    if not gross:
        return f"A stable client kept a year brings in nothing for being counted and costs {gbp_exact(cost)}."
    return (
        f"A stable client kept a year brings in {gbp_exact(gross)} in the last year's allocation and costs"
        f" {gbp_exact(cost)}; the two are equal at {gbp_exact(meter.break_even_gbp_per_week.mean)} a week."
    )


def _break_even(meter: Meter) -> str:
    if meter.break_even_weight is None:
        return "At no weight of numbers in treatment would keeping a stable client pay."
    if math.isnan(meter.break_even_weight):
        return ""
    now = f"it is {share(meter.weight)} now"
    return (
        f"Keeping breaks even where {share(meter.break_even_weight)} of the pot follows numbers in treatment and the"
        f" rest need ({now})."
    )
