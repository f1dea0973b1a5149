"""The verb that checks the model against theory, another engine and published years."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from ..printing import print_table, progress_on_stderr
from .door import app, say, tell
from .options import Workers


@app.command()
def validate(
    *,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            metavar="DIR",
            help="Where validation.md and .html go.  [default: docs; a quick one results/validation]",
        ),
    ] = None,
    quick: Annotated[
        bool, typer.Option("--quick", help="A fifth of the replications; the page says so.")
    ] = False,
    workers: Workers = None,
) -> None:
    """Check the model against theory, another engine and published years, and write one page."""
    from ..outputs import check_writable
    from ..report.validation import check_installed, summary, verdict_in_brief, write
    from ..validate.effort import FULL, QUICK
    from ..validate.whole import validate as check_all

    check_installed()
    folder = out or Path("results/validation" if quick else "docs")
    check_writable(folder)
    effort = replace(QUICK if quick else FULL, workers=workers, watch=progress_on_stderr)
    validation = check_all(effort, tell)
    files = write(validation, folder)
    table = summary(validation)
    print_table(
        table.columns, [[row.head, *(cell.text for cell in row.cells)] for row in table.rows]
    )
    say(verdict_in_brief(validation))
    tell(f"Wrote {files[0].name} and {files[1].name} to {folder}")
