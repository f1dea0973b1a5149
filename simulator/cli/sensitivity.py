"""The verb that tells which assumptions of a study matter, and to what."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

import simulator as sim

from ..printing import progress_on_stderr
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
    from collections.abc import Sequence

    from ..sensitivity_analysis import Decision, Sensitivity, Wanted
    from ..study import Checked

NAME = "sensitivity"


@app.command()
def sensitivity(
    study: StudyFile,
    *,
    method: Annotated[
        list[str] | None,
        typer.Option(
            "--method",
            metavar="METHOD",
            help="tornado, morris or sobol; may be repeated.  [default: as in the study]",
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
    """Tell which assumptions matter, what would change the decision, and what it is worth to know."""
    from ..sensitivity_analysis import of_bench

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
    checked, (wanted, decision) = job.checked(lambda told: _asked(told, method))
    if dry_run:
        _tell_estimate(job, checked, wanted, as_json=as_json)
        return
    with progress_on_stderr("cells") as progress:
        bench = job.bench(checked, progress)
        if not resume:
            bench.store.forget_all()
        result = of_bench(bench, wanted, decision)
    command = job.command(*(part for each in method or () for part in ("--method", each)))
    job.tell_files(_write(result, job, command))
    if as_json:
        told = {"verb": NAME, "command": command, "model": sim.__version__}
        print_json(told | result.as_record())
    else:
        for sentence in (result.title, *result.sentences()):
            say(sentence)
    if result.left_out:
        raise typer.Exit(1)


def _asked(checked: Checked, methods: Sequence[str] | None) -> tuple[Wanted, Decision]:
    """What the study says, by the methods of the options; or every fault of it."""
    from ..sensitivity_analysis import sections, with_methods

    wanted, decision = sections(checked)
    return with_methods(wanted, methods), decision


def _tell_estimate(job: StudyJob, checked: Checked, wanted: Wanted, *, as_json: bool) -> None:
    import numpy as np

    from ..sensitivity_analysis import planned, question_of, worlds_from
    from ..sweeps.estimate import estimate

    bench = job.bench(checked, None)
    question = question_of(bench)
    points, origin = planned(question, wanted), worlds_from(question, wanted)
    told = estimate(bench, np.concatenate([*points.values()]))
    counts = {name: len(each) for name, each in points.items()}
    if as_json:
        print_json(
            {"verb": NAME, "dry_run": True, "by_method": counts, "worlds": origin}
            | {"left": told.left, **asdict(told)}
        )
        return
    say("; ".join(f"{name}: {many:,} points" for name, many in counts.items()) + ".")
    if origin:
        say(f"Worlds: {origin}.")
    for sentence in told.sentences():
        say(sentence)
    say("Closer looks at places where the lead changes come on top.")


def _write(result: Sensitivity, job: StudyJob, command: str) -> list[str]:
    """The tables, the report as text and as a page, and its first charts as pictures."""
    from ..report.document import markdown, page
    from ..report.page import put
    from ..report.sensitivity import document, pictures
    from ..sensitivity_analysis import write

    draw = can_draw()
    files = write(result, job.folder, command)
    told = document(result, command, draw=draw)
    put(job.folder / f"{NAME}.md", markdown(told).encode())
    put(job.folder / f"{NAME}.html", page(told).encode())
    files += [f"{NAME}.md", f"{NAME}.html"]
    if not draw:
        tell(NO_CHARTS)
        return files
    drawn = pictures(result)
    for name, picture in drawn.items():
        put(job.folder / name, picture)
    return [*files, *drawn]
