"""The command line: results on standard output, progress and faults on standard error.

Exit status: 0; 1 where something failed; 2 for bad input, all of it told at once; 130 where interrupted.
"""
# ruff: noqa: PLC0415 # heavy parts are imported by the verbs that need them, so that --help is quick

from __future__ import annotations

import json
import os
import shlex
import signal
import sys
import traceback
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer
from typer.core import TyperGroup

import simulator as sim

from . import wording
from .errors import BadInput, Fault, SimulatorError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from types import FrameType

    import pandas as pd
    from rich.console import Console

    from .outputs import Result, Settings
    from .replicate import Comparison, Progress, Sample
    from .scenario import Scenario

PROGRAM = "treatment-sim"
MAIN_MEASURES = (
    "allocation_gbp",
    "in_treatment",
    "in_contact",
    "in_effective_treatment",
    "new_presentations",
    "mean_wait_days",
    "waited_3_weeks_or_less_share",
    "planned_exits",
    "successful_completions",
    "re_presentations",
    "in_recovery",
    "deaths",
)
"""What is printed; the files hold the rest."""
ALL = "all"
WIDTH_OF_A_PIPE = 250
WIDEST_LABEL = 30


class _Doorkeeper(TyperGroup):
    """Turns whatever goes wrong in a verb into one message and an exit status."""

    def invoke(self, ctx: Any) -> Any:
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()
        except SimulatorError as error:
            _leave(ctx, str(error), error.exit_status)
        except KeyboardInterrupt:
            _leave(ctx, f"{PROGRAM}: interrupted; no file was left half-written", 130)
        except (
            OSError,
            RuntimeError,
            ValueError,
            TypeError,
            LookupError,
            ArithmeticError,
        ) as error:
            _leave(ctx, "", 1)
        return result


def _leave(ctx: Any, message: str, status: int) -> NoReturn:
    raise typer.Exit(status)
