"""The verb that runs every cell of a study."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

import simulator as sim

from .. import wording
from ..printing import print_table, progress_on_stderr
from .door import app, print_json, say, tell
from .job import NO_CHARTS, can_draw
from .options import (
    AsJson,
    CellsFolder,
    Changes,
    Resume,
    Scheduler,
    StudyFile,
    StudyFolder,
    StudyReplications,
    StudySeed,
    TlsCa,
    TlsCert,
    TlsKey,
    Workers,
)
from .study_job import StudyJob

if TYPE_CHECKING:
    from ..sweeps import Sweep
    from ..sweeps.estimate import Estimate

MOST_FAILED_SHOWN = 5


@app.command()
def sweep(
    study: StudyFile,
    *,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what it would take, and run nothing.")
    ] = False,
    changes: Changes = None,
    replications: StudyReplications = None,
    seed: StudySeed = None,
    workers: Workers = None,
    scheduler: Scheduler = None,
    tls_ca: TlsCa = None,
    tls_cert: TlsCert = None,
    tls_key: TlsKey = None,
    out: StudyFolder = None,
    cells: CellsFolder = None,
    resume: Resume = True,
    as_json: AsJson = False,
) -> None:
    """Run every cell of a study; killed, it goes on where it was."""
    from ..sweeps import run, write

    job = StudyJob(
        "sweep",
        study,
        changes=changes or [],
        replications=replications,
        seed=seed,
        workers=workers,
        out=out,
        cells=cells,
        scheduler=scheduler,
        tls_ca=tls_ca,
        tls_cert=tls_cert,
        tls_key=tls_key,
    )
    checked, _ = job.checked(lambda _: None)
    if dry_run:
        from ..sweeps.estimate import estimate

        _tell_estimate(estimate(job.bench(checked, None)), as_json=as_json)
        return
    with progress_on_stderr("cells") as progress:
        result = run(job.bench(checked, progress), resume=resume)
    files = write(result, job.folder, job.command())
    files += _report(result, job)
    job.tell_files(files)
    if as_json:
        print_json(_as_json(result, job.command()))
    else:
        _print(result)
    if result.failed:
        _tell_failed(result)
        raise typer.Exit(1)


def _tell_estimate(told: Estimate, *, as_json: bool) -> None:
    if as_json:
        print_json({"verb": "sweep", "dry_run": True, "left": told.left, **asdict(told)})
        return
    for sentence in told.sentences():
        say(sentence)


def _report(result: Sweep, job: StudyJob) -> list[str]:
    """The report as text and as a page, and its first charts as pictures."""
    from ..report.document import markdown, page
    from ..report.page import put
    from ..report.sweep import document, pictures

    draw = can_draw()
    told = document(result, job.command(), draw=draw)
    put(job.folder / "sweep.md", markdown(told).encode())
    put(job.folder / "sweep.html", page(told).encode())
    files = ["sweep.md", "sweep.html"]
    if not draw:
        tell(NO_CHARTS)
        return files
    for name, picture in pictures(result).items():
        put(job.folder / name, picture)
        files.append(name)
    return files


def _tell_failed(result: Sweep) -> None:
    many = wording.counted(len(result.failed), "cell")
    tell(f"{many} failed; the scenario of each is in the folder failed")
    for each in result.failed[:MOST_FAILED_SHOWN]:
        name = result.scenarios[each.scenario].name
        tell(f"  point {each.point}, {name}: {each.message.splitlines()[0]}")
    if len(result.failed) > MOST_FAILED_SHOWN:
        tell("  …")


def _as_json(result: Sweep, command: str) -> dict[str, Any]:
    from ..outputs import records

    return {
        "verb": "sweep",
        "command": command,
        "title": result.checked.title,
        "scenarios": [each.name for each in result.scenarios],
        "seed": result.checked.seed,
        "model": sim.__version__,
        "code": result.bench.version,
        "cells": result.asked.cells,
        "found": result.asked.found,
        "run": result.asked.run,
        "failed": [asdict(each) for each in result.failed],
        "summary": records(result.summary),
        "differences": records(result.differences),
    }


def _print(result: Sweep) -> None:
    """How far each outcome ranges over the points, and differences from the first scenario."""
    import numpy as np

    from ..sweeps.result import means

    asked = result.asked
    say(result.checked.title)
    points = wording.counted(len(result.points), "point")
    names = ", ".join(each.name for each in result.scenarios)
    ran = wording.counted(asked.run, "cell")
    say(
        f"{points} of {names}: {ran} run now, {asked.found:,} before, {len(result.failed):,} failed"
    )
    by_cell = means(result.values, axis=-1)
    rows = []
    for place, outcome in enumerate(result.outcomes):
        for scenario, own in enumerate(result.scenarios):
            told = by_cell[:, scenario, place]
            told = told[~np.isnan(told)]
            if len(told):
                ends = [outcome.show(float(q)) for q in np.quantile(told, [0, 0.5, 1])]
                rows.append([wording.sentence_case(outcome.label), own.name, *ends])
    say("Means of the replications, over the points")
    print_table(("Outcome", "Scenario", "Lowest", "Middle", "Highest"), rows)
