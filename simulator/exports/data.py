"""The tables of a comparison as CSV and Parquet, and what says of each column what it is."""

from __future__ import annotations

import hashlib
import io
import json
from typing import TYPE_CHECKING, Any

from .. import outputs
from ..csv_text import as_csv, rows_as_csv
from ..errors import MissingExtra
from ..explanation import explain
from ..outputs import RECORD, identity, model_version
from ..report.page import ILLUSTRATIVE
from ..sweeps.tables import pyarrow
from .about import prices
from .again import compare_command
from .dictionary import COLUMNS, Measure, measures_told, unit_of_column

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from ..explanation import Explanation
    from ..replicate import Comparison
    from .about import About

EXPLANATION = "explanation.csv"
DICTIONARY = "dictionary.csv"
_SCHEMA = "https://datapackage.org/profiles/2.0/datapackage.json"


def csv_files(comparison: Comparison) -> dict[str, bytes]:
    """What ``treatment-sim compare --out`` writes, to the last byte: tables, and last the record."""
    return outputs.files(comparison)


def explained(comparison: Comparison) -> tuple[Explanation, ...]:
    """Why each scenario's allocations moved. It is worked out anew: it takes seconds for many replications."""
    return tuple(explain(each) for each in comparison.samples)


def explanation_table(explanations: Sequence[Explanation]) -> pd.DataFrame:
    """The same as a table: one row for each scenario, partnership, year and step."""
    import pandas as pd

    return pd.concat([each.table for each in explanations], ignore_index=True)


def explanation_csv(explanations: Sequence[Explanation]) -> bytes:
    """The same as a file."""
    return as_csv(explanation_table(explanations)).encode()


def dictionary_csv(comparison: Comparison) -> bytes:
    """What each measure is, with its unit and the price year of pounds, as a file."""
    return rows_as_csv(Measure._fields, measures_told(prices(comparison))).encode()


def parquet_files(comparison: Comparison, about: About | None = None) -> dict[str, bytes]:
    """The same tables as Parquet, where each column carries its meaning, unit and price year.

    Parameters
    ----------
    about
        What is said of it; by default that it is illustrative.

    Raises
    ------
    MissingExtra
        Where the part that writes Parquet is not installed.
    """
    check_parquet()
    told = prices(comparison)
    whole = {
        "prices": told,
        "illustrative": about.illustrative if about else ILLUSTRATIVE,
        "model": model_version(),
    }
    return {
        f"{name.removesuffix('.csv')}.parquet": _parquet(table, told, whole)
        for name, table in outputs.tables(comparison).items()
    }


def check_parquet() -> None:
    """Say at once if the part that writes Parquet is missing.

    Raises
    ------
    MissingExtra
        If it is.
    """
    if pyarrow() is None:
        raise MissingExtra("writing Parquet", "parquet")


def _parquet(table: pd.DataFrame, told: str, whole: Mapping[str, str]) -> bytes:
    pa = pyarrow()
    plain = pa.Table.from_pandas(table, preserve_index=False)
    schema = pa.schema(
        [each.with_metadata(_field(each.name, told)) for each in plain.schema],
        metadata=dict(whole),
    )
    out = io.BytesIO()
    pa.parquet.write_table(plain.cast(schema), out, compression="zstd")
    return out.getvalue()


def _field(column: str, told: str) -> dict[str, str]:
    unit = unit_of_column(column, told)
    return {"description": COLUMNS[column][1], **({"unit": unit} if unit else {})}


def data_package(comparison: Comparison, about: About, files: Mapping[str, bytes]) -> bytes:
    """What says of CSV files what stands in them: columns, units, the price year, and how they were made.

    Parameters
    ----------
    files
        The files that it tells of; those that are no CSV are left out.
    """
    told, first = prices(comparison), comparison.baseline
    scenarios = [sample.scenario for sample in comparison.samples]
    whole = {
        "$schema": _SCHEMA,
        "name": "comparison",
        "title": about.title,
        "description": about.question,
        "illustrative": about.illustrative,
        "prices": told,
        "resources": [
            _resource(name, content, told)
            for name, content in files.items()
            if name.endswith(".csv")
        ],
        "measures": [measure._asdict() for measure in measures_told(told)],
        "made_by": {
            "command": compare_command(comparison),
            "record": RECORD,
            "model": model_version(),
            "versions": outputs.versions(),
            "seed": first.seed,
            "replications": first.replications,
            "bands_hold": first.holds,
            "scenarios": [each.name for each in scenarios],
            "hash": identity(scenarios, first.seed, first.replications, first.draws),
        },
    }
    return f"{json.dumps(whole, indent=1, ensure_ascii=False, allow_nan=False)}\n".encode()


def _resource(name: str, content: bytes, told: str) -> dict[str, Any]:
    columns = content.partition(b"\n")[0].decode().split(",")
    return {
        "name": name.removesuffix(".csv"),
        "path": name,
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": len(content),
        "hash": f"sha256:{hashlib.sha256(content).hexdigest()}",
        "schema": {"fields": [_described(column, told) for column in columns]},
    }


def _described(column: str, told: str) -> dict[str, str]:
    kind, meaning = COLUMNS[column]
    unit = unit_of_column(column, told)
    return {
        "name": column,
        "type": kind,
        "description": meaning,
        **({"unit": unit} if unit else {}),
    }
