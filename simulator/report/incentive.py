"""The report of what one client is worth: the meter and the four moves under each formula."""

from __future__ import annotations

import math
from functools import partial
from typing import TYPE_CHECKING

from .. import charts
from ..incentive.result import headline, told
from ..outputs import model_version
from ..wording import MISSING, TOO_CLOSE, gbp_exact, interval, signed
from . import drawings
from .document import Bullets, Chapter, Command, Document, Drawing
from .page import ILLUSTRATIVE
from .table import Cell, Row, Table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..incentive import Estimate, GroupWorth, Incentive, Paid, Worth
    from ..wording import Show
    from .document import Piece

HOW = (
    (
        "Each move is made by one partnership with its clients of one group, for a while; the same people live with the"
        " same luck as without it. What differs in the whole partnership is divided by the clients who were moved; own"
        " cost alone is of those clients."
    ),
    "**Kept another year**: in the first two years ready clients are kept 365 days longer.",
    "**Moved on when ready**: in the first year ready clients leave at their next review.",
    (
        "**Moved on early**: in the first year clients who are not ready are pushed out at 0.05 a year more; their exits"
        " relapse more."
    ),
    (
        "**Taken on from unmet need**: one in ten of those never treated is found in the first year and starts sooner;"
        " finding them costs nothing here."
    ),
    (
        "**By the formula**: what the scenario's own durations lead to expect of one client in the windows of the"
        " formula that are paid for within the run (five at most), times what one more of each kind counted adds to the"
        " entitlement; without waiting, floor or ceiling."
    ),
)


def document(found: Incentive, command: str, with_charts: bool) -> Document:
    """The report of what one client is worth.

    Parameters
    ----------
    command
        What makes it again.
    with_charts
        Whether to draw charts, which needs an optional part.
    """
    return Document(
        f"What one client is worth: {found.scenario.title}",
        (Bullets(tuple(headlines(found))), *found.notes),
        (
            *(
                Chapter(
                    f"{group.label}: {paid.title}", tuple(_pieces(found, paid, group, with_charts))
                )
                for paid in found.paid
                for group in paid.groups
            ),
            Chapter("How it was asked", (Bullets(HOW),)),
            Chapter(
                "Make it again",
                (Command(command), f"Treatment Funding Simulator {model_version()}."),
            ),
        ),
        banner=ILLUSTRATIVE,
    )


def headlines(found: Incentive) -> Iterator[str]:
    """What each meter says, in a line."""
    for paid in found.paid:
        for group in paid.groups:
            yield f"{paid.title}. **{headline(group)}**"


def _pieces(found: Incentive, paid: Paid, group: GroupWorth, with_charts: bool) -> Iterator[Piece]:
    yield from told(paid, group)
    if with_charts:
        yield from _drawn(found, paid, group)
    yield moves(found, group)
    yield by_year(found, group)


def _drawn(found: Incentive, paid: Paid, group: GroupWorth) -> Iterator[Piece]:
    many = found.replications
    if group.meter:
        chart = charts.meter(group, paid.title, headline(group), replications=many)
        yield Drawing(drawings.inline(chart), "")
    if any(worth.clients for worth in group.worth):
        title = f"{group.label}: what each of four moves does to the money"
        chart = charts.four_moves(group, paid.title, title, replications=many)
        yield Drawing(drawings.inline(chart), "")


_COLUMNS: tuple[tuple[str, str], ...] = (
    ("allocation_gbp", "Allocation, £"),
    ("net_gbp", "Net of own cost, £"),
    ("spent_gbp", "Spent by the partnership, £"),
    ("in_recovery_years", "Everybody's years in recovery"),
    ("re_presentations", "Everybody's returns within six months"),
    ("deaths", "Everybody's deaths"),
    ("crime_gbp", "Everybody's crime, £ to society"),
)


def moves(found: Incentive, group: GroupWorth) -> Table:
    """What each move comes to over the run, for each client moved."""
    return Table(
        f"{group.label}: changes in the whole partnership divided by the clients moved (own cost: theirs alone),"
        f" {found.years[0]} to {found.years[-1]}, with 95% intervals",
        ("One client", "Own cost saved, £", *(title for _, title in _COLUMNS)),
        tuple(
            Row(
                f"{worth.title} ({worth.clients:,.0f} a run)",
                (
                    cell(worth.cost_saved_gbp, gbp_exact),
                    *(cell(worth.total[name], _show(name)) for name, _ in _COLUMNS),
                ),
            )
            for worth in group.worth
        ),
        label=f"{group.label}: moves",
    )


def by_year(found: Incentive, group: GroupWorth) -> Table:
    """The allocation's change by year, and by the formula alone."""
    return Table(
        f"{group.label}: change of the allocation by year for each client moved, £, by simulation; and all by the formula",
        ("One client", *found.years, "By the formula"),
        tuple(
            Row(
                worth.title,
                (
                    *(cell(each, gbp_exact) for each in worth.gained_gbp),
                    _formula(worth),
                ),
            )
            for worth in group.worth
        ),
        label=f"{group.label}: allocation by year",
    )


def _formula(worth: Worth) -> Cell:
    if worth.by_formula is None or math.isnan(worth.by_formula.total_gbp.mean):
        return Cell(MISSING)
    return Cell(signed(worth.by_formula.total_gbp.mean, gbp_exact))


def _show(name: str) -> Show:
    return gbp_exact if name.endswith("_gbp") else hundredths


def hundredths(number: float) -> str:
    """A number of people or years for one client, to the hundredth."""
    return f"{number:,.2f}".replace("-", "−")


def cell(estimate: Estimate, show: Show) -> Cell:
    """A mean with its sign, its interval below it, and whether its sign is too close to call."""
    if math.isnan(estimate.mean):
        return Cell(MISSING)
    text = signed(estimate.mean, show)
    if math.isnan(estimate.low) or estimate.low == estimate.high == estimate.mean:
        return Cell(text)
    ends = interval(estimate.low, estimate.high, partial(signed, show_as=show))
    close = f"; {TOO_CLOSE}" if estimate.low <= 0 <= estimate.high else ""
    return Cell(text, f"{ends}{close}")
