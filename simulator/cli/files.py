"""Verbs that look at scenario files and run nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

import simulator as sim

from .. import wording
from ..errors import BadInput, Fault
from ..printing import print_evidence, print_table
from .door import app, noted, print_json, say
from .job import only
from .options import AsJson, Changes, Files, OneScenario


@app.command()
def scenarios(*, as_json: AsJson = False) -> None:
    """List the scenarios of the library, each with the question that it asks."""
    found = sim.read(sim.names())
    told = [{"name": s.name, "title": s.title, "question": s.question} for s in found]
    if as_json:
        print_json(told)
    else:
        print_table(("Name", "Title", "Question"), [[*each.values()] for each in told])


@app.command()
def check(files: Files) -> None:
    """Check scenario files: say OK, or tell every fault of all of them."""
    from ..scenario import people_expected

    faults: list[Fault] = []
    for file in files:
        with noted(faults):
            for each in sim.read([file]):
                people = wording.count(people_expected(each))
                areas = wording.counted(len(each.partnerships), "partnership")
                size = f"{areas}, {wording.counted(each.years, 'year')}, about {people} people"
                say(f"{file}: OK: {each.title} ({size})")
    if faults:
        raise BadInput(faults)


@app.command()
def schema(
    *,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Write it to a file.")
    ] = None,
) -> None:
    """Print the JSON Schema with which an editor completes and checks scenario files."""
    from ..scenario import json_schema

    text = json.dumps(json_schema(), indent=1, ensure_ascii=False)
    if out is None:
        say(text)
        return
    try:
        out.write_text(f"{text}\n", encoding="utf-8", newline="\n")
    except (OSError, ValueError) as error:
        got = str(getattr(error, "strerror", None) or error)
        where, rule, advice = f"--out {out}", "be a file that can be written", "name another file"
        raise BadInput([Fault(where, "the file", rule, got.lower(), advice)]) from error


@app.command()
def evidence(scenario: OneScenario, *, changes: Changes = None, as_json: AsJson = False) -> None:
    """Print every assumption of a scenario and what supports it, the least known first."""
    from ..outputs import evidence_records

    whole = only(sim.read([scenario], changes or []), scenario)
    if as_json:
        print_json(evidence_records(whole))
    else:
        print_evidence(whole)
