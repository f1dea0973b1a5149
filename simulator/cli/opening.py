"""Verbs that open something to look at: the demonstration and the app."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ..printing import progress_on_stderr
from .door import app
from .options import Workers


@app.command()
def demo(
    *,
    out: Annotated[
        Path, typer.Option("--out", metavar="DIR", help="Where the report and the picture go.")
    ] = Path("results/demo"),
    replications: Annotated[
        int | None,
        typer.Option("--replications", "-n", min=1, help="How many runs of each plan."),
    ] = None,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Where chance begins.")] = 1,
    workers: Workers = None,
) -> None:
    """Show the perverse incentive: tables here, a report and a picture in a folder."""
    from rich.console import Console

    from ..demo import REPLICATIONS
    from ..demo import demo as show

    with progress_on_stderr() as progress:
        show(out, replications or REPLICATIONS, seed, workers, progress, Console())


@app.command(name="app")
def open_app(
    *,
    port: Annotated[
        int | None, typer.Option("--port", min=1, max=65535, help="Where the app listens.")
    ] = None,
    headless: Annotated[bool, typer.Option("--headless", help="Do not open a browser.")] = False,
) -> None:
    """Open the app in a browser; it listens on this machine alone."""
    from ..screens.serving import start

    raise typer.Exit(start(port, headless=headless))
