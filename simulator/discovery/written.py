"""What was discovered, as files and as plain values for programs."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

from ..csv_text import as_csv
from ..sweeps.tables import put_beside
from .words import failing_when, limits, sentences

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from .result import Discovered


def record(found: Discovered) -> dict[str, Any]:
    """Everything that JSON should hold: how many worlds fail, each rule with its limits, and the sentences."""
    summed, limited = _rows(found.summary), _rows(found.table)
    rules = [
        {
            **row,
            "where": limits(found.dimensions, box),
            "limits_by_dimension": [
                {name: value for name, value in each.items() if name != "box"}
                for each in limited
                if each["box"] == row["box"]
            ],
        }
        for row, box in zip(summed, found.boxes, strict=True)
    ]
    return {
        "asked": found.asked.model_dump(mode="json"),
        "fails_when": failing_when(found),
        "verdict": found.verdict,
        "looked_for": found.sought,
        "worlds": len(found.worlds),
        "failing": found.worlds.failing,
        "too_close_to_call": int(found.worlds.close.sum()),
        "points_left_out": found.worlds.left_out,
        "replications": found.worlds.replications,
        "seed": found.seed,
        "rules": rules,
        "sentences": sentences(found),
    }


def write(found: Discovered, folder: Path, **heading: Any) -> list[str]:
    """Write the rules, their limits, the worlds, the way that the search went, and the record.

    Parameters
    ----------
    heading
        What the record says first, such as the command that makes it again.

    Returns
    -------
    Names of the files.
    """
    folder.mkdir(parents=True, exist_ok=True)
    tables = {
        "rules.csv": found.summary,
        "rule_limits.csv": found.table,
        "worlds.csv": found.worlds_table,
        "density_and_coverage.csv": found.way_table,
    }
    texts = {name: as_csv(table) for name, table in tables.items()}
    told = {"verb": "discover", **heading, **record(found)}
    texts["discover.json"] = json.dumps(told, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    for name, text in texts.items():
        put_beside(folder / name, text.encode())
    return [*texts]


def _rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    return [
        {str(name): _plain(value) for name, value in row.items()}
        for row in table.to_dict(orient="records")
    ]


def _plain(value: Any) -> Any:
    """A value as JSON can hold it; what is missing is null."""
    return None if isinstance(value, float) and math.isnan(value) else value
