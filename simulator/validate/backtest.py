"""Published years: figures of England, a 149th of each, against a scenario that describes its average.

What was fitted to a year is no test of it, so years that the fit saw stand under a heading of their own.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ..calibrate.findings import nearness
from ..calibrate.targets import read_targets
from ..observe import ALL, OBSERVED, Figure, observed
from ..scenario import load
from ..wording import measure_name, sentence_case
from ..years import year_name
from .checks import Check, Section, Verdict
from .figures import percent_ends, plain
from .intervals import estimate

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from ..calibrate.targets import Targets
    from ..scenario import Scenario
    from .effort import Effort

    Floats = NDArray[np.float64]

FITTED, BASELINE, TARGETS = "england_2008_fitted", "baseline_2008", "england_2008"
"""The scenario that was fitted to England, the one that other plans start from, and the figures."""
BASELINE_SAW = "2008-09"
FULL = 50
PARTNERSHIPS = 149
CLOSE = {True: 0.05, False: 0.10}
"""How near a figure must be, as a share of it, where the fit saw it and where it did not."""
SEEN, UNSEEN = "figures that the fit saw, so no test", "figures that the fit did not see"
HOW = (
    "Figures published for England, counts divided by its 149 partnerships, against the mean of the runs. A"
    " figure that the fit saw passes within 5%, one that it did not see within 10%; beyond that it is near"
    " within twice its doubt (its own error, the chance that it holds, and that of our mean), and else a miss. Verdicts on figures that the fit saw only say how"
    " well it fits. Intervals are 95% and hold chance alone: the assumptions stay where they are."
    f" {FITTED} was fitted by `treatment-sim calibrate` (its report is `docs/studies/england_fit.md`): to 2008-09"
    " and 2009-10, and to completions of 2010-11, which set the delay from that year on; no assumption changes by"
    f" year. {BASELINE} was fitted to {BASELINE_SAW} alone, in balance, so that nothing moves its money but what"
    " clients do; it is not meant to follow the fall in presentations."
)


@dataclass(frozen=True, slots=True)
class Published:
    """A figure of an average partnership, as published or worked out from what is.

    Parameters
    ----------
    measure
        A name of `observe.names`.
    year
        A financial year, such as ``2009-10``.
    grade
        How well it is known: published, derived, assumed or unverified.
    uncertainty
        One standard error.
    seen_by_fit
        Whether assumptions were fitted to it.
    """

    measure: str
    year: str
    value: float
    source: str
    grade: str = "published"
    uncertainty: float = 0.0
    seen_by_fit: bool = False
    group: str = ALL


def published(targets: Targets) -> tuple[Published, ...]:
    """Figures of a file of targets, as a back-test looks at them; suppressed ones are left out."""
    return tuple(
        Published(
            each.measure,
            each.year,
            each.value,
            each.source,
            each.grade,
            each.uncertainty,
            each.use == "fit",
            each.group,
        )
        for each in targets.targets
        if each.value is not None
    )


def of_the_baseline(figures: Sequence[Published]) -> tuple[Published, ...]:
    """The same figures as the baseline's own fit saw them: those of its first year."""
    return tuple(replace(each, seen_by_fit=each.year == BASELINE_SAW) for each in figures)


def section(effort: Effort) -> Section:
    """Two scenarios against published figures: the one fitted to England, and the baseline."""
    targets, _ = read_targets(TARGETS)
    figures = published(targets)
    checks = [
        *backtest_checks(effort, FITTED, figures),
        *backtest_checks(effort, BASELINE, of_the_baseline(figures)),
    ]
    return Section("backtest", "Published years", HOW, tuple(checks))


def backtest_checks(effort: Effort, name: str, figures: Sequence[Published]) -> list[Check]:
    """Each published figure against the mean of a scenario's runs, the unseen first."""
    scenario = load(name)
    order = sorted(figures, key=lambda each: each.seen_by_fit)
    asked = [_figure(each, scenario) for each in order]
    (told,) = effort.arrays(one_replication, [(scenario, tuple(asked))], FULL)
    titles = {key: group.label.lower() for key, group in scenario.world.groups.items()}
    return [
        _check(name, each, told[:, row], titles.get(each.group, ""))
        for row, each in enumerate(order)
    ]


def _figure(each: Published, scenario: Scenario) -> Figure:
    years = [year_name(scenario.first_year + year) for year in range(scenario.years)]
    return Figure(each.measure, each.group, years.index(each.year))


def one_replication(
    scenario: Scenario, figures: tuple[Figure, ...], seed: int, replication: int
) -> Floats:
    """The figures of one replication."""
    return observed(scenario, figures, seed, [replication])[0]


def _check(scenario: str, each: Published, samples: Floats, group: str) -> Check:
    found = estimate(samples / each.value - 1)
    mean = _shown(float(samples.mean()))
    name = OBSERVED[each.measure].title if each.measure in OBSERVED else measure_name(each.measure)
    own = (
        f"One standard error of the figure is {_shown(each.uncertainty)}."
        if each.uncertainty
        else ""
    )
    doubtful = each.grade in ("unverified", "assumed")
    grade = f"The figure is {each.grade}, not published." if doubtful else ""
    return Check(
        f"{scenario}: {SEEN if each.seen_by_fit else UNSEEN}",
        f"{sentence_case(name)}{f', {group}' if group else ''}, {each.year}",
        _shown(each.value),
        f"{mean}: {percent_ends(found)}",
        _verdict(each, samples),
        each.source,
        f"{own} {grade}".strip(),
    )


def _verdict(each: Published, samples: Floats) -> Verdict:
    """The rule of a fit's own report: near within twice the figure's error, its chance, and ours."""
    spread = float(samples.std(ddof=1))
    doubt = math.hypot(each.uncertainty, spread / PARTNERSHIPS**0.5, spread / len(samples) ** 0.5)
    return nearness(float(samples.mean()), each.value, CLOSE[each.seen_by_fit], doubt)


def _shown(number: float) -> str:
    return plain(number, "%" if number <= 1 else "", 3)
