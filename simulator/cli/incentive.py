"""The verb that says what one client is worth to a partnership, and what doing right costs."""

from __future__ import annotations

import math
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

import simulator as sim

from ..printing import print_table
from ..wording import MISSING, TOO_CLOSE, gbp_exact, interval, signed
from .door import app, print_json, say
from .job import Job, heading, only, put_page
from .options import (
    AsJson,
    Changes,
    DrawsFile,
    OnePartnership,
    OneScenario,
    OutFolder,
    Replications,
    Seed,
    Workers,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..incentive import Estimate, GroupWorth, Incentive, Paid, Worth


@app.command()
def incentive(
    scenario: OneScenario,
    *,
    formula: Annotated[
        list[str] | None,
        typer.Option(
            "--formula",
            metavar="NAME",
            help="A formula of the library or a .yaml file; may be repeated.  [default: its own]",
        ),
    ] = None,
    group: Annotated[
        list[str] | None,
        typer.Option("--group", metavar="GROUP", help="Only this group; may be repeated."),
    ] = None,
    balance: Annotated[
        bool,
        typer.Option(
            "--balance",
            help="Also search for the share for reintegration that balances the books; more runs.",
        ),
    ] = False,
    changes: Changes = None,
    replications: Replications = None,
    seed: Seed = None,
    workers: Workers = None,
    draws: DrawsFile = None,
    out: OutFolder = None,
    partnership: OnePartnership = None,
    as_json: AsJson = False,
) -> None:
    """Say what one client is worth: kept, moved on, moved on early, taken on; and what doing right costs."""
    from ..report.incentive import document as report

    job = Job(
        [scenario],
        changes=changes or [],
        replications=replications,
        seed=seed,
        workers=workers,
        draws=draws,
        out=out,
        partnership=partnership,
    )
    found, chosen = job.prepared()
    ask = partial(
        sim.incentive,
        formulas=formula or (),
        groups=group or (),
        partnership=partnership,
        balance=balance,
    )
    told = job.done(ask, only(found, scenario), chosen)
    if out is not None:
        options = [part for each in formula or () for part in ("--formula", each)]
        options += [part for each in group or () for part in ("--group", each)]
        options += ["--balance"] if balance else []
        command = job.command("incentive", *options)
        put_page(out, "incentive.html", partial(report, told, command))
    if as_json:
        print_json(heading("incentive", told) | _as_json(told))
    else:
        _print(told)


def _as_json(told: Incentive) -> dict[str, object]:
    from ..outputs import records

    return {
        "partnership": told.partnership,
        "formulas": [{"name": paid.name, "title": paid.title} for paid in told.paid],
        "worth": records(told.table),
        "meters": records(told.meters),
        "sentences": list(told.sentences),
        "notes": list(told.notes),
    }


# Printed


def _print(told: Incentive) -> None:
    from ..incentive.result import told as meter_in_words

    say(f"{told.scenario.title}: what one client is worth to {told.partnership}.")
    for paid in told.paid:
        for group in paid.groups:
            say(f"\n{group.label}, paid by {_lower(paid)}")
            _print_moves(told, group)
            for sentence in meter_in_words(paid, group):
                say(sentence)
    say("")
    for note in told.notes:
        say(note)


def _lower(paid: Paid) -> str:
    return f"{paid.title[:1].lower()}{paid.title[1:]}"


def _print_moves(told: Incentive, group: GroupWorth) -> None:
    """Two tables with a column for each move, which four fit into 100 columns: money, and everybody's lives."""
    moves = [_head(each) for each in group.worth]
    lag = told.scenario.formula.lag_years
    money = [
        *(_year(told.years[lag + n], group, lag + n) for n in range(2)),
        _total(f"All {len(told.years)} years", group, "allocation_gbp", gbp_exact),
        ["…by the formula", *map(_by_formula, group.worth)],
        ["Own cost saved", *(_of(each, each.cost_saved_gbp, gbp_exact) for each in group.worth)],
        _total("Net", group, "net_gbp", gbp_exact),
    ]
    print_table(["For each client moved", *moves], money)
    lives = [
        _total("Years in recovery", group, "in_recovery_years", _hundredths),
        _total("Returns in 6 months", group, "re_presentations", _hundredths),
        _total("Deaths", group, "deaths", _hundredths),
        _total("Crime, £ to society", group, "crime_gbp", gbp_exact),
    ]
    print_table(["Everybody's change, by client moved", *moves], lives)


def _head(worth: Worth) -> str:
    clients = f"{worth.clients:,.0f} clients a run" if worth.clients else "(nobody was)"
    return f"{worth.title}\n{clients}"


def _year(name: str, group: GroupWorth, year: int) -> list[str]:
    cells = (_of(each, each.gained_gbp[year], gbp_exact) for each in group.worth)
    return [f"Allocation {name}", *cells]


def _total(label: str, group: GroupWorth, name: str, show: Callable[[float], str]) -> list[str]:
    return [label, *(_of(each, each.total[name], show) for each in group.worth)]


def _by_formula(worth: Worth) -> str:
    if not worth.clients or not worth.by_formula or math.isnan(worth.by_formula.total_gbp.mean):
        return MISSING
    return signed(worth.by_formula.total_gbp.mean, gbp_exact)


def _of(worth: Worth, estimate: Estimate, show: Callable[[float], str]) -> str:
    return _cell(estimate, show) if worth.clients else MISSING


def _cell(estimate: Estimate, show: Callable[[float], str]) -> str:
    if math.isnan(estimate.mean):
        return MISSING
    text = signed(estimate.mean, show)
    if math.isnan(estimate.low) or estimate.low == estimate.high == estimate.mean:
        return text
    ends = interval(estimate.low, estimate.high, partial(signed, show_as=show))
    close = f"\n{TOO_CLOSE}" if estimate.low <= 0 <= estimate.high else ""
    return f"{text}\n{ends}{close}"


def _hundredths(number: float) -> str:
    return f"{number:,.2f}".replace("-", "−")
