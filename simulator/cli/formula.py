"""Verbs about formulas: which there are, what they say, and what each makes people do."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

import simulator as sim

from ..errors import BadInput, Fault
from ..printing import PROGRAM, print_table, progress_on_stderr
from ..wording import count, counted, counted_name, share
from .door import app, noted, print_json, say, tell
from .options import AsJson, Workers

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ..report.table import Row
    from ..scenario.formulas import Preset
    from ..scenario.schema import Term
    from ..side_by_side import Asked, SideBySide

formula_app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
app.add_typer(
    formula_app,
    name="formula",
    help="Rules by which a pot may be shared, and what they make people do.",
)


@formula_app.command(name="list")
def list_formulas(*, as_json: AsJson = False) -> None:
    """List the formulas of the library: those that were in force first, by year."""
    found = [sim.load_formula(name) for name in sim.formula_names()]
    told = [{"name": f.name, "title": f.title, "description": f.description} for f in found]
    if as_json:
        print_json(told)
    else:
        print_table(("Name", "Title"), [[each["name"], each["title"]] for each in told])


@formula_app.command()
def show(
    formula: Annotated[
        str, typer.Argument(metavar="FORMULA", help="A name of the library, or a .yaml file.")
    ],
    *,
    as_json: AsJson = False,
) -> None:
    """Say what a formula counts, how much of the pot follows it, and what supports that."""
    found = sim.load_formula(formula)
    if as_json:
        told = {"name": found.name, **found.told.model_dump(mode="json")}
        print_json(told | {"without_evidence": found.without_evidence})
    else:
        _print(found)


def _print(formula: Preset) -> None:
    say(formula.title)
    say(formula.description.strip())
    rule = formula.formula
    rows = [
        [name, share(term.weight), counted_name(term.counts), _weights(term)]
        for name, term in rule.terms.items()
    ]
    print_table(("Term", "Weight", "Counts", "What one person counts for"), rows)
    if groups := formula.weighed_groups:
        must = "a scenario must have these and no other"
        say(f"It weighs clients of the groups {', '.join(groups)}: {must}.")
    print_table(("Setting", "Value"), [[*each] for each in _settings(formula)])
    evidence = [[key, told.grade, told.source] for key, told in formula.evidence.items()]
    evidence += [[path, "", "no evidence given"] for path in formula.without_evidence]
    print_table(("Value", "Grade", "Source"), evidence)


def _weights(term: Term) -> str:
    if term.group_weights is None:
        return ""
    return ", ".join(f"{group} {weight:g}" for group, weight in term.group_weights.items())


def _settings(formula: Preset) -> Iterator[tuple[str, str]]:
    rule = formula.formula
    for name, info in type(rule).model_fields.items():
        if name != "terms":
            yield str(info.title), _shown(getattr(rule, name))


def _shown(value: object) -> str:
    if isinstance(value, tuple):
        return ", then ".join(_shown(each) for each in value)
    return "none" if value is None else f"{value:g}"


@formula_app.command()
def compare(
    formulas: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="FORMULA", help="Names of the library or .yaml files.  [default: the library]"
        ),
    ] = None,
    *,
    one: Annotated[
        str, typer.Option("--one", metavar="SCENARIO", help="For what one client is worth.")
    ] = "baseline_2008",
    types: Annotated[
        str, typer.Option("--types", metavar="SCENARIO", help="For following the money.")
    ] = "england_2008_types",
    areas: Annotated[
        str, typer.Option("--areas", metavar="SCENARIO", help="For who gains and who loses.")
    ] = "england_2008",
    group: Annotated[
        list[str] | None,
        typer.Option("--group", help="Only clients of this group; may be repeated."),
    ] = None,
    replications: Annotated[
        int, typer.Option("--replications", "-n", min=2, help="How many runs of each plan.")
    ] = 6,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Where chance begins.")] = 1,
    workers: Workers = None,
    out: Annotated[
        Path, typer.Option("--out", metavar="DIR", help="Where formulas.md and formulas.html go.")
    ] = Path("results/formulas"),
    runs: Annotated[
        Path | None,
        typer.Option(
            "--runs",
            metavar="DIR",
            help="Where runs are kept; a job that was killed goes on.  [default: runs below --out]",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Lay formulas side by side: what each makes partnerships do, and what that costs clients.

    The whole library takes about half an hour on two cores; a job that was killed goes on.
    """
    from ..report.formulas import check_installed, summary, write
    from ..side_by_side import side_by_side
    from ..workers import workers_by_default

    check_installed()
    presets, asked = _asked(formulas or sim.formula_names(), one, types, areas, group or (), out)
    kept, processes = runs or out / "runs", workers or workers_by_default()
    tell(_how_long(presets, asked, replications, processes))
    told = side_by_side(
        presets,
        asked,
        replications=replications,
        seed=seed,
        workers=processes,
        folder=kept,
        watch=progress_on_stderr,
    )
    command = _command(
        formulas or (), one, types, areas, group or (), replications, seed, out, runs
    )
    files = write(told, out, command)
    if as_json:
        print_json(_as_json(told, command))
    else:
        for table in summary(told):
            say(table.caption)
            print_table(table.columns, [_as_texts(row) for row in table.rows])
    *first, last = (file.name for file in files)
    tell(
        f"Wrote {', '.join(first)} and {last} to {out}; {kept} is there for a job that goes on, and may be deleted"
    )


