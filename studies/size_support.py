"""How many support places a plan needs so that every planned exit finds one.

    python -m studies.size_support

Runs `reintegration` with far more places than anybody needs, takes the fullest day of each year, adds a tenth,
and tells which share of the controllable money that is. The scenario holds the answer.
"""

from __future__ import annotations

import numpy as np

from simulator import scenario as scenarios
from simulator.journal import Happened
from simulator.model import Run
from simulator.years import DAYS_PER_YEAR, WEEKS_PER_YEAR, year_names

REPLICATIONS, SEED, SPARE = 40, 1, 0.1
PLENTY = ("plan.reintegration_share=0.15", "plan.treatment_share=0.85")


def fullest_days(run: Run) -> list[int]:
    """The most support places in use on any day of each year."""
    records = run.partnerships[0].pathway.journal.records()
    begun = np.sort(records.day[records.of(Happened.SUPPORTED_EXIT)])
    ended = np.sort(records.day[records.of(Happened.SUPPORT_ENDED)])
    days = np.arange(run.scenario.years * DAYS_PER_YEAR)
    held = np.searchsorted(begun, days, "right") - np.searchsorted(ended, days, "right")
    return [int(year.max()) for year in np.split(held, run.scenario.years)]


def main() -> None:
    """Count and show."""
    scenario = scenarios.load("reintegration", PLENTY)
    peaks, money = [], []
    for replication in range(REPLICATIONS):
        run = Run(scenario, SEED, replication)
        run.finish()
        peaks.append(fullest_days(run))
        money.append([year.income_gbp - year.overhead_gbp for year in run.partnerships[0].money])
    price = scenario.world.support.cost_gbp_per_week * WEEKS_PER_YEAR
    print("year      fullest day   places with a tenth to spare   share of the controllable money")
    for year, peak, gbp in zip(
        year_names(scenario.first_year, scenario.years),
        np.mean(peaks, 0),
        np.mean(money, 0),
        strict=True,
    ):
        places = (1 + SPARE) * peak
        print(f"{year}   {peak:11.1f}   {places:28.1f}   {places * price / gbp:31.3f}")


if __name__ == "__main__":
    main()
