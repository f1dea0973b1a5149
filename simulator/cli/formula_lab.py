"""Verbs that put a formula to the test, and that look for better ones."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

import simulator as sim

from ..csv_text import as_csv
from ..errors import BadInput, Fault
from ..printing import PROGRAM, print_table, progress_on_stderr
from .door import noted, print_json, say, tell
from .formula import formula_app
from .job import NO_CHARTS, can_draw, only, read
from .options import AsJson, Changes, DrawsFile, FormulaName, OneFormula, OneScenario, Workers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..formula_lab.search import Search
    from ..formula_lab.stress import Stress
    from ..report.document import Document
    from ..scenario import Scenario

SeedFrom1 = Annotated[int, typer.Option("--seed", min=0, help="Where chance begins.")]
Folder = Annotated[
    Path | None,
    typer.Option("--out", metavar="DIR", help="Write tables, files and a report there."),
]
Acting = Annotated[
    str | None,
    typer.Option("--partnership", metavar="NAME", help="Who acts.  [default: the first]"),
]


@formula_app.command(cls=OneFormula)
def stress(
    scenario: OneScenario = "baseline_2008",
    *,
    formula: FormulaName = None,
    harm: Annotated[
        list[str] | None,
        typer.Option("--harm", metavar="HARM", help="Look for this one; may be repeated."),
    ] = None,
    changes: Changes = None,
    partnership: Acting = None,
    replications: Annotated[
        int, typer.Option("--replications", "-n", min=2, help="How many runs of each scenario.")
    ] = 12,
    smallest: Annotated[
        bool,
        typer.Option(
            "--smallest/--no-smallest", help="Look for the smallest scenario that shows each harm."
        ),
    ] = True,
    seed: SeedFrom1 = 1,
    workers: Workers = None,
    out: Folder = None,
    as_json: AsJson = False,
) -> None:
    """Look for the harms that a formula does, and for the smallest scenario that shows each."""
    from ..formula_lab.stress import chosen_harms
    from ..formula_lab.stress import stress as look_for
    from ..workers import workers_by_default

    whole, faults = _prepared(scenario, changes, formula, partnership, out)
    with noted(faults):
        chosen_harms(harm or [])
    if faults or whole is None:
        raise BadInput(faults)
    result = look_for(
        whole,
        harms=harm or [],
        partnership=partnership,
        replications=replications,
        seed=seed,
        workers=workers or workers_by_default(),
        shrink=smallest,
        say=tell,
    )
    options = {
        "--formula": formula,
        "--partnership": partnership,
        "--replications": replications,
        "--seed": seed,
        "--out": out,
    }
    many: dict[str, Sequence[str]] = {"--harm": harm or []}
    flags = () if smallest else ("--no-smallest",)
    command = _command("stress", scenario, options, changes, many, flags)
    if out is not None:
        _tell_files(_write_stress(result, out, command), out)
    if as_json:
        print_json(_stress_json(result, command))
    else:
        _print_stress(result)


@formula_app.command()
def search(
    scenario: OneScenario = "baseline_2008",
    *,
    terms: Annotated[
        list[str] | None,
        typer.Option(
            "--terms", metavar="TERM", help="A term to weigh; may be repeated.  [default: all]"
        ),
    ] = None,
    trials: Annotated[int, typer.Option("--trials", min=1, help="How many formulas to try.")] = 600,
    changes: Changes = None,
    partnership: Acting = None,
    replications: Annotated[
        int, typer.Option("--replications", "-n", min=2, help="How many worlds are lived.")
    ] = 10,
    confirm: Annotated[
        int,
        typer.Option("--confirm", min=0, help="In how many worlds some are run whole; 0 for none."),
    ] = 3,
    draws: DrawsFile = None,
    seed: SeedFrom1 = 1,
    workers: Workers = None,
    out: Folder = None,
    as_json: AsJson = False,
) -> None:
    """Look for formulas under which clients first pays best: a frontier, suggested and not decided."""
    from ..formula_lab.search import check_installed
    from ..formula_lab.variables import space
    from ..formula_lab.whole import find
    from ..scenario.draws import find_draws
    from ..workers import workers_by_default

    check_installed()
    whole, faults = _prepared(scenario, changes, None, partnership, out)
    given = None
    if whole is not None:
        with noted(faults):
            space(whole, terms or [])
        with noted(faults):
            given = None if draws is None else find_draws(draws, whole)
    if faults or whole is None:
        raise BadInput(faults)
    with progress_on_stderr("worlds") as progress:
        result = find(
            whole,
            terms=terms or [],
            trials=trials,
            worlds=replications,
            confirmed_worlds=confirm,
            seed=seed,
            workers=workers or workers_by_default(),
            draws=given,
            partnership=partnership,
            file=out and out / "worlds.jsonl",
            progress=progress,
        )
    options = {
        "--partnership": partnership,
        "--trials": trials,
        "--replications": replications,
        "--confirm": confirm,
        "--draws": draws,
        "--seed": seed,
        "--out": out,
    }
    command = _command("search", scenario, options, changes, {"--terms": terms or []})
    if out is not None:
        _tell_files(_write_search(result, out, command), out)
    if as_json:
        print_json(_search_json(result, command))
    else:
        _print_search(result)


def _prepared(
    scenario: str,
    changes: Sequence[str] | None,
    formula: str | None,
    partnership: str | None,
    out: Path | None,
) -> tuple[Scenario | None, list[Fault]]:
    """The scenario, and every fault of what was given."""
    from ..formula_lab.plans import check_partnership
    from ..outputs import check_writable

    faults: list[Fault] = []
    whole = None
    with noted(faults):
        whole = only(read([scenario], changes or [], formula), scenario)
    if whole is not None:
        with noted(faults):
            check_partnership(whole, partnership)
    with noted(faults):
        if out is not None:
            check_writable(out)
    return whole, faults


def _command(
    verb: str,
    scenario: str,
    options: dict[str, Any],
    changes: Sequence[str] | None,
    many: dict[str, Sequence[str]],
    flags: Sequence[str] = (),
) -> str:
    told = [PROGRAM, "formula", verb, scenario]
    for name, values in {"--set": changes or [], **many}.items():
        for value in values:
            told += [name, value]
    for name, value in options.items():
        told += [] if value is None else [name, str(value)]
    return shlex.join([*told, *flags])


def _tell_files(files: Sequence[str], out: Path) -> None:
    tell(f"Wrote {', '.join(files[:-1])} and {files[-1]} to {out}")


def _put(out: Path, texts: dict[str, str]) -> list[str]:
    from ..report.page import put

    for file, text in texts.items():
        put(out / file, text.encode())
    return [*texts]


def _documents(document: Document, name: str) -> dict[str, str]:
    from ..report.document import markdown, page

    return {f"{name}.md": markdown(document), f"{name}.html": page(document)}


def _json_text(told: dict[str, Any]) -> str:
    return json.dumps(told, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


# Stress


def _write_stress(result: Stress, out: Path, command: str) -> list[str]:
    from ..formula_lab.written import stress_table, write_smallest
    from ..report.formula_lab import stress_document

    out.mkdir(parents=True, exist_ok=True)
    files = write_smallest(result, out)
    texts = {"stress.csv": as_csv(stress_table(result))}
    draw = can_draw()
    texts |= _documents(stress_document(result, command, draw=draw), "stress")
    texts["stress.json"] = _json_text(_stress_json(result, command))
    if not draw:
        tell(NO_CHARTS)
    return files + _put(out, texts)


def _stress_json(result: Stress, command: str) -> dict[str, Any]:
    from ..formula_lab.words import stress_sentences
    from ..formula_lab.written import stress_table
    from ..outputs import records

    return _heading("stress", result.scenario, command, result.seed) | {
        "partnership": result.partnership,
        "replications": result.replications,
        "harms": records(stress_table(result)),
        "sentences": stress_sentences(result),
    }


def _heading(verb: str, scenario: Scenario, command: str, seed: int) -> dict[str, Any]:
    return {
        "verb": f"formula {verb}",
        "command": command,
        "scenario": scenario.name,
        "title": scenario.title,
        "seed": seed,
        "model": sim.__version__,
    }


def _print_stress(result: Stress) -> None:
    from ..formula_lab.words import stress_sentences
    from ..report.formula_lab import harms_table

    _print(harms_table(result))
    for sentence in stress_sentences(result):
        say(sentence)


def _print(table: Any) -> None:
    say(table.caption)
    print_table(
        table.columns,
        [
            [row.head, *(f"{c.text}\n{c.below}" if c.below else c.text for c in row.cells)]
            for row in table.rows
        ],
    )


# Search


def _write_search(result: Search, out: Path, command: str) -> list[str]:
    from ..formula_lab.written import frontier_table, losers_table, suggested_yaml
    from ..report.formula_lab import picture, search_document
    from ..report.page import put

    draw = can_draw()
    _remove_older(out)
    texts = {f"{point.name}.yaml": suggested_yaml(point, result) for point in result.shown}
    texts["frontier.csv"] = as_csv(frontier_table(result))
    texts["losers.csv"] = as_csv(losers_table(result))
    texts |= _documents(search_document(result, command, draw=draw), "search")
    texts["search.json"] = _json_text(_search_json(result, command))
    files = _put(out, texts)
    if draw:
        put(out / "frontier.png", picture(result))
        return [*files, "frontier.png"]
    tell(NO_CHARTS)
    return files


def _remove_older(out: Path) -> None:
    """Take away what an earlier search suggested here: its formulas are not those of the new frontier."""
    from ..formula_lab.search import SUGGESTED

    for file in sorted(out.glob("suggested_*.yaml")):
        if SUGGESTED in file.read_text(encoding="utf-8", errors="replace").casefold():
            file.unlink()


def _search_json(result: Search, command: str) -> dict[str, Any]:
    from ..formula_lab.search import SUGGESTED
    from ..formula_lab.words import search_sentences
    from ..formula_lab.written import frontier_table
    from ..outputs import records

    return _heading("search", result.scenario, command, result.seed) | {
        "status": SUGGESTED,
        "worlds": result.worlds,
        "worlds_differ_by": result.holds,
        "tried": result.tried,
        "formulas": records(frontier_table(result)),
        "sentences": search_sentences(result),
    }


def _print_search(result: Search) -> None:
    from ..formula_lab.words import known_points, point_sentences, search_sentences
    from ..report.formula_lab import KNOWN, SOME, frontier_rows

    for caption, points in ((SOME, result.shown), (KNOWN, known_points(result))):
        _print(frontier_rows(points, caption))
        for sentence in point_sentences(result, points):
            say(sentence)
        say("")
    for sentence in search_sentences(result):
        say(sentence)
