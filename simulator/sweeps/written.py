"""A sweep as files: cells, measures, summaries, failures, and a data package that says what they are."""

from __future__ import annotations

import hashlib
import json
import shutil
from contextlib import suppress
from itertools import chain, islice
from typing import TYPE_CHECKING, Any

from ..beside import beside, remove_unfinished
from ..csv_text import write_rows
from ..errors import BadInput
from ..evidence.influence import model_version
from ..precision import Precision
from ..scenario.writing import as_yaml, flow
from .result import (
    DIFFERENCE_COLUMNS,
    MEASURE_COLUMNS,
    SUMMARY_COLUMNS,
    cell_columns,
    difference_rows,
    measure_columns,
    summary_rows,
)
from .tables import (
    PARQUET,
    arrow_array,
    ending,
    put_beside,
    pyarrow,
    table_bytes,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from .result import Sweep

TOGETHER = 50
"""Cells that are written at once: memory holds no more, and the bytes do not depend on how they were run."""
PACKAGE = "datapackage.json"
FAILED = "failed"
_SCHEMA = "https://datapackage.org/profiles/2.0/datapackage.json"
FIELDS = {
    "cell": ("integer", "Number of the cell: points in order, in each the scenarios in order"),
    "point": ("integer", "Number of the point of the design"),
    "scenario": ("string", "Name of the scenario"),
    "baseline": ("string", "Name of the scenario that it is compared with"),
    "partnership": ("string", "Name of the partnership, or all together"),
    "replication": ("integer", "Number of the replication: the same number is the same luck"),
    "year": ("string", "Financial year, from 1 April"),
    "group": ("string", "Substance group, or all"),
    "measure": ("string", "Name of the measure; its unit is in the name"),
    "value": ("number", "Value of the measure, to ten significant digits"),
    "outcome": ("string", "Measure and year, such as in_recovery@last"),
    "mean": ("number", "Mean over the replications"),
    "median": ("number", "Median over the replications"),
    "difference": ("number", "Mean paired difference from the baseline at the same point"),
    "low": (
        "number",
        "In a summary the 5% point of the replications; of a difference the 95% interval's",
    ),
    "high": (
        "number",
        "In a summary the 95% point of the replications; of a difference the 95% interval's",
    ),
    "mc_error": ("number", "Standard error of the mean, by chance alone"),
    "replications": ("integer", "How many replications there are"),
    "status": ("string", "done, or failed"),
    "message": ("string", "Why it failed"),
    "key": ("string", "SHA-256 of scenario, seed, replications and model version"),
}
"""What the columns of tables hold: kind, and meaning."""


def write(sweep: Sweep, folder: Path, command: str = "") -> list[str]:
    """Write a sweep's tables; each beside its place and then renamed, the data package last.

    Returns
    -------
    Names of the files, in the order in which they were written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / PACKAGE).unlink(missing_ok=True)  # where it stands, all is whole
    remove_unfinished(folder)
    kind = ending()
    for old in ("cells", "measures"):
        for other in (".csv", ".parquet"):
            if other != kind:
                (folder / f"{old}{other}").unlink(missing_ok=True)
    cells, measures = f"cells{kind}", f"measures{kind}"
    put_beside(folder / cells, table_bytes(cell_columns(sweep)))
    _put_measures(folder / measures, measure_columns(sweep))
    _put_rows(folder / "summary.csv", SUMMARY_COLUMNS, summary_rows(sweep))
    files = [cells, measures, "summary.csv"]
    if len(sweep.scenarios) > 1:
        _put_rows(folder / "differences.csv", DIFFERENCE_COLUMNS, difference_rows(sweep))
        files.append("differences.csv")
    else:
        (folder / "differences.csv").unlink(missing_ok=True)
    put_beside(folder / "study.yaml", flow(_as_run(sweep)).encode())
    failed = _put_failed(sweep, folder / FAILED)
    package = _package(sweep, folder, files, command)
    text = json.dumps(package, indent=1, ensure_ascii=False, allow_nan=False)
    put_beside(folder / PACKAGE, f"{text}\n".encode())
    return [*files, "study.yaml", *failed, PACKAGE]


def _as_run(sweep: Sweep) -> dict[str, Any]:
    """The study with the seed and the number of runs that it was run with."""
    told: dict[str, Any] = sweep.study.model_dump(mode="json", exclude_unset=True)
    own = {"seed": sweep.checked.seed}
    if not isinstance(sweep.checked.size, Precision):
        told.pop("precision", None)
        own["replications"] = sweep.checked.size
    return told | own


# The tidy table, a few cells at a time


def _put_measures(path: Path, cells: Iterator[Mapping[str, Any]]) -> None:
    with beside(path) as part:
        if path.suffix == PARQUET:
            _write_parquet(part, cells)
        else:
            rows = (zip(*(each[n] for n in MEASURE_COLUMNS), strict=True) for each in cells)
            _write_csv(part, MEASURE_COLUMNS, chain.from_iterable(rows))


def _together(cells: Iterator[Mapping[str, Any]]) -> Iterator[dict[str, list[Any]]]:
    while some := list(islice(cells, TOGETHER)):
        yield {name: [x for each in some for x in each[name]] for name in MEASURE_COLUMNS}


def _write_parquet(path: Path, cells: Iterator[Mapping[str, Any]]) -> None:
    pa = pyarrow()
    texts = pa.dictionary(pa.int32(), pa.string())
    kinds = {"integer": pa.int32(), "number": pa.float64(), "string": texts}
    schema = pa.schema([(name, kinds[FIELDS[name][0]]) for name in MEASURE_COLUMNS])
    with pa.parquet.ParquetWriter(path, schema, compression="zstd") as out:
        for columns in _together(cells):
            arrays = [arrow_array(pa, columns[field.name]).cast(field.type) for field in schema]
            out.write_table(pa.Table.from_arrays(arrays, schema=schema))


def _write_csv(path: Path, columns: Sequence[str], rows: Iterable[Iterable[Any]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as out:
        write_rows(out, columns, rows)


def _put_rows(path: Path, columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> None:
    with beside(path) as part:
        _write_csv(part, columns, ([row[name] for name in columns] for row in rows))


# Failures


def _put_failed(sweep: Sweep, folder: Path) -> list[str]:
    """Each cell that failed: its scenario as a file, as far as one could be made, and why."""
    if folder.is_dir():
        shutil.rmtree(folder)
    names = []
    for each in sweep.failed:
        name = f"point_{each.point}_{sweep.scenarios[each.scenario].name}.yaml"
        put_beside(
            folder / name, _failed_text(sweep, each.point, each.scenario, each.message).encode()
        )
        names.append(f"{FAILED}/{name}")
    return names


def _failed_text(sweep: Sweep, point: int, scenario: int, message: str) -> str:
    checked = sweep.checked
    told = checked.told(sweep.points[point].tolist())
    heads = [*message.splitlines(), *(f"{name} = {value}" for name, value in told.items())]
    comment = "".join(f"# {line}\n" for line in heads)
    world = None
    with suppress(BadInput):
        world = checked.world(scenario, sweep.points[point].tolist())
    if world is None:
        return f"{comment}# These values make no scenario that would load.\n"
    own = checked.scenarios[scenario]
    words = {"title": own.title, "question": own.question, "description": own.description}
    return comment + as_yaml(world.model_copy(update=words))


# The data package


def _package(sweep: Sweep, folder: Path, files: Sequence[str], command: str) -> dict[str, Any]:
    from importlib import metadata

    checked = sweep.checked
    return {
        "$schema": _SCHEMA,
        "name": checked.written.name.lower().replace(" ", "-"),
        "title": checked.title,
        "description": checked.study.description,
        "licenses": [{"name": "MIT"}],
        "resources": [_resource(sweep, folder, name) for name in files],
        "illustrative": "Partnerships are synthetic; some assumptions are not verified.",
        "made_by": {
            "command": command,
            "model": model_version(),
            "code": sweep.bench.version,
            "versions": {name: metadata.version(name) for name in ("numpy", "scipy", "simpy")},
            "seed": checked.seed,
            "replications": None if isinstance(checked.size, Precision) else checked.size,
            "precision": checked.size.share if isinstance(checked.size, Precision) else None,
            "changes": list(checked.changes),
            "scenarios": [each.name for each in checked.scenarios],
            "design": checked.design.model_dump(mode="json", exclude_none=True),
            "points": len(sweep.points),
            "cells": sweep.asked.cells,
            "failed": len(sweep.asked.failures),
        },
    }


def _resource(sweep: Sweep, folder: Path, name: str) -> dict[str, Any]:
    content = folder / name
    with content.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    return {
        "name": name.partition(".")[0],
        "path": name,
        "format": name.rpartition(".")[2],
        "mediatype": "text/csv" if name.endswith(".csv") else "application/vnd.apache.parquet",
        "encoding": "utf-8",
        "bytes": content.stat().st_size,
        "hash": f"sha256:{digest}",
        "schema": {"fields": _fields(sweep, name)},
    }


def _fields(sweep: Sweep, name: str) -> list[dict[str, Any]]:
    names: Sequence[str] = {
        "measures": MEASURE_COLUMNS,
        "summary": SUMMARY_COLUMNS,
        "differences": DIFFERENCE_COLUMNS,
    }.get(name.partition(".")[0], ())
    if not names:
        names = [*cell_columns(sweep)]
    by_name = {each.name: each for each in sweep.dimensions}
    fields = []
    for each in names:
        if each in by_name:
            dimension = by_name[each]
            text = dimension.values is not None and not all(
                isinstance(value, int | float) for value in dimension.values
            )
            fields.append(
                {
                    "name": each,
                    "type": "string" if text else "number",
                    "description": dimension.title,
                    "unit": dimension.unit,
                    "path": list(dimension.paths),
                }
            )
        else:
            kind, told = FIELDS[each]
            fields.append({"name": each, "type": kind, "description": told})
    return fields
