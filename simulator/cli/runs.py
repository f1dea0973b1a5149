"""Verbs that run scenarios and print what comes of it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import typer

import simulator as sim

from ..errors import BadInput, Fault
from ..printing import MOST_EXPLAINED, print_comparison, print_explanation, print_run
from .door import app, print_json
from .job import Job, heading, only, put_page
from .options import (
    AsJson,
    Changes,
    DrawsFile,
    FormulaName,
    MaxReplications,
    OneFormula,
    OnePartnership,
    OneScenario,
    OutFolder,
    PreciseMeasures,
    PrecisionShare,
    Replications,
    Scenarios,
    Seed,
    Workers,
)

if TYPE_CHECKING:
    from ..explanation import Explanation
    from ..scenario import Scenario


@app.command(cls=OneFormula)
def run(
    scenario: OneScenario,
    *,
    changes: Changes = None,
    formula: FormulaName = None,
    replications: Replications = None,
    precision: PrecisionShare = None,
    measure: PreciseMeasures = None,
    max_replications: MaxReplications = None,
    seed: Seed = None,
    workers: Workers = None,
    draws: DrawsFile = None,
    out: OutFolder = None,
    partnership: OnePartnership = None,
    as_json: AsJson = False,
) -> None:
    """Run a scenario many times and print its main measures by year."""
    job = Job(
        [scenario],
        changes=changes or [],
        formula=formula,
        replications=replications,
        seed=seed,
        workers=workers,
        draws=draws,
        out=out,
        partnership=partnership,
        precision=precision,
        measures=measure or [],
        max_replications=max_replications,
    )
    found, chosen = job.prepared()
    sample = job.done(sim.run, only(found, scenario), chosen)
    if as_json:
        told = {"summary": job.rows(sample.summary), "streams": job.streams(sample)}
        print_json(heading("run", sample) | told)
    else:
        print_run(sample, job.asked)


@app.command(cls=OneFormula)
def compare(
    scenarios: Scenarios,
    *,
    changes: Changes = None,
    formula: FormulaName = None,
    replications: Replications = None,
    precision: PrecisionShare = None,
    measure: PreciseMeasures = None,
    max_replications: MaxReplications = None,
    seed: Seed = None,
    workers: Workers = None,
    draws: DrawsFile = None,
    out: OutFolder = None,
    partnership: OnePartnership = None,
    as_json: AsJson = False,
) -> None:
    """Compare scenarios with the first one: the same people, the same luck, another plan."""
    job = Job(
        scenarios,
        changes=changes or [],
        formula=formula,
        replications=replications,
        seed=seed,
        workers=workers,
        draws=draws,
        out=out,
        partnership=partnership,
        precision=precision,
        measures=measure or [],
        max_replications=max_replications,
    )
    found, chosen = job.prepared()
    comparison = job.done(sim.compare, found, chosen)
    if as_json:
        rows = job.rows(comparison.differences)
        others = [sample.scenario.name for sample in comparison.others]
        told = heading("compare", comparison)
        streams = job.streams(*comparison.samples)
        print_json(told | {"compared": others, "differences": rows, "streams": streams})
    else:
        print_comparison(comparison, job.asked)


@app.command(cls=OneFormula)
def explain(
    scenario: OneScenario,
    *,
    changes: Changes = None,
    formula: FormulaName = None,
    replications: Replications = None,
    seed: Seed = None,
    workers: Workers = None,
    draws: DrawsFile = None,
    out: OutFolder = None,
    partnership: OnePartnership = None,
    shapley: Annotated[
        bool,
        typer.Option(
            "--shapley",
            help="Also tell each reason's mean over all orders, as a check on the steps.",
        ),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Say why each partnership's allocation changes from year to year."""
    job = Job(
        [scenario],
        changes=changes or [],
        formula=formula,
        replications=replications,
        seed=seed,
        workers=workers,
        draws=draws,
        out=out,
        partnership=partnership,
    )
    found, chosen = job.prepared()
    _check_few(only(found, scenario), partnership, shapley=shapley)
    checks = partial(_explained, partnership=partnership, shapley=shapley)
    explanation = job.done(checks, only(found, scenario), chosen)
    names = [partnership] if partnership else list(explanation.partnerships)
    if out is not None:
        from ..report.explanation import document

        command = job.command("explain", *(["--shapley"] if shapley else []))
        put_page(out, "explanation.html", partial(document, explanation, names[0], command))
    if as_json:
        sentences = {name: explanation.sentences_of(name) for name in names}
        told = {"explanation": job.rows(explanation.table), "sentences": sentences}
        if shapley:
            told["shapley"] = job.rows(explanation.shapley_table(names))
        print_json(heading("explain", explanation) | told | {"note": explanation.note})
    else:
        print_explanation(explanation, names, job.asked, over_orders=shapley)


def _check_few(scenario: Scenario, partnership: str | None, *, shapley: bool) -> None:
    """Refuse the mean over all orders of many partnerships: it would take hours."""
    many = len(scenario.partnerships)
    if shapley and partnership is None and many > MOST_EXPLAINED:
        rule = f"be asked of one partnership where there are more than {MOST_EXPLAINED}"
        advice = "name it with --partnership"
        raise BadInput([Fault("--shapley", "the mean over all orders", rule, str(many), advice)])


def _explained(
    scenario: Scenario, *, partnership: str | None, shapley: bool, **how: Any
) -> Explanation:
    """The explanation, with the check worked out where it was asked for."""
    explanation = sim.explain(scenario, **how)
    for name in [partnership] if partnership else explanation.partnerships:
        if shapley:
            explanation.shapley_of(name)
    return explanation
