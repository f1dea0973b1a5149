"""The verb that fits a scenario to published or local figures."""

from __future__ import annotations

import json
import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

import simulator as sim

from ..errors import BadInput, Fault
from ..printing import PROGRAM, print_table, progress_on_stderr
from .door import app, noted, print_json, say, tell
from .job import NO_CHARTS, can_draw, only
from .options import AsJson, OneScenario, Workers

if TYPE_CHECKING:
    from ..calibrate.result import Effort, Fit
    from ..calibrate.targets import Aim
    from ..scenario import Scenario


AREA = "area"
"""What the scenario of an area is called before it is fitted."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """What to fit, and how the fitted file names what it extends."""

    aim: Aim
    extends: str
    own: Scenario | None


@app.command()
def calibrate(
    scenario: OneScenario,
    targets: Annotated[
        str,
        typer.Argument(
            metavar="TARGETS",
            help="Figures to fit to: a name of the library, a .yaml file, or a .csv of your own area.",
        ),
    ],
    *,
    out: Annotated[
        Path,
        typer.Option(
            "--out", metavar="DIR", help="Where everything goes; a fit that was killed goes on."
        ),
    ] = Path("results/calibration"),
    name: Annotated[
        str, typer.Option("--name", metavar="NAME", help="What the fitted scenario is called.")
    ] = "fitted",
    points: Annotated[
        int,
        typer.Option("--points", min=20, help="How many sets of assumptions to run at most."),
    ] = 300,
    replications: Annotated[
        int, typer.Option("--replications", "-n", min=2, max=500, help="How many runs of each set.")
    ] = 8,
    draws: Annotated[
        int,
        typer.Option("--draws", min=40, help="How many sets that the figures allow to hand on."),
    ] = 200,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Where chance begins.")] = 1,
    workers: Workers = None,
    as_json: AsJson = False,
) -> None:
    """Fit a scenario's assumptions to figures, with how well each one is known."""
    from ..calibrate.fit import fit
    from ..calibrate.result import Effort
    from ..workers import workers_by_default

    asked = _prepared(scenario, targets, out, name)
    effort = Effort(points=points, replications=replications, draws=draws)
    with progress_on_stderr("sets of assumptions") as progress:
        found = fit(
            asked.aim,
            effort=effort,
            seed=seed,
            workers=workers or workers_by_default(),
            folder=out / "runs",
            progress=progress,
            say=tell,
        )
    command = _command(scenario, targets, out, name, effort, seed)
    files = _write(found, out, name, asked, command)
    tell(f"Wrote {', '.join(files)} to {out}")
    if as_json:
        print_json(_as_json(found, command))
    else:
        _print(found)


def _prepared(scenario: str, targets: str, out: Path, name: str) -> _Asked:
    """Everything read and checked before anything runs, with every fault told."""
    from ..calibrate import check_installed
    from ..calibrate.fitted import named_from
    from ..calibrate.targets import aim, read_targets
    from ..outputs import check_writable

    check_installed()
    faults: list[Fault] = []
    with noted(faults):
        _check_name(name)
    with noted(faults):
        check_writable(out)
    base = None
    with noted(faults):
        _check_base(scenario, out / f"{name}.yaml")
        base = only(sim.read([scenario]), scenario)
    asked = None
    if targets.lower().endswith(".csv"):
        with noted(faults):
            asked = _of_an_area(targets, base) if base else None
    else:
        with noted(faults):
            given, tree = read_targets(targets)
            if base:
                asked = _Asked(aim(given, base, tree), named_from(scenario, out), None)
    if faults or asked is None:
        raise BadInput(faults)
    return asked


def _of_an_area(targets: str, base: Scenario) -> _Asked:
    """Figures of an area: the base made as large as the area, and what its figures can say."""
    from ..calibrate.targets import aim
    from ..local_area import area_scenario, area_targets, read_local

    figures = read_local(targets, groups=tuple(base.world.groups))
    for note in figures.notes:
        tell(note)
    area = area_scenario(figures, base)
    return _Asked(aim(area_targets(figures, area), area), f"{area.name}.yaml", area)


