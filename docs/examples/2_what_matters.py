"""Which assumption decides whether moving people on pays, and what it would be worth to know it.

Run it from anywhere: ``python docs/examples/2_what_matters.py [folder]``. Less than a minute on two cores. Two
replications of each cell are far too few for a decision; `what_decides` of the library has more.
"""

from __future__ import annotations

import sys
from pathlib import Path

import simulator as sim

STUDY = {
    "title": "What decides whether moving people on pays?",
    "scenarios": ["park", "move_on"],
    "factors": {
        "stable_cost": {
            "path": "world.groups.opiate.treatment.cost_ready_gbp_per_week",
            "range": "evidence",
        },
        "ready": {
            "path": "world.groups.opiate.treatment.ready.median_days",
            "range": "evidence",
        },
    },
    "design": {"kind": "latin_hypercube", "points": 12},
    "replications": 2,
    "measures": ["in_recovery", "allocation_gbp@total"],
    "sensitivity": {"methods": ["tornado"]},
    "decision": {"better": {"in_recovery@last": "higher", "allocation_gbp@total": "higher"}},
}


def main(folder: Path) -> None:
    """Move each assumption alone, then all at once."""
    result = sim.sensitivity(STUDY, out=folder / "what_matters", workers=2, progress=True)
    for sentence in result.sentences():
        print("-", sentence)

    # For those who want SALib's methods in their own hands: the same dimensions as one of its problems.
    print(sim.to_salib_problem(STUDY))


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "results/examples"))
