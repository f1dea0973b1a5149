"""Fits the baseline to England's published years and ships what comes of it.

    python -m studies.england_fit [FOLDER]

Runs `treatment-sim calibrate baseline_2008 england_2008` (about a quarter of an hour on two free cores; killed,
it goes on from FOLDER), then puts the fitted scenario and its draws among the scenarios and the report into
docs/studies/england_fit.md.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[1]
NAME = "england_2008_fitted"
POINTS, REPLICATIONS, SEED = 260, 10, 1
WORDS = {
    "title": "An average partnership, fitted to England 2008-09 to 2010-11",
    "question": "What does the baseline give where it follows England's own years?",
}


def shipped_yaml(text: str) -> str:
    """The fitted file in the words of the library."""
    whole = yaml.safe_load(text) | WORDS
    whole["description"] = whole["description"].replace(f"{NAME}_draws.csv", f"draws/{NAME}.csv")
    body = yaml.safe_dump(
        whole, sort_keys=False, allow_unicode=True, width=100, default_flow_style=None
    )
    return f"# Made by `python -m studies.england_fit`, not by hand.\n{body}"


def main() -> None:
    """Fit, and put the files where they are shipped."""
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "results/england")
    told = ["calibrate", "baseline_2008", "england_2008", "--out", str(folder), "--name", NAME]
    told += ["--points", str(POINTS), "-n", str(REPLICATIONS), "--seed", str(SEED)]
    subprocess.run([sys.executable, "-m", "simulator", *told], check=True)
    fitted = (folder / f"{NAME}.yaml").read_text(encoding="utf-8")
    report = (
        (folder / f"{NAME}.md").read_text(encoding="utf-8").replace(str(folder), "results/england")
    )
    (ROOT / "scenarios" / f"{NAME}.yaml").write_text(shipped_yaml(fitted), encoding="utf-8")
    draws = ROOT / "scenarios" / "draws" / f"{NAME}.csv"
    draws.parent.mkdir(exist_ok=True)
    draws.write_text((folder / f"{NAME}_draws.csv").read_text(encoding="utf-8"), encoding="utf-8")
    (ROOT / "docs" / "studies").mkdir(exist_ok=True)
    (ROOT / "docs" / "studies" / "england_fit.md").write_text(report, encoding="utf-8")


if __name__ == "__main__":
    main()
