"""The scripts under docs/examples run as they stand, and say what their study found."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
EXAMPLES = sorted((ROOT / "docs" / "examples").glob("*.py"))
SAID = {
    "1_sweep": "6 experiments of in_recovery@last, allocation_gbp@last",
    "2_what_matters": "'num_vars': 2",
    "3_best_plan": "Plans as scenario files:",
    "4_when_it_fails": "worlds",
}


def test_every_example_is_tested():
    assert {file.stem for file in EXAMPLES} == set(SAID)


@pytest.mark.slow
@pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: file.stem)
def test_example_runs(file, tmp_path):
    told = subprocess.run(
        [sys.executable, "-W", "error::DeprecationWarning:__main__", file, tmp_path / "results"],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert told.returncode == 0, told.stderr
    assert SAID[file.stem] in told.stdout
    assert any((tmp_path / "results" / "cells").iterdir())
