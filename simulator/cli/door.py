"""The program and its way out: one message for everything that goes wrong, and an exit status."""

from __future__ import annotations

import io
import json
import signal
import sys
import traceback
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer
from typer.core import TyperGroup

import simulator as sim

from ..errors import BadInput, Fault, SimulatorError
from ..printing import PROGRAM

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType


def say(text: str) -> None:
    """A result."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()  # a reader that has gone away is noticed here, not when Python ends


def tell(text: str) -> None:
    """A message that is no result."""
    sys.stderr.write(f"{text}\n")


# What goes wrong, as one message and an exit status


VERBS = (
    "scenarios",
    "studies",
    "check",
    "schema",
    "template",
    "run",
    "compare",
    "explain",
    "incentive",
    "formula",
    "behaviour",
    "sweep",
    "sensitivity",
    "optimise",
    "discover",
    "calibrate",
    "validate",
    "evidence",
    "demo",
    "app",
)
"""In the order in which help lists them."""


class _Door(TyperGroup):
    def list_commands(self, ctx: Any) -> list[str]:
        return sorted(super().list_commands(ctx), key=VERBS.index)

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except (typer.Exit, typer.Abort, BrokenPipeError):
            raise
        except SimulatorError as error:
            _leave(ctx, str(error), error.exit_status)
        except KeyboardInterrupt:
            _leave(ctx, f"{PROGRAM}: interrupted; no file is half-written", 130)
        except Exception as error:
            if hasattr(error, "exit_code"):  # how the command was typed: told by typer itself
                raise
            _leave(ctx, _defect(error), 1)


def _leave(ctx: Any, message: str, status: int) -> NoReturn:
    if ctx.params.get("debug"):
        traceback.print_exc()
    tell(message)
    raise typer.Exit(status)


def _defect(error: Exception) -> str:
    said = " ".join(f"{type(error).__name__}: {error}".split())
    return (
        f"{PROGRAM}: this is a defect in the simulator, not in what was given: {said}; "
        f"for a traceback: {PROGRAM} --debug …"
    )


@contextmanager
def noted(faults: list[Fault]) -> Iterator[None]:
    """Collect faults instead of raising them, so that all can be told at once."""
    try:
        yield
    except BadInput as wrong:
        faults += wrong.faults


def print_json(document: object) -> None:
    """A result for programs."""
    say(json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False))


app = typer.Typer(
    name=PROGRAM,
    cls=_Door,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _tell_version(wanted: bool) -> None:
    if wanted:
        say(f"{PROGRAM} {sim.__version__}")
        raise typer.Exit


@app.callback()
def _program(
    *,
    version: Annotated[
        bool,
        typer.Option("--version", callback=_tell_version, is_eager=True, help="Print the version."),
    ] = False,
    debug: Annotated[
        bool, typer.Option("--debug", help="With a message, print where in the code it arose.")
    ] = False,
) -> None:
    """How drug treatment money is shared out in England, and what that does to people."""


# The program


def _end(number: int, _: FrameType | None) -> NoReturn:
    raise SystemExit(128 + number)


@contextmanager
def _ended_by_signals() -> Iterator[None]:
    """Let a signal that ends the program also end its worker processes."""
    names = [name for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    ends = [getattr(signal, name) for name in names]
    taken = [each for each in ends if signal.getsignal(each) == signal.SIG_DFL]
    for each in taken:
        signal.signal(each, _end)
    try:
        yield
    finally:
        for each in taken:
            signal.signal(each, signal.SIG_DFL)


def main() -> None:
    """The program ``treatment-sim``."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A £ or − that it cannot write is no reason to fail.
            stream.reconfigure(errors="replace")
    with _ended_by_signals():
        app(prog_name=PROGRAM)
