"""What was found as files: a table for each method, what their columns mean, and all of it as JSON."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

from ..csv_text import DIGITS, as_csv
from ..sweeps.tables import put_beside
from .columns import column_table

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from .whole import Sensitivity

TABLES = ("tornado", "morris", "sobol", "chance", "ahead", "switches", "knowing", "curves")
WHOLE = "sensitivity.json"


def write(result: Sensitivity, folder: Path, command: str = "") -> list[str]:
    """Write the tables, each beside its place and then renamed; those of an earlier analysis go.

    Returns
    -------
    Names of the files, in the order in which they were written.
    """
    for name in TABLES:
        if name not in result.tables:
            (folder / f"{name}.csv").unlink(missing_ok=True)
    tables = {**result.tables, "columns": column_table(result.tables)}
    texts = {f"{name}.csv": as_csv(table) for name, table in tables.items()}
    told = {"verb": "sensitivity", "command": command, **as_record(result)}
    texts[WHOLE] = json.dumps(told, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    for name, text in texts.items():
        put_beside(folder / name, text.encode())
    return [*texts]


def as_record(result: Sensitivity) -> dict[str, Any]:
    """All of it in plain values that JSON can hold; what is missing is null."""
    question = result.question
    return {
        "title": result.title,
        "scenarios": [*question.scenarios],
        "seed": question.seed,
        "asked": result.wanted.model_dump(mode="json"),
        "decision": result.decision.model_dump(mode="json"),
        "worlds": result.worlds.drawn if result.worlds else None,
        "left_out": result.left_out,
        **{name: _rows(table) for name, table in result.tables.items()},
        "sentences": result.sentences(),
    }


def _rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    return [
        {str(name): _plain(value) for name, value in row.items()}
        for row in table.to_dict(orient="records")
    ]


def _plain(value: Any) -> Any:
    if not isinstance(value, float):
        return value
    return float(f"{value:.{DIGITS}g}") if math.isfinite(value) else None
