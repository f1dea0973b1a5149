"""A sweep in a notebook or a script: how long clients are kept, against what buys support.

Run it from anywhere: ``python docs/examples/1_sweep.py [folder]``. About ten seconds on two cores; a second time
nothing is run, since every cell is kept.
"""

from __future__ import annotations

import sys
from pathlib import Path

import simulator as sim

STUDY = {
    "title": "Hold ready clients, or pay for support?",
    "scenarios": ["move_on"],
    "levers": {
        "held": {"path": "plan.move_on_delay_days", "values": [0, 364, 1460]},
        "support": {
            "path": "plan.reintegration_share",
            "values": [0.0, 0.05],
            "takes_from": "plan.treatment_share",  # shares of the money sum to one
        },
    },
    "replications": 3,
    "measures": ["in_recovery", "allocation_gbp@last"],
}


def main(folder: Path) -> None:
    """Sweep, and look at what came of it as tables."""
    result = sim.sweep(STUDY, out=folder / "support_or_hold", workers=2, progress=True)
    print(result.asked.run, "cells run now,", result.asked.found, "before")

    # A row for each cell and outcome: the mean, the band that holds nine runs in ten, Monte-Carlo error.
    means = result.summary.merge(result.cells[["cell", "held", "support"]], on="cell")
    recovery = means[means["outcome"] == "in_recovery@last"]
    print(recovery.pivot_table(index="held", columns="support", values="mean").round(0))

    # Every replication, by point, scenario, outcome and replication; the same luck at every point.
    values = result.values
    gained = values[1, 0, 0] - values[0, 0, 0]  # support, with nobody held
    print("More in recovery with support, by replication:", gained)

    # The same as EMA Workbench holds it.
    experiments, outcomes = result.experiments_outcomes()
    print(len(experiments), "experiments of", ", ".join(outcomes))


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "results/examples"))
