"""How fast: the model against bare simpy, as ratios within one process; then sweeps, in `studies.bench_sweeps`.

    python -m studies.bench

The yardstick is simpy itself: one environment with N timeouts and an empty callback each, N being the state
changes in the journal of one five-year replication: moves between states, phases of treatment, support places.
They are scheduled in random order, as those of a model
are; in order of their days they would be cheaper by about a fifth. A stricter count leaves out phases and support. Runs are interleaved and medians of processor time told;
seconds on a shared machine mean little, ratios more.
"""

from __future__ import annotations

import gc
import resource
import statistics
import time
from typing import TYPE_CHECKING

import numpy as np
import simpy

from simulator import scenario as scenarios
from simulator.chance import Chance
from simulator.funding import explain_each
from simulator.journal import MOVES, Records
from simulator.model import Run, replicate_once
from simulator.scenario.size import people_expected
from simulator.workers import spread
from studies import bench_sweeps

if TYPE_CHECKING:
    from collections.abc import Callable

    from simulator.scenario import Scenario

ROUNDS = 9
ENGLAND = (1, 8, 37, 149)
"""Numbers of partnerships, rising, so that the most memory so far is that of the last."""
MOST_ROUNDS = 9
SEED = 1


def _nothing(_: simpy.Event) -> None:
    return


def bare_simpy(days: np.ndarray) -> None:
    """As many timeouts as there are days, at those days, with an empty callback."""
    env = simpy.Environment()
    for day in days.tolist():
        env.timeout(day).callbacks.append(_nothing)
    env.run()


def _timed(work: Callable[[], object]) -> float:
    begin = time.process_time()
    work()
    return time.process_time() - begin


def _finished(scenario: Scenario, replication: int) -> Run:
    run = Run(scenario, SEED, replication)
    run.finish()
    return run


def _records(run: Run) -> list[Records]:
    return [partnership.pathway.journal.records() for partnership in run.partnerships]


def draw_again(run: Run) -> None:
    """Draw every row of luck that a run has drawn."""
    for partnership in run.partnerships:
        chance = Chance(SEED, 0, partnership.name)
        for group in partnership.pathway.groups:
            for spells in group.luck:
                for spell in spells:
                    for purpose in spells.purposes:
                        chance.row(group.name, purpose, spell, group.people)


def measure_again(run: Run) -> None:
    """Count for the formula each year, and tally everything at the end."""
    for partnership in run.partnerships:
        for year in range(1, run.scenario.years):
            partnership.counts(year)
        partnership.tallies()


def _state_changes(run: Run) -> np.ndarray:
    """Days of all state changes of the run."""
    return np.concatenate([r.day[r.day >= 0] for r in _records(run)])


def _moves(run: Run) -> int:
    """The strict count: moves from one state to another, without phases of treatment and support places."""
    moving = [int(what) for what in MOVES]
    return sum(int(((r.day >= 0) & np.isin(r.what, moving)).sum()) for r in _records(run))


def baseline() -> None:
    """One partnership, five years, random numbers and measures included."""
    scenario = scenarios.load("baseline_2008")
    run = _finished(scenario, 0)
    days = np.random.default_rng(SEED).permutation(_state_changes(run))
    found: dict[str, list[float]] = {"whole": [], "draws": [], "measures": [], "simpy": []}
    for replication in range(ROUNDS):
        found["simpy"].append(_timed(lambda: bare_simpy(days)))
        found["whole"].append(_timed(lambda number=replication: _finished(scenario, number)))
        found["draws"].append(_timed(lambda: draw_again(run)))
        found["measures"].append(_timed(lambda: measure_again(run)))
    medians = {name: statistics.median(times) for name, times in found.items()}
    ratios = [whole / bare for whole, bare in zip(found["whole"], found["simpy"], strict=True)]
    bare = medians["simpy"]
    loop = medians["whole"] - medians["draws"] - medians["measures"]
    print(f"baseline_2008, 5 years, median of {ROUNDS} interleaved runs")
    print(f"state changes in the journal, N        {len(days):8,d}")
    print(f"bare simpy, N timeouts                 {1000 * bare:8.1f} ms    1.00")
    for name, seconds in (
        ("draws", medians["draws"]),
        ("loop, day 0 and allocation", loop),
        ("measures", medians["measures"]),
        ("whole replication", medians["whole"]),
    ):
        print(f"{name:38s} {1000 * seconds:8.1f} ms {seconds / bare:7.2f}")
    print(
        f"ratio of each run                      {min(ratios):.2f} to {max(ratios):.2f}, "
        f"median {statistics.median(ratios):.2f}; the bar is 3"
    )
    moves = _moves(run)
    strict = statistics.median(ratios) * len(days) / moves
    print(f"ratio to {moves:,d} moves alone, the strict count  {strict:.2f}")


def _some_of_england(england: Scenario, number: int) -> Scenario:
    """The first so many partnerships of England, with their part of the pot."""
    names = list(england.partnerships)[:number]
    own = {name: england.partnerships[name] for name in names}
    size = sum(each.size for each in own.values())
    everybody = sum(each.size for each in england.partnerships.values())
    pots = england.formula.pot_gbp
    yearly = pots if isinstance(pots, tuple) else (pots,) * england.years
    pot = tuple(round(gbp * size / everybody) for gbp in yearly)
    formula = england.formula.model_copy(update={"pot_gbp": pot})
    return england.model_copy(update={"partnerships": own, "formula": formula})


def partnerships() -> None:
    """Time and memory from 1 partnership to the 149 of England, one replication of five years in one process.

    Time is that for each thousand people, as partnerships are of different sizes, and as a ratio to 1.
    """
    england = scenarios.load("england_2008")
    print(
        "\npartnerships    people    seconds   ms for 1,000 people   ratio to 1   peak memory, MB"
    )
    one = None
    for number in ENGLAND:
        scenario = _some_of_england(england, number)
        people = people_expected(scenario)
        seconds, peak = _median_and_peak(scenario, max(1, MOST_ROUNDS // number))
        each = 1e6 * seconds / people
        one = one or each
        print(
            f"{number:12d} {people:9,.0f} {seconds:10.2f} {each:21.2f} {each / one:12.2f} {peak:17,.0f}"
        )


def _median_and_peak(scenario: Scenario, rounds: int) -> tuple[float, float]:
    """Median seconds of a replication, and the most megabytes that its process held."""
    told = [run for _, run in spread(_once_and_peak, [(scenario, n) for n in range(rounds)], 1)]
    return statistics.median(seconds for seconds, _ in told), max(peak for _, peak in told)


def _once_and_peak(scenario: Scenario, replication: int) -> tuple[float, float]:
    seconds = _timed(lambda: replicate_once(scenario, SEED, replication))
    return seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000


def explaining() -> None:
    """What it takes to say why the 149 sums of a year changed, beside a replication."""
    england = scenarios.load("england_2008")
    run = Run(england, SEED, 0)
    for _ in range(2):
        run.live_year()
    seconds = _timed(lambda: explain_each(*run.inputs, list(england.partnerships)))
    print(f"\nexplaining {len(england.partnerships)} partnerships for one year: {seconds:.1f} s")


def main() -> None:
    """All, with the garbage collector off, as replications run."""
    gc.disable()
    baseline()
    partnerships()
    explaining()
    gc.enable()
    bench_sweeps.main()


if __name__ == "__main__":
    main()
