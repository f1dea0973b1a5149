"""As a partnership grows, its figures per head approach those of a deterministic world.

With clocks that have no memory the numbers of people form a density-dependent Markov chain: every rate is the
size times a function of the numbers over the size. Then, as the size grows, the numbers over the size
converge to the solution of the fluid equations, at a distance that falls as one over the root of the size.

The states are u (untreated), x (waiting or in treatment), r (in recovery) and p (in prison), with c places:
t = min(x, c) are in treatment and w = x - t wait. Seeking is as fast after treatment as before, and all
patience is alike, so the order of the list decides who starts but not how many::

    u' = onset + give_up w + drop_out t + relapse r + release (1 - picked) p - (seek + stop + die) u
    x' = seek u + release picked p - (give_up + die) w - (drop_out + finish + custody + move + die) t
    r' = finish t - (relapse + die) r
    p' = custody t - release p

References
----------
Kurtz, Journal of Applied Probability 7:49, 1970, and Stochastic Processes and their Applications 6:223, 1978.
Mandelbaum, Massey and Reiman, Queueing Systems 30:149, 1998: networks with many places and impatience.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from scipy.integrate import solve_ivp

from ..wording import sentence_case
from ..years import DAYS_PER_YEAR
from .checks import Check, Section, within
from .figures import noticed, percent, percent_ends, plain
from .intervals import SECTION, Estimate, estimate
from .worlds import changed, pounds_for, tiny_queue

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ..scenario import Scenario
    from .effort import Effort

    Floats = NDArray[np.float64]

YEARS = 6
SIZES = (1, 4, 16)
REPLICATIONS = {1: 240, 4: 100, 16: 40}
MEASURED = (
    "untreated",
    "waiting",
    "in_treatment",
    "in_recovery",
    "referrals",
    "new_presentations",
    "planned_exits",
    "unplanned_exits",
    "deaths",
)
STOCKS = MEASURED[:4]
NAMES = {
    "untreated": "untreated on 31 March",
    "waiting": "waiting on 31 March",
    "in_treatment": "in treatment on 31 March",
    "in_recovery": "in recovery on 31 March",
    "referrals": "referrals in the year",
    "new_presentations": "starts in the year",
    "planned_exits": "planned exits in the year",
    "unplanned_exits": "unplanned exits in the year",
    "deaths": "deaths in the year",
}
SOURCE = "Fluid equations, solved numerically, per small partnership; Kurtz, J Appl Prob 7:49, 1970; Mandelbaum et al., Queueing Systems 30:149, 1998"
MEANS = f"The mean of a partnership {SIZES[-1]} times as large is that of the limit"
CLOSER = "Single runs come closer as a partnership grows"
PASSES, NEAR = 0.01, 0.03
FACTOR_PASSES, FACTOR_NEAR = 0.1, 0.2
HOW = (
    "A world whose clocks have no memory has a deterministic limit: four differential equations for people"
    " untreated, waiting or in treatment, in recovery and in prison, with as many places as the money pays"
    " for. There are places for all at first, and a list later. Figures per head must come closer to it as"
    " the partnership grows: with four times the people, a single run lies half as far off. A mean of the"
    f" largest passes where the limit lies inside its interval (all hold together in 99 of 100 repetitions)"
    f" or at most {percent(PASSES)} away, and is near within {percent(NEAR)}; the halving passes within"
    f" {percent(FACTOR_PASSES)} of 2 and is near within {percent(FACTOR_NEAR)}."
)


@dataclass(frozen=True, slots=True)
class Rates:
    """A small partnership without memory: people, places, and rates a year."""

    untreated: int = 60
    in_treatment: int = 10
    places: int = 30
    onset: float = 40.0
    seek: float = 0.9
    stop: float = 0.05
    die: float = 0.02
    give_up: float = 6.0
    drop_out: float = 1.6
    finish: float = 0.8
    custody: float = 0.15
    move: float = 0.1
    release: float = 3.0
    picked: float = 0.3
    relapse: float = 0.5


def scenario_of(rates: Rates, size: int) -> Scenario:
    """The small partnership, so many times as large."""

    def never(rate: float) -> float:
        return DAYS_PER_YEAR / rate

    group = "world__groups__opiate__"
    past = "history__groups__opiate__"
    band = [{"up_to_days": 1.0, "share": 1.0}]
    return changed(
        tiny_queue(f"years={YEARS}"),
        **{
            f"{group}need__onset_per_year": rates.onset * size,
            f"{group}need__first_seeking_per_year": rates.seek,
            f"{group}need__seeks_again": {"shape": 1.0, "scale_days": never(rates.seek)},
            f"{group}need__stops_untreated_per_year": rates.stop,
            f"{group}need__deaths_untreated_per_year": rates.die,
            f"{group}waiting__mean_patience_days": never(rates.give_up),
            f"{group}treatment__drop_out": {"shape": 1.0, "scale_days": never(rates.drop_out)},
            f"{group}treatment__deaths_per_year": rates.die,
            f"{group}treatment__custody_per_year": rates.custody,
            f"{group}treatment__moves_away_per_year": rates.move,
            f"{group}after__relapse": {"shape": 1.0, "scale_days": never(rates.relapse)},
            f"{group}after__deaths_first_4_weeks_per_year": rates.die,
            f"{group}after__deaths_in_recovery_per_year": rates.die,
            "world__prison__mean_stay_days": never(rates.release),
            "world__prison__picked_up_share": rates.picked,
            "world__prison__deaths_first_2_weeks_ratio": 1.0,
            f"{past}never_treated": rates.untreated * size,
            f"{past}in_treatment": {"people": rates.in_treatment * size, "since": band},
            "formula__pot_gbp": pounds_for(rates.places * size),
            "plan__early_exit_rate_per_year": rates.finish,
        },
    )


def fluid_limit(rates: Rates) -> Floats:
    """What the measures come to in the limit, for size 1: by measure and year."""
    begin = np.zeros(4 + len(MEASURED) - len(STOCKS))
    begin[:2] = rates.untreated, rates.in_treatment
    solved = solve_ivp(
        lambda _, state: _flow(state, rates),
        (0, YEARS),
        begin,
        t_eval=np.arange(YEARS + 1),
        max_step=1 / 50,  # so that the day on which places run out is not stepped over
        rtol=1e-9,
        atol=1e-9,
    ).y
    treated = np.minimum(solved[1], rates.places)
    stocks = np.stack([solved[0], solved[1] - treated, treated, solved[2]])[:, 1:]
    return np.concatenate([stocks, np.diff(solved[4:], axis=1)])


def _flow(state: Floats, rates: Rates) -> Floats:
    """The fluid equations, then what a year's counts grow by."""
    u, x, r, p = state[:4]
    t = min(x, rates.places)
    w = x - t
    lost = (rates.drop_out + rates.custody + rates.move + rates.die) * t
    finished = rates.finish * t
    seeks = rates.seek * u + rates.release * rates.picked * p
    back = rates.give_up * w + rates.drop_out * t + rates.relapse * r
    released = rates.release * (1 - rates.picked) * p
    starts = (
        seeks if x < rates.places else lost + finished
    )  # a full house takes in as many as leave
    return np.array(
        [
            rates.onset + back + released - (rates.seek + rates.stop + rates.die) * u,
            seeks - (rates.give_up + rates.die) * w - lost - finished,
            finished - (rates.relapse + rates.die) * r,
            rates.custody * t - rates.release * p,
            seeks,
            starts,
            finished,
            lost,
            rates.die * (u + x + r),
        ]
    )


