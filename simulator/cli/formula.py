"""Verbs about formulas: which there are, what they say, and what each makes people do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

import simulator as sim

from ..printing import print_table
from ..wording import counted_name, share
from .door import app, print_json, say
from .options import AsJson

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..scenario.formulas import Preset
    from ..scenario.schema import Term

formula_app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
app.add_typer(
    formula_app,
    name="formula",
    help="Rules by which a pot may be shared, and what they make people do.",
)


@formula_app.command(name="list")
def list_formulas(*, as_json: AsJson = False) -> None:
    """List the formulas of the library, in the order in which they were in force."""
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
        print_json({"name": found.name, **found.told.model_dump(mode="json")})
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
    print_table(("Setting", "Value"), [[*each] for each in _settings(formula)])
    evidence = [[key, told.grade, told.source] for key, told in formula.evidence.items()]
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
