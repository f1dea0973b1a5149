"""Published years: figures of England, a 149th of each, against a scenario that describes its average.

What was fitted to a year is no test of it, so years that the fit saw stand under a heading of their own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..observe import ALL, OBSERVED, Figure, observed
from ..scenario import load
from ..wording import measure_name, sentence_case
from ..years import year_name
from .checks import Check, Section, Verdict, within
from .figures import percent, percent_ends, plain
from .intervals import estimate

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from ..calibrate.targets import Targets
    from ..scenario import Scenario
    from .effort import Effort

    Floats = NDArray[np.float64]

SCENARIO = "baseline_2008"
PARTNERSHIPS = 149
FULL = 50
PASSES, NEAR = 0.05, 0.10
SEEN, UNSEEN = "Years that the fit saw, so no test", "Years that the fit did not see"
HOW = (
    f"Figures published for England, a {PARTNERSHIPS}th of each, against the mean of the runs. A gap of at"
    f" most {percent(PASSES)} of the published figure passes, at most {percent(NEAR)} is near, more is a miss."
    " Verdicts on years that the fit saw only say how well it fits. Intervals are 95% and hold chance alone:"
    " the assumptions stay where they are."
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
    seen_by_fit
        Whether assumptions were fitted to it.
    """

    measure: str
    year: str
    value: float
    source: str
    grade: str = "published"
    seen_by_fit: bool = False
    group: str = ALL


NTA = "National Treatment Agency, statistics for 2010-11"
NDTMS = "National Drug Treatment Monitoring System, 2008-09"
PHE = "Public Health England, adult drug statistics 2013-14"
RECALLED = "recalled from the same series"
FIRST = "2008-09"


def _england(
    measure: str, numbers: dict[str, float], source: str, recalled: Sequence[str] = ()
) -> list[Published]:
    """A series of England as figures of an average partnership; shares stay as they are."""
    parts = 1 if measure.endswith("_share") else PARTNERSHIPS
    return [
        Published(
            measure,
            year,
            number / parts,
            f"{source}; {RECALLED}" if year in recalled else source,
            "unverified" if year in recalled else "published",
            year == FIRST,
        )
        for year, number in numbers.items()
    ]


_LATER = ("2009-10", "2010-11")
_CONTACTS = {"2008-09": 210_815.0, "2009-10": 206_889.0, "2010-11": 204_500.0}
_EFFECTIVE = {"2008-09": 194_572.0, "2009-10": 0.93 * 206_889, "2010-11": 0.94 * 204_500}
ENGLAND = (
    *_england("in_contact", _CONTACTS, PHE, ["2009-10"]),
    *_england("in_effective_treatment", _EFFECTIVE, NDTMS, _LATER),
    *_england("new_presentations", {"2008-09": 84_520, "2009-10": 79_255, "2010-11": 74_028}, NTA),
    *_england(
        "planned_exits",
        {"2008-09": 24_700, "2009-10": 23_680, "2010-11": 27_969},
        f"{NTA}: completed free of dependency",
        [FIRST],
    ),
    *_england(
        "waited_3_weeks_or_less_share", {"2008-09": 0.93, "2009-10": 0.94, "2010-11": 0.96}, NTA
    ),
    *_england("pdu_in_contact_share", {"2008-09": 176_551 / 210_815}, f"{NDTMS}, all ages"),
)
"""What was published of the years of the baseline."""


def published(targets: Targets) -> tuple[Published, ...]:
    """Figures of a file of targets, as a back-test looks at them; suppressed ones are left out."""
    return tuple(
        Published(
            each.measure,
            each.year,
            each.value,
            each.source,
            each.grade,
            each.use == "fit",
            each.group,
        )
        for each in targets.targets
        if each.value is not None
    )


def section(
    effort: Effort, name: str = SCENARIO, figures: Sequence[Published] = ENGLAND
) -> Section:
    """A scenario against published years."""
    checks = backtest_checks(effort, name, figures)
    return Section("backtest", "Published years", f"The scenario is {name}. {HOW}", tuple(checks))


def backtest_checks(
    effort: Effort, name: str = SCENARIO, figures: Sequence[Published] = ENGLAND
) -> list[Check]:
    """Each published figure against the mean of a scenario's runs, the unseen years first."""
    scenario = load(name)
    order = sorted(figures, key=lambda each: each.seen_by_fit)
    asked = [_figure(each, scenario) for each in order]
    (told,) = effort.arrays(one_replication, [(scenario, tuple(asked))], FULL)
    titles = {key: group.label.lower() for key, group in scenario.world.groups.items()}
    return [
        _check(each, told[:, row], titles.get(each.group, "")) for row, each in enumerate(order)
    ]


def _figure(each: Published, scenario: Scenario) -> Figure:
    years = [year_name(scenario.first_year + year) for year in range(scenario.years)]
    return Figure(each.measure, each.group, years.index(each.year))


def one_replication(
    scenario: Scenario, figures: tuple[Figure, ...], seed: int, replication: int
) -> Floats:
    """The figures of one replication."""
    return observed(scenario, figures, seed, [replication])[0]


def _check(each: Published, samples: Floats, group: str) -> Check:
    found = estimate(samples / each.value - 1)
    mean = _shown(float(samples.mean()))
    name = OBSERVED[each.measure].title if each.measure in OBSERVED else measure_name(each.measure)
    unverified = "The published figure is unverified." if each.grade == "unverified" else ""
    return Check(
        SEEN if each.seen_by_fit else UNSEEN,
        f"{sentence_case(name)}{f', {group}' if group else ''}, {each.year}",
        _shown(each.value),
        f"{mean}: {percent_ends(found)}",
        _verdict(float(found.mean)),
        each.source,
        unverified,
    )


def _verdict(gap: float) -> Verdict:
    return within(gap, PASSES, NEAR)


def _shown(number: float) -> str:
    return plain(number, "%" if number <= 1 else "", 3)
