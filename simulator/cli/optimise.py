"""The verb that looks for plans."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

import simulator as sim

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
    from ..optimisation import Found, Prepared
    from ..report.table import Table
    from ..sweeps import Bench


@app.command()
def optimise(
    study: StudyFile,
    *,
    trials: Annotated[
        int | None,
        typer.Option(
            "--trials", min=1, help="How many plans are tried.  [default: as in the study]"
        ),
    ] = None,
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
    """Look for plans that serve better, within limits; killed, it goes on where it was."""
    from ..optimisation import prepare, run

    job = StudyJob(
        "optimise",
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
    _, prepared = job.checked(lambda checked: prepare(checked, trials=trials))
    command = job.command(*([] if trials is None else ["--trials", str(trials)]))
    bench = job.bench(prepared.checked, None)
    if dry_run:
        _tell_planned(prepared, bench, as_json=as_json)
        return
    if not resume:
        bench.store.forget_all()
    with progress_on_stderr("cells") as progress:
        found = run(prepared, bench, progress)
    job.tell_files(_write(found, prepared, job, command))
    if as_json:
        told = {"verb": "optimise", "command": command, "title": prepared.checked.title}
        print_json(told | {"model": sim.__version__} | found.as_record())
    else:
        _print(found)


def _tell_planned(prepared: Prepared, bench: Bench, *, as_json: bool) -> None:
    from ..optimisation import planned

    told = planned(prepared, bench)
    if as_json:
        print_json({"verb": "optimise", "dry_run": True, **asdict(told)})
        return
    for sentence in told.sentences():
        say(sentence)


def _write(found: Found, prepared: Prepared, job: StudyJob, command: str) -> list[str]:
    from ..optimisation import write
    from ..report.document import markdown, page
    from ..report.optimisation import optimise_document, pictures
    from ..report.page import put

    draw = can_draw()
    files = write(found, prepared, job.folder, command)
    document = optimise_document(found, prepared.checked.title, command, draw=draw)
    put(job.folder / "optimise.md", markdown(document).encode())
    put(job.folder / "optimise.html", page(document).encode())
    files += ["optimise.md", "optimise.html"]
    if not draw:
        tell(NO_CHARTS)
        return files
    drawn = pictures(found)
    for name, picture in drawn.items():
        put(job.folder / name, picture)
    return [*files, *drawn]


def _print(found: Found) -> None:
    from ..optimisation.words import sentences
    from ..report.optimisation import tables

    for table in tables(found):
        _print_table(table)
    for sentence in sentences(found):
        say(sentence)


def _print_table(table: Table) -> None:
    say(table.caption)
    print_table(
        table.columns,
        [
            [row.head, *(f"{c.text} ({c.below})" if c.below else c.text for c in row.cells)]
            for row in table.rows
        ],
    )
    say("")
