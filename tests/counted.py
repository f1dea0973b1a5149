"""A model of one line in the place of the simulator: nothing is run, and each number can be reckoned."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from simulator.measures import MEASURES
from simulator.sweeps import Lived

if TYPE_CHECKING:
    from simulator.sweeps import Cell

COST = "world.groups.opiate.treatment.cost_ready_gbp_per_week"
DELAY = "plan.move_on_delay_days"


def counting(cell: Cell) -> Lived:
    """Every measure is what a ready client costs a week, and the number of the replication."""
    scenario = cell.scenario
    names = tuple(scenario.partnerships)
    cost = scenario.world.groups["opiate"].treatment.cost_ready_gbp_per_week
    luck = np.arange(cell.first, cell.first + cell.size, dtype=float)
    shape = (len(luck), len(names), len(MEASURES), scenario.years, 4)
    values = np.broadcast_to(luck.reshape(-1, 1, 1, 1, 1) + cost, shape).copy()
    years = tuple(f"{2008 + y}-{9 + y:02d}" for y in range(scenario.years))
    return Lived(names, years, (*scenario.world.groups, "all"), values)
