"""What can be asked of more than one verb, each with its help."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperCommand

from ..errors import BadInput, Fault


class OneFormula(TyperCommand):
    """A verb that takes one formula, and refuses a second rather than forgetting the first."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read the arguments, and refuse a second formula."""
        _, _, order = self.make_parser(ctx).parse_args([*args])
        times = [option.name for option in order].count("formula")
        if times > 1:
            rule, advice = (
                "be given once",
                "one formula here; several: incentive, or formula compare",
            )
            raise BadInput([Fault("--formula", "formula", rule, f"{times} times", advice)])
        return super().parse_args(ctx, args)


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
    list[str],
    typer.Argument(
        metavar="FILE",
        help="Names, .yaml files of scenarios, formulas or studies, the run.json of a run, or your own figures as .csv.",
    ),
]
Changes = Annotated[
    list[str] | None,
    typer.Option(
        "--set", metavar="PATH=VALUE", help="Change a value, of every scenario; may be repeated."
    ),
]
FormulaName = Annotated[
    str | None,
    typer.Option(
        "--formula",
        metavar="NAME",
        help="Share out the pot by another rule: one of formula list, or a .yaml file.",
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
PrecisionShare = Annotated[
    float | None,
    typer.Option(
        "--precision",
        metavar="SHARE",
        help="Run until means are known so well: 0.02 for ±2%.  [instead of --replications]",
    ),
]
PreciseMeasures = Annotated[
    list[str] | None,
    typer.Option(
        "--measure",
        metavar="MEASURE",
        help="What --precision is for; may be repeated.  [default: headline measures]",
    ),
]
MaxReplications = Annotated[
    int | None,
    typer.Option("--max-replications", help="Where --precision stops.  [default: 1000]"),
]
DrawsFile = Annotated[
    str | None,
    typer.Option(
        "--draws",
        metavar="FILE",
        help="Sets of assumptions that figures allow, one a replication: bands then hold both.",
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
StudyFile = Annotated[
    str, typer.Argument(metavar="STUDY", help="A name of the library, or a .yaml file of a study.")
]
StudyReplications = Annotated[
    int | None,
    typer.Option(
        "--replications",
        "-n",
        min=1,
        help="How many runs of each cell.  [default: as in the study]",
    ),
]
StudySeed = Annotated[
    int | None,
    typer.Option("--seed", min=0, help="Where chance begins.  [default: as in the study]"),
]
StudyFolder = Annotated[
    Path | None,
    typer.Option(
        "--out", metavar="DIR", help="Where results go.  [default: results/ and the study's name]"
    ),
]
CellsFolder = Annotated[
    Path | None,
    typer.Option(
        "--cells",
        metavar="DIR",
        help="Where cells are kept, so that none is run twice.  [default: cells beside --out]",
    ),
]
Resume = Annotated[
    bool,
    typer.Option("--resume/--no-resume", help="Whether cells that were run before are taken over."),
]
Scheduler = Annotated[
    str | None,
    typer.Option(
        "--scheduler",
        metavar="ADDRESS",
        help="Run on a Dask cluster: tcp://host:8786. Results are the same.",
    ),
]
TlsCa = Annotated[
    Path | None, typer.Option("--tls-ca", metavar="FILE", help="Who signs, for a tls:// address.")
]
TlsCert = Annotated[
    Path | None, typer.Option("--tls-cert", metavar="FILE", help="Our certificate, for TLS.")
]
TlsKey = Annotated[Path | None, typer.Option("--tls-key", metavar="FILE", help="Our key, for TLS.")]
