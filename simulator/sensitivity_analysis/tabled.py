"""Rows of results as tables: stable columns, whatever there is to tell."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import pandas as pd

VIEW = ("scenario", "baseline", "outcome")
"""What is looked at: the first columns of every table. `baseline` is empty for an outcome itself."""


def table_of(rows: Iterable[dict[str, Any]], columns: Sequence[str]) -> pd.DataFrame:
    """A table with these columns, in this order, even where it has no rows."""
    import pandas as pd

    return pd.DataFrame([*rows], columns=[*columns])
