"""The verb that asks what partnerships choose, where that ends and what it costs."""

from __future__ import annotations

import json
import shlex
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

import simulator as sim

from ..errors import BadInput, Fault
from ..printing import PROGRAM, print_table, progress_on_stderr
from .door import app, noted, print_json, say, tell
from .job import NO_CHARTS, can_draw
from .job import only as only_one
from .options import AsJson, Changes, OneFormula, OneScenario, Workers

if TYPE_CHECKING:
    from ..behaviour import FollowTheMoney
    from ..behaviour.equilibrium import Start
    from ..findings import Figure, Finding
    from ..report.table import Table
    from ..scenario import Scenario


ROUNDS = 12


class AimOption(StrEnum):
    """What following the money makes as large as it can."""

    ALLOCATION = "allocation"
    BALANCE = "balance"


class OrderOption(StrEnum):
    """Whether all change at once after a round, or one after the other."""

    AT_ONCE = "at_once"
    IN_TURN = "in_turn"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What was asked for."""

    scenario: str
    changes: tuple[str, ...]
    formula: str | None
    everybody: bool
    only: tuple[str, ...]
    horizon: int | None
    aim: AimOption | None
    order: OrderOption
    starts: tuple[Start, ...]
    rounds: int
    replications: int
    seed: int
    out: Path | None

    def prepared(self) -> Scenario:
        """The scenario, or every fault of all that was asked for, before anything runs."""
        from ..outputs import check_writable
        from ..scenario import load_formula

        faults: list[Fault] = []
        found: list[Scenario] = []
        with noted(faults):
            if self.formula is not None:
                load_formula(self.formula)
        with noted(faults):
            found.append(self._read())
        with noted(faults):
            if self.everybody and self.only:
                rule, advice = "not stand beside --everybody", "give one of the two"
                got = ", ".join(self.only)
                raise BadInput([Fault("--only", "the option", rule, got, advice)])
        with noted(faults):
            for each in found:
                self._check(each)
        with noted(faults):
            if self.out is not None:
                check_writable(self.out)
        if faults:
            raise BadInput(dict.fromkeys(faults))
        return found[0]

    def _read(self) -> Scenario:
        from ..scenario import with_formula

        own = [f"behaviour.horizon_years={self.horizon}"] if self.horizon else []
        own += [f"behaviour.aim={self.aim.value}"] if self.aim else []
        whole = only_one(sim.read([self.scenario], [*self.changes, *own]), self.scenario)
        return whole if self.formula is None else with_formula(whole, self.formula)

    def _check(self, scenario: Scenario) -> None:
        from ..behaviour.responses import horizon_of
        from ..behaviour.seats import seated, who_chooses

        seated(scenario, who_chooses(scenario, everybody=self.everybody, only=self.only))
        horizon_of(scenario)

    @property
    def command(self) -> str:
        """What makes it again."""
        told = [PROGRAM, "behaviour", self.scenario]
        told += [part for change in self.changes for part in ("--set", change)]
        told += ["--formula", self.formula] if self.formula else []
        told += ["--everybody"] if self.everybody else []
        told += [part for name in self.only for part in ("--only", name)]
        told += ["--horizon", str(self.horizon)] if self.horizon else []
        told += ["--aim", self.aim.value] if self.aim else []
        told += ["--order", self.order.value] if self.order is not OrderOption.AT_ONCE else []
        told += ["--also-from-clients-first"] if len(self.starts) > 1 else []
        told += ["--rounds", str(self.rounds)] if self.rounds != ROUNDS else []
        told += ["--replications", str(self.replications), "--seed", str(self.seed)]
        return shlex.join([*told, *(["--out", self.out.as_posix()] if self.out else [])])


@app.command(cls=OneFormula)
def behaviour(
    scenario: OneScenario,
    *,
    changes: Changes = None,
    formula: Annotated[
        str | None,
        typer.Option(
            "--formula",
            metavar="NAME",
            help="Share the pot by a formula of the library or a .yaml file.",
        ),
    ] = None,
    everybody: Annotated[
        bool, typer.Option("--everybody", help="All follow the money, whatever the scenario says.")
    ] = False,
    only: Annotated[
        list[str] | None,
        typer.Option("--only", metavar="NAME", help="Only these follow it; may be repeated."),
    ] = None,
    horizon: Annotated[
        int | None,
        typer.Option(
            "--horizon", min=1, max=30, help="Allocations they look at; 1 is next year's."
        ),
    ] = None,
    aim: Annotated[
        AimOption | None, typer.Option("--aim", help="What they make as large as they can.")
    ] = None,
    order: Annotated[
        OrderOption, typer.Option("--order", help="Whether all change at once, or in turn.")
    ] = OrderOption.AT_ONCE,
    also_from_clients_first: Annotated[
        bool,
        typer.Option("--also-from-clients-first", help="Also begin where all put clients first."),
    ] = False,
    rounds: Annotated[
        int, typer.Option("--rounds", min=1, help="When to stop at the latest.")
    ] = ROUNDS,
    replications: Annotated[
        int, typer.Option("--replications", "-n", min=2, help="How many runs of each choice.")
    ] = 24,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Where chance begins.")] = 1,
    workers: Workers = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", metavar="DIR", help="Write tables and a page; a job that was killed goes on."
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Let partnerships follow the money until nobody gains by changing, and tell what it costs."""
    from ..behaviour import follow_the_money
    from ..workers import workers_by_default

    asked = _Asked(
        scenario=scenario,
        changes=tuple(changes or ()),
        formula=formula,
        everybody=everybody,
        only=tuple(only or ()),
        horizon=horizon,
        aim=aim,
        order=order,
        starts=("as_it_is", "clients_first") if also_from_clients_first else ("as_it_is",),
        rounds=rounds,
        replications=replications,
        seed=seed,
        out=out,
    )
    whole = asked.prepared()
    with progress_on_stderr("runs") as progress:
        game = follow_the_money(
            whole,
            everybody=everybody,
            only=asked.only,
            order=asked.order.value,
            starts=asked.starts,
            most_rounds=rounds,
            replications=replications,
            seed=seed,
            workers=workers or workers_by_default(),
            folder=None if out is None else out / "runs",
            progress=progress,
        )
    if out is not None:
        files = _write(game, out, asked.command)
        tell(f"Wrote {', '.join(files)} to {out}")
    if as_json:
        print_json(_as_json(game, asked.command))
    else:
        _print(game)