# Simulation against the limit


def section(effort: Effort, rates: Rates | None = None) -> Section:
    """Convergence to the fluid limit."""
    return Section(
        "fluid", "The limit of a large partnership", HOW, tuple(fluid_checks(effort, rates))
    )


def fluid_checks(effort: Effort, rates: Rates | None = None) -> list[Check]:
    """Means of the largest partnership, and how fast single runs come closer.

    Parameters
    ----------
    rates
        Rates of the fluid equations; others than those simulated are for tests that a wrong limit is a miss.
    """
    limit = fluid_limit(rates or Rates())
    told = {size: per_head(effort, size) for size in SIZES}
    largest = told[SIZES[-1]]
    means = [_mean_check(row, largest[:, row], limit[row]) for row in range(len(MEASURED))]
    far = {size: distances(told[size], limit) for size in SIZES}
    steps = list(pairwise(SIZES))
    return [*means, *(_closer(*step, far[step[0]], far[step[1]]) for step in steps)]


def per_head(effort: Effort, size: int) -> Floats:
    """Measures over the size: by replication, measure and year."""
    (sample,) = effort.samples([scenario_of(Rates(), size)], REPLICATIONS[size])
    return np.stack([sample.of(name) for name in MEASURED], axis=1) / size


def distances(told: Floats, limit: Floats) -> Floats:
    """How far each replication's stocks lie from the limit: mean square, each stock over its largest."""
    stocks = range(len(STOCKS))
    scale = limit[stocks].max(axis=1)[:, np.newaxis]
    return np.asarray((((told[:, stocks] - limit[stocks]) / scale) ** 2).mean(axis=(1, 2)))


