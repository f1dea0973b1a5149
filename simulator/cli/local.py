"""The verb that begins an area's own file of figures."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .door import app, say, tell


@app.command()
def template(
    *,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FILE.csv", help="Write it, and beside it what it means."),
    ] = None,
) -> None:
    """Give the file in which to write a partnership's own figures, and say what its columns mean."""
    from ..local_area import template as texts

    if out is None:
        say(texts.template().replace("\r\n", "\n").rstrip())
        tell(texts.guide().rstrip())
        return
    file, guide = texts.write_template(out)
    tell(f"Wrote {file} to fill in, and {guide}, which says what its columns mean")
