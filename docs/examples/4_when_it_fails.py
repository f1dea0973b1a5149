"""In which worlds a plan fails, in plain words, and whether that holds in worlds that the search has not seen.

Run it from anywhere: ``python docs/examples/4_when_it_fails.py [folder]``. About half a minute on two cores.
"""

from __future__ import annotations

import sys
from pathlib import Path

import simulator as sim

STUDY = {
    "title": "When does moving people on cost more than half a million over five years?",
    "scenarios": ["park", "move_on"],
    "factors": {
        "ready": {
            "path": "world.groups.opiate.treatment.ready.median_days",
            "range": "evidence",
        },
        "floor": {"path": "formula.floor_share", "range": [0.85, 0.99]},
    },
    "design": {"kind": "latin_hypercube", "points": 40},
    "replications": 2,
    "measures": ["allocation_gbp@total"],
    "discovery": {
        "fails_when": {
            "outcome": "allocation_gbp@total",
            "scenario": "move_on",
            "against": "park",
            "below": -500_000,
        },
    },
}


def main(folder: Path) -> None:
    """Run the worlds, and look for limits within which most of them fail."""
    found = sim.discover(STUDY, out=folder / "when_it_fails", workers=2, progress=True)
    for sentence in found.sentences():
        print("-", sentence)
    print(found.table)


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "results/examples"))
