"""The report of a fit: how near each figure is, how well each assumption is known, what pulls apart."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from ..calibrate.findings import assumptions, figures, pulls, sentences
from ..observe import ALL, OBSERVED
from ..outputs import model_version
from ..wording import MISSING, counted, measure_label, sentence_case
from ..wording import show as show_measure
from .document import Bullets, Chapter, Command, Document, Drawing, Piece
from .table import Row, Table, cells

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..calibrate.findings import AssumptionFound, FigureFound
    from ..calibrate.result import Fit
    from ..calibrate.targets import Target

MEANS = (
    "A fit says which sets of assumptions agree with the figures it was given. It does not say that the"
    " model is right, and it says nothing of what no figure speaks about."
)
DOUBTS = (
    "Four doubts count together: the standard error of each figure, the chance that a figure of so many"
    " partnerships holds, the chance that the simulated means still hold, and what the stand-in for the"
    " simulator does not know. Before the figures are looked at, every value of a range is as likely as any"
    " other (by ratio where a range spans eightfold or more)."
)
VERDICTS = (
    "**pass**: within 5% of a figure that was fitted to, or 10% of one that was kept to test the fit;"
    " **near**: within twice its doubt (its standard error, and the chance that it holds);"
    " **miss**: neither."
)


def named(target: Target, groups: dict[str, str]) -> str:
    """A figure in plain English: what, of whom, in which year."""
    observed = OBSERVED.get(target.measure)
    what = observed.title if observed else measure_label(target.measure)
    group = "" if target.group == ALL else f", {groups[target.group].lower()}"
    return f"{sentence_case(what)}{group}, {target.year}"


def shown(measure: str, value: float | None) -> str:
    """A figure as it is read."""
    if value is None or math.isnan(value):
        return MISSING
    if measure not in OBSERVED:
        exact = measure.endswith("_share")
        return f"{value:.1%}" if exact else show_measure(measure, value)
    return f"{value:.1%}" if measure.endswith("_share") else f"{value:,.0f}"


def _percent(part: float) -> str:
    return MISSING if math.isnan(part) else f"{part:+.1%}".replace("-", "−")


def document(fit: Fit, name: str, command: str, folder: str, drawings: bool) -> Document:
    """The report of a fit.

    Parameters
    ----------
    name
        What the fitted scenario is called.
    command
        What makes it again.
    folder
        Where its files go.
    drawings
        Whether to draw charts, which needs an optional part.
    """
    groups = {key: group.label for key, group in fit.aim.scenario.world.groups.items()}
    return Document(
        f"Fit of {fit.aim.scenario.name} to: {fit.aim.targets.title}",
        (Bullets(tuple(sentences(fit))), MEANS),
        (
            Chapter("How near each figure is", tuple(_nearness(fit, groups, drawings))),
            Chapter("How well each assumption is known", tuple(_known(fit, drawings))),
            Chapter("Which figures pull against each other", tuple(_pulling(fit, groups))),
            Chapter("What makes runs differ: chance and assumptions", tuple(_split(fit, groups))),
            Chapter("How it was done", tuple(_how(fit, name, command, folder))),
        ),
    )


def _nearness(fit: Fit, groups: dict[str, str], drawings: bool) -> list[Piece]:
    told = figures(fit)
    pieces: list[Piece] = [VERDICTS]
    if drawings:
        from .. import charts

        names = [named(each.target, groups) for each in told]
        chart = charts.met(told, names, "How far the model is from each figure after the fit")
        pieces.append(Drawing(charts.to_svg(chart), ""))
    for use, title in (("fit", "Figures fitted to"), ("test", "Figures kept to test the fit")):
        mine = [each for each in told if each.target.use == use]
        if mine:
            pieces.append(_figures_table(mine, title, groups, fit))
    return pieces


def _figures_table(
    found: Sequence[FigureFound], title: str, groups: dict[str, str], fit: Fit
) -> Table:
    columns = (
        "Figure",
        "Published",
        "One standard error",
        "Before",
        "After (± 95% of the mean)",
        "Off",
        "Verdict",
        "Grade",
        "Source",
    )
    rows = tuple(Row(named(each.target, groups), cells(*_figure_cells(each))) for each in found)
    runs = fit.effort.final_replications
    caption = f"{title}: means of {runs} replications whose luck the fit has not seen"
    return Table(caption, columns, rows, words=True)


def _figure_cells(each: FigureFound) -> tuple[str, ...]:
    target = each.target
    measure = target.measure
    aim = (
        f"below {shown(measure, target.below)}"
        if target.below is not None
        else shown(measure, target.value)
    )
    verdict = each.verdict if each.can_be_met else f"{each.verdict}: out of reach in these ranges"
    return (
        aim,
        shown(measure, target.uncertainty),
        shown(measure, each.before),
        f"{shown(measure, each.after)} ± {shown(measure, 2 * each.error)}",
        _percent(each.off),
        verdict,
        target.grade,
        target.source,
    )


def _known(fit: Fit, drawings: bool) -> list[Piece]:
    told = assumptions(fit)
    if not told:
        return ["No assumption was fitted."]
    pieces: list[Piece] = [DOUBTS]
    if drawings:
        from .. import charts

        title = "What the figures leave of each range"
        pieces.append(Drawing(charts.to_svg(charts.determined(told, fit.scale, title)), ""))
    columns = (
        "Assumption",
        "Value taken",
        "Nine in ten lie between",
        "Range",
        "Determined",
        "Moves with",
        "Where",
    )
    rows = tuple(Row(each.fitted.name, cells(*_assumption_cells(each))) for each in told)
    pieces.append(Table("Values that the figures allow", columns, rows, words=True))
    pieces.append(
        "Determined says how much of the range's own spread is left: well, less than 30%; partly, less than"
        " 75%; hardly, more: there the range decides, and not the figures."
        " The value taken is the centre of the sets that the figures allow. Sets that crowd at an end of their"
        " range say that the figures would go further, or that the model lacks something."
    )
    return pieces


def _assumption_cells(each: AssumptionFound) -> tuple[str, ...]:
    best = f"{each.best:.4g}" + (" (sets crowd at an end)" if each.at_an_end else "")
    other = each.with_other
    moves = (
        f"{other[0]} ({other[1]:+.2f})".replace("-", "−") if other and abs(other[1]) > 0.3 else ""
    )
    year = f" in {each.fitted.year}" if each.fitted.year else ""
    why = f"; decision: {each.fitted.why}" if each.fitted.why else ""
    return (
        best,
        f"{each.low:.4g} to {each.high:.4g}",
        f"{each.lowest:g} to {each.highest:g}",
        f"{each.known} ({each.left:.0%} of the spread left)",
        moves or "none strongly",
        ", ".join(f"`{path}`" for path in each.fitted.paths) + year + why,
    )


def _pulling(fit: Fit, groups: dict[str, str]) -> list[Piece]:
    told = pulls(fit)
    if not told:
        return ["No two figures that are off want the assumptions moved in opposite directions."]
    points = tuple(
        f"{named(each.first, groups)} against {named(each.second, groups)}, most over “{each.over}”"
        for each in told
    )
    return [
        "Each pair is off by more than its doubt, and what would mend one would worsen the other:",
        Bullets(points),
    ]


def _split(fit: Fit, groups: dict[str, str]) -> list[Piece]:
    rows = tuple(
        Row(
            named(each.target, groups),
            cells(
                shown(each.target.measure, each.by_chance),
                shown(each.target.measure, each.by_assumptions),
            ),
        )
        for each in figures(fit)
    )
    columns = ("Figure of one partnership", "By chance", "By assumptions")
    return [
        "A run at one set of assumptions shows chance alone. A run with `--draws` shows both.",
        Table("Standard deviation over replications, and over the sets allowed", columns, rows),
    ]


def _how(fit: Fit, name: str, command: str, folder: str) -> list[Piece]:
    many = fit.aim.targets.mean_of_partnerships
    alike = (
        "All partnerships of England are taken to be like this one, so each gets an equal share of the pot."
        if fit.aim.targets.rest_is_alike
        else "The rest of England counts what the scenario says."
    )
    settled = (
        "It was good enough when the fit stopped." if fit.settled else "It was not good enough."
    )
    return [
        Bullets(
            (
                (
                    f"{counted(len(fit.simulated), 'set')} of assumptions were run in"
                    f" {counted(fit.rounds, 'round')}, {fit.effort.replications} replications each, all with the"
                    " same luck."
                ),
                (
                    "A stand-in for the simulator (a straight line and a Gaussian process for each figure) learnt"
                    f" from them. {settled}"
                ),
                "A chain of sets walked through what the figures allow; its density is the answer.",
                f"Each figure is a mean over {counted(many, 'partnership')}.",
                alike,
                f"Seed {fit.seed}; model {model_version()}.",
            )
        ),
        "What makes it again, and what carries its doubt on:",
        Command(
            f"{command}\ntreatment-sim run {folder}/{name}.yaml --draws {folder}/{name}_draws.csv"
        ),
    ]