def _check_base(scenario: str, fitted: Path) -> None:
    """The fitted file extends the scenario, so it must be one that can be extended, and another file."""
    path = Path(scenario)
    if path.suffix.lower() == ".json":
        rule, advice = (
            "be a name or a .yaml file",
            "write the scenario of the record to a .yaml file",
        )
        raise BadInput([Fault("calibrate", "the scenario", rule, repr(scenario), advice)])
    if path.suffix and path.resolve() == fitted.resolve():
        rule, advice = "be another file than the scenario", "choose another --name or --out"
        raise BadInput([Fault("--name", "the fitted scenario", rule, repr(scenario), advice)])


def _check_name(name: str) -> None:
    if name == AREA:
        rule, advice = "differ from that of the area's own scenario", "choose another --name"
        raise BadInput([Fault("--name", "the name", rule, repr(name), advice)])
    if not name or not all(each.isalnum() or each in "_-" for each in name):
        rule, advice = "be letters, digits, - and _", "for example my_area"
        raise BadInput([Fault("--name", "the name", rule, repr(name), advice)])


def _command(scenario: str, targets: str, out: Path, name: str, effort: Effort, seed: int) -> str:
    told = [PROGRAM, "calibrate", scenario, targets, "--out", str(out), "--name", name]
    told += ["--points", str(effort.points), "--replications", str(effort.replications)]
    return shlex.join([*told, "--draws", str(effort.draws), "--seed", str(seed)])


def _write(found: Fit, out: Path, name: str, asked: _Asked, command: str) -> list[str]:
    """The scenario, its draws and the report; the page needs an optional part."""
    from ..calibrate.fitted import draws, fitted_yaml
    from ..report.calibration import document
    from ..report.document import markdown, page
    from ..report.page import put
    from ..scenario.draws import draws_text

    with_charts = can_draw()
    report = document(found, name, command, out.as_posix(), with_charts)
    texts = {
        f"{name}.yaml": fitted_yaml(found, name, asked.extends),
        f"{name}_draws.csv": draws_text(draws(found, f"{name}_draws")),
        f"{name}.md": markdown(report),
        f"{name}.html": page(report),
        f"{name}.json": json.dumps(_as_json(found, command), indent=1, ensure_ascii=False) + "\n",
    }
    if asked.own is not None:
        sim.write_scenario(asked.own, out / asked.extends)
    for file, text in texts.items():
        put(out / file, text.encode())
    if not with_charts:
        tell(NO_CHARTS)
    return list(texts)


def _as_json(found: Fit, command: str) -> dict[str, Any]:
    from ..calibrate.findings import as_records

    return {"verb": "calibrate", "command": command, "seed": found.seed, **as_records(found)}


def _print(found: Fit) -> None:
    from ..calibrate.findings import assumptions, figures, sentences
    from ..report.calibration import named, shown

    groups = {key: group.label for key, group in found.aim.scenario.world.groups.items()}
    rows = []
    for each in figures(found):
        target = each.target
        aim = target.value if target.value is not None else target.below
        off = f"{each.off:+.1%}".replace("-", "−") if target.value else ""
        rows.append(
            [
                named(target, groups),
                "fitted" if target.use == "fit" else "test",
                ("below " if target.value is None else "") + shown(target.measure, aim),
                shown(target.measure, each.before),
                shown(target.measure, each.after),
                off,
                each.verdict,
            ]
        )
    print_table(("Figure", "Use", "Published", "Before", "After", "Off", "Verdict"), rows)
    print_table(
        ("Assumption", "Value taken", "Nine in ten between", "Range", "Determined"),
        [
            [
                each.fitted.name,
                f"{each.best:.4g}{' (sets crowd at an end)' if each.at_an_end else ''}",
                f"{each.low:.4g} to {each.high:.4g}",
                f"{each.lowest:g} to {each.highest:g}",
                each.known,
            ]
            for each in assumptions(found)
        ],
    )
    for sentence in sentences(found):
        say(sentence)
