"""How many support places a plan needs so that every planned exit finds one.

    python -m studies.size_support

Counts planned exits under `move_on` over each 26 weeks, takes the fullest day of each year, adds a tenth, and
tells which share of the controllable money that is. The scenario `reintegration` holds the answer.
"""

from __future__ import annotations

import numpy as np

from simulator import scenario as scenarios
from simulator.journal import PLANNED
from simulator.model import Run
from simulator.money import in_year
from simulator.years import DAYS_PER_YEAR, WEEKS_PER_YEAR, year_names

REPLICATIONS, SEED, SPARE = 40, 1, 0.1


def fullest_days(run: Run, support_days: float) -> list[int]:
    """The most planned exits within the length of a support place, on any day of each year."""
    records = run.partnerships[0].pathway.journal.records()
    exits = np.sort(records.day[records.of(*PLANNED) & (records.day >= 0)])
    days = np.arange(run.scenario.years * DAYS_PER_YEAR)
    held = np.searchsorted(exits, days, "right") - np.searchsorted(exits, days - support_days)
    return [int(year.max()) for year in np.split(held, run.scenario.years)]


def main() -> None:
    """Count and show."""
    scenario = scenarios.load("move_on")
    peaks, money = [], []
    for replication in range(REPLICATIONS):
        run = Run(scenario, SEED, replication)
        run.finish()
        peaks.append(fullest_days(run, 7 * in_year(scenario.plan.support_weeks, 0)))
        money.append([year.income_gbp - year.overhead_gbp for year in run.partnerships[0].money])
    price = scenario.world.support.cost_gbp_per_week * WEEKS_PER_YEAR
    print("year      fullest day   places with a tenth to spare   share of the controllable money")
    for year, peak, gbp in zip(
        year_names(scenario.first_year, scenario.years), np.mean(peaks, 0), np.mean(money, 0), strict=True
    ):
        places = (1 + SPARE) * peak
        print(f"{year}   {peak:11.1f}   {places:28.1f}   {places * price / gbp:31.3f}")


if __name__ == "__main__":
    main()
