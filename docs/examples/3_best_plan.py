"""Plans under a limit, judged over several worlds, the best of them lived again with new luck.

Run it from anywhere: ``python docs/examples/3_best_plan.py [folder]``. About a minute on two cores, with far fewer
trials and runs than a decision wants; `best_plan` of the library has more.
"""

from __future__ import annotations

import sys
from pathlib import Path

import simulator as sim

STUDY = {
    "title": "Who gets most people into recovery without long waits?",
    "scenarios": ["baseline_2008"],
    "factors": {
        "relapse": {
            "path": "world.groups.opiate.after.relapse.scale_days",
            "range": "evidence",
        },
    },
    "levers": {
        "held": {"path": "plan.move_on_delay_days", "range": [0, 1460]},
        "support": {
            "path": "plan.reintegration_share",
            "range": [0, 0.1],
            "takes_from": "plan.treatment_share",
        },
    },
    "replications": 2,
    "measures": ["in_recovery", "waited_3_weeks_or_less_share@lowest"],
    "optimise": {
        "objectives": {"in_recovery@last": "higher"},
        "limits": {"waited_3_weeks_or_less_share@lowest": {"at_least": 0.85}},
        "worlds": 2,
        "trials": 16,
        "confirm": {"plans": 3, "replications": 6},
    },
}


def main(folder: Path) -> None:
    """Search, and say what is known of the best."""
    found = sim.optimise(STUDY, out=folder / "best_plan", workers=2, progress=True)
    for sentence in found.sentences():
        print("-", sentence)
    print(found.table.head())
    print(
        "Plans as scenario files:", *sorted(f.name for f in (folder / "best_plan").glob("*.yaml"))
    )


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "results/examples"))
