"""The report of a sweep: what varied, what was run, what came out, and how sure that is."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

import numpy as np

from ..evidence import register
from ..incentives.estimate import FEW_REPLICATIONS
from ..outputs import model_version
from ..precision import Precision
from ..study.schema import Study
from ..study.shown import shown_range, shown_value
from ..sweeps.result import means
from ..wording import MISSING, counted, sentence_case, too_close_to_call
from .document import Bullets, Chapter, Command, Document, Drawing
from .table import Cell, Row, Table, cells

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..charts import Chart
    from ..study import Dimension, Outcome
    from ..sweeps import Sweep
    from .document import Piece

MOST_CURVES, MOST_MAPS, MOST_FAILED = 8, 6, 12
FEW_RUNS = 5
"""With fewer runs of each cell no band or interval can be read."""
SAME = "the same in every cell: what varies sets all that told them apart"
LIMITS = (
    "Partnerships are synthetic; none is a real place. Read directions and sizes, not forecasts.",
    (
        "Bands and intervals are about chance, and about the points that were run; they say nothing of what the model"
        " leaves out."
    ),
    "About one in twenty 95% intervals misses by chance; of many that are looked at, some do.",
)
DESIGNS = {
    "grid": "every combination of the values",
    "latin_hypercube": "a Latin hypercube: each range is covered evenly",
    "sobol": "a scrambled Sobol sequence",
    "file": "points out of a file",
}


def document(result: Sweep, command: str, *, draw: bool) -> Document:
    """The report of a sweep.

    Parameters
    ----------
    command
        What makes it again.
    draw
        Whether to draw charts, which needs an optional part.
    """
    chapters = (
        ("What came out", _outcomes(result)),
        ("Charts", _charts(result) if draw else iter(())),
        ("What varied", _varied(result)),
        ("What failed", _failed(result)),
        ("How sure it is", iter([Bullets((_how_sure(result), *LIMITS))])),
        ("What is not verified", _unverified(result)),
    )
    told = [(title, tuple(pieces)) for title, pieces in chapters]
    return Document(
        title=result.checked.title,
        first=(
            *_described(result),
            _what_was_run(result),
            *_few_runs(result),
            Command(command),
            f"Model {model_version()}, seed {result.checked.seed}.",
        ),
        chapters=tuple(Chapter(title, pieces) for title, pieces in told if pieces),
        banner="Illustrative: no forecast of any real partnership.",
    )


def _what_was_run(result: Sweep) -> str:
    names = ", ".join(f"{each.title} ({each.name})" for each in result.scenarios)
    points = counted(len(result.points), "point")
    size = result.checked.size
    runs = (
        f"until means were known to ±{size.share:.0%}"
        if isinstance(size, Precision)
        else counted(size, "run")
    )
    design = DESIGNS[result.checked.design.kind]
    all_of = counted(result.asked.cells, "cell")
    varied = counted(len(result.dimensions), "thing")
    return (
        f"{all_of}: {points} of {varied} that vary ({design}), for {names}; {runs} in each cell, with the same luck"
        " in all of them."
    )


def _described(result: Sweep) -> Iterator[str]:
    """What the study says that it is about; nothing where it does not."""
    told = " ".join(result.study.description.split())
    if told and told != Study.model_fields["description"].default:
        yield told


def _few_runs(result: Sweep) -> Iterator[str]:
    if result.values.shape[-1] < FEW_RUNS:
        yield FEW_REPLICATIONS


def _how_sure(result: Sweep) -> str:
    runs = result.values.shape[-1]
    return (
        f"Each mean is of {counted(runs, 'run')}; scenarios and points are compared run by run with the same luck, so a"
        " difference is known better than either of the two."
    )


# What came out


def _outcomes(result: Sweep) -> Iterator[Piece]:
    yield _ranges(result)
    for place in _alike(result):
        yield (f"“{result.scenarios[place].title}” and “{result.scenarios[0].title}” are {SAME}.")
    differences = _differences(result)
    if differences.rows:
        yield differences


def _alike(result: Sweep) -> list[int]:
    """Scenarios that are the first one at every point, so that no two runs can differ."""
    many, keys = len(result.scenarios), result.asked.keys
    return [
        place
        for place in range(1, many)
        if None not in keys[::many] and keys[place::many] == keys[::many]
    ]


def _compared(result: Sweep) -> list[int]:
    """Scenarios that can differ from the first."""
    alike = _alike(result)
    return [place for place in range(1, len(result.scenarios)) if place not in alike]


def _ranges(result: Sweep) -> Table:
    by_cell = means(result.values, axis=-1)
    rows = []
    for place, outcome in enumerate(result.outcomes):
        for scenario, own in enumerate(result.scenarios):
            told = by_cell[:, scenario, place]
            told = told[~np.isnan(told)]
            ends = np.quantile(told, [0, 0.5, 1]) if len(told) else [np.nan] * 3
            shown = [outcome.show(float(each)) for each in ends]
            rows.append(Row(f"{sentence_case(outcome.label)}: {own.title}", cells(*shown)))
    caption = "Means of the runs, over the points"
    return Table(caption, ("Outcome", "Lowest", "Middle", "Highest"), tuple(rows))


def _differences(result: Sweep) -> Table:
    table = result.differences
    rows = []
    for outcome in result.outcomes:
        for own in (result.scenarios[place] for place in _compared(result)):
            chosen = (table["outcome"] == outcome.key) & (table["scenario"] == own.name)
            told = table[chosen]
            if not len(told):
                continue
            ends = told["difference"].quantile([0, 0.5, 1])
            pairs = list(zip(told["low"], told["high"], strict=True))
            close = sum(too_close_to_call(low, high) for low, high in pairs)
            more = sum(low > 0 for low, _ in pairs)
            less = sum(high < 0 for _, high in pairs)
            shown = [outcome.show_difference(float(each)) for each in ends]
            rows.append(
                Row(
                    f"{sentence_case(outcome.label)}: {own.title}",
                    cells(*shown, f"{more:,}", f"{less:,}", f"{close:,}"),
                )
            )
    first = result.scenarios[0].title
    heads = ("Outcome", "Lowest", "Middle", "Highest", "Points: more", "less", "too close to call")
    return Table(f"Paired differences from: {first}", heads, tuple(rows))


# Charts


def _charts(result: Sweep) -> Iterator[Drawing]:
    from ..charts import sweep as charts

    for chart in _chosen(result):
        yield Drawing(charts_svg(chart), chart.description)
    for outcome in _by_measure(result):
        if len(result.points) > 1:
            chart = charts.trajectories(result, outcome)
            yield Drawing(charts_svg(chart), chart.description)


def charts_svg(chart: Chart) -> str:
    """A chart as SVG."""
    from ..charts.look import to_svg

    return to_svg(chart)


def _chosen(result: Sweep) -> Iterator[Chart]:
    """Heat maps where two things vary in a grid, else curves along each."""
    from ..charts import sweep as charts
    from ..charts.heat_map import heat_map

    grid = result.checked.design.kind == "grid"
    varied = [
        each
        for place, each in enumerate(result.dimensions)
        if len(np.unique(result.points[:, place])) > 1
    ]
    if grid and len(varied) == 2:  # one across, one up
        across, up = sorted(varied, key=lambda each: -len(each.levels))
        for outcome in result.outcomes[:MOST_MAPS]:
            yield heat_map(result, outcome, across, up)
            for scenario in _compared(result):
                yield heat_map(result, outcome, across, up, scenario, 0)
        return
    for dimension in varied[:MOST_CURVES]:
        for outcome in result.outcomes[: 2 if len(varied) > 2 else MOST_CURVES]:
            yield charts.curve(result, outcome, dimension)
            if _compared(result):
                yield charts.curve(result, outcome, dimension, 0)


def _by_measure(result: Sweep) -> list[Outcome]:
    found: dict[tuple[str, str | None, str], Outcome] = {}
    for each in result.outcomes:
        found.setdefault((each.measure, each.partnership, each.group), each)
    return list(found.values())[:MOST_MAPS]


def pictures(result: Sweep) -> dict[str, bytes]:
    """The first charts as PNG, by file name."""
    from ..charts.look import to_png

    first = islice(_chosen(result), 2)
    return {f"chart_{number}.png": to_png(chart) for number, chart in enumerate(first, 1)}


# What varied


def _varied(result: Sweep) -> Iterator[Table]:
    if not result.dimensions:
        return
    rows = tuple(
        Row(
            each.title,
            (
                Cell(_range(each), _base(each)),
                Cell("decided" if each.is_lever else each.grade or MISSING),
                Cell(", ".join(each.paths), each.source),
            ),
        )
        for each in result.dimensions
    )
    heads = ("What varied", "Values", "How well it is known", "Where, and by which source")
    yield Table("What varied", heads, rows, words=True)


def _range(dimension: Dimension) -> str:
    if dimension.values is not None:
        return _listed(dimension)
    told = shown_range(dimension, dimension.low, dimension.high)
    spread = dimension.spread.distribution
    return told if spread is None else f"{told} ({spread.kind.replace('_', '-')})"


def _listed(dimension: Dimension) -> str:
    """Listed values, their unit once: ``£25, £35.50, £45 a week``."""
    *others, last = (shown_value(dimension, place) for place in range(len(dimension.values or ())))
    after = dimension.unit.removeprefix("£").strip()
    short = [each.removesuffix(after).rstrip() if after != "%" else each for each in others]
    return ", ".join([*short, last])


def _base(dimension: Dimension) -> str:
    if dimension.base is None or dimension.change != "set":
        return ""
    return f"in the first scenario {shown_value(dimension, dimension.base)}"


def _failed(result: Sweep) -> Iterator[Piece]:
    if not result.failed:
        return
    yield f"{counted(len(result.failed), 'cell')} failed and are in no figure. Their scenarios are in the folder failed."
    points = [
        f"point {each.point}, {result.scenarios[each.scenario].name}: {each.message.splitlines()[0]}"
        for each in result.failed[:MOST_FAILED]
    ]
    more = len(result.failed) - len(points)
    yield Bullets((*points, *([f"and {more:,} more"] if more > 0 else [])))


def _unverified(result: Sweep) -> Iterator[Piece]:
    varied = {path for each in result.dimensions for path in each.paths}
    found = [
        each
        for each in register(result.scenarios[0])
        if each.grade == "unverified" and each.path not in varied
    ]
    if not found:
        return
    yield f"{counted(len(found), 'assumption')} that nobody has verified did not vary here:"
    told = [each.title for each in found[:MOST_FAILED]]
    more = len(found) - len(told)
    yield Bullets((*told, *([f"and {more:,} more"] if more > 0 else [])))
