"""The command line: results on standard output, progress and faults on standard error.

Exit status: 0; 1 where something failed; 2 for bad input, all of it told at once; 130 where interrupted.
Verbs import the heavy parts that they need, so that ``--help`` is quick.
"""

from __future__ import annotations

import io
import json
import signal
import sys
import traceback
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn, TypeVar

import typer
from typer.core import TyperGroup

import simulator as sim

from . import wording
from .errors import BadInput, Fault, SimulatorError
from .printing import (
    PROGRAM,
    Asked,
    print_comparison,
    print_evidence,
    print_explanation,
    print_run,
    print_table,
    progress_on_stderr,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from types import FrameType

    import pandas as pd

    from .explanation import Explanation
    from .outputs import Settings
    from .replicate import Comparison, Sample
    from .scenario import Scenario

R = TypeVar("R", "Sample", "Comparison", "Explanation")


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()  # a reader that has gone away is noticed here, not when Python ends


def _tell(text: str) -> None:
    """A message that is no result."""
    sys.stderr.write(f"{text}\n")


# What goes wrong, as one message and an exit status


class _Door(TyperGroup):
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
    _tell(message)
    raise typer.Exit(status)


def _defect(error: Exception) -> str:
    said = " ".join(f"{type(error).__name__}: {error}".split())
    return (
        f"{PROGRAM}: this is a defect in the simulator, not in what was given: {said}; "
        f"for a traceback: {PROGRAM} --debug …"
    )


@contextmanager
def _noted(faults: list[Fault]) -> Iterator[None]:
    """Collect faults instead of raising them, so that all can be told at once."""
    try:
        yield
    except BadInput as wrong:
        faults += wrong.faults


# What can be asked

app = typer.Typer(
    name=PROGRAM,
    cls=_Door,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

OneScenario = Annotated[
    str, typer.Argument(metavar="SCENARIO", help="A name, a .yaml file, or the run.json of a run.")
]
Scenarios = Annotated[
    list[str],
    typer.Argument(
        metavar="SCENARIO", help="Names, .yaml files or a run.json; first the baseline."
    ),
]
Files = Annotated[
    list[str], typer.Argument(metavar="FILE", help="Names, .yaml files, or the run.json of a run.")
]
Changes = Annotated[
    list[str] | None,
    typer.Option(
        "--set", metavar="PATH=VALUE", help="Change a value, of every scenario; may be repeated."
    ),
]
Replications = Annotated[
    int | None,
    typer.Option(
        "--replications", "-n", min=1, help="How many runs.  [default: 100, or as in run.json]"
    ),
]
Seed = Annotated[
    int | None,
    typer.Option("--seed", min=0, help="Where chance begins.  [default: 1, or as in run.json]"),
]
Workers = Annotated[
    int | None,
    typer.Option(
        "--workers",
        "-w",
        min=1,
        help="Processes; results are the same.  [default: one for each core]",
    ),
]
OutFolder = Annotated[
    Path | None, typer.Option("--out", metavar="DIR", help="Write tables and run.json there.")
]
OnePartnership = Annotated[
    str | None,
    typer.Option("--partnership", metavar="NAME", help="Print one partnership, not all together."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]


def _tell_version(wanted: bool) -> None:
    if wanted:
        _say(f"{PROGRAM} {sim.__version__}")
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


@dataclass(frozen=True, slots=True)
class _Job:
    """What a verb that runs scenarios was asked to do."""

    arguments: Sequence[str]
    changes: Sequence[str]
    replications: int | None
    seed: int | None
    workers: int | None
    out: Path | None
    partnership: str | None
    as_json: bool

    def prepared(self) -> tuple[tuple[Scenario, ...], Settings]:
        """The scenarios and how to run them, or every fault of all that was asked for."""
        from .outputs import check_writable, settings

        faults: list[Fault] = []
        scenarios: tuple[Scenario, ...] = ()
        with _noted(faults):
            scenarios = sim.read(self.arguments, self.changes)
        with _noted(faults):
            _check_partnership(scenarios, self.partnership)
        with _noted(faults):
            if self.out is not None:
                check_writable(self.out)
        if faults:
            raise BadInput(faults)
        chosen = settings(self.arguments, self.seed, self.replications)
        _tell_other_versions(self.arguments)
        return scenarios, chosen

    def done(
        self, verb: Callable[..., R], scenarios: Scenario | Sequence[Scenario], how: Settings
    ) -> R:
        """The result of a verb, written where a folder was asked for."""
        from .outputs import write

        with progress_on_stderr() as progress:
            result = verb(
                scenarios,
                replications=how.replications,
                seed=how.seed,
                workers=self.workers,
                progress=progress,
            )
        if self.out is not None:
            files = [file.name for file in write(self.out, result)]
            _tell(f"Wrote {', '.join(files[:-1])} and {files[-1]} to {self.out}")
        return result

    @property
    def asked(self) -> Asked:
        """What the printed answer says of how it was asked for."""
        return Asked(self.arguments[0], self.changes, self.partnership)

    def rows(self, table: pd.DataFrame) -> list[dict[str, Any]]:
        """Rows of a table for JSON: of the partnership asked for, or all."""
        from .outputs import records

        wanted = self.partnership
        return records(table if wanted is None else table[table["partnership"] == wanted])


def _check_partnership(scenarios: Sequence[Scenario], name: str | None) -> None:
    from .scenario.tree import instead, shown

    known = [*scenarios[0].partnerships] if scenarios else []
    if name is not None and known and name not in known:
        option, rule = "--partnership", "be one of the scenario's"
        raise BadInput([Fault(option, "partnership", rule, shown(name), instead(name, known))])


def _tell_other_versions(arguments: Sequence[str]) -> None:
    from .outputs import differing_versions, recorded

    for path, told in recorded(arguments).items():
        differing = differing_versions(told)
        for name, (then, now) in differing.items():
            _tell(f"{path} was made with {name} {then}, this is {now}")
        if differing:
            _tell("The digits of the results may differ from those made then.")


def _only(scenarios: tuple[Scenario, ...], argument: str) -> Scenario:
    """The one scenario of an argument; a record of several is for `compare`."""
    if len(scenarios) == 1:
        return scenarios[0]
    names = ", ".join(each.name for each in scenarios)
    advice = "give it to compare, or name one of them"
    raise BadInput([Fault(argument, "scenarios", "hold one scenario", names, advice)])


# The verbs


@app.command()
def scenarios(*, as_json: AsJson = False) -> None:
    """List the scenarios of the library, each with the question that it asks."""
    found = sim.read(sim.names())
    told = [{"name": s.name, "title": s.title, "question": s.question} for s in found]
    if as_json:
        _print_json(told)
    else:
        print_table(("Name", "Title", "Question"), [[*each.values()] for each in told])


@app.command()
def check(files: Files) -> None:
    """Check scenario files: say OK, or tell every fault of all of them."""
    from .scenario import people_expected

    faults: list[Fault] = []
    for file in files:
        with _noted(faults):
            for each in sim.read([file]):
                people = wording.count(people_expected(each))
                areas = wording.counted(len(each.partnerships), "partnership")
                size = f"{areas}, {wording.counted(each.years, 'year')}, about {people} people"
                _say(f"{file}: OK: {each.title} ({size})")
    if faults:
        raise BadInput(faults)


@app.command()
def schema(
    *,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Write it to a file.")
    ] = None,
) -> None:
    """Print the JSON Schema with which an editor completes and checks scenario files."""
    from .scenario import json_schema

    text = json.dumps(json_schema(), indent=1, ensure_ascii=False)
    if out is None:
        _say(text)
        return
    try:
        out.write_text(f"{text}\n", encoding="utf-8", newline="\n")
    except (OSError, ValueError) as error:
        got = str(getattr(error, "strerror", None) or error)
        where, rule, advice = f"--out {out}", "be a file that can be written", "name another file"
        raise BadInput([Fault(where, "the file", rule, got.lower(), advice)]) from error


@app.command()
def run(
    scenario: OneScenario,
    *,
    changes: Changes = None,
    replications: Replications = None,
    seed: Seed = None,
    workers: Workers = None,
    out: OutFolder = None,
    partnership: OnePartnership = None,
    as_json: AsJson = False,
) -> None:
    """Run a scenario many times and print its main measures by year."""
    job = _Job([scenario], changes or [], replications, seed, workers, out, partnership, as_json)
    found, chosen = job.prepared()
    sample = job.done(sim.run, _only(found, scenario), chosen)
    if as_json:
        _print_json(_heading("run", sample) | {"summary": job.rows(sample.summary)})
    else:
        print_run(sample, job.asked)


@app.command()
def compare(
    scenarios: Scenarios,
    *,
    changes: Changes = None,
    replications: Replications = None,
    seed: Seed = None,
    workers: Workers = None,
    out: OutFolder = None,
    partnership: OnePartnership = None,
    as_json: AsJson = False,
) -> None:
    """Compare scenarios with the first one: the same people, the same luck, another plan."""
    job = _Job(scenarios, changes or [], replications, seed, workers, out, partnership, as_json)
    found, chosen = job.prepared()
    comparison = job.done(sim.compare, found, chosen)
    if as_json:
        rows = job.rows(comparison.differences)
        others = [sample.scenario.name for sample in comparison.others]
        heading = _heading("compare", comparison.baseline)
        _print_json(heading | {"compared": others, "differences": rows})
    else:
        print_comparison(comparison, job.asked)


@app.command()
def explain(
    scenario: OneScenario,
    *,
    changes: Changes = None,
    replications: Replications = None,
    seed: Seed = None,
    workers: Workers = None,
    out: OutFolder = None,
    partnership: OnePartnership = None,
    as_json: AsJson = False,
) -> None:
    """Say why each partnership's allocation changes from year to year."""
    job = _Job([scenario], changes or [], replications, seed, workers, out, partnership, as_json)
    found, chosen = job.prepared()
    explanation = job.done(sim.explain, _only(found, scenario), chosen)
    names = [partnership] if partnership else list(explanation.partnerships)
    if as_json:
        sentences = {name: explanation.sentences_of(name) for name in names}
        told = {"explanation": job.rows(explanation.table), "sentences": sentences}
        _print_json(_heading("explain", explanation.sample) | told | {"note": explanation.note})
    else:
        print_explanation(explanation, names, job.asked)


@app.command()
def evidence(scenario: OneScenario, *, changes: Changes = None, as_json: AsJson = False) -> None:
    """Print every assumption of a scenario and what supports it, the least known first."""
    from .outputs import evidence_records

    whole = _only(sim.read([scenario], changes or []), scenario)
    if as_json:
        _print_json(evidence_records(whole))
    else:
        print_evidence(whole)


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

    from .demo import REPLICATIONS
    from .demo import demo as show

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
    from .screens.start import start

    raise typer.Exit(start(port, headless=headless))


# What is printed


def _print_json(document: object) -> None:
    _say(json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False))


def _heading(verb: str, sample: Sample) -> dict[str, Any]:
    """What a JSON document says of how its numbers were made."""
    from .outputs import evidence_records

    told = evidence_records(sample.scenario)
    return {
        "verb": verb,
        "scenario": sample.scenario.name,
        "title": sample.scenario.title,
        "question": sample.scenario.question,
        "replications": sample.replications,
        "seed": sample.seed,
        "model": sim.__version__,
        "assumptions_by_grade": Counter(each["grade"] for each in told),
        "assumptions_outside_range": sum(each["outside_range"] for each in told),
    }


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
