"""Verbs that look at scenario files and run nothing."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

import simulator as sim

from .. import wording
from ..beside import beside
from ..errors import BadInput, Fault
from ..printing import print_evidence, print_table
from .door import app, noted, print_json, say
from .job import only, read
from .options import AsJson, Changes, Files, FormulaName, OneFormula, OneScenario

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ..scenario import Scenario
    from ..study import Checked


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
def studies(*, as_json: AsJson = False) -> None:
    """List the studies of the library, with what each does."""
    from ..study import read_study, study_names

    found = {name: read_study(name).study for name in study_names()}
    if as_json:
        told = [
            {"name": name, "title": each.title, "description": " ".join(each.description.split())}
            for name, each in found.items()
        ]
        print_json(told)
    else:
        print_table(("Name", "Title"), [[name, each.title] for name, each in found.items()])


@app.command()
def check(files: Files) -> None:
    """Check scenarios, formulas, studies, or figures in a .csv: say OK, or tell every fault of all of them."""
    from ..scenario import people_expected
    from ..scenario.formulas import is_formula
    from ..study import is_study

    faults: list[Fault] = []
    for file in files:
        with noted(faults):
            if file.lower().endswith(".csv"):
                _check_figures(file)
                continue
            if is_study(file):
                _check_study(file)
                continue
            if is_formula(file):
                rule = sim.load_formula(file)
                terms = wording.counted(len(rule.formula.terms), "term")
                say(f"{file}: OK: {rule.title} ({terms})")
                continue
            for each in sim.read([file]):
                people = wording.count(people_expected(each))
                areas = wording.counted(len(each.partnerships), "partnership")
                size = f"{areas}, {wording.counted(each.years, 'year')}, about {people} people"
                say(f"{file}: OK: {each.title} ({size})")
                for note in _lonely_clusters(each):
                    say(f"  {note}")
    if faults:
        raise BadInput(faults)


def _lonely_clusters(scenario: Scenario) -> Iterator[str]:
    """What is no fault, but surely not what was meant: a partnership that commissions with nobody."""
    from ..money import clustered

    for name, own in scenario.partnerships.items():
        if own.cluster is not None and clustered(scenario, name) == (name,):
            advice = "give another partnership the same cluster, or take it out"
            nobody = f"nobody else is in {own.cluster}, so it changes nothing"
            yield f"partnerships.{name}.cluster: {nobody}; {advice}"


def _check_study(file: str) -> None:
    """A study, with the parts of it that other verbs read."""
    from ..study import check

    told = check(file)
    _check_parts(told)
    scenarios = wording.counted(len(told.scenarios), "scenario")
    points = wording.counted(len(told.points()), "point")
    varied = wording.counted(len(told.dimensions), "dimension")
    say(f"{file}: OK: {told.title} ({scenarios}, {varied}, {points})")


def _check_parts(told: Checked) -> None:
    """What a study says for sensitivity, optimise and discover, where it says something."""
    from .. import discovery, optimisation, sensitivity_analysis

    readers: dict[str, Callable[[Checked], object]] = {
        "sensitivity": sensitivity_analysis.sections,
        "decision": sensitivity_analysis.sections,
        "optimise": optimisation.prepare,
        "discovery": discovery.prepare,
    }
    faults: list[Fault] = []
    for part, reader in readers.items():
        if told.written.tree.data.get(part) is not None:
            with noted(faults):
                reader(told)
    if faults:
        raise BadInput(dict.fromkeys(faults))


def _check_figures(file: str) -> None:
    """A partnership's own figures."""
    from ..local_area import read_local
    from ..local_area.reading import years_told

    told = read_local(file)
    many = wording.counted(len(told.figures), "figure")
    say(f"{file}: OK: {told.partnership} ({many}, {years_told(told)})")
    for note in told.notes:
        say(f"  {note}")


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
        with beside(out) as part:
            part.write_text(f"{text}\n", encoding="utf-8", newline="\n")
    except (OSError, ValueError) as error:
        got = str(getattr(error, "strerror", None) or error)
        where, rule, advice = f"--out {out}", "be a file that can be written", "name another file"
        raise BadInput([Fault(where, "the file", rule, got.lower(), advice)]) from error


class Grade(StrEnum):
    """How well a value is known, as an option names it."""

    UNVERIFIED = "unverified"
    ASSUMED = "assumed"
    DERIVED = "derived"
    PUBLISHED = "published"


@app.command(cls=OneFormula)
def evidence(
    scenario: OneScenario,
    *,
    changes: Changes = None,
    formula: FormulaName = None,
    grade: Annotated[
        list[Grade] | None, typer.Option("--grade", help="Only this grade; may be repeated.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE.md", help="Write it as a page.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Print every assumption and what supports it: the least known first, then what moves most."""
    from ..evidence import WORST_FIRST, write_markdown
    from ..outputs import evidence_records

    whole = only(read([scenario], changes or [], formula), scenario)
    grades = [each for each in WORST_FIRST if not grade or each in grade]
    if out is not None:
        write_markdown(whole, out, grades)
    if as_json:
        print_json([each for each in evidence_records(whole) if each["grade"] in grades])
    elif out is None:
        print_evidence(whole, grades)
