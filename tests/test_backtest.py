"""Whole results, pinned: a change that moves a number shows up as a difference to be reviewed.

``pytest tests/test_backtest.py --refresh-expected`` writes the files under ``tests/expected/`` anew.
"""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from simulator import replicate
from simulator.measures import MEASURES
from simulator.scenario import load

EXPECTED = Path(__file__).parent / "expected"
REPLICATIONS = {"baseline_2008": 4, "move_on": 4, "eight_one_moves_on": 1}
KEYS = ("partnership", "group", "measure")
CLOSELY = 1e-9
"""Machines may differ in the last digits of a floating-point sum."""


def results(name, seed):
    """Mean measures: a row for each partnership, group and measure, a column for each year."""
    (sample,) = replicate.run([load(name)], REPLICATIONS[name], seed, workers=1)
    table = sample.summary
    several = len(sample.partnerships) > 1
    if several:  # groups of eight partnerships would fill a thousand lines
        table = table[table["group"] == "all"]
    wide = table.pivot_table(index=list(KEYS), columns="year", values="mean", dropna=False)
    told = {}
    for partnership in sample.partnerships:
        for group in ("all",) if several else sample.groups:
            for measure in MEASURES:
                key = (partnership, group, measure)
                if key in wide.index and not wide.loc[key].isna().all():
                    told[key] = [float(mean) for mean in wide.loc[key, list(sample.years)]]
    return list(sample.years), told


def written(file, years, told):
    file.parent.mkdir(exist_ok=True)
    with file.open("w", newline="", encoding="utf-8") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow([*KEYS, *years])
        for key, means in told.items():
            writer.writerow([*key, *("" if np.isnan(mean) else f"{mean:.10g}" for mean in means)])


def read(file):
    with file.open(newline="", encoding="utf-8") as lines:
        (*_, first, second, third, fourth, fifth), *rows = csv.reader(lines)
    told = {tuple(row[:3]): [float(mean or "nan") for mean in row[3:]] for row in rows}
    return [first, second, third, fourth, fifth], told


@pytest.mark.parametrize("name", REPLICATIONS)
def test_results_are_as_they_were(name, seed, request):
    file = EXPECTED / f"{name}.csv"
    years, told = results(name, seed)
    if request.config.getoption("--refresh-expected"):
        written(file, years, told)
        pytest.skip(f"wrote {file.name}")
    assert file.is_file(), "write it with --refresh-expected, and look at it"
    expected_years, expected = read(file)
    assert years == expected_years
    assert told.keys() == expected.keys()
    moved = [
        f"{', '.join(key)}: {expected[key]} became {told[key]}"
        for key in told
        if told[key] != pytest.approx(expected[key], rel=CLOSELY, abs=CLOSELY, nan_ok=True)
    ]
    assert not moved, "\n".join(moved)
