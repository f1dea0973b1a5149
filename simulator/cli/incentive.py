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
    lag = told.scenario.formula.lag_years
    years = told.years[lag : lag + 2]
    headings = (
        "One client",
        *(f"Allocation {year}" for year in years),
        f"All {len(told.years)} years",
        "By the formula",
        "Own cost saved",
        "Net",
        "Years in recovery",
        "Returns in 6 months",
        "Deaths",
        "Crime (society)",
    )
    print_table(headings, [_move_row(each, lag) for each in group.worth])


def _move_row(worth: Worth, lag: int) -> list[str]:
    if not worth.clients:
        return [f"{worth.title}\n(nobody was)", *[MISSING] * 10]
    total = worth.total
    by_formula = worth.by_formula
    pounds = [*worth.gained_gbp[lag : lag + 2], total["allocation_gbp"]]
    return [
        f"{worth.title}\n{worth.clients:,.0f} clients a run",
        *(_cell(each, gbp_exact) for each in pounds),
        signed(by_formula.total_gbp.mean, gbp_exact) if by_formula else MISSING,
        _cell(worth.cost_saved_gbp, gbp_exact),
        _cell(total["net_gbp"], gbp_exact),
        *(
            _cell(total[name], _hundredths)
            for name in ("in_recovery_years", "re_presentations", "deaths")
        ),
        _cell(total["crime_gbp"], gbp_exact),
    ]


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