ROUNDS_USUAL = 3
"""How often following the money is asked again before it settles, usually."""
SECONDS_A_RUN = 0.2
"""Of five years of an average partnership on a core of 2026."""


def _how_long(presets: Sequence[Preset], asked: Asked, replications: int, workers: int) -> str:
    """About how long it takes, so that nobody waits for what they take for a fault."""
    from ..behaviour import options_of

    names = tuple(asked.types.partnerships)
    options = len(options_of(asked.types, names[0]))
    runs = len(presets) * replications * len(names) * (options + 3) * ROUNDS_USUAL
    minutes = max(1, round(runs * SECONDS_A_RUN / workers / 60))
    return (
        f"{counted(len(presets), 'formula')}, about {count(runs)} runs of one partnership: about"
        f" {counted(minutes, 'minute')}, {workers} at a time"
    )


def _as_texts(row: Row) -> list[str]:
    return [row.head, *(f"{c.text}\n{c.below}" if c.below else c.text for c in row.cells)]


def _asked(
    formulas: Sequence[str],
    one: str,
    types: str,
    areas: str,
    groups: Sequence[str],
    out: Path,
) -> tuple[list[Preset], Asked]:
    """Everything read and checked before anything runs, with every fault told."""
    from ..incentives.asking import check
    from ..outputs import check_writable
    from ..side_by_side import Asked

    faults: list[Fault] = []
    presets: list[Preset] = []
    scenarios = []
    for name in formulas:
        with noted(faults):
            presets.append(sim.load_formula(name))
    for name in (one, types, areas):
        with noted(faults):
            scenarios.append(sim.load(name))
    with noted(faults):
        check_writable(out)
    if faults:
        raise BadInput(dict.fromkeys(faults))
    first, second, third = scenarios
    with noted(faults):
        check(first, groups, next(iter(first.partnerships)))
    for preset in presets:
        for scenario in dict.fromkeys((one, types, areas)):
            with noted(faults):
                sim.with_formula(sim.load(scenario), preset)
    if faults:
        raise BadInput(dict.fromkeys(faults))
    return presets, Asked(first, second, third, tuple(groups))


def _command(
    formulas: Sequence[str],
    one: str,
    types: str,
    areas: str,
    groups: Sequence[str],
    replications: int,
    seed: int,
    out: Path,
    runs: Path | None,
) -> str:
    told = [PROGRAM, "formula", "compare", *formulas]
    told += ["--one", one, "--types", types, "--areas", areas]
    told += [part for group in groups for part in ("--group", group)]
    told += ["--replications", str(replications), "--seed", str(seed), "--out", out.as_posix()]
    told += ["--runs", runs.as_posix()] if runs else []
    return shlex.join(told)


def _as_json(told: SideBySide, command: str) -> dict[str, Any]:
    from ..side_by_side import as_records

    return {
        "verb": "formula compare",
        "command": command,
        "replications": told.replications,
        "seed": told.seed,
        "model": sim.__version__,
        "bands_hold": "chance alone",
        "formulas": as_records(told),
    }
