"""Works out the day 0 and the money of `long_waits`: a partnership whose list stands at seven weeks.

    python -m studies.fit_long_waits --write

Need comes in as in the baseline; starts are what is left of it when everybody waits for seven weeks and some
give up. The money is what those in treatment then cost.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from simulator import scenario as scenarios
from simulator.journey import Clocks, clocks
from simulator.money import for_group, in_year
from simulator.years import WEEKS_PER_YEAR
from studies.balance import Balance
from studies.fit_baseline import day_0, rewrite, update_what_is_counted

if TYPE_CHECKING:
    from simulator.scenario import Scenario

FILE = Path(__file__).parents[1] / "scenarios" / "long_waits.yaml"
WAIT_DAYS = 49.0


def balances(scenario: Scenario) -> dict[str, Balance]:
    """Each group at the starts that its onsets keep up."""
    prison = scenario.world.prison
    found = {}
    for name, group in scenario.world.groups.items():
        held = for_group(scenario.history.move_on_delay_days, name)
        shape = (held, prison.picked_up_share, prison.mean_stay_days, WAIT_DAYS)
        c = _at_full_caseloads(clocks(group, scenario.world), scenario)
        onsets = group.need.onset_per_year + group.need.moves_in_per_year
        found[name] = Balance(c, onsets / Balance(c, 1.0, *shape).solve()["onsets"], *shape)
    return found


def _at_full_caseloads(c: Clocks, scenario: Scenario) -> Clocks:
    """The clocks where the plan's stretch is always used: clients drop out somewhat sooner."""
    ratio = (
        1 + in_year(scenario.plan.stretch_share, 0)
    ) ** scenario.world.caseload.drop_out_exponent
    return replace(c, drop_out_scale=c.drop_out_scale * ratio ** (-1 / c.drop_out_shape))


def local_money(scenario: Scenario, found: dict[str, Balance]) -> int:
    """Local money at which those in treatment cost what the plan admits, in thousands of pounds."""
    weekly = sum(balance.solve()["weekly_gbp"] for balance in found.values())
    stretch = in_year(scenario.plan.stretch_share, 0)
    needed = weekly / (1 + stretch) * WEEKS_PER_YEAR + scenario.world.fixed_overhead_gbp
    return round((needed - scenario.history.allocation_gbp) / 1000) * 1000


def main() -> None:
    """Work it out, show, and write where asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="write into the scenario file")
    write = parser.parse_args().write
    scenario = scenarios.load(FILE)
    found = balances(scenario)
    numbers: dict[str, Any] = {
        "funding.streams.local_mainstream.amount_gbp": local_money(scenario, found)
    }
    for name, balance in found.items():
        past = day_0(balance)
        past["effective_clients_per_year"] = scenario.history.groups[
            name
        ].effective_clients_per_year
        numbers[f"history.groups.{name}"] = past
        print(name, {key: round(float(number), 2) for key, number in balance.solve().items()})
    print("local money", numbers["funding.streams.local_mainstream.amount_gbp"])
    if write:
        FILE.write_text(rewrite(FILE.read_text(encoding="utf-8"), numbers), encoding="utf-8")
        for _ in range(
            2
        ):  # the first year's money stands on what is counted, and the other way round
            update_what_is_counted(FILE)


if __name__ == "__main__":
    main()
