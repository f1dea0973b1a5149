"""How many replications it takes: what the half width of a mean's 95% interval falls to.

    python -m studies.replications

Runs `baseline_2008`, `park` and `move_on` and prints tables in Markdown: how well the headline measures are
known after so many replications, the same for paired differences, and how the rule that chooses a number of
replications does on samples whose mean is known.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from simulator import replicate, scenario
from simulator.precision import PILOT
from simulator.precision.stopping import half_width_shares, next_count
from simulator.precision.wanted import HEADLINES
from simulator.replicate import paired
from simulator.wording import measure_name, sentence_case

if TYPE_CHECKING:
    from collections.abc import Sequence

Floats = NDArray[np.float64]

SEED = 1
COUNTS = (5, 10, 20, 50, 100, 200)
WANTED = (0.05, 0.02, 0.01)
SPREADS = (0.03, 0.05, 0.07, 0.1, 0.2)
"""Standard deviations as shares of the mean, of samples on which the rule is tried."""
TRIALS = 4000


def in_blocks(values: Floats, levels: Sequence[Floats], count: int) -> float:
    """The half width after so many replications in the widest year: mean over the blocks that there are."""
    blocks = range(0, len(values) - count + 1, count)
    widths = [
        half_width_shares(values[b : b + count], [level[b : b + count] for level in levels])
        for b in blocks
    ]
    return float(np.nanmax(np.mean(widths, axis=0)))


def enough(values: Floats, levels: Sequence[Floats], share: float) -> int:
    """How many replications a share takes in the widest year, by the spread of all that there are."""
    width = in_blocks(values, levels, len(values))
    return max(PILOT, math.ceil(len(values) * (width / share) ** 2))


def table(heading: str, columns: dict[str, tuple[Floats, list[Floats]]]) -> None:
    """Half widths by number of replications, and the numbers that shares take."""
    print(f"\n| {heading} | {' | '.join(columns)} |")
    print("|---|" + "---|" * len(columns))
    for count in COUNTS:
        told = [f"±{100 * in_blocks(*both, count):.2g}%" for both in columns.values()]
        print(f"| {count} | {' | '.join(told)} |")
    for share in WANTED:
        told = [f"{enough(*both, share):,}" for both in columns.values()]
        print(f"| needed for ±{share:.0%} | {' | '.join(told)} |")


def apart(ours: Floats, theirs: Floats) -> float:
    """How much wider the interval of a difference is where two plans do not share their luck."""
    alone = np.sqrt(ours.var(axis=0, ddof=1) + theirs.var(axis=0, ddof=1))
    together = (ours - theirs).std(axis=0, ddof=1)
    varied = together > 0  # the first year's allocation does not
    return float(np.median(alone[varied] / together[varied]))


def model() -> None:
    """The baseline's means, and the paired differences of moving on and parking."""
    scenarios = [scenario.load(name) for name in ("baseline_2008", "park", "move_on")]
    baseline, park, move_on = replicate.run(scenarios, max(COUNTS), SEED)
    named = {measure: sentence_case(measure_name(measure)) for measure in HEADLINES}

    means = {measure: baseline.of(measure) for measure in HEADLINES}
    table("Mean of baseline_2008", {named[m]: (mean, [mean]) for m, mean in means.items()})
    pairs = {measure: [move_on.of(measure), park.of(measure)] for measure in HEADLINES}
    differences = {named[m]: (ours - theirs, [ours, theirs]) for m, (ours, theirs) in pairs.items()}
    table("move_on − park, share of the larger", differences)
    ratios = [f"{apart(move_on.of(m), park.of(m)):.1f}" for m in HEADLINES]
    print(f"| times as wide without shared luck | {' | '.join(ratios)} |")


def stopped(rng: np.random.Generator, spread: float, share: float) -> tuple[int, bool]:
    """How many normal numbers about 1 the rule takes, and whether their interval holds 1."""
    values = rng.normal(1, spread, (PILOT, 1))
    while (count := next_count(values, [values], share)) > len(values):
        values = np.vstack([values, rng.normal(1, spread, (count - len(values), 1))])
    _, low, high, _ = paired(values)
    return len(values), bool(low[0] <= 1 <= high[0])


def rule() -> None:
    """What the rule does on samples whose mean and spread are known, for ±2%."""
    print(
        "\n| Needed by the true spread | taken, mean | 5% took fewer than | 5% took more than | interval holds the mean |"
    )
    print("|---|---|---|---|---|")
    rng = np.random.default_rng(SEED)
    for spread in SPREADS:
        trials = [stopped(rng, spread, share=0.02) for _ in range(TRIALS)]
        taken = np.array([count for count, _ in trials])
        held = np.mean([holds for _, holds in trials])
        fewest, most = np.quantile(taken, (0.05, 0.95))
        needed = math.ceil((1.96 * spread / 0.02) ** 2)
        print(f"| {needed} | {taken.mean():.0f} | {fewest:.0f} | {most:.0f} | {held:.1%} |")


def main() -> None:
    """All tables."""
    model()
    rule()


if __name__ == "__main__":
    main()