def _write(game: FollowTheMoney, out: Path, command: str) -> list[str]:
    """Tables, a record and a page, each beside its place and then renamed."""
    from ..behaviour import price
    from ..csv_text import as_csv
    from ..report.behaviour import document
    from ..report.document import page
    from ..report.page import put

    with_charts = can_draw()
    texts = {
        "responses.csv": as_csv(_responses(game)),
        "rounds.csv": as_csv(game.rounds),
        "outcomes.csv": as_csv(game.outcomes),
        "price.csv": as_csv(price(game).table),
        "behaviour.json": f"{json.dumps(_as_json(game, command), indent=1, ensure_ascii=False, allow_nan=False)}\n",
        "behaviour.html": page(document(game, command, drawings=with_charts)),
    }
    for name, text in texts.items():
        put(out / name, text.encode())
    if not with_charts:
        tell(NO_CHARTS)
    return list(texts)


def _responses(game: FollowTheMoney) -> Any:
    """What comes of every option for one: in the first round, and at the end."""
    import pandas as pd

    when = {"first round": game.main.rounds[0].answers, "at the end": game.at_the_end}
    return pd.concat(
        [
            answer.table.assign(when=moment)
            for moment, answers in when.items()
            for answer in answers
        ],
        ignore_index=True,
    )


def _as_json(game: FollowTheMoney, command: str) -> dict[str, Any]:
    from ..behaviour import price
    from ..findings import all_findings
    from ..outputs import records
    from ..scenario import as_dict

    table = game.table
    return {
        "verb": "behaviour",
        "command": command,
        "model": sim.__version__,
        "seed": game.seed,
        "replications": len(game.clients.everybody),
        "verdict": game.verdict,
        "race": game.race,
        "better_off": list(game.better_off),
        "start": _profile(game, game.start),
        "end": _profile(game, game.end),
        "cycle": [_profile(game, each) for each in game.main.cycle],
        "clients_first": _profile(game, game.clients.best),
        "findings": [_finding(each) for each in all_findings(game)],
        "rounds": records(game.rounds),
        "price": records(price(game).table),
        "copies": {name: own.copies for name, own in table.scenario.partnerships.items()},
        "scenario": as_dict(table.scenario),
    }


def _profile(game: FollowTheMoney, profile: tuple[int, ...]) -> dict[str, str]:
    return {
        name: game.option(player, profile).name for player, name in enumerate(game.table.players)
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "title": finding.title,
        "sentence": finding.sentence,
        "verdict": finding.verdict,
        "figures": [_figure(each) for each in finding.figures],
    }


def _figure(figure: Figure) -> dict[str, Any]:
    from ..outputs import plain

    numbers = {name: getattr(figure.estimate, name) for name in ("mean", "low", "high")}
    return {"name": figure.name} | {name: plain(name, value) for name, value in numbers.items()}


def _print(game: FollowTheMoney) -> None:
    from ..behaviour import price
    from ..findings import alone_or_together, what_it_costs, where_it_ends, who_shows_it
    from ..incentives.estimate import if_few
    from ..report import behaviour as told

    for answer in game.main.rounds[0].answers:
        _table(told.responses(answer))
    _table(told.rounds(game))
    if len(game.played) > 1:
        _table(told.starts(game))
    cost = price(game)
    _table(told.price_table(cost))
    _table(told.side_by_side(game))
    alone = alone_or_together(game, who_shows_it(game))
    for finding in (where_it_ends(game), what_it_costs(cost), alone):
        say(f"{finding.title} ({finding.verdict}).")
        say(f"  {finding.sentence}")
    for line in if_few(len(game.clients.everybody)):
        say(line)


def _table(table: Table) -> None:
    say(table.caption)
    print_table(
        table.columns,
        [
            [row.head, *(f"{c.text}\n{c.below}" if c.below else c.text for c in row.cells)]
            for row in table.rows
        ],
    )