def _mean_check(row: int, samples: Floats, limit: Floats) -> Check:
    """The year in which the mean lies farthest from the limit, over the largest value of the limit."""
    scale = limit.max()
    found = estimate(samples / scale, family=samples.shape[1] * len(MEASURED), confidence=SECTION)
    gaps = found.mean - limit / scale
    worst = int(np.argmax(np.abs(gaps)))
    gap = Estimate(*(each[worst] - limit[worst] / scale for each in found))
    holds = found.holds(limit / scale)
    return Check(
        MEANS,
        f"{sentence_case(NAMES[MEASURED[row]])}: as in the limit",
        f"{_by_year(limit)} by year",
        f"{_by_year(samples.mean(axis=0))}; farthest in year {worst + 1}: {percent_ends(gap)}",
        "pass" if holds else within(float(gaps[worst]), PASSES, NEAR),
        SOURCE,
        f"Gaps are shares of the largest figure. {noticed(found, scale=1.0)}",
    )


def _by_year(numbers: Floats) -> str:
    return ", ".join(plain(float(number), figures=3) for number in numbers)


def _closer(small: int, large: int, far: Floats, near: Floats) -> Check:
    """How many times closer to the limit a run lies in the larger of two partnerships."""
    factor = float(np.sqrt(far.mean() / near.mean()))
    expected = float(np.sqrt(large / small))
    spread = [float(each.var(ddof=1) / len(each) / each.mean() ** 2) for each in (far, near)]
    log = Estimate(*(np.log(factor) + z * np.sqrt(sum(spread)) / 2 for z in (0.0, -1.96, 1.96)))
    low, high = (float(np.exp(end)) for end in (log.low, log.high))
    return Check(
        CLOSER,
        f"From {small} to {large} times as large, a single run comes {expected:.0f} times closer",
        f"{plain(expected, figures=3)} times",
        f"{plain(factor, figures=3)} times ({plain(low, figures=3)} to {plain(high, figures=3)})",
        within(factor / expected - 1, FACTOR_PASSES, FACTOR_NEAR),
        "Diffusion limit: the distance falls as one over the root of the size; Kurtz, Stoch Proc Appl 6:223, 1978",
        f"A run lies {percent(float(np.sqrt(far.mean())))} off at size {small} and"
        f" {percent(float(np.sqrt(near.mean())))} at size {large} (root mean square over four stocks).",
    )
