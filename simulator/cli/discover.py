"""The verb that looks for the assumptions under which a plan fails."""

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
    from ..discovery import Discovered
    from ..report.table import Table
    from ..study import Checked

NAME = "discover"


@app.command()
def discover(
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
    """Look for the assumptions under which a plan fails, and try what is found on worlds not used to find it."""
    from ..discovery import prepare, record, run

    job = StudyJob(
        NAME,
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
    checked, _ = job.checked(prepare)
    if dry_run:
        _tell_estimate(job, checked, as_json=as_json)
        return
    with progress_on_stderr("cells") as progress:
        found = run(job.bench(checked, progress), resume=resume)
    command = job.command()
    job.tell_files(_write(found, checked, job, command))
    if as_json:
        told = {"verb": NAME, "command": command, "title": checked.title}
        print_json(told | {"model": sim.__version__} | record(found))
    else:
        _print(found, checked)
    if found.worlds.left_out:
        raise typer.Exit(1)


def _tell_estimate(job: StudyJob, checked: Checked, *, as_json: bool) -> None:
    from ..sweeps.estimate import estimate

    told = estimate(job.bench(checked, None))
    if as_json:
        print_json({"verb": NAME, "dry_run": True, "left": told.left, **asdict(told)})
        return
    for sentence in told.sentences():
        say(sentence)


def _write(found: Discovered, checked: Checked, job: StudyJob, command: str) -> list[str]:
    """The tables, the record, the report as text and as a page, and its charts as pictures."""
    from ..discovery import write
    from ..report.discovery import discovery_document, pictures
    from ..report.document import markdown, page
    from ..report.page import put

    draw = can_draw()
    heading = {"command": command, "title": checked.title, "model": sim.__version__}
    files = write(found, job.folder, **heading)
    document = discovery_document(found, checked, command, draw=draw)
    put(job.folder / f"{NAME}.md", markdown(document).encode())
    put(job.folder / f"{NAME}.html", page(document).encode())
    files += [f"{NAME}.md", f"{NAME}.html"]
    if not draw:
        tell(NO_CHARTS)
        return files
    drawn = pictures(found)
    for name, picture in drawn.items():
        put(job.folder / name, picture)
    return [*files, *drawn]


def _print(found: Discovered, checked: Checked) -> None:
    from ..discovery import sentences
    from ..report.discovery import limits_table, rules_table

    if found.boxes:
        for table in (rules_table(found), limits_table(found, checked)):
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
